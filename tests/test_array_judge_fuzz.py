"""Random programs and spoiled rules: what is proved holds at instances, what is refuted differs."""

import random
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import pytest

from symbolic.array_edits import somewhere
from symbolic.array_instances import ArrayWitness, Instance
from symbolic.array_refutation import Counterexample, contradicted, search, survey
from symbolic.array_verdicts import Judge
from symbolic.arrays import Definition, Given, Multiplier, Program, Rule
from symbolic.errors import InputError
from symbolic.indexed import Add, Affine, Expr, Fn, Get, Mul, Num, Opaque, Sort, Sum, Var, total
from symbolic.model_notation import statement
from symbolic.verdicts import Open, Proved, Refuted

J, K, T = Sort("J"), Sort("K"), Sort("T", ordered=True)
SORTS = (J, K, T)
GIVEN = (
    Given("w", (J, K)),
    Given("m", (J, J)),
    Given("x", (K,)),
    Given("b", (J,)),
    Given("z", (T,)),
    Given("a"),
)
SHAPES: tuple[tuple[Sort, ...], ...] = ((), (J,), (K,), (T,), (T, J))


class Writer:
    """Writes random bodies that read what is given and what is defined already."""

    def __init__(self, seed: int, smooth: bool = True) -> None:
        self.rng = random.Random(seed)
        self.arrays = {g.array: g.sorts for g in GIVEN}
        self.smooth = smooth
        self.letters = 0

    def letter(self, sort: Sort) -> Var:
        self.letters += 1
        return Var(f"{sort.name.lower()}{self.letters}", sort)

    def read(self, scope: tuple[Var, ...], itself: str = "") -> Expr:
        array = itself or self.rng.choice(sorted(self.arrays))
        at, bound = [], []
        for sort in self.arrays[array]:
            free = [v for v in scope if v.sort == sort]
            if not free or (not itself and self.rng.random() < 0.2):
                free = [self.letter(sort)]
                bound += free
            index = self.rng.choice(free)
            step = self.rng.choice((-1, 0, 0, 1)) if sort.ordered else 0
            if itself and sort.ordered:
                step = -1
            at.append(index + step if step else index)
        return total(tuple(bound), Get(array, tuple(at)))

    def body(self, scope: tuple[Var, ...], depth: int = 2) -> Expr:
        kind = self.rng.random()
        if depth == 0 or kind < 0.2:
            return self.read(scope)
        one = self.body(scope, depth - 1)
        if kind < 0.45:
            return one + self.body(scope, depth - 1)
        if kind < 0.7:
            return one * self.body(scope, depth - 1)
        if kind < 0.8:
            return one**2
        if kind < 0.9 and self.smooth:
            return Fn(self.rng.choice(("tanh", "logistic")), one)
        if kind < 0.95:
            return Opaque("phi", (), (one,))
        letter = self.letter(self.rng.choice(SORTS[:2]))
        return Sum(letter, self.body((*scope, letter), depth - 1))

    def program(self) -> Program:
        definitions = []
        for number in range(self.rng.randint(1, 3)):
            name = f"y{number}"
            at = tuple(self.letter(sort) for sort in self.rng.choice(SHAPES))
            body = self.body(at)
            if at and at[0].sort == T and self.rng.random() < 0.7:
                self.arrays[name] = tuple(v.sort for v in at)
                body = body + Get("a") * self.read(at, name)
            self.arrays[name] = tuple(v.sort for v in at)
            definitions.append(Definition(name, at, body))
        parts = []
        for definition in definitions:
            letters = tuple(self.letter(v.sort) for v in definition.at)
            parts.append(total(letters, Get(definition.array, letters) * self.body(letters, 1)))
        cost: Expr = parts[0]
        for part in parts[1:]:
            cost = cost + part
        names = tuple(Multiplier(d.array, f"d{d.array}") for d in definitions)
        return Program(GIVEN, tuple(definitions), cost, names)


def spoiled(rule: Rule) -> Iterator[Rule]:
    """The rule with one slip."""

    def change(part: Expr, letters: tuple[Var, ...]) -> Iterator[tuple[str, Expr]]:
        match part:
            case Add(terms):
                for n in range(len(terms)):
                    yield "", Add((*terms[:n], -terms[n], *terms[n + 1 :]))
                    if len(terms) > 1:
                        yield "", Add((*terms[:n], *terms[n + 1 :]))
            case Mul(factors) if len(factors) > 1:
                for n in range(len(factors)):
                    yield "", Mul((*factors[:n], *factors[n + 1 :]))
            case Get(array, at):
                for n, index in enumerate(at):
                    for v in letters:
                        if isinstance(index, Var) and v.sort == index.sort and v != index:
                            yield "", Get(array, (*at[:n], v, *at[n + 1 :]))
                    if isinstance(index, Affine) or (isinstance(index, Var) and index.sort == T):
                        yield "", Get(array, (*at[:n], index + 1, *at[n + 1 :]))
                yield "", 2 * part
            case Sum(over, body):
                yield "", Sum(over, 2 * body)

    for _, body in somewhere(rule.body, change, rule.at):
        yield Rule(rule.array, rule.at, body)


