"""Layers of vertices → an order within each layer, so that few branches cross.

The barycenter method: a layer is sorted by the mean place of its neighbours, forth and back, and
the best order seen is kept.  The order given wins where none is better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

Layers = Sequence[Sequence[int]]
Near = Mapping[int, Sequence[int]]
"""The neighbours of each vertex in the next layer, or in the one before."""
SWEEPS = 12


def ordered(layers: Layers, after: Near, group: Mapping[int, str]) -> list[list[int]]:
    """Each layer in a good order; members of a group stay side by side."""
    before: dict[int, list[int]] = {}
    for source, targets in after.items():
        for target in targets:
            before.setdefault(target, []).append(source)
    now = [list(layer) for layer in layers]
    best, fewest = now, crossings(now, after)
    for sweep in range(SWEEPS):
        now = [list(layer) for layer in now]
        forth = sweep % 2 == 0
        steps = range(1, len(now)) if forth else range(len(now) - 2, -1, -1)
        for n in steps:
            fixed = now[n - 1 if forth else n + 1]
            now[n] = _sorted(now[n], fixed, before if forth else after, group)
        count = crossings(now, after)
        if count < fewest:
            best, fewest = now, count
        if fewest == 0:
            break
    return best


def _sorted(
    layer: Sequence[int], fixed: Sequence[int], near: Near, group: Mapping[int, str]
) -> list[int]:
    place = {vertex: n for n, vertex in enumerate(fixed)}
    scale = len(fixed) / max(len(layer), 1)
    mean: dict[int, float] = {}
    for n, vertex in enumerate(layer):
        around = [place[other] for other in near.get(vertex, ())]
        mean[vertex] = sum(around) / len(around) if around else n * scale
    together: dict[str, list[float]] = {}
    for vertex in layer:
        if vertex in group:
            together.setdefault(group[vertex], []).append(mean[vertex])
    centre = {name: sum(values) / len(values) for name, values in together.items()}

    def key(vertex: int) -> tuple[float, str, float]:
        name = group.get(vertex, "")
        return (centre[name] if name else mean[vertex], name, mean[vertex])

    return sorted(layer, key=key)


def crossings(layers: Layers, after: Near) -> int:
    """How many pairs of branches between neighbouring layers cross.

    >>> crossings([[1, 2], [3, 4]], {1: [4], 2: [3]})
    1

    Counted as inversions with a Fenwick tree, in O(E log V).
    """
    total = 0
    for left, right in pairwise(layers):
        place = {vertex: n + 1 for n, vertex in enumerate(right)}
        tree = [0] * (len(right) + 1)
        seen = 0
        for vertex in left:
            ends = sorted(place[target] for target in after.get(vertex, ()))
            for end in ends:
                at, upto = end, 0
                while at:
                    upto += tree[at]
                    at &= at - 1
                total += seen - upto
            for end in ends:
                at = end
                while at < len(tree):
                    tree[at] += 1
                    at += at & -at
            seen += len(ends)
    return total
