"""An array program on a page: what its letters run over, its definitions, what its δ stands for.

Nothing is decided, solved or corrected here.  `proofprop check` reads these words and lines back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from reports.array_alphabets import LatexArrays, PlainArrays
from reports.array_printer import (
    MINUS_ONE,
    ArrayPrinter,
    multipliers_of,
    pieces,
    pools_of,
    sorts_of,
)
from reports.array_signs import HIGH_SORTS, PREDICATES, SIGNS, Sign
from reports.document import Drawn, Line, Math, Run, Runs, Text, runs
from reports.wording import prose
from symbolic.arrays import ONE, Abstract, Definition, Multiplier, Rule
from symbolic.indexed import Count, Expr, Get, Mul, Num, Opaque, Sort, Var, walk
from symbolic.statements import Claim, Statement

NOTATION = "indices"
"""The profile in which `proofprop check` reads these lines back."""


@dataclass(frozen=True)
class Signs:
    """Draws the expressions of one statement in both alphabets.

    Without `signs` the arrays are called as in the general theorems.
    """

    statement: Statement
    signs: Mapping[str, Sign] = field(default_factory=dict)
    predicates: Mapping[str, tuple[str, str]] = field(default_factory=lambda: PREDICATES)
    high: frozenset[str] = HIGH_SORTS

    def alphabets(self) -> tuple[ArrayPrinter, ArrayPrinter]:
        """LaTeX and text."""
        parts = {
            "pools": pools_of(self.statement),
            "multipliers": multipliers_of(self.statement),
            "sorts": sorts_of(self.statement),
            "signs": self.signs or SIGNS,
            "predicates": self.predicates,
            "high": self.high,
            "avoided": self._labels(),
        }
        return LatexArrays(**parts), PlainArrays(**parts)  # type: ignore[arg-type]

    def _labels(self) -> frozenset[str]:
        """The labels above signs and the arrays of one letter, which no index may look like."""
        if self.signs:
            arrays = (name for name in self.statement.program.arrays if len(name) == 1)
            return frozenset((*arrays, *(sign.high for sign in self.signs.values())))
        named = (SIGNS.get(name) for name in self.statement.program.arrays)
        return frozenset(sign.high for sign in named if sign is not None)

    def expr(self, expr: Expr, at: tuple[Var, ...] = ()) -> Drawn:
        """An expression with free letters."""
        latex, text = (alphabet.at(at) for alphabet in self.alphabets())
        drawn, plain = latex.expr(expr), text.expr(expr)
        return Drawn(drawn, plain, pieces(drawn, latex.minus), pieces(plain, text.minus))

    def head(self, claim: Claim) -> Drawn:
        """The left side of a claim."""
        if not isinstance(claim, Rule):
            return self.expr(Get(claim.array, claim.at), claim.at)
        return self.expr(self.multiplier(claim.array, claim.at), claim.at)

    def multiplier(self, array: str, at: tuple[Var, ...]) -> Expr:
        """The derivative by an array in the name the program gives it."""
        names = {m.array: m.name for m in multipliers_of(self.statement).values()}
        return Get(names[array], at)

    def slope(self, array: str, at: tuple[Var, ...]) -> tuple[int, Expr]:
        """∂𝓔/∂array[at] as a multiple of the derivative that the program names: sign and rest."""
        multiplier = next(m for m in multipliers_of(self.statement).values() if m.array == array)
        named = Get(multiplier.name, at)
        if multiplier.factor == ONE:
            return 1, named
        factors = factors_of(multiplier.factor)
        sign = -1 if factors[0] == MINUS_ONE else 1
        rest = [factor**-1 for factor in factors if factor != MINUS_ONE]
        return sign, Mul((named, *rest)) if rest else named

    def claim(self, claim: Claim) -> Drawn:
        """left = right."""
        left, right = self.head(claim), self.expr(claim.body, claim.at)
        return Drawn(f"{left.latex} = {right.latex}", f"{left.text} = {right.text}")

    def naming(self, multiplier: Multiplier, at: tuple[Var, ...]) -> Drawn:
        """What a named derivative is: -∂𝓔/∂v_j for δ_j."""
        bare = f"∂{multiplier.array}"
        product = Mul((*factors_of(multiplier.factor), Get(bare, at)))
        expr: Expr = Get(bare, at) if multiplier.factor == ONE else product
        latex, text = (
            replace(alphabet, multipliers={bare: Multiplier(multiplier.array, bare)}).at(at)
            for alphabet in self.alphabets()
        )
        return Drawn(latex.expr(expr), text.expr(expr))


def letters_of(statement: Statement, signs: Signs, ranges: Mapping[str, str]) -> Iterator[Run]:
    """Which letter runs over what, and which functions are any; `ranges` are sets in words."""
    pools = pools_of(statement)
    sorts: dict[str, Sort] = {}
    for array in statement.program.arrays.values():
        sorts |= {sort.name: sort for sort in array}
    counted = {part.size for part in parts_of(statement) if isinstance(part, Count)}
    latex, text = signs.alphabets()
    said: list[Runs] = []
    for name, sort in sorts.items():
        if name not in pools:
            continue
        usual = latex.usual(sort)
        pool = [v for v in usual if v.rstrip("0123456789") not in {*usual} - {v}]
        drawn = Drawn(", ".join(map(latex.letter, pool)), ", ".join(map(text.letter, pool)))
        words = ranges.get(name, "")
        verb = "runs" if len(pool) == 1 else "run"
        whole: tuple[str | Run, ...] = (Math(drawn), f" {verb} over {words}")
        if "…" not in words and (sort.ordered or sort.extent().name in counted or not words):
            first, last = sort.bounds() if sort.ordered else (1, sort.extent())
            ends = Drawn(latex.index(last), text.index(last))
            whole = (*whole, f"{' ' * bool(words)}{text.index(first)} … ", Math(ends))
        said.append(prose(*whole))
    functions = {p.name: None for p in parts_of(statement) if isinstance(p, Opaque)}
    if functions:
        names = [Math(Drawn(latex.sign(name, ()), text.sign(name, ()))) for name in functions]
        verb = (
            "is any differentiable function"
            if len(names) == 1
            else ("are any differentiable functions")
        )
        said.append(runs(*_and(names), f" {verb}"))
    for n, words_ in enumerate(said):
        yield from words_
        yield Text(":" if n == len(said) - 1 else "; ")


def _and(items: Sequence[Run]) -> Iterator[Run]:
    """a, b and c."""
    for n, item in enumerate(items):
        if n:
            yield Text(" and " if n == len(items) - 1 else ", ")
        yield item


def parts_of(statement: Statement) -> Iterator[Expr]:
    """Every expression of the program and of what is claimed."""
    program = statement.program
    for d in (*program.definitions, program.cost):
        if isinstance(d, Abstract):
            for local in d.partials:
                yield from walk(local.slope)
        else:
            yield from walk(d.body if isinstance(d, Definition) else d)
    for rule in statement.rules:
        yield from walk(rule.body)


def definition_lines(statement: Statement, signs: Signs) -> Iterator[Line]:
    """The definitions in order, the cost, and what the named derivatives are."""
    program = statement.program
    for d in program.definitions:
        if isinstance(d, Abstract):
            yield _unknown(d.array, d, signs)
        else:
            yield Line(Math(signs.expr(Get(d.array, d.at), d.at)), Math(signs.expr(d.body, d.at)))
    if isinstance(program.cost, Abstract):
        yield _unknown("cost", program.cost, signs)
    elif program.cost != Num(Fraction(0)):
        yield Line(Math(signs.expr(Get("cost"))), Math(signs.expr(program.cost)))
    for multiplier in program.multipliers:
        if multiplier.name == "delta" or multiplier.factor not in (ONE, MINUS_ONE):
            at = letters_at(statement, multiplier.array)
            left = signs.expr(Get(multiplier.name, at), at)
            yield Line(Math(left), Math(signs.naming(multiplier, at)))


def letters_at(statement: Statement, array: str) -> tuple[Var, ...]:
    """The letters in which an array is defined or claimed, else different ones of its sorts."""
    heads = [(d.array, d.at) for d in statement.program.definitions]
    heads += [(rule.array, rule.at) for rule in statement.rules]
    found = next((at for name, at in heads if name == array), None)
    if found is not None:
        return found
    pools, taken = pools_of(statement), list[Var]()
    for sort in statement.program.arrays[array]:
        names = (*pools.get(sort.name, ()), *(f"{sort.name.lower()}{n}" for n in range(1, 9)))
        taken.append(next(v for v in (Var(n, sort) for n in names) if v not in taken))
    return tuple(taken)


def _unknown(array: str, d: Abstract, signs: Signs) -> Line:
    """a = any differentiable function of b with slope s."""
    latex, text = [r"\text{any differentiable function of }"], ["any differentiable function of"]
    for n, local in enumerate(d.partials):
        at = (*d.at, *local.at)
        of, slope = signs.expr(Get(local.array, local.at), at), signs.expr(local.slope, at)
        latex += [r"\text{ and of }"] * bool(n) + [of.latex, r"\text{ with slope }", slope.latex]
        text += ["and of"] * bool(n) + [of.text, "with slope", slope.text]
    left = signs.expr(Get(array, d.at), d.at)
    return Line(Math(left), Math(Drawn(" ".join(latex), " ".join(text))))


def factors_of(expr: Expr) -> tuple[Expr, ...]:
    """The factors of a product, or the one factor that an expression is."""
    return expr.factors if isinstance(expr, Mul) else (expr,)
