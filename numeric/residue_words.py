"""The words of `dataflow.py` over the residues modulo 2^61 - 1: what audits the code that flows.

A backend that runs programs through `dataflow.py` is audited by the same code with these words:
everything but the operations themselves, on their real indices.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from numeric.dataflow import learned, numbers_of
from numeric.modular import (
    P,
    Residues,
    evaluate,
    inverse,
    matrix_product,
    opaque,
    run_sums,
    times,
    total,
)
from numeric.program import CORRECTIONS, DIVISOR, Matrix, Program
from numeric.validation import Differs, validate
from symbolic.terms import Relation, Term


class ResidueWords:
    """See `dataflow.Words`; functions are opaque, but stand for what their names say."""

    def __init__(self, batch: int) -> None:
        self._batch = batch

    def number(self, term: Term) -> Residues:
        return evaluate(term, {})

    def add(self, a: Residues, b: Residues) -> Residues:
        return (a + b) % P

    def subtract(self, a: Residues, b: Residues) -> Residues:
        return (a - b) % P

    def multiply(self, a: Residues, b: Residues) -> Residues:
        return times(a, b)

    def divide(self, a: Residues, b: Residues) -> Residues:
        return times(a, inverse(b))

    def power(self, a: Residues, exponent: Fraction) -> Residues:
        return opaque(f"power {exponent}", a)

    def call(self, name: str, a: Residues) -> Residues:
        if name == "softplus":
            return opaque("ln", (1 + opaque("exp", a)) % P)
        if name == "expit":
            return inverse((1 + opaque("exp", -a % P)) % P)
        return opaque(name, a)

    def xlogy(self, a: Residues, b: Residues) -> Residues:
        return times(a, opaque("ln", b))

    def choose(
        self,
        relation: Relation,
        left: Residues,
        right: Residues,
        here: Residues,
        otherwise: Residues,
    ) -> Residues:
        gap = (left - right) % P
        holds = gap == 0 if relation is Relation.EQUAL else opaque(relation, gap) % 2 == 1
        return np.where(holds, here, otherwise)

    def zeros(self, size: int, sampled: bool) -> Residues:
        return np.zeros((size, self._batch) if sampled else size, np.int64)

    def rows(self, a: Residues, start: int, stop: int) -> Residues:
        return a[start:stop]

    def pick(self, a: Residues, at: tuple[int, ...]) -> Residues:
        return a[list(at)]

    def put(self, a: Residues, start: int, stop: int, part: Residues) -> Residues:
        fresh = a.copy()
        fresh[start:stop] = part
        return fresh

    def place(self, a: Residues, at: tuple[int, ...], part: Residues) -> Residues:
        fresh = a.copy()
        fresh[list(at)] = part
        return fresh

    def matrix(self, flat: Residues, matrix: Matrix) -> Residues:
        taken: Residues = flat[places(matrix)]
        return taken

    def product(self, matrix: Residues, x: Residues, transposed: bool) -> Residues:
        return matrix_product(matrix.T if transposed else matrix, x)

    def outer(self, left: Residues, right: Residues) -> Residues:
        return matrix_product(left, right.T).ravel()

    def dots(self, left: Residues, right: Residues) -> Residues:
        return total(times(left, right), 1)

    def total(self, a: Residues) -> Residues:
        return total(a, keepdims=True)

    def softmax(self, a: Residues) -> Residues:
        share = opaque("exp", a)
        return times(share, inverse(total(share, keepdims=True)))

    def sparse(
        self, data: Residues, x: Residues, pointer: tuple[int, ...], index: tuple[int, ...]
    ) -> Residues:
        sums, full = np.zeros((len(pointer) - 1, self._batch), np.int64), np.diff(pointer) > 0
        if full.any():
            parts = times(data[:, np.newaxis], x[list(index)])
            sums[full] = run_sums(parts, np.array(pointer[:-1])[full])
        return sums

    def run_sums(self, flat: Residues, starts: tuple[int, ...], size: int) -> Residues:
        return run_sums(flat, starts)


def places(matrix: Matrix) -> Any:
    """The entries of a matrix in its flat vector, [height, width]."""
    row = np.arange(matrix.height)[:, np.newaxis] * matrix.stride
    return matrix.first + row + np.arange(matrix.width)


class FlowMachine:
    """See `validation.Exact`: a program run by `dataflow.py` over the residues."""

    def __init__(self, program: Program, batch: int, weights: Residues, eta: int) -> None:
        self._program, self._weights = program, weights
        self._words = ResidueWords(batch)
        self._numbers = numbers_of(np.array(batch), np.array(eta))
        self._ones = np.ones((1, batch), np.int64)
        size = {buffer.name: buffer.size for buffer in program.buffers}
        self.inputs = np.zeros((len(program.layout.network.inputs), batch), np.int64)
        self.targets = np.zeros((size["d"], batch), np.int64)
        self.divisor = np.zeros((1, batch), np.int64) if DIVISOR in size else None
        self.corrections = np.zeros(size[CORRECTIONS], np.int64)
        self._state: dict[str, Residues] = {}

    def learn(self) -> None:
        """Forward, then δ and Δw."""
        given = self._weights, self.inputs, self.targets, self._ones
        self._state = learned(self._program, self._words, *given, self._numbers, self.divisor)
        self.corrections = self._state[CORRECTIONS]

    def letter(self, letter: str) -> Residues:
        """v, y or delta of every row of the layout."""
        return self._state[letter]


def require_flow(program: Program) -> None:
    """Compare the code that flows with independent derivatives, on this very program.

    Raises `AssertionError` where they differ: a fault of ours.
    """
    found = validate(program, points=1, build=FlowMachine)
    if isinstance(found, Differs):
        raise AssertionError(str(found))
