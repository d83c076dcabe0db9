"""Documents in index notation: the pages of models are read back and proved, slips refuted."""

from __future__ import annotations

import json
import random
import re
from functools import cache
from pathlib import Path

import pytest

from reports.cli import main
from reports.document import Document
from reports.index_check import checked as index_paper
from reports.index_fix import fixed_entries
from reports.latex import latex
from reports.markdown import page_markdown
from reports.model_document import model_document
from symbolic.model_derivatives import derived
from symbolic.model_file import read_model
from symbolic.models import judged
from symbolic.reading.claims import Kind, Outcome
from symbolic.reading.indexed.judgement import IndexJudged, judge_indices
from symbolic.reading.indexed.profile import index_profile
from symbolic.reading.indexed.reading import read_indices
from symbolic.reading.notation import declared_notation

EXAMPLES = Path(__file__).parents[1] / "examples"
DOCUMENTS = Path(__file__).with_name("documents")
INDICES = index_profile("indices")
MODELS = sorted(path.stem for path in EXAMPLES.glob("*.model"))
QUICK = ("rbf", "network", "nielsen", "conv1d")


def every(quick: tuple[str, ...]) -> list[object]:
    """The models; of those that are slow to prove a fourth is slow, the rest is run by hand."""
    marks = (pytest.mark.slow, *(pytest.mark.whole,) * 3)
    return [m if m in quick else pytest.param(m, marks=marks[n % 4]) for n, m in enumerate(MODELS)]


def lines_of(text: str, kind: str = "markdown") -> tuple[IndexJudged, ...]:
    """The lines of a document in which every formula is understood."""
    reading = read_indices(text, INDICES, kind)
    assert [e for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD] == []
    return judge_indices(reading).lines


def unread_of(text: str) -> str:
    """Why the first formula that is not understood is not."""
    reading = read_indices(text, INDICES)
    return next(e.why for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD)


@cache
def document_of(model: str, command: str) -> tuple[Document, int]:
    """The page of a model, and how many lines it claims."""
    read = read_model((EXAMPLES / f"{model}.model").read_text("utf-8"))
    verdicts = list(judged(derived(read) if command == "derive" else read))
    return model_document(read, verdicts, model, "Claims"), len(verdicts)


def page_of(model: str, command: str = "prove") -> str:
    """The page in Markdown."""
    return page_markdown(document_of(model, command)[0])


def test_no_index_of_a_model_is_called_like_an_array() -> None:
    """What declares x[t,x] is printed without x_x(t): n = 1 … X is another letter."""
    program = "sizes H, X\nindex j : H\ntime t : T\ngiven x[t,x]\nweights W[j,x]\narrays h[t,j]\n"
    program += "h[t] = tanh(W @ x[t])\ncost = any function of h[t,j]\n"
    read = read_model(program)
    page = page_markdown(model_document(read, list(judged(derived(read))), "x", "Claims"))
    assert "x_{x}" not in page
    assert r"W_{jm}\, x_{m}(t)" in page


@pytest.mark.parametrize("model", every(QUICK))
def test_the_page_of_a_model_is_read_whole_and_proved(model: str) -> None:
    for command in ("prove", "derive"):
        document, claimed = document_of(model, command)
        for text, kind in ((page_markdown(document), "markdown"), (latex(document), "latex")):
            assert declared_notation(text) == "indices"
            lines = lines_of(text, kind)
            words = [one.word for one in lines if one.claim.kind is Kind.CLAIM]
            assert words == ["proved"] * claimed
            assert any(one.claim.kind is Kind.DEFINITION for one in lines)


