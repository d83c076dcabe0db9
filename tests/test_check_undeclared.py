"""Letters of which a document of entries does not say over what they run: what it has to say."""

from __future__ import annotations

import re

import pytest

from symbolic.reading.indexed.judgement import judge_indices
from symbolic.reading.indexed.profile import index_profile
from symbolic.reading.indexed.reading import read_indices

NETWORK = r"""
$$v_{nj} = \sum_i w_{ji} x_{ni} + b_j$$
$$y_{nj} = \varphi(v_{nj})$$
$$E = \frac{1}{2} \sum_n \sum_j (y_{nj} - d_{nj})^2$$
$$\frac{\partial E}{\partial w_{ji}} = \sum_n (y_{nj} - d_{nj}) \varphi'(v_{nj}) x_{ni}$$
$$\frac{\partial E}{\partial w_{ji}} = \sum_n (y_{nj} - d_{nj}) x_{ni}$$
"""
RECURRENT = r"""
$$h_j(t) = \tanh\left( \sum_i W_{ji} h_i(t-1) + x_j(t) \right)$$
$$E = \frac{1}{2} \sum_t \sum_j h_j(t)^2$$
Let $\delta_j(t) = \frac{\partial E}{\partial h_j(t)}$. Then
$$\delta_j(t) = h_j(t) + \sum_i \delta_i(t+1) (1 - h_i(t+1)^2) W_{ij}$$
$$\delta_j(t) = h_j(t) + \sum_i \delta_i(t+1) (1 - h_i(t)^2) W_{ij}$$
"""


def words(text: str) -> list[str]:
    return [line.word for line in judge_indices(read_indices(text, index_profile("indices"))).lines]


def missing(text: str) -> str:
    """The sentence that the first line asks for."""
    first = read_indices(text, index_profile("indices")).problems[0]
    match = re.search(r"Write: (Here .*\.)$", str(first))
    assert match is not None
    return match[1]


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        (
            NETWORK,
            r"n runs over samples; j runs over J; i runs over I; "
            r"\varphi is any differentiable function",
        ),
        (RECURRENT, "t runs over times 1 … T; i, j run over I"),
    ],
)
def test_a_text_that_says_nothing_of_its_letters_is_read_and_told(text: str, taken: str) -> None:
    reading = read_indices(text, index_profile("indices"))
    assert [section.supplied for section in reading.sections] == [taken]
    assert words(text)[-2:] == ["proved", "refuted"]


IS_LOGISTIC = "σ is the logistic function"
LOGISTIC = r"""
$$E = \frac{1}{2} \sum_k (t_k - y_k)^2$$
where $y_k = \sigma(z_k)$ and $z_k = \sum_j w_{kj} h_j$. Then
$$\frac{\partial E}{\partial w_{kj}} = \frac{\partial E}{\partial y_k}
\frac{\partial y_k}{\partial z_k} \frac{\partial z_k}{\partial w_{kj}}
= (y_k - t_k) y_k (1 - y_k) h_j$$
"""


@pytest.mark.parametrize(
    ("named", "verdict"),
    [
        ("I have sigmoid units.", "proved"),
        ("All units use tanh.", "refuted"),
        ("", "proved"),  # if σ is the logistic function
        ("I do not have sigmoid units.", ""),
        ("I have sigmoid and tanh units.", ""),
    ],
)
def test_a_function_that_words_name_is_that_of_the_sign(named: str, verdict: str) -> None:
    """What a chain says of its head is judged, though the member between is not read."""
    found = words(f"{named}\n{LOGISTIC}")
    assert found[-1:] == ([verdict] if verdict else [])


def test_only_what_is_missing_is_asked_for() -> None:
    begun = r"Here $n$ runs over the samples; $\varphi$ is any differentiable function."
    asked = "Here $j$ runs over the units; $i$ runs over the inputs."
    assert missing(f"{begun}\n{NETWORK}") == asked
    assert words(f"{begun}\n{NETWORK}") == []
    assert words(f"{begun}\n{asked}\n{NETWORK}")[-2:] == ["proved", "refuted"]


def test_letters_at_the_same_place_of_a_sign_run_over_the_same_set() -> None:
    square = NETWORK.replace("x_{ni}", "y_{ni}")
    begun = "Here $n$ runs over the samples."
    assert "$i, j$ run over the units" in missing(f"{begun}\n{square}")


@pytest.mark.parametrize(
    ("line", "word", "under"),
    [
        (r"\frac{\partial L}{\partial a} = y - t", "proved", (IS_LOGISTIC,)),
        (r"\frac{\partial L}{\partial y} = \frac{y - t}{y (1 - y)}", "proved", ()),
        (r"\frac{\partial L}{\partial a} = t - y", "refuted", ()),
        (r"\frac{\partial L}{\partial a} = (y - t) \sigma'(a)", "refuted", ()),
        (r"\ln y = a - \ln (1 + e^a)", "proved", (IS_LOGISTIC,)),
        (r"\ln y = a + \ln (1 + e^a)", "refuted", ()),
    ],
)
def test_a_sigma_that_is_never_said_may_be_the_logistic_function(
    line: str, word: str, under: tuple[str, ...]
) -> None:
    text = (
        r"$L = -[t \ln y + (1 - t) \ln (1 - y)]$, $y = \sigma(a)$, $a = \sum_i w_i x_i + b$. "
        rf"Then ${line}$."
    )
    one = judge_indices(read_indices(text, index_profile("indices"))).lines[-1]
    assert one.word == word
    named = one.cases[0].under[0] if one.cases[0].under else ()
    assert tuple(name for name in named if "σ" in name) == under
