"""Functions as factors of a product: f(S), max(0, S), norms, conditions that are 0 or 1."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from symbolic.reading.arrays.classes import class_element, of_class
from symbolic.reading.arrays.formulas import (
    Applied,
    Elementwise,
    Formula,
    Leaky,
    Minus,
    Number,
    Ones,
    Plus,
    Positive,
    Power,
    Product,
    Quantity,
    SquaredNorm,
    Time,
    Total,
    Unknown,
)
from symbolic.reading.arrays.profile import ArrayProfile
from symbolic.reading.arrays.row import Row
from symbolic.reading.arrays.scripts import label_of, time_of
from symbolic.reading.scripts import power_of
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tree import (
    Condition,
    Group,
    Letter,
    Node,
    Norm,
    Related,
    Scripted,
)
from symbolic.reading.tree import Number as Digits


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


class Functions(Row):
    """The factors that are functions of what follows them."""

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
        if isinstance(base, Letter) and base.name in self.profile.functions:  # \log \sigma(z)
            rest = self.factors[self.n + 1 : self.n + 3]
            behind = next(iter(rest), None)
            known = isinstance(behind.base if isinstance(behind, Scripted) else behind, Group)
            alone = len(rest) < 2 or self.signs[self.n + 2] == "o"
        elif isinstance(following, Scripted) and isinstance(following.base, Group):
            known = following.sub is not None  # \log (a_2)_k
        return known and alone and not self.signs[self.n]

    def _relu(self, node: Scripted) -> Formula:
        """max(0, S); max(αS, S), which is αS + (1 - α) max(0, S) for every α <= 1."""
        group = self.factors[self.n] if self.n < len(self.factors) else None
        items = group.items if isinstance(group, Group) else ()
        if len(items) != 2 or node.sub or node.sup or node.primes:
            raise NotUnderstood("Only \\max of two is read.", "Write \\max(0, S).", node.at)
        self.n += 1
        sides = [self.by.read(item) for item in items]
        zeros = [isinstance(one, Number) and one.value == 0 for one in sides]
        if zeros.count(True) == 1:
            return Applied("relu", "\\max", sides[zeros.index(False)], 0, node.at)
        for one, other in (sides, sides[::-1]):
            if isinstance(one, Product) and one.right == other and self._is_slope(one.left):
                return Leaky(one.left, other, node.at)
        raise NotUnderstood("Only \\max(0, …) is read.", "Write \\max(0, S).", node.at)

    def _is_slope(self, formula: Formula) -> bool:
        """Whether it is a number below 1, or a letter for one."""
        if isinstance(formula, Number):
            return formula.value < 1
        return isinstance(formula, Quantity) and self.by.is_number(formula)

    def _norm(self, node: Norm | Scripted) -> Formula:
        """‖A‖², ‖A‖, ‖A‖₁ of all elements; |A| of each."""
        norm = node.base if isinstance(node, Scripted) else node
        assert isinstance(norm, Norm)
        below, above = (node.sub, node.sup) if isinstance(node, Scripted) else (None, None)
        body = self.by.read(norm.body)
        power = Fraction(1) if above is None else Fraction(power_of(above) or 0)
        if below is None and norm.single and power == 1:
            return Applied("abs", "|", body, 0, node.at)
        if isinstance(below, Digits) and below.text == "1" and power == 1:
            return Total("", Applied("abs", "|", body, 0, node.at), place=node.at)
        if not (below is None or below in (Letter("F", below.at), Digits("2", below.at))):
            raise NotUnderstood("This norm is not read.", "Write \\|…\\|_2^2 or _F^2.", below.at)
        if power not in (1, 2):
            raise NotUnderstood("A norm is read plain or squared.", "Write \\|…\\|^2.", node.at)
        squared = SquaredNorm(body, node.at)
        return squared if power == 2 else Power(squared, Fraction(1, 2), node.at)

    def _inner(self, left: Node, right: Node, node: Node) -> Formula:
        """⟨A, B⟩ = Σ A ⊙ B, of vectors and of matrices."""
        product = Elementwise(self.by.read(left), self.by.read(right), node.at)
        return Total("", product, place=node.at)

    def _ones(self, node: Scripted) -> Formula:
        following = self.factors[self.n] if self.n < len(self.factors) else None
        if isinstance(following, Condition) and not self.signs[self.n]:
            self.n += 1
            return self._condition(following)
        if isinstance(node.sub, Related) and node.sup is None:
            return self._where(node.sub, node.at)
        if isinstance(node.sub, Condition) and node.sup is None:
            return self._condition(node.sub)
        if node.sub is not None and not isinstance(node.sub, Letter):
            raise NotUnderstood("The ones have at most their number below.", "", node.sub.at)
        ones = Ones(node.at)
        return ones if node.sup is None else self.by.powered(ones, node.sup)

    def _condition(self, node: Condition) -> Formula:
        """[S > 0], and [i = y]"""
        return self._where(node.relation, node.at)

    def _where(self, relation: Related, at: int) -> Formula:
        """1 where S > 0; that S >= 0 is that -S > 0 does not hold."""
        if relation.left is None:
            raise NotUnderstood("This condition is not read.", "Write [S > 0].", at)
        if relation.relation == "=":
            return class_element(self.by, relation)
        sides = self.by.read(relation.left), self.by.read(relation.right)
        if relation.relation not in ("<", ">", "<=", ">="):
            raise NotUnderstood("Of conditions those with < and > are read.", "Write [S > 0].", at)
        great, small = sides if relation.relation in (">", "<=") else reversed(sides)
        positive = Positive(_less(great, small), at)
        if len(relation.relation) == 1:
            return positive
        return Plus((Number(Fraction(1), at), Minus(positive, at)), at)


def _less(great: Formula, small: Formula) -> Formula:
    """The difference of two sides, without a 0."""
    if isinstance(small, Number) and not small.value:
        return great
    negative = Minus(small, small.place)
    if isinstance(great, Number) and not great.value:
        return negative
    return Plus((great, negative), great.place)
