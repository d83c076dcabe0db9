"""Written formulas → terms: a small parser of our own, so that no text is ever evaluated.

Precedence, loosest first: + and −, then * and /, then a sign in front, then ^ (to the right).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

from symbolic.errors import InputError, did_you_mean
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
    Relation,
    Sign,
    Term,
    children,
    num,
)

MOST_CHARACTERS = 4_000
MOST_NESTED = 60
MOST_DEEP = 100
"""How deep a term may be; a long chain a/b/c/… is deep without a single parenthesis."""
MOST_PARTS = 20_000
"""How many parts a term may have when it is written out."""
MOST_DIGITS = 30
MOST_SCALE = 30
"""The largest exponent of ten in a number such as 1e-3."""
MOST_POWER = 100
"""The largest numerator and denominator of an exponent."""

FUNCTIONS: dict[str, str] = {
    "exp": "exp",
    "ln": "ln",
    "log": "ln",
    "sqrt": "sqrt",
    "sin": "sin",
    "cos": "cos",
    "sinh": "sinh",
    "cosh": "cosh",
    "tanh": "tanh",
    "arctan": "arctan",
    "atan": "arctan",
    "erf": "erf",
    "abs": "abs",
}
"""How a function may be written, and its name in a `Call`."""
IN_PIECES = ("where", "max", "min")
RELATIONS = {str(relation): relation for relation in Relation}

_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<mark>\*\*|<=|>=|==|[-+*/^()\[\],<>='−·≤≥])"
)
_SAME = {"**": "^", "==": "=", "−": "-", "·": "*", "≤": "<=", "≥": ">="}


@dataclass(frozen=True, slots=True)
class Token:
    """A number, a name, a mark or the end, and the column where it begins."""

    kind: str
    text: str
    column: int


class Reader:
    """The tokens of one line, taken from left to right, and the errors at a column of it."""

    signs: Mapping[str, str] = {}
    """Signs such as δ that stand for a name or a mark, longer ones first."""

    def __init__(self, text: str, file: str | None, line: int, column: int) -> None:
        self.file, self.line = file, line
        if len(text) > MOST_CHARACTERS:
            self.refuse(
                f"This formula has {len(text):,} characters; at most {MOST_CHARACTERS:,} are read.",
                column,
            )
        self._tokens = self._split(text, column)
        self._next = 0
        self._nested = 0

    def refuse(self, what: str, column: int) -> NoReturn:
        """Raise the error of this line at this column."""
        raise InputError(what, file=self.file, line=self.line, column=column)

    @property
    def here(self) -> Token:
        """The token that comes next."""
        return self._tokens[self._next]

    @property
    def after(self) -> Token:
        """The token that follows the next one."""
        return self._tokens[min(self._next + 1, len(self._tokens) - 1)]

    def take(self) -> Token:
        """The next token, which is then done."""
        token = self.here
        if token.kind != "end":
            self._next += 1
        return token

    def at(self, *marks: str) -> bool:
        """Whether one of these marks comes next."""
        return self.here.kind == "mark" and self.here.text in marks

    def expect(self, mark: str) -> Token:
        """Take this mark, or say what stands in its place."""
        if not self.at(mark):
            hint = ""
            if self.here.kind in ("name", "number"):
                hint = " Write * between factors."
            self.refuse(f"Expected {mark!r}, but found {shown(self.here)}.{hint}", self.here.column)
        return self.take()

    def end(self) -> None:
        """Nothing may follow."""
        if self.here.kind == "end":
            return
        hint = ""
        if self.here.kind in ("name", "number") or self.at("("):
            hint = " Write * between factors."
        self.refuse(f"The formula should end before {shown(self.here)}.{hint}", self.here.column)

    def _split(self, text: str, column: int) -> list[Token]:
        tokens: list[Token] = []
        place = 0
        while place < len(text):
            if text[place] in " \t":
                place += 1
                continue
            sign = next((sign for sign in self.signs if text.startswith(sign, place)), None)
            if sign is not None:
                meant = self.signs[sign]
                kind = "name" if meant.isalpha() else "mark"
                tokens.append(Token(kind, meant, column + place))
                place += len(sign)
                continue
            match = _TOKEN.match(text, place)
            if match is None or match.lastgroup is None:
                self.refuse(f"The character {text[place]!r} has no meaning here.", column + place)
            written = match.group()
            tokens.append(Token(match.lastgroup, _SAME.get(written, written), column + place))
            place = match.end()
        tokens.append(Token("end", "", column + len(text)))
        return tokens

    def _number(self, token: Token) -> Fraction:
        mantissa, _, scale = token.text.lower().partition("e")
        if len(mantissa.replace(".", "")) > MOST_DIGITS:
            self.refuse(f"A number may have up to {MOST_DIGITS} digits.", token.column)
        if len(scale) > 4 or abs(int(scale or "0")) > MOST_SCALE:
            self.refuse(f"The exponent of a number may go up to {MOST_SCALE}.", token.column)
        return Fraction(mantissa) * Fraction(10) ** int(scale or "0")

    def _deeper(self, token: Token) -> None:
        self._nested += 1
        if self._nested > MOST_NESTED:
            self.refuse(f"This is nested more than {MOST_NESTED} deep.", token.column)


class Parser(Reader):
    """Reads one formula.  What a name means is left to `named`."""

    def named(self, name: Token) -> Term:
        """The term that begins with this name, which is no elementary function."""
        raise NotImplementedError

    def whole(self) -> Term:
        """A sum of products, not too deep to be worked on."""
        column = self.here.column
        term = self.sum_of_products()
        too_much = excess(term)
        if too_much:
            self.refuse(f"This formula {too_much}.", column)
        return term

    def sum_of_products(self) -> Term:
        """product (+ product | − product)*"""
        total = self._product()
        while self.at("+", "-"):
            sign = self.take().text
            product = self._product()
            total = total + product if sign == "+" else total - product
        return total

    def _product(self) -> Term:
        total = self._signed()
        while self.at("*", "/"):
            mark = self.take()
            factor = self._signed()
            if mark.text == "*":
                total = total * factor
            elif factor == num(0):
                self.refuse("This divides by zero.", mark.column)
            else:
                total = total / factor
        return total

    def _signed(self) -> Term:
        if not self.at("+", "-"):
            return self._power()
        sign = self.take()
        self._deeper(sign)
        term = self._signed()
        self._nested -= 1
        if sign.text == "+":
            return term
        return Num(-term.value) if isinstance(term, Num) else -term

    def _power(self) -> Term:
        base = self._atom()
        if not self.at("^"):
            return base
        mark = self.take()
        self._deeper(mark)
        column = self.here.column
        exponent = _rational(self._signed())
        self._nested -= 1
        if exponent is None:
            self.refuse("An exponent must be a rational constant, such as 2 or (1/2).", column)
        if max(abs(exponent.numerator), exponent.denominator) > MOST_POWER:
            self.refuse(f"An exponent may go up to {MOST_POWER}, in both its parts.", column)
        if base == num(0) and exponent < 0:
            self.refuse("This divides by zero.", mark.column)
        return base**exponent

    def _atom(self) -> Term:
        token = self.here
        if self.at("("):
            self._deeper(self.take())
            inside = self.sum_of_products()
            self.expect(")")
            self._nested -= 1
            return inside
        if token.kind == "number":
            return Num(self._number(self.take()))
        if token.kind == "name":
            return self._begins_with(self.take())
        return self.refuse(
            f"Expected a number, a name or '(', but found {shown(token)}.", token.column
        )

    def _begins_with(self, name: Token) -> Term:
        if name.text == "pi":
            return Constant("pi")
        if self.at("(") and (name.text in FUNCTIONS or name.text in IN_PIECES):
            self._deeper(self.take())
            term = self._applied(name.text)
            self.expect(")")
            self._nested -= 1
            return term
        if name.text in FUNCTIONS or name.text in IN_PIECES:
            self.refuse(f"Write {name.text} with parentheses: {name.text}(…).", name.column)
        self._deeper(name)
        term = self.named(name)
        self._nested -= 1
        return term

    def _applied(self, function: str) -> Term:
        first = self.sum_of_products()
        if function in FUNCTIONS:
            return Call(FUNCTIONS[function], first)
        if function == "where":
            condition = self._condition(first)
            self.expect(",")
            then = self.sum_of_products()
            self.expect(",")
            return Cases(((condition, then),), self.sum_of_products())
        self.expect(",")
        second = self.sum_of_products()
        relation = Relation.AT_LEAST if function == "max" else Relation.AT_MOST
        return Cases(((Condition(first, relation, second), first),), second)

    def _condition(self, left: Term) -> Condition:
        relation = RELATIONS.get(self.here.text)
        if relation is None:
            self.refuse(
                f"Expected a comparison such as v > 0, but found {shown(self.here)}.",
                self.here.column,
            )
        self.take()
        return Condition(left, relation, self.sum_of_products())


class _Elementary(Parser):
    """Every name is one of the variables."""

    def __init__(
        self, text: str, variables: tuple[str, ...], file: str | None, line: int, column: int
    ) -> None:
        self.variables = variables
        super().__init__(text, file, line, column)

    def named(self, name: Token) -> Term:
        if self.at("("):
            known: Iterable[str] = (*FUNCTIONS, *IN_PIECES)
            if name.text in self.variables:
                self.refuse(f"{name.text!r} is no function; write * between factors.", name.column)
            hint = did_you_mean(name.text, known)
            self.refuse(f"There is no function {name.text!r}. {hint}", name.column)
        if name.text in self.variables:
            return Sign(name.text)
        hint = did_you_mean(name.text, (*self.variables, "pi"))
        if name.text in ("e", "E"):
            hint = "Write exp(1) for Euler's number, exp(v) for its powers."
        return self.refuse(f"There is no variable {name.text!r} here. {hint}", name.column)


def expression(
    text: str,
    variables: tuple[str, ...] = ("v",),
    file: str | None = None,
    line: int = 1,
    column: int = 1,
) -> Term:
    """The elementary term that is written, with exact numbers; `variables` are its signs.

    >>> expression("0.5 * tanh(v)")
    Mul(factors=(Num(value=Fraction(1, 2)), Call(function='tanh', argument=Sign(...))))
    >>> expression("tahn(v)", file="net.toml", line=3)
    Traceback (most recent call last):
    symbolic.errors.InputError: net.toml:3:1: There is no function 'tahn'. Did you mean 'tanh'?
    """
    parser = _Elementary(text, variables, file, line, column)
    if parser.here.kind == "end":
        parser.refuse("There is no formula here.", column)
    term = parser.whole()
    parser.end()
    return term


def shown(token: Token) -> str:
    """A token as an error names it."""
    if token.kind == "end":
        return "the end"
    text = token.text if len(token.text) <= 40 else token.text[:40] + "…"
    return repr(text)


def _rational(term: Term) -> Fraction | None:
    """The value of a term of small rational numbers only, else None."""
    match term:
        case Num(value):
            return value
        case Add(terms) | Mul(terms):
            total = Fraction(0 if isinstance(term, Add) else 1)
            for part in terms:
                one = _rational(part)
                if one is None:
                    return None
                total = total + one if isinstance(term, Add) else total * one
            return total
        case Frac(numerator, denominator):
            above, below = _rational(numerator), _rational(denominator)
            return None if above is None or not below else above / below
        case Pow(base, exponent):
            root = _rational(base)
            if not root or exponent.denominator != 1:
                return None
            small = max(abs(root.numerator), root.denominator) <= MOST_POWER
            return root ** int(exponent) if small else None
    return None


def excess(term: Term) -> str:
    """What is too much about a term, "" if nothing is.

    A piece that is used twice, as max(a, b) uses a, is written twice: so nested ones grow fast.
    """
    depth: dict[int, int] = {}
    size: dict[int, int] = {}
    stack = [term]
    while stack:
        top, inside = stack[-1], children(stack[-1])
        waiting = [part for part in inside if id(part) not in size]
        if waiting:
            stack += waiting
            continue
        stack.pop()
        depth[id(top)] = 1 + max((depth[id(part)] for part in inside), default=0)
        size[id(top)] = 1 + sum(size[id(part)] for part in inside)
    if depth[id(term)] > MOST_DEEP:
        return f"is more than {MOST_DEEP} operations deep; write it in parts"
    if size[id(term)] > MOST_PARTS:
        return f"has more than {MOST_PARTS:,} parts when it is written out"
    return ""
