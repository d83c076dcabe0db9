"""Time of one update by the proved rule against the same network written by hand in NumPy/SciPy.

Run it with `OMP_NUM_THREADS=1 python benchmarks/step.py`.  Three sides take turns in one process:
the proved rule; a trainer written as well as one can for just this network (every array exists
beforehand, every call has `out=`, η/N is taken into the outputs' δ); and the same as one usually
writes it.  A ratio is the median over the rounds of the time of our update and theirs in the same
round.  Times are microseconds of the processor.  `gap` is the largest difference of the weights
after three updates, in parts of their largest change.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.sparse import _sparsetools
from scipy.special import expit

from numeric.backends import builder
from numeric.layout import Layout, layout_of
from numeric.lowering import lower
from symbolic.network import Network
from symbolic.topologies import random_dag, shorthand
from symbolic.verification import rule_of

Step = Callable[[], None]
ETA = 0.01
BUILDS = 3
"""How often all sides are built anew, in another order: where arrays lie in memory matters."""
CHUNK = 1 << 15
"""So many numbers are gathered at once for sums over samples."""
SQUASH: dict[str, Any] = {"tanh": np.tanh, "logistic": expit}


@dataclass
class Side:
    """One update, and the weights that it changes, in the order of the layout."""

    step: Step
    weights: Callable[[], Any]


def proved(network: Network, start: Any, X: Any, D: Any) -> Side:
    """One update by the program that is lowered from the proved rule."""
    program = lower(rule_of(network), str(X.dtype))
    weights = start.copy()
    steps = builder()(program, len(X), weights, ETA)
    inputs, targets = np.ascontiguousarray(X.T), np.ascontiguousarray(D.T)

    def step() -> None:
        np.copyto(steps.inputs, inputs)
        np.copyto(steps.targets, targets)
        steps.learn()
        np.add(weights, steps.corrections, weights)

    return Side(step, lambda: weights)


def matrices(sizes: tuple[int, ...], start: Any) -> list[Any]:
    """The weight matrices [to, 1 + from] of a layered network, the bias first."""
    found, first = [], 0
    for a, b in pairwise(sizes):
        found.append(start[first : first + b * (a + 1)].reshape(b, a + 1).copy())
        first += b * (a + 1)
    return found


def well_written(sizes: tuple[int, ...], hidden: str, soft: bool) -> Callable[..., Side]:
    """A layered trainer by hand with nothing allocated in the step."""

    def side(network: Network, start: Any, X: Any, D: Any) -> Side:
        both, kind, squash = matrices(sizes, start), X.dtype, SQUASH[hidden]
        count = len(X)
        W = [np.ascontiguousarray(w[:, 1:].T) for w in both]
        B = [w[:, 0].copy() for w in both]
        y = [X.copy(), *(np.empty((count, n), kind) for n in sizes[1:])]
        delta = [np.empty((count, n), kind) for n in sizes[1:]]
        slope = [np.empty((count, n), kind) for n in sizes[1:]]
        G, GB = [np.empty_like(w) for w in W], [np.empty_like(b) for b in B]
        one = np.empty((count, 1), kind)
        last = len(W) - 1

        def derivative(n: int) -> None:
            np.multiply(y[n + 1], y[n + 1], out=slope[n])
            if hidden == "tanh":
                np.subtract(1, slope[n], out=slope[n])
            else:
                np.subtract(y[n + 1], slope[n], out=slope[n])

        def step() -> None:
            np.copyto(y[0], X)
            for n in range(last + 1):
                np.dot(y[n], W[n], out=y[n + 1])
                np.add(y[n + 1], B[n], out=y[n + 1])
                if n < last or not soft:
                    squash(y[n + 1], out=y[n + 1])
                else:
                    np.max(y[n + 1], axis=1, keepdims=True, out=one)
                    np.subtract(y[n + 1], one, out=y[n + 1])
                    np.exp(y[n + 1], out=y[n + 1])
                    np.sum(y[n + 1], axis=1, keepdims=True, out=one)
                    np.divide(y[n + 1], one, out=y[n + 1])
            np.subtract(D, y[-1], out=delta[last])
            np.multiply(delta[last], ETA / count, out=delta[last])
            if not soft:
                derivative(last)
                np.multiply(delta[last], slope[last], out=delta[last])
            for n in range(last, -1, -1):
                if n:
                    np.dot(delta[n], W[n].T, out=delta[n - 1])
                    derivative(n - 1)
                    np.multiply(delta[n - 1], slope[n - 1], out=delta[n - 1])
                np.dot(y[n].T, delta[n], out=G[n])
                np.add(W[n], G[n], out=W[n])
                np.sum(delta[n], axis=0, out=GB[n])
                np.add(B[n], GB[n], out=B[n])

        def weights() -> Any:
            return np.concatenate(
                [np.column_stack([b, w.T]).ravel() for w, b in zip(W, B, strict=True)]
            )

        return Side(step, weights)

    return side


def usual(sizes: tuple[int, ...], hidden: str, soft: bool) -> Callable[..., Side]:
    """A layered trainer as one usually writes it."""

    def side(network: Network, start: Any, X: Any, D: Any) -> Side:
        both = matrices(sizes, start)
        W, B = [w[:, 1:].T.copy() for w in both], [w[:, 0].copy() for w in both]

        def slope(y: Any) -> Any:
            return 1 - y**2 if hidden == "tanh" else y * (1 - y)

        def step() -> None:
            y = [X]
            for n, (w, b) in enumerate(zip(W, B, strict=True)):
                v = y[-1] @ w + b
                if n < len(W) - 1 or not soft:
                    y.append(SQUASH[hidden](v))
                else:
                    share = np.exp(v - v.max(axis=1, keepdims=True))
                    y.append(share / share.sum(axis=1, keepdims=True))
            delta = (D - y[-1]) / len(X)
            if not soft:
                delta *= slope(y[-1])
            for n in reversed(range(len(W))):
                back = delta @ W[n].T
                W[n] += ETA * (y[n].T @ delta)
                B[n] += ETA * delta.sum(axis=0)
                if n:
                    delta = back * slope(y[n])

        def weights() -> Any:
            return np.concatenate(
                [np.column_stack([b, w.T]).ravel() for w, b in zip(W, B, strict=True)]
            )

        return Side(step, weights)

    return side


def neurons_in_rows(network: Network, start: Any, X: Any, D: Any) -> Side:
    """Any graph by hand: SciPy's own sparse row times dense, slopes by activation, one einsum."""
    layout = layout_of(network)
    row, count, kind = layout.row, len(X), X.dtype
    w, batch = start.copy(), len(X)
    to, source, place = edges(layout)
    back = np.lexsort((to, source))
    begins = np.searchsorted(to, np.arange(layout.rows + 1))
    begins_back = np.searchsorted(source[back], np.arange(layout.rows + 1))
    y, v, s, delta = (np.zeros((layout.rows, count), kind) for _ in range(4))
    y[0] = 1
    first = 1 + X.shape[1]
    pull = np.empty(len(w), kind)
    ends = np.array([row[name] for name in network.outputs])
    kinds = {
        name: np.array([row[n.name] for n in network.neurons if n.activation.name == name])
        for name in ("tanh", "logistic")
    }
    index, index_back = source.astype(np.int32), to[back].astype(np.int32)
    flat, flat_delta = y.ravel(), delta.ravel()
    ahead, behind = [], []
    for name in network.order:
        j = row[name]
        part, out = slice(begins[j], begins[j + 1]), v[j]
        pointer = np.array([0, part.stop - part.start], np.int32)
        given = (
            1,
            len(y),
            batch,
            pointer,
            index[part],
            w[place[0] + part.start : place[0] + part.stop],
            flat,
            out,
        )
        ahead.append((given, SQUASH[network.neuron[name].activation.name], out, y[j]))
        part = slice(begins_back[j], begins_back[j + 1])
        pointer = np.array([0, part.stop - part.start], np.int32)
        given = (1, len(y), batch, pointer, index_back[part], pull[part], flat_delta, delta[j])
        behind.append((given, delta[j], s[j]))
    behind.reverse()
    G = np.empty(len(w), kind)
    gather = gathering(delta, to, y, source, G)
    error = np.empty((len(ends), count), kind)
    squared = {name: np.empty((len(rows), count), kind) for name, rows in kinds.items()}
    inputs, targets = X.T.copy(), D.T.copy()

    def step() -> None:
        np.copyto(y[1:first], inputs)
        v.fill(0)
        for given, squash, out, signal in ahead:
            _sparsetools.csr_matvecs(*given)
            squash(out, out)
            np.copyto(signal, out)
        for name, rows in kinds.items():
            some = squared[name]
            np.take(y, rows, 0, some, "clip")
            np.multiply(some, some, some) if name == "tanh" else None
            s[rows] = np.subtract(1, some, some) if name == "tanh" else some * (1 - some)
        np.take(w, back, 0, pull, "clip")
        delta.fill(0)
        np.subtract(targets, y[ends], error)
        delta[ends] = np.multiply(error, ETA / count, error)
        for given, out, slope in behind:
            _sparsetools.csr_matvecs(*given)
            np.multiply(out, slope, out)
        gather()
        np.add(w, G, w)

    return Side(step, lambda: w)


