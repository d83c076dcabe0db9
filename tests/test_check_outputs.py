"""Output neurons whose signal is not φ(v): linear ones, softmax, a function of their own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reports.check import checked
from reports.check_page import check_page
from reports.text import text as written
from symbolic.reading.claims import Kind, Outcome
from symbolic.reading.given import Given, given
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document
from symbolic.reading.theory import Assumption
from symbolic.reading.worlds import worlds
from symbolic.spec import open_network

pytestmark = pytest.mark.slow

SHARES = (Path(__file__).parent / "documents" / "shares.md").read_text("utf-8")
LINEAR = r"""The hidden units are $h_j = f(z_j)$ with $z_j = \sum_i W_{ij} x_i + b_j$, and the
outputs are linear, $\hat{y}_k = z_k$. The loss is $L = \frac12 \sum_k (\hat{y}_k - y_k)^2$.

"""


def lines(text: str, profile: str):
    return judge(read_document(text, open_profile(profile))).lines


def words(text: str, profile: str) -> list[str]:
    return [one.word for one in lines(text, profile) if one.claim.kind is Kind.CLAIM]


def test_a_derivation_with_softmax_outputs_is_proved() -> None:
    reading = read_document(SHARES, open_profile("bishop"))
    assert not [e.text for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD]
    assert [one.word for one in judge(reading).lines].count("proved") == 4
    assert words(SHARES, "bishop") == ["proved"] * 4


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"y_k (I_{kj} - y_j)", r"y_k (I_{kj} - y_k)"),
        (r"y_k (I_{kj} - y_j)", r"y_k (1 - y_j)"),
        (r"y_k \sum_m t_m - t_k", r"t_k - y_k \sum_m t_m"),
        (r"= y_k - t_k", r"= (y_k - t_k) y_k (1 - y_k)"),
        (r"h'(a_j) \sum_k", r"\sum_k"),
    ],
)
def test_a_slip_beside_softmax_outputs_is_refuted_on_its_line(right: str, wrong: str) -> None:
    assert SHARES.count(right) == 1
    assert words(SHARES.replace(right, wrong), "bishop").count("refuted") == 1


def test_that_the_targets_add_up_to_one_is_found_where_it_is_not_said() -> None:
    text = SHARES.replace(r"Since $\sum_k t_k = 1$, this is", "This is")
    [needs] = [one for one in lines(text, "bishop") if one.claim.place.line == 14]
    assert needs.word == "proved"
    assert needs.told[0].under == ((Assumption.DT,),)
    assert needs.told[0].against is not None
    assert not needs.told[0].against.world.shares


def test_a_sum_of_targets_that_is_assumed_shows_nothing_before_it() -> None:
    before = SHARES.replace(r"y_k \sum_m t_m - t_k", "y_k - t_k")
    [first] = [one for one in lines(before, "bishop") if one.claim.place.line == 11]
    assert first.told[0].under == ((Assumption.DT,),)


def test_the_shares_of_the_small_networks_add_up_to_one() -> None:
    for world in worlds():
        shared = replace(world, shares=True)
        for sample in range(1, world.samples + 1):
            assert sum(shared.desired(k, sample) for k in world.outputs) == 1


def test_linear_outputs_have_no_slope() -> None:
    right = r"$$\frac{\partial L}{\partial z_k} = \hat{y}_k - y_k$$"
    wrong = r"$$\frac{\partial L}{\partial z_k} = (\hat{y}_k - y_k) f'(z_k)$$"
    assert words(LINEAR + right, "plain") == ["proved"]
    [_, refuted] = lines(LINEAR + right + "\n\n" + wrong, "plain")[-2:]
    assert refuted.word == "refuted"
    assert refuted.told[0].nearest is not None
    assert "less" in refuted.told[0].nearest.edit


def test_hidden_neurons_keep_their_function_beside_linear_outputs() -> None:
    right = r"""For a hidden unit $j$,
$$\frac{\partial L}{\partial z_j} = f'(z_j) \sum_k W_{jk} \frac{\partial L}{\partial z_k}$$"""
    assert words(LINEAR + right, "plain") == ["proved"]
    assert words(LINEAR + right.replace("f'(z_j)", ""), "plain") == ["refuted"]


def test_outputs_may_have_a_function_of_their_own() -> None:
    text = LINEAR.replace(r"\hat{y}_k = z_k", r"\hat{y}_k = \frac{1}{1 + e^{-z_k}}")
    slope = r"$$\frac{\partial L}{\partial z_k} = (\hat{y}_k - y_k) \hat{y}_k (1 - \hat{y}_k)$$"
    hidden = r"For a hidden unit $j$, $f'(z_j) = h_j (1 - h_j)$."
    assert words(text + slope, "plain") == ["proved"]
    assert words(text + hidden, "plain") == ["refuted"]  # f is any function


