"""Whether hypotheses can hold at all: a small exact instance of them is looked for.

A rule under hypotheses that contradict each other, or for indices that do not exist, would be
"proved" without saying anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import product

from symbolic.indexed import (
    Add,
    AtLeast,
    Count,
    Delta,
    Expr,
    Get,
    Mul,
    Num,
    Part,
    Pow,
    Shifted,
    Size,
    Sort,
    Sum,
    Var,
    affine,
    free_letters,
    walk,
)
from symbolic.indices import Hypothesis, Law

VALUES = tuple(Fraction(p, q) for p, q in ((1, 1), (0, 1), (-1, 1), (2, 1), (1, 2)))
MOST_ARRAYS = 6
MOST_POWER = 4
SIZES = range(1, 5)


def satisfiable(hypotheses: Iterable[Hypothesis], indicators: Iterable[str] = ()) -> bool:
    """Whether numbers are found for which all hypotheses hold, every size being 1.

    Indicators are 0 or 1.

    >>> from symbolic.indexed import Sort
    >>> K = Sort("K"); k = Var("k", K); d = Get("d", (k,))
    >>> law = Law("targets sum to 1", (k,), (d,), Num(Fraction(1)))
    >>> satisfiable([law]), satisfiable([law, Law("no target", (), (d,), Num(Fraction(0)))])
    (True, False)
    """
    laws = [h for h in hypotheses if isinstance(h, Law)]
    read = [part for law in laws for part in (*law.pattern, *walk(law.value))]
    names = sorted({part.array for part in read if isinstance(part, Get)})
    if len(names) > MOST_ARRAYS:
        return False
    switches = frozenset(indicators)
    for values in product(*(VALUES[:2] if name in switches else VALUES for name in names)):
        table = dict(zip(names, values, strict=True))
        sides = [(_value(Mul(law.pattern), table), _value(law.value, table)) for law in laws]
        if all(left == right is not None for left, right in sides):
            return True
    return False


def _value(expr: Expr, table: Mapping[str, Fraction]) -> Fraction | None:
    """The value where every size is 1, None where a part has none here."""
    match expr:
        case Num(value):
            return value
        case Count():
            return Fraction(1)
        case Get(array):
            return table[array]
        case Sum(_, body):
            return _value(body, table)
        case Add(parts) | Mul(parts):
            total = Fraction(0 if isinstance(expr, Add) else 1)
            for part in parts:
                one = _value(part, table)
                if one is None:
                    return None
                total = total + one if isinstance(expr, Add) else total * one
            return total
        case Pow(base, exponent):
            root = _value(base, table)
            if not root or exponent.denominator != 1 or abs(exponent) > MOST_POWER:
                return None
            return root ** int(exponent)
    return None


def holds_somewhere(where: Expr, at: Iterable[Var], ones: Iterable[str] = ()) -> bool:
    """Whether a product of comparisons is 1 at some index, for sizes up to 4; `ones` are 1.

    >>> from symbolic.indexed import Sort
    >>> L = Sort("L", ordered=True); l = Var("l", L)
    >>> before, after = AtLeast(Size("L"), l + 1), AtLeast(l, Size("L") + 1)
    >>> [holds_somewhere(w, (l,), ones) for w, ones in ((before, ""), (after, ""), (before, "L"))]
    [True, False, False]
    """
    conditions = [part for part in walk(where) if isinstance(part, Delta | AtLeast)]
    used = frozenset().union(*map(free_letters, conditions))
    letters = [letter for letter in at if letter in used]
    sizes = sorted(
        {name for sort in (v.sort for v in letters) for name in _sizes_of(sort)}
        | {name for c in conditions for name in _sizes_in((c.left, c.right))}
    )
    for counts in product(*(SIZES[:1] if name in ones else SIZES for name in sizes)):
        table: dict[Part, int] = {Size(n): c for n, c in zip(sizes, counts, strict=True)}
        ranges = [
            range(_at(v.sort.bounds()[0], table), _at(v.sort.bounds()[1], table) + 1)
            for v in letters
        ]
        for places in product(*ranges):
            own = table | dict(zip(letters, places, strict=True))
            if all(_holds(condition, own) for condition in conditions):
                return True
    return False


def _holds(condition: Delta | AtLeast, table: Mapping[Part, int]) -> bool:
    left, right = _at(condition.left, table), _at(condition.right, table)
    return left == right if isinstance(condition, Delta) else left >= right


def _at(index: Shifted | int, table: Mapping[Part, int]) -> int:
    """The value of an index; a map goes to the first element."""
    whole = affine(index)
    return whole.const + sum(c * table.get(part, 1) for part, c in whole.terms)


def _sizes_of(sort: Sort) -> set[str]:
    return _sizes_in(sort.bounds())


def _sizes_in(indices: Iterable[Shifted | int]) -> set[str]:
    parts = [part for index in indices for part, _ in affine(index).terms]
    return {part.name for part in parts if isinstance(part, Size)}
