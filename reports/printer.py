"""Terms drawn as written: where a bracket is needed, where a minus stands, where a line may break.

The alphabets are in `latex_printer.py` and `plain.py`.  Nothing is simplified or reordered here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from enum import IntEnum
from fractions import Fraction
from typing import Self

from symbolic.terms import (
    Add,
    Call,
    Cases,
    Constant,
    Equation,
    Frac,
    Index,
    Mul,
    Num,
    Partial,
    Phi,
    Pow,
    Range,
    RangeKind,
    Sign,
    Sum,
    Term,
    children,
)


class Level(IntEnum):
    """How tightly a printed term holds together; a looser one is fenced where it must be tight."""

    ADD = 0
    MUL = 1
    SUM = 2
    RATIO = 3
    FACTOR = 4
    ATOM = 5


Written = tuple[str, Level]
Braces = tuple[tuple[Term, str], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a formula before which a line may break.

    The smaller the `depth`, the better a break there reads.  `joint` stands before the piece where
    the line goes on, `lead` where it begins a line.
    """

    text: str
    depth: int
    joint: str = " "
    lead: str = ""


@dataclass(frozen=True)
class Printer(ABC):
    """What every alphabet shares.

    `sample` writes the superscript ξ on the quantities of one sample, as inside Σ_ξ.  `explicit`
    names the set of every sum, not only of an unusual one.  `braces` puts a name under each
    occurrence of a term.  A sum of more than `most` terms is written as its first two, dots and
    the last.
    """

    sample: bool = False
    explicit: bool = False
    braces: Braces = ()
    most: int | None = None

    def term(self, term: Term, need: Level = Level.ADD) -> str:
        """The term, fenced where it holds together more loosely than needed."""
        text, level = self._written(term)
        for braced, name in self.braces:
            if braced == term:
                text, level = self.braced(text, name), max(level, Level.FACTOR)
        return text if level >= need else self.fenced(text)

    def equation(self, equation: Equation) -> str:
        """left = right."""
        return f"{self.term(equation.left)} = {self.term(equation.right)}"

    def _written(self, term: Term) -> Written:
        positive = _unsigned(term)
        if positive is not None and not isinstance(positive, Num):
            inside = (positive,) if isinstance(positive, Frac) else children(positive)
            return self.minus + self.product(inside), Level.ADD
        match term:
            case Num(value):
                return self.number(value)
            case Constant(name):
                return self.constant(name), Level.ATOM
            case Sign():
                return self.sign(term), Level.ATOM
            case Add(terms):
                return self._add(terms)
            case Mul(factors):
                return self._mul(factors)
            case Frac(numerator, denominator):
                return self.ratio(numerator, denominator)
            case Pow(base, exponent):
                return self.power(base, exponent), Level.FACTOR
            case Call(function, argument):
                return self.call(function, argument)
            case Phi(neuron, order, argument):
                name = self.phi(neuron, order)
                return name + self.fenced(self.term(argument)), Level.ATOM
            case Cases():
                return self.cases(_flat(term)), Level.ADD
            case Partial(of, by):
                return self.partial(self.sign(of), self.sign(by))
            case Sum(over, body):
                return self._sum(over, body)

    def _add(self, terms: tuple[Term, ...]) -> Written:
        if len(terms) < 2:
            return self._written(terms[0]) if terms else self.number(Fraction(0))
        texts = [None if term is None else self._signed(term) for term in self._shown(terms)]
        parts = [texts[0] or ""]
        parts += [f" {self._linked(text)}" for text in texts[1:]]
        return "".join(parts), Level.ADD

    def _shown(self, terms: tuple[Term, ...]) -> tuple[Term | None, ...]:
        """The terms that are written; None stands for dots."""
        if self.most is None or len(terms) <= self.most:
            return terms
        return (*terms[:2], None, terms[-1])

    def _signed(self, term: Term) -> str:
        return self.term(term, Level.ADD if _unsigned(term) else Level.MUL)

    def _linked(self, text: str | None) -> str:
        """A further term with its sign in front."""
        if text is None:
            return f"+ {self.dots}"
        if text.startswith(self.minus):
            return f"{self.minus} {text.removeprefix(self.minus).lstrip()}"
        return f"+ {text}"

    def _mul(self, factors: tuple[Term, ...]) -> Written:
        if len(factors) < 2:
            return self._written(factors[0]) if factors else self.number(Fraction(1))
        return self.product(factors), Level.MUL

    def product(self, factors: tuple[Term, ...]) -> str:
        """The factors side by side, with a dot where two would run together."""
        last = len(factors) - 1
        line = ""
        for n, factor in enumerate(factors):
            text = self.term(factor, Level.SUM if n == last else Level.RATIO)
            line = self.joined(line, text) if line else text
        return line

    def _sum(self, over: Range, body: Term) -> Written:
        return f"{self.summation(over)} {self._inside(over).term(body, Level.MUL)}", Level.SUM

    def pieces(self, term: Term, need: Level = Level.ADD, depth: int = 0) -> list[Piece]:
        """The term in pieces between which a line may break: before a term, before a factor.

        Joined, they are the term as `term` writes it, but that a fraction with a long numerator
        becomes its reciprocal in front.
        """
        whole = [Piece(self.term(term, need), depth)]
        if any(braced == term for braced, _ in self.braces):
            return whole
        positive = _unsigned(term)
        if positive is not None and not isinstance(positive, Num):
            found = self.pieces(positive, Level.MUL, depth)
            found[0] = replace(found[0], text=self.minus + found[0].text)
            return found if need <= Level.ADD else self._around(found)
        match term:
            case Add((only,)) | Mul((only,)):
                return self.pieces(only, need, depth)
            case Add(terms) if len(terms) > 1:
                found = self._pieces_of_sum(terms, depth)
                return found if need <= Level.ADD else self._around(found)
            case Mul(factors) if len(factors) > 1:
                found = self._pieces_of_product(factors, depth)
                return found if need <= Level.MUL else self._around(found)
            case Sum(over, body):
                found = self._inside(over).pieces(body, Level.MUL, depth + 1)
                found[0] = Piece(f"{self.summation(over)} {found[0].text}", depth)
                return found if need <= Level.SUM else self._around(found)
            case Frac(numerator, denominator) if isinstance(numerator, Add | Mul):
                found = self.pieces(numerator, Level.MUL, depth + 1)
                front = self.term(Frac(Num(Fraction(1)), denominator), Level.RATIO)
                found[0] = Piece(self.joined(front, found[0].text), depth)
                return found if need <= Level.MUL else self._around(found)
        return whole

    def _pieces_of_sum(self, terms: tuple[Term, ...], depth: int) -> list[Piece]:
        found: list[Piece] = []
        for term in self._shown(terms):
            if term is None:
                found.append(Piece(self._linked(None), depth, " "))
                continue
            need = Level.ADD if _unsigned(term) else Level.MUL
            first, *others = self.pieces(term, need, depth + 1)
            text = self._linked(first.text) if found else first.text
            found += [Piece(text, depth, " " if found else ""), *others]
        return found

    def _pieces_of_product(self, factors: tuple[Term, ...], depth: int) -> list[Piece]:
        found: list[Piece] = []
        last = len(factors) - 1
        for n, factor in enumerate(factors):
            need = Level.SUM if n == last else Level.RATIO
            first, *others = self.pieces(factor, need, depth + 2)
            first = replace(first, depth=depth + 1 if found else depth)
            if found:
                before = found[-1].text
                joint = self.joined(before, first.text)[len(before) : -len(first.text)]
                first = replace(first, joint=joint, lead=self.times)
            found += [first, *others]
        return found

    def _around(self, pieces: list[Piece]) -> list[Piece]:
        """The pieces in brackets."""
        left, right = self.fence("".join(piece.text for piece in pieces), split=True)
        pieces[0] = replace(pieces[0], text=left + pieces[0].text)
        pieces[-1] = replace(pieces[-1], text=pieces[-1].text + right)
        return pieces

    def named(self, over: Range) -> bool:
        """Whether the set of a sum is written: where its letter does not tell it by custom."""
        match over.kind:
            case RangeKind.FED_BY | RangeKind.SAMPLES:
                return self.explicit
            case RangeKind.FEEDING | RangeKind.OUTPUTS:
                usual = "i" if over.kind is RangeKind.FEEDING else "j"
                return self.explicit or [letter.name for letter in over.bound] != [usual]
            case _:
                return True

    def _inside(self, over: Range) -> Self:
        return replace(self, sample=True) if over.kind is RangeKind.SAMPLES else self

    def fenced(self, text: str) -> str:
        """The text in brackets of the right size."""
        left, right = self.fence(text)
        return f"{left}{text}{right}"

    minus = "-"
    dots = "..."
    times = "* "

    @abstractmethod
    def number(self, value: Fraction) -> Written: ...
    @abstractmethod
    def constant(self, name: str) -> str: ...
    @abstractmethod
    def sign(self, sign: Sign, exponent: str = "") -> str: ...
    @abstractmethod
    def ratio(self, numerator: Term, denominator: Term) -> Written: ...
    @abstractmethod
    def power(self, base: Term, exponent: Fraction) -> str: ...
    @abstractmethod
    def call(self, function: str, argument: Term) -> Written: ...
    @abstractmethod
    def phi(self, neuron: Index, order: int) -> str: ...
    @abstractmethod
    def cases(self, cases: Cases) -> str: ...
    @abstractmethod
    def partial(self, of: str, by: str) -> Written: ...
    @abstractmethod
    def summation(self, over: Range) -> str: ...
    @abstractmethod
    def joined(self, line: str, text: str) -> str: ...
    @abstractmethod
    def fence(self, text: str, split: bool = False) -> tuple[str, str]: ...
    @abstractmethod
    def braced(self, text: str, name: str) -> str: ...


