"""What the trainers are compared on: a network with its batches, and one side of the comparison."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from symbolic.network import Network

ETA = 0.05


@dataclass
class Work:
    """A network and its batches: X is [batches, batch, inputs], D likewise."""

    title: str
    network: Network
    sizes: tuple[int, ...]
    batch: int
    X: Any
    D: Any
    start: Any

    @property
    def dense(self) -> bool:
        """Whether each layer reads the one before and no more."""
        return bool(self.sizes)


@dataclass
class Side:
    """`run()` goes once over all batches; `weights()` in the order of the layout."""

    run: Callable[[], object]
    weights: Callable[[], Any]
