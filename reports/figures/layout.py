"""Vertices in columns → their places: Sugiyama's method with one height per vertex.

A link over several columns gets a dummy vertex in each that it passes, so that it finds a way
between the others.  Places are least-squares means of the neighbours with a least gap between any
two, by pool-adjacent-violators.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from reports.figures.ordering import ordered

SWEEPS = 30
STIFF = 6.0
"""How much more a long link wants to be straight than a short one."""


@dataclass(frozen=True)
class Placed:
    """The height of each vertex, and of each link at the columns that it passes."""

    y: Mapping[str, float]
    passes: Mapping[tuple[str, str], tuple[tuple[int, float], ...]]


@dataclass
class Columns:
    """What is to be placed.

    `links` go from a column to a later one; `stiff` ones stay level.  Members of a group stay
    together, with a `margin` more between them and others.
    """

    columns: Sequence[Sequence[str]]
    links: Sequence[tuple[str, str]]
    gap: float
    heights: Mapping[str, float] = field(default_factory=dict)
    group: Mapping[str, str] = field(default_factory=dict)
    margin: float = 0.0
    stiff: frozenset[tuple[str, str]] = frozenset()

    def placed(self) -> Placed:
        """The places of all vertices."""
        number = {name: n for n, name in enumerate(v for c in self.columns for v in c)}
        layers = [[number[name] for name in column] for column in self.columns]
        at = {name: n for n, column in enumerate(self.columns) for name in column}
        real = len(number)
        after: dict[int, list[int]] = {}
        dummies: dict[tuple[str, str], list[int]] = {}
        fresh = real
        for source, target in self.links:
            last = number[source]
            for n in range(at[source] + 1, at[target]):
                layers[n].append(fresh)
                dummies.setdefault((source, target), []).append(fresh)
                after.setdefault(last, []).append(fresh)
                last, fresh = fresh, fresh + 1
            after.setdefault(last, []).append(number[target])
        group = {number[name]: g for name, g in self.group.items() if name in number}
        layers = ordered(layers, after, group)
        spaces = [self._offsets(layer, list(number)) for layer in layers]
        level = {(number[a], number[b]) for a, b in self.stiff}
        y = _heights(layers, after, real, spaces, level)
        return Placed(
            {name: y[n] for name, n in number.items()},
            {
                link: tuple((at[link[0]] + 1 + n, y[d]) for n, d in enumerate(chain))
                for link, chain in dummies.items()
            },
        )

    def _offsets(self, layer: Sequence[int], names: Sequence[str]) -> list[float]:
        """The least places of a layer that begins at 0; a vertex without a name is a dummy."""
        row = [0.0] if layer else []
        for pair in pairwise(layer):
            known = [names[n] if n < len(names) else "" for n in pair]
            step = self.gap * (0.4, 0.8, 1.0)[sum(map(bool, known))]
            step += sum(self.heights.get(name, 0.0) for name in known) / 2
            a, b = (self.group.get(name, "") for name in known)
            row.append(row[-1] + step + (self.margin if a != b else 0.0))
        return row


def _heights(
    layers: Sequence[Sequence[int]],
    after: Mapping[int, Sequence[int]],
    real: int,
    spaces: Sequence[Sequence[float]],
    level: Collection[tuple[int, int]],
) -> dict[int, float]:
    """Sweep forth and back; each layer moves to the means of its neighbours."""
    around: dict[int, list[tuple[int, float]]] = {}
    for source, targets in after.items():
        for target in targets:
            passing = (source >= real) + (target >= real) + 2 * ((source, target) in level)
            weight = STIFF**passing
            around.setdefault(source, []).append((target, weight))
            around.setdefault(target, []).append((source, weight))
    y: dict[int, float] = {}
    for layer, row in zip(layers, spaces, strict=True):
        y.update((v, place - row[-1] / 2) for v, place in zip(layer, row, strict=True))
    for sweep in range(SWEEPS):
        order = range(len(layers)) if sweep % 2 == 0 else range(len(layers) - 1, -1, -1)
        for n in order:
            wanted, weights = [], []
            for vertex in layers[n]:
                links = around.get(vertex, ())
                total = sum(weight for _, weight in links)
                mean = sum(y[other] * w for other, w in links) / total if total else y[vertex]
                wanted.append(mean)
                weights.append(total or 0.01)
            places = spread(wanted, weights, spaces[n])
            y.update(zip(layers[n], places, strict=True))
    return y


def spread(
    wanted: Sequence[float], weights: Sequence[float], offsets: Sequence[float]
) -> list[float]:
    """The places nearest to those wanted (weighted least squares) that keep the gaps.

    `offsets` are the least places of the row when it begins at 0.  With the offsets taken away the
    places must not fall, so this is isotonic regression: neighbours in the wrong order are pooled.

    >>> spread([0.0, 0.0, 9.0], [1.0, 1.0, 1.0], [0.0, 2.0, 4.0])
    [-1.0, 1.0, 9.0]
    """
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for place, weight, offset in zip(wanted, weights, offsets, strict=True):
        mean, total, size = place - offset, weight, 1
        while pools and pools[-1][0] > mean:
            other, heavy, more = pools.pop()
            mean = (mean * total + other * heavy) / (total + heavy)
            total, size = total + heavy, size + more
        pools.append((mean, total, size))
    level = [mean for mean, _, size in pools for _ in range(size)]
    return [mean + offset for mean, offset in zip(level, offsets, strict=True)]
