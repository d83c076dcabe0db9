"""How large a formula is, before anything is done that takes longer the larger it is."""

from __future__ import annotations

from symbolic.reading.formulas import (
    Applied,
    Formula,
    Partial,
    Plus,
    Power,
    Read,
    SumOver,
    Times,
    inside,
    walk,
)
from symbolic.reading.source import BeyondError

MOST_PARTS, MOST_DEGREE, MOST_TERMS, MOST_SUMS = 400, 200, 1_000, 10
MOST_TO_MEND = 150
"""So many parts a formula may have where it is changed in every way."""


def parts(formula: Formula) -> int:
    """How many formulas are in it, itself among them."""
    return sum(1 for _ in walk(formula))


def degree(formula: Formula) -> int:
    """The degree of what it comes to in an exact network, where φ(v) is v² + k v.

    >>> from fractions import Fraction
    >>> from symbolic.reading.formulas import Read
    >>> degree(Power(Applied("phi", (), Read("v")), Fraction(3)))
    6
    """
    within = [degree(part) for part in inside(formula)]
    match formula:
        case Times():
            return sum(within)
        case Power(_, exponent):
            return within[0] * max(1, abs(int(exponent)))
        case Applied():
            return within[0] * 2
        case Plus() | SumOver():
            return max(within)
        case _:
            return max([1, *within])


def terms(formula: Formula) -> int:
    """How many terms there are when it is multiplied out, none put together.

    >>> from fractions import Fraction
    >>> from symbolic.reading.formulas import Read
    >>> terms(Power(Plus((Read("y"), Read("v"))), Fraction(9)))
    512
    """
    within = [terms(part) for part in inside(formula)]
    match formula:
        case Plus():
            return min(sum(within), MOST_TERMS + 1)
        case Times():
            count = 1
            for one in within:
                count = min(count * one, MOST_TERMS + 1)
            return count
        case Power(_, exponent):
            return int(min(within[0] ** max(1, abs(int(exponent))), MOST_TERMS + 1))
        case _:
            return max([1, *within])


def sums(formula: Formula) -> int:
    """How many sums are multiplied where definitions are put in; a field, a cost and a slope of
    the cost count for two.

    >>> from symbolic.reading.formulas import Read
    >>> sums(Times((Read("e"), Read("v"), Partial(Read("E"), Read("y")))))
    4
    """
    within = [sums(part) for part in inside(formula)]
    match formula:
        case Times():
            return sum(within)
        case Power(_, exponent):
            return within[0] * max(1, abs(int(exponent)))
        case SumOver():
            return max(2, 1 + within[0])
        case Partial(of):
            return 2 if isinstance(of, Read) and of.array == "E" else 1
        case Read(array, at):
            numbered = any(isinstance(index, int) for index in at)  # it may stay a sign
            return 2 - numbered if array in ("v", "E") else 0
        case _:
            return max([0, *within])


def require_small(*formulas: Formula) -> None:
    """Raises `BeyondError` where one of the formulas is too large."""
    for formula in formulas:
        if parts(formula) > MOST_PARTS:
            raise BeyondError(f"A formula of more than {MOST_PARTS} parts is too long; split it.")
        if degree(formula) > MOST_DEGREE:
            raise BeyondError(f"A formula of degree {degree(formula)} is too large; split it.")
        if sums(formula) > MOST_SUMS:
            raise BeyondError("Too many sums are multiplied here; split the formula.")
        if terms(formula) > MOST_TERMS:
            raise BeyondError(
                f"A formula that has more than {MOST_TERMS:,} terms when it is multiplied out is "
                "too large; split it."
            )
