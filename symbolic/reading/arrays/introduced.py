r"""Derivatives by what a text never defines: dZ where there is no Z, \delta_3 that is said nowhere.

dZ = dH \odot [H > 0],  dW = X^T dZ    the first line that gives it is what it stands for
G = \partial L/\partial S              so is G, which nothing else defines
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from symbolic.reading.arrays.claims import ArrayClaim, ArrayReading
from symbolic.reading.arrays.collecting import (
    Collection,
    NoProgramError,
)
from symbolic.reading.arrays.formulas import (
    Element,
    Formula,
    Gradient,
    LocalError,
    Quantity,
    Slope,
    differentiates,
    inside,
    rebuilt,
    walk,
)
from symbolic.reading.arrays.written_derivatives import DIFFERENTIAL
from symbolic.reading.claims import Entry, Kind, Outcome
from symbolic.reading.source import Fault, Problem

Head = tuple[str, str]
"""The sign and the label of δ; of dZ those of Z, behind d."""


def with_introduced(reading: ArrayReading) -> ArrayReading:
    """The document with the lines as definitions that give a derivative by nothing its name."""
    try:
        found = Collection(reading)
    except NoProgramError:
        return reading
    names: dict[Head, Formula] = {}
    claims = []
    for claim in reading.claims:
        head = head_of(claim.left)
        if head is not None and head not in names and _introduces(claim, found, names):
            claim = replace(claim, kind=Kind.DEFINITION)
            names[head] = claim.right
        claims.append(claim)
    if not names:
        return reading
    return replace(reading, claims=tuple(claims), ledger=_entered(reading, claims))


def is_derivative(formula: Formula) -> bool:
    """Whether it is a derivative, of which a line that follows "with" says what it is."""
    return isinstance(formula, Gradient | Slope)


def is_naming(claim: ArrayClaim) -> bool:
    """Whether it calls a derivative G, dS or δ."""
    called = isinstance(claim.left, Quantity | LocalError | Gradient)
    return called and isinstance(claim.right, Gradient) and claim.right.loss is not None


def without_differentials(reading: ArrayReading) -> ArrayReading:
    """A text of differentials: what it says of dS by dX is no claim about derivatives."""

    def told(claim: ArrayClaim) -> ArrayClaim:
        sides = [[p for p in walk(s) if _is_prefixed(p)] for s in (claim.left, claim.right)]
        if not all(sides):
            return claim
        problem = Problem(Fault.NOT_UNDERSTOOD, DIFFERENTIAL, "", claim.place)
        return replace(claim, kind=Kind.CLAIM, problems=(*claim.problems, problem))

    return replace(reading, claims=tuple(map(told, reading.claims)))


def _is_prefixed(part: Formula) -> bool:
    return isinstance(part, Gradient) and part.loss is None


def _entered(reading: ArrayReading, claims: Sequence[ArrayClaim]) -> tuple[Entry, ...]:
    """The ledger, in which pieces that define alone are said to do so."""
    defining = {claim.number for claim in claims if claim.kind is Kind.DEFINITION}
    return tuple(
        replace(entry, outcome=Outcome.DEFINITION)
        if entry.outcome is Outcome.CLAIM and defining.issuperset(entry.claims)
        else entry
        for entry in reading.ledger
    )


def head_of(formula: Formula) -> Head | None:
    """What a derivative by a whole array is called; None for anything else."""
    match formula:
        case Gradient(Quantity(sign, label, None, ()), _, None | Quantity(_, _, None, ())):
            return f"d{sign}", label
        case LocalError(sign, label, None, ()) | Quantity(sign, label, None, ()):
            return sign, label
    return None


def _introduces(claim: ArrayClaim, found: Collection, names: Mapping[Head, Formula]) -> bool:
    """Whether a line gives a derivative by nothing its name, in terms of what there is."""
    plain = claim.kind is Kind.CLAIM and claim.first is None and not claim.problems
    if not plain or claim.update or not _by_nothing(claim.left, found):
        return False
    if isinstance(claim.left, Quantity) and not differentiates(claim.right):
        return False
    return not any(
        _by_nothing(part, found) and head_of(part) not in names for part in walk(claim.right)
    )


def _by_nothing(part: Formula, found: Collection) -> bool:
    match part:
        case Gradient(of):
            symbol = found.symbol(of.key)
            return symbol.kind == "value" and of.key not in found.made and not found.spoiled(of.key)
        case LocalError(sign, label):
            unread = (sign, label, True) in found.reading.spoiled
            return not unread and not found.targets(part)
        case Quantity():
            value = found.symbol(part.key).kind == "value"
            return value and part.key not in found.made and not found.spoiled(part.key)
    return False


def introduced(reading: ArrayReading) -> dict[Head, ArrayClaim]:
    """The lines of a document that give a derivative by nothing its name."""
    heads = ((head_of(claim.left), claim) for claim in reading.definitions)
    return {
        head: claim
        for head, claim in heads
        if head is not None and not claim.problems and _is_name(claim)
    }


def _is_name(claim: ArrayClaim) -> bool:
    """Whether a definition gives a derivative a name that says of itself nothing."""
    if isinstance(claim.left, Quantity):
        return differentiates(claim.right) and not claim.update
    return not isinstance(claim.right, Gradient)


def expanded(formula: Formula, names: Mapping[Head, Formula]) -> Formula:
    """The formula with what these names stand for."""
    head = head_of(formula)
    if head is not None and head in names:
        return names[head]
    if isinstance(formula, Gradient | LocalError | Quantity):
        at = formula.of.at if isinstance(formula, Gradient) else formula.at
        head = head_of(
            replace(formula, of=replace(formula.of, at=()))
            if isinstance(formula, Gradient)
            else replace(formula, at=())
        )
        known = None if head is None else names.get(head)
        return formula if known is None else Element(known, at, formula.place)
    parts = inside(formula)
    return rebuilt(formula, [expanded(part, names) for part in parts]) if parts else formula
