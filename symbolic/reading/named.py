"""Functions that words name and no formula writes: "with the logistic function", "linear outputs".

A line that holds with the function named last before it is proved with it, and its verdict says
so.  Words refute only what fails with every function that this module knows: else other words may
give other neurons the one that the line is true for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from symbolic.indexed import Var
from symbolic.reading.activation import ARGUMENT, FIELD, Activation
from symbolic.reading.base import Base
from symbolic.reading.claims import FunctionName
from symbolic.reading.formulas import NEURON, Call, Formula, Range, Read, SumOver, over
from symbolic.reading.source import Place

SHOWN = {
    "logistic": "the logistic function",
    "tanh": "the hyperbolic tangent",
    "relu": "the rectifier",
    "softplus": "softplus",
    "softmax": "the softmax outputs",
    "linear": "the linear outputs",
    "identity": "the linear neuron",
}


def last_before(found: Iterable[FunctionName], array: str, at: Place) -> FunctionName | None:
    """What was named last for an array before a place, else what is named first after it."""
    own = sorted((one for one in found if one.array == array), key=lambda one: _order(one.place))
    before = [one for one in own if _order(one.place) <= _order(at)]
    return before[-1] if before else next(iter(own), None)


def taken_words(taken: Iterable[FunctionName]) -> str:
    """What a proof takes from words: the logistic function of line 3."""
    return " and ".join(
        f"{SHOWN[one.function]} for σ, which the text does not say"
        if one.assumed
        else f"{SHOWN[one.function]} of line {one.place.line}"
        for one in taken
    )


def _order(place: Place) -> tuple[int, int, int]:
    return place.cell, place.line, place.column


def with_named(base: Base, found: Iterable[FunctionName]) -> Base | None:
    """The definitions with the functions that words name; None where one is not known."""
    for one in found:
        make = _MAKE.get(one.function)
        if make is None or "y" not in base.definitions:
            return None
        base = make(base)
    return base


def _every(name: str) -> Callable[[Base], Base]:
    activation = Activation(Call(name, ARGUMENT), 0)
    return lambda base: replace(base, activation=activation)


def _linear(head: Read) -> Formula:
    """v_k, which is y_k for an output neuron k."""
    return Read(FIELD, head.at)


def _softmax(head: Read) -> Formula:
    """exp(v_k) / Σ_m exp(v_m), which is y_k for an output neuron k, m over all of them."""
    own, *rest = head.at
    other = Var("m" if getattr(own, "name", "") != "m" else "n", NEURON)
    part: Formula = Call("exp", Read(FIELD, (own, *rest)))
    whole = SumOver(other, Range("output"), Call("exp", Read(FIELD, (other, *rest))))
    return over(part, whole)


def outputs_named(found: Iterable[FunctionName]) -> str:
    """The function that words give to the output neurons, empty where they name none or two.

    >>> outputs_named([FunctionName("outputs", "linear", Place(1, 1))])
    'linear'
    """
    names = {one.function for one in found if one.array == "outputs"}
    return names.pop() if len(names) == 1 and names <= OUTPUTS.keys() else ""


def _of_outputs(name: str) -> Callable[[Base], Base]:
    return lambda base: replace(base, outer=OUTPUTS[name](base.definitions["y"][0]))


def with_any(base: Base) -> Iterator[Base]:
    """The definitions with each function that is known here, for all neurons and for outputs."""
    if "y" not in base.definitions:
        return
    for inner in _INNER:
        made = inner(base)
        yield from (made, *(_of_outputs(name)(made) for name in OUTPUTS))


def _identity(base: Base) -> Base:
    return replace(base, activation=Activation(ARGUMENT, 0))


OUTPUTS: dict[str, Callable[[Read], Formula]] = {"linear": _linear, "softmax": _softmax}
"""The signal of an output neuron by the name of its function, from y_k."""
_MAKE: dict[str, Callable[[Base], Base]] = {
    **{name: _every(name) for name in ("logistic", "tanh", "relu", "softplus")},
    **{name: _of_outputs(name) for name in OUTPUTS},
    "identity": _identity,
}
_INNER = (
    _identity,
    *(_every(name) for name in ("logistic", "tanh", "relu", "softplus")),
)
