r"""A sign that is given one value after another, as algorithms are written: g ← ∇_{a^{(k)}} J = ….

What stands to the right of ← speaks of the value before.  Lines that show a letter of a layer are
the body of a loop over the layers, from the last to the first: where it begins again g is what the
body has left it at layer k+1, and at the last layer what the line before the loop says, which is a
claim of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from symbolic.reading.arrays.claims import ArrayClaim
from symbolic.reading.arrays.formulas import (
    Formula,
    Gradient,
    Quantity,
    Time,
    inside,
    later,
    occurs,
    rebuilt,
    walk,
)
from symbolic.reading.arrays.profile import ArrayProfile
from symbolic.reading.claims import Kind
from symbolic.reading.source import Fault, NotUnderstood, Place, Problem

KIND = "running"


@dataclass
class _Loop:
    """The value before a loop, those that its body gives, and where the former is said."""

    before: Formula | None = None
    place: tuple[Place, int, int] | None = None  # where, the character, the piece
    body: list[Formula | None] = field(default_factory=list)


class Running:
    """The values of the running signs of a document."""

    def __init__(self, profile: ArrayProfile) -> None:
        self.profile = profile
        self.loops: dict[str, list[_Loop]] = {}

    def signs(self) -> tuple[str, ...]:
        return tuple(s for s, symbol in self.profile.symbols.items() if symbol.kind == KIND)

    def used(self, members: Sequence[Formula | None]) -> list[Formula | None]:
        """The sides of a line with a mark for what each running sign is there."""
        looped = any(self._letter(m) for m in members if m is not None)
        return [None if m is None else self._marked(m, looped) for m in members]

    def assigned(
        self, left: Quantity, members: Sequence[Formula], at: tuple[Place, int, int]
    ) -> None:
        """The value that g ← A = B gives: a derivative that stands there, else the first side."""
        value = next((m for m in members if isinstance(m, Gradient)), members[0])
        self._give(left.sign, value, any(self._letter(m) for m in members), at)

    def lost(self, sign: str) -> None:
        """A value that was not understood."""
        for loop in self.loops.get(sign, [])[-1:]:
            loop.body.append(None)
        self.loops.setdefault(sign, []).append(_Loop())

    def _give(self, sign: str, value: Formula, looped: bool, at: tuple[Place, int, int]) -> None:
        loops = self.loops.setdefault(sign, [])
        if looped and loops:
            loops[-1].body.append(value)
        elif looped:
            loops.append(_Loop(body=[value]))
        else:
            loops.append(_Loop(value, at))

    def _letter(self, formula: Formula) -> str:
        return next((name for name in self.profile.time if occurs(name, formula)), "")

    def _marked(self, formula: Formula, looped: bool) -> Formula:
        if isinstance(formula, Quantity) and self.profile.symbols[formula.sign].kind == KIND:
            loops = self.loops.get(formula.sign) or [_Loop()]
            mark = f"{len(loops)} {len(loops[-1].body) or ('in' if looped else 0)}"
            return replace(formula, label=mark)
        parts = inside(formula)
        return rebuilt(formula, [self._marked(p, looped) for p in parts]) if parts else formula

    # -- at the end

    def settled(self, claims: Sequence[ArrayClaim]) -> list[ArrayClaim]:
        """The claims with the values put in, and those of where each loop begins."""
        found = [self._settled(claim) for claim in claims]
        for sign, loops in self.loops.items():
            for n, loop in enumerate(loops, 1):
                found += self._beginning(sign, n, loop, len(found) + 1)
        return found

    def _settled(self, claim: ArrayClaim) -> ArrayClaim:
        try:
            return replace(
                claim,
                left=claim.left if claim.update else self._put(claim.left),
                right=self._put(claim.right),
                first=None if claim.first is None else self._put(claim.first),
            )
        except NotUnderstood as error:
            problem = Problem(error.fault, error.what, error.next_step, claim.place)
            left, right = self._bare(claim.left), self._bare(claim.right)
            open_ = replace(claim, kind=Kind.CLAIM, left=left, right=right, first=None)
            return replace(open_, problems=(*claim.problems, problem))

    def _bare(self, formula: Formula) -> Formula:
        """The formula without marks."""
        if isinstance(formula, Quantity) and self.profile.symbols[formula.sign].kind == KIND:
            return replace(formula, label="")
        parts = inside(formula)
        return rebuilt(formula, [self._bare(part) for part in parts]) if parts else formula

    def _beginning(self, sign: str, n: int, loop: _Loop, number: int) -> list[ArrayClaim]:
        """That the value before a loop is the one with which its body begins at the last layer."""
        if loop.before is None or loop.place is None or not any(loop.body):
            return []
        try:
            first = self._entering(sign, n)
        except NotUnderstood:
            return []
        letter = self._letter(first)
        left = _at_last(first, letter, self.profile.last)
        place, at, piece = loop.place
        return [ArrayClaim(number, Kind.CLAIM, left, "=", loop.before, place, at, "", piece)]

    def _put(self, formula: Formula) -> Formula:
        if isinstance(formula, Quantity) and self.profile.symbols[formula.sign].kind == KIND:
            n, _, version = formula.label.partition(" ")
            return self._value(formula, int(n), version)
        parts = inside(formula)
        return rebuilt(formula, [self._put(part) for part in parts]) if parts else formula

    def _value(self, one: Quantity, n: int, version: str) -> Formula:
        if version == "in":
            return self._entering(one.sign, n)
        loops = self.loops.get(one.sign, [])
        loop = loops[n - 1] if n <= len(loops) else _Loop()
        value = loop.body[int(version) - 1] if version != "0" else loop.before
        if value is None:
            raise NotUnderstood(
                f"What {one.sign} is here was not understood.", "See the line before.", one.place
            )
        return self._put(value)

    def _entering(self, sign: str, n: int) -> Formula:
        """What the body has left at the layer after this one."""
        loops = self.loops.get(sign, [])
        loop = loops[n - 1] if n <= len(loops) else _Loop()
        if loop.before is None:
            raise NotUnderstood(
                f"What {sign} is before the loop is not said.",
                f"Write {sign} \\leftarrow \\nabla_{{\\hat{{y}}}} J before it.",
                0,
            )
        last = loop.body[-1] if loop.body else None
        if last is None or not isinstance(last, Gradient):
            raise NotUnderstood(
                f"What {sign} is where the loop begins again is not said.",
                f"Write {sign} \\leftarrow \\nabla_{{h^{{(k-1)}}}} J = … at its end.",
                0,
                Fault.NOT_UNDERSTOOD,
            )
        return later(last, self._letter(last), 1)


def is_running(claim: ArrayClaim, profile: ArrayProfile) -> bool:
    """Whether a line only gives a running sign its value."""
    left = claim.left
    return isinstance(left, Quantity) and profile.symbols[left.sign].kind == KIND


def _at_last(formula: Formula, letter: str, last: str) -> Formula:
    """The formula at the last layer."""
    for part in walk(formula):
        time = part.of.time if isinstance(part, Gradient) else None
        if isinstance(part, Gradient) and time is not None and time.letter == letter:
            return replace(part, of=replace(part.of, time=Time(last, time.shift)))
    return formula
