"""The activation functions: φ, φ' as published, where φ is not differentiable.

Every row's φ' is a claim; `fields.py` decides it and a test proves every row.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symbolic.terms import Term


@dataclass(frozen=True, slots=True)
class Kink:
    """A point where φ' does not exist, and the value the trainer uses there by convention."""

    at: Fraction
    slope: Fraction


@dataclass(frozen=True, slots=True)
class Activation:
    """y = φ(v) with its derivative.

    `phi` is written in `Sign("v")`; `slope` is φ' in its published form, written in `Sign("v")`
    and, where the textbook does so, `Sign("y")` for φ(v).  A `group` activation is normalised over
    the output neurons, y_j = φ(v_j) / Σ_k φ(v_k): softmax, with φ = exp; it has no slope of its own.
    """

    name: str
    phi: Term
    slope: Term | None
    kinks: tuple[Kink, ...] = ()
    parameters: tuple[tuple[str, Fraction], ...] = ()
    group: bool = False
    source: str = ""
    written: str = ""
