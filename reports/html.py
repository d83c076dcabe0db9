r"""Document → one HTML page that needs no network: its formulas are set by KaTeX, which it holds.

Every word passes `safe`.  Only our own formulas reach KaTeX, with trust off; without JavaScript
their Unicode text stands in their place.  Equal documents give equal bytes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from reports import linking
from reports.document import (
    Algorithm,
    Annotated,
    Block,
    Boxed,
    Bullets,
    Code,
    CodeBlock,
    Document,
    EquationLines,
    Figure,
    Fold,
    Heading,
    Line,
    Mark,
    Math,
    Paragraph,
    RuleBox,
    Runs,
    Table,
    Text,
    VerdictBox,
)
from reports.html_formulas import display, glued, run_html, runs_html, safe, set_formula
from reports.latex_runs import math_latex, rule_latex, width_of
from reports.latex_width import width_em
from reports.static import MOST_SET, formulas_set, quickjs_is_here
from reports.text import runs_text

CLASSES = {
    Mark.NONE: "plain",
    Mark.PROVED: "proved",
    Mark.REFUTED: "refuted",
    Mark.UNJUSTIFIED: "unjustified",
    Mark.OPEN: "open",
    Mark.GIVEN: "given",
}
SPOKEN = {
    Mark.NONE: "",
    Mark.PROVED: "proved",
    Mark.REFUTED: "wrong",
    Mark.UNJUSTIFIED: "does not follow",
    Mark.OPEN: "not decided",
    Mark.GIVEN: "given",
}
"""What a screen reader says for a mark."""
_CITED = re.compile(r"\((\d{1,6})\)")


def page_html(document: Document, *, static: bool | None = False) -> str:
    """The whole page; `static` sets the formulas now and leaves KaTeX out, which needs quickjs.

    None does so where quickjs is installed and the formulas are not too many.  Raises `InputError`
    where it is asked for and is not there.
    """
    return _Page(document).page(static)


def block_html(block: Block) -> str:
    """One block, as part of a page of one's own."""
    return _Page(Document("", (block,))).block(block)


@cache
def _asset(name: str) -> bytes:
    return files("reports").joinpath(name).read_bytes()


@cache
def _style() -> str:
    """The style of the page and that of KaTeX with its fonts inside."""
    folder = files("reports").joinpath("katex")
    fonts = {f.name: f.read_bytes() for f in folder.iterdir() if f.name.endswith(".woff2")}

    def face(match: re.Match[str]) -> str:
        name = re.search(r"url\(fonts/([\w-]+\.woff2)\)", match[0])
        if name is None or name[1] not in fonts:
            return ""
        data = base64.b64encode(fonts[name[1]]).decode("ascii")
        source = f'src:url(data:font/woff2;base64,{data}) format("woff2")'
        return re.sub(r"src:[^}]*", source, match[0])

    katex = re.sub(r"@font-face\{[^}]*\}", face, _asset("katex/katex.min.css").decode("utf-8"))
    return katex + "\n" + _asset("page.css").decode("utf-8")


@cache
def _script(static: bool) -> str:
    """KaTeX, unless the formulas are set already, and the lines that call it."""
    licence = "/*! KaTeX 0.19.1, MIT licence, (c) Khan Academy and other contributors */\n"
    katex = "" if static else licence + _asset("katex/katex.min.js").decode("utf-8")
    parts = (katex, *(_asset(name).decode("utf-8") for name in ("formulas.js", "page.js")))
    script = "\n".join(parts).lstrip("\n")
    assert "</script" not in script.lower()
    return script


@cache
def _policy(static: bool) -> str:
    """Nothing is fetched, and no script but ours runs."""
    script = _script(static).encode("utf-8")
    digest = base64.b64encode(hashlib.sha256(script).digest()).decode("ascii")
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "font-src data:; base-uri 'none'; form-action 'none'"
    )


_NAME = re.compile(r"\d[\w:]*(?:-[\w:]+){1,6}")
"""A network by its layers, 2-2:tanh-1."""


def _whole_names(title: str) -> str:
    """The title, in which no line ends within the name of a network."""
    return _NAME.sub(lambda found: f'<span class="g">{found[0]}</span>', title)


