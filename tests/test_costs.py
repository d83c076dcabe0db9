"""The cost table: every slope is proved, and a user's own cost is differentiated."""

from dataclasses import replace

import pytest

from symbolic.costs import COSTS, Cost, cost, own, verify
from symbolic.errors import InputError
from symbolic.fields import Counterexample, Identity
from symbolic.terms import Call, Sign, num

D, Y, E = Sign("d"), Sign("y"), Sign("e")


@pytest.mark.parametrize("name", COSTS)
def test_every_cost_is_listed_with_its_true_slope(name: str) -> None:
    assert verify(cost(name)) == Identity()


@pytest.mark.parametrize("name", COSTS)
def test_a_slope_with_the_wrong_sign_or_size_is_refuted(name: str) -> None:
    row = cost(name)
    for wrong in (-row.slope, 2 * row.slope, row.slope + num("1e-12")):
        assert isinstance(verify(replace(row, slope=wrong)), Counterexample)


def test_without_logistic_outputs_the_cross_entropy_says_what_it_needs() -> None:
    found = verify(replace(cost("cross_entropy"), outputs=""))
    assert isinstance(found, Identity)
    assert {need.relation for need in found.requires} == {"≠", ">"}


def test_a_cost_of_ones_own_gets_its_derivative() -> None:
    quartic = own("quartic", num("1/4") * E**4, "e⁴/4")
    assert isinstance(quartic, Cost)
    assert verify(quartic) == Identity()
    assert verify(replace(quartic, slope=-(E**3))) == Identity()
    assert isinstance(verify(replace(quartic, slope=E**3)), Counterexample)


def test_a_cost_reads_d_y_and_e_and_nothing_else() -> None:
    with pytest.raises(InputError, match="reads 'v'"):
        own("odd", Sign("v") * Y)
    with pytest.raises(InputError, match="does not read y"):
        own("deaf", D**2)


def test_an_unknown_cost_is_met_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match="Did you mean 'squared_error'"):
        cost("square_error")


def test_the_log_cosh_cost_is_proved() -> None:
    row = own("log cosh", Call("ln", Call("cosh", D - Y)))
    assert verify(replace(row, slope=-Call("tanh", D - Y))) == Identity()
