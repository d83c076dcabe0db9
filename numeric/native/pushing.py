"""δ of one sample goes back along the synapses: each weight is read once, and corrected there.

Instead of Σ_k w_ki δ_k for each i, read through the places of the weights, and w_ki += c δ_k y_i
later: as soon as δ_k is known, for each i that feeds k, δ_i += w_ki δ_k and w_ki += c δ_k y_i.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from numeric.native.access import Tail, rows_of, runs_of, slice_of
from numeric.program import WEIGHTS, Clear, EdgeDots, Product, Program, Sparse, Take

Numbers = NDArray[np.int64]
BACK = "delta"


@dataclass(frozen=True, eq=False)
class Pushing:
    """`left` and `right`: the rows of δ and y of each weight that is pushed, -1 of others; `at`: by
    its number in the backward pass, a sum that nothing is left of but the weights [first, end)
    that are pushed before it; `adds`: products with a matrix that are added to what was pushed;
    `rest`: weights that are pushed in the end.
    """

    left: Numbers
    right: Numbers
    at: dict[int, list[tuple[int, int]]]
    adds: set[int]
    rest: list[tuple[int, int]]


def pushing(program: Program, tail: Tail, pulled: Mapping[str, Sequence[int]]) -> Pushing | None:
    """How δ is pushed; None: not all that reads or writes δ and weights is of this kind."""
    code, last = program.backward[: tail.start], program.backward[tail.start :]
    count, rows = len(program.layout.entry), program.layout.rows
    left, right = np.full(count, -1), np.full(count, -1)
    for line in last:
        if isinstance(line, EdgeDots) and (line.left.buffer, line.right.buffer) == (BACK, "y"):
            left[line.out.start : line.out.stop] = line.left.at
            right[line.out.start : line.out.stop] = line.right.at
        elif isinstance(line, EdgeDots):
            return None
    pushed = np.flatnonzero(left >= 0)
    cleared = any(isinstance(line, Clear) and line.buffer == BACK for line in code)
    if not cleared or not len(pushed):
        return None
    fed = np.bincount(right[pushed], minlength=rows)  # so many terms are pushed to a row
    summed, written = np.full(rows, -1), np.full(rows, -1)
    places = {buffer: np.array(at) for buffer, at in pulled.items()}
    sums: list[int] = []
    needed: list[Numbers] = []
    adds: set[int] = set()
    for number, line in enumerate(code):
        if isinstance(line, Clear) or (isinstance(line, Take) and line.out.buffer in pulled):
            continue
        if isinstance(line, Sparse) and (line.data.buffer in pulled or line.data.buffer == WEIGHTS):
            entries = np.arange(line.data.start, line.data.stop)
            if line.data.buffer in pulled:
                entries = places[line.data.buffer][entries]
            terms = np.diff(line.pointer)
            own = np.arange(line.out.start, line.out.stop)
            if (line.out.buffer, line.x) != (BACK, BACK) or (written[own] >= 0).any():
                return None
            same = np.array_equal(left[entries], line.index)
            same = same and np.array_equal(right[entries], np.repeat(own, terms))
            if not same or not np.array_equal(terms, fed[own]):
                return None
            summed[own], written[own] = number, number
            sums.append(number)
            needed.append(np.unique(line.index))
            continue
        reads, writes = rows_of(line)
        if isinstance(line, Product):
            matrix, out = line.matrix, line.out
            end = matrix.first + (matrix.height - 1) * matrix.stride + matrix.width
            if matrix.buffer != WEIGHTS or (left[matrix.first : end] >= 0).any():
                return None
            reads = [line.x]
            own = np.arange(out.start, out.stop)
            if out.buffer == BACK and (fed[own] > 0).any():
                if not line.transposed or (written[own] >= 0).any():
                    return None
                adds.add(number)
                writes = []
        if any(of.buffer == WEIGHTS or of.buffer in pulled for of in reads):
            return None
        for of in (*reads, *writes):
            if of.buffer == BACK and ((summed < 0) & (fed > 0))[slice_of(of)].any():
                return None
        for of in writes:
            if of.buffer == BACK:
                written[slice_of(of)] = number
    if not sums or (written[left[pushed]] < 0).any():
        return None
    turn = np.searchsorted(sums, written, side="right")  # before which sum a row of δ is pushed
    if any((turn[of] > n).any() for n, of in enumerate(needed)):
        return None
    parts: list[list[tuple[int, int]]] = [[] for _ in range(len(sums) + 1)]
    for first, end in pairwise((*runs_of(left.tolist()), count)):
        if left[first] < 0:
            continue
        part = parts[turn[left[first]]]
        if part and part[-1][1] == first:
            part[-1] = part[-1][0], end
        else:
            part.append((first, end))
    return Pushing(left, right, dict(zip(sums, parts, strict=False)), adds, parts[-1])
