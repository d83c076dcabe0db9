"""Forms in which derivations are posted: right ones are proved, and each slip is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.cli import main
from symbolic.reading.arrays.judgement import judge_arrays
from symbolic.reading.arrays.profile import array_profile
from symbolic.reading.arrays.reading import read_arrays
from symbolic.reading.indexed.judgement import judge_indices
from symbolic.reading.indexed.profile import index_profile
from symbolic.reading.indexed.reading import read_indices
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document

pytestmark = pytest.mark.slow


def shown(*formulas: str) -> str:
    return "\n".join(f"$${formula}$$" for formula in formulas)


def entries(text: str, *formulas: str, profile: str = "indices") -> list[str]:
    reading = read_indices(f"{text}\n{shown(*formulas)}\n", index_profile(profile))
    assert [str(problem) for problem in reading.problems] == []
    return [line.word for line in judge_indices(reading).lines][-len(formulas) :]


def arrays(text: str, *formulas: str, profile: str) -> list[str]:
    reading = read_arrays(f"{text}\n{shown(*formulas)}\n", array_profile(profile))
    assert [str(problem) for problem in reading.problems] == []
    return [line.word for line in judge_arrays(reading).lines][-len(formulas) :]


def test_layer_normalisation_over_the_d_features() -> None:
    """d is how many features there are, and no number of its own."""
    slope = (
        r"\frac{\partial \hat x_i}{\partial x_j} = \frac{1}{\sigma} \left( \delta_{ij} - \frac1d"
    )
    found = entries(
        r"Here $i, j, k$ run over the $d$ features. $\mu = \frac1d \sum_i x_i$ and "
        r"$\sigma = \sqrt{\frac1d \sum_i (x_i - \mu)^2}$, $\hat x_i = (x_i - \mu) / \sigma$. Then",
        rf"{slope} - \frac{{1}}{{d}} \hat x_i \hat x_j \right)",
        rf"{slope} \right)",
    )
    assert found == ["proved", "refuted"]


def test_sets_that_are_said_in_one_sentence() -> None:
    found = entries(
        r"Let $i, j, l$ run over positions, $c$ over channels. $s_{ij} = \sum_c q_{ic} k_{jc}$,"
        r" $a_{ij} = \exp(s_{ij}) / \sum_l \exp(s_{il})$ and $o_{ic} = \sum_j a_{ij} v_{jc}$. Then",
        r"\frac{\partial L}{\partial q_{ic}} = \sum_j \frac{\partial L}{\partial s_{ij}} k_{jc}",
        r"\frac{\partial L}{\partial s_{ij}} = a_{ij} (\frac{\partial L}{\partial a_{ij}}"
        r" - \sum_l a_{il} \frac{\partial L}{\partial a_{il}})",
        r"\frac{\partial L}{\partial s_{ij}} = a_{ij} (1 - a_{ij})"
        r" \frac{\partial L}{\partial a_{ij}}",
    )
    assert found == ["proved", "proved", "refuted"]


def test_softmax_of_every_sample() -> None:
    rule = r"\frac{\partial L}{\partial w_{kd}} = \sum_n (%s) x_{nd}"
    found = entries(
        r"Let $n$ run over the samples and $k, j$ over the classes and $d$ over the features. With"
        r" $z_{nk} = \sum_d w_{kd} x_{nd}$, $p_{nk} = e^{z_{nk}} / \sum_j e^{z_{nj}}$ and"
        r" $L = -\sum_n \sum_k t_{nk} \ln p_{nk}$ where $\sum_k t_{nk} = 1$,",
        rule % "p_{nk} - t_{nk}",
        rule % "t_{nk} - p_{nk}",
    )
    assert found == ["proved", "refuted"]


def test_a_prime_makes_another_letter_of_the_same_set() -> None:
    text = r"Let $i, j$ run over the units. $a_i = \sum_j w_{ij} x_j$ and $E = \sum_i a_i^2$. Then"
    rule = r"\frac{\partial E}{\partial x_j} = 2 \sum_{i'} a_{i'} w_{%s}"
    assert entries(text, rule % "i'j", rule % "ji'") == ["proved", "refuted"]


def test_a_sign_that_nothing_defines_refutes_no_line() -> None:
    """z_2 may be what the text has in mind; only what holds for every z_2 is decided."""
    found = entries(
        r"Let $a_1 = \sigma(w_1 x)$ and $a_2 = \sigma(w_2 a_1)$, $C = \frac12 (a_2 - y)^2$,"
        r" $z_1 = w_1 x$ and so on.",
        r"\frac{\partial C}{\partial w_2} = a_1 \sigma'(z_2) (a_2 - y)",
        r"\frac{\partial C}{\partial w_1} = x \sigma'(z_1) \frac{\partial C}{\partial a_1}",
        r"\frac{\partial C}{\partial w_1} = a_1 \sigma'(z_1) \frac{\partial C}{\partial a_1}",
        profile="scalars",
    )
    assert found == ["open", "proved", "refuted"]


def test_a_gradient_by_what_the_cost_shows_and_a_cost_written_out() -> None:
    found = arrays(
        r"We minimise $J(w) = \|Xw - y\|^2 + \lambda \|w\|^2$. Then",
        r"J(w) = w^T X^T X w - 2 y^T X w + y^T y + \lambda w^T w",
        r"\nabla J(w) = 2 X^T (Xw - y) + 2\lambda w",
        r"J(w) = w^T X^T X w - y^T X w + y^T y + \lambda w^T w",
        r"\nabla J(w) = 2 X^T (Xw - y) + \lambda w",
        profile="regression",
    )
    assert found == ["proved", "proved", "refuted", "refuted"]


def test_the_loss_of_a_time_may_show_what_it_is_a_function_of() -> None:
    found = arrays(
        r"""$z_t = \sigma(W_z x_t + U_z h_{t-1})$, $\tilde{h}_t = \tanh(W_h x_t + U_h h_{t-1})$ and
        $h_t = (1 - z_t) \odot h_{t-1} + z_t \odot \tilde{h}_t$. The loss is
        $L = \sum_t L_t(h_t)$.""",
        r"\frac{\partial L}{\partial z_t} = \frac{\partial L}{\partial h_t} \odot"
        r" (\tilde{h}_t - h_{t-1})",
        r"\frac{\partial L}{\partial z_t} = \frac{\partial L}{\partial h_t} \odot \tilde{h}_t",
        profile="lstm",
    )
    assert found == ["proved", "refuted"]


@pytest.mark.parametrize(("weight", "word"), [("kj", "proved"), ("jk", "refuted")])
def test_net_in_plain_letters_and_a_unit_that_is_no_output(weight: str, word: str) -> None:
    text = r"""Let $net_{pj} = \sum_i w_{ji} o_{pi}$ and $o_{pj} = f_j(net_{pj})$. For a
    unit that is not an output unit, $$\delta_{pj} = f'_j(net_{pj}) \sum_k \delta_{pk} w_{%s}$$"""
    reading = read_document(text % weight, open_profile("rumelhart"))
    assert judge(reading).lines[-1].word == word


