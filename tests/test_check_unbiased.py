"""Texts about neurons in which no bias is written: the weighted sum is said without one."""

from __future__ import annotations

import pytest

from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document

TEXT = r"""The outputs are $\hat{y}_k = \sigma(z_k)$ with $z_k = \sum_j W_{jk} h_j$ and the loss is
$L = \frac{1}{2} \sum_k (\hat{y}_k - y_k)^2$.

$$\frac{\partial L}{\partial W_{jk}} = (\hat{y}_k - y_k) \sigma'(z_k) h_j$$
"""


def words(text: str) -> list[str]:
    return [line.word for line in judge(read_document(text, open_profile("plain"))).lines]


def test_a_sum_without_a_bias_is_a_definition_where_no_bias_is_written() -> None:
    assert words(TEXT) == ["definition", "definition", "definition", "proved"]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"\sum_j W_{jk} h_j$", r"\sum_j W_{kj} h_j$"),
        (r"\sum_j W_{jk} h_j$", r"-\sum_j W_{jk} h_j$"),
    ],
)
def test_another_sum_is_wrong(right: str, wrong: str) -> None:
    assert words(TEXT.replace(right, wrong))[1] == "refuted"


def test_a_lost_bias_is_wrong_where_the_text_has_one() -> None:
    assert words(f"{TEXT} Here $b_k$ is the bias.")[1] == "refuted"
