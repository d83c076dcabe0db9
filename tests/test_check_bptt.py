"""Recurrent networks as the Deep Learning book writes them: times above, ∇, targets as classes."""

from __future__ import annotations

import pytest

from symbolic.reading.arrays.findings import ArrayJudged
from symbolic.reading.arrays.judgement import Court
from symbolic.reading.arrays.profile import array_profile
from symbolic.reading.arrays.program import base_of
from symbolic.reading.arrays.reading import read_arrays

FORWARD = r"""
For each time the state and the output are
$$a^{(t)} = b + W h^{(t-1)} + U x^{(t)}, \qquad h^{(t)} = \tanh(a^{(t)})$$
$$o^{(t)} = c + V h^{(t)}, \qquad \hat{y}^{(t)} = \mathrm{softmax}(o^{(t)})$$
"""
SUMMED = r"""
The loss is $L = \sum_t L^{(t)}$ with $L^{(t)} = -\sum_k y_k^{(t)} \log \hat{y}_k^{(t)}$.
"""
CHOSEN = r"""
The loss is $L = \sum_t L^{(t)}$ with $L^{(t)} = -\log \hat{y}^{(t)}_{y^{(t)}}$.
"""
RIGHT = (
    r"\frac{\partial L}{\partial L^{(t)}} = 1",
    r"(\nabla_{o^{(t)}} L)_i = \hat{y}_i^{(t)} - y_i^{(t)}",
    r"\nabla_{h^{(\tau)}} L = V^\top \nabla_{o^{(\tau)}} L",
    r"\nabla_{h^{(t)}} L = W^\top \mathrm{diag}(1 - (h^{(t+1)})^2) (\nabla_{h^{(t+1)}} L)"
    r" + V^\top (\nabla_{o^{(t)}} L)",
    r"\nabla_c L = \sum_t \nabla_{o^{(t)}} L",
    r"\nabla_b L = \sum_t \mathrm{diag}(1 - (h^{(t)})^2) \nabla_{h^{(t)}} L",
    r"\nabla_V L = \sum_t (\nabla_{o^{(t)}} L) h^{(t)\top}",
    r"\nabla_W L = \sum_t \mathrm{diag}(1 - (h^{(t)})^2) (\nabla_{h^{(t)}} L) h^{(t-1)\top}",
)
WRONG = (
    r"(\nabla_{o^{(t)}} L)_i = y_i^{(t)} - \hat{y}_i^{(t)}",
    r"\nabla_{h^{(t)}} L = V^\top \nabla_{o^{(t)}} L",
    r"\nabla_{h^{(t)}} L = W^\top \mathrm{diag}(1 - (h^{(t)})^2) (\nabla_{h^{(t+1)}} L)"
    r" + V^\top (\nabla_{o^{(t)}} L)",
    r"\nabla_b L = \sum_t \nabla_{h^{(t)}} L",
    r"\nabla_c L = \nabla_{o^{(\tau)}} L",
    r"\nabla_W L = \sum_t \mathrm{diag}(1 - (h^{(t)})^2) (\nabla_{h^{(t)}} L) h^{(t)\top}",
)
ILL_TYPED = (
    r"\nabla_V L = \sum_t h^{(t)} (\nabla_{o^{(t)}} L)^\top",
    r"\nabla_{h^{(t)}} L = V \nabla_{o^{(t)}} L",
)


def after(forward: str, *formulas: str) -> list[ArrayJudged]:
    """The verdicts of formulas, in the order they are written; why one is wrong is not asked."""
    shown = "\n".join(f"$${formula}$$" for formula in formulas)
    reading = read_arrays(f"{forward}\n{shown}\n", array_profile("bptt"))
    assert [str(problem) for problem in reading.problems] == []
    return Court(reading, base_of(reading), explain=False).lines(reading.claims)[-len(formulas) :]


def test_a_right_derivation_is_proved_and_each_slip_is_refused_on_its_line() -> None:
    lines = after(FORWARD + SUMMED, *RIGHT, *WRONG, *ILL_TYPED)
    words = ["proved"] * len(RIGHT) + ["refuted"] * len(WRONG) + ["open"] * len(ILL_TYPED)
    assert [line.word for line in lines] == words
    assert all(one.cases[0].why.startswith("type error") for one in lines[-len(ILL_TYPED) :])


def test_a_target_that_is_a_class_is_read_by_its_elements() -> None:
    lines = after(
        FORWARD + CHOSEN,
        r"\frac{\partial L}{\partial o_i^{(t)}} = \hat{y}_i^{(t)} - \mathbf{1}_{i = y^{(t)}}",
        r"\frac{\partial L}{\partial o_i^{(t)}} = \hat{y}_i^{(t)} - \mathbb{1}[i = y^{(t)}]",
        r"\frac{\partial L}{\partial o_i^{(t)}} = \mathbf{1}_{i = y^{(t)}} - \hat{y}_i^{(t)}",
        r"\frac{\partial L}{\partial o_i^{(t)}} = \hat{y}_i^{(t)} + \mathbf{1}_{i = y^{(t)}}",
    )
    assert [line.word for line in lines] == ["proved", "proved", "refuted", "refuted"]
    assert lines[0].cases[0].under == (("sum(k, y[t,k]) = 1",),)


