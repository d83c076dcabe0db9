"""The cost of example 0, neurons counted from 0: the chain of the last layer, right and wrong."""

from __future__ import annotations

import pytest

from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document

FORWARD = r"""
$$z_j^{(L)} = \sum_k w_{jk}^{(L)} a_k^{(L-1)} + b_j^{(L)}, \qquad a_j^{(L)} = \sigma(z_j^{(L)})$$
The cost of the first example is
$$C_0 = \sum_{j=0}^{n_L - 1} (a_j^{(L)} - y_j)^2$$
"""
LINK = r"\frac{\partial a_j^{(L)}}{\partial z_j^{(L)}} \frac{\partial C_0}{\partial a_j^{(L)}}"
BY_W = r"\frac{\partial C_0}{\partial w_{jk}^{(L)}}"
BY_A = r"\frac{\partial C_0}{\partial a_k^{(L-1)}}"
RIGHT = (
    rf"{BY_W} = \frac{{\partial z_j^{{(L)}}}}{{\partial w_{{jk}}^{{(L)}}}} {LINK}",
    rf"{BY_W} = a_k^{{(L-1)}} \sigma'(z_j^{{(L)}}) 2 (a_j^{{(L)}} - y_j)",
    rf"{BY_A} = \sum_{{j=0}}^{{n_L - 1}} w_{{jk}}^{{(L)}} {LINK}",
)
WRONG = (
    rf"{BY_W} = \frac{{\partial z_j^{{(L)}}}}{{\partial w_{{jk}}^{{(L)}}}} "
    r"\frac{\partial C_0}{\partial a_j^{(L)}}",
    rf"{BY_W} = a_k^{{(L-1)}} \sigma'(z_j^{{(L)}}) (a_j^{{(L)}} - y_j)",
    rf"{BY_A} = \sum_{{j=0}}^{{n_L - 1}} w_{{kj}}^{{(L)}} {LINK}",
    rf"{BY_W} = a_j^{{(L-1)}} \sigma'(z_j^{{(L)}}) 2 (a_j^{{(L)}} - y_j)",
)


@pytest.mark.parametrize("profile", ["layers", pytest.param("nielsen", marks=pytest.mark.slow)])
def test_the_chain_of_the_last_layer(profile: str) -> None:
    text = FORWARD + "\n".join(f"$${line}$$" for line in (*RIGHT, *WRONG))
    lines = judge(read_document(text, open_profile(profile))).lines[-len(RIGHT) - len(WRONG) :]
    words = [line.word for line in lines]
    assert words[: len(RIGHT)] == ["proved"] * len(RIGHT)
    assert "proved" not in words[len(RIGHT) :]
    assert words[len(RIGHT) : len(RIGHT) + 2] == ["refuted", "refuted"]


def test_a_cost_with_and_without_an_example_is_not_one() -> None:
    text = FORWARD + r"$$C = 2 \sum_j (a_j^{(L)} - y_j)^2$$"
    reading = read_document(text, open_profile("layers"))
    assert any("power or an index" in problem.what for problem in reading.problems)


def test_a_sum_from_0_to_another_end_is_not_one_over_all() -> None:
    text = FORWARD.replace("n_L - 1", "n_L - 2")
    reading = read_document(text, open_profile("layers"))
    [problem] = reading.problems
    assert "bounds of Σ" in problem.what


ENTROPY = r"""
The cost is $C = -\sum_j \left( y_j \ln a^L_j + (1 - y_j) \ln (1 - a^L_j) \right)$,
where $\sigma(z) = \frac{1}{1 + e^{-z}}$.
"""
BRACKET = r"\left( \frac{y_j}{\sigma(z^L_j)} - \frac{1 - y_j}{1 - \sigma(z^L_j)} \right)"
SLOPE = r"\frac{\partial \sigma}{\partial w^L_{jk}}"


@pytest.mark.parametrize(
    ("right", "word"),
    [
        (f"-{BRACKET} {SLOPE}", "proved"),
        (f"{BRACKET} {SLOPE}", "refuted"),
        pytest.param(rf"-{BRACKET} \sigma'(z^L_j)", "refuted", marks=pytest.mark.slow),
    ],
)
def test_a_function_without_its_argument_has_the_one_that_stands_there(
    right: str, word: str
) -> None:
    text = rf"{ENTROPY}$$\frac{{\partial C}}{{\partial w^L_{{jk}}}} = {right}$$"
    reading = read_document(text, open_profile("nielsen"))
    assert reading.problems == ()
    assert judge(reading).lines[-1].word == word


def test_a_function_with_two_arguments_is_not_one_without() -> None:
    other = BRACKET.replace(r"1 - \sigma(z^L_j)", r"1 - \sigma(z^L_i)")
    text = rf"{ENTROPY}$$\frac{{\partial C}}{{\partial w^L_{{jk}}}} = -{other} {SLOPE}$$"
    [problem] = read_document(text, open_profile("nielsen")).problems
    assert "without its argument" in problem.what
