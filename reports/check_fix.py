"""A copy of a document in which wrong lines have their nearest right forms, each marked.

Only what is wrong is replaced: the right side of a relation, the extent of a brace, the body of a
definition.  It is written in the author's hand where that is read as what is meant, else in that of
the profile, else left to the author.  The copy is a proposal: it is checked again by whoever writes
it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from reports.check import WRONG, Paper
from reports.check_markdown import bare, opened
from reports.check_words import condition
from reports.edits import Edits
from reports.hand import Page, hands
from reports.notebook_edits import NotebookEdits
from symbolic.reading.chains import Chain, chains
from symbolic.reading.claims import Claim, Kind, Reading
from symbolic.reading.documents import Mathematics, cut
from symbolic.reading.formulas import (
    Call,
    Formula,
    Plus,
    SumOver,
    Times,
    canonical,
    walk,
)
from symbolic.reading.macros import expanded
from symbolic.reading.nearest import Nearest
from symbolic.reading.profile import Profile
from symbolic.reading.reading import read_document
from symbolic.reading.setting import prepared
from symbolic.reading.source import NotUnderstood, Place
from symbolic.reading.tokens import Tok, tokens

BRACE = "bracehere"  # stands for the brace while a formula is written


@dataclass(frozen=True)
class Fixed:
    """The copy, the numbers of the lines that were replaced, and of those that could not be."""

    text: str
    replaced: tuple[int, ...]
    left: tuple[int, ...]


@dataclass(frozen=True)
class _Part:
    """A member of a chain, from its first sign to its last."""

    tokens: tuple[Tok, ...]
    start: int
    end: int


@dataclass
class _Change:
    """What is to be put in for a claim, and the ways to write it that are left to be tried."""

    claim: Claim
    right: Formula
    why: str
    part: _Part
    ways: list[str] = field(default_factory=list)


def fixed(paper: Paper) -> Fixed:
    """The document with its nearest right forms."""
    writer = _Writer(paper)
    changes, left = list[_Change](), list[int]()
    for claim, right, why in _changes(paper):
        change = None if right is None else writer.change(claim, right, why)
        overlaps = change is not None and any(
            change.part.start < other.part.end and other.part.start < change.part.end
            for other in changes
        )
        if change is None or overlaps:
            left.append(claim.number)
        else:
            changes.append(change)
    made = writer.settled(changes)
    left += [change.claim.number for change in changes if change not in made]
    text = writer.written(made, marked=True) if made else paper.text
    return Fixed(text, tuple(change.claim.number for change in made), tuple(left))


def _changes(paper: Paper) -> Iterator[tuple[Claim, Formula | None, str]]:
    """The definition that mends other lines, then every wrong line that it does not mend.

    Of a = b = c with a wrong b only b is replaced: what c should be is seen when b is right.
    A line that stands for several kinds of neurons is replaced only by a form that is the nearest
    one for each of them, and by none that says itself again.
    """
    repair = paper.judgement.repair
    mended: Sequence[int] = ()
    if repair is not None:
        mended = repair.mends
        yield paper.line(repair.definition).claim, repair.right, repair.edit
    last: Claim | None = None
    for one in paper.judgement.lines:
        near = [case.nearest for case in one.cases if case.nearest is not None]
        if one.word not in WRONG or one.claim.number in mended or not near:
            continue
        if last is not None and last.piece == one.claim.piece and last.right == one.claim.left:
            continue
        for_all = all(
            case.nearest is not None and case.nearest.right == near[0].right for case in one.cases
        )
        itself = one.claim.kind is not Kind.LABEL and one.claim.left in walk(near[0].right)
        safe = for_all and not itself
        yield one.claim, near[0].right if safe else None, _said(near[0])
        last = one.claim if one.claim.kind is not Kind.LABEL else last


def _said(nearest: Nearest) -> str:
    under = condition(nearest.under)
    return nearest.edit.rstrip(".") + (f"; right if {under}" if under else "")


class _Writer:
    """Finds where a claim is written and puts the right form there."""

    def __init__(self, paper: Paper) -> None:
        self.paper, self.source = paper, cut(paper.text, paper.kind)
        self.profile: Profile = paper.profile
        self.text = self._edits().text
        self.page = Page(self.text, self.profile, self.source.macros)

    def _edits(self, marked: bool = False) -> Edits:
        """The document to be edited, of its own kind; a bare formula `marked` is Markdown."""
        if self.paper.kind == "notebook":
            return NotebookEdits(self.paper.text)
        return opened(self.paper)[0] if marked and self._bare else Edits(self.paper.text)

    @property
    def _bare(self) -> bool:
        return self.paper.kind == "formula" and bare(self.source)

    def change(self, claim: Claim, right: Formula, why: str) -> _Change | None:
        """What is wrong in the text of a claim, with the ways to write it right."""
        piece = self.source.pieces[claim.piece]
        if not isinstance(piece, Mathematics):
            return None
        if claim.kind is Kind.LABEL:
            return self._brace(claim, right, piece, why)
        found = self._right_side(claim, piece)
        if found is None:
            return None
        part, sides = found
        ways = list(dict.fromkeys(hands(self.page, sides, claim, right)))
        return _Change(claim, right, why, part, ways)

    def settled(self, changes: Sequence[_Change]) -> list[_Change]:
        """The changes that are read as what is meant, each in the first such way."""
        while True:
            made = [change for change in changes if change.ways]
            if not made:
                return []
            text = self.written(made)
            wrong = self._misread(made, read_document(text, self.profile, self.paper.kind))
            if wrong is None:
                return made
            del wrong.ways[0]

    def _misread(self, made: Sequence[_Change], now: Reading) -> _Change | None:
        """The first change that is read otherwise, or after which something else is."""
        before = self.paper.reading.claims
        wanted = {change.claim.number: change for change in made}
        read = tuple(zip(now.claims, prepared(now).claims, strict=True))
        for n, old in enumerate(before):
            change = wanted.get(old.number)
            new, meant = read[n] if n < len(read) else (None, None)
            gone = new is None or meant is None or new.piece != old.piece  # it is not understood
            if new is None or meant is None or gone or not _as_wanted(old, change, new, meant):
                return change or _last_before(made, old.number)
        return _last_before(made, len(before)) if len(read) > len(before) else None

    def written(self, made: Sequence[_Change], *, marked: bool = False) -> str:
        """The document with these changes, each `marked` by a comment after its line."""
        edits = self._edits(marked)
        for change in made:
            edits.replace(change.part.start, change.part.end, change.ways[0])
            if marked:
                self._mark(edits, change)
        return edits.result()

    def _mark(self, edits: Edits, change: _Change) -> None:
        """What stood there and what was changed."""
        claim, part = change.claim, change.part
        piece = self.source.pieces[claim.piece]
        assert isinstance(piece, Mathematics)
        was = " ".join(self.text[part.start : part.end].split())
        said = f"proofprop: changed ({claim.number}), it was {was}"
        said += f"; {change.why}" if change.why else ""
        at = edits.line_end(piece.end)
        margin = edits.margin(piece.begin)
        if self.paper.kind == "latex":
            edits.insert(at, f"\n% {said}")
            return
        shown = said.replace("--", "- -").replace(">", "&gt;")
        after = "" if self._bare else margin
        end = len(edits.text.rstrip()) if self._bare else at
        edits.insert(end, f"\n{after}<!-- {shown} -->")

    def _chains(self, piece: Mathematics) -> list[Chain]:
        """The chains of a formula."""
        plain = range(piece.at, piece.at + len(piece.text))
        try:
            text, offsets = expanded(piece.text, plain, self.source.macros)
            return [one for one in chains(tokens(text, offsets)) if isinstance(one, Chain)]
        except NotUnderstood:
            return []

    def _part(self, side: tuple[Tok, ...], start: int) -> _Part:
        """From the first sign on that is no blank or &: a \\left is replaced as well."""
        while self.text[start] in " \t\n&":
            start += 1
        return _Part(side, start, self.page.end(side[-1]))

    def _right_side(
        self, claim: Claim, piece: Mathematics
    ) -> tuple[_Part, list[tuple[Tok, ...]]] | None:
        """The right side of a claim, and all sides; of several rows of cases the one that it is."""
        twins = [
            other.number
            for other in self.paper.reading.claims
            if other.piece == claim.piece
            and other.place == claim.place
            and other.kind is not Kind.LABEL
        ]
        for chain in self._chains(piece):
            for n, relation in enumerate(chain.relations):
                if self._place(chain, n) != claim.place:
                    continue
                end = self.page.end(relation)
                if n + 1 < len(chain.members):
                    return self._part(chain.members[n + 1], end), [*chain.members]
                row = chain.cases[twins.index(claim.number)].tokens
                return self._part(row, row[0].at), [*chain.members, row]
        return None

    def _place(self, chain: Chain, n: int) -> Place:
        """Where a relation of a chain stands, as its claim says it."""
        at = chain.members[n][0].at if chain.members[n] else chain.relations[n].at
        return self.source.source.place(at)

    def _brace(self, claim: Claim, right: Formula, piece: Mathematics, why: str) -> _Change | None:
        """The side that holds the brace, written with the brace over the right factors."""
        place = self.source.source.place
        for chain in self._chains(piece):
            starts = [chain.at, *map(self.page.end, chain.relations)]
            for side, start in zip(chain.members, starts, strict=False):
                if not any(t.kind == "BRACE" and place(t.at) == claim.place for t in side):
                    continue
                written = self._side(chain, side, claim)
                whole = None if written is None else _braced(written, right)
                if whole is None or sum(t.kind == "BRACE" for t in side) > 1:
                    return None
                part = self._part(side, start)
                return _Change(claim, right, why, part, self._with_brace(whole, right, side, claim))
        return None

    def _with_brace(
        self, whole: Formula, inner: Formula, side: tuple[Tok, ...], claim: Claim
    ) -> list[str]:
        """Ways to write a side whose mark is a brace over the inner formula."""
        ways = dict[str, None]()
        for text, group, label in zip(
            hands(self.page, [side], claim, whole),
            hands(self.page, [side], claim, inner),
            hands(self.page, [side], claim, claim.right),
            strict=True,
        ):
            brace = rf"\underbrace{{{group}}}_{{{label}}}"
            ways[text.replace(rf"\operatorname{{{BRACE}}}({group})", brace)] = None
        return list(ways)

    def _side(self, chain: Chain, side: tuple[Tok, ...], label: Claim) -> Formula | None:
        """What was read for a member of a chain."""
        for claim in self.paper.reading.claims:
            if claim.piece != label.piece or claim.kind is Kind.LABEL:
                continue
            for n in range(len(chain.relations)):
                if self._place(chain, n) != claim.place:
                    continue
                if chain.members[n] == side:
                    return claim.left
                if n + 1 < len(chain.members) and chain.members[n + 1] == side:
                    return claim.right
        return None


def _as_wanted(old: Claim, change: _Change | None, new: Claim, meant: Claim) -> bool:
    """Whether a claim is read as it should be; a chain goes on with what is new in it."""
    if change is None:
        return (old.right, old.relation) == (new.right, new.relation)
    want = canonical(change.right)
    sides = [(one.left, one.right)[old.kind is not Kind.LABEL] for one in (new, meant)]
    return want in map(canonical, sides)


def _last_before(made: Sequence[_Change], number: int) -> _Change:
    """Of the changes that stand before a claim the last."""
    return max(
        (change for change in made if change.claim.number <= number),
        key=lambda change: change.claim.number,
        default=made[0],
    )


def _braced(formula: Formula, group: Formula) -> Formula | None:
    """The formula with a mark around the factors of the group, None where they are not there."""
    match formula:
        case Times(factors):
            wanted = list(group.factors) if isinstance(group, Times) else [group]
            rest = list(factors)
            if all(factor in rest for factor in wanted):
                first = min(rest.index(factor) for factor in wanted)
                for factor in wanted:
                    rest.remove(factor)
                rest.insert(first, Call(BRACE, group))
                return rest[0] if len(rest) == 1 else Times(tuple(rest))
            return _within(factors, group, Times)
        case Plus(terms):
            return _within(terms, group, Plus)
        case SumOver(letter, span, body):
            inner = _braced(body, group)
            return None if inner is None else SumOver(letter, span, inner)
        case _:
            return Call(BRACE, group) if formula == group else None


def _within(
    parts: tuple[Formula, ...], group: Formula, kind: type[Times] | type[Plus]
) -> Formula | None:
    """The first part that holds the group."""
    for n, part in enumerate(parts):
        inner = _braced(part, group)
        if inner is not None:
            return kind((*parts[:n], inner, *parts[n + 1 :]))
    return None
