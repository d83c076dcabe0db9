"""Columns of examples, as in Ng's course: right texts are proved, each slip refused on its line."""

from __future__ import annotations

import pytest

from symbolic.reading.arrays.axis_sums import plain_sums
from symbolic.reading.arrays.findings import ArrayJudged
from symbolic.reading.arrays.judgement import Court, judge_arrays
from symbolic.reading.arrays.nearest import ArrayNearest
from symbolic.reading.arrays.profile import array_profile
from symbolic.reading.arrays.program import base_of
from symbolic.reading.arrays.reading import read_arrays
from symbolic.reading.arrays.rendering import render

FORWARD = r"""
The examples are the columns of $X$ and of $Y$. We go forward by
$$Z^{[1]} = W^{[1]} X + b^{[1]}, \qquad A^{[1]} = g^{[1]}(Z^{[1]})$$
$$Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]}, \qquad A^{[2]} = \sigma(Z^{[2]})$$
"""
ENTROPY = r"""
The cost is
$$J = -\frac{1}{m} \sum_{i=1}^{m}
\left( y^{(i)} \log a^{[2](i)} + (1 - y^{(i)}) \log (1 - a^{[2](i)}) \right)$$
Going backward,
"""
SQUARES = r"""
The cost is $J = \frac{1}{2} \sum_{i=1}^{m} \|a^{[2](i)} - y^{(i)}\|^2$. Going backward,
"""
RIGHT = (
    r"dZ^{[2]} = A^{[2]} - Y",
    r"dz^{[2](i)} = a^{[2](i)} - y^{(i)}",
    r"\frac{\partial J}{\partial Z^{[2]}} = \frac{1}{m} (A^{[2]} - Y)",
    r"dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[1]T}",
    r"dW^{[2]} = \frac{1}{m} dZ^{[2]} {A^{[1]}}^T",
    r"dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[1]^T}",
    r"db^{[2]} = \frac{1}{m} np.sum(dZ^{[2]}, axis=1, keepdims=True)",
    r"db^{[2]} = \frac{1}{m} \sum_{i=1}^{m} dZ^{[2](i)}",
    r"dZ^{[1]} = W^{[2]T} dZ^{[2]} * g^{[1]'}(Z^{[1]})",
    r"dZ^{[1]} = W^{[2]T} dZ^{[2]} \odot g^{[1]\prime}(Z^{[1]})",
    r"dW^{[1]} = \frac{1}{m} dZ^{[1]} X^T",
    r"dA^{[2]} = -\frac{Y}{A^{[2]}} + \frac{1 - Y}{1 - A^{[2]}}",
    r"W^{[1]} := W^{[1]} - \alpha dW^{[1]}",
)
WRONG = (
    r"dZ^{[2]} = Y - A^{[2]}",
    r"dZ^{[2]} = \frac{1}{m} (A^{[2]} - Y)",
    r"\frac{\partial J}{\partial Z^{[2]}} = A^{[2]} - Y",
    r"dz^{[2](i)} = a^{[2](i)} + y^{(i)}",
    r"dW^{[2]} = dZ^{[2]} A^{[1]T}",
    r"db^{[2]} = np.sum(dZ^{[2]}, axis=1, keepdims=True)",
    r"dZ^{[1]} = W^{[2]T} dZ^{[2]} * g^{[1]}(Z^{[1]})",
    r"W^{[1]} := W^{[1]} + \alpha dW^{[1]}",
)
ILL_TYPED = (
    r"dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[1]}",
    r"dW^{[2]} = \frac{1}{m} A^{[1]} dZ^{[2]T}",
    r"dZ^{[1]} = W^{[2]} dZ^{[2]} * g^{[1]'}(Z^{[1]})",
    r"dW^{[1]} = \frac{1}{m} dZ^{[1]} A^{[1]T}",
    r"db^{[2]} = \frac{1}{m} np.sum(dZ^{[2]}, axis=0, keepdims=True)",
)


