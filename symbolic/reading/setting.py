"""What a document speaks of as a whole, settled before its lines are judged.

After a line that assumes N = 1 this is given.  A quantity defined by cases, once for output neurons
and once for hidden ones, is not defined by these: where the notation has a usual definition, such
as δ_j = −∂𝓔/∂v_j, both are claims about it.  Samples that the notation leaves out: `samples.py`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from symbolic.indexed import Count, Num
from symbolic.reading.claims import Claim, Kind, Reading
from symbolic.reading.definitions import key
from symbolic.reading.formulas import ONE
from symbolic.reading.samples import meant


def prepared(reading: Reading) -> Reading:
    """The document as it is judged; the numbers and places of its claims stay."""
    claims = _by_cases(reading)
    assumed = {claim.number for claim in claims if _assumes_one_sample(claim)}
    single = (replace(one, one_sample=bool(assumed & {*one.under})) for one in claims)
    return meant(replace(reading, claims=tuple(single)))


def _by_cases(reading: Reading) -> tuple[Claim, ...]:
    """Definitions of one quantity for some neurons each are claims about what it usually is."""
    usual = {key(claim.head) for claim in reading.standard if claim.head is not None}
    heads = Counter(
        key(claim.head)
        for claim in reading.definitions
        if claim.head is not None and not claim.problems
    )
    twice = {name for name, count in heads.items() if count > 1 and name in usual}
    return tuple(
        replace(claim, kind=Kind.CLAIM)
        if claim.kind is Kind.DEFINITION and claim.head is not None and key(claim.head) in twice
        else claim
        for claim in reading.claims
    )


def _assumes_one_sample(claim: Claim) -> bool:
    return (
        claim.kind is Kind.ASSUMPTION
        and claim.relation == "="
        and isinstance(claim.left, Count)
        and isinstance(claim.right, Num)
        and claim.right == ONE
    )
