"""Rows that are cleared first and added to later: each is cleared where it must be, or never."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from numeric.native.access import slice_of
from numeric.program import Clear, Pick, Program, Rows

Flags = NDArray[np.bool_]


class Clearing:
    """What is still to be cleared.  A row that is written before it is read need not be."""

    def __init__(self, program: Program) -> None:
        self._size = {b.name: b.size for b in program.buffers}
        self._held: dict[str, Flags] = {}
        code = (*program.forward, *program.backward)
        cleared = {line.buffer for line in code if isinstance(line, Clear)}
        self._written = {name: np.zeros(self._size[name], bool) for name in cleared}
        for line in code:
            if not isinstance(line, Clear) and line.out.buffer in cleared:
                self._written[line.out.buffer][slice_of(line.out)] = True

    def start(self) -> None:
        """Nothing is to be cleared."""
        self._held = {}

    def hold(self, buffer: str) -> None:
        """The buffer is to be cleared, later."""
        self._held[buffer] = np.ones(self._size[buffer], bool)

    def written(self, rows: Rows | Pick) -> None:
        """These rows are written now."""
        if rows.buffer in self._held:
            self._held[rows.buffer][slice_of(rows)] = False

    def fresh(self, rows: Rows) -> bool:
        """Whether all of these rows are still to be cleared."""
        held = self._held.get(rows.buffer)
        return held is not None and bool(held[rows.start : rows.stop].all())

    def needed(self, rows: Rows | Pick) -> Iterator[Rows]:
        """What is to be cleared now, because these rows are read."""
        held = self._held.get(rows.buffer)
        if held is None:
            return
        at = slice_of(rows)
        if not held[at].any():
            return
        part = np.zeros_like(held)
        part[at] = True
        part &= held
        held &= ~part
        yield from _runs(rows.buffer, part)

    def rest(self) -> Iterator[Rows]:
        """What is to be cleared at the end: all that anything writes."""
        for buffer, held in self._held.items():
            yield from _runs(buffer, held & self._written[buffer])
        self._held = {}


def _runs(buffer: str, rows: Flags) -> Iterator[Rows]:
    at = np.flatnonzero(np.diff(np.concatenate(([False], rows, [False])).astype(np.int8)))
    for start, stop in zip(at[::2].tolist(), at[1::2].tolist(), strict=True):
        yield Rows(buffer, start, stop)
