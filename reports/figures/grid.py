"""The places of all units of a small network in columns, with a bias unit for each column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reports.figures.curves import Path, smooth
from reports.figures.layout import Columns, Placed
from reports.figures.routing import clear_way
from reports.figures.scene import Node, Point
from reports.figures.units import (
    RADIUS,
    columns,
    inner_label,
    kind_of,
    spoken,
    unit_node,
    weight_label,
)
from symbolic.network import BIAS, Network

WIDE = 620.0
"""About how wide a figure is made where its columns allow."""
NEAR, FAR = 64.0, 150.0
"""The least and the greatest distance of two columns."""
ROOMY, DOWN, CROWDED = 66.0, 52.0, 31.0
"""The distance of two units in a column: beside labels, else, and in a tall column."""
FRAMED = 28.0
"""What a softmax group needs above and below itself, for its frame and its name."""
TAIL = 56.0
"""How long the arrow behind an output is at least."""
TALL = 9
SMALL = 13.0
"""From so many units on a column is tall, and its circles have this radius."""


@dataclass
class Grid:
    """The units of a network in their places, which both directions of flow share.

    Every column that some bias of the next column needs has a unit +1 above or below it, and every
    output has a terminal in one more column at the right.
    """

    network: Network
    across: float
    down: float
    radius: float = RADIUS
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
        rows.append([f"→{name}" for name in network.outputs])
        links += [(name, f"→{name}") for name in network.outputs]
        group = {name: network.neuron[name].group for name in network.peers}
        heights = dict.fromkeys(group, 6.0)
        placed = Columns(rows, links, self.down, heights, group, FRAMED).placed()
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
                    spoken(network, unit), self.radius,
                )
                for unit in units
            }  # fmt: skip
            half = max((node.width / 2 for node in sized.values()), default=0.0)
            if self.x:
                x += last + half + (self.across if units else TAIL)
            self.x.append(x)
            last = half
            for unit, node in sized.items():
                self.nodes[unit] = replace(node, at=Point(x, placed.y[unit]))
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
        place = {unit: n for n, row in enumerate(rows) for unit in row}
        fed: dict[int, list[str]] = {}
        for synapse in network.synapses:
            if synapse.source == BIAS:
                fed.setdefault(place[synapse.to] - 1, []).append(synapse.to)
        framed = {placed.y[name] for name in network.peers}
        away = max(self.down, 3 * self.radius)
        for n, names in fed.items():
            mean = sum(placed.y[name] for name in names) / len(names)
            above = mean <= (tops[n] + lows[n]) / 2 + 1
            end = tops[n] if above else lows[n]
            clear = away + FRAMED * (end in framed)
            at = Point(self.x[n], end - clear if above else end + clear)
            label, said = inner_label(network, BIAS), spoken(network, BIAS)
            self.bias[n] = unit_node(at, "bias", label, BIAS, said, self.radius)
            for name in names:
                self.routes[(BIAS, name)] = [at, self.nodes[name].at]
        self.bottom = max(*lows, *(node.at.y for node in self.bias.values()))

    def start(self, source: str, target: str) -> Node:
        """The node that a route begins at."""
        if source != BIAS:
            return self.nodes[source]
        at = self.routes[(BIAS, target)][0]
        return next(node for node in self.bias.values() if node.at == at)

    def path(self, source: str, target: str) -> Path:
        """The way of a route from unit to unit, bent where another unit stands in it."""
        points = self.routes[(source, target)]
        if len(points) > 2 or target not in self.nodes:
            return smooth(points)
        nodes = (*self.nodes.values(), *self.bias.values())
        return clear_way(self.start(source, target), self.nodes[target], nodes)


def grid(network: Network, roomy: bool, room: float = 1.0) -> Grid:
    """The places of the units; `roomy` leaves `room` for a label beside each branch."""
    rows = columns(network)
    across = min(max(WIDE / (len(rows) + 1) - 2 * RADIUS, NEAR), FAR)
    if roomy:
        found = (weight_label(network, s.to, s.source).width for s in network.synapses)
        widest = max(found, default=0.0)
        return Grid(network, room * max(across, 14 * widest + 24), room * ROOMY)
    if max(len(row) for row in rows) >= TALL:
        return Grid(network, FAR + NEAR / 2, CROWDED, SMALL)
    return Grid(network, across, DOWN)
