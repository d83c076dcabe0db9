"""One section: its lines and its words → a program, what it offers, and claims about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symbolic.arrays import ONE, Abstract, Acyclic, Definition, Given, Local, Multiplier, Program
from symbolic.errors import InputError
from symbolic.indexed import Expr, Get, Mul, Num, Sort, Sum, Var, arrays_read
from symbolic.indices import Hypothesis, Law, SizeOne
from symbolic.model_notation import plain
from symbolic.reading.claims import Kind
from symbolic.reading.grammar import parse
from symbolic.reading.indexed.claims import IndexClaim, Section
from symbolic.reading.indexed.elaborate import (
    MOVED,
    OUT,
    Array,
    Elaborator,
    Names,
    code_of,
    differential,
    label_code,
)
from symbolic.reading.indexed.entries import Entry, Key, Letters, items
from symbolic.reading.indexed.letters import (
    NO_CYCLES,
    NO_CYCLES_AT_ALL,
    NO_READER,
    WHEREVER,
    ZERO_ONE,
    Range,
    declared,
    functions,
    letter_of,
    size_sign,
    sizes_of,
)
from symbolic.reading.indexed.order import in_order
from symbolic.reading.indexed.profile import IndexProfile
from symbolic.reading.indexed.survey import Survey
from symbolic.reading.source import Fault, NotUnderstood, Source
from symbolic.reading.tokens import tokens
from symbolic.reading.tree import Addition, Letter, Node, Number, Product, Quotient, Scripted


@dataclass(frozen=True, slots=True)
class Unknown:
    """any differentiable function of these entries, with these slopes."""

    of: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A relation as it is written; `head` is the first member of its chain."""

    claim: IndexClaim
    left: Node
    right: Node | Unknown
    at: int
    head: Node | None = None
    where: Node | str | None = None
    """A bracket, or output or hidden for the neuron on the left."""


@dataclass
class Gathered:
    """What a section says, in the order it is said; `lost` says what may be missing in it."""

    number: int
    words: str = ""
    lines: list[Line] = field(default_factory=list)
    assumed: list[Line] = field(default_factory=list)
    lost: str = ""


def resolved(
    one: Gathered, profile: IndexProfile, source: Source
) -> tuple[Section, list[IndexClaim]]:
    """The program of a section and its claims; never raises for what stands in it."""
    return _Resolver(one, profile, source).all()


