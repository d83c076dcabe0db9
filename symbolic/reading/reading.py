"""Document + profile → claims: roles of letters, definitions, chains, and the ledger of pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from symbolic.reading.alone import speaks_of_one
from symbolic.reading.biases import with_biases
from symbolic.reading.chains import Chain, apart, chains
from symbolic.reading.citations import NOTHING, Marks
from symbolic.reading.claims import (
    MAY_LEAVE_OUT,
    OF_SOME_LAYERS,
    Claim,
    FunctionName,
    Kind,
    Outcome,
    Reading,
)
from symbolic.reading.context import Context, Named, Notes, Role
from symbolic.reading.counted import counting, in_numbers
from symbolic.reading.definitions import standard
from symbolic.reading.documents import Document, LeftAlone, Mathematics, Prose, Unread, cut
from symbolic.reading.each_example import with_totals
from symbolic.reading.elaborate import Elaborator
from symbolic.reading.far_sums import far_reaching
from symbolic.reading.first_example import numbering
from symbolic.reading.formulas import Applied, Formula, Range, Read, walk, with_range
from symbolic.reading.function_words import named
from symbolic.reading.grammar import parse
from symbolic.reading.hearing import HEADING, NAMED, Hearing, some_neurons
from symbolic.reading.kinds_said import kinds_said
from symbolic.reading.layer_numbers import (
    at_numbers,
    numbered,
    without_inputs,
    without_names,
)
from symbolic.reading.layer_spans import beyond, counted_from_zero, of_hidden
from symbolic.reading.layer_words import (
    NUMBERED,
    Ending,
    counts_layers,
    endings,
    in_words,
    member_in_words,
    units_in_words,
    with_ends,
)
from symbolic.reading.ledger import Ledger
from symbolic.reading.lints import lints
from symbolic.reading.macros import expanded
from symbolic.reading.markup import TRAILING, ends, first_sentence, plain
from symbolic.reading.named import OUTPUTS, outputs_named
from symbolic.reading.notes import unframed
from symbolic.reading.own import with_own_signs
from symbolic.reading.own_letters import with_own_letters
from symbolic.reading.pairs import Pair, is_pair, said_before, said_behind, without_said
from symbolic.reading.pairs import unread as unread_pair
from symbolic.reading.profile import Profile
from symbolic.reading.prose import (
    Lead,
    after,
    conditional,
    lead,
    of_the_one_before,
    own_range,
    plainly,
    unread,
)
from symbolic.reading.relations import Relations
from symbolic.reading.roles_said import LISTED, formulas_alone, positive, sets, sums_over
from symbolic.reading.sides import Sides, first_letter, named_units, paired
from symbolic.reading.signs import formulas_of, signs, with_patterns
from symbolic.reading.source import DEFINITE, Fault, NotUnderstood
from symbolic.reading.spare import with_spare
from symbolic.reading.steps import changes, stepped
from symbolic.reading.two_layers import Kinds, with_two_layers
from symbolic.reading.updates import (
    has_momentum,
    is_rule,
    momentum_constants,
    over_iterations,
)
from symbolic.reading.weight_order import with_order

_FOR = re.compile(r"\bfor(?: all| any| each| every)?\s*$", re.IGNORECASE)
_PROOF = re.compile(r"^\W*Proof\b", re.MULTILINE)
NEAR_NAME = 100
"""So many characters behind its name a function may stand as a formula."""
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
    document = cut(text, kind)
    profile = with_spare(document, profile)
    profile = numbering(document, counting(document, with_biases(document, profile)))
    profile = with_totals(document, numbered(document, profile))
    formulas = formulas_of(document)
    profile = with_order(formulas, profile)
    profile = with_two_layers(formulas, with_patterns(formulas, profile))
    profile = with_own_letters(formulas, profile)
    return _Reader(document, with_own_signs(document, profile)).reading()


def reread(claim: Claim, profile: Profile) -> tuple[Formula, Formula]:
    """The two sides read again from how they were rendered; equal to those of the claim."""
    context = Context(profile, {role.letter: role for role in claim.roles})
    sides = claim.latex(profile)
    [chain] = chains(signs(sides, profile))
    assert isinstance(chain, Chain)
    left, right = (Elaborator(context).read(parse(member)) for member in chain.members)
    return left, right


class _Reader:
    def __init__(self, document: Document, profile: Profile) -> None:
        words = _flat(document.pieces)
        direct = frozenset(formulas_alone(words, profile))
        zero = counted_from_zero(document) if profile.from_zero is None else profile.from_zero
        profile = replace(
            profile,
            direct=direct,
            from_zero=zero,
            alone="layer" not in profile.letters.values() and speaks_of_one(words),
        )
        self.document, self.profile, self.source = document, profile, document.source
        self.hearing = Hearing(profile)
        self.usual = standard(profile)
        self.relations = Relations(profile, self.source, self.usual)
        self.ledger = Ledger(document)
        self.marks = Marks(document)
        self.cites = NOTHING  # what the formulas of this piece follow from
        self.words = ""  # since the last formula
        self.mentions: list[int] = []  # where the mentions among these words stand
        self.broken = False  # whether a condition of this sentence was not understood
        self.claimed = False  # whether something was claimed in it
        self.outputs_named = False  # whether a formula only says that h(x) is a^L
        self.after_inputs = False  # whether the inputs were named just now
        self.cue = ""
        self.spoken: Mapping[str, Role] = {}  # the roles of the line before
        self.some: Named | None = None  # the neurons that this sentence names
        self.pairs: tuple[Pair, ...] = ()  # of letters that are one neuron, or two, in it
        self.unread_pair = False
        self.numbered = False  # whether it is said of neurons 1, …, m
        self.named: list[FunctionName] = []
        self.kinds = Kinds(profile)
        self.named_at: list[int] = []
        self.sets = dict(sets(words))
        self.sides = Sides(profile, self.relations, self.hearing, self.sets)
        self.momentum = momentum_constants(words, profile.constants)

    def reading(self) -> Reading:
        pieces = self.document.pieces
        for number, piece in enumerate(pieces):
            match piece:
                case Prose(text, at):
                    self._names(text, at, number)
                    words = positive(plain(self.marks.written(text)))
                    words = without_inputs(words) if self.after_inputs else words
                    self.after_inputs = False
                    units = self.profile.units
                    self.words += words if units is None else units.unnamed(words)
                    headings = [*HEADING.finditer(text)]
                    if headings:
                        section = at + headings[-1].start()
                        self.relations.definitions.section = self.hearing.section = section
                case LeftAlone(why, at, end):
                    self.ledger.enter(at, end, False, Outcome.LEFT_ALONE, why)
                case Unread(what, step, at, end):
                    self.ledger.refuse(NotUnderstood(what, step, at), at, end, False)
                case Mathematics():
                    self._mathematics(piece, number)
        self._listen()
        self._forget_written()
        outputs = outputs_named(self.named)
        self.relations.claims = self.relations.definitions.settled(
            self.relations.claims, bool(self.named), bool(outputs)
        )
        self.relations.findings.counts += self.hearing.counts
        self.ledger.outside()
        slips = lints(
            self.relations.claims, self.relations.findings, self.usual, self.profile, self.source
        )
        return Reading(
            self.profile,
            tuple(self.relations.claims),
            self.ledger.entries,
            self.ledger.problems,
            slips,
            (*self.usual, *self._outputs(outputs)),
            tuple(self.named),
            self.marks.lines((c.number, c.piece, c.at) for c in self.relations.claims),
        )

    def _outputs(self, function: str) -> Iterator[Claim]:
        """What words say the output neurons compute, where a formula says it of the hidden ones."""
        signal = next((c for c in self.usual if c.head is not None and c.head.array == "y"), None)
        if not (function and self.relations.definitions.of_hidden) or signal is None:
            return
        assert signal.head is not None
        right = OUTPUTS[function](signal.head)
        yield replace(signal, number=len(self.usual) + 1, right=right, outer=True)

    # -- pieces

    def _names(self, text: str, at: int, number: int) -> None:
        """Note the functions that words name; one that is not named plainly is not known."""
        for array, function, n in named(text):
            before = self.words + plain(text[:n])
            after_it = plain(text[n:]) + self._following(self.document.pieces, number)
            if self.profile.alone and function == "linear":
                array, function = "phi", "identity"
            outer = f"${self.profile.outer_sign}$"
            if array == "phi" and len(outer) > 2 and outer in f"{before[-80:]}{after_it[:80]}":
                array = "outputs"
            told = function if plainly(before, after_it, self.profile.words) else ""
            self.named.append(FunctionName(array, told, self.source.place(at + n)))
            self.named_at.append(at + n)

    def _forget_written(self) -> None:
        """A name whose formula for the outputs stands in the same sentence says no more than it.

        Where φ itself is read, the name says what φ is.
        """
        claims = self.relations.claims
        if any(isinstance(p, Applied) for c in claims for s in (c.left, c.right) for p in walk(s)):
            return
        formulas = [one.at for one in claims if one.outer]
        self.named = [
            one
            for one, at in zip(self.named, self.named_at, strict=True)
            if not any(
                0 < formula - at < NEAR_NAME and ". " not in self.source.text[at:formula]
                for formula in formulas
            )
        ]

    def _following(self, pieces: Sequence[object], number: int) -> str:
        text = ""
        for piece in pieces[number + 1 :]:
            if isinstance(piece, Prose):
                text += plain(self.marks.written(piece.text))
            elif isinstance(piece, Mathematics) and not piece.display:
                text += self._range(piece.text, text) or f"${self._one_sign(piece)}$"
            else:
                break
            if len(text) > FARTHEST:
                break
        return with_ends(text, self.profile)

    def _one_sign(self, piece: Mathematics) -> str:
        """The formula, or its left side where both are one quantity: o_j = y_j is no condition."""
        sides = piece.text.split("=")
        if len(sides) != 2:
            return piece.text
        context = Context(self.profile, self.hearing.roles, self.sets)
        try:
            left, right = (
                Elaborator(context, Notes()).read(
                    parse(signs(side, self.profile, range(piece.at, piece.at + len(side))))
                )
                for side in sides
            )
        except (NotUnderstood, RecursionError):
            return piece.text
        return sides[0] if left == right and isinstance(left, Read) else piece.text

    def _range(self, text: str, before: str) -> str:
        """The words for a range of layers or of units, empty for anything else.

        Without layers "for" must stand before one of units: a sum may run over them.
        """
        units = units_in_words(text, self.profile)
        asked = NUMBERED not in units or _FOR.search(before[-40:]) is not None
        return (
            in_words(text, self.profile)
            or (units if asked else "")
            or member_in_words(text, self.profile, {**self.profile.sets, **self.sets})
        )

    def _mathematics(self, piece: Mathematics, number: int) -> None:
        if not piece.display and counts_layers(piece.text, self.words, self.profile):
            self.ledger.enter(piece.begin, piece.end, piece.display, Outcome.MENTION)
            return
        layers = self._range(piece.text, self.words) if not piece.display else ""
        if layers:
            self.words += layers
            self.mentions.append(piece.at)
            self.ledger.enter(piece.begin, piece.end, piece.display, Outcome.MENTION)
            return
        named = "" if piece.display else named_units(piece.text, self.words, self.profile)
        if named:
            self.words += f"${named}$ is any one of these (here ${piece.text.strip()}$)"
            self.mentions += [piece.at, piece.at]
            self.ledger.enter(piece.begin, piece.end, piece.display, Outcome.MENTION)
            return
        indices = not piece.display and is_pair(piece.text, self.profile.letters)
        listed = None if piece.display else LISTED.fullmatch(piece.text)
        indices = indices or (listed is not None and listed[1] in self.sets)
        if indices or (not piece.display and _instances(self.words, piece.text)):
            self._mention(piece)  # the names may be of any kind
            self.ledger.enter(piece.begin, piece.end, piece.display, Outcome.MENTION)
            return
        offsets: Sequence[int] = range(piece.at, piece.at + len(piece.text))
        said = endings(piece.text, self.profile) if piece.display else ()
        bare = unframed(_without(piece.text, said))
        try:
            text, offsets = expanded(bare, offsets, self.document.macros)
            found = chains(apart(signs(text, self.profile, offsets), self.profile.constants))
            found = tuple(far_reaching(one) if isinstance(one, Chain) else one for one in found)
        except NotUnderstood as error:
            self._listen()
            self.broken = self.broken or conditional(self.words)
            self.claimed = self.claimed or not conditional(self.words)
            self._reset()
            self.ledger.refuse(error, piece.begin, piece.end, piece.display, error.fault)
            self.relations.chain = None
            return
        real, beside = paired(
            [one for one in found if isinstance(one, Chain)], self.profile.letters
        )
        if _instances(self.words, text):
            real = []
        left = [without_names(one, self.source.text) for one in real]
        beside = [pairs for one, pairs in zip(left, beside, strict=True) if one is not None]
        naming, real = real, [one for one in left if one is not None]
        if naming and not real:
            self._name_inputs(piece)
            return
        if not real:
            self._look(piece, text, offsets)
            self._mention(piece)
            self.ledger.enter(piece.begin, piece.end, piece.display, Outcome.MENTION)
            return
        self._listen()
        for end in said:
            at = piece.at + end.start
            self.hearing.local[end.letter] = Role(end.letter, end.role, at, end.of)
        following = self._following(self.document.pieces, number)
        first = len(self.relations.claims)
        troubles: list[NotUnderstood] = []
        for n, one in enumerate(real):
            tail = following if one is real[-1] else ""
            try:
                self._chain(one, n == 0, tail, number, beside[n])
            except NotUnderstood as error:
                troubles.append(in_numbers(error, self.profile))
            except RecursionError:
                troubles.append(NotUnderstood("The formula is too deep.", "Split it.", one.at))
            else:
                kinds = {claim.kind for claim in self.relations.claims[first:]}
                self.claimed = self.claimed or bool(kinds - {Kind.ASSUMPTION})
                self._reset()
                continue
            self.broken = self.broken or conditional(f"{self.words} {one.before}")
            self.claimed = self.claimed or not self.broken
            self.ledger.trouble(troubles[-1])
            self.relations.chain = None
            self._reset()
        for end in said:
            self.hearing.local.pop(end.letter, None)
        if real[-1].stopped:
            self._sentence_ends()
        numbers = tuple(claim.number for claim in self.relations.claims[first:])
        outcome, why, fault = self._outcome(first), "", Fault.NOT_UNDERSTOOD
        if troubles:
            outcome = Outcome.NOT_UNDERSTOOD
            why = " ".join(dict.fromkeys(f"{e.what} {e.next_step}".strip() for e in troubles))
            fault = next((e.fault for e in troubles if e.fault in DEFINITE), fault)
        if not numbers and not troubles:
            if self.outputs_named:  # else gaps, which are listed already
                self.ledger.enter(piece.begin, piece.end, piece.display, Outcome.DEFINITION)
            self.outputs_named = False
            return
        self.ledger.enter(piece.begin, piece.end, piece.display, outcome, why, numbers, fault)

    def _name_inputs(self, piece: Mathematics) -> None:
        """a^0 = x says which layer the inputs are, which is known already."""
        self._listen()
        self.cue = lead(self.words, self.profile.words).cue or self.cue
        self._reset()
        self.claimed = self.after_inputs = True
        self.ledger.enter(piece.begin, piece.end, piece.display, Outcome.DEFINITION)

    def _outcome(self, first: int) -> Outcome:
        kinds = {claim.kind for claim in self.relations.claims[first:]}
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
            Elaborator(Context(self.profile, self.hearing.roles, self.sets), notes).read(
                parse(signs(text, self.profile, offsets))
            )
        except (NotUnderstood, RecursionError):
            return
        self.relations.findings.seen += notes.seen

    # -- words

    def _reset(self) -> None:
        self.words, self.mentions = "", []

    def _sentence_ends(self) -> None:
        self.hearing.ends()
        self.relations.assumed_here.clear()
        self._new_sentence()

    def _new_sentence(self) -> None:
        self.claimed = False
        self.broken, self.cue, self.some = False, "", None
        self.pairs, self.unread_pair, self.numbered = (), False, False

    def _listen(self) -> None:
        """Take in what the words since the last formula say of the letters."""
        self.words = with_ends(self.words, self.profile)
        rest = self.words[[0, *ends(self.words, self.claimed)][-1] :]
        behind = of_the_one_before(self.words) if self.claimed else False
        if self.hearing.listen(self.words, self.mentions, self.claimed):
            self.relations.assumed_here.clear()
            self._new_sentence()
        if behind:
            self.hearing.local.pop("*", None)
        self.some = some_neurons(rest) or self.some
        self.pairs = said_before(rest, self.profile.letters) or self.pairs
        self.unread_pair = self.unread_pair or unread_pair(rest, self.profile.letters)

    # -- chains

    def _chain(
        self, chain: Chain, first: bool, following: str, piece: int, beside: tuple[Pair, ...]
    ) -> None:
        rows = (*chain.members, *(case.tokens for case in chain.cases))
        if any(token.kind == "GAP" for row in rows for token in row):
            gap = NotUnderstood("A gap is left here.", "Fill it in.", chain.at)
            self.ledger.refuse(gap, chain.at, chain.end, True)
            self.relations.chain = None
            return
        spoken = self.words if first else ""
        self.cites = self.marks.cites(chain, spoken, following, NOTHING if first else self.cites)
        before = lead(
            without_said(spoken, self.profile.letters), self.profile.words, functions=True
        )
        inner = lead(chain.before, self.profile.words, embedded=True)
        behind = after(chain.after, True, self.profile.words)
        unsaid = following
        pair, following = said_behind(following, self.profile.letters)
        pairs = (*self.pairs, *beside, *([pair] if pair else []))
        leads = (before, inner, behind, after(following))
        troubles = [one.trouble for one in leads]
        trouble = next(filter(None, (*troubles, unread(chain.before), unread(chain.after))), "")
        if trouble:
            raise NotUnderstood(
                f"Read, but not taken as a claim: {trouble}.",
                "Say it with let, then, since, therefore, if j is an output neuron, ….",
                chain.at,
            )
        self.numbered = self.numbered or NUMBERED in spoken
        counted = self.numbered or NUMBERED in first_sentence(following)
        doubts = [MAY_LEAVE_OUT] * counted + [one.doubt for one in leads]
        if self.broken:
            doubts.append("a condition before it in its sentence was not understood")
        narrow = not self.broken and all(one.narrow for one in leads if one.doubt)
        if self.unread_pair and not any(doubts):
            doubts.append("which of its letters are one is said in words that are not understood")
        if (before.doubt or inner.doubt) and not narrow:
            self.broken = self.broken or conditional(f"{self.words} {chain.before}")
        self.hearing.hear(chain.before, (), chain.at)
        self.hearing.hear(chain.after, (), chain.at)
        cue = inner.cue or before.cue
        if cue == "and" or not (cue or first):  # as the formula before it in this sentence
            cue = self.cue
        self.cue = cue
        words = Lead(
            cue,
            doubt=next(filter(None, doubts), ""),
            naming=before.naming,
            narrow=narrow,
            some=self.some,
            pairs=pairs,
            cites=self.cites,
            kinds=kinds_said(f"{spoken} {chain.before}", f"{chain.after} {unsaid}", self.claimed),
        )
        if TRAILING.match(following):
            own = own_range(first_sentence(following))
            self.hearing.hear(own, (), chain.at, trailing=True)
        self.hearing.caption(first_sentence(following), chain.at)
        roles = {**self.hearing.roles, **self.hearing.local}
        letter = first_letter(chain, self.profile)
        if letter and "*" in self.hearing.local and letter not in self.hearing.since:
            roles[letter] = replace(self.hearing.local["*"], letter=letter)
        heard = {name: role.role for name, role in self.hearing.local.items()}
        if "*" in heard:
            heard.setdefault(letter, heard["*"])
        kinds = self.kinds.of((*chain.members, *(one.tokens for one in chain.cases)), heard)
        unlike = self.kinds.unlike(kinds)
        if unlike and not words.doubt:
            words = replace(words, doubt=unlike, narrow=False)
        if kinds and chain.cases:
            raise NotUnderstood("Weights of two layers beside cases are not read.", "", chain.at)
        roles |= {name: Role(name, one.kind, one.at) for name, one in kinds.items()}
        if chain.continues:  # it speaks of the neurons that the line before speaks of
            roles = {**roles, **self.spoken, **self.hearing.local}
        chain, roles = at_numbers(chain, roles, self.profile)
        context = Context(self.profile, roles, self.sets)
        step = stepped(chain, self.profile)
        if self._over_iterations(chain, after=0 if step is None else 1):
            self._update(chain, words, piece)
            return
        chain = step or chain
        span = sums_over(chain.after) or sums_over(first_sentence(following))
        if chain.cases and any(role.role == "within" for role in roles.values()):
            raise NotUnderstood("A range of layers beside cases is not read.", "", chain.at)
        if chain.cases:
            self.sides.cases(chain, context, words, span, piece)
            return
        notes = Notes()
        members = self.sides.members(chain.members, context, notes)
        if self._names_outputs(chain, members):
            self.outputs_named = True
            return
        goes_on = words.cue == "then" or _PROOF.search(self.words) is not None
        carried = self.hearing.carried(letter, self.words) if goes_on else None
        titled = carried or self.hearing.titled(letter, roles)
        if titled is not None:
            titles, noted = Context(self.profile, {**roles, letter: titled}, self.sets), Notes()
            again = self.sides.members(chain.members, titles, noted)
            if not noted.fails or notes.fails:  # e_k under "Hidden neurons" is of an output
                members, context, notes = again, titles, noted
                if carried is not None:
                    self.hearing.local[letter] = carried
        if span:
            members = [with_range(m, Range(span)) if m else None for m in members]
        if step is not None:
            members = changes(members, chain.at)
        notes.fails += beyond(members, roles, chain.at)
        roles, some = of_hidden(members, context.roles)
        context = replace(context, roles=roles)
        self.spoken = roles
        if some and not words.doubt:
            words = replace(words, doubt=OF_SOME_LAYERS)
        self.relations.add(chain, members, context, notes, words, piece)

    def _names_outputs(self, chain: Chain, members: Sequence[Formula | None]) -> bool:
        """Whether it only says that h_{W,b}(x) is the signal of the last layer."""
        text = self.source.text[chain.at : chain.end]
        same = len(members) > 1 and all(m is not None and m == members[0] for m in members)
        return same and any(re.search(rf"(?<![\\A-Za-z]){sign}\s*[_(]", text)
                            for sign in self.profile.network)  # fmt: skip

    def _over_iterations(self, chain: Chain, after: int) -> bool:
        """Whether it speaks of more iterations than one, with a momentum constant.

        Of a step of a weight, what stands `after` its left side is looked at.
        """
        begin = chain.members[after][0].at if after else chain.at
        whole = self.source.text[begin : chain.end]
        known = (
            any(sign in whole for sign in self.momentum)
            or (not self.momentum and has_momentum(whole, self.profile))
            or any(map(is_rule, self.relations.claims))
        )
        return known and not chain.cases and over_iterations(whole, self.profile)

    def _update(self, chain: Chain, words: Lead, piece: int) -> None:
        """The claims of a chain over several iterations, as they were typed."""
        sides = [
            self.source.text[member[0].at : member[-1].end] if member else ""
            for member in chain.members
        ]
        self.relations.add_typed(chain, sides, words, piece)


def _flat(parts: Sequence[object]) -> str:
    """All the words of a document, with $…$ around what stands within a line."""
    text = ""
    for piece in parts:
        if isinstance(piece, Prose):
            text += plain(piece.text)
        elif isinstance(piece, Mathematics):
            text += " " if piece.display else f"${piece.text}$"
    return text


def _without(text: str, said: Sequence[Ending]) -> str:
    """The display without what its end says of a layer; every character keeps its place."""
    for one in said:
        text = text[: one.start] + " " * (one.end - one.start) + text[one.end :]
    return text


def _instances(words: str, text: str) -> bool:
    """Whether it only names the neurons that are meant in an example: (here j = 3, 4)."""
    return (
        re.search(r"(?:\((?:here\s*)?|\b(?:neuron|unit)s?\s+)$", words[-40:]) is not None
        and NAMED.fullmatch(text) is not None
    )
