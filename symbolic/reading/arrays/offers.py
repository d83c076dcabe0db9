"""What may be put into a line about arrays: the arrays, derivatives, slopes of its document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, permutations

from symbolic.reading.arrays.claims import ArrayClaim, ArrayReading
from symbolic.reading.arrays.collecting import NET, WHOLE
from symbolic.reading.arrays.formulas import (
    Applied,
    Elementwise,
    Formula,
    Gradient,
    LocalError,
    Minus,
    Number,
    Ones,
    Plus,
    Positive,
    Power,
    Product,
    Quantity,
    Time,
    Total,
    inside,
    rebuilt,
    walk,
)
from symbolic.reading.arrays.profile import ArrayProfile
from symbolic.reading.arrays.program import Base
from symbolic.reading.arrays.running import is_running

MOST_WRITTEN = 40
"""How many of the factors and terms that a document writes are tried elsewhere in it."""
Derivative = Gradient | LocalError
ONE = Number(Fraction(1))
SQUARE = Fraction(2)


@dataclass(frozen=True)
class Offers:
    """What may be put into the lines of one document, at the time t where it has one."""

    profile: ArrayProfile
    arrays: tuple[Quantity, ...]
    numbers: tuple[Quantity, ...]
    derivatives: tuple[Derivative, ...]
    slopes: tuple[Formula, ...]
    functions: tuple[Applied, ...]
    factors: tuple[Formula, ...]
    terms: tuple[Formula, ...]
    sizes: tuple[str, ...] = ()
    """The sizes of the profile that an array of the document has."""

    def rank(self, quantity: Quantity) -> int:
        """How many axes an array has besides time."""
        return len(self.profile.symbols[quantity.sign].shape)


def offers(reading: ArrayReading, base: Base) -> Offers:
    """What a document and the definitions that stand in for it write."""
    profile = reading.profile
    said = [claim for claim in reading.claims if not is_running(claim, profile)]
    formulas = [side for claim in said for side in (claim.left, claim.right)]
    formulas += [side for pair in base.known.items() for side in pair]
    arrays: dict[Quantity, None] = {}
    numbers: dict[Quantity, None] = {}
    derivatives: dict[Derivative, None] = {}
    functions: dict[tuple[str, str], Applied] = {}
    for part in (part for formula in formulas for part in walk(formula)):
        match part:
            case Quantity(sign, label, time):
                if sign.startswith(NET) or profile.symbols[sign].kind == "loss":
                    continue
                kind = numbers if profile.symbols[sign].kind == "number" else arrays
                kind.setdefault(Quantity(sign, label, _now(time, profile)))
            case Gradient(of, written, loss):
                of = Quantity(of.sign, of.label, _now(of.time, profile))
                local = loss is not None and loss.time is not None
                timed = replace(loss, time=of.time) if loss is not None and local else loss
                derivatives.setdefault(Gradient(of, written, timed))
                arrays.setdefault(of)
            case LocalError(sign, label, time):
                derivatives.setdefault(LocalError(sign, label, _now(time, profile)))
            case Applied(function, sign) if function not in WHOLE:
                functions.setdefault((function, sign), replace(part, primes=0))
    named = {d.of.key for d in derivatives if isinstance(d, Gradient)}
    for left in base.known.values() if profile.derivatives else ():
        if isinstance(left, Quantity) and left in arrays and left.key not in named:
            derivatives.setdefault(Gradient(left, profile.derivatives[0]))
    known = {
        name for sorts in base.program.arrays.values() for s in sorts for name in (s.name, s.size)
    }
    return Offers(
        profile,
        tuple(arrays),
        tuple(numbers),
        tuple(derivatives),
        tuple(one for one in dict.fromkeys(_slopes(reading, base)) if general(one, profile)),
        tuple(functions.values()),
        _general(_factors(reading), profile),
        _general(_terms(reading), profile),
        tuple(size for size in profile.sizes if size in known),
    )


def _general(found: Iterable[Formula], profile: ArrayProfile) -> tuple[Formula, ...]:
    every = dict.fromkeys(one for one in found if general(one, profile))
    return tuple(islice(every, MOST_WRITTEN))


def _now(time: Time | None, profile: ArrayProfile) -> Time | None:
    return None if time is None else Time(profile.time[0])


def _slopes(reading: ArrayReading, base: Base) -> Iterator[Formula]:
    """The slope of every function that is applied, as its value writes it where it can."""
    used = {left.key for left in base.known.values() if isinstance(left, Quantity)}
    usual = (c for c in reading.standard if isinstance(c.left, Quantity) and c.left.key in used)
    for claim in (*reading.definitions, *usual):
        for part in walk(claim.right):
            if isinstance(part, Applied) and not part.primes and part.function not in WHOLE:
                value = claim.left if part == claim.right else part
                named = replace(part, body=_named(part.body, base))
                yield from _slope(named, value, reading.profile.vectors == "rows")


def _named(body: Formula, base: Base) -> Formula:
    """What a function is applied to under its name, where the document gives it one."""
    known = base.known.get(body)
    return known if isinstance(known, Quantity) and not known.sign.startswith(NET) else body


def _slope(applied: Applied, value: Formula, matrix: bool) -> Iterator[Formula]:
    match applied.function:
        case "tanh":
            square = Elementwise(value, value) if matrix else Power(value, SQUARE)
            yield Plus((ONE, Minus(square)))
        case "logistic":
            yield Elementwise(value, Plus((ONE, Minus(value))))
        case "relu":
            yield Positive(applied.body)
        case "exp":
            yield value
    if applied.sign != "\\max":
        yield replace(applied, primes=1)


def _factors(reading: ArrayReading) -> Iterator[Formula]:
    """What is written within products."""
    for claim in reading.claims:
        for part in walk(claim.right):
            if isinstance(part, Product | Elementwise):
                yield from (one for one in chain(part) if not isinstance(one, Number))


def _terms(reading: ArrayReading) -> Iterator[Formula]:
    """What is written within sums."""
    for claim in reading.claims:
        for part in walk(claim.right):
            if isinstance(part, Plus):
                yield from (one.body if isinstance(one, Minus) else one for one in part.terms)


def chain(formula: Product | Elementwise) -> tuple[Formula, ...]:
    """The factors of a b c, or of a ⊙ b ⊙ c."""
    kind, found = type(formula), list[Formula]()
    rest: Formula = formula
    while isinstance(rest, kind):
        found.append(rest.right)
        rest = rest.left
    return (rest, *reversed(found))


@dataclass(frozen=True)
class Scope:
    """The times and the element letters that are open at a place of a line."""

    times: tuple[Time, ...] = ()
    letters: tuple[str, ...] = ()

    def within(self, total: Total, profile: ArrayProfile) -> Scope:
        """Inside a sum its letter is one more."""
        if total.letter in profile.time:
            return replace(self, times=(Time(total.letter), *self.times))
        return replace(self, letters=(*self.letters, total.letter))


def scope_of(claim: ArrayClaim, profile: ArrayProfile) -> Scope:
    """What the left side opens."""
    times: dict[Time, None] = {}
    letters: dict[str, None] = {}
    for part in walk(claim.left):
        if isinstance(part, Quantity | LocalError):
            if part.time is not None:
                times.setdefault(part.time)
            letters |= dict.fromkeys(part.at)
    return Scope(tuple(times), tuple(letters))


def near(time: Time, profile: ArrayProfile) -> tuple[Time, ...]:
    """The times that may be meant: this one, the next, the one before."""
    if not time.letter:
        return (time,)
    return tuple(replace(time, shift=time.shift + step) for step in (0, 1, -1))


def placed(template: Formula, scope: Scope, by: Offers) -> Iterator[Formula]:
    """The template at the times of a place, and at its letters where these are written."""
    if not any(_time(part) is not None for part in walk(template)):
        found = [template]
    else:
        times = dict.fromkeys(t for one in scope.times for t in near(one, by.profile))
        found = [moved(template, time) for time in times]
    if not scope.letters:
        yield from found
        return
    ranks = {by.rank(part) for part in walk(template) if isinstance(part, Quantity)}
    rank = max(ranks, default=1)
    for letters in permutations(scope.letters, rank):
        yield from (_at(one, letters, by) for one in found)


def moved(formula: Formula, time: Time) -> Formula:
    """A formula that is written at t, at another time."""
    match formula:
        case Quantity(time=own) | LocalError(time=own) if own is not None:
            return replace(formula, time=Time(time.letter, time.shift + own.shift))
        case Gradient(of, _, loss):
            timed = loss is not None and loss.time is not None
            other = moved(loss, time) if timed and loss is not None else loss
            inner = moved(of, time)
            assert isinstance(inner, Quantity)
            assert other is None or isinstance(other, Quantity)
            return replace(formula, of=inner, loss=other)
        case Applied(time=Time() as own):
            formula = replace(formula, time=Time(time.letter, time.shift + own.shift))
    return rebuilt(formula, tuple(moved(part, time) for part in inside(formula)))


def _at(formula: Formula, letters: tuple[str, ...], by: Offers) -> Formula:
    match formula:
        case Quantity():
            rank = by.rank(formula)
            return replace(formula, at=letters[len(letters) - rank :] if rank else ())
        case LocalError():
            return replace(formula, at=letters)
        case Gradient(of):
            inner = _at(of, letters, by)
            assert isinstance(inner, Quantity)
            return replace(formula, of=inner)
    return rebuilt(formula, tuple(_at(part, letters, by) for part in inside(formula)))


def _time(formula: Formula) -> Time | None:
    return formula.time if isinstance(formula, Quantity | LocalError | Applied) else None


def general(template: Formula, profile: ArrayProfile) -> bool:
    """Whether it is written at t alone and without elements, so that it can be put elsewhere."""
    for part in walk(template):
        if isinstance(part, Total | Ones) or (isinstance(part, Quantity | LocalError) and part.at):
            return False
        time = _time(part)
        if time is not None and time.letter != profile.time[0]:
            return False
    return True
