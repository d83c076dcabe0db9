"""Derivations as people post them: right lines are proved, and a slip in each is found."""

from __future__ import annotations

import pytest

from reports.check_words import elsewhere_words
from reports.text import runs_text
from symbolic.reading.findings import Judged
from symbolic.reading.formulas import Power, walk
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document
from symbolic.reading.theory import Assumption

HALF = r"$\mathcal{E} = \frac12 \sum_{j \in C} e_j^2$ and $e_j = d_j - y_j$."
REG = r"With $\mathcal{E}_{reg} = \mathcal{E} + \frac{\lambda}{2} \sum_{j,i} w_{ji}^2$ we take "
AVERAGE = (
    r"The average over $N$ patterns is $\mathcal{E}_{av} = \frac{1}{N} \sum_{n=1}^N"
    r" \mathcal{E}(n)$, where $\mathcal{E}(n) = \frac12 \sum_{j \in C} e_j^2(n)$. For an output"
    "\n"
)
SOFTMAX = (
    r"Let $y_k = \frac{e^{v_k}}{\sum_l e^{v_l}}$ for the output neurons and"
    r" $\mathcal{E} = -\sum_k d_k \ln y_k$ with $\sum_k d_k = 1$. Then"
    "\n"
)
LINEAR_OUTPUTS = (
    r"All hidden neurons use $\varphi(v) = \max(0, v)$, the output neurons are linear. The error"
    r" is $\mathcal{E} = \frac12 \sum_k e_k^2$."
    "\n\n"
)
CROSS = (
    r"Let the output neurons be logistic, $y_j = 1/(1 + e^{-v_j})$, and take"
    r" $\mathcal{E} = -\sum_{j \in C} [d_j \ln y_j + (1 - d_j) \ln(1 - y_j)]$. Then"
    "\n"
)
LMS = (
    r"A single linear neuron computes $y_j = v_j = \sum_i w_{ji} y_i$. With $e_j = d_j - y_j$ and"
    r" $\mathcal{E} = \frac12 e_j^2$,"
    "\n"
)
LOGISTIC = (
    r"For the logistic function $\varphi_j(v_j) = \frac{1}{1 + \exp(-a v_j)}$ we get"
    r" $\varphi_j'(v_j) = a y_j (1 - y_j)$, so "
)


def lines(text: str, profile: str = "haykin") -> tuple[Judged, ...]:
    return judge(read_document(text, open_profile(profile))).lines


def last(text: str, profile: str = "haykin") -> Judged:
    return lines(text, profile)[-1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "right", "slip", "wrong"),
    [
        # costs with a label, patterns n, steps by a multiple of the weight
        (REG, r"$\Delta w_{ji} = -\eta \frac{\partial \mathcal{E}_{reg}}{\partial w_{ji}} = \eta"
              r" \delta_j y_i - \eta \lambda w_{ji}$", r"- \eta \lambda", r"+ \eta \lambda"),
        (REG, r"$w_{ji}(n+1) = w_{ji}(n) - \eta \frac{\partial \mathcal{E}_{reg}}{\partial w_{ji}}"
              r" = (1 - \eta\lambda) w_{ji}(n) + \eta \delta_j(n) y_i(n)$",
         r"1 - \eta", r"1 + \eta"),
        (AVERAGE, r"$\frac{\partial \mathcal{E}_{av}}{\partial w_{ji}} = -\frac1N \sum_{n=1}^N"
                  r" e_j(n) \varphi_j'(v_j(n)) y_i(n)$", "y_i(n)", "y_j(n)"),
        # functions of one kind of neurons beside words about the others
        (LINEAR_OUTPUTS, r"- Output neurons: $\delta_k = e_k$", "e_k", "-e_k"),
        (LINEAR_OUTPUTS, r"- Hidden neurons: $\delta_j = [v_j > 0] \sum_k \delta_k w_{kj}$",
         "w_{kj}", "w_{jk}"),
        (CROSS, r"$-\frac{\partial \mathcal{E}}{\partial v_j} = d_j - y_j$",
         "d_j - y", "d_j + y"),
        # a softmax: its letters are outputs
        (SOFTMAX, r"$\frac{\partial y_k}{\partial v_j} = y_k (\delta_{kj} - y_j)$",
         "- y_j", "- y_k"),
        (SOFTMAX, r"$\frac{\partial \mathcal{E}}{\partial v_j} = y_j - d_j$",
         "y_j - d", "y_j + d"),
        # one neuron
        (LMS, r"$\frac{\partial \mathcal{E}}{\partial w_{ji}} = -e_j y_i$", "-e_j", "e_j"),
        (LMS, r"$\varphi_j'(v_j) = 1$", "1", "y_j"),
        # a sentence with two ranges, each behind or before its formula
        (HALF, LOGISTIC + r"$\delta_j = a (d_j - o_j) o_j (1 - o_j)$ for an output neuron with"
               r" $o_j = y_j$, and for a hidden neuron $\delta_j = a y_j (1 - y_j) \sum_k \delta_k"
               r" w_{kj}$.", r"\delta_k w_{kj}", r"\delta_k w_{jk}"),
    ],
)  # fmt: skip
def test_a_right_line_is_proved_and_a_slip_in_it_is_not(
    before: str, right: str, slip: str, wrong: str
) -> None:
    assert slip in right
    assert last(before + right).word == "proved"
    assert last(before + right[::-1].replace(slip[::-1], wrong[::-1], 1)[::-1]).word == "refuted"


