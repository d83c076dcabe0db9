"""Formulas about whole arrays as they are written, before any shape is looked at.

`place` is the character of the document where a part begins; two formulas that differ in places
alone are equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

Key = tuple[str, str, bool]
"""An array: its sign, its label, and whether it has a time (L and L_t are two)."""


EACH = "∀"
"""The label of the loss of each sample, the L_n of L = 1/N Σ_n L_n; nobody writes it."""


@dataclass(frozen=True, slots=True)
class Time:
    """letter + shift; without letter the number `shift`; the last time has the letter of it."""

    letter: str
    shift: int = 0


@dataclass(frozen=True, slots=True)
class Number:
    value: Fraction
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Size:
    """The N of 1/N."""

    name: str
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A sign with its label (the 1 of W_1, the xh of W_{xh}), its time and its element letters."""

    sign: str
    label: str = ""
    time: Time | None = None
    at: tuple[str, ...] = ()
    place: int = field(default=0, compare=False)

    @property
    def key(self) -> Key:
        """Which array it is an entry of."""
        return self.sign, self.label, self.time is not None


@dataclass(frozen=True, slots=True)
class Gradient:
    """factor · ∂loss/∂of; `loss` is the time of a loss L_t of one time, `written` the sign."""

    of: Quantity
    written: str = "\\partial"
    loss: Quantity | None = None
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Slope:
    """∂top/∂of of what is no loss."""

    top: Quantity
    of: Quantity
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class LocalError:
    """δ with scripts: the derivative by what is said elsewhere, at this time and element."""

    sign: str
    label: str = ""
    time: Time | None = None
    at: tuple[str, ...] = ()
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Change:
    """ΔW = -η ∂loss/∂W."""

    of: Quantity
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Plus:
    terms: tuple[Formula, ...]
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Minus:
    body: Formula
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Product:
    """The matrix product, or a number times an array; `dotted` where a dot says one of many."""

    left: Formula
    right: Formula
    dotted: bool = field(default=False, compare=False)
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Elementwise:
    """left ⊙ right; `beside` says how many factors stand side by side, in no brackets, in each.

    It is 0 for a left side that is itself a ⊙ b without brackets.
    """

    left: Formula
    right: Formula
    place: int = field(default=0, compare=False)
    beside: tuple[int, int] = field(default=(1, 1), compare=False)


@dataclass(frozen=True, slots=True)
class Over:
    """left / right, elementwise where the right side is no number."""

    left: Formula
    right: Formula
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Transposed:
    body: Formula
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Power:
    """Every element to this power."""

    body: Formula
    exponent: Fraction
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Applied:
    """A function of every element, `primes` times differentiated; softmax, sum, tr, diag of all."""

    function: str
    sign: str
    body: Formula
    primes: int = 0
    place: int = field(default=0, compare=False)
    time: Time | None = None
    """The layer of a function that each layer has of its own, g^{[l]}."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A function of which nothing is known, such as ℓ(y_t, h_t): only a loss can be one."""

    sign: str
    arguments: tuple[Formula, ...]
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Positive:
    """1 where the body is positive, else 0."""

    body: Formula
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Leaky:
    """max(slope · body, body) for a slope of at most 1."""

    slope: Formula
    body: Formula
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Eye:
    """The identity matrix, as large as it has to be."""

    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Total:
    """Σ over a letter of time or of elements, in [low, high] where they are given.

    Without a letter all elements are added.  `size` is the N of Σ_{i=1}^N where i may run over
    other axes too.
    """

    letter: str
    body: Formula
    low: Time | None = None
    high: Time | None = None
    place: int = field(default=0, compare=False)
    size: str = ""


@dataclass(frozen=True, slots=True)
class SquaredNorm:
    body: Formula
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Element:
    """(body)_{ij}: one entry of it, or with one letter its row."""

    body: Formula
    at: tuple[str, ...]
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Ones:
    """The column of ones, as long as it has to be."""

    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Stack:
    """Vectors below each other, [h; x]; `stacks` takes them apart before anything else."""

    parts: tuple[Formula, ...]
    place: int = field(default=0, compare=False)


Formula = (
    Number
    | Size
    | Quantity
    | Gradient
    | Slope
    | LocalError
    | Change
    | Plus
    | Minus
    | Product
    | Elementwise
    | Over
    | Transposed
    | Power
    | Applied
    | Unknown
    | Positive
    | Total
    | SquaredNorm
    | Element
    | Leaky
    | Eye
    | Ones
    | Stack
)


