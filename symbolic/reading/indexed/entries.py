r"""Trees → entries of arrays as written: sign, label, indices below, above and in brackets.

    W_{jx}^{i}       the array W^i at j, x          where i is no letter of the document
    h_{j}(t-1)       the array h at j, t-1
    \varphi_{j}'(v)  a function, for the elaboration to apply

Which letters are indices is said by the document; nothing is looked up here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symbolic.reading.anywhere import EULER
from symbolic.reading.indexed.letters import Range, letter_of, size_name, size_sign, stem_of
from symbolic.reading.source import NotUnderstood
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

Key = tuple[str, str]
"""An array: its sign and its label."""


@dataclass
class Letters:
    """What the words of a section say, and which signs carry indices above or in brackets.

    `euler`: e stands nowhere but with something above it, and is no array.
    """

    ranges: Mapping[str, Range]
    functions: frozenset[str]
    sizes: Mapping[str, str]
    elementary: Mapping[str, str]
    high: set[str] = field(default_factory=set)
    low: set[str] = field(default_factory=set)
    bare: set[str] = field(default_factory=set)
    timed: set[str] = field(default_factory=set)
    euler: bool = False

    def range_of(self, letter: str) -> Range | None:
        """The set of a letter; j_{2} runs over the set of j."""
        return self.ranges.get(letter) or self.ranges.get(stem_of(letter))

    def has_letter(self, node: Node) -> bool:
        """Whether a letter of the document occurs in an index."""
        return any(
            self.range_of(letter_of(part)) is not None for part in walk(node) if letter_of(part)
        )

    def is_index(self, node: Node) -> bool:
        """Whether nothing but letters, sizes and numbers occurs."""
        match node:
            case Number(text):
                return text.isdigit()
            case Letter() | Scripted():
                return self.range_of(letter_of(node)) is not None or size_sign(node) in self.sizes
            case Addition(terms):
                return all(map(self.is_index, terms))
        return False


@dataclass(frozen=True, slots=True)
class Entry:
    """A sign with what stands around it; `power` is what the whole is raised to.

    `above` and `beside` are how many of its last indices stand above it and in brackets.
    """

    sign: str
    label: str
    at: tuple[Node, ...]
    place: int
    moved: bool = False
    primes: int = 0
    power: Node | None = None
    applied: bool = field(default=False, compare=False)
    """Whether it stands before a bracket with one entry alone, as a function would."""
    above: int = field(default=0, compare=False)
    beside: int = field(default=0, compare=False)

    @property
    def size(self) -> str:
        """The name of the size that it would be: D1 of D_{1}."""
        if self.at or self.moved or self.primes or self.label.strip("_0123456789") != "":
            return ""
        return size_name(self.sign) + self.label.removeprefix("_")

    @property
    def key(self) -> Key:
        """Which array it is an entry of."""
        return self.sign, self.label


@dataclass(frozen=True, slots=True)
class Applied:
    """A function with its arguments; `orders` are the arguments it is differentiated by."""

    head: Entry
    arguments: tuple[Node, ...]
    orders: tuple[int, ...] = ()
    power: Node | None = None
    place: int = 0


Item = Entry | Applied | Node


def items(
    factors: Sequence[Node], signs: Sequence[str], letters: Letters
) -> Iterator[tuple[str, Item]]:
    """The factors of a product with their signs, each sign with the bracket that belongs to it."""
    n = 0
    while n < len(factors):
        sign, node, orders, change = signs[n], factors[n], list[int](), False
        while _order(node) and n + 1 < len(factors):
            orders.append(_order(node))
            n, node = n + 1, factors[n + 1]
        if isinstance(node, Letter) and node.name == "\\Delta" and n + 1 < len(factors):
            change, n, node = True, n + 1, factors[n + 1]
        head = base_of(node)
        alone = n + 1 < len(factors) and not signs[n + 1]
        larger = _larger_than_0(node, factors[n + 1] if alone else None, letters)
        if larger is not None and not orders and not change:
            n += 2
            yield sign, larger
            continue
        if head is not None and isinstance(_base(node), Mark):
            _require_known(head, letters, node.at)
        n += 1
        above = _exponential(node, letters)
        if above is not None and not orders and not change:
            exp = spelled(Mark("FUNC", "\\exp", node.at), False, letters, ())
            yield sign, Applied(exp, (above,), place=node.at)
            continue
        if head is None:
            if orders or change:
                raise NotUnderstood("This sign stands before no sign of an array.", "", node.at)
            yield sign, node
            continue
        beside = factors[n] if n < len(factors) and not signs[n] else None
        if head in letters.elementary and not isinstance(_base_of(beside), Group):  # ln y_k
            if _is_applied_function(factors[n:], signs[n:], letters):  # ln σ(z)
                beside = Product(tuple(factors[n : n + 2]), tuple(signs[n : n + 2]), factors[n].at)
                n += 1
            n += 1
            yield sign, _unbracketed(node, beside, factors[n:], signs[n:], letters)
            continue
        outer = beside.sup if isinstance(beside, Scripted) else None
        plain = beside if isinstance(beside, Group) else None
        if isinstance(beside, Scripted) and beside.sub is None and not beside.primes:
            plain = beside.base if isinstance(beside.base, Group) else None
        function = head in letters.functions or head in letters.elementary
        argument = plain is not None and is_argument(head, plain, letters)
        if plain is not None and (function or argument):
            n += 1
            entry = spelled(node, change, letters, () if function else plain.items)
            if function:
                yield sign, Applied(entry, plain.items, tuple(orders), outer, node.at)
                continue
            if outer is not None and entry.power is not None:
                raise NotUnderstood("Two powers stand on one sign.", "Use brackets.", node.at)
            entry = _raised(entry, outer)
        else:
            entry = spelled(node, change, letters, ())
            applied = plain is not None and is_applied(node, plain, letters)
            entry = replace(entry, applied=applied)
        if orders:
            raise NotUnderstood("Only a function has a derivative by its argument.", "", node.at)
        alone = n == len(factors) - 1 and not signs[n] and isinstance(factors[n], Letter | Scripted)
        if alone and head in letters.elementary and isinstance(node, Mark):  # \tanh x
            n += 1
            yield sign, Applied(entry, (factors[n - 1],), place=node.at)
            continue
        yield sign, entry


def is_applied(node: Node, group: Group, letters: Letters) -> bool:
    """Whether a sign without indices stands before a bracket with one entry alone: s(a_n)."""
    bare = node.base if isinstance(node, Scripted) and node.sub is node.sup is None else node
    [*inner] = group.items
    lone = len(inner) == 1 and isinstance(inner[0], Letter | Scripted)
    return isinstance(bare, Letter) and lone and not letters.is_index(inner[0])


def _base_of(node: Node | None) -> Node | None:
    return None if node is None else _base(node)


def _is_applied_function(rest: Sequence[Node], signs: Sequence[str], letters: Letters) -> bool:
    """Whether the factors begin with a function and its bracket."""
    if len(rest) < 2 or any(signs[:2]) or not isinstance(_base_of(rest[1]), Group):
        return False
    head = base_of(rest[0])
    return head in letters.functions or head in letters.elementary


def _unbracketed(
    function: Node,
    argument: Node | None,
    rest: Sequence[Node],
    signs: Sequence[str],
    letters: Letters,
) -> Applied:
    r"""\ln y_k, a function of the one factor behind it."""
    more = bool(rest) and not signs[0]
    if argument is None or more or isinstance(argument, Mark) or _order(argument):
        raise NotUnderstood(
            f"Of what is {base_of(function)} taken?", "Write its argument in brackets.", function.at
        )
    return Applied(spelled(function, False, letters, ()), (argument,), place=function.at)


def _raised(entry: Entry, power: Node | None) -> Entry:
    if power is None:
        return entry
    return replace(entry, power=power)


def _exponential(node: Node, letters: Letters) -> Node | None:
    """The x of e^x, where x is no number and no single letter, which may be a label of e."""
    match node:
        case Scripted(Letter(name), None, above, 0) if name in EULER:
            read = isinstance(above, Addition | Product | Quotient | Scripted)
            one = isinstance(above, Letter) and not letters.has_letter(above)
            read = read or (letters.euler and one)
            return above if read and "\\exp" in letters.elementary else None
    return None


def _larger_than_0(node: Node, beside: Node | None, letters: Letters) -> Applied | None:
    """max(0, x) as relu(x)."""
    outer, group = (beside.sup, beside.base) if isinstance(beside, Scripted) else (None, beside)
    relu = next((sign for sign, name in letters.elementary.items() if name == "relu"), "")
    match node, group:
        case Mark("FUNC", "\\max"), Group((first, second)) if relu:
            numbers = [one for one in (first, second) if rational(one) == 0]
            others = [one for one in (first, second) if rational(one) != 0]
            if len(numbers) == 1:
                head = spelled(Mark("FUNC", relu, node.at), False, letters, ())
                return Applied(head, (others[0],), power=outer, place=node.at)
    return None


def _order(node: Node) -> int:
    """The n of ∂_n, 0 for anything else."""
    match node:
        case Scripted(Mark("PARTIAL"), Number(text), None) if text.isdigit():
            return int(text)
    return 0


def base_of(node: Node) -> str | None:
    """The sign that a factor is, None where it is none."""
    base = _base(node)
    if isinstance(base, Letter):
        return undotted(base.name)[0]
    return base.text if isinstance(base, Mark) and base.kind == "FUNC" else None


def _base(node: Node) -> Node:
    return node.base if isinstance(node, Scripted) else node


def _require_known(function: str, letters: Letters, at: int) -> None:
    """A command such as \\max is no sign of an array."""
    if function not in letters.elementary:
        known = ", ".join(sign for sign in letters.elementary if sign.startswith("\\"))
        raise NotUnderstood(f"{function} is not read here.", f"Known are {known}.", at)


def undotted(name: str) -> tuple[str, bool]:
    r"""The sign without its dot, and whether it had one.

    >>> undotted(r"\dot{\mathcal{E}}"), undotted("v")
    (('\\mathcal{E}', True), ('v', False))
    """
    if name.startswith("\\dot{") and name.endswith("}"):
        return name[5:-1], True
    return name, False


def is_argument(head: str, group: Group, letters: Letters) -> bool:
    """Whether a bracket holds indices: h_j(t-1), and h_j(0) where h has such brackets elsewhere."""
    if not all(map(letters.is_index, group.items)):
        return False
    return any(map(letters.has_letter, group.items)) or head in letters.timed


def spelled(node: Node, change: bool, letters: Letters, arguments: Sequence[Node]) -> Entry:
    """The entry that a sign with its scripts is."""
    if isinstance(node, Letter):
        sign, moved = undotted(node.name)
        beside = len(arguments)
        return Entry(_changed(sign, change), "", tuple(arguments), node.at, moved, beside=beside)
    if isinstance(node, Mark):
        return Entry(node.text, "", (), node.at)
    assert isinstance(node, Scripted)
    base = node.base
    name = base.name if isinstance(base, Letter) else base.text if isinstance(base, Mark) else ""
    sign, moved = undotted(name)
    low = tuple(_pieces(node.sub))
    primes, power = node.primes, None
    high: list[Node] = []
    labels: list[str] = []
    if isinstance(node.sub, Number) and sign not in letters.low:
        labels.append(f"_{node.sub.text}")  # \\mathcal{E}_0 where nothing else stands below
        low = ()
    if node.sub is None and sign in letters.bare:
        steps = _steps(node.sup, letters)
        if steps is not None:  # \\alpha^{n-t} of a number \\alpha
            return Entry(_changed(sign, change), "power", steps, node.at, moved)
    above = [_unprimed(piece) for piece in _pieces(node.sup)]
    primes += sum(count for _, count in above)
    for piece, _ in above:
        if piece is None:
            continue
        number = rational(piece)
        if letters.has_letter(piece) or (sign in letters.high and letters.is_index(piece)):
            high.append(piece)
        elif number is not None and number != 0 and len(above) == 1:
            power = piece
        else:
            labels.append(_label(piece))
    at = (*low, *high, *arguments)
    label, whole = ",".join(labels), _changed(sign, change)
    beside = len(arguments)
    return Entry(whole, label, at, node.at, moved, primes, power, above=len(high), beside=beside)


def _steps(node: Node | None, letters: Letters) -> tuple[Node, Node] | None:
    """The n and t of a power n - t of a number, a number being added to n."""
    if not isinstance(node, Addition):
        return None
    counts = [term for term in node.terms if letter_of(term)]
    signs = [sign for term, sign in zip(node.terms, node.signs, strict=True) if letter_of(term)]
    rest = [
        (term, sign)
        for term, sign in zip(node.terms, node.signs, strict=True)
        if not letter_of(term)
    ]
    known = all(letters.range_of(letter_of(term)) is not None for term in counts)
    if sorted(signs) != ["+", "-"] or not known:
        return None
    later, earlier = counts if signs[0] == "+" else counts[::-1]
    if rest:
        terms = (later, *(term for term, _ in rest))
        later = Addition(terms, ("+", *(sign for _, sign in rest)), node.at)
    return later, earlier


def _changed(sign: str, change: bool) -> str:
    return f"\\Delta {sign}" if change else sign


def _pieces(script: Node | None) -> Iterator[Node]:
    """The indices of a script; tie(j,i) is one."""
    for one in _listed(script):
        factors = one.factors if isinstance(one, Product) and not any(one.signs) else (one,)
        n = 0
        while n < len(factors):
            factor = factors[n]
            beside = factors[n + 1] if n + 1 < len(factors) else None
            if isinstance(factor, Letter) and isinstance(beside, Group):
                yield Product((factor, beside), ("", ""), factor.at)
                n += 2
            else:
                yield factor
                n += 1


def _listed(script: Node | None) -> tuple[Node, ...]:
    if script is None:
        return ()
    return script.items if isinstance(script, Listed) else (script,)


def _unprimed(node: Node) -> tuple[Node | None, int]:
    """A script without its primes, and how many there were."""
    if isinstance(node, Mark) and node.kind == "PRIME":
        return None, len(node.text)
    if isinstance(node, Scripted) and node.primes and node.sub is None and node.sup is None:
        return node.base, node.primes
    return node, 0


def _label(node: Node) -> str:
    """A letter, a number or a number in brackets as part of a name."""
    match node:
        case Letter(name):
            return name
        case Number(text) if text.isdigit():
            return text
        case Group((Number(text),)) if text.isdigit():
            return f"({text})"
        case Mark("TEXT", text) if text.strip().isalnum():
            return text.strip()
        case Addition((first, second), ("+", sign)):  # the layer l+1 where l is no letter
            return f"{_label(first)}{sign}{_label(second)}"
    raise NotUnderstood("What stands above is no index, power or label.", "", node.at)


def rational(node: Node | None) -> Fraction | None:
    """The number that a power is: 2, -1, 1/2, -1/2; None where it is none."""
    match node:
        case Number(text) if len(text) <= 12:
            return Fraction(text)
        case Addition((inner,), ("-",)):
            found = rational(inner)
            return None if found is None else -found
        case Product((over, under), ("", "/")):
            above, below = rational(over), rational(under)
            return None if above is None or not below else above / below
        case Quotient(over, under):
            above, below = rational(over), rational(under)
            return None if above is None or not below else above / below
    return None


def walk(node: Node) -> Iterator[Node]:
    """Every node of a tree, scripts included; a letter with a number below is one node."""
    stack: list[Node | None] = [node]
    while stack:
        top = stack.pop()
        if top is None:
            continue
        yield top
        match top:
            case Scripted(base, sub, sup):
                stack += [sup] if letter_of(top) else [sup, sub, base]
            case Product(inner) | Addition(inner) | Group(inner) | Listed(inner):
                stack += reversed(inner)
            case Quotient(over, under):
                stack += [under, over]
            case BigSum(below, above, body):
                stack += [body, above, below]
            case Related(left, _, right):
                stack += [right, left]
            case Condition(relation):
                stack.append(relation)
            case Root(body) | Absolute(body):
                stack.append(body)
