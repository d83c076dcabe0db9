"""The words of `dataflow.py` in JAX: each is one or two operations of `jax.numpy`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy import special

from numeric.native.formulas import real
from numeric.program import Matrix
from numeric.residue_words import places
from symbolic.terms import Relation, Term

Value = Any  # an array of JAX, or a number
CALLS: dict[str, Callable[[Value], Value]] = {
    "exp": jnp.exp,
    "ln": jnp.log,
    "sqrt": jnp.sqrt,
    "sin": jnp.sin,
    "cos": jnp.cos,
    "sinh": jnp.sinh,
    "cosh": jnp.cosh,
    "tanh": jnp.tanh,
    "arctan": jnp.arctan,
    "erf": special.erf,
    "abs": jnp.abs,
    "softplus": lambda u: jnp.logaddexp(u, 0),
    "expit": special.expit,
}
COMPARE: dict[Relation, Callable[[Value, Value], Value]] = {
    Relation.LESS: jnp.less,
    Relation.AT_MOST: jnp.less_equal,
    Relation.GREATER: jnp.greater,
    Relation.AT_LEAST: jnp.greater_equal,
    Relation.EQUAL: jnp.equal,
}
FILL = 2
"""Rows of different lengths are filled up to the longest while that makes them so much larger."""


class JaxWords:
    """See `dataflow.Words`; `batch` is that of one device."""

    def __init__(self, batch: int, dtype: str) -> None:
        self._batch, self._dtype = batch, dtype

    def number(self, term: Term) -> Value:
        try:
            return real(term)
        except OverflowError:
            return math.inf

    def add(self, a: Value, b: Value) -> Value:
        return a + b

    def subtract(self, a: Value, b: Value) -> Value:
        return a - b

    def multiply(self, a: Value, b: Value) -> Value:
        return a * b

    def divide(self, a: Value, b: Value) -> Value:
        return a / b

    def power(self, a: Value, exponent: Fraction) -> Value:
        return a ** float(exponent)

    def call(self, name: str, a: Value) -> Value:
        return CALLS[name](a)

    def xlogy(self, a: Value, b: Value) -> Value:
        return special.xlogy(a, b)

    def choose(
        self, relation: Relation, left: Value, right: Value, here: Value, otherwise: Value
    ) -> Value:
        return jnp.where(COMPARE[relation](left, right), here, otherwise)

    def zeros(self, size: int, sampled: bool) -> Value:
        return jnp.zeros((size, self._batch) if sampled else (size,), self._dtype)

    def rows(self, a: Value, start: int, stop: int) -> Value:
        return jax.lax.slice_in_dim(a, start, stop)

    def pick(self, a: Value, at: tuple[int, ...]) -> Value:
        return jnp.take(a, np.array(at, np.int32), axis=0, mode="clip")

    def put(self, a: Value, start: int, stop: int, part: Value) -> Value:
        part = jnp.broadcast_to(jnp.asarray(part, self._dtype), (stop - start, *a.shape[1:]))
        if stop - start == a.shape[0]:
            return part
        return jax.lax.dynamic_update_slice_in_dim(a, part, start, 0)

    def place(self, a: Value, at: tuple[int, ...], part: Value) -> Value:
        rows = np.array(at, np.int32)
        return a.at[rows].set(part, unique_indices=True, mode="promise_in_bounds")

    def matrix(self, flat: Value, matrix: Matrix) -> Value:
        first, height, stride = matrix.first, matrix.height, matrix.stride
        if first + height * stride > flat.shape[0]:  # behind the last row there is no gap
            return flat[places(matrix)]
        whole = jax.lax.slice_in_dim(flat, first, first + height * stride)
        return whole.reshape(height, stride)[:, : matrix.width]

    def product(self, matrix: Value, x: Value, transposed: bool) -> Value:
        return jnp.matmul(matrix.T if transposed else matrix, x, precision="highest")

    def outer(self, left: Value, right: Value) -> Value:
        return jnp.matmul(left, right.T, precision="highest").ravel()

    def dots(self, left: Value, right: Value) -> Value:
        return (left * right).sum(axis=1)

    def total(self, a: Value) -> Value:
        return a.sum(axis=0, keepdims=True)

    def softmax(self, a: Value) -> Value:
        return jax.nn.softmax(a, axis=0)

    def sparse(
        self, data: Value, x: Value, pointer: tuple[int, ...], index: tuple[int, ...]
    ) -> Value:
        """Rows of nearly one length are filled up with zeros; others are summed run by run."""
        start, count = np.array(pointer[:-1]), np.diff(pointer)
        longest = int(count.max(initial=0))
        if not longest:
            return jnp.zeros((len(count), self._batch), self._dtype)
        source = np.array(index, np.int32)
        if longest * len(count) > FILL * len(index):
            row = np.repeat(np.arange(len(count), dtype=np.int32), count)
            parts = data[:, None] * jnp.take(x, source, axis=0, mode="clip")
            return jax.ops.segment_sum(parts, row, num_segments=len(count), indices_are_sorted=True)
        at = start[:, None] + np.minimum(np.arange(longest), count[:, None] - 1)
        at = np.clip(at, 0, len(index) - 1)
        there = np.arange(longest) < count[:, None]
        weights = jnp.where(there, data[at], 0)
        read = jnp.take(x, source[at], axis=0, mode="clip")
        if not there.all():
            read = jnp.where(there[:, :, None], read, 0)  # 0 times infinity is not 0
        return (weights[:, :, None] * read).sum(axis=1)

    def run_sums(self, flat: Value, starts: tuple[int, ...], size: int) -> Value:
        run = np.searchsorted(np.array(starts), np.arange(size), side="right") - 1
        return jax.ops.segment_sum(
            flat, run.astype(np.int32), num_segments=len(starts), indices_are_sorted=True
        )


@dataclass(frozen=True)
class Pieces:
    """A sampled buffer in pieces: the rows from each start on; the others are 0."""

    size: int
    held: tuple[tuple[int, Value], ...] = ()


class PieceWords(JaxWords):
    """The same for programs that read whole blocks: nothing is copied into one large buffer."""

    def zeros(self, size: int, sampled: bool) -> Value:
        return Pieces(size) if sampled else super().zeros(size, sampled)

    def rows(self, a: Value, start: int, stop: int) -> Value:
        if not isinstance(a, Pieces):
            return super().rows(a, start, stop)
        found, at = [], start
        for first, part in a.held:
            low, high = max(first, start), min(first + part.shape[0], stop)
            if low >= high:
                continue
            if low > at:
                found.append(super().zeros(low - at, True))
            found.append(_cut(part, low - first, high - first))
            at = high
        if at < stop:
            found.append(super().zeros(stop - at, True))
        return found[0] if len(found) == 1 else jnp.concatenate(found)

    def put(self, a: Value, start: int, stop: int, part: Value) -> Value:
        if not isinstance(a, Pieces):
            return super().put(a, start, stop, part)
        shape = stop - start, self._batch
        held = [(start, jnp.broadcast_to(jnp.asarray(part, self._dtype), shape))]
        for first, other in a.held:
            end = first + other.shape[0]
            if first < start:
                held.append((first, _cut(other, 0, min(end, start) - first)))
            if end > stop:
                begin = max(first, stop)
                held.append((begin, _cut(other, begin - first, end - first)))
        return Pieces(a.size, tuple(sorted(held, key=lambda piece: piece[0])))

    def pick(self, a: Value, at: tuple[int, ...]) -> Value:
        return super().pick(self._whole(a), at)

    def place(self, a: Value, at: tuple[int, ...], part: Value) -> Value:
        fresh = super().place(self._whole(a), at, part)
        return Pieces(a.size, ((0, fresh),)) if isinstance(a, Pieces) else fresh

    def sparse(
        self, data: Value, x: Value, pointer: tuple[int, ...], index: tuple[int, ...]
    ) -> Value:
        return super().sparse(data, self._whole(x), pointer, index)

    def _whole(self, a: Value) -> Value:
        return self.rows(a, 0, a.size) if isinstance(a, Pieces) else a


def _cut(part: Value, start: int, stop: int) -> Value:
    whole = start == 0 and stop == part.shape[0]
    return part if whole else jax.lax.slice_in_dim(part, start, stop)
