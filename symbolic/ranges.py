"""Signs of polynomials over a range of their variables: what is positive, what is never zero.

Each variable runs over an open interval; a generator that stands for exp(…) is known positive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import flint

Poly = Any  # flint.fmpq_mpoly


class TooHard(Exception):  # noqa: N818 - becomes an `Open`, not an error
    """The procedure gives up; its text becomes the reason of an `Open`."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The open interval (low, high); None is an infinite end.

    >>> Interval(Fraction(0)).inside(Fraction(0)), Interval(Fraction(0)).inside(Fraction(1, 9))
    (False, True)
    """

    low: Fraction | None = None
    high: Fraction | None = None

    def inside(self, number: Fraction) -> bool:
        """Whether the number lies in the interval."""
        above = self.low is None or number > self.low
        return above and (self.high is None or number < self.high)

    def points(self) -> tuple[Fraction, ...]:
        """Rational points of the interval, spread out and in a fixed order."""
        if self.low is None and self.high is None:
            return EVERYWHERE
        if self.low is not None and self.high is not None:
            return tuple(self.low + (self.high - self.low) * share for share in SHARES)
        if self.low is not None:
            return tuple(self.low + step for step in STEPS)
        assert self.high is not None
        return tuple(self.high - step for step in STEPS)

    def split(self, at: list[Fraction]) -> list[Interval]:
        """The open intervals left when the points, in order, are taken out."""
        ends = [self.low, *at, self.high]
        return [Interval(low, high) for low, high in pairwise(ends)]


EVERYWHERE = tuple(
    Fraction(n)
    for n in ("1/3", "-2/5", "3/2", "-7/4", "1/7", "-1/9", "5/2", "-13/4", "4/5", "-6", "9", "-5/6")
)
STEPS = tuple(
    Fraction(n)
    for n in ("1/3", "3/2", "1/7", "7/4", "5/2", "1/11", "4/5", "13/4", "6", "1/20", "9", "5/6")
)
SHARES = tuple(
    Fraction(n)
    for n in (
        *("1/3", "3/5", "1/7", "5/6", "1/2", "2/11", "9/10", "3/8", "1/20", "7/9", "2/3", "5/12"),
    )
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is known of the generators: the interval of each variable, and which are positive."""

    intervals: Mapping[int, Interval]
    positive: frozenset[int]
    nonnegative: frozenset[int]


def sign(poly: Poly, scope: Scope) -> int | None:
    """-1, 0 or 1 where the polynomial has that sign on the whole range; None if not known."""
    if poly.is_zero():
        return 0
    content, factors = poly.factor()
    total = 1 if content > 0 else -1
    for factor, times in factors:
        one = _sign_of_factor(factor, scope)
        if one is None:
            return None
        total *= one if times % 2 else 1
    return total


def never_zero(poly: Poly, scope: Scope) -> bool:
    """Whether the polynomial is known to vanish nowhere on the range."""
    if poly.is_zero():
        return False
    return all(_sign_of_factor(factor, scope) is not None for factor, _ in poly.factor()[1])


def never_negative(poly: Poly, scope: Scope) -> bool:
    """Whether the polynomial is known to be ≥ 0 on the whole range."""
    if sign(poly, scope) in (0, 1):
        return True
    return all(c > 0 and _monomial(m, scope, strictly=False) for m, c in poly.terms())


def breakpoints(poly: Poly, scope: Scope) -> tuple[int, list[Fraction]] | None:
    """A variable and the rational points of its interval where a factor changes sign, if any.

    Raises TooHard where a factor's sign is neither constant nor decided by rational points.
    """
    for factor, _ in poly.factor()[1]:
        if _sign_of_factor(factor, scope) is not None:
            continue
        variable = _only_variable(factor, scope)
        if variable is None:
            raise TooHard("a condition does not change at rational values of one variable")
        root = rational_root(factor, variable)
        if root is None:
            raise TooHard("a condition changes at an irrational point")
        return variable, [root]
    return None


def rational_root(factor: Poly, variable: int) -> Fraction | None:
    """The root of a linear polynomial in one variable; None for any other degree."""
    if factor.degrees()[variable] != 1:
        return None
    low, high = _coefficients(factor, variable)
    return -low / high


def _sign_of_factor(factor: Poly, scope: Scope) -> int | None:
    """The sign of an irreducible polynomial: all terms of one sign, or no root in the interval."""
    for direction in (1, -1):
        if _plainly_positive(factor * direction, scope):
            return direction
    variable = _only_variable(factor, scope)
    if variable is None:
        return None
    interval = scope.intervals[variable]
    coefficients = _coefficients(factor, variable)
    if _roots_inside(coefficients, interval):
        return None
    value = _at(coefficients, interval.points()[0])
    return 1 if value > 0 else -1


def _plainly_positive(poly: Poly, scope: Scope) -> bool:
    """Every term ≥ 0 and one of them > 0, from the signs of the generators alone."""
    terms = list(poly.terms())
    if not all(c > 0 and _monomial(m, scope, strictly=False) for m, c in terms):
        return False
    return any(_monomial(m, scope, strictly=True) for m, _ in terms)


def _monomial(exponents: tuple[int, ...], scope: Scope, *, strictly: bool) -> bool:
    """Whether the monomial is > 0 (strictly) or ≥ 0 for every value of its generators."""
    for generator, exponent in enumerate(exponents):
        if not exponent or generator in scope.positive:
            continue
        if strictly or (exponent % 2 and generator not in scope.nonnegative):
            return False
    return True


def _only_variable(poly: Poly, scope: Scope) -> int | None:
    """The variable of a polynomial in one variable and nothing else."""
    used = [n for n, degree in enumerate(poly.degrees()) if degree]
    return used[0] if len(used) == 1 and used[0] in scope.intervals else None


def _coefficients(poly: Poly, variable: int) -> list[Fraction]:
    """The coefficients of a polynomial in one variable, lowest first."""
    found = [Fraction(0)] * (poly.degrees()[variable] + 1)
    for exponents, c in poly.terms():
        found[exponents[variable]] = Fraction(int(c.p), int(c.q))
    return found


def _at(coefficients: list[Fraction], x: Fraction) -> Fraction:
    total = Fraction(0)
    for c in reversed(coefficients):
        total = total * x + c
    return total


def _roots_inside(coefficients: list[Fraction], interval: Interval) -> bool:
    """Whether a squarefree polynomial has a root in the open interval (Sturm's theorem)."""
    chain = _sturm(coefficients)
    low, high = interval.low, interval.high
    count = _changes(chain, low, -1) - _changes(chain, high, 1)  # the roots in (low, high]
    if high is not None and _at(coefficients, high) == 0:
        count -= 1
    return count > 0


def _sturm(coefficients: list[Fraction]) -> list[Any]:
    first = flint.fmpq_poly([flint.fmpq(c.numerator, c.denominator) for c in coefficients])
    chain = [first, first.derivative()]
    while chain[-1].degree() > 0:
        chain.append(-(chain[-2] % chain[-1]))
    return chain


def _changes(chain: list[Any], at: Fraction | None, end: int) -> int:
    """The sign changes along the chain at a point, or at the infinity of that sign."""
    signs = []
    for poly in chain:
        if at is not None:
            value = poly(flint.fmpq(at.numerator, at.denominator))
        else:
            value = poly[poly.degree()] * (end if poly.degree() % 2 else 1)
        if value != 0:
            signs.append(value > 0)
    return sum(one != two for one, two in pairwise(signs))
