"""Signs that a document defines for itself, and what it says of pairs of letters."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.check import checked
from reports.check_page import check_page
from reports.text import text as drawn
from symbolic.reading.findings import Judged
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document
from symbolic.reading.theory import Assumption

DOCUMENTS = Path(__file__).parent / "documents"
OUTPUT = "Let $j$ be an output neuron. "
HIDDEN = "Let $j$ be a hidden neuron. "
SOFTMAX = r"Let $p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}$ and $L = -\sum_i y_i \log p_i$."


def lines(text: str, profile: str = "haykin") -> tuple[Judged, ...]:
    return judge(read_document(text, open_profile(profile))).lines


def words(text: str, profile: str = "haykin") -> list[str]:
    return [one.word for one in lines(text, profile)]


@pytest.mark.parametrize(
    ("given", "right", "wrong"),
    [
        (
            OUTPUT + r"Let $q_j = e_j \varphi_j'(v_j)$.",
            r"\Delta w_{ji} = \eta q_j y_i",
            r"\Delta w_{ji} = \eta q_j y_j",
        ),
        (
            HIDDEN + r"Let $s_j = \sum_k \delta_k w_{kj}$.",
            r"\delta_j = \varphi_j'(v_j) s_j",
            r"\delta_j = \varphi_j(v_j) s_j",
        ),
        (
            r"Let $A_{ji} = \delta_j y_i$.",
            r"\frac{\partial \mathcal{E}}{\partial w_{ji}} = -A_{ji}",
            r"\frac{\partial \mathcal{E}}{\partial w_{ji}} = -A_{ij}",
        ),
        (
            r"Let $\theta_j = 1 + y_j$.",
            r"\frac{\partial \theta_j}{\partial v_j} = \varphi_j'(v_j)",
            r"\frac{\partial \theta_j}{\partial v_j} = \varphi_j'(v_j) y_j",
        ),
    ],
)
def test_a_sign_of_the_document_stands_for_its_definition(
    given: str, right: str, wrong: str
) -> None:
    assert words(f"{given} Then ${right}$ and ${wrong}$.")[-2:] == ["proved", "refuted"]


def test_a_sign_of_layers_is_put_in_at_other_layers() -> None:
    text = r"""Let $g^l_j = \frac{\partial C}{\partial a^l_j}$. Then
    $g^l_j = \sum_k w^{l+1}_{kj} g^{l+1}_k \sigma'(z^{l+1}_k)$ and
    $g^l_j = \sum_k w^{l+1}_{kj} g^{l+1}_k$."""
    assert words(text, "nielsen") == ["definition", "proved", "refuted"]


def test_another_letter_for_field_signal_and_cost_is_a_spelling_of_them() -> None:
    text = r"""Let $u_j = \sum_i w_{ji} h_i$, $h_j = \varphi_j(u_j)$, $e_j = d_j - h_j$ and
    $J = \frac12 \sum_k e_k^2$. Let $j$ be an output neuron. Then
    $\frac{\partial J}{\partial h_j} = -e_j$, $\frac{\partial u_j}{\partial w_{ji}} = h_i$ and
    $\frac{\partial u_j}{\partial w_{ji}} = h_j$."""
    assert words(text)[-3:] == ["proved", "proved", "refuted"]


@pytest.mark.parametrize(
    "given",
    [
        r"Let $q_j = e_j$. Let $q_j = -e_j$. Let $j$ be an output neuron.",
        r"Let $q_j = \varphi_j'(v_j) \sum_k q_k w_{kj}$.",
        r"It is wrong that $q_j = e_j \varphi_j'(v_j)$. Let $j$ be an output neuron.",
        r"For an output neuron $j$ let $q_j = e_j \varphi_j'(v_j)$. For a hidden neuron $j$ let "
        r"$q_j = 0$.",
    ],
)
def test_a_sign_that_is_not_defined_once_for_these_neurons_decides_nothing(given: str) -> None:
    for line in (r"\delta_j = q_j", r"\delta_j = 7 q_j"):
        assert words(f"{given} Then ${line}$.")[-1] == "open"


def test_a_sign_by_error_signals_belongs_to_output_neurons() -> None:
    given = r"Let $j$ be an output neuron and let $q_j = e_j \varphi_j'(v_j)$. " + HIDDEN
    [*_, line] = lines(given + r"Then $\delta_j = q_j$.")
    assert line.word == "unjustified"
    assert "q belongs to output neurons, and j is hidden" in line.cases[0].why


def test_what_is_defined_by_an_unknown_sign_is_not_known_either() -> None:
    text = r"""Let $r_k = r_k + e_k$ and $\mathcal{E} = \frac12 \sum_k r_k^2$.
    For an output neuron $k$ then $\frac{\partial \mathcal{E}}{\partial y_k} = 5$."""
    assert words(text)[-1] == "open"


def test_nothing_is_differentiated_by_a_sign_of_the_document() -> None:
    text = r"Let $q_j = e_j$. Then $\frac{\partial \mathcal{E}}{\partial q_j} = q_j$."
    [entry] = [e for e in read_document(text, open_profile("haykin")).ledger if e.why]
    assert "q stands for a formula" in entry.why


def test_an_equation_is_a_definition_once() -> None:
    said = words(r"$\theta = 5$. Then $\theta = 5$ and $\theta = 6$.")
    assert said == ["definition", "proved", "refuted"]


# -- pairs of letters


@pytest.mark.parametrize(
    ("said", "right", "wrong"),
    [
        ("For $i = j$:", r"p_i (1 - p_i)", r"-p_i p_j"),
        (r"For $i \neq j$ we have", r"-p_i p_j", r"p_i (1 - p_j)"),
        (r"If $j \ne i$, then", r"-p_j p_i", r"p_i p_j"),
    ],
)
def test_a_line_for_some_pairs_is_judged_for_these_alone(said: str, right: str, wrong: str) -> None:
    for value, word in ((right, "proved"), (wrong, "refuted")):
        text = f"{SOFTMAX}\n\n{said} $$\\frac{{\\partial p_i}}{{\\partial z_j}} = {value}$$"
        assert words(text, "plain")[-1] == word, value


def test_what_is_said_of_a_pair_ends_with_its_sentence() -> None:
    line = r"$\frac{\partial p_i}{\partial z_j} = -p_i p_j$"
    assert words(rf"{SOFTMAX} For $i \neq j$, {line}. And {line}.", "plain")[-2:] == [
        "proved",
        "refuted",
    ]


def test_a_pair_behind_the_formula_and_in_the_rows_of_cases() -> None:
    slope = r"\frac{\partial p_i}{\partial z_j}"
    text = rf"""{SOFTMAX}

    We have ${slope} = -p_i p_j$ if $i \neq j$.

    $${slope} = p_i (1 - p_i) \quad \text{{if }} i = j, \qquad
      {slope} = p_i p_j \quad \text{{if }} i \neq j.$$

    $${slope} = \begin{{cases}} p_i (1 - p_i) & i = j \\ p_i & \text{{otherwise}} \end{{cases}}$$
    """
    assert words(text, "plain")[2:] == ["proved", "proved", "refuted", "proved", "refuted"]


def test_a_pair_in_other_words_refutes_nothing() -> None:
    line = r"$\frac{\partial p_i}{\partial z_j} = p_i (1 - p_i)$"
    assert words(rf"{SOFTMAX} The case of $i = j$ gives {line}.", "plain")[-1] == "open"


def test_the_derivation_of_softmax_with_cross_entropy_is_proved_line_by_line() -> None:
    text = (DOCUMENTS / "softmax.md").read_text("utf-8")
    found = lines(text, "plain")[2:]
    assert [one.word for one in found] == ["proved"] * 7
    assert [one.cases[0].under for one in found] == [((),)] * 6 + [((Assumption.DT,),)]
    wrong = text.replace(r"- \sum_{k \neq i} y_k \frac", r"- \sum_k y_k \frac")
    assert [one.word for one in lines(wrong, "plain")[2:]].count("refuted") == 2


def test_the_page_says_for_which_pairs() -> None:
    text = rf"{SOFTMAX} For $i = j$: $\frac{{\partial p_i}}{{\partial z_j}} = p_i$."
    page = drawn(check_page(checked("notes.md", text, "markdown", "plain")))
    assert "Wrong for i = j and j an output neuron" in page
    assert "∂p_3/∂z_3" in page


def test_a_step_over_the_neurons_after_is_proved_for_all_networks() -> None:
    """∂𝓔/∂y_j = Σ_k ∂𝓔/∂y_k φ_k'(v_k) w_kj over the k that j feeds, whatever comes after them."""
    left = r"\frac{\partial \mathcal{E}}{\partial y_j}"
    inner = r"\frac{\partial \mathcal{E}}{\partial y_k}"
    [right] = lines(rf"{HIDDEN}${left} = \sum_k {inner} \varphi_k'(v_k) w_{{kj}}$")
    assert () in right.cases[0].under
    assert words(rf"{HIDDEN}${left} = \sum_k {inner} \varphi_k(v_k) w_{{kj}}$") == ["refuted"]
    assert words(rf"{HIDDEN}${left} = \sum_k {inner} \varphi_j'(v_j) w_{{kj}}$") == ["refuted"]


