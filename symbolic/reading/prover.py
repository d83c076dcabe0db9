"""Is an equation of a derivation true for every network, whatever its shape, N and φ?

Both sides become normal forms of the index calculus, with the quantities of the document replaced
by their definitions and total derivatives by sums over paths (`pathways.py`).  The equation is
proved where their difference is zero, at once or after the paths at a named neuron are followed
for one step.  What is not proved here is not refuted by that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

from symbolic.indices import Calculus
from symbolic.integers import Linear
from symbolic.monomials import ONE, Normal, add, scale
from symbolic.partials import arrays_of, is_zero
from symbolic.reading.base import Base
from symbolic.reading.cases import Settled, condition
from symbolic.reading.formulas import NEURON, free
from symbolic.reading.normals import Normals
from symbolic.reading.pathways import CORE, PATHS
from symbolic.reading.theory import INDICATORS, Assumption, lawful
from symbolic.substitution import free_entries, renewed, unfolded
from symbolic.vanishing import has_calls, vanishes


@dataclass(frozen=True, slots=True)
class Proof:
    """The equation holds under these assumptions; `steps` says how its difference became zero."""

    under: tuple[Assumption, ...]
    steps: tuple[str, ...]


class Prover:
    """Proves claims of one document.

    Raises `InputError` where its definitions have no order.
    """

    def __init__(self, base: Base) -> None:
        self.base = base
        self._written: dict[bool, Normals] = {}
        self._written[False] = Normals(base, one_sample=False)
        self._lawful: dict[tuple[tuple[Assumption, ...], bool], Calculus] = {}

    def prove(self, claim: Settled, under: tuple[Assumption, ...] = ()) -> Proof | None:
        """A proof under these assumptions, or None.

        An equation about neurons that no network has is empty: before a proof is reported, an
        exact network that has such neurons must have been seen.

        Raises `BeyondError` where the claim is not in reach, `TooLargeError` where it is too long.
        """
        taken = tuple(one for one in Assumption if one in (*claim.given, *under))
        written = self._written_for(taken)
        calculus = self._under(taken, written, claim.layers is not None)
        where = calculus.normal(condition(claim, Assumption.LH in taken))
        if not where:
            return None  # no network has such neurons: nothing is claimed
        gap = add(written.read(claim.left), scale(written.read(claim.right), -1))

        def settled(form: Normal) -> Normal:
            return calculus.multiply(where, renewed(calculus, form))

        gap = settled(gap)
        steps: list[str] = []
        for name, step in self._steps(claim, written, calculus):
            if _is_nothing(calculus, gap):
                return Proof(under, tuple(steps))
            again = calculus.multiply(where, step(gap))
            if again != gap:
                steps.append(name)
                gap = again
        return Proof(under, tuple(steps)) if _is_nothing(calculus, gap) else None

    def assumptions(
        self,
        claim: Settled,
        possible: Callable[[tuple[Assumption, ...]], bool] = lambda chosen: True,
        among: tuple[Assumption, ...] = tuple(Assumption),
        broken: Callable[[tuple[Assumption, ...]], bool] = lambda chosen: False,
    ) -> tuple[Proof, ...]:
        """Proofs under the smallest sets of assumptions `among` these; none holds another.

        Where a set is not `possible`, because a network that meets it breaks the claim, no proof
        is looked for; nor anywhere, where a network is known that meets all of them and by which
        it is `broken`.  Raises as `prove` does.
        """
        found: list[Proof] = []
        offered = self.offered(claim, among)
        tried: dict[tuple[Assumption, ...], Proof | None] = {}

        def proof_under(chosen: tuple[Assumption, ...]) -> Proof | None:
            if chosen not in tried:
                tried[chosen] = self.prove(claim, chosen)
            return tried[chosen]

        for size in range(len(offered) + 1):
            if size == 1 and self._hopeless(claim, offered, proof_under, broken):
                break
            for chosen in combinations(offered, size):
                if any(set(proof.under) <= set(chosen) for proof in found):
                    continue
                proof = proof_under(chosen) if possible(chosen) else None
                if proof is not None:
                    found.append(proof)
            if found and not found[0].under:
                break
        return tuple(found)

    def offered(
        self, claim: Settled, among: tuple[Assumption, ...] = tuple(Assumption)
    ) -> tuple[Assumption, ...]:
        """What may be assumed for a claim; outputs of a softmax feed no neuron anyway."""
        found = claim.assumptions
        if self.base.shared_out:
            found = tuple(one for one in found if one is not Assumption.OT)
            found += (Assumption.DT,) if Assumption.DT not in claim.given else ()
        return tuple(one for one in found if one in among)

    def _hopeless(
        self,
        claim: Settled,
        offered: tuple[Assumption, ...],
        proof_under: Callable[[tuple[Assumption, ...]], Proof | None],
        broken: Callable[[tuple[Assumption, ...]], bool],
    ) -> bool:
        """Whether all that may be assumed gives no proof, so that less is not looked at.

        The laws of a last hidden layer may hide a proof that needs none, and some neurons are in
        no such layer.
        """
        most = tuple(one for one in offered if one is not Assumption.SO)
        fewer = [tuple(a for a in one if a is not Assumption.LH) for one in (most, offered)]
        sets = dict.fromkeys((most, offered, *fewer))
        every = [one for one in sets if not self._empty(claim, one)]
        return bool(every) and all(broken(one) or proof_under(one) is None for one in every)

    def _empty(self, claim: Settled, under: tuple[Assumption, ...]) -> bool:
        """Whether no network has the neurons that the claim speaks of."""
        taken = tuple(one for one in Assumption if one in (*claim.given, *under))
        calculus = self._under(taken, self._written_for(taken), claim.layers is not None)
        return not calculus.normal(condition(claim, Assumption.LH in taken))

    def _written_for(self, taken: tuple[Assumption, ...]) -> Normals:
        one_sample = Assumption.N1 in taken
        if one_sample not in self._written:
            self._written[one_sample] = Normals(self.base, one_sample)
        return self._written[one_sample]

    def _under(self, under: tuple[Assumption, ...], written: Normals, layered: bool) -> Calculus:
        layered = layered or self.base.layered  # so is a line without layers in such a document
        if self.base.shared_out and Assumption.OT not in under:
            under = (*under, Assumption.OT)
        if (under, layered) not in self._lawful:
            self._lawful[under, layered] = lawful(written.calculus.arrays, under, layered)
        return self._lawful[under, layered]

    @staticmethod
    def _steps(
        claim: Settled, written: Normals, calculus: Calculus
    ) -> list[tuple[str, Callable[[Normal], Normal]]]:
        """What may be put in, in order; each is an identity of the network."""
        named = {
            calculus.index(v)
            for v in free(claim.left) | free(claim.right)
            if v.sort == NEURON
        }  # fmt: skip

        def definitions(gap: Normal) -> Normal:
            for name in written.order:
                if name in arrays_of(gap):
                    if name == "y" and written.outputs is not None:
                        gap = written.signals(calculus, gap)
                        continue
                    gap = unfolded(calculus, gap, {name: written.lawful(calculus, name)})
            return gap

        def paths(place: int) -> Callable[[Normal], Normal]:
            def step(gap: Normal) -> Normal:
                body = written.paths(calculus, place)
                chosen = unfolded(calculus, gap, {PATHS: body}, lambda at: at[place] in named)
                return definitions(chosen)

            return step

        def onward(gap: Normal) -> Normal:
            body = written.paths(calculus, 1)
            return definitions(unfolded(calculus, gap, {PATHS: body}, where=fed, place=1))

        def fed(whole: Normal, index: Linear) -> bool:
            """Whether the weight from a named neuron to this one stands in the product."""
            return index not in named and any(
                atom[0] == "x" and atom[1] == "w" and atom[2][0] == index and atom[2][1] in named
                for monomial in whole
                for atom, _ in monomial[2]
            )

        def fields(gap: Normal) -> Normal:
            body = written.lawful(calculus, CORE)
            return definitions(unfolded(calculus, gap, {CORE: body}, lambda at: at[0] in named))

        def either(gap: Normal) -> Normal:
            """The signals of named neurons of either kind, where outputs have another."""
            if written.outputs is None or "y" not in arrays_of(gap):
                return gap
            body = written.lawful(calculus, "y")
            return definitions(unfolded(calculus, gap, {"y": body}, lambda at: at[0] in named))

        return [
            ("by the definitions", definitions),
            ("by the signals of hidden and output neurons", either),
            ("by the neurons that the paths lead through first", paths(1)),
            ("by the neurons that the paths lead through last", paths(0)),
            ("by the definition of the induced local field", fields),
            ("by the neurons that the paths lead on to", onward),
        ]


def _is_nothing(calculus: Calculus, gap: Normal) -> bool:
    """Whether the form is 0 as it stands, or by what its functions are."""
    return is_zero(calculus, gap) or (
        has_calls(gap) and (vanishes(gap) or vanishes(_with_known(calculus, gap)))
    )


def _with_known(calculus: Calculus, gap: Normal) -> Normal:
    """The form with 1 for each 0/1 factor i where gap · i = gap, within functions as well.

    Where i is 0 the gap is 0 anyway, so that it is 0 if this form is.
    """
    found = [
        (array, at)
        for array in sorted(arrays_of(gap) & {*INDICATORS})
        for at in sorted({*free_entries(gap, array)})
        if calculus.multiply(gap, calculus.read(array, at)) == gap
    ]
    for array, at in found:
        letters = tuple(base for form in at for base, _ in form[1])
        gap = unfolded(calculus, gap, {array: (letters, ONE)}, at.__eq__)
    return gap
