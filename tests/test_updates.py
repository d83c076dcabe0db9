"""The generalized delta rule in a document: Δw over iterations, closed forms by induction."""

from __future__ import annotations

import pytest

from reports.check import Paper, checked
from symbolic.reading.updates import momentum_constants

SAID = r"where $\alpha$ is a positive number called the momentum constant"
RULE = r"\Delta w_{ji}(n) = \alpha \Delta w_{ji}(n-1) + \eta \delta_j(n) y_i(n)"
CLOSED = r"\Delta w_{ji}(n) = \eta \sum_{t=0}^{n} \alpha^{n-t} \delta_j(t) y_i(t)"


def paper(*lines: str, said: str = SAID) -> Paper:
    text = f"The generalized delta rule is\n\n$${lines[0]},$$\n\n{said}.\n\n"
    text += "".join(f"Then\n\n$${line}$$\n\n" for line in lines[1:])
    return checked("notes.md", text, "markdown", "haykin")


def test_the_rule_with_momentum_is_a_definition_and_its_closed_form_is_proved_by_induction() -> (
    None
):
    rule, closed = paper(RULE, CLOSED).judgement.lines
    assert (rule.word, closed.word) == ("definition", "proved")
    assert closed.argument is not None
    assert closed.argument.uses == (1,)
    assert "induction" in closed.argument.why


WRONG = [
    CLOSED.replace("= \\eta", "= -\\eta"),
    CLOSED.replace("\\alpha^{n-t} ", ""),
    CLOSED.replace("y_i(t)", "y_j(t)"),
    CLOSED.replace("^{n-t}", "^{n-t+1}"),
]


def test_a_wrong_closed_form_is_refuted_on_its_own_line() -> None:
    _, *lines = paper(RULE, *WRONG[:2], CLOSED).judgement.lines
    assert [one.word for one in lines] == ["refuted", "refuted", "proved"]
    assert "the left side less the right one is" in lines[0].cases[0].why


@pytest.mark.whole
@pytest.mark.parametrize("wrong", WRONG[2:])
def test_other_slips_in_a_closed_form_are_not_proved(wrong: str) -> None:
    assert paper(RULE, wrong).judgement.lines[-1].word in ("refuted", "open")


def test_the_closed_form_of_another_rule_is_wrong() -> None:
    other = RULE.replace("\\alpha \\Delta", "-\\alpha \\Delta")
    assert [one.word for one in paper(other, CLOSED).judgement.lines] == ["definition", "refuted"]


def test_what_is_not_in_reach_is_open_with_its_reason() -> None:
    slope = r"\frac{\partial \mathcal{E}(t)}{\partial w_{ji}(t)}"
    line = rf"\Delta w_{{ji}}(n) = -\eta \sum_{{t=0}}^{{n}} \alpha^{{n-t}} {slope}"
    plain = r"\Delta w_{ji}(n) = \eta \delta_j(n) y_i(n)"
    lines = paper(RULE, line, plain).judgement.lines
    assert [one.word for one in lines] == ["definition", "open", "open"]
    assert "not in reach" in lines[1].cases[0].why
    assert "by the iteration before" in lines[2].cases[0].why
    before = paper(CLOSED, RULE).judgement.lines
    assert [one.word for one in before] == ["open", "definition"]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (RULE, r"$\beta$ is the momentum constant"),
        (RULE.replace(r"\alpha", r"\delta_j"), r"$\alpha$ is positive"),
    ],
)
def test_without_a_momentum_constant_two_iterations_are_not_read(rule: str, said: str) -> None:
    found = paper(rule, said=f"where {said}")
    assert not found.judgement.lines
    assert "momentum constant" in found.unread[0].why


def test_sums_that_begin_at_two_iterations_are_not_both_proved() -> None:
    later = CLOSED.replace("t=0", "t=1")
    assert [one.word for one in paper(RULE, later).judgement.lines] == ["definition", "proved"]
    words = [one.word for one in paper(RULE, CLOSED, later).judgement.lines]
    assert words == ["definition", "proved", "open"]


def test_a_rule_under_unknown_words_defines_nothing() -> None:
    text = f"It is false that\n\n$${RULE}$$\n\n{SAID}."
    found = checked("notes.md", text, "markdown", "haykin")
    assert not found.judgement.lines
    assert len(found.unread) == 1


def test_constants_are_called_so_in_words() -> None:
    said = r"the momentum constant $\alpha$; $\beta$ is positive. The learning momentum is high."
    assert momentum_constants(said, (r"\alpha", r"\beta")) == (r"\alpha",)
