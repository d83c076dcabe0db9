"""The general theorems: only the kernel makes them, a failed proof is open, the page reads well."""

from __future__ import annotations

import dataclasses
import json
import random

import pytest
from array_instances import Instance, NoRootError, P
from array_theorems import THEOREMS, Theorem
from test_array_theorems import instance_of, linear, places

from reports import theorems_page
from reports.array_alphabets import LatexArrays, PlainArrays
from reports.cli import main
from reports.latex import latex
from reports.text import columns, text
from symbolic import indexed as ix
from symbolic.adjoint_checks import Checker, Proved, Unproved
from symbolic.adjoints import Adjoints
from symbolic.arguments import MOVED, argument
from symbolic.arrays import Abstract, Closed, Definition, Given, Program
from symbolic.errors import InputError
from symbolic.general import CheckedStatement, GeneralTheorem, check
from symbolic.indexed import Get, Num, Size, Sort, Sum, Var
from symbolic.indices import SizeOne
from symbolic.monomials import add
from symbolic.statements import Statement
from symbolic.theorems import GENERAL, LIBRARY
from symbolic.verdicts import Open
from symbolic.verdicts import Proved as Holds

j, xi = GENERAL[0].rules[0].at
ALL = (*GENERAL, *LIBRARY)
IDS = [statement.id for statement in ALL]


def by_id(name: str) -> Statement:
    return next(statement for statement in ALL if statement.id == name)


@pytest.mark.parametrize("statement", ALL, ids=IDS)
def test_every_statement_is_a_theorem(statement):
    checked = check(statement)
    theorem = checked.theorem()
    assert theorem.statement is statement
    assert theorem.hypotheses == checked.hypotheses
    assert theorem.rests_on
    assert len(checked.findings) == len(statement.rules) > 0


@pytest.mark.parametrize("statement", ALL, ids=IDS)
def test_every_mistake_is_open_and_yields_no_theorem(statement):
    for mistake in statement.mistakes:
        wrong = dataclasses.replace(statement, rules=(*statement.rules, mistake))
        checked = check(wrong)
        assert isinstance(checked.findings[-1].verdict, Open)
        assert all(isinstance(finding.verdict, Holds) for finding in checked.findings[:-1])
        with pytest.raises(ValueError, match="every rule is proved"):
            checked.theorem()
    assert statement.mistakes


def test_only_the_kernel_makes_results():
    checked = check(GENERAL[0])
    with pytest.raises(TypeError, match="alone"):
        GeneralTheorem(GENERAL[0], (), ())
    with pytest.raises(TypeError, match="alone"):
        CheckedStatement(GENERAL[0], checked.findings)
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(checked.theorem(), statement=GENERAL[1])


def test_a_statement_without_rules_is_open():
    checked = check(dataclasses.replace(GENERAL[0], rules=()))
    assert isinstance(checked.verdict, Open)


def test_the_hypotheses_of_a_rule_are_those_it_needs():
    names = {s.id: [h.name for h in check(s).hypotheses] for s in ALL}
    assert names["dag"] == ["all sizes ≥ 1", "no cycles", "φ_j differentiable"]
    assert names["one-sample"][-1] == "N = 1"
    assert names["outputs-end"][-1] == "output neurons feed no neuron"
    assert names["softmax-cross-entropy"][-1] == "Σ_k d_k = 1"
    assert "Σ_k d_k = 1" not in names["softmax-any-targets"]
    assert "arguments > 0" in names["batch-norm"]


def test_an_offered_hypothesis_that_is_not_needed_is_not_named():
    softmax, dag = by_id("softmax-cross-entropy"), by_id("dag")
    more = (SizeOne("K = 1", "K"), *softmax.offered, SizeOne("K is one", "K"))
    found = Checker(softmax.program, more).check(softmax.rules[0])
    assert isinstance(found, Proved)
    assert len(found.under) == 1
    offered = (SizeOne("N = 1", "N"), *by_id("outputs-end").offered)
    for rule in dag.rules:
        assert Checker(dag.program, offered).check(rule) == Checker(dag.program).check(rule)


def test_two_hypotheses_are_both_named_where_both_are_needed():
    ends = by_id("outputs-end")
    rule = ends.mistakes[0]  # e φ' without 1/N
    offered = (SizeOne("N = 1", "N"), *ends.offered)
    found = Checker(ends.program, offered).check(rule)
    assert isinstance(found, Proved)
    assert found.under == ("N = 1", "output neurons feed no neuron")


def test_a_rule_with_a_condition_says_nothing_elsewhere():
    dag = by_id("dag")
    output, hidden = dag.rules[:2]
    swapped = (dataclasses.replace(output, where=hidden.where), dataclasses.replace(output))
    checker = Checker(dag.program)
    assert isinstance(checker.check(swapped[0]), Unproved)
    assert isinstance(checker.check(swapped[1]), Proved)
    loose = dataclasses.replace(output, where=Get("out", (Var("q", Sort("J")),)))
    with pytest.raises(InputError, match="stands free"):
        checker.check(loose)


