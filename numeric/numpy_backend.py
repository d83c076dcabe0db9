"""The NumPy backend: every instruction becomes a few calls on arrays that exist beforehand.

Nothing is allocated in a run.  `scipy.sparse._sparsetools` writes a sparse product into a given
array; it is private, so a plain gather stands ready should it be gone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.functions import kernel
from numeric.layout import adjacent
from numeric.program import (
    CORRECTIONS,
    DIVISOR,
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

try:
    from scipy.sparse._sparsetools import csr_matvecs
except ImportError:  # pragma: no cover - a SciPy of the future
    csr_matvecs = None

Array = NDArray[Any]
Call = tuple[Callable[..., Any], tuple[Any, ...]]
CHUNK = 1 << 14
"""Numbers of a gathered piece of edges: it stays in the cache next to its partner."""


def machine(program: Program, batch: int, weights: Array, eta: float) -> NumpyMachine:
    """The program with its buffers, for one batch size."""
    return NumpyMachine(program, batch, weights, eta)


class NumpyMachine:
    """See `backends.Machine`."""

    def __init__(self, program: Program, batch: int, weights: Array, eta: float) -> None:
        layout, self._dtype, self._batch = program.layout, np.dtype(program.dtype), batch
        self._numbers = {"N": float(batch), "eta": float(eta)}
        self._buffers: dict[str, Array] = {
            buffer.name: np.zeros(
                (buffer.size, batch) if buffer.sampled else buffer.size, self._dtype
            )
            for buffer in program.buffers
            if buffer.name != WEIGHTS
        }
        self._buffers[WEIGHTS] = weights
        self._scratch: dict[int, Array] = {}
        signals = self._buffers["y"]
        signals[list(layout.ones)] = 1
        self.inputs = signals[1 : 1 + len(layout.network.inputs)]
        self.targets = self._buffers["d"]
        self.corrections = self._buffers[CORRECTIONS]
        self.divisor = self._buffers.get(DIVISOR)
        rows = tuple(layout.row[name] for name in layout.outputs)
        self._outputs = slice(rows[0], rows[-1] + 1) if adjacent(rows) else np.array(rows)
        self._forward = [call for line in program.forward for call in self._calls(line)]
        backward = [call for line in program.backward for call in self._calls(line)]
        self._learn = self._forward + backward

    def forward(self) -> None:
        """Compute v and y of every neuron."""
        for call, given in self._forward:
            call(*given)

    def learn(self) -> None:
        """Forward, then δ and Δw."""
        for call, given in self._learn:
            call(*given)

    def outputs(self, y: Array, v: Array) -> None:
        """Copy y and v of the outputs into [outputs, batch]."""
        y[...] = self._buffers["y"][self._outputs]
        v[...] = self._buffers["v"][self._outputs]

    def letter(self, letter: str) -> Array:
        """The buffer of a letter: v, y or delta of every row of the layout."""
        return self._buffers[letter]

    # instructions -----------------------------------------------------------------------------

    def _calls(self, line: Instruction) -> list[Call]:
        """The calls that carry out an instruction."""
        match line:
            case Clear(buffer):
                return [(self._buffers[buffer].fill, (0,))]
            case Map():
                return self._map(line)
            case Take(out, of):
                return [self._take(of, self._view(out))]
            case Product(out, matrix, x, transposed):
                flat = self._buffers[matrix.buffer]
                item = flat.itemsize
                w = np.lib.stride_tricks.as_strided(
                    flat[matrix.first :],
                    (matrix.height, matrix.width),
                    (matrix.stride * item, item),
                    writeable=False,
                )
                # `dot` begins sooner, but copies a matrix with gaps between its rows
                gaps = matrix.width < matrix.stride and matrix.height * matrix.width >= 256
                given = (w.T if transposed else w, self._view(x), self._view(out))
                return [(np.matmul if gaps else np.dot, given)]
            case Sparse():
                return self._sparse(line)
            case Total(out, x):
                return [(np.add.reduce, (self._view(x), 0, None, self._view(out), True))]
            case Softmax(out, x):
                v, y, row = self._view(x), self._view(out), self._temporary(0, (1, self._batch))
                return [
                    (np.maximum.reduce, (v, 0, None, row, True)),
                    (np.subtract, (v, row, y)),
                    (np.exp, (y, y)),
                    (np.add.reduce, (y, 0, None, row, True)),
                    (np.divide, (y, row, y)),
                ]
            case Outer(out, left, right):
                a, b = self._view(left), self._view(right)
                return [(np.dot, (a, b.T, self._view(out).reshape(len(a), len(b))))]
            case EdgeDots():
                return self._edge_dots(line)
            case RunSums(out, of, order, starts):
                parts = self._temporary(0, (len(order),))
                sums = self._temporary(1, (len(starts),))
                at = np.array(out.at)
                return [
                    self._take(Pick(of, order), parts),
                    (np.add.reduceat, (parts, np.array(starts), 0, None, sums)),
                    (self._buffers[out.buffer].__setitem__, (at, sums)),
                ]

    def _map(self, line: Map) -> list[Call]:
        letters = tuple(f"x{n}" for n in range(len(line.reads)))
        made = kernel(line.expr, letters, tuple(self._numbers))
        before: list[Call] = []
        read = []
        used = made.temporaries
        for rows in line.reads:
            if isinstance(rows, Pick):
                target = self._temporary(used, self._shape(rows))
                used += 1
                before.append(self._take(rows, target))
                read.append(target)
            else:
                read.append(self._view(rows))
        shape = self._shape(line.out)
        temporaries = [self._temporary(n, shape) for n in range(made.temporaries)]
        after: list[Call] = []
        if isinstance(line.out, Pick):
            out = self._temporary(used, shape)
            buffer = self._buffers[line.out.buffer]
            after.append((buffer.__setitem__, (np.array(line.out.at), out)))
        else:
            out = self._view(line.out)
        if made.direct is not None:
            call, given = made.direct
            real = tuple(out if g == "out" else read[g] if isinstance(g, int) else g for g in given)
            return [*before, (call, real), *after]
        return [*before, (made.run, (*read, *self._numbers.values(), *temporaries, out)), *after]

    def _sparse(self, line: Sparse) -> list[Call]:
        out, x, data = self._view(line.out), self._buffers[line.x], self._view(line.data)
        pointer, index = (np.array(table, np.int32) for table in (line.pointer, line.index))
        if csr_matvecs is None:
            row = np.repeat(np.arange(len(out)), np.diff(pointer))
            return [(_gathered, (out, row, index, data, x))]
        shape = (len(out), len(x), self._batch)
        return [(csr_matvecs, (*shape, pointer, index, data, x.ravel(), out.ravel()))]

    def _edge_dots(self, line: EdgeDots) -> list[Call]:
        size = max(1, CHUNK // self._batch)
        out = self._view(line.out)
        calls: list[Call] = []
        for start in range(0, len(out), size):
            part = slice(start, min(start + size, len(out)))
            shape = (part.stop - part.start, self._batch)
            a, b = self._temporary(0, shape), self._temporary(1, shape)
            calls.append(self._take(Pick(line.left.buffer, line.left.at[part]), a))
            calls.append(self._take(Pick(line.right.buffer, line.right.at[part]), b))
            calls.append((partial(np.einsum, out=out[part]), ("eb,eb->e", a, b)))
        return calls

    # arrays -----------------------------------------------------------------------------------

    def _view(self, rows: Rows) -> Array:
        return self._buffers[rows.buffer][rows.start : rows.stop]

    def _shape(self, rows: Rows | Pick) -> tuple[int, ...]:
        return (rows.count, *self._buffers[rows.buffer].shape[1:])

    def _take(self, of: Pick, out: Array) -> Call:
        # mode "clip" writes straight into out; the numbers are in range by construction
        return (np.take, (self._buffers[of.buffer], np.array(of.at, np.intp), 0, out, "clip"))

    def _temporary(self, number: int, shape: tuple[int, ...]) -> Array:
        """A scratch array, shared by all instructions; a new one where it is too small."""
        size = int(np.prod(shape))
        held = self._scratch.get(number)
        if held is None or held.size < size:
            held = self._scratch[number] = np.empty(size, self._dtype)
        return held[:size].reshape(shape)


def _gathered(out: Array, row: Array, index: Array, data: Array, x: Array) -> None:
    np.add.at(out, row, data[:, np.newaxis] * x[index])
