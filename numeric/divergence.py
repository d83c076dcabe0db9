"""Where numbers were lost: the first neuron whose signal, gradient or weight is not finite."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.engine import Engine
from numeric.numpy_backend import NumpyMachine
from numeric.sources import Source

Array = NDArray[Any]
_NAMES = {"v": "induced local field v", "y": "signal y", "delta": "local gradient δ"}


def culprit(engine: Engine, weights: Array, source: Source, at: Array) -> str:
    """The end of a sentence about the update by these samples, which began with these weights.

    In the order of computation: v and y from the first neuron on, δ from the last one back, then
    the weights.  Empty where all is finite before the update and the weights after it are too.
    """
    layout = engine.program.layout
    order = layout.network.order
    machine = NumpyMachine(engine.program, len(at), weights.copy(), 1.0)
    source.put(machine, at)
    machine.learn()
    for letters, neurons in ((("v", "y"), order), (("delta",), order[::-1])):
        for j in neurons:
            for letter in letters:
                values = machine.letter(letter)[layout.row[j]]
                if not np.isfinite(values).all():
                    where = int(at[np.argmax(~np.isfinite(values))])
                    return f", first the {_NAMES[letter]} of neuron {j!r} in sample {where}"
    return lost_weight(engine)


def lost_weight(engine: Engine) -> str:
    """The first weight that is not finite, as half a sentence; empty where all are."""
    layout = engine.program.layout
    order = layout.network.order
    place = {j: n for n, j in enumerate(order)}
    lost = [
        (min(place[to] for to, _ in uses), name)
        for name, uses in layout.network.uses.items()
        if uses and not np.isfinite(engine.weights[layout.entry[name]])
    ]
    if not lost:
        return ""
    n, name = min(lost)
    return f", first the weight {name!r} of neuron {order[n]!r}"
