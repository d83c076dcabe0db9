"""Values put together: their shapes are compared, and their elements follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symbolic.formulas import inverse
from symbolic.indexed import (
    Expr,
    Pow,
    Sort,
    Sum,
    Var,
    walk,
)
from symbolic.reading.arrays import formulas as w
from symbolic.reading.arrays.jacobians import (
    Jacobian,
    along_diagonal,
    chained,
)
from symbolic.reading.arrays.values import Binder, Entry, Index, Value, each
from symbolic.reading.arrays.widths import Width, Widths
from symbolic.reading.source import Fault, NotUnderstood
from symbolic.shapes import Letters

Lookup = Callable[[w.Formula], Entry]
"""The entry that a quantity or a derivative means; raises `NotUnderstood`."""


@dataclass
class Combining:
    """What a reader of formulas does with values; `keep` gives a name to a part of a definition."""

    widths: Widths
    time: Sort
    last: str
    vectors: str
    letters_of: Mapping[str, str]
    lookup: Lookup
    letters: Letters = field(default_factory=Letters)
    scope: dict[str, Binder] = field(default_factory=dict)
    keep: Callable[[Expr], Expr] | None = None
    samples: str = ""
    """The size of the axis of examples, where they are columns."""
    rows: str = ""
    """The same where they are rows."""
    lone: list[Width] | None = None
    """The widths that a loss takes to be 1: it multiplies columns as if they were numbers."""
    said: dict[str, None] = field(default_factory=dict)
    """What is to be told of how lines were read."""

    def open(self, name: str, own: bool = False, over: str = "") -> Binder:
        """Bring a letter into scope; `own` letters keep their names, `over` is its size."""
        size = over or self.letters_of.get(name)
        width = None
        if size is not None:
            width = self.widths.new() if size == "?" else self.widths.named(size)
        binder = Binder(name if own else "", width)
        self.scope[name] = binder
        return binder

    def var(self, binder: Binder) -> Var:
        """The letter as a variable; all widths are known."""
        if binder.made is None:
            sort = self.time if binder.width is None else self._sort(binder.width)
            binder.made = Var(binder.name, sort) if binder.name else self.letters.new(sort)
        return binder.made

    def _sort(self, width: Width) -> Sort:
        if not self.widths.name(width):
            raise NotUnderstood(
                "The length of an axis follows from nothing here.", "Write it with indices.", 0,
                Fault.TYPE,
            )  # fmt: skip
        return self.widths.sort(width)

    def new(self, width: Width) -> Var:
        return self.letters.new(self._sort(width))

    def mismatch(self, what: str, left: Value, right: Value, place: int) -> NotUnderstood:
        """The type error of two shapes."""
        shapes = [
            f"{self.widths.shown(v.rows)} × {self.widths.shown(v.cols)}" for v in (left, right)
        ]
        hint = "Check the order of the factors."
        turned = (left.cols, left.rows) == (right.rows, right.cols) or shapes[0] == " × ".join(
            reversed(shapes[1].split(" × "))
        )
        if what != "the product" and turned:
            hint = "Transpose one of them."
        elif what == "the product":
            hint = "Check the order of the factors and what is transposed."
        return NotUnderstood(
            f"The shapes of {what} do not fit: {shapes[0]} on the left, {shapes[1]} on the right.",
            hint,
            place,
            Fault.TYPE,
        )

    def fits(self, left: Value, right: Value) -> bool:
        """Whether two shapes are equal."""
        for a, b in ((left.rows, right.rows), (left.cols, right.cols)):
            if (a is None) != (b is None) or not (a is None or b is None or self.widths.same(a, b)):
                return False
        return True

    def added(self, left: Value, right: Value, place: int) -> Value:
        """The sum of two values."""
        return self._both(lambda a, b: a + b, "+", left, right, place)

    def _both(
        self, operation: Callable[[Expr, Expr], Expr], sign: str, left: Value, right: Value,
        place: int,
    ) -> Value:  # fmt: skip
        """The operation on equal places; a number meets every element, a vector every other."""
        left, right = (along_diagonal(one, self.vectors) or one for one in (left, right))
        if left.is_number or right.is_number:
            big = right if left.is_number else left
            pick = [(lambda r, c: (None, None)) if v.is_number else _same for v in (left, right)]
        elif self._broadcast(left, right):
            big = right if left.rows is None else left
            pick = [(lambda r, c: (None, c)) if v.rows is None else _same for v in (left, right)]
        elif self._across(left, right):
            big = right if left.cols is None else left
            pick = [(lambda r, c: (r, None)) if v.cols is None else _same for v in (left, right)]
        elif self.fits(left, right):
            big, pick = left, [_same, _same]
        else:
            raise self.mismatch(sign, left, right, place)

        def element(r: Index | None, c: Index | None) -> Expr:
            return operation(left.element(*pick[0](r, c)), right.element(*pick[1](r, c)))

        return Value(big.rows, big.cols, element)

    def _broadcast(self, left: Value, right: Value) -> bool:
        """Whether one is a row that meets every row of the other."""
        if self.vectors != "rows" or (left.rows is None) == (right.rows is None):
            return False
        if left.cols is None or right.cols is None:
            return False
        return self.widths.same(left.cols, right.cols)

    def _across(self, left: Value, right: Value) -> bool:
        """Whether one is a column that meets every column of the other.

        Of columns that are examples that is a bias; of rows that are examples it is what a sum of
        every row gives, one number for each example.
        """
        if (left.cols is None) == (right.cols is None):
            return False
        wide = left if right.cols is None else right
        if left.rows is None or right.rows is None or wide.cols is None:
            return False
        one, other = left.rows, right.rows
        if self.samples:
            across = self.widths.name(wide.cols) == self.samples
        else:
            names = self.widths.name(one), self.widths.name(other)
            across = self.rows != "" and self.rows in names
        return across and self.widths.same(one, other)

    def _product(self, left: Value, right: Value, dotted: bool, place: int) -> Value:
        chain = chained(left, right, self.new, self.vectors)
        if chain is not None:
            return chain
        for one in (left, right):
            if isinstance(one, Jacobian) and not one.is_matrix:
                what = "A derivative with more than two axes stands beside what it is not of."
                raise NotUnderstood(what, "Write it with indices.", place)
        rows = self.vectors == "rows"
        ends = (left.rows, right.rows) if rows else (left.cols, right.cols)
        single = left.cols if rows else left.rows
        columns = ends == (None, None) and single is not None
        if columns and self.lone is not None and single is not None and self.fits(left, right):
            self.lone.append(single)
            return self._both(lambda a, b: a * b, "the product", left, right, place)
        if left.is_number or right.is_number:
            by = right.by if left.is_number else left.by
            scaled = self._both(lambda a, b: a * b, "the product", left, right, place)
            return replace(scaled, by=by)
        alike = (left.rows is None, left.cols is None) == (right.rows is None, right.cols is None)
        if dotted and alike:
            raise NotUnderstood(
                "Is this the product of matrices, a dot product or an elementwise product?",
                "Write \\odot, or put the factors side by side.",
                place,
            )
        if left.cols is None and right.rows is None:
            return Value(
                left.rows, right.cols, lambda r, c: left.element(r, None) * right.element(None, c)
            )
        middle = left.cols
        if middle is None or right.rows is None or not self.widths.same(middle, right.rows):
            if self._scales(left, right):
                self.said["a row beside a matrix with as many columns scales these"] = None
                return self._both(lambda a, b: a * b, "the product", left, right, place)
            raise self.mismatch("the product", left, right, place)

        def element(r: Index | None, c: Index | None) -> Expr:
            k = self.new(middle)
            return Sum(k, left.element(r, k) * right.element(k, c))

        return Value(left.rows, right.cols, element)

    def _scales(self, left: Value, right: Value) -> bool:
        """Whether a row stands beside a matrix of samples with as many columns."""
        row, matrix = (left, right) if left.rows is None else (right, left)
        if row.rows is not None or matrix.rows is None or matrix.cols is None or row.cols is None:
            return False
        of_samples = self.rows != "" and self.widths.name(matrix.rows) == self.rows
        return of_samples and self.widths.same(row.cols, matrix.cols)

    def _over(self, left: Value, right: Value, place: int) -> Value:
        return self._both(
            lambda a, b: a * inverse(self.kept(b)), "the quotient", left, right, place
        )

    def kept(self, below: Expr) -> Expr:
        """A denominator, in a definition under a name of its own where it is a sum."""
        summed = any(isinstance(part, Sum) for part in walk(below))
        return self.keep(below) if summed and self.keep is not None else below

    def _power(self, body: Value, exponent: Fraction, place: int) -> Value:
        rows, cols = body.rows, body.cols
        square = rows is not None and cols is not None and self.widths.equal(rows, cols)
        if square or (exponent < 0 and not body.is_number):
            raise NotUnderstood(
                "A power of a matrix may be its inverse, a product or elementwise.",
                "Write it out.",
                place,
            )
        return each(lambda e: Pow(e, exponent), body)


def _same(r: Index | None, c: Index | None) -> tuple[Index | None, Index | None]:
    return r, c
