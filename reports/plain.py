"""Terms → Unicode text for the terminal: δ_j = φ_j'(v_j) Σ_k δ_k w_kj.

The iteration (n) is left out here; where brackets stand is shared with the LaTeX printer.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from reports.printer import Braces, Level, Printer, Written, decimal
from reports.signs import letter_of, raw, written_sign
from symbolic.terms import (
    Cases,
    Equation,
    Index,
    Num,
    Range,
    RangeKind,
    Relation,
    Sign,
    Term,
)

HIGH = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
RELATIONS = {
    Relation.LESS: "<",
    Relation.AT_MOST: "≤",
    Relation.GREATER: ">",
    Relation.AT_LEAST: "≥",
    Relation.EQUAL: "=",
}
RANGES = {
    RangeKind.FED_BY: "{bound} fed by {of}",
    RangeKind.FEEDING: "{bound} feeding {of}",
    RangeKind.NEURONS: "all neurons {bound}",
    RangeKind.OUTPUTS: "outputs {bound}",
    RangeKind.HIDDEN: "hidden {bound}",
    RangeKind.USES: "({bound}): w_{pair} = {weight}",
}


@dataclass(frozen=True)
class PlainPrinter(Printer):
    """Unicode text.

    >>> from symbolic.notation import J, K, delta, slope, w
    >>> from symbolic.terms import Sum
    >>> rule = slope(J) * Sum(Range(RangeKind.FED_BY, (K,), (J,)), delta(K) * w(K, J))
    >>> print(PlainPrinter().term(rule))
    φ_j'(v_j) Σ_k δ_k w_kj
    """

    minus = "−"
    dots = "⋯"
    times = "· "

    def number(self, value: Fraction) -> Written:
        half = abs(value) == Fraction(1, 2)
        text = "½" if half else decimal(abs(value)) or str(abs(value))
        if value < 0:
            return self.minus + text, Level.ADD
        if half or "." in text:
            return text, Level.ATOM
        return text, Level.ATOM if value.denominator == 1 else Level.MUL

    def constant(self, name: str) -> str:
        return {"pi": "π"}.get(name, name)

    def sign(self, sign: Sign, exponent: str = "") -> str:
        letter = letter_of(sign)
        head, indices = written_sign(sign)
        head = letter.text if head == "" else letter.text[:-1] + head
        text = head + subscript(indices)
        if letter.sampled and (
            sign.letter == "Es" or (self.sample and sign.at not in ((), ("0",)))
        ):
            text += "^ξ"
        if not exponent:
            return text
        return f"({text}){exponent}" if "^" in text else text + exponent

    def ratio(self, numerator: Term, denominator: Term) -> Written:
        if (numerator, denominator) == (Num(Fraction(1)), Num(Fraction(2))):
            return "½", Level.ATOM
        over = self.term(numerator, Level.FACTOR), self.term(denominator, Level.FACTOR)
        return "/".join(over), Level.MUL

    def power(self, base: Term, exponent: Fraction) -> str:
        if exponent.denominator == 1:
            raised = str(exponent).translate(HIGH)
        else:
            raised = f"^({str(exponent).replace('-', self.minus)})"
        if isinstance(base, Sign):
            return self.sign(base, raised)
        return self.term(base, Level.ATOM) + raised

    def call(self, function: str, argument: Term) -> Written:
        if function == "abs":
            return f"|{self.term(argument)}|", Level.ATOM
        return f"{function}({self.term(argument)})", Level.ATOM

    def phi(self, neuron: Index, order: int) -> str:
        return "φ" + (subscript((neuron,)) if neuron != "" else "") + "'" * order

    def cases(self, cases: Cases) -> str:
        pieces = [
            f"{self.term(piece)} if {self.term(guard.left)} {RELATIONS[guard.relation]} "
            f"{self.term(guard.right)}"
            for guard, piece in cases.pieces
        ]
        return "{" + "; ".join((*pieces, f"{self.term(cases.otherwise)} otherwise")) + "}"

    def partial(self, of: str, by: str) -> Written:
        return f"∂{of}/∂{by}", Level.RATIO

    def summation(self, over: Range) -> str:
        if over.kind is RangeKind.SAMPLES:
            return "Σ_ξ"
        bound = ",".join(letter.name for letter in over.bound)
        if not self.named(over):
            return f"Σ_{bound}"
        text = RANGES[over.kind].format(
            bound=bound,
            of=subscript(over.of).removeprefix("_"),
            pair=bound.replace(",", ""),
            weight=self.sign(Sign("w", over.of)),
        )
        return f"Σ[{text}]"

    def joined(self, line: str, text: str) -> str:
        dotted = line[-1].isdigit() and text[0].isdigit() and "_" not in line.split(" ")[-1]
        dotted = dotted or "/∂" in line.split(" ")[-1] or text.startswith("∂")
        return f"{line} · {text}" if dotted else f"{line} {text}"

    def fence(self, text: str, split: bool = False) -> tuple[str, str]:
        return "(", ")"

    def braced(self, text: str, name: str) -> str:
        return text


def plain_of(
    formula: Term | Equation, *, sample: bool = False, braces: Braces = (), most: int | None = None
) -> str:
    """The text of a term or an equation.

    >>> from symbolic.notation import d, y
    >>> from symbolic.terms import Call, Frac
    >>> plain_of(Frac(d("o") - y("x1"), Num(Fraction(2))) + Call("abs", y("o")))
    '(d_o − x_1)/2 + |y_o|'
    """
    printer = PlainPrinter(sample=sample, braces=braces, most=most)
    if isinstance(formula, Equation):
        return printer.equation(formula)
    return printer.term(formula)


def subscript(indices: tuple[Index, ...]) -> str:
    """_ji, _63, _10,3 or _h,x1; nothing for none."""
    names = [raw(index) for index in indices]
    text = ("" if all(len(name) == 1 for name in names) else ",").join(names)
    return f"_{text}" if text else ""
