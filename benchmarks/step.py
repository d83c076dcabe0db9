"""Time of one update by the proved rule against the same network written by hand in NumPy.

Run it with `python benchmarks/step.py`.  Both sides run in turns in one process, in float64;
the fastest of the rounds counts.  OMP_NUM_THREADS=1 makes the numbers steadier.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from numeric.lowering import lower
from symbolic.network import Network
from symbolic.topologies import random_dag, shorthand
from symbolic.verification import rule_of

Step = Callable[[], None]
ETA = 0.01


def proved(network: Network, X: Any, D: Any) -> Step:
    """One update by the program that is lowered from the proved rule."""
    program = lower(rule_of(network))
    weights = np.random.default_rng(0).normal(size=len(program.layout.entry)) * 0.1
    state = program.state(len(X), weights, ETA)

    def step() -> None:
        program.run(state, X, D)
        weights[:] += state.corrections

    return step


def by_hand(sizes: tuple[int, ...], softmax: bool, X: Any, D: Any) -> Step:
    """One update as one writes it for exactly this layered network."""
    draw = np.random.default_rng(0)
    W = [draw.normal(size=(a, b)) * 0.1 for a, b in pairwise(sizes)]
    B = [np.zeros(b) for b in sizes[1:]]

    def step() -> None:
        y = [X]
        for n, (w, b) in enumerate(zip(W, B, strict=True)):
            v = y[-1] @ w + b
            if not softmax:
                y.append(1 / (1 + np.exp(-v)))
            elif n < len(W) - 1:
                y.append(np.tanh(v))
            else:
                share = np.exp(v - v.max(axis=1, keepdims=True))
                y.append(share / share.sum(axis=1, keepdims=True))
        delta = (D - y[-1]) / len(X)
        if not softmax:
            delta *= y[-1] * (1 - y[-1])
        for n in reversed(range(len(W))):
            back = delta @ W[n].T
            W[n] += ETA * (y[n].T @ delta)
            B[n] += ETA * delta.sum(axis=0)
            if n:
                delta = back * (1 - y[n] ** 2 if softmax else y[n] * (1 - y[n]))

    return step


def neuron_by_neuron(network: Network, X: Any, D: Any) -> Step:
    """One update of any graph of logistic and tanh neurons: a loop over the neurons, by hand."""
    column = {unit: n for n, unit in enumerate(network.units)}
    rows = [(column[j], np.array([column[i] for i in network.sources[j]])) for j in network.order]
    squash = {column[n.name]: n.activation.name == "tanh" for n in network.neurons}
    draw = np.random.default_rng(0)
    W = [draw.normal(size=len(sources)) * 0.1 for _, sources in rows]
    ends = [column[j] for j in network.outputs]
    y = np.ones((len(X), len(column)))
    y[:, 1 : 1 + X.shape[1]] = X

    def step() -> None:
        for (j, sources), w in zip(rows, W, strict=True):
            v = y[:, sources] @ w
            y[:, j] = np.tanh(v) if squash[j] else 1 / (1 + np.exp(-v))
        back = np.zeros_like(y)
        back[:, ends] = (D - y[:, ends]) / len(X)
        for (j, sources), w in zip(reversed(rows), reversed(W), strict=True):
            out = y[:, j]
            delta = back[:, j] * (1 - out**2 if squash[j] else out * (1 - out))
            back[:, sources] += np.outer(delta, w)
            w += ETA * (delta @ y[:, sources])

    return step


def fastest(steps: tuple[Step, Step], rounds: int = 7, seconds: float = 0.1) -> list[float]:
    """Seconds per update of each side, taken in turns."""
    best = [float("inf")] * 2
    counts = []
    for step in steps:
        step()
        start = time.perf_counter()
        step()
        counts.append(max(1, int(seconds / (time.perf_counter() - start))))
    for _ in range(rounds):
        for n, step in enumerate(steps):
            start = time.perf_counter()
            for _ in range(counts[n]):
                step()
            best[n] = min(best[n], (time.perf_counter() - start) / counts[n])
    return best


def main() -> None:
    """Print the table."""
    draw = np.random.default_rng(1)
    small, digits = shorthand("2-2-1"), shorthand("64-32:tanh-10:softmax")
    graph = random_dag(500, 5000, 2)
    cases: list[tuple[str, Network, int, Callable[[Any, Any], Step]]] = [
        ("2-2-1, batch 4", small, 4, lambda X, D: by_hand((2, 2, 1), False, X, D)),
        ("64-32-10, batch 32", digits, 32, lambda X, D: by_hand((64, 32, 10), True, X, D)),
        ("graph 500/5000, batch 32", graph, 32, lambda X, D: neuron_by_neuron(graph, X, D)),
    ]
    print(f"{'network':<26}{'proved rule':>14}{'by hand':>12}{'ratio':>8}")
    for title, network, batch, hand in cases:
        X = draw.normal(size=(batch, len(network.inputs)))
        D = np.full((batch, len(network.outputs)), 1 / len(network.outputs))
        ours, theirs = fastest((proved(network, X, D), hand(X, D)))
        print(f"{title:<26}{ours * 1e6:>11.1f} µs{theirs * 1e6:>9.1f} µs{ours / theirs:>8.2f}")


if __name__ == "__main__":
    main()
