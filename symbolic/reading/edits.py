"""Formulas with one thing in them changed: the slips that people make, undone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
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

MINUS, TWO, HALF = (Num(Fraction(n)) for n in (-1, 2, Fraction(1, 2)))
ALIKE = ("e", "d", "y", "v", "delta")
"""Quantities of one neuron and one sample, which are taken for each other."""
XI = Var("\\xi", SAMPLE)
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


@dataclass(frozen=True)
class Names:
    """What may be put in: letters, signs of arrays, and factors that the document writes.

    `sample` is the letter of the sample here.
    """

    signs: dict[str, str]
    letters: tuple[Var, ...]
    own_activation: bool
    written: tuple[Formula, ...] = ()
    sample: Var = UNWRITTEN

    def with_letter(self, letter: Var) -> Names:
        """Inside a sum its letter is one more."""
        if letter.sort != NEURON or letter in self.letters:
            return self
        return replace(self, letters=(*self.letters, letter))

    def read(self, array: str, *at: Shifted | int) -> Read:
        """array[at] with the sign of the document."""
        return Read(array, at, self.signs.get(array, ""))

    def slope(self, letter: Var) -> Applied:
        """φ_j'(v_j)."""
        at = (letter,) if self.own_activation else ()
        return Applied("phi", at, self.read("v", letter, self.sample), 1, self.signs.get("phi", ""))


def edits(formula: Formula, names: Names) -> Iterator[Edit]:
    """Every formula that one change makes of this one, the whole first."""
    yield Edit(_negated(formula), 1, "the sign")
    yield from _sized(formula)
    yield from _totalled(formula, names)
    yield from _swapped(formula, names)
    if not isinstance(formula, Plus | Num):
        yield from _terms(formula, names)
    yield from _somewhere(formula, names)


def batched(formula: Formula) -> Iterator[Edit]:
    """What a formula for one sample becomes for a batch."""
    count = Count(SAMPLE.extent().name)
    share = Power(count, Fraction(-1))
    yield Edit(times(share, formula), 1, "for every N, with the factor 1/N")
    yield Edit(times(count, formula), 1, "for every N, with the factor N")
    if UNWRITTEN in free(formula):
        one = put(formula, {UNWRITTEN: XI})
        total = SumOver(XI, Range("samples", "1", "N"), one)
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


def _sized(formula: Formula) -> Iterator[Edit]:
    """A lost number in front."""
    yield from (replaced for replaced in batched(formula))
    yield Edit(times(TWO, formula), 3, "a factor 2")
    yield Edit(times(HALF, formula), 3, "a factor 1/2")


def _totalled(formula: Formula, names: Names) -> Iterator[Edit]:
    """A letter that stands on the right only wants its sum."""
    for letter in sorted(free(formula) - {*names.letters}, key=lambda v: v.name):
        if letter.sort == NEURON:
            for kind, said in RANGES.items():
                of = names.letters[0].name if kind == "fed" and names.letters else ""
                if of or kind != "fed":
                    total = SumOver(letter, Range(kind, of=of), formula)
                    yield Edit(total, 2, f"summed over {said}")


def _swapped(formula: Formula, names: Names) -> Iterator[Edit]:
    """Two letters for each other, everywhere."""
    here = [v for v in names.letters if v in free(formula)]
    for n, one in enumerate(here):
        for other in here[n + 1 :]:
            changed = put(formula, {one: other, other: one})
            yield Edit(changed, 2, f"{one.name} and {other.name} change places")


def _terms(formula: Formula, names: Names) -> Iterator[Edit]:
    """A lost term."""
    for term in _factors(names):
        for sign, said in ((ONE, "a term more"), (MINUS, "a term more, taken away")):
            yield Edit(plus(formula, times(sign, term)), 3, said)


# ---------------------------------------------------------------------- one part


