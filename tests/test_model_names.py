"""A rule that speaks of the derivative by another given array, with a name for it or without."""

from __future__ import annotations

from symbolic.adjoint_checks import Proved, Unproved, check
from symbolic.arrays import Definition, Given, Multiplier, Program, Rule
from symbolic.indexed import Get, Mul, Opaque


def program() -> Program:
    """z = w x + b, cost f(z); g is the derivative by b."""
    given = tuple(map(Given, ("x", "w", "b"), ((), (), ())))
    z = Definition("z", (), Get("w") * Get("x") + Get("b"))
    return Program(given, (z,), Opaque("f", (), (Get("z"),)), (Multiplier("b", "g"),))


def test_the_derivative_by_a_weight_is_that_by_the_bias_times_the_input() -> None:
    assert isinstance(check(program(), Rule("w", (), Mul((Get("x"), Get("g"))))), Proved)


def test_times_the_weight_it_is_not() -> None:
    assert isinstance(check(program(), Rule("w", (), Mul((Get("w"), Get("g"))))), Unproved)
