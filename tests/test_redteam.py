"""Attacks on the kernel: false, undefined or unwarranted lines, each of which must not be proved.

A line that speaks of what has no value is refused with `InputError` or gets any verdict but
Proved; a line that holds only off some points says so among its hypotheses.
"""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from symbolic import activations, costs
from symbolic.activations import activation
from symbolic.costs import Cost, cost
from symbolic.derivation import (
    ByAlgebra,
    ByAssumption,
    ByCertificate,
    ByChainRule,
    ByDefinition,
    ByDifferentiation,
    ByElementaryCalculus,
    ByLocalDerivative,
    ByRewriting,
    Derivation,
    Family,
    Step,
)
from symbolic.derived import derive
from symbolic.errors import InputError
from symbolic.exposition import local, total
from symbolic.fields import Counterexample, Identity, decide
from symbolic.forward import OVER_SAMPLES, definitions
from symbolic.network import BIAS, Network, Neuron, Synapse
from symbolic.notation import ES, ETA, E, N, d, delta, dw, e, slope, v, w, y
from symbolic.proof import check
from symbolic.rules import Rule
from symbolic.terms import (
    Call,
    Cases,
    Condition,
    Constant,
    Equation,
    Frac,
    Phi,
    Range,
    RangeKind,
    Relation,
    Sign,
    Sum,
    num,
)
from symbolic.topologies import shorthand
from symbolic.verdicts import (
    Finding,
    Open,
    Proved,
    Refuted,
    Unjustified,
)
from symbolic.verification import prove

V, Y, D = Sign("v"), Sign("y"), Sign("d")
DEEP = shorthand("1-1-1:tanh")
SOFT = shorthand("1-2:softmax")


def one(phi=None, loss="squared_error"):
    """x → o, one weight."""
    error = cost(loss) if isinstance(loss, str) else loss
    neuron = Neuron("o", phi or activation("identity"))
    return Network(("x",), (neuron,), ("o",), (Synapse("o", "x", "w_a"),), error)


NET = one()
RIGHT = "(1/N)*e[o]*phi'[o](v[o])"


def step(left, right, because, uses=()):
    return Step(Equation(left, right), because, Family(""), uses)


def judge(network, *steps):
    """The findings of some lines."""
    return check(Derivation("an attack", network, definitions(network), steps)).findings


def last(network, *steps):
    return judge(network, *steps)[-1].verdict


def refused(network, *steps):
    """Whether the last line is told off: an `InputError`, or a verdict that is not Proved."""
    try:
        return not isinstance(last(network, *steps), Proved)
    except InputError:
        return True


def ruled(network, text) -> Finding:
    return prove(network, text).findings[0]


def conditional(network, text):
    """Whether the rule is refused, or proved under some hypothesis of its own."""
    verdict = ruled(network, text).verdict
    return not isinstance(verdict, Proved) or bool(verdict.under)


# --- denominators, logarithms, zero times nothing ----------------------------------------------


def test_a_denominator_that_the_targets_make_zero_does_not_prove_anything_at_all():
    gone = "(sum(k in outputs, d[k]) - 1)"
    text = f"delta[j] = 42*{gone}/{gone} for output j"
    assert not isinstance(ruled(SOFT, text).verdict, Proved)


def test_zero_times_a_division_by_zero_is_not_zero():
    assert not isinstance(ruled(NET, f"delta[o] = {RIGHT} + 0*(1/(v[o]-v[o]))").verdict, Proved)


@pytest.mark.parametrize(
    "nothing",
    [
        "ln(v[o]) - ln(v[o])",
        "0*ln(v[o])",
        "sqrt(v[o]) - sqrt(v[o])",
        "1/(v[o]+1) - 1/(v[o]+1)",
        "v[o]/v[o] - 1",
        "eta/eta - 1",
        "v[o]^(-1/2) - v[o]^(-1/2)",
    ],
)
def test_what_cancels_but_need_not_have_a_value_leaves_a_hypothesis(nothing):
    assert conditional(NET, f"delta[o] = {RIGHT} + {nothing}")


