"""Formulas of a network file as formulas of the reading: φ of a neuron, a field of its own.

At a kink nothing is said.  A formula with a function that is not read here has no such form.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from symbolic.indexed import Num, Shifted
from symbolic.network import Neuron
from symbolic.reading.activation import ARGUMENT, SLOPES
from symbolic.reading.formulas import PI, UNWRITTEN, Call, Formula, Power, Read, over, plus, times
from symbolic.reading.pieces import Piece, above, pieced
from symbolic.terms import (
    Add,
    Cases,
    Condition,
    Constant,
    Frac,
    Mul,
    Pow,
    Relation,
    Sign,
    Term,
)
from symbolic.terms import Call as Function
from symbolic.terms import Num as Number

Place = tuple[Shifted | int, ...]


def function_of(neuron: Neuron) -> Formula | None:
    """φ of a neuron as a formula in `ARGUMENT`, None where it has none.

    >>> from symbolic.spec import open_network
    >>> function_of(open_network("1-1:tanh").neurons[0])
    Call(name='tanh', argument=Read(array='·', at=(), sign=''))
    """
    if neuron.activation.group:
        return None
    return _formula(neuron.activation.phi, {Sign("v"): ARGUMENT})


def field_of(term: Term, units: Mapping[str, int], weights: Mapping[str, Place]) -> Formula | None:
    """A local field of its own, in signals y and weights w."""
    known: dict[Sign, Formula] = {}
    for name, n in units.items():
        known[Sign("y", (name,))] = Read("y", (n, UNWRITTEN))
    for name, at in weights.items():
        known[Sign("w", (name,))] = Read("w", at)
    return _formula(term, known)


_RELATIONS = {
    Relation.GREATER: ">",
    Relation.AT_LEAST: ">=",
    Relation.LESS: "<",
    Relation.AT_MOST: "<=",
}


def _in_pieces(
    pieces: tuple[tuple[Condition, Term], ...], otherwise: Term, known: Mapping[Sign, Formula]
) -> Formula | None:
    """The value of the first piece whose condition holds; nothing is said where pieces meet."""
    rows: list[Piece] = []
    for condition, piece in pieces:
        value, left, right = (
            _formula(one, known) for one in (piece, condition.left, condition.right)
        )
        if value is None or left is None or right is None or condition.relation not in _RELATIONS:
            return None
        rows.append((value, above(left, _RELATIONS[condition.relation], right, 0)))
    last = _formula(otherwise, known)
    return None if last is None else pieced([*rows, (last, None)], 0)


def _formula(term: Term, known: Mapping[Sign, Formula]) -> Formula | None:
    match term:
        case Number(value):
            return Num(value)
        case Sign():
            return known.get(term)
        case Add(parts):
            terms = [_formula(part, known) for part in parts]
            whole = [one for one in terms if one is not None]
            return plus(*whole) if len(whole) == len(terms) else None
        case Mul(parts):
            factors = [_formula(part, known) for part in parts]
            all_ = [one for one in factors if one is not None]
            return times(*all_) if len(all_) == len(factors) else None
        case Frac(above, below):
            top, bottom = _formula(above, known), _formula(below, known)
            return over(top, bottom) if top is not None and bottom is not None else None
        case Pow(base, exponent):
            inner = _formula(base, known)
            return Power(inner, Fraction(exponent)) if inner is not None else None
        case Constant("pi"):
            return PI
        case Function("sqrt", argument):
            inner = _formula(argument, known)
            return Power(inner, Fraction(1, 2)) if inner is not None else None
        case Cases(pieces, otherwise):
            return _in_pieces(pieces, otherwise, known)
        case Function(name, argument):
            inner = _formula(argument, known)
            return Call(name, inner) if inner is not None and name in SLOPES else None
    return None
