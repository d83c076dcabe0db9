r"""Signs that a document makes for itself: q_j = e_j \varphi_j'(v_j), where no notation has a q.

The first equation with such a sign alone on its left defines it.  Where that is what the field or
the signal of a neuron is, and the document has no other sign for these, it is a spelling of theirs;
else it stands for the right side of its definition, wherever it is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from symbolic.indexed import Shifted, Var
from symbolic.reading.activation import of_outputs, stated
from symbolic.reading.chains import Chain, apart, chains
from symbolic.reading.claims import Claim, Kind, Reading
from symbolic.reading.context import Context
from symbolic.reading.definitions import standard
from symbolic.reading.documents import Document, Mathematics
from symbolic.reading.elaborate import Elaborator
from symbolic.reading.formulas import (
    LAYER,
    NEURON,
    SAMPLE,
    UNWRITTEN,
    Applied,
    Formula,
    Read,
    SumOver,
    at_numbers,
    bound,
    canonical,
    free,
    inside,
    put,
    rebuilt,
    walk,
)
from symbolic.reading.grammar import parse
from symbolic.reading.layers import relocated
from symbolic.reading.macros import expanded
from symbolic.reading.profile import OWN, Profile, Symbol
from symbolic.reading.samples import changed
from symbolic.reading.scripts import parts, power_of
from symbolic.reading.source import BeyondError, Fault, NotUnderstood, Problem
from symbolic.reading.tokens import Tok, tokens
from symbolic.reading.tree import Group, Letter, Node, Product, Scripted

MOST_OWN = 40
LONGEST = 12
"""So many tokens may stand on the left of a definition."""
FIELD, SIGNAL = "v", "y"


def with_own_signs(document: Document, profile: Profile) -> Profile:
    r"""The notation with the signs that a document defines for itself.

    >>> from symbolic.reading.documents import cut
    >>> from symbolic.reading.profile import open_profile
    >>> document = cut(r"$q_j = e_j \varphi_j'(v_j)$", "markdown")
    >>> made = with_own_signs(document, open_profile("haykin"))
    >>> made.symbols["q"].subscript, "q" in made.letters
    (('neuron',), False)
    """
    written: set[str] | None = None
    count = 0
    for left, right in _equations(document, profile):
        if count == MOST_OWN:
            break
        try:
            symbol = _symbol(parse(left), profile)
            if symbol is None:
                continue
            wider = _with(profile, symbol)
            reader = Elaborator(Context(wider))
            head, body = reader.read(parse(left)), reader.read(parse(right))
        except NotUnderstood:
            continue
        if not isinstance(head, Read) or head.array != symbol.array:
            continue
        if written is None:
            written = _written(document)
        count += 1
        if any(_of_outputs(part, head, profile) for part in walk(body)):
            wider = _with(profile, replace(symbol, only="output"))
        known = _known_as(head, body, profile, written)
        profile = wider if known is None else _spelled(profile, known, symbol)
    return profile


def without_own_signs(reading: Reading) -> Reading:
    """The document with what its own signs stand for, in every line but their definitions.

    A sign stays where it is not known what it stands for: it has two definitions, is defined
    through itself, or for other neurons than those it is read of.
    """
    made = [c for c in reading.definitions if c.head is not None and _is_own(c.head)]
    counts = Counter(c.head.array for c in made if c.head is not None)
    bodies: Bodies = {}
    for claim in made:
        head = claim.head
        if head is None or claim.problems or counts[head.array] > 1:
            continue
        said = _Roles(claim)
        body = _put_in(claim.right, bodies, said)
        if not any(map(_is_own, walk(body))):
            bodies[head.array] = Own(head, body, tuple(said.of(index) for index in head.at))
    if not made:
        return reading

    def unfolded(claim: Claim) -> Claim:
        if claim.kind is Kind.DEFINITION and claim.head is not None and _is_own(claim.head):
            return claim
        return _known(changed(claim, lambda side: _put_in(side, bodies, _Roles(claim))))

    return replace(reading, claims=tuple(map(unfolded, reading.claims)))


def _known(claim: Claim) -> Claim:
    """A definition by a sign that stands for nothing known defines nothing."""
    left = next((p for p in walk(claim.right) if isinstance(p, Read) and _is_own(p)), None)
    if claim.kind is not Kind.DEFINITION or left is None or claim.problems:
        return claim
    what = f"What {left.sign} stands for here is not known."
    problem = Problem(Fault.NOT_UNDERSTOOD, what, "Define it once, before it is used.", claim.place)
    return replace(claim, problems=(problem,))


# -- looking through the document


def _equations(
    document: Document, profile: Profile
) -> Iterator[tuple[tuple[Tok, ...], tuple[Tok, ...]]]:
    """The first two members of every chain of equations whose left side is short."""
    for piece in document.pieces:
        if not isinstance(piece, Mathematics) or "=" not in piece.text:
            continue
        try:
            offsets = range(piece.at, piece.at + len(piece.text))
            text, places = expanded(piece.text, offsets, document.macros)
            found = chains(apart(tokens(text, places), profile.constants))
        except NotUnderstood:
            continue
        for one in found:
            if isinstance(one, Chain) and not one.cases and one.relations[0].text in ("=", ":="):
                left, right = one.members[:2]
                if 0 < len(left) <= LONGEST:
                    yield tuple(left), tuple(right)


def _written(document: Document) -> set[str]:
    """The signs that occur in formulas."""
    found: set[str] = set()
    for piece in document.pieces:
        if isinstance(piece, Mathematics):
            try:
                found |= {token.text for token in tokens(piece.text)}
            except NotUnderstood:
                continue
    return found


def _symbol(node: Node, profile: Profile) -> Symbol | None:
    """What the left side of a definition makes of its sign, None where it has a meaning."""
    if isinstance(node, Product) and len(node.factors) == 2 and not any(node.signs):
        head, argument = node.factors
        node = head if isinstance(argument, Group) else node  # q_j(n)
    match node:
        case Scripted(Letter(sign), below, above, 0):
            pass
        case Letter(sign):
            below = above = None
        case _:
            return None
    taken = profile.symbol(sign) is not None or sign in profile.sizes or sign in profile.sets
    if taken or (below is None and above is None and sign in profile.letters):
        return None
    sorts = [_sorts(script, profile) for script in (below, above)]
    if sorts[0] is None or sorts[1] is None or (above is not None and power_of(above) is not None):
        return None
    neurons = (sorts[0] + sorts[1]).count("neuron")
    layers = (0,) * neurons if "layer" in sorts[0] + sorts[1] else ()
    said = "defined by the document itself"
    return Symbol(sign, OWN.strip(), said, sorts[0], sorts[1], layers=layers)


def _sorts(script: Node | None, profile: Profile) -> tuple[str, ...] | None:
    """The sorts of the letters of a script, None where something else stands there."""
    found = []
    for one in parts(script):
        inner = one.items[0] if isinstance(one, Group) and len(one.items) == 1 else one
        if not isinstance(inner, Letter) or inner.name not in profile.letters:
            return None
        found.append(profile.letters[inner.name])
    return tuple(found)


def _with(profile: Profile, symbol: Symbol) -> Profile:
    letters = {one: sort for one, sort in profile.letters.items() if one != symbol.sign}
    return replace(profile, letters=letters, symbols={**profile.symbols, symbol.sign: symbol})


def _spelled(profile: Profile, known: Symbol, symbol: Symbol) -> Profile:
    """The notation in which the sign is a spelling of a known one."""
    also = replace(known, also=(*known.also, symbol.sign))
    letters = {one: sort for one, sort in profile.letters.items() if one != symbol.sign}
    return replace(profile, letters=letters, symbols={**profile.symbols, known.sign: also})


def _known_as(head: Read, body: Formula, profile: Profile, written: set[str]) -> Symbol | None:
    """The field, the signal or the cost, where the body says what that is, under no other sign."""
    sampled = any(isinstance(i, Var) and i.sort == SAMPLE for i in head.at)
    at = head.at if sampled else (*head.at, UNWRITTEN)
    field, signal = replace(head, array=FIELD, at=at), replace(head, array=SIGNAL, at=at)
    usual = (one for one in standard(profile) if one.head is not None and one.head.array == FIELD)
    if canonical(field, body) in [canonical(one.left, one.right) for one in usual]:
        return _unwritten(profile, FIELD, "", written)
    if stated(signal, body) is not None or _is_signal(body):
        return _unwritten(profile, SIGNAL, "", written)
    if of_outputs(signal, body):
        return _unwritten(profile, SIGNAL, "output", written)
    neurons = any(letter.sort == NEURON for side in (head, body) for letter in free(side))
    arrays = {part.array for part in walk(body) if isinstance(part, Read)}
    if not neurons and arrays & {"e", "d", SIGNAL}:
        return _unwritten(profile, "E", "", written)
    return None


def _of_outputs(part: Formula, head: Read, profile: Profile) -> bool:
    """Whether it is a quantity that only output neurons have, of a neuron of the left side."""
    symbol = profile.symbol(part.sign) if isinstance(part, Read) else None
    own = isinstance(part, Read) and any(i in head.at for i in part.at if _is_neuron(i))
    return own and symbol is not None and symbol.only == "output"


def _is_neuron(index: Shifted | int) -> bool:
    return isinstance(index, Var) and index.sort == NEURON


def _is_signal(body: Formula) -> bool:
    return (
        isinstance(body, Applied)
        and not body.order
        and isinstance(body.argument, Read)
        and body.argument.array == FIELD
    )


def _unwritten(profile: Profile, array: str, only: str, written: set[str]) -> Symbol | None:
    """The symbol of an array that the document writes nowhere."""
    found = [one for one in profile.symbols.values() if one.array == array and one.only != "input"]
    fitting = [one for one in found if one.only == only] or found
    free = [one for one in fitting if not written & {one.sign, *one.also}]
    return free[0] if free else None


# -- putting in


@dataclass(frozen=True)
class Own:
    """The definition of a sign, and of which neurons: output, hidden, or empty for all."""

    head: Read
    body: Formula
    roles: tuple[str, ...]


Bodies = dict[str, Own]


class _Roles:
    """What is said of the letters of a claim, those of sums among them."""

    def __init__(self, claim: Claim, inner: Mapping[str, str] | None = None) -> None:
        self.claim, self.inner = claim, dict(inner or {})

    def of(self, index: Shifted | int) -> str:
        """output, hidden, input, or empty where nothing is said."""
        if not isinstance(index, Var):
            return ""
        said = self.inner.get(index.name, self.claim.role(index.name))
        return said if said in ("output", "hidden", "input") else ""

    def within(self, total: SumOver) -> _Roles:
        """In the body of a sum."""
        return _Roles(self.claim, {**self.inner, total.over.name: total.range.kind})


def _is_own(part: Formula) -> bool:
    return isinstance(part, Read) and part.array.startswith(OWN)


def _put_in(formula: Formula, bodies: Bodies, said: _Roles) -> Formula:
    """The formula with definitions for signs; what a derivative is taken by is none of these."""
    within = said.within(formula) if isinstance(formula, SumOver) else said
    inner = tuple(_put_in(part, bodies, within) for part in inside(formula))
    made = rebuilt(formula, inner) if inner else formula
    if not isinstance(made, Read) or made.array not in bodies:
        return made
    own = bodies[made.array]
    if any(role not in ("", said.of(at)) for role, at in zip(own.roles, made.at, strict=True)):
        return made
    try:
        return _placed(own.body, dict(zip(own.head.at, made.at, strict=True)))
    except BeyondError:
        return made


def _placed(body: Formula, at: Mapping[Shifted | int, Shifted | int]) -> Formula:
    """The body of a definition at other indices than those of its head; raises `BeyondError`."""
    letters: dict[Var, Var] = {}
    numbers: dict[Var, int] = {}
    layers: dict[str, Shifted | int] = {}
    for own, index in at.items():
        if not isinstance(own, Var):
            raise BeyondError("A definition has letters on its left.")
        if own.sort == LAYER:
            layers[own.name] = index
        elif isinstance(index, Var):
            letters[own] = index
        elif isinstance(index, int):
            numbers[own] = index
    named = {one.range.of for one in bound(body)}
    if named & {own.name for own in numbers}:
        raise BeyondError(
            "The range of a sum is said by the letter of a neuron, not by its number."
        )
    return put(at_numbers(relocated(body, layers), numbers), letters)
