"""A checked document in index notation → the page: the finding, each line with its verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

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
from reports.index_check import IndexPaper
from reports.index_signs import in_signs, mended_form, right_form
from reports.wording import counted, prose
from symbolic.reading.arrays.findings import ArrayReached, Derived
from symbolic.reading.claims import Kind
from symbolic.reading.indexed.findings import IndexJudged


def index_page(paper: IndexPaper) -> Document:
    """The page of a checked document."""
    first = paper.first_broken
    said = prose(_counts(paper))
    if first is not None:
        kind = "" if first.cases else "the definition "
        said = (*said, *runs(f" It first goes wrong in {kind}({first.claim.number}), "))
        said = (*said, *runs(f"{place(first.claim.place)}."))
    said = (*said, *unshown(paper))
    blocks: list[Block] = [
        VerdictBox(MARKS[paper.verdict], TITLES[paper.verdict], said, aside=True)
    ]
    if first is not None:
        blocks += [Heading("Where it first goes wrong", aside=True), _line(first, paper)]
        blocks += _causes(paper)
    blocks += [Heading("Line by line"), *_lines(paper), Heading("How it was read", aside=True)]
    blocks.append(Paragraph((*runs("In the notation "), Code(paper.profile.name), *runs("."))))
    sections = paper.reading.sections
    taken = dict.fromkeys(what for one in sections for what in (one.supplied, one.unsaid) if what)
    blocks += [Paragraph(runs(f"Here {what}.")) for what in paper.reading.remarks]
    blocks += [Paragraph(runs(f"Nothing else being said, {unicode_of(what)}.")) for what in taken]
    return Document(Path(paper.name).name, tuple(blocks))


def _causes(paper: IndexPaper) -> Iterator[Block]:
    """The edit of a definition that mends most, and which lines have their error from which."""
    rows: list[Runs] = []
    repair = paper.judgement.repair
    if repair is not None:
        form = _drawn(mended_form(paper.reading, repair))
        rows.append(mended_words(repair.definition, repair.mends, form, unicode_of(repair.edit)))
    rows += sources(paper.judgement.lines)
    if rows:
        yield Bullets(tuple(rows))


def _counts(paper: IndexPaper) -> str:
    words = [one.word for one in paper.judgement.lines]
    said = {"proved": "proved", "refuted": "wrong", "open": "not decided"}
    found = [
        f"{counted(words.count(word), 'line')} {name}"
        for word, name in said.items()
        if word == "proved" or word in words
    ]
    if "definition" in words:
        found.append(f"{counted(words.count('definition'), 'definition')}")
    if paper.unread:
        found.append(f"{counted(len(paper.unread), 'formula')} not understood")
    return f"{', '.join(found)}.".capitalize()


def _lines(paper: IndexPaper) -> Iterator[Annotated]:
    """All formulas in the order of the document."""
    rows = [(one.claim.place, _line(one, paper)) for one in paper.judgement.lines]
    for entry in paper.unread:
        why = (prose(f"Not understood: {entry.why}"),)
        block = Annotated(Mark.OPEN, None, place(entry.place), None, "=", Code(entry.text), why)
        rows.append((entry.place, block))
    for _, block in sorted(rows, key=lambda row: (row[0].cell, row[0])):
        yield block


def _line(one: IndexJudged, paper: IndexPaper) -> Annotated:
    claim = one.claim
    return Annotated(
        MARKS[one.word],
        claim.number,
        place(claim.place),
        _drawn(claim.left_text),
        claim.relation,
        _drawn(claim.right_text),
        tuple(_notes(one, paper)),
    )


def _drawn(latex: str) -> Math:
    return Math(Drawn(latex, unicode_of(latex)))


def _notes(one: IndexJudged, paper: IndexPaper) -> Iterator[Runs]:
    """All that is said of a line; one that the edit of a definition mends needs no edit itself."""
    repair = paper.judgement.repair
    mended = repair is not None and one.claim.number in repair.mends
    found: list[Runs] = []
    if not one.cases:
        yield prose("Assumed." if one.claim.kind is Kind.ASSUMPTION else "Definition.")
    for case in one.cases:
        case = replace(case, nearest=None) if mended else case
        case = replace(case, why=in_signs(case.why, paper.reading, one))
        found += _case(case, right_form(paper.reading, one), one.claim.of)
    yield from argued(found, one)
    if one.inherits is not None:
        yield runs(f"It has its error from ({one.inherits}).")
    if one.read_as and one.word != "proved":
        yield (*runs("It was read as "), Code(one.read_as), *runs("."))


def _case(case: ArrayReached, right: str | None, of: str) -> Iterator[Runs]:
    """The verdict, the slip, the numbers and the right form."""
    among = f" for {case.span}" if case.span else ""
    if case.word == "proved":
        needed = condition(case.under[0]) if case.under else ""
        yield prose(f"Proved{among}, if {needed}." if needed else f"Proved{among}.")
    elif case.word == "open":
        yield prose(f"Not decided{among}: {case.why.rstrip('.')}.")
    else:
        yield prose(f"Wrong{among}." + (f" {case.why}" if case.why else ""))
    if isinstance(case.nearest, Derived):
        form = Code(case.nearest.text) if right is None else _drawn(right)
        yield (*prose("The nearest right form of the right side: "), form, *runs("."))
    if case.against is not None:
        letters = ", ".join(f"{name} = {at}" for name, at in case.against.letters)
        at = f" at {letters}" if letters else ""
        found = case.against
        said = f"It gives {found.left} on the left and {found.right} on the right"
        if not of:  # it was tried as left side - right side = 0
            said = f"The left side less the right one is {found.right}"
        yield prose(f"{said}{at}, with {found.world}; what is left out is 0.")
