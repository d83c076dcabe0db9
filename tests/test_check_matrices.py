"""Formulas about whole layers: read by their components, or a type error."""

from __future__ import annotations

from importlib import resources

import pytest

from symbolic.errors import InputError
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile, parse_profile
from symbolic.reading.reading import read_document
from symbolic.reading.source import Fault
from tests.layered import MEAN, NIELSEN, judged, last

WHOLE = [
    r"z^l = w^l a^{l-1} + b^l",
    r"\delta^L = \nabla_a C \odot \sigma'(z^L)",
    r"\delta^L = \sigma'(z^L) \odot \nabla_{a^L} C",
    r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)",
    r"\delta^l = (w^{l+1})^{\top} \delta^{l+1} \odot \sigma'(z^l)",
    r"\delta^{L-1} = ((w^L)^T \delta^L) \odot \sigma'(z^{L-1})",
    r"\delta^L = \Sigma'(z^L) \nabla_a C",
    r"\delta^l = \Sigma'(z^l) (w^{l+1})^T \delta^{l+1}",
    r"(\delta^l)^T = (\delta^{l+1})^T w^{l+1} \Sigma'(z^l)",
    r"\frac{\partial C}{\partial b^l} = \delta^l",
    r"\frac{\partial C}{\partial w^l} = \delta^l (a^{l-1})^T",
    r"\nabla_{w^l} C = \delta^l (a^{l-1})^T",
    r"(\nabla_{w^l} C)^T = a^{l-1} (\delta^l)^T",
    r"\nabla_{a^l} C = (w^{l+1})^T \delta^{l+1}",
    r"\Delta w^l = -\eta \delta^l (a^{l-1})^T",
    r"\sigma(w^l a^{l-1} + b^l) = \sigma(z^l) = a^l",
]


@pytest.mark.parametrize("line", WHOLE)
def test_a_right_line_about_whole_layers_is_proved(line: str) -> None:
    for found in judged(line).lines:
        assert found.word in ("proved", "definition"), found.cases
        assert all(case.under == ((),) for case in found.cases)
    assert any(one.cases for one in judged(f"a^l = a^l + b^l - b^l, {line}").lines)


@pytest.mark.parametrize(
    "line",
    [
        r"\delta^L = -\nabla_a C \odot \sigma'(z^L)",
        r"\delta^L = \nabla_a C",
        r"\delta^L = \nabla_a C \odot \sigma(z^L)",
        r"\delta^L = \Sigma(z^L) \nabla_a C",
        r"\delta^l = (w^{l+1})^T \delta^{l+1}",
        r"\delta^l = (w^{l+1})^T (\delta^{l+1} \odot \sigma'(z^{l+1}))",
        r"\frac{\partial C}{\partial b^l} = \delta^l \odot a^l",
        r"\frac{\partial C}{\partial w^l} = -\delta^l (a^{l-1})^T",
        r"\frac{\partial C}{\partial w^l} = \delta^l (\sigma'(a^{l-1}))^T",
        r"\Delta w^l = \eta \delta^l (a^{l-1})^T",
        r"\nabla_{a^l} C = (w^{l+1})^T (w^{l+1} \delta^l)",
    ],
)
def test_a_wrong_line_about_whole_layers_is_refuted(line: str) -> None:
    found = last(line)
    assert found.word == "refuted", found.cases


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (r"\delta^l = (w^{l+1} \delta^{l+1}) \odot \sigma'(z^l)", "multiplied by a column of"),
        (r"\delta^l = ((w^l)^T \delta^{l+1}) \odot \sigma'(z^l)", "multiplied by a column of"),
        (r"\delta^l = ((w^{l+1})^T \delta^l) \odot \sigma'(z^l)", "multiplied by a column of"),
        (r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^{l+1})", "beside"),
        (r"\delta^l = (w^{l+1})^T \delta^{l+1} \sigma'(z^l)", "multiplied by a column of layer l"),
        (r"\frac{\partial C}{\partial w^l} = a^{l-1} (\delta^l)^T", "beside a matrix"),
        (r"\frac{\partial C}{\partial w^l} = \delta^l a^{l-1}", "multiplied by"),
        (r"\frac{\partial C}{\partial w^l} = \delta^l (a^l)^T", "beside a matrix"),
        (r"\frac{\partial C}{\partial w^l} = (\delta^l)^T a^{l-1}", "multiplied by"),
        (r"\frac{\partial C}{\partial b^l} = \delta^{l-1}", "beside a column of layer l"),
        (r"\frac{\partial C}{\partial b^l} = (\delta^l)^T", "a row of layer l"),
        (r"\delta^L = \nabla_a C \odot \sigma'(z^l)", "beside"),
        (r"\delta^l = 1", "a number"),
        (r"z^l = w^l a^{l-1} + b^{l-1}", "beside"),
        (r"\delta^l = \Sigma'(z^l)", "stands alone"),
        (r"\delta^l = \Sigma'(z^{l+1}) (w^{l+1})^T \delta^{l+1}", "multiplied by"),
    ],
)
def test_shapes_and_layers_that_do_not_fit_are_a_type_error(line: str, why: str) -> None:
    reading = read_document(f"Then\n$${line}$$\n", NIELSEN)
    assert reading.claims == ()
    [problem] = reading.problems
    assert problem.fault is Fault.TYPE
    assert why in problem.what


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (r"\delta^l_j = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)", "beside a number"),
        (r"\delta^l = ((w^{l+1})^T \delta^{l+1}_k) \odot \sigma'(z^l)", "whole vectors"),
        (r"\frac{\partial a^l}{\partial z^l} = \Sigma'(z^l)", "Only the cost"),
        (r"\delta = \nabla_a C", "no layer"),
        (r"\delta^l = \nabla C", "∇ does not say"),
        (r"\delta^L_j = \Sigma'(z^L_j) \frac{\partial C}{\partial a^L_j}", "indices"),
    ],
)
def test_what_is_half_written_is_not_understood(line: str, why: str) -> None:
    reading = read_document(f"Then\n$${line}$$\n", NIELSEN)
    assert reading.claims == ()
    [problem] = reading.problems
    assert why in problem.what


