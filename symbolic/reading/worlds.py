"""Small networks with exact numbers, and the value of a formula in one: what refutes a claim.

A total derivative is taken as it is defined: one quantity is set by hand, value and slope (1), and
all that depends on it is computed anew, each number with its slope.  Nothing here knows of paths.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from itertools import product

from symbolic.indexed import Count, Num, Var
from symbolic.reading.cases import Settled
from symbolic.reading.formulas import (
    NEURON,
    Applied,
    Formula,
    Partial,
    Plus,
    Power,
    Read,
    SumOver,
    Times,
    free,
)
from symbolic.reading.pathways import CORE
from symbolic.reading.theory import Assumption, Base, name_of

Number = tuple[Fraction, Fraction]  # value and slope
Entry = tuple[str, tuple[int, ...]]
ZERO = Fraction(0)


class UndefinedError(Exception):
    """The network has no such quantity, as the error signal of a hidden neuron."""


@dataclass(frozen=True)
class World:
    """A network: its connections (to, source) with weights, its inputs and outputs, N samples.

    φ_k(v) = v² + k v for neuron k; an input neuron i has the signal 1 + i + s on sample s,
    the desired response of output k is 10 k + s, η = 1/2.
    """

    weights: tuple[tuple[tuple[int, int], int], ...]
    outputs: tuple[int, ...]
    samples: int

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
        weights = ", ".join(f"w[{to},{source}] = {w}" for (to, source), w in self.weights)
        outputs = ", ".join(map(str, self.outputs))
        return (
            f"network with {weights}; output {outputs}; N = {self.samples}; "
            "phi_k(v) = v^2 + k v; y_i = 1 + i + s for an input i, d_k = 10 k + s on sample s; "
            "eta = 1/2"
        )


@dataclass(frozen=True)
class Counterexample:
    """A network, neurons and samples at which the two sides differ."""

    world: World
    letters: tuple[tuple[str, int], ...]
    left: Fraction
    right: Fraction


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


class Tried(int):
    """How many exact instances met the claim and agreed."""


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


class Refuter:
    """Looks for networks that break the claims of one document; what it computes it keeps."""

    def __init__(self, base: Base) -> None:
        self._values = [(world, _Values(base, world)) for world in worlds()]

    def find(self, claim: Settled, under: tuple[Assumption, ...] = ()) -> Counterexample | Tried:
        """The first instance that meets the assumptions and at which the sides differ."""
        count = 0
        for world, values in self._values:
            for letters in _assignments(world, claim):
                hidden = tuple(letters[v] for v, role in claim.roles if role == "hidden")
                if not all(world.satisfies(one, hidden) for one in under):
                    continue
                try:
                    left = values.of(claim.left, letters)[0]
                    right = values.of(claim.right, letters)[0]
                except UndefinedError:
                    continue
                if left != right:
                    named = tuple(sorted((v.name, n) for v, n in letters.items()))
                    return Counterexample(world, named, left, right)
                count += 1
        return Tried(count)


def _assignments(world: World, claim: Settled) -> Iterator[dict[Var, int]]:
    """Every choice of neurons and samples that the claim speaks of."""
    roles = dict(claim.roles)
    letters = sorted(free(claim.left) | free(claim.right), key=lambda v: (v.sort.name, v.name))
    choices = [
        [n for n in world.neurons if roles.get(v, "source") in ("source", world.kind(n))]
        if v.sort == NEURON
        else range(1, world.samples + 1)
        for v in letters
    ]
    for chosen in product(*choices):
        found = dict(zip(letters, chosen, strict=True))
        if all((found[to], found[source]) in world.edges for to, source in claim.edges):
            yield found


class _Values:
    """The quantities of one network; `by` is what a derivative is taken by."""

    def __init__(self, base: Base, world: World) -> None:
        self.base, self.world = base, world
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
                k = at[places[0]] if places and isinstance(places[0], Var) else 1
                derivatives = (value**2 + k * value, 2 * value + k, Fraction(2), ZERO, ZERO)
                if order > 2:
                    raise UndefinedError
                return derivatives[order], derivatives[order + 1] * slope
            case Partial(of, read, "total"):
                if by is not None:
                    raise UndefinedError
                entry = name_of(read), tuple(self._index(i, at) for i in read.at)
                self.quantity(entry, None)
                return self.of(of, at, entry, within)[1], ZERO
            case Read():
                entry = name_of(formula), tuple(self._index(i, at) for i in formula.at)
                return self.quantity(entry, by)
        raise UndefinedError

    @staticmethod
    def _index(index: object, at: Mapping[Var, int]) -> int:
        if isinstance(index, Var):
            return at[index]
        raise UndefinedError

    def _product(
        self, factors: tuple[Formula, ...], at: Mapping[Var, int], by: Entry | None, within: str
    ) -> Number:
        for factor in factors:  # where there is no connection, nothing else need be defined
            if isinstance(factor, Read) and factor.array == "w":
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
        if within == CORE or kind in ("interval", "all"):
            return [*world.neurons]
        if kind == "fed":
            [of] = [n for v, n in at.items() if v.name == total.range.of]
            return [*world.fed(of)]
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
        kind = world.kind(at[0]) if at else ""
        if name == "w":
            return Fraction(self.edges.get((at[0], at[1]), 0)), ZERO
        if name == "eta":
            return Fraction(1, 2), ZERO
        if name in ("e", "d") and kind != "output":
            raise UndefinedError
        if name == "d":
            return Fraction(10 * at[0] + at[1]), ZERO
        if name in (CORE, "delta") and kind == "input":
            raise UndefinedError
        if name == "y" and kind == "input":
            return Fraction(1 + at[0] + at[1]), ZERO
        if name == "dw" and (at[0], at[1]) not in self.edges:
            raise UndefinedError
        if name not in self.base.definitions:
            raise UndefinedError
        head, body = self.base.definitions[name]
        letters = [i for i in head.at if isinstance(i, Var)]
        return self.of(body, dict(zip(letters, at, strict=True)), by, name)
