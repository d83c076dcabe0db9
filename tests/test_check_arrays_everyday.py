"""Derivations about whole arrays as people post them: what is meant where it is not all said."""

from __future__ import annotations

import pytest

from symbolic.reading.arrays.findings import ArrayJudged
from symbolic.reading.arrays.judgement import Court, judge_arrays
from symbolic.reading.arrays.profile import array_profile
from symbolic.reading.arrays.program import base_of
from symbolic.reading.arrays.reading import read_arrays

pytestmark = pytest.mark.slow

TWO_LAYERS = r"""
$$H = \max(0, X W_1 + b_1), \quad S = H W_2 + b_2, \quad P = \mathrm{softmax}(S)$$
The loss is the mean cross-entropy, $L = -\frac{1}{N} \sum_{i} \sum_{k} Y_{ik} \log P_{ik}$. Then
$$dS = \frac{1}{N} (P - Y)$$
$$dH = dS\, W_2^T$$
"""
ATTENTION = r"""
Let $Q = X W_Q$, $K = X W_K$, $V = X W_V$, $S = Q K^\top$, $A = \mathrm{softmax}(S)$ and $O = A V$.
"""
SQUASHED = r"""
We have $z_1 = W_1 x + b_1$, $h = \sigma(z_1)$, $z_2 = W_2 h + b_2$ and $J = \frac12 \|z_2 - y\|^2$.
"""


def judged(text: str, profile: str = "cs231n") -> list[ArrayJudged]:
    """The verdict of every line; all of them must have been read."""
    reading = read_arrays(text, array_profile(profile))
    assert [str(problem) for problem in reading.problems] == []
    return list(judge_arrays(reading).lines)


def quickly(text: str, profile: str = "cs231n") -> list[ArrayJudged]:
    """The same without why a line is wrong."""
    reading = read_arrays(text, array_profile(profile))
    assert [str(problem) for problem in reading.problems] == []
    return Court(reading, base_of(reading), explain=False).lines(reading.claims)


def words(text: str, lines: tuple[str, ...], profile: str = "cs231n") -> list[str]:
    """What is said of these lines behind a text, in one word each."""
    shown = "\n".join(f"$${line}$$" for line in lines)
    return [one.word for one in quickly(f"{text}\n{shown}\n", profile)][-len(lines) :]


def why(line: ArrayJudged) -> str:
    return line.cases[0].why


def test_one_index_at_a_matrix_whose_rows_are_samples_is_its_row() -> None:
    right = (
        r"db_2 = \sum_i dS_i",
        r"db_2 = \sum_{i=1}^N dS_i",
        r"db_2 = \sum_{i=1}^{N} dS",
        r"dS_i = \frac{1}{N} (P_i - Y_i)",
        r"dW_2 = \sum_i H_i^T dS_i",
        r"dH_i = dS_i W_2^T",
        r"P_i = \mathrm{softmax}(S_i)",
        r"P_i = \exp(S_i) / \sum_j \exp(S_{ij})",
        r"S_i = (H W_2)_i + b_2",
        r"dH_{ij} = (dS\, W_2^T)_{ij}",
    )
    assert set(words(TWO_LAYERS, right)) == {"proved"}
    wrong = (
        r"db_2 = \sum_i (P_i - Y_i)",
        r"dS_i = \frac{1}{N} P_i",
        r"dW_2 = -\sum_i H_i^T dS_i",
        r"dH_{ij} = 2 (dS\, W_2^T)_{ij}",
    )
    assert set(words(TWO_LAYERS, wrong)) == {"refuted"}
    text = f"{TWO_LAYERS}$$db_2 = \\sum_i X_i$$ $$P_i = \\exp(S_i) / \\sum_j \\exp(S_{{ji}})$$"
    assert [why(one).split(":")[0] for one in quickly(text)[-2:]] == ["type error", "index error"]


def test_one_index_that_may_be_of_a_column_is_asked_about() -> None:
    [mean] = quickly(rf"{TWO_LAYERS} $$\sum_i S_i = S^T \mathbf{{1}}$$")[-1:]
    assert mean.word == "open"
    text = r"$S = X W$, $P = \mathrm{softmax}(S)$ and $L = \|S\|^2$. $$\sum_j P_j = \mathbf{1}$$"
    [columns] = quickly(text)[-1:]
    assert columns.word == "open"
    assert "of its row or of its column" in why(columns)
    [weights] = quickly(rf"{TWO_LAYERS} $$dW_2 = \sum_j H^T W_{{2,j}}$$")[-1:]
    assert weights.word == "open"


