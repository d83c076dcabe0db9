"""The verdict of every relation of a document about arrays, by the judge of array programs.

A relation whose one side is a derivative of the loss is a rule for it.  Any other relation is the
rule that the derivative by an array which nothing reads is the difference of the two sides: it is
0 for all numbers if and only if the sides are equal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from flint import ctx

from symbolic import models
from symbolic.array_edits import everywhere, tidied
from symbolic.array_instances import ArrayWitness, Instance
from symbolic.array_refutation import BITS, survey
from symbolic.array_verdicts import Judge
from symbolic.arrays import Abstract, Definition, Program, Rule
from symbolic.duals import Undecided, enclosure
from symbolic.errors import InputError
from symbolic.indexed import Expr, Get, affine, arrays_read
from symbolic.indices import Hypothesis, Law, SizeOne
from symbolic.labelling import TooLargeError
from symbolic.reading.argument import OWN, Argument, numbered
from symbolic.reading.arrays.claims import ArrayClaim, ArrayReading
from symbolic.reading.arrays.collecting import NoProgramError
from symbolic.reading.arrays.consequences import Consequences
from symbolic.reading.arrays.findings import (
    ArrayCounterexample,
    ArrayJudged,
    ArrayJudgement,
    ArrayReached,
    Derived,
)
from symbolic.reading.arrays.formulas import (
    Formula,
    Gradient,
    Key,
    LocalError,
    Number,
    Quantity,
    Size,
    occurs,
    walk,
)
from symbolic.reading.arrays.identities import is_property, is_recalled, recalled
from symbolic.reading.arrays.inference import Inference
from symbolic.reading.arrays.introduced import head_of
from symbolic.reading.arrays.laws import law_of, under_laws
from symbolic.reading.arrays.nearest import Search
from symbolic.reading.arrays.one_index import asked
from symbolic.reading.arrays.profile import ArrayProfile
from symbolic.reading.arrays.program import Base, base_of
from symbolic.reading.arrays.regrouping import regrouped
from symbolic.reading.arrays.repairs import repair
from symbolic.reading.arrays.rewriting import Setting
from symbolic.reading.arrays.rules import Case, Rules, is_head
from symbolic.reading.arrays.unsaid import with_doubt
from symbolic.reading.claims import Kind
from symbolic.reading.premises import Citations
from symbolic.reading.source import Fault, NotUnderstood
from symbolic.reading.spans import Span
from symbolic.verdicts import Open, Proved, Refuted, Verdict
from symbolic.verdicts import Value as Known

MOST_FLOAT_BITS = 1_000
"""A number of more bits before its point is written with a power of ten."""
LOG_2 = Fraction(30_103, 100_000)


def judge_arrays(reading: ArrayReading) -> ArrayJudgement:
    """The verdict of every relation.

    >>> from symbolic.reading.arrays.profile import array_profile
    >>> from symbolic.reading.arrays.reading import read_arrays
    >>> text = "Let $S = X W$. Then $dW = X^T dS$ and $dX = dS W$."
    >>> lines = judge_arrays(read_arrays(text, array_profile("cs231n"))).lines
    >>> [line.word for line in lines], lines[2].cases[0].why
    (['definition', 'proved', 'open'], 'type error: The shapes of the product do not fit: ...')
    """
    try:
        base = base_of(reading)
        reading, bracketed = regrouped(reading, Rules(base))
        court = Court(reading, base)
    except NoProgramError as error:
        return _without_program(reading, error)
    except InputError as error:
        return _without_program(reading, NoProgramError(error.what))
    lines = with_doubt(court.lines(reading.claims), reading, _judged_in)
    lines = under_laws(lines, reading, _judged_in, _proved_in)
    wrong = [one.claim.number for one in lines if one.word == "refuted"]
    own = [o.claim.number for o in lines if o.word == "refuted" and o.inherits is None]
    mend = repair(reading, base, wrong, own, _proved(lines), _proved_in)
    if mend is not None:
        lines = [
            replace(one, inherits=mend.definition) if one.claim.number in mend.mends else one
            for one in lines
        ]
    brackets = map(_bracketed, bracketed)
    remarks = (*reading.profile.costs.said, *base.remarks, *brackets, *base.meaning.said)
    return ArrayJudgement(tuple(lines), remarks, mend)


def _bracketed(number: int) -> str:
    return f"where brackets stand in ({number}); its shapes fit in one way only"


def _proved(lines: Sequence[ArrayJudged]) -> frozenset[int]:
    return frozenset(one.claim.number for one in lines if one.word == "proved")


def _judged_in(reading: ArrayReading) -> Sequence[ArrayJudged]:
    return Court(reading, base_of(reading)).lines(reading.claims)


def _proved_in(reading: ArrayReading) -> frozenset[int]:
    """The lines of a document that are proved."""
    try:
        return _proved(Court(reading, base_of(reading), explain=False).lines(reading.claims))
    except (NoProgramError, InputError):
        return frozenset()


def _without_program(reading: ArrayReading, error: NoProgramError) -> ArrayJudgement:
    """Every claim is open; a definition with an error says so itself."""
    places = [claim.place for claim in reading.claims if claim.number in error.faults]
    why = error.what
    if places:
        why += f" ({places[0]})"
    elif error.faults:  # in a usual definition
        why += f": {next(iter(error.faults.values())).what}"
    lines = []
    for claim in reading.claims:
        fault = error.faults.get(claim.number)
        if fault is not None:
            lines.append(_open(claim, f"{fault.fault}: {fault.what} {fault.next_step}".rstrip()))
        elif claim.problems:
            lines.append(_open(claim, str(claim.problems[0])))
        elif claim.kind in (Kind.DEFINITION, Kind.ASSUMPTION):
            lines.append(ArrayJudged(claim))
        else:
            lines.append(_open(claim, why))
    return ArrayJudgement(tuple(lines))


def _by_idle(claim: ArrayClaim, idle: frozenset[Key]) -> str:
    """The sign of a quantity that it differentiates by and that nothing reads, if there is one."""
    parts = (part for side in (claim.left, claim.right) for part in walk(side))
    found = (part.of for part in parts if isinstance(part, Gradient))
    return next((one.sign for one in found if one.key in idle), "")


class Court:
    """Judges the lines of one document; raises `InputError` where its program is too large.

    Why a line is wrong, what is right and what follows from what is worked out where it is to be
    explained.
    """

    def __init__(self, reading: ArrayReading, base: Base, explain: bool = True) -> None:
        self.explain = explain
        self.base, self.rules = base, Rules(base)
        self.offered = base.offered
        self.idle: list[int] = []  # assumptions that no verdict uses
        self.unknown = reading.unknown
        self.search = Search(reading, base, self.rules, self._proof)
        self.consequences = Consequences(self.rules.probed, base.offered, self._proof)
        self.inference = Inference()
        self.citations = Citations(reading.claims, reading.marks)
        self.judges: dict[tuple[int, tuple[Hypothesis, ...]], Judge] = {}
        self._judge(base.program)

    def _judge(self, program: Program) -> Judge:
        key = id(program), self.offered
        if key not in self.judges:
            try:
                self.judges[key] = Judge(program, self.offered)
            except TooLargeError as error:
                raise InputError(f"the definitions are too large ({error})") from None
        return self.judges[key]

    def lines(self, claims: Sequence[ArrayClaim]) -> list[ArrayJudged]:
        """The verdicts of relations, each given those before it."""
        found: list[ArrayJudged] = []
        for claim in claims:
            found.append(self.judged(claim, found))
        return found

    def judged(self, claim: ArrayClaim, before: Sequence[ArrayJudged]) -> ArrayJudged:
        """The verdicts of one relation, given those before it."""
        if claim.problems:
            return _open(claim, str(claim.problems[0]))
        if claim.kind is Kind.DEFINITION:
            return self._defined(claim)
        if claim.kind is Kind.ASSUMPTION:
            return self._assumed(claim)
        if is_recalled(claim):
            reached = recalled(claim)
            own = Argument("follows", (), (), OWN) if reached.word == "proved" else None
            return ArrayJudged(claim, (reached,), own)
        if law_of(claim):
            return _open(claim, "what this function is is not said, and none is known here with it")
        head, under = self._head(claim, before) or (claim, ())
        try:
            case = self.rules.case(head)
            reached = self._reached(case, under)
        except NotUnderstood as error:
            why = f"{error.fault}: {error.what} {error.next_step}".rstrip()
            if error.fault in (Fault.TYPE, Fault.INDEX):
                why = asked(head, self.rules, self._may_hold) or why
            reached = ArrayReached("open", why=why)
            if self.explain and error.fault in (Fault.TYPE, Fault.INDEX):
                reached = replace(reached, nearest=self.search.mended(head, self.offered))
            return ArrayJudged(claim, (reached,))
        except (InputError, TooLargeError) as error:
            return _open(claim, str(error))
        if reached.word == "refuted":
            question = asked(head, self.rules, self._may_hold)
            if question:
                return _open(claim, question)
        idle = _by_idle(claim, self.base.idle) or ("" if self._is_read(case) else case.rule.array)
        if reached.word == "refuted" and idle:
            return _open(claim, f"nothing that is defined here reads {idle}")
        if reached.word == "refuted" and claim.hedged:
            return _open(claim, "a condition before it in its sentence was not understood")
        shorter = self._before_the_end(head) if reached.word == "refuted" else None
        if shorter is not None and shorter[2].word == "proved":
            head, case, reached = shorter
        if reached.word == "refuted" and claim.explicit and isinstance(claim.left, LocalError):
            why = f"{Fault.DEFINITION}: δ is a derivative, and this is another."
            return _open(claim, f"{why} Remove it or rename the symbol.")
        if reached.word == "refuted" and self.idle:
            why = f"it fails without {numbered(self.idle)}, which is assumed and not used here"
            return ArrayJudged(claim, (ArrayReached("open", span=case.span, why=why),))
        if reached.word == "refuted" and self.unknown:
            why = f"it fails for any {self.unknown[0]}, and which function this is is not known"
            return ArrayJudged(claim, (ArrayReached("open", span=case.span, why=why),))
        one = ArrayJudged(claim, (reached,))
        if not self.explain:
            return one
        if reached.word == "proved":
            one = replace(one, argument=self._argument(claim, case, reached))
        elif reached.word == "refuted":
            one = self._explained(one, head, case, before)
            if shorter is not None and isinstance(one.cases[0].nearest, Derived | None):
                earlier = replace(one, cases=(shorter[2],), inherits=None)
                earlier = self._explained(earlier, shorter[0], shorter[1], before)
                if not isinstance(earlier.cases[0].nearest, Derived | None):
                    told = replace(self._reached(shorter[1], ()), nearest=earlier.cases[0].nearest)
                    one = replace(earlier, cases=(told,))
        under = reached.under[0] if reached.under else ()
        self.inference.add(self._setting(), claim.number, case, reached.word, under)
        return one

    def _defined(self, claim: ArrayClaim) -> ArrayJudged:
        """A definition; the shapes of one that gives a derivative its name are looked at here."""
        if head_of(claim.left) in self.base.introduced:
            try:
                self.rules.require_fitting(claim.right)
            except NotUnderstood as error:
                return _open(claim, f"{error.fault}: {error.what} {error.next_step}".rstrip())
        return ArrayJudged(claim)

    def _before_the_end(self, head: ArrayClaim) -> tuple[ArrayClaim, Case, ArrayReached] | None:
        """A line about t and t+1 for t < T alone, and what is said of it there.

        What lies after T is 0; a line that says δ_t by δ_{t+1} may leave T to another line.
        """
        if head.within is not None or self.base.profile.layers:
            return None
        late = _later_times(head, self.base.profile)
        if late is None:
            return None
        try:
            head = replace(head, within=late)
            case = self.rules.case(head)
            reached = self._reached(case, (), explain=False)
        except (NotUnderstood, InputError, TooLargeError):
            return None
        return (head, case, reached) if reached.word != "open" else None

    def _is_read(self, case: Case) -> bool:
        """Whether a definition or the loss reads what is differentiated by.

        Where none does, the text may mean another definition of the loss than the first.
        """
        if case.sides is not None:
            return True
        for part in (*case.program.definitions, case.program.cost):
            body = part.body if isinstance(part, Definition) else part
            if isinstance(body, Abstract):
                if any(local.array == case.rule.array for local in body.partials):
                    return True
            elif case.rule.array in arrays_read(body):
                return True
        return False

    # -- the argument

    def _argument(self, claim: ArrayClaim, case: Case, reached: ArrayReached) -> Argument:
        """What the lines before it show of a line that is true."""
        premises = self.citations.premises(claim)
        if premises.instead is not None:
            return premises.instead
        under = reached.under[0] if reached.under else ()
        return self.inference.argument(self._setting(), case, under, premises.numbers)

    def _setting(self) -> Setting:
        checker = self._judge(self.base.program).checker
        given = tuple(h.name for h in self.offered if h not in self.base.offered)
        program, numbers = self.base.program, self.base.numbers
        return Setting(program, self.offered, given, numbers, checker.under)

    # -- what is wrong

    def _explained(
        self, one: ArrayJudged, head: ArrayClaim, case: Case, before: Sequence[ArrayJudged]
    ) -> ArrayJudged:
        """A wrong line with its nearest right form, or with the line that its error is from."""
        [reached] = one.cases
        source = before_it = _wrong_before(one.claim, before)
        if source is not None and one.claim.first is not None and is_head(one.claim.first):
            head = replace(one.claim, left=one.claim.first)
            if self._holds(head):  # it is wrong only as what stands before it in its chain is
                return replace(one, inherits=source)
        source = self._source(one.claim.number, case)
        nearest = reached.nearest
        if before_it is None:  # else the side that it goes on from is wrong itself
            nearest = self.search.mended(head, self.offered) or nearest
        return replace(one, cases=(replace(reached, nearest=nearest),), inherits=source)

    def _source(self, number: int, case: Case) -> int | None:
        if case.sides is not None:
            return None
        try:
            source = self.consequences.source(case, self._judge(case.program))
        except (InputError, TooLargeError):
            source = None
        if source is None:
            self.consequences.add(number, case)
        return source

    def _holds(self, claim: ArrayClaim) -> bool:
        try:
            return self._proof(self.rules.case(claim)) is not None
        except (NotUnderstood, InputError, TooLargeError):
            return False

    def _may_hold(self, case: Case) -> bool:
        return not isinstance(self._plain(case, self._judge(case.program)), Refuted)

    def _head(
        self, claim: ArrayClaim, before: Sequence[ArrayJudged]
    ) -> tuple[ArrayClaim, tuple[str, ...]] | None:
        """The claim with the head of its chain on the left, where all before it is proved."""
        if claim.first is None or not is_head(claim.first) or is_head(claim.left):
            return None
        under: dict[str, None] = {}
        for line in reversed(before):
            case = line.cases[0] if line.cases else ArrayReached("proved")
            if case.word != "proved" or line.claim.right != claim.left:
                return None
            under |= dict.fromkeys(name for names in case.under[:1] for name in names)
            if line.claim.first is None and line.claim.left == claim.first:
                return replace(claim, left=claim.first), tuple(under)
            claim = replace(claim, left=line.claim.left)
        return None

    def _assumed(self, claim: ArrayClaim) -> ArrayJudged:
        """An assumption that is used: a size that is 1, rows that sum to 1, the slope of σ."""
        if is_property(claim):
            return ArrayJudged(claim)
        if isinstance(claim.left, Size) and _is(claim.right, 1):
            name = claim.left.name
            self.offered = (*self.offered, SizeOne(f"{name} = 1", name))
            return ArrayJudged(claim)
        try:
            law = self.rules.law(claim)
        except NotUnderstood as error:
            self.idle.append(claim.number)
            return _open(claim, f"{error.what} {error.next_step}".rstrip())
        known = [(h.bound, h.pattern, h.value) for h in self.offered if isinstance(h, Law)]
        if (law.bound, law.pattern, law.value) not in known:
            self.offered = (*self.offered, law)
        return ArrayJudged(claim)

    def _reached(self, case: Case, before: tuple[str, ...], explain: bool = True) -> ArrayReached:
        """What is said of a case; with `explain` also the slip of a wrong derivative."""
        explain = explain and self.explain and case.sides is None
        verdict = self._plain(case, self._judge(case.program), explain)
        match verdict:
            case Proved(_, under):
                names = tuple(dict.fromkeys((*before, *(h.name for h in under), *case.under)))
                return ArrayReached("proved", span=case.span, under=(names,))
            case Refuted():
                return self._refuted(case, verdict)
            case Open(why):
                return ArrayReached("open", span=case.span, why=why)
        raise AssertionError(verdict)

    def _proof(self, case: Case) -> tuple[str, ...] | None:
        """Under which names a case is proved, None where it is not."""
        try:
            if survey(case.program, case.rule, self.offered, 1).apart is not None:
                return None  # its smallest numbers are not asked for
            verdict = self._plain(case, self._judge(case.program))
        except (InputError, TooLargeError):
            return None
        return tuple(h.name for h in verdict.under) if isinstance(verdict, Proved) else None

    def _plain(self, case: Case, judge: Judge, explain: bool = False) -> Verdict:
        verdict = judge.verdict(case.rule, explain)
        if not isinstance(verdict, Proved):
            return verdict
        names = {need.name for need in verdict.under}
        used = tuple(h for h in self.offered if h.name in names)
        empty = models.vacuous(case.program, case.rule, used)
        return Open(empty) if empty else verdict

    def _refuted(self, case: Case, verdict: Refuted) -> ArrayReached:
        assert isinstance(verdict.witness, ArrayWitness)
        places = tuple(int(number) for number in verdict.member)
        letters = tuple((v.name, n) for v, n in zip(case.rule.at, places, strict=True))
        left, right = verdict.left, verdict.right
        if case.sides is not None:
            left, right = _sides(case, verdict.witness, places) or (left, right)
        against = ArrayCounterexample(
            letters, shown(left), shown(right), world(verdict.witness), verdict.witness
        )
        if case.sides is not None:
            return ArrayReached("refuted", span=case.span, against=against)
        why = earlier_text(verdict.diagnosis, self.base.before)
        nearest = None
        if isinstance(verdict.nearest, Rule):
            rule = replace(verdict.nearest, body=earlier(verdict.nearest.body, self.base.before))
            nearest = Derived(case.program, rule, why)
        return ArrayReached("refuted", span=case.span, against=against, why=why, nearest=nearest)


def _wrong_before(claim: ArrayClaim, before: Sequence[ArrayJudged]) -> int | None:
    """The number of the first wrong line of the same chain before this one."""
    found = None
    left = claim.left
    for line in reversed(before if claim.first is not None else ()):
        if line.claim.right != left:
            break
        if line.word == "refuted":
            found = line.claim.number if line.inherits is None else line.inherits
        if line.claim.first is None:
            break
        left = line.claim.left
    return found


def earlier(expr: Expr, before: Mapping[str, str]) -> Expr:
    """What holds the value of the time before, written as that: h[t-1]."""

    def change(part: Expr) -> Expr:
        if isinstance(part, Get) and part.array in before:
            return Get(before[part.array], (tidied(affine(part.at[0]) - 1), *part.at[1:]))
        return part

    return everywhere(expr, change)


def earlier_text(text: str, before: Mapping[str, str]) -> str:
    """The same in words.

    >>> earlier_text("h[t,j] stands where h_before[t,j] belongs.", {"h_before": "h"})
    'h[t,j] stands where h[t-1,j] belongs.'
    """
    for name, array in before.items():
        found = re.compile(rf"\b{name}\[([A-Za-z]*)([+-]?\d*)(?=[,\]])")
        while match := found.search(text):
            time = _earlier(match[1], int(match[2] or 0))
            text = f"{text[: match.start()]}{array}[{time}{text[match.end() :]}"
    return text


def _earlier(letter: str, shift: int) -> str:
    if not letter:
        return str(shift - 1)
    return f"{letter}{shift - 1:+d}" if shift != 1 else letter


def _later_times(claim: ArrayClaim, profile: ArrayProfile) -> Span | None:
    """The times t for which there is all that a line speaks of, where it speaks of t+1."""
    parts = (part for side in (claim.left, claim.right) for part in walk(side))
    times = [one.time for one in parts if isinstance(one, Quantity | LocalError) and one.time]
    for letter in profile.time:
        late = max((time.shift for time in times if time.letter == letter), default=0)
        if late > 0 and (occurs(letter, claim.left) or occurs(letter, claim.right)):
            return Span(letter, None, late)
    return None


def _open(claim: ArrayClaim, why: str) -> ArrayJudged:
    return ArrayJudged(claim, (ArrayReached("open", why=why),))


def _is(formula: Formula, number: int) -> bool:
    return isinstance(formula, Number) and formula.value == number


def _sides(
    case: Case, witness: ArrayWitness, places: tuple[int, ...]
) -> tuple[Known, Known] | None:
    """The numbers of both sides of a difference, None where one has none."""
    assert case.sides is not None
    env = dict(zip(case.rule.at, places, strict=True))
    program = case.program
    seeded = sorted({*program.readable} - program.indicators)
    with ctx.workprec(BITS):
        instance = Instance(program, witness, seeded)
        try:
            first, second = (enclosure(instance.value(side, env)) for side in case.sides)
        except Undecided:
            return None
        return first, second


def shown(value: Known) -> str:
    """A number as anyone can check it: exact, or to six digits."""
    if value.exact:
        return str(value.low)
    middle = (value.low + value.high) / 2
    bits = middle.numerator.bit_length() - middle.denominator.bit_length()
    if bits < MOST_FLOAT_BITS:
        return f"≈ {float(middle):.6g}"
    digits = int(bits * LOG_2)
    return f"≈ {float(middle / Fraction(10) ** digits):.6g} · 10^{digits}"


def world(witness: ArrayWitness) -> str:
    """The sizes and the numbers of an instance; what is left out is 0."""
    sizes = [f"{name} = {size}" for name, size in sorted(witness.sizes.items())]
    entries = [
        f"{array}[{','.join(map(str, at))}] = {number}" if at else f"{array} = {number}"
        for (array, at), number in sorted(witness.entries.items())
        if number
    ]
    return "; ".join(filter(None, (", ".join(sizes), ", ".join(entries))))
