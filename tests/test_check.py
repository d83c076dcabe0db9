"""`proofprop check`: what it says of a document, and that no wrong line slips through."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mutants_of_formulas import judged_mutants, mutants

from reports.cli import main
from symbolic.reading.claims import Kind
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document

DOCUMENT = Path(__file__).with_name("documents") / "generalizing.md"


def test_the_document_is_refuted_at_its_brace(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(DOCUMENT), "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    words = [item["verdict"] for item in result["items"]]
    assert words.count("refuted") == 1
    assert words.count("proved") == 29
    assert words.count("definition") == 7
    assert result["not_understood"] == []
    [bad] = [item for item in result["items"] if item["verdict"] == "refuted"]
    assert bad["source"]["line"] == 85
    assert bad["counterexample"]["left"] == "63"


def test_the_example_says_where_the_mistake_is(capsys: pytest.CaptureFixture[str]) -> None:
    notes = Path(__file__).parents[1] / "examples" / "notes.md"
    assert main(["check", str(notes), "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    [first] = [item for item in result["items"] if item["id"] == result["broken"]]
    assert first["source"]["line"] == 16
    assert "w_{kj}" in json.dumps(first)
    wrong = [item for item in result["items"] if item["verdict"] == "refuted"]
    assert len(wrong) == 2


def test_a_right_document_is_proved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "right.md"
    file.write_text(
        "Let $j$ be an output neuron.\n$$\\frac{\\partial e_j}{\\partial y_j} = -1$$\n", "utf-8"
    )
    assert main(["check", str(file)]) == 0
    out = capsys.readouterr().out
    assert "✓ line 2" in out
    assert "✓ Proved." in out


def test_a_formula_that_is_not_understood_leaves_the_document_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "odd.md"
    file.write_text("$$\\nabla \\mathcal{E} = 0$$\n", "utf-8")
    assert main(["check", str(file)]) == 3
    assert "Not understood" in capsys.readouterr().out


def test_a_line_is_not_refuted_where_a_range_was_not_tried() -> None:
    """With two letters nobody says whose fed neurons k may run over."""
    text = "Let $j$ be a hidden neuron. Then\n$$y_i \\delta_j = y_i \\sum_k y_k \\delta_k$$\n"
    cost = (
        "let $\\mathcal{E}(n) = \\sum_{\\xi=1}^N \\sum_k e_k^{\\xi}(n)$ "
        "(sum over all output neurons). "
    )
    reading = read_document(cost + text, open_profile("haykin"))
    [claim] = [one for one in judge(reading).lines if one.claim.kind is Kind.CLAIM]
    assert claim.word == "open"
    assert any("not tried" in case.why for case in claim.cases)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "no-such.md"], "cannot be read"),
        (["check", "no-such.docx"], "no-such.docx"),
        (["check", str(DOCUMENT), "--profile", "haykn"], "haykin"),
    ],
)
def test_bad_input_is_one_sentence(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


@pytest.mark.slow
def test_no_exact_network_contradicts_what_the_prover_says_of_wrong_lines() -> None:
    """The prover looks at every set of assumptions, also where a network breaks the line."""
    reading = read_document(DOCUMENT.read_text("utf-8"), open_profile("haykin"))
    words = judged_mutants(reading, mutants, (Kind.CLAIM, Kind.LABEL))
    assert len(words) > 150
    assert words.count("refuted") > 0.8 * len(words)
    assert words.count("proved") < 0.1 * len(words)
