"""Derivatives of entries that are no cost, and what else texts write entry by entry."""

from __future__ import annotations

import pytest

from reports.index_check import IndexPaper, as_json, checked
from symbolic.reading.indexed.profile import index_profile


def paper(text: str) -> IndexPaper:
    return checked("notes.md", text, "markdown", index_profile("indices"))


def last(text: str) -> str:
    found = paper(text)
    assert not found.unread, [entry.why for entry in found.unread]
    return found.judgement.lines[-1].word


NETWORK = r"""Let $E = \frac{1}{2} \sum_k (t_k - y_k)^2$ where $y_k = \sigma(z_k)$,
$z_k = \sum_j w_{kj} h_j$, $h_j = \sigma(a_j)$ and $a_j = \sum_i v_{ji} x_i$. Then

"""


@pytest.mark.parametrize(
    ("left", "right", "wrong"),
    [
        (r"\frac{\partial y_k}{\partial z_k}", r"\sigma'(z_k)", r"\sigma(z_k)"),
        (r"\frac{\partial z_k}{\partial w_{kj}}", "h_j", "w_{kj}"),
        (
            r"\frac{\partial z_k}{\partial x_i}",
            r"\sum_j w_{kj} \sigma'(a_j) v_{ji}",
            r"\sum_j w_{kj} v_{ji}",
        ),
        (r"\frac{\partial z_k}{\partial v_{ji}}", r"w_{kj} \sigma'(a_j) x_i", "w_{kj} x_i"),
        (
            r"\frac{\partial E}{\partial w_{kj}}",
            r"\frac{\partial E}{\partial y_k} \frac{\partial y_k}{\partial z_k}"
            r" \frac{\partial z_k}{\partial w_{kj}}",
            r"\frac{\partial E}{\partial y_k} \frac{\partial z_k}{\partial w_{kj}}",
        ),
        (
            r"\frac{\partial E}{\partial h_j}",
            r"\sum_k \frac{\partial E}{\partial z_k} \frac{\partial z_k}{\partial h_j}",
            r"\sum_k \frac{\partial E}{\partial y_k} \frac{\partial z_k}{\partial h_j}",
        ),
    ],
)
def test_slopes_go_through_every_path(left: str, right: str, wrong: str) -> None:
    assert last(f"{NETWORK}$${left} = {right}$$") == "proved"
    assert last(f"{NETWORK}$${left} = {wrong}$$") == "refuted"


def test_a_slope_through_what_runs_in_time_is_not_understood() -> None:
    text = r"""Here $t$ runs over the times 1 … $T$. Let $h_t = w h_{t-1} + x_t$ and
$E = \sum_t h_t$. Then $$\frac{\partial h_t}{\partial x_t} = 1$$"""
    assert any("defined through itself" in entry.why for entry in paper(text).unread)


SOFTMAX = r"""Let $p_i = \frac{e^{z_i / T}}{\sum_k e^{z_k / T}}$ and $L = -\sum_i y_i \log p_i$.
"""


@pytest.mark.parametrize(
    ("said", "right", "word"),
    [
        (r"Here $\sum_i y_i = 1$.", r"\frac{1}{T} (p_j - y_j)", "proved"),
        (r"Here $\sum_i y_i = 1$.", r"p_j - y_j", "refuted"),
        ("", r"\frac{1}{T} (p_j - y_j)", "proved"),
        ("", r"\frac{1}{T} (p_j + y_j)", "refuted"),
        ("", r"\frac{1}{T} (p_j \sum_i y_i - y_j)", "proved"),
    ],
)
def test_softmax_written_out_with_a_temperature(said: str, right: str, word: str) -> None:
    text = rf"{SOFTMAX} {said} Then $$\frac{{\partial L}}{{\partial z_j}} = {right}$$"
    assert last(text) == word


