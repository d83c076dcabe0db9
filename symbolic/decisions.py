"""One decision for each justification: does this line hold for this member, by what it names?

`_RULES` is the table.  Every answer is an exact comparison of normal forms; no rule searches, and
none looks at later lines.  Part of the trusted kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

from symbolic.algebra import Key, Poly, TooLargeError, scale, subtract
from symbolic.assumptions import solved
from symbolic.closed_forms import ClosedForms, atoms
from symbolic.derivation import (
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
    Step,
)
from symbolic.errors import InputError
from symbolic.meaning import Env
from symbolic.schema import holds
from symbolic.tangents import Tangents
from symbolic.terms import Equation, Mul, Num, Partial, PartialKind, Sign, Term, walk
from symbolic.verdicts import Finding, Hypothesis, Open, Proved, Unjustified, Verdict

CERTIFICATE = "the adjoint certificate"
ALL_SUBSETS = 4
"""Up to so many cited facts the smallest set that suffices is looked for; beyond, all are used."""

Fact = tuple[dict[int, Poly], tuple[Hypothesis, ...]]


class Decisions:
    """The decisions of one derivation; `done` are the findings of its earlier lines."""

    def __init__(self, derivation: Derivation, done: Sequence[Finding]) -> None:
        self.derivation, self.done = derivation, done
        self.meaning = Tangents(derivation.network)
        self.forms = ClosedForms(self.meaning)
        self._tables: dict[tuple[int, bool], dict[int, Poly]] = {}
        self.brief = False
        """Whether plain normal forms alone are compared, nothing unfolded."""

    def verdict(self, step: Step, env: Env) -> Verdict:
        """The verdict of one member by the step's own justification."""
        try:
            return _RULES[type(step.because)](self, step, env)
        except ZeroDivisionError:
            return Open("the line divides by an expression that is zero")
        except TooLargeError:
            return Open("the line is too large to write out")
        except InputError as error:
            return Unjustified(_member(step, env), error.what)

    def family(self, step: Step) -> Proved | None:
        """The line proved for all members at once, where it is their adjoint identity."""
        if not isinstance(step.because, ByCertificate):
            return None
        network = self.derivation.network
        if not step.over.members or not holds(step.claim, step.over, network):
            return None
        return Proved(CERTIFICATE)

    # --- what is cited -------------------------------------------------------------------------

    def cited(self, step: Step) -> tuple[Hypothesis, ...] | None:
        """The hypotheses of the cited lines, or None if one of them is not proved."""
        under: list[Hypothesis] = []
        for number in step.uses:
            verdict = self.done[number].verdict
            if not isinstance(verdict, Proved):
                return None
            under += verdict.under
        return tuple(dict.fromkeys(under))

    def _facts(self, step: Step) -> list[Fact]:
        """What each proved cited line lets the kernel replace, with its hypotheses."""
        facts: list[Fact] = []
        for number in step.uses:
            verdict = self.done[number].verdict
            if isinstance(verdict, Proved):
                facts.append((self._table(number, opaque=False), verdict.under))
        return facts

    def _table(self, number: int, opaque: bool) -> dict[int, Poly]:
        """A cited line as replacements: its left atom by its right side, for every member."""
        if (number, opaque) not in self._tables:
            step, table = self.derivation.steps[number], dict[int, Poly]()
            for member in step.over.members:
                env = dict(zip(step.over.letters, member, strict=True))
                left = self.meaning.poly(step.claim.left, env, opaque)
                right = self.meaning.poly(step.claim.right, env, opaque)
                table |= self._replacement(left, right)
            self._tables[number, opaque] = table
        return self._tables[number, opaque]

    def _replacement(self, left: Poly, right: Poly) -> dict[int, Poly]:
        if len(left) == 1:
            ((monomial, coefficient),) = left.items()
            if len(monomial) == 1 and coefficient in (1, -1):
                return {monomial[0]: scale(right, coefficient)}
        residual = subtract(left, right)
        plain = {atom for monomial in residual for atom in monomial}
        return solved(residual, frozenset(atoms(self.meaning, residual)) - plain)

    # --- by the meaning of both sides ----------------------------------------------------------

    def _meant(self, claim: Equation, env: Env) -> tuple[Poly, Poly]:
        """Both sides with every derivative computed from the definitions."""
        left, meaning = claim.left, self.meaning
        match left:
            case Sign("delta", (j,)):
                wanted = self._gradient(meaning.unit(j, env))
            case Sign("dw"):
                slope = meaning.weight_truth(meaning.weight(left, env))
                wanted = meaning.ring.multiply(meaning.eta, slope)
            case _:
                wanted = self._left_side(left, env)
        return wanted, meaning.poly(claim.right, env)

    def _gradient(self, unit: str) -> Poly:
        if unit not in self.derivation.network.neuron:
            raise InputError(f"δ is defined for neurons; {unit!r} is none.")
        return self.meaning.truth(unit)

    def _left_side(self, left: Term, env: Env) -> Poly:
        """A left side ∂𝓔/∂v_j (or −∂𝓔/∂v_j) is the gradient itself, not the letter δ_j."""
        sign, inner = 1, left
        match left:
            case Mul((Num(value), Partial() as gradient)) if value == -1:
                sign, inner = -1, gradient
        match inner:
            case Partial(Sign("E"), Sign("v", (j,)), PartialKind.TOTAL):
                return scale(self._gradient(self.meaning.unit(j, env)), -sign)
        return self.meaning.poly(left, env)

    def _equal(self, left: Poly, right: Poly, by: str, facts: Sequence[Fact] = ()) -> Proved | None:
        """Equal normal forms, or a residual that vanishes by the fewest of the facts."""
        if left == right:
            return Proved(by)
        if self.brief:
            return None
        residual = subtract(left, right)
        for chosen in _choices(facts):
            under = self.forms.resolve(residual, [table for table, _ in chosen])
            if under is not None:
                carried = [hypothesis for _, under_it in chosen for hypothesis in under_it]
                return Proved(by, tuple(dict.fromkeys((*carried, *under))))
        return None

    def _by_meaning(self, step: Step, env: Env, by: str) -> Verdict:
        left, right = self._meant(step.claim, env)
        verdict = self._equal(left, right, by, self._facts(step))
        return verdict or Open("the two normal forms differ, and no instance separates them")

    # --- one rule for each justification -------------------------------------------------------

    def certificate(self, step: Step, env: Env) -> Verdict:
        """The adjoint identity of this member."""
        return self._by_meaning(step, env, CERTIFICATE)

    def differentiation(self, step: Step, env: Env) -> Verdict:
        """The expression must not lean on δ: it is 𝓔 differentiated, nothing else."""
        if any(key[0] in ("delta", "partial") for key in self._parts(step.claim.right, env)):
            return Unjustified(_member(step, env), "a direct derivative contains no δ and no ∂")
        return self._by_meaning(step, env, "direct differentiation of 𝓔(n)")

    def definition(self, step: Step, env: Env) -> Verdict:
        """head = body, for an accepted definition; δ_j := −∂𝓔/∂v_j and Δw := −η ∂𝓔/∂w."""
        left, meaning = step.claim.left, self.meaning
        if not isinstance(left, Sign):
            return Unjustified(_member(step, env), "a definition has a single sign on its left")
        right = meaning.poly(step.claim.right, env, opaque=True)
        units = meaning.units(left, env)
        if left.letter == "delta":
            gradient = Partial(Sign("E"), Sign("v", left.at), PartialKind.TOTAL)
            wanted = scale(meaning.poly(gradient, env, opaque=True), -1)
        elif left.letter == "dw":
            gradient = Partial(Sign("E"), Sign("w", left.at), PartialKind.TOTAL)
            slope = meaning.poly(gradient, env, opaque=True)
            wanted = scale(meaning.ring.multiply(meaning.eta, slope), -1)
        elif (left.letter, units) in meaning.bodies:
            wanted = meaning.body(left.letter, units)
        else:
            return Unjustified(_member(step, env), f"{left.letter} has no definition here")
        if right == wanted:
            return Proved("definition")
        return Unjustified(_member(step, env), "the definition reads otherwise")

    def local(self, step: Step, env: Env) -> Verdict:
        """∂a/∂b of one definition; ∂𝓔/∂e_j, and ∂𝓔/∂y_j of an output that feeds no neuron."""
        left = step.claim.left
        if not isinstance(left, Partial) or not self._one_definition(left, env):
            return Unjustified(_member(step, env), "the left side differentiates no one definition")
        found, right = self.meaning.poly(left, env), self.meaning.poly(step.claim.right, env)
        verdict = self._equal(found, right, "differentiating the definition")
        return verdict or Open("the definition differentiates to something else")

    def _one_definition(self, left: Partial, env: Env) -> bool:
        if left.kind is PartialKind.LOCAL:
            return True
        if left.of.letter != "E" or left.by.letter not in ("e", "y"):
            return False
        network, (unit,) = self.derivation.network, self.meaning.units(left.by, env)
        return left.by.letter == "e" or not network.successors.get(unit, ())

    def chain(self, step: Step, env: Env) -> Verdict:
        """∂𝓔/∂b on the left; other partial derivatives on the right, and the two agree."""
        if not any(isinstance(part, Partial) for part in walk(step.claim.right)):
            return Unjustified(_member(step, env), "a chain rule line names partial derivatives")
        own = self._parts(step.claim.left, env)
        for key in tuple(own):
            match key:
                case ("partial", _, "E", _, "v", (unit,)):
                    own.add(("delta", unit))
        if own & self._parts(step.claim.right, env):
            return Unjustified(_member(step, env), "the right side contains the left side")
        return self._by_meaning(step, env, "the chain rule")

    def _parts(self, side: Term, env: Env) -> set[Key]:
        """The keys of every atom of one side, derivatives and δ left as they are written."""
        poly = self.meaning.poly(side, env, opaque=True)
        return {self.meaning.ring.keys[atom] for atom in atoms(self.meaning, poly)}

    def algebra(self, step: Step, env: Env) -> Verdict:
        """The same polynomial, with e_j = d_j − y_j and y_j = φ_j(v_j) read as definitions."""
        left = self.meaning.poly(step.claim.left, env, opaque=True)
        right = self.meaning.poly(step.claim.right, env, opaque=True)
        if left == right:
            return Proved("algebra")
        return Unjustified(_member(step, env), "the two sides are not the same by algebra alone")

    def elementary(self, step: Step, env: Env) -> Verdict:
        """The neurons' own φ and φ' put in."""
        left = self.meaning.poly(step.claim.left, env)
        right = self.meaning.poly(step.claim.right, env)
        by = "the neurons' own activation functions"
        verdict = self._equal(left, right, by, self._facts(step))
        return verdict or Open("the activation functions do not decide it")

    def rewriting(self, step: Step, env: Env) -> Verdict:
        """Substitute the cited lines in order; what is left must be the same polynomial."""
        under = self.cited(step)
        if under is None:
            return Unjustified(_member(step, env), "it cites a line that is not proved")
        left = self.meaning.poly(step.claim.left, env, opaque=True)
        right = self.meaning.poly(step.claim.right, env, opaque=True)
        wanted = right
        if left == right:
            return Proved("substitution of the cited lines", under)
        for number in step.uses:
            table = self._table(number, opaque=True)
            left, right = self.forms.substitute(left, table), self.forms.substitute(right, table)
            if left in (right, wanted):
                return Proved("substitution of the cited lines", under)
        return Unjustified(_member(step, env), "it does not follow from the lines it cites")

    def assumption(self, step: Step, env: Env) -> Verdict:
        """Taken as it stands; every line that uses it carries it as a hypothesis."""
        assert isinstance(step.because, ByAssumption)
        for side in (step.claim.left, step.claim.right):
            self.meaning.poly(side, env)  # raises where it has no meaning in this network
        name = step.because.name
        return Proved("assumption", (Hypothesis(name, "assumed", step.claim),))


_RULES: dict[type, Callable[[Decisions, Step, Env], Verdict]] = {
    ByDefinition: Decisions.definition,
    ByLocalDerivative: Decisions.local,
    ByChainRule: Decisions.chain,
    ByRewriting: Decisions.rewriting,
    ByAlgebra: Decisions.algebra,
    ByElementaryCalculus: Decisions.elementary,
    ByCertificate: Decisions.certificate,
    ByDifferentiation: Decisions.differentiation,
    ByAssumption: Decisions.assumption,
}


def _choices(facts: Sequence[Fact]) -> list[tuple[Fact, ...]]:
    """Sets of facts, the smallest first."""
    if len(facts) > ALL_SUBSETS:
        return [(), tuple(facts)]
    return [chosen for size in range(len(facts) + 1) for chosen in combinations(facts, size)]


def _member(step: Step, env: Env) -> tuple[str, ...]:
    return tuple(env[letter] for letter in step.over.letters)
