"""A checked document → the user's own Markdown with a note after each formula.

The user's text is kept as it is; notes are quotes of their own, or a mark behind a formula that
stands within words.
"""

from __future__ import annotations

from bisect import bisect_right

from reports import papers
from reports.check import Paper
from reports.check_parts import PageOf
from reports.check_words import MARKS
from reports.document import Annotated, Block
from reports.edits import Edits
from reports.markdown import block_markdown, blocks_markdown
from symbolic.errors import InputError
from symbolic.reading.documents import CHECKED, Document, LeftAlone, Mathematics, cut
from symbolic.reading.findings import Judged


def check_markdown(paper: Paper) -> str:
    """The text with its notes; raises `InputError` for a LaTeX file, which is no Markdown."""
    edits, source = opened(paper)
    notes = _Notes(paper, edits)
    notes.top(source)
    for number, piece in enumerate(source.pieces):
        if isinstance(piece, Mathematics):
            notes.formula(piece, number)
    notes.rest()
    notes.bottom()
    return edits.result()


def opened(paper: papers.Document[papers.Read, papers.Lines]) -> tuple[Edits, Document]:
    """The document as Markdown to be edited: a notebook is its cells, a bare formula a display."""
    if paper.kind == "latex":
        raise InputError(
            "a LaTeX document has its notes in a .tex, .html or .txt file", file=paper.name
        )
    source = cut(paper.text, paper.kind)
    if paper.kind == "notebook":
        edits = Edits(source.source.text)
        for piece in source.pieces:
            if (
                isinstance(piece, LeftAlone)
                and piece.why.endswith(" cell")
                and piece.end > piece.at
            ):
                edits.insert(piece.at, "```\n")
                edits.insert(piece.end, "\n```")
        return edits, source
    edits = Edits(paper.text)
    if paper.kind == "formula" and bare(source):
        edits.insert(0, "$$\n")
        edits.insert(len(edits.text.rstrip()), "\n$$")
    return edits, source


def bare(source: Document) -> bool:
    """Whether the document is one formula without delimiters."""
    match source.pieces:
        case (Mathematics(text=text),):
            return text == source.source.text.strip()
    return False


class _Notes:
    """The notes of one document, put where a reader finds them."""

    def __init__(self, paper: Paper, edits: Edits) -> None:
        self.paper, self.edits = paper, edits
        self.page = PageOf(paper)
        self.claims: dict[int, list[Judged]] = {}
        for one in paper.judgement.lines:
            self.claims.setdefault(one.claim.piece, []).append(one)
        self.unread = {entry.place: entry for entry in paper.unread}
        self.source = cut(paper.text, paper.kind).source

    def quote(self, at: int, blocks: list[Block], margin: str = "") -> None:
        """Blocks as a quote of its own after the line that ends here."""
        rows = [f"{margin}> {row}".rstrip() for row in blocks_markdown(blocks)]
        gap = "" if self.edits.text[at + 1 : at + 2] in ("\n", "") else "\n" + margin.rstrip()
        self.edits.insert(at, "\n".join(("", margin.rstrip(), *rows)) + gap)

    def top(self, source: Document) -> None:
        """The verdict and the first finding, before everything but the front matter."""
        blocks = [self.page.verdict(), *list(self.page.finding())[1:]]
        rows = [f"> {row}".rstrip() for row in blocks_markdown(blocks)]
        first = source.pieces[0] if source.pieces else None
        if isinstance(first, LeftAlone) and first.why == "the front matter":
            self.edits.insert(first.end, "\n".join(("\n", *rows)))
        else:
            self.edits.insert(0, "\n".join((*rows, "", "")), first=True)

    def formula(self, piece: Mathematics, number: int) -> None:
        """After a display its notes; after a formula within words its mark, the notes below."""
        judged = self.claims.get(number, [])
        entry = self.unread.pop(self.source.place(piece.begin), None)
        lines: list[Annotated] = []
        before: Judged | None = None
        for one in judged:
            lines.append(self.page.line(one, before))
            before = one
        if entry is not None:
            lines.append(self.page.unread(entry))
        if not lines:
            return
        if piece.display:
            at = self.edits.line_end(piece.end)
        else:
            marks = ", ".join(f"{MARKS[o.word].value} ({o.claim.number})" for o in judged) or "?"
            self.edits.insert(piece.end, f" {marks}")
            at = self.edits.paragraph_end(piece.end)
            lines = [line for line in lines if line.blocks or line.mark.value != "·"]
        if lines:
            self.quote(at, [*lines], self.edits.margin(piece.begin))

    def rest(self) -> None:
        """What looks like a formula outside of mathematics, after its line."""
        starts = [0, *(n + 1 for n, c in enumerate(self.edits.text) if c == "\n")]
        cells = {number: at for at, number in self.source.cells}
        begin, end = 0, -1  # of the paragraph of the entry before
        for entry in self.unread.values():
            first = bisect_right(starts, cells.get(entry.place.cell, 0)) - 1
            at = starts[min(first + entry.place.line - 1, len(starts) - 1)]
            if not begin <= at <= end:
                begin, end = at, self.edits.paragraph_end(at)
            self.quote(end, [self.page.unread(entry)])

    def bottom(self) -> None:
        """How it was read, after the last line."""
        rows = [row for block in self.page.ending() for row in ("", *block_markdown(block))]
        end = len(self.edits.text)
        lead = "" if self.edits.text.endswith("\n") else "\n"
        self.edits.insert(end, "\n".join((f"{lead}\n{CHECKED}\n\n---", *rows)) + "\n")
