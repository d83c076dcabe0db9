"""Element-wise terms as NumPy functions that write into given buffers, made by `sympy.lambdify`.

Each rewriting is an identity: ln(1 + exp u) = logaddexp(0, u), 1/(1 + exp u) = expit(−u),
x ln z = xlogy(x, z) (0 where x = 0), (1 - y)(1 + y) = 1 - y².  The pieces of a function in pieces
are computed only where they hold, unless they are polynomials.  SymPy sees generated names alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numeric.ufuncs import CALLS, EXPIT, MAXIMUM, SOFTPLUS, XLOGY, Printed
from symbolic.bridge import to_sympy
from symbolic.terms import (
    Add,
    Cases,
    Condition,
    Constant,
    Mul,
    Num,
    Pow,
    Relation,
    Sign,
    Term,
    children,
    num,
    rebuilt,
    walk,
)

Array = NDArray[Any]
Function = Callable[..., Array]

_COMPARE: dict[Relation, Any] = {
    Relation.LESS: np.less,
    Relation.AT_MOST: np.less_equal,
    Relation.GREATER: np.greater,
    Relation.AT_LEAST: np.greater_equal,
    Relation.EQUAL: np.equal,
}


@dataclass(frozen=True)
class Kernel:
    """`run(*reads, *temporaries, out)` writes the value into out, of the shape of all reads.

    The temporaries have the shape and dtype of out.  Out may be one of the reads.  Where it is
    all one call, `direct` is its function and arguments: a position among reads, a number, "out".
    """

    run: Function
    temporaries: int
    direct: tuple[Function, tuple[int | float | str, ...]] | None = None


@lru_cache(maxsize=1024)
def kernel(term: Term, letters: tuple[str, ...], numbers: tuple[str, ...] = ()) -> Kernel:
    """The kernel of a term in `Sign(letter)`; the `numbers` are single Python floats.

    >>> double = kernel(Sign("v") * 2, ("v",))
    >>> double.run(np.arange(3.0), np.empty(3))
    array([0., 2., 4.])
    """
    parts: list[Cases] = []
    core = _without_cases(term, parts)
    symbols: dict[Sign, sp.Symbol] = {}
    for n, letter in enumerate(letters):
        symbols[Sign(letter)] = sp.Symbol(f"x{n}", real=True)
    for n, letter in enumerate(numbers):
        symbols[Sign(letter)] = sp.Symbol(f"n{n}", positive=True)
    table: dict[Sign, sp.Expr] = dict(symbols)
    calls = dict(CALLS)
    for n, part in enumerate(parts):
        used = [sign for sign in symbols if any(inner == sign for inner in walk(part))]
        highest = _maximum(part)
        if highest is not None:
            table[Sign(f"piece{n}")] = MAXIMUM(to_sympy(highest, symbols), 0)
        else:
            table[Sign(f"piece{n}")] = sp.Function(f"piece{n}")(*(symbols[sign] for sign in used))
            calls[f"piece{n}"] = _in_pieces(part, tuple(sign.letter for sign in used))
    written = stable(to_sympy(core, table))
    printed = Printed(written, frozenset(symbols[Sign(letter)] for letter in numbers))
    extra = [sp.Symbol(f"t{n}") for n in range(printed.temporaries)]
    arguments = [*symbols.values(), *extra, sp.Symbol("out")]
    run = sp.lambdify(arguments, written, modules=[calls], printer=lambda expr: printed.code)
    return Kernel(run, printed.temporaries, _direct(printed, calls, len(letters)))


def _direct(
    printed: Printed, calls: dict[str, Any], reads: int
) -> tuple[Function, tuple[int | float | str, ...]] | None:
    if printed.single is None:
        return None
    name, given = printed.single
    place: dict[str, int | str] = {f"x{n}": n for n in range(reads)} | {"out": "out"}
    try:
        return calls[name], tuple(place[part] if part in place else float(part) for part in given)
    except ValueError:  # one of the numbers, known only to `run`
        return None


@lru_cache(maxsize=1024)
def function(term: Term, letters: tuple[str, ...]) -> Function:
    """The function of `letters` that a term in `Sign(letter)` writes, elementwise over arrays.

    All arguments have one shape and dtype, float32 or float64, and the result has them too, also
    where the term is constant.  Underflow to zero is not reported.

    >>> slope = function(num(1), ("v",))
    >>> slope(np.zeros(3, dtype=np.float32))
    array([1., 1., 1.], dtype=float32)
    """
    made = kernel(term, letters)

    def evaluate(*given: Array) -> Array:
        buffers = (np.empty_like(given[0]) for _ in range(made.temporaries + 1))
        with np.errstate(under="ignore"):
            return made.run(*given, *buffers)

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
            return SOFTPLUS(inside)
    if isinstance(whole, sp.Pow) and whole.exp.is_Integer and whole.exp < 0:
        inside = _one_plus_exp(whole.base)
        if inside is not None:
            return EXPIT(-inside) ** (-whole.exp)
    if isinstance(whole, sp.Mul):
        whole = _difference_of_squares(whole)
    if isinstance(whole, sp.Mul):
        logs = [part for part in whole.args if isinstance(part, sp.log)]
        others = [part for part in whole.args if part not in logs and part.free_symbols]
        if len(logs) == 1 and others:
            number = [part for part in whole.args if not part.free_symbols]
            return sp.Mul(*number, XLOGY(sp.Mul(*others), logs[0].args[0]))
    return whole


def _difference_of_squares(term: sp.Mul) -> sp.Expr:
    """(c - u)(c + u) = c² - u², for a symbol u and a number c: one call less."""
    sums = [part for part in term.args if isinstance(part, sp.Add) and len(part.args) == 2]
    for left in sums:
        number, other = left.args
        if number.is_number and (-other).is_Symbol and number - other in sums:
            rest = [part for part in term.args if part not in (left, number - other)]
            return sp.Mul(*rest, number**2 - other**2)
    return term


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


def _maximum(term: Cases) -> Term | None:
    """u where the pieces say max(u, 0), else None."""
    (guard, piece), *more = term.pieces
    rising = guard.relation in (Relation.GREATER, Relation.AT_LEAST)
    plain = not more and rising and guard.right == term.otherwise == num(0)
    return piece if plain and piece == guard.left and not isinstance(piece, Cases) else None


def _polynomial(term: Term) -> bool:
    """Whether the term can be computed everywhere, also where its piece does not hold."""
    return all(
        isinstance(part, Num | Constant | Sign | Add | Mul | Cases)
        or (isinstance(part, Pow) and part.exponent >= 0 and part.exponent.denominator == 1)
        for part in walk(term)
    )


def _in_pieces(term: Cases, letters: tuple[str, ...]) -> Function:
    """A function in pieces; its last argument is where the value goes."""
    (condition, piece), *more = term.pieces
    border = condition.right
    if (
        (not more and piece == num(1) and term.otherwise == num(0))
        and (len(letters) == 1 and condition.left == Sign(letters[0]))
        and isinstance(border, Num)
    ):
        compare, at = _COMPARE[condition.relation], float(border.value)
        step: Function = lambda u, out: compare(u, at, out)  # noqa: E731 - one comparison is all
        return step
    guards = [_guard(guard, letters) for guard, _ in term.pieces]
    bodies = [function(piece, letters) for _, piece in term.pieces]
    otherwise = function(term.otherwise, letters)
    everywhere = _polynomial(term)

    def chosen(*given: Array) -> Array:
        *read, out = given
        values = [body(*read) for body in bodies]
        holds = [guard(*read) for guard in guards]
        np.copyto(out, otherwise(*read))
        for value, here in zip(reversed(values), reversed(holds), strict=True):
            np.copyto(out, value, where=here)
        return out

    def masked(*given: Array) -> Array:
        *read, out = given
        result = np.empty_like(out)
        left = np.ones(out.shape, dtype=bool)
        full = [np.broadcast_to(value, out.shape) for value in read]
        for guard, body in zip(guards, bodies, strict=True):
            here = left & guard(*full)
            result[here] = body(*(value[here] for value in full))
            left &= ~here
        result[left] = otherwise(*(value[left] for value in full))
        np.copyto(out, result)
        return out

    return chosen if everywhere else masked


def _guard(condition: Condition, letters: tuple[str, ...]) -> Function:
    left, right = function(condition.left, letters), function(condition.right, letters)
    compare = _COMPARE[condition.relation]

    def holds(*given: Array) -> Array:
        answer: Array = compare(left(*given), right(*given))
        return answer

    return holds
