"""A difference that is claimed to be 0, solved for a derivative in it: a rule to be judged."""

from __future__ import annotations

from fractions import Fraction

from symbolic.arrays import Program, Rule
from symbolic.indexed import Add, Count, Expr, Get, Mul, Num, Pow, Var, walk
from symbolic.reading.indexed.claims import IndexClaim


def of_graph(program: Program) -> frozenset[str]:
    """The derivatives by weights of a graph, which exist where there is an edge alone."""
    arrays = {relation.array for relation in program.acyclic}
    named = {m.array: m.name for m in program.multipliers}
    return frozenset(named.get(array, f"∂{array}") for array in arrays)


def solved(
    claim: IndexClaim, program: Program, difference: Expr, names: frozenset[str]
) -> Rule | None:
    """The rule for a derivative of these names, which one term has as a factor beside numbers.

    None where no term or more than one has it so.  Elsewhere it may stand at other indices, as in
    a recursion.
    """
    terms = _flat(difference)
    own = [
        n
        for n, term in enumerate(terms)
        if any(_is_head(factor, names, claim) for factor in factors_of(term))
    ]
    if len(own) != 1:
        return None
    rest = tuple(term for n, term in enumerate(terms) if n not in own)
    factors = factors_of(terms[own[0]])
    [head, *more] = [f for f in factors if _is_head(f, names, claim)]
    others = tuple(f for f in factors if f != head)
    again = any(head == part for term in rest for part in walk(term))
    if more or again or not isinstance(head, Get) or not all(map(_is_number, others)):
        return None
    arrays = {m.name: m.array for m in program.multipliers}
    array = arrays.get(head.array, head.array.removeprefix("∂"))
    below = tuple(Pow(factor, Fraction(-1)) for factor in others)
    at = tuple(v for v in head.at if isinstance(v, Var))
    return Rule(array, at, Mul((Num(Fraction(-1)), Add(rest), *below)))


def _is_head(factor: Expr, names: frozenset[str], claim: IndexClaim) -> bool:
    """Whether it is a derivative of these names at the letters of the claim, in any order."""
    if not (isinstance(factor, Get) and factor.array in names):
        return False
    return {*factor.at} == {*claim.at} and len(factor.at) == len(claim.at)


def _is_number(factor: Expr) -> bool:
    """Whether it is a number, a size, a given number such as η, or one over it."""
    inner = factor.base if isinstance(factor, Pow) else factor
    return isinstance(inner, Num | Count) or (isinstance(inner, Get) and not inner.at)


def _flat(term: Expr) -> tuple[Expr, ...]:
    """The terms of a sum, also in brackets with a minus before them."""
    if isinstance(term, Add):
        return tuple(part for inner in term.terms for part in _flat(inner))
    factors = factors_of(term)
    signs = [f for f in factors if f == Num(Fraction(-1))]
    kept = [f for f in factors if f != Num(Fraction(-1))]
    if signs and len(kept) == 1 and isinstance(kept[0], Add):
        inner = _flat(kept[0])
        return inner if len(signs) % 2 == 0 else tuple(-part for part in inner)
    return (term,)


def factors_of(term: Expr) -> tuple[Expr, ...]:
    if not isinstance(term, Mul):
        return (term,)
    return tuple(part for factor in term.factors for part in factors_of(factor))
