"""Texts about single numbers: one neuron in each layer, graphs of operations, worked examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reports.check_ways import entries
from reports.index_check import IndexPaper, checked
from symbolic.reading.indexed.figures import DIGITS, ROUNDED
from symbolic.reading.indexed.profile import index_profile


def paper(text: str) -> IndexPaper:
    return checked("notes.md", text, "markdown", index_profile("scalars"))


def words(text: str) -> list[str]:
    """The verdicts of the lines; nothing is left unread."""
    found = paper(text)
    assert not found.unread, [entry.why for entry in found.unread]
    return [one.word for one in found.judgement.lines]


CHAIN = r"""One neuron per layer: $z_1 = w_1 x + b_1$, $a_1 = \sigma(z_1)$, $z_2 = w_2 a_1 + b_2$,
$a_2 = \sigma(z_2)$ and $C = (a_2 - y)^2$. Then

"""
LAST = r"""The cost is $C_0 = (a^{(L)} - y)^2$ with $z^{(L)} = w^{(L)} a^{(L-1)} + b^{(L)}$ and
$a^{(L)} = \sigma(z^{(L)})$. Then

"""
ENTROPY = r"""Here $z = w x + b$, $a = \frac{1}{1 + e^{-z}}$, $L = -y \ln a - (1 - y) \ln(1 - a)$.

"""


@pytest.mark.parametrize(
    ("text", "left", "right", "wrong"),
    [
        (
            CHAIN,
            r"\frac{\partial C}{\partial w_1}",
            r"\frac{\partial C}{\partial a_2} \frac{\partial a_2}{\partial z_2}"
            r" \frac{\partial z_2}{\partial a_1} \frac{\partial a_1}{\partial z_1}"
            r" \frac{\partial z_1}{\partial w_1}",
            r"\frac{\partial C}{\partial a_2} \frac{\partial a_2}{\partial z_2}"
            r" \frac{\partial a_1}{\partial z_1} \frac{\partial z_1}{\partial w_1}",
        ),
        (
            CHAIN,
            r"\frac{\partial C}{\partial w_1}",
            r"2 (a_2 - y) \sigma'(z_2) w_2 \sigma'(z_1) x",
            r"2 (a_2 - y) \sigma'(z_2) w_2 \sigma'(z_1) a_1",
        ),
        (CHAIN, r"\frac{\partial a_2}{\partial a_1}", r"\sigma'(z_2) w_2", r"\sigma'(z_1) w_2"),
        (CHAIN, r"\frac{\partial a_2}{\partial w_1}", r"\sigma'(z_2) w_2 \sigma'(z_1) x", "0"),
        (LAST, r"\frac{\partial z^{(L)}}{\partial w^{(L)}}", "a^{(L-1)}", "a^{(L)}"),
        (
            LAST,
            r"\frac{\partial C_0}{\partial a^{(L-1)}}",
            r"w^{(L)} \sigma'(z^{(L)}) 2 (a^{(L)} - y)",
            r"w^{(L)} \sigma'(z^{(L)}) (a^{(L)} - y)",
        ),
        (
            ENTROPY,
            r"\frac{\partial L}{\partial w}",
            r"(a - y) x",
            r"(a - y) a (1 - a) x",
        ),
        (ENTROPY, r"\frac{\partial a}{\partial z}", r"a (1 - a)", r"a (1 + a)"),
    ],
)
def test_derivatives_among_numbers(text: str, left: str, right: str, wrong: str) -> None:
    assert words(f"{text}$${left} = {right}$$")[-1] == "proved"
    assert words(f"{text}$${left} = {wrong}$$")[-1] == "refuted"


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (r"\frac{dL}{da} = -\frac{y}{a} + \frac{1 - y}{1 - a}", "proved"),
        (r"\frac{dL}{da} = \frac{y}{a} + \frac{1 - y}{1 - a}", "refuted"),
        (r"\frac{\mathrm{d}L}{\mathrm{d}z} = \frac{dL}{da} \frac{da}{dz} = a - y", "proved"),
        (r"\frac{d}{dz} a = a (1 - a)", "proved"),
        (r"\frac{da}{dz} = \frac{e^z}{(1 + e^z)^2}", "proved"),
        (r"\frac{da}{dz} = \frac{e^z}{1 + e^z}", "refuted"),
        (r"\frac{\partial}{\partial z} a = a (1 - a)", "proved"),
        (r"\frac{\partial}{\partial z} a = a (1 + a)", "refuted"),
        (r"w' = w - \eta \frac{dL}{dw}", "definition"),
        (r"\frac{dL}{dw} = x \frac{dL}{db}", "proved"),
        (r"\frac{dL}{dw} = w \frac{dL}{db}", "refuted"),
    ],
)
def test_derivatives_are_written_with_d_too(line: str, word: str) -> None:
    found = paper(f"{ENTROPY}$${line}$$")
    assert [*[one.word for one in found.judgement.lines], *["open"] * len(found.unread)][-1] == word


def test_a_line_that_follows_from_one_with_a_denominator_follows() -> None:
    text = rf"{ENTROPY} $$\frac{{dL}}{{da}} = -\frac{{y}}{{a}} + \frac{{1 - y}}{{1 - a}}$$"
    text = rf"{text} $$\frac{{dL}}{{dz}} = \frac{{dL}}{{da}} \frac{{da}}{{dz}} = a - y$$"
    assert paper(text).verdict == "proved"


def test_a_wrong_line_has_its_right_form() -> None:
    text = rf"{CHAIN} $$\frac{{\partial C}}{{\partial w_2}} = 2 (a_2 - y) \sigma'(z_2) a_2$$"
    case = paper(text).judgement.lines[-1].cases[0]
    assert case.nearest is not None
    assert "a_1" in case.nearest.text


GRAPH = r"""Consider $f(x, y, z) = (x + y) z$ with $q = x + y$, so $f = q z$.
Let $x = -2$, $y = 5$, $z = -4$. Then

