"""Derivations in layer notation: right lines are proved, wrong ones refuted or refused."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest

from symbolic.indexed import Delta, Expr, Get, Mul, Num, Var
from symbolic.reading.base import base_of
from symbolic.reading.cases import BeyondError, settled
from symbolic.reading.formulas import LAYER, UNWRITTEN, Read, SumOver
from symbolic.reading.judgement import judge
from symbolic.reading.prover import Prover
from symbolic.reading.reading import read_document
from symbolic.reading.samples import meant
from symbolic.reading.theory import LAYERED, Assumption, laws
from symbolic.reading.worlds import World, layered_worlds
from tests.layered import MEAN, NIELSEN, QUADRATIC, last

BATCH = r"let $C = \frac{1}{n} \sum_x C_x$. "


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


def test_a_mean_over_examples_is_told_from_the_cost_of_one() -> None:
    """What a sum over x shows is of the example x, though the notation cannot write it."""
    one = r"\frac{\partial C}{\partial w^l_{jk}} = a^{l-1}_k \delta^l_j"
    every = r"\frac{\partial C}{\partial w^l_{jk}} = \sum_x a^{l-1}_k \delta^l_j"
    assert {case.under for case in last(one, QUADRATIC).cases} == {((),)}
    assert {case.under for case in last(one, MEAN).cases} == {((Assumption.N1,),)}
    assert {case.under for case in last(every, MEAN).cases} == {((),)}
    assert last(r"\delta^L_j = (a^L_j - y_j) \sigma'(z^L_j)", MEAN).cases[0].under != ((),)


def test_a_cost_without_definition_is_told() -> None:
    reading = read_document(f"Then\n$${RIGHT[0]}$$\n", NIELSEN)
    assert "open cost" in {lint.name for lint in reading.lints}
    reading = read_document(f"{QUADRATIC}Then\n$${RIGHT[0]}$$\n", NIELSEN)
    assert "open cost" not in {lint.name for lint in reading.lints}


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
            plain = replace(case.against.world, open=False, shared=False, biased=False)
            assert plain in layered_worlds()
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
    assert found.word == ("unjustified" if found.claim.problems else "open")
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


@pytest.mark.slow
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


BIAS = r"\frac{\partial C}{\partial b^l_j} = \delta^l_j"


BACK = r"\delta^l_j = \sum_k w^{l+1}_{kj} \delta^{l+1}_k \sigma'(z^l_j)"


ENDS = r"\delta^l_j = \sum_k \frac{\partial C}{\partial a^L_k} \sigma'(z^l_j)"


@pytest.mark.parametrize(
    ("words", "line", "cases"),
    [
        (r"For each $l = L-1, L-2, \ldots, 2$ compute", BIAS, ["l < L"]),
        (r"For $l < L$ we have", BIAS, ["l < L"]),
        (r"For $2 \leq l \leq L - 1$ we have", BIAS, ["l < L"]),
        (r"If $l = L$ then", BIAS, ["l = L"]),
        (r"For each $l = 2, 3, \ldots, L$ we have", BIAS, ["l = L", "l < L"]),
        (r"For $l \geq 2$ we have", BIAS, ["l = L", "l < L"]),
        (r"For every layer $l$ we have", BIAS, ["l = L", "l < L"]),
        (r"For each layer $l < L$ we find", BACK, ["l < L"]),
    ],
)
def test_words_narrow_the_layers_of_a_line(words: str, line: str, cases: list[str]) -> None:
    reading = read_document(f"{words}\n$${line}.$$\n", NIELSEN)
    assert not reading.problems, reading.problems
    [found] = judge(reading).lines
    assert found.word == "proved"
    assert [case.roles for case in found.cases] == cases


def test_words_about_layers_narrow_no_line_but_theirs() -> None:
    text = f"For $l < L$ we have\n$${BIAS}.$$\nThen\n$${BIAS}.$$\n"
    first, second = judge(read_document(text, NIELSEN)).lines
    assert [len(first.cases), len(second.cases)] == [1, 2]


@pytest.mark.parametrize(
    ("words", "word", "why"),
    [
        (r"If $l = L$ then", "open", "no layer L+1"),
        (r"For $l = 2$ we have", "proved", ""),
        (r"For $l = L, 3$ we have", "", "a list"),
    ],
)
def test_words_about_layers_are_not_passed_over(words: str, word: str, why: str) -> None:
    reading = read_document(f"{words}\n$${BACK}.$$\n", NIELSEN)
    if word:
        [found] = judge(reading).lines
        assert found.word == word
        assert why in found.cases[0].why
    else:
        assert all(one.word == "open" for one in judge(reading).lines)
        assert any(why in problem.what for problem in reading.problems)


def test_a_line_that_is_wrong_in_the_layers_said_is_refuted_there() -> None:
    text = f"For $l < L$ we have\n$${ENDS}.$$\n"
    [found] = judge(read_document(text, NIELSEN)).lines
    assert [case.word for case in found.cases] == ["refuted"]
    against = found.cases[0].against
    assert against is not None
    assert dict(against.letters)["l"] < len(against.world.widths)


def test_a_counterexample_counts_the_neurons_of_each_layer_from_one() -> None:
    found = last(r"\frac{\partial z^l_m}{\partial z^l_j} = 1").cases[1].against
    assert found is not None
    assert found.world.widths == (1, 2, 1)
    assert dict(found.letters) == {"l": 2, "j": 2, "m": 3, "·": 1}
    assert dict(found.named) == {"l": 2, "j": 1, "m": 2, "·": 1}
    text = str(found.world)
    assert text.startswith("layers of 1-2-1 neurons; w^2_{11} = 1, w^2_{21} = 2, w^3_{11} = -1")
    assert "a^1_1 = 2 + x, y_1 = 40 + x on sample x" in text


@pytest.mark.parametrize(
    ("end", "roles"),
    [
        (r" \quad \text{for } l = L-1, \ldots, 2", "l < L"),
        (r", \quad l = L-1, L-2, \dots, 2.", "l < L"),
        (r" \text{ for all } l < L \tag{2}", "l < L"),
        (r", \qquad \text{if } l = L,", "l = L"),
    ],
)
def test_the_end_of_a_display_narrows_its_layers(end: str, roles: str) -> None:
    text = f"Then\n$${BIAS}{end}$$\nand\n$${BIAS}$$\n"
    reading = read_document(text, NIELSEN)
    assert not reading.problems, reading.problems
    first, second = judge(reading).lines
    assert [case.roles for case in first.cases] == [roles]
    assert len(second.cases) == 2


@pytest.mark.parametrize(
    "end",
    [
        r" \quad \text{for } l = L-1, L-3, \ldots, 1",
        r" \quad \text{not for } l < L",
        r" \quad \text{for } l < 7",
        r" \quad \text{for } j < L",
    ],
)
def test_another_end_of_a_display_is_not_passed_over(end: str) -> None:
    reading = read_document(f"Then\n$${BIAS}{end}$$\n", NIELSEN)
    assert reading.problems


def test_a_quantity_with_a_layer_and_no_neuron_is_not_in_reach() -> None:
    [claim] = read_document(f"Then\n$${BIAS}$$\n", NIELSEN).claims
    layer = Read("y", (Var("l", LAYER), UNWRITTEN), "a")
    with pytest.raises(BeyondError, match="no neuron"):
        settled(replace(claim, right=layer))
    with pytest.raises(BeyondError, match="no neuron"):
        settled(replace(claim, left=layer, right=layer))


def test_a_layer_that_is_only_summed_over_exists() -> None:
    """The l+1 of a sum is a layer of the network, though nothing in the sum shows it."""
    [claim] = read_document(f"Then\n$${BACK}$$\n", NIELSEN).claims
    right = claim.right
    assert isinstance(right, SumOver)
    [found] = settled(replace(claim, right=replace(right, body=Num(Fraction(1)))))
    assert found.layers is not None
    assert dict(found.layers.highest) == {"l": 1}
