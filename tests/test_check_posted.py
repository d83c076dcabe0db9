"""Derivations as people post them: sets of neurons, words typed as letters, negations, ∝."""

from __future__ import annotations

import pytest

from symbolic.reading.findings import Judged
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document, reread

pytestmark = pytest.mark.slow


def lines(text: str, profile: str) -> tuple[Judged, ...]:
    """What is said of the lines of a text that is all read."""
    reading = read_document(text, open_profile(profile))
    assert not reading.problems, reading.problems
    for claim in reading.claims:
        assert reread(claim, reading.profile) == (claim.left, claim.right)
    return judge(reading).lines


def refused(text: str, profile: str) -> str:
    """Why something of a text is not read."""
    problems = read_document(text, open_profile(profile)).problems
    return problems[0].what if problems else ""


ERROR = r"Let $E = \frac12 \sum_j (t_j - o_j)^2$, $o_j = \varphi(\mathrm{net}_j)$ and " + (
    r"$\mathrm{net}_j = \sum_k w_{kj} o_k$. If $j$ is an inner neuron, "
)
OVER = r"$$\delta_j = \varphi'(\mathrm{net}_j) \sum_{\ell \in L} w_{j\ell} \delta_\ell$$"


@pytest.mark.parametrize(
    ("words", "word"),
    [
        ("consider $L$, the set of neurons receiving input from $j$:", "proved"),
        ("let $L$ be the set of all neurons to which neuron $j$ is connected. Then", "proved"),
        ("with $L$ the set of units whose immediate inputs include the output of $j$", "proved"),
        (
            r"consider all neurons $L = \{u, v, \dots, w\}$ receiving input from neuron $j$:",
            "proved",
        ),
        ("consider $L$, the set of neurons upstream of $j$:", "refuted"),
        ("consider $L$, the set of neurons receiving no input from $j$:", ""),
        ("consider $L$, the set of neurons receiving input from the others:", ""),
    ],
)
def test_a_set_is_named_in_many_ways(words: str, word: str) -> None:
    text = ERROR + words + "\n" + OVER
    if word:
        assert lines(text, "wikipedia")[-1].word == word
    else:
        assert refused(text, "wikipedia")


PATTERN = (
    r"Let $E_p = \frac12 \sum_j (t_{pj} - o_{pj})^2$, $net_{pj} = \sum_i w_{ji} o_{pi}$ and "
    r"$o_{pj} = f_j(\textit{net}_{pj})$." + "\n"
)
INNER = r"$$\delta_{pj} = f_j'(net_{pj}) \sum_k \delta_{pk} w_{kj}$$"
TURNED = INNER.replace("w_{kj}", "w_{jk}")
OUTER = "\n" r"$$\delta_{pj} = (t_{pj} - o_{pj}) f_j'(net_{pj})$$"


@pytest.mark.parametrize(
    "words",
    [
        "If $u_j$ is not an output unit, we have",
        "For any unit $j$ that is not an output",
        "For non-output units",
        "For an internal unit $u_j$ we have",
        "If unit $j$ isn't in the output layer, then",
    ],
)
def test_what_is_no_output_unit_is_hidden(words: str) -> None:
    right = lines(PATTERN + words + INNER, "rumelhart")[-1]
    assert (right.word, {case.roles for case in right.cases}) == ("proved", {"j: hidden"})
    found = [lines(PATTERN + words + wrong, "rumelhart")[-1].word for wrong in (OUTER, TURNED)]
    assert found == ["unjustified", "refuted"]  # t_pj belongs to output units


@pytest.mark.parametrize(
    "words",
    [
        "If $u_j$ is not a hidden unit, it is not true that",
        "It is not the case that for an output unit $u_j$",
        "If $u_j$ is not necessarily an output unit",
    ],
)
def test_another_denial_stays_one(words: str) -> None:
    assert "deny or question" in refused(PATTERN + words + OUTER, "rumelhart")


def test_a_unit_by_its_name_is_the_unit_of_its_index() -> None:
    right = lines(PATTERN + "If $u_j$ is an output unit," + OUTER, "rumelhart")[-1]
    assert (right.word, right.cases[0].roles) == ("proved", "j: output")
    after = lines(PATTERN + INNER + "whenever $u_j$ is not an output unit.", "rumelhart")[-1]
    assert (after.word, after.cases[0].roles) == ("proved", "j: hidden")


def test_letters_are_a_word_of_the_notation_only_where_they_are_nothing_else() -> None:
    assert "sign N is not declared" in refused(PATTERN.replace("$net", "$Net"), "rumelhart")
    assert "sign n is not declared" in refused(PATTERN.replace("$net", "$n et"), "rumelhart")