"""


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (r"\frac{\partial f}{\partial q} = z", "proved"),
        (r"\frac{\partial f}{\partial q} = -4", "proved"),
        (r"\frac{\partial f}{\partial q} = 4", "refuted"),
        (r"\frac{\partial f}{\partial z} = x + y", "proved"),
        (r"\frac{\partial f}{\partial z} = x - y", "refuted"),
        ("f = -12", "proved"),
        ("f = 12", "refuted"),
    ],
)
def test_the_formula_that_reads_the_node_between_is_the_definition(line: str, word: str) -> None:
    assert words(f"{GRAPH} $${line}$$")[-1] == word


STEP = r"""
$$net_{h1} = w_1 \cdot i_1 + w_2 \cdot i_2 = 0.3 \cdot 0.5 + 0.2 \cdot 0.7 = 0.29$$
$$out_{h1} = \frac{1}{1 + e^{-net_{h1}}} = \frac{1}{1 + e^{-0.29}} = 0.57199613$$
$$net_{o1} = w_5 \cdot out_{h1} + b_2 = 0.6 \cdot 0.57199613 + 0.1 = 0.443197678$$
$$out_{o1} = \frac{1}{1 + e^{-net_{o1}}} = 0.60902071$$
$$E = \frac{1}{2} (target_{o1} - out_{o1})^2 = \frac{1}{2} (0.9 - 0.60902071)^2 = 0.04233447$$
$$\frac{\partial E}{\partial out_{o1}} = 2 * \frac{1}{2} (target_{o1} - out_{o1})^{2-1} * -1
= -(target_{o1} - out_{o1}) = -(0.9 - 0.60902071) = -0.29097929$$
$$\frac{\partial out_{o1}}{\partial net_{o1}} = out_{o1} (1 - out_{o1})
= 0.60902071 (1 - 0.60902071) = 0.238114485$$
$$\frac{\partial net_{o1}}{\partial w_5} = 1 * out_{h1} * w_5^{(1-1)} + 0 = out_{h1} = 0.57199613$$
$$\frac{\partial E}{\partial w_5} = \frac{\partial E}{\partial out_{o1}}
* \frac{\partial out_{o1}}{\partial net_{o1}} * \frac{\partial net_{o1}}{\partial w_5}
= -0.29097929 * 0.238114485 * 0.57199613 = -0.039631543$$
$$w_5^+ = w_5 - \eta * \frac{\partial E}{\partial w_5} = 0.6 - 0.5 * (-0.039631543)
= 0.619815772$$
"""


def test_a_worked_example_holds_to_the_digits_that_are_printed() -> None:
    assert {*words(STEP)} == {"definition", "assumption", "proved"}
    lines = paper(STEP).judgement.lines
    rounded = [one.claim.right_text for one in lines if one.cases and one.cases[0].under]
    assert "0.57199613" in rounded
    exact = [o.claim.right_text for o in lines if o.word == "proved" and not o.cases[0].under]
    assert "0.29" in exact
    assert all(one.cases[0].under in ((), ((DIGITS,),)) for one in lines if one.cases)


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        ("0.7 = 0.29", "0.7 = 0.30", "The left side is 0.29, not 0.30."),
        (
            "0.29}} = 0.57199613$",
            "0.29}} = 0.57199713$",
            "The left side is 0.57199613293…, not 0.57199713.",
        ),
        ("-(0.9 - 0.60902071)", "-(0.8 - 0.60902071)", "0.8 stands for target_o1"),
        ("= 0.60902071 (1", "= 0.60912071 (1", "0.60912071 stands for what is 0.6090207"),
        (
            "* 0.57199613 = -0.039631543",
            "* 0.57199613 = -0.039631692",
            "The left side is −0.0396315",
        ),
        (
            "= -0.29097929 * 0.2381",
            "= 0.29097929 * 0.2381",
            "0.29097929 stands for what is −0.2909",
        ),
        ("= 0.619815772", "= 0.580184228", "The left side is 0.6198157715, not 0.580184228."),
    ],
)
def test_a_wrong_number_is_refuted_on_its_own_line(right: str, wrong: str, why: str) -> None:
    assert STEP.count(right) == 1
    found = paper(STEP.replace(right, wrong))
    first = found.first_broken
    assert first is not None
    shown = f"{first.claim.left_text} = {first.claim.right_text}$$"
    assert wrong in shown
    assert first.cases[0].why.startswith(why)


def test_digits_that_rounding_may_explain_are_open() -> None:
    lines = paper(
        r"$$0.74 \cdot 0.19 \cdot 0.59 = 0.082$$ $$0.74 \cdot 0.19 = 0.16$$"
    ).judgement.lines
    assert [one.word for one in lines] == ["open", "refuted"]
    assert "0.082954" in lines[0].cases[0].why


def test_a_number_whose_letters_have_no_values_is_open() -> None:
    text = r"We have $z = w x$. Then $$\frac{\partial z}{\partial w} + x = 0.25$$"
    assert words(text)[-1] == "open"


def test_what_is_proved_of_a_sign_without_a_formula_says_that_it_is_held() -> None:
    text = STEP.replace("+ b_2 = 0.6", "+ w_6 \\cdot out_{h2} = 0.6").replace(
        "+ 0.1 = 0.443197678", "+ 0.2 \\cdot 0.5 = 0.443197678"
    )
    text = f"$$out_{{h2}} = 0.5$$ {text}"
    line = text + r"$$\frac{\partial E}{\partial w_1} = \frac{\partial E}{\partial out_{o1}}"
    right = line + r" out_{o1} (1 - out_{o1}) w_5 out_{h1} (1 - out_{h1}) i_1$$"
    case = paper(right).judgement.lines[-1].cases[0]
    assert (case.word, case.under) == ("proved", (("out_h2 is held",),))
    more = right.replace("w_5 out_{h1}", r"(w_5 + w_6 out_{h2}) out_{h1}")
    assert paper(more).judgement.lines[-1].word == "open"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (r"Let $h(x) = w x$.", "applied to what stands in the bracket"),
        (r"Let $a^1 = w x$.", "a layer or a power"),
        (r"Let $E = \sum_i x_i$.", "A sum over an index is not read"),
        (r"Let $z = w x$. Then $\frac{\partial u}{\partial w} = x$.", "not said what u is"),
        (r"Let $u = u w$. Then $\frac{\partial u}{\partial w} = u$.", "defined through itself"),
        (r"Let $L = y \ln a b$.", "Of what is \\ln taken?"),
    ],
)
def test_what_may_mean_two_things_is_not_understood(text: str, what: str) -> None:
    found = paper(text)
    assert found.verdict == "open"
    assert any(what in entry.why for entry in found.unread)


def test_an_unread_formula_leaves_open_what_it_may_define() -> None:
    text = (
        r"Here $E = \sum (t - o)^2$. We have $o = w x$. Then "
        r"$\frac{\partial E}{\partial w} = 2 (o - t) x$."
    )
    assert words_of(text)[-1] == "open"
    again = text.replace("have $o", "have $E = (t - o)^2$ and $o")
    assert words_of(again)[-1] == "proved"


def words_of(text: str) -> list[str]:
    return [one.word for one in paper(text).judgement.lines]


RESULTS = [m.span(1) for m in re.finditer(r"= (-?\d\.\d+)(?=\$)", STEP)]


@pytest.mark.slow
@pytest.mark.parametrize("place", RESULTS, ids=str)
def test_no_result_is_proved_with_another_digit(place: tuple[int, int]) -> None:
    begin, end = place
    for digit in range(end - 1, begin + 2, -3):
        other = str((int(STEP[digit]) + 5) % 10) if STEP[digit].isdigit() else "."
        lines = paper(STEP[:digit] + other + STEP[digit + 1 :]).judgement.lines
        number = STEP[begin:digit] + other + STEP[digit + 1 : end]
        if number == STEP[begin:end]:
            continue
        [one] = [o for o in lines if o.claim.right_text == number]
        assert one.word in ("refuted", "open")


def test_the_example_has_two_mistakes_and_a_consequence() -> None:
    text = Path(__file__).parent.parent.joinpath("examples", "worked.md").read_text("utf-8")
    lines = paper(text).judgement.lines
    wrong = [(one.claim.number, one.inherits) for one in lines if one.word == "refuted"]
    assert wrong == [(31, None), (32, 31), (36, None)]
    assert lines[30].cases[0].why == "The factor ∂out_h/∂net_h is missing."
    assert not any(one.word == "open" for one in lines)


def test_numbers_in_a_wrong_form_prove_nothing() -> None:
    text = r"""Here $x = 2$, $w = 3$, $y = w x$ and $E = y^2$. Then
