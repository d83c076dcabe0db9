"""The index calculus against nested loops, and the identities it must and must not find."""

import random
from collections import Counter
from fractions import Fraction

import pytest
from array_instances import Instance

from symbolic.errors import InputError
from symbolic.indexed import (
    INTEGERS,
    Add,
    AtLeast,
    Count,
    Delta,
    Expr,
    Fn,
    Gather,
    Get,
    Mul,
    Num,
    Opaque,
    Pow,
    Size,
    Sort,
    Sum,
    Var,
    total,
)
from symbolic.indices import Calculus, Law, SizeOne
from symbolic.monomials import add, scale
from symbolic.partials import derivative, is_zero, written
from symbolic.substitution import within_ranges

J, N = Sort("J"), Sort("N")
T, M = Sort("T", ordered=True), Sort("M", ordered=True)
i, j, k, m = (Var(name, J) for name in "ijkm")
n, x = Var("n", N), Var("x", N)
s, t, u = (Var(name, T) for name in "stu")
p = Var("p", M)
ARRAYS = {
    "a": (J,),
    "b": (J, J),
    "c": (J, N),
    "d": (N,),
    "f": (T,),
    "g": (T, J),
    "h": (M,),
    "on": (J,),
    "z": (),
}
INDICATORS = frozenset({"on"})
LETTERS = {"J": (i, j, k, m), "N": (n, x), "T": (s, t, u)}


def read(array: str, *at: object) -> Get:
    return Get(array, at)


def calculus(*hypotheses: Law | SizeOne) -> Calculus:
    return Calculus(ARRAYS, INDICATORS, hypotheses)


