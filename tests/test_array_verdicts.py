"""Rules in index notation are judged: published ones proved, famous slips refuted and explained."""

from dataclasses import replace
from fractions import Fraction

import pytest
from published_rules import (
    DRIVEN,
    LAGGED,
    PUBLISHED,
    SOFT_CE,
    TARGETS,
    WRONG,
    Published,
    Slip,
    relu,
    step,
)

from symbolic.adjoint_checks import Checker
from symbolic.adjoint_checks import Proved as Certified
from symbolic.array_conditions import OFF_KINKS, OFF_ZERO, POSITIVE
from symbolic.array_instances import ArrayWitness, Instance
from symbolic.array_refutation import Counterexample, contradicted, search
from symbolic.array_slips import MISTAKES
from symbolic.array_verdicts import Judge, judge
from symbolic.arrays import Definition, Given, Multiplier, Program, Rule
from symbolic.duals import Undecided
from symbolic.errors import InputError
from symbolic.indexed import Delta, Expr, Fn, Get, Name, Num, Size, Sort, Sum, Var
from symbolic.indices import Law, SizeOne
from symbolic.model_notation import statement
from symbolic.proof import KernelDisagreementError
from symbolic.theorems_letters import abstract_cost
from symbolic.verdicts import Open, Proved, Refuted, Value, Verdict

K, J = Sort("K"), Sort("J")
k, j = Var("k", K), Var("j", J)
v = Get("v", (j,))
SQUARES = Program((Given("v", (J,)),), (), Sum(j, v**2))


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda published: published.name)
def test_published_rules_are_proved_under_exactly_their_hypotheses(published: Published):
    judging = Judge(published.program, published.hypotheses)
    for rule in published.rules:
        verdict = judging.verdict(rule)
        assert isinstance(verdict, Proved), statement(published.program, rule)
        needed = tuple(h.name for h in verdict.under if h not in (OFF_KINKS, OFF_ZERO, POSITIVE))
        assert needed == (published.under if rule.array in published.needing else ())


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda published: published.name)
def test_a_published_rule_with_its_sign_turned_is_refuted_and_set_right(published: Published):
    judging = Judge(published.program, published.hypotheses)
    for rule in published.rules[:2]:
        verdict = judging.verdict(Rule(rule.array, rule.at, -rule.body))
        assert isinstance(verdict, Refuted)
        assert "sign" in verdict.diagnosis
        assert isinstance(verdict.nearest, Rule)
        assert isinstance(judging.verdict(verdict.nearest), Proved)


@pytest.mark.parametrize("slip", WRONG, ids=lambda slip: slip.name)
def test_a_famous_slip_is_refuted_by_numbers_and_explained_in_words(slip: Slip):
    if slip.loose:
        with pytest.raises(InputError, match=slip.words):
            judge(slip.program, slip.rule, slip.hypotheses)
        return
    verdict = judge(slip.program, slip.rule, slip.hypotheses)
    assert isinstance(verdict, Refuted)
    assert slip.words in verdict.diagnosis
    assert (verdict.left.exact and verdict.right.exact) == slip.exact
    assert isinstance(verdict.witness, ArrayWitness)
    at = tuple(map(int, verdict.member))
    found = Counterexample(at, verdict.witness, verdict.left, verdict.right)
    assert contradicted(slip.program, slip.rule, found)
    assert isinstance(verdict.nearest, Rule)
    nearest = judge(slip.program, verdict.nearest, slip.hypotheses)
    assert isinstance(nearest, Proved)


def test_no_published_and_no_wrong_rule_is_left_out():
    assert sum(len(published.rules) for published in PUBLISHED) == 62
    assert len(WRONG) == 31
    names = [entry.name for entry in (*PUBLISHED, *WRONG)]
    assert len(set(names)) == len(names)


def test_every_kind_of_slip_of_the_table_explains_a_wrong_rule():
    signed = Slip("a sign", SQUARES, Rule("v", (j,), -2 * v), "The sign is wrong")
    h = Definition("h", (j,), 1 / (Num(Fraction(1)) + Fn("exp", -v)))
    squashed = Program(SQUARES.given, (h,), Sum(j, Get("h", (j,)) ** 2))
    chained = Slip("a link", squashed, Rule("v", (j,), 2 * Get("h", (j,))), "∂h[j]/∂v[j]")
    wrong = (signed, chained, *WRONG)
    said = [judge(s.program, s.rule, s.hypotheses) for s in wrong if not s.loose]
    words = [verdict.diagnosis for verdict in said if isinstance(verdict, Refuted)]
    kinds = {
        "_sign": "The sign is wrong",
        "_argument": "The slope is taken at",
        "_numbers": "A factor 2",
        "_own_letters": "are swapped: the result is transposed",
        "_indices": "is transposed here",
        "_missing_slope": "' is missing",
        "_missing_link": "The factor ∂h[j]/∂v[j] is missing",
        "_other_array": "net2[j] stands where o2[j] belongs",
        "_extra_term": "is too many. Is this a weight already updated",
        "_extra_factor": "' is one too many",
        "_value_for_slope": "stands where its derivative belongs",
        "_missing_factor": "The factor loop is missing",
        "_extra_sum": "The sum over",
        "_lost_term": "is lost",
        "_missing_sum": "Cross terms are lost",
        "_wrong_slope": "is not tanh'",
    }
    assert list(kinds) == [mistake.__name__ for mistake in MISTAKES]
    for phrase in kinds.values():
        assert any(phrase in diagnosis for diagnosis in words), phrase


