"""The LaTeX emitter: escaping, breaking, equal bytes, and that TeX accepts it."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from dataclasses import replace
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
from reports.escaping import escaped
from reports.latex import block_latex, body, latex
from reports.latex_runs import broken, runs_latex
from reports.latex_width import width_em
from reports.text import runs_text
from reports.wording import prose
from symbolic import activations, costs, exposition
from symbolic.activations import activation
from symbolic.conditions import BATCH, DEFINED, DIFFERENTIABLE, DISTRIBUTION, NONZERO, SMOOTH_COST
from symbolic.exposition import derive
from symbolic.grammar import expression
from symbolic.network import Network, Neuron, Synapse
from symbolic.notation import J, N, slope
from symbolic.terms import Frac, Mul, Sign
from symbolic.topologies import random_dag
from symbolic.verdicts import Finding, Hypothesis, Open, Proved, Unjustified

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
    known = r"textbackslash|textasci\w+|char|ensuremath|dots|boldsymbol"
    for command in re.findall(r"\\([A-Za-z]+)", shown):
        known_symbol = command in SYMBOLS or re.fullmatch(known, command)
        assert known_symbol, command
    assert len(re.findall(r"(?<!\\)\{", shown)) == len(re.findall(r"(?<!\\)\}", shown))


SYMBOLS = {
    *("cdot", "times", "ge", "le", "neq", "to", "partial", "mathcal", "frac", "checkmark"),
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
    inside = body(page(checked()))
    assert "documentclass" not in inside
    assert r"\section{" in inside
    assert latex(page(checked())).count(r"\usepackage") == 6


def test_the_head_of_a_tall_table_stands_again_on_the_next_page() -> None:
    rows = tuple((runs(f"row {n}"), runs("said")) for n in range(30))
    tall = Document("", (Heading("Long", 2), Table((runs("name"), runs("what")), rows)))
    whole, inside = latex(tall), body(tall)
    assert whole.count(r"\endhead") == 1
    assert whole.index(r"\derivationneed" + "\n") < whole.index(r"\subsection*{Long}")
    assert whole.count("row ") == inside.count("row ") == 30
    assert "longtable" not in inside  # a page of one's own may not have it
    assert "derivationneed" not in inside
    short = Document("", (Table(tall.blocks[1].head, rows[:4]),))  # type: ignore[union-attr]
    assert r"\endhead" not in latex(short)


def test_a_wide_sum_is_broken_and_a_very_long_one_shortened() -> None:
    lines = broken(Math(wide(8).right), 30)
    assert 1 < len(lines) <= 6
    assert all(width_em(line) <= 30 for line in lines)
    assert all(line.startswith("+ ") for line in lines[1:])
    (dotted,) = broken(Math(wide(500).right), 30)
    assert dotted == (
        r"d_0(n)\, w_{01}(n) + d_1(n)\, w_{12}(n) + \cdots + d_{499}(n)\, w_{499,500}(n)"
    )


def test_a_wide_product_and_a_wide_fraction_are_broken_before_a_factor() -> None:
    product = Mul(tuple(Sign("w", (str(n), "10")) for n in range(20)))
    for term, front in ((product, "w_"), (Frac(product, N), r"\frac{1}{N}")):
        lines = broken(Math(term), 30)
        assert len(lines) > 1
        assert lines[0].startswith(front)
        assert all(line.startswith(r"\cdot ") for line in lines[1:])
        assert all(width_em(line) <= 30 for line in lines)


def test_a_bracket_that_spans_lines_is_opened_and_closed_once() -> None:
    lines = broken(Math(slope(J) * wide(8).right), 30)
    assert len(lines) > 2
    whole = "".join(lines)
    assert whole.count(r"\bigl(") == whole.count(r"\bigr)") == 2
    assert lines[-1].endswith(r"\bigr)")
    assert r"\left" not in whole


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


def seen(network: Network) -> Checked:
    """The network's derivation, each line taken as proved: only its looks are tested here."""
    made = derive(network)
    return Checked(made, tuple(Finding(Proved("the kernel")) for _ in made.steps))


def odd() -> Network:
    """Names that mean something elsewhere, a shared weight, functions and a cost in pieces."""
    bent = activations.own("own", expression("where(v > 0, v, exp(v) - 1)/2 + tanh(v)^3", ("v",)))
    error = costs.own("own", expression("where(d > y, d - y, (d - y)^2/2)", ("d", "y")))
    names = (Neuron("h_1", bent), Neuron("hidden_two", bent), Neuron("E", activation("relu")))
    places = (("h_1", "lambda"), ("h_1", "a_b"), ("hidden_two", "a_b"), ("hidden_two", "0"))
    synapses = [Synapse(to, source, f"w_{to}_{source}") for to, source in places]
    synapses += [Synapse("E", "h_1", "eta"), Synapse("E", "hidden_two", "eta")]
    return Network(("lambda", "a_b"), names, ("E",), tuple(synapses), error, name=NASTY[0])


