"""Definitions folded back: exp(v[k]) / s is written p[k] again, for a reader's eye.

Nothing here is believed: what was folded is proved anew before anyone sees it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import product

from symbolic.array_edits import everywhere, moved
from symbolic.arrays import Definition
from symbolic.indexed import (
    Add,
    Expr,
    Get,
    Mul,
    Num,
    Pow,
    Shifted,
    Sum,
    Var,
    free_letters,
)

Product = dict[Expr, Fraction]  # base: power


def folded(expr: Expr, definitions: Iterable[Definition]) -> Expr:
    """The expression with products that define an array replaced by the array.

    >>> from symbolic.indexed import Fn, Sort
    >>> from symbolic.model_notation import plain
    >>> K = Sort("K"); k, c = Var("k", K), Var("c", K)
    >>> p = Definition("p", (k,), Fn("exp", Get("v", (k,))) / Get("s"))
    >>> plain(folded(2 * Fn("exp", Get("v", (c,))) / Get("s"), (p,)))
    '2*p[c]'
    """
    bodies = [
        (d, _powers(d.body)) for d in definitions if not isinstance(d.body, Get | Num | Add | Sum)
    ]
    bodies = [(d, body) for d, body in bodies if not any(isinstance(b, Num | Sum) for b in body)]

    def change(part: Expr) -> Expr:
        powers = _powers(part)
        for definition, body in bodies:
            for at, pattern in _instances(definition, body, powers):
                times = _times(pattern, powers)
                if times:
                    for base, power in pattern.items():
                        powers[base] -= times * power
                    own = Get(definition.array, at)
                    powers[own] = powers.get(own, Fraction(0)) + times
        return _written(powers)

    return everywhere(expr, lambda part: change(part) if not isinstance(part, Add | Sum) else part)


def _powers(expr: Expr) -> Product:
    result: Product = {}
    number = Fraction(1)
    left = [expr]
    while left:
        factor = left.pop(0)
        if isinstance(factor, Mul):
            left = [*factor.factors, *left]
            continue
        if isinstance(factor, Num):
            number *= factor.value
            continue
        base, power = (
            (factor.base, factor.exponent) if isinstance(factor, Pow) else (factor, Fraction(1))
        )
        result[base] = result.get(base, Fraction(0)) + power
    return result if number == 1 else {Num(number): Fraction(1), **result}


def _instances(
    definition: Definition, body: Product, powers: Product
) -> Iterator[tuple[tuple[Shifted, ...], Product]]:
    """The body at every choice of the letters that occur in the product."""
    letters = sorted(frozenset().union(*map(free_letters, powers)), key=lambda v: v.name)
    choices: list[list[Shifted]] = [
        [index for v in letters if v.sort == own.sort for index in _near(v)]
        for own in definition.at
    ]
    for at in product(*choices):
        aside = [Var(f"@{n}", own.sort) for n, own in enumerate(definition.at)]
        pattern: Product = {}
        for base, power in body.items():
            for own, away in zip(definition.at, aside, strict=True):
                base = moved(base, own, away)
            for away, letter in zip(aside, at, strict=True):
                base = moved(base, away, letter)
            pattern[base] = power
        yield at, pattern


def _near(letter: Var) -> list[Shifted]:
    """The letter, and the steps before and after it where it is ordered."""
    return [letter, letter + 1, letter - 1] if letter.sort.ordered else [letter]


def _times(pattern: Product, powers: Product) -> int:
    """How often the pattern divides the product."""
    counts = [int(powers.get(base, Fraction(0)) / power) for base, power in pattern.items()]
    return max(0, min(counts))


def _written(powers: Product) -> Expr:
    factors = [base if power == 1 else Pow(base, power) for base, power in powers.items() if power]
    if len(factors) == 1:
        return factors[0]
    return Mul(tuple(factors)) if factors else Num(Fraction(1))
