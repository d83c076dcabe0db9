"""What of a written derivation follows for every network, and under which least assumptions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from symbolic.errors import InputError
from symbolic.indexed import Var
from symbolic.reading.base import base_of
from symbolic.reading.cases import BeyondError, Settled, settled
from symbolic.reading.claims import Claim, Kind
from symbolic.reading.context import Role
from symbolic.reading.formulas import NEURON, SAMPLE, Partial, Read
from symbolic.reading.profile import open_profile
from symbolic.reading.prover import Proof, Prover
from symbolic.reading.reading import read_document
from symbolic.reading.theory import Assumption

N1, OT, NP, LH, SO, *_ = Assumption
HAYKIN = open_profile("haykin")
COST = r"""Let $j$ be an output neuron.
let $\mathcal{E}_j^{\xi}(n) = \frac{1}{2} (e_j^{\xi}(n))^2$,
let $\mathcal{E}^{\xi}(n) = \sum_j \mathcal{E}_j^{\xi}(n)$ (sum over all output neurons),
let $\mathcal{E}(n) = \frac{1}{N} \sum_{\xi=1}^N \mathcal{E}^{\xi}(n)$.
"""
OUTPUT = "Let $j$ be an output neuron. Then\n"
HIDDEN = "Let $j$ be a hidden neuron. Then\n"
PAIR = OUTPUT[:-6] + "\nNow let $k$ denote an output neuron. Let $j$ be a hidden neuron. Then\n"


def claims_of(text: str) -> tuple[Prover, tuple[Claim, ...]]:
    reading = read_document(COST + text, HAYKIN)
    assert not reading.problems, reading.problems
    found = [c for c in reading.claims if c.kind in (Kind.CLAIM, Kind.RESTATEMENT, Kind.LABEL)]
    assert found
    assert not any(claim.problems for claim in found)
    return Prover(base_of(reading)), tuple(found)


def under(text: str, span: str = "output") -> set[frozenset[Assumption]]:
    """The least sets of assumptions of the last claim, the same for each kind of neuron."""
    prover, claims = claims_of(text)
    found = [sets(prover.assumptions(case)) for case in settled(claims[-1], span)]
    assert all(one == found[0] for one in found), found
    return found[0]


def sets(proofs: tuple[Proof, ...]) -> set[frozenset[Assumption]]:
    return {frozenset(proof.under) for proof in proofs}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (OUTPUT + r"$$\frac{\partial e_j}{\partial y_j} = -1$$", [{}]),
        (OUTPUT + r"$$\frac{\partial v_j}{\partial w_{ji}} = y_i$$", [{}]),
        (OUTPUT + r"$$\frac{\partial y_j}{\partial v_j} = \varphi_j'(v_j)$$", [{}]),
        (OUTPUT + r"$$\frac{\partial \mathcal{E}}{\partial e_j} = e_j$$", [{N1}]),
        (OUTPUT + r"$$\delta_j = e_j \varphi_j'(v_j)$$", [{N1, OT}, {N1, SO}]),
        (OUTPUT + r"$$\Delta w_{ji} = \eta \delta_j y_i$$", [{N1}]),
        (HIDDEN + r"$$\Delta w_{ji} = \eta \delta_j y_i$$", [{N1}]),
        (HIDDEN + r"$$\delta_j = -\frac{\partial \mathcal{E}}{\partial y_j} \phi_j'(v_j)$$", [{}]),
        (PAIR + r"$$\frac{\partial v_k}{\partial y_j} = w_{kj}$$", [{OT, LH}]),
    ],
)  # fmt: skip
def test_the_textbook_lines_need_just_these_assumptions(
    text: str, expected: list[set[Assumption]]
) -> None:
    assert under(text) == {frozenset(one) for one in expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"$$\frac{\partial \mathcal{E}}{\partial e_j^{\xi}} = \frac{1}{N} e_j^{\xi}$$", [{}]),
        (
            r"$$-\frac{\partial \mathcal{E}}{\partial v_j^{\xi}}"
            r" = \frac{1}{N} e_j^{\xi} \varphi_j'(v_j^{\xi})$$",
            [{OT}, {SO}],
        ),
        (
            r"$$-\frac{\partial \mathcal{E}^{\xi}}{\partial v_j^{\xi}}"
            r" = e_j^{\xi} \varphi_j'(v_j^{\xi})$$",
            [{OT}, {SO}],
        ),
        (r"$$\Delta w_{ji} = \eta \sum_{\xi=1}^N \delta_j^{\xi} y_i^{\xi}$$", [{}]),
    ],
)
def test_written_with_samples_the_rules_hold_for_every_batch(
    text: str, expected: list[set[Assumption]]
) -> None:
    assert under(OUTPUT + text) == {frozenset(one) for one in expected}


def test_the_hidden_rule_depends_on_what_k_runs_over() -> None:
    rule = HIDDEN + r"$$\delta_j = \varphi_j'(v_j) \sum_k \delta_k w_{kj}$$"
    assert under(rule, "fed") == {frozenset()}
    assert under(rule, "all") == {frozenset()}
    assert under(rule, "output") == {frozenset({LH})}


def test_a_parallel_path_matters_only_beside_a_connection() -> None:
    prover, claims = claims_of(PAIR + r"$$\frac{\partial v_k}{\partial y_j} = w_{kj}$$")
    [case] = settled(claims[-1])
    j, k = Var("j", NEURON), Var("k", NEURON)
    assert prover.prove(case, (NP,)) is None
    proof = prover.prove(replace(case, edges=((k, j),)), (NP,))
    assert proof is not None
    assert proof.under == (NP,)


def test_a_contradictory_context_proves_nothing() -> None:
    prover, claims = claims_of(OUTPUT + r"$$\Delta w_{ji} = -\eta \delta_j y_i$$")
    [case] = settled(claims[-1])
    both = replace(case, roles=(*case.roles, (Var("j", NEURON), "hidden")))
    assert prover.prove(case, tuple(Assumption)) is None
    assert prover.prove(both, tuple(Assumption)) is None


@pytest.mark.parametrize(
    "text",
    [
        OUTPUT + r"$$\delta_j = -e_j \varphi_j'(v_j)$$",
        OUTPUT + r"$$\delta_j = e_j \varphi_j(v_j)$$",
        OUTPUT + r"$$\delta_j = d_j \varphi_j'(v_j)$$",
        OUTPUT + r"$$\delta_j = \frac{1}{2} e_j \varphi_j'(v_j)$$",
        OUTPUT + r"$$\Delta w_{ji} = -\eta \delta_j y_i$$",
        OUTPUT + r"$$\Delta w_{ji} = \eta \delta_j y_j$$",
        OUTPUT + r"$$\frac{\partial e_j}{\partial y_j} = 1$$",
        OUTPUT + r"$$\frac{\partial v_j}{\partial w_{ji}} = w_{ji}$$",
        OUTPUT + r"$$\varphi_j'(v_j) = \delta_j$$",
        HIDDEN + r"$$\delta_j = \sum_k \delta_k w_{kj}$$",
        HIDDEN + r"$$\delta_j = \varphi_j'(v_j) \sum_k \delta_k w_{jk}$$",
        HIDDEN + r"$$\delta_j = \varphi_j'(v_j) \sum_k \delta_k$$",
        HIDDEN + r"$$\delta_j = \varphi_j'(v_j) \sum_k e_k w_{kj}$$",
        HIDDEN + r"$$\delta_j = -\varphi_j'(v_j) \sum_k \delta_k w_{kj}$$",
        PAIR + r"$$\frac{\partial v_k}{\partial y_j} = w_{jk}$$",
        PAIR + r"$$\frac{\partial v_k}{\partial y_j} = y_j$$",
    ],
)
def test_a_wrong_line_is_proved_under_no_assumptions_at_all(text: str) -> None:
    prover, claims = claims_of(text)
    for span in ("output", "fed", "all"):
        try:
            cases = settled(claims[-1], span)
        except BeyondError:
            assert span != "output"
            continue
        for case in cases:
            assert prover.assumptions(case) == ()


@pytest.mark.slow
def test_a_whole_document_with_its_slip() -> None:
    """Every line of the own-words document; the brace under φ' alone is the one without proof."""
    text = Path(__file__).with_name("documents").joinpath("generalizing.md").read_text("utf-8")
    reading = read_document(text, HAYKIN)
    prover = Prover(base_of(reading))
    found = {
        claim.number: sets(prover.assumptions(case))
        for claim in reading.claims
        if claim.kind in (Kind.CLAIM, Kind.RESTATEMENT, Kind.LABEL)
        for case in settled(claim)
    }
    none: set[frozenset[Assumption]] = {frozenset()}
    one = {frozenset({N1})}
    ends = {frozenset({N1, OT}), frozenset({N1, SO})}
    assert [n for n, proofs in found.items() if not proofs] == [33]
    proved = [n for n, proofs in found.items() if proofs == none]
    assert proved == [5, 6, 11, 12, 13, 16, 18, 20, 21, 22, 23, 24, 28, 29]
    assert [n for n, proofs in found.items() if proofs == one] == [10, 17, 19, 25, 26, 27, 36]
    assert [n for n, proofs in found.items() if proofs == ends] == [9, 15, 34, 37]
    assert found[31] == {frozenset({OT, LH})}
    assert found[32] == {frozenset({N1, OT, LH})}
    assert found[35] == found[38] == {frozenset({LH})}