SLIPS = [  # a line of a page, and a slip in it
    ("rbf", "-2\\, \\sum_{r}", "2\\, \\sum_{r}"),
    ("rbf", "\\sum_{o} w_{or}\\, \\frac", "\\sum_{o} w_{ro}\\, \\frac"),
    ("network", "\\delta_{nj}\\, y_{ni}", "\\delta_{ni}\\, y_{nj}"),
    ("network", "\\delta_{nk}\\, w_{kj}\\Bigr)", "\\delta_{nk}\\, w_{jk}\\Bigr)"),
    ("nielsen", "w_{u_{2},u}^{l+1}\\, \\delta", "w_{u,u_{2}}^{l+1}\\, \\delta"),
    ("conv1d", "x_{a,r+k-1} \\tag", "x_{a,r+k} \\tag"),
    ("embedding", "[\\mathrm{tok}(n) = v]\\, ", ""),
]


@pytest.mark.parametrize(("model", "right", "wrong"), SLIPS)
def test_a_slip_in_a_claim_is_refuted_on_its_own_line(model: str, right: str, wrong: str) -> None:
    text = page_of(model)
    before, found, behind = text.rpartition(right)
    assert found
    reading = read_indices(f"{before}{wrong}{behind}", INDICES)
    lines = judge_indices(reading).lines
    place = before.count("\n") + 1
    for one in lines:
        if one.claim.place.line == place:
            typed = "error" in one.cases[0].why
            assert one.word == "refuted" or typed, one.cases
        else:
            assert one.word != "refuted"
    broken = [one for one in lines if one.word == "refuted"]
    assert broken or reading.problems
    assert all(one.cases[0].against is not None for one in broken)


def test_a_slip_in_a_definition_makes_what_reads_it_wrong() -> None:
    text = page_of("rbf")
    wrong = text.replace("\\bigl(-\\beta_{r}", "\\bigl(\\beta_{r}")
    assert wrong != text
    words = [one.word for one in lines_of(wrong)]
    assert words.count("refuted") == 3


def test_a_page_is_checked_in_the_notation_that_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    assert main(["prove", str(EXAMPLES / "rbf.model"), "-o", str(page)]) == 0
    assert page.read_text("utf-8") == page_of("rbf").replace("# rbf", "# Claims about rbf", 1)
    capsys.readouterr()
    assert main(["check", str(page), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["verdict"], result["profile"]) == ("proved", "indices")
    assert result["not_understood"] == []
    for suffix in (".html", ".tex", ".md", ".txt"):
        assert main(["check", str(page), "-o", str(tmp_path / f"checked{suffix}")]) == 0
    other = tmp_path / "other.md"
    other.write_text("Then $e_j = d_j - y_j$.", "utf-8")
    assert main(["check", str(page), str(other)]) == 2
    assert "haykin and indices" in capsys.readouterr().err
    assert main(["check", str(page), "--fix"]) == 0
    assert main(["check", "--profile", "indices", "--explain"]) == 0
    assert "the cost" in capsys.readouterr().out


def test_a_users_own_document_is_read_and_its_slip_found() -> None:
    lines = lines_of((DOCUMENTS / "two_layers_by_entries.md").read_text("utf-8"))
    words = [one.word for one in lines if one.claim.kind is Kind.CLAIM]
    assert words == ["proved"] * 6 + ["refuted"]
    reached = lines[-1].cases[0]
    assert "h[n,j] belongs" in reached.why
    assert reached.against is not None
    assert reached.against.left != reached.against.right


HEAD = "Here $n$ runs over the samples 1 … $N$; $i, j$ run over the units:\n\n"
COST = "$$E = \\sum_{n,j} y_{nj}^2$$\n\n"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("$$\\frac{\\partial E}{\\partial y_{nk}} = 2 y_{nk}$$", "It is not said over what k runs"),
        ("$$\\frac{\\partial E}{\\partial y_{nj}} = 2 y_{ni}$$", "i is free here"),
        ("$$\\frac{\\partial E}{\\partial y_{nj}} = \\sum_j 2 y_{nj}$$", "a meaning already"),
        ("$$\\frac{\\partial E}{\\partial y_{jn}} = 2 y_{jn}$$", "runs over another set"),
        ("$$\\frac{\\partial E}{\\partial y_{nj}} = \\sum_{i,i} y_{ni}$$", "a meaning already"),
        ("$$\\frac{\\partial E}{\\partial y_{nj}} = 2 y_{n}$$", "has 2 indices elsewhere"),
        ("It is wrong that $$\\frac{\\partial E}{\\partial y_{nj}} = 2 y_{nj}$$", "deny"),
        ("$$\\frac{\\partial E}{\\partial y_{nj}} = 2 y_{nj}$$ if all is well.", "condition"),
        ("$$\\frac{\\partial E}{\\partial y_{nj}} = 2 y_{nj} \\foo$$", "\\foo is not known"),
        ("$$\\frac{\\partial E}{\\partial y_{nj}} \\le 2 y_{nj}$$", "relation <="),
        ("$$\\frac{\\partial E}{\\partial y_{nj}} = 2 \\psi(y_{nj})$$", "or a factor?"),
    ],
)
def test_what_cannot_be_read_is_listed(line: str, why: str) -> None:
    assert why in unread_of(HEAD + COST + line)


