"""How large a formula may be: what is larger is refused before any algebra."""

from __future__ import annotations

from symbolic.reading.arrays.formulas import (
    Applied,
    Elementwise,
    Formula,
    Over,
    Plus,
    Positive,
    Power,
    Product,
    SquaredNorm,
    inside,
    walk,
)
from symbolic.reading.source import NotUnderstood

MOST_PARTS = 200
MOST_INSIDE = 6
"""How many functions, powers and fractions may stand inside each other."""
MOST_TERMS = 200
"""How many terms a formula may have when it is multiplied out."""


def require_modest(formula: Formula) -> None:
    """Raises `NotUnderstood` where a formula is too large to be decided soon."""
    parts = sum(1 for _ in walk(formula))
    if parts > MOST_PARTS:
        raise _large(f"It has {parts} parts; at most {MOST_PARTS} are read.", formula)
    if _depth(formula) > MOST_INSIDE:
        raise _large(f"More than {MOST_INSIDE} functions stand inside each other.", formula)
    _terms(formula)


def _large(what: str, formula: Formula) -> NotUnderstood:
    place = next((part.place for part in walk(formula) if part.place), 0)
    return NotUnderstood(f"The formula is too large. {what}", "Define parts of it before.", place)


def _depth(formula: Formula) -> int:
    own = isinstance(formula, Applied | Over | Power | Positive)
    return own + max(map(_depth, inside(formula)), default=0)


def _terms(formula: Formula) -> int:
    """How many terms it has when it is multiplied out; raises `NotUnderstood` for too many."""
    below = [_terms(part) for part in inside(formula)]
    match formula:
        case Plus():
            found = sum(below)
        case Product() | Elementwise():
            found = below[0] * below[1]
        case Power(_, exponent) if exponent > 0:
            found = below[0] ** min(exponent.numerator, MOST_TERMS)
        case SquaredNorm():
            found = below[0] ** 2
        case Applied(_, _, _, primes):
            found = 2 if primes else 1
        case Over():
            found = below[0]
        case _:
            found = max(below, default=1)
    if found > MOST_TERMS:
        raise _large(f"Multiplied out it has more than {MOST_TERMS} terms.", formula)
    return found
