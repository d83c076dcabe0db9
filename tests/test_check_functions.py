r"""A function that a document defines by its formula, σ(z) = 1/(1 + e^{-z}), is that function."""

from __future__ import annotations

import pytest

from symbolic.reading.arrays.judgement import Court
from symbolic.reading.arrays.profile import array_profile
from symbolic.reading.arrays.program import base_of
from symbolic.reading.arrays.reading import read_arrays
from symbolic.reading.claims import Outcome
from symbolic.reading.indexed.judgement import judge_indices
from symbolic.reading.indexed.profile import index_profile
from symbolic.reading.indexed.reading import read_indices

ENTRIES = r"""Here $j$ runs over the units; $i$ runs over the inputs. Let
$$%s$$
$$z_j = \sum_i w_{ji} x_i, \qquad a_j = \sigma(z_j)$$
and $$E = \frac12 \sum_j (a_j - y_j)^2.$$ Then
"""
LOGISTIC = r"\sigma(z) = \frac{1}{1 + e^{-z}}"
SIGN = r"\frac{\partial E}{\partial z_j} = "


def entries(function: str, *lines: str) -> list[str]:
    """The verdicts of some lines about entries."""
    text = ENTRIES % function + "\n".join(f"$${line}$$" for line in lines)
    reading = read_indices(text, index_profile("indices"))
    assert [str(problem) for problem in reading.problems] == []
    judged = judge_indices(reading).lines
    assert [one.word for one in judged[:4]] == ["definition"] * 4
    found = judged[-len(lines) :]
    assert all(
        one.cases[0].against or "left side is" in one.cases[0].why
        for one in found
        if one.word == "refuted"
    )
    return [one.word for one in found]


@pytest.mark.parametrize(
    ("function", "right", "wrong"),
    [
        (LOGISTIC, r"\sigma'(z) = \sigma(z) (1 - \sigma(z))", r"\sigma'(z) = \sigma(z)"),
        (LOGISTIC, r"\sigma(-z) = 1 - \sigma(z)", r"\sigma(-z) = -\sigma(z)"),
        (LOGISTIC, SIGN + "(a_j - y_j) a_j (1 - a_j)", SIGN + "(a_j - y_j) a_j (1 + a_j)"),
        (LOGISTIC, SIGN + r"(a_j - y_j) \sigma'(z_j)", SIGN + r"(a_j - y_j) \sigma(z_j)"),
        (
            r"\sigma(x) = \tanh x",
            r"\sigma'(x) = 1 - \sigma(x)^2",
            r"\sigma'(x) = \sigma(x) (1 - \sigma(x))",
        ),
        (
            r"\sigma(u) = \frac{e^u - e^{-u}}{e^u + e^{-u}}",
            SIGN + "(a_j - y_j) (1 - a_j^2)",
            SIGN + "(a_j - y_j) a_j (1 - a_j)",
        ),
        (
            r"\sigma(z) = \max(0, z)",
            SIGN + r"(a_j - y_j) \mathrm{step}(z_j)",
            SIGN + r"(a_j - y_j) a_j",
        ),
        (r"\sigma(u) = u^2", r"\sigma'(u) = 2 u", r"\sigma'(u) = u"),
    ],
)
def test_among_entries_any_formula_in_one_letter_is_a_function(
    function: str, right: str, wrong: str
) -> None:
    assert entries(function, right, wrong) == ["proved", "refuted"]


def test_a_second_formula_for_a_function_is_a_claim() -> None:
    again = (r"\sigma(z) = \frac{e^z}{1 + e^z}", r"\sigma(z) = \frac{e^{-z}}{1 + e^z}")
    assert entries(LOGISTIC, *again) == ["proved", "refuted"]


@pytest.mark.parametrize(
    "function", [r"\sigma(z) = \frac{1}{1 + w_{11} z}", r"\sigma(z) = \beta z", r"\sigma(j) = 1"]
)
def test_a_formula_that_shows_anything_else_defines_no_function(function: str) -> None:
    text = ENTRIES % function + rf"$${SIGN}(a_j - y_j) a_j$$"
    words = [one.word for one in judge_indices(read_indices(text, index_profile("indices"))).lines]
    assert "proved" not in words
    assert "refuted" not in words


ARRAYS = r"""
Let $$%s$$
$$z = W x + b, \qquad a = \sigma(z)$$
and the loss is $J = \frac{1}{2} \|a - y\|^2$. Then
"""
BACK = r"\frac{\partial J}{\partial z} = (a - y) \odot "


def arrays(function: str, *lines: str, profile: str = "vectors") -> list[str]:
    """The verdicts of some lines about whole arrays."""
    text = ARRAYS % function + "\n".join(f"$${line}$$" for line in lines)
    reading = read_arrays(text, array_profile(profile))
    judged = Court(reading, base_of(reading), explain=False).lines(reading.claims)
    found = judged[-len(lines) :]
    assert all(
        one.cases[0].against or "left side is" in one.cases[0].why
        for one in found
        if one.word == "refuted"
    )
    return [one.word for one in found]


@pytest.mark.parametrize(
    ("function", "right", "wrong"),
    [
        (LOGISTIC, BACK + r"a \odot (1 - a)", BACK + r"a \odot (1 + a)"),
        (LOGISTIC, r"\sigma'(z) = \sigma(z) (1 - \sigma(z))", r"\sigma'(z) = \sigma(z)"),
        (r"\sigma(t) = \frac{e^t}{1 + e^t}", BACK + r"a \odot (1 - a)", BACK + "a"),
        (r"\sigma(t) = \tanh t", BACK + r"(1 - a \odot a)", BACK + r"a \odot (1 - a)"),
        (
            r"\sigma(t) = \frac{e^t - e^{-t}}{e^t + e^{-t}}",
            BACK + r"(1 - a \odot a)",
            BACK + r"a \odot (1 - a)",
        ),
        (r"\sigma(t) = \ln(1 + e^t)", BACK + r"\mathrm{sigmoid}(z)", BACK + r"\mathrm{sigmoid}(a)"),
    ],
)
def test_among_arrays_a_known_formula_is_the_function(
    function: str, right: str, wrong: str
) -> None:
    assert arrays(function, right, wrong) == ["proved", "refuted"]


def test_among_arrays_nothing_is_wrong_that_may_rest_on_an_unknown_formula() -> None:
    """Without it σ is any function, and σ' = 3 z² is wrong of some."""
    line = BACK + r"(3 z \odot z)"
    assert arrays("x", line) == ["refuted"]
    assert arrays(r"\sigma(z) = z^3", line, BACK + r"\sigma'(z)") == ["open", "proved"]
    reading = read_arrays(ARRAYS % r"\sigma(z) = z^3", array_profile("vectors"))
    [entry] = [e for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD]
    assert "none that is known" in entry.why
