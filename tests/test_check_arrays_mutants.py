"""Derivations about whole arrays, one thing changed: nothing false is proved, nothing crashes."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from symbolic.array_refutation import search, survey
from symbolic.array_verdicts import Judge
from symbolic.errors import InputError
from symbolic.reading.arrays.claims import ArrayClaim
from symbolic.reading.arrays.formulas import (
    Applied,
    Elementwise,
    Formula,
    Gradient,
    LocalError,
    Minus,
    Number,
    Over,
    Plus,
    Product,
    Quantity,
    Size,
    Time,
    Total,
    Transposed,
)
from symbolic.reading.arrays.judgement import judge_arrays
from symbolic.reading.arrays.profile import array_profile
from symbolic.reading.arrays.program import Base, base_of
from symbolic.reading.arrays.reading import read_arrays
from symbolic.reading.arrays.rules import Rules
from symbolic.reading.claims import Kind
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import tokens
from symbolic.verdicts import Open, Proved, Refuted
from tests.test_check_arrays import DOCUMENTS, RIGHT, RIGHT_LINES
from tests.test_reading_fuzz import edited

LONGEST = 20.0
"""Seconds after which one line takes too long, on a busy machine; most take milliseconds."""


def mutants(formula: Formula, others: list[Quantity]) -> Iterator[Formula]:
    """The formula with one thing in it changed."""
    yield Minus(formula)
    if not isinstance(formula, Number | Size):
        yield Transposed(formula)
    match formula:
        case Number(value):
            yield Number(value + 1)
        case Quantity(_, _, time_, at):
            yield from (replace(o, time=time_, at=at) for o in others if o.key != formula.key)
            yield from (replace(formula, time=t) for t in shifted(time_))
            if len(at) == 2:
                yield replace(formula, at=at[::-1])
        case LocalError(_, label, time_):
            yield from (replace(formula, time=t) for t in shifted(time_))
            yield from (replace(formula, label=o) for o in "ifog" if label and o != label)
        case Gradient(of):
            yield from (replace(formula, of=replace(of, time=t)) for t in shifted(of.time))
            named = (replace(o, time=of.time) for o in others if o.key != of.key)
            yield from (replace(formula, of=other) for other in named)
            yield of
        case Plus(terms):
            for n, term in enumerate(terms):
                rest = (*terms[:n], *terms[n + 1 :])
                yield Plus(rest) if len(rest) > 1 else rest[0]
                for other in mutants(term, others):
                    yield Plus((*terms[:n], other, *terms[n + 1 :]))
        case Product(left, right) | Elementwise(left, right) | Over(left, right):
            kind = type(formula)
            yield from (left, right)
            if kind is not Elementwise:  # it commutes
                yield kind(right, left)
            yield (Elementwise if kind is Product else Product)(left, right)
            yield from (kind(other, right) for other in mutants(left, others))
            yield from (kind(left, other) for other in mutants(right, others))
        case Minus(body):
            yield body
            yield from map(Minus, mutants(body, others))
        case Transposed(body):
            yield body
            yield from map(Transposed, mutants(body, others))
        case Applied(_, _, body, primes):
            yield body
            yield replace(formula, primes=1 - primes)
        case Total(letter, body):
            yield body
            if formula.low is None and letter == "t":
                yield replace(formula, low=Time("", 2), high=Time("T"))
                yield replace(formula, low=Time("", 1), high=Time("T", -1))
            yield from (replace(formula, body=other) for other in mutants(body, others))


def shifted(at: Time | None) -> list[Time]:
    """One time earlier, one later, and the last."""
    if at is None or not at.letter:
        return []
    return [replace(at, shift=at.shift - 1), replace(at, shift=at.shift + 1), Time("T")]


def word_of(base: Base, rules: Rules, judges: dict[int, Judge], claim: ArrayClaim) -> str:
    """The verdict of a claim; what is proved is held against more exact instances."""
    try:
        case = rules.case(claim)
    except (NotUnderstood, InputError):
        return "refused"
    if id(case.program) not in judges:
        judges[id(case.program)] = Judge(case.program, base.offered)
    verdict = judges[id(case.program)].verdict(case.rule, explain=False)
    if isinstance(verdict, Proved):
        names = {need.name for need in verdict.under}
        used = [h for h in base.offered if h.name in names]
        assert search(case.program, case.rule, used) is None
        seen = survey(case.program, case.rule, used, 12)
        assert seen.apart is None
        assert seen.told > 0
        return "proved"
    return {Refuted: "refuted", Open: "open"}[type(verdict)]


@pytest.mark.slow
@pytest.mark.parametrize("name", RIGHT)
def test_no_exact_instance_contradicts_a_mutant_that_is_proved(name: str) -> None:
    profile = array_profile(RIGHT[name])
    reading = read_arrays((DOCUMENTS / name).read_text("utf-8"), profile)
    base = base_of(reading)
    rules, judges = Rules(base), dict[int, Judge]()
    others = [c.left for c in reading.claims if c.kind is Kind.DEFINITION]
    values = [q for q in others if isinstance(q, Quantity) and profile.symbols[q.sign].shape]
    words: dict[str, int] = {}
    for claim in reading.claims:
        if claim.kind is not Kind.CLAIM:
            continue
        assert word_of(base, rules, judges, claim) == "proved"
        for wrong in mutants(claim.right, values):
            word = word_of(base, rules, judges, replace(claim, right=wrong))
            words[word] = words.get(word, 0) + 1
            if word == "proved":
                print(replace(claim, right=wrong).latex(profile))
    total = sum(words.values())
    assert total > 200
    assert words["refuted"] + words["refused"] > 0.85 * total
    assert words.get("proved", 0) < 0.08 * total


SIGNS = r"""
\sum_t \sum_n ^T ^2 _1 _2 _t _{t-1} _{t+1} _{nk} d \delta \odot \cdot + - ( ) [ ] { } = H
S_1 W_1 X Y N T h_t U L \mathbf{1} \tanh \max(0, \sigma ' \frac{1}{2} \partial \nabla \|
\mathrm{softmax} \mathrm{diag} \mathrm{tr} \log \Delta \eta \mathrm{sum} 0 3 / , \in
\{i,f\} \sqrt{2} y_t x_t \text{a} k n t [S_1>0] & \\ \circ | : ; . \prime
"""
PIECES = SIGNS.split()


@pytest.mark.slow
def test_four_hundred_token_edits_end_in_an_answer() -> None:
    rng = random.Random(5)
    words: dict[str, int] = {}
    for _ in range(400):
        forward, name, formula = rng.choice(RIGHT_LINES)
        parts = [formula[token.at : token.end] for token in tokens(formula)]
        for _ in range(rng.choice((1, 1, 2, 3))):
            at = rng.randrange(len(parts))
            match rng.randrange(3):
                case 0:
                    parts.insert(at, rng.choice(PIECES))
                case 1:
                    parts[at] = rng.choice(PIECES)
                case _:
                    parts = parts[:at] + parts[at + 1 :] or ["x"]
        begun = time.process_time()
        reading = read_arrays(f"{forward}$${' '.join(parts)}$$", array_profile(name))
        judgement = judge_arrays(reading)
        assert time.process_time() - begun < LONGEST, parts
        assert reading.rendered
        word = "problem" if reading.problems else judgement.lines[-1].word
        words[word] = words.get(word, 0) + 1
    assert words["problem"] > 100
    assert words["open"] + words["refuted"] > 20


@pytest.mark.slow
def test_mangled_documents_end_in_an_answer() -> None:
    rng = random.Random(6)
    texts = [((DOCUMENTS / name).read_text("utf-8"), profile) for name, profile in RIGHT.items()]
    read = 0
    for _ in range(60):
        text, profile = rng.choice(texts)
        kind = rng.choice(("markdown", "latex", "formula"))
        reading = read_arrays(edited(rng, text), array_profile(profile), kind)
        read += len(reading.claims)
        assert len(judge_arrays(reading).lines) == len(reading.claims)
    assert read > 200


FORWARD = r"$S = X W$ and $H = \tanh(S)$. Then "
BOMBS = [
    r"$dW = X^T dS " + r" \odot dW" * 500 + "$",
    "$dW = X^T dS" + " + dW" * 900 + "$",
    "$dS = " + r"\tanh'(" * 55 + "S" + ")" * 55 + "$",
    "$S = " + r"\mathrm{softmax}(" * 40 + "X W" + ")" * 40 + "$",
    "$dS = (S + H)^{12}" + r" \odot (S + H)^{12}" * 3 + "$",
    "$dS = (S + H + X W)" + r" \odot (S + H + X W)" * 8 + "$",
    "$dS = " + r"\sum_n " * 300 + "dS$",
    "$dW = " + r"\frac{1}{" * 50 + "2" + "}" * 50 + " X^T dS$",
    "$dW = " + r"\|" * 900 + "$",
    "$dW = " + "9" * 30 + "^{12} X^T dS$",
]


@pytest.mark.parametrize("bomb", BOMBS, ids=range(len(BOMBS)))
def test_what_is_too_large_is_refused_soon(bomb: str) -> None:
    begun = time.process_time()
    reading = read_arrays(FORWARD + bomb, array_profile("cs231n"))
    judge_arrays(reading)
    assert time.process_time() - begun < LONGEST
    assert len(reading.problems) == 1


def test_a_deep_network_is_proved() -> None:
    layers = range(2, 40)
    text = "$S_1 = X W_1$. " + " ".join(f"$S_{{{n}}} = S_{{{n - 1}}} W_{{{n}}}$." for n in layers)
    reading = read_arrays(text + r" Then $dW_{39} = S_{38}^T dS_{39}$.", array_profile("cs231n"))
    assert judge_arrays(reading).lines[-1].word == "proved"
