"""A recurrent network unrolled: one column for each step, time from left to right.

Within a column signals go up, from the inputs to the outputs; what is read late goes to the right.
Every column has the same weights, so each is named once, in the second column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from reports.figures import labels
from reports.figures.colours import TIES
from reports.figures.drawing import Drawing, clear
from reports.figures.labels import Label
from reports.figures.layout import Columns
from reports.figures.placement import beside
from reports.figures.routing import clear_way, met
from reports.figures.scene import SIZE, Node, Point, Scene, Text
from reports.figures.steps import Steps
from reports.figures.time_blocks import level_blocks
from reports.figures.units import (
    LETTERS,
    RADIUS,
    called,
    entering,
    kind_of,
    signal,
    spoken,
    unit_label,
    unit_node,
    weight_label,
)
from symbolic.errors import InputError
from symbolic.network import BIAS, Network
from symbolic.notation import delta, y
from symbolic.recurrence import late

LARGEST = 14
"""The most units of a step that are drawn one by one."""
LABELLED = 8
UP, STAGGER, ASIDE, APART, ROOMY = 82.0, 50.0, 54.0, 70.0, 112.0
FORMULAS = 5
WAYS = tuple(Point(x, y) for x, y in ((0, -1), (0.5, -0.87), (-0.5, -0.87), (0.87, -0.5),
                                      (-0.87, -0.5), (0.87, 0.5), (-0.87, 0.5)))  # fmt: skip
"""The directions in which an arrow may leave an output, the best first."""


def unrolled(network: Network, *, backward: bool = False) -> Scene:
    """The steps of a recurrent network as columns: the first two, dots and the last.

    Steps of many units are drawn by their levels.  Raises `InputError` for a network that was not
    unrolled in time.
    """
    if network.recurrent is None:
        raise InputError(
            f"{called(network)} does not run in time, so there is nothing to unroll; a file with "
            "`steps` does."
        )
    steps = Steps(network, network.recurrent)
    if sum(len(row) for row in steps.levels) > LARGEST:
        return level_blocks(steps, backward=backward)
    return clear(lambda room: _Columns(steps, backward, room).scene())


@dataclass
class _Columns:
    steps: Steps
    backward: bool
    room: float = 1.0
    drawing: Drawing = field(default_factory=Drawing)
    nodes: dict[str, Node] = field(default_factory=dict)
    x: dict[int, float] = field(default_factory=dict)
    """The middle of each column that is drawn; 0 for what stands before the first step."""

    def scene(self) -> Scene:
        steps, drawing = self.steps, self.drawing
        network = steps.network
        weights = list(dict.fromkeys(s.weight for s in network.synapses if s.source != BIAS))
        ties = dict(zip(weights, TIES, strict=False)) if len(weights) <= len(TIES) else {}
        roomy = len(weights) <= LABELLED and not self.backward
        self.place((ROOMY if roomy else APART) * self.room)
        for to, source, weight in steps.links():
            if to not in self.nodes or source not in self.nodes:
                continue
            here, there = self.nodes[source], self.nodes[to]
            label = None
            if roomy and weight and steps.step(to) == steps.named:
                label = weight_label(network, to, source)
            path = clear_way(here, there, self.nodes.values())
            drawing.branch(
                path[::-1] if self.backward else path,
                *((there, here) if self.backward else (here, there)),
                self.kind(to, source, weight, ties),
                label,
                tip=0.6,
                size=14,
                weight=weight,
                synapses=((to, source),),
                said=f"weight {weight}, to {to} from {source}" if weight else "",
                dashed=not weight,
            )
        if not self.backward:
            self.biases()
        self.ends()
        self.dots()
        self.words()
        return self.finished(bool(ties))

    def finished(self, tied: bool) -> Scene:
        steps = self.steps
        count = steps.recurrent.steps
        cut = "" if len(steps.shown) == count else f"; drawn are {_row(steps.shown)}"
        said = "Every column has the same weights"
        said += (
            "; branches of one colour share their weight." if tied and not self.backward else "."
        )
        if self.backward:
            said += " Every δ is the slope of its neuron times the sum of what flows into it."
        elif not tied:
            said += " Purple branches carry a signal from an earlier step."
        if not self.backward and any(s.source == BIAS for s in steps.network.synapses):
            said += " The short yellow branches are biases."
        flow = (
            "Backward flow of the error through time in" if self.backward else "Unrolled in time:"
        )
        return self.drawing.scene(
            f"{flow} {called(steps.network)}, the steps t = 1 to {count} as columns{cut}.", said
        )

    def kind(self, to: str, source: str, weight: str, ties: Mapping[str, str]) -> str:
        if self.backward:
            return "backward"
        if weight in ties:
            return ties[weight]
        if self.steps.step(source) != self.steps.step(to):
            return "skip"
        return "ink" if weight else "formula"

    def place(self, apart: float) -> None:
        """The units of each step, arranged alike; then what stands before the first step."""
        steps = self.steps
        rows = steps.levels
        links = [(source, to) for to, sources in steps.reads.items() for source in sources]
        size = {unit: unit_node(Point(0, 0), "ink", self.label(unit, unit), unit).width
                for row in rows for unit in row}  # fmt: skip
        heights = {unit: width - 2 * RADIUS for unit, width in size.items()}
        if self.backward:  # what enters two outputs side by side is written above both
            for output in steps.network.outputs:
                base = steps.base(output)
                above = SIZE * entering(steps.network, output, base).width
                heights[base] = max(heights[base], above - ASIDE + 12)
        placed = Columns(rows, links, ASIDE * self.room, heights).placed().y
        sides = [placed[unit] + side * size[unit] / 2 for unit in size for side in (-1, 1)]
        middle, wide = (min(sides) + max(sides)) / 2, max(sides) - min(sides)
        up = self.heights(placed)
        x = 0.0
        deepest = max((n for _, n in steps.early.values()), default=0)
        if steps.early:
            self.x[0] = 0.0
            x = ASIDE * deepest + wide / 2 + apart
        for n, t in enumerate(steps.shown):
            if n:
                x += wide + apart + (0 if t == steps.shown[n - 1] + 1 else 50)
            self.x[t] = x
            for unit in size:
                name = steps.at(unit, t)
                if name is not None and not (self.backward and name in steps.inputs):
                    self.put(name, unit, Point(x + placed[unit] - middle, up[unit]))
        for name, (unit, before) in steps.early.items():
            if not self.backward:
                at = Point(ASIDE * (deepest - before), up[unit] - (STAGGER if before % 2 else 0))
                self.put(name, name, at)

    def heights(self, aside: Mapping[str, float]) -> dict[str, float]:
        """Each level above the one before; units that read each other late stand on a slope."""
        reads = self.steps.recurrent.reads
        up: dict[str, float] = {}
        base = 0.0
        for row in self.steps.levels:
            here = sorted(row, key=lambda unit: aside[unit])
            mixed = any(late(i)[1] and late(i)[0] in row and late(i)[0] != unit
                        for unit in row for i in reads.get(unit, ()))  # fmt: skip
            rise = STAGGER if mixed else 0.0
            up.update((unit, base - rise * n) for n, unit in enumerate(here))
            base -= UP * self.room + rise * (len(row) - 1)
        return up

    def put(self, name: str, shown: str, at: Point) -> None:
        """A unit with its name."""
        network = self.steps.network
        label = self.label(name, shown)
        node = unit_node(at, kind_of(network, name), label, name, spoken(network, name))
        self.nodes[name] = self.drawing.unit(node, label, LETTERS)

    def label(self, name: str, shown: str) -> Label:
        """The name without its step; δ of it where the error flows back."""
        if name in self.steps.inputs or shown in self.steps.recurrent.inputs:
            return labels.sign(y(shown))
        return labels.sign(delta(shown)) if self.backward else unit_label(shown)

    def biases(self) -> None:
        """A short branch into every neuron that has a bias."""
        for synapse in self.steps.network.synapses:
            if synapse.source != BIAS or synapse.to not in self.nodes:
                continue
            node = self.nodes[synapse.to]
            x, y = node.at.x - node.width / 2 + RADIUS, node.at.y
            way = Point(-0.72, -0.69)
            start = Point(x + way.x * (RADIUS + 17), y + way.y * (RADIUS + 17))
            end = Point(x + way.x * RADIUS, y + way.y * RADIUS)
            self.drawing.branch(
                (start, end), None, None, "bias", tip=0.65, weight=synapse.weight,
                synapses=((synapse.to, BIAS),), said=f"bias {synapse.weight} of {synapse.to}",
            )  # fmt: skip

    def ends(self) -> None:
        """An arrow out of every output; where the error flows back, one into it."""
        steps = self.steps
        for name in steps.network.outputs:
            if name not in self.nodes:
                continue
            node, base = self.nodes[name], steps.base(name)
            label = entering(steps.network, name, base) if self.backward else signal(base)
            end, text = self.free_end(node, label)
            if self.backward:
                self.drawing.branch((end, node.at), None, node, "backward", tip=0.5)
            else:
                self.drawing.branch((node.at, end), node, None, "ink", tip=0.6)
            self.drawing.texts.append(text)

    def free_end(self, node: Node, label: Label) -> tuple[Point, Text]:
        """The end of an arrow at a unit and its label: upwards, or where there is most room."""
        best: tuple[float, Point, Text] | None = None
        for way in WAYS:
            far = node.width / 2 - RADIUS if way.x > 0 else RADIUS - node.width / 2
            reach = RADIUS + 36
            end = Point(node.at.x + way.x * reach + far * (way.x != 0), node.at.y + way.y * reach)
            text = beside(Text(end, label, neuron=node.neuron), end, way)
            box = text.box.grown(3)
            others = [other.box for other in self.drawing.nodes]
            others += [other.box for other in self.drawing.texts]
            clash = sum(box.overlap(other) for other in others)
            clash += 100 * met((node.at, end), [n for n in self.nodes.values() if n is not node])
            if best is None or clash < best[0]:
                best = (clash, end, text)
        assert best is not None  # WAYS is not empty
        return best[1], best[2]

    def dots(self) -> None:
        """⋯ where steps are left out."""
        for a, b in pairwise(self.steps.shown):
            if b > a + 1:
                middle = (self.x[a] + self.x[b]) / 2
                there = (name for name in self.nodes if self.steps.step(name) == b)
                neurons = (name for name in there if name not in self.steps.inputs)
                heights = {self.nodes[name].at.y for name in neurons}
                for height in sorted(heights):
                    dots = labels.formula(r"\cdots", "⋯")
                    self.drawing.write(Point(middle, height + 6), dots, size=22)

    def words(self) -> None:
        """t = 1, 2, … below the columns, and the formulas of gates."""
        low = max(node.box.bottom for node in self.drawing.nodes) + 30
        for t in self.steps.shown:
            label = labels.formula(f"t = {t}", f"t = {t}")
            self.drawing.write(Point(self.x[t], low), label, "quiet", size=14)
        left = min(node.box.left for node in self.drawing.nodes)
        for n, (name, label) in enumerate(list(self.steps.formulas())[:FORMULAS]):
            at = Point(left, low + 30 + 22 * n)
            self.drawing.write(at, label, "formula", "start", 14, name)


def _row(numbers: Sequence[int]) -> str:
    return f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