def fuzzed(seeds: range, slips: int) -> Counter[str]:
    """How often each verdict came out, over random programs and spoiled right rules."""
    seen: Counter[str] = Counter()
    for seed in seeds:
        writer = Writer(seed)
        program = writer.program()
        judging = Judge(program)
        array = writer.rng.choice(sorted(writer.arrays))
        at = tuple(writer.letter(sort) for sort in writer.arrays[array])
        right = judging.true_rule(Rule(array, at, Num(Fraction(0))))
        if right is None:
            seen["too large"] += 1
            continue
        verdict = judging.verdict(right)
        assert isinstance(verdict, Proved), statement(program, right)
        wrong = list(spoiled(right))
        for rule in writer.rng.sample(wrong, min(slips, len(wrong))):
            try:
                verdict = judging.verdict(rule)
            except InputError:
                seen["no formula"] += 1
                continue
            seen[type(verdict).__name__] += 1
            if isinstance(verdict, Refuted):
                assert isinstance(verdict.witness, ArrayWitness)
                member = tuple(map(int, verdict.member))
                found = Counterexample(member, verdict.witness, verdict.left, verdict.right)
                assert contradicted(program, rule, found), (seed, statement(program, rule))
                assert isinstance(verdict.nearest, Rule)
                assert isinstance(judging.verdict(verdict.nearest), Proved)
            elif isinstance(verdict, Proved):
                assert survey(program, rule, (), 8).apart is None
            else:
                assert isinstance(verdict, Open)
    return seen


@pytest.mark.slow
def test_verdicts_on_random_programs_are_right():
    seen = fuzzed(range(12), 2)
    assert seen["Refuted"] > 12
    assert seen["Open"] <= 2, seen
    assert seen["too large"] <= 2, seen


@pytest.mark.slow
def test_verdicts_on_many_random_programs_are_right():
    seen = fuzzed(range(1000, 1600), 4)
    assert seen["Refuted"] > 1200
    assert seen["Open"] <= 0.03 * seen["Refuted"], seen


def interpolated(
    program: Program, witness: ArrayWitness, array: str, at: tuple[int, ...]
) -> Fraction:
    """∂cost/∂array[at] of a cost that is a polynomial, from its values at 0 … degree."""
    degree = 40
    here = witness.entries.get((array, at), Fraction(0))
    values = []
    for step in range(degree + 1):
        entries = witness.entries | {(array, at): here + step}
        moved = ArrayWitness(witness.sizes, entries, witness.functions, witness.maps)
        values.append(Instance(program, moved).value(Get("cost"), {}))
    slope = Fraction(0)  # Newton: f'(0) = Σ (-1)^(n+1) Δⁿf(0) / n
    for n in range(1, degree + 1):
        values = [b - a for a, b in pairwise(values)]
        slope += Fraction((-1) ** (n + 1), n) * values[0]
    return slope


@pytest.mark.parametrize("seed", range(25))
def test_derivatives_by_intervention_are_those_of_the_cost_as_a_polynomial(seed: int):
    writer = Writer(seed, smooth=False)
    program = writer.program()
    rng = random.Random(seed)
    sizes = {"J": 2, "K": 1, "T": 2}
    bare = Instance(program, ArrayWitness(sizes))
    entries = {
        (g.array, at): Fraction(rng.randint(-2, 2)) for g in GIVEN for at in bare.places(g.sorts)
    }
    functions = {("phi", ()): (((1,), Fraction(1)), ((2,), Fraction(-1)))}
    witness = ArrayWitness(sizes, entries, functions)
    with_cost = Program(
        GIVEN, (*program.definitions, Definition("cost", (), program.cost)), Get("cost")
    )
    instance = Instance(program, witness, seeded=("w", "b", "z", "a"))
    for array in ("w", "b", "z", "a"):
        at = rng.choice(bare.places(writer.arrays[array]))
        assert instance.truth(array, at) == interpolated(with_cost, witness, array, at)


def test_a_right_rule_has_no_counterexample():
    for seed in range(200, 215):
        writer = Writer(seed)
        program = writer.program()
        at = (writer.letter(J),)
        right = Judge(program).true_rule(Rule("b", at, Num(Fraction(0))))
        assert right is None or search(program, right) is None
