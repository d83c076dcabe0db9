"""Training by a proved rule: checks of the samples, epochs, momentum, saving and loading."""

from __future__ import annotations

import csv
import importlib
import json
import math
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from tqdm import tqdm

from numeric.functions import function
from numeric.lowering import lower
from numeric.program import Array, Layout, Program, State
from symbolic.costs import COSTS, in_d_and_y
from symbolic.errors import InputError, did_you_mean
from symbolic.network import BIAS, Network
from symbolic.rules import Rule
from symbolic.verification import rule_of

LARGEST_FILE = 1 << 30
"""Bytes that a saved trainer may unpack to."""

_FORMAT = "proofprop trainer 1"
_PARTS = ("format", "network", "names", "weights", "moved", "seed", "random")
_DAMAGE = (
    *(OSError, EOFError, KeyError, TypeError, ValueError, OverflowError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error),
)
"""What a damaged or foreign file makes the readers of zip, .npy and JSON raise."""
_QUIET: Any = {"over": "ignore", "invalid": "ignore", "divide": "ignore", "under": "ignore"}


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


class Trainer:
    """A network that learns by its proved rule.

    Before training, a weight w_ji is normal with mean 0 and variance 1/m, m the number of units
    other than the bias that j reads (LeCun; Haykin sect. 4.6); biases are 0; a shared weight takes
    the largest m of its uses.  The same seed gives the same weights and the same shuffling.

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

    def __init__(self, rule: Rule, dtype: str = "float64", seed: int = 0) -> None:
        if not isinstance(rule, Rule):
            raise TypeError("A Trainer is made from a Rule: Trainer(rule_of(network)).")
        if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
            raise InputError(f"The seed must be an integer ≥ 0, not {seed!r}.")
        self.rule, self.seed = rule, seed
        self.program: Program = lower(rule, dtype)
        self._layout: Layout = self.program.layout
        self._random = np.random.default_rng(seed)
        spread = _spread(self._layout)
        drawn = self._random.standard_normal(len(spread)) * spread
        self._weights: Array = drawn.astype(self.program.dtype)
        self._moved: Array = np.zeros_like(self._weights)
        self._outputs = self._layout.columns(self.network.outputs)
        self._loss = _loss(self.network)

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
            number = _number(value, f"The weight {name!r}")
            with np.errstate(over="ignore"):
                fresh[self._layout.entry[name]] = number
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
        inputs, targets = self._samples(X, D)
        held_out = None if validation is None else self._samples(*validation)
        rate = _number(learning_rate, "The learning rate")
        memory = _number(momentum, "The momentum")
        if rate <= 0:
            raise InputError(f"The learning rate must be > 0, not {learning_rate}.")
        if not 0 <= memory < 1:
            raise InputError(f"The momentum must be at least 0 and less than 1, not {momentum}.")
        _whole(epochs, "epochs", 0)
        count = len(inputs)
        size = count if batch_size is None else min(_whole(batch_size, "batch_size", 1), count)
        rest = count % size
        states = {n: self.program.state(n, self._weights, rate) for n in {size, rest} - {0}}
        history = History()
        bar = tqdm(range(1, epochs + 1), "training", delay=2, disable=progress is False)
        with bar, np.errstate(**_QUIET):
            for epoch in bar:
                before = self._weights.copy(), self._moved.copy()
                order = None
                if shuffle and size < count:
                    order = self._random.permutation(count)
                    rows, aims = inputs[order], targets[order]
                else:
                    rows, aims = inputs, targets
                cost, right = self._epoch(states, rows, aims, size, memory)
                if not (math.isfinite(cost) and np.isfinite(self._weights).all()):
                    self._weights[:], self._moved[:] = before
                    raise InputError(
                        f"Training diverged in epoch {epoch}: the cost or a weight is no longer "
                        "finite. The weights are those before this epoch; try a smaller learning "
                        f"rate than {rate:g}."
                    )
                history.cost.append(cost)
                if len(self.network.outputs) > 1:
                    history.accuracy.append(right)
                if held_out is not None:
                    history.validation_cost.append(self._cost(*held_out))
                if callback is not None and callback(epoch, history) is True:
                    break
                if goal is not None and cost <= goal:
                    break
        return history

    def _epoch(
        self, states: dict[int, State], rows: Array, aims: Array, size: int, memory: float
    ) -> tuple[float, float]:
        """One pass over the samples; the mean cost and the share of right answers on the way."""
        cost, right, count = 0.0, 0, len(rows)
        several = aims.shape[1] > 1
        for start in range(0, count, size):
            target = aims[start : start + size]
            state = states[len(target)]
            self.program.run(state, rows[start : start + size], target)
            cost += self._total(state, target)
            if several:
                y = state.letters["y"][:, self._outputs]
                right += int(np.count_nonzero(y.argmax(axis=1) == target.argmax(axis=1)))
            if memory:
                self._moved *= self._moved.dtype.type(memory)
                self._moved += state.corrections
            else:
                self._moved[:] = state.corrections
            self._weights += self._moved
        return cost / count, right / count

    def predict(self, X: ArrayLike) -> Array:
        """The outputs y for each row of X: [samples, outputs]."""
        inputs = self._inputs(X)
        state = self._forward(inputs)
        return np.array(state.letters["y"][:, self._outputs])

    def cost(self, X: ArrayLike, D: ArrayLike) -> float:
        """𝓔 = (1/N) Σ_ξ Σ_j c(d_j, y_j) at the present weights."""
        return self._cost(*self._samples(X, D))

    def gradient(self, X: ArrayLike, D: ArrayLike) -> dict[str, float]:
        """The direction of learning, -∂𝓔/∂w for each weight, by the proved rule with η = 1."""
        inputs, targets = self._samples(X, D)
        state = self.program.state(len(inputs), self._weights)
        with np.errstate(**_QUIET):
            self.program.run(state, inputs, targets)
        return dict(zip(self._layout.entry, state.corrections.tolist(), strict=True))

    def _forward(self, inputs: Array) -> State:
        state = self.program.state(len(inputs), self._weights)
        with np.errstate(**_QUIET):
            self.program.run(state, inputs)
        return state

    def _cost(self, inputs: Array, targets: Array) -> float:
        state = self._forward(inputs)
        with np.errstate(**_QUIET):
            return self._total(state, targets) / len(inputs)

    def _total(self, state: State, targets: Array) -> float:
        v, y = (state.letters[letter][:, self._outputs] for letter in ("v", "y"))
        return float(self._loss(targets, y, v).sum(dtype=np.float64))

    # samples ----------------------------------------------------------------------------------

    def _samples(self, X: ArrayLike, D: ArrayLike) -> tuple[Array, Array]:
        inputs, outputs = self._inputs(X), self.network.outputs
        raw = np.asarray(D)
        if raw.ndim == 1 and len(outputs) > 1 and raw.dtype.kind in "iub":
            raise InputError(
                f"D holds one label per sample, but the network has {len(outputs)} outputs; "
                f"turn labels into rows with one_hot(D, {len(outputs)})."
            )
        targets = self._table(raw, "D", "output", outputs)
        if len(targets) != len(inputs):
            raise InputError(f"X has {len(inputs)} samples and D has {len(targets)}.")
        if self.network.cost.distribution:
            off = np.abs(targets.sum(axis=1) - 1) > 1e-5
            if off.any():
                row = int(np.argmax(off))
                raise InputError(
                    f"The targets of sample {row} add up to {targets[row].sum():g}; for "
                    f"{self.network.cost.name} the targets of every sample must add up to 1."
                )
        return inputs, targets

    def _inputs(self, X: ArrayLike) -> Array:
        return self._table(np.asarray(X), "X", "input", self.network.inputs)

    def _table(self, raw: Array, letter: str, what: str, units: tuple[str, ...]) -> Array:
        """The samples as [samples, units] in the dtype of the program."""
        if raw.dtype.kind not in "biuf":
            raise InputError(f"{letter} must hold real numbers, not {raw.dtype}.")
        if raw.ndim == 1 and len(units) == 1:
            raw = raw[:, np.newaxis]
        if raw.ndim != 2 or raw.shape[1] != len(units):
            names = ", ".join(units[:8]) + (", …" if len(units) > 8 else "")
            raise InputError(
                f"{letter} has the shape {raw.shape}; expected is [samples, {len(units)}], "
                f"a column for each {what}: {names}."
            )
        if not len(raw):
            raise InputError(f"{letter} is empty; give at least one sample.")
        with np.errstate(over="ignore"):
            table: Array = np.ascontiguousarray(raw, dtype=self.program.dtype)
        if not np.isfinite(table).all():
            row, column = (int(n) for n in np.argwhere(~np.isfinite(table))[0])
            raise InputError(
                f"{letter} is not finite in row {row}, column {column} ({what} "
                f"{units[column]!r}): {raw[row, column]}."
            )
        return table

    # files ------------------------------------------------------------------------------------

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write network, weights, momentum and random state to one .npz file, all or nothing."""
        spec = importlib.import_module("symbolic.spec")
        parts = {
            "format": np.array(_FORMAT),
            "network": np.array(spec.write(self.network)),
            "names": np.array(list(self._layout.entry)),
            "weights": self._weights,
            "moved": self._moved,
            "seed": np.array(str(self.seed)),
            "random": np.array(json.dumps(self._random.bit_generator.state)),
        }
        target = Path(path)
        try:
            handle, name = tempfile.mkstemp(".tmp", f".{target.name}.", target.parent)
        except OSError as error:
            raise InputError(f"Cannot write here: {error.strerror}.", file=str(target)) from None
        try:
            with os.fdopen(handle, "wb") as file:
                saver: Any = np.savez  # its annotations take no mapping of names to arrays
                saver(file, **parts)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, target)
        except BaseException:
            os.unlink(name)
            raise

    @staticmethod
    def load(path: str | os.PathLike[str]) -> Trainer:
        """The saved trainer; the rule of its network is proved anew.

        Raises `InputError` where the file is not one that `save` wrote.
        """
        spec = importlib.import_module("symbolic.spec")
        shown = os.fspath(path)
        try:
            with zipfile.ZipFile(path) as archive:
                if sum(item.file_size for item in archive.infolist()) > LARGEST_FILE:
                    raise InputError("The file is too large for a saved trainer.", file=shown)
            with np.load(path, allow_pickle=False) as archive:
                parts = {name: archive[name] for name in _PARTS}
            if str(parts["format"]) != _FORMAT:
                raise ValueError("another format")
            weights, moved, names = parts["weights"], parts["moved"], parts["names"].tolist()
            network = spec.parse(str(parts["network"]), "toml")
            trainer = Trainer(rule_of(network), str(weights.dtype), int(str(parts["seed"])))
            entry = trainer._layout.entry
            if sorted(names) != sorted(entry) or not (
                weights.shape == moved.shape == (len(entry),)
                and weights.dtype == moved.dtype
                and np.isfinite(weights).all()
                and np.isfinite(moved).all()
            ):
                raise ValueError("the weights do not fit the network")
            places = [entry[name] for name in names]
            trainer._weights[places], trainer._moved[places] = weights, moved
            trainer._random.bit_generator.state = json.loads(str(parts["random"]))
        except FileNotFoundError:
            raise InputError("There is no such file.", file=shown) from None
        except InputError as error:
            raise InputError(f"This is no saved trainer: {error.what}", file=shown) from None
        except _DAMAGE as error:
            raise InputError(
                f"This is no saved trainer, or it is damaged ({error}).", file=shown
            ) from None
        return trainer


