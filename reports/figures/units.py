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
from symbolic.notation import E, e, v, w, y
from symbolic.terms import Equation, Frac, Sign, Term

RADIUS = 17.0
LETTERS = 15.0
"""The size of the letters within a unit."""
UNITS, SYNAPSES, COLUMNS = 40, 400, 12
"""The largest network that is drawn unit by unit."""
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


def drawn_whole(network: Network) -> bool:
    """Whether the network is small enough for all its units and synapses."""
    return (
        len(network.inputs) + len(network.neurons) <= UNITS
        and len(network.synapses) <= SYNAPSES
        and len(columns(network)) <= COLUMNS
    )


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
    """The name of a unit as it stands in its circle, +1 for the bias unit."""
    if unit == BIAS:
        return labels.formula("+1", "+1")
    return labels.name(unit, WIDEST)


def inner_label(network: Network, unit: str) -> Label:
    """What stands within a unit: +1, the signal of an input, the name of a neuron."""
    if unit == BIAS or unit in network.neuron:
        return unit_label(unit)
    label = labels.sign(y(unit))
    return label if label.width <= WIDEST else unit_label(unit)


def unit_node(
    at: Point, kind: str, label: Label, unit: str, said: str = "", radius: float = RADIUS
) -> Node:
    """A circle, or where the name is wide a box with round ends."""
    width = max(2 * radius, label.width * letters(radius) + radius)
    return Node(at, width, 2 * radius, kind, unit, said, radius)


def letters(radius: float) -> float:
    """The size of the letters in a circle."""
    return LETTERS * radius / RADIUS


def spoken(network: Network, unit: str) -> str:
    """The unit in words, for a pointer or a screen reader."""
    if unit == BIAS:
        return "bias unit, y_0 = +1"
    if unit not in network.neuron:
        return f"input {unit}"
    return f"{kind_of(network, unit)} neuron {unit} ({activations(network, [unit], 40)})"


def read_by(network: Network, name: str) -> list[str]:
    """The units that a neuron reads, the bias unit first."""
    units = list(dict.fromkeys(network.sources[name]))
    return [BIAS] * (BIAS in units) + [unit for unit in units if unit != BIAS]


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


def activations(network: Network, names: Sequence[str], most: int) -> str:
    """The activation that neurons have, or how many different ones."""
    found = list(dict.fromkeys(network.neuron[name].activation.name for name in names))
    if len(found) > 1:
        return f"{len(found)} activations"
    name = found[0].replace("_", " ")
    return name if len(name) <= most else f"{name[: most - 1]}…"


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
    said = {
        "bias": "+1 feeds the biases",
        "skip": "purple branches skip a column",
        "formula": "dashed branches enter a formula of the neuron's own",
    }
    parts = [words for kind, words in said.items() if kind in kinds]
    if any(kind in TIES for kind in kinds):
        few = len(set(tie_kinds(network).values())) == len(tie_kinds(network))
        parts.append(
            "branches of one colour share their weight" if few else "orange branches share weights"
        )
    return "; ".join(parts)


def signal(unit: str, timed: bool = False) -> Label:
    """The signal y of a unit; of the bias unit y_0 = +1."""
    if unit == BIAS:
        return labels.formula("y_0 = +1", "y_0 = +1")
    return labels.sign(y(unit), timed)


def entering(network: Network, name: str, shown: str = "") -> Label:
    """−∂𝓔/∂y of a neuron as far as the cost itself goes: e_k/N for the squared error.

    `shown` is the name it goes by in the figure.
    """
    if name not in network.output_set:
        return labels.formula("0", "0")
    if network.cost.name == "squared_error":
        return labels.inline(Frac(e(shown or name), Sign("N")))
    return labels.ratio(E, y(shown or name), "-")
