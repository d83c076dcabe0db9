"""The recursive rule of back-propagation as written claims.  It has never heard of differentiation.

Sign: δ_j = −∂𝓔/∂v_j (Haykin, Neural Networks and Learning Machines, 3rd ed., chapter 4).
With a batch, δ_j belongs to one sample and carries the 1/N of the cost.
"""

from __future__ import annotations

from fractions import Fraction

from symbolic.derivation import Family
from symbolic.forward import OVER_SAMPLES, loss_of, neurons
from symbolic.network import Network
from symbolic.notation import ETA, I, J, K, M, N, W, d, delta, dw, slope, w, y
from symbolic.terms import (
    Equation,
    Frac,
    Mul,
    Num,
    Range,
    RangeKind,
    Sign,
    Sum,
    Term,
    num,
    replaced,
)

OVER_FED = Range(RangeKind.FED_BY, (K,), (J,))
BACK_PROPAGATED = Sum(OVER_FED, delta(K) * w(K, J))
ONE_OVER_N = Frac(num(1), N)

Claim = tuple[Equation, Family]


def local_gradients(network: Network) -> tuple[Claim, ...]:
    """The rule for δ_j, one claim for each role a neuron can have.

    Output neuron: δ_j = (1/N) e_j φ_j'(v_j) for the squared error, and the like for other costs.
    Hidden neuron: δ_j = φ_j'(v_j) Σ_k δ_k w_kj over the neurons k fed by j.
    An output neuron that feeds others has both terms.
    """
    feeding = tuple(j for j in network.outputs if network.successors[j])
    ending = tuple(j for j in network.outputs if not network.successors[j])
    claims: list[Claim] = []
    for rate, names in _canonical(network, ending).items():
        title = "the output neurons j"
        claims.append((Equation(delta(J), _at_output(network, rate)), neurons(title, names)))
    for rate, names in _canonical(network, feeding).items():
        title = "the output neurons j that feed others"
        claims.append((Equation(delta(J), _output_and_fed(network, rate)), neurons(title, names)))
    if network.hidden:
        claim = Equation(delta(J), slope(J) * BACK_PROPAGATED)
        claims.append((claim, neurons("the hidden neurons j", network.hidden)))
    return tuple(claims)


def weight_corrections(network: Network) -> tuple[Claim, ...]:
    """Δw_ji = η Σ_ξ δ_j y_i, and for a tied weight the sum over all synapses that carry it."""
    plain = tuple(places[0] for places in network.uses.values() if len(places) == 1)
    tied = tuple((weight,) for weight, places in network.uses.items() if len(places) > 1)
    claims: list[Claim] = []
    if plain:
        claim = Equation(dw(J, I), ETA * Sum(OVER_SAMPLES, delta(J) * y(I)))
        claims.append((claim, Family("every synapse to j from i", ("j", "i"), plain)))
    if tied:
        uses = Sum(Range(RangeKind.USES, (J, I), (W,)), delta(J) * y(I))
        claim = Equation(Sign("dw", (W,)), ETA * Sum(OVER_SAMPLES, uses))
        claims.append((claim, Family("every shared weight w", ("w",), tied)))
    return tuple(claims)


def _canonical(network: Network, names: tuple[str, ...]) -> dict[Fraction | None, tuple[str, ...]]:
    """Outputs by the factor that stays when cost and activation cancel; None where they do not.

    Cross-entropy with logistic outputs of slope a: δ_j = (a/N)(d_j − y_j).
    """
    groups: dict[Fraction | None, tuple[str, ...]] = {}
    for name in names:
        activation = network.neuron[name].activation
        rate = None
        if network.cost.name in ("cross_entropy", "softmax_cross_entropy"):
            rate = dict(activation.parameters).get("a", Fraction(1))
        groups[rate] = (*groups.get(rate, ()), name)
    return groups


def _error(network: Network, rate: Fraction | None) -> Term:
    """−∂c/∂y_j, or what is left of −(∂c/∂y_j) φ_j' when cost and activation cancel."""
    if rate is not None:
        gap = d(J) - y(J)
        return gap if rate == 1 else Num(rate) * gap
    return loss_of(network, _opposite(network.cost.slope))


def _opposite(term: Term) -> Term:
    """−term, without a double sign where one can be taken off."""
    if isinstance(term, Mul) and term.factors[0] == num(-1):
        rest = term.factors[1:]
        return rest[0] if len(rest) == 1 else Mul(rest)
    return -term


def _at_output(network: Network, rate: Fraction | None) -> Term:
    error = _error(network, rate)
    if rate is not None:
        return ONE_OVER_N * error
    if network.neuron[network.outputs[0]].activation.group:
        other = replaced(error, {Sign(c, (J,)): Sign(c, (M,)) for c in ("d", "y", "e")})
        mean = Sum(Range(RangeKind.OUTPUTS, (M,)), y(M) * other)
        return ONE_OVER_N * y(J) * (error - mean)
    return ONE_OVER_N * error * slope(J)


def _output_and_fed(network: Network, rate: Fraction | None) -> Term:
    error = _error(network, rate)
    if rate is not None:
        return ONE_OVER_N * error + slope(J) * BACK_PROPAGATED
    return slope(J) * (ONE_OVER_N * error + BACK_PROPAGATED)
