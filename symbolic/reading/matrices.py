"""Formulas about whole vectors and matrices → formulas about their components, as trees.

A column has a component for every neuron of a layer, a weight matrix leads to its layer from the
one before.  Every product must fit; nothing else is checked here: the components are read as if
they had been written.
"""

from __future__ import annotations

from collections.abc import Sequence

from symbolic.reading.context import Context
from symbolic.reading.factors import CALLS
from symbolic.reading.formulas import LAYER
from symbolic.reading.layers import LAST, level
from symbolic.reading.profile import Symbol
from symbolic.reading.scripts import index
from symbolic.reading.shaped import (
    Shaped,
    after,
    before,
    diagonal,
    elementwise,
    grouped,
    product,
    require_equal,
    scalar,
    shape_error,
    turned,
)
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok
from symbolic.reading.tree import (
    Absolute,
    Addition,
    BigSum,
    Condition,
    Group,
    Letter,
    Mark,
    Node,
    Norm,
    Number,
    Product,
    Quotient,
    Related,
    Scripted,
    outside_scripts,
)

WHOLE = ("signal", "field", "local gradient", "bias", "target", "weight")
"""What may be written as a vector or matrix."""
_DOUBLE = ("\\|", "\\Vert", "\\lVert", "\\rVert")
FIRST = ("j", "k", "m", "p", "q", "i")
"""Letters for components, as far as the notation has them."""


def normed(tokens: Sequence[Tok]) -> tuple[Tok, ...]:
    """The tokens with double bars opening and closing in turn; single ones stay as they are.

    >>> from symbolic.reading.tokens import tokens
    >>> [token.kind for token in normed(tokens(r"\\|z\\|, ||z||, |z|"))][:7]
    ['LNORM', 'SYM', 'RNORM', 'COMMA', 'LNORM', 'SYM', 'RNORM']
    """
    found: list[Tok] = []
    opened = False
    n = 0
    while n < len(tokens):
        token = tokens[n]
        pair = tokens[n : n + 2]
        twice = len(pair) == 2 and all(t.kind == "BAR" and t.text == "|" for t in pair)
        if twice or (token.kind == "BAR" and token.text in _DOUBLE):
            token = Tok("RNORM" if opened else "LNORM", token.text, token.at, pair[twice].end)
            opened = not opened
            n += twice
        found.append(token)
        n += 1
    return tuple(found)


def is_whole(node: Node, context: Context) -> bool:
    """Whether a formula speaks of a vector or matrix without its indices."""
    if LAYER.name not in context.profile.letters.values():
        return False
    return any(_is_bare(part, context) for part in outside_scripts(node))


def components(members: Sequence[Node | None], context: Context) -> list[Node | None]:
    """The sides of an equation of vectors or matrices, each as the component that stands for all.

    A side without whole vectors is one number, as it is written.  Raises `NotUnderstood` where
    shapes do not fit.
    """
    reader = _Shapes(context)
    shaped = [
        None
        if member is None
        else reader.of(member)
        if is_whole(member, context)
        else scalar(member)
        for member in members
    ]
    first = next(one for one in shaped if one is not None)
    for one, member in zip(shaped, members, strict=True):
        if one is not None and member is not None:
            if one.diagonal:
                raise shape_error("A diagonal matrix stands alone.", "Multiply it.", member.at)
            require_equal(first, one, member.at)
    letters = reader.letters(frozenset())
    row = letters[0] if first.rows else ""
    column = letters[1 if row else 0] if first.columns else ""
    used = frozenset({row, column})
    return [None if one is None else one.build(row, column, used) for one in shaped]


def _is_bare(node: Node, context: Context) -> bool:
    match node:
        case Mark(kind="NABLA") | Norm():
            return True
        case Letter(name) | Scripted(Letter(name), None):
            symbol = context.profile.symbol(name)
            return symbol is not None and (_neurons(symbol) > 0 or symbol.diagonal)
    return False


