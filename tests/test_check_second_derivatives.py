"""Second derivatives: of single numbers and of functions they are decided, others not read."""

from __future__ import annotations

import pytest

from symbolic.reading.indexed.judgement import judge_indices
from symbolic.reading.indexed.profile import index_profile
from symbolic.reading.indexed.reading import read_indices
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document

NEURON = r"One neuron: $v = w x + b$, $y = \tanh(v)$ and $E = \frac12 (y - t)^2$. "
BODY = r"(1-y^2)^2 - 2(y - t) y (1 - y^2)"


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (r"\frac{d^2 y}{dv^2} = -2 y (1 - y^2)", "proved"),
        (r"\frac{d^2 y}{dv^2} = 2 y (1 - y^2)", "refuted"),
        (rf"\frac{{\partial^2 E}}{{\partial w^2}} = ({BODY}) x^2", "proved"),
        (rf"\frac{{\partial^2 E}}{{\partial w \partial b}} = ({BODY}) x", "proved"),
        (rf"\frac{{\partial^2 E}}{{\partial w \partial b}} = {BODY}", "refuted"),
        (r"\frac{d^2 E}{dw^2} = (1-y^2)^2 x^2", "refuted"),
    ],
)
def test_of_single_numbers(line: str, word: str) -> None:
    reading = read_indices(f"{NEURON}$${line}$$", index_profile("scalars"))
    assert [str(problem) for problem in reading.problems] == []
    assert judge_indices(reading).lines[-1].word == word


def test_of_entries_they_are_not_read() -> None:
    text = NEURON + r"$$\frac{\partial^2 E}{\partial w^2} = x$$"
    reading = read_indices(text, index_profile("indices"))
    assert any("Second derivatives" in problem.what for problem in reading.problems)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (r"\varphi''(v) = -2 \varphi(v) (1 - \varphi(v)^2)", "proved"),
        (r"\varphi''(v) = 2 \varphi(v) (1 - \varphi(v)^2)", "refuted"),
        (r"\varphi_j''(v_j) = -2 y_j (1 - y_j^2)", "proved"),
    ],
)
def test_of_an_activation_function(line: str, word: str) -> None:
    text = rf"Let $y_j = \varphi_j(v_j)$ with $\varphi(v) = \tanh(v)$. Then $${line}$$"
    assert judge(read_document(text, open_profile("haykin"))).lines[-1].word == word
