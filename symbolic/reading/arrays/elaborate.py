"""Tree + array profile → formula: which signs are derivatives, functions, sums, products."""

from __future__ import annotations

from fractions import Fraction

from symbolic.errors import did_you_mean
from symbolic.reading.arrays.factors import Factors
from symbolic.reading.arrays.formulas import (
    EACH,
    Formula,
    Minus,
    Plus,
    Power,
    Quantity,
    Time,
    Total,
    Transposed,
)
from symbolic.reading.arrays.profile import OPEN, ArrayProfile, ArraySymbol
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
    Group,
    Letter,
    Mark,
    Node,
    Related,
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
        self.classes: set[str] = set()  # the targets that are written as classes

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
                found = Factors(self, factors, signs).all()
            case _:
                found = Factors(self, (node,), ("",)).all()
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
        if symbol.kind == "loss" and not symbol.time and self._each(scripts):
            return Quantity(symbol.sign, EACH, None, scripts.at, node.at), scripts
        if len(scripts.at) > len(symbol.shape):
            raise NotUnderstood(
                f"{symbol.sign} has no such element.", "Check its indices.", node.at
            )
        whole = self.profile.examples.get(node.base.name)
        sizes = [self.profile.letters[letter] for letter in scripts.at]
        if whole is not None and self.profile.examples_size not in sizes:
            raise NotUnderstood(
                f"{node.base.name} is a column of {whole}, and of which example is not said.",
                f"Write {node.base.name}^{{(i)}}, or {whole} for all examples.",
                node.at,
            )
        at = scripts.at
        turned = whole is not None and node.sup is not None and len(at) == len(symbol.shape) == 2
        if turned and sizes[1] == self.profile.examples_size == symbol.shape[0]:  # x_j^{(i)}
            at = at[::-1]
        found = Quantity(symbol.sign, scripts.label, scripts.time, at, node.at)
        return found, scripts

    def is_number(self, quantity: Quantity) -> bool:
        """Whether a sign is one number."""
        return self.profile.symbols[quantity.sign].kind == "number"

    def _each(self, scripts: Scripts) -> bool:
        """Whether a loss carries the letter of the samples, and nothing else."""
        sizes = [self.profile.letters[letter] for letter in scripts.at]
        rows = self.profile.vectors == "rows"
        of_samples = sizes == [*self.profile.sizes[:1]] or (rows and sizes == [OPEN])
        return not scripts.label and bool(self.profile.sizes and sizes) and of_samples

    def finished(self, base: Formula, scripts: Scripts, node: Node) -> Formula:
        """The base with the power or the transposition that stands above it."""
        if scripts.transposed:
            return Transposed(base, node.at)
        return base if scripts.power is None else self.powered(base, scripts.power)

    def powered(self, base: Formula, above: Node, bracketed: bool = False) -> Formula:
        """The base to what stands above it; above a bracket a number is no layer."""
        if is_transpose(above):
            return Transposed(base, above.at)
        exponent = power_of(above)
        if exponent is None:
            raise NotUnderstood(
                "This superscript is no power and no transposition.", "Write ^2 or ^T.", above.at
            )
        symbol = self.profile.symbols.get(base.sign) if isinstance(base, Quantity) else None
        layer = exponent != 2 or not self.profile.powers
        matrix = symbol is not None and len(symbol.shape) == 2
        if symbol is not None and matrix and layer and exponent >= 0 and not bracketed:
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
        size = ""
        if related is not None:
            low, high, size = self._bounds(letters[0], related, node)
        elif node.above is not None:
            raise NotUnderstood("Σ has an end and no beginning.", "Write t=1 below.", node.at)
        body = self.read(node.body)
        for letter in reversed(letters):
            body = Total(letter, body, low, high, node.at, size)
        return body

    def _letter(self, node: Node) -> str:
        known = (*self.profile.letters, *self.profile.time)
        if isinstance(node, Letter) and node.name in known:
            return node.name
        name = node.name if isinstance(node, Letter) else "This"
        raise NotUnderstood(f"{name} is no index letter.", did_you_mean(name, known), node.at)

    def _bounds(
        self, letter: str, related: Related, node: BigSum
    ) -> tuple[Time | None, Time | None, str]:
        """From where to where a sum over times runs, and the size of one over elements."""
        if node.above is None:
            raise NotUnderstood("Σ has a beginning and no end.", "Write the end.", node.at)
        if letter in self.profile.time:
            low, high = time_of(related.right, self.profile), time_of(node.above, self.profile)
            whole = (low, high) == (Time("", 1), Time(self.profile.last))
            return (None, None, "") if whole else (low, high, "")
        size = self.profile.letters[letter]
        plain = isinstance(related.right, Digits) and related.right.text == "1"
        last = node.above.name if isinstance(node.above, Letter) else ""
        if not plain or not last or (size != OPEN and last != size):
            raise NotUnderstood(
                f"A sum over {letter} runs over all of its elements.",
                "Write \\sum_{" + letter + "}.",
                node.at,
            )
        named = last in (*self.profile.sizes, *self.profile.lengths)
        return None, None, last if size == OPEN and named else ""

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
