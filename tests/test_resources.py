"""What a training process takes: one pool of BLAS threads, and memory of the size of its arrays."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from benchmarks.trainer import graph
from numeric.lowering import lower
from numeric.native import compiler
from numeric.native.machine import NativeMachine
from symbolic.network import Network
from symbolic.topologies import shorthand
from symbolic.verification import rule_of

needs_compiler = pytest.mark.skipif(compiler.compiler() is None, reason="no C compiler here")
TRAINS = """
import sys
import numpy as np
from numeric.trainer import Trainer
from symbolic.topologies import random_dag, shorthand
from symbolic.verification import rule_of

for network in (shorthand("30-40:tanh-20:softmax"), random_dag(40, 200, 2)):
    X, D = np.full((8, len(network.inputs)), 0.3), np.full((8, len(network.outputs)), 0.05)
    trainer = Trainer(rule_of(network), backend=sys.argv[1])
    trainer.fit(X, D, 3, 4, progress=False)
    trainer.predict(X), trainer.cost(X, D)
"""


def said(backend: str, then: str) -> str:
    """What `then` prints in a process that has trained a dense network and a graph."""
    command = [sys.executable, "-c", TRAINS + then, backend]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@needs_compiler
def test_compiled_training_has_one_pool_of_blas_threads() -> None:
    pytest.importorskip("threadpoolctl")
    pools = "import threadpoolctl as t; print([p['user_api'] for p in t.threadpool_info()])"
    assert said("native", pools) == "['blas']"  # that of NumPy, which comes with it


def test_training_by_numpy_never_calls_the_blas_of_scipy() -> None:
    loaded = "print([name for name in sys.modules if name.startswith('scipy.linalg')])"
    assert said("numpy", loaded) == "[]"  # the one way to it from Python


@needs_compiler
@pytest.mark.parametrize(
    ("network", "batch"),
    [
        (shorthand("784-100:tanh-40:tanh-10:softmax"), 128),
        (shorthand("64-32:tanh-10:softmax"), 1797),
        (graph(20, 25, 10, 64), 64),
    ],
)
def test_compiled_training_takes_twice_the_weights_and_activations_at_most(
    network: Network, batch: int
) -> None:
    program = lower(rule_of(network), "float32")
    weights = np.zeros(len(program.layout.entry), np.float32)
    NativeMachine(program, batch, weights, 0.1)  # what is compiled and cached stays
    tracemalloc.start()
    machine = NativeMachine(program, batch, weights, 0.1)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    activations = sum(b.size for b in program.buffers if b.sampled) * batch * weights.itemsize
    assert machine.corrections.nbytes < held  # NumPy's arrays are counted
    assert held + weights.nbytes <= 2 * (weights.nbytes + activations)
