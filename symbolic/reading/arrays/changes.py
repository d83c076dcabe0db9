"""Small changes of the parts of a formula about arrays: another time, turned, put together anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce

from symbolic.reading.arrays.formulas import (
    Elementwise,
    Formula,
    Gradient,
    LocalError,
    Minus,
    Product,
    Quantity,
    Time,
    Transposed,
)
from symbolic.reading.arrays.offers import Derivative


def chained(like: Formula, factors: Sequence[Formula]) -> Formula:
    """a b c or a ⊙ b ⊙ c."""
    kind = Product if isinstance(like, Product) else Elementwise
    return reduce(lambda left, right: kind(left, right), factors)


def negated(term: Formula) -> Formula:
    """−a, and a for −a."""
    return term.body if isinstance(term, Minus) else Minus(term)


def timed(derivative: Derivative, time: Time | None) -> Derivative | None:
    """The derivative at this time, None where it has a time and this is none."""
    if isinstance(derivative, LocalError):
        return (
            None if (derivative.time is None) != (time is None) else replace(derivative, time=time)
        )
    if (derivative.of.time is None) != (time is None):
        return None
    loss = derivative.loss
    if loss is not None and loss.time is not None:
        loss = replace(loss, time=time)
    return replace(derivative, of=replace(derivative.of, time=time), loss=loss)


def elements(derivative: Derivative, at: tuple[str, ...]) -> Derivative:
    """The derivative with these letters of elements."""
    if isinstance(derivative, LocalError):
        return replace(derivative, at=at)
    return replace(derivative, of=replace(derivative.of, at=at))


def flipped(formula: Formula) -> Formula:
    """The transpose, and of a transpose what it is of."""
    return formula.body if isinstance(formula, Transposed) else Transposed(formula)


def shifted(step: int) -> Callable[[Formula], Formula]:
    """The factor at another time, if it has one."""

    def change(factor: Formula) -> Formula:
        match factor:
            case Quantity(time=time) | LocalError(time=time) if time is not None:
                return replace(factor, time=replace(time, shift=time.shift + step))
            case Gradient(of, _, None) if of.time is not None:
                time = replace(of.time, shift=of.time.shift + step)
                return replace(factor, of=replace(of, time=time))
            case Transposed(body):
                return Transposed(change(body))
        return factor

    return change


ALIKE: tuple[tuple[Callable[[Formula], Formula], str], ...] = (
    (flipped, "in every term transposed, or no longer"),
    (shifted(1), "one time later in every term"),
    (shifted(-1), "one time earlier in every term"),
)
"""What may be done with one factor of every term."""