def edges(layout: Layout) -> tuple[Any, Any, Any]:
    """Row of the neuron, row of the source and number of each weight, in the order of weights."""
    uses = layout.network.uses
    pairs = [uses[weight][0] for weight in layout.entry]
    to, source = (np.array([layout.row[pair[n]] for pair in pairs]) for n in (0, 1))
    return to, source, np.arange(len(pairs))


def gathering(delta: Any, to: Any, y: Any, source: Any, out: Any) -> Step:
    """Σ over the samples of δ_j y_i for every weight, so many at once as stay in the caches."""
    size = max(1, CHUNK // y.shape[1])
    a, b = (np.empty((size, y.shape[1]), y.dtype) for _ in range(2))

    def gather() -> None:
        for begin in range(0, len(out), size):
            n = min(size, len(out) - begin)
            np.take(delta, to[begin : begin + n], 0, a[:n], "clip")
            np.take(y, source[begin : begin + n], 0, b[:n], "clip")
            np.einsum("eb,eb->e", a[:n], b[:n], out=out[begin : begin + n])

    return gather


def neuron_by_neuron(network: Network, start: Any, X: Any, D: Any) -> Side:
    """Any graph as one usually writes it: a loop over the neurons."""
    layout = layout_of(network)
    to, source, _ = edges(layout)
    begins = np.searchsorted(to, np.arange(layout.rows + 1))
    rows = [layout.row[name] for name in network.order]
    squash = {layout.row[n.name]: n.activation.name for n in network.neurons}
    weights = start.copy()
    W = {j: weights[begins[j] : begins[j + 1]] for j in rows}
    sources = {j: source[begins[j] : begins[j + 1]] for j in rows}
    ends = [layout.row[j] for j in network.outputs]
    y = np.ones((len(X), layout.rows), X.dtype)
    y[:, 1 : 1 + X.shape[1]] = X

    def step() -> None:
        for j in rows:
            y[:, j] = SQUASH[squash[j]](y[:, sources[j]] @ W[j])
        back = np.zeros_like(y)
        back[:, ends] = (D - y[:, ends]) / len(X)
        for j in reversed(rows):
            out = y[:, j]
            delta = back[:, j] * (1 - out**2 if squash[j] == "tanh" else out * (1 - out))
            back[:, sources[j]] += np.outer(delta, W[j])
            W[j] += ETA * (delta @ y[:, sources[j]])

    return Side(step, lambda: weights)


def difference(sides: list[Side], start: Any) -> float:
    """The largest difference of the weights after three updates, in parts of the largest change."""
    for side in sides:
        for _ in range(3):
            side.step()
    ours, *others = (side.weights() for side in sides)
    return float(max(np.abs(ours - other).max() for other in others) / np.abs(ours - start).max())


def compared(sides: list[Side], rounds: int, seconds: float) -> list[list[float]]:
    """Seconds per update of each side in each round; the order turns round by round."""
    counts = []
    for side in sides:
        start = time.process_time()
        side.step()
        counts.append(max(1, int(seconds / (time.process_time() - start))))
    times: list[list[float]] = [[] for _ in sides]
    for turn in range(rounds):
        for n in range(len(sides))[:: 1 if turn % 2 else -1]:
            start = time.process_time()
            for _ in range(counts[n]):
                sides[n].step()
            times[n].append((time.process_time() - start) / counts[n])
    return times


def layers(text: str, hidden: str, soft: bool) -> tuple[Network, list[Callable[..., Side]]]:
    """A layered network, and its two trainers by hand."""
    network = shorthand(text)
    sizes = tuple(len(layer) for layer in network.layers)
    return network, [well_written(sizes, hidden, soft), usual(sizes, hidden, soft)]


def graph(neurons: int, synapses: int) -> tuple[Network, list[Callable[..., Side]]]:
    """A random graph, and its two trainers by hand."""
    return random_dag(neurons, synapses, 2), [neurons_in_rows, neuron_by_neuron]


def main() -> None:
    """Print the table; a number as argument sets the rounds of each build."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    digits = layers("64-32:tanh-10:softmax", "tanh", True)
    cases = [
        ("2-2-1, batch 4", *layers("2-2-1", "logistic", False), 4),
        ("64-32-10, batch 1", *digits, 1),
        ("64-32-10, batch 32", *digits, 32),
        ("64-32-10, batch 1797", *digits, 1797),
        (
            "784-512-256-10, batch 128",
            *layers("784-512:tanh-256:tanh-10:softmax", "tanh", True),
            128,
        ),
        ("graph 500/5000, batch 32", *graph(500, 5000), 32),
        ("graph 10000/200000, batch 32", *graph(10000, 200000), 32),
    ]
    print(f"{'network':<30}{'dtype':<9}{'proved':>9}{'well written':>17}{'usual':>17}{'gap':>9}")
    for title, network, hands, batch in cases:
        for dtype in ("float64", "float32"):
            draw = np.random.default_rng(1)
            start = (draw.normal(size=len(layout_of(network).entry)) * 0.1).astype(dtype)
            X = draw.normal(size=(batch, len(network.inputs))).astype(dtype)
            D = draw.uniform(0.1, 0.9, size=(batch, len(network.outputs))).astype(dtype)
            D /= D.sum(axis=1, keepdims=True)
            gap = 0.0
            times: list[list[float]] = [[], [], []]
            for turn in range(BUILDS):
                makers = [proved, *hands]
                made = {n: makers[n](network, start, X, D) for n in np.roll(range(3), turn)}
                sides = [made[n] for n in range(3)]
                gap = max(gap, difference(sides, start))
                for all_times, found in zip(times, compared(sides, rounds, 0.05), strict=True):
                    all_times += found
            ours, *others = times
            line = f"{title:<30}{dtype:<9}{statistics.median(ours) * 1e6:>9.1f}"
            for theirs in others:
                ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
                line += f"{statistics.median(theirs) * 1e6:>10.1f}  {ratio:5.2f}"
            print(f"{line}{gap:>9.0e}", flush=True)


if __name__ == "__main__":
    main()
