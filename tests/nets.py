"""Small networks that the tests of evaluation, refutation and diagnosis share."""

from __future__ import annotations

from symbolic.activations import activation
from symbolic.costs import cost
from symbolic.network import BIAS, Network, Neuron, Synapse


def layered(
    *sizes: int, hidden: str = "logistic", output: str = "identity", error: str = "squared_error"
) -> Network:
    """Layers with biases: units x0 …, neurons a0 … b0 … by layer, weights w_to_from."""
    layers = [tuple(f"x{n}" for n in range(sizes[0]))]
    neurons: list[Neuron] = []
    synapses: list[Synapse] = []
    for depth, size in enumerate(sizes[1:]):
        phi = activation(output if depth == len(sizes) - 2 else hidden)
        names = tuple(f"{'abcdefg'[depth]}{n}" for n in range(size))
        for j in names:
            neurons.append(Neuron(j, phi))
            synapses += (Synapse(j, i, f"w_{j}_{i}") for i in (BIAS, *layers[-1]))
        layers.append(names)
    return Network(layers[0], tuple(neurons), layers[-1], tuple(synapses), cost(error))


def tied() -> Network:
    """Two hidden neurons with one shared weight from x, which a third synapse carries as well."""
    phi = activation("tanh")
    return Network(
        ("x",),
        (Neuron("a", phi), Neuron("b", phi), Neuron("o", activation("identity"))),
        ("o",),
        (
            Synapse("a", "x", "s"),
            Synapse("b", "a", "s"),
            Synapse("o", "a", "u"),
            Synapse("o", "b", "s"),
        ),
        cost("squared_error"),
    )


def skipping() -> Network:
    """An output p that feeds the other output o, and a hidden a that feeds both."""
    phi = activation("tanh")
    return Network(
        ("x",),
        tuple(Neuron(name, phi) for name in "apo"),
        ("p", "o"),
        tuple(
            Synapse(to, source, f"w_{to}{source}")
            for to, source in (("a", "x"), ("p", "a"), ("o", "a"), ("o", "p"), ("o", BIAS))
        ),
        cost("squared_error"),
    )
