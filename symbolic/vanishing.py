"""Is a normal form of the index calculus zero as a function of real numbers?

Normal forms know of exp, tanh, |·| and their like no more than their arguments.  Here every entry
and every opaque function becomes a real variable of its own, and `fields.py` decides whether what
is left is 0 for all of them: off the points where pieces meet, wherever it has a value.  So True is
an answer; False says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from symbolic.fields import Identity, decide
from symbolic.integers import Base
from symbolic.labelling import Atom, nested, occurring
from symbolic.monomials import ONE, Monomial, Normal, Number, freeze
from symbolic.partials import KINKED
from symbolic.terms import (
    Call,
    Cases,
    Condition,
    Constant,
    Pow,
    Relation,
    Sign,
    Term,
    num,
    replaced,
)

MOST_ATOMS, MOST_VARIABLES = 160, 4
"""Larger forms are left alone: a neuron's own functions are small."""
QUARTER = ("c", "arctan", freeze(ONE))
Factor = tuple[Atom, Number]
Factors = tuple[Factor, ...]


def vanishes(normal: Normal) -> bool:
    """Whether the form is 0 wherever it has a value.

    It is Σ S · f where the S are different products of sums and of entries that no function reads:
    then every f, which is made of functions, must be 0.

    >>> from symbolic.indexed import Fn, Get
    >>> from symbolic.indices import Calculus
    >>> c, v = Calculus({"v": ()}), Get("v")
    >>> softsign, size = v / (1 + Fn("abs", v)), 1 + Fn("abs", v)
    >>> vanishes(c.normal((1 - Fn("abs", softsign)) ** 2 - 1 / size**2))
    True
    >>> vanishes(c.normal((1 - softsign) ** 2 - 1 / size**2))
    False
    """
    return not normal or (has_calls(normal) and all(map(_is_nothing, _grouped(normal).values())))


def has_calls(normal: Normal) -> bool:
    """Whether an elementary function occurs outside of sums."""
    return any(_is_called(atom) for monomial in normal for atom, _ in _split(monomial)[1])


def _is_called(atom: Atom) -> bool:
    return atom[0] == "c" or (atom[0] == "p" and has_calls(dict(atom[1])))


def _grouped(normal: Normal) -> dict[object, dict[Factors, Number]]:
    """S → f, as monomials with their coefficients; a sum that a function reads is part of f."""
    arguments = [m for whole in normal for outer, _ in whole[2] for m in _monomials(outer)]
    read = {atom for m in arguments for atom, _ in m[2]}
    sums = {summed for summed, _ in map(_split, arguments) if any(summed)}
    groups: dict[object, dict[Factors, Number]] = {}
    for monomial, c in normal.items():
        summed, factors = _split(monomial)
        if summed in sums:
            summed, factors = tuple(() for _ in summed), (*factors, (("sum", summed), 1))
        alone = tuple(f for f in factors if f[0][0] in ("x", "F") and f[0] not in read)
        rest = tuple(f for f in factors if f not in alone)
        group = groups.setdefault((summed, alone), {})
        group[rest] = group.get(rest, 0) + c
    return groups


def _monomials(atom: Atom) -> Iterator[Monomial]:
    """The monomials of the arguments of a function, however deep."""
    for inner in nested(atom):
        for monomial, _ in inner:
            yield monomial
            for one, _ in monomial[2]:
                yield from _monomials(one)


def _split(monomial: Monomial) -> tuple[tuple[object, ...], Factors]:
    """A sum with its 0/1 factors and sizes, and the factors that depend on no letter it binds."""
    sizes, bounds, atoms, *places = monomial
    inner = tuple(factor for factor in atoms if _depends(factor, bounds))
    outer = tuple(factor for factor in atoms if factor not in inner)
    return (sizes, bounds, inner, *places), outer


def _depends(factor: Factor, bounds: Sequence[Base]) -> bool:
    return bool(bounds) and not occurring(((factor,), (), ())).isdisjoint(bounds)


