"""Layer notation → neurons: a letter at layer l+1 stands for a neuron that one at layer l feeds.

A layered network is a network of neurons in which each layer feeds the next one and no other, every
neuron every neuron, and the last layer gives the outputs.  A claim about layer l is one about every
l for which all that it speaks of exists.  What its letters stand for is said here as roles and
connections; nothing is proved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from symbolic.indexed import Affine, Count, Shifted, Size, Var, affine
from symbolic.reading.claims import Claim
from symbolic.reading.formulas import (
    LAYER,
    NEURON,
    SAMPLE,
    Applied,
    Formula,
    Range,
    Read,
    SumOver,
    Times,
    free,
    inside,
    rebuilt,
    times,
    walk,
)
from symbolic.reading.scripts import numbered
from symbolic.reading.source import BeyondError
from symbolic.reading.spans import Span, span_from

Level = tuple[str, int]
"""A layer: its letter, or L for the last one, and how many layers later."""
LAST = LAYER.extent().name
INPUTS = "@"
"""What begins the letter of the layer of the inputs, before the number that a document gives it."""
AT_THE_END = ("d", "e", "y")
"""What belongs to the last layer, where it is written without one."""
WEIGHTS = ("w", "dw")
"""What leads to its layer from the one before."""


@dataclass(frozen=True)
class Layers:
    """Where the letters of a claim live.

    `written` are its two sides in layer notation; `lowest` says of each layer letter its least
    value (the first layer is 1), `highest` how many layers later its last layer stands; `ends`
    says of a layer letter whether that last layer is L, where the claim is split by it; `told` is
    what words say of the layers.  `known`
    are facts of its letters: last (in the layer before the last), deep (in one after the second),
    beside (a pair in one layer), apart (one is two layers after the other).
    """

    written: tuple[Formula, Formula]
    letters: tuple[tuple[Var, Level], ...]
    lowest: tuple[tuple[str, int], ...]
    highest: tuple[tuple[str, int], ...]
    ends: tuple[tuple[str, bool], ...] = ()
    told: tuple[str, ...] = ()
    known: tuple[tuple[str, tuple[tuple[Var, ...], ...]], ...] = ()

    @property
    def said(self) -> str:
        """The case in words, such as l+1 = L."""
        highest = dict(self.highest)
        cases = [
            f"{said_as((name, highest[name]))} {'=' if end else '<'} {LAST}"
            for name, end in self.ends
        ]
        return ", ".join([*cases, *self.told])


@dataclass(frozen=True)
class Flat:
    """A claim about neurons: its sides, the roles of its letters, connections (to, from)."""

    left: Formula
    right: Formula
    roles: tuple[tuple[Var, str], ...]
    edges: tuple[tuple[Var, Var], ...]
    layers: Layers


def is_layered(*formulas: Formula) -> bool:
    """Whether a layer is written somewhere."""
    return any(own_layer(part) is not None for formula in formulas for part in walk(formula))


def spelled(level: Level) -> str:
    """A layer as it is written.

    >>> spelled(("l", 1))
    'l+1'
    """
    return f"{level[0]}{level[1]:+d}" if level[1] else level[0]


def said_as(level: Level) -> str:
    """A layer in words: its number, where it is counted from the inputs.

    >>> said_as(("l", 1)), said_as(("@0", 1))
    ('l+1', '1')
    """
    return numbered(spelled(level))


@cache
def level_of(text: str) -> Level:
    """The layer that a range names.

    >>> level_of("l-1")
    ('l', -1)
    """
    match = re.fullmatch(r"(.+?)([+-]\d+)?", text)
    if match is None:
        raise BeyondError(f"{text or 'This'} is no layer.")
    return match[1], int(match[2] or 0)


def level(index: Shifted | int) -> Level:
    """The layer that an index is."""
    whole = Affine(index) if isinstance(index, int) else affine(index)
    match whole.terms:
        case ((Size(name), 1),):
            return name, whole.const
        case ((Var(name), 1),) if name != LAST:
            return name, whole.const
    raise BeyondError("A layer is written as l, l+1, L or L-1.")


def layer(name: str, step: int) -> Shifted:
    """The index of a layer; `level` takes it apart again.

    >>> level(layer("l", 1)), level(layer(LAST, 0))
    (('l', 1), ('L', 0))
    """
    start = Size(LAST) if name == LAST else Var(name, LAYER)
    return start + step if step else start


def own_layer(part: Formula) -> Shifted | None:
    """The layer index of a quantity, None where it has none."""
    if isinstance(part, Read | Applied) and part.at:
        first = part.at[0]
        if isinstance(first, Affine | Size) or (isinstance(first, Var) and first.sort == LAYER):
            return first
    return None


def lives(part: Formula) -> Iterator[tuple[Var, Level]]:
    """The letters of neurons that a quantity itself shows, each with its layer."""
    if not isinstance(part, Read | Applied):
        return
    own = own_layer(part)
    letters = [i for i in part.at if isinstance(i, Var) and i.sort == NEURON]
    array = part.array if isinstance(part, Read) else ""
    if own is None:
        yield from ((letter, (LAST, 0)) for letter in letters if array in AT_THE_END)
        return
    name, step = level(own)
    if array and not letters:
        raise BeyondError(f"{part.sign or array} has a layer and no neuron.")
    for n, letter in enumerate(letters):
        yield letter, (name, step - 1 if n and array in WEIGHTS else step)


def levels(formula: Formula, letter: Var) -> set[Level]:
    """The layers at which a letter occurs that no sum inside binds."""
    if isinstance(formula, SumOver) and formula.over == letter:
        return set()
    found = {where for one, where in lives(formula) if one == letter}
    return found.union(*(levels(part, letter) for part in inside(formula)))


def _only(levels: set[Level], letter: Var) -> Level:
    if len(levels) == 1:
        return next(iter(levels))
    if not levels:
        raise BeyondError(f"Nothing says in which layer {letter.name} lies.")
    names = " and ".join(said_as(one) for one in sorted(levels))
    raise BeyondError(f"{letter.name} is used with layers {names}.")


def flattened(claim: Claim) -> tuple[Flat, ...]:
    """The cases of a claim in layer notation, as claims about neurons.

    Raises `BeyondError` where a letter has two layers, or a sum runs over a layer that is not next
    to one of a letter before it.
    """
    sides = claim.left, claim.right
    letters = {v for side in sides for v in free(side) if v.sort == NEURON}
    where = {
        v: _only(set().union(*(levels(side, v) for side in sides)), v)
        for v in sorted(letters, key=lambda v: v.name)
    }
    lowest, highest = extent(sides)
    ended = _said_of_layers(claim, lowest, highest)
    split = {n for n, step in where.values() if n != LAST and step == highest[n]} - {*ended}
    cases = [dict.fromkeys(ended, True)]
    for name in sorted(split):
        cases = [{**case, name: end} for case in cases for end in (True, False)]
    found = [_case(claim, where, lowest, highest, case) for case in cases]
    kept = tuple(one for one in found if one is not None)
    if not kept:
        raise BeyondError("The layers of the letters and what is said of them do not agree.")
    return kept


def flat_definition(head: Read, body: Formula) -> tuple[Read, Formula]:
    """A definition in layer notation as one about neurons; raises `BeyondError`."""
    letters = [i for i in head.at if isinstance(i, Var) and i.sort == NEURON]
    where = {v: _only(levels(head, v) | levels(body, v), v) for v in letters}
    bare = _Flattener({}).of(head, {})
    assert isinstance(bare, Read)
    return bare, _Flattener({}).of(body, where)


def of_last_layer(formula: Formula) -> Formula | None:
    """A formula about the last layer as one about output neurons; None where others occur."""
    found = [of_last_layer(part) for part in inside(formula)]
    parts = tuple(part for part in found if part is not None)
    if len(parts) < len(found):
        return None
    made = rebuilt(formula, parts) if parts else formula
    if isinstance(made, SumOver) and made.range.kind == "layer":
        last = level_of(made.range.of) == (LAST, 0)
        return replace(made, range=Range("output")) if last else None
    own = own_layer(made)
    if own is None or not isinstance(made, Read):
        return made
    return replace(made, at=made.at[1:]) if level(own) == (LAST, 0) else None


def weights_summed(formula: Formula) -> int | None:
    """How much later than l the layer of w is in Σ_l Σ_j Σ_k f(w^l_{jk}); None for all else."""
    if not isinstance(formula, SumOver) or formula.over.sort != LAYER:
        return None
    outer = formula.body
    inner = outer.body if isinstance(outer, SumOver) else outer
    if not isinstance(outer, SumOver) or not isinstance(inner, SumOver):
        return None
    pair = {outer.over, inner.over}
    reads = [part for part in walk(inner.body) if isinstance(part, Read | Applied) and part.at]
    weights = all(isinstance(one, Read) and one.array == "w" for one in reads)
    if not weights or any({*one.at[1:]} != pair or len(pair) < 2 for one in reads):
        return None
    if {letter.sort for letter in pair} != {NEURON} or len({one.at[0] for one in reads}) != 1:
        return None
    if any(isinstance(part, SumOver) for part in walk(inner.body)):
        return None
    name, step = level(reads[0].at[0])
    return step if name == formula.over.name else None


def _parts(formula: Formula) -> Iterator[Formula]:
    """The formula and every one inside it; a sum over all weights is not looked into."""
    yield formula
    if weights_summed(formula) is None:
        for part in inside(formula):
            yield from _parts(part)


def extent(sides: Sequence[Formula]) -> tuple[dict[str, int], dict[str, int]]:
    """The least value of each layer letter, and how far above it the quantities reach."""
    lowest: dict[str, int] = {}
    highest: dict[str, int] = {}
    for side in sides:
        for part in _parts(side):
            own = own_layer(part)
            if own is not None:
                tuple(lives(part))  # raises where it has no neuron
                name, step = level(own)
                first = 1 if isinstance(part, Read) and part.array == "y" else 2
                lowest[name] = max(lowest.get(name, 1), first - step)
                highest[name] = max(highest.get(name, step), step)
            if isinstance(part, SumOver) and part.range.kind == "layer":
                name, step = level_of(part.range.of)
                lowest[name] = max(lowest.get(name, 1), 1 - step)
                highest[name] = max(highest.get(name, step), step)
            if isinstance(part, Count) and part.size != SAMPLE.size:
                raise BeyondError("The number of layers in a formula is not in reach.")
            if (
                isinstance(part, SumOver)
                and part.over.sort == LAYER
                and weights_summed(part) is None
            ):
                raise BeyondError("A sum over layers is not in reach.")
    for name, first in lowest.items():
        if name.startswith(INPUTS) and first > 1:
            raise BeyondError("It speaks of what the inputs do not have.")
    if highest.get(LAST, 0) > 0:
        raise BeyondError(f"There is no layer {said_as((LAST, highest[LAST]))}.")
    return lowest, highest


def _said_of_layers(claim: Claim, lowest: dict[str, int], highest: dict[str, int]) -> list[str]:
    """The layer letters that words say are L; other words narrow what is least and highest."""
    ended: list[str] = []
    for name in sorted(highest):
        said = claim.role(name)
        if said == "output" and highest[name] > 0:
            raise BeyondError(f"There is no layer {said_as((LAST, highest[name]))}.")
        if said == "output":
            highest[name] = 0
            ended.append(name)
        if said == "hidden":
            highest[name] = max(highest[name], 1)
        if said in ("hidden", "any"):
            lowest[name] = max(lowest[name], 2)
        if said == "within":
            span = _span(claim, name)
            if span.late is not None and span.late < highest[name]:
                beyond = spelled((LAST, highest[name] - span.late))
                raise BeyondError(f"There is no layer {beyond}.")
            highest[name] = highest[name] if span.late is None else span.late
            lowest[name] = max(lowest[name], span.low or 1)
            ended += [name] if span.alone else []
        if said == "input":
            raise BeyondError(f"{name} is the first layer in words: write its number nowhere else.")
    return ended


def _span(claim: Claim, name: str) -> Span:
    """The range that words give a letter of layers."""
    return span_from(name, next(role.of for role in claim.roles if role.letter == name))


def _told(claim: Claim, lowest: Mapping[str, int], highest: Mapping[str, int]) -> tuple[str, ...]:
    """What words say of the layers of a claim."""
    found: list[str] = []
    for name, late in highest.items():
        said = claim.role(name)
        of = next((role.of for role in claim.roles if role.letter == name), "")
        if said == "hidden" and not of:
            found.append(f"{name} < {LAST}")
        if said != "within" and not of:
            continue
        span, last = _span(claim, name), spelled((LAST, -late))
        first = "" if span.first is None else f"{span.first} ≤ "
        all_of_them = late == 0 and (span.low or 1) <= lowest[name] == 2
        if span.late is not None and not (span.alone or all_of_them):  # those are said as ends
            found.append(f"{first}{name} ≤ {last}")
        if span.low is not None and span.low < lowest[name]:
            found.append("the inputs being layer 0")
    return tuple(found)


_KINDS = {
    "output": ("output",),
    "hidden": ("hidden",),
    "input": ("input",),
    "feeder": ("hidden", "input"),
}
"""What a letter of this role may be said to be."""


def _case(
    claim: Claim,
    where: Mapping[Var, Level],
    lowest: Mapping[str, int],
    highest: Mapping[str, int],
    ends: Mapping[str, bool],
) -> Flat | None:
    """The claim where the layer letters end as said; None where words before it exclude that."""
    flattener = _Flattener({name: highest[name] for name, end in ends.items() if end})
    at = {letter: flattener.known(one) for letter, one in where.items()}
    roles: list[tuple[Var, str]] = []
    for letter, (name, step) in where.items():
        role = "feeder" if lowest.get(name, 1) + step == 1 else "hidden"
        role = "input" if (name[:1], step) == (INPUTS, 0) else role
        role = "output" if at[letter] == (LAST, 0) else role
        said = claim.role(letter.name)
        if said in ("output", "hidden", "input"):
            if said not in _KINDS[role]:
                return None
            role = said
        roles.append((letter, role))
    pairs = [(a, b) for a in at for b in at if a != b]
    return Flat(
        flattener.of(claim.left, at),
        flattener.of(claim.right, at),
        tuple(roles),
        tuple((a, b) for a, b in pairs if at[a] == _after(at[b])),
        Layers(
            (with_layers(claim.left), with_layers(claim.right)),
            tuple(where.items()),
            tuple(lowest.items()),
            tuple(highest.items()),
            tuple(ends.items()),
            _told(claim, lowest, highest),
            (
                ("last", tuple((v,) for v, one in at.items() if one == (LAST, -1))),
                (
                    "deep",
                    tuple((v,) for v, (n, step) in where.items() if lowest.get(n, 1) + step > 2),
                ),
                ("beside", tuple((a, b) for a, b in pairs if at[a] == at[b])),
                ("apart", tuple((a, b) for a, b in pairs if at[a] == _after(_after(at[b])))),
            ),
        ),
    )


def with_layers(formula: Formula) -> Formula:
    """The formula whose sums over neurons each name the layer they run over."""
    if weights_summed(formula) is not None:
        return _over_all(formula)
    new = rebuilt(formula, tuple(with_layers(part) for part in inside(formula)))
    if isinstance(new, SumOver) and new.over.sort == NEURON:
        one = _Flattener({}).place(new)
        return SumOver(new.over, Range("layer", of=spelled(one)), new.body)
    return new


def relocated(formula: Formula, layers: Mapping[str, Shifted | int]) -> Formula:
    """The formula with other layers for the letters of layers, l+1 for l; raises `BeyondError`.

    >>> relocated(Read("a", (layer("l", -1), Var("k", NEURON))), {"l": layer("l", 1)}).at[0]
    Var(name='l', sort=Sort(name='layer', size='L', ordered=True, first=1, last=None))
    """
    if not layers:
        return formula
    made = rebuilt(formula, tuple(relocated(part, layers) for part in inside(formula)))
    if isinstance(made, SumOver) and made.range.kind == "layer":
        return replace(
            made, range=Range("layer", of=spelled(_moved(level_of(made.range.of), layers)))
        )
    if isinstance(made, SumOver) and (made.range.of or made.over.name in layers):
        raise BeyondError("The range of a sum is said in words, and its layer is another here.")
    if own_layer(made) is None:
        return made
    assert isinstance(made, Read | Applied)
    return replace(made, at=(layer(*_moved(level(made.at[0]), layers)), *made.at[1:]))


def _moved(one: Level, layers: Mapping[str, Shifted | int]) -> Level:
    name, step = one
    if name not in layers:
        return one
    where = level(layers[name])
    return where[0], where[1] + step


def _after(one: Level) -> Level:
    return one[0], one[1] + 1


def _over_all(total: Formula) -> Formula:
    """Σ_l Σ_j Σ_k f(w^l_{jk}) as a sum over all pairs of neurons, most of which are 0."""
    if isinstance(total, SumOver):
        body = _over_all(total.body)
        return body if total.over.sort == LAYER else SumOver(total.over, Range("interval"), body)
    made = rebuilt(total, tuple(_over_all(part) for part in inside(total)))
    return replace(made, at=made.at[1:]) if isinstance(made, Read) and made.at else made


class _Flattener:
    """Takes the layers out of formulas and says what each sum runs over instead.

    `ends` are the layer letters whose last layer, so many later, is L.
    """

    def __init__(self, ends: Mapping[str, int]) -> None:
        self.ends = ends

    def known(self, one: Level) -> Level:
        """The layer counted from L, where that is known."""
        name, step = one
        return (LAST, step - self.ends[name]) if name in self.ends else one

    def of(self, formula: Formula, at: Mapping[Var, Level]) -> Formula:
        """The formula about neurons; `at` are the layers of the letters around it."""
        if weights_summed(formula) is not None:
            return _over_all(formula)
        if isinstance(formula, SumOver) and formula.over.sort == NEURON:
            return self._sum(formula, at)
        new = rebuilt(formula, tuple(self.of(part, at) for part in inside(formula)))
        if own_layer(new) is None:
            return new
        assert isinstance(new, Read | Applied)
        return replace(new, at=new.at[1:])

    def _sum(self, total: SumOver, at: Mapping[Var, Level]) -> Formula:
        letter, span = total.over, total.range
        one = self.place(total)
        limits = self._next_to(letter, one, at)
        if limits is None:
            return self._sum(self._turned(total, one, at), at)
        if span.kind == "output" and one != (LAST, 0):
            raise BeyondError(f"{letter.name} runs over the outputs and lies in another layer.")
        return SumOver(letter, limits, self.of(total.body, {**at, letter: one}))

    def place(self, total: SumOver) -> Level:
        """The layer that a sum runs over."""
        found = levels(total.body, total.over)
        if total.range.kind == "layer":
            found.add(level_of(total.range.of))
        if total.range.kind in ("hidden", "fed"):
            raise BeyondError(f"The range of {total.over.name} is said twice, in words and layers.")
        return self.known(_only(found, total.over))

    @staticmethod
    def _next_to(letter: Var, one: Level, at: Mapping[Var, Level]) -> Range | None:
        """The range that is this layer, said of a letter that lies next to it."""
        if one == (LAST, 0):
            return Range("output")
        for kind, step in (("fed", -1), ("feeding", 1), ("beside", 0)):
            for other, where in at.items():
                if other.name != letter.name and where == (one[0], one[1] + step):
                    return Range(kind, of=other.name)
        return None

    def _turned(self, total: SumOver, one: Level, at: Mapping[Var, Level]) -> SumOver:
        """Σ_m A Σ_k B as Σ_k Σ_m A B, where the layer of k is said by a letter before both."""
        parts = total.body.factors if isinstance(total.body, Times) else (total.body,)
        for n, part in enumerate(parts):
            if not isinstance(part, SumOver) or part.over.sort != NEURON:
                continue
            others = (*parts[:n], *parts[n + 1 :])
            where = self.place(part)
            near = where[0] == one[0] and abs(where[1] - one[1]) <= 1
            reached = self._next_to(part.over, where, at) is not None
            if near and reached and not any(part.over in free(other) for other in others):
                inner = SumOver(total.over, total.range, times(*others, part.body))
                return SumOver(part.over, part.range, inner)
        raise BeyondError(
            f"The sum over {total.over.name} runs over a layer that is not next to that of a "
            "letter before it."
        )
