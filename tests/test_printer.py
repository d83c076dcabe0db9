"""How terms look, and that a reader who knows only school algebra reads them back rightly."""

from __future__ import annotations

import random
import re
import time
from fractions import Fraction

import pytest
from page_example import wide

from reports.breaking import lines
from reports.latex_printer import LatexPrinter, latex_of
from reports.plain import PlainPrinter, plain_of
from reports.printer import Piece
from symbolic.notation import ES, ETA, E, I, J, K, N, W, delta, dw, e, slope, v, w, y
from symbolic.terms import (
    KINDS,
    Add,
    Call,
    Cases,
    Condition,
    Constant,
    Frac,
    Mul,
    Num,
    Partial,
    PartialKind,
    Phi,
    Pow,
    Range,
    RangeKind,
    Relation,
    Sign,
    Sum,
    Term,
    Var,
    num,
)

FED = Range(RangeKind.FED_BY, (K,), (J,))
SAMPLES = Range(RangeKind.SAMPLES)
LOOKS: tuple[tuple[Term, str, str], ...] = (
    (w(J, I), "w_{ji}(n)", "w_ji"),
    (w("6", "3"), "w_{63}(n)", "w_63"),
    (w("10", "3"), "w_{10,3}(n)", "w_10,3"),
    (w("h", "x1"), "w_{h,x_1}(n)", "w_h,x1"),
    (w("hid", "0"), r"w_{\mathrm{hid},0}(n)", "w_hid,0"),
    (Sign("w", ("w_a",)), "w_a(n)", "w_a"),
    (Sign("w", ("w_h_x1",)), "w_{h,x_1}(n)", "w_h,x1"),
    (Sign("dw", (W,)), r"\Delta w(n)", "Δw"),
    (y("x1"), "x_1(n)", "x_1"),
    (y("0"), "y_0", "y_0"),
    (Sign("v"), "v", "v"),
    (e(J) ** 2, "e_j^2(n)", "e_j²"),
    (Sum(SAMPLES, e(J) ** 2), r"\sum_{\xi=1}^{N} \bigl(e_j^{\xi}(n)\bigr)^2", "Σ_ξ (e_j^ξ)²"),
    (ES, r"\mathcal{E}^{\xi}(n)", "𝓔^ξ"),
    (slope(J), r"\varphi_j'\bigl(v_j(n)\bigr)", "φ_j'(v_j)"),
    (Call("exp", Sign("v")), r"\mathrm{e}^{v}", "exp(v)"),
    (Call("abs", Sign("v")), r"\lvert v \rvert", "|v|"),
    (Call("tanh", Sign("v")) ** 2, r"\tanh^2(v)", "tanh(v)²"),
    (Constant("pi"), r"\pi", "π"),
    (Sign("y") * (1 - Sign("y")), "y (1 - y)", "y (1 − y)"),
    (-(Sign("d") - Sign("y")), "-(d - y)", "−(d − y)"),
    (Sum(FED, delta(K)) * w(K, J), None or "", "(Σ_k δ_k) w_kj"),
    (num(2) * num(3), r"2 \cdot 3", "2 · 3"),
    (num("1/2") * Sign("e") ** 2, r"\frac{1}{2} e^2", "½ e²"),
    (Frac(num(1), N), r"\frac{1}{N}", "1/N"),
    (Frac(num(1), N) * Sign("e"), r"\frac{1}{N} e", "(1/N) e"),
    (
        Partial(E, v(J), PartialKind.TOTAL),
        r"\frac{\partial \mathcal{E}(n)}{\partial v_j(n)}",
        "∂𝓔/∂v_j",
    ),
    (
        Cases(((Condition(Sign("v"), Relation.GREATER, num(0)), Sign("v")),), num(0)),
        r"\begin{cases} v & \text{if } v > 0 \\ 0 & \text{otherwise} \end{cases}",
        "{v if v > 0; 0 otherwise}",
    ),
    (Add((Sign("d"), num(-1))), "d - 1", "d − 1"),
)


@pytest.mark.parametrize(("term", "latex", "plain"), LOOKS)
def test_terms_look_as_the_textbook_writes_them(term: Term, latex: str, plain: str) -> None:
    if latex:
        assert latex_of(term) == latex
    assert plain_of(term) == plain


def test_every_kind_of_term_is_shown() -> None:
    shown = {type(term) for term, _, _ in LOOKS}
    assert shown >= set(KINDS) - {Phi, Pow, Mul, Num, Frac, Sum}
    for kind in KINDS:
        example = EXAMPLES[kind]
        assert latex_of(example)
        assert plain_of(example)


