"""The factors of a product of arrays, from left to right: functions, derivatives, quantities."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from symbolic.reading.anywhere import EULER
from symbolic.reading.arrays.classes import chosen
from symbolic.reading.arrays.formulas import (
    Applied,
    Change,
    Element,
    Elementwise,
    Eye,
    Formula,
    Gradient,
    LocalError,
    Number,
    Over,
    Power,
    Product,
    Quantity,
    Size,
    Stack,
    Total,
    Transposed,
)
from symbolic.reading.arrays.profile import OPEN, ArraySymbol
from symbolic.reading.arrays.scripts import is_transpose, scripts_of
from symbolic.reading.arrays.written_derivatives import DIFFERENTIAL, Derivatives
from symbolic.reading.arrays.written_functions import Functions
from symbolic.reading.scripts import parts, power_of
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tree import (
    Addition,
    BigSum,
    Braced,
    Condition,
    Group,
    Inner,
    Letter,
    Mark,
    Node,
    Norm,
    Quotient,
    Root,
    Scripted,
)
from symbolic.reading.tree import Number as Digits
from symbolic.reading.tree import Product as Beside


class Factors(Derivatives, Functions):
    """The factors of one product, from left to right.

    Side by side binds closer than ⊙, and both closer than + and −.
    """

    def all(self) -> Formula:
        found: Formula | None = None
        before = 1  # how many factors stand side by side before the next ⊙
        while self.n < len(self.factors):
            start = self.n
            sign = self.signs[start]
            one, beside = self._run()
            at = self.factors[start].at
            if found is None:
                found, before = one, beside
            elif sign == "o":
                found, before = Elementwise(found, one, at, (before, beside)), 0
            else:
                raise AssertionError(sign)
        assert found is not None
        return found

    def _run(self) -> tuple[Formula, int]:
        """The factors up to the next ⊙, and how many of them are multiplied side by side."""
        found, beside = self._operand(), 1
        while self.n < len(self.factors) and self.signs[self.n] != "o":
            sign, at = self.signs[self.n], self.factors[self.n].at
            one = self._operand()
            if sign == "/":
                if self.n < len(self.factors) and self.signs[self.n] != "o":
                    raise NotUnderstood(
                        "a/b c may mean (a/b) c or a/(b c).", "Write \\frac or brackets.", at
                    )
                found, beside = Over(found, one, at), 1
            else:
                one = self._counted(found, one)
                found, beside = Product(found, one, sign == "*", at), beside + 1
        return found, beside

    def _operand(self) -> Formula:
        node = self.factors[self.n]
        slash = self._stroke()
        if slash:
            return self._slashed(slash)
        self.n += 1
        by = self.by
        match node:
            case Digits(text):
                return Number(Fraction(text), node.at)
            case Addition() | Beside():
                return by.read(node)
            case Group(items):
                return self._group(items, node)
            case Quotient(top, bottom):
                return self._quotient(top, bottom, node)
            case BigSum():
                return by.total(node)
            case Root(inside):
                return Power(by.read(inside), Fraction(1, 2), node.at)
            case Braced(inside):
                return by.read(inside)
            case Letter():
                return self._named(Scripted(node, None, None, 0, node.at))
            case Scripted(Letter()):
                return self._named(node)
            case Mark() | Scripted(Mark()):
                return self._mark(node)
            case Norm() | Scripted(Norm(), _, _, 0):
                return self._norm(node)
            case Inner(left, right):
                return self._inner(left, right, node)
            case Scripted(Inner(left, right), Letter("F"), None, 0):
                return self._inner(left, right, node)
            case Condition():
                return self._condition(node)
            case Scripted(Braced(inside), _, _, 0):
                raise NotUnderstood(
                    "A label under a brace is not read here.", "Claim it by itself.", node.at
                )
            case Scripted(Group((inside,)), below, None, 0) if below is not None:
                return self._element(by.read(inside), below)
            case Scripted(Root() | Group() | Quotient() | Beside() as base, None, above, 0) if (
                above is not None
            ):
                inner = Factors(by, (base,), ("",)).all()
                return by.powered(inner, above, isinstance(base, Group))
        raise NotUnderstood("These signs are not understood here.", "", node.at)

    def _counted(self, factor: Formula, one: Formula) -> Formula:
        """1/D Σ_j is a mean over D elements."""
        while isinstance(factor, Product):
            factor = factor.right
        match factor, one:
            case Over(Number(), Size(name)), Total(letter, size="") if (
                name in self.profile.lengths and self.profile.letters.get(letter) == OPEN
            ):
                return replace(one, size=name)
        return one

    def _element(self, whole: Formula, below: Node) -> Formula:
        """(∇_{o_t} L)_i: the element of a vector, (A B)_{ij} that of a matrix."""
        letters = parts(below) if not isinstance(below, Beside) else list(below.factors)
        at = tuple(one.name for one in letters if isinstance(one, Letter))
        if len(at) < len(letters) or not all(letter in self.profile.letters for letter in at):
            raise NotUnderstood("What stands below a bracket is no index.", "", below.at)
        match whole:
            case Quantity(at=()) | LocalError(at=()):
                return replace(whole, at=at)
            case Gradient(of=Quantity(at=()) as of):
                return replace(whole, of=replace(of, at=at))
        return Element(whole, at, below.at)

    def _group(self, items: tuple[Node, ...], node: Node) -> Formula:
        if len(items) == 1:
            return self.by.read(items[0])
        functions = [_function_sign(item) for item in items]
        if not all(sign in self.profile.functions for sign in functions):
            return Stack(tuple(map(self.by.read, items)), node.at)
        rest = self.factors[self.n :]
        if not rest:
            raise NotUnderstood("To what are these functions applied?", "", node.at)
        signs = ("", *self.signs[self.n + 1 :])
        self.n = len(self.factors)
        body = Factors(self.by, rest, signs).all()
        known = self.profile.functions
        return Stack(tuple(Applied(known[s], s, body, 0, node.at) for s in functions), node.at)

    def _named(self, node: Scripted) -> Formula:
        assert isinstance(node.base, Letter)
        name, profile = node.base.name, self.profile
        bare = node.sub is None and node.sup is None and not node.primes
        if bare and name in profile.derivatives and self._differentiates():
            return self._prefixed(name, node)
        if bare and name in profile.derivatives and self._is_differential():
            raise NotUnderstood(DIFFERENTIAL, "Write \\frac{\\partial L}{\\partial X}.", node.at)
        function = profile.functions.get(name)
        if function == "ones":
            return self._ones(node)
        if function == "eye":
            return self.by.finished(Eye(node.at), scripts_of(node, False, profile, {}), node)
        if function is not None:
            return self._applied(function, name, node)
        if name in (*profile.sizes, *profile.lengths) and node.sub is None and not node.primes:
            return self._powered_size(name, node)
        if name in EULER and name not in profile.symbols and _is_exponential(node):
            sign = next((s for s, what in profile.functions.items() if what == "exp"), "")
            if sign and node.sup is not None:
                return Applied("exp", sign, self.by.read(node.sup), 0, node.at)
        if name == "\\pi" and bare and name not in profile.symbols:
            return self._pi(node)
        symbol = self.by.symbol(node.base)
        if symbol.kind == "delta":
            return self._delta(symbol, node)
        if symbol.kind == "change":
            return Change(self._next_quantity(node), node.at)
        if symbol.kind == "value" and isinstance(node.sub, Scripted):
            one = chosen(self.by, node.sub)
            whole = self._named(replace(node, sub=None))
            return Product(Transposed(one, node.at), whole, place=node.at)
        quantity, scripts = self.by.quantity(node)
        if symbol.kind == "loss" and self._argument_follows():
            unknown = self._unknown(name, node)
            same = {one.time for one in unknown.arguments if isinstance(one, Quantity)}
            if quantity.time is not None and same <= {quantity.time, None}:
                return quantity  # L_t(h_t) shows what it is a function of
            return unknown
        return self.by.finished(quantity, scripts, node)

    def _pi(self, node: Scripted) -> Formula:
        """π = 4 arctan(1)."""
        quarter = Applied("arctan", "\\arctan", Number(Fraction(1), node.at), 0, node.at)
        return Product(Number(Fraction(4), node.at), quarter, True, node.at)

    def _powered_size(self, name: str, node: Scripted) -> Formula:
        size = Size(name, node.at)
        if node.sup is None:
            return size
        if power_of(node.sup) is None:
            raise NotUnderstood("This superscript is no power.", "", node.sup.at)
        return self.by.powered(size, node.sup)

    def _delta(self, symbol: ArraySymbol, node: Scripted) -> Formula:
        if node.primes:
            raise NotUnderstood(f"{symbol.sign} is no function.", "", node.at)
        scripts = scripts_of(node, symbol.time, self.profile, self.by.labels)
        error = LocalError(symbol.sign, scripts.label, scripts.time, scripts.at, node.at)
        return self.by.finished(error, scripts, node)

    def _mark(self, node: Mark | Scripted) -> Formula:
        base = node.base if isinstance(node, Scripted) else node
        assert isinstance(base, Mark)
        whole = node if isinstance(node, Scripted) else Scripted(base, None, None, 0, base.at)
        if base.kind == "NABLA":
            return self._nabla(whole)
        if base.text == "\\max":
            return self._relu(whole)
        if base.kind == "PARTIAL" and base.text in self.profile.derivatives:
            plain = whole.sub is None and whole.sup is None and not whole.primes
            if plain and self._differentiates():
                return self._prefixed(base.text, whole)
        function = self.profile.functions.get(base.text)
        if function is not None:
            return self._applied(function, base.text, whole)
        raise NotUnderstood(f"{base.text} cannot stand here.", "", node.at)


def _is_exponential(node: Scripted) -> bool:
    """Whether it is e to a power, and no transposed e."""
    plain = node.sub is None and not node.primes
    return plain and node.sup is not None and not is_transpose(node.sup)


def _function_sign(node: Node) -> str:
    return node.name if isinstance(node, Letter) else node.text if isinstance(node, Mark) else ""
