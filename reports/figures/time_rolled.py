"""A recurrent network as it is built: its units once, each late signal through a unit delay z⁻¹.

Within a step signals go from left to right; what is read late leaves to the right, runs back below
all units through a delay, and enters on the left beside the inputs, as in Haykin's figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from reports.figures import labels
from reports.figures.colours import TIES
from reports.figures.curves import Path, between
from reports.figures.drawing import Drawing, clear
from reports.figures.layout import Columns
from reports.figures.routing import clear_way
from reports.figures.scene import Node, Point, Scene
from reports.figures.steps import TimePrinter
from reports.figures.units import LETTERS, RADIUS, called, unit_label, unit_node
from symbolic.errors import InputError
from symbolic.network import BIAS, Network
from symbolic.notation import v, y
from symbolic.recurrence import Recurrent, late
from symbolic.terms import Equation, Sign

LARGEST = 16
"""The most units that are drawn one by one."""
LABELLED = 8
"""Weights up to which each is named."""
WIDE, GAP, TRACK, ASIDE = 128.0, 62.0, 40.0, 86.0
"""Between columns, between units of a column, between ways back, and from a way to a column."""
BOX = 34.0
"""The side of the box of a delay."""


def rolled(network: Network) -> Scene:
    """The network before it was unrolled.

    Raises `InputError` for a network that does not run in time, and for one of many units.
    """
    drawn = network.recurrent
    if drawn is None:
        raise InputError(
            f"{called(network)} does not run in time, so nothing in it is delayed; a file with "
            "`steps` does."
        )
    if not is_rolled(network):
        raise InputError(
            f"{called(network)} has more than {LARGEST} units; draw it by its levels with "
            "--view time."
        )
    return clear(lambda room: _Rolled(network, drawn, room).scene())


def is_rolled(network: Network) -> bool:
    """Whether the network runs in time and is small enough to be drawn with its delays."""
    drawn = network.recurrent
    return drawn is not None and len(drawn.inputs) + len(drawn.neurons) <= LARGEST


@dataclass
class _Rolled:
    network: Network
    drawn: Recurrent
    room: float
    drawing: Drawing = field(default_factory=Drawing)
    nodes: dict[str, Node] = field(default_factory=dict)

    def scene(self) -> Scene:
        self.place()
        weights = dict.fromkeys(s.weight for s in self.drawn.synapses if s.source != BIAS)
        ties = self.ties()
        for to, source, weight in self.links():
            here, there = self.nodes[source], self.nodes[to]
            named = labels.sign(Sign("w", (weight,))) if weight else None
            self.drawing.branch(
                clear_way(here, there, self.nodes.values()),
                here,
                there,
                ties.get(weight, "skip" if late(source)[1] else "ink") if weight else "formula",
                named if len(weights) <= LABELLED else None,
                tip=0.6,
                size=14,
                near=0.35,
                said=f"weight {weight}, to {to} from {source}" if weight else "",
                dashed=not weight,
            )
        self.biases()
        self.delays()
        self.ends()
        self.formulas()
        delayed = "z⁻¹ holds a signal for one step"
        return self.drawing.scene(
            f"{called(self.network)} as it is built, before it is unrolled.",
            f"Signals flow from left to right; {delayed}, and what it held enters on the left.",
        )

    def ties(self) -> dict[str, str]:
        """A colour for each weight of several synapses of one step."""
        places = [s.weight for s in self.drawn.synapses if s.source != BIAS]
        shared = [weight for weight in dict.fromkeys(places) if places.count(weight) > 1]
        return dict(zip(shared, TIES, strict=False))

    def late(self) -> list[str]:
        """The late signals that are read, as the file writes them."""
        read = (source for sources in self.drawn.reads.values() for source in sources)
        return list(dict.fromkeys(source for source in read if late(source)[1]))

    def links(self) -> list[tuple[str, str, str]]:
        """(to, source, weight) of every synapse, and of what formulas read ("" for the weight)."""
        found = [(s.to, s.source, s.weight) for s in self.drawn.synapses if s.source != BIAS]
        known = {(to, source) for to, source, _ in found}
        for to, sources in self.drawn.reads.items():
            for source in dict.fromkeys(sources):
                if source != BIAS and (to, source) not in known:
                    found.append((to, source, ""))
        return found

    def place(self) -> None:
        """The inputs and the late signals on the left, then every neuron after what it reads."""
        level = dict.fromkeys((*self.drawn.inputs, *self.late()), 0)
        left = [neuron.name for neuron in self.drawn.neurons]
        while left:
            for name in left:
                now = [source for source in self.drawn.reads.get(name, ()) if source != BIAS]
                if all(source in level for source in now):
                    level[name] = 1 + max((level[source] for source in now), default=0)
                    break
            left.remove(name)
        rows: list[list[str]] = [[] for _ in range(max(level.values()) + 1)]
        for name, column in level.items():
            rows[column].append(name)
        links = [(source, to) for to, source, _ in self.links()]
        placed = Columns(rows, links, GAP * self.room).placed().y
        for name, column in level.items():
            at = Point(WIDE * self.room * column, placed[name])
            if late(name)[1]:
                unit, delay = late(name)
                shown = labels.formula(*self.timed(unit, f"t-{delay}"))
                self.nodes[name] = self.drawing.dot(at, shown, "none", kind="skip")
                self.drawing.write(Point(at.x - 9, at.y - 8), shown, "skip", "end")
                continue
            label = labels.sign(y(name)) if name in self.drawn.inputs else unit_label(name)
            kind = "output" if name in self.drawn.outputs else "hidden"
            kind = "input" if name in self.drawn.inputs else kind
            said = f"{kind} {'unit' if kind == 'input' else 'neuron'} {name}"
            self.nodes[name] = self.drawing.unit(
                unit_node(at, kind, label, name, said), label, LETTERS
            )

    def timed(self, unit: str, when: str) -> tuple[str, str]:
        """The signal of a unit at a step, as LaTeX and as text."""
        sign = labels.sign(y(unit))
        return f"{sign.latex.strip('$')}({when})", f"{sign.plain}({when.replace('-', '−')})"

    def delays(self) -> None:
        """The ways back: the signal read late from the lowest place takes the highest way."""
        low = max(node.box.bottom for node in self.nodes.values())
        low = max(low, max((text.box.bottom for text in self.drawing.texts), default=low)) + 8
        waiting = sorted(self.late(), key=lambda name: -self.nodes[name].at.y)
        left = min(node.box.left for node in self.nodes.values())
        for n, name in enumerate(waiting):
            unit, delay = late(name)
            start, end = self.nodes[unit], self.nodes[name]
            down = start.at.x + start.width / 2 + 14 + 9 * n
            way, aside = low + TRACK * (n + 0.5), left - ASIDE - 12 * n
            middle = Point(WIDE * self.room * 0.5, way)
            box = Node(middle, BOX, BOX * 0.8, "skip", "", f"delay of {delay}", 2.0)
            sign = labels.formula(f"z^{{-{delay}}}", f"z^−{delay}")
            box = self.drawing.unit(box, sign, 13.5)
            out = (start.at, Point(down, start.at.y + 24), Point(down, way), middle)
            back = (middle, Point(aside, way), Point(aside, end.at.y), end.at)
            said = f"the signal of {unit}"
            self.drawing.branch(_bent(out), start, box, "skip", tip=0.8, said=said)
            self.drawing.branch(_bent(back), box, end, "skip", tip=0.9, said=f"{said}, late")

    def biases(self) -> None:
        """A short branch into every neuron that has a bias."""
        for synapse in self.drawn.synapses:
            if synapse.source == BIAS:
                node = self.nodes[synapse.to]
                x, y = node.at.x - node.width / 2 + RADIUS, node.at.y
                start, end = (Point(x - 0.5 * r, y - 0.87 * r) for r in (RADIUS + 17, RADIUS))
                said = f"bias {synapse.weight} of {synapse.to}"
                self.drawing.branch((start, end), None, None, "bias", tip=0.65, said=said)

    def ends(self) -> None:
        """An arrow out of every output, with its signal."""
        for name in self.drawn.outputs:
            node = self.nodes[name]
            end = Point(max(n.box.right for n in self.nodes.values()) + 52, node.at.y)
            self.drawing.branch(clear_way(node, _at(end), self.nodes.values()), node, None, "ink")
            label = labels.formula(*self.timed(name, "t"))
            self.drawing.write(Point(end.x + 8, end.y + 5), label, anchor="start")

    def formulas(self) -> None:
        """The neurons with a formula of their own, below all."""
        low = max(node.box.bottom for node in self.drawing.nodes) + 30
        left = min(node.box.left for node in self.drawing.nodes)
        own = [neuron for neuron in self.drawn.neurons if neuron.field is not None]
        for n, neuron in enumerate(own[:5]):
            assert neuron.field is not None
            whole = Equation(v(neuron.name), neuron.field)
            label = labels.inline(whole, TimePrinter(most=labels.MOST_TERMS))
            self.drawing.write(Point(left, low + 22 * n), label, "formula", "start", 14)


def _at(point: Point) -> Node:
    """A place that a way ends at."""
    return Node(point, 0.0, 0.0, "ink")


def _bent(corners: Sequence[Point]) -> Path:
    """Straight pieces from corner to corner, as curves."""
    path = [corners[0]]
    for a, b in pairwise(corners):
        path += [between(a, b, 1 / 3), between(a, b, 2 / 3), b]
    return tuple(path)
