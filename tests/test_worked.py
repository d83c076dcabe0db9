"""The worked example: every printed digit can be recomputed from the digits printed before it."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from pathlib import Path

import pytest

from reports.document import Document
from reports.number_printers import digits, with_numbers
from reports.reference_step import update
from reports.text import text as page_text
from reports.worked import Difference, Row, Working, decimals, nearest
from reports.worked_parts import unrounded, worked, worked_section
from reports.worked_sample import chosen_sample
from reports.worked_step import borrowed
from symbolic.costs import cost
from symbolic.derived import derive
from symbolic.errors import InputError
from symbolic.evaluation import Instance
from symbolic.notation import E
from symbolic.spec import open_network
from symbolic.terms import Sign
from symbolic.topologies import layered

EXAMPLES = Path(__file__).parents[1] / "examples"
FILES = [str(EXAMPLES / f"{name}.toml") for name in ("tied", "partial", "lstm", "experts")]
NETWORKS = ("2-2-1", "1-2:relu-2:softmax", "2-3:gelu-2", "1-1:identity", *FILES)
FUNCTIONS = {
    name: getattr(math, name) for name in ("exp", "tanh", "erf", "sqrt", "cos", "sin", "pi")
} | {"ln": math.log, "abs": abs}
HIGH = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def typed(text: str) -> float:
    """A printed line as a calculator takes it."""
    shown = text.replace("·", "*").replace("−", "-").replace("½", "0.5").replace("π", "pi")
    shown = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda found: "**" + found[0].translate(HIGH), shown)
    shown = re.sub(r"\|([^|]*)\|", r"abs(\1)", shown)
    names = "|".join(FUNCTIONS)
    assert re.fullmatch(rf"[\d.+*/()\s-]*(?:(?:{names})[\d.+*/()\s-]*)*", shown), shown
    return float(eval(shown, {"__builtins__": {}}, FUNCTIONS))  # noqa: S307 - our own digits


def lines(network: str) -> list[tuple[Row, dict]]:  # type: ignore[type-arg]
    net = open_network(network)
    example = worked(derive(net).checked.derivation, chosen_sample(net))
    texts = dict(example.working.texts)
    rows = [row for _, row in (*example.forward, *example.backward)]
    return [(row, texts) for row in (*rows, *example.changes.values())]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda net: Path(net).stem)
def test_the_printed_digits_give_the_printed_value(network: str) -> None:
    found = lines(network)
    assert len(found) > 4
    for row, texts in found:
        shown = with_numbers(row.right, texts).text
        if "⋯" in shown:
            continue
        value = typed(shown)
        places = len(row.text.partition(".")[2])
        half = 0.5 * 10.0**-places
        assert abs(value - float(row.text)) <= half * (1 + 1e-6) + 1e-12, (shown, row.text)
        assert digits(row.value, places) == row.text
        assert not row.exact or abs(value - float(row.text)) < 1e-12


@pytest.mark.parametrize("network", ["2-2-1", *FILES[:2]], ids=lambda net: Path(net).stem)
def test_the_values_are_near_the_exact_ones(network: str) -> None:
    """The oracle differentiates by dual numbers and never rounds."""
    net = open_network(network)
    sample = chosen_sample(net)
    example = worked(derive(net).checked.derivation, sample)
    exact = Instance(net, sample, eta=sample.eta)
    for j, row in example.backward:
        if isinstance(row.left, Sign):
            assert abs(float(row.value) - float(exact.value(Sign("delta", (j,))))) < 1e-4
    for weight, row in example.changes.items():
        assert abs(float(row.value) - float(exact.value(Sign("dw", (weight,))))) < 1e-4
    *_, (_, cost) = example.forward
    assert abs(float(cost.value) - float(exact.value(E))) < 1e-4


def test_the_rule_agrees_with_differences_of_the_exact_cost() -> None:
    net = open_network("2-2-1")
    derivation, sample = derive(net).checked.derivation, chosen_sample(net)
    rule, difference = unrounded(derivation, sample, list(net.uses)), Difference(derivation, sample)
    for weight, row in rule.items():
        assert 0 < abs(row.value - difference.of(weight)) < Fraction(1, 10**12)


def test_a_half_is_rounded_away_from_zero() -> None:
    assert nearest(Fraction("0.00345"), 4) == Fraction("0.0035")
    assert nearest(Fraction("-0.00345"), 4) == Fraction("-0.0035")
    assert decimals(Fraction(1, 3), 7) == 7


def test_a_sample_is_given_by_names_or_in_order() -> None:
    net = open_network("2-2-1")
    by_name = chosen_sample(net, "y_1=0.25, 2=-2, d=0.5, w_5_3=1.5, eta=0.1")
    assert by_name.inputs[0] == {"1": Fraction(1, 4), "2": Fraction(-2)}
    assert by_name.targets[0] == {"5": Fraction(1, 2)}
    assert (by_name.weights["w_5_3"], by_name.eta) == (Fraction(3, 2), Fraction(1, 10))
    assert chosen_sample(net, "1,2").inputs[0]["2"] == 2


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ("1", "1 numbers"),
        ("1,2,3,4", "4 numbers"),
        ("z=1", "'z'"),
        ("y_1=1e9", "decimal"),
        ("__import__('os'),1", "decimal"),
        ("y_1=1/3", "decimal"),
        ("d_4=1", "'d_4'"),
    ],
)
def test_a_wrong_sample_is_refused(given: str, what: str) -> None:
    with pytest.raises(InputError, match=re.escape(what)):
        chosen_sample(open_network("2-2-1"), given)


def test_a_kink_is_said_and_not_hidden() -> None:
    net = open_network("1-1:relu-1:identity")
    derivation = derive(net).checked.derivation
    sample = chosen_sample(net, "1=0, w_2_0=0")
    with pytest.raises(ArithmeticError, match="begins just here"):
        list(Working(derivation, sample).forward())


def test_the_page_says_why_there_is_no_example() -> None:
    net = open_network("1-1:relu-1:identity")
    derivation = derive(net).checked.derivation
    blocks = list(worked_section(derivation, chosen_sample(net, "1=0, w_2_0=0")))
    assert "a piece begins just here" in str(blocks[-1])
    assert len(blocks) == 2


def test_an_output_that_rounds_to_one_gets_more_decimals() -> None:
    net = layered([1, 1], cost_function=cost("cross_entropy"))
    sample = chosen_sample(net, "y_1=1, w_2_1=15, w_2_0=0, d=0")
    example = worked(derive(net).checked.derivation, sample)
    values = {row.left: row.text for _, row in example.forward}
    assert values[Sign("y", ("2",))] == "0.999999694097773"
    assert values[E] == "15.000000305659140"  # of the printed digits; 15.0000003059 of y itself


def test_the_reference_step_is_the_rule() -> None:
    """The step that the page draws changes the weights as the proved rule does."""
    net = open_network("2-3:tanh-2:tanh")
    sample = chosen_sample(net)
    exact = Instance(net, sample, eta=sample.eta)
    w: dict[str, dict[str, float]] = {j: {} for j in net.order}
    for (to, source), name in net.weight_of.items():
        w[to][source] = float(sample.weights[name])
    before = {j: dict(row) for j, row in w.items()}
    y = {"0": 1.0, **{i: float(x) for i, x in sample.inputs[0].items()}}
    d = {j: float(x) for j, x in sample.targets[0].items()}
    update(
        net.order, net.outputs, net.sources, net.successors, math.tanh,
        lambda v: 1 - math.tanh(v) ** 2, w, {}, y, d, {}, float(sample.eta),
    )  # fmt: skip
    for (to, source), name in net.weight_of.items():
        change = w[to][source] - before[to][source]
        assert abs(change - float(exact.value(Sign("dw", (name,))))) < 1e-12


@pytest.mark.parametrize("name", ["lstm", "elman", "jordan"])
def test_of_a_network_in_time_one_step_is_shown_with_all_numbers_it_uses(name: str) -> None:
    net = open_network(str(EXAMPLES / f"{name}.toml"))
    page = page_text(Document("", tuple(worked_section(derive(net).checked.derivation,
                                                       chosen_sample(net)))), 200)  # fmt: skip
    assert "shown is step 2" in page
    given = " ".join(page.partition("Forward:")[0].split())
    columns = [re.split(r" {3,}", row.strip()) for row in page.splitlines()]
    rows = [row for row in columns if len(row) >= 4 and re.match(r"[=≈] ", row[3])]
    own = [neuron.name[:-3] for neuron in net.neurons if neuron.name.endswith("_t2")]
    assert {row[0] for row in rows} >= {f"v_{neuron}[2]" for neuron in own}
    assert not any(re.search(r"v_\w+\[1\]", row[0]) for row in rows)
    known = set(re.findall(r"[=≈] (−?\d+(?:\.\d+)?)", given)) | {row[3][2:] for row in rows}
    for row in rows:
        for number in re.findall(r"(?<![\d.])\d+\.\d{4,}", row[2]):
            assert {number, f"−{number}"} & known, (row, number)


def test_numbers_of_other_steps_are_given_only_where_a_shown_line_uses_them() -> None:
    net = open_network(str(EXAMPLES / "elman.toml"))
    example = worked(derive(net).checked.derivation, chosen_sample(net))
    rows = {row.left: row for _, row in (*example.forward, *example.backward)}
    one = rows[Sign("v", ("h1_t2",))]
    found = [row.left for row in borrowed([one], list(rows.values()), net.inputs)]
    assert found == [Sign("y", ("h1_t1",)), Sign("y", ("h2_t1",))]
    assert borrowed([one, *(rows[left] for left in found)], [rows[found[0]]], net.inputs) == []


def test_a_chosen_neuron_is_shown_with_the_numbers_of_the_others() -> None:
    blocks = worked_section(derive(open_network("2-3-1")).checked.derivation,
                            chosen_sample(open_network("2-3-1")), ("4",))  # fmt: skip
    page = page_text(Document("", tuple(blocks)), 200)
    assert "shown is neuron 4." in page
    assert "Of the other neurons the lines below use e_6 = 0.50694, δ_6 ≈ 0.12671." in page
