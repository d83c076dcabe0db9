"""One run of training: epochs, batches and updates, and all that moves while it goes on."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.backends import Machine, trains, weighs
from numeric.engine import AT_ONCE, QUIET, Engine
from numeric.history import History
from numeric.optimisers import Sgd
from numeric.settings import Settings, Update
from numeric.sources import Held, Source
from symbolic.errors import InputError

Array = NDArray[Any]
Callback = Callable[[int, History], object]


@dataclass
class Progress:
    """How far a run is, apart from the weights and the memory of the optimiser.

    `epoch` epochs are done and `position` samples of the next one, whose order was drawn from the
    state `random`; `cost` and `right` are its sums so far.  `best` are the weights with the
    smallest validation cost, `best_cost`, and for `waited` epochs it has not fallen.  `finished`:
    the run has ended before its last epoch.
    """

    random: Mapping[str, Any] = field(default_factory=dict)
    history: History = field(default_factory=History)
    epoch: int = 0
    position: int = 0
    cost: float = 0.0
    right: int = 0
    best: Array | None = None
    best_cost: float = math.inf
    waited: int = 0
    finished: bool = False


class Run:
    """Learning from the samples of a source, by the settings, from some progress on.

    `reached(progress, last)` is called in every state from which the run can go on.
    """

    def __init__(
        self,
        engine: Engine,
        source: Source,
        held_out: Source | None,
        settings: Settings,
        update: Update,
        random: np.random.Generator,
        progress: Progress,
        callbacks: Sequence[Callback] = (),
        reached: Callable[[Progress, bool], None] | None = None,
    ) -> None:
        self.engine, self.source, self.held_out = engine, source, held_out
        self.settings, self.update, self.progress = settings, update, progress
        self.random, self.callbacks = random, callbacks
        self._reached = reached
        count = source.count
        self.size = min(settings.batch_size or count, count)
        self.chunk = self.size * max(1, AT_ONCE // self.size)
        held = isinstance(source, Held)
        self._whole = held and settings.plain and type(settings.optimiser) is Sgd
        shape = (len(engine.order), count if self._whole else min(self.chunk, count))
        self._seen = tuple(np.empty(shape, engine.weights.dtype) for _ in range(2))

    def go(self, bar: bool | None) -> History:
        """Learn until the last epoch, or until something ends the run before it.

        Raises `InputError` where the cost or a weight stops being finite; the weights are then
        the last good ones.
        """
        done, epochs = self.progress, self.settings.epochs
        with _bar(bar, done.epoch, epochs) as shown, np.errstate(**QUIET):
            while done.epoch < epochs and not done.finished:
                self._epoch()
                done.finished = self._ends()
                if shown is not None:
                    shown.update()
                if self._reached is not None:
                    self._reached(done, done.finished or done.epoch == epochs)
        if done.best is not None:
            self.engine.weights[:] = done.best
        return done.history

    def _epoch(self) -> None:
        """The rest of the present epoch."""
        done, count = self.progress, self.source.count
        mixed = self.settings.shuffle and self.size < count
        if mixed and done.position:
            self.random.bit_generator.state = done.random
        elif mixed:
            done.random = self.random.bit_generator.state
        order = self.random.permutation(count) if mixed else None
        good = self.engine.weights.copy(), self.update.memory.snapshot(), done.position
        while done.position < count:
            self._chunk(order, min(done.position + self.chunk, count))
            if not math.isfinite(done.cost) or (
                done.position >= count and not np.isfinite(self.engine.weights).all()
            ):
                self._diverged(order, *good)
            if done.position < count and self._reached is not None:
                self._reached(done, False)
        history = done.history
        history.cost.append(done.cost / count)
        if self.engine.counts_accuracy:
            history.accuracy.append(done.right / count)
        if self.held_out is not None:
            history.validation_cost.append(self.engine.cost(self.held_out))
        if not self.settings.steady:
            history.learning_rate.append(self._rate((count - 1) // self.size))
        done.epoch += 1
        done.position, done.cost, done.right = 0, 0.0, 0

    def _chunk(self, order: Array | None, end: int) -> None:
        """The updates of some batches, and then the cost of their samples, up to `end`."""
        done, source, engine = self.progress, self.source, self.engine
        begin, size, settings = done.position, self.size, self.settings
        plain = settings.plain
        rate = settings.learning_rate if plain else 1.0
        parts = {n: engine.machine(n, rate) for n in {size, (end - begin) % size} - {0}}
        if not self._together(parts, order, begin, end):
            y, v = self._seen
            for start in range(begin, end, size):
                stop = min(start + size, end)
                part = parts[stop - start]
                at = slice(start, stop) if order is None else order[start:stop]
                source.put(part, at)
                part.learn()
                first, last = start - self._column(begin), stop - self._column(begin)
                part.outputs(y[:, first:last], v[:, first:last])
                self.update(part.corrections, 1.0 if plain else self._rate(start // size))
        whole = slice(begin, end) if order is None else order[begin:end]
        first, last = begin - self._column(begin), end - self._column(begin)
        y, v = (rows[:, first:last] for rows in self._seen)
        wanted = source.aims(whole)
        shares = None if source.weights is None else source.weights[whole]
        done.cost += engine.loss(wanted, y, v, shares)
        if engine.counts_accuracy:
            done.right += int((y.argmax(axis=0) == wanted.argmax(axis=0)).sum())
        done.position = end

    def _column(self, begin: int) -> int:
        """The sample whose outputs stand in the first column of those seen."""
        return 0 if self._whole else begin

    def _together(
        self, parts: Mapping[int, Machine], order: Array | None, begin: int, end: int
    ) -> bool:
        """Whether the machine did all these updates w += Δw by itself."""
        if not self._whole or not all(trains(part) for part in parts.values()):
            return False
        assert isinstance(self.source, Held)
        weights = self.source.weights
        if weights is not None and not all(weighs(part) for part in parts.values()):
            return False
        (X, D), (y, v) = self.source.sheets, self._seen
        size, most = self.size, (end - begin) // self.size
        for part, start, updates in (
            (parts.get(size), begin, most),
            (parts.get((end - begin) % size), begin + most * size, 1),
        ):
            if updates and part is not None and start < end:
                if weights is not None and weighs(part):
                    shares = part.inputs.shape[1] / weights
                    part.epoch(X, D, order, start, updates, y, v, shares)
                elif trains(part):
                    part.epoch(X, D, order, start, updates, y, v)
                self.update.memory.steps += updates
        return True

    def _rate(self, batch: int) -> float:
        """The learning rate of the update after so many batches of the present epoch."""
        settings = self.settings
        if settings.steady:
            return settings.learning_rate
        batches = -(-self.source.count // self.size)
        epoch = self.progress.epoch
        return settings.rate(epoch + batch / batches, epoch + (batch + 1) / batches)

    def _ends(self) -> bool:
        """Whether the run ends with this epoch; the best weights so far are noted."""
        done, settings, history = self.progress, self.settings, self.progress.history
        stop = False
        if settings.patience is not None:
            cost = history.validation_cost[-1]
            done.waited = 0 if cost < done.best_cost - settings.gain else done.waited + 1
            if done.best is None or cost < done.best_cost:
                done.best, done.best_cost = self.engine.weights.copy(), cost
            stop = done.waited >= settings.patience
        for callback in self.callbacks:
            stop = callback(done.epoch, history) is True or stop
        return stop or (settings.goal is not None and history.cost[-1] <= settings.goal)

    def _diverged(self, order: Array | None, weights: Array, memory: Any, position: int) -> None:
        """Go back to the last good weights and say in which epoch and neuron they were lost."""
        from numeric.divergence import culprit  # NumPy, and SymPy with it, load only here

        done, engine = self.progress, self.engine
        engine.weights[:] = weights
        self.update.memory.restore(memory)
        place, done.cost = "", 0.0
        for start in range(position, self.source.count, self.size):
            at = np.arange(start, min(start + self.size, self.source.count))
            done.position = start
            before = engine.weights.copy()
            self._chunk(order, int(at[-1]) + 1)
            if not (math.isfinite(done.cost) and np.isfinite(engine.weights).all()):
                place = culprit(engine, before, self.source, at if order is None else order[at])
                break
        engine.weights[:] = weights
        self.update.memory.restore(memory)
        raise InputError(
            f"Training diverged in epoch {done.epoch + 1}: the cost or a weight is no longer "
            f"finite{place}. The weights are the last good ones; try a smaller learning rate "
            f"than {self.settings.learning_rate:g}, or clip the gradient."
        )


def _bar(wanted: bool | None, done: int, epochs: int) -> Any:
    """The bar on stderr, where it is wanted or stderr is a terminal; else nothing."""
    if not (sys.stderr.isatty() if wanted is None else wanted):
        return nullcontext()
    from tqdm import tqdm  # loads only where it is seen

    return tqdm(
        desc="training",
        total=epochs,
        initial=done,
        unit=" epochs",
        delay=2,
        leave=False,
        disable=None if wanted is None else False,
    )
