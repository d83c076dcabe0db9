"""The pages of a checked document: nothing left out, nothing harmed, every byte the same twice."""

from __future__ import annotations

import base64
import difflib
import hashlib
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest
from checked_papers import NEEDED, NOTES, annotated, repaired

from reports import check
from reports.check import Paper, as_json, checked
from reports.check_fix import fixed
from reports.check_markdown import check_markdown
from reports.check_numbers import shown
from reports.check_page import check_page
from reports.check_ways import neurons
from reports.cli import main
from reports.edits import Edits
from reports.formula_text import drawn, latex_of, plain_formula, unicode_of
from reports.html import page_html
from reports.latex import latex
from reports.pdf import tex_engine
from reports.text import columns, text
from symbolic.indexed import Count, Num, Var
from symbolic.reading.argument import Argument
from symbolic.reading.formulas import (
    KINDS,
    NEURON,
    SAMPLE,
    Applied,
    Call,
    Formula,
    Partial,
    Plus,
    Power,
    Range,
    Read,
    SumOver,
    Times,
)
from symbolic.reading.nearest import Nearest
from symbolic.reading.profile import known_profiles, open_profile
from symbolic.reading.theory import Assumption
from symbolic.verdicts import Value

DOCUMENT = Path(__file__).with_name("documents") / "generalizing.md"
HAYKIN = open_profile("haykin")
J, K, XI = Var("j", NEURON), Var("k", NEURON), Var(r"\xi", SAMPLE)
V, E, W = Read("v", (J,), "v"), Read("e", (K, XI), "e"), Read("w", (K, J), "w")
COST = Read("E", (), r"\mathcal{E}")
PRINTED: dict[type, tuple[Formula, str]] = {
    Num: (Num(Fraction(-3, 2)), "−3/2"),
    Count: (Count("N"), "N"),
    Read: (E, "e_k^ξ"),
    Plus: (Plus((V, Times((Num(Fraction(-1)), W)))), "v_j − w_kj"),
    Times: (Times((Num(Fraction(1, 2)), V, Plus((V, W)))), "½ v_j (v_j + w_kj)"),
    Power: (Power(E, Fraction(2)), "(e_k^ξ)²"),
    Call: (Call("exp", V), "exp(v_j)"),
    Applied: (Applied("phi", (J,), V, 1, r"\varphi"), "φ_j'(v_j)"),
    SumOver: (SumOver(K, Range("fed", of="j"), W), "Σ_{k fed by j} w_kj"),
    Partial: (Partial(COST, V), "∂𝓔/∂v_j"),
}
ATTACK = r"""# </script><script>alert(1)</script> "quoted" & more

<img src=x onerror=alert(1)> 👩‍👩‍👧 שלום ‮evil‬ مرحبا [a](javascript:alert(1)) `</code><b>`

\newcommand{\evil}{x} $\evil$ $\E$ $\sum$ $x^a^b$ $\left($ $\omicron$

Let $j$ be an output neuron, $\input{/etc/passwd}$ and $\href{javascript:alert(1)}{x}$ and

$$\write18{id} = </script>$$

$$\delta_j = \frac{e_j}{2} \text{</script>}$$

| a | $\delta_j = e_j$ | %#&_^~ \end{document} |

```html
</code></pre><script>alert(1)</script> \end{quote} LOOOOONG
```

**bold </strong>** and *stressed \emph{x}* 2 * 3 * 4

LOOOOONG
""".replace("LOOOOONG", "x" * 300 + " " + "a_b/" * 80)
WRITERS = neurons("haykin").writers
GOOD = ("proved", "definition", "assumption")
PLAIN_PAGES = tuple(write for ending, write in WRITERS.items() if ending != ".pdf")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_formula_is_printed(kind: type) -> None:
    formula, said = PRINTED[kind]
    assert type(formula) is kind
    assert plain_formula(formula, HAYKIN) == said
    assert drawn(formula, HAYKIN).latex == latex_of(formula, HAYKIN)


@pytest.mark.parametrize("kind", KINDS)
def test_the_pieces_of_a_formula_hold_all_its_signs(kind: type) -> None:
    formula = drawn(PRINTED[kind][0], HAYKIN)
    for whole, pieces in (
        (formula.latex, formula.latex_pieces),
        (formula.text, formula.text_pieces),
    ):
        joined = "".join(piece.text for piece in pieces)
        assert re.sub(r"[\s·]", "", joined) == re.sub(r"[\s·]", "", whole)


