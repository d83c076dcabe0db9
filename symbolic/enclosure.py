"""The value of an elementary term at rational points: exact, or enclosed between two rationals.

Rational arithmetic stays exact; the rest is ball arithmetic (arb), whose radius is a proof.
Identities are decided in `fields.py`; here is one point at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import flint

from symbolic.terms import (
    Add,
    Call,
    Cases,
    Condition,
    Constant,
    Frac,
    Mul,
    Num,
    Pow,
    Relation,
    Sign,
    Term,
)
from symbolic.verdicts import Value

Point = Mapping[Sign, Fraction | Value]
"""The numbers of the signs; in place of a number may stand all those from low to high."""
Real = Any  # a Fraction, or a flint.arb where the number is not known to be rational
LARGEST_EXACT_POWER = 512


class Undefined(ArithmeticError):  # noqa: N818 - a fact about the term, not a failure of ours
    """The term has no value at the point: a division by zero, ln of a number ≤ 0, √ of one < 0."""


MOST_BITS = 100_000
"""A number of more bits is not written out."""


class Undecided(ArithmeticError):  # noqa: N818 - likewise
    """The balls are too wide to tell; more bits may help."""


def enclose(term: Term, at: Point, bits: int = 128) -> Value:
    """The value of the term at the point, exact where only rational numbers occur.

    A ball that straddles a condition or a pole is tried again with 4 and 16 times the bits, then
    `Undecided` is raised; `Undefined` is raised where the term has no value.

    >>> v = Sign("v")
    >>> enclose(v**2 / 3, {v: Fraction(1, 2)})
    Value(low=Fraction(1, 12), high=Fraction(1, 12))
    >>> root = enclose(Call("sqrt", v), {v: Fraction(2)})
    >>> root.low**2 < 2 < root.high**2
    True
    >>> enclose(Call("ln", v), {v: Fraction(0)})
    Traceback (most recent call last):
    symbolic.enclosure.Undefined: ln of a number that is not positive
    """
    for more in (1, 4):
        try:
            return _enclosed(term, at, bits * more)
        except Undecided:
            continue
    return _enclosed(term, at, bits * 16)


def _enclosed(term: Term, at: Point, bits: int) -> Value:
    with flint.ctx.workprec(bits):
        try:
            number = _value(term, at)
        except RecursionError:
            raise Undecided("the term is nested too deeply") from None
        if isinstance(number, Fraction):
            return Value(number, number)
        if not number.is_finite():
            raise Undecided("the ball is not finite")
        middle, radius = _exactly(number.mid()), _exactly(number.rad())
        return Value(middle - radius, middle + radius)


def _exactly(number: Real) -> Fraction:
    mantissa, exponent = (int(part) for part in number.man_exp())
    if abs(exponent) > MOST_BITS:
        raise Undecided("the number is too large or too small to be written out")
    return Fraction(mantissa) * Fraction(2) ** exponent


def _ball(number: Real) -> Real:
    if isinstance(number, Fraction):
        return flint.arb(flint.fmpq(number.numerator, number.denominator))
    return number


def _given(number: Fraction | Value) -> Real:
    if isinstance(number, Fraction):
        return number
    if number.low == number.high:
        return number.low
    low: Real = _ball(number.low)
    return low.union(_ball(number.high))


def _sum(left: Real, right: Real) -> Real:
    both_exact = isinstance(left, Fraction) and isinstance(right, Fraction)
    return left + right if both_exact else _ball(left) + _ball(right)


def _product(left: Real, right: Real) -> Real:
    both_exact = isinstance(left, Fraction) and isinstance(right, Fraction)
    return left * right if both_exact else _ball(left) * _ball(right)


def _inverse(number: Real) -> Real:
    if number == 0:
        raise Undefined("a division by zero")
    if isinstance(number, Fraction):
        return 1 / number
    if number.contains(0):
        raise Undecided("a denominator may be zero")
    return 1 / number


def _sign(number: Real) -> int:
    """-1, 0 or 1; Undecided if the ball straddles zero."""
    if number > 0:
        return 1
    if number < 0:
        return -1
    if isinstance(number, Fraction) or number.is_zero():
        return 0
    raise Undecided("a ball straddles zero")


def _value(term: Term, at: Point) -> Real:
    match term:
        case Num(value):
            return value
        case Constant():
            return flint.arb.pi()
        case Sign():
            return _given(at[term])
        case Add(terms):
            total: Real = Fraction(0)
            for part in terms:
                total = _sum(total, _value(part, at))
            return total
        case Mul(factors):
            total = Fraction(1)
            for factor in factors:
                total = _product(total, _value(factor, at))
            return total
        case Frac(numerator, denominator):
            return _product(_value(numerator, at), _inverse(_value(denominator, at)))
        case Pow(base, exponent):
            return _power(_value(base, at), exponent)
        case Call(function, argument):
            return CALLS[function](_value(argument, at))
        case Cases(pieces, otherwise):
            for guard, piece in pieces:
                if holds(guard, at):
                    return _value(piece, at)
            return _value(otherwise, at)
        case _:
            raise TypeError(f"{type(term).__name__} is no elementary term")


def holds(guard: Condition, at: Point) -> bool:
    """Whether the condition holds at the point, at the precision now set."""
    gap = _sum(_value(guard.left, at), _product(Fraction(-1), _value(guard.right, at)))
    return satisfied(guard.relation, _sign(gap))


def satisfied(relation: Relation, sign: int) -> bool:
    """Whether left relation right, given the sign of left - right.

    >>> satisfied(Relation.AT_MOST, 0), satisfied(Relation.LESS, 0)
    (True, False)
    """
    return sign in SIGNS[relation]


SIGNS: dict[Relation, tuple[int, ...]] = {
    Relation.LESS: (-1,),
    Relation.AT_MOST: (-1, 0),
    Relation.GREATER: (1,),
    Relation.AT_LEAST: (0, 1),
    Relation.EQUAL: (0,),
}


def _power(base: Real, exponent: Fraction) -> Real:
    """base ** exponent; a fractional power asks for base ≥ 0, and base⁰ is 1."""
    if not exponent:
        return Fraction(1)
    if exponent < 0:
        base, exponent = _inverse(base), -exponent
    root = _root(base, exponent.denominator)
    if isinstance(root, Fraction) and exponent.numerator <= LARGEST_EXACT_POWER:
        return root**exponent.numerator
    return _ball(root) ** exponent.numerator


def _root(number: Real, degree: int) -> Real:
    if degree == 1:
        return number
    if number < 0:
        raise Undefined("a root of a negative number")
    if isinstance(number, Fraction):
        up, down = (_whole_root(part, degree) for part in (number.numerator, number.denominator))
        if up is not None and down is not None:
            return Fraction(up, down)
    elif not number >= 0:
        raise Undecided("the radicand may be negative")
    return _ball(number).root(degree)


def _whole_root(number: int, degree: int) -> int | None:
    """The integer whose power is the number, if there is one."""
    root = int(flint.fmpz(number).root(degree))
    return root if root**degree == number else None


def _ln(number: Real) -> Real:
    if number <= 0:
        raise Undefined("ln of a number that is not positive")
    if number == 1:
        return Fraction(0)
    if not number > 0:
        raise Undecided("the argument of ln may not be positive")
    return _ball(number).log()


def _except_at_zero(function: Callable[[Real], Real], there: int) -> Callable[[Real], Real]:
    """An entire function of arb whose value at zero is a known integer."""
    return lambda u: Fraction(there) if u == 0 else function(_ball(u))


CALLS: dict[str, Callable[[Real], Real]] = {
    "exp": _except_at_zero(lambda u: u.exp(), 1),
    "ln": _ln,
    "sqrt": lambda u: _root(u, 2),
    "sin": _except_at_zero(lambda u: u.sin(), 0),
    "cos": _except_at_zero(lambda u: u.cos(), 1),
    "sinh": _except_at_zero(lambda u: u.sinh(), 0),
    "cosh": _except_at_zero(lambda u: u.cosh(), 1),
    "tanh": _except_at_zero(lambda u: u.tanh(), 0),
    "arctan": _except_at_zero(lambda u: u.atan(), 0),
    "erf": _except_at_zero(lambda u: u.erf(), 0),
    "abs": abs,
}
