"""Ways in which a checker of derivations could say "proved" of what is not: none may work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from symbolic.reading.claims import Kind, Outcome
from symbolic.reading.findings import Judged
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document, reread
from symbolic.reading.theory import Assumption

DOCUMENTS = Path(__file__).with_name("documents")
HAYKIN = open_profile("haykin")
COST = (
    "Let $\\mathcal{E}(n) = \\frac{1}{2N} \\sum_{\\xi=1}^N \\sum_k (e_k^{\\xi}(n))^2$ "
    "(sum over all output neurons).\n\n"
)


def claims(text: str) -> list[Judged]:
    return [
        one
        for one in judge(read_document(COST + text, HAYKIN)).lines
        if one.claim.kind is Kind.CLAIM
    ]


def test_a_contradictory_setting_proves_nothing() -> None:
    """An output neuron that feeds a neuron, where outputs feed none: no network is like that."""
    text = (
        "Let $j$ be a hidden neuron that feeds the neurons $k$.\n\n"
        "Now let $j$ be an output neuron.\n\n$$w_{kj} = w_{kj} + 1$$\n"
    )
    assert all(one.word != "proved" for one in claims(text))
    text = "Let $j$ be an output neuron that feeds the neurons $k$.\n\n$$\\delta_j = e_j$$\n"
    assert all(one.word != "proved" for one in claims(text))


@pytest.mark.parametrize(
    "words",
    [
        "it is false that ",
        "it is not the case that ",
        "nobody believes that ",
        "suppose that it were true that ",
    ],
)
def test_words_that_deny_are_no_claim(words: str) -> None:
    formula = "\\frac{\\partial e_j}{\\partial y_j} = -1"
    inside = f"Let $j$ be an output neuron.\n\n$$\\text{{{words}}} {formula}$$\n"
    before = f"Let $j$ be an output neuron.\n\nNow {words}\n\n$${formula}$$\n"
    for text in (inside, before):
        reading = read_document(COST + text, HAYKIN)
        assert all(one.word != "proved" for one in judge(reading).lines)
        unread = any(entry.outcome is Outcome.NOT_UNDERSTOOD for entry in reading.ledger)
        assert unread or any(one.claim.doubt for one in judge(reading).lines)


def test_no_display_is_passed_over() -> None:
    text = (
        "Let $j$ be an output neuron.\n\n"
        "\\begin{equation}\n\\frac{\\partial e_j}{\\partial y_j} = 1\n\\end{equation}\n\n"
        "\\[ \\frac{\\partial e_j}{\\partial y_j} = 1 \\]\n\n"
        "\\( \\frac{\\partial e_j}{\\partial y_j} = 1 \\)\n\n"
        "so de/dy = 1\n\n```\n$$ e_j = 0 $$\n```\n"
    )
    reading = read_document(COST + text, HAYKIN)
    outcomes = [entry.outcome for entry in reading.ledger]
    assert outcomes.count(Outcome.CLAIM) == 3
    assert outcomes.count(Outcome.NOT_UNDERSTOOD) == 1
    assert outcomes.count(Outcome.LEFT_ALONE) == 1
    assert [one.word for one in claims(text)] == ["refuted"] * 3


@pytest.mark.parametrize(
    "text",
    [
        "Let $\\delta_j = \\delta_j + 1$.",
        "Let $\\delta_j = e_j$ and let $e_j = \\delta_j$.",
        "Let $y_j = \\varphi_j(v_j)$. Let $v_j = y_j$.",
    ],
)
def test_what_is_defined_through_itself_is_refused(text: str) -> None:
    lines = judge(read_document(COST + text, HAYKIN)).lines
    assert all(one.word != "proved" for one in lines)
    assert any("through itself" in str(p) for one in lines for p in one.claim.problems)


def test_no_parallel_path_says_nothing_of_neurons_that_are_not_connected() -> None:
    formula = "$$\\frac{\\partial v_k}{\\partial y_j} = w_{kj}$$\n"
    apart = claims(f"Let $j$ be a hidden neuron. Let $k$ be a hidden neuron.\n\n{formula}")
    [one] = apart
    assert (Assumption.NP,) not in [under for case in one.cases for under in case.under]
    connected = claims(f"Let $j$ be a hidden neuron that feeds the neurons $k$.\n\n{formula}")
    [one] = connected
    assert any((Assumption.NP,) in case.under for case in one.cases)


def test_the_number_of_samples_is_the_size_of_their_sum() -> None:
    share = "\\frac{1}{N} \\sum_{\\xi=1}^N"
    [right, wrong] = claims(
        f"$${share} \\mathcal{{E}} = \\mathcal{{E}}$$\n\n"
        f"$${share} \\mathcal{{E}} = N \\mathcal{{E}}$$\n"
    )
    assert right.word == "proved"
    assert right.cases[0].under == ((),)
    assert wrong.cases[0].under == ((Assumption.N1,),)


@pytest.mark.slow
def test_what_is_printed_does_not_hang_on_the_order_of_sets(tmp_path: Path) -> None:
    pages = set()
    said = "Let $j$ be an output neuron.\n\n$$\\delta_j = e_j \\varphi_j(v_j)$$\n"
    (tmp_path / "wrong.md").write_text(COST + said, "utf-8")
    for seed in ("0", "1", "2"):
        run = subprocess.run(
            [sys.executable, "-m", "reports", "check", "wrong.md", "--json"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(DOCUMENTS.parents[1])},
            capture_output=True,
            check=False,
        )
        assert json.loads(run.stdout)["verdict"] == "refuted"
        pages.add(run.stdout)
    assert len(pages) == 1


def test_what_was_understood_reads_back_as_the_same() -> None:
    reading = read_document((DOCUMENTS / "generalizing.md").read_text("utf-8"), HAYKIN)
    count = 0
    for claim in reading.claims:
        if claim.kind is not Kind.LABEL:
            assert reread(claim, HAYKIN) == (claim.left, claim.right), claim.latex(HAYKIN)
            count += 1
    assert count > 30
