"""Common shapes: layered networks by shorthand, chains, and random graphs for tests and benchmarks.

Units are numbered as in Haykin: 2-3-1 has the inputs 1, 2, the hidden neurons 3, 4, 5 and the
output neuron 6; the weight to j from i is `w_j_i`, the bias of j is `w_j_0`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from itertools import pairwise

from symbolic.activations import ACTIVATIONS, Activation, activation
from symbolic.costs import Cost, cost
from symbolic.errors import InputError
from symbolic.network import BIAS, Network, Neuron, Synapse

LARGEST = 2_000_000
"""Synapses of the largest network that a shorthand may ask for."""

_PART = re.compile(r"(\d+)(?::([A-Za-z_]+)(?:\(([^()]*)\))?)?")


def shorthand(text: str) -> Network:
    """A layered network: `2-3-1`, `64-32-10:tanh`, `64-32:relu-10:softmax`, `2-1:tanh(1.7,2/3)`.

    An activation belongs to the layer it is written at; if only the last layer carries one it
    holds for all, except softmax, which is for the last layer only.  The default is logistic.
    Softmax at the end brings the cross-entropy with it, all others the squared error.

    >>> shorthand("2-3-1").outputs
    ('6',)
    >>> shorthand("2-three-1")
    Traceback (most recent call last):
    symbolic.errors.InputError: '2-three-1' is no shorthand: at character 3, 'three-1' is not ...
    """
    sizes: list[int] = []
    named: list[Activation | None] = []
    place = 0
    while True:
        part = _PART.match(text, place)
        if part is None or len(part[1]) > 7:
            raise InputError(
                f"{text!r} is no shorthand: at character {place + 1}, {text[place : place + 20]!r} "
                "is not a layer such as 3 or 3:tanh. Write layers with dashes, as in 2-3-1."
            )
        sizes.append(int(part[1]))
        named.append(_named(part[2], part[3]) if part[2] else None)
        place = part.end()
        if place == len(text):
            break
        if text[place] != "-":
            raise InputError(
                f"{text!r} is no shorthand: at character {place + 1} stands {text[place]!r} where "
                "a dash belongs. Write layers as in 2-3-1 or 64-32:relu-10:softmax."
            )
        place += 1
    if named[0] is not None and len(named) > 1:
        raise InputError(f"{text!r}: the first layer are the inputs; they have no activation.")
    last = named[-1]
    alone = last is not None and not last.group and all(a is None for a in named[:-1])
    default = last if alone and last is not None else activation("logistic")
    return layered(sizes, [a or default for a in named[1:]], name=text)


def layered(
    sizes: Sequence[int],
    activations: Sequence[Activation] | Activation | None = None,
    cost_function: Cost | None = None,
    bias: bool = True,
    name: str = "",
) -> Network:
    """A fully connected layered network; sizes[0] are the inputs.

    Raises `InputError` for fewer than two layers, an empty layer or too many synapses.
    """
    if len(sizes) < 2 or min(sizes) < 1:
        raise InputError("A layered network has at least two layers of at least one unit: 2-3-1.")
    pairs = list(pairwise(sizes))
    count = sum((before + bias) * after for before, after in pairs)
    if count > LARGEST:
        raise InputError(f"This network would have {count} synapses; the most is {LARGEST}.")
    if activations is None:
        activations = activation("logistic")
    chosen = (
        [activations] * len(pairs) if isinstance(activations, Activation) else list(activations)
    )
    if len(chosen) != len(pairs):
        raise InputError(f"Give one activation per layer after the inputs: {len(pairs)}.")
    layers, start = [], 1
    for size in sizes:
        layers.append(tuple(str(number) for number in range(start, start + size)))
        start += size
    neurons: list[Neuron] = []
    synapses: list[Synapse] = []
    for before, layer, phi in zip(layers[:-1], layers[1:], chosen, strict=True):
        for j in layer:
            neurons.append(Neuron(j, phi))
            sources = (BIAS, *before) if bias else before
            synapses += [Synapse(j, i, f"w_{j}_{i}") for i in sources]
    fitting = "softmax_cross_entropy" if chosen[-1].group else "squared_error"
    return Network(
        layers[0],
        tuple(neurons),
        layers[-1],
        tuple(synapses),
        cost_function or cost(fitting),
        name or "-".join(str(size) for size in sizes),
        tuple(layers),
    )


def chain(length: int, phi: str = "tanh") -> Network:
    """One input and a chain of neurons, each fed by the one before: as deep as can be."""
    names = [str(number) for number in range(1, length + 2)]
    chosen = activation(phi)
    neurons = tuple(Neuron(name, chosen) for name in names[1:])
    synapses = tuple(Synapse(j, i, f"w_{j}_{i}") for i, j in pairwise(names))
    return Network(
        (names[0],), neurons, (names[-1],), synapses, cost("squared_error"), f"chain of {length}"
    )


def random_dag(
    neurons: int,
    edges: int,
    seed: int,
    inputs: int = 3,
    outputs: int = 2,
    ties: float = 0.0,
    activations: Sequence[str] = ("logistic", "tanh"),
    bias: bool = True,
) -> Network:
    """A random feed-forward graph with skips; the same seed gives the same graph.

    Every other seed makes an inner neuron an output too.  With probability `ties` a synapse takes
    the weight of an earlier one.
    """
    draw = random.Random(seed)
    phis = [activation(name) for name in activations]
    sources = [f"x{number + 1}" for number in range(inputs)]
    made: list[Neuron] = []
    synapses: list[Synapse] = []
    units = list(sources)
    fan_in = max(1, edges // neurons - bias)
    for number in range(neurons):
        j = f"n{number + 1}"
        read = {units[-1]: None}
        for _ in range(4 * fan_in):
            if len(read) >= min(fan_in, len(units)):
                break
            read.setdefault(units[draw.randrange(len(units))])
        for i in ([BIAS] if bias else []) + list(read):
            tied = synapses and draw.random() < ties
            weight = draw.choice(synapses).weight if tied else f"w_{j}_{i}"
            synapses.append(Synapse(j, i, weight))
        made.append(Neuron(j, draw.choice(phis)))
        units.append(j)
    ends = [neuron.name for neuron in made[-outputs:]]
    if seed % 2 and neurons > outputs + 1:
        ends.append(made[draw.randrange(neurons - outputs)].name)
    return Network(
        tuple(sources),
        tuple(made),
        tuple(ends),
        tuple(synapses),
        cost("squared_error"),
        f"random graph {seed}",
    )


def _named(name: str, parameters: str | None) -> Activation:
    """The activation of a layer, its parameters in the order of the table."""
    if parameters is None or name not in ACTIVATIONS:
        return activation(name)
    letters = [letter for letter, _ in ACTIVATIONS[name].parameters]
    values = [value.strip() for value in parameters.split(",")]
    if len(values) > len(letters):
        raise InputError(f"{name} takes {len(letters)} parameters, not {len(values)}.")
    return activation(name, **dict(zip(letters, values, strict=False)))
