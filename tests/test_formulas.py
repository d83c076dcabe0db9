"""Neurons with a formula of their own for v: proved by differentiation, and guarded."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from numeric.lowering import lower
from numeric.program import Map
from numeric.trainer import Trainer
from numeric.validation import Agrees, Differs, validate
from reports.cli import main
from symbolic import archive
from symbolic.activations import activation
from symbolic.audit import audit, audit_claims
from symbolic.conditions import FIELDS
from symbolic.costs import cost
from symbolic.derivation import (
    ByCertificate,
    ByChainRule,
    ByLocalDerivative,
    ByRewriting,
    Derivation,
    Family,
    Step,
)
from symbolic.errors import InputError
from symbolic.evaluation import Instance
from symbolic.exposition import derive, local, total
from symbolic.formula import formula, written
from symbolic.forward import OVER_SAMPLES, definitions, neurons
from symbolic.network import BIAS, Network, Neuron, Synapse
from symbolic.notation import ETA, I, J, delta, dw, slope, v, y
from symbolic.proof import KernelDisagreementError, check
from symbolic.recursion import BACK_PROPAGATED, local_gradients, weight_corrections
from symbolic.rules import Rule
from symbolic.schema import holds
from symbolic.spec import load, parse, write
from symbolic.terms import Add, Equation, Mul, Sign, Sum, Term, num
from symbolic.verdicts import Open, Proved, Refuted, Unjustified, Witness
from symbolic.verification import prove, rule_of
from tests.mutants import mutants

EXAMPLES = Path(__file__).parent.parent / "examples"
UNITS = ("x", "z", "a", "b", "g", "r", "o")


def gated(
    field: str = "w_g*a*b", other: str = "(g - w_c)^2", error: str = "squared_error"
) -> Network:
    """a and b feed the gate g, g feeds r, and r and a feed the output o."""
    tanh, logistic, plain = (activation(n) for n in ("tanh", "logistic", "identity"))
    return Network(
        ("x", "z"),
        (
            Neuron("a", tanh),
            Neuron("b", logistic),
            Neuron("g", plain, formula(field, UNITS)),
            Neuron("r", tanh, formula(other, UNITS)),
            Neuron("o", plain),
        ),
        ("o",),
        (
            *(Synapse("a", "x", "w_a"), Synapse("a", BIAS, "w_a0"), Synapse("b", "z", "w_b")),
            *(Synapse("o", "r", "w_r"), Synapse("o", "a", "w_oa")),
        ),
        cost(error),
        "a gate",
    )


def judged(net: Network, left: Term, right: Term, over: Family | None = None, because=None):
    step = Step(Equation(left, right), because or ByCertificate(), over or Family(""))
    (finding,) = check(Derivation("test", net, definitions(net), (step,))).findings
    return finding.verdict


# --- what is proved ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [pytest.param("lstm", marks=pytest.mark.slow), "rbf"])
def test_the_examples_are_proved_audited_derived_and_trained_through_the_command(
    name, tmp_path, capsys
):
    net = str(EXAMPLES / f"{name}.toml")
    assert main(["prove", net, "--audit", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "proved"
    for ending in ("txt", "tex", "json", "derivation.json"):
        assert main(["derive", net, "-o", str(tmp_path / f"page.{ending}")]) == 0
    assert main(["prove", str(tmp_path / "page.derivation.json")]) == 0
    network = load(net)
    width = len(network.inputs) + len(network.outputs)
    rows = [[(3 * r + c) % 5 / 5 for c in range(width)] for r in range(6)]
    header = ",".join((*network.inputs, *network.outputs))
    data = tmp_path / "data.csv"
    data.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]))
    assert main(["train", net, "--data", str(data), "--epochs", "2"]) == 0


FIELDS_OF_A_GATE = [
    "a*b",
    "w_g*a*b + w_h",
    "w_a*a*b",  # the weight of a synapse as well
    "a^2*b - a",
    "(a - w_1)^2 + (b - w_2)^2",
    "a*tanh(b)",
    "tanh(-w_1*a)*exp(-b)",
    "a/(1 + b^2)",
    "sqrt(1 + a^2)*b",
    "a*b/a",
    "ln(1 + b)",
    "max(a, w_1*b)",
    "abs(a - b)",
    "where(a > 0, a*b, -a)",
]


@pytest.mark.parametrize("field", FIELDS_OF_A_GATE)
def test_every_line_of_the_recursion_through_a_formula_is_proved_and_audited(field):
    net = gated(field)
    checked = prove(net)
    assert isinstance(checked.verdict, Proved)
    audit(checked)
    page = check(derive(net))
    assert isinstance(page.verdict, Proved)
    rough = any(part in field for part in ("/a", "max", "abs", "where"))
    assert (FIELDS in checked.hypotheses) is rough


def test_the_local_partials_are_written_out():
    claims = {
        str(c.left.at[0]): c.right for c, family in local_gradients(gated()) if not family.letters
    }
    assert claims["b"] == Mul((slope("b"), delta("g"), Sign("w", ("w_g",)), y("a")))
    assert set(claims) == {"a", "b", "g"}


def test_a_gate_of_the_lstm_meets_the_slow_obvious_truth():
    net = load(EXAMPLES / "lstm.toml")
    weights = {name: Fraction(n % 3 - 1, 2) for n, name in enumerate(net.uses)}
    inputs = ({name: Fraction(n + 1, 3) for n, name in enumerate(net.inputs)},)
    at = Instance(net, Witness(weights, inputs, ({"z_t3": Fraction(1)},)))
    for claim, family in local_gradients(net):
        for member in family.members:
            env = dict(zip(family.letters, member, strict=True))
            gap = at.value(claim.left, env) - at.value(claim.right, env)
            assert gap == 0 or gap.contains(0)


# --- what must never be proved -------------------------------------------------------------------


def test_the_rule_for_weighted_sums_is_refuted_where_a_formula_reads_the_signal():
    classical = slope(J) * BACK_PROPAGATED
    for hidden in ("a", "b", "g"):
        found = judged(gated(), delta(J), classical, neurons("hidden j", (hidden,)))
        assert isinstance(found, Refuted)


def test_the_schema_speaks_of_no_family_that_feeds_a_formula():
    net = gated()
    claim = Equation(delta(J), slope(J) * BACK_PROPAGATED)
    assert holds(claim, neurons("j", ("r",)), net)
    for members in (("a",), ("g",), ("r", "a")):
        assert not holds(claim, neurons("j", members), net)


def test_the_schema_speaks_of_no_weight_that_a_formula_reads():
    net = gated("w_a*a*b")
    once = ETA * Sum(OVER_SAMPLES, delta(J) * y(I))
    claim = Equation(dw(J, I), once)
    assert holds(claim, Family("", ("j", "i"), (("b", "z"),)), net)
    assert not holds(claim, Family("", ("j", "i"), (("a", "x"),)), net)
    assert isinstance(
        judged(net, dw("a", "x"), ETA * Sum(OVER_SAMPLES, delta("a") * y("x"))), Refuted
    )


@pytest.mark.slow
def test_a_slip_anywhere_in_the_rule_through_a_formula_is_never_proved():
    net = gated("w_g*a*tanh(b)", "(g - w_c)^2 + a")
    refuted = 0
    for claim, family in (*local_gradients(net), *weight_corrections(net)):
        if family.letters:
            continue
        for wrong in list(mutants(claim.right))[::5]:
            step = Step(Equation(claim.left, wrong), ByCertificate(), family)
            try:
                (finding,) = check(Derivation("slip", net, definitions(net), (step,))).findings
            except InputError:
                continue  # a letter without an index, which this network does not have
            if wrong == claim.right or isinstance(finding.verdict, Proved):
                at = Witness(
                    {n: Fraction(1, 3) for n in net.uses},
                    ({"x": Fraction(2), "z": Fraction(1)},),
                    ({"o": Fraction(1)},),
                )
                put = Instance(net, at)
                gap = put.value(wrong) - put.value(claim.right)
                assert gap == 0 or gap.contains(0)
            refuted += isinstance(finding.verdict, Refuted)
    assert refuted > 60


@pytest.mark.parametrize(
    ("left", "right", "because"),
    [
        (local(v("g"), y("a")), Sign("w", ("w_g",)) * y("a"), ByLocalDerivative()),
        (local(v("r"), y("g")), y("g") - Sign("w", ("w_c",)), ByLocalDerivative()),
        (local(v("g"), Sign("w", ("w_g",))), y("a"), ByLocalDerivative()),
        (total(y("b")), total(v("g")) * local(v("g"), y("a")), ByChainRule()),
        (total(y("a")), total(v("g")) * local(v("g"), y("a")), ByChainRule()),
        (
            total(Sign("w", ("w_g",))),
            total(v("g")) * local(v("g"), Sign("w", ("w_g",))),
            ByChainRule(),
        ),
        (delta("b"), slope("b") * delta("g") * y("a"), ByRewriting()),
    ],
)
def test_each_way_to_accept_a_line_refuses_a_false_one_about_a_formula(left, right, because):
    assert not isinstance(judged(gated(), left, right, because=because), Proved)


def test_a_derivation_with_one_false_line_is_refused_on_that_line_alone():
    net = gated()
    whole = derive(net)
    (place,) = (n for n, s in enumerate(whole.steps) if s.claim.left == local(v("g"), y("b")))
    step = whole.steps[place]
    broken = replace(step, claim=Equation(step.claim.left, step.claim.right * 2))
    steps = (*whole.steps[:place], broken, *whole.steps[place + 1 :])
    found = check(replace(whole, steps=steps)).findings
    assert isinstance(found[place].verdict, Refuted)
    citing = [n for n, s in enumerate(steps) if place in s.uses]
    assert citing
    assert all(isinstance(found[n].verdict, Unjustified) for n in citing)


def test_a_formula_that_never_has_a_value_proves_nothing():
    net = gated("a + ln(-1 - b^2)")
    for finding in prove(net).findings:
        assert isinstance(finding.verdict, Open)


def test_the_definition_of_a_formula_cannot_be_forged_in_a_saved_derivation():
    text = archive.dumps(derive(gated("a*b")))
    assert isinstance(archive.loads(text).verdict, Proved)
    with pytest.raises(InputError, match="own definition"):
        archive.loads(text.replace('"field": "a*b"', '"field": "a*b*b"'))


def test_the_audit_stops_at_a_wrong_claim_about_a_formula():
    net = gated()
    claims = tuple(
        (Equation(c.left, c.right * 2) if not f.letters else c, f) for c, f in local_gradients(net)
    )
    with pytest.raises(KernelDisagreementError, match="delta"):
        audit_claims(net, claims)


# --- training ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "field",
    [
        "a*b",
        "w_g*a*b + w_h",
        "w_a*a*b",
        "(a - w_1)^2 + w_1*b",
        "tanh(w_1*a)*exp(-b)",
        "a/(1 + b^2)",
    ],
)
def test_the_program_of_a_formula_agrees_with_independent_tangents(field):
    assert validate(lower(rule_of(gated(field))), points=3) == Agrees(3)


def test_a_program_that_computes_a_formula_wrongly_is_caught():
    program = lower(rule_of(gated("a*b")))
    for passing in ("forward", "backward"):
        code = getattr(program, passing)
        broken = 0
        for n, line in enumerate(code):
            if isinstance(line, Map) and isinstance(line.expr, Mul) and len(line.reads) > 1:
                wrong = replace(line, expr=Add((line.expr, line.expr)))
                mutant = replace(program, **{passing: (*code[:n], wrong, *code[n + 1 :])})
                assert isinstance(validate(mutant), Differs)
                broken += 1
        assert broken


def test_a_long_product_chain_is_lowered_and_learns():
    net = parse(
        'inputs = ["x"]\noutputs = ["o"]\nsteps = 12\noutputs_at = "last"\n'
        'activation = "identity"\n'
        '[neurons.s]\nfield = "w_s*tanh(s[-1]*w_t) + x"\n[neurons.o]\nfrom = ["s"]\n'
    )
    assert validate(lower(rule_of(net))) == Agrees(2)
    X = [[(r * c) % 3 / 2 for c in range(12)] for r in range(8)]
    D = [[row[-1] - row[-2]] for row in X]
    trainer = Trainer(rule_of(net), seed=1)
    before = trainer.cost(X, D)
    trainer.fit(X, D, epochs=100, learning_rate=0.1)
    assert trainer.cost(X, D) < before


@pytest.mark.parametrize("field", ["b/a", "max(a, b)", "abs(a)", "ln(a)"])
def test_no_trainer_gets_a_formula_that_may_have_no_slope(field):
    with pytest.raises(InputError, match="differentiable formulas"):
        Rule(prove(gated(field)).theorem())


# --- reading and writing -------------------------------------------------------------------------

FILE = """inputs = ["x1", "x2"]
outputs = ["g"]
[neurons.h]
from = ["x1"]
[neurons.g]
field = "w_a*x1*x2 + w_b*h"
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "what"),
    [
        ("x1*x2", "x1*x3", 6, 17, "no unit 'x3'.*Known are x1, x2, h, g.*begins with w"),
        ("x1*x2", "x1 x2", 6, 17, "Write \\* between factors"),
        ("x1*x2", "x1*tahn(x2)", 6, 17, "no function 'tahn'.*tanh"),
        ("x1*x2", "x1*h[-1]", 6, 9, "a delay in time"),
        ("x1*x2", "x1*h[1]", 6, 19, "Expected '-'"),
        ("x1*x2", "x1*h[-0]", 6, 19, "whole number of steps"),
        ("x1*x2", "x1*y[]", 6, 19, "A name belongs here"),
        ("x1*x2", "x1*y[q]", 6, 9, "no such unit"),
        ("w_b*h", "w_b*g", 6, 1, "cycle: g → g"),
        ('field = "w_a*x1*x2 + w_b*h"', 'field = ""', 6, 10, "no formula here"),
        ('field = "w_a*x1*x2 + w_b*h"', "field = 3", 6, 9, "a formula in quotes"),
        ('field = "w_a*x1*x2 + w_b*h"', 'field = "h"\nfrom = ["h"]', 7, 1, "belongs in there"),
        ('field = "w_a*x1*x2 + w_b*h"', 'field = "h"\nbias = "b"', 7, 1, "belongs in there"),
        ('field = "w_a*x1*x2 + w_b*h"', 'field = "w_a"', 5, 10, "reads nothing"),
    ],
)
def test_what_is_wrong_in_a_formula_is_said_with_its_place(old, new, line, column, what):
    with pytest.raises(InputError) as caught:
        parse(FILE.replace(old, new), file="net.toml")
    assert re.search(what, caught.value.what), caught.value.what
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    "field",
    [*FIELDS_OF_A_GATE, "-a", "-2*a + b", "a - -b", "a^-2/(b/a)", "y[a]*w[beta]", "(a*b)^2*-a"],
)
def test_a_formula_is_written_so_that_it_reads_back(field):
    term = formula(field, UNITS)
    assert formula(written(term, UNITS), UNITS) == term
    net = gated(f"{field} + b + a")
    assert parse(write(net)) == replace(net, name=net.name)


