"""Arithmetic with fractions of polynomials whose generators may obey relations g**q = f.

What the generators stand for is known in `tower.py` alone.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

import flint

from symbolic.ranges import Poly, TooHard

LARGEST_POWER = 64
MOST_TERMS = 20_000


class Form(NamedTuple):
    """up / down, without a common factor, `down` monic."""

    up: Poly
    down: Poly


class Nowhere(TooHard):
    """The term has a value at no point."""


class Arithmetic:
    """A polynomial ring over the rationals in `size` generators, and what holds between them.

    A relation may speak of earlier generators only, so lowering the latest first comes to an end.

    >>> ring = Arithmetic(1)
    >>> two = ring.number(Fraction(2))
    >>> ring.relations[0] = (2, two)
    >>> root = Form(ring.ring.gen(0), ring.one)
    >>> ring.times(root, root) == two
    True
    """

    def __init__(self, size: int) -> None:
        names = tuple(f"g{n}" for n in range(size))
        self.ring = flint.fmpq_mpoly_ctx.get(names, flint.Ordering.degrevlex)
        self.one = self.ring.constant(1)
        self.relations: dict[int, tuple[int, Form]] = {}  # g: (q, f) for g**q = f
        self.roots: set[int] = set()  # the g that are roots, cleared from denominators

    def number(self, value: Fraction) -> Form:
        """The form of a rational number."""
        quotient = flint.fmpq(value.numerator, value.denominator)
        return Form(self.ring.constant(quotient), self.one)

    def plus(self, left: Form, right: Form) -> Form:
        """left + right."""
        if left.down == right.down:
            return self.reduced(left.up + right.up, left.down)
        up = self.product(left.up, right.down) + self.product(right.up, left.down)
        return self.reduced(up, self.product(left.down, right.down))

    def minus(self, left: Form, right: Form) -> Form:
        """left - right."""
        return self.plus(left, Form(-right.up, right.down))

    def times(self, left: Form, right: Form) -> Form:
        """left · right."""
        return self.reduced(self.product(left.up, right.up), self.product(left.down, right.down))

    def power(self, base: Form, exponent: int) -> Form:
        """base ** exponent for any integer; a zero base to a negative one is refused."""
        if abs(exponent) > LARGEST_POWER:
            raise TooHard(f"the exponent {exponent} is too large")
        if exponent < 0:
            if base.up.is_zero():
                raise Nowhere("a denominator is zero everywhere")
            base = self.reduced(base.down, base.up)
        total = self.number(Fraction(1))
        for _ in range(abs(exponent)):
            total = self.times(total, base)
        return total

    def product(self, left: Poly, right: Poly) -> Poly:
        """left · right, refused where the result would be too long to work with."""
        if len(left) * len(right) > 50 * MOST_TERMS:
            raise TooHard("the expression grows too large")
        result = left * right
        if len(result) > MOST_TERMS:
            raise TooHard("the expression grows too large")
        return result

    def reduced(self, up: Poly, down: Poly) -> Form:
        """The fraction with every g**q written as f, without common factor, `down` monic."""
        up, down = self._lowered(up, down)
        for g in sorted(self.roots, reverse=True):
            least = min((m[g] for m in down.monoms()), default=0)
            if least:  # 1/√2 is written √2/2
                lift = self.ring.gen(g) ** (self.relations[g][0] - least)
                up, down = self._lowered(up * lift, down * lift)
        if down.is_zero():
            raise Nowhere("a denominator is zero everywhere")
        common = up.gcd(down)
        up, down = up // common, down // common
        lead = down.leading_coefficient()
        return Form(up / lead, down / lead)

    def _lowered(self, up: Poly, down: Poly) -> tuple[Poly, Poly]:
        """The same fraction with every generator g of g**q = f in a power below q."""
        for g in sorted(self.relations, reverse=True):
            degree, value = self.relations[g]
            up, scale_up = self._lower(up, g, degree, value)
            down, scale_down = self._lower(down, g, degree, value)
            up, down = self.product(up, scale_down), self.product(down, scale_up)
        return up, down

    def _lower(self, poly: Poly, g: int, degree: int, value: Form) -> tuple[Poly, Poly]:
        """(p, s) with p = s · poly and g in powers below the degree, given g**degree = value."""
        most = poly.degrees()[g] // degree if not poly.is_zero() else 0
        if most <= 0:
            return poly, self.one
        split: dict[int, dict[tuple[int, ...], Any]] = {}
        for exponents, c in poly.terms():
            times, left = divmod(exponents[g], degree)
            split.setdefault(times, {})[(*exponents[:g], left, *exponents[g + 1 :])] = c
        total = self.ring.constant(0)
        for times, part in split.items():
            scale = self.product(value.up**times, value.down ** (most - times))
            total += self.product(self.ring.from_dict(part), scale)
        return total, value.down**most
