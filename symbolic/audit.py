"""The audit: proved rules tried at random numbers modulo a prime, and against SymPy.

It is a second opinion on the kernel and no proof: agreement never yields "proved", it only says
how unlikely it is that a wrong rule was overlooked, if the numbers were drawn independently and
uniformly (they come from a seeded generator).  Every claimed δ_j and Δw is compared with forward
tangents of the definitions (`modular.py`), which share no code with the kernel's polynomials.  A
small network, else random small parts of it, is also differentiated by SymPy.  φ is opaque: that
a φ' is the derivative of its φ is decided in `fields.py` and not audited here.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial

from symbolic.costs import cost
from symbolic.degree import degree
from symbolic.errors import InputError
from symbolic.exposition import LITERAL_PATHS, paths_to_cost
from symbolic.modular import Assignment, Env, P, Unaudited, unit
from symbolic.network import BIAS, Network, Neuron, Synapse
from symbolic.proof import Checked, KernelDisagreementError
from symbolic.recursion import Claim, local_gradients, weight_corrections
from symbolic.terms import (
    Call,
    Partial,
    Sign,
    Term,
    walk,
)
from symbolic.verdicts import Proved

TRIALS = 3
FIRST_N = 2
"""The batch size of the first trial; the next has one sample more, so that no N stays hidden."""
EVERY_TANGENT = 1_000_000
"""Up to this many (neurons + weights) · edges each derivative gets a tangent of its own."""

Member = tuple[str, ...]


@dataclass(frozen=True)
class Audit:
    """What was tried; `miss` bounds the chance that one trial overlooks a rule wrong at its N."""

    trials: int
    neurons: int
    weights: int
    miss: Fraction
    by_sympy: int = 0
    unaudited: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The audit in one line.

        >>> Audit(3, 10_000, 110_000, Fraction(1, 10**13)).sentence
        '3 trials over GF(2^61-1), 10,000 neurons, 110,000 weights, chance to miss < 1e-12 each'
        """
        digits = 0
        while self.miss * 10 ** (digits + 1) < 1:
            digits += 1
        parts = [
            f"{self.trials} trials over GF(2^61-1)",
            f"{self.neurons:,} neurons",
            f"{self.weights:,} weights",
            f"chance to miss < 1e-{digits} each",
        ]
        if self.by_sympy:
            parts.append(f"{self.by_sympy:,} derivatives by SymPy")
        if self.unaudited:
            parts.append(f"not audited: {'; '.join(self.unaudited)}")
        return ", ".join(parts)


def audit(checked: Checked, trials: int = TRIALS, seed: int = 0) -> Audit:
    """Audit every proved rule δ_j = … and Δw = … of a checked derivation.

    A line with a partial derivative on its right says what δ_j or Δw is; it is no rule.

    Raises `KernelDisagreementError`, with the line and the member, where a proved claim fails.
    """
    claims: list[Claim] = []
    for step, finding in zip(checked.derivation.steps, checked.findings, strict=True):
        left, right = step.claim.left, step.claim.right
        if not isinstance(left, Sign) or left.letter not in ("delta", "dw"):
            continue
        if not any(isinstance(part, Partial) for part in walk(right)):
            proved = tuple(m for m in step.over.members if isinstance(finding.at(m), Proved))
            claims.append((step.claim, replace(step.over, members=proved)))
    return audit_claims(checked.network, tuple(claims), trials, seed)


def audit_claims(
    network: Network, claims: tuple[Claim, ...], trials: int = TRIALS, seed: int = 0
) -> Audit:
    """Audit claims said to be proved: trials modulo p, then SymPy on small parts.

    Raises `KernelDisagreementError` where one of them fails.
    """
    rows = _rows(claims)
    work = (len(network.neurons) + len(network.uses)) * len(network.synapses)
    tries = [
        _Trial(network, rows, seed + n, FIRST_N + n, work <= EVERY_TANGENT) for n in range(trials)
    ]
    for each in tries:
        each.run()
    functions = max(each.at.functions for each in tries)
    notes = Counter(note for each in tries for note in each.notes)
    parts, compared = _small(network, random.Random(seed)), 0
    for part in parts:
        compared += _by_sympy(part, claims if part is network else None, seed, notes)
    if not parts:
        notes["no part is small enough for SymPy"] += 1
    return Audit(
        trials,
        len({name for each in tries for name in each.neurons}),
        len({name for each in tries for name in each.weights}),
        Fraction((1 + functions**2) * degree(network, claims), P - 1),
        compared,
        tuple(f"{reason} ({count})" for reason, count in notes.items()),
    )


