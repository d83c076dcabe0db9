"""A recurrent network unrolled: one column for each step, time from left to right.

Within a column signals go up, from the inputs to the outputs; what is read late goes to the right.
Every column has the same weights, so they are named once, in the last column drawn in full.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from reports.figures import labels
from reports.figures.curves import Path, between, bowed, inside, sampled
from reports.figures.drawing import Drawing
from reports.figures.labels import Label
from reports.figures.layout import Columns
from reports.figures.scene import Node, Point, Scene
from reports.figures.units import (
    LETTERS,
    RADIUS,
    called,
    field_label,
    kind_of,
    signal,
    spoken,
    tie_kinds,
    unit_label,
    unit_node,
    weight_label,
)
from symbolic.errors import InputError
from symbolic.network import BIAS, Network
from symbolic.notation import delta, e, y
from symbolic.recurrence import Recurrent, at_step, late

MOST = 4
"""Up to so many steps are all drawn; of more, the first two and the last."""
LABELLED = 12
UP, ASIDE, APART = 82.0, 52.0, 74.0
BENDS = (0.0, 26.0, -26.0, 42.0, -42.0, 60.0, -60.0, 80.0, -80.0)


def unrolled(network: Network, *, backward: bool = False) -> Scene:
    """The steps of a recurrent network as columns: the first two, dots and the last.

    Raises `InputError` for a network that was not unrolled in time.
    """
    if network.recurrent is None:
        raise InputError(
            f"{called(network)} does not run in time, so there is nothing to unroll; a file with "
            "`steps` does."
        )
    return _Columns(network, network.recurrent, Drawing(), backward).scene()


@dataclass
class _Columns:
    network: Network
    recurrent: Recurrent
    drawing: Drawing
    backward: bool
    nodes: dict[str, Node] = field(default_factory=dict)
    x: dict[int, float] = field(default_factory=dict)
    """The middle of each column that is drawn; 0 for what stands before the first step."""

    def scene(self) -> Scene:
        network, drawing = self.network, self.drawing
        steps = self.recurrent.steps
        shown = list(range(1, steps + 1)) if steps <= MOST else [1, 2, steps]
        self.place(shown)
        present = set(self.nodes)
        named = 2 if 2 in shown else 1
        labelled = len({s.weight for s in network.synapses}) <= LABELLED and not self.backward
        ties = tie_kinds(network)
        crowded = len(ties) > 6
        for to, source, weight in self.links():
            if to not in present or source == BIAS:
                continue
            if source not in present:
                continue
            here, there = self.nodes[source], self.nodes[to]
            kind = self.kind(to, source, weight, crowded)
            label = None
            if labelled and weight and self.step(to) == named:
                label = weight_label(network, to, source)
            path = self.way(here, there)
            ends = (there, here) if self.backward else (here, there)
            drawing.branch(
                path[::-1] if self.backward else path,
                *ends,
                kind,
                label,
                tip=0.6,
                size=14,
                weight=weight,
                synapses=((to, source),),
                said=f"weight {weight}, to {to} from {source}" if weight else "",
                dashed=not weight,
            )
        if not self.backward:
            self.biases(present, ties, crowded)
        self.ends(present)
        self.dots(shown)
        self.words(shown)
        return self.finished(shown)

    def finished(self, shown: Sequence[int]) -> Scene:
        cut = "" if len(shown) == self.recurrent.steps else ", of which three are drawn"
        flow = "Backward flow of the error through" if self.backward else "Unrolled in time:"
        stubs = any(s.source == BIAS for s in self.network.synapses) and not self.backward
        return self.drawing.scene(
            f"{flow} {called(self.network)}, {self.recurrent.steps} steps as columns{cut}.",
            "Every column has the same weights; purple branches carry a signal from an earlier "
            "step." + (" The short yellow branches are biases." if stubs else ""),
        )

    def links(self) -> Iterator[tuple[str, str, str]]:
        """(to, source, weight) of every synapse, and of what formulas read ("" for the weight)."""
        for synapse in self.network.synapses:
            yield synapse.to, synapse.source, synapse.weight
        for to in self.network.formulas:
            for source in self.network.sources[to]:
                yield to, source, ""

    def step(self, unit: str) -> int:
        """The step that a unit belongs to; 0 of an input that stands before the first."""
        head, _, tail = unit.rpartition("_t")
        return int(tail) if head and tail.isdigit() and unit not in self.early else 0

    @property
    def early(self) -> set[str]:
        """The inputs that stand for signals before the first step."""
        known = {at_step(i, t) for i in self.recurrent.inputs
                 for t in range(1, self.recurrent.steps + 1)}  # fmt: skip
        return {unit for unit in self.network.inputs if unit not in known}

    def kind(self, to: str, source: str, weight: str, crowded: bool) -> str:
        if self.backward:
            return "backward"
        if self.step(source) != self.step(to):
            return "skip"
        if not weight:
            return "formula"
        return "ink"

    def place(self, shown: Sequence[int]) -> None:
        """The units of each step, arranged alike; then what stands before the first step."""
        rows = self.rows()
        links = [(late(i)[0], j) for j, sources in self.recurrent.reads.items() for i in sources
                 if not late(i)[1] and i != BIAS]  # fmt: skip
        heights = {unit: max(0.0, self.node(unit, unit, Point(0, 0)).width - 2 * RADIUS)
                   for row in rows for unit in row}  # fmt: skip
        placed = Columns(rows, links, ASIDE, heights).placed()
        level = {unit: n for n, row in enumerate(rows) for unit in row}
        aside = dict(placed.y)
        low, high = min(aside.values()), max(aside.values())
        middle = (low + high) / 2
        width = high - low + max(heights.values()) + APART
        early = self.early
        x = 0.0
        if early:
            self.x[0] = 0.0
            x = (high - low) / 2 + APART
        for n, t in enumerate(shown):
            if n:
                x += width + (0 if t == shown[n - 1] + 1 else 56)
            self.x[t] = x
            for unit in level:
                name = at_step(unit, t)
                known = name in self.network.neuron or name in self.network.inputs
                if known:
                    at = Point(x + aside[unit] - middle, -UP * level[unit])
                    self.nodes[name] = self.node(unit, name, at)
        back = {given: unit for unit, given in self.recurrent.initial.items()}
        for name in sorted(early):
            base = name if name in back else name.rpartition("_")[0]
            unit = back.get(base, "")
            late_by = 0 if name in back else int(name.rpartition("_")[2])
            at = Point(self.x[0] - ASIDE * late_by, -UP * level.get(unit, 0) - 14 * late_by)
            self.nodes[name] = self.node(name, name, at)
        self.drawing.nodes += self.nodes.values()
        for name, node in self.nodes.items():
            label = self.label(name)
            at = Point(node.at.x, node.at.y + 5)
            self.drawing.write(at, label, node.kind, size=LETTERS, neuron=name, free=True)

    def rows(self) -> list[list[str]]:
        """The units of one step by level: every neuron above what it reads at once."""
        recurrent = self.recurrent
        level = dict.fromkeys((*recurrent.inputs, BIAS), 0)
        waiting = {
            neuron.name: {
                i for i in recurrent.reads.get(neuron.name, ()) if not late(i)[1] and i != BIAS
            }
            for neuron in recurrent.neurons
        }
        readers: dict[str, list[str]] = {}
        for name, sources in waiting.items():
            for source in sources:
                readers.setdefault(source, []).append(name)
        ready = [*recurrent.inputs, *(name for name, sources in waiting.items() if not sources)]
        left = {name: len(sources) for name, sources in waiting.items()}
        for name in ready:
            if name not in level:
                level[name] = 1 + max((level[i] for i in waiting[name]), default=0)
            for reader in readers.get(name, ()):
                left[reader] -= 1
                if not left[reader]:
                    ready.append(reader)
        rows: list[list[str]] = [[] for _ in range(max(level.values()) + 1)]
        for name in (*recurrent.inputs, *(neuron.name for neuron in recurrent.neurons)):
            rows[level[name]].append(name)
        return rows

    def node(self, unit: str, name: str, at: Point) -> Node:
        """A unit of the recurrent network at one step."""
        network = self.network
        known = name in network.neuron or name in network.inputs
        kind = kind_of(network, name) if known else "hidden"
        return unit_node(at, kind, self.label(name), name, spoken(network, name) if known else "")

    def label(self, name: str) -> Label:
        """The name without its step; δ of it where the error flows back."""
        base = name if name in self.early else name.rpartition("_t")[0] or name
        if self.backward and name in self.network.neuron:
            return labels.sign(delta(base))
        if base in self.recurrent.inputs or name in self.network.inputs:
            return labels.sign(y(base))
        return unit_label(base)

    def way(self, source: Node, to: Node) -> Path:
        """The least bent way that meets no other unit."""
        best: tuple[float, Path] | None = None
        for bend in BENDS:
            path = (source.at, to.at) if bend == 0 else bowed(source.at, to.at, bend)
            chain = sampled(path)
            if len(chain) == 2:
                chain = [between(chain[0], chain[1], n / 24) for n in range(25)]
            hits = sum(
                1
                for node in self.nodes.values()
                if node is not source and node is not to
                and any(inside(_wide(node), p) for p in chain)
            )  # fmt: skip
            if best is None or hits < best[0]:
                best = (hits, path)
            if not hits:
                break
        return best[1] if best else (source.at, to.at)

    def biases(self, present: set[str], ties: object, crowded: bool) -> None:
        """A short branch into every neuron that has a bias."""
        for synapse in self.network.synapses:
            if synapse.source != BIAS or synapse.to not in present:
                continue
            node = self.nodes[synapse.to]
            way = Point(-0.62, -0.78)
            far = node.width / 2 - RADIUS
            start = Point(
                node.at.x - far + way.x * (RADIUS + 17), node.at.y + way.y * (RADIUS + 17)
            )
            end = Point(node.at.x - far + way.x * RADIUS, node.at.y + way.y * RADIUS)
            self.drawing.branch(
                (start, end), None, None, "bias", tip=0.7, weight=synapse.weight,
                synapses=((synapse.to, BIAS),), said=f"bias {synapse.weight} of {synapse.to}",
            )  # fmt: skip

    def ends(self, present: set[str]) -> None:
        """An arrow up from every output; where the error flows back, one down to it."""
        for name in self.network.outputs:
            if name not in present:
                continue
            node = self.nodes[name]
            end = Point(node.at.x, node.at.y - RADIUS - 36)
            label = signal(name.rpartition("_t")[0])
            if self.backward:
                self.drawing.branch((end, node.at), None, node, "backward", tip=0.5)
                label = labels.sign(e(name.rpartition("_t")[0]))
            else:
                self.drawing.branch((node.at, end), node, None, "ink", tip=0.6)
            self.drawing.write(Point(end.x, end.y - 8), label, "ink", neuron=name)

    def dots(self, shown: Sequence[int]) -> None:
        """⋯ where steps are left out."""
        for a, b in pairwise(shown):
            if b > a + 1:
                middle = (self.x[a] + self.x[b]) / 2
                heights = {round(node.at.y, 3) for name, node in self.nodes.items()
                           if self.step(name) == a and name in self.network.neuron}  # fmt: skip
                for height in sorted(heights):
                    dots = labels.formula(r"\cdots", "⋯")
                    self.drawing.write(Point(middle, height + 6), dots, size=22)

    def words(self, shown: Sequence[int]) -> None:
        """t = 1, 2, … below the columns, and the formulas of gates."""
        low = max(node.box.bottom for node in self.drawing.nodes) + 30
        for t in shown:
            label = labels.formula(f"t = {t}", f"t = {t}")
            self.drawing.write(Point(self.x[t], low), label, "quiet", size=14)
        left = min(node.box.left for node in self.drawing.nodes)
        step = 2 if 2 in shown else 1
        names = [name for name in self.network.formulas if self.step(name) == step]
        for n, name in enumerate(names[:4]):
            at = Point(left, low + 28 + 22 * n)
            self.drawing.write(at, field_label(self.network, name), "formula", "start", 14, name)


def _wide(node: Node) -> Node:
    """The node with a margin, for branches that should pass beside it."""
    return Node(node.at, node.width + 8, node.height + 8, node.kind, radius=node.radius + 4)
