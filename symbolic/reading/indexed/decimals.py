"""Decimals as they are printed: their half unit, and which number stands in the place of what.

A decimal is read like a sign of its own, #0.50, so that its digits are kept.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from symbolic.indexed import Expr, Fn, Get, Mul, Num, Pow, inside
from symbolic.reading.anywhere import EULER
from symbolic.reading.tree import Letter, Node, Number, Scripted, with_parts
from symbolic.verdicts import Value

DECIMAL = "#"
"""Before a decimal as it is printed."""
ZERO = Fraction(0)
MINUS = Num(Fraction(-1))


def printed(number: str) -> Fraction | None:
    """The half unit in the last printed place of a decimal, None of a whole number.

    >>> printed("0.0822")
    Fraction(1, 20000)
    """
    _, point, places = number.partition(".")
    return Fraction(1, 2 * 10 ** len(places)) if point else None


def is_number(side: Expr) -> bool:
    """Whether a side is one number."""
    if isinstance(side, Mul) and len(side.factors) == 2:
        minus, side = side.factors
        if minus != MINUS:
            return False
    return isinstance(side, Num) or (isinstance(side, Get) and side.array.startswith(DECIMAL))


def number_of(side: Expr) -> Fraction:
    """The number that a side is."""
    match side:
        case Num(value):
            return value
        case Mul((minus, inner)):
            return -number_of(inner) if minus == MINUS else ZERO
        case Get(array):
            return Fraction(array.removeprefix(DECIMAL))
    raise AssertionError(side)


def half_unit(side: Expr) -> Fraction:
    """Half a unit in the last printed place, 0 of a whole number."""
    inner = side.factors[1] if isinstance(side, Mul) else side
    return (printed(inner.array.removeprefix(DECIMAL)) or ZERO) if isinstance(inner, Get) else ZERO


def typed(side: Expr) -> str:
    """A number as it is printed."""
    inner = side.factors[1] if isinstance(side, Mul) else side
    text = inner.array.removeprefix(DECIMAL) if isinstance(inner, Get) else str(number_of(inner))
    return f"−{text}" if isinstance(side, Mul) else text


def face(decimal: str) -> Value:
    """A decimal as it stands."""
    number = Fraction(decimal.removeprefix(DECIMAL))
    return Value(number, number)


def shown(value: Value, like: Expr | None) -> str:
    """A value in decimals, three places more than the number it is held against."""
    places = 6
    if like is not None:
        half = half_unit(like)
        places = min(30, len(str(1 / (2 * half))) + 2) if half else places
    middle = (value.low + value.high) / 2
    whole = round(middle * 10**places)
    digits = f"{abs(whole):0{places + 1}d}"
    text = f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")
    more = "" if value.low == value.high == Fraction(whole, 10**places) else "…"
    return f"{'−' if whole < 0 else ''}{text}{more}"


def pairs(form: Expr, numbers: Expr) -> list[tuple[Expr, Expr]] | None:
    """What each number stands for where a form has numbers in place of signs, else None."""
    if form == numbers:
        return []
    if is_number(numbers):
        return [(form, numbers)]
    same = type(form) is type(numbers) and _head(form) == _head(numbers)
    parts, others = inside(form), inside(numbers)
    if isinstance(numbers, Mul) and len(others) == len(parts) + 1 and others[0] == MINUS:
        others = (Mul((MINUS, others[1])), *others[2:])  # -4 · 1
    if not same or len(parts) != len(others) or not parts:
        return None
    found: list[tuple[Expr, Expr]] = []
    for part, other in zip(parts, others, strict=True):
        inner = pairs(part, other)
        if inner is None:
            return None
        found += inner
    return found


def _head(expr: Expr) -> object:
    match expr:
        case Pow(_, exponent):
            return exponent
        case Fn(name):
            return name
    return None


def as_printed(node: Node) -> Node:
    """The tree with every decimal as a sign of its own, but for powers."""
    match node:
        case Number(text) if "." in text:
            return Letter(f"{DECIMAL}{text}", node.at)
        case Scripted(Letter(name), None, above, 0) if name in EULER and above is not None:
            return replace(node, sup=as_printed(above))
        case Scripted(base):
            return replace(node, base=as_printed(base))
    return with_parts(node, as_printed)
