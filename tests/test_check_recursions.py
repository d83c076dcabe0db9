"""Recursions through time written out in documents about whole arrays, with T steps."""

from __future__ import annotations

from functools import cache

import pytest

from symbolic.reading.arrays.findings import ArrayJudged
from symbolic.reading.arrays.judgement import Court, judge_arrays
from symbolic.reading.arrays.profile import array_profile
from symbolic.reading.arrays.program import base_of
from symbolic.reading.arrays.reading import read_arrays

GATES = r"""The gate and the candidate are
$$f_t = \sigma(W_f x_t + U_f h_{t-1} + b_f), \qquad g_t = \tanh(W_g x_t + U_g h_{t-1} + b_g)$$
$$c_t = f_t \odot c_{t-1} + g_t, \qquad h_t = \tanh(c_t)$$
and $L = \sum_{t=1}^T L_t$, where each $L_t$ reads $h_t$ alone.
"""  # five definitions
BY_F = r"U_f^\top (dc_{t+1} \odot c_t \odot f_{t+1} \odot (1 - f_{t+1}))"
BY_G = r"U_g^\top (dc_{t+1} \odot (1 - g_{t+1} \odot g_{t+1}))"
STATE = rf"\frac{{\partial L_t}}{{\partial h_t}} + {BY_F} + {BY_G}"
CELL = r"dh_t \odot (1 - h_t \odot h_t) + dc_{t+1} \odot f_{t+1}"
WHOLE = CELL.replace("dh_t", f"({STATE})")


def _lines(text: str) -> str:
    return "".join(f"$${line}$$\n" for line in text.splitlines())


@cache
def judged(text: str) -> tuple[ArrayJudged, ...]:
    reading = read_arrays(text, array_profile("lstm"))
    assert [str(problem) for problem in reading.problems] == []
    return judge_arrays(reading).lines


def word(text: str) -> str:
    """The first verdict of the last line alone."""
    reading = read_arrays(text, array_profile("lstm"))
    assert [str(problem) for problem in reading.problems] == []
    court = Court(reading, base_of(reading), explain=False)
    return court.lines(reading.claims)[-1].word


def test_recursions_that_are_written_out_are_proved_and_follow() -> None:
    lines = judged(GATES + _lines(f"dh_t = {STATE}\ndc_t = {CELL}\ndc_t = {WHOLE}"))[5:]
    assert [one.word for one in lines] == ["proved"] * 3
    assert lines[2].argument is not None
    assert lines[2].argument.uses == (6, 7)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"\odot c_t \odot", r"\odot c_{t+1} \odot"),
        (r"\odot c_t \odot", r"\odot c_{t-1} \odot"),
        (r"\odot (1 - f_{t+1})", ""),
        (r"+ U_g^\top", r"- U_g^\top"),
        (r"(dc_{t+1} \odot (1", r"(dc_t \odot (1"),
    ],
)
def test_a_slip_in_a_recursion_is_refuted_on_its_own_line(right: str, wrong: str) -> None:
    changed = STATE.replace(right, wrong)
    assert changed != STATE
    assert word(GATES + _lines(f"dh_t = {changed}")) == "refuted"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [(r"+ dc_{t+1} \odot f_{t+1}", ""), (r"\odot (1 - h_t \odot h_t)", "")],
)
def test_a_slip_in_the_recursion_of_the_cell_is_refuted(right: str, wrong: str) -> None:
    changed = WHOLE.replace(right, wrong)
    assert changed != WHOLE
    assert word(GATES + _lines(f"dc_t = {changed}")) == "refuted"


def test_a_state_at_a_later_time_is_none_before_the_first() -> None:
    """tanh(c_{t+1}) reads no c_0, so that the slope of the gate o is the one that is written."""
    begun = GATES.replace(r"h_t = \tanh(c_t)", r"h_t = o_t \odot \tanh(c_t)").replace(
        r"g_t = \tanh", r"o_t = \sigma(W_o x_t + U_o h_{t-1}), \qquad g_t = \tanh"
    )
    by_o = r"U_o^\top (dh_{t+1} \odot \tanh(c_{t+1}) \odot o_{t+1} \odot (1 - o_{t+1}))"
    assert word(begun + _lines(f"dh_t = {STATE} + {by_o}")) == "proved"
    slip = by_o.replace("dh_{t+1}", "dc_{t+1}")
    assert word(begun + _lines(f"dh_t = {STATE} + {slip}")) == "refuted"
