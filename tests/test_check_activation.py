"""Documents that say which activation function they mean, and costs with logarithms."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from pathlib import Path

import pytest
from flint import ctx

from reports.cli import main
from symbolic.duals import (
    Dual,
    Scalar,
    add,
    apply,
    differ,
    inverse,
    multiply,
    plain,
    power,
    tangent,
    total,
)
from symbolic.indexed import Num
from symbolic.reading.activation import ARGUMENT, SLOPES, slope
from symbolic.reading.claims import Kind, Outcome
from symbolic.reading.formulas import Call, Formula, Plus, Power, Times
from symbolic.reading.given import Given
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document
from symbolic.reading.theory import Assumption

NETWORK = r"""Let $v_j = \sum_i w_{ji} y_i$ and $y_j = \varphi(v_j)$.
Let $e_j = d_j - y_j$ for an output neuron $j$, let $\mathcal{E} = \frac12 \sum_j e_j^2$ and
let $\delta_j = -\frac{\partial \mathcal{E}}{\partial v_j}$.
"""
LOGISTIC = r"$$\varphi(v) = \frac{1}{1 + e^{-v}}$$" + "\n"
TANH = r"$$\varphi(v) = \tanh(v)$$" + "\n"
SCALED = r"$$\varphi(v) = \frac{1}{1 + \exp(-2 v)}$$" + "\n"
RECTIFIER = r"$$\varphi(v) = \max(0, v)$$" + "\n"
ENTROPY = r"""Let $v_j = \sum_i w_{ji} y_i$ and $y_j = \varphi(v_j)$.
Let $\mathcal{E} = -\sum_j \left( d_j \ln y_j + (1 - d_j) \ln(1 - y_j) \right)$ and
let $\delta_j = -\frac{\partial \mathcal{E}}{\partial v_j}$.
"""
OUTPUT = "For an output neuron $j$,\n"


def words(text: str, profile: str = "haykin") -> list[str]:
    """The verdicts of the claims."""
    lines = judge(read_document(text, open_profile(profile))).lines
    return [one.word for one in lines if one.claim.kind is not Kind.DEFINITION]


def line(formula: str) -> str:
    return f"$${formula}$$\n"


@pytest.mark.parametrize(
    ("says", "right", "wrong"),
    [
        (LOGISTIC, r"\varphi'(v) = \varphi(v) (1 - \varphi(v))", r"\varphi'(v) = 1 - \varphi(v)"),
        (LOGISTIC, r"\varphi'(v_j) = y_j (1 - y_j)", r"\varphi'(v_j) = y_j (1 + y_j)"),
        (LOGISTIC, r"\varphi'(v) = \frac{e^{-v}}{(1 + e^{-v})^2}", r"\varphi'(v) = e^{-v}"),
        (SCALED, r"\varphi'(v_j) = 2 y_j (1 - y_j)", r"\varphi'(v_j) = y_j (1 - y_j)"),
        (TANH, r"\varphi'(v_j) = (1 + y_j) (1 - y_j)", r"\varphi'(v_j) = y_j (1 - y_j)"),
        (TANH, r"\delta_j = e_j (1 - y_j^2)", r"\delta_j = e_j (1 + y_j^2)"),
        (
            LOGISTIC,
            r"\delta_j = (d_j - y_j) y_j (1 - y_j)",
            r"\delta_j = (y_j - d_j) y_j (1 - y_j)",
        ),
        (RECTIFIER, r"\delta_j = e_j \varphi'(v_j)", r"\delta_j = e_j y_j"),
    ],
)
def test_slopes_written_out_are_proved_and_wrong_ones_refuted(
    says: str, right: str, wrong: str
) -> None:
    assert words(NETWORK + says + OUTPUT + line(right)) == ["proved"]
    assert words(NETWORK + says + OUTPUT + line(wrong)) == ["refuted"]


@pytest.mark.slow
def test_a_hidden_neuron_with_the_logistic_function() -> None:
    hidden = "For a hidden neuron $j$,\n"
    right = r"\delta_j = y_j (1 - y_j) \sum_k \delta_k w_{kj}"
    assert words(NETWORK + LOGISTIC + hidden + line(right)) == ["proved"]
    wrong = right.replace("(1 - y_j)", "(1 - y_j)^2")
    assert words(NETWORK + LOGISTIC + hidden + line(wrong)) == ["refuted"]


def test_the_same_line_is_not_true_of_every_function() -> None:
    assert words(NETWORK + OUTPUT + line(r"\delta_j = e_j y_j (1 - y_j)")) == ["refuted"]
    assert words(NETWORK + TANH + OUTPUT + line(r"\delta_j = e_j y_j (1 - y_j)")) == ["refuted"]


@pytest.mark.parametrize(
    "says",
    [
        "All units are rectified linear units. ",
        "All units are sigmoidal. ",
        r"$$\varphi(v) = \operatorname{Si}(v)$$" + "\n",
        r"For an output neuron $j$, $\varphi_j(v_j) = \tanh(v_j)$. ",
    ],
)
def test_a_function_that_is_named_and_not_used_refutes_nothing(says: str) -> None:
    """The line may be true of the function that is meant."""
    assert words(NETWORK + says + OUTPUT + line(r"\delta_j = e_j y_j (1 - y_j)"))[-1] == "open"
    assert words(NETWORK + says + OUTPUT + line(r"\delta_j = e_j \varphi'(v_j)"))[-1] == "proved"


def test_a_cost_that_is_not_understood_is_not_taken_for_the_usual_one() -> None:
    text = NETWORK.replace(r"\frac12 \sum_j e_j^2", r"\operatorname{huber}(e_j)")
    assert words(text + OUTPUT + line(r"\delta_j = e_j \varphi'(v_j)"))[-1] == "open"
    named = NETWORK.replace(r"let $\mathcal{E} = \frac12 \sum_j e_j^2$", "take the cross-entropy")
    assert words(named + OUTPUT + line(r"\delta_j = e_j \varphi'(v_j)"))[-1] == "open"


def test_a_definition_that_is_not_understood_leaves_its_lines_open() -> None:
    text = NETWORK.replace(r"-\frac{\partial \mathcal{E}}{\partial v_j}", r"\oint \mathcal{E}")
    assert words(text + OUTPUT + line(r"\delta_j = -e_j \varphi'(v_j)"))[-1] == "open"


def test_the_cross_entropy_of_logistic_outputs() -> None:
    steps = OUTPUT + line(
        r"\frac{\partial \mathcal{E}}{\partial y_j} = -\frac{d_j}{y_j} + \frac{1 - d_j}{1 - y_j}"
        r" = \frac{y_j - d_j}{y_j (1 - y_j)}"
    )
    assert words(ENTROPY + LOGISTIC + steps) == ["proved", "proved"]
    assert words(ENTROPY + LOGISTIC + OUTPUT + line(r"\delta_j = d_j - y_j")) == ["proved"]
    assert words(ENTROPY + LOGISTIC + OUTPUT + line(r"\delta_j = y_j - d_j")) == ["refuted"]
    assert words(ENTROPY + TANH + OUTPUT + line(r"\delta_j = d_j - y_j")) != ["proved"]


def test_a_proof_with_denominators_holds_where_they_are_not_zero() -> None:
    text = ENTROPY + LOGISTIC + OUTPUT + line(r"\delta_j = d_j - y_j")
    [one] = [
        one
        for one in judge(read_document(text, open_profile("haykin"))).lines
        if one.word == "proved"
    ]
    assert all(case.partly for case in one.cases)
    text = NETWORK + OUTPUT + line(r"\frac{e_j}{e_j} = 1")
    found = judge(read_document(text, open_profile("haykin"))).lines[-1]
    assert [(case.word, case.partly) for case in found.cases] == [("proved", True)]
    simple = NETWORK + OUTPUT + line(r"\delta_j = e_j \varphi'(v_j)")
    found = judge(read_document(simple, open_profile("haykin"))).lines[-1]
    assert [(case.word, case.partly) for case in found.cases] == [("proved", False)]


@pytest.mark.parametrize("wrong", [r"\frac{1}{y_j - y_j} = e_j", r"\frac{1}{e_j - d_j + y_j} = 0"])
def test_a_denominator_that_is_always_zero_proves_nothing(wrong: str) -> None:
    assert words(NETWORK + OUTPUT + line(wrong)) == ["open"]


def test_cross_entropy_in_nielsens_notation() -> None:
    text = r"""Let $z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j$ and $a^l_j = \sigma(z^l_j)$, with