def test_that_targets_add_up_to_one_is_found_where_the_text_does_not_say_it() -> None:
    text = rf"{SOFTMAX} Then $$\frac{{\partial L}}{{\partial z_j}} = \frac{{1}}{{T}} (p_j - y_j)$$"
    [under] = paper(text).judgement.lines[-1].cases[0].under
    assert under == ("sum(i, y[i]) = 1", "denominators ≠ 0")


def test_what_adds_up_to_one_is_assumed_of_given_arrays_alone() -> None:
    text = rf"{SOFTMAX} Here $\sum_i y_i = 1$ and $\sum_i p_i = 2$."
    assert [one.word for one in paper(text).judgement.lines][2:] == ["assumption", "refuted"]


NORMED = r"""Here is one feature over a mini-batch:
$$\mu = \frac{1}{m} \sum_{i=1}^m x_i, \qquad \sigma^2 = \frac{1}{m} \sum_{i=1}^m (x_i - \mu)^2$$
$$h_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}, \qquad y_i = \gamma h_i + \beta$$
Then
"""


def test_a_sum_to_m_says_how_many_there_are_and_a_square_may_be_a_name() -> None:
    right = r"\sum_{i=1}^m \frac{\partial \ell}{\partial h_i} (x_i - \mu)"
    head = rf"{NORMED} $$\frac{{\partial \ell}}{{\partial \sigma^2}} = {right}"
    right_line = rf"{head} \frac{{-1}}{{2}} (\sigma^2 + \epsilon)^{{-3/2}}$$"
    assert last(right_line) == "proved"
    assert as_json(paper(right_line))["unsaid"] == [
        "i runs over I 1 … m",
        r"\ell is any differentiable function of y",
    ]
    wrong = rf"{NORMED} $$\frac{{\partial \ell}}{{\partial \gamma}} = \sum_{{i=1}}^m"
    assert last(rf"{wrong} \frac{{\partial \ell}}{{\partial y_i}}$$") == "refuted"


@pytest.mark.slow
def test_another_power_of_the_variance_is_wrong() -> None:
    right = r"\sum_{i=1}^m \frac{\partial \ell}{\partial h_i} (x_i - \mu)"
    head = rf"{NORMED} $$\frac{{\partial \ell}}{{\partial \sigma^2}} = {right}"
    assert last(rf"{head} \frac{{-1}}{{2}} (\sigma^2 + \epsilon)^{{-1/2}}$$") == "refuted"


@pytest.mark.parametrize(
    ("right", "word"),
    [(r"1 - \tanh^2(x_i)", "proved"), (r"1 - \tanh(x_i)", "refuted")],
)
def test_a_power_on_an_elementary_function_is_one_of_its_value(right: str, word: str) -> None:
    text = r"Let $y_i = \tanh(x_i)$ and $E = \sum_i y_i$. Then $\frac{\partial y_i}{\partial x_i}"
    assert last(rf"{text} = {right}$.") == word


def test_a_convolution_is_read_as_a_sum_of_entries() -> None:
    text = (
        r"Let $y_{ij} = \sum_a \sum_b w_{ab} x_{i+a, j+b} + c$. Then $$\frac{\partial L}"
        r"{\partial x_{ij}} = \sum_a \sum_b \frac{\partial L}{\partial y_{i-a, j-b}} w_{ab}$$"
    )
    assert last(text) == "proved"
    assert last(text.replace("i-a, j-b", "i+a, j+b")) == "refuted"


@pytest.mark.parametrize(
    ("right", "word"),
    [(r"2 h_j \mathrm{step}(a_j)", "proved"), (r"2 a_j", "refuted")],
)
def test_the_larger_of_zero_and_a_number_is_relu(right: str, word: str) -> None:
    text = r"Let $h_j = \max(0, a_j)$ and $L = \sum_j h_j^2$. Then"
    assert last(rf"{text} $\frac{{\partial L}}{{\partial a_j}} = {right}$.") == word