def test_a_flipped_definition_breaks_the_lines_that_rest_on_it() -> None:
    text = r"let $e_j^{\xi}(n) = y_j^{\xi}(n) - d_j^{\xi}(n)$ where $j$ is an output neuron. "
    assert under(text + OUTPUT + r"$$\frac{\partial e_j}{\partial y_j} = 1$$") == {frozenset()}
    assert under(text + OUTPUT + r"$$\frac{\partial e_j}{\partial y_j} = -1$$") == set()
    assert under(text + OUTPUT + r"$$\delta_j = e_j \varphi_j'(v_j)$$") == set()


def test_a_signal_that_mixes_samples_is_refused() -> None:
    text = r"let $y_j^{\xi}(n) = \varphi_j(\sum_{\xi=1}^N v_j^{\xi}(n))$."
    reading = read_document(COST + text, HAYKIN)
    assert reading.problems == ()
    with pytest.raises(InputError, match="mixes samples"):
        base_of(reading)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (r"$$\sqrt{e_j^2} = e_j$$", "root"),
        (r"$$e_j \leq e_j$$", "equations"),
    ],
)
def test_roots_and_inequalities_are_not_proved(text: str, why: str) -> None:
    prover, claims = claims_of(OUTPUT + text)
    with pytest.raises(BeyondError, match=why):
        [prover.assumptions(case) for case in settled(claims[-1])]


def test_only_an_output_neuron_has_an_error_signal() -> None:
    _, claims = claims_of(OUTPUT + r"$$\frac{\partial \mathcal{E}}{\partial e_j} = e_j$$")
    hidden = replace(claims[-1], roles=(Role("j", "hidden", 0),))
    with pytest.raises(BeyondError, match="error signal"):
        settled(hidden)


def test_a_derivative_of_a_derivative_is_not_in_reach() -> None:
    v = Read("v", (Var("j", NEURON), Var("s", SAMPLE)))
    twice = Partial(Partial(Read("E"), v), v)
    prover, _ = claims_of(OUTPUT + r"$$\frac{\partial e_j}{\partial y_j} = -1$$")
    for left in (twice, Partial(Read("delta", v.at), v)):
        with pytest.raises(BeyondError, match="derivative"):
            prover.prove(Settled(left, left, ((Var("j", NEURON), "hidden"),)))
