"""Signs without a time in a document with times: peepholes, one target, a loss at the last time."""

from __future__ import annotations

import pytest

from symbolic.reading.arrays.findings import ArrayJudged
from symbolic.reading.arrays.judgement import judge_arrays
from symbolic.reading.arrays.profile import array_profile
from symbolic.reading.arrays.reading import read_arrays

pytestmark = pytest.mark.slow

PEEPHOLES = r"""
$$i_t = \sigma(W_i x_t + U_i h_{t-1} + p_i \odot C_{t-1} + b_i), \qquad
f_t = \sigma(W_f x_t + U_f h_{t-1} + p_f * C_{t-1} + b_f)$$
$$\tilde{C}_t = \tanh(W_C x_t + U_C h_{t-1} + b_C), \qquad C_t = f_t * C_{t-1} + i_t * \tilde{C}_t$$
$$o_t = \sigma(W_o x_t + U_o h_{t-1} + p_o \odot C_t + b_o), \qquad h_t = o_t * \tanh(C_t)$$
The loss is $L = \sum_t L_t$ with $L_t = \frac12 \|h_t - y_t\|^2$.
"""
CELL = r"\frac{\partial L}{\partial C_t} = \frac{\partial L}{\partial h_t} * o_t"
CELL += r" * (1 - \tanh^2(C_t))"
LATER = r" + \delta_{i,t+1} \odot p_i + \delta_{f,t+1} \odot p_f"
LATER += r" + \frac{\partial L}{\partial C_{t+1}} * f_{t+1}"
NETWORK = r"We have $z_t = W x_t + U h_{t-1} + b$ and $h_t = \tanh(z_t)$. "
NAMED = r" Let $\delta_t = \frac{\partial L}{\partial z_t}$. Then "
LAST = r"The loss is taken at the last step only, $L = \frac12 \|h_T - y\|^2$."
UNKNOWN = r"The loss is $L = \ell(h_T, y)$."
SAID = r"The loss $L$ is computed only at the last step."
READ_OUT = r"""Only the last state is read out, $\hat y = \mathrm{softmax}(V h_T + c)$, and the
loss is $L = -\sum_k y_k \log \hat y_k$ with $\sum_k y_k = 1$."""


def lines(text: str, *formulas: str, profile: str = "lstm") -> list[ArrayJudged]:
    shown = "\n".join(f"$${formula}$$" for formula in formulas)
    reading = read_arrays(f"{text}\n{shown}\n", array_profile(profile))
    assert [str(problem) for problem in reading.problems] == []
    return list(judge_arrays(reading).lines)[-len(formulas) :]


def test_peephole_weights_have_no_time() -> None:
    found = lines(
        PEEPHOLES + "Let the error of the output gate be",
        r"\delta_{o,t} = \frac{\partial L}{\partial h_t} * \tanh(C_t) * o_t * (1 - o_t)",
        r"\frac{\partial L}{\partial p_o} = \sum_t \delta_{o,t} \odot C_t",
        r"\frac{\partial L}{\partial p_f} = \sum_t \delta_{f,t} \odot C_{t-1}",
        CELL + r" + \delta_{o,t} \odot p_o" + LATER,
        r"\frac{\partial L}{\partial p_f} = \sum_t \delta_{f,t} \odot C_t",
        CELL + LATER,
    )
    assert [line.word for line in found] == ["proved"] * 4 + ["refuted"] * 2


def test_delta_that_is_let_be_another_formula_is_neither_proved_nor_refuted() -> None:
    text = PEEPHOLES + r"Let $\delta_{o,t} = \frac{\partial L}{\partial h_t} * o_t$."
    [line] = judge_arrays(read_arrays(text, array_profile("lstm"))).lines[-1:]
    assert line.word == "open"
    assert "δ is a derivative" in line.cases[0].why


@pytest.mark.parametrize("loss", [LAST, UNKNOWN, SAID])
def test_a_loss_at_the_last_time_alone(loss: str) -> None:
    """Its error is that of the last state; before it there is the recursion alone."""
    end, back, wrong, early = lines(
        NETWORK + loss + NAMED,
        r"\delta_T = \frac{\partial L}{\partial h_T} \odot (1 - h_T^2)",
        r"\delta_t = (U^\top \delta_{t+1}) \odot (1 - h_t^2)",
        r"\delta_t = (U \delta_{t+1}) \odot (1 - h_t^2)",
        r"\frac{\partial L}{\partial W} = \delta_T x_T^\top",
    )
    assert [end.word, back.word, wrong.word, early.word] == ["proved"] * 2 + ["refuted"] * 2
    assert (end.cases[0].span, back.cases[0].span) == ("t = T", "t = 1 … T-1")
    assert wrong.cases[0].span == "t = 1 … T-1"


def test_an_output_of_the_last_time_alone_is_defined_without_a_time() -> None:
    found = lines(
        NETWORK + READ_OUT,
        r"\frac{\partial L}{\partial V} = (\hat y - y) h_T^\top",
        r"\frac{\partial L}{\partial c} = \hat y - y",
        r"\frac{\partial L}{\partial h_{t-1}} = U^\top \mathrm{diag}(1 - h_t^2)"
        r" \frac{\partial L}{\partial h_t}",
        r"\frac{\partial L}{\partial c} = y - \hat y",
    )
    assert [line.word for line in found] == ["proved"] * 3 + ["refuted"]
    assert found[0].cases[0].under == (("sum(j, y[j]) = 1",),)


def test_the_book_writes_its_last_time_as_tau_or_as_t() -> None:
    forward = r"""$$a^{(t)} = b + W h^{(t-1)} + U x^{(t)}, \quad h^{(t)} = \tanh(a^{(t)})$$
    $$o^{(t)} = c + V h^{(t)}, \quad \hat{y}^{(t)} = \mathrm{softmax}(o^{(t)})$$
    The loss is $L = L^{(T)}$ with $L^{(t)} = -\sum_k y_k^{(t)} \log \hat{y}_k^{(t)}$. Then"""
    found = lines(
        forward,
        r"\nabla_c L = \hat y^{(T)} - y^{(T)}",
        r"\nabla_{h^{(t)}} L = W^\top \mathrm{diag}(1 - (h^{(t+1)})^2) \nabla_{h^{(t+1)}} L",
        r"\nabla_c L = \sum_t (\hat y^{(t)} - y^{(t)})",
        profile="bptt",
    )
    assert [line.word for line in found] == ["proved", "proved", "refuted"]
