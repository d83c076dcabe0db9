"""Texts that are large in one way or another end soon, in verdicts or in a clear refusal."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from reports.check import as_json, checked
from reports.check_fix import fixed
from reports.check_markdown import check_markdown
from reports.check_page import check_page
from reports.html import page_html
from reports.latex import latex
from reports.text import text
from symbolic.errors import InputError
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document
from symbolic.reading.size import require_small
from tests.test_reading_fuzz import BOMBS

HANGS = 60.0
START = (
    "let $\\mathcal{E} = \\frac{1}{2} \\sum_k e_k^2$ (sum over all output neurons).\n\n"
    "Let $j$ be an output neuron.\n\n"
)
LARGE = [
    "$$\\delta_j = " + "e_j " * 300 + "$$",
    "$$\\delta_j = " + " + ".join(["e_j \\varphi_j'(v_j)"] * 120) + "$$",
    "$$\\delta_j = " + "(1 + e_j) " * 40 + "$$",
    "$$\\delta_j = (" * 1 + "e_j + y_j)^{12} (d_j + v_j)^{12} (e_j + v_j)^{12}$$",
    "$$\\delta_j = " + "((" * 25 + "e_j" + ")^{12})^{12}" * 12 + "))" * 12 + ")$$",
    "$$\\delta_j = " + "\\varphi_j(" * 20 + "v_j" + ")" * 20 + "$$",
    "$$\\delta_j = " + "\\sum_k \\sum_i \\sum_h " + "w_{kj} w_{ih} w_{hk} " * 6 + "$$",
    "$$" + "\\delta_j = " * 100 + "e_j$$",
    *(
        f"$$\\delta_j = {factor * count}$$"
        for factor, count in (
            ("v_j ", 5),
            ("v_j ", 60),
            (r"\frac{\partial \mathcal{E}}{\partial y_j} ", 5),
            (r"\frac{\partial \mathcal{E}}{\partial y_j} ", 30),
            (r"\sum_k w_{kj} y_j ", 30),
            ("(e_j + v_j)^{3} ", 4),
        )
    ),
    "$$\\delta_j = " + "12345678901234567890" * 1 + "^{12} e_j$$",
    "$$\\delta_j = \\frac{1}{" * 1 + "\\frac{1}{" * 25 + "e_j" + "}" * 26 + "$$",
    "\n\n".join(f"$$\\delta_j = {n} e_j$$" for n in range(60)),
]


@pytest.mark.parametrize("document", LARGE, ids=range(len(LARGE)))
def test_a_large_line_gets_its_verdict_and_its_pages_soon(document: str) -> None:
    begun = time.process_time()
    paper = checked("notes.md", START + document + "\n", "markdown", "haykin")
    assert paper.verdict != "proved"
    drawn = [check_markdown(paper), text(check_page(paper)), page_html(check_page(paper))]
    assert all((*drawn, latex(check_page(paper)), as_json(paper), fixed(paper).text))
    assert time.process_time() - begun < HANGS


DEAR = (8, 15, 16)
MARKED = [
    pytest.param(document, marks=[pytest.mark.slow] * (n in DEAR), id=str(n))
    for n, document in enumerate(BOMBS)
]


@pytest.mark.parametrize("document", MARKED)
@pytest.mark.parametrize("kind", ["markdown", pytest.param("formula", marks=pytest.mark.whole)])
def test_a_bomb_is_no_proof_and_its_pages_are_made_soon(document: str, kind: str) -> None:
    begun = time.process_time()
    paper = checked("notes.md", START + document, kind, "haykin")
    assert all(
        one.word != "proved" or one.claim.left == one.claim.right for one in paper.judgement.lines
    )
    assert check_markdown(paper)
    assert page_html(check_page(paper))
    assert time.process_time() - begun < HANGS


def test_a_definition_that_is_too_large_is_refused_in_one_sentence() -> None:
    large = "let $\\mathcal{E} = \\sum_k " + "(1 + e_k)" * 40 + "$. Let $j$ be an output neuron.\n"
    with pytest.raises(InputError, match="terms when it is multiplied out"):
        judge(read_document(large + "\n$$\\delta_j = e_j$$\n", open_profile("haykin")))


def test_a_chain_rule_over_four_layers_is_not_too_large() -> None:
    """Nine slopes, one of them of the cost."""
    letters = "jklpq"
    steps = [
        rf"\frac{{\partial y_{b}}}{{\partial v_{b}}} \frac{{\partial v_{b}}}{{\partial y_{a}}}"
        for a, b in pairwise(letters)
    ]
    line = r"\frac{\partial \mathcal{E}}{\partial y_q} " + " ".join(reversed(steps))
    reading = read_document(f"{START}$$\\delta_j = {line}$$\n", open_profile("haykin"))
    require_small(reading.claims[-1].right)
