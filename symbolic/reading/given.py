"""One given network, as the lines of a document speak of it: by the numbers of its neurons.

A neuron with a name is its number here; `units.py` says which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from symbolic.errors import InputError
from symbolic.network import BIAS, Network
from symbolic.reading.formulas import UNWRITTEN, Call, Formula, Read, over, plus
from symbolic.reading.own_terms import field_of, function_of
from symbolic.reading.profile import Profile
from symbolic.reading.theory import Assumption
from symbolic.reading.units import Pair, Units, units_of, with_units
from symbolic.reading.worlds import STRENGTHS, World

MOST_EDGES = 20_000
NAMED = (2, 3, -2, 5, -3)
"""The weights that are tried, one after the other; 1 would hide one that is missing."""


@dataclass(frozen=True)
class Given:
    """The network of `--network`: who feeds whom, by the numbers of its neurons.

    `bias` is the unit whose signal is 1, None where there is none; `units` are the names of units
    and weights, where these have any; `ties` are the connections that share each weight.  `fields`
    and `signals` are the formulas that neurons have for v and y, `readings` whose signals the
    former read, and `own` the places of weights that they alone read.  `functions` are the φ of
    all neurons, where these can be written; `shares` says that the outputs are one softmax group,
    so that their desired responses may add up to 1.
    """

    name: str
    edges: tuple[tuple[int, int], ...]
    outputs: tuple[int, ...]
    bias: int | None = None
    units: Units | None = None
    ties: tuple[tuple[tuple[int, int], ...], ...] = ()
    fields: tuple[tuple[int, Formula], ...] = ()
    signals: tuple[tuple[int, Formula], ...] = ()
    readings: tuple[tuple[int, int], ...] = ()
    own: tuple[tuple[int, int], ...] = ()
    functions: tuple[tuple[int, Formula], ...] = ()
    shares: bool = False

    @property
    def plain(self) -> bool:
        """Whether what holds of all networks holds of it.

        Every connection has its own weight, and v_j = Σ_i w_ji y_i and y_j = φ_j(v_j) everywhere.
        """
        return not (self.ties or self.fields or self.signals)

    @property
    def neurons(self) -> tuple[int, ...]:
        """All its units."""
        return self.world(1).neurons

    def own_formulas(self, array: str) -> frozenset[int]:
        """The neurons that have a formula of their own for v or y."""
        return frozenset(dict({"v": self.fields, "y": self.signals}.get(array, ())))

    def read_in(self, profile: Profile) -> Profile:
        """The notation of a document about this network."""
        return profile if self.units is None else with_units(profile, self.units)

    def called(self, neuron: int) -> str:
        """How the unit of a number is written."""
        return str(neuron) if self.units is None else self.units.latex[neuron]

    def world(self, samples: int, functions: bool = False) -> World:
        """The network with whole numbers for its weights, to try lines in.

        With its own `functions` the neurons have these, where they can be written.
        """
        first = {pair: uses[0] for uses in self.ties for pair in uses}
        alone = [pair for pair in (*self.edges, *self.own) if first.get(pair, pair) == pair]
        strengths, start = (STRENGTHS, 0) if self.units is None else (NAMED, samples)
        strength = {pair: strengths[(start + n) % 5] for n, pair in enumerate(alone)}
        return World(
            tuple((pair, strength[first.get(pair, pair)]) for pair in self.edges),
            self.outputs,
            samples,
            given=True,
            bias=self.bias,
            names=() if self.units is None else self.units.called,
            ties=self.ties,
            fields=self.fields,
            signals=self.signals,
            readings=self.readings,
            own=tuple((pair, strength[pair]) for pair in self.own),
            functions=self.functions if functions else (),
        )

    def meets(self, assumption: Assumption) -> bool:
        """Whether it holds in this network, whatever the samples."""
        world = self.world(2)
        hidden = tuple(n for n in world.neurons if world.kind(n) == "hidden")
        return assumption is not Assumption.N1 and world.satisfies(assumption, hidden)


def with_functions(network: Given, said: Iterable[tuple[tuple[str, ...], Formula]]) -> Given:
    """The network with the φ that a document says of the neurons of these names.

    As it is where one of them is left out or two things are said of one, and where the network
    says itself what they are.
    """
    found = [(name, body) for names, body in said for name in names]
    functions = {int(name): body for name, body in found if name.isdigit()}
    world = network.world(1)
    computed = {n for n in world.neurons if world.kind(n) != "input"}
    whole = len(found) == len(functions) and computed == {*functions}
    if network.functions or network.units is not None or not whole:
        return network
    return replace(network, functions=tuple(sorted(functions.items(), key=lambda one: one[0])))


def given(network: Network, name: str) -> Given:
    """The network as lines about its neurons speak of it.

    Where all units are numbers these are their names; else they are numbered as they are computed.

    Raises `InputError` where two names are written alike, where a formula of a neuron is not read,
    or where it is too large to be written out.
    """
    count = len(network.synapses)
    if count > MOST_EDGES:
        raise InputError(f"{name}: {count} weights are more than {MOST_EDGES}.")
    named = any(not unit.isdigit() for unit in network.units) or any(
        weight != f"w_{to}_{source}" for (to, source), weight in network.weight_of.items()
    )
    named = named or bool(network.formulas)
    units = (BIAS, *network.inputs, *network.order)
    numbers = {unit: n if named else int(unit) for n, unit in enumerate(units)}
    uses = {
        weight: tuple((numbers[to], numbers[source]) for to, source in places)
        for weight, places in network.uses.items()
    }
    alone = [weight for weight, places in uses.items() if not places]
    own = {weight: (-n, -n) for n, weight in enumerate(alone, 1)}
    pairs = {weight: places[0] if places else own[weight] for weight, places in uses.items()}
    bias = numbers[BIAS]
    return Given(
        name,
        tuple((numbers[s.to], numbers[s.source]) for s in network.synapses),
        tuple(numbers[k] for k in network.outputs),
        bias if any(s.source == BIAS for s in network.synapses) else None,
        units_of(network, numbers, pairs, name) if named else None,
        tuple(
            places
            for weight, places in uses.items()
            if len(places) > 1 or (places and weight in network.readers)
        ),
        tuple(_fields(network, numbers, pairs, name)),
        tuple(_signals(network, numbers)),
        tuple(
            (numbers[to], numbers[source])
            for to in network.formulas
            for source in network.sources[to]
        ),
        tuple(own.values()),
        tuple(_functions(network, numbers)) if named else (),
        any({*members} == network.output_set for members in network.groups.values()),
    )


def _fields(
    network: Network, numbers: Mapping[str, int], pairs: Mapping[str, Pair], name: str
) -> Iterator[tuple[int, Formula]]:
    """The local fields that are formulas."""
    for neuron, term in network.formulas.items():
        formula = field_of(term, numbers, pairs)
        if formula is None:
            raise InputError(f"{name}: the formula of neuron {neuron} is not read by --network.")
        yield numbers[neuron], formula


def _signals(network: Network, numbers: Mapping[str, int]) -> Iterator[tuple[int, Formula]]:
    """y_j = exp(v_j) / Σ_m exp(v_m) over the softmax group of j."""
    for name, members in network.peers.items():
        parts = {peer: Call("exp", Read("v", (numbers[peer], UNWRITTEN))) for peer in members}
        yield numbers[name], over(parts[name], plus(*parts.values()))


def _functions(network: Network, numbers: Mapping[str, int]) -> Iterator[tuple[int, Formula]]:
    """The activation functions, or none where one of them cannot be written."""
    found = {n.name: function_of(n) for n in network.neurons if n.name not in network.peers}
    if all(formula is not None for formula in found.values()):
        yield from ((numbers[name], formula) for name, formula in found.items() if formula)
