"""What a document names after its use, and what it names and never uses."""

from __future__ import annotations

import pytest

from symbolic.reading.arrays.findings import ArrayJudged
from symbolic.reading.arrays.judgement import judge_arrays
from symbolic.reading.arrays.profile import array_profile
from symbolic.reading.arrays.reading import read_arrays

pytestmark = pytest.mark.slow

STATES = r"""
$$h_t = \tanh(W_{hh} h_{t-1} + W_{xh} x_t + b_h), \qquad y_t = \mathrm{softmax}(W_{hy} h_t + b_y)$$
The loss is $L = \sum_t L_t$ with $L_t = -\sum_k d_{t,k} \log y_{t,k}$.
"""


def judged(text: str, *formulas: str) -> list[ArrayJudged]:
    shown = "\n".join(f"$${formula}$$" for formula in formulas)
    reading = read_arrays(f"{STATES}{text}\n{shown}\n", array_profile("lstm"))
    assert [str(problem) for problem in reading.problems] == []
    return list(judge_arrays(reading).lines)[-len(formulas) :]


@pytest.mark.parametrize(
    ("named", "right", "wrong"),
    [
        (
            "Let $z_t = W_{hy} h_t + b_y$. Then",
            r"\frac{\partial L}{\partial z_t} = y_t - d_t",
            r"\frac{\partial L}{\partial z_t} = d_t - y_t",
        ),
        (
            "Let $a_t = b_h + W_{xh} x_t + W_{hh} h_{t-1}$. Then",
            r"\frac{\partial L}{\partial a_t} = \frac{\partial L}{\partial h_t} \odot (1 - h_t^2)",
            r"\frac{\partial L}{\partial a_t} = \frac{\partial L}{\partial h_t} \odot (1 - h_t)",
        ),
    ],
)
def test_a_part_that_is_named_after_its_use_is_that_part(
    named: str, right: str, wrong: str
) -> None:
    assert [one.word for one in judged(named, right, wrong)] == ["proved", "refuted"]


def test_a_derivative_by_what_nothing_reads_is_not_called_wrong() -> None:
    """By the definitions it is 0; the author means a quantity that these do not show."""
    [line] = judged(
        "Let $z_t = 2 W_{hy} h_t$. Then", r"\frac{\partial L}{\partial z_t} = y_t - d_t"
    )
    assert line.word == "open"
    assert "reads z" in line.cases[0].why


GATED = r"""
$$r_t = \sigma(W_r x_t + U_r h_{t-1}), \qquad z_t = \sigma(W_z x_t + U_z h_{t-1})$$
$$n_t = \tanh(W_n x_t + r_t \odot (U_n h_{t-1}))$$
$$h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}$$
"""


@pytest.mark.slow
def test_the_candidate_of_a_gru_may_be_called_n() -> None:
    right = r"\frac{\partial L}{\partial r_t} = \frac{\partial L}{\partial n_t} \odot (1 - n_t^2)"
    whole = right + r" \odot (U_n h_{t-1})"
    shown = "\n".join(f"$${formula}$$" for formula in (whole, right))
    reading = read_arrays(f"{GATED}\n{shown}\n", array_profile("lstm"))
    assert [str(problem) for problem in reading.problems] == []
    assert [one.word for one in judge_arrays(reading).lines[-2:]] == ["proved", "refuted"]
