"""Time of one update by compiled code of the proved rule, against every peer that is installed.

Run from the root of the checkout:
  OMP_NUM_THREADS=1 python -m benchmarks.trainer [--rounds N] [NAME …]

All sides train the same network from the same weights on the same batches, w += η/N Σ_ξ δ_j y_i
with the cost 1/(2N) Σ (d - y)², in one process and by turns; a ratio is the median over the rounds
of their time of the processor divided by ours in that round.  `err` is the largest difference of
the weights, after one pass over the batches, from a plain float64 loop, in parts of the largest
change.  Peers: NumPy/SciPy by hand (with `out=`), JAX (one jitted scan over the batches), PyTorch
(the rule by hand, without its graph; and `eager`, with it); NumPy's BLAS for the bare matrix
products of an update (`products`); for one sample at a time CasADi's C and FANN.  A peer that is
not here is left out.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import expit

from benchmarks.graphs import jax_graph, scipy_graph, torch_graph
from benchmarks.layers import (
    bare_products,
    jax_layers,
    numpy_layers,
    torch_eager,
    torch_layers,
)
from benchmarks.peers import more_peers
from benchmarks.step import edges
from benchmarks.work import ETA, Side, Work
from numeric.backends import prepared
from numeric.layout import layout_of
from numeric.lowering import lower
from symbolic.activations import activation
from symbolic.costs import cost
from symbolic.network import BIAS, Network, Neuron, Synapse
from symbolic.topologies import layered
from symbolic.verification import rule_of

# the sides ------------------------------------------------------------------------------------


def ours(work: Work) -> Side:
    """Compiled code of the proved rule."""
    kind = str(work.X.dtype)
    program = lower(rule_of(work.network), kind)
    weights = work.start.copy()
    machine = prepared(program, "native")(program, work.batch, weights, ETA)
    count = len(work.X)
    X = np.ascontiguousarray(work.X.reshape(count * work.batch, -1))
    order = [work.network.outputs.index(j) for j in program.layout.outputs]
    D = np.ascontiguousarray(work.D.reshape(count * work.batch, -1)[:, order])
    seen = np.empty(D.T.shape, kind), np.empty(D.T.shape, kind)
    run = getattr(machine, "epoch")  # noqa: B009 - the protocol of backends has it for native alone
    return Side(lambda: run(X, D, None, 0, count, *seen), lambda: weights)


def reference(work: Work) -> Any:
    """The weights after one pass, neuron by neuron in float64."""
    layout = layout_of(work.network)
    to, source, _ = edges(layout)
    begins = np.searchsorted(to, np.arange(layout.rows + 1))
    rows = [layout.row[j] for j in work.network.order]
    weights = work.start.astype(np.float64)
    outputs = [layout.row[j] for j in work.network.outputs]
    for X, D in zip(work.X.astype(np.float64), work.D.astype(np.float64), strict=True):
        y = np.ones((layout.rows, work.batch))
        y[1 : 1 + X.shape[1]] = X.T
        for j in rows:
            part = slice(begins[j], begins[j + 1])
            y[j] = expit(weights[part] @ y[source[part]])
        back, change = np.zeros_like(y), np.zeros_like(weights)
        back[outputs] = (D.T - y[outputs]) * (ETA / work.batch)
        for j in reversed(rows):
            part = slice(begins[j], begins[j + 1])
            delta = back[j] * y[j] * (1 - y[j])
            np.add.at(back, source[part], np.outer(weights[part], delta))
            change[part] = y[source[part]] @ delta
        weights += change
    return weights


# the workloads --------------------------------------------------------------------------------


def graph(levels: int, width: int, fan: int, inputs: int) -> Network:
    """A random graph of logistic neurons: each reads `fan` units of any level before it."""
    draw = np.random.default_rng(7)
    names = [f"x{n}" for n in range(inputs)]
    neurons: list[Neuron] = []
    synapses: list[Synapse] = []
    logistic = activation("logistic")
    before, level = list(names), list(names)
    for depth in range(levels):
        fresh = [f"n{depth}_{m}" for m in range(width)]
        for j in fresh:
            sources = {level[int(draw.integers(len(level)))]}
            while len(sources) < fan - 1:
                sources.add(before[int(draw.integers(len(before)))])
            neurons.append(Neuron(j, logistic, None, ""))
            ordered = (BIAS, *sorted(sources))
            synapses += [Synapse(j, i, f"w_{j}_{i}") for i in ordered]
        before, level = before + fresh, fresh
    read = {s.source for s in synapses}
    outputs = tuple(n.name for n in neurons if n.name not in read)
    used = tuple(name for name in names if name in read)
    return Network(used, tuple(neurons), outputs, tuple(synapses), cost("squared_error"))


def skips(width: int, count: int) -> Network:
    """Layers of one width, each fed by all units before it."""
    draw = layered([width] * (count + 1), activation("logistic"))
    synapses = []
    for n, layer in enumerate(draw.layers[1:], start=1):
        for j in layer:
            sources = [BIAS, *(i for before in draw.layers[:n] for i in before)]
            synapses += [Synapse(j, i, f"w_{j}_{i}") for i in sources]
    return Network(draw.inputs, draw.neurons, draw.outputs, tuple(synapses), draw.cost)


def layers(*sizes: int) -> tuple[Callable[[], Network], tuple[int, ...]]:
    """A layered logistic network."""
    return lambda: layered(list(sizes), activation("logistic")), sizes


WORK: dict[str, tuple[str, Callable[[], Network], tuple[int, ...], int, int]] = {
    # name: title, network, layers, batch, number of batches
    "xor": ("2-2-1, online", *layers(2, 2, 1), 1, 1000),
    "digits1": ("64-32-10, online", *layers(64, 32, 10), 1, 1797),
    "digits32": ("64-32-10, batch 32", *layers(64, 32, 10), 32, 56),
    "digits": ("64-32-10, batch 1797", *layers(64, 32, 10), 1797, 4),
    "mnist": ("784-512-256-10, batch 128", *layers(784, 512, 256, 10), 128, 4),
    "graph1": ("graph 500/5000, online", lambda: graph(50, 10, 10, 64), (), 1, 200),
    "graph64": ("graph 500/5000, batch 64", lambda: graph(50, 10, 10, 64), (), 64, 8),
    "big": ("graph 10000/200000, batch 32", lambda: graph(50, 200, 20, 784), (), 32, 2),
    "skips": ("8 layers of 64, all skips, batch 64", lambda: skips(64, 8), (), 64, 8),
    "deep": ("40 layers of 16, batch 8", *layers(*[16] * 41), 8, 16),
}


def work_of(name: str, dtype: str) -> Work:
    """A workload with its weights and samples in this dtype."""
    title, make, sizes, batch, count = WORK[name]
    network = make()
    draw = np.random.default_rng(1)
    fan = max(len(units) for units in network.sources.values())
    start = (draw.normal(size=len(layout_of(network).entry)) / fan**0.5).astype(dtype)
    X = draw.uniform(0, 1, size=(count, batch, len(network.inputs))).astype(dtype)
    D = draw.uniform(0.1, 0.9, size=(count, batch, len(network.outputs))).astype(dtype)
    return Work(title, network, sizes, batch, X, D, start)


def peers(work: Work) -> dict[str, Callable[[Work], Side]]:
    """Who can do this work here."""
    both = {"numpy": numpy_layers} if work.dense else {"scipy": scipy_graph}
    if importlib.util.find_spec("jax") is not None:
        both["jax"] = jax_layers if work.dense else jax_graph
    if importlib.util.find_spec("torch") is not None:
        both |= (
            {"torch": torch_layers, "eager": torch_eager} if work.dense else {"torch": torch_graph}
        )
    if work.dense and work.batch > 1:
        both["products"] = bare_products
    return {**both, **more_peers(work)}


def measured(sides: dict[str, Side], rounds: int, least: float) -> dict[str, list[float]]:
    """Seconds of one pass of each side in each round; the order turns round by round."""
    counts: dict[str, int] = {}
    for name, side in sides.items():
        begin = time.process_time()
        side.run()
        counts[name] = max(1, round(least / max(1e-9, time.process_time() - begin)))
    times: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(rounds):
        for name in list(sides)[:: 1 if turn % 2 else -1]:
            begin = time.process_time()
            for _ in range(counts[name]):
                sides[name].run()
            times[name].append((time.process_time() - begin) / counts[name])
    return times


def main() -> None:
    """Print a line for each workload, dtype and peer."""
    reading = argparse.ArgumentParser(description="One update: compiled, against every peer.")
    reading.add_argument("names", nargs="*", choices=[[], *WORK], help="workloads; none: all")
    reading.add_argument("--rounds", type=int, default=9)
    given = reading.parse_args()
    if importlib.util.find_spec("jax") is not None:
        import jax

        jax.config.update("jax_enable_x64", True)
    named = ("jax", "torch", "casadi")
    missing = [name for name in named if importlib.util.find_spec(name) is None]
    if missing:
        print(f"not installed, so not compared: {', '.join(missing)}")
    print(f"{'workload':<37}{'dtype':<9}{'ours, µs':>9}  {'err':>6}  peer: time / ours (err)")
    for name in given.names or WORK:
        for dtype in ("float32", "float64"):
            work = work_of(name, dtype)
            right = reference(work)
            change = np.abs(right - work.start).max()
            sides, errors = {}, {}
            for who, make in {"ours": ours, **peers(work)}.items():
                sides[who] = make(work)
                sides[who].run()
                found = sides[who].weights()
                if found is not None:
                    errors[who] = float(np.abs(found - right).max() / change)
            times = measured(sides, given.rounds, 0.03)
            mine = statistics.median(times["ours"]) / len(work.X) * 1e6
            line = f"{work.title:<37}{dtype:<9}{mine:>9.3f}  {errors['ours']:>6.0e}  "
            for who in sides:
                if who != "ours":
                    pairs = zip(times[who], times["ours"], strict=True)
                    ratio = statistics.median(a / b for a, b in pairs)
                    line += f"{who} {ratio:.2f}"
                    line += f" ({errors[who]:.0e})  " if who in errors else "  "
            print(line, flush=True)


if __name__ == "__main__":
    main()