@pytest.mark.parametrize("where", [Num(0), Get("x", (j, xi)), 2 * Get("out", (j,))])
def test_a_condition_that_could_be_empty_by_its_form_is_refused(where):
    dag = by_id("dag")
    with pytest.raises(InputError, match="0/1 array"):
        Checker(dag.program).check(dataclasses.replace(dag.mistakes[0], where=where))


T = Sort("T", ordered=True)
t, s = Var("t", T), Var("s", T)


def summed(first: ix.Expr) -> Program:
    """y[t] = y[t - 1] + x[t], and first at t = 1; step[t, s] is 1 from s on, by recursion."""
    lines = (
        Definition("step", (t, s), ix.Delta(t, s) + Get("step", (t - 1, s))),
        Definition("y", (t,), Get("y", (t - 1,)) + Get("x", (t,)) + ix.Delta(t, 1) * first),
    )
    return Program((Given("x", (T,)), Given("a")), lines, Num(0))


SO_FAR = Sum(s, Get("step", (t, s)) * Get("x", (s,)))


def test_a_recurrence_has_its_closed_form_by_induction():
    checker = Checker(summed(Num(0)))
    assert isinstance(checker.check(Closed("y", (t,), SO_FAR)), Proved)
    for body in (
        Sum(s, Get("x", (s,))),
        Sum(s, Get("step", (t - 1, s)) * Get("x", (s,))),
        Get("x", (t,)),
        2 * SO_FAR,
        Num(0),
    ):
        assert isinstance(checker.check(Closed("y", (t,), body)), Unproved)


def test_a_closed_form_needs_its_first_value():
    """SO_FAR and a so far satisfy the step of y; only one beginning makes them true."""
    shifted = Closed("y", (t,), SO_FAR + Get("a") * Get("step", (t, 1)))
    assert isinstance(Checker(summed(Get("a"))).check(shifted), Proved)
    assert isinstance(Checker(summed(Num(0))).check(shifted), Unproved)


def test_what_is_given_has_no_closed_form():
    with pytest.raises(InputError, match="no definition"):
        Checker(summed(Num(1))).check(Closed("x", (t,), Num(1)))


@pytest.mark.parametrize("statement", ALL, ids=IDS)
def test_the_argument_is_the_one_that_was_checked(statement):
    told = argument(check(statement))
    plain = Adjoints(statement.program)
    calculus = plain.calculus
    for coefficient in told.coefficients:
        factor = calculus.normal(plain.multipliers[coefficient.array].factor)
        parts = add(*(calculus.normal(part) for _, part in coefficient.parts))
        inside = calculus.multiply(calculus.context(coefficient.at), factor)
        derived = plain.derived(coefficient.array, coefficient.at)
        assert calculus.multiply(inside, parts) == derived, coefficient.array
    assert [closing.finding.claim for closing in told.closings] == list(statement.rules)
    assert all(closing.derived == closing.claimed for closing in told.closings)


@pytest.mark.parametrize("theorem", THEOREMS, ids=IDS)
def test_every_movement_is_the_exact_forward_derivative(theorem):
    program = theorem.program
    told = argument(check(theorem.statement))
    definitions: dict[str, Definition | Abstract | ix.Expr] = {
        d.array: d for d in program.definitions
    }
    definitions[""] = program.cost
    for attempt in range(200):
        instance = instance_of(theorem, attempt)
        try:
            for movement in told.movements:
                assert_moves(theorem, instance, movement, linear(definitions[movement.array]))
            return
        except NoRootError:
            continue
    raise AssertionError("no instance has the roots it needs")


def assert_moves(theorem: Theorem, instance: Instance, movement, body: ix.Expr) -> None:
    """Give every entry a value and a movement of its own: the body moves as the line says."""
    rng, moved = (
        random.Random(7),
        {m.array for m in argument(check(theorem.statement)).coefficients},
    )
    arrays = dict(theorem.program.arrays)
    instance.memo = {}
    named = {multiplier.name for multiplier in theorem.program.multipliers}
    entries = [(a, at) for a in arrays if a not in named for at in places(instance, arrays[a])]
    values = {entry: instance.entry(*entry)[0] for entry in entries}
    for array, at in entries:
        dot = rng.randrange(P) if array in moved else 0
        instance.given[MOVED + array, at] = dot
        instance.memo[array, at] = (values[array, at], dot)
        instance.arrays[MOVED + array] = arrays[array]
    for at in places(instance, tuple(v.sort for v in movement.at)):
        env = {v.name: i for v, i in zip(movement.at, at, strict=True)}
        dots = instance.value(body, env)[1]
        assert instance.value(movement.body, env)[0] == dots, movement.array


# --- the page ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def document():
    return theorems_page.page([check(s) for s in GENERAL], [check(s) for s in LIBRARY])


