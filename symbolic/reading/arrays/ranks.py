"""Whether formulas about whole arrays fit, by what has rows and columns: no sizes, no algebra.

A number has neither, a column has rows, a row has columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from symbolic.reading.arrays import formulas as w
from symbolic.reading.arrays.profile import OPEN, ArrayProfile, ArraySymbol
from symbolic.reading.source import NotUnderstood

Extent = tuple[str | None, str | None]
"""The sizes of rows and columns, None for one."""
NUMBER: Extent = (None, None)
Shapes = Mapping[str, ArraySymbol]
_APPLIED: dict[str, Callable[[str | None, str | None], Extent]] = {
    "sum": lambda r, c: NUMBER,
    "trace": lambda r, c: NUMBER,
    "sum_along": lambda r, c: (r, None),
    "sum_down": lambda r, c: (None, c),
    "diag": lambda r, c: (r or c, r or c),
}


def extent(formula: w.Formula, shapes: Shapes, profile: ArrayProfile) -> Extent:
    """Of what size a formula is; raises `NotUnderstood` where its parts do not fit."""
    match formula:
        case w.Number() | w.Size():
            return NUMBER
        case w.Quantity():
            return _of_quantity(formula, shapes, profile)
        case w.Plus(terms):
            return _together([extent(one, shapes, profile) for one in terms], profile)
        case w.Elementwise(left, right) | w.Over(left, right) | w.Leaky(left, right):
            return _together([extent(one, shapes, profile) for one in (left, right)], profile)
        case w.Product(left, right):
            return _product(*(extent(one, shapes, profile) for one in (left, right)))
        case w.Transposed(body):
            return extent(body, shapes, profile)[::-1]
        case w.Minus(body) | w.Power(body) | w.Positive(body):
            return extent(body, shapes, profile)
        case w.SquaredNorm(body):
            extent(body, shapes, profile)
            return NUMBER
        case w.Applied(function, _, body):
            rows, cols = extent(body, shapes, profile)
            change = _APPLIED.get(function)
            return (rows, cols) if change is None else change(rows, cols)
        case w.Total(letter, body):
            rows, cols = extent(body, shapes, profile)
            if not letter:
                return NUMBER
            return (rows, cols) if w.occurs(letter, body) else (None, cols)
        case w.Element(body, at):
            sizes = [size for size in extent(body, shapes, profile) if size is not None]
            if len(at) > len(sizes):
                raise _unfit()
            return _vector(sizes[-1], profile) if sizes[len(at) :] else NUMBER
        case w.Ones():
            return OPEN, None
        case w.Eye():
            return OPEN, OPEN
    raise _unfit()


def _unfit() -> NotUnderstood:
    return NotUnderstood("These do not fit.", "", 0)


def _of_quantity(one: w.Quantity, shapes: Shapes, profile: ArrayProfile) -> Extent:
    symbol = shapes[one.sign]
    if one.label == w.EACH:
        return NUMBER if one.at else (profile.examples_size, None)
    if len(one.at) > len(symbol.shape):
        raise _unfit()
    sizes = symbol.shape[len(one.at) :]
    if profile.examples and len(one.at) == 1 and len(symbol.shape) == 2:  # the column of an example
        sizes = symbol.shape[:1]
    if len(sizes) == 2:
        return sizes[0], sizes[1]
    if not sizes:
        return NUMBER
    return (sizes[0], None) if symbol.upright else _vector(sizes[0], profile)


def _vector(size: str, profile: ArrayProfile) -> Extent:
    return (None, size) if profile.vectors == "rows" else (size, None)


def _product(left: Extent, right: Extent) -> Extent:
    if NUMBER in (left, right):
        return right if left == NUMBER else left
    if (left[1] is None) != (right[0] is None):
        raise _unfit()
    return left[0], right[1]


def _together(extents: Sequence[Extent], profile: ArrayProfile) -> Extent:
    """Of equal places: a number meets all, a vector a matrix where rows or columns are samples."""
    big = [one for one in extents if one != NUMBER]
    kinds = {(rows is None, cols is None) for rows, cols in big}
    meets = profile.vectors == "rows" or bool(profile.examples)
    if len(kinds) > 1 and not (meets and (False, False) in kinds):
        raise _unfit()
    return _best([rows for rows, _ in big]), _best([cols for _, cols in big])


def _best(sizes: Sequence[str | None]) -> str | None:
    """A size with a name before one without."""
    known = [size for size in sizes if size is not None]
    return next((size for size in known if size != OPEN), known[0] if known else None)
