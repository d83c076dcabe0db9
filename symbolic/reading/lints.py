"""Slips of the writing, as data: nothing here makes a claim right or wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from symbolic.indexed import Count, Num
from symbolic.reading.claims import Claim, Kind, Lint
from symbolic.reading.context import Context, Notes, Seen
from symbolic.reading.definitions import key
from symbolic.reading.formulas import NEURON, Formula, Read, canonical, walk
from symbolic.reading.profile import Profile
from symbolic.reading.rendering import render
from symbolic.reading.scripts import OF_LAYER
from symbolic.reading.source import Source


@dataclass
class Findings:
    """What was noted while the formulas were read; places are characters of the document."""

    seen: list[Seen] = field(default_factory=list)
    shadowed: list[tuple[str, str, int]] = field(default_factory=list)
    bounds: list[tuple[str, int]] = field(default_factory=list)
    unbounded: list[tuple[str, int]] = field(default_factory=list)
    bounded: list[str] = field(default_factory=list)
    counts: list[tuple[str, int]] = field(default_factory=list)

    def note(self, notes: Notes, context: Context) -> None:
        """Take in the notes of one chain."""
        self.seen += notes.seen
        for letter, span, at in notes.sums:
            role = context.role(letter)
            if span.kind == "samples":
                if span.first:
                    self.bounded.append(letter)
                else:
                    self.unbounded.append((letter, at))
            elif role in ("output", "hidden", "input") and span.kind != role:
                self.shadowed.append((letter, role, at))
            if span.kind == "interval" and not span.last.isdigit():
                self.bounds.append((span.last, at))


def lints(
    claims: Sequence[Claim],
    findings: Findings,
    usual: Sequence[Claim],
    profile: Profile,
    source: Source,
) -> tuple[Lint, ...]:
    """Every slip, in the order of the document."""
    found = [
        *_two_signs(findings, source),
        *_dropped(findings, source),
        *_sums(findings, profile, source),
        *_claims(claims),
        *_missing(claims, usual, profile),
    ]
    return tuple(sorted(found, key=lambda lint: (lint.place.cell, lint.place, lint.name)))


def _two_signs(findings: Findings, source: Source) -> list[Lint]:
    first: dict[str, str] = {}
    told: set[tuple[str, str]] = set()
    found = []
    for one in sorted(findings.seen, key=lambda s: s.at):
        sign = first.setdefault(one.array, one.sign)
        if one.array == "phi" and sign != one.sign and (one.array, one.sign) not in told:
            told.add((one.array, one.sign))
            what = f"{one.sign} is new here; {sign} stood for the same function before."
            found.append(Lint("two signs", what, source.place(one.at)))
    return found


def _dropped(findings: Findings, source: Source) -> list[Lint]:
    """A sign that elsewhere carries its argument such as (n), or its sample."""
    found = []
    carriers = {one.sign for one in findings.seen if one.argument and one.array != "phi"}
    sampled = {one.sign for one in findings.seen if one.sample}
    told: set[str] = set()
    for one in sorted(findings.seen, key=lambda s: s.at):
        if one.sign in carriers and not one.argument:
            what = f"{one.sign} stands without the argument that it has elsewhere."
            found.append(Lint("argument dropped", what, source.place(one.at)))
        if (
            one.sign in sampled
            and one.sample is False
            and one.sign not in told
            and (one.array != "E")
        ):
            told.add(one.sign)
            what = f"From here on {one.sign} is written without its sample."
            found.append(Lint("sample dropped", what, source.place(one.at)))
    return found


def _sums(findings: Findings, profile: Profile, source: Source) -> list[Lint]:
    found = []
    for letter, role, at in findings.shadowed:
        what = f"The bound index {letter} hides the {role} neuron {letter} of the text."
        found.append(Lint("shadowed index", what, source.place(at)))
    told: set[str] = set()
    for name, at in findings.bounds:
        units = OF_LAYER.fullmatch(name)
        if units and units[2] in profile.letters:  # s_{l+1}: those of a layer
            continue
        if name not in profile.sizes and name not in told:
            told.add(name)
            what = f"The bound {name} of the sum is never introduced."
            found.append(Lint("undeclared bound", what, source.place(at)))
    for letter, at in findings.unbounded:
        what = f"The sum over {letter} has no bounds; it is read over all samples."
        found.append(Lint("sum without bounds", what, source.place(at)))
    for letter, at in findings.counts:
        what = f"{letter} is used as a number of neurons and as an index."
        found.append(Lint("count and index", what, source.place(at)))
    return found


def _claims(claims: Sequence[Claim]) -> list[Lint]:
    found = []
    for claim in claims:
        match claim.relation, claim.left, claim.right:
            case ">=", Count(size), Num(value) if claim.kind is Kind.ASSUMPTION and value <= 1:
                what = f"{size} >= {value} excludes nothing; is {size} = 1 meant?"
                found.append(Lint("vacuous assumption", what, claim.place))
        if claim.kind is Kind.LABEL and claim.others:
            what = (
                "The brace stands over a part of a product; a wider or narrower one may be meant."
            )
            found.append(Lint("brace extent", what, claim.place))
    return found


def _missing(claims: Sequence[Claim], usual: Sequence[Claim], profile: Profile) -> list[Lint]:
    """Usual definitions of arrays that are used and never stated, and a cost without any."""
    used: dict[tuple[str, ...], Claim] = {}
    stated: set[tuple[str, ...]] = set()
    for claim in claims:
        for side in (claim.left, claim.right):
            for part in walk(side):
                if isinstance(part, Read):
                    used.setdefault(key(part), claim)
        if claim.kind in (Kind.DEFINITION, Kind.RESTATEMENT) and claim.head is not None:
            stated.add(key(claim.head))
    forms = {canonical(claim.left, claim.right) for claim in claims}
    known = {key(one.head) for one in usual if one.head is not None}
    found = []
    for name, claim in used.items():
        if name[0] == "E" and NEURON.name not in name and name not in stated | known:
            parts = (*walk(claim.left), *walk(claim.right))
            cost = next(p for p in parts if isinstance(p, Read) and key(p) == name)
            what = "has no definition; it is any differentiable function of the outputs."
            if ("e",) in used:
                what = "has no definition; it is read as half the sum of the squared error signals."
            found.append(Lint("open cost", f"{render(cost, profile)} {what}", claim.place))
    for one in usual:
        assert one.head is not None
        name = key(one.head)
        if name in used and name not in stated and canonical(one.left, one.right) not in forms:
            what = f"{_equation(one.left, one.right, profile)} is used and never stated."
            found.append(Lint("missing definition", what, used[name].place))
    return found


def _equation(left: Formula, right: Formula, profile: Profile) -> str:
    return f"{render(left, profile)} = {render(right, profile)}"