def test_a_formula_in_python_must_be_an_elementary_term_of_signals_and_weights():
    for wrong in (
        delta("a"),
        v("a"),
        y(J),
        Sign("w", ("a", "x")),
        Sum(OVER_SAMPLES, y("a")),
        y(BIAS),
    ):
        with pytest.raises(InputError, match=r"elementary term|reads"):
            Network(
                ("x",),
                (Neuron("g", activation("tanh"), wrong + y("x")),),
                ("g",),
                (),
                cost("squared_error"),
            )
    with pytest.raises(InputError, match="not on a synapse"):
        Network(
            ("x",),
            (Neuron("g", activation("tanh"), y("x") * num(2)),),
            ("g",),
            (Synapse("g", "x", "w"),),
            cost("squared_error"),
        )


def test_a_rule_file_speaks_of_formulas_by_derivatives():
    net = gated()
    right = "delta[j] = phi'[j](v[j]) * sum(k in fed(j), delta[k] * D(v[k], y[j])) for hidden j"
    assert isinstance(prove(net, right).verdict, Proved)
    wrong = "delta[g] = phi'[g](v[g]) * delta[r] * (y[g] - w_c)"
    found = prove(net, wrong).verdict
    assert isinstance(found, Refuted)
    assert isinstance(prove(net, wrong.replace("(y[g]", "2*(y[g]")).verdict, Proved)
