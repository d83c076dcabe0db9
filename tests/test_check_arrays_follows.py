"""The second verdict of documents about arrays: from which lines a line follows, and where not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from reports.cli import main
from symbolic.reading.argument import OWN, Argument
from symbolic.reading.arrays.findings import ArrayJudged
from symbolic.reading.arrays.judgement import Court, judge_arrays
from symbolic.reading.arrays.profile import array_profile
from symbolic.reading.arrays.program import base_of
from symbolic.reading.arrays.reading import read_arrays

ROWS = r"""The layers are $Z = X W_1 + b_1$, $H = \sigma(Z)$, $S = H W_2 + b_2$ and $P =
\mathrm{softmax}(S)$; the loss is $L = -\frac{1}{N} \sum_n \sum_k Y_{nk} \log P_{nk}$.

"""  # five definitions
SLOPE = r"H \odot (1 - H)"
BACKWARD = rf"""Then
$$dS = \frac{{1}}{{N}} (P - Y) \tag{{1}}$$
$$dW_2 = H^T dS \tag{{2}}$$
$$dH = dS W_2^T \tag{{3}}$$
$$dZ = dH \odot {SLOPE} = (dS W_2^T) \odot {SLOPE} \tag{{4}}$$
"""  # lines (6) to (10)
GATES = r"""The gate and the candidate are
$$f_t = \sigma(W_f x_t + U_f h_{t-1} + b_f), \qquad g_t = \tanh(W_g x_t + U_g h_{t-1} + b_g)$$
$$c_t = f_t \odot c_{t-1} + g_t, \qquad h_t = \tanh(c_t)$$
and $L = \sum_{t=1}^T L_t$, where each $L_t$ reads $h_t$ alone. We write $\delta_{f,t}$ for the
derivative of $L$ by the argument of the gate $f_t$, and so on.

$$dh_t = \frac{\partial L_t}{\partial h_t}
+ \sum_{k \in \{f, g\}} U_k^\top \delta_{k,t+1} \tag{1}$$
$$dc_t = dh_t \odot (1 - h_t \odot h_t) + dc_{t+1} \odot f_{t+1} \tag{2}$$
$$\delta_{f,t} = dc_t \odot c_{t-1} \odot f_t \odot (1 - f_t) \tag{3}$$
$$dU_f = \sum_t \delta_{f,t} h_{t-1}^\top \tag{4}$$
"""  # five definitions, lines (6) to (9)
FORGET = r"dc_t \odot c_{t-1} \odot f_t \odot (1 - f_t)"

LINEAR = r"""With $S = X W_1$ and $Q = S W_2$ the loss is $L = \frac{1}{2N} \|Q - Y\|^2$. Then
$$dQ = \frac{1}{N} (Q - Y) \tag{1}$$
$$dS = dQ W_2^T \tag{2}$$
"""  # three definitions, lines (4) and (5)


@cache
def judged(text: str, profile: str = "cs231n", kind: str = "markdown") -> tuple[ArrayJudged, ...]:
    reading = read_arrays(text, array_profile(profile), kind)
    assert [str(problem) for problem in reading.problems] == []
    return judge_arrays(reading).lines


@cache
def _begun(text: str, more: tuple[str, ...], profile: str) -> list[ArrayJudged]:
    """Each of the further lines as if it stood alone after the text, which is judged once."""
    reading = read_arrays(text + "\n".join(more), array_profile(profile))
    assert [str(problem) for problem in reading.problems] == []
    court = Court(reading, base_of(reading))
    known = len(read_arrays(text, array_profile(profile)).claims)
    assert len(reading.claims) == known + len(more)
    before = court.lines(reading.claims[:known])
    lines = tuple(court.inference.lines)
    found = []
    for claim in reading.claims[known:]:
        court.inference.lines = list(lines)
        found.append(court.judged(claim, before))
    return found


def arguments(text: str, *more: str, profile: str = "cs231n") -> list[Argument]:
    """The second verdict of each further line, all of which are true."""
    found = []
    for line in _begun(text, more, profile):
        assert line.word == "proved"
        assert line.argument is not None
        found.append(line.argument)
    return found


def argument_of(text: str) -> list[Argument]:
    """The second verdict of each line that has one."""
    return [one.argument for one in judged(text) if one.argument is not None]


def displayed(words: str, formula: str) -> str:
    return f"{words}\n$${formula}$$\n"


def _uses(lines: Iterable[ArrayJudged]) -> dict[int, tuple[int, ...]]:
    """What each claim follows from."""
    found = {one.claim.number: one.argument for one in lines if one.cases}
    assert all(one is not None and one.word == "follows" for one in found.values())
    return {number: one.uses for number, one in found.items() if one is not None}


# ------------------------------------------------------------------------------------ follows


def test_every_line_of_a_right_derivation_names_the_lines_that_it_follows_from() -> None:
    text = (
        ROWS
        + BACKWARD
        + rf"""Hence