def test_without_words_about_outputs_nothing_is_said_of_them_alone() -> None:
    """y_j = v_j of any neuron is a claim, and wrong where y = φ(v)."""
    text = r"Let $y_j = \varphi(v_j)$. Then $y_j = v_j$."
    assert words(text, "haykin") == ["refuted"]
    text = r"Let $y_j = \varphi(v_j)$. For an output neuron $j$ we have $y_j = v_j + 1$."
    assert words(text, "haykin") == ["refuted"]


def test_the_page_says_what_output_neurons_have() -> None:
    wrong = r"$$\frac{\partial L}{\partial z_k} = 2 (\hat{y}_k - y_k)$$"
    page = written(check_page(checked("x.md", LINEAR + wrong, "markdown", "plain")), 400)
    assert "but an output neuron has" in page
    page = written(check_page(checked("x.md", SHARES, "markdown", "bishop")), 400)
    assert "An output neuron feeds no neuron" in page


def test_a_kronecker_delta_is_no_local_gradient() -> None:
    text = r"$$\frac{\partial v_k}{\partial v_k} = \delta_{kk}$$ and $$\delta_{kj} = \delta_{jk}$$"
    assert words(text, "haykin") == ["proved", "proved"]
    assert words(r"$$\delta_{kj} = \delta_k$$", "haykin") == ["refuted"]


NUMBERED = r"""Let $v_j = \sum_i w_{ji} y_i$ and $y_j = \varphi_j(v_j)$. For an output neuron $k$
we have $y_k = \frac{\exp(v_k)}{\sum_i \exp(v_i)}$.

"""


def test_numbered_neurons_have_the_signals_of_their_kind() -> None:
    net = given(open_network("1-2-2"), "1-2-2")
    assert net.outputs == (4, 5)
    for line, word in (
        (r"y_4 = \frac{\exp(v_4)}{\exp(v_4) + \exp(v_5)}", "proved"),
        (r"y_4 = \varphi_4(v_4)", "refuted"),
        (r"y_2 = \varphi_2(v_2)", "proved"),
        (r"\frac{\partial y_4}{\partial v_5} = -y_4 y_5", "proved"),
        (r"\frac{\partial y_4}{\partial v_5} = 0", "refuted"),
    ):
        reading = read_document(NUMBERED + f"Then $${line}$$", open_profile("haykin"))
        assert judge(reading, network=net).lines[-1].word == word, line


def test_a_softmax_whose_outputs_feed_others_has_no_values() -> None:
    net = Given("1-1-1 and a skip", ((2, 1), (3, 1), (3, 2)), (2, 3))
    assert any(net.world(1).fed(k) for k in net.outputs)
    for line in (r"y_k = v_k", r"\frac{\partial y_k}{\partial v_k} = y_k (1 - y_k)"):
        text = NUMBERED + f"For an output neuron $k$, $${line}$$"
        found = judge(read_document(text, open_profile("haykin")), network=net).lines[-1]
        assert not found.told[0].here  # nothing is said of this network
        against = found.told[0].against
        assert against is None or not against.world.given


LAYERS = r"""For layer $l$, $z^{[l]} = W^{[l]} a^{[l-1]} + b^{[l]}$ and $a^{[l]} = \sigma(z^{[l]})$.
The output layer has $\hat{y}_j = \frac{e^{z^{[L]}_j}}{\sum_k e^{z^{[L]}_k}}$, and the loss is
$\mathcal{L} = -\sum_j y_j \log \hat{y}_j$. Then

"""
BACK = r"$$\delta^{[l]} = (W^{[l+1]})^T \delta^{[l+1]} \odot \sigma'(z^{[l]})$$"


@pytest.mark.slow
def test_softmax_in_layer_notation() -> None:
    [last] = lines(LAYERS + r"$$\delta^{[L]} = \hat{y} - y$$", "layers")[-1:]
    assert (last.word, last.told[0].under) == ("proved", ((Assumption.DT,),))
    assert words(LAYERS + r"$$\delta^{[L]} = y - \hat{y}$$", "layers") == ["refuted"]
    wrong = r"$$\delta^{[L]} = (\hat{y} - y) \odot \sigma'(z^{[L]})$$"
    assert words(LAYERS + wrong, "layers") == ["refuted"]
    assert words(LAYERS + f"for $l < L$ {BACK}", "layers") == ["proved"]
    shifted = BACK.replace(r"\delta^{[l+1]}", r"\delta^{[l]}")
    assert words(LAYERS + f"for $l < L$ {shifted}", "layers") != ["proved"]


