"""Lines about the numbered neurons of a given network: verdicts, nearest right forms, `--fix`."""

from __future__ import annotations

import re

import pytest

from reports.check import Paper
from reports.check_fix import fixed
from reports.check_ways import neurons
from symbolic.reading.given import given
from symbolic.spec import open_network

RIGHT = r"\varphi_2'(v_2) (\delta_4 w_{42} + \delta_5 w_{52})"
SLIPS = {  # a wrong line about 1-2-2: its right side as it should be
    r"\delta_2 = -\varphi_2'(v_2) (\delta_4 w_{42} + \delta_5 w_{52})": RIGHT,
    r"\delta_2 = \varphi_2'(v_2) (\delta_4 w_{42} + \delta_5 w_{53})": RIGHT,
    r"\delta_2 = \varphi_2(v_2) (\delta_4 w_{42} + \delta_5 w_{52})": RIGHT,
    r"\delta_2 = \delta_4 w_{42} + \delta_5 w_{52}": RIGHT,
    r"\delta_2 = \varphi_2'(v_2) (\delta_4 w_{24} + \delta_5 w_{52})": RIGHT,
    r"\delta_2 = \varphi_2'(v_2) \delta_4 w_{42}": RIGHT,
    r"\delta_2 = \varphi_2'(v_2) (\delta_4 w_{42} + \delta_5 w_{52} + \delta_3)": RIGHT,
    r"\delta_4 = e_4 \varphi_4(v_4)": r"e_4 \varphi_4'(v_4)",
    r"v_4 = w_{40} + w_{42} y_2": "w_{40} + w_{42} y_2 + w_{43} y_3",
    r"\Delta w_{21} = -\eta \delta_2 y_1": r"\eta \delta_2 y_1",
}


def checked(text: str, shape: str) -> Paper:
    network = given(open_network(shape), shape)
    return neurons("haykin", network).checked("notes.md", text, "markdown")


def plain(latex: str) -> str:
    """A formula without what the writing of it leaves open."""
    return (
        re.sub(r"\\,|[ {},]|\\bigl|\\bigr", "", latex).replace("'_2", "_2'").replace("'_4", "_4'")
    )


@pytest.mark.parametrize("lines", [[*SLIPS][1:4], pytest.param([*SLIPS], marks=pytest.mark.slow)])
def test_a_slip_about_a_numbered_neuron_gets_its_right_form_and_the_copy_is_proved(
    lines: list[str],
) -> None:
    text = "".join(f"$${line}$$\n\n" for line in lines)
    paper = checked(text, "1-2-2")
    assert {one.word for one in paper.judgement.lines} <= {"refuted", "unjustified"}
    copy = fixed(paper)
    assert len(copy.replaced) == len(lines)
    assert not copy.left
    written = re.findall(r"\$\$(.*?) = (.*?)\$\$", copy.text)
    assert [plain(right) for _, right in written] == [plain(SLIPS[line]) for line in lines]
    again = checked(copy.text, "1-2-2")
    assert {one.word for one in again.judgement.lines} == {"proved"}


def test_what_no_single_change_mends_gets_no_right_form() -> None:
    paper = checked(r"$$\delta_2 = w_{42} + y_1 - v_3$$", "1-2-2")
    [line] = paper.judgement.lines
    assert (line.word, line.cases[0].nearest) == ("refuted", None)


def test_a_line_that_needs_one_sample_gets_its_form_for_every_batch() -> None:
    cost = r"Let $\mathcal{E} = \frac{1}{2N} \sum_\xi \sum_k (e_k^\xi)^2$. "
    line = checked(cost + r"$$\delta_4 = e_4 \varphi_4'(v_4)$$", "1-2-2").judgement.lines[-1]
    assert line.word == "proved"
    nearest = line.cases[0].nearest
    assert nearest is not None
    assert (nearest.under, nearest.edit) == ((), "for every N, with the factor 1/N")


SOFTMAX = r"""For output neurons $y_j = \frac{e^{v_j}}{\sum_k e^{v_k}}$, and let
$\mathcal{E} = -\sum_k d_k \ln y_k$. """


