r"""A function that a text writes as \sigma and never says: it may mean the logistic one.

A line that fails for some function and is proved for the logistic one is proved if it is that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from symbolic.reading.argument import Argument
from symbolic.reading.arrays.claims import ArrayClaim, ArrayReading
from symbolic.reading.arrays.findings import ArrayJudged, ArrayReached
from symbolic.reading.arrays.formulas import Applied, Formula, inside, rebuilt, walk
from symbolic.reading.arrays.laws import unblamed

SIGN = "\\sigma"
UNDECIDED = r"what \sigma is is not said; it fails for some, and may hold for the logistic one"
LOGISTIC = "σ is the logistic function"
"""What is assumed, and not said in the text."""


def with_doubt(
    lines: Sequence[ArrayJudged],
    reading: ArrayReading,
    judge: Callable[[ArrayReading], Sequence[ArrayJudged]],
) -> list[ArrayJudged]:
    """The lines; those refuted for some σ that hold for the logistic one are proved if it is that.

    `judge` gives all that is said of the lines of a document.
    """
    wrong = any(one.word == "refuted" for one in lines)
    if not wrong or not any(map(_unsaid, reading.claims)):
        return [*lines]
    others = judge(replace(reading, claims=tuple(map(_logistic, reading.claims))))
    held = {
        one.claim.number: other
        for one, other in zip(lines, others, strict=True)
        if one.word == "refuted" and other.word != "refuted"
    }
    return [
        _held(one, held[one.claim.number])
        if one.claim.number in held
        else unblamed(one, frozenset(held))
        for one in lines
    ]


def _held(one: ArrayJudged, other: ArrayJudged) -> ArrayJudged:
    """What is said of a line that fails for some function, by what is said for the logistic one."""
    if other.word != "proved":
        return replace(one, cases=(ArrayReached("open", why=UNDECIDED),), inherits=None)
    cases, argument = if_logistic(other.cases), argued_if_logistic(other.argument)
    return replace(one, cases=cases, argument=argument, inherits=None)


def if_logistic(cases: Sequence[ArrayReached]) -> tuple[ArrayReached, ...]:
    """What was proved for the logistic function, proved if σ is that."""
    return tuple(replace(case, under=_also(case.under)) for case in cases)


def argued_if_logistic(argument: Argument | None) -> Argument | None:
    """The second verdict for the logistic function, likewise."""
    return None if argument is None else replace(argument, under=_also(argument.under))


def _also(under: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple((*own, LOGISTIC) for own in under or ((),))


def _unsaid(claim: ArrayClaim) -> bool:
    parts = (part for side in (claim.left, claim.right) for part in walk(side))
    return any(_is_sign(part) for part in parts)


def _is_sign(part: Formula) -> bool:
    return isinstance(part, Applied) and part.function == "any" and part.sign == SIGN


def _logistic(claim: ArrayClaim) -> ArrayClaim:
    first = None if claim.first is None else _read(claim.first)
    return replace(claim, left=_read(claim.left), right=_read(claim.right), first=first)


def _read(formula: Formula) -> Formula:
    parts = inside(formula)
    if parts:
        formula = rebuilt(formula, [_read(part) for part in parts])
    if isinstance(formula, Applied) and _is_sign(formula):
        return replace(formula, function="logistic")
    return formula