EXAMPLES: dict[type, Term] = {
    Num: num("3/4"),
    Constant: Constant("pi"),
    Sign: ETA,
    Add: v(J) + 1,
    Mul: v(J) * 2,
    Frac: v(J) / N,
    Pow: v(J) ** Fraction(1, 2),
    Call: Call("erf", v(J)),
    Phi: slope(J),
    Cases: Cases(((Condition(v(J), Relation.AT_MOST, num(0)), num(0)),), v(J)),
    Partial: Partial(E, w(J, I), PartialKind.TOTAL),
    Sum: Sum(FED, delta(K) * w(K, J)),
}


def test_every_range_can_be_named() -> None:
    letters = {RangeKind.USES: (J, I), RangeKind.SAMPLES: ()}
    seen = set()
    for kind in RangeKind:
        term = Sum(Range(kind, letters.get(kind, (K,)), (J,)), num(1))
        seen.add(LatexPrinter(explicit=True).term(term))
    assert len(seen) == len(RangeKind)


def test_a_brace_names_a_part() -> None:
    term = ETA * Sum(SAMPLES, delta(J) * y(I))
    drawn = latex_of(term, braces=((delta(J), r"\text{local gradient}"),))
    assert r"\underbrace{\delta_j^{\xi}(n)}_{\text{local gradient}}" in drawn
    assert latex_of(dw(J, I)) == r"\Delta w_{ji}(n)"


def test_five_thousand_terms_print_in_a_moment() -> None:
    start = time.process_time()
    for write in (latex_of, plain_of):
        assert write(wide(5000)).count("d_") == 5000
    assert time.process_time() - start < 1.0


POINT = {"v": Fraction(7, 3), "y": Fraction(-5, 11), "d": Fraction(13, 17)}


def random_term(random_: random.Random, depth: int) -> Term:
    if depth == 0:
        numbers = (num(2), num(3), num("3/5"), num(-2), num("1/2"))
        return random_.choice((*map(Sign, POINT), *numbers))
    parts = tuple(random_term(random_, depth - 1) for _ in range(random_.choice((1, 2, 2, 3))))
    match random_.choice("+*/^-a"):
        case "+":
            return Add(parts)
        case "*":
            return Mul(parts)
        case "/":
            return Frac(parts[0], parts[-1])
        case "^":
            return Pow(parts[0], Fraction(random_.choice((2, 3))))
        case "-":
            return -parts[0]
        case _:
            return Call("abs", parts[0])


def worth(term: Term) -> Fraction:
    match term:
        case Num(number):
            return number
        case Sign(letter):
            return POINT[letter]
        case Add(terms):
            return sum(map(worth, terms), Fraction(0))
        case Mul(factors):
            product = Fraction(1)
            for factor in factors:
                product *= worth(factor)
            return product
        case Frac(numerator, denominator):
            return worth(numerator) / worth(denominator)
        case Pow(base, exponent):
            return worth(base) ** int(exponent)
        case Call(_, argument):
            return abs(worth(argument))
    raise AssertionError(term)


class Reader:
    """School algebra: juxtaposition binds as a product, / inside a product needs its brackets."""

    def __init__(self, text: str) -> None:
        self.tokens = re.findall(r"\\frac|\d+|[a-z]|[-+*/^(){}|]", text)
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        assert not wanted or token == wanted, (token, wanted, self.tokens)
        self.at += 1
        return token

    def sum(self, stop: str) -> Fraction:
        total = self.product(stop)
        while self.peek() in ("+", "-"):
            sign = 1 if self.take() == "+" else -1
            total += sign * self.product(stop)
        return total

    def product(self, stop: str) -> Fraction:
        if self.peek() == "-":
            self.take()
            return -self.product(stop)
        total = self.power()
        while self.peek() not in ("", "+", "-", stop):
            if self.peek() == "*":
                self.take()
            if self.peek() == "/":
                self.take()
                total /= self.power()
            else:
                total *= self.power()
        return total

    def power(self) -> Fraction:
        base = self.atom()
        if self.peek() == "^":
            self.take()
            return base ** int(self.take())
        return base

    def atom(self) -> Fraction:
        token = self.take()
        if token in "({|":
            stop = {"(": ")", "{": "}", "|": "|"}[token]
            inside = self.sum(stop)
            self.take(stop)
            return abs(inside) if token == "|" else inside
        if token == r"\frac":
            return self.atom() / self.atom()
        return POINT[token] if token in POINT else Fraction(int(token))


