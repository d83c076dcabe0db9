"""The verdict of every relation of a document in index notation, section by section.

A relation whose left side is a derivative of the cost is a rule for it.  Any other relation is the
rule that the derivative by an array which nothing reads is the difference of the two sides: it is
0 for all numbers if and only if the sides are equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from symbolic import models
from symbolic.adjoint_checks import Proved as Certified
from symbolic.arguments import Movement, movements
from symbolic.array_instances import ArrayWitness
from symbolic.array_verdicts import Judge
from symbolic.arrays import (
    ONE,
    Abstract,
    Closed,
    Definition,
    Given,
    Program,
    Rule,
)
from symbolic.errors import InputError
from symbolic.fields import Identity, decide
from symbolic.indexed import (
    Expr,
    Get,
    Sort,
    Sum,
    Var,
    arrays_read,
    free_letters,
    walk,
)
from symbolic.labelling import TooLargeError
from symbolic.model_notation import plain, statement
from symbolic.reading.arrays.findings import ArrayCounterexample, ArrayReached, Derived
from symbolic.reading.arrays.judgement import shown, world
from symbolic.reading.arrays.rules import PROBE, Case
from symbolic.reading.claims import Kind
from symbolic.reading.elementary import NotElementaryError, as_term
from symbolic.reading.indexed.argued import Argued
from symbolic.reading.indexed.claims import IndexClaim, IndexReading, Section
from symbolic.reading.indexed.elaborate import MOVED
from symbolic.reading.indexed.figures import decimals, is_numeric, letters, with_numbers
from symbolic.reading.indexed.findings import IndexJudged, IndexJudgement
from symbolic.reading.indexed.lifting import lifted
from symbolic.reading.indexed.repairs import IndexRepair, repair
from symbolic.reading.indexed.sigma import with_sigma
from symbolic.reading.indexed.solving import factors_of, of_graph, solved
from symbolic.reading.indexed.steps import RATES
from symbolic.reading.premises import Citations
from symbolic.shapes import put
from symbolic.terms import Sign
from symbolic.verdicts import Hypothesis, Open, Proved, Refuted, Verdict


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
    citations = Citations(reading.claims, reading.marks)
    found: dict[int, IndexJudged] = {}
    first: IndexRepair | None = None
    for number, section in enumerate(reading.sections):
        claims = [claim for claim in reading.claims if claim.section == number]
        court = _Court(section)
        lines = with_sigma(court.lines(claims), section, partial(_judged, citations))
        lines = court.explained(lines, citations)
        mend = court.repair(lines)
        if mend is not None:
            lines = [
                replace(one, inherits=mend.definition) if one.claim.number in mend.mends else one
                for one in lines
            ]
        first = first or mend
        found |= {one.claim.number: one for one in lines}
    return IndexJudgement(tuple(found[claim.number] for claim in reading.claims), first)


def _judged(
    citations: Citations, section: Section, claims: Sequence[IndexClaim]
) -> Sequence[IndexJudged]:
    court = _Court(section)
    return court.explained(court.lines(claims), citations)


class _Court:
    """Judges the lines of one section; `cases` are the rules that they were judged as."""

    def __init__(self, section: Section) -> None:
        self.section, self.trouble = section, section.trouble
        self.cases: dict[int, Case] = {}
        self.judges: dict[tuple[int, tuple[Sort, ...] | None], Judge] = {}
        self.reads: frozenset[str] = frozenset()
        self.moves: dict[str, Movement] | None = None
        self.moving: Program | None = None
        self.lifted: tuple[Program | None] | None = None  # once it is asked for

    def lines(self, claims: Sequence[IndexClaim]) -> list[IndexJudged]:
        """The first verdict of every relation."""
        lines = [self.line(claim) for claim in claims]
        lines = [self.again(one, lines) for one in lines]
        return lines if self.section.slopes is None else with_numbers(lines, self.section)

    def explained(self, lines: Sequence[IndexJudged], citations: Citations) -> list[IndexJudged]:
        """The lines with their second verdicts, and where their errors are from."""
        if self.section.program is None or self.trouble:
            return [*lines]
        claims = [one.claim for one in lines]
        try:
            argued = Argued(claims, self.section, lambda s: self._judge(self._program, s))
        except (InputError, TooLargeError):  # then no line is decided
            return [*lines]
        found: list[IndexJudged] = []
        for one in lines:
            if one.argument is not None:  # proved of one function, and there argued
                found.append(one)
                continue
            case = self.cases.get(one.claim.number)
            found.append(argued.add(one, case, found, citations.premises(one.claim)))
        return found

    def repair(self, lines: Sequence[IndexJudged]) -> IndexRepair | None:
        """The one definition whose edit mends most of the wrong lines."""
        wrong = [one.claim.number for one in lines if one.word == "refuted"]
        own = [o.claim.number for o in lines if o.word == "refuted" and o.inherits is None]
        rules = {number: self.cases[number] for number in own if number in self.cases}
        proved = frozenset(one.claim.number for one in lines if one.word == "proved")
        claims = [one.claim for one in lines]

        def proves(program: Program) -> frozenset[int]:
            again = _Court(replace(self.section, program=program)).lines(claims)
            return frozenset(one.claim.number for one in again if one.word == "proved")

        return repair(self.section, claims, rules, wrong, proved, proves)

    @property
    def _program(self) -> Program:
        assert self.section.program is not None
        return self.section.program

    def line(self, claim: IndexClaim) -> IndexJudged:
        """The verdict of one relation."""
        if claim.kind is not Kind.CLAIM:
            return IndexJudged(claim)
        program = self.section.program
        if claim.relation == "\\approx" and not is_numeric(claim):
            return IndexJudged(claim, (ArrayReached("open", why="≈ is read of numbers alone"),))
        if any(decimals(side) and not letters(side) for side in claim.typed or ()):
            return IndexJudged(claim, (ArrayReached("open", why="it is about numbers"),))
        if program is None or self.trouble or claim.left is None or claim.right is None:
            return IndexJudged(claim, (ArrayReached("open", why=self.trouble),))
        try:
            if claim.of and claim.of not in self._read(program):
                raise InputError(f"Nothing that is defined here reads {claim.of}.")
            rule, judge = self._rule(claim, program)
            verdict = judge.verdict(rule, explain=bool(claim.of))
            if isinstance(verdict, Open):
                verdict = self._with_sums(rule, program, verdict)
            if isinstance(verdict, Open) and rule.array == PROBE and claim.moved is None:
                rule, judge, verdict = self._otherwise(claim, program, rule, judge, verdict)
            reached = self._reached(claim, judge, rule, verdict)
            if reached.word == "refuted" and self._of_one_cost(claim, program):
                return IndexJudged(claim, (ArrayReached("open", why="the cost is not said"),))
            unsaid = self._unsaid(claim, program) if reached.word == "refuted" else ""
            if unsaid:
                why = f"it fails for some {unsaid}, and what {unsaid} is is not said"
                return IndexJudged(claim, (ArrayReached("open", span=claim.said, why=why),))
            if claim.moved is None:
                sides = (claim.left, claim.right) if rule.array == PROBE else None
                self.cases[claim.number] = Case(judge.program, rule, sides)
        except InputError as error:
            return IndexJudged(claim, (ArrayReached("open", why=error.what),))
        except TooLargeError as error:
            return IndexJudged(claim, (ArrayReached("open", why=str(error)),))
        reached = replace(reached, span=claim.said or reached.span)
        return IndexJudged(claim, (reached,), self._said(claim, program))

    def _with_sums(self, rule: Rule, program: Program, verdict: Open) -> Verdict:
        """The verdict where denominators that are sums have names, if it is proved so."""
        if self.lifted is None:
            self.lifted = (lifted(program),)
        [other] = self.lifted
        if other is None:
            return verdict
        sorts = tuple(v.sort for v in rule.at) if rule.array == PROBE else None
        try:
            found = self._judge(other, sorts).verdict(rule, explain=False)
        except (InputError, TooLargeError):
            return verdict
        return found if isinstance(found, Proved) else verdict

    def _unsaid(self, claim: IndexClaim, program: Program) -> str:
        """The sign of an array in the claim that is given, and that nothing defined reads.

        A learning rate stands in claims alone.
        """
        sides = [side for side in (claim.left, claim.right) if side is not None]
        read = frozenset[str]().union(*map(arrays_read, sides))
        given = (
            {one.array for one in program.given} - {*RATES, "lambda"} - self.section.values.keys()
        )
        idle = sorted(read & given - self._read(program))
        if read <= {*idle}:
            return ""  # an identity, σ'(z) = σ(z), is about any z
        hand = self.section.hand
        written = hand.arrays if hand is not None else {}
        return next((written[n].sign + written[n].label for n in idle if n in written), "")

    def _of_one_cost(self, claim: IndexClaim, program: Program) -> bool:
        """Whether it says what a derivative is that depends on a cost which is not said."""
        if not (self.section.unsaid and claim.of) or claim.right is None:
            return False
        named = {m.name for m in program.multipliers}
        return not any(a in named or a.startswith("∂") for a in arrays_read(claim.right))

    def again(self, one: IndexJudged, lines: Sequence[IndexJudged]) -> IndexJudged:
        """A line that is not decided, by a proved line with the same left side and an equal right.

        The two right sides are equal by the definitions.  A wrong member of a chain that begins
        with a derivative gets the right form of this derivative.
        """
        claim, program = one.claim, self.section.program
        if one.word == "refuted" and one.cases[0].nearest is None:
            return self._mended(one, lines)
        if one.word != "open" or program is None or self.trouble or claim.where is not None:
            return one
        if claim.left is None or claim.right is None:
            return one
        sorts = tuple(v.sort for v in claim.at)
        for other in lines:
            same = other.claim.section == claim.section and other.claim.left == claim.left
            if not same or other.word != "proved" or other.claim.where is not None:
                continue
            if other.claim.at != claim.at or other.claim.right is None:
                continue
            rule = Rule(PROBE, claim.at, other.claim.right - claim.right)
            try:
                verdict = self._judge(program, sorts).verdict(rule, explain=False)
            except (InputError, TooLargeError):
                continue
            if isinstance(verdict, Proved):
                known = other.cases[0].under[0] if other.cases[0].under else ()
                names = tuple(dict.fromkeys((*known, *(need.name for need in verdict.under))))
                return replace(one, cases=(ArrayReached("proved", under=(names,) * bool(names)),))
        return one

    def _mended(self, one: IndexJudged, lines: Sequence[IndexJudged]) -> IndexJudged:
        """The line with the right form that it would have as a rule for the derivative."""
        claim, program = one.claim, self.section.program
        if program is None or claim.left is None or claim.right is None or claim.where is not None:
            return one
        left = claim.left
        for other in reversed([o for o in lines if o.claim.number < claim.number]):
            before = other.claim
            if before.section != claim.section or before.right != left or other.word != "proved":
                continue
            if not before.of or before.where is not None:
                if before.left is not None and other.word == "proved":
                    left = before.left
                continue
            if {*before.at} != {*claim.at}:
                return one
            rule = Rule(before.of, before.at, claim.right)
            try:
                verdict = self._judge(program, None).verdict(rule, explain=True)
            except (InputError, TooLargeError):
                return one
            if isinstance(verdict, Refuted) and isinstance(verdict.nearest, Rule):
                near = Derived(program, verdict.nearest, verdict.diagnosis)
                case = replace(one.cases[0], nearest=near, why=verdict.diagnosis)
                return replace(one, cases=(case,))
            return one
        return one

    def _read(self, program: Program) -> frozenset[str]:
        """The arrays that a definition or the cost reads, at least by name."""
        if not self.reads:
            found: set[str] = set()
            for part in (*program.definitions, program.cost):
                if isinstance(part, Abstract):
                    found |= {local.array for local in part.partials}
                    found |= {a for local in part.partials for a in arrays_read(local.slope)}
                else:
                    found |= arrays_read(part.body if isinstance(part, Definition) else part)
            found |= frozenset() if self.section.slopes is None else self.section.slopes.read
            self.reads = frozenset(found)
        return self.reads

    def _judge(self, program: Program, sorts: tuple[Sort, ...] | None) -> Judge:
        key = id(program), sorts
        if key not in self.judges:
            probe = () if sorts is None else (Given(PROBE, sorts),)
            probed = replace(program, given=(*program.given, *probe))
            self.judges[key] = Judge(probed, self.section.offered)
        return self.judges[key]

    def _rule(self, claim: IndexClaim, program: Program) -> tuple[Rule, Judge]:
        if claim.moved is not None:
            return self._movement(claim, program)
        left, right, where = claim.left, claim.right, claim.where or ONE
        assert left is not None
        assert right is not None
        if claim.of:
            return Rule(claim.of, claim.at, right, where), self._judge(program, None)
        difference: Expr = left - right
        if where != ONE:
            difference = where * difference
        graph = of_graph(program) & arrays_read(difference)
        if graph:
            rule = solved(claim, program, difference, graph)
            if rule is None or graph & arrays_read(rule.body):
                raise InputError(
                    "It speaks of the derivative by a weight of a graph, which exists along its "
                    "edges alone; write it as a rule for that derivative."
                )
            return rule, self._judge(program, None)
        sorts = tuple(v.sort for v in claim.at)
        return Rule(PROBE, claim.at, difference), self._judge(program, sorts)

    def _otherwise(
        self, claim: IndexClaim, program: Program, rule: Rule, judge: Judge, verdict: Open
    ) -> tuple[Rule, Judge, Verdict]:
        """A difference that is not decided: as the rule for a derivative in it, or by induction."""
        assert claim.left is not None
        assert claim.right is not None
        if claim.where is None:
            difference = claim.left - claim.right
            plain_ = self._judge(program, None)
            named = {m.name for m in program.multipliers}
            read = arrays_read(difference)
            for name in sorted(r for r in read if r in named or r.startswith("∂")):
                other = solved(claim, program, difference, frozenset({name}))
                if other is None:
                    continue
                found = plain_.verdict(other, explain=False)
                if isinstance(found, Proved):
                    return other, plain_, found
            found_ = self._conditioned(claim, program, plain_)
            if found_ is not None:
                return rule, judge, found_
            if _is_identity(claim.left, claim.right):
                return rule, judge, Proved("the functions", ())
        left = claim.left
        defined = {d.array for d in program.definitions}
        if isinstance(left, Get) and left.array in defined and left.at == claim.at:
            closed = Closed(left.array, claim.at, claim.right)
            proof = judge.checker.check(closed)
            if verdict.why.startswith("The formula differs") and isinstance(proof, Certified):
                under = tuple(Hypothesis(name, name) for name in proof.under)
                return rule, judge, Proved("induction along the order of the program", under)
        return rule, judge, verdict

    def _conditioned(self, claim: IndexClaim, program: Program, judge: Judge) -> Proved | None:
        """[j ∈ 𝒪] δ_j = …: the rule where the bracket is 1; elsewhere the right side is 0."""
        assert claim.left is not None
        assert claim.right is not None
        arrays = {m.name: m.array for m in program.multipliers}
        factors = factors_of(claim.left)
        heads = [
            f
            for f in factors
            if isinstance(f, Get) and (f.array in arrays or f.array.startswith("∂"))
        ]
        others = [f for f in factors if f not in heads]
        bits = {part.array for f in others for part in walk(f) if isinstance(part, Get)}
        if len(heads) != 1 or len(others) != 1 or not bits or not bits <= program.indicators:
            return None
        [head], [where] = heads, others
        if head.at != claim.at:
            return None
        array = arrays.get(head.array, head.array.removeprefix("∂"))
        sorts = tuple(v.sort for v in claim.at)
        parts = (
            (judge, Rule(array, claim.at, claim.right, where)),
            (self._judge(program, sorts), Rule(PROBE, claim.at, (1 - where) * claim.right)),
        )
        under: dict[Hypothesis, None] = {}
        for one, rule in parts:
            try:
                verdict = one.verdict(rule, explain=False)
            except InputError:  # it is no condition of a rule
                return None
            if not isinstance(verdict, Proved):
                return None
            under |= dict.fromkeys(verdict.under)
        return Proved("the adjoint certificate", tuple(under))

    def _movement(self, claim: IndexClaim, program: Program) -> tuple[Rule, Judge]:
        """The movement of an array is its definition differentiated, whatever moves."""
        assert claim.right is not None
        assert claim.moved is not None
        if self.moves is None:
            defined = tuple(d.array for d in program.definitions)
            moved = [a for a in self.section.moved if a != "cost" and a not in defined]
            self.moves = {m.array: m for m in movements(program, (*moved, *defined))}
            marked = (Given(MOVED + a, program.arrays[a]) for a in (*moved, *defined))
            self.moving = replace(program, given=(*program.given, *marked))
        move = self.moves.get("" if claim.moved == "cost" else claim.moved)
        if move is None or self.moving is None:
            raise InputError("What moves here is given, and may move in any way.")
        taken = {v.name for side in (move.body, claim.right) for v in _letters(side)}
        fresh = (f"q{n}" for n in range(10_000) if f"q{n}" not in taken)
        at = tuple(Var(next(fresh), v.sort) for v in claim.at)
        true = put(move.body, dict(zip(move.at, at, strict=True)))
        said = put(claim.right, dict(zip(claim.at, at, strict=True)))
        sorts = tuple(v.sort for v in at)
        return Rule(PROBE, at, true - said), self._judge(self.moving, sorts)

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
        plain_ = self.section.slopes is None or not verdict.diagnosis.startswith("The true rule")
        if isinstance(verdict.nearest, Rule) and claim.of and plain_:
            nearest = Derived(judge.program, verdict.nearest, verdict.diagnosis)
        return ArrayReached("refuted", against=against, why=verdict.diagnosis, nearest=nearest)

    def _said(self, claim: IndexClaim, program: Program) -> str:
        """How it was understood, in the syntax of model files."""
        assert claim.left is not None
        assert claim.right is not None
        if claim.of:
            return statement(program, Rule(claim.of, claim.at, claim.right, claim.where or ONE))
        return f"{plain(claim.left)} = {plain(claim.right)}"


def _is_identity(left: Expr, right: Expr) -> bool:
    """Whether two sides without indices are equal whatever the numbers in them are."""
    try:
        one, other = (as_term(side, _plain_sign) for side in (left, right))
    except NotElementaryError:
        return False
    return decide(one, other) == Identity()


def _plain_sign(entry: Get) -> Sign:
    if entry.at:
        raise NotElementaryError("it has indices")
    return Sign(entry.array)


def _letters(expr: Expr) -> Iterator[Var]:
    """Every letter that occurs, bound or free."""
    yield from free_letters(expr)
    yield from (part.over for part in walk(expr) if isinstance(part, Sum))
