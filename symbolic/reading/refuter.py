"""Looks for an exact network that breaks a line, and tries each proof in those that meet it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import product

from symbolic.duals import ZERO, Number, differ
from symbolic.indexed import Num, Var
from symbolic.reading.base import Base, has_kink
from symbolic.reading.cases import Settled
from symbolic.reading.formulas import (
    LAYER,
    NEURON,
    Formula,
    free,
)
from symbolic.reading.layers import INPUTS, LAST, Layers
from symbolic.reading.pairs import Pair
from symbolic.reading.theory import Assumption
from symbolic.reading.values import UndefinedError, Values, as_value
from symbolic.reading.worlds import World, layered_worlds, worlds
from symbolic.verdicts import Value

FEW = 7
DEEP_SHARES = (World((((2, 1), 1), ((3, 2), 2), ((4, 3), 3), ((5, 3), 1)), (4, 5), 1),)
"""Two outputs after two hidden layers: a share of one alone does not move."""
KEPT = 32
"""The instances of so many claims are kept."""


@dataclass(frozen=True)
class Counterexample:
    """A network, neurons, samples and layers at which the two sides differ.

    `neurons` are the letters that stand for neurons.
    """

    world: World
    letters: tuple[tuple[str, int], ...]
    left: Value
    right: Value
    neurons: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def named(self) -> tuple[tuple[str, int], ...]:
        """The letters as a reader counts: a neuron of a layered network by its place there."""
        place = self.world.layers
        return tuple(
            (name, place[n][1] if name in self.neurons and place else n) for name, n in self.letters
        )

    def said_of(self, pairs: Sequence[Pair]) -> Counterexample:
        """With the letters for which others were put in."""
        at = dict(self.letters)
        for pair in pairs:
            if pair.equal and pair.other in at:
                at[pair.one] = at[pair.other]
        names = {pair.one for pair in pairs}
        return replace(self, letters=tuple(sorted(at.items())), neurons=self.neurons | names)


class Tried(int):
    """How many exact instances met the claim and agreed; the sides of `alive` were not 0."""

    alive = 0

    def shows(self, claim: Settled, under: tuple[Assumption, ...]) -> bool:
        """Whether a proof under these assumptions would say something.

        Not where no network has all of what the claim says, nor where assumptions make all of it
        0, unless the claim says so itself.
        """
        nothing = Num(Fraction(0))
        says_nothing = nothing in (claim.left, claim.right)
        return bool(self) and (not under or self.alive > 0 or says_nothing)


class _Instance:
    """A network with neurons, samples and layers; what was found out about it is kept."""

    def __init__(self, world: World, values: Values, claim: Settled, letters: dict[Var, int]):
        self.world, self.letters = world, letters
        self._values, self._claim = values, claim
        self._met: dict[Assumption, bool] = {}
        self._hidden = tuple(letters[v] for v, role in claim.roles if role == "hidden")

    def meets(self, assumption: Assumption) -> bool:
        """Whether the assumption holds here."""
        if assumption not in self._met:
            self._met[assumption] = self.world.satisfies(assumption, self._hidden)
        return self._met[assumption]

    @cached_property
    def sides(self) -> tuple[Number, Number] | None:
        """The values of the two sides, None where the network has no such quantity."""
        try:
            left, right = (self._values.value(one, self.letters) for one in _sides(self._claim))
        except UndefinedError:
            return None
        return left, right


class _Instances:
    """The instances of a claim, made as they are asked for."""

    def __init__(self, made: Iterator[_Instance]) -> None:
        self._made, self._kept = made, list[_Instance]()

    def __iter__(self) -> Iterator[_Instance]:
        yield from self._kept
        for one in self._made:
            self._kept.append(one)
            yield one


def _turned(world: World) -> World:
    """The network with every second weight negative, beginning with the first."""
    weights = tuple((pair, -w if n % 2 == 0 else w) for n, (pair, w) in enumerate(world.weights))
    return replace(world, weights=weights)


class Refuter:
    """Looks for networks that break the claims of one document; what it computes it keeps.

    With `few` it tries only the smallest ones, with one sample; `among` are others to try.
    """

    def __init__(
        self, base: Base, few: bool = False, among: tuple[World, ...] | None = None
    ) -> None:
        tried = among or (layered_worlds() if base.layered else worlds())
        if few:
            tried = tuple(world for world in tried if world.samples == 1)[:FEW]
        if base.shared_out:
            tried = tuple(world for world in tried if world.satisfies(Assumption.OT, ()))
            tried += () if base.layered else DEEP_SHARES
            tried += tuple(replace(world, shares=True) for world in tried)
        own = (body for world in tried[:1] for _, body in world.functions)
        if base.kinked or has_kink(*own):  # else all fields may lie on one side of the kink
            tried += tuple(map(_turned, tried[:6]))
        found = (
            replace(
                world,
                open=base.open,
                shared=base.shared,
                biased=base.biased,
                known=base.activation is not None or bool(world.functions),
                constants=tuple(
                    (array, Fraction(2 * n + 3, n + 2)) for n, array in enumerate(base.constants)
                ),
            )
            for world in tried
        )
        self._values = [(world, Values(base, world)) for world in found]
        self._kept: dict[Settled, _Instances] = {}  # of the claims asked for last

    def find(self, claim: Settled, under: tuple[Assumption, ...] = ()) -> Counterexample | Tried:
        """The first instance that meets the assumptions and at which the sides differ."""
        count = alive = 0
        for one in self._instances(claim):
            if not all(map(one.meets, (*claim.given, *under))) or one.sides is None:
                continue
            left, right = one.sides
            if differ(left, right):
                try:
                    ends = as_value(left), as_value(right)
                except UndefinedError:  # nobody could write such numbers down
                    continue
                named = tuple(sorted((v.name, n) for v, n in one.letters.items()))
                neurons = frozenset(v.name for v in one.letters if v.sort == NEURON)
                return Counterexample(one.world, named, *ends, neurons)
            count += 1
            alive += differ(left, ZERO)
        tried = Tried(count)
        tried.alive = alive
        return tried

    def _instances(self, claim: Settled) -> _Instances:
        """A claim is asked for under one set of assumptions after the other."""
        if claim not in self._kept:
            if len(self._kept) == KEPT:
                del self._kept[next(iter(self._kept))]
            sides = _sides(claim)
            spoken = free(sides[0]) | free(sides[1])
            letters = tuple(sorted(spoken, key=lambda v: (v.sort.name, v.name)))
            self._kept[claim] = _Instances(
                _Instance(world, values, claim, chosen)
                for world, values in self._values
                for chosen in _assignments(world, claim, letters)
            )
        return self._kept[claim]


def _sides(claim: Settled) -> tuple[Formula, Formula]:
    return claim.layers.written if claim.layers is not None else (claim.left, claim.right)


def _assignments(
    world: World, claim: Settled, letters: tuple[Var, ...]
) -> Iterator[dict[Var, int]]:
    """Every choice of neurons, samples and layers for the letters of a claim."""
    roles = dict(claim.roles)
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
        if world.given and not claim.meets(found, world.shared_by):
            continue
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
    end = len(world.widths) - highest + 1
    return range(lowest, min(end, 2) if name.startswith(INPUTS) else end)


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
