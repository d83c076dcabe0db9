"""Entries as papers write them: σ² that is defined as a square, μ_B, log p, one-hot classes."""

from __future__ import annotations

import pytest

from symbolic.reading.indexed.findings import IndexJudged
from symbolic.reading.indexed.judgement import judge_indices
from symbolic.reading.indexed.profile import index_profile
from symbolic.reading.indexed.reading import read_indices

pytestmark = pytest.mark.slow

BATCH = r"""Here $i$ runs over the samples 1 … $m$.
$$\mu_B = \frac{1}{m} \sum_i x_i, \qquad \sigma_B^2 = \frac{1}{m} \sum_i (x_i - \mu_B)^2$$
$$\hat{x}_i = \frac{x_i - \mu_B}{\sqrt{\sigma_B^2 + \epsilon}}, \qquad y_i = \gamma \hat{x}_i$$
The loss $L$ is any differentiable function of the $y_i$.
"""
LAYER = r"""The mean is $\mu = \frac{1}{n} \sum_i x_i$, the variance
$\sigma^2 = \frac{1}{n} \sum_i (x_i - \mu)^2$, and $y_i = \frac{x_i - \mu}{\sigma}$.
"""
CLASSES = r"""The probabilities are $p_k = \frac{e^{o_k}}{\sum_m e^{o_m}}$, the loss is
$L = -\sum_k t_k \log p_k$.
"""


def judged(text: str) -> list[IndexJudged]:
    """The verdict of every line."""
    reading = read_indices(text, index_profile("indices"), "markdown")
    assert [str(problem) for problem in reading.problems] == []
    return list(judge_indices(reading).lines)


def words(before: str, *formulas: str) -> list[str]:
    shown = "\n".join(f"$${formula}$$" for formula in formulas)
    return [one.word for one in judged(f"{before}\n{shown}\n")[-len(formulas) :]]


@pytest.mark.slow
def test_batch_normalisation_as_its_paper_writes_it() -> None:
    by_square = r"\frac{\partial L}{\partial \sigma_B^2} = "
    by_mean = r"\frac{\partial L}{\partial \mu_B} = "
    slope = r"\sum_i \frac{\partial L}{\partial \hat{x}_i}"
    last = r"\frac{\partial L}{\partial \sigma_B^2} \cdot \frac{\sum_i -2 (x_i - \mu_B)}{m}"
    right = (
        by_square + slope + r" (x_i - \mu_B) \cdot \frac{-1}{2} (\sigma_B^2 + \epsilon)^{-3/2}",
        rf"{by_mean}({slope} \cdot \frac{{-1}}{{\sqrt{{\sigma_B^2 + \epsilon}}}}) + {last}",
    )
    wrong = (right[0].replace("-3/2", "-1/2"), right[1].replace("-2 (x", "2 (x") + r" + \mu_B")
    assert words(BATCH, *right, *wrong) == ["proved", "proved", "refuted", "refuted"]


def test_a_deviation_is_the_root_of_the_variance_that_is_defined() -> None:
    given = r"\frac{\partial L}{\partial x_i} = \frac{1}{\sigma} \left("
    slopes = r"\frac{\partial L}{\partial y_i} - \frac{1}{n} \sum_j \frac{\partial L}{\partial y_j}"
    rest = r" - \frac{y_i}{n} \sum_j \frac{\partial L}{\partial y_j} y_j \right)"
    lost = rf"{given}{slopes}\right)"
    assert words(LAYER, given + slopes + rest, lost) == ["proved", "refuted"]
    assert words(LAYER, r"\sigma = \sigma^2") == ["refuted"]


def test_a_square_may_be_named_after_its_use() -> None:
    text = r"""Here $i$ runs over the units 1 … $m$. The loss $L$ is any differentiable function of
the $y_i$. Let $y_i = \frac{x_i}{\sigma^2}$, where $\sigma^2 = \frac{1}{m} \sum_i x_i$."""
    right = r"\frac{\partial L}{\partial \sigma^2} = "
    right += r"-\sum_i \frac{\partial L}{\partial y_i} \frac{x_i}{(\sigma^2)^2}"
    assert words(text, right, right.replace("= -", "= ")) == ["proved", "refuted"]


def test_a_square_is_no_definition_where_its_root_was_read_before() -> None:
    text = r"Here $i$ runs over the units. Let $y_i = s_i x_i$."
    reading = judged(text + "\n\n" + r"$$s_i^2 = s_i x_i$$")
    assert reading[-1].word != "definition"


