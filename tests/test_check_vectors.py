"""Layers of one example as whole vectors, numbered or general, and an algorithm's running sign."""

from __future__ import annotations

import re
from itertools import permutations, product
from pathlib import Path

import pytest

from reports.cli import main
from symbolic.reading.arrays.findings import ArrayJudged
from symbolic.reading.arrays.judgement import Court
from symbolic.reading.arrays.layering import fitted, is_all, some_times
from symbolic.reading.arrays.profile import array_profile
from symbolic.reading.arrays.program import base_of
from symbolic.reading.arrays.reading import read_arrays
from symbolic.reading.arrays.rendering import render

NUMBERED = r"""
The hidden layer squashes, the output layer has a function of its own,
$$z^{[1]} = W^{[1]} x + b^{[1]}, \qquad a^{[1]} = \tanh(z^{[1]})$$
$$z^{[2]} = W^{[2]} a^{[1]} + b^{[2]}, \qquad \hat{y} = a^{[2]} = \sigma(z^{[2]})$$
and the loss is $L = \frac{1}{2} \|a^{[2]} - y\|^2$. Let
$$\delta^{[2]} = \frac{\partial L}{\partial z^{[2]}}$$
"""
GENERAL = r"""
For each layer $k = 1, \dots, l$
$$a^{(k)} = b^{(k)} + W^{(k)} h^{(k-1)}, \qquad h^{(k)} = f(a^{(k)})$$
with $h^{(0)} = x$, $\hat{y} = h^{(l)}$ and the cost $J = L(\hat{y}, y)$.
"""
ALGORITHM = r"""
$$g \leftarrow \nabla_{\hat{y}} J = \nabla_{\hat{y}} L(\hat{y}, y)$$
For $k = l, l-1, \dots, 1$ do
$$g \leftarrow \nabla_{a^{(k)}} J = g \odot f'(a^{(k)})$$
$$\nabla_{b^{(k)}} J = g$$
$$\nabla_{W^{(k)}} J = g h^{(k-1)\top}$$
$$g \leftarrow \nabla_{h^{(k-1)}} J = W^{(k)\top} g$$
"""


def judged(text: str, profile: str = "vectors") -> list[ArrayJudged]:
    """The verdict of every line; why one is wrong is not asked."""
    reading = read_arrays(text, array_profile(profile))
    assert [str(problem) for problem in reading.problems] == []
    return Court(reading, base_of(reading), explain=False).lines(reading.claims)


def after(forward: str, *formulas: str, profile: str = "vectors") -> list[ArrayJudged]:
    """The verdicts of formulas, in the order they are written."""
    shown = "\n".join(f"$${formula}$$" for formula in formulas)
    return judged(f"{forward}\n{shown}\n", profile)[-len(formulas) :]


def claims(lines: list[ArrayJudged]) -> list[str]:
    return [line.word for line in lines if line.word != "definition"]


def test_numbered_layers_have_widths_and_functions_of_their_own() -> None:
    right = (
        r"\delta^{[2]} = (a^{[2]} - y) \odot \sigma'(z^{[2]})",
        r"\delta^{[1]} = W^{[2]T} \delta^{[2]} \odot (1 - a^{[1]} \odot a^{[1]})",
        r"\delta^{[1]} = (W^{[2]})^T \delta^{[2]} \odot (1 - (a^{[1]})^2)",
        r"\frac{\partial L}{\partial W^{[1]}} = \delta^{[1]} x^T",
        r"\frac{\partial L}{\partial W^{[1]}_{ij}} = \delta^{[1]}_i x_j",
    )
    wrong = (
        r"\delta^{[1]} = W^{[2]T} \delta^{[2]} \odot a^{[1]} \odot (1 - a^{[1]})",
        r"\delta^{[1]} = W^{[2]T} \delta^{[2]} \odot \sigma'(z^{[1]})",
        r"\delta^{[1]} = W^{[2]T} (a^{[2]} - y) \odot (1 - (a^{[1]})^2)",
    )
    ill_typed = (
        r"\delta^{[1]} = W^{[2]} \delta^{[2]} \odot (1 - (a^{[1]})^2)",
        r"\frac{\partial L}{\partial W^{[1]}} = \delta^{[2]} x^T",
    )
    lines = after(NUMBERED, *right, *wrong, *ill_typed)
    assert claims(lines) == ["proved"] * 5 + ["refuted"] * 3 + ["open"] * 2
    assert all(line.cases[0].why.startswith("type error") for line in lines[-2:])


