"""Exact instances of indexed expressions: nested loops, modulo a prime, with dual numbers.

Shares no code with the index calculus.  A number is (value, derivative) modulo P.  Functions take
arbitrary but fixed values; what is kept of each is what the calculus may use: its slope, and for
exp that exp(a + b) = exp(a) exp(b) at small integers.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from fractions import Fraction

from symbolic import indexed as ix

P = 2**61 - 1
Dual = tuple[int, int]
WINDOW = range(-14, 15)  # stands for all integers


class NoRootError(ArithmeticError):
    """This instance needs the root of a number that has none modulo P; take another one."""


def inverse(x: int) -> int:
    return pow(x, P - 2, P) if x % P else 0  # 1/0 = 0


def times(a: Dual, b: Dual) -> Dual:
    return a[0] * b[0] % P, (a[0] * b[1] + a[1] * b[0]) % P


def chained(f: int, slope: int, u: Dual) -> Dual:
    return f % P, slope * u[1] % P


def powered(a: Dual, exponent: Fraction) -> Dual:
    top, bottom = exponent.numerator, exponent.denominator
    base = a[0]
    if bottom == 2:
        root = pow(base, (P + 1) // 4, P)
        if root * root % P != base:
            raise NoRootError
        # the even root of a root is the one that is itself a square, as for positive numbers
        value = pow(root, top % (P - 1), P) if base else 0
    elif bottom == 1:
        value = pow(base, top % (P - 1), P) if base else 0
    else:
        raise NoRootError
    factor = exponent.numerator * inverse(exponent.denominator) % P
    return chained(value, factor * value * inverse(base), a)


@dataclass
class Instance:
    """Sizes, and random values that are fixed once read; `seed` perturbs one array entry."""

    sizes: dict[str, int]
    arrays: dict[str, tuple[ix.Sort, ...]] = field(default_factory=dict)
    rng: random.Random = field(default_factory=lambda: random.Random(0))
    given: dict[tuple[str, tuple[int, ...]], int] = field(default_factory=dict)
    bodies: dict[str, tuple[tuple[ix.Var, ...], ix.Expr]] = field(default_factory=dict)
    small: frozenset[str] = frozenset()  # arrays with small integer entries
    indicators: frozenset[str] = frozenset()
    maps: dict[tuple[str, tuple[int, ...]], int] = field(default_factory=dict)
    table: dict[tuple[object, ...], int] = field(default_factory=dict)
    seed: tuple[str, tuple[int, ...]] | None = None
    memo: dict[tuple[str, tuple[int, ...]], Dual] = field(default_factory=dict)

    def bound(self, bound: ix.Affine | ix.Size | int) -> int:
        return self.index(bound, {})

    def elements(self, sort: ix.Sort) -> range:
        if sort == ix.INTEGERS:
            return WINDOW
        if sort.ordered:
            first, last = sort.bounds()
            return range(self.bound(first), self.bound(last) + 1)
        return range(1, self.sizes[sort.extent().name] + 1)

    def index(self, index: ix.Shifted | int, env: dict[str, int]) -> int:
        match index:
            case int():
                return index
            case ix.Affine(const, terms):
                return const + sum(c * self.index(part, env) for part, c in terms)
            case ix.Var(name):
                return env[name]
            case ix.Name(name, sort):
                names = sorted(set(NAMES))
                return 1 + names.index(name) % len(self.elements(sort))
            case ix.Size(name):
                return self.sizes[name]
            case ix.Gather(name, sort, at):
                key = (name, tuple(self.index(i, env) for i in at))
                if key not in self.maps:
                    self.maps[key] = self.rng.choice(self.elements(sort))
                return self.maps[key]
        raise TypeError(index)

    def entry(self, array: str, at: tuple[int, ...]) -> Dual:
        """The entry, 0 outside its range, recomputed from its definition if it has one."""
        if any(i not in self.elements(s) for s, i in zip(self.arrays[array], at, strict=True)):
            return 0, 0
        key = (array, at)
        if key in self.memo:
            return self.memo[key]
        if array in self.bodies and key not in self.given:
            letters, body = self.bodies[array]
            value = self.value(body, {v.name: i for v, i in zip(letters, at, strict=True)})
        else:
            if key not in self.given:
                top = 2 if array in self.indicators else 4 if array in self.small else P
                self.given[key] = self.rng.randrange(0 if array in self.indicators else 1, top)
            value = (self.given[key], 0)
        if key == self.seed:
            value = (value[0], (value[1] + 1) % P)
        self.memo[key] = value
        return value

    def of_table(self, *key: object) -> int:
        if key not in self.table:
            self.table[key] = self.rng.randrange(P)
        return self.table[key]

    def function(self, name: str, u: Dual) -> Dual:
        x = u[0]
        if name == "exp":
            signed = x if x < P // 2 else x - P
            f = pow(3, signed % (P - 1), P) if abs(signed) < 10**6 else self.of_table("exp", x)
            return chained(f, f, u)
        if name == "sqrt":
            return powered(u, Fraction(1, 2))
        if name == "ln":
            return chained(self.of_table("ln", x), inverse(x), u)
        if name in ("relu", "step"):
            on = self.of_table("on", x) % 2
            return (x * on % P, u[1] * on % P) if name == "relu" else (on, 0)
        if name == "softplus":
            return chained(self.of_table(name, x), self.function("logistic", u)[0], u)
        f = 0 if x == 0 and name == "tanh" else self.of_table(name, x)
        slope = {"tanh": 1 - f * f, "logistic": f - f * f}[name]
        return chained(f, slope, u)

    def value(self, expr: ix.Expr, env: dict[str, int]) -> Dual:
        """The expression by nested loops."""
        match expr:
            case ix.Num(value):
                return value.numerator * inverse(value.denominator) % P, 0
            case ix.Count(size):
                return self.sizes[size], 0
            case ix.Get(array, at):
                return self.entry(array, tuple(self.index(i, env) for i in at))
            case ix.Add(terms):
                parts = [self.value(t, env) for t in terms]
                return sum(a for a, _ in parts) % P, sum(b for _, b in parts) % P
            case ix.Mul(factors):
                result = (1, 0)
                for factor in sorted(
                    factors, key=lambda f: not isinstance(f, ix.Delta | ix.AtLeast)
                ):
                    result = times(result, self.value(factor, env))
                    if result == (0, 0):
                        break
                return result
            case ix.Pow(base, exponent):
                return powered(self.value(base, env), exponent)
            case ix.Fn(name, argument):
                return self.function(name, self.value(argument, env))
            case ix.Opaque(name, at, arguments, orders):
                return self.opaque(name, orders or (0,) * len(arguments), at, arguments, env)
            case ix.Sum(over, body):
                parts = [self.value(body, {**env, over.name: i}) for i in self.elements(over.sort)]
                return sum(a for a, _ in parts) % P, sum(b for _, b in parts) % P
            case ix.Delta(left, right):
                return int(self.index(left, env) == self.index(right, env)), 0
            case ix.AtLeast(left, right):
                return int(self.index(left, env) >= self.index(right, env)), 0
        raise TypeError(expr)

    def opaque(
        self,
        name: str,
        orders: tuple[int, ...],
        at: tuple[ix.Shifted | int, ...],
        arguments: tuple[ix.Expr, ...],
        env: dict[str, int],
    ) -> Dual:
        """Values and partial derivatives of every order are independent random numbers."""
        where = tuple(self.index(i, env) for i in at)
        inside = [self.value(a, env) for a in arguments]
        point = tuple(a for a, _ in inside)
        moved = 0
        for n, (_, tangent) in enumerate(inside):
            if tangent:
                higher = (*orders[:n], orders[n] + 1, *orders[n + 1 :])
                moved += tangent * self.of_table(name, higher, where, point)
        return self.of_table(name, orders, where, point), moved % P


NAMES = ("bias", "one", "two")
