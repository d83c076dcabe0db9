"""Formulas with one thing in them changed: the slips that people make, undone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from symbolic.indexed import Count, Num, Shifted, Var
from symbolic.reading.formulas import (
    NEURON,
    ONE,
    SAMPLE,
    UNWRITTEN,
    Applied,
    Formula,
    Partial,
    Plus,
    Power,
    Range,
    Read,
    SumOver,
    Times,
    bound,
    free,
    inside,
    plus,
    put,
    rebuilt,
    times,
    walk,
)
from symbolic.reading.layers import is_layered, layer, level, said_as, spelled
from symbolic.reading.offers import ALIKE, Offers

MINUS, TWO, HALF = (Num(Fraction(n)) for n in (-1, 2, Fraction(1, 2)))
RANGES = {
    "fed": "the neurons that are fed",
    "output": "the output neurons",
    "interval": "all neurons",
}


@dataclass(frozen=True)
class Edit:
    """A formula with one change, how far it is from the old one, and what was changed."""

    formula: Formula
    cost: int
    what: str


def edits(formula: Formula, names: Offers) -> Iterator[Edit]:
    """Every formula that one change makes of this one, the whole first."""
    yield Edit(_negated(formula), 1, "the sign")
    yield from _sized(formula, names)
    yield from _totalled(formula, names)
    yield from _swapped(formula, names)
    if not isinstance(formula, Plus | Num):
        yield from _terms(formula, names)
    yield from _somewhere(formula, names)


def batched(formula: Formula, names: Offers) -> Iterator[Edit]:
    """What a formula for one sample becomes for a batch, where the notation has its size."""
    if not names.batch:
        return
    count = Count(SAMPLE.extent().name)
    share = Power(count, Fraction(-1))
    yield Edit(times(share, formula), 1, "for every N, with the factor 1/N")
    yield Edit(times(count, formula), 1, "for every N, with the factor N")
    if UNWRITTEN in free(formula):
        one = put(formula, {UNWRITTEN: names.batch})
        total = SumOver(names.batch, Range("samples", "1", "N"), one)
        yield Edit(total, 1, "for every N, summed over the samples")
        yield Edit(times(share, total), 1, "for every N, averaged over the samples")


def spanned(formula: Formula) -> Iterator[Edit]:
    """Other ranges for its sums over neurons."""
    for total in bound(formula):
        if total.over.sort != NEURON:
            continue
        for kind, said in RANGES.items():
            limits = _range(kind, formula)
            if limits is not None and limits.kind != total.range.kind:
                other = _replaced(formula, total, SumOver(total.over, limits, total.body))
                yield Edit(other, 1, f"{total.over.name} over {said}")


def _range(kind: str, formula: Formula) -> Range | None:
    if kind != "fed":
        return Range(kind)
    letters = {letter for letter in free(formula) if letter.sort == NEURON}
    return Range("fed", of=letters.pop().name) if len(letters) == 1 else None


def _replaced(formula: Formula, old: Formula, new: Formula) -> Formula:
    if formula is old:
        return new
    return rebuilt(formula, tuple(_replaced(part, old, new) for part in inside(formula)))


# ---------------------------------------------------------------------- the whole


def _negated(formula: Formula) -> Formula:
    """The formula with the other sign, of a sum each term's, those that are added first."""
    if not isinstance(formula, Plus):
        return times(MINUS, formula)
    terms = [times(MINUS, term) for term in formula.terms]
    return plus(*sorted(terms, key=lambda term: isinstance(term, Times) and MINUS in term.factors))


def _sized(formula: Formula, names: Offers) -> Iterator[Edit]:
    """A lost number in front."""
    yield from batched(formula, names)
    yield Edit(times(TWO, formula), 3, "a factor 2")
    yield Edit(times(HALF, formula), 3, "a factor 1/2")


def _totalled(formula: Formula, names: Offers) -> Iterator[Edit]:
    """A letter that stands on the right only wants its sum."""
    for letter in sorted(free(formula) - {*names.letters}, key=lambda v: v.name):
        if letter.sort == NEURON:
            for limits, said in _ranges(letter, names):
                yield Edit(SumOver(letter, limits, formula), 2, f"summed over {said}")


