"""The JAX backend: the proved rule as one jitted step, on as many devices as there are.

The backward pass is the one of the rule; `jax.grad` is not used (a test shows that both agree).
`dataflow.py` runs the program in the words of `jax_words.py`, traced once and compiled by XLA.

Many devices, many processes: each device takes its share of the samples of a batch, runs the same
program on it with the N of the whole batch, and Δw is summed over the devices.  That this is Δw of
the batch is the theorem "batch-split" (`symbolic/theorems_updates.py`).  All devices of
`jax.devices()` take part, also those of other processes after `jax.distributed.initialize`: every
process makes the same `Trainer` with the same seed and gives it the same samples.  A batch that
cannot be shared evenly goes to fewer devices, or is computed by every process for itself.

Validated before the first use: `dataflow.py` on this very program, every index included, against
independent derivatives modulo 2^61 - 1 (`validation.py`), and each word in JAX, compiled, on whole
numbers, where floats are exact (`jax_audit.py`).  Not validated: rounding, that exp and its like
are what they are called, and what XLA makes of the whole where it is correct on the parts.

Plain steps w ← w + Δw of an epoch run on the devices in one call (`lax.scan`).  Other optimisers
work on the host's weights, batch by batch.  XLA compiles each level of neurons by itself, about a
tenth of a second for each batch size: a network of very many levels is for the native backend.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from numpy.typing import NDArray

from numeric.dataflow import begin, learned, numbers_of, run
from numeric.jax_words import JaxWords, PieceWords
from numeric.layout import adjacent
from numeric.program import CORRECTIONS, DIVISOR, Program, Sparse

Array = NDArray[Any]
AXIS = "batch"
WHOLE, SAMPLES, UPDATES = (
    PartitionSpec(),
    PartitionSpec(None, AXIS),
    PartitionSpec(None, None, AXIS),
)
KEPT = 8


class Steps:
    """The compiled steps of one program: for every batch size, on every set of devices."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._rows = tuple(program.layout.row[name] for name in program.layout.outputs)
        sparse = any(isinstance(line, Sparse) for line in (*program.forward, *program.backward))
        self._kind = JaxWords if sparse else PieceWords
        self._made: dict[tuple[str, Mesh], Any] = {}

    def double(self) -> AbstractContextManager[Any]:
        """64 bits where the program asks for them, whatever is set elsewhere."""
        return jax.enable_x64(True) if self.program.dtype == "float64" else nullcontext()

    def on(self, mesh: Mesh, name: str) -> Callable[..., Any]:
        """`forward`, `learn` or `train` for the devices of a mesh."""
        if (name, mesh) not in self._made:
            given, result = {
                "forward": ((WHOLE, SAMPLES), (SAMPLES, SAMPLES)),
                "learn": (
                    (WHOLE, SAMPLES, SAMPLES, SAMPLES, WHOLE, WHOLE),
                    (WHOLE, SAMPLES, SAMPLES),
                ),
                "train": (
                    (WHOLE, WHOLE, WHOLE, SAMPLES, WHOLE, WHOLE),
                    (WHOLE, UPDATES, UPDATES),
                ),
            }[name]
            share = jax.shard_map(
                getattr(self, f"_{name}"), mesh=mesh, in_specs=given, out_specs=result
            )
            self._made[name, mesh] = jax.jit(share)
        return self._made[name, mesh]  # type: ignore[no-any-return]

    # what one device does ----------------------------------------------------------------------

    def _forward(self, weights: Any, inputs: Any) -> tuple[Any, Any]:
        batch = inputs.shape[1]
        words, ones = self._words(batch)
        state = begin(self.program, words, weights, inputs, ones)
        run(self.program, self.program.forward, words, state, {})
        return self._outputs(words, state["y"]), self._outputs(words, state["v"])

    def _learn(
        self, weights: Any, inputs: Any, targets: Any, divisor: Any, count: Any, eta: Any
    ) -> tuple[Any, Any, Any]:
        words, ones = self._words(inputs.shape[1])
        given = divisor if DIVISOR in self._sizes else None
        numbers = numbers_of(count, eta)
        state = learned(self.program, words, weights, inputs, targets, ones, numbers, given)
        total = jax.lax.psum(state[CORRECTIONS], AXIS)
        return total, self._outputs(words, state["y"]), self._outputs(words, state["v"])

    def _train(
        self, weights: Any, X: Any, D: Any, index: Any, count: Any, eta: Any
    ) -> tuple[Any, Any, Any]:
        def update(w: Any, at: Any) -> tuple[Any, tuple[Any, Any]]:
            inputs, targets = (jnp.take(table, at, axis=0, mode="clip").T for table in (X, D))
            change, y, v = self._learn(w, inputs, targets, None, count, eta)
            return w + change, (y, v)

        end, (y, v) = jax.lax.scan(update, weights, index)
        return end, y, v

    @cached_property
    def _sizes(self) -> dict[str, int]:
        return {buffer.name: buffer.size for buffer in self.program.buffers}

    def _words(self, batch: int) -> tuple[JaxWords, Any]:
        return self._kind(batch, self.program.dtype), jnp.ones((1, batch), self.program.dtype)

    def _outputs(self, words: JaxWords, buffer: Any) -> Any:
        """The rows of the outputs."""
        if adjacent(self._rows):
            return words.rows(buffer, self._rows[0], self._rows[-1] + 1)
        return words.pick(buffer, self._rows)


