"""Process time of the proof for a textbook LSTM, unrolled: gates, products and shared weights.

Run from the root of the checkout: python -m benchmarks.recurrent
"""

from __future__ import annotations

import time

from symbolic.activations import activation
from symbolic.costs import cost
from symbolic.network import BIAS, Network, Neuron, Synapse
from symbolic.notation import y
from symbolic.recurrence import Recurrent, late
from symbolic.terms import Call
from symbolic.verification import prove


def lstm(steps: int, cells: int, inputs: int = 4) -> Network:
    """c = f c[-1] + i g and h = o tanh(c), every gate reading all x and all h[-1]; one output."""
    logistic, tanh, plain = (activation(name) for name in ("logistic", "tanh", "identity"))
    xs = tuple(f"x{n}" for n in range(inputs))
    neurons: list[Neuron] = []
    synapses: list[Synapse] = []
    for n in range(cells):
        before = f"c{n}[-1]"
        for gate in "ifog":
            neurons.append(Neuron(f"{gate}{n}", tanh if gate == "g" else logistic))
            read = (BIAS, *xs, *(f"h{m}[-1]" for m in range(cells)))
            synapses += [Synapse(f"{gate}{n}", i, f"w_{gate}{n}_{late(i)[0]}") for i in read]
        cell = y(f"f{n}") * y(before) + y(f"i{n}") * y(f"g{n}")
        neurons.append(Neuron(f"c{n}", plain, cell))
        neurons.append(Neuron(f"h{n}", plain, y(f"o{n}") * Call("tanh", y(f"c{n}"))))
    neurons.append(Neuron("z", plain))
    synapses += [Synapse("z", f"h{n}", f"w_z{n}") for n in range(cells)]
    made = (xs, tuple(neurons), ("z",), tuple(synapses))
    return Recurrent(*made, cost("squared_error"), steps, outputs_at="last").unrolled()


def main() -> None:
    """One row for each size; `built` is the unrolling, `proof` the certificate."""
    print(f"{'LSTM':18} {'neurons':>8} {'synapses':>9} {'built s':>8} {'proof s':>8}  verdict")
    for steps, cells in ((10, 8), (50, 8), (200, 16)):
        begin = time.process_time()
        network = lstm(steps, cells)
        built = time.process_time()
        verdict = prove(network).verdict
        end = time.process_time()
        print(
            f"{f'T = {steps}, H = {cells}':18} {len(network.neurons):8} "
            f"{len(network.synapses):9} {built - begin:8.2f} {end - built:8.2f}  "
            f"{type(verdict).__name__.lower()}",
            flush=True,
        )


if __name__ == "__main__":
    main()
