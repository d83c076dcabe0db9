"""What our own pages print is read back: no line of a proved derivation is ever called wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reports.cli import main
from symbolic.reading.claims import Kind, Outcome
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document

EXAMPLES = Path(__file__).parents[1] / "examples"
NUMBERED = re.compile(r"[_,{]\s*\d|_\{?\d")


@pytest.mark.parametrize("network", ["2-2-1", "2-3-1:tanh", "1-2-2", "3-2-2-1"])
def test_a_derivation_in_markdown_is_read_and_proved(network: str, tmp_path: Path) -> None:
    """Its lines for every neuron are proved; those about a numbered neuron want the network."""
    page = tmp_path / "page.md"
    assert main(["derive", network, "-o", str(page)]) == 0
    reading = read_document(page.read_text("utf-8"), open_profile("haykin"))
    judgement = judge(reading)
    words = [one.word for one in judgement.lines if one.claim.kind is Kind.CLAIM]
    assert "refuted" not in words
    assert words.count("proved") >= 12
    for one in judgement.lines:
        if one.word == "open":
            assert NUMBERED.search(one.claim.latex(reading.profile)), one.claim.place
    proved = [one.claim.latex(reading.profile) for one in judgement.lines if one.word == "proved"]
    assert any("\\frac{1}{N} e_{j} \\varphi'_{j}(v_{j})" in line for line in proved)
    assert any("\\sum_{k \\in \\text{neurons fed by $j$}} \\delta_{k} w_{kj}" in p for p in proved)
    assert any(line.startswith("\\Delta w_{ji} = \\eta") for line in proved)
    unread = [e for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD and e.display]
    for entry in unread:
        assert NUMBERED.search(entry.text) or "\\varphi" in entry.text, entry.text


@pytest.mark.parametrize(
    "file", [pytest.param("generalizing.md", marks=pytest.mark.slow), "delta_rule.md"]
)
def test_a_checked_document_with_its_notes_is_read_as_before(file: str, tmp_path: Path) -> None:
    profile = {"delta_rule.md": "rumelhart"}.get(file, "haykin")
    source = Path(__file__).with_name("documents") / file
    noted = tmp_path / "noted.md"
    code = main(["check", str(source), "--profile", profile, "-o", str(noted)])
    notation = open_profile(profile)
    before, after = (
        [
            (one.word, one.claim.latex(notation))
            for one in judge(read_document(path.read_text("utf-8"), notation)).lines
        ]
        for path in (source, noted)
    )
    assert set(before) <= set(after)
    assert code == (1 if file == "generalizing.md" else 0)
