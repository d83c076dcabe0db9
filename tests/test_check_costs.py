"""What texts call their cost, in the notations of arrays and of entries."""

from __future__ import annotations

import pytest

from reports import array_check, index_check
from symbolic.reading.arrays.profile import array_profile
from symbolic.reading.indexed.profile import index_profile

TEXTS = {
    "indices": (r"$p_k = \sum_j w_{kj} x_j$", r"\frac12 \sum_k (p_k - y_k)^2", "p_k", "p_k - y_k"),
    "scalars": ("$p = w x$", r"\frac12 (p - y)^2", "p", "p - y"),
    "cs231n": ("$S = X W$", r"\frac12 \sum_{n,k} (S_{nk} - Y_{nk})^2", "S", "S - Y"),
    "vectors": ("$z = W x$", r"\frac12 \|z - y\|^2", "z", "z - y"),
    "regression": (
        r"$\hat{y}_i = w^T x_i + b$",
        r"\frac12 \sum_i (\hat{y}_i - y_i)^2",
        "b",
        r"\sum_i (\hat{y}_i - y_i)",
    ),
}
NAMES = [
    (r"J(\theta)", "J"),
    (r"L(y, \hat{y})", "L"),
    (r"J = L(y, \hat{y})", "J"),
    (r"J = L(y, \hat{y})", "L"),
    (r"J = CE(y, \hat{y})", "J"),
    ("MSE", "MSE"),
    (r"\text{loss}", r"\text{loss}"),
    (r"L_{\text{CE}}", r"L_{\text{CE}}"),
    ("J(W, b)", "J(W, b)"),
    (r"\mathcal{L}(f(x; w), y)", r"\mathcal{L}"),
]


def words(text: str, notation: str) -> list[str]:
    """The verdicts; nothing is left unread."""
    if notation in ("indices", "scalars"):
        entries = index_check.checked("notes.md", text, "markdown", index_profile(notation))
        assert not entries.unread, [entry.why for entry in entries.unread]
        return [one.word for one in entries.judgement.lines]
    arrays = array_check.checked("notes.md", text, "markdown", array_profile(notation))
    assert not arrays.unread, [entry.why for entry in arrays.unread]
    return [one.word for one in arrays.judgement.lines]


QUICK = ("scalars", "vectors")
NOTATIONS = [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in TEXTS]


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize(("defined", "used"), NAMES)
def test_a_cost_by_any_of_its_names(notation: str, defined: str, used: str) -> None:
    layer, cost, by, right = TEXTS[notation]
    derivative = rf"\frac{{\partial {used}}}{{\partial {by}}}"
    text = (
        f"{layer}, ${defined} = {cost}$. $${derivative} = {right}$$ $${derivative} = 2 ({right})$$"
    )
    assert words(text, notation)[-2:] == ["proved", "refuted"]


ONE = (r"$z = w^T x + b$, $a = \sigma(z)$ and "
       r"$\mathcal{L}(a, y) = -(y \log a + (1 - y) \log(1 - a))$; over all examples ")  # fmt: skip
EVERY = (r"$z^{(i)} = w^T x^{(i)} + b$, $a^{(i)} = \sigma(z^{(i)})$ and "
         r"$\mathcal{L}(a^{(i)}, y^{(i)}) = "
         r"-(y^{(i)} \log a^{(i)} + (1 - y^{(i)}) \log(1 - a^{(i)}))$; over all ")  # fmt: skip
MEAN = r"$J(w, b) = \frac1m \sum_{i=1}^m \mathcal{L}(a^{(i)}, y^{(i)})$. "


@pytest.mark.parametrize(
    ("begun", "left", "right", "wrong"),
    [
        (ONE, r"\frac{\partial J}{\partial b}", r"\frac1m \sum_i (a^{(i)} - y^{(i)})",
         r"\sum_i (a^{(i)} - y^{(i)})"),
        (ONE, r"\frac{\partial \mathcal{L}}{\partial a}", r"-\frac{y}{a} + \frac{1 - y}{1 - a}",
         r"-\frac{y}{a} - \frac{1 - y}{1 - a}"),
        (ONE, r"\frac{\partial \mathcal{L}}{\partial z}", "a - y", "y - a"),
        (ONE, r"\frac{\partial \mathcal{L}(a, y)}{\partial w}", "(a - y) x", "(a - y) w"),
        (EVERY, r"\frac{\partial \mathcal{L}^{(i)}}{\partial z^{(i)}}", "a^{(i)} - y^{(i)}",
         "(a^{(i)} - y^{(i)}) a^{(i)}"),
        (EVERY, r"\frac{\partial \mathcal{L}}{\partial z^{(i)}}", "a^{(i)} - y^{(i)}",
         r"\frac1m (a^{(i)} - y^{(i)})"),
        (EVERY, r"\frac{\partial J}{\partial z^{(i)}}", r"\frac1m (a^{(i)} - y^{(i)})",
         "a^{(i)} - y^{(i)}"),
        (EVERY, r"\frac{\partial J}{\partial w}",
         r"\frac1m \sum_i \frac{\partial \mathcal{L}(a^{(i)}, y^{(i)})}{\partial w}",
         r"\sum_i \frac{\partial \mathcal{L}(a^{(i)}, y^{(i)})}{\partial w}"),
    ],
)  # fmt: skip
def test_the_loss_of_one_example(begun: str, left: str, right: str, wrong: str) -> None:
    text = f"{begun}{MEAN} $${left} = {right}$$ $${left} = {wrong}$$"
    assert words(text, "regression")[-2:] == ["proved", "refuted"]


