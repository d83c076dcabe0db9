"""The search for a small exact instance at which a claimed gradient rule of an array program fails.

Sizes 1, 2 and 3; the smallest that will do, then the fewest and simplest numbers.  Hypotheses hold
at every instance that is looked at.  An instance can only refute, it never proves.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations_with_replacement, islice

from flint import ctx

from symbolic.array_draws import PLAIN, POOLS, height, length, polynomial, simpler, tame
from symbolic.array_instances import (
    ArrayWitness,
    Instance,
    Key,
    Place,
)
from symbolic.array_numbers import Polynomial
from symbolic.array_vocabulary import vocabulary
from symbolic.arrays import Program, Rule
from symbolic.duals import ONE, ZERO, Number, Undecided, differ, enclosure
from symbolic.indexed import (
    Expr,
    Mul,
    Var,
    arrays_read,
    free_letters,
    total,
)
from symbolic.indices import Hypothesis, Law, SizeOne
from symbolic.verdicts import Value

LARGEST = 3
MOST_ELEMENTS = 400
BITS = 128
TRIES = 4
"""How many draws of numbers are looked at for one choice of sizes."""
TAME = 3
"""So many more have functions between 0 and 1, where no other draw gives values."""
MOST_SIZES = 60
MANY = 8
"""With more numbers than these, whole arrays are put to 0 before single numbers."""


@dataclass(frozen=True)
class Counterexample:
    """∂cost/∂array[at], times its factor, is `left`; the rule claims `right`."""

    at: Place
    witness: ArrayWitness
    left: Value
    right: Value

    @property
    def exact(self) -> bool:
        """Whether both sides are rational numbers rather than enclosures."""
        return self.left.exact and self.right.exact


@dataclass(frozen=True)
class Agreement:
    """What the instances say: how many satisfied the hypotheses, how many values were compared."""

    instances: int
    told: int
    apart: Counterexample | None


def search(
    program: Program, rule: Rule, hypotheses: Iterable[Hypothesis] = ()
) -> Counterexample | None:
    """The smallest instance found at which the rule fails, None if none was found.

    >>> from symbolic.arrays import Given
    >>> from symbolic.indexed import Get, Sort, Sum
    >>> J = Sort("J"); j = Var("j", J); v = Get("v", (j,))
    >>> program = Program((Given("v", (J,)),), (), Sum(j, v**2))
    >>> search(program, Rule("v", (j,), 2 * v)) is None
    True
    >>> found = search(program, Rule("v", (j,), v))
    >>> found.witness.entries, str(found.left.low), str(found.right.low)
    ({('v', (1,)): Fraction(1, 1)}, '2', '1')
    """
    with ctx.workprec(BITS):
        return _Arena(program, rule, hypotheses).smallest()


def survey(
    program: Program, rule: Rule, hypotheses: Iterable[Hypothesis] = (), wanted: int = 4
) -> Agreement:
    """Compare the rule with true derivatives at a few instances, up to the first that differs."""
    with ctx.workprec(BITS):
        return _Arena(program, rule, hypotheses).agreement(wanted)


def contradicted(program: Program, rule: Rule, found: Counterexample) -> bool:
    """Whether the numbers of a counterexample, put in afresh, tell the two sides apart."""
    with ctx.workprec(BITS):
        arena = _Arena(program, rule, ())
        instance = Instance(program, found.witness, arena.seeded)
        sides = arena.sides(instance, found.at)
        return sides is not None and (enclosure(sides[0]), enclosure(sides[1])) == (
            found.left,
            found.right,
        )


def sizes_of(program: Program, rule: Rule) -> list[str]:
    """The names of the sizes that occur."""
    return vocabulary(program, rule)[1]


class Bench:
    """A few instances with the true values of a left side, to sift candidate right sides fast.

    Candidates may read the derivatives that the program names, and those by the arrays of `also`.
    """

    def __init__(
        self,
        program: Program,
        rule: Rule,
        hypotheses: Iterable[Hypothesis] = (),
        also: Iterable[str] = (),
    ) -> None:
        self._points: list[tuple[Instance, dict[Var, int], Number]] = []
        with ctx.workprec(BITS):
            arena = _Arena(program, rule, hypotheses)
            named = {m.array for m in program.multipliers}
            arena.seeded = tuple(sorted(named.union(arena.seeded, also)))
            for instance in arena.instances():
                for at in instance.places(v.sort for v in rule.at):
                    env = dict(zip(rule.at, at, strict=True))
                    sides = arena.sides(instance, at)
                    if sides is not None:
                        self._points.append((instance, env, sides[0]))

    def agrees(self, body: Expr) -> bool:
        """Whether the right side has the true values wherever both can be told."""
        with ctx.workprec(BITS):
            for instance, env, truth in self._points:
                try:
                    if differ(instance.value(body, env), truth):
                        return False
                except Undecided:
                    continue
        return True


class _Arena:
    """One rule with the hypotheses under which it is looked at."""

    def __init__(self, program: Program, rule: Rule, hypotheses: Iterable[Hypothesis]) -> None:
        self.program, self.rule = program, rule
        given = (*program.facts, *hypotheses)
        self.laws = [h for h in given if isinstance(h, Law)]
        self.ones = {h.size for h in given if isinstance(h, SizeOne)}
        meaning = {f"∂{array}": array for array in program.arrays}
        meaning |= {m.name: m.array for m in program.multipliers}
        read = {meaning[name] for name in arrays_read(rule.body) if name in meaning}
        self.seeded = tuple(sorted({rule.array} | read))
        self.sorts, self.sizes, self.names = vocabulary(program, rule)
        self.given = {g.array for g in program.given}

    # ------------------------------------------------------------------------------ looking

    def agreement(self, wanted: int) -> Agreement:
        """Values compared at several sizes and draws."""
        instances = told = 0
        for sizes in self._probes():
            here = 0
            for attempt in range(3 * TRIES + TAME):
                instance = self._drawn(sizes, attempt, attempt >= 3 * TRIES)
                if instance is None:
                    continue
                compared, found = self._compared(instance)
                instances += 1
                told += compared
                here += compared > 0
                if found:
                    return Agreement(instances, told, found)
                if here >= 2:
                    break
            if instances >= 2 * wanted and told:
                break
        return Agreement(instances, told, None)

    def instances(self) -> Iterator[Instance]:
        """Three instances of several sizes."""
        drawn = (self._drawn(sizes, 1) for sizes in self._probes())
        yield from islice((instance for instance in drawn if instance), 3)

    def smallest(self) -> Counterexample | None:
        """First whether there is any, then the smallest sizes, then the simplest numbers."""
        first = next(filter(None, map(self._failure, self._probes())), None)
        if first is None:
            return None
        for sizes in islice(self._choices(first.witness.sizes), MOST_SIZES):
            found = self._failure(sizes)
            if found:
                return self._shrunk(found)
        return self._shrunk(first)

    def _failure(self, sizes: dict[str, int]) -> Counterexample | None:
        ever = 0
        for attempt in range(TRIES + TAME):
            if attempt == TRIES and ever:
                break
            instance = self._drawn(sizes, attempt, attempt >= TRIES)
            if instance is not None:
                told, found = self._compared(instance)
                if found:
                    return found
                ever += told
        return None

    def _compared(self, instance: Instance) -> tuple[int, Counterexample | None]:
        """At how many elements both sides have values, and the first at which they differ."""
        told = 0
        for at in instance.places(v.sort for v in self.rule.at):
            sides = self.sides(instance, at)
            if sides is None:
                continue
            told += 1
            if differ(*sides):
                try:
                    values = [enclosure(side) for side in sides]
                except Undecided:  # nobody could write such numbers down
                    continue
                return told, Counterexample(at, instance.witness(), *values)
        return told, None

    def sides(self, instance: Instance, at: Place) -> tuple[Number, Number] | None:
        """The true derivative and the claimed one, None where one has no value."""
        if instance.forbidden(self.rule.array, at):
            return None
        env = dict(zip(self.rule.at, at, strict=True))
        try:
            if instance.value(self.rule.where, env) == ZERO:
                return None
            return instance.truth(self.rule.array, at), instance.value(self.rule.body, env)
        except Undecided:
            return None

    # ------------------------------------------------------------------------------- sizes

    def _choices(self, most: dict[str, int]) -> Iterator[dict[str, int]]:
        """Admissible sizes up to `most`, the smallest sum first."""
        free = [name for name in self.sizes if most[name] > 1]
        for more in range(sum(most[name] - 1 for name in free) + 1):
            for grown in combinations_with_replacement(free, more):
                sizes = {name: 1 + grown.count(name) for name in self.sizes}
                if all(sizes[n] <= most[n] for n in free) and self._fits(sizes):
                    yield sizes

    def _probes(self) -> Iterator[dict[str, int]]:
        rng = random.Random(0)
        uniform = [dict.fromkeys(self.sizes, n) for n in (2, 1, 3)]
        mixed = [{n: rng.randint(1, LARGEST) for n in self.sizes} for _ in range(12)]
        for sizes in (*uniform, *mixed):
            sizes |= dict.fromkeys(self.ones & sizes.keys(), 1)
            if self._fits(sizes):
                yield sizes

    def _fits(self, sizes: dict[str, int]) -> bool:
        """Whether every sort has an element, every name its own, and not too much is to do."""
        bare = Instance(self.program, ArrayWitness(sizes))
        if not all(len(bare.elements(sort)) for sort in self.sorts):
            return False
        for name in self.names:
            try:
                bare.index(name, {})
            except Undecided:
                return False
        elements = sum(len(bare.places(sorts)) for sorts in self.program.arrays.values())
        return elements <= MOST_ELEMENTS

    # ------------------------------------------------------------------------------ numbers

    def _drawn(self, sizes: dict[str, int], attempt: int, tamely: bool = False) -> Instance | None:
        """An instance with drawn numbers that satisfies the hypotheses.

        Where `tamely`, functions are between 0 and 1 near 0.
        """
        rng = random.Random(f"{attempt}")
        pool = POOLS[attempt % len(POOLS)]
        bare = Instance(self.program, ArrayWitness(sizes))
        for name in self.names:
            bare.index(name, {})
        entries: dict[Key, Fraction] = {}
        for given in self.program.given:
            for at in bare.places(given.sorts):
                number = rng.choice(pool)
                if given.array in self.program.indicators:
                    number = Fraction(rng.random() < 0.6)
                if not bare.forbidden(given.array, at):
                    entries[given.array, at] = number
        witness = ArrayWitness(sizes, entries, names=bare.names)
        return self._admitted(witness, frozenset(), rng, tame if tamely else polynomial)

    def _admitted(
        self,
        witness: ArrayWitness,
        kept: frozenset[Key],
        rng: random.Random | None,
        function: Callable[[int, random.Random], Polynomial] = polynomial,
    ) -> Instance | None:
        """The instance, its given entries mended so that the laws hold; None if they do not."""

        def draw(_: str, place: Place, arguments: int) -> Polynomial:
            return function(arguments, rng) if rng else PLAIN[0](arguments)

        instance = Instance(
            self.program, witness, self.seeded, draw, rng.randrange if rng else None
        )
        try:
            for _ in range(3):
                for law in self.laws:
                    spoken = {get.array for get in law.pattern} | arrays_read(law.value)
                    if spoken <= self.given:
                        self._mend(instance, law, kept)
            if all(gap == 0 for law in self.laws for _, gap in self._gaps(instance, law)):
                return instance
        except Undecided:
            return None
        return None

    def _gaps(self, instance: Instance, law: Law) -> Iterator[tuple[dict[Var, int], Number]]:
        """left − right of a law at all indices."""
        letters = sorted(
            frozenset().union(*map(free_letters, law.pattern)) - {*law.bound}, key=lambda v: v.name
        )
        gap = total(law.bound, Mul(law.pattern)) - law.value
        for at in instance.places(v.sort for v in letters):
            env = dict(zip(letters, at, strict=True))
            yield env, instance.value(gap, env)

    def _mend(self, instance: Instance, law: Law, kept: frozenset[Key]) -> None:
        gap = total(law.bound, Mul(law.pattern)) - law.value
        for env, found in self._gaps(instance, law):
            if found == 0:
                continue
            for key in self._entries_of(instance, law, env):
                if key in kept:
                    continue
                before = instance.entries.get(key, ZERO)
                ends = []
                for value in (ZERO, ONE):
                    instance.entries[key] = value
                    ends.append(instance.value(gap, env))
                low, high = ends
                if isinstance(low, Fraction) and isinstance(high, Fraction) and low != high:
                    root = low / (low - high)
                    instance.entries[key] = root
                    if root in (0, 1) or key[0] not in self.program.indicators:
                        break
                instance.entries[key] = before

    def _entries_of(self, instance: Instance, law: Law, env: dict[Var, int]) -> list[Key]:
        """The entries a law speaks of: numbers before indicators, the last before the first."""
        keys = []
        for bound in instance.places(v.sort for v in law.bound):
            inner = env | dict(zip(law.bound, bound, strict=True))
            for get in law.pattern:
                at = tuple(instance.index(i, inner) for i in get.at)
                if not instance.forbidden(get.array, at):
                    keys.append((get.array, at))
        keys.reverse()
        return sorted(keys, key=lambda key: key[0] in self.program.indicators)

    # ---------------------------------------------------------------------------- simplicity

    def _shrunk(self, found: Counterexample) -> Counterexample:
        """Fewer and simpler numbers, one at a time, as long as the two sides still differ."""
        found = self._accepted(found.witness, frozenset()) or found
        if len(found.witness.entries) > MANY:
            found = self._emptied(found)
        moved = True
        while moved:
            moved = False
            for witness, key in simpler(found.witness):
                other = self._accepted(witness, frozenset((key,)))
                if other and _weight(other) < _weight(found):
                    found, moved = other, True
        told = {key: number for key, number in found.witness.entries.items() if number}
        return replace(found, witness=replace(found.witness, entries=told))

    def _emptied(self, found: Counterexample) -> Counterexample:
        """With whole arrays put to 0: many numbers take too long one by one."""
        for array in dict.fromkeys(name for name, _ in found.witness.entries):
            keys = frozenset(key for key in found.witness.entries if key[0] == array)
            entries = found.witness.entries | dict.fromkeys(keys, Fraction(0))
            other = self._accepted(replace(found.witness, entries=entries), keys)
            if other and _weight(other) < _weight(found):
                found = other
        return found

    def _accepted(self, witness: ArrayWitness, kept: frozenset[Key]) -> Counterexample | None:
        instance = self._admitted(witness, kept, None)
        return self._compared(instance)[1] if instance else None


def _weight(found: Counterexample) -> tuple[int, int]:
    """How much a reader has to put in; exact numbers before enclosures."""
    numbers = sum(height(n) for n in found.witness.entries.values())
    functions = sum(length(f) for f in found.witness.functions.values())
    return not found.exact, numbers + functions
