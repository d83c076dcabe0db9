"""The relations of a chain as claims: kinds, roles, free indices, labels under braces."""

from __future__ import annotations

from collections.abc import Sequence

from symbolic.indexed import Num, Var
from symbolic.reading.activation import stated
from symbolic.reading.alone import as_outputs, over_the_output
from symbolic.reading.chains import Chain
from symbolic.reading.claims import Claim, Kind
from symbolic.reading.context import Context, Notes, Role
from symbolic.reading.definitions import CHANGES, Definitions
from symbolic.reading.elaborate import Elaborator
from symbolic.reading.formulas import (
    NEURON,
    UNWRITTEN,
    Applied,
    Formula,
    Read,
    bound,
    free,
    times,
    walk,
)
from symbolic.reading.layer_spans import at_own_layer
from symbolic.reading.lints import Findings
from symbolic.reading.pairs import Pair
from symbolic.reading.profile import Profile
from symbolic.reading.prose import Lead
from symbolic.reading.source import Fault, NotUnderstood, Problem, Source
from symbolic.reading.tokens import MOST_DIGITS, Tok
from symbolic.reading.updates import defines, is_rule, typed

PROPORTIONAL = "\\propto"


class Relations:
    """The claims of one document so far."""

    def __init__(self, profile: Profile, source: Source, usual: tuple[Claim, ...]) -> None:
        self.profile, self.source = profile, source
        self.definitions = Definitions(usual, source, profile)
        self.claims: list[Claim] = []
        self.findings = Findings()
        self.assumed: list[int] = []  # numbers of assumptions, for good
        self.assumed_here: list[int] = []  # until the sentence ends
        self.chain: tuple[Formula, frozenset[object]] | None = None

    def add(
        self,
        chain: Chain,
        members: list[Formula | None],
        context: Context,
        notes: Notes,
        words: Lead,
        piece: int,
    ) -> None:
        """Append the claims of a chain whose members have been read, None continuing the last.

        Raises `NotUnderstood` where one would define or assume something under unknown words.
        """
        written = list(members)
        named = {name for pair in words.pairs for name in (pair.one, pair.other)}
        letters: frozenset[object] = frozenset(Var(name, NEURON) for name in named)
        if written[0] is None:
            if self.chain is None:
                raise NotUnderstood(
                    "This line begins with a relation and continues nothing that was understood.",
                    "Write its left side.",
                    chain.at,
                )
            written[0], before = self.chain
            letters |= before
        fails = [
            Problem(f.fault, f.what, f.next_step, self.source.place(f.at)) for f in notes.fails
        ]
        self.findings.note(notes, context)
        for n, relation in enumerate(chain.relations):
            left, right = written[n], written[n + 1]
            assert left is not None
            assert right is not None
            if self.profile.alone:
                right = written[n + 1] = over_the_output(left, right)
            _require_short_numbers(left, right, at=relation.at)
            opens = n == 0 and not chain.continues
            proportional = relation.text == PROPORTIONAL
            if proportional:
                right = self._times_rate(left, right, opens, relation)
            elif relation.text not in ("=", ":=", ">=", "<=", "<", ">", "!="):
                raise NotUnderstood(
                    f"The relation {relation.text} is not read.", "Write =.", relation.at
                )
            letters |= free(left)
            at = chain.members[n][0].at if chain.members[n] else relation.at
            mine = [
                *(fails if n == 0 else ()),
                *self._one_quantity(left, right, relation),
                *self._one_function(left, right, context, relation),
                *(
                    self._loose(letters, left, right, relation)
                    or self._mixed(left, right, relation)
                ),
            ]
            letters |= free(right)
            claim = Claim(
                len(self.claims) + 1,
                Kind.CLAIM,
                left,
                "=" if proportional else relation.text,
                right,
                self.source.place(at),
                words.cue if n == 0 else "",
                piece,
                _roles(context, left, right),
                layers=tuple(sorted(notes.layers.items())),
                under=(*self.assumed, *self.assumed_here),
                problems=tuple(mine),
                doubt=words.doubt,
                narrow=words.narrow,
                some=words.some,
                pairs=_free_pairs(words.pairs, left, right),
                at=at,
                cites=words.cites.of(relation, n + 1 == len(chain.relations)),
                alone=self.profile.alone,
            )
            if proportional:
                claim = self.definitions.of_steepest(claim)
            elif not (words.naming and stated(left, right)):  # said where a function is named alone
                claim = self._sorted(claim, opens, at, words.kinds)
            if claim.pairs and claim.kind is Kind.DEFINITION:
                raise NotUnderstood(
                    "Read, but a definition for some pairs of letters is not in reach.",
                    "Write it for all.",
                    at,
                )
            self.claims.append(claim)
            if claim.kind is Kind.ASSUMPTION:
                here = words.cue in ("if", "for")
                (self.assumed_here if here else self.assumed).append(claim.number)
        last = written[-1]
        assert last is not None
        self.chain = (last, letters)
        self._labels(notes, context, words, piece)

    def _times_rate(self, left: Formula, right: Formula, opens: bool, relation: Tok) -> Formula:
        """The right side of Δw ∝ −∂E/∂w with the learning rate as its constant."""
        rates = [one for one in self.profile.symbols.values() if one.array == "eta"]
        if not (opens and rates and isinstance(left, Read) and left.array in CHANGES):
            what = "Which constant \\propto leaves out is known of the change of a weight alone."
            raise NotUnderstood(what, "Write = with the constant.", relation.at)
        return times(Read("eta", (), rates[0].sign), right)

    def _sorted(self, claim: Claim, opens: bool, at: int, kinds: frozenset[str]) -> Claim:
        """The claim with its kind; a^{l+1} = … defines what a^l = … would."""
        own = at_own_layer(claim)
        if own is not None:
            found = self.definitions.judged(own, self.claims, opens, at, kinds)
            if found.kind is not Kind.CLAIM:
                return found
        return self.definitions.judged(claim, self.claims, opens, at, kinds)

    def add_typed(self, chain: Chain, sides: list[str], words: Lead, piece: int) -> None:
        """Append the claims of a chain over several iterations; the first rule for Δw defines it.

        Raises `NotUnderstood` where it would define something under unknown words, and where it
        continues what is no such chain.
        """
        if not sides[0]:
            if self.chain is None or not isinstance(self.chain[0], Read):
                what = "This line begins with a relation and continues no line over iterations."
                raise NotUnderstood(what, "Write its left side.", chain.at)
            sides = [self.chain[0].sign, *sides[1:]]
        for n, relation in enumerate(chain.relations):
            if relation.text not in ("=", ":="):
                raise NotUnderstood(
                    f"The relation {relation.text} is not read.", "Write =.", relation.at
                )
            rule = n == 0 and defines(sides[0], sides[1], self.profile)
            first = rule and not any(map(is_rule, self.claims))
            if first and words.doubt:
                raise NotUnderstood(
                    f"Read, but not taken as a definition: {words.doubt}.",
                    "Say it with let, then, since, therefore.",
                    chain.at,
                )
            at = chain.members[n][0].at if chain.members[n] else relation.at
            self.claims.append(
                Claim(
                    len(self.claims) + 1,
                    Kind.DEFINITION if first else Kind.CLAIM,
                    typed(sides[n]),
                    relation.text,
                    typed(sides[n + 1]),
                    self.source.place(at),
                    words.cue if n == 0 else "",
                    piece,
                    under=(*self.assumed, *self.assumed_here),
                    explicit=first,
                    doubt=words.doubt,
                    at=at,
                    cites=words.cites.of(relation, n + 1 == len(chain.relations)),
                )
            )
        self.chain = typed(sides[-1]), frozenset()

    def _one_quantity(self, left: Formula, right: Formula, relation: Tok) -> list[Problem]:
        """Two letters that this notation reads as one quantity would cancel unseen.

        o_j = y_j alone says nothing else.
        """
        if left == right and isinstance(left, Read):
            return []
        signs: dict[Read, str] = {}
        for part in (*walk(left), *walk(right)):
            if isinstance(part, Read) and signs.setdefault(part, part.sign) != part.sign:
                what = f"{signs[part]} and {part.sign} with these indices are read as one quantity."
                place = self.source.place(relation.at)
                return [Problem(Fault.TYPE, what, "Use one letter, or other indices.", place)]
        return []

    def _one_function(
        self, left: Formula, right: Formula, context: Context, relation: Tok
    ) -> list[Problem]:
        """Two letters for φ, f of hidden neurons and σ of outputs, are read as one function."""
        applied = [
            part for side in (left, right) for part in walk(side) if isinstance(part, Applied)
        ]
        outer = self.profile.outer_sign
        signs = sorted({one.sign for one in applied} - {"", "\\phi", outer})
        what = f"{' and '.join(signs)} are read as one function." if len(signs) > 1 else ""
        for one in applied if outer else ():
            letters = {letter.name for letter in free(one.argument) if letter.sort == NEURON}
            kinds = {context.role(letter) for letter in letters}
            wrong = "hidden" if one.sign == outer else "output"
            if kinds == {wrong}:
                what = f"{one.sign} is not said to be the function of {wrong} neurons."
        if not what:
            return []
        step = "Say of each function which neurons have it."
        place = self.source.place(relation.at)
        return [Problem(Fault.NOT_UNDERSTOOD, what, step, place)]

    def _mixed(self, left: Formula, right: Formula, relation: Tok) -> list[Problem]:
        """Signals with and without their sample in one relation."""
        letters = free(left) | free(right)
        samples = sorted(v.name for v in letters if v.sort == UNWRITTEN.sort and v != UNWRITTEN)
        if not samples or UNWRITTEN not in letters or not self.profile.writes_samples:
            return []
        what = f"Some signals carry their sample {samples[0]} here and some do not."
        place = self.source.place(relation.at)
        return [Problem(Fault.INDEX, what, "Write it at all of them or at none.", place)]

    def _loose(
        self, letters: frozenset[object], left: Formula, right: Formula, relation: Tok
    ) -> list[Problem]:
        """Letters free on the right that no side before shows."""
        extra = sorted(v.name for v in free(right) - {UNWRITTEN} if v not in letters)
        change = any(isinstance(part, Read) and part.array in CHANGES for part in walk(left))
        if (UNWRITTEN in letters or change) and not self.profile.writes_samples:
            extra = [name for name in extra if self.profile.letters[name] != "sample"]
        if not extra:
            return []
        names = ", ".join(extra)
        what = f"The index {names} is free on the right of this relation and not on the left."
        step = "Sum over it, or put it on the left."
        return [Problem(Fault.INDEX, what, step, self.source.place(relation.at))]

    def _labels(self, notes: Notes, context: Context, words: Lead, piece: int) -> None:
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
                    under=(*self.assumed, *self.assumed_here),
                    doubt=words.doubt,
                    pairs=_free_pairs(words.pairs, label.body, right),
                    at=label.at,
                )
            )


