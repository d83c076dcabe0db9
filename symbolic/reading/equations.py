"""The lines of a document as equations between its quantities, each derivative one of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from symbolic.indexed import Delta, Expr, Get, Mul, Num, Shifted, Sort, Sum, Var
from symbolic.reading.base import Base, name_of
from symbolic.reading.cases import BeyondError, Settled, condition, within
from symbolic.reading.formulas import (
    NEURON,
    SAMPLE,
    Applied,
    Formula,
    Partial,
    Plus,
    Read,
    SumOver,
    Times,
    as_indexed,
    free,
    walk,
)
from symbolic.reading.reach import require_reach
from symbolic.reading.theory import Sets


@dataclass(frozen=True)
class Line:
    """An equation that may be used, known under each of these sets of assumptions.

    A `broken` one is wrong: it is used to see which errors come from it.  A definition is `given`;
    one that was joined rests on the line `after` as well.
    """

    number: int
    claim: Settled
    known: Sets
    broken: bool = False
    given: bool = False
    after: int = 0


@dataclass(frozen=True)
class Equation:
    """array[letters] = value where `where` is 1; the letters are all different.

    `turned` says that the line has its sides the other way round.
    """

    number: int
    array: str
    letters: tuple[Var, ...]
    where: Expr
    value: Expr
    turned: bool = False


class Quantities:
    """What a document speaks of: arrays as they are `called`, and what its lines say of them.

    `chain_rule` are the equations at one neuron that need no line.
    """

    chain_rule: Sequence[Equation] = ()

    def __init__(self, base: Base, called: Callable[[Read], str] = name_of) -> None:
        self.phi = base.phi
        self.arrays: dict[str, tuple[Sort, ...]] = base.arrays
        self._called = called

    def equations(self, line: Line, last: bool) -> Iterator[Equation]:
        """What a line says, read in both directions."""
        where = condition(line.claim, last)
        left, right = line.claim.left, line.claim.right
        for turned, one, other in ((True, right, left), (False, left, right)):
            try:
                equation = self._oriented(line.number, one, other, where)
            except BeyondError:
                continue
            if equation is not None:
                yield replace(equation, turned=turned)

    def _oriented(self, number: int, one: Formula, other: Formula, where: Expr) -> Equation | None:
        """c · array[at] = other, read from left to right."""
        factor = Fraction(1)
        if isinstance(one, Times) and len(one.factors) == 2 and isinstance(one.factors[0], Num):
            factor, one = one.factors[0].value, one.factors[1]
        if not isinstance(one, Read | Partial) or not factor:
            return None
        atom = self._atom(one)
        if not all(isinstance(i, Var) for i in atom.at) or not free(other) <= free(one):
            return None
        letters: list[Var] = []
        equal: list[Expr] = [where]
        for n, letter in enumerate(atom.at):
            assert isinstance(letter, Var)
            if letter in letters:
                again = Var(f"@{n}", letter.sort)
                equal.append(Delta(letter, again))
                letter = again
            letters.append(letter)
        value = Num(1 / factor) * self.expression(other)
        return Equation(number, atom.array, tuple(letters), Mul(tuple(equal)), value)

    def learn(self, formula: Formula) -> None:
        """Take note of the quantities of a formula, each derivative one of its own."""
        for part in walk(formula):
            if isinstance(part, Read) or (isinstance(part, Partial) and isinstance(part.of, Read)):
                name, at = self._named(part)
                sorts = tuple(i.sort for i in at if isinstance(i, Var))
                if len(sorts) == len(at):
                    self.arrays.setdefault(name, sorts)

    def _atom(self, part: Read | Partial) -> Get:
        name, at = self._named(part)
        sorts = tuple(i.sort for i in at if isinstance(i, Var))
        if len(sorts) != len(at) or self.arrays.get(name) != sorts:
            raise BeyondError("An index that is no letter is not in reach.")
        return Get(name, at)

    def expression(self, formula: Formula) -> Expr:
        for part in walk(formula):
            require_reach(part)
            if isinstance(part, Read):
                self._atom(part)

        def named(part: Partial | SumOver) -> Expr:
            if isinstance(part, Partial):
                return self._atom(part)
            return Sum(part.over, within(part.over, part.range) * self.expression(part.body))

        return as_indexed(formula, named, self._called, self.phi)

    def _named(self, part: Read | Partial) -> tuple[str, tuple[Shifted | int, ...]]:
        if isinstance(part, Read):
            return self._called(part), part.at
        if not isinstance(part.of, Read):
            raise BeyondError("A derivative of an expression is not in reach.")
        return f"∂{self._called(part.of)}/∂{self._called(part.by)}", (*part.of.at, *part.by.at)


class OfAll(Quantities):
    """The quantities of all networks; `said` are all the formulas of the document."""

    def __init__(self, base: Base, said: Iterable[Formula]) -> None:
        super().__init__(base)
        self._own_activation = any(
            isinstance(part, Applied) and part.at for part in walk(base.definitions["y"][1])
        )
        for formula in said:
            self.learn(formula)
        self.chain_rule = [*self._chain_rule_of_costs()] if keeps_to_the_field(base) else []

    def _chain_rule_of_costs(self) -> Iterator[Equation]:
        """∂𝓔/∂w and ∂𝓔/∂v for each cost that occurs."""
        j, i, s = Var("j", NEURON), Var("i", NEURON), Var("s", SAMPLE)
        unit = Get("unit", (j,))
        own_letter = (j,) if self._own_activation else ()
        slope = self.expression(Applied("phi", own_letter, Read("v", (j, s)), 1))
        costs = {
            array[1:].partition("/∂")[0]: sorts
            for array, sorts in self.arrays.items()
            if array.startswith("∂E") and array.partition("/∂")[2] in ("w", "v", "y")
        }
        for cost, sorts in sorted(costs.items()):
            own = tuple(Var(f"@{n}", sort) for n, sort in enumerate(sorts[:-2]))
            for by, place in (("w", (j, i)), ("v", (j, s)), ("y", (j, s))):
                self.arrays.setdefault(f"∂{cost}/∂{by}", (*sorts[:-2], *(p.sort for p in place)))
            by_field = Get(f"∂{cost}/∂v", (*own, j, s))
            by_signal = Get(f"∂{cost}/∂y", (*own, j, s))
            by_weight = Sum(s, by_field * Get("y", (i, s)))
            yield Equation(0, f"∂{cost}/∂v", (*own, j, s), unit, by_signal * slope)
            yield Equation(0, f"∂{cost}/∂w", (*own, j, i), unit, by_weight)


def keeps_to_the_field(base: Base) -> bool:
    """Whether the cost depends on a weight through v alone, and on v through y = φ(v) alone."""
    if base.outer is not None:
        return False
    fields = {"v": "w", "y": "v"}
    waiting = [name for name in base.definitions if name.startswith("E")]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in base.definitions:
            continue
        seen.add(name)
        body = base.definitions[name][1]
        read = {name_of(part) for part in walk(body) if isinstance(part, Read)}
        if any(isinstance(part, Partial) for part in walk(body)):
            return False
        if any(other != name and reads in read for other, reads in fields.items()):
            return False
        waiting += read
    if not {"v", "y"} <= seen:
        return False
    (field, body), (signal, shape) = base.definitions["v"], base.definitions["y"]
    weighted = [part for part in walk(body) if isinstance(part, SumOver)]
    plain = {name_of(part) for part in walk(body) if isinstance(part, Read)} <= {"w", "y", "b"}
    return (
        plain
        and len(weighted) == 1
        and isinstance(weighted[0].body, Times)
        and len(weighted[0].body.factors) == 2
        and isinstance(shape, Applied)
        and shape.argument == Read("v", signal.at)
        and shape.order == 0
        and shape.at in ((), signal.at[:1])
        and isinstance(body, SumOver | Plus)
        and field.at[:1] != ()
    )
