"""A function of one number that a document defines by a formula, and its derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from symbolic.array_edits import everywhere
from symbolic.indexed import Expr, Get
from symbolic.indices import Calculus
from symbolic.partials import derivative, written

ARGUMENT = "·"
"""What the formula of a function is written in."""


@dataclass(frozen=True)
class Function:
    """A function as an expression in `ARGUMENT`."""

    body: Expr

    def at(self, argument: Expr, order: int = 0) -> Expr:
        """The function, differentiated `order` times, of this argument."""
        body = self.body
        for _ in range(order):
            calculus = self._calculus
            body = written(calculus, derivative(calculus, calculus.normal(body), ARGUMENT, ()))
        place = Get(ARGUMENT, ())
        return everywhere(body, lambda part: argument if part == place else part)

    @cached_property
    def _calculus(self) -> Calculus:
        return Calculus({ARGUMENT: ()})
