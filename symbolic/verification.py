"""The question people ask: is this rule right for this network, and if not, where is it wrong?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symbolic.collecting import no_collecting
from symbolic.derivation import ByAssumption, ByCertificate, Derivation, Step
from symbolic.exposition import proposal
from symbolic.forward import definitions
from symbolic.network import Network
from symbolic.proof import Checked, check
from symbolic.rules import Rule

if TYPE_CHECKING:
    from symbolic.rulefile import RuleLine


def prove(
    network: Network, rule: str | None = None, file: str | None = None, *, directly: bool = True
) -> Checked:
    """Check the recursive rule of back-propagation, or a claimed one, for a network.

    For every neuron δ_j = −∂𝓔/∂v_j (direct) is compared with the rule, for every weight
    Δw = −η ∂𝓔/∂w with its rule, summed over its uses and over the batch.  A small network is also
    differentiated literally by SymPy, where `directly` is not False.  `assume` lines come first; a
    claim is proved under those of them that it needs.

    Raises `InputError` where the claimed rule cannot be read.
    """
    if rule is None:
        with no_collecting():
            return check(proposal(network, directly=directly))
    from symbolic.rulefile import read_rule  # the grammar loads only when a rule is given

    lines = sorted(read_rule(rule, network, file), key=lambda line: not line.assumed)
    assumed = tuple(n for n, line in enumerate(lines) if line.assumed)
    steps = tuple(_step(line, assumed) for line in lines)
    goal = tuple(n for n, line in enumerate(lines) if not line.assumed)
    title = f"The claimed rule for {network.name or 'a network'}"
    return check(Derivation(title, network, definitions(network), steps, goal))


def _step(line: RuleLine, assumed: tuple[int, ...]) -> Step:
    if line.assumed:
        name = line.text.removeprefix("assume").strip()
        return Step(line.claim, ByAssumption(name), line.over, (), line.source)
    return Step(line.claim, ByCertificate(), line.over, assumed, line.source)


def rule_of(network: Network) -> Rule:
    """The proved rule of a network, ready for the trainer.

    The certificate proves every δ_j and Δw; SymPy, which `prove` asks as well, is not needed.
    """
    return Rule(prove(network, directly=False).theorem())
