"""The kernel of the general theorems: it alone turns a statement about all sizes into verdicts.

The decision is the adjoint certificate of `adjoints.py`.  A rule whose proof fails is open: that
two normal forms differ does not refute it.  What a proof needs is read off the program as written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import InitVar, dataclass

from symbolic import adjoints
from symbolic.adjoints import Checker
from symbolic.arrays import Abstract, Definition, Program, Rule
from symbolic.indexed import Add, Count, Expr, Fn, Get, Mul, Num, Opaque, Pow, Sum, walk
from symbolic.labelling import TooLargeError
from symbolic.partials import KINKED
from symbolic.statements import Claim, Statement
from symbolic.verdicts import WORST_FIRST, Hypothesis, Open, Proved, Verdict

_SEAL = object()
RESTS_ON = (
    "the normal form of the index calculus and the forward rules (sum, product, df(u) = f'du)",
    "the adjoint lemma: multipliers that cancel every tangent are the derivatives",
    "the chain rule, wherever every function is differentiable at its argument",
    "the order of the program: every element is computed from earlier ones, so tangents are unique",
)
BY_CERTIFICATE = "the adjoint identity"
BY_INDUCTION = "induction along the order of the program"

SIZES = Hypothesis("all sizes ≥ 1", "every size (width, depth, N, T) is a positive integer")
NO_CYCLES = "no cycles"
CALLED = {"phi": "φ_j", "C": "C_k", "cost": "the cost", "E0": "𝓔_0", "prod": "P_c"}
OFF_ZERO = Hypothesis("denominators ≠ 0", "no denominator that is written vanishes")
OFF_KINKS = Hypothesis("off the kinks", "no argument of relu or step is 0")
POSITIVE = Hypothesis("arguments > 0", "what stands under ln or a root is positive")


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
    if not isinstance(found, adjoints.Proved):
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
    parts = [part for expr in (*_written(program), claim.body) for part in walk(expr)]
    positive = _positive_arrays(program)
    found += [needs for part in parts if (needs := _condition(part, positive)) is not None]
    return tuple(dict.fromkeys(found))


def _differentiable(program: Program) -> Iterator[Hypothesis]:
    names = {
        part.name for expr in _written(program) for part in walk(expr) if isinstance(part, Opaque)
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


def _condition(part: Expr, positive: frozenset[str]) -> Hypothesis | None:
    """What the operation needs of its argument, where that is not plain from its form."""
    match part:
        case Pow(base, exponent) if exponent.denominator > 1 and not _positive(base, positive):
            return POSITIVE
        case Pow(base, exponent) if exponent < 0 and not _positive(base, positive):
            return OFF_ZERO
        case Fn("ln", inner) if not _positive(inner, positive):
            return POSITIVE
        case Fn(name, _) if name in KINKED:
            return OFF_KINKS
    return None


def _positive(expr: Expr, arrays: frozenset[str]) -> bool:
    """Whether the expression is positive by its form, given that the entries of `arrays` are."""
    match expr:
        case Num(value):
            return value > 0
        case Get(array):
            return array in arrays
        case Add(parts) | Mul(parts):
            return all(_positive(part, arrays) for part in parts)
        case Pow(base):
            return _positive(base, arrays)
        case Sum(over, body):
            return over.sort.last is None and _positive(body, arrays)
        case _:
            return isinstance(expr, Count) or (isinstance(expr, Fn) and expr.name == "exp")


def _positive_arrays(program: Program) -> frozenset[str]:
    """The arrays that are positive by their definition, all indices plain."""
    found: frozenset[str] = frozenset()
    for d in program.definitions:
        if isinstance(d, Definition) and _positive(d.body, found):
            found |= {d.array}
    return found


def _written(program: Program) -> Iterable[Expr]:
    """Every expression that the program writes."""
    cost = program.cost
    if not isinstance(cost, Abstract):
        yield cost
    for d in (*program.definitions, *([cost] if isinstance(cost, Abstract) else [])):
        if isinstance(d, Abstract):
            yield from (local.slope for local in d.partials)
        else:
            yield d.body


def _require_seal(seal: object, what: str) -> None:
    if seal is not _SEAL:
        raise TypeError(f"A {what} is made by symbolic.general alone, from a statement it checked.")
