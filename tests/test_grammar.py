"""Formulas are read exactly, and anything else is one clear error."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic.errors import InputError
from symbolic.grammar import expression
from symbolic.terms import Call, Sign, num

V = Sign("v")


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("0.1", num("1/10")),
        ("1e-3", num("1/1000")),
        ("-v^2", -(V**2)),
        ("v**2^3", V**8),
        ("1/(1+exp(-v))", 1 / (1 + Call("exp", -V))),
        ("log(v)", Call("ln", V)),
    ],
)
def test_a_formula_is_read_as_written(text, term):
    assert expression(text) == term


@pytest.mark.parametrize(
    ("text", "column"),
    [("__import__('os')", 1), ("E", 1), ("lambda", 1), ("a_b%", 4), ("<x>", 1), ("2 v", 3)],
)
def test_what_is_no_formula_is_refused_where_it_goes_wrong(text, column):
    with pytest.raises(InputError) as caught:
        expression(text)
    assert caught.value.column == column


@pytest.mark.parametrize(
    "text",
    [
        "max(" * 40 + "v" + ", 1)" * 40,
        "(" * 200 + "v" + ")" * 200,
        "-" * 3000 + "v",
        "v" + "/v" * 1500,
        "2^" * 500 + "2",
        "9" * 4001,
        "1e99999",
    ],
)
def test_a_formula_that_would_grow_beyond_measure_is_refused_at_once(text):
    with pytest.raises(InputError):
        expression(text)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="v0129.eE+-*/^()<>=,' expwhrmax%", max_size=60) | st.text(max_size=30))
def test_no_text_raises_anything_but_an_input_error(text):
    with contextlib.suppress(InputError):
        expression(text)
