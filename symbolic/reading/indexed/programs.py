"""The program of one section: given arrays, definitions, facts and hypotheses from its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from symbolic.arrays import Abstract, Acyclic, Definition, Given, Program
from symbolic.indexed import Expr, Fn, Get, Mul, Num, Sum, Var, walk
from symbolic.indices import Hypothesis, Law, SizeOne
from symbolic.model_notation import plain
from symbolic.reading.claims import Kind
from symbolic.reading.indexed.claims import IndexClaim
from symbolic.reading.indexed.elaborate import (
    OUT,
    Array,
    Elaborator,
)
from symbolic.reading.indexed.letters import (
    NO_CYCLES,
    NO_CYCLES_AT_ALL,
    NO_READER,
    WHEREVER,
    ZERO_ONE,
    size_sign,
)
from symbolic.reading.indexed.lines import (
    Gathered,
    Line,
    Unknown,
)
from symbolic.reading.indexed.order import in_order
from symbolic.reading.indexed.profile import IndexProfile
from symbolic.reading.indexed.signs import Signs
from symbolic.reading.source import NotUnderstood, Source
from symbolic.reading.tree import Number


def is_logarithm(part: Expr) -> bool:
    """Whether it is ln of something."""
    return isinstance(part, Fn) and part.name == "ln"


class Assembled(Signs):
    """The definitions and the cost, as they are read, and the program that they make."""

    def __init__(self, one: Gathered, profile: IndexProfile, source: Source) -> None:
        super().__init__(one, profile, source)
        self.definitions: list[Definition | Abstract] = []
        self.cost: Expr | Abstract | None = None
        self.slopes: list[Given] = []  # of a cost that is not said
        self.unsaid = ""
        self.asides: dict[str, Expr] = {}  # of numbers: what derivatives define

    # -- the program

    def _program(self) -> Program:
        names = self.names
        defined = {d.array for d in self.definitions}
        given = [
            Given(info.name, info.sorts)
            for info in names.arrays.values()
            if info.name not in defined and not self._is_aside(info)
        ]
        given += [Given(name, sorts) for name, sorts in self.predicates.items()]
        given += self.slopes
        readable = {*defined, *(g.array for g in given)}
        indicators = {*self.predicates, *self._zero_one()}
        return Program(
            tuple(given),
            in_order(self.definitions),
            Num(Fraction(0)) if self.cost is None else self.cost,
            tuple(m for m in names.multipliers.values() if m.array in readable),
            frozenset(indicators),
            tuple(map(Acyclic, self._acyclic(given))),
            tuple(self._facts()),
        )

    def _is_aside(self, info: Array) -> bool:
        """What is defined by derivatives, such as Q."""
        if self.numbers:
            return info.name in self.asides
        head = next(key for key, other in self.names.arrays.items() if other == info)
        for line in self.one.lines:
            entry = self._entry(line.left)
            if entry is not None and entry.key == head and line.head is None and not entry.moved:
                return True
        return False

    def _arrays(self, mentions: str) -> Iterator[Array]:
        for mention in mentions.split("$")[1::2]:
            tree = self._read(mention)
            entry = None if tree is None else self._entry(tree)
            info = None if entry is None else self.names.arrays.get(entry.key)
            if info is not None:
                yield info

    def _zero_one(self) -> Iterator[str]:
        for match in ZERO_ONE.finditer(self.text):
            yield from (info.name for info in self._arrays(match["array"]))

    def _acyclic(self, given: Sequence[Given]) -> Iterator[str]:
        """The arrays without cycles; where it is said of none, all that lead from a set to it."""
        found = [
            info.name
            for match in NO_CYCLES.finditer(self.text)
            for info in self._arrays(match["arrays"])
        ]
        if not found and NO_CYCLES_AT_ALL.search(self.text):
            found = [
                g.array
                for g in given
                if g.sorts[:1] == g.sorts[1:2] != () and g.array not in self.predicates
            ]
        yield from dict.fromkeys(found)

    def _facts(self) -> Iterator[Law]:
        """[j → k] is 1 wherever w_kj is not 0."""
        for match in WHEREVER.finditer(self.text):
            bracket, weight = self._read(match["bracket"]), self._read(match["array"])
            if bracket is None or weight is None:
                continue
            one, other = (Elaborator(self.names).read(tree) for tree in (bracket, weight))
            if isinstance(one, Get) and isinstance(other, Get) and {*one.at} == {*other.at}:
                yield Law(match[0].replace("$", ""), (), (other, one), other)

    def _shares(self) -> Iterator[Law]:
        """Σ_k t_k = 1 for each given t by whose entries logarithms are weighted in the cost."""
        defined = {d.array for d in self.definitions}
        if self.cost is None or isinstance(self.cost, Abstract):
            return
        for whole in walk(self.cost):
            if not isinstance(whole, Sum) or not any(map(is_logarithm, walk(whole.body))):
                continue
            for part in walk(whole.body):
                if not isinstance(part, Get) or part.array in defined:
                    continue
                at = {i for i in part.at if isinstance(i, Var)}
                last = part.at[-1:] == (whole.over,) and not whole.over.sort.ordered
                if last and len(at) == len(part.at):
                    name = f"{plain(Sum(whole.over, part))} = 1"
                    yield Law(name, (whole.over,), (part,), Num(Fraction(1)))

    def _offered(self) -> Iterator[Hypothesis]:
        yield from self._shares()
        if NO_READER in self.text and OUT in self.predicates:
            weights = self._acyclic([])
            for name in weights or ():
                yield from self._no_reader(name)
            if NO_CYCLES_AT_ALL.search(self.text):
                for info in self.names.arrays.values():
                    if len(info.sorts) == 2 and info.sorts[0] == info.sorts[1]:
                        yield from self._no_reader(info.name)

    def _no_reader(self, name: str) -> Iterator[Hypothesis]:
        sort = next(i.sorts[0] for i in self.names.arrays.values() if i.name == name)
        if self.predicates[OUT] == (sort,):
            k, j = Var("k", sort), Var("j", sort)
            pattern = (Get(OUT, (j,)), Get(name, (k, j)))
            yield Law(NO_READER, (), pattern, Num(Fraction(0)))

    def _assumed(self, line: Line) -> tuple[IndexClaim, Hypothesis | None]:
        """N = 1, Σ_k d_k = 1, or a product of given entries that is 0 or 1."""
        claim = replace(line.claim, kind=Kind.ASSUMPTION)
        assert not isinstance(line.right, Unknown)
        left, right = line.left, line.right
        name = size_sign(left)
        if name in self.letters.sizes and right == Number("1", right.at):
            return claim, SizeOne(f"{name} = 1", name)
        one, value = Elaborator(self.names).read(left), Elaborator(self.names).read(right)
        bound: list[Var] = []
        body = one
        while isinstance(body, Sum):
            bound.append(body.over)
            body = body.body
        pattern = body.factors if isinstance(body, Mul) else (body,)
        defined = {d.array for d in self.definitions}
        given = all(isinstance(p, Get) and p.array not in defined for p in pattern)
        if not given or not isinstance(value, Num):
            raise NotUnderstood("This assumption is not used here.", "", line.at)
        entries = tuple(p for p in pattern if isinstance(p, Get))
        if not all(self._is_value(p) for p in entries):
            raise NotUnderstood("This assumption is not used here.", "", line.at)
        return claim, Law(f"{plain(one)} = {plain(value)}", tuple(bound), entries, value)
