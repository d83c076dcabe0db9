"""A saved derivation comes back exactly, is checked again, and its mistakes are named."""

from __future__ import annotations

import contextlib
import copy
import json
import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.cli import main
from symbolic import costs
from symbolic.activations import activation
from symbolic.archive import dumps, load, loads, read
from symbolic.archive_reader import ARITY, FIELDS
from symbolic.derivation import (
    JUSTIFICATIONS,
    ByAlgebra,
    ByAssumption,
    ByCertificate,
    Derivation,
    Family,
    Source,
    Step,
)
from symbolic.errors import InputError
from symbolic.exposition import derive, proposal
from symbolic.forward import definitions
from symbolic.grammar import MOST_DEEP, expression
from symbolic.network import Network, Neuron, Synapse
from symbolic.notation import J, K, N, delta, e, slope, v, w, y
from symbolic.proof import Checked, check
from symbolic.terms import (
    KINDS,
    Add,
    Call,
    Cases,
    Condition,
    Constant,
    Equation,
    Frac,
    Mul,
    Num,
    Partial,
    PartialKind,
    Phi,
    Pow,
    Range,
    RangeKind,
    Relation,
    Sign,
    Sum,
    Var,
    num,
)
from symbolic.topologies import layered, random_dag, shorthand
from symbolic.verdicts import Proved
from tests.nets import skipping, tied

NET = shorthand("2-2-1")
IN_PIECES = layered(
    [4, 5, 4],
    activation("tanh"),
    costs.own("abs(d - y)", expression("abs(d - y)", ("d", "y")), "abs(d - y)"),
)
NETWORKS = [NET, shorthand("2-3:softmax"), skipping(), tied(), random_dag(5, 12, 3, ties=0.4)]
EVERY_TERM = {
    Num: Num(Fraction(-7, 3)),
    Constant: Constant("pi"),
    Sign: w("3", J),
    Add: v(J) + y(J),
    Mul: v(J) * y(J),
    Frac: Frac(v(J), N),
    Pow: Pow(v(J), Fraction(3, 2)),
    Call: Call("exp", v(J)),
    Phi: Phi(J, 2, v(J)),
    Cases: Cases(((Condition(v(J), Relation.AT_MOST, num(0)), num(1)),), y(J)),
    Partial: Partial(Sign("E"), v(J), PartialKind.TOTAL),
    Sum: Sum(Range(RangeKind.FED_BY, (K,), (J,)), delta(K)),
}
OVER = Family("the hidden neurons j", ("j",), tuple((name,) for name in NET.hidden))


def of(*steps: Step) -> Derivation:
    return Derivation("a test", NET, definitions(NET), steps)


def tampered(change, derivation: Derivation | None = None) -> str:
    data = json.loads(dumps(derivation or derive(NET)))
    change(data)
    return json.dumps(data)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name or "drawn")
@pytest.mark.parametrize("make", [derive, proposal])
def test_a_derivation_comes_back_with_the_same_findings_and_the_same_bytes(network, make):
    derivation = make(network)
    text = dumps(derivation)
    again = loads(text)
    assert again.derivation == derivation
    assert again.findings == check(derivation).findings
    assert dumps(again.derivation) == text == dumps(make(network))


@pytest.mark.slow
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.4]))
@settings(max_examples=15, deadline=None)
def test_every_random_graph_comes_back(seed, ties):
    derivation = derive(random_dag(4 + seed % 5, 12, seed, ties=ties))
    assert read(dumps(derivation)) == derivation


def test_every_kind_of_term_range_and_justification_has_a_shape():
    assert set(FIELDS) == set(EVERY_TERM) == set(KINDS)
    assert set(ARITY) == set(RangeKind)
    for kind, names in FIELDS.items():
        assert tuple(names) == kind.__match_args__


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_term_comes_back(kind):
    derivation = of(Step(Equation(EVERY_TERM[kind], num(0)), ByAlgebra(), OVER))
    assert read(dumps(derivation)) == derivation


@pytest.mark.parametrize("kind", JUSTIFICATIONS, ids=lambda kind: kind.__name__)
def test_every_justification_comes_back(kind):
    because = kind("N = 1") if kind is ByAssumption else kind()
    source = Source("a page.tex", 3, 7)
    derivation = of(Step(Equation(e("5"), num(0)), because, Family(""), (), source))
    assert read(dumps(derivation)) == derivation