def test_slips_are_said_in_the_signs_of_the_document(tmp_path: Path) -> None:
    text = r"""Let $j$ run over the units. $h_j = \tanh(z_j)$ and
    $E = \frac13 \sum_j (h_j^3 + 3 \hat{c}_j h_j)$.
    $$\frac{\partial E}{\partial h_j} = h_j + \hat{c}_j$$"""
    paper, page = tmp_path / "notes.md", tmp_path / "page.txt"
    paper.write_text(text, encoding="utf-8")
    assert main(["check", str(paper), "--profile", "indices", "-o", str(page)]) == 1
    said = " ".join(page.read_text(encoding="utf-8").split())
    assert "The factor h_j is missing: h_j stands where h_j^2 belongs." in said


def test_layers_as_vectors_with_their_usual_letters() -> None:
    found = arrays(
        r"Let $a_1 = W_1 x + b_1$, $h = \tanh(a_1)$, $o = W_2 h + b_2$, $p = \mathrm{softmax}(o)$"
        r" and $L = -\sum_k y_k \log p_k$ where $\sum_k y_k = 1$. Then",
        r"\frac{\partial L}{\partial W_2} = (p - y) h^T",
        r"\frac{\partial L}{\partial W_2} = (y - p) h^T",
        profile="vectors",
    )
    assert found == ["proved", "refuted"]
