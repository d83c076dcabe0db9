"""The definitions of a document as normal forms, and its formulas in them: derivatives are taken.

Total derivatives become sums over paths (`pathways.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from symbolic.arrays import Acyclic, Definition, Given, Program
from symbolic.errors import InputError
from symbolic.indexed import Expr, Get, Num, Sort, Sum, Var, free_letters
from symbolic.indices import Calculus, SizeOne
from symbolic.integers import Base as Letter
from symbolic.integers import Linear
from symbolic.monomials import Normal, add
from symbolic.partials import arrays_of, derivative, written
from symbolic.reading.base import Base, name_of
from symbolic.reading.cases import BeyondError, within
from symbolic.reading.folding import folded
from symbolic.reading.formulas import (
    NEURON,
    SAMPLE,
    Formula,
    Partial,
    Range,
    Read,
    SumOver,
    as_indexed,
    walk,
)
from symbolic.reading.pathways import CORE, PATHS, Pathways
from symbolic.reading.reach import require_reach
from symbolic.reading.theory import COST, INDICATORS, SLOPE, Assumption
from symbolic.substitution import renewed, unfolded
from symbolic.wellfounded import require_order

J, S = Var("j", NEURON), Var("s", SAMPLE)
OPEN_COST = Sum(J, Get("out", (J,)) * Get(SLOPE, (J, S)) * Get("y", (J, S)))
"""What stands for a cost without definition where it is differentiated, once: its tangent."""


class Normals:
    """The definitions of a document as normal forms, where derivatives are taken.

    Assumptions hold at a network, not around it, so none is used here but the number of samples.
    """

    def __init__(self, base: Base, one_sample: bool) -> None:
        arrays = base.arrays
        for name, (head, _) in base.definitions.items():
            arrays[name] = tuple(i.sort for i in head.at if isinstance(i, Var))
        if base.open:
            arrays[COST] = (SAMPLE,)
        sizes = [SizeOne(Assumption.N1, "N")] if one_sample else []
        self.calculus = Calculus(arrays, INDICATORS, sizes)
        self.base = base
        self.bodies: dict[str, tuple[tuple[Var, ...], Normal]] = {}
        self._pending: list[str] = []
        self._paths: dict[int, tuple[tuple[Var, ...], Normal]] = {}
        self._renewed: dict[tuple[int, str | int], Normal] = {}  # by calculus, for its whole life
        self.differentiating = _differentiating(base)
        plain = [name for name in base.definitions if name not in self.differentiating]
        expressions: list[Definition] = []
        for name in plain:
            head, body = base.definitions[name]
            for part in walk(body):
                require_reach(part)
            letters = tuple(i for i in head.at if isinstance(i, Var))
            expression = _whole(name, letters, self.expression(body, name))
            if not free_letters(expression) <= set(letters):
                raise InputError(f"The definition of {head.sign} has a letter that its left lacks.")
            expressions.append(Definition(name, letters, expression))
            self.bodies[name] = letters, self.calculus.normal(expression)
        self._require_order(arrays, expressions)  # of softmax too: its outputs feed no neuron
        self.outputs: tuple[tuple[Var, ...], Normal] | None = None
        if base.outer is not None:
            letters, self.others = self.bodies["y"]
            out = Get("out", letters[:1])
            self.outputs = letters, self.calculus.normal(self.expression(base.outer, "y"))
            others = self.calculus.multiply(self.calculus.normal(1 - out), self.others)
            signals = self.calculus.multiply(self.calculus.normal(out), self.outputs[1])
            self.bodies["y"] = letters, add(others, signals)
        tangent = {COST: ((S,), self.calculus.normal(OPEN_COST))} if base.open else {}
        self.pathways = Pathways(self.calculus, {**self.bodies, **tangent})
        for name in base.definitions:
            if name not in self.bodies:
                self._define(name)
        self.order = self._sorted()

    def _require_order(
        self, arrays: Mapping[str, tuple[Sort, ...]], definitions: list[Definition]
    ) -> None:
        """The definitions can be computed one after the other, and only v goes round by w."""
        made = {d.array for d in definitions}
        own = self.base.arrays
        given = tuple(Given(n, s) for n, s in arrays.items() if n in own and n not in made)
        given += (Given(COST, (SAMPLE,)),) if self.base.open else ()
        read = set().union(*(arrays_of(body) for _, body in self.bodies.values()))
        known = {g.array for g in given} | made
        if not read <= known:
            raise InputError(f"{', '.join(sorted(read - known))} is used and never defined.")
        indicators = frozenset(INDICATORS)
        program = Program(
            given, tuple(definitions), Num(Fraction(0)), (), indicators, (Acyclic("w"),)
        )
        require_order(program, self.calculus, {n: body for n, (_, body) in self.bodies.items()})
        self._sorted()

    def _define(self, name: str) -> None:
        """The normal form of a definition that holds derivatives, such as δ := −∂𝓔/∂v."""
        if name in self.bodies:
            return
        if name in self._pending:
            raise InputError(f"{name} is defined through itself.")
        self._pending.append(name)
        head, body = self.base.definitions[name]
        letters = tuple(i for i in head.at if isinstance(i, Var))
        self.bodies[name] = letters, self.read(body)
        self._pending.remove(name)

    def _sorted(self) -> tuple[str, ...]:
        """The defined arrays but v, each before those that its definition speaks of."""
        found: list[str] = []
        waiting = [name for name in self.bodies if name != CORE]
        while waiting:
            free_ = [
                name
                for name in waiting
                if not any(name in arrays_of(self.bodies[other][1]) for other in waiting)
            ]
            if not free_:
                raise InputError(f"{', '.join(waiting)} are defined through each other.")
            found += free_
            waiting = [name for name in waiting if name not in free_]
        return tuple(found)

    def lawful(self, calculus: Calculus, name: str) -> tuple[tuple[Letter, ...], Normal]:
        """A definition in the shape that `unfolded` wants."""
        letters, body = self.bodies[name]
        return bases(calculus, letters), self._kept(calculus, name, body)

    def signals(self, calculus: Calculus, gap: Normal) -> Normal:
        """The signals put in, where outputs have another than others and it is known which is one.

        The signals of neurons that may be either stay as they are.
        """
        assert self.outputs is not None
        letters, body = self.outputs
        outer = bases(calculus, letters), self._kept(calculus, "outputs", body)
        inner = bases(calculus, letters), self._kept(calculus, "others", self.others)

        def out(whole: Normal, index: Linear) -> Normal:
            return calculus.multiply(whole, calculus.read("out", (index,)))

        gap = unfolded(calculus, gap, {"y": outer}, where=lambda m, i: out(m, i) == m)
        return unfolded(calculus, gap, {"y": inner}, where=lambda m, i: not out(m, i))

    def _kept(self, calculus: Calculus, key: str | int, body: Normal) -> Normal:
        """The body under the laws of a calculus, worked out once."""
        at = id(calculus), key
        if at not in self._renewed:
            self._renewed[at] = renewed(calculus, body)
        return self._renewed[at]

    def paths(self, calculus: Calculus, place: int) -> tuple[tuple[Letter, ...], Normal]:
        """∂v_a/∂v_b = [a = b] + the paths by their first step (place 1) or by their last (0)."""
        letters = Var("@a", NEURON), Var("@b", NEURON), Var("@s", SAMPLE)
        if place not in self._paths:
            a, b, s = map(self.calculus.index, letters)
            same = self.calculus.delta(a, b)
            if place == 1:
                onward = self.pathways.back(CORE, (a, s), CORE, (b, s))
            else:
                onward = self.pathways.of(self.pathways.body(CORE, (a, s)), CORE, (b, s))
            self._paths[place] = letters, add(same, onward)
        return bases(calculus, letters), self._kept(calculus, place, self._paths[place][1])

    # ------------------------------------------------------------------ reading

    def read(self, formula: Formula) -> Normal:
        """A formula as a normal form."""
        formula = folded(formula, self.base)
        for part in walk(formula):
            if isinstance(part, Read):
                self._require(part)
            require_reach(part)
        return self.calculus.normal(self.expression(formula))

    def expression(self, formula: Formula, defines: str = "") -> Expr:
        """A formula for the index calculus; `defines` is the array that it defines."""

        def named(part: Partial | SumOver) -> Expr:
            if isinstance(part, Partial):
                return written(self.calculus, self._partial(part))
            feeding = part.range.kind == "feeding"
            limits = Range("interval") if defines == CORE and not feeding else part.range
            body = self.expression(part.body, defines)
            return Sum(part.over, within(part.over, limits) * body)

        return as_indexed(formula, named, name_of, self.base.phi)

    def _require(self, read: Read) -> None:
        name = name_of(read)
        if name in self.base.definitions and name not in self.bodies:
            self._define(name)
        if len(self.calculus.arrays.get(name, "?" * 9)) != len(read.at):
            raise BeyondError(f"{read.sign or name} has no definition here.")

    def _partial(self, partial: Partial) -> Normal:
        """∂of/∂by, through the network or of the definition alone."""
        name = name_of(partial.by)
        at = tuple(map(self.calculus.index, partial.by.at))
        if name in INDICATORS:
            raise BeyondError(f"There is no derivative by {partial.by.sign or name}.")
        form = self.read(partial.of)
        if arrays_of(form) & {PATHS, SLOPE}:
            raise BeyondError("A derivative of a derivative is not in reach.")
        if name == "d" and self.base.open:
            raise BeyondError("The cost has no definition, so not by what else it changes.")
        if (arrays_of(form) | {name}) & self.differentiating:
            raise BeyondError("A derivative of or by a derivative is not in reach.")
        if partial.reading == "total":
            return self.pathways.of(form, name, at)
        if not isinstance(partial.of, Read) or name_of(partial.of) not in self.bodies:
            raise BeyondError("A direct derivative is one of a quantity with a definition.")
        place = tuple(map(self.calculus.index, partial.of.at))
        body = self.pathways.body(name_of(partial.of), place)
        return derivative(self.calculus, body, name, at)


def _whole(name: str, letters: tuple[Var, ...], body: Expr) -> Expr:
    """The signal of an input neuron is given, whatever is said of the others."""
    if name != "y":
        return body
    unit = Get("unit", letters[:1])
    return unit * body + (1 - unit) * Get("x", letters)


def _differentiating(base: Base) -> frozenset[str]:
    """What is defined by a derivative, or by something that is."""
    found = {
        name
        for name, (_, body) in base.definitions.items()
        if any(isinstance(part, Partial) for part in walk(body))
    }
    while True:
        more = {
            name
            for name, (_, body) in base.definitions.items()
            if any(isinstance(part, Read) and name_of(part) in found for part in walk(body))
        }
        if more <= found:
            return frozenset(found)
        found |= more


def bases(calculus: Calculus, letters: tuple[Var, ...]) -> tuple[Letter, ...]:
    """The letters in normal forms; () where a sort has one element."""
    forms = (calculus.index(letter)[1][0][0] for letter in letters)
    return tuple(base if base[0] == "f" else () for base in forms)