$$\frac{\partial E}{\partial w} = y x$$ $$\frac{\partial E}{\partial w} = 6 \cdot 2 = 12$$"""
    lines = paper(text).judgement.lines
    assert [one.word for one in lines][-3:] == ["refuted", "refuted", "proved"]
    right = text.replace("= y x", "= 2 y x").replace("6 \\cdot 2 = 12", "2 \\cdot 6 \\cdot 2 = 24")
    assert [one.word for one in paper(right).judgement.lines][-3:] == ["proved"] * 3


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (r"y \approx 3", "proved"),
        (r"y \approx 4", "refuted"),
        (r"y \approx w", "open"),
        (r"u \approx 0.5", "open"),
        (r"\frac{\partial y}{\partial w} \approx 2.5", "proved"),
    ],
)
def test_about_equal_is_read_of_numbers(line: str, word: str) -> None:
    text = rf"Here $x = 2.46$, $w = 1.25$ and $y = w x$. Then $${line}$$"
    assert words(text)[-1] == word


def test_a_result_of_numbers_that_are_rounded_says_so() -> None:
    text = r"""Here $x = 0.744$, $y = x^2$ and $E = y^2$. Then $$y = x^2 = 0.744^2 = 0.55$$
$$E = y^2 = 0.55^2 = 0.31$$"""
    case = paper(text).judgement.lines[-1].cases[0]
    assert (case.word, case.under) == ("proved", ((DIGITS, ROUNDED),))
    assert paper(text.replace("0.31", "0.33")).judgement.lines[-1].word == "refuted"


LOGARITHMS = r"""Here $\sigma(z) = \frac{1}{1 + e^{-z}}$, $p = \sigma(z)$ and
$\ell = -y \log p - (1 - y) \log(1 - p)$.

