"""Each slip is named in words, and the repaired line is the right one."""

from __future__ import annotations

import pytest
from nets import layered, skipping, tied

from symbolic.derivation import Family
from symbolic.diagnosis import diagnose
from symbolic.notation import ETA, I, J, K, N, W, d, delta, dw, e, slope, v, w, y
from symbolic.refutation import search
from symbolic.slips import MISTAKES
from symbolic.terms import Equation, Frac, Range, RangeKind, Sign, Sum, Term, num

NETWORK = layered(2, 3, 3, 2, output="tanh")
ONE_OVER_N = Frac(num(1), N)


def fed(body: Term) -> Sum:
    return Sum(Range(RangeKind.FED_BY, (K,), (J,)), body)


def batch(body: Term) -> Sum:
    return Sum(Range(RangeKind.SAMPLES), body)


GOOD = slope(J) * fed(delta(K) * w(K, J))
HIDDEN = [
    (-GOOD, "the sign is wrong"),
    (fed(delta(K) * w(K, J)), "factor φ'_j(v_j) missing"),
    (fed(slope(K) * delta(K) * w(K, J)), "φ' of neuron k stands where that of neuron j belongs"),
    (slope(J, y(J)) * fed(delta(K) * w(K, J)), "φ' is taken at y_j, not at v_j"),
    (slope(J) * fed(delta(K) * w(J, K)), "index pattern wrong in w: w_jk where w_kj belongs"),
    (slope(J) * delta(K) * w(K, J), "the sum over k is missing"),
    (slope(J) * delta("b0") * w("b0", J), "successors b1, b2 missing in the sum over k"),
    (
        slope(J) * (delta("b0") * w("b0", J) + delta("b1") * w("b1", J)),
        "successor b2 missing in the sum over k",
    ),
    (2 * GOOD, "the term is doubled (factor 2)"),
    (slope(J) * GOOD, "the factor φ'_j(v_j) is too much"),
    (
        slope(J) * Sum(Range(RangeKind.OUTPUTS, (K,)), delta(K) * w(K, J)),
        "the sum over k must run over the neurons fed by j",
    ),
    (slope(J) * fed(v(K) * w(K, J)), "v_k stands where δ_k belongs"),
    (slope(J) * fed(delta(J) * w(K, J)), "δ_j stands where δ_k belongs"),
]
OUTPUT = [
    (e(J) * slope(J), "1/N is missing"),
    (-(ONE_OVER_N * e(J) * slope(J)), "the sign is wrong"),
    (ONE_OVER_N * e(J), "factor φ'_j(v_j) missing"),
    (ONE_OVER_N * slope(J), "factor e_j missing"),
    (ONE_OVER_N * d(J) * slope(J), "d_j stands where e_j belongs"),
    (2 * ONE_OVER_N * e(J) * slope(J), "the term is doubled (factor 2)"),
    (ONE_OVER_N * (d(J) + y(J)) * slope(J), "the sign of one term is wrong"),
]
WEIGHT = [
    (ETA * batch(delta(J) * y(J)), "y_j stands where y_i belongs"),
    (ETA * batch(delta(J)), "factor y_i missing"),
    (batch(delta(J) * y(I)), "the learning rate η is missing"),
    (-(ETA * batch(delta(J) * y(I))), "the sign is wrong"),
    (ETA * delta(J) * y(I), "the sum over the samples is missing"),
    (ETA * batch(delta(J) * v(I)), "v_i stands where y_i belongs"),
]
CASES = [
    *((delta(J), right, "a1", sentence) for right, sentence in HIDDEN),
    *((delta(J), right, "c1", sentence) for right, sentence in OUTPUT),
    *((dw(J, I), right, "b1 a0", sentence) for right, sentence in WEIGHT),
]


@pytest.mark.parametrize(("left", "right", "member", "sentence"), CASES)
def test_the_slip_is_named_and_undone(left: Term, right: Term, member: str, sentence: str):
    members = (tuple(member.split()),)
    over = Family("", ("j", "i")[: len(members[0])], members)
    told = diagnose(NETWORK, Equation(left, right), over, members[0])
    assert told.sentence == sentence
    assert told.repaired is not None
    assert told.repaired.left == left
    assert search(NETWORK, told.repaired, over, budget=60) is None


def test_one_use_of_a_shared_weight():
    shared = Family("", ("w",), (("s",),))
    claim = Equation(Sign("dw", (W,)), ETA * batch(delta("b") * y("a")))
    told = diagnose(tied(), claim, shared, ("s",))
    assert told.sentence == "only one use of the shared weight is counted"
    synapse = Family("", ("j", "i"), (("b", "a"),))
    claim = Equation(dw(J, I), ETA * batch(delta(J) * y(I)))
    told = diagnose(tied(), claim, synapse, ("b", "a"))
    assert told.sentence == "only one use of the shared weight is counted"
    assert told.repaired is not None
    assert search(tied(), told.repaired, synapse) is None


def test_an_output_that_feeds_another():
    output = Family("", ("j",), (("p",),))
    fed_only = Equation(delta(J), slope(J) * fed(delta(K) * w(K, J)))
    told = diagnose(skipping(), fed_only, output, ("p",))
    assert told.sentence == "the neuron's own error term is missing"
    error_only = Equation(delta(J), ONE_OVER_N * e(J) * slope(J))
    told = diagnose(skipping(), error_only, output, ("p",))
    assert told.sentence == "the sum over the neurons that it feeds is missing"


@pytest.mark.parametrize("hidden", ["relu", "leaky_relu", "softplus", "gelu"])
def test_other_activations_get_the_same_words(hidden: str):
    network = layered(2, 2, 2, 1, hidden=hidden)
    over = Family("", ("j",), (("a1",),))
    told = diagnose(network, Equation(delta(J), fed(delta(K) * w(K, J))), over, ("a1",))
    assert told.sentence == "factor φ'_j(v_j) missing"


def test_nothing_is_said_of_a_right_rule_or_of_nonsense():
    over = Family("", ("j",), (("a1",),))
    assert diagnose(NETWORK, Equation(delta(J), GOOD), over, ("a1",)).sentence == ""
    nonsense = Equation(delta(J), y(J) ** 5 + num(7))
    assert diagnose(NETWORK, nonsense, over, ("a1",)).repaired is None


def test_every_row_of_the_table_is_a_function_of_its_own():
    assert len(set(MISTAKES)) == len(MISTAKES)
