"""Layered trainers by hand: NumPy, JAX, PyTorch in two ways; and the bare products of an update."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from scipy.special import expit

from benchmarks.work import ETA, Side, Work


def matrices(work: Work, start: Any) -> tuple[list[Any], list[Any]]:
    """Weights [from, to] and biases of a layered network."""
    W, B, first = [], [], 0
    for a, b in pairwise(work.sizes):
        both = start[first : first + b * (a + 1)].reshape(b, a + 1)
        W.append(both[:, 1:].T.copy())
        B.append(both[:, 0].copy())
        first += b * (a + 1)
    return W, B


def flat(W: list[Any], B: list[Any]) -> Any:
    """Back to the order of the layout."""
    pairs = zip(W, B, strict=True)
    return np.concatenate(
        [np.column_stack([np.asarray(b), np.asarray(w).T]).ravel() for w, b in pairs]
    )


def numpy_layers(work: Work) -> Side:
    """A layered trainer by hand, nothing allocated in an update."""
    W, B = matrices(work, work.start)
    kind, count = work.X.dtype, work.batch
    y = [np.empty((count, n), kind) for n in work.sizes]
    delta = [np.empty((count, n), kind) for n in work.sizes[1:]]
    slope = [np.empty((count, n), kind) for n in work.sizes[1:]]
    G, GB = [np.empty_like(w) for w in W], [np.empty_like(b) for b in B]
    last = len(W) - 1

    def update(X: Any, D: Any) -> None:
        np.copyto(y[0], X)
        for n in range(last + 1):
            np.dot(y[n], W[n], out=y[n + 1])
            np.add(y[n + 1], B[n], out=y[n + 1])
            expit(y[n + 1], out=y[n + 1])
        np.subtract(D, y[-1], out=delta[last])
        np.multiply(delta[last], ETA / count, out=delta[last])
        for n in range(last, -1, -1):
            np.multiply(y[n + 1], y[n + 1], out=slope[n])
            np.subtract(y[n + 1], slope[n], out=slope[n])
            np.multiply(delta[n], slope[n], out=delta[n])
            if n:
                np.dot(delta[n], W[n].T, out=delta[n - 1])
            np.dot(y[n].T, delta[n], out=G[n])
            np.add(W[n], G[n], out=W[n])
            np.sum(delta[n], axis=0, out=GB[n])
            np.add(B[n], GB[n], out=B[n])

    def run() -> None:
        for X, D in zip(work.X, work.D, strict=True):
            update(X, D)

    return Side(run, lambda: flat(W, B))


def jax_layers(work: Work) -> Side:
    """One jitted scan over the batches with jax.grad."""
    import jax
    import jax.numpy as jnp

    W, B = matrices(work, work.start)
    state = [(jnp.asarray(w), jnp.asarray(b)) for w, b in zip(W, B, strict=True)]

    def loss(state: Any, X: Any, D: Any) -> Any:
        y = X
        for w, b in state:
            y = jax.nn.sigmoid(y @ w + b)
        return ((D - y) ** 2).sum() / (2 * work.batch)

    def step(state: Any, sample: Any) -> tuple[Any, None]:
        slopes = jax.grad(loss)(state, *sample)
        return jax.tree.map(lambda w, g: w - ETA * g, state, slopes), None

    scan = jax.jit(lambda state, X, D: jax.lax.scan(step, state, (X, D))[0])
    X, D = jnp.asarray(work.X), jnp.asarray(work.D)
    held = [state]

    def run() -> None:
        held[0] = jax.block_until_ready(scan(held[0], X, D))

    return Side(run, lambda: flat([w for w, _ in held[0]], [b for _, b in held[0]]))


def torch_layers(work: Work) -> Side:
    """The rule by hand on tensors, without a graph."""
    import torch

    torch.set_num_threads(1)
    W, B = ([torch.from_numpy(part) for part in parts] for parts in matrices(work, work.start))
    X, D = torch.from_numpy(work.X), torch.from_numpy(work.D)

    @torch.inference_mode()  # type: ignore[untyped-decorator,unused-ignore]
    def run() -> None:
        for x, d in zip(X, D, strict=True):
            y = [x]
            for w, b in zip(W, B, strict=True):
                y.append(torch.sigmoid(torch.addmm(b, y[-1], w)))
            delta = (d - y[-1]) * (ETA / work.batch)
            for n in range(len(W) - 1, -1, -1):
                delta = delta * (y[n + 1] * (1 - y[n + 1]))
                back = delta @ W[n].T if n else delta
                W[n].addmm_(y[n].T, delta)
                B[n].add_(delta.sum(0))
                delta = back

    return Side(run, lambda: flat([w.numpy() for w in W], [b.numpy() for b in B]))


def torch_eager(work: Work) -> Side:
    """As one usually writes it: modules, the graph of autograd, torch.optim.SGD."""
    import torch

    torch.set_num_threads(1)
    linears = []
    for w, b in zip(*matrices(work, work.start), strict=True):
        linears.append(torch.nn.Linear(*w.shape, dtype=torch.from_numpy(w).dtype))
        linears[-1].weight.data = torch.from_numpy(w.T.copy())
        linears[-1].bias.data = torch.from_numpy(b)
    model = torch.nn.Sequential(
        *(part for linear in linears for part in (linear, torch.nn.Sigmoid()))
    )
    descent = torch.optim.SGD(model.parameters(), lr=ETA)
    X, D = torch.from_numpy(work.X), torch.from_numpy(work.D)

    def run() -> None:
        for x, d in zip(X, D, strict=True):
            descent.zero_grad()
            (((d - model(x)) ** 2).sum() / (2 * work.batch)).backward()
            descent.step()

    def weights() -> Any:
        W = [linear.weight.detach().numpy().T for linear in linears]
        return flat(W, [linear.bias.detach().numpy() for linear in linears])

    return Side(run, weights)


def bare_products(work: Work) -> Side:
    """The matrix products of an update by NumPy's BLAS and nothing else: no one trains by it."""
    W, _ = matrices(work, work.start)
    y = [np.full((work.batch, n), 0.5, work.X.dtype) for n in work.sizes]
    out, G = [np.empty_like(a) for a in y], [np.empty_like(w) for w in W]

    def run() -> None:
        for _ in work.X:
            for n, w in enumerate(W):
                np.dot(y[n], w, out[n + 1])
            for n in range(len(W) - 1, -1, -1):
                if n:
                    np.dot(y[n + 1], W[n].T, out[n])
                np.dot(y[n].T, y[n + 1], G[n])

    return Side(run, lambda: None)