def test_what_a_sentence_says_of_its_neurons_holds_for_the_next_with_therefore() -> None:
    text = (
        r"The error signal at output neuron $j$ is $e_j = d_j - y_j$. For hidden neuron $j$,"
        "\n"
        r"$$\delta_j = -\frac{\partial \mathcal{E}}{\partial y_j} \varphi_j'(v_j).$$"
        "\n%s\n"
        r"$$\frac{\partial \mathcal{E}}{\partial y_j} = -\sum_k \delta_k w_{kj}$$"
        "\n"
        r"$$\delta_j = \varphi_j'(v_j) \sum_k \delta_k w_{kj}$$"
    )
    *_, slope, rule = lines(text % "Therefore")
    assert [one.cases[0].roles for one in (slope, rule)] == ["j: hidden"] * 2
    assert not (slope.elsewhere)
    assert not (rule.elsewhere)
    *_, slope, rule = lines(text.replace("_k w_{kj}$$", "_k w_{jk}$$") % "Therefore")
    assert {slope.word, rule.word} == {"refuted"}
    *_, slope, rule = lines(text % "In general")
    assert slope.elsewhere
    assert rule.elsewhere


def test_a_line_said_of_no_kind_is_one_about_those_it_holds_for() -> None:
    rule = r"$$\delta_j = \varphi_j'(v_j) \sum_k \delta_k w_{kj}$$"
    one = last(rule)
    assert one.word == "proved"
    assert {case.roles for case in one.cases} == {"j: hidden"}
    [case] = one.elsewhere
    assert runs_text(elsewhere_words(case)) == (
        "It is wrong for j an output neuron, and the text does not say which are meant."
    )
    assert last(f"For every neuron $j$: {rule}").word == "refuted"
    assert last(f"For an output neuron $j$: {rule}").word == "refuted"
    assert last(rule.replace("w_{kj}", "w_{jk}")).word == "refuted"


def test_what_is_said_of_a_weight_is_said_where_it_connects() -> None:
    slope = r"$$\frac{\partial v_k}{\partial y_j} = w_{kj}$$"
    assert (Assumption.NP,) in last(slope).cases[0].under
    assert last(slope.replace("w_{kj}", "w_{jk}")).word == "refuted"


def test_a_sum_to_the_number_of_targets_is_over_the_outputs() -> None:
    text = (
        r"With $E_n = \frac12 \sum_{k=1}^K (y_k - t_k)^2$ and linear outputs $y_k = a_k$ we have "
    )
    assert (
        last(text + r"$\frac{\partial E_n}{\partial a_k} = y_k - t_k$", "bishop").word == "proved"
    )
    wrong = text + r"$\frac{\partial E_n}{\partial a_k} = 2(y_k - t_k)$"
    assert last(wrong, "bishop").word == "refuted"


def test_momentum_is_known_by_its_place() -> None:
    rule = (
        r"With momentum, $\Delta w_{ji}(n) = \alpha \Delta w_{ji}(n-1) + \eta \delta_j(n) y_i(n)$."
    )
    closed = r" So $$\Delta w_{ji}(n) = \eta \sum_{t=0}^{n} \alpha^{n-t} \delta_j(t) y_i(t).$$"
    assert last(rule + closed).word == "proved"
    assert last(rule + closed.replace("n-t}", "n-t+1}")).word != "proved"