def test_targets_that_add_up_to_one_are_used_and_else_named() -> None:
    line = r"Then $\delta_3 = d_3 - y_3$."
    without = checked(SOFTMAX + line, "1-1-2:softmax").judgement.lines[-1]
    assert [str(one) for one in without.cases[0].under[0]] == [
        "the desired responses of a sample add up to 1"
    ]
    given_ = "Assume $d_3 + d_4 = 1$. "
    with_ = checked(SOFTMAX + given_ + line, "1-1-2:softmax").judgement.lines[-1]
    assert (with_.word, with_.cases[0].under) == ("proved", ((),))
    wrong = checked(SOFTMAX + given_ + line.replace("y_3", "y_4"), "1-1-2:softmax")
    assert wrong.judgement.lines[-1].word == "refuted"
    other = checked(SOFTMAX + "Assume $d_2 + d_4 = 1$. " + line, "1-1-2:softmax")
    assert other.judgement.lines[-1].cases[0].under != ((),)


TWO = r"""The activation function of neuron $j = 2$ is $\varphi(v) = \tanh(v)$, so that
$\varphi'(v) = 1 - \varphi(v)^2$. The activation function of neuron $j = 3$ is the logistic
function, $$\varphi(v) = \frac{1}{1 + e^{-v}}, \quad \varphi'(v) = \varphi(v) (1 - \varphi(v)).$$
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("1 - \\varphi(v)^2", "1 + \\varphi(v)^2"),
        ("(1 - \\varphi(v)).", "(2 - \\varphi(v))."),
    ],
)
def test_the_function_of_some_neurons_is_theirs_alone(old: str, new: str) -> None:
    """Else the second one would be called wrong; a wrong slope is wrong at its own line."""
    words = [one.word for one in checked(TWO.replace(old, new), "1-1-1:tanh").judgement.lines]
    wanted = ["definition", "proved", "definition", "proved"]
    if new:
        wanted[1 if "+" in new else 3] = "refuted"
    assert words == wanted


def test_the_function_of_some_neurons_says_nothing_of_another_letter() -> None:
    text = TWO.replace(
        "\\varphi'(v) = 1 - \\varphi(v)^2", "\\varphi_k'(v_k) = 1 - \\varphi_k(v_k)^2"
    )
    assert text != TWO
    assert checked(text, "1-1-1:tanh").judgement.lines[1].word != "proved"


def test_what_rests_on_the_function_of_some_neurons_has_it() -> None:
    text = TWO + r"Then $\delta_3 = (d_3 - y_3) y_3 (1 - y_3)$."
    assert checked(text, "1-1-1").judgement.lines[-1].word == "proved"
    wrong = TWO + r"Then $\delta_3 = (d_3 - y_3) (1 - y_3^2)$."
    line = checked(wrong, "1-1-1").judgement.lines[-1]
    assert (line.word, "which cost" in line.cases[0].why) == ("open", True)
    said = wrong.replace("Then", r"Let $\mathcal{E} = \frac12 \sum_k (d_k - y_k)^2$. Then")
    assert checked(said, "1-1-1").judgement.lines[-1].word == "refuted"


def test_what_rests_on_the_function_of_some_neurons_is_not_called_wrong() -> None:
    """Where one neuron is left out; with the functions of all of them lines are judged."""
    squares = r"Let $e_j = d_j - y_j$, and let $\mathcal{E} = \frac{1}{2} \sum_j e_j^2$. "
    text = TWO + squares + r"Then $\delta_3 = (d_3 - y_3) y_3 (1 - y_3)$."
    whole = checked(text, "1-1-1").judgement.lines[-1]
    assert whole.word == "proved"
    wrong = checked(text.replace("(1 - y_3)$", "(1 + y_3)$"), "1-1-1").judgement.lines[-1]
    assert (wrong.word, wrong.cases[0].against is None) == ("refuted", False)
    for part, network in ((TWO.replace("$j = 3$", "$j = 4$"), "1-1-1-1"), (TWO, "1-2-1")):
        left_out = checked(text.replace(TWO, part), network).judgement.lines[-1]
        assert left_out.word != "refuted"


def test_a_line_about_neurons_named_by_number_is_judged_for_these() -> None:
    line = r"For the neurons $j = 2, 3$ it is $\delta_j = \varphi_j'(v_j) (\delta_4 w_{4j} + X)$."
    right = line.replace("X", r"\delta_5 w_{5j}")
    wrong = line.replace("X", r"\delta_5 w_{j5}")
    words = [one.word for one in checked(f"{right}\n\n{wrong}", "1-2-2").judgement.lines]
    assert words[0] == "proved"
    assert words[1] in ("refuted", "unjustified")
    alone = r"For neuron $j = 4$ it is $\delta_j = -e_j \varphi_j'(v_j)$."
    assert checked(alone, "1-2-2").judgement.lines[0].word == "refuted"
