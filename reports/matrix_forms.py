"""A rule in index notation written with whole vectors and matrices, where that is possible.

The text is only proposed here: it is read again as a line of a model file would be, and kept if
its normal form is that of the index notation which it came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from symbolic.arrays import Program, Rule
from symbolic.errors import InputError
from symbolic.formulas import Formulas
from symbolic.indexed import (
    Add,
    AtLeast,
    Count,
    Delta,
    Expr,
    Fn,
    Get,
    Mul,
    Num,
    Opaque,
    Pow,
    Shifted,
    Sum,
    Var,
    walk,
)
from symbolic.indices import Calculus
from symbolic.model_notation import index
from symbolic.scope import Scope

HALF = Fraction(1, 2)
ATOM, PRODUCT, MATMUL, SUM = "atom", "*", "@", "+"


class NoFormError(Exception):
    """There is no matrix form of this shape."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A formula over whole arrays, what kind of operation it is, and the letters of its axes."""

    text: str
    kind: str
    axes: tuple[Var, ...] = ()
    below: bool = False
    """Whether it stands in a denominator."""

    def inside(self, kind: str) -> str:
        """The text as a part of another operation."""
        free = self.kind == ATOM or self.kind == kind or (kind == SUM and self.kind != SUM)
        return self.text if free else f"({self.text})"

    def turned(self, axes: tuple[Var, ...]) -> Piece:
        """The same with its axes in this order."""
        if self.axes == axes or len(self.axes) < 2:
            return self
        if self.kind == MATMUL:
            parts = self.text.split(" @ ")
            if len(parts) == 2 and all(part.isidentifier() for part in parts):
                return Piece(f"{parts[1]}.T @ {parts[0]}.T", MATMUL, axes)
        return Piece(f"{self.inside(ATOM)}.T", ATOM, axes)


def matrix_form(program: Program, rule: Rule) -> str:
    """The left and the right side in matrix notation, "" where there is none.

    Ordered indices such as time stay written; the others become the axes.
    """
    explicit = tuple(v for v in rule.at if v.sort.ordered)
    axes = rule.at[len(explicit) :]
    if rule.at[: len(explicit)] != explicit or not 0 < len(axes) < 3:
        return ""
    named = next((m for m in program.multipliers if m.array == rule.array), None)
    places = f"[{','.join(map(index, explicit))}]" if explicit else ""
    left = f"{named.name}{places}" if named else f"D({rule.array}{places})"
    try:
        right = _Forms(axes).of(rule.body)
        if set(right.axes) != set(axes):
            return ""
        text = right.turned(axes).text
        return f"{left} = {text}" if _says(program, rule, text, axes) else ""
    except (NoFormError, InputError):
        return ""


def _says(program: Program, rule: Rule, text: str, axes: tuple[Var, ...]) -> bool:
    """Whether the text, read again, is the body of the rule."""
    scope = Scope(arrays=dict(program.arrays), given={g.array: "given" for g in program.given})
    for sorts in program.arrays.values():
        scope.sorts.update({sort.name: sort for sort in sorts})
    for letter in (*rule.at, *(part.over for part in walk(rule.body) if isinstance(part, Sum))):
        scope.letter_sorts[letter.name] = letter.sort
    for part in walk(rule.body):
        if isinstance(part, Opaque):
            scope.functions[part.name] = None
    scope.multipliers = {m.name: m for m in program.multipliers}
    reading = Formulas([(1, text)], None, scope)
    reading.claims = True
    value = reading.formula()
    reading.end()
    arrays = {**program.arrays, **{f"∂{name}": sorts for name, sorts in program.arrays.items()}}
    calculus = Calculus(arrays, program.indicators)
    inside = calculus.context(rule.at)
    return value.axes == tuple(v.sort for v in axes) and calculus.multiply(
        inside, calculus.normal(value.element(axes))
    ) == calculus.multiply(inside, calculus.normal(rule.body))


