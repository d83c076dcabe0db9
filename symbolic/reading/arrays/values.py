"""Arrays with their shapes: a number is 1 × 1, a column n × 1, a row 1 × n."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from symbolic.arrays import ONE
from symbolic.indexed import Expr, Shifted, Var
from symbolic.reading.arrays.widths import Width

Index = Shifted | int
Element = Callable[[Index | None, Index | None], Expr]


@dataclass(frozen=True)
class Value:
    """rows × cols, None for 1, and the element at a row and a column (None where there is one)."""

    rows: Width | None
    cols: Width | None
    element: Element
    column: bool = False
    """Whether it is the column of one example, x^{(i)} of X: the last axis has its letter."""
    by: str = ""
    """The array that it is the derivative by, where it is one."""

    @property
    def is_number(self) -> bool:
        return self.rows is None and self.cols is None

    def letters(self, at: Sequence[Var], row: Var | None, col: Var | None) -> tuple[Var, ...]:
        """The letters of an array in the order of its axes: those written, then those left open."""
        left = tuple(v for v in (row, col) if v is not None)
        return (*left, *at) if self.column else (*at, *left)


@dataclass
class Binder:
    """A letter in scope: of time where it has no width; its variable is made when it is needed."""

    name: str
    width: Width | None
    made: Var | None = None
    offset: int = 0
    """What the letter is more than its variable."""


@dataclass(frozen=True)
class Entry:
    """What a sign stands for: the array of a program, its axes, and a factor before it.

    `initial` is the array of values before the first time, None where they are 0; `before` an
    array that holds, at each time, the value of the time before.  `formula` gives the element at
    all indices where it is no element of an array.
    """

    array: str
    axes: tuple[Width, ...]
    timed: bool = False
    initial: str | None = None
    before: str | None = None
    factor: Expr = ONE
    formula: Callable[[tuple[Index, ...]], Expr] | None = None
    upright: bool = False


def each(function: Callable[[Expr], Expr], value: Value) -> Value:
    """The function of every element."""
    return Value(value.rows, value.cols, lambda r, c: function(value.element(r, c)))
