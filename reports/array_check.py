"""A document about whole arrays: what was found, and its JSON object (`array_page.py` draws it)."""

from __future__ import annotations

from reports.check import source
from reports.jsonout import Json
from reports.model_page import numbers
from reports.model_text import latex
from reports.progress import clock
from symbolic.errors import InputError
from symbolic.reading.arrays.claims import ArrayReading
from symbolic.reading.arrays.judgement import (
    ArrayJudged,
    ArrayJudgement,
    ArrayReached,
    judge_arrays,
)
from symbolic.reading.arrays.profile import ArrayProfile
from symbolic.reading.arrays.reading import read_arrays
from symbolic.reading.claims import Outcome


def checked(
    file: str, text: str, kind: str, profile: ArrayProfile
) -> tuple[ArrayReading, ArrayJudgement]:
    """A document with the verdict of each of its relations; raises `InputError`."""
    try:
        with clock("checking every line"):
            reading = read_arrays(text, profile, kind)
            return reading, judge_arrays(reading)
    except InputError as error:
        raise InputError(error.what, file=file) from None


def verdict(reading: ArrayReading, judgement: ArrayJudgement) -> str:
    """The worst of all; a formula that is not understood leaves the document open."""
    words = {one.word for one in judgement.lines}
    if "refuted" in words:
        return "refuted"
    unread = any(entry.outcome is Outcome.NOT_UNDERSTOOD for entry in reading.ledger)
    return "open" if unread or "open" in words or "proved" not in words else "proved"


def as_json(reading: ArrayReading, judgement: ArrayJudgement) -> Json:
    """The object that --json prints."""
    return {
        "verdict": verdict(reading, judgement),
        "items": [_item(one, reading) for one in judgement.lines],
        "not_understood": [
            {**source(e.place), "text": e.text, "why": e.why}
            for e in reading.ledger
            if e.outcome is Outcome.NOT_UNDERSTOOD
        ],
        "unsaid": list(judgement.remarks),
        "profile": reading.profile.name,
        "broken": None if judgement.broken is None else str(judgement.broken),
    }


def _item(one: ArrayJudged, reading: ArrayReading) -> Json:
    case = one.cases[0] if one.cases else ArrayReached(one.word)
    row: Json = {
        "id": str(one.claim.number),
        "verdict": one.word,
        "statement": one.claim.latex(reading.profile),
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
    if case.nearest is not None:
        row["nearest"] = {
            "statement": latex(case.nearest.program, case.nearest.rule),
            "edit": case.nearest.edit,
        }
    return row
