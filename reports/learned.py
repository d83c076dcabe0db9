"""What a training run did, measured for its page."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.data import Samples
from numeric.trainer import History, Trainer
from reports.learning_page import Learned

Array = NDArray[Any]
SHOWN = 20_000
"""Samples that are looked at, spread evenly over a larger table."""
TOLD = (
    *("data", "target", "optimiser", "learning_rate", "momentum", "schedule", "warmup"),
    *("batch_size", "epochs", "l2", "decay", "clip_value", "clip_norm", "goal"),
    *("validation_split", "patience", "class_weight", "standardise", "seed", "dtype", "threads"),
)
"""The options that the page tells, where they are not what they are without being given."""
PLAIN = {"dtype": "numbers", "l2": "L2 penalty", "decay": "weight decay"}
COMPUTED = {"native": "a compiled program", "numpy": "NumPy", "jax": "JAX"}
"""What options and backends are called on the page."""


def learned(
    trainer: Trainer,
    data: Samples,
    history: History,
    options: argparse.Namespace,
    before: Mapping[str, float],
    cost_before: float,
) -> Learned:
    """The facts of a run that has ended; `before` are the weights that it began with."""
    count = len(data.X)
    places = [slice(0, count)]
    if count > SHOWN:
        places = [slice(n, n + 1) for n in np.linspace(0, count - 1, SHOWN).astype(int).tolist()]
    X = np.concatenate([np.asarray(data.X[place]) for place in places])
    D = np.concatenate([np.asarray(data.D[place]) for place in places])
    curves = {"cost": history.cost, "cost of the samples set aside": history.validation_cost}
    codes = _codes(D)
    answers = trainer.predict(X)
    about: dict[str, Any] = {}
    if codes is None:
        outputs = zip(trainer.network.outputs, (D - answers).T.tolist(), strict=True)
        about["residuals"] = dict(outputs)
    else:
        wanted, middle = codes
        taken = answers.argmax(axis=1) if middle is None else (answers[:, 0] > middle) * 1
        kinds = D.shape[1] if middle is None else 2
        table = np.zeros((kinds, kinds), int)
        np.add.at(table, (wanted, taken), 1)
        names = trainer.preparation.classes
        if len(names) != kinds:
            names = trainer.network.outputs if middle is None else ("low", "high")
        about["classes"], about["confusion"] = tuple(names), table.tolist()
    return Learned(
        len(X),
        cost_before,
        trainer.cost(data.X, data.D),
        {name: line for name, line in curves.items() if line},
        before,
        trainer.weights,
        tuple(_settings(trainer, options)),
        **about,
    )


def _codes(D: Array) -> tuple[Array, float | None] | None:
    """The class of each sample, and for one output the level between its two; None: no classes."""
    levels = np.unique(D)
    if len(levels) != 2:
        return None
    if D.shape[1] == 1:
        return (levels[1] == D[:, 0]) * 1, float(levels.mean())
    if ((levels[1] == D).sum(axis=1) != 1).any():
        return None
    return D.argmax(axis=1), None


def _settings(trainer: Trainer, options: argparse.Namespace) -> list[tuple[str, str]]:
    """The options that were given, as words."""
    found = [("network", options.network)]
    for name in TOLD:
        value = getattr(options, name)
        if value not in (None, False, 0, 0.0):
            shown = "yes" if value is True else str(value)
            found.append((PLAIN.get(name, name.replace("_", " ")), shown))
    return [*found, ("computed by", COMPUTED.get(trainer.backend, trainer.backend))]
