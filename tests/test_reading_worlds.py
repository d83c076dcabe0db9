"""Exact small networks: what they refute, what they cannot, and that the prover agrees."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from symbolic.indexed import Var
from symbolic.reading.base import base_of
from symbolic.reading.cases import settled
from symbolic.reading.claims import Kind
from symbolic.reading.formulas import NEURON, UNWRITTEN, Power, Read
from symbolic.reading.profile import open_profile
from symbolic.reading.prover import Prover
from symbolic.reading.reading import read_document
from symbolic.reading.refuter import Counterexample, Refuter, Tried
from symbolic.reading.theory import Assumption
from symbolic.reading.values import evaluated
from symbolic.reading.worlds import worlds
from tests.test_reading_prover import HIDDEN, OUTPUT, PAIR, claims_of

N1, OT, NP, LH, SO, *_ = Assumption
EVERY = (N1, OT, NP, LH, SO)


def tried(
    text: str, under: tuple[Assumption, ...] = (), span: str = "output"
) -> Counterexample | Tried:
    prover, claims = claims_of(text)
    refuter = Refuter(prover.base)
    results = [refuter.find(case, under) for case in settled(claims[-1], span)]
    assert results
    return next((one for one in results if isinstance(one, Counterexample)), results[0])


def test_a_chain_of_three_by_hand() -> None:
    """1 → 2 → 3, one sample: y1 = 3, v2 = 3, y2 = 9 + 6 = 15, v3 = 30, y3 = 990, d3 = 31."""
    found = tried(OUTPUT + r"$$\delta_j = e_j$$")
    assert isinstance(found, Counterexample)
    assert found.world == worlds()[0]
    assert found.letters == (("j", 3), ("·", 1))
    assert (found.right.low, found.right.high) == (31 - 990, 31 - 990)
    assert found.left.low == (31 - 990) * (2 * 30 + 3)


@pytest.mark.parametrize(
    ("text", "under", "span"),
    [
        (OUTPUT + r"$$\frac{\partial \mathcal{E}}{\partial e_j} = e_j$$", (), "output"),
        (OUTPUT + r"$$\delta_j = e_j \varphi_j'(v_j)$$", (N1,), "output"),
        (OUTPUT + r"$$\delta_j = -e_j \varphi_j'(v_j)$$", EVERY, "output"),
        (OUTPUT + r"$$\varphi_j'(v_j) = \delta_j$$", EVERY, "output"),
        (OUTPUT + r"$$\Delta w_{ji} = \eta \delta_j y_j$$", EVERY, "output"),
        (PAIR + r"$$\frac{\partial v_k}{\partial y_j} = w_{kj}$$", (N1, OT, SO), "output"),
        (HIDDEN + r"$$\delta_j = \varphi_j'(v_j) \sum_k \delta_k w_{kj}$$", (), "output"),
        (HIDDEN + r"$$\delta_j = \varphi_j'(v_j) \sum_k \delta_k w_{jk}$$", (), "all"),
    ],
)
def test_a_line_is_refuted_where_it_fails(
    text: str, under: tuple[Assumption, ...], span: str
) -> None:
    found = tried(text, under, span)
    assert isinstance(found, Counterexample)
    assert found.left != found.right


@pytest.mark.parametrize(
    ("text", "under", "span"),
    [
        (OUTPUT + r"$$\frac{\partial v_j}{\partial w_{ji}} = y_i$$", (), "output"),
        (OUTPUT + r"$$\frac{\partial \mathcal{E}}{\partial e_j} = e_j$$", (N1,), "output"),
        (OUTPUT + r"$$\delta_j = e_j \varphi_j'(v_j)$$", (N1, OT), "output"),
        (HIDDEN + r"$$\delta_j = \varphi_j'(v_j) \sum_k \delta_k w_{kj}$$", (), "fed"),
        (HIDDEN + r"$$\delta_j = \varphi_j'(v_j) \sum_k \delta_k w_{kj}$$", (LH,), "output"),
    ],
)
def test_a_right_line_is_met_and_never_refuted(
    text: str, under: tuple[Assumption, ...], span: str
) -> None:
    found = tried(text, under, span)
    assert isinstance(found, Tried)
    assert found > 0


@pytest.mark.slow
def test_every_proof_of_a_document_stands_in_every_network_and_needs_what_it_names() -> None:
    """Proofs agree with exact instances; without one of their assumptions a network objects."""
    text = Path(__file__).with_name("documents").joinpath("generalizing.md").read_text("utf-8")
    reading = read_document(text, open_profile("haykin"))
    prover = Prover(base_of(reading))
    refuter = Refuter(prover.base)
    proofs = dropped = 0
    for claim in reading.claims:
        if claim.kind not in (Kind.CLAIM, Kind.LABEL, Kind.RESTATEMENT):
            continue
        for case in settled(claim):
            for proof in prover.assumptions(case):
                met = refuter.find(case, proof.under)
                assert isinstance(met, Tried), (claim.number, proof)
                assert met > 0, (claim.number, proof)
                proofs += 1
                for one in proof.under:
                    fewer = tuple(a for a in proof.under if a != one)
                    assert isinstance(refuter.find(case, fewer), Counterexample), claim.number
                    dropped += 1
    assert proofs > 30
    assert dropped > 20


def test_the_brace_under_the_slope_alone_is_refuted() -> None:
    text = Path(__file__).with_name("documents").joinpath("generalizing.md").read_text("utf-8")
    reading = read_document(text, open_profile("haykin"))
    base = base_of(reading)
    [label] = [claim for claim in reading.claims if claim.kind is Kind.LABEL]
    [case] = settled(label)
    found = Refuter(base).find(case, EVERY)
    assert isinstance(found, Counterexample)
    assert found.left.exact
    assert found.left.low.denominator == 1
    assert found.right.exact


def test_every_value_is_exact_also_of_a_negative_power() -> None:
    """An int to the power of −1 would be a float."""
    base = claims_of(OUTPUT + r"$$\delta_j = e_j$$")[0].base
    y = Read("y", (Var("j", NEURON), UNWRITTEN))
    at = {"j": 3, UNWRITTEN.name: 1}
    for exponent in (-2, -1, 0, 1, 2):
        [value] = evaluated(base, worlds()[0], at, Power(y, Fraction(exponent)))
        assert value is not None
        assert value.exact
        assert value.low == Fraction(990) ** exponent


def test_what_is_kept_of_a_claim_does_not_change_what_is_found() -> None:
    """One refuter asked under every set of assumptions says what a fresh one says."""
    prover, claims = claims_of(OUTPUT + r"$$\delta_j = e_j \varphi_j'(v_j)$$")
    [case] = settled(claims[-1], "output")
    sets = [(), (OT,), (N1, OT), (N1,), (), (SO,), (N1,)]
    kept = Refuter(prover.base)
    found = [kept.find(case, under) for under in sets]
    assert found == [Refuter(prover.base).find(case, under) for under in sets]
    assert {type(one) for one in found} == {Counterexample, Tried}
