"""Lines about entries that are said for i = j or for i ≠ j, in words, beside them or as cases."""

from __future__ import annotations

import pytest

from symbolic.reading.indexed.findings import IndexJudged
from symbolic.reading.indexed.judgement import judge_indices
from symbolic.reading.indexed.profile import index_profile
from symbolic.reading.indexed.reading import read_indices

SOFTMAX = r"""Here $i, j, k$ run over the classes. Let $$p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}.$$
"""
SLOPE = r"\frac{\partial p_i}{\partial z_j} = "
SAME, OTHER = r"p_i (1 - p_i)", r"-p_i p_j"


def lines(text: str) -> list[IndexJudged]:
    reading = read_indices(SOFTMAX + text, index_profile("indices"))
    assert [str(problem) for problem in reading.problems] == []
    return list(judge_indices(reading).lines)[1:]


def cases(first: str, second: str, end: str = r"\text{otherwise}") -> str:
    rows = rf"{first} & \text{{if }} i = j \\ {second} & {end}"
    return rf"$${SLOPE} \begin{{cases}} {rows} \end{{cases}}$$"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"For $i = j$ we get $${SLOPE}{SAME}$$ and for $i \\neq j$ $${SLOPE}{OTHER}.$$", "pp"),
        (f"$${SLOPE}{SAME} \\quad \\text{{for }} i = j$$", "p"),
        (f"$${SLOPE}{OTHER}$$ for $i \\ne j$.", "p"),
        (f"For $i = j$ we get $${SLOPE}{OTHER}$$ and for $i \\neq j$ $${SLOPE}{SAME}.$$", "rr"),
        (f"$${SLOPE}{SAME}$$", "r"),
        (cases(SAME, OTHER), "pp"),
        (cases(SAME, OTHER, r"i \neq j"), "pp"),
        (cases(SAME, "p_i p_j"), "pr"),
        (cases("p_i (1 + p_i)", OTHER), "rp"),
        (rf"$${SLOPE} p_i(\delta_{{ij}} - p_j)$$", "p"),
        (rf"$${SLOPE} p_i(\mathbb{{1}}[i = j] - p_j)$$", "p"),
        (rf"$${SLOPE} p_j(\delta_{{ij}} - p_j)$$", "r"),
    ],
)
def test_the_slopes_of_softmax(text: str, words: str) -> None:
    found = lines(text)
    assert "".join(line.word[0] for line in found) == words
    assert all(line.cases[0].span in ("", "i = j", "i ≠ j") for line in found)


def test_the_pair_of_one_sentence_is_not_that_of_the_next() -> None:
    found = lines(f"For $i = j$ we get $${SLOPE}{SAME}.$$ In general $${SLOPE}{SAME}.$$")
    assert [line.word for line in found] == ["proved", "refuted"]
    assert [line.cases[0].span for line in found] == ["i = j", ""]


def test_delta_of_two_letters_that_is_defined_is_no_kronecker_symbol() -> None:
    text = r"""Here $i, j$ run over the units. Let $a_{ij} = x_i w_j$ and
    $E = \sum_i \sum_j a_{ij}^2$. Let $\delta_{ij} = \frac{\partial E}{\partial a_{ij}}$.
    Then $$\delta_{ij} = 2 a_{ij}$$
    $$\frac{\partial E}{\partial w_j} = \sum_i \delta_{ij} x_i$$"""
    reading = read_indices(text, index_profile("indices"))
    words = [line.word for line in judge_indices(reading).lines]
    assert words[-2:] == ["proved", "proved"]


def test_other_cases_are_not_understood() -> None:
    text = cases(SAME, OTHER, r"\text{on Mondays}")
    reading = read_indices(SOFTMAX + text, index_profile("indices"))
    assert any("Cases are read here" in problem.what for problem in reading.problems)