def test_linear_outputs_in_layer_notation() -> None:
    text = r"""Let $z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j$ and $a^l_j = \sigma(z^l_j)$.
The last layer is linear, $a^L_j = z^L_j$. Let $C = \frac12 \sum_j (a^L_j - y_j)^2$. Then

"""
    assert words(text + r"$$\delta^L_j = a^L_j - y_j$$", "nielsen") == ["proved"]
    assert words(text + r"$$\delta^L_j = (a^L_j - y_j) \sigma'(z^L_j)$$", "nielsen") == ["refuted"]


TWO = r"""Let $h_j = \tanh(z_j)$ for hidden units and $\hat{y}_k = z_k$ for output units, and
$L = \frac12 \sum_k (\hat{y}_k - y_k)^2$.

For an output unit $k$: $$\delta_k = """
BELOW = r"""$$
For a hidden unit $j$: $$\delta_j = """


@pytest.mark.parametrize(
    ("above", "below", "said"),
    [
        (r"\hat{y}_k - y_k", r"(1 - h_j^2) \sum_k W_{jk} \delta_k", ["proved", "proved"]),
        (r"(\hat{y}_k - y_k) (1 - \hat{y}_k^2)", r"\sum_k W_{jk} \delta_k", ["refuted"] * 2),
        (r"y_k - \hat{y}_k", r"h_j (1 - h_j) \sum_k W_{jk} \delta_k", ["refuted"] * 2),
    ],
)
def test_one_sentence_may_say_two_functions(above: str, below: str, said: list[str]) -> None:
    assert words(f"{TWO}{above}{BELOW}{below}$$\n", "plain") == said


def test_a_function_of_the_hidden_units_needs_one_of_the_outputs() -> None:
    text = TWO.replace(r" and $\hat{y}_k = z_k$ for output units", "")
    found = lines(rf"{text}\hat{{y}}_k - y_k{BELOW}(1 - h_j^2) \sum_k W_{{jk}} \delta_k$$", "plain")
    assert "Say what the output neurons compute" in str(found[0].claim.problems[0])
    assert [one.word for one in found[2:]] == ["open", "open"]


@pytest.mark.parametrize(
    "rest",
    [
        "for hidden units and $z_j > 0$.",
        "for hidden units, and $j = 3$.",
        "for hidden units and $y_k = 0$.",
        "for hidden units with $z_j = 0$, and $L = 1$ for output units.",
    ],
)
def test_what_may_be_a_condition_behind_a_range_is_not_dropped(rest: str) -> None:
    reading = read_document(
        rf"We have $\delta_j = \sum_k W_{{jk}} \delta_k$ {rest}", open_profile("plain")
    )
    [first, *_] = reading.ledger
    assert first.outcome is Outcome.NOT_UNDERSTOOD
    assert "the range after it is not understood" in first.why


UNITS = r"""For each unit $z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j$ and $a^l_j = \sigma(z^l_j)$.
Let $C = \frac{1}{2}\sum_j (a^L_j - y_j)^2$ and $\delta^l_j = \partial C/\partial z^l_j$. """
RECTIFIED, AS_IT_IS = r"$\sigma(z) = \max(0, z)$", r"$\sigma(z) = z$"
SIGMOID = r"$\sigma(z) = \frac{1}{1 + e^{-z}}$"


@pytest.mark.parametrize(
    "says",
    [
        f"Here {RECTIFIED} in the hidden layers and {AS_IT_IS} in the output layer.",
        f"The hidden layers have {RECTIFIED}, the output layer has {AS_IT_IS}.",
        rf"In hidden layers {RECTIFIED}. In the output layer $\sigma(z^L_j) = z^L_j$.",
        f"The activation of the output units is {AS_IT_IS}, while {RECTIFIED} for hidden units.",
    ],
)
def test_words_beside_a_function_say_which_neurons_have_it(says: str) -> None:
    right, wrong = r"$$\delta^L_j = a^L_j - y_j$$", r"$$\delta^L_j = (a^L_j - y_j) 1[z^L_j > 0]$$"
    hidden = (
        r"For $l = L-1, \dots, 2$, $$\delta^l_j = 1[z^l_j > 0] \sum_k w^{l+1}_{kj}\delta^{l+1}_k$$"
    )
    lost = r"For $l = L-1, \dots, 2$, $$\delta^l_j = \sum_k w^{l+1}_{kj} \delta^{l+1}_k$$"
    text = "\n\n".join((UNITS + says, right, wrong, hidden, lost))
    assert words(text, "nielsen") == ["proved", "refuted", "proved", "refuted"]


