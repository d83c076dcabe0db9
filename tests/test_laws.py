"""The laws of the kernel: who may make a result, and that every justification can refuse."""

import ast
import dataclasses
from pathlib import Path

import pytest

from symbolic import proof
from symbolic.derivation import (
    JUSTIFICATIONS,
    ByAlgebra,
    ByAssumption,
    ByCertificate,
    ByChainRule,
    ByDefinition,
    ByDifferentiation,
    ByElementaryCalculus,
    ByLocalDerivative,
    ByRewriting,
    Derivation,
    Family,
    Step,
)
from symbolic.errors import InputError
from symbolic.exposition import local, proposal, total
from symbolic.forward import definitions, neurons
from symbolic.instances import Compared
from symbolic.notation import J, N, d, delta, e, slope, v, y
from symbolic.proof import Checked, KernelDisagreementError, Theorem, check
from symbolic.recursion import BACK_PROPAGATED
from symbolic.rules import Rule
from symbolic.terms import Equation, Frac, num
from symbolic.topologies import shorthand
from symbolic.verdicts import Open, Proved, Value

NET = shorthand("2-3-1")
OUT = neurons("the output neurons j", NET.outputs)
HIDDEN = neurons("the hidden neurons j", NET.hidden)
RIGHT_DELTA = Frac(num(1), N) * e(J) * slope(J)


def derivation(*steps: Step) -> Derivation:
    return Derivation("a test", NET, definitions(NET), steps)


def verdict(step: Step, *before: Step):
    return check(derivation(*before, step)).findings[-1].verdict


PAIRS = {  # justification: (right claim, wrong claim, family)
    ByDefinition: ((delta(J), -total(v(J))), (delta(J), total(v(J))), OUT),
    ByLocalDerivative: ((local(e(J), y(J)), num(-1)), (local(e(J), y(J)), num(1)), OUT),
    ByChainRule: (
        (total(v(J)), total(y(J)) * local(y(J), v(J))),
        (total(v(J)), 2 * total(y(J)) * local(y(J), v(J))),
        HIDDEN,
    ),
    ByRewriting: ((e(J), d(J) - y(J)), (e(J), y(J) - d(J)), OUT),
    ByAlgebra: ((e(J) + e(J), 2 * e(J)), (e(J) + e(J), e(J) * e(J)), OUT),
    ByElementaryCalculus: ((slope(J), y(J) * (1 - y(J))), (slope(J), y(J) * (1 + y(J))), OUT),
    ByCertificate: ((delta(J), RIGHT_DELTA), (delta(J), e(J) * slope(J)), OUT),
    ByDifferentiation: ((-total(v(J)), RIGHT_DELTA), (-total(v(J)), -RIGHT_DELTA), OUT),
}


def test_every_justification_that_decides_has_a_right_and_a_wrong_line():
    assert {*PAIRS, ByAssumption} == set(JUSTIFICATIONS)


@pytest.mark.parametrize("kind", list(PAIRS), ids=lambda kind: kind.__name__)
def test_a_right_line_is_proved_and_a_wrong_one_refused_on_its_own_line(kind):
    right, wrong, family = PAIRS[kind]
    good, bad = (Step(Equation(*sides), kind(), family) for sides in (right, wrong))
    findings = check(derivation(good, bad, good)).findings
    assert [isinstance(finding.verdict, Proved) for finding in findings] == [True, False, True]
    assert all(finding.checked == len(family.members) for finding in findings)


def test_a_direct_derivative_may_not_lean_on_delta():
    claim = Equation(-total(v(J)), slope(J) * BACK_PROPAGATED)
    assert not isinstance(verdict(Step(claim, ByDifferentiation(), HIDDEN)), Proved)


def test_a_line_that_cites_too_little_is_not_proved_though_it_is_true():
    claim = Equation(delta(J), RIGHT_DELTA)
    defined = Step(Equation(delta(J), -total(v(J))), ByDefinition(), OUT)
    assert not isinstance(verdict(Step(claim, ByRewriting(), OUT, (0,)), defined), Proved)


def test_an_assumption_is_carried_as_a_hypothesis_by_what_cites_it():
    assumed = Step(Equation(N, num(1)), ByAssumption("N = 1"))
    found = verdict(Step(Equation(1 / N, num(1)), ByRewriting(), Family(""), (0,)), assumed)
    assert isinstance(found, Proved)
    assert [hypothesis.name for hypothesis in found.under] == ["N = 1"]


def test_a_line_may_cite_earlier_lines_only():
    step = Step(Equation(e(J), e(J)), ByRewriting(), OUT, (0,))
    with pytest.raises(InputError, match="earlier lines only"):
        check(derivation(step))


def test_the_definitions_are_the_networks_own():
    with pytest.raises(InputError, match="definitions"):
        check(Derivation("foreign", NET, definitions(NET)[1:], ()))


def test_a_line_about_no_member_is_open_and_never_proved():
    step = Step(Equation(e(J), e(J)), ByAlgebra(), Family("nobody", ("j",), ()))
    assert isinstance(verdict(step), Open)


def test_only_the_kernel_makes_results():
    with pytest.raises(TypeError, match="alone"):
        Theorem(NET, (), (), ())
    with pytest.raises(TypeError, match="alone"):
        Checked(derivation(), ())
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(check(proposal(NET)).theorem(), statement=())
    with pytest.raises(TypeError, match="Theorem"):
        Rule("a claim")  # type: ignore[arg-type]


def test_a_theorem_needs_every_step_proved():
    checked = check(derivation(Step(Equation(delta(J), e(J)), ByCertificate(), OUT)))
    with pytest.raises(ValueError, match="every step is proved"):
        checked.theorem()


def test_a_proof_that_an_instance_contradicts_stops_everything(monkeypatch):
    sides = (Value(num(0).value, num(0).value), Value(num(1).value, num(1).value))
    monkeypatch.setattr(proof, "compared", lambda *_: Compared(sides, 1))
    with pytest.raises(KernelDisagreementError, match="bug"):
        check(proposal(NET))


def test_different_normal_forms_without_a_witness_are_open_and_not_refuted():
    step = Step(Equation(delta(J), e(J)), ByCertificate(), OUT)
    assert isinstance(check(derivation(step), refute=False).findings[0].verdict, Open)


def test_the_arrows_between_the_rooms_point_one_way():
    root = Path(__file__).parent.parent
    forbidden = {"symbolic": {"numeric", "reports"}, "numeric": {"reports"}}
    files = 0
    for room, others in forbidden.items():
        for path in sorted((root / room).rglob("*.py")):
            files += 1
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom):
                    names.append(node.module or "")
                assert not {name.split(".")[0] for name in names} & others, path
    assert files > 20
