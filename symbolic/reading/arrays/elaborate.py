"""Tree + array profile → formula: which signs are derivatives, functions, sums, products."""

from __future__ import annotations

from fractions import Fraction

from symbolic.errors import did_you_mean
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
    Time,
    Total,
    Transposed,
    Unknown,
)
from symbolic.reading.arrays.profile import ArrayProfile, ArraySymbol
from symbolic.reading.arrays.scripts import (
    Scripts,
    is_transpose,
    label_of,
    scripts_of,
    time_of,
)
from symbolic.reading.scripts import parts, power_of
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

MOST_DEEP = 60
MOST_GATES = 8


class Elaborator:
    """Reads the sides of one relation."""

    def __init__(self, profile: ArrayProfile) -> None:
        self.profile = profile
        self.labels: dict[str, str] = {}  # letters of sums over gates, and the gate
        self.deep = 0

    def read(self, node: Node) -> Formula:
        """The formula that a tree means; raises `NotUnderstood`."""
        self.deep += 1
        if self.deep > MOST_DEEP:
            raise NotUnderstood("The formula is nested too deeply.", "Split it.", node.at)
        match node:
            case Addition(terms, signs):
                read = [self.read(term) for term in terms]
                signed = [
                    Minus(one, one.place) if sign == "-" else one
                    for one, sign in zip(read, signs, strict=True)
                ]
                found = signed[0] if len(signed) == 1 else Plus(tuple(signed), node.at)
            case Beside(factors, signs):
                found = _Factors(self, factors, signs).all()
            case _:
                found = _Factors(self, (node,), ("",)).all()
        self.deep -= 1
        return found

    # -- signs

    def symbol(self, node: Letter) -> ArraySymbol:
        """What the profile declares for a sign."""
        found = self.profile.symbols.get(node.name)
        if found is None:
            known = list(self.profile.symbols) + list(self.profile.functions)
            raise NotUnderstood(
                f"The sign {node.name} is not declared in the profile {self.profile.name}.",
                did_you_mean(node.name, known),
                node.at,
            )
        return found

    def quantity(self, node: Scripted) -> tuple[Quantity, Scripts]:
        """A sign with its scripts as an entry of an array, and what is left of the scripts."""
        assert isinstance(node.base, Letter)
        symbol = self.symbol(node.base)
        if node.primes:
            raise NotUnderstood(
                f"{symbol.sign} is no function, so it has no derivative ′.", "", node.at
            )
        timed = symbol.time and not (symbol.kind == "loss" and _bare(node))
        scripts = scripts_of(node, timed, self.profile, self.labels)
        if len(scripts.at) > len(symbol.shape):
            raise NotUnderstood(
                f"{symbol.sign} has no such element.", "Check its indices.", node.at
            )
        found = Quantity(symbol.sign, scripts.label, scripts.time, scripts.at, node.at)
        return found, scripts

    def finished(self, base: Formula, scripts: Scripts, node: Node) -> Formula:
        """The base with the power or the transposition that stands above it."""
        if scripts.transposed:
            return Transposed(base, node.at)
        return base if scripts.power is None else self.powered(base, scripts.power)

    def powered(self, base: Formula, above: Node) -> Formula:
        """The base, in brackets or a function, to what stands above it."""
        if is_transpose(above):
            return Transposed(base, above.at)
        exponent = power_of(above)
        if exponent is None:
            raise NotUnderstood(
                "This superscript is no power and no transposition.", "Write ^2 or ^T.", above.at
            )
        symbol = self.profile.symbols.get(base.sign) if isinstance(base, Quantity) else None
        if symbol is not None and len(symbol.shape) == 2 and exponent >= 0:
            raise NotUnderstood(
                f"Is the number above {symbol.sign} a layer or a power?",
                f"Write {symbol.sign}_{exponent} for a layer, ({symbol.sign})^2 for a power.",
                above.at,
            )
        return Power(base, Fraction(exponent), above.at)

    # -- sums

    def total(self, node: BigSum) -> Formula:
        """Σ over time, elements, all elements, or gates that are listed."""
        if node.below is None:
            if node.above is not None:
                raise NotUnderstood("Σ has an end and no beginning.", "Write t=1 below.", node.at)
            return Total("", self.read(node.body), place=node.at)
        related = node.below if isinstance(node.below, Related) else None
        if related is not None and related.relation == "\\in":
            return self._gates(node, related)
        heads = parts(related.left if related else node.below)
        if related is not None and (len(heads) != 1 or related.relation != "="):
            raise NotUnderstood("This range is not understood.", "Write \\sum_{t=1}^{T}.", node.at)
        letters = [self._letter(head) for head in heads]
        low = high = None
        if related is not None:
            low, high = self._bounds(letters[0], related, node)
        elif node.above is not None:
            raise NotUnderstood("Σ has an end and no beginning.", "Write t=1 below.", node.at)
        body = self.read(node.body)
        for letter in reversed(letters):
            body = Total(letter, body, low, high, node.at)
        return body

    def _letter(self, node: Node) -> str:
        known = (*self.profile.letters, *self.profile.time)
        if isinstance(node, Letter) and node.name in known:
            return node.name
        name = node.name if isinstance(node, Letter) else "This"
        raise NotUnderstood(f"{name} is no index letter.", did_you_mean(name, known), node.at)

    def _bounds(
        self, letter: str, related: Related, node: BigSum
    ) -> tuple[Time | None, Time | None]:
        if node.above is None:
            raise NotUnderstood("Σ has a beginning and no end.", "Write the end.", node.at)
        if letter in self.profile.time:
            low, high = time_of(related.right, self.profile), time_of(node.above, self.profile)
            whole = (low, high) == (Time("", 1), Time(self.profile.last))
            return (None, None) if whole else (low, high)
        size = self.profile.letters[letter]
        plain = isinstance(related.right, Digits) and related.right.text == "1"
        last = node.above.name if isinstance(node.above, Letter) else ""
        if not plain or (last != size if size != "?" else last in self.profile.sizes or not last):
            raise NotUnderstood(
                f"A sum over {letter} runs over all of its elements.",
                "Write \\sum_{" + letter + "}.",
                node.at,
            )
        return None, None

    def _gates(self, node: BigSum, related: Related) -> Formula:
        """Σ over k in {i, f, o, g}: written out, k put in for every label."""
        letter, group = related.left, related.right
        listed = isinstance(group, Group) and len(group.items) <= MOST_GATES
        if node.above is not None or not listed or not isinstance(letter, Letter):
            raise NotUnderstood(
                "The range of Σ is not understood.", "Write k \\in \\{i, f, o, g\\}.", node.at
            )
        assert isinstance(group, Group)
        terms = []
        before = self.labels
        for item in group.items:
            self.labels = {**before, letter.name: label_of(item)}
            terms.append(self.read(node.body))
        self.labels = before
        return Plus(tuple(terms), node.at) if len(terms) > 1 else terms[0]


