"""One update for each call, for a loop of one's own: samples that stream in, or games, or GANs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike, NDArray

from numeric.backends import Machine, trains, weighs
from numeric.engine import MOST_MACHINES, QUIET, Engine
from numeric.optimisers import Sgd
from numeric.samples import samples
from numeric.settings import Settings, Update
from numeric.weighting import checked
from symbolic.errors import InputError

Array = NDArray[Any]
KEPT = 64
"""So many updates apart the weights are kept, to go back to where one is no longer finite."""
_FAR = 1e-10
"""The square of what `samples` lets the targets of a sample be away from 1."""


class Stepper:
    """Each call `step(X, D)` is one update of the trainer by a batch: made by `Trainer.stepper`.

    w ← w + η Σ_ξ δ_j y_i by the proved rule, the sum running over the rows of X [samples, inputs]
    and D [samples, outputs], δ with the 1/N of 𝓔; or what an optimiser makes of the gradient.  The
    bits are those of `Trainer.fit` with the same batches, but for tiny networks sample by sample:
    there many updates in one call are rounded otherwise.  Batches may differ in size.

    `cost` is 𝓔 of the last batch before its update.  Arrays of the trainer's dtype are taken as
    they are; all else is converted first, which takes longer than a small update.

    `step(X, D, sample_weight)` learns (1/N) Σ_ξ s_ξ Σ_j c(d_j, y_j): the weights s_ξ as they are
    given, their mean is not made 1, and N rows, those of weight 0 among them.

    Raises `InputError` for samples that cannot be used (nothing is learned then), and where a
    weight is no longer finite: the weights are then those of at most 64 updates before.

    >>> from numeric.trainer import Trainer
    >>> from symbolic import rule_of, shorthand
    >>> trainer = Trainer(rule_of(shorthand("2-2-1")), seed=3)
    >>> step = trainer.stepper(learning_rate=0.5)
    >>> for _ in range(10):
    ...     step([[0.0, 1.0], [1.0, 1.0]], [[0.9], [0.1]])
    >>> step.updates, step.cost > trainer.cost([[0.0, 1.0], [1.0, 1.0]], [0.9, 0.1])
    (10, True)
    """

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        update: Update,
        weighted: Callable[[], Engine],
    ) -> None:
        self._engine, self._update, self._memory = engine, update, update.memory
        self._weighted = weighted
        self._dtype = engine.weights.dtype
        self._rate = settings.learning_rate
        self._plain = settings.plain and type(settings.optimiser) is Sgd
        order, width = engine.order, len(engine.order)
        self._order = None if order == list(range(width)) else np.array(order)
        groups = engine.network.distributions
        self._one_group = [set(group) for group in groups] == [set(engine.network.outputs)]
        self._short = not groups or self._one_group  # others are checked the long way
        self._ones = np.ones(width, self._dtype)
        self._ways: dict[tuple[int, ...], Any] = {}
        self._machines: dict[tuple[int, bool], Machine] = {}
        self._seen: tuple[Any, ...] | None = None
        self.updates = 0
        self._keep()

    @property
    def learning_rate(self) -> float:
        """η; it may be set between two updates."""
        return self._rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        Settings(epochs=0, learning_rate=rate)  # refuses what is no rate
        if rate != self._rate:
            self._rate = rate
            if self._plain:  # there η is in the program
                self._ways.clear()
                self._machines.clear()

    @property
    def cost(self) -> float:
        """𝓔 of the last batch, before its update."""
        if self._seen is None:
            raise InputError("There is no cost before the first update.")
        wanted, y, v, *counted = self._seen
        counts, rows = counted or (None, len(wanted.T))
        with np.errstate(**QUIET):
            return self._engine.loss(wanted, y, v, counts) / rows

    def __call__(self, X: ArrayLike, D: ArrayLike, sample_weight: ArrayLike | None = None) -> None:
        """One update."""
        dtype = self._dtype
        if sample_weight is not None:
            self._slowly(X, D, sample_weight)
            return
        if not (type(X) is type(D) is ndarray and X.dtype is dtype is D.dtype):
            self._slowly(X, D)
            return
        way = self._ways.get(X.shape)
        if way is None or D.shape != way.shape or (self._one_group and not self._share_out(D)):
            self._slowly(X, D)
            return
        way.X[...] = X
        if self._order is None:
            way.D[...] = D
        else:
            np.take(D, self._order, 1, way.D, "clip")
        if self.updates >= self._next or self._engine.version != self._version:
            self._keep()
        found = way.run()
        if found:
            self._failed(found, X, D)
        self._seen = way.seen
        self._memory.steps += 1
        self.updates += 1

    # pieces -----------------------------------------------------------------------------------

    def _share_out(self, D: Array) -> bool:
        """Whether the targets of every sample surely add up to 1."""
        off = D @ self._ones - 1
        return bool(off @ off < _FAR)

    def _keep(self) -> None:
        """Keep the weights now, since it is time or others have changed them."""
        self._kept = self._engine.weights.copy(), self._memory.snapshot()
        self._next, self._version = self.updates + KEPT, self._engine.version

    def _failed(self, found: int, X: Array, D: Array) -> None:
        """Say what C has found."""
        from numeric.native.single import NO_SAMPLE

        if found == NO_SAMPLE:
            samples(X, D, self._engine.network, str(self._dtype))
        self._diverged()

    def _diverged(self) -> None:
        """Go back to the weights that were kept, and say which one was lost."""
        from numeric.divergence import lost_weight  # NumPy's backend, and SymPy, load only here

        place = lost_weight(self._engine)
        weights, memory = self._kept
        self._engine.weights[:] = weights
        self._memory.restore(memory)
        self._seen = None
        raise InputError(
            f"Training diverged in update {self.updates + 1}: a weight is no longer finite{place}. "
            f"The weights are those after update {self._next - KEPT}; try a "
            f"smaller learning rate than {self._rate:g}, or clip the gradient."
        )

    def _slowly(self, X: ArrayLike, D: ArrayLike, sample_weight: ArrayLike | None = None) -> None:
        """One update with samples that are checked and converted first."""
        table, targets = samples(X, D, self._engine.network, str(self._dtype))
        engine, shares = self._engine, None
        counted: tuple[Any, ...] = ()
        if sample_weight is not None:
            counts, rows = checked(sample_weight, len(table)), len(table)
            used = counts > 0
            if not used.any():
                raise InputError("Every sample has the weight 0; nothing is left to learn from.")
            table, targets, counts = table[used], targets[used], counts[used]
            engine, shares = self._weighted(), (rows / counts).astype(self._dtype)
            counted = counts, rows
        table = np.ascontiguousarray(table)
        wanted = np.ascontiguousarray(targets[:, self._engine.order])
        machine = self._machine(engine, len(table))
        y, v = (np.empty(wanted.T.shape, self._dtype) for _ in range(2))
        if self.updates >= self._next or self._engine.version != self._version:
            self._keep()
        with np.errstate(**QUIET):
            if self._plain and shares is None and trains(machine):
                machine.epoch(table, wanted, None, 0, 1, y, v)
                self._memory.steps += 1
            elif self._plain and shares is not None and weighs(machine):
                machine.epoch(table, wanted, None, 0, 1, y, v, shares)
                self._memory.steps += 1
            else:
                np.copyto(machine.inputs, table.T)
                np.copyto(machine.targets, wanted.T)
                if machine.divisor is not None:
                    machine.divisor[...] = shares
                machine.learn()
                machine.outputs(y, v)
                self._update(machine.corrections, 1.0 if self._plain else self._rate)
        if not np.isfinite(self._engine.weights).all():
            self._diverged()
        self._seen = wanted.T, y, v, *counted
        self.updates += 1
        if shares is None:
            self._prepare(table.shape, machine)

    def _machine(self, engine: Engine, count: int) -> Machine:
        """The machine for so many samples; those made last are kept."""
        key = count, engine is not self._engine
        if key not in self._machines:
            while len(self._machines) >= MOST_MACHINES:
                del self._machines[next(iter(self._machines))]
            self._machines[key] = engine.fresh(count, self._rate if self._plain else 1.0)
        return self._machines[key]

    def _prepare(self, shape: tuple[int, ...], machine: Machine) -> None:
        """The short way for more samples of this shape, where there is one."""
        if not (self._plain and self._short and hasattr(machine, "step")):
            return
        from numeric.native.machine import NativeMachine  # the C texts load only where C is
        from numeric.native.single import Single

        if isinstance(machine, NativeMachine) and not (machine.in_parts or machine.divided):
            while len(self._ways) >= MOST_MACHINES:
                del self._ways[next(iter(self._ways))]
            self._ways[shape] = Single(machine, self._engine.weights)
