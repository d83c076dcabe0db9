"""The index calculus: expressions read into normal forms, under hypotheses.

Equality of normal forms is equality for all sizes ≥ 1 and all values; see `monomials.py` for what
a normal form means and why each rewriting is an identity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass

from symbolic import integers as z
from symbolic.errors import InputError, did_you_mean
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
    Pow,
    Shifted,
    Size,
    Sort,
    Sum,
    Var,
    affine,
    free_letters,
)
from symbolic.integers import Base, Linear
from symbolic.labelling import Atom, Parts, occurring
from symbolic.laws import matches
from symbolic.monomials import NONE, ONE, Monomials, Normal, Number, accumulate, add


@dataclass(frozen=True, slots=True)
class Law:
    """A hypothesis: Σ over `bound` of the product `pattern` equals `value`, at all other indices.

    Σ_k d[k,n] = 1 is `Law("targets sum to 1", (k,), (d[k,n],), 1)`; a 0/1 indicator that a weight
    implies is `Law("…", (), (w[k,j], edge[k,j]), w[k,j])`.  Every monomial of the value has fewer
    factors than the pattern, so rewriting ends.
    """

    name: str
    bound: tuple[Var, ...]
    pattern: tuple[Get, ...]
    value: Expr


@dataclass(frozen=True, slots=True)
class SizeOne:
    """The hypothesis that a size is 1: every index of such a sort is the same one."""

    name: str
    size: str


Hypothesis = Law | SizeOne


class Calculus(Monomials):
    """Normal forms over declared sorts and arrays, under hypotheses.

    >>> J = Sort("J"); j, k = Var("j", J), Var("k", J)
    >>> calculus = Calculus({"a": (J,), "b": (J, J)})
    >>> a = lambda i: Get("a", (i,))
    >>> left = calculus.normal(Sum(j, a(j)) * Sum(j, a(j)))
    >>> left == calculus.normal(Sum(j, Sum(k, a(k) * a(j))))
    True
    >>> calculus.normal(Sum(k, Delta(j, k) * a(k))) == calculus.normal(a(j))
    True
    """

    def __init__(
        self,
        arrays: Mapping[str, tuple[Sort, ...]],
        indicators: Iterable[str] = (),
        hypotheses: Iterable[Hypothesis] = (),
    ) -> None:
        super().__init__(indicators)
        self.arrays = dict(arrays)
        self._only: dict[str, Name] = {}  # the name of the element of a sort with one
        self._limits: dict[str, tuple[Linear, Linear]] = {}
        self._contexts: dict[tuple[Var, ...], Normal] = {}
        self._laws: list[tuple[frozenset[Base], tuple[Atom, ...], frozenset[str], Normal]] = []
        for sorts in self.arrays.values():
            for sort in sorts:
                self.know(sort)
        given = tuple(hypotheses)
        self.ones.update(h.size for h in given if isinstance(h, SizeOne))
        for law in given:
            if isinstance(law, Law):
                self._add_law(law)

    def beside(self, arrays: Mapping[str, tuple[Sort, ...]]) -> Calculus:
        """The same hypotheses with more arrays; what is found here does not reach this one."""
        made = copy(self)
        made.arrays, made.sorts, made.ones = {**self.arrays, **arrays}, {**self.sorts}, {*self.ones}
        made._only, made._limits, made._contexts = {**self._only}, {**self._limits}, {}
        for sorts in arrays.values():
            for sort in sorts:
                made.know(sort)
        return made

    def know(self, sort: Sort) -> None:
        """Declare a sort; one name means one sort, whose bounds are fixed numbers."""
        if sort.ordered and sort.name not in self.sorts:
            ends = [part for end in sort.bounds() for part, _ in affine(end).terms]
            if not all(isinstance(part, Size) for part in ends):
                raise InputError(f"The bounds of {sort.name!r} may speak of sizes only.")
        known = self.sorts.setdefault(sort.name, sort)
        if known is not sort and known != sort:
            raise InputError(f"The sort {sort.name!r} is declared twice, differently.")

    def normal(self, expr: Expr) -> Normal:
        """The normal form of an expression."""
        match expr:
            case Num(value):
                whole = value.denominator == 1
                return {NONE: value.numerator if whole else value} if value else {}
            case Count(size):
                return self.count_of(size)
            case Get(array, at):
                return self.read(array, tuple(self.index(i) for i in at))
            case Add(terms):
                return add(*map(self.normal, terms))
            case Mul(factors):
                return self.product(map(self.normal, factors))
            case Pow(base, exponent):
                return self.power(self.normal(base), exponent)
            case Fn(name, argument):
                return self.function(name, self.normal(argument))
            case Opaque(name, at, arguments, orders):
                if orders and (len(orders) != len(arguments) or min(orders) < 0):
                    raise InputError(f"{name!r} wants one order of derivative for each argument.")
                return self.opaque(
                    name,
                    orders or (0,) * len(arguments),
                    tuple(self.index(i) for i in at),
                    tuple(map(self.normal, arguments)),
                )
            case Sum(over, body):
                self.know(over.sort)
                letters = [over]
                while isinstance(body, Sum) and body.over not in letters and over.sort != INTEGERS:
                    if body.over.sort == INTEGERS:
                        break
                    self.know(body.over.sort)
                    letters.append(body.over)
                    body = body.body
                inner = self.normal(body)
                if over.sort == INTEGERS:
                    self._require_finite(inner, [over])
                return self.total(inner, *letters)
            case Delta(left, right):
                sides = self.index(left), self.index(right)
                self._require_alike(*sides)
                return self.delta(*sides)
            case AtLeast(left, right):
                form = z.combined(self.index(left), 1, self.index(right), -1)
                self._require_alike(form, z.constant(0))
                return self._settled(1, {}, [], [], [], [form])

    def index(self, index: Shifted | int) -> Linear:
        """An index expression as a linear form."""
        if not isinstance(index, int | Affine):
            return self._part(index)
        result: Linear = z.constant(0)
        whole = affine(index)
        for part, c in whole.terms:
            result = z.combined(result, 1, self._part(part), c)
        return (result[0] + whole.const, result[1])

    def _part(self, part: Var | Name | Gather | Size) -> Linear:
        if isinstance(part, Size):
            return z.constant(1) if part.name in self.ones else z.single(("s", part.name))
        sort = part.sort
        self.know(sort)
        if isinstance(part, Name) and sort.ordered:
            raise InputError(f"{part.name!r} names an element of {sort.name!r}, which has numbers.")
        if (sort.size or sort.name) in self.ones and (not sort.ordered or sort.bounds()[0] == 1):
            if isinstance(part, Name) and self._only.setdefault(sort.name, part) != part:
                raise InputError(f"{sort.name!r} has one element here, yet two names for it.")
            if not sort.ordered:
                return z.single(("n", "*", sort.name))
            if sort.last is None:
                return z.constant(1)
        match part:
            case Var(name):
                return z.single(("f", name, sort.name))
            case Name(name):
                return z.single(("n", name, sort.name))
            case Gather(name, _, at):
                return z.single(("g", name, sort.name, tuple(self.index(i) for i in at)))

    def range_of(self, form: Linear, sort: Sort) -> list[Linear]:
        """The inequalities that say that an index lies in an ordered sort."""
        if not sort.ordered or sort == INTEGERS:
            return []
        if sort.name not in self._limits:
            low, high = sort.bounds()
            self._limits[sort.name] = self.index(low), self.index(high)
        first, last = self._limits[sort.name]
        return [z.combined(form, 1, first, -1), z.combined(last, 1, form, -1)]

    def context(self, letters: Iterable[Var]) -> Normal:
        """The product of the range indicators of free letters."""
        key = tuple(letters)
        if key not in self._contexts:
            ranges = [f for v in key for f in self.range_of(self.index(v), v.sort)]
            found = self._settled(1, {}, [], [], [], ranges) if ranges else ONE
            self._contexts[key] = found
        return self._contexts[key]

    def read(self, array: str, at: tuple[Linear, ...]) -> Normal:
        """array[at], with the ranges of its ordered indices."""
        if array not in self.arrays:
            raise InputError(f"There is no array {array!r}. {did_you_mean(array, self.arrays)}")
        sorts = self.arrays[array]
        if len(sorts) != len(at):
            raise InputError(f"{array!r} has {len(sorts)} indices, here it is given {len(at)}.")
        ranges: list[Linear] = []
        for sort, form in zip(sorts, at, strict=True):
            if sort.ordered:
                ranges += self.range_of(form, sort)
            else:
                self._require_element(array, sort, form)
        return self._settled(1, {}, [], [(("x", array, at), 1)], [], ranges)

    def _require_element(self, array: str, sort: Sort, form: Linear) -> None:
        const, terms = form
        plain = const == 0 and len(terms) == 1 and terms[0][1] == 1
        if plain and self._sort_of(terms[0][0]) == sort.name:
            return
        found = self._sort_of(terms[0][0]) if plain else "an integer"
        raise InputError(f"{array!r} wants an index of {sort.name!r}, here it is given {found!r}.")

    def _require_alike(self, left: Linear, right: Linear) -> None:
        """Two integers, or two elements of one unordered sort."""
        kinds = [self._kind(form) for form in (left, right)]
        if kinds[0] != kinds[1]:
            raise InputError(f"An index of {kinds[0]!r} is compared with one of {kinds[1]!r}.")

    def _kind(self, form: Linear) -> str:
        unordered = [
            sort
            for base, _ in form[1]
            if base[0] != "s" and not self.sorts[sort := self._sort_of(base)].ordered
        ]
        if not unordered:
            return "an integer"
        if form[0] or len(form[1]) > 1 or form[1][0][1] != 1:
            raise InputError(f"The sort {unordered[0]!r} is not ordered: it has no arithmetic.")
        return unordered[0]

    @staticmethod
    def _sort_of(base: Base) -> str:
        return str(base[3] if base[0] == "b" else base[2] if base[0] != "s" else "an integer")

    def guard(self, array: str, at: Iterable[Linear]) -> Normal:
        """The range indicators of the ordered indices of an entry."""
        pairs = zip(self.arrays[array], at, strict=True)
        ranges = [f for sort, form in pairs for f in self.range_of(form, sort)]
        return self._settled(1, {}, [], [], [], ranges)

    def total(self, normal: Normal, *letters: Var) -> Normal:
        """Σ over every element of the sorts of the letters, which are different."""
        bounds: list[Base] = []
        ranges: list[Linear] = []
        table: dict[Base, Linear] = {}
        for over in letters:
            form = self.index(over)
            if not form[1] or form[1][0][0][0] != "f":
                continue  # a sort with one element
            self._fresh += 1
            kind = INTEGERS if over.sort.ordered else over.sort
            bound: Base = ("b", 1 << 30, self._fresh, kind.name)
            bounds.append(bound)
            table[form[1][0][0]] = z.single(bound)
            ranges += self.range_of(z.single(bound), over.sort)
        if not bounds:
            return normal
        result: Normal = {}
        for monomial, c in normal.items():
            inner, (atoms, equations, cuts) = self.opened(monomial)
            kept, extra = self._replaced(atoms, table)
            part = self._settled(
                c,
                dict(monomial[0]),
                [] if extra else [*inner, *bounds],
                kept,
                [z.replaced(form, table) for form in equations],
                [*(z.replaced(form, table) for form in cuts), *ranges],
            )
            if extra:
                part = self.closed(self.product((part, *extra)), [*inner, *bounds])
            accumulate(result, part)
        return result

    def _require_finite(self, normal: Normal, letters: Iterable[Var]) -> None:
        """Raises `InputError` where ranges do not cut a sum over ℤ off at both ends."""
        for _, bounds, _, equations, ranges in normal:
            loose = {self._part(v)[1][0][0] for v in letters if v.sort == INTEGERS}
            loose.update(filter(self._is_ordered, bounds))
            forms = [*ranges, *equations, *(z.combined(z.constant(0), 1, f, -1) for f in equations)]
            while loose:
                ends: dict[Base, set[bool]] = {base: set() for base in loose}
                for _, terms in forms:
                    open_ = [(base, c) for base, c in terms if base in loose]
                    if len(open_) == 1:
                        ends[open_[0][0]].add(open_[0][1] > 0)
                held = {base for base, sides in ends.items() if len(sides) == 2}
                if not held:
                    raise InputError("A sum over all integers needs a range.")
                loose -= held

    def _add_law(self, law: Law) -> None:
        for letter in law.bound:
            if letter.sort.ordered:
                raise InputError(f"{law.name!r} sums over an ordered sort, which is not supported.")
        pattern: list[Atom] = []
        ranged: set[Var] = set()  # letters that stand where their own sort is wanted
        for get in law.pattern:
            at = tuple(self.index(i) for i in get.at)
            if any(f[0] or [c for _, c in f[1]] != [1] or f[1][0][0][0] == "g" for f in at):
                raise InputError(f"{law.name!r} may have only plain indices on its left side.")
            self.read(get.array, at)  # its indices are as many as declared, and of those sorts
            pattern.append(("x", get.array, at))
            for i, sort in zip(get.at, self.arrays[get.array], strict=True):
                if isinstance(i, Var) and i.sort in (sort, INTEGERS):
                    ranged.add(i)
        written = frozenset().union(*map(free_letters, law.pattern))
        if not pattern or not set(law.bound) <= written or len(set(law.bound)) < len(law.bound):
            raise InputError(f"{law.name!r} must sum over different letters of its left side.")
        for letter in sorted(written - ranged, key=repr):
            raise InputError(
                f"{law.name!r} holds for {letter.name} in {letter.sort.name!r} only; "
                "its arrays have other ranges."
            )
        known = written - set(law.bound)
        if not free_letters(law.value) <= known:
            raise InputError(f"{law.name!r} has an index on its right side that the left has not.")
        value = self.normal(law.value)
        for monomial in value:
            if sum(abs(power) for _, power in monomial[2]) >= len(pattern) or monomial[1]:
                raise InputError(f"{law.name!r} must make a product shorter.")
        bound = frozenset(b for v in law.bound for b, _ in self.index(v)[1] if b[0] == "f")
        arrays = frozenset(get.array for get in law.pattern)
        self._laws.append((bound, tuple(pattern), arrays, value))

    def _by_law(
        self, c: Number, sizes: dict[str, Number], bounds: list[Base], parts: Parts
    ) -> Normal | None:
        atoms, equations, ranges = parts
        if not self._laws:
            return None
        held = {atom[1] for atom, _ in atoms if atom[0] == "x"}
        for summed, pattern, arrays, value in self._laws:
            if not held >= arrays:
                continue
            for table, rest in matches(pattern, dict(atoms)):
                if not self._well_sorted(pattern, table):
                    continue
                gone = [table[base] for base in sorted(summed)]
                letters = [form[1][0][0] for form in gone if form[0] == 0 and len(form[1]) == 1]
                if len(set(letters)) < len(gone) or not set(letters) <= set(bounds):
                    continue
                left = tuple((a, p) for a, p in rest.items() if p)
                outside = {b: f for b, f in table.items() if b not in summed}
                if summed and (
                    not occurring((left, equations, ranges)).isdisjoint(letters)
                    or any(b in letters for f in outside.values() for b in z.letters(f))
                ):
                    continue
                inner = self._settled(c, dict(sizes), [], [*left], [*equations], [*ranges])
                product = self.multiply(inner, self.put(value, outside))
                return self.closed(product, [b for b in bounds if b not in letters])
        return None

    def _well_sorted(self, pattern: tuple[Atom, ...], table: dict[Base, Linear]) -> bool:
        """A pattern letter of an unordered sort stands for one element of that sort."""
        for base, form in table.items():
            if not self.sorts[base[2]].ordered and self._sort_of(form[1][0][0]) != base[2]:
                return False
        return True
