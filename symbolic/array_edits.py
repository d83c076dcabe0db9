"""Edits of indexed expressions: one part changed, every part changed, products multiplied out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from symbolic.indexed import (
    Add,
    Affine,
    Expr,
    Fn,
    Get,
    Mul,
    Opaque,
    Pow,
    Shifted,
    Sum,
    Var,
    affine,
    inside,
    walk,
)

Repair = tuple[str, Expr]
Letters = tuple[Var, ...]
Change = Callable[[Expr, Letters], Iterable[tuple[str, Expr]]]


def rebuilt(expr: Expr, parts: tuple[Expr, ...]) -> Expr:
    """The expression with other expressions directly inside it."""
    match expr:
        case Add():
            return Add(parts)
        case Mul():
            return Mul(parts)
        case Pow(_, exponent):
            return Pow(parts[0], exponent)
        case Fn(name, _):
            return Fn(name, parts[0])
        case Opaque(name, at, _, orders):
            return Opaque(name, at, parts, orders)
        case Sum(over, _):
            return Sum(over, parts[0])
        case _:
            return expr


def somewhere(expr: Expr, change: Change, letters: Letters) -> Iterator[Repair]:
    """The expression with one part changed, in every way and at every place, outermost first.

    >>> from symbolic.array_text import shown
    >>> doubled = somewhere(Get("a") + Get("b"), lambda part, _: [("", 2 * part)], ())
    >>> [shown(expr) for _, expr in doubled]
    ['2 (a + b)', '2 a + b', 'a + 2 b']
    """
    yield from change(expr, letters)
    if isinstance(expr, Sum):
        letters = (*letters, expr.over)
    parts = inside(expr)
    for place, part in enumerate(parts):
        for words, new in somewhere(part, change, letters):
            yield words, rebuilt(expr, (*parts[:place], new, *parts[place + 1 :]))


def everywhere(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The expression with every part changed, innermost first."""
    return change(rebuilt(expr, tuple(everywhere(part, change) for part in inside(expr))))


def moved(expr: Expr, old: Var, new: Shifted) -> Expr:
    """The expression with a free letter replaced."""

    def index(i: Shifted | int) -> Shifted | int:
        if i == old:
            return new
        if isinstance(i, Affine):
            result = Affine(i.const)
            for part, c in i.terms:
                result = result + c * (affine(new) if part == old else affine(part))
            return result
        return i

    def change(part: Expr) -> Expr:
        match part:
            case Get(array, at):
                return Get(array, tuple(map(index, at)))
            case Opaque(name, at, arguments, orders):
                return Opaque(name, tuple(map(index, at)), arguments, orders)
            case _:
                return part

    if any(isinstance(part, Sum) and part.over == old for part in walk(expr)):
        return expr
    return everywhere(expr, change)


def distributed(expr: Expr) -> list[Expr]:
    """The terms of an expression, products of sums multiplied out, sums over indices kept."""
    match expr:
        case Add(terms):
            return [part for term in terms for part in distributed(term)]
        case Mul(factors):
            result: list[tuple[Expr, ...]] = [()]
            for factor in factors:
                result = [(*a, b) for a in result for b in distributed(factor)][:64]
            return [Mul(flat(parts)) for parts in result]
        case Pow(base, exponent) if exponent in (2, 3):
            return [Mul((base,) * int(exponent))]
        case _:
            return [expr]


def flat(parts: Iterable[Expr]) -> tuple[Expr, ...]:
    """The factors of all parts."""
    factors: list[Expr] = []
    for part in parts:
        factors += part.factors if isinstance(part, Mul) else (part,)
    return tuple(factors)
