"""The verdict of every line of a document: what the prover and the exact networks say together.

A line is proved only where the prover has a proof and exact networks that meet its assumptions
were tried and agree; a proof that an exact network contradicts stops everything.
"""

from __future__ import annotations

from dataclasses import dataclass

from symbolic.errors import InputError
from symbolic.labelling import TooLargeError
from symbolic.reading.cases import BeyondError, Settled, settled
from symbolic.reading.claims import Claim, Kind, Reading
from symbolic.reading.formulas import NEURON, bound
from symbolic.reading.prover import Prover
from symbolic.reading.theory import Assumption, base_of
from symbolic.reading.worlds import Counterexample, find

SPANS = {
    "fed": "k over the neurons that are fed",
    "output": "k over the output neurons",
    "all": "k over all neurons",
}
"""What a sum of unsaid range may run over."""
RANK = ("proved", "open", "refuted")


class DisagreementError(AssertionError):
    """An exact network contradicts a proof: an error of ours."""


@dataclass(frozen=True)
class Reached:
    """What is said of one case of a claim.

    `word` is proved, refuted or open; `under` are the least sets of assumptions, the empty set
    alone where none is needed; `against` is an exact network, for a proof under assumptions one
    that lacks them.
    """

    word: str
    roles: str = ""
    span: str = ""
    under: tuple[tuple[Assumption, ...], ...] = ()
    against: Counterexample | None = None
    why: str = ""


@dataclass(frozen=True)
class Judged:
    """A claim with what is said of each of its cases; a definition has none."""

    claim: Claim
    cases: tuple[Reached, ...] = ()

    @property
    def word(self) -> str:
        """The worst of its cases, where of several readings of a range the best counts."""
        if not self.cases:
            return "definition" if self.claim.kind is Kind.DEFINITION else "assumption"
        best: dict[str, int] = {}
        for case in self.cases:
            rank = RANK.index(case.word)
            best[case.roles] = min(rank, best.get(case.roles, rank))
        return RANK[max(best.values())]


def judge(reading: Reading) -> tuple[Judged, ...]:
    """The verdict of every claim.

    Raises `InputError` where the definitions of the document are beyond the prover.
    """
    try:
        prover = Prover(base_of(reading))
    except BeyondError as error:
        raise InputError(str(error)) from None
    return tuple(_judged(prover, claim) for claim in reading.claims)


def _judged(prover: Prover, claim: Claim) -> Judged:
    if claim.problems:
        return Judged(claim, (Reached("open", why=str(claim.problems[0])),))
    if claim.kind in (Kind.DEFINITION, Kind.ASSUMPTION):
        return Judged(claim)
    open_sums = any(
        total.range.kind == "unsaid" and total.over.sort == NEURON
        for side in (claim.left, claim.right)
        for total in bound(side)
    )
    found: list[Reached] = []
    for span in SPANS if open_sums else ("output",):
        said = SPANS[span] if open_sums else ""
        try:
            found += [_reached(prover, case, said) for case in settled(claim, span)]
        except BeyondError as error:
            if not open_sums:
                found.append(Reached("open", why=str(error)))
    return Judged(claim, tuple(found) or (Reached("open", why="Say what k runs over."),))


def _reached(prover: Prover, case: Settled, span: str) -> Reached:
    roles = ", ".join(f"{v.name}: {role}" for v, role in case.roles if role != "source")
    try:
        proofs = prover.assumptions(case)
    except (TooLargeError, InputError) as error:
        return Reached("open", roles, span, why=str(error))
    against = find(prover.base, case)
    if not proofs:
        if isinstance(against, Counterexample):
            return Reached("refuted", roles, span, against=against)
        return Reached("open", roles, span, why=f"no proof; {against} exact instances agree")
    met = [proof for proof in proofs if _stands(prover, case, proof.under)]
    if not met:
        return Reached("open", roles, span, why="no exact network meets what it needs")
    under = tuple(proof.under for proof in met)
    if under == ((),):
        return Reached("proved", roles, span, under)
    if not isinstance(against, Counterexample):
        return Reached("proved", roles, span, under, why="no network was found that needs them")
    return Reached("proved", roles, span, under, against)


def _stands(prover: Prover, case: Settled, under: tuple[Assumption, ...]) -> bool:
    tried = find(prover.base, case, under)
    if isinstance(tried, Counterexample):
        raise DisagreementError(f"{case} is proved under {under}, and {tried} contradicts it.")
    return tried > 0
