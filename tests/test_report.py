"""The report: every format of one document, the options, bad input, and what it never does."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote

import pytest

from reports import report
from reports.cli import main
from reports.document import (
    Algorithm,
    Bullets,
    CodeBlock,
    Document,
    Drawn,
    EquationLines,
    Figure,
    Fold,
    Heading,
    Math,
    Paragraph,
    RuleBox,
    Table,
    runs,
)
from reports.exercise import exercise
from reports.html import page_html
from reports.html_formulas import display
from reports.latex import latex
from reports.latex_runs import math_latex
from reports.markdown import page_markdown
from reports.notations import NOTATIONS, in_notation, latex_in, text_in
from reports.notebook import notebook, notebook_latex
from reports.pdf import set_by_tex, tex_engine
from reports.report_page import Choice, Detail
from reports.reporting import Report, figures_of
from reports.static import formulas_set, quickjs_is_here
from reports.text import runs_text, text
from reports.typst_math import typst_of
from reports.typst_page import page_typst, set_by_typst
from symbolic.errors import InputError
from symbolic.notation import J, v
from symbolic.terms import Phi, Sign
from symbolic.topologies import random_dag, shorthand

EXAMPLES = Path(__file__).parents[1] / "examples"
NASTY = (
    *("a_b%", "<x>", r"\input{/etc/passwd}", "</script><script>alert(1)</script>", "🐈"),
    *("שלום \u202e مرحبا", "}{\\end{document}", "$$ # ^ & ~ \" ' ` |", "\x1b[2J\x00"),
)


@pytest.fixture(scope="module")
def small() -> Report:
    return report("2-2-1")


def headings(document: Document) -> list[str]:
    return [b.text for b in document.blocks if isinstance(b, Heading) and b.level == 1]


def test_the_page_has_its_parts_in_order(small: Report) -> None:
    assert headings(small.document) == [
        "Network and notation",
        "Forward pass",
        "Cost",
        "Local gradients",
        "Output neurons",
        "Hidden neurons",
        "Weight corrections",
        "Backward flow",
        "The rule",
        "Proof",
        "Hypotheses",
        "What this rests on",
        "Worked example",
        "The training step",
    ]
    kinds = {type(block) for block in small.document.blocks}
    assert {Figure, Table, RuleBox, Algorithm, EquationLines, Fold} <= kinds
    assert [figure.name for figure in figures_of(small.document.blocks)] == [
        "network",
        "output-5",
        "hidden-3",
        "backward",
    ]


def test_the_same_report_has_the_same_bytes(small: Report) -> None:
    again = report("2-2-1")
    assert small.html() == again.html()
    assert small.latex() == again.latex()
    assert small.markdown() == again.markdown()
    assert small.notebook() == again.notebook()


def test_the_page_loads_nothing(small: Report) -> None:
    page = small.html()
    links = set(re.findall(r"https?://[\w./-]+", page))
    assert all("w3.org" in link for link in links), links
    assert "default-src 'none'" in page
    assert "src=" not in page.split("<main", 1)[1].split("</main>")[0]


@pytest.mark.parametrize(
    ("name", "letters"),
    [("2-2-1", "bishop"), pytest.param("lstm", "haykin", marks=pytest.mark.slow)],
)
def test_every_formula_is_one_that_katex_sets(name: str, letters: str) -> None:
    """Set when the page is written: then it has no KaTeX in it, and nothing is left as text."""
    pytest.importorskip("quickjs")
    net = name if "-" in name else str(EXAMPLES / f"{name}.toml")
    page = report(net, choice=Choice(notation=letters)).html(static=True)
    places = re.findall(r'<span class="m(?: s)?" data-tex="[^"]*">(.{0,20})', page)
    assert len(places) > 200
    assert all(shown.startswith('<span class="katex"') for shown in places)
    assert "Khan Academy" not in page
    assert "katex-error" not in page.split("<main")[1].split("</main>")[0]


def test_a_page_of_80_columns_stays_within_them(small: Report) -> None:
    lines = small.text(width=80).splitlines()
    assert max(map(len, lines)) <= 80
    assert not any(re.search(r" [-+−·≈=]$", line) for line in lines)  # lines begin with a sign


def test_without_quickjs_it_is_said_what_to_do(
    small: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "quickjs", None)
    with pytest.raises(InputError, match="pip install"):
        small.html(static=True)


def test_the_command_sets_formulas_where_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "page.html"

    def live(*options: str) -> bool:
        assert main(["report", "1-1-1", "--detail", "rule", "-o", str(path), *options]) == 0
        return "Khan Academy" in path.read_text("utf-8")

    assert live("--no-static")
    if find_spec("quickjs"):
        assert not live()
        assert not live("--static")
    monkeypatch.setitem(sys.modules, "quickjs", None)
    assert live()
    before = path.read_bytes()
    assert main(["report", "1-1-1", "--static", "-o", str(path)]) == 2
    assert "pip install" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_the_style_speaks_of_what_katex_writes() -> None:
    folder = files("reports")
    written = folder.joinpath("katex/katex.min.js").read_text("utf-8")
    style = folder.joinpath("page.css").read_text("utf-8")
    named = set(re.findall(r"\.(katex-[a-z]+)", style))
    assert "katex-base" in named
    assert all(f'"{name}"' in written for name in named)


def test_a_formula_breaks_before_its_signs() -> None:
    shown = display(Math(Sign("v") + Sign("y")), "=")
    assert r"\allowbreak + \nobreak" in shown
    wide = display(Math(Phi(J, 1, v(J)) * (Sign("v") + Sign("y")) * Sign("abc")), longest=1.0)
    assert wide.count(r"\allowbreak \allowbreak ") == 2  # before a factor: with a sign
    if quickjs_is_here():
        assert formulas_set(wide, "").count("\u2060</span>\u00ad<span") == 2
    words = display(Math(Drawn(r"\text{any function of } x", "any function of x")), end=",")
    assert r"\text{any }\allowbreak \text{function }" in words
    assert words.endswith("any function of x,</span>")


def test_what_is_linked_is_data_and_not_script(small: Report) -> None:
    marks = re.search(r'<script type="application/json" id="marks">(.*?)</script>', small.html())
    assert marks is not None
    table = json.loads(marks[1])
    assert table[r"\varphi_5'"] == table["v_5"] == "n-5"
    assert table["w_{53}"] == "w-w_5_3"


@pytest.mark.parametrize("detail", Detail)
def test_less_detail_is_less_and_keeps_verdict_and_rule(detail: Detail) -> None:
    page = report("2-2-1", choice=Choice(detail)).document
    said = headings(page)
    assert "The rule" in said
    assert "Cost" in said
    assert ("Proof" in said) == (detail is Detail.FULL)
    assert ("Worked example" in said) == (detail is not Detail.RULE)


def test_a_chosen_neuron_is_written_out_and_the_others_are_told() -> None:
    page = report("3-10-2", choice=Choice(neurons=("7",))).document
    words = [runs_text(b.runs) for b in page.blocks if isinstance(b, Paragraph)]
    assert "In full for neuron 7:" in words
    assert [b.summary for b in page.blocks if isinstance(b, Fold)][:2] == [
        "The same for one other neuron",
        "The same for nine other neurons",
    ]
    assert "hidden-7" in [figure.name for figure in figures_of(page.blocks)]
    with pytest.raises(InputError, match="no neuron '99'"):
        report("2-2-1", choice=Choice(neurons=("99",))).document  # noqa: B018 - made when read


def test_a_wrong_rule_has_its_numbers_and_no_example() -> None:
    wrong = report("2-2-1", rule="delta[j] = sum(k, delta[k] * w[k,j]) for hidden j")
    assert wrong.json()["verdict"] == "refuted"
    assert "Worked example" not in headings(wrong.document)
    shown = wrong.text()
    assert "Refuted" in shown
    assert "The nearest right form" in shown


def test_a_large_network_is_readable_and_small() -> None:
    made = report(random_dag(600, 6000, seed=1))
    page = made.html()
    assert len(page) < 3_000_000
    assert made.text().count("\n") < 400
    assert "up to 400 neurons" in made.text()


def test_gaps_hide_every_answer_and_keep_what_is_given(small: Report) -> None:
    sheet = exercise(small.document)
    assert "Proof" not in headings(sheet)
    asked = given = 0
    for block in sheet.blocks:
        if isinstance(block, EquationLines):
            for line in block.lines:
                hidden = "underline" in str(line.right)
                defined = line.reason == runs("definition")
                assert hidden or defined or line.number is None
                asked, given = asked + hidden, given + (not hidden)
    assert asked > 15
    assert given >= 8
    shown = text(sheet)
    assert "0.64566" not in shown  # y_3
    assert "0.10463" not in shown  # the cost after the update
    assert "φ_j'(v_j) Σ_k" not in shown
    assert "𝓔_j^ξ = ½ (e_j^ξ)²" in shown
    for write in (page_html, latex, page_markdown, text):
        assert write(sheet)


@pytest.mark.parametrize("name", NOTATIONS)
def test_another_notation_changes_letters_only(name: str, small: Report) -> None:
    page = in_notation(small.document, name)
    assert (page is small.document) == (name == "haykin")
    shown = text(page)
    if name != "haykin":
        assert "φ" not in shown
        assert "v_5" not in shown
        labels = [t.label.plain for f in figures_of(page.blocks) for t in f.scene.texts]
        assert not [label for label in labels if label[:2] in ("v_", "φ_")]
        assert {"nielsen": "σ_5", "bishop": "h_5", "plain": "f_5"}[name] in labels
        target = {"nielsen": "output y,", "bishop": "target t,", "plain": "target y,"}
        assert target[name] in shown.replace("\n", " ")
        assert "The sign of δ is ours" in shown.replace("\n", " ")
        back = {"nielsen": "z_5 = w_50 a_0", "bishop": "a_5 = w_50 z_0", "plain": "z_5 = w_50 h_0"}
        assert back[name] in shown


def test_indices_and_names_keep_their_letters() -> None:
    letters = {"v": "z", "y": "a", "d": "y", r"\varphi": r"\sigma"}
    assert latex_in(r"v_{\mathrm{v}}(n) + y_d^{\xi}(n)", letters) == r"z_{\mathrm{v}} + a_d^{\xi}"
    assert latex_in(r"\mathrm{d}\varphi = \varphi'\,\mathrm{d}v", letters) == (
        r"\mathrm{d}\sigma = \sigma'\,\mathrm{d}z"
    )
    assert text_in("dφ = φ'dv", {"v": "z", "d": "y", "φ": "σ"}) == "dσ = σ'dz"
    assert text_in("d_v − y_d (v_y)", {"v": "z", "y": "a", "d": "y"}) == "y_v − a_d (z_y)"


@pytest.mark.parametrize("words", NASTY)
def test_a_name_commands_nothing_in_any_format(words: str, small: Report) -> None:
    """A title, a paragraph, a cell, a caption and code of a user, in every target."""
    plain = replace(small.document, title="plain", network=None)
    figure = next(figures_of(plain.blocks))
    dressed = replace(
        plain,
        title=words,
        blocks=(
            Paragraph(runs(words)),
            Table((runs("a"), runs(words)), ((runs(words), runs("b")),), wide=1),
            replace(figure, caption=runs(words), seen=(runs(words),)),
            Algorithm(((0, runs(words)),)),
            CodeBlock(words),
            Fold(words, (Paragraph(runs(words)),)),
        ),
    )
    page = page_html(dressed)
    assert page.count("<script") == page_html(plain).count("<script")
    assert "<x>" not in page
    assert "alert(1)</script>" not in page
    source = latex(dressed)
    assert r"\input{" not in source
    assert source.count(r"\end{document}") == 1
    book = json.loads(notebook(dressed))
    assert len(book["cells"]) >= 2
    assert "<x>" not in page_markdown(dressed).replace(r"\<x\>", "").replace("    <x>", "")
    assert "\x1b" not in text(dressed) + page + source
    cells = ("".join(cell["source"]) for cell in book["cells"])
    assert "<x>" not in "".join(cells).replace(r"\<x\>", "").replace("    <x>", "")
    assert notebook_latex(dressed) == ""
    strings = re.compile(r'"(?:[^"\\]|\\.)*"')
    bare = strings.sub("", page_typst(dressed))  # a user's words are in strings alone
    assert not re.search(r"<x>|input|write18|\^\^41|passwd|alert", bare)
    named = report(replace(shorthand("1-1"), name=words))
    assert json.loads(named.json_text()) == json.loads(report("1-1").json_text())
    if find_spec("typst"):
        assert set_by_typst(dressed).startswith(b"%PDF")


@pytest.mark.parametrize("words", ["[x", "* a", "[a]"])
def test_a_bracket_that_begins_a_cell_is_no_option_of_tex(words: str) -> None:
    table = Table((runs("a"), runs("b")), ((runs(words), runs(words)),) * 3)
    source = latex(Document("t", (table, Bullets((runs(words), runs(words))))))
    assert not re.search(r"(\\tabularnewline|\\item|\\\\)\s*[\[*]", source)
    if tex_engine():
        assert set_by_tex(source).startswith(b"%PDF")


def test_every_kind_of_file_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for ending in (".html", ".tex", ".md", ".ipynb", ".svg", ".txt", ".json"):
        path = tmp_path / f"page{ending}"
        assert main(["report", "1-1-1", "-o", str(path)]) == 0
        assert path.read_text("utf-8")
    book = json.loads((tmp_path / "page.ipynb").read_text("utf-8"))
    assert book["nbformat"] == 4
    assert any("attachments" in cell for cell in book["cells"])
    drawings = re.findall(r"\]\((page-[\w-]+\.svg)\)", (tmp_path / "page.md").read_text("utf-8"))
    assert len(drawings) >= 3
    assert all((tmp_path / name).is_file() for name in drawings)
    assert (tmp_path / "page.svg").read_text("utf-8").startswith("<svg")
    assert json.loads((tmp_path / "page.json").read_text("utf-8"))["verdict"] == "proved"
    capsys.readouterr()


def test_drawings_are_found_beside_a_page_of_any_name(tmp_path: Path) -> None:
    report("1-1-1").markdown(tmp_path / "my (page) 1.md")
    page = (tmp_path / "my (page) 1.md").read_text("utf-8")
    targets = re.findall(r"\]\(([^)]*\.svg)\)", page)
    assert len(targets) >= 3
    assert all((tmp_path / unquote(target)).is_file() for target in targets)


def test_a_saved_derivation_is_checked_again(tmp_path: Path) -> None:
    saved = tmp_path / "x.derivation.json"
    assert main(["derive", "1-1-1", "-o", str(saved)]) == 0
    assert main(["report", str(saved), "-o", str(tmp_path / "x.txt")]) == 0
    assert "Worked example" in (tmp_path / "x.txt").read_text("utf-8")
    assert main(["report", str(saved), "--rule", str(saved)]) == 2


def test_a_body_to_be_input_needs_amsmath_alone(small: Report) -> None:
    inside = small.latex(inside=True)
    assert "derivationfigure" not in inside
    assert "documentclass" not in inside
    assert "Worked example" in inside


def test_an_exercise_has_its_answers_beside_it(tmp_path: Path) -> None:
    assert main(["report", "1-1-1", "--blank", "-o", str(tmp_path / "sheet.txt")]) == 0
    sheet, answers = (
        (tmp_path / f"{name}.txt").read_text("utf-8") for name in ("sheet", "sheet-answers")
    )
    assert "____" in sheet
    assert "____" not in answers
    assert "✓ Proved." in answers


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["2-2-1", "--neuron", "9"], "no neuron '9'"),
        (["2-2-1", "--sample", "q=1"], "'q'"),
        (["2-2-1", "-o", "page.docx"], "the endings known are"),
        (["x.model"], "proofprop derive"),
        (["2-2-1", "--static"], "--static is about an .html page"),
        (["2-2-1", "--no-static", "-o", "x.md"], "--no-static is about an .html page"),
    ],
)
def test_bad_input_is_one_sentence(
    arguments: list[str], what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", *arguments]) == 2
    told = capsys.readouterr()
    assert what in told.err
    assert told.err.count("\n") == 1
    assert not told.out


def test_a_notebook_shows_page_formulas_figure_and_text(small: Report) -> None:
    bundle = small._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/latex", "text/html", "image/svg+xml"}
    formulas = bundle["text/latex"]
    assert r"\htmlClass" not in formulas
    assert formulas.count("$$") % 2 == 0
    assert r"\begin{cases}" in formulas
    assert 'sandbox="allow-scripts"' in bundle["text/html"]
    assert "<script>" not in bundle["text/html"]


def test_without_tex_the_latex_is_written_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "typst", None)
    assert main(["report", "1-1-1", "-o", str(tmp_path / "page.pdf")]) == 2
    assert "There is no TeX here" in capsys.readouterr().err
    assert (tmp_path / "page.tex").read_text("ascii").startswith(r"\documentclass")
    assert not (tmp_path / "page.pdf").exists()
    assert main(["derive", "1-1-1", "-o", str(tmp_path / "page.pdf")]) == 2  # before any work
    assert "There is no TeX here" in capsys.readouterr().err


def test_bars_and_labels_of_typst_stand_as_those_of_tex() -> None:
    """|v| without gaps inside; two lines under a brace, each in the middle."""
    assert typst_of(r"\lvert v \rvert") == 'class("opening", bar.v) v class("closing", bar.v)'
    assert "align(center" in typst_of(r"\underbrace{v}_{\substack{\text{local}\\\text{gradient}}}")


def test_without_tex_typst_sets_the_page(
    small: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("typst")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    made = small.pdf(tmp_path / "page.pdf")
    assert made.startswith(b"%PDF")
    assert made == small.pdf(engine="typst")
    assert (tmp_path / "page.pdf").read_bytes() == made
    with pytest.raises(InputError, match="no engine 'word'"):
        small.pdf(engine="word")


@pytest.mark.parametrize(
    "name",
    ["2-2:elu-1", *(pytest.param(n, marks=pytest.mark.slow) for n in ("lstm", "rbf", "softmax"))],
)
def test_every_formula_of_a_report_is_turned_into_typst(name: str) -> None:
    named = {"softmax": "2-2:elu-2:softmax"}
    net = named.get(name, name if "-" in name else str(EXAMPLES / f"{name}.toml"))
    made = report(net).document
    for page in (made, exercise(made), *(in_notation(made, name) for name in NOTATIONS)):
        for formula in formulas(page.blocks):
            assert typst_of(math_latex(formula))


def formulas(value: object) -> Iterator[Math]:
    """Every formula of a page."""
    if isinstance(value, Math):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from formulas(part)
    elif type(value).__module__ == "reports.document" and is_dataclass(value):
        for part in fields(value):
            yield from formulas(getattr(value, part.name))


MEASURED = """#show math.equation.where(block: false): it => layout(size => {
  let wide = measure(it).width
  if repr(it.body).starts-with("styled") [#metadata((wide.pt(), size.width.pt()))<set>]
  it
})
"""
"""Each formula that is no part of a paragraph tells its width and that of its place."""


@pytest.mark.parametrize(
    "name", ["2-2-1", "elman", *(pytest.param(n, marks=pytest.mark.slow) for n in ("lstm",))]
)
def test_no_formula_that_typst_sets_is_wider_than_its_place(name: str, tmp_path: Path) -> None:
    typst = pytest.importorskip("typst")
    net = name if "-" in name else str(EXAMPLES / f"{name}.toml")
    document = report(net, choice=Choice(figures=False)).document
    before, head, after = page_typst(document).partition("#block(width: 100%")
    path = tmp_path / "page.typ"

    def wide(rule: str) -> list[list[float]]:
        path.write_text(before + rule + head + after, "utf-8")
        found = json.loads(typst.query(str(path), "<set>", field="value", root=str(tmp_path)))
        return [one for one in found if one[0] > one[1] + 0.5]

    assert wide(MEASURED) == []
    assert len(wide(f"#set page(width: 80mm)\n{MEASURED}")) > 20  # so wide ones are seen


needs_tex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not here")


def without_latexmk(name: str) -> str | None:
    return None if name == "latexmk" else FOUND(name)


FOUND = shutil.which


@needs_tex
@pytest.mark.slow
def test_a_pdf_is_made_and_made_alike(small: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    source = small.latex()
    made = set_by_tex(source)
    assert made.startswith(b"%PDF")
    assert made == set_by_tex(source)
    monkeypatch.setattr(shutil, "which", without_latexmk)
    assert made == set_by_tex(source)


@pytest.mark.parametrize(
    ("here", "notes", "first", "calls"),
    [
        ({"pdflatex", "latexmk"}, "a", "latexmk", 1),
        ({"lualatex", "latexmk"}, "a", "latexmk", 1),
        ({"pdflatex"}, "aa", "pdflatex", 2),
        ({"lualatex"}, "abb", "lualatex", 3),
        ({"pdflatex"}, "abcdefgh", "pdflatex", 5),
    ],
)
def test_tex_runs_until_its_notes_are_settled(
    here: set[str], notes: str, first: str, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By latexmk where it is, else by our loop, at most five times; always without a shell."""
    made: list[list[str]] = []

    def run(command: list[str], cwd: str, **settings: object) -> None:
        assert [file.name for file in Path(cwd).iterdir() if file.suffix == ".tex"] == ["page.tex"]
        Path(cwd, "page.aux").write_text(notes[len(made)], encoding="ascii")
        Path(cwd, "page.pdf").write_bytes(b"%PDF")
        made.append(command)

    monkeypatch.setattr(shutil, "which", lambda name: name if name in here else None)
    monkeypatch.setattr(subprocess, "run", run)
    assert set_by_tex("a page") == b"%PDF"
    assert [command[0] for command in made] == [first] * calls
    assert all("-no-shell-escape" in " ".join(command) for command in made)
    assert all(("-norc" in command) == (first == "latexmk") for command in made)


