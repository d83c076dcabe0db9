"""A rule file is read as claims, and its mistakes are named with their place."""

from __future__ import annotations

import contextlib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic.activations import activation
from symbolic.costs import cost
from symbolic.errors import InputError
from symbolic.network import Network, Neuron, Synapse
from symbolic.recursion import local_gradients, weight_corrections
from symbolic.rulefile import read_rule
from symbolic.terms import Equation, Sign, num
from symbolic.topologies import shorthand

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
        ("delta[j] = 1\ndelta[h] = 2", 2, 1, "line 1 and again on line 2"),
        ("dw[j,i] = 1\ndw[w_b] = 2", 2, 1, r"line 1 .* line 2 \(dw\[o,h\] is the same weight"),
        ("delta[j] = e[j]", 1, 14, "'h' is no output neuron.*for output j"),
        ("delta[j] = d[j] for hidden j", 1, 14, "no desired response"),
        ("delta[j] = sum(k in neurons, e[k])", 1, 32, "every neuron, but 'h' is no output"),
        ("delta[o] = delta[x]", 1, 18, "'x' is an input"),
        ("delta[o] = v[x]", 1, 14, "no local field"),
        ("delta[o] = phi'[x](v[o])", 1, 17, "'x' is an input"),
        ("delta[j] = sum(i in sources(j), delta[i])", 1, 39, "'x' is an input"),
        ("delta[o] = w[o,x]", 1, 12, "no synapse to o from x"),
        ("delta[o] = y[z]", 1, 14, "z is free"),
        ("delta[o] = y[hh]", 1, 14, "no unit 'hh' here. Did you mean 'h'"),
        ("dw[w] = y[w] for weight w", 1, 11, "a weight, not for a unit"),
        ("delta[o] = sum(xi, y[xi])", 1, 22, "a sample, not for a unit"),
        ("delta[j] = sum(k in neurons, D(E, w[k,j]))", 1, 35, "no synapse to h from h"),
        ("delta[o] = dw[o,h]", 1, 12, "left side only"),
        ("delta[j] = 1 for outputs j", 1, 14, "After `for` write output j"),
        ("dw[x,i] = 1", 1, 1, "no synapse to x"),
        ("assume delta[o] = 0\ndelta[o] = 0", 1, 8, "assume what is to be proved"),
        ("assume N = 1", 1, 1, "claims nothing"),
        ("assume e[j] = 0\ndelta[o] = 0", 1, 10, "j is free"),
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


TIED = Network(
    ("x",),
    (Neuron("h", T), Neuron("o", T)),
    ("o",),
    (Synapse("h", "x", "s"), Synapse("o", "h", "s"), Synapse("o", "x", "u")),
    cost("squared_error"),
)


@pytest.mark.parametrize(
    "text",
    ["dw[j,i] = 1\ndw[w] = 1 for shared w", "dw[h,x] = 1\ndw[o,h] = 1", "dw[h,x] = 1\ndw[s] = 1"],
)
def test_a_shared_weight_has_one_correction_however_it_is_spelled(text):
    with pytest.raises(InputError, match=r"line 1 and again on line 2.*the same weight, 's'"):
        read_rule(text, TIED)


def test_a_generic_line_may_leave_the_shared_weights_to_another():
    lines = read_rule("dw[j,i] = 1 for unshared j i\ndw[w] = 2 for shared w", TIED)
    assert [line.over.members for line in lines] == [(("o", "x"),), (("s",),)]


def test_a_bias_may_have_a_line_of_its_own():
    (line,) = read_rule("dw[j,0] = eta * sum(xi, delta[j])", shorthand("2-2-1"))
    assert line.over.members == (("3",), ("4",), ("5",))


def test_phi_of_a_softmax_output_is_refused():
    with pytest.raises(InputError, match=r"softmax neuron, which has no φ of its own"):
        read_rule("delta[j] = phi'[j](v[j]) for output j", shorthand("2-2:softmax"))


def test_an_assumption_is_read_and_is_no_claim():
    text = "assume N = 1\nassume sum(k in outputs, d[k]) = 1\nassume w[h,x] = w_b\ndelta[o] = 0"
    lines = read_rule(text, NET)
    assert [line.assumed for line in lines] == [True, True, True, False]
    assert lines[0].claim == Equation(Sign("N"), num(1))
    assert lines[2].claim == Equation(Sign("w", ("h", "x")), Sign("w", ("w_b",)))


def test_the_textbooks_signs_may_be_typed():
    signs = "δ[j] = φ′[j](v[j]) · Σ(k, δ[k] * w[k,j]) for hidden j\nΔw[j,i] = η * Σ(ξ, δ[j] * y[i])"
    words = RULE.split("\n", 1)[1]
    assert [x.claim for x in read_rule(signs, NET)] == [x.claim for x in read_rule(words, NET)]


def test_names_that_are_words_of_the_notation_are_units_inside_brackets():
    names = ("E", "for", "sum", "xi", "lambda", "N", "pi", "delta")
    synapses = tuple(Synapse(b, a, f"w_{b}") for a, b in pairwise(("x", *names)))
    neurons = tuple(Neuron(name, T) for name in names)
    net = Network(("x",), neurons, ("delta",), synapses, cost("squared_error"))
    text = "\n".join(
        f"delta[{j}] = phi'[{j}](v[{j}]) * delta[{k}] * w[{k},{j}]" for j, k in pairwise(names)
    )
    assert len(read_rule(text, net)) == 7


def test_windows_line_ends_and_a_byte_order_mark_change_nothing():
    assert read_rule("\ufeff" + RULE.replace("\n", "\r\n"), NET) == read_rule(RULE, NET)


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
    "assume",
    "weight",
    "shared",
    "δ",
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25), st.booleans())
def test_no_text_raises_anything_but_an_input_error(pieces, begun):
    with contextlib.suppress(InputError):
        read_rule(("delta[j] = " if begun else "") + " ".join(pieces), NET)