class _Forms:
    def __init__(self, order: tuple[Var, ...]) -> None:
        self.order = order

    def of(self, expr: Expr) -> Piece:
        """The matrix form of an expression."""
        return self.product((expr,), []) if isinstance(expr, Pow) else self.part(expr)

    def part(self, expr: Expr) -> Piece:
        """The matrix form of a factor, which may stand in a denominator."""
        match expr:
            case Num(value) if value.denominator == 1:
                return Piece(str(value), ATOM)
            case Num(value):
                return Piece(f"({value})", ATOM)
            case Count(size):
                return Piece(size, ATOM)
            case Get(array, at):
                return self.entry(array, at)
            case Delta(left, right) | AtLeast(left, right):
                mark = "=" if isinstance(expr, Delta) else ">="
                self.require_explicit((left, right))
                return Piece(f"[{index(left)} {mark} {index(right)}]", ATOM)
            case Fn(name, argument):
                inner = self.of(argument)
                return Piece(f"{name}({inner.text})", ATOM, inner.axes)
            case Opaque(name, at, (argument,), orders):
                self.require_explicit(at)
                inner = self.of(argument)
                places = f"[{','.join(map(index, at))}]" if at else ""
                primes = "'" * sum(orders)
                return Piece(f"{name}{primes}{places}({inner.text})", ATOM, inner.axes)
            case Pow(base, exponent):
                inner, level = self.of(base), abs(exponent)
                power = str(level) if level.denominator == 1 else f"({level})"
                text = inner.text if level == 1 else f"{inner.inside(ATOM)}^{power}"
                kind = inner.kind if level == 1 else ATOM
                if level == HALF:
                    text, kind = f"sqrt({inner.text})", ATOM
                return Piece(text, kind, inner.axes, below=exponent < 0)
            case Add(terms):
                return self.added([self.of(term) for term in terms])
            case Mul(factors):
                return self.product([part for f in factors for part in _split(f)], [])
            case Sum():
                return self.product((expr,), [])
        raise NoFormError

    def require_explicit(self, at: Sequence[Shifted | int]) -> None:
        if any(isinstance(i, Var) and not i.sort.ordered for i in at):
            raise NoFormError

    def entry(self, array: str, at: tuple[Shifted | int, ...]) -> Piece:
        """array[explicit indices]; the others are letters of unordered sets."""
        first = next((n for n, i in enumerate(at) if _is_axis(i)), len(at))
        axes = tuple(i for i in at[first:] if isinstance(i, Var) and _is_axis(i))
        if len(axes) < len(at) - first or len(set(axes)) < len(axes) or len(axes) > 2:
            raise NoFormError
        places = f"[{','.join(map(index, at[:first]))}]" if first else ""
        name = f"D({array[1:]}{places})" if array.startswith("∂") else f"{array}{places}"
        return Piece(name, ATOM, axes)

    def added(self, pieces: list[Piece]) -> Piece:
        axes = max((self.sorted(piece.axes) for piece in pieces), key=len)
        text = ""
        for piece in pieces:
            own = self.fitted(piece, axes).inside(SUM)
            text += (f" - {own[1:]}" if own.startswith("-") else f" + {own}") if text else own
        return Piece(text, SUM, axes)

    def sorted(self, axes: tuple[Var, ...]) -> tuple[Var, ...]:
        """The axes in the order of the left side."""
        place = {letter: n for n, letter in enumerate(self.order)}
        return tuple(sorted(axes, key=lambda v: place.get(v, len(place))))

    def fitted(self, piece: Piece, axes: tuple[Var, ...]) -> Piece:
        """A piece that meets others over these axes elementwise."""
        if set(piece.axes) == set(axes):
            return piece.turned(axes)
        sorts = [letter.sort for letter in axes]
        if len(piece.axes) > 1 or any(v not in axes or sorts.count(v.sort) > 1 for v in piece.axes):
            raise NoFormError
        return piece

    def product(self, factors: Sequence[Expr], bound: list[Var]) -> Piece:
        """The factors under sums over these letters."""
        left = list(factors)
        numbers: list[Expr] = []
        if len([f for f in left if isinstance(f, Sum)]) == 1:
            numbers = [f for f in left if not isinstance(f, Sum)]
            (inner,) = (f for f in left if isinstance(f, Sum))
            if not _is_axis(inner.over):
                body = self.of(inner.body)
                left = []
                pieces = [Piece(f"sum({inner.over.name}, {body.text})", ATOM, body.axes)]
            else:
                content = inner.body.factors if isinstance(inner.body, Mul) else (inner.body,)
                pieces = [self.product(content, [inner.over])]
            pieces += [self.part(f) for f in numbers]
        else:
            pieces = [self.part(f) for f in left]
        pieces = self.merged(pieces)
        for letter in bound:
            pieces = self.merged(self.contracted(pieces, letter))
        whole = self.joined(pieces)
        return Piece(f"1 / {whole.inside(ATOM)}", PRODUCT, whole.axes) if whole.below else whole

    def merged(self, pieces: list[Piece]) -> list[Piece]:
        """Pieces over the same axes multiplied elementwise."""
        groups: dict[frozenset[Var], list[Piece]] = {}
        for piece in pieces:
            groups.setdefault(frozenset(piece.axes), []).append(piece)
        return [self.times(group) for group in groups.values()]

    def times(self, group: list[Piece]) -> Piece:
        """The elementwise product, signs and numbers first."""
        largest = max((piece.axes for piece in group), key=len)
        axes = self.order if set(largest) == set(self.order) else largest
        group = sorted(group, key=lambda piece: len(piece.axes))
        minus = sum(piece.text == "-1" for piece in group) % 2
        kept = [piece for piece in group if piece.text not in ("-1", "1")]
        if len(kept) == 1 and not minus:
            return kept[0]
        if kept and not minus and all(piece.below for piece in kept):
            return replace(self.times([replace(p, below=False) for p in kept]), below=True)
        text = " * ".join(self.fitted(p, axes).inside(PRODUCT) for p in kept if not p.below) or "1"
        for piece in kept:
            if piece.below:
                text += f" / {self.fitted(piece, axes).inside(ATOM)}"
        if not minus:
            return Piece(text, PRODUCT if kept else ATOM, axes)
        return Piece(f"-{text}", SUM, axes)

    def contracted(self, pieces: list[Piece], letter: Var) -> list[Piece]:
        """Σ over the letter, as a product of matrices or the sum of an axis."""
        own = [piece for piece in pieces if letter in piece.axes]
        rest = [piece for piece in pieces if letter not in piece.axes]
        own.sort(key=lambda piece: len(piece.axes))
        if any(piece.below for piece in own):
            own = [self.times(own)]
            own = [Piece(f"1 / {p.inside(ATOM)}", PRODUCT, p.axes) if p.below else p for p in own]
        while len(own) > 2 and len(own[0].axes) == 1:
            own = [self.times(own[:2]), *own[2:]]
        if len(own) == 1:
            (only,) = own
            axes = tuple(v for v in only.axes if v != letter)
            return [Piece(f"sum({letter.name}, {only.text})", ATOM, axes), *rest]
        if len(own) != 2:
            raise NoFormError
        first, second = own
        outer = [tuple(v for v in piece.axes if v != letter) for piece in own]
        if (self.sorted(outer[0] + outer[1])[:1] != outer[0] and outer[0]) or not outer[0]:
            first, second, outer = second, first, outer[::-1]
        text = (
            f"{first.turned((*outer[0], letter)).inside(MATMUL)} @ "
            f"{second.turned((letter, *outer[1])).inside(MATMUL)}"
        )
        return [Piece(text, MATMUL, outer[0] + outer[1]), *rest]

    def joined(self, pieces: list[Piece]) -> Piece:
        """The product of what is left: elementwise, or outer for two vectors."""
        vectors = [piece for piece in pieces if len(piece.axes) == 1]
        if len(vectors) == 2 and all(len(piece.axes) < 2 for piece in pieces):
            first, second = sorted(
                vectors,
                key=lambda v: self.sorted(vectors[0].axes + vectors[1].axes).index(v.axes[0]),
            )
            whole = Piece(f"outer({first.text}, {second.text})", ATOM, first.axes + second.axes)
            pieces = [piece for piece in pieces if not piece.axes] + [whole]
        return self.times(pieces)


def _is_axis(i: Shifted | int) -> bool:
    return isinstance(i, Var) and not i.sort.ordered


def _split(factor: Expr) -> list[Expr]:
    """A number as sign, numerator and denominator; any other factor as it is."""
    if not isinstance(factor, Num):
        return [factor]
    value = factor.value
    found: list[Expr] = [Num(Fraction(-1))] if value < 0 else []
    if abs(value.numerator) != 1:
        found.append(Num(Fraction(abs(value.numerator))))
    if value.denominator != 1:
        found.append(Pow(Num(Fraction(value.denominator)), Fraction(-1)))
    return found
