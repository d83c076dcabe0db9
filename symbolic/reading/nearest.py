"""The nearest right form of a line: one change of its right side, and proved.

Candidates that an exact network breaks are dropped; the first that has a proof is the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from symbolic.errors import InputError
from symbolic.indexed import Var
from symbolic.labelling import TooLargeError
from symbolic.reading.cases import BeyondError, Settled, settled
from symbolic.reading.claims import Claim, Kind
from symbolic.reading.edits import Edit, Names, batched, edits, spanned
from symbolic.reading.formulas import NEURON, Applied, Formula, canonical, free, walk
from symbolic.reading.profile import Profile
from symbolic.reading.prover import Prover
from symbolic.reading.theory import Assumption, Base
from symbolic.reading.worlds import Counterexample, Refuter, Tried

MOST_PROOFS = 12
"""How many candidates that no network breaks are tried to be proved."""


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

    def __init__(self, prover: Prover, refuter: Refuter, profile: Profile) -> None:
        self.prover, self.refuter, self.profile = prover, refuter, profile

    def mended(self, claim: Claim, case: Settled, span: str) -> Nearest | None:
        """The nearest right form of a claim that is refuted for this case."""
        if claim.kind is Kind.LABEL:
            extents = (Edit(other, 1, "the extent of the brace") for other in claim.others)
            return self._first(claim, case, span, extents)
        names = names_of(claim, self.profile, self.prover.base)
        found = sorted(edits(claim.right, names), key=lambda edit: edit.cost)
        return self._first(claim, case, span, found)

    def general(
        self, claim: Claim, case: Settled, span: str, under: tuple[Assumption, ...]
    ) -> Nearest | None:
        """A form of a true claim that needs less than it does: a batch form, another range."""
        if claim.kind is Kind.LABEL:
            return None
        found = (*batched(claim.right), *spanned(claim.right))
        return self._first(claim, case, span, found, frozenset(under))

    def _first(
        self,
        claim: Claim,
        case: Settled,
        span: str,
        candidates: Iterable[Edit],
        less_than: frozenset[Assumption] | None = None,
    ) -> Nearest | None:
        """The best proof among the candidates of the least cost that have one."""
        best: tuple[int, int, Nearest] | None = None
        tries = 0
        for edit, other in self._alive(claim, case, span, candidates, less_than):
            if tries == MOST_PROOFS or (best is not None and edit.cost > best[0]):
                break
            tries += 1
            for under in self._under(other):
                if less_than is not None and not frozenset(under) < less_than:
                    continue
                if best is None or (edit.cost, len(under)) < best[:2]:
                    best = edit.cost, len(under), Nearest(edit.formula, under, edit.what)
        return best[2] if best is not None else None

    def _alive(
        self,
        claim: Claim,
        case: Settled,
        span: str,
        candidates: Iterable[Edit],
        less_than: frozenset[Assumption] | None,
    ) -> Iterator[tuple[Edit, Settled]]:
        """The candidates that no exact network breaks, each with the case that it speaks of."""
        seen = {canonical(claim.left), canonical(case.right)}
        for edit in candidates:
            form = canonical(edit.formula)
            if less_than is None and form in seen:
                continue
            seen.add(form)
            for other in self._cases(claim, edit.formula, span):
                if other.roles != case.roles:
                    continue
                met = [a for a in other.assumptions if a is not Assumption.SO]
                found = self.refuter.find(other, tuple(met))
                if isinstance(found, Tried) and found:
                    yield edit, other

    @staticmethod
    def _cases(claim: Claim, right: Formula, span: str) -> tuple[Settled, ...]:
        if claim.kind is Kind.LABEL:
            claim = replace(claim, left=right)
        else:
            claim = replace(claim, right=right)
        try:
            return settled(claim, span)
        except BeyondError:
            return ()

    def _under(self, case: Settled) -> tuple[tuple[Assumption, ...], ...]:
        def possible(under: tuple[Assumption, ...]) -> bool:
            found = self.refuter.find(case, under)
            return not isinstance(found, Counterexample) and found != Tried(0)

        try:
            proofs = self.prover.assumptions(case, possible)
        except (BeyondError, TooLargeError, InputError):
            return ()
        return tuple(proof.under for proof in proofs if Assumption.SO not in proof.under)


def names_of(claim: Claim, profile: Profile, base: Base) -> Names:
    """What may be put into a claim: the letters of its left side and the signs of the notation."""
    letters = tuple(v for v in _in_order(claim.left) if v.sort == NEURON)
    signs = {symbol.array: symbol.sign for symbol in reversed([*profile.symbols.values()])}
    activations = (part for part in walk(base.definitions["y"][1]) if isinstance(part, Applied))
    return Names(signs, letters, any(part.at for part in activations))


def _in_order(formula: Formula) -> tuple[Var, ...]:
    """The free letters as they are met in writing."""
    met = (i for part in walk(formula) for i in getattr(part, "at", ()) if isinstance(i, Var))
    return tuple(dict.fromkeys(letter for letter in met if letter in free(formula)))
