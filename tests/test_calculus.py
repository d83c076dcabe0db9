"""Derivatives: the table against power series, the rules against the book."""

from fractions import Fraction

import flint
import pytest

from symbolic.calculus import FUNCTIONS, derivative
from symbolic.enclosure import enclose
from symbolic.terms import Call, Cases, Condition, Phi, Relation, Sign, num
from tests.oracle import jet

V, W = Sign("v"), Sign("w")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_of_the_table_has_the_slope_of_its_power_series(name: str) -> None:
    for at in (Fraction(1, 3), Fraction(7, 4)):
        value = enclose(derivative(Call(name, V), V), {V: at})
        with flint.ctx.workprec(200):
            series = jet(Call(name, V), {V: at}, V)[1]
            low, high = (flint.arb(flint.fmpq(x.numerator, x.denominator)) for x in _ends(value))
            assert low <= series.upper()
            assert series.lower() <= high


def _ends(value: object) -> tuple[Fraction, Fraction]:
    return value.low, value.high  # type: ignore[attr-defined]


def test_derivatives_read_well() -> None:
    assert derivative(V**2, V) == 2 * V
    assert derivative(3 * V + W, V) == num(3)
    assert derivative(W * V, V) == W
    assert derivative(Call("exp", W * V), V) == W * Call("exp", W * V)
    assert derivative(V / 2, V) == num("1/2")
    assert derivative(Call("ln", V), V) == 1 / V
    assert derivative(V * Call("exp", V), V) == Call("exp", V) + V * Call("exp", V)


def test_pieces_are_differentiated_one_by_one_under_the_same_conditions() -> None:
    guard = Condition(V, Relation.GREATER, num(0))
    assert derivative(Cases(((guard, V**2),), 3 * V), V) == Cases(((guard, 2 * V),), num(3))


def test_the_opaque_phi_is_no_elementary_term() -> None:
    with pytest.raises(TypeError, match="Phi is no elementary term"):
        derivative(Phi("h", 0, V), V)