$$dW_2 = \frac{{1}}{{N}} H^T (P - Y)$$
$$dH = \frac{{1}}{{N}} (P - Y) W_2^T$$
$$dW_1 = X^T dZ = X^T ((dS W_2^T) \odot {SLOPE})$$
$$W_2 \leftarrow W_2 - \frac{{\eta}}{{N}} H^T (P - Y)$$
$$1 - P = 1 - \mathrm{{softmax}}(S)$$
"""
    )
    own: tuple[int, ...] = ()
    assert _uses(judged(text)) == {
        6: own, 7: own, 8: own, 9: own, 10: (8, 9),
        11: (6, 7), 12: (6, 8), 13: own, 14: (10, 13), 15: (11,), 16: (4,),
    }  # fmt: skip


def test_every_line_about_gates_names_the_lines_that_it_follows_from() -> None:
    """Without the line for δ_f, which it needs, the last does not follow from what it cites."""
    text = (
        GATES
        + rf"""Together
$$db_f = \sum_t {FORGET}$$
$$dx_t = W_f^\top \delta_{{f,t}} + W_g^\top \delta_{{g,t}}$$
From (3) and (4)
$$dU_f = \sum_t ({FORGET}) h_{{t-1}}^\top$$
From (4)
$$dU_f = \sum_t ({FORGET}) h_{{t-1}}^\top$$
"""
    )
    *lines, last = judged(text, "lstm")
    assert _uses(lines) == {6: (), 7: (), 8: (), 9: (), 10: (8,), 11: (), 12: (8, 9)}
    assert last.word == "proved"
    assert last.argument == Argument("unjustified", (), (9,), "it needs (8)")


# ---------------------------------------------------------------------------------- citations

CITED = [  # what is cited for it, the lines it follows from, and what it lacks
    (r"dW_1 = X^T (dQ W_2^T)", "From (2)", (5,), ""),
    (r"dW_1 = X^T (dQ W_2^T)", "From (3)", None, "it needs (5)"),
    (r"dW_2 = \frac{1}{N} S^T (Q - Y)", "By (1)", (4,), ""),
    (r"dW_2 = \frac{1}{N} S^T (Q - Y)", "By (1) and (3)", (4, 6), ""),
    (r"dW_2 = \frac{1}{N} S^T (Q - Y)", "By (3)", None, "it needs (4)"),
    (r"dW_2 = \frac{1}{N} S^T (Q - Y)", "Using (2)", None, "it needs (4) and (6)"),
    (r"dW_1 = \frac{1}{N} X^T ((Q - Y) W_2^T)", "Substituting (1) into (2), we get", (4, 5), ""),
    (r"dW_1 = \frac{1}{N} X^T ((Q - Y) W_2^T)", "From (1)", None, "it needs (5)"),
    (
        r"dW_1 = \frac{1}{N} X^T ((Q - Y) W_2^T)",
        "Combining (2) and (3) gives",
        None,
        "it needs (4)",
    ),
    # what is compared, or has no number, is no citation
    (r"dW_2 = \frac{1}{N} S^T (Q - Y)", "As in (2)", (4, 6), ""),
    (r"dW_2 = \frac{1}{N} S^T (Q - Y)", "Putting this into (3)", (4, 6), ""),
]
MORE = displayed("", "dW_2 = S^T dQ \\tag{3}")


def test_a_line_follows_from_what_the_text_cites_or_is_unjustified() -> None:
    found = arguments(LINEAR + MORE, *(displayed(words, line) for line, words, _, _ in CITED))
    for (line, words, lines, lacks), argument in zip(CITED, found, strict=True):
        said = argument.word, argument.why
        assert said == ("follows", "") if lines else ("unjustified", lacks), (words, line)
        assert argument.uses == lines or not lines


def test_lines_are_cited_by_label_and_in_words_after_the_formula() -> None:
    text = r"""With $S = X W_1$ and $Q = S W_2$ the loss is $L = \frac{1}{2N} \|Q - Y\|^2$.
