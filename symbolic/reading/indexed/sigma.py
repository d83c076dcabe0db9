r"""A function that a text of entries writes as \sigma and never says: it may mean the logistic one.

A line that fails for some σ and is proved for the logistic one is proved if it is that; one that
is not decided stays open, and is told so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from symbolic.array_edits import everywhere
from symbolic.arrays import Abstract, Definition, Program
from symbolic.indexed import Expr, Fn, Get, Opaque, walk
from symbolic.reading.arrays.findings import ArrayReached
from symbolic.reading.arrays.unsaid import SIGMA, UNDECIDED, also, argued_also, is_logistic
from symbolic.reading.indexed.claims import IndexClaim, Section
from symbolic.reading.indexed.findings import IndexJudged
from symbolic.reading.indexed.own_function import ARGUMENT, Function

NAME = "sigma"
WHY = r"it holds if \sigma is the logistic function, and the text does not say what \sigma is"
_LOGISTIC = Function(Fn("logistic", Get(ARGUMENT, ())))
Lines = Callable[[Section, Sequence[IndexClaim]], Sequence[IndexJudged]]


def with_sigma(lines: Sequence[IndexJudged], section: Section, judged: Lines) -> list[IndexJudged]:
    """The lines, and what is said of those not proved that hold for the logistic function."""
    program = section.program
    doubtful = [one for one in lines if one.word in ("refuted", "open")]
    if program is None or not doubtful or not _is_read(program):
        return [*lines]
    claims = [_claim(one.claim) for one in lines]
    others = judged(replace(section, program=_program(program)), claims)
    return [
        _held(one, other) if one in doubtful and other.word != "refuted" else one
        for one, other in zip(lines, others, strict=True)
    ]


def _held(one: IndexJudged, other: IndexJudged) -> IndexJudged:
    if other.word == "open":
        why = UNDECIDED if one.word == "refuted" else one.cases[0].why
        return replace(one, cases=(ArrayReached("open", why=why),), inherits=None)
    if one.word == "open":
        return replace(one, cases=(ArrayReached("open", why=WHY),), inherits=None)
    name = is_logistic(SIGMA)
    cases, argument = also(other.cases, name), argued_also(other.argument, name)
    return replace(one, cases=cases, argument=argument, inherits=None)


def _is_read(program: Program) -> bool:
    bodies = [one.body for one in program.definitions if isinstance(one, Definition)]
    return any(_is_sigma(part) for body in bodies for part in walk(body))


def _is_sigma(part: Expr) -> bool:
    plain = isinstance(part, Opaque) and part.name == NAME and not part.at
    return plain and isinstance(part, Opaque) and len(part.arguments) == 1


def _program(program: Program) -> Program:
    made = [
        replace(one, body=_logistic(one.body)) if isinstance(one, Definition) else one
        for one in program.definitions
    ]
    cost = program.cost if isinstance(program.cost, Abstract) else _logistic(program.cost)
    return replace(program, definitions=tuple(made), cost=cost)


def _claim(claim: IndexClaim) -> IndexClaim:
    left, right = (None if one is None else _logistic(one) for one in (claim.left, claim.right))
    return replace(claim, left=left, right=right)


def _logistic(expr: Expr) -> Expr:
    def change(part: Expr) -> Expr:
        if not (isinstance(part, Opaque) and _is_sigma(part)):
            return part
        return _LOGISTIC.at(part.arguments[0], sum(part.orders))

    return everywhere(expr, change)
