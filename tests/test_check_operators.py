"""∂/∂z before what it is of: a product behind a number, one factor, or a question where it ends."""

from __future__ import annotations

import pytest

from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document

LAYERS = r"""Let $z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j$, $a^l_j = \sigma(z^l_j)$ and
$\delta^L_j = \frac{\partial C}{\partial z^L_j}$, with $C = \frac12 \sum_j (a^L_j - y_j)^2$.

"""
SLOPE = r"\delta^L_j = \frac{\partial}{\partial z^L_j} "


def words(formula: str) -> list[str]:
    reading = read_document(f"{LAYERS}$${formula}$$", open_profile("nielsen"))
    return [one.word for one in judge(reading).lines][4:]


@pytest.mark.parametrize(
    "cost",
    [
        r"\frac{1}{2} \sum_k (a^L_k - y_k)^2",
        r"\sum_k \frac{1}{2} (a^L_k - y_k)^2",
        r"\frac{1}{2} \|a^L - y\|^2",
        r"\left( \frac{1}{2} \sum_k (a^L_k - y_k)^2 \right)",
    ],
)
def test_a_derivative_is_of_the_product_behind_it(cost: str) -> None:
    right, wrong = r"(a^L_j - y_j) \sigma'(z^L_j)", r"(a^L_j - y_j)"
    assert words(f"{SLOPE}{cost} = {right}") == ["proved", "proved"]
    assert words(f"{SLOPE}{cost} = {wrong}") == ["proved", "refuted"]
    assert words(f"{SLOPE}{cost.replace('frac{1}{2}', 'frac{1}{3}')} = {right}")[0] == "refuted"


def test_a_derivative_of_a_number_times_a_quantity_is_not_nothing() -> None:
    assert words(r"\frac{\partial}{\partial z^L_j} 2 z^L_j = 2") == ["proved"]
    assert words(r"\frac{\partial}{\partial z^L_j} 2 z^L_j = 0") == ["refuted"]


def test_where_a_derivative_may_end_at_two_places_is_asked() -> None:
    text = r"$$\frac{\partial}{\partial z^L_j} z^L_j a^L_j = a^L_j$$"
    reading = read_document(LAYERS + text, open_profile("nielsen"))
    assert "Where this derivative ends" in str(reading.problems)
    assert words(r"\frac{\partial}{\partial z^L_j} (z^L_j) a^L_j = a^L_j") == ["proved"]
