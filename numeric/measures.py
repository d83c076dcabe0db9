"""What training is measured by: the cost 𝓔 from the outputs, and the history of a run."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symbolic.costs import COSTS, in_d_and_y
from symbolic.network import Network

Array = NDArray[Any]


@dataclass
class History:
    """What one call of `fit` measured, one number per epoch.

    `cost` is 𝓔 over the samples of the epoch, each taken just before the update it takes part in.
    `accuracy`, the share of samples whose largest output is at their largest target, is measured
    likewise and only for several outputs.  `validation_cost` is 𝓔 after the epoch.
    """

    cost: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    validation_cost: list[float] = field(default_factory=list)

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write epoch, cost and what else was measured, with a header."""
        columns = {
            name: values
            for name, values in (
                ("cost", self.cost),
                ("accuracy", self.accuracy),
                ("validation_cost", self.validation_cost),
            )
            if values or name == "cost"
        }
        with open(path, "w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(("epoch", *columns))
            for epoch, measured in enumerate(zip(*columns.values(), strict=True), start=1):
                rows.writerow((epoch, *(repr(value) for value in measured)))


def loss_of(network: Network) -> Callable[[Array, Array, Array], float]:
    """Σ_ξ Σ_j c(d_j, y_j) of arrays d, y, v, each [outputs, samples], in the network's cost.

    The cross-entropies are taken from v, so that saturation costs no digits.
    Softmax: ln y_j = v_j - ln Σ_k exp v_k.  Logistic: ln y = -ln(1 + exp(-a v)),
    ln(1 - y) = -ln(1 + exp(a v)).
    """
    each = _losses(network)
    return lambda d, y, v: float(each(d, y, v).sum(dtype=np.float64))


def _losses(network: Network) -> Callable[[Array, Array, Array], Array]:
    loss = network.cost.loss
    kinds = {network.neuron[name].activation for name in network.outputs}
    kind = next(iter(kinds))
    if loss == COSTS["softmax_cross_entropy"].loss and kind.group and network.shares_alone:

        def softmax(d: Array, y: Array, v: Array) -> Array:
            moved = v - v.max(axis=0, keepdims=True)
            result: Array = d * (np.log(np.exp(moved).sum(axis=0, keepdims=True)) - moved)
            return result

        return softmax
    if loss == COSTS["cross_entropy"].loss and len(kinds) == 1 and kind.name == "logistic":
        slope = float(dict(kind.parameters)["a"])

        def logistic(d: Array, y: Array, v: Array) -> Array:
            u = v * v.dtype.type(slope)
            zero = v.dtype.type(0)
            result: Array = d * np.logaddexp(zero, -u) + (1 - d) * np.logaddexp(zero, u)
            return result

        return logistic
    if loss == COSTS["squared_error"].loss:

        def squared(d: Array, y: Array, v: Array) -> Array:
            error = d - y
            result: Array = error * error / 2
            return result

        return squared
    from numeric.functions import function  # SymPy loads only for a cost of another kind

    compute = function(in_d_and_y(loss), ("d", "y"))
    return lambda d, y, v: compute(d, y)
