"""Where the label of a branch stands: beside it, clear of nodes, other labels and other branches.

A greedy search: every label tries places along its branch on both sides and takes the cheapest,
then all are tried again with the others in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import hypot

from reports.figures.curves import on_chain, sampled
from reports.figures.scene import ASCENT, DESCENT, SUNK, Edge, Node, Point, Rect, Text

SHARES = tuple(0.5 + step * 0.035 * side for step in range(11) for side in (1, -1))
"""Places along a branch, the middle first."""
GAP = 3.5
"""Between a branch and its label."""
ROUNDS = 4
TOUCH = 10.0
ON_A_NODE, ON_A_LABEL, ON_A_HEAD = 30.0, 30.0, 1.0
ON_A_BRANCH, NEAR_A_BRANCH = 8.0, 0.5


AROUND = ((0, 1), (0, -1), (-0.6, 0.8), (0.6, 0.8), (-0.6, -0.8), (0.6, -0.8), (1, 0), (-1, 0))
"""The sides of a dot, the best first."""


Choice = tuple[float, Text, Rect]
"""A base cost, the label at a place, and its box there."""


@dataclass(frozen=True)
class Wanted:
    """A label for the branch of this number; `near` is the share of the way it would stand at.

    With a `dot` it is the label of that dot, anywhere around it.
    """

    edge: int
    text: Text
    near: float = 0.5
    side: int = 1
    dot: Node | None = None


def labelled(
    wanted: Sequence[Wanted], nodes: Sequence[Node], edges: Sequence[Edge], texts: Sequence[Text]
) -> list[Text]:
    """A text for every label that is wanted, at its best place."""
    if not wanted:
        return []
    chains = [sampled(edge.path) for edge in edges]
    choices = [
        _choices(one, chains[one.edge]) if one.dot is None else _around(one, one.dot)
        for one in wanted
    ]
    costs = _costs(wanted, choices, nodes, edges, chains, texts)
    boxes = [[text.box.grown(1.5) for _, text, _ in rows] for rows in choices]
    areas = [_around_all(row).grown(1.5) for row in boxes]
    close = [[m for m, other in enumerate(areas) if m != n and area.overlap(other)]
             for n, area in enumerate(areas)]  # fmt: skip
    taken: dict[int, int] = {}

    def full(n: int, but: int) -> list[float]:
        """The costs of every place of a label with all others, but one, where they stand."""
        others = [boxes[m][taken[m]] for m in close[n] if m != but and m in taken]
        return [
            cost + ON_A_LABEL * sum(_clash(boxes[n][k], box) for box in others)
            for k, cost in enumerate(costs[n])
        ]

    for _ in range(ROUNDS):
        before = dict(taken)
        for n in range(len(wanted)):
            row = full(n, n)
            taken[n] = row.index(min(row))
        touching = [
            (n, m)
            for n, others in enumerate(close)
            for m in others
            if n < m and boxes[n][taken[n]].overlap(boxes[m][taken[m]]) > 0
        ]
        for n, m in touching:  # two labels that stand in each other's way move together
            one, two = full(n, m), full(m, n)
            _, taken[n], taken[m] = min(
                (a + b + ON_A_LABEL * _clash(boxes[n][i], boxes[m][k]), i, k)
                for i, a in enumerate(one)
                for k, b in enumerate(two)
            )
        if taken == before:
            break
    return [rows[taken[n]][1] for n, rows in enumerate(choices)]


def _around_all(boxes: Sequence[Rect]) -> Rect:
    """The smallest box that holds all of these."""
    return Rect(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


def _costs(
    wanted: Sequence[Wanted],
    choices: Sequence[Sequence[Choice]],
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    chains: Sequence[Sequence[Point]],
    texts: Sequence[Text],
) -> list[list[float]]:
    """What every choice costs, the other labels that are still to be placed left aside."""
    segments = [
        (n, a, b, Rect(min(a.x, b.x), min(a.y, b.y), max(a.x, b.x), max(a.y, b.y)).grown(0.1))
        for n, chain in enumerate(chains)
        for a, b in pairwise(chain)
    ]
    solid = [(node.box.grown(2), ON_A_NODE) for node in nodes]
    solid += [(text.box, ON_A_LABEL) for text in texts]
    tips = [edge.tip[0] for edge in edges if edge.tip]
    solid += [(Rect(at.x - 3.2, at.y - 3.2, at.x + 3.2, at.y + 3.2), ON_A_HEAD) for at in tips]
    costs = []
    for one, rows in zip(wanted, choices, strict=True):
        area = _around_all([box for _, _, box in rows])
        near = [(box, much) for box, much in solid if area.overlap(box)]
        crossing = [
            (a, b) for n, a, b, box in segments if n != one.edge and area.grown(5).overlap(box)
        ]
        costs.append(
            [
                base
                + sum(much * _clash(box, other) for other, much in near)
                + ON_A_BRANCH * sum(_within(box, a, b) for a, b in crossing)
                + NEAR_A_BRANCH * sum(_within(box.grown(5), a, b) for a, b in crossing)
                for base, _, box in rows
            ]
        )
    return costs


def _choices(one: Wanted, chain: Sequence[Point]) -> list[Choice]:
    """The places on both sides of a branch: a base cost, the text there, and its box."""
    rows = []
    for share in SHARES:
        at, way = on_chain(chain, share)
        for side in (one.side, -one.side):
            normal = Point(way.y * side, -way.x * side)
            text = beside(one.text, at, normal)
            base = 60 * abs(share - one.near) + (1.5 if side != one.side else 0.0)
            rows.append((base, text, text.box))
    return rows


def _around(one: Wanted, dot: Node) -> list[Choice]:
    """The places around a dot, each a little dearer than the one before."""
    rows = []
    for n, way in enumerate(AROUND):
        text = beside(one.text, dot.at, Point(*way), dot.height / 2 + 2 * GAP)
        rows.append((4.0 * n, text, text.box))
    return rows


def beside(text: Text, at: Point, normal: Point, gap: float = GAP) -> Text:
    """The text moved so that its box touches a point from the side that `normal` points to."""
    wide = text.label.width * text.size / 2
    low = (DESCENT + (SUNK if text.label.sunk else 0.0)) * text.size
    high = (ASCENT * text.size + low) / 2
    away = abs(normal.x) * wide + abs(normal.y) * high + gap
    centre = Point(at.x + normal.x * away, at.y + normal.y * away)
    return replace(text, at=Point(centre.x, centre.y + high - low), anchor="middle")


def _clash(box: Rect, other: Rect) -> float:
    """The area that two boxes share, and a little more: the smallest overlap counts."""
    area = box.overlap(other)
    return area + TOUCH if area > 0 else 0.0


def _within(box: Rect, a: Point, b: Point) -> float:
    """The length of a straight piece within a box (Liang and Barsky)."""
    dx, dy = b.x - a.x, b.y - a.y
    enter, leave = 0.0, 1.0
    for step, low, high in ((dx, box.left - a.x, box.right - a.x),
                            (dy, box.top - a.y, box.bottom - a.y)):  # fmt: skip
        if step == 0:
            if low > 0 or high < 0:
                return 0.0
            continue
        one, two = sorted((low / step, high / step))
        enter, leave = max(enter, one), min(leave, two)
    return hypot(dx, dy) * (leave - enter) if leave > enter else 0.0
