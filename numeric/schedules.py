"""How the learning rate changes: η = η₀ · factor(t), t the epochs done, with their fractions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from numeric.choices import Choice
from symbolic.errors import InputError


class Schedule(Protocol):
    """The settings of a schedule."""

    def factor(self, t: float, epochs: int) -> float:
        """What η₀ is multiplied with after t of so many epochs."""


@dataclass(frozen=True)
class Constant:
    """factor = 1."""

    def factor(self, t: float, epochs: int) -> float:
        return 1.0


@dataclass(frozen=True)
class Step:
    """factor = drop^⌊t / every⌋.

    >>> [Step(every=2).factor(t, 9) for t in (0, 1.9, 2, 4)]
    [1.0, 1.0, 0.5, 0.25]
    """

    every: float = 10
    drop: float = 0.5

    def __post_init__(self) -> None:
        _positive(self.every, "every")
        _positive(self.drop, "drop")

    def factor(self, t: float, epochs: int) -> float:
        return float(self.drop ** math.floor(t / self.every))


@dataclass(frozen=True)
class Exponential:
    """factor = decay^t."""

    decay: float = 0.95

    def __post_init__(self) -> None:
        _positive(self.decay, "decay")

    def factor(self, t: float, epochs: int) -> float:
        return float(self.decay**t)


@dataclass(frozen=True)
class Cosine:
    """factor = low + (1 - low) (1 + cos(π t / T)) / 2 over T epochs.  (Loshchilov & Hutter 2017.)

    >>> [round(Cosine(low=0.5).factor(t, 4), 12) for t in (0, 2, 4)]
    [1.0, 0.75, 0.5]
    """

    low: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.low <= 1:
            raise InputError(f"The setting low must be from 0 to 1, not {self.low:g}.")

    def factor(self, t: float, epochs: int) -> float:
        return self.low + (1 - self.low) * (1 + math.cos(math.pi * t / epochs)) / 2


@dataclass(frozen=True)
class Inverse:
    """factor = 1 / (1 + t / half): search, then converge.  (Darken & Moody 1990.)

    >>> [Inverse(half=4).factor(t, 9) for t in (0, 4, 12)]
    [1.0, 0.5, 0.25]
    """

    half: float = 100

    def __post_init__(self) -> None:
        _positive(self.half, "half")

    def factor(self, t: float, epochs: int) -> float:
        return 1 / (1 + t / self.half)


SCHEDULES: Mapping[str, type[Any]] = {
    "constant": Constant,
    "step": Step,
    "exponential": Exponential,
    "cosine": Cosine,
    "inverse": Inverse,
}
"""The schedules by the name they are chosen with, as in `step:every=30,drop=0.1`."""
CHOICE = Choice[Schedule]("schedule", SCHEDULES)


def warmed(t: float, after: float, warmup: float) -> float:
    """The factor of a warm-up: the share of its epochs that are done when the update is.

    >>> [warmed(t, t + 1, 4) for t in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    """
    return min(1.0, after / warmup) if t < warmup else 1.0


def _positive(value: float, what: str) -> None:
    if not 0 < value < math.inf:
        raise InputError(f"The setting {what} must be a finite number > 0, not {value:g}.")