COMMAND = re.compile(r"\\([A-Za-z]+)")


@pytest.mark.parametrize("words", NASTY)
def test_a_user_s_words_add_no_command_to_the_page(words: str) -> None:
    made = derive(layered(("1",), ("2",), ("3",)))

    def drawn(words: str) -> str:
        named = replace(made, title=words)
        findings = [Finding(Proved(words, (Hypothesis(words, words),))) for _ in made.steps]
        findings[0] = Finding(Unjustified((words,), words))
        findings[1] = Finding(Open(words))
        found = Checked(named, tuple(findings), (Hypothesis(words, words),), (words,))
        return latex(page(found))

    shown, plain = drawn(words), drawn("plain")
    assert shown.isascii()
    ours = (
        set(COMMAND.findall(plain))
        | SYMBOLS
        | {"char", "ensuremath", "dots", "boldsymbol", "allowbreak"}
    )
    new = set(COMMAND.findall(shown)) - ours
    assert all(name.startswith(("textascii", "textbackslash")) for name in new), new
    assert shown.count("$") % 2 == 0
    assert "$$" not in shown
    assert len(re.findall(r"(?<!\\)\{", shown)) == len(re.findall(r"(?<!\\)\}", shown))


NETWORKS = {
    "2-3-1": lambda: layered(("1", "2"), ("3", "4", "5"), ("6",)),
    "64-1": lambda: layered(tuple(map(str, range(1, 65))), ("65",), phi="gelu"),
    "skips and two outputs": lambda: random_dag(6, 20, seed=2),
    "500 neurons": lambda: random_dag(500, 2000, seed=3, ties=0.1),
    "odd names and pieces": odd,
}


@needs_tex
@pytest.mark.parametrize("name", NETWORKS)
def test_no_line_of_a_derivation_is_wider_than_the_page(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "odd names and pieces":  # functions in pieces have no direct lines on their page
        monkeypatch.setattr(exposition, "LITERAL_PATHS", 0)
    log = compiled(latex(page(seen(NETWORKS[name]()))), tmp_path)
    assert "Overfull" not in log
    assert "Missing character" not in log


@needs_tex
def test_the_body_needs_amsmath_alone(tmp_path: Path) -> None:
    (tmp_path / "derivation.tex").write_text(body(page(checked(refute=True))), encoding="ascii")
    start = r"\documentclass{article}\usepackage{amsmath}\begin{document}"
    compiled(start + r"\input{derivation}\input{derivation}\end{document}", tmp_path)


def test_a_single_letter_stays_with_its_word() -> None:
    assert runs_latex(prose("the neuron j feeds k")) == "the neuron~$j$ feeds~$k$"


def test_two_formulas_in_a_row_begin_no_display() -> None:
    assert "$$" not in runs_latex((Math(Sign("N")), Math(Sign("eta"))))


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("N = 1", "$N = 1$"),
        ("N ≥ 1", r"$N \ge 1$"),
        ("Σ_k d_k = 1", r"$\sum_{k} d_{k} = 1$"),
        ("denominators ≠ 0", r"denominators \ensuremath{\neq} 0"),
        ("off the kink v = 0", "off the kink $v = 0$"),
        ("off the kinks of φ_j", r"off the kinks of $\varphi_{j}$"),
        ("y_h1 > 0 and w_10,3 ≠ 2", r"$y_{h_1} > 0$ and $w_{10,3} \neq 2$"),
        (
            r"what I like: so_b% \input{it} $",
            r"what I like: so\_b\% \textbackslash{}input\{it\} \$",
        ),
    ],
)
def test_hypotheses_are_set_as_formulas(name: str, drawn: str) -> None:
    assert runs_latex(prose(name)) == drawn
    assert runs_text(prose(name)) == name


def test_what_the_kernel_can_assume_is_set_as_a_formula() -> None:
    for hypothesis in (DIFFERENTIABLE, BATCH, DISTRIBUTION, NONZERO, DEFINED, SMOOTH_COST):
        shown = runs_latex(prose(f"{hypothesis.name}: {hypothesis.sentence}"))
        assert r"\_" not in shown
        assert "U+" not in shown