@dataclass(frozen=True)
class _Row:
    """One claim for one member: what its left side names, and the right side to be evaluated."""

    name: str
    right: Term
    env: Env
    member: Member

    def __str__(self) -> str:
        return f"{self.name} (member {', '.join(self.member) or 'the only one'})"


Rows = tuple[list[_Row], list[_Row]]


def _rows(claims: tuple[Claim, ...]) -> Rows:
    """The claims about δ and those about Δw, one row for each member."""
    deltas: list[_Row] = []
    weights: list[_Row] = []
    for claim, family in claims:
        left = claim.left
        assert isinstance(left, Sign)
        for member in family.members:
            env = dict(zip(family.letters, member, strict=True))
            name = ",".join(unit(index, env) for index in left.at)
            row = _Row(name, claim.right, env, member)
            (deltas if left.letter == "delta" else weights).append(row)
    return deltas, weights


@dataclass
class _Trial:
    network: Network
    rows: Rows
    seed: int
    N: int
    every: bool
    at: Assignment = field(init=False)
    notes: list[str] = field(default_factory=list)
    neurons: set[str] = field(default_factory=set)
    weights: set[str] = field(default_factory=set)

    def run(self) -> None:
        self.at = Assignment(self.network, self.seed, self.N)
        deltas, weights = self.rows
        if self.every:
            for xi in range(self.N):
                for neuron in self.network.order:
                    self.at.delta[xi][neuron] = -self.at.tangent(xi, {neuron: 1}) % P
            for row in deltas:
                self._gradient(row)
            for row in weights:
                self._correction(row, self._weight(row))
            return
        values = self._recursion(deltas)
        if values is not None:
            self._one_direction(values)
            self._one_weight_direction(weights)

    def _value(self, row: _Row, xi: int | None) -> int | None:
        try:
            return self.at.value(row.right, row.env, xi)
        except Unaudited as reason:
            self.notes.append(reason.what)
            return None

    def _differs(self, row: _Row, letter: str) -> None:
        """Stop, unless the claim needs exp(a + b) = exp(a) exp(b), which opaque numbers lack."""
        if any(isinstance(part, Call) and part.function == "exp" for part in walk(row.right)):
            self.notes.append("a rule rests on the laws of exp")
            return
        raise KernelDisagreementError(
            f"The kernel proved the rule for {letter} of {row}, yet modulo 2^61 - 1 (seed "
            f"{self.seed}, N = {self.N}) it is not the derivative. Please report this as a bug; "
            "no verdict of this run may be believed."
        )

    # --- every derivative by a tangent of its own ----------------------------------------------

    def _gradient(self, row: _Row) -> None:
        for xi in range(self.N):
            found = self._value(row, xi)
            if found is None:
                return None
            if found != self.at.delta[xi][row.name]:
                return self._differs(row, "delta")
        self.neurons.add(row.name)
        return None

    def _weight(self, row: _Row) -> str:
        units = row.name.split(",")
        return units[0] if len(units) == 1 else self.network.weight_of[units[0], units[1]]

    def _correction(self, row: _Row, weight: str) -> None:
        found = self._value(row, None)
        if found is None:
            return
        rate = sum(self.at.tangent(xi, {}, {weight: 1}) for xi in range(self.N))
        if (found + self.at.eta * rate) % P:
            self._differs(row, "dw")
        else:
            self.weights.add(weight)

    # --- one random direction ------------------------------------------------------------------

    def _recursion(self, deltas: list[_Row]) -> list[_Row] | None:
        """δ_j of every neuron by the claims, last layer first; None where one is missing."""
        by_name: dict[str, list[_Row]] = {}
        for row in deltas:
            by_name.setdefault(row.name, []).append(row)
        order: list[_Row] = []
        for name in reversed(self.network.order):
            rows = by_name.get(name, [])
            for xi in range(self.N):
                values = [value for row in rows if (value := self._value(row, xi)) is not None]
                if len(values) < max(1, len(rows)):
                    self.notes.append("a neuron without a rule, which a random direction needs")
                    return None
                self.at.delta[xi][name] = values[0]
                for row, value in zip(rows, values, strict=True):
                    if value != values[0]:
                        self._differs(row, "delta")
            order.append(rows[0])
        return order

    def _one_direction(self, order: list[_Row]) -> None:
        """𝓔̇ = −Σ_j δ_j u_j for random u; where not, the first wrong neuron by bisection."""
        kicks = {row.name: self.at.random() for row in order}

        def agrees(xi: int, count: int) -> bool:
            some = {row.name: kicks[row.name] for row in order[:count]}
            claimed = sum(self.at.delta[xi][name] * u for name, u in some.items())
            return (self.at.tangent(xi, some) + claimed) % P == 0

        for xi in range(self.N):
            if not agrees(xi, len(order)):
                return self._differs(_first(order, partial(agrees, xi)), "delta")
        self.neurons.update(kicks)
        return None

    def _one_weight_direction(self, rows: list[_Row]) -> None:
        """−η 𝓔̇ = Σ_w Δw r_w for random r."""
        found: dict[str, tuple[_Row, int, int]] = {}
        for row in rows:
            value, weight = self._value(row, None), self._weight(row)
            if value is None:
                continue
            if weight in found and found[weight][1] != value:
                self._differs(row, "dw")
            found.setdefault(weight, (row, value, self.at.random()))
        kept = list(found.items())

        def agrees(count: int) -> bool:
            some = {name: rate for name, (_, _, rate) in kept[:count]}
            claimed = sum(value * rate for _, (_, value, rate) in kept[:count])
            moved = sum(self.at.tangent(xi, {}, some) for xi in range(self.N))
            return (claimed + self.at.eta * moved) % P == 0

        if kept and not agrees(len(kept)):
            self._differs(_first([row for _, (row, _, _) in kept], agrees), "dw")
        else:
            self.weights.update(found)


