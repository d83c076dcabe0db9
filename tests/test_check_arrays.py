"""Derivations about whole arrays: right ones are proved, and each slip is refused on its line."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from reports.cli import main
from symbolic.errors import InputError
from symbolic.reading.arrays.explaining import NAMED, explain_arrays
from symbolic.reading.arrays.findings import ArrayJudged
from symbolic.reading.arrays.judgement import judge_arrays
from symbolic.reading.arrays.profile import (
    array_profile,
    known_array_profiles,
    parse_array_profile,
)
from symbolic.reading.arrays.reading import read_arrays, standard
from symbolic.reading.claims import Outcome
from symbolic.reading.notation import open_notation

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
OUTPUTS = r"""
We have $a_t = W x_t + U h_{t-1}$, $h_t = \tanh(a_t)$, $o_t = V h_t$, $p_t = \mathrm{softmax}(o_t)$,
$L_t = -y_t^T \log(p_t)$ and $L = \frac{1}{T} \sum_t L_t$. Then
"""
DL = r"\frac{\partial L_t}{\partial h_t}"


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
    assert "Proved, if Σ_k Y_n,k = 1 and no argument stands at a kink" in " ".join(out.split())
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_the_nearest_right_form_of_a_slip_is_given_in_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = str(DOCUMENTS / "lstm_mistakes.md")
    assert main(["check", file, "--profile", "lstm", "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    [dc] = [item for item in result["items"] if item["statement"].startswith("dc_{t} =")]
    assert dc["source"]["line"] == 27
    assert dc["nearest"]["right"].endswith("dc_{t+1} \\odot f_{t+1}")
    assert dc["nearest"]["edit"] == "f_{t+1} for f_{t}"
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
    (ROWS, "cs231n", r"dS_1 = dH \odot (1 - (H)^2)"),
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
    (GATES, "lstm", r"\frac{\partial L_t}{\partial h_t} = h_t - y_t"),
    (GATES, "lstm", r"dh_t = \frac{\partial L_t}{\partial h_t} + U^T \delta_{t+1}"),
    (GATES, "lstm", r"dh_T = \frac{\partial L_T}{\partial h_T}"),
    (OUTPUTS, "lstm", r"\frac{\partial L_t}{\partial o_t} = p_t - y_t"),
    (OUTPUTS, "lstm", r"\frac{\partial L_t}{\partial h_t} = V^T (p_t - y_t)"),
    (OUTPUTS, "lstm", r"dh_t = \frac{1}{T} \frac{\partial L_t}{\partial h_t} + U^T da_{t+1}"),
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
    (ROWS, "cs231n", r"dW_2 = H^T dS_3", "open", "not defined"),
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
    (GATES, "lstm", r"\frac{\partial L_t}{\partial h_t} = y_t - h_t", "refuted", ""),
    (
        GATES,
        "lstm",
        r"dh_t = \frac{\partial L_t}{\partial h_t} - U^T \delta_{t+1}",
        "refuted",
        "sign",
    ),
    (GATES, "lstm", r"dh_t = \frac{\partial L_t}{\partial h_t}", "refuted", "next step"),
    (
        GATES,
        "lstm",
        r"dh_t = \frac{\partial L_{t+1}}{\partial h_t} + U^T \delta_{t+1}",
        "open",
        "another",
    ),
    (OUTPUTS, "lstm", r"do_t = p_t - y_t", "refuted", "1/T"),
    (OUTPUTS, "lstm", r"do_t = \frac{1}{T} (p_t + y_t)", "refuted", ""),
    (OUTPUTS, "lstm", r"\frac{\partial L_t}{\partial h_t} = V (p_t - y_t)", "open", "do not fit"),
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


# ------------------------------------------------------------------------- what is not decided


@pytest.mark.parametrize(
    ("text", "profile", "said"),
    [
        (
            r"It is false that $H = X W_1$. $S = H W_2$. $L = \|S\|^2$.",
            "cs231n",
            "H may be defined in a formula",
        ),
        (
            r"$H = \mathrm{weird}(X W_1)$. $S = H W_2$. $L = \|S\|^2$.",
            "cs231n",
            "H may be defined in a formula",
        ),
        (r"$H_1 = X W_1$ and $S = H W_2$.", "cs231n", "H is not defined"),
        (r"$S = X W_2$. $P = \mathrm{weird}(S)$.", "cs231n", "the loss is not said"),
        (r"$S = X W_2$. Also S_2 = S W_2.", "cs231n", "the loss is not said"),
        (r"$S = X W_2$. $L = \mathrm{weird}(S)$.", "cs231n", "definition of L was not understood"),
        (r"$S = X W_2$. $J = \frac{1}{2} \|S\|^2$.", "cs231n", "which of J, L is the whole loss"),
        (r"$S = S W_2$.", "cs231n", "in a circle"),
        (r"$S = W_2 X$.", "cs231n", "a definition has an error"),
        (r"$S = X W_2 + \mathbf{1}^T \mathbf{1}$.", "cs231n", "a definition has an error"),
        (
            r"It is wrong that $W_2 = W_1^T$. $S = X W_2$. $L = \|S\|^2$.",
            "cs231n",
            "W may be defined",
        ),
        (r"$S = X W_2$. $L = \|S\|^2$. If $N = 1$ then", "cs231n", "not understood"),
    ],
)
def test_a_claim_is_open_where_the_program_is_not_sure(text: str, profile: str, said: str) -> None:
    reading = read_arrays(
        rf"{text} $$\frac{{\partial L}}{{\partial W_2}} = 0$$", array_profile(profile)
    )
    judgement = judge_arrays(reading)
    words = [line.word for line in judgement.lines]
    assert "proved" not in words
    assert "refuted" not in words
    told = [why(line) for line in judgement.lines if line.cases]
    told += [f"not understood: {problem}" for problem in reading.problems]
    assert any(said in one for one in told), told


def test_it_is_not_guessed_what_a_loss_reads() -> None:
    text = r"""$a_t = W x_t + U h_{t-1}$, $h_t = \tanh(a_t)$, $o_t = V h_t$.
    Then $dh_t = \frac{\partial L_t}{\partial h_t} + U^T da_{t+1}$."""
    assert "not clear whether the loss reads o" in why(judged(text, "lstm")[-1])
    unknown = r"$H = X W$. $L = \ell(H, W)$. Then $dW = X^T dH$."
    line = judged(unknown, "cs231n")[-1]
    assert line.word == "refuted"
    assert "slope_W" in why(line)


def test_words_that_deny_a_line_leave_it_unread() -> None:
    reading = read_arrays(rf"{ROWS} it is wrong that $dX = 0$.", array_profile("cs231n"))
    assert any("deny" in problem.what for problem in reading.problems)
    assert judge_arrays(reading).lines[-1].word == "definition"


def test_a_second_definition_is_a_claim_and_a_marked_one_an_error() -> None:
    claim = judged(r"$H = \max(0, X W)$ and $H = \mathrm{ReLU}(X W)$.", "cs231n")[-1]
    assert claim.word == "proved"
    wrong = judged(r"Let $H = \tanh(X W)$. Let $H = \sigma(X W)$.", "cs231n")[-1]
    assert "defined at line 1" in why(wrong)


def test_delta_has_the_sign_that_the_document_gives_it() -> None:
    text = r"$z_t = W x_t$, $h_t = \tanh(z_t)$. Let $\delta_t = -\frac{\partial L}{\partial z_t}$. "
    right = judged(text + r"Then $\delta_t = -dh_t \odot (1 - h_t^2)$.", "lstm")[-1]
    assert right.word == "proved"
    wrong = judged(text + r"Then $\delta_t = dh_t \odot (1 - h_t^2)$.", "lstm")[-1]
    assert (wrong.word, "sign" in why(wrong)) == ("refuted", True)
    unsaid = judged(r"$h_t = \tanh(W x_t)$. Then $\delta_t = dh_t \odot (1 - h_t^2)$.", "lstm")[-1]
    assert "is not said" in why(unsaid)


def test_nothing_is_outside_of_the_times() -> None:
    lines = judged(GATES + r"$\delta_{T+1} = 0$ and $dh_{T+1} = 1$.", "lstm")
    assert [line.word for line in lines[-2:]] == ["definition", "open"]


def test_stated_shapes_are_held_against_the_formulas() -> None:
    shapes = r"Let $X \in \mathbb{R}^{N \times D}$ and $W \in \mathbb{R}^{D \times C}$. "
    assert judged(shapes + r"$S = X W$. Then $dW = X^T dS$.", "cs231n")[-1].word == "proved"
    wrong = judged(shapes.replace(r"D \times C", r"C \times D") + "$S = X W$.", "cs231n")[-1]
    assert "N × D on the left, C × D" in why(wrong)
    odd = read_arrays(r"Let $W \in \mathbb{R}^{D}$.", array_profile("cs231n"))
    assert "shape of W" in odd.problems[0].what


# ------------------------------------------------------------------------------- other letters

GRU = r"""
$$\begin{aligned}
z_t &= \sigma(W_z x_t + U_z h_{t-1} + b_z) \\
r_t &= \sigma(W_r x_t + U_r h_{t-1} + b_r) \\
\tilde{h}_t &= \tanh(W_h x_t + U_h (r_t \odot h_{t-1}) + b_h) \\
h_t &= (1 - z_t) \odot h_{t-1} + z_t \odot \tilde{h}_t
\end{aligned}$$
Then $d\tilde{h}_t = dh_t \odot z_t$ and $dz_t = dh_t \odot (\tilde{h}_t - h_{t-1})$ and
$$dr_t = h_{t-1} \odot (U_h^T (d\tilde{h}_t \odot (1 - \tilde{h}_t^2)))$$
"""
BOLD = r"""
$\mathbf{Z}^{(1)} = \mathbf{X} \mathbf{W}^{(1)} + \mathbf{b}^{(1)}$,
$\mathbf{A}^{(1)} = \sigma(\mathbf{Z}^{(1)})$,
$\mathbf{Z}^{(2)} = \mathbf{A}^{(1)} \mathbf{W}^{(2)}$
and $L = \frac{1}{2} \|\mathbf{Z}^{(2)} - \mathbf{Y}\|_F^2$. Then
$$\delta^{(1)} = \delta^{(2)} \mathbf{W}^{(2)T} \odot \sigma'(\mathbf{Z}^{(1)})
= \delta^{(2)} \mathbf{W}^{(2)\top} \odot \mathbf{A}^{(1)} \odot (1 - \mathbf{A}^{(1)})$$
and $\mathbf{W}^{(1)} \leftarrow \mathbf{W}^{(1)} - \eta \mathbf{X}^T \delta^{(1)}$.
"""


@pytest.mark.slow
@pytest.mark.parametrize(("text", "profile"), [(GRU, "lstm"), (BOLD, "cs231n")])
def test_other_letters_and_other_cells_are_read(text: str, profile: str) -> None:
    reading = read_arrays(text, array_profile(profile))
    assert reading.problems == ()
    words = [line.word for line in judge_arrays(reading).lines]
    assert words[-3:] == ["proved"] * 3
    assert set(words) == {"definition", "proved"}


def test_an_update_that_climbs_is_refuted() -> None:
    line = last(ROWS, r"W_2 \leftarrow W_2 + \eta dW_2", "cs231n")
    assert line.word == "refuted"


def test_one_letter_in_two_styles_is_refused() -> None:
    reading = read_arrays(r"$S = X \mathbf{W}$ and $H = S W$", array_profile("cs231n"))
    assert "read as one sign" in reading.problems[0].what


@pytest.mark.slow
def test_what_was_understood_reads_back() -> None:
    texts = [((DOCUMENTS / name).read_text("utf-8"), profile) for name, profile in RIGHT.items()]
    texts += [(GRU, "lstm"), (BOLD, "cs231n"), (EACH, "cs231n"), (NEXT, "lstm")]
    texts += [(f"{forward}$${formula}$$", profile) for forward, profile, formula in RIGHT_LINES]
    again = 0
    for text, name in texts:
        profile = array_profile(name)
        for claim in read_arrays(text, profile).claims:
            [back] = read_arrays(f"$${claim.latex(profile)}$$", profile).claims
            assert (back.left, back.right) == (claim.left, claim.right), claim.latex(profile)
            again += 1
    assert again > 100


# ------------------------------------------------------------------------------------ profiles


@pytest.mark.parametrize("name", known_array_profiles())
def test_a_profile_understands_its_own_definitions(name: str) -> None:
    profile = array_profile(name)
    said = [symbol for symbol in profile.symbols.values() if symbol.definition]
    assert len(standard(profile)) == len(said)
    assert open_notation(name) == profile


def test_the_usual_definitions_stand_in_for_a_forward_pass_that_is_not_said() -> None:
    lines = judged(r"$df_t = dc_t \odot c_{t-1}$ and $do_t = dh_t \odot \tanh(c_t)$.", "lstm")
    assert [line.word for line in lines] == ["proved", "proved"]


OWN = """name = "own"
title = "My own"
calculus = "arrays"
vectors = "columns"
widths = ["D", "H"]
derivatives = ["d"]
[symbols.u]
is = "data"
meaning = "input"
shape = ["D"]
[symbols.M]
is = "weight"
meaning = "weights"
shape = ["H", "D"]
[symbols.v]
is = "value"
meaning = "output"
shape = ["H"]
[symbols.L]
is = "loss"
meaning = "loss"
"""


def test_a_profile_of_ones_own_is_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own, text = tmp_path / "own.toml", tmp_path / "own.md"
    own.write_text(OWN, "utf-8")
    text.write_text("Let $v = M u$. Then $dM = dv u^T$ and $du = M^T dv$.\n", "utf-8")
    assert main(["check", str(text), "--profile", str(own)]) == 0
    assert "In the notation of My own" in capsys.readouterr().out
    text.write_text("Let $v = M u$. Then $dM = -dv u^T$.\n", "utf-8")
    assert main(["check", str(text), "--profile", str(own)]) == 1
    assert "The sign is wrong" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('is = "data"', 'is = "date"', 8, "'date' is not known here"),
        ('shape = ["D"]', 'shape = ["Q"]', 7, "Q is no size of this profile"),
        ('vectors = "columns"', 'vectors = "upright"', 4, "'upright'"),
        ('is = "loss"', 'is = "data"', 7, 'needs a symbol that is = "loss"'),
        ('title = "My own"', "title = 3", 2, "text in quotes"),
        ('meaning = "loss"', 'meaning = "loss"\nsahpe = []', 22, "'shape'"),
    ],
)
def test_a_mistake_in_a_profile_names_its_place(old: str, new: str, line: int, said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_array_profile(OWN.replace(old, new, 1), "own.toml")
    assert said in str(caught.value)
    assert caught.value.line == line


def test_an_unknown_notation_names_the_near_one() -> None:
    with pytest.raises(InputError, match="cs231n"):
        open_notation("cs231")


def test_every_formula_of_a_document_is_in_the_ledger() -> None:
    text = (DOCUMENTS / "lstm_mistakes.md").read_text("utf-8")
    ledger = read_arrays(text, array_profile("lstm")).ledger
    assert sum(entry.text.count("=") for entry in ledger) == text.count("=")
    assert {entry.outcome for entry in ledger} == {
        Outcome.CLAIM,
        Outcome.DEFINITION,
        Outcome.MENTION,
    }


@pytest.mark.parametrize("ending", [".html", ".md", ".tex", ".txt", ".json"])
def test_every_page_of_an_array_document_shows_its_first_wrong_line(
    ending: str, tmp_path: Path
) -> None:
    page, file = tmp_path / f"page{ending}", tmp_path / "notes.md"
    file.write_text(rf"{GATES}$dh_t = h_t - y_t + U^T \delta_t$", "utf-8")
    assert main(["check", str(file), "--profile", "lstm", "-o", str(page)]) == 1
    text = page.read_text("utf-8")
    assert "refuted" in text.lower()
    assert "off by one" in text


def test_explain_says_what_every_sign_and_operator_means(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["check", "--explain", "--profile", "cs231n"]) == 0
    out = capsys.readouterr().out
    for sign, what in {
        "X": "input, a row for each sample: N × D",
        "b": "bias, a row: ? (so are γ, β, c)",
        "A B": "the product of matrices, or a number times an array",
        "A ⊙ B": "the elementwise product",
        "A + b": "the row b is added to every row of A",
    }.items():
        assert f"  {sign:<20}  {what}\n" in out
    assert all(len(row) <= 80 for row in out.splitlines())
    file = str(DOCUMENTS / "lstm.md")
    assert main(["check", "--explain", "--json", file, "--profile", "lstm"]) == 0
    both = capsys.readouterr()
    json.loads(both.out)
    assert "usually c_t = f_t ⊙ c_(t-1) + i_t ⊙ g_t" in both.err


@pytest.mark.parametrize("name", known_array_profiles())
def test_explain_leaves_out_no_sign_of_a_profile(name: str) -> None:
    profile = array_profile(name)
    said = explain_arrays(profile)
    for sign in (*profile.symbols, *profile.letters, *profile.time, *profile.derivatives):
        assert sign in said, sign
    assert {*profile.functions.values()} <= NAMED.keys()


@pytest.mark.slow
def test_several_array_documents_have_the_worst_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [str(DOCUMENTS / name) for name in ("lstm.md", "elman_network.md")]
    assert main(["check", *names, "--profile", "lstm"]) == 0
    assert "All 2 documents together: proved." in capsys.readouterr().out
    unread, wrong = tmp_path / "unread.md", tmp_path / "wrong.tex"
    unread.write_text("$df_t = \\mathrm{weird}(dc_t)$\n", "utf-8")
    wrong.write_text("\\begin{document}$df_t = dc_t \\odot c_t$\\end{document}\n", "utf-8")
    assert main(["check", names[0], str(unread), "--profile", "lstm"]) == 3
    capsys.readouterr()
    every = [names[0], str(unread), str(wrong)]
    assert main(["check", *every, "--profile", "lstm", "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert [one["verdict"] for one in result["files"]] == ["proved", "open", "refuted"]
    assert {item["file"] for item in result["items"]} == {names[0], str(wrong)}
    assert main(["check", *every, "--profile", "lstm", "-o", str(tmp_path / "p.html")]) == 2
    assert "give one FILE" in capsys.readouterr().err


def test_stdin_is_a_document_or_one_formula(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for text, code in {
        "df_t = dc_t \\odot c_{t-1}\n": 0,
        "Then $df_t = dc_t \\odot c_t$.\n": 1,
        "\\begin{document}$df_t = dc_t \\odot c_{t-1}$\\end{document}\n": 0,
    }.items():
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert main(["check", "-", "--profile", "lstm"]) == code
        assert "standard input" in capsys.readouterr().out


def test_the_notation_that_reads_more_may_be_one_of_arrays_or_of_neurons(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows, neurons = tmp_path / "rows.md", tmp_path / "neurons.md"
    rows.write_text(ROWS + "$dW_2 = H^T dS_2$ and $db_2 = \\mathbf{1}^T dS_2$\n", "utf-8")
    neurons.write_text(
        "$\\delta_j = e_j \\varphi_j'(v_j)$, $e_j = d_j - y_j$, $v_j = \\sum_i w_{ji} y_i$\n",
        "utf-8",
    )
    main(["check", str(rows)])
    assert "with --profile cs231n." in capsys.readouterr().err
    main(["check", str(neurons), "--profile", "cs231n"])
    assert "with --profile haykin." in capsys.readouterr().err
    main(["check", str(rows), "--profile", "cs231n"])
    assert "--profile" not in capsys.readouterr().err


@pytest.mark.slow
def test_the_fixed_copy_has_every_right_form_marked_and_is_proved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (DOCUMENTS / "lstm_mistakes.md").read_text("utf-8")
    file = tmp_path / "notes.md"
    file.write_text(text, "utf-8")
    assert main(["check", str(file), "--profile", "lstm", "--fix"]) == 1
    said = capsys.readouterr().err
    assert "seven places changed and marked; checked again, no line is wrong." in said
    assert file.read_text("utf-8") == text
    copy = tmp_path / "notes.fixed.md"
    assert copy.read_text("utf-8").count("<!-- proofprop: changed (") == 7
    assert main(["check", str(copy), "--profile", "lstm"]) == 0


def test_the_fixed_copy_of_latex_keeps_what_is_right_and_writes_updates_as_updates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, copy = tmp_path / "a.tex", tmp_path / "b.tex"
    lines = "$dW_2 = H^T dS_2$ and $W_2 \\leftarrow W_2 + \\eta dW_2$ and $dH = dS_2 W_2$."
    file.write_text(f"\\begin{{document}}{ROWS}{lines}\n\\end{{document}}\n", "utf-8")
    assert main(["check", str(file), "--profile", "cs231n", "--fix", "-o", str(copy)]) == 1
    text = copy.read_text("utf-8")
    assert "$dW_2 = H^T dS_2$ and $W_2 \\leftarrow W_{2} - \\eta dW_{2}$" in text
    assert "and $dH = dS_{2} W_{2}^{\\top}$." in text
    assert text.count("% proofprop: changed") == 2
    assert main(["check", str(copy), "--profile", "cs231n"]) == 0


def test_nothing_is_written_where_no_array_line_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.md"
    file = str(DOCUMENTS / "lstm.md")
    assert main(["check", file, "--profile", "lstm", "--fix", "-o", str(copy)]) == 0
    assert "no line is wrong; nothing was written." in capsys.readouterr().err
    assert not copy.exists()


# ----------------------------------------------------------------------- definitions one step on

NEXT = r"""
We have $z_{t+1} = W x_{t+1} + U h_t + b$ and $h_{t+1} = \tanh(z_{t+1})$.
Let $\delta_t = \frac{\partial L}{\partial z_t}$. The loss is $L = \sum_t L_t$
with $L_t = \frac{1}{2} \|h_t - y_t\|^2$. Then
"""


@pytest.mark.parametrize(
    ("formula", "word"),
    [
        (r"dh_t = h_t - y_t + U^T \delta_{t+1}", "proved"),
        (r"\delta_{t+1} = dh_{t+1} \odot (1 - h_{t+1}^2)", "proved"),
        (r"dU = \sum_t \delta_t h_{t-1}^T", "proved"),
        (r"h_t = \tanh(W x_t + U h_{t-1} + b)", "proved"),
        (r"dU = \sum_t \delta_t h_t^T", "refuted"),
        (r"dh_t = h_t - y_t + U^T \delta_t", "refuted"),
        (r"h_t = \tanh(W x_t + U h_t + b)", "refuted"),
    ],
)
def test_a_definition_of_the_next_time_is_one_of_this_time(formula: str, word: str) -> None:
    assert last(NEXT, formula, "lstm").word == word


def test_how_a_definition_of_the_next_time_is_read_is_said() -> None:
    judgement = judge_arrays(read_arrays(NEXT, array_profile("lstm")))
    assert "h[t+1] = … is read as h[t] = … for t = 1 … T" in judgement.remarks
    assert [line.word for line in judgement.lines] == ["definition"] * 5


@pytest.mark.parametrize(
    "definition",
    [
        r"z_{t+1} = W x_t + U h_t",  # data before the first time
        r"z_{t+1} = W x_{t+2} + U h_t",
        r"z_{t+1} = W x_1 + U h_t",
    ],
)
def test_a_definition_of_the_next_time_is_read_only_where_its_times_are_clear(
    definition: str,
) -> None:
    text = rf"We have ${definition}$ and $h_t = \tanh(z_t)$. Then $dz_t = dh_t \odot (1 - h_t^2)$."
    words = [line.word for line in judged(text, "lstm")]
    assert "proved" not in words
    assert "refuted" not in words


# ------------------------------------------------------------------------ the loss of each sample

EACH = r"""
The forward pass is $S = X W + b$ and $P = \mathrm{softmax}(S)$. The loss of a sample is
$L_n = -\sum_k Y_{nk} \log(P_{nk})$ and $L = \frac{1}{N} \sum_n L_n$. Then
"""


@pytest.mark.parametrize(
    ("formula", "word"),
    [
        (r"dS = \frac{1}{N} (P - Y)", "proved"),
        (r"dW = \frac{1}{N} X^T (P - Y)", "proved"),
        (r"L_n = -\sum_k Y_{nk} \ln(P_{nk})", "proved"),
        (r"dS = P - Y", "refuted"),
        (r"L_n = \sum_k Y_{nk} \log(P_{nk})", "refuted"),
        (r"L_n = -\log(P_{nk})", "open"),
    ],
)
def test_the_loss_of_each_sample_is_part_of_the_loss(formula: str, word: str) -> None:
    line = last(EACH, formula, "cs231n")
    assert line.word == word
    assert formula.startswith("L_n") == line.claim.latex(array_profile("cs231n")).startswith(
        "L_{n} ="
    )


def test_the_loss_of_each_sample_alone_says_no_whole_loss() -> None:
    text = r"We have $S = X W$ and $L_n = \frac{1}{2} \sum_k (S_{nk})^2$. Then $dS = S$."
    line = judged(text, "cs231n")[-1]
    assert line.word == "open"
    assert "as in L = 1/N Σ_n L_n" in why(line)


@pytest.mark.parametrize(
    ("right", "word"),
    [
        ("P_{nk} - Y_{nk}", "proved"),
        (r"\frac1N (P_{nk} - Y_{nk})", "refuted"),
        ("P_{nk}", "refuted"),
    ],
)
def test_the_loss_of_each_sample_is_differentiated(right: str, word: str) -> None:
    assert (
        last(EACH, rf"\frac{{\partial L_n}}{{\partial S_{{nk}}}} = {right}", "cs231n").word == word
    )


# ------------------------------------------------------------------------- columns among the rows

COLUMN = r"""
The forward pass is $S = X W + \mathbf{1} b^T$ and $L = \frac{1}{2N} \|S - Y\|^2$. Then
"""


@pytest.mark.parametrize(
    ("formula", "word"),
    [
        (r"dS = \frac{1}{N} (S - Y)", "proved"),
        (r"db = dS^T \mathbf{1}", "proved"),
        (r"db^T = \mathbf{1}^T dS", "proved"),
        (r"db_k = \sum_n dS_{nk}", "proved"),
        (r"db = -dS^T \mathbf{1}", "refuted"),
        (r"db = \frac{1}{N} dS^T \mathbf{1}", "refuted"),
        (r"db = \mathbf{1}^T dS", "open"),
        (r"db = \sum_n dS_n", "open"),
    ],
)
def test_a_bias_that_is_added_as_1_times_its_transpose_is_a_column(formula: str, word: str) -> None:
    assert last(COLUMN, formula, "cs231n").word == word


def test_that_a_bias_is_read_as_a_column_is_said_and_holds_in_the_whole_document() -> None:
    judgement = judge_arrays(read_arrays(COLUMN, array_profile("cs231n")))
    assert judgement.remarks == ("b is a column, since 1 b^T is added",)
    both = judged(COLUMN + "$H = X W + b$ and $dS = 0$", "cs231n")
    assert [line.word for line in both][-2:] != ["definition", "refuted"]
    assert any("do not fit" in why(line) for line in both if line.cases)
    row = judged(COLUMN.replace(r"\mathbf{1} b^T", "b") + r"$db = dS^T \mathbf{1}$", "cs231n")
    assert row[-1].word == "open"


def test_softmax_written_with_e_to_a_power() -> None:
    forward = r"""
The scores are $S = X W + b$, $P_{nk} = \frac{e^{S_{nk}}}{\sum_m e^{S_{nm}}}$, and the loss is
$L = -\frac{1}{N} \sum_n \sum_k Y_{nk} \log P_{nk}$. Then"""
    right = last(forward, r"dS = \frac{1}{N} (P - Y)", "cs231n")
    assert right.word == "proved"
    assert right.cases[0].under == (("sum(j, Y[n,j]) = 1",),)
    assert last(forward, r"dS = \frac{1}{N} (P + Y)", "cs231n").word == "refuted"