def test_letters_of_a_certain_layer_leave_a_line_open() -> None:
    text = (
        r"Suppose hidden neuron $i$ in the first hidden layer and hidden neuron $j$%s. Then"
        r" $\delta_i = \varphi_i'(v_i) \sum_j w_{ji} \varphi_j'(v_j) \sum_{k \in C} w_{kj}"
        r" \delta_k$"
    )
    assert last(text % " in the second hidden layer").word == "open"


def test_a_second_setting_is_told_from_the_first() -> None:
    text = (
        r"For output units $y_k = a_k$. With softmax outputs"
        r" $y_k = \frac{\exp(a_k)}{\sum_j \exp(a_j)}$."
    )
    one = last(text, "bishop")
    assert one.word == "open"
    assert "(1) says another thing of the signals" in one.cases[0].why


def test_a_word_for_the_only_neuron_refutes() -> None:
    text = (
        r"Consider a single sigmoid neuron with $y_j = \varphi(v_j)$, $v_j = \sum_i w_{ji} y_i$"
        r" and $\mathcal{E} = \frac12 (d_j - y_j)^2$. Then "
        r"$\frac{\partial \mathcal{E}}{\partial w_{ji}} = -(d_j - y_j)"
    )
    assert last(text + r" y_j (1 - y_j) y_i$").word == "proved"
    assert last(text + r" y_i$").word == "refuted"


def test_a_derivative_by_what_a_text_defines_is_no_crash() -> None:
    text = (
        r"With $q_j = e_j \varphi_j'(v_j)$ we have $\frac{\partial \mathcal{E}}{\partial q_j} = 1$."
    )
    assert [one.word for one in lines(text)] == ["definition"]  # the other is not understood


def test_a_line_that_goes_on_speaks_of_the_same_neurons() -> None:
    text = (
        r"With $\mathcal{E} = \frac12 \sum_{k \in C} e_k^2$, for a hidden neuron $j$ we find"
        "\n"
        r"$$\frac{\partial \mathcal{E}}{\partial w_{ji}} = -\delta_j y_i.$$"
        "\n"
        r"$$= -\varphi_j'(v_j) y_i \sum_k \delta_k w_{kj}$$"
    )
    one = last(text)
    assert one.word == "proved"
    assert not one.elsewhere
    assert last(text.replace("-\\varphi", "\\varphi")).word == "refuted"


def test_a_proof_is_about_the_neurons_of_its_claim() -> None:
    text = (
        r"**Claim.** For a hidden neuron, $\delta_j = \varphi_j'(v_j) \sum_k w_{kj} \delta_k$."
        "\n\n"
        r"*Proof.* $\mathcal{E}$ depends on $v_j$ through all the $v_k$ of the neurons fed by $j$:"
        "\n"
        r"$$\delta_j = -\sum_k \frac{\partial \mathcal{E}}{\partial v_k} w_{kj} \varphi_j'(v_j)$$"
    )
    assert {case.roles for case in last(text).cases} == {"j: hidden"}
    assert last(text).word == "proved"
    assert not last(text).elsewhere
    assert last(text.replace("= -\\sum", "= \\sum")).word == "refuted"


@pytest.mark.parametrize(
    ("right", "slip", "wrong"),
    [
        (r"With $\mathcal{E}_{tot} = \mathcal{E} + \lambda \sum_{j,i} |w_{ji}|$, for $w_{ji} \neq"
         r" 0$ $\frac{\partial \mathcal{E}_{tot}}{\partial w_{ji}} = -\delta_j y_i"
         r" + \lambda \, \mathrm{sgn}(w_{ji})$", r"+ \lambda \,", r"- \lambda \,"),
        (r"- Hidden: $\Delta w_{ji} = \eta \varphi_j'(v_j) y_i \sum_k \delta_k w_{kj}$",
         "w_{kj}", "w_{jk}"),
    ],
)  # fmt: skip
def test_weights_that_are_not_0_and_labels_without_a_noun(
    right: str, slip: str, wrong: str
) -> None:
    assert last(right).word == "proved"
    assert last(right.replace(slip, wrong)).word in ("refuted", "open")


def test_twice_the_same_factor_is_a_square() -> None:
    text = r"Let $y_j = \tanh(v_j)$. So $\frac{\partial y_j}{\partial v_j} = 1 - y_j$"
    nearest = last(text).cases[0].nearest
    assert nearest is not None
    assert nearest.edit == "a factor y_j more"
    assert any(isinstance(part, Power) for part in walk(nearest.right))
