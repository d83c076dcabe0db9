"""The second verdict of lines that cite others, and what is no citation, whatever the notation."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest

from reports.cli import main
from symbolic.reading.argument import OWN, Argument
from symbolic.reading.citations import cited
from symbolic.reading.findings import Judged
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document

BEGUN = r"""Let $\mathcal{E}(n) = \frac{1}{2} \sum_{\xi=1}^N \sum_k (e_k^{\xi}(n))^2$ (sum over all
output neurons). Let $j$ be a hidden neuron that feeds the neurons $k$.
$$\text{let } \delta_j = -\frac{\partial \mathcal{E}}{\partial v_j} \tag{1}$$
"""  # two definitions
SIGNAL = r"\frac{\partial \mathcal{E}}{\partial y_j} = -\sum_k \delta_k w_{kj}"
SPLIT = r"\delta_j = -\frac{\partial \mathcal{E}}{\partial y_j} \varphi_j'(v_j)"
RULE = r"\delta_j = \varphi_j'(v_j) \sum_k \delta_k w_{kj}"
BOTH = (
    BEGUN
    + rf"""
$${SPLIT} \tag{{2}}$$
$${SIGNAL} \tag{{BP3}}$$
"""
)  # lines (3) and (4)


@cache
def judged(text: str, kind: str = "markdown") -> tuple[Judged, ...]:
    reading = read_document(text, open_profile("haykin"), kind)
    assert [str(problem) for problem in reading.problems] == []
    return judge(reading).lines


def argument(text: str) -> Argument:
    """The second verdict of the last line, which is true."""
    line = judged(text)[-1]
    assert line.word == "proved"
    assert line.argument is not None
    return line.argument


def rule(words: str, after: str = "", tag: str = "") -> str:
    """The rule of a hidden neuron, after words that lead up to it."""
    return f"{words}\n$${RULE}{tag}$$\n{after}\n"


# ---------------------------------------------------------------------------- neurons

CITED = [  # words, the lines it follows from, or what it lacks
    ("From (2) and (BP3) we get", (3, 4), ""),
    ("Substituting (BP3) into (2), we obtain", (3, 4), ""),
    ("Using Eq. 2 and Eq. (BP3)", (3, 4), ""),
    ("By (BP3)", (2, 4), ""),  # and the definition of δ with the chain rule at one neuron
    ("From (2) we get", (3,), "it needs (4)"),
    ("Equation 2 gives", (3,), "it needs (4)"),
]
UNCITED = ("As in (2)", "Compare with (2):", "This agrees with (2):", "Putting this into (2)")


def test_a_line_about_neurons_follows_from_what_is_cited_or_is_unjustified() -> None:
    lines = judged(BOTH + "".join(rule(words) for words, _, _ in CITED))[4:]
    for one, (words, uses, lacks) in zip(lines, CITED, strict=True):
        sides = () if lacks else ((),)
        wanted = Argument("unjustified" if lacks else "follows", sides, uses, lacks)
        assert (one.word, one.argument) == ("proved", wanted), words


def test_a_line_that_is_compared_denied_or_pointed_at_is_not_cited() -> None:
    reading = read_document(BOTH + "".join(map(rule, UNCITED)), open_profile("haykin"))
    assert [one.cites for one in reading.claims[4:]] == [()] * len(UNCITED)


def test_a_wrong_line_that_cites_is_refuted_on_its_own_line() -> None:
    text = (
        BOTH + rule("From (2) and (BP3)") + "By (BP3)\n$$\\delta_j = \\sum_k \\delta_k w_{kj}$$\n"
    )
    lines = judged(text)
    assert [one.word for one in lines] == ["definition"] * 2 + ["proved"] * 3 + ["refuted"]
    assert lines[-1].argument is None


def test_labels_and_words_after_the_formula_cite() -> None:
    text = (
        BEGUN
        + rf"""
\begin{{align}}
{SPLIT.replace("=", "&=", 1)} \label{{eq:split}} \\
{SIGNAL.replace("=", "&=", 1)} \label{{eq:signal}}
\end{{align}}
"""
    )
    both = r"Inserting \eqref{eq:signal} into \eqref{eq:split} gives"
    assert argument(text + rule(both)) == Argument("follows", ((),), (3, 4))
    one = argument(text + rule("Therefore", r"by \eqref{eq:split}."))
    assert one == Argument("unjustified", (), (3,), "it needs (4)")


def test_words_after_a_chain_cite_for_its_last_relation_alone() -> None:
    """The first relation needs line (4), the second is algebra; (2) is said of the second."""
    chain = rf"{RULE} = \sum_k \varphi_j'(v_j) \delta_k w_{{kj}}"
    first, second = (one.argument for one in judged(BOTH + f"$${chain},$$\nby (2).\n")[-2:])
    assert first == Argument("follows", ((),), (3, 4))
    assert second == Argument("follows", ((),), ())
    before = judged(BOTH + f"By (2)\n$${chain}.$$\n")[-2].argument
    assert before == Argument("unjustified", (), (3,), "it needs (4)")


def test_words_within_a_row_cite_for_that_row() -> None:
    rows = rf"""
