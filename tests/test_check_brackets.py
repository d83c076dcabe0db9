"""Products without brackets beside ⊙ in documents about whole arrays: what their shapes demand."""

from __future__ import annotations

from functools import cache

import pytest

from symbolic.reading.arrays.findings import ArrayJudgement, ArrayReached
from symbolic.reading.arrays.judgement import Court, judge_arrays
from symbolic.reading.arrays.profile import array_profile
from symbolic.reading.arrays.program import base_of
from symbolic.reading.arrays.reading import read_arrays
from symbolic.reading.arrays.regrouping import regrouped
from symbolic.reading.arrays.rules import Rules

BEGUN = r"""We have $z_t = W x_t + U h_{t-1}$ and $h_t = \tanh(z_t)$, and $L = \sum_t L_t$ with
$L_t = \frac{1}{2} \|h_t - y_t\|^2$. Then
"""  # four definitions
SLOPE = r"(1 - h_t \odot h_t)"


@cache
def judged(line: str) -> ArrayJudgement:
    reading = read_arrays(f"{BEGUN}$${line}$$\n", array_profile("lstm"))
    assert [str(problem) for problem in reading.problems] == []
    return judge_arrays(reading)


def reached(line: str) -> ArrayReached:
    """The first verdict alone."""
    reading = read_arrays(f"{BEGUN}$${line}$$\n", array_profile("lstm"))
    base = base_of(reading)
    reading, _ = regrouped(reading, Rules(base))
    return Court(reading, base, explain=False).lines(reading.claims)[4].cases[0]


def word(line: str) -> str:
    return reached(line).word


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (
            rf"dW = \sum_t dh_t \odot {SLOPE} x_t^T",
            r"\sum_{t} (dh_{t} \odot (1 - h_{t} \odot h_{t})) x_{t}^{\top}",
        ),
        (
            rf"dU = \sum_t {SLOPE} \odot dh_t h_{{t-1}}^T",
            r"\sum_{t} ((1 - h_{t} \odot h_{t}) \odot dh_{t}) h_{t-1}^{\top}",
        ),
        (
            rf"dx_t = W^T dh_t \odot {SLOPE}",
            r"W^{\top} (dh_{t} \odot (1 - h_{t} \odot h_{t}))",
        ),
        (
            rf"dW = \sum_t \frac{{1}}{{2}} 2 dh_t \odot {SLOPE} x_t^T",
            r"\sum_{t} (\frac{1}{2} \cdot 2 dh_{t} \odot (1 - h_{t} \odot h_{t})) x_{t}^{\top}",
        ),
    ],
)
def test_the_elementwise_product_comes_first_where_shapes_demand_it(line: str, read: str) -> None:
    judgement = judged(line)
    [claim] = judgement.lines[4:]
    assert claim.word == "proved"
    shown = claim.claim.latex(array_profile("lstm")).partition("=")[2].strip()
    assert shown.replace(r"\left", "").replace(r"\right", "") == read
    assert "where brackets stand in (5); its shapes fit in one way only" in judgement.remarks


@pytest.mark.parametrize(
    "line",
    [
        rf"dW = -\sum_t dh_t \odot {SLOPE} x_t^T",
        rf"dW = \sum_t dh_t \odot {SLOPE} x_{{t-1}}^T",
        r"dW = \sum_t dh_t \odot h_t x_t^T",
        rf"dx_t = W^T dh_t \odot h_t \odot {SLOPE}",
    ],
)
def test_a_wrong_line_is_refuted_as_it_is_read(line: str) -> None:
    assert word(line) == "refuted"


@pytest.mark.parametrize(
    "line",
    [
        rf"dW = \sum_t dh_t \odot ({SLOPE} x_t^T)",  # its brackets are what it says
        rf"dx_t = (W^T dh_t) \odot {SLOPE}",
        r"dW = \sum_t dh_t \odot x_t x_t^T",  # fits in no way
    ],
)
def test_a_type_error_that_brackets_do_not_mend_stays(line: str) -> None:
    found = reached(line)
    assert found.word == "open"
    assert found.why.startswith("type error: ")


def test_a_line_whose_shapes_fit_as_it_stands_is_read_so() -> None:
    """(U^T s) ⊙ d, as U is square, and no U^T (s ⊙ d)."""
    line = r"dh_t = h_t - y_t + U^T (1 - h_{t+1} \odot h_{t+1}) \odot dh_{t+1}"
    assert word(line) == "refuted"
    assert word(line.replace("(1", "((1") + ")") == "proved"
