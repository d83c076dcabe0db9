"""How a network is spoken of in a figure: its columns, the kind and sign of a unit, its weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.figures import labels
from reports.figures.colours import TIES
from reports.figures.labels import Label
from reports.figures.scene import Node, Point
from reports.wording import counted
from symbolic.errors import InputError, did_you_mean
from symbolic.network import BIAS, Network
from symbolic.notation import v, w, y
from symbolic.terms import Equation, Sign, Term

RADIUS = 17.0
LETTERS = 15.0
"""The size of the letters within a unit."""
WIDEST = 4.6
"""The widest name within a unit, in em; a longer one is cut."""


def columns(network: Network) -> tuple[tuple[str, ...], ...]:
    """The units from left to right: inputs, then every neuron after all that it waits for."""
    if network.layers:
        return network.layers
    rows: list[list[str]] = [[] for _ in range(max(network.depth.values(), default=0) + 1)]
    for unit in (*network.inputs, *network.order):
        rows[network.depth[unit]].append(unit)
    return tuple(tuple(row) for row in rows)


def kind_of(network: Network, unit: str) -> str:
    """bias, input, hidden or output."""
    if unit == BIAS:
        return "bias"
    if unit not in network.neuron:
        return "input"
    return "output" if unit in network.output_set else "hidden"


def require_neuron(network: Network, name: str) -> None:
    """Raises `InputError` where the network has no neuron of this name."""
    if name not in network.neuron:
        if name in network.inputs or name == BIAS:
            what = "the bias unit" if name == BIAS else "an input"
            raise InputError(f"{name!r} is {what}, no neuron; choose a neuron.")
        raise InputError(
            f"There is no neuron {name!r} in this network. {did_you_mean(name, network.neuron)}"
        )


def unit_label(unit: str) -> Label:
    """What stands in the circle of a unit: +1, x_1, y_1 of a numbered input is made elsewhere."""
    if unit == BIAS:
        return labels.formula("+1", "+1")
    return labels.name(unit, WIDEST)


def inner_label(network: Network, unit: str) -> Label:
    """What stands within a unit: +1, the signal of an input, the name of a neuron."""
    if unit == BIAS or unit in network.neuron:
        return unit_label(unit)
    label = labels.sign(y(unit))
    return label if label.width <= WIDEST else unit_label(unit)


def unit_node(at: Point, kind: str, label: Label, unit: str, said: str = "") -> Node:
    """A circle, or where the name is wide a box with round ends."""
    width = max(2 * RADIUS, label.width * LETTERS + 16)
    return Node(at, width, 2 * RADIUS, kind, unit, said, RADIUS)


def spoken(network: Network, unit: str) -> str:
    """The unit in words, for a pointer or a screen reader."""
    if unit == BIAS:
        return "bias unit, y_0 = +1"
    if unit not in network.neuron:
        return f"input {unit}"
    phi = network.neuron[unit].activation
    text = f"{kind_of(network, unit)} neuron {unit}, {phi.name}"
    if unit in network.formulas:
        text += f", {field_label(network, unit).plain}"
    return text


def field_label(network: Network, unit: str) -> Label:
    """v_j = its own formula."""
    return labels.inline(Equation(v(unit), network.formulas[unit]))


def weight_sign(network: Network, to: str, source: str) -> Term:
    """w_ji, or the name of its own that the weight has."""
    weight = network.weight_of[(to, source)]
    return w(to, source) if weight == f"w_{to}_{source}" else Sign("w", (weight,))


def weight_label(network: Network, to: str, source: str, timed: bool = False) -> Label:
    """The weight of a synapse as it is written beside its branch."""
    return labels.sign(weight_sign(network, to, source), timed)


def tie_kinds(network: Network) -> Mapping[str, str]:
    """A colour for each shared weight; one for all where they are many."""
    tied = [weight for weight, places in network.uses.items() if len(places) > 1]
    if len(tied) > len(TIES):
        return dict.fromkeys(tied, TIES[0])
    return dict(zip(tied, TIES, strict=False))


def synapse_kind(
    network: Network, to: str, source: str, ties: Mapping[str, str], plain: str = "ink"
) -> str:
    """The colour of a branch: shared, of a bias, over more than one column, or plain."""
    weight = network.weight_of[(to, source)]
    if weight in ties:
        return ties[weight]
    if source == BIAS:
        return "bias"
    return "skip" if network.depth[to] - network.depth[source] > 1 else plain


def called(network: Network) -> str:
    """The network by its name."""
    return network.name or "the network"


def counts(network: Network) -> str:
    """Two inputs, three hidden neurons and one output neuron."""
    parts = [counted(len(network.inputs), "input")]
    if network.hidden:
        parts.append(counted(len(network.hidden), "hidden neuron"))
    ends = counted(len(network.outputs), "output neuron")
    return f"{', '.join(parts)} and {ends}"


def legend(network: Network, kinds: Sequence[str]) -> str:
    """What the colours that were used mean."""
    shared = any(kind.startswith("tie") for kind in kinds)
    said = {
        "bias": "+1 feeds the biases",
        "skip": "purple branches skip a column",
        "formula": "dashed branches enter a formula of the neuron's own",
    }
    parts = [words for kind, words in said.items() if kind in kinds]
    if shared:
        parts.append("branches of one colour share their weight")
    return "; ".join(parts)


def signal(unit: str, timed: bool = False) -> Label:
    """The signal y of a unit; of the bias unit y_0 = +1."""
    if unit == BIAS:
        return labels.formula("y_0 = +1", "y_0 = +1")
    return labels.sign(y(unit), timed)
