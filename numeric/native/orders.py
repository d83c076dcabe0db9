"""A program as orders for the kernels: which kernel, on which addresses, with which index arrays.

Instruction by instruction, with five changes that leave the result as it is; the audit runs the
orders after them.  (1) Rows that are cleared and then added to are written at once.  (2) Weights
gathered for a sparse product have no array: they are read through their places.  (3) In training,
where nothing reads the weights after the corrections, w += Δw happens in the product that gives Δw.
(4) For one sample a product is a matrix times a vector, its rows are neighbours, and a single row
is a number.  (5) One sample after the other: weights that read the sample alone are corrected and
multiplied with the next one in one pass (`copies.py`); in a graph δ goes back along a synapse as
its weight is corrected (`pushing.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from numpy.typing import NDArray

from numeric.native.access import rows_of, tail_of
from numeric.native.pushing import BACK, Pushing, pushing
from numeric.native.tables import VECTOR, WIDTH, Kernel, Tables
from numeric.native.text import Text
from numeric.native.writing import Writing
from numeric.program import (
    CORRECTIONS,
    WEIGHTS,
    EdgeDots,
    Instruction,
    Map,
    Outer,
    Program,
    Rows,
    Take,
)

Array = NDArray[Any]


class Orders(Writing):
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
        super().__init__(program, text, batch, stride, arrays, scratch, tables, lanes, vector)
        self.flipped: dict[Rows, tuple[int, int]] = {}
        self.corrections: list[list[int]] = []
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
        matrices = [line for line in last if isinstance(line, Outer)]
        push = pushing(program, tail, self._pulled) if self._one else None
        if push is not None or (self._one and matrices):
            self.learn = self.forward + self._pass(self._backward)
        if self._one and matrices:
            pulled = tuple(self._pulled.values())
            self._copies.make(program, last, pulled, vector, arrays[WEIGHTS], scratch)
            ahead = self._pass(program.forward)
        if push is None:
            fused = self._pass(self._backward[: tail.start], ends=False)
        else:
            fused, last = self._pushed(self._backward[: tail.start], push), tuple(matrices)
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

    def _pushed(self, lines: Sequence[Instruction], push: Pushing) -> list[list[int]]:
        """The backward pass in which δ is pushed to the rows that feed it, as weights are read."""
        self._pass([], ends=False)
        for number, line in enumerate(lines):
            if number in push.at or number in push.adds:
                self._clear(self._clearing.needed(Rows(BACK, 0, self._size[BACK])))
            for first, end in push.at.get(number, ()):
                self._push(push, first, end, self.scale)
            if number not in push.at:
                self._order(line)
            if number in push.adds:
                self._code[-1] += [0] * (WIDTH - 1 - len(self._code[-1])) + [1]
        for first, end in push.rest:
            self._push(push, first, end, self.scale)
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
