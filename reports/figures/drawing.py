"""A scene in the making: nodes, branches and labels are added, then all is moved into view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from reports.figures import labels
from reports.figures.curves import Path, along, clipped, sampled
from reports.figures.labels import Label
from reports.figures.placement import Wanted, labelled
from reports.figures.scene import SIZE, Cells, Edge, Frame, Node, Point, Rect, Scene, Text, clashes

MARGIN = 6.0
ROOMS = (1.0, 1.25, 1.5, 2.0)
DOT = 6.0
"""The width of the dot of a signal-flow graph."""
NUMBER, NOTE = 20.0, 12.5
"""The sizes of a number in a box and of remarks."""
BELOW, ABOVE, BESIDE = 19.0, 9.0, 9.0
"""How far from a dot the line of its label stands."""


@dataclass
class Drawing:
    """What is drawn so far, in any coordinates."""

    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    cells: list[Cells] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    wanted: list[Wanted] = field(default_factory=list)

    def dot(self, at: Point, label: Label, side: str = "below", neuron: str = "",
            kind: str = "ink") -> Node:  # fmt: skip
        """A dot with its signal: `side` is below, above, left, right, any or none."""
        node = Node(at, DOT, DOT, kind, neuron, label.plain, DOT / 2)
        self.nodes.append(node)
        if not label.runs or side == "none":
            return node
        if side == "any":
            text = Text(at, label, kind, neuron=neuron)
            self.wanted.append(Wanted(-1, text, dot=node))
            return node
        place, anchor = {
            "below": (Point(at.x, at.y + BELOW), "middle"),
            "above": (Point(at.x, at.y - ABOVE), "middle"),
            "left": (Point(at.x - BESIDE, at.y + 5), "end"),
            "right": (Point(at.x + BESIDE, at.y + 5), "start"),
        }[side]
        self.texts.append(Text(place, label, kind, anchor, neuron=neuron))
        return node

    def unit(self, node: Node, label: Label, size: float) -> Node:
        """A node with its name within."""
        self.nodes.append(node)
        at = Point(node.at.x, node.at.y + size / 3)
        self.texts.append(Text(at, label, node.kind, size=size, neuron=node.neuron, free=True))
        return node

    def box(self, node: Node, number: str, words: str) -> Node:
        """A box with a number of units and what they are."""
        self.nodes.append(node)
        x, y = node.at
        for label, below, size in ((number, -4, NUMBER), (words, 17, NOTE)):
            at = Point(x, y + below)
            self.texts.append(Text(at, labels.words(label), node.kind, size=size, free=True))
        return node

    def branch(
        self,
        path: Path,
        start: Node | None,
        end: Node | None,
        kind: str = "ink",
        label: Label | None = None,
        *,
        tip: float | None = 0.55,
        near: float = 0.5,
        side: int = 1,
        size: float = SIZE,
        neuron: str = "",
        weight: str = "",
        synapses: tuple[tuple[str, str], ...] = (),
        said: str = "",
        dashed: bool = False,
        thin: bool = False,
    ) -> None:
        """A branch between two nodes, its arrowhead at a share of the way, and its label."""
        path = clipped(path, start, end)
        head = None if tip is None else along(path, tip)
        self.edges.append(Edge(path, kind, head, synapses, weight, said, dashed, thin))
        if label is not None:
            text = Text(Point(0, 0), label, kind, size=size, neuron=neuron, weight=weight)
            self.wanted.append(Wanted(len(self.edges) - 1, text, near, side))

    def write(self, at: Point, label: Label, kind: str = "ink", anchor: str = "middle",
              size: float = SIZE, neuron: str = "", free: bool = False) -> None:  # fmt: skip
        """A label at a place of its own."""
        self.texts.append(Text(at, label, kind, anchor, size, neuron, free=free))

    def scene(self, title: str, description: str = "") -> Scene:
        """All of it, with its labels placed, moved so that it begins at the left upper corner."""
        texts = [*self.texts, *labelled(self.wanted, self.nodes, self.edges, self.texts)]
        boxes = [node.box for node in self.nodes] + [text.box for text in texts]
        boxes += [box for cells in self.cells for box in cells.boxes]
        boxes += [frame.box for frame in self.frames]
        for edge in self.edges:
            chain = sampled(edge.path)
            xs, ys = [p.x for p in chain], [p.y for p in chain]
            boxes.append(Rect(min(xs) - 1, min(ys) - 1, max(xs) + 1, max(ys) + 1))
        left, top = min(b.left for b in boxes) - MARGIN, min(b.top for b in boxes) - MARGIN
        right, low = max(b.right for b in boxes) + MARGIN, max(b.bottom for b in boxes) + MARGIN

        def moved(p: Point) -> Point:
            return Point(p.x - left, p.y - top)

        def shifted(b: Rect) -> Rect:
            return Rect(b.left - left, b.top - top, b.right - left, b.bottom - top)

        return Scene(
            title,
            description,
            right - left,
            low - top,
            tuple(replace(node, at=moved(node.at)) for node in self.nodes),
            tuple(
                replace(
                    edge,
                    path=tuple(moved(p) for p in edge.path),
                    tip=None if edge.tip is None else (moved(edge.tip[0]), edge.tip[1]),
                )
                for edge in self.edges
            ),
            tuple(replace(text, at=moved(text.at)) for text in texts),
            tuple(replace(c, boxes=tuple(map(shifted, c.boxes))) for c in self.cells),
            tuple(Frame(shifted(frame.box), frame.kind) for frame in self.frames),
        )


def clear(draw: Callable[[float], Scene]) -> Scene:
    """The first scene in which nothing lies on anything else, with more and more room."""
    for room in ROOMS:
        scene = draw(room)
        if next(clashes(scene), None) is None:
            break
    return scene


def arrowhead(at: Point, way: Point, length: float = 9.0, width: float = 6.4) -> tuple[Point, ...]:
    """The four corners of an arrowhead whose middle is at a point: tip, wing, notch, wing."""

    def corner(forth: float, aside: float) -> Point:
        return Point(at.x + way.x * forth - way.y * aside, at.y + way.y * forth + way.x * aside)

    half = length / 2
    return (
        corner(half, 0),
        corner(-half, width / 2),
        corner(-half + length * 0.25, 0),
        corner(-half, -width / 2),
    )
