"""The activation table: every row is proved, and more than a thousand slips are caught."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import flint
import pytest

from symbolic.activations import (
    ACTIVATIONS,
    Activation,
    Kink,
    activation,
    own,
    verify,
    verify_symbolic,
)
from symbolic.errors import InputError
from symbolic.fields import Counterexample, Identity
from symbolic.terms import Call, Cases, Condition, Num, Relation, Sign, Term, num, replaced, walk
from symbolic.verdicts import Open
from tests.mutants import mutants
from tests.oracle import jet

V, Y = Sign("v"), Sign("y")
EXP = Call("exp", V)
SIGMA = 1 / (1 + Call("exp", -V))
INSTANCES = (
    *(activation(name) for name in ACTIVATIONS if name != "softmax"),
    activation("logistic", a="3/2"),
    activation("tanh", a="1.7159", b="2/3"),
    activation("leaky_relu", slope="1/5"),
    activation("elu", alpha=2),
)
DERIVED = tuple(  # the same functions with the slope that `calculus` writes
    own(name, activation(name).phi) for name in ("logistic", "tanh", "silu", "gelu", "softsign")
)
POSITIVE = Condition(V, Relation.GREATER, num(0))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_is_listed_with_its_true_slope(name: str) -> None:
    row = activation(name)
    assert verify(row) == Identity((), tuple((V, kink.at) for kink in row.kinks))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_row_holds_for_every_value_of_its_parameters(name: str) -> None:
    found = verify_symbolic(name)
    assert isinstance(found, Identity)
    assert found.requires == ()


@pytest.mark.parametrize("row", INSTANCES, ids=lambda row: row.name)
def test_the_series_of_phi_agrees_with_the_written_slope(row: Activation) -> None:
    assert _truly_the_slope(row.phi, row.slope)


def _truly_the_slope(phi: Term, slope: Term | None) -> bool:
    """An independent check: the second coefficient of the series of φ, in 400 bits."""
    assert slope is not None
    written = replaced(slope, {Y: phi})
    with flint.ctx.workprec(400):
        for text in ("-37/13", "-5/17", "3/19", "23/29", "41/11"):
            at = {V: Fraction(text)}
            try:
                gap = jet(phi, at, V)[1] - jet(written, at, V)[0]
            except (ValueError, ZeroDivisionError):
                return False
            if not gap.contains(0):
                return False
    return True


@pytest.mark.slow
def test_no_slip_in_any_row_is_ever_proved() -> None:
    count: Counter[str] = Counter()
    for row in INSTANCES + DERIVED:
        assert row.slope is not None
        for wrong in dict.fromkeys(mutants(row.slope)):
            found = verify(replace(row, slope=wrong))
            if isinstance(found, Identity):
                assert _truly_the_slope(row.phi, wrong), (row.name, wrong)
            elif isinstance(found, Counterexample):
                assert found.left.high < found.right.low or found.right.high < found.left.low
            count[type(found).__name__] += 1
    assert count.total() >= 1000
    assert count == COUNT


# Of the proved, every one is a slip that changes nothing, such as (-v)² for v²; the open ones have
# no value anywhere, such as √(-2), or a condition that changes sign at no rational point.
COUNT = {"Counterexample": 1450, "Identity": 57, "Open": 16}


def _typo(name: str, slope: Term) -> None:
    assert isinstance(verify(replace(activation(name), slope=slope)), Counterexample)


def test_the_typos_found_in_print_are_refuted() -> None:
    _typo("tanh", 1 - Y)
    _typo("tanh", (Call("exp", 2 * V) - 1) / (Call("exp", 2 * V) + 1))
    _typo("logistic", Y * (1 + Y))
    _typo("silu", Y * (1 - Y))
    _typo("gelu", num("1/2") * (1 + Call("erf", V / Call("sqrt", num(2)))))
    _typo("tanh", (1 - Y) * (1 + Y) + num("1e-12"))


def _mish(last: int) -> Activation:
    """Misra's Mish with the slope of the paper, whose ω ends in exp(v)(4v + 6)."""
    omega = 4 * (V + 1) + 4 * Call("exp", 2 * V) + Call("exp", 3 * V) + EXP * (4 * V + last)
    delta = 2 * EXP + Call("exp", 2 * V) + 2
    return own("mish", V * Call("tanh", Call("ln", 1 + EXP)), EXP * omega / delta**2)


