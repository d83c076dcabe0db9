"""What the lines of one section show of the next one, and where a wrong line has its error from.

The search for an argument and for the source of an error is that of documents about whole arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from symbolic.array_verdicts import Judge
from symbolic.arrays import Multiplier, Program, Rule
from symbolic.errors import InputError
from symbolic.indexed import Get, Sort
from symbolic.labelling import TooLargeError
from symbolic.reading.argument import OWN, Argument
from symbolic.reading.arrays.consequences import Consequences
from symbolic.reading.arrays.inference import Inference
from symbolic.reading.arrays.rewriting import Names, Setting
from symbolic.reading.arrays.rules import Case
from symbolic.reading.claims import Kind
from symbolic.reading.indexed.claims import IndexClaim, Section
from symbolic.reading.indexed.findings import IndexJudged
from symbolic.reading.premises import Premises
from symbolic.verdicts import Proved

Judges = Callable[[tuple[Sort, ...] | None], Judge]
"""The judge of a section, with an array of these sorts that nothing reads or without one."""


class Argued:
    """The lines of one section so far, which has a program."""

    def __init__(self, own: Sequence[IndexClaim], section: Section, judges: Judges) -> None:
        assert section.program is not None
        self.judges = judges
        defined = {
            claim.left.array: claim.number
            for claim in reversed(own)
            if claim.kind is Kind.DEFINITION and isinstance(claim.left, Get)
        }
        under = judges(None).checker.under
        self.setting = Setting(section.program, section.offered, (), defined, under)
        self.inference = Inference()
        self.consequences = Consequences(self._probed, section.offered, self._proof)
        self.numbers = frozenset(claim.number for claim in own)
        self.arrays = dict.fromkeys(claim.of for claim in own if claim.of)
        self.naming: dict[tuple[Sort, ...] | None, Judge] = {}

    def add(
        self,
        one: IndexJudged,
        case: Case | None,
        before: Sequence[IndexJudged],
        premises: Premises,
    ) -> IndexJudged:
        """One more line, with its second verdict or the line that its error is from."""
        under = one.cases[0].under[0] if one.cases and one.cases[0].under else ()
        if one.word == "proved":
            one = replace(one, argument=self._argument(case, under, premises))
        elif one.word == "refuted" and case is not None:
            one = replace(one, inherits=self._source(one.claim, case, before))
        if case is not None:
            self.inference.add(self.setting, one.claim.number, case, one.word, under)
        return one

    def _argument(self, case: Case | None, under: Names, premises: Premises) -> Argument:
        if premises.instead is not None:
            return premises.instead
        foreign = [number for number in premises.numbers if number not in self.numbers]
        if foreign:
            return Argument("open", why=f"({foreign[0]}) is about the arrays of another section")
        if case is None:  # a movement, by the definitions alone
            return Argument("follows", (under,) if under else (), why=OWN)
        return self.inference.argument(self.setting, case, under, premises.numbers)

    # -- what is wrong

    def _source(self, claim: IndexClaim, case: Case, before: Sequence[IndexJudged]) -> int | None:
        """The wrong line that a wrong line is a consequence of."""
        chain = [*_chain(claim, before)]
        of_head = self._of_head(chain[-1].claim, claim) if chain else None
        wrong = [one for one in chain if one.word == "refuted"]
        if wrong and of_head is not None and self._proof(of_head) is not None:
            return wrong[-1].claim.number if wrong[-1].inherits is None else wrong[-1].inherits
        if not wrong and case.sides is not None and of_head is not None:
            case = of_head
        if case.sides is not None:
            return None
        try:
            source = self.consequences.source(case, self._named(None))
        except (InputError, TooLargeError):
            source = None
        if source is None:
            self.consequences.add(claim.number, case)
        return source

    def _of_head(self, head: IndexClaim, claim: IndexClaim) -> Case | None:
        """The right side as a rule for the derivative that its chain begins with."""
        if not head.of or head.where is not None or claim.right is None:
            return None
        if {*head.at} != {*claim.at}:
            return None
        return Case(self._named(None).program, Rule(head.of, head.at, claim.right))

    def _named(self, sorts: tuple[Sort, ...] | None) -> Judge:
        """Like `judges`, of the program in which every derivative that is claimed has a name.

        So the true rule of one is written with the others, which lines speak of.
        """
        if sorts not in self.naming:
            judge = self.judges(sorts)
            program = judge.program
            known = {m.array for m in program.multipliers}
            more = (Multiplier(a, f"∂{a}") for a in self.arrays if a not in known)
            program = replace(program, multipliers=(*program.multipliers, *more))
            self.naming[sorts] = Judge(program, judge.offered)
        return self.naming[sorts]

    def _probed(self, sorts: tuple[Sort, ...]) -> Program:
        return self._named(sorts).program

    def _proof(self, case: Case) -> tuple[str, ...] | None:
        """Under which names a case is proved, None where it is not."""
        sorts = tuple(letter.sort for letter in case.rule.at)
        judge = self._named(None if case.sides is None else sorts)
        try:
            verdict = judge.verdict(case.rule, explain=False)
        except (InputError, TooLargeError):
            return None
        return tuple(h.name for h in verdict.under) if isinstance(verdict, Proved) else None


def _chain(claim: IndexClaim, before: Sequence[IndexJudged]) -> Iterator[IndexJudged]:
    """The lines before a line in its chain, the last first."""
    left = claim.left
    for one in reversed(before):
        if left is None or one.claim.section != claim.section or one.claim.right != left:
            return
        yield one
        left = one.claim.left
