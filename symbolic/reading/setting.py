"""What a document speaks of as a whole, settled before its lines are judged.

A cost without its sample, 𝓔 = ½ Σ_k e_k², is that of one sample: then N = 1 is given for every
line, as it is after a line that assumes it.  A quantity defined by cases, once for output neurons
and once for hidden ones, is not defined by these: where the notation has a usual definition, such
as δ_j = −∂𝓔/∂v_j, both are claims about it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from symbolic.indexed import Count, Num
from symbolic.reading.claims import Claim, Kind, Reading
from symbolic.reading.definitions import key
from symbolic.reading.edits import XI
from symbolic.reading.formulas import ONE, UNWRITTEN, Range, SumOver, free, put


def prepared(reading: Reading) -> Reading:
    """The document as it is judged; the numbers and places of its claims stay."""
    claims = _by_cases(reading)
    single = any(map(_of_one_sample, claims))
    assumed = {claim.number for claim in claims if _assumes_one_sample(claim)}
    return replace(
        reading,
        claims=tuple(
            replace(_totalled(claim), one_sample=single or bool(assumed & {*claim.under}))
            for claim in claims
        ),
    )


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


def _of_one_sample(claim: Claim) -> bool:
    """Whether it defines the cost without its sample by signals without theirs."""
    head = claim.head
    return (
        claim.kind is Kind.DEFINITION
        and head is not None
        and head.array.startswith("E")
        and UNWRITTEN in free(claim.right) - free(claim.left)
    )


def _totalled(claim: Claim) -> Claim:
    """𝓔 = Σ_ξ of its one sample."""
    if not _of_one_sample(claim):
        return claim
    return replace(claim, right=SumOver(XI, Range("samples"), put(claim.right, {UNWRITTEN: XI})))


def _assumes_one_sample(claim: Claim) -> bool:
    return (
        claim.kind is Kind.ASSUMPTION
        and claim.relation == "="
        and isinstance(claim.left, Count)
        and isinstance(claim.right, Num)
        and claim.right == ONE
    )
