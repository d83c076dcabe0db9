"""What can run a program: one small protocol, and the table of those that do.

A new backend is one more file with a function `machine` and one more row here; the lowering does
not change.  `prepared` compares a program with the theorem in the way of its backend, and only
then hands out what makes machines.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from functools import cache, partial
from typing import Any, Protocol, TypeGuard

from numpy.typing import NDArray

from numeric.native.compiler import CannotCompileError
from numeric.program import Program
from numeric.validation import Differs, validate
from symbolic.errors import InputError, did_you_mean

Array = NDArray[Any]
BACKENDS = {
    "numpy": "numeric.numpy_backend",
    "native": "numeric.native.machine",
    "jax": "numeric.jax_backend",
}
"""The backends, and the module of each."""
AUTO = "auto"
"""Native where C can be compiled, else NumPy."""


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


class Trains(Machine, Protocol):
    """A machine that can do many updates w += Δw by itself."""

    def epoch(
        self,
        X: Array,
        D: Array,
        order: Array | None,
        start: int,
        updates: int,
        seen_y: Array,
        seen_v: Array,
    ) -> None:
        """So many updates, a batch each, from sample `start` of the order on.

        X is [samples, inputs] and D [samples, outputs]; y and v of the outputs on the way are put
        into the columns of `seen_y` and `seen_v`.
        """


def trains(machine: Machine) -> TypeGuard[Trains]:
    """Whether the machine does many updates by itself: asked in every epoch, so asked cheaply."""
    return hasattr(machine, "epoch")


class Weighs(Trains, Protocol):
    """A machine that can do so for a weighted program too."""

    weighs: bool

    def epoch(
        self,
        X: Array,
        D: Array,
        order: Array | None,
        start: int,
        updates: int,
        seen_y: Array,
        seen_v: Array,
        shares: Array | None = None,
    ) -> None:
        """The same; `shares` has N/s_ξ of each sample where the program is weighted."""


def weighs(machine: Machine) -> TypeGuard[Weighs]:
    """Whether the machine does many updates with weights of samples by itself."""
    return hasattr(machine, "weighs")


Builder = Callable[[Program, int, Array, float], Machine]


def builder(backend: str = "numpy") -> Builder:
    """What makes machines: from a program, a batch size, the weights and the learning rate η.

    The weights are one contiguous vector of the program's dtype, read anew at every run.
    Raises `InputError` for a backend that is not there.
    """
    if backend not in BACKENDS:
        hint = did_you_mean(backend, (*BACKENDS, AUTO))
        raise InputError(f"There is no backend {backend!r}. {hint}")
    try:
        made: Builder = importlib.import_module(BACKENDS[backend]).machine
    except ModuleNotFoundError as error:
        if error.name != backend:
            raise
        raise InputError(
            f"The backend {backend!r} needs a package that is not here: "
            f"pip install 'proofprop[{backend}]'."
        ) from None
    return made


def prepared(program: Program, backend: str = AUTO, threads: int = 1) -> Builder:
    """What makes machines of a program that has been compared with independent derivatives.

    The native ones may use so many `threads`.
    Raises `AssertionError` where they differ (a fault of ours: nothing may be trained with it),
    and `InputError` for a backend that is not there or has no compiler.
    """
    if backend in ("native", AUTO):
        from numeric.native.audit import require  # the C texts load only where C is compiled

        try:
            require(program)
            native: Any = builder("native")
            return partial(native, threads=threads)
        except CannotCompileError as reason:
            if backend == "native":
                raise InputError(f"Nothing can be compiled here: {reason}.") from None
            _say(f"proofprop: NumPy trains, since nothing can be compiled: {reason}.")
            backend = "numpy"
    made = builder(backend)
    if backend == "jax":
        from numeric import jax_audit, residue_words  # JAX loads only where it trains

        jax_audit.require(program.dtype)
        residue_words.require_flow(program)
        return made
    found = validate(program, points=1)
    if isinstance(found, Differs):
        raise AssertionError(str(found))
    return made


@cache
def _say(line: str) -> None:
    """A line on stderr, once."""
    print(line, file=sys.stderr)