def _lone_entry(monomial: Monomial) -> Atom | None:
    """The entry that the monomial is, if it is one."""
    sizes, bounds, atoms, *places = monomial
    lone = len(atoms) == 1 and atoms[0][1] == 1 and atoms[0][0][0] == "x"
    return atoms[0][0] if lone and not (sizes or bounds or any(places)) else None


def _atoms(normal: Normal) -> set[Atom]:
    """All atoms, those of arguments as well."""
    outer = [atom for monomial in normal for atom, _ in monomial[2]]
    return {*outer, *(one for atom in outer for m in _monomials(atom) for one, _ in m[2])}


def _is_nothing(group: Mapping[Factors, Number]) -> bool:
    """Whether Σ coefficient · factors is 0 for all values of what the functions read."""
    if not any(_is_called(atom) for factors in group for atom, _ in factors):
        return not any(group.values())
    made = _Terms()
    total: Term = num(0)
    for factors, c in sorted(group.items(), key=repr):
        total = total + num(Fraction(c)) * made.product(factors)
    if made.count > MOST_ATOMS or len(made.signs) > MOST_VARIABLES:
        return False
    return isinstance(decide(made.with_sides(total), num(0)), Identity)


class _Terms:
    """Normal forms as terms in `signs`; `count` atoms were written, `sides` decide pieces."""

    def __init__(self) -> None:
        self.signs: dict[object, Sign] = {}
        self.sides: list[Normal] = []
        self.count = 0

    def of(self, normal: Normal) -> Term:
        """Σ coefficient · monomial, in the argument of a function."""
        total: Term = num(0)
        for monomial, c in sorted(normal.items()):
            summed, factors = _split(monomial)
            whole = self.product(factors)
            if any(summed):
                whole = self._sign(summed) * whole
            total = total + num(Fraction(c)) * whole
        return total

    def product(self, factors: Factors) -> Term:
        """Π atom^power."""
        whole: Term = num(1)
        for atom, power in factors:
            whole = whole * self._atom(atom, power)
        return whole

    def with_sides(self, total: Term) -> Term:
        """The term in u and y for d = u + y, where |d − y| decides its pieces.

        As d runs over all numbers, so does u.
        """
        for side in self.sides:
            for monomial, c in sorted(side.items()):
                rest = {m: k for m, k in side.items() if m != monomial}
                alone = _lone_entry(monomial)
                if rest and alone is not None and alone not in _atoms(rest):
                    u = self._sign(("side", *monomial))
                    found = (u - self.of(rest)) * num(1 / Fraction(c))
                    return replaced(total, {self.signs[alone]: found})
        return total

    def _sign(self, key: object) -> Sign:
        return self.signs.setdefault(key, Sign("x", (str(len(self.signs)),)))

    def _atom(self, atom: Atom, power: Number) -> Term:
        self.count += 1
        if atom == QUARTER:
            return _raised(Constant("pi") / 4, power)
        match atom:
            case ("c", "exp", inner):
                return Call("exp", num(Fraction(power)) * self.of(dict(inner)))
            case ("c", name, inner):
                argument = self.of(dict(inner))
                if name in KINKED:
                    self.sides.append(dict(inner))
                made = _CALLED[name](argument) if name in _CALLED else Call(name, argument)
                return _raised(made, power)
            case ("sum", summed):
                return self._sign(summed)
            case ("p", inner):
                return _raised(self.of(dict(inner)), power)
        return _raised(self._sign(atom), power)


def _raised(term: Term, power: Number) -> Term:
    return term if power == 1 else Pow(term, Fraction(power))


def _where_positive(argument: Term, above: Term) -> Term:
    return Cases(((Condition(argument, Relation.GREATER, num(0)), above),), num(0))


_CALLED: dict[str, Callable[[Term], Term]] = {  # those that `fields.py` has under no name
    "logistic": lambda u: 1 / (1 + Call("exp", -u)),
    "softplus": lambda u: Call("ln", 1 + Call("exp", u)),
    "relu": lambda u: _where_positive(u, u),
    "step": lambda u: _where_positive(u, num(1)),
}