@pytest.mark.parametrize(
    ("phi", "loss"), [("logistic", "cross_entropy"), ("softmax", "softmax_cross_entropy")]
)
def test_a_written_denominator_is_a_hypothesis_under_cross_entropy_too(phi, loss):
    text = "delta[o] = (1/N)*(d[o]-y[o])*(v[o]+1)/(v[o]+1)"
    found = ruled(one(activation(phi), loss), text).verdict
    names = {hypothesis.name for hypothesis in found.under} if isinstance(found, Proved) else set()
    assert not isinstance(found, Proved) or "denominators ≠ 0" in names


@pytest.mark.parametrize(
    "zero", ["cosh(v[o])^2 - sinh(v[o])^2 - 1", "sqrt(v[o])^2 - v[o]", "exp(ln(v[o])) - v[o]"]
)
def test_a_line_that_has_a_value_nowhere_is_not_proved(zero):
    assert not isinstance(ruled(NET, f"delta[o] = {RIGHT}*({zero})/({zero})").verdict, Proved)


def test_a_denominator_that_the_activation_makes_zero_is_not_cancelled():
    zero = "(phi'[o](v[o]) - y[o]*(1-y[o]))"
    text = f"delta[o] = {RIGHT}*{zero}/{zero}"
    assert not isinstance(ruled(one(activation("logistic")), text).verdict, Proved)


def test_the_cost_of_ones_own_name_cannot_hide_a_denominator():
    """An activation called logistic whose y may be 0 or 1 does not make y (1 − y) nonzero."""
    try:
        network = one(activations.own("logistic", V), "cross_entropy")
    except InputError:
        return
    assert conditional(network, "delta[o] = (1/N)*(d[o]-y[o])/(y[o]*(1-y[o]))")


# --- costs and activations that do not have a slope everywhere ----------------------------------


KINKED = {
    "|e|": Call("abs", D - Y),
    "√(e²)": Call("sqrt", (D - Y) ** 2),
    "max(0, e)": Cases(((Condition(D - Y, Relation.GREATER, num(0)), D - Y),), num(0)),
    "a jump": Cases(((Condition(D - Y, Relation.GREATER, num(0)), Y + 1),), Y),
    "-d ln y": -(D * Call("ln", Y)),
    "1/y": Frac(num(1), Y),
}


@pytest.mark.parametrize("name", KINKED)
def test_a_cost_without_a_slope_somewhere_leaves_a_hypothesis(name):
    from symbolic.exposition import proposal
    from symbolic.recursion import local_gradients

    network = one(loss=costs.own(name, KINKED[name]))
    found = check(proposal(network, local_gradients(network)))
    plain = check(proposal(NET, local_gradients(NET)))
    assert set(found.hypotheses) > set(plain.hypotheses) or isinstance(found.verdict, Open)


def test_the_built_in_rule_of_an_absolute_error_gets_an_answer():
    assert prove(one(loss=costs.own("absolute", Call("abs", D - Y)))).findings


def test_a_cost_that_jumps_is_refused_as_an_activation_is():
    jump = Cases(((Condition(Y, Relation.GREATER, num(0)), Y**2 + 1),), Y**2)
    try:
        found = costs.verify(costs.own("jump", jump))
    except InputError:
        return
    assert not isinstance(found, Identity)


@pytest.mark.parametrize(
    "phi",
    [
        Call("ln", V),
        V + 0 * Call("ln", V),
        V + Call("sqrt", V) - Call("sqrt", V),
        Call("ln", V) - Call("ln", V) + V,
    ],
)
def test_a_slope_is_claimed_only_where_the_activation_itself_has_a_value(phi):
    """ln v has no value at v = −1, so its slope 1/v is nothing there."""
    found = activations.verify(activations.own("mine", phi))
    assert not isinstance(found, Identity) or {need.relation for need in found.requires} & {
        ">",
        "≥",
    }


@pytest.mark.parametrize("bad", [Frac(num(1), num(1) - num(1)), Call("sqrt", num(-1))])
def test_an_activation_that_has_a_value_nowhere_has_no_slope(bad):
    assert not isinstance(activations.verify(activations.own("nowhere", V + bad)), Identity)


