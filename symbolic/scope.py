"""What the names of a model file mean: sets and their letters, arrays, maps, functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symbolic.arrays import ONE, Multiplier
from symbolic.errors import InputError
from symbolic.indexed import (
    Add,
    Affine,
    Count,
    Delta,
    Expr,
    Gather,
    Get,
    Name,
    Shifted,
    Size,
    Sort,
    Var,
    affine,
)
from symbolic.shapes import Letters, Place, Shaped, put


@dataclass(frozen=True, slots=True)
class Initial:
    """array[…, index, …] = value outside the range of the axis at `place`; `at` are the others."""

    place: int
    index: int
    at: tuple[Var, ...]
    value: Expr


@dataclass
class Scope:
    """The declarations read so far."""

    sorts: dict[str, Sort] = field(default_factory=dict)
    letter_sorts: dict[str, Sort] = field(default_factory=dict)
    arrays: dict[str, tuple[Sort, ...]] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    """The arrays that are not defined: `given`, `weights`, `pattern` or `slope`."""
    maps: dict[str, tuple[tuple[Sort, ...], Sort]] = field(default_factory=dict)
    functions: dict[str, tuple[int, int] | None] = field(default_factory=dict)
    """How many indices and arguments a function has, once it is used."""
    initial: dict[str, Initial] = field(default_factory=dict)
    multipliers: dict[str, Multiplier] = field(default_factory=dict)
    relied: set[str] = field(default_factory=set)
    """The arrays that have been read: their shapes may not change any more."""
    acyclic: list[str] = field(default_factory=list)
    letters: Letters = field(default_factory=Letters)

    def letter(self, name: str) -> Var | None:
        """The index letter of this name: declared, with a number behind it, or that of a set.

        >>> scope = Scope(sorts={"N": Sort("N")})
        >>> scope.letter("n2")
        Var(name='n2', sort=Sort(name='N', ...))
        """
        lower = {sort.name.lower(): sort for sort in self.sorts.values()}
        for word in (name, name.rstrip("0123456789")):
            sort = self.letter_sorts.get(word) or lower.get(word)
            if sort is not None and name not in self.sorts:
                return Var(name, sort)
        return None

    def stems(self) -> dict[str, str]:
        """The letter that stands for a set: the first that was declared."""
        found: dict[str, str] = {}
        for name, sort in self.letter_sorts.items():
            found.setdefault(sort.name, name)
        return found

    def declare(self, name: str) -> None:
        """Raises `InputError` where the name means something already."""
        known: tuple[tuple[str, Mapping[str, object]], ...] = (
            ("a set", self.sorts),
            ("an array", self.arrays),
            ("a map", self.maps),
            ("a function", self.functions),
        )
        for meaning, names in known:
            if name in names:
                raise InputError(f"{name!r} is {meaning} already.")

    def size(self, name: str) -> Expr:
        """The number of elements of a set, as a number in a formula."""
        sort = self.sorts[name]
        if sort.last is None:
            return Count(sort.extent().name)
        last = affine(sort.last)
        terms = [c * Count(part.name) for part, c in last.terms if isinstance(part, Size)]
        return Add((*terms, last.const * ONE))

    def read(self, name: str, at: Place) -> Shaped:
        """array[at, …]; what stands before the first element is the initial value.

        Raises `InputError` where an index has the wrong sort.
        """
        sorts = self.arrays[name]
        self.relied.add(name)
        if len(at) > len(sorts):
            wanted = ", ".join(sort.name for sort in sorts) or "none"
            raise InputError(
                f"{name!r} has {len(sorts)} indices ({wanted}), here it is given {len(at)}."
            )
        for index, sort in zip(at, sorts, strict=False):
            require_sort(name, index, sort)
        initial = self.initial.get(name)

        def element(rest: Place) -> Expr:
            whole = (*at, *rest)
            if initial is None or isinstance(whole[initial.place], Var):
                return Get(name, whole)
            others = (*whole[: initial.place], *whole[initial.place + 1 :])
            value = put(initial.value, dict(zip(initial.at, others, strict=True)))
            return Get(name, whole) + Delta(whole[initial.place], initial.index) * value

        return Shaped(sorts[len(at) :], element)

    def derivative(self, array: str, at: Place) -> Shaped:
        """∂cost/∂array[at, …], under the name it was given."""
        named = self.multiplier(array)
        entry = self.read(array, at)  # its shape; also the place to complain about an index
        shape = Shaped(entry.axes, lambda rest: Get(named.name, (*at, *rest)))
        if named.factor == ONE:
            return shape
        return Shaped(shape.axes, lambda rest: shape.element(rest) / named.factor)

    def multiplier(self, array: str) -> Multiplier:
        """The name and the factor of the derivative by an array."""
        own = (m for m in self.multipliers.values() if m.array == array)
        return next(own, Multiplier(array, f"∂{array}"))


def require_sort(name: str, index: Shifted | int, sort: Sort) -> None:
    """Raises `InputError` where an index is no element of the set that the axis wants."""
    if not sort.ordered:
        found = _sort_of(index)
        if found != sort:
            what = f"one of {found.name!r}" if found else "an integer"
            raise InputError(f"{name!r} wants an index of {sort.name!r} here, this is {what}.")
        return
    for part, _ in affine(index).terms:
        own = _sort_of(part)
        if own is not None and not own.ordered:
            raise InputError(
                f"{name!r} wants an index of {sort.name!r} here, this is one of {own.name!r}."
            )


def require_alike(left: Shifted | int, right: Shifted | int, ordered: bool) -> None:
    """Raises `InputError` where two indices that are compared do not stand for one kind."""
    sorts = [_unordered(index) for index in (left, right)]
    if sorts[0] != sorts[1]:
        names = [sort.name if sort else "an integer" for sort in sorts]
        raise InputError(f"An index of {names[0]} is compared with one of {names[1]}.")
    if ordered and sorts[0]:
        raise InputError(f"The set {sorts[0].name!r} has no order; only = compares its elements.")


def _unordered(index: Shifted | int) -> Sort | None:
    for part, _ in affine(index).terms:
        sort = _sort_of(part)
        if sort is not None and not sort.ordered:
            return sort
    return None


def _sort_of(index: Shifted | int) -> Sort | None:
    """The set of a single letter or map, None for an integer."""
    if isinstance(index, Affine) and index.const == 0 and len(index.terms) == 1:
        index = index.terms[0][0] if index.terms[0][1] == 1 else index
    return index.sort if isinstance(index, Var | Name | Gather) else None
