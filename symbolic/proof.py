"""The kernel: it alone turns a derivation into verdicts.

A step says what and why; `decisions.py` compares exact normal forms by that reason alone.  A
failed comparison is never called wrong until an exact instance shows it (`evaluation.py`), a proved
claim that an exact instance contradicts stops everything, and a claim proved under hypotheses that
no instance meets is not reported as proved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import InitVar, dataclass, field, replace

from symbolic.assumptions import satisfying
from symbolic.collecting import no_collecting
from symbolic.conditions import DISTRIBUTION, UNENFORCED, Needs, standing
from symbolic.decisions import Decisions
from symbolic.derivation import ByAssumption, Derivation, Family, Step
from symbolic.errors import InputError
from symbolic.forward import definitions
from symbolic.instances import Compared, compared, contradicts, trial_witnesses
from symbolic.network import Network
from symbolic.terms import Equation, height
from symbolic.verdicts import (
    WORST_FIRST,
    Finding,
    Hypothesis,
    Open,
    Proved,
    Refuted,
    Verdict,
    Witness,
)

Member = tuple[str, ...]
SEARCHED = 8
"""How many broken members of one line get a counterexample whatever the size of the network."""
EFFORT = 200_000
"""Broken members times synapses up to which the others get one as well."""
UNFOLDED = 200
"""How many broken members of one line are unfolded before the rest is compared as it stands."""
DEEPEST = 120
"""How deep a line may be nested."""
HELD = 400
"""Synapses up to which every proved line is held against exact instances."""

_SEAL = object()
RESTS_ON = (
    "the ring normal form (both sides multiplied out and compared term by term) and the forward "
    "rules (sum, product, reciprocal, chain rule at φ)",
    "the adjoint lemma: if small pushes of the v_j change the cost by minus the sum of δ_j times "
    "push, whatever the pushes are, then every δ_j is minus the derivative of the cost",
    "the chain rule, wherever every φ_j is differentiable at v_j",
    "the reading of the network and of the claimed rule, printed back here",
)


class KernelDisagreementError(AssertionError):
    """A claim was proved and an exact instance contradicts it: a bug; nothing may be believed."""


@dataclass(frozen=True)
class Theorem:
    """Claims proved for a network: what holds, for which members, under what, resting on what.

    Obtainable only from a fully proved `Checked`.
    """

    network: Network
    statement: tuple[tuple[Equation, Family], ...]
    hypotheses: tuple[Hypothesis, ...]
    rests_on: tuple[str, ...]
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        _require_seal(seal, "Theorem")


@dataclass(frozen=True)
class Checked:
    """A derivation with one finding for each step, made by `check` alone."""

    derivation: Derivation
    findings: tuple[Finding, ...]
    rests_on: tuple[str, ...] = RESTS_ON
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        _require_seal(seal, "Checked")

    @property
    def network(self) -> Network:
        """The network the derivation is about."""
        return self.derivation.network

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all steps."""
        return min((f.verdict for f in self.findings), key=lambda x: WORST_FIRST.index(type(x)))

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """Everything some proved step needs, and what every derivative here needs."""
        under = [*standing(self.network)]
        for finding in self.findings:
            if isinstance(finding.verdict, Proved):
                under += finding.verdict.under
        return tuple(dict.fromkeys(under))

    def theorem(self) -> Theorem:
        """The goal as a theorem; raises `ValueError` unless every step is proved."""
        if not self.findings or not isinstance(self.verdict, Proved):
            raise ValueError("Only a derivation whose every step is proved yields a theorem.")
        steps = self.derivation.steps
        goal = tuple((steps[n].claim, steps[n].over) for n in self.derivation.goal)
        return Theorem(self.network, goal, self.hypotheses, self.rests_on, _SEAL)


def check(derivation: Derivation, *, refute: bool = True) -> Checked:
    """Give every step its verdict, for every member of its family.

    Raises `InputError` for a line that cites a later one or a definition that is not the
    network's own, and `KernelDisagreementError` if the kernel contradicts an exact instance.
    """
    if derivation.given != definitions(derivation.network):
        raise InputError("The definitions of a derivation are its network's own; nothing else.")
    for n, step in enumerate(derivation.steps):
        if any(not 0 <= cited < n for cited in step.uses):
            raise InputError(f"Line {n + 1} cites {step.uses}; a line may cite earlier lines only.")
        if any(len(member) != len(step.over.letters) for member in step.over.members):
            raise InputError(f"Line {n + 1}: each member of a family has a name for each letter.")
    if any(not 0 <= n < len(derivation.steps) for n in derivation.goal):
        raise InputError("The goal names a line that the derivation does not have.")
    with no_collecting():
        findings = tuple(_Kernel(derivation, refute).findings())
    return Checked(derivation, findings, RESTS_ON, _SEAL)


