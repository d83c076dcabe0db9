"""Is a line true?  The prover and the exact networks together, about all networks or a given one.

About a given network a line is true where it is true in general under what the network has, such
as outputs that feed no neuron; else where it is an identity for each of its neurons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from symbolic.errors import InputError
from symbolic.labelling import TooLargeError
from symbolic.reading.cases import Settled, is_numbered
from symbolic.reading.claims import FunctionName
from symbolic.reading.findings import Reached
from symbolic.reading.given import Given
from symbolic.reading.named import last_before, taken_words, with_any, with_named
from symbolic.reading.numbered import FixedError, NoSuchError
from symbolic.reading.prover import Prover
from symbolic.reading.reach import may_lack_value
from symbolic.reading.refuter import Counterexample, Refuter, Tried
from symbolic.reading.source import BeyondError, Place
from symbolic.reading.theory import Assumption
from symbolic.reading.written import Written

OF_DATA = (Assumption.N1, Assumption.DT)
"""What no network has by itself: it is said of the samples."""
_USUAL = "It holds as things are usually defined, but what is not understood at"
_UNREAD = "It fails as things are usually defined, but a formula or function named at"
_COST = "It fails with the usual cost, and the text does not say which cost it means"
_TAKEN = "It fails as things are usually defined, and with"


class Verdicts:
    """The verdicts of the cases of one document; `missed` is what it may define unread."""

    def __init__(
        self,
        prover: Prover,
        refuter: Refuter,
        missed: Mapping[str, Place],
        network: Given | None = None,
        named: Sequence[FunctionName] = (),
    ) -> None:
        self.prover, self.refuter, self.missed, self.network = prover, refuter, missed, network
        self.base = prover.base
        self.plain = network is None or network.plain
        self.lost: Mapping[str, Place] = {}  # of these, what a proof may rest on
        self.unsaid_cost = False  # whether targets are read, and no cost is said
        self.alone = False  # whether there is one neuron, and words that name φ name its own
        self.sigma = False  # whether φ is written \\sigma, and nothing says what it is
        self._named = named
        self._with: dict[tuple[str, ...], Verdicts | None] = {}
        self._known: dict[tuple[Settled, str], Reached] = {}
        self._here: Refuter | None = None
        self._fail_with: list[Refuter] | None = None
        self._written: dict[tuple[frozenset[Assumption], bool], Written] = {}

    def of(self, case: Settled, span: str) -> Reached:
        """What is said of a case; documents say many things more than once."""
        if (case, span) not in self._known:
            numbered = is_numbered(case.left, case.right)
            numbered = numbered or not self.plain
            found = Reached("open", case.said, span) if numbered else self._general(case, span)
            if self.network is not None and not self._has_two_layers(case):
                why = f"{self.network.name} has other connections than those of two layers"
                found = Reached("open", case.said, span, why=why)
            elif self.network is not None:
                found = self._in(self.network, case, found, numbered)
            self._known[case, span] = found
        return self._known[case, span]

    def _has_two_layers(self, case: Settled) -> bool:
        """Whether the given network has two layers of weights, where the case is about these."""
        network = self.network
        return network is None or Assumption.TL not in case.given or network.meets(Assumption.TL)

    def taking_words(self, case: Settled, span: str, at: Place, found: Reached) -> Reached:
        """What is said of a case at a place that fails where words name a function unread."""
        places = {one.place for one in self._named}
        unread = self._unread(case) if found.word == "open" else ()
        if unread != ("phi",) or self.missed["phi"] not in places:
            return found
        nearest = (last_before(self._named, array, at) for array in ("outputs", "phi"))
        taken = [one for one in nearest if one is not None]
        ways = [[one] for one in taken] + [taken] * (len(taken) > 1)
        fails, wrong = "", None
        for way in ways:
            reached = self._taking(way, case, span) or found
            if reached.word == "proved":
                return replace(reached, taking=tuple(way))
            fails = f"{_TAKEN} {taken_words(way)}" if reached.word == "refuted" else ""
            wrong = replace(reached, taking=tuple(way)) if fails else None
        only = wrong is not None and len(self._named) == len(taken)
        if wrong is not None and only and (self.alone or self._always_fails(case)):
            return wrong
        return replace(found, why=fails or found.why)

    def if_logistic(self, case: Settled, span: str, at: Place, found: Reached) -> Reached:
        r"""What is said of a case that fails for some σ, where the text never says what σ is.

        It is proved if it holds for the logistic function, under that name.
        """
        if found.word != "refuted" or self._named or not self.sigma:
            return found
        way = [FunctionName("phi", "logistic", at, assumed=True)]
        reached = self._taking(way, case, span)
        if reached is None or reached.word != "proved":
            return found
        return replace(reached, taking=tuple(way))

    def _taking(self, way: Sequence[FunctionName], case: Settled, span: str) -> Reached | None:
        """What is said of the case with these functions."""
        functions = tuple(one.function for one in way)
        if functions not in self._with:
            self._with[functions] = self._made(way)
        judge = self._with[functions]
        return judge.of(case, span) if judge is not None else None

    def _always_fails(self, case: Settled) -> bool:
        """Whether the case fails with each function that words may name, whatever is assumed.

        But for a single output: its softmax is 1, and all gradients are 0.
        """
        if self._fail_with is None:
            self._fail_with = [*map(Refuter, with_any(self.base))]
        under = tuple(a for a in self.prover.offered(case) if a is not Assumption.SO)
        return all(
            isinstance(refuter.find(case, under), Counterexample) for refuter in self._fail_with
        )

    def with_words(self, taken: Sequence[FunctionName]) -> Verdicts:
        """The verdicts with functions that words name, where they were taken for one."""
        return self._with.get(tuple(one.function for one in taken)) or self

    def _made(self, taken: Sequence[FunctionName]) -> Verdicts | None:
        base = with_named(self.base, taken)
        if base is None:
            return None
        try:
            return Verdicts(Prover(base), Refuter(base), {}, self.network)
        except (BeyondError, InputError):
            return None

    def speaks_of_none(self, case: Settled) -> bool:
        """Whether the given network has no such neurons, as outputs that feed others."""
        numbered = is_numbered(case.left, case.right) and not case.among
        if self.network is None or numbered:
            return False
        try:
            return not any(True for _ in self._in_network(case, ()).instances(case))
        except TooLargeError:
            return False

    def agrees_here(self, case: Settled) -> bool:
        """Whether the given network was tried and no numbers in it break the case.

        The samples meet what may be assumed of them.
        """
        try:
            found = self._of_network().find(case, self._of_data(case)[-1])
        except (BeyondError, TooLargeError, InputError):
            return False
        return isinstance(found, Tried) and bool(found)

    def _general(self, case: Settled, span: str) -> Reached:
        """About all networks."""
        roles = case.said
        tried: dict[tuple[Assumption, ...], Counterexample | Tried] = {}

        def possible(under: tuple[Assumption, ...]) -> bool:
            found = tried[under] = self.refuter.find(case, under)
            return isinstance(found, Tried) and found.shows(case, under)

        def broken(under: tuple[Assumption, ...]) -> bool:
            return isinstance(self.refuter.find(case, under), Counterexample)

        try:
            proofs = self.prover.assumptions(case, possible, broken=broken)
        except (BeyondError, TooLargeError, InputError) as error:
            return Reached("open", roles, span, why=str(error))
        against = tried[()]
        if not proofs:
            return self._unproved(case, span, against)
        unread = [one for one in self._resting_on(case) if one in self.lost]
        if unread:
            why = f"{_USUAL} {self.lost[unread[0]]} may say something else"
            return Reached("open", roles, span, why=why)
        under = tuple(proof.under for proof in proofs)
        needed = against if isinstance(against, Counterexample) else None
        return Reached("proved", roles, span, under, needed, partly=self._partly(case))

    def _unproved(
        self,
        case: Settled,
        span: str,
        against: Counterexample | Tried,
        known: tuple[str, ...] = (),
    ) -> Reached:
        """What is said of a case without a proof; the network says what the `known` arrays are."""
        roles = case.said
        if isinstance(against, Counterexample):
            rests_on = self.base.rests_on(case.left, case.right)
            if self.unsaid_cost and any(name.startswith("E") for name in rests_on):
                return Reached("open", roles, span, why=_COST)
            unread = [one for one in self._unread(case) if one not in known]
            if unread:
                why = f"{_UNREAD} {self.missed[unread[0]]} is not used"
                return Reached("open", roles, span, why=why)
            return Reached("refuted", roles, span, against=against)
        if not against:
            return Reached("open", roles, span, why="no small network has all of what it says")
        return Reached("open", roles, span, why=f"no proof; {against} exact instances agree")

    def _unread(self, case: Settled) -> tuple[str, ...]:
        """The arrays that a case rests on and that the document may define unread."""
        return tuple(one for one in self._resting_on(case) if one in self.missed)

    def _resting_on(self, case: Settled) -> list[str]:
        rests_on = self.base.rests_on(case.left, case.right)
        return sorted({name.partition(":")[0] for name in rests_on})

    def _partly(self, case: Settled) -> bool:
        """Whether the case holds only where denominators and logarithms have a value."""
        rests_on = self.base.rests_on(case.left, case.right)
        return any(map(may_lack_value, (case.left, case.right, *rests_on.values())))

    # ------------------------------------------------------------------ a given network

    def _in(self, network: Given, case: Settled, general: Reached, numbered: bool) -> Reached:
        """About the given network, after what is said of all networks."""
        for under in general.under:
            if all(map(network.meets, under)):
                return replace(general, under=((),), against=None, here=bool(under))
        if general.word == "proved" and general.under == ((),):
            return general
        here = self._of_network()
        for under in self._of_data(case):
            tried = here.find(case, under)
            if isinstance(tried, Counterexample):
                continue
            try:
                proved = self._everywhere(network, case, under)
                if not proved and tried and network.functions:
                    proved = self._everywhere(network, case, under, True)
            except NoSuchError as error:
                return Reached("unjustified", case.said, general.span, why=str(error))
            except (BeyondError, TooLargeError, InputError) as error:
                return replace(general, word="open", why=str(error)) if numbered else general
            if proved and tried:
                against = here.find(case) if under else None
                needed = against if isinstance(against, Counterexample) else None
                found = Reached("proved", case.said, general.span, (under,), needed, here=True)
                return replace(found, partly=self._partly(case))
        for under in general.under:
            rest = tuple(one for one in under if not network.meets(one))
            if {*rest} <= {*OF_DATA}:
                return replace(general, under=(rest,), here=rest != under)
        known = ("phi",) if network.functions else ()
        return self._unproved(case, general.span, here.find(case), known)

    def _of_network(self) -> Refuter:
        """The given network with one sample and with two."""
        if self._here is None:
            assert self.network is not None
            known = self.base.activation is None
            worlds = tuple(self.network.world(samples, known) for samples in (1, 2))
            if self.network.shares:
                worlds += tuple(replace(world, shares=True) for world in worlds)
            self._here = Refuter(self.base, among=worlds)
        return self._here

    def _everywhere(
        self, network: Given, case: Settled, under: tuple[Assumption, ...], functions: bool = False
    ) -> bool:
        """Whether the case is an identity for all the neurons it speaks of, and there are such."""
        written = self._in_network(case, under, functions)
        some = False
        for letters in written.instances(case):
            try:
                if not written.holds(case, letters):
                    return False
            except FixedError:
                if network.bias not in letters.values():
                    raise
            else:
                some = True
        return some

    def _in_network(
        self, case: Settled, under: tuple[Assumption, ...], functions: bool = False
    ) -> Written:
        known = frozenset((*case.given, *under)), functions
        if known not in self._written:
            assert self.network is not None
            self._written[known] = Written(self.base, self.network, *known)
        return self._written[known]

    def _of_data(self, case: Settled) -> tuple[tuple[Assumption, ...], ...]:
        """The sets of what may be assumed of the samples, the smaller ones first."""
        shared = self.base.shared_out or (self.network is not None and self.network.shares)
        some = OF_DATA if shared else OF_DATA[:1]
        new = [one for one in some if one not in case.given]
        return ((), *((one,) for one in new), *((tuple(new),) if len(new) > 1 else ()))
