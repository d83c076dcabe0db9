"""A relation of a document as a rule of its array program, shapes checked before any algebra."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction

from symbolic import adjoint_checks
from symbolic.arrays import ONE, Given, Program, Rule
from symbolic.indexed import AtLeast, Delta, Expr, Get, Mul, Num, Pow, Sort, Sum, Var
from symbolic.indices import Law
from symbolic.model_notation import plain
from symbolic.reading.arrays.claims import ArrayClaim
from symbolic.reading.arrays.formulas import (
    Applied,
    Formula,
    Gradient,
    LocalError,
    Number,
    Ones,
    Quantity,
    Time,
    Total,
    folded,
    occurs,
    walk,
)
from symbolic.reading.arrays.introduced import expanded
from symbolic.reading.arrays.jacobians import Jacobian, along_diagonal
from symbolic.reading.arrays.program import Base
from symbolic.reading.arrays.rectified import unrectified
from symbolic.reading.arrays.signs import MINUS_ONE
from symbolic.reading.arrays.values import Value
from symbolic.reading.source import Fault, NotUnderstood
from symbolic.reading.spans import Span
from symbolic.shapes import MOST_PARTS, MOST_SUMS, named, parts, sums

PROBE = "probe"
"""An array that nothing reads."""


@dataclass(frozen=True)
class Case:
    """A rule to be judged, for which times; of a difference its two sides are kept."""

    program: Program
    rule: Rule
    sides: tuple[Expr, Expr] | None = None
    span: str = ""
    under: tuple[str, ...] = ()


@dataclass
class Rules:
    """Makes rules of relations for one program."""

    base: Base
    probes: dict[tuple[Sort, ...], Program] = field(default_factory=dict)
    within: Span | None = None  # the times or layers of the claim at hand

    def case(self, claim: ArrayClaim) -> Case:
        """The rule of a relation; raises `NotUnderstood` with its type and index errors.

        Where 1 fits as no column it is a matrix.
        """
        try:
            return self._case(claim)
        except NotUnderstood as error:
            ones = any(isinstance(p, Ones) for s in (claim.left, claim.right) for p in walk(s))
            if error.fault is not Fault.TYPE or not ones:
                raise
            self.base.meaning.wide = True
            try:
                return self._case(claim)
            except NotUnderstood:
                raise error from None
            finally:
                self.base.meaning.wide = False

    def _case(self, claim: ArrayClaim) -> Case:
        self.within = claim.within
        self.base.meaning.lonely = False
        sides = (expanded(side, self.base.introduced) for side in (claim.left, claim.right))
        sides = (self.base.stated.get(side, side) for side in sides)
        left, right = (folded(side, self.base.known) for side in sides)
        if is_head(right) and (not is_head(left) or self._is_fixed(right, left)):
            left, right = right, left
        if is_head(left) and self._is_derivative(left):
            assert isinstance(left, Gradient | LocalError)
            return self._rule(left, right, claim.at)
        return self._difference(left, right, claim.at)

    def require_fitting(self, formula: Formula) -> None:
        """Raises `NotUnderstood` where the shapes of a formula do not fit."""
        self.base.meaning.scope = {}
        self.base.meaning.read(expanded(formula, self.base.introduced))

    def _is_fixed(self, one: Formula, other: Formula) -> bool:
        """Whether one of two derivatives is by what is at one time, and the other by no such."""
        time = _place_of(one)[0]
        fixed = time is not None and time.letter not in self.base.profile.time
        return fixed and _place_of(other)[0] is None

    def _is_derivative(self, head: Formula) -> bool:
        """Whether the head has a place in the program, and is no end beyond the times."""
        time = _place_of(head)[0]
        return time is None or time.letter != self.base.profile.last or time.shift <= 0

    # -- a derivative on one side

    def _rule(self, head: Gradient | LocalError, right: Formula, place: int) -> Case:
        meaning = self.base.meaning
        meaning.scope = {}
        entry = meaning.lookup(head)
        time, at = _place_of(head)
        fixed: Var | None = None
        where: Expr = ONE
        span = ""
        letters: list[Var] = []
        if time is not None and entry.timed:
            if time.letter in self.base.profile.time:
                binder = meaning.open(time.letter, own=True)
                binder.offset = -time.shift
                own = meaning.var(binder)
                where, span = self._among(own, time, self._extent(time, place, head, right))
            else:
                own = fixed = Var(self.base.profile.time[0], meaning.time)
                index = meaning.index(time, place)()
                where, span = Delta(own, index), f"{own.name} = {_said(time)}"
            letters.append(own)
        for name in at:
            meaning.open(name, own=True)
        plain = Time(time.letter) if time is not None and fixed is None else time
        value = meaning.entry(replace(entry, timed=False), plain, at, place)
        other = self._upright(head, value, meaning.read(right))
        self._fit(value, other, right, place)
        own_letters = [meaning.var(meaning.scope[name]) for name in at]
        rows, cols = (None if w is None else meaning.new(w) for w in (value.rows, value.cols))
        letters += value.letters(own_letters, rows, cols)
        body = self._element(other, value, rows, cols)
        if entry.factor != ONE:
            body = -body if entry.factor == MINUS_ONE else body * Pow(entry.factor, Fraction(-1))
        body = unrectified(body, self.base.rectified, meaning.letters)
        self._require_small(body, place)
        final, body = named(body, tuple(letters), self.base.stems)
        program = self.base.program
        names = {m.name: m.array for m in program.multipliers}
        rule = Rule(names.get(entry.array, entry.array.removeprefix("∂")), final, body, where)
        adjoint_checks.require_rule(program, rule)
        return Case(program, rule, span=span)

    def _upright(self, head: Formula, value: Value, other: Value) -> Value:
        """What is said of ∂L/∂z, also where it is written as a row and z is a column."""
        meaning = self.base.meaning
        fraction = isinstance(head, Gradient) and head.written == "\\partial"
        vector = (value.rows is None) != (value.cols is None)
        if not fraction or not vector or meaning.fits(value, other):
            return other
        turned = Value(other.cols, other.rows, lambda r, c: other.element(c, r))
        if not meaning.fits(value, turned):
            return other
        meaning.said["a derivative of the loss by a vector is also written transposed"] = None
        return turned

    def _extent(self, time: Time, place: int, *sides: Formula) -> tuple[int, int]:
        """The least t of a line, and how much later than the last time its greatest is.

        dh_{t-1} = … for t = 1 … T speaks of the times up to T-1.  A line about layers is one about
        every layer for which all that it speaks of exists; where its range leads farther that is
        an error.  Words may narrow it.
        """
        low, high = 1, 0
        for part in (part for side in sides for part in walk(side)):
            own = part.time if isinstance(part, Quantity | LocalError | Applied) else None
            if not self.base.profile.layers or own is None or own.letter != time.letter:
                continue
            begun = isinstance(part, Quantity) and self.base.begins(part.key)
            low = max(low, (0 if begun else 1) - own.shift)
            high = min(high, -own.shift)
        said = self.within
        if said is None or said.letter != time.letter:
            return low, high
        first, late = (
            low if said.low is None else said.low,
            -high if said.late is None else said.late,
        )
        last = self.base.profile.last
        if late < -high:
            what = f"For {said.letter} = {_said(Time(last, -late))} it speaks of layer "
            what += f"{_said(Time(last, -high - late))}, and the last one is {last}."
            step = f"Let the range end at {said.letter} = {_said(Time(last, high))}."
            raise NotUnderstood(what, step, place, Fault.INDEX)
        if self.base.profile.layers and first < low:
            what = f"For {said.letter} = {first} it speaks of what there is not."
            step = f"Let the range begin with {said.letter} = {low}."
            raise NotUnderstood(what, step, place, Fault.INDEX)
        return max(first, low), -late

    def _among(self, own: Var, time: Time, extent: tuple[int, int]) -> tuple[Expr, str]:
        """Where the time of a head lies, whose letter has this extent, and that in words."""
        low, high = extent[0] + time.shift, min(extent[1] + time.shift, 0)
        size = self.base.meaning.time.extent()
        factors = [AtLeast(own, low)] if low > 1 else []
        factors += [AtLeast(size + high, own)] if high < 0 else []
        if not factors:
            return ONE, ""
        first, last = max(low, 1) - time.shift, high - time.shift
        span = f"{own.name} = {first} … {size.name}{f'{last:+d}' if last else ''}"
        return factors[0] if len(factors) == 1 else Mul(tuple(factors)), span

    # -- any two sides

    def _difference(self, left: Formula, right: Formula, place: int) -> Case:
        meaning = self.base.meaning
        meaning.scope = {}
        profile = self.base.profile
        free = [n for n in (*profile.time, *profile.letters) if occurs(n, left)]
        for name in free:
            meaning.open(name, own=True)
        first, second = self._turned(meaning.read(left), meaning.read(right))
        self._fit(first, second, right, place)
        big = second if isinstance(left, Number) else first
        letters = [meaning.var(meaning.scope[name]) for name in free]
        rows, cols = (None if w is None else meaning.new(w) for w in (big.rows, big.cols))
        letters += [v for v in (rows, cols) if v is not None]
        sides = (self._element(first, big, rows, cols), self._element(second, big, rows, cols))
        pair = unrectified(Mul(sides), self.base.rectified, meaning.letters)
        self._require_small(pair, place)
        final, pair = named(pair, tuple(letters), self.base.stems)
        assert isinstance(pair, Mul)
        one, other = pair.factors
        program = self.probed(tuple(v.sort for v in final))
        where, span = self._within(left, right, place)
        rule = Rule(PROBE, final, one - other, where)
        adjoint_checks.require_rule(program, rule)
        return Case(program, rule, (one, other), span)

    def _turned(self, first: Value, second: Value) -> tuple[Value, Value]:
        """∂p/∂z with z downwards, or as the slopes of each element, where it fits only so."""
        meaning = self.base.meaning
        if isinstance(second, Jacobian) and not isinstance(first, Jacobian):
            other, own = self._turned(second, first)
            return own, other
        if not isinstance(first, Jacobian) or meaning.fits(first, second):
            return first, second
        slopes = along_diagonal(first, meaning.vectors)
        if slopes is not None and meaning.fits(slopes, second):
            return slopes, second
        turned = Value(first.cols, first.rows, lambda r, c: first.element(c, r))
        if first.is_matrix and meaning.fits(turned, second):
            meaning.said["a derivative of a vector by a vector has the latter downwards"] = None
            return turned, second
        if not first.is_matrix:
            what = "A derivative of a matrix, or by one, has more than two axes."
            raise NotUnderstood(
                what, "Write it beside a derivative of the loss, or with indices.", 0
            )
        return first, second

    def _within(self, left: Formula, right: Formula, place: int) -> tuple[Expr, str]:
        """h_{t+1} = … speaks of the times that there are, and not of what lies outside."""
        time = left.time if isinstance(left, Quantity) else None
        if time is None and self.within is not None and occurs(self.within.letter, left):
            time = Time(self.within.letter)
        if time is None or time.letter not in self.base.profile.time:
            return ONE, ""
        low, high = self._extent(time, place, left, right)
        extent = max(low, 1 - time.shift), min(high, -time.shift)
        own = self.base.meaning.var(self.base.meaning.scope[time.letter])
        return self._among(own, Time(time.letter), extent)

    def probed(self, sorts: tuple[Sort, ...]) -> Program:
        if sorts not in self.probes:
            program = self.base.program
            self.probes[sorts] = replace(program, given=(*program.given, Given(PROBE, sorts)))
        return self.probes[sorts]

    # -- shapes

    def _fit(self, left: Value, right: Value, formula: Formula, place: int) -> None:
        meaning = self.base.meaning
        zero = isinstance(formula, Number) and formula.value == 0
        if not zero and not meaning.fits(left, right):
            raise meaning.mismatch("the two sides", left, right, place)

    def _element(self, value: Value, of: Value, rows: Var | None, cols: Var | None) -> Expr:
        """The element; a 0 alone is the 0 of any shape."""
        return value.element(None, None) if value.is_number else value.element(rows, cols)

    def _require_small(self, expr: Expr, place: int) -> None:
        if sums(expr) > MOST_SUMS or parts(expr) > MOST_PARTS:
            raise NotUnderstood("This is too large written out.", "Split it.", place)

    # -- assumptions

    def law(self, claim: ArrayClaim) -> Law:
        """Σ_k Y_{nk} = 1 as a law about given arrays; raises `NotUnderstood` for anything else."""
        total, value = claim.left, claim.right
        meaning = self.base.meaning
        meaning.scope = {}
        unread = NotUnderstood(
            "This assumption is not used here.", "Rows that sum to 1 and N = 1 are.", claim.at
        )
        if not isinstance(total, Total) or not isinstance(value, Number):
            raise unread
        if not isinstance(total.body, Quantity) or total.low is not None:
            raise unread
        free = [
            n for n in (*self.base.profile.time, *self.base.profile.letters) if occurs(n, total)
        ]
        for name in free:
            meaning.open(name, own=True)
        inner = meaning.read(total)
        if not inner.is_number:
            raise unread
        expr = inner.element(None, None)
        _, expr = named(expr, tuple(meaning.var(meaning.scope[n]) for n in free), self.base.stems)
        given = {g.array for g in self.base.program.given}
        if not isinstance(expr, Sum) or not isinstance(expr.body, Get):
            raise unread
        if expr.body.array not in given:
            raise unread
        name = f"{plain(expr)} = {value.value}"
        return Law(name, (expr.over,), (expr.body,), Num(value.value))


def is_head(formula: Formula) -> bool:
    """Whether it is a derivative of the whole loss by one array."""
    if isinstance(formula, Gradient):
        return formula.loss is None or formula.loss.time is None
    return isinstance(formula, LocalError)


def _place_of(head: Formula) -> tuple[Time | None, tuple[str, ...]]:
    if isinstance(head, Gradient):
        return head.of.time, head.of.at
    assert isinstance(head, LocalError)
    return head.time, head.at


def _said(time: Time) -> str:
    if not time.letter:
        return str(time.shift)
    return f"{time.letter}{time.shift:+d}" if time.shift else time.letter
