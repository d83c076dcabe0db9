"""Lines and Bézier curves: points along them, their directions, where they leave a node.

A path is two points, or 1 + 3n points of n cubic curves.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import hypot

from reports.figures.scene import Node, Point

Path = tuple[Point, ...]
STEPS = 12
"""Straight pieces that stand for one cubic curve where lengths are measured."""


def between(a: Point, b: Point, t: float) -> Point:
    """The point at a share t of the way from a to b."""
    return Point(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t)


def smooth(points: Sequence[Point]) -> Path:
    """A curve through points from left to right (or right to left), without a kink.

    Between two of them y is a cubic of x; its slope at an inner point is that of the chord between
    the neighbours, and at an end the curve is not bent.
    """
    if len(points) == 2:
        return tuple(points)
    slopes = [0.0] * len(points)
    for n in range(1, len(points) - 1):
        before, after = points[n - 1], points[n + 1]
        slopes[n] = (after.y - before.y) / ((after.x - before.x) or 1.0)
    for end, inner in ((0, 1), (-1, -2)):
        rise = (points[inner].y - points[end].y) / ((points[inner].x - points[end].x) or 1.0)
        slopes[end] = 1.5 * rise - 0.5 * slopes[inner]
    path = [points[0]]
    for n in range(len(points) - 1):
        a, b = points[n], points[n + 1]
        third = (b.x - a.x) / 3
        path.append(Point(a.x + third, a.y + third * slopes[n]))
        path.append(Point(b.x - third, b.y - third * slopes[n + 1]))
        path.append(b)
    return tuple(path)


def bowed(a: Point, b: Point, bend: float) -> Path:
    """A curve from a to b whose middle lies `bend` to the left of the way (above it, going right).

    >>> bowed(Point(0, 0), Point(4, 0), 3)[1]
    Point(x=1.0, y=-4.0)
    """
    dx, dy = b.x - a.x, b.y - a.y
    length = hypot(dx, dy) or 1.0
    push = bend * 4 / 3
    off = Point(dy / length * push, -dx / length * push)
    one, two = between(a, b, 0.25), between(a, b, 0.75)
    return (a, Point(one.x + off.x, one.y + off.y), Point(two.x + off.x, two.y + off.y), b)


def sampled(path: Path) -> list[Point]:
    """The path as a chain of short straight pieces."""
    if len(path) == 2:
        return list(path)
    chain = [path[0]]
    for n in range(0, len(path) - 1, 3):
        piece = path[n : n + 4]
        chain += [_at(piece, step / STEPS) for step in range(1, STEPS + 1)]
    return chain


def along(path: Path, share: float) -> tuple[Point, Point]:
    """The point at a share of the length, and the direction there (a vector of length 1)."""
    return on_chain(sampled(path), share)


def on_chain(chain: Sequence[Point], share: float) -> tuple[Point, Point]:
    """The point at a share of the length of straight pieces, and the direction there."""
    lengths = [hypot(b.x - a.x, b.y - a.y) for a, b in pairwise(chain)]
    goal = share * sum(lengths)
    for n, length in enumerate(lengths):
        if goal <= length or n == len(lengths) - 1:
            a, b = chain[n], chain[n + 1]
            t = goal / length if length else 0.0
            return between(a, b, t), Point((b.x - a.x) / (length or 1), (b.y - a.y) / (length or 1))
        goal -= length
    raise ValueError("a path has two points at least")


def clipped(path: Path, start: Node | None, end: Node | None) -> Path:
    """The part of a path that lies outside the nodes at its two ends."""
    if start is not None:
        path = _outside(path, start)
    if end is not None:
        path = _outside(path[::-1], end)[::-1]
    return path


def inside(node: Node, point: Point) -> bool:
    """Whether a point lies within the round box of a node."""
    r = node.radius
    dx = max(abs(point.x - node.at.x) - (node.width / 2 - r), 0.0)
    dy = max(abs(point.y - node.at.y) - (node.height / 2 - r), 0.0)
    return hypot(dx, dy) <= r if r else dx == dy == 0.0


def _outside(path: Path, node: Node) -> Path:
    """The path without its beginning in a node: where it leaves is found by halving."""
    straight = len(path) == 2
    size = 1 if straight else 3
    n = 0
    while n + 2 * size < len(path) and inside(node, path[n + size]):
        n += size
    piece = path[n : n + size + 1]
    low, high = 0.0, 1.0
    for _ in range(24):
        middle = (low + high) / 2
        here = between(piece[0], piece[1], middle) if straight else _at(piece, middle)
        low, high = (middle, high) if inside(node, here) else (low, middle)
    if straight:
        return (between(piece[0], piece[1], high), piece[1])
    return (*_rest(piece, high), *path[n + 4 :])


def _at(piece: Path, t: float) -> Point:
    """De Casteljau: the point at t of one cubic curve."""
    return _rest(piece, t)[0]


def _rest(piece: Path, t: float) -> Path:
    """De Casteljau: the control points of the part from t to the end."""
    a, b, c, d = piece
    ab, bc, cd = between(a, b, t), between(b, c, t), between(c, d, t)
    abc, bcd = between(ab, bc, t), between(bc, cd, t)
    return (between(abc, bcd, t), bcd, cd, d)
