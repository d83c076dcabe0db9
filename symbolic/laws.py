"""Where a pattern of array entries occurs among the factors of a monomial."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from symbolic.integers import Base, Linear
from symbolic.labelling import Atom

Number = int | Fraction


def matches(
    pattern: tuple[Atom, ...], atoms: dict[Atom, Number]
) -> Iterator[tuple[dict[Base, Linear], dict[Atom, Number]]]:
    """Every way to find the pattern among the factors: its letters, and the factors left."""
    stack: list[tuple[int, dict[Base, Linear], dict[Atom, Number]]] = [(0, {}, atoms)]
    while stack:
        position, table, rest = stack.pop()
        if position == len(pattern):
            yield table, rest
            continue
        wanted = pattern[position]
        found = [
            (atom, power)
            for atom, power in rest.items()
            if atom[0] == "x" and atom[1] == wanted[1] and power >= 1
        ]
        for atom, power in sorted(found, reverse=True):
            unified = _unified(wanted[2], atom[2], table)
            if unified is not None:
                stack.append((position + 1, unified, {**rest, atom: power - 1}))


def _unified(
    wanted: tuple[Linear, ...], found: tuple[Linear, ...], table: dict[Base, Linear]
) -> dict[Base, Linear] | None:
    result = dict(table)
    for want, form in zip(wanted, found, strict=True):
        base = want[1][0][0]
        if base[0] != "f":
            if want != form:
                return None
        elif result.setdefault(base, form) != form:
            return None
    return result
