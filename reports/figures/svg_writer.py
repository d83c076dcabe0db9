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
from reports.html_formulas import safe

FONTS = (("KaTeX_Main", "normal", "KaTeX_Main-Regular"),
         ("KaTeX_Math", "italic", "KaTeX_Math-Italic"))  # fmt: skip
FALLBACK = '"Latin Modern Roman","STIX Two Text",Cambria,Georgia,serif'
FAMILIES = f"--upright:KaTeX_Main,{FALLBACK};--slanted:KaTeX_Math,{FALLBACK}"
ROOT = "netfig"
"""The class of the whole figure, within which all its rules hold."""
RULES = (
    "text{font-family:var(--upright);white-space:pre;direction:ltr;unicode-bidi:isolate}",
    ".i{font-family:var(--slanted);font-style:italic}",
    "path{fill:none;stroke-width:1.25;stroke-linejoin:round}",
    "rect{stroke-width:1.4}",
    ".thin{stroke-width:.7}",
    ".dash{stroke-dasharray:4 3.5}",
)
LAST_RULES = (
    "path.fill{stroke:none}",
    "rect.frame{fill:none;stroke-width:1}",
    "rect.dot{fill:currentColor;stroke:none}",
)
SMALLEST = 0.62
"""How small a figure in a page may get: its letters then have 10 px."""
_BARE = re.compile(r"[A-Za-z0-9_-]")


def svg(scene: Scene, *, alone: bool = False) -> str:
    """The figure as one `<svg>` element, to stand in a page.

    It takes its ink from the text colour of the page and the fonts of KaTeX from the page, which
    has them for its formulas.  On a narrow screen it gets smaller as long as it can be read, so it
    stands in a box that scrolls sideways.  `alone` is for a file of its own: with the fonts, and
    with a colour scheme for light and dark screens.
    """
    wide, high = _number(scene.width), _number(scene.height)
    least = "" if alone else f' style="min-width:{scene.width * SMALLEST:.0f}px"'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{ROOT}{" alone" if alone else ""}" '
        f'role="img" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}"{least}>'
    )
    parts = [head, f"<title>{safe(scene.title)}</title>"]
    if scene.description:
        parts.append(f"<desc>{safe(scene.description)}</desc>")
    parts.append(f"<style>{_style(_kinds(scene), alone)}</style>")
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


def _kinds(scene: Scene) -> tuple[str, ...]:
    """The kinds of things that a scene has."""
    things: tuple[Node | Edge | Text | Cells | Frame, ...] = (
        *scene.nodes,
        *scene.edges,
        *scene.texts,
        *scene.cells,
        *scene.frames,
    )
    used = {thing.kind for thing in things}
    return tuple(kind for kind in KINDS if kind in used)


@cache
def _style(kinds: tuple[str, ...], alone: bool) -> str:
    """The colours of these kinds as variables, light and dark, and the rules for them."""
    light, dark, rules = [], [], list(RULES)
    for kind in kinds:
        shade, name = KINDS[kind], "currentColor"
        if kind != "ink":
            name = f"var(--k-{kind})"
            light += [f"--k-{kind}:#{shade.light}", f"--t-{kind}:#{shade.light_tint}"]
            dark += [f"--k-{kind}:#{shade.dark}", f"--t-{kind}:#{shade.dark_tint}"]
            rules.append(f"rect.k-{kind}{{fill:var(--t-{kind})}}")
        rules.append(f"path.k-{kind},rect.k-{kind}{{stroke:{name}}}")
        rules.append(f".k-{kind}.fill,text.k-{kind}{{fill:{name}}}")
    rules += LAST_RULES
    style = f".{ROOT}{{max-width:100%;height:auto;{';'.join((FAMILIES, *light))}}}"
    style += "".join(f".{ROOT} {rule}".replace(",", f",.{ROOT} ") for rule in rules)
    night = f".{ROOT}{{{';'.join(dark)}}}"
    if alone:
        style = "".join(_font(*font) for font in FONTS) + style
        style += ".alone{color-scheme:light dark;color:#1c1d20}"
        night += ".alone{color:#e6e6e3;background:#16171a}"
    return f"{style}@media screen and (prefers-color-scheme:dark){{{night}}}"


@cache
def _font(family: str, style: str, file: str) -> str:
    data = files("reports").joinpath(f"katex/{file}.woff2").read_bytes()
    text = base64.b64encode(data).decode("ascii")
    return (
        f"@font-face{{font-family:{family};font-style:{style};"
        f"src:url(data:font/woff2;base64,{text}) format('woff2')}}"
    )


def _edge(edge: Edge) -> str:
    kind = f"k-{edge.kind}" + (" dash" if edge.dashed else "") + (" thin" if edge.thin else "")
    first, *rest = edge.path
    way = f"M{_point(first)}" + ("L" if len(rest) == 1 else "C") + " ".join(map(_point, rest))
    parts = [f'<path class="{kind}" d="{way}"/>']
    if edge.tip:
        corners = " ".join(map(_point, arrowhead(*edge.tip)))
        parts.append(f'<path class="k-{edge.kind} fill" d="M{corners}z"/>')
    marked = f' class="{mark("w", edge.weight)}"' if edge.weight else ""
    if not marked and not edge.said:
        return "".join(parts)
    said = f"<title>{safe(edge.said)}</title>" if edge.said else ""
    return f"<g{marked}>{said}{''.join(parts)}</g>"


def _node(node: Node) -> str:
    box = node.box
    dot = " dot" if node.width < 8 else ""
    named = f" {mark('n', node.neuron)}" if node.neuron else ""
    said = f"<title>{safe(node.said)}</title>" if node.said else ""
    return (
        f'<rect class="k-{node.kind}{dot}{named}" x="{_number(box.left)}" y="{_number(box.top)}" '
        f'width="{_number(node.width)}" height="{_number(node.height)}" '
        f'rx="{_number(node.radius)}"' + (f">{said}</rect>" if said else "/>")
    )


def _frame(frame: Frame) -> str:
    box = frame.box
    return (
        f'<rect class="k-{frame.kind} frame dash" x="{_number(box.left)}" y="{_number(box.top)}" '
        f'width="{_number(box.right - box.left)}" height="{_number(box.bottom - box.top)}" rx="9"/>'
    )


def _cells(cells: Cells) -> str:
    way = "".join(
        f"M{_point(Point(box.left, box.top))}h{_number(box.right - box.left)}"
        f"v{_number(box.bottom - box.top)}h{_number(box.left - box.right)}z"
        for box in cells.boxes
    )
    faint = f' fill-opacity="{_number(cells.strength)}"' if cells.strength < 1 else ""
    return f'<path class="k-{cells.kind} fill"{faint} d="{way}"/>'


def _text(text: Text) -> str:
    marks = [f"k-{text.kind}"]
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
