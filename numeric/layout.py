"""Where everything lies: a row for each unit, an entry for each weight, blocks of neurons.

A program keeps its signals neuron by neuron, [units, batch], so that a group of neighbours is one
contiguous piece of memory and a weight matrix times it is one product.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from symbolic.activations import Activation
from symbolic.network import BIAS, Network, letters_of

Numbers = NDArray[np.int64]
FEW = 4
"""So many neurons must share their sources before scattered rows are gathered for one product."""


@dataclass(frozen=True, eq=False)
class Block:
    """Neurons of one level, in neighbouring rows; each block is itself alone.

    `sources`: what all of them read, in the order of the columns of one matrix; None where they
    differ and the synapses are listed one by one.  The weights are the entries `first`, …, row by
    row, unless the block is `shared`: some of its weights are used elsewhere too.
    """

    neurons: tuple[str, ...]
    sources: tuple[str, ...] | None
    first: int
    shared: bool


@dataclass(frozen=True)
class Layout:
    """`row` of a unit, `entry` of a weight, the levels of blocks, the rows `ones` that hold y_0.

    y_0 = +1 stands in row 0 and once more before a level that is read as a whole together with
    the bias unit, so that its matrix product includes the biases.
    """

    network: Network
    levels: tuple[tuple[Block, ...], ...]
    row: dict[str, int]
    entry: dict[str, int]
    ones: tuple[int, ...]
    outputs: tuple[str, ...]

    @property
    def rows(self) -> int:
        """The number of rows of [units, batch]."""
        return len(self.row) + len(self.ones) - 1

    def rows_of(self, units: tuple[str, ...]) -> tuple[int, ...]:
        """The rows of the units; the bias unit stands where it makes them neighbours, if it can.

        >>> from symbolic.topologies import shorthand
        >>> layout = layout_of(shorthand("2-2-1"))
        >>> layout.rows_of(("0", "3", "4")), layout.rows_of(("1", "2"))
        ((3, 4, 5), (1, 2))
        """
        rows = [self.row[unit] for unit in units]
        if len(units) > 1 and units[0] == BIAS and rows[1] - 1 in self._ones:
            rows[0] = rows[1] - 1
        return tuple(rows)

    @cached_property
    def _ones(self) -> frozenset[int]:
        return frozenset(self.ones)

    @cached_property
    def entry_of(self) -> dict[tuple[str, str], int]:
        """The entry of the weight of each synapse (to, source)."""
        return {edge: self.entry[weight] for edge, weight in self.network.weight_of.items()}

    @cached_property
    def plain(self) -> bool:
        """Whether each weight belongs to one synapse, and no neuron has a formula of its own."""
        network = self.network
        return len(network.uses) == len(network.synapses) and not network.formulas

    @cached_property
    def synapses(self) -> Scattered:
        """The synapses as arrays, where the weights are plain."""
        ends = [self.ends_of(block) for level in self.levels for block in level]
        to, source = (np.concatenate(rows) for rows in zip(*ends, strict=True))
        return Scattered(self.rows, to, source)

    @cached_property
    def scattered(self) -> Scattered | None:
        """The same, where besides no block is a matrix."""
        if not self.plain or any(b.sources is not None for level in self.levels for b in level):
            return None
        return self.synapses

    def ends_of(self, block: Block) -> tuple[Numbers, Numbers]:
        """The rows at both ends, to and source, of each entry of a block of plain weights."""
        row, sources = self.row.__getitem__, self.network.sources
        counts = [len(sources[j]) for j in block.neurons]
        to = np.repeat(list(map(row, block.neurons)), counts)
        source = np.array([row(i) for j in block.neurons for i in sources[j]], np.int64)
        return to, source[np.lexsort((source, to))]


@dataclass(frozen=True, eq=False)
class Scattered:
    """The rows `to` and `source` of the synapse of each entry, of so many rows."""

    rows: int
    to: Numbers
    source: Numbers

    def around(
        self, first: int, last: int, end: int
    ) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        """What the rows first to last feed (`end` 0) or are fed by (1), in order.

        Where that of each row begins; the rows at the other end; the entries.
        """
        order, others, starts = self._by_end[end]
        begin, stop = starts[first], starts[last + 1]
        pointer = tuple([start - begin for start in starts[first : last + 2]])
        return pointer, others[begin:stop], order[begin:stop]

    @cached_property
    def _by_end(self) -> tuple[tuple[tuple[int, ...], ...], ...]:
        """The entries in the order of one end and then of the other, these, where rows begin."""
        found = []
        for near, far in ((self.source, self.to), (self.to, self.source)):
            order = np.lexsort((far, near))
            starts = np.searchsorted(near[order], np.arange(self.rows + 1))
            found.append(tuple(tuple(of.tolist()) for of in (order, far[order], starts)))
        return tuple(found)


def adjacent(rows: tuple[int, ...]) -> bool:
    """Whether these are neighbouring rows in rising order."""
    return not rows or rows == tuple(range(rows[0], rows[0] + len(rows)))


def layout_of(network: Network) -> Layout:
    """The layout of a network: level by level, neurons that read the same units side by side."""
    levels: list[list[str]] = [[] for _ in range(max(network.depth.values()))]
    for name in network.order:
        levels[network.depth[name] - 1].append(name)
    place = {unit: n for n, unit in enumerate((BIAS, *network.inputs))}
    groups: list[list[tuple[list[str], bool]]] = []
    for level in levels:
        groups.append(_grouped(network, level, place))
        for neurons, _ in groups[-1]:
            for name in neurons:
                place[name] = len(place)
    return _placed(network, groups, place)


def _grouped(
    network: Network, level: list[str], place: dict[str, int]
) -> list[tuple[list[str], bool]]:
    """The neurons of a level that share their sources, then the others; by activation inside."""
    sharing: dict[frozenset[str], list[str]] = {}
    groups: list[tuple[list[str], bool]] = []
    rest: list[str] = []
    for name in level:
        if name in network.formulas:
            rest.append(name)
        else:
            sharing.setdefault(frozenset(network.sources[name]), []).append(name)
    for sources, neurons in sharing.items():
        alone = len(neurons) == 1 < len(level)
        if len(neurons) >= FEW or (not alone and _near(place, sources)):
            groups.append((_by_activation(network, neurons), True))
        else:
            rest += neurons
    return [*groups, (_by_activation(network, rest), False)] if rest else groups


def _near(place: dict[str, int], units: Iterable[str]) -> bool:
    """Whether these units, but for the bias, are neighbours."""
    places = [place[unit] for unit in units if unit != BIAS]
    return not places or max(places) - min(places) == len(places) - 1


def _by_activation(network: Network, names: list[str]) -> list[str]:
    if len(names) == 1:
        return names
    number: dict[tuple[Activation, str], int] = {}
    same: dict[tuple[int, str], int] = {}  # the very same object is compared but once
    order: dict[str, int] = {}
    for name in names:
        neuron = network.neuron[name]
        key = id(neuron.activation), neuron.group
        if key not in same:
            same[key] = number.setdefault((neuron.activation, neuron.group), len(number))
        order[name] = same[key]
    return sorted(names, key=order.__getitem__)


def _weights(
    network: Network, neurons: list[str], place: dict[str, int], columns: tuple[str, ...] | None
) -> list[str]:
    """The weights of each neuron, in the order of the units they come from or of its formula.

    `columns`: these units, where they are the same for all of the neurons.
    """
    weight_of = network.weight_of
    if columns is not None:
        return [weight_of[j, i] for j in neurons for i in columns]
    found: list[str] = []
    for j in neurons:
        if j in network.formulas:
            found += letters_of(network.formulas[j])["w"]
        else:
            units = sorted(network.sources[j], key=place.__getitem__)
            found += [weight_of[j, i] for i in units]
    return found


def _placed(
    network: Network, groups: list[list[tuple[list[str], bool]]], place: dict[str, int]
) -> Layout:
    """Rows and entries, with a row of ones before each level that is read as one with the bias."""
    units = list(place)
    starts = {level[0][0][0] for level in groups}
    wanted: set[str] = set()
    within = np.zeros(len(units) + 1, np.int64)  # how many blocks read a unit and the one before
    for level in groups:
        for sources in (network.sources[neurons[0]] for neurons, dense in level if dense):
            read = [place[unit] for unit in sources if unit != BIAS]
            if not read or not _near(place, sources):
                continue
            within[min(read) + 1] += 1
            within[max(read) + 1] -= 1
            if BIAS in sources and units[min(read)] in starts:
                wanted.add(units[min(read)])
    within = within.cumsum()
    wanted = {unit for unit in wanted if not within[place[unit]]}
    row: dict[str, int] = {}
    ones = [0]
    for unit in units:
        if unit in wanted:
            ones.append(len(row) + len(ones) - 1)
        row[unit] = len(row) + len(ones) - 1
    entry: dict[str, int] = {}
    outputs = tuple(sorted(network.outputs, key=row.__getitem__))
    layout = Layout(network, (), row, entry, tuple(ones), outputs)
    levels: list[tuple[Block, ...]] = []
    tied = not layout.plain
    for level in groups:
        blocks = []
        for neurons, dense in level:
            first = len(entry)
            shared, columns = False, None
            if dense:
                columns = tuple(sorted(network.sources[neurons[0]], key=place.__getitem__))
            weights = _weights(network, neurons, place, columns)
            if tied:
                for weight in weights:
                    entry.setdefault(weight, len(entry))
                shared = len(entry) - first != len(weights) or any(
                    len(network.uses[w]) > 1 or w in network.readers for w in weights
                )
            else:
                entry.update(zip(weights, range(first, first + len(weights)), strict=True))
            if columns and not adjacent(layout.rows_of(columns)) and len(neurons) < FEW:
                columns = None
            blocks.append(Block(tuple(neurons), columns, first, shared))
        levels.append(tuple(blocks))
    return replace(layout, levels=tuple(levels))
