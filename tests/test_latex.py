"""The LaTeX emitter: escaping, breaking, equal bytes, and that TeX accepts it."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from page_example import Checked, checked, layered, wide

from reports.derivation_page import page
from reports.document import (
    CodeBlock,
    Document,
    EquationLines,
    Heading,
    Line,
    Math,
    Paragraph,
    Table,
    runs,
)
from reports.latex import block_latex, broken, escaped, latex, runs_latex, width_em
from reports.wording import prose
from symbolic.derivation import Finding, Proved
from symbolic.exposition import derive

NASTY = (
    "a_b%",
    "<x>",
    r"\input{/etc/passwd}",
    r"\write18{id}",
    "}{\\end{document}",
    "$$ & # ^ ~ \" ' ` | ^^41",
    "🐈 שלום \u202e مرحبا",
    "ξ φ δ η Σ − – ’ ✓ ✗ 𝓔 ½ é ü ß 漢",
    "a\x00b\x1b[2J\nc",
    "--- ?` !` <<",
)


@pytest.mark.parametrize("words", NASTY)
def test_words_cannot_command(words: str) -> None:
    shown = escaped(words)
    assert shown.isascii()
    assert "\n" not in shown
    known = r"textbackslash|textasci\w+|textquotedbl|ensuremath|dots|boldsymbol"
    for command in re.findall(r"\\([A-Za-z]+)", shown):
        known_symbol = command in SYMBOLS or re.fullmatch(known, command)
        assert known_symbol, command
    assert len(re.findall(r"(?<!\\)\{", shown)) == len(re.findall(r"(?<!\\)\}", shown))


SYMBOLS = {
    *("cdot", "times", "ge", "le", "neq", "to", "partial", "mathcal", "frac", "surd"),
    *("Sigma", "Delta", "delta", "eta", "xi", "varphi", "varepsilon"),
}


def test_random_words_are_escaped_to_ascii() -> None:
    random_ = random.Random(5)
    for _ in range(300):
        words = "".join(
            chr(random_.choice((random_.randrange(32, 127), 0x3BE, 0x1F408))) for _ in range(12)
        )
        assert escaped(words).isascii()


def test_the_same_page_has_the_same_bytes() -> None:
    assert latex(page(checked())) == latex(page(checked()))


def test_the_body_alone_has_no_preamble() -> None:
    body = latex(page(checked()), body_only=True)
    assert "documentclass" not in body
    assert r"\section{" in body
    assert latex(page(checked())).count(r"\usepackage") == 3


def test_a_wide_sum_is_broken_and_a_very_long_one_shortened() -> None:
    lines = broken(Math(wide(12).right), 30)
    assert 1 < len(lines) <= 6
    assert all(width_em(line) <= 30 for line in lines)
    assert all(line.startswith("+ ") for line in lines[1:])
    dotted = broken(Math(wide(500).right), 30)
    assert len(dotted) == 4
    assert dotted[2] == r"+ \cdots"


def compiled(source: str, folder: Path) -> str:
    (folder / "page.tex").write_text(source, encoding="ascii")
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error"]
    run = subprocess.run([*command, "page.tex"], cwd=folder, capture_output=True, check=False)
    log = (folder / "page.log").read_text(encoding="latin-1")
    assert run.returncode == 0, log[-1500:]
    return log


needs_tex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not here")


@needs_tex
@pytest.mark.parametrize("refute", [False, True])
def test_tex_sets_the_page_without_an_overfull_box(tmp_path: Path, refute: bool) -> None:
    log = compiled(latex(page(checked(refute=refute))), tmp_path)
    assert "Overfull" not in log


@needs_tex
def test_tex_sets_a_larger_net_and_nasty_words(tmp_path: Path) -> None:
    hidden = tuple(f"h{n}" for n in range(20))
    net = layered(("x1", "x2", "x3"), hidden, ("out", "p_q"), phi="relu")
    words = Document(
        "Nasty & _ words",
        (
            Heading(" ".join(NASTY[:5])),
            Paragraph(runs(*NASTY)),
            CodeBlock("\n".join(word.replace("\n", " ") for word in NASTY)),
            Table((runs("a"), runs("b")), ((runs("x_1"), runs(" ".join(NASTY))),), wide=1),
            EquationLines((Line(Math(wide(40).left), Math(wide(40).right), runs(NASTY[0])),)),
        ),
    )
    body = "\n".join(block_latex(block) for block in words.blocks)
    source = latex(page(checked(net))).replace(r"\end{document}", body + "\n\\end{document}")
    log = compiled(source, tmp_path)
    assert "Missing character" not in log


@needs_tex
def test_long_names_stay_within_the_page(tmp_path: Path) -> None:
    net = layered(("x1", "x2"), ("3", "4"), ("hid", "10"))
    assert "Overfull" not in compiled(latex(page(checked(net))), tmp_path)


@needs_tex
def test_a_network_s_own_derivation_stays_within_the_page(tmp_path: Path) -> None:
    made = derive(layered(("1", "2"), ("3", "4", "5"), ("6",)))
    found = Checked(made, tuple(Finding(Proved("the kernel")) for _ in made.steps))
    assert "Overfull" not in compiled(latex(page(found)), tmp_path)


def test_a_single_letter_stays_with_its_word() -> None:
    assert runs_latex(prose("the neuron j feeds k")) == "the neuron~$j$ feeds~$k$"
