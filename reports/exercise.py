"""A report as an exercise sheet: the right sides of its lines are gaps, of about their width.

What is given stays: the network, the definitions, the reason of each line, the numbers of the
sample.  The report itself is the answer sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from reports.document import (
    Block,
    Boxed,
    CodeBlock,
    Document,
    Drawn,
    EquationLines,
    Fold,
    Formula,
    Heading,
    Line,
    Math,
    Paragraph,
    RuleBox,
    Run,
    Runs,
    Table,
    VerdictBox,
    runs,
)
from reports.latex_runs import math_latex
from reports.latex_width import width_em
from reports.text import math_text
from symbolic.terms import Equation, Phi

LEFT_OUT = frozenset(
    ("Backward flow", "Proof", "What this rests on", "The training step", "Sources")
)
"""Sections that give answers away or are none of the exercise."""
NUMBER, WORKED = 5.0, 10.0  # em of a gap for a number, and at most for how it comes about
ASKED = {
    "value": NUMBER,
    "with numbers": WORKED,
    "correction": NUMBER,
    "after": NUMBER,
    "differences": NUMBER,
}
"""Columns of tables that are gaps, and their width in em: written by hand, numbers are wide."""
TASK = "Fill in the gaps. Each line follows by the reason beside it from the lines that it names."
NARROWEST, WIDEST, CELL = 4.0, 15.0, 8.0  # em, the last of another gap in a table


def exercise(document: Document) -> Document:
    """The page with gaps."""
    title = f"{document.title}: exercise"
    return replace(document, title=title, blocks=tuple(_asked(document.blocks)))


def _asked(blocks: Iterable[Block]) -> Iterator[Block]:
    kept = True
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            kept = block.text not in LEFT_OUT
        if kept:
            yield from _with_gaps(block)


def _with_gaps(block: Block) -> Iterator[Block]:
    match block:
        case VerdictBox():
            yield Paragraph(runs(TASK))
        case Paragraph(words):
            yield replace(block, runs=tuple(map(_number, words)))
        case EquationLines(lines):
            yield EquationLines(tuple(map(_line, lines)))
        case Boxed(lines):
            yield Boxed(tuple(replace(line, right=gap(line.right)) for line in lines))
        case RuleBox(lines, left, cases):
            hidden = tuple((gap(Math(case)).formula, words) for case, words in cases)
            yield RuleBox(tuple(map(_equation, lines)), left, hidden)
        case Table(head, rows):
            asked = [
                max((ASKED.get(getattr(run, "text", ""), 0.0) for run in cell), default=0.0)
                for cell in head
            ]
            yield replace(block, rows=tuple(_row(row, asked) for row in rows))
        case Fold(summary, inside):
            if not any(isinstance(part, CodeBlock) for part in inside):
                yield Fold(summary, tuple(_asked(inside)))
        case _:
            yield block


def _number(run: Run) -> Run:
    """A bare number within words is a result."""
    bare = isinstance(run, Math) and re.fullmatch(r"-?\d+\.\d+", math_latex(run))
    return gap(run, CELL) if isinstance(run, Math) and bare else run


def _equation(formula: Formula) -> Formula:
    """left = a gap."""
    if not isinstance(formula, Equation):
        return formula
    left, right = Math(formula.left), gap(Math(formula.right))
    return Drawn(
        f"{math_latex(left)} = {math_latex(right)}", f"{math_text(left)} = {math_text(right)}"
    )


def _line(line: Line) -> Line:
    """Definitions, and φ itself, stay; what is derived is asked."""
    left = line.left.formula if line.left else None
    named = bool(line.reason) and line.number is None
    defined = named or line.reason == runs("definition")
    defined = defined or (line.number is None and _is_function(left))
    return line if defined else replace(line, right=gap(line.right))


def _is_function(left: object) -> bool:
    return isinstance(left, Drawn) or (isinstance(left, Phi) and left.order == 0)


def _row(row: tuple[Runs, ...], asked: list[float]) -> tuple[Runs, ...]:
    return tuple(
        tuple(gap(run, wide, NUMBER) if isinstance(run, Math) else run for run in cell)
        if wide
        else cell
        for cell, wide in zip(row, asked, strict=True)
    )


def gap(formula: Math, widest: float = WIDEST, narrowest: float = NARROWEST) -> Math:
    r"""A line to write on, a little wider than what belongs there.

    >>> gap(Math(Drawn("x", "x"))).formula.text
    '____'
    """
    wide = min(max(1.3 * width_em(math_latex(formula)), narrowest), widest)
    text = "_" * min(max(len(math_text(formula)), 4), 30)
    return Math(Drawn(rf"\underline{{\hspace{{{wide:.0f}em}}}}", text))
