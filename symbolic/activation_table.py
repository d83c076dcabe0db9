"""The table of activation functions: φ, φ' as published, where φ is not differentiable.

Every row is a claim; `activations.py` has it decided, and a test proves every row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from symbolic.calculus import ONE, ZERO, over, plus, power, times
from symbolic.terms import (
    Call,
    Cases,
    Condition,
    Constant,
    Relation,
    Sign,
    Term,
    num,
)

V, Y = Sign("v"), Sign("y")
HAYKIN = "Haykin, Neural Networks and Learning Machines, 3rd ed., "


@dataclass(frozen=True, slots=True)
class Kink:
    """A point where φ' does not exist, and the value the trainer uses there by convention."""

    at: Fraction
    slope: Fraction


@dataclass(frozen=True, slots=True)
class Activation:
    """y = φ(v) with its derivative.

    `phi` is written in `Sign("v")`; `slope` is φ' in its published form, written in `Sign("v")`
    and, where the textbook does so, `Sign("y")` for φ(v).  A `group` activation is normalised over
    the output neurons, y_j = φ(v_j) / Σ_k φ(v_k): softmax, with φ = exp; it has no slope of its
    own.
    """

    name: str
    phi: Term
    slope: Term | None
    kinks: tuple[Kink, ...] = ()
    parameters: tuple[tuple[str, Fraction], ...] = ()
    group: bool = False
    source: str = ""
    written: str = ""


Parameters = Mapping[str, Term]
Numbers = Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Row:
    """One activation of the table, its parameters still open.

    `formulas` takes the parameters, as numbers or as letters, to φ and φ'; `kinks` takes them as
    numbers.  A parameter in `positive` must be > 0.
    """

    formulas: Callable[[Parameters], tuple[Term, Term | None]]
    source: str
    written: str
    parameters: tuple[tuple[str, Fraction], ...] = ()
    positive: bool = True
    kinks: Callable[[Numbers], tuple[Kink, ...]] = lambda numbers: ()
    group: bool = False


def _exp(term: Term) -> Term:
    return Call("exp", term)


def _minus(term: Term) -> Term:
    return times(num(-1), term)


def _sigma(argument: Term) -> Term:
    return over(ONE, 1 + _exp(_minus(argument)))


def _right_of_zero(right: Term, left: Term) -> Term:
    return Cases(((Condition(V, Relation.GREATER, ZERO), right),), left)


def _identity(p: Parameters) -> tuple[Term, Term]:
    return V, ONE


def _logistic(p: Parameters) -> tuple[Term, Term]:
    return _sigma(times(p["a"], V)), times(p["a"], Y, 1 - Y)


def _tanh(p: Parameters) -> tuple[Term, Term]:
    a, b = p["a"], p["b"]
    phi = times(a, Call("tanh", times(b, V)))
    return phi, times(over(b, a), plus(a, _minus(Y)), plus(a, Y))


def _relu(p: Parameters) -> tuple[Term, Term]:
    return _right_of_zero(V, ZERO), _right_of_zero(ONE, ZERO)


def _leaky_relu(p: Parameters) -> tuple[Term, Term]:
    return _right_of_zero(V, times(p["slope"], V)), _right_of_zero(ONE, p["slope"])


def _softplus(p: Parameters) -> tuple[Term, Term]:
    return Call("ln", 1 + _exp(V)), _sigma(V)


def _elu(p: Parameters) -> tuple[Term, Term]:
    falling = times(p["alpha"], _exp(V) - 1)
    return _right_of_zero(V, falling), _right_of_zero(ONE, plus(Y, p["alpha"]))


def _silu(p: Parameters) -> tuple[Term, Term]:
    return over(V, 1 + _exp(_minus(V))), plus(Y, times(_sigma(V), 1 - Y))


def _gelu(p: Parameters) -> tuple[Term, Term]:
    share = times(num("1/2"), 1 + Call("erf", over(V, Call("sqrt", num(2)))))
    root = Call("sqrt", times(num(2), Constant("pi")))
    density = over(_exp(_minus(over(power(V, 2), num(2)))), root)
    return times(V, share), plus(share, times(V, density))


def _gaussian(p: Parameters) -> tuple[Term, Term]:
    return _exp(_minus(V**2)), times(num(-2), V, Y)


def _arctan(p: Parameters) -> tuple[Term, Term]:
    return Call("arctan", V), over(ONE, 1 + V**2)


def _softsign(p: Parameters) -> tuple[Term, Term]:
    return over(V, 1 + Call("abs", V)), power(1 - Call("abs", Y), 2)


def _softmax(p: Parameters) -> tuple[Term, Term | None]:
    return _exp(V), None


def _no_kink_if_one(letter: str) -> Callable[[Numbers], tuple[Kink, ...]]:
    """The kink at 0 of a row whose left slope is the parameter and whose right slope is 1."""
    return lambda p: () if p[letter] == 1 else (Kink(Fraction(0), p[letter]),)


_ONE = Fraction(1)
ACTIVATIONS: dict[str, Row] = {
    "identity": Row(_identity, HAYKIN + "ch. 3", "v"),
    "logistic": Row(_logistic, HAYKIN + "ch. 4", "1/(1 + exp(-a v))", (("a", _ONE),)),
    "tanh": Row(_tanh, HAYKIN + "ch. 4", "a tanh(b v)", (("a", _ONE), ("b", _ONE))),
    "relu": Row(
        _relu,
        "Nair & Hinton, ICML 2010",
        "max(0, v)",
        kinks=lambda p: (Kink(Fraction(0), Fraction(0)),),
    ),
    "leaky_relu": Row(
        _leaky_relu,
        "Maas, Hannun & Ng, 2013",
        "v for v > 0, else slope · v",
        (("slope", Fraction(1, 100)),),
        positive=False,
        kinks=_no_kink_if_one("slope"),
    ),
    "softplus": Row(
        _softplus, "Dugas, Bengio, Bélisle, Nadeau & Garcia, NIPS 2000", "ln(1 + exp(v))"
    ),
    "elu": Row(
        _elu,
        "Clevert, Unterthiner & Hochreiter, ICLR 2016",
        "v for v > 0, else alpha (exp(v) - 1)",
        (("alpha", _ONE),),
        kinks=_no_kink_if_one("alpha"),
    ),
    "silu": Row(_silu, "Hendrycks & Gimpel, 2016, arXiv:1606.08415", "v/(1 + exp(-v))"),
    "gelu": Row(_gelu, "Hendrycks & Gimpel, 2016, arXiv:1606.08415", "v (1 + erf(v/√2))/2"),
    "gaussian": Row(_gaussian, "after " + HAYKIN + "ch. 5, of width 1/√2", "exp(-v²)"),
    "arctan": Row(_arctan, "elementary calculus", "arctan(v)"),
    "softsign": Row(_softsign, "Bergstra, Desjardins, Lamblin & Bengio, 2009", "v/(1 + |v|)"),
    "softmax": Row(_softmax, "Bridle, NIPS 1989", "exp(v_j)/Σ_k exp(v_k)", group=True),
}
