"""The array program that a document defines, and what each sign stands for in it.

What the document leaves unsaid is filled in with the usual definitions of the profile; a loss that
is nowhere defined is any function of what nothing else reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count

from symbolic.arrays import ONE, Abstract, Definition, Given, Local, Multiplier, Program
from symbolic.errors import InputError
from symbolic.indexed import Affine, Delta, Expr, Get, Num, Sort, Sum, Var, free_letters
from symbolic.indexed import walk as walk_expr
from symbolic.indices import Hypothesis, Law
from symbolic.reading.arrays.claims import ArrayReading
from symbolic.reading.arrays.collecting import NET, Collection, Made, NoProgramError
from symbolic.reading.arrays.formulas import (
    Change,
    Formula,
    Gradient,
    Key,
    LocalError,
    Quantity,
    Unknown,
    walk,
)
from symbolic.reading.arrays.meaning import Binder, Entry, Meaning, Value
from symbolic.reading.arrays.profile import OPEN, ArrayProfile
from symbolic.reading.arrays.widths import Width, Widths
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
    array_of: Callable[[Formula], tuple[str, Expr]]
    """The array that a derivative is taken by, and the factor of its name."""


def base_of(reading: ArrayReading) -> Base:
    """The program of a document; raises `NoProgramError`."""
    return _Builder(reading).base()


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
        self.widths = Widths()
        self.time = Sort(self.profile.last or "T", ordered=True)
        self.meaning = Meaning(
            self.widths,
            self.time,
            self.profile.last,
            self.profile.vectors,
            self.profile.letters,
            self.lookup,
        )
        self.axes: dict[Key, tuple[Width, ...]] = {}
        self.names: dict[Key, str] = {}
        self.initial: dict[Key, str] = {}
        self.before: dict[Key, str] = {}  # the value of the time before, the first included
        self.multipliers: dict[Key, Multiplier] = {}
        self.slopes: dict[tuple[Key | None, Key], str] = {}  # of a loss, by an array
        self.kept: list[Definition] = []
        self.stems: dict[str, str] = {}

    def base(self) -> Base:
        self._name_all()
        self._name_derivatives()
        self._name_slopes()
        typed = self._typed()
        cost = self._typed_cost()
        self.widths.fix((axis for axes in self.axes.values() for axis in axes), self._pool())
        self.stems = self._stems()
        try:
            program = self._program(typed, cost)
        except InputError as error:
            raise NoProgramError(error.what) from None
        return Base(
            self.profile,
            self.meaning,
            program,
            tuple(self._laws()),
            tuple(self._remarks()),
            self.stems,
            self.array_of,
        )

    # -- names

    def _name_all(self) -> None:
        for key in self.found.mentioned:
            self.axes[key] = self._axes(key)
            self._name(key, plain_name(key))
        for own, made in self.found.made.items():
            if own in self.found.losses:
                continue
            for key in self._earlier(made.right):
                if key not in self.initial:
                    self.initial[key] = self._new(f"{self.names[key]}_0")
                    self.before[key] = self._new(f"{self.names[key]}_before")

    def _earlier(self, formula: Formula) -> Iterator[Key]:
        """What is read at an earlier time, and has a value before the first."""
        for part in walk(formula):
            if isinstance(part, Quantity) and part.time is not None and part.time.shift < 0:
                if part.key in self.found.made and part.key not in self.found.zero:
                    yield part.key

    def _axes(self, key: Key) -> tuple[Width, ...]:
        if key[0].startswith(NET):
            return self.axes.get((key[0].removeprefix(NET), *key[1:])) or self._shape(key)
        return self._shape(key)

    def _shape(self, key: Key) -> tuple[Width, ...]:
        shape = self.found.symbol(key).shape
        return tuple(self.widths.new() if s == OPEN else self.widths.named(s) for s in shape)

    def _name(self, key: Key, name: str) -> None:
        self.names[key] = self._new(name)

    def _new(self, name: str) -> str:
        """A name that no array has."""
        taken = {
            *self.names.values(),
            *self.initial.values(),
            *self.before.values(),
            *self.slopes.values(),
            *(m.name for m in self.multipliers.values()),
            *(d.array for d in self.kept),
        }
        return next(n for n in chain((name,), (f"{name}_{k}" for k in count(2))) if n not in taken)

    def _differentiated(self) -> Iterator[tuple[Key, Formula]]:
        for formula in self.found.formulas():
            for part in walk(formula):
                try:
                    if isinstance(part, Gradient) and not _of_one_time(part):
                        yield part.of.key, part
                    elif isinstance(part, Change):
                        yield part.of.key, part
                    elif isinstance(part, LocalError):
                        yield self.found.target(part), part
                except NotUnderstood:  # said of the claim that speaks of it
                    continue

    def _name_derivatives(self) -> None:
        """A name for every derivative that is spoken of; δ with its sign."""
        errors = [(k, p) for k, p in self._differentiated() if isinstance(p, LocalError)]
        for key, part in errors:
            assert isinstance(part, LocalError)
            if key in self.multipliers or key not in self.names:
                continue
            sign = self._sign(part)
            label = plain_name((part.label, "", False)) if part.label else ""
            name = self._new("delta" + (f"_{label}" if label else ""))
            factor = ONE if sign == 1 else MINUS_ONE
            self.multipliers[key] = Multiplier(self.names[key], name, factor)
        for key, _ in self._differentiated():
            if key not in self.multipliers and key in self.names:
                name = self._new(f"d{self.names[key]}")
                self.multipliers[key] = Multiplier(self.names[key], name)

    def _sign(self, error: LocalError) -> int:
        own = self.found.signs.get((error.sign, error.label))
        return self.profile.symbols[error.sign].factor if own is None else own

    def _name_slopes(self) -> None:
        """The partial derivatives of a loss that is nowhere defined."""
        unsaid: list[Key | None] = [key for key in self.found.losses if key[2]]
        if not unsaid or self.found.loss is not None:
            unsaid.append(self.found.loss)
        for loss in unsaid:
            made = self.found.made.get(loss) if loss is not None else None
            if made is not None and not isinstance(made.right, Unknown):
                continue
            if loss == self.found.loss and made is None and any(k[2] for k in self.found.losses):
                continue  # the sum of the losses of all times
            for key in self.found.arguments(loss):
                name = f"slope_{self.names[key]}"
                self.slopes[loss, key] = self._new(name)

    # -- what a sign stands for

    def lookup(self, formula: Formula) -> Entry:
        """The entry that a quantity or a derivative means; raises `NotUnderstood`."""
        if isinstance(formula, Quantity):
            return self._quantity(formula)
        if isinstance(formula, Gradient) and _of_one_time(formula):
            return self._slope(formula)
        array, factor = self.array_of(formula)
        key = self._key(formula)
        time = formula.of.time if isinstance(formula, Gradient | Change) else None
        if isinstance(formula, LocalError):
            time = formula.time
        before = time is not None and not time.letter and time.shift == 0
        if before and key in self.initial:
            return Entry(f"∂{self.initial[key]}", self.axes[key])
        name = self.multipliers[key].name
        scale: Expr = ONE
        if isinstance(formula, Change):
            rate = (self.profile.rate, "", False)
            if rate not in self.names:
                raise NotUnderstood("Δ needs the learning rate.", "Write it.", formula.place)
            scale = MINUS_ONE * Get(self.names[rate])
        elif factor != ONE and not isinstance(formula, LocalError):
            scale = MINUS_ONE
        elif isinstance(formula, LocalError) and (factor == ONE) != (self._sign(formula) == 1):
            scale = MINUS_ONE
        return Entry(name, self.axes[key], key[2], factor=scale)

    def _key(self, formula: Formula) -> Key:
        if isinstance(formula, LocalError):
            return self.found.target(formula)
        assert isinstance(formula, Gradient | Change)
        return formula.of.key

    def array_of(self, formula: Formula) -> tuple[str, Expr]:
        """The array that a derivative is taken by, and the factor of its name."""
        key = self._key(formula)
        if isinstance(formula, Gradient) and formula.loss is not None:
            self._require_whole(formula.loss)
        self._require_known(key, formula)
        return self.names[key], self.multipliers[key].factor

    def _require_whole(self, loss: Quantity) -> None:
        whole = self.found.loss
        if whole is not None and loss.key != whole:
            raise NotUnderstood(
                f"Only the whole loss {whole[0]} is differentiated here.", "", loss.place
            )

    def _quantity(self, quantity: Quantity) -> Entry:
        key = quantity.key
        self._require_known(key, quantity)
        name, initial, before = self.names[key], self.initial.get(key), self.before.get(key)
        return Entry(name, self.axes[key], key[2], initial, before)

    def _require_known(self, key: Key, formula: Formula) -> None:
        symbol = self.found.symbol(key)
        missing = symbol.kind == "value" and key not in self.found.made
        if self.found.spoiled(key):
            raise NotUnderstood(
                f"{symbol.sign} may be defined in a formula that was not understood.",
                "See there.",
                formula.place,
                Fault.DEFINITION,
            )
        if key == self.found.loss or (symbol.kind == "loss" and not key[2] and missing):
            raise NotUnderstood(
                "The loss itself is read only in its definition.", "", formula.place
            )
        if missing or key not in self.names:
            raise NotUnderstood(
                f"{symbol.sign} is not defined.",
                "Write its definition, or check its label.",
                formula.place,
                Fault.DEFINITION,
            )

    def _slope(self, gradient: Gradient) -> Entry:
        """∂L_t/∂h_t: the partial derivative of the loss of one time by what it reads."""
        loss, of = gradient.loss, gradient.of
        assert loss is not None
        name = self.slopes.get((loss.key, of.key))
        if name is None:
            raise NotUnderstood(
                "The derivative of the loss of one time by this is not read here.",
                "Write the derivative of the whole loss, or what it is.",
                gradient.place,
            )
        if loss.time != of.time:
            raise NotUnderstood(
                "The loss of one time is differentiated at another.",
                "Write both with the same time.",
                gradient.place,
                Fault.INDEX,
            )
        return Entry(name, self.axes[of.key], True)

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
            replace(self._quantity(left), initial=None), left.time, left.at, left.place
        )
        right = meaning.read(made.right)
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
            value = self.meaning.read(made.right)
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

    def _pool(self) -> Iterator[str]:
        taken = {*self.profile.sizes, self.profile.last}
        yield from (name for name in self.profile.widths if name not in taken)
        yield from (f"A{n}" for n in count(1))

    def _stems(self) -> dict[str, str]:
        found = {self.time.name: self.profile.time[0]} if self.profile.time else {}
        for letter, size in self.profile.letters.items():
            if size != OPEN:
                found.setdefault(size, letter)
        free = [letter for letter, size in self.profile.letters.items() if size == OPEN]
        sizes = {self.widths.name(a) for axes in self.axes.values() for a in axes}
        order = [*self.profile.widths, *sorted(sizes)]
        for n, size in enumerate(size for size in dict.fromkeys(order) if size in sizes - {*found}):
            found[size] = free[n % len(free)]
        return found

    # -- the program

    def _program(self, typed: list[_Typed], cost: Value | None) -> Program:
        definitions: list[Definition | Abstract] = []
        for one in typed:
            own = self.names[one.made.left.key]
            self.meaning.keep = self._keeping(own)
            definitions.append(self._lowered(one, own))
        definitions += [self._before(key, name) for key, name in self.before.items()]
        self.meaning.keep = self._keeping("loss")
        whole = self._cost(cost)
        self.meaning.keep = None
        for loss in self.found.losses:
            if loss[2] and any(pair[0] == loss for pair in self.slopes):
                definitions.append(self._abstract_loss(loss))
        given = [
            Given(self.names[key], self._sorts(key))
            for key in self.found.mentioned
            if key not in self.found.made
            and self.found.symbol(key).kind in ("data", "weight", "number")
        ]
        given += [Given(name, self._sorts(key)[1:]) for key, name in self.initial.items()]
        given += [Given(name, self._sorts(key)) for (_, key), name in self.slopes.items()]
        arrays = {*(g.array for g in given), *(d.array for d in definitions)}
        return Program(
            tuple(given),
            in_order((*self.kept, *definitions)),
            whole,
            tuple(m for m in self.multipliers.values() if m.array in arrays),
        )

    def _sorts(self, key: Key) -> tuple[Sort, ...]:
        return (*([self.time] if key[2] else []), *map(self.widths.sort, self.axes[key]))

    def _lowered(self, one: _Typed, name: str) -> Definition:
        meaning = self.meaning
        at = [meaning.var(binder) for binder in one.opened]
        rows, cols = (None if w is None else meaning.new(w) for w in (one.left.rows, one.left.cols))
        body = one.right.element(rows, cols)
        letters = (*at, *(v for v in (rows, cols) if v is not None))
        self._require_small(body, one.made)
        letters, body = named(body, letters, self.stems)
        return Definition(name, letters, body)

    def _before(self, key: Key, name: str) -> Definition:
        """The value of the time before: a range that cuts a product off would hide its time."""
        sorts = self._sorts(key)
        letters = tuple(Var(self.stems[s.name], s) for s in sorts)
        t, rest = letters[0], letters[1:]
        earlier = Get(self.names[key], (t - 1, *rest))
        return Definition(name, letters, earlier + Delta(t - 1, 0) * Get(self.initial[key], rest))

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
            name = self._new(f"{head}_sum")
            letters, body = named(expr, at, self.stems)
            self.kept.append(Definition(name, letters, body))
            return Get(name, at)

        return keep

    def _cost(self, cost: Value | None) -> Expr | Abstract:
        if cost is not None:
            expr = cost.element(None, None)
            self._require_small(expr, self.found.made.get(self.found.loss or ("", "", False)))
            return named(expr, (), self.stems)[1]
        timed = [key for key in self.found.losses if key[2]]
        if timed and not any(pair[0] == self.found.loss for pair in self.slopes):
            if len(timed) > 1:
                raise NoProgramError("the loss of one time has two signs")
            t = Var(self.profile.time[0], self.time)
            return Sum(t, Get(self.names[timed[0]], (t,)))
        partials = tuple(
            self._local(key, name) for (loss, key), name in self.slopes.items() if loss is None
            or loss == self.found.loss
        )  # fmt: skip
        if not partials:
            raise NoProgramError("nothing is defined that a loss could be a function of")
        return Abstract("cost", (), partials)

    def _local(self, key: Key, slope: str, at: Var | None = None) -> Local:
        """The partial by an array, at the time of the loss where it has one."""
        sorts = self._sorts(key)
        letters = tuple(Var(f"{self.stems[s.name]}{n}", s) for n, s in enumerate(sorts, 1))
        found: Expr = Get(slope, letters)
        if at is not None:
            found = Delta(at, letters[0]) * found
        return Local(self.names[key], letters, found)

    def _abstract_loss(self, loss: Key) -> Abstract:
        t = Var(self.profile.time[0], self.time)
        partials = tuple(
            self._local(key, name, t) for (own, key), name in self.slopes.items() if own == loss
        )
        return Abstract(self.names[loss], (t,), partials)

    # -- what holds besides

    def _laws(self) -> Iterator[Hypothesis]:
        for key in self.found.mentioned:
            symbol = self.found.symbol(key)
            if not symbol.sums_to_one or key in self.found.made:
                continue
            sorts = self._sorts(key)
            letters = tuple(Var(self.stems[s.name], s) for s in sorts)
            if len({v.name for v in letters}) < len(letters):
                continue
            name = self.names[key]
            entry = ",".join(v.name for v in letters)
            over = letters[-1]
            yield Law(f"sum({over.name}, {name}[{entry}]) = 1", (over,), (Get(name, letters),), ONE)

    def _remarks(self) -> Iterator[str]:
        for made in self.found.made.values():
            if made.number == 0 and not made.left.sign.startswith(NET):
                yield f"{made.left.sign} is not defined here; it is read as usual"
        for name in self.initial.values():
            yield f"{name} is not said; it may be anything"
        for (loss, _), argument in self.slopes.items():
            sign = "the loss" if loss is None else f"{loss[0]}_t" if loss[2] else loss[0]
            yield f"{sign} is any function with the slope {argument}"


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


def plain_name(key: Key) -> str:
    """The name of an array: its sign and its label without backslashes and braces.

    >>> plain_name(("\\\\hat{y}", "", True)), plain_name(("W", "xh", False))
    ('yhat', 'W_xh')
    """
    sign = key[0].replace(NET, "net_")
    accent = re.fullmatch(r"(net_)?\\(hat|tilde|bar|dot|vec)\{(.*)\}", sign)
    if accent:
        sign = f"{accent[1] or ''}{accent[3]}{accent[2]}"
    sign = re.sub(r"\\math[a-z]+|\\text|[^A-Za-z_]", "", sign)
    label = re.sub(r"\\text|[^A-Za-z0-9]", "", key[1])
    return f"{sign}_{label}" if label else sign


def _of_one_time(gradient: Gradient) -> bool:
    return gradient.loss is not None and gradient.loss.time is not None
