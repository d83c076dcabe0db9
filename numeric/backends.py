"""What can run a program: one small protocol, and the table of those that do.

A new backend is one more file with a function `machine` and one more row here; the lowering does
not change.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, Protocol

from numpy.typing import NDArray

from numeric.program import Program
from symbolic.errors import InputError, did_you_mean

Array = NDArray[Any]
BACKENDS = {"numpy": "numeric.numpy_backend"}
"""The backends, and the module of each."""


class Machine(Protocol):
    """A program made ready for one batch size, working on the caller's vector of weights.

    Fill `inputs` [inputs, batch] and `targets` [outputs, batch], then run.  The machine of a
    weighted program has also a `divisor` [1, batch], N/s_ξ for each sample; else it is None.
    """

    inputs: Array
    targets: Array
    corrections: Array
    divisor: Array | None

    def forward(self) -> None:
        """Compute v and y of every neuron."""

    def learn(self) -> None:
        """Forward, then δ and Δw: `corrections` is then Δw for each entry of the layout.

        An optimiser may overwrite them.
        """

    def outputs(self, y: Array, v: Array) -> None:
        """Copy y and v of the outputs into [outputs, batch], in the order of `layout.outputs`."""


Builder = Callable[[Program, int, Array, float], Machine]


def builder(backend: str = "numpy") -> Builder:
    """What makes machines: from a program, a batch size, the weights and the learning rate η.

    The weights are one contiguous vector of the program's dtype, read anew at every run.
    Raises `InputError` for a backend that is not there.
    """
    if backend not in BACKENDS:
        hint = did_you_mean(backend, BACKENDS)
        raise InputError(f"There is no backend {backend!r}. {hint}")
    made: Builder = importlib.import_module(BACKENDS[backend]).machine
    return made