def test_two_fractions_in_a_row_stand_apart() -> None:
    product = Times((Partial(COST, V), Partial(V, W)))
    assert plain_formula(product, HAYKIN) == "∂𝓔/∂v_j · ∂v_j/∂w_kj"
    assert plain_formula(Times((Num(Fraction(2)), Num(Fraction(3)))), HAYKIN) == "2 · 3"


@pytest.mark.parametrize("name", known_profiles())
def test_every_sign_of_every_profile_has_unicode(name: str) -> None:
    for symbol in open_profile(name).symbols.values():
        assert not set(unicode_of(symbol.sign)) & set("\\{}"), symbol.sign


def test_no_dollar_stands_within_the_latex_of_a_formula() -> None:
    total = SumOver(K, Range("fed", of="j"), W)
    assert "$" not in latex_of(total, HAYKIN)


# -- what the page says


def test_the_first_broken_line_is_the_finding() -> None:
    shown_text = text(check_page(annotated(), whole=False))
    top = shown_text[: shown_text.index("Line by line")]
    words = " ".join(top.split())
    assert "It first goes wrong in (6), line 8: −∂𝓔/∂v_j = −e_j φ_j'(v_j)." in words
    assert "The nearest right form: −∂𝓔/∂v_j = e_j φ_j'(v_j) (the sign is changed)" in words
    assert "−60417   −∂𝓔/∂v_3" in top
    assert "60417    −e_3 φ_3'(v_3)" in top
    assert "(7) and (9) have their errors from (6)." in top


def test_the_second_verdict_is_said_of_every_line_that_has_one() -> None:
    paper = annotated()
    same = ((Assumption.N1,),)
    said = {
        Argument("follows"): "It is a step of its own.",
        Argument("follows", ((),), (1, 5)): "It follows from (1) and (5).",
        Argument("follows", same, (1,)): "It follows from (1), under the same condition.",
        Argument("follows", (NEEDED,), (1,)): (
            "Your argument from (1) shows it only if N = 1 and outputs feed no neuron."
        ),
        Argument("unjustified"): "True, but the lines before do not show it.",
        Argument("open", why="too large"): (
            "Whether it follows from the lines before is not decided: too large."
        ),
    }
    for argument, words in said.items():
        lines = tuple(
            replace(one, cases=(replace(one.cases[0], under=same),), argument=argument)
            if one.word == "proved"
            else one
            for one in paper.judgement.lines
        )
        page = check_page(replace(paper, judgement=replace(paper.judgement, lines=lines)))
        assert words in " ".join(text(page).split())


def test_a_repair_of_a_definition_is_said_at_the_top() -> None:
    page = " ".join(text(check_page(repaired(annotated()))).split())
    top = page[: page.index("Line by line")]
    assert "One edit of the definition (5) makes lines (6), (7) and (9) true: δ_j = ∂𝓔/∂v_j" in top
    assert "60417 −e_3 φ_3'(v_3)" in top
    assert "nearest right form" not in page  # the definition is to be mended, not the lines


def test_the_reading_is_shown() -> None:
    page = text(check_page(annotated()))
    for said in (
        "each φ_j is assumed differentiable wherever it is used.",
        "  δ      neuron              (5)       local gradient",
        "∂ is the derivative through every path",
        "as usual in this notation: v_j = Σ_i w_ji y_i",
        "assumed by the text: N = 1",
    ):
        assert said.lower() in " ".join(page.split()).lower() or said in page, said


def test_every_claim_and_every_unread_piece_stands_on_every_page() -> None:
    paper = annotated(NOTES + "\n$$\\nabla \\mathcal{E} = 0$$\n\nand x = y outside\n")
    assert len(paper.unread) == 2
    page = text(check_page(paper, whole=False))
    for one in paper.judgement.lines:
        assert f"line {one.claim.place.line} ({one.claim.number})" in page
    for entry in paper.unread:
        assert page.count(f"line {entry.place.line}") >= 2  # in its place and in the list
    markdown = check_markdown(paper)
    html = page_html(check_page(paper))
    for one in paper.judgement.lines:
        assert f"({one.claim.number})" in markdown
        assert f"({one.claim.number})" in html
    assert markdown.count("Not understood") >= 3


def test_a_proof_under_assumptions_shows_on_a_page_why_they_are_needed() -> None:
    page = " ".join(text(check_page(checked_document())).split())
    assert "Without this it fails: −959/2 on the left and −959 on the right at j = 3" in page


