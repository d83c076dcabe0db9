"""Markdown, LaTeX files and notebooks: what is found, what is left alone, what words do."""

from __future__ import annotations

import json

import pytest

from symbolic.errors import InputError
from symbolic.reading.claims import Outcome
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document

HAYKIN = open_profile("haykin")


def read(text, kind="markdown", profile=HAYKIN):
    return read_document(text, profile, kind)


def outcomes(text, kind="markdown"):
    return [entry.outcome.value for entry in read(text, kind).ledger]


EQUATION = r"y_j = \varphi_j(v_j)"


@pytest.mark.parametrize(
    "written",
    [
        f"${EQUATION}$",
        f"$ {EQUATION} $",
        f"$${EQUATION}$$",
        f"$$\n{EQUATION}.\n$$",
        rf"\({EQUATION}\)",
        rf"\[{EQUATION}\]",
        rf"\begin{{equation}}{EQUATION} \label{{eq}}\end{{equation}}",
        r"\begin{align*} y_j &= \varphi_j(v_j) \tag{1}\end{align*}",
        r"\begin{aligned} y_j &= \varphi_j(v_j) \end{aligned}",
        r"\begin{multline} y_j \\ = \varphi_j(v_j) \end{multline}",
        r"$$\begin{split} y_j & = \\ & \varphi_j(v_j) \end{split}$$",
        rf"\begin{{gather}} {EQUATION} \end{{gather}}",
        rf"$$\begin{{align*}} {EQUATION} \end{{align*}}$$",
        rf"$${EQUATION} \quad (1)$$",
    ],
)
@pytest.mark.parametrize("kind", ["markdown", "latex"])
def test_every_way_to_set_a_formula_is_found(written, kind):
    reading = read(f"so that\n{written}\n", kind)
    assert [claim.latex(HAYKIN) for claim in reading.claims] == [r"y_{j} = \varphi_{j}(v_{j})"]
    assert len(reading.ledger) == 1


def test_code_comments_and_money_are_left_alone():
    text = "```\n$y_j = 1$\n```\n`$y_j = 1$` <!-- $y_j = 1$ --> costs $5 and $6, and \\$7 = $7."
    reading = read(text)
    assert not reading.claims
    assert [entry.why for entry in reading.ledger[:3]] == ["a code block", "code", "a comment"]


HIDDEN = [
    "so dE/dy = 1.",
    r"\begin{equation} y_j = v_j",
    r"\[ y_j = v_j",
    r"\( y_j = v_j",
    "$$ y_j = v_j",
    "$ y_j = v_j",
    r"so \frac{a}{b} is one",
    "so v ≤ w",
    "y_{j} is one",
    r"\input{rest.tex}",
    r"\def\foo#1{y}",
]


@pytest.mark.parametrize("text", HIDDEN)
@pytest.mark.parametrize("kind", ["markdown", "latex"])
def test_a_formula_outside_of_mathematics_is_listed_and_never_claimed(text, kind):
    reading = read(f"We have\n{text}\n\nand so on", kind)
    assert not reading.claims
    assert reading.problems
    assert {entry.outcome for entry in reading.ledger} == {Outcome.NOT_UNDERSTOOD}
    assert reading.problems[0].place.line == 2


DENIED = [
    "It is false that ${}$.",
    "This is not so: ${}$",
    "Is ${}$?",
    "${}$ is wrong.",
    "$${}$$\n\nThis is a mistake.",
    r"$$\text{{it is false that }} {}$$",
    r"$${} \text{{ fails}}$$",
    "Unless $j$ is an output neuron, ${}$",
    "## A wrong attempt\n\n$${}$$",
    "It doesn't follow that ${}$",
    "Nobody believes that\n\n$${}$$",
]


@pytest.mark.parametrize("text", DENIED)
def test_words_that_deny_keep_a_formula_from_being_a_claim(text):
    reading = read(text.format(EQUATION))
    assert not reading.claims
    assert "words" in reading.problems[0].what or "condition" in reading.problems[0].what


UNKNOWN = [
    "My uncle reckons ${}$",
    "If pigs fly, ${}$",
    "${}$ if pigs fly",
    r"$${} \quad (\text{{if pigs fly}})$$",
    "If $q = 1$, then ${}$.",
    "Assuming $\foo$ vanishes, ${}$.",
    "With $y_j \approx 1$ we get ${}$.",
    r"$$\text{{if }} q = 1 \text{{ then }} {}$$",
    "${}$ iff $q = 1$",
    "Unless $q = 1$, ${}$",
    "Suppose that $q = 1$ and then ${}$",
    "Here ${}$ holds if $q = 1$.",
]


