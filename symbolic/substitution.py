"""Entries of arrays replaced by what they are: definitions put into whole normal forms.

A body goes in for every entry, or for the chosen ones, also inside functions; what is rebuilt on
the way is normalised again, under the hypotheses of the calculus that does it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial

from symbolic import integers as z
from symbolic.indices import Calculus
from symbolic.integers import Base, Linear
from symbolic.labelling import Atom, nested
from symbolic.monomials import Normal, Number, accumulate
from symbolic.partials import arrays_of


def unfolded(
    calculus: Calculus,
    normal: Normal,
    bodies: Mapping[str, tuple[tuple[Base, ...], Normal]],
    chosen: Callable[[tuple[Linear, ...]], bool] = lambda at: True,
    where: Callable[[Normal, Linear], bool] | None = None,
    place: int = 0,
) -> Normal:
    """Every entry of the arrays in `bodies` replaced by its body, (letters, normal form).

    Of these entries only those are replaced whose indices are `chosen`; `where` is asked for the
    monomial that an entry stands in, with its letters free, and for the index of the entry at
    `place`.
    """
    result: Normal = {}
    for monomial, coefficient in normal.items():
        if arrays_of({monomial: 1}).isdisjoint(bodies):
            accumulate(result, {monomial: coefficient})
            continue
        bounds, (atoms, equations, ranges) = calculus.opened(monomial)
        kept, made = [], []
        wanted = chosen
        if where is not None:
            whole = calculus.settled(coefficient, monomial, [*atoms], equations, ranges)
            indices = {at[place] for at in _entries(atoms, bodies) if _is_free(at, bounds)}
            here = frozenset(index for index in indices if where(whole, index))
            wanted = partial(_within, here, place, chosen)
        for atom, power in atoms:
            if arrays_of({((), (), ((atom, 1),)): 1}).isdisjoint(bodies):
                kept.append((atom, power))
                continue
            if atom[0] == "x" and not wanted(atom[2]):
                kept.append((atom, power))
                continue
            made.append(calculus.power(_unfolded_atom(calculus, atom, bodies, wanted), power))
        rest = calculus.settled(coefficient, monomial, kept, equations, ranges)
        accumulate(result, calculus.closed(calculus.product((rest, *made)), bounds))
    return result


def _within(
    here: frozenset[Linear],
    place: int,
    chosen: Callable[[tuple[Linear, ...]], bool],
    at: tuple[Linear, ...],
) -> bool:
    return at[place] in here and chosen(at)


def _entries(
    atoms: Iterable[tuple[Atom, Number]], arrays: Collection[str]
) -> Iterator[tuple[Linear, ...]]:
    """The indices of the entries of some arrays, also inside functions."""
    stack = [atom for atom, _ in atoms]
    while stack:
        atom = stack.pop()
        if atom[0] == "x" and atom[1] in arrays:
            yield atom[2]
        for inner in nested(atom):
            stack += [one for monomial, _ in inner for one, _ in monomial[2]]


def free_entries(normal: Normal, array: str) -> Iterator[tuple[Linear, ...]]:
    """The indices without bound letters of the entries of an array, also inside functions."""
    for monomial in normal:
        yield from (at for at in _entries(monomial[2], (array,)) if _is_free(at, ()))


def _is_free(at: tuple[Linear, ...], opened: Collection[Base]) -> bool:
    """Whether no index is bound, but by the sums that are opened."""
    bases = (base for form in at for base, _ in form[1])
    return all(base[0] != "b" or base in opened for base in bases)


def stepped(
    calculus: Calculus,
    normal: Normal,
    bodies: Mapping[str, tuple[tuple[Base, ...], Normal]],
    chosen: Callable[[tuple[Linear, ...]], bool] = lambda at: True,
) -> Normal:
    """The entries that are factors replaced by their bodies once; those inside functions stay.

    Of these entries only those are replaced whose indices are `chosen`.
    """
    result: Normal = {}
    for monomial, coefficient in normal.items():
        bounds, (atoms, equations, ranges) = calculus.opened(monomial)
        kept, made = [], []
        for atom, power in atoms:
            if atom[0] == "x" and atom[1] in bodies and chosen(atom[2]):
                made.append(calculus.power(_unfolded_atom(calculus, atom, bodies), power))
            else:
                kept.append((atom, power))
        rest = calculus.settled(coefficient, monomial, kept, equations, ranges)
        accumulate(result, calculus.closed(calculus.product((rest, *made)), bounds))
    return result


def within_ranges(calculus: Calculus, normal: Normal) -> Normal:
    """[c] f([c] a + b) = [c] f(a + b): ranges that hold for a term need not be said inside it."""
    return _made_again(calculus, normal, ())


def index_forms(normal: Normal, arrays: Collection[str]) -> list[Linear]:
    """The indices without bound letters, such as n and n − 1, of entries that are factors."""
    found = {
        form
        for monomial in normal
        for atom, _ in monomial[2]
        if atom[0] == "x" and atom[1] in arrays
        for form in atom[2]
        if _is_free((form,), ())
    }
    return sorted(found)


def renewed(calculus: Calculus, normal: Normal) -> Normal:
    """The normal form of another calculus brought under the hypotheses of this one."""
    return _made_again(calculus, normal, None)


def _made_again(calculus: Calculus, normal: Normal, known: tuple[Linear, ...] | None) -> Normal:
    """The normal form with its functions at arguments made again.

    Where ranges are `known` to hold, what they imply is left out, here and in arguments.
    """
    result: Normal = {}
    for monomial, coefficient in normal.items():
        bounds, (atoms, equations, ranges) = calculus.opened(monomial)
        here = known
        if known is not None:
            ranges = tuple(form for form in ranges if not z.implied(form, known))
            here = (*known, *ranges)
        kept, made = [], []
        for atom, power in atoms:
            inside = [_made_again(calculus, dict(inner), here) for inner in nested(atom)]
            if atom[0] == "x":
                kept.append((atom, power))
            else:
                made.append(calculus.power(_rebuilt(calculus, atom, inside), power))
        rest = calculus.settled(coefficient, monomial, kept, equations, ranges)
        accumulate(result, calculus.closed(calculus.product((rest, *made)), bounds))
    return result


def _rebuilt(calculus: Calculus, atom: Atom, inside: list[Normal]) -> Normal:
    """The function of an atom at other arguments."""
    if atom[0] == "F":
        return calculus.opaque(atom[1], atom[2], atom[3], inside)
    return calculus.function(atom[1], inside[0]) if atom[0] == "c" else inside[0]


def _unfolded_atom(
    calculus: Calculus,
    atom: Atom,
    bodies: Mapping[str, tuple[tuple[Base, ...], Normal]],
    chosen: Callable[[tuple[Linear, ...]], bool] = lambda at: True,
) -> Normal:
    kind = atom[0]
    if kind == "x":
        letters, body = bodies[atom[1]]
        value = calculus.put(body, dict(zip(letters, atom[2], strict=True)))
        guard = calculus.guard(atom[1], atom[2])
        return calculus.multiply(guard, value)
    return _rebuilt(
        calculus, atom, [unfolded(calculus, dict(inner), bodies, chosen) for inner in nested(atom)]
    )
