"""The question people ask: is this rule right for this network, and if not, where is it wrong?"""

from __future__ import annotations

from symbolic.derivation import Derivation
from symbolic.exposition import derive, proposal
from symbolic.network import Network
from symbolic.proof import Checked, check
from symbolic.rules import Rule


def prove(network: Network, rule: str | None = None, file: str | None = None) -> Checked:
    """Check the recursive rule of back-propagation, or a claimed one, for a network.

    For every neuron δ_j = −∂𝓔/∂v_j (direct) is compared with the rule, for every weight
    Δw = −η ∂𝓔/∂w with its rule, summed over its uses and over the batch.  A small network is also
    differentiated literally by SymPy.

    Raises `InputError` where the claimed rule cannot be read.
    """
    if rule is None:
        return check(proposal(network))
    from symbolic.rulefile import read_rule  # the grammar loads only when a rule is given

    lines = read_rule(rule, network, file)
    steps = proposal(network, tuple((line.claim, line.over) for line in lines))
    placed = tuple(
        type(step)(step.claim, step.because, step.over, step.uses, line.source)
        for step, line in zip(steps.steps, lines, strict=True)
    )
    title = f"The claimed rule for {network.name or 'a network'}"
    return check(Derivation(title, network, steps.given, placed, steps.goal))


def explain(network: Network) -> Checked:
    """The textbook derivation of a network, every line checked."""
    return check(derive(network))


def rule_of(network: Network) -> Rule:
    """The proved rule of a network, ready for the trainer."""
    return Rule(prove(network).theorem())
