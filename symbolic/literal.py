"""𝓔(n) as one SymPy expression, and its derivative by every v_j and every weight.

This module has never heard of δ's recursion.  SymPy proposes; the kernel checks every line it
writes.  The expression is that of one sample ξ; 𝓔(n) = (1/N) Σ_ξ 𝓔^ξ is linear in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp

from symbolic.bridge import CALLS, to_sympy
from symbolic.costs import in_d_and_y
from symbolic.errors import InputError
from symbolic.forward import OVER_SAMPLES
from symbolic.network import BIAS, Network
from symbolic.notation import E, N
from symbolic.terms import (
    Add,
    Call,
    Constant,
    Equation,
    Frac,
    Mul,
    Num,
    Partial,
    PartialKind,
    Phi,
    Pow,
    Sign,
    Sum,
    Term,
    num,
)


class _Phi(sp.Function):  # type: ignore[misc]  # SymPy has no types
    """φ of neuron number a, of order b, at v: its derivative is the next order, never a Subs."""

    nargs = 3
    is_real = True

    def fdiff(self, argindex: int = 3) -> Any:
        neuron, order, argument = self.args
        if argindex != 3:
            raise ValueError("φ is differentiated by its argument alone")
        return _Phi(neuron, order + 1, argument)


class _Exp(sp.Function):  # type: ignore[misc]  # SymPy has no types
    """exp of a local field, kept apart: SymPy would merge exp(a) exp(b) and lose both fields."""

    nargs = 1
    is_positive = True

    def fdiff(self, argindex: int = 1) -> Any:
        return self


@dataclass(frozen=True)
class Literal:
    """The cost of one sample as an expression of weights, inputs and targets.

    Every symbol is made here and named here: `registry` takes it back to the sign it stands for.
    """

    network: Network

    @cached_property
    def symbols(self) -> dict[Sign, Any]:
        """The SymPy symbol of every given quantity: weights, inputs, targets."""
        network = self.network
        signs = [Sign("w", (weight,)) for weight in network.uses]
        signs += [Sign("y", (name,)) for name in network.inputs]
        signs += [Sign("d", (name,)) for name in network.outputs]
        signs += [Sign("v", (neuron.name,)) for neuron in network.neurons]
        return {s: sp.Symbol(f"{s.letter}_{s.at[0]}", real=True) for s in signs}

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number that stands for a neuron inside φ."""
        return {neuron.name: place for place, neuron in enumerate(self.network.neurons)}

    def composed(self, cut: str = "") -> tuple[Any, dict[str, Any]]:
        """𝓔^ξ and every v_k, with v of the neuron `cut` left as a free symbol.

        𝓔^ξ = Σ_j c(d_j, y_j) with every y_j = φ_j(Σ_i w_ji y_i) put in down to the inputs.
        """
        network, symbols = self.network, self.symbols
        y: dict[str, Any] = {BIAS: sp.Integer(1)}
        y.update((name, symbols[Sign("y", (name,))]) for name in network.inputs)
        v: dict[str, Any] = {}
        for k in network.order:
            if k in network.formulas:
                read = {Sign("y", (i,)): y[i] for i in network.sources[k]}
                v[k] = to_sympy(network.formulas[k], {**symbols, **read})
            else:
                v[k] = sp.Add(
                    *(
                        symbols[Sign("w", (network.weight_of[k, i],))] * y[i]
                        for i in network.sources[k]
                    )
                )
            if k == cut:
                v[k] = symbols[Sign("v", (k,))]
            peers = network.peers.get(k, ())
            if not peers:
                y[k] = _Phi(self.numbers[k], 0, v[k])
            elif all(peer in v for peer in peers):
                whole = sp.Add(*(_Exp(v[peer]) for peer in peers))
                y.update((peer, _Exp(v[peer]) / whole) for peer in peers)
        loss = in_d_and_y(network.cost.loss)
        d, out = Sign("d"), Sign("y")
        parts = (to_sympy(loss, {d: symbols[Sign("d", (k,))], out: y[k]}) for k in network.outputs)
        return sp.Add(*parts), v

    def gradient(self, neuron: str) -> Any:
        """−∂𝓔/∂v of one neuron for one sample, with its 1/N, as a SymPy expression."""
        cost, _ = self.composed(neuron)
        return -cost.diff(self.symbols[Sign("v", (neuron,))]) / sp.Symbol("N", positive=True)

    def correction(self, weight: str) -> Any:
        """−∂𝓔/∂w of one weight: the summand of Σ_ξ, with its 1/N, as a SymPy expression."""
        cost, _ = self.composed()
        return -cost.diff(self.symbols[Sign("w", (weight,))]) / sp.Symbol("N", positive=True)

    def elementary(self, expression: Any) -> Any:
        """The expression with every φ and φ' put in as it is given, and weights by their names."""
        neurons = self.network.neurons
        v, names = Sign("v"), set(self.network.uses)

        def put_in(number: Any, order: Any, argument: Any) -> Any:
            activation = neurons[int(number)].activation
            y = to_sympy(activation.phi, {v: argument})
            if order == 0:
                return y
            assert activation.slope is not None  # softmax is written out, never as a φ
            return to_sympy(activation.slope, {v: argument, Sign("y"): y})

        plain = {
            self.symbols[Sign("w", (name,))]: sp.Symbol(name, real=True)
            for name in names
            if name.startswith("w_") and name[2:] not in names  # else the symbol says w_name
        }
        return expression.replace(_Phi, put_in).replace(_Exp, sp.exp).xreplace(plain)

    def folded(self, expression: Any, fields: dict[str, Any]) -> Term:
        """A derivative as a written term, every inner expression folded to v_k or y_k."""
        back = {symbol: sign for sign, symbol in self.symbols.items()}
        back[sp.Symbol("N", positive=True)] = N
        names = {place: name for name, place in self.numbers.items()}
        inner = {expr: Sign("v", (name,)) for name, expr in fields.items()}
        return _term(expression, back, names, inner)


