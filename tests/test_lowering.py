"""The gradients of the lowered rule against a central difference of the cost."""

from types import SimpleNamespace

import numpy as np
import pytest

from numeric.backends import builder
from numeric.lowering import lower
from symbolic.activations import Activation
from symbolic.costs import Cost
from symbolic.errors import InputError
from symbolic.network import Network, Neuron, Synapse
from symbolic.rules import Rule
from symbolic.terms import Call, Equation, Frac, Sign, num
from symbolic.verification import rule_of

TANH = Activation("tanh", Call("tanh", Sign("v")), 1 - Sign("y") ** 2)
SQUARED = Cost("squared_error", Frac(num(1), num(2)) * Sign("e") ** 2, -Sign("e"))


def claimed(network: Network, statement: tuple[object, ...]) -> Rule:
    """What only looks like a rule: no theorem stands behind it."""
    rule = object.__new__(Rule)
    object.__setattr__(rule, "theorem", SimpleNamespace(network=network, statement=statement))
    return rule


def net(edges: str, outputs: str) -> Network:
    """ "a:0,x b:a=s" reads: a reads 0 and x; b reads a by the weight named s."""
    synapses, neurons = [], []
    for part in edges.split():
        to, sources = part.split(":")
        neurons.append(Neuron(to, TANH))
        for source in sources.split(","):
            source, _, weight = source.partition("=")
            synapses.append(Synapse(to, source, weight or f"w_{to}_{source}"))
    return Network(("x", "z"), tuple(neurons), tuple(outputs), tuple(synapses), SQUARED)


NETS = {
    "layered": net("a:0,x,z b:0,x,z c:0,a,b", "c"),
    "skip": net("a:x,z c:0,a,x", "c"),
    "two outputs, one feeds": net("a:0,x,z b:0,a c:a,b,z", "bc"),
    "tied": net("a:x=s,z b:x,z=s c:a=t,b=t", "c"),
    "sparse": net("a:x b:x,z g:0,z c:a,b f:b,g,x", "cf"),
    "every other source": net("a:x b:x h:x i:x c:a,h,x d:a,h,x e:a,h,x f:a,h,x", "cdef"),
    "fed by all before": net("a:0,x,z b:0,x,z c:0,x,z,a,b d:0,x,z,a,b e:0,x,z,a,b,c,d", "e"),
    "a tied matrix": net("a:x=p,z=q b:x=r,z=s c:a=p,b=q d:a=r,b=s e:0,c,d", "e"),
    "tied in part": net("a:x=p,z=q b:x,z c:a=p,b=q d:a,b e:0,c=p,d", "e"),
}


def learned(rule: Rule, batch: int, weights: np.ndarray, X: object, D: object) -> np.ndarray:
    """The corrections Δw of one batch, η = 1."""
    program = lower(rule)
    machine = builder()(program, batch, weights, 1.0)
    machine.inputs[:], machine.targets[:] = np.transpose(X), np.transpose(D)
    machine.learn()
    return machine.corrections.copy()


@pytest.mark.parametrize("name", NETS)
def test_the_corrections_are_minus_the_slope_of_the_cost(name: str) -> None:
    network = NETS[name]
    rule = rule_of(network)
    program = lower(rule)
    random = np.random.default_rng(1)
    X = random.normal(size=(5, len(network.inputs)))
    D = random.normal(size=(5, len(network.outputs)))
    w = random.normal(size=len(program.layout.entry)) * 0.7
    machine = builder()(program, 5, w, 1.0)
    machine.inputs[:], machine.targets[:] = X.T, D.T
    y, v = np.empty((2, len(network.outputs), 5))

    def cost() -> float:
        machine.forward()
        machine.outputs(y, v)
        return float(((D.T - y) ** 2).sum() / 10)

    machine.learn()
    found = machine.corrections.copy()
    for n in range(len(w)):
        ends = []
        for step in (1e-6, -2e-6):
            w[n] += step
            ends.append(cost())
        w[n] += 1e-6
        assert found[n] == pytest.approx((ends[1] - ends[0]) / 2e-6, abs=1e-8), n


def test_a_rule_with_a_turned_sign_gives_a_turned_gradient() -> None:
    network = NETS["layered"]
    right = rule_of(network)
    turned = tuple(
        (Equation(c.left, -c.right) if getattr(c.left, "letter", None) == "dw" else c, family)
        for c, family in right.theorem.statement
    )
    weights = np.linspace(-1, 1, len(network.uses))
    found = [
        learned(rule, 2, weights, np.ones((2, 2)), np.ones((2, 1)))
        for rule in (right, claimed(network, turned))
    ]
    assert np.abs(found[0]).max() > 0
    assert np.array_equal(found[0], -found[1])


@pytest.mark.parametrize("letter", ["delta", "dw"])
def test_every_neuron_and_every_weight_needs_exactly_one_claim(letter: str) -> None:
    network = NETS["tied"]
    statement = rule_of(network).theorem.statement
    these = tuple(line for line in statement if getattr(line[0].left, "letter", None) == letter)
    others = tuple(line for line in statement if line not in these)
    with pytest.raises(InputError, match="0 claims"):
        lower(claimed(network, others + these[1:]))
    with pytest.raises(InputError, match="2 claims"):
        lower(claimed(network, statement + these[:1]))


def test_only_a_rule_is_lowered() -> None:
    with pytest.raises(TypeError):
        lower(NETS["skip"])  # type: ignore[arg-type]
