"""Letters and shorthands that the theorem modules share: `w[k, j]`, exp, φ, an unknown cost."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symbolic.arrays import (
    Abstract,
    Local,
)
from symbolic.indexed import (
    Expr,
    Fn,
    Get,
    Num,
    Opaque,
    Sort,
    Var,
)

HALF = Num(Fraction(1, 2))
MINUS = Num(Fraction(-1))


class Read:
    """`w[k, j]` written as in the book."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getitem__(self, at: object) -> Get:
        return Get(self.name, at if isinstance(at, tuple) else (at,))


def fn(name: str) -> Callable[[Expr], Fn]:
    return lambda argument: Fn(name, argument)


exp, ln, tanh, logistic = fn("exp"), fn("ln"), fn("tanh"), fn("logistic")


def phi(letter: object, argument: Expr, order: int = 0) -> Opaque:
    at = letter if isinstance(letter, tuple) else (letter,)
    return Opaque("phi", at, (argument,), (order,) if order else ())


def abstract_cost(array: str, slope: str, *at: Var) -> Abstract:
    """Any differentiable cost of one array."""
    return Abstract("cost", (), (Local(array, at, Get(slope, at)),))


J, N = Sort("J"), Sort("N")
j, k, i, m = (Var(name, J) for name in "jkim")
n, n2 = Var("xi", N), Var("zeta", N)
T, H, X, OUT = Sort("T", ordered=True), Sort("H"), Sort("X"), Sort("O")
t, s = Var("t", T), Var("s", T)
h1, h2 = Var("j", H), Var("k", H)
xi, o = Var("i", X), Var("o", OUT)
w, y, v, e, d, x, out, edge, delta = map(
    Read, ("w", "y", "v", "e", "d", "x", "out", "edge", "delta")
)
eta = Get("eta")

HAYKIN = "Haykin, Neural Networks, chapter 4"
WERBOS = "Werbos 1990, Backpropagation through time"
RUMELHART = (
    "Rumelhart, Hinton and Williams 1986, Learning internal representations by error propagation"
)
BISHOP = "Bishop, Pattern Recognition and Machine Learning, chapter 5"
NIELSEN = "Nielsen, Neural Networks and Deep Learning, chapter 2"
