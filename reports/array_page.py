"""A checked document about whole arrays → the page: the finding, each line with its verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from reports.array_check import ArrayPaper, corrected
from reports.check_words import (
    MARKS,
    TITLES,
    argued,
    condition,
    mended_words,
    place,
    sources,
    unshown,
)
from reports.document import (
    Annotated,
    Block,
    Bullets,
    Code,
    Document,
    Drawn,
    Heading,
    Mark,
    Math,
    Paragraph,
    Runs,
    VerdictBox,
    runs,
)
from reports.formula_text import unicode_of
from reports.wording import counted, prose
from symbolic.reading.arrays.claims import ArrayClaim
from symbolic.reading.arrays.findings import ArrayJudged, ArrayJudgement, ArrayReached, Derived
from symbolic.reading.arrays.nearest import ArrayNearest
from symbolic.reading.arrays.profile import ArrayProfile
from symbolic.reading.arrays.rendering import render
from symbolic.reading.claims import Kind


def array_page(paper: ArrayPaper) -> Document:
    """The page of a checked document."""
    reading, judgement, first = paper.reading, paper.judgement, paper.first_broken
    said = prose(_counts(judgement, len(paper.unread)))
    if first is not None:
        kind = "" if first.cases else "the definition "
        said = (*said, *runs(f" It first goes wrong in {kind}({first.claim.number}), "))
        said = (*said, *runs(f"{place(first.claim.place)}."))
    said = (*said, *unshown(paper))
    blocks: list[Block] = [VerdictBox(MARKS[paper.verdict], TITLES[paper.verdict], said)]
    if first is not None:
        blocks += [Heading("Where it first goes wrong"), _line(first, paper)]
        blocks += _causes(paper)
    blocks += [Heading("Line by line"), *_lines(paper)]
    blocks += _listed(
        "Slips of the writing", (f"{place(s.place)}: {s.what}" for s in reading.lints)
    )
    blocks += _listed("Not said in the document", judgement.remarks)
    blocks += [
        Heading("How it was read"),
        Paragraph(prose(f"In the notation of {paper.profile.title}. Shapes come first.")),
    ]
    return Document(Path(paper.name).name, tuple(blocks))


def _causes(paper: ArrayPaper) -> Iterator[Block]:
    """The edit of a definition that mends most, and which lines have their error from which."""
    rows: list[Runs] = []
    repair = paper.judgement.repair
    if repair is not None:
        definition = paper.line(repair.definition).claim
        form = _drawn(corrected(definition, repair.right, paper.profile))
        edit = unicode_of(repair.edit)
        rows.append(mended_words(repair.definition, repair.mends, form, edit))
    rows += sources(paper.judgement.lines)
    if rows:
        yield Bullets(tuple(rows))


def _listed(title: str, items: Iterator[str] | tuple[str, ...]) -> list[Block]:
    rows = tuple(prose(item) for item in items)
    return [Heading(title), Bullets(rows)] if rows else []


def _counts(judgement: ArrayJudgement, unread: int) -> str:
    words = [one.word for one in judgement.lines]
    said = {"proved": "proved", "refuted": "wrong", "open": "not decided"}
    found = [
        f"{counted(words.count(word), 'line')} {name}"
        for word, name in said.items()
        if word == "proved" or word in words
    ]
    if "definition" in words:
        found.append(f"{counted(words.count('definition'), 'definition')}")
    if unread:
        found.append(f"{counted(unread, 'formula')} not understood")
    return f"{', '.join(found)}.".capitalize()


def _lines(paper: ArrayPaper) -> Iterator[Annotated]:
    """All formulas in the order of the document."""
    rows = [(one.claim.place, _line(one, paper)) for one in paper.judgement.lines]
    for entry in paper.unread:
        why = (prose(f"Not understood: {entry.why}"),)
        block = Annotated(Mark.OPEN, None, place(entry.place), None, "=", Code(entry.text), why)
        rows.append((entry.place, block))
    for _, block in sorted(rows, key=lambda row: (row[0].cell, row[0])):
        yield block


def _line(one: ArrayJudged, paper: ArrayPaper) -> Annotated:
    claim, profile = one.claim, paper.profile
    return Annotated(
        MARKS[one.word],
        claim.number,
        place(claim.place),
        _drawn(render(claim.left, profile)),
        claim.relation,
        _drawn(render(claim.right, profile)),
        tuple(_notes(one, paper)),
    )


def _drawn(latex: str) -> Math:
    return Math(Drawn(latex, unicode_of(latex)))


def _notes(one: ArrayJudged, paper: ArrayPaper) -> Iterator[Runs]:
    """All that is said of a line; one that the edit of a definition mends needs no edit itself."""
    claim, repair = one.claim, paper.judgement.repair
    mended = repair is not None and claim.number in repair.mends
    found: list[Runs] = []
    if not one.cases:
        yield prose("Assumed." if claim.kind is Kind.ASSUMPTION else "Definition.")
    for case in one.cases:
        found += _case(replace(case, nearest=None) if mended else case, claim, paper.profile)
    yield from argued(found, one)
    if one.inherits is not None:
        yield runs(f"It has its error from ({one.inherits}).")


def _case(case: ArrayReached, claim: ArrayClaim, profile: ArrayProfile) -> Iterator[Runs]:
    """The verdict, the slip, the numbers and the right form."""
    of = f" for {case.span}" if case.span else ""
    if case.word == "proved":
        needed = condition(case.under[0]) if case.under else ""
        yield prose(f"Proved{of}, if {needed}." if needed else f"Proved{of}.")
    elif case.word == "open":
        yield prose(f"Not decided{of}: {case.why.rstrip('.')}.")
    else:
        yield prose(f"Wrong{of}." + (f" {case.why}" if case.why else ""))
    match case.nearest:
        case ArrayNearest(right, under, edit):
            needed = f", if {condition(under)}" if under else ""
            form = _drawn(corrected(claim, right, profile))
            said = prose(f" ({unicode_of(edit)}){needed}.")
            yield (*runs("The nearest right form: "), form, *said)
        case Derived():
            yield (*prose("Right is: "), Code(case.nearest.text))
    if case.against is not None:
        letters = ", ".join(f"{name} = {at}" for name, at in case.against.letters)
        at = f" at {letters}" if letters else ""
        sides = f"{case.against.left} on the left and {case.against.right} on the right"
        yield prose(f"It gives {sides}{at}, with {case.against.world}; what is left out is 0.")
