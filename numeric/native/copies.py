"""Padded copies of weight matrices, for one sample after the other: rows of whole vectors."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.native.access import rows_of, slice_of
from numeric.program import WEIGHTS, Instruction, Matrix, Outer, Product, Program


class Copies:
    """Where the copies are; `blocks`: how they are made and taken back, `Block` of `driver.h`."""

    def __init__(self) -> None:
        self.blocks: list[list[int]] = []
        self._at: dict[int, tuple[int, int, int]] = {}
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
                for rows in rows_of(line)[0]:
                    if rows.buffer == WEIGHTS:
                        touched[slice_of(rows)] = True
        for line in corrections:
            if isinstance(line, Outer) and not touched[line.out.start : line.out.stop].any():
                height, width = line.left.count, line.right.count
                step = -(-width // vector) * vector
                copy = scratch(height * step).ctypes.data
                first = line.out.start
                self._at[first] = copy, step, line.out.count
                at = weights.ctypes.data + first * weights.itemsize
                self.blocks.append([at, copy, height, width, step])
        self._firsts = sorted(self._at)

    def of(self, first: int) -> tuple[int, int] | None:
        """Address of the copy that begins with this weight, and the step of its rows."""
        found = self._at.get(first)
        return found and found[:2]

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
