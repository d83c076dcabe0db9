"""Operations on whole normal forms: derivative by an array entry, zero test, writing.

∂/∂x[m] follows the rules of the first course on the atoms of a normal form: sum, product, power,
a table of elementary functions, φ → φ' for opaque ones, and ∂x[e]/∂x[m] = [e = m] for entries of
the same array.  An entry outside its range is the constant 0; its range indicator stays a factor,
so the derivative vanishes there too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from symbolic import integers as z
from symbolic.indexed import (
    INTEGERS,
    Add,
    Affine,
    AtLeast,
    Count,
    Delta,
    Expr,
    Fn,
    Gather,
    Get,
    Mul,
    Name,
    Num,
    Opaque,
    Part,
    Pow,
    Shifted,
    Size,
    Sort,
    Sum,
    Var,
)
from symbolic.indices import Calculus
from symbolic.integers import Base, Linear
from symbolic.labelling import Atom, nested, occurring
from symbolic.monomials import ONE, Monomial, Normal, Number, accumulate, add, scale

Slope = Callable[[Calculus, Normal, Normal], Normal]  # from the argument u and the value f(u)
SLOPES: dict[str, Slope] = {  # f: f'(u)
    "exp": lambda c, u, f: f,
    "ln": lambda c, u, f: c.power(u, -1),
    "tanh": lambda c, u, f: add(ONE, scale(c.multiply(f, f), -1)),
    "logistic": lambda c, u, f: add(f, scale(c.multiply(f, f), -1)),
    "softplus": lambda c, u, f: c.function("logistic", u),
    "sin": lambda c, u, f: c.function("cos", u),
    "cos": lambda c, u, f: scale(c.function("sin", u), -1),
    "sinh": lambda c, u, f: c.function("cosh", u),
    "cosh": lambda c, u, f: c.function("sinh", u),
    "arctan": lambda c, u, f: c.power(add(ONE, c.multiply(u, u)), -1),
    "erf": lambda c, u, f: c.multiply(
        scale(c.power(scale(c.function("arctan", ONE), 4), Fraction(-1, 2)), 2),  # 2/√π
        c.function("exp", scale(c.multiply(u, u), -1)),
    ),
    "abs": lambda c, u, f: c.multiply(u, c.power(f, -1)),  # off u = 0
    "relu": lambda c, u, f: c.function("step", u),  # off u = 0
    "step": lambda c, u, f: {},  # off u = 0
}
KINKED = ("abs", "relu", "step")  # claims about these hold off the kink u = 0


def derivative(calculus: Calculus, normal: Normal, array: str, at: tuple[Linear, ...]) -> Normal:
    """∂normal/∂array[at].

    >>> from symbolic.indexed import Sort
    >>> J = Sort("J"); j, m = Var("j", J), Var("m", J)
    >>> c = Calculus({"a": (J,)})
    >>> cost = c.normal(Sum(j, Get("a", (j,)) ** 2))
    >>> derivative(c, cost, "a", (c.index(m),)) == c.normal(2 * Get("a", (m,)))
    True
    """
    result: Normal = {}
    for monomial, coefficient in normal.items():
        if not mentions(monomial, array):
            continue
        bounds, (atoms, equations, ranges) = calculus.opened(monomial)
        turns: Normal = {}
        for n, (atom, power) in enumerate(atoms):
            slope = _of_atom(calculus, atom, array, at)
            if slope:
                kept = [*atoms[:n], *atoms[n + 1 :], (atom, power - 1)]
                rest = calculus.settled(coefficient * power, monomial, kept, equations, ranges)
                accumulate(turns, calculus.multiply(rest, slope))
        accumulate(result, calculus.closed(turns, bounds))
    return result


def _of_atom(calculus: Calculus, atom: Atom, array: str, at: tuple[Linear, ...]) -> Normal:
    kind = atom[0]
    if kind == "x":
        if atom[1] != array:
            return {}
        return calculus.product(
            calculus.delta(have, want) for have, want in zip(atom[2], at, strict=True)
        )
    result: Normal = {}
    for n, inner in enumerate(nested(atom)):
        argument: Normal = dict(inner)
        if not any(mentions(monomial, array) for monomial in argument):
            continue
        moved = derivative(calculus, argument, array, at)
        if not moved:
            continue
        if kind == "p":
            outer = ONE
        elif kind == "c":
            value: Normal = {((), (), ((atom, 1),), (), ()): 1}
            outer = SLOPES[atom[1]](calculus, argument, value)
        else:
            _, name, orders, places, arguments = atom
            higher = (*orders[:n], orders[n] + 1, *orders[n + 1 :])
            outer = {((), (), ((("F", name, higher, places, arguments), 1),), (), ()): 1}
        result = add(result, calculus.multiply(outer, moved))
    return result


def mentions(monomial: Monomial, array: str) -> bool:
    """Whether an entry of the array occurs, also inside functions."""
    return array in arrays_of({monomial: 1})


def arrays_of(normal: Normal) -> set[str]:
    """The arrays whose entries occur, also inside functions."""
    found: set[str] = set()
    stack = list(normal)
    while stack:
        for atom, _ in stack.pop()[2]:
            if atom[0] == "x":
                found.add(atom[1])
            for inner in nested(atom):
                stack.extend(monomial for monomial, _ in inner)
    return found


def is_zero(calculus: Calculus, normal: Normal) -> bool:
    """Whether the normal form is zero, also after its denominators are multiplied out.

    >>> from symbolic.indexed import Sort
    >>> c = Calculus({"a": (), "b": ()})
    >>> a, b = Get("a"), Get("b")
    >>> is_zero(c, c.normal(a / (a + b) + b / (a + b) - 1))
    True
    """
    while normal:
        bases = sorted({atom for m in normal for atom, _ in m[2] if _stands_free(atom, m)})
        if not bases:
            return _zero_under_sums(calculus, normal)
        base = bases[-1]
        groups: dict[Number, list[tuple[Monomial, Number, Number]]] = {}
        for monomial, coefficient in normal.items():
            power = dict(monomial[2]).get(base, 0)
            groups.setdefault(power % 1, []).append((monomial, coefficient, power))
        for group in groups.values():
            least = min(power for _, _, power in group)
            cleared: Normal = {}
            for monomial, coefficient, power in group:
                bounds, (atoms, equations, ranges) = calculus.opened(monomial)
                kept = [factor for factor in atoms if factor[0] != base]
                without = calculus.settled(coefficient, monomial, kept, equations, ranges)
                factor = calculus.power(dict(base[1]), power - least)
                whole = calculus.closed(calculus.multiply(without, factor), bounds)
                cleared = add(cleared, whole)
            if len(groups) == 1:
                normal = cleared
            elif not is_zero(calculus, cleared):
                return False
        if len(groups) > 1:
            return True
    return True


def _zero_under_sums(calculus: Calculus, normal: Normal) -> bool:
    """Whether the summands of like sums add up to zero: Σ f + Σ g = Σ (f + g).

    Letters of one sort are matched in the order they stand in; another order might do better, so
    only True is an answer.
    """
    if not all(monomial[1] for monomial in normal):
        return False
    if not any(atom[0] == "p" for monomial in normal for atom, _ in monomial[2]):
        return False
    groups: dict[tuple[str, ...], Normal] = {}
    for monomial, coefficient in normal.items():
        bounds, (atoms, equations, ranges) = calculus.opened(monomial)
        letters = sorted(bounds, key=lambda base: str(base[3]))
        summand = calculus.settled(coefficient, monomial, [*atoms], equations, ranges)
        table = {b: z.single(("f", f"@sum{n}", b[3])) for n, b in enumerate(letters)}
        sorts = tuple(str(base[3]) for base in letters)
        accumulate(groups.setdefault(sorts, {}), calculus.put(summand, table))
    return all(is_zero(calculus, group) for group in groups.values())


def _stands_free(atom: Atom, monomial: Monomial) -> bool:
    """A base that does not depend on the letters bound by its monomial."""
    if atom[0] != "p":
        return False
    return occurring((((atom, 1),), (), ())).isdisjoint(monomial[1])


def written(calculus: Calculus, normal: Normal, at: Iterable[Var] = ()) -> Expr:
    """The normal form as an expression, its bound letters named apart from all free ones.

    The letters of `at` are known to lie in their sorts, so that is not written.
    """
    taken = {base[1] for m in normal for base in occurring(m[2:5]) if base[0] in "fs"}
    known = [f for v in at for f in calculus.range_of(calculus.index(v), v.sort)]
    return _Writer(calculus, taken, tuple(known)).of(normal, {})


class _Writer:
    def __init__(self, calculus: Calculus, taken: set[str], known: tuple[Linear, ...]) -> None:
        self.calculus = calculus
        self.taken = taken
        self.known = known

    def of(self, normal: Normal, names: Mapping[Base, Var]) -> Expr:
        terms = [self.monomial(m, c, names) for m, c in sorted(normal.items())]
        return terms[0] if len(terms) == 1 else Add(tuple(terms)) if terms else Num(Fraction(0))

    def monomial(self, monomial: Monomial, c: Number, outer: Mapping[Base, Var]) -> Expr:
        sizes, bounds, atoms, equations, ranges = monomial
        names = dict(outer)
        said = [*self.known, *self.guards(atoms)]  # an entry is 0 outside its ranges
        for base in bounds:
            sort, limits = self.sort(base, (*said, *ranges))
            said += limits
            used = self.taken | {letter.name for letter in names.values()}
            names[base] = Var(_letter(sort.name, used), sort)
        factors: list[Expr] = [Num(Fraction(c))] if c != 1 else []
        factors += [_powered(Count(size), power) for size, power in sizes]
        inner: list[Expr] = []
        for const, terms in equations:
            rest = (-const, tuple((b, -k) for b, k in terms[1:]))
            inner.append(Delta(self.index((0, terms[:1]), names), self.index(rest, names)))
        told = tuple(said)
        inner += [AtLeast(self.index(f, names), 0) for f in ranges if not z.implied(f, told)]
        inner += [_powered(self.atom(atom, names), power) for atom, power in atoms]
        body = _product(inner)
        for base in reversed(bounds):
            body = Sum(names[base], body)
        if bounds:
            return _product([*factors, body])
        return _product([*factors, *inner])

    def guards(self, atoms: Iterable[tuple[Atom, Number]]) -> list[Linear]:
        """The ranges that the entries among the factors carry."""
        arrays = self.calculus.arrays
        return [
            limit
            for atom, _ in atoms
            if atom[0] == "x"
            for sort, form in zip(arrays[atom[1]], atom[2], strict=True)
            for limit in self.calculus.range_of(form, sort)
        ]

    def sort(self, base: Base, known: tuple[Linear, ...]) -> tuple[Sort, list[Linear]]:
        """A sort that the bound letter lies in where all this holds, and the ranges it says."""
        sorts = self.calculus.sorts
        if not sorts[base[3]].ordered:
            return sorts[base[3]], []
        for sort in sorts.values():
            limits = self.calculus.range_of(z.single(base), sort)
            if limits and all(z.implied(limit, known) for limit in limits):
                return sort, limits
        return INTEGERS, []

    def atom(self, atom: Atom, names: Mapping[Base, Var]) -> Expr:
        kind = atom[0]
        if kind == "x":
            return Get(atom[1], self.indices(atom[2], names))
        inside = tuple(self.of(dict(inner), names) for inner in nested(atom))
        if kind == "F":
            orders = atom[2] if any(atom[2]) else ()
            return Opaque(atom[1], self.indices(atom[3], names), inside, orders)
        return Fn(atom[1], inside[0]) if kind == "c" else inside[0]

    def indices(self, forms: tuple[Linear, ...], names: Mapping[Base, Var]) -> tuple[Shifted, ...]:
        return tuple(self.index(form, names) for form in forms)

    def index(self, form: Linear, names: Mapping[Base, Var]) -> Shifted:
        const, terms = form
        parts = tuple((self.part(base, names), c) for base, c in terms)
        if const == 0 and len(parts) == 1 and parts[0][1] == 1:
            return parts[0][0]
        return Affine(const, parts)

    def part(self, base: Base, names: Mapping[Base, Var]) -> Part:
        kind, name, *rest = base
        if kind == "b":
            return names[base]
        if kind == "s":
            return Size(name)
        sort = self.calculus.sorts[rest[0]]
        if kind == "g":
            return Gather(name, sort, self.indices(rest[1], names))
        return Var(name, sort) if kind == "f" else Name(name, sort)


def _letter(sort: str, used: set[str]) -> str:
    """A letter named after its sort, with a number where the name is taken."""
    stem = sort.lower() if sort.isascii() else "i"
    numbers = (str(n) for n in range(2, len(used) + 3))
    return next(name for name in (stem, *(stem + n for n in numbers)) if name not in used)


def _powered(base: Expr, power: Number) -> Expr:
    return base if power == 1 else Pow(base, Fraction(power))


def _product(factors: list[Expr]) -> Expr:
    if not factors:
        return Num(Fraction(1))
    return Mul(tuple(factors)) if len(factors) > 1 else factors[0]
