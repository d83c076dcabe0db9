"""The adjoint certificate for array programs: is a claimed gradient rule right for all sizes?

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

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from symbolic import integers as z
from symbolic.arrays import Abstract, Definition, Multiplier, Program, Rule, require_letters
from symbolic.errors import InputError, did_you_mean
from symbolic.indexed import Expr, Sort, Var
from symbolic.indices import Calculus, Hypothesis, SizeOne
from symbolic.integers import Base
from symbolic.monomials import Normal, accumulate, add, scale
from symbolic.partials import arrays_of, derivative, is_zero, renewed, unfolded, written
from symbolic.wellfounded import circular, require_order


@dataclass(frozen=True)
class Proved:
    """The rule holds under these hypotheses and no fewer of those offered."""

    under: tuple[str, ...]
    unfolded: tuple[str, ...] = ()  # arrays replaced by their definitions
    eliminated: tuple[str, ...] = ()  # derivatives replaced by their own equations


@dataclass(frozen=True)
class Unproved:
    """claimed - derived is not zero as a normal form; this alone does not refute the rule."""

    residual: Expr
    claimed: Expr
    derived: Expr


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

    def __init__(self, program: Program, hypotheses: Iterable[Hypothesis] = ()) -> None:
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
        given = (*program.facts, *hypotheses)
        self.calculus = Calculus(arrays, program.indicators, given)
        sizes = [h for h in given if isinstance(h, SizeOne)]
        # where derivatives are taken: a law about values says nothing about derivatives
        self.written = Calculus(arrays, program.indicators, sizes)
        self._has_laws = len(sizes) < len(given)
        self.of_multiplier = {m.name: array for array, m in self.multipliers.items()}
        self._definitions = {d.array: d for d in program.definitions}
        self.bodies = {
            d.array: self.written.normal(d.body)
            for d in program.definitions
            if isinstance(d, Definition)
        }
        self._cost = (
            None if isinstance(program.cost, Abstract) else self.written.normal(program.cost)
        )
        self._derived: dict[str, Normal] = {}
        self._recursive: frozenset[str] | None = None
        self._readers: dict[str, list[tuple[Definition, Normal]]] = {}
        for d in program.definitions:
            if isinstance(d, Definition):
                for array, part in _by_array(self.bodies[d.array]).items():
                    self._readers.setdefault(array, []).append((d, part))
        self._in_order = [self.multipliers[array].name for array in self.multipliers]

    def letters(self, array: str) -> tuple[Var, ...]:
        """The letters in which the equation of an array is kept."""
        sorts = self.program.arrays[array]
        return tuple(Var(f"@{n}", sort) for n, sort in enumerate(sorts))

    def derived(self, array: str, at: tuple[Var, ...]) -> Normal:
        """factor · ∂cost/∂array[at], by the derivatives of what reads it."""
        if array not in self._derived:
            self._derived[array] = self._equation(array)
        table = {
            _base(self.calculus, old): self.calculus.index(new)
            for old, new in zip(self.letters(array), at, strict=True)
            if _base(self.calculus, old)
        }
        return self.calculus.put(self._derived[array], table)

    def _equation(self, array: str) -> Normal:
        calculus = self.written
        at = self.letters(array)
        target = tuple(map(calculus.index, at))
        if self._cost is not None:
            total = derivative(calculus, self._cost, array, target)
        else:
            assert isinstance(self.program.cost, Abstract)
            total = self._abstract(self.program.cost, array, at)
        locals_: list[tuple[Definition | Abstract, Normal]] = [
            (d, self._abstract(d, array, at))
            for d in self.program.definitions
            if isinstance(d, Abstract)
        ]
        for definition, part in self._readers.get(array, ()):
            locals_.append((definition, derivative(calculus, part, array, target)))
        for d, local in locals_:
            if local:
                inside = calculus.multiply(calculus.context(d.at), self._adjoint(d))
                term = calculus.multiply(inside, local)
                for letter in d.at:
                    term = calculus.total(term, letter)
                accumulate(total, term)
        factor = calculus.normal(self.multipliers[array].factor)
        inside = calculus.multiply(factor, calculus.context(at))
        return self._lawful(calculus.multiply(inside, total))

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

    def residual(self, rule: Rule) -> tuple[Normal, tuple[str, ...], tuple[str, ...]]:
        """claimed - derived, with what was unfolded and eliminated to make it as small as it is."""
        calculus = self.calculus
        inside = calculus.context(rule.at)
        claimed = calculus.multiply(inside, calculus.normal(rule.body))
        derived = calculus.multiply(inside, self.derived(rule.array, rule.at))
        gap = add(claimed, scale(derived, -1))
        if is_zero(calculus, gap):
            return {}, (), ()
        first = gap
        gone: list[str] = []
        kept = arrays_of(claimed)
        for last in (False, True):
            known = len(gone)
            if last:  # also what the claim speaks of, if that does not depend on itself
                kept &= self._recursive_multipliers()
            gap = self._eliminated(gap, kept, gone)
            if is_zero(calculus, gap):
                return {}, (), tuple(gone)
            if not last or len(gone) > known:
                small, opened = self._unfolded(gap)
                if not small:
                    return {}, opened, tuple(gone)
        return first, (), ()

    def _eliminated(self, gap: Normal, kept: set[str], gone: list[str]) -> Normal:
        """Derivatives that are not kept replaced by their equations, each name once.

        The equation of an array speaks of arrays defined later, so the earliest goes first.
        """
        present = arrays_of(gap)
        for name in self._in_order:
            if name in present and name not in kept and name not in gone:
                gone.append(name)
                gap = unfolded(self.calculus, gap, {name: self.equation(name)})
                present = arrays_of(gap)
        return gap

    def _recursive_multipliers(self) -> frozenset[str]:
        if self._recursive is None:
            arrays = circular(self.program, self.written, self.bodies)
            self._recursive = frozenset(self.multipliers[array].name for array in arrays)
        return self._recursive

    def _unfolded(self, gap: Normal) -> tuple[Normal, tuple[str, ...]]:
        """Defined arrays replaced by their bodies, the last defined first, until it is zero."""
        opened: list[str] = []
        order = [name for name in self.bodies if name not in arrays_of(self.bodies[name])]
        for name in reversed(order):
            if name not in arrays_of(gap):
                continue
            gap = unfolded(self.calculus, gap, {name: self.body(name)})
            opened.append(name)
            if is_zero(self.calculus, gap):
                return {}, tuple(opened)
        return gap, tuple(opened)


class Checker:
    """Decides rules of one program; what they share is worked out once.

    Raises `InputError` where the program has no order.
    """

    def __init__(self, program: Program, hypotheses: Iterable[Hypothesis] = ()) -> None:
        self.program = program
        self.plain = Adjoints(program)
        require_order(program, self.plain.written, self.plain.bodies)
        offered = tuple(hypotheses)
        self._subsets = [c for n in range(len(offered) + 1) for c in combinations(offered, n)]
        self._adjoints: dict[tuple[Hypothesis, ...], Adjoints] = {(): self.plain}

    def under(self, chosen: tuple[Hypothesis, ...]) -> Adjoints:
        """The equations of the derivatives under these hypotheses."""
        if chosen not in self._adjoints:
            self._adjoints[chosen] = Adjoints(self.program, chosen)
        return self._adjoints[chosen]

    def check(self, rule: Rule) -> Proved | Unproved:
        """Whether the rule follows, under as few of the offered hypotheses as possible.

        Raises `InputError` where the rule is ill-formed, `TooLargeError` where a budget runs out.
        """
        require_rule(self.program, rule)
        for chosen in self._subsets:
            gap, opened, gone = self.under(chosen).residual(rule)
            if not gap:
                return Proved(tuple(h.name for h in chosen), opened, gone)
        gap, _, _ = self.plain.residual(rule)
        calculus = self.plain.calculus
        return Unproved(
            written(calculus, gap),
            written(calculus, calculus.normal(rule.body)),
            written(calculus, self.plain.derived(rule.array, rule.at)),
        )


def check(program: Program, rule: Rule, hypotheses: Iterable[Hypothesis] = ()) -> Proved | Unproved:
    """Whether one rule of a program follows; see `Checker.check`."""
    return Checker(program, hypotheses).check(rule)


def require_rule(program: Program, rule: Rule) -> None:
    """Raises `InputError` where the rule speaks of no array of the program, or of other indices."""
    arrays = {a: s for a, s in program.arrays.items() if a in program.readable}
    if rule.array not in arrays:
        raise InputError(f"There is no array {rule.array!r}. {did_you_mean(rule.array, arrays)}")
    if rule.array in program.indicators:
        raise InputError(f"{rule.array!r} is 0 or 1: there is no derivative by it.")
    have: tuple[Sort, ...] = tuple(v.sort for v in rule.at)
    if have != arrays[rule.array] or len(set(rule.at)) < len(rule.at):
        wanted = ", ".join(sort.name for sort in arrays[rule.array])
        raise InputError(f"A rule for {rule.array!r} needs different letters of {wanted}.")
    require_letters(f"the rule for {rule.array!r}", rule.body, rule.at)


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
