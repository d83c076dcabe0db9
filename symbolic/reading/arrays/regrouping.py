"""A ⊙ B xᵀ where only (A ⊙ B) xᵀ has shapes that fit: which of the two comes first is not said.

Side by side binds closer than ⊙.  Where that gives a type error, factors at the ends are taken out
of ⊙, as few as will do; where two ways would do, none is taken and the error stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import reduce
from itertools import islice, product

from symbolic.errors import InputError
from symbolic.labelling import TooLargeError
from symbolic.reading.arrays.claims import ArrayClaim, ArrayReading
from symbolic.reading.arrays.formulas import Elementwise, Formula, Product, inside, rebuilt, walk
from symbolic.reading.arrays.rules import Rules
from symbolic.reading.claims import Kind
from symbolic.reading.source import Fault, NotUnderstood

MOST_WAYS = 64
"""How many ways to put brackets are tried for one line."""
_Way = tuple[int, Formula]


def regrouped(reading: ArrayReading, rules: Rules) -> tuple[ArrayReading, tuple[int, ...]]:
    """The document with the brackets that shapes demand, and the numbers of the lines with some."""
    claims, numbers = list[ArrayClaim](), list[int]()
    for claim in reading.claims:
        other = _fitted(claim, rules)
        claims.append(claim if other is None else other)
        numbers += [] if other is None else [claim.number]
    return replace(reading, claims=tuple(claims)), tuple(numbers)


def _fitted(claim: ArrayClaim, rules: Rules) -> ArrayClaim | None:
    """The claim with other brackets, where it has a type error without and one way fits."""
    if claim.kind in (Kind.DEFINITION, Kind.ASSUMPTION) or claim.problems:
        return None
    sides = (claim.left, claim.right)
    if not any(_is_loose(part) for side in sides for part in walk(side)) or _fits(claim, rules):
        return None
    ways = islice(product(_ways(claim.left), _ways(claim.right)), MOST_WAYS)
    found = sorted(
        ((taken + more, replace(claim, left=left, right=right))
         for (taken, left), (more, right) in ways if taken + more),
        key=lambda way: way[0],
    )  # fmt: skip
    best: list[ArrayClaim] = []
    least = 0
    for taken, other in found:
        if best and taken > least:
            break
        if _fits(other, rules):
            best.append(other)
            least = taken
    return best[0] if len(best) == 1 else None


def _is_loose(part: Formula) -> bool:
    return isinstance(part, Elementwise) and max(part.beside) > 1


def _fits(claim: ArrayClaim, rules: Rules) -> bool:
    """Whether a claim has no type error."""
    try:
        rules.case(claim)
    except NotUnderstood as error:
        return error.fault is not Fault.TYPE
    except (InputError, TooLargeError):
        return True
    return True


def _ways(formula: Formula) -> Iterator[_Way]:
    """A formula with factors taken out of ⊙, and how many; as it is written first."""
    parts = inside(formula)
    each = (tuple(islice(_ways(part), MOST_WAYS)) for part in parts)
    for chosen in product(*each):
        taken = sum(number for number, _ in chosen)
        whole = rebuilt(formula, [part for _, part in chosen]) if parts else formula
        yield taken, whole
        if isinstance(whole, Elementwise):
            yield from ((taken + more, other) for more, other in _taken_out(whole))


def _taken_out(whole: Elementwise) -> Iterator[_Way]:
    """P (A ⊙ … ⊙ B) S for P A ⊙ … ⊙ B S."""
    first, *middle = _chain(whole)
    *middle, last = middle
    for before, after in product(range(len(first)), range(len(last))):
        if not before and not after:
            continue
        kept = (first[before:], *middle, last[: len(last) - after])
        inner = reduce(Elementwise, map(_multiplied, kept))
        outer = (*first[:before], inner, *last[len(last) - after :])
        yield before + after, _multiplied(outer)


def _chain(whole: Elementwise) -> list[tuple[Formula, ...]]:
    """The factors between the ⊙ of a chain without brackets."""
    left, beside = whole.left, whole.beside
    before = _chain(left) if not beside[0] and isinstance(left, Elementwise) else None
    return [*(before or [_factors(left, beside[0])]), _factors(whole.right, beside[1])]


def _factors(side: Formula, beside: int) -> tuple[Formula, ...]:
    """The factors of a side that stand in no brackets."""
    found: tuple[Formula, ...] = ()
    while beside > 1 and isinstance(side, Product):
        found, side, beside = (side.right, *found), side.left, beside - 1
    return (side, *found)


def _multiplied(factors: tuple[Formula, ...]) -> Formula:
    return reduce(Product, factors)
