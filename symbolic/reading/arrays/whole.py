"""Functions of whole arrays: the sum of all elements, trace, diag, softmax."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from symbolic.indexed import Delta, Expr, Fn, Sum
from symbolic.reading.arrays.values import Index, Value, each
from symbolic.reading.source import Fault, NotUnderstood

if TYPE_CHECKING:
    from symbolic.reading.arrays.meaning import Meaning


def everything(by: Meaning, body: Value, place: int = 0) -> Value:
    """The sum of all elements."""

    def element(r: Index | None, c: Index | None) -> Expr:
        i = None if body.rows is None else by.new(body.rows)
        j = None if body.cols is None else by.new(body.cols)
        found = body.element(i, j)
        for letter in (j, i):
            found = found if letter is None else Sum(letter, found)
        return found

    return Value(None, None, element)


def _trace(by: Meaning, body: Value, place: int) -> Value:
    rows, cols = body.rows, body.cols
    if rows is None or cols is None or not by.widths.same(rows, cols):
        raise NotUnderstood(
            "The trace of what is not square is taken.", "Check it.", place, Fault.TYPE
        )
    width = rows

    def element(r: Index | None, c: Index | None) -> Expr:
        k = by.new(width)
        return Sum(k, body.element(k, k))

    return Value(None, None, element)


def _diagonal(by: Meaning, body: Value, place: int) -> Value:
    width = body.rows if body.cols is None else body.cols
    if width is None or (body.rows is not None and body.cols is not None):
        raise NotUnderstood("diag is read of a vector.", "", place, Fault.TYPE)
    upright = body.cols is None

    def element(r: Index | None, c: Index | None) -> Expr:
        assert r is not None
        assert c is not None
        own = body.element(r, None) if upright else body.element(None, r)
        return Delta(r, c) * own

    return Value(width, width, element)


def _softmax(by: Meaning, body: Value, place: int) -> Value:
    """exp over its sum: along each row, of a column along the column."""
    matrix = body.rows is not None and body.cols is not None
    samples = body.cols is not None and by.widths.name(body.cols) == by.samples != ""
    if matrix and by.vectors == "columns" and not samples:
        raise NotUnderstood("softmax of a matrix: along which axis?", "", place)
    down = body.cols is None or (matrix and samples)
    along = body.rows if down else body.cols
    if along is None:
        raise NotUnderstood("softmax of a number is taken.", "", place, Fault.TYPE)
    width = along
    top = each(lambda e: Fn("exp", e), body)

    def summed(r: Index | None, c: Index | None) -> Expr:
        k = by.new(width)
        return Sum(k, top.element(k, c) if down else top.element(r, k))

    def element(r: Index | None, c: Index | None) -> Expr:
        return top.element(r, c) / by.kept(summed(r, c))

    return Value(body.rows, body.cols, element)


def _added(by: Meaning, body: Value, place: int, axis: int) -> Value:
    """np.sum(…, axis=1): every row is added up; axis=0: every column."""
    if body.rows is None or body.cols is None:
        said = "columns" if axis else "rows"
        raise NotUnderstood(f"axis={axis} adds the {said} of a matrix.", "", place, Fault.TYPE)
    width = body.cols if axis else body.rows

    def element(r: Index | None, c: Index | None) -> Expr:
        k = by.new(width)
        return Sum(k, body.element(r, k) if axis else body.element(k, c))

    return Value(body.rows, None, element) if axis else Value(None, body.cols, element)


WHOLE: dict[str, Callable[[Meaning, Value, int], Value]] = {
    "softmax": _softmax,
    "sum": everything,
    "sum_along": partial(_added, axis=1),
    "sum_down": partial(_added, axis=0),
    "trace": _trace,
    "diag": _diagonal,
}
