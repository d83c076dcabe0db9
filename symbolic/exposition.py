"""A network's derivation as the textbook writes it, and the claims that `prove` submits.

Everything here is proposed; `proof.check` decides every line.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from symbolic.calculus import plus
from symbolic.derivation import (
    ByCertificate,
    ByChainRule,
    ByDefinition,
    ByDifferentiation,
    ByElementaryCalculus,
    ByLocalDerivative,
    ByRewriting,
    Derivation,
    Family,
    Justification,
    Step,
)
from symbolic.forward import OVER_SAMPLES, definitions, loss_of, neurons
from symbolic.network import Network
from symbolic.notation import ETA, E, I, J, K, W, delta, dw, e, slope, v, w, y
from symbolic.recursion import (
    BACK_PROPAGATED,
    ONE_OVER_N,
    OVER_FED,
    Claim,
    carriers,
    local_gradients,
    partial_by_signal,
    partial_by_weight,
    spread,
    weight_corrections,
)
from symbolic.terms import (
    Add,
    Call,
    Cases,
    Equation,
    Mul,
    Num,
    Partial,
    PartialKind,
    Pow,
    Range,
    RangeKind,
    Sign,
    Sum,
    Term,
    num,
    walk,
)

LITERAL_PATHS, LITERAL_NEURONS = 60, 24
"""𝓔(n) is written out up to so many paths from a weight to the cost, and so many neurons."""


def total(by: Sign) -> Partial:
    """∂𝓔/∂by, everything downstream of it recomputed."""
    return Partial(E, by, PartialKind.TOTAL)


def local(of: Sign, by: Sign) -> Partial:
    """∂of/∂by of the one formula that defines it."""
    return Partial(of, by, PartialKind.LOCAL)


def derive(network: Network) -> Derivation:
    """The derivation line by line: chain rule, term by term, δ_j, Δw_ji, each with its reason."""
    page = _Page(network)
    every = neurons("every neuron j", tuple(n.name for n in network.neurons))
    page.gradient = page.add(delta(J), -total(v(J)), ByDefinition(), every)
    page.turned = page.add(total(v(J)), -delta(J), ByRewriting(), every, (page.gradient,))
    formulas = network.formulas
    pairs = tuple(
        (k, n.name)
        for n in network.neurons
        for k in network.successors[n.name]
        if k not in formulas
    )
    if pairs:
        links = Family("every neuron k fed by j", ("k", "j"), pairs)
        page.link = page.add(local(v(K), y(J)), w(K, J), ByLocalDerivative(), links)
    for claim, family in local_gradients(network):
        first = family.members[0][0] if family.letters else str(claim.left.at[0])  # type: ignore[union-attr]  # δ_j
        if first not in network.peers and not family.letters:
            _through_formulas(page, claim)
        elif first in network.peers:
            page.add(claim.left, claim.right, ByCertificate(), family, goal=True)
        elif first in network.output_set and not network.successors[first]:
            _output(page, claim, family)
        else:
            _inner(page, claim, family)
    for claim, family in weight_corrections(network):
        if family.letters:
            _weights(page, claim, family)
        else:
            _read_by_formulas(page, claim)
    page.differentiate()
    return page.derivation(f"Back-propagation in {network.name or 'a network'}")


def proposal(
    network: Network, claims: tuple[Claim, ...] | None = None, directly: bool = True
) -> Derivation:
    """What `prove` asks the kernel: every δ_j and Δw_ji; of a small network also `directly`."""
    page = _Page(network)
    for claim, family in claims or (*local_gradients(network), *weight_corrections(network)):
        page.add(claim.left, claim.right, ByCertificate(), family, goal=True)
    if claims is None and directly:
        page.differentiate()
    return page.derivation(f"The back-propagation rule of {network.name or 'a network'}")


def paths_to_cost(network: Network) -> int:
    """How many paths lead from the weights to the cost, counted up to a bound."""
    onward: dict[str, int] = {}
    total_paths = 0
    for unit in reversed(network.order):
        ways = sum(onward[k] for k in network.successors[unit])
        onward[unit] = min(ways + (unit in network.output_set), 10**6)
        total_paths += onward[unit] * len(network.sources[unit])
    return total_paths


def is_literal(network: Network) -> bool:
    """Whether SymPy keeps the formulas as they are written; it would turn tanh(−x) to −tanh(x).

    Polynomials and tanh, sin, cos, arctan and erf of one signal stay.  Softmax groups other than
    that of all outputs are left out as well.
    """
    if not network.shares_alone:
        return False
    for formula in network.formulas.values():
        for part in walk(formula):
            match part:
                case Num() | Sign() | Add() | Mul():
                    continue
                case Pow(_, exponent) if exponent.denominator == 1 and exponent > 0:
                    continue
                case Call("tanh" | "sin" | "cos" | "arctan" | "erf", Sign("y")):
                    continue
                case _:
                    return False
    return True


@dataclass
class _Page:
    network: Network
    steps: list[Step] = field(default_factory=list)
    goal: list[int] = field(default_factory=list)
    gradient: int = 0
    turned: int = 0
    link: int = 0

    def add(
        self,
        left: Term,
        right: Term,
        because: Justification,
        over: Family,
        uses: tuple[int, ...] = (),
        goal: bool = False,
    ) -> int:
        self.steps.append(Step(Equation(left, right), because, over, uses))
        if goal:
            self.goal.append(len(self.steps) - 1)
        return len(self.steps) - 1

    def differentiate(self) -> None:
        """For a small network: 𝓔(n) written out and differentiated by SymPy, line by line.

        A cost in pieces is left out: SymPy and the kernel order its pieces differently.
        """
        in_pieces = any(
            isinstance(part, Cases) or (isinstance(part, Call) and part.function == "abs")
            for part in walk(self.network.cost.loss)
        )
        large = len(self.network.neurons) > LITERAL_NEURONS
        if in_pieces or large or not is_literal(self.network):
            return
        if paths_to_cost(self.network) > LITERAL_PATHS:
            return
        from symbolic.literal import direct_derivatives  # SymPy loads slowly: only when needed

        family = Family("𝓔(n) differentiated directly")
        for claim in direct_derivatives(self.network):
            self.add(claim.left, claim.right, ByDifferentiation(), family, goal=True)

    def derivation(self, title: str) -> Derivation:
        given = definitions(self.network)
        return Derivation(title, self.network, given, tuple(self.steps), tuple(self.goal))


def _rate(network: Network) -> Term:
    """(1/N) ∂c/∂y_j, its sign in front."""
    slope_of_cost = loss_of(network, network.cost.slope)
    match slope_of_cost:
        case Mul((Num(value), *rest)) if value == -1:
            return -(ONE_OVER_N * Mul(tuple(rest)))
    return ONE_OVER_N * slope_of_cost


def _output(page: _Page, claim: Equation, family: Family) -> None:
    """∂𝓔/∂v_j through the error signal (or the function signal), term by term, then δ_j."""
    cost = page.network.cost
    by_error = cost.name == "squared_error"
    if by_error:
        product = total(e(J)) * local(e(J), y(J)) * local(y(J), v(J))
        chain = page.add(total(v(J)), product, ByChainRule(), family)
        first = page.add(total(e(J)), ONE_OVER_N * e(J), ByLocalDerivative(), family)
        terms = [first, page.add(local(e(J), y(J)), num(-1), ByLocalDerivative(), family)]
    else:
        chain = page.add(total(v(J)), total(y(J)) * local(y(J), v(J)), ByChainRule(), family)
        rate = _rate(page.network)
        terms = [page.add(total(y(J)), rate, ByLocalDerivative(), family)]
    terms.append(page.add(local(y(J), v(J)), slope(J), ByLocalDerivative(), family))
    uses = (page.gradient, chain, *terms)
    if cost.outputs:
        raw = -(ONE_OVER_N * loss_of(page.network, cost.slope) * slope(J))
        page.add(delta(J), raw, ByRewriting(), family, uses)
        page.add(claim.left, claim.right, ByElementaryCalculus(), family, goal=True)
    else:
        page.add(claim.left, claim.right, ByRewriting(), family, uses, goal=True)


def _inner(page: _Page, claim: Equation, family: Family) -> None:
    """A neuron that feeds others: ∂𝓔/∂y_j over its successors, then δ_j."""
    network = page.network
    chain = page.add(total(v(J)), total(y(J)) * local(y(J), v(J)), ByChainRule(), family)
    own = page.add(local(y(J), v(J)), slope(J), ByLocalDerivative(), family)
    spread: Term = Sum(OVER_FED, total(v(K)) * local(v(K), y(J)))
    back: Term = -BACK_PROPAGATED
    if family.members[0][0] in network.output_set:
        rate = _rate(network)
        spread, back = rate + spread, rate - BACK_PROPAGATED
    over = page.add(total(y(J)), spread, ByChainRule(), family)
    folded = page.add(total(y(J)), back, ByRewriting(), family, (over, page.link, page.turned))
    uses = (page.gradient, chain, own, folded)
    canonical = network.cost.outputs and family.members[0][0] in network.output_set
    because: Justification = ByElementaryCalculus() if canonical else ByRewriting()
    page.add(claim.left, claim.right, because, family, () if canonical else uses, goal=True)


def _through_formulas(page: _Page, claim: Equation) -> None:
    """One neuron by name: ∂𝓔/∂y_j over what it feeds, each ∂v_k/∂y_j of a formula written out."""
    network = page.network
    assert isinstance(claim.left, Sign)
    j, alone = str(claim.left.at[0]), Family(f"neuron {claim.left.at[0]}")
    rate: Term | None = None
    if j in network.output_set:
        rate = ONE_OVER_N * loss_of(network, network.cost.slope, j)
    fed = network.successors[j]
    chain = page.add(total(v(j)), total(y(j)) * local(y(j), v(j)), ByChainRule(), alone)
    own = page.add(local(y(j), v(j)), slope(j), ByLocalDerivative(), alone)
    ways: list[Term] = [total(v(k)) * local(v(k), y(j)) for k in fed]
    back: Term = -spread(network, j)
    over = page.add(total(y(j)), plus(*([rate] if rate else []), *ways), ByChainRule(), alone)
    links = [page.link] if page.link else []
    for k in fed:
        if k in network.formulas:
            partial = partial_by_signal(network, k, j)
            links.append(page.add(local(v(k), y(j)), partial, ByLocalDerivative(), alone))
    uses = (over, *links, page.turned)
    folded = page.add(total(y(j)), rate + back if rate else back, ByRewriting(), alone, uses)
    canonical = network.cost.outputs and rate is not None
    because: Justification = ByElementaryCalculus() if canonical else ByRewriting()
    cited = () if canonical else (page.gradient, chain, own, folded)
    page.add(claim.left, claim.right, because, alone, cited, goal=True)


def _read_by_formulas(page: _Page, claim: Equation) -> None:
    """∂𝓔/∂w of a weight that formulas read, over the neurons whose v_k it enters; then Δw."""
    network, alone = page.network, Family("")
    assert isinstance(claim.left, Sign)
    name = str(claim.left.at[0])
    weight, enters = Sign("w", (name,)), carriers(network, name)
    path = plus(*(total(v(k)) * local(v(k), weight) for k in enters))
    chain = page.add(total(weight), Sum(OVER_SAMPLES, path), ByChainRule(), alone)
    head = page.add(claim.left, -(ETA * total(weight)), ByDefinition(), alone)
    links = [
        page.add(
            local(v(k), weight), partial_by_weight(network, k, name), ByLocalDerivative(), alone
        )
        for k in enters
    ]
    uses = (head, chain, *links, page.turned)
    page.add(claim.left, claim.right, ByRewriting(), alone, uses, goal=True)


def _weights(page: _Page, claim: Equation, family: Family) -> None:
    """∂𝓔/∂w through every local field the weight enters, summed over the batch; then Δw."""
    network = page.network
    if family.letters == ("j", "i"):
        weight, correction = w(J, I), dw(J, I)
        path: Term = total(v(J)) * local(v(J), w(J, I))
        slopes, ends = family, delta(J) * y(I)
    else:
        weight, correction = Sign("w", (W,)), Sign("dw", (W,))
        uses_of = Range(RangeKind.USES, (J, I), (W,))
        path = Sum(uses_of, total(v(J)) * local(v(J), w(J, I)))
        pairs = tuple(place for (name,) in family.members for place in network.uses[name])
        slopes = Family("every synapse that carries w", ("j", "i"), pairs)
        ends = delta(J) * y(I)
    once = family
    if slopes is not family:  # ∂v_j/∂w holds both uses where one neuron reads w twice: no line
        fair = tuple(m for m in family.members if _once_per_neuron(network, m[0]))
        once = Family(family.title, family.letters, fair)
    chain = 0
    if once.members:
        chain = page.add(total(weight), Sum(OVER_SAMPLES, path), ByChainRule(), once)
    head = page.add(correction, -(ETA * total(weight)), ByDefinition(), family)
    if slopes is not family:  # ∂v_j/∂w of a shared weight is y_i only where a use reads one source
        page.add(claim.left, claim.right, ByCertificate(), family, goal=True)
        return
    link = page.add(local(v(J), w(J, I)), y(I), ByLocalDerivative(), slopes)
    gathered = -Sum(OVER_SAMPLES, ends)
    folded = page.add(total(weight), gathered, ByRewriting(), family, (chain, link, page.turned))
    page.add(claim.left, claim.right, ByRewriting(), family, (head, folded), goal=True)


def _once_per_neuron(network: Network, weight: str) -> bool:
    """Whether no neuron reads two of its sources through the same weight."""
    readers = [to for to, _ in network.uses[weight]]
    return len(set(readers)) == len(readers)
