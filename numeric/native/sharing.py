"""Several threads for one program: each has some samples of a batch, then some of the weights.

First every thread computes signals and δ of its own lanes; they meet; then each adds to its own
weights the sums over all samples.  Each number is computed by one thread in the order in which a
single one computes it, so the bits are the same for any number of threads.

To read what another thread has just written takes far longer than to compute with it.  So a graph
whose synapses are listed one by one is given to two threads, each with arrays of its own for half
of the samples; what they exchange are the sums over these.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from numeric.native.buffers import Buffers
from numeric.native.orders import Orders
from numeric.native.tables import VECTOR, Kernel, table
from numeric.program import CORRECTIONS, WEIGHTS

WORTH = 1 << 18
"""Synapses times samples of a batch: less is done sooner by one thread than two have met."""
PAYS = 1 << 22
"""The same, times the updates of a call: threads are made for each call anew."""
FIRST, AGAIN = 4, 32
"""So many calls try both ways by turns; after so many more the slower way is tried once again."""
HEIGHT = 8
"""Rows of a matrix are shared out in so many."""


def at_most(threads: int) -> int:
    """No more threads than this process has processors."""
    try:
        return min(threads, len(os.sched_getaffinity(0)))
    except AttributeError:  # macOS and Windows do not say which
        return min(threads, os.cpu_count() or 1)


def lanes_of(stride: int, lanes: int, threads: int) -> list[tuple[int, int]]:
    """(first lane, how many) of each thread, in whole vectors; fewer threads where there are few.

    >>> lanes_of(48, 16, 2), lanes_of(16, 16, 2)
    ([(0, 32), (32, 16)], [(0, 16)])
    """
    vectors = stride // lanes
    parts = max(1, min(threads, vectors))
    bounds = [-(-vectors * n // parts) * lanes for n in range(parts + 1)]
    return [(a, b - a) for a, b in pairwise(bounds)]


def halved(sums: Sequence[list[int]]) -> list[list[int]]:
    """The sums over synapses, for half of the samples of a panel; see `k_dots` of `kernels.h`."""
    return [[*order, 1] if order[0] == Kernel.DOTS else order for order in sums]


def joined(places: Sequence[int], count: int, part: int, item: int, factor: int) -> list[list[int]]:
    """w += c (Δw of one + Δw of the other), these being the places, for a part of the weights."""
    middle = min(count, -(-count // (2 * VECTOR)) * VECTOR)
    begin, end = ((0, middle), (middle, count))[part]
    return [[Kernel.JOIN, *(p + begin * item for p in places), end - begin, 0, 0, 0, factor]]


def share(
    corrections: Sequence[list[int]],
    part: int,
    parts: int,
    stride: int,
    item: int,
) -> list[list[int]]:
    """The corrections of one thread of several: some rows of each matrix, some of the synapses.

    What an order says stands at `k_outer` of `products.h` and `k_dots` of `kernels.h`.
    """
    found = []
    for order in corrections:
        matrix = order[0] == Kernel.OUTER
        if not matrix and order[0] != Kernel.DOTS:
            continue  # transposed copies are made before
        place, step = (4, HEIGHT) if matrix else (2, VECTOR)
        count = order[place]
        begin, end = (min(count, -(-count * n // (parts * step)) * step) for n in (part, part + 1))
        if begin == end:
            continue
        piece = list(order)
        piece[place] = end - begin
        if matrix:
            piece[1] += begin * order[5] * item
            piece[2] += begin * stride * item
        else:
            piece[1] += begin * item
            piece[4] += begin
            piece[6] += begin
        found.append(piece)
    return found


@dataclass(frozen=True, eq=False)
class Share:
    """What a thread does: signals and δ of some lanes in these rows, then a share of w += Δw."""

    buffers: Buffers
    stride: int
    first: int
    width: int
    ahead: NDArray[np.int64]
    last: NDArray[np.int64]


def shares_of(
    orders: Orders,
    some: Callable[[Buffers, int, tuple[int, int]], Orders],
    cut: Sequence[tuple[int, int]],
    rows: Buffers,
    own: Callable[[int], Buffers] | None,
) -> list[Share]:
    """What each thread does with its lanes: in the rows of all, or in rows of its `own`.

    `some` writes the orders for so many lanes of these rows.
    """
    many, item = len(cut), rows.flat[WEIGHTS].itemsize
    stride = rows.rows["y"].shape[1]
    if many < 2:
        return []
    found = []
    if own is None:
        for n, part in enumerate(cut):
            ahead = some(rows, stride, part).ahead(orders)
            last = share(orders.corrections, n, many, stride, item)
            found.append(Share(rows, stride, *part, table(ahead), table(last)))
        return found
    apart = [own(width) for _, width in cut]
    weights = rows.flat[WEIGHTS]
    places = [weights.ctypes.data, *(each.flat[CORRECTIONS].ctypes.data for each in apart)]
    for n, (first, width) in enumerate(cut):
        ahead, sums, _ = some(apart[n], width, (0, width)).part()
        last = joined(places, len(weights), n, item, orders.scale)
        found.append(Share(apart[n], width, first, width, table(ahead + halved(sums)), table(last)))
    return found


class Pace:
    """Whether several threads are faster here and now: both ways are timed, and again now and then.

    On a busy machine threads wait for each other; since the bits are the same, the choice is free.
    The slower way is tried again after `AGAIN` calls, and each time that it is still the slower
    one after twice as many, so that the trials take an ever smaller part of the time.

    >>> pace = Pace()
    >>> for seconds in (3.0, 2.0, 3.0, 1.0):
    ...     pace.took(pace.several(), seconds)
    >>> pace.several()
    True
    """

    def __init__(self) -> None:
        self._turn, self._wait = -1, AGAIN
        self._trial = FIRST + AGAIN
        self._seconds = {False: math.inf, True: math.inf}

    def several(self) -> bool:
        """The way of the next call."""
        self._turn += 1
        if self._turn < FIRST:
            return self._turn % 2 == 1
        return self._faster != (self._turn == self._trial)

    @property
    def _faster(self) -> bool:
        return self._seconds[True] < self._seconds[False]

    def took(self, several: bool, seconds: float) -> None:
        """What an update took."""
        known = self._seconds[several] if self._turn < FIRST else math.inf
        self._seconds[several] = min(known, seconds)
        if self._turn == self._trial:
            self._wait = AGAIN if self._faster == several else 2 * self._wait
            self._trial += self._wait