\begin{{align}}
{RULE.replace("=", "&=", 1)} && \text{{by (2)}} \\
{RULE.replace("=", "&=", 1)} && \text{{by (2) and (BP3)}} \\
{RULE.replace("=", "&=", 1)}
\end{{align}}
"""
    found = [one.argument for one in judged(BOTH + rows)[-3:]]
    assert [(one.word, one.why) for one in found if one is not None] == [
        ("unjustified", "it needs (4)"), ("follows", ""), ("follows", ""),
    ]  # fmt: skip


def test_a_true_line_that_follows_with_the_right_form_of_a_wrong_one_is_unjustified() -> None:
    wrong = BOTH.replace(r"= -\sum_k", r"= \sum_k")
    lines = judged(wrong + rule("Therefore") + rule("By (2) and (BP3)"))[-2:]
    assert lines[0].argument == Argument("unjustified", (), (4,), "(4) is wrong")
    assert lines[1].argument == Argument("unjustified", (), (3, 4), "(4) is wrong")
    again, thus = judged(wrong + f"$${SIGNAL}$$\n" + rule("Thus"))[-2:]
    assert again.argument == Argument("follows", ((),), why=OWN)  # of what the wrong line is about
    assert thus.argument == Argument("follows", ((),), (3, 5))
    weights = r"\Delta w_{ji} = \eta \delta_j y_i"  # it needs nothing of the wrong line
    unlike = argument(BOTH.replace("w_{kj}", "w_{jk}") + f"$${weights}$$\n")
    assert unlike.word == "follows"


def test_a_definition_that_is_cited_leaves_a_step_of_calculus_its_own() -> None:
    assert argument(BEGUN + f"By (1)\n$${SIGNAL}$$\n").why == OWN


def test_a_step_that_no_line_gives_and_that_cites_a_claim_is_not_decided() -> None:
    """It is true by the chain rule across neurons; that (2) leads to it, nothing shows."""
    found = argument(BEGUN + f"$${SPLIT} \\tag{{2}}$$\nFrom (2)\n$${SIGNAL}$$\n")
    assert found.word == "open"
    assert found.why.startswith("(3) is not seen to give it by algebra")


# ---------------------------------------------------------------------------- faults of citations


def test_a_line_that_cites_itself_is_no_argument() -> None:
    found = argument(BOTH + rule("By (5)", tag=r" \tag{5}"))
    assert found == Argument(
        "unjustified", why="it cites itself (line 7, column 5)", fault="circle"
    )


def test_a_line_that_cites_a_later_one_is_refused_and_so_is_a_circle() -> None:
    text = BEGUN + rule("By (3)", tag=r" \tag{2}")
    text += f"From (2)\n$${SPLIT.replace('= -', '= - ')} \\tag{{3}}$$\n"
    first, second = (one.argument for one in judged(text)[-2:])
    assert first is not None
    assert second is not None
    assert (first.word, first.fault) == (second.word, second.fault) == ("unjustified", "circle")
    assert first.why.startswith("it cites what the text calls (3), which comes later (line ")
    assert second.why == "(3) is drawn from it in turn, which is a circle"
    straight = judged(text.replace("By (3)", "Thus"))[-2:]
    assert [one.argument.fault for one in straight if one.argument] == ["", ""]


def test_a_line_that_is_not_there_is_an_index_error_with_its_place() -> None:
    missing = (("By (9)", "(9)"), ("By (BP7)", "(BP7)"), (r"By \eqref{eq:z}", "(eq:z)"))
    begun = BOTH + "$$e_j = d_j - y_j \\label{eq:e}$$\n"
    lines = judged(begun + "".join(rule(words) for words, _ in missing))[-3:]
    for n, (one, (words, name)) in enumerate(zip(lines, missing, strict=True)):
        assert one.argument is not None
        assert (one.argument.word, one.argument.fault) == ("unjustified", "index error")
        assert one.argument.why == (
            f"line {8 + 3 * n}, column {words.index(name[1:-1]) + 1}: index error: "
            f"no line of the document is called {name}. Cite a line before it."
        )


def test_a_number_in_a_document_without_numbers_leaves_the_argument_open() -> None:
    found = argument(re.sub(r"\\tag\{\w+\}", "", BOTH) + rule("By (9)"))
    assert found == Argument("open", why="it cites (9), and no line here has such a name")
    book = argument(BOTH + rule("By (3.14)"))
    assert book == Argument("open", why="it cites (3.14), and no line here has such a name")


def test_a_definition_that_comes_later_is_no_circle() -> None:
    text = BOTH.replace(r" \tag{1}", "") + rule("By (1), (2) and (BP3)")
    text += "We write\n$$\\text{let } e_j = d_j - y_j \\tag{1}$$\n"
    assert judged(text)[-2].argument == Argument("follows", ((),), (3, 4))


def test_several_labels_in_one_reference_are_all_cited() -> None:
    text = BOTH.replace(r"\tag{2}", r"\label{eq:a}").replace(r"\tag{BP3}", r"\label{eq:b}")
    words = (r"From \cref{eq:a,eq:b}", r"From \cref{eq:a} we get", r"From Figure~\ref{fig:net}")
    both, one, figure = (one.argument for one in judged(text + "".join(map(rule, words)))[-3:])
    assert both == Argument("follows", ((),), (3, 4))
    assert one == Argument("unjustified", (), (3,), "it needs (4)")
    assert figure == Argument("follows", ((),), (5,))


def test_a_line_that_was_not_understood_is_no_premise() -> None:
    text = BOTH + "$$\\diamond = e_j \\tag{5}$$\n" + rule("By (5)")
    reading = read_document(text, open_profile("haykin"))
    found = judge(reading).lines[-1].argument
    assert found == Argument("open", why="(5) is not understood")


def test_what_only_mentions_a_line_cites_none() -> None:
    for words in (
        "By (2) and", "as in (2), by (3)", "Unlike (2), we get", "This differs from (3):",
        "Without using (2), we get", "in contrast to (2), by (3)", "(2) and (3) say that",
        "a special case of (2), with (3)",
        "We cannot use (2) here", "Step (2) gives", "Do not confuse it with (2):",
        "It comes from (2). Now", "Using (1) the chain rule and (2) linearity", "by (2) of [3]",
    ):  # fmt: skip
        assert cited(words) == (), words
    for words in ("By (2)", "by equation (2) we get", "(2) yields", "it follows from (2) that"):
        assert cited(words) == (("2", False),), words


# ------------------------------------------------------------------------------------ outputs


def test_every_page_says_what_is_wrong_with_a_citation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "notes.md"
    file.write_text(BOTH + rule("From (2)") + rule("By (9)"), "utf-8")
    assert main(["check", str(file), "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["verdict"] == "unjustified"
    first, second = (item["argument"] for item in result["items"][-2:])
    assert first["why"] == "it needs (4)"
    assert second["fault"] == "index error"
    for suffix in ("md", "tex", "html"):
        page = tmp_path / f"page.{suffix}"
        assert main(["check", str(file), "-o", str(page)]) == 1
        shown = " ".join(re.sub(r"<[^<>]*>", "", page.read_text("utf-8")).split())
        assert "True, but your argument from (3) does not show it: it needs (4)." in shown
        assert "no line of the document is called (9). Cite a line before it." in shown
        assert "The argument first fails in (5), line 8." in shown
    capsys.readouterr()


# ---------------------------------------------------------------------------- over a relation

OVER = [  # what stands over the two relations, the lines the second follows from, or what it lacks
    ("(2)", "(BP3)", (4,), ""),
    (r"\eqref{eq:two}", "BP3", (4,), ""),
    ("(2)", "(2)", (), "it needs (4)"),
    ("(2)", "(7)", (), "no line of the document is called (7)"),
    ("(2)", "(a)", (4,), ""),  # a mark that names no line says nothing
]


@pytest.mark.parametrize(("first", "second", "numbers", "lacks"), OVER)
def test_a_line_over_a_relation_is_cited_for_it(
    first: str, second: str, numbers: tuple[int, ...], lacks: str
) -> None:
    lines = BOTH.replace(r"\tag{2}", r"\tag{2} \label{eq:two}")
    slope = r"-\frac{\partial \mathcal{E}}{\partial y_j} \varphi_j'(v_j)"
    end = r"\varphi_j'(v_j) \sum_k \delta_k w_{kj}"
    chain = rf"\delta_j \overset{{{first}}}{{=}} {slope} \stackrel{{{second}}}{{=}} {end}"
    found = argument(f"{lines}\n$${chain}$$\n")
    assert found.word == ("unjustified" if lacks else "follows")
    assert lacks in f"{found.why}{found.fault}"
    assert lacks or found.uses == numbers


def test_what_questions_a_relation_from_above_is_not_read() -> None:
    for sign in ("!", "?", r"\text{to show}"):
        text = (
            rf"{BOTH}$$\delta_j \overset{{{sign}}}{{=}} \varphi_j'(v_j) \sum_k \delta_k w_{{kj}}$$"
        )
        reading = read_document(text, open_profile("haykin"))
        [problem] = reading.problems
        assert "over the relation" in problem.what