def _somewhere(formula: Formula, names: Names) -> Iterator[Edit]:
    """One part changed, in every way and at every place."""
    yield from _here(formula, names)
    inner = names.with_letter(formula.over) if isinstance(formula, SumOver) else names
    parts = inside(formula)
    for n, part in enumerate(parts):
        for edit in _somewhere(part, inner):
            if isinstance(formula, Partial) and n == 1 and not isinstance(edit.formula, Read):
                continue
            changed = (*parts[:n], edit.formula, *parts[n + 1 :])
            yield Edit(rebuilt(formula, changed), edit.cost, edit.what)
    if not isinstance(formula, Times | Plus):
        for factor in _factors(inner):
            yield Edit(times(formula, factor), 3, f"a factor {_named(factor)} more")


def _here(formula: Formula, names: Names) -> Iterator[Edit]:
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
                yield Edit(times(formula, factor), 3, f"a factor {_named(factor)} more")
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


def _other_ranges(letter: Var, limits: Range, body: Formula, names: Names) -> Iterator[Edit]:
    if letter.sort != NEURON or not names.letters:
        return
    for kind, said in RANGES.items():
        of = names.letters[0].name if kind == "fed" else ""
        if kind != limits.kind:
            total = SumOver(letter, Range(kind, of=of), body)
            yield Edit(total, 1, f"{letter.name} over {said}")


def _of_read(read: Read, names: Names) -> Iterator[Edit]:
    at = read.at
    if len(at) == 2 and read.array in ("w", "dw"):
        yield Edit(Read(read.array, (at[1], at[0]), read.sign), 1, "the indices of the weight")
    for n, index in enumerate(at):
        for letter in names.letters:
            if isinstance(index, Var) and index.sort == letter.sort and letter not in at:
                placed = (*at[:n], letter, *at[n + 1 :])
                said = f"{letter.name} for {index.name}"
                yield Edit(Read(read.array, placed, read.sign), 2, said)
    if read.array in ALIKE:
        for other in ALIKE:
            if other != read.array:
                said = f"{_sign(other)} for {_sign(read.array)}"
                yield Edit(names.read(other, *at), 2, said)
        if isinstance(at[0], Var):
            yield Edit(names.slope(at[0]), 2, f"φ' for {_sign(read.array)}")


def _of_applied(applied: Applied, names: Names) -> Iterator[Edit]:
    letters = [i for i in free(applied) if i.sort == NEURON]
    for old in sorted(letters, key=lambda v: v.name):
        for letter in names.letters:
            if letter != old:
                said = f"{letter.name} for {old.name}"
                yield Edit(put(applied, {old: letter}), 2, said)
    if applied.at:
        for part in walk(applied.argument):
            if isinstance(part, Read) and part.array == "v" and part.at[:1] != applied.at:
                own = names.read("v", applied.at[0], *part.at[1:])
                made = Applied(applied.function, applied.at, own, applied.order, applied.sign)
                yield Edit(made, 1, "the argument of φ")
    argument = applied.argument
    if isinstance(argument, Read) and argument.array in ALIKE and argument.array != "v":
        own = names.read("v", *argument.at)
        made = Applied(applied.function, applied.at, own, applied.order, applied.sign)
        yield Edit(made, 1, "the argument of φ")


def _factors(names: Names) -> Iterator[Formula]:
    """What may have been lost from a product."""
    for factor in names.written:
        if all(v in names.letters for v in free(factor) if v.sort == NEURON):
            yield factor
    for letter in names.letters:
        yield names.slope(letter)
        for array in ("e", "y", "delta"):
            yield names.read(array, letter, names.sample)
        for other in names.letters:
            if other != letter:
                yield names.read("w", letter, other)
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
            return _sign(array) + "".join(
                i.name for i in at if isinstance(i, Var) and i.sort == NEURON
            )
        case Applied(order=order):
            return _primed(order)
        case SumOver():
            return "Σ"
        case Partial(of, by):
            return f"∂{_named(of)}/∂{_named(by)}"
        case _:
            return "in brackets"
