"""Expressions in index notation as LaTeX."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symbolic.arrays import ONE, Program, Rule
from symbolic.indexed import (
    Add,
    AtLeast,
    Count,
    Delta,
    Expr,
    Fn,
    Get,
    Mul,
    Num,
    Opaque,
    Pow,
    Shifted,
    Sum,
)
from symbolic.model_notation import ATOM, POWER, PRODUCT, SUM, index


def latex(program: Program, rule: Rule) -> str:
    """A rule as LaTeX."""
    named = next((m for m in program.multipliers if m.array == rule.array), None)
    array = named.name if named else f"∂{rule.array}"
    where = rule.where.factors if isinstance(rule.where, Mul) else (rule.where,)
    condition = ",\\ ".join(_latex(w).strip("[]") for w in where if w != ONE)
    text = f"{_latex(Get(array, rule.at))} = {_latex(rule.body)}"
    return text + (rf"\quad ({condition})" if condition else "")


def _latex(expr: Expr, around: int = SUM) -> str:
    match expr:
        case Num(value) if value.denominator != 1:
            sign = "-" if value < 0 else ""
            text, level = rf"{sign}\tfrac{{{abs(value.numerator)}}}{{{value.denominator}}}", POWER
        case Num(value):
            text, level = str(value), ATOM if value >= 0 else SUM
        case Count(size):
            text, level = _word(size), ATOM
        case Get(array, at):
            text, level = f"{_word(array.removeprefix('∂'))}{_subscript(at)}", ATOM
            if array.startswith("∂"):
                text, level = rf"\frac{{\partial E}}{{\partial {text}}}", POWER
        case Add(terms):
            text, level = " + ".join(_latex(term) for term in terms).replace("+ -", "- "), SUM
        case Mul(factors):
            signs = sum(factor == Num(Fraction(-1)) for factor in factors)
            kept = [_latex(f, PRODUCT) for f in factors if f != Num(Fraction(-1))]
            text = r" \, ".join(kept) or "1"
            text, level = (f"-{text}", SUM) if signs % 2 else (text, PRODUCT)
        case Pow(base, exponent) if exponent == -1:
            text, level = rf"\frac{{1}}{{{_latex(base)}}}", POWER
        case Pow(base, exponent):
            text, level = f"{_latex(base, ATOM)}^{{{exponent}}}", POWER
        case Fn(name, argument):
            text, level = rf"\operatorname{{{name}}}\left({_latex(argument)}\right)", ATOM
        case Opaque(name, at, arguments, orders):
            inside = ", ".join(map(_latex, arguments))
            primes = "'" * sum(orders)
            text, level = rf"{_word(name)}{primes}{_subscript(at)}\left({inside}\right)", ATOM
        case Sum(over, body):
            text, level = rf"\sum_{{{_word(over.name)}}} {_latex(body, PRODUCT)}", PRODUCT
        case Delta(left, right):
            text, level = f"[{_place(left)} = {_place(right)}]", ATOM
        case AtLeast(left, right):
            text, level = rf"[{_place(left)} \ge {_place(right)}]", ATOM
    return text if level >= around else rf"\left({text}\right)"


def _subscript(at: Sequence[Shifted | int]) -> str:
    return f"_{{{', '.join(map(_place, at))}}}" if at else ""


def _place(value: Shifted | int) -> str:
    return index(value).replace("_", r"\_")


def _word(name: str) -> str:
    """A name of one letter as it is, a longer one upright."""
    return name if len(name) == 1 else rf"\mathrm{{{name}}}".replace("_", r"\_")
