"""Broken rules are refuted on their own line, and nothing false is ever proved."""

from __future__ import annotations

from collections import Counter

import pytest

from symbolic.derivation import Family
from symbolic.exposition import proposal
from symbolic.instances import contradicts, trial_witnesses
from symbolic.notation import ETA, I, J, K, N, delta, slope, v, w, y
from symbolic.proof import check
from symbolic.recursion import local_gradients, weight_corrections
from symbolic.terms import Equation, RangeKind, Sum, children, num, rebuilt, replaced, walk
from symbolic.topologies import random_dag, shorthand
from symbolic.verdicts import Open, Proved, Refuted

PHIS = ("identity", "logistic", "tanh", "softsign")
NETWORKS = [shorthand("2-3-1"), shorthand("2-2-2")] + [
    random_dag(4 + s % 4, 9 + s, s, ties=0.3 * (s % 3 == 0), activations=PHIS) for s in range(24)
]
SWAPS = {
    "φ' lost": {slope(J): num(1)},
    "φ'_k for φ'_j": {slope(J): num(1), delta(K): delta(K) * slope(K)},
    "w_jk for w_kj": {w(K, J): w(J, K)},
    "1/N missing": {N: num(1)},
    "y_j for y_i": {y(I): y(J)},
    "η lost": {ETA: num(1)},
    "δ_k lost": {delta(K): num(1)},
    "v_j = 0": {v(J): num(0)},
}


def concrete(term, network, member):
    """A sum over successors or uses as its first member only, None where there is none."""
    if isinstance(term, Sum) and term.over.kind is RangeKind.FED_BY:
        return replaced(
            term.body, {delta(K): delta(m := network.successors[member][0]), w(K, J): w(m, member)}
        )
    if isinstance(term, Sum) and term.over.kind is RangeKind.USES:
        j, i = network.uses[member][0]
        return replaced(term.body, {delta(J): delta(j), y(I): y(i)})
    parts = list(walk(term))
    if len(parts) == 1 or "Partial" in type(term).__name__:
        return term
    return rebuilt(term, tuple(concrete(part, network, member) for part in children(term)))


def mutants(network):
    for claim, family in (*local_gradients(network), *weight_corrections(network)):
        right = claim.right
        changed = {"sign": -right, "doubled": num(2) * right, "added": right + num(1)}
        for name, table in SWAPS.items():
            changed[name] = replaced(right, table)
        for name, mutant in changed.items():
            if mutant != right:
                yield name, Equation(claim.left, mutant), family
        member = family.members[0]
        if len(member) == 1 and concrete(right, network, member[0]) != right:
            yield (
                "only the first term",
                Equation(claim.left, concrete(right, network, member[0])),
                Family("one member", family.letters, (member,)),
            )


def judged(network):
    tally = Counter()
    claims = [(name, claim, family) for name, claim, family in mutants(network)]
    checked = check(proposal(network, tuple((c, f) for _, c, f in claims)))
    for (name, claim, family), finding in zip(claims, checked.findings, strict=True):
        verdict = finding.verdict
        tally[type(verdict)] += 1
        if isinstance(verdict, Refuted):
            sides = contradicts(network, claim, family, verdict.member, verdict.witness)
            assert sides is not None, name
        elif isinstance(verdict, Proved):
            for member in family.members:
                for witness in trial_witnesses(network, 4):
                    assert contradicts(network, claim, family, member, witness) is None, name
        else:
            assert isinstance(verdict, Open), name
    return tally


@pytest.mark.parametrize(
    "network",
    [*NETWORKS[::2], *(pytest.param(net, marks=pytest.mark.slow) for net in NETWORKS[1::2])],
    ids=lambda network: network.name,
)
def test_the_unmutated_rule_is_proved(network):
    assert isinstance(check(proposal(network)).verdict, Proved)


@pytest.mark.parametrize(
    ("step", "least"), [(12, 40), pytest.param(1, 500, marks=pytest.mark.slow)], ids=["some", "all"]
)
def test_broken_rules_are_refuted_and_no_false_one_is_proved(step: int, least: int):
    tally = sum((judged(network) for network in NETWORKS[::step]), Counter())
    assert tally.total() >= least
    assert tally[Refuted] >= 0.95 * (tally.total() - tally[Proved])
