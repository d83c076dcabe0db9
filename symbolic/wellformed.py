"""What a network must be: known names, elementary formulas, no cycle, softmax where it can stand.

Each check raises `InputError` that says what is wrong and which part of the network it is about.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from symbolic.activations import is_genuine
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

if TYPE_CHECKING:  # a network checks itself when it is made
    from symbolic.network import Network

BIAS = "0"
"""The unit with y_0 = +1; a synapse from it carries the bias w_j0."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{0,63}\Z")
_WEIGHT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{0,139}\Z")  # w_h_x of two of the longest names
SHOWN_OF_A_CYCLE = 24


def require_well_formed(network: Network) -> None:
    """Every check, in the order in which the later ones rely on the earlier."""
    _check_fields(network)
    _check_names(network)
    _check_reach(network)
    _check_cost(network)


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