def _require_short_numbers(*sides: Formula, at: int) -> None:
    """Refuses numbers that could not be read back, once they are multiplied out."""
    for part in (part for side in sides for part in walk(side) if isinstance(part, Num)):
        if max(abs(part.value.numerator), part.value.denominator) >= 10**MOST_DIGITS:
            what = f"A number here comes to more than {MOST_DIGITS} digits."
            raise NotUnderstood(what, "Write a shorter one.", at)


def _free_pairs(pairs: Sequence[Pair], left: Formula, right: Formula) -> tuple[Pair, ...]:
    """The pairs whose letters are both free here: of others nothing is said."""
    letters = {letter.name for letter in free(left) | free(right)}
    return tuple(pair for pair in pairs if {pair.one, pair.other} <= letters)


def _roles(context: Context, *sides: Formula) -> tuple[Role, ...]:
    """The roles of the letters that occur, in alphabetical order.

    A sign that only output neurons have, such as ŷ_k, says it of its letter.
    """
    alone = context.profile.alone
    roles = as_outputs(context.roles, *sides) if alone else dict(context.roles)
    for side in sides:
        for part in walk(side):
            symbol = context.profile.symbol(part.sign) if isinstance(part, Read) else None
            if symbol is not None and symbol.kind == "signal" and symbol.only == "output":
                assert isinstance(part, Read)
                for one in part.at:
                    if isinstance(one, Var) and one.sort == NEURON:
                        roles.setdefault(one.name, Role(one.name, "output", -1))
    names = {v.name for side in sides for v in free(side)}
    names |= {s.over.name for side in sides for s in bound(side)}
    return tuple(roles[name] for name in sorted(names) if name in roles)