def checked_document() -> Paper:
    return checked("generalizing.md", DOCUMENT.read_text("utf-8"), "markdown", "haykin")


def test_numbers_have_a_minus_sign() -> None:
    half = Fraction(-3, 2)
    assert shown(Value(half, half)) == "−3/2"
    assert shown(Value(half - 1, half - Fraction(99, 100))).startswith("−2")


# -- terminal


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("document", ["good", "notes", "attack", "long"])
def test_no_line_of_the_terminal_is_wider_than_80_columns(document: str, whole: bool) -> None:
    long = "Let $j$ be an output neuron. Then\n$$v_j = " + " + ".join(
        f"w_{{j{n}}} y_{n} \\varphi_j'(v_j) e_j" for n in range(1, 10)
    ) + "$$\n"  # fmt: skip
    papers = {
        "good": checked_document,
        "notes": annotated,
        "attack": lambda: annotated(ATTACK),
        "long": lambda: annotated(long),
    }
    page = text(check_page(papers[document](), whole=whole))
    assert max(map(columns, page.splitlines())) <= 80
    assert not set(page) & set("\x1b\u202e\u202c")


def test_a_long_formula_is_broken_and_nothing_of_it_is_lost() -> None:
    terms = " + ".join(f"w_{{j{n}}} y_{n} e_j \\varphi_j'(v_j)" for n in range(1, 10))
    page = text(check_page(annotated(f"Let $j$ be an output neuron. Then\n$$v_j = {terms}$$\n")))
    for n in range(1, 10):
        assert f"y_{n}" in page


# -- files


@pytest.mark.parametrize("write", PLAIN_PAGES)
def test_the_same_document_gives_the_same_bytes(write: Callable[[Paper], str | bytes]) -> None:
    assert write(annotated()) == write(annotated())
    attacked = write(annotated(ATTACK))
    assert isinstance(attacked, str)
    assert attacked.encode("utf-8")


class Tags(HTMLParser):
    """The tags and attributes of a page, and its words outside of style and script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag

    def handle_data(self, data: str) -> None:
        if self.inside not in ("style", "script"):
            self.words += data


_TAGS = (
    "html head meta title style body a header h1 h2 h3 nav ol ul li main section article div span "
    "p strong em code pre br table thead tbody tr th td details summary script"
)
OURS = set(_TAGS.split())


def test_nothing_of_a_users_text_is_markup_in_html() -> None:
    page = Tags(page_html(check_page(annotated(ATTACK))))
    assert {tag for tag, _ in page.tags} <= OURS
    assert [tag for tag, _ in page.tags].count("script") == 1
    for tag, attributes in page.tags:
        assert not any(name.startswith("on") for name in attributes), tag
        assert (attributes.get("href") or "#").startswith("#")
        assert "src" not in attributes
    assert "</script><script>alert(1)</script>" in page.words
    assert "👩‍👩‍👧 שלום" in page.words
    assert not set(page.words) & set("\u202e\u202c")


@pytest.mark.parametrize("write", PLAIN_PAGES)
def test_nothing_of_a_users_text_commands_in_a_file(write: Callable[[Paper], str | bytes]) -> None:
    """Every kind of file of a check; the kinds that keep the user's own text keep it quoted."""
    made = write(annotated(ATTACK))
    page = made if isinstance(made, str) else made.decode("utf-8")
    if page.startswith(r"\documentclass"):
        assert page.isascii()
        assert page.count(r"\end{document}") == 1
        assert not re.search(r"\\(input|write18|href)\b", page)
    elif page.startswith("<!DOCTYPE"):
        assert [tag for tag, _ in Tags(page).tags].count("script") == 1
    elif page.startswith("{"):
        assert json.loads(page)["items"]
    assert "\x1b" not in page


def test_no_latex_of_a_user_reaches_katex() -> None:
    page = Tags(page_html(check_page(annotated(ATTACK))))
    formulas = [a["data-tex"] or "" for _, a in page.tags if "data-tex" in a]
    assert formulas
    assert not any(
        word in formula
        for formula in formulas
        for word in ("input", "write", "href", "script", "evil", "\\E", "left", "omicron")
    )