@pytest.mark.parametrize("kind", RangeKind, ids=lambda kind: kind.value)
def test_every_range_comes_back(kind):
    bound, own = ARITY[kind]
    letters = tuple(Var(name) for name in "kmn"[:bound])
    for count in own:
        total = Sum(Range(kind, letters, (J, "3")[:count]), num(1))
        derivation = of(Step(Equation(total, num(0)), ByAlgebra(), OVER))
        assert read(dumps(derivation)) == derivation


def test_an_own_cost_in_pieces_and_the_order_of_the_synapses_come_back():
    derivation = derive(IN_PIECES)
    assert loads(dumps(derivation)).derivation == derivation
    mixed = Network(
        ("x",),
        (Neuron("a", activation("tanh")), Neuron("b", activation("tanh"))),
        ("a", "b"),
        (Synapse("b", "x", "w1"), Synapse("a", "x", "w2"), Synapse("b", "a", "w3")),
        costs.cost("squared_error"),
    )
    assert read(dumps(proposal(mixed))).network == mixed


# --- loading re-checks -------------------------------------------------------------------------


def step_of(data, kind):
    return next(s for s in data["steps"] if s["because"]["kind"] == kind)


@pytest.mark.parametrize(
    "kind", ["ByChainRule", "ByLocalDerivative", "ByRewriting", "ByDefinition"]
)
def test_a_changed_sign_is_refused_on_its_own_line(kind):
    places = []

    def change(data):
        step = step_of(data, kind)
        places.append(data["steps"].index(step))
        right = step["claim"]["right"]
        step["claim"]["right"] = {"term": "Mul", "factors": [{"term": "Num", "value": "-1"}, right]}

    findings = loads(tampered(change)).findings
    assert not isinstance(findings[places[0]].verdict, Proved)
    assert all(isinstance(finding.verdict, Proved) for finding in findings[: places[0]])


def test_another_justification_is_refused_on_its_own_line():
    def change(data):
        data["steps"][0]["because"] = {"kind": "ByAlgebra"}

    findings = loads(tampered(change, proposal(NET))).findings
    assert [isinstance(f.verdict, Proved) for f in findings] == [False] + [True] * (
        len(findings) - 1
    )


@pytest.mark.parametrize("key", ["verdict", "findings"])
def test_a_forged_verdict_is_not_read(key):
    step = Step(Equation(delta(J), slope(J)), ByCertificate(), OVER)
    assert not isinstance(loads(dumps(of(step))).verdict, Proved)
    with pytest.raises(InputError, match=r"steps\[0\]: the key"):
        loads(tampered(lambda data: data["steps"][0].update({key: "proved"}), of(step)))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda d: d["steps"][1].update(uses=[1]), r"steps\[1\].uses\[0\]: .*earlier"),
        (lambda d: d["given"][2].update(head=d["given"][0]["head"]), r"given\[2\]: .*own"),
        (lambda d: d["given"].pop(), "given: 1 definitions"),
        (lambda d: d.update(version=2), "version: only version 1"),
        (lambda d: d.update(version=True), "version"),
        (lambda d: d.update(format="zip"), "format"),
        (lambda d: d.update(goal=[99]), r"goal\[0\]: there is no step 99"),
        (lambda d: d.update(steps=[]), "steps: nothing"),
        (lambda d: d.pop("title"), "the key 'title' is missing"),
        (lambda d: d.update(title="a\nb"), "title: here stands a printable"),
        (lambda d: d["steps"][0]["because"].update(kind="ByMagic"), r"steps\[0\].because.kind"),
        (lambda d: d["steps"][0]["claim"]["left"].update(term="Som"), "Did you mean 'Sum'"),
        (lambda d: d["steps"][0]["claim"]["left"].update(at=["$q"]), "bound by nothing"),
        (lambda d: d["steps"][0]["claim"]["left"].update(at=["q"]), "no 'q' in the network"),
        (lambda d: d["steps"][0]["claim"]["left"].update(at=[]), "delta takes 1 indices, not 0"),
        (lambda d: d["steps"][0].update(over=99), r"steps\[0\].over: there is no family"),
        (lambda d: d["steps"][0].update(uses=[-1]), r"steps\[0\].uses\[0\]"),
        (lambda d: d["families"][0].update(members=[["3", "4"]]), r"families\[0\].members\[0\]"),
        (lambda d: d["families"][0].update(members=[["z"]]), "no such unit"),
        (lambda d: d["network"].update(outputs=["z"]), "network: The output 'z'"),
        (lambda d: d["network"].update(layers=[["1"]]), "network.layers"),
        (lambda d: d.update(network=[]), "network: this is no object"),
    ],
)
def test_a_wrong_part_is_named_by_its_path(change, where):
    with pytest.raises(InputError, match=where) as caught:
        loads(tampered(change), "file.derivation.json")
    assert caught.value.file == "file.derivation.json"