def inside(formula: Formula) -> tuple[Formula, ...]:
    """The formulas directly inside, in the order they are written."""
    match formula:
        case Plus(terms) | Stack(terms):
            return terms
        case Product(left, right) | Elementwise(left, right) | Over(left, right):
            return left, right
        case Leaky(slope, body):
            return slope, body
        case Minus(body) | Transposed(body) | Power(body) | Positive(body) | SquaredNorm(body):
            return (body,)
        case Element(body) | Applied(_, _, body) | Total(_, body):
            return (body,)
        case Unknown(_, arguments):
            return arguments
        case Gradient(of) | Change(of):
            return (of,)
        case Slope(top, of):
            return top, of
        case _:
            return ()


def walk(formula: Formula) -> Iterator[Formula]:
    """The formula and every one inside it, outermost first."""
    stack = [formula]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(reversed(inside(top)))


def folded(formula: Formula, known: Mapping[Formula, Formula]) -> Formula:
    """The formula with what a function is applied to under its name, where it has one."""
    match formula:
        case Plus(terms):
            return replace(formula, terms=tuple(folded(term, known) for term in terms))
        case Product(left, right) | Elementwise(left, right) | Over(left, right):
            return replace(formula, left=folded(left, known), right=folded(right, known))
        case Minus(body) | Transposed(body) | Power(body) | SquaredNorm(body) | Total(_, body):
            return replace(formula, body=folded(body, known))
        case Element(body):
            return replace(formula, body=folded(body, known))
        case Applied(_, _, body) | Positive(body) | Leaky(_, body):
            inner = folded(body, known)
            named = known.get(inner, inner)
            return replace(formula, body=inner if isinstance(inner, Quantity | Number) else named)
        case _:
            return formula


def differentiates(formula: Formula) -> bool:
    """Whether it speaks of derivatives of the loss."""
    return any(isinstance(part, Gradient | Slope | LocalError | Change) for part in walk(formula))


def occurs(letter: str, formula: Formula) -> bool:
    """Whether the letter occurs free."""
    match formula:
        case Quantity(_, _, time, at) | LocalError(_, _, time, at):
            return letter in at or (time is not None and time.letter == letter)
        case Slope(top, of):
            return occurs(letter, top) or occurs(letter, of)
        case Gradient(_, _, loss) if loss is not None and occurs(letter, loss):
            return True
        case Element(_, at) if letter in at:
            return True
        case Applied(time=Time(own)) if own == letter:
            return True
        case Total(own) if own == letter:
            return False
    return any(occurs(letter, part) for part in inside(formula))


def rebuilt(formula: Formula, parts: Sequence[Formula]) -> Formula:
    """The formula with other formulas directly inside it; what a derivative is taken by stays."""
    match formula:
        case Plus():
            return replace(formula, terms=tuple(parts))
        case Stack():
            return replace(formula, parts=tuple(parts))
        case Product() | Elementwise() | Over():
            return replace(formula, left=parts[0], right=parts[1])
        case Minus() | Transposed() | Power() | Positive() | SquaredNorm() | Applied() | Total():
            return replace(formula, body=parts[0])
        case Element():
            return replace(formula, body=parts[0])
        case Leaky():
            return replace(formula, slope=parts[0], body=parts[1])
        case Unknown():
            return replace(formula, arguments=tuple(parts))
        case _:
            return formula


def later(formula: Formula, letter: str, steps: int) -> Formula:
    """The formula with this letter of time moved on: h_{t-1} becomes h_t."""

    def moved(time: Time) -> Time:
        return replace(time, shift=time.shift + steps) if time.letter == letter else time

    return retimed(formula, moved)


def at_time(formula: Formula, letter: str, time: Time) -> Formula:
    """The formula with this time for a free letter: h_{t-1} becomes h_{T-1}."""

    def put(old: Time) -> Time:
        return replace(time, shift=time.shift + old.shift) if old.letter == letter else old

    return retimed(formula, put, letter)


def retimed(formula: Formula, change: Callable[[Time], Time], free: str = "") -> Formula:
    """The formula with its times changed, but where a sum binds the letter that is to be `free`."""

    def new(time: Time | None) -> Time | None:
        return None if time is None else change(time)

    match formula:
        case Quantity(time=time) | LocalError(time=time):
            return replace(formula, time=new(time))
        case Gradient(of, _, loss):
            whole = loss if loss is None else replace(loss, time=new(loss.time))
            return replace(formula, of=replace(of, time=new(of.time)), loss=whole)
        case Applied(time=Time() as time):
            formula = replace(formula, time=new(time))
        case Total(own) if free and own == free:
            return formula
    return rebuilt(formula, [retimed(part, change, free) for part in inside(formula)])
