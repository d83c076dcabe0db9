"""Single formulas: what is understood, what is refused and where, what is a type or index error."""

from __future__ import annotations

import pytest
from lark import Lark
from lark.exceptions import GrammarError

from symbolic.errors import InputError
from symbolic.reading import grammar
from symbolic.reading.formulas import Power, Read, SumOver, Times
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document
from symbolic.reading.source import Fault, NotUnderstood
from symbolic.reading.tokens import tokens

HAYKIN = open_profile("haykin")
NIELSEN = open_profile("nielsen")


def read(formula, profile=HAYKIN):
    return read_document(formula, profile, "formula")


def latex(formula, profile=HAYKIN):
    reading = read(formula, profile)
    assert not reading.problems, reading.problems
    return [claim.latex(profile) for claim in reading.claims]


def trouble(formula, profile=HAYKIN):
    reading = read(formula, profile)
    assert not reading.claims
    [problem] = reading.problems
    assert problem.fault is Fault.NOT_UNDERSTOOD
    return problem


def faults(formula, profile=HAYKIN, words=""):
    reading = read_document(f"{words} $${formula}$$", profile)
    assert not reading.problems, reading.problems
    return [(p.fault, p.what) for claim in reading.claims for p in claim.problems]


SAME = [  # two ways to write one thing
    (r"\phi_j'(v_j)", r"\phi'_j(v_j)"),
    (r"\phi_j^{\prime}(v_j)", r"\phi'_j(v_j)"),
    (r"\phi_j^\prime(v_j)", r"{\phi_j}'(v_j)"),
    (r"\varphi_j\left(v_j\right)", r"\phi_j\bigl(v_j\bigr)"),
    (r"\frac12 e_j^2", r"\frac{1}{2} (e_j)^2"),
    (r"e_k^2(n)", r"(e_k(n))^2"),
    (r"e_k(n)^2", r"{(e_k(n))}^{2}"),
    (r"w_{ji} \cdot y_i", r"w_{j,i} \, y_i"),
    (r"w_{ji} \times y_i", r"w_{ji} * y_i"),
    (r"\partial \mathcal{E} / \partial v_j", r"\frac{\partial \mathcal{E}}{\partial v_j}"),
    (r"\frac{\partial}{\partial v_j} (\mathcal{E})", r"\dfrac{\partial \mathcal E}{\partial v_j}"),
    (r"\frac{\mathrm{d} \mathcal{E}}{\mathrm{d} v_j}", r"\frac{d \mathcal{E}}{d v_j}"),
    (r"\mathcal{E}/N", r"\frac{\mathcal{E}}{N}"),
    (r"\sum_{\xi, j} e_j^\xi", r"\sum_\xi \sum_j e_j^\xi"),
    (r"\sum\limits_{k} w_{kj}", r"\sum_k w_{kj}"),
    (r"\overbrace{y_j}^{\text{output}} y_i", r"\underset{\uparrow}{y_j} y_i"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_spellings_are_one_formula(one, other):
    [first], [second] = read(f"{one} = 0").claims, read(f"{other} = 0").claims
    assert first.left == second.left


def test_the_letters_of_a_weight_keep_their_order():
    [claim] = read("w_{kj} = w_{jk}").claims
    assert claim.left != claim.right


def test_a_sum_is_kept_and_takes_the_rest_of_its_product_up_to_plus_or_minus():
    [claim] = read(r"\delta_j = \varphi_j'(v_j) \sum_k \delta_k w_{kj} + y_j").claims
    product, rest = claim.right.terms
    assert isinstance(product.factors[1], SumOver)
    assert isinstance(product.factors[1].body, Times)
    assert rest == Read("y", rest.at)


def test_a_sample_is_no_power_and_a_power_no_sample():
    [claim] = read(r"e_j^{\xi}(n) = e_j^2").claims
    assert claim.left.at[1].name == "\\xi"
    assert isinstance(claim.right, Power)


def test_a_function_is_applied_and_a_signal_multiplied():
    assert latex(r"\phi_j(v_j) = y_j (v_j)") == [r"\varphi_{j}(v_{j}) = y_{j} v_{j}"]


REFUSED = [  # formula, column, words of the message
    (r"\mathcal{E} = u/f c", 15, "not declared"),
    (r"\mathcal{E} = y_j/v_j w_{ji}", 19, "(a/b) c"),
    (r"y_j = \foo x", 7, "\\foo is not known"),
    (r"y_j = \prod_k w_{kj}", 7, "\\prod is not read"),
    ("y_j = е_j", 7, "U+0435"),
    (r"y_j = q(v_j)", 7, "index of sort neuron and no number"),
    (r"y_j = 2 u(v_j)", 9, "not declared"),
    (r"\mathcal{E}^{N} = 1", 14, "power or an index"),
    (r"y_j = (v_j", 7, "not closed"),
    (r"y_j = v_j)", 10, "closes nothing"),
    (r"y_j = \phi_j", 7, "without its argument"),
    (r"y_j' = 1", 1, "no function"),
    (r"y_j = \nabla v_j", 7, "∇"),
    (r"w_{123} = 1", 4, "one index or several"),
    (r"w_j = 1", 1, "not all its indices"),
    (r"e_{jk} = 1", 5, "1 such index"),
    (r"x_12 = 1", 3, "first digit"),
    (r"\frac{\partial^2 \mathcal{E}}{\partial v_j^2} = 0", 1, "Second derivatives"),
    (r"y_j = \sum_{k=1} y_k", 7, "no end"),
    (r"y_j = \sum y_k", 7, "over which index"),
    (r"\delta_j(n+1) = \delta_j(n)", 9, "Two iterations"),
    (r"y_j = v_j \odot v_j", 17, "Elementwise"),
    (r"y_j = \left. v_j \right)", 7, "leaves a bracket out"),
    (r"y_j \approx v_j", 5, "relation"),
    (r"y_j = ", 5, "after the relation"),
    (r"y_j = +", 7, "ends too early"),
    (r"y_j = v_j ! ", 11, "cannot stand here"),
    (r"y_j = \sum_k \sum_k", 19, "too early"),
]


@pytest.mark.parametrize(("formula", "column", "what"), REFUSED)
def test_what_is_not_understood_says_so_at_its_column(formula, column, what):
    problem = trouble(formula)
    assert what in problem.what or what in problem.what + problem.next_step
    assert (problem.place.line, problem.place.column) == (1, column)


def test_sizes_are_bounded():
    for text, what in (
        ("y_j = " + "+".join(["y_j"] * 2000), "characters"),
        ("y_j = " + "(" * 61 + "y_j" + ")" * 61, "nested"),
        ("y_j = " + "7" * 31, "digits"),
        ("y_j = " + "{" * 61 + "y_j" + "}" * 61, "nested"),
    ):
        assert what in trouble(text).what
    assert latex("y_j = " + "(" * 60 + "v_j" + ")" * 60) == ["y_{j} = v_{j}"]


WRONG = [  # formula, words before it, fault, words of the message
    (r"\delta_j = e_j", "let $j$ be a hidden neuron. Then", Fault.TYPE, "output neurons"),
    (r"\delta_i = y_i", "let $i$ be an input neuron. Then", Fault.TYPE, "input"),
    (r"\delta_j = e_j w_{ji}", "", Fault.INDEX, "index i is free"),
    (r"y_j = \sum_k w_{kj} \sum_k y_k", "", Fault.INDEX, "bound twice"),
    (r"\mathcal{E} = \sum_{\xi} y_j", "", Fault.INDEX, "nothing in it shows"),
    (r"\mathcal{E} = y_j^{\xi}", "", Fault.INDEX, "free"),
    (r"\delta_j = \delta_j", "let", Fault.DEFINITION, "through itself"),
    (r"w_{ji} = y_j", "let", Fault.DEFINITION, "given"),
    (r"w_{jj} = y_j", "let", Fault.DEFINITION, "different letters"),
]


@pytest.mark.parametrize(("formula", "words", "fault", "what"), WRONG)
def test_a_type_index_or_definition_error_is_data(formula, words, fault, what):
    found = faults(formula, words=words)
    assert any(f is fault and what in w for f, w in found), found


def test_a_second_different_definition_is_an_error_and_an_equal_one_is_not():
    again = "let $e_j = d_j - y_j$. Let $e_k = d_k - y_k$. Let $e_j = y_j - d_j$."
    first, second, third = read_document(again, HAYKIN).claims
    assert (second.kind.value, second.of, second.problems) == ("restatement", 1, ())
    assert third.of == first.number
    assert third.problems[0].fault is Fault.DEFINITION


def test_definitions_in_a_circle_are_refused():
    text = r"Let $\delta_j = v_j$. Let $v_j = y_j$. Let $y_j = \delta_j$."
    assert "circle" in read_document(text, HAYKIN).claims[2].problems[0].what


def test_an_equation_that_only_looks_like_a_definition_is_a_claim():
    """δ has a usual definition: another right side without `let` must be proved."""
    [claim] = read(r"\delta_j = y_j").claims
    assert claim.kind.value == "claim"
    [claim] = read(r"\delta_j = -\frac{\partial \mathcal{E}}{\partial v_j}").claims
    assert claim.kind.value == "definition"


def test_layers_that_do_not_fit_are_index_errors():
    right = r"\delta^l_j = \sum_k w^{l+1}_{kj} \delta^{l+1}_k \sigma'(z^l_j)"
    assert faults(right, NIELSEN) == []
    wrong = faults(right.replace("{kj}", "{jk}"), NIELSEN)
    assert any("j is used with layers l and l+1" in what for _, what in wrong)
    assert "a layer or a power" in trouble("a^2_j = 1", NIELSEN).what


def test_a_row_without_relation_is_never_half_an_equation():
    assert latex(r"\begin{aligned} y_j &= v_j \\ &\quad + v_j \end{aligned}") == [
        "y_{j} = v_{j} + v_{j}"
    ]
    assert latex(r"y_j = v_j + \\ v_j") == ["y_{j} = v_{j} + v_{j}"]
    assert "follow a relation" in trouble(r"y_j = v_j \\ v_j").what
    assert "follow a relation" in trouble(r"y_j = v_j \quad v_j").what


def test_cases_are_one_claim_each_under_their_condition():
    text = r"""\delta_j = \begin{cases}
    e_j \varphi_j'(v_j) & \text{if } j \text{ is an output neuron} \\
    \varphi_j'(v_j) \sum_k \delta_k w_{kj} & \text{if } j \text{ is a hidden neuron} \end{cases}"""
    first, second = read(text).claims
    assert (first.role("j"), second.role("j")) == ("output", "hidden")
    assert not first.problems


def test_the_grammar_has_no_conflict_and_lark_would_say_so():
    assert grammar._parser()
    with pytest.raises(GrammarError):
        Lark('start: a | b\na: "x"\nb: "x"', parser="lalr", strict=True)


def test_tokens_know_where_they_begin():
    assert [(t.text, t.at) for t in tokens(r"\delta _j")] == [("\\delta", 0), ("_", 7), ("j", 8)]
    with pytest.raises(NotUnderstood) as error:
        tokens(r"a \def b")
    assert error.value.at == 2


def test_an_unknown_profile_names_the_near_one():
    with pytest.raises(InputError, match="haykin"):
        open_profile("haikin")
