r"""A range of layers beside a formula, l = L-1, …, 1, is its scope: nothing else is judged."""

from __future__ import annotations

import pytest

from symbolic.reading.claims import Outcome
from symbolic.reading.findings import Judged
from symbolic.reading.indexed.judgement import judge_indices
from symbolic.reading.indexed.profile import index_profile
from symbolic.reading.indexed.reading import read_indices
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document

HIDDEN = r"\delta^l_j = \sum_k w^{l+1}_{kj} \delta^{l+1}_k \sigma'(z^l_j)"
WHOLE = r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)"
FORWARD = r"a^l_j = \sigma(\sum_k w^l_{jk} a^{l-1}_k + b^l_j)"
BELOW = (  # false at l = L alone
    r"\frac{\partial z^L_k}{\partial z^l_j}"
    r" = \sum_m \frac{\partial z^L_k}{\partial a^l_m} \frac{\partial a^l_m}{\partial z^l_j}"
)


def last(text: str, profile: str = "nielsen") -> Judged:
    """The verdict of the last line of a text that is understood whole."""
    reading = read_document(text, open_profile(profile))
    assert [e.why for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD] == []
    return judge(reading).lines[-1]


SAID = [  # how documents say "in a hidden layer"
    "For $l = L-1, \\dots, 1$:\n$$%s$$\n",
    "For $l = L-1, L-2, \\ldots, 2$ compute\n$$%s$$\n",
    "For $l = 1, \\ldots, L-1$,\n$$%s$$\n",
    "For all $l < L$,\n$$%s$$\n",
    "For every hidden layer $l$,\n$$%s$$\n",
    "For each hidden layer $l = 1, \\dots, L-1$,\n$$%s$$\n",
    "For $l \\in \\{2, \\ldots, L-1\\}$,\n$$%s$$\n",
    "For $l$ from $L-1$ down to $2$,\n$$%s$$\n",
    "For layers $l = L-1$ down to $2$,\n$$%s$$\n",
    "We have $%s$ for $l = L-1, \\ldots, 2$.\n",
    "$$%s$$\nfor $l = 1, \\ldots, L-1$.\n",
    "$$%s$$\n($l = L-1, \\ldots, 2$).\n",
    "$$%s, \\quad l = L-1, \\ldots, 2.$$\n",
    "$$%s \\qquad (l = L-1, \\ldots, 2)$$\n",
    "$$%s \\quad \\forall l < L$$\n",
    "$$%s \\quad 1 < l < L$$\n",
    "$$%s \\quad \\text{for all } 1 \\le l < L$$\n",
    "$$%s \\quad l = 2, \\ldots, L-1;\\ j = 1, \\ldots, n_l$$\n",
]


@pytest.mark.parametrize(
    "words",
    [w if n % 3 == 0 else pytest.param(w, marks=pytest.mark.slow) for n, w in enumerate(SAID)],
)
def test_a_range_is_the_scope_of_a_line(words: str) -> None:
    """What is false in the last layer alone is proved of those before it, and a slip is refuted."""
    assert last(words % HIDDEN).word == "proved"
    assert last(words % BELOW).word == "proved"
    found = last(words % HIDDEN.replace(r"\sigma'(z^l_j)", r"\sigma(z^l_j)"))
    assert found.word == "refuted"
    assert found.cases[0].against is not None


def test_without_a_range_every_layer_is_meant() -> None:
    found = last(f"Then $${BELOW}$$")
    assert [(case.roles, case.word) for case in found.cases] == [
        ("l = L", "refuted"),
        ("l < L", "proved"),
    ]


@pytest.mark.parametrize(
    ("span", "words", "roles"),
    [
        ("l = 2, \\dots, L", ["refuted", "proved"], ""),
        ("l = 3, \\dots, L", ["refuted", "proved"], "3 ≤ l ≤ L"),
        ("l = L", ["refuted"], "l = L"),
        ("l = L-1", ["proved"], "l+1 = L"),
        ("l = 2, \\dots, L-2", ["proved"], "2 ≤ l ≤ L-2"),
        ("l \\le L-2", ["proved"], "l ≤ L-2"),
    ],
)
def test_exactly_the_layers_of_the_range_are_judged(
    span: str, words: list[str], roles: str
) -> None:
    found = last(f"For ${span}$, $${BELOW}$$")
    assert [case.word for case in found.cases] == words
    assert all(roles in case.roles for case in found.cases)


