"""Network → the definitions of v_j, y_j, e_j and 𝓔(n): all that the kernel may unfold.

Differentiation is not known here, nor is the recursion.
"""

from __future__ import annotations

from symbolic.derivation import Definition, Family
from symbolic.network import Network
from symbolic.notation import ES, E, I, J, K, N, d, e, v, w, y
from symbolic.terms import (
    Add,
    Call,
    Frac,
    Index,
    Phi,
    Range,
    RangeKind,
    Sign,
    Sum,
    Term,
    num,
    replaced,
)

OVER_SOURCES = Range(RangeKind.FEEDING, (I,), (J,))
OVER_OUTPUTS = Range(RangeKind.OUTPUTS, (J,))
OVER_SAMPLES = Range(RangeKind.SAMPLES)


def neurons(title: str, names: tuple[str, ...]) -> Family:
    """The family of single neurons j with these names."""
    return Family(title, ("j",), tuple((name,) for name in names))


def definitions(network: Network) -> tuple[Definition, ...]:
    """The forward pass and the cost, each definition reading only earlier ones and what is given.

    v_j := Σ_i w_ji y_i or the neuron's own formula, y_j := φ_j(v_j) (softmax: exp(v_j) /
    Σ_k exp(v_k)), e_j := d_j − y_j, 𝓔_j := c(d_j, y_j), 𝓔^ξ := Σ_j 𝓔_j, 𝓔(n) := (1/N) Σ_ξ 𝓔^ξ.
    """
    single = tuple(n.name for n in network.neurons if not n.activation.group)
    every = neurons("every neuron j", tuple(n.name for n in network.neurons))
    outputs = neurons("every output neuron j", network.outputs)
    formulas = network.formulas
    if formulas:
        every = neurons(every.title, tuple(j for (j,) in every.members if j not in formulas))
    lines = [Definition(v(J), Sum(OVER_SOURCES, w(J, I) * y(I)), every)] if every.members else []
    lines += [
        Definition(v(j), field, neurons(f"neuron {j}", (j,))) for j, field in formulas.items()
    ]
    if single:
        lines.append(Definition(y(J), Phi(J, 0, v(J)), neurons("every neuron j", single)))
    for group, members in network.groups.items():
        title = f"every neuron j of the softmax group {group}".rstrip()
        total: Term = Add(tuple(Call("exp", v(m)) for m in members))
        if network.shares_alone:
            title = "every softmax neuron j"
            total = Sum(Range(RangeKind.OUTPUTS, (K,)), Call("exp", v(K)))
        share = Frac(Call("exp", v(J)), total)
        lines.append(Definition(y(J), share, neurons(title, members)))
    return (
        *lines,
        Definition(e(J), d(J) - y(J), outputs),
        Definition(Sign("Ej", (J,)), loss_of(network, network.cost.loss), outputs),
        Definition(ES, Sum(OVER_OUTPUTS, Sign("Ej", (J,))), Family("")),
        Definition(E, Frac(num(1), N) * Sum(OVER_SAMPLES, ES), Family("")),
    )


def loss_of(network: Network, term: Term, j: Index = J) -> Term:
    """A term of the cost table, written for output neuron j."""
    return replaced(term, {Sign(letter): Sign(letter, (j,)) for letter in ("d", "y", "e")})
