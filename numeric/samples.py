"""Checks of what a trainer is given: samples as arrays, numbers as settings."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from symbolic.errors import InputError
from symbolic.network import Network

Array = NDArray[Any]


def one_hot(labels: ArrayLike, classes: int, low: float = 0.0, high: float = 1.0) -> Array:
    """Targets for classes 0 … classes - 1: `high` at the label of each sample, `low` elsewhere.

    >>> one_hot([1, 0], 3)
    array([[0., 1., 0.],
           [1., 0., 0.]])
    """
    raw = np.asarray(labels)
    whole(classes, "classes", 1)
    if raw.ndim != 1 or raw.dtype.kind not in "iu":
        raise InputError("Labels must be a list of integers, one for each sample.")
    wrong = (raw < 0) | (raw >= classes)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InputError(f"Label {raw[row]} of sample {row} is not in 0 … {classes - 1}.")
    table = np.full((len(raw), classes), low, dtype=np.float64)
    table[np.arange(len(raw)), raw] = high
    return table


def samples(X: ArrayLike, D: ArrayLike, network: Network, dtype: str) -> tuple[Array, Array]:
    """X and D as [samples, inputs] and [samples, outputs] of this dtype.

    Raises `InputError` for a wrong shape, what is no finite number, and targets that do not fit
    the cost.
    """
    table, outputs = inputs(X, network, dtype), network.outputs
    raw = np.asarray(D)
    if raw.ndim == 1 and len(outputs) > 1 and raw.dtype.kind in "iub":
        raise InputError(
            f"D holds one label per sample, but the network has {len(outputs)} outputs; "
            f"turn labels into rows with one_hot(D, {len(outputs)})."
        )
    targets = _table(raw, "D", "output", outputs, dtype)
    if len(targets) != len(table):
        raise InputError(f"X has {len(table)} samples and D has {len(targets)}.")
    for group in network.distributions:
        together = targets[:, [network.outputs.index(name) for name in group]].sum(axis=1)
        off = np.abs(together - 1) > 1e-5
        if off.any():
            row = int(np.argmax(off))
            whose = "" if len(network.distributions) == 1 else f" of {', '.join(group[:3])}, …"
            raise InputError(
                f"The targets of sample {row}{whose} add up to {together[row]:g}; for "
                f"{network.cost.name} the targets of every sample must add up to 1."
            )
    return table, targets


def inputs(X: ArrayLike, network: Network, dtype: str) -> Array:
    """X as [samples, inputs] of this dtype."""
    return _table(np.asarray(X), "X", "input", network.inputs, dtype)


def _table(raw: Array, letter: str, what: str, units: tuple[str, ...], dtype: str) -> Array:
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
        table: Array = np.asarray(raw, dtype=dtype)
    if not np.isfinite(table).all():
        row, column = (int(n) for n in np.argwhere(~np.isfinite(table))[0])
        value = raw[row, column]
        fault = f"too large for {dtype}" if np.isfinite(value) else "not finite"
        raise InputError(
            f"{letter} is {fault} in row {row}, column {column} ({what} "
            f"{units[column]!r}): {value}."
        )
    return table


def number(value: object, what: str) -> float:
    """The value as a finite float, or an `InputError` that names what it is for."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise InputError(f"{what} must be a number, not {value!r}.")
    if not math.isfinite(value):
        raise InputError(f"{what} must be finite, not {value}.")
    return float(value)


def whole(value: object, what: str, least: int) -> int:
    """The value as an integer of at least `least`, or an `InputError` that names what it is for."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise InputError(f"{what} must be an integer ≥ {least}, not {value!r}.")
    return int(value)
