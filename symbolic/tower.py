"""Normal forms of elementary terms: fractions of polynomials over a tower of generators.

tanh, sinh and cosh become exponentials; exp, ln, erf, arctan, roots, sin and cos of a normal form
become generators.  Every rewriting here is true at each point where the term has a value, so two
terms with the same normal form are equal there, whether or not the generators are independent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import Any

import flint

from symbolic import ranges
from symbolic.forms import LARGEST_POWER, Arithmetic, Form, Nowhere
from symbolic.ranges import Interval, Poly, Scope, TooHard
from symbolic.terms import Add, Call, Constant, Frac, Mul, Num, Pow, Sign, Term


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a term needs to have a value: `term` relation 0, the relation one of ≠, > and ≥."""

    term: Term
    relation: str


class Restart(Exception):  # noqa: N818 - a step of the procedure
    """A finer unit of an exponent or angle was found; the tower must be built again."""


Units = dict[tuple[Any, ...], Fraction]


class Tower(Arithmetic):
    """The generators met so far, in the order of their making, and what holds between them.

    `units` survives a restart: exp(c m) is a power of the generator exp(unit · m), where unit is
    the greatest common measure of all the rational c met with the monomial m.
    """

    def __init__(self, within: Mapping[Sign, Interval], units: Units, size: int) -> None:
        super().__init__(size)
        self.within, self.units, self.size = within, units, size
        self.known: dict[tuple[Any, ...], int] = {}
        self.exponents: dict[int, Form] = {}  # g: f for g = exp(f)
        self.arguments: dict[int, Form] = {}  # g: f for g = ln f
        self.requires: dict[Requirement, None] = {}
        self.scope = Scope({}, frozenset(), frozenset())

    def form(self, term: Term) -> Form:
        """The normal form of a term without Cases and abs."""
        match term:
            case Num(value):
                return self.number(value)
            case Constant(name):
                return self._generator(("constant", name), positive=True)
            case Sign():
                return self._variable(term)
            case Add(terms):
                total = self.number(Fraction(0))
                for part in terms:
                    total = self.plus(total, self.form(part))
                return total
            case Mul(factors):
                total = self.number(Fraction(1))
                for factor in factors:
                    total = self.times(total, self.form(factor))
                return total
            case Frac(numerator, denominator):
                above, below = self.form(numerator), self.form(denominator)
                return self.times(above, self._inverse(below, denominator))
            case Pow(base, exponent):
                return self._general_power(self.form(base), exponent, base)
            case Call(function, argument) if function in CALLS:
                return CALLS[function](self, self.form(argument), argument)
            case Call(function):
                raise TooHard(f"no rule for {function}")
            case _:
                raise TypeError(f"{type(term).__name__} is no elementary term")

    # Generators.

    def _generator(
        self, key: tuple[Any, ...], *, positive: bool = False, nonnegative: bool = False
    ) -> Form:
        """The generator of this key, made if it is new."""
        if key not in self.known:
            if len(self.known) == self.size:
                raise TooHard("too many different functions")
            number = self.known[key] = len(self.known)
            was = self.scope
            self.scope = Scope(
                was.intervals,
                was.positive | ({number} if positive else set()),
                was.nonnegative | ({number} if nonnegative else set()),
            )
        return Form(self.ring.gen(self.known[key]), self.one)

    def _variable(self, sign: Sign) -> Form:
        interval = self.within.get(sign, Interval())
        above = interval.low is not None and interval.low >= 0
        form = self._generator(("sign", sign), positive=above)
        was = self.scope
        intervals = {**was.intervals, self.known["sign", sign]: interval}
        self.scope = Scope(intervals, was.positive, was.nonnegative)
        return form

    def _need(self, form: Form, relation: str, term: Term) -> None:
        """Note what the term needs, unless it holds on the whole range."""
        if form.up.is_zero() and relation != "≥":
            raise Nowhere(f"a term that must be {relation} 0 is zero everywhere")
        whole = self.product(form.up, form.down)
        if relation == "≠":
            free = ranges.never_zero(form.up, self.scope)
        elif relation == ">":
            free = ranges.sign(whole, self.scope) == 1
        else:
            free = ranges.never_negative(whole, self.scope)
        if not free:
            self.requires[Requirement(term, relation)] = None

    def _inverse(self, form: Form, term: Term) -> Form:
        self._need(form, "≠", term)
        return self.reduced(form.down, form.up)

    def _general_power(self, base: Form, exponent: Fraction, term: Term) -> Form:
        if exponent.denominator == 1:
            if exponent < 0:
                base = self._inverse(base, term)
            return self.power(base, abs(exponent.numerator))
        self._need(base, "≥" if exponent > 0 else ">", term)
        return self.power(self._root(base, exponent.denominator), exponent.numerator)

    # Functions.

    def _split(self, form: Form) -> tuple[list[tuple[Form, int]], Form]:
        """Known positive factors with their powers, primes included, and the rest of the form.

        The product of all is the form; only `rest` may fail to be positive.
        """
        if ranges.sign(form.down, self.scope) != 1:
            return [], form
        parts: list[tuple[Form, int]] = []
        rest = self.one
        content = flint.fmpq(1)
        for poly, direction in ((form.up, 1), (form.down, -1)):
            unit, factors = poly.factor()
            content *= unit**direction
            for factor, times in factors:
                known = ranges.sign(factor, self.scope)
                if known in (1, -1):
                    parts.append((Form(factor * known, self.one), times * direction))
                    content *= known**times
                else:
                    rest *= factor**times
        for whole, direction in ((content.p, 1), (content.q, -1)):
            if abs(whole) < 2**64:
                parts += [
                    (self.number(Fraction(int(prime))), int(times) * direction)
                    for prime, times in abs(whole).factor()
                ]
                content /= flint.fmpq(abs(whole)) ** direction
        return parts, Form(rest * content, self.one)

    def exp(self, exponent: Form) -> Form:
        """exp of a form: a product of powers of the generators exp(unit · monomial / down)."""
        total = self.number(Fraction(1))
        for monomial, c in exponent.up.terms():
            coefficient = Fraction(int(c.p), int(c.q))
            logarithm = self._logarithm(monomial) if exponent.down == self.one else None
            if logarithm is not None and coefficient.denominator == 1:
                total = self.times(total, self.power(logarithm, int(coefficient)))
                continue
            key = ("exp", monomial, _text(exponent.down))
            unit = self._unit(key, coefficient)
            generator = self._generator(key, positive=True)
            one = self.ring.from_dict({monomial: flint.fmpq(unit.numerator, unit.denominator)})
            self.exponents[self.known[key]] = self.reduced(one, exponent.down)
            total = self.times(total, self.power(generator, int(coefficient / unit)))
        return total

    def _logarithm(self, monomial: tuple[int, ...]) -> Form | None:
        """f, if the monomial is a single ln f."""
        used = [n for n, power in enumerate(monomial) if power]
        return self.arguments.get(used[0]) if len(used) == 1 and monomial[used[0]] == 1 else None

    def _unit(self, key: tuple[Any, ...], coefficient: Fraction) -> Fraction:
        """The common measure of this coefficient and all met before with the same monomial."""
        old = self.units.get(key)
        new = abs(coefficient) if old is None else _measure(old, coefficient)
        self.units[key] = new
        if old is not None and new != old and key in self.known:
            raise Restart
        return new

    def ln(self, argument: Form, term: Term) -> Form:
        """ln of a form: ln of its known positive factors, ln exp(f) = f, and ln of the rest."""
        self._need(argument, ">", term)
        parts, rest = self._split(argument)
        total = self.number(Fraction(0))
        for part, times in parts:
            total = self.plus(total, self.times(self.number(Fraction(times)), self._ln_of(part)))
        if rest == Form(self.one, self.one):
            return total
        if rest.down == self.one and ranges.sign(rest.up, self.scope) == -1:
            raise Nowhere("the argument of ln is negative everywhere")
        return self.plus(total, self._ln_of(rest))

    def _ln_of(self, form: Form) -> Form:
        for g, exponent in self.exponents.items():
            if form == Form(self.ring.gen(g), self.one):
                return exponent
        key = ("ln", *_key(form))
        generator = self._generator(key)
        self.arguments[self.known[key]] = form
        return generator

    def _root(self, radicand: Form, degree: int) -> Form:
        """The degree-th root ≥ 0; the square root of v² is not v, which may be negative."""
        if radicand.up.is_zero():
            return radicand
        parts, rest = self._split(radicand)
        total = self.number(Fraction(1))
        for part, times in parts:
            whole, left = divmod(times, degree)
            total = self.times(total, self.power(part, whole))
            if left:
                total = self.times(total, self.power(self._root_of(part, degree), left))
        if rest == Form(self.one, self.one):
            return total
        return self.times(total, self._root_of(rest, degree))

    def _root_of(self, form: Form, degree: int) -> Form:
        for g, exponent in list(self.exponents.items()):
            if form == Form(self.ring.gen(g), self.one):
                return self.exp(self.times(exponent, self.number(Fraction(1, degree))))
        positive = ranges.sign(self.product(form.up, form.down), self.scope) == 1
        key = ("root", degree, *_key(form))
        generator = self._generator(key, positive=positive, nonnegative=True)
        self.relations[self.known[key]] = (degree, form)
        self.roots.add(self.known[key])
        return generator

    def odd(self, name: str, argument: Form) -> Form:
        """f(u) for an odd f, written -f(-u) where the first coefficient of u is negative."""
        if argument.up.is_zero():
            return argument
        sign = 1 if argument.up.leading_coefficient() > 0 else -1
        generator = self._generator((name, *_key(Form(argument.up * sign, argument.down))))
        return Form(generator.up * sign, generator.down)

    def angle(self, argument: Form) -> tuple[Form, Form]:
        """cos u and sin u, by the addition formulas from the generators of unit angles."""
        cosine, sine = self.number(Fraction(1)), self.number(Fraction(0))
        for monomial, c in argument.up.terms():
            coefficient = Fraction(int(c.p), int(c.q))
            key = ("angle", monomial, _text(argument.down))
            unit = self._unit(key, coefficient)
            times = int(coefficient / unit)
            if abs(times) > LARGEST_POWER:
                raise TooHard("an angle is too large a multiple of another")
            one = self._generator(key)
            other = self._generator(("sine", *key))
            square = self.one - one.up**2
            self.relations[self.known["sine", *key]] = (2, Form(square, self.one))
            if times < 0:
                other = Form(-other.up, self.one)
            for _ in range(abs(times)):
                cosine, sine = (
                    self.minus(self.times(cosine, one), self.times(sine, other)),
                    self.plus(self.times(sine, one), self.times(cosine, other)),
                )
        return cosine, sine

    def hyperbolic(self, argument: Form) -> tuple[Form, Form]:
        """cosh u and sinh u."""
        half = self.number(Fraction(1, 2))
        rising = self.exp(argument)
        falling = self.power(rising, -1)
        return (
            self.times(half, self.plus(rising, falling)),
            self.times(half, self.minus(rising, falling)),
        )

    def tanh(self, argument: Form) -> Form:
        """(exp(2u) - 1)/(exp(2u) + 1)."""
        square = self.exp(self.times(argument, self.number(Fraction(2))))
        one = self.number(Fraction(1))
        return self.times(self.minus(square, one), self.power(self.plus(square, one), -1))