@pytest.mark.parametrize("text", UNKNOWN)
@pytest.mark.parametrize(
    ("formula", "says"),
    [
        (r"\frac{\partial y_j}{\partial v_j} = \varphi_j'(v_j)", "it holds as it stands, but"),
        (r"\frac{\partial y_j}{\partial v_j} = 3 y_j", "it fails as it stands, but"),
    ],
)
def test_beside_unknown_words_a_formula_is_neither_proved_nor_refuted(text, formula, says):
    [found] = judge(read(text.format(formula))).lines
    assert found.claim.doubt
    assert found.word == "open"
    assert all(case.why.startswith(says) for case in found.cases)


def test_a_line_in_doubt_shows_no_other_line():
    """What may stand under a condition is no step of the argument."""
    text = "If pigs fly, $\\delta_j = 3$. Then $\\delta_j = 3$."
    assert [one.word for one in judge(read(text)).lines] == ["open", "refuted"]


@pytest.mark.parametrize("words", ["Whimsically let", "With whimsy, we assume", "If whimsical,"])
def test_beside_unknown_words_nothing_is_defined_or_assumed(words):
    reading = read(f"{words} $e_j := y_j - d_j$.")
    assert not reading.claims
    assert "no definition" in reading.problems[0].what or "definition" in reading.problems[0].what


SAID = [  # words, role of j in the formula after them
    ("let $j$ be an output neuron. Then", "output"),
    ("Let $j$ denote a hidden unit; then", "hidden"),
    ("($j$ : hidden neuron, $i$ : “input” neuron). Then", "hidden"),
    ('for the "output" neuron $j$ we have', "any"),
    ("If $j$ is an output layer neuron,", "output"),
    ("if neuron $j$ is in a hidden layer, then", "hidden"),
    ("For each hidden neuron $j$", "hidden"),
    ("the $j^{\\text{th}}$ output neuron has", "output"),
    ("for an output neuron $j$. In general, for every neuron $j$,", "any"),
    ("If $j$ is an output neuron, $y_j = 1$. In general", ""),
    ("let $j$ be an output neuron. We have $y_j = 1$. Then", "output"),
]


@pytest.mark.parametrize(("words", "role"), SAID)
def test_the_words_give_the_letters_their_roles(words, role):
    claims = read(f"{words} $\\delta_j = y_j$").claims
    assert claims[-1].role("j") == role


def test_words_after_a_formula_say_what_its_sum_runs_over():
    formula = r"$$\delta_j = \varphi_j'(v_j) \sum_k \delta_k w_{kj}$$"
    ranges = {
        "where $k$ runs over the neurons fed by $j$.": ("fed", "j"),
        "where $k$ runs over all neurons that $j$ feeds.": ("fed", "j"),
        "where the sum is over all neurons $k$ that are fed by neuron $j$.": ("fed", "j"),
        "where the sum runs over all units $k$ to which unit $j$ sends connections": ("fed", "j"),
        "(sum over all output neurons)": ("output", ""),
        "for every hidden neuron $j$": ("unsaid", ""),
        "": ("unsaid", ""),
    }
    for words, expected in ranges.items():
        [claim] = read(f"{formula}\n{words}").claims
        span = claim.right.factors[-1].range
        assert (span.kind, span.of) == expected, words


def test_macros_are_expanded_and_their_places_kept():
    text = (
        "\\newcommand{\\pd}[2]{\\frac{\\partial #1}{\\partial #2}}\n\\newcommand\\E{\\mathcal{E}}\n"
        "\\begin{document}\nThen $\\delta_j = -\\pd{\\E}{v_j}$ and $y_j = \\pd{\\E}{q}$.\n"
        "\\end{document}"
    )
    reading = read(text, "latex")
    assert reading.claims[0].kind.value == "definition"
    assert (reading.problems[0].place.line, reading.problems[0].place.column) == (4, 44)


BOMBS = [
    r"\newcommand{\a}{\a\a} $\a = 1$",
    r"\newcommand{\a}{\b\b}\newcommand{\b}{\c\c}\newcommand{\c}{\a} $\a = 1$",
    r"\newcommand{\a}[1]{#1#1#1#1#1#1#1#1}$\a{\a{\a{\a{\a{\a{x}}}}}} = 1$",
]


@pytest.mark.parametrize("text", BOMBS)
def test_macros_that_grow_without_end_are_refused(text):
    reading = read(text)
    assert not reading.claims
    assert reading.problems


