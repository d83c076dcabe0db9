"""One update of the weights as plain Python, for people: it runs, and a test runs it.

Weighted sums, squared error, one sample, no shared weights.  `training_parts.py` draws its text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

Table = dict[str, float]


def update(
    neurons: Sequence[str],
    outputs: Sequence[str],
    sources: Mapping[str, Sequence[str]],
    fed: Mapping[str, Sequence[str]],
    phi: Callable[[float], float],
    slope: Callable[[float], float],
    w: dict[str, Table],
    v: Table,
    y: Table,
    d: Table,
    delta: Table,
    eta: float,
) -> dict[str, Table]:
    """Forward, backward, update: w[j][i] is the weight to j from i; y holds the inputs and y_0."""
    for j in neurons:
        v[j] = sum(w[j][i] * y[i] for i in sources[j])
        y[j] = phi(v[j])
    for j in reversed(neurons):
        back = sum(delta[k] * w[k][j] for k in fed[j])
        if j in outputs:
            delta[j] = slope(v[j]) * (d[j] - y[j] + back)
        else:
            delta[j] = slope(v[j]) * back
    for j in neurons:
        for i in sources[j]:
            w[j][i] = w[j][i] + eta * delta[j] * y[i]
    return w
