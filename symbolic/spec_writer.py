"""A network as the text of a network file, and as the plain data that such a file holds."""

from __future__ import annotations

import json
from typing import Any

from symbolic.activations import ACTIVATIONS, Activation
from symbolic.costs import COSTS, Cost
from symbolic.errors import InputError
from symbolic.formula import written
from symbolic.network import Network
from symbolic.recurrence import Recurrent


def write(network: Network) -> str:
    """The network as a TOML text that `parse` reads back to an equal network."""
    data = as_data(network)
    neurons = data.pop("neurons")
    lines = [f"{key} = {_toml(value)}" for key, value in data.items()]
    for name, row in neurons.items():
        lines.append(f"[neurons.{quoted(name)}]")
        lines += [f"{key} = {_toml(value)}" for key, value in row.items()]
    return "\n".join(lines) + "\n"


def as_data(network: Network) -> dict[str, Any]:
    """The keys of a network file with their values, as `write` writes them."""
    drawn = network.recurrent or network
    neurons: dict[str, Any] = {
        neuron.name: {"from": {}, "activation": _activation_data(neuron.activation)}
        for neuron in drawn.neurons
    }
    units = (*drawn.inputs, *neurons)
    for neuron in drawn.neurons:
        if neuron.group:
            neurons[neuron.name]["group"] = neuron.group
        if neuron.field is not None:
            del neurons[neuron.name]["from"]
            neurons[neuron.name]["field"] = written(neuron.field, units)
    for synapse in drawn.synapses:
        neurons[synapse.to]["from"][synapse.source] = synapse.weight
    data: dict[str, Any] = {
        "name": drawn.name,
        "inputs": list(drawn.inputs),
        "outputs": list(drawn.outputs),
        "cost": _cost_data(drawn.cost),
        "bias": False,
    }
    if isinstance(drawn, Recurrent):
        data |= {"steps": drawn.steps, "outputs_at": drawn.outputs_at}
        data |= {"initial": dict(drawn.initial)} if drawn.initial else {}
    return data | {"neurons": neurons}


def quoted(text: str) -> str:
    """The text in quotes, as TOML and JSON write it."""
    return json.dumps(text, ensure_ascii=False)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{quoted(key)} = {_toml(inside)}" for key, inside in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return quoted(value) if isinstance(value, str) else str(value).lower()


def _activation_data(activation: Activation) -> dict[str, str]:
    if activation.name in ACTIVATIONS:
        return {"name": activation.name} | {k: str(value) for k, value in activation.parameters}
    _expressible(activation.name, activation.written)
    return {"phi": activation.written}


def _cost_data(cost: Cost) -> str | dict[str, str]:
    if cost.name in COSTS:
        return cost.name
    _expressible(cost.name, cost.written)
    return {"loss": cost.written}


def _expressible(name: str, written: str) -> None:
    if not written or "\n" in written:
        raise InputError(
            f"{name!r} is given by a Python function; a network file holds expressions only. "
            "Give it as an expression to save it."
        )
