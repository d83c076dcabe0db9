"""A derivation as data: what is claimed, why, from which earlier lines.

Anyone may write one: our own engine, a rule file, a student's page.  Nothing here says whether a
step is right; only `proof.check` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from symbolic.terms import Equation, Sign, Term

if TYPE_CHECKING:
    from symbolic.network import Network


@dataclass(frozen=True, slots=True)
class Family:
    """The members that a generic line speaks of: its free index letters and their values.

    A line about one output neuron "5" has letters ("j",) and members (("5",),).  A line about
    synapses has letters ("j", "i") and one (to, from) pair for each.  No letters, one empty
    member: a line about no neuron in particular.
    """

    title: str
    letters: tuple[str, ...] = ()
    members: tuple[tuple[str, ...], ...] = ((),)


@dataclass(frozen=True, slots=True)
class Definition:
    """head := body for every member of the family."""

    head: Sign
    body: Term
    over: Family


@dataclass(frozen=True, slots=True)
class Source:
    """Where a line was read: file, line and column, counted from 1."""

    file: str
    line: int
    column: int = 1


@dataclass(frozen=True, slots=True)
class ByDefinition:
    """The line restates an accepted definition."""


@dataclass(frozen=True, slots=True)
class ByLocalDerivative:
    """∂a/∂b of the formula that defines a, every other argument held."""


@dataclass(frozen=True, slots=True)
class ByChainRule:
    """∂𝓔/∂b = Σ over the definitions c that read b of ∂𝓔/∂c · ∂c/∂b, as often as needed."""


@dataclass(frozen=True, slots=True)
class ByRewriting:
    """Put the cited lines in, each left side by its right side in the order cited."""


@dataclass(frozen=True, slots=True)
class ByAlgebra:
    """Both sides have the same polynomial normal form over the atoms."""


@dataclass(frozen=True, slots=True)
class ByElementaryCalculus:
    """An identity between elementary functions: the neurons' own φ put in, decided exactly."""


@dataclass(frozen=True, slots=True)
class ByCertificate:
    """The adjoint identity: the claimed δ are the multipliers of the tangent system."""


@dataclass(frozen=True, slots=True)
class ByDifferentiation:
    """𝓔(n) composed as one expression, v_j or w_ji replaced by a variable, differentiated."""


@dataclass(frozen=True, slots=True)
class ByAssumption:
    """The line is assumed; every later line that uses it carries it as a hypothesis."""

    name: str


Justification = (
    ByDefinition
    | ByLocalDerivative
    | ByChainRule
    | ByRewriting
    | ByAlgebra
    | ByElementaryCalculus
    | ByCertificate
    | ByDifferentiation
    | ByAssumption
)
JUSTIFICATIONS: tuple[type[Justification], ...] = (
    ByDefinition,
    ByLocalDerivative,
    ByChainRule,
    ByRewriting,
    ByAlgebra,
    ByElementaryCalculus,
    ByCertificate,
    ByDifferentiation,
    ByAssumption,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One line: what is claimed, for which members, why, from which earlier lines.

    It says what and why, never whether.  `uses` counts the steps of the derivation from 0 and
    must point backwards.
    """

    claim: Equation
    because: Justification
    over: Family = Family("")
    uses: tuple[int, ...] = ()
    source: Source | None = None


@dataclass(frozen=True)
class Derivation:
    """A network with its definitions, and the lines claimed about it; `goal` says which matter."""

    title: str
    network: Network
    given: tuple[Definition, ...]
    steps: tuple[Step, ...]
    goal: tuple[int, ...] = ()
