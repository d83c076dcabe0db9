"""The costs 𝓔(n) = (1/N) Σ_ξ Σ_j c(d_j, y_j): the loss c, its slope, what it asks of the targets."""

from __future__ import annotations

from dataclasses import dataclass

from symbolic.terms import Term


@dataclass(frozen=True, slots=True)
class Cost:
    """The loss c of one output neuron and one sample, in `Sign("d")`, `Sign("y")`, `Sign("e")`.

    `slope` is ∂c/∂y in its published form.  `outputs` names the activation every output neuron
    must have ("" for any).  `distribution` says that the targets of a sample must add up to one.
    """

    name: str
    loss: Term
    slope: Term
    outputs: str = ""
    distribution: bool = False
    source: str = ""
    written: str = ""