def _bare(node: Scripted) -> bool:
    """Whether a loss has no time: L, or L with a word below."""
    script = node.sub if node.sub is not None else node.sup
    return script is None or isinstance(script, Mark) or power_of(node.sup) is not None


class _Factors:
    """The factors of one product, from left to right.

    Side by side binds closer than ⊙, and both closer than + and −.
    """

    def __init__(self, by: Elaborator, factors: tuple[Node, ...], signs: tuple[str, ...]) -> None:
        self.by, self.factors, self.signs, self.n = by, factors, signs, 0
        self.profile = by.profile

    def all(self) -> Formula:
        found: Formula | None = None
        while self.n < len(self.factors):
            start = self.n
            sign = self.signs[start]
            one = self._run()
            at = self.factors[start].at
            if found is None:
                found = one
            elif sign == "o":
                found = Elementwise(found, one, at)
            else:
                raise AssertionError(sign)
        assert found is not None
        return found

    def _run(self) -> Formula:
        """The factors up to the next ⊙."""
        found = self._operand()
        while self.n < len(self.factors) and self.signs[self.n] != "o":
            sign, at = self.signs[self.n], self.factors[self.n].at
            one = self._operand()
            if sign == "/":
                if self.n < len(self.factors) and self.signs[self.n] != "o":
                    raise NotUnderstood(
                        "a/b c may mean (a/b) c or a/(b c).", "Write \\frac or brackets.", at
                    )
                found = Over(found, one, at)
            else:
                found = Product(found, one, sign == "*", at)
        return found

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
            case Scripted(Norm(inside), _, above, 0):
                return self._norm(inside, above, node)
            case Norm():
                raise NotUnderstood("A norm is read squared only.", "Write \\|…\\|^2.", node.at)
            case Condition():
                return self._condition(node)
            case Scripted(Braced(inside), _, _, 0):
                raise NotUnderstood(
                    "A label under a brace is not read here.", "Claim it by itself.", node.at
                )
            case Scripted(Root() | Group() | Quotient() | Beside() as base, None, above, 0) if (
                above is not None
            ):
                inner = _Factors(by, (base,), ("",)).all()
                return by.powered(inner, above)
        raise NotUnderstood("These signs are not understood here.", "", node.at)

    def _group(self, items: tuple[Node, ...], node: Node) -> Formula:
        if len(items) != 1:
            raise NotUnderstood(
                "A list in brackets is no quantity.", "Write the parts apart.", node.at
            )
        return self.by.read(items[0])

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
        symbol = self.by.symbol(node.base)
        if symbol.kind == "delta":
            return self._delta(symbol, node)
        if symbol.kind == "change":
            return Change(self._next_quantity(node), node.at)
        quantity, scripts = self.by.quantity(node)
        if symbol.kind == "loss" and self._argument_follows():
            return self._unknown(name, node)
        return self.by.finished(quantity, scripts, node)

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
        if self.by.symbol(following.base).kind not in ("data", "weight", "value"):
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
        if node.sub is not None and not isinstance(node.sub, Letter):
            raise NotUnderstood("The ones have at most their number below.", "", node.sub.at)
        ones = Ones(node.at)
        return ones if node.sup is None else self.by.powered(ones, node.sup)

    def _condition(self, node: Condition) -> Formula:
        """[S > 0]"""
        relation = node.relation
        zero = isinstance(relation.right, Digits) and relation.right.text == "0"
        if relation.relation != ">" or not zero or relation.left is None:
            raise NotUnderstood("Only the condition … > 0 is read.", "Write [S > 0].", node.at)
        return Positive(self.by.read(relation.left), node.at)

    # -- functions

    def _argument_follows(self) -> bool:
        following = self.factors[self.n] if self.n < len(self.factors) else None
        return isinstance(following, Group) and not self.signs[self.n]

    def _unknown(self, name: str, node: Scripted) -> Formula:
        group = self.factors[self.n]
        assert isinstance(group, Group)
        self.n += 1
        return Unknown(name, tuple(self.by.read(item) for item in group.items), node.at)

    def _applied(self, function: str, name: str, node: Scripted) -> Formula:
        """f(…), f'(…), tanh²(…), and e^{…}."""
        if node.sub is not None:
            raise NotUnderstood(f"{name} has no index here.", "", node.sub.at)
        following = self.factors[self.n] if self.n < len(self.factors) else None
        if name.startswith("\\") and name[1:].isalpha() and self._plain_argument(following):
            body = self._operand()
            found: Formula = Applied(function, name, body, node.primes, node.at)
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
        found = Applied(function, name, body, node.primes, node.at)
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

    def _norm(self, inside: Node, above: Node | None, node: Node) -> Formula:
        if above is None or power_of(above) != 2:
            raise NotUnderstood("A norm is read squared only.", "Write \\|…\\|^2.", node.at)
        return SquaredNorm(self.by.read(inside), node.at)

    # -- derivatives

    def _nabla(self, node: Scripted) -> Formula:
        """∇_W L"""
        if node.sub is None or node.sup is not None:
            raise NotUnderstood("∇ does not say by what.", "Write \\nabla_{W} L.", node.at)
        inner = _Factors(self.by, (node.sub,), ("",))
        by = inner._next_quantity_at_start(node)
        loss = self._loss(self.factors[self.n : self.n + 1], node)
        self.n += 1
        return Gradient(by, "\\nabla", loss, node.at)

    def _next_quantity_at_start(self, node: Node) -> Quantity:
        found = self._next_quantity(node)
        if self.n < len(self.factors):
            raise NotUnderstood("A derivative is taken by one quantity.", "", node.at)
        return found

    def _quotient(self, top: Node, bottom: Node, node: Quotient) -> Formula:
        above, below = _factors_of(top), _factors_of(bottom)
        signs = [_is_sign_of_derivative(side) for side in (above, below)]
        if not any(signs):
            return Over(self.by.read(top), self.by.read(bottom), node.at)
        if not all(signs) or len(above) < 2:
            raise NotUnderstood(
                "This derivative is not understood.", "Write \\frac{\\partial L}{\\partial W}.",
                node.at,
            )  # fmt: skip
        inner = _Factors(self.by, below[1:], ("",) * (len(below) - 1))
        by = inner._next_quantity_at_start(node)
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
