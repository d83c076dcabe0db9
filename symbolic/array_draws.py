"""The numbers and functions that instances are made of, and which of them are simpler."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product

from symbolic.array_instances import ArrayWitness, Key
from symbolic.array_numbers import Polynomial
from symbolic.duals import ONE


def simpler(witness: ArrayWitness) -> Iterator[tuple[ArrayWitness, Key]]:
    """The witness with one number or one function put simpler."""
    for key, number in witness.entries.items():
        for simple in SIMPLE:
            if height(simple) < height(number):
                yield replace(witness, entries=witness.entries | {key: simple}), key
    for key, function in witness.functions.items():
        if function:
            for plain in PLAIN:
                other = plain(len(function[0][0]))
                if length(other) < length(function):
                    yield replace(witness, functions=witness.functions | {key: other}), key


def height(number: Fraction) -> int:
    """How much a reader has to put in: nothing for 0, least for 1."""
    if not number:
        return 0
    return 8 + 2 * abs(number.numerator) + 3 * number.denominator + (number < 0)


def length(function: Polynomial) -> int:
    """The same for a polynomial."""
    return sum(height(c) + 2 * sum(powers) for powers, c in function)


def polynomial(arguments: int, rng: random.Random) -> Polynomial:
    """A polynomial of degree 3 whose coefficients are small and not 0."""
    powers = [p for p in product(range(4), repeat=arguments) if sum(p) <= 3]
    return tuple((p, Fraction(rng.choice((1, 2, 3, -1, -2, -3)))) for p in powers)


def tame(arguments: int, rng: random.Random) -> Polynomial:
    """A polynomial near a number between 0 and 1, where ln φ and ln(1 - φ) have values."""
    middle = Fraction(rng.choice((1, 2, 3)), 4)
    powers = [p for p in product(range(4), repeat=arguments) if 0 < sum(p) <= 3]
    steep = {p: Fraction(rng.choice((1, -1)), 32 * 4 ** sum(p)) for p in powers}
    return (((0,) * arguments, middle), *steep.items())


def _first(arguments: int, degree: int) -> Polynomial:
    return (((degree, *(0,) * (arguments - 1)), ONE),)


PLAIN = (
    lambda arguments: _first(arguments, 1),  # φ(v) = v
    lambda arguments: (((1,) * arguments, ONE),),  # a product of all arguments
    lambda arguments: _first(arguments, 2),  # φ(v) = v²
    lambda arguments: (*_first(arguments, 1), *_first(arguments, 2)),  # φ(v) = v + v²
)
SIMPLE = tuple(Fraction(text) for text in ("0", "1", "-1", "2", "1/2", "-2"))
POOLS = (
    tuple(Fraction(n) for n in (1, -1, 2)),
    tuple(Fraction(n) for n in (1, 2, 3, -1, -2, -3)),
    tuple(Fraction(text) for text in ("1", "1/2", "2", "3", "1/3", "3/2", "5/2")),
    tuple(Fraction(n) for n in (0, 0, 0, 0, 1, 1, -1)),
)
