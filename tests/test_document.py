"""The document tree: every emitter knows every kind of block and of run."""

from __future__ import annotations

import pytest

from reports.document import (
    BLOCKS,
    RUNS,
    Algorithm,
    Annotated,
    Block,
    Boxed,
    Bullets,
    Code,
    CodeBlock,
    Drawn,
    Emphasis,
    EquationLines,
    Figure,
    Fold,
    Heading,
    Line,
    Mark,
    Math,
    Paragraph,
    RuleBox,
    Run,
    Strong,
    Table,
    Text,
    VerdictBox,
    runs,
)
from reports.figures import overview
from reports.html import CLASSES, SPOKEN, block_html
from reports.html_formulas import run_html
from reports.latex import MARKS, block_latex
from reports.latex_runs import run_latex
from reports.markdown import block_markdown, run_markdown
from reports.text import COLOURS, block_text, run_text
from reports.typst_page import block_typst, run_typst
from reports.typst_style import COLOURS as TYPST_COLOURS
from symbolic.notation import J, delta, e, slope, v
from symbolic.terms import Equation
from symbolic.topologies import shorthand

RULE = Equation(delta(J), e(J) * slope(J))
BLOCK_EXAMPLES: dict[type, Block] = {
    Heading: Heading("A heading"),
    Paragraph: Paragraph(runs("Words about ", v(J), ".")),
    EquationLines: EquationLines((Line(Math(delta(J)), Math(RULE.right), runs("why")),)),
    Table: Table((runs("one"), runs("two")), ((runs("a"), runs(v(J))),), wide=1),
    RuleBox: RuleBox((RULE,), delta(J), ((RULE.right, runs("if so")), (v(J), runs("else")))),
    Boxed: Boxed((Line(Math(delta(J)), Math(RULE.right), runs("if so")),)),
    VerdictBox: VerdictBox(Mark.OPEN, "Not decided.", runs("Why.")),
    CodeBlock: CodeBlock("def f(v):\n    return v"),
    Annotated: Annotated(
        Mark.REFUTED, 3, "line 7", Math(delta(J)), "=", Math(RULE.right), (runs("Wrong."),)
    ),
    Figure: Figure("network", overview(shorthand("1-1")), runs("All of it."), (runs("1 to 2"),)),
    Algorithm: Algorithm(((0, runs("repeat")), (1, runs("step", v(J))))),
    Bullets: Bullets((runs("first"), runs("second"))),
    Fold: Fold("More", (Paragraph(runs("inside")),)),
}
RUN_EXAMPLES: dict[type, Run] = {
    Text: Text("words"),
    Emphasis: Emphasis("words"),
    Strong: Strong("words"),
    Code: Code("words"),
    Math: Math(Drawn("words", "words")),
}


@pytest.mark.parametrize("kind", BLOCKS)
def test_every_block_is_drawn_by_every_emitter(kind: type) -> None:
    block = BLOCK_EXAMPLES[kind]
    assert block_latex(block)
    assert block_text(block, 60)
    assert block_html(block)
    assert block_markdown(block)
    assert block_typst(block)


@pytest.mark.parametrize("kind", RUNS)
def test_every_run_is_drawn_by_every_emitter(kind: type) -> None:
    assert "words" in run_latex(RUN_EXAMPLES[kind])
    assert "words" in run_text(RUN_EXAMPLES[kind])
    assert "words" in run_html(RUN_EXAMPLES[kind])
    assert "words" in run_markdown(RUN_EXAMPLES[kind])
    assert run_typst(RUN_EXAMPLES[kind])


def test_every_mark_has_a_sign_and_a_colour() -> None:
    assert (
        set(MARKS) == set(Mark) == set(COLOURS) == set(CLASSES) == set(SPOKEN) == set(TYPST_COLOURS)
    )