def test_what_the_function_of_h_is_applied_to_is_found_by_its_name() -> None:
    right = (
        r"dH_{pre} = dH \odot \mathbb{1}[H > 0]",
        r"dH_{pre} = dH \odot \mathbf{1}_{H_{pre} > 0}",
        r"dH_{pre} = dH \odot (1 - \mathbb{1}\{H \le 0\})",
        r"dW_1 = X^T dH_{pre}",
        r"db_1 = \sum_i dH_{pre,i}",
    )
    assert set(words(TWO_LAYERS, right)) == {"proved"}
    wrong = (
        r"dH_{pre} = dH \odot \mathbb{1}[H < 0]",
        r"dH_{pre} = dH \odot \mathbb{1}[H \ge 0]",
        r"dH_{pre} = dH",
        r"dH_{\text{pre}} = dH \odot H",
        r"dW_1 = -X^T dH_{pre}",
    )
    assert set(words(TWO_LAYERS, wrong)) == {"refuted"}
    assert words(TWO_LAYERS, (r"dW_1 = X^T dH_{in}", r"dW_1 = H^T dH_{in}")) == ["proved", "open"]


@pytest.mark.parametrize(
    "name",
    [
        r"\delta_1",
        pytest.param(r"dZ", marks=pytest.mark.slow),
        pytest.param(r"\frac{\partial L}{\partial Z}", marks=pytest.mark.slow),
    ],
)
def test_a_derivative_by_nothing_is_what_its_first_line_says(name: str) -> None:
    mask = rf"{name} = dH \odot \mathbb{{1}}[H > 0]"
    told = judge_arrays(read_arrays(rf"{TWO_LAYERS}$${mask}$$", array_profile("cs231n"))).remarks
    assert any("it stands for (7)" in one for one in told)
    lines = (mask, f"dW_1 = X^T {name}", f"dX = {name} W_1^T", f"dX = 2 {name} W_1^T")
    assert words(TWO_LAYERS, lines) == ["definition", "proved", "proved", "refuted"]
    wrong = (mask.replace(">", "<"), f"dW_1 = X^T {name}", mask)
    assert words(TWO_LAYERS, wrong) == ["definition", "refuted", "refuted"]
    unfit = (rf"{name} = dH W_1", f"dW_1 = X^T {name}")
    assert words(TWO_LAYERS, unfit) == ["open", "open"]


def test_a_derivative_by_nothing_that_no_line_gives_stays_open() -> None:
    [line] = judged(rf"{TWO_LAYERS} $$dW_1 = X^T dZ$$")[-1:]
    assert line.word == "open"
    assert "not defined" in why(line)


def test_sums_of_rows_and_what_is_given_upstream_are_read() -> None:
    given = rf"{ATTENTION} Given $dO = \partial L/\partial O$:"
    right = (
        r"dV = A^\top dO",
        r"dA = dO\, V^\top",
        r"dS = A \odot (dA - \mathrm{rowsum}(dA \odot A))",
        r"dS = A \odot (dA - \operatorname{sum}(dA \odot A, \text{axis}=1))",
        r"dS = A \odot (dA - (dA \odot A) \mathbf{1} \mathbf 1^T)",
        r"dS_{ij} = A_{ij} (dA_{ij} - \langle dA_i, A_i \rangle)",
        r"dS_i = dA_i (\operatorname{diag}(A_i) - A_i^T A_i)",
        r"dQ = dS\, K",
        r"\partial L/\partial K = dS^\top Q",
        r"dL/dW_Q = X^\top dQ",
    )
    assert set(words(given, right)) == {"proved"}
    wrong = (
        r"dS = A \odot (dA - \mathrm{rowsum}(dA))",
        r"dS = A \odot (dA - \langle dA, A \rangle)",
        r"dS = A \odot (dA - \mathrm{colsum}(dA \odot A))",
        r"dS_i = dA_i (\operatorname{diag}(A_i) + A_i^T A_i)",
        r"\partial L/\partial K = -dS^\top Q",
    )
    assert set(words(given, wrong)) == {"refuted"}


