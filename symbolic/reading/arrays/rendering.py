"""Formula about arrays → LaTeX, so that a reader sees how it was understood.

What is printed reads back to the same formula.
"""

from __future__ import annotations

from fractions import Fraction

from symbolic.reading.arrays.formulas import (
    EACH,
    Applied,
    Change,
    Element,
    Elementwise,
    Eye,
    Formula,
    Gradient,
    Leaky,
    LocalError,
    Minus,
    Number,
    Ones,
    Over,
    Plus,
    Positive,
    Power,
    Product,
    Quantity,
    Size,
    Slope,
    SquaredNorm,
    Stack,
    Time,
    Total,
    Transposed,
    Unknown,
)
from symbolic.reading.arrays.profile import ArrayProfile

AXES = {"\\mathrm{sum1}": 1, "\\mathrm{sum0}": 0}
SUM, ELEMENTWISE, PRODUCT, FACTOR, ATOM = range(5)


def render(formula: Formula, profile: ArrayProfile) -> str:
    """The formula as LaTeX.

    >>> from symbolic.reading.arrays.profile import array_profile
    >>> h, dS = Quantity("h", "", Time("t", -1)), Gradient(Quantity("S", "1"), "d")
    >>> render(Product(Transposed(h), dS), array_profile("lstm"))
    'h_{t-1}^{\\\\top} dS_{1}'
    """
    return _Writer(profile).text(formula, SUM)