def test_a_cost_is_claimed_only_where_it_has_a_value():
    found = costs.verify(costs.own("mine", Y**2 + Call("ln", D)))
    assert not isinstance(found, Identity) or found.requires


def test_a_slope_is_not_refuted_where_the_activation_has_no_value():
    right = Cases(((Condition(V, Relation.GREATER, num(0)), 1 / V),), num(0))
    found = activations.verify(activations.own("logarithm", Call("ln", V), right))
    assert not isinstance(found, Counterexample)


def test_a_pole_of_the_published_slope_stays_among_the_hypotheses():
    pole = activations.own("pole", (V - 1) ** 2 / 2, (V - 1) ** 2 / (V - 1))
    assert conditional(one(pole), "delta[o] = (1/N)*e[o]*(v[o]-1)^2/(v[o]-1)")


def test_a_trainer_is_not_given_a_slope_with_a_pole():
    pole = activations.own("pole", (V - 1) ** 2 / 2, (V - 1) ** 2 / (V - 1))
    with pytest.raises(InputError):
        Rule(prove(one(pole)).theorem())


def test_a_normalised_activation_is_the_exponential_or_is_refused():
    """The definitions write exp(v_j)/Σ_k exp(v_k) whatever φ says."""
    square = activations.Activation("mine", V**2, None, group=True)
    neurons = (Neuron("o", square), Neuron("p", square))
    wires = (Synapse("o", "x", "a"), Synapse("p", "x", "b"))
    with pytest.raises(InputError):
        prove(Network(("x",), neurons, ("o", "p"), wires, cost("squared_error")))


# --- what an assumption may do ------------------------------------------------------------------


def test_an_assumed_gradient_makes_no_rule():
    assumed = (
        step(delta("o"), num(0), ByAssumption("N ≥ 1")),
        step(dw("o", "x"), ETA * Sum(OVER_SAMPLES, delta("o") * y("x")), ByCertificate()),
    )
    found = check(Derivation("assumed", NET, definitions(NET), assumed, (0, 1)))
    with pytest.raises((InputError, TypeError, ValueError)):
        Rule(found.theorem())


def test_the_hypothesis_of_an_assumption_says_what_is_assumed():
    first, _ = judge(
        NET,
        step(v("o"), num(7), ByAssumption("N ≥ 1")),
        step(y("o"), y("o"), ByAlgebra()),
    )
    assert isinstance(first.verdict, Proved)
    assert [h.assumed for h in first.verdict.under] == [Equation(v("o"), num(7))]


def test_an_impossible_assumption_proves_nothing():
    assumed = step(N, num(0), ByAssumption("N = 0"))
    assert refused(NET, assumed, step(N * delta("o"), num(0), ByRewriting(), (0,)))


def test_assumptions_that_contradict_each_other_prove_nothing():
    assumed = (step(N, num(1), ByAssumption("A")), step(N, num(2), ByAssumption("B")))
    claim = step(v("o") + N, v("o") * N, ByRewriting(), (0, 1))
    chain = step(v("o") + N, v("o") + 1, ByRewriting(), (0,))
    other = step(v("o") + N, v("o") + 2, ByRewriting(), (1,))
    both = step(v("o") + 1, v("o") + 2, ByRewriting(), (0, 1, 2, 3))
    assert not isinstance(last(NET, *assumed, chain, other, both), Proved)
    assert not isinstance(last(NET, *assumed, claim), Proved)


def test_a_line_is_not_refuted_by_numbers_that_break_what_it_assumes():
    """δ_o = e_o φ_o' is true for N = 1: too little is cited, but nothing is false."""
    assumed = step(N, num(1), ByAssumption("N = 1"))
    claim = step(delta("o"), e("o") * slope("o"), ByRewriting(), (0,))
    assert isinstance(last(NET, assumed, claim), Unjustified | Open)


def test_a_softmax_rule_is_not_refuted_by_targets_that_do_not_add_up_to_one():
    text = "delta[j] = (1/N)*(d[j]-y[j]) + ln(sum(k in outputs, d[k])) for output j"
    assert not isinstance(ruled(SOFT, text).verdict, Refuted)