class _Page:
    """One page: it knows which numbered formulas can be linked to."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.last = {
            block.number: n
            for n, block in enumerate(document.blocks)
            if isinstance(block, Annotated) and block.number is not None
        }
        self.sections = [
            block.text
            for block in document.blocks
            if isinstance(block, Heading) and block.level == 1
        ]
        self.section = 0

    def page(self, wanted: bool | None) -> str:
        title = safe(self.document.title)
        contents = "".join(
            f'<li><a href="#s{n}">{safe(text)}</a></li>' for n, text in enumerate(self.sections, 1)
        )
        nav = f'<nav aria-label="Contents"><ol>{contents}</ol></nav>\n' if contents else ""
        main = "\n".join(self.numbered(n, block) for n, block in enumerate(self.document.blocks))
        network = self.document.network
        linked = "" if network is None else linking.table(network, main)
        few = main.count('data-tex="') <= MOST_SET
        static = (few and quickjs_is_here()) if wanted is None else wanted
        if static:
            main = formulas_set(main, linked)
        return (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(static)}">\n'
            '<meta name="referrer" content="no-referrer">\n'
            f"<title>{title}</title>\n<style>{_style()}</style>\n</head>\n<body>\n"
            '<a class="skip" href="#main">To the text</a>\n'
            f'<header><h1 dir="auto">{_whole_names(title)}</h1></header>\n{nav}'
            f'<main id="main">\n{main}\n</main>\n{linked}'
            f"<script>{_script(static)}</script>\n</body>\n</html>\n"
        )

    def numbered(self, at: int, block: Block) -> str:
        """A block of the page itself, which can be linked to by its number."""
        drawn = self.block(block)
        if isinstance(block, Annotated) and self.last.get(block.number or 0) == at:
            return drawn.replace("<article ", f'<article id="f{block.number}" ', 1)
        return drawn

    def blocks(self, blocks: Sequence[Block]) -> str:
        return "\n".join(map(self.block, blocks))

    def block(self, block: Block) -> str:
        """One block."""
        match block:
            case Heading(text, level):
                if level > 1:
                    return f'<h3 dir="auto">{safe(text)}</h3>'
                self.section += 1
                return f'<h2 id="s{self.section}">{safe(text)}</h2>'
            case Paragraph(words, keep):
                kept = ' class="keep"' if keep else ""
                return f'<p{kept} dir="auto">{runs_html(words)}</p>'
            case EquationLines(lines):
                return _equations(lines)
            case Table():
                return _table(block)
            case RuleBox():
                return _rule(block)
            case Boxed(lines):
                return f'<div class="boxed">{_equations(lines)}</div>'
            case VerdictBox(mark, title, words):
                head = f"<strong>{mark.value} {safe(title)}</strong>"
                said = f"<p>{head} {self.cited(words)}</p>"
                return f'<section class="verdict {CLASSES[mark]}">{said}</section>'
            case CodeBlock(code, drawn):
                picture = f"<p>{set_formula(drawn.latex, drawn.text)}</p>" if drawn else ""
                return picture + f"<pre><code>{safe(code.rstrip())}</code></pre>"
            case Annotated():
                return self.annotated(block)
            case Bullets(items):
                rows = "".join(f'<li dir="auto">{self.cited(item)}</li>' for item in items)
                return f"<ul>{rows}</ul>"
            case Figure(_, scene, caption, _):
                from reports.figures import svg  # only a page with figures needs them

                drawing = f'<div class="drawing">{svg(scene)}</div>'
                said = f"<figcaption>{runs_html(caption)}</figcaption>"
                return f"<figure>{drawing}{said}</figure>"
            case Algorithm(lines):
                rows = "".join(f'<li class="in{n}">{runs_html(line)}</li>' for n, line in lines)
                return f'<ol class="algorithm">{rows}</ol>'
            case Fold(summary, blocks):
                inner = self.blocks(blocks)
                return f"<details><summary>{safe(summary)}</summary>\n{inner}\n</details>"

    def annotated(self, block: Annotated) -> str:
        """The mark, the formula with its notes, and where it stands."""
        if isinstance(block.right, Code):
            formula = run_html(block.right)
        else:
            left = "" if block.left is None else display(block.left)
            formula = left + display(block.right, block.relation)
        notes = "".join(f'<p dir="auto">{self.cited(note)}</p>' for note in block.notes)
        number = "" if block.number is None else f"({block.number})<br> "
        later = " next" if block.left is None and isinstance(block.right, Math) else ""
        return (
            f'<article class="line {CLASSES[block.mark]}{later}">'
            f'<div class="sign" role="img" aria-label="{SPOKEN[block.mark]}">'
            f"{block.mark.value}</div>"
            f'<div class="said"><div class="formula">{formula}</div>'
            f'<div class="notes">{notes}</div>{self.blocks(block.blocks)}</div>'
            f'<div class="place">{number}{safe(block.place)}</div></article>'
        )

    def cited(self, words: Runs) -> str:
        """Our own words, in which (12) leads to formula 12."""
        parts = []
        for run in words:
            shown = run_html(run)
            if isinstance(run, Text):
                shown = _CITED.sub(self._link, shown)
            parts.append(shown)
        return glued("".join(parts))

    def _link(self, match: re.Match[str]) -> str:
        if int(match[1]) not in self.last:
            return match[0]
        return f'<a href="#f{match[1]}">{match[0]}</a>'


PLACED = '<table role="presentation">'
"""A table that only says where formulas stand."""


def _equations(lines: Sequence[Line]) -> str:
    """Lines aligned at their equals signs, each with its reason, number and mark."""
    rows = []
    told = any(line.reason for line in lines)
    for line in lines:
        left = "" if line.left is None else display(line.left)
        number = "" if line.number is None else f"({line.number})"
        spoken = f'role="img" aria-label="{SPOKEN[line.mark]}"'
        mark = f' <span class="sign" {spoken}>{line.mark.value}</span>' if line.mark.value else ""
        why = f'<td class="why">{runs_html(line.reason)}</td>' if told else ""
        rows.append(
            f'<tr class="{CLASSES[line.mark]}"><td class="left">{left}</td>'
            f'<td class="right">{display(line.right, "=")}</td>{why}'
            f'<td class="number">{number}{mark}</td></tr>'
        )
    bare = "" if any(line.number for line in lines) else " bare"
    bare += " long" if told and _crowded(lines) else ""
    return f'<div class="equations{bare}">{PLACED}{"".join(rows)}</table></div>'


NARROW = 12.0
"""The widest formula, in em, that stays on one line in a cell of a table of few columns."""
BESIDE_REASON, SHORT_REASON = 18.0, 14.0
"""Em of a line beside a reason of the usual width, and of a reason that needs less."""


def _crowded(lines: Sequence[Line]) -> bool:
    """Whether some line is long and every reason short: then the lines get more of the room."""
    widths = (
        width_em(math_latex(line.right)) + (width_em(math_latex(line.left)) if line.left else 0.0)
        for line in lines
    )
    return max(widths) > BESIDE_REASON and max(width_of(x.reason) for x in lines) < SHORT_REASON


CELL = 8.0
"""Em of a part of a formula that is broken in a table of more columns than `MANY`."""
MANY = 4
"""Columns from which a table is set row by row on a narrow screen, each cell with its label."""


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{runs_html(cell)}</th>' for cell in table.head)
    numbered = not table.head[-1]
    many = len(table.head) >= MANY and not numbered
    kind = " many" if many else " numbered" * numbered
    labels = [f' data-label="{safe(runs_text(cell))}"' if many else "" for cell in table.head]
    narrow = NARROW * min(1.0, MANY / len(table.head))
    longest = CELL if len(table.head) > MANY else None
    rows = "".join(
        "<tr>"
        + "".join(
            _cell(cell, 0.0 if n == table.wide else narrow, longest, labels[n])
            for n, cell in enumerate(row)
        )
        + "</tr>"
        for row in table.rows
    )
    return (
        f'<div class="table{kind}"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _cell(cell: Runs, narrow: float, longest: float | None, label: str) -> str:
    """A formula alone in its cell stays on one line where it is no wider than so many em."""
    match cell:
        case (Math() as math,):
            wide = width_em(math_latex(math)) > narrow
            shown = display(math, longest=longest)
            return f'<td class="{"wide" if wide else "one"}"{label}>{shown}</td>'
    shown = runs_html(cell)
    return f"<td{label}>{f'<span>{shown}</span>' if label else shown}</td>"


BESIDE = 28.0
"""Em of a case of the rule and its condition up to which they stand in a row on a wide screen."""
BRACE = (
    '<td class="brace"><svg viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true">'
    '<path d="M9 1C4 1 6 4 6 10V40C6 46 4 49 1 50C4 51 6 54 6 60V90C6 96 4 99 9 99"/></svg></td>'
)


def _rule(box: RuleBox) -> str:
    """The rule: its lines, then one case per kind of neuron behind a brace."""
    top = "".join(f"<p>{display(Math(line))}</p>" for line in box.lines)
    widest = max((width_em(math_latex(Math(case))) for case, _ in box.cases), default=0.0)
    said = max((width_of(words) for _, words in box.cases), default=0.0)
    stacked = " stacked" if widest + 0.8 * said > BESIDE else ""
    cases = "".join(
        f'<tr><td>{display(Math(case), end=",")}</td><td class="why">{runs_html(words)}</td></tr>'
        for case, words in box.cases
    )
    left = display(Math(box.left))
    return (
        f'<div class="boxed{stacked}" data-copy="{safe(rule_latex(box))}">{top}'
        f'<div class="equations">{PLACED}<tr><td class="left">{left} '
        f"{set_formula('=', '=')}</td>{BRACE}"
        f'<td class="cases">{PLACED}{cases}</table></td></tr></table>'
        "</div></div>"
    )
