"""Whatever our own reports print, `proofprop check` reads and proves: one property, all reports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product as product_
from pathlib import Path

import pytest

from reports.cli import main
from symbolic.activations import ACTIVATIONS

EXAMPLES = Path(__file__).parents[1] / "examples"
NETWORKS = ("1-1-1", "2-1:tanh", "2-2-1", "1-2-2", "2-3-1:tanh", "3-2-2-1")
MIXED = (
    "2-2:tanh-1",
    "1-2:leaky_relu-1:leaky_relu",
    "1-1:relu-2",
    "1-1:tanh-2:softmax",
    "1-2:softmax",
)
MODELS = tuple(path.name for path in sorted(EXAMPLES.glob("*.model")))
FILES = tuple(path.name for path in sorted(EXAMPLES.glob("*.toml")))
FUNCTIONS = tuple(f"1-2:{name}-1" for name, row in ACTIVATIONS.items() if not row.group)
FORMATS = (".md", ".tex")
QUICK = {
    ("derive", "1-1-1", ".tex"),
    ("prove", "2-1:tanh", ".md"),
    ("derive", "embedding.model", ".tex"),
    ("prove", "rms_norm.model", ".md"),
    ("prove", "1-1:tanh-2:softmax", ".md"),
    ("derive", "partial.toml", ".tex"),
    ("prove", "softmax_net.model", ".md"),
}
LETTERS = ("haykin", "nielsen", "bishop", "plain")
DETAILS = ("rule", "summary", "full")
UNDECIDED = 2
"""How many normal forms on the page of all theorems are open: nobody would write them."""
WRITTEN = r"""\documentclass{article}\begin{document}
Let $j$ be an output neuron. Then
\[ e_j = d_j - y_j, \qquad \frac{\partial e_j}{\partial v_j} = \varphi_j'(v_j). \]
Besides, \[ \frac{\partial e_j}{\partial y_j} = -1. \]
\end{document}
"""
LOCAL = r"\frac{\partial v_{k}}{\partial y_{j}} = w_{kj}"
"""It needs a k that is fed by j alone of all paths, which a small network need not have."""


def product() -> Iterator[object]:
    """Every report of every subject in every format; a few at once, some slow, then the rest."""
    nets = (*NETWORKS, *MIXED, *FUNCTIONS, *FILES)
    commands = [(c, s) for s in (*nets, *MODELS) for c in ("derive", "prove")]
    cases = [
        (command, subject, suffix)
        for command, subject in (
            *commands,
            *(("report", network) for network in nets),
        )
        for suffix in ((*FORMATS, ".ipynb") if command == "report" else FORMATS)
    ]
    for n, case in enumerate(cases):
        mark = pytest.mark.whole if n % 30 else pytest.mark.slow
        yield case if case in QUICK else pytest.param(*case, marks=mark)


def checked(page: Path, capsys: pytest.CaptureFixture[str], *options: str) -> list[tuple[str, str]]:
    """The verdict of each relation of a page, as the command gives it; nothing may be unread."""
    capsys.readouterr()
    main(["check", str(page), *options, "--json"])
    result = json.loads(capsys.readouterr().out)
    assert result["not_understood"] == []
    assert result["verdict"] != "unjustified"  # each line follows from those before it
    return [(row["verdict"], row["statement"]) for row in result["items"]]


def located(subject: str) -> str:
    """A file of the examples, or a shorthand as it is."""
    return str(EXAMPLES / subject) if "." in subject else subject


@pytest.mark.parametrize(("command", "subject", "suffix"), [*product()])
def test_what_a_report_prints_is_read_and_proved(
    command: str, subject: str, suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, page = located(subject), tmp_path / f"page{suffix}"
    assert main([command, source, "-o", str(page)]) == 0
    options = () if subject.endswith(".model") else ("--network", source)
    found = checked(page, capsys, *options)
    assert {word for word, _ in found} <= {"proved", "open", "definition", "assumption"}
    assert {line for word, line in found if word == "open"} <= {LOCAL}
    assert [word for word, _ in found].count("proved") >= 1


def reports() -> Iterator[object]:
    """Every report in every notation; one at once, two slow, the rest by hand."""
    nets, suffixes = ("1-1:tanh", "2-2-1", *MIXED, *FILES), (*FORMATS, ".ipynb")
    quick = [("1-1:tanh", "bishop", "rule", ".tex", False)]
    slow = [
        ("2-2-1", "nielsen", "full", ".md", True),
        ("2-2-1", "plain", "full", ".ipynb", False),
        ("lstm.toml", "bishop", "summary", ".tex", True),
    ]
    for case in product_(nets, LETTERS, DETAILS, suffixes, (False, True)):
        net, letters, detail, *_ = case
        if net in FILES and letters != LETTERS[0] and detail == "rule":
            continue
        mark = pytest.mark.slow if case in slow else pytest.mark.whole
        yield case if case in quick else pytest.param(*case, marks=mark)


@pytest.mark.parametrize(("net", "letters", "detail", "suffix", "blank"), [*reports()])
def test_a_report_says_its_letters_and_is_read_in_them(
    net: str,
    letters: str,
    detail: str,
    suffix: str,
    blank: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Of an exercise sheet it is the sheet of answers that is read."""
    page = tmp_path / f"page{suffix}"
    options = ["--notation", letters, "--detail", detail, *(["--blank"] * blank)]
    source = located(net)
    assert main(["report", source, *options, "-o", str(page)]) == 0
    if blank:
        page = tmp_path / f"page-answers{suffix}"
    found = checked(page, capsys, "--network", source)
    assert {word for word, _ in found} <= {"proved", "definition", "assumption"}
    local = r"\delta_{j} ="
    assert any(word == "proved" and line.startswith(local) for word, line in found)


@pytest.mark.whole
def test_of_an_exercise_sheet_what_is_filled_in_is_judged_and_each_gap_is_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    assert main(["report", "1-1:tanh", "--blank", "--detail", "rule", "-o", str(page)]) == 0
    text = page.read_text("utf-8")
    gap = "$$\\delta_j(n) = \\underline{"
    before, found, behind = text.partition(gap)
    assert found
    page.write_text(f"{before}$$\\delta_j(n) = -e_j(n){behind[behind.index('$$') :]}", "utf-8")
    capsys.readouterr()
    assert main(["check", str(page), "--network", "1-1:tanh", "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert {row["why"] for row in result["not_understood"]} == {"A gap is left here. Fill it in."}
    wrong = [row["statement"] for row in result["items"] if row["verdict"] == "refuted"]
    assert wrong == [r"\delta_{j} = -e_{j}"]


def test_a_page_of_verdicts_is_read_with_the_same_verdicts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The notes of the page, its numbers and its right forms claim nothing."""
    first, second = tmp_path / "first.tex", tmp_path / "second.tex"
    first.write_text(WRITTEN, "utf-8")
    assert main(["check", str(first), "-o", str(second)]) == 1
    found = checked(first, capsys)
    assert [word for word, _ in found] == ["definition", "refuted", "proved"]
    assert checked(second, capsys) == found


@pytest.mark.whole
@pytest.mark.parametrize("suffix", FORMATS)
def test_what_the_page_of_all_theorems_prints_is_read_and_proved(
    suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / f"page{suffix}"
    assert main(["prove", "--general", "--all", "-o", str(page)]) == 0
    words = [word for word, _ in checked(page, capsys)]
    assert {*words} == {"proved", "open", "definition", "assumption"}
    assert words.count("proved") > 460
    assert words.count("open") == UNDECIDED


def test_what_a_document_says_claims_nothing_is_listed_as_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Numbers of an example stand between two comments; outside of them they are claims."""
    page = tmp_path / "page.md"
    page.write_text(
        "<!-- proofprop: no claims -->\n\nThen $v_3 = 0.5$.\n\n<!-- proofprop: claims -->\n\n"
        "Then $e_j = d_j - y_j$.\n",
        "utf-8",
    )
    assert [line for _, line in checked(page, capsys)] == ["e_{j} = d_{j} - y_{j}"]
    text = page.read_text("utf-8")
    page.write_text(text.replace("no claims", "some claims"), "utf-8")
    assert len(checked(page, capsys)) == 2


RULES = {
    "all of it": "delta[j] = (1/N) * e[j] * phi'[j](v[j]) for output j\n"
    "delta[j] = phi'[j](v[j]) * sum(k, delta[k] * w[k,j]) for hidden j\n"
    "dw[j,i] = eta * sum(xi, delta[j] * y[i])\n",
    "outputs alone, under N = 1": "assume N = 1\ndelta[j] = e[j] * phi'[j](v[j]) for output j\n",
}


@pytest.mark.parametrize("command", ["report", pytest.param("prove", marks=pytest.mark.slow)])
@pytest.mark.parametrize("rule", RULES)
def test_the_page_of_a_rule_is_read_and_proved_also_where_it_says_only_a_part(
    command: str, rule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An example is worked only of a rule that gives every δ and every Δw."""
    file, page = tmp_path / "my.rule", tmp_path / "page.md"
    file.write_text(RULES[rule], "utf-8")
    assert main([command, "1-1-1", "--rule", str(file), "-o", str(page)]) == 0
    found = checked(page, capsys, "--network", "1-1-1")
    assert {word for word, _ in found} <= {"proved", "definition", "assumption"}
    words = "An example is worked of a rule that gives"
    assert (words in page.read_text("utf-8")) == (command == "report" and rule != "all of it")


GELU = """sizes U, N
given x[n,u], t[n,u]
weights w[u,u2]

z[n,u] = sum(u2, w[u,u2]*x[n,u2])
a[n,u] = z[n,u] * (1 + erf(z[n,u]/sqrt(2))) / 2
cost = sum(n, sum(u, abs(a[n,u] - t[n,u])))

eps[n,u] := D(a[n,u])
eps[n,u] = (a[n,u] - t[n,u]) / abs(a[n,u] - t[n,u])
delta[n,u] := D(z[n,u])
delta[n,u] = eps[n,u] * ((1 + erf(z[n,u]/sqrt(2)))/2 + z[n,u]*exp(-z[n,u]^2/2)/sqrt(8*arctan(1)))
D(w[u,u2]) = sum(n, delta[n,u]*x[n,u2])
"""


@pytest.mark.parametrize("suffix", [".tex", pytest.param(".md", marks=pytest.mark.slow)])
@pytest.mark.parametrize("command", ["prove", pytest.param("derive", marks=pytest.mark.slow)])
def test_a_model_with_erf_and_abs_is_printed_read_and_proved(
    command: str, suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, page = tmp_path / "gelu.model", tmp_path / f"page{suffix}"
    model.write_text(GELU, "utf-8")
    assert main([command, str(model), "-o", str(page)]) == 0
    found = checked(page, capsys)
    assert {word for word, _ in found} <= {"proved", "definition"}
    model.write_text(GELU.replace("+ z[n,u]*exp", "- z[n,u]*exp"), "utf-8")
    assert main(["prove", str(model)]) == 1
