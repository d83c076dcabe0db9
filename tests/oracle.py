"""A second, obvious evaluator: power series with ball coefficients, to check the first one by."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import flint

from symbolic.terms import (
    Add,
    Call,
    Cases,
    Constant,
    Frac,
    Mul,
    Num,
    Pow,
    Relation,
    Sign,
    Term,
)

COMPARE = {
    Relation.LESS: lambda gap: gap < 0,
    Relation.AT_MOST: lambda gap: gap <= 0,
    Relation.GREATER: lambda gap: gap > 0,
    Relation.AT_LEAST: lambda gap: gap >= 0,
    Relation.EQUAL: lambda gap: gap == 0,
}


def number(value: Fraction) -> Any:
    """The rational as a ball."""
    return flint.arb(flint.fmpq(value.numerator, value.denominator))


def jet(term: Term, at: Mapping[Sign, Fraction], by: Sign) -> Any:
    """term(by + t) = value + slope · t + …, as a power series in t."""

    def again(part: Term) -> Any:
        return jet(part, at, by)

    match term:
        case Num(value):
            return flint.arb_series([number(value)], 3)
        case Constant():
            return flint.arb_series([flint.arb.pi()], 3)
        case Sign():
            return flint.arb_series([number(at[term]), 1 if term == by else 0], 3)
        case Add(terms):
            return sum((again(part) for part in terms), flint.arb_series([0], 3))
        case Mul(factors):
            total = flint.arb_series([1], 3)
            for factor in factors:
                total = total * again(factor)
            return total
        case Frac(numerator, denominator):
            return again(numerator) / again(denominator)
        case Pow(base, exponent) if exponent.denominator == 1 and exponent >= 0:
            return again(Mul((base,) * exponent.numerator)) if exponent else again(Num(Fraction(1)))
        case Pow(base, exponent) if exponent.denominator == 1:
            return 1 / again(Pow(base, -exponent))
        case Pow(base, exponent):
            return (again(base).log() * number(exponent)).exp()
        case Call(function, argument):
            return FUNCTIONS[function](again(argument))
        case Cases(pieces, otherwise):
            for guard, piece in pieces:
                gap = again(guard.left) - again(guard.right)
                if COMPARE[guard.relation](gap[0]):
                    return again(piece)
            return again(otherwise)
        case _:
            raise TypeError(term)


def _cosh(u: Any) -> Any:
    return (u.exp() + (-u).exp()) / 2


def _sinh(u: Any) -> Any:
    return (u.exp() - (-u).exp()) / 2


FUNCTIONS = {
    "exp": lambda u: u.exp(),
    "ln": lambda u: u.log(),
    "sqrt": lambda u: u.sqrt(),
    "sin": lambda u: u.sin(),
    "cos": lambda u: u.cos(),
    "sinh": _sinh,
    "cosh": _cosh,
    "tanh": lambda u: _sinh(u) / _cosh(u),
    "arctan": lambda u: u.atan(),
    "erf": lambda u: u.erf(),
    "abs": lambda u: u if u[0] > 0 else -u,
}
