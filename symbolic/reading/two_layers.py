r"""Two layers of weights, w_{ji}^{(1)} and w_{kj}^{(2)}, where neurons have no layers.

    a_j = \sum_i w_{ji}^{(1)} x_i + w_{j0}^{(1)}        a_k = \sum_j w_{kj}^{(2)} z_j + w_{k0}^{(2)}

The number says that w^{(1)} leads from an input to a hidden neuron and w^{(2)} from a hidden neuron
to an output.  A line that shows one of them is about networks with no other connections: what is
proved of it holds in these, and only these can refute it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from symbolic.reading.formulas import Formula, Read, walk
from symbolic.reading.profile import Profile, Symbol
from symbolic.reading.source import Fault, NotUnderstood
from symbolic.reading.tokens import Tok, script_end

_LAYER = re.compile(r"\^\s*\{\s*\(\s*(\d{1,2})\s*\)\s*\}")
_SIGN = re.compile(r"(.+)\^\{\(([12])\)\}")
_KINDS = {  # what a weight or bias of a layer leads to, and from which neurons
    "1": ("hidden", "input"),
    "2": ("output", "hidden"),
}
KINDS = ("output", "hidden", "input")
OPEN = ("", "any", "every", "source", "fed", "synapse", "unshared")
"""What words may say of a letter beside its kind."""
_ONLY_FED = ("field", "local gradient", "bias")
"""What no input neuron has."""


@dataclass(frozen=True, slots=True)
class Place:
    """A letter that a sign makes one of a kind of neurons; fed, where that is all it says."""

    letter: str
    kind: str
    sign: str
    at: int

    @property
    def said(self) -> str:
        kinds = {"hidden": "a hidden neuron", "fed": "no input neuron"}
        return kinds.get(self.kind, f"an {self.kind} neuron")

    def against(self, other: Place, fault: Fault = Fault.INDEX) -> NotUnderstood:
        """That its letter is of another kind elsewhere."""
        what = f"{self.letter} is {self.said} by {self.sign}, and {other.said} by {other.sign}."
        step = "Check the index and the number of the layer."
        return NotUnderstood(what, step, self.at, fault)


@dataclass
class Kinds:
    """The kinds of the neurons that a document with two layers of weights has letters for."""

    profile: Profile
    known: dict[str, Place] = field(default_factory=dict)

    def of(self, rows: Iterable[Sequence[Tok]], said: Mapping[str, str]) -> dict[str, Place]:
        """The kinds of the letters in a line that shows such weights; empty for any other.

        A letter that a sum binds is left out: its sum runs over all neurons, and such a weight is
        0 where its kind is another.  `said` are the kinds that words give to letters.  Raises
        `NotUnderstood` where a letter is of two kinds.
        """
        tokens = [token for row in rows for token in row]
        places = [*_places(tokens, self.profile)] if self.profile.two_layers else []
        bound = _bound(tokens)
        found: dict[str, Place] = {}
        for place in places:
            if place.kind in KINDS:
                before = found.setdefault(place.letter, place)
                if before.kind != place.kind:
                    loose = Fault.NOT_UNDERSTOOD if place.letter in bound else Fault.INDEX
                    raise place.against(before, loose)
        numbered = any(_SIGN.fullmatch(place.sign) for place in places)
        for place in places if numbered else ():
            fed = place.kind == "fed" and place.letter in found
            if fed and found[place.letter].kind == "input":
                raise place.against(found[place.letter])
        free = {letter: place for letter, place in found.items() if letter not in bound}
        for letter, place in free.items() if numbered else ():
            if said.get(letter, place.kind) not in (place.kind, *OPEN):
                raise place.against(Place(letter, said[letter], "the words beside it", place.at))
        return free if numbered else self._noted(free)

    def _noted(self, free: Mapping[str, Place]) -> dict[str, Place]:
        for letter, place in free.items():
            self.known.setdefault(letter, place)
        return {}

    def unlike(self, free: Mapping[str, Place]) -> str:
        """That a letter has been of another kind before; empty where none has."""
        for letter, place in free.items():
            before = self.known.setdefault(letter, place)
            if before.kind != place.kind:
                return f"{letter} is {place.said} here, and {before.said} by {before.sign} before"
        return ""


def with_two_layers(formulas: Iterable[str], profile: Profile) -> Profile:
    r"""The notation with the weights of two layers, where a text numbers them (1) and (2).

    >>> from symbolic.reading.profile import open_profile
    >>> made = with_two_layers(["w_{kj}^{(2)} z_j"], open_profile("bishop"))
    >>> made.symbols["w"].also
    ('w^{(1)}', 'w^{(2)}')
    """
    numbers = {number for text in formulas for number in _LAYER.findall(text)}
    if "layer" in profile.letters.values() or not {"2"} <= numbers <= {"1", "2"}:
        return profile
    symbols = dict(profile.symbols)
    for sign, symbol in profile.symbols.items():
        if symbol.kind in ("weight", "bias") and not symbol.superscript:
            signs = (sign, *symbol.also)
            layered = tuple(f"{one}^{{({number})}}" for one in signs for number in _KINDS)
            symbols[sign] = replace(symbol, also=(*symbol.also, *layered))
    return replace(profile, symbols=symbols, two_layers=True)


def in_two_layers(found: Sequence[Tok], profile: Profile) -> list[Tok]:
    r"""The tokens in which a weight and the number of its layer are one sign: w^{(1)} _ {ji}."""
    made: list[Tok] = []
    n = 0
    while n < len(found):
        token = found[n]
        n += 1
        if token.kind != "SYM" or profile.symbol(f"{token.text}^{{(1)}}") is None:
            made.append(token)
            continue
        scripts: dict[str, Sequence[Tok]] = {}
        end = n
        while end < len(found) and found[end].kind in ("SUB", "SUP"):
            after = script_end(found, end + 1)
            if found[end].kind in scripts:
                break
            scripts[found[end].kind] = found[end:after]
            end = after
        above = "".join(one.text for one in scripts.get("SUP", ()))
        if _LAYER.fullmatch(above):
            made.append(replace(token, text=f"{token.text}{above}"))
            made += scripts.get("SUB", ())
        else:
            made += [token, *found[n:end]]
        n = end
    return made


def is_of_two_layers(*sides: Formula) -> bool:
    """Whether a weight with the number of its layer stands there."""
    parts = (part for side in sides for part in walk(side))
    return any(isinstance(part, Read) and _SIGN.fullmatch(part.sign) for part in parts)


def leaves_hidden(sign: str) -> bool:
    """Whether a weight with this sign leads from a hidden neuron."""
    numbered = _SIGN.fullmatch(sign)
    return numbered is not None and _KINDS[numbered[2]][1] == "hidden"


def _places(tokens: Sequence[Tok], profile: Profile) -> Iterator[Place]:
    """What each sign says of the neurons below it."""
    for n, token in enumerate(tokens[:-1]):
        symbol = profile.symbol(token.text) if token.kind == "SYM" else None
        if symbol is None or tokens[n + 1].kind != "SUB":
            continue
        below = tokens[n + 2 : script_end(tokens, n + 2)]
        letters = [one.text for one in below if profile.letters.get(one.text) == "neuron"]
        for letter, kind in zip(letters, _kinds(token.text, symbol), strict=False):
            yield Place(letter, kind, token.text, token.at)


def _kinds(sign: str, symbol: Symbol) -> tuple[str, ...]:
    numbered = _SIGN.fullmatch(sign)
    if numbered:
        kinds = _KINDS[numbered[2]]
        return kinds[::-1] if symbol.order == "from to" and symbol.kind == "weight" else kinds
    if symbol.only:
        return (symbol.only,)
    return ("fed",) if symbol.kind in _ONLY_FED else ()


def _bound(tokens: Sequence[Tok]) -> set[str]:
    """The letters below a sum."""
    found: set[str] = set()
    for n, token in enumerate(tokens):
        if token.kind == "SUM" and n + 1 < len(tokens) and tokens[n + 1].kind == "SUB":
            found |= {one.text for one in tokens[n + 2 : script_end(tokens, n + 2)]}
    return found
