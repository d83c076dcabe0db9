"""Σ_i w_ji g_i, Σ_k g_k w_kj and Σ_ξ a_j b_i as instructions: matrix products and sparse rows."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from itertools import chain, pairwise

import numpy as np

from numeric.layout import Block, Layout, Scattered, adjacent, layout_of
from numeric.program import (
    CORRECTIONS,
    DIVISOR,
    WEIGHTS,
    Buffer,
    EdgeDots,
    Instruction,
    Map,
    Matrix,
    Outer,
    Pick,
    Product,
    Rows,
    RunSums,
    Sparse,
    Take,
)
from symbolic.network import Network
from symbolic.terms import Sign, Term

Units = tuple[str, ...]
Edge = tuple[str, str]


class Space:
    """The buffers of a program, and where the units of a network lie in them."""

    def __init__(self, network: Network, weighted: bool = False) -> None:
        self.layout: Layout = layout_of(network)
        size = self.layout.rows
        weights = len(self.layout.entry)
        named = [Buffer(letter, size) for letter in ("v", "y", "delta")]
        named.append(Buffer("d", len(network.outputs)))
        if weighted:
            named.append(Buffer(DIVISOR, 1))
        named += (Buffer(name, weights, sampled=False) for name in (WEIGHTS, CORRECTIONS))
        self.buffers = {buffer.name: buffer for buffer in named}
        self.level: dict[str, int] = {}
        self.block: dict[str, Block] = {}
        for depth, level in enumerate(self.layout.levels):
            for block in level:
                for name in block.neurons:
                    self.level[name], self.block[name] = depth, block
        self._target = {name: n for n, name in enumerate(self.layout.outputs)}
        self.gathered: dict[tuple[str, Units], Rows] = {}
        self.spread: dict[int, str] = {}
        self.terms: dict[Term, Term] = {}

    def fresh(self, name: str, size: int, sampled: bool = True) -> Rows:
        """A new buffer of this size."""
        buffer = Buffer(f"{name}{len(self.buffers)}", size, sampled)
        self.buffers[buffer.name] = buffer
        return Rows(buffer.name, 0, size)

    def known(self, letter: str) -> Container[str] | None:
        """The units that have this letter; None: all."""
        if letter == "d":
            return self._target
        return self.layout.network.neuron if letter in ("v", "delta") else None

    def where(self, buffer: str, units: Units) -> Rows | Pick:
        """The rows of the units in a buffer; y_0 is taken where it makes the rows neighbours."""
        if len(units) == 1:
            row = (self._target if buffer == "d" else self.layout.row)[units[0]]
            return Rows(buffer, row, row + 1)
        if buffer == "d":
            rows = tuple(self._target[unit] for unit in units)
        elif buffer == "y":
            rows = self.layout.rows_of(units)
        else:
            rows = tuple(self.layout.row[unit] for unit in units)
        return Rows(buffer, rows[0], rows[-1] + 1) if adjacent(rows) else Pick(buffer, rows)

    def rows(self, buffer: str, units: Units) -> Rows:
        """The rows of units that are neighbours."""
        rows = self.where(buffer, units)
        assert isinstance(rows, Rows)
        return rows

    def sorted(self, units: Iterable[str]) -> Units:
        """The units in the order of their rows."""
        return tuple(sorted(units, key=self.layout.row.__getitem__))

    def runs(self, units: Sequence[str]) -> list[Units]:
        """The sorted units, cut where their rows are no neighbours."""
        row, found = self.layout.row, [[units[0]]]
        for before, unit in pairwise(units):
            if row[unit] != row[before] + 1:
                found.append([])
            found[-1].append(unit)
        return [tuple(part) for part in found]


class Linear:
    """The sums of one pass; they are appended to its code."""

    def __init__(self, space: Space, code: list[Instruction]) -> None:
        self.space, self.layout, self.network = space, space.layout, space.layout.network
        self.code = code
        self.cleared: dict[str, None] = {}
        self._ahead: list[Instruction] = []
        self._pulled: list[int] = []
        self._pull = space.fresh("pull", 0, sampled=False).buffer

    def ahead(self) -> list[Instruction]:
        """What the pass must gather before it begins: weights in the order they are needed in."""
        size = len(self._pulled)
        self.space.buffers[self._pull] = Buffer(self._pull, size, sampled=False)
        if size:
            pick = Pick(WEIGHTS, tuple(self._pulled))
            return [*self._ahead, Take(Rows(self._pull, 0, size), pick)]
        return self._ahead

    def feeding(self, units: Units, source: str, place: Rows) -> None:
        """place_j := Σ_i w_ji source_i over the units i that feed j; the j are neighbours."""
        if self.layout.scattered is not None:
            self._scattered(self.layout.scattered, units, source, place, 1)
            return
        parts: dict[Block, list[str]] = {}
        for unit in units:
            parts.setdefault(self.space.block[unit], []).append(unit)
        start = place.start
        for block, names in parts.items():
            out = Rows(place.buffer, start, start + len(names))
            start += len(names)
            if block.sources is None:
                if self.layout.plain:
                    self._scattered(self.layout.synapses, names, source, out, 1)
                    continue
                edges = [[(j, i) for i in self.network.sources[j]] for j in names]
                self._sparse(out, edges, source, 1)
                continue
            matrix = self._matrix(block, block.neurons.index(names[0]), len(names))
            self.code.append(Product(out, matrix, self._together(source, block.sources)))

    def fed(self, units: Units, source: str, place: Rows) -> None:
        """place_j := Σ_k source_k w_kj over the neurons k fed by j; the j are neighbours."""
        if self.layout.scattered is not None:
            self._scattered(self.layout.scattered, units, source, place, 0)
            return
        table = self.network.successors
        block_of = self.space.block.__getitem__
        blocks = dict.fromkeys(map(block_of, chain.from_iterable(table[j] for j in units)))
        products: list[tuple[Block, int, Units]] = []
        listed: set[Block] = set()
        for block in blocks:
            inside = () if block.sources is None else self._columns(block.sources, units)
            if inside:
                products.append((block, inside[0], units[inside[1] : inside[2]]))
            else:
                listed.add(block)
        products.sort(key=lambda part: -len(part[2]))
        written = bool(products) and products[0][2] == units
        if not written:
            self.cleared[place.buffer] = None
        for n, (block, column, part) in enumerate(products):
            whole = self._matrix(block, 0, len(block.neurons))
            matrix = Matrix(
                whole.buffer, whole.first + column, whole.height, len(part), whole.stride
            )
            first = place.start + units.index(part[0])
            out = Rows(place.buffer, first, first + len(part))
            x = self.space.rows(source, block.neurons)
            if n == 0 and written:
                self.code.append(Product(out, matrix, x, transposed=True))
            else:
                more = self.space.fresh("t", len(part))
                self.code.append(Product(more, matrix, x, transposed=True))
                self.code.append(Map(out, Sign("x0") + Sign("x1"), (out, more)))
        if listed and self.layout.plain and len(listed) == len(blocks):
            self._scattered(self.layout.synapses, units, source, place, 0)
        elif listed:
            edges = [[(k, j) for k in table[j] if self.space.block[k] in listed] for j in units]
            self._sparse(place, edges, source, 0)

    def correct_all(self, left: str, right: str) -> None:
        """Δw_ji := Σ_ξ left_j right_i for every synapse; each has a weight of its own."""
        listed: list[Block] = []
        for block in chain.from_iterable(self.layout.levels):
            if block.sources is None:
                listed.append(block)
                continue
            x = self._together(right, block.sources)
            rows = Rows(CORRECTIONS, block.first, block.first + len(block.neurons) * x.count)
            self.code.append(Outer(rows, self.space.rows(left, block.neurons), x))
        ends = [self.layout.ends_of(block) for block in listed]
        run: list[int] = []
        for n, block in enumerate(listed):
            run.append(n)
            stop = block.first + len(ends[n][0])
            if n + 1 < len(listed) and listed[n + 1].first == stop:
                continue
            rows = Rows(CORRECTIONS, listed[run[0]].first, stop)
            at_j, at_i = (tuple(np.concatenate([ends[m][e] for m in run]).tolist()) for e in (0, 1))
            self.code.append(EdgeDots(rows, Pick(left, at_j), Pick(right, at_i)))
            run = []

    def correct(
        self, edges: list[Edge], left: str, right: str, out: str = CORRECTIONS
    ) -> dict[Edge, int]:
        """Σ_ξ left_j right_i for the synapses; where each lies, in another vector than Δw.

        In Δw itself, each lies at the entry of its weight; any other vector is filled from 0.
        """
        own = out == CORRECTIONS
        remaining = dict.fromkeys(edges)
        place: dict[Edge, int] = {}
        filled = 0
        for block in chain.from_iterable(self.layout.levels):
            if block.sources is None or (own and block.shared):
                continue
            inside = [(j, i) for j in block.neurons for i in block.sources]
            if not all(edge in remaining for edge in inside):
                continue
            first = block.first if own else filled
            filled += len(inside)
            for n, edge in enumerate(inside):
                del remaining[edge]
                place[edge] = first + n
            x = self._together(right, block.sources)
            rows = Rows(out, first, first + len(inside))
            self.code.append(Outer(rows, self.space.rows(left, block.neurons), x))
        entry, row = self.layout.entry_of.__getitem__, self.layout.row
        rest = sorted(remaining, key=entry)
        entries = list(map(entry, rest))
        ends = [len(rest)] if rest else []
        if own:
            ends = [n for n in range(1, len(rest)) if entries[n] != entries[n - 1] + 1] + ends
        for begin, end in pairwise((0, *ends)):
            part = rest[begin:end]
            first = entries[begin] if own else filled
            filled += len(part)
            place.update(zip(part, range(first, first + len(part)), strict=True))
            a = Pick(left, tuple([row[j] for j, _ in part]))
            b = Pick(right, tuple([row[i] for _, i in part]))
            self.code.append(EdgeDots(Rows(out, first, first + len(part)), a, b))
        return place

    def shared(self, edges: list[Edge], left: str, right: str) -> None:
        """Δw := Σ over the uses of Σ_ξ left_j right_i, for weights that several synapses carry."""
        vector = self.space.fresh("use", len(edges), sampled=False).buffer
        place = self.correct(edges, left, right, vector)
        entry, weight_of = self.layout.entry, self.network.weight_of
        at: dict[int, list[int]] = {}
        for edge in edges:
            at.setdefault(entry[weight_of[edge]], []).append(place[edge])
        order = tuple(chain.from_iterable(at.values()))
        starts, count = [], 0
        for uses in at.values():
            starts.append(count)
            count += len(uses)
        self.code.append(RunSums(Pick(CORRECTIONS, tuple(at)), vector, order, tuple(starts)))

    # pieces -----------------------------------------------------------------------------------

    def _columns(self, sources: Units, units: Units) -> tuple[int, int, int] | None:
        """The first column of the units that a block reads, and which of the units these are.

        None where the block reads some of them but not neighbours, in neighbouring columns.
        """
        column = {source: n for n, source in enumerate(sources)}
        read = [n for n, unit in enumerate(units) if unit in column]
        columns = tuple(column[units[n]] for n in read)
        if not adjacent(columns) or not adjacent(tuple(read)):
            return None
        return columns[0], read[0], read[-1] + 1

    def _matrix(self, block: Block, row: int, height: int) -> Matrix:
        """Rows of the weight matrix of a block; shared weights are spread out once a pass."""
        assert block.sources is not None
        width, name, first = len(block.sources), WEIGHTS, block.first
        if block.shared:
            key = self.layout.row[block.neurons[0]]
            if key not in self.space.spread:
                edges = tuple((j, i) for j in block.neurons for i in block.sources)
                fresh = self.space.fresh("spread", len(edges), sampled=False)
                self._ahead.append(
                    Take(fresh, Pick(WEIGHTS, tuple(map(self.layout.entry_of.__getitem__, edges))))
                )
                self.space.spread[key] = fresh.buffer
            name, first = self.space.spread[key], 0
        return Matrix(name, first + row * width, height, width, width)

    def _together(self, buffer: str, units: Units) -> Rows:
        """The rows of the units side by side, gathered where they are not; y only once."""
        rows = self.space.where(buffer, units)
        if isinstance(rows, Rows):
            return rows
        found = self.space.gathered.get((buffer, units))
        if found is None:
            found = self.space.fresh("t", len(units))
            self.code.append(Take(found, rows))
            if buffer == "y":
                self.space.gathered[buffer, units] = found
        return found

    def _scattered(
        self, table: Scattered, units: Sequence[str], source: str, place: Rows, end: int
    ) -> None:
        """place_j := Σ w source over all that the units feed (`end` 0) or are fed by (1)."""
        row = self.layout.row
        pointer, index, entries = table.around(row[units[0]], row[units[-1]], end)
        self._listed(place, pointer, index, entries, source)

    def _sparse(self, out: Rows, edges: list[list[Edge]], source: str, end: int) -> None:
        """out_r += Σ w source over the synapses of row r, source at their end 0 (to) or 1."""
        row, entry, pointer = self.layout.row, self.layout.entry_of.__getitem__, [0]
        index: list[int] = []
        entries: list[int] = []
        for listed in edges:
            ordered = sorted(zip([row[e[end]] for e in listed], map(entry, listed), strict=True))
            index += [at for at, _ in ordered]
            entries += [at for _, at in ordered]
            pointer.append(len(index))
        self._listed(out, tuple(pointer), tuple(index), tuple(entries), source)

    def _listed(
        self,
        out: Rows,
        pointer: tuple[int, ...],
        index: tuple[int, ...],
        entries: tuple[int, ...],
        source: str,
    ) -> None:
        if adjacent(entries):
            data = Rows(WEIGHTS, entries[0], entries[-1] + 1)
        else:
            data = Rows(self._pull, len(self._pulled), len(self._pulled) + len(entries))
            self._pulled += entries
        self.cleared[out.buffer] = None
        self.code.append(Sparse(out, pointer, index, data, source))
