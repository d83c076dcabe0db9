"""The small network around a neuron: which synapses carry a weight when nearly all others are 0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import islice

from symbolic.network import BIAS, Network

Edge = tuple[str, str]
"""A synapse as (to, source), or a neuron and a unit that its own formula reads."""

WIDE = 40
"""How many successors, sources or uses of one weight are followed at most."""

SMALL = 80
"""A network with no more synapses than this is taken whole."""


class Shape(StrEnum):
    """How much of the network around a neuron takes part."""

    PATH = "one path from an input through the neuron to an output"
    FAN = "a path through every successor and every source"
    RICH = "all synapses between the units of the fan, biases too"


class Surroundings:
    """The nearest ways of a network, found once: to an output, from an input."""

    def __init__(self, network: Network) -> None:
        self.network = network
        readers = network.successors
        feeders = {
            unit: tuple(s for s in sources if s != BIAS)
            for unit, sources in network.sources.items()
        }
        self.onward = _nearest(network.outputs, feeders)
        self.back = _nearest(network.inputs, readers)

    def synapses(self, names: Iterable[str], shape: Shape, turn: int) -> tuple[Edge, ...]:
        """The synapses around the units and weights named; `turn` chooses among several ways."""
        edges: dict[Edge, None] = {}
        for name in tuple(names) or self.network.outputs[:2]:
            for edge in self.network.uses.get(name, ())[:WIDE]:
                self._through(edges, edge)
            for reader in self.network.readers.get(name, ())[:WIDE]:
                self._around(edges, reader, shape, turn)
                edges.update(dict.fromkeys((reader, i) for i in self.network.sources[reader]))
            if name in self.network.successors and name != BIAS:
                self._around(edges, name, shape, turn)
        if shape is Shape.RICH:
            self._enrich(edges)
        elif len(edges) < WIDE:
            self._enough(edges, names)
        if self.network.formulas:
            self._complete(edges)
        return tuple(edges)

    def _complete(self, edges: dict[Edge, None]) -> None:
        """A formula needs all that it reads: a product with a factor left out is 0."""
        done: set[str] = set()
        waiting = [to for to, _ in edges]
        while waiting:
            here = waiting.pop()
            if here in done or here not in self.network.formulas:
                continue
            done.add(here)
            for source in self.network.sources[here]:
                before = len(edges)
                edges[here, source] = None
                self._to(edges, source)
                waiting += [to for to, _ in list(edges)[before:]]

    def _through(self, edges: dict[Edge, None], edge: Edge) -> None:
        """The synapse, a way to it and a way on from it."""
        edges[edge] = None
        self._to(edges, edge[1])
        self._from(edges, edge[0])

    def _around(self, edges: dict[Edge, None], unit: str, shape: Shape, turn: int) -> None:
        self._to(edges, unit)
        successors = self.network.successors[unit]
        sources = [s for s in self.network.sources.get(unit, ()) if s != BIAS]
        if shape is Shape.PATH:
            start = turn // 2 % max(1, len(successors))
            successors = successors[start : start + 1]
            sources = []
        for k in successors[:WIDE]:
            edges[k, unit] = None
            self._from(edges, k)
            if shape is not Shape.PATH and self.network.neuron[k].activation.kinks:
                self._aside(edges, k, unit)
        for i in sources[:WIDE]:
            edges[unit, i] = None
            self._to(edges, i)

    def _aside(self, edges: dict[Edge, None], k: str, unit: str) -> None:
        """Another source for k, so that v_k stays off a kink when y of the unit is 0."""
        others = (i for i in self.network.sources[k] if i != unit and (i == BIAS or i in self.back))
        for source in islice(others, 2):
            edges[k, source] = None
            self._to(edges, source)

    def _to(self, edges: dict[Edge, None], unit: str) -> None:
        """The shortest way from an input to the unit."""
        while (source := self.back.get(unit, "")) and (unit, source) not in edges:
            edges[unit, source] = None
            unit = source

    def _from(self, edges: dict[Edge, None], unit: str) -> None:
        """The shortest way from the unit to an output."""
        while (reader := self.onward.get(unit, "")) and (reader, unit) not in edges:
            edges[reader, unit] = None
            unit = reader

    def _enrich(self, edges: dict[Edge, None]) -> None:
        if len(self.network.synapses) <= SMALL:
            edges.update(dict.fromkeys((s.to, s.source) for s in self.network.synapses))
            edges.update(
                dict.fromkeys(
                    (j, i) for j in self.network.formulas for i in self.network.sources[j]
                )
            )
            return
        units = {unit for edge in edges for unit in edge} | {BIAS}
        for unit in tuple(dict.fromkeys(to for to, _ in edges)):
            for source in self.network.sources[unit]:
                if source in units:
                    edges[unit, source] = None

    def _enough(self, edges: dict[Edge, None], names: Iterable[str]) -> None:
        """A neuron reached only from the bias unit still needs its bias."""
        for name in names:
            biased = (name, BIAS) in self.network.weight_of
            if biased and not any(to == name for to, _ in edges):
                edges[name, BIAS] = None


def _nearest(ends: Iterable[str], table: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """For every unit that some end leads to through the table, the next unit towards the end."""
    towards: dict[str, str] = dict.fromkeys(ends, "")
    queue = list(towards)
    for unit in queue:
        for further in table.get(unit, ()):
            if further not in towards:
                towards[further] = unit
                queue.append(further)
    return towards