def test_every_witness_of_a_softmax_rule_has_targets_that_add_up_to_one():
    for text in ("0", "d[j]-y[j]", "-(1/N)*(d[j]-y[j])", "(1/N)*d[j]", "(1/N)*(d[j]-2*y[j])"):
        found = ruled(SOFT, f"delta[j] = {text} for output j").verdict
        assert isinstance(found, Refuted)
        assert all(sum(sample.values()) == 1 for sample in found.witness.targets)


# --- justifications that do not warrant ---------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["delta[o] = delta[o]", f"delta[o] = {RIGHT} + delta[o] - delta[o]/1 + delta[o] - {RIGHT}"],
)
def test_a_rule_for_delta_that_needs_that_delta_makes_no_rule(text):
    found = prove(NET, f"{text}\ndw[j,i] = eta*sum(xi, delta[j]*y[i])")
    with pytest.raises((InputError, ValueError)):
        Rule(found.theorem())


def test_rules_that_need_each_other_make_no_rule():
    lines = (
        "delta[2] = phi'[2](v[2])*w[3,2]*delta[3]",
        "delta[3] = delta[3] + delta[2] - phi'[2](v[2])*w[3,2]*delta[3]",
        "dw[j,i] = eta*sum(xi, delta[j]*y[i])",
    )
    with pytest.raises((InputError, ValueError)):
        Rule(prove(DEEP, "\n".join(lines)).theorem())


def test_delta_inside_a_sum_over_samples_is_no_direct_derivative():
    gathered = Sum(OVER_SAMPLES, delta("o") * y("x"))
    assert refused(NET, step(-total(w("o", "x")), gathered, ByDifferentiation()))


def test_delta_inside_a_function_is_no_direct_derivative():
    hidden = -total(v("o")) + Call("exp", delta("o"))
    right = Frac(num(1), N) * e("o") * slope("o") + Call("exp", delta("o"))
    assert refused(NET, step(hidden, right, ByDifferentiation()))


@pytest.mark.parametrize(
    "right",
    [total(v("o")), -delta("o") + 0 * local(e("o"), y("o")), -delta("o") + total(w("o", "x")) * 0],
)
def test_a_chain_rule_that_repeats_its_left_side_is_no_chain_rule(right):
    assert refused(NET, step(total(v("o")), right, ByChainRule()))


def test_the_gradient_by_a_hidden_signal_is_no_local_derivative():
    claim = step(total(y("2")), -(delta("3") * w("3", "2")), ByLocalDerivative())
    assert refused(DEEP, claim)


@pytest.mark.parametrize("unit", ["1", "2", "nobody", BIAS])
def test_the_error_of_a_unit_that_has_none_has_no_derivative(unit):
    assert refused(DEEP, step(local(e(unit), y(unit)), num(-1), ByLocalDerivative()))


def test_the_squared_error_reads_e_and_not_y():
    """𝓔_j := e_j²/2, its other arguments held: ∂𝓔_j/∂y_j = 0 and ∂𝓔_j/∂e_j = e_j."""
    loss = Sign("Ej", ("o",))
    assert refused(NET, step(local(loss, y("o")), -e("o"), ByLocalDerivative()))
    assert isinstance(last(NET, step(local(loss, e("o")), e("o"), ByLocalDerivative())), Proved)
    assert isinstance(last(NET, step(local(loss, y("o")), num(0), ByLocalDerivative())), Proved)


def test_a_cost_that_does_not_read_e_has_no_slope_in_e():
    network, loss = one(activation("logistic"), "cross_entropy"), Sign("Ej", ("o",))
    wrong = Call("ln", 1 - y("o")) - Call("ln", y("o"))
    assert refused(network, step(local(loss, e("o")), wrong, ByLocalDerivative()))
    assert isinstance(last(network, step(local(loss, e("o")), num(0), ByLocalDerivative())), Proved)


def test_a_cost_that_reads_e_and_y_is_differentiated_by_one_at_a_time():
    mixed = Cost("mixed", Sign("e") * Y, Sign("e") - Y)
    loss, network = Sign("Ej", ("o",)), one(loss=mixed)
    for by, right in ((e("o"), y("o")), (y("o"), e("o"))):
        assert isinstance(last(network, step(local(loss, by), right, ByLocalDerivative())), Proved)


