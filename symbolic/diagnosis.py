"""What is wrong with a false rule, in a reader's words, and the nearest right form.

The first slip of the table `slips.MISTAKES` whose repair agrees with the true value at several
exact instances names what is wrong.  This is a remark, no proof: the repaired line is handed back
for the kernel to prove.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from symbolic.derivation import Family
from symbolic.duals import Number, Undecided, differ
from symbolic.evaluation import Instance
from symbolic.network import Network
from symbolic.refutation import instances
from symbolic.slips import MISTAKES, Scene
from symbolic.terms import (
    Equation,
    Term,
)
from symbolic.worth import Undefined

ENOUGH = 3
"""At how many instances with a true value other than 0 a repair must agree."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong ("" if no single slip explains it) and the line with the slip undone."""

    sentence: str
    repaired: Equation | None = None


def diagnose(
    network: Network,
    claim: Equation,
    over: Family,
    member: tuple[str, ...],
    assumptions: Collection[str] = (),
) -> Diagnosis:
    """The slip that explains why left = right fails for this member.

    The truth is the left side's own value, so the left side should be a δ, a Δw or a partial.
    """
    env = dict(zip(over.letters, member, strict=True))
    points = _points(network, claim, over, member, assumptions)
    told = sum(differ(truth, Fraction(0)) for _, truth in points)
    if told < ENOUGH or _agrees(claim.right, env, points):
        return Diagnosis("")
    scene = Scene(network, member, env, claim.left, claim.right)
    for mistake in MISTAKES:
        for sentence, right in mistake(scene):
            if right != claim.right and _agrees(right, env, points):
                return Diagnosis(sentence, Equation(claim.left, right))
    return Diagnosis("")


def _points(
    network: Network,
    claim: Equation,
    over: Family,
    member: tuple[str, ...],
    assumptions: Collection[str],
) -> list[tuple[Instance, Number]]:
    """Instances with the true value of the left side, where it has one."""
    env = dict(zip(over.letters, member, strict=True))
    points: list[tuple[Instance, Number]] = []
    for instance in instances(network, claim, over, member, assumptions):
        try:
            points.append((instance, instance.value(claim.left, env, 0)))
        except (Undecided, Undefined):
            continue
    return points


def _agrees(term: Term, env: dict[str, str], points: list[tuple[Instance, Number]]) -> bool:
    try:
        return not any(differ(at.value(term, env, 0), truth) for at, truth in points)
    except (Undecided, Undefined):
        return False
