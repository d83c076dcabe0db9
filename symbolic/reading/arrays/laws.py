r"""The slope of a function that a text lays down and does not define: f'(z) = f(z)(1 - f(z)).

Where a function F that is known here has that slope, lines are judged with it.  A line that is
wrong with it is wrong.  One that is proved for F(z + c), c any number, is proved of every f that
has the slope: all of these are F(z + c) for a c, which may be complex or without bound.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files

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
from symbolic.reading.arrays.profile import ArrayProfile, ArraySymbol
from symbolic.reading.claims import Kind
from symbolic.reading.documents import Document, Mathematics, Prose
from symbolic.reading.named import SHOWN
from symbolic.reading.prose import plainly

_KNOWN = ("logistic", "tanh")
_WITH = {"logistic": ("softplus",)}
"""Functions whose slope is one of these."""

SHIFT = "shift of"
ONE_OF_MANY = "it holds for one function with the slope that is said, and not for all of these"

Laws = dict[str, tuple[str, int]]
"""The function that a sign is taken for, and the number of the line that says its slope."""
_WORDS = {"logistic": r"(?:logistic\s+)?sigmoid|logistic", "tanh": r"hyperbolic\s+tangent|tanh",
          "relu": r"ReLU|rectifier|rectified\s+linear\s+unit"}  # fmt: skip
_KIND = r"(?:\s+(?:function|activation|non-?linearity|unit|transfer))*"
_IS = r"\s*(?:is|denotes|be|being|means|stands\s+for)\s+(?:the|a)\s+(?:usual\s+|standard\s+)?"
_NOT = r"\s*(?:is|are|was|need|must|may|does|do|should)\s*(?:not\b|n['’]t\b|no\b)"


def named_in(document: Document, profile: ArrayProfile) -> tuple[tuple[str, str, int], ...]:
    r"""The signs of functions that words name, the functions, and the lines.

    The function is empty where words beside it may deny it.

    "the sigmoid activation $\\sigma$", "$\\sigma$ is the logistic function"
    """
    found: dict[str, tuple[str, str, int]] = {}
    pieces = document.pieces
    for n, piece in enumerate(pieces):
        if not isinstance(piece, Mathematics) or piece.display:
            continue
        before, behind = (
            one[0].text if one and isinstance(one[0], Prose) else ""
            for one in (pieces[n - 1 : n] if n else (), pieces[n + 1 : n + 2])
        )
        sign = re.sub(r"\(.*\)$", "", piece.text.strip())
        if profile.functions.get(sign) != "any" or sign in found:
            continue
        for function, named in _WORDS.items():
            led = re.search(rf"\b(?<!non.)(?:{named}){_KIND}\s*$", before, re.I)
            told = re.match(rf"{_IS}(?:{named})\b", behind, re.I)
            denied = re.match(rf"{_NOT}[^.$]*?(?:{named})\b", behind, re.I)
            if denied:
                found[sign] = sign, "", document.source.place(piece.begin).line
            elif led or told:
                said = plainly(before, behind, {*profile.words, *words()})
                line = document.source.place(piece.begin).line
                found[sign] = sign, function if said else "", line
    return tuple(found.values())


@cache
def words() -> frozenset[str]:
    """Words that may stand beside formulas about arrays, besides those of every notation."""
    text = files("symbolic.reading.arrays").joinpath("words.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())


def with_laws(reading: ArrayReading) -> ArrayReading:
    """The document, in which what is laid down of a function is an assumption."""
    lines = {number for _, number in laws_of(reading).values()}
    claims = tuple(
        replace(claim, kind=Kind.ASSUMPTION) if claim.number in lines else claim
        for claim in reading.claims
    )
    return replace(reading, claims=claims) if lines else reading


def laws_of(reading: ArrayReading) -> Laws:
    """What a document lays down of the slopes of its functions, of those that no words name."""
    claims = reading.claims
    named = {sign for sign, function, _ in reading.named if function}
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
        if sign in named:
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


def taken(reading: ArrayReading, laws: Laws, shifted: Container[str] = ()) -> ArrayReading:
    """The document with these functions for their signs, of z or, where `shifted`, of z + c."""
    symbols = dict(reading.profile.symbols)

    def put(formula: Formula) -> Formula:
        for sign, (function, _) in laws.items():
            shift = Quantity(f"{SHIFT} {sign}") if sign in shifted else None
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
    own = laws_of(reading)
    laws = {sign: (function, line) for sign, function, line in reading.named if function} | own
    if not laws or all(one.word not in ("refuted", "open") for one in lines):
        return [*lines]
    names = tuple(
        f"({line}) holds" if sign in own else f"{_plain(sign)} is {SHOWN[function]} of line {line}"
        for sign, (function, line) in laws.items()
    )
    found = []
    hold = proved(taken(reading, laws, own))
    for one, other in zip(lines, judge(taken(reading, laws)), strict=True):
        if one.word not in ("refuted", "open"):
            found.append(unblamed(replace(one, argument=other.argument), other_than(lines)))
            continue
        cases = other.cases
        if other.word == "proved" and one.claim.number not in hold:
            cases = (ArrayReached("open", why=ONE_OF_MANY),)
            other = replace(other, argument=None)
        elif other.word == "proved":
            cases = tuple(replace(case, under=_with(case.under or ((),), names)) for case in cases)
            said = other.argument
            if said is not None:
                other = replace(other, argument=replace(said, under=_with(said.under, names)))
        found.append(replace(other, claim=one.claim, cases=cases))
    return found


def other_than(lines: Sequence[ArrayJudged]) -> frozenset[int]:
    """The lines that are not right as they stand."""
    return frozenset(one.claim.number for one in lines if one.word in ("refuted", "open"))


def unblamed(one: ArrayJudged, doubtful: frozenset[int]) -> ArrayJudged:
    """The line without its second verdict, where that rests on lines in doubt."""
    said = one.argument
    rests = said is not None and not doubtful.isdisjoint(said.uses)
    return replace(one, argument=None) if rests else one


def _with(under: Sequence[tuple[str, ...]], names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple((*own, *names) for own in under)


def _plain(sign: str) -> str:
    return sign.removeprefix("\\")


def _put(formula: Formula, sign: str, function: str, shift: Quantity | None = None) -> Formula:
    parts = inside(formula)
    if parts:
        formula = rebuilt(formula, [_put(part, sign, function, shift) for part in parts])
    if isinstance(formula, Applied) and (formula.function, formula.sign) == ("any", sign):
        body = formula.body if shift is None else Plus((formula.body, shift), formula.place)
        return replace(formula, function=function, body=body)
    return formula