def test_a_sign_with_a_dot_before_a_bracket_multiplies() -> None:
    line = "$$\\frac{\\partial E}{\\partial y_{nj}} = 2 \\psi \\cdot (y_{nj})$$"
    last = lines_of(HEAD + COST + line)[-1]
    assert last.word == "open"
    assert "\\psi is is not said" in last.cases[0].why


def test_nothing_is_proved_where_a_definition_is_not_understood() -> None:
    right = "$$\\frac{\\partial E}{\\partial y_{nj}} = 2 y_{nj}$$"
    assert lines_of(HEAD + COST + right)[-1].word == "proved"
    lost = "$$t_{nj} = \\bogus y_{nj}$$\n\n"
    lines = judge_indices(read_indices(HEAD + COST + lost + right, INDICES)).lines
    assert lines[-1].word == "open"
    assert "may define" in lines[-1].cases[0].why
    assert judge_indices(read_indices(HEAD + right, INDICES)).lines[-1].word == "open"


def test_a_definition_in_a_circle_makes_no_program() -> None:
    circle = "$$y_{nj} = \\sum_i w_{ji} y_{ni}$$\n\n$$\\frac{\\partial E}{\\partial w_{ji}} = 0$$"
    last = lines_of(HEAD + COST + circle)[-1]
    assert last.word == "open"
    assert "circle" in last.cases[0].why


def test_a_hypothesis_is_named_where_it_is_used() -> None:
    claim = "$$\\frac{\\partial E}{\\partial y_{nj}} = \\frac{2}{N} y_{nj}$$\n\n"
    assert lines_of(HEAD + COST + claim)[-1].word == "refuted"
    lines = lines_of(HEAD + COST + claim + "Under: $N = 1$.")
    assert [one.word for one in lines] == ["definition", "proved", "assumption"]
    assert lines[1].cases[0].under == (("N = 1",),)


def test_sections_have_their_own_arrays() -> None:
    first = HEAD + COST + "$$\\frac{\\partial E}{\\partial y_{nj}} = 2 y_{nj}$$\n\n"
    second = first.replace("y_{nj}^2", "3 y_{nj}")
    words = [one.word for one in lines_of(f"## One\n\n{first}\n\n## Two\n\n{second}")]
    assert words == ["definition", "proved", "definition", "refuted"]


def test_every_line_says_how_it_was_read() -> None:
    lines = lines_of(page_of("rbf"))
    claims = [one for one in lines if one.claim.kind is Kind.CLAIM]
    assert all(re.match(r"D\(\w+\[", one.read_as) for one in claims)


@pytest.mark.slow
@pytest.mark.parametrize("count", [60, pytest.param(4_000, marks=pytest.mark.whole)])
def test_no_edit_of_a_page_ends_in_an_exception_or_a_false_proof(count: int) -> None:
    """Characters lost, doubled, swapped or put in: read, or listed as not understood."""
    rng = random.Random(7)
    text = page_of("network")
    signs = [*"{}[]()^_$\\&=+-'0123jk Σ", "\\frac", "\\partial", "\\sum", "\\text{if }"]
    for _ in range(count):
        at = rng.randrange(len(text))
        more = rng.choice(["", text[at], rng.choice(signs), text[at : at + rng.randrange(9)][::-1]])
        edited = text[:at] + more + text[at + rng.randrange(3) :]
        reading = read_indices(edited, INDICES, rng.choice(["markdown", "latex"]))
        assert len(reading.ledger) >= 1
        if rng.random() < 0.02:
            judge_indices(reading)


