"""The search for a counterexample: numbers, as few and as small as can be, where the sides differ.

The search only proposes; whoever believes it evaluates `sides` at the witness.  Nearly all weights
are 0, so that a large network is searched as if it were the small one around the neuron asked for.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symbolic.derivation import Family
from symbolic.duals import ONE, ZERO, Number, Undecided, differ, enclosure
from symbolic.evaluation import Instance
from symbolic.neighbourhood import Shape, Surroundings
from symbolic.network import BIAS, Network
from symbolic.terms import Equation, Sign, walk
from symbolic.verdicts import Value, Witness
from symbolic.worth import Undefined

ONE_SAMPLE = "N = 1"
DISTRIBUTION = "Σ_k d_k = 1"

SIMPLE = tuple(Fraction(text) for text in ("0", "1", "-1", "2", "-2", "1/2", "-1/2", "3", "-3"))
"""The numbers tried, the simplest first."""
POSITIVE = tuple(Fraction(text) for text in ("1", "2", "1/2", "3"))
MIXED = tuple(Fraction(text) for text in ("1", "-1", "2", "-2", "1/2", "3"))

SHRINK = 400
"""How many evaluations making a witness smaller may take."""


@dataclass(frozen=True)
class Found:
    """At the witness the two sides certainly differ; what it leaves out is 0, and η is `eta`."""

    member: tuple[str, ...]
    witness: Witness
    left: Value
    right: Value
    eta: Fraction = ONE


@dataclass(frozen=True, slots=True)
class Plan:
    """How numbers are chosen: batch size, which weights, v = 0 where a bias can bring it about."""

    N: int
    shape: Shape
    balanced: bool
    seed: int
    eta: Fraction = ONE


def plans(claim: Equation, assumptions: Collection[str] = ()) -> list[Plan]:
    """Every plan that is tried for one member, the smallest first."""
    corrections = any(
        isinstance(part, Sign) and part.letter in ("dw", "eta")
        for part in (*walk(claim.left), *walk(claim.right))
    )
    found = [
        Plan(N, shape, balanced, seed)
        for seed in range(4)
        for N in ((1,) if ONE_SAMPLE in assumptions else (1, 2))
        for shape in Shape
        for balanced in (True, False)
    ]
    if corrections:
        shifted = [replace(plan, eta=Fraction(2)) for plan in found if plan.seed < 2]
        found[12:12] = shifted
    if ONE_SAMPLE not in assumptions:
        found.append(Plan(3, Shape.FAN, False, 4))
    return found


def sides(
    network: Network,
    claim: Equation,
    over: Family,
    member: tuple[str, ...],
    witness: Witness,
    eta: Fraction = ONE,
) -> tuple[Number, Number]:
    """The true values of both sides at the witness, for its first sample."""
    env = dict(zip(over.letters, member, strict=True))
    instance = Instance(network, witness, eta=eta)
    return instance.value(claim.left, env, 0), instance.value(claim.right, env, 0)


def search(
    network: Network,
    claim: Equation,
    over: Family,
    members: Iterable[tuple[str, ...]] | None = None,
    assumptions: Collection[str] = (),
    budget: int = 400,
    smallest: bool = True,
) -> Found | None:
    """A counterexample to the claim, or None if the budget of evaluations finds none.

    One plan is tried on every member before the next plan is.  Where the `smallest` is asked for,
    the first failing member is then searched for its best witness: φ' not 0, exact rather than
    enclosed, few and small numbers.
    `assumptions` are names: `N = 1` allows one sample only, `Σ_k d_k = 1` makes the targets add
    up to one.
    """
    hunt = _Hunt(network, claim, over, frozenset(assumptions), budget)
    waiting = list(over.members if members is None else members)
    ways = plans(claim, assumptions)
    for turn, plan in enumerate(ways):
        for member in tuple(waiting):
            if hunt.budget <= 0:
                return None
            try:
                first = hunt.attempt(member, plan)
            except Undefined:
                waiting.remove(member)
                continue
            if first is not None:
                return hunt.best(first, ways[turn + 1 :]) if smallest else first.found
    return None


def instances(
    network: Network,
    claim: Equation,
    over: Family,
    member: tuple[str, ...],
    assumptions: Collection[str] = (),
) -> Iterator[Instance]:
    """Instances with as little as possible equal to 0, to try a formula on."""
    hunt = _Hunt(network, claim, over, frozenset(assumptions), 0)
    for seed in range(4):
        for N in (1,) if ONE_SAMPLE in assumptions else (2, 1):
            shape = Shape.FAN if seed == 1 else Shape.RICH
            plan = Plan(N, shape, False, seed, Fraction(5, 7))
            yield Instance(network, hunt.draw(member, plan), eta=plan.eta)


@dataclass(frozen=True)
class _Try:
    """A witness where the sides differ, with the order in which witnesses are preferred."""

    member: tuple[str, ...]
    plan: Plan
    witness: Witness
    left: Number
    right: Number

    @property
    def fault(self) -> tuple[bool, bool]:
        """A vanishing true side is the worst, an enclosed value comes next."""
        exact = isinstance(self.left, Fraction) and isinstance(self.right, Fraction)
        return (isinstance(self.left, Fraction) and self.left == 0, not exact)

    @property
    def found(self) -> Found:
        """The counterexample as it is handed out."""
        left, right = enclosure(self.left), enclosure(self.right)
        return Found(self.member, self.witness, left, right, self.plan.eta)

    @property
    def size(self) -> tuple[int, int, int]:
        """Samples, numbers that are not 0, and how complicated they are."""
        numbers = [number for _, number in _numbers(self.witness)]
        return self.plan.N, len(numbers), sum(_rank(number) for number in numbers)


@dataclass
class _Hunt:
    network: Network
    claim: Equation
    over: Family
    assumptions: frozenset[str]
    budget: int
    around: Surroundings = field(init=False)

    def __post_init__(self) -> None:
        self.around = Surroundings(self.network)

    def attempt(self, member: tuple[str, ...], plan: Plan) -> _Try | None:
        """Draw numbers by the plan and see whether the sides differ."""
        return self.judge(member, plan, self.draw(member, plan))

    def judge(self, member: tuple[str, ...], plan: Plan, witness: Witness) -> _Try | None:
        """The witness, if the sides certainly differ there and it meets the assumptions."""
        self.budget -= 1 + len(witness.weights) // 1000
        if DISTRIBUTION in self.assumptions and not _distributed(self.network, witness):
            return None
        try:
            left, right = sides(self.network, self.claim, self.over, member, witness, plan.eta)
            enclosure(left), enclosure(right)  # both can be written out
        except Undecided:
            return None
        return _Try(member, plan, witness, left, right) if differ(left, right) else None

    def best(self, first: _Try, ways: list[Plan]) -> Found:
        """The best of the next few plans, made as small as can be."""
        found = first
        for plan in ways[:14]:
            if not any(found.fault):
                break
            other = self.attempt(first.member, plan)
            if other is not None and (other.fault, other.size) < (found.fault, found.size):
                found = other
        return self.shrunk(found).found

    # drawing -------------------------------------------------------------------------------

    def draw(self, member: tuple[str, ...], plan: Plan) -> Witness:
        """Numbers for the synapses around the member; the same plan draws the same numbers."""
        chance = random.Random(f"{member} {plan.N} {plan.shape} {plan.seed}")
        values = MIXED if plan.seed == 3 else POSITIVE
        network = self.network
        names = self.names(member)
        edges = self.around.synapses(names, plan.shape, plan.seed)
        weights: dict[str, Fraction] = {}
        for count, edge in enumerate(edges):
            drawn = chance.choice(values) if count < 64 else ONE
            falling = plan.seed == 1 and edge[0] in names  # so that v_j < 0 and the others > 0
            weights.setdefault(network.weight_of[edge], -drawn if falling else drawn)
        units = list(dict.fromkeys(unit for to, source in edges for unit in (source, to)))
        ends = [unit for unit in units if unit in network.output_set]
        inputs: list[dict[str, Fraction]] = []
        targets: list[dict[str, Fraction]] = []
        for _ in range(plan.N):
            fresh = {u: chance.choice(values) for u in units if u in set(network.inputs)}
            inputs.append(inputs[0] if plan.balanced and inputs else fresh)
            targets.append(self.target(ends, chance, values))
        return self.settled(Witness(weights, tuple(inputs), tuple(targets)), plan)

    def target(
        self, ends: list[str], chance: random.Random, values: tuple[Fraction, ...]
    ) -> dict[str, Fraction]:
        """Targets of the outputs reached; they add up to one where that is assumed."""
        drawn = {unit: chance.choice(values) for unit in ends}
        if DISTRIBUTION in self.assumptions:
            first = next(iter(ends or self.network.outputs))
            last = next((unit for unit in self.network.outputs if unit != first), first)
            drawn = {last: -chance.choice((ZERO, ONE))} if last != first else {}
            drawn[first] = ONE - sum(drawn.values(), ZERO)
        return drawn

    def names(self, member: tuple[str, ...]) -> tuple[str, ...]:
        """The units and weights that the member and the claim speak of by name."""
        spoken = (
            index
            for side in (self.claim.left, self.claim.right)
            for part in walk(side)
            if isinstance(part, Sign)
            for index in part.at
            if isinstance(index, str)
        )
        return tuple(dict.fromkeys((*member, *spoken)))

    def settled(self, witness: Witness, plan: Plan) -> Witness:
        """The biases changed so that v = 0 wherever φ is rational only there."""
        if not plan.balanced:
            return witness
        network, at = self.network, Instance(self.network, witness)
        weights = dict(witness.weights)
        signals: dict[str, Fraction] = {BIAS: ONE, **witness.inputs[0]}
        places = {to for name in weights for to, _ in network.uses[name]}
        for k in sorted(places, key=network.position.__getitem__):
            field = ZERO
            own = network.weight_of.get((k, BIAS), "")
            for source in network.sources[k]:
                weight = weights.get(network.weight_of[k, source], ZERO)
                if weight and network.weight_of[k, source] != own:
                    field += weight * signals.get(source, ZERO)
            group = network.neuron[k].activation.group
            if len(network.uses.get(own, ())) == 1 and (group or not self.rational(at, k)):
                weights[own], field = -field, ZERO
            else:
                field += weights.get(own, ZERO)
            signal = ZERO if group else self.phi(at, k, field)
            if not isinstance(signal, Fraction):
                return witness
            signals[k] = signal
        return Witness(weights, witness.inputs, witness.targets)

    def rational(self, at: Instance, k: str) -> bool:
        """Whether φ_k takes rational values at rational points (polynomial pieces)."""
        return isinstance(self.phi(at, k, Fraction(3, 2)), Fraction)

    def phi(self, at: Instance, k: str, x: Fraction) -> Number | None:
        """φ_k(x), None where it has no value."""
        try:
            return at.phi(k, 0, x)
        except Undecided:
            return None

    # shrinking -----------------------------------------------------------------------------

    def shrunk(self, found: _Try) -> _Try:
        """The witness with numbers set to 0, then to simpler ones, while the sides still differ."""
        self.budget = SHRINK
        before: _Try | None = None
        while before is not found and self.budget > 0:
            before = found
            found = self.fewer_samples(found)
            found = self.zeros(found)
            found = self.simpler(found)
        return found

    def accepted(self, found: _Try, witness: Witness, N: int | None = None) -> _Try | None:
        """The smaller witness, if it refutes and is no worse in kind."""
        plan = replace(found.plan, N=N or found.plan.N)
        other = self.judge(found.member, plan, self.settled(witness, plan))
        if other is None or other.fault > found.fault or other.size >= found.size:
            return None
        return other

    def fewer_samples(self, found: _Try) -> _Try:
        """Drop the last sample as long as the sides still differ."""
        while found.plan.N > 1 and self.budget > 0:
            w = found.witness
            other = self.accepted(
                found, Witness(w.weights, w.inputs[:-1], w.targets[:-1]), found.plan.N - 1
            )
            if other is None:
                break
            found = other
        return found

    def zeros(self, found: _Try) -> _Try:
        """Set numbers to 0: first half of them at once, then a quarter, at last one by one."""
        chunk = max(1, len(list(_numbers(found.witness))) // 2)
        while chunk and self.budget > 0:
            start = 0
            while self.budget > 0:
                places = [place for place, _ in _numbers(found.witness)]
                if start >= len(places):
                    break
                change = dict.fromkeys(places[start : start + chunk], ZERO)
                other = self.accepted(found, _changed(found.witness, change))
                if other is None:
                    start += chunk
                else:
                    found = other
            chunk //= 2
        return found

    def simpler(self, found: _Try) -> _Try:
        """Replace each number by the simplest one that still does."""
        for place, number in tuple(_numbers(found.witness)):
            for simple in SIMPLE[1:]:
                if self.budget <= 0 or _rank(simple) >= _rank(number):
                    break
                other = self.accepted(found, _changed(found.witness, {place: simple}))
                if other is not None:
                    found = other
                    break
        return found


Place = tuple[str, int, str]


def _numbers(witness: Witness) -> Iterator[tuple[Place, Fraction]]:
    """Every number of a witness that is not 0, with its place: kind, sample, name."""
    for name, number in witness.weights.items():
        if number:
            yield ("weight", 0, name), number
    for kind, samples in (("input", witness.inputs), ("target", witness.targets)):
        for xi, sample in enumerate(samples):
            for name, number in sample.items():
                if number:
                    yield (kind, xi, name), number


def _changed(witness: Witness, change: dict[Place, Fraction]) -> Witness:
    def put(kind: str, xi: int, numbers: dict[str, Fraction]) -> dict[str, Fraction]:
        now = {name: change.get((kind, xi, name), old) for name, old in numbers.items()}
        return {name: number for name, number in now.items() if number}

    return Witness(
        put("weight", 0, witness.weights),
        tuple(put("input", xi, sample) for xi, sample in enumerate(witness.inputs)),
        tuple(put("target", xi, sample) for xi, sample in enumerate(witness.targets)),
    )


def _rank(number: Fraction) -> int:
    """The place in `SIMPLE`, later for anything else."""
    if number in SIMPLE:
        return SIMPLE.index(number)
    return len(SIMPLE) + abs(number.numerator) + number.denominator


def _distributed(network: Network, witness: Witness) -> bool:
    return all(
        sum((sample.get(unit, ZERO) for unit in network.outputs), ZERO) == 1
        for sample in witness.targets
    )
