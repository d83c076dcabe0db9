"""A rule the trainer may use: nothing but a theorem about a network can make one."""

from __future__ import annotations

from dataclasses import dataclass

from symbolic import activations, costs
from symbolic.conditions import UNENFORCED
from symbolic.derivation import Family
from symbolic.errors import InputError
from symbolic.fields import Counterexample, Decision, Identity
from symbolic.network import Network
from symbolic.proof import Theorem
from symbolic.terms import Equation, Index, RangeKind, Sign, Sum, Term, children
from symbolic.worth import Env, bound, members


@dataclass(frozen=True)
class Rule:
    """A proved back-propagation rule, the only thing `numeric` accepts.

    The program will run every φ' in its published form, so that form must be proved as well.

    Raises `TypeError` for anything but a `Theorem`, and `InputError` for a theorem under hypotheses
    that a training run cannot promise, an activation whose φ' or a cost whose slope is wrong or
    could not be decided, and a δ_j that is not computed from the δ_k of later neurons.
    """

    theorem: Theorem

    def __post_init__(self) -> None:
        if not isinstance(self.theorem, Theorem):
            raise TypeError("A Rule is made from a Theorem, which only a complete proof yields.")
        network = self.theorem.network
        for hypothesis in self.theorem.hypotheses:
            if hypothesis.assumed is not None or hypothesis in UNENFORCED:
                raise InputError(
                    f"The rule is proved only where {hypothesis.name}; no training run can promise "
                    "that, so no trainer may use it."
                )
        for activation in dict.fromkeys(neuron.activation for neuron in network.neurons):
            _require(activations.verify(activation), f"φ' of {activation.name!r}")
            if activations.poles(activation):
                raise InputError(
                    f"φ' of {activation.name!r} as written has no value at some v where φ has a "
                    "slope; write it without that denominator, root or logarithm."
                )
        _require(costs.verify(network.cost), f"the slope of the cost {network.cost.name!r}")
        _check_order(network, self.local_gradients)

    @property
    def network(self) -> Network:
        """The network the rule is proved for."""
        return self.theorem.network

    @property
    def local_gradients(self) -> tuple[tuple[Equation, Family], ...]:
        """The proved claims δ_j = …, each with the neurons it holds for."""
        return self._claims("delta")

    @property
    def weight_corrections(self) -> tuple[tuple[Equation, Family], ...]:
        """The proved claims Δw_ji = …, each with the synapses (or shared weights) it holds for."""
        return self._claims("dw")

    def _claims(self, letter: str) -> tuple[tuple[Equation, Family], ...]:
        return tuple(
            (claim, family)
            for claim, family in self.theorem.statement
            if getattr(claim.left, "letter", None) == letter
        )


def _check_order(network: Network, claims: tuple[tuple[Equation, Family], ...]) -> None:
    """δ_j = δ_j is true and computes nothing: δ_j may read δ_k only of deeper neurons k."""
    depth = network.depth
    for claim, family in claims:
        assert isinstance(claim.left, Sign)
        if _only_fed(claim.right, claim.left.at[0], frozenset()):
            continue
        for member in family.members:
            env = dict(zip(family.letters, member, strict=True))
            j = bound(claim.left.at[0], env)
            for k in _gradients_read(claim.right, env, network):
                if depth.get(k, 0) <= depth[j]:
                    raise InputError(
                        f"The rule is true but computes nothing: δ of {j!r} is read off δ of "
                        f"{k!r}, which is not known before it."
                    )


def _only_fed(term: Term, j: Index, fed: frozenset[Index]) -> bool:
    """Whether every δ in the term is that of a k in a sum over the neurons fed by j."""
    if isinstance(term, Sum):
        over = term.over
        inside = fed.difference(over.bound)
        if over.kind is RangeKind.FED_BY and over.of == (j,):
            inside = inside.union(over.bound)
        return j not in over.bound and _only_fed(term.body, j, inside)
    if isinstance(term, Sign) and term.letter == "delta":
        return term.at[0] in fed
    return all(_only_fed(part, j, fed) for part in children(term))


def _gradients_read(term: Term, env: Env, network: Network) -> set[str]:
    """The neurons whose δ the term reads, its sums taken member by member."""
    if isinstance(term, Sum):
        places = members(term.over, env, network, 1)
        found = (_gradients_read(term.body, {**env, **more}, network) for more, _ in places)
        return set().union(*found)
    if isinstance(term, Sign) and term.letter == "delta":
        return {bound(term.at[0], env)}
    return set().union(*(_gradients_read(part, env, network) for part in children(term)))


def _require(decision: Decision, what: str) -> None:
    """Only what is proved may run."""
    if isinstance(decision, Counterexample):
        at = ", ".join(f"{sign.letter} = {value}" for sign, value in decision.at.items())
        raise InputError(f"{what} is wrong: it is not the derivative, for instance at {at}.")
    if not isinstance(decision, Identity):
        raise InputError(f"{what} is not proved ({decision.why}), so no trainer may use it.")
