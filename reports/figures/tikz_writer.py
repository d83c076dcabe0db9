r"""Scene → TikZ: one tikzpicture with the same places as the SVG, for pdflatex.

Labels are set 9 pt high, for which their measured widths hold; a figure wider than the page is made
smaller as a whole.  Every word is escaped.
"""

from __future__ import annotations

from reports.escaping import escaped
from reports.figures.colours import KINDS
from reports.figures.drawing import arrowhead
from reports.figures.scene import SIZE, Cells, Edge, Frame, Node, Point, Scene, Text

POINTS = 9.0 / SIZE
"""The length of a unit in pt, so that a label is 9 pt high."""
WIDEST = 345.0
"""The width of a page of text in LaTeX's article, in pt."""

TIKZ_PREAMBLE = "\n".join(
    (
        r"\usepackage{tikz}",
        *(
            rf"\definecolor{{ff{kind}}}{{HTML}}{{{shade.light.upper()}}}"
            + (
                rf"\definecolor{{ft{kind}}}{{HTML}}{{{shade.light_tint.upper()}}}"
                if shade.light_tint
                else ""
            )
            for kind, shade in KINDS.items()
        ),
    )
)
"""What a document needs before `\\begin{document}` to hold the pictures of `tikz`."""

ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}


def tikz(scene: Scene, widest: float = WIDEST) -> str:
    r"""The figure as a `tikzpicture`, at most so many pt wide; the document has `TIKZ_PREAMBLE`."""
    scale = min(1.0, widest / (scene.width * POINTS))
    options = f"x={POINTS}pt, y=-{POINTS}pt, line width=0.7pt, line join=round"
    if scale < 1.0:
        options += f", scale={scale:.4f}, transform shape"
    parts = [
        rf"\begin{{tikzpicture}}[{options}]",
        rf"\useasboundingbox (0,0) rectangle {_point(Point(scene.width, scene.height))};",
    ]
    parts += (_cells(cells) for cells in scene.cells if cells.boxes)
    parts += (_frame(frame) for frame in scene.frames)
    parts += (_edge(edge) for edge in scene.edges)
    parts += (_node(node) for node in scene.nodes)
    parts += (_text(text) for text in scene.texts)
    parts.append(r"\end{tikzpicture}")
    return "\n".join(parts)


def document(scene: Scene) -> str:
    """A whole LaTeX file with the figure and its title, for pdflatex."""
    return "\n".join(
        (
            r"\documentclass{article}",
            r"\usepackage[T1]{fontenc}",
            r"\usepackage{lmodern}",
            r"\usepackage{amsmath}",
            TIKZ_PREAMBLE,
            r"\begin{document}",
            r"\begin{figure}[htbp]",
            r"\centering",
            tikz(scene),
            rf"\caption{{{escaped(scene.title)}}}",
            r"\end{figure}",
            r"\end{document}",
            "",
        )
    )


def _edge(edge: Edge) -> str:
    first, *rest = edge.path
    style = f"ff{edge.kind}" + (", dash pattern=on 2pt off 2pt" if edge.dashed else "")
    style += ", line width=0.35pt" if edge.thin else ""
    if len(rest) == 1:
        way = f"{_point(first)} -- {_point(rest[0])}"
    else:
        way = _point(first)
        for n in range(0, len(rest), 3):
            one, two, end = map(_point, rest[n : n + 3])
            way += f" .. controls {one} and {two} .. {end}"
    drawn = rf"\draw[{style}] {way};"
    if edge.tip:
        corners = " -- ".join(map(_point, arrowhead(*edge.tip)))
        drawn += "\n" + rf"\fill[ff{edge.kind}] {corners} -- cycle;"
    return drawn


def _node(node: Node) -> str:
    box = node.box
    corners = f"{_point(Point(box.left, box.top))} rectangle {_point(Point(box.right, box.bottom))}"
    round_ = f"rounded corners={_number(min(node.radius, node.height / 2 - 0.01) * POINTS)}pt"
    if node.width < 8:
        return rf"\fill[ff{node.kind}] {_point(node.at)} circle[radius={_number(node.radius)}];"
    if node.radius >= node.height / 2 and node.width == node.height:
        at = f"{_point(node.at)} circle[radius={_number(node.radius)}]"
        return rf"\filldraw[draw=ff{node.kind}, fill=ft{node.kind}] {at};"
    return rf"\filldraw[draw=ff{node.kind}, fill=ft{node.kind}, {round_}] {corners};"


def _frame(frame: Frame) -> str:
    b = frame.box
    corners = f"{_point(Point(b.left, b.top))} rectangle {_point(Point(b.right, b.bottom))}"
    style = f"ff{frame.kind}, line width=0.5pt, dash pattern=on 2pt off 2pt, rounded corners=5pt"
    return rf"\draw[{style}] {corners};"


def _cells(cells: Cells) -> str:
    boxes = " ".join(
        f"{_point(Point(b.left, b.top))} rectangle {_point(Point(b.right, b.bottom))}"
        for b in cells.boxes
    )
    faint = f", fill opacity={_number(cells.strength)}" if cells.strength < 1 else ""
    return rf"\fill[ff{cells.kind}{faint}] {boxes};"


def _text(text: Text) -> str:
    size = text.size * POINTS
    font = rf"\fontsize{{{_number(size)}}}{{{_number(size * 1.2)}}}\selectfont"
    style = f"anchor={ANCHORS[text.anchor]}, inner sep=0pt, text=ff{text.kind}"
    return rf"\node[{style}] at {_point(text.at)} {{{font} {text.label.latex}}};"


def _point(p: Point) -> str:
    return f"({_number(p.x)},{_number(p.y)})"


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
