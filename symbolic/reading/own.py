r"""Signs that a document makes for itself: q_j = e_j \varphi_j'(v_j), where no notation has a q.

The first equation with such a sign alone on its left defines it.  Where that is what the field or
the signal of a neuron is, and the document has no other sign for these, it is a spelling of theirs;
else it stands for the right side of its definition, wherever it is read (`unfolding.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from symbolic.indexed import Shifted, Var
from symbolic.reading.activation import of_outputs, stated
from symbolic.reading.chains import Chain, apart, chains
from symbolic.reading.context import Context
from symbolic.reading.definitions import standard
from symbolic.reading.documents import Document, Mathematics
from symbolic.reading.elaborate import Elaborator
from symbolic.reading.formulas import (
    NEURON,
    SAMPLE,
    UNWRITTEN,
    Applied,
    Formula,
    Read,
    canonical,
    free,
    inside,
    rebuilt,
    walk,
)
from symbolic.reading.grammar import parse
from symbolic.reading.macros import expanded
from symbolic.reading.profile import OWN, Profile, Symbol
from symbolic.reading.scripts import parts, power_of
from symbolic.reading.signs import signs
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok, tokens
from symbolic.reading.tree import Group, Letter, Node, Product, Scripted

MOST_OWN = 40
LONGEST = 12
"""So many tokens may stand on the left of a definition."""
FIELD, SIGNAL = "v", "y"
Equation = tuple[Symbol, tuple[Tok, ...], tuple[Tok, ...]]
"""A sign, and the two sides of its equation."""


def with_own_signs(document: Document, profile: Profile) -> Profile:
    r"""The notation with the signs that a document defines for itself.

    >>> from symbolic.reading.documents import cut
    >>> from symbolic.reading.profile import open_profile
    >>> document = cut(r"$q_j = e_j \varphi_j'(v_j)$", "markdown")
    >>> made = with_own_signs(document, open_profile("haykin"))
    >>> made.symbols["q"].subscript, "q" in made.letters
    (('neuron',), False)
    """
    equations = _unknown(document, profile)
    if not equations:
        return profile
    written = _written(document)
    while True:
        made, wider = _read(equations, profile)
        spelled = next(_spellings(made, profile, written), None)
        if spelled is None:
            return wider
        for known, sign in spelled:
            profile = _spelled(profile, known, sign)
            del equations[sign]


# -- looking through the document


def _unknown(document: Document, profile: Profile) -> dict[str, Equation]:
    """The first equation of each sign that the notation does not have."""
    found: dict[str, Equation] = {}
    for left, right in _equations(document, profile):
        try:
            symbol = _symbol(parse(left), profile)
        except NotUnderstood:
            continue
        if symbol is not None and len(found) < MOST_OWN:
            found.setdefault(symbol.sign, (symbol, left, right))
    return found


def _read(
    equations: Mapping[str, Equation], profile: Profile
) -> tuple[dict[str, tuple[Read, Formula]], Profile]:
    """The signs with an equation that is understood, and the notation that has them all."""
    kept = dict(equations)
    while True:
        wider = profile
        for symbol, _, _ in kept.values():
            wider = _with(wider, symbol)
        made = {sign: _sides(one, wider) for sign, one in kept.items()}
        if None not in made.values():
            break
        kept = {sign: one for sign, one in kept.items() if made[sign] is not None}
    found = {sign: sides for sign, sides in made.items() if sides is not None}
    for sign, (head, body) in found.items():
        if any(_of_outputs(part, head, profile) for part in walk(body)):
            wider = _with(wider, replace(kept[sign][0], only="output"))
    return found, wider


def _sides(equation: Equation, profile: Profile) -> tuple[Read, Formula] | None:
    symbol, left, right = equation
    reader = Elaborator(Context(profile))
    try:
        head, body = reader.read(parse(left)), reader.read(parse(right))
    except NotUnderstood:
        return None
    return (head, body) if isinstance(head, Read) and head.array == symbol.array else None


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
            found = chains(apart(signs(text, profile, places), profile.constants))
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
    taken = taken or (profile.units is not None and profile.units.number(sign) is not None)
    taken = taken or sign in _indices(profile)
    if taken or (below is None and above is None and sign in profile.letters):
        return None
    sorts = [_sorts(script, profile) for script in (below, above)]
    if sorts[0] is None or sorts[1] is None or (above is not None and power_of(above) is not None):
        return None
    neurons = (sorts[0] + sorts[1]).count("neuron")
    layers = (0,) * neurons if "layer" in sorts[0] + sorts[1] else ()
    said = "defined by the document itself"
    return Symbol(sign, OWN.strip(), said, sorts[0], sorts[1], layers=layers)


def _indices(profile: Profile) -> set[str]:
    """The index letters that the usual definitions of a notation are written with."""
    usual = (tokens(one.definition) for one in profile.symbols.values() if one.definition)
    return {token.text for found in usual for token in found} & {*profile.letters}


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


def _spelled(profile: Profile, known: Symbol, sign: str) -> Profile:
    """The notation in which the sign is a spelling of a known one."""
    now = profile.symbols[known.sign]
    also = replace(now, also=(*now.also, sign))
    letters = {one: sort for one, sort in profile.letters.items() if one != sign}
    return replace(profile, letters=letters, symbols={**profile.symbols, known.sign: also})


Sides = tuple[Read, Formula]


def _spellings(
    made: Mapping[str, Sides], profile: Profile, written: set[str]
) -> Iterator[list[tuple[Symbol, str]]]:
    """Signs that are the field, the signal or the cost, under no other sign in the document.

    Two of them, u_j = Σ_i w_ji o_i and o_j = φ_j(u_j), are only known together.
    """
    for sign, (head, body) in made.items():
        known = _known_as(head, body, profile, written)
        if known is not None:
            yield [(known, sign)]
    field, signal = (_unwritten(profile, array, "", written) for array in (FIELD, SIGNAL))
    if field is None or signal is None:
        return
    for one, (head, body) in made.items():
        for other, (signal_head, applied) in made.items():
            as_known = {head.array: FIELD, signal_head.array: SIGNAL}
            both = _as(as_known, head), _as(as_known, body)
            if _is_signal(_as(as_known, applied)) and _is_field(*both, profile):
                yield [(field, one), (signal, other)]


def _as(arrays: Mapping[str, str], formula: Formula) -> Formula:
    """The formula with known arrays for those of signs, their samples unwritten."""
    made = rebuilt(formula, tuple(_as(arrays, part) for part in inside(formula)))
    if not isinstance(made, Read) or made.array not in arrays:
        return made
    return replace(made, array=arrays[made.array], at=_sampled(made))


def _sampled(read: Read) -> tuple[Shifted | int, ...]:
    """The indices with a sample, unwritten if none is there."""
    sampled = any(isinstance(i, Var) and i.sort == SAMPLE for i in read.at)
    return read.at if sampled else (*read.at, UNWRITTEN)


def _is_field(left: Formula, right: Formula, profile: Profile) -> bool:
    usual = (one for one in standard(profile) if one.head is not None and one.head.array == FIELD)
    return canonical(left, right) in [canonical(one.left, one.right) for one in usual]


def _known_as(head: Read, body: Formula, profile: Profile, written: set[str]) -> Symbol | None:
    """The field, the signal or the cost, where the body says what that is, under no other sign."""
    at = _sampled(head)
    field, signal = replace(head, array=FIELD, at=at), replace(head, array=SIGNAL, at=at)
    if _is_field(field, body, profile):
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
