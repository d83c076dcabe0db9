r"""A function that a text writes as \sigma and never says: it may mean the logistic one.

A line that fails for some function and is proved for the logistic one is not called wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from symbolic.reading.arrays.claims import ArrayClaim, ArrayReading
from symbolic.reading.arrays.findings import ArrayJudged, ArrayReached
from symbolic.reading.arrays.formulas import Applied, Formula, inside, rebuilt, walk
from symbolic.reading.arrays.laws import unblamed

SIGN = "\\sigma"
WHY = "it holds if \\sigma is the logistic function, and the text does not say what \\sigma is"


def with_doubt(
    lines: Sequence[ArrayJudged],
    reading: ArrayReading,
    proved: Callable[[ArrayReading], frozenset[int]],
) -> list[ArrayJudged]:
    """The lines, those open that are refuted for some σ and hold for the logistic one.

    `proved` gives the lines of a document that are proved.
    """
    wrong = any(one.word == "refuted" for one in lines)
    if not wrong or not any(map(_unsaid, reading.claims)):
        return [*lines]
    doubtful = frozenset(one.claim.number for one in lines if one.word == "refuted")
    hold = proved(replace(reading, claims=tuple(map(_logistic, reading.claims))))
    return [
        replace(one, cases=(ArrayReached("open", why=WHY),), inherits=None)
        if one.word == "refuted" and one.claim.number in hold
        else unblamed(one, doubtful & hold)
        for one in lines
    ]


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
