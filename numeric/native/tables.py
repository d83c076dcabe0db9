"""What an order is made of: the code of a kernel, numbers, and places in tables."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

VECTOR = 16
"""A multiple of the numbers in a vector, whatever the processor and the dtype."""
WIDTH = 10
"""Numbers of an order: its code and what the kernels call a[0] to a[8]."""
NONE = -1

Kernel = IntEnum("Kernel", """
    CLEAR TAKE PUT ADD TRANSPOSE PRODUCT OUTER MATRIX_VECTOR
    VECTOR_MATRIX OUTER_ONE SPARSE SPARSE_ONE DOTS DOTS_ONE TOTAL SOFTMAX RUNS JOIN
    BEGIN ADVANCE PUSH
""", start=0)  # fmt: skip
"""The code of each kernel, as `driver.h` reads it."""


def table(orders: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Orders as rows of numbers."""
    found = np.zeros((len(orders), WIDTH), np.int64)
    for row, order in zip(found, orders, strict=True):
        row[: len(order)] = order
    return found


def along(columns: int, vector: int) -> int:
    """As `along` of `products.h`: one or two columns that fill no vector."""
    rest = columns % vector
    return rest if rest <= 2 else 0


@dataclass
class Tables:
    """The index arrays and the reads of the element-wise terms, filled while orders are written."""

    index: list[NDArray[np.int32]] = field(default_factory=list)
    reads: list[int] = field(default_factory=list)
    size: int = 0
    _known: dict[tuple[int, ...], int] = field(default_factory=dict)
    _firsts: list[int] = field(default_factory=list)
    _long: dict[int, tuple[tuple[int, ...], int]] = field(default_factory=dict)

    def place(self, numbers: Sequence[int]) -> int:
        """Where the numbers stand in the index array."""
        key = tuple(numbers)
        if key not in self._known:
            self._known[key] = self.size
            self.index.append(np.array(key, np.int32))
            self.size += len(key)
        return self._known[key]

    def hold(self, first: int, numbers: tuple[int, ...]) -> None:
        """Place the numbers of the entries from `first` on; `inside` finds parts of them."""
        if first not in self._long:
            insort(self._firsts, first)
        self._long[first] = numbers, self.place(numbers)

    def inside(self, first: int, numbers: tuple[int, ...]) -> int:
        """Where the numbers of the entries from `first` on stand, once for all that read them.

        >>> tables = Tables()
        >>> tables.hold(10, (3, 4, 5, 6))
        >>> tables.inside(11, (4, 5)), tables.inside(11, (4, 7)), tables.size
        (1, 4, 6)
        """
        nearest = bisect_right(self._firsts, first) - 1
        if nearest >= 0:
            whole, place = self._long[self._firsts[nearest]]
            offset = first - self._firsts[nearest]
            if whole[offset : offset + len(numbers)] == numbers:
                return place + offset
        return self.place(numbers)

    def finished(self) -> NDArray[np.int32]:
        """All numbers, and a few more that may be looked at ahead of time."""
        return np.concatenate([*self.index, np.zeros(64, np.int32)])