@needs_tex
@pytest.mark.slow
@pytest.mark.parametrize("which", [FOUND, without_latexmk])
def test_tex_reads_and_writes_nothing_else(
    which: Callable[[str], str | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", which)
    secret, written = tmp_path / "secret.tex", tmp_path / "written"
    secret.write_text("secret", encoding="ascii")
    start = r"\documentclass{article}\begin{document}"
    for evil in (rf"\input{{{secret}}}", r"\immediate\write18{id}\input{gone}"):
        with pytest.raises(InputError, match="does not accept"):
            set_by_tex(start + evil + r"\end{document}")
    shell = rf"\immediate\write18{{touch {written}}}x\end{{document}}"
    assert set_by_tex(start + shell).startswith(b"%PDF")
    assert not written.exists()


NETWORKS = (
    "2-2-1",
    "3-3-3-2",
    "2-3:relu-2:softmax",
    "64-32-10",
    "tied",
    "partial",
    "elman",
    "lstm",
    "experts",
    "rbf",
)


@needs_tex
@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("blank", [False, pytest.param(True, marks=pytest.mark.whole)])
def test_nothing_is_wider_than_the_page(name: str, blank: bool, tmp_path: Path) -> None:
    from test_latex import compiled

    net = name if "-" in name else str(EXAMPLES / f"{name}.toml")
    log = compiled(report(net, choice=Choice(blank=blank)).latex(), tmp_path)
    assert "Overfull" not in log
    assert "Missing character" not in log
