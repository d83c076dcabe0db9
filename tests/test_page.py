"""The page of a checked derivation: its order, its counts, and that it never hides a fault."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from nets import tied
from page_example import Checked, checked, layered

from reports.derivation_page import page, worst
from reports.document import Document, Drawn, Heading, Mark, Math, RuleBox, VerdictBox
from reports.html_formulas import display
from reports.instances import written_out
from reports.jsonout import dumps, report
from reports.latex import latex
from reports.network_parts import NAMES
from reports.plain import plain_of
from reports.source import drawn_source
from reports.text import text
from reports.wording import REASONS, reason
from symbolic.activations import ACTIVATIONS
from symbolic.derivation import (
    JUSTIFICATIONS,
    ByAlgebra,
    ByAssumption,
    Derivation,
    Justification,
    Step,
)
from symbolic.exposition import derive
from symbolic.recursion import local_gradients
from symbolic.verdicts import (
    WORST_FIRST,
    Finding,
    Hypothesis,
    Open,
    Proved,
    Refuted,
    Unjustified,
    Value,
    Verdict,
    Witness,
)


def headings(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Heading)]


def test_the_page_follows_the_textbook() -> None:
    document = page(checked())
    assert isinstance(document.blocks[0], VerdictBox)
    assert headings(document) == [
        "Network and notation",
        "Forward pass",
        "Cost",
        "Output neurons",
        "Hidden neurons",
        "Weight corrections",
        "The rule",
        "Proof",
        "Hypotheses",
        "What this rests on",
    ]


def test_the_counts_are_those_of_the_findings() -> None:
    shown = text(page(checked()))
    assert "4 of 4 neurons" in shown
    assert "13 of 13 weights" in shown
    assert "✗" not in shown


def test_a_refuted_line_shows_its_numbers_and_is_not_called_the_rule() -> None:
    document = page(checked(refute=True))
    shown = text(document)
    assert "✗ Refuted." in shown
    assert "3 of 4 neurons" in shown
    assert "Line (7) is refuted" in shown
    flat = " ".join(shown.split())
    assert flat.count("What is wrong: the sign of e_j is lost.") == 2  # on top and at its line
    assert "w_31 = ½, y_1 = 1, d_6 = −2/3" in shown
    assert re.search(r"δ_6 = ½ +the left side, differentiated", shown)
    assert re.search(r"= 1/3 +the right side, as claimed", shown)
    assert "The rule as claimed, not proved" in headings(document)
    assert "δ_6 = (1/N)" not in shown


@pytest.mark.parametrize(
    ("verdict", "mark"),
    [(Open("no bound found"), Mark.OPEN), (Unjustified(("6",), "line 2"), Mark.UNJUSTIFIED)],
)
def test_what_is_not_proved_is_never_shown_as_proved(verdict: object, mark: Mark) -> None:
    good = checked()
    findings = (Finding(verdict), *good.findings[1:])  # type: ignore[arg-type]
    spoilt = replace(good, findings=findings)
    assert worst(spoilt) is mark
    assert "Proved." not in text(page(spoilt))


def test_a_member_that_differs_counts_against_its_line() -> None:
    good = checked()
    at = 11
    findings = list(good.findings)
    findings[at] = Finding(findings[at].verdict, {("4",): Open("no idea")})
    spoilt = replace(good, findings=tuple(findings))
    assert worst(spoilt) is Mark.OPEN
    assert "3 of 4 neurons" in text(page(spoilt))


def test_nothing_checked_is_not_proved() -> None:
    good = checked()
    empty = Checked(Derivation("t", good.derivation.network, good.derivation.given, ()), ())
    assert worst(empty) is Mark.OPEN
    assert not any(isinstance(block, RuleBox) for block in page(empty).blocks)


def test_every_justification_has_its_words() -> None:
    assert set(REASONS) == set(JUSTIFICATIONS)
    good = checked()
    claim = good.derivation.steps[0].claim
    for kind in JUSTIFICATIONS:
        because = ByAssumption("N = 1") if kind is ByAssumption else kind()
        assert reason(Step(claim, because), good.derivation)


@pytest.mark.parametrize("name", [n for n, row in ACTIVATIONS.items() if not row.group])
def test_every_activation_has_a_page(name: str) -> None:
    shown = text(page(checked(layered(("1",), ("2",), ("3",), phi=name))))
    assert NAMES.get(name, name.replace("_", " ")) in shown


def test_the_rule_is_written_out_for_one_neuron() -> None:
    net = layered(("1",), ("2", "3"), ("4", "5"))
    claim = local_gradients(net)[-1][0]
    own = written_out(claim, {"j": "2"}, net)
    assert plain_of(own) == "δ_2 = φ_2'(v_2) (δ_4 w_42 + δ_5 w_52)"


def test_a_large_net_is_one_page_of_the_same_length() -> None:
    small = layered(tuple("123"), tuple(f"h{n}" for n in range(10)), ("o",))
    large = layered(tuple("123"), tuple(f"h{n}" for n in range(900)), ("o",))
    lengths = [len(text(page(checked(net))).splitlines()) for net in (small, large)]
    assert abs(lengths[0] - lengths[1]) <= 6


@pytest.mark.parametrize(
    "source",
    [
        "def f(v):\n    return '}\\\\input{/etc/passwd}'",
        "def φ(v):\n    return v",
        "def f(v:\n",
        "import os",
        "lambda v: v",
        "x" * 5000,
    ],
)
def test_a_source_that_could_mislead_is_not_drawn(source: str) -> None:
    assert drawn_source(source) is None


def test_json_names_the_worst_verdict_and_keeps_fractions_exact() -> None:
    bad = checked(refute=True)
    first = dumps(report(bad.derivation.steps, bad.findings))
    assert first == dumps(report(bad.derivation.steps, bad.findings))
    data = json.loads(first)
    assert data["verdict"] == "refuted"
    item = data["items"][6]
    assert item["verdict"] == "refuted"
    assert item["counterexample"]["samples"][0]["targets"] == {"6": "-2/3"}
    assert item["statement"].startswith(r"\delta_j(n) = \frac{1}{N}")


def proved(derivation: Derivation) -> Checked:
    return Checked(derivation, tuple(Finding(Proved("the kernel")) for _ in derivation.steps))


def test_the_derivation_of_a_network_has_its_sections_and_one_direct_line_per_role() -> None:
    made = derive(layered(("1", "2"), ("3", "4", "5"), ("6",)))
    document = page(proved(made))
    assert headings(document)[3:8] == [
        "Local gradients",
        "Output neurons",
        "Hidden neurons",
        "Weight corrections",
        "The rule",
    ]
    shown = text(document)
    assert "δ_3 = −∂𝓔/∂v_3" not in shown
    assert "17 of 17 such lines are proved" in shown
    direct = [line for line in shown.splitlines() if line.lstrip().startswith("−∂𝓔/∂")]
    assert len(direct) == 3


def test_a_direct_line_that_is_not_proved_is_always_shown() -> None:
    made = derive(layered(("1", "2"), ("3", "4", "5"), ("6",)))
    good = proved(made)
    spoilt = replace(good, findings=(*good.findings[:-1], Finding(Open("too long"))))
    assert "∂w_65" in text(page(spoilt))
    assert "∂w_65" not in text(page(good))


WITNESS = Witness(
    {f"w_3_{n}": Fraction(n) for n in range(9)},
    ({"1": Fraction(1)}, {"2": Fraction(-1, 2)}),
    ({"6": Fraction(3)}, {}),
    Fraction(1, 7),
)
VERDICTS: dict[type[Verdict], Verdict] = {
    Proved: Proved("algebra", (Hypothesis("N = 1", "the batch holds one sample"),)),
    Refuted: Refuted(
        ("6",),
        WITNESS,
        Value(Fraction(1, 3), Fraction(1, 3)),
        Value(Fraction(31, 100), Fraction(32, 100)),
        "φ'_j(v_j) missing",
        checked().derivation.steps[6].claim,
    ),
    Unjustified: Unjustified(("6",), "line (2) is not cited"),
    Open: Open("no bound was found"),
}
TELLING = {
    Proved: "algebra",
    Refuted: "nearest right form",
    Unjustified: "is not cited",
    Open: "no bound was",
}


@pytest.mark.parametrize("emit", [text, latex])
@pytest.mark.parametrize("kind", WORST_FIRST)
def test_every_verdict_is_drawn_by_every_emitter(
    kind: type[Verdict], emit: Callable[[Document], str]
) -> None:
    good = checked()
    findings = (*good.findings[:6], Finding(VERDICTS[kind]), *good.findings[7:])
    shown = emit(page(replace(good, findings=findings)))
    assert TELLING[kind] in " ".join(shown.split())


@pytest.mark.parametrize("emit", [text, latex])
@pytest.mark.parametrize("kind", JUSTIFICATIONS)
def test_every_justification_is_drawn_by_every_emitter(
    kind: type[Justification], emit: Callable[[Document], str]
) -> None:
    good = checked()
    because = ByAssumption("Σ_k d_k = 1") if kind is ByAssumption else kind()
    steps = (replace(good.derivation.steps[0], because=because), *good.derivation.steps[1:])
    spoilt = replace(good, derivation=replace(good.derivation, steps=steps))
    assert emit(page(spoilt, marks=True))


def test_many_numbers_of_a_counterexample_stand_in_a_table() -> None:
    good = checked()
    findings = (*good.findings[:6], Finding(VERDICTS[Refuted]), *good.findings[7:])
    shown = text(page(replace(good, findings=findings)))
    assert re.search(r"w_38 +8\n", shown)
    assert re.search(r"y_2 \(sample 2\) +−½\n", shown)
    assert "w_30" not in shown.split("Put in")[1].split("Then")[0]
    assert "= 0.3…" in shown


def test_like_verdicts_share_a_row() -> None:
    good = checked()
    bad = {(name,): replace(VERDICTS[Refuted], member=(name,)) for name in "34"}
    findings = list(good.findings)
    findings[11] = Finding(bad["3",], {**bad, ("5",): Open("it is like the others")})
    shown = text(page(replace(good, findings=tuple(findings))))
    assert "Line (12) is refuted for 2 of 3 neurons and 1 more was not decided." in shown
    assert shown.replace("\u00a0", " ").count("✗ refuted: φ'_j(v_j) missing (2 neurons)") == 1


def test_both_senses_of_a_derivative_are_explained_where_both_occur() -> None:
    shown = text(page(checked()))
    assert "∂𝓔/∂v_j" in shown.split("Forward pass")[0]
    assert "slope of the formula of v_k alone" in shown
    only = [step for step in checked().derivation.steps if step.because == ByAlgebra()]
    bare = Derivation("t", checked().derivation.network, checked().derivation.given, tuple(only))
    assert "slope of the formula" not in text(page(proved(bare)))


def test_a_wide_neuron_is_written_as_a_sum_and_with_dots() -> None:
    shown = text(page(checked(layered(tuple(map(str, range(1, 65))), ("65",)))))
    assert "v_65 = Σ_i w_65,i y_i" in shown
    assert "= w_65,0 y_0 + w_65,1 y_1 + ⋯ + w_65,64 y_64" in shown


def test_a_shared_weight_goes_by_its_own_name() -> None:
    shown = text(page(checked(tied())))
    assert "One weight is shared: s." in shown
    assert "v_a = s x" in shown


def test_a_condition_in_brackets_is_never_broken_into_lines() -> None:
    """KaTeX breaks after a relation outside of braces; a sum of brackets still breaks at its +."""
    conditions = [r"[j \in \mathcal{O}]", "[t = 1]", r"[i \to j]", r"[t \ge 1]"]
    for one in conditions:
        formula = Drawn(rf"y_{{j}}\, {one} + 1", "shown")
        assert rf'data-tex="\displaystyle y_{{j}}\, {{{one}}} + 1"' in display(Math(formula))
    for other in (r"\bigl[a = b\bigr]", "[a + b]", r"\sqrt[3]{a = b}", r"a \in b"):
        assert rf'data-tex="\displaystyle {other}"' in display(Math(Drawn(other, "shown")))
