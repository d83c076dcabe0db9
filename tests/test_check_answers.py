"""Derivations as they are asked about and answered: own words, bold letters, one time at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.cli import main
from symbolic.errors import InputError
from symbolic.reading.arrays.judgement import Court, judge_arrays
from symbolic.reading.arrays.profile import array_profile
from symbolic.reading.arrays.program import base_of
from symbolic.reading.arrays.reading import read_arrays
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document

NETWORK = r"""We have $a_t = U h_{t-1} + W x_t$, $h_t = \text{tanh}(a_t)$, $o_t = V h_t$ and
$\hat{y}_t = \text{softmax}\left(o_t\right)$, with the loss
$$L = \sum_{t=1}^{T} L_t = -\sum_{t=1}^{T} y_t^\top \log \hat{y}_t$$
"""
ENDS = r"\frac{\partial L}{\partial h_t} = V^\top (\hat{y}_t - y_t)"
GOES_ON = ENDS + (
    r" + U^\top \left(\frac{\partial L}{\partial h_{t+1}} \odot (1 - h_{t+1}^2)\right)"
)


def word(text: str, profile: str = "lstm") -> str:
    """The verdict of the last formula, none where it is no claim."""
    reading = read_arrays(text, array_profile(profile))
    court = Court(reading, base_of(reading), explain=False)
    return "" if reading.problems else court.lines(reading.claims)[-1].word


def test_a_loss_that_is_written_out_in_its_chain_is_that_of_each_time() -> None:
    lines = judge_arrays(read_arrays(NETWORK, array_profile("lstm"))).lines
    assert [line.word for line in lines] == ["definition"] * 6
    assert word(NETWORK + f"$${GOES_ON}$$") == "proved"
    assert word(NETWORK.replace("-\\sum", "\\sum") + f"$${GOES_ON}$$") == "refuted"
    other = NETWORK.replace(r"-\sum_{t=1}^{T}", r"-\sum_{t=2}^{T}")
    assert word(other) != "definition"


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("At the last time step $t = T$,", "proved"),
        ("For $t = T$ we have", "proved"),
        ("For $t = 1$ we have", "refuted"),
        ("For all times", "refuted"),
        ("The last one is $t = T$. In general", "refuted"),
        ("For $t = k$ we have", ""),
    ],
)
def test_a_sentence_about_one_time_speaks_of_it_alone(words: str, verdict: str) -> None:
    assert word(f"{NETWORK}{words}\n$${ENDS}$$") == verdict


def test_one_time_is_meant_until_its_sentence_ends() -> None:
    both = f"{NETWORK}At the last step $t = T$, $${ENDS}.$$ For the others $${GOES_ON}$$"
    assert word(both) == "proved"
    assert word(both.replace("+ U^", "- U^")) == "refuted"
    assert word(f"{NETWORK}For $t = T, \\dots, 1$ $${GOES_ON}$$") == "proved"


BOLD = r"""
$$\begin{aligned}
\boldsymbol{\delta}^L &= \nabla_a C \odot \sigma'(\mathbf{z}^L) \\
\boldsymbol{\delta}^l
  &= (\mathbf{W}^{l+1})^\top \boldsymbol{\delta}^{l+1} \odot \sigma'(\mathbf{z}^l) \\
\frac{\partial C}{\partial \mathbf{W}^l} &= \boldsymbol{\delta}^l (\mathbf{a}^{l-1})^\top
\end{aligned}$$
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        (r"\boldsymbol{\delta}^{l+1} \odot", r"\boldsymbol{\delta}^{l+1} \odot \mathbf{a}^l \odot"),
        (r"\boldsymbol{\delta}^l (\m", r"2 \boldsymbol{\delta}^l (\m"),
        (r"\sigma'(\mathbf{z}^L)", r"\sigma(\mathbf{z}^L)"),
    ],
)
def test_bold_letters_are_the_letters_of_the_notation(old: str, new: str) -> None:
    reading = read_document(BOLD.replace(old, new, 1), open_profile("nielsen"))
    words = [line.word for line in judge(reading).lines]
    assert ("refuted" in words) == bool(old)
    if not old:
        assert words == ["proved"] * 3


def test_a_cost_that_is_made_of_what_nothing_defines_is_one_clear_error() -> None:
    text = "Let $E = \\sum_p E_p$. Then $$\\Delta w_{ji} = \\eta \\delta_j y_i$$"
    with pytest.raises(InputError, match="line 1, column 6: this defines a cost by E_p, which no"):
        judge(read_document(text, open_profile("haykin")))


def test_a_question_before_a_formula_denies_nothing() -> None:
    text = r"**Where is my mistake?** My attempt: $$\Delta w_{ji} = -\eta \delta_j y_i$$"
    lines = judge(read_document(text, open_profile("haykin"))).lines
    assert [line.word for line in lines] == ["refuted"]
    denied = text.replace("?** My attempt:", "?** It is wrong that")
    assert read_document(denied, open_profile("haykin")).claims == ()


@pytest.mark.parametrize(
    ("text", "profile", "shown"),
    [
        (r"$S = X W$, $L = \sum_n \sum_k S_{nk}$. Then $$dS = \exp(100000 S)$$", "cs231n", ""),
        (r"$S = X W$, $L = \sum_n \sum_k S_{nk}$. Then $$dS = \exp(1000 + S)$$", "cs231n", "10^"),
        (
            r"$E = \sum_k z_k^2$. Then $$\frac{\partial E}{\partial z_k} = \exp(100000 z_k)$$",
            "indices",
            "",
        ),
        (
            r"$p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}$ and $L = -\sum_i y_i \log p_i$. Then "
            r"$$\frac{\partial L}{\partial z_i} = e^{z_i^3}$$",
            "plain",
            "",
        ),
    ],
)
def test_numbers_that_nobody_could_write_end_no_run(
    text: str, profile: str, shown: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "notes.md"
    file.write_text(f"Let {text}", "utf-8")
    assert main(["check", str(file), "--profile", profile]) == 1
    assert shown in capsys.readouterr().out


def test_the_function_of_a_layer_moves_with_its_layer() -> None:
    text = r"For $l = L$ $$dZ^{[l]} = dA^{[l]} * g^{[l]'}(Z^{[l]})$$"
    [claim] = read_arrays(text, array_profile("ng")).claims
    assert claim.latex(array_profile("ng")).count("[L]") == 4
    assert "[l]" not in claim.latex(array_profile("ng"))
