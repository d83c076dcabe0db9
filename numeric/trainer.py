"""Training by a proved rule: epochs, batches, momentum, and what was learned."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from tqdm import tqdm

from numeric import saving
from numeric.backends import AUTO, Machine, Trains, prepared
from numeric.layout import Layout
from numeric.lowering import lower
from numeric.measures import History, loss_of
from numeric.program import Program
from numeric.samples import inputs, number, one_hot, samples, whole
from symbolic.errors import InputError, did_you_mean
from symbolic.network import BIAS, Network
from symbolic.rules import Rule
from symbolic.verification import rule_of

__all__ = ["History", "Trainer", "one_hot"]

Array = NDArray[Any]
AT_ONCE = 1024
"""Samples that are predicted at once."""
_QUIET: Any = {"over": "ignore", "invalid": "ignore", "divide": "ignore", "under": "ignore"}


class Trainer:
    """A network that learns by its proved rule.

    Before training, a weight w_ji is normal with mean 0 and variance 1/m, m the number of units
    other than the bias that j reads (LeCun; Haykin sect. 4.6); biases are 0; a shared weight takes
    the largest m of its uses.  The same seed gives the same weights and the same shuffling.  The
    program is compared with independent derivatives in exact arithmetic before it is used.  The
    backend is "native" (C, compiled when first needed), "numpy", or "auto": native where there is
    a compiler.

    >>> from symbolic.topologies import shorthand
    >>> trainer = Trainer(rule_of(shorthand("2-3-1:tanh")))
    >>> X, D = [[0, 0], [0, 1], [1, 0], [1, 1]], [-0.9, 0.9, 0.9, -0.9]
    >>> history = trainer.fit(X, D, epochs=2000, learning_rate=0.3, momentum=0.5)
    >>> (trainer.predict(X) > 0).ravel().tolist()
    [False, True, True, False]
    >>> Trainer("a rule")
    Traceback (most recent call last):
    TypeError: A Trainer is made from a Rule: Trainer(rule_of(network)).
    """

    def __init__(
        self, rule: Rule, dtype: str = "float64", seed: int = 0, backend: str = AUTO
    ) -> None:
        if not isinstance(rule, Rule):
            raise TypeError("A Trainer is made from a Rule: Trainer(rule_of(network)).")
        if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
            raise InputError(f"The seed must be an integer ≥ 0, not {seed!r}.")
        self.rule, self.seed, self.backend = rule, seed, backend
        self.program: Program = lower(rule, dtype)
        self._build = prepared(self.program, backend)
        self._layout: Layout = self.program.layout
        self._random = np.random.default_rng(seed)
        spread = _spread(self._layout)
        drawn = self._random.standard_normal(len(spread)) * spread
        self._weights: Array = drawn.astype(dtype)
        self._moved: Array = np.zeros_like(self._weights)
        self._loss = loss_of(self.network)
        place = {name: n for n, name in enumerate(self.network.outputs)}
        self._order = [place[name] for name in self._layout.outputs]
        self._machines: dict[tuple[int, float], Machine] = {}

    @property
    def network(self) -> Network:
        """The network the rule is proved for."""
        return self.rule.network

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each name; `set_weights` changes them."""
        return dict(zip(self._layout.entry, self._weights.tolist(), strict=True))

    def set_weights(self, weights: Mapping[str, float]) -> None:
        """Set the named weights and leave the others; the memory of the momentum is cleared.

        Raises `InputError` for an unknown name or a value that is not finite; nothing is set then.
        """
        fresh = self._weights.copy()
        for name, value in weights.items():
            if name not in self._layout.entry:
                hint = did_you_mean(name, self._layout.entry)
                raise InputError(f"There is no weight {name!r}. {hint}")
            given = number(value, f"The weight {name!r}")
            with np.errstate(over="ignore"):
                fresh[self._layout.entry[name]] = given
            if not np.isfinite(fresh[self._layout.entry[name]]):
                raise InputError(f"The weight {name!r} is too large for {self.program.dtype}.")
        self._weights[:] = fresh
        self._moved[:] = 0

    def fit(
        self,
        X: ArrayLike,
        D: ArrayLike,
        epochs: int,
        batch_size: int | None = None,
        learning_rate: float = 0.1,
        momentum: float = 0.0,
        shuffle: bool = True,
        validation: tuple[ArrayLike, ArrayLike] | None = None,
        progress: bool | None = None,
        goal: float | None = None,
        callback: Callable[[int, History], object] | None = None,
    ) -> History:
        """Learn: Δw(n) = momentum · Δw(n-1) + η Σ_ξ δ_j y_i after every batch.

        The sum runs over the samples of a batch; δ contains the 1/N of 𝓔.  `batch_size` None takes
        all samples at once, 1 is learning sample by sample.  Stops early where the cost of an
        epoch is at most `goal` or `callback(epoch, history)` returns True.  The bar on stderr
        appears after two seconds; `progress=False` turns it off.

        Raises `InputError` for samples or settings that cannot be used, and where the cost or a
        weight stops being finite: the weights are then those before that epoch.
        """
        rows, aims = self._samples(X, D)
        held_out = None if validation is None else self._samples(*validation)
        rate = number(learning_rate, "The learning rate")
        memory = number(momentum, "The momentum")
        if rate <= 0:
            raise InputError(f"The learning rate must be > 0, not {learning_rate}.")
        if not 0 <= memory < 1:
            raise InputError(f"The momentum must be at least 0 and less than 1, not {momentum}.")
        whole(epochs, "epochs", 0)
        count = rows.shape[1]
        size = count if batch_size is None else min(whole(batch_size, "batch_size", 1), count)
        seen = np.empty_like(aims), np.empty_like(aims)
        sheets = np.ascontiguousarray(rows.T), np.ascontiguousarray(aims.T)
        before = np.empty_like(self._weights), np.empty_like(self._moved)
        history = History()
        bar = tqdm(range(1, epochs + 1), "training", delay=2, disable=progress is False)
        with bar, np.errstate(**_QUIET):
            for epoch in bar:
                before[0][:], before[1][:] = self._weights, self._moved
                order = self._random.permutation(count) if shuffle and size < count else None
                self._epoch(rows, aims, sheets, order, size, rate, memory, seen)
                wanted = aims if order is None else aims[:, order]
                cost = self._loss(wanted, *seen) / count
                if not (math.isfinite(cost) and np.isfinite(self._weights).all()):
                    self._weights[:], self._moved[:] = before
                    raise InputError(
                        f"Training diverged in epoch {epoch}: the cost or a weight is no longer "
                        "finite. The weights are those before this epoch; try a smaller learning "
                        f"rate than {rate:g}."
                    )
                history.cost.append(cost)
                if len(self.network.outputs) > 1 and len(self.network.groups) < 2:
                    right = seen[0].argmax(axis=0) == wanted.argmax(axis=0)
                    history.accuracy.append(float(right.mean()))
                if held_out is not None:
                    history.validation_cost.append(self._cost(*held_out))
                if callback is not None and callback(epoch, history) is True:
                    break
                if goal is not None and cost <= goal:
                    break
        return history

    def _epoch(
        self,
        rows: Array,
        aims: Array,
        sheets: tuple[Array, Array],
        order: Array | None,
        size: int,
        rate: float,
        memory: float,
        seen: tuple[Array, Array],
    ) -> None:
        """One pass over the samples; y and v of the outputs on the way are put into `seen`."""
        count, weights, moved = rows.shape[1], self._weights, self._moved
        parts = {n: self._machine(n, rate) for n in {size, count % size} - {0}}
        y, v = seen
        last = (count - 1) // size * size
        ends = parts[count - last]
        if not memory and isinstance(ends, Trains):
            if last:
                whole_batch = parts[size]
                assert isinstance(whole_batch, Trains)
                whole_batch.epoch(*sheets, order, 0, last // size, y, v)
            np.copyto(moved, weights)
            ends.epoch(*sheets, order, last, 1, y, v)
            np.subtract(weights, moved, moved)
            return
        for start in range(0, count, size):
            stop = min(start + size, count)
            part = parts[stop - start]
            if order is None:
                np.copyto(part.inputs, rows[:, start:stop])
                np.copyto(part.targets, aims[:, start:stop])
            else:  # "clip" writes straight into the machine; the numbers are in range
                np.take(rows, order[start:stop], 1, part.inputs, "clip")
                np.take(aims, order[start:stop], 1, part.targets, "clip")
            part.learn()
            part.outputs(y[:, start:stop], v[:, start:stop])
            if memory:
                np.multiply(moved, memory, moved)
                np.add(moved, part.corrections, moved)
                np.add(weights, moved, weights)
            else:
                np.add(weights, part.corrections, weights)
        if not memory:
            np.copyto(moved, part.corrections)

    def predict(self, X: ArrayLike) -> Array:
        """The outputs y for each row of X: [samples, outputs]."""
        y, _ = self._outputs(inputs(X, self.network, self.program.dtype).T)
        table = np.empty(y.shape[::-1], y.dtype)
        table[:, self._order] = y.T
        return table

    def cost(self, X: ArrayLike, D: ArrayLike) -> float:
        """𝓔 = (1/N) Σ_ξ Σ_j c(d_j, y_j) at the present weights."""
        return self._cost(*self._samples(X, D))

    def gradient(self, X: ArrayLike, D: ArrayLike) -> dict[str, float]:
        """The direction of learning, -∂𝓔/∂w for each weight, by the proved rule with η = 1."""
        rows, aims = self._samples(X, D)
        whole_batch = self._machine(rows.shape[1])
        np.copyto(whole_batch.inputs, rows)
        np.copyto(whole_batch.targets, aims)
        with np.errstate(**_QUIET):
            whole_batch.learn()
        return dict(zip(self._layout.entry, whole_batch.corrections.tolist(), strict=True))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write network, weights, momentum and random state to one .npz file, all or nothing."""
        random: Any = self._random.bit_generator.state
        names = list(self._layout.entry)
        state = saving.Saved(self.network, names, self._weights, self._moved, self.seed, random)
        saving.write(path, state)

    @staticmethod
    def load(path: str | os.PathLike[str], backend: str = AUTO) -> Trainer:
        """The saved trainer; the rule of its network is proved anew.

        Raises `InputError` where the file is not one that `save` wrote.
        """
        shown = os.fspath(path)
        try:
            saved = saving.read(path)
            rule, dtype = rule_of(saved.network), str(saved.weights.dtype)
            trainer = Trainer(rule, dtype, saved.seed, backend)
            entry = trainer._layout.entry
            if sorted(saved.names) != sorted(entry):
                raise ValueError("the weights do not fit the network")
            places = [entry[name] for name in saved.names]
            trainer._weights[places], trainer._moved[places] = saved.weights, saved.moved
            trainer._random.bit_generator.state = saved.random
        except FileNotFoundError:
            raise InputError("There is no such file.", file=shown) from None
        except InputError as error:
            raise InputError(f"This is no saved trainer: {error.what}", file=shown) from None
        except saving.DAMAGE as error:
            raise InputError(
                f"This is no saved trainer, or it is damaged ({error}).", file=shown
            ) from None
        return trainer

    # arrays -----------------------------------------------------------------------------------

    def _samples(self, X: ArrayLike, D: ArrayLike) -> tuple[Array, Array]:
        """[inputs, samples] and [outputs, samples], the outputs in the order of the layout."""
        table, targets = samples(X, D, self.network, self.program.dtype)
        return np.ascontiguousarray(table.T), np.ascontiguousarray(targets.T[self._order])

    def _machine(self, batch: int, rate: float = 1.0) -> Machine:
        """The program for a batch size; the four used last are kept."""
        made = self._machines.pop((batch, rate), None)
        if made is None:
            made = self._build(self.program, batch, self._weights, rate)
        self._machines[batch, rate] = made
        while len(self._machines) > 4:
            del self._machines[next(iter(self._machines))]
        return made

    def _outputs(self, rows: Array) -> tuple[Array, Array]:
        """y and v of the outputs, [outputs, samples]."""
        count = rows.shape[1]
        shape = (len(self._order), count)
        y, v = np.empty(shape, rows.dtype), np.empty(shape, rows.dtype)
        with np.errstate(**_QUIET):
            for start in range(0, count, AT_ONCE):
                part = self._machine(min(AT_ONCE, count - start))
                stop = start + part.inputs.shape[1]
                np.copyto(part.inputs, rows[:, start:stop])
                part.forward()
                part.outputs(y[:, start:stop], v[:, start:stop])
        return y, v

    def _cost(self, rows: Array, aims: Array) -> float:
        y, v = self._outputs(rows)
        with np.errstate(**_QUIET):
            cost: float = self._loss(aims, y, v) / rows.shape[1]
            return cost


def _spread(layout: Layout) -> Array:
    """The standard deviation of each weight before training: 1/√m, and 0 for a bias.

    m is the number of signals that the neuron reads, also where its formula reads the weight.
    """
    network = layout.network
    fan_in = {j: sum(i != BIAS for i in units) for j, units in network.sources.items()}
    spread = np.zeros(len(layout.entry))
    for weight, uses in network.uses.items():
        reads = [fan_in[j] for j, i in uses if i != BIAS]
        reads += [max(1, fan_in[j]) for j in network.readers.get(weight, ())]
        if reads:
            spread[layout.entry[weight]] = 1 / math.sqrt(max(reads))
    return spread
