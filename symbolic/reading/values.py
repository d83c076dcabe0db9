"""The value of a formula in an exact network.

A total derivative is taken as it is defined: one quantity is set by hand, value and slope (1), and
all that depends on it is computed anew, each number with its slope.  Nothing here knows of paths.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import ceil, floor
from typing import Any

from flint import arb, ctx

from symbolic import duals
from symbolic.array_numbers import FUNCTIONS
from symbolic.duals import (
    Dual,
    Undecided,
    apply,
    ball,
    enclosure,
    plain,
    real,
    tangent,
)
from symbolic.errors import InputError
from symbolic.indexed import Count, Num, Var
from symbolic.reading.activation import ARGUMENT, owner
from symbolic.reading.activation import slope as slope_of
from symbolic.reading.base import Base, name_of, needs_balls
from symbolic.reading.formulas import (
    FROM,
    LAYER,
    NEURON,
    SAMPLE,
    TO,
    UNWRITTEN,
    Applied,
    Call,
    Formula,
    Partial,
    Plus,
    Power,
    Range,
    Read,
    SumOver,
    Times,
    free,
    plus,
)
from symbolic.reading.layers import LAST, Level, level_of, lives, own_layer
from symbolic.reading.pathways import CORE
from symbolic.reading.theory import COST
from symbolic.reading.worlds import World
from symbolic.verdicts import Value

Real = Any
"""An int, which is fast, or a Fraction, or an arb where elementary functions occur."""
Number = tuple[Real, Real]  # value and slope
Entry = tuple[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Alone:
    """A quantity that moves alone: all else in a formula is held."""

    entry: Entry


Moved = Entry | Alone | None
ZERO = 0
BITS = 256
DIGITS = 10**20
TOO_WIDE = Fraction(1, 10**30)


class UndefinedError(Exception):
    """The network has no such quantity, as the error signal of a hidden neuron."""


def evaluated(
    base: Base, world: World, letters: Mapping[str, int], *formulas: Formula
) -> tuple[Value | None, ...]:
    """The values of formulas at neurons and samples of a network, None where one has none."""
    values = Values(base, world)
    found: list[Value | None] = []
    for formula in formulas:
        at = {v: letters[v.name] for v in free(formula) if v.name in letters}
        try:
            found.append(as_value(values.value(formula, at)))
        except (UndefinedError, KeyError):
            found.append(None)
    return tuple(found)


def signals(base: Base, world: World, array: str, neuron: int) -> tuple[Value, ...]:
    """The values of v, y, d or e of a neuron, sample by sample; none where it has none."""
    letter, sample = Var("j", NEURON), Var("s", SAMPLE)
    places = ({letter: neuron, sample: s} for s in range(1, world.samples + 1))
    values = Values(base, world)
    try:
        return tuple(as_value(values.value(Read(array, (letter, sample)), at)) for at in places)
    except UndefinedError:
        return ()


def as_value(number: duals.Number) -> Value:
    """A number as it is printed; the ends of an enclosure have 20 digits.

    Raises `UndefinedError` where it is too large or too small to be written out.
    """
    if isinstance(number, Fraction):
        return Value(number, number)
    try:
        found = enclosure(number)
    except Undecided:
        raise UndefinedError from None
    return Value(
        Fraction(floor(found.low * DIGITS), DIGITS), Fraction(ceil(found.high * DIGITS), DIGITS)
    )


def open_cost() -> tuple[Read, Formula]:
    """Σ_k (y_k)³ + (Σ_k y_k)² over the outputs: a cost that is no sum of one term per output."""
    k = Var("k", NEURON)
    y = Read("y", (k, UNWRITTEN))
    cubes = SumOver(k, Range("output"), Power(y, Fraction(3)))
    return Read("E", (UNWRITTEN,)), plus(cubes, Power(SumOver(k, Range("output"), y), Fraction(2)))


class Values:
    """The quantities of one network; `by` is what a derivative is taken by.

    Numbers are exact; where elementary functions occur they are balls that hold the true value.
    """

    def __init__(self, base: Base, world: World) -> None:
        self.base, self.definitions, self.world = base, dict(base.written), world
        own = (*world.fields, *world.signals, *world.functions)
        self.elementary = base.elementary or needs_balls(*(body for _, body in own))
        self.shared = base.shared
        self._own = {CORE: dict(world.fields), "y": dict(world.signals)}
        self._functions = {} if base.activation is not None else dict(world.functions)
        self._argument: Number = ZERO, ZERO  # of the activation function, while it is evaluated
        if base.open:
            self.definitions[COST] = open_cost()
        self.constants = dict(world.constants)
        self._known: dict[tuple[Entry, Moved], Number] = {}

    def _number(self, value: Fraction) -> Real:
        if value.denominator == 1:
            return value.numerator
        return ball(value) if self.elementary else value

    def value(self, formula: Formula, at: Mapping[Var, int]) -> duals.Number:
        """The value of a formula; raises `UndefinedError` where it has none."""
        if not self.elementary:
            return Fraction(self.of(formula, at)[0])
        with ctx.workprec(BITS):
            found: duals.Number | int = self.of(formula, at)[0]
            if not isinstance(found, arb):
                return Fraction(found)
            if not found.is_finite() or found.rad() > (1 + abs(found.mid())) * ball(TOO_WIDE):
                raise UndefinedError
        return found

    def of(
        self, formula: Formula, at: Mapping[Var, int], by: Moved = None, within: str = ""
    ) -> Number:
        """The value of a formula and its slope by `by`."""
        match formula:
            case Read(array):
                if array == ARGUMENT.array:
                    return self._argument
                return self.quantity(self._entry(formula, at), by)
            case Num(number):
                return self._number(number), ZERO
            case Count():
                return self.world.samples, ZERO
            case Plus(terms):
                parts = [self.of(term, at, by, within) for term in terms]
                return sum((p[0] for p in parts), ZERO), sum((p[1] for p in parts), ZERO)
            case Times(factors):
                return self._product(factors, at, by, within)
            case Power(base, exponent) if exponent.denominator == 1:
                value, slope = self.of(base, at, by, within)
                n = int(exponent)
                if n < 0 and value == 0:
                    raise UndefinedError
                if n < 1 and isinstance(value, int):  # its power of -1 would be a float
                    value = ball(Fraction(value)) if self.elementary else Fraction(value)
                return value**n, (n * value ** (n - 1) * slope if n else ZERO)
            case Power(base, exponent) if self.elementary:
                value, slope = self.of(base, at, by, within)
                root = ball(Fraction(value)) if isinstance(value, int) else value
                if not root > 0:
                    raise UndefinedError
                power = root ** (ball(exponent))
                return power, ball(exponent) * power / root * slope
            case SumOver():
                parts = [
                    self.of(formula.body, {**at, formula.over: n}, by, within)
                    for n in self._range(formula, at, within)
                ]
                return sum((p[0] for p in parts), ZERO), sum((p[1] for p in parts), ZERO)
            case Applied(_, _, argument, order):
                value, slope = self.of(argument, at, by, within)
                if self.base.activation is not None:
                    return self._activated(self._function(formula, at), value, slope, order)
                if self._functions:
                    own = owner(formula, True)
                    body = self._functions.get(self._index(own[0], at)) if own else None
                    if body is None:
                        raise UndefinedError
                    return self._activated(body, value, slope, order)
                own = owner(formula, not self.shared)
                k = self._index(own[0], at) if own else 1
                derivatives = (value**2 + k * value, 2 * value + k, 2, ZERO, ZERO)
                if order > 2:
                    raise UndefinedError
                return derivatives[order], derivatives[order + 1] * slope
            case Partial(of, read, "total"):
                if by is not None:
                    raise UndefinedError
                entry = self._moving(self._entry(read, at))
                self.quantity(entry, None)
                return self.of(of, at, entry, within)[1], ZERO
            case Partial(Read() as of, read, "direct"):
                if by is not None:
                    raise UndefinedError
                name, places = self._entry(of, at)
                body, letters = self._definition(name, places)
                return self.of(body, letters, Alone(self._entry(read, at)), name)[1], ZERO
            case Call("abs" | "relu" | "step" as name, argument):
                return _by_side(name, *self.of(argument, at, by, within))
            case Call(name, argument) if self.elementary:
                return self._called(name, *self.of(argument, at, by, within))
        raise UndefinedError

    def _called(self, name: str, value: Real, slope: Real) -> Number:
        """An elementary function and its slope, as a dual number."""
        value, slope = (ball(Fraction(x)) if isinstance(x, int) else x for x in (value, slope))
        moved = Dual(value, slope)
        try:
            found = FUNCTIONS[name](moved) if name in FUNCTIONS else apply(name, moved)
        except (Undecided, InputError):
            raise UndefinedError from None
        parts = plain(real(found)), plain(tangent(found))
        value, slope = (self._number(one) if isinstance(one, Fraction) else one for one in parts)
        return value, slope

    def _function(self, applied: Applied, at: Mapping[Var, int]) -> Formula:
        """The body of φ, which may be another for output neurons."""
        own = owner(applied, True) if self.base.of_outputs is not None else ()
        known = self.base.function(self.world.kind(self._index(own[0], at)) if own else "")
        if known is None or (self.base.of_outputs is not None and not own):
            raise UndefinedError
        return known.body

    def _activated(self, body: Formula, value: Real, slope: Real, order: int) -> Number:
        """φ or φ' at a value that moves with this slope."""
        kept = 1 if slope == 0 else 0
        while order > kept:  # φ'' is the slope of φ'
            body, order = slope_of(body), order - 1
        before, self._argument = self._argument, (value, slope if order == 0 else 1)
        try:
            found = self.of(body, {})
        finally:
            self._argument = before
        if order == 0:
            return found
        if order > 1 or slope != 0:
            raise UndefinedError
        return found[1], ZERO

    def _entry(self, read: Read, at: Mapping[Var, int]) -> Entry:
        """An entry; in layer notation its neurons must lie in the layers that it says."""
        name, indices, layers = _parts(read)
        for letter, one in layers:
            if self.world.layers[at[letter]][0] != self._layer(one, at):
                raise UndefinedError
        return name, tuple([at[i] if isinstance(i, Var) else self._number_of(i) for i in indices])

    def _layer(self, one: Level, at: Mapping[Var, int]) -> int:
        """The layer that is meant; raises `UndefinedError` where the network has none such."""
        name, step = one
        last = len(self.world.widths)
        found = at.get(Var(name, LAYER), last if name == LAST else 0) + step
        if not 1 <= found <= last:
            raise UndefinedError
        return found

    def _index(self, index: object, at: Mapping[Var, int]) -> int:
        return at[index] if isinstance(index, Var) else self._number_of(index)

    def _number_of(self, index: object) -> int:
        """The number of a neuron that stands where a letter would."""
        if isinstance(index, int) and self.world.given:
            return index
        raise UndefinedError

    def _product(
        self, factors: tuple[Formula, ...], at: Mapping[Var, int], by: Moved, within: str
    ) -> Number:
        for factor in factors:  # where there is no connection, nothing else need be defined
            if isinstance(factor, Read) and factor.array == "w" and not _parts(factor)[2]:
                to, source = (self._index(i, at) for i in factor.at)
                if (to, source) not in self.world.strength:
                    return ZERO, ZERO
        value: Real = 1
        slope: Real = ZERO
        for factor in factors:
            v, s = self.of(factor, at, by, within)
            value, slope = value * v, value * s + slope * v
        return value, slope

    def _range(self, total: SumOver, at: Mapping[Var, int], within: str) -> list[int]:
        world, kind = self.world, total.range.kind
        if total.over.sort != NEURON:
            return [*range(1, world.samples + 1)]
        if kind == "layer":
            wanted_layer = self._layer(level_of(total.range.of), at)
            return [n for n in world.neurons if world.layers[n][0] == wanted_layer]
        if kind == "uses":
            numbers = {v.name: n for v, n in at.items()}
            if TO not in at or FROM not in at:
                raise UndefinedError
            pairs = world.uses((at[TO], at[FROM]))
            if not total.range.of:
                return [*dict.fromkeys(to for to, _ in pairs)]
            return [source for to, source in pairs if to == numbers[total.range.of]]
        if within == CORE or kind in ("interval", "all"):
            return [*world.neurons]
        if kind == "fed":
            return [to for v, n in at.items() if v.name == total.range.of for to in world.fed(n)]
        wanted = "hidden" if kind == "hidden" else "output"
        return [n for n in world.neurons if world.kind(n) == wanted]

    def quantity(self, entry: Entry, by: Moved) -> Number:
        """The value of one entry and its slope."""
        if isinstance(by, Alone):
            return self.quantity(entry, None)[0], int(entry == by.entry)
        if by is not None:
            entry = self._moving(entry)
        if (entry, by) not in self._known:
            found = self._computed(entry, None if entry == by else by)
            self._known[entry, by] = (found[0], 1) if entry == by else found
        return self._known[entry, by]

    def _moving(self, entry: Entry) -> Entry:
        """The entry that moves with it: the first use of a shared weight."""
        name, at = entry
        return (name, self.world.uses((at[0], at[1]))[0]) if name == "w" else entry

    def _computed(self, entry: Entry, by: Moved) -> Number:
        name, at = entry
        world = self.world
        if name == COST and by is None and self.base.open:
            raise UndefinedError  # nobody says what it is, only how it changes
        kind = world.kind(at[0]) if at else ""
        if name == "w":
            return self.world.strength.get((at[0], at[1]), 0), ZERO
        if name == "b":
            if kind == "input":
                raise UndefinedError
            return at[0], ZERO
        if name == "same":
            return int(at[0] == at[1]), ZERO
        if name == "eta":
            return self._number(Fraction(3, 7)), ZERO
        if name in self.constants:
            return self._number(self.constants[name]), ZERO
        if name in ("e", "d") and kind != "output":
            raise UndefinedError
        if name == "d":
            return self._number(self.world.desired(at[0], at[1])), ZERO
        if name.split(":")[0] in (CORE, "delta", "db") and kind == "input":
            raise UndefinedError
        if name == "y" and at[0] == world.bias:
            return 1, ZERO
        if name == "y" and kind == "input":
            return self._number(world.given_signal(at[0], at[1])), ZERO
        if name.startswith("dw") and (at[0], at[1]) not in world.strength:
            raise UndefinedError
        body, values = self._definition(name, at)
        return self.of(body, values, by, name)

    def _definition(self, name: str, at: tuple[int, ...]) -> tuple[Formula, dict[Var, int]]:
        """What an entry is by its definition, and what its letters are."""
        world = self.world
        kind = world.kind(at[0]) if at else ""
        if kind == "input" and name in ("y", CORE, "delta"):
            raise UndefinedError
        if name not in self.definitions:
            raise UndefinedError
        head, body = self.definitions[name]
        if at and at[0] in self._own.get(name, {}):
            return self._own[name][at[0]], {UNWRITTEN: at[-1]}
        if name == "y" and kind == "output" and self.base.outer is not None:
            if self.base.shared_out and any(world.fed(k) for k in world.outputs):
                raise UndefinedError
            body = self.base.outer
        letters = [i for i in head.at if isinstance(i, Var) and i.sort != LAYER]
        if len(letters) != len(at):
            raise UndefinedError
        values = dict(zip(letters, at, strict=True))
        for i in head.at:
            if isinstance(i, Var) and i.sort == LAYER:
                values[i] = world.layers[at[0]][0]
        return body, values


@cache
def _parts(read: Read) -> tuple[str, tuple[object, ...], tuple[tuple[Var, Level], ...]]:
    """The name of a quantity, its indices without a layer, and the layers of its letters."""
    if own_layer(read) is None:
        return name_of(read), read.at, ()
    return name_of(read), read.at[1:], tuple(lives(read))


def _by_side(name: str, value: Real, slope: Real) -> Number:
    """|x|, max(0, x) or [x > 0] with its slope; nothing is said at the kink."""
    if value == 0 and slope == 0 and name == "abs":
        return ZERO, ZERO
    if not (value > 0 or value < 0):  # at the kink, or too wide to tell
        raise UndefinedError
    if name == "step":
        return int(value > 0), ZERO
    below = -1 if name == "abs" else 0
    side = 1 if value > 0 else below
    return side * value, side * slope
