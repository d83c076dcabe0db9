"""Letters that a text about whole arrays introduces, and the derivatives of what is no loss."""

from __future__ import annotations

import pytest

from symbolic.reading.arrays.judgement import judge_arrays
from symbolic.reading.arrays.profile import array_profile
from symbolic.reading.arrays.reading import read_arrays
from tests.test_check_arrays_everyday import quickly, why, words

pytestmark = pytest.mark.slow

VECTORS = array_profile("vectors")
LOW_RANK = r"Let $T = X U$, $S = T V + c$ and let $G = \frac{\partial L}{\partial S}$. Then"
NORMED = r"""
$$\mu_i = \frac{1}{D} \sum_{j=1}^{D} X_{ij}, \quad v_i = \frac{1}{D} \sum_j (X_{ij} - \mu_i)^2$$
$$\hat{X}_{ij} = \frac{X_{ij} - \mu_i}{\sqrt{v_i + \epsilon}}$$ $$O = \gamma \odot \hat{X} + \beta$$
"""
BATCH = r"""
$$Z = X W, \quad \mu = \frac{1}{N} \sum_{i=1}^N Z_i, \quad v = \frac{1}{N} \sum_i (Z_i - \mu)^2$$
$$\hat{Z} = (Z - \mu) / \sqrt{v + \epsilon}, \quad A = \gamma \odot \hat{Z} + \beta$$
"""
SCALAR = r"""
We have $\mathbf{z} = W\mathbf{x} + \mathbf{b}$, $\mathbf{h} = f(\mathbf{z})$, the prediction
$\hat{y} = \mathbf{u}^T \mathbf{h} + c$ and the loss $L = \frac{1}{2}(\hat{y} - y)^2$. Then
"""
SOFTMAX = r"""
$z = W x + b$, $h = \tanh(z)$, $s = U h + c$, $p = \mathrm{softmax}(s)$ and $L = -y^T \log p$. Then
"""
L_Z, L_S, H_Z = (
    rf"\frac{{\partial {one}}}{{\partial {other}}}" for one, other in ("Lz", "Ls", "hz")
)
S_H, Z_W, L_W = (
    rf"\frac{{\partial {one}}}{{\partial {other}}}" for one, other in ("sh", "zW", "LW")
)


