"""Networks whose units and weights have names: what our pages print of them is read and proved."""

from __future__ import annotations

import random
import re
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from reports.cli import main
from reports.notations import NOTATIONS
from symbolic.activation_table import V
from symbolic.activations import own
from symbolic.errors import InputError
from symbolic.network import Network
from symbolic.reading.base import base_of
from symbolic.reading.cases import settled
from symbolic.reading.claims import Kind, Outcome, Reading
from symbolic.reading.edits import edits
from symbolic.reading.findings import Judged
from symbolic.reading.given import given
from symbolic.reading.judgement import judge
from symbolic.reading.offers import offers
from symbolic.reading.profile import open_profile
from symbolic.reading.prover import Prover
from symbolic.reading.reading import read_document
from symbolic.reading.refuter import Refuter, Tried
from symbolic.reading.rendering import render
from symbolic.reading.setting import prepared
from symbolic.reading.source import BeyondError
from symbolic.reading.theory import Assumption
from symbolic.reading.verdicts import Verdicts
from symbolic.reading.worlds import World
from symbolic.spec import open_network, parse
from symbolic.terms import Cases, Condition, Relation, num

EXAMPLES = Path(__file__).parents[1] / "examples"
JUDGED = ("proved", "definition", "assumption")
COST = r"""Let $\mathcal{E} = \frac{1}{N} \sum_{\xi=1}^{N} \mathcal{E}^{\xi}$, where
$\mathcal{E}^{\xi} = \frac12 \sum_j (e_j^{\xi})^2$, $e_j = d_j - y_j$, $y_j = \varphi_j(v_j)$ and
$v_j = \sum_i w_{ji} y_i$. """


def slow(*values: object) -> object:
    return pytest.param(*values, marks=pytest.mark.slow)


