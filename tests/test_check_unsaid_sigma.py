"""σ of whole vectors in a text that does not say what it is, and a loss of one output."""

from __future__ import annotations

import pytest

from reports.array_check import checked
from symbolic.reading.arrays.profile import array_profile
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document

TEXT = r"""We have $z_1 = W_1 x + b_1$, $h = \sigma(z_1)$, $z_2 = W_2 h + b_2$ and
$\hat{y} = \sigma(z_2)$. The loss is $L = -(y \log \hat{y} + (1 - y) \log(1 - \hat{y}))$. Then

"""


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (r"\frac{\partial L}{\partial z_2} = \hat{y} - y", "proved"),
        (r"\frac{\partial L}{\partial z_2} = y - \hat{y}", "refuted"),
        (r"\frac{\partial L}{\partial z_2} = (\hat{y} - y) \odot \sigma'(z_2)", "refuted"),
        (r"\frac{\partial L}{\partial W_2} = \frac{\partial L}{\partial z_2} h^T", "proved"),
        (r"\frac{\partial L}{\partial W_2} = \frac{\partial L}{\partial z_2} x^T", "open"),
        pytest.param(
            r"\frac{\partial L}{\partial b_1} = \frac{\partial L}{\partial h} \odot h",
            "refuted",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_what_holds_for_the_logistic_function_is_not_called_wrong(line: str, word: str) -> None:
    found = checked("notes.md", f"{TEXT}$${line}$$", "markdown", array_profile("vectors"))
    assert not found.unread
    assert found.judgement.lines[-1].word == word


def test_a_loss_that_is_no_number_stays_a_type_error() -> None:
    text = TEXT.replace(r"-(y \log \hat{y} + (1 - y) \log(1 - \hat{y}))", r"\hat{y} - y")
    text += r"$$\frac{\partial L}{\partial W_2} = \frac{\partial L}{\partial z_2} h^T$$"
    found = checked("notes.md", text, "markdown", array_profile("vectors"))
    assert any("The loss is one number" in o.cases[0].why for o in found.judgement.lines if o.cases)


UNITS = r"""$o_j = \sigma(\mathrm{net}_j)$,
$\delta_j = -\frac{\partial E}{\partial \mathrm{net}_j}$
with $E = \frac12 \sum_k (t_k - o_k)^2$. %sFor an output unit $k$

"""


@pytest.mark.parametrize(
    ("said", "line", "word", "assumed"),
    [
        ("", r"\delta_k = (t_k - o_k) o_k (1 - o_k)", "proved", True),
        ("", r"\delta_k = (t_k - o_k) \sigma'(\mathrm{net}_k)", "proved", False),
        ("", r"\delta_k = (t_k - o_k) o_k (1 + o_k)", "refuted", False),
        ("All units are tanh units. ", r"\delta_k = (t_k - o_k) o_k (1 - o_k)", "open", False),
        (r"Here $\sigma(x) = \tanh(x)$. ", r"\delta_k = (t_k - o_k) o_k (1 - o_k)", "refuted",
         False),
    ],
)  # fmt: skip
def test_of_units_too_it_is_assumed_by_name(said: str, line: str, word: str, assumed: bool) -> None:
    reading = read_document(UNITS % said + f"$${line}$$", open_profile("rumelhart"))
    last = judge(reading).lines[-1]
    assert last.word == word
    assert any(one.assumed for case in last.cases for one in case.taking) == assumed


def test_another_sign_than_sigma_is_any_function() -> None:
    text = UNITS.replace(r"\sigma", "f") % "" + r"$$\delta_k = (t_k - o_k) o_k (1 - o_k)$$"
    assert judge(read_document(text, open_profile("rumelhart"))).lines[-1].word == "refuted"
