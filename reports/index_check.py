"""A document in index notation: what was found, and its JSON object (`index_page.py` draws it)."""

from __future__ import annotations

from reports.index_signs import mended_form
from reports.jsonout import Json
from reports.model_page import numbers
from reports.papers import Document, argument_row, source, unread_rows
from reports.progress import clock
from symbolic.errors import InputError
from symbolic.reading.arrays.findings import ArrayReached, Derived
from symbolic.reading.indexed.claims import IndexReading
from symbolic.reading.indexed.findings import IndexJudged, IndexJudgement
from symbolic.reading.indexed.judgement import judge_indices
from symbolic.reading.indexed.profile import IndexProfile
from symbolic.reading.indexed.reading import read_indices


class IndexPaper(Document[IndexReading, IndexJudgement]):
    """A document in index notation."""

    @property
    def profile(self) -> IndexProfile:
        """The notation that it was read in."""
        return self.reading.profile

    @property
    def first_broken(self) -> IndexJudged | None:
        """Where it first goes wrong."""
        broken = self.judgement.broken
        return None if broken is None else self.line(broken)

    def line(self, number: int) -> IndexJudged:
        """The line of this number."""
        return next(one for one in self.judgement.lines if one.claim.number == number)


def checked(name: str, text: str, kind: str, profile: IndexProfile) -> IndexPaper:
    """A document with the verdict of each of its relations; raises `InputError`."""
    try:
        with clock(f"Checking {name}"):
            reading = read_indices(text, profile, kind)
            return IndexPaper(name, text, kind, reading, judge_indices(reading))
    except InputError as error:
        raise InputError(error.what, file=name) from None


def as_json(paper: IndexPaper) -> Json:
    """The object that --json prints."""
    broken, sections = paper.judgement.broken, paper.reading.sections
    result: Json = {
        "verdict": paper.verdict,
        "items": [_item(one, paper.profile) for one in paper.judgement.lines],
        "not_understood": unread_rows(paper.unread),
        "unsaid": [
            *paper.reading.remarks,
            *(what for one in sections for what in (one.supplied, one.unsaid) if what),
        ],
        "profile": paper.profile.name,
        "broken": None if broken is None else str(broken),
    }
    repair = paper.judgement.repair
    if repair is not None:
        result["repair"] = {
            "definition": str(repair.definition),
            "statement": mended_form(paper.reading, repair),
            "edit": repair.edit,
            "mends": [str(number) for number in repair.mends],
        }
    return result


def _item(one: IndexJudged, profile: IndexProfile) -> Json:
    case = one.cases[0] if one.cases else ArrayReached(one.word)
    row: Json = {
        "id": str(one.claim.number),
        "verdict": one.word,
        "statement": one.claim.latex(profile),
        "under": list(case.under[0]) if case.under else [],
        "source": source(one.claim.place),
    }
    if one.read_as:
        row["read_as"] = one.read_as
    if case.why:
        row["why"] = case.why
    if case.against is not None:
        row["counterexample"] = {
            **numbers(case.against.witness),
            "letters": dict(case.against.letters),
            **(
                {"left": case.against.left, "right": case.against.right}
                if one.claim.of
                else {"difference": case.against.right}  # of the sides, the left less the right
            ),
        }
    if isinstance(case.nearest, Derived):
        row["nearest"] = {"text": case.nearest.text, "edit": case.nearest.edit}
    if one.argument is not None:
        row["argument"] = argument_row(one.argument)
    if one.inherits is not None:
        row["inherits"] = str(one.inherits)
    return row
