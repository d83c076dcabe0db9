"""Copies of weight matrices, for one sample after the other: rows of whole vectors.

A matrix that is multiplied with a sample alone, W x, has its copy turned, so that the product with
the next sample is found while the weights are corrected: `k_advance` of `online.h`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.native.access import overlap, rows_of, slice_of
from numeric.program import WEIGHTS, Instruction, Matrix, Outer, Pick, Product, Program


class Copies:
    """Where the copies are; `blocks`: how they are made and taken back, `Block` of `driver.h`.

    `then`: the rows y_0 and the inputs of the next sample, where a copy is turned.
    """

    def __init__(self) -> None:
        self.blocks: list[list[int]] = []
        self.then: NDArray[Any] | None = None
        self._at: dict[int, tuple[int, int, int]] = {}
        self._turned: dict[int, tuple[int, int, Product]] = {}
        self._firsts: list[int] = []

    def make(
        self,
        program: Program,
        corrections: Sequence[Instruction],
        pulled: Sequence[tuple[int, ...]],
        vector: int,
        weights: NDArray[Any],
        scratch: Callable[[int], NDArray[Any]],
    ) -> None:
        """Copies of the matrices that products alone touch; `pulled`: weights read otherwise."""
        touched = np.zeros(len(weights) + 1, bool)
        for places in pulled:
            touched[list(places)] = True
        for line in (*program.forward, *program.backward):
            if not isinstance(line, Product):
                for read in rows_of(line)[0]:
                    if read.buffer == WEIGHTS:
                        touched[slice_of(read)] = True
        alone = _of_samples(program)
        for line in corrections:
            if isinstance(line, Outer) and not touched[line.out.start : line.out.stop].any():
                height, width = line.left.count, line.right.count
                product = alone.get((line.out.start, height, width))
                turned = product is not None and product.x == line.right
                rows, columns = (width, height) if turned else (height, width)
                step = -(-columns // vector) * vector
                copy = scratch(rows * step).ctypes.data
                first = line.out.start
                if turned and product is not None:
                    self._turned[first] = copy, step, product
                else:
                    self._at[first] = copy, step, line.out.count
                at = weights.ctypes.data + first * weights.itemsize
                self.blocks.append([at, copy, height, width, step, int(turned)])
        self._firsts = sorted(self._at)
        if self._turned:
            self.then = scratch(1 + len(program.layout.network.inputs))
            self.then[0] = 1

    def of(self, first: int) -> tuple[int, int] | None:
        """Address of the copy that begins with this weight, and the step of its rows."""
        found = self._at.get(first)
        return found and found[:2]

    def turned(self, first: int) -> tuple[int, int, int, Product] | None:
        """Address and step of a turned copy, where its x of the next sample is, and its product."""
        if first not in self._turned or self.then is None:
            return None
        copy, step, product = self._turned[first]
        then = self.then.ctypes.data + product.x.start * self.then.itemsize
        return copy, step, then, product

    def around(self, matrix: Matrix, item: int, vector: int) -> tuple[int, int, int] | None:
        """Address and step in the copy that holds the matrix; 1: it reads whole vectors there."""
        if matrix.buffer != WEIGHTS or not self._at:
            return None
        first = self._firsts[max(0, bisect_right(self._firsts, matrix.first) - 1)]
        copy, step, count = self._at[first]
        if not first <= matrix.first < first + count:
            return None
        row, column = divmod(matrix.first - first, matrix.stride)
        whole = column + -(-matrix.width // vector) * vector <= step
        return copy + (row * step + column) * item, step, int(whole)


def _of_samples(program: Program) -> dict[tuple[int, int, int], Product]:
    """The products v := W x of a sample alone, by first weight, height and width of W.

    Nothing else reads their weights, and no such v is that of an output: it is the next one's
    before this one is reported.
    """
    layout = program.layout
    inputs = 1 + len(layout.network.inputs)
    outputs = Pick("v", tuple(layout.row[name] for name in layout.outputs))
    products = [p for p in (*program.forward, *program.backward) if isinstance(p, Product)]
    products = [p for p in products if p.matrix.buffer == WEIGHTS]
    found: dict[tuple[int, int, int], Product] = {}
    for line in products:
        matrix = line.matrix
        sample = line.x.buffer == "y" and line.x.stop <= inputs and not line.transposed
        if sample and line.out.buffer == "v" and not overlap(line.out, outputs):
            begin, end = matrix.first, matrix.first + matrix.height * matrix.width
            others = (p.matrix for p in products if p is not line)
            if matrix.stride == matrix.width and not any(
                m.first < end and begin < m.first + m.height * m.stride for m in others
            ):
                found[begin, matrix.height, matrix.width] = line
    return found
