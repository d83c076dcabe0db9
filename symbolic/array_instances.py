"""One concrete instance of an array program: small sizes, exact numbers, plain loops.

The derivatives are true ones, by intervention: element number s of an array gets the value a + ε_s,
everything downstream is computed again, and the factor of ε_s in the cost is read off.  Nothing
here knows normal forms or adjoints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from operator import itemgetter

from symbolic.array_numbers import (
    FUNCTIONS,
    NOTHING,
    Moved,
    Polynomial,
    added,
    chained,
    differentiated,
    evaluated,
    number,
    scaled,
    times,
)
from symbolic.arrays import Abstract, Definition, Program
from symbolic.duals import ONE, ZERO, Number, Undecided, apply, multiply, power, vanishes
from symbolic.indexed import (
    INTEGERS,
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
    letters_in,
)

Place = tuple[int, ...]
Key = tuple[str, Place]
Env = Mapping[Var, int]
COST: Key = ("", ())


@dataclass(frozen=True)
class ArrayWitness:
    """Numbers anyone can put in: sizes, given entries, functions as polynomials, index maps.

    An entry that is left out is 0.  `names` says which element a named element is.
    """

    sizes: dict[str, int]
    entries: dict[Key, Fraction] = field(default_factory=dict)
    functions: dict[Key, Polynomial] = field(default_factory=dict)
    maps: dict[Key, int] = field(default_factory=dict)
    names: dict[tuple[str, str], int] = field(default_factory=dict)  # by name and sort


class _MissingError(LookupError):
    """This element must be computed first."""

    def __init__(self, key: Key) -> None:
        super().__init__(key)
        self.key = key


Draw = Callable[[str, Place, int], Polynomial]
"""An unknown function by name, indices and number of arguments."""


class Instance:
    """A program with the numbers of a witness put in.

    `seeded` names the arrays by whose elements the cost is differentiated.

    >>> from symbolic.arrays import Given
    >>> J = Sort("J"); j = Var("j", J); y = Get("y", (j,))
    >>> square = Definition("y", (j,), Get("v", (j,)) ** 2)
    >>> program = Program((Given("v", (J,)),), (square,), Sum(j, y * y))
    >>> at = ArrayWitness({"J": 2}, {("v", (1,)): Fraction(3)})
    >>> instance = Instance(program, at, seeded=("v",))
    >>> instance.value(y, {j: 1}), instance.truth("v", (1,))  # v², and ∂(v⁴)/∂v = 4 v³
    (Fraction(9, 1), Fraction(108, 1))
    """

    def __init__(
        self,
        program: Program,
        witness: ArrayWitness,
        seeded: Iterable[str] = (),
        draw: Draw | None = None,
        choose: Callable[[int], int] | None = None,
    ) -> None:
        self.program = program
        self.sizes = witness.sizes
        self.entries = dict(witness.entries)
        self.functions = dict(witness.functions)
        self.maps = dict(witness.maps)
        self.names = dict(witness.names)
        self._draw, self._choose = draw, choose
        self._definitions = {d.array: d for d in program.definitions}
        self._given = {g.array for g in program.given}
        self.multipliers = {m.array: m for m in program.multipliers}
        self._meaning = {m.name: m.array for m in program.multipliers}
        for array in program.arrays:
            if array not in self._meaning and array not in self.multipliers:
                self._meaning[f"∂{array}"] = array
        self._acyclic = {relation.array: relation for relation in program.acyclic}
        self._ranges: dict[Sort, range] = {}
        self._axes: dict[str, tuple[range, ...]] = {}
        self._memo: dict[Key, Moved] = {}
        self._seeds: dict[Key, int] = {}
        for array in seeded:
            for at in self.places(program.arrays[array]):
                if not self.forbidden(array, at):
                    self._seeds[array, at] = len(self._seeds)

    def witness(self) -> ArrayWitness:
        """The numbers put in, with those that were drawn on the way."""
        return ArrayWitness(self.sizes, self.entries, self.functions, self.maps, self.names)

    def elements(self, sort: Sort) -> range:
        """The elements of a sort, numbered from 1 where it is not ordered."""
        if sort not in self._ranges:
            if sort == INTEGERS:
                raise Undecided("a sum over all integers is not written out")
            first, last = sort.bounds() if sort.ordered else (1, sort.extent())
            self._ranges[sort] = range(self.index(first, {}), self.index(last, {}) + 1)
        return self._ranges[sort]

    def places(self, sorts: Iterable[Sort]) -> list[Place]:
        """The indices of an array of these sorts."""
        return list(product(*map(self.elements, sorts)))

    def forbidden(self, array: str, at: Place) -> bool:
        """Whether the element is 0 because its relation is acyclic: 1, 2, 3, … is the order."""
        relation = self._acyclic.get(array)
        return relation is not None and at[relation.to] <= at[relation.source]

    def index(self, index: Shifted | int, env: Env) -> int:
        """The integer an index expression stands for."""
        match index:
            case int():
                return index
            case Affine(const, terms):
                return const + sum(c * self.index(part, env) for part, c in terms)
            case Var():
                return env[index]
            case Size(name):
                return self.sizes[name]
            case Name(name, sort):
                return self._named(name, sort)
            case Gather(name, sort, at):
                key = (name, tuple(self.index(i, env) for i in at))
                if key not in self.maps:
                    within = self.elements(sort)
                    self.maps[key] = within[self._choose(len(within)) if self._choose else 0]
                return self.maps[key]

    def _named(self, name: str, sort: Sort) -> int:
        key = (name, sort.name)
        if key not in self.names:
            free = [
                i
                for i in self.elements(sort)
                if i not in {n for (_, s), n in self.names.items() if s == sort.name}
            ]
            if not free:
                raise Undecided(f"{sort.name} has fewer elements than names")
            self.names[key] = free[0]
        return self.names[key]

    def value(self, expr: Expr, env: Env) -> Number:
        """The number an expression stands for; names of derivatives stand for true derivatives."""
        while True:
            try:
                return self._value(expr, env).real
            except _MissingError as missing:
                self._compute(missing.key)

    def truth(self, array: str, at: Place) -> Number:
        """factor · ∂cost/∂array[at]; the array must be seeded."""
        self._compute(COST)
        slope = self._memo[COST].moved.get(self._seeds[array, at], ZERO)
        named = self.multipliers.get(array)
        return number(multiply(self.value(named.factor, {}), slope)) if named else slope

    def _compute(self, wanted: Key) -> None:
        """Fill in an element and all it is computed from, one after the other."""
        stack = [wanted]
        waiting = {wanted}
        while stack:
            key = stack[-1]
            try:
                if key not in self._memo:
                    self._memo[key] = self._moved(key, self._computed(key))
            except _MissingError as missing:
                if missing.key in waiting:
                    raise Undecided("the definitions read each other in a circle") from None
                stack.append(missing.key)
                waiting.add(missing.key)
                continue
            waiting.discard(stack.pop())

    def _moved(self, key: Key, value: Moved) -> Moved:
        seed = self._seeds.get(key)
        return value if seed is None else Moved(value.real, {**value.moved, seed: ONE})

    def _computed(self, key: Key) -> Moved:
        array, at = key
        if key == COST:
            definition: Definition | Abstract | Expr = self.program.cost
            env: dict[Var, int] = {}
        else:
            definition = self._definitions[array]
            env = dict(zip(definition.at, at, strict=True))
        if isinstance(definition, Abstract):
            return self._abstract(definition, env)
        return self._value(
            definition.body if isinstance(definition, Definition) else definition, env
        )

    def _abstract(self, definition: Abstract, env: Env) -> Moved:
        """The affine function with the given slopes, which are those at this point."""
        terms = []
        for local in definition.partials:
            for place in self.places(v.sort for v in local.at):
                inner = {**env, **dict(zip(local.at, place, strict=True))}
                slope = self._value(local.slope, inner).real
                if not vanishes(slope):
                    terms.append(scaled(slope, self._entry(local.array, place)))
        return added(terms)

    def _entry(self, array: str, at: Place) -> Moved:
        if array not in self._axes:
            sorts = self.program.arrays[self._meaning.get(array, array)]
            self._axes[array] = tuple(map(self.elements, sorts))
        if any(i not in axis for axis, i in zip(self._axes[array], at, strict=True)):
            return NOTHING
        key = (array, at)
        if array in self._given:
            seed = self._seeds.get(key)
            return Moved(self.entries.get(key, ZERO), {} if seed is None else {seed: ONE})
        if array in self._meaning:
            meant = self._meaning[array], at
            return NOTHING if self.forbidden(*meant) else Moved(self.truth(*meant), {})
        if key not in self._memo:
            raise _MissingError(key)
        return self._memo[key]

    def _value(self, expr: Expr, env: Env) -> Moved:
        match expr:
            case Num(value):
                return Moved(value, {})
            case Count(size):
                return Moved(Fraction(self.sizes[size]), {})
            case Get(array, at):
                return self._entry(array, tuple([self.index(i, env) for i in at]))
            case Add(terms):
                return added([self._value(term, env) for term in terms])
            case Mul(factors):
                return self._product(factors, env)
            case Pow(base, exponent):
                return chained(lambda u: power(u, exponent), self._value(base, env))
            case Fn(name, argument):
                return chained(
                    FUNCTIONS.get(name, lambda u: apply(name, u)), self._value(argument, env)
                )
            case Opaque():
                return self._opaque(expr, env)
            case Sum(over, body):
                inner = dict(env)
                parts = []
                cut = over.sort == INTEGERS
                for i in self._cut(over, body, env) if cut else self.elements(over.sort):
                    inner[over] = i
                    parts.append(self._value(body, inner))
                return added(parts)
            case Delta(left, right):
                return Moved(Fraction(self.index(left, env) == self.index(right, env)), {})
            case AtLeast(left, right):
                return Moved(Fraction(self.index(left, env) >= self.index(right, env)), {})

    def _cut(self, over: Var, body: Expr, env: Env) -> range:
        """The integers outside which a factor of the body is 0: a comparison, or an array read."""
        low: list[int] = []
        high: list[int] = []
        stack = [body]
        while stack:
            match stack.pop():
                case Mul(factors):
                    stack += factors
                case Sum(_, inner):
                    stack.append(inner)
                case AtLeast(left, right):
                    self._bound(affine(left) - affine(right), over, env, low, high)
                case Get(array, at):
                    sorts = self.program.arrays[self._meaning.get(array, array)]
                    for index, sort in zip(at, sorts, strict=True):
                        if sort.ordered:
                            within = self.elements(sort)
                            self._bound(affine(index) - within[0], over, env, low, high)
                            self._bound(within[-1] - affine(index), over, env, low, high)
                case _:
                    pass
        if not low or not high:
            raise Undecided("a sum over all integers without an end")
        return range(max(low), min(high) + 1)

    def _bound(self, form: Affine, over: Var, env: Env, low: list[int], high: list[int]) -> None:
        """What form ≥ 0 says about one letter, if all others have a value."""
        if not letters_in(form) - {over} <= env.keys():
            return
        start = self.index(form, {**env, over: 0})
        step = self.index(form, {**env, over: 1}) - start
        if step == 1:
            low.append(-start)
        elif step == -1:
            high.append(start)

    def _product(self, factors: tuple[Expr, ...], env: Env) -> Moved:
        """Where there is no edge nothing is read; any other 0 leaves the rest to have a value."""
        result = Moved(ONE, {})
        for rank, factor in sorted(((self._rank(one), one) for one in factors), key=itemgetter(0)):
            value = self._value(factor, env)
            if rank == 0 and vanishes(value.real) and not value.moved:
                return NOTHING
            result = times(result, value)
        return result

    def _rank(self, factor: Expr) -> int:
        match factor:
            case Delta() | AtLeast():
                return 0
            case Get(array) if array in self._acyclic or array in self.program.indicators:
                return 0
            case Get(array) if array in self._given:
                return 1
            case _:
                return 2

    def _opaque(self, expr: Opaque, env: Env) -> Moved:
        arguments = [self._value(a, env) for a in expr.arguments]
        key = (expr.name, tuple(self.index(i, env) for i in expr.at))
        if key not in self.functions:
            if self._draw is None:
                self.functions[key] = (((1,) + (0,) * (len(arguments) - 1), ONE),)
            else:
                self.functions[key] = self._draw(*key, len(arguments))
        function = self.functions[key]
        for place, order in enumerate(expr.orders):
            for _ in range(order):
                function = differentiated(function, place)
        point = [a.real for a in arguments]
        moved: list[Moved] = [Moved(evaluated(function, point), {})]
        for place, argument in enumerate(arguments):
            if argument.moved:
                slope = evaluated(differentiated(function, place), point)
                moved.append(Moved(ZERO, scaled(slope, argument).moved))
        return added(moved)
