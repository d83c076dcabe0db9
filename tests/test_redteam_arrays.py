"""Attacks on the index calculus and the adjoint certificate: each gave, or might give, a lie."""

import random
from collections import Counter
from fractions import Fraction

import pytest
from array_instances import Instance, P
from test_array_theorems import places, spoiled
from test_indices import renamed

from symbolic import labelling, monomials
from symbolic.adjoint_checks import Checker, Proved, check
from symbolic.arrays import Abstract, Acyclic, Definition, Given, Local, Multiplier, Program, Rule
from symbolic.errors import InputError
from symbolic.indexed import (
    INTEGERS,
    Add,
    AtLeast,
    Count,
    Delta,
    Expr,
    Gather,
    Get,
    Mul,
    Name,
    Num,
    Opaque,
    Pow,
    Size,
    Sort,
    Sum,
    Var,
    walk,
)
from symbolic.indices import Calculus, Hypothesis, Law, SizeOne
from symbolic.labelling import TooLargeError
from symbolic.monomials import add, scale
from symbolic.partials import is_zero, written

J, N = Sort("J"), Sort("N")
T, S = Sort("T", ordered=True), Sort("S", ordered=True)
LATER = Sort("Later", ordered=True, first=2, last=Size("T"))
FROM_ZERO = Sort("FromZero", size="T", ordered=True, first=0)
i, j, k = (Var(name, J) for name in "ijk")
n, m = Var("n", N), Var("m", N)
t, s = Var("t", T), Var("s", T)
q = Var("q", INTEGERS)
ARRAYS = {"x": (T,), "y": (T,), "z": (), "a": (J,), "b": (N,), "c": (N,), "early": (FROM_ZERO,)}
ONE, TWO = Num(Fraction(1)), Num(Fraction(2))
x, y, a, b, c, w, u, g = (lambda *at, name=name: Get(name, at) for name in "xyabcwug")


def off(index: Var) -> Gather:
    return Gather("off", T, (index,))


def same(left: Expr, right: Expr, *hypotheses: Hypothesis) -> bool:
    calculus = Calculus(ARRAYS, (), hypotheses)
    return is_zero(calculus, add(calculus.normal(left), scale(calculus.normal(right), -1)))


def agree(left: Expr, right: Expr, trial: int) -> bool:
    """Whether both have one value at every t of one exact instance."""
    instance = Instance({"T": 3}, ARRAYS, random.Random(trial))
    pairs = [
        [instance.value(side, {"t": place})[0] for side in (left, right)]
        for place in instance.elements(T)
    ]
    return all(one == other for one, other in pairs)


# ------------------------------------------------------------------------------ normal forms


def test_a_shift_by_a_fixed_map_is_no_renaming_of_a_bound_letter():
    """t → t - off(t) hits some numbers twice and others never."""
    calculus = Calculus(ARRAYS)
    before = Sum(t, x(t + off(t)) * y(t))
    after = written(calculus, calculus.normal(before))
    assert all(agree(before, after, trial) for trial in range(5))


def test_numbers_hit_by_a_fixed_map_are_not_counted_as_a_range():
    place = q + off(q)
    hits = Sum(q, AtLeast(place, 1) * AtLeast(Size("T"), place))
    assert not all(agree(hits, Count("T"), trial) for trial in range(5))
    assert not same(hits, Count("T"))


@pytest.mark.parametrize(
    "body",
    [
        AtLeast(q, 1) * Get("z"),
        AtLeast(q, 1) * Get("z") - AtLeast(q, 2) * Get("z"),
        Opaque("f", (), (x(q),)),
        Sum(Var("r", INTEGERS), AtLeast(q, Var("r", INTEGERS)) * AtLeast(Var("r", INTEGERS), q)),
    ],
    ids=repr,
)
def test_a_sum_over_all_integers_without_end_is_refused(body):
    with pytest.raises(InputError, match="needs a range"):
        Calculus(ARRAYS).normal(Sum(q, body))


