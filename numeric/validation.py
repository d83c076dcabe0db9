"""Is the program the theorem?  The program in exact arithmetic against independent tangents.

The forward pass is done again neuron by neuron from the network, and ∂𝓔/∂v_j and ∂𝓔/∂w_ji are
found by pushing forward what a small change does (a tangent): no recursion for δ is known here.
This is an audit, not a proof: a wrong program would have to agree at random points modulo a prime.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from numeric.modular import (
    ModularMachine,
    NoInverseError,
    P,
    Residues,
    evaluate,
    inverse,
    opaque,
)
from numeric.program import Clear, Instruction, Pick, Program
from symbolic.calculus import derivative
from symbolic.network import BIAS, Network, letters_of
from symbolic.terms import Sign, Term

SAMPLES = 2
V, Y, D, E = Sign("v"), Sign("y"), Sign("d"), Sign("e")


@dataclass(frozen=True)
class Agrees:
    """Every v_j, y_j, δ_j and Δw is right at so many random points.

    Where one is wrong as a polynomial of degree m in the weights, inputs, targets and opaque
    values, a point shows it except with probability m/p at most, p = 2^31 - 1 (Schwartz, Zippel);
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
        for outputs in network.distributions:
            rows = [layout.outputs.index(name) for name in outputs]
            machine.targets[rows[0]] = (1 - machine.targets[rows[1:]].sum(axis=0)) % P
        machine.learn()
    names = list(layout.entry)
    place = {name: n for n, name in enumerate(layout.outputs)}
    targets = {name: machine.targets[place[name]] for name in network.outputs}
    tangents = _Tangents(network, dict(zip(names, weights, strict=True)), machine.inputs, targets)
    v, y = machine.letter("v"), machine.letter("y")
    for j in network.order:
        unit, row = tangents.number[j], layout.row[j]
        for letter, here, right in (("v", v, tangents.v), ("y", y, tangents.y)):
            if not np.array_equal(here[row], right[unit]):
                return _differs(program, letter, j, row)
    deltas = machine.letter("delta")[[layout.row[j] for j in network.order]]
    push, none = some(len(network.order), samples), np.zeros(count, np.int64)

    def gradients_hold(last: int) -> bool:
        """Whether the δ_j of the last so many neurons are right."""
        moved = push.copy()
        moved[: len(moved) - last] = 0
        change = tangents.change(moved, none)
        return np.array_equal((moved * deltas % P).sum(axis=0) % P, -change % P)

    wrong = _first_failure(gradients_hold, len(network.order))
    if wrong is not None:
        j = network.order[-wrong]
        return _differs(program, "delta", j, layout.row[j])
    step, still = some(count), np.zeros_like(push)

    def corrections_hold(first: int) -> bool:
        """Whether Δw of the first so many weights is right."""
        moved = step.copy()
        moved[first:] = 0
        total = (moved * machine.corrections % P).sum() % P
        return bool(total == -(tangents.change(still, moved).sum() % P) * eta % P)

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


class _Tangents:
    """The network forward, neuron by neuron, and how a change of v_j or w moves 𝓔.

    `v` and `y` are [units, samples], with the units in the order of `number`.
    """

    def __init__(
        self,
        network: Network,
        weights: dict[str, np.int64],
        inputs: Residues,
        targets: dict[str, Residues],
    ) -> None:
        self._network, self._weights = network, np.array(list(weights.values()))
        units = (BIAS, *network.inputs, *network.order)
        self.number = {unit: n for n, unit in enumerate(units)}
        entry = {name: n for n, name in enumerate(weights)}
        self._formulas: dict[int, _Formula] = {}
        reads: dict[str, list[tuple[int, int]]] = {j: [] for j in network.order}
        for synapse in network.synapses:
            pair = entry[synapse.weight], self.number[synapse.source]
            reads[synapse.to].append(pair)
        self._reads = [np.array(reads[j], np.int64).reshape(-1, 2).T for j in network.order]
        self._first = len(units) - len(network.order)
        shape = len(units), inputs.shape[1]
        self.v, self.y, self._slope = (np.zeros(shape, np.int64) for _ in range(3))
        self.y[0], self.y[1 : self._first] = 1, inputs
        self._shares: dict[int, tuple[list[int], Residues, Residues]] = {}
        for j, (weight, source) in zip(network.order, self._reads, strict=True):
            unit = self.number[j]
            v = self.v[unit] = _dot(self._weights[weight], self.y[source])
            if j in network.formulas:
                read = _Formula(network.formulas[j], self.number, entry, self.y, self._weights)
                self._formulas[unit], v = read, read.value
                self.v[unit] = v
            activation = network.neuron[j].activation
            if activation.slope is None:
                group = [self.number[peer] for peer in network.peers[j]]
                if unit == max(group):
                    share = opaque("exp", self.v[group])
                    whole = inverse(share.sum(axis=0) % P)
                    self._shares[unit] = group, share, whole
                    self.y[group] = share * whole % P
                continue
            self.y[unit] = evaluate(activation.phi, {V: v})
            self._slope[unit] = evaluate(activation.slope, {V: v, Y: self.y[unit]})
        self._rate: dict[int, Residues] = {}
        for j, d in targets.items():
            y = self.y[self.number[j]]
            self._rate[self.number[j]] = evaluate(network.cost.slope, {D: d, Y: y, E: (d - y) % P})

    def change(self, moved: Residues, weights: Residues) -> Residues:
        """The tangent of 𝓔 in each sample: each v_j moves by its row, each weight by its entry."""
        v, y = np.zeros_like(self.v), np.zeros_like(self.y)
        for n, (weight, source) in enumerate(self._reads):
            by_signal = _dot(self._weights[weight], y[source])
            by_weight = _dot(weights[weight], self.y[source])
            unit = self._first + n
            if unit in self._formulas:
                by_signal, by_weight = self._formulas[unit].change(y, weights)
            v[unit] = (moved[n] + by_signal + by_weight) % P
            y[unit] = self._slope[unit] * v[unit] % P
            if unit in self._shares:  # (s / S)' = (s' - (s / S) S') / S, with s = exp v, s' = s v'
                group, share, whole = self._shares[unit]
                rising = share * v[group] % P
                fall = self.y[group] * (rising.sum(axis=0) % P) % P
                y[group] = (rising - fall) % P * whole % P
        total = np.zeros(self.y.shape[1], np.int64)
        for unit, rate in self._rate.items():
            total = (total + rate * y[unit]) % P
        return total * pow(self.y.shape[1], -1, P) % P


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
            by_signal = (by_signal + slope * y[unit]) % P
        for place, slope in self._by_weight:
            by_weight = (by_weight + slope * weights[place]) % P
        return by_signal, by_weight


def _dot(weights: Residues, signals: Residues) -> Residues:
    """Σ_i w_i y_i modulo p."""
    result: Residues = (weights[:, np.newaxis] * signals % P).sum(axis=0) % P
    return result
