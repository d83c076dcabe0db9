"""How soon a network is ready to train, and the memory that compiled training takes.

Run from the root of the checkout: python -m benchmarks.ready
Seconds of the processor from the proved rule to the end of the first update, everything compiled
and audited before; bytes that are held in parts of the weights and signals (v, y, δ and what else
the program keeps for each sample).
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import numpy as np

from benchmarks.trainer import graph
from numeric.native.machine import NativeMachine
from numeric.trainer import Trainer
from symbolic.activations import activation
from symbolic.network import Network
from symbolic.rules import Rule
from symbolic.topologies import layered, random_dag
from symbolic.verification import rule_of

BATCH = 32
NETWORKS: dict[str, Callable[[], Network]] = {
    "784-512-256-10": lambda: layered([784, 512, 256, 10], activation("logistic")),
    "10,000 neurons in 50 levels": lambda: graph(50, 200, 20, 784),
    "10,000 neurons, as many levels": lambda: random_dag(10_000, 200_000, seed=1),
    "a chain of 10,000": lambda: layered([1] * 10_001, activation("tanh")),
}


def ready(rule: Rule, dtype: str) -> float:
    """Seconds to the end of the first update."""
    network = rule.network
    X, D = np.zeros((BATCH, len(network.inputs))), np.full((BATCH, len(network.outputs)), 0.5)
    begin = time.process_time()
    Trainer(rule, dtype, backend="native").fit(X, D, epochs=1)
    return time.process_time() - begin


def held(rule: Rule, dtype: str) -> float:
    """Bytes of a machine and its weights over those of weights and signals."""
    program = Trainer(rule, dtype, backend="native").program
    weights = np.zeros(len(program.layout.entry), dtype)
    tracemalloc.start()
    machine = NativeMachine(program, BATCH, weights, 0.1)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    signals = sum(b.size for b in program.buffers if b.sampled) * BATCH * weights.itemsize
    assert machine.corrections.nbytes < taken
    return (taken + weights.nbytes) / (weights.nbytes + signals)


def main() -> None:
    """Print a line for each network and dtype."""
    print(f"{'network':<32}{'dtype':<9}{'ready, s':>9}{'memory':>8}")
    for title, make in NETWORKS.items():
        rule = rule_of(make())
        for dtype in ("float32", "float64"):
            ready(rule, dtype)
            print(f"{title:<32}{dtype:<9}{ready(rule, dtype):>9.2f}{held(rule, dtype):>8.2f}")


if __name__ == "__main__":
    main()
