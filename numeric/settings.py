"""The settings of one run of training, checked once, and one update as they say."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.optimisers import CHOICE as OPTIMISER
from numeric.optimisers import Memory, Momentum, Optimiser, Rprop, Sgd
from numeric.samples import number, whole
from numeric.schedules import CHOICE as SCHEDULE
from numeric.schedules import Constant, Cosine, Schedule, warmed
from symbolic.errors import InputError

Array = NDArray[Any]


@dataclass(frozen=True)
class Settings:
    """What is done with the proved gradient in a run.

    Before an update the gradient of 𝓔 is clipped: each entry to ±`clip_value`, then the whole to
    the length `clip_norm` (Pascanu, Mikolov & Bengio 2013).  `l2` λ adds (λ/2) Σ w² to what is
    minimised: g ← g - λ w.  `decay` λ is decoupled: w ← (1 - η λ) w before the update (Loshchilov &
    Hutter 2019).  Neither touches a bias, and the reported cost is 𝓔 alone.  `patience` ends a run
    when the validation cost has not fallen by more than `gain` for so many epochs.
    """

    epochs: int
    batch_size: int | None = None
    learning_rate: float = 0.1
    optimiser: Optimiser = Sgd()  # noqa: RUF009 - frozen, so one may serve all
    schedule: Schedule = Constant()  # noqa: RUF009 - likewise
    warmup: float = 0.0
    shuffle: bool = True
    l2: float = 0.0
    decay: float = 0.0
    clip_value: float | None = None
    clip_norm: float | None = None
    goal: float | None = None
    patience: int | None = None
    gain: float = 0.0

    def __post_init__(self) -> None:
        whole(self.epochs, "epochs", 0)
        for name, least in (("batch_size", 1), ("patience", 1)):
            if getattr(self, name) is not None:
                whole(getattr(self, name), name, least)
        if number(self.learning_rate, "The learning rate") <= 0:
            raise InputError(f"The learning rate must be > 0, not {self.learning_rate}.")
        for name in ("warmup", "l2", "decay", "gain"):
            if number(getattr(self, name), f"The setting {name}") < 0:
                raise InputError(f"The setting {name} must be ≥ 0, not {getattr(self, name)}.")
        for name in ("clip_value", "clip_norm"):
            if getattr(self, name) is not None and number(getattr(self, name), name) <= 0:
                raise InputError(f"The setting {name} must be > 0, not {getattr(self, name)}.")
        if self.goal is not None:
            number(self.goal, "The goal")
        if isinstance(self.optimiser, Rprop) and not self.steady:
            raise InputError(
                "rprop finds the step of each weight by itself; leave out the schedule and the "
                "warm-up, or choose another optimiser."
            )

    @property
    def steady(self) -> bool:
        """Whether the learning rate is one number."""
        return isinstance(self.schedule, Constant) and not self.warmup

    @property
    def plain(self) -> bool:
        """Whether Δw is linear in η g with one η, so that the program may multiply by η itself."""
        return self.steady and not self.touched and self.optimiser.linear

    @property
    def touched(self) -> bool:
        """Whether the gradient or the weights are changed before the optimiser has them."""
        return bool(self.l2 or self.decay or self.clip_value or self.clip_norm)

    def rate(self, t: float, after: float) -> float:
        """The learning rate of the update from t to `after`, in epochs."""
        factor = self.schedule.factor(t, self.epochs)
        return self.learning_rate * factor * warmed(t, after, self.warmup)

    def as_data(self) -> dict[str, Any]:
        """The settings as plain data, to be compared with those of another run."""
        data = {f.name: getattr(self, f.name) for f in fields(self)}
        data["optimiser"] = OPTIMISER.write(self.optimiser)
        data["schedule"] = SCHEDULE.write(self.schedule)
        if not isinstance(self.schedule, Cosine):
            del data["epochs"]  # a longer run begins with the same updates
        return data


def optimiser_of(chosen: str | Optimiser | None, momentum: float) -> Optimiser:
    """The optimiser of a run: what was chosen, or plain descent with this momentum."""
    share = number(momentum, "The momentum")
    if chosen is None:
        return Momentum(share) if share else Sgd()
    if share:
        raise InputError(
            "momentum= belongs to plain descent; write it as optimiser='momentum:share=0.9' or "
            "'nesterov:share=0.9'."
        )
    return OPTIMISER.read(chosen)


class Update:
    """One update after the other, as the settings say, on one vector of weights.

    `decays` is 1 for each weight that is drawn to 0, and 0 for a bias.
    """

    def __init__(self, settings: Settings, weights: Array, memory: Memory, decays: Array) -> None:
        self.memory = memory
        self._settings, self._weights, self._decays = settings, weights, decays
        self._touched = settings.touched
        self._update = settings.optimiser.update

    def __call__(self, g: Array, rate: float) -> None:
        """Change the weights by -∂𝓔/∂w, or by what contains η already, with the rate 1."""
        if self._touched:
            self._touch(g, rate)
        self._update(self._weights, g, rate, self.memory)
        self.memory.steps += 1

    def _touch(self, g: Array, rate: float) -> None:
        """Clip the gradient and draw the weights to 0."""
        settings, weights = self._settings, self._weights
        if settings.clip_value is not None:
            np.clip(g, -settings.clip_value, settings.clip_value, g)
        if settings.clip_norm is not None:
            length = math.sqrt(np.square(g, dtype=np.float64).sum())
            if length > settings.clip_norm:
                np.multiply(g, settings.clip_norm / length, g)
        part = self.memory.scratch[0]
        if settings.l2:
            np.multiply(weights, self._decays, part)
            np.subtract(g, np.multiply(part, settings.l2, part), g)
        if settings.decay:
            np.multiply(weights, self._decays, part)
            np.subtract(weights, np.multiply(part, rate * settings.decay, part), weights)
