"""Judging a gradient rule of an array program: kernel, exact instances and diagnosis together.

`Proved` means proved by the adjoint certificate, never contradicted by an instance, and under
hypotheses that some instance satisfies.  `Refuted` means two different exact numbers.  A formula
that differs from the derived one and agrees with it in value wherever we look is `Open`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice

from symbolic.adjoint_checks import Checker, require_rule
from symbolic.adjoint_checks import Proved as Certified
from symbolic.adjoints import Adjoints
from symbolic.array_conditions import conditions
from symbolic.array_edits import everywhere, flattened, moved
from symbolic.array_folding import folded
from symbolic.array_refutation import Bench, Counterexample, search, sizes_of, survey
from symbolic.array_slips import MISTAKES, Scene
from symbolic.arrays import ONE, Abstract, Definition, Program, Rule
from symbolic.errors import InputError
from symbolic.indexed import (
    INTEGERS,
    AtLeast,
    Expr,
    Get,
    Mul,
    Sort,
    Sum,
    Var,
    arrays_read,
    free_letters,
    walk,
)
from symbolic.indices import Hypothesis, Law, SizeOne
from symbolic.labelling import TooLargeError
from symbolic.model_notation import plain, statement
from symbolic.partials import written
from symbolic.proof import KernelDisagreementError
from symbolic.substitution import unfolded
from symbolic.verdicts import Hypothesis as Needed
from symbolic.verdicts import Open, Proved, Refuted, Verdict

ENOUGH = 4
"""At how many instances a proved rule is compared with true derivatives."""
MOST_EDITS = 3_000
"""How many repairs of a claim are looked at."""
MOST_REPAIRS = 40
"""How many repairs that agree in value are handed to the kernel."""


def judge(program: Program, rule: Rule, hypotheses: Iterable[Hypothesis] = ()) -> Verdict:
    """The verdict on one rule, under as few of the offered hypotheses as possible.

    A refuted rule comes with its smallest counterexample, the slip that explains it and the nearest
    right form, itself proved.  Raises `InputError` where the program or the rule is ill-formed, and
    `KernelDisagreementError` where an exact instance contradicts the kernel.

    >>> from symbolic.arrays import Given
    >>> from symbolic.indexed import Sort
    >>> J = Sort("J"); j = Var("j", J); v = Get("v", (j,))
    >>> program = Program((Given("v", (J,)),), (), Sum(j, v**2))
    >>> judge(program, Rule("v", (j,), v + v))
    Proved(by='the adjoint certificate', under=())
    >>> judge(program, Rule("v", (j,), v)).diagnosis
    'A factor 2 is missing.'
    """
    return Judge(program, hypotheses).verdict(rule)


class Judge:
    """Judges rules of one program; what they share is worked out once."""

    def __init__(self, program: Program, hypotheses: Iterable[Hypothesis] = ()) -> None:
        self.program = program
        self.offered = tuple(hypotheses)
        self.checker = Checker(program, self.offered)
        calculus, bodies = self.checker.plain.calculus, self.checker.plain.bodies
        self._bodies = [
            replace(d, body=written(calculus, bodies[d.array]))
            for d in program.definitions
            if isinstance(d, Definition)
        ]
        self._names = {v.sort: v.name for d in reversed(program.definitions) for v in d.at}

    def verdict(self, rule: Rule, explain: bool = True) -> Verdict:
        """The verdict on one rule; see `judge`.  Why a rule is wrong is looked for on demand."""
        require_rule(self.program, rule)
        try:
            self.checker.plain.calculus.normal(rule.body)  # raises where it is no formula
            wrong = survey(self.program, rule, self.offered, 1).apart is not None
            found = None if wrong else self.checker.check(rule)
        except TooLargeError:
            found = None
        if isinstance(found, Certified):
            return self._confirmed(rule, found)
        apart = search(self.program, rule, self.offered)
        if apart is not None:
            return self._refuted(rule, apart, explain)
        if self.checker.plain.recursive_multipliers():
            longer = self._longer(rule)
            if longer is not None:
                return self._confirmed(rule, longer)
        if found is None:
            return Open("The formula is too large to be decided.")
        seen = survey(self.program, rule, self.offered, ENOUGH)
        if not seen.instances:
            return Open("The rule is not proved, and no instance satisfies the hypotheses.")
        return Open(
            f"The formula differs from the derived one by {plain(found.residual)}, "
            f"but its values agree at {seen.told} places in {seen.instances} exact instances."
        )

    def _longer(self, rule: Rule) -> Certified | None:
        """A proof through more than one time of a rule that no instance breaks."""
        try:
            found = self.checker.check(rule, further=True)
        except TooLargeError:
            return None
        return found if isinstance(found, Certified) else None

    def _confirmed(self, rule: Rule, found: Certified) -> Verdict:
        """A proof, held against instances that satisfy just the hypotheses that it needs."""
        needed = tuple(h for h in self.offered if h.name in found.under)
        seen = survey(self.program, rule, needed, ENOUGH)
        if seen.apart is not None:
            raise KernelDisagreementError(
                f"{statement(self.program, rule)} is proved, and the instance "
                f"{seen.apart.witness} gives {seen.apart.left} and {seen.apart.right}."
            )
        if not seen.told:
            names = ", ".join(found.under) or "what the program says"
            return Open(f"No instance was found that satisfies {names}: nothing would be proved.")
        under = tuple(Needed(h.name, _sentence(h)) for h in needed)
        values = conditions(self.program, rule.body)
        return Proved("the adjoint certificate", (*under, *values))

    def _refuted(self, rule: Rule, apart: Counterexample, explain: bool) -> Refuted:
        try:
            diagnosis, nearest = self._diagnosed(rule) if explain else ("", None)
        except TooLargeError:  # the numbers stand; why they differ is not worked out
            diagnosis, nearest = "", None
        member = tuple(map(str, apart.at))
        return Refuted(member, apart.witness, apart.left, apart.right, diagnosis, nearest)

    def _diagnosed(self, rule: Rule) -> tuple[str, Rule | None]:
        """What is wrong, in words, and the nearest right form."""
        sentences = []
        true = self.true_rule(rule)
        slip, nearest = self._slip(rule, true)
        if slip:
            sentences.append(slip)
        holds = self.holds_if(rule, slip)
        if holds:
            sentences.append(f"It holds if {holds}.")
        if not sentences:
            sentences.append(_unexplained(self.program, rule, true))
        return " ".join(sentences), nearest or true

    # ---------------------------------------------------------------------------- true rule

    def true_rule(self, rule: Rule) -> Rule | None:
        """The derived right side, in the derivatives that the program names."""
        adjoints = self.checker.plain
        try:
            body = self._written(adjoints, rule)
        except TooLargeError:
            return None
        plain = _without_ranges(body)
        for other in (folded(plain, self._bodies), plain, body):
            candidate = replace(rule, body=other)
            if self._proves(candidate):
                return candidate
        return None

    def _written(self, adjoints: Adjoints, rule: Rule) -> Expr:
        named = {m.name for m in self.program.multipliers}
        normal = adjoints.derived(rule.array, rule.at)
        for array, multiplier in adjoints.multipliers.items():
            name = multiplier.name
            if name not in named and array != rule.array:
                normal = unfolded(adjoints.calculus, normal, {name: adjoints.equation(name)})
        return _summed_plainly(written(adjoints.calculus, normal), self.program)

    def _proves(self, rule: Rule, checker: Checker | None = None) -> bool:
        try:
            return isinstance((checker or self.checker).check(rule), Certified)
        except (InputError, TooLargeError):
            return False

    # ---------------------------------------------------------------------------- diagnosis

    def _slip(self, rule: Rule, true: Rule | None) -> tuple[str, Rule | None]:
        """The first slip of the table whose repair the kernel proves."""
        if true is None:
            return "", None
        rule = replace(rule, body=flattened(rule.body))
        missing = self._missing(rule, true)
        scene = Scene(self.program, rule, true.body, missing, self._sizes(rule))
        read = arrays_read(true.body) | arrays_read(missing)
        unnamed = {f"∂{array}": array for array in self.program.arrays}
        bench = Bench(self.program, rule, self.offered, {unnamed[n] for n in read & {*unnamed}})
        edits = islice(chain.from_iterable(mistake(scene) for mistake in MISTAKES), MOST_EDITS)
        right = ((s, b) for s, b in edits if free_letters(b) <= {*rule.at} and bench.agrees(b))
        for sentence, body in islice(right, MOST_REPAIRS):
            candidate = replace(rule, body=flattened(body))
            if self._proves(candidate):
                return sentence, candidate
        return "", None

    def _missing(self, rule: Rule, true: Rule) -> Expr:
        """true − claimed, collected."""
        calculus = self.checker.plain.calculus
        gap = calculus.normal(true.body - rule.body)
        plain = _summed_plainly(written(calculus, gap), self.program)
        return folded(_without_ranges(plain), self._bodies)

    def _sizes(self, rule: Rule) -> tuple[str, ...]:
        return tuple(sizes_of(self.program, rule))

    def holds_if(self, rule: Rule, slip: str = "") -> str:
        """A usual hypothesis under which the refuted rule would be right, "" if there is none.

        That a slip does not show where a size is 1 is worth saying only of a lost 1/N.
        """
        for hypothesis in self._usual(rule):
            if isinstance(hypothesis, SizeOne) and slip and f"1/{hypothesis.size}" not in slip:
                continue
            offered = (*self.offered, hypothesis)
            try:
                seen = survey(self.program, rule, offered, 1)
                if seen.apart or not seen.told:
                    continue
                if self._proves(rule, Checker(self.program, offered)):
                    return hypothesis.name
            except InputError:  # a name that the program uses otherwise
                continue
        return ""

    def _usual(self, rule: Rule) -> Iterator[Hypothesis]:
        spoken = {get.array for get in _reads(self.program)} | arrays_read(rule.body)
        weights = {m.array for m in self.program.multipliers} | {rule.array}
        for given in self.program.given:
            if given.array not in spoken - weights - self.program.indicators:
                continue
            letters = _letters(given.sorts, self._names)
            for letter in letters:
                if not letter.sort.ordered:
                    one = Law("", (letter,), (Get(given.array, letters),), ONE)
                    yield replace(one, name=f"{plain(Sum(letter, one.pattern[0]))} = 1")
        for size in self._sizes(rule):
            yield SizeOne(f"{size} = 1", size)


def _sentence(hypothesis: Hypothesis) -> str:
    if isinstance(hypothesis, SizeOne):
        return f"{hypothesis.size} is 1."
    left: Expr = Mul(hypothesis.pattern)
    for letter in reversed(hypothesis.bound):
        left = Sum(letter, left)
    return f"{plain(left)} = {plain(hypothesis.value)}."


def _letters(sorts: tuple[Sort, ...], names: Mapping[Sort, str]) -> tuple[Var, ...]:
    """Different letters of these sorts, named as in the program where it names some."""
    letters: list[Var] = []
    for sort in sorts:
        name = names.get(sort, sort.name.lower())
        taken = sum(letter.name.rstrip("'") == name for letter in letters)
        letters.append(Var(name + "'" * taken, sort))
    return tuple(letters)


def _exprs(program: Program) -> Iterator[Expr]:
    for d in (*program.definitions, program.cost):
        if isinstance(d, Abstract):
            yield from (local.slope for local in d.partials)
        else:
            yield d.body if isinstance(d, Definition) else d


def _reads(program: Program) -> Iterator[Get]:
    for expr in _exprs(program):
        yield from (part for part in walk(expr) if isinstance(part, Get))


def _unexplained(program: Program, rule: Rule, true: Rule | None) -> str:
    """No single slip: what the true rule reads and the claim does not, or the other way round."""
    if true is None:
        return ""
    left_out = arrays_read(true.body) - arrays_read(rule.body)
    if left_out:
        words = f"The true rule also reads {', '.join(sorted(left_out))}."
        given = {g.array for g in program.given}
        return f"{words} They stand on the way to the cost." if left_out <= given else words
    return f"No single slip explains it; the true rule is {statement(program, true)}."


def _without_ranges(expr: Expr) -> Expr:
    """Without comparisons such as t ≥ 1; what is left is proved anew before anyone sees it."""

    def change(part: Expr) -> Expr:
        if isinstance(part, Mul):
            kept = tuple(f for f in part.factors if not isinstance(f, AtLeast))
            return kept[0] if len(kept) == 1 else Mul(kept) if kept else ONE
        return ONE if isinstance(part, AtLeast) else part

    return everywhere(expr, change)


def _summed_plainly(expr: Expr, program: Program) -> Expr:
    """Sums over all integers as sums over the sort of an array that is read at the letter."""
    steps = {m.name: program.arrays[m.array] for m in program.multipliers}
    sorts = {**{f"∂{a}": s for a, s in program.arrays.items()}, **program.arrays, **steps}

    def change(part: Expr) -> Expr:
        if not (isinstance(part, Sum) and part.over.sort == INTEGERS):
            return part
        for factor in part.body.factors if isinstance(part.body, Mul) else (part.body,):
            if isinstance(factor, Get):
                for index, sort in zip(factor.at, sorts[factor.array], strict=True):
                    if index == part.over:
                        letter = Var(part.over.name, sort)
                        return Sum(letter, moved(part.body, part.over, letter))
        return part

    return everywhere(expr, change)
