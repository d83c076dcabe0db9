"""The nearest right form of a line: one change of its right side, and proved.

Candidates that an exact network breaks are dropped; the first that has a proof is the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from symbolic.errors import InputError
from symbolic.labelling import TooLargeError
from symbolic.reading.cases import BeyondError, Settled, settled
from symbolic.reading.claims import Claim, Kind, Reading
from symbolic.reading.edits import Edit, batched, edits, spanned
from symbolic.reading.formulas import (
    Formula,
    Range,
    SumOver,
    canonical,
    inside,
    rebuilt,
    walk,
)
from symbolic.reading.layers import is_layered, with_layers
from symbolic.reading.offers import factors_of, offers
from symbolic.reading.prover import Prover
from symbolic.reading.refuter import Refuter, Tried
from symbolic.reading.size import MOST_TO_MEND, parts, require_small
from symbolic.reading.theory import Assumption

MOST_TRIED = 6_000
"""How many parts the candidates have together that are looked at, the near ones first."""
MOST_PROOFS = 8
"""How many candidates that no network breaks are tried to be proved."""
_OFFERED = tuple(one for one in Assumption if one is not Assumption.SO)
"""A right form for one output neuron only would be no help."""


@dataclass(frozen=True)
class Nearest:
    """A right form of the line: the side with one thing in it changed, and proved.

    `right` is the whole right side, of a brace the piece that the brace should stand over; `under`
    is what the proof needs, `edit` says in words what was changed.
    """

    right: Formula
    under: tuple[Assumption, ...]
    edit: str


class Search:
    """Looks for right forms of the claims of one document."""

    def __init__(self, prover: Prover, refuter: Refuter, reading: Reading) -> None:
        self.prover, self.refuter, self.profile = prover, refuter, reading.profile
        self.written = factors_of(reading)

    def mended(self, claim: Claim, case: Settled, span: str) -> Nearest | None:
        """The nearest right form of a claim that is refuted for this case."""
        if claim.kind is Kind.LABEL:
            extents = (Edit(other, 1, "the extent of the brace") for other in claim.others)
            return self._first(claim, case, span, extents)
        try:
            require_small(claim.left, claim.right)
        except BeyondError:
            return None
        if parts(claim.right) > MOST_TO_MEND:
            return None
        return self._first(claim, case, span, self._edits(claim))

    def general(
        self, claim: Claim, case: Settled, span: str, under: tuple[Assumption, ...]
    ) -> Nearest | None:
        """A form of a true claim that needs less than it does: a batch form, another range."""
        if claim.kind is Kind.LABEL:
            return None
        found = self._wider(claim, under)
        for left_out in under:
            fewer = tuple(one for one in under if one is not left_out)
            nearest = self._first(claim, case, span, found, fewer)
            if nearest is not None:
                return nearest
        return None

    def _edits(self, claim: Claim) -> Iterable[Edit]:
        """Every form that one change makes of the right side, the near ones first."""
        given = offers(claim, self.profile, self.prover.base, self.written)
        return sorted(edits(claim.right, given), key=by_cost)

    def _wider(self, claim: Claim, under: tuple[Assumption, ...]) -> list[Edit]:
        """Forms that may hold without one of these assumptions."""
        given = offers(claim, self.profile, self.prover.base)
        found = [*batched(claim.right, given)] if Assumption.N1 in under else []
        return [*found, *(spanned(claim.right) if Assumption.LH in under else ())]

    def _first(
        self,
        claim: Claim,
        case: Settled,
        span: str,
        candidates: Iterable[Edit],
        among: tuple[Assumption, ...] = _OFFERED,
    ) -> Nearest | None:
        """The best proof among the candidates of the least cost that have one."""
        best: tuple[int, int, Nearest] | None = None
        alive = self._alive(claim, case, span, candidates, among)
        for edit, other in islice(alive, MOST_PROOFS):
            if best is not None and (edit.cost > best[0] or best[1] == 0):
                break
            for under in self._under(other, among):
                if best is None or (edit.cost, len(under)) < best[:2]:
                    best = edit.cost, len(under), Nearest(edit.formula, under, edit.what)
        return best[2] if best is not None else None

    def _alive(
        self,
        claim: Claim,
        case: Settled,
        span: str,
        candidates: Iterable[Edit],
        among: tuple[Assumption, ...],
    ) -> Iterator[tuple[Edit, Settled]]:
        """The candidates that no exact network breaks, each with the case that it speaks of."""
        seen = {canonical(claim.left)}
        tried = 0
        for edit in map(_placed, candidates):
            tried += parts(edit.formula)
            if tried > MOST_TRIED:
                return
            form = canonical(edit.formula)
            if form in seen:
                continue
            if claim.kind is not Kind.LABEL and claim.left in walk(edit.formula):
                continue  # it says itself
            seen.add(form)
            for other in self._cases(claim, edit.formula, span):
                if _covers(other, case) and self._agrees(other, among):
                    yield edit, other

    def _cases(self, claim: Claim, right: Formula, span: str) -> tuple[Settled, ...]:
        return cases_with(claim, right, span)

    def _agrees(self, case: Settled, among: tuple[Assumption, ...]) -> bool:
        """Whether exact networks that meet all of these assumptions were tried and agree."""
        found = self.refuter.find(case, self.prover.offered(case, among))
        return isinstance(found, Tried) and bool(found)

    def _under(
        self, case: Settled, among: tuple[Assumption, ...]
    ) -> tuple[tuple[Assumption, ...], ...]:
        def possible(under: tuple[Assumption, ...]) -> bool:
            found = self.refuter.find(case, under)
            return isinstance(found, Tried) and found.shows(case, under)

        try:
            proofs = self.prover.assumptions(case, possible, among)
        except (BeyondError, TooLargeError, InputError):
            return ()
        return tuple(proof.under for proof in proofs)


def _placed(edit: Edit) -> Edit:
    """In layer notation a sum runs over the layer that its letter has now."""
    if not is_layered(edit.formula):
        return edit
    try:
        return replace(edit, formula=with_layers(_unsaid(edit.formula)))
    except BeyondError:
        return edit


def _unsaid(formula: Formula) -> Formula:
    made = rebuilt(formula, tuple(map(_unsaid, inside(formula))))
    if isinstance(made, SumOver) and made.range.kind == "layer":
        return replace(made, range=Range("unsaid"))
    return made


def bare(claim: Claim) -> tuple[Settled, ...]:
    """The kinds of neurons that the left side speaks of, where the right side has no meaning."""
    return cases_with(claim, claim.left, "output")


def cases_with(claim: Claim, right: Formula, span: str) -> tuple[Settled, ...]:
    """The cases of the claim with this for its right side, or for what its brace stands over."""
    label = claim.kind is Kind.LABEL
    other = replace(claim, left=right) if label else replace(claim, right=right)
    try:
        return settled(other, span)
    except BeyondError:
        return ()


def _covers(other: Settled, case: Settled) -> bool:
    """Whether a candidate speaks of all the neurons of the case."""
    roles = dict(case.roles)
    return all(role in ("source", roles.get(letter)) for letter, role in other.roles)


def by_cost(edit: Edit) -> tuple[int, int]:
    """The near ones first, and of these the short ones."""
    return edit.cost, sum(1 for _ in walk(edit.formula))
