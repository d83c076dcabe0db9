"""Wrong formulas made from right ones: every small slip that a hand or a typist makes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from symbolic.calculus import FUNCTIONS
from symbolic.terms import (
    Add,
    Call,
    Cases,
    Constant,
    Frac,
    Mul,
    Num,
    Pow,
    Sign,
    Term,
    children,
    num,
    rebuilt,
)

V, Y = Sign("v"), Sign("y")
HAIR = num("1e-12")


def mutants(term: Term) -> Iterator[Term]:
    """The term with one slip somewhere in it."""
    yield from _slips(term)
    inside = children(term)
    for n, part in enumerate(inside):
        for wrong in mutants(part):
            yield rebuilt(term, (*inside[:n], wrong, *inside[n + 1 :]))


def _slips(term: Term) -> Iterator[Term]:
    """The slips at the very top of a term."""
    yield from (-term, term + HAIR, term * (1 + HAIR))
    match term:
        case Num(value):
            yield from (Num(value + 1), Num(value - 1), Num(value * 2), Num(value + HAIR.value))
        case Constant():
            yield from (num(3), num("3.141592653589793"))
        case Sign():
            yield Y if term == V else V
            yield from (term**2, num(1))
        case Add(terms) | Mul(terms):
            kind, other = (Add, Mul) if isinstance(term, Add) else (Mul, Add)
            for n in range(len(terms)):
                yield kind((*terms[:n], *terms[n + 1 :]))
                yield kind((*terms[:n], -terms[n], *terms[n + 1 :]))
            yield other(terms)
        case Frac(above, below):
            yield from (above, Frac(below, above), above * below, Frac(above, below**2))
        case Pow(base, exponent):
            yield from (base, base ** (exponent + 1), base ** (exponent - 1), base**-exponent)
            yield base ** (exponent + Fraction(1, 2))
        case Call(function, argument):
            yield argument
            yield from (Call(name, argument) for name in FUNCTIONS if name != function)
        case Cases(pieces, otherwise):
            (guard, piece), *_ = pieces
            yield from (piece, otherwise, Cases(((guard, otherwise),), piece))
