"""Row vectors of one example, x W + b: right lines are proved, each slip refused on its line."""

from __future__ import annotations

from symbolic.reading.arrays.judgement import Court, judge_arrays
from symbolic.reading.arrays.profile import array_profile
from symbolic.reading.arrays.program import base_of
from symbolic.reading.arrays.reading import read_arrays

FORWARD = r"""
With the row vector $x$ we compute
$$z_1 = x W_1 + b_1, \qquad h = \mathrm{ReLU}(z_1)$$
$$\theta = h W_2 + b_2, \qquad \hat{y} = \mathrm{softmax}(\theta)$$
and the loss is $J = -\sum_i y_i \log \hat{y}_i$. Write
$\delta_1 = \frac{\partial J}{\partial \theta}$ and $\delta_2 = \frac{\partial J}{\partial z_1}$.
"""
RIGHT = (
    r"\delta_1 = \hat{y} - y",
    r"\frac{\partial J}{\partial h} = \delta_1 W_2^T",
    r"\delta_2 = \delta_1 W_2^T \odot \mathbb{1}[z_1 > 0]",
    r"\frac{\partial J}{\partial W_2} = h^T \delta_1",
    r"\frac{\partial J}{\partial b_2} = \delta_1",
    r"\frac{\partial J}{\partial W_1} = x^T \delta_2",
    r"\frac{\partial J}{\partial x} = \delta_2 W_1^T",
)
WRONG = (
    r"\delta_1 = y - \hat{y}",
    r"\delta_2 = \delta_1 W_2^T",
    r"\delta_2 = \delta_1 W_2^T \odot h",
    r"\frac{\partial J}{\partial b_2} = \delta_1 \odot \hat{y}",
)
ILL_TYPED = (
    r"\frac{\partial J}{\partial W_2} = \delta_1 h^T",
    r"\frac{\partial J}{\partial h} = W_2^T \delta_1",
    r"\frac{\partial J}{\partial x} = \delta_2 W_1",
)


def test_a_classifier_of_row_vectors() -> None:
    shown = "\n".join(f"$${formula}$$" for formula in (*RIGHT, *WRONG, *ILL_TYPED))
    reading = read_arrays(FORWARD + shown, array_profile("cs224n"))
    assert [str(problem) for problem in reading.problems] == []
    lines = Court(reading, base_of(reading), explain=False).lines(reading.claims)
    words = ["proved"] * len(RIGHT) + ["refuted"] * len(WRONG) + ["open"] * len(ILL_TYPED)
    assert [line.word for line in lines[-len(words) :]] == words
    assert all(one.cases[0].why.startswith("type error") for one in lines[-len(ILL_TYPED) :])


def test_a_size_that_no_array_has_is_offered_to_no_wrong_line() -> None:
    """In a document without samples a factor 1/N was tried, of which there is no number."""
    shown = FORWARD + r"$$\delta_1 = y - \hat{y}$$"
    assert judge_arrays(read_arrays(shown, array_profile("cs224n"))).lines[-1].word == "refuted"


def test_a_second_derivative_is_not_read_as_a_first() -> None:
    text = r"""We have $z = x W$ and $J = z z^T$.
$$\frac{\partial^2 J}{\partial z} = 2 z$$
$$\frac{\partial J}{\partial z} = 2 z$$
"""
    reading = read_arrays(text, array_profile("cs224n"))
    assert [problem.what for problem in reading.problems] == ["Only first derivatives are read."]
    primed = read_arrays(text + r"$$\nabla_z' J = 2 z$$", array_profile("cs224n"))
    assert len(primed.problems) == 2
    assert judge_arrays(reading).lines[-1].word == "proved"