def one_hot(labels: ArrayLike, classes: int, low: float = 0.0, high: float = 1.0) -> Array:
    """Targets for classes 0 … classes - 1: `high` at the label of each sample, `low` elsewhere.

    >>> one_hot([1, 0], 3)
    array([[0., 1., 0.],
           [1., 0., 0.]])
    """
    raw = np.asarray(labels)
    _whole(classes, "classes", 1)
    if raw.ndim != 1 or raw.dtype.kind not in "iu":
        raise InputError("Labels must be a list of integers, one for each sample.")
    wrong = (raw < 0) | (raw >= classes)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InputError(f"Label {raw[row]} of sample {row} is not in 0 … {classes - 1}.")
    table = np.full((len(raw), classes), low, dtype=np.float64)
    table[np.arange(len(raw)), raw] = high
    return table


def _spread(layout: Layout) -> Array:
    """The standard deviation of each weight before training: 1/√m, and 0 for a bias."""
    network = layout.network
    fan_in = {j: sum(i != BIAS for i in units) for j, units in network.sources.items()}
    spread = np.zeros(len(layout.entry))
    for weight, uses in network.uses.items():
        reads = [fan_in[j] for j, i in uses if i != BIAS]
        if reads:
            spread[layout.entry[weight]] = 1 / math.sqrt(max(reads))
    return spread


def _loss(network: Network) -> Callable[[Array, Array, Array], Array]:
    """c(d, y) of the outputs; the cross-entropies from v, so that saturation costs no digits.

    Softmax: ln y_j = v_j - ln Σ_k exp v_k.  Logistic: ln y = -ln(1 + exp(-a v)),
    ln(1 - y) = -ln(1 + exp(a v)).
    """
    loss = network.cost.loss
    kinds = {network.neuron[name].activation for name in network.outputs}
    kind = next(iter(kinds))
    if loss == COSTS["softmax_cross_entropy"].loss and kind.group:

        def softmax(d: Array, y: Array, v: Array) -> Array:
            moved = v - v.max(axis=1, keepdims=True)
            result: Array = d * (np.log(np.exp(moved).sum(axis=1, keepdims=True)) - moved)
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
    compute = function(in_d_and_y(loss), ("d", "y"))
    return lambda d, y, v: compute(d, y)


def _number(value: object, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise InputError(f"{what} must be a number, not {value!r}.")
    if not math.isfinite(value):
        raise InputError(f"{what} must be finite, not {value}.")
    return float(value)


def _whole(value: object, what: str, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise InputError(f"{what} must be an integer ≥ {least}, not {value!r}.")
    return int(value)
