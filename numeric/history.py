"""What a run measured, epoch by epoch, and as a file."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from symbolic.errors import InputError


@dataclass
class History:
    """What one call of `fit` measured, one number per epoch.

    `cost` is 𝓔 over the samples of the epoch, each taken just before the update it takes part in.
    `accuracy`, the share of samples whose largest output is at their largest target, is measured
    likewise and only for several outputs.  `validation_cost` is 𝓔 after the epoch.
    `learning_rate` is that of the last update of the epoch, kept where it changes.
    """

    cost: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    validation_cost: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)

    @property
    def columns(self) -> dict[str, list[float]]:
        """The name and the numbers of all that was measured."""
        return {name: values for name, values in vars(self).items() if values or name == "cost"}

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write epoch, cost and what else was measured, with a header."""
        with _writing(path) as file:
            rows = csv.writer(file)
            rows.writerow(("epoch", *self.columns))
            for row in self._rows():
                rows.writerow([row[0], *(repr(value) for value in row[1:])])

    def to_json(self, path: str | os.PathLike[str]) -> None:
        """Write a list with one object for each epoch."""
        names = ("epoch", *self.columns)
        lines = [json.dumps(dict(zip(names, row, strict=True))) for row in self._rows()]
        with _writing(path) as file:
            file.write("[\n" + ",\n".join(lines) + "\n]\n" if lines else "[]\n")

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write it in the form that the ending of the file asks for."""
        WRITERS[Path(path).suffix](self, path)

    def _rows(self) -> Iterator[tuple[float, ...]]:
        for n, values in enumerate(zip(*self.columns.values(), strict=True), start=1):
            yield n, *values


WRITERS: dict[str, Callable[[History, str | os.PathLike[str]], None]] = {
    ".csv": History.to_csv,
    ".json": History.to_json,
}
"""The endings of a history, and what writes each."""


def _writing(path: str | os.PathLike[str]) -> IO[str]:
    try:
        return open(path, "w", newline="", encoding="utf-8")
    except OSError as error:
        raise InputError(f"Cannot write it: {error.strerror}.", file=os.fspath(path)) from None