class _Resolver:
    def __init__(self, one: Gathered, profile: IndexProfile, source: Source) -> None:
        self.one, self.profile, self.source = one, profile, source
        self.text = " ".join(one.words.split())
        ranges: dict[str, Range] = {}
        for letter, over in declared(self.text):
            ranges.setdefault(letter, over)
        self.letters = Letters(
            ranges,
            frozenset(functions(self.text)),
            sizes_of(list(ranges.values())),
            profile.functions,
        )
        self.definitions: list[Definition | Abstract] = []
        self.cost: Expr | Abstract | None = None
        self.trouble = one.lost
        self.moved: dict[str, None] = {}
        self.differentiated = False

    def all(self) -> tuple[Section, list[IndexClaim]]:
        """The section, then its claims in order."""
        lines = self.one.lines
        try:
            self._survey()
        except NotUnderstood as error:
            return Section(trouble=error.what), [self._wrong(line, error) for line in lines]
        claims = []
        for line in lines:
            try:
                claims.append(self._claim(line))
            except NotUnderstood as error:
                claims.append(self._wrong(line, error))
                if self._may_define(line) and not self.trouble:
                    place = line.claim.place
                    self.trouble = f"what stands at {place} is not understood and may define it"
            except RecursionError:
                claims.append(self._wrong(line, NotUnderstood("It is too deep.", "", line.at)))
        try:
            assumed = [self._assumed(line) for line in self.one.assumed]
            if self.cost is None and self.differentiated and not self.trouble:
                self.trouble = "the cost is not said"
            program, offered = self._program(), tuple(self._offered())
        except NotUnderstood as error:
            return Section(trouble=error.what), claims
        except InputError as error:
            return Section(trouble=error.what), claims
        whole = sorted((*claims, *(claim for claim, _ in assumed)), key=lambda c: c.number)
        every = (*offered, *(h for _, h in assumed if h is not None))
        offered = tuple({h.name: h for h in reversed(every)}.values())[::-1]
        return Section(program, offered, tuple(self.moved), self.trouble), whole

    def _wrong(self, line: Line, error: NotUnderstood) -> IndexClaim:
        problem = self.source.problem(error)
        return replace(line.claim, problems=(*line.claim.problems, problem))

    # -- the whole section

    def _survey(self) -> None:
        lines = [*self.one.lines, *self.one.assumed]
        trees = [tree for line in lines for tree in _trees(line)]
        survey = Survey(self.letters)
        survey.marks(trees)
        for tree in trees:
            survey.look(tree)
        for bracket in self._brackets():
            survey.look(bracket)
        signs = [*survey.costs, *(s for s in self.profile.cost if (s, "") in survey.at)]
        cost = next((s for s in signs if s in self.profile.cost), self.profile.cost[0])
        self.differentiated = bool(survey.costs)
        survey.at.pop((cost, ""), None)
        namings = dict(self._namings(cost))
        heads = {}
        for line in self.one.lines:
            entry = self._entry(line.left)
            if entry is not None and entry.key not in heads and not entry.moved:
                heads[entry.key] = entry.at
        keys = [key for key in survey.at if key not in namings]
        for sign, (by, _) in namings.items():  # δ has the axes of what it is the derivative by
            if by.key in survey.at:
                survey.at[by.key] += survey.at.get(sign, [])
        axes = {key: survey.axes(key, heads.get(key)) for key in keys}
        every = [*self.letters.ranges.values()]
        sorts = survey.sorts(dict.fromkeys(every))
        self.names = Names(self.letters, sorts, survey.arrays(axes, sorts), cost)
        self.predicates = {
            name: tuple(self._sort(node) for node in at) for name, at in survey.predicates.items()
        }
        for sign, (by, factor) in namings.items():
            array = self.names.arrays[by.key].name
            name = _free(code_of(sign[0]) + label_code(sign[1]), self.names.arrays)
            scale = ONE if factor is None else Elaborator(self.names).read(factor)
            self.names.named[sign] = array
            self.names.multipliers[array] = Multiplier(array, name, scale)

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
            if named is not None and _same(named[0].at, entry.at) and _general(entry.at):
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

    def _may_define(self, line: Line) -> bool:
        """Whether a line that is not understood may define an array or the cost."""
        first = line.left.factors[0] if isinstance(line.left, Product) else line.left
        return line.head is None and not isinstance(first, Quotient | Number)

    # -- one line

    def _claim(self, line: Line) -> IndexClaim:
        claim, names = line.claim, self.names
        entry = self._entry(line.left)
        if entry is not None and entry.key in names.named and _named_here(line, self, entry):
            return replace(claim, kind=Kind.DEFINITION)
        if entry is not None and line.head is None and not entry.moved:
            defined = {d.array for d in self.definitions}
            if entry.sign == names.cost and not entry.at and not entry.label:
                if self.cost is None:
                    return self._defines_cost(line)
            elif entry.key in names.arrays:
                name = names.arrays[entry.key].name
                if name not in defined and _general(entry.at):
                    return self._defines(line, entry, name)
        if isinstance(line.right, Unknown):
            raise NotUnderstood("This was defined before.", "Remove it.", line.at, Fault.DEFINITION)
        if claim.relation == ":=":
            raise NotUnderstood(
                "Only an array that is not defined yet can be defined.", "Write =.", line.at,
                Fault.DEFINITION,
            )  # fmt: skip
        return self._relation(line, entry)

    def _defines_cost(self, line: Line) -> IndexClaim:
        if isinstance(line.right, Unknown):
            self.cost = self._abstract("cost", (), line.right)
        else:
            reader = Elaborator(self.names)
            body = reader.read(line.right)
            self._closed(reader, ())
            if not self._is_value(body):
                raise NotUnderstood("A cost is made of values.", "", line.at, Fault.DEFINITION)
            self.cost = body
        return replace(line.claim, kind=Kind.DEFINITION)

    def _defines(self, line: Line, entry: Entry, name: str) -> IndexClaim:
        at = self._head(entry)
        if isinstance(line.right, Unknown):
            self.definitions.append(self._abstract(name, at, line.right))
            return replace(line.claim, kind=Kind.DEFINITION)
        reader = Elaborator(self.names, at)
        body = reader.read(line.right)
        self._closed(reader, at)
        if self._is_value(body):
            self.definitions.append(Definition(name, at, body))
        elif self._used(name):
            raise NotUnderstood(
                "It is defined by derivatives of the cost, and read elsewhere.", "", line.at,
                Fault.DEFINITION,
            )  # fmt: skip
        return replace(line.claim, kind=Kind.DEFINITION, left=Get(name, at), right=body, at=at)

    def _used(self, name: str) -> bool:
        """Whether an array occurs anywhere but on the left of its definition."""
        key = next(key for key, info in self.names.arrays.items() if info.name == name)
        return (
            sum(
                1
                for line in self.one.lines
                for tree in _trees(line)
                for entry in _entries(tree, self.letters)
                if entry.key == key
            )
            > 1
        )

    def _is_value(self, body: Expr) -> bool:
        """Whether it speaks of no derivative of the cost and of no movement."""
        named = {m.name for m in self.names.multipliers.values()}
        read = arrays_read(body)
        return not any(r in named or r == "cost" or r[0] in f"∂{MOVED}" for r in read)

    def _head(self, entry: Entry) -> tuple[Var, ...]:
        return tuple(self.names.var(letter_of(node), node.at) for node in entry.at)

    def _abstract(self, name: str, at: tuple[Var, ...], unknown: Unknown) -> Abstract:
        partials = []
        for of, slope in unknown.of:
            entry = self._entry(of)
            info = self.names.arrays.get(entry.key) if entry is not None else None
            if entry is None or info is None or not _general(entry.at):
                raise NotUnderstood("It is a function of entries of arrays.", "", of.at)
            own = self._head(entry)
            reader = Elaborator(self.names, (*at, *own))
            partials.append(Local(info.name, own, reader.read(slope)))
            self._closed(reader, (*at, *own))
        return Abstract(name, at, tuple(partials))

    def _closed(self, reader: Elaborator, at: Sequence[Var]) -> None:
        """Every letter is bound or stands on the left."""
        for name, (v, place) in reader.open.items():
            if v not in at:
                raise NotUnderstood(
                    f"The index {name} is free here and not on the left.",
                    "Sum over it, or put it on the left.",
                    place,
                    Fault.INDEX,
                )

    def _relation(self, line: Line, entry: Entry | None) -> IndexClaim:
        claim, names = line.claim, self.names
        assert not isinstance(line.right, Unknown)
        reader = Elaborator(names)
        left = reader.read(line.left)
        at = tuple(v for v, _ in reader.open.values())
        other = Elaborator(names, at)
        right = other.read(line.right)
        if isinstance(line.left, Number):  # 0 = …: for all letters
            at = tuple(v for v, _ in other.open.values())
        self._closed(other, at)
        where = self._where(line, at)
        of, moved = "", None
        if isinstance(left, Get):
            array = {m.name: m.array for m in names.multipliers.values()}.get(left.array)
            array = left.array[1:] if left.array.startswith("∂") else array
            if array is not None and left.at == at and len(set(at)) == len(at):
                of = array
            if left.array.startswith(MOVED) and left.at == at:
                moved = left.array.removeprefix(MOVED)
        for side in (left, right):
            read = (r for r in arrays_read(side) if r.startswith(MOVED))
            self.moved |= dict.fromkeys(r.removeprefix(MOVED) for r in read)
        return replace(claim, left=left, right=right, at=at, of=of, moved=moved, where=where)

    def _where(self, line: Line, at: tuple[Var, ...]) -> Expr | None:
        if line.where is None:
            return None
        if isinstance(line.where, str):
            [first] = at[:1]
            self.predicates.setdefault(OUT, (first.sort,))
            out = Get(OUT, (first,))
            return out if line.where == "output" else 1 - out
        reader = Elaborator(self.names, at)
        found = reader.read(line.where)
        self._closed(reader, at)
        return found

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
        head = next(key for key, other in self.names.arrays.items() if other == info)
        for line in self.one.lines:
            entry = self._entry(line.left)
            if entry is not None and entry.key == head and line.head is None and not entry.moved:
                return True
        return False

    def _read(self, mention: str) -> Node | None:
        try:
            return parse(tokens(mention.strip("$")))
        except NotUnderstood:
            return None

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
                if len(g.sorts) == 2 and g.sorts[0] == g.sorts[1] and g.array not in self.predicates
            ]
        yield from dict.fromkeys(found)

    def _brackets(self) -> Iterator[Node]:
        for match in WHEREVER.finditer(self.text):
            trees = self._read(match["bracket"]), self._read(match["array"])
            yield from (tree for tree in trees if tree is not None)
        for line in self.one.lines:
            if line.where is not None and not isinstance(line.where, str):
                yield line.where

    def _facts(self) -> Iterator[Law]:
        """[j → k] is 1 wherever w_kj is not 0."""
        for match in WHEREVER.finditer(self.text):
            bracket, weight = self._read(match["bracket"]), self._read(match["array"])
            if bracket is None or weight is None:
                continue
            one, other = (Elaborator(self.names).read(tree) for tree in (bracket, weight))
            if isinstance(one, Get) and isinstance(other, Get) and {*one.at} == {*other.at}:
                yield Law(match[0].replace("$", ""), (), (other, one), other)

    def _offered(self) -> Iterator[Hypothesis]:
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


