"""The question people ask, answered for every kind of network."""

from __future__ import annotations

import pytest

from symbolic.derivation import ByDifferentiation
from symbolic.derived import derive
from symbolic.exposition import proposal
from symbolic.forward import neurons
from symbolic.notation import y
from symbolic.proof import check
from symbolic.recursion import local_gradients
from symbolic.terms import Equation, RangeKind, Sum, walk
from symbolic.topologies import chain, random_dag, shorthand
from symbolic.verdicts import Proved, Refuted
from symbolic.verification import prove

TIED = random_dag(5, 12, 3, ties=0.4)
RULE = """delta[j] = (1/N) * e[j] * phi'[j](v[j]) for output j
delta[j] = phi'[j](v[j]) * sum(k, delta[k] * w[k,j]) for hidden j
dw[j,i] = eta * sum(xi, delta[j] * y[i])
"""


@pytest.mark.parametrize("text", ["2-3-1", "2-2-2:tanh", "2-3:softmax"])
def test_every_line_of_the_explanation_is_proved(text):
    assert isinstance(prove(shorthand(text)).verdict, Proved)
    findings = derive(shorthand(text)).checked.findings
    assert all(isinstance(f.verdict, Proved) and f.checked for f in findings)


@pytest.mark.parametrize("seed", range(6))
def test_skips_and_ties_are_proved_and_explained(seed):
    network = random_dag(5, 12, seed, ties=0.4)
    assert isinstance(prove(network).verdict, Proved)
    assert isinstance(derive(network).checked.verdict, Proved)


def test_a_chain_of_a_hundred_thousand_neurons_is_proved():
    assert isinstance(prove(chain(100_000)).verdict, Proved)


def test_a_deep_chain_is_decided_neuron_by_neuron_as_well():
    network = chain(2000)
    right, *_ = [claim for claim, _ in local_gradients(network) if RangeKind.FED_BY in kinds(claim)]
    over = neurons("hidden", network.hidden)
    zero = y("1") - y("1")  # a named unit: no line for all members at one glance
    lengthy = Equation(right.left, right.right + zero)
    assert isinstance(check(proposal(network, ((lengthy, over),))).verdict, Proved)


def kinds(claim):
    return {part.over.kind for part in walk(claim.right) if isinstance(part, Sum)}


def test_a_small_network_is_also_differentiated_literally():
    steps = prove(shorthand("2-3-1")).derivation.steps
    assert any(isinstance(step.because, ByDifferentiation) for step in steps)


def test_a_rule_text_is_proved_with_its_line_numbers():
    checked = prove(shorthand("2-3-1"), rule=RULE)
    assert isinstance(checked.verdict, Proved)
    assert [step.source.line for step in checked.derivation.steps] == [1, 2, 3]


def test_a_missing_one_over_n_is_refuted_with_two_samples_on_its_own_line():
    checked = prove(shorthand("2-3-1"), rule=RULE.replace("(1/N) * ", ""))
    first, *others = checked.findings
    assert isinstance(first.verdict, Refuted)
    assert len(first.verdict.witness.inputs) == 2
    assert all(isinstance(finding.verdict, Proved) for finding in others)


def test_an_assumed_line_of_a_rule_file_is_used_and_named():
    short = "assume N = 1\n" + RULE.replace("(1/N) * ", "")
    checked = prove(shorthand("2-3-1"), rule=short)
    assert isinstance(checked.verdict, Proved)
    assert [h.name for h in checked.findings[1].verdict.under] == ["N = 1"]
    assert [h.name for h in checked.findings[2].verdict.under] == []
    assert len(checked.theorem().statement) == 3


def test_a_rule_that_is_wrong_under_its_own_assumption_is_refuted_by_numbers_that_meet_it():
    wrong = "assume N = 1\n" + RULE.replace("(1/N)", "2")
    found = prove(shorthand("2-3-1"), rule=wrong).findings[1].verdict
    assert isinstance(found, Refuted)
    assert len(found.witness.inputs) == 1