def test_the_page_fits_a_terminal_and_names_every_theorem(document):
    drawn = text(document)
    assert max(map(columns, drawn.split("\n"))) <= 80
    assert all(statement.title in drawn for statement in ALL)
    assert "│ δ_j^ξ = φ_j'(v_j^ξ) (e_j^ξ/N + Σ_k δ_k^ξ w_kj)   for an output neuron j │" in drawn
    assert "│ Δw_ji(n) = η Σ_t α^(n−t) δ_j(t) y_i(t) │" in drawn
    assert "Σ_k d_k = 1" in drawn
    assert MOVED not in drawn
    assert "⋯" not in drawn


def test_the_latex_page_is_balanced(document):
    drawn = latex(document)
    assert drawn.count("{") == drawn.count("}")
    assert drawn.count(r"\begin{") == drawn.count(r"\end{")
    assert "[U+" not in drawn
    assert latex(document) == drawn


def test_a_statement_with_a_mistake_is_drawn_as_not_decided():
    dag = by_id("dag")
    checked = check(dataclasses.replace(dag, rules=(*dag.rules, *dag.mistakes[:1])))
    drawn = text(theorems_page.page([checked]))
    assert "? Not decided." in drawn
    assert "Claimed:" in drawn
    assert theorems_page.report([checked])["verdict"] == "open"


EXPRESSIONS: dict[type, ix.Expr] = {
    ix.Num: Num(2),
    ix.Count: ix.Count("N"),
    ix.Get: Get("v", (t - 1,)),
    ix.Add: Get("v", (t,)) - Get("x", (t,)),
    ix.Mul: Get("v", (t,)) / Get("x", (t,)),
    ix.Pow: Get("v", (t,)) ** 2,
    ix.Fn: ix.Fn("tanh", Get("v", (t,))),
    ix.Opaque: ix.Opaque("phi", (t,), (Get("v", (t,)),), (1,)),
    ix.Sum: Sum(s, Get("v", (s,))),
    ix.Delta: ix.Delta(t, Size("T")),
    ix.AtLeast: ix.AtLeast(t, s),
}


@pytest.mark.parametrize("kind", ix.KINDS)
def test_every_kind_of_expression_is_drawn_in_both_alphabets(kind):
    for alphabet in (PlainArrays(), LatexArrays()):
        assert alphabet.at((t, s)).expr(EXPRESSIONS[kind])


def test_a_bound_letter_never_takes_the_name_of_another():
    body = Sum(s, Get("w", (t, s)) * Sum(t, Get("w", (s, t))))
    pools = {"T": ("t", "s")}
    drawn = PlainArrays(pools, sorts={"w": (Sort("J"), Sort("J"))}).at((t,)).expr(body)
    assert drawn == "Σ_s w_ts Σ_t1 w_s,t1"


# --- the command ---------------------------------------------------------------------------------


def test_the_general_theorems_are_proved_from_the_command_line(capsys):
    assert main(["prove", "--general"]) == 0
    told = capsys.readouterr().out
    assert "41 of 41 rules in 21 theorems are proved." in told


def test_json_has_one_item_for_each_rule(capsys):
    assert main(["prove", "--general", "--all", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["verdict"] == "proved"
    assert len(result["items"]) == sum(len(statement.rules) for statement in ALL)
    assert len({item["id"] for item in result["items"]}) == len(result["items"])
    softmax = next(i for i in result["items"] if i["id"] == "softmax-cross-entropy/1")
    assert softmax["under"][-1] == "Σ_k d_k = 1"
    assert softmax["statement"] == r"\delta_{k} = d_{k} - p_{k}"
    output = next(item for item in result["items"] if item["id"] == "dag/1")
    assert output["where"] == r"[j \in \mathcal{O}]"


@pytest.mark.parametrize("ending", [".tex", ".txt", ".json"])
def test_the_theorems_can_be_written_to_a_file(tmp_path, ending):
    goal = tmp_path / f"theorems{ending}"
    assert main(["prove", "--general", "-o", str(goal)]) == 0
    assert goal.stat().st_size > 5000


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["prove"], "--general"),
        (["prove", "2-3-1", "--general"], "leave out NET"),
        (["prove", "--general", "--rule", "x.rule"], "leave out --rule"),
        (["prove", "--general", "-o", "x.derivation.json"], "one network"),
        (["prove", "--general", "-o", "x.docx"], "endings known"),
    ],
)
def test_a_wrong_use_of_prove_says_what_to_do(capsys, arguments, told):
    assert main(arguments) == 2
    assert told in capsys.readouterr().err


def test_the_theorems_need_no_sympy():
    import subprocess
    import sys

    lines = (
        "import sys",
        "from symbolic.general import check",
        "from symbolic.theorems import GENERAL",
        "assert all(check(s).theorem() for s in GENERAL)",
        "assert 'sympy' not in sys.modules",
    )
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True)
