"""A figure as data: where nodes, branches and labels stand, before any format is chosen.

Lengths are in units of which a label is 16 high; y grows downwards.  The writers draw a scene as
it is; what a figure shows is decided by the modules that build one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from reports.figures.labels import Label

SIZE = 16.0
"""The height of the letters of a label."""
ASCENT, DESCENT = 0.72, 0.22
"""How far letters reach above and below their line, for one unit of their size."""
SUNK = 0.16
"""How much further a subscript reaches."""


class Point(NamedTuple):
    """A place."""

    x: float
    y: float


class Rect(NamedTuple):
    """A box from its left upper to its right lower corner."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: Rect) -> float:
        """The area that two boxes share."""
        if self.right <= other.left or other.right <= self.left:
            return 0.0
        if self.bottom <= other.top or other.bottom <= self.top:
            return 0.0
        wide = min(self.right, other.right) - max(self.left, other.left)
        return wide * (min(self.bottom, other.bottom) - max(self.top, other.top))

    def grown(self, by: float) -> Rect:
        """The box with a margin on every side."""
        return Rect(self.left - by, self.top - by, self.right + by, self.bottom + by)


@dataclass(frozen=True)
class Node:
    """A dot of a signal-flow graph, or a unit or a block drawn as a round box.

    `kind` is one of `colours.KINDS`.  `neuron` is the unit it stands for, "" for none.
    `said` is what a pointer over it is told.
    """

    at: Point
    width: float
    height: float
    kind: str
    neuron: str = ""
    said: str = ""
    radius: float = 0.0

    @property
    def box(self) -> Rect:
        """The box around it."""
        x, y = self.at
        w, h = self.width / 2, self.height / 2
        return Rect(x - w, y - h, x + w, y + h)


@dataclass(frozen=True)
class Edge:
    """A branch along cubic Bézier curves: 1 + 3n points, or two for a straight line.

    `tip` is the place of the middle of its arrowhead and the direction there, None for no head.
    `synapses` are the pairs (to, source) that it stands for and `weight` the name of the weight.
    """

    path: tuple[Point, ...]
    kind: str
    tip: tuple[Point, Point] | None = None
    synapses: tuple[tuple[str, str], ...] = ()
    weight: str = ""
    said: str = ""
    dashed: bool = False
    thin: bool = False


@dataclass(frozen=True)
class Text:
    """A label on its line: `at` is its start, middle or end, as `anchor` says.

    `free` texts may lie on a node, as the name within its circle does.
    """

    at: Point
    label: Label
    kind: str = "ink"
    anchor: str = "middle"
    size: float = SIZE
    neuron: str = ""
    weight: str = ""
    free: bool = False

    @property
    def box(self) -> Rect:
        """The box that its letters fill."""
        width = self.label.width * self.size
        left = self.at.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor] * width
        low = DESCENT + (SUNK if self.label.sunk else 0.0)
        return Rect(
            left,
            self.at.y - ASCENT * self.size,
            left + width,
            self.at.y + low * self.size,
        )


@dataclass(frozen=True)
class Cells:
    """Many small boxes of one colour, as in a matrix; `strength` is how opaque they are."""

    boxes: tuple[Rect, ...]
    kind: str
    strength: float = 1.0


@dataclass(frozen=True)
class Frame:
    """A round box around nodes that belong together, such as a softmax group."""

    box: Rect
    kind: str


@dataclass(frozen=True)
class Scene:
    """A whole figure; `title` says in one sentence what is seen, `description` says more."""

    title: str
    description: str
    width: float
    height: float
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    texts: tuple[Text, ...] = ()
    cells: tuple[Cells, ...] = ()
    frames: tuple[Frame, ...] = ()


def clashes(scene: Scene, least: float = 0.5) -> Iterator[tuple[str, str]]:
    """The pairs of things that lie on each other: two labels, a label and a node, two nodes.

    An overlap of less than `least` square units is no clash.
    """
    texts = [(text.label.plain, text.box, text.free) for text in scene.texts]
    for n, (name, box, free) in enumerate(texts):
        for other, place, _ in texts[n + 1 :]:
            if box.overlap(place) > least:
                yield name, other
        for node in scene.nodes:
            if not free and box.overlap(node.box) > least:
                yield name, node.neuron or node.kind
    for n, node in enumerate(scene.nodes):
        for later in scene.nodes[n + 1 :]:
            if node.box.overlap(later.box) > least:
                yield node.neuron or node.kind, later.neuron or later.kind
