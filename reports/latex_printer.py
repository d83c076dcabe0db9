"""Terms → LaTeX in Haykin's notation, for amsmath."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from reports.escaping import escaped
from reports.printer import Braces, Level, Printer, Written, decimal
from reports.signs import is_bias, letter_of, raw, written_sign
from symbolic.notation import Letter
from symbolic.terms import (
    Call,
    Cases,
    Condition,
    Equation,
    Index,
    Num,
    Range,
    RangeKind,
    Relation,
    Sign,
    Term,
    Var,
)
from symbolic.unit_signs import unit_latex

OPERATORS = {
    "ln": r"\ln",
    "sin": r"\sin",
    "cos": r"\cos",
    "sinh": r"\sinh",
    "cosh": r"\cosh",
    "tanh": r"\tanh",
    "arctan": r"\arctan",
    "erf": r"\operatorname{erf}",
}
RELATIONS = {
    Relation.LESS: "<",
    Relation.AT_MOST: r"\le",
    Relation.GREATER: ">",
    Relation.AT_LEAST: r"\ge",
    Relation.EQUAL: "=",
}
RANGES = {
    RangeKind.FED_BY: r"{bound} \text{{ fed by }} {of}",
    RangeKind.FEEDING: r"{bound} \text{{ feeding }} {of}",
    RangeKind.NEURONS: r"\text{{all neurons }} {bound}",
    RangeKind.OUTPUTS: r"\text{{outputs }} {bound}",
    RangeKind.HIDDEN: r"\text{{hidden }} {bound}",
    RangeKind.USES: r"({bound}):\, w_{{{pair}}} = {weight}",
}
FENCES = (  # what the content holds, the fence around it, tallest first
    ((r"\begin", r"\Biggl", r"\underbrace"), (r"\left(", r"\right)")),
    ((r"\biggl",), (r"\Biggl(", r"\Biggr)")),
    ((r"\sum", r"\frac", r"\Bigl"), (r"\biggl(", r"\biggr)")),
    ((r"\bigl",), (r"\Bigl(", r"\Bigr)")),
    (("(", r"\sqrt", "^"), (r"\bigl(", r"\bigr)")),
)


@dataclass(frozen=True)
class LatexPrinter(Printer):
    r"""LaTeX for amsmath.

    >>> from symbolic.notation import J, K, delta, slope, w
    >>> from symbolic.terms import Sum
    >>> rule = slope(J) * Sum(Range(RangeKind.FED_BY, (K,), (J,)), delta(K) * w(K, J))
    >>> print(LatexPrinter().term(rule))
    \varphi_j'\bigl(v_j(n)\bigr)\, \sum_{k} \delta_k(n)\, w_{kj}(n)
    """

    dots = r"\cdots"
    times = r"\cdot "

    def number(self, value: Fraction) -> Written:
        if value.denominator == 1:
            return str(value), Level.ATOM if value >= 0 else Level.ADD
        text = decimal(abs(value))
        text = text or rf"\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
        return (text, Level.FACTOR) if value > 0 else (f"-{text}", Level.ADD)

    def constant(self, name: str) -> str:
        return rf"\{name}"

    def sign(self, sign: Sign, exponent: str = "") -> str:
        letter = letter_of(sign)
        head, indices = written_sign(sign)
        word = head if len(head) == 1 else index_latex(head)
        named = letter.latex if head == "" else letter.latex[:-1] + word
        if letter.code == letter.latex and len(letter.code) > 1:
            named = index_latex(letter.code)
        sub = subscript(indices)
        text = named + (f"_{sub}" if sub else "")
        xi = _sampled(sign, letter, self.sample)
        if xi:
            text += r"^{\xi}"
        when = "(n)" if _timed(sign, letter) else ""
        if not exponent:
            return text + when
        if xi:
            return self.fenced(text + when) + f"^{exponent}"
        return f"{text}^{exponent}{when}"

    def ratio(self, numerator: Term, denominator: Term) -> Written:
        if isinstance(numerator, Cases):  # a brace is no numerator to the eye
            front = self.ratio(Num(Fraction(1)), denominator)[0]
            return rf"{front}\, {self.fenced(self.term(numerator))}", Level.MUL
        return rf"\frac{{{self.term(numerator)}}}{{{self.term(denominator)}}}", Level.FACTOR

    def power(self, base: Term, exponent: Fraction) -> str:
        if exponent == Fraction(1, 2):
            return rf"\sqrt{{{self.term(base)}}}"
        raised = str(exponent) if len(str(exponent)) == 1 else f"{{{exponent}}}"
        if isinstance(base, Sign):
            return self.sign(base, raised)
        if isinstance(base, Call) and base.function in OPERATORS and exponent > 0:
            return rf"{OPERATORS[base.function]}^{raised}{self.fenced(self.term(base.argument))}"
        return f"{self.term(base, Level.ATOM)}^{raised}"

    def call(self, function: str, argument: Term) -> Written:
        inside = self.term(argument)
        match function:
            case "exp":  # an upright e, so that it is not taken for the error signal e
                return rf"\mathrm{{e}}^{{{inside}}}", Level.FACTOR
            case "abs":
                return rf"\lvert {inside} \rvert", Level.ATOM
            case "sqrt":
                return rf"\sqrt{{{inside}}}", Level.FACTOR
            case _:
                name = OPERATORS.get(function, rf"\operatorname{{{escaped(function)}}}")
                return name + self.fenced(inside), Level.FACTOR

    def phi(self, neuron: Index, order: int) -> str:
        sub = subscript((neuron,)) if neuron != "" else ""
        return r"\varphi" + (f"_{sub}" if sub else "") + "'" * order

    def cases(self, cases: Cases) -> str:
        rows = [rf"{self.term(piece)} & \text{{if }} {self._guard(c)}" for c, piece in cases.pieces]
        rows.append(rf"{self.term(cases.otherwise)} & \text{{otherwise}}")
        gap = r" \\[3pt] " if any(r"\frac" in row for row in rows) else r" \\ "
        return r"\begin{cases} " + gap.join(rows) + r" \end{cases}"

    def _guard(self, guard: Condition) -> str:
        return f"{self.term(guard.left)} {RELATIONS[guard.relation]} {self.term(guard.right)}"

    def partial(self, of: str, by: str) -> Written:
        return rf"\frac{{\partial {of}}}{{\partial {by}}}", Level.FACTOR

    def summation(self, over: Range) -> str:
        if over.kind is RangeKind.SAMPLES:
            return r"\sum_{\xi=1}^{N}"
        bound = ",".join(letter.name for letter in over.bound)
        if not self.named(over):
            return rf"\sum_{{{bound}}}"
        of = subscript(over.of)
        text = RANGES[over.kind].format(
            bound=bound,
            of=of[1:-1] if of[:1] == "{" else of,
            pair=bound.replace(",", ""),
            weight=self.sign(Sign("w", over.of)).removesuffix("(n)"),
        )
        apart = r"\;" if over.kind is RangeKind.USES else ""  # its wide limit follows that of Σ_ξ
        return rf"{apart}\sum_{{{text}}}"

    def joined(self, line: str, text: str) -> str:
        digit = text[0].isdigit() or (text.startswith(r"\frac{") and text[6].isdigit())
        if digit and (line[-1].isdigit() or re.search(r"\d\}$", line)):
            return rf"{line} \cdot {text}"
        return f"{line} {text}" if _close(line, text) else rf"{line}\, {text}"

    def fence(self, text: str, split: bool = False) -> tuple[str, str]:
        for signs, pair in FENCES[1 if split else 0 :]:
            if any(sign in text for sign in signs):
                return pair
        return "(", ")"

    def braced(self, text: str, name: str) -> str:
        return rf"\underbrace{{{text}}}_{{{name}}}"


def latex_of(
    formula: Term | Equation, *, sample: bool = False, braces: Braces = (), most: int | None = None
) -> str:
    r"""The LaTeX of a term or an equation.

    >>> from symbolic.notation import e, w
    >>> latex_of(e(Var("j")) ** 2), latex_of(w("10", "3"))
    ('e_j^2(n)', 'w_{10,3}(n)')
    """
    printer = LatexPrinter(sample=sample, braces=braces, most=most)
    if isinstance(formula, Equation):
        return printer.equation(formula)
    return printer.term(formula)


def subscript(indices: tuple[Index, ...]) -> str:
    """The indices of a sign: `j`, `{ji}`, `{63}`, `{10,3}`, `{h,x_1}`; nothing for none."""
    drawn = [index_latex(index) for index in indices]
    text = ("" if all(len(raw(index)) == 1 for index in indices) else ",").join(drawn)
    return text if len(text) <= 1 else f"{{{text}}}"


def index_latex(index: Index) -> str:
    r"""One index: `6`, `x_1`, `\mathrm{hid}`; a unit whose name is a general letter is upright.

    >>> index_latex("x1"), index_latex("hid"), index_latex(Var("j"))
    ('x_1', '\\mathrm{hid}', 'j')
    >>> index_latex("j"), index_latex("a_b"), index_latex("h1_t3")
    ('\\mathrm{j}', '\\mathrm{a\\_b}', 'h_1[3]')
    """
    if isinstance(index, Var):
        return r"\xi" if index.name == "xi" else index.name
    return unit_latex(index, escaped)


def _sampled(sign: Sign, letter: Letter, sample: bool) -> bool:
    if sign.letter == "Es":
        return True
    return sample and letter.sampled and bool(sign.at) and not is_bias(sign)


def _timed(sign: Sign, letter: Letter) -> bool:
    return letter.timed and (bool(sign.at) or sign.letter in ("E", "Es")) and not is_bias(sign)


def _close(line: str, text: str) -> bool:
    """Fractions and single letters stand side by side; a thin space parts signals with (n)."""
    if text.startswith((r"\frac{\partial", r"\mathrm{e}")) or (line[-1] == "}" and "(n)" in text):
        return text.startswith(r"\sum")
    return line[-1] == "}" or len(line) <= 2 or text.startswith(("(", r"\bigl(", r"\biggl("))
