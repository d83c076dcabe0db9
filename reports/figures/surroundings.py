"""One neuron among those it reads and those it feeds, long rows cut with dots."""

from __future__ import annotations

from collections.abc import Sequence

from reports.figures import labels
from reports.figures.drawing import NOTE, Drawing, clear
from reports.figures.rows import DOTS, rows, shortened
from reports.figures.scene import Node, Point, Scene
from reports.figures.units import (
    LETTERS,
    RADIUS,
    called,
    field_label,
    inner_label,
    kind_of,
    read_by,
    require_neuron,
    signal,
    spoken,
    synapse_kind,
    tie_kinds,
    unit_node,
    weight_label,
)
from reports.wording import counted
from symbolic.network import Network

MOST = 6
ACROSS, DOWN = 190.0, 50.0


def neighbourhood(network: Network, name: str) -> Scene:
    """A neuron, the units that it reads at the left and the neurons that it feeds at the right.

    Raises `InputError` where no neuron has this name.
    """
    require_neuron(network, name)
    return clear(lambda room: _drawn(network, name, room))


def _drawn(network: Network, name: str, room: float) -> Scene:
    """The neuron with both fans; `room` stretches them."""
    drawing = Drawing()
    read = read_by(network, name)
    fed = list(dict.fromkeys(network.successors[name]))
    centre = _unit(drawing, network, name, Point(0, 0))
    _fan(drawing, network, centre, read, -room)
    _fan(drawing, network, centre, fed, room)
    if name in network.output_set:
        end = Point(centre.box.right + 54, 0) if not fed else Point(0, -RADIUS - 44)
        drawing.branch((centre.at, end), centre, None, "ink", tip=0.6 if not fed else 0.9)
        at, anchor = (Point(end.x + 6, 5), "start") if not fed else (Point(0, end.y - 8), "middle")
        drawing.write(at, signal(name), "ink", anchor, neuron=name)
    formulas = [unit for unit in (name, *fed) if unit in network.formulas][:3]
    low = max(node.box.bottom for node in drawing.nodes)
    left = min(node.box.left for node in drawing.nodes)
    for n, unit in enumerate(formulas):
        at = Point(left, low + 28 + 22 * n)
        drawing.write(at, field_label(network, unit), "formula", "start", 14, unit)
    tail = f" and feeds {counted(len(fed), 'neuron')}" if fed else ""
    what = spoken(network, name)
    return drawing.scene(
        f"{what[:1].upper()}{what[1:]}, in {called(network)}: it reads "
        f"{counted(len(read), 'unit')}{tail}."
    )


def _unit(drawing: Drawing, network: Network, unit: str, at: Point) -> Node:
    label = inner_label(network, unit)
    node = unit_node(at, kind_of(network, unit), label, unit, spoken(network, unit))
    return drawing.unit(node, label, LETTERS)


def _reach(network: Network, centre: Node, units: Sequence[str], side: float) -> float:
    """How far the units stand from the neuron, so that a weight has room beside each branch."""
    pairs = [(centre.neuron, unit) if side < 0 else (unit, centre.neuron) for unit in units]
    known = [pair for pair in pairs if pair in network.weight_of]
    widest = max((weight_label(network, *pair).width for pair in known), default=0.0)
    names = max(inner_label(network, unit).width for unit in units)
    return max(ACROSS, 14 * widest + 60 + centre.width / 2 + LETTERS * names / 2)


def _fan(
    drawing: Drawing, network: Network, centre: Node, units: Sequence[str], side: float
) -> None:
    """The units on one side; `side` is below 0 for those read, above for those fed."""
    if not units:
        return
    ties = tie_kinds(network)
    shown, dots = shortened(units, MOST)
    heights, at_dots = rows(len(shown), dots, DOWN * abs(side))
    x = side * _reach(network, centre, shown, side)
    for unit, height in zip(shown, heights, strict=True):
        node = _unit(drawing, network, unit, Point(x, height))
        source, to = (node, centre) if side < 0 else (centre, node)
        pair = (to.neuron, source.neuron)
        if pair not in network.weight_of:
            drawing.branch((source.at, to.at), source, to, "formula", synapses=(pair,), dashed=True)
            continue
        weight = network.weight_of[pair]
        kind = synapse_kind(network, *pair, ties)
        drawing.branch(
            (source.at, to.at),
            source,
            to,
            "ink" if kind == "skip" else kind,
            weight_label(network, *pair),
            near=0.42 if side < 0 else 0.58,
            size=14,
            weight=weight,
            synapses=(pair,),
            said=f"weight {weight}, to {pair[0]} from {pair[1]}",
        )
    if at_dots is not None:
        drawing.write(Point(x, at_dots + 5), DOTS)
        total = labels.words(f"{len(units):,} units" if side < 0 else f"{len(units):,} neurons")
        low = heights[-1] + RADIUS + 18
        drawing.write(Point(x, low), total, "quiet", size=NOTE)
