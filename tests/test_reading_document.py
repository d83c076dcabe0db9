"""A whole written derivation is read: every formula accounted for, every slip noticed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from symbolic.reading.claims import Kind, Outcome
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document, reread
from symbolic.reading.rendering import render
from symbolic.reading.symbols import symbols
from symbolic.reading.tokens import tokens

DOCUMENT = Path(__file__).parent / "documents" / "generalizing.md"
HAYKIN = open_profile("haykin")
READING = read_document(DOCUMENT.read_text(encoding="utf-8"), HAYKIN)
GOLDEN = """\
1 definition  e_{j}^{\\xi} = d_{j}^{\\xi} - y_{j}^{\\xi}
2 definition  \\mathcal{E}_{j}^{\\xi} = \\frac{1}{2} (e_{j}^{\\xi})^{2}
3 definition  \\mathcal{E}^{\\xi} = \\sum_{j \\in \\text{output neurons}} \\mathcal{E}_{j}^{\\xi}
4 definition  \\mathcal{E} = \\frac{1}{N} \\sum_{\\xi=1}^{N} \\mathcal{E}^{\\xi}
7 assumption  N \\geq 1
8 definition  \\Delta w_{ji} = -\\eta \\frac{\\partial \\mathcal{E}}{\\partial w_{ji}}
11 claim  \\frac{\\partial e_{j}}{\\partial y_{j}} = -1
12 claim  \\frac{\\partial y_{j}}{\\partial v_{j}} = \\varphi'_{j}(v_{j})
14 definition  \\delta_{j} = -\\frac{\\partial \\mathcal{E}}{\\partial v_{j}}
17 claim  -\\eta \\frac{\\partial \\mathcal{E}}{\\partial w_{ji}} = \\eta \\delta_{j} y_{i}
26 claim  \\mathcal{E} = \\frac{1}{2} \\sum_{k \\in \\text{output neurons}} (e_{k})^{2}
28 claim  e_{k} = d_{k} - \\varphi_{k}(v_{k})
30 definition  v_{k} = \\sum_{j=0}^{m} w_{kj} y_{j}
31 claim  \\frac{\\partial v_{k}}{\\partial y_{j}} = w_{kj}
33 label  \\varphi'_{k}(v_{k}) = \\delta_{k}
36 claim  \\Delta w_{ji} = \\eta \\delta_{j} y_{i}
37 claim  \\delta_{j} = e_{j} \\varphi'_{j}(v_{j})
"""
ROLES = {  # number of the claim: the role of j
    **dict.fromkeys((1, 2, *range(8, 18)), "output"),
    **dict.fromkeys(range(18, 26), "hidden"),
    **dict.fromkeys((27, *range(30, 33), 34, 35, 38), "hidden"),
    36: "any",
    37: "output",
}


def test_every_displayed_and_every_inline_formula_is_accounted_for():
    displays = [entry for entry in READING.ledger if entry.display]
    inline = [entry for entry in READING.ledger if not entry.display]
    assert (len(displays), len(inline)) == (24, 27)
    assert not [e for e in READING.ledger if e.outcome is Outcome.NOT_UNDERSTOOD]
    assert sum(e.outcome is Outcome.MENTION for e in inline) == 24
    assert READING.problems == ()


def test_the_chains_are_cut_into_38_items_of_the_right_kinds():
    kinds = Counter(claim.kind for claim in READING.claims)
    assert kinds == {
        Kind.DEFINITION: 7,
        Kind.RESTATEMENT: 4,
        Kind.ASSUMPTION: 1,
        Kind.LABEL: 1,
        Kind.CLAIM: 25,
    }
    assert [claim.number for claim in READING.claims] == list(range(1, 39))
    assert not [claim for claim in READING.claims if claim.problems]


@pytest.mark.parametrize("line", GOLDEN.splitlines())
def test_the_items_are_understood_as_meant(line):
    number, kind, latex = line.split(None, 2)
    claim = READING.claims[int(number) - 1]
    assert (claim.kind.value, claim.latex(HAYKIN)) == (kind, latex)


def test_the_letters_have_the_roles_that_the_words_give_them():
    found = {c.number: c.role("j") for c in READING.claims if c.role("j")}
    found.pop(3), found.pop(5), found.pop(6)  # there j is bound, and a sum over outputs
    assert found == ROLES
    assert {c.role("k") for c in READING.claims if c.number > 25} == {"output", ""}


def test_what_repeats_a_definition_names_it():
    assert {c.number: c.of for c in READING.claims if c.kind is Kind.RESTATEMENT} == {
        16: 8,
        18: 8,
        21: 14,
        24: 8,
    }


def test_a_line_that_begins_with_a_relation_continues_the_one_before():
    before, after = READING.claims[31], READING.claims[33]
    assert before.right == after.left


def test_a_label_under_a_brace_is_a_claim_of_its_own_with_the_other_extents():
    label = READING.claims[32]
    assert [letter.name for letter, _ in label.scope] == ["k"]
    assert "e_{k} \\varphi'_{k}(v_{k})" in [render(other, HAYKIN) for other in label.others]


def test_every_slip_of_the_document_is_noticed_where_it_is():
    slips = {(lint.name, lint.place.line) for lint in READING.lints}
    assert slips == {
        ("missing definition", 5),
        ("sum without bounds", 18),
        ("vacuous assumption", 22),
        ("argument dropped", 26),
        ("sample dropped", 35),
        ("count and index", 69),
        ("sample dropped", 75),
        ("two signs", 77),
        ("shadowed index", 79),
        ("undeclared bound", 79),
        ("brace extent", 85),
    }


def test_what_is_printed_back_reads_to_the_same_formulas():
    for claim in READING.claims:
        if not claim.scope:
            assert reread(claim, HAYKIN) == (claim.left, claim.right), claim.number


def test_places_are_those_of_the_document():
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    places = [READING.claims[n].place for n in (0, 9, 32)]
    begins = [lines[p.line - 1][p.column - 1 :][:12] for p in places]
    assert begins == ["e_j^{\\xi}(n)", "\\frac{\\parti", "\\underbrace{"]


def test_the_same_document_reads_the_same_twice():
    again = read_document(DOCUMENT.read_text(encoding="utf-8"), HAYKIN)
    assert again.rendered == READING.rendered


def test_the_symbol_table_says_what_each_letter_depends_on_and_where_it_is_defined():
    table = {(used.sign, used.scripts): used.defined for used in symbols(READING)}
    assert table == {
        ("e", ("neuron", "sample")): 1,
        ("d", ("neuron", "sample")): None,
        ("y", ("neuron", "sample")): None,
        ("\\mathcal{E}", ("neuron", "sample")): 2,
        ("\\mathcal{E}", ("sample",)): 3,
        ("\\mathcal{E}", ()): 4,
        ("\\Delta w", ("neuron", "neuron")): 8,
        ("\\eta", ()): None,
        ("w", ("neuron", "neuron")): None,
        ("v", ("neuron",)): 30,
        ("\\phi", ("neuron",)): None,
        ("\\delta", ("neuron",)): 14,
        ("\\varphi", ("neuron",)): None,
    }


@pytest.mark.slow
def test_no_sign_of_a_formula_is_without_effect():
    """Leave one token out: the formula reads differently, or is not understood."""
    formulas = sorted({claim.latex(HAYKIN) for claim in READING.claims})[::3]
    tried = 0
    for formula in formulas:
        [whole] = read_document(formula, HAYKIN, "formula").claims
        for token in tokens(formula):
            less = formula[: token.at] + " " + formula[token.end :]
            for claim in read_document(less, HAYKIN, "formula").claims:
                same = (claim.left, claim.right) == (whole.left, whole.right)
                assert not same, (formula, token)
            tried += 1
    assert tried > 300