def test_a_loss_without_a_formula_is_any() -> None:
    text = r"""$z = W x$, $\hat{y} = \sigma(z)$, $J = L(\hat{y}, y)$. Then
$$\frac{\partial J}{\partial z} = \frac{\partial J}{\partial \hat{y}} \odot \sigma'(z)$$
$$\frac{\partial J}{\partial z} = \frac{\partial J}{\partial \hat{y}} \odot \sigma(z)$$"""
    assert words(text, "vectors")[-2:] == ["proved", "refuted"]


def test_equal_quantities_that_are_no_costs_keep_their_names() -> None:
    text = r"""$z = w x$, $a = y = z$, $E = \frac12 a^2$. Then $\frac{\partial E}{\partial z} = z$
and $\frac{\partial E}{\partial w} = a x$."""
    assert words(text, "scalars")[-2:] == ["proved", "proved"]


HALVES = r"-\frac1m \sum_{i=1}^m y^{(i)} \log a^{(i)} + (1 - y^{(i)}) \log(1 - a^{(i)})"


@pytest.mark.parametrize(("right", "word"), [(r"\frac1m", "proved"), ("", "refuted")])
def test_a_sum_takes_both_logarithms_without_a_bracket(right: str, word: str) -> None:
    text = rf"""$a^{{(i)}} = \sigma(w^T x^{{(i)}} + b)$ and $J = {HALVES}$. Then
$$\frac{{\partial J}}{{\partial b}} = {right} \sum_{{i=1}}^m (a^{{(i)}} - y^{{(i)}})$$"""
    assert words(text, "regression")[-1] == word


def test_which_function_the_last_layer_has_is_assumed_by_name() -> None:
    cost = HALVES.replace("a^{(i)}", "a^{[L](i)}")
    text = rf"""$Z^{{[l]}} = W^{{[l]}} A^{{[l-1]}} + b^{{[l]}}$, $A^{{[l]}} = g^{{[l]}}(Z^{{[l]}})$
and $J = {cost}$. Then $$dZ^{{[L]}} = A^{{[L]}} - Y$$ $$dZ^{{[L]}} = Y - A^{{[L]}}$$"""
    paper = array_check.checked("notes.md", text, "markdown", array_profile("ng"))
    *_, right, wrong = paper.judgement.lines
    assert (right.word, wrong.word) == ("proved", "refuted")
    assert "g is the logistic function" in right.cases[0].under[0]


def test_a_title_that_speaks_of_mistakes_denies_nothing() -> None:
    text = "# Two layers, one line wrong\n\n$z = W x$ and $J = \\frac12 \\|z - y\\|^2$."
    assert words(text, "vectors") == ["definition"] * 2


def test_an_entry_of_a_bracket_may_stand_behind_a_logarithm() -> None:
    text = r"""$a_1 = \mathrm{softmax}(W_1 x)$ and $L = -\sum_k y_k \log (a_1)_k$. Then
$$\frac{\partial L}{\partial W_1} = (a_1 - y) x^T$$ $$\frac{\partial L}{\partial W_1} = a_1 x^T$$"""
    assert words(text, "vectors")[-2:] == ["proved", "refuted"]


def test_a_power_may_stand_behind_the_label_of_a_layer() -> None:
    text = r"""$A^{[1]} = \tanh(Z^{[1]})$, $J = \frac1m \sum_i (a^{[1](i)})^2$. Then
$$dZ^{[1]} = dA^{[1]} * (1 - A^{[1]2})$$ $$dZ^{[1]} = dA^{[1]} * (1 - A^{[1]})$$"""
    assert words(text, "ng")[-2:] == ["proved", "refuted"]


def test_one_feature_has_two_weights() -> None:
    text = r"""$h(x) = \theta_0 + \theta_1 x$, $J(\theta_0, \theta_1) = \frac{1}{2m} \sum_{i=1}^m
(h(x^{(i)}) - y^{(i)})^2$. Then
$$\frac{\partial J}{\partial \theta_1} = \frac1m \sum_{i=1}^m (h(x^{(i)}) - y^{(i)}) x^{(i)}$$
$$\frac{\partial J}{\partial \theta_1} = \frac1m \sum_{i=1}^m (h(x^{(i)}) - y^{(i)})$$"""
    assert words(text, "regression")[-2:] == ["proved", "refuted"]


def test_a_last_time_below_a_sign_is_one() -> None:
    text = r"""$h_t = \tanh(W h_{t-1} + U x_t)$, $o_t = V h_t$, and
$L = \frac12 \sum_t \|o_t - y_t\|^2$. Then
$$\nabla_{h_T} L = V^T \nabla_{o_T} L$$ $$\nabla_{h_T} L = -V^T \nabla_{o_T} L$$"""
    assert words(text, "bptt")[-2:] == ["proved", "refuted"]
