"""Functions in pieces in written derivations: any rows, any thresholds, also within a formula."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.cli import main
from symbolic.reading.claims import Outcome
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document
from tests.test_check_magnitudes import NETWORK, OUTPUT, claims


def cases(*rows: str) -> str:
    return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


CLIPPED = cases(r"-1 & \text{if } v < -1", r"1 & \text{if } v > 1", r"v & \text{otherwise}")
OUTSIDE = r"0 & \text{if } v < -1", r"0 & \text{if } v > 1"
LEAKY = cases(r"\frac{v}{10} & \text{if } 0 \ge v", r"v & \text{otherwise}")
SHRUNK = cases(
    r"v - \frac12 & \text{if $v > \frac12$}", r"v + \frac12 & \text{if $v < -\frac12$}",
    r"0 & \text{otherwise}",
)  # fmt: skip


@pytest.mark.parametrize(
    ("phi", "right", "wrong"),
    [
        pytest.param(
            CLIPPED,
            cases(*OUTSIDE, r"1 & \text{otherwise}"),
            cases(r"1 & v < -1", OUTSIDE[1], r"1 & \text{otherwise}"),
            marks=pytest.mark.slow,
        ),
        pytest.param(
            CLIPPED,
            cases(*OUTSIDE, r"1 & \text{else}"),
            cases(r"1 & v > -1", r"0 & v < -1"),
            marks=pytest.mark.slow,
        ),
        (
            LEAKY,
            cases(r"1 & v > 0", r"\frac{1}{10} & v < 0"),
            cases(r"1 & v < 0", r"\frac{1}{10} & v > 0"),
        ),
        pytest.param(
            SHRUNK,
            cases(r"1 & \text{if } |v| > \frac12", r"0 & \text{otherwise}"),
            cases(r"1 & \text{if } |v| < \frac12", r"0 & \text{otherwise}"),
            marks=pytest.mark.slow,
        ),
        (
            r"v \left(" + cases(r"1 & v > 0", r"2 & \text{otherwise}") + r"\right)",
            r"2 - \left(" + cases(r"1 & v > 0", r"0 & v \le 0") + r"\right)",
            r"2 + \left(" + cases(r"1 & v > 0", r"0 & v \le 0") + r"\right)",
        ),
        pytest.param(
            cases(
                cases(r"v & v > 2", r"2 & \text{otherwise}") + r" & \text{if } v > 0",
                r"2 + v & \text{otherwise}",
            ),
            cases(
                cases(r"1 & v > 2", r"0 & \text{otherwise}") + r" & \text{if } v > 0",
                r"1 & \text{otherwise}",
            ),
            cases(r"1 & \text{if } v > 0", r"0 & \text{otherwise}"),
            marks=pytest.mark.slow,
        ),
        (r"\sqrt{1 + v^2}", r"\frac{v}{\sqrt{1 + v^2}}", r"\frac{1}{\sqrt{1 + v^2}}"),
    ],
)
def test_slopes_of_pieces_are_proved_and_wrong_ones_refuted(
    phi: str, right: str, wrong: str
) -> None:
    for slope, word in ((right, "proved"), (wrong, "refuted")):
        text = f"{NETWORK}$$\\varphi(v) = {phi}$$\n{OUTPUT}$$\\varphi'(v) = {slope}$$"
        assert [one.word for one in claims(text)] == [word]


def test_cases_in_brackets_are_part_of_the_formula_and_no_words() -> None:
    cost = NETWORK.replace(r"\frac12 \sum_j e_j^2", r"\sum_j |e_j|")
    sign = cases(r"1 & \text{if } e_j > 0", r"-1 & \text{if } e_j < 0", r"0 & \text{otherwise}")
    for head, word in (("", "proved"), ("-", "refuted")):
        line = rf"\delta_j = {head} \left({sign}\right) \varphi'(v_j)"
        assert [one.word for one in claims(f"{cost}{OUTPUT}$${line}$$")] == [word]


@pytest.mark.slow
def test_a_cost_in_pieces_needs_each_of_them() -> None:
    huber = cases(r"\frac12 e_j^2 & \text{if } |e_j| < 1", r"|e_j| - \frac12 & \text{otherwise}")
    cost = NETWORK.replace(
        r"\mathcal{E} = \frac12 \sum_j e_j^2",
        rf"\mathcal{{E}} = \sum_j \left({huber}\right)",
    )
    sign = cases(r"1 & \text{if } e_j > 0", r"-1 & \text{otherwise}")
    slope = cases(r"e_j & \text{if } |e_j| < 1", rf"%s\left({sign}\right) & \text{{otherwise}}")
    for head, word in (("", "proved"), ("2", "refuted")):
        line = rf"\delta_j = \left({slope % head}\right) \varphi'(v_j)"
        assert [one.word for one in claims(f"{cost}{OUTPUT}$${line}$$")] == [word]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ((r"1 & v > 1", r"0 & v < 0"), "what holds elsewhere"),
        ((r"1 & v > 1", r"0 & v < 1", r"2 & v < -1"), "what holds elsewhere"),
        ((r"1 & \text{otherwise}", r"0 & v < 1"), "behind the last"),
    ],
)
def test_cases_that_leave_something_open_are_refused(rows: tuple[str, ...], why: str) -> None:
    text = rf"{NETWORK}$$\varphi(v) = {cases(*rows)}$$"
    reading = read_document(text, open_profile("haykin"))
    assert any(why in e.why for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD)


OWN = (
    "min(max(v, -1), 1)",
    "where(v > 0, v, where(v < -1, -1, v))",
    "v/(1 + abs(v))",
    "sqrt(1 + v^2)",
    "max(v, 0.1*v)",
    "abs(v)",
    "v^3",
)


@pytest.mark.parametrize("suffix", [".md", pytest.param(".tex", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "phi", [*OWN[:1], *(pytest.param(one, marks=pytest.mark.slow) for one in OWN[1:])]
)
def test_the_page_of_a_function_of_ones_own_is_proved(
    phi: str, suffix: str, tmp_path: Path
) -> None:
    net, page = tmp_path / "net.toml", tmp_path / f"page{suffix}"
    net.write_text(
        'inputs = ["x"]\noutputs = ["o"]\n[neurons.h]\nfrom = ["x"]\n'
        f'activation = {{ phi = "{phi}" }}\n'
        '[neurons.o]\nfrom = ["h"]\nactivation = "identity"\n'
    )
    assert main(["derive", str(net), "-o", str(page)]) == 0
    assert main(["check", str(page), "--network", str(net)]) == 0


COSTS = ("abs(d - y)", "where(abs(e) < 1, e^2/2, abs(e) - 1/2)", "max(0, 1 - d*y)", "ln(cosh(e))")


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".md", ".tex"])
@pytest.mark.parametrize("loss", COSTS)
def test_the_page_of_a_cost_of_ones_own_is_proved(loss: str, suffix: str, tmp_path: Path) -> None:
    net, page = tmp_path / "net.toml", tmp_path / f"page{suffix}"
    net.write_text(
        f'inputs = ["x"]\noutputs = ["o"]\nactivation = "tanh"\ncost = {{ loss = "{loss}" }}\n'
        '[neurons.h]\nfrom = ["x"]\n[neurons.o]\nfrom = ["h"]\n'
    )
    assert main(["derive", str(net), "-o", str(page)]) == 0
    assert main(["check", str(page), "--network", str(net)]) == 0
