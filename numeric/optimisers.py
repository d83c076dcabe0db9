"""What is done with the gradient: one small class for each optimiser, on flat vectors of weights.

The proved rule gives the direction g = -∂𝓔/∂w, η left out; an optimiser turns it into an update.
These are heuristics on top of what is proved, and nothing here is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from numeric.choices import Choice
from symbolic.errors import InputError

Array = NDArray[Any]


class Memory:
    """What an optimiser keeps from update to update: its vectors by name, and how many updates."""

    def __init__(self, optimiser: Optimiser, weights: Array) -> None:
        self.kind = type(optimiser)
        self.vectors: dict[str, Array] = {n: np.zeros_like(weights) for n in optimiser.vectors}
        self.steps = 0
        self.scratch = np.empty_like(weights), np.empty_like(weights)

    def clear(self) -> None:
        """Forget all of it."""
        self.steps = 0
        for vector in self.vectors.values():
            vector.fill(0)

    def snapshot(self) -> tuple[int, dict[str, Array]]:
        """A copy of what is kept."""
        return self.steps, {name: vector.copy() for name, vector in self.vectors.items()}

    def restore(self, kept: tuple[int, Mapping[str, Array]]) -> None:
        """Take back what `snapshot` gave."""
        self.steps = kept[0]
        for name, vector in self.vectors.items():
            vector[:] = kept[1][name]


class Optimiser(Protocol):
    """The settings of an optimiser; what moves is in its `Memory`.

    `linear`: the update is linear in η g, so that η g may be given for g with the rate 1.
    """

    linear: ClassVar[bool]
    vectors: ClassVar[tuple[str, ...]]

    def update(self, weights: Array, g: Array, rate: float, memory: Memory) -> None:
        """Change the weights and the memory in place; g may be overwritten."""


@dataclass(frozen=True)
class Sgd:
    """Steepest descent: w ← w + η g.  (Cauchy 1847; with batches, Robbins & Monro 1951.)

    >>> w = np.array([1.0])
    >>> Sgd().update(w, np.array([2.0]), 0.25, Memory(Sgd(), w))
    >>> w
    array([1.5])
    """

    linear: ClassVar[bool] = True
    vectors: ClassVar[tuple[str, ...]] = ()

    def update(self, weights: Array, g: Array, rate: float, memory: Memory) -> None:
        if rate != 1:
            np.multiply(g, rate, g)
        np.add(weights, g, weights)


@dataclass(frozen=True)
class Momentum:
    """Δw(n) = α Δw(n-1) + η g,  w ← w + Δw(n).  (Rumelhart, Hinton & Williams 1986.)

    `share` is α.  This is Haykin's generalised delta rule.
    """

    share: float = 0.9
    linear: ClassVar[bool] = True
    vectors: ClassVar[tuple[str, ...]] = ("moved",)

    def __post_init__(self) -> None:
        _share(self.share, "momentum")

    def update(self, weights: Array, g: Array, rate: float, memory: Memory) -> None:
        moved = memory.vectors["moved"]
        if rate != 1:
            np.multiply(g, rate, g)
        np.multiply(moved, self.share, moved)
        np.add(moved, g, moved)
        np.add(weights, moved, weights)


@dataclass(frozen=True)
class Nesterov:
    """Δw(n) = α Δw(n-1) + η g,  w ← w + α Δw(n) + η g.  (Nesterov 1983.)

    The form of Sutskever et al. 2013 in which w is the point looked ahead to, where g is taken.
    """

    share: float = 0.9
    linear: ClassVar[bool] = True
    vectors: ClassVar[tuple[str, ...]] = ("moved",)

    def __post_init__(self) -> None:
        _share(self.share, "momentum")

    def update(self, weights: Array, g: Array, rate: float, memory: Memory) -> None:
        moved, (ahead, _) = memory.vectors["moved"], memory.scratch
        if rate != 1:
            np.multiply(g, rate, g)
        np.multiply(moved, self.share, moved)
        np.add(moved, g, moved)
        np.multiply(moved, self.share, ahead)
        np.add(ahead, g, ahead)
        np.add(weights, ahead, weights)


@dataclass(frozen=True)
class Adam:
    """w ← w + η m̂ / (√ŝ + ε), with m̂ = m / (1 - β₁ⁿ) and ŝ = s / (1 - β₂ⁿ) after n updates.

    m ← β₁ m + (1 - β₁) g and s ← β₂ s + (1 - β₂) g².  (Kingma & Ba 2015, algorithm 1.)  With the
    decoupled `decay` of a run it is AdamW (Loshchilov & Hutter 2019).
    """

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    linear: ClassVar[bool] = False
    vectors: ClassVar[tuple[str, ...]] = ("mean", "square")

    def __post_init__(self) -> None:
        _share(self.beta1, "beta1")
        _share(self.beta2, "beta2")
        _positive(self.epsilon, "epsilon")

    def update(self, weights: Array, g: Array, rate: float, memory: Memory) -> None:
        mean, square = memory.vectors["mean"], memory.vectors["square"]
        part, root = memory.scratch
        np.multiply(mean, self.beta1, mean)
        np.add(mean, np.multiply(g, 1 - self.beta1, part), mean)
        np.multiply(square, self.beta2, square)
        np.add(square, np.multiply(np.square(g, part), 1 - self.beta2, part), square)
        n = memory.steps + 1
        np.sqrt(np.divide(square, 1 - self.beta2**n, root), root)
        np.add(root, self.epsilon, root)
        np.multiply(mean, rate / (1 - self.beta1**n), part)
        np.add(weights, np.divide(part, root, part), weights)


@dataclass(frozen=True)
class RMSProp:
    """s ← ρ s + (1 - ρ) g²,  w ← w + η g / (√s + ε).  (Tieleman & Hinton 2012, lecture 6.5.)"""

    rho: float = 0.9
    epsilon: float = 1e-8
    linear: ClassVar[bool] = False
    vectors: ClassVar[tuple[str, ...]] = ("square",)

    def __post_init__(self) -> None:
        _share(self.rho, "rho")
        _positive(self.epsilon, "epsilon")

    def update(self, weights: Array, g: Array, rate: float, memory: Memory) -> None:
        square, (part, root) = memory.vectors["square"], memory.scratch
        np.multiply(square, self.rho, square)
        np.add(square, np.multiply(np.square(g, part), 1 - self.rho, part), square)
        np.add(np.sqrt(square, root), self.epsilon, root)
        np.multiply(g, rate, part)
        np.add(weights, np.divide(part, root, part), weights)


@dataclass(frozen=True)
class Rprop:
    """w ← w + Δ sign g: each weight has a step Δ of its own, and only the sign of g counts.

    Δ ← min(Δ η⁺, largest) where g keeps its sign; Δ ← max(Δ η⁻, smallest) and g := 0 where it
    turns.  The first Δ is the learning rate.  (Riedmiller & Braun 1993, in the form without going
    back, Rprop⁻ with a cleared g: Igel & Hüsken 2000.)  Made for all samples in one batch.
    """

    up: float = 1.2
    down: float = 0.5
    smallest: float = 1e-6
    largest: float = 50.0
    linear: ClassVar[bool] = False
    vectors: ClassVar[tuple[str, ...]] = ("last", "step")

    def __post_init__(self) -> None:
        _share(self.down, "down")
        for name in ("down", "smallest", "largest"):
            _positive(getattr(self, name), name)
        if not 1 < self.up < math.inf or self.smallest > self.largest:
            raise InputError("Rprop needs up > 1 and smallest ≤ largest.")

    def update(self, weights: Array, g: Array, rate: float, memory: Memory) -> None:
        last, step = memory.vectors["last"], memory.vectors["step"]
        if memory.steps == 0:
            step.fill(rate)
        turn = np.sign(g) * np.sign(last)
        step[turn > 0] = np.minimum(step[turn > 0] * self.up, self.largest)
        step[turn < 0] = np.maximum(step[turn < 0] * self.down, self.smallest)
        g[turn < 0] = 0
        last[:] = g
        np.add(weights, np.sign(g) * step, weights)


OPTIMISERS: Mapping[str, type[Any]] = {
    "sgd": Sgd,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adam": Adam,
    "rmsprop": RMSProp,
    "rprop": Rprop,
}
"""The optimisers by the name they are chosen with, as in `adam:beta1=0.95`."""
CHOICE = Choice[Optimiser]("optimiser", OPTIMISERS, {"adamw": "AdamW is adam with a decay."})


def _share(value: float, what: str) -> None:
    if not 0 <= value < 1:
        raise InputError(f"The {what} must be at least 0 and less than 1, not {value:g}.")


def _positive(value: float, what: str) -> None:
    if not 0 < value < math.inf:
        raise InputError(f"The {what} must be a finite number > 0, not {value:g}.")
