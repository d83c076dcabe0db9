"""The general theorems with what their exact instances need: sizes, values for hypotheses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from array_instances import Instance, P

from symbolic.arrays import Program
from symbolic.indices import Hypothesis
from symbolic.statements import Claim, Statement
from symbolic.theorems import GENERAL, LIBRARY
from symbolic.theorems_units import K


@dataclass(frozen=True)
class Extra:
    """`under` names the hypotheses of each rule; `prepare` makes an instance meet them all."""

    under: tuple[tuple[str, ...], ...] = ()
    prepare: Callable[[Instance], None] = lambda instance: None
    small: frozenset[str] = frozenset()
    sizes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Theorem:
    """Rules of one program; each must be proved under exactly the hypotheses named for it."""

    statement: Statement
    extra: Extra

    @property
    def name(self) -> str:
        return self.statement.title

    @property
    def program(self) -> Program:
        return self.statement.program

    @property
    def rules(self) -> tuple[Claim, ...]:
        return self.statement.rules

    @property
    def wrong(self) -> tuple[Claim, ...]:
        return self.statement.mistakes

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        return self.statement.offered

    @property
    def under(self) -> tuple[tuple[str, ...], ...]:
        return self.extra.under or ((),) * len(self.rules)


def forward_only(instance: Instance) -> None:
    """A random acyclic set of edges, i → k only for i < k; weights elsewhere are 0."""
    for a in range(1, 5):
        for b in range(1, 5):
            on = int(a > b and instance.rng.random() < 0.8)
            instance.given["edge", (a, b)] = on
            if not on:
                instance.given["w", (a, b)] = 0


def outputs_last(instance: Instance) -> None:
    forward_only(instance)
    for a in range(1, 5):
        on = instance.given["out", (a,)] = int(a >= 3)
        for b in range(1, 5):
            if on:
                instance.given["w", (b, a)] = 0
                instance.given["edge", (b, a)] = 0


def partials_forward_only(*further: int) -> Callable[[Instance], None]:
    """A[k, i, …] is 0 unless i < k."""

    def prepare(instance: Instance) -> None:
        for a in range(1, 5):
            for b in range(a, 5):
                for last in [(n,) for n in further] or [()]:
                    instance.given["A", (a, b, *last)] = 0

    return prepare


def targets_sum_to_one(instance: Instance) -> None:
    last = len(instance.elements(K))
    values = [instance.rng.randrange(P) for _ in range(last - 1)]
    values.append((1 - sum(values)) % P)
    instance.given.update({("d", (a + 1,)): value for a, value in enumerate(values)})


NET = {"J": 4}
EXTRAS = {
    "dag": Extra(prepare=forward_only, sizes=NET),
    "one-sample": Extra((("N = 1",), ("N = 1",)), forward_only, sizes={"N": 1, **NET}),
    "outputs-end": Extra((("output neurons feed no neuron",), ()), outputs_last, sizes=NET),
    "dag-any-cost": Extra(prepare=forward_only, sizes=NET),
    "tied": Extra(prepare=forward_only, sizes=NET),
    "pre-activation": Extra(prepare=partials_forward_only(1, 2), sizes=NET),
    "ordered": Extra(prepare=partials_forward_only()),
    "batch-split": Extra(prepare=forward_only, sizes=NET),
    "softmax-cross-entropy": Extra((("Σ_k d_k = 1",),), targets_sum_to_one),
    "attention": Extra(sizes={"D": 4}),
    "convolution-1d": Extra(sizes={"P": 4, "KW": 2}),
    "convolution-2d": Extra(sizes={"P": 3, "KW": 2, "P2": 3, "KH": 2, "CI": 1, "CO": 2}),
    "rbf": Extra(small=frozenset({"x", "c", "beta"})),
}
THEOREMS = tuple(Theorem(s, EXTRAS.get(s.id, Extra())) for s in (*GENERAL, *LIBRARY))
ELMAN = next(theorem for theorem in THEOREMS if theorem.statement.id == "bptt")
SOFTMAXES = tuple(theorem for theorem in THEOREMS if "softmax" in theorem.statement.id)