RIGHT = "$$\\frac{\\partial E}{\\partial y_{nj}} = 2 y_{nj}$$"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"{HEAD}{COST}Here y = w x holds.\n\n{RIGHT}", "may define"),
        (f"{HEAD}{COST}Besides $j$ runs over the outputs. {RIGHT}", "said twice"),
        (f"{HEAD}{COST}$$\\frac{{\\partial E}}{{\\partial x_n}} = 0$$", "reads x"),
        (f"{HEAD}{COST}{RIGHT[:-2]} + \\sum_i w_{{ij}} w^T_{{ij}}$$", "T"),
    ],
)  # fmt: skip
def test_what_is_not_all_understood_is_open(text: str, why: str) -> None:
    reading = read_indices(text, INDICES)
    lines = judge_indices(reading).lines
    last = lines[-1] if lines else None
    assert all(one.word != "proved" for one in lines)
    shown = last.cases[0].why if last is not None and last.cases else str(reading.problems)
    assert why in shown


def test_words_behind_a_condition_are_not_dropped() -> None:
    claim = RIGHT.replace("$$\\frac", "$$\\frac").replace(" 2 y_{nj}$$", " 2 y_{nj}")
    where = f"{HEAD}{COST}{claim} \\quad \\text{{where $[n = j]$ is 1 unless it rains}}$$"
    assert "proved" not in [one.word for one in judge_indices(read_indices(where, INDICES)).lines]


@pytest.mark.parametrize(("model", "right", "wrong"), [SLIPS[n] for n in (5, 6)])
def test_fix_writes_the_right_form_in_the_signs_of_the_document(
    model: str, right: str, wrong: str
) -> None:
    before, _, behind = page_of(model).rpartition(right)
    text = f"{before}{wrong}{behind}"
    found = index_paper("page.md", text, "markdown", INDICES)
    copy = fixed_entries(found)
    assert (len(copy.replaced), copy.left) == (1, ())
    assert copy.text.count("proofprop: changed") == 1
    changed = [line for line in copy.text.splitlines() if line not in text.splitlines()]
    assert len(changed) == 2  # the line, and the mark below it
    words = [one.word for one in lines_of(copy.text) if one.claim.kind is Kind.CLAIM]
    assert {*words} == {"proved"}


def test_a_wrong_member_of_a_chain_gets_the_form_of_its_derivative() -> None:
    chain = "$$\\frac{\\partial E}{\\partial y_{nj}} = y_{nj} + y_{nj} = 3 y_{nj}$$"
    copy = fixed_entries(index_paper("notes.md", HEAD + COST + chain, "markdown", INDICES))
    assert copy.replaced == (3,)
    assert [one.word for one in lines_of(copy.text)] == ["definition", "proved", "proved"]


def test_a_line_without_a_right_form_is_left_to_the_author() -> None:
    text = HEAD + COST + "$$y_{nj} + y_{nj} = 3 y_{nj}$$"
    assert lines_of(text)[-1].word == "refuted"
    assert fixed_entries(index_paper("notes.md", text, "markdown", INDICES)).text == text


@pytest.mark.parametrize(("sign", "word"), [("-", "proved"), ("", "refuted")])
def test_e_to_a_power_is_the_exponential(sign: str, word: str) -> None:
    text = "Here $n$ runs over the samples; $j$ runs over the units:\n\n"
    text += "$$E = \\sum_{n,j} e^{-y_{nj}}$$\n\n"
    slope = f"$$\\frac{{\\partial E}}{{\\partial y_{{nj}}}} = {sign}e^{{-y_{{nj}}}}$$"
    assert lines_of(text + slope)[-1].word == word
