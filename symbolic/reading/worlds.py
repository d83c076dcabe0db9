"""Small networks with exact numbers, and the value of a formula in one: what refutes a claim.

A total derivative is taken as it is defined: one quantity is set by hand, value and slope (1), and
all that depends on it is computed anew, each number with its slope.  Nothing here knows of paths.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache, cached_property
from itertools import pairwise, product

from symbolic.indexed import Count, Num, Var
from symbolic.reading.cases import Settled
from symbolic.reading.formulas import (
    LAYER,
    NEURON,
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
    free,
    plus,
)
from symbolic.reading.layers import LAST, Layers, Level, is_layered, level_of, lives
from symbolic.reading.pathways import CORE
from symbolic.reading.theory import COST, Assumption, Base, name_of

Number = tuple[Fraction, Fraction]  # value and slope
Entry = tuple[str, tuple[int, ...]]
ZERO = Fraction(0)


class UndefinedError(Exception):
    """The network has no such quantity, as the error signal of a hidden neuron."""


@dataclass(frozen=True)
class World:
    """A network: its connections (to, source) with weights, its inputs and outputs, N samples.

    φ_k(v) = v² + k v for neuron k; an input neuron i has the signal 1 + i + s on sample s,
    the desired response of output k is 10 k + s, its bias k, η = 3/7.  `widths` are those of the
    layers of a layered network; `open` says that the document leaves the cost open, so that it is
    that of `open_cost`; `shared` that all neurons have one φ(v) = v² + v, `biased`
    that there are biases.
    """

    weights: tuple[tuple[tuple[int, int], int], ...]
    outputs: tuple[int, ...]
    samples: int
    widths: tuple[int, ...] = ()
    open: bool = False
    shared: bool = False
    biased: bool = False

    @cached_property
    def edges(self) -> dict[tuple[int, int], int]:
        """Connection (to, source): weight."""
        return dict(self.weights)

    @cached_property
    def neurons(self) -> tuple[int, ...]:
        """All neurons, each after those that feed it."""
        return tuple(sorted({n for pair, _ in self.weights for n in pair}))

    @cached_property
    def inputs(self) -> frozenset[int]:
        """The neurons that none feeds."""
        return frozenset(self.neurons) - {to for (to, _), _ in self.weights}

    @cached_property
    def layers(self) -> dict[int, tuple[int, int]]:
        """Neuron of a layered network: its layer and its place there, both counted from 1."""
        places = [(n, m) for n, w in enumerate(self.widths, 1) for m in range(1, w + 1)]
        return dict(enumerate(places, 1))

    def kind(self, neuron: int) -> str:
        """output, input or hidden."""
        if neuron in self.outputs:
            return "output"
        return "input" if neuron in self.inputs else "hidden"

    def fed(self, neuron: int) -> tuple[int, ...]:
        """The neurons that it feeds."""
        return tuple(to for (to, source), _ in self.weights if source == neuron)

    def reaches(self, start: int, goal: int) -> bool:
        """Whether a path leads from one neuron to the other."""
        waiting = [start]
        while waiting:
            top = waiting.pop()
            if top == goal:
                return True
            waiting += self.fed(top)
        return False

    def satisfies(self, assumption: Assumption, hidden: tuple[int, ...]) -> bool:
        """Whether it holds here; `hidden` are the hidden neurons that the claim names."""
        match assumption:
            case Assumption.N1:
                return self.samples == 1
            case Assumption.OT:
                return not any(self.fed(k) for k in self.outputs)
            case Assumption.SO:
                return len(self.outputs) == 1
            case Assumption.LH:
                return all(set(self.fed(j)) <= set(self.outputs) for j in hidden)
            case Assumption.NP:
                return not any(
                    self.reaches(middle, to)
                    for (to, source), _ in self.weights
                    for middle in self.fed(source)
                    if middle != to
                )

    def __str__(self) -> str:
        if self.widths:
            return self._in_layers()
        weights = ", ".join(f"w[{to},{source}] = {w}" for (to, source), w in self.weights)
        outputs = ", ".join(map(str, self.outputs))
        cost = "cost of a sample: sum_k y_k^3 + (sum_k y_k)^2; " if self.open else ""
        biases = "b_k = k, " if self.biased else ""
        phi = "phi(v) = v^2 + v" if self.shared else "phi_k(v) = v^2 + k v"
        return (
            f"network with {weights}; output {outputs}; N = {self.samples}; "
            f"{phi}; {biases}y_i = 1 + i + s for an input i, d_k = 10 k + s on sample s; "
            f"{cost}eta = 3/7"
        )

    def _in_layers(self) -> str:
        at = self.layers
        weights = ", ".join(
            f"w^{at[to][0]}_{{{at[to][1]}{at[source][1]}}} = {w}"
            for (to, source), w in self.weights
        )
        biases = ", ".join(
            f"b^{at[k][0]}_{at[k][1]} = {k}" for k in self.neurons if k not in self.inputs
        )
        inputs = ", ".join(f"a^1_{i} = {1 + i} + x" for i in sorted(self.inputs))
        wanted = ", ".join(f"y_{at[k][1]} = {10 * k} + x" for k in self.outputs)
        cost = "C_x = sum_j (a^L_j)^3 + (sum_j a^L_j)^2; " if self.open else ""
        return (
            f"layers of {'-'.join(map(str, self.widths))} neurons; {weights}; {biases}; "
            f"sigma(z) = z^2 + z; {inputs}, {wanted} on sample x; "
            f"n = {self.samples}; {cost}eta = 3/7"
        )


@dataclass(frozen=True)
class Counterexample:
    """A network, neurons, samples and layers at which the two sides differ.

    `neurons` are the letters that stand for neurons.
    """

    world: World
    letters: tuple[tuple[str, int], ...]
    left: Fraction
    right: Fraction
    neurons: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def named(self) -> tuple[tuple[str, int], ...]:
        """The letters as a reader counts: a neuron of a layered network by its place there."""
        place = self.world.layers
        return tuple(
            (name, place[n][1] if name in self.neurons and place else n) for name, n in self.letters
        )


@cache
def worlds() -> tuple[World, ...]:
    """The networks that are tried, the small ones first."""
    shapes: tuple[tuple[str, tuple[int, ...]], ...] = (
        ("21 32", (3,)),
        ("21 32 31", (3,)),
        ("21 32 43", (4,)),
        ("21 32 43 42", (4,)),
        ("31 32 43", (4,)),
        ("21 31 42 43", (4,)),
        ("21 32 42", (3, 4)),
        ("21 32 43", (3, 4)),
        ("21 32 43 31 42 41", (4,)),
        ("21 31 42 43 52 53", (4, 5)),
        ("21 31 42 43 54 53 52", (5,)),
        ("21 32 43 54", (3, 5)),
        ("21 32 43", (3,)),
    )
    return tuple(
        World(
            tuple(((int(p[0]), int(p[1])), 1 + n % 3) for n, p in enumerate(pairs)),
            outputs,
            samples,
        )
        for samples in (1, 2)
        for text, outputs in shapes
        for pairs in (text.split(),)
    )


STRENGTHS = (1, 2, -1, 3, -2)
"""The weights of a layered network, one after the other."""


@cache
def layered_worlds() -> tuple[World, ...]:
    """The layered networks that are tried, the small ones first; all neighbours are connected."""
    shapes = ((1, 1, 1), (1, 1), (1, 1, 1, 1), (1, 2, 1), (2, 1, 2), (1, 2, 2), (2, 2, 2),
              (1, 1, 2, 2), (2, 2, 2, 1), (1, 1, 1, 1, 1))  # fmt: skip
    return tuple(_layered(widths, samples) for samples in (1, 2) for widths in shapes)


def _layered(widths: tuple[int, ...], samples: int) -> World:
    ends = [sum(widths[:n]) for n in range(len(widths) + 1)]
    layers = [range(a + 1, b + 1) for a, b in pairwise(ends)]
    edges = [(to, source) for one, after in pairwise(layers) for to in after for source in one]
    weights = tuple((pair, STRENGTHS[n % len(STRENGTHS)]) for n, pair in enumerate(edges))
    return World(weights, tuple(layers[-1]), samples, widths)


def open_cost() -> tuple[Read, Formula]:
    """Σ_k (y_k)³ + (Σ_k y_k)² over the outputs: a cost that is no sum of one term per output."""
    k = Var("k", NEURON)
    y = Read("y", (k, UNWRITTEN))
    cubes = SumOver(k, Range("output"), Power(y, Fraction(3)))
    return Read("E", (UNWRITTEN,)), plus(cubes, Power(SumOver(k, Range("output"), y), Fraction(2)))


class Tried(int):
    """How many exact instances met the claim and agreed; the sides of `alive` were not 0."""

    alive = 0

    def shows(self, claim: Settled, under: tuple[Assumption, ...]) -> bool:
        """Whether a proof under these assumptions would say something.

        Not where no network has all of what the claim says, nor where assumptions make all of it
        0, unless the claim says so itself.
        """
        says_nothing = claim.right == Num(ZERO) or claim.left == Num(ZERO)
        return bool(self) and (not under or self.alive > 0 or says_nothing)


FEW = 7


def evaluated(
    base: Base, world: World, letters: Mapping[str, int], *formulas: Formula
) -> tuple[Fraction | None, ...]:
    """The values of formulas at neurons and samples of a network, None where one has none."""
    values = _Values(base, world)
    found: list[Fraction | None] = []
    for formula in formulas:
        at = {v: letters[v.name] for v in free(formula) if v.name in letters}
        try:
            found.append(values.of(formula, at)[0])
        except (UndefinedError, KeyError):
            found.append(None)
    return tuple(found)


def signals(base: Base, world: World, array: str, neuron: int) -> tuple[Fraction, ...]:
    """The values of v, y, d or e of a neuron, sample by sample; none where it has none."""
    values = _Values(base, world)
    try:
        return tuple(
            values.quantity((array, (neuron, s)), None)[0] for s in range(1, world.samples + 1)
        )
    except UndefinedError:
        return ()


class Refuter:
    """Looks for networks that break the claims of one document; what it computes it keeps.

    With `few` it tries only the smallest ones, with one sample.
    """

    def __init__(self, base: Base, few: bool = False) -> None:
        tried = layered_worlds() if base.layered else worlds()
        if few:
            tried = tuple(world for world in tried if world.samples == 1)[:FEW]
        found = (
            replace(world, open=base.open, shared=base.shared, biased=base.biased)
            for world in tried
        )
        self._values = [(world, _Values(base, world)) for world in found]

    def find(self, claim: Settled, under: tuple[Assumption, ...] = ()) -> Counterexample | Tried:
        """The first instance that meets the assumptions and at which the sides differ."""
        count = alive = 0
        sides = claim.layers.written if claim.layers is not None else (claim.left, claim.right)
        for world, values in self._values:
            for letters in _assignments(world, claim, sides):
                hidden = tuple(letters[v] for v, role in claim.roles if role == "hidden")
                if not all(world.satisfies(one, hidden) for one in (*claim.given, *under)):
                    continue
                try:
                    left, right = (values.of(side, letters)[0] for side in sides)
                except UndefinedError:
                    continue
                if left != right:
                    named = tuple(sorted((v.name, n) for v, n in letters.items()))
                    neurons = frozenset(v.name for v in letters if v.sort == NEURON)
                    return Counterexample(world, named, left, right, neurons)
                count += 1
                alive += left != 0
        tried = Tried(count)
        tried.alive = alive
        return tried


def _assignments(
    world: World, claim: Settled, sides: tuple[Formula, Formula]
) -> Iterator[dict[Var, int]]:
    """Every choice of neurons, samples and layers that the claim speaks of."""
    roles = dict(claim.roles)
    letters = sorted(free(sides[0]) | free(sides[1]), key=lambda v: (v.sort.name, v.name))
    choices = [
        [n for n in world.neurons if _is(world.kind(n), roles.get(v, "source"))]
        if v.sort == NEURON
        else _steps(world, claim, v.name)
        if v.sort == LAYER
        else range(1, world.samples + 1)
        for v in letters
    ]
    for chosen in product(*choices):
        found = dict(zip(letters, chosen, strict=True))
        if all((found[to], found[source]) in world.edges for to, source in claim.edges) and (
            claim.layers is None or _in_place(world, claim.layers, found)
        ):
            yield found


def _is(kind: str, role: str) -> bool:
    return role in ("source", kind) or (role == "feeder" and kind != "output")


def _steps(world: World, claim: Settled, name: str) -> range:
    """The values of a layer letter for which all that the claim speaks of exists."""
    if claim.layers is None:
        return range(0)
    lowest, highest = dict(claim.layers.lowest)[name], dict(claim.layers.highest)[name]
    return range(lowest, len(world.widths) - highest + 1)


def _in_place(world: World, layers: Layers, letters: Mapping[Var, int]) -> bool:
    """Whether the neurons lie in the layers that the claim says."""
    values = {v.name: n for v, n in letters.items() if v.sort == LAYER}
    values[LAST] = len(world.widths)
    highest = dict(layers.highest)
    return (
        values[LAST] >= dict(layers.lowest).get(LAST, 1)
        and all((values[n] + highest[n] == values[LAST]) == end for n, end in layers.ends)
        and all(
            world.layers[letters[v]][0] == values[name] + step for v, (name, step) in layers.letters
        )
    )


class _Values:
    """The quantities of one network; `by` is what a derivative is taken by."""

    def __init__(self, base: Base, world: World) -> None:
        self.base, self.definitions, self.world = base, dict(base.written), world
        if base.open:
            self.definitions[COST] = open_cost()
        self.edges = world.edges
        self._known: dict[tuple[Entry, Entry | None], Number] = {}

    def of(
        self, formula: Formula, at: Mapping[Var, int], by: Entry | None = None, within: str = ""
    ) -> Number:
        """The value of a formula and its slope by `by`."""
        match formula:
            case Num(value):
                return value, ZERO
            case Count():
                return Fraction(self.world.samples), ZERO
            case Plus(terms):
                parts = [self.of(term, at, by, within) for term in terms]
                return sum((p[0] for p in parts), ZERO), sum((p[1] for p in parts), ZERO)
            case Times(factors):
                return self._product(factors, at, by, within)
            case Power(base, exponent) if exponent.denominator == 1:
                value, slope = self.of(base, at, by, within)
                if exponent < 0 and not value:
                    raise UndefinedError
                n = int(exponent)
                return value**n, (n * value ** (n - 1) * slope if n else ZERO)
            case SumOver():
                parts = [
                    self.of(formula.body, {**at, formula.over: n}, by, within)
                    for n in self._range(formula, at, within)
                ]
                return sum((p[0] for p in parts), ZERO), sum((p[1] for p in parts), ZERO)
            case Applied(_, places, argument, order):
                value, slope = self.of(argument, at, by, within)
                own = [i for i in places if isinstance(i, Var) and i.sort == NEURON]
                k = at[own[0]] if own else 1
                derivatives = (value**2 + k * value, 2 * value + k, Fraction(2), ZERO, ZERO)
                if order > 2:
                    raise UndefinedError
                return derivatives[order], derivatives[order + 1] * slope
            case Partial(of, read, "total"):
                if by is not None:
                    raise UndefinedError
                entry = self._entry(read, at)
                self.quantity(entry, None)
                return self.of(of, at, entry, within)[1], ZERO
            case Read():
                return self.quantity(self._entry(formula, at), by)
        raise UndefinedError

    def _entry(self, read: Read, at: Mapping[Var, int]) -> Entry:
        """An entry; in layer notation its neurons must lie in the layers that it says."""
        indices = read.at
        if is_layered(read):
            indices = indices[1:]
            for letter, one in lives(read):
                if self.world.layers[at[letter]][0] != self._layer(one, at):
                    raise UndefinedError
        return name_of(read), tuple(self._index(i, at) for i in indices)

    def _layer(self, one: Level, at: Mapping[Var, int]) -> int:
        """The layer that is meant; raises `UndefinedError` where the network has none such."""
        name, step = one
        values = {v.name: n for v, n in at.items() if v.sort == LAYER}
        found = values.get(name, len(self.world.widths) if name == LAST else 0) + step
        if not 1 <= found <= len(self.world.widths):
            raise UndefinedError
        return found

    @staticmethod
    def _index(index: object, at: Mapping[Var, int]) -> int:
        if isinstance(index, Var):
            return at[index]
        raise UndefinedError

    def _product(
        self, factors: tuple[Formula, ...], at: Mapping[Var, int], by: Entry | None, within: str
    ) -> Number:
        for factor in factors:  # where there is no connection, nothing else need be defined
            if isinstance(factor, Read) and factor.array == "w" and not is_layered(factor):
                to, source = (self._index(i, at) for i in factor.at)
                if (to, source) not in self.edges:
                    return ZERO, ZERO
        value, slope = Fraction(1), ZERO
        for factor in factors:
            v, s = self.of(factor, at, by, within)
            value, slope = value * v, value * s + slope * v
        return value, slope

    def _range(self, total: SumOver, at: Mapping[Var, int], within: str) -> list[int]:
        world, kind = self.world, total.range.kind
        if total.over.sort != NEURON:
            return [*range(1, world.samples + 1)]
        if kind == "layer":
            wanted_layer = self._layer(level_of(total.range.of), at)
            return [n for n in world.neurons if world.layers[n][0] == wanted_layer]
        if within == CORE or kind in ("interval", "all"):
            return [*world.neurons]
        if kind == "fed":
            return [to for v, n in at.items() if v.name == total.range.of for to in world.fed(n)]
        wanted = "hidden" if kind == "hidden" else "output"
        return [n for n in world.neurons if world.kind(n) == wanted]

    def quantity(self, entry: Entry, by: Entry | None) -> Number:
        """The value of one entry and its slope."""
        if (entry, by) not in self._known:
            found = self._computed(entry, None if entry == by else by)
            self._known[entry, by] = (found[0], Fraction(1)) if entry == by else found
        return self._known[entry, by]

    def _computed(self, entry: Entry, by: Entry | None) -> Number:
        name, at = entry
        world = self.world
        if name == COST and by is None and self.base.open:
            raise UndefinedError  # nobody says what it is, only how it changes
        kind = world.kind(at[0]) if at else ""
        if name == "w":
            return Fraction(self.edges.get((at[0], at[1]), 0)), ZERO
        if name == "b":
            if kind == "input":
                raise UndefinedError
            return Fraction(at[0]), ZERO
        if name == "eta":
            return Fraction(3, 7), ZERO
        if name in ("e", "d") and kind != "output":
            raise UndefinedError
        if name == "d":
            return Fraction(10 * at[0] + at[1]), ZERO
        if name.split(":")[0] in (CORE, "delta", "db") and kind == "input":
            raise UndefinedError
        if name == "y" and kind == "input":
            return Fraction(1 + at[0] + at[1]), ZERO
        if name.startswith("dw") and (at[0], at[1]) not in self.edges:
            raise UndefinedError
        if name not in self.definitions:
            raise UndefinedError
        head, body = self.definitions[name]
        letters = [i for i in head.at if isinstance(i, Var) and i.sort != LAYER]
        values = dict(zip(letters, at, strict=True))
        for i in head.at:
            if isinstance(i, Var) and i.sort == LAYER:
                values[i] = world.layers[at[0]][0]
        return self.of(body, values, by, name)
