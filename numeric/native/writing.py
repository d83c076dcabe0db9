"""Single instructions as orders: which kernel, on which addresses, with which index arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from numpy.typing import NDArray

from numeric.native.access import in_runs, listed, overlap, rows_of, runs_of
from numeric.native.clearing import Clearing
from numeric.native.copies import Copies
from numeric.native.pushing import BACK, Pushing
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
SHORT = 16
"""Pieces of fewer numbers of one sample are put together."""


class Writing:
    """What writes the orders of instructions one after the other, on arrays that exist."""

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

    @property
    def copies(self) -> Copies:
        """The copies of matrices that one sample after the other is learned in."""
        return self._copies

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
        parts = in_runs(line)
        if self._one and len(parts) * SHORT > line.out.count:
            parts = [line]  # to pick single numbers takes less time than many short pieces
        for part in parts:
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
                shape = matrix.height, matrix.width, turned[1]
                x, v = self._rows(line.x), self._rows(line.out)
                self.begin.append([Kernel.BEGIN, turned[0], v, x, *shape, x, 0, v])
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
                held, wide, then, product = turned
                place = held, left, right, rows, columns, wide, then, factor
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

    def _push(self, push: Pushing, first: int, end: int, factor: int) -> None:
        """δ goes back along the weights [first, end), and these are corrected."""
        left, place = push.left[first:end].tolist(), self.tables.place
        starts = runs_of(left)
        rows, begins = place([left[n] for n in starts]), place([*starts, end - first])
        index = self.tables.inside(first, tuple(push.right[first:end].tolist()))
        w = self.base[WEIGHTS] + first * self._item
        order = [Kernel.PUSH, w, len(starts), self.base[BACK], rows, self.base["y"], index]
        self._code.append([*order, 0, factor, begins])
