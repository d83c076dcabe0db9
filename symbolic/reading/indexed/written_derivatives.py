"""Derivatives in formulas of entries: of the cost, of numbers, and of formulas of numbers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic.arrays import ONE
from symbolic.indexed import Expr, Get, Mul, Pow, Shifted, Sort, arrays_read
from symbolic.reading.indexed.entries import Entry, Letters, items
from symbolic.reading.indexed.slopes import CURVATURE, FORMULA, SLOPE, curvature_name, slope_name
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tree import Mark, Node, Number, Product, Scripted

if TYPE_CHECKING:
    from symbolic.reading.indexed.elaborate import Names


class Derivatives(ABC):
    """What reads fractions; the rest of a formula is read by who inherits it."""

    names: Names
    letters: Letters

    @abstractmethod
    def read(self, node: Node) -> Expr:
        """The expression that a tree means; raises `NotUnderstood`."""

    @abstractmethod
    def _at(self, entry: Entry, sorts: tuple[Sort, ...]) -> tuple[Shifted | int, ...]:
        """The indices of an entry."""

    def _quotient(self, over: Node, under: Node) -> Expr:
        twice = second(over, under)
        if twice is not None:
            return self._curvature(*twice)
        above, below = differential(over), differential(under)
        if above is None or below is None:
            ratio = Pow(self.read(under), Fraction(-1))
            return ratio if over == Number("1", over.at) else Mul((self.read(over), ratio))
        by = self._single(below)
        of = _entry_of(above, self.letters)
        if of is None:
            return self._of_formula(above, by)
        if of.sign != self.names.cost and (self.names.slopes or of.key in self.names.arrays):
            return self._slope(of, by)
        if of.sign != self.names.cost or of.at or of.label:
            raise NotUnderstood(
                "Only derivatives of the cost are read here.",
                "Name local slopes, or say any differentiable function of … with slope ….",
                over.at,
            )
        return self.derivative(by)

    def _curvature(self, of: Node, by: Node, again: Node) -> Expr:
        """∂²a/(∂b ∂c) of numbers, under the name that it has until all definitions are known."""
        entries = [self._single((node,)) for node in (of, by, again)]
        names = [self._number(entry) for entry in entries]
        if not self.names.slopes or not all(names):
            what = "Second derivatives are read of single numbers, in the notation scalars."
            raise NotUnderstood(what, "Those of a function are f''(x).", of.at)
        return Get(curvature_name(*names))

    def _number(self, entry: Entry) -> str:
        """The name of a number, empty for what is none."""
        if entry.at or entry.power is not None or entry.primes or entry.moved:
            return ""
        if entry.sign == self.names.cost and not entry.label:
            return "cost"
        info = self.names.arrays.get(entry.key)
        return info.name if info is not None and not info.sorts else ""

    def _slope(self, of: Entry, by: Entry) -> Expr:
        """∂a/∂b of two entries, under the name that it has until all definitions are known."""
        arrays = self.names.arrays
        plain = all(one.power is None and not (one.primes or one.moved) for one in (of, by))
        if not plain or by.key not in arrays:
            raise NotUnderstood("It is differentiated by no number.", "", by.place)
        if of.key not in arrays:
            raise NotUnderstood(f"It is not said what {of.sign} is.", "Define it.", of.place)
        one, other = arrays[of.key], arrays[by.key]
        at = (*self._at(of, one.sorts), *self._at(by, other.sorts))
        return Get(slope_name(one.name, other.name), at)

    def _of_formula(self, above: Sequence[Node], by: Entry) -> Expr:
        """∂(…)/∂b of a formula, which is called by a name of its own."""
        names = self.names
        if not names.slopes or by.key not in names.arrays:
            raise NotUnderstood("This derivative is not understood.", "", above[0].at)
        body = self.read(Product(tuple(above), ("",) * len(above), above[0].at))
        if any(name.startswith((SLOPE, CURVATURE)) for name in arrays_read(body)):
            what = "A derivative of a derivative is read as one of second order alone."
            raise NotUnderstood(what, "Write it with \\partial^2.", above[0].at)
        name = names.formulas.setdefault(body, f"{FORMULA}{len(names.formulas) + 1}")
        return Get(slope_name(name, names.arrays[by.key].name))

    def _single(self, factors: Sequence[Node]) -> Entry:
        found = _entry_of(factors, self.letters)
        if found is None:
            raise NotUnderstood("This derivative is not understood.", "", factors[0].at)
        return found

    def derivative(self, by: Entry) -> Expr:
        """∂cost/∂entry, by the name that the program has for it."""
        info = self.names.arrays.get(by.key)
        if info is None or by.moved or by.power is not None or by.primes:
            raise NotUnderstood("It is differentiated by no array.", "", by.place)
        at = self._at(by, info.sorts)
        multiplier = self.names.multipliers.get(info.name)
        if multiplier is None:
            return Get(f"∂{info.name}", at)
        named = Get(multiplier.name, at)
        return (
            named
            if multiplier.factor == ONE
            else Mul((Pow(multiplier.factor, Fraction(-1)), named))
        )


def _entry_of(factors: Sequence[Node], letters: Letters) -> Entry | None:
    """The one entry that the factors are."""
    [*found] = items(factors, [""] * len(factors), letters)
    item = found[0][1] if len(found) == 1 else None
    return item if isinstance(item, Entry) else None


def differential(node: Node) -> tuple[Node, ...] | None:
    """What stands behind ∂, None where it does not begin so."""
    factors = node.factors if isinstance(node, Product) and not any(node.signs) else (node,)
    first = factors[0]
    if isinstance(first, Mark) and first.kind == "PARTIAL" and len(factors) > 1:
        return tuple(factors[1:])
    return None


def second(over: Node, under: Node) -> tuple[Node, Node, Node] | None:
    """The a, b and c of ∂²a/(∂b ∂c), None where it is no second derivative."""
    match over:
        case Product((Scripted(Mark("PARTIAL"), None, Number("2"), 0), of), ("", "")):
            pass
        case _:
            return None
    match under:
        case Product((Mark("PARTIAL"), Scripted(by, None, Number("2"), 0)), ("", "")):
            return of, by, by
        case Product((Mark("PARTIAL"), Scripted(by, below, Number("2"), 0)), ("", "")):
            whole = Scripted(by, below, None, 0, under.at)
            return of, whole, whole
        case Product((Mark("PARTIAL"), by, Mark("PARTIAL"), again), ("", "", "", "")):
            return of, by, again
    raise NotUnderstood("This second derivative is not understood.", "", over.at)
