"""Whole arrays with typed axes: elementwise operations, products of matrices, sums over an axis.

An axis is the sort it is indexed by, so a shape error is found by comparing sorts, before any
algebra.  A `Shaped` is read at an index and gives an expression in index notation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import count

from symbolic.errors import InputError
from symbolic.indexed import (
    Add,
    Affine,
    AtLeast,
    Delta,
    Expr,
    Fn,
    Gather,
    Get,
    Mul,
    Num,
    Opaque,
    Pow,
    Shifted,
    Sort,
    Sum,
    Var,
    free_letters,
    inside,
    walk,
)

Place = tuple[Shifted | int, ...]
MARK = "′"
"""Ends the name of a letter that nobody wrote; `Parser` reads no such name."""
MOST_PARTS = 20_000
MOST_SUMS = 12
"""How many sums may multiply each other; more are not compared in reasonable time."""


@dataclass(frozen=True)
class Shaped:
    """A number (no axes), a vector or a matrix, whose element at an index is an expression.

    >>> I, J = Sort("I"), Sort("J")
    >>> W = Shaped((J, I), lambda at: Get("W", at))
    >>> shown((W.axes)), shown(transposed(W).axes)
    ('J × I', 'I × J')
    >>> matmul(W, W, Letters())
    Traceback (most recent call last):
    symbolic.errors.InputError: The product @ sums over I on the left (J × I), but over J on ...
    """

    axes: tuple[Sort, ...]
    element: Callable[[Place], Expr]


class Letters:
    """New letters that no formula of the user has."""

    def __init__(self) -> None:
        self._numbers = count()

    def new(self, sort: Sort) -> Var:
        """A letter that has not been used."""
        return Var(f"{sort.name}{next(self._numbers)}{MARK}", sort)


def number(expr: Expr) -> Shaped:
    """An expression without open axes."""
    return Shaped((), lambda at: expr)


def shown(axes: tuple[Sort, ...]) -> str:
    """A shape in words."""
    return " × ".join(sort.name for sort in axes) if axes else "a number"


def each(function: Callable[[Expr], Expr], value: Shaped) -> Shaped:
    """The function of every element."""
    return Shaped(value.axes, lambda at: function(value.element(at)))


def elementwise(
    operation: Callable[[Expr, Expr], Expr], sign: str, left: Shaped, right: Shaped
) -> Shaped:
    """The operation on equal places; a number meets every element, a vector its own axis.

    Raises `InputError` where the shapes do not fit.
    """
    axes = left.axes if len(left.axes) >= len(right.axes) else right.axes
    places: list[tuple[int, ...]] = []
    for side in (left, right):
        if side.axes == axes:
            places.append(tuple(range(len(axes))))
        elif not side.axes:
            places.append(())
        elif len(side.axes) < len(axes) and axes.count(side.axes[0]) == 1:
            places.append((axes.index(side.axes[0]),))
        else:
            hint = ""
            if side.axes == axes[::-1]:
                hint = " Transpose one of them with .T."
            elif len(side.axes) < len(axes) and axes.count(side.axes[0]) > 1:
                hint = f" It is not clear along which {side.axes[0].name}; write the indices."
            raise InputError(
                f"The shapes of {sign} do not fit: {shown(left.axes)} on the left, "
                f"{shown(right.axes)} on the right.{hint}"
            )
    first, second = places

    def element(at: Place) -> Expr:
        return operation(
            left.element(tuple(at[n] for n in first)), right.element(tuple(at[n] for n in second))
        )

    return Shaped(axes, element)


def transposed(value: Shaped) -> Shaped:
    """The matrix with its axes exchanged."""
    if len(value.axes) != 2:
        raise InputError(f".T wants a matrix, but this is {_what(value)}.")
    return Shaped(value.axes[::-1], lambda at: value.element(at[::-1]))


def matmul(left: Shaped, right: Shaped, letters: Letters) -> Shaped:
    """The product of matrices and vectors: the sum over the axis between them.

    Raises `InputError` where these two differ.
    """
    if not left.axes or not right.axes:
        raise InputError("The product @ wants vectors or matrices; write * for numbers.")
    if left.axes[-1] != right.axes[0]:
        raise InputError(
            f"The product @ sums over {left.axes[-1].name} on the left ({shown(left.axes)}), "
            f"but over {right.axes[0].name} on the right ({shown(right.axes)})."
        )
    rows = len(left.axes) - 1

    def element(at: Place) -> Expr:
        k = letters.new(left.axes[-1])
        return Sum(k, left.element((*at[:rows], k)) * right.element((k, *at[rows:])))

    return Shaped((*left.axes[:-1], *right.axes[1:]), element)


def outer(left: Shaped, right: Shaped) -> Shaped:
    """left[i] · right[j], a matrix."""
    for side in (left, right):
        if len(side.axes) != 1:
            raise InputError(f"outer wants two vectors, but one is {_what(side)}.")
    return Shaped(left.axes + right.axes, lambda at: left.element(at[:1]) * right.element(at[1:]))


def bound(letter: Var, value: Shaped, letters: Letters) -> tuple[Var, Shaped]:
    """The letter a sum runs over, and what is summed.

    An axis of the letter's sort is taken where the letter itself does not occur in the value.
    """
    places = [n for n, sort in enumerate(value.axes) if sort == letter.sort]
    if not places:
        return letter, value
    if letter in letters_of(value, letters):
        raise InputError(f"{letter.name!r} is an index here and {letter.sort.name} an open axis.")
    if len(places) > 1:
        raise InputError(f"There are two axes {letter.sort.name}; write the indices.")
    place, own = places[0], letters.new(letter.sort)

    def element(at: Place) -> Expr:
        return value.element((*at[:place], own, *at[place:]))

    return own, Shaped((*value.axes[:place], *value.axes[place + 1 :]), element)


def letters_of(value: Shaped, letters: Letters) -> frozenset[Var]:
    """The letters that occur free, those of the open axes left out."""
    at = tuple(map(letters.new, value.axes))
    return free_letters(value.element(at)) - set(at)


def parts(expr: Expr) -> int:
    """How many parts an expression has when it is written out."""
    sizes: dict[int, int] = {}
    stack = [expr]
    while stack:
        top = stack[-1]
        waiting = [part for part in inside(top) if id(part) not in sizes]
        if waiting:
            stack += waiting
            continue
        stack.pop()
        sizes[id(top)] = 1 + sum(sizes[id(part)] for part in inside(top))
    return sizes[id(expr)]


def sums(expr: Expr) -> int:
    """How many sums multiply each other, powers written out.

    >>> k = Var("k", Sort("K"))
    >>> sums(Sum(k, Get("a", (k,))) ** 3 + 1)
    3
    """
    deepest: dict[int, int] = {}
    stack = [expr]
    while stack:
        top = stack[-1]
        waiting = [part for part in inside(top) if id(part) not in deepest]
        if waiting:
            stack += waiting
            continue
        stack.pop()
        below = [deepest[id(part)] for part in inside(top)]
        match top:
            case Mul():
                found = sum(below)
            case Sum():
                found = 1 + below[0]
            case Pow(_, exponent):
                found = below[0] * max(1, abs(int(exponent)))
            case _:
                found = max(below, default=0)
        deepest[id(top)] = found
    return deepest[id(expr)]


def _what(value: Shaped) -> str:
    names = ("a number", f"a vector over {shown(value.axes)}", f"a matrix {shown(value.axes)}")
    return names[min(len(value.axes), 2)]


def put(expr: Expr, table: Mapping[Var, Shifted | int]) -> Expr:
    """The expression with letters replaced, bound ones too.  What is put in must be new to it."""

    def at(indices: Place) -> Place:
        return tuple(_put_index(index, table) for index in indices)

    match expr:
        case Get(array, indices):
            return Get(array, at(indices))
        case Add(terms):
            return Add(tuple(put(term, table) for term in terms))
        case Mul(factors):
            return Mul(tuple(put(factor, table) for factor in factors))
        case Pow(base, exponent):
            return Pow(put(base, table), exponent)
        case Fn(name, argument):
            return Fn(name, put(argument, table))
        case Opaque(name, indices, arguments, orders):
            return Opaque(name, at(indices), tuple(put(a, table) for a in arguments), orders)
        case Sum(over, body):
            new = table.get(over, over)
            assert isinstance(new, Var)
            return Sum(new, put(body, table))
        case Delta(left, right):
            return Delta(*at((left, right)))
        case AtLeast(left, right):
            return AtLeast(*at((left, right)))
        case _:
            return expr


def _put_index(index: Shifted | int, table: Mapping[Var, Shifted | int]) -> Shifted | int:
    match index:
        case Var():
            return table.get(index, index)
        case Gather(name, sort, at):
            return Gather(name, sort, tuple(_put_index(i, table) for i in at))
        case Affine(const, terms):
            total: Shifted | int = Affine(const)
            for part, c in terms:
                total = total + _put_index(part, table) * c
            return total
        case _:
            return index


def named(
    expr: Expr, at: tuple[Var, ...], letters: Mapping[str, str]
) -> tuple[tuple[Var, ...], Expr]:
    """Letters that nobody wrote get readable names, each one that does not occur yet.

    `letters` gives the letter of a sort.
    """
    every = list(dict.fromkeys((*at, *_letters(expr))))
    taken = {letter.name for letter in every}
    table: dict[Var, Var] = {}
    for letter in every:
        if letter.name.endswith(MARK):
            stem = letters.get(letter.sort.name, letter.sort.name.lower())
            stem = stem if stem.isascii() else "i"
            names = (stem, *(f"{stem}{n}" for n in range(2, len(every) + 3)))
            name = next(name for name in names if name not in taken)
            taken.add(name)
            table[letter] = Var(name, letter.sort)
    return tuple(table.get(letter, letter) for letter in at), put(expr, table)


def _letters(expr: Expr) -> list[Var]:
    """All letters, bound or free, in the order they are written."""
    found: list[Var] = []
    for part in walk(expr):
        indices: list[Shifted | int] = []
        match part:
            case Get(_, at) | Opaque(_, at):
                indices = list(at)
            case Sum(over, _):
                indices = [over]
            case Delta(left, right) | AtLeast(left, right):
                indices = [left, right]
        while indices:
            match indices.pop(0):
                case Var() as letter:
                    found.append(letter)
                case Affine(_, terms):
                    indices = [part for part, _ in terms] + indices
                case Gather(_, _, inner):
                    indices = [*inner, *indices]
    return found


def constant(expr: Expr) -> Fraction | None:
    """The value of an expression of small rational numbers alone, else None."""
    match expr:
        case Num(value):
            return value
        case Add(parts_) | Mul(parts_):
            total = Fraction(0 if isinstance(expr, Add) else 1)
            for part in parts_:
                one = constant(part)
                if one is None:
                    return None
                total = total + one if isinstance(expr, Add) else total * one
            return total
        case Pow(base, exponent):
            root = constant(base)
            if not root or exponent.denominator != 1 or abs(exponent) > 4:
                return None
            return root ** int(exponent)
    return None
