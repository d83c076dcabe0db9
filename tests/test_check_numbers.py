"""Layers by their numbers beside letters, h_{W,b}(x), costs of single examples and weight decay."""

from __future__ import annotations

import pytest

from symbolic.reading.claims import Kind, Outcome
from symbolic.reading.findings import Judged
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document

pytestmark = pytest.mark.slow

FORWARD = r"""$$z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j, \quad a^l_j = \sigma(z^l_j).$$
The cost of one example is $C = \frac12 \sum_j (y_j - a^L_j)^2$ and
$\delta^l_j = \partial C/\partial z^l_j$. """
FROM_ZERO = r"The input is $a^0 = x$, and for $l = 1, \ldots, L$ we have " + FORWARD
FROM_ONE = r"We write $a^1_j = x_j$ for the input layer, and for $l \ge 2$ " + FORWARD
FIRST = r"\frac{\partial C}{\partial w^%d_{jk}} = \delta^%d_j x_k"
OF_L = r"\frac{\partial C}{\partial w^l_{jk}} = \delta^l_j x_k"
TUTORIAL = r"""Let $a^{(1)} = x$ and $z^{(l+1)} = W^{(l)} a^{(l)} + b^{(l)}$,
$a^{(l+1)} = f(z^{(l+1)})$, $h_{W,b}(x) = a^{(n_l)}$. For one example
$$J(W,b; x, y) = \frac{1}{2} \left\| h_{W,b}(x) - y \right\|^2.$$
"""
TOTAL = r"""In total
$$J(W,b) = \left[ \frac{1}{m} \sum_{i=1}^m J(W,b;x^{(i)},y^{(i)}) \right] + \frac{\lambda}{2}
\sum_{l=1}^{n_l-1} \sum_{i=1}^{s_l} \sum_{j=1}^{s_{l+1}} \left( W^{(l)}_{ji} \right)^2$$
"""


def lines(text: str, *formulas: str, profile: str = "nielsen") -> tuple[Judged, ...]:
    shown = "\n".join(f"$${formula}$$" for formula in formulas)
    reading = read_document(f"{text}\nThen\n{shown}\n", open_profile(profile))
    assert [problem.what for problem in reading.problems if problem.fault == "not understood"] == []
    return judge(reading).lines


def words(found: tuple[Judged, ...]) -> list[str]:
    return [line.word for line in found if line.claim.kind is Kind.CLAIM]


@pytest.mark.parametrize(("text", "first"), [(FROM_ZERO, 1), (FROM_ONE, 2)])
def test_the_inputs_are_the_layer_that_the_text_says(text: str, first: int) -> None:
    """x_k is what the first weights read, a^0_k or a^1_k; its index is held against the layers."""
    right = FIRST % (first, first)
    cases = [
        right,
        right.replace("x_k", f"a^{first - 1}_k"),
        rf"{OF_L} \quad \text{{for }} l = {first}",
        right.replace("= ", "= -"),
        rf"{OF_L} \quad (l = {first + 1})",
        rf"\delta^{first + 1}_j = \sum_k w^{first + 2}_{{kj}} \delta^{first + 2}_k"
        rf" \sigma'(z^{first + 1}_j)",
    ]
    found = lines(text, *cases)
    assert words(found) == ["proved"] * 3 + ["refuted", "unjustified", "proved"]
    against = found[-3].cases[0].against
    assert against is not None
    assert dict(against.letters)["k"] == 1  # an input


def test_what_is_said_of_one_layer_defines_nothing_for_others() -> None:
    """tanh may be the function of layer 1 alone: later lines are about any function."""
    claim, slope = lines(
        FROM_ZERO,
        r"a^1_j = \tanh(z^1_j)",
        r"\frac{\partial a^l_j}{\partial z^l_j} = 1 - (a^l_j)^2",
    )[-2:]
    assert (claim.word, slope.word) == ("open", "refuted")


def test_the_sides_of_a_formula_that_only_names_the_inputs_are_no_claim() -> None:
    reading = read_document(r"Let $a^{(1)} = x$. Then $a^L_j = a^L_j$.", open_profile("nielsen"))
    assert [entry.outcome for entry in reading.ledger] == [Outcome.DEFINITION, Outcome.CLAIM]


def test_the_tutorial_with_the_output_of_the_network() -> None:
    found = lines(
        TUTORIAL,
        r"\delta_i^{(n_l)} = \frac{\partial}{\partial z_i^{(n_l)}} \frac12 \|y - h_{W,b}(x)\|^2"
        r" = -(y_i - a_i^{(n_l)}) f'(z_i^{(n_l)})",
        r"\frac{\partial}{\partial b_i^{(l)}} J(W,b; x, y) = \delta_i^{(l+1)}",
        r"\delta_i^{(n_l)} = (y_i - a_i^{(n_l)}) f'(z_i^{(n_l)})",
        profile="ufldl",
    )
    assert words(found) == ["proved"] * 3 + ["refuted"]