@pytest.mark.parametrize(
    ("text", "profile", "right", "wrong"),
    [
        (
            LOW_RANK,
            "cs231n",
            (r"\frac{\partial L}{\partial V} = U^T X^T G", r"dU = X^T G V^T", "dT = G V^T"),
            (r"\frac{\partial L}{\partial V} = -U^T X^T G", r"dU = 2 X^T G V^T"),
        ),
        (
            NORMED,
            "cs231n",
            (
                r"d\gamma_j = \sum_i dO_{ij} \hat{X}_{ij}",
                r"d\hat{X} = dO \odot \gamma",
                r"dX_{ij} = \frac{1}{\sqrt{v_i + \epsilon}} \left( d\hat{X}_{ij} - \frac{1}{D} "
                r"\sum_k d\hat{X}_{ik} - \hat{X}_{ij} \frac{1}{D} \sum_k d\hat{X}_{ik} "
                r"\hat{X}_{ik} \right)",
            ),
            (
                r"d\beta = \sum_i \hat{X}_i",
                r"dX_{ij} = \frac{1}{\sqrt{v_i + \epsilon}} (d\hat{X}_{ij} - \frac{1}{D} "
                r"\sum_k d\hat{X}_{ik})",
            ),
        ),
        (
            BATCH,
            "cs231n",
            (
                r"dZ = \frac{1}{N \sqrt{v + \epsilon}} (N d\hat{Z} - \sum_i d\hat{Z}_i - \hat{Z} "
                r"\odot \sum_i d\hat{Z}_i \odot \hat{Z}_i)",
            ),
            (r"dZ = \frac{1}{\sqrt{v + \epsilon}} d\hat{Z}", r"d\beta = \frac{1}{N} \sum_i dA_i"),
        ),
        (
            SCALAR,
            "vectors",
            (
                r"\frac{\partial L}{\partial \mathbf{u}} = (\hat{y} - y) \mathbf{h}",
                r"\frac{\partial L}{\partial W} = ((\hat{y} - y) \mathbf{u} \odot f'(\mathbf{z})) "
                r"\mathbf{x}^T",
                r"\frac{\partial L}{\partial c} = \hat{y} - y",
            ),
            (
                r"\frac{\partial L}{\partial \mathbf{h}} = (y - \hat{y}) \mathbf{u}",
                r"\frac{\partial L}{\partial c} = 2 (\hat{y} - y)",
            ),
        ),
        (
            r"The error is $E = \frac{1}{2N} \|X W - Y\|_F^2$.",
            "cs231n",
            (r"\frac{\partial E}{\partial W} = \frac{1}{N} X^T (X W - Y)",),
            (r"\frac{\partial E}{\partial W} = X^T (X W - Y)",),
        ),
        (
            r"Tied weights: $H = \sigma(X W)$, $\hat{X} = H W^T$, $L = \frac12 \|\hat{X} - X\|^2$.",
            "cs231n",
            (r"dW = X^T (d\hat{X} W \odot H \odot (1 - H)) + d\hat{X}^T H",),
            (r"dW = X^T (d\hat{X} W \odot H \odot (1 - H))",),
        ),
        (
            r"$Z = X W$, $H = \max(\alpha Z, Z)$, $L = \frac12 \|H - Y\|^2 + \rho \|W\|_1$.",
            "cs231n",
            (
                r"dZ = (H - Y) \odot (\mathbb{1}[Z > 0] + \alpha \mathbb{1}[Z \le 0])",
                r"dW = X^T dZ + \rho\, \mathrm{sign}(W)",
            ),
            (r"dZ = (H - Y) \odot \mathbb{1}[Z > 0]", r"dW = X^T dZ + \rho W"),
        ),
        (
            r"Let $L = x^T A x$.",
            "vectors",
            (r"\nabla_x L = (A + A^T) x", r"\nabla_A L = x x^T"),
            (r"\nabla_x L = 2 A x",),
        ),
        (
            r"Let $L = \mathrm{tr}(A X B)$.",
            "vectors",
            (r"\frac{\partial L}{\partial X} = A^T B^T", r"L = \mathrm{tr}(B A X)"),
            (r"\frac{\partial L}{\partial X} = -A^T B^T", r"L = 2 \mathrm{tr}(B A X)"),
        ),
    ],
)
def test_a_letter_is_what_the_definitions_of_the_text_make_of_it(
    text: str, profile: str, right: tuple[str, ...], wrong: tuple[str, ...]
) -> None:
    assert words(text, right, profile) == ["proved"] * len(right)
    assert words(text, wrong, profile) == ["refuted"] * len(wrong)


def test_what_is_given_and_not_defined_is_said() -> None:
    text = r"$S = Q K^T$, $A = \mathrm{softmax}(S)$, $O = A V$. $$dV = A^T dO$$ $$dQ = dS\, K$$"
    judgement = judge_arrays(read_arrays(text, array_profile("cs231n")))
    assert [one.word for one in judgement.lines[-2:]] == ["proved", "proved"]
    assert {f"{one} is not defined; it is given" for one in "QKV"} <= {*judgement.remarks}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (r"$S = q(X W)$. $$dW = X^T dS$$", "The sign q is not declared"),
        (r"$S = \mathrm{weird}(X W)$. $$dW = X^T dS$$", r"\mathrm{weird} is not declared"),
        (r"$S = X W$. $$dW = T^T dS$$", "The sign T is not declared"),
    ],
)
def test_what_may_be_a_function_or_is_nowhere_defined_is_no_letter(text: str, said: str) -> None:
    reading = read_arrays(text, array_profile("cs231n"))
    assert any(said in str(problem) for problem in reading.problems)
    assert "proved" not in [one.word for one in judge_arrays(reading).lines]