def _ranges(letter: Var, names: Offers) -> Iterator[tuple[Range, str]]:
    """What a sum may run over, and how it is said."""
    if names.layered:
        if letter in names.places:
            place = level(names.places[letter])
            yield Range("layer", of=spelled(place)), f"the neurons of layer {said_as(place)}"
        return
    for kind, said in RANGES.items():
        if kind != "fed":
            yield Range(kind), said
        elif names.letters:
            yield Range(kind, of=names.letters[0].name), said


def _swapped(formula: Formula, names: Offers) -> Iterator[Edit]:
    """Two letters for each other, everywhere."""
    here = [v for v in names.letters if v in free(formula)]
    for n, one in enumerate(here):
        for other in here[n + 1 :]:
            changed = put(formula, {one: other, other: one})
            yield Edit(changed, 2, f"{one.name} and {other.name} change places")


def _terms(formula: Formula, names: Offers) -> Iterator[Edit]:
    """A lost term."""
    for term in _factors(names):
        for sign, said in ((ONE, "a term more"), (MINUS, "a term more, taken away")):
            yield Edit(plus(formula, times(sign, term)), 3, said)


# ---------------------------------------------------------------------- one part


def _somewhere(formula: Formula, names: Offers) -> Iterator[Edit]:
    """One part changed, in every way and at every place."""
    yield from _here(formula, names)
    inner = names.with_letter(formula.over) if isinstance(formula, SumOver) else names
    divides = isinstance(formula, Power) and formula.exponent < 0
    parts = () if divides else inside(formula)
    for n, part in enumerate(parts):
        for edit in _somewhere(part, inner):
            if isinstance(formula, Partial) and not isinstance(edit.formula, Read):
                continue
            changed = (*parts[:n], edit.formula, *parts[n + 1 :])
            yield Edit(rebuilt(formula, changed), edit.cost, edit.what)
    if not isinstance(formula, Times | Plus):
        for factor in _factors(inner):
            yield Edit(_times(formula, factor), 3, f"a factor {_named(factor)} more")


def _times(formula: Formula, factor: Formula) -> Formula:
    """One factor more; twice the same is a square."""
    parts = formula.factors if isinstance(formula, Times) else (formula,)
    if factor not in parts or isinstance(factor, Num):
        return times(formula, factor)
    place = parts.index(factor)
    return times(*parts[:place], Power(factor, Fraction(2)), *parts[place + 1 :])


def _here(formula: Formula, names: Offers) -> Iterator[Edit]:
    match formula:
        case Num(value) if value > 0:
            yield Edit(Num(-value), 1, "the sign of a number")
            yield Edit(Num(2 * value), 2, "twice the number")
            yield Edit(Num(value / 2), 2, "half the number")
        case Num():
            yield Edit(Num(Fraction(1)), 2, "1 for a number")
            yield Edit(MINUS, 2, "-1 for a number")
        case Read():
            yield from _of_read(formula, names)
        case Applied(function, at, argument, order, sign):
            other = 1 - order if order < 2 else 1
            said = f"{_primed(other)} for {_primed(order)}"
            yield Edit(Applied(function, at, argument, other, sign), 1, said)
            yield from _of_applied(formula, names)
        case Plus(terms):
            for n, term in enumerate(terms):
                rest = (*terms[:n], *terms[n + 1 :])
                less = Plus(rest) if len(rest) > 1 else rest[0]
                yield Edit(less, 2, "a term less")
                turned = (*terms[:n], times(MINUS, term), *terms[n + 1 :])
                yield Edit(Plus(turned), 1, "the sign of a term")
            yield from _terms(formula, names)
        case Times(factors):
            for n, factor in enumerate(factors):
                rest = (*factors[:n], *factors[n + 1 :])
                what = "the sign" if factor == MINUS else f"a factor {_named(factor)} less"
                yield Edit(times(*rest), 1 if factor == MINUS else 2, what)
            for factor in _factors(names):
                yield Edit(_times(formula, factor), 3, f"a factor {_named(factor)} more")
        case Power(base, exponent):
            yield Edit(base, 2, "no power")
            yield Edit(Power(base, exponent + 1), 2, "one power more")
            if exponent > 2:
                yield Edit(Power(base, exponent - 1), 2, "one power less")
        case SumOver(letter, limits, body):
            for near in names.letters:
                if near.sort == letter.sort and near != letter:
                    one = put(body, {letter: near})
                    yield Edit(one, 3, f"no sum: {near.name} for {letter.name}")
            yield from _other_ranges(letter, limits, body, names)
        case Partial(Read() as of, by, reading):
            yield Edit(Partial(by, of, reading), 2, "the derivative upside down")


