"""The one definition that many wrong lines have their error from, and the edit that mends them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from symbolic.errors import InputError
from symbolic.reading.base import Base, base_of, name_of
from symbolic.reading.claims import Claim, Kind, Reading
from symbolic.reading.edits import Edit, edits
from symbolic.reading.formulas import Formula, Read, canonical, free, walk
from symbolic.reading.nearest import by_cost, cases_with
from symbolic.reading.offers import offers
from symbolic.reading.pathways import CORE
from symbolic.reading.refuter import Refuter, Tried
from symbolic.reading.setting import prepared
from symbolic.reading.size import MOST_TO_MEND, parts
from symbolic.reading.theory import Assumption

MOST_EDITS = 800
"""How many edits of definitions are tried."""
FARTHEST = 2
"""How far an edit may be from what is written."""
FEW = 8
"""How many of the wrong lines an edit is tried at first."""


@dataclass(frozen=True)
class Repair:
    """A single edit of a definition that makes these lines true."""

    definition: int
    right: Formula
    edit: str
    mends: tuple[int, ...]


def repair(
    reading: Reading,
    wrong: tuple[int, ...],
    own: frozenset[int],
    proved: frozenset[int],
    proves: Callable[[Reading], frozenset[int]],
) -> Repair | None:
    """The edit of a definition that mends most of the wrong lines, and more than half of them.

    `own` are those that follow from no other wrong line.  `proves` judges a document anew: a repair
    is reported only where the lines that it mends are proved then, at least two, and those that
    were `proved` still are.
    """
    if len(own) < 2:
        return None
    best: tuple[int, int, Claim, Edit, Reading] | None = None
    claims = [claim for claim in prepared(reading).claims if claim.number in wrong]
    for definition, edit, other in islice(_edited(reading), MOST_EDITS):
        count = _mended(other, claims[:FEW])
        better = best is None or (-count, edit.cost) < best[:2]
        if count > 1 and better:
            best = -count, edit.cost, definition, edit, other
    if best is None:
        return None
    _, _, definition, edit, other = best
    now = proves(other)
    mends = tuple(number for number in wrong if number in now)
    if len(own & {*mends}) < 2 or 2 * len(mends) <= len(wrong) or not proved <= now:
        return None
    return Repair(definition.number, edit.formula, edit.what, mends)


def _edited(reading: Reading) -> Iterator[tuple[Claim, Edit, Reading]]:
    """Every near edit of every definition, with the document that has it."""
    try:
        base = base_of(prepared(reading))
    except InputError:
        return
    for definition in reading.definitions:
        if parts(definition.right) > MOST_TO_MEND:
            continue
        given = offers(definition, reading.profile, base)
        seen = {canonical(definition.right)}
        for edit in sorted(edits(definition.right, given), key=by_cost):
            form = canonical(edit.formula)
            known = free(edit.formula) <= free(definition.left)
            emptied = len(_reads(edit.formula)) < len(_reads(definition.right))
            if edit.cost > FARTHEST or form in seen or emptied or not known:
                continue
            if _circular(base, definition, edit.formula):
                continue
            seen.add(form)
            changed = replace(definition, right=edit.formula)
            claims = tuple(changed if one is definition else one for one in reading.claims)
            yield definition, edit, replace(reading, claims=claims)


def _circular(base: Base, definition: Claim, right: Formula) -> bool:
    """Whether the head would be defined through itself; v and y must speak of what they did."""
    if definition.head is None:  # the activation function speaks of nothing else
        return False
    head = name_of(definition.head)
    if head in (CORE, "y"):
        return {*_quantities(right)} != {*_quantities(definition.right)}
    waiting, seen = [*_reads(right)], {CORE, "y"}
    while waiting:
        name = waiting.pop()
        if name == head:
            return True
        if name in base.definitions and name not in seen:
            seen.add(name)
            waiting += _reads(base.definitions[name][1])
    return False


def _reads(formula: Formula) -> set[str]:
    return {name_of(part) for part in _quantities(formula)}


def _quantities(formula: Formula) -> Iterator[Read]:
    return (part for part in walk(formula) if isinstance(part, Read))


def _mended(reading: Reading, claims: list[Claim]) -> int:
    """How many of the claims no small network breaks, with the definitions of this document."""
    try:
        refuter = Refuter(base_of(prepared(reading)), few=True)
    except InputError:
        return 0
    return sum(1 for claim in claims if claim.kind is not Kind.LABEL and _holds(refuter, claim))


def _holds(refuter: Refuter, claim: Claim) -> bool:
    cases = cases_with(claim, claim.right, "output")
    for case in cases:
        under = tuple(one for one in case.assumptions if one is not Assumption.SO)
        found = refuter.find(case, under)
        if not isinstance(found, Tried) or not found:
            return False
    return bool(cases)
