"""Whole documents and lines in the notations of textbooks, right ones and their slips."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from mutants_of_formulas import judged_mutants, mutants

from reports.cli import main
from symbolic.indexed import affine
from symbolic.reading.claims import Kind
from symbolic.reading.formulas import Formula, Read, inside, rebuilt
from symbolic.reading.judgement import judge
from symbolic.reading.layers import is_layered
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document
from symbolic.reading.samples import meant

DOCUMENTS = Path(__file__).with_name("documents")


@pytest.mark.parametrize(
    ("name", "profile", "claims"),
    [("four-equations.md", "nielsen", 21), ("units.md", "bishop", 9), ("tutorial.md", "ufldl", 6)],
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
    ("four-equations.md", r"w^{l+1}_{kj} \delta^{l+1}_k \s", r"w^{l+1}_{jk} \delta^{l+1}_k \s", 1),
    ("four-equations.md", r"= \sum_k w^{l+1}_{kj}", r"= -\sum_k w^{l+1}_{kj}", 1),
    ("four-equations.md", r"= a^{l-1}_k \delta^l_j", r"= a^{l-1}_k \delta^l_j a^l_j", 1),
    ("four-equations.md", r"\delta^l (a^{l-1})^T", r"a^{l-1} (\delta^l)^T", 1),
    ("four-equations.md", r"$$\delta^l_j = \frac", r"$$\delta^l_j = -\frac", 1),
    ("four-equations.md", r"C \odot", r"C \odot \sigma'(z^L) \odot", 1),
    ("units.md", r"= h'(a_j) \sum_k w_{kj}", r"= h'(a_j) \sum_k w_{jk}", 1),
    ("units.md", r"= h'(a_j) \sum_k w_{kj}", r"= \sum_k w_{kj}", 1),
    ("units.md", r"= y_k - t_k$$", r"= t_k - y_k$$", 1),
    ("units.md", r"= \delta_j z_i", r"= \delta_j z_j", 1),
    ("units.md", r"h'(a_k) (y_k", r"h(a_k) (y_k", 1),
    ("units.md", r"\delta_j \equiv", r"\delta_j \equiv -", 1),
    ("tutorial.md", r"W^{(l)}_{ji} \delta", r"W^{(l)}_{ij} \delta", 1),
    ("tutorial.md", "s_{l+1}}", "s_{l}}", 1),
    ("tutorial.md", r"-(y_i - a", r"(y_i - a", 1),
    ("tutorial.md", r"= a^{(l)}_j \delta^{(l+1)}_i", r"= a^{(l)}_j \delta^{(l)}_i", 1),
    ("tutorial.md", r"\delta^{(l+1)} (a", r"\delta^{(l)} (a", 1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "code"), SLIPS)
def test_a_slip_in_a_document_is_found(
    name: str, old: str, new: str, code: int, tmp_path: Path
) -> None:
    text = (DOCUMENTS / name).read_text("utf-8")
    assert old in text
    file = tmp_path / name
    file.write_text(text.replace(old, new, 1), "utf-8")
    profile = {"four-equations.md": "nielsen", "tutorial.md": "ufldl"}.get(name, "bishop")
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
    words = judged_mutants(reading, layer_mutants, (Kind.CLAIM, Kind.RESTATEMENT))
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
