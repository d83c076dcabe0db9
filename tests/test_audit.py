"""The audit agrees with what is right, and names a wrong rule that the kernel let through."""

from __future__ import annotations

import ast
from fractions import Fraction
from pathlib import Path

import pytest

from reports.cli import main
from symbolic import audit as audit_module
from symbolic import costs, decisions, literal, proof
from symbolic.activations import activation
from symbolic.audit import audit, audit_claims
from symbolic.calculus import FUNCTIONS
from symbolic.derivation import ByCertificate, Family
from symbolic.derived import derive
from symbolic.exposition import proposal
from symbolic.forward import OVER_SAMPLES
from symbolic.grammar import expression
from symbolic.instances import Compared
from symbolic.modular import SLOPES, Assignment, P, Unaudited, number
from symbolic.notation import J, K, N, delta, e, slope, v, w, y
from symbolic.proof import KernelDisagreementError, check
from symbolic.recursion import BACK_PROPAGATED, local_gradients, weight_corrections
from symbolic.terms import Call, Equation, Sign, Sum, Term, num, rebuilt, replaced
from symbolic.terms import children as parts_of
from symbolic.topologies import chain, layered, random_dag, shorthand
from symbolic.verdicts import Proved
from symbolic.verification import prove
from tests.nets import skipping, tied

OWN = layered(
    [2, 3, 2],
    activation("tanh"),
    costs.own("q", expression("(d - y)^4 / (1 + y^2)", ("d", "y")), "(d - y)^4 / (1 + y^2)"),
)
NETWORKS = [
    shorthand("2-3-1"),
    shorthand("2-3:softmax"),
    shorthand("2-2:relu-2:gelu"),
    skipping(),
    tied(),
    layered([2, 2, 2], activation("logistic", a=2), costs.cost("cross_entropy")),
    OWN,
    random_dag(30, 120, 5, ties=0.4, activations=("identity", "silu", "elu", "softsign")),
]


def named(networks):
    return pytest.mark.parametrize("network", networks, ids=lambda n: n.name or "drawn")


@named(NETWORKS)
@pytest.mark.parametrize("ask", [prove, lambda network: derive(network).checked])
def test_what_the_kernel_proved_passes_and_everything_is_audited(network, ask):
    found = audit(ask(network))
    assert found.neurons == len(network.neurons)
    assert found.weights == len(network.uses)
    assert found.by_sympy > 0
    assert found.unaudited == ()
    assert found.miss < Fraction(1, 10**6)


@pytest.fixture
def one_direction(monkeypatch):
    monkeypatch.setattr(audit_module, "EVERY_TANGENT", 0)


@named(NETWORKS)
def test_one_random_direction_covers_the_same(network, one_direction):
    found = audit(prove(network))
    assert (found.neurons, found.weights) == (len(network.neurons), len(network.uses))


def wrong(network, change):
    """The recursive rule with one slip."""
    rules = (*local_gradients(network), *weight_corrections(network))
    return tuple((Equation(c.left, change(c.right)), family) for c, family in rules)


def without_sum(term: Term) -> Term:
    """The term with its Σ over the neurons fed by j left out."""
    if term == BACK_PROPAGATED:
        return num(0)
    inside = parts_of(term)
    return rebuilt(term, tuple(map(without_sum, inside))) if inside else term


