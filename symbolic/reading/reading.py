"""Document + profile → claims: roles of letters, definitions, chains, and the ledger of pieces."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from symbolic.reading.chains import Chain, chains
from symbolic.reading.claims import Claim, Entry, Kind, Outcome, Reading
from symbolic.reading.context import Context, Notes, Role
from symbolic.reading.definitions import Definitions, standard
from symbolic.reading.documents import Document, LeftAlone, Mathematics, Prose, Unread, cut
from symbolic.reading.elaborate import Elaborator
from symbolic.reading.formulas import (
    UNWRITTEN,
    Formula,
    Range,
    bound,
    free,
    with_range,
)
from symbolic.reading.grammar import parse
from symbolic.reading.ledger import plain_pieces
from symbolic.reading.lints import Findings, lints
from symbolic.reading.macros import expanded
from symbolic.reading.profile import Profile
from symbolic.reading.prose import after, lead, said, sums_over
from symbolic.reading.source import Fault, NotUnderstood, Problem
from symbolic.reading.tokens import Tok, tokens

_HEADING = re.compile(
    r"^(#{1,6} [^\n]*)$|\\(?:sub)*(?:section|paragraph)\*?\{([^}\n]*)\}", re.MULTILINE
)
_MARKUP = re.compile(
    r"\\(?:label|ref|eqref|cite\w*|begin|end|includegraphics)\s*(?:\[[^\]]*\])?\{[^}]*\}"
    r"|\\[A-Za-z]+\*?|<[^<>\n]{1,200}>|!?\[([^\[\]\n]{0,300})\]\([^()\n]{0,500}\)"
)
_TRAILING = re.compile(r"[\s,(]*(?:where|for|with|if|when|and where|here)\b")
FARTHEST = 400
"""How many characters after a formula are looked at for words that deny it."""


def read_document(text: str, profile: Profile, kind: str = "markdown") -> Reading:
    """Every claim of a document, with nothing dropped silently.

    `kind` is markdown, latex, notebook or formula.  Never raises for what stands in the document;
    raises `InputError` where it is no such document at all.

    >>> from symbolic.reading.profile import open_profile
    >>> reading = read_document("let $e_j = d_j - y_j$.", open_profile("haykin"))
    >>> [claim.kind.value for claim in reading.claims]
    ['definition']
    """
    return _Reader(cut(text, kind), profile).reading()


def reread(claim: Claim, profile: Profile) -> tuple[Formula, Formula]:
    """The two sides read again from how they were rendered; equal to those of the claim."""
    context = Context(profile, {role.letter: role for role in claim.roles})
    sides = claim.latex(profile)
    [chain] = chains(tokens(sides))
    assert isinstance(chain, Chain)
    left, right = (Elaborator(context).read(parse(member)) for member in chain.members)
    return left, right


class _Reader:
    def __init__(self, document: Document, profile: Profile) -> None:
        self.document, self.profile, self.source = document, profile, document.source
        self.roles: dict[str, Role] = {}
        self.local: dict[str, Role] = {}  # said with if or for every, until the sentence ends
        self.definitions = Definitions(profile, self.source)
        self.claims: list[Claim] = []
        self.ledger: list[tuple[int, Entry]] = []
        self.problems: list[Problem] = []
        self.findings = Findings()
        self.words = ""  # since the last formula
        self.mentions: list[int] = []  # where the mentions among these words stand
        self.told = 0  # how much of the words has been searched for roles
        self.chain: tuple[Formula, frozenset[object]] | None = None
        self.cue = ""

    def reading(self) -> Reading:
        pieces = self.document.pieces
        for number, piece in enumerate(pieces):
            match piece:
                case Prose(text):
                    self.words += _plain(text)
                case LeftAlone(why, at, end):
                    self._enter(at, end, False, Outcome.LEFT_ALONE, why)
                case Unread(what, step, at, end):
                    self._refused(NotUnderstood(what, step, at), at, end, False)
                case Mathematics():
                    self._mathematics(piece, self._following(pieces, number), number)
        self._listen()
        self._plain()
        known = standard(self.profile)
        entries = tuple(entry for _, entry in sorted(self.ledger, key=lambda pair: pair[0]))
        slips = lints(self.claims, self.findings, known, self.profile, self.source)
        problems = tuple(sorted(self.problems, key=lambda p: (p.place.cell, p.place)))
        return Reading(self.profile, tuple(self.claims), entries, problems, slips, known)

    # -- pieces

    def _following(self, pieces: Sequence[object], number: int) -> str:
        text = ""
        for piece in pieces[number + 1 :]:
            if isinstance(piece, Prose):
                text += _plain(piece.text)
            elif isinstance(piece, Mathematics) and not piece.display:
                text += f"${piece.text}$"
            else:
                break
            if len(text) > FARTHEST:
                break
        return text

    def _enter(
        self,
        at: int,
        end: int,
        display: bool,
        outcome: Outcome,
        why: str = "",
        claims: tuple[int, ...] = (),
    ) -> None:
        text = " ".join(self.source.text[at : min(end, at + 5_200)].split())
        shown = text if len(text) <= 400 else text[:400] + "…"
        entry = Entry(self.source.place(at), shown, display, outcome, why, claims)
        self.ledger.append((at, entry))

    def _refused(self, error: NotUnderstood, at: int, end: int, display: bool) -> None:
        problem = self.source.problem(error)
        self.problems.append(problem)
        self._enter(at, end, display, Outcome.NOT_UNDERSTOOD, f"{error.what} {error.next_step}")

    def _mathematics(self, piece: Mathematics, following: str, number: int) -> None:
        offsets: Sequence[int] = range(piece.at, piece.at + len(piece.text))
        try:
            text, offsets = expanded(piece.text, offsets, self.document.macros)
            found = chains(tokens(text, offsets))
        except NotUnderstood as error:
            self._refused(error, piece.begin, piece.end, piece.display)
            self._mention(piece)
            self.chain = None
            return
        real = [one for one in found if isinstance(one, Chain)]
        if not real:
            self._look(piece, text, offsets)
            self._mention(piece)
            self._enter(piece.begin, piece.end, piece.display, Outcome.MENTION)
            return
        self._listen()
        first = len(self.claims)
        troubles: list[NotUnderstood] = []
        for n, one in enumerate(real):
            tail = following if one is real[-1] else ""
            try:
                self._chain(one, n == 0, tail, number)
            except NotUnderstood as error:
                troubles.append(error)
            except RecursionError:
                troubles.append(NotUnderstood("The formula is too deep.", "Split it.", one.at))
            else:
                self._reset()
                continue
            self.problems.append(self.source.problem(troubles[-1]))
            self.chain = None
            self._reset()
        if real[-1].stopped:
            self.local.clear()
        numbers = tuple(claim.number for claim in self.claims[first:])
        outcome, why = self._outcome(first), ""
        if troubles:
            outcome = Outcome.NOT_UNDERSTOOD
            why = " ".join(f"{e.what} {e.next_step}".strip() for e in troubles)
        self._enter(piece.begin, piece.end, piece.display, outcome, why, numbers)

    def _outcome(self, first: int) -> Outcome:
        kinds = {claim.kind for claim in self.claims[first:]}
        if kinds == {Kind.ASSUMPTION}:
            return Outcome.ASSUMPTION
        return Outcome.DEFINITION if kinds == {Kind.DEFINITION} else Outcome.CLAIM

    def _mention(self, piece: Mathematics) -> None:
        self.words += f" ${piece.text.strip()[:60]}$ " if piece.display else f"${piece.text}$"
        self.mentions.append(piece.at)

    def _look(self, piece: Mathematics, text: str, offsets: Sequence[int]) -> None:
        """Note how a mention is written; what it is not cannot be an error."""
        notes = Notes()
        try:
            Elaborator(Context(self.profile, self.roles), notes).read(parse(tokens(text, offsets)))
        except (NotUnderstood, RecursionError):
            return
        self.findings.seen += notes.seen

    # -- words

    def _reset(self) -> None:
        self.words, self.mentions, self.told = "", [], 0

    def _listen(self) -> None:
        """Take in what the words since the last formula say of the letters."""
        if re.search(r"[.!?;]", self.words):
            self.local.clear()
        self._hear(self.words, self.mentions, -1)

    def _hear(self, words: str, mentions: Sequence[int], at: int, trailing: bool = False) -> None:
        flat = " ".join(words.split())
        for one in said(flat):
            if self.profile.letters.get(one.letter) != "neuron":
                continue
            before = flat[: one.start].count("$") // 2
            place = mentions[before] if before < len(mentions) else max(at, 0)
            role = Role(one.letter, one.role, place, one.of)
            self.local.pop(one.letter, None)
            (self.local if one.local or trailing else self.roles)[one.letter] = role
            if one.count:
                self.findings.counts.append((one.letter, place))

    def _plain(self) -> None:
        """List what looks like a formula and stands outside of mathematics."""
        for at, end in plain_pieces(self.document):
            error = NotUnderstood(
                "This looks like a formula outside of mathematics.",
                "Put it between $ signs; it was not checked.",
                at,
            )
            self._refused(error, at, end, False)

    # -- chains

    def _chain(self, chain: Chain, first: bool, following: str, piece: int) -> None:
        before = lead(self.words, self.profile.words) if first else lead("")
        inner = lead(chain.before, self.profile.words, embedded=True)
        trouble = before.trouble or inner.trouble
        trouble = trouble or after(chain.after, True, self.profile.words) or after(following)
        if trouble:
            raise NotUnderstood(
                f"Read, but not taken as a claim: {trouble}.",
                "Say it with let, then, since, therefore, if j is an output neuron, ….",
                chain.at,
            )
        self._hear(chain.before, (), chain.at)
        self._hear(chain.after, (), chain.at)
        cue = inner.cue or before.cue
        if cue in ("and", "") and not (first and before.cue == ""):
            cue = self.cue if cue == "and" or not first else cue
        self.cue = cue
        if _TRAILING.match(following):
            self._hear(_first_sentence(following), (), chain.at, trailing=True)
        context = Context(self.profile, {**self.roles, **self.local})
        span = sums_over(chain.after) or sums_over(_first_sentence(following))
        if chain.cases:
            self._cases(chain, context, cue, span, piece)
            return
        notes = Notes()
        reader = Elaborator(context, notes)
        members = [reader.read(parse(m)) if m else None for m in chain.members]
        if span:
            members = [with_range(m, Range(span)) if m else None for m in members]
        self._relations(chain, members, context, notes, cue, piece)

    def _cases(self, chain: Chain, context: Context, cue: str, span: str, piece: int) -> None:
        """One claim for each row, under the roles that its condition gives."""
        for case in chain.cases:
            trouble = after(case.condition, True, self.profile.words)
            if trouble:
                raise NotUnderstood(trouble.capitalize() + ".", "Write if j is …", chain.at)
            roles = dict(context.roles)
            for one in said(case.condition):
                roles[one.letter] = Role(one.letter, one.role, chain.at, one.of)
            inner = Context(self.profile, roles)
            notes = Notes()
            reader = Elaborator(inner, notes)
            sides = (*chain.members, case.tokens)
            members = [reader.read(parse(m)) if m else None for m in sides]
            if span:
                members = [with_range(m, Range(span)) if m else None for m in members]
            self._relations(chain, members, inner, notes, cue, piece)
        self.chain = None

    def _relations(
        self,
        chain: Chain,
        members: list[Formula | None],
        context: Context,
        notes: Notes,
        cue: str,
        piece: int,
    ) -> None:
        written = list(members)
        letters: frozenset[object] = frozenset()
        if written[0] is None:
            if self.chain is None:
                raise NotUnderstood(
                    "This line begins with a relation and continues nothing that was understood.",
                    "Write its left side.",
                    chain.at,
                )
            written[0], letters = self.chain
        fails = [
            Problem(f.fault, f.what, f.next_step, self.source.place(f.at)) for f in notes.fails
        ]
        self.findings.note(notes, context)
        for n, relation in enumerate(chain.relations):
            left, right = written[n], written[n + 1]
            assert left is not None
            assert right is not None
            if relation.text not in ("=", ":=", ">=", "<=", "<", ">", "!="):
                raise NotUnderstood(
                    f"The relation {relation.text} is not read.", "Write =.", relation.at
                )
            letters |= free(left)
            at = chain.members[n][0].at if chain.members[n] else relation.at
            mine = (
                [*fails, *self._loose(letters, left, right, relation)]
                if n == 0
                else (self._loose(letters, left, right, relation))
            )
            letters |= free(right)
            claim = Claim(
                len(self.claims) + 1,
                Kind.CLAIM,
                left,
                relation.text,
                right,
                self.source.place(at),
                cue if n == 0 else "",
                piece,
                _roles(context, left, right),
                layers=tuple(sorted(notes.layers.items())),
                problems=tuple(mine),
            )
            opens = n == 0 and not chain.continues
            self.claims.append(self.definitions.judged(claim, self.claims, opens))
        last = written[-1]
        assert last is not None
        self.chain = (last, letters)
        self._labels(notes, context, piece)

    def _loose(
        self, letters: frozenset[object], left: Formula, right: Formula, relation: Tok
    ) -> list[Problem]:
        """Letters free on the right that no side before shows."""
        extra = sorted(v.name for v in free(right) - {UNWRITTEN} if v not in letters)
        if UNWRITTEN in letters and not self.profile.writes_samples:
            extra = [name for name in extra if self.profile.letters[name] != "sample"]
        if not extra:
            return []
        names = ", ".join(extra)
        what = f"The index {names} is free on the right of this relation and not on the left."
        step = "Sum over it, or put it on the left."
        return [Problem(Fault.INDEX, what, step, self.source.place(relation.at))]

    def _labels(self, notes: Notes, context: Context, piece: int) -> None:
        for label in notes.labels:
            reader = Elaborator(context, Notes())
            right = reader.read(label.label)
            self.claims.append(
                Claim(
                    len(self.claims) + 1,
                    Kind.LABEL,
                    label.body,
                    "=",
                    right,
                    self.source.place(label.at),
                    "",
                    piece,
                    _roles(context, label.body, right),
                    scope=label.scope,
                    others=label.others,
                )
            )


def _plain(text: str) -> str:
    """Words without commands, tags and addresses; a heading is a paragraph of its own."""
    text = _HEADING.sub(lambda m: f"\n\n# {(m[1] or m[2]).lstrip('# ')}\n\n", text)
    return _MARKUP.sub(lambda m: m[1] or " ", text)


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s|\n\s*\n(?=.)", text.strip())[0]


def _roles(context: Context, *sides: Formula) -> tuple[Role, ...]:
    """The roles of the letters that occur, in alphabetical order."""
    names = {v.name for side in sides for v in free(side)}
    names |= {s.over.name for side in sides for s in bound(side)}
    roles: Mapping[str, Role] = context.roles
    return tuple(roles[name] for name in sorted(names) if name in roles)