def _neurons(symbol: Symbol) -> int:
    """How many neurons a component of it names."""
    if symbol.kind not in WHOLE:
        return 0
    return (symbol.subscript + symbol.superscript).count("neuron")


class _Shapes:
    """The shapes of formulas in one notation."""

    def __init__(self, context: Context) -> None:
        self.context, self.profile = context, context.profile

    def letters(self, used: frozenset[str]) -> list[str]:
        """Letters of neurons that nothing is said of and that are not in use."""
        known = self.profile.letters
        ours = [name for name in FIRST if known.get(name) == "neuron"]
        ours += [name for name, sort in known.items() if sort == "neuron" and name not in ours]
        free = [name for name in ours if name not in used and name not in self.context.roles]
        if len(free) < 2:
            raise NotUnderstood("There are too few letters for the components.", "Write them.", 0)
        return free

    def side(self, node: Node) -> Shaped:
        """The shape of a side and its components."""
        return self.of(node) if is_whole(node, self.context) else scalar(node)

    def of(self, node: Node) -> Shaped:
        """The shape of a formula and its components."""
        match node:
            case Number():
                return scalar(node)
            case Addition(terms, signs):
                return self._sum(tuple(map(self.of, terms)), signs, terms)
            case Product(factors, signs):
                return self._products(factors, signs)
            case _:
                return self._products((node,), ("",))

    def _sum(
        self, terms: tuple[Shaped, ...], signs: tuple[str, ...], nodes: tuple[Node, ...]
    ) -> Shaped:
        alone = [
            term.number and isinstance(node, Number)
            for term, node in zip(terms, nodes, strict=True)
        ]
        whole = next((t for t, bare in zip(terms, alone, strict=True) if not bare), terms[0])
        for term, node, bare in zip(terms, nodes, alone, strict=True):
            if not bare:  # the 1 of 1 - a stands in every place
                require_equal(whole, term, node.at)
            if term.diagonal and len(terms) > 1:
                raise shape_error(
                    "A diagonal matrix is added.", "Write the formula by indices.", node.at
                )

        def build(row: str, column: str, used: frozenset[str]) -> Node:
            parts = tuple(
                term.build(*(("", "") if bare else (row, column)), used)
                for term, bare in zip(terms, alone, strict=True)
            )
            return Addition(parts, signs, nodes[0].at)

        return Shaped(whole.rows, whole.columns, build, whole.diagonal)

    def _products(self, factors: tuple[Node, ...], signs: tuple[str, ...]) -> Shaped:
        """A B ⊙ C D is (A B) ⊙ (C D)."""
        if "/" in signs:
            raise NotUnderstood(
                "A division beside vectors is not read.", "Write \\frac.", factors[0].at
            )
        whole: list[Shaped] = []
        product: Shaped | None = None
        n = 0
        while n < len(factors):
            at, sign = factors[n].at, signs[n]
            if n + 1 < len(factors) and self._is_operator(factors[n]):
                one, n = self._operated(factors[n], factors[n + 1 :], signs[n + 1 :]), len(factors)
            else:
                one, n = self._factor(factors, signs, n)
            if sign == "o":
                assert product is not None
                whole.append(product)
                product = one
            else:
                product = one if product is None else self._times(product, one, at)
        assert product is not None
        result = product
        for other in reversed(whole):
            result = elementwise(other, result, factors[0].at)
        return result

    def _is_operator(self, node: Node) -> bool:
        """Whether it is ∂/∂z_j before what it is of, by one component."""
        if not isinstance(node, Quotient):
            return False
        above, below = _factors(node.over), _factors(node.under)
        alone = len(above) == 1 and _is_partial(above[0]) and _is_partial(below[0])
        return alone and not any(_is_bare(part, self.context) for part in below[1:])

    def _operated(self, sign: Node, rest: tuple[Node, ...], signs: tuple[str, ...]) -> Shaped:
        """∂/∂z_j ½ ‖a - y‖²: the derivative of a number, which ends with its product."""
        inner = self._products(rest, ("", *signs[1:]))
        if not inner.number:
            raise shape_error(f"A component is no variable of {inner}.", "Write it out.", sign.at)
        return Shaped(None, None, after(sign, inner))

    def _times(self, one: Shaped, other: Shaped, at: int) -> Shaped:
        """The product of two matrices, or of anything with a number."""
        if one.number or other.number:
            return self._scaled(one, other)
        if one.diagonal or other.diagonal:
            return diagonal(one, other, at)
        if one.columns != other.rows:
            raise shape_error(f"{one} is multiplied by {other}.".capitalize(), "Check both.", at)
        inner = one.columns

        def build(row: str, column: str, used: frozenset[str]) -> Node:
            if inner is None:
                return product(one.build(row, "", used), other.build("", column, used))
            letter = self.letters(used)[0]
            within = used | {letter}
            body = product(one.build(row, letter, within), other.build(letter, column, within))
            return BigSum(Letter(letter, at), None, body, at)

        return Shaped(one.rows, other.columns, build)

    def _scaled(self, one: Shaped, other: Shaped) -> Shaped:
        shape = other if one.number else one

        def build(row: str, column: str, used: frozenset[str]) -> Node:
            return product(
                one.build(*(("", "") if one.number else (row, column)), used),
                other.build(*(("", "") if other.number else (row, column)), used),
            )

        return Shaped(shape.rows, shape.columns, build, shape.diagonal)

    # -- single factors

    def _factor(
        self, factors: tuple[Node, ...], signs: tuple[str, ...], n: int
    ) -> tuple[Shaped, int]:
        """The factor at this place and the place after it."""
        node = factors[n]
        following = factors[n + 1] if n + 1 < len(factors) and not signs[n + 1] else None
        base = node.base if isinstance(node, Scripted) else node
        if isinstance(base, Mark) and base.kind == "NABLA":
            by = node.sub if isinstance(node, Scripted) else None
            if following is None or by is None:
                raise NotUnderstood("∇ does not say of what, or by what.", "Write both.", node.at)
            return self._gradient(following, by, node.at), n + 2
        if isinstance(following, Group) and _is_function(node):
            return self._each(node, following), n + 2
        symbol = self.profile.symbol(base.name) if isinstance(base, Letter) else None
        if symbol is not None and symbol.kind == "activation":
            return self._applied(node, symbol, following), n + 2
        if symbol is not None and symbol.kind == "change":
            if following is None:
                raise NotUnderstood("Δ is read before a weight only.", "", node.at)
            one = self.of(following)
            return Shaped(one.rows, one.columns, after(node, one)), n + 2
        one = self._one(node, symbol)
        if following is None or not self._is_argument(symbol, following):
            return one, n + 1
        return Shaped(one.rows, one.columns, before(one, following)), n + 2

    def _is_argument(self, symbol: Symbol | None, following: Node | None) -> bool:
        """Whether (x) follows a quantity, which is not read."""
        return (
            symbol is not None
            and isinstance(following, Group)
            and all(
                isinstance(item, Letter) and item.name in self.profile.arguments
                for item in following.items
            )
        )

    def _applied(self, node: Node, symbol: Symbol, argument: Node | None) -> Shaped:
        """σ of each component; a diagonal matrix has them on its diagonal."""
        if not isinstance(argument, Group) or len(argument.items) != 1:
            raise NotUnderstood(
                f"{symbol.sign} stands without its argument.", "Write it in brackets.", node.at
            )
        inner = self.of(argument.items[0])
        if symbol.diagonal:
            if inner.rows is None or inner.columns is not None:
                raise shape_error(
                    f"{symbol.sign} is applied to {inner}.", "Write a column.", node.at
                )
            primes = node.primes if isinstance(node, Scripted) else 0
            function = Letter(self.profile.of_array("phi").sign, node.at)
            node = Scripted(function, None, None, primes, node.at)
        at = argument.at

        def build(row: str, column: str, used: frozenset[str]) -> Node:
            inside = inner.build(row, "" if symbol.diagonal else column, used)
            return Product((node, Group((inside,), at)), ("", ""), at)

        if symbol.diagonal:
            return Shaped(inner.rows, inner.rows, build, diagonal=True)
        return Shaped(inner.rows, inner.columns, build)

    def _each(self, node: Node, argument: Group) -> Shaped:
        """A function of every component, such as tanh(z) or max(0, z)."""
        inner = [self.of(item) for item in argument.items]
        shaped = next((one for one in inner if not one.number), inner[0])

        def build(row: str, column: str, used: frozenset[str]) -> Node:
            parts = (one.build(*(("", "") if one.number else (row, column)), used) for one in inner)
            return Product((node, Group(tuple(parts), argument.at)), ("", ""), argument.at)

        return Shaped(shaped.rows, shaped.columns, build)

    def _one(self, node: Node, symbol: Symbol | None) -> Shaped:
        match node:
            case Condition(Related(inside, relation, Number() as limit, at)) if inside is not None:
                one = self.of(inside)

                def true(row: str, column: str, used: frozenset[str]) -> Node:
                    related = Related(one.build(row, column, used), relation, limit, at)
                    return Condition(related, node.at)

                return Shaped(one.rows, one.columns, true)
            case Group((inside,)):
                one = self.of(inside)
                return Shaped(one.rows, one.columns, grouped(one, node.at), one.diagonal)
            case Letter() | Scripted(Letter()) if symbol is not None and _neurons(symbol):
                return self._whole(node, symbol)
            case Letter() | Scripted(Letter()) | Number():
                return scalar(node)
            case Scripted(base, None, above, 0) if _is_transposition(above):
                one = self.of(base)
                return Shaped(one.columns, one.rows, turned(one), one.diagonal)
            case Scripted(Norm(inside), None, Number("2"), 0):
                return self._squares(self.of(inside), node.at)
            case Absolute() | Scripted(Absolute()):
                what = "|…| may be the length of a vector or its elements without their signs."
                raise NotUnderstood(what, "Write its components.", node.at)
            case Norm() | Scripted(Norm()):
                raise NotUnderstood("A norm is read as ‖…‖^2.", "Write the square.", node.at)
            case Scripted(base, None, above, 0) if above is not None:
                one = self.of(base)
                vector = (one.rows is None) != (one.columns is None)
                if not (one.number or (vector and isinstance(base, Group))):  # (a)^2 of each
                    raise shape_error(f"A power of {one}.", "Write the components.", node.at)

                def power(row: str, column: str, used: frozenset[str]) -> Node:
                    return Scripted(
                        Group((one.build(row, column, used),), node.at), None, above, 0, node.at
                    )

                return Shaped(one.rows, one.columns, power)
            case Quotient(over, under):
                return self._quotient(over, under, node.at)
            case BigSum(Letter(name) as below, above, body) if (
                self.profile.letters.get(name) == "sample"
            ):
                one = self.of(body)

                def total(row: str, column: str, used: frozenset[str]) -> Node:
                    return BigSum(below, above, one.build(row, column, used), node.at)

                return Shaped(one.rows, one.columns, total)
        raise NotUnderstood(
            "This is not read beside whole vectors.", "Write the formula with indices.", node.at
        )

    def _squares(self, one: Shaped, at: int) -> Shaped:
        """‖x‖² = Σ_m (x_m)²."""

        def build(row: str, column: str, used: frozenset[str]) -> Node:
            chosen: list[str] = []
            for layer in (one.rows, one.columns):
                free = self.letters(used | {*chosen}) if layer is not None else [""]
                chosen.append(free[0])
            inner = one.build(chosen[0], chosen[1], used | {*chosen})
            body: Node = Scripted(Group((inner,), at), None, Number("2", at), 0, at)
            for letter in reversed([name for name in chosen if name]):
                body = BigSum(Letter(letter, at), None, body, at)
            return body

        if one.diagonal:
            raise shape_error("The norm of a diagonal matrix.", "Write the components.", at)
        return Shaped(None, None, build)

    def _whole(self, node: Node, symbol: Symbol) -> Shaped:
        """A vector or matrix, by its letter and its layer."""
        above = node.sup if isinstance(node, Scripted) else None
        if isinstance(node, Scripted) and (node.sub is not None or node.primes):
            raise NotUnderstood(
                f"{symbol.sign} stands with its indices, and whole vectors beside it.",
                "Write all with indices, or none.",
                node.at,
            )
        base = node.base if isinstance(node, Scripted) else node
        if LAYER.name in symbol.superscript:
            if above is None:
                raise NotUnderstood(f"{symbol.sign} has no layer.", "Write it.", node.at)
            bare = above.items[0] if isinstance(above, Group) and len(above.items) == 1 else above
            name, step = level(index(bare, LAYER.name, self.context))
        else:
            name, step = LAST, 0
        places = [(name, step + one) for one in (symbol.layers or (0,))]
        if symbol.order == "from to":
            places.reverse()

        def build(row: str, column: str, used: frozenset[str]) -> Node:
            letters = [Letter(one, node.at) for one in (row, column)[: len(places)]]
            below: Node = letters[0] if len(letters) == 1 else product(*letters)
            return Scripted(base, below, above, 0, node.at)

        return Shaped(places[0], places[1] if len(places) > 1 else None, build)

    def _quotient(self, over: Node, under: Node, at: int) -> Shaped:
        above, below = _factors(over), _factors(under)
        if _is_partial(above[0]) and _is_partial(below[0]):
            if len(above) != 2 or len(below) != 2:
                raise NotUnderstood("This derivative is not understood.", "Write indices.", at)
            return self._gradient(above[1], below[1], at)
        one, other = self.of(over), self.of(under)
        if not other.number:
            raise shape_error(f"A division by {other}.", "Write the components.", at)

        def build(row: str, column: str, used: frozenset[str]) -> Node:
            return Quotient(one.build(row, column, used), other.build("", "", used), at)

        return Shaped(one.rows, one.columns, build)

    def _gradient(self, of: Node, by: Node, at: int) -> Shaped:
        """∂C/∂x in the shape of x; ∇_a is by the signals of the last layer."""
        base = of.base if isinstance(of, Scripted) else of
        symbol = self.profile.symbol(base.name) if isinstance(base, Letter) else None
        if symbol is None or symbol.kind != "cost":
            raise NotUnderstood(
                "Only the cost is differentiated by a whole vector or matrix.",
                "Write the derivatives of components with indices.",
                at,
            )
        bare = self.profile.symbol(by.name) if isinstance(by, Letter) else None
        if bare is not None and LAYER.name in bare.superscript:
            by = Scripted(by, None, Letter(self._last(at), by.at), 0, by.at)
        shape = self.of(by)
        sign = Mark("PARTIAL", "\\partial", at)

        def build(row: str, column: str, used: frozenset[str]) -> Node:
            return Quotient(product(sign, of), product(sign, shape.build(row, column, used)), at)

        return Shaped(shape.rows, shape.columns, build)

    def _last(self, at: int) -> str:
        for sign, sort in self.profile.sizes.items():
            if sort == LAYER.name:
                return sign
        raise NotUnderstood("The last layer has no letter.", "Declare its size.", at)


def _is_function(node: Node) -> bool:
    """Whether it is the sign of an elementary function, or max."""
    sign = node.text if isinstance(node, Mark) else node.name if isinstance(node, Letter) else ""
    return sign in CALLS or sign == "\\max"


def _factors(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Product) and not any(node.signs):
        return node.factors
    return (node,)


def _is_partial(node: Node) -> bool:
    return isinstance(node, Mark) and node.kind == "PARTIAL"


def _is_transposition(node: Node | None) -> bool:
    return (isinstance(node, Mark) and node.kind == "TOP") or (
        isinstance(node, Letter) and node.name in ("T", "\\mathrm{T}")
    )
