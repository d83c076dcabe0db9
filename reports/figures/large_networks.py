"""Networks too large for single units: the ends of each layer with dots between, or blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from reports.figures import labels
from reports.figures.curves import Path
from reports.figures.drawing import Drawing
from reports.figures.labels import Label
from reports.figures.scene import Node, Point, Scene
from reports.figures.signal_flow import DOTS, rows, shortened
from reports.figures.units import (
    LETTERS,
    RADIUS,
    called,
    columns,
    counts,
    inner_label,
    kind_of,
    spoken,
    unit_node,
)
from symbolic.network import BIAS, Network
from symbolic.notation import delta

NOTE, SMALL = 12.5, 13.5
ACROSS, DOWN = 130.0, 48.0
WIDE, HIGH = 104.0, 66.0
BETWEEN = 92.0
"""From block to block."""
MOST_LAYERS, MOST_BLOCKS = 7, 7
MOST_ARCS = 6


def is_layered(network: Network) -> bool:
    """Whether every neuron reads all units of the layer before and, at most, its bias."""
    layers = columns(network)
    if network.formulas or any(len(places) > 1 for places in network.uses.values()):
        return False
    for before, layer in pairwise(layers):
        whole = set(before)
        for name in layer:
            if {unit for unit in network.sources[name] if unit != BIAS} != whole:
                return False
    return True


def ellipsis(network: Network, *, backward: bool = False) -> Scene:
    """A layered network by the first two units and the last of every layer, with matrix sizes."""
    layers = columns(network)
    chosen, dots_after = shortened([str(n) for n in range(len(layers))], MOST_LAYERS)
    numbers = [int(n) for n in chosen]
    drawing = Drawing()
    shown: list[list[Node]] = []
    x = 0.0
    tallest = 0.0
    for place, n in enumerate(numbers):
        if place:
            x += ACROSS * (1.25 if place == dots_after else 1.0)
        units, dots = shortened(layers[n], 4)
        heights, at_dots = rows(len(units), dots, DOWN)
        tallest = max(tallest, heights[-1])
        column = []
        for unit, height in zip(units, heights, strict=True):
            back = backward and unit in network.neuron
            label = labels.sign(delta(unit)) if back else inner_label(network, unit)
            said = spoken(network, unit)
            node = unit_node(Point(x, height), kind_of(network, unit), label, unit, said)
            drawing.nodes.append(node)
            at = Point(x, height + 5)
            size = LETTERS if label.width < 2.2 else LETTERS - 2
            drawing.write(at, label, node.kind, size=size, neuron=unit, free=True)
            column.append(node)
        if at_dots is not None:
            drawing.write(Point(x, at_dots + 5), DOTS)
        shown.append(column)
    low = tallest + RADIUS + 26
    for place, n in enumerate(numbers):
        first, second = _layer_words(network, layers[n], n)
        middle = shown[place][0].at.x
        drawing.write(Point(middle, low), first, "ink", size=SMALL)
        drawing.write(Point(middle, low + 18), second, "quiet", size=NOTE)
    for place, (a, b) in enumerate(pairwise(numbers)):
        left, right = shown[place], shown[place + 1]
        middle = (left[0].at.x + right[0].at.x) / 2
        if b != a + 1:
            drawing.write(Point(middle, 5), labels.formula(r"\cdots", "⋯"), size=22)
            continue
        for i in left:
            for j in right:
                if backward and i.neuron not in network.neuron:
                    continue
                ends = (j, i) if backward else (i, j)
                drawing.branch(
                    (ends[0].at, ends[1].at), *ends, "backward" if backward else "quiet",
                    tip=0.5 if backward else None, synapses=((j.neuron, i.neuron),),
                )  # fmt: skip
        if not (backward and a == 0):
            biased = sum(BIAS in network.sources[j] for j in layers[b])
            _matrix_words(drawing, middle, -tallest - 30, b, len(layers[b]),
                          len(layers[a]), biased == len(layers[b]), backward)  # fmt: skip
    if backward:
        x += RADIUS + 74
        for node in shown[-1]:
            end = Point(x, node.at.y)
            drawing.branch((end, node.at), None, node, "backward")
    what = f"{called(network)}: {counts(network)}"
    if backward:
        return drawing.scene(
            f"Backward flow of the error in {what}, with the ends of each layer.",
            "Behind each weight matrix stands the slope of the layer: δ of a layer is φ'(v), unit "
            "by unit, times the transposed matrix of the next layer times its δ.",
        )
    bias = any(BIAS in network.sources[j] for j in network.neuron)
    return drawing.scene(
        f"Signal flow of {what}, with the ends of each layer.",
        "Every unit feeds every unit of the next layer."
        + (" Each matrix has one more column for the biases." if bias else ""),
    )


def _layer_words(network: Network, layer: Sequence[str], n: int) -> tuple[Label, Label]:
    """The name of a layer with its size, and its activation."""
    size = f"{len(layer):,}"
    if n == 0:
        return labels.words(f"{size} inputs" if len(layer) > 1 else "1 input"), labels.words(" ")
    word = "outputs" if all(name in network.output_set for name in layer) else "hidden"
    word = "output" if word == "outputs" and len(layer) == 1 else word
    return labels.words(f"{size} {word}"), labels.words(_activation(network, layer))


def _activation(network: Network, layer: Sequence[str], most: int = 16) -> str:
    found = list(dict.fromkeys(network.neuron[name].activation.name for name in layer))
    if len(found) > 1:
        return f"{len(found)} activations"
    name = found[0].replace("_", " ")
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _matrix_words(
    drawing: Drawing, x: float, y: float, layer: int, high: int, wide: int, bias: bool, back: bool
) -> None:
    letter = rf"(W^{{({layer})}})^{{\mathrm{{T}}}}" if back else f"W^{{({layer})}}"
    drawing.write(Point(x, y), labels.formula(letter, f"W^({layer})"), size=SMALL)
    sizes = (wide, high) if back else (high, wide + bias)
    text = rf"{sizes[0]} \times {sizes[1]}"
    at = Point(x, y + 17)
    drawing.write(at, labels.formula(text, f"{sizes[0]} × {sizes[1]}"), "quiet", size=NOTE)


@dataclass
class Block:
    """A run of columns drawn as one box."""

    units: list[str]
    first: int
    last: int
    inside: int = 0


@dataclass
class Blocks:
    """The columns of a network in at most seven blocks, and the synapses from block to block."""

    network: Network
    blocks: list[Block] = field(default_factory=list)
    between: Counter[tuple[int, int]] = field(default_factory=Counter)
    biases: int = 0

    def __post_init__(self) -> None:
        rows_ = columns(self.network)
        for first, last in _runs([len(row) for row in rows_]):
            units = [unit for row in rows_[first : last + 1] for unit in row]
            self.blocks.append(Block(units, first, last))
        place = {unit: n for n, block in enumerate(self.blocks) for unit in block.units}
        pairs: list[tuple[str, str]] = [(s.to, s.source) for s in self.network.synapses]
        pairs += [(j, i) for j in self.network.formulas for i in self.network.sources[j]]
        for to, source in pairs:
            if source == BIAS:
                self.biases += 1
            elif place[to] == place[source]:
                self.blocks[place[to]].inside += 1
            else:
                self.between[(place[source], place[to])] += 1


def _runs(sizes: Sequence[int]) -> list[tuple[int, int]]:
    """The columns in runs: each alone where they are few, else the inputs and even shares."""
    if len(sizes) <= MOST_BLOCKS:
        return [(n, n) for n in range(len(sizes))]
    total = sum(sizes[1:])
    runs = [(0, 0)]
    start, done = 1, 0
    for n in range(1, len(sizes)):
        done += sizes[n]
        left = len(sizes) - 1 - n
        share = total * len(runs) / (MOST_BLOCKS - 1)
        if done >= share or left < MOST_BLOCKS - 1 - len(runs):
            runs.append((start, n))
            start = n + 1
    if start < len(sizes):
        runs[-1] = (runs[-1][0], len(sizes) - 1)
    return runs


def blocks(network: Network, *, backward: bool = False) -> Scene:
    """The network as boxes of columns with the number of synapses between any two."""
    found = Blocks(network)
    drawing = Drawing()
    nodes = [
        Node(Point((WIDE + BETWEEN) * n, 0), WIDE, HIGH, _block_kind(network, block), "",
             _block_said(network, block), 8.0)
        for n, block in enumerate(found.blocks)
    ]  # fmt: skip
    drawing.nodes += nodes
    for node, block in zip(nodes, found.blocks, strict=True):
        _block_words(drawing, network, node, block)
    direct = [pair for pair in found.between if pair[1] == pair[0] + 1]
    for a, b in sorted(direct):
        if backward and a == 0:
            continue
        first, second = _between(found, a, b)
        ends = (nodes[b], nodes[a]) if backward else (nodes[a], nodes[b])
        kind = "backward" if backward else "ink"
        drawing.branch((ends[0].at, ends[1].at), *ends, kind, tip=0.94)
        middle = (nodes[a].at.x + nodes[b].at.x) / 2
        drawing.write(Point(middle, -9), first, kind, size=SMALL)
        drawing.write(Point(middle, 19), second, "quiet", size=NOTE)
    left_out = _arcs(drawing, found, nodes, backward)
    if backward:
        end = Point(nodes[-1].at.x + WIDE / 2 + 60, 0)
        drawing.branch((end, nodes[-1].at), None, nodes[-1], "backward", tip=0.9)
        drawing.write(Point(end.x + 6, 5), labels.words("errors"), "backward", "start", SMALL)
    said = [f"{found.biases:,} biases are not drawn"] if found.biases else []
    said += [f"{left_out:,} more synapses skip blocks" if left_out else ""]
    flow = "Backward flow of the error in" if backward else "The blocks of"
    return drawing.scene(
        f"{flow} {called(network)}: {counts(network)}.",
        "A box is a run of columns; beside an arrow stands the number of its synapses and the "
        "share of all possible ones. " + "; ".join(part for part in said if part) + ".",
    )


def _block_kind(network: Network, block: Block) -> str:
    kinds = {kind_of(network, unit) for unit in block.units}
    return next(kind for kind in ("output", "hidden", "input") if kind in kinds) if (
        len(kinds) == 1
    ) else "hidden"  # fmt: skip


def _block_said(network: Network, block: Block) -> str:
    where = f"column {block.first}"
    if block.last > block.first:
        where = f"columns {block.first} to {block.last}"
    text = f"{where}: {len(block.units):,} units"
    return text + (f", {block.inside:,} synapses inside" if block.inside else "")


def _block_words(drawing: Drawing, network: Network, node: Node, block: Block) -> None:
    """The number of units, what they are, and the synapses within."""
    x, y = node.at
    drawing.write(
        Point(x, y - 4), labels.words(f"{len(block.units):,}"), node.kind, size=20, free=True
    )
    neurons = [unit for unit in block.units if unit in network.neuron]
    what = "inputs" if not neurons else _activation(network, neurons, 14)
    drawing.write(Point(x, y + 17), labels.words(what), node.kind, size=NOTE, free=True)
    below = []
    ends = sum(unit in network.output_set for unit in block.units)
    if 0 < ends < len(block.units):
        below.append(f"{ends:,} outputs" if ends > 1 else "1 output")
    if block.last > block.first:
        below.append(f"columns {block.first}–{block.last}")
    if block.inside:
        below.append(f"{block.inside:,} inside")
    for n, words in enumerate(below):
        at = Point(x, y + HIGH / 2 + 17 + 16 * n)
        drawing.write(at, labels.words(words), "quiet", size=NOTE)


def _between(found: Blocks, a: int, b: int) -> tuple[Label, Label]:
    """The number of synapses between two blocks, and the share of all possible ones."""
    count = found.between[(a, b)]
    sizes = [len([u for u in found.blocks[n].units if n == a or u in found.network.neuron])
             for n in (a, b)]  # fmt: skip
    share = 100 * count / (sizes[0] * sizes[1])
    percent = "all" if count == sizes[0] * sizes[1] else f"{share:.2g} %"
    return labels.words(f"{count:,}"), labels.words(percent)


def _arcs(drawing: Drawing, found: Blocks, nodes: Sequence[Node], backward: bool) -> int:
    """The synapses that skip blocks as arcs, the heaviest first; how many are left out."""
    far = sorted(
        (
            pair
            for pair in found.between
            if pair[1] > pair[0] + 1 and not (backward and not pair[0])
        ),
        key=lambda pair: (-found.between[pair], pair),
    )
    chosen = sorted(far[:MOST_ARCS], key=lambda pair: (pair[1] - pair[0], pair))
    level: dict[tuple[int, int], int] = {}
    for a, b in chosen:
        under = [level[c] for c in level if c[0] < b and a < c[1]]
        level[(a, b)] = max(under, default=0) + 1
    for a, b in chosen:
        high = -HIGH / 2 - 8 - 34 * level[(a, b)]
        shift = 10 * level[(a, b)]
        start = Point(nodes[a].at.x + min(shift, 40), -HIGH / 2)
        end = Point(nodes[b].at.x - min(shift, 40), -HIGH / 2)
        path = _arc(start, end, high)
        kind = "backward" if backward else "skip"
        drawing.branch(path[::-1] if backward else path, None, None, kind, tip=0.93)
        at = Point((start.x + end.x) / 2, high - 6)
        drawing.write(at, labels.words(f"{found.between[(a, b)]:,}"), kind, size=NOTE)
    return sum(found.between[pair] for pair in far[MOST_ARCS:])


def _arc(start: Point, end: Point, top: float) -> Path:
    """Up, along and down again, with round corners."""
    bend = min(46.0, (end.x - start.x) / 2)
    left, right = Point(start.x + bend, top), Point(end.x - bend, top)
    third = (right.x - left.x) / 3
    return (
        start,
        Point(start.x + 2, top * 0.6 + start.y * 0.4),
        Point(left.x - bend * 0.6, top),
        left,
        Point(left.x + third, top),
        Point(right.x - third, top),
        right,
        Point(right.x + bend * 0.6, top),
        Point(end.x - 2, top * 0.6 + end.y * 0.4),
        end,
    )