def after(forward: str, *formulas: str) -> list[ArrayJudged]:
    """The verdicts of formulas, in the order they are written; why one is wrong is not asked."""
    shown = "\n".join(f"$${formula}$$" for formula in formulas)
    reading = read_arrays(f"{forward}\n{shown}\n", array_profile("ng"))
    assert [str(problem) for problem in reading.problems] == []
    lines = Court(reading, base_of(reading), explain=False).lines(reading.claims)
    return lines[-len(formulas) :]


def test_a_right_derivation_is_proved_and_each_slip_is_refused_on_its_line() -> None:
    lines = after(FORWARD + ENTROPY, *RIGHT, *WRONG, *ILL_TYPED)
    words = ["proved"] * len(RIGHT) + ["refuted"] * len(WRONG) + ["open"] * len(ILL_TYPED)
    assert [line.word for line in lines] == words
    assert all(one.cases[0].why.startswith("type error") for one in lines[-len(ILL_TYPED) :])


def test_a_slip_has_the_nearest_right_form_in_the_notation_of_the_course() -> None:
    wrong = r"$$dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[1]}$$"
    reading = read_arrays(f"{FORWARD}{ENTROPY}{wrong}", array_profile("ng"))
    [case] = judge_arrays(reading).lines[-1].cases
    assert isinstance(case.nearest, ArrayNearest)
    shown = render(case.nearest.right, array_profile("ng"))
    assert shown == r"\frac{1}{m} dZ^{[2]} A^{[1]\top}"
    again = after(FORWARD + ENTROPY, f"dW^{{[2]}} = {shown}")
    assert again[0].word == "proved"


def test_one_output_is_what_the_loss_says_where_it_multiplies_columns() -> None:
    """Σ_k is what it says only where there is one output; k for j has no meaning else."""
    summed = r"dz_j^{[2](i)} = \sum_k (a_k^{[2](i)} - y_k^{(i)})"
    twice = r"dz_j^{[2](i)} = \sum_k (a_k^{[2](i)} - 2 y_k^{(i)})"
    right, wrong = after(FORWARD + ENTROPY, summed, twice)
    assert right.word == "proved"
    assert any(name.endswith("= 1") for name in right.cases[0].under[0])
    assert wrong.word == "refuted"


def test_a_penalty_is_counted_once_beside_the_loss_of_one_output() -> None:
    penalty = r" + \frac{\lambda}{2m} \|W^{[2]}\|_F^2$$"
    forward = FORWARD + ENTROPY.replace(r"\right)$$", rf"\right){penalty}")
    right, lost, other = after(
        forward,
        r"dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[1]T} + \frac{\lambda}{m} W^{[2]}",
        r"dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[1]T}",
        r"dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[1]T} + \lambda W^{[2]}",
    )
    assert [right.word, lost.word, other.word] == ["proved", "refuted", "refuted"]
    assert right.cases[0].under == (("arguments > 0",),)
    reading = read_arrays(forward.replace("_F^2", "_1^2"), array_profile("ng"))
    assert [problem.what for problem in reading.problems] == ["This norm is not read."]


def test_the_square_of_a_column_is_the_loss_of_one_output() -> None:
    cost = r"The cost is $J = \frac{1}{2m} \sum_{i=1}^{m} (a^{[2](i)} - y^{(i)})^2$. Then"
    right, wrong = after(
        FORWARD + cost,
        r"dA^{[2]} = A^{[2]} - Y",
        r"dA^{[2]} = 2 (A^{[2]} - Y)",
    )
    assert (right.word, wrong.word) == ("proved", "refuted")


def test_a_sum_over_the_examples_has_no_m_to_take_out() -> None:
    right = (
        r"dZ^{[2]} = (A^{[2]} - Y) * \sigma'(Z^{[2]})",
        r"dW^{[2]} = dZ^{[2]} A^{[1]T}",
        r"\frac{\partial J}{\partial Z^{[2]}} = (A^{[2]} - Y) * \sigma'(Z^{[2]})",
    )
    wrong = (
        r"dZ^{[2]} = A^{[2]} - Y",
        r"dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[1]T}",
        r"dW^{[1]} = m W^{[2]T} dZ^{[2]} X^T",
    )
    lines = after(FORWARD + SQUARES, *right, *wrong)
    assert [line.word for line in lines] == ["proved"] * 3 + ["refuted"] * 3


