"""The NumPy functions of the tables: finite and quiet far out, and true to their slopes."""

from __future__ import annotations

import numpy as np
import pytest

from numeric.functions import function
from numeric.trainer import Trainer, one_hot
from symbolic.activations import ACTIVATIONS, activation
from symbolic.costs import cost
from symbolic.topologies import layered, shorthand
from symbolic.verification import rule_of

ROWS = [name for name, row in ACTIVATIONS.items() if not row.group]
FAR = [-1000.0, -120.0, -90.0, -40.0, -0.0, 0.0, 40.0, 90.0, 120.0, 1000.0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ROWS)
def test_far_out_every_activation_is_finite_and_nothing_is_reported(name: str, dtype: type) -> None:
    row = activation(name)
    assert row.slope is not None
    v = np.array(FAR, dtype=dtype)
    with np.errstate(all="raise"):
        y = function(row.phi, ("v",))(v)
        slope = function(row.slope, ("v", "y"))(v, y)
    assert y.dtype == slope.dtype == dtype
    assert np.isfinite(y).all()
    assert np.isfinite(slope).all()


@pytest.mark.parametrize("name", ROWS)
def test_the_slope_is_the_central_difference(name: str) -> None:
    row = activation(name)
    assert row.slope is not None
    phi = function(row.phi, ("v",))
    v = np.linspace(-4, 4, 80)  # no kink on the grid
    slope = function(row.slope, ("v", "y"))(v, phi(v))
    assert slope == pytest.approx((phi(v + 1e-6) - phi(v - 1e-6)) / 2e-6, abs=1e-8)


NETS = {
    "softmax": shorthand("3-4:tanh-3:softmax"),
    "relu": shorthand("3-5:relu-2:identity"),
    "mixed": shorthand("3-4:gelu-4:elu-3:silu-2:tanh(1.7159,2/3)"),
    "logistic cross-entropy": layered([3, 4, 2], activation("logistic"), cost("cross_entropy")),
}


@pytest.mark.parametrize("name", NETS)
def test_the_gradient_is_minus_the_central_difference_of_the_cost(name: str) -> None:
    trainer = Trainer(rule_of(NETS[name]), seed=3)
    draw = np.random.default_rng(4)
    X = draw.normal(size=(6, 3))
    width = len(NETS[name].outputs)
    D = one_hot(draw.integers(width, size=6), width, 0.1 if width == 2 else 0.0, 0.9)
    D /= D.sum(axis=1, keepdims=True)
    found, start = trainer.gradient(X, D), trainer.weights
    for weight, value in start.items():
        ends = []
        for step in (1e-6, -1e-6):
            trainer.set_weights({weight: value + step})
            ends.append(trainer.cost(X, D))
        trainer.set_weights({weight: value})
        assert found[weight] == pytest.approx((ends[1] - ends[0]) / 2e-6, abs=2e-8), weight


@pytest.mark.parametrize("name", NETS)
def test_float32_follows_float64(name: str) -> None:
    rule = rule_of(NETS[name])
    X, D = np.eye(3), np.full((3, len(NETS[name].outputs)), 1 / len(NETS[name].outputs))
    exact, near = (Trainer(rule, dtype).gradient(X, D) for dtype in ("float64", "float32"))
    assert Trainer(rule, "float32").predict(X).dtype == np.float32
    assert near == pytest.approx(exact, abs=2e-6)


@pytest.mark.parametrize("name", ["softmax", "logistic cross-entropy"])
def test_a_saturated_output_still_learns(name: str) -> None:
    network = NETS[name]
    trainer = Trainer(rule_of(network))
    first = network.outputs[0]
    bias = network.weight_of[first, "0"]
    trainer.set_weights({bias: 2000.0})
    D = np.zeros((1, len(network.outputs)))
    D[0, 1] = 1
    assert trainer.cost(np.zeros((1, 3)), D) == pytest.approx(2000, rel=0.01)
    assert trainer.gradient(np.zeros((1, 3)), D)[bias] == pytest.approx(-1)
