"""A document about whole arrays: what was found, and its JSON object (`array_page.py` draws it)."""

from __future__ import annotations

from reports.jsonout import Json
from reports.model_page import numbers
from reports.model_text import latex
from reports.papers import Document, argument_row, source, unread_rows
from reports.progress import clock
from symbolic.errors import InputError
from symbolic.reading.arrays.claims import ArrayClaim, ArrayReading
from symbolic.reading.arrays.findings import ArrayJudged, ArrayJudgement, ArrayReached, Derived
from symbolic.reading.arrays.formulas import Change, Formula
from symbolic.reading.arrays.judgement import judge_arrays
from symbolic.reading.arrays.nearest import ArrayNearest
from symbolic.reading.arrays.profile import ArrayProfile
from symbolic.reading.arrays.reading import read_arrays
from symbolic.reading.arrays.rendering import render


class ArrayPaper(Document[ArrayReading, ArrayJudgement]):
    """A document about whole arrays."""

    @property
    def profile(self) -> ArrayProfile:
        """The notation that it was read in."""
        return self.reading.profile

    @property
    def first_broken(self) -> ArrayJudged | None:
        """Where it first goes wrong."""
        broken = self.judgement.broken
        return None if broken is None else self.line(broken)

    def line(self, number: int) -> ArrayJudged:
        """The line of this number."""
        return next(one for one in self.judgement.lines if one.claim.number == number)


def checked(name: str, text: str, kind: str, profile: ArrayProfile) -> ArrayPaper:
    """A document with the verdict of each of its relations; raises `InputError`."""
    try:
        with clock(f"Checking {name}"):
            reading = read_arrays(text, profile, kind)
            return ArrayPaper(name, text, kind, reading, judge_arrays(reading))
    except InputError as error:
        raise InputError(error.what, file=name) from None


def as_json(paper: ArrayPaper) -> Json:
    """The object that --json prints."""
    judgement = paper.judgement
    result: Json = {
        "verdict": paper.verdict,
        "items": [_item(one, paper.profile) for one in judgement.lines],
        "not_understood": unread_rows(paper.unread),
        "unsaid": list(judgement.remarks),
        "profile": paper.profile.name,
        "broken": None if judgement.broken is None else str(judgement.broken),
    }
    repair = judgement.repair
    if repair is not None:
        definition = paper.line(repair.definition).claim
        result["repair"] = {
            "definition": str(repair.definition),
            "statement": corrected(definition, repair.right, paper.profile),
            "edit": repair.edit,
            "mends": [str(number) for number in repair.mends],
        }
    return result


def _item(one: ArrayJudged, profile: ArrayProfile) -> Json:
    case = one.cases[0] if one.cases else ArrayReached(one.word)
    row: Json = {
        "id": str(one.claim.number),
        "verdict": one.word,
        "statement": one.claim.latex(profile),
        "under": list(case.under[0]) if case.under else [],
        "source": source(one.claim.place),
        "cases": [
            {"verdict": c.word, "range": c.span, "under": list(map(list, c.under)), "why": c.why}
            for c in one.cases
        ],
    }
    if case.against is not None:
        row["counterexample"] = {
            **numbers(case.against.witness),
            "letters": dict(case.against.letters),
            "left": case.against.left,
            "right": case.against.right,
        }
    match case.nearest:
        case ArrayNearest(right, under, edit):
            row["nearest"] = {
                "statement": corrected(one.claim, right, profile),
                "right": render(right, profile),
                "under": list(under),
                "edit": edit,
            }
        case Derived(program, rule, edit):
            row["nearest"] = {"statement": latex(program, rule), "edit": edit}
    if one.argument is not None:
        row["argument"] = argument_row(one.argument)
    if one.inherits is not None:
        row["inherits"] = str(one.inherits)
    return row


def corrected(claim: ArrayClaim, right: Formula, profile: ArrayProfile) -> str:
    """The line with another right side, as it is written."""
    if claim.update and isinstance(claim.left, Change):
        return f"{render(claim.left.of, profile)} \\leftarrow {render(right, profile)}"
    return f"{render(claim.left, profile)} {claim.relation} {render(right, profile)}"