def test_the_slope_of_an_output_is_that_of_its_own_function() -> None:
    text = UNITS + f"Here {RECTIFIED} in the hidden layers and {SIGMOID} in the output layer.\n\n"
    general = r"$$\delta^L_j = (a^L_j - y_j) \sigma'(z^L_j)$$" + "\n\n"
    found = lines(text + general + r"$$\delta^L_j = (a^L_j - y_j) a^L_j (1 - a^L_j)$$", "nielsen")
    assert [one.word for one in found[-2:]] == ["proved", "proved"]
    assert words(text + r"$$\sigma'(z^L_j) = 1[z^L_j > 0]$$", "nielsen") == ["refuted"]
    mixed = r"$$\sigma'(z^l_j) = a^l_j (1 - a^l_j)$$"  # right of the last layer alone
    [line] = [one for one in lines(text + mixed, "nielsen") if one.claim.kind is Kind.CLAIM]
    assert {case.word for case in line.cases} == {"proved", "refuted"}


@pytest.mark.parametrize("rest", ["", "The output units are what is usual. "])
def test_a_function_of_hidden_units_is_not_taken_for_that_of_the_outputs(rest: str) -> None:
    text = UNITS + f"The hidden layers use {RECTIFIED}. {rest}\n\n"
    assert words(text + r"$$\delta^L_j = a^L_j - y_j$$", "nielsen")[-1] == "open"


def test_a_function_beside_the_outputs_is_that_of_all_where_there_is_no_other() -> None:
    text = UNITS + f"At the output layer, with {SIGMOID},\n\n"
    line = r"$$\delta^L_j = (a^L_j - y_j) a^L_j (1 - a^L_j)$$"
    assert words(text + line, "nielsen") == ["proved"]
    named = UNITS + f"Hidden units are rectified linear units; for output units {SIGMOID}.\n\n"
    hidden = r"$$\delta^l_j = a^l_j (1 - a^l_j) \sum_k w^{l+1}_{kj}\delta^{l+1}_k$$"
    assert words(named + hidden, "nielsen")[-1] == "open"


def test_two_functions_for_the_same_units_are_not_both_taken() -> None:
    twice = f"{UNITS}For output units {SIGMOID}. For hidden units {RECTIFIED}. "
    text = twice + r"For output units $\sigma(z) = \tanh(z)$." + "\n\n"
    found = lines(text + r"$$\delta^L_j = (a^L_j - y_j) a^L_j (1 - a^L_j)$$", "nielsen")
    assert "already" in str([one.claim.problems for one in found])


def test_a_sum_below_a_stroke_has_one_factor() -> None:
    text = (
        r"Let $p_i = e^{z_i}/\sum_k e^{z_k}$, $L = -\sum_i y_i \log p_i$, $\sum_i y_i = 1$."
        + "\n\n"
    )
    right = r"$$\frac{\partial L}{\partial z_i} = p_i - y_i / \sum_k y_k$$"
    wrong = r"$$\frac{\partial L}{\partial z_i} = y_i / \sum_k y_k - p_i$$"
    unclear = r"$$\frac{\partial L}{\partial z_i} = p_i - y_i / \sum_k y_k z_k$$"
    assert words(f"{text}{right}\n\n{wrong}", "plain") == ["proved", "refuted"]
    reading = read_document(text + unclear, open_profile("plain"))
    assert [e.text for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD] == [unclear]


def test_a_given_network_has_the_function_of_its_outputs_too() -> None:
    text = r"""Let $v_j = \sum_i w_{ji} y_i$ and $y_j = \varphi_j(v_j)$, where
    $\varphi_j(v_j) = \tanh(v_j)$ for a hidden neuron $j$ and $\varphi_k(v_k) = v_k$ for an output
    neuron $k$. Let $e_k = d_k - y_k$, $\mathcal{E} = \frac12 \sum_k e_k^2$ and
    $\delta_j = -\partial \mathcal{E} / \partial v_j$."""
    rules = (
        r"For a hidden neuron $j$, $$\delta_j = (1 - y_j^2) \sum_k e_k w_{kj}$$",
        r"For a hidden neuron $j$, $$\delta_j = \sum_k e_k w_{kj}$$",
        r"For an output neuron $k$, $$\delta_k = \varphi_k'(v_k) e_k = e_k$$",
        r"For an output neuron $k$, $$\delta_k = (1 - y_k^2) e_k$$",
    )
    network = given(open_network("2-2-1"), "2-2-1")
    reading = read_document("\n\n".join((text, *rules)), open_profile("haykin"))
    found = [one.word for one in judge(reading, network=network).lines[-5:]]
    assert found == ["proved", "refuted", "proved", "proved", "refuted"]
