"""Is the program the theorem?  The program in exact arithmetic against independent tangents.

The forward pass is done again level by level from the network, and ∂𝓔/∂v_j and ∂𝓔/∂w_ji are
found by pushing forward what a small change does (a tangent): no recursion for δ is known here.
This is an audit, not a proof: a wrong program would have to agree at random points modulo a prime.

Why residues and not fractions: both are exact, and what two programs give is the same expression
in the weights, inputs, targets and opaque values or it is not.  Where their fractions are equal, so
are their residues, since x ↦ x mod p keeps sums, products and quotients.  Where the expressions
differ, a point shows it unless it is a root of the difference, and the bound on that is the same:
the degree m by the number of values that are drawn from (Schwartz, Zippel).  Fractions of 61 bits
would be no safer, and smaller ones less safe.  Residues lose besides only a difference all of whose
coefficients are multiples of 2^61 - 1, which no lost term, wrong index or stale weight makes.
Fractions grow with every level, so that a deep network could not be compared in them, and tanh of
a fraction would have to be opaque as well.

How large m is: each φ(v) that is opaque is a value of its own, of degree 1.  So v_j has degree 2,
φ'_j one of s (2 for y (1 - y) and 1 - y²), each level adds 1 + s to δ, and Δw = η Σ δ y adds 2:
m ≤ (1 + s) L + 4 in L levels.  For 10,000 levels m/p < 2·10^-14 at one point; the values of opaque
functions, which a fixed mixing function makes, are taken for random ones.  Where φ is itself a
polynomial of degree q > 1, such as v², m grows as q^L: then nothing is promised beyond 60/log₂ q
levels, by fractions of 61 bits no more than here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from numeric.modular import (
    ModularMachine,
    NoInverseError,
    P,
    Residues,
    evaluate,
    inverse,
    opaque,
    run_sums,
    times,
    total,
)
from numeric.program import Clear, Instruction, Pick, Program
from symbolic.activations import Activation
from symbolic.calculus import derivative
from symbolic.network import BIAS, Network, letters_of
from symbolic.terms import Sign, Term

SAMPLES = 2
V, Y, D, E = Sign("v"), Sign("y"), Sign("d"), Sign("e")


@dataclass(frozen=True)
class Agrees:
    """Every v_j, y_j, δ_j and Δw is right at so many random points.

    Where one is wrong as a polynomial of degree m in the weights, inputs, targets and opaque
    values, a point shows it except with probability m/p at most, p = 2^61 - 1 (Schwartz, Zippel);
    random sums over neurons and weights add 1/p.
    """

    points: int


@dataclass(frozen=True)
class Differs:
    """The first quantity that is wrong, in the order of computation, and what computes it."""

    quantity: str
    name: str
    instruction: Instruction | None

    def __str__(self) -> str:
        """The finding as a sentence."""
        what = "" if self.instruction is None else f" ({type(self.instruction).__name__})"
        return f"The program computes {self.quantity} of {self.name!r} wrongly{what}."


class Exact(Protocol):
    """A machine as in `backends.py` whose numbers are residues modulo p."""

    inputs: Residues
    targets: Residues
    corrections: Residues
    divisor: Residues | None

    def learn(self) -> None:
        """Forward, then δ and Δw."""

    def letter(self, letter: str) -> Residues:
        """v, y or delta of every row of the layout."""


Builder = Callable[[Program, int, Residues, int], Exact]


def validate(
    program: Program,
    points: int = 2,
    seed: int = 0,
    build: Builder = ModularMachine,
    samples: int = SAMPLES,
) -> Agrees | Differs:
    """Compare the program with the derivatives of the network's cost at random points.

    `build` makes what runs it, modulo p: any machine, so that compiled code is compared likewise.

    Every Δw is compared as a whole through one random combination per point, and so is every
    δ_j^ξ; only where they differ is the place searched, by halving.

    >>> from numeric.lowering import lower
    >>> from symbolic.topologies import shorthand
    >>> from symbolic.verification import rule_of
    >>> validate(lower(rule_of(shorthand("2-3-1"))))
    Agrees(points=2)
    """
    draw = np.random.default_rng(seed)
    done = 0
    while done < points:
        try:
            found = _at_a_point(program, draw, build, samples)
        except NoInverseError:
            continue
        if found is not None:
            return found
        done += 1
    return Agrees(points)


def _at_a_point(
    program: Program, draw: np.random.Generator, build: Builder, samples: int
) -> Differs | None:
    layout = program.layout
    network, count = layout.network, len(layout.entry)

    def some(*shape: int) -> Residues:
        return draw.integers(1, P, shape)

    weights, eta = some(count), int(draw.integers(1, P))
    machine = build(program, samples, weights, eta)
    for _ in range(2):  # twice: what a run leaves behind must not reach the next one
        weights[:] = some(count)
        machine.inputs[:] = some(*machine.inputs.shape)
        machine.targets[:] = some(*machine.targets.shape)
        if machine.divisor is not None:
            machine.divisor[:] = some(*machine.divisor.shape)
        for outputs in network.distributions:
            rows = [layout.outputs.index(name) for name in outputs]
            machine.targets[rows[0]] = (1 - total(machine.targets[rows[1:]])) % P
        machine.learn()
    names = list(layout.entry)
    place = {name: n for n, name in enumerate(layout.outputs)}
    targets = {name: machine.targets[place[name]] for name in network.outputs}
    divisor = np.full(samples, samples) if machine.divisor is None else machine.divisor[0]
    known = dict(zip(names, weights, strict=True))
    tangents = _Tangents(network, known, machine.inputs, targets, divisor)
    v, y = machine.letter("v"), machine.letter("y")
    for j in network.order:
        unit, row = tangents.number[j], layout.row[j]
        for letter, here, right in (("v", v, tangents.v), ("y", y, tangents.y)):
            if not np.array_equal(here[row], right[unit]):
                return _differs(program, letter, j, row)
    deltas = machine.letter("delta")[[layout.row[j] for j in network.order]]
    push, step = some(len(network.order), samples), some(count)

    def gradients_hold(last: int) -> bool:
        """Whether the δ_j of the last so many neurons are right."""
        moved = push.copy()
        moved[: len(moved) - last] = 0
        return np.array_equal(total(times(moved, deltas)), -tangents.change(moved, None) % P)

    wrong = _first_failure(gradients_hold, len(network.order))
    if wrong is not None:
        j = network.order[-wrong]
        return _differs(program, "delta", j, layout.row[j])

    def corrections_hold(first: int) -> bool:
        """Whether Δw of the first so many weights is right."""
        moved = step.copy()
        moved[first:] = 0
        slope = total(tangents.change(None, moved))
        return bool(total(times(moved, machine.corrections)) == -times(slope, np.array(eta)) % P)

    wrong = _first_failure(corrections_hold, count)
    if wrong is not None:
        return _differs(program, "dw", names[wrong - 1], wrong - 1)
    return None


def _first_failure(holds: Callable[[int], bool], count: int) -> int | None:
    """The smallest n ≤ count for which the claim about the first n fails; None: it holds."""
    if holds(count):
        return None
    low, high = 0, count
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return high


def _differs(program: Program, letter: str, name: str, row: int) -> Differs:
    """What is wrong, with the last instruction that writes it."""
    writers = [line for line in (*program.forward, *program.backward) if _writes(line, letter, row)]
    return Differs(letter, name, writers[-1] if writers else None)


def _writes(line: Instruction, buffer: str, row: int) -> bool:
    """Whether the instruction computes this row of the buffer."""
    if isinstance(line, Clear) or line.out.buffer != buffer:
        return False
    if isinstance(line.out, Pick):
        return row in line.out.at
    return line.out.start <= row < line.out.stop


@dataclass(frozen=True)
class _Group:
    """Neurons of one level with one activation: their units, and what they read, one by one.

    `weight` and `source` of the synapses into `reading[0]`, then those into `reading[1]`, …; the
    first of each stands at `starts`.  A unit that reads nothing is not among `reading`.
    """

    units: NDArray[np.intp]
    activation: Activation
    reading: NDArray[np.intp]
    starts: NDArray[np.intp]
    weight: NDArray[np.intp]
    source: NDArray[np.intp]

    def dot(self, weights: Residues, signals: Residues, out: Residues) -> None:
        """out_j := out_j + Σ_i w_ji y_i for the neurons of the group."""
        if len(self.reading):
            parts = times(weights[self.weight][:, np.newaxis], signals[self.source])
            out[self.reading] = (out[self.reading] + run_sums(parts, self.starts)) % P


@dataclass(frozen=True)
class _Level:
    """The groups of a level, its neurons with formulas, and the shares that are complete then."""

    groups: tuple[_Group, ...]
    formulas: tuple[str, ...]
    shares: tuple[tuple[str, ...], ...]


def _levels(network: Network, number: dict[str, int], entry: dict[str, int]) -> list[_Level]:
    """The neurons by depth: none reads another of its level."""
    synapses = [s for s in network.synapses if s.to not in network.formulas]
    to = np.array([number[s.to] for s in synapses], np.intp)
    order = np.argsort(to, kind="stable")
    weight = np.array([entry[s.weight] for s in synapses], np.intp)[order]
    source = np.array([number[s.source] for s in synapses], np.intp)[order]
    first = np.searchsorted(to[order], np.arange(len(number) + 1))
    found: list[tuple[dict[int, list[int]], list[str], list[tuple[str, ...]]]] = [
        ({}, [], []) for _ in range(max(network.depth.values(), default=0) + 1)
    ]
    kinds: dict[int, Activation] = {}
    for j in network.order:
        groups, formulas, shares = found[network.depth[j]]
        activation = network.neuron[j].activation
        kinds[id(activation)] = activation
        if j in network.formulas:
            formulas.append(j)
        else:
            groups.setdefault(id(activation), []).append(number[j])
        if activation.slope is None:
            peers = network.peers[j]
            if j == max(peers, key=lambda peer: (network.depth[peer], number[peer])):
                shares.append(peers)

    def group(kind: int, units: list[int]) -> _Group:
        counts = np.array([first[unit + 1] - first[unit] for unit in units])
        starts = np.cumsum(counts) - counts
        at = np.repeat(first[units] - starts, counts) + np.arange(counts.sum())
        full = counts > 0
        reading = np.array(units, np.intp)
        return _Group(reading, kinds[kind], reading[full], starts[full], weight[at], source[at])

    return [
        _Level(tuple(group(*pair) for pair in groups.items()), tuple(formulas), tuple(shares))
        for groups, formulas, shares in found
    ]


class _Tangents:
    """The network forward, level by level, and how a change of v_j or w moves 𝓔.

    `v` and `y` are [units, samples], with the units in the order of `number`.
    """

    def __init__(
        self,
        network: Network,
        weights: dict[str, np.int64],
        inputs: Residues,
        targets: dict[str, Residues],
        divisor: Residues,
    ) -> None:
        self._share = inverse(divisor)
        self._network, self._weights = network, np.array(list(weights.values()))
        units = (BIAS, *network.inputs, *network.order)
        self.number = {unit: n for n, unit in enumerate(units)}
        entry = {name: n for n, name in enumerate(weights)}
        self._formulas: dict[int, _Formula] = {}
        self._levels = _levels(network, self.number, entry)
        self._first = len(units) - len(network.order)
        shape = len(units), inputs.shape[1]
        self.v, self.y, self._slope = (np.zeros(shape, np.int64) for _ in range(3))
        self.y[0], self.y[1 : self._first] = 1, inputs
        self._shares: dict[tuple[str, ...], tuple[list[int], Residues, Residues]] = {}
        for level in self._levels:
            for group in level.groups:
                group.dot(self._weights, self.y, self.v)
                self._activate(group.units, group.activation)
            for j in level.formulas:
                unit = self.number[j]
                read = _Formula(network.formulas[j], self.number, entry, self.y, self._weights)
                self._formulas[unit], self.v[unit] = read, read.value
                self._activate(np.array([unit]), network.neuron[j].activation)
            for peers in level.shares:
                members = [self.number[peer] for peer in peers]
                share = opaque("exp", self.v[members])
                whole = inverse(total(share))
                self._shares[peers] = members, share, whole
                self.y[members] = times(share, whole)
        self._rate: dict[int, Residues] = {}
        for j, d in targets.items():
            y = self.y[self.number[j]]
            self._rate[self.number[j]] = evaluate(network.cost.slope, {D: d, Y: y, E: (d - y) % P})

    def _activate(self, units: NDArray[np.intp], activation: Activation) -> None:
        """y and φ' of these neurons from their v."""
        if activation.slope is not None:
            v = self.v[units]
            y = self.y[units] = evaluate(activation.phi, {V: v})
            self._slope[units] = evaluate(activation.slope, {V: v, Y: y})

    def change(self, moved: Residues | None, weights: Residues | None) -> Residues:
        """The tangent of 𝓔 in each sample: each v_j moves by its row, each weight by its entry."""
        v, y = np.zeros_like(self.v), np.zeros_like(self.y)
        if moved is not None:
            v[self._first :] = moved
        none = np.zeros_like(self._weights)
        for level in self._levels:
            for group in level.groups:
                group.dot(self._weights, y, v)
                if weights is not None:
                    group.dot(weights, self.y, v)
                y[group.units] = times(self._slope[group.units], v[group.units])
            for j in level.formulas:
                unit = self.number[j]
                by = self._formulas[unit].change(y, none if weights is None else weights)
                v[unit] = (v[unit] + by[0] + by[1]) % P
                y[unit] = times(self._slope[unit], v[unit])
            for peers in level.shares:  # (s / S)' = (s' - (s / S) S') / S, s = exp v, s' = s v'
                members, share, whole = self._shares[peers]
                rising = times(share, v[members])
                fall = times(self.y[members], total(rising))
                y[members] = times((rising - fall) % P, whole)
        moves = np.zeros(self.y.shape[1], np.int64)
        for unit, rate in self._rate.items():
            moves = (moves + times(rate, y[unit])) % P
        return times(moves, self._share)


class _Formula:
    """The local field that is a formula, and its slope by each signal and each weight it reads."""

    def __init__(
        self,
        term: Term,
        number: dict[str, int],
        entry: dict[str, int],
        y: Residues,
        weights: Residues,
    ) -> None:
        read = letters_of(term)
        at = {Sign("y", (i,)): y[number[i]] for i in read["y"]}
        at |= {Sign("w", (name,)): weights[entry[name]] for name in read["w"]}
        self.value = evaluate(term, at)
        self._signals, self._by_weight = (
            [
                (place[name], evaluate(derivative(term, Sign(letter, (name,))), at))
                for name in read[letter]
            ]
            for letter, place in (("y", number), ("w", entry))
        )

    def change(self, y: Residues, weights: Residues) -> tuple[Residues, Residues]:
        """How v moves with the signals, and how with the weights."""
        none = np.zeros(y.shape[1], np.int64)
        by_signal, by_weight = none, none
        for unit, slope in self._signals:
            by_signal = (by_signal + times(slope, y[unit])) % P
        for place, slope in self._by_weight:
            by_weight = (by_weight + times(slope, weights[place])) % P
        return by_signal, by_weight
