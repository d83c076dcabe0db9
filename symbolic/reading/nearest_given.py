"""The nearest right form of a line about numbered neurons of one given network, and proved there.

While a line is edited its numbers are letters, so that every slip that is known of letters is known
of numbers: another neuron, w_ij for w_ji, a lost φ', a term too many.  What only a network can tell
is offered besides: the path through another neuron that is fed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

from symbolic.indexed import Var
from symbolic.reading.cases import BeyondError, Settled, is_numbered, settled
from symbolic.reading.claims import Claim, Kind, Reading
from symbolic.reading.edits import Edit, batched, edits
from symbolic.reading.formulas import (
    NEURON,
    Applied,
    Formula,
    Plus,
    Read,
    Times,
    free,
    inside,
    plus,
    rebuilt,
    times,
    walk,
)
from symbolic.reading.given import Given
from symbolic.reading.nearest import Search, by_cost
from symbolic.reading.offers import Offers, offers
from symbolic.reading.theory import Assumption
from symbolic.reading.verdicts import Verdicts

MOST_LETTERS = 12
"""So many neurons are offered for one line."""
WEIGHTS = ("w", "dw")
_OF_NEURONS = re.compile(r"\d+ for \d+|the path through \d+|a factor \D*[^\d\s]\d+ (?:more|less)")


class GivenSearch(Search):
    """Looks for right forms of lines about one network."""

    def __init__(self, verdicts: Verdicts, network: Given, reading: Reading) -> None:
        super().__init__(verdicts.prover, verdicts.refuter, reading)
        self.verdicts, self.network = verdicts, network

    def _edits(self, claim: Claim) -> Iterator[Edit]:
        right, given = self._offered(claim)
        found = [*edits(right, given), *self._paths(right, given), *self._lost(right, given)]
        for edit in sorted(found, key=by_cost):
            formula = _numbered(edit.formula)
            if self._is_here(formula):
                yield replace(edit, formula=formula, what=self._called(edit.what))

    def _called(self, what: str) -> str:
        """The change in words, with the names of neurons for their numbers: h for o."""
        units = self.network.units
        if units is None or not _OF_NEURONS.fullmatch(what):
            return what
        said = re.sub(r"(?<=[^\W\d])(?=\d)", "_", what)  # y_4 for y4
        return re.sub(r"\d+", lambda n: units.latex.get(int(n[0]), n[0]), said)

    def _wider(self, claim: Claim, under: tuple[Assumption, ...]) -> list[Edit]:
        right, given = self._offered(claim)
        found = batched(right, given) if Assumption.N1 in under else ()
        return [
            replace(edit, formula=_numbered(edit.formula), what=self._called(edit.what))
            for edit in found
        ]

    def _offered(self, claim: Claim) -> tuple[Formula, Offers]:
        """The right side with letters for numbers, and what may be put into it."""
        left, right = _lettered(claim.left), _lettered(claim.right)
        given = offers(replace(claim, left=left, right=right), self.profile, self.prover.base)
        own = [int(v.name) for v in given.letters if v.name.isdigit()]
        met = sorted(int(v.name) for v in free(right) if v.name.isdigit())
        edges = self.network.edges
        near = [to for to, source in edges if source in own]
        near += [source for to, source in edges if to in own]
        near = [n for n in near if n != self.network.bias]
        names = dict.fromkeys((*own, *met, *near))
        letters = tuple(Var(str(n), NEURON) for n in [*names][:MOST_LETTERS])
        return right, replace(given, letters=letters)

    def _paths(self, right: Formula, given: Offers) -> Iterator[Edit]:
        """δ_5 w_53 + δ_6 w_63 for δ_5 w_53, where 3 feeds 6 as well."""
        for part in walk(right):
            reads = [f for f in inside(part) if isinstance(f, Read)] if _is_product(part) else []
            for weight, signal in permutations(reads, 2):
                if weight.array != "w" or weight.at[:1] != signal.at[:1]:
                    continue
                rest = [f for f in inside(part) if f is not weight and f is not signal]
                for other in given.letters:
                    more = (replace(one, at=(other, *one.at[1:])) for one in (signal, weight))
                    both = plus(times(signal, weight), times(*more))
                    made = _with(right, part, times(*rest, both))
                    yield Edit(made, 2, f"the path through {other.name}")

    def _lost(self, right: Formula, given: Offers) -> Iterator[Edit]:
        """A term w_ji y_i or δ_k w_kj more in a sum, or φ' before all of it."""
        named = {str(n): Var(str(n), NEURON) for pair in self.network.edges for n in pair}
        terms: list[tuple[Formula, ...]] = []
        for to, source in self.network.edges:
            j, i = named[str(to)], named[str(source)]
            for weight in given.weight(j, i):
                terms += [(weight, y) for y in given.quantity("y", i) if j in given.letters]
                terms += [(delta, weight) for delta in given.quantity("delta", j)]
        for part in walk(right):
            if isinstance(part, Plus):
                own = {v for v in free(part) if v.sort == NEURON}
                for term in terms:
                    if own & {*free(times(*term))}:
                        more = _with(right, part, plus(part, times(*term)))
                        yield Edit(more, 2, "a term more")
        for letter in given.letters if isinstance(right, Plus) else ():
            for slope in given.slope(letter):
                yield Edit(times(slope, right), 3, "a factor φ' more")

    def _is_here(self, formula: Formula) -> bool:
        """Whether the network has all connections that it shows."""
        weights = (p.at[:2] for p in walk(formula) if isinstance(p, Read) and p.array in WEIGHTS)
        return all(at in self.network.edges for at in weights if is_numbered(Read("w", at)))

    def _cases(self, claim: Claim, right: Formula, span: str) -> tuple[Settled, ...]:
        label = claim.kind is Kind.LABEL
        other = replace(claim, left=right) if label else replace(claim, right=right)
        try:
            return settled(other, span, numbered=True)
        except BeyondError:
            return ()

    def _agrees(self, case: Settled, among: tuple[Assumption, ...]) -> bool:
        return self.verdicts.agrees_here(case)

    def _under(
        self, case: Settled, among: tuple[Assumption, ...]
    ) -> tuple[tuple[Assumption, ...], ...]:
        found = self.verdicts.of(case, "")
        return tuple(one for one in found.under if {*one} <= {*among})


def _is_product(part: Formula) -> bool:
    return isinstance(part, Times)


def _lettered(formula: Formula) -> Formula:
    """Numbers of neurons as letters of that name."""
    made = rebuilt(formula, tuple(map(_lettered, inside(formula))))
    if not isinstance(made, Read | Applied):
        return made
    return replace(
        made,
        at=tuple(Var(str(i), NEURON) if isinstance(i, int) and i >= 0 else i for i in made.at),
    )


def _numbered(formula: Formula) -> Formula:
    """Letters that are named by a number as this number again."""
    made = rebuilt(formula, tuple(map(_numbered, inside(formula))))
    if not isinstance(made, Read | Applied):
        return made
    at = (int(i.name) if isinstance(i, Var) and i.name.isdigit() else i for i in made.at)
    return replace(made, at=tuple(at))


def _with(formula: Formula, old: Formula, new: Formula) -> Formula:
    if formula is old:
        return new
    return rebuilt(formula, tuple(_with(part, old, new) for part in inside(formula)))
