"""A copy of a document in which wrong lines have their nearest right form, each marked.

Only what is wrong is replaced: the right side of a relation, the extent of a brace, the body of a
definition.  The copy is a proposal: it is checked again by whoever writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.check import Paper
from reports.check_markdown import opened
from reports.check_places import Located, Part, Writer
from reports.check_words import condition
from reports.edits import Edits
from reports.formula_text import latex_of
from reports.papers import Document, Lines, Read
from symbolic.reading.chains import Chain
from symbolic.reading.claims import Claim, Kind
from symbolic.reading.documents import Mathematics, cut
from symbolic.reading.formulas import Call, Formula, Plus, SumOver, Times, walk
from symbolic.reading.nearest import Nearest

BRACE = "bracehere"  # stands for the brace while a formula is written


@dataclass(frozen=True)
class Fixed:
    """The copy, the numbers of the lines that were replaced, and of those that could not be."""

    text: str
    replaced: tuple[int, ...]
    left: tuple[int, ...]


def fixed(paper: Paper) -> Fixed:
    """The document with its nearest right forms."""
    writer = writer_of(paper, paper.reading.claims)
    braces = _Braces(paper, writer)
    done, left = list[int](), list[int]()
    for claim, right, edit in _changes(paper):
        if right is None:
            changed = False
        elif claim.kind is Kind.LABEL:
            changed = braces.change(claim, right, edit)
        else:
            changed = writer.change(claim, latex_of(right, paper.profile), edit)
        (done if changed else left).append(claim.number)
    return Fixed(writer.edits.result(), tuple(done), tuple(left))


def writer_of(paper: Document[Read, Lines], claims: Sequence[Located]) -> Writer:
    """What writes in the text of a document."""
    if paper.kind == "latex":
        return Writer(Edits(paper.text), cut(paper.text, paper.kind), claims)
    return Writer(*opened(paper), claims)


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
        if one.word != "refuted" or one.claim.number in mended or not near:
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


class _Braces:
    """Puts a brace of a paper over the right factors."""

    def __init__(self, paper: Paper, writer: Writer) -> None:
        self.paper, self.writer = paper, writer

    def change(self, claim: Claim, right: Formula, why: str) -> bool:
        """Replace the side that holds the brace; False where that cannot be done safely."""
        piece = self.writer.source.pieces[claim.piece]
        found = self._brace(claim, right, piece) if isinstance(piece, Mathematics) else None
        return found is not None and self.writer.put(claim, *found, why)

    def _brace(self, claim: Claim, right: Formula, piece: Mathematics) -> tuple[Part, str] | None:
        """The side that holds the brace, written with the brace over the right factors."""
        place = self.writer.source.source.place
        label = latex_of(claim.right, self.paper.profile)
        for chain, parts in self.writer.parts(piece):
            for part in parts:
                if not any(t.kind == "BRACE" and place(t.at) == claim.place for t in part.tokens):
                    continue
                side = self._side(chain, part, claim)
                whole = None if side is None else _braced(side, right)
                if whole is None or sum(t.kind == "BRACE" for t in part.tokens) > 1:
                    return None
                inner = latex_of(right, self.paper.profile)
                words = latex_of(whole, self.paper.profile).replace(
                    rf"\{BRACE}({inner})", rf"\underbrace{{{inner}}}_{{{label}}}"
                )
                return part, words
        return None

    def _side(self, chain: Chain, part: Part, label: Claim) -> Formula | None:
        """What was read for a member of a chain."""
        place = self.writer.source.source.place
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
