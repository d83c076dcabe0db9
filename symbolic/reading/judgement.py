"""The verdict of every line of a document: what the prover and the exact networks say together.

A line is proved only where the prover has a proof and exact networks that meet its assumptions
were tried and agree: no proof is looked for where a network breaks the line, or where none has
such neurons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from symbolic.errors import InputError
from symbolic.labelling import TooLargeError
from symbolic.reading.cases import BeyondError, Settled, settled
from symbolic.reading.claims import Claim, Kind, Reading
from symbolic.reading.formulas import NEURON, Formula, bound
from symbolic.reading.prover import Prover
from symbolic.reading.theory import Assumption, base_of
from symbolic.reading.worlds import Counterexample, Refuter, Tried

SPANS = {
    "fed": "k over the neurons that are fed",
    "output": "k over the output neurons",
    "all": "k over all neurons",
}
"""What a sum of unsaid range may run over."""
RANK = ("proved", "open", "refuted")


@dataclass(frozen=True)
class Nearest:
    """A right form of the line: the side with one thing in it changed, and proved.

    `right` is the whole right side, of a brace the piece that the brace should stand over; `under`
    is what the proof needs, `edit` says in words what was changed.
    """

    right: Formula
    under: tuple[Assumption, ...]
    edit: str


@dataclass(frozen=True)
class Argument:
    """Whether a line follows from the lines before it, which is not whether it is true.

    `word` is follows, unjustified or open; `under` are the least sets of assumptions that the step
    or the lines it rests on need; `uses` are the numbers of those lines.
    """

    word: str
    under: tuple[tuple[Assumption, ...], ...] = ()
    uses: tuple[int, ...] = ()
    why: str = ""


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
    nearest: Nearest | None = None


@dataclass(frozen=True)
class Judged:
    """A claim with what is said of each of its cases; a definition has none.

    `argument` is the second verdict; `inherits` is the number of the broken line or definition
    that this line has its error from.
    """

    claim: Claim
    cases: tuple[Reached, ...] = ()
    argument: Argument | None = None
    inherits: int | None = None

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


@dataclass(frozen=True)
class Repair:
    """A single edit of a definition that makes these lines true."""

    definition: int
    right: Formula
    edit: str
    mends: tuple[int, ...]


@dataclass(frozen=True)
class Judgement:
    """The verdicts of a document: `broken` is the number of the line where it first goes wrong."""

    lines: tuple[Judged, ...]
    broken: int | None = None
    repair: Repair | None = None


def judge(reading: Reading, each: Callable[[Iterable[Claim]], Iterable[Claim]] = iter) -> Judgement:
    """The verdict of every claim; `each` may watch them pass, as a progress bar does.

    Raises `InputError` where the definitions of the document are beyond the prover.
    """
    base = base_of(reading)
    try:
        prover = Prover(base)
    except BeyondError as error:
        raise InputError(str(error)) from None
    refuter = Refuter(base)
    return Judgement(tuple(_judged(prover, refuter, claim) for claim in each(reading.claims)))


def _judged(prover: Prover, refuter: Refuter, claim: Claim) -> Judged:
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
    beyond = ""
    for span in SPANS if open_sums else ("output",):
        said = SPANS[span] if open_sums else ""
        try:
            found += [_reached(prover, refuter, case, said) for case in settled(claim, span)]
        except BeyondError as error:
            beyond = str(error)
    if beyond and open_sums:  # a range that was not tried may be the one that is meant
        found = [_unless(case, beyond) for case in found]
    return Judged(claim, tuple(found) or (Reached("open", why=beyond),))


def _unless(case: Reached, beyond: str) -> Reached:
    if case.word != "refuted":
        return case
    return replace(
        case, word="open", why=f"it fails for this range; another was not tried: {beyond}"
    )


def _reached(prover: Prover, refuter: Refuter, case: Settled, span: str) -> Reached:
    roles = ", ".join(f"{v.name}: {role}" for v, role in case.roles if role != "source")
    tried: dict[tuple[Assumption, ...], Counterexample | Tried] = {}

    def possible(under: tuple[Assumption, ...]) -> bool:
        tried[under] = refuter.find(case, under)
        return isinstance(tried[under], Tried) and tried[under] != Tried(0)

    try:
        proofs = prover.assumptions(case, possible)
    except (TooLargeError, InputError) as error:
        return Reached("open", roles, span, why=str(error))
    against = tried[()]
    if not proofs:
        if isinstance(against, Counterexample):
            return Reached("refuted", roles, span, against=against)
        return Reached("open", roles, span, why=f"no proof; {against} exact instances agree")
    under = tuple(proof.under for proof in proofs)
    needed = against if isinstance(against, Counterexample) else None
    return Reached("proved", roles, span, under, needed)
