"""A counterexample that can be followed by hand: the network, its numbers, both sides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from reports.document import Block, Drawn, Math, Paragraph, Runs, Table, runs
from reports.formula_text import drawn, unicode_of
from reports.wording import counted, listed, prose
from symbolic.indexed import Count, Num, Shifted, Var
from symbolic.reading.claims import Claim
from symbolic.reading.formulas import (
    NEURON,
    UNWRITTEN,
    Applied,
    Call,
    Formula,
    Partial,
    Plus,
    Power,
    Read,
    SumOver,
    Times,
    inside,
)
from symbolic.reading.pathways import CORE
from symbolic.reading.profile import Profile
from symbolic.reading.theory import Base
from symbolic.reading.worlds import Counterexample, World, evaluated

J = Var("j", NEURON)
MOST_PARTS = 8
MOST_SIGNS = 40


def numbers(claim: Claim, found: Counterexample, base: Base, profile: Profile) -> Iterator[Block]:
    """The network in words, the signals it computes, the parts of the line and both sides."""
    yield Paragraph(_network(found.world, profile))
    at = dict(found.letters)
    if found.world.widths:
        yield Paragraph(prose(f"At {_where(found.named, profile, found.world)}:"), True)
        yield _two_sides(claim, found, profile)
        return
    yield _forward(found.world, base, profile)
    yield Paragraph(prose(f"At {_where(found.letters, profile, found.world)} the line says:"), True)
    yield _sides(claim, found, base, profile, at)


def short(found: Counterexample, profile: Profile) -> str:
    """Where the two sides differ, in one line."""
    where = _where(found.named, profile, found.world)
    left, right = shown(found.left), shown(found.right)
    return f"{left} on the left and {right} on the right at {where}, in the {_shape(found.world)}"


def shown(value: Fraction) -> str:
    """A number with a minus as it is printed."""
    return str(value).replace("-", "−")


def _two_sides(claim: Claim, found: Counterexample, profile: Profile) -> Table:
    rows = [
        (runs(said), (_number(value),), (drawn_side,) if _short(drawn_side) else ())
        for said, value, side in (
            ("the left side", found.left, claim.left),
            ("the right side", found.right, claim.right),
        )
        for drawn_side in (Math(drawn(side, profile)),)
    ]
    return Table((runs("side"), runs("value"), runs("formula")), tuple(rows), wide=2)


def _number(value: Fraction | int) -> Math:
    return Math(Drawn(_latex(Fraction(value)), shown(Fraction(value))))


def _latex(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value)
    sign = "-" if value < 0 else ""
    return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"


def _where(letters: Sequence[tuple[str, int]], profile: Profile, world: World) -> str:
    """The neurons and the sample; the sample is said only where there are several."""
    words = [
        f"{unicode_of(name)} = {at}"
        for name, at in letters
        if name != UNWRITTEN.name and (profile.letters.get(name) != "sample" or world.samples > 1)
    ]
    samples = [at for name, at in letters if name == UNWRITTEN.name]
    if samples and world.samples > 1:
        words.append(f"sample {samples[0]}")
    return listed(words) or "every neuron"


def _shape(world: World) -> str:
    if world.widths:
        return f"layers of {'-'.join(map(str, world.widths))} neurons"
    weights = listed([f"{source} → {to}" for (to, source), _ in world.weights], most=12)
    return f"network {weights} with {counted(world.samples, 'sample')}"


def _sign(array: str, at: tuple[Shifted | int, ...], profile: Profile) -> Math:
    sign = profile.of_array(array).sign
    return _close(drawn(Read(array, at, sign), profile))


_DIGITS = re.compile(r"(?<=_)(\{?)(\d),(\d)(?!\d)")


def _close(formula: Drawn) -> Math:
    """w_21 for the weight to 2 from 1: the neurons of these networks have one digit."""
    latex, shown = (_DIGITS.sub(r"\1\2\3", one) for one in (formula.latex, formula.text))
    return Math(Drawn(latex, shown))


def _network(world: World, profile: Profile) -> Runs:
    """Kinds of neurons, weights, activation, inputs, desired responses."""
    if world.widths:
        return prose(f"Take {world}.")
    kinds = []
    for kind, said in (("input", "an input"), ("hidden", "hidden"), ("output", "an output")):
        names = [str(n) for n in world.neurons if world.kind(n) == kind]
        many = {"an input": "inputs", "hidden": "hidden", "an output": "outputs"}[said]
        if names:
            is_ = f"are {many}" if len(names) > 1 else f"is {said}"
            kinds.append(f"{listed(names, most=12)} {is_}")
    weights = [
        run
        for (to, source), weight in world.weights
        for run in (", ", _equals(_sign("w", (to, source), profile), Fraction(weight)))
    ][1:]
    field = unicode_of(profile.of_array(CORE).sign)
    phi = unicode_of(profile.of_array("phi").sign)
    v = profile.of_array(CORE).sign
    of, own = ("", "v") if world.shared else ("_k", "kv")
    slope = {"v": (v, field), "kv": (rf"k\,{v}", f"k {field}")}[own]
    activation = Math(
        Drawn(
            rf"{profile.of_array('phi').sign}{of}({v}) = {v}^2 + {slope[0]}",
            f"{phi}{of}({field}) = {field}² + {slope[1]}",
        )
    )
    bias = profile.of_array("b").sign if world.biased else ""
    biases = (" and ", Math(Drawn(f"{bias}_k = k", f"{unicode_of(bias)}_k = k"))) if bias else ()
    cost = "; the cost of a sample is the sum of the cubes of the outputs and of their sum squared"
    edges = listed([f"{source} → {to}" for (to, source), _ in world.weights], most=12)
    return runs(
        f"Take the network {edges}: neuron {'; neuron '.join(kinds)}. Weights: ",
        *weights,
        ". Every neuron ",
        Math(Drawn("k", "k")),
        " has ",
        activation,
        *biases,
        f"{cost if world.open else ''}; {_batch(world)}",
    )


def _batch(world: World) -> str:
    return "there is one sample." if world.samples == 1 else f"there are {world.samples} samples."


def _equals(sign: Math, value: Fraction) -> Math:
    formula = sign.formula
    assert isinstance(formula, Drawn)
    return Math(Drawn(f"{formula.latex} = {_latex(value)}", f"{formula.text} = {shown(value)}"))


def _forward(world: World, base: Base, profile: Profile) -> Table:
    """Every field, signal and desired response, sample by sample."""
    rows: list[tuple[Runs, ...]] = []
    for neuron in world.neurons:
        kind = world.kind(neuron)
        arrays = ["y"] if kind == "input" else [CORE, "y"]
        arrays += ["d", "e"] if kind == "output" else []
        for array in arrays:
            if all(symbol.array != array for symbol in profile.symbols.values()):
                continue
            read = Read(array, (J, UNWRITTEN))
            values = [
                evaluated(base, world, {"j": neuron, UNWRITTEN.name: s}, read)[0]
                for s in range(1, world.samples + 1)
            ]
            if None in values:
                continue
            what = profile.of_array(array).meaning
            if array == "y" and kind == "input":
                what = "input"
            sign = _sign(array, (neuron, UNWRITTEN), profile)
            cells = [(_number(value),) for value in values if value is not None]
            rows.append(((sign,), *cells, runs(what)))
    samples = [runs("value")]
    if world.samples > 1:
        samples = [runs(f"sample {s}") for s in range(1, world.samples + 1)]
    return Table((runs("signal"), *samples, runs("what it is")), tuple(rows), wide=1 + len(samples))


def _sides(
    claim: Claim, found: Counterexample, base: Base, profile: Profile, at: dict[str, int]
) -> Table:
    """The parts that the line is made of and its two sides, with their values."""
    parts: list[Formula] = []
    for side in (claim.left, claim.right):
        for part in _atoms(side):
            if part not in parts and part not in (claim.left, claim.right):
                parts.append(part)
    values = evaluated(base, found.world, at, *parts)
    rows: list[tuple[Runs, ...]] = []
    for part, value in zip(parts[:MOST_PARTS], values, strict=False):
        shown_part = _close(drawn(_placed(part, at), profile))
        if value is not None and _short(shown_part):
            rows.append(((), (_number(value),), (shown_part,)))
    for side, value, said in (
        (claim.left, found.left, "the left side"),
        (claim.right, found.right, "the right side"),
    ):
        whole = _close(drawn(_placed(side, at), profile))
        rows.append((runs(said), (_number(value),), (whole,) if _short(whole) else ()))
    return Table((runs("side"), runs("value"), runs("formula")), tuple(rows), wide=2)


def _short(formula: Math) -> bool:
    """Whether it fits in a table; a longer one stands above it anyway."""
    return isinstance(formula.formula, Drawn) and len(formula.formula.text) <= MOST_SIGNS


def _atoms(formula: Formula) -> Iterator[Formula]:
    """The quantities, slopes and derivatives outside of sums, left to right."""
    match formula:
        case Read() | Applied() | Partial():
            yield formula
        case SumOver():
            return
        case _:
            for part in inside(formula):
                yield from _atoms(part)


def _placed(formula: Formula, at: dict[str, int]) -> Formula:
    """The formula with the numbers of the neurons for its free letters."""

    def index(one: Shifted | int) -> Shifted | int:
        neuron = isinstance(one, Var) and one.sort == NEURON and one.name in at
        return at[one.name] if isinstance(one, Var) and neuron else one

    match formula:
        case Read(array, places, sign):
            return Read(array, tuple(map(index, places)), sign)
        case Applied(function, places, argument, order, sign):
            inner = _placed(argument, at)
            return Applied(function, tuple(map(index, places)), inner, order, sign)
        case SumOver(letter, span, body):
            free_at = {name: n for name, n in at.items() if name != letter.name}
            of = str(at[span.of]) if span.of in at else span.of
            return SumOver(letter, replace(span, of=of), _placed(body, free_at))
        case Partial(of, by, reading):
            placed = _placed(by, at)
            assert isinstance(placed, Read)
            return Partial(_placed(of, at), placed, reading)
        case Plus(terms):
            return Plus(tuple(_placed(term, at) for term in terms))
        case Times(factors):
            return Times(tuple(_placed(factor, at) for factor in factors))
        case Power(base, exponent):
            return Power(_placed(base, at), exponent)
        case Call(name, argument):
            return Call(name, _placed(argument, at))
        case Num() | Count():
            return formula
