"""The decision procedure: what it proves, what it refutes, what it leaves open, and no more."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic.calculus import derivative
from symbolic.enclosure import Undecided, Undefined, enclose
from symbolic.fields import Counterexample, Decision, Identity, decide
from symbolic.ranges import Interval
from symbolic.terms import (
    Call,
    Cases,
    Condition,
    Constant,
    Frac,
    Phi,
    Pow,
    Relation,
    Sign,
    Term,
    num,
)
from symbolic.tower import Requirement
from symbolic.verdicts import Open
from tests.mutants import mutants

V, W, A = Sign("v"), Sign("w"), Sign("a")
PI = Constant("pi")
POSITIVE = Condition(V, Relation.GREATER, num(0))


def exp(u: Term) -> Term:
    return Call("exp", u)


def ln(u: Term) -> Term:
    return Call("ln", u)


def sqrt(u: Term) -> Term:
    return Call("sqrt", u)


def sin(u: Term) -> Term:
    return Call("sin", u)


def cos(u: Term) -> Term:
    return Call("cos", u)


TRUE: dict[str, tuple[Term, Term]] = {
    "exp(v + w)": (exp(V + W), exp(V) * exp(W)),
    "exp of a third and a half": (exp(V / 2) * exp(V / 3), exp(5 * V / 6)),
    "cosh² - sinh²": (Call("cosh", V) ** 2 - Call("sinh", V) ** 2, num(1)),
    "tanh": (Call("tanh", V), Call("sinh", V) / Call("cosh", V)),
    "ln exp": (ln(exp(V)), V),
    "log-sigmoid": (ln(1 / (1 + exp(-V))), -ln(1 + exp(-V))),
    "softplus(v) - softplus(-v)": (ln(1 + exp(V)) - ln(1 + exp(-V)), V),
    "ln 6": (ln(num(6)), ln(num(2)) + ln(num(3))),
    "sin²": (sin(V) ** 2, 1 - cos(V) ** 2),
    "double angle": (sin(2 * A * V), 2 * sin(A * V) * cos(A * V)),
    "thirty angles": (sin(30 * V), 2 * sin(15 * V) * cos(15 * V)),
    "addition": (cos(V - W), cos(V) * cos(W) + sin(V) * sin(W)),
    "odd": (Call("arctan", -V) + Call("erf", -W), -(Call("arctan", V) + Call("erf", W))),
    "√2 √π": (sqrt(2 * PI), sqrt(num(2)) * sqrt(PI)),
    "√8": (sqrt(num(8)), 2 * sqrt(num(2))),
    "1/√2": (1 / sqrt(num(2)), sqrt(num(2)) / 2),
    "√(1+v²)": (sqrt(1 + V**2) ** 3, (1 + V**2) * Pow(1 + V**2, Fraction(1, 2))),
    "√exp": (sqrt(exp(V)), exp(V / 2)),
    "|v|²": (Call("abs", V) ** 2, V**2),
    "max(v, 0)": (Cases(((POSITIVE, V),), num(0)), (V + Call("abs", V)) / 2),
    "(√v²)² = |v|²": (sqrt(V**2) ** 2, Call("abs", V) ** 2),
}
FALSE: dict[str, tuple[Term, Term]] = {
    "√v² = v": (sqrt(V**2), V),
    "ln v² = 2 ln v, off by 1": (ln(V**2) + 1, ln(V**2)),
    "|v| = v": (Call("abs", V), V),
    "off by a hair": (Call("tanh", V), Call("tanh", V) + num("1e-12")),
    "exp(v w)": (exp(V * W), exp(V) * exp(W)),
    "π": (PI, num("3.14159265358979323846264338327950288")),
    "sin(v) = v": (sin(V), V),
    "√(v + w)": (sqrt(1 + V**2 + W**2), sqrt(1 + V**2) + sqrt(W**2)),
}


@pytest.mark.parametrize("name", TRUE)
def test_true_identities_are_proved(name: str) -> None:
    assert isinstance(decide(*TRUE[name]), Identity)


@pytest.mark.parametrize("name", FALSE)
def test_false_identities_are_refuted_at_a_point_anyone_can_check(name: str) -> None:
    left, right = FALSE[name]
    found = decide(left, right)
    assert isinstance(found, Counterexample)
    assert enclose(left, found.at) == found.left
    assert enclose(right, found.at) == found.right
    assert found.left.high < found.right.low or found.right.high < found.left.low


def test_cancelling_a_pole_leaves_a_side_condition() -> None:
    assert decide((V**2 - 1) / (V - 1), V + 1) == Identity((Requirement(V - 1, "≠"),))
    assert decide(V**2 / V, V) == Identity((Requirement(V, "≠"),))
    assert decide(V**2 * V**-1, V) == Identity((Requirement(V, "≠"),))
    assert decide(V**2 / V, V, frozenset({V})) == Identity()


def test_exp_ln_is_proved_where_ln_has_a_value() -> None:
    assert decide(exp(ln(V)), V) == Identity((Requirement(V, ">"),))
    assert decide(exp(ln(V)), V, frozenset({V})) == Identity()


def test_sums_of_exponentials_need_no_condition() -> None:
    assert decide((exp(2 * V) - 1) / (exp(V) + 1), exp(V) - 1) == Identity()
    assert decide((exp(2 * V) - 1) / (exp(V) - 1), exp(V) + 1) == Identity(
        (Requirement(exp(V) - 1, "≠"),)
    )


@pytest.mark.parametrize(
    "nowhere",
    [
        1 / (V - V),
        1 / (sin(V) ** 2 + cos(V) ** 2 - 1),
        (V - V) ** -1,
        ln(-(V**2) - 1),
        sqrt(-(V**2) - 1),
        1 / (ln(num(6)) - ln(num(2)) - ln(num(3))),
        1 / (sqrt(V**2) - Call("abs", V)),
    ],
)
def test_what_has_a_value_nowhere_equals_nothing_not_even_itself(nowhere: Term) -> None:
    assert isinstance(decide(nowhere, nowhere), Open)


def test_what_is_true_but_beyond_the_rules_is_open_and_never_wrong() -> None:
    assert isinstance(decide(sqrt(V**2), Call("abs", V)), Identity | Open)
    assert isinstance(decide(sin(PI), num(0)), Open)
    assert isinstance(decide(4 * Call("arctan", num(1)), PI), Open)
    assert isinstance(decide(V**1000 * V, V**1001), Open)


def test_a_symbolic_breakpoint_is_open_but_a_false_claim_still_falls() -> None:
    step = Cases(((Condition(V, Relation.GREATER, A), V),), A)
    other = Cases(((Condition(V, Relation.AT_LEAST, A), V),), A)
    assert isinstance(decide(step, other), Open)
    assert isinstance(decide(step, V), Counterexample)


def test_nothing_is_claimed_where_pieces_meet() -> None:
    left = Cases(((Condition(V, Relation.GREATER, num(0)), num(1)),), num(0))
    right = Cases(((Condition(V, Relation.AT_LEAST, num(0)), num(1)),), num(0))
    assert decide(left, right) == Identity((), ((V, Fraction(0)),))


def test_a_counterexample_lies_inside_the_piece_where_the_sides_differ() -> None:
    low, high = num("1000/7"), num("1001/7")
    bump = Cases(
        ((Condition(V, Relation.LESS, low), V), (Condition(V, Relation.LESS, high), V + 1)), V
    )
    found = decide(bump, V)
    assert isinstance(found, Counterexample)
    assert Fraction(1000, 7) < found.at[V] < Fraction(1001, 7)


def test_pieces_inside_pieces_are_resolved_innermost_first() -> None:
    double = Call("abs", Call("abs", V) - 1)
    found = decide(double**2, V**2 - 2 * Call("abs", V) + 1)
    assert found == Identity((), tuple((V, Fraction(n)) for n in (-1, 0, 1)))


def test_a_sign_with_an_interval_is_only_tried_inside_it() -> None:
    share = {V: Interval(Fraction(0), Fraction(1))}
    assert decide(Call("abs", V * (1 - V)), V * (1 - V), within=share) == Identity()
    assert isinstance(decide(Call("abs", V * (1 - V)), V * (1 - V)), Counterexample)


def test_only_elementary_terms_are_decided() -> None:
    with pytest.raises(TypeError, match="Phi is no elementary term"):
        decide(Phi("h", 0, V), V)


def test_deep_nesting_is_open_and_no_recursion_error() -> None:
    tower: Term = V
    for _ in range(2000):
        tower = Call("tanh", Frac(tower, num(2)))
    assert isinstance(decide(tower, V), Open)
    with pytest.raises(Undecided, match="nested too deeply"):
        enclose(tower, {V: Fraction(1)})


def test_the_same_question_gets_the_same_answer() -> None:
    answers = [repr(decide(sqrt(V**2) + W, V + W * A)) for _ in range(3)]
    assert len(set(answers)) == 1


def test_enclosures_are_exact_where_the_numbers_are_rational() -> None:
    at = {V: Fraction(9, 4)}
    for term, value in (
        (sqrt(V), Fraction(3, 2)),
        (Pow(V, Fraction(-3, 2)), Fraction(8, 27)),
        (exp(V - V), Fraction(1)),
        (Call("abs", -V), Fraction(9, 4)),
        (Cases(((Condition(V, Relation.EQUAL, num("9/4")), V),), exp(V)), Fraction(9, 4)),
    ):
        found = enclose(term, at)
        assert found.exact
        assert found.low == value


def test_an_enclosure_says_where_there_is_no_value() -> None:
    for term in (1 / V, ln(V), V**-2, sqrt(V - 1), 1 / (exp(V) - 1)):
        with pytest.raises(Undefined):
            enclose(term, {V: Fraction(0)})


def test_a_condition_that_a_ball_straddles_is_not_decided() -> None:
    zero = sin(PI)
    step = Cases(((Condition(zero, Relation.GREATER, num(0)), num(1)),), num(0))
    for term in (step, 1 / zero, ln(zero), sqrt(zero)):
        with pytest.raises(Undecided):
            enclose(term, {})


def _terms() -> st.SearchStrategy[Term]:
    leaves = st.sampled_from([V, W, num(1), num(2), num("-1/3"), PI])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(lambda a, b: a + b, inner, inner),
            st.builds(lambda a, b: a * b, inner, inner),
            st.builds(Frac, inner, inner),
            st.builds(Pow, inner, st.sampled_from([Fraction(2), Fraction(-1), Fraction(1, 2)])),
            st.builds(Call, st.sampled_from(["exp", "ln", "tanh", "sin", "abs", "erf"]), inner),
        ),
        max_leaves=6,
    )


@settings(max_examples=150, deadline=None, derandomize=True)
@given(_terms(), _terms())
def test_what_is_proved_is_never_contradicted_by_numbers(left: Term, right: Term) -> None:
    for one, other in ((left, right), (derivative(left, V), right), (left, left)):
        _uncontradicted(one, other, decide(one, other))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(_terms())
def test_a_slip_is_never_proved_against_the_numbers(term: Term) -> None:
    for wrong in list(mutants(term))[:12]:
        _uncontradicted(term, wrong, decide(term, wrong))


def _uncontradicted(left: Term, right: Term, found: Decision) -> None:
    if not isinstance(found, Identity):
        return
    met = {at for _, at in found.off}
    for n in range(-3, 4):
        at = {V: Fraction(n, 2), W: Fraction(2 * n + 1, 3)}
        if met & set(at.values()):
            continue
        try:
            one, other = enclose(left, at), enclose(right, at)
        except (Undefined, Undecided):
            continue
        assert one.low <= other.high
        assert other.low <= one.high