def test_a_line_about_layers_speaks_of_those_that_there_are() -> None:
    lines = after(
        GENERAL,
        r"\nabla_{a^{(k)}} J = W^{(k+1)\top} \nabla_{a^{(k+1)}} J \odot f'(a^{(k)})",
        r"\nabla_{a^{(l)}} J = \nabla_{\hat{y}} J \odot f'(a^{(l)})",
        r"\nabla_{W^{(1)}} J = (\nabla_{a^{(1)}} J) x^\top",
        r"\nabla_{a^{(k)}} J = W^{(k+1)} \nabla_{a^{(k+1)}} J \odot f'(a^{(k)})",
        r"\nabla_{a^{(k)}} J = W^{(k+1)\top} \nabla_{a^{(k+1)}} J \odot f'(a^{(k+1)})",
        r"\nabla_{W^{(k)}} J = (\nabla_{a^{(k)}} J) x^\top",
    )
    assert claims(lines) == ["proved"] * 3 + ["refuted"] * 3
    assert lines[0].cases[0].span == "k = 1 … l-1"
    said = base_of(read_arrays(GENERAL, array_profile("vectors"))).remarks
    assert "the layers are taken to be equally wide" in said
    said = base_of(read_arrays(NUMBERED, array_profile("vectors"))).remarks
    assert "the layers are taken to be equally wide" not in said


def test_each_layer_may_have_a_function_of_its_own() -> None:
    forward = r"""
$$Z^{[l]} = W^{[l]} A^{[l-1]} + b^{[l]}, \quad A^{[l]} = g^{[l]}(Z^{[l]}), \quad A^{[0]} = X$$
$$J = \frac{1}{m} \sum_{i=1}^{m} \mathcal{L}(\hat{y}^{(i)}, y^{(i)})$$
"""
    lines = after(
        forward,
        r"dZ^{[l]} = dA^{[l]} * g^{[l]\prime}(Z^{[l]})",
        r"dW^{[l]} = \frac{1}{m} dZ^{[l]} A^{[l-1]T}",
        r"dA^{[l-1]} = W^{[l]T} dZ^{[l]}",
        r"dZ^{[l]} = dA^{[l]} * g^{[l-1]\prime}(Z^{[l]})",
        r"dW^{[l]} = dZ^{[l]} A^{[l-1]T}",
        r"dA^{[l]} = W^{[l]T} dZ^{[l]}",
        profile="ng",
    )
    assert claims(lines) == ["proved"] * 3 + ["refuted"] * 3


def test_an_algorithm_with_a_running_sign_is_proved() -> None:
    lines = judged(GENERAL + ALGORITHM)
    assert claims(lines) == ["proved"] * 6
    last = lines[-1].claim
    assert render(last.left, array_profile("vectors")) == r"\nabla_{h^{(l)}} J"


