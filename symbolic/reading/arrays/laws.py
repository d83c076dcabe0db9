r"""The slope of a function that a text lays down and does not define: f'(z) = f(z)(1 - f(z)).

Where a function F that is known here has that slope, lines are judged with it.  A line that is
wrong with it is wrong.  One that is proved for F(z + c), c any number, is proved of every f that
has the slope: all of these are F(z + c) for a c, which may be complex or without bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from symbolic.reading.arrays.claims import ArrayClaim, ArrayReading
from symbolic.reading.arrays.findings import ArrayJudged, ArrayReached
from symbolic.reading.arrays.formulas import (
    Applied,
    Formula,
    Plus,
    Quantity,
    inside,
    rebuilt,
    walk,
)
from symbolic.reading.arrays.identities import identity, is_property
from symbolic.reading.arrays.profile import ArraySymbol
from symbolic.reading.claims import Kind

_KNOWN = ("logistic", "tanh")
_WITH = {"logistic": ("softplus",)}
"""Functions whose slope is one of these."""

SHIFT = "shift of"
ONE_OF_MANY = "it holds for one function with the slope that is said, and not for all of these"

Laws = dict[str, tuple[str, int]]
"""The function that a sign is taken for, and the number of the line that says its slope."""


def with_laws(reading: ArrayReading) -> ArrayReading:
    """The document, in which what is laid down of a function is an assumption."""
    lines = {number for _, number in laws_of(reading.claims).values()}
    claims = tuple(
        replace(claim, kind=Kind.ASSUMPTION) if claim.number in lines else claim
        for claim in reading.claims
    )
    return replace(reading, claims=claims) if lines else reading


def laws_of(claims: Iterable[ArrayClaim]) -> Laws:
    """What a document lays down of the slopes of its functions."""
    claims = tuple(claims)
    used = {
        part.function
        for claim in claims
        for side in (claim.left, claim.right)
        for part in walk(side)
        if isinstance(part, Applied)
    }
    found: Laws = {}
    for claim in claims:
        sign = law_of(claim)
        if not sign or sign in found or claim.kind not in (Kind.CLAIM, Kind.ASSUMPTION):
            continue
        taken = {function for function, _ in found.values()} | used
        for function in _KNOWN:
            free = taken.isdisjoint((function, *_WITH.get(function, ())))
            if free and identity(
                _put(claim.left, sign, function), _put(claim.right, sign, function)
            ):
                found[sign] = function, claim.number
                break
    return found


def law_of(claim: ArrayClaim) -> str:
    """The sign of a function of which nothing is known and of whose slope this line speaks."""
    head = claim.left
    if not isinstance(head, Applied) or head.function != "any" or head.primes != 1:
        return ""
    return head.sign if claim.first is None and is_property(claim) else ""


def taken(reading: ArrayReading, laws: Laws, shifted: bool = False) -> ArrayReading:
    """The document with these functions for their signs, of z or `shifted` of z + c."""
    symbols = dict(reading.profile.symbols)

    def put(formula: Formula) -> Formula:
        for sign, (function, _) in laws.items():
            shift = Quantity(f"{SHIFT} {sign}") if shifted else None
            if shift is not None:
                symbols[shift.sign] = ArraySymbol(shift.sign, "number", "any number")
            formula = _put(formula, sign, function, shift)
        return formula

    claims = tuple(
        replace(
            claim,
            left=put(claim.left),
            right=put(claim.right),
            first=None if claim.first is None else put(claim.first),
        )
        for claim in reading.claims
    )
    return replace(reading, claims=claims, profile=replace(reading.profile, symbols=symbols))


def under_laws(
    lines: Sequence[ArrayJudged],
    reading: ArrayReading,
    judge: Callable[[ArrayReading], Sequence[ArrayJudged]],
    proved: Callable[[ArrayReading], frozenset[int]],
) -> list[ArrayJudged]:
    """The lines, those that are not proved of every function as they are with what is laid down.

    `proved` gives the lines of a document that are proved, `judge` all that is said of them.
    """
    laws = laws_of(reading.claims)
    if not laws or all(one.word not in ("refuted", "open") for one in lines):
        return [*lines]
    names = tuple(f"({number}) holds" for _, number in laws.values())
    found = []
    hold = proved(taken(reading, laws, shifted=True))
    for one, other in zip(lines, judge(taken(reading, laws)), strict=True):
        if one.word not in ("refuted", "open"):
            found.append(one)
            continue
        cases = other.cases
        if other.word == "proved" and one.claim.number not in hold:
            cases = (ArrayReached("open", why=ONE_OF_MANY),)
            other = replace(other, argument=None)
        elif other.word == "proved":
            cases = tuple(
                replace(case, under=tuple((*own, *names) for own in case.under or ((),)))
                for case in cases
            )
        found.append(replace(other, claim=one.claim, cases=cases))
    return found


def _put(formula: Formula, sign: str, function: str, shift: Quantity | None = None) -> Formula:
    parts = inside(formula)
    if parts:
        formula = rebuilt(formula, [_put(part, sign, function, shift) for part in parts])
    if isinstance(formula, Applied) and (formula.function, formula.sign) == ("any", sign):
        body = formula.body if shift is None else Plus((formula.body, shift), formula.place)
        return replace(formula, function=function, body=body)
    return formula
