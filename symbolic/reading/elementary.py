"""Indexed expressions without sums as elementary terms, whose values and identities are decided."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symbolic import terms
from symbolic.indexed import Add, Expr, Fn, Get, Mul, Num, Pow

CALLS = ("exp", "ln", "tanh", "sin", "cos", "sinh", "cosh", "arctan", "erf", "abs")


class NotElementaryError(ValueError):
    """It has a part that is no elementary function of numbers."""


def as_term(expr: Expr, sign: Callable[[Get], terms.Term]) -> terms.Term:
    """The expression as a term; `sign` is what an entry stands for.

    >>> as_term(Fn("logistic", Get("z")), lambda entry: terms.Sign(entry.array)).numerator
    Num(value=Fraction(1, 1))
    """
    match expr:
        case Num(value):
            return terms.Num(value)
        case Add(parts):
            return terms.Add(tuple(as_term(part, sign) for part in parts))
        case Mul(parts):
            return terms.Mul(tuple(as_term(part, sign) for part in parts))
        case Pow(base, exponent):
            return terms.Pow(as_term(base, sign), exponent)
        case Fn("logistic", inner):
            return terms.Frac(terms.Num(Fraction(1)), 1 + terms.Call("exp", -as_term(inner, sign)))
        case Fn("softplus", inner):
            return terms.Call("ln", 1 + terms.Call("exp", as_term(inner, sign)))
        case Fn(name, inner) if name in CALLS:
            return terms.Call(name, as_term(inner, sign))
        case Get():
            return sign(expr)
    raise NotElementaryError("a function in it is not said")
