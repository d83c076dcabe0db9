"""`derive` gives the written results and SymPy expressions that agree with the recursive rule."""

from __future__ import annotations

import pytest
import sympy as sp

from symbolic import derive, shorthand
from symbolic.derived import MOST_NEURONS
from symbolic.errors import InputError
from symbolic.spec import parse
from symbolic.terms import Sign
from symbolic.topologies import chain
from symbolic.verdicts import Proved

TIED = """name = "tied"
inputs = ["x"]
outputs = ["o"]
activation = "tanh"
bias = false
[neurons.N]
from = { x = "s" }
[neurons.E]
from = { N = "s" }
[neurons.o]
from = { E = "w_s", N = "lambda" }
"""


@pytest.mark.parametrize("text", ["2-2-1", "1-2:softmax", "2-2:gelu-1:identity"])
def test_every_correction_is_eta_times_the_direct_derivative(text):
    found = derive(shorthand(text))
    assert isinstance(found.checked.verdict, Proved)
    n, eta = sp.Symbol("N", positive=True), sp.Symbol("eta", positive=True)
    at = {s: sp.Rational(k + 1, 7) for k, s in enumerate(sorted(found.cost.free_symbols, key=str))}
    for weight, correction in found.correction.items():
        direct = -eta * found.cost.diff(sp.Symbol(weight, real=True)) / n
        gap = (direct - correction).subs({n: 2, eta: 3, **at})
        assert abs(sp.N(gap, 30)) < 1e-25
    assert set(found.local_gradient) == {neuron.name for neuron in found.network.neurons}


def test_names_that_mean_something_in_sympy_are_plain_symbols():
    found = derive(parse(TIED))
    names = {symbol.name for symbol in found.cost.free_symbols}
    assert names == {"y_x", "d_o", "w_s", "w_w_s", "w_lambda"}  # w_s is the weight s, shared
    assert set(found.local_gradient) == {"N", "E", "o"}


def test_the_equations_are_the_results_as_written():
    found = derive(parse(TIED))
    lefts = [claim.left for claim, _ in found.equations]
    assert {left.letter for left in lefts if isinstance(left, Sign)} == {"delta", "dw"}
    covered = [member for claim, family in found.equations for member in family.members]
    assert ("s",) in covered
    assert ("N",) in covered


def test_a_network_too_large_for_one_expression_is_refused_at_once():
    for network in (shorthand("20-20-20-20-1"), chain(1000)):
        found = derive(network)
        assert found.equations
        with pytest.raises(InputError, match="One SymPy expression holds up to"):
            _ = found.cost


@pytest.mark.slow
def test_the_deepest_network_allowed_is_differentiated():
    assert len(derive(chain(MOST_NEURONS)).correction) == MOST_NEURONS
