"""The second verdict of a line, where an error comes from, and the nearest right form."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from mutants_of_formulas import mutants

from symbolic.reading.base import base_of
from symbolic.reading.cases import BeyondError, settled
from symbolic.reading.claims import Kind
from symbolic.reading.findings import Judged, Judgement
from symbolic.reading.judgement import judge
from symbolic.reading.nearest import Search
from symbolic.reading.profile import open_profile
from symbolic.reading.prover import Prover
from symbolic.reading.reading import read_document
from symbolic.reading.refuter import Counterexample, Refuter
from symbolic.reading.rendering import render
from symbolic.reading.theory import Assumption

DOCUMENT = Path(__file__).with_name("documents") / "generalizing.md"
HAYKIN = open_profile("haykin")
COST = (
    "Let $\\mathcal{E}(n) = \\frac{1}{2} \\sum_{\\xi=1}^N \\sum_k (e_k^{\\xi}(n))^2$ "
    "(sum over all output neurons).\n\n"
)
GENERAL = (
    COST
    + r"""
Let $j$ be a hidden neuron that feeds the neurons $k$.

$$\text{let } \delta_j = -\frac{\partial \mathcal{E}}{\partial v_j}$$
$$\delta_j = -\frac{\partial \mathcal{E}}{\partial y_j} \varphi_j'(v_j)$$
$$\frac{\partial \mathcal{E}}{\partial y_j} = -\sum_k \delta_k w_{kj}$$
$$\text{Therefore } \delta_j = \varphi_j'(v_j) \sum_k \delta_k w_{kj}$$
"""
)


@cache
def judged(text: str) -> Judgement:
    return judge(read_document(text, HAYKIN))


def at_line(judgement: Judgement, line: int) -> list[Judged]:
    return [one for one in judgement.lines if one.claim.place.line == line]


def test_the_document_shows_its_rule_for_the_last_hidden_layer_only() -> None:
    judgement = judged(DOCUMENT.read_text("utf-8"))
    [rule] = at_line(judgement, 89)
    assert rule.word == "proved"
    assert rule.cases[0].under == ((Assumption.LH,),)
    assert rule.argument is not None
    assert rule.argument.word == "unjustified"
    assert rule.argument.under == ((Assumption.N1, Assumption.OT, Assumption.LH),)
    [again] = at_line(judgement, 103)
    assert again.argument is not None
    assert again.argument.word == "unjustified"
    assert again.argument.uses == (rule.claim.number,)
    others = [
        one.claim.place.line
        for one in judgement.lines
        if one.argument is not None and one.argument.word != "follows"
    ]
    assert others == [89, 103]


def test_a_line_names_the_lines_that_it_follows_from() -> None:
    judgement = judged(DOCUMENT.read_text("utf-8"))
    [line] = [one for one in at_line(judgement, 85) if one.claim.kind is Kind.CLAIM]
    assert line.argument is not None
    places = [
        one.claim.place.line
        for one in judgement.lines
        if one.claim.number in line.argument.uses
    ]  # fmt: skip
    assert places == [73, 77, 81]


def test_a_general_argument_is_accepted_for_every_hidden_neuron() -> None:
    judgement = judged(GENERAL)
    claims = [one for one in judgement.lines if one.claim.kind is Kind.CLAIM]
    assert [one.word for one in claims] == ["proved"] * 3
    assert all(one.argument is not None and one.argument.word == "follows" for one in claims)
    assert claims[-1].argument is not None
    assert claims[-1].argument.uses == (3, 4)


def test_a_wrong_line_makes_no_later_line_follow() -> None:
    """What follows from a wrong line alone is marked as its consequence, not as shown."""
    wrong = GENERAL.replace(r"= -\sum_k", r"= \sum_k").replace(
        r"\varphi_j'(v_j) \sum_k", r"-\varphi_j'(v_j) \sum_k"
    )
    judgement = judged(wrong)
    claims = [one for one in judgement.lines if one.claim.kind is Kind.CLAIM]
    assert [one.word for one in claims] == ["proved", "refuted", "refuted"]
    first, second = claims[1:]
    assert judgement.broken == first.claim.number
    assert first.inherits is None
    assert second.inherits == first.claim.number


def test_two_slips_of_their_own_are_both_findings() -> None:
    text = (
        COST + "Let $j$ be an output neuron.\n\n"
        "$$\\frac{\\partial e_j}{\\partial y_j} = 1$$\n\n"
        "$$\\frac{\\partial y_j}{\\partial v_j} = \\varphi_j(v_j)$$\n"
    )
    lines = [one for one in judged(text).lines if one.word == "refuted"]
    assert [one.inherits for one in lines] == [None, None]


@pytest.mark.slow
def test_one_edit_of_a_definition_mends_the_lines_that_are_wrong_by_it() -> None:
    text = DOCUMENT.read_text("utf-8")
    right = "d_j^{\\xi}(n) - y_j^{\\xi}(n)"
    judgement = judged(text.replace(right, "y_j^{\\xi}(n) - d_j^{\\xi}(n)"))
    mend = judgement.repair
    assert mend is not None
    assert mend.definition == judgement.broken == 1
    assert render(mend.right, HAYKIN) == "d_{j}^{\\xi} - y_{j}^{\\xi}"
    wrong = [one for one in judgement.lines if one.word == "refuted"]
    assert {one.claim.number for one in wrong if one.inherits == 1} == set(mend.mends)
    assert len(mend.mends) == len(wrong) - 1  # the brace is wrong by itself


def test_a_right_document_has_no_repair() -> None:
    judgement = judged(GENERAL)
    assert judgement.repair is None
    assert judgement.broken is None


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (r"\delta_j = e_j \varphi_j(v_j)", r"e_{j} \varphi'_{j}(v_{j})"),
        (r"\delta_j = -e_j \varphi_j'(v_j)", r"e_{j} \varphi'_{j}(v_{j})"),
        (r"\delta_j = y_j \varphi_j'(v_j)", r"e_{j} \varphi'_{j}(v_{j})"),
        (r"\delta_j = e_j \varphi_j'(y_j)", r"e_{j} \varphi'_{j}(v_{j})"),
        (r"\delta_j = e_j", r"e_{j} \varphi'_{j}(v_{j})"),
        (r"\delta_j = e_j \varphi_j'(v_j) y_j", r"e_{j} \varphi'_{j}(v_{j})"),
        (r"\delta_j = \frac{1}{2} e_j \varphi_j'(v_j)", r"e_{j} \varphi'_{j}(v_{j})"),
        (r"\Delta w_{ji} = \eta \delta_i y_j", r"\eta \delta_{j} y_{i}"),
        (r"\Delta w_{ji} = \eta \delta_j", r"\eta \delta_{j} y_{i}"),
        (r"\Delta w_{ji} = \delta_j y_i", r"\delta_{j} y_{i} \eta"),
        (r"\frac{\partial e_j}{\partial y_j} = 1", "-1"),
    ],
)
def test_the_nearest_right_form_is_what_was_meant(wrong: str, right: str) -> None:
    text = f"{COST.replace('frac{1}{2}', 'frac{1}{2N}')}Let $j$ be an output neuron.\n\n$${wrong}$$"
    [line] = [one for one in judged(text).lines if one.claim.kind is Kind.CLAIM]
    case = line.cases[-1]
    assert case.word == "refuted"
    assert case.nearest is not None
    assert render(case.nearest.right, HAYKIN) == right


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (r"\varphi_j'(v_j) \sum_k \delta_k w_{jk}", "w_{kj}"),
        (r"\varphi_j'(v_j) \delta_k w_{kj}", r"\sum_{k \in \text{neurons fed by $j$}}"),
        (r"\varphi_k'(v_k) \sum_k \delta_k w_{kj}", r"\varphi'_{j}(v_{j})"),
        (r"\varphi_j'(v_j) \sum_k y_k w_{kj}", r"\delta_{k}"),
        (r"\sum_k \delta_k w_{kj}", r"\varphi'_{j}(v_{j})"),
    ],
)
def test_a_slip_in_the_rule_of_a_hidden_neuron_is_mended(wrong: str, right: str) -> None:
    text = (
        f"{COST}Let $j$ be a hidden neuron that feeds the neurons $k$.\n\n$$\\delta_j = {wrong}$$"
    )
    [line] = [one for one in judged(text).lines if one.claim.kind is Kind.CLAIM]
    assert line.word == ("unjustified" if line.claim.problems else "refuted")
    assert line.cases[0].nearest is not None
    assert right in render(line.cases[0].nearest.right, HAYKIN)


def test_a_line_for_one_sample_has_a_form_for_every_batch() -> None:
    judgement = judged(DOCUMENT.read_text("utf-8"))
    [case] = at_line(judgement, 99)[0].cases
    assert case.nearest is not None
    assert case.nearest.under == (Assumption.OT,)
    assert render(case.nearest.right, HAYKIN) == r"\frac{1}{N} e_{j} \varphi'_{j}(v_{j})"


def test_a_brace_is_moved_over_what_its_label_says() -> None:
    judgement = judged(DOCUMENT.read_text("utf-8"))
    [label] = [one for one in judgement.lines if one.claim.kind is Kind.LABEL]
    assert label.word == "refuted"
    assert label.cases[0].nearest is not None
    assert render(label.cases[0].nearest.right, HAYKIN) == r"e_{k} \varphi'_{k}(v_{k})"


@pytest.mark.slow
def test_most_single_edits_are_undone() -> None:
    """A right form is found for at least 85 of 100 wrong lines, and each holds in every network."""
    reading = read_document(DOCUMENT.read_text("utf-8"), HAYKIN)
    base = base_of(reading)
    refuter = Refuter(base)
    search = Search(Prover(base), refuter, reading)
    found = lost = 0
    for claim in reading.claims:
        if claim.kind is not Kind.CLAIM:
            continue
        for wrong in mutants(claim.right):
            other = replace(claim, right=wrong)
            try:
                cases = settled(other)
            except BeyondError:
                continue
            for case in cases:
                under = tuple(a for a in case.assumptions if a is not Assumption.SO)
                if not isinstance(refuter.find(case, under), Counterexample):
                    continue
                nearest = search.mended(other, case, "output")
                if nearest is None:
                    lost += 1
                    continue
                found += 1
                again = settled(replace(claim, right=nearest.right))
                [same] = [one for one in again if one.roles == case.roles]
                assert not isinstance(refuter.find(same, nearest.under), Counterexample)
    assert found + lost > 200
    assert found >= 0.95 * (found + lost), (found, lost)