@pytest.mark.parametrize(
    ("right", "wrong", "which"),
    [
        (r"= g \odot f'(a^{(k)})", r"= g \odot f(a^{(k)})", [1]),
        (r"h^{(k-1)\top}", r"h^{(k)\top}", [3]),
        pytest.param(r"= W^{(k)\top} g", r"= W^{(k)} g", [4], marks=pytest.mark.slow),
        (r"\nabla_{\hat{y}} J = \nabla_{\hat{y}} L(\hat{y}, y)", r"\nabla_{a^{(l)}} J", [4]),
        (r"\nabla_{b^{(k)}} J = g", r"\nabla_{h^{(k)}} J = g", [2]),
    ],
)
def test_a_slip_of_an_algorithm_is_refuted_on_its_line(
    right: str, wrong: str, which: list[int]
) -> None:
    """The fourth puts another value before the loop: the claim of where it begins is refuted."""
    assert right in ALGORITHM
    words = claims(judged(GENERAL + ALGORITHM.replace(right, wrong, 1)))
    assert [n for n, word in enumerate(words) if word == "refuted"] == which
    assert set(words) == {"proved", "refuted"}


def test_the_steps_of_a_loop_count_in_their_order() -> None:
    """∇_b J is g after the slope is multiplied to it, not before."""
    step = r"$$g \leftarrow \nabla_{a^{(k)}} J = g \odot f'(a^{(k)})$$"
    bias = r"$$\nabla_{b^{(k)}} J = g$$"
    turned = ALGORITHM.replace(f"{step}\n{bias}", f"{bias}\n{step}")
    assert turned != ALGORITHM
    assert claims(judged(GENERAL + turned))[1] == "refuted"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (r"g \leftarrow \nabla_{h^{(k-1)}} J = W", r"g \leftarrow W", "begins again is not said"),
        (r"$$g \leftarrow \nabla_{\hat{y}} J = \nabla_{\hat{y}} L(\hat{y}, y)$$", "", "before the"),
    ],
)
def test_what_a_running_sign_is_where_a_loop_begins_must_be_said(
    old: str, new: str, why: str
) -> None:
    lines = judged(GENERAL + ALGORITHM.replace(old, new))
    first = next(one for one in lines if one.word == "open")
    assert why in str(first.claim.problems[0])
    assert "refuted" not in claims(lines)


def test_a_step_that_is_not_understood_leaves_what_follows_open() -> None:
    plain = ALGORITHM.replace(r"For $k = l, l-1, \dots, 1$ do", "Then")
    spoiled = plain.replace(r"= g \odot f'(a^{(k)})", r"= g \odot q'(a^{(k)})")
    reading = read_arrays(GENERAL + spoiled, array_profile("vectors"))
    lines = Court(reading, base_of(reading), explain=False).lines(reading.claims)
    assert len(reading.problems) == 1
    assert claims(lines) == ["proved", "open", "open", "open"]
    assert all(
        "not understood" in str(one.claim.problems[0]) for one in lines if one.word == "open"
    )


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (r"l = 1, \dots, L", True),
        (r"l = 1, 2, \ldots, L", True),
        (r"l = L, L-1, \dots, 1", True),
        (r"l = L-1, \dots, 1", False),
        (r"l = 2, \dots, L", False),
        (r"l = L", False),
    ],
)
def test_only_a_range_of_all_layers_is_no_condition(text: str, whole: bool) -> None:
    profile = fitted(array_profile("ng"), r"$Z^{[l]} = A^{[L]}$")
    span = some_times(text, profile)
    assert (span is not None and is_all(span)) is whole


def test_the_notation_that_fits_is_the_one_whose_shapes_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """x W_1 is read in row notation too, and its definitions have type errors there."""
    source = tmp_path / "notes.md"
    wrong = r"$$\frac{\partial L}{\partial W^{[1]}} = \delta^{[2]} x^T$$"
    source.write_text(NUMBERED + wrong, encoding="utf-8")
    main(["check", str(source)])
    assert "0 with --profile vectors." in capsys.readouterr().err


def test_the_page_of_an_algorithm_is_proved_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, page = tmp_path / "notes.md", tmp_path / "page.tex"
    source.write_text(GENERAL + ALGORITHM, encoding="utf-8")
    assert main(["check", str(source), "--profile", "vectors", "-o", str(page)]) == 0
    assert main(["check", str(page), "--profile", "vectors"]) == 0
    assert not re.search("wrong|not decided", capsys.readouterr().out)


