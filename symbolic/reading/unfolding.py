"""The signs that a document defines for itself (`own.py`), replaced by what they stand for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from symbolic.indexed import Shifted, Var
from symbolic.reading.claims import Claim, Kind, Reading
from symbolic.reading.formulas import (
    LAYER,
    Formula,
    Partial,
    Read,
    SumOver,
    at_numbers,
    bound,
    inside,
    put,
    rebuilt,
    walk,
)
from symbolic.reading.layers import relocated
from symbolic.reading.profile import OWN
from symbolic.reading.samples import changed
from symbolic.reading.source import BeyondError, Fault, Problem


def without_own_signs(reading: Reading) -> Reading:
    """The document with what its own signs stand for, in every line but their definitions.

    A sign stays where it is not known what it stands for: it has two definitions, is defined
    through itself, or for other neurons than those it is read of.
    """
    made = [c for c in reading.definitions if c.head is not None and _is_own(c.head)]
    counts = Counter(c.head.array for c in made if c.head is not None)
    bodies: Bodies = {}
    for claim in made:
        head = claim.head
        if head is None or claim.problems or counts[head.array] > 1:
            continue
        said = _Roles(claim)
        body = _put_in(claim.right, bodies, said)
        if not any(map(_is_own, walk(body))):
            bodies[head.array] = Own(head, body, tuple(said.of(index) for index in head.at))
    if not made:
        return reading

    def unfolded(claim: Claim) -> Claim:
        if claim.kind is Kind.DEFINITION and claim.head is not None and _is_own(claim.head):
            return claim
        return _known(changed(claim, lambda side: _put_in(side, bodies, _Roles(claim))))

    return replace(reading, claims=tuple(map(unfolded, reading.claims)))


def _known(claim: Claim) -> Claim:
    """A definition by a sign that stands for nothing known defines nothing."""
    left = next((p for p in walk(claim.right) if isinstance(p, Read) and _is_own(p)), None)
    if claim.kind is not Kind.DEFINITION or left is None or claim.problems:
        return claim
    what = f"What {left.sign} stands for here is not known."
    problem = Problem(Fault.NOT_UNDERSTOOD, what, "Define it once, before it is used.", claim.place)
    return replace(claim, problems=(problem,))


@dataclass(frozen=True)
class Own:
    """The definition of a sign, and of which neurons: output, hidden, or empty for all."""

    head: Read
    body: Formula
    roles: tuple[str, ...]


Bodies = dict[str, Own]


class _Roles:
    """What is said of the letters of a claim, those of sums among them."""

    def __init__(self, claim: Claim, inner: Mapping[str, str] | None = None) -> None:
        self.claim, self.inner = claim, dict(inner or {})

    def of(self, index: Shifted | int) -> str:
        """output, hidden, input, or empty where nothing is said."""
        if not isinstance(index, Var):
            return ""
        said = self.inner.get(index.name, self.claim.role(index.name))
        return said if said in ("output", "hidden", "input") else ""

    def within(self, total: SumOver) -> _Roles:
        """In the body of a sum."""
        return _Roles(self.claim, {**self.inner, total.over.name: total.range.kind})


def _is_own(part: Formula) -> bool:
    return isinstance(part, Read) and part.array.startswith(OWN)


def _put_in(formula: Formula, bodies: Bodies, said: _Roles) -> Formula:
    """The formula with definitions for signs; what a derivative is taken by is none of these."""
    if isinstance(formula, Partial):
        return replace(formula, of=_put_in(formula.of, bodies, said))
    within = said.within(formula) if isinstance(formula, SumOver) else said
    inner = tuple(_put_in(part, bodies, within) for part in inside(formula))
    made = rebuilt(formula, inner) if inner else formula
    if not isinstance(made, Read) or made.array not in bodies:
        return made
    own = bodies[made.array]
    if any(role not in ("", said.of(at)) for role, at in zip(own.roles, made.at, strict=True)):
        return made
    try:
        return _placed(own.body, dict(zip(own.head.at, made.at, strict=True)))
    except BeyondError:
        return made


def _placed(body: Formula, at: Mapping[Shifted | int, Shifted | int]) -> Formula:
    """The body of a definition at other indices than those of its head; raises `BeyondError`."""
    letters: dict[Var, Var] = {}
    numbers: dict[Var, int] = {}
    layers: dict[str, Shifted | int] = {}
    for own, index in at.items():
        if not isinstance(own, Var):
            raise BeyondError("A definition has letters on its left.")
        if own.sort == LAYER:
            layers[own.name] = index
        elif isinstance(index, Var):
            letters[own] = index
        elif isinstance(index, int):
            numbers[own] = index
    named = {one.range.of for one in bound(body)}
    if named & {own.name for own in numbers}:
        raise BeyondError(
            "The range of a sum is said by the letter of a neuron, not by its number."
        )
    return put(at_numbers(relocated(body, layers), numbers), letters)
