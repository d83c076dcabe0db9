"""The activation function of a document, where it says which one it is: φ(v) = 1/(1 + e^{-v}).

A document says it of every neuron, with a neuron's own field or with a bare letter: φ(v) = …,
σ(z) = …, y_j = φ(v_j) = ….  What it says of some neurons only is not used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from symbolic.indexed import Num, Shifted, Var
from symbolic.reading.formulas import (
    NEURON,
    ONE,
    PI,
    Applied,
    Call,
    Formula,
    Partial,
    Plus,
    Power,
    Read,
    SumOver,
    Times,
    free,
    inside,
    over,
    plus,
    rebuilt,
    times,
    walk,
)

ARGUMENT = Read("·")
"""What the formula of an activation function is written in."""
FIELD, SIGNAL = "v", "y"
MINUS = Num(Fraction(-1))
NOTHING = Num(Fraction(0))
SLOPES: dict[str, Callable[[Formula, Formula], Formula]] = {  # f: f'(u), from u and f(u)
    "exp": lambda u, f: f,
    "ln": lambda u, f: over(ONE, u),
    "logistic": lambda u, f: times(f, plus(ONE, times(MINUS, f))),
    "tanh": lambda u, f: plus(ONE, times(MINUS, Power(f, Fraction(2)))),
    "softplus": lambda u, f: Call("logistic", u),
    "sin": lambda u, f: Call("cos", u),
    "cos": lambda u, f: times(MINUS, Call("sin", u)),
    "sinh": lambda u, f: Call("cosh", u),
    "cosh": lambda u, f: Call("sinh", u),
    "arctan": lambda u, f: over(ONE, plus(ONE, Power(u, Fraction(2)))),
    "erf": lambda u, f: times(
        Num(Fraction(2)),
        Power(PI, Fraction(-1, 2)),
        Call("exp", times(MINUS, Power(u, Fraction(2)))),
    ),
    "abs": lambda u, f: over(u, f),
    "relu": lambda u, f: Call("step", u),
    "step": lambda u, f: NOTHING,
}


@dataclass(frozen=True)
class Activation:
    """φ as a formula in `ARGUMENT`, and the number of the line that says so."""

    body: Formula
    number: int

    def at(self, argument: Formula, order: int = 0) -> Formula:
        """φ differentiated `order` times, of this argument.

        >>> Activation(Call("tanh", ARGUMENT), 1).at(Read("x"))
        Call(name='tanh', argument=Read(array='x', at=(), sign=''))
        """
        found = self.body
        for _ in range(order):
            found = slope(found)
        return _with(found, ARGUMENT, argument)


def stated(left: Formula, right: Formula) -> Formula | None:
    """φ as a formula in `ARGUMENT`, where left = right says what it is of every argument.

    So does y_j = 1/(1 + e^{-v_j}).
    """
    place: Formula
    if isinstance(left, Applied) and not left.order:
        place = left.argument
    elif isinstance(left, Read) and left.array == SIGNAL:
        if not any(isinstance(part, Call) for part in walk(right)):
            return None
        place = Read(FIELD, left.at)
    else:
        return None
    if not isinstance(place, Read):
        return None
    letters = [i for i in place.at if isinstance(i, Var)]
    general = len(letters) == len(place.at) == len(set(letters)) and place.array == FIELD
    body = _with(right, place, ARGUMENT)
    alone = all(part == ARGUMENT or _is_constant(part) for part in walk(body))
    plain = not any(isinstance(part, Applied | SumOver) for part in walk(body))
    return body if general and alone and plain and not free(body) else None


def alike(formula: Formula, indexed: bool) -> Formula:
    """The formula with φ written as the signals are: φ_j(v_j) where `indexed`, else φ(v_j)."""
    parts = tuple(alike(part, indexed) for part in inside(formula))
    made = rebuilt(formula, parts) if parts else formula
    return replace(made, at=owner(made, indexed)) if isinstance(made, Applied) else made


def owner(applied: Applied, indexed: bool) -> tuple[Shifted | int, ...]:
    """The index that φ has, or where it is written without one the neuron of its argument."""
    if bool(applied.at) == indexed:
        return applied.at
    argument = applied.argument
    if not indexed or not isinstance(argument, Read):
        return () if not indexed else applied.at
    neurons = [i for i in argument.at if isinstance(i, int) or getattr(i, "sort", "") == NEURON]
    return tuple(neurons) if len(neurons) == 1 else applied.at


def of_outputs(head: Read, right: Formula) -> bool:
    """Whether it says what the signal of an output neuron is, where others have y = φ(v).

    That is its own field, a function of it, or one of the fields of all outputs, as softmax is.
    """
    own = Read(FIELD, head.at)
    if right == own:
        return True
    fields = {part for part in walk(right) if isinstance(part, Read) and not _is_constant(part)}
    sums = [part for part in walk(right) if isinstance(part, SumOver)]
    others = {Read(FIELD, (one.over, *head.at[1:])) for one in sums}
    neurons = all(one.over.sort.name == "neuron" for one in sums)
    ranges = all(one.range.kind in ("output", "unsaid") for one in sums)
    plain = not any(isinstance(part, Applied | Partial) for part in walk(right))
    called = any(isinstance(part, Call) for part in walk(right))
    return called and plain and neurons and ranges and own in fields and fields <= {own, *others}


def _is_constant(part: Formula) -> bool:
    return not isinstance(part, Read) or part.array.startswith("constant ")


def slope(formula: Formula) -> Formula:
    """The derivative by `ARGUMENT`, by the rules for sums, products, powers and functions.

    >>> slope(Power(ARGUMENT, Fraction(3)))
    Times(factors=(Num(value=Fraction(3, 1)), Power(base=Read(array='·', at=(), sign=''), \
exponent=Fraction(2, 1))))
    """
    if formula == ARGUMENT:
        return ONE
    match formula:
        case Plus(terms):
            found = [one for one in map(slope, terms) if one != NOTHING]
            return plus(*found) if found else NOTHING
        case Times(factors):
            turns = [
                times(*factors[:n], moved, *factors[n + 1 :])
                for n, factor in enumerate(factors)
                if (moved := slope(factor)) != NOTHING
            ]
            return plus(*turns) if turns else NOTHING
        case Power(base, exponent):
            moved = slope(base)
            if moved == NOTHING:
                return NOTHING
            lower = base if exponent == 2 else Power(base, exponent - 1)
            return times(Num(exponent), lower, moved) if exponent != 1 else moved
        case Call(name, argument):
            moved = slope(argument)
            return NOTHING if moved == NOTHING else times(SLOPES[name](argument, formula), moved)
    return NOTHING


def _with(formula: Formula, old: Formula, new: Formula) -> Formula:
    if formula == old:
        return new
    return rebuilt(formula, tuple(_with(part, old, new) for part in inside(formula)))
