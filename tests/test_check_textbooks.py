"""Derivations as people post them: sets of neurons, words typed as letters, negations, ∝."""

from __future__ import annotations

import pytest

from symbolic.reading.findings import Judged
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document, reread

pytestmark = pytest.mark.slow


def lines(text: str, profile: str) -> tuple[Judged, ...]:
    """What is said of the lines of a text that is all read."""
    reading = read_document(text, open_profile(profile))
    assert not reading.problems, reading.problems
    for claim in reading.claims:
        assert reread(claim, reading.profile) == (claim.left, claim.right)
    return judge(reading).lines


def refused(text: str, profile: str) -> str:
    """Why something of a text is not read."""
    problems = read_document(text, open_profile(profile)).problems
    return problems[0].what if problems else ""


ERROR = r"Let $E = \frac12 \sum_j (t_j - o_j)^2$, $o_j = \varphi(\mathrm{net}_j)$ and " + (
    r"$\mathrm{net}_j = \sum_k w_{kj} o_k$. If $j$ is an inner neuron, "
)
OVER = r"$$\delta_j = \varphi'(\mathrm{net}_j) \sum_{\ell \in L} w_{j\ell} \delta_\ell$$"


@pytest.mark.parametrize(
    ("words", "word"),
    [
        ("consider $L$, the set of neurons receiving input from $j$:", "proved"),
        ("let $L$ be the set of all neurons to which neuron $j$ is connected. Then", "proved"),
        ("with $L$ the set of units whose immediate inputs include the output of $j$", "proved"),
        (
            r"consider all neurons $L = \{u, v, \dots, w\}$ receiving input from neuron $j$:",
            "proved",
        ),
        ("consider $L$, the set of neurons upstream of $j$:", "refuted"),
        ("consider $L$, the set of neurons receiving no input from $j$:", ""),
        ("consider $L$, the set of neurons receiving input from the others:", ""),
    ],
)
def test_a_set_is_named_in_many_ways(words: str, word: str) -> None:
    text = ERROR + words + "\n" + OVER
    if word:
        assert lines(text, "wikipedia")[-1].word == word
    else:
        assert refused(text, "wikipedia")


PATTERN = (
    r"Let $E_p = \frac12 \sum_j (t_{pj} - o_{pj})^2$, $net_{pj} = \sum_i w_{ji} o_{pi}$ and "
    r"$o_{pj} = f_j(\textit{net}_{pj})$." + "\n"
)
INNER = r"$$\delta_{pj} = f_j'(net_{pj}) \sum_k \delta_{pk} w_{kj}$$"
TURNED = INNER.replace("w_{kj}", "w_{jk}")
OUTER = "\n" r"$$\delta_{pj} = (t_{pj} - o_{pj}) f_j'(net_{pj})$$"


@pytest.mark.parametrize(
    "words",
    [
        "If $u_j$ is not an output unit, we have",
        "For any unit $j$ that is not an output",
        "For non-output units",
        "For an internal unit $u_j$ we have",
        "If unit $j$ isn't in the output layer, then",
    ],
)
def test_what_is_no_output_unit_is_hidden(words: str) -> None:
    right = lines(PATTERN + words + INNER, "rumelhart")[-1]
    assert (right.word, {case.roles for case in right.cases}) == ("proved", {"j: hidden"})
    found = [lines(PATTERN + words + wrong, "rumelhart")[-1].word for wrong in (OUTER, TURNED)]
    assert found == ["unjustified", "refuted"]  # t_pj belongs to output units


@pytest.mark.parametrize(
    "words",
    [
        "If $u_j$ is not a hidden unit, it is not true that",
        "It is not the case that for an output unit $u_j$",
        "If $u_j$ is not necessarily an output unit",
    ],
)
def test_another_denial_stays_one(words: str) -> None:
    assert "deny or question" in refused(PATTERN + words + OUTER, "rumelhart")


def test_a_unit_by_its_name_is_the_unit_of_its_index() -> None:
    right = lines(PATTERN + "If $u_j$ is an output unit," + OUTER, "rumelhart")[-1]
    assert (right.word, right.cases[0].roles) == ("proved", "j: output")
    after = lines(PATTERN + INNER + "whenever $u_j$ is not an output unit.", "rumelhart")[-1]
    assert (after.word, after.cases[0].roles) == ("proved", "j: hidden")


def test_letters_are_a_word_of_the_notation_only_where_they_are_nothing_else() -> None:
    assert "sign N is not declared" in refused(PATTERN.replace("$net", "$Net"), "rumelhart")
    assert "sign n is not declared" in refused(PATTERN.replace("$net", "$n et"), "rumelhart")


WANTED = r"We want $$\Delta_p w_{ji} \propto -\frac{\partial E_p}{\partial w_{ji}}.$$"
MADE = r" So we make $$\Delta_p w_{ji} = \eta \delta_{pj} o_{pi}.$$"


def test_a_change_in_proportion_has_the_learning_rate_as_its_constant() -> None:
    alone = lines(PATTERN + WANTED, "rumelhart")[-1]
    assert alone.word == "definition"
    wanted, made = lines(PATTERN + WANTED + MADE, "rumelhart")[-2:]
    assert (wanted.word, made.word) == ("proved", "definition")


def test_another_constant_of_proportion_refutes_nothing() -> None:
    for old, new in (("propto -", "propto "), (r"\eta \delta", r"2 \eta \delta")):
        text = PATTERN + WANTED + MADE
        wanted = lines(text.replace(old, new), "rumelhart")[-2]
        assert wanted.word == "open"
        assert "the constant of ∝ may be another" in wanted.cases[0].why
    slope = r"$$\frac{\partial E_p}{\partial w_{ji}} \propto \delta_{pj} o_{pi}$$"
    assert "known of the change of a weight alone" in refused(PATTERN + slope, "rumelhart")
