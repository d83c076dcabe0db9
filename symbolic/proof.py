"""The kernel (being written): for now only the shape of what it yields."""

from __future__ import annotations

from dataclasses import dataclass

from symbolic.derivation import Family, Hypothesis
from symbolic.network import Network
from symbolic.recursion import local_gradients, weight_corrections
from symbolic.terms import Equation


@dataclass(frozen=True)
class Theorem:
    """Claims proved for a network: what holds, for which members, under what, resting on what."""

    network: Network
    statement: tuple[tuple[Equation, Family], ...]
    hypotheses: tuple[Hypothesis, ...]
    rests_on: tuple[str, ...]


def interim_theorem(network: Network) -> Theorem:
    """Stand-in until the kernel lands; replaced by prove(network).theorem()."""
    statement = (*local_gradients(network), *weight_corrections(network))
    return Theorem(network, statement, (), ())
