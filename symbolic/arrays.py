"""Array programs with symbolic sizes, as data: given arrays, definitions in order, a cost.

Whether the definitions can be computed one element after the other is decided in `wellfounded.py`,
what the derivatives of the cost are in `adjoints.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from symbolic.errors import InputError, did_you_mean
from symbolic.indexed import INTEGERS, Expr, Num, Sort, Var, arrays_read, free_letters
from symbolic.indices import Hypothesis

ONE = Num(Fraction(1))


@dataclass(frozen=True, slots=True)
class Given:
    """An array that the program does not define: data, a weight, a constant such as eta ()."""

    array: str
    sorts: tuple[Sort, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """array[at] := body, at every index; `at` are different letters."""

    array: str
    at: tuple[Var, ...]
    body: Expr


@dataclass(frozen=True, slots=True)
class Local:
    """∂a[…]/∂array[at] = slope, where the letters of a are those of its `Abstract`."""

    array: str
    at: tuple[Var, ...]
    slope: Expr


@dataclass(frozen=True, slots=True)
class Abstract:
    """array[at] is any differentiable function of the arrays named, with these local partials.

    The slopes are its partials at the point of the program, whatever the function is.
    """

    array: str
    at: tuple[Var, ...]
    partials: tuple[Local, ...]


@dataclass(frozen=True, slots=True)
class Multiplier:
    """The name and the sign of a derivative: name[…] = factor · ∂cost/∂array[…].

    The factor is a product of numbers, sizes and given arrays; -1 for Haykin's δ, -eta for Δw.
    """

    array: str
    name: str
    factor: Expr = ONE


@dataclass(frozen=True, slots=True)
class Acyclic:
    """array[…] is 0 unless its index `to` comes after its index `source` in some order.

    Two relations may have two orders, so one of them alone must lead round a circle.
    The weights of a feed-forward network of any shape are acyclic: w[k, i] has to 0, source 1.
    """

    array: str
    to: int = 0
    source: int = 1


@dataclass(frozen=True)
class Program:
    """Given arrays, definitions and a scalar cost.

    `facts` hold by construction (a weight is 0 where there is no edge) and are never questioned;
    hypotheses that a theorem may need are given to `adjoint_checks.check`.  An `Abstract` cost has
    no letters.
    """

    given: tuple[Given, ...]
    definitions: tuple[Definition | Abstract, ...]
    cost: Expr | Abstract
    multipliers: tuple[Multiplier, ...] = ()
    indicators: frozenset[str] = frozenset()
    acyclic: tuple[Acyclic, ...] = ()
    facts: tuple[Hypothesis, ...] = ()
    arrays: Mapping[str, tuple[Sort, ...]] = field(init=False)  # with the multipliers
    readable: frozenset[str] = field(init=False)  # the given and the defined ones

    def __post_init__(self) -> None:
        arrays: dict[str, tuple[Sort, ...]] = {}
        for given in self.given:
            self._declare(arrays, given.array, given.sorts)
        for definition in self.definitions:
            if len(set(definition.at)) < len(definition.at):
                raise InputError(f"{definition.array!r} is defined with one letter twice.")
            self._declare(arrays, definition.array, tuple(v.sort for v in definition.at))
            require_closed(definition)
        if isinstance(self.cost, Abstract):
            require_closed(self.cost)
        else:
            require_letters("the cost", self.cost, ())
        self._require_values(arrays)
        object.__setattr__(self, "readable", frozenset(arrays))
        named: set[str] = set()
        for multiplier in self.multipliers:
            if multiplier.array not in self.readable - self.indicators:
                raise InputError(f"{multiplier.name!r} stands for no array of the program.")
            if multiplier.array in named:
                raise InputError(f"The derivative by {multiplier.array!r} is named twice.")
            named.add(multiplier.array)
            require_letters(f"the factor of {multiplier.name!r}", multiplier.factor, ())
            if not arrays_read(multiplier.factor) <= {given.array for given in self.given}:
                raise InputError(f"The factor of {multiplier.name!r} may read given arrays only.")
            self._declare(arrays, multiplier.name, arrays[multiplier.array])
        object.__setattr__(self, "arrays", arrays)

    def _require_values(self, arrays: dict[str, tuple[Sort, ...]]) -> None:
        """Nothing in the program may depend on a derivative of its own cost."""
        given = {g.array for g in self.given}
        for name in self.indicators:
            if name not in given:
                raise InputError(f"Only a given array can be 0 or 1 throughout, not {name!r}.")
        for relation in self.acyclic:
            places = range(len(arrays.get(relation.array, ())))
            apart = relation.to in places and relation.source in places
            if relation.array not in given or not apart or relation.to == relation.source:
                raise InputError(f"Acyclic({relation.array!r}) needs two indices of a given array.")
        for part in (*self.definitions, self.cost):
            if isinstance(part, Abstract):
                _require_partials(part, arrays)
                continue
            body = part.body if isinstance(part, Definition) else part
            _require_read(body, arrays)
        if isinstance(self.cost, Abstract) and self.cost.at:
            raise InputError("The cost is one number: it has no letters.")

    @staticmethod
    def _declare(arrays: dict[str, tuple[Sort, ...]], name: str, sorts: tuple[Sort, ...]) -> None:
        if name in arrays:
            raise InputError(f"{name!r} is declared twice.")
        if INTEGERS in sorts:
            raise InputError(f"{name!r} has no first and last element. Give its indices a range.")
        arrays[name] = sorts


@dataclass(frozen=True, slots=True)
class Rule:
    """The claim that the multiplier of `array` is `body`, at every index `at` where `where` is 1.

    `where` is a product of comparisons of indices, such as 1 for l < L, and of entries of 0/1
    arrays or 1 minus one, such as out[j] for a rule of output neurons; ONE means everywhere.
    """

    array: str
    at: tuple[Var, ...]
    body: Expr
    where: Expr = ONE


@dataclass(frozen=True, slots=True)
class Closed:
    """The claim that a defined array is `body` at every index: a recurrence in closed form."""

    array: str
    at: tuple[Var, ...]
    body: Expr


def require_closed(definition: Definition | Abstract) -> None:
    """Raises `InputError` where a right side has letters that the left side does not bind."""
    if isinstance(definition, Definition):
        require_letters(repr(definition.array), definition.body, definition.at)
        return
    for local in definition.partials:
        if set(local.at) & set(definition.at):
            raise InputError(
                f"The partial of {definition.array!r} by {local.array!r} needs letters of its own."
            )
        where = f"the partial of {definition.array!r} by {local.array!r}"
        require_letters(where, local.slope, (*definition.at, *local.at))


def _require_read(expr: Expr, arrays: Mapping[str, tuple[Sort, ...]]) -> None:
    for name in sorted(arrays_read(expr) - arrays.keys()):
        raise InputError(
            f"The program reads {name!r}, which it neither is given nor defines. "
            f"{did_you_mean(name, arrays)}"
        )


def _require_partials(definition: Abstract, arrays: Mapping[str, tuple[Sort, ...]]) -> None:
    for local in definition.partials:
        have = tuple(letter.sort for letter in local.at)
        if arrays.get(local.array) != have or len(set(local.at)) < len(local.at):
            raise InputError(
                f"The partial of {definition.array!r} by {local.array!r} needs different letters, "
                "one for each index of an array of the program."
            )
        _require_read(local.slope, arrays)


def require_letters(where: str, expr: Expr, at: tuple[Var, ...]) -> None:
    """Raises `InputError` where a letter is neither summed over nor among `at`."""
    if any(letter.name.startswith("@") for letter in at):
        raise InputError(f"In {where} an index begins with @, which is kept for the checker.")
    loose = sorted(letter.name for letter in free_letters(expr) - set(at))
    if loose:
        raise InputError(
            f"In {where} the index {', '.join(loose)} stands free. Sum over it, or put it on the "
            "left side."
        )