@cache
def page(name: str, notation: str = "haykin") -> str:
    """The whole report of an example, as it is written to a file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.md"
        options = ["--notation", notation, "-o", str(file)]
        assert main(["report", str(EXAMPLES / f"{name}.toml"), *options]) == 0
        return file.read_text("utf-8")


def judged(
    text: str, net: str | Network, notation: str = "haykin"
) -> tuple[tuple[Judged, ...], Reading]:
    """The lines of a text about a network."""
    known = open_network(str(EXAMPLES / f"{net}.toml")) if isinstance(net, str) else net
    network = given(known, known.name)
    reading = read_document(text, network.read_in(open_profile(notation)))
    return judge(reading, network=network).lines, reading


def said(text: str, net: str | Network) -> Judged:
    """The last line of a text, after the usual definitions."""
    lines, reading = judged(COST + text, net)
    assert not [e.text for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD]
    return lines[-1]


@pytest.mark.parametrize(
    ("name", "notation", "least"),
    [
        ("skip", "haykin", 33),
        ("tied", "haykin", 38),
        *(slow("skip", notation, 33) for notation in NOTATIONS if notation != "haykin"),
        slow("autoencoder", "haykin", 42),
        slow("autoencoder", "bishop", 42),
        slow("jordan", "haykin", 44),
        slow("elman", "haykin", 46),
        slow("elman", "plain", 46),
        slow("rbf", "haykin", 74),
        slow("lstm", "haykin", 87),
        slow("lstm", "bishop", 87),
    ],
)
def test_every_line_of_a_page_is_proved_and_none_needs_an_assumption(
    name: str, notation: str, least: int
) -> None:
    chosen = NOTATIONS[notation]
    profile = chosen.profile if chosen else "haykin"
    lines, reading = judged(page(name, notation), name, profile)
    assert not [e.text for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD]
    wrong = [one.claim.latex(reading.profile) for one in lines if one.word not in JUDGED]
    assert wrong == []
    proved = [one for one in lines if one.word == "proved"]
    assert len(proved) >= least
    assert all(case.under == ((),) for one in proved for case in one.cases)


@pytest.mark.slow
def test_a_page_with_softmax_groups_is_proved_where_targets_add_up_to_one() -> None:
    lines, reading = judged(page("experts"), "experts")
    assert not [e.text for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD]
    assert {one.word for one in lines} == {*JUDGED}
    proved = [one for one in lines if one.word == "proved"]
    assert len(proved) >= 48
    assert all(case.under == ((),) for one in proved for case in one.cases)
    text = page("experts").replace(r" and $\sum_{k} d_{k} = 1$", "")
    lines, _ = judged(text, "experts")
    under = [one for one in lines if any(case.under == ((Assumption.DT,),) for case in one.cases)]
    assert len(under) == 4  # what the text does not assume is named


@pytest.mark.slow
def test_a_page_with_an_absolute_value_is_proved() -> None:
    lines, reading = judged(page("partial"), "partial")
    assert not [e.text for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD]
    assert [one.word for one in lines if one.word not in JUDGED] == []


MUTANTS = [  # a line of a page, a slip in it, and what the line begins with
    ("skip", r"w_c(n)\, y_h(n)", r"w_b(n)\, y_h(n)", r"v_o"),
    ("skip", r"\, \delta_o(n)\, w_c(n)", r"\, w_c(n)", r"\delta_h"),
    ("skip", r"= -\delta_o(n)\, w_c(n)", r"= \delta_o(n)\, w_c(n)", r"= "),
    (
        "skip",
        r"d_o(n) - y_o(n)\bigr)\, \varphi_h'",
        r"d_o(n) - y_h(n)\bigr)\, \varphi_h'",
        r"-\frac",
    ),
    ("tied", r"k_1(n)\, x_2(n) + k_2(n)", r"k_1(n)\, x_1(n) + k_2(n)", r"v_{h_2}"),
    ("tied", r"w_{o,h_1}(n) + \varphi_{h_2}'", r"w_{o,h_1}(n) - \varphi_{h_2}'", r"-\frac"),
    ("tied", r"= \eta\, \sum_{\xi=1}^{N} \;\sum", r"= -\eta\, \sum_{\xi=1}^{N} \;\sum", r"= "),
    ("tied", "every unshared synapse", "every synapse", r"\frac"),
    ("jordan", r"\delta_{o[2]}(n)\, w_{oo}(n)", r"\delta_{o[1]}(n)\, w_{oo}(n)", r""),
    ("jordan", r"output neuron (here $j = o[3]$)", r"output neuron (here $j = o[2]$)", r""),
    ("elman", r"= -\bigl(\delta_{h_1[2]}(n)", r"= \bigl(\delta_{h_1[2]}(n)", r"= "),
    ("rbf", r"-2 \bigl(x_1(n) - w_{c_1}(n)\bigr)", r"2 \bigl(x_1(n) - w_{c_1}(n)\bigr)", r"\frac"),
    ("rbf", r"w_1(n)\, x_1(n)\, x_2(n)", r"w_1(n)\, x_1(n)\, x_1(n)", r"v_p"),
    ("rbf", r"\delta_g(n)\, y_p(n)", r"\delta_g(n)\, y_s(n)", r"\frac"),
    ("rbf", r"\delta_p^{\xi}(n)\, x_1^{\xi}(n)\, x", r"\delta_p^{\xi}(n)\, x", r"\Delta"),
    ("lstm", r"y_{f[2]}(n)\, y_{c[1]}(n)", r"y_{f[2]}(n)\, y_{g[2]}(n)", r"v_{c[2]}"),
    ("lstm", r"(n)\, \tanh\bigl(y_{c[1]}(n)", r"(n)\, \tanh\bigl(y_{c[2]}(n)", r"v_{h[1]}"),
    ("experts", r"- \bigl(y_{g_1}(n)\, \delta", r"+ \bigl(y_{g_1}(n)\, \delta", r"\delta_{g"),
    ("experts", r"{\mathrm{e}^{v_{g_1}(n)} +", r"{\mathrm{e}^{v_{c_1}(n)} +", r""),
    ("experts", r"\, \bigl(d_{c_1}(n) - y", r"\, \bigl(d_{c_1}(n) + y", r"\delta_{c"),
    ("rbf", r"If $j = p$", r"If $j = s$", r""),
    ("elman", r"\delta_{h_2[3]}(n)\, w_{21}(n)", r"\delta_{h_2[3]}(n)\, w_{12}(n)", r"\delta"),
]


@pytest.mark.parametrize(
    ("name", "right", "wrong", "begins"),
    [mutant if n == 0 else slow(*mutant) for n, mutant in enumerate(MUTANTS)],
)
def test_a_slip_in_a_line_is_refuted_there_with_numbers(
    name: str, right: str, wrong: str, begins: str
) -> None:
    text = page(name)
    assert right in text
    at = text.index(right)
    lines, _ = judged(text.replace(right, wrong, 1), name)
    bad = [one for one in lines if one.word == "refuted"]
    assert bad
    assert all(any(case.against for case in one.cases) for one in bad)
    first = text[:at].count("\n") + 1
    assert min(one.claim.place.line for one in bad) >= first
    if begins.startswith(("v", "\\delta", "=", "-")):
        assert [one.claim.place.line for one in bad] == [first]


LINES = [
    ("skip", r"\delta_h = \varphi_h'(v_h)\, \delta_o w_c", "proved"),
    ("skip", r"\delta_h = \varphi_h'(v_h)\, \delta_o w_b", "refuted"),
    ("skip", r"\delta_{h} = \varphi_{h}'(v_h)\, \delta_o w_{oh}", "proved"),
    ("skip", r"\Delta w_a = \eta \sum_{\xi=1}^{N} \delta_o^{\xi} x_1^{\xi}", "proved"),
    ("skip", r"\Delta w_a = \eta \sum_{\xi=1}^{N} \delta_o^{\xi} x_2^{\xi}", "refuted"),
    ("skip", r"\delta_o = \frac{1}{N} e_o y_o (1 - y_o)", "proved"),  # o is logistic there
    ("skip", r"\delta_o = \frac{1}{N} e_o (1 - y_o^2)", "refuted"),
    ("skip", r"\delta_h = (1 - y_h^2) \delta_o w_c", "proved"),  # and h tanh
    ("skip", r"\delta_h = y_h (1 - y_h) \delta_o w_c", "refuted"),
    ("elman", r"\delta_{o[3]} = \frac{1}{N} e_{o[3]}", "proved"),
    ("skip", r"\frac{\partial v_o}{\partial x_1} = w_a", "refuted"),  # x_1 reaches o by h, too
    (
        "skip",
        r"\frac{\partial v_o}{\partial x_1} = w_a + w_c \varphi_h'(v_h) w_{h,x_1}",
        "proved",
    ),
    ("tied", r"\Delta k_1 = \eta \sum_{\xi} (\delta_{h_1}^{\xi} x_1^{\xi} + "
             r"\delta_{h_2}^{\xi} x_2^{\xi})", "proved"),
    ("tied", r"\Delta k_1 = \eta \sum_{\xi} \delta_{h_1}^{\xi} x_1^{\xi}", "refuted"),
    ("tied", r"\Delta w_{h_1,x_1} = \eta \sum_{\xi} \delta_{h_1}^{\xi} x_1^{\xi}", "refuted"),
    ("tied", r"\Delta w_{h_1,x_1} = \Delta w_{h_2,x_2}", "proved"),
    ("tied", r"w_{h_1,x_1} = w_{h_2,x_2}", "proved"),
    ("tied", r"\frac{\partial \mathcal{E}}{\partial w_{ji}} = -\sum_{\xi} \delta_j^{\xi} "
             r"y_i^{\xi}", "refuted"),
    ("tied", r"\Delta w = \eta \sum_{\xi} \sum_{(j,i):\, w_{ji} = w} \delta_j^{\xi} y_i^{\xi}",
     "proved"),
    ("tied", r"\Delta w = \eta \sum_{\xi} \sum_{(j,i):\, w_{ji} = w} \delta_j^{\xi} y_j^{\xi}",
     "refuted"),
    ("autoencoder", r"\frac{\partial v_{o_1}}{\partial w_{11}} = y_{h_1}", "refuted"),
    ("autoencoder", r"\frac{\partial v_{o_1}}{\partial w_{11}} = y_{h_1} + w_{11} "
                    r"\varphi_{h_1}'(v_{h_1}) x_1", "proved"),
    ("elman", r"\delta_{h_1[3]} = \varphi_{h_1[3]}'(v_{h_1[3]}) \delta_{o[3]} w_{o,h_1}",
     "proved"),
    ("elman", r"\delta_{h_1[2]} = \varphi_{h_1[2]}'(v_{h_1[2]}) \delta_{o[3]} w_{o,h_1}",
     "refuted"),
    ("rbf", r"\delta_s = \delta_g \varphi_s'(v_s) y_p", "proved"),
    ("rbf", r"\delta_s = \delta_g \varphi_s'(v_s) w_{og} y_p", "refuted"),
    ("rbf", r"v_g = y_s + y_p", "refuted"),
    ("rbf", r"\frac{\partial \mathcal{E}}{\partial w_2} = -\sum_{\xi} \delta_p^{\xi} x_1^{\xi}",
     "proved"),
    ("rbf", r"\frac{\partial \mathcal{E}}{\partial w_2} = -\sum_{\xi} \delta_p^{\xi} x_2^{\xi}",
     "refuted"),
    ("jordan", r"\Delta w_{oo} = \eta \sum_{\xi} (\delta_{o[1]}^{\xi} y_{o_0}^{\xi} + "
               r"\delta_{o[2]}^{\xi} y_{o[1]}^{\xi} + \delta_{o[3]}^{\xi} y_{o[2]}^{\xi})",
     "proved"),
    ("jordan", r"\Delta w_{oo} = \eta \sum_{\xi} (\delta_{o[2]}^{\xi} y_{o[1]}^{\xi} + "
               r"\delta_{o[3]}^{\xi} y_{o[2]}^{\xi})", "refuted"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("net", "line", "word"),
    [
        line if line[0] in ("skip", "tied") and n % 2 else slow(*line)
        for n, line in enumerate(LINES)
    ],
)
def test_a_line_about_named_neurons_is_judged(net: str, line: str, word: str) -> None:
    one = said(f"Then $${line}$$", net)
    assert one.word == word
    if word == "refuted":
        assert any(case.against is not None for case in one.cases)
    if word == "proved":
        assert all(case.under == ((),) for case in one.cases)


def test_what_is_said_of_unshared_weights_holds_of_these_alone() -> None:
    line = r"$$\Delta w_{ji} = \eta \sum_{\xi=1}^{N} \delta_j^{\xi} y_i^{\xi}$$"
    assert said(f"Then {line}", "tied").word == "refuted"
    assert said(f"For every unshared synapse to $j$ from $i$: {line}", "tied").word == "proved"
    other = line.replace("y_i^", "y_j^")
    assert said(f"For every unshared synapse to $j$ from $i$: {other}", "tied").word == "refuted"


def test_the_neurons_that_a_text_names_are_those_it_speaks_of() -> None:
    line = r"$$\delta_j = \frac{1}{N} e_j \varphi_j'(v_j)$$"
    assert said(f"Let $j$ be an output neuron (here $j = o[3]$). Then {line}", "jordan").word == (
        "proved"
    )
    for here in ("", " (here $j = o[2]$)", " (here $j = o[2], o[3]$)"):
        assert said(f"Let $j$ be an output neuron{here}. Then {line}", "jordan").word == "refuted"


def test_a_formula_alone_is_differentiated_only_where_the_text_says_so() -> None:
    row = (
        "| symbol | meaning |\n| --- | --- |\n| $\\partial v_k/\\partial y_j$ | slope of the "
        "formula of $v_k$ alone, all else in it held |\n\n"
    )
    line = r"Then $$\frac{\partial v_o}{\partial x_1} = w_a$$"
    assert said(line, "skip").word == "refuted"
    assert said(row + line, "skip").word == "proved"
    assert said(row + line.replace("w_a", "w_b"), "skip").word == "refuted"


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("Let $h$ be an output neuron. Then", "The text calls h output"),
        ("For every hidden neuron $h$,", "The text speaks of every h"),
        slow("Let $h$ be any hidden neuron. Then", "The text speaks of every h"),
        slow("Let $h$ run over the neurons that $o$ feeds. Then", "The text speaks of every h"),
        ("Let $h$ be the hidden neuron. Then", ""),
    ],
)
def test_a_name_is_no_letter_for_any_neuron(words: str, what: str) -> None:
    one = said(rf"{words} $$\delta_h = \varphi_h'(v_h)\, \delta_o w_c$$", "skip")
    assert one.word == ("unjustified" if what else "proved")
    assert what in one.cases[0].why


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (r"\delta_{g_1} = 0", "no unit g_1"),
        (r"\delta_3 = 0", "no unit 3"),
        (r"\sum_{h} y_{h} = 0", "h is a unit of the network"),
        (r"h = 0", "h is a unit of the network"),
    ],
)
def test_a_name_that_is_not_known_or_is_no_index_is_refused(line: str, what: str) -> None:
    _, reading = judged(f"{COST}Then $${line}$$", "skip")
    [entry] = [e for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD]
    assert what in entry.why


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (r"e_h = d_h - y_h", "no output neuron"),
        (r"v_{x_1} = 0", "is an input"),
        (r"w_{h,o} = 0", "no connection"),
    ],
)
def test_what_a_network_does_not_have_is_an_error_by_its_name(line: str, what: str) -> None:
    one = said(f"Then $${line}$$", "skip")
    assert one.word == "unjustified"
    assert what in one.cases[0].why


def small(hidden: str, weight: str, last: str = "last") -> Network:
    return parse(
        f"""inputs = ["x1"]
