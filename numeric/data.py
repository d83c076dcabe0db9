"""Samples from a file, for one network: read, scaled and turned into targets as was asked for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.columns import Columns, Roles, columns_of, columns_to_predict, is_number
from numeric.preparation import Preparation, scaling
from numeric.samples import one_hot
from numeric.sources import Lazy, Places
from numeric.tables import read
from symbolic.errors import InputError
from symbolic.network import Network

Array = NDArray[Any]


@dataclass(frozen=True)
class Samples:
    """X and D for the trainer, the weight of each sample, and what was done to get them."""

    X: Array | Lazy
    D: Array | Lazy
    weights: Array | None
    preparation: Preparation


def read_csv(path: str | os.PathLike[str], network: Network) -> tuple[Array, Array]:
    """X and D of a comma-separated file as it stands; see `columns_of` for which column is which.

    Raises `InputError` with file, line and column (counted in cells) of what cannot be used.
    """
    found = read_samples(path, network)
    assert not isinstance(found.X, Lazy)
    assert not isinstance(found.D, Lazy)
    return found.X, found.D


def read_samples(
    path: str | os.PathLike[str],
    network: Network,
    roles: Roles = Roles(),  # noqa: B008 - frozen
    standardise: bool = False,
) -> Samples:
    """The samples of a CSV, NPZ, NPY or Parquet file.

    An NPY file is mapped: its rows are read when their batch comes, however many there are.
    """
    try:
        return _samples(path, network, roles, standardise)
    except InputError as error:
        if error.file is not None:
            raise
        raise InputError(error.what, file=os.fspath(path)) from None


def _samples(
    path: str | os.PathLike[str], network: Network, roles: Roles, standardise: bool
) -> Samples:
    def choose(header: Sequence[str] | None, first: Sequence[str]) -> Columns:
        return columns_of(network, header, first, roles)

    table = read(path, choose)
    columns, numbers = table.columns, table.numbers
    count, outputs = len(columns.inputs), len(network.outputs)
    known = tuple(name for name in columns.names if name)
    prepared = Preparation(known if len(known) == count else (), columns.target)
    if standardise:
        inputs = _part(numbers, slice(0, count))
        means, scales = scaling(inputs)
        prepared = Preparation(prepared.inputs, prepared.target, (), means, scales)
    X = _mapped(_part(numbers, slice(0, count)), prepared.rows)
    weights = None
    if columns.weight is not None:
        last = _part(numbers, slice(-1, None))
        weights = np.asarray(last[slice(0, len(last))])[:, 0]
    if table.codes is not None:
        classes = sorted(table.words, key=_order(table.words))
        if len(classes) != max(outputs, 2):
            found = f"{len(classes)} classes" if len(classes) > 1 else f"one class, {classes[0]!r}"
            raise InputError(
                f"The column {columns.target!r} has {found}; the outputs tell "
                f"{max(outputs, 2)} apart."
            )
        place = np.array([classes.index(word) for word in table.words])
        prepared = Preparation(
            prepared.inputs, prepared.target, tuple(classes), prepared.means, prepared.scales
        )
        return Samples(X, prepared.targets(place[table.codes], outputs), weights, prepared)
    targets = _part(numbers, slice(count, count + len(columns.targets)))
    if columns.classes:
        return Samples(X, _mapped(targets, lambda t: _classes(t, outputs)), weights, prepared)
    return Samples(X, targets, weights, prepared)


def read_inputs(
    path: str | os.PathLike[str], network: Network, prepared: Preparation
) -> Array | Lazy:
    """The inputs of a file, as the network learned them."""

    def choose(header: Sequence[str] | None, first: Sequence[str]) -> Columns:
        return columns_to_predict(network, header, first, prepared.inputs)

    return _mapped(read(path, choose).numbers, prepared.rows)


def _part(table: Array | Lazy, columns: slice) -> Array | Lazy:
    if isinstance(table, Lazy):
        return Lazy(len(table), lambda at: table[at][:, columns])
    return table[:, columns]


def _mapped(table: Array | Lazy, change: Any) -> Array | Lazy:
    if isinstance(table, Lazy):

        def read_and_change(at: Places) -> Array:
            result: Array = change(table[at])
            return result

        return Lazy(len(table), read_and_change)
    result: Array = change(table)
    return result


def _classes(column: Array, classes: int) -> Array:
    """One-hot targets of a column of integers."""
    labels = column[:, 0]
    whole = labels.astype(np.int64)
    if (whole != labels).any():
        raise InputError(f"{labels[np.argmax(whole != labels)]:g} is no class.")
    return one_hot(whole, classes)


def _order(words: Sequence[str]) -> Any:
    """Numbers by size, other words by their letters."""
    return float if all(is_number(word) for word in words) else str
