"""What a proof holds under: read off the claim, carried along, never met by nothing."""

from __future__ import annotations

import pytest

from symbolic.activations import activation
from symbolic.costs import cost, own
from symbolic.derivation import (
    ByAlgebra,
    ByAssumption,
    ByCertificate,
    ByLocalDerivative,
    ByRewriting,
    Derivation,
    Family,
    Step,
)
from symbolic.errors import InputError
from symbolic.exposition import local, proposal, total
from symbolic.forward import definitions, neurons
from symbolic.network import Network, Neuron, Synapse
from symbolic.notation import ES, ETA, E, I, J, K, N, d, delta, dw, e, slope, v, w, y
from symbolic.proof import check
from symbolic.recursion import BACK_PROPAGATED
from symbolic.rules import Rule
from symbolic.terms import (
    Call,
    Equation,
    Frac,
    Partial,
    PartialKind,
    Range,
    RangeKind,
    Sign,
    Sum,
    num,
)
from symbolic.topologies import layered, shorthand
from symbolic.verdicts import Open, Proved, Refuted, Unjustified

NET = shorthand("2-3-2")
OUT = neurons("the output neurons j", NET.outputs)
RIGHT = Frac(num(1), N) * e(J) * slope(J)
SAMPLES = Range(RangeKind.SAMPLES)
ALL = Range(RangeKind.OUTPUTS, (K,))


def finding(*steps, net=NET):
    return check(Derivation("a test", net, definitions(net), steps)).findings[-1]


def verdict(*steps, net=NET):
    return finding(*steps, net=net).verdict


def names(found):
    assert isinstance(found, Proved), found
    return [hypothesis.name for hypothesis in found.under]


def claims(right, left=None, over=OUT, because=None, uses=()):
    left = delta(J) if left is None else left
    return Step(Equation(left, right), because or ByCertificate(), over, uses)


def assumes(left, right, over=None, name="assumed line"):
    return Step(Equation(left, right), ByAssumption(name), over or Family(""))


def test_a_quotient_that_cancels_still_needs_its_denominator():
    assert names(verdict(claims(RIGHT * v(J) / v(J)))) == ["denominators ≠ 0"]
    assert names(verdict(claims(RIGHT))) == []


def test_a_denominator_that_cannot_vanish_needs_no_hypothesis():
    safe = RIGHT * Call("exp", v(J)) / Call("exp", v(J))
    assert names(verdict(claims(safe))) == []
    share = RIGHT * (1 - y(J)) / (1 - y(J))  # logistic outputs lie between 0 and 1
    assert names(verdict(claims(share))) == []
    tanh = shorthand("2-3-2:tanh")
    assert names(verdict(claims(share), net=tanh)) == ["denominators ≠ 0"]


def test_a_second_slope_that_cancels_still_has_to_exist():
    from symbolic.terms import Phi

    twice = Phi(J, 2, v(J))
    assert names(verdict(claims(RIGHT + twice - twice))) == ["every term has a value"]


def test_a_cost_with_a_kink_says_so():
    net = layered((2, 1), cost_function=own("absolute", Call("abs", Sign("d") - Sign("y"))))
    hypotheses = [hypothesis.name for hypothesis in check(proposal(net)).hypotheses]
    assert hypotheses == ["differentiable", "differentiable cost", "N ≥ 1"]
    usual = [hypothesis.name for hypothesis in check(proposal(NET)).hypotheses]
    assert usual == ["differentiable", "N ≥ 1"]


def test_what_belongs_to_a_sample_does_not_go_into_a_sum_over_samples():
    wrong = RIGHT + y("1") * Sum(SAMPLES, y("2")) - y("2") * Sum(SAMPLES, y("1"))
    assert isinstance(verdict(claims(wrong)), Refuted)


def test_the_cost_of_a_sample_counts_for_one_nth():
    step = Step(Equation(Partial(E, ES, PartialKind.LOCAL), num(0)), ByLocalDerivative())
    assert not isinstance(verdict(step), Proved)
    right = Step(Equation(Partial(E, ES, PartialKind.LOCAL), 1 / N), ByLocalDerivative())
    assert isinstance(verdict(right), Proved)


def test_the_error_is_an_argument_of_the_loss_only_where_it_is_written():
    ce = layered((2, 2), activation("logistic"), cost("cross_entropy"))
    loss = Sign("Ej", (J,))
    over = neurons("the output neurons j", ce.outputs)
    slope_by_d = Call("ln", 1 - y(J)) - Call("ln", y(J))
    wrong = Step(Equation(local(loss, e(J)), slope_by_d), ByLocalDerivative(), over)
    assert not isinstance(verdict(wrong, net=ce), Proved)
    squared = Step(Equation(local(loss, e(J)), e(J)), ByLocalDerivative(), OUT)
    assert isinstance(verdict(squared), Proved)


def test_a_line_that_says_itself_is_no_chain_rule():
    from symbolic.derivation import ByChainRule

    step = Step(Equation(total(v(J)), total(v(J)) * num(1)), ByChainRule(), OUT)
    assert isinstance(verdict(step), Unjustified)


def test_a_line_about_what_the_network_lacks_is_refused_and_the_others_are_still_judged():
    hidden = neurons("the hidden neurons j", NET.hidden)
    strange = claims(slope(J) * BACK_PROPAGATED + e(J) - e(J), over=hidden)
    found = check(Derivation("a test", NET, definitions(NET), (strange, claims(RIGHT)))).findings
    assert isinstance(found[0].verdict, Unjustified)
    assert isinstance(found[1].verdict, Proved)