def test_a_text_that_says_what_dz_is_has_its_own_meaning() -> None:
    named = r"Let $dZ^{[2]} = \frac{\partial J}{\partial Z^{[2]}}$. Then"
    right, wrong = after(
        FORWARD + ENTROPY + named,
        r"dZ^{[2]} = \frac{1}{m} (A^{[2]} - Y)",
        r"dZ^{[2]} = A^{[2]} - Y",
    )
    assert (right.word, wrong.word) == ("proved", "refuted")


@pytest.mark.parametrize("first", ["cost", "loss"])
def test_the_loss_of_an_example_may_be_said_before_or_after_the_cost(first: str) -> None:
    cost = r"$$J = \frac{1}{m} \sum_{i=1}^{m} \mathcal{L}(a^{[2](i)}, y^{(i)})$$"
    loss = r"$$\mathcal{L}(a^{[2](i)}, y^{(i)}) = \frac{1}{2} \|a^{[2](i)} - y^{(i)}\|^2$$"
    text = FORWARD + "\n" + "\n".join((cost, loss) if first == "cost" else (loss, cost))
    right, wrong = after(text, r"dA^{[2]} = A^{[2]} - Y", r"dA^{[2]} = \frac{1}{m} (A^{[2]} - Y)")
    assert (right.word, wrong.word) == ("proved", "refuted")


def test_a_loss_of_which_nothing_is_said_may_be_any() -> None:
    text = r"""
$$Z^{[1]} = W^{[1]} A^{[0]} + b^{[1]}, \quad A^{[0]} = X$$
$$\hat{Y} = A^{[1]} = g^{[1]}(Z^{[1]})$$
$$J = \frac{1}{m} \sum_{i=1}^{m} \mathcal{L}(\hat{y}^{(i)}, y^{(i)})$$
"""
    lines = after(
        text,
        r"dZ^{[1]} = dA^{[1]} * g^{[1]\prime}(Z^{[1]})",
        r"dW^{[1]} = \frac{1}{m} dZ^{[1]} X^T",
        r"dW^{[1]} = dZ^{[1]} X^T",
        r"dZ^{[1]} = dA^{[1]} * g^{[2]\prime}(Z^{[1]})",
    )
    assert [line.word for line in lines] == ["proved", "proved", "refuted", "refuted"]


def test_softmax_runs_down_each_column() -> None:
    text = r"""
$$Z^{[1]} = W^{[1]} X + b^{[1]}$$
$$A^{[1]} = \mathrm{softmax}(Z^{[1]})$$
$$J = -\frac{1}{m} \sum_{i=1}^{m} \sum_k y_k^{(i)} \log a_k^{[1](i)}$$
"""
    right, wrong = after(text, r"dZ^{[1]} = A^{[1]} - Y", r"dZ^{[1]} = A^{[1]} * (A^{[1]} - Y)")
    assert right.word == "proved"
    assert right.cases[0].under == (("sum(j, Y[j,i]) = 1",),)
    assert wrong.word == "refuted"


def test_a_column_says_of_which_example_it_is() -> None:
    reading = read_arrays(r"$$z^{[1]} = W^{[1]} x + b^{[1]}$$", array_profile("ng"))
    [problem] = reading.problems
    assert "which example" in problem.what
    assert "x^{(i)}" in problem.next_step or "z^{(i)}" in problem.next_step


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"np.sum(dZ, axis = 1, keepdims = True)", r"\mathrm{sum1}(dZ)"),
        (r"\text{np.sum}(dZ,\ \text{axis}=0)", r"\mathrm{sum0}(dZ)"),
        (r"\mathrm{np.sum}\left(f(a, b)\right)", r"\mathrm{sum}(f(a, b))"),
        (r"np.sum(dZ, axis=1, where=M)", r"np.sum(dZ, axis=1, where=M)"),
        (r"np.sum(dZ, axis=1", r"np.sum(dZ, axis=1"),
    ],
)
def test_sums_of_numpy_are_read_with_their_axis(written: str, read: str) -> None:
    text, places = plain_sums(written, range(len(written)))
    assert text == read
    assert len(places) == len(text)
    assert list(places) == sorted(places)
