r"""What a text recalls of a function, \sigma(z) = 1/(1 + e^{-z}): a claim about any number z.

The letter stands for no array: it is one that the text does not define, or that only such lines
speak of.
"""

from __future__ import annotations

from symbolic.fields import Counterexample, Identity, decide
from symbolic.indexed import Sort
from symbolic.reading.arrays.claims import ArrayClaim
from symbolic.reading.arrays.findings import ArrayReached
from symbolic.reading.arrays.formulas import (
    Applied,
    Formula,
    Gradient,
    LocalError,
    Quantity,
    Total,
    walk,
)
from symbolic.reading.arrays.meaning import Meaning
from symbolic.reading.arrays.values import Entry
from symbolic.reading.arrays.whole import WHOLE
from symbolic.reading.arrays.widths import Widths
from symbolic.reading.elementary import NotElementaryError, as_term
from symbolic.reading.source import NotUnderstood
from symbolic.terms import Sign
from symbolic.verdicts import Open, Value

ARGUMENT = "argument"
Z = Sign(ARGUMENT)


def is_recalled(claim: ArrayClaim) -> bool:
    """Whether a relation says what an elementary function or its slope is at one letter."""
    head = claim.first if claim.first is not None else claim.left
    return isinstance(head, Applied) and head.function != "any" and is_property(claim)


def is_property(claim: ArrayClaim) -> bool:
    """Whether a relation speaks of functions of one letter alone, and of nothing else."""
    letter = _letter(claim.first if claim.first is not None else claim.left)
    if letter is None:
        return False
    for part in (*walk(claim.left), *walk(claim.right)):
        if isinstance(part, Gradient | LocalError | Total):
            return False
        if isinstance(part, Quantity) and part != letter:
            return False
    return True


def _letter(head: Formula) -> Quantity | None:
    """The z of σ(z) or σ'(z)."""
    if not isinstance(head, Applied) or head.function in WHOLE:
        return None
    body = head.body
    plain = isinstance(body, Quantity) and body.time is None and not body.at
    return body if plain and isinstance(body, Quantity) else None


def identity(left: Formula, right: Formula) -> bool:
    """Whether two sides that speak of one letter are equal for every number, perhaps off a kink."""
    found = _decided(left, right)
    return isinstance(found, Identity) and not found.requires


def recalled(claim: ArrayClaim) -> ArrayReached:
    """The verdict for every number that the letter may be."""
    match _decided(claim.left, claim.right):
        case Identity((), off):
            names = tuple(f"the argument is not {at}" for _, at in off)
            return ArrayReached("proved", under=(names,) if names else ())
        case Counterexample(at, low, high):
            sides = f"the left side is {_number(low)}, the right side {_number(high)}"
            return ArrayReached("refuted", why=f"Where the argument is {at[Z]}, {sides}.")
        case Open(why):
            return ArrayReached("open", why=why)
    return ArrayReached("open", why="it does not hold for every number")


def _decided(left: Formula, right: Formula) -> Identity | Counterexample | Open:
    meaning = Meaning(Widths(), Sort("T"), "", "columns", {}, lambda _: Entry(ARGUMENT, ()))
    try:
        sides = (meaning.read(side).element(None, None) for side in (left, right))
        one, other = (as_term(side, lambda entry: Z) for side in sides)
        return decide(one, other)
    except (NotUnderstood, NotElementaryError) as error:
        return Open(str(error))


def _number(value: Value) -> str:
    middle = (value.low + value.high) / 2
    return str(middle) if value.low == value.high else f"{float(middle):.6g}…"