CALLS: dict[str, Callable[[Tower, Form, Term], Form]] = {
    "exp": lambda tower, u, term: tower.exp(u),
    "ln": lambda tower, u, term: tower.ln(u, term),
    "sqrt": lambda tower, u, term: tower._general_power(u, Fraction(1, 2), term),
    "sin": lambda tower, u, term: tower.angle(u)[1],
    "cos": lambda tower, u, term: tower.angle(u)[0],
    "sinh": lambda tower, u, term: tower.hyperbolic(u)[1],
    "cosh": lambda tower, u, term: tower.hyperbolic(u)[0],
    "tanh": lambda tower, u, term: tower.tanh(u),
    "arctan": lambda tower, u, term: tower.odd("arctan", u),
    "erf": lambda tower, u, term: tower.odd("erf", u),
}


def _text(poly: Poly) -> tuple[tuple[tuple[int, ...], Fraction], ...]:
    """The polynomial as a key of a table."""
    return tuple((tuple(m), Fraction(int(c.p), int(c.q))) for m, c in poly.terms())


def _key(form: Form) -> tuple[Any, Any]:
    return _text(form.up), _text(form.down)


def _measure(one: Fraction, other: Fraction) -> Fraction:
    """The greatest common measure of two rationals.

    >>> _measure(Fraction(1, 2), Fraction(2, 3))
    Fraction(1, 6)
    """
    above = gcd(one.numerator * other.denominator, other.numerator * one.denominator)
    return Fraction(above, one.denominator * other.denominator)
