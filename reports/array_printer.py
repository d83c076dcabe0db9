"""Indexed expressions → text or LaTeX, in Haykin's letters.

What the two alphabets share is here: which index stands below, which above, where brackets stand,
how bound letters are named.  Nothing is simplified or reordered.  A Kronecker delta is written
[i = j], for δ is the local gradient.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Self

from reports.array_signs import (
    ARGUMENT_SORTS,
    HIGH_SORTS,
    PREDICATES,
    SIGNS,
    Sign,
)
from reports.printer import Level, Piece, Written
from symbolic.arguments import MOVED
from symbolic.arrays import ONE, Definition, Multiplier
from symbolic.indexed import (
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
    walk,
)
from symbolic.statements import Statement

Index = Shifted | int
MINUS_ONE = Num(Fraction(-1))


@dataclass(frozen=True)
class ArrayPrinter(ABC):
    """One alphabet.

    `pools` are the usual letters of each sort, `multipliers` the derivatives by the name under
    which they occur, `sorts` those of the indices of each array, `names` the printed names of the
    letters in scope.  `signs` and `predicates` are the names of arrays, `high` the sorts of indices
    that stand above, `avoided` what no letter is called.
    """

    pools: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    multipliers: Mapping[str, Multiplier] = field(default_factory=dict)
    sorts: Mapping[str, tuple[Sort, ...]] = field(default_factory=dict)
    names: Mapping[Var, str] = field(default_factory=dict)
    signs: Mapping[str, Sign] = field(default_factory=lambda: SIGNS)
    predicates: Mapping[str, tuple[str, str]] = field(default_factory=lambda: PREDICATES)
    high: frozenset[str] = HIGH_SORTS
    avoided: frozenset[str] = frozenset()

    def at(self, letters: tuple[Var, ...]) -> Self:
        """With these letters free."""
        result = self
        for letter in letters:
            result = result.with_letter(letter)
        return result

    def usual(self, sort: Sort) -> tuple[str, ...]:
        """The usual letters of a set, none of which looks like a label."""
        pool = self.pools.get(sort.name, ())
        if not self.avoided.intersection(pool):
            return pool
        others = {name for names in self.pools.values() for name in names}
        free = iter(v for v in "mnpqrsuv" if v not in others | self.avoided)
        return tuple(next(free) if name in self.avoided else name for name in pool)

    def with_letter(self, letter: Var) -> Self:
        """With one more letter in scope: its own name, or the next usual one where it is taken."""
        used = set(self.names.values())
        pool = self.usual(letter.sort)
        stem = pool[0].rstrip("0123456789") if pool else letter.sort.name.lower()
        further = tuple(f"{stem}{n}" for n in range(1, 99))
        own = (letter.name,) if letter.name in pool and not letter.name[-1].isdigit() else ()
        name = next(n for n in (*own, *pool, *further) if n not in used)
        return replace(self, names={**self.names, letter: name})

    # --- expressions -----------------------------------------------------------------------------

    def expr(self, expr: Expr, need: Level = Level.ADD) -> str:
        """The expression, fenced where it holds together more loosely than needed."""
        text, level = self._written(expr)
        return text if level >= need else self.fence(text)

    def equation(self, left: str, expr: Expr) -> str:
        """left = expression."""
        return f"{left} = {self.expr(expr)}"

    def _written(self, expr: Expr) -> Written:
        match expr:
            case Num(value):
                return self.number(value)
            case Count(size):
                return self.size(size), Level.ATOM
            case Get(array, at):
                return self.entry(array, at)
            case Add(terms):
                return self._add(terms)
            case Mul(factors):
                return self._mul(factors)
            case Pow(_, exponent) if exponent == -1:
                return self._mul((expr,))
            case Pow(base, exponent):
                return self.power(self._base(base), exponent), Level.FACTOR
            case Fn(name, argument):
                return self.call(name, (self.expr(argument),)), Level.ATOM
            case Opaque(name, at, arguments, orders):
                head = self.family(name, at, orders)
                return self.call(head, tuple(map(self.expr, arguments))), Level.ATOM
            case Sum():
                return self._sum(expr)
            case Delta(left, right):
                return self.bracket(f"{self.index(left)} = {self.index(right)}"), Level.ATOM
            case AtLeast(left, right):
                return self.bracket(self._at_least(left, right)), Level.ATOM

    def _base(self, base: Expr) -> str:
        text, level = self._written(base)
        raised = isinstance(base, Get) and "^" in text
        return self.fence(text) if level < Level.ATOM or raised else text

    def _add(self, terms: tuple[Expr, ...]) -> Written:
        if not terms:
            return self.number(Fraction(0))
        if len(terms) == 1:
            return self._written(terms[0])
        parts = [self._linked(term, first=n == 0) for n, term in enumerate(terms)]
        return " ".join(parts), Level.ADD

    def _linked(self, term: Expr, first: bool) -> str:
        text = self.expr(term, Level.ADD if isinstance(term, Mul | Num | Get) else Level.MUL)
        if first:
            return text
        if text.startswith(self.minus):
            return f"{self.minus} {text.removeprefix(self.minus).lstrip()}"
        return f"+ {text}"

    def _mul(self, factors: tuple[Expr, ...]) -> Written:
        """Numbers and denominators in front, then the factors side by side."""
        sign, number = "", Fraction(1)
        above: list[Expr] = []
        below: list[Expr] = []
        for factor in _flat(factors):
            match factor:
                case Num(value):
                    number *= value
                case Pow(base, exponent) if exponent < 0 and exponent.denominator == 1:
                    below.append(base if exponent == -1 else Pow(base, -exponent))
                case _:
                    above.append(factor)
        if number < 0:
            sign, number = self.minus, -number
        if not below and number.denominator > 1 and number != Fraction(1, 2):
            below, number = [Num(Fraction(number.denominator))], Fraction(number.numerator)
        level = Level.MUL
        if below:
            top = above.pop(0) if number == 1 and above and self._compact(above[0]) else Num(number)
            front = self.ratio(
                self.expr(top, Level.FACTOR), self._product(tuple(below)), len(below)
            )
        else:
            front = self.number(number)[0] if number != 1 or not above else ""
        if len(above) == 1 and not front and not sign:
            return self._written(above[0])
        text = self._product(tuple(above))
        text = self.joined(front, text) if front and text else front or text
        return (sign + text, Level.ADD) if sign else (text, level)

    def _compact(self, factor: Expr) -> bool:
        """Whether the factor looks well above a fraction stroke."""
        if isinstance(factor, Get):
            return factor.array not in self.predicates and factor.array not in self.multipliers
        return isinstance(factor, Count | Fn)

    def _product(self, factors: tuple[Expr, ...]) -> str:
        line = ""
        last = len(factors) - 1
        for n, factor in enumerate(factors):
            text = self.expr(factor, Level.SUM if n == last and last else Level.RATIO)
            if n == last == 0:
                text = self.expr(factor, Level.SUM)
            line = self.joined(line, text) if line else text
        return line

    def _sum(self, expr: Sum) -> Written:
        letters: list[Var] = []
        body: Expr = expr
        inner = self
        while isinstance(body, Sum):
            letters.append(body.over)
            inner = inner.with_letter(body.over)
            body = body.body
        sums = self.sums(tuple((inner.names[v], v.sort) for v in letters))
        return f"{sums} {inner.expr(body, Level.MUL)}", Level.SUM

    def _at_least(self, left: Index, right: Index) -> str:
        """a ≥ b with what is subtracted on the other side."""
        whole = affine(left) - affine(right)
        high = Affine(max(whole.const, 0), tuple((p, c) for p, c in whole.terms if c > 0))
        low = Affine(max(-whole.const, 0), tuple((p, -c) for p, c in whole.terms if c < 0))
        return f"{self.index(high)} {self.at_least} {self.index(low)}"

    # --- entries and indices ---------------------------------------------------------------------

    def entry(self, array: str, at: tuple[Index, ...]) -> Written:
        """array[at]: a derivative of the cost, a movement, a predicate or a sign with indices."""
        if array in self.multipliers:
            return self.derivative(self.multipliers[array], at)
        if array in self.predicates:
            return self.bracket(self.predicate(array, tuple(map(self.index, at)))), Level.ATOM
        if array == "power" and at and self.signs is SIGNS:
            exponent = self.index(affine(at[0]) - affine(at[1]))
            return self.power(self.sign("alpha", ()), exponent), Level.ATOM
        return self.sign(array, at), Level.ATOM

    def sign(self, array: str, at: tuple[Index, ...]) -> str:
        """The sign of an array with its indices below, above and in brackets."""
        moved = array.startswith(MOVED)
        sign = self.signs.get(array.removeprefix(MOVED)) or Sign(array.removeprefix(MOVED))
        low, high, arguments = [], [sign.high] if sign.high else [], []
        sorts = (self.sorts.get(array.removeprefix(MOVED)) if at else ()) or map(_sort_of, at)
        for place, index in zip((getattr(s, "name", s) for s in sorts), at, strict=True):
            text = self.index(index)
            if place in ARGUMENT_SORTS:
                arguments.append(text)
            elif place in self.high:
                high.append(text)
            else:
                low.append(text)
        return self.scripted(sign, moved, tuple(low), tuple(high), tuple(arguments))

    def derivative(self, multiplier: Multiplier, at: tuple[Index, ...]) -> Written:
        """δ_j, Δw_ji or ∂𝓔/∂y_j, as the factor says."""
        if multiplier.name == "delta":
            return self.sign("delta", at), Level.ATOM
        below = self.sign(multiplier.array, at)
        if multiplier.factor in (ONE, MINUS_ONE):
            text = self.partial(below)
            minus = multiplier.factor == MINUS_ONE
            return (self.minus + text, Level.ADD) if minus else (text, Level.RATIO)
        return self.change + below, Level.ATOM

    def index(self, index: Index) -> str:
        """An index expression, close together."""
        match index:
            case int():
                return self.integer(index)
            case Var():
                return self.letter(self.names.get(index, index.name))
            case Name(name):
                return {"one": "1", "*": "1"}.get(name, name)
            case Size(name):
                return self.size(name)
            case Gather(name, _, at):
                return f"{self.word(name)}({','.join(map(self.index, at))})"
            case Affine(const, terms):
                parts = [(c, self.index(part)) for part, c in sorted(terms, key=lambda x: -x[1])]
                parts += [(const, "")] if const or not parts else []
                text = ""
                for c, name in parts:
                    size = "" if abs(c) == 1 and name else str(abs(c))
                    text += self.minus if c < 0 else "+" if text else ""
                    text += size + name
                return text

    # --- the alphabet ----------------------------------------------------------------------------

    minus = "-"
    at_least = ">="
    change = "d"

    def integer(self, value: int) -> str:
        return f"{self.minus if value < 0 else ''}{abs(value)}"

    @abstractmethod
    def number(self, value: Fraction) -> Written: ...
    @abstractmethod
    def letter(self, name: str) -> str: ...
    @abstractmethod
    def word(self, name: str) -> str: ...
    @abstractmethod
    def size(self, name: str) -> str: ...
    @abstractmethod
    def scripted(
        self,
        sign: Sign,
        moved: bool,
        low: tuple[str, ...],
        high: tuple[str, ...],
        arguments: tuple[str, ...],
    ) -> str: ...
    @abstractmethod
    def predicate(self, array: str, at: tuple[str, ...]) -> str: ...
    @abstractmethod
    def family(self, name: str, at: tuple[Index, ...], orders: tuple[int, ...]) -> str: ...
    @abstractmethod
    def partial(self, below: str) -> str: ...
    @abstractmethod
    def ratio(self, above: str, below: str, factors: int) -> str: ...
    @abstractmethod
    def power(self, base: str, exponent: Fraction | str) -> str: ...
    @abstractmethod
    def call(self, head: str, arguments: tuple[str, ...]) -> str: ...
    @abstractmethod
    def sums(self, letters: tuple[tuple[str, Sort], ...]) -> str: ...
    @abstractmethod
    def bracket(self, text: str) -> str: ...
    @abstractmethod
    def fence(self, text: str) -> str: ...
    @abstractmethod
    def joined(self, line: str, text: str) -> str: ...


def pools_of(statement: Statement) -> dict[str, tuple[str, ...]]:
    """The letters that a statement uses for each sort, those of its rules first."""
    found: dict[str, dict[str, None]] = {}
    claims = [(rule.at, rule.body) for rule in statement.rules]
    lines = [
        (at, body)
        for d in statement.program.definitions
        for at, body in (
            [(d.at, d.body)]
            if isinstance(d, Definition)
            else [((*d.at, *local.at), local.slope) for local in d.partials]
        )
    ]
    for at, body in (*claims, *lines):
        bound = [part.over for part in walk(body) if isinstance(part, Sum)]
        for letter in (*at, *bound):
            found.setdefault(letter.sort.name, {})[letter.name] = None
    return {sort: tuple(names) for sort, names in found.items()}


def sorts_of(statement: Statement) -> dict[str, tuple[Sort, ...]]:
    """The sorts of the indices of each array, and of each family of unknown functions."""
    found = dict(statement.program.arrays)
    for d in statement.program.definitions:
        for part in walk(d.body) if isinstance(d, Definition) else ():
            if isinstance(part, Opaque) and all(isinstance(index, Var) for index in part.at):
                found[part.name] = tuple(v.sort for v in part.at if isinstance(v, Var))
    return found


def multipliers_of(statement: Statement) -> dict[str, Multiplier]:
    """Every derivative by the name under which it occurs."""
    named = {m.array: m for m in statement.program.multipliers}
    arrays = [a for a in statement.program.arrays if a not in {m.name for m in named.values()}]
    every = (named.get(array) or Multiplier(array, f"∂{array}") for array in arrays)
    return {multiplier.name: multiplier for multiplier in every}


def _flat(factors: tuple[Expr, ...]) -> list[Expr]:
    found: list[Expr] = []
    for factor in factors:
        found += _flat(factor.factors) if isinstance(factor, Mul) else [factor]
    return found


def _sort_of(index: Index) -> str:
    """The sort of the index's letter, "" where it has none."""
    match index:
        case Var(_, sort) | Name(_, sort) | Gather(_, sort, _):
            return sort.name
        case Affine(_, terms):
            return next((_sort_of(part) for part, _ in terms if not isinstance(part, Size)), "")
    return ""


def pieces(text: str, minus: str) -> tuple[Piece, ...]:
    """A drawn formula in pieces: it may break before a sign outside brackets, or one deep in them.

    >>> [piece.text for piece in pieces("a + f (b - c_{1 + 2})", "-")]
    ['a', '+ f (b', '- c_{1 + 2})']
    """
    found: list[Piece] = []
    start = depth = braces = before = 0
    for n, letter in enumerate(text):
        braces += (letter == "{") - (letter == "}")
        depth += (letter in "([") - (letter in ")]")
        if text[n : n + 3] in (" + ", f" {minus} ") and depth <= 1 and not braces:
            found.append(Piece(text[start:n], before, " " if found else ""))
            start, before = n + 1, depth
    found.append(Piece(text[start:], before, " " if found else ""))
    return tuple(found)