def test_the_cells_of_a_notebook_are_named():
    cells = [
        {"cell_type": "markdown", "source": ["let\n", "$e_j = d_j - y_j$\n"]},
        {"cell_type": "code", "source": "x = 1"},
        {"cell_type": "markdown", "source": ["Then\n", "$y_j = q$"]},
    ]
    reading = read(json.dumps({"cells": cells}), "notebook")
    assert str(reading.claims[0].place) == "cell 1, line 2, column 2"
    assert str(reading.problems[0].place) == "cell 3, line 2, column 8"
    assert [e.outcome.value for e in reading.ledger] == [
        "definition",
        "left alone",
        "not understood",
    ]
    for broken in ("", "{}", "[1]", '{"cells": 3}', '{"cells": [1]}'):
        with pytest.raises(InputError, match="notebook"):
            read(broken, "notebook")


def test_a_line_that_continues_nothing_is_not_understood():
    assert "continues nothing" in read("$$= y_j$$").problems[0].what
    after_trouble = read("$$y_j = q$$\n$$= v_j$$")
    assert not after_trouble.claims
    assert len(after_trouble.problems) == 2


def test_a_definition_that_is_not_let_is_one_only_if_it_is_the_usual_one():
    kinds = [c.kind.value for c in read("so $v_k = \\sum_i w_{ki} y_i$, $v_j = y_j$").claims]
    assert kinds == ["definition", "claim"]


def test_assumptions_are_assumptions():
    [claim] = read("Suppose $N = 1$.").claims
    assert claim.kind.value == "assumption"


def test_a_large_document_takes_time_in_proportion():
    one = "Then $$\\delta_j = \\varphi_j'(v_j) \\sum_k \\delta_k w_{kj}$$ for every neuron $j$.\n\n"
    assert len(read(one * 300).claims) == 300


def test_a_condition_on_the_samples_holds_for_its_sentence_and_an_assumption_for_good():
    text = (
        "If $N = 1$, then $\\delta_j = y_j$. Hence $\\delta_j = v_j$.\n\n"
        "Assume $N = 1$. Then $\\delta_j = y_j$."
    )
    claims = read(text).claims
    assert [c.kind.value for c in claims] == [
        "assumption",
        "claim",
        "claim",
        "assumption",
        "claim",
    ]
    assert [c.under for c in claims] == [(), (1,), (), (), (4,)]


@pytest.mark.parametrize(
    "text",
    [
        r"It is no longer so that $y_j = v_j$.",
    ],
)
def test_under_a_condition_that_is_not_understood_nothing_is_claimed(text):
    assert not read(text).claims
    assert read(text + " Then $y_j = 1$.").claims or "$$" in text or not text.endswith(".")


def test_let_us_defines_nothing():
    [claim] = read("Let us show that $\\delta_j = y_j$").claims
    assert claim.kind.value == "claim"


def test_output_and_hidden_neurons_may_be_defined_apart():
    text = (
        "For every output neuron $j$ let $\\delta_j = e_j$. "
        "For every hidden neuron $j$ let $\\delta_j = y_j$."
    )
    claims = read(text).claims
    assert [(c.kind.value, c.role("j")) for c in claims] == [
        ("definition", "output"),
        ("definition", "hidden"),
    ]
    assert not claims[1].problems


def test_signals_with_and_without_sample_in_one_relation_are_an_index_error():
    text = r"$$\frac{\partial \mathcal{E}}{\partial e_j^{\xi}} = e_j$$"
    [claim] = read(text).claims
    assert "carry their sample" in claim.problems[0].what


def test_the_sample_of_a_definition_may_be_left_out_when_it_is_repeated():
    claims = read("Let $e_j^{\\xi} = d_j^{\\xi} - y_j^{\\xi}$. Let $e_j = d_j - y_j$.").claims
    assert claims[1].kind.value == "restatement"


def test_two_letters_for_one_quantity_do_not_cancel_unseen():
    [claim] = read("$2 z_k = 2 y_k$", profile=open_profile("bishop")).claims
    assert "one quantity" in claim.problems[0].what
    [same] = read("$z_k = y_k$", profile=open_profile("bishop")).claims
    assert not same.problems  # it says nothing else


def test_neurons_named_by_their_kind_alone_are_the_first_index_of_the_left_side():
    for words in ("For hidden neurons, {}.", "{} for all hidden units.", "In the hidden layer {}"):
        [claim] = read(words.format(r"$\delta_j = \sum_k \delta_k w_{kj}$")).claims
        assert claim.role("j") == "hidden", words


