"""The two alphabets of indexed expressions: Unicode text for a terminal, LaTeX for a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from reports.array_printer import ArrayPrinter, Index
from reports.array_signs import LETTERS, SIGNS, Sign
from reports.plain import HIGH
from reports.printer import Level, Written
from symbolic.indexed import Sort

CALL = re.compile(r"\S+|\w+\([^()]*(\([^()]*\))?[^()]*\)")  # one sign, or one function's value
LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True)
class PlainArrays(ArrayPrinter):
    """Text.

    >>> from symbolic.indexed import Get, Sort, Sum, Var
    >>> J, N = Sort("J"), Sort("N")
    >>> j, k, xi = Var("j", J), Var("k", J), Var("xi", N)
    >>> print(PlainArrays().expr(Sum(k, Get("delta", (k, xi)) * Get("w", (k, j)))))
    Σ_j1 δ_j1^ξ w_j1,j
    """

    minus = "−"
    at_least = "≥"
    change = "Δ"

    def number(self, value: Fraction) -> Written:
        text = "½" if abs(value) == Fraction(1, 2) else str(abs(value))
        if value < 0:
            return self.minus + text, Level.ADD
        return text, Level.MUL if "/" in text else Level.ATOM

    def letter(self, name: str) -> str:
        stem = name.rstrip("0123456789")
        return LETTERS.get(stem, (stem,))[0] + name[len(stem) :]

    def word(self, name: str) -> str:
        return name

    def size(self, name: str) -> str:
        return name

    def scripted(
        self,
        sign: Sign,
        moved: bool,
        low: tuple[str, ...],
        high: tuple[str, ...],
        arguments: tuple[str, ...],
    ) -> str:
        head = sign.text
        if moved:  # a dot above the letter
            head = head[0] + "\u0307" + head[1:]
        text = head + (f"_{self._row(low)}" if low else "") + (f"^{_close(high)}" if high else "")
        return text + (f"({','.join(arguments)})" if arguments else "")

    @staticmethod
    def _row(low: tuple[str, ...]) -> str:
        return ("" if all(len(name) == 1 for name in low) else ",").join(low)

    def predicate(self, array: str, at: tuple[str, ...]) -> str:
        return self.predicates[array][0].format(*at)

    def family(self, name: str, at: tuple[Index, ...], orders: tuple[int, ...]) -> str:
        head = self.sign(name, at)
        if len(orders) == 1:
            return head + "'" * orders[0]
        return "".join(f"∂{n}".translate(LOW) for n, k in enumerate(orders, 1) if k) + head

    def partial(self, below: str) -> str:
        return f"∂𝓔/∂{below}"

    def ratio(self, above: str, below: str, factors: int) -> str:
        return f"{above}/{self.fence(below) if factors > 1 or not CALL.fullmatch(below) else below}"

    def power(self, base: str, exponent: Fraction | str) -> str:
        if isinstance(exponent, str):
            return f"{base}^({exponent})"
        if exponent.denominator == 1:
            return base + str(exponent).translate(HIGH)
        return f"{base}^({str(exponent).replace('-', self.minus)})"

    def call(self, head: str, arguments: tuple[str, ...]) -> str:
        return f"{head}({', '.join(arguments)})"

    def sums(self, letters: tuple[tuple[str, Sort], ...]) -> str:
        names = [self.letter(name) for name, _ in letters]
        return f"Σ_{self._row(tuple(names))}"

    def bracket(self, text: str) -> str:
        return f"[{text}]"

    def fence(self, text: str) -> str:
        return f"({text})"

    def joined(self, line: str, text: str) -> str:
        dotted = "/" in line.split(" ")[-1] or text.startswith("∂")
        return f"{line} · {text}" if dotted else f"{line} {text}"


@dataclass(frozen=True)
class LatexArrays(ArrayPrinter):
    r"""LaTeX.

    >>> from symbolic.indexed import Delta, Get, Sort, Var
    >>> T = Sort("T", ordered=True)
    >>> t, k = Var("t", T), Var("k", Sort("J"))
    >>> print(LatexArrays().expr(Delta(t, 1) * Get("h", (t - 1, k))))
    [t = 1]\, h_{k}(t-1)
    """

    at_least = r"\ge"
    change = r"\Delta "

    def number(self, value: Fraction) -> Written:
        top, bottom = abs(value.numerator), value.denominator
        text = str(top) if bottom == 1 else rf"\tfrac{{{top}}}{{{bottom}}}"
        return (self.minus + text, Level.ADD) if value < 0 else (text, Level.ATOM)

    def letter(self, name: str) -> str:
        stem = name.rstrip("0123456789")
        drawn = LETTERS[stem][1] if stem in LETTERS else stem if len(stem) == 1 else self.word(stem)
        return drawn if stem == name else f"{drawn}_{{{name[len(stem) :]}}}"

    def word(self, name: str) -> str:
        return rf"\mathrm{{{name}}}"

    def size(self, name: str) -> str:
        stem = name.rstrip("0123456789")
        drawn = stem if len(stem) == 1 else self.word(stem)
        return drawn if stem == name else f"{drawn}_{{{name[len(stem) :]}}}"

    def scripted(
        self,
        sign: Sign,
        moved: bool,
        low: tuple[str, ...],
        high: tuple[str, ...],
        arguments: tuple[str, ...],
    ) -> str:
        head = sign.latex or (sign.text if len(sign.text) == 1 else self.word(sign.text))
        base, mark, number = head.partition("_")
        text = rf"\dot{{{base}}}{mark}{number}" if moved else head
        close = all(len(name) == 1 for name in low[:-1])
        comma = "" if close and (not low or len(low[-1]) == 1 or low[-1][0] == "\\") else ","
        text += f"_{{{comma.join(low)}}}" if low else ""
        names = [self.word(h) if h.isalpha() and len(h) > 1 else h for h in high]
        text += f"^{{{','.join(names)}}}" if high else ""
        return text + (f"({','.join(arguments)})" if arguments else "")

    def predicate(self, array: str, at: tuple[str, ...]) -> str:
        return self.predicates[array][1].format(*at)

    def family(self, name: str, at: tuple[Index, ...], orders: tuple[int, ...]) -> str:
        head = self.sign(name, at)
        if len(orders) == 1:
            primes = r"\prime" * orders[0]
            return f"{head[:-1]}\\,{primes}}}" if "^" in head else head + "'" * orders[0]
        return "".join(rf"\partial_{n} " for n, k in enumerate(orders, 1) if k) + head

    def partial(self, below: str) -> str:
        return rf"\frac{{\partial \mathcal{{E}}}}{{\partial {below}}}"

    def ratio(self, above: str, below: str, factors: int) -> str:
        return rf"\frac{{{above}}}{{{below}}}"

    def power(self, base: str, exponent: Fraction | str) -> str:
        return f"{base}^{{{exponent}}}"

    def call(self, head: str, arguments: tuple[str, ...]) -> str:
        known = {"exp", "ln", "tanh", "sin", "cos", "sinh", "cosh", "arctan"}
        if head in known:
            head = f"\\{head}"
        elif head.isalpha() and len(head) > 1 and head not in SIGNS:
            head = rf"\operatorname{{{head}}}"
        return head + self.fence(", ".join(arguments))

    def sums(self, letters: tuple[tuple[str, Sort], ...]) -> str:
        plain = [self.letter(name) for name, sort in letters if not self._from_to(sort)]
        text = rf"\sum_{{{','.join(plain)}}}" if plain else ""
        for name, sort in letters:
            if self._from_to(sort):
                first, last = map(self.index, sort.bounds())
                text += rf"\sum_{{{self.letter(name)}={first}}}^{{{last}}}"
        return text

    @staticmethod
    def _from_to(sort: Sort) -> bool:
        return sort.ordered and len(sort.extent().name) == 1

    def bracket(self, text: str) -> str:
        return f"[{text}]"

    def fence(self, text: str) -> str:
        if r"\frac" in text or r"\sum" in text:
            return rf"\Bigl({text}\Bigr)"
        return rf"\bigl({text}\bigr)" if len(text) > 12 else f"({text})"

    def joined(self, line: str, text: str) -> str:
        return rf"{line}\, {text}"


def _close(high: tuple[str, ...]) -> str:
    """What stands above, in brackets where it is more than one letter."""
    text = ",".join(high)
    return text if len(text) == 1 else f"({text})"
