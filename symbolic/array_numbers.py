"""Numbers with many infinitesimals at once, polynomials, and the functions a formula may name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from symbolic.duals import (
    ONE,
    ZERO,
    Dual,
    Number,
    Scalar,
    Undecided,
    add,
    apply,
    inverse,
    multiply,
    plain,
    power,
    real,
    sign,
    tangent,
    vanishes,
)

Polynomial = tuple[tuple[tuple[int, ...], Fraction], ...]
"""Powers of the arguments, with their coefficient: φ(v) = v + 2 v² is ((1,), 1), ((2,), 2)."""


@dataclass(frozen=True, slots=True)
class Moved:
    """real + Σ_s moved[s] · ε_s, where every product of two ε is 0."""

    real: Number
    moved: Mapping[int, Number]


NOTHING = Moved(ZERO, {})


def differentiated(function: Polynomial, place: int) -> Polynomial:
    """The partial derivative of a polynomial by one argument.

    >>> differentiated((((3,), Fraction(2)),), 0)  # (2 v³)' = 6 v²
    (((2,), Fraction(6, 1)),)
    """
    return tuple(
        ((*powers[:place], powers[place] - 1, *powers[place + 1 :]), c * powers[place])
        for powers, c in function
        if powers[place]
    )


def evaluated(function: Polynomial, point: list[Number]) -> Number:
    """The value of a polynomial."""
    result: Number = ZERO
    for powers, c in function:
        term: Number = c
        for x, n in zip(point, powers, strict=True):
            term = number(multiply(term, power(x, Fraction(n))))
        result = number(add(result, term))
    return result


def number(x: Scalar) -> Number:
    """A scalar without ε as a number."""
    return plain(x)


def times(a: Moved, b: Moved) -> Moved:
    """The product: the product rule."""
    if not a.moved:
        return scaled(a.real, b)
    if not b.moved:
        return scaled(b.real, a)
    moved = dict(scaled(b.real, a).moved)
    for s, m in scaled(a.real, b).moved.items():
        moved[s] = number(add(moved[s], m)) if s in moved else m
    return Moved(number(multiply(a.real, b.real)), moved)


def scaled(c: Number, a: Moved) -> Moved:
    """A number times a moved number."""
    if vanishes(c):
        return NOTHING
    if not isinstance(c, arb) and c == 1:
        return a
    return Moved(
        number(multiply(c, a.real)), {s: number(multiply(c, m)) for s, m in a.moved.items()}
    )


def added(parts: list[Moved]) -> Moved:
    """The sum."""
    if len(parts) == 1:
        return parts[0]
    value: Number = ZERO
    moved: dict[int, Number] = {}
    for part in parts:
        value = number(add(value, part.real))
        for s, m in part.moved.items():
            moved[s] = number(add(moved[s], m)) if s in moved else m
    return Moved(value, moved)


def chained(function: Callable[[Scalar], Scalar], a: Moved) -> Moved:
    """A function of one number: the chain rule."""
    if not a.moved:
        return Moved(number(function(a.real)), {})
    result = function(Dual(a.real, ONE))
    slope = number(tangent(result))
    return Moved(number(real(result)), scaled(slope, Moved(ZERO, a.moved)).moved)


def _logistic(u: Scalar) -> Scalar:
    return inverse(add(ONE, apply("exp", multiply(Fraction(-1), u))))


def _side(u: Scalar) -> Fraction:
    """1 for u > 0, 0 for u < 0; at the kink there is no derivative."""
    side = sign(plain(u))
    if side == 0:
        raise Undecided("a kink")
    return ONE if side > 0 else ZERO


FUNCTIONS: dict[str, Callable[[Scalar], Scalar]] = {
    "logistic": _logistic,
    "softplus": lambda u: apply("ln", add(ONE, apply("exp", u))),
    "relu": lambda u: multiply(_side(u), u),
    "step": _side,
}