@pytest.mark.parametrize("value", ["1/0", "nan", "1e9", "0.5", "1/-2", "", 3, None, "9" * 5000])
def test_a_number_is_an_exact_text(value):
    number = {"term": "Num", "value": value}
    with pytest.raises(InputError, match=r"steps\[0\].claim.right.value"):
        loads(tampered(lambda data: data["steps"][0]["claim"].update(right=number)))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{"format": NaN}', "NaN"),
        ('{"format": 1, "format": 2}', "twice"),
        ("[" * 100_000, "deep"),
        ('{"version": ' + "9" * 5000 + "}", "more digits"),
        ("[]", "one object"),
        ("", "no JSON"),
    ],
)
def test_what_is_no_derivation_is_one_clear_error(text, what):
    with pytest.raises(InputError, match=what):
        loads(text)


def test_truncated_text_is_refused_with_line_and_column():
    text = dumps(proposal(NET))
    with pytest.raises(InputError, match="no JSON") as caught:
        loads(text[: len(text) // 2])
    assert caught.value.line is not None
    assert caught.value.line > 5


def test_a_deep_term_is_refused_and_never_exhausts_the_stack():
    deep = y("3")
    for _ in range(50_000):
        deep = Call("exp", deep)
    with pytest.raises(InputError, match=f"more than {MOST_DEEP} deep"):
        dumps(of(Step(Equation(y("3"), deep), ByAlgebra())))

    def change(data):
        for _ in range(200):
            right = data["steps"][0]["claim"]["right"]
            data["steps"][0]["claim"]["right"] = {"term": "Add", "terms": [right]}

    with pytest.raises(InputError, match=r"steps\[0\].claim.right.terms\[0\].*deep"):
        loads(tampered(change))


def test_a_file_too_large_is_not_read(tmp_path):
    path = tmp_path / "large.derivation.json"
    with path.open("wb") as stream:
        stream.truncate(1_000_000_000)
    with pytest.raises(InputError, match="larger than"):
        load(path)


def test_a_network_that_text_cannot_give_back_is_not_saved():
    odd = activation("tanh")
    renamed = type(odd)("mine", odd.phi, odd.slope, written="v")
    network = layered([1, 1], renamed)
    with pytest.raises(InputError, match="cannot be saved exactly"):
        dumps(proposal(network))


DATA = json.loads(dumps(derive(shorthand("1-1-1"))))
STRANGE = [None, True, -1, 0, 7, "", "E", "$j", "1", "w_2_1", "-1", "100", [], {}, ["1", "2"], "é"]


def places(data, path=()):
    yield path
    pairs = data.items() if isinstance(data, dict) else ()
    for key, value in enumerate(data) if isinstance(data, list) else pairs:
        yield from places(value, (*path, key))


PLACES = list(places(DATA))[1:]


@pytest.mark.parametrize("seed", range(150))
def test_a_damaged_text_is_refused_or_judged_and_never_crashes(seed):
    draw = random.Random(seed)
    data = copy.deepcopy(DATA)
    path = draw.choice(PLACES)
    inside = data
    for key in path[:-1]:
        inside = inside[key]
    other = DATA
    for key in draw.choice(PLACES):
        other = other[key]
    inside[path[-1]] = copy.deepcopy(draw.choice([draw.choice(STRANGE), other]))
    with contextlib.suppress(InputError):
        assert isinstance(loads(json.dumps(data)), Checked)


# --- the command -------------------------------------------------------------------------------


def test_the_command_saves_a_derivation_and_checks_it_again(tmp_path, capsys):
    path = tmp_path / "net.derivation.json"
    assert main(["derive", "2-2-1", "-o", str(path)]) == 0
    assert main(["derive", "2-2-1"]) == 0
    page = capsys.readouterr().out
    assert main(["prove", str(path)]) == 0
    assert capsys.readouterr().out == page
    path.write_text(path.read_text(encoding="utf-8").replace('"-1"', '"1"'), encoding="utf-8")
    assert main(["prove", str(path)]) == 2
    assert "given[2]" in capsys.readouterr().err