def test_the_published_slope_of_mish_is_proved_and_with_one_typo_refuted() -> None:
    assert verify(_mish(6)) == Identity()
    assert isinstance(verify(_mish(5)), Counterexample)


def test_functions_of_ones_own_get_their_derivative() -> None:
    for phi in (
        V * SIGMA,
        Call("ln", Call("cosh", V)),
        V + Call("sin", V) ** 2,
        V / Call("sqrt", 1 + V**2),
        Call("tanh", Call("arctan", V)),
    ):
        assert verify(own("mine", phi)) == Identity()


def test_a_kink_is_found_with_the_slope_that_the_formula_uses_there() -> None:
    hard = Cases(
        (
            (Condition(V, Relation.LESS, num(-1)), num(-1)),
            (Condition(V, Relation.GREATER, num(1)), num(1)),
        ),
        V,
    )
    row = own("hard tanh", hard)
    assert row.kinks == (Kink(Fraction(-1), Fraction(1)), Kink(Fraction(1), Fraction(1)))
    assert verify(row) == Identity((), ((V, Fraction(-1)), (V, Fraction(1))))


def test_pieces_that_join_smoothly_make_no_kink() -> None:
    assert own("half parabola", Cases(((POSITIVE, V**2),), num(0))).kinks == ()
    assert activation("elu").kinks == () != activation("elu", alpha=2).kinks


def test_the_wrong_slope_at_a_smooth_joint_is_refuted_there() -> None:
    phi = Cases(((POSITIVE, V**2),), num(0))
    at_zero = Condition(V, Relation.EQUAL, num(0))
    found = verify(own("parabola", phi, Cases(((at_zero, num(7)), (POSITIVE, 2 * V)), num(0))))
    assert isinstance(found, Counterexample)
    assert found.at == {V: 0}


def test_a_kink_that_is_not_listed_leaves_the_claim_open() -> None:
    assert isinstance(verify(replace(activation("relu"), kinks=())), Open)


def test_a_jump_of_phi_is_an_error_that_says_where() -> None:
    with pytest.raises(InputError, match="not continuous at v = 0"):
        own("step", Cases(((POSITIVE, num(1)),), num(0)))


def test_phi_reads_v_only() -> None:
    with pytest.raises(InputError, match="reads 'x'"):
        own("strange", Sign("x") * V)


def test_unknown_names_and_parameters_are_met_with_the_nearest_one() -> None:
    with pytest.raises(InputError, match="Did you mean 'leaky_relu'"):
        activation("leaky_rely")
    with pytest.raises(InputError, match="no parameter 'alpa'"):
        activation("elu", alpa=1)
    with pytest.raises(InputError, match="must be > 0"):
        activation("logistic", a=-1)
    with pytest.raises(InputError, match="is no number"):
        activation("logistic", a="one")


def test_floats_never_enter() -> None:
    with pytest.raises(InputError, match="must be exact"):
        activation("logistic", a=0.1)  # type: ignore[arg-type]
    for row in INSTANCES:
        for term in (row.phi, row.slope):
            assert term is not None
            numbers = [part.value for part in walk(term) if isinstance(part, Num)]
            assert all(type(value) is Fraction for value in numbers)


def test_a_parameter_of_one_is_not_written() -> None:
    assert activation("tanh").phi == Call("tanh", V)
    assert activation("logistic").slope == Y * (1 - Y)
    assert activation("tanh").slope == (1 - Y) * (1 + Y)
