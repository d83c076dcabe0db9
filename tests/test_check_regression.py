"""Linear and logistic regression, by matrices and example by example, and the usual slips."""

from __future__ import annotations

import pytest

from reports.array_check import ArrayPaper, checked
from symbolic.reading.arrays.profile import array_profile


def paper(text: str) -> ArrayPaper:
    return checked("notes.md", text, "markdown", array_profile("regression"))


def last(text: str) -> str:
    """The verdict of the last line; nothing is left unread."""
    found = paper(text)
    assert not found.unread, [entry.why for entry in found.unread]
    return found.judgement.lines[-1].word


LINEAR = r"""The model is $\hat{y} = X w + b$ with $L = \frac{1}{2n} \|\hat{y} - y\|^2$. Then
"""
NUMBERS = r"""The model is $\hat{y}_i = w x_i + b$ and
$L = \frac{1}{n} \sum_{i=1}^n (\hat{y}_i - y_i)^2$. Then """
LOGISTIC = r"""The hypothesis is $h_\theta(x) = \sigma(\theta^T x)$ with the cost
$$J(\theta) = -\frac{1}{m} \sum_{i=1}^m \left[ y^{(i)} \log h_\theta(x^{(i)})
+ (1 - y^{(i)}) \log (1 - h_\theta(x^{(i)})) \right].$$ Then """
RIDGE = LOGISTIC.replace(r"\right].", r"\right] + \frac{\lambda}{2m} \sum_j \theta_j^2.")
PENALTY = r"""Here $J(w) = \frac{1}{2n} \|X w - y\|^2$, $\Omega(w) = \frac{1}{2} w^T w$ and
$L(w) = J(w) + \lambda \Omega(w)$. Then """
H = r"(h_\theta(x^{(i)}) - y^{(i)})"
RIGHT = (
    (LINEAR, r"\nabla_w L", r"\frac{1}{n} X^T (\hat{y} - y)"),
    (LINEAR, r"\nabla_w L", r"\frac{1}{n} X^\top (X w + b - y)"),
    (LINEAR, r"\frac{\partial L}{\partial w_j}", r"\frac{1}{n} \sum_i (\hat{y}_i - y_i) x_{ij}"),
    (LINEAR, r"\frac{\partial L}{\partial b}", r"\frac{1}{n} \sum_{i=1}^n (\hat{y}_i - y_i)"),
    (NUMBERS, r"\frac{\partial L}{\partial w}", r"-\frac{2}{n} \sum_i x_i (y_i - (w x_i + b))"),
    (NUMBERS, r"\frac{\partial L}{\partial b}", r"\frac{2}{n} \sum_{i=1}^n (\hat{y}_i - y_i)"),
    (
        LOGISTIC,
        r"\frac{\partial}{\partial \theta_j} J(\theta)",
        rf"\frac{{1}}{{m}} \sum_{{i=1}}^m {H} x_j^{{(i)}}",
    ),
    (LOGISTIC, r"\nabla_\theta J", r"\frac{1}{m} X^T (h - y)"),
    (
        RIDGE,
        r"\frac{\partial J}{\partial \theta_j}",
        rf"\frac{{1}}{{m}} \sum_{{i=1}}^m {H} x_j^{{(i)}} + \frac{{\lambda}}{{m}} \theta_j",
    ),
    (PENALTY, r"\nabla_w L", r"\frac{1}{n} X^T (X w - y) + \lambda w"),
)
WRONG = (
    (LINEAR, r"\nabla_w L", r"\frac{2}{n} X^T (\hat{y} - y)"),
    (LINEAR, r"\nabla_w L", r"X^T (\hat{y} - y)"),
    (LINEAR, r"\nabla_w L", r"\frac{1}{n} X^T (y - \hat{y})"),
    (NUMBERS, r"\frac{\partial L}{\partial w}", r"\frac{2}{n} \sum_i x_i (y_i - \hat{y}_i)"),
    (NUMBERS, r"\frac{\partial L}{\partial b}", r"\frac{1}{n} \sum_{i=1}^n (\hat{y}_i - y_i)"),
    (
        LOGISTIC,
        r"\frac{\partial}{\partial \theta_j} J(\theta)",
        rf"\sum_{{i=1}}^m {H} x_j^{{(i)}}",
    ),
    (
        LOGISTIC,
        r"\frac{\partial J}{\partial \theta_j}",
        rf"\frac{{1}}{{m}} \sum_i {H} h_\theta(x^{{(i)}}) (1 - h_\theta(x^{{(i)}})) x_j^{{(i)}}",
    ),
    (
        RIDGE,
        r"\frac{\partial J}{\partial \theta_j}",
        rf"\frac{{1}}{{m}} \sum_{{i=1}}^m {H} x_j^{{(i)}} + \frac{{\lambda}}{{2m}} \theta_j",
    ),
    (PENALTY, r"\nabla_w L", r"\frac{1}{n} X^T (X w - y) + 2 \lambda w"),
)


