"""The numbers of a worked example: one sample, weights and η, chosen by us or by the reader."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import cycle, islice

from symbolic.errors import InputError, did_you_mean
from symbolic.network import BIAS, Network
from symbolic.verdicts import Witness

ETA = Fraction(1, 2)
INPUTS = ("0.5", "-1", "0.8", "-0.4", "1", "0.2")
TARGETS = ("1", "0", "0.5")
WEIGHTS = ("0.4", "-0.3", "0.2", "0.6", "-0.5", "0.3", "-0.2")
BIASES = ("0.1", "-0.2", "0.3")
WIDE = 8
"""A neuron that reads more units gets weights of a tenth, so that no φ is driven to its limits."""
_NUMBER = re.compile(r"[+-]?(?:\d{1,12}(?:\.\d{0,12})?|\.\d{1,12})")


def chosen_sample(network: Network, given: str = "") -> Witness:
    """One sample with all weights; `given` is `name=number,…`, or the inputs and then the targets.

    A name is that of an input, of an output (its target; `d` where there is one output), of a
    weight, or `eta`.

    Raises `InputError` for a name that is not there, a number that is no decimal, a wrong count.

    >>> from symbolic.topologies import shorthand
    >>> sample = chosen_sample(shorthand("2-2-1"), "0.5, -1, 1")
    >>> [str(number) for number in sample.inputs[0].values()], str(sample.targets[0]["5"])
    (['1/2', '-1'], '1')
    """
    inputs = dict(zip(network.inputs, map(Fraction, cycle(INPUTS)), strict=False))
    targets = _targets(network)
    weights, eta = _weights(network), ETA
    parts = [part.strip() for part in given.split(",")] if given.strip() else []
    if not all("=" in part for part in parts):
        return Witness(weights, *_in_order(network, parts, targets), eta)
    for part in parts:
        name, number = (half.strip() for half in part.split("=", 1))
        name = f"d_{network.outputs[0]}" if name == "d" and _one(network) else name
        short = name[2:] if name[:2] in ("d_", "y_") else name
        if name in inputs or (name[:2] == "y_" and short in inputs):
            inputs[name if name in inputs else short] = _decimal(number, name)
        elif short in targets and name[:2] != "y_":
            targets[short] = _decimal(number, name)
        elif name in weights:
            weights[name] = _decimal(number, name)
        elif name == "eta":
            eta = _decimal(number, name)
        else:
            known = (*inputs, *(f"d_{output}" for output in targets), "eta", *weights)
            raise InputError(f"The sample gives {name!r} a number. {did_you_mean(name, known)}")
    return Witness(weights, (inputs,), (targets,), eta)


def _one(network: Network) -> bool:
    return len(network.outputs) == 1 and "d" not in network.units


def _in_order(
    network: Network, parts: list[str], targets: dict[str, Fraction]
) -> tuple[tuple[dict[str, Fraction]], tuple[dict[str, Fraction]]]:
    """Numbers without names: every input, then every target or none."""
    most = len(network.inputs) + len(network.outputs)
    if len(parts) not in (len(network.inputs), most):
        raise InputError(
            f"The sample has {len(parts)} numbers; this network has {len(network.inputs)} inputs "
            f"and {len(network.outputs)} targets: give {len(network.inputs)} or {most} numbers, "
            "or name=number,…"
        )
    numbers = [_decimal(part, f"number {n}") for n, part in enumerate(parts, 1)]
    inputs = dict(zip(network.inputs, numbers, strict=False))
    targets |= dict(zip(network.outputs, numbers[len(network.inputs) :], strict=False))
    return (inputs,), (targets,)


def _decimal(text: str, name: str) -> Fraction:
    if not _NUMBER.fullmatch(text):
        raise InputError(f"The sample gives {name} as {text!r}; write a decimal such as -0.25.")
    return Fraction(text)


def _targets(network: Network) -> dict[str, Fraction]:
    """1, 0, 0.5 and so on; a distribution puts all on its first output."""
    targets = dict(zip(network.outputs, map(Fraction, cycle(TARGETS)), strict=False))
    if network.cost.outputs == "logistic":
        targets = {j: Fraction(n % 2 == 0) for n, j in enumerate(network.outputs)}
    for outputs in network.distributions:
        targets |= {j: Fraction(n == 0) for n, j in enumerate(outputs)}
    return targets


def _weights(network: Network) -> dict[str, Fraction]:
    """A weight for each name: the numbers of a short list in turn, biases from one of their own."""
    biases = {s.weight for s in network.synapses if s.source == BIAS}
    plain, bias = cycle(WEIGHTS), cycle(BIASES)
    fan = {s.weight: len(network.sources[s.to]) for s in network.synapses}
    weights: dict[str, Fraction] = {}
    for name in network.uses:
        number = Fraction(*islice(bias if name in biases else plain, 1))
        weights[name] = number / 10 if fan.get(name, 0) > WIDE else number
    return weights
