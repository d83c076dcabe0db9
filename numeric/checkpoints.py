"""A run written down while it goes on, so that it goes on bit by bit after any end.

A checkpoint is a saved trainer with the progress of its run beside it.  The run that goes on must
be the same one: the same network, rule, settings and samples, or one sentence says what differs.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric import saving
from numeric.history import History
from numeric.interrupts import Interrupts
from numeric.run import Progress
from numeric.samples import number, whole
from symbolic.errors import InputError

Array = NDArray[Any]
Parts = tuple[dict[str, Any], dict[str, Array]]


@dataclass(frozen=True)
class Checkpoints:
    """Where a run is written down, and when: every so many epochs, and every so many seconds.

    It is also written at the beginning, at the end, and at Ctrl-C and SIGTERM before they act.
    """

    path: str | os.PathLike[str]
    epochs: int | None = None
    seconds: float | None = 60.0

    def __post_init__(self) -> None:
        if self.epochs is not None:
            whole(self.epochs, "The epochs between checkpoints", 1)
        if self.seconds is not None and number(self.seconds, "The seconds between checkpoints") < 0:
            raise InputError(f"The seconds between checkpoints must be ≥ 0, not {self.seconds}.")


class Keeper:
    """Writes one run down when it is time; `parts` gives the trainer, `run` says which run it is.

    While the run goes on, `interrupts` holds signals back.
    """

    def __init__(
        self,
        when: Checkpoints,
        run: Mapping[str, Any],
        parts: Callable[[], Parts],
        places: Array,
    ) -> None:
        self._when, self._parts, self._places = when, parts, places
        self._run = json.loads(json.dumps(run, default=_plain))
        self._written = -np.inf
        self.interrupts = Interrupts()

    def begin(self, resume: bool) -> tuple[Parts, Progress] | None:
        """What the file says, if the run is to go on and has begun.

        Raises `InputError` where another run has left a file, or this one is not to go on.
        """
        shown = os.fspath(self._when.path)
        if not os.path.lexists(self._when.path):
            return None
        about, vectors = saving.read(self._when.path)
        if not resume:
            raise InputError(
                "This is the checkpoint of an earlier run; resume it, or remove the file.",
                file=shown,
            )
        if "run" not in about:
            raise InputError(
                "This is a saved trainer and no checkpoint: it does not say which run it is of.",
                file=shown,
            )
        mine, _ = self._parts()
        now = {**self._run, **{name: mine[name] for name in SAME}}
        try:
            theirs = {**about["run"]["of"], **{name: about[name] for name in SAME}}
            progress = _progress(about["run"], vectors, self._places)
        except saving.DAMAGE as error:
            raise InputError(f"This checkpoint is damaged ({error}).", file=shown) from None
        for name in sorted({*theirs, *now}):
            if theirs.get(name) != now.get(name):
                what = _differs(name, theirs, now)
                raise InputError(f"This checkpoint is of another run: {what}", file=shown)
        return (about, vectors), progress

    def reached(self, progress: Progress, last: bool) -> None:
        """Write the run down if it is time; then let a signal that waits act."""
        if last or self.interrupts.noted or self._due(progress):
            self.write(progress)
        self.interrupts.act()

    def write(self, progress: Progress) -> None:
        """Write the run down, unless a weight is lost already: what is there is better then."""
        about, vectors = self._parts()
        if not np.isfinite(vectors["weights"]).all():
            return
        more, arrays = _written(progress, self._places)
        about["run"] = {"of": self._run, **more}
        name = Path(self._when.path).name
        saving.write(self._when.path, about, {**vectors, **arrays}, f".{name}.tmp")
        self._written = time.monotonic()

    def _due(self, progress: Progress) -> bool:
        every, seconds = self._when.epochs, self._when.seconds
        if every is not None and progress.position == 0 and progress.epoch % every == 0:
            return True
        return seconds is not None and time.monotonic() - self._written >= seconds


SAME = ("network", "rule", "dtype", "seed", "backend")
"""What a saved trainer says about itself and the trainer that goes on must say as well."""
_COUNTS = ("epoch", "position", "cost", "right", "waited", "finished")
_LONG = {
    "network": "the network",
    "rule": "the rule",
    "samples": "what is learned from",
    "watched": "what is set aside",
}


def _differs(name: str, theirs: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    if name in _LONG:
        return f"{_LONG[name]} is not the same."
    return f"there {name} is {theirs.get(name)!r}, here it is {now.get(name)!r}."


def _written(progress: Progress, places: Array) -> Parts:
    about: dict[str, Any] = {name: getattr(progress, name) for name in _COUNTS}
    about["random"] = progress.random
    vectors = {f"history.{k}": np.array(v) for k, v in vars(progress.history).items()}
    if progress.best is not None:
        about["best_cost"], vectors["best"] = progress.best_cost, progress.best[places]
    return about, vectors


def _progress(about: Mapping[str, Any], vectors: Mapping[str, Array], places: Array) -> Progress:
    progress = Progress(about["random"])
    for name in _COUNTS:
        kind = type(getattr(progress, name))
        setattr(progress, name, kind(about[name]))
    names = vars(History())
    progress.history = History(**{name: vectors[f"history.{name}"].tolist() for name in names})
    if "best" in vectors:
        best = np.empty_like(vectors["weights"])
        best[places] = vectors["best"]
        progress.best, progress.best_cost = best, float(about["best_cost"])
    return progress


def _plain(value: Any) -> Any:
    """A number of NumPy as one of Python."""
    return value.item()
