"""One update w += Δw for each call: everything that C is given stands ready beforehand."""

from __future__ import annotations

import ctypes
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.native.machine import NativeMachine
from numeric.native.structures import Step

Array = NDArray[Any]
DONE, NO_SAMPLE, NO_WEIGHT = 0, 1, 2
"""What `run` returns: done; not done, since a sample is not finite; done, but a weight is not."""


class Single:
    """Put the samples into `X` [batch, inputs] and `D` [batch, outputs], then `run()`.

    `y` and `v` [outputs, batch] are then those of the outputs before the update.  The whole
    batch is learned by one thread; a program in which samples have weights is not for this.

    >>> from numeric.lowering import lower
    >>> from symbolic.topologies import shorthand
    >>> from symbolic.verification import rule_of
    >>> program, w = lower(rule_of(shorthand("1-1"))), np.array([0.0, 0.0])
    >>> single = Single(NativeMachine(program, 1, w, 1.0), w)
    >>> single.X[:], single.D[:] = 1, 0.5
    >>> single.run(), w, single.y  # y = d: nothing to learn
    (0, array([0., 0.]), array([[0.5]]))
    >>> single.X[:] = np.nan
    >>> single.run() == NO_SAMPLE
    True
    """

    def __init__(self, machine: NativeMachine, weights: Array) -> None:
        self._machine = machine
        inputs, targets = machine.inputs, machine.targets
        self.X, self.D = (np.zeros(rows.shape[::-1], weights.dtype) for rows in (inputs, targets))
        self.y, self.v = (np.zeros(targets.shape, weights.dtype) for _ in range(2))
        self.seen = self.D.T, self.y, self.v
        self._samples = machine.samples_of(self.X, self.D, self.y, self.v)
        orders, tiny = machine.orders_of_training, machine.tiny
        self._step = Step(
            *(ctypes.addressof(machine.setting), orders.ctypes.data, len(orders)),
            ctypes.addressof(self._samples),
            None if tiny is None else ctypes.cast(tiny, ctypes.c_void_p),
            *(weights.ctypes.data, len(weights)),
        )
        self.shape = self.D.shape
        self.run = partial(machine.step, ctypes.byref(self._step))
        """One update with the samples in `X` and `D`; what was found."""
