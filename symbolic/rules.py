"""A rule the trainer may use: nothing but a theorem about a network can make one."""

from __future__ import annotations

from dataclasses import dataclass

from symbolic import activations, costs
from symbolic.conditions import UNENFORCED
from symbolic.derivation import Family
from symbolic.errors import InputError
from symbolic.fields import Counterexample, Decision, Identity
from symbolic.network import Network
from symbolic.proof import Theorem
from symbolic.terms import Equation


@dataclass(frozen=True)
class Rule:
    """A proved back-propagation rule, the only thing `numeric` accepts.

    The program will run every φ' in its published form, so that form must be proved as well.

    Raises `TypeError` for anything but a `Theorem`, and `InputError` for a theorem under hypotheses
    that a training run cannot promise, an activation whose φ' or a cost whose slope is wrong or
    could not be decided.
    """

    theorem: Theorem

    def __post_init__(self) -> None:
        if not isinstance(self.theorem, Theorem):
            raise TypeError("A Rule is made from a Theorem, which only a complete proof yields.")
        network = self.theorem.network
        for hypothesis in self.theorem.hypotheses:
            if hypothesis.assumed is not None or hypothesis in UNENFORCED:
                raise InputError(
                    f"The rule is proved only where {hypothesis.name}; no training run can promise "
                    "that, so no trainer may use it."
                )
        for activation in dict.fromkeys(neuron.activation for neuron in network.neurons):
            _require(activations.verify(activation), f"φ' of {activation.name!r}")
        _require(costs.verify(network.cost), f"the slope of the cost {network.cost.name!r}")

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


def _require(decision: Decision, what: str) -> None:
    """Only what is proved may run."""
    if isinstance(decision, Counterexample):
        at = ", ".join(f"{sign.letter} = {value}" for sign, value in decision.at.items())
        raise InputError(f"{what} is wrong: it is not the derivative, for instance at {at}.")
    if not isinstance(decision, Identity):
        raise InputError(f"{what} is not proved ({decision.why}), so no trainer may use it.")
