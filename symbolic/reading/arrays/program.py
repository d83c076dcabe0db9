"""The array program that a document defines, and what each sign stands for in it.

What the document leaves unsaid is filled in with the usual definitions of the profile; a loss that
is nowhere defined is any function of what nothing else reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import count

from symbolic.arrays import ONE, Abstract, Definition, Given, Local, Program
from symbolic.errors import InputError
from symbolic.indexed import Affine, Delta, Expr, Get, Num, Sum, Var, arrays_read, free_letters
from symbolic.indexed import walk as walk_expr
from symbolic.indices import Hypothesis, Law, SizeOne
from symbolic.reading.arrays.claims import ArrayReading
from symbolic.reading.arrays.collecting import NET, Collection, Made, NoProgramError
from symbolic.reading.arrays.formulas import (
    Formula,
    Key,
    Leaky,
    Minus,
    Plus,
    Quantity,
    Unknown,
    walk,
)
from symbolic.reading.arrays.introduced import Head, expanded, introduced
from symbolic.reading.arrays.jacobians import slope
from symbolic.reading.arrays.meaning import Meaning
from symbolic.reading.arrays.one_index import row_remarks
from symbolic.reading.arrays.profile import OPEN, ArrayProfile
from symbolic.reading.arrays.rectified import Rectified, rectified, unrectified
from symbolic.reading.arrays.rendering import render
from symbolic.reading.arrays.signs import Signs
from symbolic.reading.arrays.values import Binder, Value, each
from symbolic.reading.arrays.whole import everything
from symbolic.reading.arrays.widths import Width
from symbolic.reading.source import Fault, NotUnderstood
from symbolic.shapes import MOST_PARTS, MOST_SUMS, named, parts, sums

MINUS_ONE = Num(-ONE.value)


@dataclass
class Base:
    """What the claims of a document are about; `meaning` reads them."""

    profile: ArrayProfile
    meaning: Meaning
    program: Program
    offered: tuple[Hypothesis, ...]
    remarks: tuple[str, ...]
    stems: dict[str, str]
    """The letter of a set, for the names of those that nobody wrote."""
    known: Mapping[Formula, Formula]
    """What is defined, by how it is written, and its name."""
    before: dict[str, str]
    """Arrays that hold the value of the time before, and of which array."""
    numbers: Mapping[str, int]
    """The number of the definition of each array that the document defines itself."""
    begun: frozenset[Key] = frozenset()
    """Arrays that have a value before the first time."""
    idle: frozenset[Key] = frozenset()
    """Arrays that are defined, and read by no other definition and not by the loss."""
    introduced: Mapping[Head, Formula] = field(default_factory=dict)
    """What names of derivatives by nothing that is defined stand for."""
    stated: Mapping[Formula, Formula] = field(default_factory=dict)
    """The whole loss, and what it is."""
    rectified: Rectified = field(default_factory=dict)
    """Arrays that are max(0, …) of something."""

    def begins(self, key: Key) -> bool:
        return key in self.begun


def base_of(reading: ArrayReading) -> Base:
    """The program of a document; raises `NoProgramError`."""
    return _Builder(reading).base()


def is_program(reading: ArrayReading) -> bool:
    """Whether the definitions of a document make a program: their shapes fit, its loss is clear."""
    try:
        base_of(reading)
    except (NoProgramError, InputError):
        return False
    return True


@dataclass
class _Typed:
    """A definition whose shapes fit: what it opens on its left, and its two sides."""

    made: Made
    opened: list[Binder]
    left: Value
    right: Value


class _Builder:
    def __init__(self, reading: ArrayReading) -> None:
        self.reading, self.profile = reading, reading.profile
        self.found = Collection(reading)
        self.signs = Signs(self.found, self.profile)
        self.widths = self.signs.widths
        self.meaning = Meaning(
            self.widths,
            self.signs.time,
            self.profile.last,
            self.profile.vectors,
            self.profile.letters,
            self.signs.lookup,
            self.signs.letters,
            samples=self.profile.examples_size if self.profile.examples else "",
            rows=self.profile.examples_size if self.profile.vectors == "rows" else "",
        )
        self.introduced: dict[Head, Formula] = {}
        for head, claim in introduced(reading).items():
            self.introduced[head] = expanded(claim.right, self.introduced)
        self.lone: list[Width] = []
        self.kept: list[Definition] = []
        self.parts: dict[str, str] = {}  # the names of inner sums, and of which array
        self.stems: dict[str, str] = {}

    def base(self) -> Base:
        typed = self._typed()
        cost = self._typed_cost()
        self.widths.fix((axis for axes in self.signs.axes.values() for axis in axes), self._pool())
        self.stems = self._stems()
        try:
            program = self._program(typed, cost)
        except InputError as error:
            raise NoProgramError(error.what) from None
        self.signs.program = program
        self.meaning.slope = cache(partial(slope, program))
        return Base(
            self.profile,
            self.meaning,
            program,
            (*self._single(), *(() if self.lone else self._laws())),
            tuple(self._remarks()),
            self.stems,
            {
                made.right: made.left
                for key, made in self.found.made.items()
                if not made.left.at and key not in self.found.losses
            },
            self.signs.before_names(),
            self._numbers(),
            frozenset(self.signs.initial),
            self._idle(program),
            self.introduced,
            self._stated(),
            rectified(program.definitions),
        )

    def _stated(self) -> dict[Formula, Formula]:
        made = self.found.made.get(self.found.loss) if self.found.loss is not None else None
        if made is None or isinstance(made.right, Unknown) or self.lone:
            return {}
        return {made.left: made.right}

    def _idle(self, program: Program) -> frozenset[Key]:
        read = set() if isinstance(program.cost, Abstract) else set(arrays_read(program.cost))
        makers = [d for d in program.definitions if isinstance(d, Abstract)]
        makers += [program.cost] if isinstance(program.cost, Abstract) else []
        for made in program.definitions:
            if isinstance(made, Definition):
                read |= arrays_read(made.body) - {made.array}
        for one in makers:
            read |= {local.array for local in one.partials}
            read |= {array for local in one.partials for array in arrays_read(local.slope)}
        made_keys = (key for key in self.found.made if key not in self.found.losses)
        return frozenset(key for key in made_keys if self.signs.names.get(key) not in read)

    def _numbers(self) -> dict[str, int]:
        made = self.found.made.items()
        found = {self.signs.names[key]: one.number for key, one in made if one.number}
        return found | {part: found[head] for part, head in self.parts.items() if head in found}

    # -- shapes

    def _typed(self) -> list[_Typed]:
        found: list[_Typed] = []
        faults: dict[int, NotUnderstood] = {}
        for key, made in self.found.made.items():
            if key == self.found.loss or isinstance(made.right, Unknown):
                continue
            try:
                found.append(self._definition(made))
            except NotUnderstood as error:
                faults[made.number] = error
        if faults:
            raise NoProgramError("a definition has an error", faults)
        return found

    def _definition(self, made: Made) -> _Typed:
        meaning, left = self.meaning, made.left
        meaning.scope = {}
        opened = [] if left.time is None else [meaning.open(left.time.letter, own=True)]
        opened += [meaning.open(name, own=True) for name in left.at]
        value = meaning.entry(
            replace(self.signs.lookup(left), initial=None), left.time, left.at, left.place
        )
        right = (
            self._of_loss(made) if made.left.key in self.found.losses else meaning.read(made.right)
        )
        if not meaning.fits(value, right):
            raise meaning.mismatch("the two sides", value, right, left.place)
        return _Typed(made, opened, value, right)

    def _typed_cost(self) -> Value | None:
        """The whole loss as it is defined, None where it is not."""
        made = self.found.made.get(self.found.loss) if self.found.loss is not None else None
        if made is None or isinstance(made.right, Unknown):
            return None
        self.meaning.scope = {}
        try:
            value = self._of_loss(made)
            if not value.is_number:
                raise NotUnderstood(
                    "The loss is one number, and the right side is none.",
                    "Sum over it.",
                    made.left.place,
                    Fault.TYPE,
                )
        except NotUnderstood as error:
            raise NoProgramError("the loss has an error", {made.number: error}) from None
        return value

    def _of_loss(self, made: Made) -> Value:
        """The right side of a loss: columns that are multiplied are of one output, so numbers."""
        columns = bool(self.meaning.samples or self.profile.layers or self.meaning.rows)
        self.meaning.lone = [] if columns else None
        value = self._summed(made.right) if self.meaning.samples else self.meaning.read(made.right)
        if self.meaning.lone and not value.is_number:
            value = self._summed(made.right)
        lone, self.meaning.lone = self.meaning.lone, None
        self.lone += lone or []
        return value

    def _summed(self, formula: Formula) -> Value:
        """A term of a loss as a number: that of the single output is the sum over all outputs."""
        match formula:
            case Plus(terms, place):
                found = self._summed(terms[0])
                for term in terms[1:]:
                    found = self.meaning.added(found, self._summed(term), place)
                return found
            case Minus(body):
                return each(lambda e: -e, self._summed(body))
        value = self.meaning.read(formula)
        single = value.cols if self.profile.vectors == "rows" else value.rows
        if value.is_number or single is None or None not in (value.rows, value.cols):
            return value
        self.lone.append(single)
        return everything(self.meaning, value)

    def _single(self) -> Iterator[Hypothesis]:
        """There is one output where the loss multiplies columns as numbers."""
        for name in dict.fromkeys(self.widths.name(width) for width in self.lone):
            yield SizeOne(f"{name} = 1", name)

    def _pool(self) -> Iterator[str]:
        taken = {*self.profile.sizes, self.profile.last}
        yield from (name for name in self.profile.widths if name not in taken)
        yield from (f"A{n}" for n in count(1))

    def _stems(self) -> dict[str, str]:
        found = {self.signs.time.name: self.profile.time[0]} if self.profile.time else {}
        for letter, size in self.profile.letters.items():
            if size != OPEN:
                found.setdefault(size, letter)
        free = [letter for letter, size in self.profile.letters.items() if size == OPEN]
        sizes = {self.widths.name(a) for axes in self.signs.axes.values() for a in axes}
        order = [*self.profile.widths, *sorted(sizes)]
        for n, size in enumerate(size for size in dict.fromkeys(order) if size in sizes - {*found}):
            if free:
                found[size] = free[n % len(free)]
            else:
                found[size] = size.lower()
        return found

    # -- the program

    def _program(self, typed: list[_Typed], cost: Value | None) -> Program:
        definitions: list[Definition | Abstract] = []
        for one in typed:
            own = self.signs.names[one.made.left.key]
            self.meaning.keep = self._keeping(own)
            try:
                definitions.append(self._lowered(one, own))
            except NotUnderstood as error:
                faults = {one.made.number: error}
                raise NoProgramError("a definition has an error", faults) from None
        known = rectified(definitions)
        definitions = [self._positive(d, known) for d in definitions]
        definitions += [self._before(key, name) for key, name in self.signs.before.items()]
        self.meaning.keep = self._keeping("loss")
        whole = self._cost(cost)
        self.meaning.keep = None
        for loss in self.found.losses:
            if loss[2] and any(pair[0] == loss for pair in self.signs.slopes):
                definitions.append(self._abstract_loss(loss))
        given = [
            Given(self.signs.names[key], self.signs.sorts(key))
            for key in self.found.mentioned
            if key not in self.found.made
            and self.found.symbol(key).kind in ("data", "weight", "number")
        ]
        given += [
            Given(name, self.signs.sorts(key)[1:])
            for key, name in self.signs.initial.items()
            if key not in self.found.begin
        ]
        given += [
            Given(name, self.signs.sorts(key)) for (_, key), name in self.signs.slopes.items()
        ]
        arrays = {*(g.array for g in given), *(d.array for d in definitions)}
        return Program(
            tuple(given),
            in_order((*self.kept, *definitions)),
            whole,
            tuple(m for m in self.signs.multipliers.values() if m.array in arrays),
        )

    def _lowered(self, one: _Typed, name: str) -> Definition:
        meaning = self.meaning
        at = [meaning.var(binder) for binder in one.opened]
        rows, cols = (None if w is None else meaning.new(w) for w in (one.left.rows, one.left.cols))
        body = one.right.element(rows, cols)
        letters = one.left.letters(at, rows, cols)
        self._require_small(body, one.made)
        letters, body = named(body, letters, self.stems)
        return Definition(name, letters, body)

    def _positive(self, made: Definition | Abstract, known: Rectified) -> Definition | Abstract:
        if not isinstance(made, Definition):
            return made
        letters = self.meaning.letters
        at, body = named(unrectified(made.body, known, letters), made.at, self.stems)
        return replace(made, at=at, body=body)

    def _before(self, key: Key, name: str) -> Definition:
        """The value of the time before: a range that cuts a product off would hide its time."""
        sorts = self.signs.sorts(key)
        letters = tuple(Var(self.stems[s.name], s) for s in sorts)
        t, rest = letters[0], letters[1:]
        earlier = Get(self.signs.names[key], (t - 1, *rest))
        return Definition(
            name, letters, earlier + Delta(t - 1, 0) * Get(self.signs.initial[key], rest)
        )

    def _require_small(self, body: Expr, made: Made | None) -> None:
        if sums(body) > MOST_SUMS or parts(body) > MOST_PARTS:
            place = made.left.place if made is not None else 0
            error = NotUnderstood("This is too large written out.", "Define parts of it.", place)
            number = made.number if made is not None else 0
            raise NoProgramError("a definition is too large", {number: error})

    def _keeping(self, head: str) -> Callable[[Expr], Expr]:
        """Gives the sum below a softmax a name of its own."""

        def keep(expr: Expr) -> Expr:
            at = tuple(sorted(free_letters(expr), key=lambda v: (v.sort.name, v.name)))
            name = self.signs.new(f"{head}_sum")
            self.signs.kept.append(name)
            self.parts[name] = head
            letters, body = named(expr, at, self.stems)
            self.kept.append(Definition(name, letters, body))
            return Get(name, at)

        return keep

    def _cost(self, cost: Value | None) -> Expr | Abstract:
        if cost is not None:
            made = None if self.found.loss is None else self.found.made.get(self.found.loss)
            try:
                expr = cost.element(None, None)
            except NotUnderstood as error:
                faults = {} if made is None else {made.number: error}
                raise NoProgramError("the loss has an error", faults) from None
            self._require_small(expr, made)
            return named(expr, (), self.stems)[1]
        timed = [key for key in self.found.losses if key[2]]
        if timed and not any(pair[0] == self.found.loss for pair in self.signs.slopes):
            if len(timed) > 1:
                raise NoProgramError("the loss of one time has two signs")
            t = Var(self.profile.time[0], self.signs.time)
            return Sum(t, Get(self.signs.names[timed[0]], (t,)))
        partials = tuple(
            self._local(key, name)
            for (loss, key), name in self.signs.slopes.items()
            if loss is None or loss == self.found.loss
        )
        if not partials:
            raise NoProgramError("nothing is defined that a loss could be a function of")
        return Abstract("cost", (), partials)

    def _local(self, key: Key, slope: str, at: Var | None = None) -> Local:
        """The partial by an array, at the time of the loss where it has one."""
        sorts = self.signs.sorts(key)
        letters = tuple(Var(f"{self.stems[s.name]}{n}", s) for n, s in enumerate(sorts, 1))
        found: Expr = Get(slope, letters)
        if at is not None:
            found = Delta(at, letters[0]) * found
        return Local(self.signs.names[key], letters, found)

    def _abstract_loss(self, loss: Key) -> Abstract:
        t = Var(self.profile.time[0], self.signs.time)
        partials = tuple(
            self._local(key, name, t)
            for (own, key), name in self.signs.slopes.items()
            if own == loss
        )
        return Abstract(self.signs.names[loss], (t,), partials)

    # -- what holds besides

    def _laws(self) -> Iterator[Hypothesis]:
        for key in self.found.mentioned:
            symbol = self.found.symbol(key)
            if not symbol.sums_to_one or key in self.found.made:
                continue
            sorts = self.signs.sorts(key)
            letters = tuple(Var(self.stems[s.name], s) for s in sorts)
            if len({v.name for v in letters}) < len(letters):
                continue
            name = self.signs.names[key]
            entry = ",".join(v.name for v in letters)
            over = letters[0] if self.profile.examples else letters[-1]
            yield Law(f"sum({over.name}, {name}[{entry}]) = 1", (over,), (Get(name, letters),), ONE)

    def _of_examples(self) -> Iterator[str]:
        """What dZ is, and where the loss is one of a single output."""
        if self.profile.per_example:
            m = self.profile.examples_size
            loss = "the loss" if self.found.loss is None else self.found.loss[0]
            factor = f"{m} times " if self.found.per_example else ""
            yield (
                f"d of what has a column for each example is {factor}the derivative of {loss}, "
                f"d of anything else the derivative of {loss}"
            )
        for one in self._single():
            assert isinstance(one, SizeOne)
            yield f"the loss shows columns as numbers: a single output, so {one.size} is one"

    def _leaky(self) -> Iterator[Leaky]:
        parts = (part for made in self.found.made.values() for part in walk(made.right))
        yield from (
            one for one in parts if isinstance(one, Leaky) and isinstance(one.slope, Quantity)
        )

    def _remarks(self) -> Iterator[str]:
        yield from self._of_examples()
        yield from row_remarks(self.reading.claims, self.profile)
        for leaky in self._leaky():
            slope = render(leaky.slope, self.profile)
            yield f"{render(leaky, self.profile)} is read for {slope} <= 1"
        for one in self.found.inner:
            shown = render(one, self.profile)
            yield f"{shown} is not defined; it is what the function of {one.sign} is applied to"
        for claim in introduced(self.reading).values():
            if isinstance(claim.left, Quantity):
                continue
            shown = render(claim.left, self.profile)
            yield f"by what {shown} differentiates is not defined; it stands for ({claim.number})"
        if self.profile.layers and self.profile.time:
            yield "the layers are taken to be equally wide"
        for made in self.found.made.values():
            if made.number == 0 and made.left.key == self.found.loss:
                yield f"{made.left.sign} is the loss at {self.profile.last} alone, as words say"
            elif made.number == 0 and not made.left.sign.startswith(NET):
                yield f"{made.left.sign} is not defined here; it is read as usual"
        for key in self.found.mentioned:
            if self.found.symbol(key).given:
                yield f"{self.signs.names[key]} is not defined; it is given"
        for key in sorted(self.found.columns):
            yield f"{self.signs.names[key]} is a column, since 1 {key[0]}^T is added"
        for head in self.found.stepped:
            assert head.time is not None
            t, name = head.time.letter, self.signs.names[head.key]
            written = f"{name}[{t}{head.time.shift:+d}]"
            yield f"{written} = … is read as {name}[{t}] = … for {t} = 1 … {self.profile.last}"
        for key, name in self.signs.initial.items():
            if key in self.found.begin:
                continue
            yield f"{name} is not said; it may be anything"
        for loss in dict.fromkeys(pair[0] for pair in self.signs.slopes):
            sign = "the loss" if loss is None else f"{loss[0]}_t" if loss[2] else loss[0]
            slopes = {k: n for (own, k), n in self.signs.slopes.items() if own == loss}
            of = " and ".join(self.signs.names[key] for key in slopes)
            yield f"{sign} is any function of {of}, with the slope {', '.join(slopes.values())}"


def in_order(definitions: Sequence[Definition | Abstract]) -> tuple[Definition | Abstract, ...]:
    """The definitions, each after what it reads at its own indices; the checker looks at the last
    first."""
    reads: dict[str, list[str]] = {}
    for d in definitions:
        bodies = [d.body] if isinstance(d, Definition) else []
        entries = [part for body in bodies for part in walk_expr(body) if isinstance(part, Get)]
        here = [e.array for e in entries if not any(isinstance(i, Affine) for i in e.at)]
        if isinstance(d, Abstract):
            here = [local.array for local in d.partials]
        reads[d.array] = here
    found: dict[str, None] = {}
    for start in reads:
        stack = [(start, iter(reads[start]))]
        open_ = {start}
        while stack:
            name, further = stack[-1]
            other = next((n for n in further if n in reads and n not in found), None)
            if other is None or name in found:
                found.setdefault(name)
                open_.discard(stack.pop()[0])
            elif other not in open_:
                open_.add(other)
                stack.append((other, iter(reads[other])))
    by_name = {d.array: d for d in definitions}
    return tuple(by_name[name] for name in found)
