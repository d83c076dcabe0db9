"""Whether the elements of an array program can be computed one after the other.

Arrays that read each other in a circle must go round it along an axis: an ordered index that only
steps one way (time), or an unordered one whose steps are edges of one declared acyclic relation.
Reads that stay where they are on the first axis must step along a second one, and so on.
Then the tangent system and the adjoint system have exactly one solution each, which is what the
adjoint certificate rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from symbolic import integers as z
from symbolic.arrays import Abstract, Acyclic, Program
from symbolic.errors import InputError
from symbolic.indices import Calculus
from symbolic.integers import Linear
from symbolic.labelling import Atom, nested
from symbolic.monomials import Normal


class CircleError(InputError):
    """Definitions of these arrays depend on themselves without end."""

    def __init__(self, arrays: Iterable[str]) -> None:
        self.arrays = frozenset(arrays)
        super().__init__(
            f"The definitions of {', '.join(sorted(self.arrays))} read each other in a circle "
            "that does not go back in time. Read an earlier time, or declare the weight acyclic."
        )


@dataclass(frozen=True, slots=True)
class _Read:
    """`reader` reads source[at], in a product with these entries, where these forms are ≥ 0."""

    reader: str
    source: str
    at: tuple[Linear, ...]
    beside: tuple[Atom, ...]
    ranges: tuple[Linear, ...]


def require_order(program: Program, calculus: Calculus, bodies: Mapping[str, Normal]) -> None:
    """Raises `CircleError` where definitions with these bodies depend on themselves without end."""
    letters = {d.array: tuple(map(calculus.index, d.at)) for d in program.definitions}
    waiting = [list(_reads(program, calculus, bodies))]
    while waiting:
        reads = waiting.pop()
        for circle in _circles(letters, reads):
            around = [read for read in reads if read.reader in circle and read.source in circle]
            tried = (
                _still(circle, letters, around, sort, relation, calculus)
                for sort in calculus.sorts
                for relation in (program.acyclic or (None,))
            )
            still = min((left for left in tried if left is not None), key=len, default=around)
            if len(still) == len(around):
                raise CircleError(circle)
            waiting.append(still)


def circular(program: Program, calculus: Calculus, bodies: Mapping[str, Normal]) -> frozenset[str]:
    """The arrays whose elements depend on other elements of the same array."""
    names = [d.array for d in program.definitions]
    return frozenset().union(*_circles(names, list(_reads(program, calculus, bodies))))


def _reads(program: Program, calculus: Calculus, bodies: Mapping[str, Normal]) -> Iterator[_Read]:
    defined = {d.array for d in program.definitions}
    for d in program.definitions:
        inside = calculus.context(d.at)
        if not isinstance(d, Abstract):
            body = calculus.multiply(inside, bodies[d.array])
            yield from _reads_of(d.array, body, defined, (), ())
            continue
        for local in d.partials:
            at = tuple(map(calculus.index, local.at))
            slope = calculus.multiply(inside, calculus.normal(local.slope))
            for monomial in slope:
                _, _, atoms, _, ranges = monomial
                if local.array in defined:
                    beside = tuple(atom for atom, _ in atoms)
                    yield _Read(d.array, local.array, at, beside, ranges)


def _reads_of(
    reader: str,
    normal: Normal,
    defined: set[str],
    beside: tuple[Atom, ...],
    ranges: tuple[Linear, ...],
) -> Iterator[_Read]:
    for monomial in normal:
        atoms = (*beside, *(atom for atom, _ in monomial[2]))
        known = (*ranges, *monomial[4])
        for atom, _ in monomial[2]:
            if atom[0] == "x" and atom[1] in defined:
                yield _Read(reader, atom[1], atom[2], atoms, known)
            for inner in nested(atom):
                yield from _reads_of(reader, dict(inner), defined, atoms, known)


def _circles(names: Iterable[str], reads: list[_Read]) -> list[set[str]]:
    """The sets of arrays that reach each other; an array alone counts if it reads itself."""
    direct: dict[str, set[str]] = {name: set() for name in names}
    for read in reads:
        direct[read.reader].add(read.source)
    return [
        circle
        for circle in _components(direct)
        if len(circle) > 1 or any(name in direct[name] for name in circle)
    ]


def _components(edges: Mapping[str, Iterable[str]]) -> Iterator[set[str]]:
    """The strongly connected sets of a graph, by Tarjan's algorithm without recursion.

    >>> sorted(map(sorted, _components({"a": ["b"], "b": ["a", "c"], "c": []})))
    [['a', 'b'], ['c']]
    """
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: dict[str, None] = {}  # visited, in no finished set yet
    for start in edges:
        if start in number:
            continue
        stack = [(start, iter(sorted(edges[start])))]
        number[start] = lowest[start] = len(number)
        path[start] = None
        while stack:
            name, further = stack[-1]
            for other in further:
                if other not in number:
                    number[other] = lowest[other] = len(number)
                    path[other] = None
                    stack.append((other, iter(sorted(edges[other]))))
                    break
                if other in path:
                    lowest[name] = min(lowest[name], number[other])
            else:
                stack.pop()
                if stack:
                    above = stack[-1][0]
                    lowest[above] = min(lowest[above], lowest[name])
                if lowest[name] == number[name]:
                    component: set[str] = set()
                    while name not in component:
                        component.add(path.popitem()[0])
                    yield component


def _still(
    circle: set[str],
    letters: dict[str, tuple[Linear, ...]],
    reads: list[_Read],
    sort: str,
    acyclic: Acyclic | None,
    calculus: Calculus,
) -> list[_Read] | None:
    """The reads that stay where they are along the sort, if all others step in one direction.

    None if they do not.  What stays must have an order of its own: the two together order the
    elements first along this sort, then among those that are equal in it.
    """
    axis: dict[str, int] = {}
    for name in circle:
        places = [n for n, s in enumerate(calculus.arrays[name]) if s.name == sort]
        if not places:
            return None
        axis[name] = places[0]
    for sign in (1, -1) if calculus.sorts[sort].ordered else (1,):
        still: list[_Read] = []
        for read in reads:
            own, source = letters[read.reader][axis[read.reader]], read.at[axis[read.source]]
            lag = z.combined(own, sign, source, -sign)
            if not lag[1] and lag[0] == 0:
                still.append(read)
            elif not _steps(read, own, source, lag, acyclic, ordered=calculus.sorts[sort].ordered):
                break
        else:
            return still
    return None


def _steps(
    read: _Read,
    own: Linear,
    source: Linear,
    lag: Linear,
    acyclic: Acyclic | None,
    ordered: bool,
) -> bool:
    if ordered:
        return z.implied((lag[0] - 1, lag[1]), read.ranges)
    return acyclic is not None and any(
        atom[0] == "x"
        and atom[1] == acyclic.array
        and atom[2][acyclic.to] == own
        and atom[2][acyclic.source] == source
        for atom in read.beside
    )
