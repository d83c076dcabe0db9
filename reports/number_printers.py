"""Terms with numbers for their letters: each letter gives way to its number where it stands.

A negative number is put in brackets, and a dot stands between factors, so that a reader can type
the line into a calculator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from reports.document import Drawn
from reports.latex_printer import LatexPrinter
from reports.plain import PlainPrinter
from reports.printer import Level, Piece, Printer, Written
from symbolic.terms import Sign, Term

Texts = Mapping[Term, str]
MOST_TERMS = 8  # of a sum; a longer one is shortened with dots


def digits(number: Fraction, places: int) -> str:
    """The number with so many decimals.

    >>> digits(Fraction(-1, 3), 4), digits(Fraction(5), 0)
    ('-0.3333', '5')
    """
    scaled = round(abs(number) * 10**places)
    whole = str(scaled).rjust(places + 1, "0")
    text = f"{whole[:-places]}.{whole[-places:]}" if places else whole
    return f"-{text}" if number < 0 and scaled else text


@dataclass(frozen=True)
class _Numbers(Printer):
    """What both alphabets share: letters of the table print as their numbers."""

    texts: Texts = field(default_factory=dict, compare=False)

    def term(self, term: Term, need: Level = Level.ADD) -> str:
        """The number of a term that has one, else the term."""
        if term in self.texts:
            return self._number(self.texts[term])
        return super().term(term, need)

    def sign(self, sign: Sign, exponent: str = "") -> str:
        """The number in place of the letter."""
        if sign not in self.texts:
            return super().sign(sign, exponent)  # type: ignore[safe-super]  # the alphabet's own
        number = self._number(self.texts[sign])
        if not exponent:
            return number
        return f"{number}^{exponent}" if self.minus == "-" else number + exponent

    def _number(self, text: str) -> str:
        return f"({text.replace('-', self.minus)})" if text.startswith("-") else text

    def bare(self, term: Term) -> str:
        """The number of a term without brackets."""
        return self.texts[term].replace("-", self.minus)

    def fenced(self, text: str) -> str:
        """A lone negative number has its brackets already."""
        if text.startswith(f"({self.minus}") and text.endswith(")") and text.count("(") == 1:
            return text
        return super().fenced(text)


@dataclass(frozen=True)
class LatexNumbers(_Numbers, LatexPrinter):
    r"""LaTeX.

    >>> from symbolic.notation import w, y
    >>> table = {w("3", "1"): "-0.3", y("1"): "0.5"}
    >>> LatexNumbers(texts=table).term(w("3", "1") * y("1") + 1)
    '(-0.3) \\cdot 0.5 + 1'
    """

    def joined(self, line: str, text: str) -> str:
        return rf"{line} \cdot {text}"

    def call(self, function: str, argument: Term) -> Written:
        if function == "exp" and argument in self.texts:
            return rf"\mathrm{{e}}^{{{self.bare(argument)}}}", Level.FACTOR
        return super().call(function, argument)


@dataclass(frozen=True)
class PlainNumbers(_Numbers, PlainPrinter):
    """Unicode text.

    >>> from symbolic.notation import w, y
    >>> PlainNumbers(texts={y("1"): "-0.5"}).term(y("1") ** 2)
    '(−0.5)²'
    """

    def joined(self, line: str, text: str) -> str:
        return f"{line} · {text}"

    def call(self, function: str, argument: Term) -> Written:
        if argument in self.texts and function != "abs":
            return f"{function}({self.bare(argument)})", Level.ATOM
        return super().call(function, argument)


def with_numbers(term: Term, texts: Texts) -> Drawn:
    """The term with its numbers, in pieces between which a line may break."""
    latex = LatexNumbers(texts=texts, most=MOST_TERMS)
    plain = PlainNumbers(texts=texts, most=MOST_TERMS)
    if term in texts:
        return Drawn(latex.bare(term), plain.bare(term))
    return Drawn(latex.term(term), plain.term(term), _pieces(latex, term), _pieces(plain, term))


def _pieces(printer: Printer, term: Term) -> tuple[Piece, ...]:
    found = tuple(printer.pieces(term))
    return found if len(found) > 1 else ()
