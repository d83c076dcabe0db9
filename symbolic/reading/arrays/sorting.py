"""Which relation defines its left side, which names a derivative, which is a claim."""

from __future__ import annotations

from dataclasses import replace

from symbolic.reading.arrays.claims import ArrayClaim
from symbolic.reading.arrays.formulas import (
    Formula,
    Gradient,
    Key,
    LocalError,
    Minus,
    Number,
    Product,
    Quantity,
    Time,
    Total,
    differentiates,
    walk,
)
from symbolic.reading.arrays.profile import ArrayProfile
from symbolic.reading.claims import Kind
from symbolic.reading.source import Fault, Problem

DEFINABLE = ("data", "value", "loss")
DEFINING = ("=", ":=")
"""The relations that may define their left side."""

_Named = dict[tuple[str, str], ArrayClaim]


class Sorter:
    """Gives each relation its kind, by what stands before it."""

    def __init__(self, profile: ArrayProfile) -> None:
        self.profile = profile
        self.defined: dict[Key, ArrayClaim] = {}
        self.initial: dict[Key, ArrayClaim] = {}
        self.named: _Named = {}
        self.before: ArrayClaim | None = None

    @property
    def known(self) -> tuple[dict[Key, ArrayClaim], dict[Key, ArrayClaim], _Named]:
        """What was defined so far, to be put back where a line turns out to define nothing."""
        return {**self.defined}, {**self.initial}, {**self.named}

    @known.setter
    def known(self, before: tuple[dict[Key, ArrayClaim], dict[Key, ArrayClaim], _Named]) -> None:
        self.defined, self.initial, self.named = before
        self.before = None

    def sorted(self, claim: ArrayClaim) -> ArrayClaim:
        """The claim with its kind."""
        self.before = self._sorted(claim)
        return self.before

    def _defines_on(self, claim: ArrayClaim) -> bool:
        """Whether it is the rest of Ŷ = A = g(Z), where no line says what A is."""
        before, left = self.before, claim.left
        known = before is not None and before.kind is Kind.DEFINITION and before.right == left
        return known and isinstance(left, Quantity) and left.key not in self.defined

    def _of_each_time(self, claim: ArrayClaim) -> ArrayClaim | None:
        """L_t = ℓ_t, of the rest of L = Σ_t L_t = Σ_t ℓ_t, where no line says what L_t is."""
        before = self.before
        if before is None or before.kind is not Kind.DEFINITION or before.right != claim.left:
            return None
        one, other = _summed(claim.left), _summed(claim.right)
        if one is None or other is None or one[0] != other[0]:
            return None
        loss = one[1]
        if not isinstance(loss, Quantity) or loss.key in self.defined:
            return None
        if self.profile.symbols[loss.sign].kind != "loss":
            return None
        return replace(claim, left=loss, right=other[1], first=None)

    def _sorted(self, claim: ArrayClaim) -> ArrayClaim:
        explicit = claim.relation == ":=" or claim.cue == "let"
        claim = replace(claim, explicit=explicit)
        each = self._of_each_time(claim)
        if each is not None:
            return self._sorted(each)
        if claim.first is not None and not self._defines_on(claim):
            if claim.relation == ":=":
                return self._wrong(claim, "Only the first relation of a chain can define.")
            return claim
        if claim.cue == "assume" and not self._introduces(claim):
            return replace(claim, kind=Kind.ASSUMPTION)
        left, right = claim.left, claim.right
        outside = self._outside(left)
        if outside:
            if _zero(right) or (outside == "before" and self._is_data(right)):
                return self._initial(claim, outside)
            if outside == "after" or explicit:
                return self._wrong(claim, "Outside of its times everything is 0 here.")
            return claim
        if isinstance(left, LocalError) and general(left.time, left.at, self.profile):
            return self._error(claim, left)
        if isinstance(left, Gradient):
            same = isinstance(right, Gradient) and right.of == left.of
            named = left.written not in ("\\partial", "\\nabla")
            if same and named and isinstance(right, Gradient) and _whole(right):
                return replace(claim, kind=Kind.DEFINITION)
            return claim  # what dQ is, is said by the notation
        if isinstance(left, Quantity):
            return self._quantity(claim, left)
        if explicit:
            return self._wrong(claim, "Only a quantity can be defined.")
        return claim

    def _introduces(self, claim: ArrayClaim) -> bool:
        """Whether "suppose we have Y = X W + b" says what Y is."""
        left, right = claim.left, claim.right
        if not isinstance(left, Quantity) or left.key in self.defined:
            return False
        plain = general(left.time, left.at, self.profile) and not differentiates(right)
        made = any(isinstance(part, Quantity) for part in walk(right))
        return plain and made and self.profile.symbols[left.sign].kind in DEFINABLE

    def _outside(self, left: Formula) -> str:
        """Before the first time, after the last, or within: empty."""
        time = left.of.time if isinstance(left, Gradient) else None
        time = left.time if isinstance(left, Quantity | LocalError) else time
        if time is None:
            return ""
        if not time.letter and time.shift <= 0:
            return "before"
        return "after" if time.letter == self.profile.last and time.shift > 0 else ""

    def _is_data(self, right: Formula) -> bool:
        """Whether it is given data without time, the x of h^{(0)} = x."""
        plain = isinstance(right, Quantity) and right.time is None and not right.at
        return (
            plain
            and isinstance(right, Quantity)
            and (self.profile.symbols[right.sign].kind == "data")
        )

    def _initial(self, claim: ArrayClaim, outside: str) -> ArrayClaim:
        if isinstance(claim.left, Quantity) and outside == "before":
            self.initial.setdefault(claim.left.key, claim)
        elif outside == "before":
            return claim
        return replace(claim, kind=Kind.DEFINITION)

    def _error(self, claim: ArrayClaim, left: LocalError) -> ArrayClaim:
        """δ = ∂L/∂z says what δ is; said again it must be the same."""
        gradient = claim.right.body if isinstance(claim.right, Minus) else claim.right
        if not (isinstance(gradient, Gradient) and _whole(gradient)):
            return claim  # what δ is is known: a formula for it is a claim
        key = left.sign, left.label
        if (gradient.of.time, gradient.of.at) != (left.time, left.at):
            return claim
        if key not in self.named:
            self.named[key] = replace(claim, kind=Kind.DEFINITION)
            return self.named[key]
        before = self.named[key]
        if before.right == claim.right:
            return replace(claim, kind=Kind.RESTATEMENT, of=before.number)
        if claim.explicit:
            return self._again(claim, before)
        return claim

    def _quantity(self, claim: ArrayClaim, left: Quantity) -> ArrayClaim:
        symbol = self.profile.symbols[left.sign]
        read = [part for part in walk(claim.right) if isinstance(part, Quantity)]
        known = {self.profile.symbols[part.sign].kind for part in read}
        tied = symbol.kind == "weight" and left not in read and "data" not in known
        if symbol.kind not in DEFINABLE and not tied:
            what = f"{symbol.sign} is given and cannot be defined."
            return self._wrong(claim, what) if claim.explicit else claim
        plain = general(left.time, left.at, self.profile) or stepped(claim, self.profile)
        if differentiates(claim.right) and symbol.kind == "value" and left.key not in self.defined:
            return claim  # perhaps the name of a derivative
        if differentiates(claim.right) or not plain:
            what = "A definition is general and speaks of no derivative of the loss."
            return self._wrong(claim, what) if claim.explicit else claim
        before = self.defined.get(left.key)
        if before is None:
            self.defined[left.key] = replace(claim, kind=Kind.DEFINITION)
            return self.defined[left.key]
        if (before.left, before.right) == (left, claim.right):
            return replace(claim, kind=Kind.RESTATEMENT, of=before.number)
        return self._again(claim, before) if claim.explicit else claim

    def _again(self, claim: ArrayClaim, before: ArrayClaim) -> ArrayClaim:
        what = f"This was defined at {before.place}, and this definition is another."
        return replace(self._wrong(claim, what), of=before.number)

    def _wrong(self, claim: ArrayClaim, what: str) -> ArrayClaim:
        problem = Problem(Fault.DEFINITION, what, "Remove it or rename the symbol.", claim.place)
        return replace(claim, kind=Kind.CLAIM, problems=(*claim.problems, problem))