\begin{align}
dQ &= \frac{1}{N} (Q - Y) \label{eq:scores} \\
dS &= dQ W_2^T \label{eq:hidden}
\end{align}
Inserting \eqref{eq:scores} into \eqref{eq:hidden} gives
\begin{equation}
dS = \frac{1}{N} (Q - Y) W_2^T.
\end{equation}
\begin{equation}
dW_2 = \frac{1}{N} S^T (Q - Y),
\end{equation}
by \eqref{eq:hidden}.
"""
    hidden, weights = (one.argument for one in judged(text, kind="latex")[-2:])
    assert hidden == Argument("follows", (), (4, 5))
    assert weights == Argument("unjustified", (), (5,), "it needs (4)")


def test_what_a_cited_line_leaves_as_it_is_is_not_worked_out_for_it() -> None:
    """Line (2) speaks of dQ, of which nothing is said; without (2) the step is one of its own."""
    text = "\n".join(line for line in LINEAR.splitlines() if r"\tag{1}" not in line) + "\n"
    line = r"dW_1 = \frac{1}{N} X^T ((Q - Y) W_2^T)"
    cited, alone = arguments(text, displayed("From (2)", line), displayed("", WRITTEN_OUT))
    assert cited == Argument("unjustified", (), (4,), "a step of calculus is missing")
    assert alone == Argument("follows", why=OWN)


def test_a_name_that_no_line_has_is_an_index_error() -> None:
    [found] = arguments(LINEAR, displayed("By (9)", "dW_1 = X^T dS"))
    assert (found.word, found.fault) == ("unjustified", "index error")
    assert "no line of the document is called (9)." in found.why


def test_a_line_that_cites_itself_or_a_later_one_is_refused_and_so_is_a_circle() -> None:
    own = displayed("By (3)", r"dW_1 = X^T (dQ W_2^T) \tag{3}")
    assert argument_of(LINEAR + own)[-1].why.startswith("it cites itself (line ")
    assert argument_of(LINEAR + own.replace("By (3)", "By (2)"))[-1].word == "follows"
    first = displayed("By (4)", r"dW_1 = X^T (dQ W_2^T) \tag{3}")
    second = displayed("By (3)", r"dW_1 = X^T dQ W_2^T \tag{4}")
    later, circle = argument_of(LINEAR + first + second)[-2:]
    assert (later.word, later.fault) == (circle.word, circle.fault) == ("unjustified", "circle")
    assert "which comes later" in later.why
    assert circle.why == "(6) is drawn from it in turn, which is a circle"
    straight = argument_of(LINEAR + first.replace("By (4)", "By (2)") + second)[-2:]
    assert [one.word for one in straight] == ["follows"] * 2


# ----------------------------------------------------------------------------- what is missing

WRONG = LINEAR.replace(r"\frac{1}{N} (Q", "(Q")
WRITTEN_OUT = r"dW_2 = \frac{1}{N} S^T (Q - Y)"


def test_a_true_line_that_is_drawn_from_a_wrong_one_is_unjustified() -> None:
    drawn = [displayed(words, WRITTEN_OUT) for words in ("Hence", "By (1)", "", "By (2)")]
    *others, by_two = arguments(WRONG, *drawn, displayed("", "dW_2 = S^T dQ"))[:4]
    assert others == [Argument("unjustified", (), (4,), "(4) is wrong")] * 3
    assert by_two == Argument("unjustified", (), (5,), "it needs (4), which is wrong")
    right = arguments(LINEAR, *drawn[:3])
    assert [(one.word, one.uses) for one in right] == [("follows", (4,))] * 3


def test_what_names_a_derivative_and_does_not_use_its_wrong_value_follows() -> None:
    found = arguments(WRONG, displayed("Hence", "dW_2 = S^T dQ"), displayed("", "dW_1 = X^T dS"))
    assert found == [Argument("follows", why=OWN)] * 2


def test_a_right_line_beside_the_wrong_one_is_used_instead() -> None:
    text = WRONG + displayed("Again", r"dQ = \frac{1}{N} (Q - Y)")
    [found] = arguments(text, displayed("", WRITTEN_OUT))
    assert found == Argument("follows", (), (6,))


def test_a_line_that_needs_less_than_its_argument_says_under_what_that_holds() -> None:
    text = ROWS.replace("$Z = X W_1 + b_1$, $H = \\sigma(Z)$, $S = H W_2 + b_2$", "$S = X W + b$")
    text += displayed("", r"dS = \frac{1}{N} (P - Y)")
    less = r"db = \frac{1}{N} \sum_n (P \odot (Y \mathbf{1} \mathbf{1}^T) - Y)"
    [line] = _begun(text, (displayed("", less),), "cs231n")
    assert line.cases[0].under == ((),)
    assert line.argument == Argument("unjustified", (("sum(j, Y[n,j]) = 1",),), (4,))


def test_what_the_text_assumes_may_be_used() -> None:
    text = LINEAR.replace(r"\frac{1}{N} (Q", "(Q").replace("Then", "\n\nAssume $N = 1$.\n")
    [found] = arguments(text, displayed("", WRITTEN_OUT))
    assert (found.word, found.uses) == ("follows", (5,))


def test_the_second_verdict_changes_no_first_one() -> None:
    text = WRONG + displayed("By (2)", WRITTEN_OUT)
    reading = read_arrays(text, array_profile("cs231n"))
    plain = Court(reading, base_of(reading), explain=False).lines(reading.claims)
    assert all(one.argument is None for one in plain)
    words = ["definition"] * 3 + ["refuted", "proved", "proved"]
    assert [one.word for one in plain] == [one.word for one in judged(text)] == words


def test_a_chain_about_an_earlier_time_is_judged_at_the_times_there_are() -> None:
    text = r"""We have $z_t = W x_t + U h_{t-1}$ and $h_t = \tanh(z_t)$, and $L = \sum_t L_t$ with
