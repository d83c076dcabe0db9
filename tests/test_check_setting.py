"""What a document says once and means everywhere: one sample, definitions by cases."""

from __future__ import annotations

import pytest

from symbolic.reading.claims import Kind
from symbolic.reading.findings import Judgement
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document
from symbolic.reading.theory import Assumption

ONE = "Let $\\mathcal{E} = \\frac{1}{2} \\sum_k e_k^2$ (sum over all output neurons).\n\n"
BATCH = (
    "Let $\\mathcal{E} = \\frac{1}{2N} \\sum_{\\xi=1}^N \\sum_k (e_k^{\\xi})^2$ "
    "(sum over all output neurons).\n\n"
)
OUTPUT = "If $j$ is an output neuron, $\\delta_j = e_j \\varphi_j'(v_j)$.\n\n"


def judged(text: str) -> Judgement:
    return judge(read_document(text, open_profile("haykin")))


def test_a_cost_of_one_sample_is_that_of_each_sample() -> None:
    [_, one] = judged(ONE + OUTPUT).lines
    [_, batch] = judged(BATCH + OUTPUT).lines
    assert one.cases[0].under[0] == (Assumption.OT,)
    assert batch.cases[0].under[0] == (Assumption.N1, Assumption.OT)


def test_a_cost_of_one_sample_makes_no_wrong_line_true() -> None:
    [_, line] = judged(ONE + OUTPUT.replace("= e_j", "= -e_j")).lines
    assert line.word == "refuted"
    assert line.cases[0].against is not None
    assert line.cases[0].against.world.samples == 1


def test_an_assumption_holds_for_the_lines_after_it_only() -> None:
    lines = judged(f"{BATCH}{OUTPUT}Assume $N = 1$.\n\n{OUTPUT}").lines
    before, after = lines[1], lines[3]
    assert before.cases[0].under[0] == (Assumption.N1, Assumption.OT)
    assert after.cases[0].under[0] == (Assumption.OT,)


def test_another_size_of_the_batch_assumes_nothing_here() -> None:
    lines = judged(f"{BATCH}Assume $N = 2$.\n\n{OUTPUT}").lines
    assert lines[-1].cases[0].under[0] == (Assumption.N1, Assumption.OT)


def test_a_definition_by_cases_is_judged_as_two_claims() -> None:
    hidden = "If $j$ is a hidden neuron that feeds the neurons $k$, let $\\delta_j = {}$.\n\n"
    rule = "\\varphi_j'(v_j) \\sum_k \\delta_k w_{kj}"
    output = OUTPUT.replace("$\\delta", "let $\\delta")
    lines = judged(ONE + output + hidden.format(rule)).lines
    assert [one.word for one in lines] == ["definition", "proved", "proved"]
    assert lines[1].claim.kind is Kind.CLAIM
    lines = judged(ONE + output + hidden.format(rule.replace("\\delta_k", "y_k"))).lines
    assert [one.word for one in lines] == ["definition", "proved", "refuted"]


def test_the_induced_local_field_may_be_said_again() -> None:
    field = "$$v_k = \\sum_i w_{ki} y_i$$\n\n"
    said = "Let $k$ be an output neuron.\n\n"
    lines = judged(ONE + said + field + "Then\n\n" + field).lines
    assert [one.word for one in lines[1:]] == ["definition", "proved"]
    wrong = field.replace("w_{ki}", "w_{ik}")
    assert judged(ONE + said + field + "Then\n\n" + wrong).lines[2].word == "refuted"


@pytest.mark.parametrize(
    ("line", "word"), [("e_j \\varphi_j'(v_j)", "proved"), ("e_j \\varphi_j(v_j)", "refuted")]
)
def test_error_signals_without_a_cost_have_the_usual_one(line: str, word: str) -> None:
    reading = read_document(f"\\delta_j = {line}", open_profile("haykin"), "formula")
    [one] = judge(reading).lines
    assert one.word == word
    nearest = one.cases[0].nearest
    assert (nearest is not None) == (word == "refuted")
    if word == "proved":
        assert one.cases[0].under[0] == (Assumption.OT,)


def test_a_cost_without_error_signals_stays_open() -> None:
    text = "\\delta_j = -\\frac{\\partial \\mathcal{E}}{\\partial y_j} \\varphi_j'(v_j)"
    [one] = judge(read_document(text, open_profile("haykin"), "formula")).lines
    assert one.word == "proved"
    assert one.cases[0].under == ((),)


def test_a_text_with_desired_responses_and_no_cost_has_the_usual_one() -> None:
    """A line that fails with it may be meant of another."""
    logistic = r"Let $\varphi(v) = \frac{1}{1 + e^{-v}}$. For an output neuron $k$, "
    for right, word in (("(d_k - y_k) y_k (1 - y_k)", "proved"), ("d_k - y_k", "open")):
        reading = read_document(rf"{logistic}$\delta_k = {right}$.", open_profile("haykin"))
        [line] = [one for one in judge(reading).lines if one.claim.kind is Kind.CLAIM]
        assert line.word == word
    wrong = rf"{logistic}$e_k = d_k - y_k$ and $\delta_k = d_k - y_k$."
    assert judge(read_document(wrong, open_profile("haykin"))).lines[-1].word == "refuted"
