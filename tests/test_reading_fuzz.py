"""Random edits of documents: an answer within a second, whatever the bytes."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest

from symbolic.errors import InputError
from symbolic.reading.profile import known_profiles, open_profile, parse_profile
from symbolic.reading.reading import read_document, reread
from tests.test_reading_profiles import BOOKS, GOOD

DOCUMENT = (Path(__file__).parent / "documents" / "generalizing.md").read_text(encoding="utf-8")
PARAGRAPHS = [("haykin", part) for part in DOCUMENT.split("\n\n") if "=" in part]
PARAGRAPHS += [(name, text) for name, text in BOOKS.items() if not name.endswith("_letters")]
PIECES = [
    r"\frac",
    r"\sum",
    r"\partial",
    r"\delta",
    r"\mathcal{E}",
    r"\varphi",
    r"\xi",
    r"\phi",
    r"w_{kj}",
    r"e_j",
    r"(n)",
    r"{",
    r"}",
    r"(",
    r")",
    r"[",
    r"]",
    r"_",
    r"^",
    r"'",
    r"&",
    r"\\",
    r"=",
    r"+",
    r"-",
    r"/",
    r",",
    r";",
    r"$",
    r"$$",
    r"\(",
    r"\)",
    r"\[",
    r"\]",
    r"\begin{cases}",
    r"\end{cases}",
    r"\begin{aligned}",
    r"\end{aligned}",
    r"\text{",
    r"\text{if}",
    r"\underbrace",
    r"\underset",
    r"\left",
    r"\right",
    r"\prime",
    r"\quad",
    r"\newcommand{\a}{\a\a}",
    r"\a",
    r"\newcommand",
    r"\def",
    r"\input{x}",
    r"%",
    r"```",
    r"<!--",
    r"-->",
    r"j",
    r"k",
    r"12",
    r"99999999999999999999999999999999",
    r".",
    r"!",
    r"?",
    r"|",
    r"\|",
    r"\sqrt",
    r"\exp",
    r"\nabla",
    r"\odot",
    r"^T",
    r"^\top",
    r"\in",
    r"\sum_{k=1}^m",
    r"\hat{y}",
    r"\mathrm{d}",
    r"\mathbf",
    r"\%",
    r"\$",
    r"å",
    r"∂",
    r"\0",
    r"not",
    r"if",
    r"let",
    r"where",
]
HANGS = 60.0
"""Processor seconds after which a case counts as one that never ends; each takes milliseconds."""


def edited(rng, text):
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        at = rng.randrange(len(text) + 1)
        match rng.randrange(5):
            case 0:
                text = text[:at] + rng.choice(PIECES) + text[at:]
            case 1:
                text = text[:at] + text[at + rng.randint(1, 8) :]
            case 2:
                text = (
                    text[:at]
                    + chr(rng.choice((rng.randrange(128), rng.randrange(0x3000))))
                    + (text[at + 1 :])
                )
            case 3:
                other = rng.randrange(len(text) + 1)
                text = text[:at] + text[min(at, other) : max(at, other)][:200] + text[at:]
            case 4:
                text = text[:at] + rng.choice(PIECES) * rng.randint(1, 70) + text[at:]
    return text


def attack(cases, seed):
    """Read edited documents; how many claims were read in all, and how often something was."""
    rng = random.Random(seed)
    profiles = {name: open_profile(name) for name in known_profiles()}
    claims = read = 0
    for _ in range(cases):
        name, text = rng.choice(PARAGRAPHS)
        text, profile = edited(rng, text), profiles[name]
        kind = rng.choice(("markdown", "markdown", "latex", "formula"))
        begun = time.process_time()
        reading = read_document(text, profile, kind)
        assert time.process_time() - begun < HANGS, text
        for claim in reading.claims:
            if not claim.scope and not claim.problems:
                assert reread(claim, reading.profile) == (claim.left, claim.right), text
        claims += len(reading.claims)
        read += bool(reading.claims or reading.problems)
        if "=" in text and not reading.ledger and kind != "latex":
            assert "=" not in text.replace("==", ""), text
        assert reading.rendered is not None
    return claims, read


@pytest.mark.slow
def test_two_thousand_edits_end_in_an_answer():
    claims, read = attack(2_000, seed=1)
    assert claims > 300
    assert read > 1_500


@pytest.mark.slow
def test_twenty_thousand_edits_end_in_an_answer():
    claims, _ = attack(20_000, seed=2)
    assert claims > 3_000


def test_random_profiles_and_notebooks_end_in_an_answer_or_an_input_error():
    rng = random.Random(3)
    notebook = json.dumps({"cells": [{"cell_type": "markdown", "source": ["$y_j = v_j$"]}]})
    refused = 0
    for _ in range(300):
        try:
            read_document("$w_{ji} = 1$", parse_profile(edited(rng, GOOD)))
            read_document(edited(rng, notebook), open_profile("haykin"), "notebook")
        except InputError:
            refused += 1
    assert refused > 100


LONG = (15, 16)  # the numbers of the bombs that take seconds
BOMBS = [
    "$" + "{" * 4000 + "$",
    "$y_j = " + r"\frac{" * 59 + "1" + "}{2}" * 59 + "$",
    "$y_j = " + "-" * 4000 + "1$",
    "$y_j = " + "y_j^{9}" * 600 + "$",
    "$y_j = " + r"\sum_k " * 600 + "y_k$",
    "$y_j = 9^{9^{9^{9}}}$",
    "$y_j = " + "'" * 4000 + "$",
    "$" + "y_j = " * 800 + "1$",
    "$$" + "y_j = 1 \\\\" * 400 + "$$",
    "$y_j = " + r"\sum_k \sum_i " * 90 + "y_k$",
    "$y_j = " + r"\frac{\partial}{\partial v_j} " * 120 + "y_k$",
    "$" * 20_000,
    "`" * 5_000 + "$y_j=1$",
    "\\begin{align}" * 2_000,
    "<" * 20_000,
    "$j$ is " * 20_000,
    "let $j$ be an output neuron and " * 3_000 + "$y_j = 1$",
    "a = b\n" * 10_000,
    "\\(" * 10_000,
    "\\newcommand{\\a}" * 5_000,
    "(" * 50_000 + "=" + ")" * 50_000,
    "[" * 30_000 + "](",
    " " * 100_000 + "$y_j = 1$",
]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b, marks=[pytest.mark.slow] * (n in LONG), id=str(n))
        for n, b in enumerate(BOMBS)
    ],
)
@pytest.mark.parametrize("kind", ["markdown", pytest.param("latex", marks=pytest.mark.whole)])
def test_bombs_end_soon(text, kind):
    begun = time.process_time()
    assert read_document(text, open_profile("haykin"), kind).rendered is not None
    assert time.process_time() - begun < HANGS
