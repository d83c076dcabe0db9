r"""\mathcal{L}(a^{(i)}, y^{(i)}): the loss of one example where it is defined, else J = 1/m Σ_i.

Where no line says what it is, J is any function of what it is applied to, for all examples at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from symbolic.reading.arrays.claims import ArrayClaim
from symbolic.reading.arrays.formulas import (
    EACH,
    Formula,
    Number,
    Over,
    Product,
    Quantity,
    Size,
    Total,
    Unknown,
    inside,
    rebuilt,
)
from symbolic.reading.arrays.profile import ArrayProfile


def of_one_example(formula: Formula, profile: ArrayProfile) -> Formula:
    """The loss of example i for L(a^{(i)}, y^{(i)}), any other formula as it is."""
    letter = _example(formula, profile)
    if not letter or not isinstance(formula, Unknown):
        return formula
    return Quantity(formula.sign, EACH, None, (letter,), formula.place)


def with_example_losses(
    claims: Sequence[ArrayClaim], profile: ArrayProfile
) -> tuple[ArrayClaim, ...]:
    """The relations with L(a^{(i)}, y^{(i)}) as what is said of it, else J as any function."""
    said = {
        claim.left.sign
        for claim in claims
        if isinstance(claim.left, Quantity) and claim.left.label == EACH
    }
    return tuple(replace(one, right=_told(one.right, said, profile)) for one in claims)


def _told(formula: Formula, said: set[str], profile: ArrayProfile) -> Formula:
    mean = _mean(formula, profile)
    if mean is not None and mean.sign not in said:
        bare = [replace(one, at=()) for one in mean.arguments if isinstance(one, Quantity)]
        return replace(mean, arguments=tuple(bare))
    if isinstance(formula, Unknown):
        return of_one_example(formula, profile) if formula.sign in said else formula
    parts = inside(formula)
    return rebuilt(formula, [_told(part, said, profile) for part in parts]) if parts else formula


def _mean(formula: Formula, profile: ArrayProfile) -> Unknown | None:
    """The L(…) of 1/m Σ_i L(a^{(i)}, y^{(i)})."""
    match formula:
        case Product(Over(Number(value), Size(name)), Total(letter, body)):
            pass
        case Over(Total(letter, body), Size(name)):
            value = Fraction(1)
        case _:
            return None
    known = value == 1 and name == profile.examples_size
    if known and isinstance(body, Unknown) and _example(body, profile) == letter:
        return body
    return None


def _example(formula: Formula, profile: ArrayProfile) -> str:
    """The letter of the one example that all arguments are of, empty where there is none."""
    if not isinstance(formula, Unknown):
        return ""
    letters = {one.at if isinstance(one, Quantity) else () for one in formula.arguments}
    [at] = letters if len(letters) == 1 else [()]
    known = len(at) == 1 and profile.letters.get(at[0]) == profile.examples_size != ""
    return at[0] if known else ""