ENCYCLOPEDIA = (DOCUMENTS / "encyclopedia.md").read_text("utf-8")


@pytest.mark.slow
def test_the_notation_of_the_encyclopedia() -> None:
    """w_ij leads from i to j there, and the sign of a quantity may be a word."""
    assert set(words(ENCYCLOPEDIA, "wikipedia")) == {"definition", "proved"}
    for right, wrong in ((r"w_{j\ell}", r"w_{\ell j}"), (r"o_i \delta_j", r"o_j \delta_i")):
        assert {"refuted", "unjustified"} & {
            *words(ENCYCLOPEDIA.replace(right, wrong), "wikipedia")
        }


# -- steps of weights, parts of an exercise


@pytest.mark.parametrize(
    ("text", "profile"),
    [
        (r"w_{ji} \leftarrow w_{ji} {} \eta \delta_j y_i", "haykin"),
        (r"w_{ji}(n+1) = w_{ji}(n) {} \eta \delta_j(n) y_i(n)", "haykin"),
        (r"W_{ij} := W_{ij} {} \alpha \delta_j h_i", "plain"),
        (r"b_j \leftarrow b_j {} \eta \delta_j", "plain"),
        (r"b^l_j \leftarrow b^l_j {} \eta \delta^l_j", "nielsen"),
    ],
)
def test_a_step_of_a_weight_is_judged_as_its_change(text: str, profile: str) -> None:
    """δ is −∂𝓔/∂v of Haykin, and has the other sign in the other books."""
    right, wrong = ("+", "-") if profile == "haykin" else ("-", "+")
    assert words(f"${text.replace('{}', right)}$", profile) == ["proved"]
    assert words(f"${text.replace('{}', wrong)}$", profile) == ["refuted"]


