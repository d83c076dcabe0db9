r"""Weights of two layers, w^{(1)} and w^{(2)}, in notations whose neurons have no layers."""

from __future__ import annotations

import pytest

from reports.cli import main
from symbolic.reading.findings import Judged
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document, reread
from symbolic.reading.source import Fault
from symbolic.reading.theory import Assumption
from symbolic.reading.worlds import worlds

pytestmark = pytest.mark.slow

BISHOP = r"""The first layer computes $a_j = \sum_{i=1}^{D} w_{ji}^{(1)} x_i + w_{j0}^{(1)}$ and
$z_j = h(a_j)$, the second $a_k = \sum_{j=1}^{M} w_{kj}^{(2)} z_j + w_{k0}^{(2)}$, with $y_k = a_k$,
$E_n = \frac12 \sum_{k=1}^K (y_k - t_k)^2$ and $\delta_j \equiv \frac{\partial E_n}{\partial a_j}$.
Then
"""
PLAIN = r"""Let $z_j = \sum_i x_i W_{ij}^{(1)} + b_j^{(1)}$, $h_j = \sigma(z_j)$,
$z_k = \sum_j h_j W_{jk}^{(2)} + b_k^{(2)}$, $\hat{y}_k = z_k$ and
$L = \frac12 \sum_k (\hat{y}_k - y_k)^2$, with the logistic function
$\sigma(z) = 1/(1+e^{-z})$ in the hidden layer. Then
"""
HIDDEN = r"h'(a_j) \sum_k w_{kj}^{(2)} (y_k - t_k)"
BY_FIRST = r"\frac{\partial E_n}{\partial w_{ji}^{(1)}} = "


def last(text: str, profile: str) -> Judged | Fault:
    """What is said of the last line, or why it cannot be meant."""
    reading = read_document(text, open_profile(profile))
    for claim in reading.claims:
        assert reread(claim, reading.profile) == (claim.left, claim.right)
    if reading.problems:
        return reading.problems[-1].fault
    return judge(reading).lines[-1]


def word(line: str, start: str = BISHOP, profile: str = "bishop") -> str:
    found = last(f"{start}$${line}$$", profile)
    return found.value if isinstance(found, Fault) else found.word


@pytest.mark.parametrize(
    ("right", "old", "new", "wrong"),
    [
        (BY_FIRST + r"\delta_j x_i", "^{(1)}", "^{(2)}", "index error"),
        (BY_FIRST + r"\delta_j x_i", "x_i", "x_j", "index error"),
        (BY_FIRST + r"\delta_j x_i", "= ", "= -", "refuted"),
        (BY_FIRST + rf"{HIDDEN} x_i", "(y_k - t_k)", "(t_k - y_k)", "refuted"),
        (BY_FIRST + rf"{HIDDEN} x_i", "w_{kj}^{(2)}", "w_{kj}^{(1)}", "index error"),
        (r"\frac{\partial E_n}{\partial w_{kj}^{(2)}} = \delta_k z_j", "k z_j", "j z_k", "refuted"),
        (r"\frac{\partial E_n}{\partial w_{kj}^{(2)}} = \delta_k z_j", "(2)", "(1)", "open"),
        (r"\frac{\partial E_n}{\partial w_{kj}^{(2)}} = \delta_k z_j", "z", "x", "index error"),
        (r"\delta_j = h'(a_j) \sum_{k=1}^K w_{kj}^{(2)} \delta_k", "h'", "h", "refuted"),
        (r"\frac{\partial E_n}{\partial w^{(1)}_{j0}} = \delta_j", r"\delta_j", "z_j", "refuted"),
        (r"\frac{\partial a_k}{\partial z_j} = w_{kj}^{(2)}", "= ", "= h'(a_j) ", "refuted"),
        (r"a_k = \sum_{j=0}^{M} w_{kj}^{(2)} z_j", "=0", "=1", "refuted"),
        (r"a_k = \sum_{j=0}^{M} w_{kj}^{(2)} z_j", "z_j", "x_j", "not understood"),
        (
            r"y_k = \sum_j w_{kj}^{(2)} h\left(\sum_{i=0}^D w_{ji}^{(1)} x_i\right) + w_{k0}^{(2)}",
            "i=0",
            "i=1",
            "refuted",
        ),
    ],
)
def test_the_number_of_a_layer_says_of_which_neurons_a_line_is(
    right: str, old: str, new: str, wrong: str
) -> None:
    assert old in right
    assert word(right) == "proved"
    assert word(right.replace(old, new)) == wrong


@pytest.mark.parametrize(
    ("right", "old", "new", "wrong"),
    [
        (
            r"\frac{\partial L}{\partial W^{(2)}_{jk}} = (\hat{y}_k - y_k) h_j",
            "h_j",
            "x_j",
            "index error",
        ),
        (
            r"\frac{\partial L}{\partial W^{(1)}_{ij}} = "
            r"\left(\sum_k (\hat{y}_k - y_k) W^{(2)}_{jk}\right) h_j (1 - h_j) x_i",
            "1 - h_j",
            "1 + h_j",
            "refuted",
        ),
        (r"\frac{\partial L}{\partial b^{(2)}_k} = \hat{y}_k - y_k", "= ", "= 2", "refuted"),
    ],
)
def test_so_it_does_in_other_notations(right: str, old: str, new: str, wrong: str) -> None:
    assert word(right, PLAIN, "plain") == "proved"
    assert word(right.replace(old, new), PLAIN, "plain") == wrong


def test_the_verdict_says_that_there_are_two_layers(capsys: pytest.CaptureFixture[str]) -> None:
    found = last(BISHOP + rf"$${BY_FIRST}\delta_j x_i$$", "bishop")
    assert isinstance(found, Judged)
    [case] = found.cases
    assert (case.roles, case.under) == ("i: input, j: hidden, two layers of weights", ((),))


def test_only_networks_of_two_layers_refute_a_line_about_them() -> None:
    few = [world for world in worlds() if world.satisfies(Assumption.TL, ())]
    assert 0 < len(few) < len(worlds())
    # with connections past the hidden neurons ∂E/∂x_i would have more terms
    right = r"\frac{\partial E_n}{\partial x_i} = \sum_j w_{ji}^{(1)} \delta_j"
    assert word(right) == "proved"
    assert word(right.replace(r"\delta_j", r"\delta_i")) != "proved"


def test_words_against_the_number_are_no_proof() -> None:
    text = BISHOP + "For the output units " + rf"$${BY_FIRST}\delta_j x_i$$"
    assert last(text, "bishop") is Fault.INDEX


@pytest.mark.parametrize(("network", "code"), [("2-2-2", 0), ("2-2-2-1", 3)])
def test_a_given_network_must_have_two_layers(
    network: str, code: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("two") / "text.md"
    file.write_text(PLAIN + r"$$\frac{\partial L}{\partial b^{(2)}_k} = \hat{y}_k - y_k$$", "utf-8")
    assert main(["check", str(file), "--profile", "plain", "--network", network]) == code


def test_more_layers_than_two_are_not_read() -> None:
    text = BISHOP.replace("(2)", "(3)") + r"$$\delta_k = y_k - t_k$$"
    assert read_document(text, open_profile("bishop")).problems
