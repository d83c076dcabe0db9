"""The normal form of the index calculus: one shape for sums of products of indexed arrays.

A normal form is a dict {monomial: rational}.  A monomial (sizes, bounds, atoms, equations,
inequalities) means

    Π size^power · Σ over bounds of Π atom^power · Π [equation] · Π [inequality ≥ 0]

where a bound letter of an unordered sort runs over that sort and one of an ordered sort runs over
all integers, its range among the inequalities.  An atom is

    ("x", array, indices)                            an entry of an array, 0 outside its ranges
    ("F", family, orders, indices, normal forms)     an opaque function of a family, at arguments
    ("c", function, normal form)                     exp, tanh, …
    ("p", normal form)                               a base that is no monomial, for powers of it

Each rewriting is an identity for all sizes ≥ 1 and all values (with 1/0 = 0, off the zeros of
denominators): letters are renamed apart before a product; [k = e] under Σ_k puts e for k; a sum of
what does not depend on the letter is a factor |sort|; 0/1 factors and steps are idempotent; an
array entry carries its range.  So equal normal forms are equal.  The converse is not claimed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import flint

from symbolic import integers as z
from symbolic.errors import InputError, did_you_mean
from symbolic.indexed import INTEGERS, Sort
from symbolic.integers import Base, Linear
from symbolic.labelling import Atom, Parts, TooLargeError, labelled, nested, occurring

Number = int | Fraction
Monomial = tuple[Any, ...]
Normal = dict[Monomial, Number]
Frozen = tuple[tuple[Monomial, Number], ...]

NONE: Monomial = ((), (), (), (), ())
ONE: Normal = {NONE: 1}
MONOMIALS = 20_000  # of one normal form
AT_ZERO = {"tanh": 0, "sin": 0, "sinh": 0, "arctan": 0, "cos": 1, "cosh": 1, "relu": 0, "erf": 0,
           "abs": 0}  # fmt: skip
FUNCTIONS = ("exp", "ln", "logistic", "softplus", "step", *AT_ZERO)


def add(*normals: Normal) -> Normal:
    """The sum."""
    result = dict(normals[0]) if normals else {}
    for normal in normals[1:]:
        accumulate(result, normal)
    return result


def scale(normal: Normal, factor: Number) -> Normal:
    """factor · normal."""
    return {m: c * factor for m, c in normal.items()} if factor else {}


def freeze(normal: Normal) -> Frozen:
    """The normal form as a key."""
    return tuple(sorted(normal.items())) if len(normal) > 1 else tuple(normal.items())


class Monomials:
    """Sums and products of normal forms; `indices.Calculus` reads expressions into them."""

    def __init__(self, indicators: Iterable[str] = ()) -> None:
        self.indicators = frozenset(indicators)
        self.sorts: dict[str, Sort] = {INTEGERS.name: INTEGERS}
        self.ones: set[str] = set()  # the sizes that are 1 by hypothesis
        self._fresh = 0

    def count_of(self, size: str) -> Normal:
        """A size as a number."""
        return dict(ONE) if size in self.ones else {(((size, 1),), (), (), (), ()): 1}

    def delta(self, left: Linear, right: Linear) -> Normal:
        """1 where left = right, else 0."""
        return self._settled(1, {}, [], [], [z.combined(left, 1, right, -1)], [])

    def opaque(
        self,
        name: str,
        orders: tuple[int, ...],
        at: tuple[Linear, ...],
        arguments: Iterable[Normal],
    ) -> Normal:
        """A function of a family at arguments, differentiated `orders` times by each."""
        atom = ("F", name, orders, at, tuple(map(freeze, arguments)))
        return {((), (), ((atom, 1),), (), ()): 1}

    def function(self, name: str, argument: Normal) -> Normal:
        """An elementary function; exp of a sum is the product of the exps."""
        if name == "sqrt":
            return self.power(argument, Fraction(1, 2))
        if name not in FUNCTIONS:
            raise InputError(f"There is no function {name!r}. {did_you_mean(name, FUNCTIONS)}")
        if name == "exp":
            atoms = [(("c", "exp", ((m, 1),)), c) for m, c in argument.items()]
            return {((), (), tuple(sorted(atoms)), (), ()): 1}
        if not argument and name in AT_ZERO:
            return scale(ONE, AT_ZERO[name])
        if name == "abs" and min(argument.items())[1] < 0:  # |−u| = |u|
            argument = scale(argument, -1)
        return {((), (), ((("c", name, freeze(argument)), 1),), (), ()): 1}

    def product(self, factors: Iterable[Normal]) -> Normal:
        """The product of all factors."""
        result = ONE
        for factor in factors:
            result = self.multiply(result, factor)
        return result

    def multiply(self, left: Normal, right: Normal) -> Normal:
        """left · right, bound letters renamed apart."""
        if left == ONE:
            return right
        if right == ONE:
            return left
        if len(left) == 1 and NONE in left:
            return scale(right, left[NONE])
        if len(right) == 1 and NONE in right:
            return scale(left, right[NONE])
        if len(left) * len(right) > MONOMIALS:
            raise TooLargeError(f"a product of {len(left)} by {len(right)} monomials")
        result: Normal = {}
        for m, c in left.items():
            for n, d in right.items():
                accumulate(result, self._joined(m, n, c * d))
        return result

    def _joined(self, left: Monomial, right: Monomial, c: Number) -> Normal:
        if not any(left[1:]) or not any(right[1:]):  # sizes alone, such as 1/N
            sizes = dict(left[0])
            for size, power in right[0]:
                sizes[size] = sizes.get(size, 0) + power
            kept = right if any(right[1:]) else left
            return {(tuple(sorted((s, p) for s, p in sizes.items() if p)), *kept[1:]): c}
        bounds: list[Base] = []
        opened = []
        for monomial in (left, right):
            fresh, parts = self.opened(monomial)
            bounds += fresh
            opened.append(parts)
        sizes = dict(left[0])
        for size, power in right[0]:
            sizes[size] = sizes.get(size, 0) + power
        (a, d, r), (a2, d2, r2) = opened
        return self._settled(c, sizes, bounds, [*a, *a2], [*d, *d2], [*r, *r2])

    def settled(
        self,
        c: Number,
        like: Monomial,
        atoms: Iterable[tuple[Atom, Number]],
        equations: Iterable[Linear],
        ranges: Iterable[Linear],
    ) -> Normal:
        """An opened monomial with other atoms, normalised; its letters stay open."""
        return self._settled(c, dict(like[0]), [], [*atoms], [*equations], [*ranges])

    def opened(self, monomial: Monomial) -> tuple[list[Base], Parts]:
        """The monomial without its sum signs: its bound letters become fresh free ones."""
        _, bounds, *rest = monomial
        parts: Parts = (rest[0], rest[1], rest[2])
        if not bounds:
            return [], parts
        fresh: list[Base] = []
        for base in bounds:
            self._fresh += 1
            fresh.append(("b", 1 << 30, self._fresh, base[3]))
        table = {old: z.single(new) for old, new in zip(bounds, fresh, strict=True)}
        renamed = self._renamed(parts, table)
        assert renamed is not None, "renaming letters keeps a monomial a monomial"
        return fresh, renamed

    def closed(self, normal: Normal, bounds: Iterable[Base]) -> Normal:
        """Σ over letters that `opened` made free; their ranges are among the inequalities."""
        letters = list(bounds)
        if not letters:
            return normal
        result: Normal = {}
        for monomial, c in normal.items():
            fresh, (atoms, equations, ranges) = self.opened(monomial)
            accumulate(
                result,
                self._settled(
                    c, dict(monomial[0]), [*fresh, *letters], [*atoms], [*equations], [*ranges]
                ),
            )
        return result

    def put(self, normal: Normal, table: Mapping[Base, Linear]) -> Normal:
        """Free letters replaced by index expressions, all at once, without capture."""
        result: Normal = {}
        for monomial, c in normal.items():
            if occurring(monomial[2:5]).isdisjoint(table):
                accumulate(result, {monomial: c})
                continue
            bounds, (atoms, equations, ranges) = self.opened(monomial)
            kept, extra = self._replaced(atoms, table)
            part = self._settled(
                c,
                dict(monomial[0]),
                [] if extra else bounds,
                kept,
                [z.replaced(form, table) for form in equations],
                [z.replaced(form, table) for form in ranges],
            )
            if extra:
                part = self.closed(self.product((part, *extra)), bounds)
            accumulate(result, part)
        return result

    def power(self, base: Normal, exponent: Number) -> Normal:
        """base ** exponent; where the exponent is no integer the base must be positive."""
        if exponent == 0:
            return dict(ONE)
        if exponent == 1:
            return base
        if not base:
            if exponent > 0:
                return {}
            raise InputError("Division by an expression that is zero.")
        integral = exponent == int(exponent)
        if integral and exponent > 0 and (len(base) > 1 or next(iter(base))[1]):
            half = self.power(base, int(exponent) // 2)
            square = self.multiply(half, half)
            return self.multiply(square, base) if int(exponent) % 2 else square
        if len(base) > 1:
            return self._settled(1, {}, [], [(("p", freeze(base)), exponent)], [], [])
        ((monomial, c),) = base.items()
        sizes, bounds, atoms, equations, ranges = monomial
        scaled = tuple((size, power * exponent) for size, power in sizes)
        if bounds or not integral:
            factor: Number = 1
            if integral:
                factor, c = Fraction(c) ** int(exponent), 1
            rest = ((), bounds, atoms, equations, ranges)
            if not bounds:  # 0/1 factors are their own powers
                rest = ((), (), atoms, (), ())
            if rest == NONE and c < 0 and not integral:
                raise InputError("A root of a negative number.")
            if rest == NONE and c == 1:
                kept: tuple[Any, ...] = ()
            else:
                kept = self._rooted(rest, c, exponent)
            outer = ((), ()) if bounds else (equations, ranges)
            return self._settled(factor, dict(scaled), [], [*kept], [*outer[0]], [*outer[1]])
        powers = [(atom, power * exponent) for atom, power in atoms]
        return self._settled(
            Fraction(c) ** int(exponent), dict(scaled), [], powers, [*equations], [*ranges]
        )

    @staticmethod
    def _rooted(rest: Monomial, c: Number, exponent: Number) -> tuple[tuple[Atom, Number], ...]:
        """A root of exps and of positive bases multiplies their powers; else the whole is a base.

        A base under a fractional power is positive; one under an even power need not be.
        """
        primes = _primes(Fraction(c))
        if primes is None or rest[1] or not all(_is_positive(*factor) for factor in rest[2]):
            return ((("p", ((rest, c),)), exponent),)
        roots = ((("p", ((NONE, prime),)), times * exponent) for prime, times in primes)
        return (*roots, *((atom, power * exponent) for atom, power in rest[2]))

    # ------------------------------------------------------------------ the normal form

    def _renamed(self, parts: Parts, table: dict[Base, Linear]) -> Parts | None:
        """The parts with letters replaced, sorted; None where a function became something else."""
        atoms, equations, ranges = parts
        kept, extra = self._replaced(atoms, table)
        for normal in extra:
            if len(normal) != 1:
                return None
            ((monomial, c),) = normal.items()
            if c != 1 or monomial[0] or monomial[1] or monomial[3] or monomial[4]:
                return None
            kept += monomial[2]
        turned = []
        for form in equations:
            again = z.equation(z.replaced(form, table))
            if isinstance(again, bool):
                return None
            turned.append(again)
        moved = [z.replaced(form, table) for form in ranges]
        return tuple(sorted(kept)), tuple(sorted(turned)), tuple(sorted(moved))

    def _replaced(
        self, atoms: Iterable[tuple[Atom, Number]], table: Mapping[Base, Linear]
    ) -> tuple[list[tuple[Atom, Number]], list[Normal]]:
        """Atoms with letters replaced; functions whose argument changed are built anew."""
        kept: list[tuple[Atom, Number]] = []
        extra: list[Normal] = []
        for atom, power in atoms:
            kind = atom[0]
            if kind == "x":
                at = tuple([z.replaced(form, table) for form in atom[2]])
                kept.append((("x", atom[1], at), power))
                continue
            arguments = []
            moved = False
            still = occurring((((atom, power),), (), ())).isdisjoint(table)
            for inner in nested(atom):
                if still:
                    arguments.append(inner)
                else:
                    arguments.append(freeze(self.put(dict(inner), table)))
                    moved = True
            if kind == "F":
                at = tuple(z.replaced(form, table) for form in atom[3])
                kept.append((("F", atom[1], atom[2], at, tuple(arguments)), power))
            elif not moved:
                kept.append((atom, power))
            elif kind == "c":
                extra.append(self.power(self.function(atom[1], dict(arguments[0])), power))
            else:
                extra.append(self.power(dict(arguments[0]), power))
        return kept, extra

    def _settled(
        self,
        c: Number,
        sizes: dict[str, Number],
        bounds: list[Base],
        atoms: list[tuple[Atom, Number]],
        equations: list[Linear],
        ranges: list[Linear],
    ) -> Normal:
        """The normal form of one product of factors, summed over `bounds`."""
        extra: list[Normal] = []
        solved: list[tuple[Base | None, Linear]] = []
        pending = list(equations)
        while True:
            while pending:
                form = z.equation(pending.pop())
                if isinstance(form, bool):
                    if not form:
                        return {}
                    continue
                pivot = z.pivot(form, bounds)
                if pivot is None:
                    if (None, form) not in solved:
                        solved.append((None, form))
                    continue
                base, sign = pivot
                table = {base: z.solution(form, base, sign)}
                atoms, more = self._replaced(atoms, table)
                extra += [normal for normal in more if normal != ONE]
                extra = [self.put(normal, table) for normal in extra] if extra else extra
                ranges = [z.replaced(r, table) for r in ranges]
                pending = [z.replaced(p, table) for p in pending]
                again = [z.replaced(f, table) for _, f in solved]
                stale = {n for n, (_, f) in enumerate(solved) if again[n] != f}
                pending += [again[n] for n in stale if solved[n][0] is None]
                solved = [
                    (b, again[n])
                    for n, (b, _) in enumerate(solved)
                    if n not in stale or b is not None
                ]
                if base in bounds:
                    bounds = [b for b in bounds if b != base]
                else:
                    solved.append((base, form))
            if not ranges:
                break
            tight = z.reduced(tuple(sorted(set(ranges))))
            if tight is None:
                return {}
            ranges = list(tight[0])
            known = {z.equation(f) for _, f in solved}
            pending = [form for form in tight[1] if z.equation(form) not in known]
            if not pending:
                break
        if extra:
            inner = self._settled(c, sizes, [], atoms, [f for _, f in solved], ranges)
            return self.closed(self.product((inner, *extra)), bounds)
        return self._collected(c, sizes, bounds, atoms, [f for _, f in solved], ranges)

    def _collected(
        self,
        c: Number,
        sizes: dict[str, Number],
        bounds: list[Base],
        atoms: list[tuple[Atom, Number]],
        equations: list[Linear],
        ranges: list[Linear],
    ) -> Normal:
        """Powers added up, empty sums counted, laws applied, letters labelled."""
        powers: dict[Atom, Number] = {}
        for atom, power in atoms:
            if atom[0] == "x" and atom[1] in self.indicators:
                powers[atom] = 1 if power else powers.get(atom, 0)
            else:
                powers[atom] = powers.get(atom, 0) + power
        for atom, power in powers.items():
            if atom[:2] == ("c", "step") and power > 1:
                powers[atom] = 1  # it is 0 or 1
        bases: list[Normal] = []
        for atom in [a for a in powers if a[0] == "p"]:
            whole = powers[atom] // 1
            number = len(atom[1]) == 1 and atom[1][0][0] == NONE  # 2^(-1/2) is 2^(1/2) / 2
            if whole >= 1 or (number and whole):  # (a + b)^(3/2) is (a + b) · (a + b)^(1/2)
                powers[atom] -= whole
                bases.append(self.power(dict(atom[1]), whole))
        found = [(atom, power) for atom, power in powers.items() if power]
        if bases:
            rest = self._collected(c, sizes, [], found, equations, ranges)
            return self.closed(self.product((rest, *bases)), bounds)
        parts: Parts = (tuple(found), tuple(equations), tuple(ranges))
        counted: list[Normal] = []
        if bounds:
            used = occurring(parts)
            for base in [b for b in bounds if b not in used]:
                if self._is_ordered(base):
                    raise InputError("A sum over all integers needs a range.")
                bounds = [b for b in bounds if b != base]
                size = self.sorts[base[3]].extent().name
                if size not in self.ones:
                    sizes[size] = sizes.get(size, 0) + 1
            if ranges and any(map(self._is_ordered, bounds)):
                bounds, parts, counted = self._counted(bounds, parts)
        if not counted:
            changed = self._by_law(c, sizes, bounds, parts)
            if changed is not None:
                return changed
        labels: tuple[Base, ...] = ()
        if bounds:
            labels, parts = labelled(bounds, parts, self._renamed, self._is_ordered)
        else:
            atoms_, equations_, ranges_ = parts
            parts = (tuple(sorted(atoms_)), tuple(sorted(equations_)), tuple(sorted(ranges_)))
        scale_of = tuple(sorted((s, p) for s, p in sizes.items() if p))
        result: Normal = {(scale_of, labels, *parts): c}
        return self.product((result, *counted)) if counted else result

    def _is_ordered(self, base: Base) -> bool:
        return bool(base[3] == INTEGERS.name)

    def _counted(self, bounds: list[Base], parts: Parts) -> tuple[list[Base], Parts, list[Normal]]:
        """Σ_t [a ≤ t ≤ b] = b - a + 1 if nothing else has t in it and sizes alone say a ≤ b + 1."""
        atoms, equations, ranges = parts
        factors: list[Normal] = []
        held = occurring((atoms, equations, ()))
        for base in [b for b in bounds if b not in held]:
            around = [form for form in ranges if base in z.letters(form)]
            if len(around) != 2 or any([*z.letters(form)].count(base) > 1 for form in around):
                continue  # t + map(t) may skip numbers
            if any(base not in dict(form[1]) for form in around):
                continue
            length = z.combined(z.combined(around[0], 1, around[1], 1), 1, z.constant(1), 1)
            signs = sorted(dict(form[1])[base] for form in around)
            if signs != [-1, 1] or not z.never_negative(length):
                continue
            bounds = [b for b in bounds if b != base]
            ranges = tuple(form for form in ranges if form not in around)
            count: Normal = scale(ONE, length[0])
            for (_, size), factor in length[1]:
                count = add(count, scale(self.count_of(size), factor))
            factors.append(count)
        return bounds, (atoms, equations, ranges), factors

    def _by_law(
        self, c: Number, sizes: dict[str, Number], bounds: list[Base], parts: Parts
    ) -> Normal | None:
        """The product after the first hypothesis that applies; None if none does."""
        return None


def _is_positive(atom: Atom, power: Number) -> bool:
    """Whether the atom is positive wherever roots that hold it are defined."""
    rooted = atom[0] == "p" and power % 1 != 0
    return atom[:2] == ("c", "exp") or rooted or atom == ("c", "arctan", freeze(ONE))


def _primes(number: Fraction) -> list[tuple[int, int]] | None:
    """The primes of a positive number with their powers, so that √8 is 2 √2; else None."""
    if number <= 0 or max(number.numerator, number.denominator) >= 2**64:
        return None
    return [
        (int(prime), int(times) * way)
        for whole, way in ((number.numerator, 1), (number.denominator, -1))
        for prime, times in flint.fmpz(whole).factor()
    ]


def accumulate(result: Normal, part: Normal) -> None:
    """result += part, in place."""
    for monomial, c in part.items():
        total = result.get(monomial, 0) + c
        if total:
            result[monomial] = total
        else:
            result.pop(monomial, None)
    if len(result) > MONOMIALS:
        raise TooLargeError(f"more than {MONOMIALS} monomials")
