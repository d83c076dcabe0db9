"""All formulas of a section looked at once: which arrays there are, with which axes.

An axis has the set of the letter that stands there alone, in the definition of the array if it has
one.  A set has an order where somebody adds to its letters or compares them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from symbolic.indexed import Size, Sort, affine
from symbolic.reading.anywhere import EULER
from symbolic.reading.indexed.elaborate import (
    EDGE,
    IN,
    OUT,
    Array,
    code_of,
    label_code,
)
from symbolic.reading.indexed.entries import (
    Applied,
    Entry,
    Key,
    Letters,
    base_of,
    items,
    walk,
)
from symbolic.reading.indexed.letters import Range, letter_of, size_sign
from symbolic.reading.indexed.written_derivatives import differential, second
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tree import (
    Absolute,
    Addition,
    BigSum,
    Condition,
    Group,
    Letter,
    Mark,
    Node,
    Number,
    Product,
    Quotient,
    Related,
    Root,
    Scripted,
)


@dataclass
class Survey:
    """What was seen; `at` are the indices of every occurrence of an array, `first` is the first."""

    letters: Letters
    missing: Callable[[], str] = str
    """What the text has to say, where it does not say over what letters run."""
    at: dict[Key, list[tuple[Node, ...]]] = field(default_factory=dict)
    first: dict[Key, Entry] = field(default_factory=dict)
    predicates: dict[str, tuple[Node, ...]] = field(default_factory=dict)
    ordered: set[Range] = field(default_factory=set)
    costs: dict[str, None] = field(default_factory=dict)

    def marks(self, trees: Iterable[Node]) -> None:
        """Which signs carry letters above or in brackets; to be done before all else."""
        letters = self.letters
        trees = tuple(trees)
        letters.euler = _is_euler(trees)
        alone: Counter[str] = Counter()  # how often a sign stands without anything around it
        for tree in trees:
            for node in walk(tree):
                match node:
                    case Letter(name):
                        alone[name] += 1
                    case Scripted(Letter(name), below, above):
                        alone[name] -= not letter_of(node)
                        sign = base_of(node) or ""
                        if below is not None and letters.has_letter(below):
                            letters.low.add(sign)
                        if above is not None and letters.has_letter(above):
                            letters.high.add(sign)
                    case Product(factors):
                        for first, beside in pairwise(factors):
                            group = beside.base if isinstance(beside, Scripted) else beside
                            before = base_of(first)
                            if before is None or not isinstance(group, Group):
                                continue
                            inside = all(map(letters.is_index, group.items))
                            if inside and any(map(letters.has_letter, group.items)):
                                letters.timed.add(before)
        letters.bare |= {name for name, count in alone.items() if count > 0}

    def look(self, node: Node) -> None:
        """Note every entry of a tree."""
        match node:
            case Letter() | Scripted() | Mark():
                if isinstance(node, Scripted) and isinstance(node.base, Group | Absolute):
                    self.look(node.base)
                else:
                    self._factors((node,), ("",))
            case Product(factors, signs):
                self._factors(factors, signs)
            case Addition(inner) | Group(inner):
                for one in inner:
                    self.look(one)
            case Quotient(over, under):
                twice = second(over, under)
                if twice is not None:
                    self.costs.setdefault(base_of(twice[0]) or "")
                    self._factors(twice[1:], ("", ""))
                    return
                above, below = differential(over), differential(under)
                if above is None or below is None:
                    self.look(over)
                    self.look(under)
                    return
                sign = base_of(above[0]) if len(above) == 1 else None
                if sign:
                    self.costs.setdefault(sign)
                elif len(above) > 1 or not isinstance(above[0], Letter | Scripted):
                    self._factors(above, [""] * len(above))
                self._factors(below, [""] * len(below))
            case BigSum(Related(Letter() | Scripted() as letter, "=", low), high, body):
                summed = self.letters.range_of(letter_of(letter))
                if not self._is_all(summed, low, high):
                    self._arithmetic(summed)
                self.look(body)
            case BigSum(_, _, body):
                self.look(body)
            case Condition(relation):
                self._bracket(relation)
            case Root(body) | Absolute(body):
                self.look(body)

    def _factors(self, factors: Sequence[Node], signs: Sequence[str]) -> None:
        for _, item in items(factors, signs, self.letters):
            match item:
                case Entry():
                    self._entry(item)
                case Applied(head, arguments):
                    for index in head.at:
                        self._index(index)
                    for argument in arguments:
                        self.look(argument)
                case _:
                    if item not in factors or not isinstance(item, Letter | Scripted | Mark):
                        self.look(item)
                    elif isinstance(item, Scripted) and isinstance(item.base, Group):
                        self.look(item.base)

    def _entry(self, entry: Entry) -> None:
        bare = not entry.at and not entry.label
        if entry.size in self.letters.sizes or (
            bare and self.letters.range_of(entry.sign) is not None
        ):
            return
        self.at.setdefault(entry.key, []).append(entry.at)
        self.first.setdefault(entry.key, entry)
        for index in entry.at:
            self._index(index)

    def _index(self, node: Node) -> None:
        """Letters that something is added to have an order."""
        for part in walk(node):
            if isinstance(part, Addition):
                for inner in walk(part):
                    self._arithmetic(self.letters.range_of(letter_of(inner)))

    def _arithmetic(self, over: Range | None) -> None:
        if over is not None:
            self.ordered.add(over)

    def _is_all(self, over: Range | None, low: Node, high: Node | None) -> bool:
        """Whether a sum is over all of a set of 1 … K, which needs no order for that."""
        from_one = isinstance(low, Number) and low.text == "1"
        if over is None or high is None or over.last is None or not from_one:
            return False
        others = {one for one in self.letters.ranges.values() if one.last == over.last}
        return over.first == 1 and others == {over} and over.last == affine(Size(size_sign(high)))

    def _bracket(self, relation: Related) -> None:
        left, right = relation.left, relation.right
        if left is None:
            return
        if relation.relation == "\\in":
            output = base_of(right) in ("\\mathcal{O}", "O")
            name, at = (OUT, (left,)) if output else (IN, (right, left))
            self.predicates.setdefault(name, at)
        elif relation.relation in ("\\to", "\\rightarrow"):
            self.predicates.setdefault(EDGE, (right, left))
        else:
            sides = (left, right)
            numbers = any(isinstance(side, Number | Addition) for side in sides)
            sizes = any(size_sign(side) in self.letters.sizes for side in sides)
            if relation.relation != "=" or numbers or sizes:
                for part in (*walk(left), *walk(right)):
                    self._arithmetic(self.letters.range_of(letter_of(part)))

    # -- what follows

    def axes(self, key: Key, head: tuple[Node, ...] | None) -> list[Range]:
        """The set of each axis; raises `NotUnderstood` where it is not said."""
        seen = [*([head] if head is not None else []), *self.at[key]]
        found: list[Range] = []
        for n in range(len(seen[0])):
            column = [at[n] for at in seen if len(at) > n]
            plain = (self.letters.range_of(letter_of(node)) for node in column)
            inner = (
                self.letters.range_of(letter_of(part)) for node in column for part in walk(node)
            )
            over = next((one for one in (*plain, *inner) if one is not None), None)
            if over is None:
                raise NotUnderstood(
                    f"Over what the indices of {key[0]} run is not said.",
                    self.missing() or "Say over what its letters run.",
                    column[0].at,
                )
            if any(isinstance(node, Number | Addition) for node in column):
                self._arithmetic(over)
            found.append(over)
        return found

    def sorts(self, ranges: Iterable[Range]) -> dict[Range, Sort]:
        """A sort for each set, each with its own name."""
        found: dict[Range, Sort] = {}
        for over in ranges:
            if over in found:
                continue
            whole = over.last is not None and over.last.const == 0 and len(over.last.terms) == 1
            size = over.last.terms[0][0] if over.last is not None and whole else None
            taken = {sort.name for sort in found.values()}
            ordered = over in self.ordered
            if over.first == 1 and isinstance(size, Size):
                own = _new(size.name, taken)
                found[over] = Sort(own, "" if own == size.name else size.name, ordered)
            elif over.last is not None:
                found[over] = Sort(_new("R", taken), "", True, over.first, over.last)
            else:
                words = over.words.split()
                stem = "".join(c for c in words[-1] if c.isalpha()) if words else ""
                found[over] = Sort(_new(stem or "S", taken), "", ordered)
        return found

    def arrays(
        self, axes: Mapping[Key, Sequence[Range]], sorts: Mapping[Range, Sort]
    ) -> dict[Key, Array]:
        """Every array with its name in the program."""
        taken = {"cost", OUT, EDGE, IN}
        found: dict[Key, Array] = {}
        for key, own in axes.items():
            name = _new(code_of(key[0]) + label_code(key[1]), taken)
            taken.add(name)
            found[key] = Array(name, tuple(sorts[over] for over in own))
        return found


def _is_euler(trees: Sequence[Node]) -> bool:
    """Whether e stands with something above it everywhere, and nothing below."""
    raised: set[int] = set()
    for node in (node for tree in trees for node in walk(tree)):
        match node:
            case Scripted(Letter(name) as base, None, above, 0) if name in EULER:
                if above is not None:
                    raised.add(id(base))
    plain = (n for tree in trees for n in walk(tree) if isinstance(n, Letter) and n.name in EULER)
    return all(id(node) in raised for node in plain)


def _new(name: str, taken: Iterable[str]) -> str:
    used = {*taken}
    return next(n for n in (name, *(f"{name}_{k}" for k in range(2, 10_000))) if n not in used)
