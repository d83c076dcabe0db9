"""The equations of lines put into another line until both of its sides are the same.

A derivative is replaced by what a line says of it, or by its own equation: the chain rule.  The
search is bounded and has one order, few equations before many and the latest line first; what it
finds is exact algebra of the kernel's normal forms.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from symbolic.adjoint_search import simple
from symbolic.adjoints import Adjoints
from symbolic.array_edits import everywhere
from symbolic.array_refutation import survey
from symbolic.arrays import ONE, Given, Program, Rule
from symbolic.indexed import Expr, Get
from symbolic.indices import Hypothesis
from symbolic.integers import Base
from symbolic.labelling import TooLargeError
from symbolic.monomials import Normal, add, scale
from symbolic.partials import arrays_of, is_zero, written
from symbolic.reading.arrays.rules import PROBE, Case
from symbolic.substitution import stepped, unfolded

MOST_STEPS = 60
"""How many equations are put in before the search ends."""
MOST_TERMS = 300
"""How many terms a difference may have before another equation is put in."""
MOST_OPENED = 100
"""How many terms it may have before another definition is put in."""
MOST_ENDS = 6
"""For how many of the ways to put them in the definitions are put in as well."""
FREE = "free "
"""Before the name of a derivative that may be any array."""
Names = tuple[str, ...]
_Body = tuple[tuple[Base, ...], Normal]


@dataclass(frozen=True)
class Line:
    """A line that states a derivative, with its verdict and the hypotheses it is proved under."""

    number: int
    name: str
    rule: Rule
    word: str
    under: Names = ()


@dataclass(frozen=True)
class Setting:
    """What the lines of one document are about; `numbers` are those of its definitions by array.

    `given` are the names of the hypotheses that the document itself assumes.
    """

    program: Program
    offered: tuple[Hypothesis, ...]
    given: Names
    numbers: Mapping[str, int]
    equations: Callable[[tuple[Hypothesis, ...]], Adjoints]

    def hypotheses(self, names: Collection[str]) -> tuple[Hypothesis, ...]:
        """Those of the offered ones that have these names."""
        return tuple(h for h in self.offered if h.name in names)


@dataclass(frozen=True)
class Shown:
    """From which lines and definitions a line follows, and whether the chain rule was used."""

    uses: tuple[int, ...]
    chain: bool


@dataclass(frozen=True)
class _State:
    """The difference of the two sides of a line, and how it came about."""

    gap: Normal
    uses: frozenset[int] = frozenset()
    chain: bool = False
    done: frozenset[str] = frozenset()  # the derivatives that were replaced
    held: frozenset[str] = frozenset()  # what the lines that were put in speak of
    stuck: frozenset[str] = frozenset()  # the derivatives that nothing gives


@dataclass
class Attempt:
    """The search for how one line follows, where the lines of the document state what is `said`.

    The derivatives that are said are replaced by lines alone, the others by the chain rule as well.
    After `shown` the `ends` are the differences that it was left with.
    """

    setting: Setting
    case: Case
    said: Collection[str]
    ends: list[_State] = field(default_factory=list)

    def shown(self, under: Names, lines: Sequence[Line]) -> Shown | None:
        """How the line follows from these lines under these hypotheses; None where none is found.

        Raises `TooLargeError` where a difference is too large.
        """
        self.adjoints = self.setting.equations(self.setting.hypotheses(under))
        self.lines = sorted(lines, key=lambda line: -line.number)
        self.steps = 0
        kept = arrays_of(self._claimed()) & self.adjoints.place.keys()
        states = list(self._starts())
        plain = simple(self.adjoints)
        for own in (frozenset(), frozenset(name for name in kept if self._may_go(name))):
            begun, states = states, []
            for state in self._onward(begun, frozenset(kept - own)):
                if is_zero(self.adjoints.calculus, state.gap):
                    return Shown(tuple(sorted(state.uses)), state.chain)
                states.append(state)
            new = [state for state in states if state not in begun or not own]
            for state in new[:MOST_ENDS]:
                rest, opened = self.adjoints.opened_until_zero(state.gap, plain, MOST_OPENED)
                if not rest:
                    least = self._least(state.gap, opened)
                    numbers = {self.setting.numbers.get(name, 0) for name in least} - {0}
                    return Shown(tuple(sorted(state.uses | numbers)), state.chain)
        self.ends = states
        return None

    @property
    def stuck(self) -> frozenset[str]:
        """The derivatives that nothing gave."""
        return frozenset(name for end in self.ends for name in end.stuck)

    def fails(self, under: Names) -> bool:
        """Whether an exact instance shows that the line does not follow.

        In it a derivative that nothing gives is any array, and all else is as it is.
        """
        laws = self.setting.hypotheses(under)
        return bool(self.ends) and all(
            end.stuck and survey(*self._freed(end), laws, 1).apart for end in self.ends
        )

    def _freed(self, end: _State) -> tuple[Program, Rule]:
        program, arrays, at = self.setting.program, self.adjoints.calculus.arrays, self.case.rule.at
        free = sorted(end.stuck)

        def change(part: Expr) -> Expr:
            known = isinstance(part, Get) and part.array in end.stuck
            return Get(FREE + part.array, part.at) if known and isinstance(part, Get) else part

        body = everywhere(written(self.adjoints.calculus, end.gap, at), change)
        given = [Given(FREE + name, arrays[name]) for name in free]
        given.append(Given(PROBE, tuple(v.sort for v in at)))
        return replace(program, given=(*program.given, *given)), Rule(PROBE, at, body)

    # ------------------------------------------------------------------ search

    def _onward(self, states: Sequence[_State], kept: frozenset[str]) -> Iterator[_State]:
        """What these differences become where all derivatives but those kept are replaced."""
        waiting = deque(states)  # those with the fewest equations put in first
        while waiting:
            state = waiting.popleft()
            left = (arrays_of(state.gap) & self.adjoints.place.keys()) - kept
            left -= state.done | state.stuck
            if not left or is_zero(self.adjoints.calculus, state.gap):
                yield state
                continue
            self.steps += 1
            if self.steps > MOST_STEPS or len(state.gap) > MOST_TERMS:
                raise TooLargeError("the search for an argument takes too many steps")
            name = min(left, key=self.adjoints.place.__getitem__)
            waiting += self._replaced(state, name)

    def _claimed(self) -> Normal:
        calculus, rule = self.adjoints.calculus, self.case.rule
        return calculus.multiply(self._inside(), calculus.normal(rule.body))

    def _inside(self) -> Normal:
        calculus, rule = self.adjoints.calculus, self.case.rule
        return calculus.multiply(calculus.context(rule.at), calculus.normal(rule.where))

    def _starts(self) -> Iterator[_State]:
        """The claim against what a line says of its head, then against the chain rule at it."""
        rule, claimed = self.case.rule, self._claimed()
        if rule.array == PROBE:
            yield _State(claimed)
            return
        name = self.adjoints.multipliers[rule.array].name
        for uses, body in self._bodies(name):
            yield _State(self._against(claimed, self.adjoints.placed(body, rule.at)), uses,
                         held=frozenset(arrays_of(body[1])))  # fmt: skip
        derived = self.adjoints.derived(rule.array, rule.at)
        yield _State(self._against(claimed, derived), chain=True)

    def _against(self, claimed: Normal, other: Normal) -> Normal:
        return add(claimed, scale(self.adjoints.calculus.multiply(self._inside(), other), -1))

    def _may_go(self, name: str) -> bool:
        """Whether what the claim itself speaks of may be replaced: not by itself through time."""
        stated = any(line.name == name for line in self.lines)
        return stated or name not in self.adjoints.recursive_multipliers()

    def _replaced(self, state: _State, name: str) -> Iterator[_State]:
        """The ways to replace one derivative; where there is none it stays."""
        calculus, done = self.adjoints.calculus, state.done | {name}
        found = False
        for uses, body in self._bodies(name):
            found = True
            gap = unfolded(calculus, state.gap, {name: body})
            held = state.held | arrays_of(body[1])
            yield replace(state, gap=gap, uses=state.uses | uses, done=done, held=held)
        if name not in self.said and name not in state.held:
            found = True
            gap = unfolded(calculus, state.gap, {name: self.adjoints.equation(name)})
            yield replace(state, gap=gap, done=done, chain=True)
        if not found:
            yield replace(state, stuck=state.stuck | {name})

    def _bodies(self, name: str) -> Iterator[tuple[frozenset[int], _Body]]:
        """What lines say of a derivative: each, then together those that speak of some times."""
        some: list[Line] = []
        for line in self.lines:
            if line.name == name:
                yield frozenset({line.number}), self.adjoints.stated(line.rule)
                some += [line] if line.rule.where != ONE else []
        if len(some) > 1:
            letters, body = self.adjoints.stated(some[0].rule)
            for line in some[1:]:
                body = unfolded(
                    self.adjoints.calculus, body, {name: self.adjoints.stated(line.rule)}
                )
            yield frozenset(line.number for line in some), (letters, body)

    # ------------------------------------------------------------------ definitions

    def _least(self, gap: Normal, opened: Sequence[str]) -> list[str]:
        """Those of the definitions without any one of which the difference is not zero."""
        least = list(opened)
        for name in opened:
            fewer = [other for other in least if other != name]
            if self._is_zero_with(gap, fewer):
                least = fewer
        return least

    def _is_zero_with(self, gap: Normal, names: Sequence[str]) -> bool:
        adjoints, bodies = self.adjoints, self.adjoints.bodies
        again = {name: adjoints.body(name) for name in names if name in arrays_of(bodies[name])}
        for name in names:
            if name not in again:
                gap = unfolded(adjoints.calculus, gap, {name: adjoints.body(name)})
        if again:
            gap = stepped(adjoints.calculus, gap, again)
        return is_zero(adjoints.calculus, gap)
