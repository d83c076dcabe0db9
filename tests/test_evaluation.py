"""The duals against closed forms, against differences, and at the places where nothing exists."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb, ctx
from nets import layered, skipping, tied

from symbolic.activations import ACTIVATIONS, Activation, activation
from symbolic.costs import cost
from symbolic.duals import (
    FUNCTIONS,
    Dual,
    Number,
    Undecided,
    apply,
    ball,
    differ,
    enclosure,
    plain,
    power,
    tangent,
)
from symbolic.errors import InputError
from symbolic.evaluation import Instance
from symbolic.network import BIAS, Network, Neuron, Synapse
from symbolic.notation import ES, ETA, E, I, J, K, N, d, delta, dw, e, slope, v, w, y
from symbolic.recursion import local_gradients, weight_corrections
from symbolic.terms import (
    Constant,
    Num,
    Partial,
    PartialKind,
    Phi,
    Range,
    RangeKind,
    Sign,
    Sum,
    Term,
    num,
    replaced,
)
from symbolic.verdicts import Witness
from symbolic.worth import Undefined

F = Fraction
SQUARE = Activation("square", Sign("v") * Sign("v"), None)


def chain(*phis: Activation) -> Network:
    """x → n0 → n1 → …, weights w0, w1, …, the last neuron the output."""
    names = [f"n{place}" for place in range(len(phis))]
    return Network(
        ("x",),
        tuple(Neuron(name, phi) for name, phi in zip(names, phis, strict=True)),
        (names[-1],),
        tuple(
            Synapse(to, source, f"w{place}")
            for place, (to, source) in enumerate(zip(names, ["x", *names], strict=False))
        ),
        cost("squared_error"),
    )


def put(
    network: Network, weights: dict[str, int | str], *samples: tuple[dict[str, int], dict[str, int]]
) -> Instance:
    """The instance with these weights, and inputs and targets of each sample."""
    witness = Witness(
        {name: F(value) for name, value in weights.items()},
        tuple({unit: F(x) for unit, x in inputs.items()} for inputs, _ in samples),
        tuple({unit: F(x) for unit, x in targets.items()} for _, targets in samples),
    )
    return Instance(network, witness)


def total(of: Sign, by: Sign) -> Partial:
    return Partial(of, by, PartialKind.TOTAL)


def local(of: Sign, by: Sign) -> Partial:
    return Partial(of, by, PartialKind.LOCAL)


def same(left: Number, right: Number) -> bool:
    return not differ(left, right)


def test_a_square_of_a_square_has_the_derivatives_of_the_closed_form():
    # v0 = 3·2 = 6, y0 = 36, v1 = 36/2 = 18, y1 = 324, e = 4 − 324 = −320
    at = put(chain(SQUARE, SQUARE), {"w0": 3, "w1": "1/2"}, ({"x": 2}, {"n1": 4}))
    assert at.value(y("n1")) == 324
    assert at.value(e("n1")) == -320
    assert at.value(E) == F(320 * 320, 2)
    assert at.value(delta("n1")) == -320 * 2 * 18
    assert at.value(delta("n0")) == -320 * 2 * 18 * F(1, 2) * 2 * 6
    assert at.value(dw("n0", "x")) == at.value(delta("n0")) * 2
    assert at.value(Phi("n0", 2, v("n0"))) == 2
    assert at.value(total(E, y("x"))) == -at.value(delta("n0")) * 3
    assert at.value(total(E, e("n1"))) == -320
    assert at.value(total(y("n1"), v("n0"))) == 2 * 18 * F(1, 2) * 12


def test_a_batch_carries_one_over_n_and_a_weight_moves_in_every_sample():
    samples = ({"x": 2}, {"n0": 1}), ({"x": -1}, {"n0": 5})
    at = put(chain(activation("identity")), {"w0": 3}, *samples)
    assert at.value(delta("n0"), sample=0) == F(1 - 6, 2)
    assert at.value(delta("n0"), sample=1) == F(5 + 3, 2)
    assert at.value(dw("n0", "x")) == F(-5 * 2 + 8 * -1, 2)
    assert at.value(Sum(Range(RangeKind.SAMPLES), delta("n0") * y("x"))) == at.value(dw("n0", "x"))
    assert at.value(N) == 2
    assert at.value(ES, sample=1) == 32
    with pytest.raises(Undefined, match="say which"):
        at.value(delta("n0"))


@pytest.mark.parametrize("network", [layered(1, 2, 1, hidden="identity"), layered(2, 1, 2, 1)])
def test_where_the_cost_is_quadratic_a_central_difference_is_exact(network: Network):
    names = sorted(network.uses)
    identity = Network(
        network.inputs,
        tuple(Neuron(n.name, activation("identity")) for n in network.neurons),
        network.outputs,
        network.synapses,
        network.cost,
    )
    weights = {name: F(place % 5 - 2, place % 3 + 1) for place, name in enumerate(names)}
    inputs = {unit: F(place + 2) for place, unit in enumerate(network.inputs)}
    targets = {unit: F(3) for unit in network.outputs}

    def cost_with(name: str, value: Fraction) -> Number:
        witness = Witness({**weights, name: value}, (inputs,), (targets,))
        return Instance(identity, witness).value(E)

    at = Instance(identity, Witness(weights, (inputs,), (targets,)))
    for name in names:
        up, down = cost_with(name, weights[name] + 1), cost_with(name, weights[name] - 1)
        assert isinstance(up, Fraction)
        assert isinstance(down, Fraction)
        assert at.value(Sign("dw", (name,))) == -(up - down) / 2


def test_a_shared_weight_moves_at_every_use_at_once():
    # identity would do; tanh at 0 keeps all exact: v_a = s x, v_b = s y_a, v_o = u y_a + s y_b
    at = put(tied(), {"s": 0, "u": 3}, ({"x": 2}, {"o": 7}))
    assert at.value(Sign("dw", ("s",))) == 7 * 3 * 2
    assert at.value(dw("b", "a")) == 7 * 3 * 2
    uses = Sum(Range(RangeKind.USES, (K, I), ("s",)), delta(K) * y(I))
    assert at.value(uses) == 7 * 3 * 2


RULES = [
    layered(2, 2, 2),
    layered(1, 2, 2, 1, hidden="tanh", output="tanh"),
    layered(2, 2, 2, hidden="softplus", output="logistic", error="cross_entropy"),
    layered(2, 3, 1, hidden="leaky_relu"),
    layered(1, 2, 1, hidden="gelu", output="arctan"),
    layered(1, 2, 1, hidden="silu", output="elu"),
    tied(),
    skipping(),
]


@pytest.mark.parametrize("network", RULES)
def test_the_published_recursion_agrees_with_the_duals(network: Network):
    numbers = [F(1, 2), F(-1), F(2), F(-1, 3), F(1)]
    weights = {name: numbers[place % 5] for place, name in enumerate(sorted(network.uses))}
    inputs = ({unit: F(place + 1) for place, unit in enumerate(network.inputs)},) * 2
    targets = ({unit: F(1) for unit in network.outputs}, {unit: F(0) for unit in network.outputs})
    at = Instance(network, Witness(weights, inputs, targets))
    checked = 0
    for claim, family in (*local_gradients(network), *weight_corrections(network)):
        for member in family.members:
            env = dict(zip(family.letters, member, strict=True))
            left, right = at.value(claim.left, env, 1), at.value(claim.right, env, 1)
            assert same(left, right), (claim, member)
            checked += 1
    assert checked >= len(network.neurons)


def test_local_derivatives_hold_every_other_argument():
    at = put(chain(SQUARE, SQUARE), {"w0": 3, "w1": "1/2"}, ({"x": 2}, {"n1": 4}))
    assert at.value(local(v("n1"), y("n0"))) == F(1, 2)
    assert at.value(local(v("n1"), v("n0"))) == 0
    assert at.value(local(v("n1"), w("n1", "n0"))) == 36
    assert at.value(local(y("n1"), v("n1"))) == 36
    assert at.value(local(e("n1"), y("n1"))) == -1
    assert at.value(local(Sign("Ej", ("n1",)), e("n1"))) == -320
    assert at.value(local(ES, Sign("Ej", ("n1",)))) == 1
    assert at.value(local(E, ES)) == 1
    assert at.value(local(Sign("v", (J,)), Sign("w", (J, I))), {"j": "n0", "i": "x"}) == 2


def test_softmax_has_its_shares_but_no_phi_of_its_own():
    network = layered(1, 2, output="softmax", error="softmax_cross_entropy")
    at = put(network, {"w_a0_x0": 0}, ({"x0": 1}, {"a0": 1, "a1": 0}))
    assert at.value(y("a0")) == F(1, 2)
    assert at.value(delta("a0")) == F(1, 2)
    assert at.value(delta("a1")) == F(-1, 2)
    assert at.value(local(y("a0"), v("a1"))) == F(-1, 4)
    with pytest.raises(Undefined, match="softmax"):
        at.value(slope("a0"))


def test_no_derivative_at_a_kink():
    at = put(chain(activation("relu"), activation("identity")), {"w1": 1}, ({"x": 1}, {"n1": 1}))
    assert at.value(y("n0")) == 0
    assert at.value(delta("n1")) == 1
    for term in (slope("n0"), delta("n0"), total(E, v("n0"))):
        with pytest.raises(Undecided, match="relu"):
            at.value(term)
    smooth = put(chain(activation("elu")), {"w0": 0}, ({"x": 1}, {"n0": 1}))
    assert smooth.value(slope("n0")) == 1


@pytest.mark.parametrize(
    ("term", "words"),
    [
        (e("n0"), "no output"),
        (d("x"), "no output"),
        (v("x"), "no neuron"),
        (y("z"), "no unit"),
        (dw("n0", "n1"), "no synapse"),
        (Sign("w", ("w7",)), "no weight"),
        (v(J), "bound by nothing"),
        (total(E, e("n0")), "no output"),
        (Constant("e"), "constant"),
    ],
)
def test_what_the_network_does_not_have_is_said(term: Term, words: str):
    at = put(chain(SQUARE, SQUARE), {"w0": 1}, ({"x": 1}, {}))
    with pytest.raises(Undefined, match=words):
        at.value(term)


def test_letters_of_the_notation():
    at = put(chain(SQUARE, SQUARE), {"w0": 1}, ({"x": 1}, {}))
    assert at.value(y(BIAS)) == 1
    assert at.value(w("n0", "n1")) == 0
    assert at.value(ETA) == 1
    with pytest.raises(Undecided, match="zero"):
        at.value(Num(F(1)) / w("n1", "n0"))
    with pytest.raises(InputError, match="w8"):
        put(chain(SQUARE), {"w8": 1}, ({}, {}))


@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - {"softmax"}))
@pytest.mark.parametrize("at", ["-3/2", "1/3", "2"])
def test_the_slope_by_duals_is_the_published_one(name: str, at: str):
    phi = activation(name)
    instance = put(chain(phi), {"w0": at}, ({"x": 1}, {}))
    assert phi.slope is not None
    published = Instance(instance.network, instance.witness)
    slots = {Sign("v"): v("n0"), Sign("y"): y("n0")}
    assert same(published.value(replaced(phi.slope, slots)), instance.value(slope("n0")))


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_the_rules_of_the_elementary_functions_fit_a_small_difference(name: str):
    x, step = F(2, 3), F(1, 10**20)
    with ctx.workprec(300):
        up, down = plain(apply(name, x + step)), plain(apply(name, x - step))
        difference = (ball(up) - ball(down)) / ball(2 * step)
        told = plain(tangent(apply(name, Dual(x, F(1)))))
        assert abs(difference - ball(told)) < 1e-15


def test_exact_values_stay_exact_and_enclosures_hold_the_truth():
    assert apply("sqrt", F(4, 9)) == F(2, 3)
    assert power(F(8), F(2)) == 64
    assert [apply(f, F(0)) for f in ("exp", "tanh", "erf", "arctan", "sin", "cos")] == [
        1, 0, 0, 0, 0, 1,
    ]  # fmt: skip
    root = apply("sqrt", F(2))
    assert not isinstance(root, Dual)
    ends = enclosure(root)
    assert ends.low**2 < 2 < ends.high**2
    assert not ends.exact
    for name, x in (("ln", F(0)), ("ln", F(-1)), ("sqrt", F(-1))):
        with pytest.raises(Undecided):
            apply(name, x)
    with pytest.raises(Undecided):
        apply("abs", Dual(F(0), F(1)))
    with pytest.raises(InputError, match="tan"):
        apply("tan", F(0))


def test_a_case_that_an_enclosure_cannot_decide_is_left_undecided():
    at = put(chain(activation("relu")), {"w0": 1}, ({"x": 1}, {}))
    nearly = num(2) * Num(F(1)) - (Num(F(2)) ** F(1, 2)) ** 2
    with pytest.raises(Undecided, match="wide"):
        at.value(Phi("n0", 0, nearly))


@pytest.mark.slow
def test_a_chain_of_a_hundred_thousand_neurons_is_evaluated():
    n = 100_000
    network = chain(*[activation("identity")] * n)
    weights = {f"w{place}": F(1) for place in range(n)}
    at = Instance(network, Witness(weights, ({"x": F(2)},), ({f"n{n - 1}": F(5)},)))
    assert at.value(delta("n7")) == 3


def test_an_enclosure_without_bounds_is_undecided_and_no_crash():
    with pytest.raises(Undecided):
        enclosure(arb(0, "inf"))
