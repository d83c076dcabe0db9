"""Does a line follow from the lines before it?  Their equations are put into it, one at a time.

Derivatives stay whole here: ∂𝓔/∂y_j is a quantity of its own, known by what the document says of
it.  Besides the lines themselves only the chain rule at one neuron is used, for the cost:
∂𝓔/∂w_ji = Σ_ξ ∂𝓔/∂v_j y_i and ∂𝓔/∂v_j = ∂𝓔/∂y_j φ_j'(v_j), and neither crosses to another neuron.
So what is found here rests on the argument of the document; whether a line is true is another
question (`prover.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from copy import copy
from dataclasses import dataclass

from symbolic.indexed import Var
from symbolic.indices import Calculus
from symbolic.integers import Linear
from symbolic.monomials import Normal, accumulate, add, scale
from symbolic.partials import arrays_of, is_zero
from symbolic.reading.cases import Settled, condition
from symbolic.reading.equations import Equation, Line, Quantities
from symbolic.reading.formulas import free
from symbolic.reading.pathways import table
from symbolic.reading.theory import Assumption, Sets, lawful

MOST_STEPS = 40
"""How many equations are put in before the search for an argument ends."""
MOST_TERMS = 60
"""A difference with more terms than these is not followed further."""
MOST_USES = 2
"""How often one argument puts in the same equation."""


@dataclass(frozen=True)
class Shown:
    """A line follows under these assumptions, the given ones among them, from these lines."""

    under: tuple[Assumption, ...]
    uses: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class _Move:
    """An equation in the normal forms of one calculus; `lowers` says that it ends by itself."""

    number: int
    array: str
    letters: tuple[Var, ...]
    where: Normal
    value: Normal
    lowers: bool


class _Notebook:
    """The lines that may be used under one set of assumptions, as moves by array."""

    def __init__(
        self, calculus: Calculus, equations: Iterable[Equation], gone: Iterable[Equation] = ()
    ) -> None:
        self.calculus = calculus
        self.moves: dict[str, list[_Move]] = {}
        self.gone = {_form(self._move(one)) for one in gone}
        self.read = 0  # how many lines of the document are in it, or left out of it
        self._known: dict[tuple[object, ...], int] = {}  # its place among those of its array
        for equation in equations:
            self.write(equation)

    def write(self, one: Equation) -> None:
        """One equation more, but none turned round that would undo what others do.

        What the document says is its own, also where it says what is usual.
        """
        move = self._move(one)
        form = _form(move)
        if (one.turned and not move.lowers) or (form in self.gone and not one.number):
            return
        moves = self.moves.setdefault(one.array, [])
        place = self._known.setdefault(form, len(moves))
        if place == len(moves):
            moves.append(move)
        elif not moves[place].number:
            moves[place] = move

    def _move(self, one: Equation) -> _Move:
        value, where = self.calculus.normal(one.value), self.calculus.normal(one.where)
        lowers = all(_rank(other) > _rank(one.array) for other in arrays_of(value))
        return _Move(one.number, one.array, one.letters, where, value, lowers)


def _form(move: _Move) -> tuple[object, ...]:
    """What an equation says, whichever line says it."""
    where, value = (frozenset(side.items()) for side in (move.where, move.value))
    return move.array, move.letters, where, value


class Inference:
    """What the lines of a document give for the next one; `lines` are those so far."""

    def __init__(self, quantities: Quantities, layered: bool = False) -> None:
        self.lines: list[Line] = []
        self.gone: tuple[Line, ...] = ()  # what is usual may not be used where these say it
        self.quantities, self.layered = quantities, layered
        self._notebooks: dict[tuple[tuple[Assumption, ...], bool], _Notebook] = {}

    def among(self, numbers: Collection[int]) -> Inference:
        """What the definitions and the lines of these numbers give alone."""
        return self._of(
            line
            for line in self.lines
            if line.given or (line.number in numbers and (not line.after or line.after in numbers))
        )

    def only(self, numbers: Iterable[int]) -> Inference:
        """What the lines and definitions of these numbers give alone, and what is no line.

        What another line says is not known otherwise either: what a document says is its own, also
        where it says what is usual.
        """
        known = {0, *numbers}
        part = self._of(
            line
            for line in self.lines
            if line.number in known and (not line.after or line.after in known)
        )
        part.gone = tuple(line for line in self.lines if line.number not in known)
        return part

    def without(self, numbers: Collection[int]) -> Inference:
        """What the lines give without those of these numbers."""
        return self._of(line for line in self.lines if line.number not in numbers)

    def beside(self, more: Iterable[Line]) -> Inference:
        """What the lines and these give together."""
        return self._of((*self.lines, *more))

    def _of(self, lines: Iterable[Line]) -> Inference:
        part = copy(self)
        part.lines, part._notebooks = [*lines], {}
        return part

    def follows(self, claim: Settled, truth: Sets, broken: bool = False) -> tuple[Shown, ...]:
        """How the claim follows from the lines: under what it needs to be true, else under more.

        `truth` are the sets of assumptions under which it is true.  Where the lines show it under
        none of these, what they show it under is found among the sets that they need themselves.
        With `broken` the wrong lines are used as well.

        Raises `BeyondError` where the claim is not in reach, `TooLargeError` where it is too long.
        """
        found = self.just(claim, truth, broken)
        if found:
            return found
        every = (a for one in self.lines for under in one.known for a in under)
        widest = self._shown(claim, _ordered((*claim.given, *every)), broken)
        if widest is None:
            return ()
        sets = {frozenset(claim.given)}
        for line in self.lines:
            if line.number in widest.uses:
                sets |= {one | {*more} for one in sets for more in line.known}
        shown_by: list[Shown] = []
        for under in sorted(map(_ordered, sets), key=_by_size):
            if not any(set(shown.under) <= set(under) for shown in shown_by):
                shown = self._shown(claim, under, broken)
                shown_by += [shown] if shown is not None else []
        return tuple(shown_by) or (widest,)

    def just(self, claim: Settled, truth: Sets, broken: bool = False) -> tuple[Shown, ...]:
        """How the claim follows under one of these sets of assumptions and no more.

        Raises as `follows` does.
        """
        found = (self._shown(claim, under, broken) for under in with_given(claim, truth))
        return tuple(shown for shown in found if shown is not None)

    # ------------------------------------------------------------------ search

    def _shown(self, claim: Settled, under: tuple[Assumption, ...], broken: bool) -> Shown | None:
        notebook = self._notebook(under, broken)
        calculus = notebook.calculus
        where = calculus.normal(condition(claim, Assumption.LH in under))
        if not where:
            return None
        named = {calculus.index(v) for v in free(claim.left) | free(claim.right)}
        left, right = (
            calculus.normal(self.quantities.expression(s)) for s in (claim.left, claim.right)
        )
        stack: list[tuple[Normal, tuple[_Move, ...]]] = [(add(left, scale(right, -1)), ())]
        seen: set[frozenset[tuple[object, object]]] = set()
        for _ in range(MOST_STEPS):
            if not stack:
                break
            gap, trail = stack.pop()
            if is_zero(calculus, calculus.multiply(where, gap)):
                return Shown(under, tuple(sorted({move.number for move in trail} - {0})))
            for move, changed in _onward(notebook, gap, where, trail, named):
                form = frozenset(changed.items())
                if form not in seen and len(changed) <= MOST_TERMS:
                    seen.add(form)
                    stack.append((changed, (*trail, move)))  # the latest line is tried first
        return None

    def _notebook(self, under: tuple[Assumption, ...], broken: bool) -> _Notebook:
        """The lines so far, as far as they are known under these assumptions."""
        at = under, broken
        if at not in self._notebooks:
            calculus = lawful(self.quantities.arrays, under, self.layered)
            gone = [
                equation
                for line in self.gone
                for equation in self.quantities.equations(line, Assumption.LH in under)
            ]
            self._notebooks[at] = _Notebook(calculus, self.quantities.chain_rule, gone)
        notebook = self._notebooks[at]
        notebook.calculus.arrays |= self.quantities.arrays
        for line in self.lines[notebook.read :]:
            known = any(set(one) <= set(under) for one in line.known)
            if known and (broken or not line.broken):
                for equation in self.quantities.equations(line, Assumption.LH in under):
                    notebook.write(equation)
        notebook.read = len(self.lines)
        return notebook


def with_given(claim: Settled, sets: Sets) -> Sets:
    """The sets with what the document itself assumes at the claim."""
    return tuple(_ordered((*claim.given, *under)) for under in sets)


def _onward(
    notebook: _Notebook,
    gap: Normal,
    where: Normal,
    trail: tuple[_Move, ...],
    named: set[Linear],
) -> list[tuple[_Move, Normal]]:
    """What the equations make of the first quantity that one of them speaks of.

    The quantities of the neurons that the claim names come first, in the order of `_RANK`.
    """
    arrays = sorted(arrays_of(gap), key=_rank)
    for everywhere in (False, True):
        at = None if everywhere else named
        for array in arrays:
            found = []
            for move in notebook.moves.get(array, ()):
                if (everywhere and not move.lowers) or trail.count(move) >= MOST_USES:
                    continue
                changed = _put_in(notebook.calculus, gap, where, move, at)
                if changed != gap:
                    found.append((move, changed))
            if found:
                return found
    return []


def _put_in(
    calculus: Calculus, gap: Normal, where: Normal, move: _Move, named: set[Linear] | None
) -> Normal:
    """The equation used for each factor that it speaks of, where its condition is seen to hold."""
    result: Normal = {}
    for monomial, coefficient in gap.items():
        if not any(atom[0] == "x" and atom[1] == move.array for atom, _ in monomial[2]):
            accumulate(result, {monomial: coefficient})
            continue
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
