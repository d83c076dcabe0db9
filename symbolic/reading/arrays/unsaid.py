r"""A function that a text never says, \sigma or g: it may mean the logistic one.

A line that fails for some function and is proved for the logistic one is proved if it is that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from symbolic.reading.argument import Argument
from symbolic.reading.arrays.claims import ArrayClaim, ArrayReading
from symbolic.reading.arrays.findings import ArrayJudged, ArrayReached
from symbolic.reading.arrays.formulas import Applied, Formula, inside, rebuilt, walk
from symbolic.reading.arrays.laws import laws_of, unblamed

UNDECIDED = r"what \sigma is is not said; it fails for some, and may hold for the logistic one"
SIGMA = "\\sigma"
MOST_SIGNS = 2
"""For how many functions it is tried whether they are meant."""


def with_doubt(
    lines: Sequence[ArrayJudged],
    reading: ArrayReading,
    judge: Callable[[ArrayReading], Sequence[ArrayJudged]],
) -> list[ArrayJudged]:
    """The lines; those refuted for some σ that hold for the logistic one are proved if it is that.

    `judge` gives all that is said of the lines of a document.
    """
    found = [*lines]
    for sign in islice(_unsaid(reading), MOST_SIGNS):
        if any(one.word == "refuted" for one in found):
            found = _doubted(found, reading, judge, sign)
    return found


def _doubted(
    lines: Sequence[ArrayJudged],
    reading: ArrayReading,
    judge: Callable[[ArrayReading], Sequence[ArrayJudged]],
    sign: str,
) -> list[ArrayJudged]:
    claims = tuple(_logistic(claim, sign) for claim in reading.claims)
    others = judge(replace(reading, claims=claims))
    held = {
        one.claim.number: other
        for one, other in zip(lines, others, strict=True)
        if one.word == "refuted"
        and (other.word == "proved" or (other.word == "open" and sign == SIGMA))
    }
    name = "" if any(sign == one for one, *_ in reading.named) else is_logistic(sign)
    return [
        _held(one, held[one.claim.number], name)
        if one.claim.number in held
        else unblamed(one, frozenset(held))
        for one in lines
    ]


def _held(one: ArrayJudged, other: ArrayJudged, name: str) -> ArrayJudged:
    """What is said of a line that fails for some function, by what is said for the logistic one.

    Without a `name` words beside the function may deny that it is that.
    """
    if other.word != "proved" or not name:
        return replace(one, cases=(ArrayReached("open", why=UNDECIDED),), inherits=None)
    cases, argument = also(other.cases, name), argued_also(other.argument, name)
    return replace(one, cases=cases, argument=argument, inherits=None)


def is_logistic(sign: str) -> str:
    """What is assumed of a function, and not said in the text."""
    shown = "σ" if sign == SIGMA else sign.removeprefix("\\")
    return f"{shown} is the logistic function"


def also(cases: Sequence[ArrayReached], name: str) -> tuple[ArrayReached, ...]:
    """What was proved for one function, proved under this name as well."""
    return tuple(replace(case, under=_named(case.under, name)) for case in cases)


def argued_also(argument: Argument | None, name: str) -> Argument | None:
    """The second verdict for one function, likewise."""
    return None if argument is None else replace(argument, under=_named(argument.under, name))


def _named(under: Sequence[tuple[str, ...]], name: str) -> tuple[tuple[str, ...], ...]:
    return tuple((*own, name) for own in under or ((),))


def _unsaid(reading: ArrayReading) -> Iterator[str]:
    """The functions of which nothing is known or said, in the order in which they occur."""
    said = {*laws_of(reading), *(sign for sign, function, _ in reading.named if function)}
    parts = (p for c in reading.claims for side in (c.left, c.right) for p in walk(side))
    signs = (p.sign for p in parts if isinstance(p, Applied) and p.function == "any")
    yield from (sign for sign in dict.fromkeys(signs) if sign not in said)


def _logistic(claim: ArrayClaim, sign: str) -> ArrayClaim:
    first = None if claim.first is None else _read(claim.first, sign)
    return replace(claim, left=_read(claim.left, sign), right=_read(claim.right, sign), first=first)


def _read(formula: Formula, sign: str) -> Formula:
    parts = inside(formula)
    if parts:
        formula = rebuilt(formula, [_read(part, sign) for part in parts])
    if isinstance(formula, Applied) and (formula.function, formula.sign) == ("any", sign):
        return replace(formula, function="logistic")
    return formula
