"""One section: its lines and its words → a program, what it offers, and claims about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import count

from symbolic.arrays import Abstract, Definition, Given, Local
from symbolic.errors import InputError
from symbolic.indexed import Expr, Get, Mul, Num, Pow, Var, arrays_read
from symbolic.indices import Hypothesis
from symbolic.reading.claims import Kind
from symbolic.reading.indexed.choosing import chosen
from symbolic.reading.indexed.claims import IndexClaim, Section
from symbolic.reading.indexed.compounds import with_compounds
from symbolic.reading.indexed.decimals import DECIMAL, as_printed
from symbolic.reading.indexed.elaborate import (
    MOVED,
    OUT,
    Array,
    Elaborator,
)
from symbolic.reading.indexed.entries import Entry, Key, base_of, walk
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
from symbolic.reading.indexed.slopes import CURVATURE, Slopes, slope_name
from symbolic.reading.indexed.steps import RATES, goes_up, speaks_of_descent
from symbolic.reading.indexed.undeclared import supplied
from symbolic.reading.source import Fault, NotUnderstood, Source
from symbolic.reading.tree import BigSum, Letter, Number, Product, Quotient
from symbolic.shapes import constant


def resolved(
    one: Gathered, profile: IndexProfile, source: Source
) -> tuple[Section, list[IndexClaim]]:
    """The program of a section and its claims; never raises for what stands in it."""
    one, profile, taken = supplied(with_compounds(one, profile.cost), profile)
    section, claims = _Resolver(one, profile, source).all()
    return replace(section, supplied=taken), claims


class _Resolver(Assembled):
    """Gives each line its kind and its meaning."""

    def __init__(self, one: Gathered, profile: IndexProfile, source: Source) -> None:
        super().__init__(one, profile, source)
        self.trouble = one.lost
        self.moved: dict[str, None] = {}
        self.laws: list[Hypothesis] = []  # what the text says of given arrays
        self.chosen: Mapping[Key, Line] = {}  # which of several lines defines a number

    def all(self) -> tuple[Section, list[IndexClaim]]:
        """The section, then its claims in order."""
        lines = self.one.lines
        aside = self._surveyed()
        if len(aside) == len(lines) > 0:
            [*errors] = aside.values()
            return Section(trouble=errors[0].what), list(map(self._wrong, lines, errors))
        claims = []
        self.chosen = chosen(lines, self._entry) if self.numbers else {}
        for line in lines:
            try:
                if line.claim.number in aside:
                    raise aside[line.claim.number]
                claims.append(self._adds_to_one(line) or self._claim(line))
            except NotUnderstood as error:
                claims.append(self._by_head(line) or self._wrong(line, error))
                if not claims[-1].problems:
                    continue
                if self._may_define(line) and not self.trouble:
                    place = line.claim.place
                    self.trouble = f"what stands at {place} is not understood and may define it"
            except RecursionError:
                claims.append(self._wrong(line, NotUnderstood("It is too deep.", "", line.at)))
        if speaks_of_descent(self.one.words):
            claims = [self._descending(claim) for claim in claims]
        values: dict[str, Fraction] = {}
        if self.numbers:
            values = self._values(claims)
        claims = self._without_slopes(claims)
        if self.numbers:
            made = {d.array for d in self.definitions} | {*values, *self.asides}
            for sign, why in self.one.unread:
                info = self.names.arrays.get((sign, ""))
                known = info.name in made if info is not None else self.cost is not None
                self.trouble = self.trouble or ("" if known else why)
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
        every = (*offered, *self.laws, *(h for _, h in assumed if h is not None))
        offered = tuple({h.name: h for h in reversed(every)}.values())[::-1]
        moved = tuple(self.moved)
        section = Section(program, offered, moved, self.trouble, self._hand(), self.unsaid)
        if self.numbers:
            section = replace(section, values=values, slopes=self._slopes())
        return section, whole

    def _surveyed(self) -> dict[int, NotUnderstood]:
        """The lines that do not go with the others, so that those are read without them."""
        every, aside = self.one.lines, dict[int, NotUnderstood]()
        while True:
            try:
                self._survey()
            except NotUnderstood as error:
                read = [line for line in self.one.lines if line.at <= error.at]
                worst = max(read, key=lambda line: line.at, default=None)
                if worst is None or len(self.one.lines) == 1:
                    self.one.lines = every
                    return {line.claim.number: error for line in every}
                aside[worst.claim.number] = error
                self.one.lines = [line for line in self.one.lines if line is not worst]
            else:
                self.one.lines = every
                return aside

    def _descending(self, claim: IndexClaim) -> IndexClaim:
        """The claim, with a problem where it is a step that goes up."""
        slopes = {f"∂{info.name}": info.name for info in self.names.arrays.values()}
        slopes |= {slope_name("cost", name): name for name in slopes.values()}
        if claim.problems or not goes_up(claim.right, slopes):
            return claim
        error = NotUnderstood(
            "The step goes up: with + the cost grows, and the text speaks of descent.",
            "Write - before the rate.",
            claim.begins,
            Fault.DEFINITION,
        )
        return replace(claim, problems=(self.source.problem(error),))

    def _adds_to_one(self, line: Line) -> IndexClaim | None:
        """Σ_k y_k = 1 of an array that nothing defines is an assumption."""
        left, right = line.left, line.right
        if not isinstance(left, BigSum) or line.head is not None:
            return None
        if not isinstance(right, Number) or right.text != "1":
            return None
        inner = self._entry(left.body)
        heads = (self._entry(one.left) for one in self.one.lines if one.head is None)
        defined = {head.key for head in heads if head is not None}
        if inner is None or inner.key in defined or inner.key in self.names.named:
            return None
        claim, law = self._assumed(line)
        self.laws += [law] if law is not None else []
        return claim

    def _by_head(self, line: Line) -> IndexClaim | None:
        """A line of a chain as it is said of its head, where what stands before it is unread."""
        try:
            return self._claim(line.from_head) if line.from_head is not None else None
        except NotUnderstood:
            return None

    def _without_slopes(self, claims: Sequence[IndexClaim]) -> list[IndexClaim]:
        """The claims with what is put in for derivatives of what is no cost."""
        slopes = self._slopes()
        found = []
        for claim in claims:
            slopes.within.clear()
            if claim.kind is Kind.CLAIM and claim.left is not None and claim.right is not None:
                try:
                    left, right = (
                        slopes.put_in(s, claim.begins) for s in (claim.left, claim.right)
                    )
                    claim = replace(claim, left=left, right=right)
                except NotUnderstood as error:
                    claim = replace(claim, problems=(self.source.problem(error),))
            found.append(claim)
        return found

    def _slopes(self) -> Slopes:
        cost = self.cost
        made = () if cost is None or isinstance(cost, Abstract) else (Definition("cost", (), cost),)
        arrays = {info.name: info.sorts for info in self.names.arrays.values()}
        made = made if self.numbers else ()
        made = (*made, *(Definition(name, (), body) for body, name in self.names.formulas.items()))
        return Slopes((*self.definitions, *made), self.asides, {**arrays, **self.predicates})

    def _values(self, claims: Sequence[IndexClaim]) -> dict[str, Fraction]:
        """What the text gives outright: w_5 = 0.4."""
        found: dict[str, Fraction] = {}
        for claim in claims:
            if claim.kind is Kind.DEFINITION and isinstance(claim.left, Get) and claim.typed:
                number = constant(claim.right) if claim.right is not None else None
                if number is not None:
                    found[claim.left.array] = number
        return found

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
        head = base_of(first)
        known = head in self.own or head in self.letters.elementary  # it is defined
        return line.head is None and not known and not isinstance(first, Quotient | Number)

    # -- one line

    def _claim(self, line: Line) -> IndexClaim:
        claim, names = line.claim, self.names
        if self._is_own(line):
            return replace(claim, kind=Kind.DEFINITION)
        entry = self._entry(line.left)
        if entry is not None and entry.key in names.named and _named_here(line, self, entry):
            return replace(claim, kind=Kind.DEFINITION)
        if claim.relation == "\\approx":  # it says no value, and is no definition
            return self._relation(line, entry)
        if line.step:
            return self._step(line, entry)
        better = self.chosen.get(entry.key, line) if entry is not None else line
        other = better.claim.number != line.claim.number
        if entry is not None and line.head is None and other:
            if better.head is not None and better.from_head is not None:
                self._claim(replace(better, head=None, left=better.head))  # f = (x + y) z = q z
            return self._relation(line, entry)
        if entry is not None and line.head is None and not entry.moved:
            defined = {d.array for d in self.definitions}
            if entry.sign == names.cost and not entry.at and not entry.label:
                if self.cost is None:
                    return self._defines_cost(line)
            elif entry.key in names.arrays:
                name = names.arrays[entry.key].name
                known = name in defined or name in self.asides
                if not known and is_general(entry.at):
                    return self._defines(line, entry, name)
        if isinstance(line.right, Unknown):
            raise NotUnderstood("This was defined before.", "Remove it.", line.at, Fault.DEFINITION)
        if claim.cue == "with" and line.head is None:
            what = "A formula after with that defines nothing would be a condition."
            raise NotUnderstood(what, "Say assume.", line.at)
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
        if self.numbers and not arrays_read(body):
            if self._is_made(entry):
                return self._relation(line, entry)
            typed = Get(name), body
            return replace(
                line.claim, kind=Kind.DEFINITION, left=Get(name), right=body, typed=typed
            )
        if self._is_value(body):
            self.definitions.append(Definition(name, at, body))
        elif self.numbers:
            self.asides[name] = body
        elif self._used(name):
            raise NotUnderstood(
                "It is defined by derivatives of the cost, and read elsewhere.", "", line.at,
                Fault.DEFINITION,
            )  # fmt: skip
        return replace(line.claim, kind=Kind.DEFINITION, left=Get(name, at), right=body, at=at)

    def _is_made(self, entry: Entry) -> bool:
        """Whether the text says by a formula with signs what a number is."""
        for line in self.one.lines:
            head = self._entry(line.left)
            formula = not isinstance(line.right, Unknown) and any(
                isinstance(node, Letter) for node in walk(line.right)
            )
            if head is not None and head.key == entry.key and line.head is None and formula:
                return True
        return False

    def _typed(self, line: Line) -> tuple[Expr, Expr]:
        """Both sides with decimals as they are printed, and no derivative worked out."""
        assert not isinstance(line.right, Unknown)
        sides = tuple(map(as_printed, (line.left, line.right)))
        more = {
            (node.name, ""): Array(node.name, ())
            for side in sides
            for node in walk(side)
            if isinstance(node, Letter) and node.name.startswith(DECIMAL)
        }
        names = replace(self.names, arrays={**self.names.arrays, **more})
        left, right = (Elaborator(names).read(side) for side in sides)
        if more and any(a.startswith(CURVATURE) for s in (left, right) for a in arrays_read(s)):
            what = "A second derivative is not worked out in decimals."
            raise NotUnderstood(what, "Write its formula.", line.at)
        return left, right

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
        typed = self._typed(line) if self.numbers else None
        for side in (left, right):
            read = (r for r in arrays_read(side) if r.startswith(MOVED))
            self.moved |= dict.fromkeys(r.removeprefix(MOVED) for r in read)
        return replace(
            claim, left=left, right=right, at=at, of=of, moved=moved, where=where, typed=typed
        )

    def _step(self, line: Line, entry: Entry | None) -> IndexClaim:
        """w ← w + R says that R is -η ∂E/∂w, where R has one rate and reads no other step."""
        assert entry is not None
        assert not isinstance(line.right, Unknown)
        weight = replace(entry, sign=entry.sign.removeprefix("\\Delta "))
        at = self._head(entry)
        reader = Elaborator(self.names, at)
        right = reader.read(line.right)
        self._closed(reader, at)
        known = {info.name for (sign, _), info in self.names.arrays.items() if " " in sign}
        read = arrays_read(right)
        rates = [rate for rate in RATES if rate in read]
        slope = self._slope_of_cost(weight, at)
        if len(rates) != 1 or read & known or slope is None:
            return replace(line.claim, kind=Kind.DEFINITION)
        down = Mul((Num(Fraction(-1)), Get(rates[0])))
        named = isinstance(slope, Mul) and slope.factors[0] == Pow(down, Fraction(-1))
        left = slope.factors[1] if named and isinstance(slope, Mul) else Mul((down, slope))
        typed = self._typed(line) if self.numbers else None
        return replace(line.claim, left=left, right=right, at=at, typed=typed)

    def _slope_of_cost(self, weight: Entry, at: tuple[Var, ...]) -> Expr | None:
        """∂E/∂w, None where it is not clear which number is the cost."""
        if self.cost is not None:
            return Elaborator(self.names, at).derivative(weight)
        made = {d.array for d in self.definitions}
        costs = [
            info.name
            for (sign, _), info in self.names.arrays.items()
            if sign in self.profile.cost and info.name in made
        ]
        own = self.names.arrays.get(weight.key)
        if not self.numbers or len(costs) != 1 or own is None:
            return None
        return Get(slope_name(costs[0], own.name))

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
