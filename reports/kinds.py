"""Lines about single units that differ in names alone: of such a kind one unit is written out.

Two lines are alike when one renaming of units and weights, different names staying different, turns
one into the other.  That is read off the lines; what holds of each the kernel has decided.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from symbolic.derivation import Step
from symbolic.network import BIAS
from symbolic.terms import (
    Call,
    Cases,
    Constant,
    Index,
    Num,
    Partial,
    Phi,
    Pow,
    Sign,
    Sum,
    Term,
    Var,
    children,
    walk,
)


class _Pattern:
    """Terms as flat rows, in which a name is the number of its first appearance."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def index(self, index: Index) -> Hashable:
        if isinstance(index, Var) or index == BIAS:
            return index
        return self.numbers.setdefault(index, len(self.numbers))

    def row(self, term: Term) -> tuple[Hashable, ...]:
        """Every part of the term, outermost first, by its kind and what stands in it."""
        return tuple(map(self.part, walk(term)))

    def part(self, part: Term) -> Hashable:
        match part:
            case Sign(letter, at):
                return ("sign", letter, *map(self.index, at))
            case Phi(neuron, order):
                return ("phi", self.index(neuron), order)
            case Partial(_, _, kind):
                return ("partial", kind)
            case Sum(over):
                return ("sum", over.kind, over.bound, *map(self.index, over.of))
            case Num(value):
                return ("number", value)
            case Constant(name):
                return ("constant", name)
            case Call(function):
                return ("call", function)
            case Pow(_, exponent):
                return ("power", exponent)
            case Cases(pieces):
                return ("cases", *(condition.relation for condition, _ in pieces))
        return (type(part).__name__, len(children(part)))


def pattern_of(first: Sequence[Term], numbered: Sequence[tuple[int, Step]] = ()) -> Hashable:
    """What terms, and the lines after them, are but for names; lines cite by where they stand.

    >>> y, w = (lambda *at: Sign("y", at)), (lambda *at: Sign("w", at))
    >>> pattern_of([w("a") * y("b")]) == pattern_of([w("c") * y("a")])
    True
    >>> pattern_of([y("a") * y("b")]) == pattern_of([y("a") * y("a")])
    False
    """
    pattern = _Pattern()
    rows: list[Hashable] = [pattern.row(term) for term in first]
    start = numbered[0][0] if numbered else 0
    for _, step in numbered:
        cited = tuple(("own", use - start) if use >= start else use for use in step.uses)
        claim = (pattern.row(step.claim.left), pattern.row(step.claim.right))
        rows.append((type(step.because).__name__, claim, cited))
    return tuple(rows)
