"""The factors of a product of arrays, from left to right: functions, derivatives, quantities."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic.reading.anywhere import EULER
from symbolic.reading.arrays.classes import chosen, class_element, of_class
from symbolic.reading.arrays.formulas import (
    Applied,
    Change,
    Elementwise,
    Formula,
    Gradient,
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
    SquaredNorm,
    Stack,
    Time,
    Transposed,
    Unknown,
)
from symbolic.reading.arrays.profile import ArrayProfile, ArraySymbol
from symbolic.reading.arrays.scripts import is_transpose, label_of, scripts_of, time_of
from symbolic.reading.scripts import power_of
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tree import (
    Addition,
    BigSum,
    Braced,
    Condition,
    Group,
    Letter,
    Mark,
    Node,
    Norm,
    Quotient,
    Related,
    Root,
    Scripted,
)
from symbolic.reading.tree import Number as Digits
from symbolic.reading.tree import Product as Beside

if TYPE_CHECKING:
    from symbolic.reading.arrays.elaborate import Elaborator


def _is_exponential(node: Scripted) -> bool:
    """Whether it is e to a power, and no transposed e."""
    plain = node.sub is None and not node.primes
    return plain and node.sup is not None and not is_transpose(node.sup)


def _function_sign(node: Node) -> str:
    return node.name if isinstance(node, Letter) else node.text if isinstance(node, Mark) else ""


def labelled(name: str, node: Scripted, profile: ArrayProfile) -> tuple[str, Time | None, Scripted]:
    """The function of one layer, g^{[1]} or g^{[l]\\prime}: its own name, or its layer."""
    match node.sup:
        case Group((label,)):
            primes = node.primes
        case Scripted(Group((label,)), None, None, marks):
            primes = node.primes + marks
        case _:
            return name, None, node
    plain = replace(node, sup=None, primes=primes)
    if profile.time:
        return name, time_of(label, profile), plain
    return f"{name}^{{[{label_of(label)}]}}", None, plain


class Factors:
    """The factors of one product, from left to right.

    Side by side binds closer than ⊙, and both closer than + and −.
    """

    def __init__(self, by: Elaborator, factors: tuple[Node, ...], signs: tuple[str, ...]) -> None:
        self.by, self.factors, self.signs, self.n = by, factors, signs, 0
        self.profile = by.profile

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
                found, beside = Product(found, one, sign == "*", at), beside + 1
        return found, beside

    def _operand(self) -> Formula:
        node = self.factors[self.n]
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
            case Scripted(Norm(inside), below, above, 0):
                return self._norm(inside, below, above, node)
            case Norm():
                raise NotUnderstood("A norm is read squared only.", "Write \\|…\\|^2.", node.at)
            case Condition():
                return self._condition(node)
            case Scripted(Braced(inside), _, _, 0):
                raise NotUnderstood(
                    "A label under a brace is not read here.", "Claim it by itself.", node.at
                )
            case Scripted(Group((inside,)), Letter() as below, None, 0):
                return self._element(by.read(inside), below)
            case Scripted(Root() | Group() | Quotient() | Beside() as base, None, above, 0) if (
                above is not None
            ):
                inner = Factors(by, (base,), ("",)).all()
                return by.powered(inner, above, isinstance(base, Group))
        raise NotUnderstood("These signs are not understood here.", "", node.at)

    def _element(self, whole: Formula, below: Letter) -> Formula:
        """(∇_{o_t} L)_i: the element of a vector, of a sum that of each term."""
        match whole:
            case Quantity(at=()) | LocalError(at=()) if below.name in self.profile.letters:
                return replace(whole, at=(below.name,))
            case Gradient(of=Quantity(at=()) as of) if below.name in self.profile.letters:
                return replace(whole, of=replace(of, at=(below.name,)))
            case Plus(terms):
                return replace(whole, terms=tuple(self._element(one, below) for one in terms))
            case Minus(body):
                return replace(whole, body=self._element(body, below))
        raise NotUnderstood(
            "An index stands at a bracket.", "Write it at each sign within.", below.at
        )

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

    # -- letters

    def _named(self, node: Scripted) -> Formula:
        assert isinstance(node.base, Letter)
        name, profile = node.base.name, self.profile
        bare = node.sub is None and node.sup is None and not node.primes
        if bare and name in profile.derivatives and self._differentiates():
            return self._prefixed(name, node)
        function = profile.functions.get(name)
        if function == "ones":
            return self._ones(node)
        if function is not None:
            return self._applied(function, name, node)
        if name in profile.sizes and node.sub is None and not node.primes:
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

    def _differentiates(self) -> bool:
        """Whether the next factor is a sign that the loss may be differentiated by."""
        following = self.factors[self.n] if self.n < len(self.factors) else None
        base = following.base if isinstance(following, Scripted) else following
        joined = self.n < len(self.factors) and self.signs[self.n] == ""
        symbol = self.profile.symbols.get(base.name) if isinstance(base, Letter) else None
        return joined and symbol is not None and symbol.kind in ("data", "weight", "value")

    def _prefixed(self, name: str, node: Scripted) -> Formula:
        """dW, and dW^T, which is (dW)^T."""
        following = self.factors[self.n]
        self.n += 1
        if isinstance(following, Letter):
            following = Scripted(following, None, None, 0, following.at)
        assert isinstance(following, Scripted)
        quantity, scripts = self.by.quantity(following)
        gradient = Gradient(quantity, name, None, node.at)
        return self.by.finished(gradient, scripts, node)

    def _next_quantity(self, node: Node) -> Quantity:
        """The single quantity that follows, without power or transposition."""
        following = self.factors[self.n] if self.n < len(self.factors) else None
        if isinstance(following, Letter):
            following = Scripted(following, None, None, 0, following.at)
        if not isinstance(following, Scripted) or not isinstance(following.base, Letter):
            raise NotUnderstood("Here a single quantity must follow.", "", node.at)
        self.n += 1
        quantity, scripts = self.by.quantity(following)
        if scripts.transposed or scripts.power is not None:
            raise NotUnderstood("Here a plain quantity must follow.", "Use brackets.", following.at)
        symbol = self.by.symbol(following.base)
        of_one = symbol.kind == "loss" and quantity.time is not None
        if symbol.kind not in ("data", "weight", "value") and not of_one:
            raise NotUnderstood("Nothing is differentiated by this.", "", following.at)
        return quantity

    def _delta(self, symbol: ArraySymbol, node: Scripted) -> Formula:
        if node.primes:
            raise NotUnderstood(f"{symbol.sign} is no function.", "", node.at)
        scripts = scripts_of(node, symbol.time, self.profile, self.by.labels)
        error = LocalError(symbol.sign, scripts.label, scripts.time, scripts.at, node.at)
        return self.by.finished(error, scripts, node)

    def _ones(self, node: Scripted) -> Formula:
        following = self.factors[self.n] if self.n < len(self.factors) else None
        if isinstance(following, Condition) and not self.signs[self.n]:
            self.n += 1
            return self._condition(following)
        if isinstance(node.sub, Related) and node.sup is None:
            return class_element(self.by, node.sub)
        if node.sub is not None and not isinstance(node.sub, Letter):
            raise NotUnderstood("The ones have at most their number below.", "", node.sub.at)
        ones = Ones(node.at)
        return ones if node.sup is None else self.by.powered(ones, node.sup)

    def _condition(self, node: Condition) -> Formula:
        """[S > 0], and [i = y]"""
        relation = node.relation
        if relation.relation == "=" and relation.left is not None:
            return class_element(self.by, relation)
        zero = isinstance(relation.right, Digits) and relation.right.text == "0"
        if relation.relation != ">" or not zero or relation.left is None:
            raise NotUnderstood("Only the condition … > 0 is read.", "Write [S > 0].", node.at)
        return Positive(self.by.read(relation.left), node.at)

    # -- functions

    def _argument_follows(self) -> bool:
        following = self.factors[self.n] if self.n < len(self.factors) else None
        return isinstance(following, Group) and not self.signs[self.n]

    def _unknown(self, name: str, node: Scripted) -> Unknown:
        group = self.factors[self.n]
        assert isinstance(group, Group)
        self.n += 1
        return Unknown(name, tuple(self.by.read(item) for item in group.items), node.at)

    def _applied(self, function: str, name: str, node: Scripted) -> Formula:
        """f(…), f'(…), tanh²(…), and e^{…}."""
        time: Time | None = None
        if self.profile.layers:
            name, time, node = labelled(name, node, self.profile)
        if node.sub is not None:
            raise NotUnderstood(f"{name} has no index here.", "", node.sub.at)
        following = self.factors[self.n] if self.n < len(self.factors) else None
        if name.startswith("\\") and name[1:].isalpha() and self._plain_argument(following):
            body = self._operand()
            found: Formula = of_class(
                self.by, Applied(function, name, body, node.primes, node.at, time)
            )
            return found if node.sup is None else self.by.powered(found, node.sup)
        above: Node | None = None
        if isinstance(following, Scripted) and following.sub is None and not following.primes:
            above, following = following.sup, following.base
        if not isinstance(following, Group) or self.signs[self.n] or len(following.items) != 1:
            raise NotUnderstood(
                f"{name} stands without its argument.", f"Write {name}(…) in brackets.", node.at
            )
        self.n += 1
        body = self.by.read(following.items[0])
        found = of_class(self.by, Applied(function, name, body, node.primes, node.at, time))
        for script in (node.sup, above):
            if script is not None:
                found = self.by.powered(found, script)
        return found

    def _plain_argument(self, following: Node | None) -> bool:
        """Whether one sign follows as in \\tanh c_t, and nothing after it that it may take too."""
        base = following.base if isinstance(following, Scripted) else following
        alone = self.n + 1 >= len(self.factors) or self.signs[self.n + 1] == "o"
        symbol = self.profile.symbols.get(base.name) if isinstance(base, Letter) else None
        known = symbol is not None and symbol.kind in ("data", "weight", "value")
        return known and alone and not self.signs[self.n]

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

    def _relu(self, node: Scripted) -> Formula:
        """max(0, S)"""
        group = self.factors[self.n] if self.n < len(self.factors) else None
        items = group.items if isinstance(group, Group) else ()
        zeros = [isinstance(item, Digits) and item.text == "0" for item in items]
        if len(items) != 2 or zeros.count(True) != 1 or node.sub or node.sup or node.primes:
            raise NotUnderstood("Only \\max(0, …) is read.", "Write \\max(0, S).", node.at)
        self.n += 1
        return Applied("relu", "\\max", self.by.read(items[zeros.index(False)]), 0, node.at)

    def _norm(self, inside: Node, below: Node | None, above: Node | None, node: Node) -> Formula:
        if not (below is None or below in (Letter("F", below.at), Digits("2", below.at))):
            raise NotUnderstood("This norm is not read.", "Write \\|…\\|_2^2 or _F^2.", below.at)
        if above is None or power_of(above) != 2:
            raise NotUnderstood("A norm is read squared only.", "Write \\|…\\|^2.", node.at)
        return SquaredNorm(self.by.read(inside), node.at)

    # -- derivatives

    def _nabla(self, node: Scripted) -> Formula:
        """∇_W L"""
        argument = self.factors[self.n + 1] if self.n + 1 < len(self.factors) else None
        below = node.sub
        if below is None and isinstance(argument, Group) and len(argument.items) == 1:
            below = argument.items[0]  # ∇J(w)
            self.factors = (*self.factors[: self.n + 1], *self.factors[self.n + 2 :])
            self.signs = (*self.signs[: self.n + 1], *self.signs[self.n + 2 :])
        if below is None or node.sup is not None or node.primes:
            raise NotUnderstood("∇ does not say by what.", "Write \\nabla_{W} L.", node.at)
        inner = Factors(self.by, (below,), ("",))
        by = inner._only_quantity(node)
        loss = self._loss(self.factors[self.n : self.n + 1], node)
        self.n += 1
        if self._argument_follows():  # ∇_ŷ L(ŷ, y)
            group = self.factors[self.n]
            assert isinstance(group, Group)
            if len(group.items) > 1 and all(map(self.by.read, group.items)):
                self.n += 1
        return Gradient(by, "\\nabla", loss, node.at)

    def _only_quantity(self, node: Node) -> Quantity:
        found = self._next_quantity(node)
        if self.n < len(self.factors):
            raise NotUnderstood("A derivative is taken by one quantity.", "", node.at)
        return found

    def _quotient(self, top: Node, bottom: Node, node: Quotient) -> Formula:
        above, below = _factors_of(top), _factors_of(bottom)
        signs = [_is_sign_of_derivative(side) for side in (above, below)]
        if not any(signs):
            return Over(self.by.read(top), self.by.read(bottom), node.at)
        if any(isinstance(side[0], Scripted) for side in (above, below)):
            raise NotUnderstood("Only first derivatives are read.", "Write them.", node.at)
        if not all(signs) or len(above) < 2:
            raise NotUnderstood(
                "This derivative is not understood.", "Write \\frac{\\partial L}{\\partial W}.",
                node.at,
            )  # fmt: skip
        inner = Factors(self.by, below[1:], ("",) * (len(below) - 1))
        by = inner._only_quantity(node)
        return Gradient(by, "\\partial", self._loss(above[1:], node), node.at)

    def _loss(self, factors: tuple[Node, ...], node: Node) -> Quantity | None:
        """What is differentiated: the whole loss, or the loss of one time."""
        if len(factors) != 1:
            raise NotUnderstood("Only the loss is differentiated here.", "", node.at)
        one = factors[0]
        one = Scripted(one, None, None, 0, one.at) if isinstance(one, Letter) else one
        if not isinstance(one, Scripted) or not isinstance(one.base, Letter):
            raise NotUnderstood("Only the loss is differentiated here.", "", one.at)
        symbol = self.by.symbol(one.base)
        if symbol.kind != "loss":
            raise NotUnderstood(
                f"Only derivatives of the loss are read here, not of {symbol.sign}.",
                "Write the chain rule out for the loss.",
                one.at,
            )
        quantity, scripts = self.by.quantity(one)
        if scripts.transposed or scripts.power is not None or scripts.at:
            raise NotUnderstood("Only the loss is differentiated here.", "", one.at)
        return quantity


def _factors_of(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Beside) and not any(node.signs):
        return node.factors
    return (node,)


def _is_sign_of_derivative(factors: tuple[Node, ...]) -> bool:
    """∂… or d…, at the beginning of one side of a fraction."""
    first = factors[0].base if isinstance(factors[0], Scripted) else factors[0]
    if isinstance(first, Mark):
        return first.kind == "PARTIAL"
    return len(factors) > 1 and isinstance(first, Letter) and first.name == "d"
