"""The page of the general theorems is read back: definitions, movements, identity and rules."""

from __future__ import annotations

from functools import cache

import pytest
from test_report import formulas

from reports.document import Drawn, EquationLines, Line, Math
from reports.latex import latex
from reports.latex_runs import math_latex
from reports.markdown import page_markdown
from reports.theorems_page import page
from reports.typst_math import typst_of
from reports.typst_page import block_typst
from symbolic.general import check
from symbolic.reading.claims import Kind, Outcome
from symbolic.reading.indexed.judgement import IndexJudged, judge_indices
from symbolic.reading.indexed.profile import index_profile
from symbolic.reading.indexed.reading import read_indices
from symbolic.reading.notation import declared_notation
from symbolic.theorems import GENERAL, LIBRARY

STATEMENTS = {statement.id: statement for statement in (*GENERAL, *LIBRARY)}
QUICK = ("dag", "weight-decay", "momentum")


@cache
def page_of(*names: str) -> str:
    """The page of these theorems, in Markdown."""
    return page_markdown(page([check(STATEMENTS[name]) for name in names]))


def lines_of(text: str, kind: str = "markdown") -> tuple[IndexJudged, ...]:
    """The lines of a page in which every formula is understood."""
    reading = read_indices(text, index_profile("indices"), kind)
    assert [e for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD] == []
    return judge_indices(reading).lines


@pytest.mark.slow
def test_the_page_of_theorems_is_read_whole_and_proved() -> None:
    text = page_of(*QUICK)
    assert declared_notation(text) == "indices"
    words = [one.word for one in lines_of(text) if one.claim.kind is Kind.CLAIM]
    assert words == ["proved"] * len(words)
    assert len(words) >= 24


PAGES = [
    pytest.param(name, kind, marks=pytest.mark.whole if n % 20 else pytest.mark.slow)
    for n, (name, kind) in enumerate((n, k) for n in STATEMENTS for k in ("markdown", "latex"))
]


@pytest.mark.parametrize(("name", "kind"), PAGES)
def test_the_page_of_every_theorem_is_read_whole_and_proved(name: str, kind: str) -> None:
    document = page([check(STATEMENTS[name])])
    text = page_markdown(document) if kind == "markdown" else latex(document)
    lines = [one for one in lines_of(text, kind) if one.claim.kind is Kind.CLAIM]
    assert [one.word for one in lines] == ["proved"] * len(lines)
    assert len(lines) >= len(STATEMENTS[name].rules)
    assert not [one.claim for one in lines if one.argument and one.argument.word != "follows"]


SLIPS = {  # a line of the page, and a slip in it
    "movement of a sum": (r"= \sum_{k} w_{jk}\, \dot{y}", r"= \sum_{k} w_{kj}\, \dot{y}"),
    "movement of a function": (r"= \varphi_{j}'(v_{j}^{\xi})\, \dot{v}", r"= \dot{v}"),
    "movement of the cost": (r"[j \in \mathcal{O}]\, \dot{e}", r"\dot{e}"),
    "what stands before": (r"0 = -\sum_{k} \delta_{k}^{\xi}\, w_{kj}", r"0 = -\delta_{j}^{\xi}"),
    "its sign": (r"{\partial y_{j}^{\xi}} + \delta", r"{\partial y_{j}^{\xi}} - \delta"),
    "normal form": (r"+ \frac{1}{N}\, \varphi_{j}'(v", r"+ \varphi_{j}'(v"),
    "output rule": (r"\Bigl(\frac{e_{j}^{\xi}}{N} + ", r"\Bigl(e_{j}^{\xi} + "),
    "hidden rule": (r"\sum_{k} [j \to k]\, \delta", r"\sum_{k} [k \to j]\, \delta"),
    "momentum": (r"\sum_{t} \alpha\, \delta_{j}(t)", r"\sum_{t} \delta_{j}(t)"),
    "its power": (r"\sum_{t} \alpha^{n-t}\,", r"\sum_{t} \alpha^{n-t-1}\,"),
    "correction": (r"= \eta\, \sum_{\xi} \delta", r"= -\eta\, \sum_{\xi} \delta"),
}  # fmt: skip


@pytest.mark.slow
def test_every_slip_is_refuted_on_its_own_line() -> None:
    text = page_of("dag", "momentum")
    planted = set()
    for right, wrong in SLIPS.values():
        before, found, behind = text.partition(right)
        assert found
        planted.add(before.count("\n") + 1)
        text = f"{before}{wrong}{behind}"
    lines = lines_of(text)
    assert len(planted) == len(SLIPS)
    assert {one.claim.place.line for one in lines if one.word == "refuted"} == planted
    assert all(one.cases[0].against for one in lines if one.word == "refuted")


@pytest.mark.whole
@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_alone_is_refuted_on_its_own_line(slip: str) -> None:
    right, wrong = SLIPS[slip]
    before, found, behind = page_of("dag", "momentum").partition(right)
    assert found
    lines = lines_of(f"{before}{wrong}{behind}")
    refuted = [one.claim.place.line for one in lines if one.word == "refuted"]
    assert refuted == [before.count("\n") + 1]


def test_what_a_theorem_needs_is_named() -> None:
    text = page_of("dag")
    lost = lines_of(text.replace("no cycles; ", ""))
    assert all(one.word == "open" for one in lost if one.claim.kind is Kind.CLAIM)
    assert "circle" in lost[-1].cases[0].why
    fact = r"By construction $[j \to k]$ is 1 wherever $w_{kj}$ is not 0."
    assert fact in text
    words = [one.word for one in lines_of(text.replace(fact, ""))]
    assert words.count("refuted") == 1


def test_every_formula_of_the_theorems_is_turned_into_typst() -> None:
    document = page([check(STATEMENTS[name]) for name in QUICK])
    found = {math_latex(formula) for formula in formulas(document.blocks)}
    assert any(r"\dot" in latex_ for latex_ in found)
    for one in found:
        assert typst_of(one)


def test_a_formula_that_typst_cannot_set_stands_as_its_text() -> None:
    odd = Math(Drawn(r"\unheardof{x}", "x with a hat"))
    set_so = block_typst(EquationLines((Line(Math(Drawn("y", "y")), odd),)))
    assert "unheardof" not in set_so
    assert '"x with a hat"' in set_so
