"""One step of a recurrent network: its levels, which steps are drawn, and formulas with their t."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from reports.figures import labels
from reports.figures.labels import InlinePrinter, Label
from symbolic.network import BIAS, Network
from symbolic.notation import v
from symbolic.recurrence import Recurrent, at_step, late
from symbolic.terms import Equation, Sign

MOST = 4
"""Up to so many steps are all drawn; of more, the first two and the last."""


class TimePrinter(InlinePrinter):
    """Formulas in which every signal carries its step: y_c(t-1)."""

    def sign(self, sign: Sign, exponent: str = "") -> str:
        if sign.letter not in ("y", "v"):
            return super().sign(sign, exponent)
        unit, delay = late(str(sign.at[0]))
        when = f"(t-{delay})" if delay else "(t)"
        return super().sign(Sign(sign.letter, (unit,)), exponent) + when


@dataclass(frozen=True)
class Steps:
    """The steps of a network that was unrolled, and the names of its units at each."""

    network: Network
    recurrent: Recurrent

    @property
    def shown(self) -> list[int]:
        """The steps that are drawn."""
        steps = self.recurrent.steps
        return list(range(1, steps + 1)) if steps <= MOST else [1, 2, steps]

    @property
    def named(self) -> int:
        """The step at which weights are named: the second, which reads the first."""
        return min(2, self.recurrent.steps)

    @cached_property
    def early(self) -> dict[str, tuple[str, int]]:
        """The inputs that stand for signals before the first step: of which unit, how early."""
        back = {given: unit for unit, given in self.recurrent.initial.items()}
        found: dict[str, tuple[str, int]] = {}
        for name in self.network.inputs:
            base, _, number = name.rpartition("_")
            if name in back:
                found[name] = back[name], 0
            elif base in back and number.isdigit():
                found[name] = back[base], int(number)
        return found

    def step(self, unit: str) -> int:
        """The step that a unit belongs to; 0 of an input that stands before the first."""
        return 0 if unit in self.early else int(unit.rpartition("_t")[2])

    def base(self, unit: str) -> str:
        """The name of a unit in the network as it was drawn up."""
        return unit if unit in self.early else unit.rpartition("_t")[0]

    def at(self, unit: str, step: int) -> str | None:
        """The unit at a step; None where it was left out, as nothing there reaches an output."""
        name = at_step(unit, step)
        return name if name in self.network.neuron or name in self.inputs else None

    @cached_property
    def inputs(self) -> frozenset[str]:
        """The inputs of all steps."""
        return frozenset(self.network.inputs)

    @cached_property
    def reads(self) -> dict[str, tuple[str, ...]]:
        """What each neuron reads at the same step."""
        return {
            neuron.name: tuple(
                source
                for source in self.recurrent.reads.get(neuron.name, ())
                if source != BIAS and not late(source)[1]
            )
            for neuron in self.recurrent.neurons
            if neuron.name not in self.recurrent.inputs  # left out at every step
        }

    @cached_property
    def levels(self) -> list[list[str]]:
        """The units of one step: the inputs, then every neuron above what it reads at once."""
        recurrent = self.recurrent
        readers: dict[str, list[str]] = {}
        for name, sources in self.reads.items():
            for source in dict.fromkeys(sources):
                readers.setdefault(source, []).append(name)
        missing = {name: len(set(sources)) for name, sources in self.reads.items()}
        level = dict.fromkeys(recurrent.inputs, 0)
        ready = [*recurrent.inputs, *(name for name, count in missing.items() if not count)]
        for name in ready:
            if name not in level:
                level[name] = 1 + max((level[i] for i in self.reads[name]), default=0)
            for reader in readers.get(name, ()):
                missing[reader] -= 1
                if not missing[reader]:
                    ready.append(reader)
        rows: list[list[str]] = [[] for _ in range(max(level.values()) + 1)]
        for name in (*recurrent.inputs, *self.reads):
            rows[level[name]].append(name)
        return rows

    def links(self) -> Iterator[tuple[str, str, str]]:
        """(to, source, weight) of every synapse, and of what formulas read ("" for the weight)."""
        for synapse in self.network.synapses:
            yield synapse.to, synapse.source, synapse.weight
        for to in self.network.formulas:
            for source in self.network.sources[to]:
                yield to, source, ""

    def formulas(self) -> Iterator[tuple[str, Label]]:
        """The neurons with a formula of their own, and v_j(t) as that formula."""
        for neuron in self.recurrent.neurons:
            if neuron.field is not None:
                formula = Equation(v(neuron.name), neuron.field)
                yield neuron.name, labels.inline(formula, TimePrinter(most=labels.MOST_TERMS))
