"""The kernel of the general theorems: it alone turns a statement about all sizes into verdicts.

The decision is the adjoint certificate of `adjoints.py`.  A rule whose proof fails is open: that
two normal forms differ does not refute it.  What a proof needs is read off the program as written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import InitVar, dataclass

from symbolic import adjoint_checks
from symbolic.adjoint_checks import Checker
from symbolic.array_conditions import conditions, written
from symbolic.arrays import Abstract, Program, Rule
from symbolic.indexed import Opaque, walk
from symbolic.labelling import TooLargeError
from symbolic.statements import Claim, Statement
from symbolic.verdicts import WORST_FIRST, Hypothesis, Open, Proved, Verdict

_SEAL = object()
RESTS_ON = (
    "the normal form of the index calculus (both sides multiplied out, indices renamed, compared "
    "term by term) and the forward rules (sum, product, f(u) has the slope f'(u))",
    "the adjoint lemma: if small pushes of all elements change the cost by the sum of multiplier "
    "times push, whatever the pushes are, then every multiplier is a derivative of the cost",
    "the chain rule, wherever every function is differentiable at its argument",
    "the order of the program: every element is computed from earlier ones, so tangents are unique",
)
BY_CERTIFICATE = "the adjoint identity"
BY_INDUCTION = "induction along the order of the program"

SIZES = Hypothesis("all sizes ≥ 1", "every size (width, depth, N, T) is a positive integer")
NO_CYCLES = "no cycles"
CALLED = {"phi": "φ_j", "C": "C_k", "cost": "the cost", "E0": "𝓔_0", "prod": "P_c"}


@dataclass(frozen=True)
class RuleFinding:
    """The verdict of one rule and, where it is proved, how: arrays opened, derivatives put in."""

    claim: Claim
    verdict: Verdict
    unfolded: tuple[str, ...] = ()
    eliminated: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckedStatement:
    """A statement with one finding for each rule, made by `check` alone."""

    statement: Statement
    findings: tuple[RuleFinding, ...]
    rests_on: tuple[str, ...] = RESTS_ON
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        _require_seal(seal, "CheckedStatement")

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all rules; open where there is none."""
        verdicts = [f.verdict for f in self.findings] or [Open("the statement has no rule")]
        return min(verdicts, key=lambda x: WORST_FIRST.index(type(x)))

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """Everything that some proved rule needs."""
        proved = (f.verdict for f in self.findings if isinstance(f.verdict, Proved))
        return tuple(dict.fromkeys(h for verdict in proved for h in verdict.under))

    def theorem(self) -> GeneralTheorem:
        """The statement as a theorem; raises `ValueError` unless every rule is proved."""
        if not isinstance(self.verdict, Proved):
            raise ValueError("Only a statement whose every rule is proved yields a theorem.")
        return GeneralTheorem(self.statement, self.hypotheses, self.rests_on, _SEAL)


@dataclass(frozen=True)
class GeneralTheorem:
    """Rules proved for all sizes: of which program, under what, resting on what.

    Obtainable only from a fully proved `CheckedStatement`.
    """

    statement: Statement
    hypotheses: tuple[Hypothesis, ...]
    rests_on: tuple[str, ...]
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        _require_seal(seal, "GeneralTheorem")


def check(statement: Statement) -> CheckedStatement:
    """Give every rule its verdict, under as few of the offered hypotheses as it can do with.

    Raises `InputError` where the program has no order or a rule is ill-formed.

    >>> from symbolic.theorems import GENERAL
    >>> check(GENERAL[0]).theorem().statement.title
    'The output rule and the hidden rule'
    """
    checker = Checker(statement.program, statement.offered)
    findings = tuple(_finding(statement, checker, claim) for claim in statement.rules)
    return CheckedStatement(statement, findings, RESTS_ON, _SEAL)


def _finding(statement: Statement, checker: Checker, claim: Claim) -> RuleFinding:
    try:
        found = checker.check(claim)
    except TooLargeError as error:
        return RuleFinding(claim, Open(str(error)))
    if not isinstance(found, adjoint_checks.Proved):
        return RuleFinding(
            claim, Open("the normal forms of the two sides differ; this refutes nothing")
        )
    used = [h for h in statement.offered if h.name in found.under]
    by = BY_CERTIFICATE if isinstance(claim, Rule) else BY_INDUCTION
    under = (*standing(statement.program, claim), *(Hypothesis(h.name, h.name) for h in used))
    return RuleFinding(claim, Proved(by, under), found.unfolded, found.eliminated)


def standing(program: Program, claim: Claim) -> tuple[Hypothesis, ...]:
    """What a rule of this program needs in order to have a meaning.

    >>> from symbolic.theorems import GENERAL
    >>> [h.name for h in standing(GENERAL[0].program, GENERAL[0].rules[0])]
    ['all sizes ≥ 1', 'no cycles', 'φ_j differentiable']
    """
    found = [SIZES]
    found += [
        Hypothesis(
            NO_CYCLES, f"in some order of the neurons, {a.array} is 0 unless it goes forward"
        )
        for a in program.acyclic
    ]
    if isinstance(claim, Rule):
        found += _differentiable(program)
    return tuple(dict.fromkeys((*found, *conditions(program, claim.body))))


def _differentiable(program: Program) -> Iterator[Hypothesis]:
    names = {
        part.name for expr in written(program) for part in walk(expr) if isinstance(part, Opaque)
    }
    for name in sorted(names):
        sign = CALLED.get(name, name)
        yield Hypothesis(
            f"{sign} differentiable", f"every {sign} is differentiable at its argument"
        )
    unknown = [d.array for d in program.definitions if isinstance(d, Abstract)]
    unknown += ["cost"] if isinstance(program.cost, Abstract) else []
    for name in (CALLED.get(name, name) for name in unknown):
        yield Hypothesis(
            f"{name} differentiable", f"{name} is differentiable there, with the partials named"
        )


def _require_seal(seal: object, what: str) -> None:
    if seal is not _SEAL:
        raise TypeError(f"A {what} is made by symbolic.general alone, from a statement it checked.")
