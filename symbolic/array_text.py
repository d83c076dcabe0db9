"""Indexed expressions as plain text, in index notation."""

from __future__ import annotations

from fractions import Fraction

from symbolic.arrays import Program, Rule
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

_SUM, _PRODUCT, _FACTOR = range(3)


def shown(expr: Expr) -> str:
    """The expression as a line of text.

    >>> from symbolic.indexed import Sort, Var
    >>> J = Sort("J"); j, k = Var("j", J), Var("k", J)
    >>> shown(Sum(k, Get("delta", (k,)) * Get("w", (k, j))) / Count("N") - Get("e", (j,)))
    'Σ_k delta[k] w[k, j] / N - e[j]'
    """
    return _text(expr, _SUM)


def shown_rule(program: Program, rule: Rule) -> str:
    """name[at] = body, the name that of the derivative."""
    named = {m.array: m.name for m in program.multipliers}
    name = named.get(rule.array, f"∂{rule.array}")
    return f"{name}{_at(rule.at)} = {shown(rule.body)}"


def shown_index(index: Shifted | int) -> str:
    """An index: t - 1, tok(n)."""
    match index:
        case int():
            return str(index)
        case Affine(const, terms):
            text = "".join(_signed(c, _part(part)) for part, c in terms)
            text += _signed(const, "") if const or not terms else ""
            return text[3:] if text.startswith(" + ") else f"-{text[3:]}"
        case _:
            return _part(index)


def _signed(c: int, part: str) -> str:
    size = str(abs(c)) if abs(c) != 1 or not part else ""
    between = " " if size and part else ""
    return f" {'-' if c < 0 else '+'} {size}{between}{part}"


def _part(part: Part) -> str:
    if isinstance(part, Gather):
        return f"{part.map}({', '.join(map(shown_index, part.at))})"
    return part.name


def _at(at: tuple[Shifted | int, ...]) -> str:
    return f"[{', '.join(map(shown_index, at))}]" if at else ""


def _text(expr: Expr, level: int) -> str:
    match expr:
        case Num(value):
            text = str(value)
            return f"({text})" if level > _SUM and (value < 0 or value.denominator > 1) else text
        case Count(size):
            return size
        case Get(array, at):
            return array + _at(at)
        case Add(terms):
            text = ""
            for term in terms:
                part = _text(term, _SUM)
                text += f" - {part[1:]}" if part.startswith("-") else f" + {part}"
            text = text.removeprefix(" + ")
            text = f"-{text[3:]}" if text.startswith(" - ") else text or "0"
            return f"({text})" if level > _SUM and len(terms) != 1 else text
        case Mul(factors):
            text = _product(factors)
            return f"({text})" if level > _PRODUCT or (level and text[0] == "-") else text
        case Pow(base, exponent):
            if exponent == -1:
                return _text(Mul((expr,)), level)
            power = str(exponent) if exponent > 0 and exponent.denominator == 1 else f"({exponent})"
            return f"{_text(base, _FACTOR)}^{power}"
        case Fn(name, argument):
            return f"{name}({_text(argument, _SUM)})"
        case Opaque(name, at, arguments, orders):
            marks = "'" * sum(orders) if len(arguments) == 1 else ""
            if len(arguments) > 1 and any(orders):
                marks = f"^({','.join(map(str, orders))})"
            inside = ", ".join(_text(a, _SUM) for a in arguments)
            return f"{name}{marks}{_at(at)}({inside})"
        case Sum(over, body):
            text = f"Σ_{over.name} {_text(body, _PRODUCT)}"
            return f"({text})" if level == _FACTOR else text
        case Delta(left, right):
            return f"[{shown_index(left)} = {shown_index(right)}]"
        case AtLeast(left, right):
            return f"[{shown_index(left)} >= {shown_index(right)}]"


def _product(factors: tuple[Expr, ...]) -> str:
    number = Fraction(1)
    above: list[Expr] = []
    below: list[Expr] = []
    for factor in factors:
        match factor:
            case Num(value):
                number *= value
            case Pow(base, exponent) if exponent == -1:
                below.append(base)
            case _:
                above.append(factor)
    texts = [
        _text(factor, _FACTOR if isinstance(factor, Sum) and factor != above[-1] else _PRODUCT)
        for factor in above
    ]
    size = abs(number)
    if size != 1 or not texts:
        texts.insert(0, str(size) if size.denominator == 1 or not texts else f"({size})")
    over = "".join(f" / {_text(base, _FACTOR)}" for base in below)
    return ("-" if number < 0 else "") + " ".join(texts) + over
