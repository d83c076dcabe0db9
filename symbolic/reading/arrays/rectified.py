"""[H > 0] where H = max(0, S) is [S > 0], and [-H > 0] is 0: the same for every number S."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from symbolic.array_edits import everywhere
from symbolic.arrays import Abstract, Definition
from symbolic.indexed import Expr, Fn, Get, Mul, Num, Sum, Var, walk
from symbolic.shapes import Letters, put

Rectified = Mapping[str, tuple[tuple[Var, ...], Expr]]
"""Arrays that are max(0, …) of something, their letters, and of what."""


def rectified(definitions: Iterable[Definition | Abstract]) -> Rectified:
    """The arrays among these that are max(0, …) as a whole."""
    return {
        d.array: (d.at, d.body.argument)
        for d in definitions
        if isinstance(d, Definition) and isinstance(d.body, Fn) and d.body.name == "relu"
    }


def _negative(expr: Expr, known: Rectified) -> bool:
    """Whether it is -max(0, S), which is nowhere positive."""
    match expr:
        case Mul((Num(value), Get(array))):
            return value < 0 and array in known
    return False


def unrectified(expr: Expr, known: Rectified, letters: Letters) -> Expr:
    """The expression in which what is positive is asked before it is rectified."""

    def change(part: Expr) -> Expr:
        if not isinstance(part, Fn) or part.name != "step":
            return part
        if _negative(part.argument, known):
            return Num(Fraction(0))
        if not isinstance(part.argument, Get) or part.argument.array not in known:
            return part
        at, inner = known[part.argument.array]
        table = dict(zip(at, part.argument.at, strict=True))
        for one in walk(inner):
            if isinstance(one, Sum):
                table[one.over] = letters.new(one.over.sort)
        return Fn("step", put(inner, table))

    return everywhere(expr, change) if known else expr