# --- assumptions ------------------------------------------------------------------------------


def test_one_sample_is_assumed_and_named_where_the_batch_size_is_missing():
    one = assumes(N, num(1), name="N = 1")
    assert isinstance(verdict(claims(e(J) * slope(J))), Refuted)
    assert names(verdict(one, claims(e(J) * slope(J), uses=(0,)))) == ["N = 1"]
    pairs = Family("all", ("j", "i"), tuple(NET.weight_of))
    without_sum = claims(ETA * delta(J) * y(I), dw(J, I), pairs, uses=(0,))
    assert names(verdict(one, without_sum)) == ["N = 1"]


def test_an_assumption_that_is_not_needed_is_not_named():
    one = assumes(N, num(1), name="N = 1")
    assert names(verdict(one, claims(RIGHT, uses=(0,)))) == []


def test_only_the_assumption_that_is_needed_is_named():
    one, same = assumes(N, num(1), name="N = 1"), assumes(ETA, num(2), name="η = 2")
    assert names(verdict(same, one, claims(e(J) * slope(J), uses=(0, 1)))) == ["N = 1"]


def test_targets_that_are_assumed_to_add_up_to_one_are_used_as_such():
    total_of_targets = assumes(Sum(ALL, d(K)), num(1), name="Σ d = 1")
    longer = RIGHT * Sum(ALL, d(K))
    assert names(verdict(total_of_targets, claims(longer, uses=(0,)))) == ["Σ d = 1"]
    assert isinstance(verdict(claims(longer)), Refuted)


def test_a_wrong_line_stays_wrong_under_an_assumption_that_does_not_help():
    equal = assumes(w("6", "3"), w("6", "4"), name="w_63 = w_64")
    found = verdict(equal, claims(2 * RIGHT, uses=(0,)))
    assert isinstance(found, Refuted)
    assert found.witness.weights["w_6_3"] == found.witness.weights["w_6_4"]


@pytest.mark.parametrize(
    "impossible",
    [(num(1), num(0)), (N, num(0)), (y("0"), num(2)), (d("6") - d("6"), num(1))],
    ids=lambda sides: type(sides[0]).__name__,
)
def test_what_follows_from_an_impossible_assumption_is_not_reported_as_proved(impossible):
    absurd = assumes(*impossible, name="absurd")
    found = verdict(
        absurd, claims(RIGHT * impossible[0] - RIGHT * impossible[1] + RIGHT, uses=(0,))
    )
    assert not isinstance(found, Proved)
    zero = verdict(absurd, claims(impossible[0], impossible[1], Family(""), ByRewriting(), (0,)))
    assert not isinstance(zero, Proved)


def test_a_proof_under_what_no_instance_meets_is_open():
    empty = assumes(N, num(0), name="N = 0")
    line = claims(N, num(0), Family(""), ByRewriting(), (0,))
    assert isinstance(verdict(empty, line), Open)


def test_a_denominator_that_is_always_zero_proves_nothing():
    nothing = Call("exp", v(J)) * Call("exp", -v(J)) - 1
    assert not isinstance(verdict(claims(RIGHT / nothing * nothing)), Proved)
    circle = Call("sin", v(J)) ** 2 + Call("cos", v(J)) ** 2 - 1
    assert isinstance(verdict(claims(RIGHT * circle / circle)), Open)


def test_a_rule_that_needs_what_no_training_can_promise_makes_no_rule():
    one = assumes(N, num(1), name="N = 1")
    checked = check(
        Derivation("a", NET, definitions(NET), (one, claims(e(J) * slope(J), uses=(0,))), (1,))
    )
    with pytest.raises(InputError, match="only where N = 1"):
        Rule(checked.theorem())
    risky = check(Derivation("b", NET, definitions(NET), (claims(RIGHT * v(J) / v(J)),), (0,)))
    with pytest.raises(InputError, match="denominators ≠ 0"):
        Rule(risky.theorem())


def test_an_assumed_line_has_to_mean_something_here():
    stranger = assumes(e("3"), num(0), name="e_3 = 0")
    assert isinstance(verdict(stranger), Unjustified)
    assert isinstance(
        verdict(stranger, claims(e("3"), num(0), Family(""), ByRewriting(), (0,))), Unjustified
    )


def test_algebra_does_not_use_what_is_assumed():
    one = assumes(N, num(1), name="N = 1")
    step = Step(Equation(1 / N, num(1)), ByAlgebra(), Family(""), (0,))
    assert isinstance(verdict(one, step), Unjustified)


def test_a_softmax_output_has_no_slope_of_its_own():
    net = shorthand("2-3:softmax")
    over = neurons("outputs", net.outputs)
    right = Frac(num(1), N) * (d(J) - y(J))
    assert isinstance(verdict(claims(right, over=over), net=net), Proved)
    odd = claims(right + slope(J) - slope(J), over=over)
    assert isinstance(verdict(odd, net=net), Unjustified)


def test_a_kink_is_named_where_the_published_slope_was_put_in():
    relu = activation("relu")
    net = Network(
        ("x",), (Neuron("o", relu),), ("o",), (Synapse("o", "x", "w"),), cost("squared_error")
    )
    assert relu.slope is not None
    from symbolic.terms import replaced

    closed = replaced(relu.slope, {Sign("v"): v(J), Sign("y"): y(J)})
    from symbolic.derivation import ByElementaryCalculus

    step = Step(Equation(slope(J), closed), ByElementaryCalculus(), neurons("output", ("o",)))
    found = verdict(step, net=net)
    assert "v off 0" in names(found)
