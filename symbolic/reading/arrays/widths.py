"""Widths of axes that a profile leaves open: they follow from what the definitions put together."""

from __future__ import annotations

from collections.abc import Iterable

from symbolic.indexed import Sort

Width = int
"""The number of an axis in `Widths`."""


class Widths:
    """Axes that are known to be equal, and the names of those that are known.

    Two axes of different names never become equal: that is a shape error.

    >>> widths = Widths()
    >>> n, a, b = widths.named("N"), widths.new(), widths.named("D")
    >>> widths.same(n, a), widths.same(a, b), widths.shown(a)
    (True, False, 'N')
    """

    def __init__(self, data: Iterable[str] = ()) -> None:
        """`data` are the sizes that no axis of a weight has, such as the number of samples."""
        self._parent: list[Width] = []
        self._names: dict[Width, str] = {}
        self._fixed: dict[str, Width] = {}
        self._data = frozenset(data)
        self._weights: set[Width] = set()

    def new(self, of_weight: bool = False) -> Width:
        """An axis of which nothing is known, but perhaps that it is one of a weight."""
        self._parent.append(len(self._parent))
        width = len(self._parent) - 1
        if of_weight:
            self._weights.add(width)
        return width

    def named(self, name: str) -> Width:
        """The axis of this name."""
        if name not in self._fixed:
            self._fixed[name] = self.new()
            self._names[self._fixed[name]] = name
        return self._fixed[name]

    def root(self, width: Width) -> Width:
        while self._parent[width] != width:
            self._parent[width] = self._parent[self._parent[width]]
            width = self._parent[width]
        return width

    def same(self, one: Width, other: Width) -> bool:
        """Make two axes equal; whether they can be."""
        a, b = self.root(one), self.root(other)
        if a == b:
            return True
        if a in self._names and b in self._names:
            return False
        if a in self._names:
            a, b = b, a
        if a in self._weights and self._names.get(b) in self._data:
            return False
        if a in self._weights:
            self._weights.add(b)
        self._parent[a] = b
        return True

    def equal(self, one: Width, other: Width) -> bool:
        """Whether two axes are known to be equal."""
        return self.root(one) == self.root(other)

    def name(self, width: Width) -> str:
        """The name of an axis, empty where it has none."""
        return self._names.get(self.root(width), "")

    def fix(self, widths: Iterable[Width], pool: Iterable[str]) -> None:
        """Give every axis that has no name one of the pool: from now on all are different."""
        taken = set(self._names.values())
        free = (name for name in pool if name not in taken)
        for width in widths:
            if not self.name(width):
                name = next(free)
                self._names[self.root(width)] = name
                self._fixed[name] = self.root(width)

    def sort(self, width: Width) -> Sort:
        """The set that indexes the axis."""
        return Sort(self.name(width))

    def shown(self, width: Width | None) -> str:
        """An axis in words."""
        return "1" if width is None else self.name(width) or "?"
