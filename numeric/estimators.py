"""Networks that learn by their proved rule as estimators of scikit-learn (the extra `sklearn`).

Only this module imports scikit-learn.  A pickle holds the network, not the proof: the rule is
proved again when it is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.history import History
from numeric.trainer import Trainer
from symbolic.errors import InputError
from symbolic.network import Network
from symbolic.rules import Rule
from symbolic.spec import open_network
from symbolic.topologies import shorthand
from symbolic.verification import rule_of

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, MultiOutputMixin, RegressorMixin
    from sklearn.utils import check_random_state
    from sklearn.utils.class_weight import compute_sample_weight
    from sklearn.utils.multiclass import check_classification_targets, unique_labels
    from sklearn.utils.validation import (
        _check_sample_weight,
        check_is_fitted,
        column_or_1d,
        validate_data,
    )
except ImportError as error:
    raise ImportError(
        "The estimators need scikit-learn 1.6 or later: pip install 'proofprop[sklearn]'."
    ) from error

__all__ = ["BackpropClassifier", "BackpropRegressor"]

Array = NDArray[Any]
AUTO = 200
"""Samples per update where batch_size is "auto", or all if there are fewer."""


class _Backprop(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """What both have in common: the network, its trainer, and the scales of the table."""

    def __init__(
        self,
        hidden: Sequence[int] = (16,),
        activation: str = "tanh",
        network: Network | str | None = None,
        *,
        optimiser: str = "adam",
        learning_rate: float = 0.01,
        epochs: int = 300,
        batch_size: int | str | None = "auto",
        schedule: str = "constant",
        l2: float = 0.0,
        decay: float = 0.0,
        clip_norm: float | None = None,
        validation_split: float = 0.0,
        patience: int | None = None,
        standardise: bool = True,
        dtype: str = "float64",
        random_state: Any = None,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.network = network
        self.optimiser = optimiser
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.batch_size = batch_size
        self.schedule = schedule
        self.l2 = l2
        self.decay = decay
        self.clip_norm = clip_norm
        self.validation_split = validation_split
        self.patience = patience
        self.standardise = standardise
        self.dtype = dtype
        self.random_state = random_state

    def _begin(self, X: Array, outputs: int, last: str, weights: Array) -> None:
        """A fresh trainer for so many inputs and outputs, and the scales of the inputs."""
        network = self.network
        if network is None:
            layers = [f"{size}:{self.activation}" for size in self.hidden]
            network = "-".join([str(X.shape[1]), *layers, f"{outputs}:{last}"])
        rule = _rule(network)
        for units, count, what in (
            (rule.network.inputs, X.shape[1], "features"),
            (rule.network.outputs, outputs, "targets"),
        ):
            if len(units) != count:
                raise InputError(
                    f"The network has {len(units)} units for {what}; here are {count} {what}."
                )
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        self.trainer_ = Trainer(rule, self.dtype, seed)
        self.history_ = History()
        self.means_, self.scales_ = _scales(X, weights, self.standardise)

    def _learn(self, X: Array, D: Array, weights: Array, once: bool = False) -> None:
        size = min(AUTO, len(X)) if self.batch_size == "auto" else self.batch_size
        history = self.trainer_.fit(
            (X - self.means_) / self.scales_,
            D,
            1 if once else self.epochs,
            cast("int | None", size),
            self.learning_rate,
            progress=False,
            optimiser=self.optimiser,
            schedule="constant" if once else self.schedule,
            l2=self.l2,
            decay=self.decay,
            clip_norm=self.clip_norm,
            sample_weight=weights,
            validation_split=0.0 if once else self.validation_split,
            patience=None if once else self.patience,
        )
        self.history_.cost += history.cost
        self.history_.validation_cost += history.validation_cost

    def _outputs(self, X: ArrayLike) -> Array:
        check_is_fitted(self, "trainer_")
        table = validate_data(self, X, reset=False, dtype=np.float64)
        return self.trainer_.predict((table - self.means_) / self.scales_)


class BackpropClassifier(ClassifierMixin, _Backprop):  # type: ignore[misc]  # likewise
    """A network that learns classes: softmax outputs and cross-entropy, by the proved rule.

    `network` is a `Network`, a file or a shorthand in place of `hidden` and `activation`; it has
    one output for each class.  `optimiser`, `schedule`, `l2`, `decay`, `clip_norm`, `patience` and
    `validation_split` are those of `Trainer.fit`.  `standardise` scales the inputs to mean 0 and
    deviation 1.  `class_weight` is that of scikit-learn.  With all samples in one batch, a sample
    of weight 2 counts exactly as two samples.

    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["no", "yes", "yes", "no"]
    >>> BackpropClassifier(random_state=1).fit(X, y).predict(X).tolist()
    ['no', 'yes', 'yes', 'no']
    """

    def __init__(
        self,
        hidden: Sequence[int] = (16,),
        activation: str = "tanh",
        network: Network | str | None = None,
        *,
        optimiser: str = "adam",
        learning_rate: float = 0.01,
        epochs: int = 300,
        batch_size: int | str | None = "auto",
        schedule: str = "constant",
        l2: float = 0.0,
        decay: float = 0.0,
        clip_norm: float | None = None,
        class_weight: Any = None,
        validation_split: float = 0.0,
        patience: int | None = None,
        standardise: bool = True,
        dtype: str = "float64",
        random_state: Any = None,
    ) -> None:
        super().__init__(
            hidden,
            activation,
            network,
            optimiser=optimiser,
            learning_rate=learning_rate,
            epochs=epochs,
            batch_size=batch_size,
            schedule=schedule,
            l2=l2,
            decay=decay,
            clip_norm=clip_norm,
            validation_split=validation_split,
            patience=patience,
            standardise=standardise,
            dtype=dtype,
            random_state=random_state,
        )
        self.class_weight = class_weight

    def fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> BackpropClassifier:
        """Learn from scratch, `epochs` times through the samples."""
        table, labels, weights = self._checked(X, y, sample_weight, reset=True)
        self.classes_ = unique_labels(labels)
        if len(self.classes_) < 2:
            raise InputError("A classifier needs samples of two classes; here is one class only.")
        self._begin(table, len(self.classes_), "softmax", weights)
        self._learn(table, self._targets(labels), weights)
        return self

    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> BackpropClassifier:
        """Learn once through these samples; the first call says all classes and sets the scales.

        There is no schedule and no watching then, and weights count within the call.
        """
        first = not hasattr(self, "trainer_")
        table, labels, weights = self._checked(X, y, sample_weight, reset=first)
        if first:
            if classes is None:
                raise InputError("The first call of partial_fit needs all the classes.")
            self.classes_ = unique_labels(classes)
            self._begin(table, len(self.classes_), "softmax", weights)
        elif classes is not None and not np.array_equal(self.classes_, unique_labels(classes)):
            raise InputError("The classes are not those of the first call of partial_fit.")
        self._learn(table, self._targets(labels), weights, once=True)
        return self

    def predict_proba(self, X: ArrayLike) -> Array:
        """The output signals: the probability of each class in the order of `classes_`."""
        return self._outputs(X)

    def predict(self, X: ArrayLike) -> Array:
        """The class with the largest output for each sample."""
        places = self._outputs(X).argmax(axis=1)
        chosen: Array = self.classes_[places]
        return chosen

    def _checked(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, reset: bool
    ) -> tuple[Array, Array, Array]:
        table, labels = validate_data(self, X, y, reset=reset, dtype=np.float64)
        labels = column_or_1d(labels, warn=True)
        check_classification_targets(labels)
        weights = _check_sample_weight(sample_weight, table, dtype=np.float64)
        if self.class_weight is not None:
            weights = weights * compute_sample_weight(self.class_weight, labels)
        return table, labels, weights

    def _targets(self, labels: Array) -> Array:
        place = np.searchsorted(self.classes_, labels)
        known = self.classes_[np.minimum(place, len(self.classes_) - 1)] == labels
        if not known.all():
            raise InputError(f"The class {labels[np.argmin(known)]!r} is not one of the classes.")
        return np.eye(len(self.classes_))[place]


class BackpropRegressor(MultiOutputMixin, RegressorMixin, _Backprop):  # type: ignore[misc]
    """A network that learns numbers: identity outputs and squared error, by the proved rule.

    The settings are those of `BackpropClassifier`, but for `class_weight`.  `standardise` scales
    the targets too; `predict` scales back.

    >>> X = [[0.0], [1.0], [2.0], [3.0]]
    >>> BackpropRegressor(random_state=0).fit(X, [1.0, 3.0, 5.0, 7.0]).predict(X).round(1).tolist()
    [1.0, 3.0, 5.0, 7.0]
    """

    def fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> BackpropRegressor:
        """Learn from scratch, `epochs` times through the samples."""
        table, targets, weights = self._checked(X, y, sample_weight, True)
        self._start(table, targets, weights)
        self._learn(table, self._scaled(targets), weights)
        return self

    def partial_fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> BackpropRegressor:
        """Learn once through these samples; the first call sets the scales."""
        first = not hasattr(self, "trainer_")
        table, targets, weights = self._checked(X, y, sample_weight, first)
        if first:
            self._start(table, targets, weights)
        self._learn(table, self._scaled(targets), weights, once=True)
        return self

    def predict(self, X: ArrayLike) -> Array:
        """The outputs for each sample, of the shape that y had."""
        outputs = self._outputs(X) * self.target_scales_ + self.target_means_
        return outputs[:, 0] if self.flat_ else outputs

    def _start(self, table: Array, targets: Array, weights: Array) -> None:
        self.flat_ = targets.ndim == 1
        columns = targets.reshape(len(targets), -1)
        self._begin(table, columns.shape[1], "identity", weights)
        self.target_means_, self.target_scales_ = _scales(columns, weights, self.standardise)

    def _scaled(self, targets: Array) -> Array:
        columns = targets.reshape(len(targets), -1)
        scaled: Array = (columns - self.target_means_) / self.target_scales_
        return scaled

    def _checked(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, reset: bool
    ) -> tuple[Array, Array, Array]:
        table, targets = validate_data(
            self, X, y, reset=reset, dtype=np.float64, multi_output=True, y_numeric=True
        )
        weights = _check_sample_weight(sample_weight, table, dtype=np.float64)
        return table, targets.astype(np.float64), weights


@lru_cache(maxsize=32)
def _rule(network: Network | str) -> Rule:
    """The proved rule of a network; it is proved once in a process."""
    if isinstance(network, Network):
        return rule_of(network)
    is_file = network.endswith((".toml", ".json"))
    return rule_of(open_network(network) if is_file else shorthand(network))


def _scales(table: Array, weights: Array, wanted: bool) -> tuple[Array, Array]:
    """The weighted mean and deviation of each column, 1 for a constant one; else 0 and 1."""
    if not wanted or not weights.sum() > 0:  # the trainer refuses samples that all weigh nothing
        return np.zeros(table.shape[1]), np.ones(table.shape[1])
    means = np.average(table, axis=0, weights=weights)
    scales = np.sqrt(np.average(np.square(table - means), axis=0, weights=weights))
    scales[scales <= 10 * np.finfo(np.float64).eps * np.abs(table).max(axis=0)] = 1
    return means, scales
