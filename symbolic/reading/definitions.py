"""Which relation defines its left side, which repeats a definition, and which is a claim."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from fractions import Fraction

from symbolic.errors import InputError
from symbolic.indexed import Count, Num, Var
from symbolic.reading.activation import of_outputs, stated
from symbolic.reading.claims import Claim, Kind
from symbolic.reading.context import Context
from symbolic.reading.elaborate import Elaborator
from symbolic.reading.formulas import (
    ONE,
    SAMPLE,
    UNWRITTEN,
    Applied,
    Call,
    Formula,
    Partial,
    Plus,
    Read,
    SumOver,
    Times,
    bound,
    canonical,
    free,
    inside,
    rebuilt,
    walk,
)
from symbolic.reading.grammar import parse
from symbolic.reading.layers import INPUTS, of_last_layer, own_layer
from symbolic.reading.profile import ARRAYS, GIVEN, OWN, Profile
from symbolic.reading.scripts import shown
from symbolic.reading.source import Fault, NotUnderstood, Place, Problem, Source
from symbolic.reading.tokens import tokens

_GIVEN = frozenset(ARRAYS[kind] for kind in GIVEN)
CHANGES = ("dw", "db")
OF_ITS_OWN = "the constant of ∝ may be another than the learning rate"
Key = tuple[str, ...]


def standard(profile: Profile) -> tuple[Claim, ...]:
    """The usual definitions of a profile, read as a document is read.

    Raises `InputError` with file and line where one of them cannot be read.
    """
    found: list[Claim] = []
    for symbol in profile.symbols.values():
        if symbol.definition:
            try:
                left, right = _sides(symbol.definition, profile)
            except NotUnderstood as error:
                raise InputError(
                    f"the definition of {symbol.sign} is not understood: {error.what}",
                    file=profile.file,
                    line=symbol.place[0],
                    column=symbol.place[1],
                ) from None
            place = Place(1, 1)
            sides = [(left, right), *_of_bias(left, right, profile)]
            found += [
                Claim(len(found) + n, Kind.DEFINITION, one, "=", other, place, explicit=True)
                for n, (one, other) in enumerate(sides, 1)
            ]
    return tuple(found)


def _of_bias(left: Formula, right: Formula, profile: Profile) -> Iterator[tuple[Formula, Formula]]:
    """What the change of a weight says of the change of a bias: Δb_j = −η ∂E/∂b_j."""
    bias = next((one for one in profile.symbols.values() if one.array == "b"), None)
    if bias is None or not isinstance(left, Read) or left.array != "dw":
        return

    def turned(part: Formula) -> Formula:
        made = rebuilt(part, tuple(map(turned, inside(part))))
        if isinstance(made, Read) and made.array in ("w", "dw"):
            array = made.array.replace("w", "b")
            return Read(array, made.at[:-1], bias.sign)
        return made

    yield turned(left), turned(right)


def _sides(text: str, profile: Profile) -> tuple[Formula, Formula]:
    found = tokens(text)
    split = [n for n, token in enumerate(found) if token.kind == "REL"][:1]
    if not split:
        raise NotUnderstood("A definition is an equation.", "", 0)
    reader = Elaborator(Context(profile))
    return reader.read(parse(found[: split[0]])), reader.read(parse(found[split[0] + 1 :]))


def key(head: Read) -> Key:
    """What a head defines: its array, and by which indices (𝓔, 𝓔^ξ and 𝓔_j^ξ are three).

    So are Δw, and the change Δ_p w for one sample, two.
    """
    sorts = [i.sort for i in head.at if isinstance(i, Var)]
    if head.array.startswith("E"):
        return (head.array, *(sort.name for sort in sorts))
    if head.array in CHANGES and SAMPLE in sorts:
        return (head.array, SAMPLE.name)
    return (head.array,)


class Definitions:
    """The definitions of one document so far."""

    def __init__(self, usual: tuple[Claim, ...], source: Source, profile: Profile) -> None:
        self.source, self.profile = source, profile
        self.section = -1  # where the last heading stands; what is said of j before it is no limit
        self.usual: dict[Key, tuple[object, ...]] = {}
        self.unbiased: dict[Key, tuple[object, ...]] = {}  # as they are where no bias is written
        for claim in usual:
            if claim.head is not None:
                self.usual[key(claim.head)] = canonical(claim.left, claim.right)
                left_out = _without_bias(claim.right)
                if left_out is not None and not _writes_bias(source, profile):
                    self.unbiased[key(claim.head)] = canonical(claim.left, left_out)
        self.made: dict[Key, int] = {}  # key: the number of the claim
        self.activation: tuple[int, Formula] | None = None  # what φ is, and who says so
        self.outputs: tuple[int, tuple[object, ...]] | None = None  # of output neurons alone
        self.hidden = 0  # the number of the line that says what φ of hidden neurons is
        self.outer = 0  # of the one that says what φ of output neurons is
        self.outer_role = False  # whether it says so of a letter
        self.outer_shape: Formula | None = None
        self.steepest: list[int] = []  # the numbers of claims Δw ∝ …
        self.forms: dict[Key, tuple[object, ...]] = {}
        self.reads: dict[Key, set[Key]] = {}

    def judged(
        self,
        claim: Claim,
        before: list[Claim],
        opens: bool,
        at: int,
        kinds: frozenset[str] = frozenset(),
    ) -> Claim:
        """The claim with its kind; `opens` where it is the first relation of its chain.

        It stands at the character `at`; the words around it name these `kinds` of neurons.  Raises
        `NotUnderstood` where a condition may stand beside what would be no claim.
        """
        about_size = isinstance(claim.left, Count) or _says_apart(claim) or says_shares(claim)
        if (claim.cue in ("assume", "if") or about_size) and opens:
            _require_words(claim, at)
            return replace(claim, kind=Kind.ASSUMPTION)
        if opens and claim.relation in ("=", ":=") and _of_one_layer(claim):
            return replace(claim, doubt=claim.doubt or _ONE_LAYER, narrow=not claim.doubt)
        if opens and claim.relation in ("=", ":="):
            linear = self._of_fields(claim)
            if self._of_outputs(linear, kinds):
                return self._outer(linear, at)
        shape = stated(claim.left, claim.right)
        if shape is None and isinstance(claim.left, Applied):
            shape, kinds = stated_of_last(claim), frozenset({"output"})
        if shape is not None and claim.relation in ("=", ":="):
            return self._activation(claim, shape, before, at, kinds)
        if _is_bias(claim, self.profile):
            return replace(claim, kind=Kind.ASSUMPTION)
        head = claim.head
        explicit = claim.relation == ":=" or (claim.cue == "let" and opens)
        if head is None or not opens or claim.relation not in ("=", ":="):
            if claim.relation == ":=":
                return self._wrong(claim, "Only a quantity with letters can be defined.")
            return claim
        letters = [i for i in head.at if i != UNWRITTEN]
        general = all(isinstance(i, Var) for i in letters) and len(set(letters)) == len(letters)
        if not general and explicit and key(head) in self.usual:
            return replace(claim, doubt=claim.doubt or _ONE_LAYER, narrow=not claim.doubt)
        if not general and explicit:
            return self._wrong(claim, "A definition has different letters on its left.")
        if head.array in _GIVEN:
            what = f"{head.sign} is given with the network and cannot be defined."
            return self._wrong(claim, what) if explicit else claim
        name = key(head)
        form = canonical(claim.left, claim.right)
        if name in self.made:
            number = self.made[name]
            if form == self.forms[name]:
                return replace(claim, kind=Kind.RESTATEMENT, explicit=explicit, of=number)
            if explicit and _other_neurons(claim, before[number - 1]):
                return replace(claim, kind=Kind.DEFINITION, explicit=True)
            if explicit:
                first = before[number - 1].place
                what = f"{head.sign} was defined at {first}, and this definition is another."
                return replace(self._wrong(claim, what), of=number)
            other = _is_other_cost(claim, before[number - 1])
            return _of_setting(claim, number, head.sign) if other else claim
        usual = self.usual.get(name)
        if usual == form and not explicit and (claim.doubt or _some_sources(claim)):
            return claim
        again = [p for p in walk(claim.right) if isinstance(p, Read) and key(p) == name]
        if again and usual is not None and all(part.at != head.at for part in again):
            return claim  # the rule for δ_j by δ_k is a claim about what δ usually is
        free_to_say = explicit or usual is None or usual == form or _is_signal(claim)
        free_to_say = free_to_say or form == self.unbiased.get(name)
        free_to_say = free_to_say or (usual is not None and _adds(claim, usual))
        free_to_say = free_to_say or _descends(claim) or _is_cost(claim)
        free_to_say = free_to_say or (head.array in CHANGES and self._has_own_cost(before))
        if not general or not free_to_say:
            return claim
        _require_words(claim, at)
        return self._new(replace(claim, kind=Kind.DEFINITION, explicit=explicit), name, form)

    def of_steepest(self, claim: Claim) -> Claim:
        """Δw ∝ −∂𝓔/∂w, read with the learning rate: what is true of it stays so."""
        self.steepest.append(claim.number)
        return claim if claim.doubt else replace(claim, doubt=OF_ITS_OWN, narrow=True)

    def settled(self, claims: list[Claim], named: bool, outputs: bool) -> list[Claim]:
        """The claims at the end: φ of hidden neurons is that of all but outputs with their own.

        Δw ∝ … defines what no other line does.
        A function that only the words near it give to the outputs is that of all neurons where no
        other is written or `named` in words; words may name that of the `outputs`.
        """
        for number in self.steepest:
            one = claims[number - 1]
            if one.head is None or key(one.head) in {*self.made, *self.usual} or not one.narrow:
                continue
            said = replace(one, kind=Kind.DEFINITION, doubt="", narrow=False)
            claims[number - 1] = self._new(said, key(one.head), canonical(one.left, one.right))
        if self.outer and self.activation is None:
            one = claims[self.outer - 1]
            kept = named or self.outer_role
            claims[self.outer - 1] = _unsaid(one, "hidden") if kept else replace(one, outer=False)
        if self.of_hidden and not outputs:
            claims[self.hidden - 1] = _unsaid(claims[self.hidden - 1], "output")
        return claims

    @property
    def of_hidden(self) -> bool:
        """Whether φ is that of hidden neurons, and no formula says what the outputs compute."""
        return bool(self.hidden) and self.outputs is None and not self.outer

    def _of_fields(self, claim: Claim) -> Claim:
        """y_k = Σ_i w_ki x_i as y_k = a_k, where that is what a_k usually is and no φ is written.

        A text that says otherwise what fields are does so before.
        """
        head = claim.head
        if head is None or head.array != "y" or ("v",) not in self.usual or ("v",) in self.made:
            return claim
        field = replace(head, array="v", sign=self.profile.of_array("v").sign)
        same = canonical(field, claim.right) in (self.usual[("v",)], self.unbiased.get(("v",)))
        return replace(claim, right=field) if same else claim

    def _of_outputs(self, claim: Claim, told: frozenset[str]) -> bool:
        """Whether it says what the signals of the output neurons are, and of no others."""
        if not isinstance(claim.left, Read) or claim.left.array != "y":
            return False
        head, right = of_last_layer(claim.left), of_last_layer(claim.right)
        if not isinstance(head, Read) or right is None:
            return False
        if not head.at or not isinstance(head.at[0], Var):
            return False
        symbol = self.profile.symbol(head.sign)
        of_sign = symbol is not None and symbol.only == "output"
        said = (role for role in claim.roles if role.letter == head.at[0].name)
        of_role = any(one.role == "output" and one.at > self.section for one in said)
        of_layer = head != claim.left or right != claim.right
        shape = stated(head, right)
        known = self.activation is not None and shape == self.activation[1]
        softmax = any(isinstance(part, SumOver) for part in walk(right))
        of_words = told == {"output"}
        meant = of_sign or of_role or of_layer or of_words or softmax  # a share is an output's
        return meant and not known and of_outputs(head, right)

    def _outer(self, claim: Claim, at: int) -> Claim:
        form = canonical(claim.left, claim.right)
        if self.outputs is not None:
            number, known = self.outputs
            if form == known:
                return replace(claim, kind=Kind.RESTATEMENT, of=number)
            return _of_setting(claim, number, "the signals of the output neurons")
        _require_words(claim, at)
        self.outputs = claim.number, form
        return replace(claim, kind=Kind.DEFINITION, explicit=True, outer=True)

    def _activation(
        self, claim: Claim, shape: Formula, before: list[Claim], at: int, told: frozenset[str]
    ) -> Claim:
        """The first formula for φ defines it, for every neuron."""
        sign = claim.left.sign if isinstance(claim.left, Applied) else ""
        if sign and sign == self.profile.outer_sign:
            return self._outer_activation(claim, shape, at, True)
        names = {v.name for v in free(claim.left)}
        said = (r for r in claim.roles if r.letter in names and r.at > self.section)
        roles = {role.role for role in said}
        kinds = told | roles
        if kinds >= {"output", "hidden"}:
            return _of_some(claim, "Say of each function which neurons have it.")
        if "output" in kinds and isinstance(claim.left, Applied):
            return self._outer_activation(claim, shape, at, "output" in roles)
        if "output" in kinds:
            return _of_some(claim, "Write the signal of an output neuron, without φ.")
        if claim.some and not claim.doubt:  # it is used for claims about these neurons alone
            return claim if claim.head else replace(claim, kind=Kind.DEFINITION, explicit=True)
        if self.activation is not None:
            number, known = self.activation
            if shape == known and claim.head is None:
                return replace(claim, kind=Kind.RESTATEMENT, of=number)
            first = before[number - 1].left
            other = isinstance(first, Applied) and sign not in ("", first.sign)
            if shape != known and ("hidden" in kinds or other):
                return _of_some(claim, "Say of each function which neurons have it.")
            return claim
        _require_words(claim, at)
        made = replace(claim, kind=Kind.DEFINITION, explicit=True)
        if claim.head is not None and key(claim.head) in self.made:
            applied = before[self.made[key(claim.head)] - 1].right
            if not isinstance(applied, Applied) or applied.order:
                return claim
            places = claim.head.at[: len(applied.at)]  # y_j = tanh(v_j) after y_j = φ(v_j)
            field = replace(claim.head, array="v", sign=getattr(applied.argument, "sign", ""))
            made = replace(made, left=replace(applied, at=places, argument=field))
        elif claim.head is not None:  # φ is not written
            made = self._new(made, key(claim.head), canonical(claim.left, claim.right))
        self.activation = claim.number, shape
        self.hidden = claim.number if "hidden" in kinds or self.profile.outer_sign else 0
        return made

    def _outer_activation(self, claim: Claim, shape: Formula, at: int, by_role: bool) -> Claim:
        """φ of output neurons; the first formula for it defines it."""
        known = self.outer_shape if self.outer else None
        if self.activation is not None and self.activation[1] == shape and not self.outer:
            return replace(claim, kind=Kind.RESTATEMENT, of=self.activation[0])
        if known == shape:
            return replace(claim, kind=Kind.RESTATEMENT, of=self.outer)
        if known is not None or self.outputs is not None:
            return _of_some(claim, "The output neurons have a function already.")
        _require_words(claim, at)
        self.outer, self.outer_shape, self.outer_role = claim.number, shape, by_role
        return replace(claim, kind=Kind.DEFINITION, explicit=True, outer=True)

    def _new(self, claim: Claim, name: Key, form: tuple[object, ...]) -> Claim:
        head = claim.head
        assert head is not None
        read = [part for part in walk(claim.right) if isinstance(part, Read)]
        if any(part.array == head.array and part.at == head.at for part in read):
            return self._wrong(claim, f"{head.sign} is defined through itself.")
        own = {i for i in head.at if isinstance(i, Var)}
        self.reads[name] = {
            key(part)
            for part in read
            if {i for i in part.at if isinstance(i, Var)} <= own
        }  # fmt: skip
        if self._reaches(name, name):
            del self.reads[name]
            return self._wrong(claim, f"{head.sign} is defined through itself in a circle.")
        self.made[name], self.forms[name] = claim.number, form
        return claim

    def _has_own_cost(self, before: list[Claim]) -> bool:
        """Whether the text defines a cost of its own, by the cost, that its weights may go down."""
        own = (before[n - 1] for (array, *_), n in self.made.items() if array.startswith(OWN))
        return any(
            isinstance(part, Read) and part.array.startswith("E")
            for claim in own
            for part in walk(claim.right)
        )

    def _reaches(self, start: Key, goal: Key) -> bool:
        seen: set[Key] = set()
        stack = list(self.reads.get(start, ()))
        while stack:
            top = stack.pop()
            if top == goal:
                return True
            if top not in seen:
                seen.add(top)
                stack.extend(self.reads.get(top, ()))
        return False

    def _wrong(self, claim: Claim, what: str) -> Claim:
        problem = Problem(Fault.DEFINITION, what, "Remove it or rename the symbol.", claim.place)
        return replace(claim, kind=Kind.DEFINITION, problems=(*claim.problems, problem))


def _of_setting(claim: Claim, number: int, of: str) -> Claim:
    """A line of a second setting: a cost or function beside another one."""
    what = f"({number}) says another thing of {of}."
    step = "Write a text of its own for each setting."
    problem = Problem(Fault.NOT_UNDERSTOOD, what, step, claim.place)
    return replace(claim, problems=(*claim.problems, problem))


def _is_cost(claim: Claim) -> bool:
    """Whether it says what a cost is, by the signals of outputs and what is desired of them."""
    head, parts = claim.head, [*walk(claim.right)]
    arrays = {part.array for part in parts if isinstance(part, Read)}
    slopes = any(isinstance(part, Partial | Applied) for part in parts)
    made = bool(arrays & {"d", "e"}) and not any(one.startswith("E") for one in arrays)
    return head is not None and head.array == "E" and made and not slopes


def _is_other_cost(claim: Claim, defined: Claim) -> bool:
    """Whether one is a cross-entropy and the other a sum of squares."""
    costs = claim.head is not None and claim.head.array.startswith("E")
    kinds = {any(isinstance(p, Call) for p in walk(one.right)) for one in (claim, defined)}
    plain = not any(isinstance(part, Partial | Applied) for part in walk(claim.right))
    return costs and plain and len(kinds) == 2


_ONE_LAYER = "it is said to be a definition, of one neuron or layer"


def _of_one_layer(claim: Claim) -> bool:
    """Whether it may say what the signals or fields of one layer are, that has a number."""
    left = claim.left
    known = isinstance(left, Applied) or (isinstance(left, Read) and left.array in ("y", "v"))
    own = own_layer(left) if known else None
    return own is not None and shown(own).startswith(INPUTS)


def stated_of_last(claim: Claim) -> Formula | None:
    """φ, where it is written of a field of the last layer."""
    left, right = of_last_layer(claim.left), of_last_layer(claim.right)
    own = left is not None and left != claim.left
    return stated(left, right) if own and left is not None and right is not None else None


def _unsaid(claim: Claim, others: str) -> Claim:
    """A function of some neurons, where the text does not say what the others compute."""
    made = replace(claim, kind=Kind.CLAIM, outer=False)
    return _of_some(made, f"Say what the {others} neurons compute, too.")


def _of_some(claim: Claim, next_step: str) -> Claim:
    what = "An activation function of some of the neurons is not in reach."
    problem = Problem(Fault.NOT_UNDERSTOOD, what, next_step, claim.place)
    return replace(claim, problems=(*claim.problems, problem))


def _require_words(claim: Claim, at: int) -> None:
    """Refuses what would be no claim where a condition may stand beside it."""
    if claim.doubt:
        raise NotUnderstood(
            f"Read, but not taken as a definition or an assumption: {claim.doubt}.",
            "Say it with let, then, since, therefore, if j is an output neuron, ….",
            at,
        )


def _says_positive(claim: Claim) -> bool:
    """Whether it says that a constant is positive, as all constants are taken to be."""
    array = claim.left.array if isinstance(claim.left, Read) else ""
    constant = array.startswith("constant ") or array == "eta"
    return constant and claim.relation in (">", ">=", "!=") and claim.right == Num(Fraction(0))


def _says_apart(claim: Claim) -> bool:
    """Whether it says that a weight is not 0, or between which numbers a constant lies."""
    sides = claim.left, claim.right
    numbers = [one for one in sides if isinstance(one, Num)]
    others = [one.array for one in sides if isinstance(one, Read)]
    constant = all(array.startswith("constant ") or array == "eta" for array in others)
    if claim.relation == "!=":
        return len(others) == len(numbers) == 1 and (constant or others == ["w"])
    if (
        claim.relation not in ("<", "<=", ">", ">=")
        or not constant
        or len(others) + len(numbers) < 2
    ):
        return False
    below = (
        claim.relation in ("<", "<=") if claim.right in numbers else claim.relation in (">", ">=")
    )
    return not below or all(number.value > 0 for number in numbers)  # constants are positive


def _is_signal(claim: Claim) -> bool:
    """Whether it says y_j = φ(v_j), with an index at φ or without one."""
    match claim.left, claim.right:
        case Read("y", at), Applied("phi", places, Read("v", own), 0):
            return own == at and all(place in at for place in places)
    return False


def _without_bias(right: Formula) -> Formula | None:
    """Σ_i w_ji y_i of Σ_i w_ji y_i + b_j, None of anything else."""
    if not isinstance(right, Plus):
        return None
    kept = tuple(t for t in right.terms if not (isinstance(t, Read) and t.array == "b"))
    return kept[0] if len(kept) == 1 and len(right.terms) == 2 else None


def _writes_bias(source: Source, profile: Profile) -> bool:
    """Whether the sign of a bias stands anywhere in the document."""
    biases = ((sign, one) for sign, one in profile.symbols.items() if one.array == "b")
    signs = [name for sign, one in biases for name in (sign, *one.also)]
    found = (rf"(?<![A-Za-z\\]){re.escape(sign)}(?![A-Za-z])" for sign in signs)
    return any(re.search(pattern, source.text) for pattern in found)


def is_idle(claim: Claim, assumed: Claim, profile: Profile) -> bool:
    """Whether an assumption changes no verdict of a claim, and is not what holds anyway."""
    if _says_positive(assumed) or _is_bias(assumed, profile):
        return False
    if isinstance(assumed.left, Count):
        least = assumed.relation == ">=" and assumed.right == ONE
        anyway = least or (assumed.relation in (">", "!=") and assumed.right == Num(Fraction(0)))
        return not (anyway or (assumed.right == ONE and claim.one_sample))
    return not (says_shares(assumed) and claim.shares)


def says_shares(claim: Claim, outputs: Collection[int] | None = None) -> bool:
    """Whether it says that the desired responses of a sample add up to one.

    Those of numbered neurons do where these are the `outputs` of the given network, if it is known.
    """
    match claim.left:
        case Plus(terms):
            of = [t.at[0] for t in terms if isinstance(t, Read) and t.array == "d" and t.at]
            numbers = {n for n in of if isinstance(n, int)}
            each = len(numbers) == len(terms) and (outputs is None or numbers == {*outputs})
            return each and claim.relation == "=" and claim.right == ONE
        case SumOver(letter, span, Read("d", (place, *_))):
            every = place == letter and span.kind in ("output", "unsaid")
            return every and claim.relation == "=" and claim.right == ONE
    return False


def _other_neurons(one: Claim, other: Claim) -> bool:
    """Whether the heads speak of output neurons here and of hidden ones there."""
    assert one.head is not None
    assert other.head is not None
    roles = [
        {claim.role(i.name) for i in head.at if isinstance(i, Var)} & {"output", "hidden"}
        for claim, head in ((one, one.head), (other, other.head))
    ]
    return len(roles[0]) == len(roles[1]) == 1 and roles[0] != roles[1]


def _is_bias(claim: Claim, profile: Profile) -> bool:
    """Whether it says y_0 = 1, which the notation takes for granted."""
    left = claim.left
    bias = isinstance(left, Read) and left.array == "y" and left.at[:1] == (profile.bias_neuron,)
    return bias and claim.relation == "=" and claim.right == ONE


def _adds(claim: Claim, usual: tuple[object, ...]) -> bool:
    """Whether a change is the usual one and more, Δw = −η ∂E/∂w − λ w, or a field has a bias."""
    head, terms = claim.head, claim.right.terms if isinstance(claim.right, Plus) else ()
    more = [term for term in terms if canonical(claim.left, term) != usual]
    if head is None or len(more) == len(terms):
        return False
    biased = [isinstance(t, Read) and t.array == "b" and t.at == head.at[:1] for t in more]
    return head.array in CHANGES or (head.array == "v" and biased == [True])


def _descends(claim: Claim) -> bool:
    """Whether a change is −η ∂E/∂w, where E is a cost that the document makes for itself."""
    head, right = claim.head, claim.right
    if head is None or head.array not in CHANGES or not isinstance(right, Times):
        return False
    slopes = [part for part in right.factors if isinstance(part, Partial)]
    rest = {part for part in right.factors if not isinstance(part, Partial)}
    known = {Num(Fraction(-1)), *(part for part in rest if part == Read("eta"))}
    made = [isinstance(one.of, Read) and one.of.array.startswith(OWN) for one in slopes]
    return rest == known and made == [True] and slopes[0].by.at == head.at


def _some_sources(claim: Claim) -> bool:
    """Whether a sum is said to run over the outputs or over what a neuron feeds."""
    return any(s.range.kind in ("output", "fed") for s in bound(claim.right)) and (
        claim.head is not None and claim.head.array == "v"
    )
