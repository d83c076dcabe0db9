"""`proofprop check`: a verdict for each formula of a written derivation, as text or JSON."""

from __future__ import annotations

from reports.jsonout import Json
from reports.progress import clock
from symbolic.errors import InputError
from symbolic.reading.claims import Outcome, Reading
from symbolic.reading.documents import kind_of
from symbolic.reading.judgement import Judgement, Reached, judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document

MARKS = {"proved": "✓", "refuted": "✗", "open": "?", "definition": "·", "assumption": "·"}


def checked(file: str, text: str, profile: str) -> tuple[Reading, Judgement]:
    """A document with the verdict of each of its claims.

    Raises `InputError` where the name says no kind of document, the profile cannot be read, or the
    definitions of the document are beyond the prover.
    """
    notation = open_profile(profile)
    reading = read_document(text, notation, kind_of(file))
    try:
        with clock("checking every line"):
            return reading, judge(reading)
    except InputError as error:
        raise InputError(f"{error}", file=file) from None


def verdict(reading: Reading, judgement: Judgement) -> str:
    """The worst of all; a formula that is not understood leaves the document open."""
    words = {one.word for one in judgement.lines}
    if "refuted" in words:
        return "refuted"
    unread = any(entry.outcome is Outcome.NOT_UNDERSTOOD for entry in reading.ledger)
    return "open" if unread or "open" in words or "proved" not in words else "proved"


def as_text(reading: Reading, judgement: Judgement) -> str:
    """Each claim as it was understood, with its verdict, in the order of the document."""
    lines = [f"read in the notation of {reading.profile.title}", ""]
    for one in judgement.lines:
        lines.append(f"{MARKS[one.word]} {one.claim.place}: {one.claim.latex(reading.profile)}")
        lines += [f"    {_said(case)}" for case in one.cases] or [f"    {one.word}"]
        for case in one.cases:
            if case.against is not None:
                lines += _numbers(case)
    lines += [
        f"? {entry.place}: not understood: {entry.text}\n    {entry.why}"
        for entry in reading.ledger
        if entry.outcome is Outcome.NOT_UNDERSTOOD
    ]
    lines += [f"! {lint.place}: {lint.what}" for lint in reading.lints]
    lines += ["", f"the document is {verdict(reading, judgement)}"]
    return "\n".join(lines) + "\n"


def _said(case: Reached) -> str:
    scope = "; ".join(part for part in (case.roles, case.span) if part)
    what = case.word
    if case.under and case.under != ((),):
        what += " if " + ", or if ".join(" and ".join(s) for s in case.under)
    if case.why:
        what += f" ({case.why})"
    return f"{what} [{scope}]" if scope else what


def _numbers(case: Reached) -> list[str]:
    assert case.against is not None
    letters = ", ".join(f"{n} = {k}" for n, k in case.against.named if n != "·")
    start = "fails otherwise" if case.word == "proved" else "fails"
    return [
        f"    {start}: {case.against.left} against {case.against.right} at {letters or 'any n'}",
        f"      {case.against.world}",
    ]


def as_json(reading: Reading, judgement: Judgement) -> Json:
    """The object that --json prints."""
    items: list[Json] = []
    for one in judgement.lines:
        first = one.cases[0].under if one.cases else ()
        row: Json = {
            "id": str(one.claim.number),
            "verdict": one.word,
            "statement": one.claim.latex(reading.profile),
            "under": [str(name) for name in first[0]] if first else [],
            "source": {"line": one.claim.place.line, "column": one.claim.place.column},
            "cases": [_case(case) for case in one.cases],
        }
        bad = next((c.against for c in one.cases if c.word == "refuted"), None)
        if bad is not None:
            row["counterexample"] = {
                "network": str(bad.world),
                "letters": dict(bad.named),
                "left": str(bad.left),
                "right": str(bad.right),
            }
        items.append(row)
    unread = [
        {"line": e.place.line, "column": e.place.column, "text": e.text, "why": e.why}
        for e in reading.ledger
        if e.outcome is Outcome.NOT_UNDERSTOOD
    ]
    lints = [
        {"line": s.place.line, "column": s.place.column, "what": s.what} for s in reading.lints
    ]
    return {
        "verdict": verdict(reading, judgement),
        "items": items,
        "not_understood": unread,
        "lints": lints,
    }


def _case(case: Reached) -> Json:
    return {
        "verdict": case.word,
        "roles": case.roles,
        "range": case.span,
        "under": [[str(name) for name in one] for one in case.under],
        "why": case.why,
    }