def _other_ranges(letter: Var, limits: Range, body: Formula, names: Offers) -> Iterator[Edit]:
    if letter.sort == NEURON:
        for other, said in _ranges(letter, names):
            if other.kind != limits.kind:
                yield Edit(SumOver(letter, other, body), 1, f"{letter.name} over {said}")


def _of_read(read: Read, names: Offers) -> Iterator[Edit]:
    at = read.at
    neurons = [n for n, index in enumerate(at) if isinstance(index, Var) and index.sort == NEURON]
    if len(neurons) == 2 and read.array in ("w", "dw"):
        swapped = put(read, dict(zip(_at(read, neurons), _at(read, neurons[::-1]), strict=True)))
        yield Edit(swapped, 1, "the indices of the weight")
    for n, index in zip(neurons, _at(read, neurons), strict=True):
        for letter in names.letters:
            if letter not in at:
                placed = (*at[:n], letter, *at[n + 1 :])
                said = f"{letter.name} for {index.name}"
                yield Edit(Read(read.array, placed, read.sign), 2, said)
    if is_layered(read):
        for step, said in ((1, "one layer later"), (-1, "one layer earlier")):
            placed = (_moved(at[0], step), *at[1:])
            yield Edit(Read(read.array, placed, read.sign), 1, said)
    for other in names.alike(read):
        yield Edit(other, 2, f"{_sign(other.array)} for {_sign(read.array)}")
    if read.array in ALIKE:
        for letter in _at(read, neurons):
            for slope in names.slope(letter):
                yield Edit(slope, 2, f"φ' for {_sign(read.array)}")


def _at(read: Read, places: list[int]) -> list[Var]:
    return [index for n in places if isinstance(index := read.at[n], Var)]


def _moved(index: Shifted | int, step: int) -> Shifted | int:
    """The next layer, or the one before."""
    name, offset = level(index)
    return layer(name, offset + step)


def _of_applied(applied: Applied, names: Offers) -> Iterator[Edit]:
    letters = [i for i in free(applied) if i.sort == NEURON]
    for old in sorted(letters, key=lambda v: v.name):
        for letter in names.letters:
            if letter != old:
                said = f"{letter.name} for {old.name}"
                yield Edit(put(applied, {old: letter}), 2, said)
    if applied.at:
        for part in walk(applied.argument):
            if isinstance(part, Read) and part.array == "v" and part.at[:1] != applied.at:
                own: Read = names.read("v", applied.at[0], *part.at[1:])
                made = Applied(applied.function, applied.at, own, applied.order, applied.sign)
                yield Edit(made, 1, "the argument of φ")
    argument = applied.argument
    if isinstance(argument, Read):
        for own in names.alike(argument):
            if own.array == "v":
                made = Applied(applied.function, applied.at, own, applied.order, applied.sign)
                yield Edit(made, 1, "the argument of φ")


def _factors(names: Offers) -> Iterator[Formula]:
    """What may have been lost from a product."""
    for factor in names.written:
        if all(v in names.letters for v in free(factor) if v.sort == NEURON):
            yield factor
    for letter in names.letters:
        yield from names.slope(letter)
        for array in ("e", "y", "delta"):
            yield from names.quantity(array, letter)
        for other in names.letters:
            if other != letter:
                yield from names.weight(letter, other)
    if "eta" in names.signs:
        yield names.read("eta")


def _sign(array: str) -> str:
    return {"delta": "δ", "eta": "η"}.get(array, array)


def _primed(order: int) -> str:
    return "φ" + "'" * order


def _named(formula: Formula) -> str:
    match formula:
        case Num(value):
            return str(value)
        case Read(array, at):
            below = "".join(i.name for i in at if isinstance(i, Var) and i.sort == NEURON)
            return "_".join(filter(None, (_sign(array), below)))
        case Applied(order=order):
            return _primed(order)
        case SumOver():
            return "Σ"
        case Partial(of, by):
            return f"∂{_named(of)}/∂{_named(by)}"
        case _:
            return "in brackets"
