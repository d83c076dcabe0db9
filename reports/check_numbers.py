"""A counterexample that can be followed by hand: the network, its numbers, both sides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from reports.document import Block, Drawn, Math, Paragraph, Run, Runs, Table, runs
from reports.formula_text import drawn, joined, unicode_of
from reports.wording import counted, listed, prose, value
from symbolic.indexed import Affine, Count, Num, Shifted, Var
from symbolic.reading.base import Base
from symbolic.reading.claims import Claim
from symbolic.reading.formulas import (
    LAYER,
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
from symbolic.reading.refuter import Counterexample
from symbolic.reading.values import evaluated, signals
from symbolic.reading.worlds import World
from symbolic.verdicts import Value

MOST_PARTS = 8
MOST_SIGNS = 40


def numbers(claim: Claim, found: Counterexample, base: Base, profile: Profile) -> Iterator[Block]:
    """The network in words, the signals it computes, the parts of the line and both sides."""
    yield Paragraph(_network(found.world, base, profile))
    yield _forward(found.world, base, profile)
    where = _where(found.named, profile, found.world)
    yield Paragraph(prose(f"At {where} the line says:"), True)
    yield _sides(claim, found, base, profile)


def short(found: Counterexample, profile: Profile) -> str:
    """Where the two sides differ, in one line."""
    where = _where(found.named, profile, found.world)
    left, right = shown(found.left), shown(found.right)
    return f"{left} on the left and {right} on the right at {where}, in the {_shape(found.world)}"


def shown(number: Value) -> str:
    """A number with a minus as it is printed, an enclosed one by its first digits."""
    formula = _number(number).formula
    assert isinstance(formula, Drawn)
    return formula.text


def _number(number: Value) -> Math:
    if not number.exact:
        return value(number)
    return Math(Drawn(_latex(number.low), str(number.low).replace("-", "−")))


def _latex(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value)
    sign = "-" if value < 0 else ""
    return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"


def _where(letters: Sequence[tuple[str, int]], profile: Profile, world: World) -> str:
    """The neurons and the sample; the sample is said only where there are several."""
    neurons = {name for name, sort in profile.letters.items() if sort == "neuron"} | {"to", "from"}
    words = [
        f"{unicode_of(name)} = {unicode_of(world.name(at)) if name in neurons else at}"
        for name, at in letters
        if name != UNWRITTEN.name and (profile.letters.get(name) != "sample" or world.samples > 1)
    ]
    samples = [at for name, at in letters if name == UNWRITTEN.name]
    if samples and world.samples > 1:
        words.append(f"sample {samples[0]}")
    return listed(words) or "every neuron"


def _shape(world: World) -> str:
    if world.widths:
        samples = counted(world.samples, "sample")
        return f"network with layers of {_widths(world)} neurons and {samples}"
    return f"network {_edges(world)} with {counted(world.samples, 'sample')}"


def _edges(world: World) -> str:
    """The connections, source → target."""
    called = {n: unicode_of(world.name(n)) for n in world.neurons}
    return listed(
        [f"{called[source]}\u00a0→\u00a0{called[to]}" for (to, source), _ in world.weights], most=12
    )


def _widths(world: World) -> str:
    return ", ".join(map(str, world.widths[:-1])) + f" and {world.widths[-1]}"


def _sign(array: str, neurons: tuple[int, ...], world: World, profile: Profile) -> Math:
    """The quantity of these neurons; in layer notation with its layer and their places there."""
    symbol = profile.of_array(array)
    at: tuple[int, ...] = neurons
    if world.widths:
        at = tuple(world.layers[neuron][1] for neuron in neurons)
        if "layer" in symbol.subscript + symbol.superscript:
            at = (world.layers[neurons[0]][0], *at)
    return _close(drawn(Read(array, at, symbol.sign), profile))


_DIGITS = re.compile(r"(?<=_)(\{?)(\d),(\d)(?!\d)")


def _close(formula: Drawn) -> Math:
    """w_21 for the weight to 2 from 1: the neurons of these networks have one digit."""
    latex, shown = (_DIGITS.sub(r"\1\2\3", one) for one in (formula.latex, formula.text))
    return Math(Drawn(latex, shown))


def _network(world: World, base: Base, profile: Profile) -> Runs:
    """Kinds of neurons, weights, biases, activation, and a cost that the text leaves open."""
    weights = [
        run
        for (to, source), weight in world.strength.items()
        for run in (", ", _equals(_sign("w", (to, source), world, profile), weight))
    ][1:]
    parts: list[str | Run] = [f"Take the {_described(world)}. Weights: ", *weights, "."]
    if world.biased:
        fed = [neuron for neuron in world.neurons if neuron not in world.inputs]
        parts.append(" Biases: ")
        for neuron in fed:
            parts += [_equals(_sign("b", (neuron,), world, profile), neuron), ", "]
        parts[-1] = "."
    parts += [*_activation(world, base, profile), *_outputs(base, profile)]
    if world.names and not world.functions:
        parts.append(f", where {unicode_of(world.numbers.rstrip('; '))}")
    parts.append(f"; {_batch(world)}")
    if world.open:
        y = profile.of_array("y").sign
        cost = Drawn(
            rf"\sum_{{k}} {y}_{{k}}^3 + \bigl(\sum_{{k}} {y}_{{k}}\bigr)^2",
            f"Σ_k {unicode_of(y)}_k³ + (Σ_k {unicode_of(y)}_k)²",
        )
        parts += [" The text leaves the cost open; here that of a sample is ", Math(cost)]
        parts.append(", summed over the output neurons.")
    return runs(*parts)


def _described(world: World) -> str:
    """The connections and which neuron is what."""
    if world.widths:
        return f"network with layers of {_widths(world)} neurons"
    kinds = []
    for kind, one, many in (
        ("input", "an input", "inputs"),
        ("hidden", "hidden", "hidden"),
        ("output", "an output", "outputs"),
    ):
        names = [unicode_of(world.name(n)) for n in world.neurons if world.kind(n) == kind]
        if names:
            said = f"are {many}" if len(names) > 1 else f"is {one}"
            kinds.append(f"{listed(names, most=12)} {said}")
    return f"network {_edges(world)}: neuron {'; neuron '.join(kinds)}"


def _activation(world: World, base: Base, profile: Profile) -> Runs:
    """The φ of the document, else φ(v) = v² + v, or another one for every neuron k."""
    v = profile.of_array(CORE).sign
    if world.functions and base.activation is None:
        return runs(" Every neuron has its own activation function, that of the network")
    if base.activation is not None:
        body = drawn(base.activation.at(Read("·", (), v)), profile)
        return runs(
            " Every signal is ", Math(body), " of the field ", Math(Drawn(v, unicode_of(v)))
        )
    phi = profile.of_array("phi").sign
    field, name = unicode_of(v), unicode_of(phi)
    if world.shared or not profile.of_array("phi").subscript:
        drawn_ = Drawn(rf"{phi}({v}) = {v}^2 + {v}", f"{name}({field}) = {field}² + {field}")
        return runs(" Every neuron has ", Math(drawn_))
    drawn_ = Drawn(
        rf"{phi}_{{k}}({v}) = {v}^2 + k\,{v}", f"{name}_k({field}) = {field}² + k {field}"
    )
    return runs(" Every neuron ", Math(Drawn("k", "k")), " has ", Math(drawn_))


def _outputs(base: Base, profile: Profile) -> Iterator[str | Run]:
    """The signal of an output neuron, where it differs from that of the others."""
    if base.outer is not None:
        head = base.definitions["y"][0]
        sign = Math(joined(drawn(head, profile), "=", drawn(base.outer, profile)))
        yield from (", but an output neuron has ", sign)


def _batch(world: World) -> str:
    return "there is one sample." if world.samples == 1 else f"there are {world.samples} samples."


def _equals(sign: Math, number: int) -> Math:
    formula = sign.formula
    assert isinstance(formula, Drawn)
    text = str(number).replace("-", "−")
    return Math(Drawn(f"{formula.latex} = {number}", f"{formula.text} = {text}"))


def _forward(world: World, base: Base, profile: Profile) -> Table:
    """Every field, signal, desired response and error, sample by sample."""
    rows: list[tuple[Runs, ...]] = []
    known = {symbol.array for symbol in profile.symbols.values()}
    for neuron in world.neurons:
        kind = world.kind(neuron)
        arrays = ["y"] if kind == "input" else [CORE, "y"]
        arrays += ["d", "e"] if kind == "output" else []
        for array in arrays:
            values = signals(base, world, array, neuron) if array in known else ()
            if not values:
                continue
            input_ = array == "y" and kind == "input"
            what = "input" if input_ else profile.of_array(array).meaning
            cells = [(_number(number),) for number in values]
            rows.append(((_sign(array, (neuron,), world, profile),), *cells, runs(what)))
    samples = [runs("value")]
    if world.samples > 1:
        samples = [runs(f"sample {s}") for s in range(1, world.samples + 1)]
    return Table((runs("signal"), *samples, runs("what it is")), tuple(rows), wide=1 + len(samples))


def _sides(claim: Claim, found: Counterexample, base: Base, profile: Profile) -> Table:
    """The parts that the line is made of and its two sides, with their values."""
    parts: list[Formula] = []
    at = dict(found.named)
    for side in (claim.left, claim.right):
        for part in _atoms(side):
            if part not in parts and part not in (claim.left, claim.right):
                parts.append(part)
    values = evaluated(base, found.world, dict(found.letters), *parts)
    rows: list[tuple[Runs, ...]] = []
    for part, number in zip(parts[:MOST_PARTS], values, strict=False):
        shown_part = _close(drawn(_placed(part, at), profile))
        if number is not None and _short(shown_part):
            rows.append((runs("a part"), (_number(number),), (shown_part,)))
    for side, number, said in (
        (claim.left, found.left, "the left side"),
        (claim.right, found.right, "the right side"),
    ):
        whole = _close(drawn(_placed(side, at), profile))
        rows.append((runs(said), (_number(number),), (whole,) if _short(whole) else ()))
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
    """The formula with the numbers of neurons and layers for its free letters."""

    def index(one: Shifted | int) -> Shifted | int:
        match one:
            case Var(name, sort) if sort in (NEURON, LAYER) and name in at:
                return at[name]
            case Affine(const, terms) if all(getattr(p, "name", "") in at for p, _ in terms):
                return const + sum(factor * at[getattr(p, "name", "")] for p, factor in terms)
            case _:
                return one

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