def test_the_total_cost_with_weight_decay() -> None:
    by = r"\frac{\partial}{\partial W_{ij}^{(l)}} J(W,b)"
    each = r"\frac{\partial}{\partial W_{ij}^{(l)}} J(W,b; x^{(i)}, y^{(i)})"
    mean = rf"\left[ \frac{{1}}{{m}} \sum_{{i=1}}^m {each} \right]"
    found = lines(
        TUTORIAL + TOTAL,
        rf"{by} = {mean} + \lambda W_{{ij}}^{{(l)}}",
        r"\frac{\partial}{\partial W_{ij}^{(l)}} J(W,b; x, y) = a_j^{(l)} \delta_i^{(l+1)}",
        rf"{by} = {mean}",
        rf"{by} = {mean} + 2 \lambda W_{{ij}}^{{(l)}}",
        profile="ufldl",
    )
    assert words(found) == ["proved", "proved", "refuted", "refuted"]


def test_a_sum_over_some_layers_is_no_weight_decay() -> None:
    text = FROM_ZERO.replace(
        r"(y_j - a^L_j)^2$", r"(y_j - a^L_j)^2 + \sum_{l=2}^L \sum_j \sum_k (w^l_{jk})^2$"
    )
    reading = read_document(text, open_profile("nielsen"))
    assert any("over all weights" in problem.what for problem in reading.problems)


def test_numbered_layers_begin_with_the_inputs() -> None:
    """With a^{(1)} = x the inputs are layer 1 of three, where a^{(0)} = x makes them layer 0."""
    forward = r"""$a^{(1)} = x$, $z^{(2)} = W^{(1)} a^{(1)} + b^{(1)}$, $a^{(2)} = f(z^{(2)})$,
    $z^{(3)} = W^{(2)} a^{(2)} + b^{(2)}$ and $h_{W,b}(x) = a^{(3)} = f(z^{(3)})$. The cost is
    $J(W,b;x,y) = \frac12 \|h_{W,b}(x) - y\|^2$."""
    found = lines(
        forward,
        r"\nabla_{W^{(1)}} J(W,b;x,y) = \delta^{(2)} x^T",
        r"\nabla_{W^{(1)}} J(W,b;x,y) = -\delta^{(2)} x^T",
        profile="ufldl",
    )
    assert words(found)[-2:] == ["proved", "refuted"]


HAYKIN = r"Let $v_j = \sum_i w_{ji} y_i$, $y_j = \varphi_j(v_j)$ and $e_j = d_j - y_j$. "
DECAY = r"Let $\mathcal{E} = \frac12 \sum_k e_k^2 + \frac{\lambda}{2} \sum_j \sum_i w_{ji}^2$. "
SLOPE = r"\frac{\partial \mathcal{E}}{\partial w_{ji}} = -\delta_j y_i"


def test_a_sum_of_weights_alone_is_over_all_neurons() -> None:
    found = lines(HAYKIN + DECAY, SLOPE, rf"{SLOPE} + \lambda w_{{ji}}", profile="haykin")
    assert words(found) == ["refuted", "proved"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HAYKIN + r"$$\mathcal{E} = \frac12 \sum_k e_k^2 + \diamond$$ ", SLOPE),
        (r"$$v_j = \sum_i w_{ji} y_i + \diamond$$ ", r"\frac{\partial v_j}{\partial w_{ji}} = y_i"),
    ],
)
def test_a_proof_does_not_rest_on_the_usual_where_the_text_may_say_another(
    text: str, line: str
) -> None:
    reading = read_document(f"{text} Then $${line}$$", open_profile("haykin"))
    found = judge(reading).lines[-1]
    assert found.word == "open"
    assert "not understood" in found.cases[0].why


def test_layers_that_have_bare_numbers_alone_are_counted() -> None:
    """0 or 1 above a sign is no power; then 2 is a layer as well, and the last one."""
    forward = r"""$z^1 = w^1 x + b^1$, $a^1 = \sigma(z^1)$, $z^2 = w^2 a^1 + b^2$,
    $a^2 = \sigma(z^2)$ and $C = \frac12 \|a^2 - y\|^2$."""
    found = lines(
        forward,
        r"\delta^1 = (w^2)^T \delta^2 \odot \sigma'(z^1)",
        r"\delta^2 = (a^2 - y) \odot \sigma'(z^2)",
        r"\frac{\partial C}{\partial w^1} = -\delta^1 x^T",
    )
    assert words(found)[-3:] == ["proved", "proved", "refuted"]


def test_a_derivative_by_the_first_weights_does_not_say_that_the_inputs_are_layer_1() -> None:
    wrong = r"\frac{\partial C}{\partial w^1} = x \, (\delta^1)^T"
    reading = read_document(
        f"With $a^0 = x$, $C = C(a^L, y)$: $${wrong}$$", open_profile("nielsen")
    )
    assert reading.profile.from_zero is True
    assert any("rows of layer 0" in problem.what for problem in reading.problems)