def test_the_page_needs_no_network_and_runs_no_script_but_ours() -> None:
    page = page_html(check_page(annotated()))
    body = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.S)
    assert "http" not in body.replace("http-equiv", "")
    assert "url(" not in re.sub(r"url\(data:font/woff2;base64,[\w+/=]+\)", "", page)
    assert "default-src 'none'" in page
    [script] = re.findall(r"<script>(.*?)</script>", page, re.S)
    digest = re.search(r"script-src 'sha256-([\w+/=]+)'", page)
    assert digest is not None
    assert base64.b64decode(digest[1]) == hashlib.sha256(script.encode("utf-8")).digest()
    assert not re.search(r"XMLHttpRequest|WebSocket|importScripts|new Function", script)


def test_paper_is_never_dark() -> None:
    """Colours of the dark scheme are for screens; else pale verdicts stand on white paper."""
    style = page_html(check_page(annotated()))
    dark = re.findall(r"@media ([^{]*)prefers-color-scheme: ?dark", style)
    assert dark
    assert set(dark) == {"screen and ("}


def test_what_is_linked_to_is_there_once() -> None:
    page = Tags(page_html(check_page(annotated())))
    names = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(names) == len(set(names))
    links = {attributes["href"] for tag, attributes in page.tags if tag == "a"}
    assert "#f6" in links
    assert {str(link).removeprefix("#") for link in links} <= set(map(str, names))


def test_the_vendored_katex_is_the_one_of_its_manifest() -> None:
    folder = files("reports").joinpath("katex")
    manifest = json.loads(folder.joinpath("manifest.json").read_text("utf-8"))
    assert manifest["licence"] == "MIT"
    there = {f.name for f in folder.iterdir()} - {"manifest.json"}
    assert there == set(manifest["sha256"])
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest() == digest, name
    assert "LICENSE" in there


@pytest.mark.parametrize("command", [["derive", "2-3-1"], ["prove", "2-3-1"]])
def test_derivations_have_the_same_kind_of_page(command: list[str], tmp_path: Path) -> None:
    goal = tmp_path / "page.html"
    assert main([*command, "-o", str(goal)]) == 0
    page = Tags(goal.read_text("utf-8"))
    assert {tag for tag, _ in page.tags} <= OURS | {"svg", "path"}  # the brace of the rule
    assert "back-propagation" in page.words.lower()


WRONG = r"$$\frac{\partial e_j}{\partial y_j} = 1$$"
MARKDOWN = {
    "plain": NOTES,
    "front matter": f"---\ntitle: x\n---\n{NOTES}",
    "windows": NOTES.replace("\n", "\r\n"),
    "byte order mark": f"\ufeff{NOTES}",
    "no last line end": NOTES.rstrip("\n"),
    "quoted": f"> Let $j$ be an output neuron. Then\n>\n> {WRONG}\n> more\n",
    "in a list": f"1. Let $j$ be an output neuron. Then\n\n   {WRONG}\n   more\n",
    "attack": ATTACK,
}


@pytest.mark.parametrize("name", MARKDOWN)
def test_markdown_keeps_the_users_text(name: str) -> None:
    original = MARKDOWN[name]
    noted = check_markdown(annotated(original))
    letters = iter(noted)
    assert all(letter in letters for letter in original)  # all of it, in order
    marks = re.compile(r" (?:[✓✗?·] \(\d+\)(?:, )?)+| \?(?= |$)")
    rows = [marks.sub("", row) for row in noted.split("\n")]
    lost = [
        row
        for row in difflib.ndiff(original.lstrip("\ufeff").split("\n"), rows)
        if row.startswith("- ") and row[2:].strip()
    ]
    assert not lost
    if name == "windows":
        assert "\n" not in noted.replace("\r\n", "")


def test_a_note_in_a_quote_or_a_list_stays_in_it() -> None:
    assert "\n> > **✗ (1)**" in check_markdown(annotated(MARKDOWN["quoted"]))
    assert "\n   > **✗ (1)**" in check_markdown(annotated(MARKDOWN["in a list"]))


def test_a_notebook_is_written_as_markdown() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["Let $j$ be an output neuron. Then\n"]},
        {"cell_type": "code", "source": ["x = 1"]},
        {"cell_type": "markdown", "source": ["$$\\frac{\\partial e_j}{\\partial y_j} = -1$$"]},
    ]
    paper = annotated(json.dumps({"cells": cells}), "n.ipynb", "notebook")
    noted = check_markdown(paper)
    assert "```\nx = 1\n```" in noted
    assert "**✓ (1)**" in noted
    assert "cell 3, line 1" in text(check_page(paper))


