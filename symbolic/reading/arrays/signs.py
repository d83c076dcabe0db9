"""What each sign of a document stands for: an array of the program, its axes, its derivative."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import chain, count

from symbolic.arrays import ONE, Multiplier, Program
from symbolic.indexed import Count, Expr, Get, Num, Pow, Sort
from symbolic.reading.arrays.collecting import NET, Collection, NoProgramError
from symbolic.reading.arrays.formulas import (
    EACH,
    Change,
    Formula,
    Gradient,
    Key,
    LocalError,
    Quantity,
    Unknown,
    walk,
)
from symbolic.reading.arrays.local_slopes import LocalSlope, local_slope
from symbolic.reading.arrays.profile import OPEN, ArrayProfile
from symbolic.reading.arrays.values import Entry
from symbolic.reading.arrays.widths import Width, Widths
from symbolic.reading.source import Fault, NotUnderstood
from symbolic.shapes import Letters

MINUS_ONE = Num(-ONE.value)


class Signs:
    """The names and the axes of all arrays that a document speaks of, and of derivatives."""

    def __init__(self, found: Collection, profile: ArrayProfile) -> None:
        self.found, self.profile = found, profile
        self.widths = Widths(profile.sizes)
        self.time = Sort(profile.last or "T", ordered=True)
        self.axes: dict[Key, tuple[Width, ...]] = {}
        self.names: dict[Key, str] = {}
        self.initial: dict[Key, str] = {}
        self.before: dict[Key, str] = {}  # the value of the time before, the first included
        self.multipliers: dict[Key, Multiplier] = {}
        self.slopes: dict[tuple[Key | None, Key], str] = {}  # of a loss, by an array
        self.local: dict[tuple[Key, Key], LocalSlope] = {}
        self.program: Program | None = None  # once it is known
        self.letters = Letters()
        self.kept: list[str] = []  # names given later
        self._name_all()
        self._name_derivatives()
        self._name_slopes()

    def sorts(self, key: Key) -> tuple[Sort, ...]:
        """The sets that index an array, time first; all widths are known."""
        return (*([self.time] if key[2] else []), *map(self.widths.sort, self.axes[key]))

    def before_names(self) -> dict[str, str]:
        """Arrays that hold the value of the time before, and of which array."""
        return {name: self.names[key] for key, name in self.before.items()}

    # -- names

    def _name_all(self) -> None:
        for key in self.found.mentioned:
            self.axes[key] = self._axes(key)
            self.names[key] = self.new(plain_name(key))
        for own, made in self.found.made.items():
            if own in self.found.losses:
                continue
            for key in self._earlier(made.right):
                if key not in self.initial:
                    begin = self.found.begin.get(key)
                    same = begin is not None and self._fits(key, begin)
                    self.initial[key] = (
                        self.names[begin] if same and begin else self.new(f"{self.names[key]}_0")
                    )
                    self.before[key] = self.new(f"{self.names[key]}_before")

    def _fits(self, key: Key, begin: Key) -> bool:
        """Whether the data before the first layer have the shape of a layer."""
        pairs = zip(self.axes[key], self.axes[begin], strict=False)
        alike = len(self.axes[key]) == len(self.axes[begin])
        if not alike or not all(self.widths.same(a, b) for a, b in pairs):
            raise NoProgramError(f"{begin[0]} has another shape than {key[0]}")
        return True

    def _earlier(self, formula: Formula) -> Iterator[Key]:
        """What is read at an earlier time, and has a value before the first."""
        known = self.found.made.keys() - self.found.zero
        for part in walk(formula):
            earlier = isinstance(part, Quantity) and part.time is not None and part.time.shift < 0
            if earlier and isinstance(part, Quantity) and part.key in known:
                yield part.key

    def _axes(self, key: Key) -> tuple[Width, ...]:
        if key[0].startswith(NET):
            return self.axes.get((key[0].removeprefix(NET), *key[1:])) or self._shape(key)
        return self._shape(key)

    def _shape(self, key: Key) -> tuple[Width, ...]:
        stated = self.found.reading.shapes.get((key[0].removeprefix(NET), *key[1:]))
        symbol = self.found.symbol(key)
        weight = symbol.kind == "weight"
        if key[1] == EACH:
            return (self.widths.named(self.profile.sizes[0]),)
        return tuple(
            self.widths.new(weight) if size == OPEN else self.widths.named(size)
            for size in (symbol.shape if stated is None else stated)
        )

    def new(self, name: str) -> str:
        """A name that no array has."""
        taken = {
            *self.names.values(),
            *self.initial.values(),
            *self.before.values(),
            *self.slopes.values(),
            *(m.name for m in self.multipliers.values()),
            *self.kept,
        }
        return next(n for n in chain((name,), (f"{name}_{k}" for k in count(2))) if n not in taken)

    def _differentiated(self) -> Iterator[tuple[Key, Formula]]:
        for formula in self.found.formulas():
            for part in walk(formula):
                if not isinstance(part, Gradient | Change | LocalError) or of_one_time(part):
                    continue
                try:
                    yield self._key(part), part
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
            name = self.new("delta" + (f"_{label}" if label else ""))
            factor = ONE if sign == 1 else MINUS_ONE
            self.multipliers[key] = Multiplier(self.names[key], name, factor)
        for key, of in self._differentiated():
            if key not in self.multipliers and key in self.names:
                name = self.new(f"d{self.names[key]}")
                self.multipliers[key] = Multiplier(self.names[key], name, self._own(of, key))

    def _own(self, formula: Formula, key: Key) -> Expr:
        """What a sign of a derivative is, in ∂cost/∂array: m where dQ is of the examples alone."""
        if isinstance(formula, LocalError):
            return ONE if self._sign(formula) == 1 else MINUS_ONE
        prefixed = isinstance(formula, Gradient) and formula.loss is None
        size = self.profile.examples_size
        of_each = any(self.widths.name(width) == size for width in self.axes[key])
        return Count(size) if prefixed and of_each and self.found.per_example else ONE

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
                self.slopes[loss, key] = self.new(name)

    # -- what a sign stands for

    def lookup(self, formula: Formula) -> Entry:
        """The entry that a quantity or a derivative means; raises `NotUnderstood`."""
        entry = self._entry(formula)
        if not isinstance(formula, Quantity | Gradient | Change):
            return entry
        key = (formula if isinstance(formula, Quantity) else formula.of).key
        column = key in self.found.columns or self.found.symbol(key).upright
        return replace(entry, upright=True) if column else entry

    def _entry(self, formula: Formula) -> Entry:
        if isinstance(formula, Quantity):
            return self._quantity(formula)
        if isinstance(formula, Gradient) and of_one_time(formula):
            return self._slope(formula)
        key = self._key(formula)
        if isinstance(formula, Gradient) and formula.loss is not None:
            self._require_whole(formula.loss)
        self._require_known(key, formula)
        time = formula.time if isinstance(formula, LocalError) else self._of(formula).time
        before = time is not None and not time.letter and time.shift == 0
        if before and key in self.initial:
            return Entry(f"∂{self.initial[key]}", self.axes[key])
        multiplier = self._multiplier(key)
        return Entry(multiplier.name, self.axes[key], key[2], factor=self._scale(formula, key))

    def _scale(self, formula: Formula, key: Key) -> Expr:
        """What the sign is, in the derivative under its name: -1 where one of both has a minus."""
        if isinstance(formula, Change):
            rate = (self.profile.rate, "", False)
            if rate not in self.names:
                raise NotUnderstood("Δ needs the learning rate.", "Write it.", formula.place)
            return MINUS_ONE * Get(self.names[rate])
        own, named = self._own(formula, key), self._multiplier(key).factor
        if own == named:
            return ONE
        return MINUS_ONE if {own, named} == {ONE, MINUS_ONE} else own * Pow(named, Fraction(-1))

    def _multiplier(self, key: Key) -> Multiplier:
        name = self.names[key]
        return self.multipliers.get(key) or Multiplier(name, f"∂{name}")

    @staticmethod
    def _of(formula: Formula) -> Quantity:
        assert isinstance(formula, Gradient | Change)
        return formula.of

    def _key(self, formula: Formula) -> Key:
        if isinstance(formula, LocalError):
            return self.found.target(formula)
        return self._of(formula).key

    def _require_whole(self, loss: Quantity) -> None:
        whole = self.found.loss
        made = self.found.made.get(whole) if whole is not None else None
        if made is not None and isinstance(made.right, Unknown) and made.right.sign == loss.sign:
            return  # J = L(ŷ, y)
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
        if loss.time != of.time:
            raise NotUnderstood(
                "The loss of one time is differentiated at another.",
                "Write both with the same time.",
                gradient.place,
                Fault.INDEX,
            )
        name = self.slopes.get((loss.key, of.key))
        if name is not None:
            return Entry(name, self.axes[of.key], True)
        made = self.found.made.get(loss.key)
        if made is None or isinstance(made.right, Unknown) or of.key not in self.names:
            raise NotUnderstood(
                "The derivative of the loss of one time by this is not read here.",
                "Write the derivative of the whole loss, or what it is.",
                gradient.place,
            )
        self._require_known(of.key, gradient)
        if self.program is None:
            raise NotUnderstood("A definition speaks of no derivative.", "", gradient.place)
        slope = self._local_slope(loss.key, of.key)
        return Entry(
            "",
            self.axes[of.key],
            True,
            formula=lambda at: slope.element(at, self.letters),
        )

    def _local_slope(self, loss: Key, key: Key) -> LocalSlope:
        assert self.program is not None  # no definition speaks of derivatives
        if (loss, key) not in self.local:
            names = self.names[loss], self.names[key]
            self.local[loss, key] = local_slope(self.program, *names, self.time)
        return self.local[loss, key]


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
    label = "each" if key[1] == EACH else re.sub(r"\\text|[^A-Za-z0-9]", "", key[1])
    return f"{sign}_{label}" if label else sign


def of_one_time(formula: Formula) -> bool:
    """Whether it is the derivative of the loss of one time alone."""
    if not isinstance(formula, Gradient) or formula.loss is None:
        return False
    return formula.loss.time is not None
