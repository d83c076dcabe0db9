"""What an array program and a claim about it need to have values: read off the terms as written.

Nothing is cancelled before it is looked at: x/x needs x ≠ 0 though the quotient is 1.
"""

from __future__ import annotations

from collections.abc import Iterable

from symbolic.arrays import Abstract, Definition, Program
from symbolic.indexed import Add, Count, Expr, Fn, Get, Mul, Num, Pow, Sum, Var, walk
from symbolic.partials import KINKED
from symbolic.verdicts import Hypothesis

OFF_ZERO = Hypothesis("denominators ≠ 0", "no denominator that is written vanishes")
OFF_KINKS = Hypothesis("off the kinks", "no argument of relu, abs or step is 0")
POSITIVE = Hypothesis("arguments > 0", "what stands under ln or a root is positive")


def conditions(program: Program, claimed: Expr) -> tuple[Hypothesis, ...]:
    """What the definitions, the cost and the claimed side need, beyond sizes ≥ 1.

    >>> from symbolic.arrays import Given
    >>> from symbolic.indexed import Sort
    >>> x = Get("x")
    >>> [h.name for h in conditions(Program((Given("x"),), (), x), x / x)]
    ['denominators ≠ 0']
    """
    parts = [part for expr in (*written(program), claimed) for part in walk(expr)]
    positive = _positive_arrays(program)
    found = (_condition(part, positive) for part in parts)
    return tuple(dict.fromkeys(needs for needs in found if needs is not None))


def _condition(part: Expr, positive: frozenset[str]) -> Hypothesis | None:
    """What the operation needs of its argument, where that is not plain from its form."""
    match part:
        case Pow(base, exponent) if exponent.denominator > 1 and not _positive(base, positive):
            return POSITIVE
        case Pow(Num(value), exponent) if exponent < 0 and value:
            return None
        case Pow(base, exponent) if exponent < 0 and not _positive(base, positive):
            return OFF_ZERO
        case Fn("ln", inner) if not _positive(inner, positive):
            return POSITIVE
        case Fn(name, _) if name in KINKED:
            return OFF_KINKS
    return None


def _positive(expr: Expr, arrays: frozenset[str]) -> bool:
    """Whether the expression is positive by its form, given that the entries of `arrays` are."""
    match expr:
        case Num(value):
            return value > 0
        case Fn("arctan", inner):
            return _positive(inner, arrays)
        case Get(array, at):  # a shifted entry is 0 outside its range
            return array in arrays and all(isinstance(index, Var) for index in at)
        case Add(parts) | Mul(parts):
            return all(_positive(part, arrays) for part in parts)
        case Pow(base):
            return _positive(base, arrays)
        case Sum(over, body):  # over a set that is never empty
            return not over.sort.ordered and over.sort.last is None and _positive(body, arrays)
        case _:
            return isinstance(expr, Count) or (isinstance(expr, Fn) and expr.name == "exp")


def _positive_arrays(program: Program) -> frozenset[str]:
    """The arrays that are positive by their definition, all indices plain."""
    found: frozenset[str] = frozenset()
    for d in program.definitions:
        if isinstance(d, Definition) and _positive(d.body, found):
            found |= {d.array}
    return found


def written(program: Program) -> Iterable[Expr]:
    """Every expression that the program writes."""
    cost = program.cost
    if not isinstance(cost, Abstract):
        yield cost
    for d in (*program.definitions, *([cost] if isinstance(cost, Abstract) else [])):
        if isinstance(d, Abstract):
            yield from (local.slope for local in d.partials)
        else:
            yield d.body