@pytest.mark.parametrize(
    ("span", "line", "what"),
    [
        ("l = 1, \\dots, L", HIDDEN, "For l = L it speaks of layer L+1"),
        ("l = L, \\dots, 2", WHOLE, "For l = L it speaks of layer L+1"),
        ("l = L-1, \\dots, 0", HIDDEN, "For l = 0 it speaks of what the inputs do not have"),
        ("l = 0, \\dots, L-1", FORWARD, "For l = 0 it speaks of what the inputs do not have"),
        ("j = 1, \\dots, n_{l+1}", HIDDEN, "j lies in layer l, and its range is that of layer l+1"),
        ("k = 1, \\dots, n_{l}", FORWARD.replace(r"\sum_k", r"").replace("_k", "_j"), ""),
    ],
)
def test_a_range_that_leads_out_of_the_network_is_named(span: str, line: str, what: str) -> None:
    found = last(f"For ${span}$, $${line}$$")
    assert found.word == "unjustified"
    assert what in found.cases[0].why


SQUARES = r"Let $C = \frac{1}{2} \sum_j (y_j - a^L_j)^2$. "
OUTPUT = r"$$\delta^L_j = (a^L_j - y_j) (1 - (a^L_j)^2)$$"


@pytest.mark.parametrize(
    ("words", "word"),
    [
        ("For $l = 2, \\dots, L$, $a^l_j = \\tanh(z^l_j)$.", "proved"),
        ("For $l = 1, \\dots, L-1$, $a^{l+1}_j = \\tanh(z^{l+1}_j)$.", "proved"),
        ("For $l = 1, \\dots, L-1$, $a^l_j = \\tanh(z^l_j)$.", "open"),
        ("For $l = 2, \\dots, L-2$, $a^l_j = \\tanh(z^l_j)$.", "open"),
        ("For $l = 3, \\dots, L$, $a^l_j = \\tanh(z^l_j)$.", "open"),
        ("For $l = L-1$, $a^l_j = \\tanh(z^l_j)$.", "open"),
        (
            "For $l = 1, \\dots, L-1$, $a^l_j = \\tanh(z^l_j)$, and $a^L_j = z^L_j$.",
            "refuted",
        ),
    ],
)
def test_what_is_defined_for_some_layers_is_not_defined_for_the_others(
    words: str, word: str
) -> None:
    reading = read_document(f"{SQUARES}{words} Then {OUTPUT}", open_profile("nielsen"))
    assert judge(reading).lines[-1].word == word


def test_where_layers_are_counted_from_one_the_first_hidden_layer_is_two() -> None:
    text = f"The inputs are $x = a^1$. For $l = L-1, \\dots, 1$, $${HIDDEN}$$"
    line = judge(read_document(text, open_profile("nielsen"))).lines[-1]
    assert "For l = 1 it speaks of what the inputs do not have" in line.cases[0].why
    found = last(f"For $l = L-1, \\dots, 1$, $${HIDDEN}$$")
    assert found.cases[0].roles == "1 ≤ l ≤ L-1, the inputs being layer 0"


def test_a_range_that_only_counts_the_layers_is_no_condition() -> None:
    for words in (
        "A network with layers $l = 1, \\dots, L$. Then ",
        "Let $l = 1, \\dots, L$. Then ",
    ):
        assert last(f"{words}$${HIDDEN}$$").word == "proved"


def test_a_list_that_leaves_layers_out_is_not_understood() -> None:
    text = f"For $l = 2, 4, \\dots, L$, $${HIDDEN}$$"
    reading = read_document(text, open_profile("nielsen"))
    assert judge(reading).lines[-1].word == "open"


