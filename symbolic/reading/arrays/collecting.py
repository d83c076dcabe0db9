"""What the program of a document is made of: its definitions, what δ means, the loss."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import permutations

from symbolic.reading.arrays.claims import ArrayReading
from symbolic.reading.arrays.formulas import (
    EACH,
    Applied,
    Formula,
    Gradient,
    Key,
    LocalError,
    Minus,
    Number,
    Ones,
    Plus,
    Product,
    Quantity,
    Size,
    Time,
    Transposed,
    Unknown,
    differentiates,
    folded,
    later,
    retimed,
    walk,
)
from symbolic.reading.arrays.profile import ArraySymbol
from symbolic.reading.arrays.running import is_running
from symbolic.reading.arrays.sorting import stepped
from symbolic.reading.claims import Kind
from symbolic.reading.source import Fault, NotUnderstood

NET = "net "
"""Before the sign of what a function is applied to, where it has no name of its own."""
FEW_TERMS = 4
WHOLE = ("softmax", "sum", "sum_along", "sum_down", "trace", "diag")


_BEFORE = re.compile(r"(?:^|,)(?:\\[a-z]+\{)?(?:pre|pre-?act(?:ivation)?|in|net|raw|lin)\}?$")
"""Labels of what a function is applied to."""


class NoProgramError(Exception):
    """The definitions make no program; `faults` say of which claims, by number."""

    def __init__(self, what: str, faults: dict[int, NotUnderstood] | None = None) -> None:
        super().__init__(what)
        self.what, self.faults = what, faults or {}


@dataclass(frozen=True)
class Made:
    """A definition that is used: by the number of its claim, 0 where the profile says it."""

    left: Quantity
    right: Formula
    number: int


class Collection:
    """The definitions of a document by array, and what its signs of derivatives mean.

    Raises `NoProgramError` where it is not clear what the loss is.
    """

    def __init__(self, reading: ArrayReading) -> None:
        self.reading, self.profile = reading, reading.profile
        self.made: dict[Key, Made] = {}
        self.namings: dict[tuple[str, str], Gradient] = {}
        self.signs: dict[tuple[str, str], int] = {}
        self.stepped: list[Quantity] = []  # heads that are written one time later
        self.zero: set[Key] = set()  # values before the first time are said to be 0
        self.begin: dict[Key, Key] = {}  # h and the x of h^{(0)} = x
        self._say()
        self.columns = self._columns()
        self._fill()
        self.inner = tuple(self._preactivations())
        self._name()
        self._split()
        if reading.at_the_end:
            self._end()
        self.mentioned = self._mentioned()
        self.losses = tuple(k for k in self.mentioned if self.symbol(k).kind == "loss")
        self._require_losses()
        self.loss = self._whole_loss()
        self.per_example = self.profile.per_example and self._is_mean()

    def symbol(self, key: Key) -> ArraySymbol:
        """What the profile says of an array."""
        return self.profile.symbols[key[0].removeprefix(NET)]

    def formulas(self) -> Iterator[Formula]:
        """Every side of every relation and of every definition."""
        for claim in self.reading.claims:
            if not is_running(claim, self.profile):
                yield claim.left
            yield claim.right
        for made in list(self.made.values()):
            yield made.left
            yield made.right

    def _say(self) -> None:
        """What the document itself defines."""
        for claim in self.reading.claims:
            if claim.kind is not Kind.DEFINITION or claim.problems:
                continue
            if is_running(claim, self.profile):
                continue
            left, right = claim.left, claim.right
            if isinstance(left, LocalError):
                gradient = right.body if isinstance(right, Minus) else right
                if isinstance(gradient, Gradient):
                    self.namings[left.sign, left.label] = gradient
                    self.signs[left.sign, left.label] = -1 if isinstance(right, Minus) else 1
            elif (
                isinstance(left, Quantity)
                and left.time is not None
                and (left.time.letter not in self.profile.time)
            ):
                if not left.time.letter:
                    self._begins(left, right)
            elif isinstance(left, Quantity) and not differentiates(right):
                steps = stepped(claim, self.profile)
                if steps and left.time is not None:  # h_{t+1} = f(h_t) says h_t = f(h_{t-1})
                    self.stepped.append(left)
                    right = later(right, left.time.letter, -steps)
                    left = replace(left, time=replace(left.time, shift=0))
                self.made[left.key] = Made(left, right, claim.number)
                if isinstance(right, Unknown) and left.time is None:
                    self._at_one_time(left, right, claim.number)

    def _at_one_time(self, left: Quantity, right: Unknown, number: int) -> None:
        """L = ℓ(h_T, y) says L = ℓ_T with ℓ_t = ℓ(h_t, y), where T is the only time in it."""
        parts = [part for part in walk(right) if isinstance(part, Quantity)]
        times = {part.time for part in parts if part.time is not None}
        if len(times) != 1 or self.profile.symbols[right.sign].kind != "loss":
            return
        [time] = times
        letter = self.profile.time[0]
        if time.letter in self.profile.time or (right.sign, "", True) in self.made:
            return
        each = Quantity(right.sign, "", Time(letter), place=right.place)

        def general(old: Time) -> Time:
            return Time(letter) if old == time else old

        one = retimed(right, general)
        self.made[left.key] = Made(left, replace(each, time=time), number)
        self.made[each.key] = Made(each, one, number)

    def _end(self) -> None:
        """L = L_T where words say that there is a loss at the last time alone, and no formula."""
        losses = [s for s, symbol in self.profile.symbols.items() if symbol.kind == "loss"]
        written = [key[0] for key in self._mentioned() if key[0] in losses]
        if any(key[0] in losses for key in self.made) or not self.profile.last:
            return
        whole = Quantity(next(iter(written), losses[0]))
        last = replace(whole, time=Time(self.profile.last))
        self.made[whole.key] = Made(whole, last, 0)

    def _begins(self, left: Quantity, right: Formula) -> None:
        """What lies before the first time is 0, or data without time."""
        if isinstance(right, Number) and right.value == 0:
            self.zero.add(left.key)
        elif isinstance(right, Quantity) and self.symbol(right.key).kind == "data":
            if right.time is None and not right.at:
                self.begin[left.key] = right.key
                return
            raise NoProgramError(f"{right.sign} has a time or an index, where {left.sign} begins")
        else:
            raise NoProgramError(f"where {left.sign} begins is not understood")

    def _columns(self) -> frozenset[Key]:
        """The vectors that a definition adds as 1 b^T: columns, where vectors are rows."""
        pairs = [
            (part.left, part.right.body)
            for made in self.made.values()
            for part in walk(made.right)
            if isinstance(part, Product) and isinstance(part.right, Transposed)
        ]
        return frozenset(
            body.key
            for ones, body in pairs
            if isinstance(ones, Ones) and isinstance(body, Quantity)
            if self.profile.vectors == "rows" and len(self.symbol(body.key).shape) == 1
        )

    def _mentioned(self) -> dict[Key, Quantity]:
        """Every array that is spoken of, the defined ones first."""
        found: dict[Key, Quantity] = {made.left.key: made.left for made in self.made.values()}
        for formula in self.formulas():
            for part in walk(formula):
                if isinstance(part, Quantity):
                    found.setdefault(part.key, part)
                elif isinstance(part, Gradient) and part.loss is not None:
                    found.setdefault(part.loss.key, part.loss)
                elif isinstance(part, LocalError):
                    for key in self.targets(part):
                        found.setdefault(key, Quantity(key[0], key[1], part.time))
        return found

    def targets(self, error: LocalError) -> list[Key]:
        """By which arrays this δ may differentiate."""
        named = self.namings.get((error.sign, error.label))
        if named is not None:
            return [named.of.key]
        symbols = self.profile.symbols
        own = symbols.get(error.label)
        if own is not None and own.kind in ("value", "data"):
            return [(error.label, "", own.time)]
        keys = ((sign, error.label, symbols[sign].time) for sign in symbols[error.sign].of)
        return [key for key in keys if key in self.made]

    def target(self, error: LocalError) -> Key:
        """By which array this δ differentiates; raises `NotUnderstood` where that is not clear."""
        found = self.targets(error)
        if (error.sign, error.label, True) in self.reading.spoiled:
            found = []
        shown = f"{error.sign}_{{{error.label}}}" if error.label else error.sign
        if len(found) != 1:
            raise NotUnderstood(
                f"By what {shown} differentiates is not said.",
                f"Write {shown} = \\frac{{\\partial L}}{{\\partial …}}.",
                error.place,
                Fault.DEFINITION,
            )
        net = (NET + found[0][0], *found[0][1:])
        if (error.sign, error.label) not in self.namings and self.symbol(found[0]).through:
            made = self.made.get(found[0])
            if net in self.made:
                return net
            if made is not None and isinstance(made.right, Applied):
                inner = made.right.body
                if made.right.function not in WHOLE and isinstance(inner, Quantity):
                    return inner.key
        return found[0]

    def _fill(self) -> None:
        """The usual definitions of what is spoken of and not defined."""
        usual = {c.left.key: c for c in self.reading.standard if isinstance(c.left, Quantity)}
        while True:
            missing = [
                key
                for key in self._mentioned()
                if key not in self.made and key in usual and not self.spoiled(key)
            ]
            if not missing:
                return
            for key in missing:
                claim = usual[key]
                assert isinstance(claim.left, Quantity)
                self.made[key] = Made(claim.left, claim.right, 0)

    def spoiled(self, key: Key) -> bool:
        """Whether its definition may stand in what was not understood."""
        sign = key[0].removeprefix(NET)
        return key in self.reading.spoiled or sign in self.reading.spoiled_signs

    def _preactivations(self) -> Iterator[Quantity]:
        """What is spoken of as H_{pre} and not defined: what the function of H is applied to."""
        for key, one in self._mentioned().items():
            label = _BEFORE.search(key[1])
            made = self.made.get((key[0], key[1][: label.start()], key[2])) if label else None
            applied = made is not None and isinstance(made.right, Applied) and not made.right.primes
            if made is None or key in self.made or self.spoiled(key) or not applied:
                continue
            assert isinstance(made.right, Applied)
            if made.right.function in WHOLE and made.right.function != "softmax":
                continue
            head = replace(made.left, label=one.label)
            self.made[key] = Made(head, made.right.body, made.number)
            right = replace(made.right, body=head)
            self.made[made.left.key] = replace(made, right=right)
            yield head

    def _name(self) -> None:
        """What is named after its use: z_t = W h_t + b behind y_t = f(W h_t + b)."""
        read = {
            part.key
            for key, made in self.made.items()
            for part in walk(made.right)
            if isinstance(part, Quantity) and part.key != key
        }
        for key, made in list(self.made.items()):
            plain = isinstance(made.right, Quantity | Number)
            if key in read or plain or self.symbol(key).kind == "loss":
                continue
            for other, one in list(self.made.items()):
                if other != key:
                    right = folded(one.right, dict.fromkeys(_spelled(made.right), made.left))
                    self.made[other] = replace(one, right=right)

    def _split(self) -> None:
        """Give a name to what a function is applied to where δ is the derivative by it."""
        for formula in list(self.formulas()):
            for part in walk(formula):
                if isinstance(part, LocalError) and (part.sign, part.label) not in self.namings:
                    for key in self.targets(part)[:1]:
                        if self.symbol(key).through:
                            self._split_one(key)

    def _split_one(self, key: Key) -> None:
        made = self.made.get(key)
        if made is None or not isinstance(made.right, Applied) or made.right.primes:
            return
        if made.right.function in WHOLE or isinstance(made.right.body, Quantity):
            return
        net = replace(made.left, sign=NET + made.left.sign)
        self.made[net.key] = replace(made, left=net, right=made.right.body)
        self.made[key] = replace(made, right=replace(made.right, body=net))

    # -- the loss

    def _whole_loss(self) -> Key | None:
        """The loss that no other loss is made of."""
        whole = [key for key in self.losses if not key[2]]
        read = {
            part.key
            for key in whole
            if key in self.made
            for part in walk(self.made[key].right)
            if isinstance(part, Quantity) and part.key != key
        }
        made = (self.made[key].right for key in whole if key in self.made)
        read |= {(right.sign, "", False) for right in made if isinstance(right, Unknown)}
        roots = [key for key in whole if key not in read]
        each = [key[0] for key in roots if key[1] == EACH]
        if each:
            raise NoProgramError(
                f"the loss of each sample, {each[0]}_n, is no part of a whole loss; define it, "
                f"as in {each[0]} = 1/N Σ_n {each[0]}_n"
            )
        if len(roots) > 1:
            signs = ", ".join(sorted(_shown(key) for key in roots))
            raise NoProgramError(f"it is not clear which of {signs} is the whole loss")
        return roots[0] if roots else None

    def _is_mean(self) -> bool:
        """Whether the loss is a mean over the examples, and no dQ is said to be ∂J/∂Q."""
        size = self.profile.examples_size
        for claim in self.reading.claims:
            of = claim.left.of if isinstance(claim.left, Gradient) else None
            named = claim.kind is Kind.DEFINITION and of is not None
            if named and of is not None and size in self.symbol(of.key).shape:
                return False
        made = self.made.get(self.loss) if self.loss is not None else None
        if made is None or isinstance(made.right, Unknown):
            return True
        return any(part == Size(size) for part in walk(made.right))

    def _require_losses(self) -> None:
        """No loss may be defined in what was not understood."""
        losses = [key for key in reading_keys(self.reading) if self._is_loss(key[0])]
        if losses:
            raise NoProgramError(f"the definition of {_shown(losses[0])} was not understood")

    def _is_loss(self, sign: str) -> bool:
        symbol = self.profile.symbols.get(sign)
        return symbol is not None and symbol.kind == "loss"

    def arguments(self, loss: Key | None) -> tuple[Key, ...]:
        """Of what a loss is a function that is nowhere defined; raises `NoProgramError`.

        That is what it is differentiated by where it has a time, else what nothing else reads.
        """
        made = self.made.get(loss) if loss is not None else None
        if made is not None and isinstance(made.right, Unknown):
            return self._written(made, made.right)
        if self.reading.spoiled or self.reading.spoiled_signs:
            raise NoProgramError(
                "the loss is not said, and a formula that was not understood may define what it "
                "reads"
            )
        asked = dict.fromkeys(
            part.of.key
            for formula in self.formulas()
            for part in walk(formula)
            if isinstance(part, Gradient) and part.loss is not None and part.loss.key == loss
            and part.loss.time is not None
        )  # fmt: skip
        ends = self._ends()
        if not asked:
            return ends
        if not {*ends} <= {*asked} | {key for key in ends if key[0] in self.profile.loss_of}:
            shown = ", ".join(_shown(key) for key in ends if key not in asked)
            raise NoProgramError(f"it is not clear whether the loss reads {shown}; define the loss")
        return tuple(asked)

    def _written(self, made: Made, right: Unknown) -> tuple[Key, ...]:
        """The arguments of ℓ(y_t, h_t): whole quantities, at the time of the loss.

        A target may have no time; the loss is not differentiated by it.
        """
        rest = [argument for argument in right.arguments if not self._is_timeless(argument)]
        for argument in rest:
            same = isinstance(argument, Quantity) and argument.time == made.left.time
            if not same or (isinstance(argument, Quantity) and argument.at):
                error = NotUnderstood(
                    "An unknown loss is read as a function of whole quantities at its own time.",
                    "Give the parts names, or define the loss.",
                    right.place,
                )
                raise NoProgramError("the loss has an error", {made.number: error})
        rest = rest or list(right.arguments)
        known = [argument for argument in rest if isinstance(argument, Quantity)]
        for one in known:
            if self.symbol(one.key).kind == "value" and one.key not in self.made:
                error = NotUnderstood(f"{one.sign} is not defined.", "Say what it is.", one.place)
                raise NoProgramError("the loss has an error", {made.number: error})
        return tuple(dict.fromkeys(one.key for one in known))

    def _is_timeless(self, argument: Formula) -> bool:
        """Whether it is data without time, in a notation of times."""
        if not isinstance(argument, Quantity) or argument.time is not None or argument.at:
            return False
        return bool(self.profile.time) and self.symbol(argument.key).kind == "data"

    def _ends(self) -> tuple[Key, ...]:
        """What is defined and read by nothing else, and what the profile says if it feeds none."""
        losses = set(self.losses)
        values = [key for key in self.made if key not in losses]
        reads = {
            key: {
                part.key
                for part in walk(self.made[key].right)
                if isinstance(part, Quantity) and part.key != key
            }
            for key in values
        }
        read = set().union(*reads.values())
        ends = [key for key in values if key not in read]
        fed = self._at_once(ends)
        usual = [key for key in values if key[0] in self.profile.loss_of and not key[1]]
        return tuple(dict.fromkeys((*ends, *(key for key in usual if key not in fed))))

    def _at_once(self, ends: list[Key]) -> set[Key]:
        """What feeds these at the same time."""
        found: set[Key] = set()
        waiting = list(ends)
        while waiting:
            key = waiting.pop()
            if key in found or key not in self.made:
                continue
            found.add(key)
            waiting += [
                part.key
                for part in walk(self.made[key].right)
                if isinstance(part, Quantity) and (part.time is None or part.time.shift == 0)
            ]
        return found


def _spelled(formula: Formula) -> Iterator[Formula]:
    """The formula, and a short sum in every order of its terms."""
    yield formula
    if isinstance(formula, Plus) and len(formula.terms) <= FEW_TERMS:
        yield from (replace(formula, terms=terms) for terms in permutations(formula.terms))


def reading_keys(reading: ArrayReading) -> list[Key]:
    """What may be defined in what was not understood."""
    return sorted({*reading.spoiled, *((sign, "", False) for sign in reading.spoiled_signs)})


def _shown(key: Key) -> str:
    label = "n" if key[1] == EACH else key[1]
    return f"{key[0]}_{label}" if label else key[0]
