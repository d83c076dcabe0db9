"""Where a claim stands in the text of a user, and a right form put in its place and marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from reports import papers
from reports.check_markdown import bare, opened
from reports.edits import Edits
from reports.notebook_edits import NotebookEdits
from symbolic.reading.chains import Chain, chains
from symbolic.reading.claims import Kind
from symbolic.reading.documents import Document, Mathematics, Piece, cut
from symbolic.reading.macros import expanded
from symbolic.reading.source import NotUnderstood, Place
from symbolic.reading.tokens import Tok, tokens


class Located(Protocol):
    """A claim, and the piece and the place where it is written."""

    @property
    def number(self) -> int: ...

    @property
    def kind(self) -> Kind: ...

    @property
    def piece(self) -> int: ...

    @property
    def place(self) -> Place: ...


@dataclass(frozen=True)
class Part:
    """A member of a chain, from its relation to its last sign."""

    tokens: tuple[Tok, ...]
    start: int
    end: int


def writer_of(
    paper: papers.Document[papers.Read, papers.Lines], claims: Sequence[Located]
) -> Writer:
    """What writes in the text of a document."""
    if paper.kind == "latex":
        return Writer(Edits(paper.text), cut(paper.text, paper.kind), claims)
    if paper.kind == "notebook":
        return Writer(NotebookEdits(paper.text), cut(paper.text, paper.kind), claims)
    return Writer(*opened(paper), claims)


class Writer:
    """Finds where a claim of a document is written, and puts the right form there."""

    def __init__(self, edits: Edits, source: Document, claims: Sequence[Located]) -> None:
        self.edits, self.source, self.claims = edits, source, claims

    def change(self, claim: Located, right: str, why: str) -> bool:
        """Replace the right side of a claim; False where that cannot be done safely."""
        part = self._right_side(claim, self.source.pieces[claim.piece])
        return part is not None and self.put(claim, part, right, why)

    def put(self, claim: Located, part: Part, words: str, why: str) -> bool:
        """Replace a part of the text of a claim, and mark it."""
        piece = self.source.pieces[claim.piece]
        assert isinstance(piece, Mathematics)
        was = self.edits.text[part.start : part.end]
        if not self.edits.replace(part.start, part.end, words):
            return False
        self._mark(piece, claim, was, why)
        return True

    def _mark(self, piece: Mathematics, claim: Located, was: str, why: str) -> None:
        """A comment after the line: what stood there and what was changed."""
        said = f"proofprop: changed ({claim.number}), it was {' '.join(was.split())}"
        said += f"; {why}" if why else ""
        at = self._end_of_line(piece)
        margin = self.edits.margin(piece.begin)
        if self.source.kind == "latex":
            self.edits.insert(at, f"\n% {said}")
            return
        shown = said.replace("--", "- -").replace(">", "&gt;")
        after = "" if bare(self.source) else margin
        end = len(self.edits.text.rstrip()) if bare(self.source) else at
        self.edits.insert(end, f"\n{after}<!-- {shown} -->")

    def _end_of_line(self, piece: Mathematics) -> int:
        """The end of the line of a formula, or of one that begins there and goes on."""
        at = self.edits.line_end(piece.end)
        for other in self.source.pieces:
            if isinstance(other, Mathematics) and other.begin < at < other.end:
                at = self.edits.line_end(other.end)
        return at

    def parts(self, piece: Mathematics) -> Iterator[tuple[Chain, list[Part]]]:
        """The chains of a formula with their members; nothing where macros were put in."""
        plain = range(piece.at, piece.at + len(piece.text))
        try:
            text, offsets = expanded(piece.text, plain, self.source.macros)
            if text != piece.text:
                return
            found = chains(tokens(text, offsets))
        except NotUnderstood:
            return
        for chain in found:
            if isinstance(chain, Chain):
                sides = [chain.members[0], *chain.members[1:]]
                starts = [chain.at, *(relation.end for relation in chain.relations)]
                yield (
                    chain,
                    [
                        self._part(side, start)
                        for side, start in zip(sides, starts, strict=False)
                        if side
                    ],
                )

    def _part(self, side: tuple[Tok, ...], start: int) -> Part:
        """From the first sign on that is no blank or &: a \\left is replaced as well."""
        while self.edits.text[start] in " \t\n&":
            start += 1
        return Part(side, start, side[-1].end)

    def _right_side(self, claim: Located, piece: Piece) -> Part | None:
        """The right side of a claim; of several rows of cases the one that it is."""
        if not isinstance(piece, Mathematics):
            return None
        place = self.source.source.place
        twins = [
            other.number
            for other in self.claims
            if other.piece == claim.piece
            and other.place == claim.place
            and other.kind is not Kind.LABEL
        ]
        for chain, _ in self.parts(piece):
            for n, relation in enumerate(chain.relations):
                at = chain.members[n][0].at if chain.members[n] else relation.at
                if place(at) != claim.place:
                    continue
                if n + 1 < len(chain.members):
                    return self._part(chain.members[n + 1], relation.end)
                row = chain.cases[twins.index(claim.number)].tokens
                return self._part(row, row[0].at)
        return None