@pytest.mark.parametrize(("text", "left", "right"), RIGHT)
def test_the_gradients_of_regression_are_proved(text: str, left: str, right: str) -> None:
    assert last(f"{text} $${left} = {right}$$") == "proved"


@pytest.mark.parametrize(("text", "left", "right"), WRONG)
def test_the_usual_slips_are_refuted(text: str, left: str, right: str) -> None:
    assert last(f"{text} $${left} = {right}$$") == "refuted"


def test_a_lost_transpose_is_a_type_error() -> None:
    found = paper(rf"{LINEAR} $$\nabla_w L = \frac{{1}}{{n}} X (\hat{{y}} - y)$$")
    assert found.judgement.lines[-1].cases[0].why.startswith("type error")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (r"w \leftarrow w - \eta \frac{1}{n} X^T (\hat{y} - y)", "proved"),
        (r"w \leftarrow w + \eta \frac{1}{n} X^T (\hat{y} - y)", "refuted"),
        (r"w_j := w_j - \alpha \frac{1}{n} \sum_i (\hat{y}_i - y_i) x_{ij}", "proved"),
        (r"w_j := w_j - \alpha \sum_i (\hat{y}_i - y_i) x_{ij}", "refuted"),
    ],
)
def test_a_step_is_judged_as_a_change(line: str, word: str) -> None:
    assert last(f"{LINEAR} $${line}$$") == word


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (r"\sigma(z) = \frac{1}{1 + e^{-z}}", "proved"),
        (r"\sigma(z) = \frac{1}{1 + e^{z}}", "refuted"),
        (r"\sigma'(z) = \sigma(z) (1 - \sigma(z))", "proved"),
        (r"\sigma'(z) = \sigma(z) (1 + \sigma(z))", "refuted"),
        (r"\tanh'(z) = 1 - \tanh(z)^2", "proved"),
        (r"\tanh'(z) = 1 - \tanh(z)", "refuted"),
    ],
)
def test_what_is_recalled_of_a_function_is_about_any_number(line: str, word: str) -> None:
    assert last(f"{LOGISTIC} ${line}$.") == word


def test_w_times_x_is_of_one_feature_where_nothing_says_that_there_are_several() -> None:
    text = rf"{NUMBERS} $$\frac{{\partial L}}{{\partial w}} = \frac{{2}}{{n}} \sum_i"
    assert last(rf"{text} (\hat{{y}}_i - y_i) x_i$$") == "proved"
    several = paper(rf"{text} (\hat{{y}}_i - y_i) x_i$$ Here $x_i \in \mathbb{{R}}^d$.")
    assert several.judgement.lines[-1].word == "open"


def test_what_no_definition_of_the_loss_reads_is_open() -> None:
    text = r"""The cost is $J = \|X w - y\|^2$. With the residual $r = X w - y$ we get
$\frac{\partial J}{\partial r} = 2 r$."""
    found = paper(text)
    assert [one.word for one in found.judgement.lines][-1] == "open"
    assert "nothing that is defined here reads r" in found.judgement.lines[-1].cases[0].why


def test_the_log_likelihood_is_read_with_its_hypothesis() -> None:
    text = r"""The log-likelihood is $\ell(\theta) = \sum_{i=1}^n [y^{(i)} \log h(x^{(i)})
+ (1 - y^{(i)}) \log(1 - h(x^{(i)}))]$ with $h(x) = \sigma(\theta^T x)$. Then
$$\frac{\partial \ell(\theta)}{\partial \theta_j} = \sum_{i=1}^n"""
    assert last(rf"{text} (y^{{(i)}} - h(x^{{(i)}})) x_j^{{(i)}}$$") == "proved"
    assert last(rf"{text} (h(x^{{(i)}}) - y^{{(i)}}) x_j^{{(i)}}$$") == "refuted"