"""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"\ell = \log(1 + e^{z}) - y z", r"\ell = \log(1 + e^{z}) + y z"),
        (r"\log p = - \log(1 + e^{-z})", r"\log p = - \log(1 + e^z)"),
        (r"\log (1 - p) = - \log(1 + e^z)", r"\log (1 - p) = - \log(1 + e^{-z})"),
        (r"\log \frac{p}{1-p} = z", r"\log \frac{p}{1-p} = -z"),
        (r"\log e^z = z", r"\log e^z = 2 z"),
        (r"\log \sigma(z) = - \log(1 + e^{-z})", r"\log \sigma(z) = - \log(1 + e^{z})"),
        (r"-\frac{y}{p} + \frac{1-y}{1-p} = \frac{p-y}{p(1-p)}",
         r"-\frac{y}{p} + \frac{1-y}{1-p} = \frac{p-y}{p(1+p)}"),
    ],
)  # fmt: skip
def test_logarithms_of_what_is_defined_are_worked_out(right: str, wrong: str) -> None:
    assert words(f"{LOGARITHMS}$${right}$$ $${wrong}$$")[-2:] == ["proved", "refuted"]


def test_a_line_that_is_not_read_leaves_the_others() -> None:
    found = paper(LOGARITHMS + r"$$\frac{d\ell}{dz} = \log$$ $$\frac{d\ell}{dz} = p - y$$")
    assert [one.word for one in found.judgement.lines][-1] == "proved"
    assert len(found.unread) == 1


def test_the_document_of_one_neuron_is_proved_whole() -> None:
    text = Path(__file__).with_name("documents").joinpath("cross_entropy.md").read_text("utf-8")
    assert words(text) == ["definition"] * 4 + ["proved"] * 10
    wrong = text.replace("(p - y) x", "(y - p) x").replace(r"= p (1 - p)$.", r"= p (1 + p)$.")
    assert [n for n, word in enumerate(words(wrong)) if word == "refuted"] == [9, 13]


FORMULAS = r"""Here $\sigma(x) = \frac{1}{1 + e^{-x}}$, $z = w x + b$ and $p = \sigma(z)$.

