"""Peers for networks that are no chains of layers, level by level: SciPy, JAX and PyTorch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit

from benchmarks.step import CHUNK, edges, gathering
from benchmarks.work import ETA, Side, Work
from numeric.layout import Layout, layout_of

DENSE = 4_000_000
"""So many entries of padded matrices are multiplied as they are; more as sparse ones."""


@dataclass
class Level:
    """Neurons of one level: their rows, and for each the rows of its sources and its weights."""

    rows: Any
    sources: Any
    weights: Any
    holds: Any


def levels(layout: Layout) -> list[Level]:
    """The levels of a graph as tables, padded to the largest fan-in of the level."""
    to, source, _ = edges(layout)
    begins = np.searchsorted(to, np.arange(layout.rows + 1))
    found = []
    for level in layout.levels:
        rows = np.array([layout.row[j] for block in level for j in block.neurons])
        wide = max(begins[r + 1] - begins[r] for r in rows)
        at = begins[rows][:, None] + np.arange(wide)
        holds = np.arange(wide) < (begins[rows + 1] - begins[rows])[:, None]
        at = np.where(holds, at, 0)
        found.append(Level(rows, np.where(holds, source[at], 0), at, holds))
    return found


def scipy_graph(work: Work) -> Side:
    """Level by level with SciPy's sparse products, everything laid out beforehand."""
    from scipy.sparse import _sparsetools

    layout = layout_of(work.network)
    to, source, _ = edges(layout)
    weights = work.start.copy()
    kind, batch = work.X.dtype, work.batch
    y, delta = (np.zeros((layout.rows, batch), kind) for _ in range(2))
    y[0] = 1
    begins = np.searchsorted(to, np.arange(layout.rows + 1))
    back = np.lexsort((to, source))
    begins_back = np.searchsorted(source[back], np.arange(layout.rows + 1))
    pull = np.empty(len(weights), kind)
    index, index_back = source.astype(np.int32), to[back].astype(np.int32)
    outputs = np.array([layout.row[j] for j in layout.outputs])
    order = [work.network.outputs.index(j) for j in layout.outputs]
    ahead, behind = [], []
    for level in layout.levels:
        rows = [layout.row[j] for block in level for j in block.neurons]
        first, last = min(rows), max(rows) + 1
        for code, starts, ids, data in (
            (ahead, begins, index, weights),
            (behind, begins_back, index_back, pull),
        ):
            part = slice(starts[first], starts[last])
            pointer = (starts[first : last + 1] - starts[first]).astype(np.int32)
            x, out = (y, y[first:last]) if code is ahead else (delta, delta[first:last])
            given = (last - first, layout.rows, batch, pointer, ids[part], data[part], x.ravel())
            code.append((given, out))
    behind.reverse()
    G = np.empty_like(weights)
    gather = gathering(delta, to, y, source, G)
    inputs = 1 + len(work.network.inputs)
    slope = np.empty_like(y)

    def run() -> None:
        for X, D in zip(work.X, work.D, strict=True):
            y[1:inputs] = X.T
            for given, out in ahead:
                out.fill(0)
                _sparsetools.csr_matvecs(*given, out.ravel())
                expit(out, out)
            np.multiply(y, y, slope)
            np.subtract(y, slope, slope)
            np.take(weights, back, 0, pull, "clip")
            delta.fill(0)
            delta[outputs] = (D.T[order] - y[outputs]) * (ETA / batch)
            for (given, out), rows in zip(behind, reversed(ahead), strict=True):
                _sparsetools.csr_matvecs(*given, out.ravel())
                first = (rows[1].ctypes.data - y.ctypes.data) // y.strides[0]
                np.multiply(out, slope[first : first + len(out)], out)
            gather()
            np.add(weights, G, weights)

    return Side(run, lambda: weights)


def jax_graph(work: Work) -> Side:
    """One jitted scan; a level is a matrix or gathers padded tables; jax.grad does the rest."""
    import jax
    import jax.numpy as jnp

    layout = layout_of(work.network)
    tables = levels(layout)
    outputs = jnp.array([layout.row[j] for j in work.network.outputs])
    inputs = len(work.network.inputs)

    def loss(weights: Any, X: Any, D: Any) -> Any:
        y = jnp.zeros((layout.rows, work.batch), X.dtype).at[0].set(1).at[1 : inputs + 1].set(X.T)
        for level in tables:
            first, shape = int(level.weights[0, 0]), level.weights.shape
            if (level.sources == level.sources[0]).all():  # one matrix
                w = weights[first : first + level.weights.size].reshape(shape)
                v = w @ y[level.sources[0]]
            else:
                w = jnp.where(level.holds, weights[level.weights], 0)
                v = jnp.einsum("mf,mfb->mb", w, y[level.sources])
            y = y.at[level.rows].set(jax.nn.sigmoid(v))
        return ((D.T - y[outputs]) ** 2).sum() / (2 * work.batch)

    def step(weights: Any, sample: Any) -> tuple[Any, None]:
        return weights - ETA * jax.grad(loss)(weights, *sample), None

    scan = jax.jit(lambda weights, X, D: jax.lax.scan(step, weights, (X, D))[0])
    X, D = jnp.asarray(work.X), jnp.asarray(work.D)
    held = [jnp.asarray(work.start)]

    def run() -> None:
        held[0] = jax.block_until_ready(scan(held[0], X, D))

    return Side(run, lambda: np.asarray(held[0]))


