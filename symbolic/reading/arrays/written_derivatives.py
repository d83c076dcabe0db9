"""Derivatives of the loss as factors of a product: dW, ∂L/∂W, ∇_W L."""

from __future__ import annotations

from symbolic.reading.arrays.example_losses import of_one_example
from symbolic.reading.arrays.formulas import (
    EACH,
    Formula,
    Gradient,
    Over,
    Quantity,
    Slope,
)
from symbolic.reading.arrays.row import Row
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tree import (
    Group,
    Letter,
    Mark,
    Node,
    Quotient,
    Scripted,
)
from symbolic.reading.tree import Product as Beside

DIFFERENTIAL = "Differentials are not read: dQ stands for the derivative of the loss by Q here."


class Derivatives(Row):
    """The factors that are derivatives."""

    def _stroke(self) -> int:
        """Where the stroke of \\partial L / \\partial W stands that begins here, 0 for none."""
        first = self.factors[self.n]
        for n in range(self.n + 1, len(self.factors)):
            if self.signs[n] == "/":
                alike = _sign_of(self.factors[n]) == _sign_of(first) in ("\\partial", "d")
                return n if alike and n + 1 < len(self.factors) and not self.signs[n + 1] else 0
            if self.signs[n]:
                break
        return 0

    def _slashed(self, slash: int) -> Formula:
        """\\partial L / \\partial W on one line: one sign stands below the stroke."""
        start = self.n
        self.n = slash + 2
        top, bottom = self.factors[start:slash], self.factors[slash : self.n]
        above, below = (Beside(part, ("",) * len(part), part[0].at) for part in (top, bottom))
        return self._quotient(above, below, Quotient(above, below, above.at))

    def _differentiates(self) -> bool:
        """Whether the next factor is a sign that the loss may be differentiated by."""
        following = self.factors[self.n] if self.n < len(self.factors) else None
        base = following.base if isinstance(following, Scripted) else following
        joined = self.n < len(self.factors) and self.signs[self.n] == ""
        symbol = self.profile.symbols.get(base.name) if isinstance(base, Letter) else None
        return joined and symbol is not None and symbol.kind in ("data", "weight", "value")

    def _is_differential(self) -> bool:
        """Whether it is dL, L a loss."""
        following = self.factors[self.n] if self.n < len(self.factors) else None
        base = following.base if isinstance(following, Scripted) else following
        symbol = self.profile.symbols.get(base.name) if isinstance(base, Letter) else None
        return symbol is not None and symbol.kind == "loss" and self.signs[self.n] == ""

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
        inner = type(self)(self.by, (below,), ("",))
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

    def _quotient(self, top: Node, bottom: Node, node: Node) -> Formula:
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
        inner = type(self)(self.by, below[1:], ("",) * (len(below) - 1))
        by = inner._only_quantity(node)
        slope = self._slope(above[1:], by, node)
        return slope or Gradient(by, "\\partial", self._loss(above[1:], node), node.at)

    def _slope(self, factors: tuple[Node, ...], by: Quantity, node: Node) -> Slope | None:
        """∂p/∂z where p is no loss, or that of one example: L_i, L(a_i, y_i)."""
        one = factors[0]
        one = Scripted(one, None, None, 0, one.at) if isinstance(one, Letter) else one
        if not isinstance(one, Scripted) or not isinstance(one.base, Letter):
            return None
        kind = self.by.symbol(one.base).kind
        if kind == "loss" and len(factors) > 1:
            whole = self.by.read(Beside(factors, ("",) * len(factors), one.at))
            applied = of_one_example(whole, self.profile)
            return Slope(applied, by, node.at) if isinstance(applied, Quantity) else None
        if len(factors) != 1 or kind not in ("value", "loss"):
            return None
        quantity, scripts = self.by.quantity(one)
        if scripts.transposed or scripts.power is not None:
            return None
        if kind == "loss" and quantity.label != EACH:
            return None
        return Slope(quantity, by, node.at)

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


def _sign_of(node: Node) -> str:
    """\\partial or d, empty for what is no plain sign of a derivative."""
    if isinstance(node, Mark):
        return "\\partial" if node.kind == "PARTIAL" else ""
    return node.name if isinstance(node, Letter) else ""


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