$$\sigma(z) = \frac{1}{1 + e^{-z}}, \qquad \sigma'(z) = \sigma(z) (1 - \sigma(z)).$$
Let $C = -\sum_j \left[ y_j \ln a^L_j + (1 - y_j) \ln(1 - a^L_j) \right]$ and
let $\delta^l_j = \frac{\partial C}{\partial z^l_j}$. Then
$$\delta^L_j = a^L_j - y_j, \qquad \frac{\partial C}{\partial w^L_{jk}} = a^{L-1}_k (a^L_j - y_j).$$
"""
    assert words(text, "nielsen") == ["proved", "proved", "proved"]
    wrong = text.replace(r"a^{L-1}_k (a^L_j - y_j)", r"a^{L-1}_k (a^L_j - y_j) a^L_j (1 - a^L_j)")
    assert words(wrong, "nielsen") == ["proved", "proved", "refuted"]


def test_the_numbers_of_a_counterexample_are_those_of_the_function(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "notes.md"
    file.write_text(NETWORK + SCALED + OUTPUT + line(r"\varphi'(v_j) = y_j (1 - y_j)"), "utf-8")
    assert main(["check", str(file)]) == 1
    out = capsys.readouterr().out
    assert "Every signal is 1/(1 + exp(−2 v)) of the field v" in " ".join(out.split())
    assert "0.035663778935…" in out
    assert "2 y_j (1 − y_j) (a factor 2)" in out


AT = Fraction(3, 7)


def value(formula: Formula) -> Scalar:
    """The number that a formula in one argument has at 3/7."""
    match formula:
        case Num(number):
            return number
        case Plus(terms):
            return total(map(value, terms))
        case Times(factors):
            return reduce(multiply, map(value, factors), Fraction(1))
        case Power(base, exponent):
            return power(value(base), exponent)
        case Call("logistic", argument):
            below = apply("exp", multiply(Fraction(-1), value(argument)))
            return inverse(add(Fraction(1), below))
        case Call(name, argument):
            return apply(name, value(argument))
    return AT


@pytest.mark.parametrize("name", sorted(SLOPES.keys() - {"logistic", "softplus", "relu", "step"}))
def test_the_slope_of_every_function_is_its_derivative(name: str) -> None:
    with ctx.workprec(200):
        by_duals = tangent(apply(name, Dual(AT, Fraction(1))))
        assert same(value(slope(Call(name, ARGUMENT))), by_duals)


def test_the_slopes_of_the_logistic_function_and_its_integral() -> None:
    with ctx.workprec(200):
        logistic = value(Call("logistic", ARGUMENT))
        rest = add(Fraction(1), multiply(Fraction(-1), logistic))
        assert same(value(slope(Call("logistic", ARGUMENT))), multiply(logistic, rest))
        assert same(value(slope(Call("softplus", ARGUMENT))), logistic)


def same(one: Scalar, other: Scalar) -> bool:
    """Equal as far as 190 bits can tell."""
    gap = plain(add(one, multiply(Fraction(-1), other)))
    return not differ(gap, Fraction(0)) and differ(plain(one), Fraction(0))


HAYKIN = open_profile("haykin")
CONSTANTS = (Path(__file__).parent / "documents" / "slopes.md").read_text(encoding="utf-8")


def test_an_activation_function_may_have_constants() -> None:
    lines = judge(read_document(CONSTANTS, HAYKIN)).lines
    assert [one.word for one in lines[-5:]] == ["proved"] * 5
    assert {one.word for one in lines} == {"proved", "definition", "assumption"}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"\frac{b}{a} [a - y_j(n)][a + y_j(n)].", r"\frac{a}{b} [a - y_j(n)][a + y_j(n)]."),
        (r"= a b \bigl(1 - ", r"= a \bigl(1 - "),
        (r"a b\, \mathrm{sech}^2", r"a b\, \mathrm{sech}"),
        (r"[a - o_j(n)][a + o_j(n)]", r"[a - o_j(n)]"),
        (r"[d_j(n) - o_j(n)]", r"[o_j(n) - d_j(n)]"),
    ],
)
def test_a_slip_in_constants_is_refuted_on_its_line_alone(right: str, wrong: str) -> None:
    assert CONSTANTS.count(right) == 1
    lines = judge(read_document(CONSTANTS.replace(right, wrong), HAYKIN)).lines
    refuted = [one for one in lines if one.word == "refuted"]
    assert 1 <= len(refuted) <= 2  # the next side of a chain is compared with this one
    assert not [one for one in lines if one.word in ("open", "unjustified")]
    for one in refuted:
        world = one.told[0].against
        assert world is not None
        assert "a = 3/2, b = 5/3" in str(world.world)


def test_constants_with_values_are_put_in() -> None:
    line_ = r"\varphi'(v_j) = \frac{3}{2} (1 - y_j^2)"
    made = r"$\varphi(v) = \tanh(b v)$ with $b = \frac{3}{2}$. "
    assert words(NETWORK + made + OUTPUT + line(line_))[-1] == "proved"
    assert words(NETWORK + made.replace("{3}", "{5}") + OUTPUT + line(line_))[-1] == "refuted"


def test_a_constant_without_value_is_not_one() -> None:
    """a is any positive number, so what holds for a = 1 alone is refuted."""
    made = r"$\varphi(v) = \tanh(a v)$. "
    assert words(NETWORK + made + line(r"\varphi'(v_j) = 1 - y_j^2"))[-1] == "refuted"


def test_a_constant_is_not_said_to_be_negative() -> None:
    [claim] = read_document(line("a < 0"), HAYKIN).claims
    assert judge(read_document(line("a < 0"), HAYKIN)).lines[0].word == "open"
    assert claim.kind.value == "claim"


@pytest.mark.parametrize("text", [r"\tanh(v_j)^2", r"\tanh^2(v_j)", r"(\tanh(v_j))^2"])
def test_the_power_of_a_function_counts_wherever_it_stands(text: str) -> None:
    made = r"$\varphi(v) = \tanh(v)$. "
    assert words(NETWORK + made + line(rf"\varphi'(v_j) = 1 - {text}"))[-1] == "proved"
    assert words(NETWORK + made + line(rf"\varphi'(v_j) = 2 - {text}"))[-1] == "refuted"


SIGNALS = r"Let $v_j = \sum_i w_{ji} y_i$. The function signal is $y_j = %s(v_j)$. "


@pytest.mark.parametrize("defined", [r"\varphi", r"\varphi_j"])
@pytest.mark.parametrize("used", [r"\varphi'", r"\varphi_j'"])
def test_phi_with_an_index_and_without_is_one_function(defined: str, used: str) -> None:
    text = SIGNALS % defined + line(rf"\frac{{\partial y_j}}{{\partial v_j}} = {used}(v_j)")
    assert words(text) == ["proved"]
    text = SIGNALS % defined + line(rf"\frac{{\partial y_j}}{{\partial v_j}} = 2 {used}(v_j)")
    [wrong] = [o for o in judge(read_document(text, HAYKIN)).lines if o.word == "refuted"]
    against = wrong.told[0].against
    assert against is not None
    assert 2 * against.left.low == against.right.low  # the numbers are those of one function


def test_the_first_form_of_a_signal_defines_it_with_or_without_index() -> None:
    assert words(SIGNALS % r"\varphi") == []
    assert words(SIGNALS % r"\varphi_j" + line(r"y_j = \varphi(v_j)")) == ["proved"]
    assert words(SIGNALS % r"2 \varphi") == ["refuted"]


PIECES = r"""$$\varphi(v) = \begin{cases} v & \text{if } v > 0 \\
%s & \text{otherwise} \end{cases}$$
"""


@pytest.mark.parametrize(
    ("below", "right", "wrong"),
    [
        ("0", r"1 & v_j > 0 \\ 0 & v_j < 0", r"1 & v_j > 0 \\ 1 & v_j < 0"),
        ("a v", r"1 & v_j > 0 \\ a & v_j \le 0", r"a & v_j > 0 \\ 1 & v_j \le 0"),
        ("a (e^v - 1)", r"1 & v_j > 0 \\ a e^{v_j} & v_j < 0", r"1 & v_j > 0 \\ e^{v_j} & v_j < 0"),
    ],
)
def test_a_function_may_be_written_in_two_pieces(below: str, right: str, wrong: str) -> None:
    for slope_, word in ((right, "proved"), (wrong, "refuted")):
        cases = rf"\varphi'(v_j) = \begin{{cases}} {slope_} \end{{cases}}"
        assert words(NETWORK + PIECES % below + line(cases))[-1] == word


@pytest.mark.parametrize(
    "cases",
    [
        r"v & v > 1 \\ 0 & v < 0",
        r"v & v > 0 \\ 0 & z < 0",
        r"v & v > 0 \\ w & v > 0",
        r"v & v > 0 \\ 0 & v = 0 \\ 1 & \text{otherwise}",
        r"v & v > 0 \\ 0 & \text{otherwise} \\ 1 & v < 0",
        r"v & \text{on Mondays} \\ 0 & \text{otherwise}",
    ],
)
def test_other_cases_are_no_pieces(cases: str) -> None:
    text = NETWORK + line(rf"\varphi(v) = \begin{{cases}} {cases} \end{{cases}}")
    reading = read_document(text, HAYKIN)
    assert any(entry.outcome is Outcome.NOT_UNDERSTOOD for entry in reading.ledger)
    assert not any(c.left == reading.claims[-1] for c in reading.claims if "cases" in str(c.left))


def test_a_lone_y_is_the_value_of_the_function_that_is_spoken_of() -> None:
    """Also of an output neuron whose own signal is another one."""
    text = SIGNALS % r"\varphi" + r"For an output neuron $k$, $y_k = v_k$. "
    text += "\n" + line(r"\varphi(v) = \tanh(v)") + "Then\n" + line(r"\varphi'(v) = 1 - y^2")
    assert words(text)[-1] == "proved"
    assert words(text.replace("1 - y^2", "1 + y^2"))[-1] == "refuted"


def test_a_logarithm_of_one_is_a_number_like_others() -> None:
    text = r"""Let $v_j = \sum_i w_{ji} y_i$. Output neurons $k$ have
