"""What may be put into a formula of a document: its letters, its quantities, factors it writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from symbolic.indexed import Shifted, Var
from symbolic.reading.base import Base
from symbolic.reading.claims import Claim, Reading
from symbolic.reading.formulas import (
    LAYER,
    NEURON,
    SAMPLE,
    UNWRITTEN,
    Applied,
    Formula,
    Partial,
    Read,
    SumOver,
    canonical,
    free,
    walk,
)
from symbolic.reading.layers import Level, is_layered, layer, level, lives
from symbolic.reading.profile import Profile
from symbolic.reading.source import BeyondError

ALIKE = ("e", "d", "y", "v", "delta")
"""Quantities of one neuron and one sample, which are taken for each other."""
MOST_FACTORS = 30
"""How many of the factors that a document writes are tried elsewhere in it."""


@dataclass(frozen=True)
class Offers:
    """What may be put into one claim.

    `signs` are those of the arrays of the notation, `sample` is the letter of the sample here,
    `batch` that of a sum over samples, None where the notation has no number of samples.  In layer
    notation `layered` are the arrays that show a layer, `places` the layers of the letters.
    """

    signs: Mapping[str, str]
    letters: tuple[Var, ...]
    own_activation: bool
    written: tuple[Formula, ...] = ()
    sample: Var = UNWRITTEN
    batch: Var | None = None
    layered: frozenset[str] = frozenset()
    places: Mapping[Var, Shifted] = field(default_factory=dict)

    def with_letter(self, letter: Var) -> Offers:
        """Inside a sum its letter is one more."""
        if letter.sort != NEURON or letter in self.letters:
            return self
        return replace(self, letters=(*self.letters, letter))

    def read(self, array: str, *at: Shifted | int) -> Read:
        """array[at] with the sign of the document."""
        return Read(array, at, self.signs.get(array, ""))

    def quantity(self, array: str, letter: Var) -> Iterator[Read]:
        """array[letter], if the notation has it."""
        if array not in self.signs:
            return
        if array not in self.layered:
            yield self.read(array, letter, self.sample)
        elif letter in self.places:
            yield self.read(array, self.places[letter], letter, self.sample)

    def weight(self, to: Var, source: Var) -> Iterator[Read]:
        """The weight to one letter from another, if their layers let it be."""
        if not self.layered:
            yield self.read("w", to, source)
        elif to in self.places and source in self.places:
            (name, step), (other, before) = map(level, (self.places[to], self.places[source]))
            if name == other and step == before + 1:
                yield self.read("w", self.places[to], to, source)

    def slope(self, letter: Var) -> Iterator[Applied]:
        """φ_j'(v_j)."""
        at = (letter,) if self.own_activation else ()
        for field_ in self.quantity("v", letter):
            yield Applied("phi", at, field_, 1, self.signs.get("phi", ""))

    def alike(self, read: Read) -> Iterator[Read]:
        """Other quantities at the same place."""
        shown = is_layered(read)
        for other in ALIKE if read.array in ALIKE else ():
            fits = not self.layered or (shown and other in self.layered)
            if other != read.array and other in self.signs and fits:
                yield self.read(other, *read.at)


def offers(claim: Claim, profile: Profile, base: Base, factors: tuple[Formula, ...] = ()) -> Offers:
    """What may be put into a claim: the letters of its left side and the signs of the notation."""
    letters = tuple(v for v in _in_order(claim.left) if v.sort == NEURON)
    symbols = [*profile.symbols.values()]
    met = (*_in_order(claim.left), *_in_order(claim.right))
    return Offers(
        {symbol.array: symbol.sign for symbol in reversed(symbols)},
        letters,
        any(isinstance(p, Applied) and p.at for p in walk(base.definitions["y"][1])),
        factors,
        next((v for v in met if v.sort == SAMPLE), UNWRITTEN),
        _batch(profile),
        frozenset(s.array for s in symbols if LAYER.name in s.superscript + s.subscript),
        _places(claim),
    )


def factors_of(reading: Reading) -> tuple[Formula, ...]:
    """The derivatives and sums that the document writes as factors, each once."""
    found: dict[object, Formula] = {}
    for claim in reading.claims:
        for side in (claim.left, claim.right):
            for part in walk(side):
                if isinstance(part, Partial | SumOver):
                    found.setdefault((canonical(part), free(part)), part)
    return tuple(found.values())[:MOST_FACTORS]


def _batch(profile: Profile) -> Var | None:
    """The letter of a sum over samples."""
    letters = (name for name, sort in profile.letters.items() if sort == SAMPLE.name)
    sized = SAMPLE.name in profile.sizes.values() and profile.writes_samples
    return next((Var(name, SAMPLE) for name in letters), None) if sized else None


def _places(claim: Claim) -> dict[Var, Shifted]:
    """The layers of the letters that have one."""
    found: dict[Var, set[Level]] = {}
    for side in (claim.left, claim.right):
        for part in walk(side):
            try:
                for letter, one in lives(part):
                    found.setdefault(letter, set()).add(one)
            except BeyondError:
                continue
    return {letter: layer(*one) for letter, (*_, one) in found.items() if len(found[letter]) == 1}


def _in_order(formula: Formula) -> tuple[Var, ...]:
    """The free letters as they are met in writing."""
    met = (i for part in walk(formula) for i in getattr(part, "at", ()) if isinstance(i, Var))
    return tuple(dict.fromkeys(letter for letter in met if letter in free(formula)))
