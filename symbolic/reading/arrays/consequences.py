"""Whether a wrong line is right given an earlier wrong one: then it has its error from there.

A derivative in the true rule of the line is replaced by what the earlier line says of it; what
comes out must be proved equal to what the line says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from symbolic.array_edits import everywhere
from symbolic.array_refutation import survey
from symbolic.array_verdicts import Judge
from symbolic.arrays import ONE, Program, Rule
from symbolic.indexed import Expr, Get, Shifted, Sort, Sum, Var, arrays_read, walk
from symbolic.indices import Hypothesis
from symbolic.reading.arrays.nearest import Proof
from symbolic.reading.arrays.rules import PROBE, Case
from symbolic.shapes import MOST_PARTS, MOST_SUMS, Letters, parts, put, sums

DEEPEST = 3
"""How many times derivatives are written out by their true rules."""


@dataclass
class Consequences:
    """The wrong rules of a document so far, by the name of the derivative that they are about.

    `probed` is the program with an array that nothing reads, of these sorts.
    """

    probed: Callable[[tuple[Sort, ...]], Program]
    offered: tuple[Hypothesis, ...]
    proof: Proof
    wrong: dict[str, tuple[int, Rule]] = field(default_factory=dict)

    def source(self, case: Case, judge: Judge) -> int | None:
        """The number of the earlier wrong line that this wrong line follows from."""
        if not self.wrong:
            return None
        true = judge.true_rule(case.rule)
        named = {m.name: m.array for m in case.program.multipliers if m.array != case.rule.array}
        body = None if true is None else true.body
        for _ in range(DEEPEST):
            if body is None:
                return None
            for number, other in self._replaced(body):
                if self._equal(case, other):
                    return number
            body = self._written_out(body, named, judge)
        return None

    def add(self, number: int, case: Case) -> None:
        """One more wrong line; one that speaks of some times only is not used."""
        names = {m.array: m.name for m in case.program.multipliers}
        name = names.get(case.rule.array, f"∂{case.rule.array}")
        if case.sides is None and case.rule.where == ONE:
            self.wrong.setdefault(name, (number, case.rule))

    def _replaced(self, body: Expr) -> Iterator[tuple[int, Expr]]:
        """The body with one of the wrong derivatives as its line says, then with all of them."""
        read = [name for name in self.wrong if name in arrays_read(body)]
        for name in read:
            number, rule = self.wrong[name]
            yield number, _put(body, {name: rule})
        if len(read) > 1:
            every = {name: self.wrong[name][1] for name in read}
            yield min(self.wrong[name][0] for name in read), _put(body, every)

    def _written_out(self, body: Expr, named: Mapping[str, str], judge: Judge) -> Expr | None:
        """The body with every other derivative by its true rule, None where nothing is left."""
        true: dict[str, Rule] = {}
        for name in arrays_read(body) & named.keys() - self.wrong.keys():
            sorts = judge.program.arrays[named[name]]
            letters = tuple(Var(f"{s.name}{n}", s) for n, s in enumerate(sorts))
            rule = judge.true_rule(Rule(named[name], letters, ONE))
            if rule is not None and name not in arrays_read(rule.body):
                true[name] = rule
        return _put(body, true) if true else None

    def _equal(self, case: Case, body: Expr) -> bool:
        """Whether the line says this, proved."""
        if sums(body) > MOST_SUMS or parts(body) > MOST_PARTS:
            return False
        rule = case.rule
        program = self.probed(tuple(letter.sort for letter in rule.at))
        gap = Rule(PROBE, rule.at, body - rule.body, rule.where)
        if survey(program, gap, self.offered, 1).apart is not None:
            return False
        return self.proof(Case(program, gap, (body, rule.body))) is not None


def _put(body: Expr, rules: Mapping[str, Rule]) -> Expr:
    """The body with derivatives replaced by right sides, whose sums get letters of their own."""
    fresh = _fresh()

    def change(part: Expr) -> Expr:
        if not isinstance(part, Get) or part.array not in rules:
            return part
        rule = rules[part.array]
        table: dict[Var, Shifted | int] = dict(zip(rule.at, part.at, strict=True))
        for inner in walk(rule.body):
            if isinstance(inner, Sum):
                table[inner.over] = fresh(inner.over)
        return put(rule.body, table)

    return everywhere(body, change)


def _fresh() -> Callable[[Var], Var]:
    letters = Letters()
    return lambda letter: letters.new(letter.sort)
