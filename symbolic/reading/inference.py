"""Does a line follow from the lines before it?  Their equations are put into it, one at a time.

Derivatives stay whole here: ∂𝓔/∂y_j is a quantity of its own, known by what the document says of
it.  Besides the lines themselves only the chain rule at one neuron is used, for the cost:
∂𝓔/∂w_ji = Σ_ξ ∂𝓔/∂v_j y_i and ∂𝓔/∂v_j = ∂𝓔/∂y_j φ_j'(v_j), and neither crosses to another neuron.
So what is found here rests on the argument of the document; whether a line is true is another
question (`prover.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from symbolic.indexed import Delta, Expr, Get, Mul, Num, Opaque, Sort, Sum, Var
from symbolic.indices import Calculus
from symbolic.integers import Linear
from symbolic.monomials import Normal, accumulate, add, scale
from symbolic.partials import arrays_of, is_zero
from symbolic.reading.cases import BeyondError, Settled, condition, require_value, within
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
from symbolic.reading.pathways import table
from symbolic.reading.theory import ARRAYS, INDICATORS, Assumption, Base, Sets, laws, name_of

MOST_STEPS = 40
"""How many equations are put in before the search for an argument ends."""


@dataclass(frozen=True)
class Line:
    """An equation that may be used, known under each of these sets of assumptions."""

    number: int
    claim: Settled
    known: Sets


@dataclass(frozen=True)
class Shown:
    """A line follows under these assumptions, the given ones among them, from these lines."""

    under: tuple[Assumption, ...]
    uses: tuple[int, ...]


@dataclass(frozen=True)
class _Equation:
    """array[letters] = value where `where` is 1; the letters are all different.

    `turned` says that the line has its sides the other way round.
    """

    number: int
    array: str
    letters: tuple[Var, ...]
    where: Expr
    value: Expr
    turned: bool = False


@dataclass(frozen=True)
class _Move:
    """An equation in the normal forms of one calculus; `lowers` says that it ends by itself."""

    number: int
    array: str
    letters: tuple[Var, ...]
    where: Normal
    value: Normal
    lowers: bool


class Inference:
    """What the lines of a document give for the next one."""

    def __init__(self, base: Base) -> None:
        self._local = _keeps_to_the_field(base)
        self._own_activation = any(
            isinstance(part, Applied) and part.at for part in walk(base.definitions["y"][1])
        )
        self._arrays: dict[str, tuple[Sort, ...]] = dict(ARRAYS)

    def follows(self, claim: Settled, lines: Iterable[Line], truth: Sets) -> tuple[Shown, ...]:
        """How the claim follows from the lines: under what it needs to be true, else under more.

        `truth` are the sets of assumptions under which it is true.  Where the lines show it under
        none of these, what they show it under is found among the sets that they need themselves.

        Raises `BeyondError` where the claim is not in reach, `TooLargeError` where it is too long.
        """
        given = tuple(lines)
        found = [self._shown(claim, given, under) for under in with_given(claim, truth)]
        if any(found):
            return tuple(shown for shown in found if shown is not None)
        every = (a for one in given for under in one.known for a in under)
        widest = self._shown(claim, given, _ordered((*claim.given, *every)))
        if widest is None:
            return ()
        sets = {frozenset(claim.given)}
        for line in given:
            if line.number in widest.uses:
                sets |= {one | {*more} for one in sets for more in line.known}
        shown_by: list[Shown] = []
        for under in sorted(map(_ordered, sets), key=_by_size):
            if not any(set(shown.under) <= set(under) for shown in shown_by):
                shown = self._shown(claim, given, under)
                shown_by += [shown] if shown is not None else []
        return tuple(shown_by) or (widest,)

    # ------------------------------------------------------------------ search

    def _shown(
        self, claim: Settled, lines: tuple[Line, ...], under: tuple[Assumption, ...]
    ) -> Shown | None:
        usable = [line for line in lines if any(set(one) <= set(under) for one in line.known)]
        last = Assumption.LH in under
        left, right = self._expression(claim.left), self._expression(claim.right)
        said = [*self._equations(usable, last)]
        equations = [*(self._chain_rule() if self._local else ()), *said]
        calculus = Calculus(self._arrays, INDICATORS, laws(under))
        where = calculus.normal(condition(claim, last))
        if not where:
            return None
        moves = _moves(calculus, equations)
        named = {calculus.index(v) for v in free(claim.left) | free(claim.right)}
        gap = add(calculus.normal(left), scale(calculus.normal(right), -1))
        stack: list[tuple[Normal, tuple[int, ...]]] = [(gap, ())]
        seen: set[frozenset[tuple[object, object]]] = set()
        for _ in range(MOST_STEPS):
            if not stack:
                break
            gap, trail = stack.pop()
            if is_zero(calculus, calculus.multiply(where, gap)):
                used = {moves[n].number for n in trail} - {0}
                return Shown(under, tuple(sorted(used)))
            for n, changed in self._onward(calculus, gap, where, moves, trail, named):
                form = frozenset(changed.items())
                if form not in seen:
                    seen.add(form)
                    stack.append((changed, (*trail, n)))  # the latest line is tried first
        return None

    def _onward(
        self,
        calculus: Calculus,
        gap: Normal,
        where: Normal,
        moves: list[_Move],
        trail: tuple[int, ...],
        named: set[Linear],
    ) -> list[tuple[int, Normal]]:
        """What the equations make of the first quantity that one of them speaks of.

        The quantities of the neurons that the claim names come first, in the order of `_RANK`.
        """
        arrays = sorted(arrays_of(gap), key=_rank)
        for everywhere in (False, True):
            for array in arrays:
                found = []
                for n, move in enumerate(moves):
                    if everywhere and not move.lowers:
                        continue
                    if move.array == array and trail.count(n) < 2:
                        at = None if everywhere else named
                        changed = _put_in(calculus, gap, where, move, at)
                        if changed != gap:
                            found.append((n, changed))
                if found:
                    return found
        return []

    # ------------------------------------------------------------------ equations

    def _equations(self, lines: list[Line], last: bool) -> Iterator[_Equation]:
        """What the lines say, read in both directions, the early ones first."""
        for line in lines:
            where = condition(line.claim, last)
            left, right = line.claim.left, line.claim.right
            for turned, one, other in ((True, right, left), (False, left, right)):
                try:
                    equation = self._oriented(line.number, one, other, where)
                except BeyondError:
                    continue
                if equation is not None:
                    yield replace(equation, turned=turned)

    def _oriented(self, number: int, one: Formula, other: Formula, where: Expr) -> _Equation | None:
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
        value = Num(1 / factor) * self._expression(other)
        return _Equation(number, atom.array, tuple(letters), Mul(tuple(equal)), value)

    def _chain_rule(self) -> Iterator[_Equation]:
        """∂𝓔/∂w and ∂𝓔/∂v for each cost that occurs."""
        j, i, s = Var("j", NEURON), Var("i", NEURON), Var("s", SAMPLE)
        field, unit = Get("v", (j, s)), Get("unit", (j,))
        slope = Opaque("phi", (j,) if self._own_activation else (), (field,), (1,))
        costs = {
            array[1:].partition("/∂")[0]: sorts
            for array, sorts in self._arrays.items()
            if array.startswith("∂E") and array.partition("/∂")[2] in ("w", "v", "y")
        }
        for cost, sorts in sorted(costs.items()):
            own = tuple(Var(f"@{n}", sort) for n, sort in enumerate(sorts[:-2]))
            for by, place in (("w", (j, i)), ("v", (j, s)), ("y", (j, s))):
                self._arrays.setdefault(f"∂{cost}/∂{by}", (*sorts[:-2], *(p.sort for p in place)))
            by_field = Get(f"∂{cost}/∂v", (*own, j, s))
            by_signal = Get(f"∂{cost}/∂y", (*own, j, s))
            by_weight = Sum(s, by_field * Get("y", (i, s)))
            yield _Equation(0, f"∂{cost}/∂v", (*own, j, s), unit, by_signal * slope)
            yield _Equation(0, f"∂{cost}/∂w", (*own, j, i), unit, by_weight)

    # ------------------------------------------------------------------ reading

    def _atom(self, part: Read | Partial) -> Get:
        if isinstance(part, Read):
            name, at = name_of(part), part.at
        else:
            if not isinstance(part.of, Read):
                raise BeyondError("A derivative of an expression is not in reach.")
            name = f"∂{name_of(part.of)}/∂{name_of(part.by)}"
            at = (*part.of.at, *part.by.at)
        sorts = tuple(i.sort for i in at if isinstance(i, Var))
        if len(sorts) != len(at) or self._arrays.setdefault(name, sorts) != sorts:
            raise BeyondError("An index that is no letter is not in reach.")
        return Get(name, at)

    def _expression(self, formula: Formula) -> Expr:
        for part in walk(formula):
            require_value(part)
            if isinstance(part, Read):
                self._atom(part)

        def named(part: Partial | SumOver) -> Expr:
            if isinstance(part, Partial):
                return self._atom(part)
            return Sum(part.over, within(part.over, part.range) * self._expression(part.body))

        return as_indexed(formula, named, name_of)


def _keeps_to_the_field(base: Base) -> bool:
    """Whether the cost depends on a weight through v alone, and on v through y = φ(v) alone."""
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


def with_given(claim: Settled, sets: Sets) -> Sets:
    """The sets with what the document itself assumes at the claim."""
    return tuple(_ordered((*claim.given, *under)) for under in sets)


def _moves(calculus: Calculus, equations: list[_Equation]) -> list[_Move]:
    """The equations, but none turned round that would undo what others do."""
    found = []
    for one in equations:
        value = calculus.normal(one.value)
        lowers = all(_rank(other) > _rank(one.array) for other in arrays_of(value))
        if lowers or not one.turned:
            where = calculus.normal(one.where)
            found.append(_Move(one.number, one.array, one.letters, where, value, lowers))
    return found


def _put_in(
    calculus: Calculus, gap: Normal, where: Normal, move: _Move, named: set[Linear] | None
) -> Normal:
    """The equation used for each factor that it speaks of, where its condition is seen to hold."""
    result: Normal = {}
    for monomial, coefficient in gap.items():
        bounds, (atoms, equations, ranges) = calculus.opened(monomial)
        whole = calculus.multiply(
            where, calculus.settled(coefficient, monomial, atoms, equations, ranges)
        )
        kept, made = [], []
        for atom, power in atoms:
            value = None
            if atom[0] == "x" and atom[1] == move.array and (named is None or named >= {*atom[2]}):
                places = table(calculus, move.letters, atom[2])
                if calculus.multiply(whole, calculus.put(move.where, places)) == whole:
                    value = calculus.power(calculus.put(move.value, places), power)
            if value is None:
                kept.append((atom, power))
            else:
                made.append(value)
        if not made:
            accumulate(result, {monomial: coefficient})
            continue
        rest = calculus.settled(coefficient, monomial, kept, equations, ranges)
        accumulate(result, calculus.closed(calculus.product((rest, *made)), bounds))
    return result


_RANK = ("dw", "db", "delta", "∂E", "E", "∂", "e", "y", "v")
"""What is put in first: the beginning of the names of arrays."""


def _rank(array: str) -> tuple[int, int, str]:
    found = next((n for n, start in enumerate(_RANK) if array.startswith(start)), len(_RANK))
    return found, array.count(":"), array


def _ordered(assumptions: Iterable[Assumption]) -> tuple[Assumption, ...]:
    given = set(assumptions)
    return tuple(one for one in Assumption if one in given)


def _by_size(under: tuple[Assumption, ...]) -> tuple[int, tuple[int, ...]]:
    order = tuple(Assumption)
    return len(under), tuple(order.index(one) for one in under)
