"""A program as orders for the kernels: which kernel, on which addresses, with which index arrays.

Instruction by instruction, with four changes that leave the result as it is; the audit runs the
orders after them.  (1) Rows that are cleared and then added to are written at once.  (2) Weights
gathered for a sparse product have no array: they are read through their places.  (3) In training,
where nothing reads the weights after the corrections, w += Δw happens in the product that gives Δw.
(4) For one sample a product is a matrix times a vector, its rows are neighbours, and a single row
is a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from numpy.typing import NDArray

from numeric.native.access import in_runs, listed, overlap, rows_of, runs_of, tail_of
from numeric.native.clearing import Clearing
from numeric.native.copies import Copies
from numeric.native.tables import NONE, VECTOR, Kernel, Tables, along
from numeric.native.text import Text
from numeric.program import (
    CORRECTIONS,
    WEIGHTS,
    Clear,
    EdgeDots,
    Instruction,
    Map,
    Outer,
    Pick,
    Product,
    Program,
    Rows,
    RunSums,
    Softmax,
    Sparse,
    Take,
    Total,
)

Array = NDArray[Any]


class Orders:
    """The orders of a program for one batch size, on arrays that exist."""

    def __init__(
        self,
        program: Program,
        text: Text,
        batch: int,
        stride: int,
        arrays: dict[str, Array],
        scratch: Callable[[int], Array],
        tables: Tables | None = None,
        lanes: tuple[int, int] | None = None,
        vector: int = VECTOR,
    ) -> None:
        self._program, self._text, self._batch, self._stride = program, text, batch, stride
        self._arrays, self._scratch = arrays, scratch
        self.base = {name: array.ctypes.data for name, array in arrays.items()}
        self._sampled = {b.name: b.sampled for b in program.buffers}
        self._size = {b.name: b.size for b in program.buffers}
        self._item = next(iter(arrays.values())).itemsize
        self.tables = tables or Tables()
        self._lane, self._lanes = lanes or (0, stride)
        self._one, self._vector = batch == 1, vector
        self._clearing, self._copies = Clearing(program), Copies()
        self._backward = program.backward if self._one else listed(program)
        self._pulled = {
            line.out.buffer: line.of.at
            for line in (*program.forward, *program.backward)
            if isinstance(line, Take) and line.out.buffer not in arrays
        }
        self._turns: dict[Rows, int] = {}
        self._rooms: dict[tuple[int, int], int] = {}
        self._flipped: dict[str, dict[Rows, tuple[int, int]]] = {}
        self.flipped: dict[Rows, tuple[int, int]] = {}
        self.begin: list[list[int]] = []
        self.corrections: list[list[int]] = []
        self._code: list[list[int]] = []
        self.tail = tail = tail_of(program)
        if lanes is not None:
            return
        for line in self._backward if tail is not None else ():
            if isinstance(line, EdgeDots) and line.out.buffer == CORRECTIONS:
                self.tables.hold(line.out.start, line.right.at)
        self.forward = self._pass(program.forward)
        self.learn: list[list[int]] | None = None
        self.factor: list[list[int]] = []
        if tail is None:
            self.learn = self.forward + self._pass(self._backward)
            add = [Kernel.ADD, self.base[WEIGHTS], self.base[CORRECTIONS], self._size[WEIGHTS]]
            self.train = [*self.learn, add]
            return
        ahead, last = self.forward, self._backward[tail.start :]
        if self._one and any(isinstance(line, Outer) for line in last):
            self.learn = self.forward + self._pass(self._backward)
            pulled = tuple(self._pulled.values())
            self._copies.make(program, last, pulled, vector, arrays[WEIGHTS], scratch)
            ahead = self._pass(program.forward)
        fused = self._pass(self._backward[: tail.start], ends=False)
        self.corrections = self._corrections(last, WEIGHTS, 1, self.scale)
        self.train = ahead + fused + self.corrections
        self.flipped = {r: held for part in self._flipped.values() for r, held in part.items()}
        if self.learn is None:
            self.factor = self._pass([line for line in last if isinstance(line, Map)])

    # passes -----------------------------------------------------------------------------------

    def _pass(self, lines: Sequence[Instruction], ends: bool = True) -> list[list[int]]:
        self._code, self._flipped = [], {}
        self._clearing.start()
        for line in lines:
            self._order(line)
        if ends:
            self._clear(self._clearing.rest())
        return self._code

    def _corrections(
        self, lines: Sequence[Instruction], into: str, more: int, factor: int
    ) -> list[list[int]]:
        """w += or Δw := factor · Σ_ξ δ y for the tail of the backward pass."""
        self._code = []
        for line in lines:
            for rows in rows_of(line)[0]:
                self._clear(self._clearing.needed(rows))
            if isinstance(line, Outer):
                self._outer(line, into, more, factor)
            elif isinstance(line, EdgeDots):
                self._dots(line, into, more, factor)
        self._clear(self._clearing.rest())
        return self._code

    # parts of a batch ---------------------------------------------------------------------------

    def part(self) -> tuple[list[list[int]], ...]:
        """Signals and δ of a part of a batch; Δw := and Δw += its Σ_ξ δ y.

        What an order says stands at `k_outer` and `k_dots`: a[6] is whether it adds.
        """
        program, tail = self._program, self.tail
        assert tail is not None
        forward = self._pass(program.forward)
        backward = self._pass(self._backward[: tail.start], ends=False)
        first = self._corrections(self._backward[tail.start :], CORRECTIONS, 0, self.plain)
        adds = [[*o[:7], 1, *o[8:]] if o[0] in (Kernel.OUTER, Kernel.DOTS) else o for o in first]
        return forward + backward, first, adds

    def added(self) -> list[list[int]]:
        """w += factor · Δw."""
        at = self.base[WEIGHTS], self.base[CORRECTIONS], self._size[WEIGHTS]
        return [[Kernel.ADD, *at, *[0] * 4, self.scale]]

    @property
    def plain(self) -> int:
        """The number of the factor 1."""
        return self._text.factors.index(())

    @property
    def scale(self) -> int:
        """The number of the factor of the corrections."""
        assert self.tail is not None
        return self._text.factors.index(self.tail.factor)

    @property
    def has_matrices(self) -> bool:
        """Whether weights are corrected as matrices, not synapse by synapse."""
        return any(order[0] == Kernel.OUTER for order in self.corrections)

    @property
    def copies(self) -> Copies:
        """The copies of matrices that one sample after the other is learned in."""
        return self._copies

    @property
    def divisible(self) -> bool:
        """Whether all but the corrections works on lanes alone, so that these may be divided."""
        if self.tail is None or self._one:
            return False
        program = self._program
        for line in (*program.forward, *self._backward[: self.tail.start]):
            for rows in rows_of(line)[1]:
                pulled = isinstance(line, Take) and rows.buffer in self._pulled
                if not (self._sampled[rows.buffer] or pulled):
                    return False
        return True

    def ahead(self, whole: Orders) -> list[list[int]]:
        """Signals and δ of these lanes, and what the corrections of the whole read of them."""
        program, tail = self._program, self.tail
        assert tail is not None
        forward = self._pass(program.forward)
        backward = self._pass(self._backward[: tail.start], ends=False)
        for line in self._backward[tail.start :]:
            for rows in rows_of(line)[0]:
                self._clear(self._clearing.needed(rows))
        self._clear(self._clearing.rest())
        for rows, (held, width) in whole.flipped.items():
            at = held + self._lane * width * self._item
            backward.append([Kernel.TRANSPOSE, at, self._rows(rows), rows.count, width])
        return forward + backward

    # instructions -------------------------------------------------------------------------------

    def _order(self, line: Instruction) -> None:
        if isinstance(line, Clear):
            self._clearing.hold(line.buffer)
            return
        reads, writes = rows_of(line)
        fresh = isinstance(line, Sparse) and self._clearing.fresh(line.out)
        for rows in reads[:-1] if fresh else reads:
            self._clear(self._clearing.needed(rows))
        for rows in writes:
            self._clearing.written(rows)
            held = self._flipped.get(rows.buffer, {})
            for flipped in [f for f in held if overlap(f, rows)]:
                del held[flipped]
        match line:
            case Map():
                self._map(line)
            case Take(out, of):
                if out.buffer not in self._pulled:
                    self._take(of, self._at(out.buffer, out.start))
            case Product():
                self._product(line)
            case Sparse():
                self._sparse(line, fresh)
            case Total(out, x):
                self._code.append([Kernel.TOTAL, self._rows(out), self._rows(x), x.count])
            case Softmax(out, x):
                self._code.append([Kernel.SOFTMAX, self._rows(out), self._rows(x), x.count])
            case Outer():
                self._outer(line, CORRECTIONS, 0, 0)
            case EdgeDots():
                self._dots(line, CORRECTIONS, 0, 0)
            case RunSums(out, of, order, starts):
                at, which, bounds = (
                    self.tables.place(t) for t in (out.at, order, (*starts, len(order)))
                )
                self._code.append(
                    [
                        Kernel.RUNS,
                        self.base[out.buffer],
                        at,
                        self.base[of],
                        which,
                        bounds,
                        len(starts),
                    ]
                )

    def _map(self, line: Map) -> None:
        for part in [line] if self._one else in_runs(line):
            self._map_rows(part)

    def _map_rows(self, line: Map) -> None:
        width = self._width(line.out.buffer)
        count = line.out.count
        reads: list[tuple[int, int, int]] = []
        for slot, rows in enumerate(line.reads, start=1):
            step = self._step(rows.buffer)
            if isinstance(rows, Pick):
                held = self._room(slot, rows.count * step)
                self._take(rows, held)
            else:
                held = self._rows(rows)
            several = rows.count > 1
            reads.append((held, step * several, int(step > 1 or (several and width == 1))))
        out, step_ = line.out, self._step(line.out.buffer)
        target = self._rows(out) if isinstance(out, Rows) else self._room(0, count * step_)
        rows_ = count
        if width == step_ and all(
            step == width or (not step and not inside) for _, step, inside in reads
        ):
            width, rows_ = width * count, 1  # everything stands side by side, or is one number
        self._code.append(
            [self._text.code(line), target, rows_, width, step_, len(self.tables.reads)]
        )
        for read in reads:
            self.tables.reads += read
        if isinstance(out, Pick):
            place = self.tables.place(out.at)
            shape = count, self._width(out.buffer), self._step(out.buffer)
            self._code.append([Kernel.PUT, target, self._at(out.buffer, 0), place, *shape])

    def _room(self, slot: int, size: int) -> int:
        """Room for the orders of one instruction; those of the next use the same."""
        size = 1 << (size - 1).bit_length()
        if (slot, size) not in self._rooms:
            self._rooms[slot, size] = self._scratch(size).ctypes.data
        return self._rooms[slot, size]

    def _take(self, of: Pick, out: int) -> None:
        place = self.tables.place(of.at)
        shape = of.count, self._width(of.buffer), self._step(of.buffer)
        self._code.append([Kernel.TAKE, out, self._at(of.buffer, 0), place, *shape])

    def _product(self, line: Product) -> None:
        matrix = line.matrix
        given = [
            self._rows(line.out),
            self.base[matrix.buffer] + matrix.first * self._item,
            self._rows(line.x),
            matrix.height,
            matrix.width,
            matrix.stride,
            int(line.transposed),
        ]
        kind = Kernel.PRODUCT
        if self._one:
            turned = self._copies.turned(matrix.first)
            if turned is not None:
                copy, step, then, _ = turned
                shape = matrix.height, matrix.width, step
                x, v = self._rows(line.x), self._rows(line.out)
                self.begin.append([Kernel.BEGIN, copy, v, x, *shape, x, 0, v])
                return
            kind = Kernel.VECTOR_MATRIX if line.transposed else Kernel.MATRIX_VECTOR
            given.append(0)
            copy = self._copies.around(matrix, self._item, self._vector)
            if copy is not None:
                given[1], given[5], given[7] = copy
        self._code.append([kind, *given])

    def _outer(self, line: Outer, into: str, more: int, factor: int) -> None:
        out = self.base[into if line.out.buffer == CORRECTIONS else line.out.buffer]
        out += line.out.start * self._item
        left, right = self._rows(line.left), self._rows(line.right)
        rows, columns = line.left.count, line.right.count
        if self._one:
            step = 0
            turned = self._copies.turned(line.out.start)
            if into == WEIGHTS and turned is not None:
                copy, step, then, product = turned
                place = copy, left, right, rows, columns, step, then, factor
                self._code.append([Kernel.ADVANCE, *place, self._rows(product.out)])
                return
            copy = self._copies.of(line.out.start)
            if into == WEIGHTS and copy is not None:
                out, step = copy
            self._code.append(
                [Kernel.OUTER_ONE, out, left, right, rows, columns, step, more, factor]
            )
            return
        held, width = self._turned(line.right)
        self._code.append(
            [Kernel.OUTER, out, left, held, rows, columns, width, more, factor, right]
        )

    def _turned(self, rows: Rows) -> tuple[int, int]:
        """Where the rows stand sample by sample, and how far apart the samples are.

        The last one or two of them are read as they stand: `along` of `products.h`.
        """
        turned = rows.count - along(rows.count, self._vector)
        width = turned  # a row that fills vectors begins at one
        if turned > self._vector:
            width = -(-turned // self._vector) * self._vector
        if not turned:
            return 0, 0
        if rows not in self._turns:  # one place for all passes: no two of them run at once
            samples = min(self._batch, self._lane + self._lanes)
            self._turns[rows] = self._scratch(width * samples).ctypes.data
        flipped = self._flipped.setdefault(rows.buffer, {})
        if rows not in flipped:
            held = self._turns[rows]
            self._code.append([Kernel.TRANSPOSE, held, self._rows(rows), rows.count, width])
            flipped[rows] = held, width
        return flipped[rows]

    def _sparse(self, line: Sparse, fresh: bool) -> None:
        data, order = line.data, NONE
        w = self.base[WEIGHTS if data.buffer in self._pulled else data.buffer]
        if data.buffer in self._pulled:
            order = self.tables.place(self._pulled[data.buffer][data.start : data.stop])
        else:
            w += data.start * self._item
        pointer, own = self.tables.place(line.pointer), data.buffer == WEIGHTS
        place = self.tables.place
        index = self.tables.inside(data.start, line.index) if own else place(line.index)
        kind = Kernel.SPARSE_ONE if self._one else Kernel.SPARSE
        x = self._at(line.x, 0)
        count = line.out.count
        self._code.append(
            [kind, self._rows(line.out), count, pointer, index, w, order, x, int(not fresh)]
        )

    def _dots(self, line: EdgeDots, into: str, more: int, factor: int) -> None:
        out = self.base[into if line.out.buffer == CORRECTIONS else line.out.buffer]
        out += line.out.start * self._item
        right = self.tables.place(line.right.at)
        a, b = self.base[line.left.buffer], self.base[line.right.buffer]
        if not self._one:
            left = self.tables.place(line.left.at)
            self._code.append([Kernel.DOTS, out, line.out.count, a, left, b, right, more, factor])
            return
        starts = runs_of(line.left.at)
        left = self.tables.place([line.left.at[n] for n in starts])
        begins = self.tables.place([*starts, line.out.count])
        self._code.append(
            [Kernel.DOTS_ONE, out, len(starts), a, left, b, right, more, factor, begins]
        )

    def _clear(self, runs: Iterable[Rows]) -> None:
        for rows in runs:
            shape = self._width(rows.buffer), self._step(rows.buffer)
            self._code.append([Kernel.CLEAR, self._rows(rows), rows.count, *shape])

    # addresses ----------------------------------------------------------------------------------

    def _width(self, buffer: str) -> int:
        """Elements of a row that are computed."""
        return self._lanes if self._sampled[buffer] else 1

    def _step(self, buffer: str) -> int:
        """Elements from one row to the next."""
        return self._stride if self._sampled[buffer] else 1

    def _at(self, buffer: str, row: int) -> int:
        lane = self._lane if self._sampled[buffer] else 0
        return self.base[buffer] + (row * self._step(buffer) + lane) * self._item

    def _rows(self, rows: Rows) -> int:
        return self._at(rows.buffer, rows.start)
