"""Derivations in layer notation: right lines are proved, wrong ones refuted or refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest

from reports.cli import main
from symbolic.indexed import Delta, Expr, Get, Mul, Num, Var, affine
from symbolic.reading.cases import BeyondError, settled
from symbolic.reading.claims import Kind
from symbolic.reading.formulas import Formula, Read, inside, rebuilt
from symbolic.reading.judgement import Judged, Judgement, judge
from symbolic.reading.layers import is_layered
from symbolic.reading.profile import open_profile
from symbolic.reading.prover import Prover
from symbolic.reading.reading import read_document
from symbolic.reading.samples import meant
from symbolic.reading.source import Fault
from symbolic.reading.theory import LAYERED, Assumption, base_of, laws
from symbolic.reading.worlds import Counterexample, Refuter, Tried, World, layered_worlds
from tests.test_check import mutants

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


MEAN = r"let $C = \frac{1}{2n} \sum_x \sum_j (y_j - a^L_j)^2$. "


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


WHOLE = [
    r"z^l = w^l a^{l-1} + b^l",
    r"\delta^L = \nabla_a C \odot \sigma'(z^L)",
    r"\delta^L = \sigma'(z^L) \odot \nabla_{a^L} C",
    r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)",
    r"\delta^l = (w^{l+1})^{\top} \delta^{l+1} \odot \sigma'(z^l)",
    r"\delta^{L-1} = ((w^L)^T \delta^L) \odot \sigma'(z^{L-1})",
    r"\delta^L = \Sigma'(z^L) \nabla_a C",
    r"\delta^l = \Sigma'(z^l) (w^{l+1})^T \delta^{l+1}",
    r"(\delta^l)^T = (\delta^{l+1})^T w^{l+1} \Sigma'(z^l)",
    r"\frac{\partial C}{\partial b^l} = \delta^l",
    r"\frac{\partial C}{\partial w^l} = \delta^l (a^{l-1})^T",
    r"\nabla_{w^l} C = \delta^l (a^{l-1})^T",
    r"(\nabla_{w^l} C)^T = a^{l-1} (\delta^l)^T",
    r"\nabla_{a^l} C = (w^{l+1})^T \delta^{l+1}",
    r"\Delta w^l = -\eta \delta^l (a^{l-1})^T",
    r"\sigma(w^l a^{l-1} + b^l) = \sigma(z^l) = a^l",
]


@pytest.mark.parametrize("line", WHOLE)
def test_a_right_line_about_whole_layers_is_proved(line: str) -> None:
    for found in judged(line).lines:
        assert found.word in ("proved", "definition"), found.cases
        assert all(case.under == ((),) for case in found.cases)
    assert any(one.cases for one in judged(f"a^l = a^l + b^l - b^l, {line}").lines)


@pytest.mark.parametrize(
    "line",
    [
        r"\delta^L = -\nabla_a C \odot \sigma'(z^L)",
        r"\delta^L = \nabla_a C",
        r"\delta^L = \nabla_a C \odot \sigma(z^L)",
        r"\delta^L = \Sigma(z^L) \nabla_a C",
        r"\delta^l = (w^{l+1})^T \delta^{l+1}",
        r"\delta^l = (w^{l+1})^T (\delta^{l+1} \odot \sigma'(z^{l+1}))",
        r"\frac{\partial C}{\partial b^l} = \delta^l \odot a^l",
        r"\frac{\partial C}{\partial w^l} = -\delta^l (a^{l-1})^T",
        r"\frac{\partial C}{\partial w^l} = \delta^l (\sigma'(a^{l-1}))^T",
        r"\Delta w^l = \eta \delta^l (a^{l-1})^T",
        r"\nabla_{a^l} C = (w^{l+1})^T (w^{l+1} \delta^l)",
    ],
)
def test_a_wrong_line_about_whole_layers_is_refuted(line: str) -> None:
    found = last(line)
    assert found.word == "refuted", found.cases


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (r"\delta^l = (w^{l+1} \delta^{l+1}) \odot \sigma'(z^l)", "multiplied by a column of"),
        (r"\delta^l = ((w^l)^T \delta^{l+1}) \odot \sigma'(z^l)", "multiplied by a column of"),
        (r"\delta^l = ((w^{l+1})^T \delta^l) \odot \sigma'(z^l)", "multiplied by a column of"),
        (r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^{l+1})", "beside"),
        (r"\delta^l = (w^{l+1})^T \delta^{l+1} \sigma'(z^l)", "multiplied by a column of layer l"),
        (r"\frac{\partial C}{\partial w^l} = a^{l-1} (\delta^l)^T", "beside a matrix"),
        (r"\frac{\partial C}{\partial w^l} = \delta^l a^{l-1}", "multiplied by"),
        (r"\frac{\partial C}{\partial w^l} = \delta^l (a^l)^T", "beside a matrix"),
        (r"\frac{\partial C}{\partial w^l} = (\delta^l)^T a^{l-1}", "multiplied by"),
        (r"\frac{\partial C}{\partial b^l} = \delta^{l-1}", "beside a column of layer l"),
        (r"\frac{\partial C}{\partial b^l} = (\delta^l)^T", "a row of layer l"),
        (r"\delta^L = \nabla_a C \odot \sigma'(z^l)", "beside"),
        (r"\delta^l = 1", "a number"),
        (r"z^l = w^l a^{l-1} + b^{l-1}", "beside"),
        (r"\delta^l = \Sigma'(z^l)", "stands alone"),
        (r"\delta^l = \Sigma'(z^{l+1}) (w^{l+1})^T \delta^{l+1}", "multiplied by"),
    ],
)
def test_shapes_and_layers_that_do_not_fit_are_a_type_error(line: str, why: str) -> None:
    reading = read_document(f"Then\n$${line}$$\n", NIELSEN)
    assert reading.claims == ()
    [problem] = reading.problems
    assert problem.fault is Fault.TYPE
    assert why in problem.what


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (r"\delta^l_j = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)", "beside a number"),
        (r"\delta^l = ((w^{l+1})^T \delta^{l+1}_k) \odot \sigma'(z^l)", "whole vectors"),
        (r"\frac{\partial a^l}{\partial z^l} = \Sigma'(z^l)", "Only the cost"),
        (r"\delta = \nabla_a C", "no layer"),
        (r"\delta^l = \nabla C", "∇ does not say"),
        (r"\delta^L_j = \Sigma'(z^L_j) \frac{\partial C}{\partial a^L_j}", "indices"),
    ],
)
def test_what_is_half_written_is_not_understood(line: str, why: str) -> None:
    reading = read_document(f"Then\n$${line}$$\n", NIELSEN)
    assert reading.claims == ()
    [problem] = reading.problems
    assert why in problem.what


def test_the_components_are_echoed_with_letters_nothing_was_said_of() -> None:
    text = "Let $j$ be an output neuron. Then\n$$\\delta^l = \\nabla_{z^l} C$$\n"
    [claim] = read_document(text, NIELSEN).claims
    assert claim.latex(NIELSEN) == r"\delta_{k}^{l} = \frac{\partial C}{\partial z_{k}^{l}}"


DOCUMENTS = Path(__file__).with_name("documents")


@pytest.mark.parametrize(
    ("name", "profile", "claims"),
    [("four-equations.md", "nielsen", 21), ("units.md", "bishop", 9)],
)
def test_a_right_document_is_proved_whole(
    name: str, profile: str, claims: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(DOCUMENTS / name), "--profile", profile, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["not_understood"] == []
    words = [item["verdict"] for item in result["items"]]
    assert set(words) == {"proved", "definition"}
    assert words.count("proved") == claims


SLIPS = [  # a document, what is replaced, by what, what becomes of the line
    ("four-equations.md", r"w^{l+1}_{kj} \delta^{l+1}_k \s", r"w^{l+1}_{jk} \delta^{l+1}_k \s", 3),
    ("four-equations.md", r"= \sum_k w^{l+1}_{kj}", r"= -\sum_k w^{l+1}_{kj}", 1),
    ("four-equations.md", r"= a^{l-1}_k \delta^l_j", r"= a^{l-1}_k \delta^l_j a^l_j", 1),
    ("four-equations.md", r"\delta^l (a^{l-1})^T", r"a^{l-1} (\delta^l)^T", 3),
    ("four-equations.md", r"$$\delta^l_j = \frac", r"$$\delta^l_j = -\frac", 1),
    ("four-equations.md", r"C \odot", r"C \odot \sigma'(z^L) \odot", 1),
    ("units.md", r"= h'(a_j) \sum_k w_{kj}", r"= h'(a_j) \sum_k w_{jk}", 1),
    ("units.md", r"= h'(a_j) \sum_k w_{kj}", r"= \sum_k w_{kj}", 1),
    ("units.md", r"= y_k - t_k$$", r"= t_k - y_k$$", 1),
    ("units.md", r"= \delta_j z_i", r"= \delta_j z_j", 1),
    ("units.md", r"h'(a_k) (y_k", r"h(a_k) (y_k", 1),
    ("units.md", r"\delta_j \equiv", r"\delta_j \equiv -", 1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "code"), SLIPS)
def test_a_slip_in_a_document_is_found(
    name: str, old: str, new: str, code: int, tmp_path: Path
) -> None:
    text = (DOCUMENTS / name).read_text("utf-8")
    assert old in text
    file = tmp_path / name
    file.write_text(text.replace(old, new, 1), "utf-8")
    profile = "nielsen" if name == "four-equations.md" else "bishop"
    assert main(["check", str(file), "--profile", profile]) == code


OTHERS = {  # a profile: right lines of its book, each with a wrong one
    "rumelhart": (
        r"Let $E_p = \frac{1}{2} \sum_j (t_{pj} - o_{pj})^2$. Let $j$ be a hidden unit. Then",
        [
            (
                r"\delta_{pj} = f_j'(\mathrm{net}_{pj}) \sum_k \delta_{pk} w_{kj}",
                r"\delta_{pj} = f_j'(\mathrm{net}_{pj}) \sum_k \delta_{pk} w_{jk}",
            ),
            (
                r"-\frac{\partial E_p}{\partial w_{ji}} = \delta_{pj} o_{pi}",
                r"\frac{\partial E_p}{\partial w_{ji}} = \delta_{pj} o_{pi}",
            ),
        ],
    ),
    "plain": (
        r"Let $L = \frac{1}{2N} \sum_{n=1}^N \sum_k (\hat{y}_{nk} - t_{nk})^2$. "
        "Let $j$ be a hidden unit. Then",
        [
            (
                r"\delta_{nj} = f'(z_{nj}) \sum_k W_{jk} \delta_{nk}",
                r"\delta_{nj} = f'(z_{nj}) \sum_k W_{kj} \delta_{nk}",
            ),
            (
                r"\frac{\partial L}{\partial W_{ij}} = \sum_n h_{ni} \delta_{nj}",
                r"\frac{\partial L}{\partial W_{ij}} = \frac{1}{2} \sum_n h_{ni} \delta_{nj}",
            ),
            (
                r"\frac{\partial L}{\partial b_j} = \sum_n \delta_{nj}",
                r"\frac{\partial L}{\partial b_j} = \sum_n h_{nj} \delta_{nj}",
            ),
        ],
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_the_lines_of_other_books_are_proved_and_their_slips_are_not(name: str) -> None:
    start, pairs = OTHERS[name]
    for right, wrong in pairs:
        for line, word in ((right, "proved"), (wrong, "refuted")):
            reading = read_document(f"{start}\n$${line}$$\n", open_profile(name))
            assert not reading.problems, reading.problems
            found = judge(reading).lines[-1]
            assert found.word == word, (line, found.cases)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "profile"), [("four-equations.md", "nielsen"), ("units.md", "bishop")]
)
def test_no_exact_network_contradicts_what_the_prover_says_of_wrong_lines(
    name: str, profile: str
) -> None:
    text = (DOCUMENTS / name).read_text("utf-8")
    reading = meant(read_document(text, open_profile(profile)))
    prover = Prover(base_of(reading))
    refuter = Refuter(prover.base)
    words: list[str] = []
    for claim in reading.claims:
        if claim.kind not in (Kind.CLAIM, Kind.RESTATEMENT):
            continue
        for wrong in layer_mutants(claim.right):
            try:
                cases = settled(replace(claim, right=wrong))
                proofs = [(case, proof) for case in cases for proof in prover.assumptions(case)]
            except BeyondError:
                words.append("beyond")
                continue
            for case, proof in proofs:
                met = refuter.find(case, proof.under)
                assert isinstance(met, Tried), (claim.number, wrong, proof.under)
            broken = any(isinstance(refuter.find(case), Counterexample) for case in cases)
            words.append("refuted" if broken else "proved" if proofs else "open")
    assert len(words) >= 80
    assert words.count("proved") < 0.1 * len(words)


def layer_mutants(formula: Formula) -> Iterator[Formula]:
    """As elsewhere, and each quantity in the layer before or after."""
    yield from mutants(formula)
    yield from shifted(formula)


def shifted(formula: Formula) -> Iterator[Formula]:
    parts = inside(formula)
    for n, part in enumerate(parts):
        for other in shifted(part):
            yield rebuilt(formula, (*parts[:n], other, *parts[n + 1 :]))
    if isinstance(formula, Read) and is_layered(formula):
        for step in (1, -1):
            yield replace(formula, at=(affine(formula.at[0]) + step, *formula.at[1:]))


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
        (r"If $l = L - 1$ then", "", "no number"),
        (r"For $l = L, 3$ we have", "", "a list"),
    ],
)
def test_words_about_layers_that_do_not_fit_are_not_passed_over(
    words: str, word: str, why: str
) -> None:
    reading = read_document(f"{words}\n$${BACK}.$$\n", NIELSEN)
    if word:
        [found] = judge(reading).lines
        assert found.word == word
        assert why in found.cases[0].why
    else:
        assert reading.claims == ()
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
    ("cost", "line", "word"),
    [
        (r"let $C = \frac{1}{2} \|y - a^L\|^2$", r"\nabla_a C = a^L - y", "proved"),
        (r"let $C = \frac{1}{2} \|y - a^L\|^2$", r"\nabla_a C = y - a^L", "refuted"),
        (r"let $C = \frac{1}{2} \|y - a^L\|^2$", r"\nabla_a C = \frac{1}{2} (a^L - y)", "refuted"),
        (
            r"let $C = \frac{1}{2} \lVert y - a^L \rVert^2$",
            r"C = \frac{1}{2} (a^L - y)^T (a^L - y)",
            "proved",
        ),
        (
            r"let $C = \frac{1}{2} ||y - a^L||^2$",
            r"\frac{1}{2} \sum_j (y_j - a^L_j)^2 = \frac{1}{2} \|y - a^L\|^2",
            "proved",
        ),
        (
            r"let $C = \frac{1}{2n} \sum_x \|y(x) - a^L(x)\|^2$",
            r"\frac{\partial C}{\partial w^l} = \sum_x \delta^l (a^{l-1})^T",
            "proved",
        ),
        (
            r"let $C = \frac{1}{2n} \sum_x \|y(x) - a^L(x)\|^2$",
            r"C = \frac{1}{n} \sum_x \sum_j (y_j(x) - a^L_j(x))^2",
            "refuted",
        ),
    ],
)
def test_a_norm_is_a_sum_of_squares(cost: str, line: str, word: str) -> None:
    found = last(line, cost + ". ")
    assert found.word == word, found.cases
    assert word == "refuted" or all(case.under == ((),) for case in found.cases)


@pytest.mark.parametrize(
    "line",
    [
        r"C = \|y - a^L\|",
        r"C = |y - a^L|^2",
        r"C = \|y - a^L",
        r"C = \|y_j - a^L_j\|^2",
        r"C = \|y - a^l\|^2",
        r"C = \|\Sigma'(z^L)\|^2",
    ],
)
def test_what_is_no_square_of_a_norm_is_not_understood(line: str) -> None:
    reading = read_document(f"let ${line}$.\n", NIELSEN)
    assert reading.claims == ()
    assert reading.problems


def test_nothing_is_said_of_the_value_of_a_cost_without_definition() -> None:
    found = judged(r"C = \frac{1}{n} \sum_x C_x", MEAN).lines[-1]
    assert found.word == "open"


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
        r" \quad \text{for } l = L-1, \ldots, 1",
        r" \quad \text{not for } l < L",
        r" \quad \text{for } l < 7",
        r" \quad \text{for } j < L",
    ],
)
def test_another_end_of_a_display_is_not_passed_over(end: str) -> None:
    reading = read_document(f"Then\n$${BIAS}{end}$$\n", NIELSEN)
    assert reading.problems