$L_t = \frac{1}{2} \|h_t - y_t\|^2$. Then
$$dh_{t-1} = \frac{\partial L_{t-1}}{\partial h_{t-1}} + U^T dz_t = h_{t-1} - y_{t-1} + U^T dz_t$$
"""
    line = judged(text, "lstm")[-1]
    assert (line.word, line.cases[0].span) == ("proved", "t = 2 … T")
    wrong = judged(text.replace(r"= h_{t-1} -", r"= h_t -"), "lstm")[-1]
    assert wrong.word == "refuted"


# ------------------------------------------------------------------------------------ outputs


def test_every_output_says_from_what_a_line_follows_and_where_it_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "notes.md"
    text = LINEAR + displayed("Hence", r"dS = \frac{1}{N} (Q - Y) W_2^T")
    file.write_text(text + displayed("By (2)", WRITTEN_OUT), "utf-8")
    assert main(["check", str(file), "--profile", "cs231n", "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["verdict"] == "unjustified"
    assert [item["verdict"] for item in result["items"][3:]] == ["proved"] * 4
    assert [item["argument"] for item in result["items"][5:]] == [
        {"verdict": "follows", "under": [], "uses": ["4", "5"], "why": ""},
        {"verdict": "unjustified", "under": [], "uses": ["5"], "why": "it needs (4)"},
    ]
    said = (
        "True, but the argument does not show all of it.",
        "The argument first fails in (7), line 7.",
        "It is a step of its own.",
        "It follows from (4) and (5).",
        "True, but your argument from (5) does not show it: it needs (4).",
    )
    for suffix in ("md", "tex", "html"):
        page = tmp_path / f"page.{suffix}"
        assert main(["check", str(file), "--profile", "cs231n", "-o", str(page)]) == 1
        shown = " ".join(re.sub(r"<[^<>]*>", "", page.read_text("utf-8")).split())
        for sentence in said:
            assert sentence in shown, (suffix, sentence)
    capsys.readouterr()
    file.write_text(text, "utf-8")
    assert main(["check", str(file), "--profile", "cs231n"]) == 0


SHARES = r"""The scores are $S = X W$ and $P = \mathrm{softmax}(S)$; the loss is
$L = -\frac{1}{N} \sum_n \sum_k Y_{nk} \log P_{nk}$.

