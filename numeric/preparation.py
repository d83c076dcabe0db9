"""What a table goes through before the network sees it, remembered so that `predict` undoes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Preparation:
    """The names of the inputs and of the target, the classes, and how the inputs are scaled.

    A class by name is 1 in its own output and 0 in the others; of two classes in one output the
    first is 0.  Standardised inputs are (x - mean) / scale, scale being the standard deviation.

    >>> seen = Preparation(("x",), "species", ("cat", "dog"), (1.0,), (2.0,))
    >>> seen.rows(np.array([[3.0]])), seen.targets(np.array([1, 0]), 2).tolist()
    (array([[1.]]), [[0.0, 1.0], [1.0, 0.0]])
    >>> seen.answers(np.array([[0.2, 0.7]])), Preparation.of(seen.as_data()) == seen
    (['dog'], True)
    """

    inputs: tuple[str, ...] = ()
    target: str = ""
    classes: tuple[str, ...] = ()
    means: tuple[float, ...] = ()
    scales: tuple[float, ...] = ()

    def rows(self, table: Array) -> Array:
        """The inputs as the network wants them."""
        if not self.means:
            return table
        result: Array = (table - np.array(self.means)) / np.array(self.scales)
        return result

    def targets(self, codes: Array, outputs: int) -> Array:
        """The targets of samples whose class is given by its place."""
        if outputs == 1:
            return codes[:, np.newaxis].astype(np.float64)
        result: Array = np.eye(outputs)[codes]
        return result

    def answers(self, outputs: Array) -> list[str]:
        """The class of each row of outputs, by name."""
        one = outputs.shape[1] == 1
        places = (outputs[:, 0] > 0.5) * 1 if one else outputs.argmax(axis=1)
        return [self.classes[place] for place in places.tolist()]

    def as_data(self) -> dict[str, Any]:
        """Plain data that `of` reads back."""
        return asdict(self)

    @staticmethod
    def of(data: Mapping[str, Any]) -> Preparation:
        """What `as_data` wrote; raises one of `saving.DAMAGE` for anything else."""
        inputs, classes = (tuple(map(str, data[name])) for name in ("inputs", "classes"))
        means, scales = (tuple(map(float, data[name])) for name in ("means", "scales"))
        if len(means) != len(scales) or 0.0 in scales:
            raise ValueError("the scales are not whole")
        return Preparation(inputs, str(data["target"]), classes, means, scales)


def scaling(table: Any, at_once: int = 1 << 16) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The mean and the standard deviation of each column, piece by piece; 1 for a constant one.

    >>> scaling(np.array([[1.0, 5.0], [3.0, 5.0]]))
    ((2.0, 5.0), (1.0, 1.0))
    """
    pieces = range(0, len(table), at_once)

    def total(of: Any) -> Array:
        parts = (np.ascontiguousarray(table[n : n + at_once], np.float64) for n in pieces)
        result: Array = np.sum([of(part).sum(axis=0) for part in parts], axis=0)
        return result

    means = total(lambda part: part) / len(table)
    scales = np.sqrt(total(lambda part: np.square(part - means)) / len(table))
    scales[scales == 0] = 1
    return tuple(means.tolist()), tuple(scales.tolist())
