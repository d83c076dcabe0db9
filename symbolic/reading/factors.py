"""The factors of a product, from left to right: applied or multiplied, derivatives, labels."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic.indexed import Count, Num, Var
from symbolic.reading.anywhere import bare_argument, exponent, of_any_neuron
from symbolic.reading.context import Label, Seen
from symbolic.reading.formulas import (
    FROM,
    ONE,
    PI,
    SORTS,
    TO,
    UNWRITTEN,
    Applied,
    Call,
    Formula,
    Partial,
    Power,
    Read,
    over,
    times,
)
from symbolic.reading.pieces import Piece, above, pieced
from symbolic.reading.profile import GIVEN, Symbol
from symbolic.reading.scripts import indices, kronecker, power_of
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tree import (
    Absolute,
    Addition,
    BigSum,
    Braced,
    Condition,
    Group,
    Letter,
    Listed,
    Mark,
    Node,
    Number,
    Pieces,
    Product,
    Quotient,
    Related,
    Root,
    Scripted,
)
from symbolic.reading.vocabulary import WORDS

if TYPE_CHECKING:
    from symbolic.reading.elaborate import Elaborator

MOST_DEEP = 100
CALLS = {
    spelled: "ln" if name == "log" else name
    for word, name in WORDS.items()
    for spelled in (f"\\{word}", f"\\mathrm{{{word}}}")
}
"""The functions: how they are written, and what they are."""


_FORMS: dict[str, Callable[[Formula], Formula]] = {
    "sech": lambda argument: over(ONE, Call("cosh", argument)),
    "sign": lambda argument: over(argument, Call("abs", argument)),
}
"""Functions that are made of others; a sign has no value at 0."""


class Factors:
    """The factors of one product, from left to right."""

    def __init__(self, by: Elaborator, factors: tuple[Node, ...], signs: tuple[str, ...]) -> None:
        self.by, self.factors, self.signs, self.n = by, factors, signs, 0

    def all(self) -> Formula:
        found: list[Formula] = []
        labels: list[tuple[int, int]] = []
        divided = "/" in self.signs
        while self.n < len(self.factors):
            sign, at = self.signs[self.n], self.factors[self.n].at
            if sign == "o":
                raise NotUnderstood(
                    "Elementwise products of vectors are not read.",
                    "Write the formula with indices.",
                    at,
                )
            before = len(self.by.notes.labels)
            if divided and _is_partial(self.factors[self.n]):
                found.append(self._slashed())
                continue
            one = self._operand()
            if sign == "/":
                if self.n < len(self.factors):
                    raise NotUnderstood(
                        "a/b c may mean (a/b) c or a/(b c).", "Write \\frac or brackets.", at
                    )
                one = over(Num(Fraction(1)), one)
            if before < len(self.by.notes.labels) and isinstance(
                getattr(self.factors[self.n - 1], "base", None), Braced
            ):
                labels.append((before, len(found)))
            found.append(one)
        for number, place in labels:
            self._neighbours(number, place, found)
        return times(*found)

    def _neighbours(self, number: int, place: int, found: list[Formula]) -> None:
        """The other extents that a brace over one factor may have been meant to have."""
        label = self.by.notes.labels[number]
        others = [
            times(*found[first : last + 1])
            for first in range(place + 1)
            for last in range(place, len(found))
            if (first, last) != (place, place)
        ]
        others.sort(key=lambda one: len(repr(one)))
        self.by.notes.labels[number] = Label(
            label.body, label.label, label.at, label.scope, tuple(others[:12])
        )

    # -- one factor

    def _operand(self) -> Formula:
        """The next factor, with what it is applied to."""
        self.by.depth += 1
        if self.by.depth > MOST_DEEP:
            raise NotUnderstood(
                "The formula is nested too deeply.", "Split it.", self.factors[self.n].at
            )
        found = self._one()
        self.by.depth -= 1
        return found

    def _one(self) -> Formula:
        node = self.factors[self.n]
        self.n += 1
        by = self.by
        called = self._called(node)
        if called is not None:
            return called
        match node:
            case Number() | Addition() | Product():
                return by.read(node)
            case Group(items):
                if len(items) != 1:
                    raise NotUnderstood("A list in brackets is no number.", "", node.at)
                return by.read(items[0])
            case Quotient(top, bottom):
                return self._quotient(top, bottom, node)
            case BigSum():
                return by.total(node)
            case Root(inside):
                return Power(by.read(inside), Fraction(1, 2))
            case Braced(inside):
                return by.read(inside)
            case Absolute(inside):
                return Call("abs", by.read(inside))
            case Pieces(rows):
                return pieced([self._piece(value, said) for value, said in rows], node.at)
            case Condition(relation):
                return self._indicator(relation)
            case Mark():
                return self._mark(node)
            case Letter():
                return self._named(Scripted(node, None, None, 0, node.at))
            case Scripted(Letter()):
                return self._named(node)
            case Scripted(Braced(inside), below, above, 0):
                return self._label(node, inside, below if below is not None else above)
            case Scripted(base, None, above, 0) if not isinstance(base, Mark):
                return by.powered(by.read(base), above)
            case Scripted(Mark(kind="NABLA") as mark):
                return self._mark(mark)
            case Scripted(Mark(kind="PARTIAL")):
                raise NotUnderstood("Second derivatives are not read.", "", node.at)
        raise NotUnderstood("These scripts are not understood here.", "", node.at)

    def _piece(self, value: Node, said: Related | None) -> Piece:
        """A value, and what is above 0 where it is the value of a function in pieces."""
        if said is None:
            return self.by.read(value), None
        assert said.left is not None
        left, right = self.by.read(said.left), self.by.read(said.right)
        return self.by.read(value), above(left, said.relation, right, said.at)

    def _indicator(self, relation: Related) -> Formula:
        """[z > 0], which is 1 where z is above 0, else 0."""
        left, right = relation.left, relation.right
        if relation.relation == "<":
            left, right = right, left
        zero = isinstance(right, Number) and right.text == "0"
        if left is None or not zero or relation.relation not in ("<", ">"):
            raise NotUnderstood("A bracket is read in [z > 0] only.", "", relation.at)
        return Call("step", self.by.read(left))

    def _called(self, node: Node) -> Formula | None:
        """tanh(x) and tanh²(x), where it is one of the functions."""
        whole = node if isinstance(node, Scripted) else Scripted(node, None, None, 0, node.at)
        sign = getattr(whole.base, "text", "") or getattr(whole.base, "name", "")
        if sign not in CALLS or whole.sub is not None or whole.primes:
            return None
        if whole.sup is not None and (power_of(whole.sup) or 0) < 1:
            raise NotUnderstood(
                f"The script of {sign} may be the inverse function.", "Write (…)^n.", node.at
            )
        name, (argument, above) = CALLS[sign], self._argument(sign, node.at)
        found = _FORMS[name](argument) if name in _FORMS else Call(name, argument)
        return self.by.powered(self.by.powered(found, whole.sup), above)

    def _mark(self, node: Mark) -> Formula:
        if node.kind == "PARTIAL":
            raise NotUnderstood(
                "∂ stands alone.", "Write \\frac{\\partial A}{\\partial B}.", node.at
            )
        if node.kind == "NABLA":
            raise NotUnderstood("∇ is not read.", "Write partial derivatives.", node.at)
        if node.kind == "TEXT":
            raise NotUnderstood("Words stand inside the formula.", "Write them outside.", node.at)
        if node.text == "\\max":
            return self._greatest(node)
        raise NotUnderstood(f"{node.text} cannot stand here.", "", node.at)

    def _greatest(self, node: Mark) -> Formula:
        """max(0, x), the rectifier."""
        following = self._following()
        items = following.items if isinstance(following, Group) and not self.signs[self.n] else ()
        others = [one for one in items if not (isinstance(one, Number) and one.text == "0")]
        if len(items) != 2 or len(others) != 1:
            raise NotUnderstood("\\max is read in max(0, x) only.", "", node.at)
        self.n += 1
        return Call("relu", self.by.read(others[0]))

    def _following(self) -> Node | None:
        return self.factors[self.n] if self.n < len(self.factors) else None

    def _argument(self, name: str, at: int) -> tuple[Formula, Node | None]:
        """What a function is applied to, and the power above its bracket."""
        following = self._following()
        above: Node | None = None
        if isinstance(following, Scripted) and not following.primes and following.sub is None:
            above, following = following.sup, following.base
        alone = self.n == len(self.factors) - 1 and not (above or self.signs[self.n])
        if name in CALLS and alone and _is_sign(self.factors[self.n]):  # ln y_j
            self.n += 1
            return self.by.read(self.factors[self.n - 1]), None
        if not isinstance(following, Group) or self.signs[self.n]:
            raise NotUnderstood(
                f"{name} stands without its argument.", f"Write {name}(…) in brackets.", at
            )
        if len(following.items) != 1:
            raise NotUnderstood(f"{name} has one argument.", "", following.at)
        self.n += 1
        return self.by.read(following.items[0]), above

    def _named(self, node: Scripted) -> Formula:
        assert isinstance(node.base, Letter)
        by, name = self.by, node.base.name
        meant = by.profile.units.signs.get(name) if by.profile.units is not None else None
        if meant is not None and meant[1][0] < 0:
            return self._alone(node, meant[1])
        if meant is not None:
            node = self._in_full(node, *meant)
        elif name in by.profile.sizes and node.sub is None and not node.primes:
            return by.powered(Count(SORTS[by.profile.sizes[name]].extent().name), node.sup)
        power = exponent(node, by.profile)
        if power is not None:
            return Call("exp", by.read(power))
        if by.bare == name and node.sub is None and not node.primes:
            return by.powered(of_any_neuron("v", by.context), node.sup)
        assert isinstance(node.base, Letter)
        name = node.base.name
        if name == "\\pi" and by.profile.symbol(name) is None and node.sub is None:
            return by.powered(PI, node.sup)
        symbol = by.symbol(node.base)
        if symbol.kind == "local gradient" and (pair := kronecker(node, by.profile)):
            return Read("same", pair, name)
        if symbol.kind == "activation":
            return self._applied(symbol, node)
        if symbol.kind == "change":
            return self._change(node)
        argument, above = self._swallowed()
        shared = by.profile.units is not None and by.profile.units.shared
        if symbol.kind == "weight" and shared and node.sub is None and not node.primes:
            return by.powered(by.powered(Read("w", (TO, FROM), name), node.sup), above)
        return by.powered(by.quantity(symbol, node, argument), above)

    def _alone(self, node: Scripted, at: tuple[int, ...]) -> Formula:
        """A weight that only the formula of a neuron reads."""
        if node.sub is not None or node.primes:
            raise NotUnderstood("This weight has no index of its own.", "", node.at)
        _, above = self._swallowed()
        symbol = self.by.profile.of_array("w")
        return self.by.powered(self.by.powered(Read("w", at, symbol.sign), node.sup), above)

    def _in_full(self, node: Scripted, array: str, at: tuple[int, ...]) -> Scripted:
        """The sign of an input or a weight as y or w with its indices: x_1 is y of this unit."""
        assert isinstance(node.base, Letter)
        if node.sub is not None:
            raise NotUnderstood(f"{node.base.name} has no index of its own.", "", node.sub.at)
        profile = self.by.profile
        assert profile.units is not None
        symbol, here = profile.of_array(array), node.base.at
        spelled = {n: name for name, n in profile.units.numbers.items()}
        names = tuple(Letter(spelled[n], here) for n in at)
        below = Listed(names[::-1] if symbol.order == "from to" else names, here)
        base = Letter(symbol.sign, here)
        return Scripted(base, below, node.sup, node.primes, node.at)

    def _applied(self, symbol: Symbol, node: Scripted) -> Formula:
        assert isinstance(node.base, Letter)
        if symbol.diagonal:
            raise NotUnderstood(
                f"{symbol.sign} is a matrix, and stands among indices.",
                "Write the activation function.",
                node.at,
            )
        at, power = indices(symbol, node, self.by.context, self.by.notes)
        if power is not None:
            raise NotUnderstood(
                f"A power on {symbol.sign} may mean composition.", "Write (…)^2.", power.at
            )
        self.by.notes.seen.append(Seen(node.base.name, symbol.array, node.at, True, None))
        self.by.bare = bare_argument(self._following(), self.by.profile) or self.by.bare
        argument, above = self._argument(node.base.name, node.at)
        applied = Applied(symbol.array, at, argument, node.primes, node.base.name)
        return self.by.powered(applied, above)

    def _change(self, node: Scripted) -> Formula:
        """Δw_{ji}: the correction of the weight that follows."""
        following = self._following()
        base = following.base if isinstance(following, Scripted) else following
        symbol = self.by.profile.symbol(base.name) if isinstance(base, Letter) else None
        units = self.by.profile.units
        if units is not None and isinstance(base, Letter) and base.name in units.signs:
            symbol = self.by.profile.of_array(units.signs[base.name][0])
        if symbol is None or symbol.kind not in ("weight", "bias") or node.sup or node.primes:
            raise NotUnderstood("Δ is read before a weight only.", "", node.at)
        sample: tuple[Var, ...] = ()
        if node.sub is not None:
            letter = self.by.letter(node.sub)
            if letter.sort != UNWRITTEN.sort:
                raise NotUnderstood("The index of Δ is a sample.", "", node.sub.at)
            sample = (letter,)
        weight = self._operand()
        if not isinstance(weight, Read):
            raise NotUnderstood("A power of Δ is not read.", "Use brackets.", node.at)
        assert isinstance(node.base, Letter)
        return Read("d" + weight.array, (*weight.at, *sample), weight.sign)

    def _swallowed(self) -> tuple[bool, Node | None]:
        """Whether an argument such as (n) follows, which is not read, and the power above it."""
        following = self._following()
        above: Node | None = None
        if isinstance(following, Scripted) and following.sub is None and not following.primes:
            above, following = following.sup, following.base
        if not isinstance(following, Group) or self.signs[self.n]:
            return False, None
        profile = self.by.profile
        if all(
            isinstance(item, Letter) and item.name in profile.arguments for item in following.items
        ):
            self.n += 1
            return True, above
        first = following.items[0]
        if isinstance(first, Addition) and any(
            isinstance(term, Letter) and term.name in profile.arguments for term in first.terms
        ):
            raise NotUnderstood(
                "Two iterations in one formula are not read.",
                "Write the correction Δw instead, or say which letter is the momentum constant.",
                following.at,
            )
        return False, None

    # -- derivatives

    def _quotient(self, top: Node, bottom: Node, node: Quotient) -> Formula:
        above, below = _factors_of(top), _factors_of(bottom)
        sign = _is_partial(below[0]) or _is_partial(above[0])
        plain_d = all(_is_plain_d(side) for side in (above, below))
        if not (sign or plain_d):
            return over(self.by.read(top), self.by.read(bottom))
        if not plain_d and not (_is_partial(below[0]) and _is_partial(above[0])):
            raise NotUnderstood(
                "∂ stands on one side of the fraction only.", "Write both.", node.at
            )
        if not (plain_d or isinstance(above[0], Mark)) or not (
            plain_d or isinstance(below[0], Mark)
        ):
            raise NotUnderstood(
                "Second derivatives are not read.", "Write them as two derivatives.", node.at
            )
        by = self._by(below[1:], node)
        if above[1:]:
            of = self._single(above[1:], node)
        elif self.n < len(self.factors) and not self.signs[self.n]:
            of = self._operated(by)
        else:
            raise NotUnderstood("∂ does not say of what.", "Write it above the bar.", node.at)
        return Partial(of, by, self._sense(of, by))

    def _operated(self, by: Read) -> Formula:
        """What ∂/∂x before a product is of: all beside each other behind a number, else one factor.

        It is ∂/∂x ½ Σ …; where another factor stands beside the one, both may be meant.
        """
        end = next((n for n in range(self.n + 1, len(self.factors)) if self.signs[n]), None)
        beside = self.factors[self.n : end]
        if _is_number(beside[0]):
            self.n += len(beside)
            return Factors(self.by, beside, ("",) * len(beside)).all()
        first = beside[0]
        one = self._operand()
        follows = self.n < len(self.factors) and not self.signs[self.n]
        if follows and one == by and by.array == "w":  # ∂/∂w (w y), where y does not change with w
            rest = Factors(self.by, beside[1:], ("",) * (len(beside) - 1)).all()
            self.n += len(beside) - 1
            return times(one, rest)
        if follows and not isinstance(first, Group):
            raise NotUnderstood(
                "Where this derivative ends is not said.", "Use brackets.", first.at
            )
        return one

    def _sense(self, of: Formula, by: Read) -> str:
        array = of.array if isinstance(of, Read) else None
        return self.by.profile.sense(array, by.array)

    def _by(self, factors: tuple[Node, ...], node: Node) -> Read:
        by = self._single(factors, node)
        if not isinstance(by, Read):
            raise NotUnderstood("A derivative is taken by one quantity.", "", node.at)
        symbol = self.by.profile.symbol(by.sign)
        if symbol is not None and symbol.kind in GIVEN[-2:]:
            raise NotUnderstood(f"Nothing is differentiated by {by.sign}.", "", node.at)
        if symbol is not None and symbol.kind == "own":
            what = f"{by.sign} stands for a formula, so nothing is differentiated by it."
            raise NotUnderstood(what, "Name a quantity of the network.", node.at)
        return by

    def _single(self, factors: tuple[Node, ...], node: Node) -> Formula:
        """One quantity, with its argument."""
        if not factors:
            raise NotUnderstood("∂ stands without a quantity.", "Write it.", node.at)
        inner = Factors(self.by, factors, ("",) * len(factors))
        one = inner._operand()
        if inner.n < len(factors):
            raise NotUnderstood("∂ of a product is not read here.", "Use brackets.", factors[-1].at)
        return one

    def _slashed(self) -> Formula:
        """∂A/∂B on one line."""
        start = self.n
        slash = self.signs.index("/", start) if "/" in self.signs[start:] else -1
        if (
            slash < 0
            or not _is_partial(self.factors[slash])
            or any(_is_partial(one) for one in self.factors[start + 1 : slash])
        ):
            raise NotUnderstood(
                "This derivative is not understood.", "Write \\frac.", self.factors[start].at
            )
        node = self.factors[start]
        of = self._single(self.factors[start + 1 : slash], node)
        self.n = len(self.factors)
        by = self._by(self.factors[slash + 1 :], node)
        return Partial(of, by, self._sense(of, by))

    def _label(self, node: Scripted, inside: Node, label: Node | None) -> Formula:
        body = self.by.read(inside)
        if isinstance(label, Related) and label.left is None:
            label = label.right
        if label is not None and not isinstance(label, Mark):
            self.by.notes.labels.append(Label(body, label, node.at, tuple(self.by.scope)))
        return body


def _factors_of(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Product) and not any(node.signs):
        return node.factors
    return (node,)


def _is_partial(node: Node) -> bool:
    base = node.base if isinstance(node, Scripted) else node
    return isinstance(base, Mark) and base.kind == "PARTIAL"


def _is_number(node: Node) -> bool:
    if isinstance(node, Quotient):
        return _is_number(node.over) and _is_number(node.under)
    return isinstance(node, Number)


def _is_sign(node: Node) -> bool:
    """A letter with scripts, and no power among them that might be one of the whole."""
    if isinstance(node, Scripted) and isinstance(node.base, Letter):
        return power_of(node.sup) is None and not node.primes
    return isinstance(node, Letter)


def _is_plain_d(factors: tuple[Node, ...]) -> bool:
    return len(factors) > 1 and isinstance(factors[0], Letter) and factors[0].name == "d"
