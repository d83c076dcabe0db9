"""The formula of a neuron's local field: text ↔ term, such as f*c[-1] + i*g or (x - w_c)^2.

A name is the signal of the unit that has it; another name that begins with w is a weight.  y[name]
and w[name] say outright which is meant, and c[-1] is a signal one step late.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from symbolic.calculus import plus, power, times
from symbolic.errors import did_you_mean
from symbolic.grammar import FUNCTIONS, IN_PIECES, Parser, Token
from symbolic.terms import (
    Add,
    Call,
    Cases,
    Condition,
    Constant,
    Frac,
    Mul,
    Num,
    Pow,
    Sign,
    Term,
    children,
    num,
    rebuilt,
    walk,
)

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_LATE = re.compile(r"(.*)(\[-[0-9]+\])\Z")


class _Formula(Parser):
    def __init__(
        self, text: str, units: Collection[str], file: str | None, line: int, column: int
    ) -> None:
        self.units = units
        super().__init__(text, file, line, column)

    def named(self, name: Token) -> Term:
        if name.text in ("y", "w") and self.at("[") and self.after.text != "-":
            self.take()
            inside = self.take()
            if inside.kind == "end" or inside.kind == "mark":
                self.refuse(f"A name belongs here: {name.text}[h].", inside.column)
            late = self._late() if name.text == "y" else ""
            self.expect("]")
            return Sign(name.text, (inside.text + late,))
        if name.text in self.units:
            return Sign("y", (name.text + self._late(),))
        if self.at("("):
            hint = did_you_mean(name.text, (*FUNCTIONS, *IN_PIECES))
            self.refuse(f"There is no function {name.text!r}. {hint}", name.column)
        if name.text.startswith("w"):
            return Sign("w", (name.text,))
        return self.refuse(
            f"There is no unit {name.text!r} here. {did_you_mean(name.text, self.units)} "
            f"A weight's name begins with w, or write w[{name.text}].",
            name.column,
        )

    def _late(self) -> str:
        """A delay such as [-1], or nothing."""
        if not self.at("["):
            return ""
        self.take()
        minus, steps = self.expect("-"), self.take()
        if steps.kind != "number" or not re.fullmatch(r"[1-9][0-9]{0,4}", steps.text):
            self.refuse("A delay is a whole number of steps: h[-1].", minus.column)
        self.expect("]")
        return f"[-{steps.text}]"


def formula(
    text: str,
    units: Collection[str],
    file: str | None = None,
    line: int = 1,
    column: int = 1,
) -> Term:
    """The term of signals and weights that is written; `units` are the names that are signals.

    >>> formula("a*b", ("a", "b"))
    Mul(factors=(Sign(letter='y', at=('a',)), Sign(letter='y', at=('b',))))
    >>> formula("(c[-1] - w_c)^2", ("c",)).base.terms[0]
    Sign(letter='y', at=('c[-1]',))

    Raises `InputError` with the column of whatever cannot be read.
    """
    parser = _Formula(text, units, file, line, column)
    if parser.here.kind == "end":
        parser.refuse("There is no formula here.", column)
    term = parser.whole()
    parser.end()
    return term


def written(term: Term, units: Collection[str]) -> str:
    """The text that `formula` reads back to this term, if any text does.

    >>> written(formula("2*a/3 - (a - w_b)^2*tanh(-a)", ("a",)), ("a",))
    '2*a/3 - (a - w_b)^2*tanh(-a)'
    """
    return _text(term, units, _LOOSEST)


_LOOSEST, _FACTOR, _TIGHT = 0, 1, 2


def _text(term: Term, units: Collection[str], where: int) -> str:
    """The term, in parentheses where it stands as a factor or as a base and needs them."""
    match term:
        case Num(value) if value.denominator == 1:
            text = str(value)
            return f"({text})" if value < 0 and where == _TIGHT else text
        case Num(value):
            return f"({value})" if where else str(value)
        case Constant(name):
            return name
        case Sign():
            return _name(term, units)
        case Add(terms):
            text = _text(terms[0], units, _LOOSEST)
            for part in terms[1:]:
                falling = isinstance(part, Mul) and part.factors[0] == num(-1)
                text += " - " if falling else " + "
                text += _text(_opposite(part) if falling else part, units, _LOOSEST)
            return f"({text})" if where else text
        case Mul(factors):
            head = factors[0] == num(-1)
            rest = factors[1:] if head else factors
            text = ("-" if head else "") + "*".join(_text(part, units, _FACTOR) for part in rest)
            return f"({text})" if where == _TIGHT or (head and where) else text
        case Frac(above, below):
            text = f"{_text(above, units, _FACTOR)}/{_text(below, units, _TIGHT)}"
            return f"({text})" if where else text
        case Pow(base, exponent):
            raised = str(exponent) if exponent.denominator == 1 else f"({exponent})"
            text = f"{_text(base, units, _TIGHT)}^{raised}"
            return f"({text})" if where == _TIGHT else text
        case Call(function, argument):
            return f"{function}({_text(argument, units, _LOOSEST)})"
        case Cases(((Condition(left, relation, right), then),), otherwise):
            sides = [_text(part, units, _LOOSEST) for part in (left, right, then, otherwise)]
            return f"where({sides[0]} {relation} {sides[1]}, {sides[2]}, {sides[3]})"
        case _:
            return f"<{type(term).__name__}>"


def _opposite(term: Term) -> Term:
    """−term, where it begins with −1."""
    assert isinstance(term, Mul)
    return term.factors[1] if len(term.factors) == 2 else Mul(term.factors[1:])


def _name(sign: Sign, units: Collection[str]) -> str:
    found = _LATE.match(str(sign.at[0]))
    name, late = (found[1], found[2]) if found else (str(sign.at[0]), "")
    taken = name in FUNCTIONS or name in IN_PIECES or name == "pi"
    known = sign.letter == "y" or (name not in units and name.startswith("w"))
    if _PLAIN.match(name) and not taken and known:
        return name + late
    return f"{sign.letter}[{name}{late}]"


def without_zeros(term: Term) -> Term:
    """The term with its zero summands and zero products left out.

    A product stays where another factor might have no value: 0 · (a/0) is not 0.

    >>> a = Sign("y", ("a",))
    >>> without_zeros(a * num(0) + a) == a
    True
    """
    inside = tuple(without_zeros(part) for part in children(term))
    match term:
        case Add():
            return plus(*inside)
        case Mul() if num(0) in inside and all(map(_has_a_value, inside)):
            return times(*inside)
        case Pow(_, exponent) if inside[0] == num(0) and exponent > 0:
            return num(0)
        case Pow(_, exponent) if exponent == 1:
            return power(inside[0], exponent)
    return rebuilt(term, inside) if inside else term


def _has_a_value(term: Term) -> bool:
    """Whether the term has a value whatever it reads, as its kinds tell."""
    for part in walk(term):
        match part:
            case Frac() | Call("ln" | "sqrt"):
                return False
            case Pow(_, exponent) if exponent < 0 or exponent.denominator != 1:
                return False
    return True
