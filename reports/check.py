"""A user's document read and judged, its worst verdict, and the object that --json prints."""

from __future__ import annotations

from reports.jsonout import Json, value
from reports.papers import Document, argument_row, source, unread_rows
from reports.progress import bar, clock
from symbolic.errors import InputError
from symbolic.reading.claims import Claim, Reading
from symbolic.reading.findings import Judged, Judgement, Reached
from symbolic.reading.formulas import UNWRITTEN
from symbolic.reading.given import Given
from symbolic.reading.judgement import judge
from symbolic.reading.nearest import Nearest
from symbolic.reading.profile import Profile, open_profile
from symbolic.reading.reading import read_document
from symbolic.reading.rendering import render
from symbolic.reading.symbols import symbols

WRONG = ("refuted", "unjustified")
"""The verdicts of a line that cannot stay as it is."""


class Paper(Document[Reading, Judgement]):
    """A document about the neurons of a graph."""

    @property
    def profile(self) -> Profile:
        """The notation that it was read in."""
        return self.reading.profile

    @property
    def first_broken(self) -> Judged | None:
        """Where it first goes wrong."""
        broken = self.judgement.broken
        if broken is not None:
            return self.line(broken)
        return next((one for one in self.judgement.lines if one.word in WRONG), None)

    def line(self, number: int) -> Judged:
        """The line of this number."""
        return next(one for one in self.judgement.lines if one.claim.number == number)


def checked(name: str, text: str, kind: str, profile: str, network: Given | None = None) -> Paper:
    """A document with the verdict of each of its claims.

    Raises `InputError` where the profile cannot be read, the text is no such document, or its
    definitions are beyond the prover.
    """
    notation = open_profile(profile)
    if network is not None:
        notation = network.read_in(notation)
    try:
        with clock(f"Reading {name}"):
            reading = read_document(text, notation, kind)
        judgement = judge(reading, lambda claims: bar(f"Checking {name}", claims), network)
        return Paper(name, text, kind, reading, judgement)
    except InputError as error:
        if error.file is not None:
            raise
        raise InputError(error.what, file=name) from None


def as_json(paper: Paper) -> Json:
    """The object of one document."""
    reading, judgement = paper.reading, paper.judgement
    result: Json = {
        "verdict": paper.verdict,
        "items": [_item(one, reading.profile) for one in judgement.lines],
        "not_understood": unread_rows(paper.unread),
        "lints": [{**source(slip.place), "what": slip.what} for slip in reading.lints],
        "symbols": [
            {
                "sign": used.sign,
                "meaning": used.meaning,
                "depends_on": list(used.scripts),
                "defined": None if used.defined is None else str(used.defined),
            }
            for used in symbols(reading)
        ],
        "profile": reading.profile.name,
        "derivative": reading.profile.derivative,
    }
    first = paper.first_broken
    result["broken"] = None if first is None else str(first.claim.number)
    repair = judgement.repair
    if repair is not None:
        definition = paper.line(repair.definition).claim
        result["repair"] = {
            "definition": str(repair.definition),
            "statement": _statement(definition, render(repair.right, reading.profile), reading),
            "edit": repair.edit,
            "mends": [str(number) for number in repair.mends],
        }
    return result


def _statement(claim: Claim, right: str, reading: Reading) -> str:
    return f"{render(claim.left, reading.profile)} {claim.relation} {right}"


def _item(one: Judged, profile: Profile) -> Json:
    claim = one.claim
    first = one.cases[0].under if one.cases else ()
    row: Json = {
        "id": str(claim.number),
        "verdict": one.word,
        "statement": claim.latex(profile),
        "under": [str(name) for name in first[0]] if first else [],
        "source": source(claim.place),
        "cases": [_case(case) for case in one.cases],
    }
    if one.elsewhere:
        row["elsewhere"] = [_case(case) for case in one.elsewhere]
    if claim.fault is not None:
        row["kind"] = str(claim.fault.fault)
    bad = next((c.against for c in one.cases if c.word == "refuted" and c.against), None)
    if bad is not None:
        row["counterexample"] = {
            "network": str(bad.world),
            "letters": {
                _SAMPLE.get(name, name): bad.world.name(at)
                if bad.world.names and name in bad.neurons
                else at
                for name, at in bad.named
            },
            "left": value(bad.left),
            "right": value(bad.right),
        }
    nearest = next((c.nearest for c in one.cases if c.nearest is not None), None)
    if nearest is not None:
        row["nearest"] = _nearest(nearest, profile)
    if one.argument is not None:
        row["argument"] = argument_row(one.argument)
    if one.inherits is not None:
        row["inherits"] = str(one.inherits)
    return row


_SAMPLE = {UNWRITTEN.name: "sample"}


def _nearest(nearest: Nearest, profile: Profile) -> Json:
    return {
        "right": render(nearest.right, profile),
        "under": [str(name) for name in nearest.under],
        "edit": nearest.edit,
    }


def _case(case: Reached) -> Json:
    return {
        "verdict": case.word,
        "roles": case.roles,
        "range": case.span,
        "under": [[str(name) for name in one] for one in case.under],
        "why": case.why,
    }
