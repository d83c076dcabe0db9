"""Total derivatives through a network of any shape, as sums over the paths between its neurons.

A total derivative ∂A/∂B sets B by hand and computes all else anew.  In a network without cycles it
is the sum over all paths from B to A of the product of the direct derivatives along the path.  All
paths between induced local fields are left together in one atom, paths[k, m] = ∂v_k/∂v_m of one
sample; steps before and after them are taken by the definitions.
"""

from __future__ import annotations

from collections.abc import Mapping

from symbolic.indexed import Sort, Var
from symbolic.indices import Calculus
from symbolic.integers import Base, Linear
from symbolic.monomials import Normal, accumulate, add
from symbolic.partials import arrays_of, derivative

CORE, PATHS = "v", "paths"
Place = tuple[Linear, ...]


class Pathways:
    """The total derivatives of a system of definitions that is circular through v alone.

    `bodies` are its definitions as (letters, normal form).  Every definition that v rests on must
    keep to one sample, the second index of v.
    """

    def __init__(
        self, calculus: Calculus, bodies: Mapping[str, tuple[tuple[Var, ...], Normal]]
    ) -> None:
        self.calculus = calculus
        self.bodies = bodies
        self.readers: dict[str, list[str]] = {}
        for name, (_, body) in bodies.items():
            for array in sorted(arrays_of(body)):
                self.readers.setdefault(array, []).append(name)
        self._fresh = 0

    def of(self, form: Normal, array: str, at: Place) -> Normal:
        """∂form/∂array[at], through the network: Σ direct ∂form/∂c · ∂c/∂array[at]."""
        result: Normal = {}
        for name in sorted(arrays_of(form) - {PATHS}):
            letters, place = self._new(name)
            local = derivative(self.calculus, form, name, place)
            if local:
                through = self.between(name, place, array, at)
                accumulate(
                    result, self.calculus.total(self.calculus.multiply(local, through), *letters)
                )
        return result

    def between(self, name: str, place: Place, array: str, at: Place) -> Normal:
        """∂name[place]/∂array[at]."""
        if array == CORE:
            return self._from_core(name, place, at)
        return add(self._same(name, place, array, at), self.back(name, place, array, at))

    def back(self, name: str, place: Place, array: str, at: Place) -> Normal:
        """Σ over what reads array[at] of ∂name[place]/∂c · direct ∂c/∂array[at]."""
        result: Normal = {}
        for reader in self.readers.get(array, ()):
            letters, here = self._new(reader)
            local = derivative(self.calculus, self.body(reader, here), array, at)
            if local:
                through = self.between(name, place, reader, here)
                accumulate(
                    result, self.calculus.total(self.calculus.multiply(local, through), *letters)
                )
        return result

    def body(self, name: str, place: Place) -> Normal:
        """The right side of a definition at these indices."""
        letters, body = self.bodies[name]
        return self.calculus.put(body, table(self.calculus, letters, place))

    def _from_core(self, name: str, place: Place, at: Place) -> Normal:
        if name == CORE:
            paths = self.calculus.read(PATHS, (place[0], at[0], place[1]))
            return self.calculus.multiply(self.calculus.delta(place[1], at[1]), paths)
        return self.of(self.body(name, place), CORE, at) if name in self.bodies else {}

    def _same(self, name: str, place: Place, array: str, at: Place) -> Normal:
        if name != array:
            return {}
        pairs = zip(place, at, strict=True)
        return self.calculus.product(self.calculus.delta(one, other) for one, other in pairs)

    def _new(self, name: str) -> tuple[tuple[Var, ...], Place]:
        """Letters for an entry that nothing else has."""
        sorts: tuple[Sort, ...] = self.calculus.arrays[name]
        self._fresh += 1
        letters = tuple(Var(f"@{self._fresh}.{n}", sort) for n, sort in enumerate(sorts))
        return letters, tuple(map(self.calculus.index, letters))


def table(calculus: Calculus, letters: tuple[Var, ...], place: Place) -> dict[Base, Linear]:
    """The letters that are not the only element of their sort, and what stands for them."""
    found: dict[Base, Linear] = {}
    for letter, form in zip(letters, place, strict=True):
        base = calculus.index(letter)[1][0][0]
        if base[0] == "f":
            found[base] = form
    return found
