"""The array program: levels of neurons, one flat vector of weights, and a list of instructions.

It knows nothing of back-propagation; `lowering.py` writes the instructions from a proved rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symbolic.network import BIAS, Network

Array = NDArray[Any]


@dataclass(frozen=True)
class Level:
    """Neurons that wait only for earlier levels; `dense` when all of them read the same units.

    Dense: the weights are `places` [neurons, fan-in] in the flat vector, one contiguous `segment`
    where no weight is tied, so that the matrix is a view.  Otherwise the synapses are listed.
    """

    neurons: tuple[str, ...]
    dense: bool
    sources: tuple[str, ...]
    segment: slice | None


@dataclass(frozen=True)
class Layout:
    """Where everything lies: columns of units, entries of weights, levels of neurons."""

    network: Network
    levels: tuple[Level, ...]
    column: dict[str, int]
    entry: dict[str, int]

    @staticmethod
    def of(network: Network) -> Layout:
        """Columns: the bias unit, the inputs, then the neurons level by level."""
        depth = dict.fromkeys((BIAS, *network.inputs), 0)
        groups: list[list[str]] = []
        for name in network.order:
            depth[name] = 1 + max(depth[source] for source in network.sources[name])
            if depth[name] > len(groups):
                groups.append([])
            groups[depth[name] - 1].append(name)
        column = {unit: n for n, unit in enumerate((BIAS, *network.inputs))}
        for name in (name for group in groups for name in group):
            column[name] = len(column)
        entry: dict[str, int] = {}
        levels = []
        for group in groups:
            group.sort(key=column.__getitem__)
            sources = tuple(sorted(network.sources[group[0]], key=column.__getitem__))
            dense = all(set(network.sources[name]) == set(sources) for name in group)
            before = len(entry)
            for name in group:
                for source in sorted(network.sources[name], key=column.__getitem__):
                    entry.setdefault(network.weight_of[name, source], len(entry))
            fresh = dense and len(entry) - before == len(group) * len(sources)
            segment = slice(before, len(entry)) if fresh else None
            levels.append(Level(tuple(group), dense, sources if dense else (), segment))
        return Layout(network, tuple(levels), column, entry)

    def columns(self, units: tuple[str, ...]) -> slice | Array:
        """The columns of the units: a slice where they are neighbours, else their numbers."""
        numbers = [self.column[unit] for unit in units]
        first = numbers[0] if numbers else 0
        if numbers == list(range(first, first + len(numbers))):
            return slice(first, first + len(numbers))
        return np.array(numbers, dtype=np.intp)

    def entries(self, to: tuple[str, ...], source: tuple[str, ...]) -> Array:
        """The entries [to, source] of the flat vector of weights."""
        weight_of = self.network.weight_of
        rows = [[self.entry[weight_of[j, i]] for i in source] for j in to]
        return np.array(rows, dtype=np.intp).reshape(len(to), len(source))


@dataclass
class State:
    """The arrays a program works on: [batch, units] for each letter, the weights, the numbers."""

    letters: dict[str, Array]
    weights: Array
    corrections: Array
    numbers: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Instruction:
    """One step of a program: what it computes, as a line, and the code that does."""

    text: str
    run: Callable[[State], None]


@dataclass(frozen=True)
class Program:
    """Forward pass, local gradients and weight corrections of one network, lowered from a rule."""

    layout: Layout
    dtype: np.dtype[Any]
    forward: tuple[Instruction, ...]
    local_gradients: tuple[Instruction, ...]
    corrections: tuple[Instruction, ...]

    def state(self, batch: int, weights: Array, eta: float = 1.0) -> State:
        """Fresh buffers for a batch; y_0 = 1."""
        width = len(self.layout.column)
        letters = {c: np.zeros((batch, width), self.dtype) for c in ("v", "y", "d", "e", "delta")}
        letters["y"][:, 0] = 1
        numbers = {"N": self.dtype.type(batch), "eta": self.dtype.type(eta)}
        return State(letters, weights, np.zeros_like(weights), numbers)

    def run(self, state: State, inputs: Array, targets: Array | None = None) -> None:
        """Forward; with targets also δ and Δw: `state.corrections` is then Δw for each entry."""
        network = self.layout.network
        state.letters["y"][:, 1 : 1 + len(network.inputs)] = inputs
        for step in self.forward:
            step.run(state)
        if targets is None:
            return
        outputs = self.layout.columns(network.outputs)
        state.letters["d"][:, outputs] = targets
        state.letters["e"][:, outputs] = targets - state.letters["y"][:, outputs]
        state.corrections[:] = 0
        for step in (*self.local_gradients, *self.corrections):
            step.run(state)