def decimal(value: Fraction) -> str:
    """A positive number with a long denominator as a decimal, if it has a finite one; else "".

    >>> decimal(Fraction("0.044715")), decimal(Fraction(1, 8)), decimal(Fraction(1, 300))
    ('0.044715', '', '')
    """
    places = 0
    while places < 12 and (value * 10**places).denominator > 1:
        places += 1
    whole = value * 10**places
    if value.denominator < 1000 or whole.denominator > 1:
        return ""
    digits = str(whole.numerator).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


def _flat(cases: Cases) -> Cases:
    """Cases within "otherwise" as further cases of the one brace: the first that holds counts."""
    pieces = list(cases.pieces)
    rest = cases.otherwise
    while isinstance(rest, Cases):
        pieces += rest.pieces
        rest = rest.otherwise
    return Cases(tuple(pieces), rest)


def _unsigned(term: Term) -> Term | None:
    """The term without the minus in front of it; None where it has none.

    A minus stands in front of a fraction, never in its numerator.
    """
    match term:
        case Num(value) if value < 0:
            return Num(-value)
        case Frac(numerator, denominator):
            above = _unsigned(numerator)
            return None if above is None else Frac(above, denominator)
        case Add((only,)) | Mul((only,)):
            return _unsigned(only)
        case Mul((first, *others)):
            front = _unsigned(first)
            if front is None:
                return None
            return Mul(tuple(others) if front == Num(Fraction(1)) else (front, *others))
    return None
