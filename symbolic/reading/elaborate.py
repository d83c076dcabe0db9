"""Tree + profile → formula: whether a letter is applied or multiplied, what every script means.

Nothing is guessed: what the profile does not declare is not understood.  Type and index errors are
collected as data, for the formula is understood all the same.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from symbolic.errors import did_you_mean
from symbolic.indexed import Num, Var
from symbolic.reading.anywhere import of_any_neuron
from symbolic.reading.biases import NEURON as BIAS
from symbolic.reading.biases import with_bias
from symbolic.reading.context import Context, Fail, Notes, Seen
from symbolic.reading.factors import Factors
from symbolic.reading.formulas import (
    FROM,
    LAYER,
    NEURON,
    SORTS,
    TO,
    UNWRITTEN,
    Applied,
    Formula,
    Power,
    Range,
    Read,
    SumOver,
    at_numbers,
    free,
    plus,
    times,
    walk,
)
from symbolic.reading.layers import level_of, weights_summed
from symbolic.reading.pairs import differ
from symbolic.reading.profile import Symbol
from symbolic.reading.scripts import OF_LAYER, index, indices, parts, power_of, shown, spelled
from symbolic.reading.source import Fault, NotUnderstood
from symbolic.reading.tree import (
    Addition,
    BigSum,
    Group,
    Letter,
    Listed,
    Mark,
    Node,
    Number,
    Product,
    Related,
    Scripted,
)

_RANGES = {"output": "output", "outputs": "output", "output neurons": "output", "out": "output",
           "hidden": "hidden", "hidden neurons": "hidden"}  # fmt: skip

_AROUND = {
    **dict.fromkeys(("downstream", "succ", "successors", "children", "fanout", "fed"), "fed"),
    **dict.fromkeys(("upstream", "pred", "predecessors", "parents", "fanin"), "feeding"),
}
"""The sets of neurons around a neuron, as books name them."""


class Elaborator:
    """Reads the sides of one relation; `notes` gathers what is found on the way."""

    def __init__(self, context: Context, notes: Notes | None = None) -> None:
        self.context, self.profile = context, context.profile
        self.notes = Notes() if notes is None else notes
        self.scope: list[tuple[Var, Range]] = []
        self.depth = 0  # how many factors are open, one inside the other
        self.bare = ""  # the letter of φ(v), where φ is spoken of and no neuron

    def read(self, node: Node) -> Formula:
        """The formula that a tree means; raises `NotUnderstood`."""
        match node:
            case Number(text):
                return Num(Fraction(text))
            case Addition(terms, signs):
                return plus(
                    *(
                        times(Num(Fraction(-1)), self.read(term))
                        if sign == "-"
                        else self.read(term)
                        for term, sign in zip(terms, signs, strict=True)
                    )
                )
            case Product(factors, signs):
                return Factors(self, factors, signs).all()
            case Listed() | Related():
                raise NotUnderstood("A list or relation cannot stand here.", "", node.at)
            case _:
                return Factors(self, (node,), ("",)).all()

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
        if self.profile.units is not None and node.name in self.profile.units.numbers:
            what = f"{node.name} is a unit of the network {self.profile.units.network}, no number."
            raise NotUnderstood(what, "Write its signal or its field.", node.at)
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
        plain = node.sub is None and (node.sup is None or power_of(node.sup) is not None)
        dummy = self.profile.symbol(self.bare) if self.bare else None
        free_ = self.bare and (dummy is None or dummy.kind == "field")
        if free_ and plain and symbol.array in ("v", "y"):
            field = of_any_neuron("v", self.context)
            phi = self.profile.of_array("phi")  # y is the value of the function that is spoken of
            value = field if symbol.array == "v" else Applied("phi", (), field, 0, phi.sign)
            return self.powered(value, node.sup)
        at, above = indices(symbol, node, self.context, self.notes)
        written = UNWRITTEN not in at if "sample" in symbol.subscript + symbol.superscript else None
        assert isinstance(node.base, Letter)
        sign = node.base.name
        self.notes.seen.append(Seen(sign, symbol.array, node.at, argument, written))
        if self.profile.bias_apart and symbol.kind == "weight" and at[1] == BIAS:
            return self.powered(Read("b", at[:1], sign), above)
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
        if isinstance(below, Related) and below.relation == ":":
            return self._over_uses(below, node)
        said, below = _worded(below)
        related = below if isinstance(below, Related) else None
        heads = parts(related.left if related else below)
        if related is not None and len(heads) != 1:
            raise NotUnderstood("This range is not understood.", "Write \\sum_{k=1}^{m}.", node.at)
        if node.above is not None and related is None:
            raise NotUnderstood("Σ has an end and no beginning.", "Write k=1 below.", node.at)
        apart = self._apart(related)
        if apart is not None:
            related = None
        opened: list[tuple[Var, Range]] = []
        layers = dict(self.notes.layers)
        for head in heads:
            letter = self.letter(head)
            if any(letter == other for other, _ in self.scope):
                self.fail(f"{letter.name} is bound twice, one sum inside the other.", head.at)
            span = Range(said) if said else self._range(letter, related, node)
            self.notes.layers.pop(letter.name, None)
            self.notes.sums.append((letter.name, span, node.at))
            opened.append((letter, span))
            self.scope.append((letter, span))
        body = self.read(node.body)
        if apart is not None:
            body = times(differ(opened[0][0], apart), body)
        del self.scope[len(self.scope) - len(opened) :]
        inner = dict(self.notes.layers)
        for letter, _ in opened:
            self.notes.layers.pop(letter.name, None)
            if letter.name in layers:
                self.notes.layers[letter.name] = layers[letter.name]
        for letter, span in reversed(opened):
            if (
                letter.sort == UNWRITTEN.sort
                and self.profile.writes_samples
                and letter not in free(body)
                and UNWRITTEN in free(body)
            ):
                self.fail(
                    f"The sum runs over {letter.name}, and nothing in it shows {letter.name}.",
                    node.at,
                )
            layer = inner.get(letter.name, "")
            of = OF_LAYER.fullmatch(span.last)
            if layer and of and of[1] != layer and of[2] in self.profile.letters:
                what = f"The sum over {letter.name} ends at {span.last}, "
                self.fail(f"{what}and {letter.name} lies in layer {layer}.", node.at)
            if related is None or span.kind in ("unsaid", "interval"):
                span = self._narrowed(letter, span, body, layer)
            if self.profile.bias_apart and (span.kind, span.first) == ("interval", "0"):
                first = with_bias(at_numbers(body, {letter: BIAS}), node.at)
                body = plus(SumOver(letter, replace(span, first="1"), body), first)
                continue
            whole = SumOver(letter, span, body)
            if letter.sort == LAYER:
                self._require_all(whole, node.at)
            body = whole
        return body

    def _over_uses(self, below: Related, node: BigSum) -> Formula:
        """Σ over the connections (j, i) that have a weight: w_ji = w."""
        refused = NotUnderstood(
            "This range is not understood.", "Write \\sum_{(j,i):\\, w_{ji} = w}.", node.at
        )
        pair, same = below.left, below.right
        if not isinstance(pair, Group) or not isinstance(same, Related) or same.left is None:
            raise refused
        letters = tuple(map(self.letter, pair.items))
        if any(letter == other for letter in letters for other, _ in self.scope):
            self.fail("An index is bound twice, one sum inside the other.", node.at)
        one, whole = self.read(same.left), self.read(same.right)
        if (
            same.relation != "="
            or node.above is not None
            or len({*letters}) != 2
            or one != Read("w", letters)
            or whole != Read("w", (TO, FROM))
        ):
            raise refused
        to, source = letters
        outer, inner = Range("uses"), Range("uses", of=to.name)
        self.scope += [(to, outer), (source, inner)]
        body = self.read(node.body)
        del self.scope[-2:]
        return SumOver(to, outer, SumOver(source, inner, body))

    def fail(self, what: str, at: int, fault: Fault = Fault.INDEX) -> None:
        """Note a type or index error."""
        self.notes.fails.append(Fail(fault, what, "Rename or write out the index.", at))

    def letter(self, node: Node) -> Var:
        if isinstance(node, Letter) and node.name in self.profile.letters:
            return Var(node.name, SORTS[self.profile.letters[node.name]])
        known = list(self.profile.letters)
        name = node.name if isinstance(node, Letter) else "this"
        units = self.profile.units
        if units is not None and name in units.numbers:
            what = f"{name} is a unit of the network {units.network}, and no running index."
            raise NotUnderstood(what, "Use another letter.", node.at, Fault.INDEX)
        raise NotUnderstood(f"{name} is no index letter.", did_you_mean(name, known), node.at)

    def _apart(self, related: Related | None) -> Var | int | None:
        """The neuron that a sum leaves out: i of k ≠ i."""
        if related is None or related.relation not in ("!=", "\\neq", "\\ne"):
            return None
        match related.right:
            case Letter(name) if self.profile.letters.get(name) == "neuron":
                return Var(name, NEURON)
            case Number(digits) if digits.isdigit() and len(digits) < 6:
                return int(digits)
        raise NotUnderstood("This range is not understood.", "Write k \\neq j.", related.at)

    def _range(self, letter: Var, related: Related | None, node: BigSum) -> Range:
        if related is None:
            if letter.sort != NEURON:
                return Range(letter.sort.name + "s")
            role = self.context.role(letter.name)
            if role == "fed":
                return Range("fed", of=self.context.roles[letter.name].of)
            of = self.context.roles[letter.name].of if role == "hidden" else ""
            every = role == "output" or of == "all"
            return Range(role if every else "unsaid")  # "a hidden neuron k" is not all of them
        if related.relation == "=":
            if node.above is None:
                raise NotUnderstood("Σ has a beginning and no end.", "Write the end.", node.at)
            if letter.sort == LAYER:
                return self._layers(related.right, node.above)
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
        words = _joined(related.right)
        match words:
            case Product((Mark("TEXT", said), Letter(of)), ("", "")) if (
                said.strip() == "neurons fed by" and self.profile.letters.get(of) == "neuron"
            ):
                return Range("fed", of=of)
        around = _set_around(words)
        if around is not None and self.profile.letters.get(around[1]) == "neuron":
            name, of = around
            kind = _AROUND.get(name.lower()) or self.context.sets.get(f"{name}({of})")
            if kind:
                return Range(kind, of=of)
        if related.relation == "\\in" and isinstance(words, Mark | Letter):
            name = words.text if isinstance(words, Mark) else words.name
            bare = name.replace("\\mathrm", "").replace("\\mathcal", "").strip("{} ").lower()
            fed = re.fullmatch(r"neurons fed by \$?([a-z])\$?", bare)
            if fed and self.profile.letters.get(fed[1]) == "neuron":
                return Range("fed", of=fed[1])
            if bare in _RANGES:
                return Range(_RANGES[bare])
            if name in self.context.sets:
                kind, _, of = self.context.sets[name].partition(" ")
                return Range(kind, of=of)
        raise NotUnderstood(
            "The range of Σ is not understood.", "Write k \\in \\text{outputs}.", node.at
        )

    def _layers(self, first: Node, last: Node) -> Range:
        """The range of a sum over layers, from a number to L or L-1."""
        low, high = _digits(first), index(last, LAYER.name, self.context)
        if low is None or isinstance(high, int):
            what = "A sum over layers runs from a number to L or L-1."
            raise NotUnderstood(what, "Write these bounds, or none.", first.at)
        return Range("layers", str(low), shown(high))

    def _require_all(self, total: SumOver, at: int) -> None:
        """A sum over layers is read where it is over all weights."""
        step = weights_summed(total)
        first, last = total.range.first, total.range.last
        if step is not None and first:
            own = int(first) + (self.profile.from_zero is True) + step
            complete = own in (1, 2) and level_of(last) == (LAYER.extent().name, -step)
        else:
            complete = step is not None
        if not complete:
            what = "A sum over layers is read where it is over all weights."
            raise NotUnderstood(what, "Write \\sum_l \\sum_j \\sum_k (w^l_{jk})^2.", at)

    def _narrowed(self, letter: Var, span: Range, body: Formula, layer: str) -> Range:
        """An unsaid range of e_k or d_k is the outputs: no other neuron has them.

        So is k = 1, …, K.  That of weights alone is all neurons.  In layer notation it is the layer
        that the letter lies in.
        """
        alone = not any(v.sort == NEURON and v != letter for v in free(body))
        counted = span.kind == "interval" and span.first == "1" and span.last.isalpha()
        if span.kind != "unsaid" and not (span.kind == "fed" and alone) and not counted:
            return span
        if layer and not counted:
            return Range("layer", of=layer)
        reads = [p for p in walk(body) if isinstance(p, Read) and letter in p.at]
        if reads and all(one.array in ("w", "b") for one in reads):
            return Range("all")  # Σ_j Σ_i w_ji², where there is no connection w_ji is 0
        for part in walk(body):
            if isinstance(part, Read) and letter in part.at:
                symbol = self.profile.symbol(part.sign)
                if symbol is not None and symbol.only == "output":
                    return replace(span, kind="output")
        return span


def _digits(node: Node) -> int | None:
    return int(node.text) if isinstance(node, Number) and node.text.isdigit() else None


def _joined(node: Node) -> Node:
    """A word that is typed as letters side by side, with the bracket behind it: Downstream(j)."""
    factors = node.factors if isinstance(node, Product) and not any(node.signs) else ()
    letters = [one for one in factors if isinstance(one, Letter)]
    if len(letters) < 3 or [*factors[: len(letters)]] != letters or len(factors) > len(letters) + 1:
        return node
    word = Letter("".join(one.name for one in letters), node.at)
    rest = factors[len(letters) :]
    return Product((word, *rest), ("",) * (1 + len(rest)), node.at) if rest else word


def _set_around(node: Node) -> tuple[str, str] | None:
    """The name of a set of neurons and the neuron it is the set of: Downstream(j), D_j."""
    match node:
        case Product((Mark(_, name) | Letter(name), Group((Letter(of),))), ("", "")):
            pass
        case Scripted(Letter(name), Letter(of), None, 0):
            pass
        case _:
            return None
    return re.sub(r"^\\math(?:rm|cal|bf|it)\{(.*)\}$", r"\1", name.strip()), of


def _worded(below: Node) -> tuple[str, Node]:
    """What words below Σ say that it runs over, and the rest: Σ_{outputs k}; else empty."""
    if isinstance(below, Product) and len(below.factors) == 2 and not any(below.signs):
        words, letter = below.factors
        if isinstance(words, Mark) and words.kind == "TEXT" and isinstance(letter, Letter):
            return _RANGES.get(words.text.strip().lower(), ""), letter
    return "", below
