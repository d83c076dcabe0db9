"""Sparse polynomials over interned atoms: the normal form in which the kernel compares.

A monomial is a sorted tuple of atom numbers, a polynomial a dict from monomial to a nonzero
rational.  Two polynomials are equal as polynomials exactly when the dicts are equal.  An atom and
its reciprocal cancel; what an atom stands for is decided in `meaning.py`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from fractions import Fraction

Number = int | Fraction
Monomial = tuple[int, ...]
Poly = dict[Monomial, Number]
Key = tuple[Hashable, ...]
Frozen = tuple[tuple[Monomial, Number], ...]

ONE: Poly = {(): 1}
MOST_TERMS = 100_000
"""The most products of monomials that are written out at once."""
HIGHEST = 1_000
"""The largest exponent that is multiplied out."""


class TooLargeError(Exception):
    """A polynomial is too large to be written out; nothing is said about it."""


class Ring:
    """Interned atoms.  `sampled` atoms belong to one sample ξ of the batch.

    >>> ring = Ring()
    >>> x, n = ring.atom(("x",)), ring.atom(("N",))
    >>> ring.multiply(ring.multiply(x, n), ring.reciprocal(n)) == x
    True
    """

    def __init__(self) -> None:
        self.keys: list[Key] = []
        self.sampled: list[bool] = []
        self._number: dict[Key, int] = {}
        self._partner: dict[int, int] = {}
        self._reciprocals: set[int] = set()

    def number(self, key: Key, sampled: bool = False) -> int:
        """The number of the atom with this key, made at first use."""
        found = self._number.get(key)
        if found is None:
            found = self._number[key] = len(self.keys)
            self.keys.append(key)
            self.sampled.append(sampled)
        return found

    def atom(self, key: Key, sampled: bool = False) -> Poly:
        """The atom as a polynomial."""
        return {(self.number(key, sampled),): 1}

    def join(self, left: Monomial, right: Monomial) -> Monomial:
        """The product of two monomials, atoms cancelled against their reciprocals."""
        both = tuple(sorted(left + right))
        if self._reciprocals and not self._reciprocals.isdisjoint(both):
            return self._cancelled(both)
        return both

    def multiply(self, left: Poly, right: Poly) -> Poly:
        """left · right."""
        if len(left) == 1 and len(right) == 1:
            (a, x), (b, z) = *left.items(), *right.items()
            return {self.join(a, b): x * z}
        if left == ONE:
            return right
        if right == ONE:
            return left
        if len(left) * len(right) > MOST_TERMS:
            raise TooLargeError
        product: Poly = {}
        for a, x in left.items():
            for b, z in right.items():
                _add_to(product, self.join(a, b), x * z)
        return product

    def power(self, base: Poly, exponent: int) -> Poly:
        """base ** exponent; raises `TooLargeError` beyond `HIGHEST`."""
        if abs(exponent) > HIGHEST:
            raise TooLargeError
        return self.product([self.reciprocal(base) if exponent < 0 else base] * abs(exponent))

    def product(self, factors: Iterable[Poly]) -> Poly:
        """The product of all factors."""
        result = ONE
        for factor in factors:
            result = self.multiply(result, factor)
        return result

    def reciprocal(self, poly: Poly) -> Poly:
        """1/poly; raises `ZeroDivisionError` where poly is the zero polynomial.

        The reciprocal of a single atom cancels against it; that of a sum is one atom, which only
        `cleared` resolves.
        """
        if not poly:
            raise ZeroDivisionError("division by an expression that is zero")
        if len(poly) > 1:
            return self.atom(("1/", freeze(poly)), any(self.sampled[a] for m in poly for a in m))
        ((monomial, coefficient),) = poly.items()
        result: Poly = {(): 1 / Fraction(coefficient)}
        for atom in monomial:
            key = self.keys[atom]
            if key[0] == "1/":
                inside: Poly = dict(key[1])  # type: ignore[call-overload]  # built by freeze
                result = self.multiply(result, inside)
            else:
                result = self.multiply(result, {(self._one_over(atom),): 1})
        return result

    def _one_over(self, atom: int) -> int:
        if atom in self._partner:
            return self._partner[atom]
        partner = self.number(("1/", (((atom,), 1),)), self.sampled[atom])
        self._partner[atom], self._partner[partner] = partner, atom
        self._reciprocals.add(partner)
        return partner

    def _cancelled(self, monomial: Monomial) -> Monomial:
        rest = list(monomial)
        for atom in monomial:
            partner = self._partner.get(atom)
            if partner is not None and atom in self._reciprocals and partner in rest:
                rest.remove(atom)
                rest.remove(partner)
        return tuple(rest)

    def cleared(self, poly: Poly) -> Poly:
        """The polynomial times every denominator in it: zero exactly where the quotient is zero."""
        while True:
            bottoms = [a for m in poly for a in m if self.keys[a][0] == "1/"]
            if not bottoms:
                return poly
            bottom = max(bottoms)
            power = max(m.count(bottom) for m in poly)
            inside: Poly = dict(self.keys[bottom][1])  # type: ignore[call-overload]  # by freeze
            result: Poly = {}
            for monomial, coefficient in poly.items():
                held = monomial.count(bottom)
                rest: Poly = {tuple(a for a in monomial if a != bottom): coefficient}
                rest = self.multiply(rest, self.product([inside] * (power - held)))
                for part, value in rest.items():
                    _add_to(result, part, value)
            poly = result


def add(*polys: Poly) -> Poly:
    """The sum of the polynomials.

    >>> add({(1,): 2}, {(1,): -2, (): 1})
    {(): 1}
    """
    result = dict(polys[0]) if polys else {}
    for poly in polys[1:]:
        for monomial, coefficient in poly.items():
            _add_to(result, monomial, coefficient)
    return result


def scale(poly: Poly, factor: Number) -> Poly:
    """factor · poly."""
    return {m: c * factor for m, c in poly.items()} if factor else {}


def subtract(left: Poly, right: Poly) -> Poly:
    """left − right."""
    result = dict(left)
    for monomial, coefficient in right.items():
        _add_to(result, monomial, -coefficient)
    return result


def freeze(poly: Poly) -> Frozen:
    """The polynomial as a key."""
    return tuple(sorted(poly.items()))


def _add_to(poly: Poly, monomial: Monomial, coefficient: Number) -> None:
    total = poly.get(monomial, 0) + coefficient
    if total:
        poly[monomial] = total
    else:
        poly.pop(monomial, None)
