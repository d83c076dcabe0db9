"""The whole network: every unit and every synapse once, or the first, the last and dots between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reports.figures import labels
from reports.figures.curves import Path, smooth
from reports.figures.drawing import Drawing
from reports.figures.layout import Columns, Placed
from reports.figures.scene import Node, Point, Rect, Scene, Text
from reports.figures.units import (
    LETTERS,
    RADIUS,
    called,
    columns,
    counts,
    field_label,
    inner_label,
    kind_of,
    legend,
    signal,
    spoken,
    synapse_kind,
    tie_kinds,
    unit_node,
    weight_label,
)
from symbolic.network import BIAS, Network

LABELLED = 12
"""Up to so many synapses each has its weight beside it."""
UNITS, SYNAPSES, COLUMNS = 40, 400, 12
"""The largest network that is drawn unit by unit."""
DENSE = 60
"""From so many synapses on the branches are grey."""
ACROSS, DOWN = 92.0, 52.0
ROOM = 34.0
"""What a weight beside a branch adds to the distance of two columns."""
NOTE = 12.5
"""The size of remarks."""
FORMULAS = 6


def drawn_whole(network: Network) -> bool:
    """Whether the network is small enough for all its units and synapses."""
    return (
        len(network.inputs) + len(network.neurons) <= UNITS
        and len(network.synapses) <= SYNAPSES
        and len(columns(network)) <= COLUMNS
    )


@dataclass
class Grid:
    """The units of a network in their places, which both directions of flow share.

    Every column that some bias of the next column needs has a unit +1 above it, and every output
    has a terminal in one more column at the right.
    """

    network: Network
    across: float
    down: float
    ends: bool = True
    nodes: dict[str, Node] = field(default_factory=dict)
    routes: dict[tuple[str, str], list[Point]] = field(default_factory=dict)
    terminals: dict[str, Point] = field(default_factory=dict)
    bias: dict[int, Node] = field(default_factory=dict)
    bottom: float = 0.0

    def __post_init__(self) -> None:
        network = self.network
        rows = [list(column) for column in columns(network)]
        links = [(s.source, s.to) for s in network.synapses if s.source != BIAS]
        links += [(i, j) for j in network.formulas for i in network.sources[j]]
        links = list(dict.fromkeys(links))
        if self.ends:
            rows.append([f"→{name}" for name in network.outputs])
            links += [(name, f"→{name}") for name in network.outputs]
        group = {name: network.neuron[name].group for name in network.peers}
        heights = dict.fromkeys(group, 8.0)
        placed = Columns(rows, links, self.down, heights, group).placed()
        self._units(rows, placed)
        self._routes(links, placed)
        self._biases(rows, placed)

    def _units(self, rows: Sequence[Sequence[str]], placed: Placed) -> None:
        network, x = self.network, 0.0
        self.x: list[float] = []
        last = 0.0
        for row in rows:
            units = [unit for unit in row if unit[0] != "→"]
            sized = {
                unit: unit_node(
                    Point(0, 0), kind_of(network, unit), inner_label(network, unit), unit,
                    spoken(network, unit),
                )
                for unit in units
            }  # fmt: skip
            half = max((node.width / 2 for node in sized.values()), default=6.0)
            if self.x:
                x += last + half + self.across - 2 * RADIUS + (8 if units else -20)
            self.x.append(x)
            last = half
            for unit, node in sized.items():
                at = Point(x, placed.y[unit])
                self.nodes[unit] = Node(
                    at, node.width, node.height, node.kind, unit, node.said, node.radius
                )
            for unit in row:
                if unit[0] == "→":
                    self.terminals[unit[1:]] = Point(x, placed.y[unit])

    def _routes(self, links: Sequence[tuple[str, str]], placed: Placed) -> None:
        for source, target in links:
            end = self.terminals[target[1:]] if target[0] == "→" else self.nodes[target].at
            passed = placed.passes.get((source, target), ())
            middle = [Point(self.x[n], y) for n, y in passed]
            self.routes[(source, target)] = [self.nodes[source].at, *middle, end]

    def _biases(self, rows: Sequence[Sequence[str]], placed: Placed) -> None:
        network = self.network
        tops = [min((placed.y[unit] for unit in row), default=0.0) for row in rows]
        lows = [max((placed.y[unit] for unit in row), default=0.0) for row in rows]
        for passed in placed.passes.values():
            for n, y in passed:
                tops[n], lows[n] = min(tops[n], y + 12), max(lows[n], y - 12)
        self.bottom = max(lows)
        place = {unit: n for n, row in enumerate(rows) for unit in row}
        for synapse in network.synapses:
            n = place[synapse.to] - 1
            if synapse.source != BIAS:
                continue
            if n not in self.bias:
                at = Point(self.x[n], tops[n] - self.down)
                label = inner_label(network, BIAS)
                self.bias[n] = unit_node(at, "bias", label, BIAS, spoken(network, BIAS))
            self.routes[(BIAS, synapse.to)] = [self.bias[n].at, self.nodes[synapse.to].at]

    def start(self, source: str, target: str) -> Node:
        """The node that a route begins at."""
        if source != BIAS:
            return self.nodes[source]
        at = self.routes[(BIAS, target)][0]
        return next(node for node in self.bias.values() if node.at == at)

    def path(self, source: str, target: str) -> Path:
        """The way of a route from unit to unit."""
        return smooth(self.routes[(source, target)])


def grid(network: Network, roomy: bool) -> Grid:
    """The places of the units; `roomy` leaves room for a label beside each branch."""
    many = len(columns(network)) > 5
    across = 64.0 if many else ACROSS
    if roomy:
        widest = max(weight_label(network, s.to, s.source).width for s in network.synapses)
        across = max(across, 14 * widest + 24)
    crowd = len(network.neurons) + len(network.inputs) > 20
    return Grid(network, across + (ROOM if roomy else 0), DOWN * (0.85 if crowd else 1.0) + (
        12 if roomy else 0))  # fmt: skip


def overview(network: Network) -> Scene:
    """Every unit and synapse of a small network; of a larger one, the picture that is readable.

    Up to 12 synapses carry their weights, up to 40 units are drawn one by one; a larger layered
    network shows the ends of its layers, any other its blocks.  A recurrent network is drawn in
    columns of time.
    """
    from reports.figures.large_networks import blocks, ellipsis, is_layered
    from reports.figures.time_columns import unrolled

    if network.recurrent is not None:
        return unrolled(network)
    if not drawn_whole(network):
        return ellipsis(network) if is_layered(network) else blocks(network)
    roomy = len(network.synapses) <= LABELLED
    places = grid(network, roomy)
    drawing = Drawing()
    drawing.nodes += [*places.bias.values(), *places.nodes.values()]
    plain = "quiet" if len(network.synapses) > DENSE else "ink"
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
    _names(drawing, places)
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


def _names(drawing: Drawing, places: Grid) -> None:
    for node in (*places.bias.values(), *places.nodes.values()):
        label = inner_label(places.network, node.neuron)
        at = Point(node.at.x, node.at.y + 5)
        drawing.write(at, label, node.kind, size=LETTERS, neuron=node.neuron, free=True)


def frames(drawing: Drawing, places: Grid) -> None:
    """A dashed box around each softmax group, with the word where there is room for it."""
    from reports.figures.scene import Frame

    for members in places.network.groups.values():
        boxes = [places.nodes[name].box for name in members]
        box = Rect(
            min(b.left for b in boxes),
            min(b.top for b in boxes),
            max(b.right for b in boxes),
            max(b.bottom for b in boxes),
        ).grown(7)
        drawing.frames.append(Frame(box, "quiet"))
        middle = (box.left + box.right) / 2
        label = labels.words("softmax")
        tries = [
            Text(Point(middle, y), label, "quiet", size=NOTE)
            for y in (box.bottom + 13, box.top - 5)
        ]
        costs = [sum(t.box.grown(2).overlap(node.box) for node in drawing.nodes) for t in tries]
        drawing.texts.append(tries[costs.index(min(costs))])


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