def test_derivatives_of_what_is_no_loss_are_matrices_and_chains_are_summed() -> None:
    right = (
        r"\frac{\partial p}{\partial s} = \operatorname{diag}(p) - p p^T",
        rf"{H_Z} = \operatorname{{diag}}(1 - h^2)",
        rf"{H_Z} = 1 - h^2",
        rf"{S_H} = U",
        r"\frac{\partial s}{\partial c} = I",
        rf"{L_W} = {L_S} {S_H} {H_Z} {Z_W}",
        rf"{L_Z} = {H_Z} ({S_H})^T {L_S}",
        rf"{L_Z} = \frac{{\partial L}}{{\partial h}} \odot {H_Z}",
        rf"\frac{{\partial s}}{{\partial z}} = {S_H} {H_Z}",
        r"\frac{\partial z_i}{\partial W_{ij}} = x_j",
        rf"{L_S} = (p - y)^T",
    )
    assert set(words(SOFTMAX, right, "vectors")) == {"proved"}
    wrong = (
        r"\frac{\partial p}{\partial s} = \operatorname{diag}(p) + p p^T",
        rf"{H_Z} = \operatorname{{diag}}(1 - h)",
        rf"{S_H} = -U",
        rf"{L_W} = 2 {L_S} {S_H} {H_Z} {Z_W}",
        r"\frac{\partial p_i}{\partial s_j} = p_i (1 - p_j)",
        r"\frac{\partial z_i}{\partial W_{ij}} = b_i x_j",
    )
    assert set(words(SOFTMAX, wrong, "vectors")) == {"refuted"}
    unfit = (
        rf"{L_S} = \frac{{\partial L}}{{\partial p}} \odot \frac{{\partial p}}{{\partial s}}",
        rf"{Z_W} = x",
        rf"{L_W} = {L_S} {S_H} {Z_W}",
    )
    assert set(words(SOFTMAX, unfit, "vectors")) == {"open"}


def test_a_chain_that_leaves_a_path_out_is_refuted() -> None:
    text = r"$Q = X A$, $K = X B$, $S = Q K^T$ and $L = \|S\|^2$. Then"
    chain = (
        r"dX = \frac{\partial L}{\partial S} \frac{\partial S}{\partial Q} "
        r"\frac{\partial Q}{\partial X}"
    )
    more = rf"{chain} + \frac{{\partial L}}{{\partial K}} \frac{{\partial K}}{{\partial X}}"
    assert words(text, (chain, more, r"dX = dQ A^T + dK B^T")) == ["refuted", "proved", "proved"]


def test_with_a_line_that_says_what_a_derivative_is_it_is_claimed() -> None:
    line = rf"{SOFTMAX} ${L_W} = {L_Z} x^T$ with $${L_S} = y - p, \quad {L_Z} = {H_Z} U^T {L_S}$$"
    wrong, right = quickly(line, "vectors")[-2:]
    assert (wrong.word, right.word) == ("refuted", "proved")
    condition = read_arrays(f"{SOFTMAX} For ${L_S} = 0$ we have ${L_W} = 0$.", VECTORS)
    assert len(condition.problems) == 1
    assert judge_arrays(condition).lines[-1].word == "open"


def test_suppose_there_is_a_layer_defines_it() -> None:
    text = r"Suppose we have $Y = X W + b$. Then $$dW = X^T dY$$ $$dX = dY W$$"
    *_, right, unfit = quickly(text)
    assert right.word == "proved"
    assert "type error" in why(unfit)


def test_a_text_of_differentials_gets_a_clear_answer() -> None:
    text = r"$S = A X$ and $L = \|S\|^2$. $$dL = \mathrm{tr}(2 S^T dS)$$ $$dS = A\, dX$$ $$dA = 0$$"
    reading = read_arrays(text, array_profile("cs231n"))
    assert ["Differentials are not read" in str(one) for one in reading.problems] == [True]
    differential, derivative = judge_arrays(reading).lines[-2:]
    assert differential.word == "open"
    assert derivative.word == "refuted"
