"""The kernel: it alone turns a derivation into verdicts.

A step says what and why; here it is decided.  `decide` compares exact polynomial normal forms
(`meaning.py`), a failed comparison is never called wrong until an exact instance shows it
(`evaluation.py`), and a proved claim that an exact instance contradicts stops everything.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import InitVar, dataclass, field, replace

from symbolic.algebra import Poly, scale, subtract
from symbolic.closed_forms import ClosedForms
from symbolic.derivation import (
    WORST_FIRST,
    ByAlgebra,
    ByAssumption,
    ByCertificate,
    ByChainRule,
    ByDefinition,
    ByDifferentiation,
    ByElementaryCalculus,
    ByLocalDerivative,
    ByRewriting,
    Derivation,
    Family,
    Finding,
    Hypothesis,
    Open,
    Proved,
    Refuted,
    Step,
    Unjustified,
    Verdict,
    Witness,
)
from symbolic.errors import InputError
from symbolic.forward import definitions
from symbolic.instances import contradicts, trial_witnesses
from symbolic.meaning import Env, Meaning
from symbolic.network import Network
from symbolic.terms import Equation, Mul, Num, Partial, PartialKind, Sign, Term, walk

Member = tuple[str, ...]
SEARCHED = 8
"""How many broken members of one line get a counterexample of their own."""

_SEAL = object()
CERTIFICATE = "the adjoint certificate"
RESTS_ON = (
    "the ring normal form and the forward rules (sum, product, reciprocal, dφ = φ'dv)",
    "the adjoint lemma: multipliers that cancel every tangent are the derivatives",
    "the chain rule, wherever every φ_j is differentiable at v_j",
    "the reading of the network and of the claimed rule, printed back here",
)
DIFFERENTIABLE = Hypothesis("differentiable", "every φ_j is differentiable at v_j")
BATCH = Hypothesis("N ≥ 1", "the batch has N ≥ 1 samples")
DISTRIBUTION = Hypothesis("Σ_k d_k = 1", "the targets of every sample add up to one")
NONZERO = Hypothesis("denominators ≠ 0", "no denominator that is written vanishes")


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
        needed = [DIFFERENTIABLE, BATCH]
        for finding in self.findings:
            if isinstance(finding.verdict, Proved):
                needed += finding.verdict.under
        return tuple(dict.fromkeys(needed))

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
    if any(not 0 <= n < len(derivation.steps) for n in derivation.goal):
        raise InputError("The goal names a line that the derivation does not have.")
    collecting = gc.isenabled()
    gc.disable()  # millions of small tuples and no cycles: collecting them costs a quarter
    try:
        findings = tuple(_Kernel(derivation, refute).findings())
    finally:
        if collecting:
            gc.enable()
    return Checked(derivation, findings, RESTS_ON, _SEAL)


@dataclass
class _Kernel:
    derivation: Derivation
    refute: bool
    meaning: Meaning = field(init=False)
    forms: ClosedForms = field(init=False)
    done: list[Finding] = field(default_factory=list)
    tables: dict[int, dict[int, Poly]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.meaning = Meaning(self.derivation.network)
        self.forms = ClosedForms(self.meaning)

    def findings(self) -> list[Finding]:
        for step in self.derivation.steps:
            self.done.append(self._finding(step))
        return self.done

    def _finding(self, step: Step) -> Finding:
        if isinstance(step.because, ByAssumption):
            return self._assumed(step)
        if not step.over.members:
            return Finding(Open("the line speaks of no neuron at all, so nothing was checked"))
        verdicts: dict[Member, Verdict] = {}
        under: dict[Hypothesis, None] = {}
        by, searched = "", 0
        for member in step.over.members:
            env = dict(zip(step.over.letters, member, strict=True))
            verdict = self._verdict(step, env)
            if isinstance(verdict, Proved):
                by = verdict.by
                if verdict.under:
                    under.update(dict.fromkeys(verdict.under))
                continue
            if self.refute and searched < SEARCHED:
                searched += 1
                verdict = self._refuted(step, member) or verdict
            elif self.refute and isinstance(verdict, Open):
                verdict = Open(f"it differs like the first {SEARCHED}; no numbers were searched")
            verdicts[member] = verdict
        if not any(hypothesis.sentence.startswith("assumed") for hypothesis in under):
            self._agree(step, verdicts)  # an instance need not satisfy what was assumed
        worst = min(verdicts.values(), key=lambda x: WORST_FIRST.index(type(x)), default=Proved(by))
        if isinstance(worst, Proved):
            worst = Proved(by, tuple(under))
        proved = Proved(by or CERTIFICATE, tuple(under))
        if verdicts:
            for member in step.over.members:
                verdicts.setdefault(member, proved)
        return Finding(worst, verdicts, len(step.over.members))

    def _assumed(self, step: Step) -> Finding:
        assert isinstance(step.because, ByAssumption)
        name = step.because.name
        return Finding(Proved("assumption", (Hypothesis(name, f"assumed: {name}"),)), checked=1)

    # --- deciding ------------------------------------------------------------------------------

    def _verdict(self, step: Step, env: Env) -> Verdict:
        """The verdict of one member by the step's own justification."""
        try:
            return _RULES[type(step.because)](self, step, env)
        except ZeroDivisionError:
            return Open("the line divides by an expression that is zero")

    def _citations(self, step: Step) -> tuple[Hypothesis, ...] | None:
        """The hypotheses of the cited lines, or None if one of them is not proved."""
        under: list[Hypothesis] = []
        for cited in step.uses:
            verdict = self.done[cited].verdict
            if not isinstance(verdict, Proved):
                return None
            under += verdict.under
        return tuple(under)

    def _definition(self, step: Step, env: Env) -> Verdict:
        """head = body, for an accepted definition; δ_j := −∂𝓔/∂v_j and Δw := −η ∂𝓔/∂w."""
        left, meaning = step.claim.left, self.meaning
        if not isinstance(left, Sign):
            return Unjustified(_member(step, env), "a definition has a single sign on its left")
        units = tuple(meaning.unit(index, env) for index in left.at)
        right = meaning.poly(step.claim.right, env, opaque=True)
        if left.letter == "delta":
            gradient = Partial(Sign("E"), Sign("v", left.at), PartialKind.TOTAL)
            wanted = scale(meaning.poly(gradient, env, opaque=True), -1)
        elif left.letter == "dw":
            gradient = Partial(Sign("E"), Sign("w", left.at), PartialKind.TOTAL)
            slope = meaning.poly(gradient, env, opaque=True)
            wanted = scale(meaning.ring.multiply(meaning.eta, slope), -1)
        elif (left.letter, "".join(units)) in meaning.bodies:
            wanted = meaning.body(left.letter, "".join(units))
        else:
            return Unjustified(_member(step, env), f"{left.letter} has no definition here")
        if right == wanted:
            return Proved("definition")
        return Unjustified(_member(step, env), "the definition reads otherwise")

    def _meant(self, step: Step, env: Env) -> tuple[Poly, Poly]:
        """Both sides with every derivative computed from the definitions."""
        claim, meaning = step.claim, self.meaning
        left, right = claim.left, claim.right
        if isinstance(left, Sign) and left.letter == "delta":
            wanted = meaning.truth(meaning.unit(left.at[0], env))
        elif isinstance(left, Sign) and left.letter == "dw":
            units = tuple(meaning.unit(index, env) for index in left.at)
            weight = (
                units[0] if len(units) == 1 else self.meaning.network.weight_of[units[0], units[1]]
            )
            wanted = meaning.ring.multiply(meaning.eta, meaning.weight_truth(weight))
        else:
            wanted = self._left_side(left, env)
        return wanted, meaning.poly(right, env)

    def _left_side(self, left: Term, env: Env) -> Poly:
        """A left side ∂𝓔/∂v_j (or −∂𝓔/∂v_j) is the gradient itself, not the letter δ_j."""
        meaning = self.meaning
        sign, inner = 1, left
        match left:
            case Mul((Num(value), Partial() as gradient)) if value == -1:
                sign, inner = -1, gradient
        if (
            isinstance(inner, Partial)
            and inner.kind is PartialKind.TOTAL
            and (inner.of.letter, inner.by.letter) == ("E", "v")
        ):
            return scale(meaning.truth(meaning.unit(inner.by.at[0], env)), -sign)
        return meaning.poly(left, env)

    def _equal(self, left: Poly, right: Poly, by: str) -> Verdict | None:
        """Equal normal forms; then with δ unfolded; then with φ' and denominators resolved."""
        if left == right:
            return Proved(by)
        return self.forms.resolve(subtract(left, right), by, DISTRIBUTION, NONZERO)

    def _by_meaning(self, name: str) -> Callable[[Step, Env], Verdict]:
        def decide(step: Step, env: Env) -> Verdict:
            left, right = self._meant(step, env)
            verdict = self._equal(left, right, name)
            return verdict or Open("the two normal forms differ, and no instance separates them")

        return decide

    def _certificate(self, step: Step, env: Env) -> Verdict:
        return self._by_meaning(CERTIFICATE)(step, env)

    def _differentiation(self, step: Step, env: Env) -> Verdict:
        """The expression must not lean on δ: it is 𝓔 differentiated, nothing else."""
        right = self.meaning.poly(step.claim.right, env)
        keys = self.meaning.ring.keys
        if any(keys[atom][0] == "delta" for monomial in right for atom in monomial):
            return Unjustified(_member(step, env), "a direct derivative does not contain δ")
        return self._by_meaning("direct differentiation of 𝓔(n)")(step, env)

    def _local(self, step: Step, env: Env) -> Verdict:
        left = step.claim.left
        direct = isinstance(left, Partial) and (
            left.kind is PartialKind.LOCAL
            or (left.of.letter == "E" and left.by.letter in ("e", "y"))
        )
        if not direct:
            return Unjustified(_member(step, env), "the left side is no partial derivative")
        found, right = self.meaning.poly(left, env), self.meaning.poly(step.claim.right, env)
        verdict = self._equal(found, right, "differentiating the definition")
        return verdict or Open("the definition differentiates to something else")

    def _chain(self, step: Step, env: Env) -> Verdict:
        """∂𝓔/∂b on the left; only partial derivatives on the right, and the two agree."""
        if not any(isinstance(part, Partial) for part in walk(step.claim.right)):
            return Unjustified(_member(step, env), "a chain rule line names partial derivatives")
        return self._by_meaning("the chain rule")(step, env)

    def _algebra(self, step: Step, env: Env) -> Verdict:
        left = self.meaning.poly(step.claim.left, env, opaque=True)
        right = self.meaning.poly(step.claim.right, env, opaque=True)
        if left == right:
            return Proved("algebra")
        return Unjustified(_member(step, env), "the two sides are not the same by algebra alone")

    def _elementary(self, step: Step, env: Env) -> Verdict:
        left = self.meaning.poly(step.claim.left, env)
        right = self.meaning.poly(step.claim.right, env)
        verdict = self._equal(left, right, "the neurons' own activation functions")
        return verdict or Open("the activation functions do not decide it")

    def _rewriting(self, step: Step, env: Env) -> Verdict:
        """Substitute the cited lines in order; what is left must be the same polynomial."""
        under = self._citations(step)
        if under is None:
            return Unjustified(_member(step, env), "it cites a line that is not proved")
        left = self.meaning.poly(step.claim.left, env, opaque=True)
        right = self.meaning.poly(step.claim.right, env, opaque=True)
        wanted = right
        if left == right:
            return Proved("putting the cited lines in", under)
        for cited in step.uses:
            table = self._table(cited)
            left, right = self.forms.substitute(left, table), self.forms.substitute(right, table)
            if left in (right, wanted):
                return Proved("putting the cited lines in", under)
        return Unjustified(_member(step, env), "it does not follow from the lines it cites")

    def _table(self, cited: int) -> dict[int, Poly]:
        """A cited line as replacements: its left atom by its right side, for every member."""
        if cited not in self.tables:
            step, table = self.derivation.steps[cited], {}
            for member in step.over.members:
                env = dict(zip(step.over.letters, member, strict=True))
                left = self.meaning.poly(step.claim.left, env, opaque=True)
                right = self.meaning.poly(step.claim.right, env, opaque=True)
                if len(left) == 1:
                    ((monomial, coefficient),) = left.items()
                    if len(monomial) == 1 and coefficient in (1, -1):
                        table[monomial[0]] = scale(right, coefficient)
            self.tables[cited] = table
        return self.tables[cited]

    # --- exact instances -----------------------------------------------------------------------

    def _refuted(self, step: Step, member: Member) -> Verdict | None:
        """Refuted where a proposed witness, evaluated exactly, separates the two sides."""
        from symbolic.diagnosis import diagnose  # only a broken line pays for loading these
        from symbolic.refutation import search

        network = self.derivation.network
        found = search(network, step.claim, step.over, members=(member,))
        if found is None:
            return None
        witness = replace(found.witness, eta=found.eta)
        sides = contradicts(network, step.claim, step.over, found.member, witness)
        if sides is None:
            return None
        told = diagnose(network, step.claim, step.over, member)
        nearest = told.repaired
        if nearest is not None:
            env = dict(zip(step.over.letters, member, strict=True))
            if not isinstance(self._verdict(replace(step, claim=nearest), env), Proved):
                nearest = None
        return Refuted(found.member, witness, *sides, told.sentence, nearest)

    def _agree(self, step: Step, verdicts: dict[Member, Verdict]) -> None:
        """Hold some proved members against an exact instance; stop loudly if they disagree."""
        network = self.derivation.network
        proved = [m for m in step.over.members if m not in verdicts]
        if not proved or len(network.synapses) > 400:
            return
        for member in dict.fromkeys((proved[0], proved[-1])):
            for witness in trial_witnesses(network):
                require_agreement(network, step, member, witness)


def require_agreement(network: Network, step: Step, member: Member, witness: Witness) -> None:
    """Raise `KernelDisagreementError` if a proved member fails at an exact instance."""
    sides = contradicts(network, step.claim, step.over, member, witness)
    if sides is not None:
        raise KernelDisagreementError(
            f"Proved for {member}, yet at {witness} the sides are {sides[0]} and {sides[1]}. "
            "Please report this as a bug; no verdict of this run may be believed."
        )


_RULES: dict[type, Callable[[_Kernel, Step, Env], Verdict]] = {
    ByDefinition: _Kernel._definition,
    ByLocalDerivative: _Kernel._local,
    ByChainRule: _Kernel._chain,
    ByRewriting: _Kernel._rewriting,
    ByAlgebra: _Kernel._algebra,
    ByElementaryCalculus: _Kernel._elementary,
    ByCertificate: _Kernel._certificate,
    ByDifferentiation: _Kernel._differentiation,
}


def _member(step: Step, env: Env) -> Member:
    return tuple(env[letter] for letter in step.over.letters)


def _require_seal(seal: object, what: str) -> None:
    if seal is not _SEAL:
        raise TypeError(f"A {what} is made by symbolic.proof alone, from a derivation it checked.")
