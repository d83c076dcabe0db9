"""Formulas with their shapes, and their elements as indexed expressions.

A number is 1 × 1, a column n × 1, a row 1 × n.  Shapes are compared before any algebra; an element
is asked for when all widths are known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from symbolic.arrays import ONE
from symbolic.formulas import PRIMES
from symbolic.indexed import (
    Affine,
    AtLeast,
    Count,
    Delta,
    Expr,
    Fn,
    Get,
    Mul,
    Num,
    Opaque,
    Pow,
    Sum,
    Var,
)
from symbolic.reading.arrays import formulas as w
from symbolic.reading.arrays.combining import Combining
from symbolic.reading.arrays.jacobians import (
    Slope,
    made_jacobian,
)
from symbolic.reading.arrays.values import Binder, Entry, Index, Value, each
from symbolic.reading.arrays.whole import WHOLE, everything
from symbolic.reading.arrays.widths import Width
from symbolic.reading.source import Fault, NotUnderstood

WHICH = "One index stands at a matrix: of its row or of its column?"


@dataclass
class Meaning(Combining):
    """Reads formulas for one program."""

    lonely: bool = False
    """Whether one index stood at a matrix, of a letter that may run over its rows or columns."""
    of_columns: bool = False
    """Whether such an index is read as that of a column."""
    wide: bool = False
    """Whether 1 is a matrix of ones, not a column."""
    slope: Callable[[str, str], Slope] | None = None
    """The derivative of one array by another, once the program is known."""

    def binder(self, name: str, place: int) -> Binder:
        """The letter in scope of this name."""
        if name not in self.scope:
            raise NotUnderstood(
                f"The index {name} is free here and not on the left.",
                "Sum over it, or put it on the left.",
                place,
                Fault.INDEX,
            )
        return self.scope[name]

    def index(self, time: w.Time, place: int) -> Callable[[], Index]:
        """A time as an index."""
        if not time.letter:
            return lambda: time.shift
        if time.letter == self.last:
            size = self.time.extent()
            return lambda: size + time.shift if time.shift else size
        binder = self.binder(time.letter, place)

        step = time.shift + binder.offset

        def index() -> Index:
            return self.var(binder) + step if step else self.var(binder)

        return index

    def read(self, formula: w.Formula) -> Value:
        """The value with its shape; raises `NotUnderstood` with a type or index error."""
        match formula:
            case w.Number(value):
                return _number(Num(value))
            case w.Size(name):
                return _number(Count(name))
            case w.Quantity(_, _, time, at, place) | w.LocalError(_, _, time, at, place):
                return self.entry(self.lookup(formula), time, at, place)
            case w.Gradient(of) | w.Change(of):
                found = self.entry(self.lookup(formula), of.time, of.at, formula.place)
                whole = isinstance(formula, w.Gradient) and of.time is None and not of.at
                return replace(found, by=self.lookup(of).array) if whole else found
            case w.Slope(top, of, place):
                return self._slope(top, of, place)
            case w.Plus(terms):
                found = self.read(terms[0])
                for term in terms[1:]:
                    found = self.added(found, self.read(term), term.place)
                return found
            case w.Minus(body):
                inner = self.read(body)
                return replace(each(lambda e: -e, inner), by=inner.by)
            case w.Product(left, right, dotted, place):
                return self._product(self.read(left), self.read(right), dotted, place)
            case w.Elementwise(left, right, place):
                sides = self.read(left), self.read(right)
                return self._both(lambda a, b: a * b, "\\odot", *sides, place)
            case w.Over(left, right, place):
                return self._over(self.read(left), self.read(right), place)
            case w.Transposed(body):
                inner = self.read(body)
                return Value(inner.cols, inner.rows, lambda r, c: inner.element(c, r))
            case w.Power(body, exponent, place):
                return self._power(self.read(body), exponent, place)
            case w.Applied():
                return self._applied(formula)
            case w.Positive(body):
                return each(lambda e: Fn("step", e), self.read(body))
            case w.Total():
                return self._total(formula)
            case w.SquaredNorm(body):
                return everything(self, each(lambda e: Pow(e, Fraction(2)), self.read(body)))
            case w.Leaky(slope, body, place):
                return self._leaky(self.read(slope), self.read(body), place)
            case w.Eye():
                width = self.widths.new()
                return Value(width, width, self._same_place)
            case w.Element(body, at, place):
                return self._picked(self.read(body), at, place)
            case w.Ones():
                wide = self.widths.new() if self.wide else None
                return Value(self.widths.new(), wide, lambda r, c: ONE)
            case w.Stack(_, place):
                raise NotUnderstood("This stack is not taken apart.", "Name its parts.", place)
            case w.Unknown(sign, _, place):
                raise NotUnderstood(
                    f"{sign}(…) is read only as the whole of a loss.", "Define it.", place
                )

    def entry(self, entry: Entry, time: w.Time | None, at: tuple[str, ...], place: int) -> Value:
        """An array at a time and at element letters; what is left open are its axes."""
        axes = entry.axes
        first = self.index(time, place) if time is not None and entry.timed else None
        fixed: list[Binder] = [self.binder(name, place) for name in at]
        if len(fixed) > len(axes):
            raise NotUnderstood(
                "There is no such element.", "Check its indices.", place, Fault.INDEX
            )
        alone = len(fixed) == 1 and len(axes) == 2
        column = alone and self._is_column(fixed[0], axes)
        if alone and not column and not self._names(fixed[0], axes[0]):
            column = self._alone(axes, place)
        for binder, axis in zip(fixed, axes[1:] if column else axes, strict=False):
            if binder.width is None or not self.widths.same(binder.width, axis):
                name = "a time" if binder.width is None else self.widths.shown(binder.width)
                raise NotUnderstood(
                    f"An index of {name} stands where one of {self.widths.shown(axis)} belongs.",
                    "Check the order of the indices.",
                    place,
                    Fault.INDEX,
                )

        def element(*rest: Index | None) -> Expr:
            places: list[Index] = [self.var(binder) for binder in fixed]
            others = [index for index in rest if index is not None]
            places = [*others, *places] if column else [*places, *others]
            return self._read(entry, first, places)

        left = axes[:1] if column else axes[len(fixed) :]
        if len(left) == 2:
            return Value(left[0], left[1], element)
        if not left:
            return Value(None, None, element)
        if column:
            return Value(left[0], None, element, column=True)
        upright = entry.upright or self.vectors == "columns"
        return Value(left[0] if upright else None, None if upright else left[0], element)

    def _names(self, binder: Binder, axis: Width) -> bool:
        """Whether a letter runs over a size of a name, and the axis has it."""
        width = binder.width
        named = width is not None and bool(self.widths.name(width))
        return named and width is not None and self.widths.equal(width, axis)

    @staticmethod
    def _same_place(row: Index | None, col: Index | None) -> Expr:
        assert row is not None
        assert col is not None
        return Delta(row, col)

    def _leaky(self, slope: Value, body: Value, place: int) -> Value:
        """αS + (1 - α) max(0, S)"""
        return self._both(lambda a, s: a * s + (1 - a) * Fn("relu", s), "max", slope, body, place)

    def _slope(self, top: w.Quantity, of: w.Quantity, place: int) -> Value:
        """∂p/∂z, at one place of each where all their letters are written."""
        ends = self.lookup(top), self.lookup(of)
        if self.slope is None or any(end.timed for end in ends):
            raise NotUnderstood("Here no derivative is read but that of the loss.", "", place)
        own = self.slope(ends[0].array, ends[1].array)

        def entries(above: Sequence[Index], below: Sequence[Index]) -> Expr:
            return own.element(above, below, self.letters)

        axes = ends[0].axes, ends[1].axes
        if not top.at and not of.at:
            names = ends[0].array, ends[1].array
            return made_jacobian(*names, axes, entries, own.is_diagonal)
        above = self._all_letters(top.at, ends[0].axes, place)
        if of.at:
            below = self._all_letters(of.at, ends[1].axes, place)
            return _number_of(lambda: entries(*([self.var(b) for b in s] for s in (above, below))))

        def at_places(places: tuple[Index, ...]) -> Expr:
            return entries([self.var(binder) for binder in above], places)

        return self.entry(replace(ends[1], formula=at_places), None, (), place)

    def _all_letters(self, at: Sequence[str], axes: Sequence[Width], place: int) -> list[Binder]:
        """The letters of a derivative, one for each axis."""
        binders = [self.binder(letter, place) for letter in at]
        fit = len(binders) == len(axes) and all(
            binder.width is not None and self.widths.same(binder.width, axis)
            for binder, axis in zip(binders, axes, strict=True)
        )
        if not fit:
            raise NotUnderstood(
                "The indices of this derivative do not fit.", "Write all.", place, Fault.INDEX
            )
        return binders

    def _picked(self, body: Value, at: tuple[str, ...], place: int) -> Value:
        """One entry of what is no array of the document."""
        axes = tuple(axis for axis in (body.rows, body.cols) if axis is not None)

        def at_places(places: tuple[Index, ...]) -> Expr:
            rest = iter(places)
            row, col = (None if axis is None else next(rest) for axis in (body.rows, body.cols))
            return body.element(row, col)

        return self.entry(Entry("", axes, formula=at_places), None, at, place)

    def _alone(self, axes: tuple[Width, ...], place: int) -> bool:
        """Whether one index at a matrix is of its column: where rows are samples, of its row."""
        if not self.rows or self.widths.name(axes[0]) != self.rows:
            raise NotUnderstood(WHICH, "Write both.", place)
        self.lonely = True
        return self.of_columns

    def _is_column(self, binder: Binder, axes: tuple[Width, ...]) -> bool:
        """Whether the letter is one of examples, which are columns: x^{(i)} of X."""
        return bool(self.samples) and self._names(binder, axes[1])

    def _read(self, entry: Entry, first: Callable[[], Index] | None, places: list[Index]) -> Expr:
        if first is None:
            if entry.formula is not None:
                return entry.formula(tuple(places))
            found: Expr = Get(entry.array, tuple(places))
        else:
            time = first()
            if entry.formula is not None:
                return entry.formula((time, *places))
            if entry.initial is not None and time == 0:
                found = Get(entry.initial, tuple(places))
            else:
                found = Get(entry.array, (time, *places))
                if entry.before is not None and isinstance(time, Affine) and time.const < 0:
                    return Get(entry.before, (_tidied(time + 1), *places))
                if entry.initial is not None and isinstance(time, Affine) and not _is_late(time):
                    found = found + Delta(time, 0) * Get(entry.initial, tuple(places))
        return found if entry.factor == ONE else entry.factor * found

    def _applied(self, formula: w.Applied) -> Value:
        body = self.read(formula.body)
        name, sign, primes, place = formula.function, formula.sign, formula.primes, formula.place
        if name == "any":
            if primes > 2:
                raise NotUnderstood(f"{sign} has at most two primes.", "", place)
            orders = (primes,) if primes else ()
            family = re.sub(r"[^A-Za-z0-9_]", "", sign)
            layer = self.index(formula.time, place) if formula.time is not None else None

            def of(argument: Expr) -> Expr:
                return Opaque(family, () if layer is None else (layer(),), (argument,), orders)

            return each(of, body)
        if name in WHOLE:
            if primes:
                raise NotUnderstood(f"{sign} has no derivative ′ that is read here.", "", place)
            return WHOLE[name](self, body, place)
        if name == "sign" and not primes:
            return each(PRIMES["abs"], body)
        if primes > 1 or (primes and name not in PRIMES):
            raise NotUnderstood(f"{sign} has no such derivative here.", "", place)
        return each(PRIMES[name] if primes else lambda e: Fn(name, e), body)

    def _total(self, formula: w.Total) -> Value:
        letter, place = formula.letter, formula.place
        if not letter:
            return everything(self, self.read(formula.body))
        if not w.occurs(letter, formula.body):
            return self._along(formula, self.read(formula.body), place)
        before = self.scope.get(letter)
        binder = self.open(letter, over=formula.size)
        body = self.read(formula.body)
        del self.scope[letter]
        if before is not None:
            self.scope[letter] = before
        limits = [
            None if bound is None else self.index(bound, place)
            for bound in (formula.low, formula.high)
        ]

        def element(r: Index | None, c: Index | None) -> Expr:
            var = self.var(binder)
            inner = body.element(r, c)
            low, high = limits
            factors: list[Expr] = []
            factors += [AtLeast(var, low())] if low is not None else []
            factors += [AtLeast(high(), var)] if high is not None else []
            return Sum(var, Mul((*factors, inner)) if factors else inner)

        return Value(body.rows, body.cols, element)

    def _along(self, total: w.Total, body: Value, place: int) -> Value:
        """Σ_n dS: the sum over the axis of the letter, which does not occur."""
        letter = total.letter
        size = total.size or self.letters_of.get(letter, "?")
        axes = [body.rows, body.cols]
        own = [
            n
            for n, width in enumerate(axes)
            if width is not None and self.widths.name(width) == size
        ]
        if len(own) != 1:
            raise NotUnderstood(
                f"The sum runs over {letter}, and nothing in it shows {letter}.",
                "Write the index at what is summed.",
                place,
                Fault.INDEX,
            )
        width = axes[own[0]]
        assert width is not None
        known = width

        def element(r: Index | None, c: Index | None) -> Expr:
            k = self.new(known)
            return Sum(k, body.element(k, c) if own == [0] else body.element(r, k))

        return Value(None if own == [0] else body.rows, body.cols if own == [0] else None, element)


def _is_late(time: Affine) -> bool:
    """Whether it is t + s with s >= 0, which no t = 1 … T makes 0."""
    return time.const >= 0 and all(isinstance(part, Var) and c > 0 for part, c in time.terms)


def _tidied(index: Affine) -> Index:
    """t, not t + 0."""
    if index.const == 0 and len(index.terms) == 1 and index.terms[0][1] == 1:
        return index.terms[0][0]
    return index


def _number(expr: Expr) -> Value:
    return Value(None, None, lambda r, c: expr)


def _number_of(entry: Callable[[], Expr]) -> Value:
    return Value(None, None, lambda r, c: entry())
