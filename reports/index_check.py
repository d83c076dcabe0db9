"""A document in index notation: what was found, and its JSON object (`index_page.py` draws it)."""

from __future__ import annotations

from reports.jsonout import Json
from reports.model_page import numbers
from reports.papers import Document, source, unread_rows
from reports.progress import clock
from symbolic.errors import InputError
from symbolic.reading.arrays.findings import ArrayReached, Derived
from symbolic.reading.indexed.claims import IndexReading
from symbolic.reading.indexed.judgement import IndexJudged, IndexJudgement, judge_indices
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
        return next((o for o in self.judgement.lines if o.claim.number == broken), None)


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
    broken = paper.judgement.broken
    return {
        "verdict": paper.verdict,
        "items": [_item(one, paper.profile) for one in paper.judgement.lines],
        "not_understood": unread_rows(paper.unread),
        "profile": paper.profile.name,
        "broken": None if broken is None else str(broken),
    }


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
    return row
