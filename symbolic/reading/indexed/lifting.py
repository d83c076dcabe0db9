"""Denominators that are sums, each as an array of its own: p_nk = e^{z_nk} / s_n."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from symbolic.array_edits import everywhere
from symbolic.arrays import Abstract, Definition, Program
from symbolic.indexed import Expr, Get, Pow, Sum, free_letters, walk


def lifted(program: Program) -> Program | None:
    """The program with a name for each sum that something is divided by; None without any.

    What is proved of it is proved of the program itself: the new arrays are its own sums.
    """
    taken = {one.array for one in (*program.given, *program.definitions)}
    found: list[Definition | Abstract] = []
    for made in program.definitions:
        if isinstance(made, Definition):
            sums = dict(
                zip(dict.fromkeys(_sums(made.body)), _names(made.array, taken), strict=False)
            )
            parts = {whole: _named(name, whole) for whole, name in sums.items()}
            found += parts.values()
            made = replace(made, body=_with(made.body, parts)) if parts else made
        found.append(made)
    if len(found) == len(program.definitions):
        return None
    return replace(program, definitions=tuple(found))


def _sums(body: Expr) -> Iterator[Expr]:
    for part in walk(body):
        below = part.base if isinstance(part, Pow) and part.exponent < 0 else None
        if below is not None and any(isinstance(inner, Sum) for inner in walk(below)):
            yield below


def _names(array: str, taken: set[str]) -> Iterator[str]:
    for n in count(1):
        name = f"{array}_sum" if n == 1 else f"{array}_sum{n}"
        if name not in taken:
            taken.add(name)
            yield name


def _named(name: str, whole: Expr) -> Definition:
    letters = tuple(sorted(free_letters(whole), key=lambda v: (v.sort.name, v.name)))
    return Definition(name, letters, whole)


def _with(body: Expr, parts: dict[Expr, Definition]) -> Expr:
    def change(part: Expr) -> Expr:
        made = parts.get(part.base) if isinstance(part, Pow) and part.exponent < 0 else None
        if made is None or not isinstance(part, Pow):
            return part
        return Pow(Get(made.array, made.at), part.exponent)

    return everywhere(body, change)
