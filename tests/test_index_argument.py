"""The second verdict of documents about entries, where an error comes from, and what mends most."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from reports.check_ways import entries
from reports.cli import main
from reports.jsonout import Json
from symbolic.reading.argument import OWN, Argument
from symbolic.reading.indexed.findings import IndexJudged, IndexJudgement
from symbolic.reading.indexed.judgement import judge_indices
from symbolic.reading.indexed.profile import index_profile
from symbolic.reading.indexed.reading import read_indices

DOCUMENT = Path(__file__).with_name("documents") / "two_layers_by_entries.md"
SCORES = r"\frac{\partial E}{\partial y_{nk}} = \frac{1}{N} (y_{nk} - t_{nk})"
WEIGHTS = r"\frac{\partial E}{\partial W_{kj}} = \sum_n \frac{\partial E}{\partial y_{nk}} h_{nj}"
TOGETHER = r"\frac{\partial E}{\partial W_{kj}} = \frac{1}{N} \sum_n (y_{nk} - t_{nk}) h_{nj}"
BEGUN = r"""In what follows $n$ runs over the samples 1 … $N$; $j$ runs over the hidden units;
$k$ runs over the outputs.

$$y_{nk} = \sum_j W_{kj} h_{nj} + b_k$$
$$E = \frac{1}{2N} \sum_{n,k} (y_{nk} - t_{nk})^2$$
"""  # two definitions
LINES = rf"""
$${SCORES} \tag{{1}}$$
$${WEIGHTS} \tag{{2}}$$
"""  # lines (3) and (4)
ONE_SAMPLE = r"\frac{1}{2} \sum_{n,k} (y_{nk}"


@cache
def judged(text: str) -> IndexJudgement:
    reading = read_indices(text, index_profile("indices"))
    assert [str(problem) for problem in reading.problems] == []
    return judge_indices(reading)


def last(text: str) -> IndexJudged:
    return judged(text).lines[-1]


def argument(text: str) -> Argument:
    """The second verdict of the last line, which is true."""
    line = last(text)
    assert line.word == "proved"
    assert line.argument is not None
    return line.argument


def said(words: str, formula: str = TOGETHER, tag: str = "") -> str:
    return f"{words}\n$${formula}{tag}$$\n"


# ------------------------------------------------------------------------------------ follows


def test_every_line_of_a_document_names_the_lines_that_it_follows_from() -> None:
    lines = judged(DOCUMENT.read_text("utf-8")).lines
    found = {one.claim.number: one.argument.uses for one in lines if one.argument is not None}
    assert found == {5: (), 6: (), 7: (5,), 9: (6,), 10: (), 11: ()}
    assert all(one.argument.word == "follows" for one in lines if one.argument is not None)
    assert lines[4].argument == Argument("follows", why=OWN)
    assert lines[-1].word == "refuted"
    assert lines[-1].argument is None


CITED = [  # words, the lines it follows from, or what it lacks
    ("Hence", (3, 4), ""),
    ("From (1) and (2)", (3, 4), ""),
    ("Substituting (1) into (2), we get", (3, 4), ""),
    ("By (1)", (3,), ""),  # with the chain rule at the weights, of which (1) says nothing
    ("From (2)", (4,), "it needs (3)"),
    ("As in (2)", (3, 4), ""),
]


@pytest.mark.parametrize(("words", "uses", "lacks"), CITED)
def test_a_line_follows_from_what_is_cited_or_is_unjustified(
    words: str, uses: tuple[int, ...], lacks: str
) -> None:
    found = argument(BEGUN + LINES + said(words))
    assert found == Argument("unjustified" if lacks else "follows", (), uses, lacks)


def test_a_wrong_line_that_cites_is_refuted_on_its_own_line() -> None:
    wrong = said("From (1) and (2)", TOGETHER.replace("h_{nj}", "h_{nj} h_{nj}"))
    judgement = judged(BEGUN + LINES + wrong)
    assert [one.word for one in judgement.lines[2:]] == ["proved", "proved", "refuted"]
    assert judgement.broken == 5
    assert judgement.lines[-1].argument is None


def test_circles_and_lines_that_are_not_there_are_no_argument() -> None:
    own = argument(BEGUN + LINES + said("By (3)", tag=r" \tag{3}"))
    assert (own.word, own.fault) == ("unjustified", "circle")
    assert own.why.startswith("it cites itself (line ")
    nothing = argument(BEGUN + LINES + said("By (9)"))
    assert (nothing.word, nothing.fault) == ("unjustified", "index error")
    text = BEGUN + said("By (2)", WEIGHTS, r" \tag{1}") + said("By (1)", tag=r" \tag{2}")
    first, second = (one.argument for one in judged(text).lines[-2:])
    assert first is not None
    assert second is not None
    assert (first.word, second.word) == ("unjustified", "unjustified")
    assert "which comes later" in first.why
    assert second.why == "(3) is drawn from it in turn, which is a circle"
    straight = judged(text.replace("By (2)", "Now").replace("By (1)", "Then")).lines[-2:]
    assert [one.argument.word for one in straight if one.argument] == ["follows"] * 2


def test_a_line_of_another_section_is_no_premise() -> None:
    second = BEGUN.replace("In what", "# Again\n\nIn what") + said("By (1)")
    found = argument(BEGUN + LINES + "\n" + second)
    assert found == Argument("open", why="(3) is about the arrays of another section")


# ------------------------------------------------------------------------- where errors come from


def test_a_true_line_that_is_drawn_from_a_wrong_one_is_unjustified() -> None:
    wrong = BEGUN + LINES.replace(r"\frac{1}{N} (y", "(y")
    for words in ("Hence", "By (1)"):
        assert argument(wrong + said(words)) == Argument("unjustified", (), (3,), "(3) is wrong")
    by_two = argument(wrong + said("By (2)"))
    assert by_two == Argument("unjustified", (), (4,), "it needs (3), which is wrong")
    assert argument(BEGUN + LINES + said("By (1)")).word == "follows"


def test_a_line_that_is_wrong_as_an_earlier_one_is_marks_it() -> None:
    wrong = BEGUN + LINES.replace(r"\frac{1}{N} (y", "(y")
    judgement = judged(wrong + said("Hence", TOGETHER.replace(r"\frac{1}{N}", "")))
    words = [(one.word, one.inherits) for one in judgement.lines[2:]]
    assert words == [("refuted", None), ("proved", None), ("refuted", 3)]
    assert judgement.broken == 3
    own = last(wrong + said("Hence", TOGETHER.replace(r"\frac{1}{N}", "2")))
    assert (own.word, own.inherits) == ("refuted", None)


def test_a_member_of_a_chain_that_is_wrong_as_the_one_before_it_marks_it() -> None:
    chain = r"\frac{\partial E}{\partial b_k} = \sum_n (y_{nk} - t_{nk}) = \frac{1}{N} \sum_n ("
    lines = judged(BEGUN + f"$${chain}y_{{nk}} - t_{{nk}})$$\n").lines[2:]
    assert [(one.word, one.inherits) for one in lines] == [("refuted", None), ("refuted", 3)]


OTHERS = (
    r"\frac{\partial E}{\partial b_k} = \frac{1}{N} \sum_n (y_{nk} - t_{nk})",
    TOGETHER,
    r"\frac{\partial E}{\partial h_{nj}} = \frac{1}{N} \sum_k (y_{nk} - t_{nk}) W_{kj}",
)
LOST = BEGUN.replace(r"\frac{1}{2N} \sum_{n,k} (y_{nk}", ONE_SAMPLE) + "".join(
    said("", line) for line in OTHERS
)


def test_one_edit_of_a_definition_mends_the_lines_that_are_wrong_by_it() -> None:
    judgement = judged(LOST)
    assert judgement.repair is not None
    assert (judgement.repair.definition, judgement.repair.mends) == (2, (3, 4, 5))
    assert judgement.repair.edit == "The factor 1/N is missing."
    assert judgement.broken == 2
    assert [one.inherits for one in judgement.lines[2:]] == [2, 2, 2]
    right = judged(LOST.replace(ONE_SAMPLE, r"\frac{1}{2N} \sum_{n,k} (y_{nk}"))
    assert right.repair is None
    assert [one.word for one in right.lines[2:]] == ["proved"] * 3


def test_an_edit_that_would_break_a_proved_line_is_none() -> None:
    """One line needs the cost without 1/N, two need it with 1/N: no definition is to blame."""
    right = r"\frac{\partial E}{\partial y_{nk}} = y_{nk} - t_{nk}"
    judgement = judged(LOST + said("", right))
    assert [one.word for one in judgement.lines[2:]] == ["refuted"] * 3 + ["proved"]
    assert judgement.repair is None
    assert judgement.broken == 3


# ------------------------------------------------------------------------------------ outputs


def _pages(text: str) -> tuple[Json, list[str]]:
    """The JSON object of a document and the words of its pages."""
    way = entries(index_profile("indices"))
    paper = way.checked("notes.md", text, "markdown")
    pages = [way.writers[suffix](paper) for suffix in (".md", ".tex", ".html", ".txt")]
    return way.as_json(paper), [" ".join(re.sub(r"<[^<>]*>", "", page).split()) for page in pages]


def test_every_output_says_from_what_a_line_follows() -> None:
    result, pages = _pages(BEGUN + LINES + said("From (2)") + said("Hence"))
    assert result["verdict"] == "unjustified"
    items = result["items"]
    assert isinstance(items, list)
    assert [item["argument"] for item in items[-2:]] == [
        {"verdict": "unjustified", "under": [], "uses": ["4"], "why": "it needs (3)"},
        {"verdict": "follows", "under": [], "uses": ["5"], "why": ""},
    ]
    for shown in pages:
        assert "True, but your argument from (4) does not show it: it needs (3)." in shown
        assert "It follows from (5)." in shown
        assert "The argument first fails in (5), line 10." in shown


def test_every_output_says_which_definition_mends_most() -> None:
    result, pages = _pages(LOST)
    assert result["broken"] == "2"
    assert isinstance(result["repair"], dict)
    assert isinstance(result["items"], list)
    assert result["repair"]["definition"] == "2"
    assert [item["inherits"] for item in result["items"][2:]] == ["2", "2", "2"]
    for shown in pages:
        assert "One edit of the definition (2) makes lines (3), (4) and (5) true" in shown
        assert "(3), (4) and (5) have their errors from (2)." in shown


def test_fix_edits_the_definition_that_mends_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, copy = tmp_path / "notes.md", tmp_path / "copy.md"
    file.write_text(LOST, "utf-8")
    main(["check", str(file), "--profile", "indices", "--fix", "-o", str(copy)])
    capsys.readouterr()
    lines = judged(copy.read_text("utf-8")).lines
    assert [one.word for one in lines] == ["definition"] * 2 + ["proved"] * 3
    assert copy.read_text("utf-8").count("proofprop: changed") == 1
