"""σ of whole vectors in a text that does not say what it is, and a loss of one output."""

from __future__ import annotations

import pytest

from reports.array_check import checked
from symbolic.reading.arrays.profile import array_profile

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
