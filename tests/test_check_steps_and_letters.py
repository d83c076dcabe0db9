"""Steps that go up, steps with arrows, m as an index, and Haykin with layers above."""

from __future__ import annotations

import pytest

from symbolic.reading.claims import Kind
from symbolic.reading.findings import Judged
from symbolic.reading.indexed.judgement import judge_indices
from symbolic.reading.indexed.profile import index_profile
from symbolic.reading.indexed.reading import read_indices
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document

pytestmark = pytest.mark.slow


def lines(text: str, profile: str) -> list[Judged]:
    reading = read_document(text, open_profile(profile))
    assert [problem.what for problem in reading.problems if problem.fault == "not understood"] == []
    return [line for line in judge(reading).lines if line.claim.kind is not Kind.DEFINITION]


@pytest.mark.parametrize(
    "arrow", [r"\leftarrow w^l_{jk}", r"\to w^l_{jk}", r"\to w^l_{jk}{}' = w^l_{jk}"]
)
def test_a_step_with_any_arrow_must_go_down(arrow: str) -> None:
    arrow = arrow.replace("{}'", "'")
    step = rf"$$w^l_{{jk}} {arrow} %s \eta \frac{{\partial C}}{{\partial w^l_{{jk}}}}$$"
    [found] = lines("We take the step " + step % "+", "nielsen")
    assert found.word == "refuted"
    assert lines("We take the step " + step % "-", "nielsen") == []


NEURON = r"$E = \frac12 (y - t)^2$ with $y = w x$. %s gives the new weight "
STEP = r"$$w^+ = w %s \eta \frac{\partial E}{\partial w}$$"


@pytest.mark.parametrize(
    ("words", "sign", "said"),
    [
        ("Gradient descent", "+", True),
        ("Gradient descent", "-", False),
        ("Gradient ascent", "+", False),
    ],
)
def test_a_new_weight_that_goes_up_contradicts_descent(words: str, sign: str, said: bool) -> None:
    """Else w^+ is defined by the line, whatever its sign."""
    reading = read_indices(NEURON % words + STEP % sign, index_profile("scalars"))
    assert any("goes up" in problem.what for problem in reading.problems) == said
    assert judge_indices(reading).lines[-1].word == "definition"


def test_m_is_an_index_where_it_stands_below_signs_alone() -> None:
    text = r"""Let $v_m = \sum_i w_{mi} y_i$, $y_m = \varphi_m(v_m)$ and
    $\mathcal{E} = \frac12 \sum_m e_m^2$ with $e_m = d_m - y_m$ for the output neurons $m$. Then
    $$\frac{\partial \mathcal{E}}{\partial w_{mi}} = -\delta_m y_i$$
    $$\frac{\partial \mathcal{E}}{\partial w_{mi}} = \delta_m y_i$$"""
    assert [line.word for line in lines(text, "haykin")] == ["proved", "refuted"]


@pytest.mark.parametrize("size", [r"$v_j = \sum_{i=0}^m w_{ji} y_i$", "$m_0$ inputs"])
def test_m_is_a_size_where_it_ends_a_sum_or_has_a_number(size: str) -> None:
    reading = read_document(rf"With {size} and $e_m = d_m - y_m$.", open_profile("haykin"))
    assert "m" not in reading.profile.letters


def test_haykin_with_layers_above() -> None:
    text = r"""$$v_j^{(l)}(n) = \sum_i w_{ji}^{(l)}(n) y_i^{(l-1)}(n), \quad
    y_j^{(l)}(n) = \varphi_j(v_j^{(l)}(n))$$
    The errors are $e_j(n) = d_j(n) - y_j^{(L)}(n)$ and $\mathcal{E}(n) = \frac12 \sum_j e_j^2(n)$.
    $$\delta_j^{(L)}(n) = e_j(n) \varphi_j'(v_j^{(L)}(n))$$
    $$\delta_j^{(l)}(n) = \varphi_j'(v_j^{(l)}(n)) \sum_k \delta_k^{(l+1)}(n) w_{kj}^{(l+1)}(n)$$
    $$\Delta w_{ji}^{(l)}(n) = \eta \delta_j^{(l)}(n) y_i^{(l-1)}(n)$$
    $$\delta_j^{(L)}(n) = -e_j(n) \varphi_j'(v_j^{(L)}(n))$$
    $$\Delta w_{ji}^{(l)}(n) = \eta \delta_j^{(l)}(n) y_i^{(l-1)}(n) + w_{ji}^{(l)}(n)$$"""
    words = [line.word for line in lines(text, "haykin_layers")]
    assert words == ["proved"] * 3 + ["refuted"] * 2
