"""Trees → indexed expressions, with the sets of their letters and the axes of their arrays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symbolic.arrays import Multiplier
from symbolic.indexed import (
    Add,
    AtLeast,
    Count,
    Delta,
    Expr,
    Fn,
    Gather,
    Get,
    Mul,
    Name,
    Num,
    Opaque,
    Pow,
    Shifted,
    Size,
    Sort,
    Sum,
    Var,
    affine,
)
from symbolic.reading.indexed.entries import (
    Applied,
    Entry,
    Item,
    Key,
    Letters,
    base_of,
    items,
    rational,
)
from symbolic.reading.indexed.letters import Range, letter_of, size_sign
from symbolic.reading.indexed.own_function import Function
from symbolic.reading.indexed.written_derivatives import Derivatives
from symbolic.reading.source import Fault, NotUnderstood
from symbolic.reading.tree import (
    Absolute,
    Addition,
    BigSum,
    Condition,
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

Index = Shifted | int
MOVED = "˙"
OUT, EDGE, IN = "out", "edge", "in"
"""The 0/1 arrays of [j ∈ 𝒪], [j → k] and [k ∈ c]."""
MOST_DEEP = 60


@dataclass(frozen=True, slots=True)
class Array:
    """An array of a section: its name in the program and the sets of its axes."""

    name: str
    sorts: tuple[Sort, ...]


@dataclass
class Names:
    """What the signs of a section mean, once all of it has been looked at."""

    letters: Letters
    sorts: Mapping[Range, Sort]
    arrays: Mapping[Key, Array]
    cost: str
    multipliers: dict[str, Multiplier] = field(default_factory=dict)
    """By the name of the array that they differentiate by."""
    named: dict[Key, str] = field(default_factory=dict)
    """The signs of derivatives, such as δ, and by which array they differentiate."""
    slopes: bool = False
    """Whether every sign is a number, and any may be differentiated (`slopes`)."""
    functions: dict[str, Function] = field(default_factory=dict)
    """The functions that the document defines by a formula."""
    formulas: dict[Expr, str] = field(default_factory=dict)
    """Formulas of which derivatives are written, and what they are called."""

    def var(self, letter: str, at: int) -> Var:
        """The letter as a variable."""
        over = self.letters.range_of(letter)
        if over is None:
            raise NotUnderstood(
                f"It is not said over what {letter} runs.",
                f"Say that ${letter}$ runs over a set.",
                at,
            )
        return Var(code_of(letter), self.sorts[over])


class Elaborator(Derivatives):
    """Reads one side of a relation; `free` are the letters that may stand free."""

    def __init__(self, names: Names, free: Iterable[Var] = ()) -> None:
        self.names, self.letters = names, names.letters
        self.scope: dict[str, Var] = {v.name: v for v in free}
        self.open: dict[str, tuple[Var, int]] = {}  # letters met that nothing binds
        self.deep = 0

    def read(self, node: Node) -> Expr:
        """The expression that a tree means; raises `NotUnderstood`."""
        self.deep += 1
        if self.deep > MOST_DEEP:
            raise NotUnderstood("The formula is nested too deeply.", "Split it.", node.at)
        found = self._read(node)
        self.deep -= 1
        return found

    def _read(self, node: Node) -> Expr:
        match node:
            case Number(text):
                return Num(Fraction(text))
            case Addition(terms, signs):
                read = [
                    _minus(self.read(term)) if sign == "-" else self.read(term)
                    for term, sign in zip(terms, signs, strict=True)
                ]
                return read[0] if len(read) == 1 else Add(tuple(read))
            case Product(factors, signs):
                return self._product(factors, signs)
            case Group((inside,)):
                return self.read(inside)
            case Quotient(over, under):
                return self._quotient(over, under)
            case BigSum():
                return self._sum(node)
            case Condition(relation):
                return self._bracket(relation)
            case Root(body):
                return Pow(self.read(body), Fraction(1, 2))
            case Absolute(body):
                return Fn("abs", self.read(body))
            case Scripted(base, None, above, 0) if above is not None and not _is_sign(base):
                return self._power(self.read(base), above)
            case Letter() | Scripted():
                return self._product((node,), ("",))
        raise NotUnderstood("This is no number here.", "Write entries of arrays.", node.at)

    # -- products

    def _product(self, factors: Sequence[Node], signs: Sequence[str]) -> Expr:
        read: list[Expr] = []
        for sign, item in items(factors, signs, self.letters):
            value = self._item(item)
            if sign == "/":
                value = Pow(value, Fraction(-1))
            elif sign == "o":
                raise NotUnderstood(
                    "⊙ is of whole arrays; here entries multiply.", "", factors[0].at
                )
            read.append(value)
        return read[0] if len(read) == 1 else Mul(tuple(read))

    def _item(self, item: Item) -> Expr:
        match item:
            case Entry():
                value = self.entry(item)
                return value if item.power is None else self._power(value, item.power)
            case Applied(_, _, _, power):
                value = self._applied(item)
                return value if power is None else self._power(value, power)
            case _:
                return self.read(item)

    def _power(self, base: Expr, above: Node) -> Expr:
        exponent = rational(above)
        if exponent is None or abs(exponent.numerator) > 12 or exponent.denominator > 12:
            raise NotUnderstood("This is no power that is read.", "Write a number.", above.at)
        return Pow(base, exponent)

    def _applied(self, item: Applied) -> Expr:
        head = item.head
        arguments = tuple(map(self.read, item.arguments))
        if head.power is not None:
            times = rational(head.power)
            if times is None or times < 2 or item.power is not None:
                raise NotUnderstood("A power stands on a function.", "Write it behind.", item.place)
            plain = replace(item, head=replace(head, power=None))
            return self._power(self._applied(plain), head.power)
        if head.sign in self.letters.elementary:
            if head.primes or head.at or item.orders or len(arguments) != 1:
                raise NotUnderstood(
                    "An elementary function has one argument and no prime here.", "", item.place
                )
            return Fn(self.letters.elementary[head.sign], arguments[0])
        if head.primes and (item.orders or len(arguments) != 1):
            raise NotUnderstood(
                "A prime is read on a function of one argument.", "Write \\partial_1.", item.place
            )
        orders = [0] * len(arguments)
        for place in item.orders:
            if not 1 <= place <= len(arguments):
                raise NotUnderstood("It has no such argument.", "", item.place)
            orders[place - 1] += 1
        if head.primes:
            orders = [head.primes]
        at = tuple(self.index(node, None) for node in head.at)
        own = self.names.functions.get(head.sign)
        if own is not None:
            if len(arguments) != 1 or at or head.label:
                raise NotUnderstood("It was defined with one argument.", "", item.place)
            return own.at(arguments[0], sum(orders))
        name = code_of(head.sign) + label_code(head.label)
        return Opaque(name, at, arguments, tuple(orders) if any(orders) else ())

    def entry(self, entry: Entry) -> Expr:
        """The entry of an array, a size, a derivative under its name, or a movement."""
        names = self.names
        if entry.primes:
            raise NotUnderstood(
                f"{entry.sign} is said to be no function.",
                f"Say that ${entry.sign}$ is any differentiable function.",
                entry.place,
            )
        if entry.applied:
            raise NotUnderstood(
                f"Is {entry.sign} a function of what stands in brackets, or a factor?",
                f"Say that ${entry.sign}$ is any differentiable function, or write a dot between.",
                entry.place,
            )
        if not entry.at and not entry.label and entry.sign == names.cost:
            name = f"{MOVED}cost" if entry.moved else "cost"
            return Get(name, ())
        if entry.key in names.named and not entry.moved:
            array = names.named[entry.key]
            return Get(names.multipliers[array].name, self._at(entry, self._sorts(array)))
        info = names.arrays.get(entry.key)
        if info is None:
            if entry.size in self.letters.sizes:
                return Count(entry.size)
            if self.letters.range_of(entry.sign) is not None:
                raise NotUnderstood(
                    f"The index {entry.sign} is no number.", "", entry.place, Fault.INDEX
                )
            if entry.sign == "\\pi" and not (entry.at or entry.label or entry.moved):
                return 4 * Fn("arctan", Num(Fraction(1)))
            raise NotUnderstood(f"{entry.sign} is not known here.", "", entry.place)
        name = f"{MOVED}{info.name}" if entry.moved else info.name
        return Get(name, self._at(entry, info.sorts))

    def _sorts(self, array: str) -> tuple[Sort, ...]:
        return next(info.sorts for info in self.names.arrays.values() if info.name == array)

    def _at(self, entry: Entry, sorts: tuple[Sort, ...]) -> tuple[Index, ...]:
        if len(entry.at) != len(sorts):
            raise NotUnderstood(
                f"{entry.sign} has {len(sorts)} indices elsewhere and {len(entry.at)} here.",
                "",
                entry.place,
                Fault.INDEX,
            )
        return tuple(self.index(node, sort) for node, sort in zip(entry.at, sorts, strict=True))

    # -- sums and brackets

    def _sum(self, node: BigSum) -> Expr:
        if node.below is None:
            raise NotUnderstood("Over what is summed?", "Write \\sum_{j}.", node.at)
        related = node.below if isinstance(node.below, Related) else None
        below = related.left if related is not None else node.below
        if below is None:
            raise NotUnderstood("The range of this sum is not understood.", "", node.at)
        names = [letter_of(piece) for piece in _letters(below)]
        apart = related is not None and related.relation in ("!=", "\\neq", "\\ne")
        ranged = related is None or (len(names) == 1 and (related.relation == "=" or apart))
        if not all(names) or not ranged:
            raise NotUnderstood("The range of this sum is not understood.", "", node.at)
        bound = [self.names.var(name, node.at) for name in names]
        for n, v in enumerate(bound):
            if v.name in self.scope or v in bound[:n]:
                raise NotUnderstood(
                    f"The index {v.name} is summed over and has a meaning already.",
                    "Use another letter.",
                    node.at,
                    Fault.INDEX,
                )
        ends: list[Expr] = []
        if related is not None and apart:
            if node.above is not None:
                raise NotUnderstood("The range of this sum is not understood.", "", node.at)
            same = Delta(bound[0], self.index(related.right, bound[0].sort))
            ends = [Add((Num(Fraction(1)), Mul((Num(Fraction(-1)), same))))]
        elif related is not None:
            ends = self._ends(bound[0], related.right, node.above, node)
        elif node.above is not None:
            raise NotUnderstood("This sum has an end and no beginning.", "", node.at)
        self.scope |= {v.name: v for v in bound}
        body = self.read(node.body)
        for v in bound:
            del self.scope[v.name]
        body = Mul((*ends, body)) if ends else body
        for v in reversed(bound):
            body = Sum(v, body)
        return body

    def _ends(self, v: Var, low: Node, high: Node | None, node: BigSum) -> list[Expr]:
        if high is None:
            raise NotUnderstood("This sum has a beginning and no end.", "", node.at)
        sort = v.sort if v.sort.ordered else None  # the ends of all of a set are numbers
        first, last = self.index(low, sort), self.index(high, sort)
        own = v.sort.bounds() if v.sort.ordered else (1, v.sort.extent())
        if affine(first) == affine(own[0]) and affine(last) == affine(own[1]):
            return []
        if not v.sort.ordered:
            raise NotUnderstood("This set has no order.", "Sum over all of it.", node.at)
        return [AtLeast(v, first), AtLeast(last, v)]

    def _bracket(self, relation: Related) -> Expr:
        left, right = relation.left, relation.right
        if left is None:
            raise NotUnderstood("This bracket is not understood.", "", relation.at)
        if relation.relation == "\\in":
            if base_of(right) in ("\\mathcal{O}", "O"):
                return Get(OUT, (self.index(left, None),))
            return Get(IN, (self.index(right, None), self.index(left, None)))
        if relation.relation in ("\\to", "\\rightarrow"):
            return Get(EDGE, (self.index(right, None), self.index(left, None)))
        sort = self._sort_of(left) or self._sort_of(right)
        sides = self.index(left, sort), self.index(right, sort)
        match relation.relation:
            case "=":
                return Delta(*sides)
            case ">=":
                return AtLeast(*sides)
            case "<=":
                return AtLeast(sides[1], sides[0])
            case ">" | "<":
                high, low = sides if relation.relation == ">" else (sides[1], sides[0])
                return AtLeast(high, affine(low) + 1)
        raise NotUnderstood("This bracket is not understood.", "", relation.at)

    def _sort_of(self, node: Node) -> Sort | None:
        over = self.letters.range_of(letter_of(node)) if letter_of(node) else None
        return None if over is None else self.names.sorts[over]

    # -- indices

    def index(self, node: Node, sort: Sort | None) -> Index:
        """The index that a node is, on an axis of this sort."""
        letter = letter_of(node)
        if letter and self.letters.range_of(letter) is not None:
            return self._letter(letter, node.at, sort)
        match node:
            case Number(text) if text.isdigit() and len(text) <= 6:
                if sort is not None and not sort.ordered:
                    return Name("one" if text == "1" else text, sort)
                return int(text)
            case Letter() | Scripted() if size_sign(node) in self.letters.sizes:
                return Size(size_sign(node))
            case Group((inside,)):
                return self.index(inside, sort)
            case Addition(terms, signs):
                whole = affine(0)
                for term, sign in zip(terms, signs, strict=True):
                    part = affine(self.index(term, None))
                    whole = whole + part if sign != "-" else whole - part
                return whole
            case Product((Letter(name), Group(inner))):
                if sort is None:
                    raise NotUnderstood("This index is not understood.", "", node.at)
                return Gather(code_of(name), sort, tuple(self.index(one, None) for one in inner))
        what = f"It is not said over what {letter} runs." if letter else "This is no index."
        raise NotUnderstood(what, "Say over what its letters run.", node.at)

    def _letter(self, letter: str, at: int, sort: Sort | None) -> Var:
        v = self.names.var(letter, at)
        if sort is not None and v.sort != sort and not (sort.ordered and v.sort.ordered):
            raise NotUnderstood(
                f"The index {letter} runs over another set than what stands here elsewhere.",
                "",
                at,
                Fault.INDEX,
            )
        if v.name not in self.scope:
            self.open.setdefault(v.name, (v, at))
        return v


def _is_sign(node: Node) -> bool:
    """Whether it is a sign, whose scripts are indices or powers."""
    return isinstance(node, Letter | Mark)


def _minus(expr: Expr) -> Expr:
    factors = expr.factors if isinstance(expr, Mul) else (expr,)
    return Mul((Num(Fraction(-1)), *factors))


def _letters(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Listed):
        return node.items
    return node.factors if isinstance(node, Product) and not any(node.signs) else (node,)


def code_of(sign: str) -> str:
    r"""A sign as a name: xi of \xi, j2 of j_2, xhat of \hat{x}, dw of \Delta w.

    >>> code_of(r"\xi"), code_of("j_2"), code_of(r"\hat{x}"), code_of(r"\Delta w")
    ('xi', 'j2', 'xhat', 'dw')
    """
    if sign.endswith("^2"):
        return code_of(sign[:-2]) + "2"
    if sign.startswith("\\Delta "):
        return "d" + code_of(sign[7:])
    if "_{" in sign or "^{" in sign:  # a name with its scripts
        stem = min(sign.find(mark) for mark in ("_{", "^{") if mark in sign)
        behind = re.sub(r"[{} ]", "", sign[stem:])
        return code_of(sign[:stem]) + behind
    if sign.startswith("\\") and sign.endswith("}"):
        style, _, inside = sign[1:-1].partition("{")
        accent = style if style in ("hat", "tilde", "bar", "vec", "dot") else ""
        return code_of(inside) + accent
    return sign.removeprefix("\\").replace("_", "")


def label_code(label: str) -> str:
    """A label as part of a name."""
    return "".join(c for c in label if c.isalnum()) if label else ""
