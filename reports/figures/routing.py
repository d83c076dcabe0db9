"""A way for a branch that meets no other unit: the least bent of a few curves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from reports.figures.curves import Path, between, bowed, inside, sampled
from reports.figures.scene import Node, Rect

BENDS = (0.0, 14.0, -14.0, 26.0, -26.0, 42.0, -42.0, 60.0, -60.0, 80.0, -80.0)
CLEAR = 3.0
"""How near a branch may come to a unit that it does not join."""


def clear_way(source: Node, to: Node, nodes: Iterable[Node]) -> Path:
    """From the middle of one unit to that of another, straight where nothing stands in between."""
    a, b = source.at, to.at
    area = Rect(min(a.x, b.x), min(a.y, b.y), max(a.x, b.x), max(a.y, b.y)).grown(90)
    others = [
        replace(node, width=node.width + 2 * CLEAR, height=node.height + 2 * CLEAR,
                radius=node.radius + CLEAR)
        for node in nodes
        if node is not source and node is not to and area.overlap(node.box)
    ]  # fmt: skip
    best: tuple[int, Path] = (len(others) + 1, (a, b))
    for bend in BENDS:
        path = (a, b) if bend == 0 else bowed(a, b, bend)
        hits = met(path, others)
        if hits < best[0]:
            best = (hits, path)
        if not hits:
            break
    return best[1]


def met(path: Path, nodes: Iterable[Node]) -> int:
    """How many of the nodes a path runs through."""
    chain = sampled(path)
    points = [between(p, q, n / 8) for p, q in pairwise(chain) for n in range(8)]
    if len(chain) == 2:
        points = [between(chain[0], chain[1], n / 48) for n in range(49)]
    count = 0
    for node in nodes:
        box = node.box
        near = (p for p in points if box.left <= p.x <= box.right and box.top <= p.y <= box.bottom)
        count += any(inside(node, p) for p in near)
    return count