$y_k = \frac{\exp(v_k)}{\sum_i \exp(v_i)}$. $\mathcal{E} = -\sum_k d_k \ln y_k$. """
    text += r"For an output neuron $k$, $\frac{\partial \mathcal{E}}{\partial v_k} = y_k - d_k$."
    net = Given("one output", ((2, 1),), (2,))
    [last] = judge(read_document(text, HAYKIN), network=net).lines[-1:]
    assert (last.word, last.told[0].under) == ("proved", ((Assumption.DT,),))


@pytest.mark.parametrize(
    "slope", [r"[z_j > 0]", r"\mathbb{1}[z_j > 0]", r"\mathbf{1}_{z_j > 0}", r"1_{0 < z_j}"]
)
def test_the_slope_of_the_rectifier_is_a_bracket_of_one_or_zero(slope: str) -> None:
    given = r"Let $h_j = \max(0, z_j)$. For a hidden unit $j$: "
    for line, word in (
        (rf"\frac{{\partial h_j}}{{\partial z_j}} = {slope}", "proved"),
        (rf"\delta_j = {slope} \sum_k W_{{jk}} \delta_k", "proved"),
        (rf"\delta_j = {slope} \sum_k W_{{jk}} z_k", "refuted"),
    ):
        reading = read_document(f"{given}${line}$", open_profile("plain"))
        assert judge(reading).lines[-1].word == word, line


def test_a_bracket_about_anything_else_is_not_read() -> None:
    reading = read_document(r"$\delta_j = [z_j > 1]$", open_profile("plain"))
    assert "A bracket is read in [z > 0] only" in reading.ledger[0].why


def test_functions_and_brackets_act_on_whole_vectors_by_components() -> None:
    given = r"Let $a^l = \max(0, z^l)$. "
    rule = r"\delta^l = (w^{l+1})^T \delta^{l+1} \odot [z^l > 0]"
    found = judge(read_document(f"{given}$${rule}$$", open_profile("nielsen"))).lines
    assert [one.word for one in found] == ["definition", "proved"]
    wrong = rule.replace("z^l > 0", "z^{l+1} > 0")
    reading = read_document(f"{given}$${wrong}$$", open_profile("nielsen"))
    assert "Check shapes and layers" in next(e.why for e in reading.ledger if e.why)


def test_a_slope_may_be_a_quotient_of_differentials() -> None:
    known = r"Let $y_j = \varphi(v_j)$ and $\varphi(z) = \tanh(z)$. Then "
    for left in (
        r"\frac{d\varphi}{dz}",
        r"\frac{d\varphi(z)}{dz}",
        r"\frac{\partial \varphi}{\partial z}",
    ):
        assert words(f"{known}${left} = 1 - \\varphi(z)^2$.") == ["proved"]
        assert words(f"{known}${left} = 1 - \\varphi(z)$.") == ["refuted"]
    other = read_document(known + r"$\frac{d\varphi(x)}{dz} = 1$.", open_profile("haykin"))
    assert other.problems
