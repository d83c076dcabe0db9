"""A condition is never lost silently: behind a semicolon, before one, or where it is not used."""

from __future__ import annotations

import pytest

from symbolic.reading.arrays.judgement import judge_arrays
from symbolic.reading.arrays.profile import array_profile
from symbolic.reading.arrays.reading import read_arrays
from symbolic.reading.claims import Kind, Outcome
from symbolic.reading.findings import Judged
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document

BEGUN = r"""Let $\mathcal{E}(n) = \frac{1}{2} \sum_k e_k^2(n)$ (sum over all output neurons) and
let $\delta_j = -\frac{\partial \mathcal{E}}{\partial v_j}$.

"""
OUTPUT = r"$\delta_j = e_j \varphi_j'(v_j)$"
HIDDEN = r"$\delta_j = \varphi_j'(v_j) \sum_k \delta_k w_{kj}$"

CHAIN = r"$\delta_j = -\frac{\partial \mathcal{E}}{\partial y_j} \varphi_j'(v_j)$"


def lines(text: str) -> list[Judged]:
    found = judge(read_document(BEGUN + text, open_profile("haykin"))).lines
    return [one for one in found if one.claim.kind is Kind.CLAIM]


@pytest.mark.parametrize("sign", [pytest.param(",", marks=pytest.mark.slow), ";"])
def test_a_condition_that_is_not_understood_holds_behind_a_semicolon(sign: str) -> None:
    [line] = lines(rf"If $j = 3${sign} then {OUTPUT}.")
    assert line.word == "open"
    assert "condition" in line.cases[0].why


@pytest.mark.parametrize("sign", [pytest.param(",", marks=pytest.mark.slow), ";"])
def test_what_is_said_of_a_neuron_holds_behind_a_semicolon(sign: str) -> None:
    """Of a hidden neuron the rule with e_j is said of none."""
    [line] = lines(rf"If $j$ is a hidden neuron{sign} then {HIDDEN}.")
    assert line.word == "proved"
    assert line.claim.role("j") == "hidden"


@pytest.mark.parametrize("sign", [pytest.param(",", marks=pytest.mark.slow), ";"])
def test_an_assumption_that_no_verdict_uses_leaves_a_wrong_line_open(sign: str) -> None:
    unused, used, proved = lines(
        rf"If $\varphi_j'(v_j) = 0${sign} then $\delta_j = 0$." "\n\n"
        r"$\delta_j = 0$." "\n\n"
        rf"If $\varphi_j'(v_j) = 0${sign} then {CHAIN}."
    )  # fmt: skip
    assert [unused.word, used.word, proved.word] == ["open", "refuted", "proved"]
    assert "assumed and not used" in unused.cases[0].why


@pytest.mark.parametrize("words", ["if", "but only if", "when", "provided"])
def test_a_condition_behind_a_formula_and_a_semicolon_is_seen(words: str) -> None:
    for sign in ",;":
        [line] = lines(rf"We have $\delta_j = 0${sign} {words} $\varphi_j'(v_j) = 0$.")
        assert line.word == "open"


def test_a_semicolon_between_two_claims_ends_what_is_said_of_the_first() -> None:
    text = (
        rf"For an output neuron we have {OUTPUT}; for a hidden neuron {HIDDEN}; $\delta_j = e_j$."
    )
    first, second, third = lines(text)
    assert [first.claim.role("j"), second.claim.role("j")] == ["output", "hidden"]
    assert [first.word, second.word, third.word] == ["proved", "proved", "refuted"]


def test_one_neuron_twice_is_meant_behind_a_semicolon_too() -> None:
    pairs = [lines(rf"If $i = j${sign} then $\delta_i = \delta_j$.")[0] for sign in ",;"]
    assert [one.word for one in pairs] == ["proved", "proved"]
    [apart] = lines(r"We have $\delta_i = \delta_j$.")
    assert apart.word == "unjustified"


def test_what_is_assumed_of_arrays_and_not_used_leaves_a_wrong_line_open() -> None:
    text = r"""We have $S = X W + b$ and $L = \frac{1}{2} \|S - Y\|^2$. Assume $b = 0$.
Then $S = X W$ and $dS = S - Y$.
"""
    found = judge_arrays(read_arrays(text, array_profile("cs231n"))).lines
    assert [one.word for one in found[-3:]] == ["open", "open", "proved"]
    assert "(3), which is assumed and not used" in found[-2].cases[0].why
    plain = read_arrays(text.replace("Assume $b = 0$.", ""), array_profile("cs231n"))
    assert judge_arrays(plain).lines[-2].word == "refuted"


def test_a_condition_of_arrays_holds_behind_a_semicolon() -> None:
    text = r"We have $S = X W$ and $L = \frac{1}{2N} \|S - Y\|^2$. If $N = 1$; then $dS = S - Y$."
    reading = read_arrays(text, array_profile("cs231n"))
    assert reading.ledger[-1].outcome is Outcome.NOT_UNDERSTOOD
    assert "A condition before it" in reading.ledger[-1].why
