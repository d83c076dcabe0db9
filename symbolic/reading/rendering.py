"""Formula → LaTeX in the letters of a profile, so that a reader sees how a formula was understood.

What is printed reads back to the same formula: ranges are written out, brackets are explicit.
"""

from __future__ import annotations

from fractions import Fraction

from symbolic.indexed import Count, Num, Shifted, Size, Var
from symbolic.reading.biases import NEURON as BIAS
from symbolic.reading.formulas import (
    FROM,
    LAYER,
    QUARTER,
    SORTS,
    TO,
    TYPED,
    UNWRITTEN,
    Applied,
    Call,
    Formula,
    Partial,
    Plus,
    Power,
    Range,
    Read,
    SumOver,
    Times,
    times,
)
from symbolic.reading.profile import Profile, Symbol
from symbolic.reading.scripts import from_last_layer, later, numbered, shown
from symbolic.reading.vocabulary import FUNCTIONS

Index = Shifted | int


def render(formula: Formula, profile: Profile) -> str:
    """The formula as LaTeX.

    >>> from symbolic.reading.profile import open_profile
    >>> J = Var("j", SORTS["neuron"])
    >>> render(Power(Read("e", (J, UNWRITTEN)), Fraction(2)), open_profile("haykin"))
    '(e_{j})^{2}'
    """
    return Writer(profile).sum(formula)


class Writer:
    """Writes formulas; whoever writes some of them otherwise derives from it."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile

    def sum(self, formula: Formula) -> str:
        terms = formula.terms if isinstance(formula, Plus) else (formula,)
        text = ""
        for term in terms:
            minus = _is_negative(term)
            body = self.product(times(Num(Fraction(-1)), term) if minus else term)
            sign = (" - " if minus else " + ") if text else ("-" if minus else "")
            text += sign + body
        return text

    def product(self, formula: Formula) -> str:
        formula = _with_pi(formula)
        if not isinstance(formula, Times):
            return self.factor(formula, last=True)
        parts = as_fraction(formula)
        if parts is not None:
            above, below = parts
            return f"\\frac{{{self.sum(above)}}}{{{self.sum(below)}}}"
        quotients = in_quotients(formula)
        final = len(quotients) - 1
        return " ".join(
            self.factor(above, n == final)
            if below is None
            else f"\\frac{{{self.sum(above)}}}{{{self.sum(below)}}}"
            for n, (above, below) in enumerate(quotients)
        )

    def factor(self, formula: Formula, last: bool = False) -> str:
        match formula:
            case Num(value):
                if value < 0:
                    return f"({self.sum(formula)})"
                if value.denominator == 1:
                    return str(value)
                return f"\\frac{{{value.numerator}}}{{{value.denominator}}}"
            case Count(size):
                return self.size(size)
            case Read():
                return self.quantity(formula)
            case Plus() | Times():
                return f"({self.sum(formula)})"
            case Power(base, exponent):
                if exponent == Fraction(1, 2):
                    return f"\\sqrt{{{self.sum(base)}}}"
                if exponent == -1 and not isinstance(base, Num):
                    return f"\\frac{{1}}{{{self.sum(base)}}}"
                return f"({self.sum(base)})^{{{exponent}}}"
            case Call("abs", argument):
                return f"\\lvert {self.sum(argument)} \\rvert"
            case Call("relu", argument):
                return f"\\max(0, {self.sum(argument)})"
            case Call(name, argument):
                command = f"\\{name}" if name in FUNCTIONS else f"\\operatorname{{{name}}}"
                return f"{command}({self.sum(argument)})"
            case Applied(function, at, argument, order, sign):
                symbol = self.profile.symbol(sign) or self.profile.of_array(function)
                primes = "'" * order
                below = self.scripts(symbol, at)
                return f"{symbol.sign}{primes}{below}({self.sum(argument)})"
            case SumOver(letter, Range("uses"), SumOver(other, Range("uses"), body)):
                one, sign = f"{letter.name},{other.name}", self.profile.of_array("w").sign
                text = f"\\sum_{{({one}): {sign}_{{{one}}} = {sign}}} {self.body(body)}"
                return text if last else f"({text})"
            case SumOver(letter, span, body):
                text = f"\\sum{self.span(letter, span)} {self.body(body)}"
                return text if last else f"({text})"
            case Partial(of, by):
                under = f"\\partial {self.factor(by)}"
                if isinstance(of, Read):
                    return f"\\frac{{\\partial {self.factor(of)}}}{{{under}}}"
                return f"\\frac{{\\partial}}{{{under}}}({self.sum(of)})"

    def body(self, body: Formula) -> str:
        if isinstance(body, Plus) or _is_negative(body):
            return f"({self.sum(body)})"
        return self.product(body)

    def span(self, letter: Var, span: Range) -> str:
        if span.first:
            return f"_{{{letter.name}={span.first}}}^{{{span.last}}}"
        if span.kind in ("output", "hidden"):
            return f"_{{{letter.name} \\in \\text{{{span.kind} neurons}}}}"
        if span.kind == "fed":
            return f"_{{{letter.name} \\in \\text{{neurons fed by ${span.of}$}}}}"
        if span.kind == "feeding" and span.of:
            return f"_{{{letter.name} \\in \\text{{Upstream}}({span.of})}}"
        return f"_{{{letter.name}}}"

    def quantity(self, read: Read) -> str:
        if read.array == TYPED:
            return read.sign
        symbol = self.profile.symbol(read.sign) if read.sign else None
        change = read.array.startswith("d") and len(read.array) > 1 and read.array != "delta"
        array = read.array[1:] if change else read.array
        symbol = symbol or self.profile.of_array("delta" if array == "same" else array)
        sign = read.sign or symbol.sign
        if array == "same":
            return f"{sign}_{{{_joined([self.index(i) for i in read.at])}}}"
        at = read.at
        if array == "b" and symbol.kind == "weight":  # the bias of neuron j is written w_{j0}
            at = (*at[:1], BIAS, *at[1:])
        own_sign = self.own(symbol, at)
        if not change:
            return own_sign or sign + self.scripts(symbol, at)
        prefix = next(s.sign for s in self.profile.symbols.values() if s.kind == "change")
        wanted = len([s for s in symbol.subscript + symbol.superscript if s != "sample"])
        own = at[wanted:]
        sample = f"_{{{self.index(own[0])}}}" if own and own[0] != UNWRITTEN else ""
        written = self.own(symbol, at[:wanted])
        return f"{prefix}{sample} {written or sign + self.scripts(symbol, at[:wanted])}"

    def own(self, symbol: Symbol, at: tuple[Index, ...]) -> str:
        """The sign of an input signal or a weight that has one of its own: x_1, w_a."""
        units = self.profile.units
        if symbol.array == "w" and at == (TO, FROM):
            return symbol.sign
        numbers = tuple(i for i in at if isinstance(i, int))
        sign = units.own.get((symbol.array, numbers), "") if units is not None else ""
        samples = [i for i in at if not isinstance(i, int) and i != UNWRITTEN]
        return sign + "".join(f"^{{{self.index(i)}}}" for i in samples) if sign else ""

    def scripts(self, symbol: Symbol, at: tuple[Index, ...]) -> str:
        """The scripts in the order of the profile; the indices come layer, neurons, sample."""
        layered = "layer" in symbol.superscript + symbol.subscript
        placed = at and not (isinstance(at[0], Var) and at[0].sort != LAYER)
        layer = (later(at[0], -symbol.step),) if layered and placed else ()
        sample = tuple(i for i in at if isinstance(i, Var) and i.sort == UNWRITTEN.sort)
        neurons = tuple(i for i in at[len(layer) :] if i not in sample)
        if symbol.order == "from to":
            neurons = neurons[::-1]
        queues: dict[str, list[Index]] = {
            "layer": list(layer),
            "neuron": list(neurons),
            "sample": [i for i in sample if i != UNWRITTEN],
        }
        below = [self.index(queues[s].pop(0)) for s in symbol.subscript if queues[s]]
        above = [self.index(queues[s].pop(0)) for s in symbol.superscript if queues[s]]
        text = f"_{{{_joined(below)}}}" if below else ""
        return text + (f"^{{{_joined(above)}}}" if above else "")

    def index(self, at: Index) -> str:
        if self.profile.depth and (step := from_last_layer(at)) is not None:
            return f"[{self.profile.depth + step}]"
        if isinstance(at, Var) and at.sort != LAYER:
            return at.name
        if isinstance(at, Size):
            return self.size(at.name)
        if isinstance(at, int) and self.profile.units is not None:
            return self.profile.units.latex.get(at, str(at))
        return numbered(shown(at))

    def size(self, name: str) -> str:
        """The profile's letter for a size."""
        sort = next((s.name for s in SORTS.values() if s.extent().name == name), LAYER.name)
        return next((sign for sign, of in self.profile.sizes.items() if of == sort), name)


