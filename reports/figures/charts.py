"""Numbers as figures: a curve over the epochs, weights as a Hinton diagram, a histogram."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from reports.figures import labels
from reports.figures.curves import between
from reports.figures.drawing import Drawing
from reports.figures.scene import Cells, Edge, Point, Rect, Scene
from reports.figures.units import columns, inner_label
from symbolic.network import BIAS, Network

WIDE, HIGH = 460.0, 200.0
SMALL = 12.0
"""The size of the numbers at an axis."""
MOST = 240
"""Points of a curve; of more epochs, the first, the last and some evenly between."""
STEEP = 30.0
"""From this ratio of the largest to the smallest cost on the axis is logarithmic."""
DIAGRAM = 34
"""Up to so many units the weights are drawn one by one."""
BINS = 25


def curves(lines: Mapping[str, Sequence[float]], what: str) -> Scene:
    """Curves over the epochs 1, 2, …; the first in blue, the second dashed and purple."""
    values = [value for line in lines.values() for value in line]
    count = max(len(line) for line in lines.values())
    low, high = min(values), max(values)
    steep = low > 0 and high / low > STEEP
    ticks = _decades(low, high) if steep else _steps(min(0.0, low), high)
    place = math.log10 if steep else float
    bottom, top = place(ticks[0]), place(ticks[-1])
    drawing = Drawing()

    def at(epoch: float, value: float) -> Point:
        x = WIDE * (epoch - 1) / max(1, count - 1)
        return Point(x, HIGH * (1 - (place(value) - bottom) / ((top - bottom) or 1.0)))

    for tick in ticks:
        y = at(1, tick).y
        drawing.edges.append(Edge((Point(-4, y), Point(0, y)), "quiet"))
        drawing.write(
            Point(-8, y + 4), labels.words(f"{tick:g}".replace("-", "−")), "quiet", "end", SMALL
        )
    drawing.edges.append(Edge((Point(0, 0), Point(0, HIGH)), "quiet"))
    drawing.edges.append(Edge((Point(0, HIGH), Point(WIDE, HIGH)), "quiet"))
    for epoch in dict.fromkeys((1, count)):
        drawing.write(Point(at(epoch, ticks[0]).x, HIGH + 17), labels.words(f"{epoch:,}"), "quiet",
                      size=SMALL)  # fmt: skip
    drawing.write(Point(WIDE / 2, HIGH + 17), labels.words("epoch"), "quiet", size=SMALL)
    for n, (name, line) in enumerate(lines.items()):
        kind = ("hidden", "skip")[n % 2]
        points = [at(epoch, line[epoch - 1]) for epoch in _some(len(line))]
        if len(points) > 1:
            drawing.edges.append(Edge(_bent(points), kind, dashed=n % 2 == 1))
        else:
            drawing.dot(points[0], labels.words(""), kind=kind)
        y = -10.0 - 18 * (len(lines) - 1 - n)
        drawing.edges.append(Edge((Point(0, y - 4), Point(28, y - 4)), kind, dashed=n % 2 == 1))
        drawing.write(Point(34, y), labels.words(name), "ink", "start", 14.0)
    scale = "; the axis is logarithmic" if steep else ""
    told = ", ".join(f"{name} from {line[0]:.4g} to {line[-1]:.4g}" for name, line in lines.items())
    return drawing.scene(f"{what} over {count:,} epochs: {told}{scale}.")


def hinton(network: Network, weights: Mapping[str, float], largest: float, what: str) -> Scene:
    """The weights as boxes: row j, column i is w_ji, its area |w_ji|; a negative one is hollow.

    (Hinton & Shallice 1991.)  `largest` is the |w| that fills a cell.
    """
    rows = columns(network)
    order = [unit for row in rows for unit in row]
    biased = any(synapse.source == BIAS for synapse in network.synapses)
    across = [BIAS] * biased + [unit for unit in order if network.successors[unit]]
    down = [unit for unit in order if unit in network.neuron]
    row, column = ({unit: n for n, unit in enumerate(units)} for units in (down, across))
    cell = min(26.0, 420.0 / max(len(across), len(down)))
    drawing = Drawing()
    filled: list[Rect] = []
    for synapse in network.synapses:
        weight = weights[synapse.weight]
        half = 0.46 * cell * math.sqrt(min(1.0, abs(weight) / (largest or 1.0)))
        x, y = (column[synapse.source] + 0.5) * cell, (row[synapse.to] + 0.5) * cell
        box = Rect(x - half, y - half, x + half, y + half)
        if weight >= 0:
            filled.append(box)
        elif half >= 0.8:
            drawing.edges.append(Edge(_outline(box), "backward"))
    if filled:
        drawing.cells.append(Cells(tuple(filled), "hidden"))
    width, height = len(across) * cell, len(down) * cell
    drawing.edges.append(Edge(_outline(Rect(0, 0, width, height)), "quiet"))
    size = min(13.0, cell * 0.62)
    for unit in across:
        label = inner_label(network, unit)
        if label.width * size < cell:
            drawing.write(Point((column[unit] + 0.5) * cell, -6), label, "quiet", size=size)
    for unit in down:
        label = inner_label(network, unit)
        drawing.write(Point(-6, (row[unit] + 0.68) * cell), label, "quiet", "end", size)
    return drawing.scene(
        f"The weights {what}: row j, column i is the weight to j from i.",
        "The area of a box is the size of the weight; a negative weight is a hollow box.",
    )


def histogram(values: Sequence[float], what: str) -> Scene:
    """How often values lie where: bars over equal pieces from the least to the largest."""
    low, high = min(values), max(values)
    width = (high - low) / BINS or 1.0
    counts = [0] * BINS
    for value in values:
        counts[min(BINS - 1, int((value - low) / width))] += 1
    most = max(counts)
    drawing, bar = Drawing(), WIDE / BINS
    boxes = [
        Rect(n * bar + 1, HIGH * (1 - count / most), (n + 1) * bar - 1, HIGH)
        for n, count in enumerate(counts)
        if count
    ]
    drawing.cells.append(Cells(tuple(boxes), "hidden"))
    drawing.edges.append(Edge((Point(0, HIGH), Point(WIDE, HIGH)), "quiet"))
    drawing.write(Point(-8, 12), labels.words(f"{most:,}"), "quiet", "end", SMALL)
    places = {0.0: low, WIDE: high}
    if low < 0 < high and 0.12 < -low / (high - low) < 0.88:
        places[WIDE * -low / (high - low)] = 0.0
    for x, value in places.items():
        drawing.write(
            Point(x, HIGH + 17), labels.words(f"{value:.3g}".replace("-", "−")), "quiet", size=SMALL
        )
    return drawing.scene(f"{what}: {len(values):,} numbers from {low:.4g} to {high:.4g}.")


def _bent(points: Sequence[Point]) -> tuple[Point, ...]:
    """The path of straight pieces from point to point."""
    path = [points[0]]
    for a, b in pairwise(points):
        path += [between(a, b, 1 / 3), between(a, b, 2 / 3), b]
    return tuple(path)


def _outline(box: Rect) -> tuple[Point, ...]:
    """The path around a box."""
    left, top, right, low = box
    corners = [Point(left, top), Point(right, top), Point(right, low), Point(left, low)]
    return _bent([*corners, corners[0]])


def _some(count: int) -> list[int]:
    """The numbers 1, …, count, or some of them evenly with both ends."""
    if count <= MOST:
        return list(range(1, count + 1))
    return [1 + round(n * (count - 1) / (MOST - 1)) for n in range(MOST)]


def _decades(low: float, high: float) -> list[float]:
    """Powers of ten around both, with at most six steps."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    step = max(1, math.ceil((last - first) / 6))
    return [10.0**n for n in range(first, last + step, step)]


def _steps(low: float, high: float) -> list[float]:
    """Round numbers around both, some four steps apart.

    >>> _steps(0.0, 0.34)
    [0.0, 0.1, 0.2, 0.3, 0.4]
    """
    rough = (high - low) / 4 or 1.0
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(n * step, 12) for n in range(first, last + 1)]