def _first(rows: list[_Row], agrees: Callable[[int], bool]) -> _Row:
    """The row whose arrival makes the direction disagree."""
    good, bad = 0, len(rows)
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if agrees(middle) else (good, middle)
    return rows[good]


# --- SymPy -------------------------------------------------------------------------------------


def _small(network: Network, draw: random.Random) -> list[Network]:
    """The network itself if it is small, else a few random parts of it."""
    if paths_to_cost(network) <= LITERAL_PATHS:
        return [network]
    return [part for part in (_part(network, draw) for _ in range(TRIALS)) if part is not None]


def _part(network: Network, draw: random.Random, most: int = 5) -> Network | None:
    """A random connected part of up to five neurons; what it reads from outside is an input."""
    start = draw.choice(network.neurons).name
    kept, border = {start: None}, [start]
    while border and len(kept) < most:
        here = border.pop(draw.randrange(len(border)))
        near = (*network.successors[here], *network.sources[here])
        for name in draw.sample(near, min(2, len(near))):
            if name in network.neuron and name not in kept and len(kept) < most:
                kept[name] = None
                border.append(name)
    names = [k for k in network.order if k in kept and not network.neuron[k].activation.group]
    synapses: list[Synapse] = []
    for k in names:
        outside = [i for i in network.sources[k] if i not in names and i != BIAS]
        chosen = set(draw.sample(outside, min(2, len(outside))))
        synapses += [
            Synapse(k, i, network.weight_of[k, i])
            for i in network.sources[k]
            if i in names or i in chosen or i == BIAS
        ]
    read = dict.fromkeys(s.source for s in synapses)
    inputs = tuple(i for i in read if i not in names and i != BIAS)
    outputs = tuple(k for k in names if k not in read or k in network.output_set)
    neurons = tuple(Neuron(k, network.neuron[k].activation) for k in names)
    try:
        return Network(inputs, neurons, outputs, tuple(synapses), cost("squared_error"), "a part")
    except InputError:  # a neuron that reads the bias alone: no input reaches it
        return None


def _by_sympy(
    network: Network, claims: tuple[Claim, ...] | None, seed: int, notes: Counter[str]
) -> int:
    """How many derivatives SymPy took of 𝓔 as one expression; each agrees with the tangents.

    So does the rule: the claims for a whole network, the recursive rule for a part of one.
    """
    from symbolic.literal import direct_derivatives  # SymPy loads slowly: only when needed

    rule = (*local_gradients(network), *weight_corrections(network)) if claims is None else claims
    trial = _Trial(network, _rows(rule), seed, FIRST_N, every=True)
    trial.run()
    at, compared = trial.at, 0
    try:
        lines = direct_derivatives(network)
    except InputError as reason:  # an expression of SymPy's that has no written form here
        notes[reason.what] += 1
        return 0
    for line in lines:
        (by,) = (part.by for part in walk(line.left) if isinstance(part, Partial))
        name = str(by.at[0])
        try:
            if by.letter == "v":
                found = [at.value(line.right, {}, xi) for xi in range(at.N)]
                wanted = [at.delta[xi][name] for xi in range(at.N)]
            else:
                found = [at.value(line.right, {}, None)]
                wanted = [-sum(at.tangent(xi, {}, {name: 1}) for xi in range(at.N)) % P]
        except Unaudited as reason:
            notes[reason.what] += 1
            continue
        if found != wanted:
            raise KernelDisagreementError(
                f"SymPy's derivative by {by.letter} of {name} in {network.name!r} is not the "
                "tangent. Please report this as a bug."
            )
        compared += 1
    return compared