def _with_pi(formula: Formula) -> Formula:
    """The product with π for 4 arctan(1)."""
    factors = formula.factors if isinstance(formula, Times) else (formula,)
    if QUARTER not in factors:
        return formula
    quarter = times(Num(Fraction(1, 4)), Read(TYPED, (), "\\pi"))
    return times(*(quarter if one == QUARTER else one for one in factors))


def as_fraction(formula: Formula) -> tuple[Formula, Formula] | None:
    """Numerator and denominator of a product that ends in one, and has no other and no sum."""
    if not isinstance(formula, Times):
        return None
    *above, last = formula.factors
    upright = not any(isinstance(one, SumOver) or _divides(one) for one in above)
    if not (_divides(last) and upright):
        return None
    assert isinstance(last, Power)
    return times(*above), last.base


def in_quotients(formula: Times) -> list[tuple[Formula, Formula | None]]:
    """The factors, each with the one after it as its denominator where that divides: b/a · c."""
    found: list[tuple[Formula, Formula | None]] = []
    for factor in formula.factors:
        if isinstance(factor, Power) and _divides(factor) and found:
            above, below = found[-1]
            if below is None and not isinstance(above, SumOver) and not _divides(above):
                found[-1] = above, factor.base
                continue
        found.append((factor, None))
    return found


def _divides(formula: Formula) -> bool:
    return isinstance(formula, Power) and formula.exponent == -1


def _joined(indices: list[str]) -> str:
    """ji, but \\xi,j and 1,0: a comma where the letters would run together."""
    plain = all(len(one) == 1 and one.isalpha() for one in indices)
    return ("" if plain else ",").join(indices)


def _is_negative(formula: Formula) -> bool:
    first = formula.factors[0] if isinstance(formula, Times) else formula
    return isinstance(first, Num) and first.value < 0
