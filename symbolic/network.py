"""A feed-forward network as data: units, synapses, weights and their ties, order, successors.

A neuron adds up its weighted signals, or its local field follows a formula of its own.

Builders for common shapes are in `topologies.py`, the file format in `spec.py`; what a network
must be is in `wellformed.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from symbolic.activations import Activation
from symbolic.costs import Cost
from symbolic.terms import Term
from symbolic.wellformed import BIAS as BIAS
from symbolic.wellformed import letters_of as letters_of
from symbolic.wellformed import require_well_formed

if TYPE_CHECKING:  # a recurrent network is unrolled into this one
    from symbolic.recurrence import Recurrent


@dataclass(frozen=True, slots=True)
class Neuron:
    """A computing unit: v_j = Σ_i w_ji y_i over its synapses, and y_j = φ_j(v_j).

    With a `field` v_j is that term of signals `Sign("y", (unit,))` and weights `Sign("w", (name,))`
    instead, such as a gate y_a y_b; then no synapse leads to the neuron.
    Softmax neurons with the same `group` are normalised together: y_j = exp(v_j) / Σ_m exp(v_m).
    """

    name: str
    activation: Activation
    field: Term | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Synapse:
    """The link that carries y_source into v_to.

    Two synapses with the same weight name are tied: they share one parameter.
    """

    to: str
    source: str
    weight: str


@dataclass(frozen=True)
class Network:
    """A directed acyclic graph of neurons with a cost over its outputs.

    `inputs` are the source units, `outputs` name neurons (which may feed other neurons as well).
    `layers` is set by the layered builders and `recurrent` by unrolling in time; both only help to
    name things in a report.

    Raises `InputError` for a cycle (named neuron by neuron), an unknown or a repeated name,
    a neuron that reads nothing, or an output that no input reaches.
    """

    inputs: tuple[str, ...]
    neurons: tuple[Neuron, ...]
    outputs: tuple[str, ...]
    synapses: tuple[Synapse, ...]
    cost: Cost
    name: str = ""
    layers: tuple[tuple[str, ...], ...] = ()
    recurrent: Recurrent | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        require_well_formed(self)

    @cached_property
    def neuron(self) -> dict[str, Neuron]:
        """The neuron of each name."""
        return {neuron.name: neuron for neuron in self.neurons}

    @cached_property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """The units that each neuron reads, in the order the synapses are given."""
        table: dict[str, list[str]] = {neuron.name: [] for neuron in self.neurons}
        for synapse in self.synapses:
            table[synapse.to].append(synapse.source)
        for name, signals in self._read_by_field.items():
            table[name] += signals["y"]
        return {name: tuple(units) for name, units in table.items()}

    @cached_property
    def successors(self) -> dict[str, tuple[str, ...]]:
        """The neurons k whose v_k reads y_i: the k of the sum over k."""
        table: dict[str, list[str]] = {unit: [] for unit in self.units}
        for synapse in self.synapses:
            table[synapse.source].append(synapse.to)
        for name, signals in self._read_by_field.items():
            for unit in signals["y"]:
                table[unit].append(name)
        return {unit: tuple(neurons) for unit, neurons in table.items()}

    @cached_property
    def weight_of(self) -> dict[tuple[str, str], str]:
        """The name of the weight on the synapse (to, source)."""
        return {(synapse.to, synapse.source): synapse.weight for synapse in self.synapses}

    @cached_property
    def uses(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """The synapses (to, source) that carry each weight; more than one means tied.

        A weight that only formulas read is carried by none.
        """
        table: dict[str, list[tuple[str, str]]] = {}
        for synapse in self.synapses:
            table.setdefault(synapse.weight, []).append((synapse.to, synapse.source))
        for weight in self.readers:
            table.setdefault(weight, [])
        return {weight: tuple(places) for weight, places in table.items()}

    @cached_property
    def formulas(self) -> dict[str, Term]:
        """v_j of each neuron whose local field is a formula of its own."""
        return {n.name: n.field for n in self.neurons if n.field is not None}

    @cached_property
    def readers(self) -> dict[str, tuple[str, ...]]:
        """The neurons whose own formula reads each weight; other weights are left out."""
        table: dict[str, list[str]] = {}
        for name, signals in self._read_by_field.items():
            for weight in signals["w"]:
                table.setdefault(weight, []).append(name)
        return {weight: tuple(neurons) for weight, neurons in table.items()}

    @cached_property
    def _read_by_field(self) -> dict[str, dict[str, tuple[str, ...]]]:
        return {name: letters_of(term) for name, term in self.formulas.items()}

    @cached_property
    def units(self) -> tuple[str, ...]:
        """Every unit that carries a signal: the bias unit, the inputs, the neurons."""
        return (BIAS, *self.inputs, *(neuron.name for neuron in self.neurons))

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The neurons in an order in which every signal is computed before it is read.

        What reads one signal of a softmax group comes after the whole group.
        """
        waiting = dict.fromkeys(self.neuron, 0)
        for unit in self.neuron:
            for k in self.followers(unit):
                waiting[k] += 1
        ready = [name for name, count in waiting.items() if count == 0]
        for name in ready:
            for successor in self.followers(name):
                waiting[successor] -= 1
                if waiting[successor] == 0:
                    ready.append(successor)
        return tuple(ready)

    @cached_property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """The softmax groups, each by its name with its neurons."""
        table: dict[str, list[str]] = {}
        for neuron in self.neurons:
            if neuron.activation.group:
                table.setdefault(neuron.group, []).append(neuron.name)
        return {name: tuple(members) for name, members in table.items()}

    @cached_property
    def peers(self) -> dict[str, tuple[str, ...]]:
        """The softmax group that a neuron belongs to, itself included; other neurons have none."""
        return {name: members for members in self.groups.values() for name in members}

    @cached_property
    def shares_alone(self) -> bool:
        """Whether all outputs are one softmax group that feeds no neuron, or there is no group."""
        members = [name for group in self.groups.values() for name in group]
        one = len(self.groups) < 2 and (not members or set(members) == self.output_set)
        return one and not any(self.successors[name] for name in members)

    @cached_property
    def distributions(self) -> tuple[tuple[str, ...], ...]:
        """The outputs whose targets add up to one, group by group, where the cost asks for it."""
        if not self.cost.distribution:
            return ()
        return tuple(
            tuple(j for j in self.outputs if self.neuron[j].group == name)
            for name in self.groups
            if any(j in self.output_set for j in self.groups[name])
        )

    def followers(self, neuron: str) -> tuple[str, ...]:
        """The neurons whose signal waits for v of this one: those that read it or a peer."""
        if neuron not in self.peers:
            return self.successors[neuron]
        readers = (k for peer in self.peers[neuron] for k in self.successors[peer])
        return tuple(dict.fromkeys(readers))

    @cached_property
    def depth(self) -> dict[str, int]:
        """The level of each unit: 0 of what is given, else above all that it waits for.

        A softmax group lies on one level.
        """
        table = dict.fromkeys((BIAS, *self.inputs), 0)
        for name in self.order:
            sources = (i for unit in self.sources[name] for i in self.peers.get(unit, (unit,)))
            table[name] = 1 + max((table[i] for i in sources), default=0)
            peers = self.peers.get(name, ())
            if peers and all(peer in table for peer in peers):
                table.update(dict.fromkeys(peers, max(table[peer] for peer in peers)))
        return table

    @cached_property
    def position(self) -> dict[str, int]:
        """The place of each neuron in `order`."""
        return {name: place for place, name in enumerate(self.order)}

    @cached_property
    def output_set(self) -> frozenset[str]:
        """The output neurons, for quick membership."""
        return frozenset(self.outputs)

    @cached_property
    def hidden(self) -> tuple[str, ...]:
        """The neurons that are no output."""
        return tuple(n.name for n in self.neurons if n.name not in self.output_set)
