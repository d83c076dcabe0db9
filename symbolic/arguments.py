"""The argument behind a general theorem, term by term, for a reader to follow.

Every defined array a is moved at once.  Its movement ȧ is its definition differentiated by the
forward rules, and the adjoint identity

    Q := movement of the cost + Σ over a of Σ ∂cost/∂a · (differentiated definition of a − ȧ)

is zero if the coefficient of each ȧ is.  Nothing here decides: the normal forms that
`general.check` has compared are written back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from symbolic.adjoints import Adjoints
from symbolic.arrays import Abstract, Definition, Program, Rule
from symbolic.general import CheckedStatement, RuleFinding
from symbolic.indexed import Expr, Sort, Var, walk
from symbolic.indices import Calculus
from symbolic.monomials import Normal, accumulate
from symbolic.partials import derivative, written
from symbolic.statements import Statement
from symbolic.verdicts import Proved

MOVED = "˙"  # before the name of an array: its movement


@dataclass(frozen=True)
class Movement:
    """array[at] moves by body; no array stands for the cost."""

    array: str
    at: tuple[Var, ...]
    body: Expr


@dataclass(frozen=True)
class Coefficient:
    """What stands in Q before the movement of array[at], apart from -∂cost/∂array[at] itself.

    Each part is a term of ∂cost/∂array[at] with the array through which it comes, "" for the cost.
    """

    array: str
    at: tuple[Var, ...]
    parts: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True)
class Closing:
    """Both sides of one rule as normal forms, after what the proof puts in."""

    finding: RuleFinding
    derived: Expr
    claimed: Expr


@dataclass(frozen=True)
class Argument:
    """The steps in the order of the page."""

    movements: tuple[Movement, ...]
    coefficients: tuple[Coefficient, ...]
    closings: tuple[Closing, ...]


def argument(checked: CheckedStatement) -> Argument:
    """The argument for the proved rules of a statement.

    >>> from symbolic.general import check
    >>> from symbolic.theorems import GENERAL
    >>> [c.array for c in argument(check(GENERAL[0])).coefficients]
    ['e', 'y', 'v', 'w']
    """
    statement = checked.statement
    plain = Adjoints(statement.program)
    rules = [f for f in checked.findings if isinstance(f.claim, Rule)]
    moved = _moved(statement) if rules else ()
    return Argument(
        tuple(_movements(plain, moved)) if moved else (),
        tuple(_coefficient(plain, array) for array in reversed(moved)),
        tuple(_closing(statement, f) for f in checked.findings if isinstance(f.verdict, Proved)),
    )


def movements(program: Program, moved: tuple[str, ...]) -> tuple[Movement, ...]:
    """How every defined array and the cost move with these arrays."""
    return tuple(_movements(Adjoints(program), moved))


def _moved(statement: Statement) -> tuple[str, ...]:
    """The arrays that the rules are about, and those between them and the cost."""
    claimed = [rule.array for rule in statement.rules]
    defined = [d.array for d in statement.program.definitions]
    given = [array for array in dict.fromkeys(claimed) if array not in defined]
    return (*given, *defined)


def _movements(plain: Adjoints, moved: tuple[str, ...]) -> Iterator[Movement]:
    """The forward rules on each definition, then on the cost."""
    program, sorts = plain.program, plain.program.arrays
    arrays = {**plain.written.arrays, **{MOVED + a: sorts[a] for a in moved}}
    calculus = Calculus(arrays, program.indicators, program.facts)
    for d in program.definitions:
        yield Movement(d.array, d.at, written(calculus, _movement(calculus, d, moved), d.at))
    cost = program.cost
    whole = cost if isinstance(cost, Abstract) else Definition("", (), cost)
    yield Movement("", (), written(calculus, _movement(calculus, whole, moved)))


def _movement(calculus: Calculus, d: Definition | Abstract, moved: tuple[str, ...]) -> Normal:
    """Σ over the arrays b that move of Σ ∂d/∂b[m] · ḃ[m]."""
    result: Normal = {}
    for array in moved:
        for letters, slope in _slopes(calculus, d, array):
            at = tuple(map(calculus.index, letters))
            term = calculus.multiply(slope, calculus.read(MOVED + array, at))
            accumulate(result, calculus.total(term, *letters))
    return result


def _slopes(
    calculus: Calculus, d: Definition | Abstract, array: str
) -> Iterator[tuple[tuple[Var, ...], Normal]]:
    if isinstance(d, Abstract):
        for local in d.partials:
            if local.array == array:
                yield local.at, calculus.normal(local.slope)
        return
    letters = tuple(Var(f"@{n}", sort) for n, sort in enumerate(calculus.arrays[array]))
    at = tuple(map(calculus.index, letters))
    yield letters, derivative(calculus, calculus.normal(d.body), array, at)


def _coefficient(plain: Adjoints, array: str) -> Coefficient:
    calculus, at = plain.written, _letters(plain, array)
    inside = calculus.context(at)
    forms = zip(map(calculus.index, plain.letters(array)), map(calculus.index, at), strict=True)
    table = {old[1][0][0]: new for old, new in forms if old[1]}
    parts = (
        (source, written(calculus, calculus.multiply(inside, calculus.put(term, table)), at))
        for source, term in plain.terms(array).items()
        if term
    )
    return Coefficient(array, at, tuple(parts))


def _letters(plain: Adjoints, array: str) -> tuple[Var, ...]:
    """The letters in which the array is defined, else different letters of its sorts."""
    for d in plain.program.definitions:
        if d.array == array:
            return d.at
    taken: list[Var] = []
    for sort in plain.program.arrays[array]:
        taken.append(next(v for v in _pool(plain, sort) if v not in taken))
    return tuple(taken)


def _pool(plain: Adjoints, sort: Sort) -> Iterator[Var]:
    """Letters of the sort: those of the program first, then new ones."""
    program = plain.program
    for d in program.definitions:
        yield from (v for v in d.at if v.sort == sort)
        if isinstance(d, Definition):
            for part in walk(d.body):
                over = getattr(part, "over", None)
                if isinstance(over, Var) and over.sort == sort:
                    yield over
    yield from (Var(f"{sort.name.lower()}{n}", sort) for n in range(1, 9))


def _closing(statement: Statement, finding: RuleFinding) -> Closing:
    """The two sides as the kernel compared them."""
    claim, verdict = finding.claim, finding.verdict
    assert isinstance(verdict, Proved)
    names = {hypothesis.name for hypothesis in verdict.under}
    under = Adjoints(statement.program, (h for h in statement.offered if h.name in names))
    calculus = under.calculus
    inside = calculus.context(claim.at)
    if isinstance(claim, Rule):
        inside = calculus.multiply(inside, calculus.normal(claim.where))
    sides = []
    for side in (under.derived_for(claim), calculus.normal(claim.body)):
        side = calculus.multiply(inside, side)
        normal = under.opened(side, claim, finding.eliminated, finding.unfolded)
        sides.append(written(calculus, normal, claim.at))
    return Closing(finding, sides[0], sides[1])
