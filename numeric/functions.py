"""φ, φ' and the costs as NumPy functions, made from the terms of the tables and numerically stable.

Each rewriting is an identity: ln(1 + exp u) = logaddexp(0, u), 1/(1 + exp u) = expit(−u),
x ln z = xlogy(x, z) (0 where x = 0).  The pieces of a function in pieces are computed only where
they hold.  SymPy sees generated names alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy import special

from symbolic.bridge import to_sympy
from symbolic.terms import Cases, Condition, Relation, Sign, Term, children, rebuilt, walk

Array = NDArray[Any]
Function = Callable[..., Array]

_EXPIT, _SOFTPLUS, _XLOGY = (sp.Function(name) for name in ("pp_expit", "pp_softplus", "pp_xlogy"))


def _softplus(u: Array) -> Array:
    return np.logaddexp(np.zeros((), u.dtype), u)


_MODULES = [
    {
        "pp_expit": special.expit,
        "pp_softplus": _softplus,
        "pp_xlogy": special.xlogy,
        "erf": special.erf,
    },
    "numpy",
]
_COMPARE: dict[Relation, Any] = {
    Relation.LESS: np.less,
    Relation.AT_MOST: np.less_equal,
    Relation.GREATER: np.greater,
    Relation.AT_LEAST: np.greater_equal,
    Relation.EQUAL: np.equal,
}


@lru_cache(maxsize=1024)
def function(term: Term, letters: tuple[str, ...]) -> Function:
    """The function of `letters` that a term in `Sign(letter)` writes, elementwise over arrays.

    All arguments have one shape and dtype, float32 or float64, and the result has them too, also
    where the term is constant.  Underflow to zero is not reported.

    >>> from symbolic.terms import Call, num
    >>> slope = function(num(1), ("v",))
    >>> slope(np.zeros(3, dtype=np.float32))
    array([1., 1., 1.], dtype=float32)
    """
    parts: list[Cases] = []
    core = _without_cases(term, parts)
    names = (*letters, *(f"piece{n}" for n in range(len(parts))))
    table = {Sign(name): sp.Symbol(f"x{n}", real=True) for n, name in enumerate(names)}
    written = stable(to_sympy(core, table))
    compute = sp.lambdify(list(table.values()), written, modules=_MODULES)
    pieces = tuple(_masked(part, letters) for part in parts)

    def evaluate(*given: Array) -> Array:
        with np.errstate(under="ignore"):
            extra = [piece(*given) for piece in pieces]
            result = np.asarray(compute(*given, *extra), dtype=given[0].dtype)
        return result if result.shape == given[0].shape else np.full_like(given[0], result)

    return evaluate


def stable(written: sp.Expr) -> sp.Expr:
    """The same function, written with the stable functions where a pattern allows it.

    >>> u = sp.Symbol("u", real=True)
    >>> stable(sp.log(1 + sp.exp(u))), stable(1 / (1 + sp.exp(-u)))
    (pp_softplus(u), pp_expit(u))
    """
    if not written.args:
        return written
    whole = written.func(*(stable(part) for part in written.args))
    if isinstance(whole, sp.log):
        inside = _one_plus_exp(whole.args[0])
        if inside is not None:
            return _SOFTPLUS(inside)
    if isinstance(whole, sp.Pow) and whole.exp.is_Integer and whole.exp < 0:
        inside = _one_plus_exp(whole.base)
        if inside is not None:
            return _EXPIT(-inside) ** (-whole.exp)
    if isinstance(whole, sp.Mul):
        logs = [part for part in whole.args if isinstance(part, sp.log)]
        others = [part for part in whole.args if part not in logs and part.free_symbols]
        if len(logs) == 1 and others:
            number = [part for part in whole.args if not part.free_symbols]
            return sp.Mul(*number, _XLOGY(sp.Mul(*others), logs[0].args[0]))
    return whole


def _one_plus_exp(term: sp.Expr) -> sp.Expr | None:
    """u where the term is 1 + exp(u), else None."""
    if isinstance(term, sp.Add) and len(term.args) == 2 and term.args[0] == 1:
        other = term.args[1]
        if isinstance(other, sp.exp):
            return other.args[0]
    return None


def _without_cases(term: Term, parts: list[Cases]) -> Term:
    if isinstance(term, Cases):
        if term not in parts:
            parts.append(term)
        return Sign(f"piece{parts.index(term)}")
    if not any(isinstance(part, Cases) for part in walk(term)):
        return term
    return rebuilt(term, tuple(_without_cases(part, parts) for part in children(term)))


def _masked(term: Cases, letters: tuple[str, ...]) -> Function:
    """A function in pieces, each piece computed only at the places where its condition holds."""
    guards = [_guard(condition, letters) for condition, _ in term.pieces]
    bodies = [function(piece, letters) for _, piece in term.pieces]
    otherwise = function(term.otherwise, letters)

    def evaluate(*given: Array) -> Array:
        result = np.empty_like(given[0])
        left = np.ones(result.shape, dtype=bool)
        for guard, body in zip(guards, bodies, strict=True):
            here = left & guard(*given)
            result[here] = body(*(value[here] for value in given))
            left &= ~here
        result[left] = otherwise(*(value[left] for value in given))
        return result

    return evaluate


def _guard(condition: Condition, letters: tuple[str, ...]) -> Function:
    left, right = function(condition.left, letters), function(condition.right, letters)
    compare = _COMPARE[condition.relation]

    def holds(*given: Array) -> Array:
        answer: Array = compare(left(*given), right(*given))
        return answer

    return holds