def test_edits_do_not_overlap() -> None:
    edits = Edits("abc")
    assert edits.replace(0, 2, "x")
    assert not edits.replace(1, 3, "y")
    edits.insert(2, "+")
    assert edits.result() == "x+c"


needs_tex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not here")


@needs_tex
@pytest.mark.parametrize("document", ["good", "notes", "attack"])
def test_the_latex_compiles_without_overfull_boxes(document: str, tmp_path: Path) -> None:
    papers = {
        "good": checked_document,
        "notes": lambda: repaired(annotated()),
        "attack": lambda: annotated(ATTACK),
    }
    (tmp_path / "page.tex").write_text(latex(check_page(papers[document]())), "utf-8")
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error"]
    result = subprocess.run(
        [*command, "page.tex"], cwd=tmp_path, capture_output=True, timeout=120, check=False
    )
    log = (tmp_path / "page.log").read_text("latin-1")
    assert result.returncode == 0, log[-2000:]
    assert "Overfull" not in log, re.findall(r"Overfull[^\n]*\n[^\n]*", log)


def test_marks_stand_in_the_margin_of_the_latex() -> None:
    page = latex(check_page(annotated()))
    assert page.count(r"{\raggedright\small {\derivationrefuted $\boldsymbol{\times}$}") >= 4


# -- the copy with right forms


def test_the_fixed_copy_is_no_longer_refuted() -> None:
    copy = fixed(annotated())
    assert copy.replaced == (6, 7, 9)
    again = checked("copy.md", copy.text, "markdown", "haykin")
    assert not [one for one in again.judgement.lines if one.word == "refuted"]
    assert len(again.judgement.lines) == 9
    assert copy.text.count("<!-- proofprop: changed") == 3


def test_a_wrong_nearest_form_is_still_refuted_in_the_copy() -> None:
    """The copy proposes; the judge decides."""
    paper = annotated()
    lines = tuple(
        replace(
            one,
            cases=tuple(
                replace(case, nearest=Nearest(Num(Fraction(1)), (), "")) for case in one.cases
            ),
        )
        if one.claim.number == 6
        else replace(one, cases=tuple(replace(case, nearest=None) for case in one.cases))
        for one in paper.judgement.lines
    )
    copy = fixed(replace(paper, judgement=replace(paper.judgement, lines=lines)))
    assert copy.replaced == (6,)
    again = checked("copy.md", copy.text, "markdown", "haykin")
    assert [one.claim.number for one in again.judgement.lines if one.word == "refuted"] == [6, 7, 9]


@pytest.mark.slow
def test_the_brace_is_moved_over_what_it_names() -> None:
    paper = checked_document()
    [wrong] = [one for one in paper.judgement.lines if one.word == "refuted"]
    nearest = Nearest(wrong.claim.others[0], NEEDED, "the brace also stands over e_k")
    lines = tuple(
        replace(one, cases=(replace(one.cases[0], nearest=nearest),)) if one is wrong else one
        for one in paper.judgement.lines
    )
    copy = fixed(replace(paper, judgement=replace(paper.judgement, lines=lines)))
    assert r"\underbrace{e_{k} \varphi'_{k}(v_{k})}_{\delta_{k}} w_{kj}" in copy.text
    again = checked("copy.md", copy.text, "markdown", "haykin")
    assert not [one for one in again.judgement.lines if one.word not in GOOD]
    assert len(again.judgement.lines) == len(paper.judgement.lines)


def test_a_repair_changes_the_definition_and_leaves_what_it_mends() -> None:
    copy = fixed(repaired(annotated()))
    assert copy.replaced == (5,)
    assert r"\delta_j = \frac{\partial \mathcal{E}}{\partial v_j} =" in copy.text


def test_a_form_that_is_right_for_some_neurons_only_is_not_put_in() -> None:
    paper = annotated()
    [wrong] = [one for one in paper.judgement.lines if one.claim.number == 6]
    other = Nearest(COST, (), "for others")
    again = Nearest(Plus((wrong.claim.left, V)), (), "itself and more")
    for cases in (
        (wrong.cases[0], replace(wrong.cases[0], roles="j: hidden", nearest=other)),
        (wrong.cases[0], replace(wrong.cases[0], roles="j: hidden", nearest=None)),
        (replace(wrong.cases[0], nearest=again),),
    ):
        lines = tuple(
            replace(one, cases=cases) if one is wrong else one for one in paper.judgement.lines
        )
        copy = fixed(replace(paper, judgement=replace(paper.judgement, lines=lines)))
        assert copy.left == (6,)
        assert copy.replaced == (7, 9)