@pytest.mark.parametrize(
    "text",
    [
        r"$$\delta_j = \begin{cases} e_j & j \in A \\ y_j & \text{otherwise} \end{cases}$$",
        r"$$\delta_j = \begin{cases} e_j & \text{on Mondays} \\ y_j & \text{else} \end{cases}$$",
        r"$y_j = v_j \iff v_j = y_j$",
        r"$y_j \to v_j$",
        "$y_j = 0,5$",
        "$y_j = 1,000$",
        "$$y_j, v_j = 1$$",
        "$$y_j = v_j, v_i$$",
        r"$$y_j = v_j, \quad j \in A$$",
        r"$$y_j = v_j \quad \text{for } j \in A$$",
        r"$$y_j = v_j \quad \forall j \in A$$",
        r"For $j \in A$ we have $y_j = v_j$",
        r"We have $y_j = v_j$ for all $j \in A$",
        r"$$y_j = v_j$$ for $j = 1, 3, \ldots, m$",
        "$$y_j = v_j$$\n\nNone of this is true.",
    ],
)
def test_a_condition_or_arrow_that_is_not_understood_leaves_no_claim(text):
    reading = read(text)
    assert not reading.claims
    assert reading.problems


@pytest.mark.parametrize(
    "text",
    [
        r"$$y_j = v_j \quad \forall j$$",
        r"$$\forall j, \quad y_j = v_j \quad (3)$$",
        "$$y_j = v_j$$ for all $j$.",
        r"$$y_j = v_j \quad \text{for every neuron } j$$",
    ],
)
def test_what_restricts_nothing_may_stand_beside_a_claim(text):
    assert len(read(text).claims) == 1


def test_otherwise_is_the_other_kind_of_neuron():
    text = r"""$$\delta_j = \begin{cases} e_j & \text{if $j$ is an output neuron} \\
    y_j & \text{otherwise} \end{cases}$$"""
    assert [claim.role("j") for claim in read(text).claims] == ["output", "hidden"]


def test_and_goes_on_with_the_sentence_and_a_full_stop_ends_it():
    kinds = {
        "If $N = 1$ and $y_j = v_j$, then $v_j = 1$": ["assumption", "assumption", "claim"],
        "Let $\\delta_j = v_j$ and $\\mathcal{E} = 1$": ["definition", "definition"],
        "Let $\\mathcal{E} = 1$. And $\\delta_j = v_j$": ["definition", "claim"],
    }
    for text, expected in kinds.items():
        assert [claim.kind.value for claim in read(text).claims] == expected, text


SECTIONS = """# Two layers

Let $j$ be an output neuron. Then $\\delta_j = e_j \\varphi_j'(v_j)$.

## Hidden neurons

$$\\delta_j = \\varphi_j'(v_j) \\sum_k \\delta_k w_{kj}$$

Let $j$ be an output neuron again. Then $y_j = \\varphi_j(v_j)$.

## The output layer

$$\\frac{\\partial \\mathcal{E}}{\\partial w_{ji}} = - e_j \\varphi_j'(v_j) y_i$$

## Everything else

$$\\Delta w_{ji} = \\eta \\delta_j y_i$$
"""


def test_a_heading_says_of_which_neurons_its_formulas_are():
    claims = read(SECTIONS).claims
    assert [claim.role("j") for claim in claims] == [
        "output",
        "hidden",
        "output",
        "output",
        "output",  # as it was said last
    ]


def test_a_heading_about_hidden_neurons_makes_no_error_signal_theirs():
    [claim] = read("## Hidden neurons\n\n$$e_k = d_k - y_k$$").claims
    assert not claim.problems


def test_under_a_heading_a_weight_belongs_to_the_neuron_that_it_leads_to():
    text = "## Output layer\n\n$$\\frac{\\partial L}{\\partial W_{jk}} = \\delta_k h_j$$"
    [claim] = read(text, profile=open_profile("plain")).claims
    assert (claim.role("j"), claim.role("k")) == ("", "output")


@pytest.mark.parametrize(
    "caption",
    ["error signal of output neuron $j$\n\n", "| $e_j$ | error signal of output neuron $j$ |\n\n"],
)
def test_a_caption_binds_no_letter(caption):
    [claim] = read(f"{caption}$$y_j = \\varphi_j(v_j)$$").claims
    assert claim.role("j") == ""


def test_what_is_said_with_if_ends_with_its_sentence():
    [claim] = read("It is an input if $j$ is an input. Now $$y_j = \\varphi_j(v_j)$$").claims
    assert claim.role("j") == ""


def test_an_empty_script_is_no_crash():
    for text in ("$v_{} = 1$", "$w_{j}{} v_m^{} = 0$"):
        read(text)
