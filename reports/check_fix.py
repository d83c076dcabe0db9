"""A copy of a document in which wrong lines have their nearest right form, each marked.

Only what is wrong is replaced: the right side of a relation, the extent of a brace, the body of a
definition.  The copy is a proposal: it is checked again by whoever writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.check import WRONG, Paper
from reports.check_markdown import bare, opened
from reports.check_words import condition
from reports.edits import Edits
from reports.formula_text import latex_of
from symbolic.reading.chains import Chain, chains
from symbolic.reading.claims import Claim, Kind
from symbolic.reading.documents import Document, Mathematics, cut
from symbolic.reading.formulas import Call, Formula, Plus, SumOver, Times, walk
from symbolic.reading.macros import expanded
from symbolic.reading.nearest import Nearest
from symbolic.reading.profile import Profile
from symbolic.reading.source import NotUnderstood
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
    """A member of a chain, from its relation to its last sign."""

    tokens: tuple[Tok, ...]
    start: int
    end: int


def fixed(paper: Paper) -> Fixed:
    """The document with its nearest right forms."""
    if paper.kind == "latex":
        edits, source = Edits(paper.text), cut(paper.text, paper.kind)
    else:
        edits, source = opened(paper)
    writer = _Writer(paper, edits, source)
    done, left = list[int](), list[int]()
    for claim, right, edit in _changes(paper):
        changed = right is not None and writer.change(claim, right, edit)
        (done if changed else left).append(claim.number)
    return Fixed(edits.result(), tuple(done), tuple(left))


def _changes(paper: Paper) -> Iterator[tuple[Claim, Formula | None, str]]:
    """The definition that mends other lines, then every wrong line that it does not mend.

    A line that stands for several kinds of neurons is replaced only by a form that is the nearest
    one for each of them, and by none that says itself again.
    """
    repair = paper.judgement.repair
    mended: Sequence[int] = ()
    if repair is not None:
        mended = repair.mends
        yield paper.line(repair.definition).claim, repair.right, repair.edit
    for one in paper.judgement.lines:
        near = [case.nearest for case in one.cases if case.nearest is not None]
        if one.word not in WRONG or one.claim.number in mended or not near:
            continue
        for_all = all(
            case.nearest is not None and case.nearest.right == near[0].right for case in one.cases
        )
        itself = one.claim.kind is not Kind.LABEL and one.claim.left in walk(near[0].right)
        safe = for_all and not itself
        yield one.claim, near[0].right if safe else None, _said(near[0])


def _said(nearest: Nearest) -> str:
    under = condition(nearest.under)
    return nearest.edit.rstrip(".") + (f"; right if {under}" if under else "")


class _Writer:
    """Finds where a claim is written and puts the right form there."""

    def __init__(self, paper: Paper, edits: Edits, source: Document) -> None:
        self.paper, self.edits, self.source = paper, edits, source
        self.profile: Profile = paper.profile

    def change(self, claim: Claim, right: Formula, why: str) -> bool:
        """Replace what is wrong in the text of a claim; False where that cannot be done safely."""
        piece = self.source.pieces[claim.piece]
        if not isinstance(piece, Mathematics):
            return False
        if claim.kind is Kind.LABEL:
            found = self._brace(claim, right, piece)
        else:
            part = self._right_side(claim, piece)
            found = None if part is None else (part, latex_of(right, self.profile))
        if found is None:
            return False
        part, words = found
        was = self.edits.text[part.start : part.end]
        if not self.edits.replace(part.start, part.end, words):
            return False
        self._mark(piece, claim, was, why)
        return True

    def _mark(self, piece: Mathematics, claim: Claim, was: str, why: str) -> None:
        """A comment after the line: what stood there and what was changed."""
        said = f"proofprop: changed ({claim.number}), it was {' '.join(was.split())}"
        said += f"; {why}" if why else ""
        at = self.edits.line_end(piece.end)
        margin = self.edits.margin(piece.begin)
        if self.paper.kind == "latex":
            self.edits.insert(at, f"\n% {said}")
            return
        shown = said.replace("--", "- -").replace(">", "&gt;")
        after = "" if bare(self.source) else margin
        end = len(self.edits.text.rstrip()) if bare(self.source) else at
        self.edits.insert(end, f"\n{after}<!-- {shown} -->")

    def _parts(self, piece: Mathematics) -> Iterator[tuple[Chain, list[_Part]]]:
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

    def _part(self, side: tuple[Tok, ...], start: int) -> _Part:
        """From the first sign on that is no blank or &: a \\left is replaced as well."""
        while self.edits.text[start] in " \t\n&":
            start += 1
        return _Part(side, start, side[-1].end)

    def _right_side(self, claim: Claim, piece: Mathematics) -> _Part | None:
        """The right side of a claim; of several rows of cases the one that it is."""
        place = self.source.source.place
        twins = [
            other.number
            for other in self.paper.reading.claims
            if other.piece == claim.piece
            and other.place == claim.place
            and other.kind is not Kind.LABEL
        ]
        for chain, _ in self._parts(piece):
            for n, relation in enumerate(chain.relations):
                at = chain.members[n][0].at if chain.members[n] else relation.at
                if place(at) != claim.place:
                    continue
                if n + 1 < len(chain.members):
                    return self._part(chain.members[n + 1], relation.end)
                row = chain.cases[twins.index(claim.number)].tokens
                return self._part(row, row[0].at)
        return None

    def _brace(self, claim: Claim, right: Formula, piece: Mathematics) -> tuple[_Part, str] | None:
        """The side that holds the brace, written with the brace over the right factors."""
        place = self.source.source.place
        label = latex_of(claim.right, self.profile)
        for chain, parts in self._parts(piece):
            for part in parts:
                if not any(t.kind == "BRACE" and place(t.at) == claim.place for t in part.tokens):
                    continue
                side = self._side(chain, part, claim)
                whole = None if side is None else _braced(side, right)
                if whole is None or sum(t.kind == "BRACE" for t in part.tokens) > 1:
                    return None
                inner = latex_of(right, self.profile)
                words = latex_of(whole, self.profile).replace(
                    rf"\{BRACE}({inner})", rf"\underbrace{{{inner}}}_{{{label}}}"
                )
                return part, words
        return None

    def _side(self, chain: Chain, part: _Part, label: Claim) -> Formula | None:
        """What was read for a member of a chain."""
        place = self.source.source.place
        for claim in self.paper.reading.claims:
            if claim.piece != label.piece or claim.kind is Kind.LABEL:
                continue
            for n, relation in enumerate(chain.relations):
                at = chain.members[n][0].at if chain.members[n] else relation.at
                if place(at) != claim.place:
                    continue
                if chain.members[n] == part.tokens:
                    return claim.left
                if n + 1 < len(chain.members) and chain.members[n + 1] == part.tokens:
                    return claim.right
        return None


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
