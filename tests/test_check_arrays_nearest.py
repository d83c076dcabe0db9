"""The nearest right form of a line about arrays: in its own notation, near, and proved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from symbolic.reading.arrays.claims import ArrayClaim, ArrayReading
from symbolic.reading.arrays.formulas import Formula, Quantity
from symbolic.reading.arrays.judgement import Court
from symbolic.reading.arrays.nearest import ArrayNearest
from symbolic.reading.arrays.profile import array_profile
from symbolic.reading.arrays.program import base_of
from symbolic.reading.arrays.reading import read_arrays
from symbolic.reading.arrays.rendering import render
from symbolic.reading.claims import Kind
from tests.test_check_arrays import DOCUMENTS, GATES, OUTPUTS, RIGHT, ROWS, last
from tests.test_check_arrays_mutants import mutants

THREE = r"""$i_t = \sigma(W_i x_t + U_i h_{t-1})$, $f_t = \sigma(W_f x_t + U_f h_{t-1} + b_f)$,
$g_t = \tanh(W_g x_t + U_g h_{t-1})$,
$h_t = i_t \odot f_t \odot g_t$ and $L = \sum_t L_t$ with $L_t = \frac{1}{2} \|h_t - y_t\|^2$.
Let $\delta_{i,t}$ be the derivative of $L$ by the argument of the gate $i_t$, and so on.
"""
SUM = r"h_t - y_t + \sum_{{k \in \{{i, f, g\}}}} {}^T \delta_{{k,t+1}}"
THREE_TERMS = (
    r"h_{t} - y_{t} + (U_{i}^{\top} \delta_{i,t+1} + U_{f}^{\top} \delta_{f,t+1}"
    r" + U_{g}^{\top} \delta_{g,t+1})"
)
NEAREST = [  # a wrong line, the right side that is offered, and what is said of the change
    (ROWS, "cs231n", "dW_2 = H dS_2", r"H^{\top} dS_{2}", "H transposed"),
    (ROWS, "cs231n", "dW_2 = dS_2 H^T", r"H^{\top} dS_{2}", "change places"),
    (ROWS, "cs231n", r"dH = dS_2 \odot W_2^T", r"dS_{2} W_{2}^{\top}", "for"),
    (ROWS, "cs231n", "db_2 = dS_2", r"\sum_{n} dS_{2}", "summed over n"),
    (ROWS, "cs231n", "dS_2 = S_2 - Y", r"\frac{1}{N} (S_{2} - Y)", "a factor 1/N more"),
    (ROWS, "cs231n", r"dS_2 = \frac{1}{N} (Y - S_2)", r"-\frac{1}{N} (Y - S_{2})", "the sign"),
    (ROWS, "cs231n", r"dS_2 = \frac{1}{N} (S_2 + Y)", r"\frac{1}{N} (S_{2} - Y)", "the sign of Y"),
    (ROWS, "cs231n", "dS_1 = dH", r"dH \odot (1 - H \odot H)", "more"),
    (ROWS, "cs231n", r"dS_1 = dH \odot H \odot (1 - H)", r"dH \odot (1 - H \odot H)", "for"),
    (ROWS, "cs231n", r"dS_1 = dH \odot \tanh(S_1)", r"dH \odot \tanh'(S_{1})", "for"),
    (ROWS, "cs231n", "dX = 2 dS_1 W_1^T", r"dS_{1} W_{1}^{\top}", "a factor 2 less"),
    (ROWS, "cs231n", "dX = dS_2 W_1^T", r"dS_{1} W_{1}^{\top}", "dS_{1} for dS_{2}"),
    (ROWS, "cs231n", r"\Delta W_2 = \eta H^T dS_2", r"-\eta H^{\top} dS_{2}", "the sign"),
    (ROWS, "cs231n", r"dS_{2,nk} = S_{2,nk} - Y_{nk}",
     r"\frac{1}{N} (S_{2,n,k} - Y_{n,k})", "1/N"),
    (GATES, "lstm", r"dh_t = h_t - y_t", r"h_{t} - y_{t} + U^{\top} \delta_{t+1}", "a term"),
    (GATES, "lstm", r"dh_t = h_t - y_t + U \delta_{t+1}",
     r"h_{t} - y_{t} + U^{\top} \delta_{t+1}", "U transposed"),
    (GATES, "lstm", r"dU = \sum_t \delta_t h_t^T",
     r"\sum_{t} \delta_{t} h_{t-1}^{\top}", "h_{t-1}"),
    (GATES, "lstm", r"db = \delta_t", r"\sum_{t} \delta_{t}", "summed over t"),
    (GATES, "lstm", r"\delta_t = dh_t \odot (1 - h_t)",
     r"dh_{t} \odot (1 - h_{t}^{2})", "h_{t}^{2}"),
    (OUTPUTS, "lstm", "do_t = p_t - y_t", r"\frac{1}{T} (p_{t} - y_{t})", "1/T"),
    (THREE, "lstm", f"dh_t = {SUM.format('3 U_k')}", THREE_TERMS, "a factor 3 less in every term"),
    (THREE, "lstm", f"dh_t = {SUM.format('W_k')}", THREE_TERMS, "U for W in every term"),
    (THREE, "lstm", r"dx_t = -W_i^T \delta_{i,t} - W_f^T \delta_{f,t} - W_g^T \delta_{g,t}",
     r"W_{i}^{\top} \delta_{i,t} + W_{f}^{\top} \delta_{f,t} + W_{g}^{\top} \delta_{g,t}",
     "the sign"),
    (THREE + r"Then $db_f = \sum_t \delta_{f,t}$.", "lstm",
     r"dx_t = W_i^T \delta_{i,t} + W_g^T \delta_{g,t}",
     r"W_{i}^{\top} \delta_{i,t} + W_{g}^{\top} \delta_{g,t} + W_{f}^{\top} \delta_{f,t}",
     r"a term W_{f}^{\top} \delta_{f,t} more"),
]  # fmt: skip


@pytest.mark.parametrize(("forward", "profile", "wrong", "right", "said"), NEAREST)
def test_the_nearest_right_form_is_written_as_the_document_writes(
    forward: str, profile: str, wrong: str, right: str, said: str
) -> None:
    line = last(forward, wrong, profile)
    assert line.word in ("refuted", "open")
    nearest = line.cases[0].nearest
    assert isinstance(nearest, ArrayNearest)
    assert render(nearest.right, array_profile(profile)) == right
    assert said in nearest.edit
    again = last(forward, f"{wrong.split(' = ')[0]} = {right}", profile)
    assert again.word == "proved"
    assert again.cases[0].under[0] == nearest.under


def test_an_update_that_climbs_gets_the_right_update() -> None:
    line = last(ROWS, r"W_2 \leftarrow W_2 + \eta dW_2", "cs231n")
    nearest = line.cases[0].nearest
    assert isinstance(nearest, ArrayNearest)
    assert render(nearest.right, array_profile("cs231n")) == r"W_{2} - \eta dW_{2}"


def test_a_line_that_no_single_edit_mends_is_offered_none_in_its_notation() -> None:
    line = last(ROWS, r"dW_1 = 3 S_1 \odot S_1", "cs231n")
    assert not isinstance(line.cases[0].nearest, ArrayNearest)


def test_a_right_form_never_says_the_left_side_by_itself() -> None:
    for wrong in ("dS_1 = dS_2", "dW_2 = W_2", r"dS_1 = -\frac{\partial L}{\partial S_1}"):
        line = last(ROWS, wrong, "cs231n")
        nearest = line.cases[0].nearest
        shown = (
            render(nearest.right, array_profile("cs231n"))
            if isinstance(nearest, ArrayNearest)
            else ""
        )
        head = wrong.split(" = ")[0].replace("_1", "_{1}").replace("_2", "_{2}")
        assert head not in shown
        assert "partial" not in shown


# ------------------------------------------------------------------------------ single slips


def slips(reading: ArrayReading) -> Iterator[tuple[ArrayClaim, Formula]]:
    """Every claim of a right document with one thing in it changed, that can be written."""
    profile = reading.profile
    heads = [c.left for c in reading.claims if c.kind is Kind.DEFINITION]
    values = [q for q in heads if isinstance(q, Quantity) and profile.symbols[q.sign].shape]
    for claim in reading.claims:
        if claim.kind is Kind.CLAIM:
            for wrong in mutants(claim.right, values):
                shown = replace(claim, right=wrong).latex(profile)
                back = read_arrays(f"$${shown}$$", profile).claims
                if [one.right for one in back] == [wrong]:
                    yield claim, wrong


@pytest.mark.parametrize(
    ("name", "step", "start"),
    [
        pytest.param("batch_network.md", 15, 2, marks=pytest.mark.slow),
        pytest.param("elman_network.md", 17, 3, marks=pytest.mark.slow),
        pytest.param("lstm.md", 59, 4, marks=pytest.mark.slow),
        pytest.param("batch_network.md", 1, 0, marks=pytest.mark.slow),
        pytest.param("elman_network.md", 3, 0, marks=pytest.mark.slow),
        pytest.param("lstm.md", 7, 0, marks=pytest.mark.slow),
    ],
)
def test_a_right_form_is_found_for_most_single_slips_and_each_is_proved_when_read_back(
    name: str, step: int, start: int
) -> None:
    profile = array_profile(RIGHT[name])
    text = (DOCUMENTS / name).read_text("utf-8")
    reading = read_arrays(text, profile)
    court = Court(reading, base_of(reading))
    wrong = found = 0
    for claim, right in list(slips(reading))[start::step]:
        line = court.judged(replace(claim, right=right, first=None), ())
        if line.word == "proved":
            continue
        wrong += 1
        nearest = line.cases[0].nearest
        if not isinstance(nearest, ArrayNearest):
            continue
        found += 1
        offered = f"{render(claim.left, profile)} = {render(nearest.right, profile)}"
        back = read_arrays(f"{text}\n\nAgain $${offered}$$\n", profile)
        again = Court(back, base_of(back)).judged(back.claims[-1], ())
        assert again.word == "proved", offered
    assert wrong >= 8
    assert found >= 0.85 * wrong