def test_a_condition_on_a_derivative_that_is_not_read_leaves_no_line_wrong() -> None:
    text = rf"{ATTENTION} Given $dO = \mathrm{{weird}}(A)$: $$dV = A^T dO$$ $$dA = 2 dO V^T$$"
    reading = read_arrays(text, array_profile("cs231n"))
    assert len(reading.problems) == 1
    proved, hedged = judge_arrays(reading).lines[-2:]
    assert proved.word == "proved"
    assert hedged.word == "open"
    assert "a condition before it" in why(hedged)


@pytest.mark.parametrize("profile", ["vectors", pytest.param("cs224n", marks=pytest.mark.slow)])
def test_the_slope_that_is_laid_down_of_a_function_is_an_assumption(profile: str) -> None:
    text = SQUASHED if profile == "vectors" else SQUASHED.replace("W_1 x", "x W_1").replace(
        "W_2 h", "h W_2"
    )  # fmt: skip
    law = rf"{text} Since $\sigma'(z) = \sigma(z)(1 - \sigma(z))$,"
    lines = (
        r"\frac{\partial J}{\partial z_1} = \frac{\partial J}{\partial h} \circ h \circ (1 - h)",
        r"\frac{\partial J}{\partial z_1} = \frac{\partial J}{\partial h} \circ \sigma'(z_1)",
        r"\frac{\partial J}{\partial z_1} = \frac{\partial J}{\partial h} \circ (1 - h)",
        r"\frac{\partial J}{\partial z_1} = \frac{\partial J}{\partial h} \circ (1 - h^2)",
        r"\sigma(0) = \frac{1}{2}",
    )
    shown = "\n".join(f"$${line}$$" for line in lines)
    *_, assumed, own, plain, lost, tanh, zero = judged(f"{law}\n{shown}", profile)
    assert assumed.word == "assumption"
    assert (own.word, own.cases[0].under) == ("proved", ((f"({assumed.claim.number}) holds",),))
    assert (plain.word, plain.cases[0].under[0]) == ("proved", ())
    assert plain.argument is None or plain.argument.word == "follows"  # the line before is right
    assert [lost.word, tanh.word, zero.word] == ["refuted", "refuted", "open"]


def test_of_a_function_with_a_formula_the_slope_is_a_claim() -> None:
    lines = (r"\sigma'(z) = \sigma(z)(1 - \sigma(z))", r"\sigma'(z) = 1 - \sigma(z)^2")
    tanh = rf"{SQUASHED} Here $\sigma(z) = \tanh(z)$."
    assert words(tanh, lines, "vectors") == ["refuted", "proved"]
    unknown = (r"\sigma'(z) = \sigma(z)(1 + \sigma(z))", r"\frac{\partial J}{\partial b_1} = h")
    slope, line = judged(SQUASHED + "\n".join(f"$${one}$$" for one in unknown), "vectors")[-2:]
    assert slope.word == "open"
    assert "none is known here" in why(slope)
    assert line.word == "refuted"  # for every function


def test_what_an_unread_formula_may_say_of_a_function_leaves_no_line_wrong() -> None:
    text = rf"{SQUASHED} Since $\sigma'(z) = \weird$, $$\frac{{\partial J}}{{\partial b_1}} = h$$"
    reading = read_arrays(text, array_profile("vectors"))
    assert judge_arrays(reading).lines[-1].word == "open"


@pytest.mark.parametrize(
    ("said", "known"),
    [
        (r"We use the sigmoid activation $\sigma$.", True),
        pytest.param(r"Here $\sigma$ is the logistic function.", True, marks=pytest.mark.slow),
        pytest.param(
            r"We do not use the sigmoid activation $\sigma$.", False, marks=pytest.mark.slow
        ),
        (r"Here $\sigma$ is not the logistic function.", False),
    ],
)
def test_a_function_that_words_name_is_what_they_say(said: str, known: bool) -> None:
    lines = (
        r"$$\frac{\partial J}{\partial h} = 2 (h - y)$$ $$\frac{\partial J}{\partial z} = h - y$$"
    )
    text = rf"{said} We have $z = W x$, $h = \sigma(z)$ and $J = \frac12 \|h - y\|^2$. {lines}"
    right = r"$$\frac{\partial J}{\partial z} = (h - y) \odot h \odot (1 - h)$$"
    *_, wrong, lost, own = judged(text + right, "vectors")
    assert (wrong.word, lost.word) == ("refuted", "refuted")
    if known:
        assert own.cases[0].under == (("sigma is the logistic function of line 1",),)
    else:
        assert own.word == "open"
