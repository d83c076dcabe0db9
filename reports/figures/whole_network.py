"""The whole network: every unit and every synapse once, or the first, the last and dots between."""

from __future__ import annotations

from reports.figures import labels
from reports.figures.block_view import blocks
from reports.figures.drawing import NOTE, Drawing, clear
from reports.figures.grid import Grid, grid
from reports.figures.layer_ends import ellipsis, is_layered
from reports.figures.scene import Frame, Point, Rect, Scene
from reports.figures.time_columns import unrolled
from reports.figures.units import (
    RADIUS,
    called,
    counts,
    drawn_whole,
    field_label,
    inner_label,
    legend,
    letters,
    signal,
    synapse_kind,
    tie_kinds,
    weight_label,
)
from symbolic.network import Network

LABELLED = 12
"""Up to so many synapses each has its weight beside it."""
DENSE = 60
"""From so many synapses on the branches are thin and grey."""
FORMULAS = 6
"""The most formulas of neurons that are written below."""


def overview(network: Network) -> Scene:
    """Every unit and synapse of a small network; of a larger one, the picture that is readable.

    Up to 12 synapses carry their weights, up to 40 units are drawn one by one; a larger layered
    network shows the ends of its layers, any other its blocks.  A recurrent network is drawn in
    columns of time.
    """
    if network.recurrent is not None:
        return unrolled(network)
    if not drawn_whole(network):
        return ellipsis(network) if is_layered(network) else blocks(network)
    return clear(lambda room: _whole(network, room))


def _whole(network: Network, room: float) -> Scene:
    """Every unit and every synapse."""
    roomy = len(network.synapses) <= LABELLED
    places = grid(network, roomy, room)
    drawing = Drawing()
    for node in (*places.bias.values(), *places.nodes.values()):
        drawing.unit(node, inner_label(network, node.neuron), letters(node.radius))
    dense = len(network.synapses) > DENSE
    plain = "quiet" if dense else "ink"
    ties = tie_kinds(network)
    kinds: list[str] = []
    for synapse in network.synapses:
        to, source = synapse.to, synapse.source
        kind = synapse_kind(network, to, source, ties, plain)
        kinds.append(kind)
        label = weight_label(network, to, source)
        drawing.branch(
            places.path(source, to),
            places.start(source, to),
            places.nodes[to],
            kind,
            label if roomy else None,
            tip=None if dense else 0.55,
            thin=dense,
            size=14,
            weight=synapse.weight,
            synapses=((to, source),),
            said=f"weight {synapse.weight}, to {to} from {source}",
        )
    for to in network.formulas:
        kinds.append("formula")
        for source in network.sources[to]:
            drawing.branch(
                places.path(source, to), places.nodes[source], places.nodes[to], "formula",
                synapses=((to, source),), said=f"{source} in the formula of {to}", dashed=True,
            )  # fmt: skip
    for name, at in places.terminals.items():
        drawing.branch(places.path(name, f"→{name}"), places.nodes[name], None, "ink")
        label = signal(name)
        drawing.write(Point(at.x + 6, at.y + 5), label, "ink", "start", neuron=name)
    frames(drawing, places)
    notes(drawing, places)
    return drawing.scene(
        f"Signal flow of {called(network)}: {counts(network)}.", _sentence(legend(network, kinds))
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + "." if words else ""


def frames(drawing: Drawing, places: Grid) -> None:
    """A dashed box around each softmax group, with the word below it."""
    for members in places.network.groups.values():
        boxes = [places.nodes[name].box for name in members]
        box = Rect(
            min(b.left for b in boxes),
            min(b.top for b in boxes),
            max(b.right for b in boxes),
            max(b.bottom for b in boxes),
        ).grown(7)
        drawing.frames.append(Frame(box, "quiet"))
        at = Point((box.left + box.right) / 2, box.bottom + 13)
        drawing.write(at, labels.words("softmax"), "quiet", size=NOTE)


def notes(drawing: Drawing, places: Grid) -> None:
    """The formulas of neurons that have one of their own, below the figure."""
    names = list(places.network.formulas)
    low = max(node.box.bottom for node in drawing.nodes)
    low = max([low, places.bottom + RADIUS, *(text.box.bottom for text in drawing.texts)])
    low = max([low, *(frame.box.bottom for frame in drawing.frames)])
    left = min(node.box.left for node in drawing.nodes)
    for n, name in enumerate(names[:FORMULAS]):
        at = Point(left, low + 30 + 22 * n)
        label = field_label(places.network, name)
        if n == FORMULAS - 1 and len(names) > FORMULAS:
            label = labels.formula(r"\vdots", "⋮")
        drawing.write(at, label, "formula", "start", 14, name)
