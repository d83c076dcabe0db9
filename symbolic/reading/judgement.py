"""The verdict of every line of a document: what the prover and the exact networks say together.

A line is proved only where the prover has a proof and exact networks that meet its assumptions
were tried and agree: no proof is looked for where a network breaks the line, or where none has
such neurons.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace
from functools import partial

from symbolic.errors import InputError
from symbolic.indexed import Var
from symbolic.reading.activation import Activation
from symbolic.reading.argued import Argued, Case
from symbolic.reading.argument import Argument, numbered
from symbolic.reading.base import (
    Base,
    activations_of_some,
    base_of,
    lost_definitions,
    missed_definitions,
)
from symbolic.reading.cases import BeyondError, Settled, among, is_numbered, natural, settled
from symbolic.reading.claims import MAY_LEAVE_OUT, OF_SOME_LAYERS, Claim, Kind, Reading
from symbolic.reading.context import Role
from symbolic.reading.definitions import is_idle
from symbolic.reading.findings import Judged, Judgement, Reached
from symbolic.reading.formulas import (
    NEURON,
    Applied,
    Partial,
    Read,
    SumOver,
    at_numbers,
    bound,
    free,
    walk,
)
from symbolic.reading.given import Given, with_functions
from symbolic.reading.here import ArguedHere
from symbolic.reading.layers import is_layered
from symbolic.reading.nearest import Nearest, Search, bare
from symbolic.reading.nearest_given import GivenSearch
from symbolic.reading.prover import Prover
from symbolic.reading.refuter import Refuter
from symbolic.reading.repairs import repair
from symbolic.reading.setting import prepared, speaks_of_errors
from symbolic.reading.size import require_small
from symbolic.reading.source import DEFINITE, Fault, Problem
from symbolic.reading.theory import Assumption
from symbolic.reading.updates import (
    BEFORE,
    is_rule,
    judged_updates,
    speaks_of_change,
)
from symbolic.reading.verdicts import Verdicts
from symbolic.wellfounded import CircleError

SPANS = {
    "fed": "over the neurons that are fed",
    "output": "over the output neurons",
    "all": "over all neurons",
}
"""What a sum of unsaid range may run over."""
_ITERATIONS = "what is said over several iterations is not judged of this network"
OF_A_LAYER = "layer"
WRONG = ("refuted", "unjustified")
"""A line with a nearest right form: it fails, or speaks of what the network does not have."""


def judge(
    reading: Reading,
    each: Callable[[Iterable[Claim]], Iterable[Claim]] = iter,
    network: Given | None = None,
) -> Judgement:
    """The verdict of every claim; `each` may watch them pass, as a progress bar does.

    With a `network` the lines are about this one, and numbered neurons are its neurons.

    A definition that makes the network go in a circle is judged as a claim: by v_j = Σ_i w_ij y_i,
    where w_ji leads to j, no v_j could be computed.

    Raises `InputError` where the definitions of the document are beyond the prover.
    """
    try:
        return _Judge(reading, network).judgement(each)
    except CircleError as error:
        other = _without_circle(reading, error.arrays)
        if other is None:
            raise
        return judge(other, each, network)


def _without_circle(reading: Reading, arrays: Container[str]) -> Reading | None:
    """The document in which a definition of one of these arrays is a claim, of fields first."""
    for claim in sorted(reading.definitions, key=lambda one: not _is_field(one)):
        if isinstance(claim.left, Read) and claim.left.array in arrays:
            lowered = replace(claim, kind=Kind.CLAIM)
            claims = tuple(lowered if one is claim else one for one in reading.claims)
            return replace(reading, claims=claims)
    return None


def _is_field(claim: Claim) -> bool:
    return isinstance(claim.left, Read) and claim.left.array == "v"


class _Judge:
    """One document: what was shown so far, and what stands there wrongly."""

    def __init__(self, document: Reading, network: Given | None = None) -> None:
        here = (network.outputs, network.shares) if network else ()
        reading = prepared(document, *here)
        self.base = base = base_of(reading)
        try:
            require_small(*(body for _, body in base.definitions.values()))
            general = base if network is None else _of_all_networks(base)
            self.prover = Prover(general)
        except BeyondError as error:
            raise InputError(str(error)) from None
        self.refuter = Refuter(base)
        of_some = activations_of_some(reading)
        missed = missed_definitions(reading)
        if network is not None and base.activation is None:
            said = [(names.names, one.body) for names, one in of_some.items() if names is not None]
            own = with_functions(network, said)
            if own is not network:
                network, missed = own, missed_definitions(reading, whole=True)
        self.plain = network is None or (network.plain and general is base)
        self.verdicts = Verdicts(self.prover, self.refuter, missed, network, reading.named)
        self.verdicts.lost = lost_definitions(reading)
        self.verdicts.base, self.verdicts.plain = base, self.plain
        self.verdicts.alone = document.profile.alone
        self.verdicts.unsaid_cost = speaks_of_errors(document) == {"d"}
        self.of_some = {names: _with_activation(base, one) for names, one in of_some.items()}
        self.lines = (
            ArguedHere(base, reading, network)
            if network is not None and (not self.plain or _names_neurons(reading))
            else Argued(general, reading)
        )
        self.updates = judged_updates(document)
        if not self.plain:  # the rule over iterations is one of unshared weights
            self.updates = dict.fromkeys(self.updates, Reached("open", why=_ITERATIONS))
        self.rule = next((c.number for c in document.claims if is_rule(c)), None)
        self.search = Search(self.prover, self.refuter, reading)
        self.here = GivenSearch(self.verdicts, network, reading) if network else None
        self.document, self.reading, self.network = document, reading, network
        self._near: dict[tuple[object, ...], Nearest | None] = {}

    def judgement(self, each: Callable[[Iterable[Claim]], Iterable[Claim]]) -> Judgement:
        """The lines one after the other, each with those before it."""
        for claim in self.reading.standard:
            self.lines.define(claim, 0)
        lines = tuple(
            _as_judged(self._heard(claim), original, claim)
            for original, claim in zip(self.document.claims, each(self.reading.claims), strict=True)
        )
        wrong = tuple(n for n in _numbers(lines, "refuted") if n not in self.updates)
        own = frozenset(wrong) - self.lines.inherits.keys()
        proved = frozenset(_numbers(lines, "proved"))
        mend = repair(self.document, wrong, own, proved, partial(_proved_in, network=self.network))
        if mend is not None:
            lines = tuple(
                replace(one, inherits=mend.definition) if one.claim.number in mend.mends else one
                for one in lines
            )
            return Judgement(lines, mend.definition, mend)
        return Judgement(lines, min((*own, *_numbers(lines, "unjustified")), default=None))

    def _heard(self, claim: Claim) -> Judged:
        """The verdicts of a line, which later lines may cite."""
        judged = self._judged(claim)
        self.lines.words[claim.number] = judged.word
        return judged

    def _judged(self, claim: Claim) -> Judged:
        found = self._cases(claim)
        if claim.kind is Kind.DEFINITION:
            self.lines.define(claim, claim.number)
        if isinstance(found, Judged):
            return found
        found, elsewhere = self._meant(claim, found)
        judged = Judged(claim, tuple(case.reached for case in found), elsewhere=elsewhere)
        judged = replace(judged, cases=self._near_forms(claim, found, judged.word))
        if judged.word == "proved":
            return replace(judged, argument=self.lines.argument(claim, found))
        if judged.word == "refuted":
            self.lines.mend(claim, found, judged.cases)
            return replace(judged, inherits=self.lines.source(claim, found))
        return judged

    def truth(self, claim: Claim) -> Judged:
        """The first verdict alone: whether the line is true."""
        found = self._cases(claim)
        if isinstance(found, Judged):
            return found
        found, elsewhere = self._meant(claim, found)
        return Judged(claim, tuple(case.reached for case in found), elsewhere=elsewhere)

    def _cases(self, claim: Claim) -> list[Case] | Judged:
        """Each case with its verdict, or all that can be said of a claim without cases."""
        if claim.problems:
            return Judged(claim, self._faulty(claim, claim.fault or claim.problems[0]))
        if claim.kind in (Kind.DEFINITION, Kind.ASSUMPTION):
            return Judged(claim)
        if claim.number in self.updates:
            return self._update(claim)
        if self.rule is not None and claim.number > self.rule and speaks_of_change(claim):
            why = f"({self.rule}) says what Δw is, by the iteration before; this line shows one"
            return Judged(claim, (Reached("open", why=why),))
        try:
            require_small(claim.left, claim.right)
        except BeyondError as error:
            return Judged(claim, (Reached("open", why=str(error)),))
        letters = sorted(
            total.over.name
            for side in (claim.left, claim.right)
            for total in bound(natural(side))
            if total.range.kind == "unsaid" and total.over.sort == NEURON
        )
        found: list[Case] = []
        beyond = ""
        for span in SPANS if letters else ("output",):
            said = f"{letters[0]} {SPANS[span]}" if letters else ""
            try:
                cases = self._settled(claim, span)
            except BeyondError as error:
                beyond = str(error)
                continue
            found += [Case(case, span, self._verdict(claim, case, said)) for case in cases]
        some = [case for case in found if not self.verdicts.speaks_of_none(case.settled)]
        found = some or found
        if beyond and letters:  # a range that was not tried may be the one that is meant
            found = [replace(case, reached=_unless(case.reached, beyond)) for case in found]
        if not found:
            return Judged(claim, (Reached("open", why=beyond),))
        own = all(self._own(claim, case.settled) is not None for case in found)
        unsure = not own and any(case.reached.word != "proved" for case in found)
        if unsure and self.network is not None and self._is_of_some(claim):
            found = self._by_name(claim) or found
        fails = all(case.reached.word == "refuted" for case in found)
        judged = claim.doubt == OF_SOME_LAYERS or (fails and claim.doubt == MAY_LEAVE_OUT)
        if not fails and _is_numbered_range(claim):
            narrow = replace(claim, doubt=MAY_LEAVE_OUT, narrow=True)
            found = [replace(case, reached=_doubted(case.reached, narrow)) for case in found]
        if claim.doubt and not judged:
            found = [replace(case, reached=_doubted(case.reached, claim)) for case in found]
        layer = next((role.letter for role in claim.roles if role.of == OF_A_LAYER), "")
        if layer and self.network is None:
            found = [replace(case, reached=_of_a_layer(case.reached, layer)) for case in found]
        idle = self._idle(claim)
        if idle and Judged(claim, tuple(case.reached for case in found)).word == "refuted":
            found = [replace(case, reached=_unused(case.reached, idle)) for case in found]
        return found

    def _meant(self, claim: Claim, found: list[Case]) -> tuple[list[Case], tuple[Reached, ...]]:
        """The cases that are meant, and those in which the line fails.

        The letters of ∂y_k/∂v_j of a softmax are outputs, that of ∂𝓔/∂y_j alone is a hidden
        neuron, where the line is proved then.
        """
        fails = [case.reached for case in found if case.reached.word == "refuted"]
        if not self.plain or not fails or claim.doubt:
            return found, ()
        if self.network is not None and not _has_sums(claim):
            return found, ()  # what is said of φ alone may be said of one neuron's own
        said = [letter.name for letter in _neurons(claim) if not claim.role(letter.name)]
        kinds = ["output"] * (self.base.shared_out and len(said) > 1) + ["hidden"] * (
            len(said) == 1 and all(role == "source" for _, role in found[0].settled.roles)
        )
        for kind in kinds:
            roles = tuple(Role(name, kind, -1) for name in said)
            cases = self._cases(replace(claim, roles=(*claim.roles, *roles)))
            if not isinstance(cases, Judged) and _word(claim, cases) == "proved":
                return cases, (replace(fails[0], roles=", ".join(f"{n}: other" for n in said)),)
        return _of_one_kind(claim, found)

    def _idle(self, claim: Claim) -> tuple[int, ...]:
        """The assumptions of a claim that its verdict does not use."""
        given = {one.number: one for one in self.reading.claims}
        profile = self.reading.profile
        return tuple(n for n in claim.under if is_idle(claim, given[n], profile))

    def _settled(self, claim: Claim, span: str) -> tuple[Settled, ...]:
        cases = settled(claim, span, numbered=self.network is not None)
        found = self._among(claim)
        return tuple(replace(case, among=found) for case in cases) if found else cases

    def _among(self, claim: Claim) -> tuple[tuple[Var, tuple[int, ...]], ...]:
        """The neurons of the network that the claim speaks of, where these are not all of a kind.

        What repeats a definition speaks of the neurons that have no formula of their own.
        """
        if self.network is None:
            return ()
        found = among(claim, self._numbered)
        head = claim.head
        own = self.network.own_formulas(head.array if head is not None else "")
        if claim.kind is Kind.RESTATEMENT and own and head is not None:
            rest = tuple(n for n in self.network.neurons if n not in own)
            found += tuple((i, rest) for i in head.at[:1] if isinstance(i, Var))
        return found

    def _update(self, claim: Claim) -> Judged:
        """A line over several iterations."""
        found = self.updates[claim.number]
        if claim.doubt:
            return Judged(claim, (_doubted(found, claim),))
        if found.word != "proved":
            return Judged(claim, (found,))
        uses = () if self.rule is None else (self.rule,)
        instead = self.lines.citations.premises(claim).instead
        return Judged(claim, (found,), instead or Argument("follows", ((),), uses, BEFORE))

    def _own(self, claim: Claim, case: Settled) -> Verdicts | None:
        """The verdicts about the neurons that a claim names, where it speaks of their φ alone."""
        if claim.some is None or not _is_local(case, claim.some.letter):
            return None
        numbers = {self._numbered(name) for name in claim.some.names}
        if self.network is not None and numbers & self.network.own_formulas("y"):
            return None  # their signal is no function of their own field
        return self.of_some.get(claim.some)

    def _is_of_some(self, claim: Claim) -> bool:
        """Whether the neurons that its sentence names are those it speaks of."""
        letters = {v.name for side in (claim.left, claim.right) for v in free(side)}
        return claim.some is not None and claim.some.letter in letters

    def _by_name(self, claim: Claim) -> list[Case]:
        """A claim about neurons of the given network, for each; nothing where one is not known."""
        assert claim.some is not None
        found: list[Case] = []
        numbers = [self._numbered(name) for name in claim.some.names]
        for number in numbers if None not in numbers else ():
            assert number is not None
            places = {Var(claim.some.letter, NEURON): number}
            left, right = (at_numbers(side, places) for side in (claim.left, claim.right))
            cases = self._cases(replace(claim, left=left, right=right, some=None, doubt=""))
            if isinstance(cases, Judged):
                return []
            found += cases
        return found

    def _numbered(self, name: str) -> int | None:
        """The neuron of this name."""
        units = self.reading.profile.units
        if units is None:
            return int(name) if name.isdigit() else None
        return units.number(name)

    def _verdict(self, claim: Claim, case: Settled, said: str) -> Reached:
        """What is said of a case; of some neurons alone with their own φ, if it speaks of that."""
        own = self._own(claim, case)
        if own is not None:  # what is said of φ alone needs nothing of the samples
            given = tuple(one for one in case.given if one is not Assumption.DT)
            return own.of(replace(case, given=given), said)
        found = self.verdicts.of(case, said)
        found = self.verdicts.taking_words(case, said, claim.place, found)
        if self._is_of_some(claim) and claim.some and found.word == "refuted":
            names = ", ".join(claim.some.names)
            why = f"it is said of {names} alone, and fails for a neuron that may be another"
            return Reached("open", found.roles, found.span, why=why)
        return found

    def _faulty(self, claim: Claim, problem: Problem) -> tuple[Reached, ...]:
        """A line that cannot be meant as it stands; after an index error with what may be meant."""
        word = "unjustified" if problem.fault in DEFINITE and not claim.doubt else "open"
        without = Reached(word, why=str(problem))
        if problem.fault is not Fault.INDEX or claim.kind is not Kind.CLAIM or not self.plain:
            return (without,)
        near = [(case.said, self.search.mended(claim, case, "fed")) for case in bare(claim)]
        found = tuple(replace(without, roles=roles, nearest=form) for roles, form in near if form)
        return found or (without,)

    def _near_forms(self, claim: Claim, found: list[Case], word: str) -> tuple[Reached, ...]:
        """The cases of a wrong line with a right form, of a true line with one that needs less."""
        result = []
        mended: dict[str, Nearest | None] = {}  # one for all ranges of a sum is enough
        for case in found:
            roles, nearest = case.reached.roles, None
            if word == case.reached.word and word in WRONG:
                if mended.get(roles) is None:
                    mended[roles] = self._nearest(claim, case)
                nearest = mended[roles]
            elif word == "proved" and case.reached.general:
                nearest = self._nearest(claim, case)
            result.append(replace(case.reached, nearest=nearest))
        return tuple(result)

    def _nearest(self, claim: Claim, case: Case) -> Nearest | None:
        """Looked for once for all lines that say the same."""
        roles = tuple((role.letter, role.role, role.of) for role in claim.roles)
        same = case, claim.kind, claim.left, claim.right, claim.others, roles
        if same not in self._near:
            numbered = is_numbered(case.settled.left, case.settled.right) or not self.plain
            search = self.here if numbered and self.here is not None else self.search
            if case.reached.taking:
                named = self.verdicts.with_words(case.reached.taking)
                search = Search(named.prover, named.refuter, self.reading)
            if case.reached.word in WRONG:
                found = search.mended(claim, case.settled, case.span)
            else:
                under = case.reached.under[0]
                found = search.general(claim, case.settled, case.span, under)
            self._near[same] = found
        return self._near[same]


def _of_one_kind(claim: Claim, found: list[Case]) -> tuple[list[Case], tuple[Reached, ...]]:
    """The cases that are meant, and those in which the line fails.

    Of one letter j nothing is said: where the line is proved for j a hidden neuron and fails for
    j an output neuron, it is one about hidden neurons.
    """
    if any(case.settled.layers is not None for case in found):
        return found, ()
    kinds: dict[str, list[Case]] = {}
    for case in found:
        kinds.setdefault(case.settled.said, []).append(case)
    roles = [set(case.settled.roles) for case in found]
    open_ = {role[0].name for one in roles for role in one if not all(role in s for s in roles)}
    if len(kinds) != 2 or len(open_) != 1 or any(map(claim.role, open_)):
        return found, ()
    words = {said: _word(claim, cases) for said, cases in kinds.items()}
    if {*words.values()} != {"proved", "refuted"}:
        return found, ()
    [meant] = [said for said, word in words.items() if word == "proved"]
    fails = next(case.reached for case in found if case.settled.said != meant)
    return kinds[meant], (fails,)


def _word(claim: Claim, cases: Iterable[Case]) -> str:
    return Judged(claim, tuple(case.reached for case in cases)).word


def _has_sums(claim: Claim) -> bool:
    """Whether it has a sum or a derivative."""
    parts = (part for side in (claim.left, claim.right) for part in walk(side))
    return any(isinstance(part, SumOver | Partial) for part in parts)


def _neurons(claim: Claim) -> list[Var]:
    """The letters of neurons that no sum binds."""
    letters = {v for side in (claim.left, claim.right) for v in free(side) if v.sort == NEURON}
    return sorted(letters, key=lambda letter: letter.name)


def _is_numbered_range(claim: Claim) -> bool:
    """Whether it is said of neurons 1, …, n at the end of its display, without layers."""
    some = any(role.role == "width" and not role.of for role in claim.roles)
    return some and not is_layered(claim.left, claim.right)


def _names_neurons(reading: Reading) -> bool:
    """Whether a line speaks of a neuron by its number or name."""
    return any(is_numbered(claim.left, claim.right) for claim in reading.claims)


def _of_all_networks(base: Base) -> Base:
    """The definitions without those of numbered neurons, 𝓔 = ½ e_5², and what reads them."""
    own = {name for name, (_, body) in base.definitions.items() if is_numbered(body)}
    if not own:
        return base
    own |= {name for name, (_, body) in base.definitions.items() if own & {*base.rests_on(body)}}
    definitions, written = (
        {name: one for name, one in table.items() if name not in own}
        for table in (base.definitions, base.written)
    )
    return replace(base, definitions=definitions, written=written)


def _with_activation(base: Base, one: Activation) -> Verdicts:
    """The verdicts about neurons that have this φ."""
    known = replace(base, activation=one)
    return Verdicts(Prover(known), Refuter(known), {})


def _is_local(case: Settled, letter: str) -> bool:
    """Whether it speaks of nothing but the field and the signal of the neuron of this letter."""
    places = set[str]()
    for side in (case.left, case.right):
        for part in walk(side):
            if isinstance(part, SumOver | Partial):
                return False
            if isinstance(part, Read) and not part.array.startswith("constant "):
                if part.array not in ("v", "y"):
                    return False
                places |= {i.name if isinstance(i, Var) else str(i) for i in part.at[:1]}
            if isinstance(part, Applied):
                places |= {i.name if isinstance(i, Var) else str(i) for i in part.at}
    return places == {letter}


def _as_judged(judged: Judged, original: Claim, claim: Claim) -> Judged:
    """What was found of a line, for the line as it was written, with what it was taken for."""
    line = replace(original, kind=claim.kind, one_sample=claim.one_sample, shares=claim.shares)
    cases = tuple(case.said_of(original.pairs) for case in judged.cases)
    return replace(judged, claim=line, cases=cases)


def _numbers(lines: Iterable[Judged], word: str) -> tuple[int, ...]:
    return tuple(one.claim.number for one in lines if one.word == word)


def _proved_in(reading: Reading, network: Given | None = None) -> frozenset[int]:
    """The lines of a document that are proved."""
    try:
        judge = _Judge(reading, network)
    except InputError:
        return frozenset()
    return frozenset(_numbers(map(judge.truth, judge.reading.claims), "proved"))


def _doubted(case: Reached, claim: Claim) -> Reached:
    """A line beside words that may deny it or be its condition.

    Words that narrow what is said leave a line true that is proved for more networks.
    """
    if claim.narrow and case.word == "proved":
        return case if () in case.under else replace(case, against=None)
    held = {"proved": "it holds", "refuted": "it fails"}.get(case.word)
    if held is None:
        return case
    with_ = " under assumptions" if case.under and case.under[0] else ""
    why = f"{held}{with_} as it stands, but {claim.doubt}"
    return Reached("open", case.roles, case.span, why=why)


def _unused(case: Reached, idle: Sequence[int]) -> Reached:
    """A line that is wrong without assumptions that are not used may be right with them."""
    if case.word != "refuted":
        return case
    why = f"it fails without {numbered(idle)}, which is assumed and not used here"
    return Reached("open", case.roles, case.span, why=why)


def _of_a_layer(case: Reached, letter: str) -> Reached:
    """A line that fails for hidden neurons may be right for those of a certain layer."""
    why = f"it fails for a hidden neuron {letter} of another layer than the text says"
    return replace(case, word="open", why=why) if case.word == "refuted" else case


def _unless(case: Reached, beyond: str) -> Reached:
    if case.word != "refuted":
        return case
    return replace(
        case, word="open", why=f"it fails for this range; another was not tried: {beyond}"
    )
