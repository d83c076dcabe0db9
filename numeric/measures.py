"""What training is measured by: the cost of each sample, from the outputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symbolic.costs import COSTS, in_d_and_y
from symbolic.network import Network

Array = NDArray[Any]


Losses = Callable[[Array, Array, Array], Array]
"""From d, y and v, each [outputs, samples], to c(d_j, y_j) of the same shape."""


def losses_of(network: Network) -> Losses:
    """c(d_j, y_j) of arrays d, y, v, each [outputs, samples], in the network's cost.

    The cross-entropies are taken from v, so that saturation costs no digits.
    Softmax: ln y_j = v_j - ln Σ_k exp v_k.  Logistic: ln y = -ln(1 + exp(-a v)),
    ln(1 - y) = -ln(1 + exp(a v)).
    """
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
