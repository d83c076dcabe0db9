"""Lines about one given network: sums over neurons are written out, and derivatives are taken.

Both sides of a line become normal forms over weights, signals and φ_j(v_j), with total derivatives
taken forward through the network, those of the cost by the gradients of later neurons.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import prod

from symbolic.indexed import Add, Get, Num, Var
from symbolic.integers import Base as Letter
from symbolic.integers import Linear
from symbolic.labelling import TooLargeError
from symbolic.monomials import Normal, accumulate, add, scale
from symbolic.partials import arrays_of, derivative, is_zero
from symbolic.reading.base import name_of
from symbolic.reading.cases import Settled
from symbolic.reading.formulas import (
    NEURON,
    SAMPLE,
    UNWRITTEN,
    Formula,
    Partial,
    Read,
    free,
    inside,
    rebuilt,
    walk,
)
from symbolic.reading.normals import bases
from symbolic.reading.numbered import ANY, GRADIENT, Numbered
from symbolic.reading.pathways import CORE, table
from symbolic.reading.source import BeyondError
from symbolic.reading.theory import COST, Assumption
from symbolic.substitution import unfolded
from symbolic.vanishing import vanishes

MOST_INSTANCES = 400
MOST_CHOICES = 100_000
MOST_PARTS = 100_000
MOST_FIELDS = 8
"""So many fields are written out in one line; it shows at the first few whether sides agree."""
Place = tuple[Linear, ...]


class Written(Numbered):
    """Which lines hold for the neurons of one network."""

    def instances(self, claim: Settled) -> Iterator[dict[Var, int]]:
        """Every choice of neurons for the letters of the claim."""
        roles = dict(claim.roles)
        letters = sorted(free(claim.left) | free(claim.right), key=lambda v: v.name)
        letters = [letter for letter in letters if letter.sort == NEURON]
        pairs = {*claim.edges, *_corrected(claim.left), *_corrected(claim.right)}
        choices = [
            [n for n in self.world.neurons if roles.get(v, "source") in ("source", self._kind(n))]
            for v in letters
        ]
        if prod(map(len, choices)) > MOST_CHOICES:
            raise TooLargeError(f"more than {MOST_CHOICES:,} choices of neurons")
        count = 0
        for chosen in product(*choices):
            found = dict(zip(letters, chosen, strict=True))
            joined = all((found[to], found[source]) in self.world.edges for to, source in pairs)
            if not (joined and claim.meets(found, self.world.shared_by)):
                continue
            if count == MOST_INSTANCES:
                raise TooLargeError(f"more than {MOST_INSTANCES} choices of neurons")
            count += 1
            yield found

    def holds(self, claim: Settled, letters: Mapping[Var, int]) -> bool:
        """Whether both sides have one normal form for these neurons; False says nothing.

        Raises `FixedError` where a letter that stands for the bias has no meaning.
        """
        sides = (self._normal(side, letters) for side in (claim.left, claim.right))
        left, right = sides
        gap, opened = self._tied(add(left, scale(right, -1))), 0
        while not self._is_nothing(gap):
            known = {name for name in arrays_of(gap) if self.defined(name)}
            if not known:
                return False
            first = {n for n in known if self._own[n][0] not in ("y", CORE, GRADIENT)}
            first = first or self._earliest(known)
            first = first or {name for name in known if self._own[name][0] == "y"}
            if not first:
                first, opened = self._latest(known), opened + 1
            if opened > MOST_FIELDS:
                raise TooLargeError(f"more than {MOST_FIELDS} fields, one within the other")
            gap = unfolded(self.calculus, gap, {name: self._lawful(name) for name in first})
            gap = self._tied(gap)
            if _is_large(gap):
                raise TooLargeError("a line that is too long when it is written out")
        return True

    def _is_nothing(self, gap: Normal) -> bool:
        """Whether the form is 0 as it stands, by what its functions are, or where Σ d = 1."""
        if is_zero(self.calculus, gap) or vanishes(gap):
            return True
        shared = self._shared(gap)
        return shared is not gap and (is_zero(self.calculus, shared) or vanishes(shared))

    def _earliest(self, names: Collection[str]) -> set[str]:
        """The gradients ∂𝓔/∂v_j of the first neuron of all: those of later ones stay signs."""
        found = {name: self._own[name][1][0] for name in names if self._own[name][0] == GRADIENT}
        return {name for name, n in found.items() if n == min(found.values())}

    def _latest(self, names: Collection[str]) -> set[str]:
        """The fields of the last neuron of all: those that it reads may stay signs."""
        last = max(self._own[name][1][0] for name in names)
        return {name for name in names if self._own[name][1][0] == last}

    def _tied(self, gap: Normal) -> Normal:
        """The form with one sign for each shared weight; in `_partial` its uses move together.

        No derivative is taken after this.
        """
        bodies: dict[str, tuple[tuple[Letter, ...], Normal]] = {}
        for name in arrays_of(gap):
            array, pair = self._own.get(name, ("", ()))
            first = self.world.uses((pair[0], pair[1]))[0] if array == "w" else pair
            if first != pair:
                one = self._weight((first[0], first[1]))
                bodies[name] = (), self.calculus.normal(Get(one, ()))
        return unfolded(self.calculus, gap, bodies) if bodies else gap

    def _shared(self, gap: Normal) -> Normal:
        """The form with d of the last output as 1 less the others, where Σ d = 1.

        It is only looked at: while derivatives are taken, every d is given by itself.
        """
        kind = name_of(Read("d", (ANY, UNWRITTEN)))
        *others, last = (f"{kind}[{k}]" for k in self.network.outputs)
        if Assumption.DT not in self.under or last not in arrays_of(gap):
            return gap
        for name in others:
            self.calculus.arrays.setdefault(name, (SAMPLE,))
        (letter,) = self._letters(last, "a")
        rest = Add((Num(Fraction(1)), *(Num(Fraction(-1)) * Get(d, (letter,)) for d in others)))
        body = bases(self.calculus, (letter,)), self.calculus.normal(rest)
        return unfolded(self.calculus, gap, {last: body})

    def united(self, formula: Formula) -> Formula:
        """A flat formula with one sign for each shared weight, whose uses move together."""
        if isinstance(formula, Read):
            array, pair = self._own.get(formula.array, ("", ()))
            if array != "w":
                return formula
            to, source = self.world.uses((pair[0], pair[1]))[0]
            return replace(formula, array=self._weight((to, source)))
        return rebuilt(formula, [self.united(part) for part in inside(formula)])

    # ------------------------------------------------------------------ derivatives

    def _partial(self, partial: Partial) -> Normal:
        """∂of/∂by, both at numbered neurons."""
        by = partial.by
        if self.base.open and COST in self.base.rests_on(partial.of):
            raise BeyondError("The cost has no definition, and no network gives it one.")
        at = tuple(map(self.calculus.index, by.at))
        if partial.reading == "total":
            array, pair = self._own[by.array]
            result: Normal = {}
            for name in self._together(array, pair) or (by.array,):
                accumulate(result, self._total(partial.of, name, at))
            return result
        if not isinstance(partial.of, Read) or not self.defined(partial.of.array):
            raise BeyondError("A direct derivative is one of a quantity with a definition.")
        letters, body = self._body(partial.of.array)
        place = table(self.calculus, letters, tuple(map(self.calculus.index, partial.of.at)))
        return derivative(self.calculus, self.calculus.put(body, place), by.array, at)

    def _together(self, array: str, pair: tuple[int, ...]) -> tuple[str, ...]:
        """The weights that move with one that is shared."""
        uses = self.world.shared_by.get((pair[0], pair[1]), ()) if array == "w" else ()
        return tuple(map(self._weight, uses))

    def _total(self, of: Formula, target: str, at: Place) -> Normal:
        """The total derivative of a formula by target[at]; that of the cost by gradients."""
        if isinstance(of, Read) and self._own[of.array][0].startswith("E"):
            a, b = self._letters(of.array, "a"), self._letters(target, "b")
            own = tuple(map(self.calculus.index, of.at))
            places = table(self.calculus, (*a, *b), (*own, *at))
            if self._own[target][0] == CORE:
                sign = self._sign(of.array, target)
                whole = self.calculus.normal(Get(sign, (*a, *b)))
            else:
                whole = self._gradient(of.array, target)
            return self.calculus.put(whole, places)
        form = self._indexed(of)
        if len(self._fields) > MOST_FIELDS and arrays_of(form) & self._gradients.keys():
            raise BeyondError("A derivative of a derivative is not in reach in a network so large.")
        while found := arrays_of(form) & self._gradients.keys():
            form = unfolded(self.calculus, form, {name: self._lawful(name) for name in found})
        return self._moved(form, target, at)

    def _gradient(self, of: str, by: str) -> Normal:
        """∂of/∂by = (∂of/∂by where every v is held) + Σ_k ∂of/∂v_k · (∂v_k/∂by, other v held)."""
        a, b = self._letters(of, "a"), self._letters(by, "b")
        result = dict(self._tangent(of, by, held=True))
        for field in self._fields:
            inner = self._tangent(field, by, held=True) if field != by else {}
            if inner:
                c = self._letters(field, "c")
                ends = tuple(map(self.calculus.index, (*c, *b)))
                places = table(self.calculus, (*self._letters(field, "a"), *b), ends)
                outer = self.calculus.normal(Get(self._sign(of, field), (*a, *c)))
                moved = self.calculus.multiply(outer, self.calculus.put(inner, places))
                accumulate(result, self.calculus.total(moved, *c))
        return result

    def _sign(self, of: str, by: str) -> str:
        """The array of the gradient of a cost by a field."""
        name = f"{GRADIENT} {of} {by}"
        self._gradients[name] = of, by
        self._own[name] = GRADIENT, self._own[by][1]
        sorts = (*self.calculus.arrays[of], *self.calculus.arrays[by])
        self.calculus.arrays.setdefault(name, sorts)
        return name

    @cached_property
    def _fields(self) -> tuple[str, ...]:
        """The arrays of v_k, for every neuron k that has one."""
        if CORE not in self.base.definitions:
            return ()
        head, _ = self.base.definitions[CORE]
        letter = next(i for i in head.at if isinstance(i, Var) and i.sort == NEURON)
        found = (
            self._read(head, {letter: k}) for k in self.world.neurons if self._kind(k) != "input"
        )
        return tuple(one.array for one in found if isinstance(one, Read))

    def _moved(self, form: Normal, target: str, at: Place, held: bool = False) -> Normal:
        """How a form moves with target[at]: Σ over what it reads of ∂form/∂c · ∂c/∂target.

        Where the fields are `held` no v moves but the target.
        """
        result: Normal = {}
        for name in sorted(arrays_of(form)):
            if held and name != target and self._own.get(name, ("",))[0] == CORE:
                continue
            inner = self._tangent(name, target, held)
            if not inner:
                continue
            letters = self._letters(name, "c")
            local = derivative(self.calculus, form, name, tuple(map(self.calculus.index, letters)))
            places = table(
                self.calculus,
                (*self._letters(name, "a"), *self._letters(target, "b")),
                (*map(self.calculus.index, letters), *at),
            )
            moved = self.calculus.multiply(local, self.calculus.put(inner, places))
            accumulate(result, self.calculus.total(moved, *letters))
        return result

    def _tangent(self, name: str, target: str, held: bool = False) -> Normal:
        """∂name[a]/∂target[b] for any samples a and b, by the definitions."""
        if (name, target, held) not in self._tangents:
            a, b = self._letters(name, "a"), self._letters(target, "b")
            ends = tuple(map(self.calculus.index, b))
            if name == target:
                pairs = zip(map(self.calculus.index, a), ends, strict=True)
                found = self.calculus.product(self.calculus.delta(*pair) for pair in pairs)
            elif self.defined(name):
                letters, body = self._body(name)
                places = table(self.calculus, letters, tuple(map(self.calculus.index, a)))
                found = self._moved(self.calculus.put(body, places), target, ends, held)
            else:
                found = {}
            self._tangents[name, target, held] = found
        return self._tangents[name, target, held]


def _is_large(form: object) -> bool:
    """Whether a normal form has too many parts, those within functions counted."""
    waiting, count = [form], 0
    while waiting:
        top = waiting.pop()
        count += 1
        if count > MOST_PARTS:
            return True
        if isinstance(top, dict):
            waiting += [*top.keys(), *top.values()]
        elif isinstance(top, tuple | frozenset):
            waiting += top
    return False


def _corrected(formula: Formula) -> Iterator[tuple[Var, Var]]:
    """The free letters of Δw_ji: a correction is one of a connection."""
    for part in walk(formula):
        if isinstance(part, Read) and part.array == "dw":
            to, source = part.at[:2]
            if isinstance(to, Var) and isinstance(source, Var) and {to, source} <= free(formula):
                yield to, source
