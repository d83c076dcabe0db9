"""A family decided at one glance: never more than what its members would be granted one by one."""

from __future__ import annotations

import pytest
from test_mutants import NETWORKS, mutants

from symbolic.decisions import Decisions
from symbolic.derivation import (
    ByCertificate,
    Derivation,
    Family,
    Step,
)
from symbolic.forward import definitions, neurons
from symbolic.notation import ETA, I, J, K, N, W, delta, dw, e, slope, w, y
from symbolic.recursion import local_gradients, weight_corrections
from symbolic.schema import holds
from symbolic.terms import Equation, Frac, Range, RangeKind, Sign, Sum, Var, num
from symbolic.topologies import random_dag, shorthand
from symbolic.verdicts import Proved

NET = shorthand("2-3-2")
OVER_FED = Range(RangeKind.FED_BY, (K,), (J,))
HIDDEN = neurons("hidden", NET.hidden)
OUT = neurons("outputs", NET.outputs)
MIXED = Family("an output and a hidden neuron", ("j",), (*OUT.members, ("3",)))
ONE = Family("one synapse", ("j", "i"), (("6", "3"),))
SAMPLES = Range(RangeKind.SAMPLES)
BACK = Sum(OVER_FED, delta(K) * w(K, J))


def one_by_one(network, claim, family):
    step = Step(claim, ByCertificate(), family)
    judge = Decisions(Derivation("a test", network, definitions(network), (step,)), [])
    for member in family.members:
        env = dict(zip(family.letters, member, strict=True))
        yield isinstance(judge.verdict(step, env), Proved)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_the_rule_of_every_family_is_seen_at_one_glance(network):
    for claim, family in (*local_gradients(network), *weight_corrections(network)):
        assert holds(claim, family, network)
        assert all(one_by_one(network, claim, family))


@pytest.mark.parametrize("network", NETWORKS[:12], ids=lambda network: network.name)
def test_what_the_glance_grants_each_member_is_granted(network):
    granted = 0
    for _, claim, family in mutants(network):
        if holds(claim, family, network):
            granted += 1
            assert all(one_by_one(network, claim, family)), claim
    assert granted <= 4  # nearly every slip changes the rule


def test_other_letters_and_another_order_are_the_same_line():
    m = Var("m")
    over = Family("hidden", ("m",), HIDDEN.members)
    back = Sum(Range(RangeKind.FED_BY, (J,), (m,)), w(J, m) * delta(J))
    assert holds(Equation(delta(m), back * slope(m)), over, NET)
    swapped = Family("all", ("i", "j"), tuple(NET.weight_of))
    line = Equation(dw(I, J), Sum(SAMPLES, y(J) * delta(I) * ETA))
    assert holds(line, swapped, NET)


def test_a_factor_comes_out_of_a_sum_and_a_sum_can_be_split():
    inside = Sum(OVER_FED, slope(J) * delta(K) * w(K, J))
    assert holds(Equation(delta(J), inside), HIDDEN, NET)
    half = num("1/2") * delta(K) * w(K, J)
    assert holds(Equation(delta(J), slope(J) * Sum(OVER_FED, half + half)), HIDDEN, NET)


@pytest.mark.parametrize(
    ("left", "right", "over"),
    [
        (delta(J), slope(J) * BACK + e(J) - e(J), HIDDEN),  # no error signal there
        (delta(J), slope(J) * Sum(OVER_FED, delta(K) * w(J, K)), HIDDEN),
        (delta(J), slope(J) * Sum(OVER_FED, delta(J) * w(K, J)), HIDDEN),
        (delta(J), Sum(OVER_FED, slope(K) * delta(K) * w(K, J)), HIDDEN),
        (delta(J), Sum(OVER_FED, slope(J)) * BACK, HIDDEN),
        (delta(J), e(J) * slope(J), OUT),
        (
            delta(J),
            Frac(num(1), N) * e(J) * slope(J),
            MIXED,
        ),
        (delta(J), Frac(num(1), N) * e(J) * slope(J), Family("not there", ("j",), (("9",),))),
        (dw(J, I), ETA * delta(J) * y(I), Family("all", ("j", "i"), tuple(NET.weight_of))),
        (
            dw(J, I),
            ETA * Sum(SAMPLES, delta(I) * y(J)),
            ONE,
        ),
    ],
)
def test_what_is_false_or_meaningless_for_a_member_is_not_granted(left, right, over):
    assert not holds(Equation(left, right), over, NET)


def test_a_shared_weight_is_the_sum_over_its_uses_and_not_one_of_them():
    network = random_dag(6, 14, 3, ties=0.5)
    tied = next(name for name, places in network.uses.items() if len(places) > 1)
    over = Family("shared", ("w",), ((tied,),))
    uses = Sum(Range(RangeKind.USES, (J, I), (W,)), delta(J) * y(I))
    head = Sign("dw", (W,))
    assert holds(Equation(head, ETA * Sum(SAMPLES, uses)), over, network)
    pair = Family("one use", ("j", "i"), (network.uses[tied][0],))
    single = ETA * Sum(SAMPLES, delta(J) * y(I))
    assert not holds(Equation(dw(J, I), single), pair, network)