def test_a_range_from_zero_to_one_has_two_elements():
    one = SizeOne("T = 1", "T")
    letter = Var("l", FROM_ZERO)
    whole = Sum(letter, Get("early", (letter,)))
    assert not same(whole, Get("early", (0,)), one)


def test_numbers_have_no_names():
    with pytest.raises(InputError, match="has numbers"):
        Calculus(ARRAYS).normal(Delta(Name("first", T), Name("first", S)))


def test_the_bounds_of_a_range_may_not_hang_on_an_index():
    triangle = Sort("Triangle", ordered=True, last=t)
    with pytest.raises(InputError, match="sizes only"):
        Calculus(ARRAYS).normal(Sum(Var("r", triangle), ONE))


def test_a_sort_of_one_element_has_not_two_names():
    apart = Delta(Name("one", N), Name("two", N))
    assert same(apart, Num(Fraction(0)))
    with pytest.raises(InputError, match="two names"):
        same(apart, Num(Fraction(0)), SizeOne("N = 1", "N"))


def test_minus_one_has_no_root():
    root = Pow(Num(Fraction(-1)), Fraction(1, 2))
    with pytest.raises(InputError, match="negative"):
        same(root * root, Num(Fraction(-1)))


def test_a_function_has_one_order_of_derivative_for_each_argument():
    for orders in ((1, 0), (-1,)):
        with pytest.raises(InputError, match="one order"):
            Calculus(ARRAYS).normal(Opaque("f", (), (x(t),), orders))


