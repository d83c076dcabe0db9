"""A type or index error is a fault of the document: exit code 1, its kind in the JSON, mended."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reports.check import checked
from reports.check_fix import fixed
from reports.check_page import check_page
from reports.cli import main
from reports.text import text

START = r"""Let $\mathcal{E}(n) = \frac{1}{2} \sum_k e_k^2(n)$ (sum over all output neurons).

Let $j$ be a hidden neuron that feeds the neurons $k$.

"""
LOOSE = START + r"$$\delta_j(n) = \varphi_j'(v_j(n)) \delta_k(n) w_{kj}(n)$$" + "\n"
HIDDEN = START + r"$$\delta_j(n) = e_j(n) \varphi_j'(v_j(n))$$" + "\n"
RIGHT = START + r"$$\delta_j(n) = \varphi_j'(v_j(n)) \sum_k \delta_k(n) w_{kj}(n)$$" + "\n"
SHAPES = "let $z^l = w^l a^{l-1} + b^l$ and $a^l = \\sigma(z^l)$.\n\n$$z^l = a^{l-1} w^l + b^l$$\n"


@pytest.mark.parametrize(
    ("document", "kind", "says"),
    [
        (LOOSE, "index error", "Index error: The index k is free on the right"),
        (HIDDEN, "type error", "Type error: e belongs to output neurons"),
    ],
)
def test_a_line_that_cannot_be_meant_ends_with_exit_code_1(
    document: str, kind: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "notes.md"
    file.write_text(document, "utf-8")
    assert main(["check", str(file), "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    item = result["items"][-1]
    assert (result["verdict"], item["verdict"], item["kind"]) == (
        "unjustified",
        "unjustified",
        kind,
    )
    assert result["broken"] == item["id"]
    assert "kind" not in result["items"][0]
    paper = checked("notes.md", document, "markdown", "haykin")
    page = " ".join(text(check_page(paper), 80).split())
    assert "A line cannot be meant as it stands." in page
    assert f"one is faulty ({kind})" in page
    assert page.count(says) == 2  # at the top and in its place


def test_the_same_line_with_right_indices_is_proved() -> None:
    assert checked("notes.md", RIGHT, "markdown", "haykin").verdict == "proved"


def test_shapes_that_do_not_fit_are_no_open_question(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "notes.md"
    file.write_text(SHAPES, "utf-8")
    assert main(["check", str(file), "--profile", "nielsen", "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    [row] = result["not_understood"]
    assert (result["verdict"], row["kind"]) == ("unjustified", "type error")


def test_what_is_not_understood_stays_open(capsys: pytest.CaptureFixture[str]) -> None:
    paper = checked("notes.md", START + "$$\\delta_j = \\int y_j$$\n", "markdown", "haykin")
    assert [str(entry.fault) for entry in paper.unread] == ["not understood"]
    assert paper.verdict == "open"


def test_a_line_that_is_false_is_worse_than_one_that_cannot_be_meant() -> None:
    false = "\n$$\\frac{\\partial v_j(n)}{\\partial y_i(n)} = y_i(n)$$\n"
    assert checked("notes.md", LOOSE + false, "markdown", "haykin").verdict == "refuted"


def test_the_copy_has_the_right_form_of_an_index_error() -> None:
    copy = fixed(checked("notes.md", LOOSE, "markdown", "haykin"))
    assert copy.replaced == (2,)
    again = checked("copy.md", copy.text, "markdown", "haykin")
    assert again.verdict == "proved"
    left = fixed(checked("notes.md", HIDDEN, "markdown", "haykin"))
    assert (left.replaced, left.text) == ((), HIDDEN)  # no right form is known: nothing is guessed


# -- the copy is written as its author writes


WRONG = START + (
    r"$$\delta_j(n) = \phi_j'(v_j(n)) \cdot \sum_k w_{jk}(n)\, \delta_k(n) = "
    r"-\frac{\partial \mathcal{E}(n)}{\partial v_j(n)}$$" + "\n"
)


def copy_of(document: str, kind: str = "markdown") -> str:
    copy = fixed(checked("notes", document, kind, "haykin"))
    assert copy.replaced
    assert copy.left == ()
    again = checked("copy", copy.text, kind, "haykin")
    assert (again.verdict, again.unread) == ("proved", ())
    return copy.text


def test_the_mark_of_the_iteration_and_all_that_is_right_stay_as_they_were_typed() -> None:
    assert r"= \phi_j'(v_j(n)) \sum_{k} w_{kj}(n) \delta_k(n) = -\frac" in copy_of(WRONG)


def test_a_formula_without_the_mark_gets_none() -> None:
    text = copy_of(WRONG.replace("(n)", ""))
    assert r"= \phi_j'(v_j) \sum_{k} w_{kj} \delta_k = -\frac" in text


def test_macros_of_the_author_stay_where_their_piece_is_unchanged() -> None:
    macros = r"\newcommand{\act}[1]{\phi_#1'(v_#1(n))} \newcommand{\err}{\delta_k(n)}" + "\n\n"
    document = macros + WRONG.replace(r"\phi_j'(v_j(n))", r"\act{j}").replace(
        r"\delta_k(n)", r"\err"
    )
    assert r"= \act{j} \sum_{k} w_{kj}(n) \err = -\frac" in copy_of(document)


def test_the_copy_of_a_notebook_is_a_notebook_and_only_the_wrong_cell_is_new() -> None:
    first, second = START.strip().split("\n\n")
    wrong = WRONG.strip().split("\n\n")[-1]
    notebook = {
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": [f"{first}\n", "\n", second]},
            {"cell_type": "code", "metadata": {}, "outputs": [], "source": "x = 1.0\ny = '$$'"},
            {"cell_type": "markdown", "metadata": {"é": 1e3}, "source": ["Then\n", wrong]},
        ],
        "metadata": {},
        "nbformat": 4,
    }
    for layout in (1, None):
        for plain in (True, False):
            document = json.dumps(notebook, indent=layout, ensure_ascii=plain)
            text = copy_of(document, "notebook")
            again = json.loads(text)
            source = again["cells"][2].pop("source")
            assert source[0] == "Then\n"
            assert r"\sum_{k} w_{kj}(n) \delta_k(n)" in source[1]
            assert "".join(source).count("<!-- proofprop: changed") == 1
            begin = document.index('"source"', document.index("\\u00e9" if plain else "é"))
            assert text.startswith(document[:begin])
            assert text.endswith(document[document.index("]", begin + len(wrong)) :])


def test_fix_of_a_notebook_writes_a_notebook(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "notes.ipynb"
    cells = [{"cell_type": "markdown", "source": WRONG}]
    file.write_text(json.dumps({"cells": cells}), "utf-8")
    assert main(["check", str(file), "--fix"]) == 1
    assert "one place changed and marked; checked again, no line is wrong" in (
        capsys.readouterr().err
    )
    assert main(["check", str(tmp_path / "notes.fixed.ipynb")]) == 0
    assert main(["check", str(file), "--fix", "-o", str(tmp_path / "copy.md")]) == 2
    assert not (tmp_path / "copy.md").exists()
