"""From which lines a line may be drawn, where the text cites some: earlier ones, in no circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
        self.marks = marks
        self.argued = {claim.number for claim in claims if claim.kind in ARGUED}
        self.pieces = {claim.number: claim.piece for claim in claims}
        self._beside: dict[int, list[int]] = {}
        for claim in claims:
            self._beside.setdefault(claim.piece, []).append(claim.number)
        self._meant = {claim.number: self._lines(claim) for claim in claims if claim.cites}
        self._circle = _circles(self._meant)
        self._signs = {_sign(name) for name in marks}

    def premises(self, claim: Citing) -> Premises:
        """What the text says that a line is drawn from."""
        for one in claim.cites:
            refused = self._refused(claim, one)
            if refused is not None:
                return Premises(instead=refused)
        cited = self._meant.get(claim.number, ())
        if not cited:
            return Premises()
        circle = self._circle.get(claim.number)
        if circle is not None:
            source = next(n for n in cited if self._circle.get(n) == circle)
            why = f"({source}) is drawn from it in turn, which is a circle"
            return Premises(instead=Argument("unjustified", (), cited, why, CIRCLE))
        beside = (n for n in self._beside[claim.piece] if n < claim.number and n in self.argued)
        return Premises(tuple(dict.fromkeys((*cited, *beside))))

    def _lines(self, claim: Citing) -> tuple[int, ...]:
        """The numbers of the claims that it cites; of a name that several have, the earlier."""
        found: dict[int, None] = {}
        for one in claim.cites:
            lines = [n for n in self.marks.get(one.name, ()) if n in self.argued]
            earlier = [n for n in lines if n < claim.number]
            found |= dict.fromkeys(earlier or lines)
        return tuple(found)

    def _refused(self, claim: Citing, one: Cited) -> Argument | None:
        """Why one of the names gives no premise."""
        lines = self.marks.get(one.name)
        if lines is None:
            return self._missing(one)
        if not lines:
            return Argument("open", why=f"{one.shown} is not understood")
        own = claim.number in lines
        before = [n for n in lines if n < claim.number]
        if any(not own or self.pieces[n] != claim.piece for n in before):
            return None
        if own:
            return Argument("unjustified", why=f"it cites itself ({one.place})", fault=CIRCLE)
        if self.argued.isdisjoint(lines):  # a definition, which may stand anywhere
            return None
        why = f"it cites what the text calls {one.shown}, which comes later ({one.place})"
        return Argument("unjustified", (), tuple(lines), why, CIRCLE)

    def _missing(self, one: Cited) -> Argument:
        """An index error, if lines have names of this kind: 3, 2.3 or others."""
        if _sign(one.name) not in self._signs:
            return Argument("open", why=f"it cites {one.shown}, and no line here has such a name")
        what = f"no line of the document is called {one.shown}."
        problem = Problem(Fault.INDEX, what, "Cite a line before it.", one.place)
        return Argument("unjustified", why=str(problem), fault=Fault.INDEX)


def _sign(name: str) -> str:
    """What names of one kind have in common."""
    return "@" if name[0] == "@" else "." if "." in name else ""


def _circles(edges: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """For every line in a circle a number that all lines of it have.

    >>> _circles({1: (2,), 2: (1,), 3: (1,), 4: (4,)})
    {1: 1, 2: 1, 4: 4}
    """
    back: dict[int, list[int]] = {}
    for number, others in edges.items():
        for other in others:
            back.setdefault(other, []).append(number)
    found: dict[int, int] = {}
    seen: set[int] = set()
    for start in reversed([*_finished(edges)]):
        if start in seen:
            continue
        group, waiting = [], [start]
        seen.add(start)
        while waiting:
            number = waiting.pop()
            group.append(number)
            new = [other for other in back.get(number, ()) if other not in seen]
            seen |= {*new}
            waiting += dict.fromkeys(new)
        if len(group) > 1 or start in edges.get(start, ()):
            found |= dict.fromkeys(group, min(group))
    return dict(sorted(found.items()))


def _finished(edges: Mapping[int, Sequence[int]]) -> Iterator[int]:
    """Every line after all that can be reached from it alone."""
    seen: set[int] = set()
    for start in edges:
        stack = [] if start in seen else [(start, iter(edges[start]))]
        seen.add(start)
        while stack:
            number, others = stack[-1]
            other = next((one for one in others if one not in seen), None)
            if other is None:
                stack.pop()
                yield number
            else:
                seen.add(other)
                stack.append((other, iter(edges.get(other, ()))))
