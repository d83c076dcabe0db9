"""One name for each bound index: equal monomials up to renaming get equal tuples.

Bound letters of unordered sorts may be permuted; bound letters of ordered sorts run over all
integers (their ranges are written as inequalities), so any substitution k = ±k' + (other indices)
with k' again over all integers is a bijection and leaves the sum unchanged.  The labelling tries
every permutation that colour refinement leaves and every choice of places whose index becomes a
plain letter, and keeps the least result.  Whatever it returns is the monomial renamed, so a
poor choice could only miss an equality, never invent one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

from symbolic.integers import Base, Linear, combined, letters, single

Atom = tuple[Any, ...]
Atoms = tuple[tuple[Atom, Any], ...]
Parts = tuple[Atoms, tuple[Linear, ...], tuple[Linear, ...]]  # atoms, equations, inequalities
Renaming = Callable[[Parts, dict[Base, Linear]], Parts | None]
LEAVES = 3000  # labellings tried for one monomial


class TooLargeError(Exception):
    """A budget ran out: the question is not decided."""


def height(atoms: Atoms) -> int:
    """How deeply sums are nested inside the functions of a product; its own letters lie above."""
    highest = -1
    for atom, _ in atoms:
        for inner in nested(atom):
            for monomial, _ in inner:
                bounds = monomial[1]
                highest = max(highest, bounds[0][1] if bounds else height(monomial[2]))
    return highest


def nested(atom: Atom) -> tuple[Any, ...]:
    """The frozen normal forms inside an atom."""
    kind = atom[0]
    if kind == "x":
        return ()
    if kind == "F":
        result: tuple[Any, ...] = atom[4]
        return result
    return (atom[2],) if kind == "c" else (atom[1],)


def places(atom: Atom) -> Iterator[tuple[Any, Linear]]:
    """Every index inside an atom, each with a mark that renaming does not change."""
    kind = atom[0]
    if kind == "x":
        for n, form in enumerate(atom[2]):
            yield (kind, atom[1], n), form
    elif kind == "F":
        for n, form in enumerate(atom[3]):
            yield (kind, atom[1], n), form
    for inner in nested(atom):
        for monomial, _ in inner:
            for part, _ in monomial[2]:
                for mark, form in places(part):
                    yield ("~", *mark), form


def occurring(parts: Parts) -> set[Base]:
    """Every letter in the parts, also inside functions and fixed maps."""
    found: set[Base] = set()
    stack: list[Parts] = [parts]
    while stack:
        atoms, equations, inequalities = stack.pop()
        for form in (*equations, *inequalities):
            found.update(letters(form))
        for atom, _ in atoms:
            kind = atom[0]
            for form in atom[2] if kind == "x" else atom[3] if kind == "F" else ():
                found.update(letters(form))
            for inner in nested(atom):
                stack.extend(monomial[2:5] for monomial, _ in inner)
    return found


def labelled(
    bounds: list[Base], parts: Parts, rename: Renaming, ordered: Callable[[Base], bool]
) -> tuple[tuple[Base, ...], Parts]:
    """The bound letters renamed to ("b", height, 0, sort), ("b", height, 1, sort), …"""
    level = 1 + height(parts[0])
    if len(bounds) == 1 and not ordered(bounds[0]):
        label = ("b", level, 0, bounds[0][3])
        return (label,), _renamed(rename, parts, {bounds[0]: single(label)})
    best: tuple[tuple[Base, ...], Parts] | None = None
    tried = 0
    integers = [base for base in bounds if ordered(base)]
    for variant in _variants(integers, parts, rename):
        for order in _orders(bounds, variant, rename):
            tried += 1
            if tried > LEAVES:
                raise TooLargeError(f"more than {LEAVES} ways to name the {len(bounds)} letters")
            labels = tuple(("b", level, n, base[3]) for n, base in enumerate(order))
            table = {old: single(new) for old, new in zip(order, labels, strict=True)}
            found = (labels, _renamed(rename, variant, table))
            if best is None or found < best:
                best = found
    assert best is not None
    return best


def _renamed(rename: Renaming, parts: Parts, table: dict[Base, Linear]) -> Parts:
    result = rename(parts, table)
    assert result is not None, "renaming letters by letters keeps a monomial a monomial"
    return result


def _variants(integers: list[Base], parts: Parts, rename: Renaming) -> Iterator[Parts]:
    """The monomial after each substitution that makes chosen places plain letters."""
    if not integers:
        yield parts
        return
    slots: dict[Linear, Any] = {}
    for atom, _ in parts[0]:
        for mark, form in places(atom):
            if mark < slots.get(form, ("￿",)) and _turns(form, integers):
                slots[form] = mark
    for form in parts[2]:
        if form not in slots and _turns(form, integers):
            slots[form] = ("￾",)
    chosen: dict[tuple[Any, ...], list[dict[Base, Linear]]] = {}
    for count, basis in enumerate(combinations(sorted(slots), len(integers))):
        if count > LEAVES:
            raise TooLargeError(f"more than {LEAVES} ways to shift {len(integers)} letters")
        table = _inverse(integers, basis)
        if table is not None:
            key = tuple(sorted(slots[form] for form in basis))
            chosen.setdefault(key, []).append(table)
    found = [rename(parts, table) for table in chosen[min(chosen)]] if chosen else []
    yield from [variant for variant in found if variant is not None] or [parts]


def _turns(form: Linear, integers: list[Base]) -> bool:
    """Whether the form has such letters, none inside a fixed map: t + map(t) hits no place once."""
    mapped = (x for base, _ in form[1] if base[0] == "g" for x in letters((0, ((base, 1),))))
    return any(base in integers for base, _ in form[1]) and not any(x in integers for x in mapped)


def _inverse(integers: list[Base], basis: tuple[Linear, ...]) -> dict[Base, Linear] | None:
    """letter: form such that every form of the basis becomes one letter; None if none is integral.

    Gauss elimination with pivots ±1 only; the new letters are the old ones, each used once.
    """
    rows = [({b: c for b, c in form[1] if b in integers}, form) for form in basis]
    unknown = list(integers)
    solved: dict[Base, Linear] = {}
    for row, form in rows:
        rest = form
        for base in row:
            if base in solved:
                rest = combined(rest, 1, single(base), -row[base])
                rest = combined(rest, 1, solved[base], row[base])
        pivot = next(
            (b for b, c in rest[1] if b in unknown and c in (1, -1)),
            None,
        )
        if pivot is None:
            return None
        c = dict(rest[1])[pivot]
        fresh = ("b", -1, pivot[2], pivot[3])  # the new letter, apart from the old ones
        # fresh = rest, so pivot = c · (fresh - (rest - c · pivot))
        others = combined(rest, 1, single(pivot), -c)
        value = combined(single(fresh), c, others, -c)
        solved = {b: _put(f, pivot, value) for b, f in solved.items()}
        solved[pivot] = value
        unknown.remove(pivot)
    back = {("b", -1, b[2], b[3]): b for b in integers}
    return {
        b: (f[0], tuple(sorted((back.get(base, base), c) for base, c in f[1])))
        for b, f in solved.items()
    }


def _put(form: Linear, base: Base, value: Linear) -> Linear:
    for known, c in form[1]:
        if known == base:
            return combined(combined(form, 1, single(base), -c), 1, value, c)
    return form


def _orders(bounds: list[Base], parts: Parts, rename: Renaming) -> Iterator[list[Base]]:
    """The orders of the letters that the colours allow; symmetric choices are made once."""
    colours: dict[Base, Any] = {base: base[3] for base in bounds}
    if len(set(colours.values())) == len(bounds):
        yield sorted(bounds, key=lambda base: str(base[3]))
        return
    stack = [_refined(_ranks(colours), parts)]
    while stack:
        ranks = stack.pop()
        cells: dict[int, list[Base]] = {}
        for base in bounds:
            cells.setdefault(ranks[base], []).append(base)
        open_cells = [rank for rank, cell in sorted(cells.items()) if len(cell) > 1]
        if not open_cells:
            yield sorted(bounds, key=ranks.__getitem__)
            continue
        cell = cells[open_cells[0]]
        tried: list[Base] = []
        for base in cell:
            if any(_twins(base, other, parts, rename) for other in tried):
                continue
            tried.append(base)
            split: dict[Base, Any] = {b: (r, b != base) for b, r in ranks.items()}
            stack.append(_refined(_ranks(split), parts))


def _twins(a: Base, b: Base, parts: Parts, rename: Renaming) -> bool:
    """Whether exchanging the two letters leaves the monomial as it is."""
    swapped = rename(parts, {a: single(b), b: single(a)})
    return swapped is not None and swapped == rename(parts, {a: single(a)})


def _ranks(colours: dict[Base, Any]) -> dict[Base, int]:
    values = sorted(set(colours.values()))
    return {base: values.index(colour) for base, colour in colours.items()}


def _refined(ranks: dict[Base, int], parts: Parts) -> dict[Base, int]:
    """Colours split by the places in which the letters occur, until nothing splits."""
    while True:
        seen: dict[Base, list[Any]] = {base: [] for base in ranks}
        for base in ranks:
            marked = {**ranks, base: -1}
            for atom, exponent in parts[0]:
                key, touched = _shade(atom, marked)
                if touched:
                    seen[base].append((0, key, exponent))
            for kind, forms in ((1, parts[1]), (2, parts[2])):
                for form in forms:
                    key, touched = _shade_form(form, marked, up_to_sign=kind == 1)
                    if touched:
                        seen[base].append((kind, key, 1))
        finer = _ranks({base: (ranks[base], _ordered(seen[base])) for base in ranks})
        if len(set(finer.values())) == len(set(ranks.values())):
            return finer
        ranks = finer


def _ordered(keys: list[Any]) -> tuple[str, ...]:
    return tuple(sorted(map(repr, keys)))


def _shade_form(form: Linear, ranks: dict[Base, int], up_to_sign: bool = False) -> tuple[Any, bool]:
    """The form with letters replaced by colours; and whether the marked letter is in it."""
    touched = False
    terms = []
    for base, c in form[1]:
        rank = ranks.get(base)
        if rank is not None:
            touched |= rank == -1
            terms.append((repr(("b", rank)), c))
        elif base[0] == "g":
            shades = [_shade_form(part, ranks) for part in base[3]]
            touched |= any(t for _, t in shades)
            terms.append((repr((base[:3], [s for s, _ in shades])), c))
        elif base[0] == "b":  # bound further inside
            terms.append((repr(("i", base[3])), c))
        else:
            terms.append((repr(base), c))
    key: Any = (form[0], sorted(terms))
    if up_to_sign:  # an equation may be turned round by the renaming
        key = min(key, (-form[0], sorted((name, -c) for name, c in terms)))
    return key, touched


def _shade(atom: Atom, ranks: dict[Base, int]) -> tuple[Any, bool]:
    """The atom with letters replaced by colours; sums inside it are seen coarsely."""
    kind = atom[0]
    touched = False
    key: list[Any] = [kind, atom[1] if kind != "p" else ""]
    if kind == "F":
        key.append(atom[2])
    for form in atom[2] if kind == "x" else atom[3] if kind == "F" else ():
        shade, hit = _shade_form(form, ranks)
        key.append(shade)
        touched |= hit
    for inner in nested(atom):
        seen = []
        for monomial, coefficient in inner:
            sizes, bounds, atoms, equations, inequalities = monomial
            shades = [(*_shade(part, ranks), exponent) for part, exponent in atoms]
            touched |= any(hit for _, hit, _ in shades)
            forms = [_shade_form(form, ranks, up_to_sign=True) for form in equations]
            forms += [_shade_form(form, ranks) for form in inequalities]
            touched |= any(hit for _, hit in forms)
            seen.append(
                repr((coefficient, sizes, [b[3] for b in bounds]))
                + repr(_ordered([(s, e) for s, _, e in shades]))
                + repr(_ordered([f for f, _ in forms]))
            )
        key.append(sorted(seen))
    return key, touched