class JaxMachine:
    """See `backends.Trains`; what is given and handed back are arrays of NumPy."""

    def __init__(self, steps: Steps, batch: int, weights: Array, eta: float) -> None:
        layout, sizes = steps.program.layout, steps._sizes
        self._steps, self._batch, self._weights, self._mesh = steps, batch, weights, mesh_for(batch)
        dtype = weights.dtype
        self._numbers = np.array(batch, dtype), np.array(eta, dtype)
        self.inputs = np.zeros((len(layout.network.inputs), batch), dtype)
        self.targets = np.zeros((sizes["d"], batch), dtype)
        self.divisor = np.zeros((1, batch), dtype) if DIVISOR in sizes else None
        self.corrections = np.zeros(len(weights), dtype)
        self._y, self._v = (np.zeros((len(layout.outputs), batch), dtype) for _ in range(2))
        self._held: tuple[Array, Array, Any, Any] | None = None

    def forward(self) -> None:
        """Compute v and y of every neuron."""
        with self._steps.double():
            weights, inputs = self._put(self._weights, WHOLE), self._put(self.inputs, SAMPLES)
            y, v = self._steps.on(self._mesh, "forward")(weights, inputs)
            self._y, self._v = self._back(y), self._back(v)

    def learn(self) -> None:
        """Forward, then δ and Δw, summed over the devices."""
        with self._steps.double():
            divisor = self.targets[:1] if self.divisor is None else self.divisor
            change, y, v = self._steps.on(self._mesh, "learn")(
                self._put(self._weights, WHOLE),
                *(self._put(rows, SAMPLES) for rows in (self.inputs, self.targets, divisor)),
                *(self._put(number, WHOLE) for number in self._numbers),
            )
            self.corrections[:] = change
            self._y, self._v = self._back(y), self._back(v)

    def outputs(self, y: Array, v: Array) -> None:
        """Copy y and v of the outputs into [outputs, batch]."""
        y[...], v[...] = self._y, self._v

    def epoch(
        self,
        X: Array,
        D: Array,
        order: Array | None,
        start: int,
        updates: int,
        seen_y: Array,
        seen_v: Array,
    ) -> None:
        """So many updates w += Δw, a batch each, from sample `start` of the order on."""
        stop = start + updates * self._batch
        at = np.arange(start, stop) if order is None else order[start:stop]
        index = np.ascontiguousarray(at.reshape(updates, self._batch), np.int32)
        with self._steps.double():
            if self._held is None or self._held[0] is not X or self._held[1] is not D:
                self._held = X, D, self._put(X, WHOLE), self._put(D, WHOLE)
            weights, y, v = self._steps.on(self._mesh, "train")(
                self._put(self._weights, WHOLE),
                *self._held[2:],
                self._put(index, SAMPLES),
                *(self._put(number, WHOLE) for number in self._numbers),
            )
            self._weights[:] = weights
            for seen, found in ((seen_y, y), (seen_v, v)):
                table = self._back(found)
                seen[:, start:stop] = table.transpose(1, 0, 2).reshape(len(seen), -1)

    def _put(self, table: Array, spec: PartitionSpec) -> Any:
        """A table on the devices of this machine, cut as the spec says."""
        sharding = NamedSharding(self._mesh, spec)
        if jax.process_count() == 1:
            return jax.device_put(table, sharding)
        return jax.make_array_from_callback(table.shape, sharding, lambda part: table[part])

    def _back(self, table: Any) -> Array:
        """A table on this host, whole; the parts of other processes are fetched."""
        if table.is_fully_addressable:
            return np.asarray(table)
        whole = NamedSharding(self._mesh, WHOLE)
        fetched: Array = np.asarray(jax.jit(lambda part: part, out_shardings=whole)(table))
        return fetched


def mesh_for(batch: int) -> Mesh:
    """The devices that share a batch evenly."""
    devices = jax.devices()
    if batch % len(devices):
        if jax.process_count() > 1:  # every process for itself: the samples are the same
            devices = jax.local_devices()
        devices = devices[: math.gcd(batch, len(devices))]
    return Mesh(np.array(devices), (AXIS,))


_steps: OrderedDict[int, Steps] = OrderedDict()


def machine(program: Program, batch: int, weights: Array, eta: float) -> JaxMachine:
    """The program for one batch size; what was compiled for a program is kept."""
    made = _steps.setdefault(id(program), Steps(program))  # which holds it: the id stays its own
    _steps.move_to_end(id(program))
    while len(_steps) > KEPT:
        _steps.popitem(last=False)
    return JaxMachine(made, batch, weights, eta)
