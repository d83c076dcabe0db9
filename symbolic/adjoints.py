"""The adjoint certificate for array programs: the equations of the derivatives, for all sizes.

Perturb every element of every defined array at once.  The tangents solve a system that has one
solution because the program is well-founded, and so does its transpose

    ∂E/∂b[m] = direct ∂E/∂b[m] + Σ over a that read b of Σ_idx ∂E/∂a[idx] · ∂a[idx]/∂b[m].

Multiplying the tangent system by the solution of the transposed one shows that the latter is the
derivative of the cost.  Hypotheses hold at one point, not around it, so definitions are
differentiated as written and the hypotheses are used on the result.  A rule that claims an
expression for ∂E/∂b is therefore right if the two sides are equal as normal forms, where arrays may
be replaced by their definitions and derivatives by the right side of their own equation.  Elements
outside the range of an index do not exist: their values and derivatives are 0, and the sums over
idx run over the range alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from math import inf

from symbolic import integers as z
from symbolic.adjoint_search import through_time
from symbolic.arrays import (
    ONE,
    Abstract,
    Closed,
    Definition,
    Multiplier,
    Program,
    Rule,
)
from symbolic.errors import InputError
from symbolic.indexed import Get, Var
from symbolic.indices import Calculus, Hypothesis, SizeOne
from symbolic.integers import Base, Linear
from symbolic.monomials import Normal, accumulate, add, scale
from symbolic.partials import arrays_of, derivative, is_zero
from symbolic.substitution import index_forms, renewed, stepped, unfolded, within_ranges
from symbolic.vanishing import vanishes
from symbolic.wellfounded import circular


class Adjoints:
    """The equations of the derivatives of one program under one set of hypotheses.

    >>> from symbolic.indexed import Get, Sort, Sum, Var
    >>> from symbolic.arrays import Given
    >>> J = Sort("J"); j = Var("j", J)
    >>> square = Definition("y", (j,), Get("v", (j,)) ** 2)
    >>> program = Program((Given("v", (J,)),), (square,), Sum(j, Get("y", (j,))))
    >>> adjoints = Adjoints(program)
    >>> adjoints.derived("v", (j,)) == adjoints.calculus.normal(
    ...     Get("∂y", (j,)) * 2 * Get("v", (j,)))
    True
    """

    written: Calculus
    bodies: dict[str, Normal]
    _cost: Normal | None
    _raw: dict[str, Normal]
    _readers: dict[str, list[tuple[Definition, Normal]]]

    def __init__(
        self,
        program: Program,
        hypotheses: Iterable[Hypothesis] = (),
        plain: Adjoints | None = None,
    ) -> None:
        """`plain` are the equations of the same program without hypotheses, to build upon."""
        self.program = program
        named = {m.array: m for m in program.multipliers}
        self.multipliers = {
            array: named.get(array) or Multiplier(array, f"∂{array}")
            for array in program.arrays
            if array not in {m.name for m in program.multipliers} | program.indicators
        }
        arrays = dict(program.arrays)
        for multiplier in self.multipliers.values():
            if multiplier.name in arrays and multiplier not in program.multipliers:
                raise InputError(f"{multiplier.name!r} is the derivative by {multiplier.array!r}.")
            arrays[multiplier.name] = arrays[multiplier.array]
        offered = tuple(hypotheses)
        given = (*program.facts, *offered)
        self.calculus = Calculus(arrays, program.indicators, given)
        sizes = [h for h in given if isinstance(h, SizeOne)]
        self._has_laws = len(sizes) < len(given)
        self.of_multiplier = {m.name: array for array, m in self.multipliers.items()}
        # the equation of a derivative speaks of those of arrays defined later
        self.place = {m.name: n for n, m in enumerate(self.multipliers.values())}
        self._unknown = [d for d in program.definitions if isinstance(d, Abstract)]
        self._definitions = {d.array: d for d in program.definitions}
        self._derived: dict[str, Normal] = {}
        self._recursive: frozenset[str] | None = None
        if plain is not None and not any(isinstance(h, SizeOne) for h in offered):
            self.written, self.bodies, self._cost = plain.written, plain.bodies, plain._cost
            self._readers, self._raw = plain._readers, plain._raw
            return
        # where derivatives are taken: a law about values says nothing about derivatives
        self.written = Calculus(arrays, program.indicators, sizes)
        self.bodies = {
            d.array: self.written.normal(d.body)
            for d in program.definitions
            if isinstance(d, Definition)
        }
        self._cost = (
            None if isinstance(program.cost, Abstract) else self.written.normal(program.cost)
        )
        self._raw = {}
        self._readers = {}
        for d in program.definitions:
            if isinstance(d, Definition):
                for array, part in _by_array(self.bodies[d.array]).items():
                    self._readers.setdefault(array, []).append((d, part))

    def letters(self, array: str) -> tuple[Var, ...]:
        """The letters in which the equation of an array is kept."""
        sorts = self.program.arrays[array]
        return tuple(Var(f"@{n}", sort) for n, sort in enumerate(sorts))

    def derived(self, array: str, at: tuple[Var, ...]) -> Normal:
        """factor · ∂cost/∂array[at], by the derivatives of what reads it."""
        if array not in self._derived:
            if array not in self._raw:
                self._raw[array] = self._equation(array)
            self._derived[array] = self._lawful(self._raw[array])
        table = {
            _base(self.calculus, old): self.calculus.index(new)
            for old, new in zip(self.letters(array), at, strict=True)
            if _base(self.calculus, old)
        }
        return self.calculus.put(self._derived[array], table)

    def _equation(self, array: str) -> Normal:
        at = self.letters(array)
        total: Normal = {}
        for term in self.terms(array).values():
            accumulate(total, term)
        factor = self.written.normal(self.multipliers[array].factor)
        inside = self.written.multiply(factor, self.written.context(at))
        return self.written.multiply(inside, total)

    def terms(self, array: str) -> dict[str, Normal]:
        """∂cost/∂array in parts: "" for the cost itself, then one for each array that reads.

        They are in the letters of `letters(array)`, which nothing else has.
        """
        calculus, at = self.written, self.letters(array)
        target = tuple(map(calculus.index, at))
        if self._cost is not None:
            direct = derivative(calculus, self._cost, array, target)
        else:
            assert isinstance(self.program.cost, Abstract)
            direct = self._abstract(self.program.cost, array, at)
        found = {"": direct}
        locals_: list[tuple[Definition | Abstract, Normal]] = [
            (d, self._abstract(d, array, at)) for d in self._unknown
        ]
        for definition, part in self._readers.get(array, ()):
            locals_.append((definition, derivative(calculus, part, array, target)))
        for d, local in locals_:
            if local:
                inside = calculus.multiply(calculus.context(d.at), self._adjoint(d))
                found[d.array] = calculus.total(calculus.multiply(inside, local), *d.at)
        return found

    def _lawful(self, normal: Normal) -> Normal:
        return renewed(self.calculus, normal) if self._has_laws else normal

    def _adjoint(self, definition: Definition | Abstract) -> Normal:
        """∂cost/∂a[idx] in the name the program gives it."""
        multiplier = self.multipliers[definition.array]
        at = tuple(map(self.written.index, definition.at))
        factor = self.written.normal(multiplier.factor)
        return self.written.multiply(
            self.written.power(factor, -1), self.written.read(multiplier.name, at)
        )

    def _abstract(self, definition: Abstract, array: str, at: tuple[Var, ...]) -> Normal:
        """∂a[idx]/∂array[at] of an abstract function."""
        result: Normal = {}
        for local in definition.partials:
            if local.array == array:
                slope = self.written.normal(local.slope)
                table = {
                    _base(self.calculus, old): self.calculus.index(new)
                    for old, new in zip(local.at, at, strict=True)
                    if _base(self.calculus, old)
                }
                result = add(result, self.written.put(slope, table))
        return result

    def body(self, array: str) -> tuple[tuple[Base, ...], Normal]:
        """A definition in the shape that `unfolded` wants."""
        at = self._definitions[array].at
        return tuple(_base(self.calculus, v) for v in at), self._lawful(self.bodies[array])

    def equation(self, name: str) -> tuple[tuple[Base, ...], Normal]:
        """The equation of a derivative in the shape that `unfolded` wants."""
        array = self.of_multiplier[name]
        at = self.letters(array)
        return tuple(_base(self.calculus, v) for v in at), self.derived(array, at)

    def stated(self, rule: Rule) -> tuple[tuple[Base, ...], Normal]:
        """What a rule says of its derivative, in the shape that `unfolded` wants.

        Where its condition does not hold it says nothing: there the derivative is itself.
        """
        calculus, body = self.calculus, self.calculus.normal(rule.body)
        if rule.where != ONE:
            where = calculus.normal(rule.where)
            own = calculus.normal(Get(self.multipliers[rule.array].name, rule.at))
            outside = add(own, scale(calculus.multiply(where, own), -1))
            body = add(calculus.multiply(where, body), outside)
        return tuple(_base(calculus, v) for v in rule.at), body

    def placed(self, stated: tuple[tuple[Base, ...], Normal], at: tuple[Var, ...]) -> Normal:
        """The same at these letters."""
        letters, body = stated
        here = zip(letters, map(self.calculus.index, at), strict=True)
        return self.calculus.put(body, {old: new for old, new in here if old})

    def derived_for(self, claim: Rule | Closed) -> Normal:
        """What the claimed side must equal: the derivative, or the body with the claim put in.

        The definitions of a well-founded program have one solution.  So what satisfies the
        definition of an array, for all values of the others, is that array: induction along the
        order, with base and step in one identity.
        """
        if isinstance(claim, Rule):
            return self.derived(claim.array, claim.at)
        body = self.placed(self.body(claim.array), claim.at)
        at = tuple(_base(self.calculus, v) for v in claim.at)
        form = self.calculus.normal(claim.body)
        return unfolded(self.calculus, body, {claim.array: (at, form)})

    def residual(
        self, claim: Rule | Closed, further: bool = False
    ) -> tuple[Normal, tuple[str, ...], tuple[str, ...]]:
        """claimed - derived, with what was unfolded and eliminated to make it as small as it is.

        With `further` also through more than one time.
        """
        calculus = self.calculus
        inside = calculus.context(claim.at)
        if isinstance(claim, Rule):
            inside = calculus.multiply(inside, calculus.normal(claim.where))
        claimed = calculus.multiply(inside, calculus.normal(claim.body))
        derived = calculus.multiply(inside, self.derived_for(claim))
        gap = add(claimed, scale(derived, -1))
        if is_zero(calculus, gap):
            return {}, (), ()
        if isinstance(claim, Closed):
            return self._stepped(gap, claim)
        first = gap
        gone: list[str] = []
        kept = arrays_of(claimed)
        for last in (False, True):
            known = len(gone)
            if last:  # also what the claim speaks of, if that does not depend on itself
                kept &= self.recursive_multipliers()
            gap = self.eliminated(gap, kept, gone)
            if is_zero(calculus, gap):
                return {}, (), tuple(gone)
            if not last or len(gone) > known:
                small, opened = self.opened_until_zero(gap)
                if not small:
                    return {}, opened, tuple(gone)
        if arrays_of(claimed) & self.place.keys() - kept:  # what it speaks of may bring others back
            gone = []
            gap = self.eliminated(first, kept, gone)
            small, opened = self.opened_until_zero(gap)
            if not small:
                return {}, opened, tuple(gone)
        if further and self.recursive_multipliers():
            found = through_time(self, first, arrays_of(claimed))
            if found is not None:
                return {}, *found
        return first, (), ()

    def eliminated(self, gap: Normal, kept: set[str], gone: list[str]) -> Normal:
        """Derivatives that are not kept replaced by their equations, each name once.

        The equation of an array speaks of arrays defined later, so the earliest goes first.
        """
        done = -1
        while True:
            names = (arrays_of(gap) & self.place.keys()) - kept - set(gone)
            name = min(
                (n for n in names if self.place[n] > done),
                key=self.place.__getitem__,
                default=None,
            )
            if name is None:
                return gap
            done = self.place[name]
            gone.append(name)
            gap = unfolded(self.calculus, gap, {name: self.equation(name)})

    def opened(
        self, side: Normal, claim: Rule | Closed, gone: Iterable[str], bodies: Iterable[str]
    ) -> Normal:
        """One side of a proved claim with the equations and definitions put in as found."""
        if isinstance(claim, Closed):
            here = set(map(self.calculus.index, claim.at))
            table = {name: self.body(name) for name in bodies}
            return unfolded(self.calculus, side, table, lambda at: not here.isdisjoint(at))
        for name in gone:
            side = unfolded(self.calculus, side, {name: self.equation(name)})
        for name in bodies:
            side = unfolded(self.calculus, side, {name: self.body(name)})
        return side

    def _stepped(
        self, gap: Normal, claim: Closed
    ) -> tuple[Normal, tuple[str, ...], tuple[str, ...]]:
        """The gap with definitions put in for the entries at the claim's own indices, once each."""
        here = set(map(self.calculus.index, claim.at))
        bodies = {name: self.body(name) for name in self.bodies if name != claim.array}
        small = unfolded(self.calculus, gap, bodies, lambda at: not here.isdisjoint(at))
        if is_zero(self.calculus, small):
            opened = arrays_of(gap) & bodies.keys()
            return {}, tuple(name for name in bodies if name in opened), ()
        return gap, (), ()

    def recursive_multipliers(self) -> frozenset[str]:
        """The derivatives by arrays that depend on themselves, as through time."""
        if self._recursive is None:
            arrays = circular(self.program, self.written, self.bodies)
            self._recursive = frozenset(self.multipliers[array].name for array in arrays)
        return self._recursive

    def opened_until_zero(
        self, gap: Normal, first: Sequence[str] = (), most: float = inf
    ) -> tuple[Normal, tuple[str, ...]]:
        """Defined arrays replaced by their bodies, the last defined first, until it is zero.

        Those that come `first` are replaced before all others, and where they come up again.  It is
        given up where it has more than the `most` terms.
        """
        opened: list[str] = []
        order = [name for name in self.bodies if name not in arrays_of(self.bodies[name])]
        for name in (*first, *reversed(order)):
            if name not in arrays_of(gap):
                continue
            gap = unfolded(self.calculus, gap, {name: self.body(name)})
            opened.append(name)
            if is_zero(self.calculus, gap):
                return {}, tuple(opened)
            if len(gap) > most:
                return gap, tuple(opened)
        if opened and is_zero(self.calculus, within_ranges(self.calculus, gap)):
            return {}, tuple(opened)
        again = {name: self.body(name) for name in self.bodies.keys() - {*order}}
        if again and self._stepped_once(gap, again):
            return {}, (*opened, *(name for name in self.bodies if name in again))
        if vanishes(gap):
            return {}, tuple(opened)
        return gap, tuple(opened)

    def _stepped_once(
        self, gap: Normal, bodies: dict[str, tuple[tuple[Base, ...], Normal]]
    ) -> bool:
        """Whether the gap is zero after one step of all these arrays, or of those at one time."""
        calculus = self.calculus
        if is_zero(calculus, stepped(calculus, gap, bodies)):
            return True
        times = index_forms(gap, bodies)
        return len(times) > 1 and any(
            is_zero(calculus, stepped(calculus, gap, bodies, partial(_is_at, time)))
            for time in times
        )


def _is_at(time: Linear, at: tuple[Linear, ...]) -> bool:
    return time in at


def _by_array(normal: Normal) -> dict[str, Normal]:
    """The monomials that read each array."""
    parts: dict[str, Normal] = {}
    for monomial, c in normal.items():
        for array in arrays_of({monomial: c}):
            parts.setdefault(array, {})[monomial] = c
    return parts


def _base(calculus: Calculus, letter: Var) -> Base:
    """The free letter in normal forms; () where its sort has one element."""
    form = calculus.index(letter)
    return form[1][0][0] if form != z.constant(form[0]) and form[1][0][0][0] == "f" else ()