def from_latex(text: str) -> str:
    text = re.sub(r"\\(?:[bB]igg?[lr]|left|right)(?=[()])", "", text)
    text = text.replace(r"\lvert", "(@").replace(r"\rvert", ")")
    return text.replace(r"\cdot", "*").replace(r"\,", " ")


def from_plain(text: str) -> str:
    text = text.replace("−", "-").replace("·", "*").replace("½", "(1/2)")
    return text.replace("²", "^2").replace("³", "^3")


def test_what_is_printed_reads_back_with_the_same_value() -> None:
    random_ = random.Random(20)
    compared = 0
    while compared < 3000:
        term = random_term(random_, random_.choice((1, 2, 3)))
        if any(isinstance(part, Call) for part in _all(term)):
            continue
        try:
            value = worth(term)
        except ZeroDivisionError:
            continue
        for text in (from_latex(latex_of(term)), from_plain(plain_of(term))):
            assert Reader(text).sum("") == value, (text, term)
        compared += 1


def test_a_broken_formula_reads_back_with_the_same_value() -> None:
    random_ = random.Random(7)
    broken = 0
    while broken < 600:
        term = random_term(random_, 3)
        if any(isinstance(part, Call) for part in _all(term)):
            continue
        try:
            value = worth(term)
        except ZeroDivisionError:
            continue
        for printer, read in ((LatexPrinter(), from_latex), (PlainPrinter(), from_plain)):
            rows = lines(printer.pieces(term), 8, len, "#")
            broken += len(rows) > 1
            if "#" not in " ".join(rows):
                assert Reader(read(" ".join(rows))).sum("") == value, (rows, term)


def test_a_long_sum_is_written_with_dots_where_asked() -> None:
    assert plain_of(wide(5).right, most=4) == "d_0 w_01 + d_1 w_12 + ⋯ + d_4 w_45"
    assert plain_of(wide(4).right, most=4).count("+") == 3
    assert latex_of(wide(5000).right, most=4).count("d_") == 3


def test_the_set_of_an_unusual_sum_is_named() -> None:
    def over(kind: RangeKind, letter: Var, *of: Var) -> str:
        return plain_of(Sum(Range(kind, (letter,), of), num(1)))

    assert over(RangeKind.FED_BY, K, J) == "Σ_k 1"
    assert over(RangeKind.FEEDING, I, J) == "Σ_i 1"
    assert over(RangeKind.FEEDING, K, J) == "Σ[k feeding j] 1"
    assert over(RangeKind.NEURONS, K) == "Σ[all neurons k] 1"
    assert over(RangeKind.OUTPUTS, J) == "Σ_j 1"
    assert over(RangeKind.OUTPUTS, K) == "Σ[outputs k] 1"
    assert over(RangeKind.HIDDEN, K) == "Σ[hidden k] 1"


def test_different_units_and_weights_look_different() -> None:
    names = ["j", "k", "n", "N", "E", "xi", "eta", "lambda", "x", "x1", "a_b", "h1", "12", "1", "2"]
    own = ["bias", "w", "w1", "y_1", "N", "eta", "k", "k2", "v", "xi", "delta", "w_a", "w_h_x1"]
    signs = [Sign(letter, (name,)) for letter in ("v", "y", "delta") for name in names]
    signs += [Sign("v", (letter,)) for letter in (I, J, K)]
    signs += [w(to, source) for to in names for source in names]
    signs += [Sign("w", (name,)) for name in own]
    drawn = [latex_of(sign) for sign in signs]
    assert [text for text in drawn if drawn.count(text) > 1] == []


def _all(term: Term) -> list[Term]:
    from symbolic.terms import walk

    return list(walk(term))


def test_a_line_ends_before_a_factor_rather_than_within_it() -> None:
    bracket = [Piece("(aaaa", 1, " ", "* "), Piece("+ bbbb)", 2)]
    assert lines([Piece("xxxxxx", 0), *bracket], 15, len, "…") == ["xxxxxx", "* (aaaa + bbbb)"]
    long = [Piece("(aaaa", 1, " ", "* "), Piece("+ bbbb", 2), Piece("+ cccc)", 2)]
    assert lines([Piece("xxxxxx", 0), *long], 15, len, "…") == ["xxxxxx (aaaa", "+ bbbb + cccc)"]
    sign = [Piece("+ (aaaa", 1), Piece("+ bbbb", 2), Piece("+ cccc)", 2)]
    assert lines([Piece("xxxxxx", 0), *sign], 15, len, "…") == [
        "xxxxxx",
        "+ (aaaa + bbbb",
        "+ cccc)",
    ]
