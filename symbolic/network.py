"""A feed-forward network as data: units, synapses, weights and their ties, order, successors.

A neuron adds up its weighted signals, or its local field follows a formula of its own.

Builders for common shapes are in `topologies.py`, the file format in `spec.py`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from symbolic.activations import Activation, is_genuine
from symbolic.costs import Cost
from symbolic.errors import InputError, did_you_mean
from symbolic.grammar import excess
from symbolic.terms import (
    Add,
    Call,
    Cases,
    Constant,
    Frac,
    Mul,
    Num,
    Pow,
    Sign,
    Term,
    walk,
)

if TYPE_CHECKING:  # a recurrent network is unrolled into this one
    from symbolic.recurrence import Recurrent

BIAS = "0"
"""The unit with y_0 = +1; a synapse from it carries the bias w_j0."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{0,63}\Z")
_WEIGHT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{0,139}\Z")  # w_h_x of two of the longest names
SHOWN_OF_A_CYCLE = 24


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
        _check_fields(self)
        _check_names(self)
        _check_reach(self)
        _check_cost(self)

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


def letters_of(field: Term) -> dict[str, tuple[str, ...]]:
    """The units ("y") and the weights ("w") that a formula reads, in order of first sight."""
    signs = [part for part in walk(field) if isinstance(part, Sign)]
    return {
        letter: tuple(dict.fromkeys(str(s.at[0]) for s in signs if s.letter == letter))
        for letter in ("y", "w")
    }


_IN_A_FIELD = (Num, Constant, Sign, Add, Mul, Frac, Pow, Call, Cases)


def _check_fields(network: Network) -> None:
    """A formula is an elementary term of signals and weights, and no synapse adds to it."""
    if not network.formulas:
        return
    targets = {synapse.to for synapse in network.synapses}
    for name, term in network.formulas.items():
        about = ("field", name)
        if name in targets:
            raise InputError(
                f"Neuron {name!r} has a formula of its own for v; what it reads belongs in there, "
                "not on a synapse.",
                about=about,
            )
        for part in walk(term):
            fine = isinstance(part, _IN_A_FIELD)
            if isinstance(part, Sign):
                fine = part.letter in ("y", "w") and len(part.at) == 1
                fine = fine and isinstance(part.at[0], str) and part.at[0] != BIAS
            if not fine:
                what = part.letter if isinstance(part, Sign) else type(part).__name__
                raise InputError(
                    f"The formula of neuron {name!r} reads {what!r}; it is an elementary term of "
                    "the signals y of units and of weights w, each with one name.",
                    about=about,
                )
        too_much = excess(term)
        if too_much:
            raise InputError(f"The formula of neuron {name!r} {too_much}.", about=about)


def _check_names(network: Network) -> None:
    units = [*network.inputs, *(neuron.name for neuron in network.neurons)]
    for unit in units:
        if unit == BIAS:
            raise InputError(
                f"The unit name {BIAS!r} is taken: it is the bias unit, y_0 = +1.",
                about=("unit", unit),
            )
        if not _NAME.match(unit):
            raise InputError(
                f"{unit!r} cannot name a unit: use up to 64 letters, digits and underscores, "
                "beginning with a letter or digit.",
                about=("unit", unit),
            )
    _refuse_repeats(units, "unit")
    _refuse_repeats(network.outputs, "output")
    _refuse_repeats(((s.source, s.to) for s in network.synapses), "synapse")
    known = set(units)
    for synapse in network.synapses:
        if synapse.source not in known and synapse.source != BIAS:
            raise InputError(
                f"Neuron {synapse.to!r} reads {synapse.source!r}, but there is no such unit. "
                + did_you_mean(synapse.source, units),
                about=("synapse", synapse.to, synapse.source),
            )
        if synapse.to not in network.neuron:
            raise InputError(
                f"A synapse leads to {synapse.to!r}, but there is no such neuron. "
                + did_you_mean(synapse.to, network.neuron)
            )
        if not _WEIGHT.match(synapse.weight):
            raise InputError(
                f"{synapse.weight!r} cannot name a weight: use up to 140 letters, digits and "
                "underscores, beginning with a letter or digit.",
                about=("weight", synapse.to, synapse.source),
            )
    for name, read in network._read_by_field.items():
        for unit in read["y"]:
            if unit not in known:
                raise InputError(
                    f"The formula of neuron {name!r} reads {unit!r}, but there is no such unit. "
                    + did_you_mean(unit, units),
                    about=("field", name),
                )
        for weight in read["w"]:
            if not _WEIGHT.match(weight):
                raise InputError(
                    f"{weight!r} cannot name a weight: use up to 140 letters, digits and "
                    "underscores, beginning with a letter or digit.",
                    about=("field", name),
                )
    if not network.outputs:
        raise InputError(
            "The network has no output; name at least one neuron as output.", about=("output",)
        )
    for output in network.outputs:
        if output not in network.neuron:
            what = "is an input" if output in network.inputs else "does not exist"
            raise InputError(
                f"The output {output!r} {what}; an output must be a neuron. "
                + did_you_mean(output, network.neuron),
                about=("output", output),
            )


