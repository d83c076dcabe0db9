"""Layers with numbers: z^{[1]} and z^{[2]} of a network with one hidden layer."""

from __future__ import annotations

import pytest

from symbolic.reading.claims import Kind
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document, reread

GIVEN = r"""
$$z^{[1]} = W^{[1]} x + b^{[1]}, \qquad a^{[1]} = \sigma(z^{[1]})$$
$$z^{[2]} = W^{[2]} a^{[1]} + b^{[2]}, \qquad \hat y = a^{[2]} = \sigma(z^{[2]})$$

Let $L = \frac{1}{2} \|a^{[2]} - y\|^2$ and
let $\delta^{[2]} = \frac{\partial L}{\partial z^{[2]}}$.

"""
LINES = [
    (
        r"\delta^{[2]}",
        r"(a^{[2]} - y) \odot \sigma'(z^{[2]})",
        r"(y - a^{[2]}) \odot \sigma'(z^{[2]})",
    ),
    (
        r"\delta^{[1]}",
        r"W^{[2]T} \delta^{[2]} \odot \sigma'(z^{[1]})",
        r"W^{[2]T} \delta^{[2]} \odot \sigma(z^{[1]})",
    ),
    (r"\frac{\partial L}{\partial W^{[2]}}", r"\delta^{[2]} a^{[1]T}", r"-\delta^{[2]} a^{[1]T}"),
    (r"\frac{\partial L}{\partial W^{[1]}}", r"\delta^{[1]} x^T", r"2 \delta^{[1]} x^T"),
    (r"\frac{\partial L}{\partial W^{[1]}_{ij}}", r"\delta^{[1]}_i x_j", r"2 \delta^{[1]}_i x_j"),
]


def words(text: str) -> list[str]:
    return [one.word for one in judge(read_document(text, open_profile("layers"))).lines]


@pytest.mark.parametrize("brackets", ["[]", "()"])
@pytest.mark.parametrize(("left", "right", "wrong"), LINES)
def test_a_network_of_two_layers(left: str, right: str, wrong: str, brackets: str) -> None:
    for value, word in ((right, "proved"), (wrong, "refuted")):
        text = f"{GIVEN}$${left} = {value}$$"
        for number in "12":
            text = text.replace(f"[{number}]", f"{brackets[0]}{number}{brackets[1]}")
        found = words(text)
        assert found[-1] == word, value
        assert set(found[:-1]) <= {"definition", "proved"}


def test_shapes_and_layers_that_do_not_fit_are_named_by_their_numbers() -> None:
    reading = read_document(
        rf"{GIVEN}$$\frac{{\partial L}}{{\partial W^{{[1]}}}} = \delta^{{[2]}} x^T$$",
        open_profile("layers"),
    )
    [entry] = [e for e in reading.ledger if e.why]
    assert "columns of layer 0, beside a matrix with rows of layer 1" in entry.why


def test_they_are_written_and_read_back_as_numbers() -> None:
    reading = read_document(GIVEN, open_profile("layers"))
    assert "z_{j}^{[1]} = \\sum_{k} W_{jk}^{[1]} a_{k}^{[0]}" in reading.rendered
    for claim in reading.claims:
        assert reread(claim, reading.profile) == (claim.left, claim.right)


def test_numbers_beside_letters_of_layers_are_counted_from_the_inputs() -> None:
    """Which number the last layer has is not said then; see `test_check_numbers`."""
    reading = read_document(r"$a^{[1]} = \sigma(z^{[1]})$ and $z^{[l]}$", open_profile("layers"))
    assert not reading.profile.depth
    assert [claim.kind for claim in reading.claims] == [Kind.CLAIM]


def test_a_number_without_brackets_may_be_a_power() -> None:
    reading = read_document(r"$a^{[2]}_j = \sigma(z^2_j)$", open_profile("layers"))
    assert not reading.claims
    assert "a layer or a power" in reading.ledger[0].why