def test_the_size_of_a_set_is_read_off_its_mean() -> None:
    """With n any number the line would be wrong."""
    mean = r"The mean is $\mu = \frac{1}{n} \sum_i x_i$ and $y_i = x_i - \mu$."
    zero = r"\sum_i y_i = 0"
    assert words(mean, zero) == ["proved"]
    assert words(mean.replace(r"\frac{1}{n}", r"\frac{1}{n + 1}"), zero) == ["refuted"]
    assert words(rf"Let $n = 2 \mu_0$. {mean}", zero) == ["refuted"]


@pytest.mark.parametrize("sign", ["B", r"\mathcal{B}"])
def test_a_capital_that_stands_with_one_sign_alone_is_a_label(sign: str) -> None:
    below = rf"\mu_{sign}" if sign == "B" else rf"\mu_{{{sign}}}"
    text = rf"Here $i$ runs over the samples 1 … $m$. Let ${below} = \frac{{1}}{{m}} \sum_i x_i$."
    loss = rf" Let $y_i = x_i - {below}$ and $L = \sum_i y_i$."
    right = rf"\frac{{\partial L}}{{\partial {below}}} = -m"
    assert words(text + loss, right, right.replace("-m", "m")) == ["proved", "refuted"]


def test_the_last_time_of_an_array_is_no_label() -> None:
    text = r"Here $t$ runs over the times 1 … $T$. Let $h_t = w x_t$ and $y = h_T$."
    [section] = read_indices(text, index_profile("indices")).sections
    assert section.program is not None
    assert {given.array for given in section.program.given} == {"w", "x"}
    assert {made.array for made in section.program.definitions} == {"h", "y"}


def test_cross_entropy_of_softmax_needs_that_the_classes_add_up_to_one() -> None:
    right = r"\frac{\partial L}{\partial o_k} = p_k - t_k"
    found = judged(f"{CLASSES}\n$${right}$$\n\n$${right.replace('- t', '+ t')}$$")[-2:]
    assert [one.word for one in found] == ["proved", "refuted"]
    assert found[0].cases[0].under == (("sum(k, t[k]) = 1",),)
    whole = r"\frac{\partial L}{\partial o_k} = p_k \sum_m t_m - t_k"
    [one] = judged(f"{CLASSES}\n$${whole}$$")[-1:]
    assert (one.word, one.cases[0].under) == ("proved", ())


@pytest.mark.parametrize(
    ("cost", "read"),
    [(r"\log p", True), (r"2 \log p", True), (r"\log p \, q", False), (r"\log", False)],
)
def test_a_function_without_brackets_is_of_the_next_factor_alone(cost: str, read: bool) -> None:
    reading = read_indices(f"Let $L = {cost}$.", index_profile("indices"), "markdown")
    assert bool(reading.problems) != read
    right = r"\frac{\partial L}{\partial p} = \frac{1}{p}"
    if read:
        assert words(f"Let $L = {cost}$.", right) == ["refuted" if "2" in cost else "proved"]


def test_what_follows_with_defines_or_is_known_and_is_no_condition() -> None:
    text = r"Here $n$ runs over the samples; $i$ runs over the inputs; $s$ is any differentiable"
    text += r" function. The output is $p_n = s(a_n)$ with $a_n = \sum_i w_i x_{ni}$."
    text += r" Let $L = \sum_n p_n$."
    right = r"\frac{\partial L}{\partial w_i} = \sum_n s'(a_n) x_{ni}"
    assert words(text, right, right.replace(r"s'(a_n) ", "")) == ["proved", "refuted"]
    condition = read_indices(rf"{text} Then ${right}$ with $a_n = 0$.", index_profile("indices"))
    assert "would be a condition" in str(condition.problems)


def test_a_letter_before_lone_entries_alone_is_a_function() -> None:
    text = r"Let $a_n = \sum_i w_i x_{ni}$, $p_n = s(a_n)$ and $L = \sum_n p_n$."
    right = r"\frac{\partial L}{\partial w_i} = \sum_n s'(a_n) x_{ni}"
    assert words(text, right, right.replace(r"s'(a_n) ", "")) == ["proved", "refuted"]
    factor = text.replace("$L", "$q = s$, $L")
    assert read_indices(factor, index_profile("indices")).problems


