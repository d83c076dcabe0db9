"""From which lines a line may be drawn, where the text cites some: earlier ones, in no circle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from symbolic.reading.argument import Argument
from symbolic.reading.citations import Cited
from symbolic.reading.claims import Kind
from symbolic.reading.source import Fault, Problem

ARGUED = (Kind.CLAIM, Kind.LABEL)
"""The kinds of lines that are no definition, and no repetition of one."""
CIRCLE = "circle"
"""The fault of a line that is drawn from itself or from one that comes later."""


class Citing(Protocol):
    """A claim and the lines that the text cites for it."""

    @property
    def number(self) -> int: ...

    @property
    def kind(self) -> Kind: ...

    @property
    def piece(self) -> int: ...

    @property
    def cites(self) -> tuple[Cited, ...]: ...


@dataclass(frozen=True)
class Premises:
    """The numbers of the lines that a line is drawn from, those before it in its formula too.

    None where the text cites no claim, as definitions may be used anywhere; `instead` is the second
    verdict of a line that is drawn from nothing by what it cites.
    """

    numbers: tuple[int, ...] = ()
    instead: Argument | None = None


class Citations:
    """What the lines of one document cite; `marks` are the numbers that each name stands for."""

    def __init__(self, claims: Sequence[Citing], marks: Mapping[str, Sequence[int]]) -> None:
        self.claims, self.marks = claims, marks
        self.pieces = {claim.number: claim.piece for claim in claims}
        self.kinds = {claim.number: claim.kind for claim in claims}
        self.meant = {claim.number: self._meant(claim) for claim in claims if claim.cites}
        self.forward = any(n >= own for own, found in self.meant.items() for n in found)

    def premises(self, claim: Citing) -> Premises:
        """What the text says that a line is drawn from."""
        if not claim.cites or claim.number not in self.meant:
            return Premises()
        for one in claim.cites:
            refused = self._refused(claim, one)
            if refused is not None:
                return Premises(instead=refused)
        cited = self.meant[claim.number]
        source = self._circle(claim.number) if self.forward else None
        if source is not None:
            why = f"({source}) is drawn from it in turn, which is a circle"
            return Premises(instead=Argument("unjustified", (), cited, why, CIRCLE))
        if all(self.kinds[n] not in ARGUED for n in cited):
            return Premises()
        beside = (c.number for c in self.claims if c.piece == claim.piece)
        before = (n for n in beside if n < claim.number)
        return Premises(tuple(dict.fromkeys((*cited, *before))))

    def _meant(self, claim: Citing) -> tuple[int, ...]:
        """The numbers of all that it cites; of a name that several lines have, the earlier."""
        found: dict[int, None] = {}
        for one in claim.cites:
            lines = self.marks.get(one.name, ())
            earlier = [n for n in lines if n < claim.number]
            found |= dict.fromkeys(earlier or lines)
        return tuple(found)

    def _refused(self, claim: Citing, one: Cited) -> Argument | None:
        """Why one of the names gives no premise."""
        lines = self.marks.get(one.name)
        if lines is None:
            if not self._named(one):
                return Argument("open", why=f"it cites {one.shown}, and no line here has a name")
            what = f"no line of the document is called {one.shown}."
            problem = Problem(Fault.INDEX, what, "Cite a line before it.", one.place)
            return Argument("unjustified", why=str(problem), fault=Fault.INDEX)
        if not lines:
            return Argument("open", why=f"{one.shown} is not understood")
        before = [n for n in lines if n < claim.number]
        own = claim.number in lines
        if any(not own or self.pieces[n] != claim.piece for n in before):
            return None
        if own:
            return Argument("unjustified", why=f"it cites itself ({one.place})", fault=CIRCLE)
        why = f"it cites what the text calls {one.shown}, which comes later ({one.place})"
        return Argument("unjustified", (), tuple(lines), why, CIRCLE)

    def _named(self, one: Cited) -> bool:
        """Whether lines have names of this kind: printed numbers, or others."""
        return any((name[0] == "@") == (one.name[0] == "@") for name in self.marks)

    def _circle(self, number: int) -> int | None:
        """The first line that a line is drawn from and that is drawn from it, however far."""
        for start in self.meant[number]:
            waiting, seen = [start], {start}
            while waiting:
                for other in self.meant.get(waiting.pop(), ()):
                    if other == number:
                        return start
                    if other not in seen:
                        seen.add(other)
                        waiting.append(other)
        return None
