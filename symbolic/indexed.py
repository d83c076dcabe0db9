"""Indexed expressions as written: sorts of indices, index arithmetic, sums, deltas, array reads.

Everything is data and nothing simplifies itself; the meaning is given by `indices.Calculus`.
An array is zero outside the range of its indices, so `y[t - 1]` at t = 1 is 0 unless a definition
adds an initial value.  Sizes are positive integers.  1/0 counts as 0, so a formula with a
denominator is claimed where the denominator does not vanish.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction


class _Index:
    """Index arithmetic: `t - 1`, `n + k`, `2 * n + k`."""

    __slots__ = ()

    def __add__(self, other: Shifted | int) -> Affine:
        return _combined(self, 1, other, 1)

    def __radd__(self, other: int) -> Affine:
        return _combined(self, 1, other, 1)

    def __sub__(self, other: Shifted | int) -> Affine:
        return _combined(self, 1, other, -1)

    def __rsub__(self, other: int) -> Affine:
        return _combined(self, -1, other, 1)

    def __mul__(self, factor: int) -> Affine:
        return _combined(self, factor, 0, 0)

    __rmul__ = __mul__


@dataclass(frozen=True, slots=True)
class Affine(_Index):
    """const + Σ coefficient · part, an integer."""

    const: int
    terms: tuple[tuple[Part, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Sort:
    """A set that indices range over, nonempty and finite.

    An unordered sort has `size` elements and no arithmetic.  An ordered one holds the integers
    first … last, by default 1 … size; both bounds are affine in sizes.

    >>> T = Sort("T", ordered=True)
    >>> T.bounds()
    (1, Size(name='T'))
    """

    name: str
    size: str = ""
    ordered: bool = False
    first: Affine | Size | int = 1
    last: Affine | Size | int | None = None

    def __hash__(self) -> int:  # its name alone: one name means one sort in nearly every table
        return hash(self.name)

    def extent(self) -> Size:
        """The symbol of the number of elements (of an ordered sort: where no bounds are given)."""
        return Size(self.size or self.name)

    def bounds(self) -> tuple[Affine | Size | int, Affine | Size | int]:
        """First and last element of an ordered sort."""
        return self.first, self.extent() if self.last is None else self.last


@dataclass(frozen=True, slots=True)
class Var(_Index):
    """An index letter and the sort it ranges over."""

    name: str
    sort: Sort

    def __hash__(self) -> int:
        return hash((self.name, self.sort.name))


@dataclass(frozen=True, slots=True)
class Name(_Index):
    """A fixed element of an unordered sort; different names are different elements."""

    name: str
    sort: Sort


@dataclass(frozen=True, slots=True)
class Gather(_Index):
    """A fixed map from indices to the elements of a sort, such as the token tok(n) at place n."""

    map: str
    sort: Sort
    at: tuple[Shifted | int, ...]


class _Written:
    """Arithmetic that only writes."""

    __slots__ = ()

    def __add__(self, other: Expr | int) -> Add:
        return Add((*_terms(self), *_terms(other)))

    def __radd__(self, other: int) -> Add:
        return Add((_expr(other), *_terms(self)))

    def __sub__(self, other: Expr | int) -> Add:
        return Add((*_terms(self), -_expr(other)))

    def __rsub__(self, other: int) -> Add:
        return Add((_expr(other), -self))

    def __mul__(self, other: Expr | int) -> Mul:
        return Mul((*_factors(self), *_factors(other)))

    def __rmul__(self, other: int) -> Mul:
        return Mul((_expr(other), *_factors(self)))

    def __truediv__(self, other: Expr | int) -> Mul:
        return Mul((_expr(self), Pow(_expr(other), Fraction(-1))))

    def __rtruediv__(self, other: int) -> Mul:
        return Mul((_expr(other), Pow(_expr(self), Fraction(-1))))

    def __pow__(self, exponent: int | Fraction) -> Pow:
        return Pow(_expr(self), Fraction(exponent))

    def __neg__(self) -> Mul:
        return Mul((Num(Fraction(-1)), *_factors(self)))


@dataclass(frozen=True, slots=True)
class Num(_Written):
    """A rational number."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Size(_Index):
    """The number of elements of a sort, as an integer in index arithmetic (`T - t`)."""

    name: str


@dataclass(frozen=True, slots=True)
class Count(_Written):
    """A size as a number in a formula: the N of 1/N."""

    size: str


