r"""Document in index notation → relations by section, and the ledger of every piece.

A section begins where, after a heading, words say over what letters run.  It has its own arrays,
its own cost and its own hypotheses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from symbolic.reading.arguments import with_indicators
from symbolic.reading.beside import behind, without_range
from symbolic.reading.chains import Chain, chains
from symbolic.reading.citations import NOTHING, Marks
from symbolic.reading.claims import Kind, Outcome
from symbolic.reading.cost_names import cost_names
from symbolic.reading.documents import Document, LeftAlone, Mathematics, Prose, Unread, cut
from symbolic.reading.far_sums import far_reaching
from symbolic.reading.grammar import parse
from symbolic.reading.indexed.claims import IndexClaim, IndexReading
from symbolic.reading.indexed.letters import RUNS, spelled_out, without_declarations
from symbolic.reading.indexed.lines import Gathered, Line, Unknown
from symbolic.reading.indexed.naming import named
from symbolic.reading.indexed.profile import IndexProfile
from symbolic.reading.indexed.rows import (
    ANY,
    bracket_of,
    conditioned,
    groups,
    is_unknown,
    sides,
    span_in,
    where,
)
from symbolic.reading.indexed.sections import resolved
from symbolic.reading.indexed.steps import STEP, as_change, is_change
from symbolic.reading.ledger import Ledger
from symbolic.reading.macros import expanded
from symbolic.reading.markup import ends, plain
from symbolic.reading.notes import unframed
from symbolic.reading.operators import stroked, with_terms
from symbolic.reading.pairs import (
    LETTERS,
    Pair,
    is_pair,
    of_row,
    said_before,
    said_behind,
    without_said,
)
from symbolic.reading.pairs import unread as unread_pair
from symbolic.reading.prose import after, conditional, lead, unread
from symbolic.reading.sides import paired
from symbolic.reading.source import Fault, NotUnderstood, Place, Problem
from symbolic.reading.tokens import Tok, tokens
from symbolic.reading.tree import Node

_WITH = re.compile(r"\bwith\s*$", re.IGNORECASE)
_UNDER = re.compile(r"[✓✗?!·\s]*(?:where \$[^$]*\$ is 1;\s*)?(?:Under:|proved under\b)")
_DOTS = re.compile(r"\\(?:dots|ldots)(?:\{\})?")
_BRACES = re.compile(r"(?<!\\)[{}]")
_LAYOUT = re.compile(r"\\\\|&|\\[,;:!]|\\q?quad\b|\\[bB]ig[lr]\b")
FARTHEST = 400
"""How many characters after a formula are looked at for words that deny it."""


def read_indices(text: str, profile: IndexProfile, kind: str = "markdown") -> IndexReading:
    r"""Every relation of a document, with nothing dropped silently.

    `kind` is markdown, latex, notebook or formula.  Never raises for what stands in the document;
    raises `InputError` where it is no such document at all.

    >>> from symbolic.reading.indexed.profile import index_profile
    >>> text = (
    ...     r"Here $j$ runs over the neurons: $$\mathcal{E} = \sum_j v_j^2$$ "
    ...     r"$$\frac{\partial \mathcal{E}}{\partial v_j} = 2 v_j$$"
    ... )
    >>> [claim.kind.value for claim in read_indices(text, index_profile("indices")).claims]
    ['definition', 'claim']
    """
    return _Reader(cut(text, kind), profile).reading()


def _told(problem: Problem) -> str:
    """A problem where it is said already that something is not understood."""
    fault = "" if problem.fault is Fault.NOT_UNDERSTOOD else f"{problem.fault}: "
    return f"{problem.place}: {fault}{problem.what} {problem.next_step}".rstrip()


class _Reader:
    def __init__(self, document: Document, profile: IndexProfile) -> None:
        self.costs = cost_names(document, profile.cost, profile.scripts != "names")
        more = tuple(word for word in self.costs.words if word not in profile.cost)
        self.profile = replace(profile, cost=(*profile.cost, *more))
        self.remarks = [*self.costs.said]
        self.document, self.source = document, document.source
        self.sections = [Gathered(0)]
        self.headed = True  # whether a heading stands after the last declaration
        self.ledger = Ledger(document)
        self.marks = Marks(document)
        self.cites = NOTHING  # what the formulas of this piece follow from
        self.count = 0
        self.words = ""  # since the last formula
        self.broken = False  # whether a condition of this sentence was not understood
        self.claimed = False  # whether something was claimed in it
        self.cue = ""
        self.within: Node | None = None  # the range that this sentence says
        self.within_from = 0  # where in the words that was said
        self.pairs: tuple[Pair, ...] = ()  # of letters that are one index, or two, in this sentence
        self.last: tuple[Node, str] | None = None  # what a line continues that begins with =
        self.head: Node | None = None
        self.head_text = ""

    def reading(self) -> IndexReading:
        pieces = self.document.pieces
        for number, piece in enumerate(pieces):
            match piece:
                case Prose(text):
                    self.words += words_of(self.marks.written(text))
                case LeftAlone(why, at, end):
                    self.ledger.enter(at, end, False, Outcome.LEFT_ALONE, why)
                case Unread(what, step, at, end):
                    self.ledger.refuse(NotUnderstood(what, step, at), at, end, False)
                    self._lose(at)
                case Mathematics():
                    self._mathematics(piece, number)
        self._listen()
        for at, _ in self.ledger.outside():
            earlier = [one.number for one in self.sections if one.at <= at]
            for one in self.sections[max(earlier, default=0) :][:2]:
                self._lose(at, one)
        return self._resolved()

    def _resolved(self) -> IndexReading:
        found = [resolved(one, self.profile, self.source) for one in self.sections]
        claims = sorted((c for _, many in found for c in many), key=lambda c: c.number)
        kinds = {claim.number: claim for claim in claims}
        entries = []
        for entry in self.ledger.entries:
            own = [kinds[n] for n in entry.claims if n in kinds]
            why = " ".join(_told(p) for claim in own for p in claim.problems)
            if why:
                entry = replace(entry, outcome=Outcome.NOT_UNDERSTOOD, why=why)
            elif own and entry.outcome is Outcome.CLAIM:
                entry = replace(entry, outcome=_outcome({claim.kind for claim in own}))
            entries.append(entry)
        readable = [claim for claim in claims if not claim.problems]
        problems = [*self.ledger.problems, *(p for claim in claims for p in claim.problems)]
        problems.sort(key=lambda p: (p.place.cell, p.place))
        sections = tuple(section for section, _ in found)
        return IndexReading(
            self.profile,
            tuple(readable),
            tuple(entries),
            tuple(problems),
            sections,
            marks=self.marks.lines((c.number, c.piece, c.begins) for c in readable),
            remarks=tuple(self.remarks),
        )

    # -- pieces

    def _whole(self, chain: Chain) -> Chain:
        """The chain with brackets around what its sums take."""
        whole = far_reaching(chain)
        if whole != chain:
            line = self.source.place(chain.at).line
            self.remarks.append(f"the sum in line {line} takes both logarithms")
        return whole

    def _following(self, number: int) -> str:
        text = ""
        for piece in self.document.pieces[number + 1 :]:
            if isinstance(piece, Prose):
                text += words_of(self.marks.written(piece.text))
            elif isinstance(piece, Mathematics) and not piece.display:
                text += "all" if span_in(piece.text) is not None else _quoted(piece.text)
            else:
                break
            if len(text) > FARTHEST:
                break
        return text

    def _lose(self, at: int, section: Gathered | None = None) -> None:
        """What was not understood here may define what later lines read."""
        section = self.sections[-1] if section is None else section
        section.lost = section.lost or (
            f"what stands at {self.source.place(at)} is not understood and may define what it reads"
        )

    def _mathematics(self, piece: Mathematics, number: int) -> None:
        span = None if piece.display else span_in(piece.text)
        if span is not None:
            self.ledger.enter(piece.begin, piece.end, piece.display, Outcome.MENTION)
            self.words += "all"
            self.within, self.within_from = bracket_of(span), len(self.words)
            return
        if not piece.display and self._has_indices and is_pair(piece.text, LETTERS):
            self.ledger.enter(piece.begin, piece.end, piece.display, Outcome.MENTION)
            self.words += _quoted(piece.text)
            return
        offsets: Sequence[int] = range(piece.at, piece.at + len(piece.text))
        text, ending = without_range(piece, span_in)
        bare = unframed(text)
        found: list[Chain | tuple[Tok, ...]] = []
        try:
            text, offsets = expanded(bare, offsets, self.document.macros)
            for group in groups(stroked(self.costs.put(tokens(text, offsets)))):
                if is_unknown(group):
                    found.append(group)
                else:
                    real = [one for one in chains(group) if isinstance(one, Chain)]
                    found += [step for one in real for step in as_change(self._whole(one))]
        except NotUnderstood as error:
            self._listen(piece.begin)
            self.broken = self.broken or conditional(self.words)
            self.words, self.last = "", None
            self.ledger.refuse(error, piece.begin, piece.end, piece.display)
            if "=" in piece.text:
                self._lose(piece.begin)
            return
        if not found:
            shown = f" ${piece.text.strip()[:60]}$ "
            self.words += shown if piece.display else _quoted(piece.text)
            self.ledger.enter(piece.begin, piece.end, piece.display, Outcome.MENTION)
            return
        self._listen(piece.begin)
        earlier = self.within
        beside = ending or behind(self.document.pieces, number, span_in)
        if beside is not None:
            self.within = bracket_of(beside)
        before, troubles = self.count, list[NotUnderstood]()
        found, pairs = self._with_pairs(found)
        for n, one in enumerate(found):
            tail = self._following(number) if n == len(found) - 1 else ""
            self._one(one, n == 0, tail, number, troubles, pairs[n])
        self.within, self.within_from = earlier, 0
        last = found[-1]
        if isinstance(last, Chain) and last.stopped:
            self.broken, self.cue, self.claimed, self.within = False, "", False, None
            self.pairs = ()
        numbers = tuple(range(before + 1, self.count + 1))
        why = " ".join(f"{e.what} {e.next_step}".strip() for e in troubles)
        outcome = Outcome.NOT_UNDERSTOOD if troubles else Outcome.CLAIM
        self.ledger.enter(piece.begin, piece.end, piece.display, outcome, why, numbers)

    @property
    def _has_indices(self) -> bool:
        """Whether letters below signs are indices, and no parts of names."""
        return self.profile.scripts != "names"

    def _with_pairs(
        self, found: list[Chain | tuple[Tok, ...]]
    ) -> tuple[list[Chain | tuple[Tok, ...]], list[tuple[Pair, ...]]]:
        """The formulas but those that say of the one before them that i = j, and what they say."""
        real = [one for one in found if isinstance(one, Chain)]
        if len(real) < len(found) or not self._has_indices:
            return found, [()] * len(found)
        kept, pairs = paired(real, LETTERS)
        return [*kept], pairs

    def _one(
        self,
        one: Chain | tuple[Tok, ...],
        first: bool,
        following: str,
        piece: int,
        troubles: list[NotUnderstood],
        pairs: tuple[Pair, ...] = (),
    ) -> None:
        try:
            if isinstance(one, Chain):
                self._chain(one, first, following, piece, pairs)
            else:
                self._unknown(one, first, following, piece)
        except (NotUnderstood, RecursionError) as error:
            at = _start(one)
            trouble = (
                error
                if isinstance(error, NotUnderstood)
                else (NotUnderstood("The formula is too deep.", "Split it.", at))
            )
            troubles.append(trouble)
            self.ledger.trouble(trouble)
            self.broken = self.broken or conditional(self.words)
            self.last = None
            head = self._head(one)
            if isinstance(one, Chain) and _is_derivative(one.members[0]):
                pass  # it defines nothing
            elif head:
                why = f"what stands at {self.source.place(at)} is not understood and may define it"
                self.sections[-1].unread.append((head, why))
            else:
                self._lose(at)
        else:
            self.claimed = True
        self.words = ""

    def _head(self, one: Chain | tuple[Tok, ...]) -> str:
        """The sign that a formula begins with, where every sign with its scripts is a number."""
        if self.profile.scripts != "names" or not isinstance(one, Chain):
            return ""
        try:
            found = named(one.members[0], self.profile)
        except NotUnderstood:
            return ""
        return found[0].text if [t.kind for t in found] == ["SYM"] else ""

    # -- words

    def _listen(self, at: int = 0) -> None:
        """Take in the words since the last formula; those that declare letters begin a section."""
        self.headed = self.headed or "\n# " in self.words
        if RUNS.search(spelled_out(" ".join(self.words.split()))) and self.headed:
            before, mark, self.words = self.words.rpartition("\n# ")
            self.words = mark + self.words
            self.sections[-1].words += f" {before}"
            if self.sections[-1].lines or self.sections[-1].words.strip():
                self.sections.append(Gathered(len(self.sections), at=at))
            self.headed = False
        self.sections[-1].words += f" {self.words}"
        if ends(self.words, self.claimed):
            self.broken, self.cue, self.claimed, self.pairs = False, "", False, ()
        if self._has_indices:
            self.pairs = said_before(self.words, LETTERS) or self.pairs
            self.broken = self.broken or unread_pair(self.words, LETTERS)
        if ends(self.words[self.within_from :], self.claimed):
            self.within = None

    def _cue(
        self, before: str, inner: str, after_: str, following: str, at: int, first: bool
    ) -> str:
        """The cue of a formula; raises `NotUnderstood` where words may change what it claims."""
        if self.broken:
            raise NotUnderstood(
                "A condition before it in its sentence was not understood.", "See there.", at
            )
        known = self.profile.words
        before = without_said(before, LETTERS) if self._has_indices else before
        outer = lead(without_declarations(before), known) if first else lead("")
        within = lead(inner, known, embedded=True)
        trouble = outer.why or within.why
        trouble = trouble or after(after_, True, known).why or after(following).why
        trouble = trouble or unread(inner) or unread(after_)
        if trouble:
            raise NotUnderstood(
                f"Read, but not taken as a claim: {trouble}.",
                "Say it with let, then, since, therefore, ….",
                at,
            )
        cue = within.cue or outer.cue
        if cue == "and" or not (cue or first):  # as the formula before it in this sentence
            cue = self.cue
        if cue == "for" and _WITH.search(f"{before} {inner}"):
            cue = "with"  # a definition, or what is known of given entries
        self.cue = cue
        if cue in ("if", "for"):
            raise NotUnderstood(
                "A formula after if or for would be a condition; conditions are not read here.",
                "Say assume.",
                at,
            )
        return cue

    # -- formulas

    def _unknown(self, row: tuple[Tok, ...], first: bool, following: str, piece: int) -> None:
        """a = any differentiable function of b with slope s."""
        relation = next((n for n, token in enumerate(row) if token.kind == "REL"), -1)
        if relation < 0 or row[relation].text not in ("=", ":="):
            raise NotUnderstood(
                "What is this a function of?", "Write y = \\text{any …}.", row[0].at
            )
        left, right = sides(row[:relation]), row[relation + 1 :]
        self._cue(self.words, "", "", following, row[0].at, first)
        groups: list[list[Tok]] = []
        for token in right:
            if token.kind == "TEXT":
                said = " ".join(token.text.split())
                want = ANY if not groups else "with slope" if len(groups) % 2 else "and of"
                if said != want:
                    raise NotUnderstood(f"Here {want!r} is read.", "", token.at)
                groups.append([])
            elif not groups:
                raise NotUnderstood("A function is said in words.", f"Write {ANY}.", token.at)
            else:
                groups[-1].append(token)
        if len(groups) % 2:
            raise NotUnderstood("Its slope is not said.", "Write with slope.", row[0].at)
        trees = [parse(sides(group)) for group in groups]
        of = tuple(zip(trees[::2], trees[1::2], strict=True))
        claim = self._claim(left, right, row[relation], "", piece)
        self._keep(Line(claim, parse(left), Unknown(of), row[0].at))
        self.last = None

    def _chain(
        self, chain: Chain, first: bool, following: str, piece: int, pairs: tuple[Pair, ...]
    ) -> None:
        if first and _UNDER.match(self._paragraph()):
            self._assumed(chain, piece)
            return
        words = self.words if first else ""
        self.cites = self.marks.cites(chain, words, following, NOTHING if first else self.cites)
        beside, following = where(chain.after, following)
        chain = replace(chain, after="") if beside is not None and chain.after else chain
        if self._has_indices:
            inner, within = said_behind(chain.after, LETTERS)
            chain = replace(chain, after=within)
            outer, following = said_behind(following, LETTERS)
            pairs = (*self.pairs, *pairs, *(one for one in (inner, outer) if one is not None))
        beside = conditioned(beside or self.within, pairs, chain.at)
        cue = self._cue(self.words, chain.before, chain.after, following, chain.at, first)
        for relation in chain.relations:
            about = relation.text == "\\approx" and self.profile.scripts == "names"
            if relation.text not in ("=", ":=", STEP) and not about:
                raise NotUnderstood(
                    f"The relation {relation.text} is not read here.", "Write =.", relation.at
                )
        if chain.cases:
            self._cases(chain, cue, piece, pairs)
            return
        self._members(chain, cue, piece, beside, pairs)

    def _cases(self, chain: Chain, cue: str, piece: int, pairs: tuple[Pair, ...]) -> None:
        """A line for each row of cases: if i = j, otherwise."""
        pair: Pair | None = None
        for case in chain.cases:
            pair = of_row(case.condition, pair, LETTERS) if self._has_indices else None
            if pair is None:
                what = "Cases are read here for i = j and for i \\neq j."
                raise NotUnderstood(what, "Claim each by itself.", chain.at)
            beside = conditioned(self.within, (*pairs, pair), chain.at)
            row = replace(chain, members=(*chain.members, case.tokens), cases=())
            self._members(row, cue, piece, beside, (*pairs, pair))
        self.last = None

    def _members(
        self,
        chain: Chain,
        cue: str,
        piece: int,
        beside: Node | str | None,
        pairs: tuple[Pair, ...],
    ) -> None:
        """The relations of a chain, under what is said beside it."""
        members = [named(member, self.profile) for member in chain.members]
        trees = [
            parse(with_terms(with_indicators(member))) if member else None for member in members
        ]
        opening = trees[0]
        continued = opening is None
        if opening is None:
            if self.last is None:
                raise NotUnderstood(
                    "This line begins with a relation and continues nothing that was understood.",
                    "Write its left side.",
                    chain.at,
                )
            left, left_text = self.last
        else:
            left, left_text = opening, self._text(chain.members[0])
            self.head, self.head_text = opening, left_text
        for n, (relation, right) in enumerate(zip(chain.relations, trees[1:], strict=True)):
            assert right is not None
            claim = self._claim(chain.members[n], chain.members[n + 1], relation, cue, piece)
            cites = self.cites.of(relation, n + 1 == len(chain.relations))
            said = ", ".join(dict.fromkeys(pair.words for pair in pairs))
            claim = replace(claim, left_text=left_text, cites=cites, said=said)
            opens = n == 0 and not continued
            at = chain.members[n][0].at if chain.members[n] else relation.at
            head = None if opens else self.head
            step = relation.text == STEP
            claim = replace(claim, relation="=") if step else claim
            self._keep(Line(claim, left, right, at, head, beside, self.head_text, step))
            left, left_text = right, claim.right_text
        self.last = left, left_text

    def _assumed(self, chain: Chain, piece: int) -> None:
        """A hypothesis, in a paragraph that begins with Under."""
        if len(chain.members) != 2 or not chain.members[0] or chain.relations[0].text != "=":
            raise NotUnderstood("This assumption is not used here.", "", chain.at)
        claim = self._claim(*chain.members, chain.relations[0], "assume", piece)
        left, right = map(parse, chain.members)
        self.sections[-1].assumed.append(Line(claim, left, right, chain.at))

    def _paragraph(self) -> str:
        """The words of this paragraph up to here; formulas before it in it are read already."""
        words = re.split(r"\n\s*\n", self.sections[-1].words)[-1]
        return words.strip()

    def _claim(
        self, left: Sequence[Tok], right: Sequence[Tok], relation: Tok, cue: str, piece: int
    ) -> IndexClaim:
        self.count += 1
        begins = left[0].at if left else relation.at
        place: Place = self.source.place(begins)
        return IndexClaim(
            self.count,
            Kind.CLAIM,
            self._text(left),
            relation.text,
            self._text(right),
            place,
            cue,
            piece,
            self.sections[-1].number,
            begins=begins,
        )

    def _text(self, member: Sequence[Tok]) -> str:
        """A side as it stands in the document, in one line."""
        if not member:
            return ""
        text = self.source.text[member[0].at : member[-1].end]
        change = "\\Delta " if is_change(member) else ""
        return change + " ".join(_LAYOUT.sub(" ", text).split())

    def _keep(self, line: Line) -> None:
        self.sections[-1].lines.append(line)


def words_of(text: str) -> str:
    """Prose without its markup."""
    return _BRACES.sub("", plain(_DOTS.sub("…", text)).replace("~", " "))


def _quoted(text: str) -> str:
    """A mention as words; the mark of a proved line on a LaTeX page is a mark."""
    return "✓" if text.strip() in ("\\surd", "\\checkmark") else f"${text}$"


def _outcome(kinds: set[Kind]) -> Outcome:
    if kinds == {Kind.ASSUMPTION}:
        return Outcome.ASSUMPTION
    return Outcome.DEFINITION if kinds == {Kind.DEFINITION} else Outcome.CLAIM


def _is_derivative(member: Sequence[Tok]) -> bool:
    """Whether a side is a fraction of ∂."""
    return [t.kind for t in member[:3]] in (["FRAC", "LB", "PARTIAL"], ["FRAC", "PARTIAL", "SYM"])


def _start(one: Chain | tuple[Tok, ...]) -> int:
    return one.at if isinstance(one, Chain) else one[0].at
