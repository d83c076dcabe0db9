"""The signs of one section: its letters, its arrays with their axes, its cost, its δ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from symbolic.arrays import ONE, Multiplier
from symbolic.indexed import Expr, Sort, Var, arrays_read
from symbolic.reading.grammar import parse
from symbolic.reading.indexed.claims import Hand, Spelling
from symbolic.reading.indexed.elaborate import (
    MOVED,
    Array,
    Elaborator,
    Names,
    code_of,
    label_code,
)
from symbolic.reading.indexed.entries import Entry, Key, Letters, items, walk
from symbolic.reading.indexed.kronecker import with_kronecker
from symbolic.reading.indexed.letters import (
    WHEREVER,
    Range,
    declared,
    functions,
    letter_of,
    sizes_of,
)
from symbolic.reading.indexed.lines import (
    Gathered,
    Line,
    Unknown,
    entries_of,
    is_general,
    same_letters,
    trees_of,
)
from symbolic.reading.indexed.naming import base_sign
from symbolic.reading.indexed.own import argument_of, own_functions, powers_of_e, with_any
from symbolic.reading.indexed.own_function import ARGUMENT, Function
from symbolic.reading.indexed.profile import IndexProfile
from symbolic.reading.indexed.slopes import CURVATURE, SLOPE
from symbolic.reading.indexed.survey import Survey
from symbolic.reading.indexed.undeclared import declaration
from symbolic.reading.indexed.written_derivatives import differential
from symbolic.reading.source import NotUnderstood, Source
from symbolic.reading.tokens import tokens
from symbolic.reading.tree import Addition, Letter, Node, Number, Product, Quotient, Scripted


class Signs:
    """Looks at all formulas of a section at once; `names` are there after `survey`."""

    def __init__(self, one: Gathered, profile: IndexProfile, source: Source) -> None:
        self.one, self.profile, self.source = one, profile, source
        self.text = " ".join(one.words.split())
        ranges: dict[str, Range] = {}
        for letter, over in declared(self.text):
            if ranges.setdefault(letter, over) != over:
                one.lost = one.lost or f"it is said twice, differently, over what {letter} runs"
        named = frozenset(functions(self.text))
        if profile.scripts != "names":
            one.lines = with_kronecker(one.lines, ranges)
        self.own = own_functions(one.lines, ranges, {*named, *profile.functions, *profile.cost})
        self.letters = Letters(
            ranges,
            named | self.own.keys(),
            sizes_of(list(ranges.values())),
            profile.functions,
        )
        self.one.lines = self._with_any()
        self.differentiated = False
        self.numbers = profile.scripts == "names"

    # -- the whole section

    def _survey(self) -> None:
        lines = [*(line for line in self.one.lines if not self._is_own(line)), *self.one.assumed]
        trees = [tree for line in lines for tree in trees_of(line)]
        known = self.letters.ranges, (*self.letters.functions, *self.profile.functions)
        survey = Survey(self.letters, lambda: declaration(trees, *known))
        survey.marks(trees)
        for tree in trees:
            survey.look(tree)
        for bracket in self._brackets():
            survey.look(bracket)
        cost = self._cost(survey)
        self.differentiated = cost in survey.costs if self.numbers else bool(survey.costs)
        survey.at.pop((cost, ""), None)
        namings = dict(self._namings(cost))
        heads = {}
        for line in self.one.lines:
            entry = self._entry(line.left)
            if entry is not None and entry.key not in heads and not entry.moved:
                heads[entry.key] = entry.at
        keys = [key for key in survey.at if key not in namings]
        for head, label in keys:
            if label == "T" and (head, "") in survey.at:
                raise NotUnderstood(
                    f"Is the T above {head} a label, or is {head} transposed?",
                    f"Write the indices of {head} the other way round.",
                    self.one.lines[0].at,
                )
        for sign, (by, _) in namings.items():  # δ has the axes of what it is the derivative by
            if by.key in survey.at:
                survey.at[by.key] += survey.at.get(sign, [])
        axes = {key: survey.axes(key, heads.get(key)) for key in keys}
        every = [*self.letters.ranges.values()]
        sorts = survey.sorts(dict.fromkeys(every))
        arrays = survey.arrays(axes, sorts)
        self.names = Names(self.letters, sorts, arrays, cost, slopes=self.numbers)
        self.predicates = {
            name: tuple(self._sort(node) for node in at) for name, at in survey.predicates.items()
        }
        for sign, (by, factor) in namings.items():
            array = self.names.arrays[by.key].name
            name = _free(code_of(sign[0]) + label_code(sign[1]), self.names.arrays)
            scale = ONE if factor is None else Elaborator(self.names).read(factor)
            self.names.named[sign] = array
            self.names.multipliers[array] = Multiplier(array, name, scale)
        self.first = survey.first
        for own, line in self.own.items():
            place = Names(
                self.letters,
                sorts,
                {(argument_of(line), ""): Array(ARGUMENT, ())},
                cost,
                functions=self.names.functions,
            )
            assert not isinstance(line.right, Unknown)
            formula = powers_of_e(line.right, {argument_of(line)})
            self.names.functions[own] = Function(Elaborator(place).read(formula))

    def _is_own(self, line: Line) -> bool:
        """Whether it defines a function by a formula."""
        return any(line.claim.number == one.claim.number for one in self.own.values())

    def _with_any(self) -> list[Line]:
        """The lines in which the argument of a function is any number, where arrays have its sign.

        These are the signs that have indices somewhere.
        """
        if not self.own:
            return self.one.lines
        entries = (
            entry
            for line in self.one.lines
            if not self._is_own(line)
            for tree in trees_of(line)
            for entry in self._entries(tree)
        )
        indexed = {entry.sign for entry in entries if entry.at}
        return with_any(self.one.lines, self.own, indexed)

    def _entries(self, tree: Node) -> Sequence[Entry]:
        """The entries of a tree; none where it is not understood, which is told with its line."""
        try:
            return tuple(entries_of(tree, self.letters))
        except NotUnderstood:
            return ()

    def _cost(self, survey: Survey) -> str:
        """The sign of the cost; of numbers the one of its kind that no other one is made of."""
        if not self.numbers:
            signs = [*survey.costs, *(s for s in self.profile.cost if (s, "") in survey.at)]
            return next((s for s in signs if s in self.profile.cost), self.profile.cost[0])
        kind = [s for s in survey.costs if base_sign(s) in self.profile.cost]
        parts = {
            node.name
            for line in self.one.lines
            if line.head is None and isinstance(line.left, Letter) and line.left.name in kind
            for tree in trees_of(line)
            if tree is not line.left
            for node in walk(tree)
            if isinstance(node, Letter)
        }
        return next((s for s in kind if s not in parts), self.profile.cost[0])

    def _hand(self) -> Hand:
        """How this section writes what it speaks of."""
        names = self.names
        called = {key: info.name for key, info in names.arrays.items()}
        called |= {sign: names.multipliers[array].name for sign, array in names.named.items()}
        written = {
            called[key]: Spelling(entry.sign, entry.label, entry.above, entry.beside)
            for key, entry in self.first.items()
            if key in called
        }
        functions_ = {code_of(sign): sign for sign in self.letters.functions}
        ranges = self.letters.ranges
        letters = tuple(
            (sign, Var(code_of(sign), names.sorts[over])) for sign, over in ranges.items()
        )
        return Hand(names.cost, written, functions_, letters)

    def _sort(self, node: Node) -> Sort:
        over = self.letters.range_of(letter_of(node))
        if over is None:
            raise NotUnderstood("Over what this index runs is not said.", "", node.at)
        return self.names.sorts[over]

    def _entry(self, node: Node) -> Entry | None:
        """The entry that a side is, None where it is anything else."""
        factors = node.factors if isinstance(node, Product) and not any(node.signs) else (node,)
        if not isinstance(factors[0], Letter | Scripted):
            return None
        try:
            found = list(items(factors, [""] * len(factors), self.letters))
        except NotUnderstood:
            return None
        only = found[0][1]
        alone = len(found) == 1 and isinstance(only, Entry) and only.power is None
        return only if alone and isinstance(only, Entry) and not only.primes else None

    def _namings(self, cost: str) -> Iterator[tuple[Key, tuple[Entry, Node | None]]]:
        """δ_j = -∂𝓔/∂v_j: a sign that stands for a derivative, by what, and its factor."""
        known: set[Key] = set()
        for line in self.one.lines:
            entry = self._entry(line.left)
            if entry is None or entry.moved or line.head is not None or entry.key in known:
                continue
            known.add(entry.key)
            named = None if isinstance(line.right, Unknown) else self._named(line.right, cost)
            if named is not None and same_letters(named[0].at, entry.at) and is_general(entry.at):
                yield entry.key, named

    def _named(self, right: Node, cost: str) -> tuple[Entry, Node | None] | None:
        minus = isinstance(right, Addition) and right.signs == ("-",)
        inner = right.terms[0] if isinstance(right, Addition) and minus else right
        factors = inner.factors if isinstance(inner, Product) and not any(inner.signs) else (inner,)
        last = factors[-1]
        if not isinstance(last, Quotient):
            return None
        above, below = differential(last.over), differential(last.under)
        if above is None or below is None or len(above) != 1:
            return None
        if not (isinstance(above[0], Letter) and above[0].name == cost):
            return None
        by = list(items(below, [""] * len(below), self.letters))
        if len(by) != 1 or not isinstance(by[0][1], Entry) or by[0][1].power is not None:
            return None
        scale: tuple[Node, ...] = factors[:-1]
        if minus:
            one = Addition((Number("1", inner.at),), ("-",), inner.at)
            scale = (one, *scale)
        whole = Product(scale, ("",) * len(scale), inner.at) if len(scale) > 1 else None
        return by[0][1], whole if whole is not None else scale[0] if scale else None

    def _read(self, mention: str) -> Node | None:
        try:
            return parse(tokens(mention.strip("$")))
        except NotUnderstood:
            return None

    def _brackets(self) -> Iterator[Node]:
        for match in WHEREVER.finditer(self.text):
            trees = self._read(match["bracket"]), self._read(match["array"])
            yield from (tree for tree in trees if tree is not None)
        for line in self.one.lines:
            if line.where is not None and not isinstance(line.where, str):
                yield line.where

    def _is_value(self, body: Expr) -> bool:
        """Whether it speaks of no derivative of the cost and of no movement."""
        named = {m.name for m in self.names.multipliers.values()}
        read = arrays_read(body)
        return not any(
            r in named or r == "cost" or r[0] in f"∂{MOVED}{SLOPE}{CURVATURE}" for r in read
        )


def _free(name: str, arrays: Mapping[Key, Array]) -> str:
    taken = {info.name for info in arrays.values()}
    return next(n for n in (name, *(f"{name}_{k}" for k in range(2, 999))) if n not in taken)