# ------------------------------------------------------------------------------------ hypotheses


def test_what_is_proved_about_relu_holds_off_its_kink():
    program = Program(
        (Given("v", (J,)), Given("G", (J,))),
        (Definition("y", (j,), relu(v)),),
        abstract_cost("y", "G", j),
    )
    verdict = judge(program, Rule("v", (j,), Get("G", (j,)) * step(v)))
    assert verdict == Proved("the adjoint certificate", (OFF_KINKS,))


on = Get("on", (j,))
SWITCHED = Program(
    (Given("v", (J,)), Given("on", (J,))), (), Sum(j, on * v), indicators=frozenset({"on"})
)
ENDS = Program((Given("v", (J,)),), (), Get("v", (Name("a", J),)) + Get("v", (Name("b", J),)))
VACUOUS = {  # program, claim, a hypothesis that contradicts what the program says
    "a switch that is 2": (
        SWITCHED,
        Num(Fraction(2)),
        Law("on_j = 2", (), (on,), Num(Fraction(2))),
    ),
}


@pytest.mark.parametrize("name", VACUOUS)
def test_a_hypothesis_that_no_instance_satisfies_proves_nothing(name: str):
    program, body, hypothesis = VACUOUS[name]
    rule = Rule("v", (j,), body)
    assert isinstance(Checker(program, (hypothesis,)).check(rule), Certified)
    verdict = judge(program, rule, (hypothesis,))
    assert isinstance(verdict, Open)
    assert hypothesis.name in verdict.why


def test_a_layer_of_one_has_no_two_neurons():
    with pytest.raises(InputError, match="one element"):
        judge(ENDS, Rule("v", (j,), Num(Fraction(2))), (SizeOne("J = 1", "J"),))


def test_a_hypothesis_that_is_not_needed_is_not_named():
    verdict = judge(SQUARES, Rule("v", (j,), 2 * v), (SizeOne("J = 1", "J"),))
    assert verdict == Proved("the adjoint certificate", ())


def test_a_rule_right_under_a_hypothesis_is_refuted_without_it_and_the_hypothesis_named():
    rule = Rule("net3", TARGETS.bound, Get("o3", TARGETS.bound) - Get("t", TARGETS.bound))
    assert isinstance(judge(SOFT_CE, rule, (TARGETS,)), Proved)
    verdict = judge(SOFT_CE, rule)
    assert isinstance(verdict, Refuted)
    assert verdict.diagnosis == "It holds if sum(k, t[k]) = 1."


def test_a_counterexample_satisfies_the_hypotheses():
    rule = Rule("net3", TARGETS.bound, Get("o3", TARGETS.bound) - 3 * Get("t", TARGETS.bound))
    verdict = judge(SOFT_CE, rule, (TARGETS,))
    assert isinstance(verdict, Refuted)
    assert isinstance(verdict.witness, ArrayWitness)
    targets = [x for (array, _), x in verdict.witness.entries.items() if array == "t"]
    assert sum(targets) == 1


# ------------------------------------------------------------------------------- the four verdicts


def test_a_contradicted_proof_is_an_error_of_the_checker(monkeypatch):
    monkeypatch.setattr(Checker, "check", lambda self, rule: Certified(()))
    with pytest.raises(KernelDisagreementError, match="is proved, and the instance"):
        judge(SQUARES, Rule("v", (j,), 2 * Sum(j, v)), [SizeOne("J = 1", "J")])
    assert isinstance(judge(SQUARES, Rule("v", (j,), v)), Refuted)  # numbers are looked at first


def test_values_that_agree_do_not_prove_what_the_kernel_cannot():
    def verdict(*signs: str) -> Verdict:
        u = sum(map(Get, signs), Get("v"))
        tanh = Fn("tanh", u)
        spelled = (Fn("exp", 2 * u) - 1) / (Fn("exp", 2 * u) + 1)
        program = Program(tuple(Given(sign, ()) for sign in ("v", *signs)), (), tanh)
        return judge(program, Rule("v", (), 1 - tanh * spelled))

    assert isinstance(verdict("a"), Proved)
    found = verdict("a", "b", "c", "d")  # of so many numbers it is not decided
    assert isinstance(found, Open)
    assert "agree" in found.why


