"""Small programs in exact fractions, against derivatives pushed forward weight by weight.

What `validation.py` does modulo a prime for every program is done here once more with rational
numbers, and with an oracle that shares nothing with it but the published φ, φ' and cost.
"""

from __future__ import annotations

import zlib
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from test_validation import NETS, broken, next_weight, other_source, turned

from numeric.dataflow import learned, numbers_of
from numeric.lowering import lower
from numeric.program import CORRECTIONS, Map, Product, Program, Sparse
from numeric.residue_words import ResidueWords, places
from symbolic.network import BIAS, Network
from symbolic.terms import Add, Call, Frac, Mul, Num, Pow, Sign, Term
from symbolic.topologies import random_dag, shorthand
from symbolic.verification import rule_of

SMALL = {
    "two kinds": shorthand("3-4:tanh-2"),
    "own cost": NETS["own cost"],
    "graph": random_dag(10, 30, 3),
    "tied": random_dag(10, 30, 5, ties=0.3),
    "chain": shorthand("1-1-1-1-1-1:identity"),
}
BATCH, ETA = 2, Fraction(3, 7)


def opaque(name: str, x: Fraction) -> Fraction:
    """An arbitrary rational for each argument: what a function is without its name."""
    mixed = zlib.crc32(f"{name} {x}".encode())
    return Fraction(mixed % 17 + 1, mixed // 17 % 5 + 1)


def value(term: Term, at: dict[Sign, Fraction]) -> Fraction:
    """An element-wise term at a point."""
    match term:
        case Num(number):
            return number
        case Sign():
            return at[term]
        case Add(terms):
            return sum((value(part, at) for part in terms), Fraction(0))
        case Mul(factors):
            product = Fraction(1)
            for part in factors:
                product *= value(part, at)
            return product
        case Frac(above, below):
            return value(above, at) / value(below, at)
        case Pow(base, exponent) if exponent.denominator == 1:
            return value(base, at) ** int(exponent)
        case Call(name, argument):
            return opaque(name, value(argument, at))
    raise AssertionError(term)


class FractionWords(ResidueWords):
    """The words of `dataflow.py` over arrays of fractions."""

    def number(self, term: Term) -> Any:
        return np.array(value(term, {}), object)

    def add(self, a: Any, b: Any) -> Any:
        return a + b

    def subtract(self, a: Any, b: Any) -> Any:
        return a - b

    def multiply(self, a: Any, b: Any) -> Any:
        return a * b

    def divide(self, a: Any, b: Any) -> Any:
        return a / b

    def call(self, name: str, a: Any) -> Any:
        if name == "expit":
            return 1 / (1 + self.call("exp", -a))
        return np.array([opaque(name, x) for x in a.ravel()], object).reshape(a.shape)

    def zeros(self, size: int, sampled: bool) -> Any:
        return np.full((size, self._batch) if sampled else size, Fraction(0), object)

    def matrix(self, flat: Any, matrix: Any) -> Any:
        return flat[places(matrix)]

    def product(self, matrix: Any, x: Any, transposed: bool) -> Any:
        return (matrix.T if transposed else matrix) @ x

    def outer(self, left: Any, right: Any) -> Any:
        return (left @ right.T).ravel()

    def dots(self, left: Any, right: Any) -> Any:
        return (left * right).sum(1)

    def total(self, a: Any) -> Any:
        return a.sum(0, keepdims=True)

    def sparse(self, data: Any, x: Any, pointer: Any, index: Any) -> Any:
        sums = self.zeros(len(pointer) - 1, sampled=True)
        for r in range(len(sums)):
            for e in range(pointer[r], pointer[r + 1]):
                sums[r] = sums[r] + data[e] * x[index[e]]
        return sums

    def run_sums(self, flat: Any, starts: Any, size: int) -> Any:
        ends = (*starts[1:], size)
        return np.array([flat[a:b].sum() for a, b in zip(starts, ends, strict=True)], object)


def pushed(network: Network, w: dict[str, Fraction], x: Any, d: Any, moved: str) -> Fraction:
    """∂𝓔/∂w of one weight and one sample, by what a change of it does on the way forward."""
    y = {BIAS: Fraction(1), **dict(zip(network.inputs, x, strict=True))}
    change = dict.fromkeys(y, Fraction(0))
    for j in network.order:
        weights = {i: network.weight_of[j, i] for i in network.sources[j]}
        v = sum((w[weights[i]] * y[i] for i in weights), Fraction(0))
        moves = Fraction(0)
        for i, weight in weights.items():
            moves += w[weight] * change[i] + y[i] * (weight == moved)
        activation = network.neuron[j].activation
        assert activation.slope is not None
        y[j] = value(activation.phi, {Sign("v"): v})
        change[j] = value(activation.slope, {Sign("v"): v, Sign("y"): y[j]}) * moves
    wanted = dict(zip(network.outputs, d, strict=True))
    at = {k: {Sign("d"): wanted[k], Sign("y"): y[k], Sign("e"): wanted[k] - y[k]} for k in wanted}
    slopes = {k: value(network.cost.slope, at[k]) for k in wanted}
    return sum((slopes[k] * change[k] for k in wanted), Fraction(0))


def agrees(program: Program) -> bool:
    """Whether Δw of every weight is -η ∂𝓔/∂w at a random rational point, exactly."""
    network, entry = program.layout.network, program.layout.entry
    draw = np.random.default_rng(1)

    def some(*shape: int) -> Any:
        pairs = draw.integers(-9, 10, shape), draw.integers(1, 5, shape)
        return np.vectorize(lambda a, b: Fraction(int(a), int(b)), otypes=[object])(*pairs)

    weights, X, D = (some(n, *more) for n, *more in (
        (len(entry),), (len(network.inputs), BATCH), (len(network.outputs), BATCH)))  # fmt: skip
    order = [network.outputs.index(name) for name in program.layout.outputs]
    ones = np.full((1, BATCH), Fraction(1), object)
    numbers = numbers_of(np.array(Fraction(BATCH), object), np.array(ETA, object))
    found = learned(program, FractionWords(BATCH), weights, X, D[order], ones, numbers)
    w = dict(zip(entry, weights, strict=True))
    for name, at in entry.items():
        slope = sum(pushed(network, w, X[:, n], D[:, n], name) for n in range(BATCH)) / BATCH
        if found[CORRECTIONS][at] != -ETA * slope:
            return False
    return True


@pytest.mark.parametrize("name", SMALL)
def test_a_program_is_the_derivative_in_exact_fractions(name: str) -> None:
    assert agrees(lower(rule_of(SMALL[name])))


@pytest.mark.parametrize(
    ("name", "kind", "change"),
    [
        ("two kinds", Product, next_weight),
        ("own cost", Map, turned),
        ("graph", Sparse, other_source),
    ],
)
def test_a_bug_is_caught_in_exact_fractions(name: str, kind: type, change: Any) -> None:
    programs = broken(lower(rule_of(SMALL[name])), kind, change)
    assert programs
    assert not any(map(agrees, programs))
