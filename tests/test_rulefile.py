"""A rule file is read as claims, and its mistakes are named with their place."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic.activations import activation
from symbolic.costs import cost
from symbolic.errors import InputError
from symbolic.network import Network, Neuron, Synapse
from symbolic.recursion import local_gradients, weight_corrections
from symbolic.rulefile import read_rule

T = activation("tanh")
NET = Network(
    ("x",),
    (Neuron("h", T), Neuron("o", T)),
    ("o",),
    (Synapse("h", "x", "w_a"), Synapse("o", "h", "w_b")),
    cost("squared_error"),
)
RULE = """delta[j] = (1/N) * e[j] * phi'[j](v[j]) for output j  # first
delta[j] = phi'[j](v[j]) * sum(k, delta[k] * w[k,j]) for hidden j
dw[j,i] = eta * sum(xi, delta[j] * y[i])
"""


def test_the_built_in_rule_reads_back_as_itself():
    read = tuple((line.claim, line.over) for line in read_rule(RULE, NET))
    assert read == (*local_gradients(NET), *weight_corrections(NET))


@pytest.mark.parametrize(
    ("text", "line", "column", "what"),
    [
        ("delta[j] = delta[k]", 1, 18, "did you mean sum"),
        ("delta[j] = 1\ndelta[h] = 2", 2, 1, "line 1"),
        ("v[j] = 1", 1, 1, "delta"),
        ("delta[j] = sum(j, 1)", 1, 16, "bound already"),
        ("dw[w] = 1 for shared w", 1, 11, "no member"),
        ("", 1, 1, "nothing"),
    ],
)
def test_a_mistake_is_named_with_its_place(text, line, column, what):
    with pytest.raises(InputError, match=what) as caught:
        read_rule(text, NET)
    assert (caught.value.line, caught.value.column) == (line, column)


PIECES = [
    "delta",
    "dw",
    "w",
    "v",
    "e",
    "y",
    "phi",
    "'",
    "[",
    "]",
    "(",
    ")",
    "j",
    "k",
    "h",
    "o",
    ",",
    "=",
    "sum",
    "in",
    "for",
    "output",
    "hidden",
    "uses",
    "D",
    "E",
    "1",
    "*",
    "+",
    "/",
    "xi",
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25), st.booleans())
def test_no_text_raises_anything_but_an_input_error(pieces, begun):
    with contextlib.suppress(InputError):
        read_rule(("delta[j] = " if begun else "") + " ".join(pieces), NET)