def _trees(line: Line) -> Iterator[Node]:
    yield line.left
    if isinstance(line.right, Unknown):
        for of, slope in line.right.of:
            yield of
            yield slope
    else:
        yield line.right


def _entries(tree: Node, letters: Letters) -> Iterator[Entry]:
    survey = Survey(letters)
    survey.look(tree)
    for key, at in survey.at.items():
        for one in at:
            yield Entry(*key, one, 0)


def _named_here(line: Line, resolver: _Resolver, entry: Entry) -> bool:
    """Whether this is the line that says what a sign of a derivative stands for."""
    if isinstance(line.right, Unknown) or line.head is not None:
        return False
    named = resolver._named(line.right, resolver.names.cost)
    first = next(
        one
        for one in resolver.one.lines
        if (e := resolver._entry(one.left)) is not None and e.key == entry.key
    )
    return named is not None and first is line


def _same(one: Sequence[Node], other: Sequence[Node]) -> bool:
    return [letter_of(n) for n in one] == [letter_of(n) for n in other]


def _general(at: Sequence[Node]) -> bool:
    """Whether a head speaks of all entries: different letters."""
    names = [letter_of(node) for node in at]
    return all(names) and len(set(names)) == len(names)


def _free(name: str, arrays: Mapping[Key, Array]) -> str:
    taken = {info.name for info in arrays.values()}
    return next(n for n in (name, *(f"{name}_{k}" for k in range(2, 999))) if n not in taken)