outputs = ["o"]
activation = "tanh"
cost = "squared_error"
[neurons.{hidden}]
from = {{ x1 = "{weight}" }}
[neurons.o]
from = {{ {hidden} = "{last}" }}
""",
        "small.toml",
    )


@pytest.mark.parametrize(
    ("hidden", "weight", "what"),
    [
        ("j", "u", "j is also the index of any neuron"),
        ("k", "u", "k is also the index of any neuron"),
        ("h", "a", "it is the constant"),
        ("h", "w_o_x1", ""),
        ("h", "w_o_h", "is written w_{oh}, and so is something else"),
        ("x_1", "u", "two units are written alike"),
    ],
)
def test_a_name_with_two_meanings_is_refused_with_the_network(
    hidden: str, weight: str, what: str
) -> None:
    if not what:
        network = given(small(hidden, weight), "small.toml")
        assert network.read_in(open_profile("haykin")).units is not None
        return
    with pytest.raises(InputError, match=re.escape(what)):
        given(small(hidden, weight), "small.toml").read_in(open_profile("haykin"))


def test_names_of_many_letters_are_one_sign() -> None:
    network = small("hidden_1", "gain")
    line = r"\delta_{\mathrm{hidden\_1}} = \varphi_{\mathrm{hidden\_1}}'(v_{\mathrm{hidden\_1}})"
    for factor, word in (
        (r"\delta_o w_{o,\mathrm{hidden\_1}}", "proved"),
        (r"\delta_o \mathrm{last}", "proved"),
        (r"\delta_o \mathrm{gain}", "refuted"),
    ):
        assert said(f"Then $${line} {factor}$$", network).word == word
    total = r"w_{\mathrm{hidden\_1},0} y_0 + \mathrm{gain} x_1"
    one = said(rf"Then $$v_{{\mathrm{{hidden\_1}}}} = {total}$$", network)
    assert one.word == "proved"
    units = given(network, "small.toml").read_in(open_profile("haykin"))
    assert render(one.claim.right, units).endswith(r"\mathrm{gain} x_1")


def test_a_notation_by_layers_is_refused_for_named_neurons(tmp_path: Path, capsys: object) -> None:
    document = tmp_path / "notes.md"
    document.write_text("$$\\delta_h = 0$$")
    skip = str(EXAMPLES / "skip.toml")
    assert main(["check", str(document), "--network", skip, "--profile", "nielsen"]) == 2
    assert main(["check", str(document), "--network", skip]) in (1, 3)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tied", "rbf", "elman"])
def test_no_other_network_contradicts_what_is_proved_of_wrong_lines(name: str) -> None:
    """Lines of a page with one change each: what is proved of them holds for other weights too."""
    known = open_network(str(EXAMPLES / f"{name}.toml"))
    network = given(known, name)
    reading = prepared(
        read_document(page(name), network.read_in(open_profile("haykin"))), network.outputs
    )
    verdicts = Verdicts(Prover(base_of(reading)), Refuter(base_of(reading)), {}, network)
    others = tuple(_turned(network.world(2, True), seed) for seed in range(3))
    refuter = Refuter(base_of(reading), among=others)
    chosen = random.Random(7)
    proved = 0
    for claim in reading.claims:
        if claim.kind is not Kind.CLAIM or claim.problems or claim.some:
            continue
        names = offers(claim, reading.profile, base_of(reading))
        changed = [*edits(claim.right, names)]
        for edit in chosen.sample(changed, min(5, len(changed))):
            try:
                cases = settled(replace(claim, right=edit.formula), "fed", numbered=True)
            except BeyondError:
                continue
            for case in cases:
                found = verdicts.of(case, "")
                proved += found.word == "proved"
                for under in found.under if found.word == "proved" else ():
                    assert isinstance(refuter.find(case, under), Tried), edit.what
    assert proved


def _turned(world: World, seed: int) -> World:
    """The network with other weights; those that are shared stay the same."""
    made = random.Random(seed)
    weight: dict[tuple[int, int], int] = {}
    for pair in world.strength:
        weight.setdefault(world.uses(pair)[0], made.choice((-5, -3, -2, 2, 3, 5, 7)))
    return replace(
        world,
        weights=tuple((pair, weight[world.uses(pair)[0]]) for pair, _ in world.weights),
        own=tuple((pair, weight[pair]) for pair, _ in world.own),
    )


OWN = r"""Let $\mathcal{E} = \frac12 e_o^2$ with $e_o = d_o - y_o$. For the output neuron:
$$\delta_o = e_o\, \varphi_o'(v_o)$$ The hidden neuron feeds $o$ alone, so
$$\delta_h = \varphi_h'(v_h)\, \delta_o\, w_c$$ and $$\Delta w_c = \eta\, \delta_o\, y_h, \qquad
\Delta w_{h,x_1} = \eta\, \delta_h\, x_1$$ Hence $$\Delta w_{h,x_2} = \eta\, \delta_h\, x_1$$"""


def test_a_derivation_about_ones_own_network_is_judged_line_by_line() -> None:
    lines, reading = judged(OWN, "skip")
    assert [one.word for one in lines] == ["definition", *["proved"] * 5, "refuted"]
    nearest = lines[-1].cases[0].nearest
    assert nearest is not None
    assert render(nearest.right, reading.profile) == r"\eta \delta_{h} x_2"
    wrong = OWN.replace(r"\frac12 e_o^2", r"e_o^2").replace(r"\delta_h\, x_1$$ Hence", r"0$$ Hence")
    words = [one.word for one in judged(wrong, "skip")[0]]
    assert words[2] == "refuted"  # δ_o
    assert words[-2:] == ["refuted", "refuted"]


def test_a_cost_that_leaves_out_an_output_is_taken_as_it_stands() -> None:
    line = r"\delta_{o_2} = e_{o_2} \varphi_{o_2}'(v_{o_2})"
    text = rf"Let $\mathcal{{E}} = \frac12 e_{{o_1}}^2$. Then $${line}$$"
    other = text.replace(r"e_{o_1}^2", r"e_{o_1}^2 + \frac12 e_{o_2}^2 + \frac12 e_{o_3}^2")
    assert judged(text, "autoencoder")[0][-1].word == "refuted"
    assert judged(other, "autoencoder")[0][-1].word == "proved"


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (r"\delta_o = \frac{1}{N} e_o", "proved"),  # o is the identity
        (r"\delta_o = \frac{2}{N} e_o", "refuted"),
        (r"\delta_a = \varphi_a'(v_a) \delta_o w_{oa}", "proved"),
        (r"\delta_a = \delta_o w_{oa}", "refuted"),
        (r"y_a = v_a", "refuted"),
    ],
)
def test_functions_with_a_kink_are_those_of_the_network(line: str, word: str) -> None:
    network = parse(
        'inputs = ["x1"]\noutputs = ["o"]\nactivation = "relu"\n[neurons.a]\nfrom = ["x1"]\n'
        '[neurons.o]\nfrom = ["a"]\nactivation = "identity"\n'
    )
    assert said(f"Then $${line}$$", network).word == word


def test_a_function_that_is_not_read_leaves_every_function_open() -> None:
    line = (Condition(V, Relation.EQUAL, num(0)), num(0))
    odd = own("odd", V, num(1))
    network = parse('inputs = ["x1"]\noutputs = ["o"]\n[neurons.o]\nfrom = ["x1"]\n')
    [neuron] = network.neurons
    neuron = replace(neuron, activation=replace(odd, phi=Cases((line,), V)))
    network = replace(network, neurons=(neuron,))
    assert given(network, "net").functions == ()
    assert said(r"Then $$\delta_o = \frac{1}{N} e_o \varphi_o'(v_o)$$", network).word == "proved"
