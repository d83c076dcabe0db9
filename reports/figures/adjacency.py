"""The network as a matrix: row j, column i is filled where unit i feeds neuron j.

In the order in which signals are computed it is strictly lower triangular, which is why the
recursion for δ ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import ceil, sqrt

from reports.figures import labels
from reports.figures.drawing import NOTE, Drawing
from reports.figures.scene import Cells, Edge, Point, Rect, Scene
from reports.figures.units import called, columns, inner_label
from symbolic.network import BIAS, Network

SIDE = 350.0
MOST = 140
"""The most rows; each stands for several units of a larger network."""
NAMED = 24
"""Up to so many units have their names beside their row and column."""
STRENGTHS = (0.25, 0.5, 0.75, 1.0)
KINDS = {"bias": "bias", "near": "hidden", "skip": "skip", "formula": "formula"}


def matrix(network: Network) -> Scene:
    """All synapses as cells: biases, those from column to column, and those that skip columns."""
    rows = columns(network)
    biased = any(synapse.source == BIAS for synapse in network.synapses)
    order = [BIAS] * biased + [unit for row in rows for unit in row]
    place = {unit: n for n, unit in enumerate(order)}
    depth = {unit: n for n, row in enumerate(rows) for unit in row}
    each = ceil(len(order) / MOST)
    count = ceil(len(order) / each)
    cell = min(SIDE / count, 26.0)
    found: dict[tuple[int, int], Counter[str]] = {}
    for synapse in network.synapses:
        kind = "bias" if synapse.source == BIAS else "near"
        if kind == "near" and depth[synapse.to] - depth[synapse.source] > 1:
            kind = "skip"
        at = (place[synapse.to] // each, place[synapse.source] // each)
        found.setdefault(at, Counter())[kind] += 1
    for to in network.formulas:
        for source in network.sources[to]:
            at = (place[to] // each, place[source] // each)
            found.setdefault(at, Counter())["formula"] += 1
    drawing = Drawing()
    inset = 0.0 if cell < 8 else 1.0
    most = max(sum(kinds.values()) for kinds in found.values())
    for name, kind in KINDS.items():
        for strength in STRENGTHS:
            alike = [
                pair
                for pair, kinds in found.items()
                if kinds.most_common(1)[0][0] == name
                and _strength(sum(kinds.values()) / most) == strength
            ]
            if alike:
                boxes = _strips(sorted(alike), cell, inset)
                drawing.cells.append(Cells(tuple(boxes), kind, strength))
    side = count * cell
    _lines(drawing, [len(row) for row in rows], biased, cell / each, side)
    if len(order) <= NAMED:
        for unit in order:
            middle = (place[unit] + 0.5) * cell
            label = inner_label(network, unit)
            size = min(14.0, cell * 0.62)
            drawing.write(Point(-7, middle + 4), label, "ink", "end", size, unit)
            if label.width * size < cell * 0.98:
                drawing.write(Point(middle, -8), label, "ink", size=size, neuron=unit)
    else:
        drawing.write(Point(side / 2, -9), labels.words(f"from {len(order):,} units"), "quiet",
                      size=NOTE)  # fmt: skip
        drawing.write(Point(-8, side / 2), labels.words("to"), "quiet", "end", NOTE)
    many = ""
    if each > 1:
        many = f"; a cell stands for {each} × {each} pairs, the fuller the darker"
    return drawing.scene(
        f"The synapses of {called(network)} as a matrix: row j, column i is filled where unit i "
        "feeds neuron j, so nothing lies on or above the diagonal.",
        f"Units are in the order in which their signals are computed{many}. Purple cells skip a "
        "column of the network.",
    )


def _strength(share: float) -> float:
    """The strength of a cell that has this share of the synapses of the fullest one."""
    return next(strength for strength in STRENGTHS if sqrt(share) <= strength)


def _strips(at: Sequence[tuple[int, int]], cell: float, inset: float) -> list[Rect]:
    """The cells at these rows and columns; neighbours in a row are one box where they touch."""
    boxes: list[Rect] = []
    end: tuple[int, int] | None = None
    for row, column in at:
        top, left = row * cell + inset, column * cell + inset
        box = Rect(left, top, left + cell - 2 * inset, top + cell - 2 * inset)
        if not inset and end == (row, column):
            boxes[-1] = boxes[-1]._replace(right=box.right)
        else:
            boxes.append(box)
        end = (row, column + 1)
    return boxes


def _lines(drawing: Drawing, sizes: list[int], biased: bool, unit: float, side: float) -> None:
    """The border, the diagonal, and lines between the columns of the network where they are few."""
    ends = [0.0, side]
    if len(sizes) <= 12:
        at = unit * biased
        for size in sizes[:-1]:
            at += unit * size
            ends.append(at)
    for x in ends:
        drawing.edges.append(Edge((Point(x, 0), Point(x, side)), "quiet"))
        drawing.edges.append(Edge((Point(0, x), Point(side, x)), "quiet"))
    drawing.edges.append(Edge((Point(0, 0), Point(side, side)), "quiet", dashed=True))