@pytest.mark.parametrize("profile", ["layers", "ufldl"])
def test_a_range_is_read_in_every_notation_of_layers(profile: str) -> None:
    """The whole-array form of the hidden rule, with its range and with one that leads too far."""
    line = {
        "layers": r"\delta^{[l]} = (W^{[l+1]})^T \delta^{[l+1]} \odot \sigma'(z^{[l]})",
        "ufldl": r"\delta^{(l)} = ((W^{(l)})^T \delta^{(l+1)}) \odot f'(z^{(l)})",
    }[profile]
    sign = {"layers": "L", "ufldl": "n_l"}[profile]
    right = f"For $l = {sign}-1, {sign}-2, \\dots, 2$, $${line}$$"
    assert last(right, profile).word == "proved"
    beyond = last(right.replace(f"{sign}-1, {sign}-2", sign), profile)
    assert beyond.word == "unjustified"
    assert "it speaks of layer" in beyond.cases[0].why


@pytest.mark.parametrize(
    "words",
    [
        "For $j = 1, \\dots, m$, $$%s$$",
        "$$%s$$ for all $j = 1, 2, \\dots, m$.",
        "$$%s \\quad (j = 1, \\dots, m)$$",
    ],
)
def test_neurons_one_to_m_may_be_some_of_all(words: str) -> None:
    """What is true of all neurons is true of these; what fails for each kind fails for these."""
    right, wrong = (rf"\frac{{\partial e_j}}{{\partial y_j}} = {n}" for n in (-1, 1))
    assert last(words % right, "haykin").word == "proved"
    assert last(words % wrong, "haykin").word == "refuted"
    of_hidden = r"\delta_j = \varphi_j'(v_j) \sum_k \delta_k w_{kj}"  # no output feeds a neuron
    assert last(f"Then $${of_hidden}$$", "haykin").elsewhere
    line = last(words % of_hidden, "haykin")
    assert line.word == "open"
    assert "leave neurons out" in " ".join(case.why for case in line.cases)


TIMES = r"""Here $j, k$ run over the units; $i$ runs over the inputs; $t$ runs over 1 … $T$;
$\varphi$ is any differentiable function.
$$a_j(t) = \sum_k U_{jk} h_k(t-1) + \sum_i W_{ji} x_i(t), \qquad h_j(t) = \varphi(a_j(t))$$
and $$E = \sum_j (h_j(T) - y_j)^2.$$
"""
BACK = r"\frac{\partial E}{\partial h_j(t)} = \sum_k U_{kj} \frac{\partial E}{\partial a_k(t+1)}"


@pytest.mark.parametrize(
    ("words", "word"),
    [
        ("Then $$%s$$", "refuted"),
        ("For $t = T, \\dots, 1$, $$%s$$", "refuted"),
        ("For $t = T-1, \\dots, 1$, $$%s$$", "proved"),
        ("For $t = 2, \\dots, T-1$: $$%s$$", "proved"),
        ("Then $$%s$$ for all $t < T$.", "proved"),
        ("Then $$%s, \\quad t = 1, \\dots, T-1$$", "proved"),
        ("For $t < T$, $$h_j(t) = \\varphi(a_j(t)).$$ Then $$%s$$", "refuted"),
    ],
)
def test_among_entries_a_range_of_times_is_the_scope_of_a_line(words: str, word: str) -> None:
    """Only the last time is read by the cost: the recursion is false there and true before."""
    reading = read_indices(TIMES + words.replace("%s", BACK), index_profile("indices"))
    assert [str(problem) for problem in reading.problems] == []
    assert judge_indices(reading).lines[-1].word == word
    wrong = TIMES + words.replace("%s", BACK.replace("U_{kj}", "U_{jk}"))
    assert judge_indices(read_indices(wrong, index_profile("indices"))).lines[-1].word == "refuted"


def test_among_entries_a_definition_for_some_times_alone_is_not_understood() -> None:
    text = TIMES + r"For $t = 1, \dots, T-1$, $$g_j(t) = h_j(t).$$"
    reading = read_indices(text, index_profile("indices"))
    assert "for some indices alone" in str(reading.problems[0])