class Maker:
    """Random expressions whose free letters are i, n and t; and random equal rewritings of them."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def letter(self, sort: Sort, scope: list[Var]) -> Var:
        return self.rng.choice([v for v in scope if v.sort == sort])

    def shifted(self, scope: list[Var]) -> object:
        v = self.letter(T, scope)
        shape = self.rng.random()
        if shape < 0.5:
            return v
        if shape < 0.8:
            return v + self.rng.choice((-2, -1, 1, 2))
        return v - self.letter(T, scope) + self.rng.choice((0, 1)) if shape < 0.9 else 3 - v

    def atom(self, scope: list[Var]) -> Expr:
        rng = self.rng
        name = rng.choice("aabbccdfffgghz")
        at = []
        for sort in ARRAYS[name]:
            if sort.ordered:
                at.append(self.shifted(scope))
            elif sort == J and rng.random() < 0.06:
                at.append(Gather("map", J, (self.letter(N, scope),)))
            else:
                at.append(self.letter(sort, scope))
        return Get(name, tuple(at))

    def expr(self, depth: int, scope: list[Var]) -> Expr:
        rng = self.rng
        shape = rng.random()
        if depth == 0 or shape < 0.1:
            return self.atom(scope)
        if shape < 0.35:
            return Mul(tuple(self.expr(depth - 1, scope) for _ in range(rng.choice((2, 2, 3)))))
        if shape < 0.5:
            return Add(tuple(self.expr(depth - 1, scope) for _ in range(2)))
        if shape < 0.8:
            sort = rng.choice((J, J, N, T))
            over = rng.choice(LETTERS[sort.name])  # may shadow: capture must not matter
            return Sum(over, self.expr(depth - 1, [*(v for v in scope if v != over), over]))
        if shape < 0.85:
            v = rng.choice(scope)
            other = self.letter(v.sort, scope)
            shift = rng.choice((0, 0, 1)) if v.sort.ordered else 0
            return Mul((Delta(v, other + shift if shift else other), self.expr(depth - 1, scope)))
        if shape < 0.89:
            bound = self.shifted(scope)
            return Mul(
                (
                    AtLeast(bound, rng.choice((1, 2, self.letter(T, scope)))),
                    self.expr(depth - 1, scope),
                )
            )
        if shape < 0.93:
            return Mul((read("on", self.letter(J, scope)), self.expr(depth - 1, scope)))
        if shape < 0.96:
            return Opaque("phi", (self.letter(J, scope),), (self.expr(depth - 1, scope),))
        if shape < 0.98:
            return Mul(
                (
                    Num(Fraction(rng.choice((-1, 2, 3)), rng.choice((1, 2)))),
                    Count("N"),
                    self.expr(depth - 1, scope),
                )
            )
        return Pow(self.expr(depth - 1, scope), Fraction(2))

    def disguised(self, expr: Expr) -> Expr:
        """The same value, written otherwise: renamed, swapped, distributed, shuffled."""
        rng = self.rng
        match expr:
            case Add(terms):
                parts = [self.disguised(part) for part in terms]
                rng.shuffle(parts)
                return Add(tuple(parts))
            case Mul(factors):
                parts = [self.disguised(part) for part in factors]
                rng.shuffle(parts)
                for place, part in enumerate(parts):
                    if isinstance(part, Add) and rng.random() < 0.5:
                        rest = parts[:place] + parts[place + 1 :]
                        return Add(tuple(Mul((one, *rest)) for one in part.terms))
                return Mul(tuple(parts))
            case Sum(over, body):
                if isinstance(body, Sum) and body.over != over and rng.random() < 0.5:
                    return Sum(body.over, Sum(over, self.disguised(body.body)))
                if over.sort == T and rng.random() < 0.6:  # shifted or turned round
                    fresh = Var(f"q{rng.randrange(10**6)}", INTEGERS)
                    place = rng.choice((fresh + rng.choice((-2, 1, 3)), 4 - fresh, t - fresh))
                    if over != t:
                        cut = (AtLeast(place, 1), AtLeast(Size("T"), place))
                        return Sum(fresh, Mul((*cut, renamed(self.disguised(body), over, place))))
                if isinstance(body, Add) and rng.random() < 0.4:
                    return Add(tuple(Sum(over, self.disguised(part)) for part in body.terms))
                fresh = Var(f"q{rng.randrange(10**6)}", over.sort)
                return Sum(fresh, self.disguised(renamed(body, over, fresh)))
            case Opaque(name, at, (argument,)):
                return Opaque(name, at, (self.disguised(argument),))
            case Pow(base, _):
                return Mul((self.disguised(base), self.disguised(base)))
        return expr


def renamed(expr: Expr, old: Var, new: object) -> Expr:
    """old → new in an expression, not below a sum that binds old again."""

    def index(at: object) -> object:
        if at == old:
            return new
        if isinstance(at, Gather):
            return Gather(at.map, at.sort, tuple(map(index, at.at)))
        if hasattr(at, "terms"):
            result: object = at.const
            for part, c in at.terms:
                result = index(part) * c + result
            return result
        return at

    match expr:
        case Get(array, at):
            return Get(array, tuple(map(index, at)))
        case Delta(left, right):
            return Delta(index(left), index(right))
        case AtLeast(left, right):
            return AtLeast(index(left), index(right))
        case Sum(over, body):
            return expr if over == old else Sum(over, renamed(body, old, new))
        case Add(parts):
            return Add(tuple(renamed(part, old, new) for part in parts))
        case Mul(parts):
            return Mul(tuple(renamed(part, old, new) for part in parts))
        case Pow(base, exponent):
            return Pow(renamed(base, old, new), exponent)
        case Opaque(name, at, arguments, orders):
            inside = tuple(renamed(part, old, new) for part in arguments)
            return Opaque(name, tuple(map(index, at)), inside, orders)
    return expr


def values(exprs: list[Expr], trial: int) -> list[list[int]]:
    """Each expression at the same random instance, at every choice of i, n and t."""
    rng = random.Random(trial)
    sizes = {
        "J": rng.randint(1, 3),
        "N": rng.randint(1, 3),
        "T": rng.randint(1, 6),
        "M": rng.randint(2, 6),
    }
    instance = Instance(sizes, ARRAYS, rng, indicators=INDICATORS)
    found: list[list[int]] = [[] for _ in exprs]
    for a in instance.elements(J):
        for b in instance.elements(N):
            for c in instance.elements(T):
                for place, expr in enumerate(exprs):
                    found[place].append(instance.value(expr, {"i": a, "n": b, "t": c})[0])
    return found


def differ_somewhere(left: Expr, right: Expr) -> bool:
    for trial in range(40):
        a, b = values([left, right], trial)
        if a != b:
            return True
    return False


def fuzz(pairs: int, seed: int) -> Counter[str]:
    rng = random.Random(seed)
    maker = Maker(rng)
    seen: Counter[str] = Counter()
    for case in range(pairs):
        left = maker.expr(rng.choice((2, 3, 3, 4)), [i, n, t])
        right = maker.disguised(left) if case % 2 else maker.expr(2, [i, n, t])
        if case % 4 == 3:  # spoil one disguise in two, by as little as possible
            right = spoiled(right, rng)
        c = calculus()
        inside = c.context([t])
        try:
            a, b = (c.multiply(inside, c.normal(side)) for side in (left, right))
            back = c.multiply(inside, c.normal(written(c, a)))
        except InputError as refusal:  # a sum over ℤ that its ranges bound only jointly
            if "needs a range" not in refusal.what:
                raise
            seen["refused"] += 1
            continue
        assert back == a, f"read back otherwise: {left}"
        assert_same_values(left, written(c, a), case)
        same = is_zero(c, add(a, scale(b, -1)))
        seen["equal" if same else "unequal"] += 1
        if same == differ_somewhere(left, right):
            seen["disagree"] += 1
            print("DISAGREE", same, "\n ", left, "\n ", right, "\n ", a, "\n ", b)
    return seen


def assert_same_values(left: Expr, right: Expr, trial: int) -> None:
    a, b = values([left, right], trial)
    assert a == b, f"{left}\n{right}"


def spoiled(expr: Expr, rng: random.Random) -> Expr:
    """One index, factor or term changed."""
    match expr:
        case Get(array, at) if at and not ARRAYS[array][0].ordered:
            first = at[0]
            return (
                Get(array, (rng.choice(LETTERS[ARRAYS[array][0].name][:1]), *at[1:]))
                if first
                else expr
            )
        case Get(array, at) if at:
            return Get(array, (at[0] + 1, *at[1:]))
        case Add(parts):
            return Add((spoiled(parts[0], rng), *parts[1:]))
        case Mul(parts):
            return Mul((*parts[:-1], spoiled(parts[-1], rng)))
        case Sum(over, body):
            return Sum(over, spoiled(body, rng))
    return expr


@pytest.mark.slow
def test_normal_forms_agree_with_nested_loops_in_both_directions():
    seen = fuzz(120, seed=1)
    assert seen["equal"] > 24
    assert seen["unequal"] > 24
    assert not seen["disagree"]


def same(left: Expr, right: Expr, *hypotheses: Law | SizeOne) -> bool:
    c = calculus(*hypotheses)
    return is_zero(c, add(c.normal(left), scale(c.normal(right), -1)))


A, B, D, F, H = (lambda *at, name=name: Get(name, at) for name in "abdfh")
EQUAL = {
    "sums may be renamed": (Sum(j, A(j)), Sum(k, A(k))),
    "sums may be exchanged": (Sum(j, Sum(k, B(j, k))), Sum(k, Sum(j, B(j, k)))),
    "a bound name captures nothing": (Sum(j, A(j)) * Sum(j, A(j)), total((j, k), A(j) * A(k))),
    "a symmetric sum": (
        total((j, k), A(j) * A(k) * B(j, k)),
        total((j, k), A(j) * A(k) * B(k, j)),
    ),
    "a cycle may start anywhere": (
        total((i, j, k), B(i, j) * B(j, k) * B(k, i)),
        total((i, j, k), B(k, i) * B(j, k) * B(i, j)),
    ),
    "a delta picks": (Sum(k, Delta(j, k) * A(k)), A(j)),
    "a free delta substitutes": (Delta(j, k) * B(j, k), Delta(j, k) * B(j, j)),
    "a sum of ones is the size": (Sum(n, Num(Fraction(1))), Count("N")),
    "a sum over time of ones": (Sum(t, AtLeast(t, 2)), Count("T") - 1),
    "a shift": (Sum(t, F(t + 1) * F(t)), Sum(s, F(s - 1) * F(s))),
    "a convolution turned round": (Sum(t, F(u - t) * F(t)), Sum(s, F(s) * F(u - s))),
    "a convolution of two": (Sum(t, F(t) * H(u - t)), Sum(p, F(u - p) * H(p))),
    "denominators": (A(j) / (A(j) + A(k)) + A(k) / (A(j) + A(k)), Num(Fraction(1))),
    "an indicator is its square": (Get("on", (j,)) ** 2, Get("on", (j,))),
    "roots multiply": ((1 + D(n)) ** Fraction(1, 2) * (1 + D(n)) ** Fraction(1, 2), 1 + D(n)),
}
UNEQUAL = {
    "a transposed matrix": (Sum(k, B(j, k)), Sum(k, B(k, j))),
    "a captured name": (Sum(j, A(j)) * Sum(j, A(j)), Sum(j, A(j) * A(j))),
    "a delta of free names": (Delta(j, k) * A(j), A(j)),
    "a shift that loses its place": (Sum(t, F(t + 1) * F(t)), Sum(t, F(t) * F(t))),
    "a step at the end": (Sum(t, F(t - 1)), Sum(t, F(t))),
    "the square of a root of a square": (((A(j) ** 2) ** Fraction(1, 2)), A(j)),
}


@pytest.mark.parametrize("name", EQUAL)
def test_equal_expressions_have_one_normal_form(name):
    assert same(*EQUAL[name])


@pytest.mark.parametrize("name", UNEQUAL)
def test_different_expressions_have_different_normal_forms(name):
    assert not same(*UNEQUAL[name])


def test_a_hypothesis_is_used_only_where_it_applies():
    law = Law("Σ d = 1", (n,), (D(n),), Num(Fraction(1)))
    assert same(Sum(n, D(n) * A(j)), A(j), law)
    assert not same(Sum(n, D(n) * Get("c", (j, n))), Sum(n, Get("c", (j, n))), law)
    assert not same(Sum(n, D(n) * D(n)), Sum(n, D(n)), law)
    assert not same(Sum(n, D(n)), Num(Fraction(1)))


def test_one_sample_makes_every_sample_the_same():
    one = SizeOne("N = 1", "N")
    assert same(Sum(n, D(n)) / Count("N"), D(x), one)
    assert not same(Sum(n, D(n)) / Count("N"), D(x))


def test_a_long_cycle_is_labelled_within_the_budget():
    letters = [Var(f"c{place}", J) for place in range(8)]
    around = [B(a, b) for a, b in zip(letters, letters[1:] + letters[:1], strict=True)]
    left = total(tuple(letters), Mul(tuple(around)))
    right = total(tuple(reversed(letters)), Mul(tuple(around[3:] + around[:3])))
    assert same(left, right)


def test_the_derivative_of_a_sum_of_squares_does_not_capture():
    c = calculus()
    cost = c.normal(Sum(k, A(k) ** 2))
    assert derivative(c, cost, "a", (c.index(k),)) == c.normal(2 * A(k))


@pytest.mark.parametrize(
    ("expr", "complaint"),
    [
        (Get("a", (n,)), "wants an index of 'J'"),
        (Get("a", (j, k)), "has 1 indices"),
        (Get("q", ()), "no array 'q'"),
        (Get("a", (j + 1,)), "wants an index of 'J'"),
        (Delta(j, n), "compared with"),
        (AtLeast(j, 1), "no arithmetic"),
        (Pow(Num(Fraction(0)), Fraction(-1)), "zero"),
    ],
)
def test_ill_sorted_expressions_are_refused(expr, complaint):
    with pytest.raises(InputError, match=complaint):
        calculus().normal(expr)


def test_a_law_that_would_not_end_is_refused():
    with pytest.raises(InputError, match="shorter"):
        calculus(Law("grows", (), (A(j),), A(j) * A(j)))


@pytest.mark.slow
def test_normal_forms_agree_with_nested_loops_in_thousands_of_cases():
    seen = fuzz(3000, seed=2)
    assert not seen["disagree"]
    assert seen["equal"] + seen["unequal"] >= 2900


def test_a_range_around_a_function_holds_inside_it_and_no_other_does():
    """[s ≥ 2] exp([s ≥ 1] z + f[s]) = [s ≥ 2] exp(z + f[s]); [s ≥ 2] says nothing of [s ≥ 3]."""
    calculus = Calculus(ARRAYS)
    q = Var("q", INTEGERS)

    def gap(outer: int, inner: int) -> dict:
        known = AtLeast(q, outer)
        said, bare = (Fn("tanh", part * Get("z")) for part in (AtLeast(q, inner), Num(Fraction(1))))
        return calculus.normal(known * said - known * bare)

    assert not is_zero(calculus, gap(2, 1))
    assert is_zero(calculus, within_ranges(calculus, gap(2, 1)))
    assert is_zero(calculus, within_ranges(calculus, gap(2, 2)))
    assert not is_zero(calculus, within_ranges(calculus, gap(2, 3)))
