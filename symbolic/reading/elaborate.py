"""Tree + profile → formula: whether a letter is applied or multiplied, what every script means.

Nothing is guessed: what the profile does not declare is not understood.  Type and index errors are
collected as data, for the formula is understood all the same.
"""

from __future__ import annotations

import re
from fractions import Fraction

from symbolic.errors import did_you_mean
from symbolic.indexed import Count, Num, Var
from symbolic.reading.context import Context, Fail, Label, Notes, Seen
from symbolic.reading.formulas import (
    NEURON,
    SORTS,
    UNWRITTEN,
    Applied,
    Call,
    Formula,
    Partial,
    Power,
    Range,
    Read,
    SumOver,
    free,
    over,
    plus,
    times,
    walk,
)
from symbolic.reading.profile import GIVEN, Symbol
from symbolic.reading.scripts import indices, parts, power_of, spelled
from symbolic.reading.source import Fault, NotUnderstood
from symbolic.reading.tree import (
    Addition,
    BigSum,
    Braced,
    Group,
    Letter,
    Listed,
    Mark,
    Node,
    Number,
    Product,
    Quotient,
    Related,
    Root,
    Scripted,
)

CALLS = {"\\exp": "exp", "\\ln": "ln", "\\log": "ln", "\\tanh": "tanh", "\\sinh": "sinh",
         "\\cosh": "cosh", "\\sin": "sin", "\\cos": "cos"}  # fmt: skip
_RANGES = {"output": "output", "outputs": "output", "output neurons": "output", "out": "output",
           "hidden": "hidden", "hidden neurons": "hidden"}  # fmt: skip


