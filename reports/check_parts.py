"""The parts of the page of a checked document: the finding, a line with its verdict, the reading.

Nothing is decided here; what the judgement says is put where a reader looks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from reports.check import Paper
from reports.check_numbers import numbers, short
from reports.check_words import (
    FAULTY,
    MARKS,
    TITLES,
    alternatives,
    counts,
    faults,
    notes,
    place,
    repair_words,
    sources,
    statement,
    unshown,
)
from reports.document import (
    Annotated,
    Block,
    Bullets,
    Code,
    Drawn,
    Fold,
    Heading,
    Mark,
    Math,
    Paragraph,
    Runs,
    Table,
    VerdictBox,
    runs,
)
from reports.formula_text import drawn, joined, unicode_of
from reports.wording import counted, listed, prose
from symbolic.errors import InputError
from symbolic.reading.base import Base, base_of, name_of
from symbolic.reading.claims import Claim, Entry, Kind, Lint, Reading
from symbolic.reading.findings import Judged
from symbolic.reading.formulas import Formula, Read, SumOver, bound, walk
from symbolic.reading.named import with_named
from symbolic.reading.profile import Profile
from symbolic.reading.setting import prepared
from symbolic.reading.source import DEFINITE, Place
from symbolic.reading.symbols import symbols

DERIVATIVES = {
    "total": "∂ is the derivative through every path of the network: what is not downstream of "
    "the quantity it is taken by is held.",
    "direct": "∂ is the derivative through the direct connection only.",
}
NETWORK = (
    "The network has no cycles, a weight is 0 where there is no connection, and an input neuron "
    "is fed by none."
)
TWO_LAYERS = (
    "Where weights have the numbers (1) and (2), the first lead from the inputs to the hidden "
    "neurons and the second from these to the outputs; there are no other connections."
)


@dataclass
class PageOf:
    """The parts of the page of one document.

    `meant` is the reading that was judged, `base` what its numbers are computed from.
    """

    paper: Paper
    base: Base | None = field(init=False)
    meant: Reading = field(init=False)

    def __post_init__(self) -> None:
        self.meant = prepared(self.paper.reading)
        try:
            self.base = base_of(self.meant)
        except InputError:
            self.base = None

    @property
    def profile(self) -> Profile:
        return self.paper.profile

    # -- first what was found

    def verdict(self) -> VerdictBox:
        paper = self.paper
        faulty = faults(paper.judgement.lines, paper.unread)
        words = prose(counts(paper.judgement.lines, paper.unread))
        first = paper.first_broken
        if first is not None:
            kind = "" if first.cases else "the definition "
            at = f" It first goes wrong in {kind}({first.claim.number}), "
            at += f"{place(first.claim.place)}: "
            words = (*words, *runs(at, statement(first.claim, self.profile), "."))
        words = (*words, *unshown(paper))
        if paper.reading.lints:
            slips = counted(len({slip.what for slip in paper.reading.lints}), "slip")
            words = (*words, *runs(f" At the end: {slips} of the writing."))
        title = FAULTY if paper.verdict == "unjustified" and faulty else TITLES[paper.verdict]
        return VerdictBox(MARKS[paper.verdict], title, words, aside=True)

    def finding(self) -> Iterator[Block]:
        """The first broken line, with its numbers, and the edit that mends most."""
        paper = self.paper
        first, repair = paper.first_broken, paper.judgement.repair
        if first is None:
            return
        yield Heading("Where it first goes wrong", aside=True)
        shown = self.at_top
        if repair is not None:
            definition = paper.line(repair.definition)
            yield self.line(definition, None)
            yield Bullets((repair_words(repair, definition.claim, self.profile),))
        if shown is not None:
            line = replace(self.line(shown, None), notes=self.notes(shown))
            yield replace(line, blocks=tuple(self.written_out(shown)))
        elif repair is None:
            yield self.line(first, None)
        yield from self._inherited()

    @property
    def at_top(self) -> Judged | None:
        """The line whose numbers stand at the top: the first broken one, or the first mended."""
        repair = self.paper.judgement.repair
        if repair is not None and repair.mends:
            return self.paper.line(repair.mends[0])
        first = self.paper.first_broken
        shown = first is not None and any(case.against is not None for case in first.cases)
        return first if first is not None and shown and first.word == "refuted" else None

    def _inherited(self) -> Iterator[Block]:
        """Which lines have their error from which."""
        said = sources(self.paper.judgement.lines)
        if said:
            yield Bullets(tuple(said))

    # -- line by line

    def line(self, one: Judged, before: Judged | None, *, whole: bool = True) -> Annotated:
        """One claim with its verdict; it continues the line before where that ends as it begins."""
        claim = one.claim
        continued = (
            before is not None
            and claim.kind is not Kind.LABEL
            and before.claim.piece == claim.piece
            and before.claim.right == claim.left
        )
        said, blocks = self.numbers(one, whole)
        return Annotated(
            MARKS[one.word],
            claim.number,
            place(claim.place),
            None if continued else Math(drawn(claim.left, self.profile)),
            claim.relation,
            Math(drawn(claim.right, self.profile)),
            (*self.notes(one), *said),
            blocks,
        )

    def notes(self, one: Judged) -> tuple[Runs, ...]:
        """What is said of a line; one that the edit of a definition mends needs no edit itself."""
        repair = self.paper.judgement.repair
        if repair is not None and one.claim.number in repair.mends:
            one = replace(one, cases=tuple(replace(case, nearest=None) for case in one.told))
        return notes(one, self.profile)

    def numbers(self, one: Judged, whole: bool) -> tuple[tuple[Runs, ...], tuple[Block, ...]]:
        """What refutes a line or shows why it needs what it needs: one sentence, or folded.

        Those of one line stand at the top.
        """
        if one is self.at_top:
            return (runs("Its numbers stand at the top."),), ()
        for case in one.told:
            if case.against is None:
                continue
            said = short(case.against, self.profile)
            if case.word == "refuted" and whole:
                return (), (Fold("Numbers that show it", tuple(self.written_out(one))),)
            if case.word == "refuted":
                return (prose(f"It gives {said}."),), ()
            if whole and case.word == "proved" and alternatives(case.under):
                words = Paragraph(prose(f"Without this it fails: {said}."))
                return (), (Fold("Why the assumption is needed", (words,)),)
        return (), ()

    def written_out(self, one: Judged) -> Iterator[Block]:
        """The network that refutes a line, with everything that it computes."""
        for case in one.told:
            if case.word != "refuted" or case.against is None:
                continue
            if self.base is None:
                yield Paragraph(prose(f"It gives {short(case.against, self.profile)}."))
            else:
                base = with_named(self.base, case.taking) or self.base
                yield from numbers(one.claim, case.against, base, self.profile)
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
        why = (runs(f"{str(entry.fault).capitalize()}: {entry.why}"),)
        mark = Mark.UNJUSTIFIED if entry.fault in DEFINITE else Mark.OPEN
        return Annotated(mark, None, place(entry.place), None, "=", Code(entry.text), why)

    # -- at the end

    def ending(self) -> Iterator[Block]:
        """How the document was read, what it rests on, and its slips."""
        reading = self.paper.reading
        if self.paper.unread:
            yield Heading("Not understood", aside=True)
            yield Bullets(
                tuple(
                    (*runs(f"{place(e.place)}: "), Code(e.text), *runs(f" {e.why}"))
                    for e in self.paper.unread
                )
            )
        if reading.lints:
            yield Heading("Slips of the writing", aside=True)
            yield Bullets(
                tuple(
                    (*runs(f"{_places(places)}: "), *prose(_readable(what)))
                    for what, places in _once(reading.lints)
                )
            )
        yield Heading("How it was read", aside=True)
        yield Paragraph(
            runs(f"In the notation of {self.profile.title}. {DERIVATIVES[self.profile.derivative]}")
        )
        used = tuple(self._symbols())
        if used:
            head = (runs("sign"), runs("of each"), runs("defined"), runs("what it is"))
            yield Table(head, used, wide=3)
        yield from self._ranges()
        yield Heading("What everything rests on", aside=True)
        yield Bullets(tuple(self._rests_on()))

    def _symbols(self) -> Iterator[tuple[Runs, ...]]:
        for used in symbols(self.paper.reading):
            scripts = listed(_counted(used.scripts)) or "–"
            where = "–" if used.defined is None else f"({used.defined})"
            sign = Math(Drawn(used.sign, unicode_of(used.sign)))
            yield (sign,), runs(scripts), runs(where), prose(used.meaning)

    def _ranges(self) -> Iterator[Block]:
        """The sign of δ, and what the sums run over, where the document leaves it open."""
        if self.base is not None and "delta" in self.base.definitions:
            head, body = self.base.definitions["delta"]
            signed = Math(joined(drawn(head, self.profile), "=", drawn(body, self.profile)))
            yield Paragraph(runs("The sign of the local gradient: ", signed, "."))
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
        for claim in _used(self.base, self.meant):
            if claim.head is not None and claim.head.array not in stated:
                yield runs("as usual in this notation: ", statement(claim, self.profile))
        for claim in reading.claims:
            if claim.kind is Kind.ASSUMPTION:
                yield runs("assumed by the text: ", statement(claim, self.profile))
        phi = self.profile.of_array("phi")
        below = "_{j}" if "neuron" in phi.subscript else ""
        each = Math(Drawn(phi.sign + below, unicode_of(phi.sign + below)))
        yield runs("Each ", each, " is assumed differentiable wherever it is used.")
        if self.base is not None and self.base.shared_out:
            yield runs("An output neuron feeds no neuron: its signal reads all outputs.")
        if self.meant.profile.two_layers:
            yield runs(TWO_LAYERS)
        yield runs(NETWORK)


def _once(slips: Sequence[Lint]) -> list[tuple[str, list[Place]]]:
    """What is said of the writing, each thing once with all its places."""
    found: dict[str, list[Place]] = {}
    for slip in slips:
        found.setdefault(slip.what, []).append(slip.place)
    return list(found.items())


def _places(places: Sequence[Place]) -> str:
    """line 8; line 8 and five more"""
    more = len(places) - 1
    return place(places[0]) + (f" and {counted(more, 'more place')}" if more else "")


def _counted(sorts: tuple[str, ...]) -> list[str]:
    """The sorts of the scripts of a sign, each once: of each neuron and sample, of two neurons."""
    found = dict.fromkeys(sorts)
    return [sort if sorts.count(sort) == 1 else f"two {sort}s" for sort in found]


def _readable(words: str) -> str:
    """Words of the reader, whose formulas are LaTeX, with the signs of our own prose."""
    shown = unicode_of(words).replace(">=", "≥").replace("<=", "≤")
    return re.sub(r"(?<=[ =(])-(?=[ \w∂(])", "−", shown)


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
