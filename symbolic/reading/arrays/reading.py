"""Document + array profile → relations with their kinds, and the ledger of every piece."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from symbolic.errors import InputError
from symbolic.reading.arrays.axis_sums import plain_sums
from symbolic.reading.arrays.bounds import require_modest
from symbolic.reading.arrays.claims import ArrayClaim, ArrayReading
from symbolic.reading.arrays.classes import of_classes
from symbolic.reading.arrays.elaborate import Elaborator
from symbolic.reading.arrays.example_losses import of_one_example, with_example_losses
from symbolic.reading.arrays.formulas import (
    Change,
    Formula,
    Key,
    Minus,
    Number,
    Plus,
    Quantity,
    Stack,
    Time,
    Total,
    at_time,
    walk,
)
from symbolic.reading.arrays.identities import is_recalled
from symbolic.reading.arrays.introduced import (
    is_derivative,
    is_naming,
    with_introduced,
    without_differentials,
)
from symbolic.reading.arrays.laws import named_in, with_laws, words
from symbolic.reading.arrays.layering import fitted, is_all, one_time, some_times
from symbolic.reading.arrays.letters import with_given, with_letters
from symbolic.reading.arrays.one_example import counted, of_each_example
from symbolic.reading.arrays.own_functions import (
    OwnFunctions,
    entry_by_entry,
    own_functions,
    with_functions,
)
from symbolic.reading.arrays.profile import ArrayProfile
from symbolic.reading.arrays.running import Running
from symbolic.reading.arrays.signing import prepared
from symbolic.reading.arrays.sorting import DEFINING, Sorter
from symbolic.reading.arrays.spaces import stated
from symbolic.reading.arrays.spoiled import Spoiled
from symbolic.reading.arrays.stacks import Stacks, marked
from symbolic.reading.arrays.times import lost_at_the_end, with_times
from symbolic.reading.arrays.written_derivatives import DIFFERENTIAL
from symbolic.reading.beside import behind, without_range
from symbolic.reading.chains import Chain, chains
from symbolic.reading.citations import NOTHING, Marks
from symbolic.reading.claims import Kind, Outcome
from symbolic.reading.cost_names import cost_names
from symbolic.reading.documents import Document, LeftAlone, Mathematics, Prose, Unread, cut
from symbolic.reading.far_sums import far_reaching
from symbolic.reading.grammar import parse
from symbolic.reading.ledger import Ledger
from symbolic.reading.macros import expanded
from symbolic.reading.markup import ends, plain
from symbolic.reading.notes import unframed
from symbolic.reading.prose import after, conditional, lead, unread
from symbolic.reading.source import Fault, NotUnderstood, Place
from symbolic.reading.spans import CONDITION, Span
from symbolic.reading.tokens import Tok, tokens

UPDATING = ("\\leftarrow", "\\gets")
_FROM_NOW_ON = re.compile(
    r"\b(?:let|suppose|consider|assume|assuming|set|take|put)\b[^.]*$", re.IGNORECASE
)
"""Words that say something for more than their own sentence."""
FARTHEST = 400
"""How many characters after a formula are looked at for words that deny it."""


def read_arrays(
    text: str, profile: ArrayProfile, kind: str = "markdown", letters: bool = True
) -> ArrayReading:
    """Every relation of a document, with nothing dropped silently.

    `kind` is markdown, latex, notebook or formula; without `letters` only those of the notation
    are read.  Never raises for what stands in the document;
    raises `InputError` where it is no such document at all.

    >>> from symbolic.reading.arrays.profile import array_profile
    >>> reading = read_arrays("Let $S = X W + b$. Then $dW = X^T dS$.", array_profile("cs231n"))
    >>> [claim.kind.value for claim in reading.claims]
    ['definition', 'claim']
    """
    document = cut(text, kind)
    profile = _with_costs(profile, document)
    own = own_functions(document, profile)
    counting = counted(fitted(with_functions(profile, own), text), text)
    counting = with_times(counting, document)
    if letters:
        counting = with_letters(counting, document)
    return _Reader(document, counting, own).reading()


def _with_costs(profile: ArrayProfile, document: Document) -> ArrayProfile:
    """The profile with what a document calls its loss."""
    losses = [one for one in profile.symbols.values() if one.kind == "loss"]
    costs = cost_names(document, [one.sign for one in losses])
    known = {*profile.symbols, *profile.functions}
    words = {word: replace(losses[0], sign=word) for word in costs.words if word not in known}
    return replace(profile, costs=costs, symbols={**profile.symbols, **words})


def standard(profile: ArrayProfile) -> tuple[ArrayClaim, ...]:
    """The usual definitions of a profile, read as a document is read.

    Raises `InputError` with file and line where one of them cannot be read.
    """
    found: list[ArrayClaim] = []
    for symbol in profile.symbols.values():
        if not symbol.definition:
            continue
        try:
            made = tokens(symbol.definition)
            split = next(n for n, token in enumerate(made) if token.kind == "REL")
            left, right = (
                Elaborator(profile).read(parse(prepared(side, profile)))
                for side in (made[:split], made[split + 1 :])
            )
        except (NotUnderstood, StopIteration) as error:
            what = error.what if isinstance(error, NotUnderstood) else "it is no equation"
            raise InputError(
                f"the definition of {symbol.sign} is not understood: {what}",
                file=profile.file,
                line=symbol.place[0],
                column=symbol.place[1],
            ) from None
        number = len(found) + 1
        found.append(ArrayClaim(number, Kind.DEFINITION, left, "=", right, Place(1, 1), 0))
    return tuple(found)


class _Reader:
    def __init__(self, document: Document, profile: ArrayProfile, own: OwnFunctions) -> None:
        self.document, self.profile, self.source = document, profile, document.source
        self.own = own
        self.usual = standard(profile)
        self.known = words().union(profile.words)
        self.sorter = Sorter(profile)
        self.stacks = Stacks(profile)
        self.running = Running(profile)
        self.marks = Marks(document)
        self.claims: list[ArrayClaim] = []
        self.ledger = Ledger(document)
        self.shapes: dict[Key, tuple[str, ...]] = {}
        self.spoiled = Spoiled(profile, self._read)
        self.styles: dict[str, str] = {}  # how each letter is written
        self.words = ""  # since the last formula
        self.classes: set[str] = set()  # the targets that are written as classes
        self.cites = NOTHING  # what the formulas of this piece follow from
        self.broken = False  # whether a condition of this sentence was not understood
        self.hedged = False  # whether one that speaks of a derivative was not understood
        self.beside = False  # whether a formula stands behind with
        self.claimed = False  # whether something was claimed in it
        self.only: tuple[str, Time] | None = None  # the time that it speaks of alone
        self.within: Span | None = None  # the times that it speaks of
        self.only_from = 0  # where in the words that was said
        self.cue = ""
        self.last: Formula | None = None  # what a line that begins with its relation continues
        self.head: Formula | None = None

    def reading(self) -> ArrayReading:
        pieces = self.document.pieces
        for number, piece in enumerate(pieces):
            match piece:
                case Prose(text):
                    self.words += plain(self.marks.written(text))
                case LeftAlone(why, at, end):
                    self.ledger.enter(at, end, False, Outcome.LEFT_ALONE, why)
                case Unread(what, step, at, end):
                    self.ledger.refuse(NotUnderstood(what, step, at), at, end, False)
                    self.spoiled.all_of(self.source.text[at:end])
                case Mathematics():
                    self._mathematics(piece, number)
        for at, end in self.ledger.outside():
            left = self.source.text[at:end].partition("=")[0]
            self.spoiled.by_signs(re.findall(r"(?<![A-Za-z])[A-Za-z](?![A-Za-z])", left))
        self._whole_weights()
        self.claims = self.running.settled(self.claims)
        for sign in sorted(self.classes):
            self.claims = of_classes(self.claims, sign)
        self.claims = list(with_example_losses(self.claims, self.profile))
        reading = ArrayReading(
            self.profile,
            tuple(self.claims),
            self.ledger.entries,
            self.ledger.problems,
            (),
            self.usual,
            frozenset(self.spoiled.keys),
            frozenset(self.spoiled.signs),
            self.shapes,
            self.marks.lines((c.number, c.piece, c.at) for c in self.claims),
            (*self.own.unknown, *self.spoiled.functions),
            lost_at_the_end(self.document),
            named_in(self.document, self.profile),
        )
        if any(problem.what == DIFFERENTIAL for problem in reading.problems):
            reading = without_differentials(reading)
        return with_introduced(with_given(with_laws(reading)))

    def _whole_weights(self) -> None:
        """A weight that multiplies a stack has blocks, and is nowhere meant as a whole."""
        for n, claim in enumerate(self.claims):
            error = self.stacks.trouble(claim)
            if error is not None:
                problem = self.source.problem(error)
                self.claims[n] = replace(
                    claim, kind=Kind.CLAIM, problems=(*claim.problems, problem)
                )
                if isinstance(claim.left, Quantity):
                    self.spoiled.keys.add(claim.left.key)

    # -- pieces

    def _following(self, number: int) -> str:
        text = ""
        for piece in self.document.pieces[number + 1 :]:
            if isinstance(piece, Prose):
                text += plain(self.marks.written(piece.text))
            elif isinstance(piece, Mathematics) and not piece.display:
                text += self._quoted(piece)
            else:
                break
            if len(text) > FARTHEST:
                break
        return text

    def _mathematics(self, piece: Mathematics, number: int) -> None:
        span = None if piece.display else some_times(piece.text, self.profile)
        if span is not None:
            asked = CONDITION.search(self.words[-40:]) is not None
            self._listen()
            self.ledger.enter(piece.begin, piece.end, piece.display, Outcome.MENTION)
            self.words += "all"
            if asked or not is_all(span):  # else it only counts them
                self.within, self.only_from = span, len(self.words)
            return
        fixed = None if piece.display else one_time(piece.text, self.profile)
        if fixed is not None and not _FROM_NOW_ON.search(self.words):
            self._listen()
            self.ledger.enter(piece.begin, piece.end, piece.display, Outcome.MENTION)
            self.words += "now"
            self.only, self.only_from = fixed, len(self.words)
            return
        offsets: Sequence[int] = range(piece.at, piece.at + len(piece.text))
        try:
            bare, ending = without_range(piece, self._span)
            text, offsets = expanded(unframed(bare), offsets, self.document.macros)
            if "sum_along" in self.profile.functions.values():
                text, offsets = plain_sums(text, offsets)
            found = chains(self.profile.costs.put(tokens(text, offsets)))
        except NotUnderstood as error:
            self._listen()
            self.broken = self.broken or conditional(self.words)
            self.words, self.last = "", None
            self.spoiled.all_of(piece.text)
            self.spoiled.function(piece.text)
            for sign in self.running.signs():
                self.running.lost(sign)
            self.ledger.refuse(error, piece.begin, piece.end, piece.display)
            return
        real = [far_reaching(one) for one in found if isinstance(one, Chain)]
        if not real and self._shapes(piece, text, offsets):
            return
        if not real:
            shown = piece.text.strip()[:60] if piece.display else piece.text
            self.words += f" ${shown}$ " if piece.display else f"${shown}$"
            self.ledger.enter(piece.begin, piece.end, piece.display, Outcome.MENTION)
            return
        self._listen()
        following = self._following(number)
        before = self.within
        self.within = ending or behind(self.document.pieces, number, self._span) or before
        first = len(self.claims)
        troubles: list[NotUnderstood] = []
        for n, one in enumerate(real):
            if one.at in self.own.lines:
                self._function(one, troubles)
                continue
            try:
                self._chain(one, n == 0, following if one is real[-1] else "", number)
            except NotUnderstood as error:
                troubles.append(error)
            except RecursionError:
                troubles.append(NotUnderstood("The formula is too deep.", "Split it.", one.at))
            else:
                self.words, self.claimed = "", True
                continue
            if conditional(f"{self.words} {one.before}"):
                given = bool(one.members[0]) and self.spoiled.differentiates(one.members[0])
                self.broken, self.hedged = self.broken or not given, self.hedged or given
            self.ledger.trouble(troubles[-1])
            for token in one.members[0][:1]:
                if token.text in self.running.signs():
                    self.running.lost(token.text)
            self.spoiled.by_chain(one)
            self.words, self.last = "", None
        self.only_from, self.within = 0, before
        if real[-1].stopped:
            self._sentence_ends()
            self.only = self.within = None
        numbers = tuple(claim.number for claim in self.claims[first:])
        kinds = {claim.kind for claim in self.claims[first:]}
        alone = {Kind.DEFINITION: Outcome.DEFINITION, Kind.ASSUMPTION: Outcome.ASSUMPTION}
        outcome = alone.get(next(iter(kinds)), Outcome.CLAIM) if len(kinds) == 1 else Outcome.CLAIM
        outcome = outcome if kinds else Outcome.DEFINITION
        why = ""
        if troubles:
            outcome = Outcome.NOT_UNDERSTOOD
            why = " ".join(f"{e.what} {e.next_step}".strip() for e in troubles)
        self.ledger.enter(piece.begin, piece.end, piece.display, outcome, why, numbers)

    def _function(self, chain: Chain, troubles: list[NotUnderstood]) -> None:
        """Take in the definition of a function by its formula, which is read already."""
        self.words, self.claimed, self.last = "", True, None
        if chain.members[0][0].text in self.own.unknown:
            what = "This function is none that is known here."
            step = "Known are 1/(1 + e^{-z}), tanh, max(0, z), ln(1 + e^z), exp and ln."
            troubles.append(NotUnderstood(what, step, chain.at))
            self.ledger.trouble(troubles[-1])

    def _shapes(self, piece: Mathematics, text: str, offsets: Sequence[int]) -> bool:
        """Take in X ∈ ℝ^{N×D}; whether it is that."""
        found = stated(tokens(text, offsets), self._read)
        for quantity, sizes in found or ():
            rank = len(self.profile.symbols[quantity.sign].shape)
            if len(sizes) != rank or self.shapes.setdefault(quantity.key, sizes) != sizes:
                what = f"The shape of {quantity.sign} is another in this notation or before."
                step = f"It has {rank} axes here."
                error = NotUnderstood(what, step, piece.at, Fault.TYPE)
                self.ledger.refuse(error, piece.begin, piece.end, piece.display)
                return True
        if found:
            self.ledger.enter(piece.begin, piece.end, piece.display, Outcome.ASSUMPTION)
        return bool(found)

    def _quoted(self, piece: Mathematics) -> str:
        """A mention as words; of a shape that is stated only the sign counts."""
        if some_times(piece.text, self.profile) is not None:
            return "all"
        try:
            found = stated(tokens(piece.text), self._read)
        except NotUnderstood:
            found = None
        return f"${piece.text}$" if not found else "$X$"

    def _span(self, text: str) -> Span | None:
        return some_times(text, self.profile)

    def _read(self, member: Sequence[Tok]) -> Formula:
        return self._formula(self._prepared(member))

    def _prepared(self, member: Sequence[Tok]) -> tuple[Tok, ...]:
        return prepared(marked(member), self.profile, self.styles) if member else ()

    def _formula(self, toks: Sequence[Tok]) -> Formula:
        elaborator = Elaborator(self.profile)
        found = elaborator.read(parse(toks))
        self.classes |= elaborator.classes
        require_modest(found)
        return found

    # -- words

    def _sentence_ends(self) -> None:
        self.broken, self.cue, self.claimed, self.hedged = False, "", False, False

    def _listen(self) -> None:
        if ends(self.words, self.claimed):
            self._sentence_ends()
        if ends(self.words[self.only_from :], self.claimed):
            self.only = self.within = None

    # -- chains

    def _chain(self, chain: Chain, first: bool, following: str, piece: int) -> None:
        if self.broken:
            raise NotUnderstood(
                "A condition before it in its sentence was not understood.", "See there.", chain.at
            )
        words = self.words if first else ""
        self.cites = self.marks.cites(chain, words, following, NOTHING if first else self.cites)
        before = lead(self.words, self.known) if first else lead("")
        inner = lead(chain.before, self.known, embedded=True)
        trouble = before.why or inner.why
        trouble = trouble or after(chain.after, True, self.known).why or after(following).why
        trouble = trouble or unread(chain.before) or unread(chain.after)
        if trouble:
            raise NotUnderstood(
                f"Read, but not taken as a claim: {trouble}.",
                "Say it with let, then, since, therefore, ….",
                chain.at,
            )
        cue = inner.cue or before.cue
        if cue == "and" or not (cue or first):  # as the formula before it in this sentence
            cue = self.cue
        self.cue = cue
        if first:
            self.beside = self.words.rstrip().lower().endswith("with")
        if chain.cases:
            raise NotUnderstood("Cases are not read here.", "Claim each by itself.", chain.at)
        chain = entry_by_entry(chain, self.profile)
        toks = of_each_example([self._prepared(m) for m in chain.members], self.profile)
        members = [self._formula(member) if member else None for member in toks]
        members = self.running.used(members)
        if self._sums_to_one(chain, members):
            cue = self.cue = "assume"  # it is named wherever it is needed
        elif cue == "if":
            raise _condition(chain)
        if self.only is not None:
            members = [None if m is None else at_time(m, *self.only) for m in members]
        if not any(isinstance(part, Stack) for m in members if m for part in walk(m)):
            self._relations(chain, members, cue, piece)
            return
        blocks = self.stacks.apart(members)
        if chain.continues:
            raise NotUnderstood("A line with stacks has its own left side.", "", chain.at)
        begun = len(self.claims)
        for block in blocks:
            self._relations(chain, block, cue, piece)
        self.claims[begun:] = [replace(claim, block=True) for claim in self.claims[begun:]]
        self.last = None

    def _sums_to_one(self, chain: Chain, members: Sequence[Formula | None]) -> bool:
        """Whether it says that targets add up to 1."""
        if len(members) != 2 or members[1] != Number(Fraction(1)) or chain.relations[0].text != "=":
            return False
        total = members[0]
        body = total.body if isinstance(total, Total) and total.low is None else None
        if not isinstance(body, Quantity) or body.key in self.sorter.defined:
            return False
        return self.profile.symbols[body.sign].sums_to_one and bool(body.at)

    def _updated(
        self, chain: Chain, members: list[Formula | None]
    ) -> tuple[Chain, list[Formula | None]]:
        """W ← W - η dW says that the change of W, which is -η ∂L/∂W, is the difference."""
        left, right = members[0], members[-1]
        if not self._updates(chain, members) or len(members) != 2 or right is None:
            return chain, members
        rate = any(isinstance(q, Quantity) and q.sign == self.profile.rate for q in walk(right))
        if not (rate and isinstance(left, Quantity) and self._is_weight(left)):
            raise NotUnderstood(
                "An update is read of a weight, with its rate.",
                f"Write W \\leftarrow W - {self.profile.rate} dW.",
                chain.relations[0].at,
            )
        relation = replace(chain.relations[0], text="=")
        change = Change(left, left.place)
        difference = Plus((right, Minus(left, left.place)), left.place)
        return replace(chain, relations=(relation,)), [change, difference]

    def _updates(self, chain: Chain, members: list[Formula | None]) -> bool:
        """Whether it gives a new value: W ← …, or W := W - …, which no definition can be."""
        left, sign = members[0], chain.relations[0].text
        if sign != ":=" or not isinstance(left, Quantity) or not self._is_weight(left):
            return sign in UPDATING
        return any(part == left for right in members[1:] if right for part in walk(right))

    def _is_weight(self, quantity: Quantity) -> bool:
        return self.profile.symbols[quantity.sign].kind == "weight"

    def _runs(self, left: Formula | None) -> bool:
        return isinstance(left, Quantity) and left.sign in self.running.signs()

    def _gives(self, chain: Chain, members: list[Formula | None], cue: str, piece: int) -> None:
        """g ← A = B gives g a value, and claims that A is B."""
        left = members[0]
        assert isinstance(left, Quantity)
        rest = [member for member in members[1:] if member is not None]
        place = self.source.place(chain.at)
        self.running.assigned(left, rest, (place, chain.at, piece))
        number = len(self.claims) + 1
        bare = replace(left, label="")
        self.claims.append(
            ArrayClaim(number, Kind.DEFINITION, bare, ":=", rest[0], place, chain.at, cue, piece,
                       update=True)
        )  # fmt: skip
        if len(rest) > 1:
            inner = replace(chain, members=chain.members[1:], relations=chain.relations[1:])
            self._relations(inner, list(rest), cue, piece)

    def _relations(self, chain: Chain, members: list[Formula | None], cue: str, piece: int) -> None:
        if chain.relations[0].text in (*UPDATING, ":=") and self._runs(members[0]):
            self._gives(chain, members, cue, piece)
            return
        update = self._updates(chain, members)
        chain, members = self._updated(chain, members)
        for relation in chain.relations:
            if relation.text not in DEFINING:
                raise NotUnderstood(
                    f"The relation {relation.text} is not read here.", "Write =.", relation.at
                )
        start = members[0]
        continued = start is None
        if start is None:
            start = self.last
            if start is None or self.head is None:
                raise NotUnderstood(
                    "This line begins with a relation and continues nothing that was understood.",
                    "Write its left side.",
                    chain.at,
                )
        else:
            self.head = start = of_one_example(start, self.profile)
        assert start is not None
        left: Formula = start
        for n, (relation, right) in enumerate(zip(chain.relations, members[1:], strict=True)):
            assert right is not None
            opens = n == 0 and not continued
            at = chain.members[n][0].at if chain.members[n] else relation.at
            claim = ArrayClaim(
                len(self.claims) + 1,
                Kind.CLAIM,
                left,
                relation.text,
                right,
                self.source.place(at),
                at,
                cue if n == 0 else "",
                piece,
                None if opens else self.head,
                update=update,
                cites=self.cites.of(relation, n + 1 == len(chain.relations)),
                within=self.within,
                hedged=self.hedged,
            )
            before = self.sorter.known
            claim = self.sorter.sorted(claim)
            if claim.kind is Kind.DEFINITION and self.within and not is_all(self.within):
                self.sorter.known = before
                what = "A definition for some times or layers alone is not in reach."
                raise NotUnderstood(what, "Write it for all.", at)
            allowed = claim.kind is Kind.DEFINITION or is_recalled(claim) or is_naming(claim)
            allowed = allowed or (self.beside and is_derivative(claim.left))
            if cue == "for" and opens and not allowed:
                raise _condition(chain)
            self.claims.append(claim)
            left = right
        self.last = left


def _condition(chain: Chain) -> NotUnderstood:
    return NotUnderstood(
        "A formula after if, for or with would be a condition; conditions are not read here.",
        "Say assume.",
        chain.at,
    )