def torch_graph(work: Work) -> Side:
    """The rule by hand on tensors: masked matrices, or sparse ones where these are large."""
    import torch

    torch.set_num_threads(1)
    layout, batch = layout_of(work.network), work.batch
    to, source, _ = edges(layout)
    start = torch.from_numpy(work.start.copy())
    y, back = (torch.zeros(layout.rows, batch, dtype=start.dtype) for _ in range(2))
    y[0] = 1
    begins = np.searchsorted(to, np.arange(layout.rows + 1))
    order = torch.tensor([work.network.outputs.index(j) for j in layout.outputs])
    outputs = torch.tensor([layout.row[j] for j in layout.outputs])
    inputs = 1 + len(work.network.inputs)
    spans = []
    for level in layout.levels:
        rows = [layout.row[j] for block in level for j in block.neurons]
        spans.append((min(rows), max(rows) + 1))
    X, D = torch.from_numpy(work.X), torch.from_numpy(work.D)
    if sum((last - first) * first for first, last in spans) <= DENSE:
        matrices = []
        for first, last in spans:
            part = slice(begins[first], begins[last])
            W, held = (torch.zeros(last - first, first, dtype=start.dtype) for _ in range(2))
            at = torch.from_numpy(to[part] - first), torch.from_numpy(source[part])
            W[at], held[at] = start[part], 1
            matrices.append((first, last, W, held, at, part))

        @torch.inference_mode()  # type: ignore[untyped-decorator,unused-ignore]
        def dense() -> None:
            for x, d in zip(X, D, strict=True):
                y[1:inputs] = x.T
                for first, last, W, *_ in matrices:
                    torch.sigmoid(W @ y[:first], out=y[first:last])
                back.zero_()
                back[outputs] = (d.T[order] - y[outputs]) * (ETA / batch)
                for first, last, W, held, *_ in reversed(matrices):
                    delta = back[first:last] * (y[first:last] * (1 - y[first:last]))
                    back[:first].addmm_(W.T, delta)
                    W.addcmul_(delta @ y[:first].T, held)

        def weights() -> Any:
            for _, _, W, _, at, part in matrices:
                start[part] = W[at]
            return start.numpy()

        return Side(dense, weights)

    turned = np.lexsort((to, source))
    begins_back = np.searchsorted(source[turned], np.arange(layout.rows + 1))
    pulled, pull = torch.empty_like(start), torch.from_numpy(turned)
    ahead, behind = [], []
    for first, last in spans:
        for code, starts, ids, data in (
            (ahead, begins, source, start),
            (behind, begins_back, to[turned], pulled),
        ):
            part = slice(starts[first], starts[last])
            pointer = torch.from_numpy(starts[first : last + 1] - starts[first])
            shape = last - first, layout.rows
            columns = torch.from_numpy(ids[part])
            code.append(torch.sparse_csr_tensor(pointer, columns, data[part], shape))
    left, right = torch.from_numpy(to), torch.from_numpy(source)
    size = max(1, CHUNK // batch)

    @torch.inference_mode()  # type: ignore[untyped-decorator,unused-ignore]
    def sparse() -> None:
        for x, d in zip(X, D, strict=True):
            y[1:inputs] = x.T
            for (first, last), W in zip(spans, ahead, strict=True):
                torch.sigmoid(W @ y, out=y[first:last])
            torch.index_select(start, 0, pull, out=pulled)
            back.zero_()
            back[outputs] = (d.T[order] - y[outputs]) * (ETA / batch)
            for (first, last), W in zip(spans[::-1], behind[::-1], strict=True):
                back[first:last] += W @ back
                back[first:last] *= y[first:last] * (1 - y[first:last])
            for begin in range(0, len(start), size):
                end = begin + size
                start[begin:end] += (back[left[begin:end]] * y[right[begin:end]]).sum(1)

    return Side(sparse, lambda: start.numpy())