BACK = r"\nabla_{a^{(k)}} J = (W^{(k+1)\top} \nabla_{a^{(k+1)}} J) \odot f'(a^{(k)})"


def test_a_range_of_layers_is_the_scope_of_a_line() -> None:
    """The hidden rule has no sense in the last layer, and a range that says it has is named."""
    for words in (
        "For $k = l-1, \\dots, 1$, $$%s$$",
        "Then $$%s$$ for all $k < l$.",
        "$$%s \\quad \\forall k < l$$",
    ):
        line = judged(GENERAL + words % BACK)[-1]
        assert (line.word, line.cases[0].span) == ("proved", "k = 1 … l-1")
        wrong = judged(GENERAL + words % BACK.replace("f'(", "f("))[-1]
        assert wrong.word == "refuted"
    for span, what in (
        ("l, \\dots, 1", "For k = l it speaks of layer l+1"),
        ("l-1, \\dots, 0", "For k = 0 it speaks of what there is not"),
    ):
        line = judged(f"{GENERAL}For $k = {span}$, $${BACK}$$")[-1]
        assert line.word == "open"
        assert what in line.cases[0].why


WIDE = r"""
$$a^{(1)} = b^{(1)} + W^{(1)} x, \qquad h^{(1)} = f(a^{(1)})$$
$$a^{(2)} = b^{(2)} + W^{(2)} h^{(1)}, \qquad h^{(2)} = f(a^{(2)})$$
$$a^{(3)} = b^{(3)} + W^{(3)} h^{(2)}, \qquad h^{(3)} = f(a^{(3)})$$
with $\hat{y} = h^{(3)}$ and the cost $J = L(\hat{y}, y)$.
"""
FACTORS = {
    "da": r"\nabla_{a^{(k)}} J",
    "da next": r"\nabla_{a^{(k+1)}} J",
    "W": "W^{(k)}",
    "W next": "W^{(k+1)}",
    "h": "h^{(k)}",
    "h before": "h^{(k-1)}",
    "slope": "f'(a^{(k)})",
}
HEADS = tuple(rf"\nabla_{{{of}}} J" for of in ("h^{(k)}", "W^{(k)}", "h^{(k-1)}", "W^{(k+1)}"))


def _lines(names: tuple[str, ...]) -> list[str]:
    """Every product of two of these factors, transposed or not, for every derivative."""
    found = []
    for head in HEADS:
        for pair in permutations(names, 2):
            for turned in product((False, True), repeat=2):
                factors = (
                    rf"({FACTORS[n]})^\top" if t else FACTORS[n]
                    for n, t in zip(pair, turned, strict=True)
                )
                found.append(f"{head} = {' '.join(factors)}")
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "names",
    [
        ("da", "da next", "W next", "h before"),
        pytest.param(tuple(FACTORS), marks=pytest.mark.whole),
    ],
)
def test_equal_widths_let_no_line_pass_that_fails_where_widths_differ(
    names: tuple[str, ...],
) -> None:
    """W for Wᵀ, g hᵀ for h gᵀ and all else: what is proved of a letter is proved of numbers."""
    lines = _lines(names)
    numbers = {"k+1": "3", "k-1": "1", "(k)": "(2)"}
    counted = lines
    for letter, number in numbers.items():
        counted = [line.replace(letter, number) for line in counted]
    general = [one.word for one in after(GENERAL, *lines)]
    wide = [one.word for one in after(WIDE, *counted)]
    proved = {n for n, word in enumerate(general) if word == "proved"}
    assert len(proved) >= 2
    assert proved == {n for n, word in enumerate(wide) if word == "proved"}
    turned = lines.index(rf"{HEADS[0]} = {FACTORS['W next']} {FACTORS['da next']}")
    assert (general[turned], wide[turned]) == ("refuted", "open")
