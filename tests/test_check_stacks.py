"""Stacked vectors in documents about arrays, W [h; x], and notebooks that are mended."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reports.cli import main
from symbolic.reading.arrays.findings import ArrayJudged
from symbolic.reading.arrays.judgement import judge_arrays
from symbolic.reading.arrays.profile import array_profile
from symbolic.reading.arrays.reading import read_arrays
from symbolic.reading.claims import Kind, Outcome

DOCUMENTS = Path(__file__).with_name("documents")
GATES = r"\begin{bmatrix} i_t \\ f_t \\ o_t \\ g_t \end{bmatrix}"
SIGNS = r"\begin{bmatrix} \sigma \\ \sigma \\ \sigma \\ \tanh \end{bmatrix}"
INPUT = r"\begin{bmatrix} x_t \\ h_{t-1} \end{bmatrix}"
ERRORS = (
    r"\begin{bmatrix} \delta_{i,t} \\ \delta_{f,t} \\ \delta_{o,t} \\ \delta_{g,t} \end{bmatrix}"
)
CELL = r"$$c_t = f_t \odot c_{t-1} + i_t \odot g_t, \qquad h_t = o_t \odot \tanh(c_t)$$"
ONE = rf"$${GATES} = {SIGNS} \left( W {INPUT} + b \right)$$" + f"\n\n{CELL}\n\nThen "


def lines_of(text: str) -> tuple[ArrayJudged, ...]:
    """The lines of a document in which every formula is understood."""
    reading = read_arrays(text, array_profile("lstm"))
    assert [e.why for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD] == []
    return judge_arrays(reading).lines


def words_of(text: str) -> list[str]:
    return [one.word for one in lines_of(text) if one.claim.kind is Kind.CLAIM]


def test_gates_that_read_one_stacked_vector_are_judged_block_by_block() -> None:
    lines = lines_of((DOCUMENTS / "stacked_lstm.md").read_text("utf-8"))
    profile = array_profile("lstm")
    claims = {one.claim.latex(profile): one.word for one in lines if one.claim.kind is Kind.CLAIM}
    assert list(claims.values()).count("proved") == 8
    [wrong] = [line for line, word in claims.items() if word == "refuted"]
    assert wrong.startswith("dW_{ih} = ")
    assert claims[r"dW_{fx} = \sum_{t} \delta_{f,t} x_{t}^{\top}"] == "proved"


def test_four_gates_in_one_matrix_are_judged_gate_by_gate() -> None:
    gradient = rf"$$dW = \sum_t {ERRORS} {INPUT}^T$$"
    assert words_of(ONE + gradient) == ["proved"] * 8
    assert words_of(ONE + rf"$$db = \sum_t {ERRORS}$$") == ["proved"] * 4


@pytest.mark.slow
def test_a_slip_in_a_stack_is_refuted_in_every_block_that_has_it() -> None:
    wrong = rf"$$dW = \sum_t {ERRORS} {INPUT}^T$$".replace("h_{t-1}", "h_t")
    assert words_of(ONE + wrong) == ["proved", "refuted"] * 4


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (rf"$$dW = \sum_t {ERRORS} [h_{{t-1}}; x_t]^T$$", "order"),
        (rf"$$dW = \sum_t {ERRORS.replace('_{i,t}', '_{f,t}', 1)} {INPUT}^T$$", "names"),
        (r"$$dW = \sum_t [\delta_{i,t}; \delta_{f,t}] x_t^T$$", "order"),
        (r"$$dW = \begin{bmatrix} x_t & h_t \\ x_t & h_t \end{bmatrix}$$", "blocks is not read"),
        (rf"$$db = \sum_t {ERRORS} + \begin{{bmatrix}} x_t \\ h_t \end{{bmatrix}}$$", "4 parts"),
    ],
)  # fmt: skip
def test_what_is_stacked_otherwise_is_not_proved(line: str, why: str) -> None:
    reading = read_arrays(ONE + line, array_profile("lstm"))
    unread = [e.why for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD]
    assert len(unread) == 1
    assert why in unread[0]


@pytest.mark.parametrize("line", ["dW = 0", "dW_{ix} = 0", r"dh_{t-1} = W^T \delta_{i,t}"])
def test_a_weight_made_of_blocks_is_nowhere_meant_as_a_whole(line: str) -> None:
    last = lines_of(f"{ONE}$${line}$$")[-1]
    assert last.word == "open"
    assert "multiplies a stack elsewhere" in last.cases[0].why


NOTEBOOK = """{"cells": [
 {"cell_type": "markdown", "metadata": {}, "source": ["Let $S = X W + b$.\\n",
  "Then $dW = X dS$\\n"]},
 {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 3, "source": ["x = 1\\n"]},
 {"cell_type": "markdown", "metadata": {}, "source": "and $dX = dS W^T$."}
], "metadata": {"kernel": 1.0}, "nbformat": 4, "nbformat_minor": 5}
"""


def test_a_notebook_about_arrays_is_mended_and_its_other_bytes_stay(tmp_path: Path) -> None:
    source = tmp_path / "notes.ipynb"
    source.write_text(NOTEBOOK, "utf-8")
    assert main(["check", str(source), "--profile", "cs231n", "--fix"]) == 3
    text = (tmp_path / "notes.fixed.ipynb").read_text("utf-8")
    cells = json.loads(text)["cells"]
    assert cells[0]["source"][1:] == [
        "Then $dW = X^{\\top} dS$\n",
        "<!-- proofprop: changed (2), it was X dS; X transposed -->\n",
    ]
    assert text.splitlines()[-3:] == NOTEBOOK.splitlines()[-3:]
    assert main(["check", str(tmp_path / "notes.fixed.ipynb"), "--profile", "cs231n"]) == 0
