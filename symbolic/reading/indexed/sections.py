"""One section: its lines and its words → a program, what it offers, and claims about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count

from symbolic.arrays import Abstract, Definition, Given, Local
from symbolic.errors import InputError
from symbolic.indexed import Expr, Get, Var, arrays_read
from symbolic.reading.claims import Kind
from symbolic.reading.indexed.claims import IndexClaim, Section
from symbolic.reading.indexed.elaborate import (
    MOVED,
    OUT,
    Elaborator,
)
from symbolic.reading.indexed.entries import Entry, base_of
from symbolic.reading.indexed.letters import (
    letter_of,
)
from symbolic.reading.indexed.lines import (
    Gathered,
    Line,
    Unknown,
    entries_of,
    is_general,
    trees_of,
)
from symbolic.reading.indexed.profile import IndexProfile
from symbolic.reading.indexed.programs import Assembled
from symbolic.reading.indexed.undeclared import supplied
from symbolic.reading.source import Fault, NotUnderstood, Source
from symbolic.reading.tree import Number, Product, Quotient


def resolved(
    one: Gathered, profile: IndexProfile, source: Source
) -> tuple[Section, list[IndexClaim]]:
    """The program of a section and its claims; never raises for what stands in it."""
    one, profile, taken = supplied(one, profile)
    section, claims = _Resolver(one, profile, source).all()
    return replace(section, supplied=taken), claims


class _Resolver(Assembled):
    """Gives each line its kind and its meaning."""

    def __init__(self, one: Gathered, profile: IndexProfile, source: Source) -> None:
        super().__init__(one, profile, source)
        self.trouble = one.lost
        self.moved: dict[str, None] = {}

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
                claims.append(self._by_head(line) or self._wrong(line, error))
                if not claims[-1].problems:
                    continue
                if self._may_define(line) and not self.trouble:
                    place = line.claim.place
                    self.trouble = f"what stands at {place} is not understood and may define it"
            except RecursionError:
                claims.append(self._wrong(line, NotUnderstood("It is too deep.", "", line.at)))
        try:
            assumed = [self._assumed(line) for line in self.one.assumed]
            if self.cost is None and self.differentiated and not self.trouble:
                self._any_cost()
            program, offered = self._program(), tuple(self._offered())
        except NotUnderstood as error:
            return Section(trouble=error.what), claims
        except InputError as error:
            return Section(trouble=error.what), claims
        whole = sorted((*claims, *(claim for claim, _ in assumed)), key=lambda c: c.number)
        every = (*offered, *(h for _, h in assumed if h is not None))
        offered = tuple({h.name: h for h in reversed(every)}.values())[::-1]
        moved = tuple(self.moved)
        return Section(program, offered, moved, self.trouble, self._hand(), self.unsaid), whole

    def _by_head(self, line: Line) -> IndexClaim | None:
        """A line of a chain as it is said of its head, where what stands before it is unread."""
        try:
            return self._claim(line.from_head) if line.from_head is not None else None
        except NotUnderstood:
            return None

    def _any_cost(self) -> None:
        """A cost that is not said is any differentiable function of what nothing else reads."""
        ends = self._ends()
        if not ends:
            self.trouble = "the cost is not said"
            return
        partials = []
        for name, at in ends:
            taken = {info.name for info in self.names.arrays.values()}
            slope = next(n for n in _names(f"slope_{name}") if n not in taken)
            self.slopes.append(Given(slope, tuple(letter.sort for letter in at)))
            partials.append(Local(name, at, Get(slope, at)))
        self.cost = Abstract("cost", (), tuple(partials))
        spelled = {info.name: key[0] + key[1] for key, info in self.names.arrays.items()}
        signs = " and ".join(spelled[name] for name, _ in ends)
        self.unsaid = f"{self.names.cost} is any differentiable function of {signs}"

    def _ends(self) -> list[tuple[str, tuple[Var, ...]]]:
        """The defined arrays that no definition reads."""
        read: set[str] = set()
        for one in self.definitions:
            if isinstance(one, Definition):
                read |= arrays_read(one.body)
            else:
                read |= {local.array for local in one.partials}
                read |= {a for local in one.partials for a in arrays_read(local.slope)}
        return [(one.array, one.at) for one in self.definitions if one.array not in read]

    def _wrong(self, line: Line, error: NotUnderstood) -> IndexClaim:
        problem = self.source.problem(error)
        return replace(line.claim, problems=(*line.claim.problems, problem))

    # -- one line

    def _may_define(self, line: Line) -> bool:
        """Whether a line that is not understood may define an array or the cost."""
        first = line.left.factors[0] if isinstance(line.left, Product) else line.left
        known = base_of(first) in self.own  # it is defined
        return line.head is None and not known and not isinstance(first, Quotient | Number)

    # -- one line

    def _claim(self, line: Line) -> IndexClaim:
        claim, names = line.claim, self.names
        if self._is_own(line):
            return replace(claim, kind=Kind.DEFINITION)
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
                if name not in defined and is_general(entry.at):
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
            return replace(line.claim, kind=Kind.DEFINITION, left=Get("cost"), right=body)
        return replace(line.claim, kind=Kind.DEFINITION)

    def _defines(self, line: Line, entry: Entry, name: str) -> IndexClaim:
        if line.where is not None:
            raise NotUnderstood(
                "A definition for some indices alone is not in reach.", "Write it for all.", line.at
            )
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
                for tree in trees_of(line)
                for entry in entries_of(tree, self.letters)
                if entry.key == key
            )
            > 1
        )

    def _head(self, entry: Entry) -> tuple[Var, ...]:
        return tuple(self.names.var(letter_of(node), node.at) for node in entry.at)

    def _abstract(self, name: str, at: tuple[Var, ...], unknown: Unknown) -> Abstract:
        partials = []
        for of, slope in unknown.of:
            entry = self._entry(of)
            info = self.names.arrays.get(entry.key) if entry is not None else None
            if entry is None or info is None or not is_general(entry.at):
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


def _names(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem}_{n}" for n in count(2))


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
