"""The page of a training run says what happened, the same each time, in every format."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reports.cli import main
from reports.document import Figure, Table
from reports.figures import charts, svg, tikz
from reports.learning_page import Learned, learning_page
from symbolic.topologies import random_dag, shorthand
from symbolic.verification import prove

TABLE = "a,b,kind\n" + "".join(
    f"{a},{b},{'same' if a == b else 'other'}\n" for a in (0, 1) for b in (0, 1)
)


def trained(folder: Path, table: str, network: str, ending: str, *more: str) -> str:
    data, page = folder / "table.csv", folder / f"page{ending}"
    data.write_text(table)
    given = ["train", network, "--data", str(data), "--epochs", "40", "--backend", "numpy"]
    assert main([*given, "--report", str(page), *more]) == 0
    return page.read_text("utf-8")


@pytest.mark.parametrize("ending", [".html", ".tex", ".md", ".txt"])
def test_classes_have_a_confusion_matrix(tmp_path: Path, ending: str) -> None:
    given = tmp_path, TABLE, "2-2:tanh-2:softmax", ending
    page = trained(*given, "--target", "kind", "--seed", "3")
    assert page == trained(*given, "--target", "kind", "--seed", "3")
    assert "Trained with the proved rule" in page
    assert re.search(r"Wrong: \d of 4 samples", page)
    assert "other" in page


EVIL = (
    *("a_b%", "<x>", "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>"),
    *("\\input{/etc/passwd}", "}{\\end{document}", "[a](javascript:alert(1))", "🐈", "שלום \u202e"),
)


@pytest.mark.parametrize("ending", [".html", ".tex", ".md", ".txt"])
def test_no_name_of_a_column_or_of_a_class_commands_anything(tmp_path: Path, ending: str) -> None:
    """Names of columns and of classes are a user's; so is the name of the table."""
    plain, nasty = tmp_path / "plain", tmp_path / "<x> a_b% \\input{y}"
    plain.mkdir()
    nasty.mkdir()
    usual = trained(plain, TABLE, "2-2:tanh-2:softmax", ending, "--target", "kind")
    for evil in EVIL:
        table = f"{evil},b,{evil} t\n0,0,{evil}\n0,1,no\n1,0,no\n1,1,{evil}\n"
        given = nasty, table, "2-2:tanh-2:softmax", ending
        page = trained(*given, "--target", f"{evil} t")
        assert "\u202e" not in page
        if ending == ".tex":
            assert page.isascii()
            assert r"\input{" not in page
            assert page.count(r"\end{document}") == 1
        elif ending == ".html":
            tags = "<script", "<img", "<x>", '="javascript:'
            assert [page.count(tag) for tag in tags] == [usual.count(tag) for tag in tags]
        elif ending == ".md":
            assert not re.search(r"(?<!\\)(<(script|img|x>)|\]\(javascript)", page)


def test_numbers_have_residuals(tmp_path: Path) -> None:
    page = trained(tmp_path, "x,y,t\n0,1,0.3\n1,1,0.7\n2,0,1.9\n", "2-2:tanh-1:identity", ".html")
    assert "root mean square" in page
    assert "The residuals: 3 numbers" in page
    assert page.count("<svg") >= 5  # curve, residuals, weights twice, the network


def learned(**changes: object) -> Learned:
    network = shorthand("2-2-1")
    weights = {w: (-1.0) ** n * n for n, w in enumerate(network.uses)}
    facts: dict[str, object] = {
        "samples": 6,
        "cost_before": 1.0,
        "cost_after": 0.01,
        "curves": {"cost": [1.0, 0.1, 0.01]},
        "before": dict.fromkeys(weights, 0.0),
        "after": weights,
        "settings": (("seed", "1"),),
        "classes": ("a", "b"),
        "confusion": ((2, 1), (0, 3)),
    }
    return Learned(**{**facts, **changes})  # type: ignore[arg-type]  # a test's shorthand


def test_a_confusion_matrix_is_counted_right() -> None:
    page = learning_page(prove(shorthand("2-2-1"), directly=False), learned())
    assert learned().wrong == 1
    tables = [block for block in page.blocks if isinstance(block, Table)]
    assert [cell[0].text for cell in tables[1].rows[0]] == ["a", "2", "1"]  # type: ignore[union-attr]
    names = [str(n) for n in range(20)]
    many = [[int(r == c) for c in range(20)] for r in range(20)]
    many[3][7] = 5
    page = learning_page(
        prove(shorthand("2-2-1"), directly=False), learned(classes=names, confusion=many)
    )
    rows = [block for block in page.blocks if isinstance(block, Table)][1].rows
    assert [cell[0].text for cell in rows[3]] == ["3", "6", "5", "7 (5)"]  # type: ignore[union-attr]


def test_weights_of_a_large_network_are_a_histogram() -> None:
    network = random_dag(60, 200, 2)
    weights = dict.fromkeys(network.uses, 0.5)
    run = learned(before=weights, after=weights)
    page = learning_page(prove(network, directly=False), run)
    scenes = [b.scene for b in page.blocks if isinstance(b, Figure) and "weights" in b.name]
    assert all("numbers from 0.5 to 0.5" in scene.title for scene in scenes)


def test_a_hinton_diagram_has_a_box_for_each_weight_on_one_scale() -> None:
    network = shorthand("2-2-1")
    weights = {w: (-1.0) ** n for n, w in enumerate(sorted(network.uses))}
    scene = charts.hinton(network, weights, 2.0, "now")
    filled = [box for cells in scene.cells for box in cells.boxes]
    hollow = [edge for edge in scene.edges if edge.kind == "backward"]
    assert (len(filled), len(hollow)) == (5, 4)
    sides = {round(box.right - box.left, 6) for box in filled}
    assert sides == {round(0.92 * 26 * 0.5**0.5, 6)}


@pytest.mark.parametrize(
    ("line", "ticks"),
    [
        ([1.0, 0.001], ["0.001", "0.01", "0.1", "1"]),
        ([3.0, 2.0], ["0", "1", "2", "3"]),
        ([0.5], []),
    ],
)
def test_the_axis_fits_the_numbers(line: list[float], ticks: list[str]) -> None:
    scene = charts.curves({"cost": line, "set aside": line}, "The cost")
    said = [text.label.plain for text in scene.texts]
    assert [tick for tick in ticks if tick in said] == ticks
    drawn = svg(scene)
    assert "NaN" not in drawn
    assert tikz(scene)


def test_costs_that_do_not_move_or_are_nought_are_drawn() -> None:
    for line in ([0.0, 0.0], [2.0, 2.0], [-1.0, 3.0], [1e-300, 1.0]):
        assert "nan" not in svg(charts.curves({"cost": line}, "The cost")).lower()


def test_the_page_needs_an_ending_it_knows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["train", "2-1", "--data", "none.csv", "--report", str(tmp_path / "x.doc")]
    assert main(given) == 2
    assert "the endings known are .html, .pdf, .tex, .md, .txt" in capsys.readouterr().err
