"""The one definition that many wrong lines have their error from, and the edit that mends them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice

from symbolic.array_refutation import survey
from symbolic.errors import InputError
from symbolic.indexed import Num
from symbolic.labelling import TooLargeError
from symbolic.reading.arrays.bounds import require_modest
from symbolic.reading.arrays.claims import ArrayClaim, ArrayReading
from symbolic.reading.arrays.collecting import NoProgramError
from symbolic.reading.arrays.edits import Edit, Editor, length
from symbolic.reading.arrays.formulas import Formula, Quantity, Size, walk
from symbolic.reading.arrays.offers import offers, scope_of
from symbolic.reading.arrays.program import Base, base_of
from symbolic.reading.arrays.rules import Rules
from symbolic.reading.source import NotUnderstood

MOST_READ = 400
"""How many definitions are read anew in all: every edit that is tried reads them all."""
MOST_EDITS = 100
"""How many edits of definitions are tried."""
FARTHEST = 2
"""How far an edit may be from what is written."""
MOST_JUDGED = 5
"""How many edits are judged whole that no instance breaks at two of the wrong lines."""
FEW = 3
"""How many of the wrong lines an edit is tried at first."""


@dataclass(frozen=True)
class ArrayRepair:
    """A single edit of a definition that makes these lines true."""

    definition: int
    right: Formula
    edit: str
    mends: tuple[int, ...]


def repair(
    reading: ArrayReading,
    base: Base,
    wrong: Sequence[int],
    own: Sequence[int],
    proved: frozenset[int],
    proves: Callable[[ArrayReading], frozenset[int]],
) -> ArrayRepair | None:
    """The near edit of a definition that mends most of the wrong lines, and more than half.

    `own` are those that follow from no other wrong line.  `proves` judges a document anew: a repair
    is reported only where the lines that it mends are proved then, at least two, and those that
    were `proved` still are.
    """
    claims = [claim for claim in reading.claims if claim.number in own]
    if len({claim.first or claim.left for claim in claims}) < 2:
        return None  # one chain has its error from itself
    claims = claims[:FEW]
    most = min(MOST_EDITS, MOST_READ // max(1, len(reading.definitions)))
    edited = islice(_edited(reading, base), most)
    likely = (one for one in edited if _holding(one[2], claims) > 1)
    best: ArrayRepair | None = None
    for definition, edit, other in islice(likely, MOST_JUDGED):
        now = proves(other)
        mends = tuple(number for number in wrong if number in now)
        if len({*own} & {*mends}) < 2 or 2 * len(mends) <= len(wrong) or not proved <= now:
            continue
        if best is None or len(mends) > len(best.mends):
            best = ArrayRepair(definition.number, edit.formula, edit.what, mends)
    return best


def _edited(reading: ArrayReading, base: Base) -> Iterator[tuple[ArrayClaim, Edit, ArrayReading]]:
    """Every near edit of every definition, with the document that has it.

    The nearest come first, and of these those of the loss: a factor is most often lost there.
    """
    editor = Editor(offers(reading, base))
    found: list[tuple[tuple[int, bool, int], ArrayClaim, Edit]] = []
    for definition in reading.definitions:
        if not isinstance(definition.left, Quantity) or definition.problems:
            continue
        loss = reading.profile.symbols[definition.left.sign].kind == "loss"
        seen = {definition.right}
        for edit in editor.edits(definition.right, scope_of(definition, reading.profile)):
            if (
                edit.cost > FARTHEST
                or edit.formula in seen
                or not _plausible(definition, edit, loss)
            ):
                continue
            seen.add(edit.formula)
            found.append(((edit.cost, not loss, length(edit)), definition, edit))
    for _, definition, edit in sorted(found, key=lambda one: one[0]):
        changed = replace(definition, right=edit.formula)
        claims = tuple(changed if one is definition else one for one in reading.claims)
        yield definition, edit, replace(reading, claims=claims)


def _plausible(definition: ArrayClaim, edit: Edit, loss: bool) -> bool:
    """No array is lost, none is defined by itself, and a factor 1/N is one of a loss."""
    assert isinstance(definition.left, Quantity)
    reads = _keys(edit.formula)
    counted = [
        sum(isinstance(part, Size) for part in walk(formula))
        for formula in (definition.right, edit.formula)
    ]
    return (
        len(reads) >= len(_keys(definition.right))
        and definition.left.key not in reads
        and (loss or counted[0] == counted[1])
    )


def _keys(formula: Formula) -> set[tuple[str, str, bool]]:
    return {part.key for part in walk(formula) if isinstance(part, Quantity)}


def _holding(reading: ArrayReading, claims: Sequence[ArrayClaim]) -> int:
    """How many of the claims no small instance breaks, with the definitions of this document."""
    try:
        for definition in reading.definitions:
            require_modest(definition.right)
        base = base_of(reading)
    except (NoProgramError, NotUnderstood, InputError):
        return 0
    rules = Rules(base)
    held = 0
    for n, claim in enumerate(claims):
        held += _holds(rules, base, claim)
        if held + len(claims) - n - 1 < 2:
            break
    return held


def _holds(rules: Rules, base: Base, claim: ArrayClaim) -> bool:
    """Whether no small instance breaks the claim, and its derivative has not become 0."""
    try:
        case = rules.case(claim)
        seen = survey(case.program, case.rule, base.offered, 2)
        if seen.apart is not None or not seen.told:
            return False
        zero = replace(case.rule, body=Num(Fraction(0)))
        return case.sides is not None or bool(survey(case.program, zero, base.offered, 2).apart)
    except (NotUnderstood, InputError, TooLargeError):
        return False
