"""Assumed lines as facts: rewriting rules for the kernel, and instances that satisfy them.

A claim proved under assumptions that nothing satisfies would be worth nothing; `satisfying` looks
for numbers that meet them, exactly.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from symbolic.algebra import Number, Poly, scale
from symbolic.derivation import Step
from symbolic.duals import ONE, ZERO, Undecided
from symbolic.evaluation import Instance
from symbolic.instances import is_sampled, trial_witnesses
from symbolic.network import Network
from symbolic.terms import Equation, Sign, Term, num, walk
from symbolic.verdicts import Witness
from symbolic.worth import Undefined

TRIES = 12
"""How many witnesses are made to meet the assumptions before that is given up."""


def solved(residual: Poly, held: frozenset[int]) -> dict[int, Poly]:
    """residual = 0 as a rule: an atom that occurs once, alone, by the rest; {} where none does.

    `held` are the atoms inside compound atoms, which must not be replaced by what holds them.

    >>> solved({(4,): 2, (1,): 6, (): -1}, frozenset())
    {4: {(1,): Fraction(-3, 1), (): Fraction(1, 2)}}
    """
    counts: dict[int, int] = {}
    for monomial in residual:
        for atom in monomial:
            counts[atom] = counts.get(atom, 0) + 1
    alone = [m[0] for m in residual if len(m) == 1 and counts[m[0]] == 1 and m[0] not in held]
    if not alone:
        return {}
    atom = max(alone)
    rest = {m: c for m, c in residual.items() if m != (atom,)}
    factor: Number = Fraction(-1) / residual[atom,]
    return {atom: scale(rest, factor)}


def satisfying(network: Network, assumed: Sequence[Step]) -> Iterator[Witness]:
    """Witnesses that meet every assumed line exactly; none is an answer as well."""
    alone = any(_one_sample(step.claim) for step in assumed)
    for turn, start in enumerate(trial_witnesses(network, TRIES)):
        witness = start
        if alone or turn % 3 == 2:
            witness = replace(start, inputs=start.inputs[:1], targets=start.targets[:1])
        draw = random.Random(turn)
        for _ in range(len(assumed) + 1):
            witness = _mended(network, assumed, witness, draw)
        if all(_meets(network, step, witness) for step in assumed):
            yield witness


def _one_sample(claim: Equation) -> bool:
    """Whether the line is N = 1."""
    return {claim.left, claim.right} == {Sign("N"), num(1)}


def _meets(network: Network, step: Step, witness: Witness) -> bool:
    return all(_gap(network, witness, place) == 0 for place in _places(step, witness))


Place = tuple[Equation, dict[str, str], int]
"""A line for one member and one sample."""


def _places(step: Step, witness: Witness) -> Iterator[Place]:
    """The members and samples that the line speaks of."""
    both = is_sampled(step.claim.left) or is_sampled(step.claim.right)
    for member in step.over.members:
        env = dict(zip(step.over.letters, member, strict=True))
        for xi in range(len(witness.inputs) if both else 1):
            yield step.claim, env, xi


def _gap(network: Network, witness: Witness, place: Place) -> Fraction | None:
    """left − right at the witness where both are known exactly."""
    claim, env, xi = place
    instance = Instance(network, witness, eta=witness.eta)
    try:
        left, right = (instance.value(side, env, xi) for side in (claim.left, claim.right))
    except (Undecided, Undefined):
        return None
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return left - right
    return None


def _mended(
    network: Network, assumed: Sequence[Step], witness: Witness, draw: random.Random
) -> Witness:
    """The witness with one number changed for each line that it does not meet."""
    for step in assumed:
        for place in _places(step, witness):
            if _gap(network, witness, place) != 0:
                witness = _solved_for_one(network, witness, place, draw)
    return witness


def _solved_for_one(
    network: Network, witness: Witness, place: Place, draw: random.Random
) -> Witness:
    """A weight, input, target or η chosen so that the line holds, where it is affine in one."""
    changes = list(_changes(network, witness, place))
    draw.shuffle(changes)
    for change in changes:
        at_zero, at_one = (
            _gap(network, _changed(witness, *change, value), place) for value in (ZERO, ONE)
        )
        if at_zero is None or at_one is None or at_zero == at_one:
            continue
        found = _changed(witness, *change, at_zero / (at_zero - at_one))
        if _gap(network, found, place) == 0:
            return found
    return witness


Change = tuple[str, int, str]


def _changes(network: Network, witness: Witness, place: Place) -> Iterator[Change]:
    """The numbers that the line reads: kind, sample, name."""
    claim, _, xi = place
    kinds = {part.letter for side in (claim.left, claim.right) for part in _letters(side)}
    if kinds & {"d", "e", "E", "delta"}:
        yield from (("target", xi, name) for name in network.outputs)
    if kinds & {"y", "v"}:
        yield from (("input", xi, name) for name in network.inputs)
    if kinds & {"w", "v", "y"}:
        yield from (("weight", 0, name) for name in list(network.uses)[:40])
    if "eta" in kinds:
        yield ("eta", 0, "")


def _letters(term: Term) -> Iterator[Sign]:
    return (part for part in walk(term) if isinstance(part, Sign))


def _changed(witness: Witness, kind: str, xi: int, name: str, value: Fraction) -> Witness:
    def put(rows: tuple[dict[str, Fraction], ...]) -> tuple[dict[str, Fraction], ...]:
        return tuple({**row, name: value} if n == xi else row for n, row in enumerate(rows))

    match kind:
        case "weight":
            return replace(witness, weights={**witness.weights, name: value})
        case "input":
            return replace(witness, inputs=put(witness.inputs))
        case "target":
            return replace(witness, targets=put(witness.targets))
        case _:
            return replace(witness, eta=value)