def test_the_components_are_echoed_with_letters_nothing_was_said_of() -> None:
    text = "Let $j$ be an output neuron. Then\n$$\\delta^l = \\nabla_{z^l} C$$\n"
    [claim] = read_document(text, NIELSEN).claims
    assert claim.latex(NIELSEN) == r"\delta_{k}^{l} = \frac{\partial C}{\partial z_{k}^{l}}"


@pytest.mark.parametrize(
    ("cost", "line", "word"),
    [
        (r"let $C = \frac{1}{2} \|y - a^L\|^2$", r"\nabla_a C = a^L - y", "proved"),
        (r"let $C = \frac{1}{2} \|y - a^L\|^2$", r"\nabla_a C = y - a^L", "refuted"),
        (r"let $C = \frac{1}{2} \|y - a^L\|^2$", r"\nabla_a C = \frac{1}{2} (a^L - y)", "refuted"),
        (
            r"let $C = \frac{1}{2} \lVert y - a^L \rVert^2$",
            r"C = \frac{1}{2} (a^L - y)^T (a^L - y)",
            "proved",
        ),
        (
            r"let $C = \frac{1}{2} ||y - a^L||^2$",
            r"\frac{1}{2} \sum_j (y_j - a^L_j)^2 = \frac{1}{2} \|y - a^L\|^2",
            "proved",
        ),
        (
            r"let $C = \frac{1}{2n} \sum_x \|y(x) - a^L(x)\|^2$",
            r"\frac{\partial C}{\partial w^l} = \sum_x \delta^l (a^{l-1})^T",
            "proved",
        ),
        (
            r"let $C = \frac{1}{2n} \sum_x \|y(x) - a^L(x)\|^2$",
            r"C = \frac{1}{n} \sum_x \sum_j (y_j(x) - a^L_j(x))^2",
            "refuted",
        ),
    ],
)
def test_a_norm_is_a_sum_of_squares(cost: str, line: str, word: str) -> None:
    found = last(line, cost + ". ")
    assert found.word == word, found.cases
    assert word == "refuted" or all(case.under == ((),) for case in found.cases)


