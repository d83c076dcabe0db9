"""Document → a Jupyter notebook: a cell of Markdown for each section, drawings attached.

Also what a notebook shows for a report object: text, LaTeX that MathJax knows, a framed page.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Sequence

from reports.document import (
    Block,
    Boxed,
    Document,
    EquationLines,
    Figure,
    Heading,
    Math,
    RuleBox,
    Runs,
)
from reports.latex_runs import math_latex
from reports.markdown import blocks_on_page, quoted

Cell = dict[str, object]
HEIGHT = "70vh"
_COMMAND = re.compile(r"[\\{}$_^&%#~]")


def notebook(document: Document) -> str:
    """The whole page as .ipynb; it holds no code and no output, so that nothing need be run."""
    cells = [_cell("title", [f"# {quoted(document.title)}"], {})]
    for number, blocks in enumerate(_sections(document.blocks)):
        drawings = {f"{f.name}.svg": _drawn(f) for f in blocks if isinstance(f, Figure)}
        lines = blocks_on_page(blocks, "attachment:")
        cells.append(_cell(f"section-{number}", lines, drawings))
    whole = {
        "cells": cells,
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _sections(blocks: Sequence[Block]) -> list[list[Block]]:
    """The blocks cut before each heading of the first level."""
    sections: list[list[Block]] = [[]]
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            sections.append([])
        sections[-1].append(block)
    return [section for section in sections if section]


def _cell(name: str, lines: Sequence[str], drawings: dict[str, str]) -> Cell:
    attached = {file: {"image/svg+xml": data} for file, data in drawings.items()}
    cell: Cell = {"cell_type": "markdown", "id": name, "metadata": {}}
    if attached:
        cell["attachments"] = attached
    cell["source"] = "\n".join(lines)
    return cell


def _drawn(figure: Figure) -> str:
    from reports.figures import svg  # only a page with figures needs them

    return base64.b64encode(svg(figure.scene, alone=True).encode("utf-8")).decode("ascii")


def notebook_latex(document: Document) -> str:
    r"""The rule and the numbered lines as displays that MathJax knows."""
    parts: list[str] = []
    for block in document.blocks:
        match block:
            case RuleBox(lines, left, cases):
                parts += [f"$${math_latex(Math(line))}$$" for line in lines]
                rows = r" \\ ".join(f"{math_latex(Math(c))} & {_said(words)}" for c, words in cases)
                inside = rf"\begin{{cases}} {rows} \end{{cases}}"
                parts.append(rf"$$\boxed{{{math_latex(Math(left))} = {inside}}}$$")
            case EquationLines(lines) | Boxed(lines):
                for line in lines:
                    start = math_latex(line.left) if line.left else ""
                    parts.append(f"$${start} = {math_latex(line.right)}$$")
            case _:
                continue
    return "\n\n".join(parts)


def _said(words: Runs) -> str:
    """Words within a display, with nothing in them that MathJax would take for a command."""
    return "".join(
        math_latex(run) if isinstance(run, Math) else rf"\text{{{_COMMAND.sub('', run.text)}}}"
        for run in words
    )


def framed(page: str) -> str:
    """A whole page within a notebook, which strips style and script from anything else."""
    inside = html.escape(page, quote=True)
    return (
        f'<iframe sandbox="allow-scripts" style="width:100%;height:{HEIGHT};border:0" '
        f'title="report" srcdoc="{inside}"></iframe>'
    )
