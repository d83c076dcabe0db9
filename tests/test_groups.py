"""Softmax groups: several in one network, hidden or output, feeding others or not."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from numeric.lowering import lower
from numeric.program import Rows, Softmax
from numeric.samples import samples
from numeric.trainer import Trainer
from numeric.validation import Agrees, Differs, validate
from reports.cli import main
from symbolic import archive
from symbolic.audit import audit, audit_claims
from symbolic.derivation import ByCertificate, Derivation, Family, Step
from symbolic.errors import InputError
from symbolic.exposition import derive
from symbolic.forward import definitions
from symbolic.network import Network
from symbolic.notation import delta, y
from symbolic.proof import KernelDisagreementError, check
from symbolic.recursion import local_gradients, partial_by_signal
from symbolic.spec import load, parse, write
from symbolic.terms import Equation
from symbolic.topologies import shorthand
from symbolic.verdicts import Proved, Refuted, Verdict
from symbolic.verification import prove, rule_of

EXAMPLES = Path(__file__).parent.parent / "examples"

ATTENTION = """inputs = ["q", "k1", "k2", "k3"]
outputs = ["o"]
[neurons.a1]
field = "w_a*q*k1"
activation = "softmax"
group = "a"
[neurons.a2]
field = "w_a*q*k2"
activation = "softmax"
group = "a"
[neurons.a3]
field = "w_a*q*k3"
activation = "softmax"
group = "a"
[neurons.c]
field = "w_v*(a1*k1 + a2*k2 + a3*k3)"
activation = "identity"
[neurons.o]
from = ["c", "a1"]
"""
TWO_ENDS = """inputs = ["x"]
outputs = ["a1", "a2", "b1", "b2", "b3"]
cost = "softmax_cross_entropy"
activation = "softmax"
[neurons.h]
from = ["x"]
activation = "tanh"
""" + "".join(
    f'[neurons.{n}]\nfrom = ["h"]\ngroup = "{n[0]}"\n' for n in ("a1", "a2", "b1", "b2", "b3")
)
MIXED = """inputs = ["x"]
outputs = ["p1", "o"]
[neurons.p1]
from = ["x"]
activation = "softmax"
[neurons.p2]
from = ["x"]
activation = "softmax"
[neurons.o]
from = ["p1", "p2", "x"]
"""
NETS = {
    "attention": parse(ATTENTION),
    "two groups of outputs": parse(TWO_ENDS),
    "a group of outputs that feeds": parse(
        TWO_ENDS.replace('[neurons.b1]\nfrom = ["h"]', '[neurons.b1]\nfrom = ["h", "a1"]')
    ),
    "half output, half hidden": parse(MIXED),
    "experts": load(EXAMPLES / "experts.toml"),
    "a hidden layer": shorthand("2-3:softmax-2:softmax"),
    "classes at every step": parse(
        'inputs = ["x"]\noutputs = ["p", "q"]\nsteps = 2\ncost = "softmax_cross_entropy"\n'
        'activation = "softmax"\n[neurons.h]\nfrom = ["x", "h[-1]"]\nactivation = "tanh"\n'
        '[neurons.p]\nfrom = ["h"]\n[neurons.q]\nfrom = ["h"]\n'
    ),
}


@pytest.mark.parametrize("name", NETS)
def test_every_group_is_proved_audited_and_derived(name):
    net = NETS[name]
    assert not net.shares_alone
    checked = prove(net)
    assert isinstance(checked.verdict, Proved)
    audit(checked)
    assert isinstance(check(derive(net)).verdict, Proved)
    summed = "Σ_k d_k = 1" in [hypothesis.name for hypothesis in checked.hypotheses]
    assert summed is net.cost.distribution


@pytest.mark.parametrize("name", NETS)
def test_the_program_of_every_group_agrees_with_independent_tangents(name):
    assert validate(lower(rule_of(NETS[name])), points=2) == Agrees(2)


@pytest.mark.parametrize("name", NETS)
def test_a_network_with_groups_is_written_and_read_back(name):
    net = NETS[name]
    assert parse(write(net)).neurons == net.neurons
    assert isinstance(archive.loads(archive.dumps(derive(net))).verdict, Proved)


def test_the_mixture_of_experts_runs_through_the_command(tmp_path, capsys):
    net = str(EXAMPLES / "experts.toml")
    assert main(["prove", net, "--audit", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "proved"
    assert main(["derive", net, "-o", str(tmp_path / "page.tex")]) == 0
    data = tmp_path / "data.csv"
    data.write_text("x1,x2,c1,c2\n0,0,1,0\n0,1,0,1\n1,0,0,1\n1,1,1,0\n")
    assert main(["train", net, "--data", str(data), "--epochs", "3"]) == 0


# --- what must never be proved -------------------------------------------------------------------


def judged(net: Network, claim: Equation) -> Verdict:
    step = Step(claim, ByCertificate(), Family(""))
    return check(Derivation("test", net, definitions(net), (step,))).findings[0].verdict


@pytest.mark.parametrize("name", NETS)
def test_every_mutant_of_a_rule_by_name_is_refuted_and_stops_the_audit(name):
    net = NETS[name]
    rule = local_gradients(net)
    for claim, family in rule:
        if family.letters:
            continue
        for wrong in (Equation(claim.left, claim.right * 2), Equation(claim.left, -claim.right)):
            assert isinstance(judged(net, wrong), Refuted)
        lines = tuple((wrong if c is claim else c, f) for c, f in rule)
        with pytest.raises(KernelDisagreementError):
            audit_claims(net, lines)


def test_forgetting_the_mean_of_the_group_is_refuted():
    net = NETS["attention"]
    (claim,) = (c for c, _ in local_gradients(net) if c.left == delta("a2"))
    assert isinstance(judged(net, claim), Proved)
    sent = delta("c") * partial_by_signal(net, "c", "a2")
    assert isinstance(judged(net, Equation(delta("a2"), y("a2") * sent)), Refuted)
    alone = y("a2") * (sent - y("a2") * sent)  # the other neurons of the group left out
    assert isinstance(judged(net, Equation(delta("a2"), alone)), Refuted)


def test_a_rule_that_normalises_over_the_wrong_group_is_refuted():
    net = NETS["two groups of outputs"]
    right = "delta[j] = (1/N) * (d[j] - y[j]) for output j"
    wrong = "delta[j] = (1/N) * (d[j] - y[j] * sum(k in outputs, d[k])) for output j"
    assert isinstance(prove(net, right).verdict, Proved)
    assert isinstance(prove(net, wrong).verdict, Refuted)


def test_one_sum_of_all_targets_does_not_prove_a_rule_that_needs_one_for_each_group():
    net = NETS["two groups of outputs"]
    exact = "delta[a1] = (1/N) * (d[a1] - y[a1] * (d[a1] + d[a2]))"
    assert isinstance(prove(net, exact).verdict, Proved)
    for group in (("a1", "a2"), ("b1", "b2", "b3")):
        assert group in net.distributions


def test_the_groups_of_a_saved_derivation_cannot_be_exchanged():
    text = archive.dumps(derive(NETS["two groups of outputs"]))
    forged = text.replace('"group": "b"', '"group": "a"')
    with pytest.raises(InputError):
        archive.loads(forged)


def test_a_program_with_a_softmax_over_the_wrong_rows_is_caught():
    program = lower(rule_of(NETS["two groups of outputs"]))
    place, line = next((n, i) for n, i in enumerate(program.forward) if isinstance(i, Softmax))
    out, x = line.out, line.x
    cut = Softmax(Rows(out.buffer, out.start, out.stop - 1), Rows(x.buffer, x.start, x.stop - 1))
    broken = (*program.forward[:place], cut, *program.forward[place + 1 :])
    assert isinstance(validate(replace(program, forward=broken)), Differs)


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            MIXED.replace(
                'from = ["x"]\nactivation = "softmax"\n[neurons.o]',
                'from = ["p1"]\nactivation = "softmax"\n[neurons.o]',
            ),
            "cycle.*name the groups apart",
        ),
        (
            MIXED.replace(
                'activation = "softmax"\n[neurons.o]', 'activation = "tanh"\n[neurons.o]'
            ),
            "alone in its group",
        ),
        (
            MIXED.replace(
                'activation = "softmax"\n[neurons.o]',
                'activation = "tanh"\ngroup = "p"\n[neurons.o]',
            ),
            "only softmax neurons",
        ),
        (
            MIXED.replace(
                'activation = "softmax"\n[neurons.o]',
                'activation = "softmax"\ngroup = 3\n[neurons.o]',
            ),
            "group is a name",
        ),
        (
            MIXED.replace(
                'outputs = ["p1", "o"]', 'outputs = ["p1"]\ncost = "softmax_cross_entropy"'
            ),
            "needs whole softmax groups",
        ),
    ],
)
def test_a_group_that_cannot_be_is_one_clear_error(text, what):
    with pytest.raises(InputError, match=what):
        parse(text)


def test_the_targets_of_each_group_must_add_up_to_one():
    net = NETS["two groups of outputs"]
    fine = [[1, 0, Fraction(1, 2), Fraction(1, 2), 0]]
    samples([[1.0]], [[float(t) for t in row] for row in fine], net, "float64")
    with pytest.raises(InputError, match="add up"):
        samples([[1.0]], [[1.0, 1.0, 0.0, 0.0, 0.0]], net, "float64")


def test_a_network_with_a_gate_inside_learns():
    net = NETS["experts"]
    X, D = [[0, 0], [0, 1], [1, 0], [1, 1]], [[1, 0], [0, 1], [0, 1], [1, 0]]
    trainer = Trainer(rule_of(net), seed=0)
    before = trainer.cost(X, D)
    trainer.fit(X, D, epochs=300, learning_rate=0.5)
    assert trainer.cost(X, D) < before / 2