SLIPS = {
    "index": lambda term: replaced(term, {w(K, J): w(J, K)}),
    "lost factor": lambda term: replaced(term, {slope(J): num(1)}),
    "lost term": without_sum,
    "half for 1/N": lambda term: replaced(term, {N: num(2)}),
    "sign": lambda term: replaced(term, {e(J): -e(J)}),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_wrong_rule_is_caught_and_its_neuron_named(slip):
    network = shorthand("2-3-2-1")
    with pytest.raises(KernelDisagreementError, match=r"delta of \d \(member \d\)"):
        audit_claims(network, wrong(network, SLIPS[slip]))


@pytest.mark.parametrize("slip", SLIPS)
def test_a_random_direction_catches_it_as_well(slip, one_direction):
    network = shorthand("2-3-2-1")
    with pytest.raises(KernelDisagreementError, match=r"delta of \d \(member \d\)"):
        audit_claims(network, wrong(network, SLIPS[slip]))


@pytest.mark.parametrize("broken", ["n3", "n17", "n30"])
def test_one_wrong_neuron_among_many_is_named(broken, one_direction):
    network = random_dag(30, 120, 4)
    claims = []
    for claim, family in (*local_gradients(network), *weight_corrections(network)):
        bad = tuple(m for m in family.members if m == (broken,))
        good = tuple(m for m in family.members if m != (broken,))
        claims.append((claim, Family(family.title, family.letters, good)))
        if bad:
            claims.append(
                (Equation(claim.left, num(2) * claim.right), Family("", family.letters, bad))
            )
    with pytest.raises(KernelDisagreementError, match=f"delta of {broken} "):
        audit_claims(network, tuple(claims))


@pytest.mark.parametrize("budget", [0, 10**9])
def test_a_wrong_tie_is_caught_and_its_weight_named(budget, monkeypatch):
    monkeypatch.setattr(audit_module, "EVERY_TANGENT", budget)
    network = tied()
    first = Sign("delta", ("a",)) * y("x")
    claims = tuple(
        (Equation(c.left, Sign("eta") * Sum(OVER_SAMPLES, first)), family)
        if family.letters == ("w",)
        else (c, family)
        for c, family in (*local_gradients(network), *weight_corrections(network))
    )
    with pytest.raises(KernelDisagreementError, match="dw of s "):
        audit_claims(network, claims)


def test_a_kernel_that_proves_everything_is_found_out(monkeypatch):
    monkeypatch.setitem(decisions._RULES, ByCertificate, lambda *_: Proved("faith"))
    monkeypatch.setattr(proof, "compared", lambda *_: Compared(None, 1))
    monkeypatch.setattr(decisions, "holds", lambda *_: True)
    network = shorthand("2-3-1")
    checked = check(proposal(network, wrong(network, SLIPS["lost factor"])))
    assert isinstance(checked.verdict, Proved)
    with pytest.raises(KernelDisagreementError, match="delta of"):
        audit(checked)


def test_a_wrong_derivative_of_sympy_is_found_out(monkeypatch):
    right = literal.direct_derivatives

    def turned(network):
        return [Equation(line.left, -line.right) for line in right(network)]

    monkeypatch.setattr(literal, "direct_derivatives", turned)
    with pytest.raises(KernelDisagreementError, match="SymPy"):
        audit(prove(shorthand("2-2-1")))


def test_what_is_refuted_or_cannot_be_valued_is_not_counted_as_audited():
    network = shorthand("2-3-1")
    refuted = prove(network, "delta[j] = e[j] for output j")
    assert audit(refuted).neurons == 0
    odd = (Equation(delta(J), Sign("Ej", (J,))), Family("", ("j",), (("6",),)))
    found = audit_claims(network, (odd,), trials=1)
    assert found.neurons == 0
    assert any("Ej of 6 has no value" in reason for reason in found.unaudited)
    assert "not audited" in found.sentence


def test_a_true_rule_that_needs_the_laws_of_exp_is_not_called_a_bug():
    network = shorthand("1-1-1")
    one = Call("exp", v(J)) * Call("exp", -v(J))
    claims = wrong(network, lambda term: one * term)
    assert any("laws of exp" in reason for reason in audit_claims(network, claims).unaudited)


def test_a_chain_of_two_thousand_neurons_is_audited():
    network = chain(2_000)
    claims = (*local_gradients(network), *weight_corrections(network))
    assert audit_claims(network, claims, trials=1).neurons == 2_000


def test_every_elementary_function_has_a_slope_that_agrees_with_the_table():
    assert set(SLOPES) == set(FUNCTIONS)
    at = Assignment(shorthand("1-1"), seed=1)
    u = at.random()
    at.v[0]["2"] = u
    for name, written in FUNCTIONS.items():
        put = replaced(written, {Sign("u"): v("2")})
        assert at.value(put, {}, 0) == SLOPES[name](at, u) % P, name


def test_numbers_modulo_p_divide_and_refuse_zero():
    assert 7 * number(Fraction(2, 7)) % P == 2
    with pytest.raises(Unaudited, match="zero"):
        number(Fraction(1, P))


def test_the_audit_shares_no_polynomial_with_the_kernel():
    root = Path(audit_module.__file__).parent
    for name in ("audit.py", "modular.py"):
        tree = ast.parse((root / name).read_text(encoding="utf-8"))
        used = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not used & {"symbolic.meaning", "symbolic.algebra", "symbolic.closed_forms"}
        assert "symbolic.terms" in used


def test_the_command_says_what_was_audited_and_that_it_is_no_proof(capsys):
    assert main(["prove", "2-2-1", "--audit"]) == 0
    told = capsys.readouterr()
    assert told.err.startswith("audit (no proof): 3 trials over GF(2^61-1), 3 neurons, 9 weights")
    assert "audit" not in told.out
