"""Formulas of a read document → Unicode text for the terminal, and → pieces to break lines at.

Indices and signs are those of the notation profile, as `rendering.py` writes them in LaTeX; this
printer turns that into letters a terminal has: ∂𝓔/∂w_ji, Σ_k δ_k w_kj, φ_j'(v_j).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from reports.document import RELATIONS, Drawn
from reports.printer import Piece
from symbolic.indexed import Count, Num
from symbolic.reading.formulas import (
    ONE,
    Applied,
    Call,
    Formula,
    Partial,
    Plus,
    Power,
    Read,
    SumOver,
    Times,
    over,
    times,
)
from symbolic.reading.profile import Profile
from symbolic.reading.rendering import as_fraction, in_quotients, render
from symbolic.reading.vocabulary import FUNCTIONS

HIGH = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
MINUS = "−"
NEGATIVE = Num(Fraction(-1))
_SMALL = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi chi psi omega varepsilon vartheta varphi ell"
)
_LARGE = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
LETTERS = {
    **dict(zip(_SMALL.split(), "αβγδεζηθικλμνξπρστυϕχψωεϑφℓ", strict=True)),
    **dict(zip(_LARGE.split(), "ΓΔΘΛΞΠΣΥΦΨΩ", strict=True)),
}
ACCENTS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "dot": "\u0307", "vec": "\u20d7"}
SCRIPT = {
    "B": "ℬ", "E": "𝓔", "F": "ℱ", "H": "ℋ", "I": "ℐ", "L": "ℒ", "M": "ℳ", "R": "ℛ",
}  # fmt: skip
_DRESSED = re.compile(r"\\(mathcal|math[a-z]+|boldsymbol|operatorname|text|hat|tilde|bar|dot|vec)"
                      r"\s*\{([^{}]*)\}")  # fmt: skip
_ACCENT = re.compile(
    r"\\(hat|tilde|bar|dot|vec|sqrt)(?:\s+(?=[A-Za-z])|(?=\\))([A-Za-z]|\\[A-Za-z]+)"
)
_STROKE = re.compile(r"\\[dt]?frac\s*(?:([0-9A-Za-z])\s*|(\{[^{}]*\})\s*)([0-9A-Za-z]|(?=\{))")
_COMMAND = re.compile(r"\\(?!frac)([A-Za-z]+)")
_PREFIX = re.compile(r"\\(Delta|partial) (?=[\\A-Za-z])")
_GROUP = re.compile(r"([_^])\{([^{}]*)\}")
_SIZED = re.compile(r"\\(?:(?:[Bb]igg?[lr]?|left|right)(?![A-Za-z])\s*|[,;:!])")
_WITHIN = re.compile(r"(?<=\\left[(\[])\s+|\s+(?=\\right(?![A-Za-z]))")
_ROOT = re.compile(r"\\sqrt\{([^{}]*)\}")
_FRACTION = re.compile(r"\\frac\{([^{}]*)\}\{([^{}]*)\}")
SIGNS = {
    "partial": "∂",
    "nabla": "∇",
    "sum": "Σ",
    "cdot": "·",
    "odot": "⊙",
    "top": "ᵀ",
    "in": "∈",
    "quad": " ",
    "geq": "≥",
    "ge": "≥",
    "leq": "≤",
    "le": "≤",
    "neq": "≠",
    "ne": "≠",
    "uparrow": "↑",
    "downarrow": "↓",
    "to": "→",
    **dict(zip(FUNCTIONS, FUNCTIONS, strict=True)),
}
COMMANDS = LETTERS | SIGNS


def unicode_of(latex: str) -> str:
    r"""A sign with its scripts, or a short formula, in Unicode.

    >>> unicode_of(r"\mathcal{E}_{j}^{\xi}"), unicode_of(r"\Delta w_{ji}"), unicode_of(r"a^{l+1}")
    ('𝓔_j^ξ', 'Δw_ji', 'a^(l+1)')
    >>> unicode_of(r"\delta_j = -\frac{\partial \mathcal{E}}{\partial v_j}")
    'δ_j = -∂𝓔/∂v_j'
    >>> unicode_of(r"\frac12 \sum_{i=1}^n \hat\mu + \frac1{2n} \sum_{i \neq j} x_i")
    '1/2 Σ_{i=1}^n μ̂ + 1/2n Σ_{i ≠ j} x_i'
    >>> unicode_of(r"\left( \frac{x_i - \mu}{\sqrt{v + \epsilon}} \right)")
    '((x_i - μ)/√(v + ε))'

    A command that is not known stays as it is.
    """
    tight = _WITHIN.sub("", _ACCENT.sub(r"\\\1{\2}", _STROKE.sub(_braced, latex)))
    text = _PREFIX.sub(lambda m: COMMANDS[m[1]], _SIZED.sub("", tight))
    text = _DRESSED.sub(lambda m: _dressed(m[1], m[2]), text)
    text = _COMMAND.sub(lambda m: COMMANDS.get(m[1], m[0]), text)
    while (flat := _GROUP.sub(lambda m: m[1] + _script(m[2]), text)) != text:  # those inside first
        text = flat
    for _ in range(text.count("\\frac") + text.count("\\sqrt")):  # those inside first
        text = _ROOT.sub(lambda m: f"√({m[1]})", text)
        text = _FRACTION.sub(lambda m: f"{_part(m[1])}/{_part(m[2])}", text)
    return text.replace(*_OPENED).replace(*_CLOSED)


_OPENED, _CLOSED = ("\ue000", "{"), ("\ue001", "}")
"""Braces that stay, while others are taken away."""


def _braced(match: re.Match[str]) -> str:
    above = match[2] or f"{{{match[1]}}}"
    return f"\\frac{above}" + (f"{{{match[3]}}}" if match[3] else "")


def _script(text: str) -> str:
    if "=" in text or " " in text:
        return f"{_OPENED[0]}{text}{_CLOSED[0]}"
    return f"({text})" if "+" in text or "-" in text else text


def _part(text: str) -> str:
    rooted = text.startswith("√(") and text.find(")") == len(text) - 1
    return f"({text})" if " " in text and not rooted else text


def _dressed(command: str, inside: str) -> str:
    if command == "mathcal":
        return SCRIPT.get(inside, inside)
    return inside + ACCENTS.get(command, "")


def plain_formula(formula: Formula, profile: Profile) -> str:
    """The formula as text.

    >>> from symbolic.indexed import Var
    >>> from symbolic.reading.formulas import NEURON, Range
    >>> from symbolic.reading.profile import open_profile
    >>> k, j = Var("k", NEURON), Var("j", NEURON)
    >>> sum_ = SumOver(k, Range("output"), Times((Read("delta", (k,)), Read("w", (k, j)))))
    >>> plain_formula(sum_, open_profile("haykin"))
    'Σ_{k output} δ_k w_kj'
    """
    return _Plain(profile).sum(formula)


@dataclass(frozen=True)
class _Plain:
    profile: Profile

    def sum(self, formula: Formula) -> str:
        text = ""
        for minus, term in signed(formula):
            sign = (f" {MINUS} " if minus else " + ") if text else (MINUS if minus else "")
            text += sign + self.product(term)
        return text

    def product(self, formula: Formula) -> str:
        if not isinstance(formula, Times):
            return self.factor(formula, last=True, alone=True)
        parts = as_fraction(formula)
        if parts is not None:
            above, below = parts
            return f"{self.product(above)}/{self.factor(below)}"
        quotients = in_quotients(formula)
        text, final = "", len(quotients) - 1
        for n, (factor, divisor) in enumerate(quotients):
            part = self.factor(factor, n == final)
            if divisor is not None:
                part = f"({part}/{self.factor(divisor)})"
            text += part if not n else self.joint(text, part) + part
        return text

    @staticmethod
    def joint(before: str, part: str) -> str:
        """A dot where two signs in a row could be read as one."""
        dotted = before[-1].isdigit() and part[0].isdigit()
        dotted = dotted or (part[0] == "∂" and "/∂" in before.split(" ")[-1])
        return " · " if dotted else " "

    def factor(self, formula: Formula, last: bool = False, alone: bool = False) -> str:
        match formula:
            case Num(value):
                return self.number(value, alone)
            case Count() | Read():
                return unicode_of(render(formula, self.profile))
            case Plus() | Times():
                return f"({self.sum(formula)})"
            case Power(base, exponent):
                return self.power(base, exponent, alone)
            case Call("relu", argument):
                return f"max(0, {self.sum(argument)})"
            case Call(name, argument):
                return f"{name}({self.sum(argument)})"
            case Applied(function, at, argument, order, sign):
                bare = render(Applied(function, at, ONE, 0, sign), self.profile)
                name = unicode_of(bare.removesuffix("(1)"))
                return f"{name}{chr(39) * order}({self.sum(argument)})"
            case SumOver(_, _, body):
                text = f"{self.head(formula)} {self.body(body)}"
                return text if last else f"({text})"
            case Partial(of, by):
                over = f"∂{self.factor(by)}"
                if isinstance(of, Read):
                    return f"∂{self.factor(of)}/{over}"
                return f"∂/{over} ({self.sum(of)})"

    def number(self, value: Fraction, alone: bool) -> str:
        if value < 0:
            return f"({MINUS}{self.number(-value, True)})"
        if value == Fraction(1, 2):
            return "½"
        return str(value) if alone or value.denominator == 1 else f"({value})"

    def power(self, base: Formula, exponent: Fraction, alone: bool) -> str:
        if exponent == Fraction(1, 2):
            return f"√({self.sum(base)})"
        if exponent == -1:
            text = f"1/{self.factor(base)}"
            return text if alone else f"({text})"
        inner = self.factor(base)
        simple = isinstance(base, Read | Count) and "^" not in inner
        inner = inner if simple or inner.endswith(")") else f"({inner})"
        if exponent.denominator == 1:
            return inner + str(exponent).translate(HIGH)
        return f"{inner}^({str(exponent).replace('-', MINUS)})"

    def body(self, body: Formula) -> str:
        terms = list(signed(body))
        plain = len(terms) == 1 and not terms[0][0]
        return self.product(body) if plain else f"({self.sum(body)})"

    def head(self, total: SumOver) -> str:
        """Σ with its letter and range."""
        letter, span = unicode_of(total.over.name), total.range
        if span.first:
            return f"Σ_{{{letter}={span.first}}}^{{{unicode_of(span.last)}}}"
        of = unicode_of(span.of)
        said = {"output": " output", "hidden": " hidden", "fed": f" fed by {of}"}
        said |= {"feeding": f" feeding {of}"} if span.of else {}
        said["all"] = " any neuron"
        return f"Σ_{{{letter}{said[span.kind]}}}" if span.kind in said else f"Σ_{letter}"


def signed(formula: Formula) -> Iterator[tuple[bool, Formula]]:
    """The terms of a sum, each with whether it is subtracted."""
    for term in formula.terms if isinstance(formula, Plus) else (formula,):
        first = term.factors[0] if isinstance(term, Times) else term
        minus = isinstance(first, Num) and first.value < 0
        yield minus, times(NEGATIVE, term) if minus else term


def latex_of(formula: Formula, profile: Profile) -> str:
    r"""The formula as LaTeX without mathematics inside words, which a $…$ around it would end."""
    return re.sub(r"\\text\{([^{}$]*)\$([^{}$]*)\$\}", r"\\text{\1}\2", render(formula, profile))


def drawn(formula: Formula, profile: Profile) -> Drawn:
    """The formula for every emitter, with the places where a line may break."""

    def latex(part: Formula) -> str:
        return latex_of(part, profile)

    def latex_head(total: SumOver) -> str:
        return latex(SumOver(total.over, total.range, ONE)).removesuffix(" 1")

    plain = _Plain(profile)
    return Drawn(
        latex(formula),
        plain.sum(formula),
        tuple(_pieces(formula, lambda f, _: latex(_factor(f)), latex_head, ("-", r"\cdot "))),
        tuple(
            _pieces(
                formula,
                lambda f, alone: plain.factor(f, last=True, alone=alone),
                plain.head,
                (MINUS, "· "),
            )
        ),
    )


def _factor(formula: Formula) -> Formula:
    """One factor, in brackets where it is a sum; a fraction needs none."""
    return formula if as_fraction(formula) is not None else Times((formula,))


def joined(left: Drawn, relation: str, right: Drawn) -> Drawn:
    """A relation as one formula within words."""
    text, latex = RELATIONS[relation]
    latex_first, *latex_more = right.latex_pieces or (Piece(right.latex, 0),)
    text_first, *text_more = right.text_pieces or (Piece(right.text, 0),)
    return Drawn(
        f"{left.latex} {latex} {right.latex}",
        f"{left.text} {text} {right.text}",
        (
            *(left.latex_pieces or (Piece(left.latex, 0),)),
            replace(latex_first, text=f"{latex} {latex_first.text}"),
            *latex_more,
        ),
        (
            *(left.text_pieces or (Piece(left.text, 0),)),
            replace(text_first, text=f"{text} {text_first.text}"),
            *text_more,
        ),
    )


def _pieces(
    formula: Formula,
    draw: Callable[[Formula, bool], str],
    head: Callable[[SumOver], str],
    signs: tuple[str, str],
    depth: int = 0,
) -> Iterator[Piece]:
    """The terms, within them the factors, and the factors of a last sum.

    `draw` writes a factor, and is told whether it stands alone; `signs` are minus and times.
    """
    sign, dot = signs
    for n, (minus, term) in enumerate(signed(formula)):
        before = (f"{sign} " if n else sign) if minus else ("+ " if n else "")
        factors: tuple[Formula, ...] = (term,)
        if isinstance(term, Times) and as_fraction(term) is None:
            parts_of = in_quotients(term)
            factors = tuple(a if b is None else over(a, b) for a, b in parts_of)
        for m, factor in enumerate(factors):
            level, lead = (depth, "") if m == 0 else (depth + 1, dot)
            final = m == len(factors) - 1
            if isinstance(factor, SumOver) and final:
                inner = factor.body
                yield Piece(f"{before}{head(factor)}", level, lead=lead)
                flat = len(list(signed(inner))) == 1 and not next(signed(inner))[0]
                if flat:
                    yield from _pieces(inner, draw, head, signs, depth + 2)
                else:
                    parts = list(_pieces(inner, draw, head, signs, depth + 2))
                    for at, part in enumerate(parts):
                        opened = "(" if at == 0 else ""
                        closed = ")" if at == len(parts) - 1 else ""
                        yield replace(part, text=f"{opened}{part.text}{closed}")
            else:
                text = draw(factor, len(factors) == 1)
                text = f"({text})" if isinstance(factor, SumOver) else text
                yield Piece(f"{before}{text}", level, lead=lead)
            before = ""