DIFFERENT = {
    "a product of sums is no sum of products": (Sum(j, a(j)) * Sum(j, a(j)), Sum(j, a(j) ** 2)),
    "a range of T - 1 is no range of T": (Sum(t, x(t - 1)), Sum(t, x(t))),
    "two reads one step apart": (Sum(t, x(t) * y(t - 1)), Sum(t, x(t) * y(t))),
    "turned round, one step off": (
        Sum(t, x(t) * y(Size("T") - t)),
        Sum(t, x(Size("T") + 1 - t) * y(t)),
    ),
    "a function outside its range is not zero": (
        Sum(t, Opaque("f", (), (x(t - 1),))),
        Sum(t, AtLeast(t, 2) * Opaque("f", (), (x(t - 1),))),
    ),
    "members of a family": (Opaque("f", (j,), (b(n),)), Opaque("f", (i,), (b(n),))),
    "orders of two arguments": (
        Opaque("f", (), (b(n), b(n)), (1, 0)),
        Opaque("f", (), (b(n), b(n)), (0, 1)),
    ),
    "a map may repeat": (Sum(n, a(Gather("tok", J, (n,)))), Sum(j, a(j))),
    "a delta inside a function": (
        Opaque("f", (), (Delta(i, j) * a(i),)),
        Delta(i, j) * Opaque("f", (), (a(i),)),
    ),
    "counts of two sorts": (Sum(n, ONE), Sum(j, ONE)),
    "T - 2 terms, none where T = 1": (Sum(t, AtLeast(t, 3)), Count("T") - 2),
    "a root of a square": ((Get("z") ** 2) ** Fraction(1, 2), Get("z")),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_differs_somewhere_has_two_normal_forms(name):
    assert not same(*DIFFERENT[name])


# -------------------------------------------------------------------------------- hypotheses


def test_a_law_about_a_fixed_map_is_refused():
    """d[tok(n)] e[n] = f[n] says nothing about d[tok(n)] e[m]."""
    pattern = (a(Gather("tok", J, (n,))), b(n))
    law = Law("tokens", (), pattern, c(n))
    with pytest.raises(InputError, match="plain indices"):
        same(pattern[0] * b(m), c(m), law)


def test_a_law_for_later_times_is_not_used_at_the_first():
    letter = Var("l", LATER)
    with pytest.raises(InputError, match="holds for l in 'Later' only"):
        same(x(1), Num(Fraction(0)), Law("the tail is 0", (), (x(letter),), Num(Fraction(0))))


@pytest.mark.parametrize(
    "law",
    [
        Law("nothing is zero", (), (), Num(Fraction(0))),
        Law("a letter too many", (j,), (b(n),), ONE),
        Law("of another sort", (), (a(n),), ONE),
        Law("an index too many", (), (a(j, j),), ONE),
    ],
    ids=lambda law: law.name,
)
def test_an_ill_formed_law_is_refused(law):
    with pytest.raises(InputError):
        Calculus(ARRAYS, (), (law,))


def test_a_law_outside_the_range_of_its_array_is_not_used():
    law = Law("x is 1", (), (x(t),), ONE)
    assert same(x(t - 1), AtLeast(t, 2) * AtLeast(Size("T") + 1, t), law)
    assert not same(x(t - 1), ONE, law)
    assert same(Sum(t, x(t - 1)), Count("T") - 1, law)


# ---------------------------------------------------------------------------------- programs


def scalar(cost: Expr, *definitions: Definition, **more: object) -> Program:
    return Program((Given("x"), Given("eta")), definitions, cost, **more)


SELF_REFERENCE = {
    "a cost that reads its own derivative": lambda: scalar(
        x() * Get("dx"), multipliers=(Multiplier("x", "dx"),)
    ),
    "a cost that reads a derivative without a name": lambda: scalar(x() * Get("∂x")),
    "a definition that reads a derivative": lambda: scalar(
        y(), Definition("y", (), x() * Get("∂x"))
    ),
    "a factor that is the derivative itself": lambda: scalar(
        y(), Definition("y", (), 3 * x()), multipliers=(Multiplier("y", "dy", Get("dy")),)
    ),
    "a derivative of a derivative": lambda: scalar(
        x() ** 2, multipliers=(Multiplier("x", "dx"), Multiplier("dx", "ddx"))
    ),
    "two names with two signs": lambda: scalar(
        x() ** 2, multipliers=(Multiplier("x", "dx"), Multiplier("x", "δ", Num(Fraction(-1))))
    ),
    "a defined array that is 0 or 1": lambda: scalar(
        y() ** 2, Definition("y", (), x()), indicators=frozenset({"y"})
    ),
    "a derivative that is 0 or 1": lambda: scalar(x() ** 2, indicators=frozenset({"∂x"})),
    "a derivative by an indicator": lambda: scalar(
        x() ** 2, multipliers=(Multiplier("x", "dx"),), indicators=frozenset({"x"})
    ),
    "a partial by an array that is not there": lambda: scalar(
        Abstract("cost", (), (Local("X", (), ONE),))
    ),
    "a partial that reads a derivative": lambda: scalar(
        Abstract("cost", (), (Local("x", (), Get("∂x")),))
    ),
    "a cost with letters": lambda: Program(
        (Given("g", (J, J)), Given("y", (J,))),
        (),
        Abstract("cost", (j,), (Local("y", (k,), g(j, k)),)),
    ),
    "a partial with one letter twice": lambda: Program(
        (Given("g", (J,)), Given("y", (J, J))),
        (),
        Abstract("cost", (), (Local("y", (k, k), g(k)),)),
    ),
    "a partial with letters of another sort": lambda: Program(
        (Given("g", (J,)), Given("y", (N,))), (), Abstract("cost", (), (Local("y", (k,), g(k)),))
    ),
    "an array without first and last element": lambda: Program(
        (), (Definition("y", (q,), y(q - 1)),), y(0)
    ),
    "an acyclic array of ones": lambda: Program(
        (Given("x", (J,)),),
        (Definition("u", (j, k), ONE),),
        Sum(j, x(j)),
        acyclic=(Acyclic("u"),),
    ),
    "an acyclic array with one index": lambda: Program(
        (Given("x", (J,)),), (), Sum(j, x(j)), acyclic=(Acyclic("x"),)
    ),
}


@pytest.mark.parametrize("name", SELF_REFERENCE)
def test_a_program_without_one_meaning_is_refused(name):
    with pytest.raises(InputError):
        SELF_REFERENCE[name]()


def net(*weights: Expr, acyclic: tuple[Acyclic, ...]) -> Program:
    body = x(j)
    for weight in weights:
        body = body + Sum(k, weight * y(k))
    given = (Given("w", (J, J)), Given("u", (J, J)), Given("x", (J,)))
    return Program(given, (Definition("y", (j,), body),), Sum(j, y(j)), acyclic=acyclic)


@pytest.mark.parametrize(
    "program",
    [
        net(w(j, k), u(j, k), acyclic=(Acyclic("w"), Acyclic("u"))),
        net(w(j, k), w(k, j), acyclic=(Acyclic("w"), Acyclic("w", 1, 0))),
    ],
    ids=["two weights with two orders", "a weight and its transpose"],
)
def test_two_acyclic_relations_may_make_a_circle(program):
    """w leads from 1 to 2 and u from 2 to 1: y_1 reads itself."""
    with pytest.raises(InputError, match="circle"):
        check(program, Rule("y", (j,), ONE))


def test_one_acyclic_relation_is_an_order():
    forward = net(w(j, k), u(j, j) * w(j, k), acyclic=(Acyclic("u"), Acyclic("w")))
    claim = 1 + Sum(k, (w(k, j) + u(k, k) * w(k, j)) * Get("∂y", (k,)))
    assert isinstance(check(forward, Rule("y", (j,), claim)), Proved)


def test_there_is_no_derivative_by_what_is_0_or_1():
    on = Get("on")
    gated = Program(
        (Given("on"), Given("x"), Given("u")),
        (),
        on * x() + u() * x() * on,
        indicators=frozenset({"on"}),
    )
    with pytest.raises(InputError, match="∂on"):
        check(gated, Rule("u", (), Get("∂on") - u() * x() * on))
    assert isinstance(check(gated, Rule("u", (), on * x())), Proved)


@pytest.mark.parametrize("array", ["dx", "∂x", "nowhere"])
def test_a_rule_for_a_derivative_of_a_derivative_is_refused(array):
    program = scalar(x() ** 2, multipliers=(Multiplier("x", "dx"),))
    with pytest.raises(InputError, match="no array"):
        check(program, Rule(array, (), TWO))


# ----------------------------------------------------------------------------------- fuzzing

LETTERS = {"J": (j, k), "N": (n, m), "T": (t, s)}
SHAPES = ((J,), (T,), (J, T), (N,), (J, N), ())
GIVEN = {"w": (J, J), "v": (J,), "p": (T,), "r": (J, T), "e": (N,), "eta": ()}
FACTORS = (ONE, Num(Fraction(-1)), -Get("eta"), Count("N"))


class Author:
    """Random programs, and rewritings of their rules that keep the value or spoil it."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.shifts = 1  # a sum over all integers takes nested loops long
        self.shapes: dict[str, tuple[Sort, ...]] = dict(GIVEN)

    def program(self) -> Program:
        definitions = []
        for name in ("f", "g", "h")[: self.rng.choice((1, 2, 2, 3))]:
            shape = self.rng.choice(SHAPES)
            at = tuple(LETTERS[sort.name][0] for sort in shape)
            body = self.expr(2, list(at))
            if T in shape and self.rng.random() < 0.7:  # read an earlier time, or the later one
                back = tuple(letter - 1 if letter == t else letter for letter in at)
                body = body + self.factor(1, list(at)) * Get(name, back)
            elif J in shape and self.rng.random() < 0.5:  # along the edges of w
                source = tuple(k if letter == j else letter for letter in at)
                body = body + Sum(k, w(j, k) * Opaque("φ", (j,), (Get(name, source),)))
            definitions.append(Definition(name, at, body))
            self.shapes[name] = shape
        costs: list[Expr] = []
        for d in definitions:
            costs.append(Opaque("C", d.at, (Get(d.array, d.at),)) * self.factor(1, [*d.at]))
            for letter in d.at:
                costs[-1] = Sum(letter, costs[-1])
        named = [d.array for d in definitions if self.rng.random() < 0.7]
        return Program(
            tuple(Given(name, shape) for name, shape in GIVEN.items()),
            tuple(definitions),
            Add(tuple(costs)),
            tuple(Multiplier(name, f"δ{name}", self.rng.choice(FACTORS)) for name in named),
            acyclic=(Acyclic("w"),),
        )

    def index(self, sort: Sort, scope: list[Var]) -> object:
        rng = self.rng
        here = [letter for letter in scope if letter.sort == sort]
        times = [letter for letter in scope if letter.sort == T]
        if sort == J and times and rng.random() < 0.2:
            return Gather("tok", J, (rng.choice(times),))
        if not here:
            return rng.choice((1, Size("T"))) if sort == T else None
        letter = rng.choice(here)
        if sort != T or rng.random() < 0.5:
            return letter
        return rng.choice((letter - 1, letter + 1, Size("T") + 1 - letter, Size("T") - letter))

    def read(self, scope: list[Var]) -> Expr:
        name = self.rng.choice(sorted(self.shapes.keys() - {"eta"}))
        at = []
        over: list[Var] = []
        for sort in self.shapes[name]:
            index = None if self.rng.random() < 0.25 else self.index(sort, scope + over)
            free = [letter for letter in LETTERS[sort.name] if letter not in scope + over]
            if index is None and free:
                over.append(free[0])
                index = free[0]
            at.append(self.index(sort, scope + over) if index is None else index)
        body: Expr = Get(name, tuple(at))
        if over and self.rng.random() < 0.6:
            body = body * self.factor(0, scope + over)
        for letter in over:
            body = Sum(letter, body)
        return body

    def factor(self, depth: int, scope: list[Var]) -> Expr:
        shape = self.rng.random()
        if depth == 0 or shape < 0.4:
            return self.read(scope)
        if shape < 0.6:
            at = tuple(letter for letter in scope if letter.sort != T)
            return Opaque("φ", at, (self.expr(depth - 1, scope),))
        if shape < 0.7:
            square = self.rng.random() < 0.6
            return self.expr(depth - 1, scope) ** 2 if square else 1 / self.read(scope)
        if shape < 0.8 and t in scope:
            return self.rng.choice((Delta(t, 1), AtLeast(t, 2), Delta(t, Size("T"))))
        if shape < 0.85:
            return Opaque("ψ", (), (self.read(scope), self.read(scope)))
        return self.read(scope) * self.read(scope)

    def expr(self, depth: int, scope: list[Var]) -> Expr:
        first = self.factor(depth, scope)
        return first + self.factor(depth, scope) if self.rng.random() < 0.6 else first

    def disguised(self, expr: Expr) -> Expr:
        """The same value: bound letters renamed and shifted, factors shuffled, sums split."""
        rng = self.rng
        if isinstance(expr, Add):
            parts = [self.disguised(part) for part in expr.terms]
            rng.shuffle(parts)
            return Add(tuple(parts))
        if isinstance(expr, Mul):
            parts = [self.disguised(part) for part in expr.factors]
            rng.shuffle(parts)
            return Mul(tuple(parts))
        if isinstance(expr, Sum):
            fresh = Var(f"q{rng.randrange(10**6)}", expr.over.sort)
            if expr.over.sort == T and self.shifts:
                self.shifts -= 1
                fresh = Var(fresh.name, INTEGERS)
                place = rng.choice((fresh + 2, 3 - fresh))
                cut = AtLeast(place, 1) * AtLeast(Size("T"), place)
                return Sum(fresh, cut * renamed(self.disguised(expr.body), expr.over, place))
            body = self.disguised(renamed(expr.body, expr.over, fresh))
            if isinstance(body, Add):
                return Add(tuple(Sum(fresh, part) for part in body.terms))
            return Sum(fresh, body)
        if isinstance(expr, Pow) and expr.exponent == 2:
            return Mul((expr.base, self.disguised(expr.base)))
        return expr


def truth(program: Program, instance: Instance) -> dict[tuple[str, tuple[int, ...]], int]:
    """factor · ∂cost/∂array[…] of every element, each by its own forward pass."""
    found = {}
    named = {multiplier.array: multiplier for multiplier in program.multipliers}
    for array in program.readable:
        multiplier = named.get(array, Multiplier(array, f"∂{array}"))
        factor = instance.value(multiplier.factor, {})[0]
        for at in places(instance, program.arrays[array]):
            if instance.given.get((array, at)) == 0:
                continue  # no edge: there is no weight to differentiate by
            instance.seed, instance.memo = (array, at), {}
            found[multiplier.name, at] = factor * instance.entry("cost", ())[1] % P
        instance.arrays[multiplier.name] = program.arrays[array]
    instance.seed, instance.memo = None, {}
    instance.given |= found
    return found


def instances(program: Program, count: int) -> list[tuple[Instance, dict[object, int]]]:
    """Exact instances of all small sizes; w leads from small to large."""
    found = []
    for trial in range(count):
        rng = random.Random(trial)
        sizes = {"J": 3 - trial % 3, "N": rng.choice((1, 2)), "T": 1 + trial % 3}
        bodies = {d.array: (d.at, d.body) for d in program.definitions} | {
            "cost": ((), program.cost)
        }
        instance = Instance(sizes, {**program.arrays, "cost": ()}, rng, bodies=bodies)
        for one in range(1, 4):
            instance.given |= {("w", (one, other)): 0 for other in range(one, 4)}
        found.append((instance, truth(program, instance)))
    return found


def holds(program: Program, rule: Rule, exact: list[tuple[Instance, dict[object, int]]]) -> bool:
    """Whether the rule has the true value at every index of the instances."""
    named = {multiplier.array: multiplier.name for multiplier in program.multipliers}
    name = named.get(rule.array, f"∂{rule.array}")
    for instance, true in exact:
        for at in places(instance, program.arrays[rule.array]):
            env = {letter.name: index for letter, index in zip(rule.at, at, strict=True)}
            if (name, at) in true and instance.value(rule.body, env)[0] != true[name, at]:
                return False
    return True


def attack(programs: int, seed: int) -> Counter[str]:
    """Random programs; of each array the derived rule, disguised, and slips of it."""
    seen: Counter[str] = Counter()
    for case in range(programs):
        author = Author(random.Random(1000 * seed + case))
        program = author.program()
        try:
            checker = Checker(program)
            exact = instances(program, 4)
        except (InputError, TooLargeError) as error:
            seen[type(error).__name__] += 1
            continue
        seen["programs"] += 1
        for array in author.rng.sample(sorted(program.readable - {"eta"}), 3):
            letters = tuple(
                Var(f"{sort.name.lower()}{place}", sort)
                for place, sort in enumerate(program.arrays[array])
            )
            try:
                derived = checker.plain.derived(array, letters)
                body = author.disguised(written(checker.plain.calculus, derived))
                if sum(p.over.sort == INTEGERS for p in walk(body) if isinstance(p, Sum)) > 2:
                    seen["too long for nested loops"] += 1
                    continue
                slips = [*spoiled(body)]
                for claim in [body, *author.rng.sample(slips, min(3, len(slips)))]:
                    rule = Rule(array, letters, claim)
                    proved = isinstance(checker.check(rule), Proved)
                    true = holds(program, rule, exact)
                    seen[f"proved {proved}, true {true}"] += 1
                    assert true or not proved, (seed, case, program, rule)
                    assert proved or claim is not body, (seed, case, program, rule)
            except (InputError, TooLargeError) as error:
                seen[f"rule: {error}"] += 1
    return seen


@pytest.fixture
def small_budgets(monkeypatch):
    monkeypatch.setattr(labelling, "LEAVES", 50)
    monkeypatch.setattr(monomials, "MONOMIALS", 60)


@pytest.mark.usefixtures("small_budgets")
def test_what_is_proved_of_random_programs_is_true_at_exact_instances():
    seen = attack(12, seed=7)
    assert seen["programs"] > 9
    assert seen["proved True, true True"] > 28
    assert seen["proved False, true False"] > 28


@pytest.mark.slow
@pytest.mark.usefixtures("small_budgets")
def test_what_is_proved_of_hundreds_of_random_programs_is_true():
    seen = sum((attack(100, seed) for seed in range(8, 14)), Counter())
    assert seen["programs"] > 500
