"""A checked document → the page: the finding, the user's text with its verdicts, the reading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from reports.check import Paper
from reports.check_parts import PageOf
from reports.check_words import statement
from reports.document import (
    Block,
    Code,
    CodeBlock,
    Document,
    Drawn,
    Emphasis,
    Heading,
    Math,
    Paragraph,
    Run,
    Strong,
    Text,
    runs,
)
from reports.formula_text import LETTERS, drawn, unicode_of
from symbolic.reading.context import Context
from symbolic.reading.documents import LeftAlone, Mathematics, Prose, cut
from symbolic.reading.elaborate import Elaborator
from symbolic.reading.findings import Judged
from symbolic.reading.grammar import parse
from symbolic.reading.macros import expanded
from symbolic.reading.markup import plain
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import tokens

_STRESS = re.compile(r"\*\*([^*\s][^*]{0,200}?)\*\*|(?<!\*)\*([^*\s][^*]{0,200}?)\*(?!\*)")


_FENCE = re.compile(r"^[ \t]{0,3}(?:`{3,}|~{3,}).*$\n?", re.MULTILINE)


def check_page(paper: Paper, *, whole: bool = True) -> Document:
    """The page of a checked document.

    `whole` shows the user's words between the formulas, and why assumptions are needed; without it
    only the formulas stand in a row, as a terminal wants them.
    """
    page = PageOf(paper)
    line_by_line = _Text(page).blocks() if whole else page.formulas()
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


class _Text:
    """The pieces of a document as blocks: paragraphs, headings, formulas with verdicts."""

    def __init__(self, page: PageOf) -> None:
        self.page, self.source = page, cut(page.paper.text, page.paper.kind)
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
                    latex = self.source.kind == "latex"
                    yield from self._prose(plain(text) if latex else text)
                case Mathematics():
                    yield from self._mathematics(piece, number)
                case LeftAlone(why, at, end):
                    shown = self.source.source.text[at:end]
                    if why == "code":
                        self.words.append(Code(shown.strip("`")))
                    elif why == "a code block" or why.endswith(" cell"):
                        yield from self._paragraph()
                        yield CodeBlock(_FENCE.sub("", shown))
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
                    self.words += _stressed(space + words + tail, self.source.kind)

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
                self.waiting.append(self.page.line(one, before))
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
        """Signs within words: as our own formula where they can be read, else as typed."""
        try:
            inner, _ = expanded(text, range(len(text)), self.source.macros)
            read = Elaborator(Context(self.page.profile)).read(parse(tokens(inner)))
            return Math(drawn(read, self.page.profile))
        except (NotUnderstood, RecursionError):
            pass
        letters = [letter.strip() for letter in text.split(",")]
        if all(_letter(letter) for letter in letters):
            return Math(Drawn(", ".join(letters), ", ".join(map(unicode_of, letters))))
        shown = unicode_of(text.strip())
        if re.fullmatch(r"\s*[A-Za-z]\s*=\s*[\d, ]+", text):  # the neurons that are meant
            return Math(Drawn(text.strip(), shown))
        return Text(shown) if not re.search(r"[\\{}]", shown) else Code(text.strip())

    def _paragraph(self) -> Iterator[Block]:
        words = self.words
        self.words = []
        if words and any(not isinstance(run, Text) or run.text.strip() for run in words):
            yield Paragraph(tuple(words))
        yield from self.waiting
        self.waiting = []


def _stressed(words: str, kind: str) -> Iterator[Run]:
    """Words of Markdown with what is bold or stressed in them; all else as it is typed."""
    done = 0
    for match in _STRESS.finditer(words) if kind != "latex" else ():
        if words[done : match.start()]:
            yield Text(words[done : match.start()])
        yield Strong(match[1]) if match[1] else Emphasis(match[2])
        done = match.end()
    if words[done:]:
        yield Text(words[done:])


def _letter(text: str) -> bool:
    """Whether it is one letter, Latin or Greek."""
    return (len(text) == 1 and text.isascii() and text.isalpha()) or (
        text[:1] == "\\" and text[1:] in LETTERS and len(LETTERS[text[1:]]) == 1
    )
