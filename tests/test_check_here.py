"""What the lines about one given network show of each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.check import Paper
from reports.check_ways import neurons
from symbolic.reading.findings import Judged
from symbolic.reading.given import given
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document
from symbolic.spec import open_network

SHARED = str(Path(__file__).parents[1] / "examples" / "tied.toml")
START = r"""
Let $e_5 = d_5 - y_5$, let $\mathcal{E} = \frac{1}{2} e_5^2$ and let
$\delta_j = -\frac{\partial \mathcal{E}}{\partial v_j}$ for every neuron $j$.
"""
OUTPUT = r"$$\delta_5 = {}e_5 \varphi_5'(v_5) \tag{{1}}$$"
SLOPE = r"$$\frac{\partial \mathcal{E}}{\partial y_3} = -\delta_5 w_{53} \tag{2}$$"
HIDDEN = r"$$\delta_3 = \varphi_3'(v_3) \delta_5 w_{53} \tag{3}$$"
WHOLE = r"$$\delta_3 = {}\varphi_3'(v_3) e_5 \varphi_5'(v_5) w_{{53}}$$"
OTHER = r"$$\delta_4 = \varphi_4'(v_4) \delta_5 w_{54}$$"


def checked(*parts: str, network: str = "2-2-1") -> Paper:
    """The document, of which the first four formulas are those of `START`."""
    here = given(open_network(network), network)
    return neurons("haykin", here).checked("notes.md", "\n\n".join((START, *parts)), "markdown")


def last(*parts: str, network: str = "2-2-1") -> Judged:
    found = checked(*parts, network=network).judgement.lines[-1]
    assert isinstance(found, Judged)
    return found


def uses(*parts: str) -> tuple[int, ...]:
    """The claims among the lines that the last one follows from."""
    line = last(*parts)
    assert line.word == "proved"
    assert line.argument is not None
    assert line.argument.word == "follows"
    return tuple(number for number in line.argument.uses if number > 3)


def test_a_line_about_a_neuron_follows_from_those_before_it() -> None:
    assert uses(SLOPE, HIDDEN) == (4,)
    assert uses(OUTPUT.format(""), HIDDEN, WHOLE.format("")) == (4, 5)


def test_a_line_across_neurons_is_a_step_of_its_own() -> None:
    assert uses(OUTPUT.format(""), HIDDEN) == ()


def test_what_is_drawn_from_a_wrong_line_is_its_consequence() -> None:
    lines = checked(OUTPUT.format("-"), HIDDEN, WHOLE.format("-")).judgement.lines
    assert [line.word for line in lines[3:]] == ["refuted", "proved", "refuted"]
    assert [line.inherits for line in lines[3:]] == [None, None, 4]
    own = last(OUTPUT.format("-"), HIDDEN, WHOLE.format("2 "))
    assert own.word == "refuted"
    assert own.inherits is None  # another slip


@pytest.mark.parametrize(
    ("parts", "word", "why"),
    [
        ((OUTPUT.format(""), HIDDEN, "By (1) and (3)", WHOLE.format("")), "follows", ""),
        ((OUTPUT.format("-"), HIDDEN, "By (1) and (3)", WHOLE.format("")), "unjustified", "wrong"),
        ((OUTPUT.format(""), HIDDEN, "By (3)", WHOLE.format("")), "unjustified", "it needs (4)"),
        ((SLOPE, "From (2) follows", OTHER), "open", "not seen to give it"),
    ],
)
def test_what_the_text_cites_must_show_the_line(
    parts: tuple[str, ...], word: str, why: str
) -> None:
    argument = last(*parts).argument
    assert argument is not None
    assert argument.word == word
    assert why in argument.why


def test_a_shared_weight_gathers_all_its_uses() -> None:
    text = r"""Let $\mathcal{E} = \frac{1}{2} (d_o - y_o)^2$ and
$\delta_j = -\frac{\partial \mathcal{E}}{\partial v_j}$.
"""
    both = r"$$\frac{\partial \mathcal{E}}{\partial k_1} = -(\delta_{h_1} x_1 + \delta_{h_2} x_2)$$"
    one = r"$$\frac{\partial \mathcal{E}}{\partial k_1} = -\delta_{h_1} x_1$$"
    here = given(open_network(SHARED), SHARED)
    lines = neurons("haykin", here).checked("n.md", f"{text}\n{both}\n\n{one}", "markdown")
    right, wrong = lines.judgement.lines[-2:]
    assert (right.word, wrong.word) == ("proved", "refuted")
    assert wrong.inherits is None


def test_a_line_is_said_to_follow_from_what_it_needs_and_no_more() -> None:
    """Of two definitions v_5 = … needs one; with φ_3(v_3) in it, both."""
    text = r"""Let $v_j = \sum_i w_{ji} y_i$ and let $y_j = \varphi_j(v_j)$. Then
$$v_5 = w_{50} y_0 + w_{53} y_3 + w_{54} y_4$$
$$y_5 = \varphi_5(v_5)$$
$$v_5 = w_{50} y_0 + w_{53} \varphi_3(v_3) + w_{54} y_4$$
"""
    reading = read_document(text, open_profile("haykin"))
    lines = judge(reading, network=given(open_network("2-2-1"), "2-2-1")).lines
    assert [one.word for one in lines] == ["definition"] * 2 + ["proved"] * 3
    assert [one.argument and one.argument.uses for one in lines[2:]] == [(1,), (2,), (1, 2)]