def test_what_macros_write_stays_written_by_macros() -> None:
    macros = NOTES.replace("# Notes", r"\newcommand{\g}{e_j}").replace(r"\left( e_j \right)", r"\g")
    copy = fixed(annotated(macros))
    assert copy.replaced == (6, 7, 9)
    assert r"= \g \varphi_j'(v_j)" in copy.text


def test_a_side_that_begins_within_a_macro_is_left_to_the_user() -> None:
    """What would be replaced is not all of what the macro writes."""
    macros = NOTES.replace("# Notes", r"\newcommand{\g}{= -e_j}").replace(
        r"= -\left( e_j \right)", r"\g"
    )
    copy = fixed(annotated(macros))
    assert copy.left == (6,)
    assert copy.replaced == (7, 9)
    assert r"\g \varphi_j'(v_j)" in copy.text


def test_the_fixed_copy_of_latex_is_marked_by_comments() -> None:
    source = f"\\documentclass{{article}}\n\\begin{{document}}\n{NOTES[8:]}\n\\end{{document}}\n"
    copy = fixed(annotated(source, "notes.tex", "latex"))
    assert copy.replaced == (6, 7, 9)
    assert copy.text.count("\n% proofprop: changed") == 3
    again = checked("copy.tex", copy.text, "latex", "haykin")
    assert not [one for one in again.judgement.lines if one.word == "refuted"]


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command sees the notes with their nearest right forms."""
    judged = annotated().judgement
    real = check.judge

    def judge(reading, each=iter, network=None):  # type: ignore[no-untyped-def]
        found = real(reading, each)
        wrong = [one for one in found.lines if one.word == "refuted"]
        return judged if len(wrong) == 3 else found

    monkeypatch.setattr(check, "judge", judge)


@pytest.mark.usefixtures("by_hand")
def test_fix_writes_a_copy_and_never_the_original(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "notes.md"
    file.write_text(NOTES, "utf-8")
    assert main(["check", str(file), "--fix"]) == 1
    said = capsys.readouterr().err
    assert "three places changed and marked; checked again, no line is wrong" in said
    assert file.read_text("utf-8") == NOTES
    copy = tmp_path / "notes.fixed.md"
    assert main(["check", str(copy), "--json"]) == 0
    assert main(["check", str(copy), "--fix"]) == 0
    assert "no line is wrong; nothing was written" in capsys.readouterr().err
    assert sorted(f.name for f in tmp_path.iterdir()) == ["notes.fixed.md", "notes.md"]
    assert main(["check", str(file), "--fix", "-o", str(file)]) == 2
    assert file.read_text("utf-8") == NOTES


# -- the command

RIGHT = "Let $j$ be an output neuron.\n$$\\frac{\\partial e_j}{\\partial y_j} = -1$$\n"


def written(folder: Path, **documents: str) -> list[str]:
    names = []
    for name, document in documents.items():
        (folder / f"{name}.md").write_text(document, "utf-8")
        names.append(str(folder / f"{name}.md"))
    return names


def test_several_files_have_the_worst_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = "$$\\nabla \\mathcal{E} = 0$$\n"
    names = written(tmp_path, right=RIGHT, wrong=NOTES, odd=odd)
    assert main(["check", names[0]]) == 0
    assert main(["check", names[0], names[2]]) == 3
    assert main(["check", *names]) == 1
    assert "All 3 documents together: refuted." in capsys.readouterr().out
    assert main(["check", *names, "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["verdict"] == "refuted"
    assert [one["verdict"] for one in result["files"]] == ["proved", "refuted", "open"]
    assert {item["file"] for item in result["items"]} == {names[0], names[1]}


@pytest.mark.parametrize("ending", sorted(WRITERS))
def test_every_kind_of_file_is_written(
    ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if ending == ".pdf" and tex_engine() is None:
        pytest.importorskip("typst")
    [name] = written(tmp_path, right=RIGHT)
    goal = tmp_path / f"page{ending}"
    assert main(["check", name, "-o", str(goal)]) == 0
    content = goal.read_bytes()
    assert content.startswith(b"%PDF") if ending == ".pdf" else content.decode("utf-8").strip()
    out = capsys.readouterr()
    assert out.out == ""
    assert "Written to" in out.err


def stdin(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(words.encode("utf-8"))))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (RIGHT, 0),
        (r"\frac{\partial e_j}{\partial y_j} = -1", 0),
        (r"\frac{\partial e_j}{\partial y_j} = 1", 1),
        (r"\nabla", 3),
    ],
)
def test_stdin_is_a_document_or_one_formula(
    words: str,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stdin(monkeypatch, words)
    assert main(["check", "-"]) == code
    assert "standard input" in capsys.readouterr().out


def test_a_formula_from_stdin_can_be_written_as_markdown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stdin(monkeypatch, "\\frac{\\partial e_j}{\\partial y_j} = -1\n")
    goal = tmp_path / "out.md"
    assert main(["check", "-", "-o", str(goal)]) == 0
    assert "$$\n\\frac{\\partial e_j}{\\partial y_j} = -1\n$$\n" in goal.read_text("utf-8")


def test_explain_prints_the_notation(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--explain", "--profile", "rumelhart"]) == 0
    out = capsys.readouterr().out
    assert "net_sample,neuron" in out
    assert "\n  net is one word: write net_pj." in out
    assert main(["check", "--explain", "--json", str(DOCUMENT)]) == 1
    out = capsys.readouterr()
    json.loads(out.out)
    assert "(profile haykin)" in out.err


def test_a_notation_that_reads_more_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bishop = "Let $k$ be an output unit.\n$$y_k = h(a_k)$$\n$$a_j = \\sum_i w_{ji} z_i$$\n"
    [name] = written(tmp_path, bishop=bishop)
    assert main(["check", name]) == 3
    assert "with --profile bishop." in capsys.readouterr().err
    main(["check", name, "--profile", "bishop"])
    assert "--profile" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "check needs a FILE"),
        (["-", "-"], "only once"),
        (["a.md", "b.md", "-o", "x.html"], "give one FILE"),
        (["-", "--fix"], "add -o FILE.md"),
        ([str(DOCUMENT), "-o", str(DOCUMENT)], "this is the document itself"),
        ([str(DOCUMENT), "-o", "x.docx"], "the endings known are .md, .html"),
        (["no-such.md"], "cannot be read"),
        ([str(DOCUMENT), "--profile", "nobody.toml"], "nobody.toml"),
    ],
)
def test_bad_input_is_one_clear_sentence(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = DOCUMENT.read_bytes()
    assert main(["check", *arguments]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
    assert DOCUMENT.read_bytes() == before


def test_a_latex_document_has_no_markdown_page(tmp_path: Path) -> None:
    file = tmp_path / "a.tex"
    file.write_text("\\begin{document}$\\delta_j = e_j$\\end{document}", "utf-8")
    assert main(["check", str(file), "-o", str(tmp_path / "a.md")]) == 2


def test_json_holds_what_the_page_says() -> None:
    result = as_json(repaired(annotated()))
    assert result["broken"] == "6"
    assert isinstance(result["items"], list)
    item = result["items"][5]
    assert item["nearest"] == {
        "right": r"e_{j} \varphi'_{j}(v_{j})",
        "under": [str(one) for one in NEEDED],
        "edit": "the sign is changed",
    }
    assert result["items"][6]["inherits"] == "6"
    assert result["items"][7]["argument"]["uses"] == ["1", "2"]
    assert result["repair"]["mends"] == ["6", "7", "9"]  # type: ignore[index]
    json.dumps(result)


def test_a_layered_network_is_written_out_in_its_own_letters() -> None:
    text_ = (DOCUMENT.parent / "four-equations.md").read_text("utf-8")
    wrong = text_.replace(r"= w^{l+1}_{kj} \sigma'(z^l_j)", r"= w^{l+1}_{kj} \sigma(z^l_j)")
    assert wrong != text_
    page = text(check_page(checked("n.md", wrong, "markdown", "nielsen")))
    words = " ".join(page.split())
    assert "Take the network with layers of 1, 1 and 1 neurons." in words
    assert "Weights: w_11^2 = 1, w_11^3 = 2. Biases: b_1^2 = 2, b_1^3 = 3." in words
    assert "Every neuron has σ(z) = z² + z" in words
    assert "The text leaves the cost open" in words
    assert "      z_1^2    5       weighted input" in page
    assert max(map(columns, page.splitlines())) <= 80