"""  # three definitions
SPECIAL = r"$$dS = \frac{1}{N} (P - Y) \tag{1}$$"  # where Σ_k Y_nk = 1
GENERAL = r"$$dS_{nk} = \frac{1}{N} (P_{nk} \sum_m Y_{nm} - Y_{nk})$$"
ONE = "sum(j, Y[n,j]) = 1"


@pytest.mark.parametrize(
    ("text", "word", "under", "why"),
    [
        (f"Then {SPECIAL} Then {GENERAL}", "follows", (), OWN),
        (f"Then {SPECIAL} From (1) it follows that {GENERAL}", "unjustified", ((ONE,),), ""),
        (
            f"Then {SPECIAL.replace('-', '+')} From (1) it follows that {GENERAL}",
            "unjustified",
            (),
            "(4) is wrong",
        ),
        (  # on the way to it stands a wrong line, beside the one that says less
            rf"Then $$dP_{{nk}} = \frac{{Y_{{nk}}}}{{N P_{{nk}}}}$$ and {SPECIAL} Then {GENERAL}",
            "unjustified",
            ((ONE,),),
            "",
        ),
        (
            rf"Then $$dP_{{nk}} = -\frac{{Y_{{nk}}}}{{N P_{{nk}}}}$$ and {SPECIAL} Then {GENERAL}",
            "follows",
            (),
            None,
        ),
    ],
)
def test_a_line_that_says_more_than_those_before_it_is_a_step_of_its_own(
    text: str, word: str, under: tuple[tuple[str, ...], ...], why: str | None
) -> None:
    """Nobody draws the general from the special; who says so is told under what it holds."""
    line = judged(SHARES + text)[-1]
    assert line.word == "proved"
    assert line.argument is not None
    assert (line.argument.word, line.argument.under) == (word, under)
    assert why is None or line.argument.why == why


def test_what_is_drawn_from_a_line_that_says_less_says_less() -> None:
    """dW is right in general, and with dS = (P − Y)/N before it is shown where Σ Y = 1."""
    general = r"\frac{1}{N} \sum_n X_{ni} (P_{nk} \sum_m Y_{nm} - Y_{nk})"
    rule = rf"$$\frac{{\partial L}}{{\partial W_{{ik}}}} = {general}$$"
    line = judged(f"{SHARES}Then {SPECIAL} Then $$dW = X^T dS$$ Then {rule}")[-1]
    assert line.word == "proved"
    assert line.argument is not None
    assert (line.argument.word, line.argument.under) == ("unjustified", ((ONE,),))
    alone = judged(f"{SHARES}Then {GENERAL} Then $$dW = X^T dS$$ Then {rule}")[-1]
    assert alone.argument is not None
    assert alone.argument.word == "follows"
    assert alone.argument.uses == (4, 5)
