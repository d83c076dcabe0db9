r"""Blocks → Markdown with $…$: a whole page, or a note in a user's own text or at its end.

Every word passes `quoted`, so that it is neither markup nor a formula.  On a page each equation is
a display of its own, which `proofprop check` reads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from reports.document import (
    RELATIONS,
    Algorithm,
    Annotated,
    Block,
    Boxed,
    Bullets,
    Code,
    CodeBlock,
    Document,
    Emphasis,
    EquationLines,
    Figure,
    Fold,
    Heading,
    Line,
    Math,
    Paragraph,
    RuleBox,
    Run,
    Runs,
    Strong,
    Table,
    Text,
    VerdictBox,
    with_asides,
)
from reports.html_formulas import STEERING
from reports.latex_runs import math_latex
from reports.text import run_text
from symbolic.reading.documents import CLAIMS, NO_CLAIMS

_MARKUP = re.compile(r"([\\`*_{}<>#|$~!]|\](?=[(\[:]|$))")
"""What is markup; an opening bracket is none, and behind a backslash it would open a formula."""


def quoted(words: str) -> str:
    r"""Words for Markdown: nothing in them is markup.

    >>> print(quoted("a_b <i> $x$"))
    a\_b \<i\> \$x\$
    """
    return _MARKUP.sub(r"\\\1", STEERING.sub("", words).replace("\n", " "))


_ASIDE = {True: f"<!-- {NO_CLAIMS} -->", False: f"<!-- {CLAIMS} -->"}


def page_markdown(document: Document, drawings: str = "") -> str:
    """The whole page; where drawings lie in files beside it, their names begin with `drawings`.

    Hosts strip SVG from Markdown, so that without such files a figure is told in words.
    """
    rows = [f"# {quoted(document.title)}", "", *blocks_on_page(document.blocks, drawings)]
    return "\n".join(rows) + "\n"


def blocks_on_page(blocks: Sequence[Block], drawings: str = "") -> list[str]:
    """The lines of blocks as they stand on a page."""
    rows: list[str] = []
    for block in with_asides(blocks):
        own = [_ASIDE[block]] if isinstance(block, bool) else _of_page(block, drawings)
        rows += [*([""] if rows else []), *own]
    return rows


def _of_page(block: Block, drawings: str) -> list[str]:
    """The lines of one block on a page: equations are displays."""
    match block:
        case Figure(name, _, caption, _) if drawings:
            said = runs_markdown(caption)
            alternative = quoted("".join(run_text(run) for run in caption))
            return [f"![{alternative}]({quote(drawings, safe=':')}{name}.svg)", "", said]
        case EquationLines(lines) | Boxed(lines):
            return [row for line in lines for row in (*_display(line), "")][:-1]
        case RuleBox(lines, left, cases):
            rows = [row for line in lines for row in (f"$${math_latex(Math(line))}$$", "")]
            for case, words in cases:
                whole = f"$${math_latex(Math(left))} = {math_latex(Math(case))}$$"
                rows += [f"{runs_markdown(words).capitalize()},", "", whole, ""]
            return rows[:-1]
        case Fold(summary, blocks):
            inside = [row for one in blocks for row in ("", *_of_page(one, drawings))]
            return [f"*{quoted(summary)}:*", *inside]
        case _:
            return block_markdown(block)


def _display(line: Line) -> list[str]:
    left = "" if line.left is None else math_latex(line.left)
    number = "" if line.number is None else rf" \tag{{{line.number}}}"
    rows = [f"$${left} = {math_latex(line.right)}{number}$$".replace("$$ =", "$$=")]
    mark = f"{line.mark.value} " if line.mark.value else ""
    said = f"{mark}{runs_markdown(line.reason) if line.reason else ''}".strip()
    return [*rows, "", said] if said else rows


def blocks_markdown(blocks: Sequence[Block]) -> list[str]:
    """The lines of blocks one after the other, an empty one between them."""
    rows: list[str] = []
    for block in blocks:
        rows += [*([""] if rows else []), *block_markdown(block)]
    return rows


def block_markdown(block: Block) -> list[str]:
    """The lines of one block."""
    match block:
        case Heading(text, level):
            return [f"{'#' * (level + 1)} {quoted(text)}"]
        case Paragraph(words):
            return [runs_markdown(words)]
        case EquationLines(lines) | Boxed(lines):
            return [f"- {_line(line)}" for line in lines]
        case Table(head, rows):
            return [_row(head), f"|{' --- |' * len(head)}", *map(_row, rows)]
        case RuleBox(lines, left, cases):
            said = [f"- {runs_markdown((Math(line),))}" for line in lines]
            named = runs_markdown((Math(left),))
            said += [
                f"- {named} = {runs_markdown((Math(case),))} {runs_markdown(words)}"
                for case, words in cases
            ]
            return said
        case VerdictBox(mark, title, words):
            return [f"**{mark.value} {quoted(title)}** {runs_markdown(words)}"]
        case CodeBlock(code):
            return [f"    {row}" for row in STEERING.sub("", code).rstrip().split("\n")]
        case Annotated():
            return _annotated(block)
        case Bullets(items):
            return [f"- {runs_markdown(item)}" for item in items]
        case Figure(_, _, caption, seen):
            told = [f"- {runs_markdown(item)}" for item in seen]
            return [f"*Figure:* {runs_markdown(caption)}", *([""] if told else []), *told]
        case Algorithm(lines):
            return [
                f"{n}. {'&emsp;' * deep}{runs_markdown(words)}"
                for n, (deep, words) in enumerate(lines, 1)
            ]
        case Fold(summary, blocks):
            return [f"*{quoted(summary)}:*", "", *blocks_markdown(blocks)]


def runs_markdown(words: Runs) -> str:
    """Words and formulas in a row."""
    return "".join(map(run_markdown, words))


def run_markdown(run: Run) -> str:
    """One run."""
    match run:
        case Text(text):
            return quoted(text)
        case Emphasis(text):
            return f"*{quoted(text)}*"
        case Strong(text):
            return f"**{quoted(text)}**"
        case Code(text):
            return _typed(STEERING.sub("", text).replace("\n", " "))
        case Math():
            return f"${math_latex(run)}$"


def _typed(text: str) -> str:
    """Code within a fence of more ticks than it holds."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if longest else f"{fence}{text}{fence}"


def _row(cells: Sequence[Runs]) -> str:
    inside = (runs_markdown(cell).replace("|", "\\|") or " " for cell in cells)
    return f"| {' | '.join(inside)} |"


def _line(line: Line) -> str:
    left = "" if line.left is None else math_latex(line.left)
    number = "" if line.number is None else f" ({line.number})"
    reason = f" {runs_markdown(line.reason)}" if line.reason else ""
    mark = f"{line.mark.value} " if line.mark.value else ""
    whole = f"{left} = {math_latex(line.right)}".strip()
    return f"{mark}${whole}${number}{reason}"


def _annotated(block: Annotated) -> list[str]:
    """The formula and, on the same line, what is said of it; then its numbers."""
    if isinstance(block.right, Code):
        formula = run_markdown(block.right)
    else:
        left = "" if block.left is None else math_latex(block.left)
        whole = f"{left} {RELATIONS[block.relation][1]} {math_latex(block.right)}"
        formula = f"${whole.strip()}$"
    number = "" if block.number is None else f" ({block.number})"
    said = " ".join(map(runs_markdown, block.notes))
    rows = [f"**{block.mark.value}{number}** {formula} — {said}"]
    return [*rows, *(["", *blocks_markdown(block.blocks)] if block.blocks else [])]
