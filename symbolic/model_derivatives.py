"""Every derivative of the cost of a model, proposed as claims that are then judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from symbolic.adjoints import Checker
from symbolic.arrays import ONE, Rule
from symbolic.indexed import Add, AtLeast, Expr, Fn, Get, Mul, Opaque, Pow, Sum, Var
from symbolic.indices import Calculus
from symbolic.integers import Linear
from symbolic.models import Claim, Model
from symbolic.partials import written


def derived(model: Model) -> Model:
    """The same model, its claims the derivative by every array that is defined, last first, then
    by every parameter.

    Each speaks of derivatives by arrays defined later.

    Raises `InputError` where the program has no order.
    """
    adjoint = Checker(model.program).plain
    claims: list[Claim] = []
    order = [d.array for d in reversed(model.program.definitions)]
    for array in (*order, *model.weights):
        names: list[str] = []
        for sort in model.program.arrays[array]:
            stem = model.letters.get(sort.name, sort.name.lower())
            names.append(stem if stem not in names else f"{stem}{len(names) + 1}")
        at = tuple(map(Var, names, model.program.arrays[array]))
        body = without_known_ranges(
            adjoint.calculus, written(adjoint.calculus, adjoint.derived(array, at)), at
        )
        claims.append(Claim(Rule(array, at, body), ""))
    return replace(model, claims=tuple(claims))


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
