"""A large or irregular network as boxes: runs of columns, and how many synapses join them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from reports.figures import labels
from reports.figures.curves import Path
from reports.figures.drawing import NOTE, Drawing
from reports.figures.labels import Label
from reports.figures.scene import Node, Point, Scene
from reports.figures.units import activations, called, columns, counts, kind_of
from symbolic.network import BIAS, Network

SMALL = 13.5
WIDE, HIGH, BETWEEN = 96.0, 64.0, 80.0
"""The size of a box, and the distance to the next."""
MOST_BLOCKS, MOST_ARCS = 5, 6
RISE = 32.0
"""From arc to arc."""
END = 24.0
"""The length of the arrow by which errors enter a box in the middle."""

Pair = tuple[int, int]


@dataclass
class Block:
    """A run of columns drawn as one box."""

    units: list[str]
    first: int
    last: int
    inside: int = 0


@dataclass
class Blocks:
    """The columns of a network in at most five blocks, and the synapses from block to block."""

    network: Network
    blocks: list[Block] = field(default_factory=list)
    between: Counter[Pair] = field(default_factory=Counter)
    biases: int = 0

    def __post_init__(self) -> None:
        rows = columns(self.network)
        for first, last in runs([len(row) for row in rows]):
            units = [unit for row in rows[first : last + 1] for unit in row]
            self.blocks.append(Block(units, first, last))
        place = {unit: n for n, block in enumerate(self.blocks) for unit in block.units}
        pairs = [(synapse.to, synapse.source) for synapse in self.network.synapses]
        pairs += [(j, i) for j in self.network.formulas for i in self.network.sources[j]]
        for to, source in pairs:
            if source == BIAS:
                self.biases += 1
            elif place[to] == place[source]:
                self.blocks[place[to]].inside += 1
            else:
                self.between[(place[source], place[to])] += 1


def runs(sizes: Sequence[int]) -> list[Pair]:
    """The columns in runs: each alone where they are few, else the inputs and even shares.

    >>> runs([2, 3, 1]), runs([4, *[1] * 8])
    ([(0, 0), (1, 1), (2, 2)], [(0, 0), (1, 2), (3, 4), (5, 6), (7, 8)])
    """
    if len(sizes) <= MOST_BLOCKS:
        return [(n, n) for n in range(len(sizes))]
    total, done = sum(sizes[1:]), 0
    found, start = [(0, 0)], 1
    for n in range(1, len(sizes)):
        done += sizes[n]
        left, missing = len(sizes) - 1 - n, MOST_BLOCKS - len(found) - 1
        if n == len(sizes) - 1 or (
            missing and (left == missing or done * (MOST_BLOCKS - 1) >= total * len(found))
        ):
            found.append((start, n))
            start = n + 1
    return found


def blocks(network: Network, *, backward: bool = False) -> Scene:
    """The network as boxes of columns with the number of synapses between any two."""
    return _View(Blocks(network), backward).scene()


@dataclass
class _View:
    found: Blocks
    backward: bool
    drawing: Drawing = field(default_factory=Drawing)
    nodes: dict[int, Node] = field(default_factory=dict)

    def scene(self) -> Scene:
        network = self.found.network
        for n, block in enumerate(self.found.blocks):
            if not (self.backward and n == 0):
                self.box(n, block)
        joined = sorted(pair for pair in self.found.between if pair[0] in self.nodes)
        for a, b in joined:
            if b == a + 1:
                self.arrow(a, b)
        left_out = self.arcs([pair for pair in joined if pair[1] > pair[0] + 1])
        if self.backward:
            self.errors()
        said = "A box is a run of columns; beside an arrow stand the number of its synapses and "
        said += "their share of all possible ones."
        if self.found.biases and not self.backward:
            said += f" {self.found.biases:,} biases are not drawn."
        if left_out:
            said += f" {left_out:,} more synapses skip boxes."
        flow = "Backward flow of the error in" if self.backward else "The blocks of"
        return self.drawing.scene(f"{flow} {called(network)}: {counts(network)}.", said)

    def box(self, n: int, block: Block) -> None:
        """A box with the number of its units and what they are; below it, what is within."""
        network, drawing = self.found.network, self.drawing
        x = (WIDE + BETWEEN) * n
        kinds = {kind_of(network, unit) for unit in block.units}
        kind = kinds.pop() if len(kinds) == 1 else "hidden"
        where = f"column {block.first}"
        if block.last > block.first:
            where = f"columns {block.first}–{block.last}"
        node = Node(Point(x, 0), WIDE, HIGH, kind, "", f"{where}: {len(block.units):,} units", 8.0)
        neurons = [unit for unit in block.units if unit in network.neuron]
        what = activations(network, neurons, 14) if neurons else "inputs"
        self.nodes[n] = drawing.box(node, f"{len(block.units):,}", what)
        ends = sum(unit in network.output_set for unit in block.units)
        below = [f"{ends:,} output{'s' if ends > 1 else ''}"] if 0 < ends < len(neurons) else []
        below += [where] if block.last > block.first else []
        below += [f"{block.inside:,} inside"] if block.inside else []
        entered = self.backward and ends and n < len(self.found.blocks) - 1
        low = HIGH / 2 + 17 + (END if entered else 0)
        for row, words in enumerate(below):
            drawing.write(Point(x, low + 16 * row), labels.words(words), "quiet", size=NOTE)

    def arrow(self, a: int, b: int) -> None:
        """The synapses from a box to the next."""
        ends = (self.nodes[b], self.nodes[a]) if self.backward else (self.nodes[a], self.nodes[b])
        kind = "backward" if self.backward else "ink"
        self.drawing.branch((ends[0].at, ends[1].at), *ends, kind, tip=0.93)
        middle = (ends[0].at.x + ends[1].at.x) / 2
        first, second = self.share(a, b)
        self.drawing.write(Point(middle, -9), first, kind, size=SMALL)
        self.drawing.write(Point(middle, 19), second, "quiet", size=NOTE)

    def share(self, a: int, b: int) -> tuple[Label, Label]:
        """The number of synapses between two boxes, and their share of all possible ones."""
        count = self.found.between[(a, b)]
        most = len(self.found.blocks[a].units) * len(self.found.blocks[b].units)
        share = 100 * count / most
        words = "all" if count == most else f"{share:.2g} %" if share >= 0.01 else "under 0.01 %"
        return labels.words(f"{count:,}"), labels.words(words)

    def arcs(self, far: list[Pair]) -> int:
        """The synapses that skip boxes as arcs, the heaviest; how many are left out.

        At a box those that come stand left of those that go, and the longest innermost, so that
        no two cross there.
        """
        between = self.found.between
        far.sort(key=lambda pair: (-between[pair], pair))
        chosen = sorted(far[:MOST_ARCS], key=lambda pair: (pair[1] - pair[0], pair))
        feet: dict[tuple[Pair, int], float] = {}
        for n, node in self.nodes.items():
            come = [pair for pair in chosen if pair[1] == n]
            go = [pair for pair in reversed(chosen) if pair[0] == n]
            room = (WIDE - 28) / max(len(come) + len(go), 1)
            for k, pair in enumerate((*come, *go)):
                feet[(pair, n)] = node.at.x - WIDE / 2 + 14 + room * (k + 0.5)
        level: dict[Pair, int] = {}
        for a, b in chosen:
            under = [level[c] for c in level if c[0] < b and a < c[1]]
            level[(a, b)] = max(under, default=0) + 1
            top = -HIGH / 2 - 6 - RISE * level[(a, b)]
            start, end = (Point(feet[((a, b), n)], -HIGH / 2) for n in (a, b))
            path = arc(start, end, top)
            kind = "backward" if self.backward else "skip"
            self.drawing.branch(
                path[::-1] if self.backward else path,
                None,
                None,
                kind,
                labels.words(f"{between[(a, b)]:,}"),
                tip=1 - 12 / (end.x - start.x - 2 * top),
                side=-1 if self.backward else 1,
                size=NOTE,
            )
        return sum(between[pair] for pair in far[MOST_ARCS:])

    def errors(self) -> None:
        """An arrow into every box with outputs: from the right into the last, else from below."""
        last = max(self.nodes)
        for n, node in self.nodes.items():
            if any(unit in self.found.network.output_set for unit in self.found.blocks[n].units):
                end = Point(node.box.right + 56, 0)
                if n != last:
                    end = Point(node.at.x, node.box.bottom + END)
                self.drawing.branch((end, node.at), None, node, "backward", tip=0.7)
                if n == last:
                    at = Point(end.x + 6, 5)
                    self.drawing.write(at, labels.words("errors"), "backward", "start", SMALL)


def arc(start: Point, end: Point, top: float) -> Path:
    """Up, along and down again, with round corners."""
    bend = min(40.0, (end.x - start.x) / 2)
    left, right = Point(start.x + bend, top), Point(end.x - bend, top)
    third = (right.x - left.x) / 3
    rise = start.y + (top - start.y) * 0.7
    return (
        start,
        Point(start.x, rise),
        Point(start.x + bend * 0.3, top),
        left,
        Point(left.x + third, top),
        Point(right.x - third, top),
        right,
        Point(end.x - bend * 0.3, top),
        Point(end.x, rise),
        end,
    )
