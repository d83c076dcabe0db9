"""A checked document → the page: the finding first, the user's text with its verdicts, the reading.

Nothing is decided here; what the judgement says is put where a reader looks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reports.check import Paper
from reports.check_numbers import numbers, short
from reports.check_words import (
    MARKS,
    TITLES,
    alternatives,
    counts,
    notes,
    repair_words,
    statement,
)
from reports.document import (
    Annotated,
    Block,
    Bullets,
    Code,
    Document,
    Drawn,
    Fold,
    Heading,
    Mark,
    Math,
    Paragraph,
    Run,
    Runs,
    Table,
    Text,
    VerdictBox,
    runs,
)
from reports.formula_text import drawn, unicode_of
from reports.wording import counted, listed, prose
from symbolic.errors import InputError
from symbolic.reading.claims import Claim, Entry, Kind, Reading
from symbolic.reading.context import Context
from symbolic.reading.documents import Document as Source
from symbolic.reading.documents import LeftAlone, Mathematics, Prose, cut
from symbolic.reading.elaborate import Elaborator
from symbolic.reading.formulas import Formula, Read, SumOver, bound, walk
from symbolic.reading.grammar import parse
from symbolic.reading.judgement import Judged
from symbolic.reading.markup import plain
from symbolic.reading.profile import Profile
from symbolic.reading.source import NotUnderstood, Place
from symbolic.reading.symbols import symbols
from symbolic.reading.theory import Base, base_of, name_of
from symbolic.reading.tokens import tokens

DERIVATIVES = {
    "total": "∂ is the derivative through every path of the network: what is not downstream of "
    "the quantity it is taken by is held.",
    "direct": "∂ is the derivative through the direct connection only.",
}
DIFFERENTIABLE = "Each φ_j is assumed differentiable wherever it is used."
NETWORK = (
    "The network has no cycles, a weight is 0 where there is no connection, and an input neuron "
    "is fed by none."
)
_LETTERS = re.compile(r"\\?[A-Za-z]+(\s*,\s*\\?[A-Za-z]+)*")


def check_page(paper: Paper, *, whole: bool = True) -> Document:
    """The page of a checked document.

    `whole` shows the user's words between the formulas, and why assumptions are needed; without it
    only the formulas stand in a row, as a terminal wants them.
    """
    page = PageOf(paper)
    line_by_line = page.annotated() if whole else page.formulas()
    return Document(
        Path(paper.name).name,
        (
            page.verdict(),
            *page.finding(),
            Heading("Line by line"),
            *line_by_line,
            *page.ending(),
        ),
    )


def place(at: Place) -> str:
    """Where a line stands, without its column."""
    return f"cell {at.cell}, line {at.line}" if at.cell else f"line {at.line}"


@dataclass
class PageOf:
    paper: Paper
    base: Base | None = field(init=False)

    def __post_init__(self) -> None:
        try:
            self.base = base_of(self.paper.reading)
        except InputError:
            self.base = None

    @property
    def profile(self) -> Profile:
        return self.paper.profile

    # -- first what was found

    def verdict(self) -> VerdictBox:
        paper = self.paper
        words = prose(counts(paper.judgement.lines, len(paper.unread)))
        first = paper.first_broken
        if first is not None:
            at = f" It first goes wrong in ({first.claim.number}), {place(first.claim.place)}: "
            words = (*words, *runs(at, statement(first.claim, self.profile), "."))
        if paper.reading.lints:
            slips = counted(len(paper.reading.lints), "slip")
            words = (*words, *runs(f" At the end: {slips} of the writing."))
        return VerdictBox(MARKS[paper.verdict], TITLES[paper.verdict], words)

    def finding(self) -> Iterator[Block]:
        """The first broken line, with its numbers, and the edit that mends most."""
        paper = self.paper
        first, repair = paper.first_broken, paper.judgement.repair
        if first is None:
            return
        yield Heading("Where it first goes wrong")
        yield self.line(first, None, whole=True)
        others = [o.claim.number for o in paper.judgement.lines if o.inherits is not None]
        if others:
            lines = listed([f"({number})" for number in others], most=8)
            have = "has its error" if len(others) == 1 else "have their errors"
            yield Paragraph(runs(f"{lines} {have} from an earlier line."))
        if repair is not None:
            definition = paper.line(repair.definition).claim
            yield Paragraph(repair_words(repair, definition, self.profile))

    # -- line by line

    def line(self, one: Judged, before: Judged | None, *, whole: bool) -> Annotated:
        """One claim with its verdict; it continues the line before where that ends as it begins."""
        claim = one.claim
        joined = (
            before is not None
            and claim.kind is not Kind.LABEL
            and before.claim.piece == claim.piece
            and before.claim.right == claim.left
        )
        said = notes(one, self.profile)
        shown = whole or one is not self.paper.first_broken
        if not shown:
            said = (*said, runs("Its numbers stand at the top."))
        return Annotated(
            MARKS[one.word],
            claim.number,
            place(claim.place),
            None if joined else Math(drawn(claim.left, self.profile)),
            claim.relation,
            Math(drawn(claim.right, self.profile)),
            said,
            tuple(self._numbers(one, whole)) if shown else (),
        )

    def _numbers(self, one: Judged, whole: bool) -> Iterator[Block]:
        """The numbers that refute a line; those that show why it needs what it needs, folded."""
        wrong = [case for case in one.cases if case.word == "refuted" and case.against]
        for case in wrong[:1]:
            if self.base is not None and case.against is not None:
                yield from numbers(one.claim, case.against, self.base, self.profile)
        if wrong or not whole:
            return
        for case in one.cases:
            if case.word == "proved" and case.against is not None and alternatives(case.under):
                words = f"Without this it fails: {short(case.against, self.profile)}."
                yield Fold("Why the assumption is needed", (Paragraph(prose(words)),))
                return

    def formulas(self) -> Iterator[Block]:
        """All formulas in the order of the document, without the words between them."""
        rows: list[tuple[Place, Block]] = []
        before: Judged | None = None
        for one in self.paper.judgement.lines:
            rows.append((one.claim.place, self.line(one, before, whole=False)))
            before = one
        rows += [(entry.place, self.unread(entry)) for entry in self.paper.unread]
        for _, block in sorted(rows, key=lambda row: (row[0].cell, row[0])):
            yield block

    def unread(self, entry: Entry) -> Annotated:
        why = (runs(f"Not understood: {entry.why}"),)
        return Annotated(Mark.OPEN, None, place(entry.place), None, "=", Code(entry.text), why)

    def annotated(self) -> Iterator[Block]:
        """The words of the user, after each formula its verdict."""
        paper = self.paper
        source = cut(paper.text, paper.kind)
        yield from _Text(self, source).blocks()

    # -- at the end

    def ending(self) -> Iterator[Block]:
        """How the document was read, what it rests on, and its slips."""
        reading = self.paper.reading
        if self.paper.unread:
            yield Heading("Not understood")
            yield Bullets(
                tuple(
                    (*runs(f"{place(e.place)}: "), Code(e.text), *runs(f" {e.why}"))
                    for e in self.paper.unread
                )
            )
        if reading.lints:
            yield Heading("Slips of the writing")
            slips = (f"{place(slip.place)}: {unicode_of(slip.what)}" for slip in reading.lints)
            yield Bullets(tuple(runs(slip) for slip in slips))
        yield Heading("How it was read")
        yield Paragraph(
            runs(f"In the notation of {self.profile.title}. {DERIVATIVES[self.profile.derivative]}")
        )
        used = tuple(self._symbols())
        if used:
            head = (runs("sign"), runs("of each"), runs("defined"), runs("what it is"))
            yield Table(head, used, wide=3)
        yield from self._ranges()
        yield Heading("What everything rests on")
        yield Bullets(tuple(self._rests_on()))

    def _symbols(self) -> Iterator[tuple[Runs, ...]]:
        for used in symbols(self.paper.reading):
            scripts = listed(list(used.scripts)) or "–"
            where = "–" if used.defined is None else f"({used.defined})"
            sign = Math(Drawn(used.sign, unicode_of(used.sign)))
            yield (sign,), runs(scripts), runs(where), runs(used.meaning)

    def _ranges(self) -> Iterator[Block]:
        """What the sums run over, where the document leaves it open."""
        unsaid = [
            f"({claim.number})"
            for claim in self.paper.reading.claims
            if any(_unsaid(total) for side in (claim.left, claim.right) for total in bound(side))
        ]
        if unsaid:
            words = f"The range of a sum is not said in {listed(unsaid, most=8)}; each was tried."
            yield Paragraph(runs(words))

    def _rests_on(self) -> Iterator[Runs]:
        reading = self.paper.reading
        own = reading.definitions
        for claim in own:
            yield runs(f"({claim.number}) ", statement(claim, self.profile))
        stated = {claim.head.array for claim in own if claim.head is not None}
        for claim in _used(self.base, reading):
            if claim.head is not None and claim.head.array not in stated:
                yield runs("as usual in this notation: ", statement(claim, self.profile))
        for claim in reading.claims:
            if claim.kind is Kind.ASSUMPTION:
                yield runs("assumed by the text: ", statement(claim, self.profile))
        yield prose(DIFFERENTIABLE)
        yield runs(NETWORK)


def _unsaid(total: SumOver) -> bool:
    return total.range.kind == "unsaid"


def _used(base: Base | None, reading: Reading) -> Iterator[Claim]:
    """The usual definitions that stand in for what the document uses and does not define."""
    if base is None:
        return
    sides = [side for claim in reading.claims for side in (claim.left, claim.right)]
    waiting, seen = _names(*sides), set[str]()
    while waiting:
        name = waiting.pop()
        if name in base.definitions and name not in seen:
            seen.add(name)
            waiting |= _names(base.definitions[name][1])
    for claim in reading.standard:
        name = "" if claim.head is None else name_of(claim.head)
        if name in seen and base.definitions[name] == (claim.head, claim.right):
            yield claim


def _names(*formulas: Formula) -> set[str]:
    return {name_of(part) for one in formulas for part in walk(one) if isinstance(part, Read)}


class _Text:
    """The pieces of a document as blocks: paragraphs, headings, formulas with verdicts."""

    def __init__(self, page: PageOf, source: Source) -> None:
        self.page, self.source = page, source
        self.words: list[Run] = []
        self.waiting: list[Block] = []  # the verdicts of formulas within the paragraph
        paper = page.paper
        self.claims: dict[int, list[Judged]] = {}
        for one in paper.judgement.lines:
            self.claims.setdefault(one.claim.piece, []).append(one)
        self.unread = {entry.place: entry for entry in paper.unread}

    def blocks(self) -> Iterator[Block]:
        for number, piece in enumerate(self.source.pieces):
            match piece:
                case Prose(text):
                    yield from self._prose(plain(text))
                case Mathematics():
                    yield from self._mathematics(piece, number)
                case LeftAlone(why, at, end):
                    shown = self.source.source.text[at:end]
                    if why == "code":
                        self.words.append(Code(shown.strip("`")))
                case _:
                    self._refused(piece.at)
        yield from self._paragraph()
        for entry in self.unread.values():  # what looks like a formula outside of mathematics
            yield self.page.unread(entry)

    def _prose(self, text: str) -> Iterator[Block]:
        for n, part in enumerate(re.split(r"\n\s*\n", text)):
            if n:
                yield from self._paragraph()
            for m, row in enumerate(part.split("\n")):
                if re.match(r"\s*(?:[-*+]|\d+[.)])\s", row):
                    yield from self._paragraph()
                heading = re.match(r"#{1,6} (.*)", row)
                if heading:
                    yield from self._paragraph()
                    yield Heading(heading[1].strip(), 2)
                    continue
                words = " ".join(row.split())
                space = " " if self.words and (m or row[:1].isspace()) else ""
                tail = " " if row[-1:].isspace() and words else ""
                if space + words + tail:
                    self.words.append(Text(space + words + tail))

    def _mathematics(self, piece: Mathematics, number: int) -> Iterator[Block]:
        judged = self.claims.get(number, [])
        entry = self.unread.pop(self.source.source.place(piece.begin), None)
        if piece.display:
            yield from self._paragraph()
        if not judged and entry is None:
            run = self._mention(piece.text)
            if piece.display:
                yield Paragraph((run,))
            else:
                self.words.append(run)
            return
        before: Judged | None = None
        if not piece.display:
            shown = [statement(one.claim, self.page.profile) for one in judged]
            self.words += runs(*[run for one in shown for run in (", ", one)][1:])
            if not judged and entry is not None:
                self.words.append(Code(piece.text))
        for one in judged:
            if piece.display or one.cases:
                self.waiting.append(self.page.line(one, before, whole=True))
            else:  # a definition within words needs no line of its own
                self.words.append(Text(f" ({one.claim.number})"))
            before = one
        if entry is not None:
            self.waiting.append(self.page.unread(entry))
        if piece.display:
            yield from self._paragraph()

    def _refused(self, at: int) -> None:
        entry = self.unread.pop(self.source.source.place(at), None)
        if entry is not None:
            self.waiting.append(self.page.unread(entry))

    def _mention(self, text: str) -> Run:
        """Signs within words: as formula where they can be read, else as typed."""
        try:
            read = Elaborator(Context(self.page.profile)).read(parse(tokens(text)))
            return Math(drawn(read, self.page.profile))
        except (NotUnderstood, RecursionError):
            pass
        if _LETTERS.fullmatch(text.strip()) and len(text) < 40:
            shown = unicode_of(text.strip())
            if all(len(letter.strip()) == 1 for letter in shown.split(",")):
                return Math(Drawn(text.strip(), shown))
        shown = unicode_of(text.strip())
        return Text(shown) if not re.search(r"[\\{}]", shown) else Code(text.strip())

    def _paragraph(self) -> Iterator[Block]:
        words = self.words
        self.words = []
        if words and any(not isinstance(run, Text) or run.text.strip() for run in words):
            yield Paragraph(tuple(words))
        yield from self.waiting
        self.waiting = []