"""


@pytest.mark.parametrize(
    ("left", "right", "wrong"),
    [
        (r"\frac{d\sigma(x)}{dx}", r"\sigma(x) (1 - \sigma(x))", r"\sigma(x) (1 + \sigma(x))"),
        (r"\frac{d}{dz} \log \sigma(z)", r"1 - \sigma(z)", r"\sigma(z)"),
        (r"\frac{d}{dx} \frac{1}{1 + e^{-x}}", r"\frac{e^{-x}}{(1 + e^{-x})^2}",
         r"\frac{-e^{-x}}{(1 + e^{-x})^2}"),
        (r"\frac{\partial}{\partial w} \frac12 (p - y)^2", "(p - y) p (1 - p) x",
         "(p - y) p (1 - p)"),
        (r"\frac{\partial (w x + b)}{\partial w}", "x", "w"),
        (r"\frac{d \log p}{dp}", r"\frac1p", r"-\frac1p"),
        (r"\frac{d \log p}{dw}", "(1 - p) x", "p x"),
    ],
)  # fmt: skip
def test_a_formula_is_differentiated_as_it_stands(left: str, right: str, wrong: str) -> None:
    text = f"{FORMULAS}$${left} = {right}$$ $${left} = {wrong}$$"
    assert words(text)[-2:] == ["proved", "refuted"]


def test_a_derivative_within_a_derivative_is_no_formula() -> None:
    found = paper(FORMULAS + r"$$\frac{d}{dx} (\frac{dp}{dx}) = 0$$")
    assert "of second order" in found.unread[0].why


STEPS = r"""Here $p = w x$ and $L = (p - y)^2$ with $x = 2$, $y = 3$, $w = 1$ and $\eta = 0.1$.

"""


@pytest.mark.parametrize(
    ("step", "verdicts"),
    [
        (r"w \leftarrow w - \eta \frac{\partial L}{\partial w}", ["definition"]),
        (r"w \leftarrow w - 2 \eta (p - y) x", ["proved"]),
        (r"w \leftarrow w + 2 \eta (p - y) x", ["refuted"]),
        (r"w := w - \eta (p - y) x", ["refuted"]),
        (r"w \leftarrow w - 2 \eta (p - y) x = 1.4", ["proved", "proved"]),
        (r"w \leftarrow w - 2 \eta (p - y) x = 1.2", ["proved", "refuted"]),
        (r"w \leftarrow w - \eta m", ["open"]),
    ],
)
def test_a_step_goes_down_the_slope(step: str, verdicts: list[str]) -> None:
    assert words(f"{STEPS}$${step}$$")[-len(verdicts) :] == verdicts


def test_a_step_of_a_weight_of_several() -> None:
    text = r"""Units compute $y_j = \sigma(v_j)$, $v_j = \sum_i w_{ji} x_i$; the error is
$E = \frac12 \sum_j (d_j - y_j)^2$.
$$w_{ji} \leftarrow w_{ji} + \eta (d_j - y_j) \sigma'(v_j) x_i$$
$$w_{ji} \leftarrow w_{ji} - \eta (d_j - y_j) \sigma'(v_j) x_i$$"""
    lines = checked("notes.md", text, "markdown", index_profile("indices")).judgement.lines
    assert [one.word for one in lines][-2:] == ["proved", "refuted"]


def test_about_equal_has_pages() -> None:
    text = r"Here $x = 2.46$, $w = 1.25$ and $y = w x \approx 3$."
    way = entries(index_profile("scalars"))
    found = way.checked("notes.md", text, "markdown")
    drawn = {end: draw(found) for end, draw in way.writers.items() if end != ".pdf"}
    assert "≈ 3" in str(drawn[".txt"])
    assert all(r"\approx" in str(drawn[end]) for end in (".md", ".tex"))
