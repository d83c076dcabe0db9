"""Edits of indexed expressions: one part changed, every part changed, products multiplied out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

from symbolic.arrays import ONE
from symbolic.indexed import (
    Add,
    Affine,
    AtLeast,
    Count,
    Delta,
    Expr,
    Fn,
    Gather,
    Get,
    Mul,
    Opaque,
    Pow,
    Shifted,
    Sum,
    Var,
    affine,
    free_letters,
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

    >>> from symbolic.model_notation import plain
    >>> doubled = somewhere(Get("a") + Get("b"), lambda part, _: [("", 2 * part)], ())
    >>> [plain(expr) for _, expr in doubled]
    ['2*(a + b)', '2*a + b', 'a + 2*b']
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


def flattened(expr: Expr) -> Expr:
    """Products of products and sums of sums as one, powers of a size added up.

    >>> from symbolic.model_notation import plain
    >>> plain(flattened(1 / Count("N") * (Get("a") * Count("N"))))
    'a'
    """

    def change(part: Expr) -> Expr:
        if isinstance(part, Add):
            terms: list[Expr] = []
            for term in part.terms:
                terms += term.terms if isinstance(term, Add) else (term,)
            return terms[0] if len(terms) == 1 else Add(tuple(terms))
        if not isinstance(part, Mul):
            return part
        factors = [f for f in flat(part.factors) if f != ONE]
        powers: dict[str, Fraction] = {}
        for factor in factors:
            size, power = _size_power(factor)
            if size:
                powers[size] = powers.get(size, Fraction(0)) + power
        kept = [f for f in factors if not _size_power(f)[0]]
        for size, power in powers.items():
            if power:
                kept.append(Count(size) if power == 1 else Pow(Count(size), power))
        return kept[0] if len(kept) == 1 else Mul(tuple(kept)) if kept else ONE

    return everywhere(expr, change)


def _size_power(factor: Expr) -> tuple[str, Fraction]:
    match factor:
        case Count(size):
            return size, Fraction(1)
        case Pow(Count(size), exponent):
            return size, exponent
        case _:
            return "", Fraction(0)


def fresh(letter: Var, expr: Expr) -> Var:
    """A letter of the same sort that does not occur in the expression."""
    taken = {v for part in walk(expr) for v in free_letters(part)}
    taken |= {part.over for part in walk(expr) if isinstance(part, Sum)}
    name = f"{letter.name}'"
    while Var(name, letter.sort) in taken:
        name += "'"
    return Var(name, letter.sort)


def tidied(index: Shifted | int) -> Shifted | int:
    """t, not t + 0."""
    if isinstance(index, Affine) and index.const == 0 and len(index.terms) == 1:
        part, c = index.terms[0]
        return part if c == 1 else index
    return index


def moved(expr: Expr, old: Var, new: Shifted) -> Expr:
    """The expression with a free letter replaced."""

    def index(i: Shifted | int) -> Shifted | int:
        match i:
            case Gather(name, sort, at):
                return Gather(name, sort, tuple(map(index, at)))
            case Affine(const, terms):
                result = Affine(const)
                for part, c in terms:
                    result = result + c * affine(index(part))
                return tidied(result)
            case _:
                return new if i == old else i

    def change(part: Expr) -> Expr:
        match part:
            case Get(array, at):
                return Get(array, tuple(map(index, at)))
            case Opaque(name, at, arguments, orders):
                return Opaque(name, tuple(map(index, at)), arguments, orders)
            case Delta(left, right):
                return Delta(index(left), index(right))
            case AtLeast(left, right):
                return AtLeast(index(left), index(right))
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
