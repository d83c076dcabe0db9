"""Small changes of the parts of a formula about arrays: another time, turned, put together anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from symbolic.reading.arrays.formulas import (
    Elementwise,
    Formula,
    LocalError,
    Minus,
    Product,
    Time,
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
