"""Terms → LaTeX in Haykin's notation, drawn as written.

What the LaTeX and the terminal printer share (where a bracket is needed, where a minus stands) is
`Printer`; the terminal's alphabet is in `plain.py`.  Nothing is simplified or reordered here.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from enum import IntEnum
from fractions import Fraction

from symbolic.notation import LETTERS, Letter
from symbolic.terms import (
    Add,
    Call,
    Cases,
    Condition,
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
    Relation,
    Sign,
    Sum,
    Term,
    Var,
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


@dataclass(frozen=True)
class Printer(ABC):
    """What every alphabet shares.

    `sample` writes the superscript ξ on the quantities of one sample, as inside Σ_ξ.  `explicit`
    names the set of every sum.  `braces` puts a name under each occurrence of a term.
    """

    sample: bool = False
    explicit: bool = False
    braces: Braces = ()

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
                return self.cases(term), Level.ADD
            case Partial(of, by):
                return self.partial(self.sign(of), self.sign(by))
            case Sum(over, body):
                return self._sum(over, body)

    def _add(self, terms: tuple[Term, ...]) -> Written:
        if len(terms) < 2:
            return self._written(terms[0]) if terms else self.number(Fraction(0))
        parts = []
        for n, term in enumerate(terms):
            text = self.term(term, Level.MUL) if not _negative(term) else self.term(term)
            if n == 0:
                parts.append(text)
            elif text.startswith(self.minus):
                parts.append(f" {self.minus} {text.removeprefix(self.minus).lstrip()}")
            else:
                parts.append(f" + {text}")
        return "".join(parts), Level.ADD

    def _mul(self, factors: tuple[Term, ...]) -> Written:
        if len(factors) < 2:
            return self._written(factors[0]) if factors else self.number(Fraction(1))
        if factors[0] == Num(Fraction(-1)):
            return self.minus + self.product(factors[1:]), Level.ADD
        if isinstance(factors[0], Num) and factors[0].value < 0:
            positive = (Num(-factors[0].value), *factors[1:])
            return self.minus + self.product(positive), Level.ADD
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
        inner = replace(self, sample=True) if over.kind is RangeKind.SAMPLES else self
        return f"{self.summation(over)} {inner.term(body, Level.MUL)}", Level.SUM

    minus = "-"

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
    def fenced(self, text: str) -> str: ...
    @abstractmethod
    def braced(self, text: str, name: str) -> str: ...


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
    RangeKind.FED_BY: r"\mathcal{{F}}({of})",
    RangeKind.FEEDING: r"\mathcal{{S}}({of})",
    RangeKind.NEURONS: r"\mathcal{{N}}",
    RangeKind.OUTPUTS: r"\mathcal{{O}}",
    RangeKind.HIDDEN: r"\mathcal{{H}}",
    RangeKind.USES: r"\mathcal{{U}}({of})",
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
    >>> rule = slope(J) * Sum(Range(RangeKind.FED_BY, (K,), (J,)), delta(K) * w(K, J))
    >>> print(LatexPrinter().term(rule))
    \varphi_j'\bigl(v_j(n)\bigr)\, \sum_{k} \delta_k(n)\, w_{kj}(n)
    """

    def number(self, value: Fraction) -> Written:
        if value.denominator == 1:
            return str(value), Level.ATOM if value >= 0 else Level.ADD
        text = rf"\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
        return (text, Level.FACTOR) if value > 0 else (f"-{text}", Level.ADD)

    def constant(self, name: str) -> str:
        return rf"\{name}"

    def sign(self, sign: Sign, exponent: str = "") -> str:
        letter = letter_of(sign)
        head, indices = _head(sign, letter.latex)
        sub = subscript(indices)
        xi = letter.sampled and (self.sample or sign.letter == "Es") and not _is_bias(sign)
        xi = xi and (bool(sign.at) or sign.letter == "Es")
        text = head + (f"_{sub}" if sub else "")
        if xi:
            text += r"^{\xi}"
        when = "(n)" if _timed(sign, letter) else ""
        if not exponent:
            return text + when
        if xi:
            return self.fenced(text + when) + f"^{exponent}"
        return f"{text}^{exponent}{when}"

    def ratio(self, numerator: Term, denominator: Term) -> Written:
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
                name = OPERATORS.get(function, rf"\operatorname{{{_word(function)}}}")
                return name + self.fenced(inside), Level.FACTOR

    def phi(self, neuron: Index, order: int) -> str:
        sub = subscript((neuron,)) if neuron != "" else ""
        return r"\varphi" + (f"_{sub}" if sub else "") + "'" * order

    def cases(self, cases: Cases) -> str:
        rows = [rf"{self.term(piece)} & \text{{if }} {self._guard(c)}" for c, piece in cases.pieces]
        rows.append(rf"{self.term(cases.otherwise)} & \text{{otherwise}}")
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"

    def _guard(self, guard: Condition) -> str:
        return f"{self.term(guard.left)} {RELATIONS[guard.relation]} {self.term(guard.right)}"

    def partial(self, of: str, by: str) -> Written:
        return rf"\frac{{\partial {of}}}{{\partial {by}}}", Level.FACTOR

    def summation(self, over: Range) -> str:
        if over.kind is RangeKind.SAMPLES:
            return r"\sum_{\xi=1}^{N}"
        bound = ",".join(letter.name for letter in over.bound)
        if len(over.bound) > 1:
            bound = f"({bound})"
        if self.explicit or over.kind is RangeKind.USES:
            of = subscript(over.of)
            if over.kind is RangeKind.USES and len(over.of) == 2:
                of = f"w_{of}"
            bound += r" \in " + RANGES[over.kind].format(of=of.strip("{}") if "{" in of[:1] else of)
        return rf"\sum_{{{bound}}}"

    def joined(self, line: str, text: str) -> str:
        digit = text[0].isdigit() or (text.startswith(r"\frac{") and text[6].isdigit())
        if digit and (line[-1].isdigit() or re.search(r"\d\}$", line)):
            return rf"{line} \cdot {text}"
        return f"{line} {text}" if _plain_neighbours(line, text) else rf"{line}\, {text}"

    def fenced(self, text: str) -> str:
        for signs, (left, right) in FENCES:
            if any(sign in text for sign in signs):
                return f"{left}{text}{right}"
        return f"({text})"

    def braced(self, text: str, name: str) -> str:
        return rf"\underbrace{{{text}}}_{{{name}}}"


