"""Derivations about whole arrays: right ones are proved, and each slip is refused on its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reports.cli import main
from symbolic.reading.arrays.judgement import ArrayJudged, judge_arrays
from symbolic.reading.arrays.profile import (
    array_profile,
)
from symbolic.reading.arrays.reading import read_arrays

DOCUMENTS = Path(__file__).with_name("documents")
RIGHT = {"batch_network.md": "cs231n", "elman_network.md": "lstm", "lstm.md": "lstm"}

ROWS = r"""
The forward pass is $S_1 = X W_1 + b_1$, $H = \tanh(S_1)$ and $S_2 = H W_2 + b_2$, and the loss is
$L = \frac{1}{2N} \|S_2 - Y\|^2$. Then
"""
GATES = r"""
We have $z_t = W x_t + U h_{t-1} + b$ and $h_t = \tanh(z_t)$.
Let $\delta_t = \frac{\partial L}{\partial z_t}$. The loss is $L = \sum_t L_t$
with $L_t = \frac{1}{2} \|h_t - y_t\|^2$. Then
"""


def judged(text: str, profile: str, kind: str = "markdown") -> list[ArrayJudged]:
    return list(judge_arrays(read_arrays(text, array_profile(profile), kind)).lines)


def last(forward: str, formula: str, profile: str) -> ArrayJudged:
    """The verdict of one more formula, which must have been read."""
    reading = read_arrays(f"{forward}\n$${formula}$$\n", array_profile(profile))
    assert [str(problem) for problem in reading.problems] == []
    return judge_arrays(reading).lines[-1]


def why(line: ArrayJudged) -> str:
    return line.cases[0].why


# ------------------------------------------------------------------------------- whole documents


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_derivation_is_proved(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(DOCUMENTS / name), "--profile", RIGHT[name], "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    words = [item["verdict"] for item in result["items"]]
    assert result["verdict"] == "proved"
    assert set(words) == {"definition", "proved"}
    assert words.count("proved") >= 9
    assert result["not_understood"] == []


def test_what_a_right_derivation_needs_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(DOCUMENTS / "batch_network.md"), "--profile", "cs231n"]) == 0
    out = capsys.readouterr().out
    assert "proved if sum(k, Y[n,k]) = 1 and off the kinks" in out
    assert main(["check", str(DOCUMENTS / "lstm.md"), "--profile", "lstm"]) == 0
    assert "c_0 is not said; it may be anything" in capsys.readouterr().out


SLIPS = {  # what the line begins with: its verdict, and what is said of it
    "dh_{t}": ("refuted", "H = 1"),
    "dc_{t}": ("refuted", "f[t,j] stands where f[t+1,j] belongs"),
    r"\delta_{i,t}": ("refuted", "f[t,j] stands where g[t,j] belongs"),
    r"\delta_{g,t}": ("refuted", "is missing"),
    "dU_{f}": ("refuted", "h[t,j2] stands where h[t-1,j2] belongs"),
    "db_{o}": ("open", "The index t is free here"),
    "dx_{t}": ("open", "The shapes of the product do not fit: H × X on the left, H × 1"),
}


def test_every_planted_slip_is_found_on_its_own_line_and_no_other_line_is_blamed() -> None:
    text = (DOCUMENTS / "lstm_mistakes.md").read_text("utf-8")
    profile = array_profile("lstm")
    reading = read_arrays(text, profile)
    assert reading.problems == ()
    found = {}
    for line in judge_arrays(reading).lines:
        left = line.claim.latex(profile).split(" = ")[0]
        if line.word in ("refuted", "open"):
            found[left] = line
        else:
            assert line.word in ("proved", "definition")
            assert left not in SLIPS
    assert found.keys() == SLIPS.keys()
    for left, (word, said) in SLIPS.items():
        assert found[left].word == word, left
        assert said in why(found[left]), (left, why(found[left]))
        if word == "refuted":
            against = found[left].cases[0].against
            assert against is not None
            assert against.left != against.right


def test_the_nearest_right_form_of_a_slip_is_given_in_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = str(DOCUMENTS / "lstm_mistakes.md")
    assert main(["check", file, "--profile", "lstm", "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    [dc] = [item for item in result["items"] if item["statement"].startswith("dc_{t} =")]
    assert dc["source"]["line"] == 27
    assert dc["nearest"]["statement"].endswith("\\, f_{t+1, j}")
    assert dc["counterexample"]["left"] != dc["counterexample"]["right"]
    assert result["broken"] is not None


# --------------------------------------------------------------------------------- single lines

RIGHT_LINES = [
    (ROWS, "cs231n", r"dS_2 = \frac{1}{N} (S_2 - Y)"),
    (ROWS, "cs231n", r"dS_2 = (S_2 - Y)/N"),
    (ROWS, "cs231n", r"dW_2 = H^T dS_2"),
    (ROWS, "cs231n", r"\nabla_{W_2} L = H^{\top} dS_2"),
    (ROWS, "cs231n", r"\frac{dL}{dW_2} = \frac{1}{N} H^T (S_2 - Y)"),
    (ROWS, "cs231n", r"db_2 = \sum_n dS_2"),
    (ROWS, "cs231n", r"db_2 = \mathbf{1}^T dS_2"),
    (ROWS, "cs231n", r"dH = dS_2 W_2^T"),
    (ROWS, "cs231n", r"dS_1 = dH \odot (1 - H \odot H)"),
    (ROWS, "cs231n", r"dS_1 = (dS_2 W_2^T) \odot (1 - \tanh^2(S_1))"),
    (ROWS, "cs231n", r"dS_1 = dH \odot \tanh'(S_1)"),
    (ROWS, "cs231n", r"dW_1 = X^T (dH \odot (1 - H^2))".replace("H^2", r"H \odot H")),
    (ROWS, "cs231n", r"dX = dS_1 W_1^T"),
    (ROWS, "cs231n", r"dS_{2,nk} = \frac{1}{N} (S_{2,nk} - Y_{nk})"),
    (ROWS, "cs231n", r"dW_2^T = dS_2^T H"),
    (ROWS, "cs231n", r"X^T dS_1 = dW_1"),
    (ROWS, "cs231n", r"\Delta W_2 = -\eta H^T dS_2"),
    (ROWS, "cs231n", r"H = \tanh(X W_1 + b_1)"),
    (GATES, "lstm", r"\delta_t = dh_t \odot (1 - h_t^2)"),
    (GATES, "lstm", r"dh_t = h_t - y_t + U^T \delta_{t+1}"),
    (GATES, "lstm", r"dh_{t-1} = h_{t-1} - y_{t-1} + U^T \delta_t"),
    (GATES, "lstm", r"dh_T = h_T - y_T"),
    (GATES, "lstm", r"dU = \sum_{t=1}^T \delta_t h_{t-1}^T"),
    (GATES, "lstm", r"dU = \delta_1 h_0^T + \sum_{t=2}^T \delta_t h_{t-1}^T"),
    (GATES, "lstm", r"dW_{jk} = \sum_t \delta_{t,j} x_{t,k}"),
    (GATES, "lstm", r"dh_0 = U^T \delta_1"),
    (GATES, "lstm", r"dx_t = W^\top \mathrm{diag}(1 - h_t^2) dh_t"),
    (GATES, "lstm", r"\delta h_t = h_t - y_t + U^T \delta_{t+1}"),
]
WRONG_LINES = [
    (ROWS, "cs231n", r"dS_2 = S_2 - Y", "refuted", "N"),
    (ROWS, "cs231n", r"dS_2 = \frac{1}{N} (Y - S_2)", "refuted", "sign"),
    (ROWS, "cs231n", r"dS_2 = \frac{1}{2N} (S_2 - Y)", "refuted", "2"),
    (ROWS, "cs231n", r"dW_2 = X^T dS_1", "open", "two sides do not fit"),
    (ROWS, "cs231n", r"dW_2 = dS_2^T H", "open", "two sides do not fit"),
    (ROWS, "cs231n", r"dW_2 = H dS_2", "open", "product do not fit"),
    (ROWS, "cs231n", r"dW_2 = H^T dS_1", "open", "two sides do not fit"),
    (ROWS, "cs231n", r"dW_2 = H^T \odot dS_2", "open", "\\odot do not fit"),
    (ROWS, "cs231n", r"dW_2 = H^T \cdot dS_2", "open", "Write \\odot"),
    (ROWS, "cs231n", r"dH = dS_2 W_2", "open", "product do not fit"),
    (ROWS, "cs231n", r"db_2 = dS_2", "open", "two sides do not fit"),
    (ROWS, "cs231n", r"db_2 = \frac{1}{N} \sum_n dS_2", "refuted", "N"),
    (ROWS, "cs231n", r"dS_1 = dH", "refuted", "missing"),
    (ROWS, "cs231n", r"dS_1 = dH \odot (1 - H)", "refuted", ""),
    (ROWS, "cs231n", r"dS_1 = dH \odot H \odot (1 - H)", "refuted", "is not tanh'"),
    (ROWS, "cs231n", r"dS_1 = dH \odot \tanh(S_1)", "refuted", "derivative"),
    (ROWS, "cs231n", r"dX = dS_1 W_1^T + dS_2 W_1^T", "open", "product do not fit"),
    (ROWS, "cs231n", r"dX = 2 \cdot dS_1 W_1^T", "refuted", "2"),
    (ROWS, "cs231n", r"dW_2^T = -dS_2^T H", "refuted", ""),
    (ROWS, "cs231n", r"\Delta W_2 = \eta H^T dS_2", "refuted", ""),
    (ROWS, "cs231n", r"H = \tanh(X W_1)", "refuted", ""),
    (ROWS, "cs231n", r"dW_3 = H^T dS_2", "open", "two sides do not fit"),
    (ROWS, "cs231n", r"dS_3 = dS_2", "open", "not defined"),
    (ROWS, "cs231n", r"dW_2 = \sum_k H^T dS_2", "open", "nothing in it shows k"),
    (GATES, "lstm", r"\delta_t = dh_t \odot (1 - h_t)", "refuted", ""),
    (GATES, "lstm", r"\delta_t = dh_t", "refuted", "missing"),
    (GATES, "lstm", r"dh_t = h_t - y_t + U^T \delta_t", "refuted", "off by one"),
    (GATES, "lstm", r"dh_t = h_t - y_t + U^T \delta_{t-1}", "refuted", "t+1"),
    (GATES, "lstm", r"dh_t = h_t - y_t", "refuted", "next step in time"),
    (GATES, "lstm", r"dh_t = h_t - y_t + U \delta_{t+1}", "refuted", ""),
    (GATES, "lstm", r"dh_t = y_t - h_t + U^T \delta_{t+1}", "refuted", ""),
    (GATES, "lstm", r"dh_{t-1} = h_t - y_t + U^T \delta_t", "refuted", ""),
    (GATES, "lstm", r"dh_T = h_T - y_T + \delta_T", "refuted", ""),
    (GATES, "lstm", r"dU = \sum_t \delta_t h_t^T", "refuted", "h[t-1"),
    (GATES, "lstm", r"dU = \sum_{t=2}^T \delta_t h_{t-1}^T", "refuted", ""),
    (GATES, "lstm", r"dU = \sum_t h_{t-1} \delta_t^T", "refuted", ""),
    (GATES, "lstm", r"dW = \sum_t \delta_t x_{t-1}^T", "refuted", ""),
    (GATES, "lstm", r"dW = \delta_t x_t^T", "open", "t is free"),
    (GATES, "lstm", r"dW = \sum_t x_t \delta_t^T", "open", "two sides do not fit"),
    (GATES, "lstm", r"db = \delta_T", "refuted", ""),
    (GATES, "lstm", r"\frac{\partial L_t}{\partial h_t} = y_t - h_t", "open", ""),
]


@pytest.mark.parametrize(("forward", "profile", "formula"), RIGHT_LINES)
def test_a_right_line_is_proved(forward: str, profile: str, formula: str) -> None:
    line = last(forward, formula, profile)
    assert line.word == "proved", why(line)


@pytest.mark.parametrize(("forward", "profile", "formula", "word", "said"), WRONG_LINES)
def test_a_wrong_line_is_not(
    forward: str, profile: str, formula: str, word: str, said: str
) -> None:
    line = last(forward, formula, profile)
    assert line.word == word, why(line)
    assert said in why(line)
    if word == "refuted":
        assert line.cases[0].against is not None
