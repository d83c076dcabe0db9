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
    ("text", "asked", "after"),
    [
        (
            NETWORK,
            r"Here $n$ runs over the samples; $j$ runs over the units; $i$ runs over the inputs; "
            r"$\varphi$ is any differentiable function.",
            ["proved", "refuted"],
        ),
        (
            RECURRENT,
            "Here $t$ runs over the times 1 … $T$; $i, j$ run over the units.",
            ["proved", "refuted"],
        ),
    ],
)
def test_what_is_missing_is_asked_for_in_words_that_are_understood(
    text: str, asked: str, after: list[str]
) -> None:
    assert missing(text) == asked
    assert words(text) == []
    assert words(f"{asked}\n{text}")[-2:] == after


def test_only_what_is_missing_is_asked_for() -> None:
    begun = r"Here $n$ runs over the samples; $\varphi$ is any differentiable function."
    assert missing(f"{begun}\n{NETWORK}") == (
        "Here $j$ runs over the units; $i$ runs over the inputs."
    )


def test_letters_at_the_same_place_of_a_sign_run_over_the_same_set() -> None:
    square = NETWORK.replace("x_{ni}", "y_{ni}")
    assert "$i, j$ run over the units" in missing(square)
