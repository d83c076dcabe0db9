"""The symbol table of a document: every letter used, what it depends on, where it is defined."""

from __future__ import annotations

from dataclasses import dataclass

from symbolic.indexed import Affine, Size, Var
from symbolic.reading.claims import Claim, Kind, Reading
from symbolic.reading.definitions import key
from symbolic.reading.formulas import LAYER, NEURON, UNWRITTEN, Applied, Formula, Read, walk
from symbolic.reading.profile import Profile, Symbol
from symbolic.reading.source import Place


@dataclass(frozen=True, slots=True)
class Used:
    """A sign of the document; `defined` is the number of the claim that defines it, if one does.

    `scripts` are the sorts of what is written at it at its first use.  A cost of one sample and
    one of the whole batch are two entries.
    """

    sign: str
    meaning: str
    array: str
    scripts: tuple[str, ...]
    place: Place
    defined: int | None = None


def symbols(reading: Reading) -> tuple[Used, ...]:
    """The signs of a document in the order of their first use.

    >>> from symbolic.reading.profile import open_profile
    >>> from symbolic.reading.reading import read_document
    >>> reading = read_document("let $e_j = d_j - y_j$", open_profile("haykin"))
    >>> [(used.sign, used.scripts, used.defined) for used in symbols(reading)]
    [('e', ('neuron',), 1), ('d', ('neuron',), None), ('y', ('neuron',), None)]
    """
    defined: dict[tuple[str, ...], int] = {}
    for claim in reading.claims:
        if claim.kind is Kind.DEFINITION and claim.head is not None:
            defined.setdefault(key(claim.head), claim.number)
        elif claim.kind is Kind.DEFINITION and isinstance(claim.left, Applied):
            defined.setdefault((claim.left.function,), claim.number)
    found: dict[tuple[str, ...], Used] = {}
    for claim in reading.claims:
        for side in (claim.left, claim.right):
            for part in walk(side):
                used = _used(part, claim, reading.profile, defined)
                if used is not None:
                    name = key(part) if isinstance(part, Read) else (used.array,)
                    found.setdefault((used.sign, *name), used)
    return tuple(found.values())


def _used(
    part: Formula, claim: Claim, profile: Profile, defined: dict[tuple[str, ...], int]
) -> Used | None:
    match part:
        case Read(array, at, sign):
            symbol: Symbol | None = profile.symbol(sign)
            number = defined.get(key(part))
        case Applied(array, at, _, _, sign):
            symbol, number = profile.symbol(sign), defined.get((array,))
        case _:
            return None
    if symbol is None:
        return None
    sorts = tuple(_sort(i) for i in at)
    if array == "same":
        meaning = "1 where both indices are the same, else 0"
        return Used(sign, meaning, array, tuple(s for s in sorts if s), claim.place, None)
    shown = sign if array == symbol.array else f"\\Delta {sign}"
    meaning = symbol.meaning if array == symbol.array else f"change of {symbol.meaning}"
    return Used(shown, meaning, array, tuple(s for s in sorts if s), claim.place, number)


def _sort(index: object) -> str:
    """The sort of a written index, empty for the sample that is left out."""
    if isinstance(index, Var):
        return "" if index == UNWRITTEN else index.sort.name
    return LAYER.name if isinstance(index, Affine | Size) else NEURON.name
