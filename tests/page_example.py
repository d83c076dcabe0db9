"""A derivation with verdicts, built by hand: the page's input until a kernel makes one."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from symbolic.activations import activation
from symbolic.costs import cost
from symbolic.derivation import (
    ByAlgebra,
    ByChainRule,
    ByDefinition,
    ByLocalDerivative,
    ByRewriting,
    Derivation,
    Step,
)
from symbolic.forward import definitions
from symbolic.network import Network, Neuron, Synapse
from symbolic.notation import E, I, J, K, d, delta, e, slope, v, w, y
from symbolic.recursion import ONE_OVER_N, OVER_FED, local_gradients, weight_corrections
from symbolic.terms import Equation, Partial, PartialKind, Sum, num
from symbolic.verdicts import (
    Finding,
    Hypothesis,
    Proved,
    Refuted,
    Value,
    Witness,
)


@dataclass(frozen=True)
class Checked:
    derivation: Derivation
    findings: tuple[Finding, ...]
    hypotheses: tuple[Hypothesis, ...] = ()
    rests_on: tuple[str, ...] = ()


def layered(*layers: tuple[str, ...], phi: str = "tanh") -> Network:
    neurons = tuple(Neuron(name, activation(phi)) for layer in layers[1:] for name in layer)
    synapses = tuple(
        Synapse(to, source, f"w_{to}_{source}")
        for before, layer in pairwise(layers)
        for to in layer
        for source in ("0", *before)
    )
    return Network(layers[0], neurons, layers[-1], synapses, cost("squared_error"))


def total(by):  # type: ignore[no-untyped-def]
    return Partial(E, by, PartialKind.TOTAL)


def local(of, by):  # type: ignore[no-untyped-def]
    return Partial(of, by, PartialKind.LOCAL)


def checked(network: Network | None = None, *, refute: bool = False) -> Checked:
    network = network or layered(("1", "2"), ("3", "4", "5"), ("6",))
    (out, outputs), *inner = local_gradients(network)
    steps = [
        Step(
            Equation(total(v(J)), total(e(J)) * local(e(J), y(J)) * local(y(J), v(J))),
            ByChainRule(),
            outputs,
        ),
        Step(Equation(total(e(J)), ONE_OVER_N * e(J)), ByLocalDerivative(), outputs),
        Step(Equation(local(e(J), y(J)), num(-1)), ByLocalDerivative(), outputs),
        Step(Equation(local(y(J), v(J)), slope(J)), ByLocalDerivative(), outputs),
        Step(Equation(local(v(J), w(J, I)), y(I)), ByLocalDerivative(), outputs),
        Step(Equation(delta(J), -total(v(J))), ByDefinition(), outputs),
        Step(out, ByRewriting(), outputs, (5, 0, 1, 2, 3)),
    ]
    for claim, family in inner:
        at = len(steps)
        chain = Sum(OVER_FED, total(v(K)) * local(v(K), y(J)))
        steps += [
            Step(Equation(total(y(J)), chain), ByChainRule(), family),
            Step(Equation(local(v(K), y(J)), w(K, J)), ByLocalDerivative(), family),
            Step(
                Equation(total(y(J)), -Sum(OVER_FED, delta(K) * w(K, J))),
                ByRewriting(),
                family,
                (at, at + 1),
            ),
            Step(Equation(delta(J), -(total(y(J)) * local(y(J), v(J)))), ByChainRule(), family),
            Step(claim, ByRewriting(), family, (at + 2, at + 3)),
        ]
    for claim, family in weight_corrections(network):
        steps.append(Step(claim, ByAlgebra(), family))
    findings = [Finding(Proved("adjoint identity"), checked=1) for _ in steps]
    if refute:
        witness = Witness(
            {"w_3_1": Fraction(1, 2)}, ({"1": Fraction(1)},), ({"6": Fraction(-2, 3)},)
        )
        half, third = Value(Fraction(1, 2), Fraction(1, 2)), Value(Fraction(1, 3), Fraction(1, 3))
        findings[6] = Finding(Refuted(("6",), witness, half, third, "the sign of e_j is lost"))
    smooth = "each activation function is differentiable at v_j(n)"
    return Checked(
        Derivation(
            "Back-propagation in a 2-3-1 network", network, definitions(network), tuple(steps)
        ),
        tuple(findings),
        (Hypothesis("φ_j differentiable", smooth), Hypothesis("N ≥ 1", "the batch is not empty")),
        ("the chain rule", "the ring normal form of polynomials", "the adjoint lemma"),
    )


def wide(number: int) -> Equation:
    """A sum of many products."""
    terms = [d(str(n)) * w(str(n), str(n + 1)) for n in range(number)]
    body = terms[0]
    for term in terms[1:6]:
        body = body + term
    return Equation(v("1"), type(body)(tuple(terms)))
