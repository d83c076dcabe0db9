"""Small networks with exact numbers: those in which a written line is tried."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from itertools import pairwise

from symbolic.reading.formulas import Formula
from symbolic.reading.theory import Assumption


@dataclass(frozen=True)
class World:
    """A network: its connections (to, source) with weights, its inputs and outputs, N samples.

    φ_k(v) = v² + k v for neuron k; an input neuron i has the signal 1 + i + s on sample s,
    the desired response of output k is 10 k + s, its bias k, η = 3/7.  `widths` are those of the
    layers of a layered network; `open` says that the document leaves the cost open, so that it is
    that of `open_cost`; `shared` that all neurons have one φ(v) = v² + v, `biased`
    that there are biases; `known` that the document itself says what φ is.
    A `given` network is that of a command line: the document speaks of its neurons by number.  The
    signal of the unit `bias` is 1.  `constants` are arrays and values of what the document leaves
    open.  Where there are `shares`, the desired responses of a sample add up to 1.  The neurons of
    a given network may have `names`, and connections may share their weight: they are `ties`;
    there `fields` and `signals` are the formulas that neurons have for v and y, `readings` whose
    signals the former read, `own` the weights that they alone read, and `functions` the φ of every
    neuron.
    """

    weights: tuple[tuple[tuple[int, int], int], ...]
    outputs: tuple[int, ...]
    samples: int
    widths: tuple[int, ...] = ()
    open: bool = False
    shared: bool = False
    biased: bool = False
    known: bool = False
    given: bool = False
    bias: int | None = None
    constants: tuple[tuple[str, Fraction], ...] = ()
    shares: bool = False
    names: tuple[tuple[int, str], ...] = ()
    ties: tuple[tuple[tuple[int, int], ...], ...] = ()
    fields: tuple[tuple[int, Formula], ...] = ()
    signals: tuple[tuple[int, Formula], ...] = ()
    readings: tuple[tuple[int, int], ...] = ()
    own: tuple[tuple[tuple[int, int], int], ...] = ()
    functions: tuple[tuple[int, Formula], ...] = ()

    def given_signal(self, unit: int, sample: int) -> Fraction:
        """The signal of an input: 1 + i + s, and an eighth of it where functions would saturate."""
        return Fraction(1 + unit + sample, 8 if self.functions else 1)

    @cached_property
    def strength(self) -> dict[tuple[int, int], int]:
        """All weights, also those that only the formulas of neurons read."""
        return {**self.edges, **dict(self.own)}

    @cached_property
    def links(self) -> tuple[tuple[int, int], ...]:
        """Who reads whom, by a connection or in a formula: to, source."""
        return (*(pair for pair, _ in self.weights), *self.readings)

    @cached_property
    def shared_by(self) -> dict[tuple[int, int], tuple[tuple[int, int], ...]]:
        """Connection with a shared weight: all connections that have it."""
        return {pair: uses for uses in self.ties for pair in uses}

    def uses(self, pair: tuple[int, int]) -> tuple[tuple[int, int], ...]:
        """The connections that have the weight of this one."""
        return self.shared_by.get(pair, (pair,))

    @cached_property
    def _names(self) -> dict[int, str]:
        return dict(self.names)

    def name(self, neuron: int) -> str:
        """How the neuron is called: by its number, unless it has a name."""
        return self._names.get(neuron, str(neuron))

    def desired(self, neuron: int, sample: int) -> Fraction:
        """d of an output neuron: 10 k + s, or a share of 1."""
        if not self.shares:
            return Fraction(10 * neuron + sample)
        places = {k: n + sample for n, k in enumerate(self.outputs)}
        return Fraction(places[neuron], sum(places.values()))

    @cached_property
    def edges(self) -> dict[tuple[int, int], int]:
        """Connection (to, source): weight."""
        return dict(self.weights)

    @cached_property
    def neurons(self) -> tuple[int, ...]:
        """All neurons, each after those that feed it."""
        return tuple(sorted({n for pair in self.links for n in pair}))

    @cached_property
    def inputs(self) -> frozenset[int]:
        """The neurons that none feeds."""
        return frozenset(self.neurons) - {to for to, _ in self.links}

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
        return tuple(to for to, source in self.links if source == neuron)

    def feeding(self, neuron: int) -> tuple[int, ...]:
        """The neurons that feed it."""
        return tuple(source for to, source in self.links if to == neuron)

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
            case Assumption.DT:
                return self.shares
            case Assumption.TL:
                ends = {("hidden", "input"), ("output", "hidden")}
                links = [(to, source) for to, source in self.links if source != self.bias]
                return {(self.kind(to), self.kind(source)) for to, source in links} == ends
            case Assumption.LH:
                return all(set(self.fed(j)) <= set(self.outputs) for j in hidden)
            case Assumption.NP:
                return not any(
                    self.reaches(middle, to)
                    for to, source in self.links
                    for middle in self.fed(source)
                    if middle != to
                )

    def __str__(self) -> str:
        if self.widths:
            return self._in_layers()
        weights = ", ".join(
            f"w[{self.name(to)},{self.name(source)}] = {w}" for (to, source), w in self.weights
        )
        weights += "".join(f", {self.name(n)} = {w}" for (n, _), w in self.own)
        outputs = ", ".join(map(self.name, self.outputs))
        cost = "cost of a sample: sum_k y_k^3 + (sum_k y_k)^2; " if self.open else ""
        biases = "b_k = k, " if self.biased else ""
        phi = "phi(v) = v^2 + v" if self.shared else "phi_k(v) = v^2 + k v"
        phi = "phi as the document says" if self.known else phi
        phi = "phi as the network says" if self.functions else phi
        inputs = "(1 + i + s)/8" if self.functions else "1 + i + s"
        desired = "d_k = 10 k + s"
        if self.shares:
            desired = "d_k = (k - first + s)/sum, for the outputs first, first + 1, ...,"
        return (
            f"network with {weights}; output {outputs}; N = {self.samples}; {self.numbers}"
            f"{phi}; {biases}y_i = {inputs} for an input i, {desired} on sample s; "
            f"{cost}eta = 3/7{self._constants}"
        )

    @property
    def numbers(self) -> str:
        """The numbers of neurons with names, which their functions and signals are made of."""
        found = ", ".join(f"{self.name(n)} is {n}" for n in self.neurons if n != self.bias)
        return f"by number {found}; " if self.names else ""

    @property
    def _constants(self) -> str:
        return "".join(f", {array.split()[-1]} = {value}" for array, value in self.constants)

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
        wanted = "the targets shares of 1" if self.shares else wanted
        cost = "C_x = sum_j (a^L_j)^3 + (sum_j a^L_j)^2; " if self.open else ""
        sigma = "sigma as the document says" if self.known else "sigma(z) = z^2 + z"
        return (
            f"layers of {'-'.join(map(str, self.widths))} neurons; {weights}; {biases}; "
            f"{sigma}; {inputs}, {wanted} on sample x; "
            f"n = {self.samples}; {cost}eta = 3/7{self._constants}"
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