WANTED = r"We want $$\Delta_p w_{ji} \propto -\frac{\partial E_p}{\partial w_{ji}}.$$"
MADE = r" So we make $$\Delta_p w_{ji} = \eta \delta_{pj} o_{pi}.$$"


def test_a_change_in_proportion_has_the_learning_rate_as_its_constant() -> None:
    alone = lines(PATTERN + WANTED, "rumelhart")[-1]
    assert alone.word == "definition"
    wanted, made = lines(PATTERN + WANTED + MADE, "rumelhart")[-2:]
    assert (wanted.word, made.word) == ("proved", "definition")


def test_another_constant_of_proportion_refutes_nothing() -> None:
    for old, new in (("propto -", "propto "), (r"\eta \delta", r"2 \eta \delta")):
        text = PATTERN + WANTED + MADE
        wanted = lines(text.replace(old, new), "rumelhart")[-2]
        assert wanted.word == "open"
        assert "the constant of ∝ may be another" in wanted.cases[0].why
    slope = r"$$\frac{\partial E_p}{\partial w_{ji}} \propto \delta_{pj} o_{pi}$$"
    assert "known of the change of a weight alone" in refused(PATTERN + slope, "rumelhart")


def test_another_cost_than_before_is_one_of_another_text() -> None:
    squares = r"Let $E_n = \frac12 \sum_k (y_{nk} - t_{nk})^2$. "
    entropy = r"With $E_n = -\sum_k t_{nk} \ln y_{nk}$ we have more."
    found = lines(squares + entropy, "bishop")[-1]
    assert found.word == "open"
    assert "(1) says another thing of E" in found.cases[0].why
    assert lines(squares + entropy.replace(r"\ln y", "y"), "bishop")[-1].word == "refuted"


SIGMOID = r"""Each unit computes $net_j = \sum_i w_{ji} o_i$ and $o_j = s(net_j)$, where
$s(x) = 1/(1+e^{-x})$ is the sigmoid. The error is $E = \frac12 \sum_k (o_k - t_k)^2$ for outputs
$k$. """
STEP = r"$$\Delta w_{ji} = -\gamma \frac{\partial E}{\partial w_{ji}}$$ that is "


@pytest.mark.parametrize(
    ("right", "old", "new"),
    [
        (
            r"For an output $k$ $$\frac{\partial E}{\partial net_k} = o_k (1-o_k)(o_k-t_k)$$",
            "1-o_k",
            "1+o_k",
        ),
        (STEP + r"$$\Delta w_{ji} = -\gamma o_i \frac{\partial E}{\partial net_j}$$", "o_i", "o_j"),
        (
            STEP + r"$$\Delta w_{ji} = -\gamma o_i \frac{\partial E}{\partial net_j}$$",
            "o_i",
            "2 o_i",
        ),
        (
            r"$$\frac{\partial net_j}{\partial w_{ji}} = "
            r"\frac{\partial}{\partial w_{ji}} w_{ji} o_i$$",
            "ji} o_i",
            "ji} o_j",
        ),
        (
            r"$$\frac{\partial E(net_k, \dots, net_m)}{\partial o_j} = "
            r"\frac{\partial E}{\partial o_j}$$",
            "= ",
            "= -",
        ),
    ],
)
def test_the_letters_of_a_text_for_its_function_and_its_rate_are_known(
    right: str, old: str, new: str
) -> None:
    assert old in right
    assert lines(SIGMOID + right, "rumelhart")[-1].word == "proved"
    assert lines(SIGMOID + right.replace(old, new), "rumelhart")[-1].word == "refuted"


def test_a_range_behind_a_formula_is_not_that_of_the_next_one() -> None:
    start = r"With $y_k = a_k$ for outputs, and $E_n = \frac12 \sum_k (t_k - y_k)^2$: "
    start = r"Let $a_j = \sum_i w_{ji} z_i$ and $z_j = h(a_j)$. " + start
    found = lines(start + r"$$\delta_j = h'(a_j) \sum_k w_{kj} \delta_k$$", "bishop")[-1]
    assert (found.word, {case.roles for case in found.cases}) == ("proved", {"j: hidden"})
    told = lines(start + r"$$\delta_j = h'(a_j) \sum_k w_{jk} \delta_k$$", "bishop")[-1]
    assert told.word == "refuted"