_NAMES = {function: name for name, function in CALLS.items() if name not in ("exp", "sqrt")}


def direct_derivatives(network: Network) -> list[Equation]:
    """−∂𝓔/∂v_j for every neuron and −∂𝓔/∂w for every weight, as SymPy differentiates 𝓔."""
    literal = Literal(network)
    lines: list[Equation] = []
    for neuron in network.order:
        _, fields = literal.composed(neuron)
        right = literal.folded(literal.gradient(neuron), fields)
        left = -Partial(E, Sign("v", (neuron,)), PartialKind.TOTAL)
        lines.append(Equation(left, right))
    _, fields = literal.composed()
    for weight in network.uses:
        right = Sum(OVER_SAMPLES, literal.folded(literal.correction(weight), fields))
        left = -Partial(E, Sign("w", (weight,)), PartialKind.TOTAL)
        lines.append(Equation(left, right))
    return lines


def _term(expr: Any, back: dict[Any, Sign], names: dict[int, str], inner: dict[Any, Sign]) -> Term:
    """A SymPy expression as a term, positive parts of a sum first."""

    def inside(part: Any) -> Term:
        return _term(part, back, names, inner)

    if expr in inner:
        return inner[expr]
    if isinstance(expr, sp.Symbol):
        return back[expr]
    if isinstance(expr, sp.Rational):
        return num(f"{expr.p}/{expr.q}")
    if expr is sp.pi:
        return Constant("pi")
    if isinstance(expr, _Phi):
        neuron = names[int(expr.args[0])]
        argument = inner.get(expr.args[2])
        order = int(expr.args[1])
        if argument == Sign("v", (neuron,)) and order == 0:
            return Sign("y", (neuron,))
        return Phi(neuron, order, argument if argument is not None else inside(expr.args[2]))
    if isinstance(expr, sp.Add):
        parts = sorted(expr.args, key=lambda part: (_negative(part), sp.default_sort_key(part)))
        return Add(tuple(inside(part) for part in parts))
    if isinstance(expr, sp.Mul):
        return _product(expr, inside)
    if isinstance(expr, _Exp | sp.exp):
        return Call("exp", inside(expr.args[0]))
    if isinstance(expr, sp.Pow):
        if expr.exp.is_negative:
            return Frac(num(1), inside(1 / expr))
        if isinstance(expr.exp, sp.Rational):
            return Pow(inside(expr.base), num(f"{expr.exp.p}/{expr.exp.q}").value)
    if type(expr) in _NAMES:
        return Call(_NAMES[type(expr)], inside(expr.args[0]))
    raise InputError(f"The direct derivative contains {type(expr).__name__}, not written here yet.")


def _product(expr: Any, inside: Any) -> Term:
    """A product in the textbook's order: number, error, φ', weights, signals."""
    numerator, denominator = expr.as_numer_denom()
    if denominator != 1:
        return Frac(inside(numerator), inside(denominator))
    factors = [inside(part) for part in expr.args]
    numbers = [factor for factor in factors if isinstance(factor, Num)]
    rest = sorted((f for f in factors if not isinstance(f, Num)), key=_role)
    return Mul((*numbers, *rest)) if len(factors) > 1 else factors[0]


def _role(term: Term) -> tuple[int, str]:
    match term:
        case Add():
            return (0, "")
        case Phi(neuron):
            return (1, str(neuron))
        case Sign("w", at):
            return (3, str(at))
        case Sign(letter, at):
            return (4, f"{letter}{at}")
        case _:
            return (2, "")


def _negative(expr: Any) -> bool:
    return bool(expr.could_extract_minus_sign()) if expr.is_Mul or expr.is_Number else False
