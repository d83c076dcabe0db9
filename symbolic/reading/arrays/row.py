"""What every part of a product's reader shares: its factors, and how far it has come."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from symbolic.reading.arrays.formulas import Formula
from symbolic.reading.tree import Group, Node

if TYPE_CHECKING:
    from symbolic.reading.arrays.elaborate import Elaborator


class Row(ABC):
    """The factors of one product with the signs before them; `n` is the next one."""

    def __init__(self, by: Elaborator, factors: tuple[Node, ...], signs: tuple[str, ...]) -> None:
        self.by, self.factors, self.signs, self.n = by, factors, signs, 0
        self.profile = by.profile

    @abstractmethod
    def _operand(self) -> Formula:
        """The next factor, with what it takes of those behind it."""

    def _argument_follows(self) -> bool:
        following = self.factors[self.n] if self.n < len(self.factors) else None
        return isinstance(following, Group) and not self.signs[self.n]
