"""A recurrent network with many units: one column of boxes for each step, a box for each level."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from reports.figures import labels
from reports.figures.drawing import Drawing
from reports.figures.routing import clear_way
from reports.figures.scene import Node, Point, Scene
from reports.figures.steps import Steps
from reports.figures.units import activations, called
from symbolic.network import BIAS

WIDE, HIGH = 92.0, 56.0
UP, APART = 100.0, 92.0


FLOWS = ("Unrolled in time:", "Backward flow of the error through time in")
"""How the titles of both directions begin."""

Place = tuple[int, int]
"""A step and a level."""


def level_blocks(steps: Steps, *, backward: bool = False) -> Scene:
    """The levels of each step as boxes, with the numbers of synapses at the second step."""
    drawing = Drawing()
    nodes, x = _boxes(drawing, steps, backward)
    for (source, to), count in _counts(steps).items():
        if source not in nodes or to not in nodes:
            continue
        path = clear_way(nodes[source], nodes[to], nodes.values())
        ends = (nodes[to], nodes[source]) if backward else (nodes[source], nodes[to])
        kind = "ink" if source[0] == to[0] else "skip"
        drawing.branch(
            path[::-1] if backward else path,
            *ends,
            "backward" if backward else kind,
            labels.words(f"{count:,}") if to[0] == steps.named else None,
            tip=0.6,
            size=13.5,
            said=f"{count:,} synapses",
        )
    _ends(drawing, steps, nodes, backward)
    for a, b in pairwise(steps.shown):
        if b > a + 1:
            for height in sorted({n for t, n in nodes if t == b and n}):
                dots = labels.formula(r"\cdots", "⋯")
                drawing.write(Point((x[a] + x[b]) / 2, -UP * height + 6), dots, size=22)
    return drawing.scene(
        f"{FLOWS[backward]} {called(steps.network)}, the steps t = 1 to {steps.recurrent.steps} "
        "as columns of boxes.",
        "A box is a level of one step, with its number of units; beside a branch stands the number "
        "of its synapses. Every column has the same weights.",
    )


def _boxes(
    drawing: Drawing, steps: Steps, backward: bool
) -> tuple[dict[Place, Node], dict[int, float]]:
    """A box for every level of every step that is drawn, t below each column, and its place."""
    nodes: dict[Place, Node] = {}
    middle: dict[int, float] = {}
    x = 0.0
    low = HIGH / 2 - (UP if backward else 0.0)
    for n, t in enumerate(steps.shown):
        if n:
            x += WIDE + APART + (0 if t == steps.shown[n - 1] + 1 else 50)
        middle[t] = x
        for height, row in enumerate(steps.levels):
            there = [name for name in (steps.at(unit, t) for unit in row) if name is not None]
            if there and not (backward and height == 0):
                nodes[(t, height)] = _box(drawing, steps, there, Point(x, -UP * height))
        label = labels.formula(f"t = {t}", f"t = {t}")
        drawing.write(Point(x, low + 24), label, "quiet", size=14)
    return nodes, middle


def _counts(steps: Steps) -> Counter[tuple[Place, Place]]:
    """How many synapses lead from box to box, biases and what stands before the start aside."""
    level = {unit: n for n, row in enumerate(steps.levels) for unit in row}
    counts: Counter[tuple[Place, Place]] = Counter()
    for to, source, _ in steps.links():
        if source != BIAS and source not in steps.early:
            start = steps.step(source), level[steps.base(source)]
            counts[(start, (steps.step(to), level[steps.base(to)]))] += 1
    return counts


def _ends(drawing: Drawing, steps: Steps, nodes: dict[Place, Node], backward: bool) -> None:
    """An arrow up from the boxes with outputs; where the error flows back, one down to them."""
    level = {unit: n for n, row in enumerate(steps.levels) for unit in row}
    ends = {(steps.step(name), level[steps.base(name)]) for name in steps.network.outputs}
    for place in sorted(ends):
        if place in nodes:
            node = nodes[place]
            top = Point(node.at.x, node.box.top - 38)
            kind = "backward" if backward else "ink"
            path = (top, node.at) if backward else (node.at, top)
            drawing.branch(path, None if backward else node, node if backward else None, kind)


def _box(drawing: Drawing, steps: Steps, names: list[str], at: Point) -> Node:
    network = steps.network
    inputs = names[0] in steps.inputs
    ends = any(name in network.output_set for name in names)
    kind = "input" if inputs else "output" if ends else "hidden"
    what = "inputs"
    if not inputs:
        what = activations(network, names, 14)
    node = Node(at, WIDE, HIGH, kind, "", f"{len(names):,} units: {what}", 8.0)
    return drawing.box(node, f"{len(names):,}", what)