def test_the_cost_does_read_the_cost_of_a_sample():
    assert refused(NET, step(local(E, ES), num(0), ByLocalDerivative()))


def test_the_definition_of_ab_is_not_that_of_a_and_b():
    neuron = Neuron("ab", activation("identity"))
    wires = (Synapse("ab", "x", "w_a"),)
    network = Network(("x",), (neuron,), ("ab",), wires, cost("squared_error"))
    claim = step(Sign("e", ("a", "b")), d("ab") - y("ab"), ByDefinition())
    assert refused(network, claim)


@pytest.mark.parametrize(
    "nothing", [y("nobody"), v("1"), v("nobody"), Sign("w", ("nobody",)), Sign("dw", ("nobody",))]
)
def test_a_line_about_what_is_not_there_is_not_proved(nothing):
    assert refused(DEEP, step(nothing, nothing, ByAlgebra()))


def test_only_pi_is_a_constant():
    assert refused(NET, step(Constant("e"), Constant("e"), ByAlgebra()))


# --- one sample and another ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "swap",
    [
        "sum(xi, y[x])*d[o] - sum(xi, d[o])*y[x]",
        "sum(xi, y[x]*d[o]) - sum(xi, y[x])*d[o]",
        "sum(xi, y[x])*sum(xi, d[o]) - N*sum(xi, y[x]*d[o])",
        "y[x]*sum(xi, 1) - sum(xi, y[x])",
    ],
)
@pytest.mark.parametrize("rule", [f"delta[o] = {RIGHT}", "dw[o,x] = eta*sum(xi, delta[o]*y[x])"])
def test_factors_of_one_sample_do_not_move_to_another(rule, swap):
    assert not isinstance(ruled(NET, f"{rule} + {swap}").verdict, Proved)


X, TARGET = y("x"), d("o")


def over(body):
    return Sum(OVER_SAMPLES, body)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (over(X * over(TARGET)), over(X) * over(TARGET)),
        (over(over(TARGET)), N * over(TARGET)),
        (over(w("o", "x") * X), w("o", "x") * over(X)),
        (over(N), N**2),
        (over(over(X) * TARGET - X * over(TARGET)), num(0)),
    ],
)
def test_what_does_not_depend_on_the_sample_leaves_the_sum(left, right):
    assert isinstance(last(NET, step(left, right, ByAlgebra())), Proved)


def test_a_correction_without_its_sum_over_the_samples_is_never_proved():
    assert not isinstance(ruled(NET, "dw[j,i] = eta*delta[j]*y[i]").verdict, Proved)


# --- an answer, never a crash -------------------------------------------------------------------


NO_SENSE = {
    "∂v_j/∂y_0": (shorthand("1-1"), local(v("2"), y(BIAS)), w("2", BIAS), ByLocalDerivative()),
    "∂v_j/∂w_ji of no synapse": (DEEP, local(v("3"), w("3", "1")), num(0), ByLocalDerivative()),
    "∂y/∂v of an input": (DEEP, local(y("1"), v("1")), num(0), ByLocalDerivative()),
    "∂δ/∂v": (DEEP, local(delta("2"), v("2")), num(0), ByLocalDerivative()),
    "δ of an input": (DEEP, delta("1"), num(0), ByCertificate()),
    "∂𝓔/∂v of an input": (DEEP, total(v("1")), num(0), ByCertificate()),
    "Δw of no synapse": (DEEP, dw("3", "1"), num(0), ByCertificate()),
    "Δw of no weight": (DEEP, Sign("dw", ("nobody",)), num(0), ByCertificate()),
    "δ of nothing": (DEEP, Sign("delta"), num(0), ByCertificate()),
    "what feeds an input": (
        DEEP,
        Sum(Range(RangeKind.FEEDING, (), ("1",)), num(1)),
        num(0),
        ByAlgebra(),
    ),
    "no such function": (NET, Call("foo", v("o")), Call("foo", v("o")), ByAlgebra()),
    "a power beyond all bounds": (NET, v("o") ** (10**20), v("o"), ByAlgebra()),
}


