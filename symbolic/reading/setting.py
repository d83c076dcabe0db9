"""What a document speaks of as a whole, settled before its lines are judged.

After a line that assumes N = 1 this is given.  A quantity defined by cases, once for output neurons
and once for hidden ones, is not defined by these: where the notation has a usual definition, such
as δ_j = −∂𝓔/∂v_j, both are claims about it.  Where error signals are spoken of and no cost is
defined, the cost of a sample is the usual one, ½ Σ_k e_k².  Samples that the notation leaves out:
`samples.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction

from symbolic.indexed import Count, Num, Var
from symbolic.reading.activation import alike
from symbolic.reading.base import missed_definitions
from symbolic.reading.claims import Claim, Kind, Reading
from symbolic.reading.definitions import key, says_shares
from symbolic.reading.formulas import (
    NEURON,
    ONE,
    UNWRITTEN,
    Applied,
    Power,
    Range,
    Read,
    SumOver,
    times,
    walk,
)
from symbolic.reading.pairs import under
from symbolic.reading.samples import changed, meant
from symbolic.reading.source import Place
from symbolic.reading.unfolding import without_own_signs


def prepared(reading: Reading, outputs: Collection[int] = (), softmax: bool = False) -> Reading:
    """The document as it is judged; the numbers and places of its claims stay.

    `outputs` are those of the given network, if there is one; `softmax` says that these are one
    softmax group there.
    """
    reading = without_own_signs(reading)
    claims = _by_cases(reading)
    assumed = {claim.number for claim in claims if _assumes_one_sample(claim)}
    shared = any(c.outer and any(isinstance(p, SumOver) for p in walk(c.right)) for c in claims)
    shared = shared or softmax
    shares = {claim.number for claim in claims if shared and says_shares(claim, outputs)}
    single = (
        replace(one, one_sample=bool(assumed & {*one.under}), shares=bool(shares & {*one.under}))
        for one in claims
    )
    return _in_pairs(_costed(meant(_of_one_kind(replace(reading, claims=tuple(single))))))


def _in_pairs(reading: Reading) -> Reading:
    """What is said of i = j or of i ≠ j alone, said of all; letters that are compared are alike."""
    return replace(reading, claims=tuple(map(_in_pair, reading.claims)))


def _in_pair(claim: Claim) -> Claim:
    parts = (*walk(claim.left), *walk(claim.right))
    compared = [part.at for part in parts if isinstance(part, Read) and part.array == "same"]
    pairs = [(pair.one, pair.other) for pair in claim.pairs]
    pairs += [(a.name, b.name) for a, b in compared if isinstance(a, Var) and isinstance(b, Var)]
    roles = {role.letter: role for role in claim.roles}
    for one, other in pairs:
        for known, new in ((one, other), (other, one)):
            if claim.role(known) in ("output", "hidden", "input") and new not in roles:
                roles[new] = replace(roles[known], letter=new)
    if not pairs:
        return claim
    wider = replace(claim, roles=tuple(roles[name] for name in sorted(roles)))
    return changed(wider, under(claim.pairs))


def _of_one_kind(reading: Reading) -> Reading:
    """φ_j and φ are one function, written as the definition of the signals writes it."""
    made = (*reading.definitions, *reading.standard)
    signals = (c.right for c in made if c.head is not None and c.head.array == "y" and not c.outer)
    signal = next((right for right in signals if isinstance(right, Applied)), None)
    if signal is None:
        return reading
    indexed = bool(signal.at)
    return replace(
        reading,
        claims=tuple(changed(claim, lambda one: alike(one, indexed)) for claim in reading.claims),
        standard=tuple(changed(one, lambda two: alike(two, indexed)) for one in reading.standard),
    )


def speaks_of_errors(reading: Reading) -> frozenset[str]:
    """e and d, where a document that defines no cost reads error signals or desired responses."""
    made = (*reading.definitions, *reading.standard)
    defined = any(claim.head is not None and claim.head.array == "E" for claim in made)
    known = {symbol.array for symbol in reading.profile.symbols.values()}
    if defined or "e" not in known or "E" in missed_definitions(reading):
        return frozenset()
    read = {
        part.array
        for claim in reading.claims
        for side in (claim.left, claim.right)
        for part in walk(side)
        if isinstance(part, Read)
    }
    return frozenset(read & {"e", "d"})


def _costed(reading: Reading) -> Reading:
    """The document with the usual cost, where it speaks of errors and defines none."""
    if not speaks_of_errors(reading):
        return reading
    k = Var(
        next(name for name, sort in reading.profile.letters.items() if sort == "neuron"), NEURON
    )
    signs = {symbol.array: symbol.sign for symbol in reading.profile.symbols.values()}
    error = Read("e", (k, UNWRITTEN), signs["e"])
    squares = SumOver(k, Range("output"), Power(error, Fraction(2)))
    cost = Claim(
        len(reading.standard) + 1,
        Kind.DEFINITION,
        Read("E", (UNWRITTEN,), signs["E"]),
        "=",
        times(Num(Fraction(1, 2)), squares),
        Place(1, 1),
        explicit=True,
    )
    return replace(reading, standard=(*reading.standard, cost))


def _by_cases(reading: Reading) -> tuple[Claim, ...]:
    """Definitions of one quantity for some neurons each are claims about what it usually is."""
    usual = {key(claim.head) for claim in reading.standard if claim.head is not None}
    heads = Counter(
        key(claim.head)
        for claim in reading.definitions
        if claim.head is not None and not claim.problems and not claim.outer
    )
    twice = {name for name, count in heads.items() if count > 1 and name in usual}
    return tuple(
        replace(claim, kind=Kind.CLAIM)
        if claim.kind is Kind.DEFINITION
        and claim.head is not None
        and not claim.outer
        and key(claim.head) in twice
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
