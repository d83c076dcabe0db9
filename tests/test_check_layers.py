"""Derivations in layer notation: right lines are proved, wrong ones refuted or refused."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest

from symbolic.indexed import Delta, Expr, Get, Mul, Num, Var
from symbolic.reading.cases import BeyondError, settled
from symbolic.reading.judgement import Judged, Judgement, judge
from symbolic.reading.profile import open_profile
from symbolic.reading.prover import Prover
from symbolic.reading.reading import read_document
from symbolic.reading.samples import meant
from symbolic.reading.theory import LAYERED, Assumption, base_of, laws
from symbolic.reading.worlds import World, layered_worlds

NIELSEN = open_profile("nielsen")
QUADRATIC = r"Let $C = \frac{1}{2} \sum_j (y_j - a^L_j)^2$. "
BATCH = r"let $C = \frac{1}{n} \sum_x C_x$. "


def judged(text: str, cost: str = "") -> Judgement:
    reading = read_document(f"{cost}Then\n$${text}$$\n", NIELSEN)
    assert not reading.problems, reading.problems
    return judge(reading)


def last(text: str, cost: str = "") -> Judged:
    return judged(text, cost).lines[-1]


RIGHT = [  # the cost is any differentiable function of the outputs
    r"\delta^L_j = \frac{\partial C}{\partial a^L_j} \sigma'(z^L_j)",
    r"\delta^L_j = \sum_k \frac{\partial C}{\partial a^L_k} \frac{\partial a^L_k}{\partial z^L_j}",
    r"\delta^l_j = \frac{\partial C}{\partial a^l_j} \sigma'(z^l_j)",
    r"\delta^l_j = \sum_k w^{l+1}_{kj} \delta^{l+1}_k \sigma'(z^l_j)",
    r"\delta^{l-1}_j = \sum_k w^l_{kj} \delta^l_k \sigma'(z^{l-1}_j)",
    r"\delta^{L-1}_j = \sum_k w^L_{kj} \delta^L_k \sigma'(z^{L-1}_j)",
    r"\delta^l_j = \sum_k \frac{\partial C}{\partial z^{l+1}_k}"
    r"\frac{\partial z^{l+1}_k}{\partial z^l_j}",
    r"\delta^l_j = \sum_k \frac{\partial C}{\partial a^l_k} \frac{\partial a^l_k}{\partial z^l_j}",
    r"\frac{\partial z^{l+1}_k}{\partial z^l_j} = w^{l+1}_{kj} \sigma'(z^l_j)",
    r"\frac{\partial z^{l+1}_k}{\partial a^{l-1}_i}"
    r" = \sum_j w^{l+1}_{kj} \sigma'(z^l_j) w^l_{ji}",
    r"z^{l+1}_k = \sum_j w^{l+1}_{kj} \sigma(z^l_j) + b^{l+1}_k",
    r"\frac{\partial C}{\partial b^l_j} = \delta^l_j",
    r"\frac{\partial C}{\partial w^l_{jk}} = a^{l-1}_k \delta^l_j",
    r"\frac{\partial C}{\partial w^L_{jk}} = a^{L-1}_k \delta^L_j",
    r"\frac{\partial C}{\partial w^l_{jk}}"
    r" = \sum_m \frac{\partial C}{\partial a^L_m} \frac{\partial a^L_m}{\partial w^l_{jk}}",
    r"\frac{\partial C}{\partial w^l_{jk}}"
    r" = \sum_m \frac{\partial C}{\partial z^l_m} \frac{\partial z^l_m}{\partial w^l_{jk}}",
    r"\frac{\partial C}{\partial a^{l-1}_k} = \sum_j w^l_{jk} \delta^l_j",
    r"\Delta w^l_{jk} = -\eta a^{l-1}_k \delta^l_j",
    r"\frac{\partial z^l_j}{\partial w^l_{jk}} = a^{l-1}_k",
    r"\frac{\partial a^{(l)}_j}{\partial z^{(l)}_j} = \sigma'(z^{(l)}_j)",
]


@pytest.mark.parametrize("line", RIGHT)
def test_a_right_line_is_proved_for_every_cost_and_every_layer(line: str) -> None:
    found = last(line)
    assert found.word == "proved", found.cases
    assert all(case.under == ((),) for case in found.cases)


@pytest.mark.parametrize(
    ("line", "cost"),
    [
        (r"\delta^L_j = (a^L_j - y_j) \sigma'(z^L_j)", QUADRATIC),
        (r"\frac{\partial C}{\partial a^L_j} = a^L_j - y_j", QUADRATIC),
        (
            r"\frac{\partial C}{\partial w^l_{jk}}"
            r" = \frac{1}{n} \sum_x \frac{\partial C_x}{\partial w^l_{jk}}",
            BATCH,
        ),
        (
            r"\frac{\partial C_x}{\partial w^l_{jk}}"
            r" = a^{l-1}_k \frac{\partial C_x}{\partial z^l_j}",
            BATCH,
        ),
    ],
)
def test_a_line_about_a_cost_that_is_said_is_proved(line: str, cost: str) -> None:
    found = last(line, cost)
    assert found.word == "proved", found.cases
    assert all(case.under == ((),) for case in found.cases)


WRONG = [
    r"\delta^L_j = -\frac{\partial C}{\partial a^L_j} \sigma'(z^L_j)",
    r"\delta^L_j = \frac{\partial C}{\partial a^L_j} \sigma(z^L_j)",
    r"\delta^L_j = \frac{\partial C}{\partial a^L_j}",
    r"\delta^L_j = a^L_j - y_j",
    r"\delta^l_j = \sum_k w^{l+1}_{kj} \delta^{l+1}_k",
    r"\delta^l_j = -\sum_k w^{l+1}_{kj} \delta^{l+1}_k \sigma'(z^l_j)",
    r"\delta^l_j = \sum_k w^{l+1}_{kj} \delta^{l+1}_k \sigma'(z^{l+1}_k)",
    r"\delta^l_j = \sum_k w^{l+1}_{kj} \delta^{l+1}_k \sigma(z^l_j)",
    r"\delta^l_j = \sum_k \delta^{l+1}_k \sigma'(z^l_j)",
    r"\delta^l_j = \sum_k \frac{\partial C}{\partial a^L_k} \sigma'(z^l_j)",
    r"\frac{\partial C}{\partial b^l_j} = \delta^l_j a^l_j",
    r"\frac{\partial C}{\partial b^l_j} = -\delta^l_j",
    r"\frac{\partial C}{\partial b^l_j} = \delta^l_j \sigma'(z^l_j)",
    r"\frac{\partial C}{\partial w^l_{jk}} = a^l_j \delta^l_j",
    r"\frac{\partial C}{\partial w^l_{jk}} = \delta^l_j",
    r"\frac{\partial C}{\partial w^l_{jk}} = -a^{l-1}_k \delta^l_j",
    r"\frac{\partial C}{\partial w^l_{jk}} = \sigma'(z^{l-1}_k) \delta^l_j",
    r"\Delta w^l_{jk} = \eta a^{l-1}_k \delta^l_j",
    r"\frac{\partial z^{l+1}_k}{\partial z^l_j} = w^{l+1}_{kj}",
    r"\frac{\partial z^l_m}{\partial z^l_j} = 0",
    r"z^{l+1}_k = \sum_j w^{l+1}_{kj} \sigma(z^l_j)",
]


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_line_is_refuted_by_an_exact_layered_network(line: str) -> None:
    found = last(line)
    assert found.word == "refuted", found.cases
    for case in found.cases:
        if case.word == "refuted":
            assert case.against is not None
            assert case.against.left != case.against.right
            assert replace(case.against.world, open=False) in layered_worlds()
            assert "layers of" in str(case.against.world)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (
            r"\delta^l_j = \sum_k w^{l+1}_{jk} \delta^{l+1}_k \sigma'(z^l_j)",
            "j is used with layers l and l+1",
        ),
        (
            r"\delta^l_j = \sum_k w^{l+1}_{kj} \delta^l_k \sigma'(z^l_j)",
            "k is used with layers l+1 and l",
        ),
        (r"\frac{\partial C}{\partial w^l_{jk}} = a^l_k \delta^l_j", "layers l-1 and l"),
        (r"\frac{\partial C}{\partial w^l_{kj}} = a^{l-1}_k \delta^l_j", "layers l and l-1"),
        (r"\delta^l_j = \sigma'(z^{l-1}_j)", "layers l and l-1"),
        (r"\delta^l_j = (a^l_j - y_j) \sigma'(z^l_j)", "layers L and l"),
        (r"\delta^{L+1}_j = \delta^{L+1}_j", "no layer L+1"),
        (r"\delta^l_j = \sum_m \delta^{l+2}_m", "not next to"),
    ],
)
def test_letters_that_do_not_fit_their_layers_are_refused(line: str, why: str) -> None:
    found = last(line)
    assert found.word == "open"
    assert why in found.cases[0].why


def test_a_split_claim_says_where_it_fails() -> None:
    """Right in the output layer only."""
    found = last(r"\delta^l_j = \sum_k \frac{\partial C}{\partial a^L_k} \sigma'(z^l_j)")
    assert [case.roles for case in found.cases] == ["l = L", "l < L"]
    assert found.cases[0].under == ((Assumption.SO,),)
    assert found.cases[1].word == "refuted"
    assert found.cases[1].against is not None
    assert dict(found.cases[1].against.letters)["l"] == 2


def test_a_sum_without_its_own_derivative_needs_a_single_output() -> None:
    found = last(r"\delta^L_j = \sum_k \frac{\partial C}{\partial a^L_k} \sigma'(z^L_k)")
    assert found.cases[0].under == ((Assumption.SO,),)
    assert found.cases[0].against is not None
    assert len(found.cases[0].against.world.outputs) == 2


def test_what_is_said_of_a_letter_must_agree_with_its_layer() -> None:
    text = "Let $j$ be a hidden neuron. Then\n$$\\delta^L_j = \\delta^L_j$$\n"
    [found] = judge(read_document(text, NIELSEN)).lines
    assert found.word == "open"
    assert "do not agree" in found.cases[0].why


def test_an_undefined_cost_may_depend_on_more_than_the_outputs() -> None:
    found = last(r"\frac{\partial C}{\partial y_j} = 0")
    assert found.word == "open"


def test_a_derivative_of_an_undefined_cost_is_not_differentiated_again() -> None:
    line = r"\frac{\partial}{\partial z^L_j} (\frac{\partial C}{\partial a^L_j}) = 0"
    reading = meant(read_document(f"Then\n$${line}$$\n", NIELSEN))
    [case] = settled(reading.claims[0])
    with pytest.raises(BeyondError, match="derivative of a derivative"):
        Prover(base_of(reading)).prove(case)
    assert last(line).word == "open"


def value(expr: Expr, at: dict[Var, int], arrays: dict[str, dict[tuple[int, ...], Fraction]]):
    """A law's side in a network: a product of entries, deltas and numbers."""
    match expr:
        case Num(number):
            return number
        case Mul(factors):
            result = Fraction(1)
            for factor in factors:
                result *= value(factor, at, arrays)
            return result
        case Delta(left, right):
            return Fraction(at[left] == at[right])  # type: ignore[index]  # both are letters
        case Get(array, places):
            entries = [i for i in places if isinstance(i, Var) and i in at]
            return arrays[array].get(tuple(at[i] for i in entries), Fraction(0))
    raise AssertionError(expr)


