"""|v| and erf in written derivations: read, proved, refuted, and refused where bars are unclear."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from reports.cli import main
from symbolic.indexed import Fn, Get, Num
from symbolic.indices import Calculus
from symbolic.reading.claims import Kind, Outcome
from symbolic.reading.findings import Judged
from symbolic.reading.grammar import parse
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import tokens
from symbolic.reading.tree import Absolute, Letter
from symbolic.vanishing import vanishes

NETWORK = r"""Let $v_j = \sum_i w_{ji} y_i$ and $y_j = \varphi(v_j)$.
Let $e_j = d_j - y_j$ for an output neuron $j$, let $\mathcal{E} = \frac12 \sum_j e_j^2$ and
let $\delta_j = -\frac{\partial \mathcal{E}}{\partial v_j}$.
"""
SOFTSIGN = r"$$\varphi(v) = \frac{v}{1 + \lvert v \rvert}$$" + "\n"
GELU = (
    r"$$\varphi(v) = \frac12 v \left(1 + \operatorname{erf}\left(\frac{v}{\sqrt{2}}\right)\right)$$"
)
OUTPUT = "For an output neuron $j$,\n"
SHARE = r"\frac12 \left(1 + \operatorname{erf}\left(\frac{v}{\sqrt{2}}\right)\right)"
DENSITY = r"\frac{e^{-v^2/2}}{\sqrt{2 \pi}}"


def claims(text: str) -> list[Judged]:
    reading = read_document(text, open_profile("haykin"))
    assert not [e.why for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD]
    return [one for one in judge(reading).lines if one.claim.kind is Kind.CLAIM]


@pytest.mark.parametrize(
    ("says", "right", "wrong"),
    [
        (SOFTSIGN, r"\varphi'(v) = (1 - |y|)^2", r"\varphi'(v) = (1 - y)^2"),
        (SOFTSIGN, r"\varphi'(v) = \frac{1}{(1 + |v|)^2}", r"\varphi'(v) = \frac{1}{1 + |v|}"),
        (
            SOFTSIGN,
            r"\varphi'(v_j) = \left(1 - \left| y_j \right|\right)^2",
            r"\varphi'(v_j) = \left(1 + \left| y_j \right|\right)^2",
        ),
        pytest.param(
            SOFTSIGN,
            r"\delta_j = e_j (1 - |y_j|)^2",
            r"\delta_j = -e_j (1 - |y_j|)^2",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            GELU,
            rf"\varphi'(v) = {SHARE} + v {DENSITY}",
            rf"\varphi'(v) = {SHARE} - v {DENSITY}",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            GELU,
            rf"\varphi'(v) = {SHARE} + v {DENSITY}",
            rf"\varphi'(v) = {SHARE} + {DENSITY}",
            marks=pytest.mark.slow,
        ),
        (
            GELU,
            rf"\varphi'(v) = {SHARE} + v {DENSITY}",
            rf"\varphi'(v) = {SHARE} + v {DENSITY.replace('2 ', '')}",
        ),
    ],
)
def test_slopes_with_bars_and_erf_are_proved_and_wrong_ones_refuted(
    says: str, right: str, wrong: str
) -> None:
    assert [one.word for one in claims(f"{NETWORK}{says}{OUTPUT}$${right}$$\n")] == ["proved"]
    [bad] = claims(f"{NETWORK}{says}{OUTPUT}$${wrong}$$\n")
    against = bad.cases[0].against
    assert bad.word == "refuted"
    assert against is not None
    assert against.left.high < against.right.low or against.right.high < against.left.low


HIDDEN = r"\delta_j = (1 - |y_j|)^2 \sum_k \delta_k w_{kj}"


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        pytest.param(HIDDEN, "proved", marks=pytest.mark.slow),
        pytest.param(HIDDEN.replace("^2", ""), "refuted", marks=pytest.mark.slow),
    ],
)
def test_of_a_hidden_neuron_with_softsign_all_factors_are_needed(rule: str, word: str) -> None:
    text = f"{NETWORK}{SOFTSIGN}For a hidden neuron $j$,\n$${rule}$$\n"
    assert [one.word for one in claims(text)] == [word]


def test_the_sum_of_magnitudes_is_a_cost() -> None:
    cost = NETWORK.replace(r"\frac12 \sum_j e_j^2", r"\sum_j \lvert e_j \rvert")
    right = r"\delta_j = \frac{e_j}{|e_j|} \varphi'(v_j)"
    assert [one.word for one in claims(f"{cost}{OUTPUT}$${right}$$")] == ["proved"]
    assert [one.word for one in claims(f"{cost}{OUTPUT}$${right.replace('{e_j}', '1')}$$")] == [
        "refuted"
    ]


def test_the_magnitude_of_a_difference_has_no_sign() -> None:
    assert [one.word for one in claims(f"{NETWORK}{OUTPUT}$$|d_j - y_j| = |y_j - d_j|$$")] == [
        "proved"
    ]
    assert [one.word for one in claims(f"{NETWORK}{OUTPUT}$$|d_j - y_j| = d_j - y_j$$")] != [
        "proved"
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("|a| b |c|", "two ways"),
        ("|a||b|", "a norm or of two values"),
        ("p(t|x)", "condition"),
        ("1 - |y", "condition"),
        (r"\left| y \right)", "closes nothing"),
        (r"\left| y", "not closed"),
        (r"\|y\|", "cannot stand here"),
    ],
)
def test_bars_that_are_unclear_are_refused(text: str, why: str) -> None:
    with pytest.raises(NotUnderstood, match=why):
        parse(tokens(text))


def test_bars_within_bars_and_brackets_are_paired() -> None:
    inner = parse(tokens(r"\left| a - |b| \right|"))
    assert isinstance(inner, Absolute)
    for text in (r"\lvert b \rvert", "|b|", r"\bigl| b \bigr|", r"\left\vert b \right\vert"):
        found = parse(tokens(text))
        assert isinstance(found, Absolute)
        assert isinstance(found.body, Letter)


def test_what_is_printed_with_bars_and_pi_is_read_as_the_same() -> None:
    right = r"|v_j| + 2 \pi - \frac{\pi}{3} \operatorname{erf}(v_j)"
    text = f"{NETWORK}{OUTPUT}$$\\delta_j = {right}$$"
    profile = open_profile("haykin")
    [one] = claims(text)
    shown = one.claim.latex(profile)
    assert r"\lvert v_{j} \rvert" in shown
    assert r"2 \pi" in shown
    [again] = claims(f"{NETWORK}{OUTPUT}$${shown}$$")
    assert (again.claim.left, again.claim.right) == (one.claim.left, one.claim.right)


def test_a_vector_has_a_length_and_elements_so_its_bars_are_refused() -> None:
    text = r"Let $z^l = w^l a^{l-1} + b^l$. Then $$|z^l| = z^l$$"
    reading = read_document(text, open_profile("nielsen"))
    assert any("length of a vector" in e.why for e in reading.ledger)


def test_only_what_is_zero_for_all_real_numbers_vanishes() -> None:
    c = Calculus({"v": (), "w": ()})
    v, w = Get("v"), Get("w")
    pi = 4 * Fn("arctan", Num(Fraction(1)))

    def found(expr: object) -> bool:
        return vanishes(c.normal(expr))  # type: ignore[arg-type]

    assert found(Fn("abs", v) ** 2 - v**2)
    assert found(Fn("relu", v) - Fn("relu", -v) - v)
    assert found(Fn("step", v) + Fn("step", -v) - 1)
    assert found(Fn("erf", -v) + Fn("erf", v))
    assert found(
        (2 * pi) ** Fraction(1, 2) - Num(Fraction(2)) ** Fraction(1, 2) * pi ** Fraction(1, 2)
    )
    assert not found(Fn("abs", v) - v)
    assert not found(Fn("abs", v + w) - Fn("abs", v) - Fn("abs", w))
    assert not found(Fn("erf", v) - Fn("tanh", v))
    assert not found(v - w)


@pytest.mark.slow
@pytest.mark.parametrize("net", ["1-1:softsign", "1-1:gelu"])
def test_the_page_of_such_a_network_is_proved_and_its_slips_are_not(
    net: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    assert main(["prove", net, "-o", str(page)]) == 0
    assert main(["check", str(page), "--network", net]) == 0
    text = page.read_text("utf-8")
    slip = text.replace(r"\varphi'(v) = ", r"\varphi'(v) = 2 \cdot ", 1)
    assert slip != text
    page.write_text(slip, "utf-8")
    capsys.readouterr()
    assert main(["check", str(page), "--network", net, "--json"]) == 1
    rows = json.loads(capsys.readouterr().out)["items"]
    [bad] = [row["statement"] for row in rows if row["verdict"] == "refuted"]
    assert bad.startswith(r"\varphi'(v_{j}) =")


ARRAYS = r"""Let $Z = X W$ and $A = \frac{1}{2} Z \odot (1 + \operatorname{erf}(Z / \sqrt{2}))$ and
$L = \frac{1}{2} \|A - Y\|^2$. Then $$dA = A - Y$$
$$dZ = dA \odot \left(\frac{1}{2} (1 + \operatorname{erf}(Z / \sqrt{2}))
+ Z \odot \frac{\exp(-\frac{1}{2} Z \odot Z)}{\sqrt{2 \pi}}\right)$$
"""
ENTRIES = r"""$n$ runs over the samples; $j$ runs over the units.
Let $\mathcal{E} = \sum_{n,j} |y_{nj} - d_{nj}|$. Then
$$\frac{\partial \mathcal{E}}{\partial y_{nj}} = \frac{y_{nj} - d_{nj}}{|y_{nj} - d_{nj}|}$$
"""


@pytest.mark.parametrize(
    ("text", "profile", "right", "wrong"),
    [
        (ARRAYS, "cs231n", r"\sqrt{2 \pi}", r"\sqrt{3 \pi}"),
        (ENTRIES, "indices", r"\frac{y_{nj} - d_{nj}}", r"\frac{d_{nj} - y_{nj}}"),
    ],
)
def test_in_the_other_readers_too(
    text: str,
    profile: str,
    right: str,
    wrong: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = tmp_path / "page.md"
    for line, code in ((text, 0), (text.replace(right, wrong, 1), 1)):
        page.write_text(line, "utf-8")
        assert main(["check", str(page), "--profile", profile]) == code
    rows = capsys.readouterr().out
    assert "Refuted" in rows


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (r"\frac{1}{1 + y_{j}^2}", 0),
        (r"\frac{2}{1 + y_{j}^2}", 1),
    ],
)
def test_a_command_is_a_function_and_no_array(line: str, code: int, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "$j$ runs over the units.\n"
        rf"Let $\mathcal{{E}} = \sum_j \arctan(y_j)$. Then"
        "\n"
        rf"$$\frac{{\partial \mathcal{{E}}}}{{\partial y_j}} = {line}$$",
        "utf-8",
    )
    assert main(["check", str(page), "--profile", "indices"]) == code
    page.write_text(page.read_text("utf-8").replace(r"\arctan", r"\max"), "utf-8")
    assert main(["check", str(page), "--profile", "indices"]) == 3


def test_roots_of_numbers_have_one_normal_form() -> None:
    c = Calculus({"v": ()})
    half, v = Fraction(1, 2), Get("v")
    two, eight = Num(Fraction(2)), Num(Fraction(8))
    pi = 4 * Fn("arctan", Num(Fraction(1)))
    assert c.normal(eight**half) == c.normal(2 * two**half)
    assert c.normal(two**-half * v) == c.normal(v * two**half / 2)
    assert c.normal((2 * pi) ** half) == c.normal(two**half * pi**half)
    assert c.normal((2 * pi) ** half) != c.normal(two * pi**half)
    assert c.normal((2 * v) ** half) != c.normal(two * v**half)
