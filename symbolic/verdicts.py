"""What can be said of a line: proved, refuted, unjustified or open, and what each rests on.

A question with more than two answers is not a bool: "could not tell" never prints as "wrong".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from symbolic.terms import Equation


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a proved line needs: a short name such as `N = 1` and the sentence to print.

    `assumed` is the line that the derivation assumes; None for what such a line needs to have a
    meaning, such as a derivative that exists.
    """

    name: str
    sentence: str
    assumed: Equation | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """A real number as anyone can check it: exact, or enclosed in [low, high]."""

    low: Fraction
    high: Fraction

    @property
    def exact(self) -> bool:
        """Whether the number is known exactly."""
        return self.low == self.high


@dataclass(frozen=True)
class Witness:
    """Numbers anyone can put in: weights, and inputs and targets of each sample.

    What is left out is 0.  `eta` is the learning rate η, which only corrections Δw depend on.
    """

    weights: dict[str, Fraction]
    inputs: tuple[dict[str, Fraction], ...]
    targets: tuple[dict[str, Fraction], ...]
    eta: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Proved:
    """The claim holds for all weights, inputs, targets and batch sizes under the hypotheses."""

    by: str
    under: tuple[Hypothesis, ...] = ()


@dataclass(frozen=True)
class Refuted:
    """At the witness the two sides differ; `member` is where the line breaks first.

    `nearest` is a right form close to the claim, itself proved by the kernel, where one was found.
    """

    member: tuple[str, ...]
    witness: Witness
    left: Value
    right: Value
    diagnosis: str = ""
    nearest: Equation | None = None


@dataclass(frozen=True, slots=True)
class Unjustified:
    """True or not, the line does not follow from what it cites."""

    member: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True)
class Open:
    """Not decided, and why."""

    why: str


Verdict = Proved | Refuted | Unjustified | Open
WORST_FIRST: tuple[type[Verdict], ...] = (Refuted, Unjustified, Open, Proved)


@dataclass(frozen=True)
class Finding:
    """The verdict of one step, and the verdict of each member that differs from it."""

    verdict: Verdict
    members: dict[tuple[str, ...], Verdict] = field(default_factory=dict)
    checked: int = 0

    def at(self, member: tuple[str, ...]) -> Verdict:
        """The verdict of one member."""
        return self.members.get(member, self.verdict)