def entries(world: World) -> dict[str, dict[tuple[int, ...], Fraction]]:
    """The arrays of the laws in a layered network, its paths with the slopes 3, 5, 7, …"""
    one = Fraction(1)
    layer = {n: place[0] for n, place in world.layers.items()}
    pairs = [*product(world.neurons, repeat=2)]
    paths: dict[tuple[int, ...], Fraction] = {(n, n): one for n in world.neurons}
    for source in world.neurons:
        for to in world.neurons:
            if to > source:
                paths[to, source] = sum(
                    (
                        world.edges[to, n] * Fraction(2 * n + 1) * paths.get((n, source), 0)
                        for n in world.neurons
                        if (to, n) in world.edges
                    ),
                    Fraction(0),
                )
    return {
        "w": {pair: Fraction(w) for pair, w in world.edges.items()},
        "edge": dict.fromkeys(world.edges, one),
        "out": {(n,): one for n in world.outputs},
        "unit": {(n,): one for n in world.neurons if n not in world.inputs},
        "last": {(n,): one for n in world.neurons if layer[n] == len(world.widths) - 1},
        "deep": {(n,): one for n in world.neurons if layer[n] > 2},
        "beside": {(a, b): one for a, b in pairs if layer[a] == layer[b]},
        "apart": {(a, b): one for a, b in pairs if layer[a] == layer[b] + 2},
        "paths": paths,
    }


def test_every_law_of_layers_holds_in_exact_layered_networks() -> None:
    used = {law for law in laws((), layered=True) if getattr(law, "pattern", ())}
    assert set(LAYERED) < used
    fired = set()
    for world in layered_worlds():
        if world.samples > 1:
            continue
        arrays = entries(world)
        for law in used:
            letters = sorted(
                {i for get in law.pattern for i in get.at if isinstance(i, Var) and i.name != "s"},
                key=lambda v: v.name,
            )
            for chosen in product(world.neurons, repeat=len(letters)):
                at = dict(zip(letters, chosen, strict=True))
                left = value(Mul(law.pattern), at, arrays)
                assert left == value(law.value, at, arrays), (law, at)
                if left:
                    fired.add(law)
    assert len(fired) > 20