def _refuse_repeats(names: Iterable[str | tuple[str, str]], what: str) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            about = (what, name) if isinstance(name, str) else (what, *reversed(name))
            shown = repr(name) if isinstance(name, str) else f"from {name[0]!r} to {name[1]!r}"
            raise InputError(
                f"The {what} {shown} is given {count} times; each must be unique.", about=about
            )


def _check_reach(network: Network) -> None:
    for neuron in network.neurons:
        if not network.sources[neuron.name]:
            raise InputError(
                f"Neuron {neuron.name!r} reads nothing; give it at least one source.",
                about=("unit", neuron.name),
            )
    if len(network.order) < len(network.neurons):
        loop = _cycle(network)
        shown, length = loop, ""
        if len(loop) > SHOWN_OF_A_CYCLE:
            half = SHOWN_OF_A_CYCLE // 2
            shown, length = [*loop[:half], "…", *loop[-half:]], f" of {len(loop) - 1:,} neurons"
        what = f"The signals run in a cycle{length}: {' → '.join(shown)}."
        if any(name in network.peers for name in loop):
            what += (
                " Softmax neurons of one group are computed together; name the groups apart: "
                'group = "g1".'
            )
        raise InputError(
            f"{what} Remove one of these "
            "synapses, or, if it reads the signal of the step before, write it with a delay, as in "
            f'from = {{ "{loop[0]}[-1]" = "w" }}, and say how many steps there are: steps = 5.',
            about=("synapse", loop[1], loop[0]),
        )
    reached = set(network.inputs)
    for name in network.order:
        if any(source in reached for source in network.sources[name]):
            reached.add(name)
    for output in network.outputs:
        if output not in reached:
            raise InputError(
                f"No input reaches the output {output!r}; connect it to an input.",
                about=("output", output),
            )


def _check_cost(network: Network) -> None:
    """The activations that the cost asks of the outputs, and softmax only where it can stand."""
    for neuron in network.neurons:
        if neuron.activation.group and not is_genuine(neuron.activation):
            raise InputError(
                f"Neuron {neuron.name!r} is normalised over its group with a function of its own; "
                "the one such activation is softmax."
            )
        if neuron.group and not neuron.activation.group:
            raise InputError(
                f"Neuron {neuron.name!r} has the group {neuron.group!r}, but only softmax neurons "
                'form groups; give it activation = "softmax".',
                about=("group", neuron.name),
            )
    for name, members in network.groups.items():
        if len(members) == 1 and not network.shares_alone:
            raise InputError(
                f"The softmax neuron {members[0]!r} is alone in its group, so its signal is always "
                "1; give the neurons it competes with the same group and activation.",
                about=("activation", members[0]),
            )
        inside = [j for j in members if j in network.output_set]
        if network.cost.distribution and inside and len(inside) < len(members):
            other = next(j for j in members if j not in network.output_set)
            raise InputError(
                f"The cost {network.cost.name!r} needs whole softmax groups as outputs, but "
                f"{other!r}, normalised together with {inside[0]!r}, is no output; give one of "
                f'them a group of its own: group = "{name or "g"}2".',
                about=("activation", other),
            )
    wanted = network.cost.outputs
    for output in network.outputs:
        found = network.neuron[output].activation.name
        if wanted and (found != wanted or not is_genuine(network.neuron[output].activation)):
            raise InputError(
                f"The cost {network.cost.name!r} needs {wanted} outputs, but {output!r} is "
                f"{found}; give it activation = {wanted!r} or choose another cost.",
                about=("activation", output),
            )


def _cycle(network: Network) -> list[str]:
    """One cycle, in the direction of the signals, its first neuron repeated at the end."""
    stuck = set(network.neuron) - set(network.order)
    here = min(stuck)
    path: dict[str, int] = {}
    while here not in path:
        path[here] = len(path)
        sources = (s for unit in network.sources[here] for s in network.peers.get(unit, (unit,)))
        here = next(source for source in sources if source in stuck)
    loop = list(path)[path[here] :]
    loop.reverse()
    return [loop[-1], *loop]