@pytest.mark.parametrize(
    "line",
    [
        r"C = \|y - a^L\|",
        r"C = |y - a^L|^2",
        r"C = \|y - a^L",
        r"C = \|y_j - a^L_j\|^2",
        r"C = \|y - a^l\|^2",
        r"C = \|\Sigma'(z^L)\|^2",
    ],
)
def test_what_is_no_square_of_a_norm_is_not_understood(line: str) -> None:
    reading = read_document(f"let ${line}$.\n", NIELSEN)
    assert reading.claims == ()
    assert reading.problems


def test_nothing_is_said_of_the_value_of_a_cost_without_definition() -> None:
    found = judged(r"C = \frac{1}{n} \sum_x C_x", MEAN).lines[-1]
    assert found.word == "open"


COURSE = r"Let $\mathcal{L} = \frac{1}{2} \|\hat{y} - y\|^2$. "


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (r"\hat{y} = a^{[L]}", "proved"),
        (r"\nabla_{\hat{y}} \mathcal{L} = \hat{y} - y", "proved"),
        (r"\nabla_{\hat{y}} \mathcal{L} = y - \hat{y}", "refuted"),
        (r"\delta^{[L]} = (\hat{y} - y) \odot g'(z^{[L]})", "proved"),
        (r"\delta^{[L]} = (a^{[L]} - \hat{y}) \odot g'(z^{[L]})", "refuted"),
        (r"\delta^{[l]} = (W^{[l+1]})^T \delta^{[l+1]} \odot g'(z^{[l]})", "proved"),
        (r"\delta^\ell_j = f'(z^\ell_j) \sum_k W^{(\ell+1)}_{kj} \delta^{(\ell+1)}_k", "proved"),
        (r"\delta^\ell_j = f(z^\ell_j) \sum_k W^{(\ell+1)}_{kj} \delta^{(\ell+1)}_k", "refuted"),
        (r"\frac{\partial \mathcal{L}}{\partial W^{[l]}} = \delta^{[l]} (h^{[l-1]})^T", "proved"),
        (r"\frac{\partial \mathcal{L}}{\partial W^{[l]}} = \delta^{[l]} (z^{[l-1]})^T", "refuted"),
        (r"\frac{\partial \mathcal{L}}{\partial \hat{y}_j} = \hat{y}_j - y_j", "proved"),
    ],
)  # fmt: skip
def test_layered_networks_are_read_in_the_letters_of_courses(line: str, word: str) -> None:
    reading = read_document(f"{COURSE}Then\n$${line}$$\n", open_profile("layers"))
    assert not reading.problems, reading.problems
    found = judge(reading).lines[-1]
    assert found.word == word, found.cases
    if word == "proved":
        assert all(case.under == ((),) for case in found.cases)


def test_layers_that_are_counted_otherwise_are_not_guessed() -> None:
    text = (
        resources.files("symbolic.reading").joinpath("profiles", "layers.toml").read_text("utf-8")
    )
    other = parse_profile(text.replace("layers = [0, -1]", "layers = [0, 1]"))
    reading = read_document("Then $$\\hat{y} = a^{[L]}$$", other)
    with pytest.raises(InputError, match="layers of W are not in reach"):
        judge(reading)


SQUASHED = r"a^l = \tanh(z^l), \quad \delta^l = (w^{l+1})^T \delta^{l+1} \odot "


@pytest.mark.parametrize(
    ("slope", "word"),
    [
        (r"(1 - a^l \odot a^l)", "proved"),
        (r"(1 - (a^l)^2)", "proved"),
        (r"(1 + (a^l)^2)", "refuted"),
        (r"(1 - a^l)", "refuted"),
    ],
)
def test_a_numeral_beside_a_vector_stands_in_every_place(slope: str, word: str) -> None:
    assert last(SQUASHED + slope).word == word


@pytest.mark.parametrize("slope", [r"(1 - (w^l)^2)", r"(1 - \delta^{l+1})", r"(\eta - a^l)"])
def test_what_is_no_numeral_or_another_shape_beside_a_vector_is_a_type_error(slope: str) -> None:
    reading = read_document(f"Then\n$${SQUASHED}{slope}$$\n", NIELSEN)
    assert [problem.fault for problem in reading.problems] == [Fault.TYPE]
