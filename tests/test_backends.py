"""A machine runs the program in place, quietly, and in the dtype it was lowered for."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from numeric import numpy_backend
from numeric.backends import Machine, builder
from numeric.functions import kernel
from numeric.layout import layout_of
from numeric.lowering import lower
from numeric.numpy_backend import NumpyMachine
from numeric.program import Outer, Product, Sparse
from numeric.trainer import Trainer
from symbolic.activations import ACTIVATIONS, activation
from symbolic.errors import InputError
from symbolic.network import Network
from symbolic.terms import Sign
from symbolic.topologies import layered, random_dag, shorthand
from symbolic.verification import rule_of

GRAPH = random_dag(60, 240, 4, ties=0.1)


def prepared(network: Network, dtype: str, batch: int, size: float = 0.3) -> Machine:
    """A machine with random weights, inputs and targets."""
    draw = np.random.default_rng(0)
    program = lower(rule_of(network), dtype)
    weights = (draw.normal(size=len(program.layout.entry)) * size).astype(dtype)
    machine = builder()(program, batch, weights, 1.0)
    machine.inputs[:] = draw.normal(size=machine.inputs.shape)
    machine.targets[:] = 1 / len(machine.targets)
    machine.learn()
    return machine


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_far_out_nothing_overflows_and_every_number_keeps_its_dtype(name: str, dtype: str) -> None:
    network = layered([3, 4, 2], [activation("tanh"), activation(name)])
    with np.errstate(all="raise", under="ignore"):
        machine = prepared(network, dtype, 5, size=1000.0)
    assert isinstance(machine, NumpyMachine)
    assert machine.corrections.dtype == dtype
    assert np.isfinite(machine.corrections).all()
    assert np.isfinite(machine.letter("y")).all()


@pytest.mark.parametrize("network", [shorthand("30-40:tanh-20:softmax"), GRAPH])
def test_a_run_allocates_next_to_nothing(network: Network) -> None:
    machine = prepared(network, "float64", 2000)
    tracemalloc.start()
    for _ in range(3):
        machine.learn()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 17  # NumPy's own buffer, and no layer of 20 x 2000 numbers


def test_without_the_private_part_of_scipy_the_numbers_are_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usual = prepared(GRAPH, "float64", 7).corrections
    monkeypatch.setattr(numpy_backend, "csr_matvecs", None)
    assert prepared(GRAPH, "float64", 7).corrections == pytest.approx(usual, rel=1e-12)


def test_a_dense_layer_is_one_product_with_its_biases() -> None:
    program = lower(rule_of(shorthand("5-4-3")))
    assert [type(line) for line in program.forward].count(Product) == 2
    assert [type(line) for line in program.backward].count(Product) == 1
    assert [type(line) for line in program.backward].count(Outer) == 2


def test_layers_fed_by_all_before_are_one_product_each() -> None:
    network = shorthand("4-5-5-5")
    synapses = list(network.synapses)
    layers = network.layers
    for n, layer in enumerate(layers[2:], start=2):
        for before in layers[: n - 1]:
            synapses += (type(synapses[0])(j, i, f"s_{j}_{i}") for j in layer for i in before)
    skipping = Network(
        network.inputs, network.neurons, network.outputs, tuple(synapses), network.cost
    )
    program = lower(rule_of(skipping))
    kinds = [type(line) for line in program.forward]
    assert kinds.count(Product) == 3
    assert Sparse not in kinds
    assert layout_of(skipping).ones == (0,)


def test_a_kernel_may_write_over_what_it_reads() -> None:
    y, s = Sign("y"), Sign("s")
    made = kernel(s * (y * (1 - y) + s), ("y", "s"))
    a, b = np.array([0.25, 0.5]), np.array([2.0, 3.0])
    expected = b * (a * (1 - a) + b)
    temporaries = [np.empty(2) for _ in range(made.temporaries)]
    made.run(a, b, *temporaries, b)
    assert b == pytest.approx(expected, rel=1e-15)


def test_an_unknown_backend_is_refused() -> None:
    with pytest.raises(InputError, match="no backend 'numpi'"):
        Trainer(rule_of(shorthand("2-1")), backend="numpi")