@dataclass(frozen=True, slots=True)
class Get(_Written):
    """array[at]; an array without indices is a number such as eta.

    >>> J = Sort("J"); j = Var("j", J)
    >>> Get("e", (j,)) ** 2
    Pow(base=Get(array='e', at=(Var(...),)), exponent=Fraction(2, 1))
    """

    array: str
    at: tuple[Shifted | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Add(_Written):
    """The sum of the terms."""

    terms: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Mul(_Written):
    """The product of the factors."""

    factors: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Pow(_Written):
    """base ** exponent; where the exponent is no integer the base must be positive."""

    base: Expr
    exponent: Fraction


@dataclass(frozen=True, slots=True)
class Fn(_Written):
    """An elementary function of the table `partials.SLOPES`, such as exp or tanh."""

    name: str
    argument: Expr


@dataclass(frozen=True, slots=True)
class Opaque(_Written):
    """A member of a family of unknown differentiable functions: φ_j(v), C_k(y, d).

    `orders` says how often it is differentiated by each argument: (1,) is φ'.
    """

    name: str
    at: tuple[Shifted | int, ...]
    arguments: tuple[Expr, ...]
    orders: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Sum(_Written):
    """Σ over every element of the sort of `over`."""

    over: Var
    body: Expr


@dataclass(frozen=True, slots=True)
class Delta(_Written):
    """1 where the two indices are equal, else 0."""

    left: Shifted | int
    right: Shifted | int


@dataclass(frozen=True, slots=True)
class AtLeast(_Written):
    """1 where left >= right, else 0; indices of ordered sorts only."""

    left: Shifted | int
    right: Shifted | int


INTEGERS = Sort("ℤ", ordered=True)  # a sum over ℤ is cut off by ranges of what stands in it
Part = Var | Name | Gather | Size
Shifted = Affine | Part
Expr = Num | Count | Get | Add | Mul | Pow | Fn | Opaque | Sum | Delta | AtLeast
KINDS: tuple[type[Expr], ...] = (
    Num,
    Count,
    Get,
    Add,
    Mul,
    Pow,
    Fn,
    Opaque,
    Sum,
    Delta,
    AtLeast,
)


def affine(index: Shifted | int) -> Affine:
    """The index as const + Σ coefficient · part.

    >>> t = Var("t", Sort("T", ordered=True))
    >>> affine(t - 1) == affine(t) - 1
    True
    """
    if isinstance(index, int):
        return Affine(index)
    return index if isinstance(index, Affine) else Affine(0, ((index, 1),))


def total(over: Var | tuple[Var, ...], body: Expr) -> Expr:
    """Σ over one letter or several."""
    letters = (over,) if isinstance(over, Var) else over
    for letter in reversed(letters):
        body = Sum(letter, body)
    return body


def inside(expr: Expr) -> tuple[Expr, ...]:
    """The expressions directly inside an expression, in the order they are written."""
    match expr:
        case Num() | Count() | Get() | Delta() | AtLeast():
            return ()
        case Add(parts) | Mul(parts):
            return parts
        case Pow(part) | Fn(_, part) | Sum(_, part):
            return (part,)
        case Opaque(_, _, arguments):
            return arguments


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and every one inside it, outermost first."""
    stack = [expr]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(reversed(inside(top)))


def arrays_read(expr: Expr) -> frozenset[str]:
    """The names of the arrays that occur."""
    return frozenset(part.array for part in walk(expr) if isinstance(part, Get))


def letters_in(index: Shifted | int) -> frozenset[Var]:
    """The letters of an index expression."""
    found: set[Var] = set()
    stack: list[Shifted | int] = [index]
    while stack:
        match stack.pop():
            case Var() as letter:
                found.add(letter)
            case Affine(_, terms):
                stack.extend(part for part, _ in terms)
            case Gather(_, _, at):
                stack.extend(at)
    return frozenset(found)


def free_letters(expr: Expr) -> frozenset[Var]:
    """The letters that no sum inside the expression binds.

    >>> J = Sort("J"); j, k = Var("j", J), Var("k", J)
    >>> free_letters(Sum(j, Get("w", (k, j)))) == {k}
    True
    """
    match expr:
        case Sum(over, body):
            return free_letters(body) - {over}
        case Get(_, at):
            return frozenset().union(*map(letters_in, at))
        case Delta(left, right) | AtLeast(left, right):
            return letters_in(left) | letters_in(right)
        case Opaque(_, at, arguments):
            return frozenset().union(*map(letters_in, at), *map(free_letters, arguments))
        case _:
            return frozenset().union(*map(free_letters, inside(expr)))


def _combined(left: _Index | int, m: int, right: _Index | int, n: int) -> Affine:
    assert isinstance(left, int | Affine | Part)
    assert isinstance(right, int | Affine | Part)
    a, b = affine(left), affine(right)
    merged: dict[Part, int] = {}
    for terms, factor in ((a.terms, m), (b.terms, n)):
        for part, coefficient in terms:
            merged[part] = merged.get(part, 0) + factor * coefficient
    return Affine(m * a.const + n * b.const, tuple((p, c) for p, c in merged.items() if c))


def _terms(value: object) -> tuple[Expr, ...]:
    """The terms of a sum, else the expression alone: `a + b + c` is one flat sum."""
    expr = _expr(value)
    return expr.terms if isinstance(expr, Add) else (expr,)


def _factors(value: object) -> tuple[Expr, ...]:
    expr = _expr(value)
    return expr.factors if isinstance(expr, Mul) else (expr,)


def _expr(value: object) -> Expr:
    if isinstance(value, int):
        return Num(Fraction(value))
    if isinstance(value, Fraction):
        return Num(value)
    assert isinstance(value, KINDS)
    return value