@dataclass
class _Kernel:
    derivation: Derivation
    refute: bool
    done: list[Finding] = field(default_factory=list)
    decisions: Decisions = field(init=False)
    needs: Needs = field(init=False)

    def __post_init__(self) -> None:
        self.decisions = Decisions(self.derivation, self.done)
        self.needs = Needs(self.derivation.network)

    def findings(self) -> list[Finding]:
        for step in self.derivation.steps:
            self.done.append(self._finding(step))
        return self.done

    def _finding(self, step: Step) -> Finding:
        """The worst verdict of the members, and the verdict of each where they are not all one."""
        members = step.over.members
        if not members:
            return Finding(Open("the line speaks of no neuron at all, so nothing was checked"))
        if max(height(step.claim.left), height(step.claim.right)) > DEEPEST:
            return Finding(Open(f"the line is nested more than {DEEPEST} deep"))
        verdicts: dict[Member, Verdict] = {}
        proved = self.decisions.family(step)
        if proved is None:
            proved = self._member_by_member(step, verdicts)
        under = (*proved.under, *self.needs.of(step.claim, step.over))
        held = self._held(step, Proved(proved.by, tuple(dict.fromkeys(under))), verdicts)
        if verdicts:
            for member in members:
                verdicts.setdefault(member, held)
        worst = min((held, *verdicts.values()), key=lambda x: WORST_FIRST.index(type(x)))
        return Finding(worst, verdicts, len(members))

    def _member_by_member(self, step: Step, verdicts: dict[Member, Verdict]) -> Proved:
        """Fill in the members that are not proved; what the others are proved by, and under."""
        under: dict[Hypothesis, None] = {}
        by, most = "", max(SEARCHED, EFFORT // (1 + len(self.derivation.network.synapses)))
        for member in step.over.members:
            env = dict(zip(step.over.letters, member, strict=True))
            self.decisions.brief = len(verdicts) >= UNFOLDED
            verdict = self.decisions.verdict(step, env)
            if isinstance(verdict, Proved):
                by = verdict.by
                under.update(dict.fromkeys(verdict.under))
                continue
            if self.refute and len(verdicts) < most:
                verdict = self._refuted(step, member, first=not verdicts) or verdict
            elif self.refute and isinstance(verdict, Open):
                verdict = Open(f"it differs like the first {most}; no numbers were searched")
            verdicts[member] = verdict
        self.decisions.brief = False
        return Proved(by, tuple(under))

    # --- exact instances -----------------------------------------------------------------------

    def _refuted(self, step: Step, member: Member, first: bool) -> Refuted | None:
        """Refuted where a proposed witness, evaluated exactly, separates the two sides.

        The first broken member of a line gets the smallest witness and a diagnosis.
        """
        network, assumed = self.derivation.network, self._assumed(step)
        if assumed:
            for witness in self._meeting(assumed, step, member):
                sides = contradicts(network, step.claim, step.over, member, witness)
                if sides is not None:
                    return Refuted(member, witness, *sides)
            return None
        from symbolic.diagnosis import diagnose  # only a broken line pays for loading these
        from symbolic.refutation import search

        terms = (DISTRIBUTION.name,) if network.cost.distribution else ()
        found = search(network, step.claim, step.over, (member,), terms, smallest=first)
        if found is None:
            return None
        witness = replace(found.witness, eta=found.eta)
        sides = contradicts(network, step.claim, step.over, found.member, witness)
        if sides is None:
            return None
        if not first:
            return Refuted(found.member, witness, *sides)
        slip = diagnose(network, step.claim, step.over, member, terms)
        nearest = slip.repaired
        if nearest is not None:
            env = dict(zip(step.over.letters, member, strict=True))
            if not isinstance(self.decisions.verdict(replace(step, claim=nearest), env), Proved):
                nearest = None
        return Refuted(found.member, witness, *sides, slip.sentence, nearest)

    def _held(self, step: Step, proved: Proved, verdicts: dict[Member, Verdict]) -> Verdict:
        """Hold what is proved against exact instances: stop if they disagree, open if none fits.

        Where hypotheses are needed some instance must meet them; else the proof would be vacuous.
        """
        members = [member for member in step.over.members if member not in verdicts]
        network = self.derivation.network
        if not members or isinstance(step.because, ByAssumption):
            return proved
        restricted = any(h.assumed is not None or h in UNENFORCED for h in proved.under)
        if len(network.synapses) > HELD and not restricted:
            return proved
        needed_lines = {h.assumed for h in proved.under}
        assumed = [s for s in self._assumed(step) if s.claim in needed_lines]
        told = 0
        for member in dict.fromkeys((members[0], members[-1])):
            for witness in self._meeting(assumed, step, member):
                told += require_agreement(network, step, member, witness).told
        if restricted and not told:
            names = " and ".join(hypothesis.name for hypothesis in proved.under)
            return Open(f"proved under {names}, but no instance was found that meets this")
        return proved

    def _assumed(self, step: Step) -> list[Step]:
        """The assumed lines that a step cites, directly or through what it cites."""
        steps, waiting, seen = self.derivation.steps, list(step.uses), set[int]()
        while waiting:
            number = waiting.pop()
            if number not in seen:
                seen.add(number)
                waiting += steps[number].uses
        return [steps[n] for n in sorted(seen) if isinstance(steps[n].because, ByAssumption)]

    def _meeting(self, assumed: list[Step], step: Step, member: Member) -> Iterator[Witness]:
        """A few witnesses: those that meet the assumed lines, in a large network sparse ones."""
        network = self.derivation.network
        if assumed:
            return satisfying(network, assumed)
        if len(network.synapses) <= HELD:
            return trial_witnesses(network)
        from symbolic.refutation import instances  # only a restricted line of a large network

        return (at.witness for at in instances(network, step.claim, step.over, member))


def require_agreement(network: Network, step: Step, member: Member, witness: Witness) -> Compared:
    """What an instance says; raises `KernelDisagreementError` if a proved member fails there."""
    found = compared(network, step.claim, step.over, member, witness)
    if found.apart is not None:
        raise KernelDisagreementError(
            f"Proved for {member}, yet at {witness} the sides are {found.apart}. "
            "Please report this as a bug; no verdict of this run may be believed."
        )
    return found


def _require_seal(seal: object, what: str) -> None:
    if seal is not _SEAL:
        raise TypeError(f"A {what} is made by symbolic.proof alone, from a derivation it checked.")