class _Writer:
    def __init__(self, profile: ArrayProfile) -> None:
        self.profile = profile

    def text(self, formula: Formula, need: int) -> str:
        """The formula, in brackets where it holds together more loosely than needed."""
        text, level = self._written(formula)
        return text if level >= need else f"({text})"

    def _written(self, formula: Formula) -> tuple[str, int]:
        match formula:
            case Number(value):
                return _number(value)
            case Size(name):
                return name, ATOM
            case Quantity() | LocalError():
                return self._named(formula), FACTOR
            case Gradient(of, written, loss):
                return self._gradient(of, written, loss)
            case Slope(top, of):
                above, below = (self.text(one, FACTOR) for one in (top, of))
                return f"\\frac{{\\partial {above}}}{{\\partial {below}}}", ATOM
            case Change(of):
                return f"\\Delta {self.text(of, FACTOR)}", PRODUCT
            case Plus((Number(Fraction(numerator=1, denominator=1)), Minus(Positive(Minus(body))))):
                return f"[{self.text(body, SUM)} \\ge 0]", ATOM
            case Plus(terms):
                return self._plus(terms), SUM
            case Minus(body):
                return f"-{self.text(body, ELEMENTWISE)}", SUM
            case Product(left, right):
                return self._product(left, right), PRODUCT
            case Elementwise(left, right):
                left_text = self._closed(left, ELEMENTWISE)
                return f"{left_text} \\odot {self.text(right, PRODUCT)}", ELEMENTWISE
            case Over(left, right):
                return f"\\frac{{{self.text(left, SUM)}}}{{{self.text(right, SUM)}}}", ATOM
            case Transposed(Quantity() | LocalError() as body) if self.profile.above:
                return self._named(body, "\\top"), FACTOR
            case Transposed(Gradient(of, written, None)) if self.profile.above:
                return f"{self._prefix(written)}{self._named(of, chr(92) + 'top')}", FACTOR
            case Transposed(body):
                return f"{self._raised(body)}^{{\\top}}", FACTOR
            case Power(body, exponent):
                if exponent == Fraction(1, 2):
                    return f"\\sqrt{{{self.text(body, SUM)}}}", ATOM
                return f"{self._raised(body, True)}^{{{exponent}}}", FACTOR
            case Applied(_, sign, body, primes, _, Time() as layer):
                marks = "\\prime" * primes
                return f"{sign}^{{[{_time(layer)}]{marks}}}({self.text(body, SUM)})", ATOM
            case Applied("abs", "|", body):
                return f"|{self.text(body, SUM)}|", ATOM
            case Applied(_, sign, body, primes):
                inside = self.text(body, SUM)
                inside = f"0, {inside}" if sign == "\\max" else inside
                if sign in AXES:
                    return f"\\mathrm{{np.sum}}({inside}, axis={AXES[sign]})", ATOM
                return f"{_primed(sign, primes)}({inside})", ATOM
            case Unknown(sign, arguments):
                inside = ", ".join(self.text(one, SUM) for one in arguments)
                return f"{sign}({inside})", ATOM
            case Positive(Minus(body)):
                return f"[{self.text(body, SUM)} < 0]", ATOM
            case Positive(body):
                return f"[{self.text(body, SUM)} > 0]", ATOM
            case Total():
                return self._total(formula), PRODUCT
            case SquaredNorm(body):
                return f"\\|{self.text(body, SUM)}\\|^{{2}}", FACTOR
            case Leaky(slope, body):
                inside = self.text(body, PRODUCT)
                return f"\\max({self.text(slope, FACTOR)} {inside}, {inside})", ATOM
            case Eye():
                return "I", ATOM
            case Element(body, at):
                return f"({self.text(body, SUM)})_{{{','.join(at)}}}", FACTOR
            case Ones():
                return "\\mathbf{1}", FACTOR
            case Stack(parts):
                return f"[{'; '.join(self.text(one, SUM) for one in parts)}]", ATOM

    def _named(self, one: Quantity | LocalError, mark: str = "") -> str:
        """A sign with its scripts; `mark` stands behind those above."""
        if not self.profile.above:
            return one.sign + self._scripts(one.label, one.time, one.at)
        letters = self.profile.letters
        own = [a for a in one.at if letters.get(a) == self.profile.examples_size]
        sign = one.sign
        if own:
            sign = next((s for s, of in self.profile.examples.items() if of == sign), sign)
        left, right = self.profile.above[0], self.profile.above[-1]
        above = f"{left}{one.label}{right}" if one.label not in ("", EACH) else ""
        above += f"{left}{_time(one.time)}{right}" if one.time is not None else ""
        above += "".join(f"({letter})" for letter in own) + mark
        below = ",".join(letter for letter in one.at if letter not in own)
        below = f"_{{{below}}}" if below else ""
        return f"{sign}^{{{above}}}{below}" if above else f"{sign}{below}"

    def _scripts(self, label: str, time: Time | None, at: tuple[str, ...]) -> str:
        parts = [label] if label not in ("", EACH) else []
        parts += [_time(time)] if time is not None else []
        parts += at
        return f"_{{{','.join(parts)}}}" if parts else ""

    def _gradient(self, of: Quantity, written: str, loss: Quantity | None) -> tuple[str, int]:
        by = self.text(of, FACTOR)
        if written == "\\nabla" and loss is not None:
            return f"\\nabla_{{{by}}} {self.text(loss, FACTOR)}", FACTOR
        if written == "\\partial" and loss is not None:
            return f"\\frac{{\\partial {self.text(loss, FACTOR)}}}{{\\partial {by}}}", ATOM
        return f"{self._prefix(written)}{by}", FACTOR

    @staticmethod
    def _prefix(written: str) -> str:
        return f"{written} " if written.startswith("\\") and written[-1].isalpha() else written

    def _plus(self, terms: tuple[Formula, ...]) -> str:
        text = ""
        for term in terms:
            minus = isinstance(term, Minus)
            body = term.body if isinstance(term, Minus) else term
            sign = (" - " if minus else " + ") if text else ("-" if minus else "")
            text += sign + self.text(body, ELEMENTWISE)
        return text

    def _closed(self, formula: Formula, need: int) -> str:
        """As the left side of a product: a sum would take what follows."""
        return f"({self.text(formula, SUM)})" if _ends_open(formula) else self.text(formula, need)

    def _product(self, left: Formula, right: Formula) -> str:
        first = self._closed(left, PRODUCT)
        second = self.text(right, PRODUCT if isinstance(right, Total) else FACTOR)
        symbol = self.profile.symbols.get(left.sign) if isinstance(left, Quantity) else None
        applied = symbol is not None and symbol.kind == "loss" and second.startswith("(")
        dot = " \\cdot " if second[:1].isdigit() or applied else " "
        return f"{first}{dot}{second}"

    def _raised(self, body: Formula, power: bool = False) -> str:
        """A base that carries a script above; a matrix with a number above might be a layer."""
        if isinstance(body, Gradient) and body.written not in ("\\partial", "\\nabla"):
            return f"({self.text(body, SUM)})" if power else self.text(body, FACTOR)
        if isinstance(body, Quantity):
            symbol = self.profile.symbols.get(body.sign)
            wide = power and symbol is not None and (len(symbol.shape) == 2 or self.profile.above)
            return f"({self.text(body, SUM)})" if wide else self.text(body, FACTOR)
        if isinstance(body, LocalError | Ones):
            return self.text(body, FACTOR)
        return f"({self.text(body, SUM)})"

    def _total(self, total: Total) -> str:
        body = self.text(total.body, PRODUCT)
        if not total.letter:
            return f"\\sum {body}"
        if total.low is None or total.high is None:
            return f"\\sum_{{{total.letter}}} {body}"
        low, high = _time(total.low), _time(total.high)
        return f"\\sum_{{{total.letter}={low}}}^{{{high}}} {body}"


def _ends_open(formula: Formula) -> bool:
    """Whether a sum stands at its end, outside of brackets."""
    match formula:
        case Total():
            return True
        case Product(_, right):
            return isinstance(right, Total)
    return False


def _primed(sign: str, primes: int) -> str:
    """g', and g^{[1]\\prime} for the function of one layer."""
    if primes and sign.endswith("}") and "^" in sign:
        return sign[:-1] + "\\prime" * primes + "}"
    return sign + "'" * primes


def _number(value: Fraction) -> tuple[str, int]:
    if value.denominator == 1:
        return str(value), ATOM
    return f"\\frac{{{value.numerator}}}{{{value.denominator}}}", ATOM


def _time(time: Time) -> str:
    if not time.letter:
        return str(time.shift)
    return f"{time.letter}{time.shift:+d}" if time.shift else time.letter
