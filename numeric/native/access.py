"""What the instructions of a program read and write: what may change places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from itertools import pairwise
from typing import Any, TypeVar
from weakref import ref

import numpy as np

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
from symbolic.terms import Mul, Sign, Term, walk

FEW = 256
"""So many picked rows are gathered at once."""
MATRICES = 4
"""Matrices are a small part of the weights if they are at most one in so many."""


Found = TypeVar("Found")


def lately(find: Callable[[Program], Found]) -> Callable[[Program], Found]:
    """The same function; what it found for the program it was last asked about is known."""
    last: list[tuple[Any, Found]] = []

    @wraps(find)
    def known(program: Program) -> Found:
        held = last[0] if last else None
        if held is None or held[0]() is not program:
            held = ref(program), find(program)
            last[:] = [held]  # a thread that asks about another program holds its own
        return held[1]

    return known


@dataclass(frozen=True)
class Tail:
    """The last instructions of the backward pass, if they are Δw and its factor alone.

    From `start` on each is a product into Δw; then all of Δw is multiplied by `factor`.
    """

    start: int
    factor: tuple[Term, ...]


@lately
def tail_of(program: Program) -> Tail | None:
    """What may be done in one step with w += Δw; None: the corrections are put together."""
    code = list(program.backward)
    factor: tuple[Term, ...] = ()
    whole = Rows(CORRECTIONS, 0, len(program.layout.entry))
    if code and isinstance(code[-1], Map) and code[-1].out == whole:
        last = code.pop()
        assert isinstance(last, Map)
        if last.reads != (whole,) or not isinstance(last.expr, Mul):
            return None
        *scale, rest = last.expr.factors
        if rest != Sign("x0") or any(p == Sign("x0") for part in scale for p in walk(part)):
            return None
        factor = tuple(scale)
    start = len(code)
    covered = 0
    while start and isinstance(code[start - 1], Outer | EdgeDots):
        line = code[start - 1]
        assert isinstance(line, Outer | EdgeDots)
        if line.out.buffer != CORRECTIONS:
            break
        covered += line.out.count
        start -= 1
    if covered != whole.stop or any(touches(line, CORRECTIONS) for line in code[:start]):
        return None
    return Tail(start, factor)


def listed(program: Program) -> tuple[Instruction, ...]:
    """The backward pass, in which matrices of Δw that are a small part of it are edges as well.

    What is one kind of correction can be given to two threads, see `sharing.py`.
    """
    matrices = [line for line in program.backward if isinstance(line, Outer)]
    total = sum(line.out.count for line in program.backward if isinstance(line, Outer | EdgeDots))
    if MATRICES * sum(line.out.count for line in matrices) > total:
        return program.backward
    return tuple(_edges(line) if isinstance(line, Outer) else line for line in program.backward)


def _edges(line: Outer) -> EdgeDots:
    left, right = (range(rows.start, rows.stop) for rows in (line.left, line.right))
    return EdgeDots(
        line.out,
        Pick(line.left.buffer, tuple(j for j in left for _ in right)),
        Pick(line.right.buffer, tuple(right) * len(left)),
    )


def pulled_of(program: Program) -> set[str]:
    """The buffers of gathered weights that sparse products alone read."""
    code = (*program.forward, *program.backward)
    size = {b.name: b.size for b in program.buffers}
    found = {
        line.out.buffer
        for line in code
        if isinstance(line, Take)
        and line.of.buffer == WEIGHTS
        and line.out == Rows(line.out.buffer, 0, size[line.out.buffer])
    }
    for line in code:
        for rows in rows_of(line)[0] if found else ():
            if not (isinstance(line, Sparse) and rows == line.data):
                found.discard(rows.buffer)
    return found


def rows_of(line: Instruction) -> tuple[list[Rows | Pick], list[Rows | Pick]]:
    """What an instruction reads, and what it writes; a whole buffer is open-ended."""
    return ROWS[type(line)](line)


def _whole(buffer: str) -> Rows:
    return Rows(buffer, 0, 1 << 60)


ROWS: dict[type[Instruction], Callable[[Any], tuple[list[Rows | Pick], list[Rows | Pick]]]] = {
    Clear: lambda line: ([], [_whole(line.buffer)]),
    Map: lambda line: ([*line.reads], [line.out]),
    Take: lambda line: ([line.of], [line.out]),
    Product: lambda line: ([_whole(line.matrix.buffer), line.x], [line.out]),
    Sparse: lambda line: ([line.data, Pick(line.x, line.index), line.out], [line.out]),
    Total: lambda line: ([line.x], [line.out]),
    Softmax: lambda line: ([line.x], [line.out]),
    Outer: lambda line: ([line.left, line.right], [line.out]),
    EdgeDots: lambda line: ([line.left, line.right], [line.out]),
    RunSums: lambda line: ([_whole(line.of)], [line.out]),
}


def touches(line: Instruction, buffer: str) -> bool:
    """Whether an instruction reads or writes the buffer."""
    reads, writes = rows_of(line)
    return any(rows.buffer == buffer for rows in (*reads, *writes))


def runs_of(rows: Sequence[int]) -> list[int]:
    """Where each run of the same row begins.

    >>> runs_of((3, 3, 5, 5, 5, 3))
    [0, 2, 5]
    """
    return [0, *(np.flatnonzero(np.diff(rows)) + 1).tolist()]


def in_runs(line: Map) -> list[Map]:
    """The line cut where picked rows are no neighbours, if that leaves few pieces.

    Else in pieces of `FEW` rows, so that little room is needed to gather them.
    """
    several = [rows for rows in (line.out, *line.reads) if rows.count > 1]
    picks = [np.array(rows.at) for rows in several if isinstance(rows, Pick)]
    if not picks:
        return [line]
    breaks = np.any([np.diff(pick) != 1 for pick in picks], axis=0)
    starts = [0, *(np.flatnonzero(breaks) + 1).tolist(), line.out.count]
    apart = len(starts) > line.out.count // 2 + 2
    if apart:
        starts = [*range(0, line.out.count, FEW), line.out.count]

    def cut(rows: Rows | Pick, start: int, stop: int) -> Rows | Pick:
        if rows.count == 1:
            return rows
        if isinstance(rows, Pick) and apart:
            return Pick(rows.buffer, rows.at[start:stop])
        first = rows.at[start] if isinstance(rows, Pick) else rows.start + start
        return Rows(rows.buffer, first, first + stop - start)

    return [
        Map(cut(line.out, a, b), line.expr, tuple(cut(rows, a, b) for rows in line.reads))
        for a, b in pairwise(starts)
    ]


def slice_of(rows: Rows | Pick) -> Any:
    """The rows, as an index of NumPy's."""
    return slice(rows.start, rows.stop) if isinstance(rows, Rows) else np.array(rows.at, int)


def overlap(one: Rows, other: Rows | Pick) -> bool:
    """Whether they have a row in common."""
    if one.buffer != other.buffer:
        return False
    if isinstance(other, Rows):
        return one.start < other.stop and other.start < one.stop
    return any(one.start <= row < one.stop for row in other.at)
