"""A recurrent network is unrolled as its file says, proved like any other, and trained."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from numeric.trainer import Trainer
from reports.cli import main
from symbolic import archive
from symbolic.activations import activation
from symbolic.costs import cost
from symbolic.errors import InputError
from symbolic.exposition import derive
from symbolic.network import BIAS, Neuron, Synapse
from symbolic.recurrence import Recurrent
from symbolic.spec import load, parse, write
from symbolic.terms import Sign
from symbolic.verdicts import Proved, Refuted
from symbolic.verification import prove, rule_of

EXAMPLES = Path(__file__).parent.parent / "examples"
IN_TIME = ("elman", "jordan")
SELF_LOOP = """inputs = ["x"]
outputs = ["h"]
steps = 3
[neurons.h]
from = { x = "w_x", "h[-1]" = "w_h" }
bias = false
"""


def refused(text: str) -> InputError:
    with pytest.raises(InputError) as caught:
        parse(text, file="net.toml")
    return caught.value


@pytest.mark.parametrize("name", IN_TIME)
def test_the_recurrent_examples_are_proved_derived_and_trained_through_the_command(
    name, tmp_path, capsys
):
    net = str(EXAMPLES / f"{name}.toml")
    assert main(["prove", net, "--audit", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "proved"
    assert main(["derive", net]) == 0
    page = " ".join(capsys.readouterr().out.split())
    assert "unrolled in time over three steps" in page
    assert "and a weight is the same at every step" in page
    network, data = load(net), tmp_path / "data.csv"
    width = len(network.inputs) + len(network.outputs)
    rows = [[(3 * r + c) % 5 / 5 for c in range(width)] for r in range(6)]
    header = ",".join((*network.inputs, *network.outputs))
    data.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]))
    assert main(["train", net, "--data", str(data), "--epochs", "2"]) == 0


def test_every_step_reads_the_step_before_and_the_weights_are_shared():
    net = parse(SELF_LOOP)
    assert net.inputs == ("x_t1", "x_t2", "x_t3")
    assert net.outputs == ("h_t1", "h_t2", "h_t3")
    assert net.uses["w_h"] == (("h_t2", "h_t1"), ("h_t3", "h_t2"))
    assert net.sources["h_t1"] == ("x_t1",)


def test_a_delay_of_two_steps_skips_one_and_reads_the_inputs_named_before_the_first():
    late = SELF_LOOP.replace('"h[-1]" =', '"h[-1]" = "w_g", "h[-2]" =').replace(
        "steps = 3", 'steps = 3\ninitial = { h = "s" }'
    )
    net = parse(late)
    assert net.inputs[:2] == ("s", "s_1")
    assert net.sources["h_t1"] == ("x_t1", "s", "s_1")
    assert net.sources["h_t2"] == ("x_t2", "h_t1", "s")
    assert net.sources["h_t3"] == ("x_t3", "h_t2", "h_t1")


def test_a_delayed_input_makes_a_filter_with_taps():
    net = parse(SELF_LOOP.replace('"h[-1]"', '"x[-1]"'))
    assert net.sources["h_t3"] == ("x_t3", "x_t2")


def test_only_the_last_step_is_compared_where_that_is_asked_and_nothing_idle_is_kept():
    net = parse(
        'inputs = ["x"]\noutputs = ["o"]\nsteps = 4\noutputs_at = "last"\n'
        '[neurons.h]\nfrom = ["x", "h[-1]"]\n[neurons.o]\nfrom = ["h"]\n'
    )
    assert net.outputs == ("o_t4",)
    assert [n.name for n in net.neurons] == ["h_t1", "h_t2", "h_t3", "h_t4", "o_t4"]


def test_the_unrolled_network_is_the_one_written_step_by_step():
    wires = (Synapse("h", "x", "w_x"), Synapse("h", "h[-1]", "w_h"), Synapse("h", BIAS, "w_0"))
    tanh = activation("tanh")
    drawn = Recurrent(("x",), (Neuron("h", tanh),), ("h",), wires, cost("squared_error"), 2)
    by_hand = parse(
        'inputs = ["x_t1", "x_t2"]\noutputs = ["h_t1", "h_t2"]\nactivation = "tanh"\n'
        '[neurons.h_t1]\nfrom = { x_t1 = "w_x" }\nbias = "w_0"\n'
        '[neurons.h_t2]\nfrom = { x_t2 = "w_x", h_t1 = "w_h" }\nbias = "w_0"\n'
    )
    net = drawn.unrolled()
    assert net.weight_of == by_hand.weight_of
    assert (net.inputs, net.neurons, net.outputs) == (
        by_hand.inputs,
        by_hand.neurons,
        by_hand.outputs,
    )


def test_forgetting_one_step_of_a_shared_weight_is_refuted():
    net = parse(SELF_LOOP)
    right = "dw[w_h] = eta * sum(xi, delta[h_t2]*y[h_t1] + delta[h_t3]*y[h_t2])"
    assert isinstance(prove(net, right).verdict, Proved)
    wrong = right.replace("delta[h_t2]*y[h_t1] + ", "")
    assert isinstance(prove(net, wrong).verdict, Refuted)


def test_truncating_the_recursion_after_one_step_is_refuted():
    net = parse(SELF_LOOP)
    right = "delta[h_t2] = phi'[h_t2](v[h_t2]) * (e[h_t2]/N + delta[h_t3]*w[h_t3,h_t2])"
    assert isinstance(prove(net, right).verdict, Proved)
    assert isinstance(prove(net, "delta[h_t2] = phi'[h_t2](v[h_t2]) * e[h_t2]/N").verdict, Refuted)


@pytest.mark.parametrize("name", IN_TIME)
def test_a_recurrent_network_is_written_as_it_is_drawn_and_reads_back(name):
    net = load(EXAMPLES / f"{name}.toml")
    again = parse(write(net))
    assert again == net
    assert again.recurrent == net.recurrent
    assert 'h1[-1]" = "w_11"' in write(net) or name == "jordan"
    checked = archive.loads(archive.dumps(derive(net)))
    assert isinstance(checked.verdict, Proved)
    assert checked.network.recurrent == net.recurrent


def test_an_unrolled_network_learns_to_echo_its_input():
    net = load(EXAMPLES / "elman.toml")
    X = [[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    D = [[row[1]] for row in X]
    trainer = Trainer(rule_of(net), seed=0)
    before = trainer.cost(X, D)
    trainer.fit(X, D, epochs=300, learning_rate=0.3)
    assert trainer.cost(X, D) < before / 4


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "what"),
    [
        ('"h[-1]"', "h", 5, 21, r"cycle: h → h.*with a delay.*\"h\[-1\]\".*steps = 5"),
        ("steps = 3\n", "", 4, 31, "delay in time; say over how many steps"),
        ("steps = 3", 'steps = "3"', 3, 9, "a whole number"),
        ("steps = 3", "steps = true", 3, 9, "a whole number"),
        ("steps = 3", "steps = 0", 3, 9, "from 1 to 10,000"),
        ("steps = 3", "steps = 99999", 3, 9, "from 1 to 10,000"),
        ("steps = 3", 'steps = 3\noutputs_at = "end"', 4, 14, '"every" or "last"'),
        ("steps = 3", "steps = 3\ninitial = 0", 4, 11, "names an input for each unit"),
        ("steps = 3", 'steps = 3\ninitial = { g = "s" }', 4, 17, "no such unit"),
        ("steps = 3", 'steps = 3\ninitial = { x = "s" }', 4, 17, "no neuron reads 'x' late"),
        ('"h[-1]"', '"h[1]"', 5, 21, r"A delay is written \"h\[-1\]\""),
        ('"h[-1]"', '"h[-0]"', 5, 21, "A delay is written"),
        ('"h[-1]"', '"g[-1]"', 5, 21, "no such unit"),
        ('x = "w_x", ', "", 4, 10, "reads nothing at step 1.*initial"),
    ],
)
def test_what_is_wrong_with_the_time_in_a_file_is_said_in_its_own_names(
    old, new, line, column, what
):
    text = SELF_LOOP.replace(old, new)
    assert text != SELF_LOOP
    error = refused(text)
    assert re.search(what, error.what), error.what
    assert (error.line, error.column) == (line, column)


def test_a_signal_of_0_drops_out_of_a_formula_only_where_the_rest_has_a_value():
    text = SELF_LOOP.replace('from = { x = "w_x", "h[-1]" = "w_h" }', 'field = "FIELD"')
    text = text.replace("bias = false\n", "")
    net = parse(text.replace("FIELD", "x + w_h*x*h[-1]"))
    assert net.formulas["h_t1"] == Sign("y", ("x_t1",))
    net = parse(text.replace("FIELD", "x + h[-1]*(x/h[-1])"))
    assert not isinstance(prove(net).verdict, Proved)
    with pytest.raises(InputError, match="reads nothing at step 1"):
        parse(text.replace("FIELD", "x*h[-1]"))
