"""A program, its weights and its machines: what training and prediction run on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.backends import Builder, Machine
from numeric.layout import Layout
from numeric.measures import losses_of
from numeric.program import Program
from numeric.sources import Source
from symbolic.collecting import no_collecting
from symbolic.network import BIAS

Array = NDArray[Any]
AT_ONCE = 1024
"""Samples that are predicted at once."""
MOST_MACHINES = 6
QUIET: Any = {"over": "ignore", "invalid": "ignore", "divide": "ignore", "under": "ignore"}


class Engine:
    """The machines of one program for several batch sizes, all on one vector of weights."""

    def __init__(self, program: Program, weights: Array, build: Builder) -> None:
        self.program, self.weights, self._build = program, weights, build
        self.network = program.layout.network
        self._machines: dict[tuple[int, float], Machine] = {}
        place = {name: n for n, name in enumerate(self.network.outputs)}
        self.order = [place[name] for name in program.layout.outputs]
        self.losses = losses_of(self.network)
        self.version = 0
        """Counts the changes of the weights by a run, or by hand."""

    @property
    def counts_accuracy(self) -> bool:
        """Whether the largest output of a sample says its class."""
        return len(self.network.outputs) > 1 and len(self.network.groups) < 2

    def machine(self, batch: int, rate: float = 1.0) -> Machine:
        """The program for a batch size, η being `rate`; those used last are kept."""
        made = self._machines.pop((batch, rate), None) or self.fresh(batch, rate)
        self._machines[batch, rate] = made
        while len(self._machines) > MOST_MACHINES:
            del self._machines[next(iter(self._machines))]
        return made

    def fresh(self, batch: int, rate: float) -> Machine:
        """A new machine that nobody else uses."""
        with no_collecting():
            return self._build(self.program, batch, self.weights, rate)

    def loss(self, d: Array, y: Array, v: Array, weights: Array | None = None) -> float:
        """Σ_ξ s_ξ Σ_j c(d_j, y_j) of arrays [outputs, samples]."""
        each = self.losses(d, y, v)
        if weights is not None:
            each = each * weights
        return float(each.sum(dtype=np.float64))

    def outputs(self, rows: Array) -> tuple[Array, Array]:
        """y and v of the outputs, [outputs, samples], for [inputs, samples]."""
        count = rows.shape[1]
        shape = (len(self.order), count)
        y, v = np.empty(shape, rows.dtype), np.empty(shape, rows.dtype)
        with np.errstate(**QUIET):
            for start in range(0, count, AT_ONCE):
                part = self.machine(min(AT_ONCE, count - start))
                stop = start + part.inputs.shape[1]
                np.copyto(part.inputs, rows[:, start:stop])
                part.forward()
                part.outputs(y[:, start:stop], v[:, start:stop])
        return y, v

    def cost(self, source: Source) -> float:
        """𝓔 = (1/N) Σ_ξ s_ξ Σ_j c(d_j, y_j) at the present weights."""
        total = 0.0
        with np.errstate(**QUIET):
            for start in range(0, source.count, AT_ONCE):
                at = slice(start, min(start + AT_ONCE, source.count))
                part = self.machine(at.stop - start)
                source.put(part, at)
                part.forward()
                shape = (len(self.order), at.stop - start)
                y, v = (np.empty(shape, self.weights.dtype) for _ in range(2))
                part.outputs(y, v)
                shares = None if source.weights is None else source.weights[at]
                total += self.loss(source.aims(at), y, v, shares)
        return total / source.count


def spread(layout: Layout) -> Array:
    """The standard deviation of each weight before training: 1/√m, and 0 for a bias.

    m is the number of signals that the neuron reads, also where its formula reads the weight.
    """
    network = layout.network
    fan_in = {j: len(units) - units.count(BIAS) for j, units in network.sources.items()}
    most = np.zeros(len(layout.entry))
    if layout.plain:
        counts = [len(network.sources[j]) for j in _neurons(layout)]
        most[:] = np.repeat([fan_in[j] for j in _neurons(layout)], counts)
        most[biases(layout)] = 0
    else:
        inner = [edge for edge in layout.entry_of if edge[1] != BIAS]
        places = list(map(layout.entry_of.__getitem__, inner))
        most_of = np.array([fan_in[j] for j, _ in inner], float)
        np.maximum.at(most, np.array(places, np.intp), most_of)
    for weight, readers in network.readers.items():
        at = layout.entry[weight]
        most[at] = max(most[at], 1, *(fan_in[j] for j in readers))
    return np.where(most > 0, 1 / np.sqrt(np.maximum(most, 1)), 0)


def biases(layout: Layout) -> Array:
    """Whether each weight is a bias and nothing else."""
    found = np.zeros(len(layout.entry), bool)
    if layout.plain:  # entry by entry, neuron by neuron, and the bias is the first of each
        sources = [layout.network.sources[j] for j in _neurons(layout)]
        counts = np.array([len(units) for units in sources], np.intp)
        found[(np.cumsum(counts) - counts)[[BIAS in units for units in sources]]] = True
        return found
    entry = layout.entry_of
    found[[at for (_, i), at in entry.items() if i == BIAS]] = True
    found[[at for (_, i), at in entry.items() if i != BIAS]] = False
    found[[layout.entry[weight] for weight in layout.network.readers]] = False
    return found


def _neurons(layout: Layout) -> list[str]:
    """The neurons in the order of their weights."""
    return [j for level in layout.levels for block in level for j in block.neurons]