def latex_of(formula: Term | Equation, *, sample: bool = False, braces: Braces = ()) -> str:
    r"""The LaTeX of a term or an equation.

    >>> from symbolic.notation import e, w
    >>> latex_of(e(Var("j")) ** 2), latex_of(w("10", "3"))
    ('e_j^2(n)', 'w_{10,3}(n)')
    """
    printer = LatexPrinter(sample=sample, braces=braces)
    if isinstance(formula, Equation):
        return printer.equation(formula)
    return printer.term(formula)


def letter_of(sign: Sign) -> Letter:
    """The letter of a sign; one that the notation does not know is written as it is."""
    code = sign.letter
    return LETTERS.get(code) or Letter(code, index_latex(code), code, "", (0,), timed=False)


def subscript(indices: tuple[Index, ...]) -> str:
    """The indices of a sign: `j`, `{ji}`, `{63}`, `{10,3}`, `{h,x_1}`; nothing for none."""
    drawn = [index_latex(index) for index in indices]
    raw = [index.name if isinstance(index, Var) else index for index in indices]
    text = ("" if all(len(name) == 1 for name in raw) else ",").join(drawn)
    return text if len(text) <= 1 else f"{{{text}}}"


def index_latex(index: Index) -> str:
    r"""One index: `6`, `x_1`, `\mathrm{hid}`."""
    name = index.name if isinstance(index, Var) else index
    if name == "xi":
        return r"\xi"
    if len(name) == 1 or name.isdigit():
        return name
    if parts := re.fullmatch(r"([A-Za-z])_?(\d+)", name):
        number = parts[2] if len(parts[2]) == 1 else f"{{{parts[2]}}}"
        return f"{parts[1]}_{number}"
    return rf"\mathrm{{{_word(name)}}}"


def is_input_name(index: Index) -> bool:
    """Whether a unit is named as input signals are, x or x1: its signal is written x_1."""
    return isinstance(index, str) and re.fullmatch(r"x_?\d*", index) is not None


def weight_name(name: str) -> tuple[str, tuple[Index, ...]]:
    """A weight's own name as letter and indices: w_a → w, a; the default w_h_x1 → w, h, x1.

    >>> weight_name("w_h_x1"), weight_name("bias")
    (('w', ('h', 'x1')), ('bias', ()))
    """
    parts = name.split("_")
    if len(parts) in (2, 3) and parts[0] == "w" and all(parts):
        return "w", tuple(parts[1:])
    return name, ()


def _head(sign: Sign, letter: str) -> tuple[str, tuple[Index, ...]]:
    """The letter and the indices that are written, special names taken into account."""
    if sign.letter == "y" and len(sign.at) == 1 and is_input_name(sign.at[0]):
        number = str(sign.at[0])[1:].lstrip("_")
        return "x", (number,) if number else ()
    if sign.letter in ("w", "dw") and len(sign.at) == 1:
        if isinstance(sign.at[0], Var):
            return letter, ()
        head, indices = weight_name(sign.at[0])
        drawn = head if len(head) == 1 else index_latex(head)
        return letter.replace("w", drawn), indices
    return letter, sign.at


def _timed(sign: Sign, letter: Letter) -> bool:
    return letter.timed and (bool(sign.at) or sign.letter in ("E", "Es")) and not _is_bias(sign)


def _is_bias(sign: Sign) -> bool:
    return sign.letter == "y" and sign.at == ("0",)


def _negative(term: Term) -> bool:
    match term:
        case Num(value):
            return value < 0
        case Mul(factors) if len(factors) > 1:
            return isinstance(factors[0], Num) and factors[0].value < 0
        case Add((only,)) | Mul((only,)):
            return _negative(only)
    return False


def _plain_neighbours(line: str, text: str) -> bool:
    """Fractions and single letters stand side by side; a thin space parts signals with (n)."""
    return line.endswith("}") or len(line) <= 2 or text.startswith(("(", r"\bigl(", r"\biggl("))


def _word(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]", "?", name).replace("_", r"\_")
