"""Entries of arrays whose cost is not defined: it is any function of the last of them."""

from __future__ import annotations

import pytest

from reports.index_check import as_json, checked
from symbolic.reading.indexed.profile import index_profile

NORMED = r"""Here $i$ runs over the samples 1 … $N$. The signals are normalised:

$$\mu = \frac{1}{N} \sum_i x_i, \qquad v = \frac{1}{N} \sum_i (x_i - \mu)^2$$
$$h_i = \frac{x_i - \mu}{\sqrt{v + \epsilon}}, \qquad y_i = \gamma h_i + \beta$$

Then
"""
SLOPES = (
    (
        r"\frac{\partial L}{\partial \gamma}",
        r"\sum_i \frac{\partial L}{\partial y_i} h_i",
        r"\sum_i \frac{\partial L}{\partial y_i} x_i",
    ),
    (
        r"\frac{\partial L}{\partial v}",
        r"-\frac{1}{2} \sum_i \frac{\partial L}{\partial h_i} (x_i - \mu) (v + \epsilon)^{-3/2}",
        r"\frac{1}{2} \sum_i \frac{\partial L}{\partial h_i} (x_i - \mu) (v + \epsilon)^{-3/2}",
    ),
    (
        r"\frac{\partial L}{\partial x_i}",
        r"\frac{\partial L}{\partial h_i} \frac{1}{\sqrt{v + \epsilon}}"
        r" + \frac{\partial L}{\partial v} \frac{2 (x_i - \mu)}{N}"
        r" + \frac{1}{N} \frac{\partial L}{\partial \mu}",
        r"\frac{\partial L}{\partial h_i} \frac{1}{\sqrt{v + \epsilon}}"
        r" + \frac{\partial L}{\partial v} \frac{2 (x_i - \mu)}{N}",
    ),
)


def found(text: str) -> tuple[list[str], list[str]]:
    """The verdicts of the lines, and what the cost was taken for."""
    paper = checked("notes.md", text, "markdown", index_profile("indices"))
    unsaid = as_json(paper)["unsaid"]
    assert isinstance(unsaid, list)
    return [one.word for one in paper.judgement.lines], [str(one) for one in unsaid]


@pytest.mark.parametrize(("left", "right", "wrong"), SLOPES)
def test_batch_normalisation_is_proved_whatever_the_cost_is(
    left: str, right: str, wrong: str
) -> None:
    words, unsaid = found(f"{NORMED}$${left} = {right}$$ $${left} = {wrong}$$")
    assert words[-2:] == ["proved", "refuted"]
    assert unsaid == ["L is any differentiable function of y"]


def test_a_line_about_one_cost_that_is_not_said_is_open() -> None:
    words, _ = found(rf"{NORMED}$$\frac{{\partial L}}{{\partial y_i}} = y_i - x_i$$")
    assert words[-1] == "open"


def test_a_cost_that_may_stand_in_what_is_not_understood_is_not_taken_for_any() -> None:
    text = NORMED.replace("Then", r"$$L = \sum_i \star y_i$$ Then")
    words, unsaid = found(f"{text}$${SLOPES[0][0]} = {SLOPES[0][1]}$$")
    assert (words[-1], unsaid) == ("open", [])
