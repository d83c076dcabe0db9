"""Which formulas can be judged, and which of them may be without a value somewhere."""

from __future__ import annotations

from symbolic.indexed import Count, Num
from symbolic.reading.formulas import QUARTER, Call, Formula, Plus, Power, Times, walk
from symbolic.reading.source import BeyondError

SMOOTH = ("exp", "tanh", "logistic", "softplus", "sin", "cos", "sinh", "cosh", "arctan", "erf")
"""The elementary functions that have a value and a slope everywhere."""


def require_reach(part: Formula) -> None:
    """Refuses functions and roots that the index calculus or the exact networks do not know."""
    if isinstance(part, Power) and part.exponent.denominator > 1 and not _has_root(part.base):
        raise BeyondError("A root of what may be 0 or below is not in reach.")
    if isinstance(part, Call) and part.name not in (*SMOOTH, "ln", "abs", "relu", "step"):
        raise BeyondError(f"{part.name} is not in reach.")


def may_lack_value(formula: Formula) -> bool:
    """Whether it has a denominator or a logarithm, and values are not seen to exist everywhere.

    Normal forms cancel before anyone can look, so a proof then holds where there are values.
    """
    for part in walk(formula):
        match part:
            case Power(base, exponent) if exponent < 0:
                safe = _is_plain(base) or _is_positive(base)
            case Call("ln", argument):
                safe = _is_positive(argument)
            case _:
                safe = True
        if not safe:
            return True
    return False


def _is_positive(formula: Formula) -> bool:
    """Whether it is seen at once that every value is above zero."""
    match formula:
        case Num(value):
            return value > 0
        case Call(name):
            return name in ("exp", "cosh", "logistic", "softplus") or formula == QUARTER
        case Plus(terms):
            kinds = [_is_positive(term) for term in terms]
            return any(kinds) and all(
                kind or _is_nonnegative(term) for kind, term in zip(kinds, terms, strict=True)
            )
        case Times(factors):
            return all(map(_is_positive, factors))
        case Power(base):
            return _is_positive(base)
    return False


def _has_root(formula: Formula) -> bool:
    return _is_plain(formula) or _is_positive(formula)


def _is_nonnegative(formula: Formula) -> bool:
    """Whether it is seen at once to be nowhere below zero: |x|, x²."""
    if isinstance(formula, Call):
        return formula.name == "abs"
    if isinstance(formula, Power):
        return formula.exponent.denominator == 1 and formula.exponent.numerator % 2 == 0
    return False


def _is_plain(formula: Formula) -> bool:
    """Whether it is made of numbers, π and counts."""
    return all(
        isinstance(inner, Num | Count | Times | Power) or inner == QUARTER
        for inner in walk(formula)
    )
