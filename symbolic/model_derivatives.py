"""Every derivative of the cost of a model, proposed as claims that are then judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from symbolic.arrays import ONE, Rule
from symbolic.indexed import INTEGERS, Add, AtLeast, Expr, Fn, Get, Mul, Opaque, Pow, Sum, Var
from symbolic.indices import Calculus
from symbolic.integers import Linear
from symbolic.models import Claim, Model, judge_of
from symbolic.partials import written
from symbolic.shapes import Letters, named, put


def derived(model: Model) -> Model:
    """The same model with the derivative by every array that is defined, last first, then by every
    parameter as its claims.

    Each speaks of derivatives by arrays defined later.

    Raises `InputError` where the program has no order.
    """
    adjoint = judge_of(model).checker.plain
    claims: list[Claim] = []
    order = [d.array for d in reversed(model.program.definitions)]
    for array in (*order, *model.weights):
        letters = Letters()
        at = tuple(map(letters.new, model.program.arrays[array]))
        body = written(adjoint.calculus, adjoint.derived(array, at))
        body = without_known_ranges(adjoint.calculus, body, at)
        at, body = named(_relettered(adjoint.calculus, body, letters), at, model.letters)
        claims.append(Claim(Rule(array, at, body), ""))
    return replace(model, claims=tuple(claims))


def _relettered(calculus: Calculus, expr: Expr, letters: Letters) -> Expr:
    """Bound letters made new; a sum over all integers runs over the axis that cuts it off."""
    match expr:
        case Sum(over, body):
            sort = over.sort
            if sort == INTEGERS:
                factors = body.factors if isinstance(body, Mul) else (body,)
                cut = (
                    axis
                    for factor in factors
                    for entry in _entries(factor)
                    for axis, index in zip(calculus.arrays[entry.array], entry.at, strict=True)
                    if index == over
                )
                sort = next(cut, sort)
            new = letters.new(sort)
            return Sum(new, put(_relettered(calculus, body, letters), {over: new}))
        case Mul(factors):
            return Mul(tuple(_relettered(calculus, factor, letters) for factor in factors))
        case Add(terms):
            return Add(tuple(_relettered(calculus, term, letters) for term in terms))
        case Pow(base, exponent):
            return Pow(_relettered(calculus, base, letters), exponent)
        case Fn(name, argument):
            return Fn(name, _relettered(calculus, argument, letters))
        case Opaque(name, places, arguments, orders):
            inner = tuple(_relettered(calculus, argument, letters) for argument in arguments)
            return Opaque(name, places, inner, orders)
        case _:
            return expr


def without_known_ranges(calculus: Calculus, expr: Expr, at: tuple[Var, ...]) -> Expr:
    """The expression without the ranges of its letters `at` and of the entries beside them.

    An entry outside its range is 0 anyway; that nothing else was taken away is checked later.
    """
    known = {f for v in at for f in calculus.range_of(calculus.index(v), v.sort)}
    return _shorter(calculus, expr, frozenset(known))


def _shorter(calculus: Calculus, expr: Expr, known: frozenset[Linear]) -> Expr:
    match expr:
        case Mul(factors):
            entries = [f for factor in factors for f in _entries(factor)]
            own = {
                form
                for entry in entries
                for sort, index in zip(calculus.arrays[entry.array], entry.at, strict=True)
                for form in calculus.range_of(calculus.index(index), sort)
            }
            kept = [f for f in factors if _range(calculus, f) not in known | own]
            short = [_shorter(calculus, factor, known) for factor in kept]
            return Mul(tuple(short)) if len(short) > 1 else short[0] if short else ONE
        case Add(terms):
            return Add(tuple(_shorter(calculus, term, known) for term in terms))
        case Sum(over, body):
            return Sum(over, _shorter(calculus, body, known))
        case Fn(name, argument):
            return Fn(name, _shorter(calculus, argument, known))
        case Pow(base, exponent):
            return Pow(_shorter(calculus, base, known), exponent)
        case Opaque(name, places, arguments, orders):
            short = [_shorter(calculus, argument, known) for argument in arguments]
            return Opaque(name, places, tuple(short), orders)
        case _:
            return ONE if _range(calculus, expr) in known else expr


def _entries(factor: Expr) -> Iterator[Get]:
    """The array entries that a product is 0 with."""
    match factor:
        case Get():
            yield factor
        case Pow(Get() as entry, exponent) if exponent > 0:
            yield entry


def _range(calculus: Calculus, factor: Expr) -> Linear | None:
    match factor:
        case AtLeast(left, 0):
            return calculus.index(left)
    return None