def test_that_given_entries_add_up_to_one_is_assumed_and_that_others_do_is_judged() -> None:
    given = judged(f"{CLASSES.rstrip()[:-1]}, where $\\sum_k t_k = 1$.")
    assert [(one.word, one.claim.kind.value) for one in given][-1] == ("assumption", "assumption")
    made = judged(f"{CLASSES.rstrip()[:-1]}, where $\\sum_k p_k = 1$.")
    assert made[-1].word == "proved"
    wrong = judged(f"{CLASSES.rstrip()[:-1]}, where $\\sum_k p_k = 2$.")
    assert wrong[-1].word == "refuted"


def test_a_loss_that_is_any_function_leaves_the_letters_to_be_supplied() -> None:
    text = r"Let $s_k = \sum_i q_i K_{ki}$, $a_k = \frac{e^{s_k}}{\sum_m e^{s_m}}$ and"
    text += r" $o_j = \sum_k a_k V_{kj}$. The loss $L$ is any differentiable function of the $o_j$."
    slope = r"\frac{\partial L}{\partial a_k}"
    right = rf"\frac{{\partial L}}{{\partial s_k}} = a_k ({slope} - \sum_m a_m {slope})"
    right = right.replace(rf"a_m {slope}", r"a_m \frac{\partial L}{\partial a_m}")
    assert words(text, right, right.replace("a_k (", "(")) == ["proved", "refuted"]


def test_a_cost_may_show_what_it_depends_on() -> None:
    text = r"The loss is $L(w) = \frac12 \sum_n (y_n - t_n)^2$ with $y_n = \sum_i w_i x_{ni}$."
    right = r"\frac{\partial L(w)}{\partial w_i} = \sum_n (y_n - t_n) x_{ni}"
    assert words(text, right, right.replace("- t_n", "+ t_n")) == [
        "proved",
        "refuted",
    ]


def test_what_a_line_defines_and_what_stands_without_brackets_is_no_function() -> None:
    gate = r"Let $g_j = \frac{1}{1 + e^{-u_j}}$, $y_j = g_j c_j$ and $L = \sum_j y_j t_j$."
    right = r"\frac{\partial L}{\partial u_j} = t_j c_j g_j (1 - g_j)"
    assert words(gate, right, right.replace("1 - g_j", "1 + g_j")) == ["proved", "refuted"]
    weighted = r"Let $e_j = \sigma_j (y_j - t_j)$ and $L = \sum_j e_j + \sum_j \sigma_j$."
    slope = r"\frac{\partial L}{\partial y_j} = \sigma_j"
    assert words(weighted, slope, slope.replace(r"= \sigma_j", r"= \sigma_j y_j")) == [
        "proved",
        "refuted",
    ]


@pytest.mark.parametrize("step", [r"[z_{nj} > 0]", r"1[z_{nj} > 0]", r"\mathbb{1}_{z_{nj} > 0}"])
def test_a_bracket_around_a_quantity_is_its_step(step: str) -> None:
    text = r"Let $z_{nj} = \sum_i x_{ni} w_{ij}$, $a_{nj} = \max(0, z_{nj})$ and"
    text += r" $L = \sum_n \sum_j a_{nj}^2$."
    right = rf"\frac{{\partial L}}{{\partial z_{{nj}}}} = 2 a_{{nj}} {step}"
    assert words(text, right, right.replace("2 a", "a")) == ["proved", "refuted"]


def test_classes_add_up_to_one_along_their_own_axis() -> None:
    text = r"Let $p_{nk} = \frac{e^{s_{nk}}}{\sum_m e^{s_{nm}}}$ and"
    text += r" $L = -\frac{1}{N} \sum_{n=1}^N \sum_k y_{nk} \log p_{nk}$."
    right = r"\frac{\partial L}{\partial s_{nk}} = \frac{1}{N} (p_{nk} - y_{nk})"
    [line] = judged(f"{text}\n\n$${right}$$")[-1:]
    assert (line.word, line.cases[0].under) == ("proved", (("sum(k, y[n,k]) = 1",),))


def test_a_function_that_a_text_defines_is_not_supplied() -> None:
    text = r"Let $f(x) = \frac{1}{1 + e^{-x}}$, $h_j = f(\sum_i w_{ji} x_i)$"
    text += r", $o = f(\sum_j v_j h_j)$ and $E = \frac{1}{2} (t - o)^2$."
    right = r"\frac{\partial E}{\partial w_{ji}} = -(t - o) o (1 - o) v_j h_j (1 - h_j) x_i"
    assert words(text, right, right.replace("h_j (1 - h_j)", "h_j")) == ["proved", "refuted"]