def test_the_chain_of_the_book_through_the_loss_of_one_time_is_proved() -> None:
    link = r"\frac{\partial L}{\partial L^{(t)}} \frac{\partial L^{(t)}}{\partial o_i^{(t)}}"
    chain = r"(\nabla_{o^{(t)}} L)_i = \frac{\partial L}{\partial o_i^{(t)}} = "
    last = r" = \hat{y}_i^{(t)} - \mathbf{1}_{i = y^{(t)}}"
    text = f"{FORWARD}{CHOSEN}$${chain}{link}{last}$$\n"
    reading = read_arrays(text, array_profile("bptt"))
    lines = Court(reading, base_of(reading), explain=False).lines(reading.claims)
    assert [line.word for line in lines[-3:]] == ["proved"] * 3


@pytest.mark.parametrize(
    "square",
    [
        r"\mathbf{1}_{i = y^{(t)}} \mathbf{1}_{i = y^{(t)}} = \mathbf{1}_{i = y^{(t)}}",
        r"(\nabla_{o^{(t)}} L)_i \mathbf{1}_{i = y^{(t)}} = 0",
    ],
)
def test_what_only_a_class_makes_true_is_left_open(square: str) -> None:
    """The first is true of every class, and false of other targets that add up to 1."""
    [line] = after(FORWARD + CHOSEN, square)
    assert line.word == "open"
    assert "classes" in line.cases[0].why


def test_what_is_made_of_a_class_is_one_too() -> None:
    made = r"$$p_k^{(t)} = \hat{y}_k^{(t)} - \mathbf{1}_{k = y^{(t)}}$$"
    squared, single = after(
        FORWARD + CHOSEN + made,
        r"p_k^{(t)} p_k^{(t)} = 0",
        r"\frac{\partial L}{\partial o_k^{(t)}} = p_k^{(t)}",
    )
    assert (squared.word, single.word) == ("open", "proved")


LAST_ONLY = (
    FORWARD
    + r"""
The loss is $L = -\sum_k y_k^{(\tau)} \log \hat{y}_k^{(\tau)}$.
"""
)
BACK = r"\nabla_{h^{(t)}} L = W^\top \mathrm{diag}(1 - (h^{(t+1)})^2) (\nabla_{h^{(t+1)}} L)"


def last(text: str) -> ArrayJudged:
    reading = read_arrays(text, array_profile("bptt"))
    assert [str(problem) for problem in reading.problems] == []
    return Court(reading, base_of(reading), explain=False).lines(reading.claims)[-1]


@pytest.mark.parametrize(
    ("words", "word", "span"),
    [
        ("Then $$%s$$", "proved", "t = 1 … \\tau-1"),
        ("For $t = \\tau, \\dots, 1$, $$%s$$", "refuted", ""),
        ("For $t = \\tau$, $$%s$$", "refuted", "t = \\tau"),
        ("For $t = \\tau-1, \\dots, 1$, $$%s$$", "proved", "t = 1 … \\tau-1"),
        ("For $t = 2, \\dots, \\tau-1$, $$%s$$", "proved", "t = 2 … \\tau-1"),
        ("Then $$%s, \\quad t < \\tau.$$", "proved", "t = 1 … \\tau-1"),
        ("Then $$%s$$ for all $t < \\tau$.", "proved", "t = 1 … \\tau-1"),
        ("$$%s \\quad (t = \\tau-1, \\dots, 1)$$", "proved", "t = 1 … \\tau-1"),
    ],
)
def test_a_range_of_times_is_the_scope_of_a_line(words: str, word: str, span: str) -> None:
    """Only the last time reaches the loss: there the recursion is false, and true before it."""
    found = last(LAST_ONLY + words % BACK)
    assert (found.word, found.cases[0].span) == (word, span)
    wrong = last(LAST_ONLY + words % BACK.replace("(1 - (h^{(t+1)})^2)", "((h^{(t+1)})^2)"))
    assert wrong.word == "refuted"


def test_a_definition_for_some_times_alone_is_not_understood() -> None:
    reading = read_arrays(
        r"For $t = 2, \dots, \tau$, $h^{(t)} = \tanh(U x^{(t)})$.", array_profile("bptt")
    )
    assert "for some times or layers alone" in str(reading.problems[0])


def test_a_range_behind_one_line_does_not_hold_for_the_next() -> None:
    text = f"{LAST_ONLY}Then $${BACK}$$ for $t = 2, \\dots, \\tau-1$. Then $${BACK}$$"
    reading = read_arrays(text, array_profile("bptt"))
    lines = Court(reading, base_of(reading), explain=False).lines(reading.claims)[-2:]
    assert [line.word for line in lines] == ["proved", "proved"]
    assert [line.cases[0].span for line in lines] == ["t = 2 … \\tau-1", "t = 1 … \\tau-1"]