@pytest.mark.parametrize("name", NO_SENSE)
def test_a_line_that_makes_no_sense_gets_an_answer(name):
    network, left, right, because = NO_SENSE[name]
    assert refused(network, step(left, right, because)) or left == right


def test_a_huge_factor_inside_exp_gets_an_answer():
    assert refused(NET, step(v("o"), Call("exp", num(10**20) * v("o")), ByAlgebra()))


def test_a_very_deep_term_gets_an_answer():
    deep = v("o")
    for _ in range(3000):
        deep = Call("exp", deep)
    assert refused(NET, step(deep, v("o"), ByAlgebra()))


def test_a_family_whose_members_do_not_fit_its_letters_is_bad_input():
    odd = Family("odd", ("j",), (("o", "o"),))
    with pytest.raises(InputError):
        judge(NET, Step(Equation(e("o"), e("o")), ByAlgebra(), odd))


# --- withstood ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (Call("sqrt", V**2), V),
        (Call("ln", V**2), 2 * Call("ln", V)),
        (Call("sqrt", V) * Call("sqrt", V - 1), Call("sqrt", V**2 - V) * V / V + V / 10**9),
        ((V**2) ** Fraction(1, 4), V ** Fraction(1, 2) * (1 + V / 10**9)),
        (Call("arctan", V) + Call("arctan", 1 / V), Constant("pi") / 2),
        (Call("abs", V) * V, V**2),
        (Call("sin", 2 * V), 2 * Call("sin", V)),
    ],
)
def test_what_is_true_on_one_side_of_zero_only_is_no_identity(left, right):
    assert not isinstance(decide(left, right), Identity)


def test_a_written_value_at_a_point_where_pieces_meet_is_checked_there():
    phi = Cases(((Condition(V, Relation.EQUAL, num(0)), num(0)),), V)
    assert isinstance(activations.verify(activations.own("dented", phi)), Counterexample)


def test_the_second_slope_of_a_kinked_activation_is_not_taken_for_zero():
    relu = one(activation("relu"))
    assert refused(relu, step(Phi("o", 2, v("o")), num(0), ByElementaryCalculus()))


def test_a_line_that_cites_an_unproved_line_is_not_proved():
    wrong = step(delta("o"), e("o"), ByCertificate())
    assert refused(NET, wrong, step(delta("o"), e("o"), ByRewriting(), (0,)))


def test_a_definition_of_one_unit_is_not_that_of_another():
    assert refused(DEEP, step(v("3"), w("2", "1") * y("1") + w("2", BIAS), ByDefinition()))


def test_a_tied_weight_is_corrected_by_all_its_uses():
    phi = activation("tanh")
    wires = (Synapse("a", "x", "s"), Synapse("o", "a", "s"))
    neurons = (Neuron("a", phi), Neuron("o", phi))
    tied = Network(("x",), neurons, ("o",), wires, cost("squared_error"))
    text = "dw[j,i] = eta*sum(xi, delta[j]*y[i])"
    assert isinstance(ruled(tied, text).verdict, Refuted)


def test_a_hidden_neuron_that_feeds_nobody_is_explained_like_any_other():
    phi = activation("tanh")
    wires = tuple(Synapse(to, "x", f"w_{to}") for to in ("a", "o"))
    neurons = (Neuron("a", phi), Neuron("o", phi))
    network = Network(("x",), neurons, ("o",), wires, cost("squared_error"))
    assert isinstance(derive(network).checked.verdict, Proved)


@pytest.mark.slow
def test_a_number_beyond_all_bounds_gets_an_answer():
    """exp(exp(exp(4))) has more binary digits than any memory; its ball must not be written out."""
    code = (
        "from symbolic.topologies import shorthand; from symbolic.verification import prove; "
        "prove(shorthand('1-1'), 'delta[2] = 1/exp(exp(exp(4)))')"
    )
    root = Path(__file__).parent.parent
    assert subprocess.run([sys.executable, "-c", code], cwd=root, timeout=120).returncode == 0