def test_nothing_times_what_has_no_value_has_no_value():
    p, y = Get("p"), Get("y")
    body = (1 - y) / (1 - p) - y / p - (p - y) / (p * (1 - p))
    program = Program((Given("p", ()), Given("y", ()), Given("q", ())), (), 0 * Get("q"))
    assert isinstance(judge(program, Rule("q", (), body)), Proved)
    witness = ArrayWitness({}, {("p", ()): Fraction(1), ("y", ()): Fraction(1)})
    with pytest.raises(Undecided):
        Instance(program, witness).value(body, {})


def test_the_smallest_counterexample_is_found_first():
    found = search(SQUARES, Rule("v", (j,), v))
    assert found == Counterexample(
        (1,),
        ArrayWitness({"J": 1}, {("v", (1,)): Fraction(1)}),
        Value(Fraction(2), Fraction(2)),
        Value(Fraction(1), Fraction(1)),
    )


def test_a_slip_that_only_two_neurons_show_is_shown_with_two():
    other = Rule("v", (j,), 2 * Sum(j, v))
    verdict = judge(SQUARES, other)
    assert isinstance(verdict, Refuted)
    assert isinstance(verdict.witness, ArrayWitness)
    assert verdict.witness.sizes == {"J": 2}
    assert "J = 1" in verdict.diagnosis or "sum" in verdict.diagnosis


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (Get("w", (j,)), "no array 'w'"),
        (Get("v", (k,)), "stands free"),
        (Sum(k, Get("v", (k,))), "wants an index of 'J'"),
        (Get("v", (j, j)), "has 1 indices"),
    ],
)
def test_a_rule_that_is_no_formula_is_an_error_before_any_algebra(body: Expr, words: str):
    with pytest.raises(InputError, match=words):
        judge(SQUARES, Rule("v", (j,), body))


def test_the_derivative_by_an_unknown_array_is_an_error():
    with pytest.raises(InputError, match="There is no array"):
        judge(SQUARES, Rule("u", (j,), v))


def test_judging_twice_gives_the_same_verdict():
    for slip in WRONG[:6]:
        if not slip.loose:
            first, second = (judge(slip.program, slip.rule, slip.hypotheses) for _ in range(2))
            assert first == second


def test_a_long_chain_in_time_needs_no_deep_recursion():
    T = Sort("T", ordered=True)
    t = Var("t", T)
    program = Program(
        (Given("x", (T,)), Given("w")),
        (Definition("h", (t,), Get("w") * Get("h", (t - 1,)) + Get("x", (t,))),),
        Sum(t, Get("h", (t,))),
        (Multiplier("h", "dh"),),
    )
    long = Instance(program, ArrayWitness({"T": 3000}, {("x", (1,)): Fraction(1)}), ("x",))
    long.entries["w", ()] = Fraction(1)
    assert long.value(Get("h", (t,)), {t: 3000}) == 1


def test_a_rule_may_be_claimed_for_some_indices_only():
    last = Rule("hs", DRIVEN.definitions[0].at, Get("D", DRIVEN.definitions[0].at))
    t = last.at[0]
    assert isinstance(judge(DRIVEN, replace(last, where=Delta(t, Size("T")))), Proved)
    assert isinstance(judge(DRIVEN, last), Refuted)
    assert isinstance(judge(DRIVEN, replace(last, where=Delta(t, 1))), Refuted)


def test_a_system_ordered_in_time_and_then_among_units_needs_both_orders():
    r, r2 = Var("r", LAGGED.arrays["w0"][0]), Var("s", LAGGED.arrays["w0"][0])
    rule = Rule("w1", (r, r2), Num(Fraction(0)))
    assert isinstance(judge(LAGGED, rule), Refuted)
    with pytest.raises(InputError, match="read each other in a circle"):
        judge(replace(LAGGED, acyclic=()), rule)


def test_a_definition_that_names_its_state_in_one_line_is_stepped_into_once():
    t = DRIVEN.definitions[0].at[0]
    slope = 1 - Get("hs", (t + 1,)) ** 2
    right = Get("D", (t,)) + Get("loop") * slope * Get("dhs", (t + 1,))
    assert isinstance(judge(DRIVEN, Rule("hs", (t,), right)), Proved)
    early = Get("D", (t,)) + Get("loop") * (1 - Get("hs", (t,)) ** 2) * Get("dhs", (t + 1,))
    verdict = judge(DRIVEN, Rule("hs", (t,), early))
    assert isinstance(verdict, Refuted)
    assert "off by one" in verdict.diagnosis