def test_a_text_with_a_cost_of_its_own_says_what_its_weights_go_down() -> None:
    text = r"""With weight decay we minimise
$\tilde{E} = E + \frac{\lambda}{2} \sum_{j,i} w_{ji}^2$, where $E = \sum_n E_n$. Then
$$\frac{\partial \tilde{E}}{\partial w_{ji}} = \sum_n \delta_{nj} z_{ni} + \lambda w_{ji}.$$
The update is
$$\Delta w_{ji} = -\eta \sum_n \delta_{nj} z_{ni} - \eta \lambda w_{ji}
= -\eta \frac{\partial \tilde{E}}{\partial w_{ji}}.$$"""
    assert [line.word for line in lines(text, "bishop")[-3:]] == ["proved", "definition", "proved"]
    wrong = text.replace(r"+ \lambda w", r"+ 2 \lambda w")
    assert "refuted" in [line.word for line in lines(wrong, "bishop")]


NET = r"""Let $z_j = \sum_i W_{ij} x_i + b_j$, $h_j = \max(0, z_j)$ and
$\hat{y}_k = \sigma(z_k)$ with $\sigma(z) = 1/(1+e^{-z})$. Let
$L = -\sum_k [y_k \log \hat{y}_k + (1 - y_k) \log(1 - \hat{y}_k)]$.
"""


@pytest.mark.parametrize(
    ("right", "old", "new"),
    [
        (r"$$\frac{\partial L}{\partial z_k} = \hat{y}_k - y_k$$", "= ", "= -"),
        (
            r"For hidden units $$\frac{\partial L}{\partial z_j} = "
            r"\mathbb{1}[z_j > 0] \frac{\partial L}{\partial h_j}$$",
            "} = ",
            "} = 2 ",
        ),
        (
            r"For output units $$\frac{\partial L}{\partial z_k} = "
            r"\sigma'(z_k) \frac{\partial L}{\partial \hat{y}_k}$$",
            "'(",
            "(",
        ),
    ],
)
def test_outputs_have_the_function_that_stands_before_their_fields_alone(
    right: str, old: str, new: str
) -> None:
    assert lines(NET + right, "plain")[-1].word == "proved"
    assert lines(NET + right.replace(old, new), "plain")[-1].word == "refuted"


def test_two_letters_for_functions_are_no_one_function() -> None:
    net = NET.replace(r"\max(0, z_j)", "f(z_j)").split(" with ")[0] + ". "
    slope = r"For output units $\frac{\partial \hat{y}_k}{\partial z_k} = \sigma'(z_k)$."
    assert lines(net + slope, "plain")[-1].word == "proved"
    assert lines(net + slope.replace(r"\sigma'", "f'"), "plain")[-1].word == "open"
    both = r"The tanh is $f(z) = \tanh(z)$. With $\sigma(z) = 1/(1+e^{-z})$ it is $f(z) = "
    assert lines(both + r"2 \sigma(2 z) - 1$.", "plain")[-1].word == "open"


def test_words_that_begin_a_paragraph_are_no_heading() -> None:
    text = r"""Let $a_j = \sum_i w_{ji} z_i$ and $z_j = h(a_j)$.

The output units have linear functions, so $y_k = a_k$, and $h(a) = \tanh(a)$ holds for the others.

With $\delta_j = \frac{\partial E_n}{\partial a_j}$ we write
$$\delta_j = (1 - z_j^2) \sum_k w_{kj} \delta_k$$"""
    found = lines(text, "bishop")[-1]
    assert (found.word, {case.roles for case in found.cases}) == ("proved", {"j: hidden"})


def test_a_letter_has_the_kind_that_is_said_of_it_last() -> None:
    text = (
        PATTERN
        + "The error signal is $\\delta_{pj} = (t_{pj} - o_{pj}) f_j'(net_{pj})$ for an output"
        + " unit and the error for a hidden $u_j$ is given by\n"
    )
    assert lines(text + INNER, "rumelhart")[-1].word == "proved"
    assert lines(text + TURNED, "rumelhart")[-1].word == "refuted"


def test_linear_outputs_may_be_written_by_their_sum() -> None:
    text = (
        r"A linear model has $y_k = \sum_i w_{ki} x_i$, with $E_n = \frac12 \sum_k (y_k - t_k)^2$: "
    )
    right = r"$$\frac{\partial E_n}{\partial w_{ji}} = (y_j - t_j) x_i$$"
    assert lines(text + right, "bishop")[-1].word == "proved"
    assert lines(text + right.replace("x_i$$", "y_j x_i$$"), "bishop")[-1].word == "refuted"


def test_a_bias_may_have_another_letter() -> None:
    text = r"Let $net_j = \sum_i w_{ji} o_i + \theta_j$ and $o_j = f(net_j)$. Then "
    right = r"$$\frac{\partial E}{\partial \theta_j} = \frac{\partial E}{\partial net_j}$$"
    assert lines(text + right, "rumelhart")[-1].word == "proved"
    assert lines(text + right.replace("= ", "= -"), "rumelhart")[-1].word == "refuted"
