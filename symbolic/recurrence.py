"""A recurrent network as it is drawn, and the feed-forward network that its T steps are.

What is read late is written h[-1], in a file and in Python alike.  Unrolling copies the units for
each step (h_t3 is h at step 3) and shares every weight by its name; nothing is proved here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain

from symbolic.costs import Cost
from symbolic.errors import InputError, did_you_mean
from symbolic.formula import without_zeros
from symbolic.network import BIAS, Network, Neuron, Synapse, letters_of
from symbolic.terms import Sign, Term, num, replaced
from symbolic.topologies import LARGEST

MOST_STEPS = 10_000
EVERY, LAST = "every", "last"
"""Where an output is compared with its target: at every step, or at the last one alone."""

_LATE = re.compile(r"(.*)\[-([1-9][0-9]{0,4})\]\Z")


def late(source: str) -> tuple[str, int]:
    """The unit that is read and by how many steps late.

    >>> late("h[-2]"), late("x")
    (('h', 2), ('x', 0))
    """
    found = _LATE.match(source)
    return (found[1], int(found[2])) if found else (source, 0)


def at_step(unit: str, step: int) -> str:
    """The name of a unit at a step, counted from 1.

    >>> at_step("h", 3)
    'h_t3'
    """
    return unit if unit == BIAS else f"{unit}_t{step}"


@dataclass(frozen=True)
class Recurrent:
    """A network whose synapses may read a unit some steps late, and over how many steps it runs.

    v_j(t) = Σ_i w_ji y_i(t − τ_ji): a source `h` is y_h(t), a source `h[-2]` is y_h(t − 2).  Before
    the first step every signal is 0, or with `initial` the signal of an input unit: after
    initial = {"h": "h0"}, h0 is y_h(0), h0_1 is y_h(−1) and so on as far as the delays reach.
    `outputs_at` is "every" or "last".

    >>> from symbolic.activations import activation
    >>> from symbolic.costs import cost
    >>> h = Neuron("h", activation("tanh"))
    >>> read = (Synapse("h", "x", "w_x"), Synapse("h", "h[-1]", "w_h"))
    >>> net = Recurrent(("x",), (h,), ("h",), read, cost("squared_error"), steps=2).unrolled()
    >>> net.inputs, net.outputs, net.uses["w_x"], net.uses["w_h"]
    (('x_t1', 'x_t2'), ('h_t1', 'h_t2'), (('h_t1', 'x_t1'), ('h_t2', 'x_t2')), (('h_t2', 'h_t1'),))

    Raises `InputError` for a number of steps that is none, an unknown unit or a delay that is
    written otherwise; `unrolled` for all that `Network` refuses, such as a cycle without a delay.
    """

    inputs: tuple[str, ...]
    neurons: tuple[Neuron, ...]
    outputs: tuple[str, ...]
    synapses: tuple[Synapse, ...]
    cost: Cost
    steps: int
    initial: Mapping[str, str] = field(default_factory=dict)
    outputs_at: str = EVERY
    name: str = ""

    def __post_init__(self) -> None:
        if type(self.steps) is not int or not 1 <= self.steps <= MOST_STEPS:
            raise InputError(f"steps is a whole number from 1 to {MOST_STEPS:,}.", about=("steps",))
        if self.outputs_at not in (EVERY, LAST):
            raise InputError(f'outputs_at is "{EVERY}" or "{LAST}".', about=("outputs_at",))
        if self.steps * len(self.synapses) > LARGEST:
            raise InputError(
                f"Unrolled, this network would have {self.steps * len(self.synapses):,} synapses; "
                f"the most is {LARGEST:,}.",
                about=("steps",),
            )
        units = {*self.inputs, *(neuron.name for neuron in self.neurons)}
        if BIAS in units:
            raise InputError(f"The unit name {BIAS!r} is taken: it is the bias unit, y_0 = +1.")
        for unit in self.initial:
            if unit not in units:
                raise InputError(
                    f"initial speaks of {unit!r}, but there is no such unit. "
                    + did_you_mean(unit, units),
                    about=("initial", unit),
                )
        for to, sources in self.reads.items():
            for source in sources:
                unit = late(source)[0]
                if unit not in units and source != BIAS:
                    hint = did_you_mean(unit, units)
                    if "[" in unit:
                        hint = 'A delay is written "h[-1]", "h[-2]", …'
                    raise InputError(
                        f"Neuron {to!r} reads {source!r}, but there is no such unit. {hint}",
                        about=("synapse", to, source),
                    )
        for unit in self.initial:
            if not self.deepest.get(unit):
                raise InputError(
                    f"initial names an input for {unit!r}, but no neuron reads {unit!r} late.",
                    about=("initial", unit),
                )

    def before(self, unit: str) -> list[str]:
        """The inputs that stand for a unit before the first step, the latest first."""
        deepest = min(self.deepest.get(unit, 0), self.steps)
        return [self._before(unit, 1 - n) for n in range(1, 1 + deepest)]

    @cached_property
    def deepest(self) -> dict[str, int]:
        """By how many steps late each unit is read at most."""
        table: dict[str, int] = {}
        for source in chain.from_iterable(self.reads.values()):
            unit, delay = late(source)
            table[unit] = max(delay, table.get(unit, 0))
        return table

    @cached_property
    def reads(self) -> dict[str, tuple[str, ...]]:
        """What each neuron reads, late signals as they are written."""
        table: dict[str, list[str]] = {}
        for synapse in self.synapses:
            table.setdefault(synapse.to, []).append(synapse.source)
        for neuron in self.neurons:
            if neuron.field is not None:
                table.setdefault(neuron.name, []).extend(letters_of(neuron.field)["y"])
        return {name: tuple(sources) for name, sources in table.items()}

    def unrolled(self) -> Network:
        """The T steps as one feed-forward network that remembers what it was.

        Neurons that lead to no output, such as the outputs of earlier steps that are never
        compared, are left out.
        """
        inputs = [name for unit in self.initial for name in self.before(unit)]
        steps = range(1, self.steps + 1)
        inputs += [at_step(unit, t) for t in steps for unit in self.inputs]
        ends = steps if self.outputs_at == EVERY else steps[-1:]
        outputs = [at_step(unit, t) for t in ends for unit in self.outputs]
        read: dict[str, list[Synapse]] = {}
        for synapse in self.synapses:
            read.setdefault(synapse.to, []).append(synapse)
        kept = self._leading(outputs)
        neurons: list[Neuron] = []
        synapses: list[Synapse] = []
        for t in steps:
            for neuron in self.neurons:
                name = at_step(neuron.name, t)
                if name not in kept:
                    continue
                signals = self._signals(neuron.name, t)
                field = _moved(neuron.field, signals)
                left = signals.values() if field is None else letters_of(field)["y"]
                if signals and not any(left):
                    raise InputError(
                        f"Neuron {neuron.name!r} reads nothing at step {t}, since every signal is "
                        "0 before the first step; give it a bias, or say "
                        f'initial = {{ {late(next(iter(signals)))[0]} = "start" }}.',
                        about=("unit", neuron.name),
                    )
                synapses += [
                    Synapse(name, signals[synapse.source], synapse.weight)
                    for synapse in read.get(neuron.name, [])
                    if signals[synapse.source]
                ]
                group = at_step(neuron.group, t).lstrip("_") if neuron.activation.group else ""
                neurons.append(replace(neuron, name=name, field=field, group=group))
        try:
            return Network(
                tuple(inputs),
                tuple(neurons),
                tuple(outputs),
                tuple(synapses),
                self.cost,
                self.name,
                recurrent=self,
            )
        except InputError as error:
            what = error.what
            if error.about[:1] == ("synapse",):  # a cycle within every step
                what = re.sub(r"(\w+)_t[0-9]+\b", self._plain, what)
            raise InputError(what, about=self._folded(error.about)) from None

    def _plain(self, found: re.Match[str]) -> str:
        names = {neuron.name for neuron in self.neurons}
        return found[1] if found[1] in names else found[0]

    def _signal(self, source: str, t: int) -> str:
        """The unit that carries y_source at step t; "" where it is 0."""
        unit, delay = late(source)
        if unit == BIAS or t > delay:
            return at_step(unit, t - delay)
        return self._before(unit, t - delay) if unit in self.initial else ""

    def _signals(self, neuron: str, t: int) -> dict[str, str]:
        """What a neuron reads at step t by the name of its signal, "" where that is 0."""
        return {source: self._signal(source, t) for source in self.reads.get(neuron, ())}

    def _before(self, unit: str, t: int) -> str:
        """The input unit that stands for a unit at step t ≤ 0."""
        return self.initial[unit] if t == 0 else f"{self.initial[unit]}_{-t}"

    def _leading(self, outputs: list[str]) -> set[str]:
        """The units from which a way leads to an output."""
        steps = {at_step(n.name, t): (n, t) for t in range(1, self.steps + 1) for n in self.neurons}
        groups: dict[str, list[str]] = {}
        for neuron in self.neurons:
            if neuron.activation.group:
                groups.setdefault(neuron.group, []).append(neuron.name)
        peers = {name: members for members in groups.values() for name in members}
        kept, waiting = set(outputs), list(outputs)
        while waiting:
            here = waiting.pop()
            if here not in steps:
                continue
            neuron, t = steps[here]
            signals = self._signals(neuron.name, t)
            moved = _moved(neuron.field, signals)
            names = [*(signals.values() if moved is None else letters_of(moved)["y"])]
            names += [at_step(peer, t) for peer in peers.get(neuron.name, ())]
            fresh = [name for name in names if name and name not in kept]
            kept.update(fresh)
            waiting += fresh
        return kept

    def _folded(self, about: tuple[str, ...]) -> tuple[str, ...]:
        """What an error of the unrolled network is about, in the names of this one."""
        names = {*self.inputs, *self.outputs, *(neuron.name for neuron in self.neurons)}
        shorter = (re.sub(r"_t[0-9]+\Z", "", part) for part in about[1:])
        parts = tuple(
            short if short in names else part
            for short, part in zip(shorter, about[1:], strict=True)
        )
        if about[:1] in (("synapse",), ("weight",)):
            for source in self.reads.get(parts[0], ()):
                if late(source)[0] == parts[1]:
                    return (about[0], parts[0], source)
        return (*about[:1], *parts)


def _moved(field: Term | None, signals: Mapping[str, str]) -> Term | None:
    """The formula with each signal by its name at a step; a signal that is 0 drops out."""
    if field is None:
        return None
    table: dict[Term, Term] = {
        Sign("y", (late,)): Sign("y", (name,)) if name else num(0) for late, name in signals.items()
    }
    moved = replaced(field, table)
    return moved if all(signals.values()) else without_zeros(moved)
