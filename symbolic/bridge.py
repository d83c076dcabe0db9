"""Elementary terms as SymPy expressions, with names that we generate ourselves.

User text never reaches SymPy's parser: a term is rebuilt node by node from the tables here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

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

CALLS: dict[str, Any] = {
    "exp": sp.exp,
    "ln": sp.log,
    "sqrt": sp.sqrt,
    "sin": sp.sin,
    "cos": sp.cos,
    "sinh": sp.sinh,
    "cosh": sp.cosh,
    "tanh": sp.tanh,
    "arctan": sp.atan,
    "erf": sp.erf,
    "abs": sp.Abs,
}
RELATIONS: dict[Relation, Any] = {
    Relation.LESS: sp.Lt,
    Relation.AT_MOST: sp.Le,
    Relation.GREATER: sp.Gt,
    Relation.AT_LEAST: sp.Ge,
    Relation.EQUAL: sp.Eq,
}


def to_sympy(term: Term, signs: Mapping[Sign, sp.Expr]) -> sp.Expr:
    """The SymPy expression of an elementary term; `signs` gives each sign its SymPy symbol.

    >>> v = sp.Symbol("v", real=True)
    >>> to_sympy(Call("tanh", Sign("v")) * 2, {Sign("v"): v})
    2*tanh(v)
    """
    match term:
        case Num(value):
            return sp.Rational(value.numerator, value.denominator)
        case Constant():
            return sp.pi
        case Sign():
            return signs[term]
        case Add(terms):
            return sp.Add(*(to_sympy(part, signs) for part in terms))
        case Mul(factors):
            return sp.Mul(*(to_sympy(part, signs) for part in factors))
        case Frac(numerator, denominator):
            return to_sympy(numerator, signs) / to_sympy(denominator, signs)
        case Pow(base, exponent):
            power = sp.Rational(exponent.numerator, exponent.denominator)
            return sp.Pow(to_sympy(base, signs), power)
        case Call(function, argument):
            return CALLS[function](to_sympy(argument, signs))
        case Cases(pieces, otherwise):
            rows = [(to_sympy(piece, signs), _guard(guard, signs)) for guard, piece in pieces]
            return sp.Piecewise(*rows, (to_sympy(otherwise, signs), True))
        case _:
            raise TypeError(f"{type(term).__name__} is no elementary term")


def _guard(condition: Condition, signs: Mapping[Sign, sp.Expr]) -> Any:
    left, right = to_sympy(condition.left, signs), to_sympy(condition.right, signs)
    return RELATIONS[condition.relation](left, right)
