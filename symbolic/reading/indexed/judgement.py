"""The verdict of every relation of a document in index notation, section by section.

A relation whose left side is a derivative of the cost is a rule for it.  Any other relation is the
rule that the derivative by an array which nothing reads is the difference of the two sides: it is
0 for all numbers if and only if the sides are equal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from symbolic import models
from symbolic.array_instances import ArrayWitness
from symbolic.array_verdicts import Judge
from symbolic.arrays import ONE, Given, Program, Rule
from symbolic.errors import InputError
from symbolic.indexed import Expr, Sort
from symbolic.labelling import TooLargeError
from symbolic.model_notation import plain, statement
from symbolic.reading.arrays.findings import ArrayCounterexample, ArrayReached, Derived
from symbolic.reading.arrays.judgement import shown, world
from symbolic.reading.claims import Kind
from symbolic.reading.indexed.claims import IndexClaim, IndexReading, Section
from symbolic.verdicts import Open, Proved, Refuted, Verdict

PROBE = "probe"
"""An array that nothing reads."""


@dataclass(frozen=True)
class IndexJudged:
    """A relation with its verdict; a definition has none.  `read_as` is how it was understood."""

    claim: IndexClaim
    cases: tuple[ArrayReached, ...] = ()
    read_as: str = ""
    inherits: int | None = None

    @property
    def word(self) -> str:
        """proved, refuted, open, definition or assumption."""
        if not self.cases:
            return "definition" if self.claim.kind is Kind.DEFINITION else "assumption"
        return self.cases[0].word


@dataclass(frozen=True)
class IndexJudgement:
    """The verdicts of a document."""

    lines: tuple[IndexJudged, ...]

    @property
    def broken(self) -> int | None:
        """The number of the line where it first goes wrong."""
        return next((one.claim.number for one in self.lines if one.word == "refuted"), None)


def judge_indices(reading: IndexReading) -> IndexJudgement:
    r"""The verdict of every relation.

    >>> from symbolic.reading.indexed.profile import index_profile
    >>> from symbolic.reading.indexed.reading import read_indices
    >>> text = (
    ...     r"Here $j$ runs over the neurons: $$\mathcal{E} = \sum_j v_j^2$$ "
    ...     r"$$\frac{\partial \mathcal{E}}{\partial v_j} = 2 v_j = v_j$$"
    ... )
    >>> [one.word for one in judge_indices(read_indices(text, index_profile("indices"))).lines]
    ['definition', 'proved', 'refuted']
    """
    courts = [_Court(section) for section in reading.sections]
    return IndexJudgement(tuple(courts[c.section].line(c) for c in reading.claims))


class _Court:
    """Judges the lines of one section."""

    def __init__(self, section: Section) -> None:
        self.section, self.trouble = section, section.trouble
        self.judges: dict[tuple[Sort, ...] | None, Judge] = {}

    def line(self, claim: IndexClaim) -> IndexJudged:
        """The verdict of one relation."""
        if claim.kind is not Kind.CLAIM:
            return IndexJudged(claim)
        program = self.section.program
        if program is None or self.trouble or claim.left is None or claim.right is None:
            return IndexJudged(claim, (ArrayReached("open", why=self.trouble),))
        try:
            rule, judge = self._rule(claim, program)
            verdict = judge.verdict(rule, explain=bool(claim.of))
            reached = self._reached(claim, judge, rule, verdict)
        except InputError as error:
            return IndexJudged(claim, (ArrayReached("open", why=error.what),))
        except TooLargeError as error:
            return IndexJudged(claim, (ArrayReached("open", why=str(error)),))
        return IndexJudged(claim, (reached,), self._said(claim, program))

    def _judge(self, program: Program, sorts: tuple[Sort, ...] | None) -> Judge:
        if sorts not in self.judges:
            probed = (
                program
                if sorts is None
                else replace(program, given=(*program.given, Given(PROBE, sorts)))
            )
            self.judges[sorts] = Judge(probed, self.section.offered)
        return self.judges[sorts]

    def _rule(self, claim: IndexClaim, program: Program) -> tuple[Rule, Judge]:
        left, right, where = claim.left, claim.right, claim.where or ONE
        assert left is not None
        assert right is not None
        if claim.of:
            return Rule(claim.of, claim.at, right, where), self._judge(program, None)
        difference: Expr = left - right
        if where != ONE:
            difference = where * difference
        sorts = tuple(v.sort for v in claim.at)
        return Rule(PROBE, claim.at, difference), self._judge(program, sorts)

    def _reached(
        self, claim: IndexClaim, judge: Judge, rule: Rule, verdict: Verdict
    ) -> ArrayReached:
        match verdict:
            case Proved(_, under):
                names = tuple(need.name for need in under)
                used = tuple(h for h in self.section.offered if h.name in names)
                empty = models.vacuous(judge.program, rule, used)
                if empty:
                    return ArrayReached("open", why=empty)
                return ArrayReached("proved", under=(names,) if names else ())
            case Refuted():
                return self._refuted(claim, judge, verdict)
            case Open(why):
                return ArrayReached("open", why=why)
        raise AssertionError(verdict)

    def _refuted(self, claim: IndexClaim, judge: Judge, verdict: Refuted) -> ArrayReached:
        witness = verdict.witness
        assert isinstance(witness, ArrayWitness)
        letters = tuple((v.name, int(n)) for v, n in zip(claim.at, verdict.member, strict=True))
        against = ArrayCounterexample(
            letters, shown(verdict.left), shown(verdict.right), world(witness), witness
        )
        nearest = None
        if isinstance(verdict.nearest, Rule) and claim.of:
            nearest = Derived(judge.program, verdict.nearest, verdict.diagnosis)
        return ArrayReached("refuted", against=against, why=verdict.diagnosis, nearest=nearest)

    def _said(self, claim: IndexClaim, program: Program) -> str:
        """How it was understood, in the syntax of model files."""
        assert claim.left is not None
        assert claim.right is not None
        if claim.of:
            return statement(program, Rule(claim.of, claim.at, claim.right, claim.where or ONE))
        return f"{plain(claim.left)} = {plain(claim.right)}"
