"""Samples as a run takes them, batch by batch: held in memory, or read from a mapped file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.backends import Machine
from numeric.samples import samples
from symbolic.errors import InputError
from symbolic.network import Network

Array = NDArray[Any]
Places = slice | Array
PROBED = 1024
"""Rows of a mapped file that its fingerprint reads."""


class Source(Protocol):
    """So many samples; `weights` [samples] has the mean 1, None: every sample counts the same."""

    count: int
    weights: Array | None

    def put(self, part: Machine, at: Places) -> None:
        """Fill the inputs and the targets of a machine with these samples."""

    def aims(self, at: Places) -> Array:
        """The targets of these samples, [outputs, samples] in the order of the layout."""

    def part(self, at: Array) -> Source:
        """These samples alone, without weights."""

    def fingerprint(self) -> str:
        """A checksum by which another table is told apart."""


class Held:
    """Samples in memory: `rows` [inputs, samples] and `wanted` [outputs, samples]."""

    def __init__(self, rows: Array, wanted: Array) -> None:
        self.rows, self.wanted, self.count = rows, wanted, rows.shape[1]
        self.weights: Array | None = None

    @cached_property
    def sheets(self) -> tuple[Array, Array]:
        """X [samples, inputs] and D [samples, outputs], each in one piece."""
        return np.ascontiguousarray(self.rows.T), np.ascontiguousarray(self.wanted.T)

    def put(self, part: Machine, at: Places) -> None:
        """Copy; "clip" writes straight into the machine, and the numbers are in range."""
        if isinstance(at, slice):
            np.copyto(part.inputs, self.rows[:, at])
            np.copyto(part.targets, self.wanted[:, at])
        else:
            np.take(self.rows, at, 1, part.inputs, "clip")
            np.take(self.wanted, at, 1, part.targets, "clip")
        _divide(part, self.weights, at)

    def aims(self, at: Places) -> Array:
        """The targets of these samples."""
        return self.wanted[:, at]

    def part(self, at: Array) -> Held:
        """A copy of these samples."""
        rows, wanted = (np.ascontiguousarray(table[:, at]) for table in (self.rows, self.wanted))
        return Held(rows, wanted)

    def fingerprint(self) -> str:
        """The SHA-256 of all the numbers."""
        return _digest(self.rows, self.wanted, self.weights)


class Mapped:
    """Samples that are read when their batch comes, and checked then; `read` gives X and D."""

    def __init__(
        self,
        read: Callable[[Places], tuple[ArrayLike, ArrayLike]],
        index: Array,
        network: Network,
        dtype: str,
        order: list[int],
    ) -> None:
        self._read, self._index, self._network = read, index, network
        self._dtype, self._order = dtype, order
        self.count = len(index)
        self.weights: Array | None = None

    def put(self, part: Machine, at: Places) -> None:
        """Read, check and copy these samples."""
        table, targets = self._samples(at)
        np.copyto(part.inputs, table.T)
        np.copyto(part.targets, targets.T[self._order])
        _divide(part, self.weights, at)

    def aims(self, at: Places) -> Array:
        """The targets of these samples."""
        return self._samples(at)[1].T[self._order]

    def part(self, at: Array) -> Mapped:
        """The same file with these samples alone."""
        return Mapped(self._read, self._index[at], self._network, self._dtype, self._order)

    def fingerprint(self) -> str:
        """The SHA-256 of the number of samples and of rows spread evenly over the file."""
        at = np.unique(np.linspace(0, self.count - 1, min(self.count, PROBED)).astype(np.intp))
        return _digest(np.array(self.count), *self._samples(at), self.weights)

    def _samples(self, at: Places) -> tuple[Array, Array]:
        index = self._index[at]
        X, D = self._read(index)
        try:
            return samples(X, D, self._network, self._dtype)
        except InputError:
            for n in index:  # which of them it is
                try:
                    samples(*self._read(np.array([n])), self._network, self._dtype)
                except InputError as error:
                    raise InputError(f"In sample {n}, read by itself: {error.what}") from None
            raise


def _divide(part: Machine, weights: Array | None, at: Places) -> None:
    """N/s_ξ for each sample, where the machine asks for it."""
    if weights is not None and part.divisor is not None:
        np.divide(part.divisor.shape[1], weights[at], part.divisor[0])


class Lazy:
    """A table whose rows are computed when they are asked for."""

    def __init__(self, count: int, read: Callable[[Places], Array]) -> None:
        self._count, self._read = count, read

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, at: Places) -> Array:
        return self._read(at)


Given = ArrayLike | Lazy


def mapped(X: Given) -> bool:
    """Whether these numbers lie in a file that is mapped into memory, or are computed later."""
    if isinstance(X, Lazy):
        return True
    while isinstance(X, np.ndarray):
        if isinstance(X, np.memmap):
            return True
        X = X.base  # type: ignore[assignment]  # a view keeps what it is a view of
    return False


def source_of(X: Given, D: Given, network: Network, dtype: str, order: list[int]) -> Held | Mapped:
    """The samples X [samples, inputs] and D [samples, outputs], checked.

    Where X is a mapped file, nothing is copied: rows are read, turned and checked batch by batch.
    """
    if not (isinstance(X, Lazy) or isinstance(D, Lazy) or mapped(X)):
        table, targets = samples(X, D, network, dtype)
        return Held(np.ascontiguousarray(table.T), np.ascontiguousarray(targets.T[order]))
    given, wanted = (t if isinstance(t, Lazy) else np.asarray(t) for t in (X, D))
    samples(given[:1], wanted[:1], network, dtype)  # the shapes, before anything is read
    if len(given) != len(wanted):
        raise InputError(f"X has {len(given)} samples and D has {len(wanted)}.")
    return Mapped(lambda at: (given[at], wanted[at]), np.arange(len(given)), network, dtype, order)


def _digest(*tables: Array | None) -> str:
    """The SHA-256 of arrays, each with its shape and type."""
    total = hashlib.sha256()
    for table in tables:
        if table is None:
            total.update(b"none")
            continue
        total.update(f"{table.dtype.str} {table.shape}".encode())
        total.update(np.ascontiguousarray(table).data)
    return total.hexdigest()
