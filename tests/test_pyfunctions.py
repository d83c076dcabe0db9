"""A user's Python function is read from its source, never run for reading."""

import math

import pytest

from symbolic.activations import verify
from symbolic.costs import verify as verify_cost
from symbolic.errors import InputError
from symbolic.fields import Identity
from symbolic.pyfunctions import activation_from, cost_from, read_source


def swish(v: float) -> float:
    """My own activation."""
    s = 1 / (1 + math.exp(-v))
    return v * s


def leaky(v: float) -> float:
    if v > 0:
        return v
    return 0.25 * v


def quartic(d: float, y: float) -> float:
    gap = d - y
    return gap**4 / 4


@pytest.mark.parametrize("function", [swish, leaky])
def test_the_slope_of_a_users_function_is_derived_and_proved(function):
    activation = activation_from(function)
    assert isinstance(verify(activation), Identity)
    assert "def " in activation.written


def test_a_kink_of_a_users_function_is_found():
    assert [kink.at for kink in activation_from(leaky).kinks] == [0]


def test_a_users_cost_has_a_proved_slope():
    assert isinstance(verify_cost(cost_from(quartic)), Identity)


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("def f(v):\n    import os\n    return v", "Import statement"),
        ("def f(v):\n    return __import__('os').getcwd()", "no known function"),
        ("def f(v):\n    return tahn(v)", "Did you mean 'tanh'?"),
        ("def f(v):\n    for i in v:\n        pass", "For statement"),
        ("def f(v):\n    return v ** v", "exponent"),
        ("def f(v, w):\n    return v", "just 1 plain"),
        ("def f(v):\n    if v > 0:\n        return v", "returns a value"),
        ("def f(v):\n    return True", "truth value"),
        ("def f(v):\n    return v[0]", "no elementary expression"),
    ],
)
def test_what_is_no_elementary_function_is_refused_with_its_line(source, what):
    with pytest.raises(InputError, match=what.replace("?", r"\?")):
        read_source(source, ("v",))


def test_a_function_that_is_not_what_its_source_says_is_refused():
    def shadowed(v: float) -> float:
        return exp(v)

    exp = math.sinh
    with pytest.raises(InputError, match="not what it computes"):
        activation_from(shadowed)


def test_decimals_are_exact():
    assert "Fraction(1, 10)" in repr(read_source("def f(v):\n    return 0.1 * v", ("v",)))


@pytest.mark.parametrize(
    "body",
    [
        "".join(f"    a{k + 1} = a{k} * a{k}\n" for k in range(40)) + "    return a40",
        "".join(f"    if v > {k}:\n        v = v + 1\n" for k in range(40)) + "    return v",
        "    return " + "v + " * 3000 + "v",
        "    return " + "-" * 3000 + "v",
        "    return (",
    ],
)
def test_a_function_that_would_grow_beyond_measure_is_refused_at_once(body):
    with pytest.raises(InputError):
        read_source(f"def f(v):\n    a0 = v\n{body}\n", ("v",))