class Elaborator:
    """Reads the sides of one relation; `notes` gathers what is found on the way."""

    def __init__(self, context: Context, notes: Notes | None = None) -> None:
        self.context, self.profile = context, context.profile
        self.notes = Notes() if notes is None else notes
        self.scope: list[tuple[Var, Range]] = []

    def read(self, node: Node) -> Formula:
        """The formula that a tree means; raises `NotUnderstood`."""
        match node:
            case Number(text):
                return Num(Fraction(text))
            case Addition(terms, signs):
                return plus(
                    *(
                        times(Num(Fraction(-1)), self.read(term)) if sign == "-" else self.read(term)
                        for term, sign in zip(terms, signs, strict=True)
                    )
                )
            case Product(factors, signs):
                return _Factors(self, factors, signs).all()
            case Listed() | Related():
                raise NotUnderstood("A list or relation cannot stand here.", "", node.at)
            case _:
                return _Factors(self, (node,), ("",)).all()

    # -- single factors

    def symbol(self, node: Letter) -> Symbol:
        """What the profile declares for a sign."""
        found = self.profile.symbol(node.name)
        if found is not None:
            return found
        if node.name in self.profile.letters:
            sort = self.profile.letters[node.name]
            what = f"{node.name} is an index of sort {sort} and no number."
            raise NotUnderstood(what, "Use another letter for the number.", node.at)
        known = list(self.profile.symbols) + list(self.profile.sizes)
        raise NotUnderstood(
            f"The sign {node.name} is not declared in the profile {self.profile.name}.",
            did_you_mean(node.name, known),
            node.at,
        )

    def quantity(self, symbol: Symbol, node: Scripted, argument: bool) -> Formula:
        """A symbol that is no function, with its scripts."""
        if node.primes:
            raise NotUnderstood(
                f"{symbol.sign} is no function, so it has no derivative ′.",
                "Only activation functions do.",
                node.at,
            )
        at, above = indices(symbol, node, self.context, self.notes)
        written = UNWRITTEN not in at if "sample" in symbol.subscript + symbol.superscript else None
        assert isinstance(node.base, Letter)
        sign = node.base.name
        self.notes.seen.append(Seen(sign, symbol.array, node.at, argument, written))
        return self.powered(Read(symbol.array, at, sign), above)

    def powered(self, base: Formula, above: Node | None) -> Formula:
        """The base to the power that stands above it."""
        if above is None:
            return base
        exponent = power_of(above)
        if exponent is None:
            if isinstance(above, Mark) or (isinstance(above, Letter) and above.name == "T"):
                raise NotUnderstood(
                    "A transposed matrix is not read.", "Write the formula with indices.", above.at
                )
            raise NotUnderstood(
                "Is this superscript a power or an index?",
                "Powers are whole numbers up to 12; index letters are declared in the profile.",
                above.at,
            )
        return Power(base, Fraction(exponent)) if exponent != 1 else base

    # -- sums

    def total(self, node: BigSum) -> Formula:
        """Σ over one index or several, and the body it takes."""
        below = node.below
        if below is None:
            raise NotUnderstood("Σ does not say over which index.", "Write \\sum_k.", node.at)
        related = below if isinstance(below, Related) else None
        heads = parts(related.left if related else below)
        if related is not None and len(heads) != 1:
            raise NotUnderstood("This range is not understood.", "Write \\sum_{k=1}^{m}.", node.at)
        if node.above is not None and related is None:
            raise NotUnderstood("Σ has an end and no beginning.", "Write k=1 below.", node.at)
        opened: list[tuple[Var, Range]] = []
        layers = dict(self.notes.layers)
        for head in heads:
            letter = self._letter(head)
            if any(letter == other for other, _ in self.scope):
                self.fail(f"{letter.name} is bound twice, one sum inside the other.", head.at)
            span = self._range(letter, related, node)
            self.notes.layers.pop(letter.name, None)
            self.notes.sums.append((letter.name, span, node.at))
            opened.append((letter, span))
            self.scope.append((letter, span))
        body = self.read(node.body)
        del self.scope[len(self.scope) - len(opened) :]
        for letter, _ in opened:
            self.notes.layers.pop(letter.name, None)
            if letter.name in layers:
                self.notes.layers[letter.name] = layers[letter.name]
        for letter, span in reversed(opened):
            if letter.sort == UNWRITTEN.sort and letter not in free(body) and UNWRITTEN in free(body):
                self.fail(
                    f"The sum runs over {letter.name}, and nothing in it shows {letter.name}.",
                    node.at,
                )
            body = SumOver(letter, self._narrowed(letter, span, body), body)
        return body

    def fail(self, what: str, at: int, fault: Fault = Fault.INDEX) -> None:
        """Note a type or index error."""
        self.notes.fails.append(Fail(fault, what, "Rename or write out the index.", at))

    def _letter(self, node: Node) -> Var:
        if isinstance(node, Letter) and node.name in self.profile.letters:
            return Var(node.name, SORTS[self.profile.letters[node.name]])
        known = list(self.profile.letters)
        name = node.name if isinstance(node, Letter) else "this"
        raise NotUnderstood(f"{name} is no index letter.", did_you_mean(name, known), node.at)

    def _range(self, letter: Var, related: Related | None, node: BigSum) -> Range:
        if related is None:
            if letter.sort != NEURON:
                return Range(letter.sort.name + "s")
            role = self.context.role(letter.name)
            if role == "fed":
                return Range("fed", of=self.context.roles[letter.name].of)
            return Range(role if role in ("output", "hidden") else "unsaid")
        if related.relation == "=":
            if node.above is None:
                raise NotUnderstood("Σ has a beginning and no end.", "Write the end.", node.at)
            first, last = spelled(related.right), spelled(node.above)
            if not first or not last:
                raise NotUnderstood("The bounds of Σ are not understood.", "", node.at)
            if letter.sort != NEURON:
                if first != "1" or self.profile.sizes.get(last) != letter.sort.name:
                    raise NotUnderstood(
                        f"A sum over {letter.name} runs from 1 to the number of "
                        f"{letter.sort.name}s.",
                        "Write these bounds, or none.",
                        node.at,
                    )
                return Range(letter.sort.name + "s", first, last)
            return Range("interval", first, last)
        words = related.right
        if related.relation == "\\in" and isinstance(words, Mark | Letter):
            name = words.text if isinstance(words, Mark) else words.name
            bare = name.replace("\\mathrm", "").replace("\\mathcal", "").strip("{} ").lower()
            fed = re.fullmatch(r"neurons fed by \$?([a-z])\$?", bare)
            if fed and self.profile.letters.get(fed[1]) == "neuron":
                return Range("fed", of=fed[1])
            if bare in _RANGES:
                return Range(_RANGES[bare])
        raise NotUnderstood(
            "The range of Σ is not understood.", "Write k \\in \\text{outputs}.", node.at
        )

    def _narrowed(self, letter: Var, span: Range, body: Formula) -> Range:
        """An unsaid range of e_k or d_k is the outputs: no other neuron has them."""
        if span.kind != "unsaid":
            return span
        for part in walk(body):
            if isinstance(part, Read) and letter in part.at:
                symbol = self.profile.symbol(part.sign)
                if symbol is not None and symbol.only == "output":
                    return Range("output")
        return span


