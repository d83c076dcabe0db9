"""Texts that write the indices of a weight the other way round than their notation."""

from __future__ import annotations

import pytest

from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document

PLAIN = r"""The loss is $L = \frac12 \sum_k (\hat{y}_k - y_k)^2$, outputs are $\hat{y}_k = f(z_k)$,
with $z_k = \sum_j W_{kj} h_j + b_k$. We write $\delta_k = \frac{\partial L}{\partial z_k}$. Then

"""
HAYKIN = r"""Let $v_j = \sum_i w_{ij} y_i$, $y_j = \varphi(v_j)$, $e_j = d_j - y_j$ and
$\delta_j = -\frac{\partial \mathcal{E}}{\partial v_j}$. Then for any neuron $j$

"""


def words(text: str, notation: str) -> list[str]:
    reading = read_document(text, open_profile(notation))
    assert not reading.problems, reading.problems
    return [line.word for line in judge(reading).lines]


@pytest.mark.parametrize(
    ("notation", "begun", "line", "word"),
    [
        ("plain", PLAIN, r"\frac{\partial L}{\partial W_{kj}} = \delta_k h_j", "proved"),
        ("plain", PLAIN, r"\frac{\partial L}{\partial W_{kj}} = \delta_k z_j", "refuted"),
        ("haykin", HAYKIN, r"\Delta w_{ij} = \eta \delta_j y_i", "proved"),
        ("haykin", HAYKIN, r"\Delta w_{ij} = \eta \delta_j v_i", "refuted"),
        ("wikipedia", r"Here $\mathrm{net}_j = \sum_i w_{ji} o_i$ for every neuron. Then ",
         r"\frac{\partial E}{\partial w_{ji}} = \delta_j o_i", "proved"),
    ],
)  # fmt: skip
def test_the_order_is_that_of_the_text(notation: str, begun: str, line: str, word: str) -> None:
    gradient = {"plain": r"\frac{\partial L}{\partial W_{ji}} = \delta_j x_i",
                "haykin": r"\frac{\partial \mathcal{E}}{\partial w_{ij}} = -\delta_j y_i",
                "wikipedia": r"\Delta w_{ji} = -\eta \delta_j o_i"}  # fmt: skip
    found = words(f"{begun}$${line}$$ $${gradient[notation]}$$", notation)
    assert (found[-2], found[-1]) == (word, "proved")


GRADIENT = r"\frac{\partial \mathcal{E}}{\partial w_{ji}} = -\delta_j y_i"


@pytest.mark.parametrize(
    ("slip", "right"),
    [
        (r"v_j = \sum_i w_{ij} y_i", GRADIENT),
        (r"\delta_j = \varphi'(v_j) \sum_k w_{jk} \delta_k", GRADIENT),
        (GRADIENT.replace("ji", "ij"), r"v_j = \sum_i w_{ji} y_i"),
    ],
)
def test_one_slip_is_no_other_order(slip: str, right: str) -> None:
    text = rf"For a hidden neuron $j$ we have $${slip}$$ and $${right}$$"
    first, other = words(text, "haykin")
    assert (first, other != "refuted") == ("refuted", True)


def test_a_definition_in_the_other_order_is_wrong_and_not_the_end() -> None:
    text = rf"Let $v_j = \sum_i w_{{ij}} y_i$ and $y_j = \varphi(v_j)$. Then $${GRADIENT}$$"
    assert words(text, "haykin") == ["refuted", "definition", "proved"]


def test_a_text_that_says_both_keeps_the_order_of_its_notation() -> None:
    text = HAYKIN + r"$$\frac{\partial \mathcal{E}}{\partial w_{ji}} = -\delta_j y_i$$"
    assert words(text, "haykin")[-1] == "proved"
    assert "refuted" in words(text, "haykin")
