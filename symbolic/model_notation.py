"""Expressions in index notation as text, in the syntax that `formulas.py` reads."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symbolic.arrays import ONE, Program, Rule
from symbolic.indexed import (
    Add,
    Affine,
    AtLeast,
    Count,
    Delta,
    Expr,
    Fn,
    Gather,
    Get,
    Mul,
    Num,
    Opaque,
    Part,
    Pow,
    Shifted,
    Sum,
)

SUM, PRODUCT, POWER, ATOM = range(4)


def plain(expr: Expr, around: int = SUM) -> str:
    """The expression in the syntax of model files.

    >>> from symbolic.indexed import Sort, Var
    >>> k = Var("k", Sort("K"))
    >>> plain(Sum(k, Get("d", (k,)) * (1 - Get("p", (k,)) ** 2)) / Count("N"))
    'sum(k, d[k]*(1 - p[k]^2))/N'
    """
    text, level = _plain(expr)
    return text if level >= around else f"({text})"


def _plain(expr: Expr) -> tuple[str, int]:
    match expr:
        case Num(value):
            whole = value.denominator == 1 and value >= 0
            return str(value), ATOM if whole else SUM if value < 0 else PRODUCT
        case Count(size):
            return size, ATOM
        case Get(array, at):
            if array.startswith("∂"):
                return f"D({array[1:]}{places(at)})", ATOM
            return array + places(at), ATOM
        case Add(terms):
            text = ""
            for term in terms:
                shown, positive = _signed(term)
                sign = ("" if positive else "-") if not text else " + " if positive else " - "
                text += sign + shown
            return text or "0", SUM
        case Mul():
            shown, positive = _signed(expr)
            return (shown, PRODUCT) if positive else (f"-{shown}", SUM)
        case Pow(base, exponent):
            if exponent == Fraction(1, 2):
                return f"sqrt({plain(base)})", ATOM
            if exponent < 0:
                return _quotient("1", [(base, -exponent)]), PRODUCT
            power = str(exponent) if exponent.denominator == 1 else f"({exponent})"
            return f"{plain(base, ATOM)}^{power}", POWER
        case Fn(name, argument):
            return f"{name}({plain(argument)})", ATOM
        case Opaque(name, at, arguments, orders):
            primes = "'" * sum(orders)
            return f"{name}{primes}{places(at)}({', '.join(map(plain, arguments))})", ATOM
        case Sum(over, body):
            letters, inner = [over.name], body
            while isinstance(inner, Sum):
                letters.append(inner.over.name)
                inner = inner.body
            return f"sum({', '.join(letters)}, {plain(inner)})", ATOM
        case Delta(left, right):
            return f"[{index(left)} = {index(right)}]", ATOM
        case AtLeast(left, right):
            return f"[{index(left)} >= {index(right)}]", ATOM


def _signed(expr: Expr) -> tuple[str, bool]:
    """A term without its sign, and whether the sign is +."""
    factors = expr.factors if isinstance(expr, Mul) else (expr,)
    number = Fraction(1)
    above: list[Expr] = []
    below: list[tuple[Expr, Fraction]] = []
    for factor in factors:
        match factor:
            case Num(value):
                number *= value
            case Pow(base, exponent) if exponent < 0:
                below.append((base, -exponent))
            case _:
                above.append(factor)
    top = abs(number.numerator)
    if number.denominator != 1:
        below.insert(0, (Num(Fraction(number.denominator)), Fraction(1)))
    shown = [plain(factor, POWER if len(factors) > 1 else PRODUCT) for factor in above]
    if top != 1 or not shown:
        shown.insert(0, str(top))
    return _quotient("*".join(shown), below), number >= 0


def _quotient(above: str, below: Sequence[tuple[Expr, Fraction]]) -> str:
    parts = [plain(Pow(b, power) if power != 1 else b, POWER) for b, power in below]
    if not parts:
        return above
    return f"{above}/{parts[0]}" if len(parts) == 1 else f"{above}/({'*'.join(parts)})"


def places(at: Sequence[Shifted | int]) -> str:
    """The indices of an entry in brackets."""
    return f"[{','.join(map(index, at))}]" if at else ""


def index(value: Shifted | int) -> str:
    """An index as it is written.

    >>> from symbolic.indexed import Sort, Var
    >>> index(Var("t", Sort("T", ordered=True)) - 1)
    't-1'
    """
    match value:
        case int():
            return str(value)
        case Affine(const, terms):
            text = "".join(f"{_coefficient(c)}{_part(part)}" for part, c in terms)
            text += f"{const:+d}" if const or not terms else ""
            return text.removeprefix("+")
        case _:
            return _part(value)


def _coefficient(c: int) -> str:
    return "+" if c == 1 else "-" if c == -1 else f"{c:+d}*"


def _part(part: Part) -> str:
    if isinstance(part, Gather):
        return f"{part.map}({','.join(map(index, part.at))})"
    return part.name


def statement(program: Program, rule: Rule) -> str:
    """A rule as an equation, with its condition.

    The left side is the derivative in the name that the model gives it.
    """
    named = next((m for m in program.multipliers if m.array == rule.array), None)
    left = f"{named.name}{places(rule.at)}" if named else f"D({rule.array}{places(rule.at)})"
    where = rule.where.factors if isinstance(rule.where, Mul) else (rule.where,)
    condition = " and ".join(plain(w)[1:-1] for w in where if w != ONE)
    return f"{left} = {plain(rule.body)}" + (f" for {condition}" if condition else "")
