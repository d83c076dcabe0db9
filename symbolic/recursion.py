"""The recursive rule of back-propagation as written claims.  It differentiates no cost.

Sign: δ_j = −∂𝓔/∂v_j (Haykin, Neural Networks and Learning Machines, 3rd ed., chapter 4).
With a batch, δ_j belongs to one sample and carries the 1/N of the cost.  Where v_k is a formula of
its own, ∂v_k/∂y_j and ∂v_k/∂w are written out by the table of elementary derivatives.
"""

from __future__ import annotations

from fractions import Fraction

from symbolic.calculus import derivative, plus, times
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
    An output neuron that feeds others has both terms.  A neuron that feeds one with a formula of
    its own has a claim of its own: δ_j = φ_j'(v_j) Σ_k δ_k ∂v_k/∂y_j, each partial written out.
    """
    own = _feeding_formulas(network) | _sharing(network)
    feeding = tuple(j for j in network.outputs if network.successors[j] and j not in own)
    ending = tuple(j for j in network.outputs if not network.successors[j] and j not in own)
    claims: list[Claim] = []
    for rate, names in _canonical(network, ending).items():
        title = "the output neurons j"
        claims.append((Equation(delta(J), _at_output(network, rate)), neurons(title, names)))
    for rate, names in _canonical(network, feeding).items():
        title = "the output neurons j that feed others"
        claims.append((Equation(delta(J), _output_and_fed(network, rate)), neurons(title, names)))
    hidden = tuple(j for j in network.hidden if j not in own)
    if hidden:
        claim = Equation(delta(J), slope(J) * BACK_PROPAGATED)
        claims.append((claim, neurons("the hidden neurons j", hidden)))
    for j in own:
        found = _in_a_group(network, j) if j in network.peers else _through_formulas(network, j)
        claims.append((found, Family(f"neuron {j}")))
    return tuple(claims)


def _feeding_formulas(network: Network) -> dict[str, None]:
    """The neurons that feed one whose local field is a formula of its own."""
    formulas = network.formulas
    return {
        n.name: None
        for n in (network.neurons if formulas else ())
        if any(k in formulas for k in network.successors[n.name])
    }


def _through_formulas(network: Network, j: str) -> Equation:
    """δ_j of one neuron, by name, with ∂v_k/∂y_j written out for each k that it feeds."""
    back = spread(network, j)
    if j not in network.output_set:
        return Equation(delta(j), times(slope(j), back))
    rate, error = _named_error(network, j)
    if rate is not None:
        return Equation(delta(j), plus(ONE_OVER_N * error, times(slope(j), back)))
    return Equation(delta(j), slope(j) * plus(ONE_OVER_N * error, back))


def _named_error(network: Network, j: str) -> tuple[Fraction | None, Term]:
    """The factor of `_canonical` and the error of one output by its name."""
    ((rate, _),) = _canonical(network, (j,)).items()
    letters: dict[Term, Term] = {Sign(c, (J,)): Sign(c, (j,)) for c in ("d", "y", "e")}
    return rate, replaced(_error(network, rate), letters)


def _sharing(network: Network) -> dict[str, None]:
    """The neurons of softmax groups that have a claim by name.

    A group of outputs that feeds nothing keeps (1/N)(d_j − y_j) where the cost is made for it.
    """
    if network.shares_alone:
        return {}
    made = network.cost.name == "softmax_cross_entropy"
    return {
        j: None
        for members in network.groups.values()
        if not (
            made
            and not any(network.successors[m] for m in members)
            and members[0] in network.output_set
        )
        for j in members
    }


def _in_a_group(network: Network, j: str) -> Equation:
    """δ_j = y_j (b_j − Σ_m y_m b_m) over the group of j, with b_m = −∂𝓔/∂y_m term by term.

    Where cost and softmax cancel, (1/N)(d_j − y_j) and only what is fed stands in the b_m.
    """
    made = network.cost.name == "softmax_cross_entropy" and j in network.output_set
    sent = {m: _sent_back(network, m, not made) for m in network.peers[j]}
    mean = plus(*(times(y(m), back) for m, back in sent.items()))
    right = times(y(j), plus(sent[j], times(num(-1), mean)))
    if made:
        right = plus(ONE_OVER_N * (d(j) - y(j)), right)
    return Equation(delta(j), right)


def _sent_back(network: Network, m: str, with_cost: bool) -> Term:
    """−∂𝓔/∂y_m: from its own cost where that is asked for, and from what it feeds."""
    back = spread(network, m)
    if with_cost and m in network.output_set:
        return plus(ONE_OVER_N * _named_error(network, m)[1], back)
    return back


def spread(network: Network, j: str) -> Term:
    """Σ_k δ_k ∂v_k/∂y_j over the neurons k fed by j, term by term."""
    return plus(*(times(delta(k), partial_by_signal(network, k, j)) for k in network.successors[j]))


def partial_by_signal(network: Network, k: str, j: str) -> Term:
    """∂v_k/∂y_j as it is written: w_kj, or the derivative of the formula of v_k.

    >>> from symbolic.activations import activation
    >>> from symbolic.costs import cost
    >>> from symbolic.network import Network, Neuron
    >>> gate = Neuron("g", activation("identity"), y("a") * y("b"))
    >>> net = Network(("a", "b"), (gate,), ("g",), (), cost("squared_error"))
    >>> partial_by_signal(net, "g", "a") == y("b")
    True
    """
    if k in network.formulas:
        return derivative(network.formulas[k], y(j))
    return Sign("w", (network.weight_of[k, j],))


def partial_by_weight(network: Network, k: str, weight: str) -> Term:
    """∂v_k/∂w as it is written: the signals it carries to k, or the derivative of the formula."""
    if k in network.formulas:
        return derivative(network.formulas[k], Sign("w", (weight,)))
    return plus(*(y(i) for to, i in network.uses[weight] if to == k))


def carriers(network: Network, weight: str) -> tuple[str, ...]:
    """The neurons k whose v_k the weight enters, by a synapse or in a formula."""
    places = (to for to, _ in network.uses[weight])
    return tuple(dict.fromkeys((*places, *network.readers.get(weight, ()))))


def weight_corrections(network: Network) -> tuple[Claim, ...]:
    """Δw_ji = η Σ_ξ δ_j y_i, and for a tied weight the sum over all synapses that carry it.

    A weight that a formula reads has a claim of its own: Δw = η Σ_ξ Σ_k δ_k ∂v_k/∂w.
    """
    uses = {weight: at for weight, at in network.uses.items() if weight not in network.readers}
    plain = tuple(places[0] for places in uses.values() if len(places) == 1)
    tied = tuple((weight,) for weight, places in uses.items() if len(places) > 1)
    claims: list[Claim] = []
    own = "unshared " if tied else ""
    if plain:
        claim = Equation(dw(J, I), ETA * Sum(OVER_SAMPLES, delta(J) * y(I)))
        claims.append((claim, Family(f"every {own}synapse to j from i", ("j", "i"), plain)))
    if tied:
        carried = Sum(Range(RangeKind.USES, (J, I), (W,)), delta(J) * y(I))
        claim = Equation(Sign("dw", (W,)), ETA * Sum(OVER_SAMPLES, carried))
        claims.append((claim, Family("every shared weight w", ("w",), tied)))
    for weight in network.readers:
        parts = (
            times(delta(k), partial_by_weight(network, k, weight))
            for k in carriers(network, weight)
        )
        claim = Equation(Sign("dw", (weight,)), ETA * Sum(OVER_SAMPLES, plus(*parts)))
        claims.append((claim, Family(f"the weight {weight}")))
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
    if network.groups and network.shares_alone:
        other = replaced(error, {Sign(c, (J,)): Sign(c, (M,)) for c in ("d", "y", "e")})
        mean = Sum(Range(RangeKind.OUTPUTS, (M,)), y(M) * other)
        return ONE_OVER_N * y(J) * (error - mean)
    return ONE_OVER_N * error * slope(J)


def _output_and_fed(network: Network, rate: Fraction | None) -> Term:
    error = _error(network, rate)
    if rate is not None:
        return ONE_OVER_N * error + slope(J) * BACK_PROPAGATED
    return slope(J) * (ONE_OVER_N * error + BACK_PROPAGATED)
