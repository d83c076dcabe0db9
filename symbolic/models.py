"""Models as array programs with claims about their derivatives, and the verdict of each claim.

A model comes from a file (`model_file.read_model`) or is built from the same data:

>>> from symbolic.arrays import Definition
>>> from symbolic.indexed import Sort, Sum
>>> J = Sort("J"); j = Var("j", J)
>>> y, v = Get("y", (j,)), Get("v", (j,))
>>> square = Program((Given("v", (J,)),), (Definition("y", (j,), v**2),), Sum(j, y))
>>> model = Model(square, (Claim(Rule("v", (j,), 2 * v), "D(v[j]) = 2*v[j]"),))
>>> [verdict for claim, verdict in judged(model)]
[Proved(by='the adjoint certificate', under=())]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symbolic import adjoint_checks
from symbolic.adjoint_checks import Checker
from symbolic.array_verdicts import Judge
from symbolic.arrays import ONE, Given, Program, Rule
from symbolic.derivation import Source
from symbolic.errors import InputError
from symbolic.indexed import Get, Num, Var
from symbolic.indices import Hypothesis, Law, SizeOne
from symbolic.labelling import TooLargeError
from symbolic.verdicts import Open, Proved, Refuted, Verdict
from symbolic.witnesses import holds_somewhere, satisfiable

ZERO = Num(Fraction(0))
MOST_TRIED = 24
"""How many further hypotheses are tried for a claim that does not follow."""


@dataclass(frozen=True)
class Claim:
    """A rule as it was written, and the hypotheses that it may use."""

    rule: Rule
    text: str
    assuming: tuple[Hypothesis, ...] = ()
    source: Source | None = None


@dataclass(frozen=True)
class Model:
    """An array program, what is claimed of it, and which of the given arrays are parameters."""

    program: Program
    claims: tuple[Claim, ...] = ()
    weights: tuple[str, ...] = ()
    letters: Mapping[str, str] = field(default_factory=dict)
    """The letter that stands for a set, where it is not the name in lower case."""


def judged(model: Model) -> Iterator[tuple[Claim, Verdict]]:
    """Each claim with its verdict, in the order of the file.

    Raises `InputError` where the program has no order or a claim does not fit it.
    """
    for claim in model.claims:
        adjoint_checks.require_rule(model.program, claim.rule)
    judges: dict[tuple[Hypothesis, ...], Judge] = {(): judge_of(model)}
    for claim in model.claims:
        if claim.assuming not in judges:
            judges[claim.assuming] = judge_of(model, claim.assuming)
        yield claim, verdict(claim, judges[claim.assuming])


def judge_of(model: Model, assuming: tuple[Hypothesis, ...] = ()) -> Judge:
    """What decides the claims of a model.

    Raises `InputError` where the program has no order, or is too large.
    """
    try:
        return Judge(model.program, assuming)
    except TooLargeError as error:
        raise InputError(
            f"The definitions are too large to be written out ({error}). Define parts of them."
        ) from None


def verdict(claim: Claim, judge: Judge) -> Verdict:
    """The verdict of one claim; a refuted one is told under what it would hold."""
    found = judge.verdict(claim.rule)
    if isinstance(found, Refuted):
        remark = "" if "It holds if" in found.diagnosis else _would_hold(judge, claim)
        return replace(found, diagnosis=f"{found.diagnosis}{remark}".strip())
    names = {h.name for h in found.under} if isinstance(found, Proved) else None
    used = tuple(h for h in claim.assuming if names is None or h.name in names)
    empty = vacuous(judge.program, claim.rule, used)
    return Open(empty) if empty else found


def vacuous(program: Program, rule: Rule, used: tuple[Hypothesis, ...]) -> str:
    """Why a rule says nothing under these hypotheses, "" if it says something."""
    if not satisfiable(used, program.indicators):
        return "no numbers were found that satisfy its hypotheses together"
    if not holds_somewhere(rule.where, rule.at, {h.size for h in used if isinstance(h, SizeOne)}):
        return "no index was found that it speaks of"
    return ""


def _would_hold(judge: Judge, claim: Claim) -> str:
    """The first further hypothesis under which a claim would follow, as one more sentence."""
    for hypothesis in _standard(judge.program)[:MOST_TRIED]:
        if hypothesis in claim.assuming:
            continue
        offered = (*claim.assuming, hypothesis)
        try:
            result = Checker(judge.program, offered).check(claim.rule)
        except TooLargeError:
            return ""
        if isinstance(result, adjoint_checks.Proved):
            used = tuple(h for h in offered if h.name in result.under)
            if not vacuous(judge.program, claim.rule, used):
                return f" It holds if {' and '.join(h.name for h in used)}."
    return ""


def _standard(program: Program) -> list[Hypothesis]:
    """Data that sum to 1 along an axis; units marked by a pattern feed no other.

    That a size is 1 is tried by the judge itself.
    """
    found: list[Hypothesis] = []
    entries = [_entry(given) for given in program.given if given.sorts]
    for entry in entries:
        if entry.array not in program.indicators:
            for over in _letters(entry):
                if not over.sort.ordered:
                    name = f"sum({over.name}, {_shown(entry)}) = 1"
                    found.append(Law(name, (over,), (entry,), ONE))
    for mark in entries:
        for entry in entries:
            if mark.array not in program.indicators or len(mark.at) > 1 or len(entry.at) != 2:
                continue
            source = _letters(entry)[1]
            if source.sort == _letters(mark)[0].sort and entry.array not in program.indicators:
                own = Get(mark.array, (source,))
                name = f"{_shown(own)}*{_shown(entry)} = 0"
                found.append(Law(name, (), (own, entry), ZERO))
    return found


def _entry(given: Given) -> Get:
    """The array at letters named after its axes."""
    names: list[str] = []
    for sort in given.sorts:
        stem = sort.name.lower()
        names.append(stem if stem not in names else f"{stem}{len(names) + 1}")
    return Get(given.array, tuple(map(Var, names, given.sorts)))


def _letters(entry: Get) -> list[Var]:
    return [index for index in entry.at if isinstance(index, Var)]


def _shown(entry: Get) -> str:
    return f"{entry.array}[{','.join(letter.name for letter in _letters(entry))}]"