def test_a_step_that_adds_to_another_weight_is_not_read() -> None:
    other = r"$w_{ji} \leftarrow w_{ij} + \eta \delta_j y_i$"
    reading = read_document(other, open_profile("haykin"))
    assert not reading.claims
    assert "A step is read where the weight itself stands" in reading.ledger[0].why
    assert words(r"$w_{ji} \leftarrow 2 w_{ji} + \eta \delta_j y_i$", "haykin") == ["refuted"]


def test_a_change_may_be_defined_with_a_term_more() -> None:
    """Weight decay is the author's; a wrong sign of the derivative is a slip."""
    rule = r"\Delta w_{ji} = -\eta \frac{\partial \mathcal{E}}{\partial w_{ji}}"
    decayed = (
        rf"${rule} - \eta w_{{ji}}$. Then $\Delta w_{{ji}} = \eta \delta_j y_i - \eta w_{{ji}}$"
    )
    assert words(f"{decayed} and $\\Delta w_{{ji}} = \\eta \\delta_j y_i$.") == [
        "definition",
        "proved",
        "refuted",
    ]
    assert words(f"${rule.replace('= -', '= ')}$.") == ["refuted"]


def test_the_parts_of_an_exercise_say_which_neurons_they_are_about() -> None:
    line = r"$$\frac{\partial L}{\partial z_j} = f'(z_j) \sum_k W_{jk} \delta_k$$"
    for title in ("**(b)** Hidden layer.", "(b) Hidden layer:", "**Step 2. Hidden units.**"):
        assert words(f"Let us begin.\n\n{title}\n\n{line}", "plain") == ["proved"]
    assert words(f"Let us begin.\n\n**(a)** Output layer.\n\n{line}", "plain") == ["refuted"]
    text = f"We write down the\nhidden layer. We find\n\n{line}"
    [one] = judge(read_document(text, open_profile("plain"))).lines
    assert one.elsewhere


def test_the_end_of_a_proof_and_all_layers_claim_nothing() -> None:
    line = r"\frac{\partial C}{\partial b^l_j} = \delta^l_j"
    text = (
        rf"A network with layers $l = 1, \dots, L$. Then $${line} \qquad \blacksquare$$ $\square$"
    )
    assert words(text, "nielsen") == ["proved"]
    zero = read_document(rf"For $l = 1, \dots, L$ then $${line}$$", open_profile("nielsen"))
    assert [one.word for one in judge(zero).lines] == ["proved"]  # the inputs are layer 0
    reading = read_document(rf"For $l = 3, \dots, 7$ then $${line}$$", open_profile("nielsen"))
    assert [e.why for e in reading.ledger if e.why]


BIASED = r"""The neurons have fields $v_j = \sum_i w_{ji} y_i + b_j$ and $y_j = \varphi(v_j)$.
The total error is $E = \frac{1}{2} \sum_{k \in C} (d_k - y_k)^2$ where $C$ is the set of output
neurons. Let $\delta_j = -\partial E / \partial v_j$. """


def test_a_bias_with_an_index_is_a_bias_where_b_is_else_a_constant() -> None:
    given = ["definition"] * 4
    right, wrong = r"\frac{\partial E}{\partial b_j} = -\delta_j", r"\Delta b_j = \eta \delta_j y_j"
    assert words(f"{BIASED} ${right}$ and ${wrong}$.", "haykin") == [*given, "proved", "refuted"]
    assert words(r"$v_j = \sum_i w_{ji} y_i + b_i$.", "haykin") != ["definition"]
    constant = r"$\varphi(v) = a \tanh(b v)$ and $v_j = \sum_i w_{ji} y_i + b_j$."
    assert read_document(constant, open_profile("haykin")).problems


def test_a_neuron_of_a_set_has_its_kind() -> None:
    right = r"\delta_k = (d_k - y_k) \varphi'(v_k)"
    assert words(rf"{BIASED} For $k \in C$: ${right}$.", "haykin")[-1] == "proved"
    hidden = r"\delta_k = \varphi'(v_k) \sum_p \delta_p w_{pk}"
    assert words(rf"{BIASED} For $k \in C$: ${hidden}$.", "haykin")[-1] == "refuted"
    unknown = read_document(rf"{BIASED} For $k \in D$: ${right}$.", open_profile("haykin"))
    assert unknown.problems
