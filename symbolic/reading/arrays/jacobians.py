r"""Derivatives of what is no loss, \partial p/\partial z, and the chains that they make.

∂p/∂z has the entries ∂p_i/∂z_j.  Where both are vectors it is a matrix, p downwards; where the
lines fit the other way round it is the transposed one.  Beside a derivative by what it is of, it is
summed over all axes of that, however many these are:

    ∂L/∂W = ∂L/∂S ∂S/∂W    is    ∂L/∂W_{kl} = Σ_{ij} ∂L/∂S_{ij} ∂S_{ij}/∂W_{kl}

The entries are the derivatives of Σ_i u_i p_i, u any numbers: that of one u_i.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from symbolic.array_edits import everywhere
from symbolic.array_verdicts import Judge
from symbolic.arrays import Given, Program, Rule
from symbolic.errors import InputError
from symbolic.indexed import Add, Delta, Expr, Get, Mul, Num, Sum, Var, walk
from symbolic.labelling import TooLargeError
from symbolic.reading.arrays.values import Index, Value
from symbolic.reading.arrays.widths import Width
from symbolic.reading.source import NotUnderstood
from symbolic.shapes import Letters, put

PROBE = "u of Jacobian"
Entries = Callable[[Sequence[Index], Sequence[Index]], Expr]
"""∂top[…]/∂of[…] at these indices."""


@dataclass(frozen=True)
class Jacobian(Value):
    """∂top/∂of; its rows and columns are those of a matrix where both are vectors or numbers."""

    top: str = ""
    of: str = ""
    axes: tuple[tuple[Width, ...], tuple[Width, ...]] = ((), ())
    entries: Entries | None = None
    diagonal: bool = False
    """Whether each entry of the one depends on the same entry of the other alone."""

    def at(self, top: Sequence[Index], of: Sequence[Index]) -> Expr:
        """One entry."""
        assert self.entries is not None
        return self.entries(top, of)

    @property
    def is_matrix(self) -> bool:
        """Whether it has two axes at most."""
        return len(self.axes[0]) < 2 and len(self.axes[1]) < 2


@dataclass(frozen=True)
class Slope:
    """∂top[letters]/∂of[others] as a formula."""

    letters: tuple[Var, ...]
    others: tuple[Var, ...]
    body: Expr

    def element(self, top: Sequence[Index], of: Sequence[Index], letters: Letters) -> Expr:
        """The formula at these indices; its sums get letters of their own."""
        table: dict[Var, Index] = dict(zip((*self.letters, *self.others), (*top, *of), strict=True))
        for part in walk(self.body):
            if isinstance(part, Sum):
                table[part.over] = letters.new(part.over.sort)
        return put(self.body, table)

    @property
    def is_diagonal(self) -> bool:
        """Whether it is 0 where the indices differ, as its own factors show."""
        rows = list(zip(self.letters, self.others, strict=False))
        terms = self.body.terms if isinstance(self.body, Add) else (self.body,)
        alike = len(self.letters) == len(self.others)
        return alike and all({*row} in _pairs(term) for term in terms for row in rows)


def _pairs(term: Expr) -> list[set[Index]]:
    """The indices that must be equal where a term is not 0."""
    factors = term.factors if isinstance(term, Mul) else (term,)
    found = [{one.left, one.right} for one in factors if isinstance(one, Delta)]
    return found + [pair for one in factors if isinstance(one, Mul) for pair in _pairs(one)]


def slope(program: Program, top: str, of: str) -> Slope:
    """The derivative of an array by another; raises `NotUnderstood`."""
    unread = NotUnderstood("This derivative is not found.", "Write it with indices.", 0)
    at = tuple(Var(f"{s.name}{n}", s) for n, s in enumerate(program.arrays[top]))
    others = tuple(Var(f"{s.name}{n}", s) for n, s in enumerate(program.arrays[of], len(at)))
    cost: Expr = Get(PROBE, at) * Get(top, at)
    for letter in reversed(at):
        cost = Sum(letter, cost)
    given = (*program.given, Given(PROBE, program.arrays[top]))
    try:
        cut = Program(given, program.definitions, cost)
        rule = Judge(cut).true_rule(Rule(of, others, Num(Fraction(0))))
    except (InputError, TooLargeError):
        raise unread from None
    parts = [] if rule is None else [p for p in walk(rule.body) if isinstance(p, Get)]
    if rule is None or any(part.array.startswith("∂") for part in parts):
        raise unread

    def one(part: Expr) -> Expr:
        if not isinstance(part, Get) or part.array != PROBE:
            return part
        deltas = tuple(Delta(here, there) for here, there in zip(part.at, at, strict=True))
        return Mul(deltas) if len(deltas) != 1 else deltas[0]

    return Slope(at, others, _settled(everywhere(rule.body, one)))


def _settled(expr: Expr) -> Expr:
    """A sum over a letter that is one other letter is what it is there."""

    def change(part: Expr) -> Expr:
        if not isinstance(part, Sum) or not isinstance(part.body, Mul):
            return part
        for n, factor in enumerate(part.body.factors):
            if isinstance(factor, Delta) and part.over in (factor.left, factor.right):
                other = factor.right if factor.left == part.over else factor.left
                rest = (*part.body.factors[:n], *part.body.factors[n + 1 :])
                if isinstance(other, Var) and rest:
                    inner = rest[0] if len(rest) == 1 else Mul(rest)
                    return put(inner, {part.over: other})
        return part

    return everywhere(expr, change)


def chained(left: Value, right: Value, new: Callable[[Width], Var], vectors: str) -> Value | None:
    """∂L/∂S ∂S/∂W, or in the other order; None where they are no such."""
    for first, second in ((left, right), (right, left)):
        if isinstance(second, Jacobian) and second.top and first.by == second.top:
            return _contracted(first, second, new, vectors)
    return None


def _contracted(first: Value, second: Jacobian, new: Callable[[Width], Var], vectors: str) -> Value:
    def summed(outer: Callable[[Sequence[Index]], Expr], of: Sequence[Index]) -> Expr:
        letters = [new(axis) for axis in second.axes[0]]
        found: Expr = outer(letters) * second.at(letters, of)
        for letter in reversed(letters):
            found = Sum(letter, found)
        return found

    if isinstance(first, Jacobian):
        inner = first

        def entries(top: Sequence[Index], of: Sequence[Index]) -> Expr:
            return summed(lambda at: inner.at(top, at), of)

        made = made_jacobian(first.top, second.of, (first.axes[0], second.axes[1]), entries)
        return replace(made, diagonal=first.diagonal and second.diagonal)
    axes = second.axes[1]

    def entry(of: Sequence[Index]) -> Expr:
        return summed(lambda at: at_axes(first, at), of)

    rows, cols = shape_of(axes, vectors)
    return Value(rows, cols, lambda r, c: entry([i for i in (r, c) if i is not None]), by=second.of)


def at_axes(value: Value, at: Sequence[Index]) -> Expr:
    """An element of a value by the indices of its array."""
    rest = iter(at)
    row, col = (None if axis is None else next(rest) for axis in (value.rows, value.cols))
    return value.element(row, col)


def shape_of(axes: Sequence[Width], vectors: str) -> tuple[Width | None, Width | None]:
    """The rows and the columns of an array with these axes."""
    if len(axes) == 2:
        return axes[0], axes[1]
    if not axes:
        return None, None
    return (None, axes[0]) if vectors == "rows" else (axes[0], None)


def made_jacobian(
    top: str,
    of: str,
    axes: tuple[tuple[Width, ...], tuple[Width, ...]],
    entries: Entries,
    diagonal: bool = False,
) -> Jacobian:
    """A derivative with its entries, as a matrix where it is one."""
    rows = axes[0][0] if len(axes[0]) == 1 else None
    cols = axes[1][0] if len(axes[1]) == 1 else None

    def element(r: Index | None, c: Index | None) -> Expr:
        return entries([i for i in (r,) if i is not None], [i for i in (c,) if i is not None])

    return Jacobian(rows, cols, element, False, of, top, of, axes, entries, diagonal)


def along_diagonal(value: Value, vectors: str) -> Value | None:
    """∂a/∂z of an a that is a function of each element of z, as a vector of its slopes."""
    if not isinstance(value, Jacobian) or not value.diagonal:
        return None
    rows, cols = shape_of(value.axes[0], vectors)

    def element(r: Index | None, c: Index | None) -> Expr:
        at = [i for i in (r, c) if i is not None]
        return value.at(at, at)

    return Value(rows, cols, element)
