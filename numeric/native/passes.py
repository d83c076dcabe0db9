"""The passes of a machine: forward; forward, δ and Δw; and training, w += Δw.

They are tables of orders.  Where training begins like the other two, these have no table of their
own: a network of many small pieces has more orders than signals.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from numeric.native.orders import Orders
from numeric.native.tables import Kernel, table
from numeric.program import CORRECTIONS, WEIGHTS

SUMS = Kernel.OUTER, Kernel.DOTS, Kernel.OUTER_ONE, Kernel.DOTS_ONE
"""Kernels that add Σ_ξ δ y to an array."""


class Passes:
    """`forward`, `learn` and `train`, as rows of numbers."""

    def __init__(self, orders: Orders) -> None:
        self.train = table(orders.train)
        self._learn = None if orders.learn is None else table(orders.learn)
        begins = self.train if self._learn is None else self._learn
        self.forward = begins[: len(orders.forward)]
        self._factor, self._last = table(orders.factor), len(orders.corrections)
        self._away = orders.base[CORRECTIONS] - orders.base[WEIGHTS]

    @cached_property
    def learn(self) -> NDArray[np.int64]:
        """Δw := c Σ_ξ δ y for w += c Σ_ξ δ y, in the same orders; made when first wanted."""
        if self._learn is not None:
            return self._learn
        found = np.concatenate([self.train, self._factor])
        last = found[len(self.train) - self._last : len(self.train)]
        sums = np.isin(last[:, 0], SUMS)
        last[sums, 1] += self._away
        last[sums, 7:9] = 0  # it is not added, and the factor comes later
        return found