class _Factors:
    """The factors of one product, from left to right."""

    def __init__(
        self, by: Elaborator, factors: tuple[Node, ...], signs: tuple[str, ...]
    ) -> None:
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
        node = self.factors[self.n]
        self.n += 1
        by = self.by
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
            case Scripted(Mark(kind="PARTIAL")):
                raise NotUnderstood("Second derivatives are not read.", "", node.at)
        raise NotUnderstood("These scripts are not understood here.", "", node.at)

    def _mark(self, node: Mark) -> Formula:
        if node.text in CALLS:
            return Call(CALLS[node.text], self._argument(node.text, node.at)[0])
        if node.kind == "PARTIAL":
            raise NotUnderstood(
                "∂ stands alone.", "Write \\frac{\\partial A}{\\partial B}.", node.at
            )
        if node.kind == "NABLA":
            raise NotUnderstood("∇ is not read.", "Write partial derivatives.", node.at)
        if node.kind == "TEXT":
            raise NotUnderstood("Words stand inside the formula.", "Write them outside.", node.at)
        raise NotUnderstood(f"{node.text} cannot stand here.", "", node.at)

    def _argument(self, name: str, at: int) -> tuple[Formula, Node | None]:
        """What a function is applied to, and the power above its bracket."""
        following = self.factors[self.n] if self.n < len(self.factors) else None
        above: Node | None = None
        if isinstance(following, Scripted) and not following.primes and following.sub is None:
            following, above = following.base, following.sup
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
        if name in by.profile.sizes and node.sub is None and not node.primes:
            return by.powered(Count(SORTS[by.profile.sizes[name]].extent().name), node.sup)
        symbol = by.symbol(node.base)
        if symbol.kind == "activation":
            return self._applied(symbol, node)
        if symbol.kind == "change":
            return self._change(node)
        argument, above = self._swallowed()
        return by.powered(by.quantity(symbol, node, argument), above)

    def _applied(self, symbol: Symbol, node: Scripted) -> Formula:
        assert isinstance(node.base, Letter)
        at, power = indices(symbol, node, self.by.context, self.by.notes)
        if power is not None:
            raise NotUnderstood(
                f"A power on {symbol.sign} may mean composition.", "Write (…)^2.", power.at
            )
        self.by.notes.seen.append(Seen(node.base.name, symbol.array, node.at, True, None))
        argument, above = self._argument(node.base.name, node.at)
        applied = Applied(symbol.array, at, argument, node.primes, node.base.name)
        return self.by.powered(applied, above)

    def _change(self, node: Scripted) -> Formula:
        """Δw_{ji}: the correction of the weight that follows."""
        following = self.factors[self.n] if self.n < len(self.factors) else None
        base = following.base if isinstance(following, Scripted) else following
        symbol = self.by.profile.symbol(base.name) if isinstance(base, Letter) else None
        if symbol is None or symbol.kind not in ("weight", "bias") or node.sup or node.primes:
            raise NotUnderstood("Δ is read before a weight only.", "", node.at)
        sample: tuple[Var, ...] = ()
        if node.sub is not None:
            letter = self.by._letter(node.sub)
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
        following = self.factors[self.n] if self.n < len(self.factors) else None
        above: Node | None = None
        if isinstance(following, Scripted) and following.sub is None and not following.primes:
            following, above = following.base, following.sup
        if not isinstance(following, Group) or self.signs[self.n]:
            return False, None
        profile = self.by.profile
        if all(isinstance(item, Letter) and item.name in profile.arguments for item in following.items):
            self.n += 1
            return True, above
        first = following.items[0]
        if isinstance(first, Addition) and any(
            isinstance(term, Letter) and term.name in profile.arguments for term in first.terms
        ):
            raise NotUnderstood(
                "Two iterations in one formula are not read.",
                "Write the correction Δw instead.",
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
            of = self._operand()
        else:
            raise NotUnderstood("∂ does not say of what.", "Write it above the bar.", node.at)
        return Partial(of, by, self.by.profile.derivative)

    def _by(self, factors: tuple[Node, ...], node: Node) -> Read:
        by = self._single(factors, node)
        if not isinstance(by, Read):
            raise NotUnderstood("A derivative is taken by one quantity.", "", node.at)
        symbol = self.by.profile.symbol(by.sign)
        if symbol is not None and symbol.kind in GIVEN[-2:]:
            raise NotUnderstood(f"Nothing is differentiated by {by.sign}.", "", node.at)
        return by

    def _single(self, factors: tuple[Node, ...], node: Node) -> Formula:
        """One quantity, with its argument."""
        if not factors:
            raise NotUnderstood("∂ stands without a quantity.", "Write it.", node.at)
        inner = _Factors(self.by, factors, ("",) * len(factors))
        one = inner._operand()
        if inner.n < len(factors):
            raise NotUnderstood("∂ of a product is not read here.", "Use brackets.", factors[-1].at)
        return one

    def _slashed(self) -> Formula:
        """∂A/∂B on one line."""
        start = self.n
        slash = self.signs.index("/", start) if "/" in self.signs[start:] else -1
        if slash < 0 or not _is_partial(self.factors[slash]) or any(
            _is_partial(one) for one in self.factors[start + 1 : slash]
        ):
            raise NotUnderstood(
                "This derivative is not understood.", "Write \\frac.", self.factors[start].at
            )
        node = self.factors[start]
        of = self._single(self.factors[start + 1 : slash], node)
        self.n = len(self.factors)
        by = self._by(self.factors[slash + 1 :], node)
        return Partial(of, by, self.by.profile.derivative)

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


def _is_plain_d(factors: tuple[Node, ...]) -> bool:
    return len(factors) > 1 and isinstance(factors[0], Letter) and factors[0].name == "d"