def general(time: Time | None, at: tuple[str, ...], profile: ArrayProfile) -> bool:
    """Whether a head speaks of every time and element."""
    plain = time is None or (time.letter in profile.time and time.shift == 0)
    return plain and len(set(at)) == len(at)


def stepped(claim: ArrayClaim, profile: ArrayProfile) -> int:
    """How many times later the head of h_{t+1} = f(h_t, x_{t+1}) is than t, 0 where it is no such.

    Data must then be read at times that there are.
    """
    left = claim.left
    time = left.time if isinstance(left, Quantity) else None
    if time is None or time.letter not in profile.time or not isinstance(left, Quantity):
        return 0
    for part in walk(claim.right):
        if isinstance(part, Total) and part.letter == time.letter:
            return 0
        if isinstance(part, Quantity) and part.time is not None:
            given = profile.symbols[part.sign].kind == "data"
            same = part.time.letter == time.letter
            if not same or part.time.shift > time.shift or (given and part.time != time):
                return 0
    return time.shift if len(set(left.at)) == len(left.at) else 0


def _whole(gradient: Gradient) -> bool:
    """∂ of the whole loss, written out."""
    return gradient.loss is not None and gradient.loss.time is None


def _zero(formula: Formula) -> bool:
    return isinstance(formula, Number) and formula.value == 0


def _summed(side: Formula) -> tuple[tuple[object, ...], Formula] | None:
    """c Σ_t f as the factor and the bounds, and f with the sign of the whole."""
    minus = isinstance(side, Minus)
    whole = side.body if isinstance(side, Minus) else side
    factor = None
    if isinstance(whole, Product) and isinstance(whole.right, Total):
        factor, whole = whole.left, whole.right
    if not isinstance(whole, Total) or not whole.letter:
        return None
    body = Minus(whole.body) if minus else whole.body
    return (factor, whole.letter, whole.low, whole.high), body
