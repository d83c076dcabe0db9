"""Claims held against exact instances: the second opinion on everything the kernel says.

An instance can only refute.  It never makes a claim "proved".
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from symbolic.derivation import Family
from symbolic.duals import Undecided, differ, enclosure
from symbolic.evaluation import Instance
from symbolic.network import Network
from symbolic.terms import Equation, Partial, Sign, Sum, Term, walk
from symbolic.verdicts import Value, Witness
from symbolic.worth import Undefined

_SMALL = tuple(Fraction(text) for text in ("1", "-1", "1/2", "2", "-1/2", "-2", "3/2"))


@dataclass(frozen=True, slots=True)
class Compared:
    """A claim at one witness: both sides where they certainly differ, and where they have values.

    `told` counts the samples at which both sides have a value.
    """

    apart: tuple[Value, Value] | None
    told: int


def compared(
    network: Network, claim: Equation, over: Family, member: tuple[str, ...], witness: Witness
) -> Compared:
    """Both sides of the claim at the witness, sample by sample until they differ."""
    env = dict(zip(over.letters, member, strict=True))
    instance = Instance(network, witness, eta=witness.eta)
    sampled = is_sampled(claim.left) or is_sampled(claim.right)
    told = 0
    for sample in range(instance.N) if sampled else (None,):
        try:
            left = instance.value(claim.left, env, sample)
            right = instance.value(claim.right, env, sample)
            values = enclosure(left), enclosure(right)
        except (Undecided, Undefined):
            continue
        told += 1
        if differ(left, right):
            return Compared(values, told)
    return Compared(None, told)


def contradicts(
    network: Network, claim: Equation, over: Family, member: tuple[str, ...], witness: Witness
) -> tuple[Value, Value] | None:
    """The two sides of the claim where they certainly differ at the witness, else None."""
    return compared(network, claim, over, member, witness).apart


def is_sampled(term: Term) -> bool:
    """Whether a left side belongs to one sample ξ (δ_j, ∂𝓔/∂v_j) or to the batch (Δw, 𝓔)."""
    parts = [part for part in walk(term) if not isinstance(part, Sum)]
    partials = [part for part in parts if isinstance(part, Partial)]
    if partials:
        return any(part.by.letter != "w" or part.of.letter != "E" for part in partials)
    return any(isinstance(p, Sign) and p.letter not in ("dw", "w", "E", "N", "eta") for p in parts)


def trial_witnesses(network: Network, count: int = 2) -> Iterator[Witness]:
    """A few witnesses with small rational numbers and two samples; always the same ones.

    Where the cost asks for it the targets of every sample add up to one.
    """
    for seed in range(count):
        draw = random.Random(seed)
        weights = {name: draw.choice(_SMALL) / 2 for name in network.uses}
        inputs = tuple({name: draw.choice(_SMALL) for name in network.inputs} for _ in range(2))
        targets = tuple(_targets(network, draw) for _ in range(2))
        yield Witness(weights, inputs, targets)


def _targets(network: Network, draw: random.Random) -> dict[str, Fraction]:
    values = {name: Fraction(draw.randint(1, 5), 4) for name in network.outputs}
    if network.cost.distribution:
        total = sum(values.values())
        values = {name: value / total for name, value in values.items()}
    return values
