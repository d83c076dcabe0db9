"""Scene → SVG: one element that needs no network and no script, on light and on dark paper.

Every word is escaped.  Units have the class `n-NAME` and weights `w-NAME`, so that a page can light
them up together with its formulas.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from reports.figures.colours import KINDS
from reports.figures.drawing import arrowhead
from reports.figures.scene import Cells, Edge, Frame, Node, Point, Scene, Text
from reports.html import safe

FONTS = (("KaTeX_Main", "normal", "KaTeX_Main-Regular"),
         ("KaTeX_Math", "italic", "KaTeX_Math-Italic"))  # fmt: skip
FALLBACK = '"Latin Modern Roman","STIX Two Text",Cambria,Georgia,serif'
_BARE = re.compile(r"[A-Za-z0-9_-]")


def svg(scene: Scene, *, alone: bool = False) -> str:
    """The figure as one `<svg>` element, to stand in a page.

    It takes the ink of the page from its text colour and the fonts of KaTeX from the page, which
    has them for its formulas.  `alone` is for a file of its own: with the fonts, and with a colour
    scheme for light and dark screens.
    """
    wide, high = _number(scene.width), _number(scene.height)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="figure{" alone" if alone else ""}" '
        f'role="img" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}">'
    )
    parts = [head, f"<title>{safe(scene.title)}</title>"]
    if scene.description:
        parts.append(f"<desc>{safe(scene.description)}</desc>")
    parts.append(f"<style>{_style(alone)}</style>")
    parts += (_cells(cells) for cells in scene.cells)
    parts += (_frame(frame) for frame in scene.frames)
    parts += (_edge(edge) for edge in scene.edges)
    parts += (_node(node) for node in scene.nodes)
    parts += (_text(text) for text in scene.texts)
    parts.append("</svg>\n")
    return "\n".join(parts)


def mark(letter: str, name: str) -> str:
    """The class of a unit (letter n) or of a weight (w): letters beyond the plain ones by code.

    >>> mark("n", "h1"), mark("w", "a<b")
    ('n-h1', 'w-a-3c-b')
    """
    return f"{letter}-" + "".join(c if _BARE.match(c) else f"-{ord(c):x}-" for c in name)


@cache
def _style(alone: bool) -> str:
    """The colours as variables, light and dark, and one rule per kind."""
    light, dark = [], []
    rules = [
        ".figure{max-width:100%;height:auto;color:var(--ink,#1c1d20)}",
        f".figure text{{font-family:KaTeX_Main,{FALLBACK};fill:currentColor;white-space:pre;"
        "direction:ltr;unicode-bidi:isolate}",
        f".figure .i{{font-family:KaTeX_Math,{FALLBACK};font-style:italic}}",
        ".figure path{fill:none;stroke-width:1.25;stroke-linejoin:round}",
        ".figure rect{stroke-width:1.4}",
        ".figure .a{stroke:none}",
        ".figure .dash{stroke-dasharray:4 3.5}",
    ]
    for kind, shade in KINDS.items():
        tint = f"--{kind}-tint"
        if kind == "ink":
            name = "currentColor"
        else:
            name = f"var(--f-{kind})"
            light.append(f"--f-{kind}:#{shade.light}")
            dark.append(f"--f-{kind}:#{shade.dark}")
        rules.append(f".figure .{kind}{{stroke:{name}}}")
        rules.append(f".figure .{kind}.a,.figure text.{kind},.figure .{kind}.c{{fill:{name};"
                     "stroke:none}")  # fmt: skip
        if shade.light_tint and kind != "ink":
            light.append(f"--f{tint}:#{shade.light_tint}")
            dark.append(f"--f{tint}:#{shade.dark_tint}")
            rules.append(f".figure rect.{kind}{{fill:var(--f{tint})}}")
    rules.append(".figure rect.frame{fill:none;stroke-width:1}")
    rules.append(".figure rect.dot{fill:currentColor;stroke:none}")
    style = f".figure{{{';'.join(light)}}}" + "".join(rules)
    night = f".figure{{{';'.join(dark)}}}"
    if alone:
        style = "".join(_font(*font) for font in FONTS) + style
        style += "svg.alone{color-scheme:light dark;color:#1c1d20}"
        night += "svg.alone{color:#e6e6e3;background:#16171a}"
    style += f"@media screen and (prefers-color-scheme:dark){{{night}}}"
    return style


@cache
def _font(family: str, style: str, file: str) -> str:
    data = files("reports").joinpath(f"katex/{file}.woff2").read_bytes()
    text = base64.b64encode(data).decode("ascii")
    return (
        f"@font-face{{font-family:{family};font-style:{style};"
        f"src:url(data:font/woff2;base64,{text}) format('woff2')}}"
    )


def _edge(edge: Edge) -> str:
    kind = f"{edge.kind} dash" if edge.dashed else edge.kind
    first, *rest = edge.path
    way = f"M{_point(first)}" + ("L" if len(rest) == 1 else "C") + " ".join(map(_point, rest))
    parts = [f'<path class="{kind}" d="{way}"/>']
    if edge.tip:
        corners = " ".join(map(_point, arrowhead(*edge.tip)))
        parts.append(f'<path class="{edge.kind} a" d="M{corners}z"/>')
    marks = [mark("w", edge.weight)] if edge.weight else []
    if not marks and not edge.said:
        return "".join(parts)
    said = f"<title>{safe(edge.said)}</title>" if edge.said else ""
    return f'<g class="e {" ".join(marks)}">{said}{"".join(parts)}</g>'


def _node(node: Node) -> str:
    box = node.box
    dot = " dot" if node.width < 8 else ""
    named = f" {mark('n', node.neuron)}" if node.neuron else ""
    said = f"<title>{safe(node.said)}</title>" if node.said else ""
    return (
        f'<rect class="{node.kind}{dot}{named}" x="{_number(box.left)}" y="{_number(box.top)}" '
        f'width="{_number(node.width)}" height="{_number(node.height)}" '
        f'rx="{_number(node.radius)}"' + (f">{said}</rect>" if said else "/>")
    )


def _frame(frame: Frame) -> str:
    box = frame.box
    return (
        f'<rect class="{frame.kind} frame dash" x="{_number(box.left)}" y="{_number(box.top)}" '
        f'width="{_number(box.right - box.left)}" height="{_number(box.bottom - box.top)}" rx="9"/>'
    )


def _cells(cells: Cells) -> str:
    way = "".join(
        f"M{_point(Point(box.left, box.top))}h{_number(box.right - box.left)}"
        f"v{_number(box.bottom - box.top)}h{_number(box.left - box.right)}z"
        for box in cells.boxes
    )
    return f'<path class="{cells.kind} c" d="{way}"/>'


def _text(text: Text) -> str:
    marks = [text.kind]
    if text.neuron:
        marks.append(mark("n", text.neuron))
    if text.weight:
        marks.append(mark("w", text.weight))
    anchor = "" if text.anchor == "start" else f' text-anchor="{text.anchor}"'
    return (
        f'<text class="{" ".join(marks)}" x="{_number(text.at.x)}" y="{_number(text.at.y)}" '
        f'font-size="{_number(text.size)}"{anchor}>{"".join(_runs(text))}</text>'
    )


def _runs(text: Text) -> Iterator[str]:
    """The runs of a label; neighbours that look alike are one."""
    shift = 0.0
    size = text.size
    for run in text.label.runs:
        attributes = ' class="i"' if run.italic else ""
        if run.size != 1.0:
            attributes += f' font-size="{_number(run.size * size)}"'
        if run.shift != shift:
            attributes += f' dy="{_number((shift - run.shift) * size)}"'
        if abs(run.gap) > 1e-9:
            attributes += f' dx="{_number(run.gap * size)}"'
        shift = run.shift
        letters = safe(run.letters)
        yield f"<tspan{attributes}>{letters}</tspan>" if attributes else letters


def _point(p: Point) -> str:
    return f"{_number(p.x)},{_number(p.y)}"


def _number(value: float) -> str:
    """A length to a hundredth, without zeros that say nothing."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
