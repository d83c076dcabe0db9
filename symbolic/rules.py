"""A rule the trainer may use: nothing but a theorem about a network can make one."""

from __future__ import annotations

from dataclasses import dataclass

from symbolic.derivation import Family
from symbolic.network import Network
from symbolic.proof import Theorem
from symbolic.terms import Equation


@dataclass(frozen=True)
class Rule:
    """A proved back-propagation rule, the only thing `numeric` accepts.

    Raises `TypeError` for anything but a `Theorem`.
    """

    theorem: Theorem

    def __post_init__(self) -> None:
        if not isinstance(self.theorem, Theorem):
            raise TypeError("A Rule is made from a Theorem, which only a complete proof yields.")

    @property
    def network(self) -> Network:
        """The network the rule is proved for."""
        return self.theorem.network

    @property
    def local_gradients(self) -> tuple[tuple[Equation, Family], ...]:
        """The proved claims δ_j = …, each with the neurons it holds for."""
        return self._claims("delta")

    @property
    def weight_corrections(self) -> tuple[tuple[Equation, Family], ...]:
        """The proved claims Δw_ji = …, each with the synapses (or shared weights) it holds for."""
        return self._claims("dw")

    def _claims(self, letter: str) -> tuple[tuple[Equation, Family], ...]:
        return tuple(
            (claim, family)
            for claim, family in self.theorem.statement
            if getattr(claim.left, "letter", None) == letter
        )
