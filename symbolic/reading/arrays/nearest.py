"""The nearest right form of a line about arrays, in the notation of its document.

One thing in the line as it is written is changed; what does not fit in its shapes or differs at an
exact instance is dropped, and the first that the judge proves is the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from symbolic.array_refutation import Bench
from symbolic.errors import InputError
from symbolic.indexed import Expr, Get, arrays_read, walk
from symbolic.indices import Hypothesis
from symbolic.labelling import TooLargeError
from symbolic.reading.arrays.bounds import require_modest
from symbolic.reading.arrays.claims import ArrayClaim, ArrayReading
from symbolic.reading.arrays.edits import Edit, Editor, length
from symbolic.reading.arrays.formulas import Change, Formula, Minus, Plus, Transposed
from symbolic.reading.arrays.formulas import walk as parts
from symbolic.reading.arrays.offers import offers, scope_of
from symbolic.reading.arrays.program import Base
from symbolic.reading.arrays.rules import PROBE, Case, Rules
from symbolic.reading.source import NotUnderstood
from symbolic.shapes import put

MOST_EDITS = 8_000
"""How many edits of a line are looked at."""
MOST_TRIED = 8_000
"""How many parts the edits have together that are held against exact instances, near ones first."""
MOST_PROOFS = 8
"""How many edits that no instance breaks are tried to be proved."""


@dataclass(frozen=True)
class ArrayNearest:
    """A right form of the line, proved: its right side as it would be written.

    `under` is what the proof needs; `edit` says what was changed, its formulas in LaTeX.
    """

    right: Formula
    under: tuple[str, ...]
    edit: str


Proof = Callable[[Case], tuple[str, ...] | None]
"""Under which hypotheses a case is proved, None where it is not."""


class Search:
    """Looks for right forms of the lines of one document."""

    def __init__(self, reading: ArrayReading, base: Base, rules: Rules, proof: Proof) -> None:
        self.base, self.rules, self.proof = base, rules, proof
        by = offers(reading, base)
        self.editors = Editor(by), Editor(by, far=True)

    def mended(
        self, claim: ArrayClaim, offered: tuple[Hypothesis, ...] = ()
    ) -> ArrayNearest | None:
        """The nearest right form of a line that is wrong, or whose shapes do not fit."""
        for edit, case in islice(self._alive(claim, offered), MOST_PROOFS):
            under = self.proof(case)
            if under is not None:
                return ArrayNearest(edit.formula, under, edit.what)
        return None

    def _alive(
        self, claim: ArrayClaim, offered: tuple[Hypothesis, ...]
    ) -> Iterator[tuple[Edit, Case]]:
        """The edits that fit in their shapes and that no exact instance breaks."""
        bench: _Bench | None = None
        seen = {claim.right}
        tried = 0
        for edit in self._candidates(claim):
            if edit.formula in seen or _itself(claim, edit.formula) or _cancels(edit.formula):
                continue
            tried += sum(1 for _ in parts(edit.formula))
            if tried > MOST_TRIED:
                return
            seen.add(edit.formula)
            case = self._case(claim, edit.formula)
            if case is None:
                continue
            if bench is None:
                bench = _Bench(case, offered)
            if bench.agrees(case):
                yield edit, case

    def _candidates(self, claim: ArrayClaim) -> Iterator[Edit]:
        """The near edits before the far ones, and of these the short ones."""
        right, scope = written(claim), scope_of(claim, self.base.profile)
        for editor in self.editors:
            by_cost: dict[int, list[Edit]] = {}
            for edit in islice(editor.edits(right, scope), MOST_EDITS):
                by_cost.setdefault(edit.cost, []).append(edit)
            for _, edits in sorted(by_cost.items()):
                yield from sorted(edits, key=length)

    def _case(self, claim: ArrayClaim, right: Formula) -> Case | None:
        """The rule of the line with another right side, None where that has no meaning."""
        try:
            require_modest(right)
            case = self.rules.case(replace(claim, right=meant(claim, right)))
        except (NotUnderstood, InputError, TooLargeError):
            return None
        return None if _says_nothing(case) else case


class _Bench:
    """A few exact instances of the program of one line."""

    def __init__(self, case: Case, offered: tuple[Hypothesis, ...]) -> None:
        self.at = case.rule.at
        self.sorts = tuple(letter.sort for letter in case.rule.at)
        values = {d.array for d in case.program.definitions}
        self.bench = Bench(case.program, case.rule, offered, values)
        self.known = {m.name for m in case.program.multipliers} | arrays_read(case.rule.body)
        self.known |= {f"∂{array}" for array in values}

    def agrees(self, case: Case) -> bool:
        """Whether the case holds wherever it can be told."""
        if tuple(letter.sort for letter in case.rule.at) != self.sorts:
            return False
        if any(name.startswith("∂") for name in arrays_read(case.rule.body) - self.known):
            return False
        return self.bench.agrees(self._body(case))

    def _body(self, case: Case) -> Expr:
        table = dict(zip(case.rule.at, self.at, strict=True))
        return case.rule.body if table.keys() == {*self.at} else put(case.rule.body, table)


def written(claim: ArrayClaim) -> Formula:
    """The right side as it is written: that of W ← W - η dW is taken for the change of W."""
    return claim.right.terms[0] if claim.update and isinstance(claim.right, Plus) else claim.right


def meant(claim: ArrayClaim, right: Formula) -> Formula:
    """What a written right side says of the left side."""
    assert not claim.update or isinstance(claim.left, Change)
    return (
        Plus((right, Minus(claim.left.of)))
        if isinstance(claim.left, Change) and claim.update
        else right
    )


def _itself(claim: ArrayClaim, right: Formula) -> bool:
    """Whether the right side speaks of the left side again."""
    left = claim.left
    while isinstance(left, Transposed | Minus):
        left = left.body
    return any(part == left for part in parts(right))


def _cancels(formula: Formula) -> bool:
    """Whether it takes away a term that it adds, as nobody writes."""
    sums = (part.terms for part in parts(formula) if isinstance(part, Plus))
    return any(Minus(term) in terms for terms in sums for term in terms)


def _says_nothing(case: Case) -> bool:
    """Whether a derivative is said by itself, or both sides are written alike."""
    if case.rule.array == PROBE:
        return case.sides is not None and case.sides[0] == case.sides[1]
    names = {m.name for m in case.program.multipliers if m.array == case.rule.array}
    names.add(f"∂{case.rule.array}")
    return any(
        isinstance(part, Get) and part.array in names and set(part.at) == set(case.rule.at)
        for part in walk(case.rule.body)
    )
