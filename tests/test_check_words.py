"""What the words of real texts say: functions by name, sums over layers, units of a kind."""

from __future__ import annotations

import pytest

from reports.check import checked
from reports.check_page import check_page
from reports.check_words import case_words
from reports.document import Annotated, Mark, Text
from symbolic.reading.findings import Judged
from symbolic.reading.function_words import named
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document, reread
from symbolic.reading.source import Fault
from symbolic.reading.theory import Assumption

COST = r"E_n = \frac12 \sum_k (y_{nk} - t_{nk})^2"
LINEAR = rf"""Let $a_j = \sum_i w_{{ji}} z_i$, $z_j = h(a_j)$, ${COST}$
and $\delta_j \equiv \frac{{\partial E_n}}{{\partial a_j}}$.
"""
LAYERS = r"""Let $C = \frac12 \sum_j (a^L_j - y_j)^2$ and let
$\delta^l_j = \frac{\partial C}{\partial z^l_j}$.
"""


def last(text: str, profile: str = "bishop") -> Judged:
    return judge(read_document(text, open_profile(profile))).lines[-1]


def said(text: str, profile: str = "bishop") -> str:
    """The verdict of the last line as a page says it."""
    runs = case_words(last(text, profile).cases[0])
    return "".join(run.text for run in runs if isinstance(run, Text))


@pytest.mark.parametrize(
    ("words", "right", "wrong", "told"),
    [
        ("linear outputs", r"\delta_k = y_k - t_k", r"\delta_k = t_k - y_k", "the linear outputs"),
        (
            "logistic units",
            r"\delta_k = (y_k - t_k) y_k (1 - y_k)",
            r"\delta_k = (y_k - t_k) y_k (1 + y_k)",
            "the logistic function",
        ),
        (
            "units that compute the hyperbolic tangent",
            r"\delta_k = (y_k - t_k) (1 - y_k^2)",
            r"\delta_k = (y_k - t_k) (1 - y_k)",
            "the hyperbolic tangent",
        ),
    ],
)
def test_a_function_that_words_name_is_taken_and_told(
    words: str, right: str, wrong: str, told: str
) -> None:
    """Words prove with the function they name; they refute what no known one makes true."""
    text = LINEAR + f"With {words}, for an output unit $k$\n$$"
    found = last(text + right + "$$")
    assert found.word == "proved"
    assert [one.place.line for one in found.cases[0].taking] == [3]
    assert f"with {told} of line 3" in said(text + right + "$$")
    found = last(text + wrong + "$$")
    assert found.word == "refuted"
    assert found.cases[0].nearest is not None
    assert f"an output neuron, with {told} of line 3" in said(text + wrong + "$$")


def test_what_another_function_makes_true_is_not_refuted() -> None:
    """Words may be missed that say which units are meant: linear outputs would make it true."""
    text = LINEAR + "With logistic units, for an output unit $k$\n$$"
    line = text + r"\delta_k = y_k - t_k$$"
    assert last(line).word == "open"
    assert "fails as things are usually defined, and with the logistic function" in said(line)
    assert last(text + r"\delta_k = 2 (y_k - t_k)$$").word == "refuted"


def test_the_function_named_last_before_a_line_is_meant() -> None:
    tanh = "With units of the hyperbolic tangent, for an output unit $k$\n$$"
    line = r"\delta_k = (y_k - t_k) y_k (1 - y_k)$$" + "\n"
    assert last(LINEAR + "We had logistic units before.\n\n" + tanh + line).word == "open"
    text = LINEAR + "We had tanh before. With logistic units, for an output unit $k$\n$$" + line
    assert last(text).word == "proved"


def test_a_formula_for_the_function_goes_before_its_name() -> None:
    text = LINEAR + "Here $h(a) = \\tanh(a)$. Logistic units come later.\n"
    line = r"For an output unit $k$ $$\delta_k = (y_k - t_k) y_k (1 - y_k)$$"
    assert last(text + line).word == "refuted"


def test_a_named_cost_is_no_quadratic_one() -> None:
    text = LINEAR.replace(COST, "z_0 = 1")
    words = "With the cross-entropy and linear outputs, for an output unit $k$\n"
    assert last(text + words + r"$$\delta_k = y_k - t_k$$").word == "open"


@pytest.mark.parametrize(
    "words", ["non-linear outputs", "a sigmoidal curve", "leaky ReLU", "bipolar sigmoid"]
)
def test_other_words_name_no_known_function(words: str) -> None:
    assert not [one for one in named(words) if one[1]]


def test_a_line_of_linear_outputs_leads_to_no_line_of_all() -> None:
    """What holds with a named function is not cited for lines that hold with any."""
    text = LINEAR + "With linear outputs, for an output unit $k$\n$$\\delta_k = y_k - t_k$$\n"
    text += "For a hidden unit $j$\n$$\\delta_j = h'(a_j) \\sum_k w_{kj} \\delta_k$$"
    found = last(text)
    assert found.word == "proved"
    assert found.argument is not None
    assert 5 not in found.argument.uses


def test_a_sum_over_outputs_speaks_of_that_sum_alone() -> None:
    """In layers a later sum has the range that its layers give it."""
    text = LAYERS + (
        r"$$\delta^L_j = \sum_k \frac{\partial C}{\partial a^L_k}"
        r"\frac{\partial a^L_k}{\partial z^L_j},$$"
        "\nwhere the sum is over all neurons $k$ in the output layer. For the others\n"
        r"$$\delta^l_j = \sum_k w^{l+1}_{kj} \delta^{l+1}_k \sigma'(z^l_j)$$"
    )
    assert last(text, "nielsen").word == "proved"
    assert last(text.replace(r"w^{l+1}_{kj} \d", r"2 w^{l+1}_{kj} \d"), "nielsen").word == "refuted"
    told = text.replace(
        "where the sum is over all neurons $k$ in the output layer. For the others",
        "Let $k$ be an output neuron.",
    )
    assert last(told, "nielsen").word == "open"


def test_a_sentence_that_begins_with_then_speaks_of_the_same_units() -> None:
    before = (
        r"For hidden units the sum runs over the units $k$ to which unit $j$ sends connections. "
    )
    line = r"$$\delta_j = h'(a_j) \sum_k w_{kj} \delta_k$$"
    case = "For hidden units\n$$\\delta_j = \\frac{\\partial E_n}{\\partial a_j}.$$\n"
    assert last(LINEAR + before + case + "We then obtain\n" + line).cases[0].roles == "j: hidden"
    assert not last(LINEAR + before + case + "We then obtain\n" + line).elsewhere
    assert last(LINEAR + before + case + "We can write\n" + line).elsewhere
    out = r"$$\delta_j = (y_j - t_j) h'(a_j)$$"
    assert last(LINEAR + before + case + "We then obtain for outputs\n" + out).word == "proved"
    assert last(LINEAR + before + case + "We then obtain\n" + out).word == "proved"


def test_samples_may_be_written_or_left_out_in_one_text() -> None:
    both = r"$$\frac{\partial E_n}{\partial w_{kj}} = (y_{nk} - t_{nk}) h'(a_{nk}) z_{nj}$$"
    assert last(LINEAR + "For an output unit $k$\n" + both).word == "proved"
    assert (
        last(LINEAR + "For an output unit $k$\n" + both.replace("_{nj}", "_{nk}")).word != "proved"
    )


def test_a_definition_may_be_restated_with_its_own_sign() -> None:
    again = r"Recall $$\delta_j \equiv \frac{\partial E_n}{\partial a_j}$$"
    assert last(LINEAR + again).word == "proved"
    assert last(LINEAR + again.replace(r"\equiv", r"\equiv -")).word == "open"


@pytest.mark.parametrize(
    ("words", "right", "wrong"),
    [("For the penultimate units", "proved", "open"), ("For wicked units", "open", "open")],
)
def test_words_that_narrow_what_is_said_leave_it_true_and_refute_nothing(
    words: str, right: str, wrong: str
) -> None:
    line = LINEAR + words + " we have $$\\frac{\\partial E_n}{\\partial w_{ji}} = \\delta_j z_i$$"
    assert last(line).word == right
    assert last(line.replace(" z_i$$", " z_j$$")).word == wrong


@pytest.mark.parametrize("words", ["With tied weights", "In recurrent networks", "With sharing"])
def test_networks_of_another_kind_are_no_fewer_ones(words: str) -> None:
    """There ∂E/∂w is a sum over all uses of the weight."""
    line = LINEAR + words + " we have $$\\frac{\\partial E_n}{\\partial w_{ji}} = \\delta_j z_i$$"
    assert last(line).word == "open"


def test_the_bias_neuron_is_taken_for_granted() -> None:
    assert last(LINEAR + "The fixed input is $z_0 = 1$.").word == "assumption"
    assert last(LINEAR + "The fixed input is $z_0 = 2$.").word == "open"


AROUND = r"""Let $j$ be a hidden neuron. Let $v_j = \sum_{i \in \text{Upstream}(j)} w_{ji} y_i$.
Let $D(j)$ be the set of all neurons receiving input from neuron $j$, and let $L$ be the set of
units fed by unit $j$. Then
"""


@pytest.mark.parametrize(
    ("over", "word"),
    [
        (r"\text{Downstream}(j)", "proved"),
        (r"\mathrm{succ}(j)", "proved"),
        ("D(j)", "proved"),
        ("L", "proved"),
        (r"\mathrm{pred}(j)", "refuted"),
        ("D(i)", ""),
        ("Q(j)", ""),
    ],
)
def test_a_sum_runs_over_a_set_of_neurons_around_one(over: str, word: str) -> None:
    line = rf"$$\delta_j = \varphi_j'(v_j) \sum_{{k \in {over}}} \delta_k w_{{kj}}$$"
    reading = read_document(AROUND + line, open_profile("haykin"))
    assert bool(reading.problems) == (not word)
    if word:
        assert judge(reading).lines[-1].word == word
        claim = reading.claims[-1]
        assert reread(claim, reading.profile) == (claim.left, claim.right)


HOMEWORK = r"""The network has $v_j = \sum_i w_{ji} y_i$, $y_j = \varphi(v_j)$ with the logistic
function $\varphi(v) = \frac{1}{1 + e^{-v}}$, $e_j = d_j - y_j$ and $E = \frac12 \sum_j e_j^2$.
Set $\delta_k = e_k y_k (1 - y_k)$ for the output $k$. For hidden $j$ we get
"""


RIGHT_SUM = r"$$\frac{\partial E}{\partial y_j} = -\sum_k \delta_k w_{kj}$$"


def test_a_homework_in_plain_letters_is_judged_and_mended() -> None:
    right = last(
        HOMEWORK + r"$$\frac{\partial E}{\partial y_j} = -\sum_k \delta_k w_{kj}$$", "haykin"
    )
    assert (right.word, right.cases[0].roles) == ("proved", "j: hidden")
    wrong = last(
        HOMEWORK + r"$$\frac{\partial E}{\partial y_j} = -\sum_k \delta_k w_{jk}$$", "haykin"
    )
    assert wrong.word == "refuted"
    assert wrong.cases[0].nearest is not None
    assert wrong.cases[0].nearest.edit == "the indices of the weight"


@pytest.mark.parametrize(
    "words",
    [
        "We do not use logistic units.",
        "Logistic units, as $z_j$ shows, are not meant.",
        "Unlike logistic units these are simple.",
        "Suppose for contradiction that the units are logistic.",
        "A disciple of logistic units sang this.",
        "There are logistic units elsewhere.",
    ],
)
def test_a_function_that_is_not_named_plainly_is_not_taken(words: str) -> None:
    line = "\nFor an output unit $k$\n$$\\delta_k = (y_k - t_k) y_k (1 - y_k)$$"
    assert last(LINEAR + "All units are logistic." + line).word == "proved"
    assert last(LINEAR + words + line).word == "open"


def test_an_expectation_is_no_product_with_the_cost() -> None:
    text = "Let $e_j = d_j - y_j$ for an output neuron $j$. Then $$J = E[e_j^2]$$"
    reading = read_document(text, open_profile("haykin"))
    assert ["may be an expectation" in problem.what for problem in reading.problems] == [True]


def test_a_type_error_of_whole_layers_has_its_own_mark() -> None:
    text = r"$$\delta^l = w^{l+1} \delta^{l+1} \odot \sigma'(z^l)$$"
    paper = checked("x.md", text, "markdown", "nielsen")
    assert [entry.fault for entry in paper.unread] == [Fault.TYPE]
    blocks = [one for one in check_page(paper).blocks if isinstance(one, Annotated)]
    assert [block.mark for block in blocks] == [Mark.UNJUSTIFIED]


PATTERNS = r"""The error of pattern $p$ is $E_p = \frac12 \sum_{k \in outputs} (t_k - o_k)^2$.
Let $j$ be a hidden unit. Then
"""


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (r"\sum_{k \in Downstream(j)} -\delta_k w_{kj}", "proved"),
        (r"\sum_{k \in Downstream(j)} \delta_k w_{kj}", "refuted"),
        (r"\sum_{k \in Downstream(j)} -\delta_k w_{jk}", "refuted"),
    ],
)
def test_a_sign_behind_a_sum_and_a_set_in_letters(line: str, word: str) -> None:
    """A signal beside E_p is that of the pattern p."""
    found = last(PATTERNS + rf"$$\frac{{\partial E_p}}{{\partial o_j}} = {line}$$", "rumelhart")
    assert found.word == word


def test_a_rule_that_reads_itself_is_a_claim_and_no_definition() -> None:
    rule = r"$$\delta_j = f'(\mathrm{net}_j) \sum_{k \in succ(j)} \delta_k w_{kj}$$"
    assert last(PATTERNS + "We let" + rule, "rumelhart").word == "proved"
    wrong = rule.replace("w_{kj}", "w_{jk}")
    assert last(PATTERNS + "We let" + wrong, "rumelhart").word == "refuted"


def test_that_two_indices_are_one_claims_nothing() -> None:
    text = LINEAR + "The slopes are zero but for $k = j$. For an output unit $k$\n"
    reading = read_document(text + "$$\\delta_k = (y_k - t_k) h'(a_k)$$", open_profile("bishop"))
    assert not reading.problems
    assert judge(reading).lines[-1].word == "proved"


def test_softmax_outputs_in_words_need_targets_that_add_up_to_one() -> None:
    text = r"The cost is $C = -\sum_j y_j \ln a^L_j$ with softmax outputs. Then "
    found = last(text + r"$$\frac{\partial C}{\partial z^L_j} = a^L_j - y_j$$", "nielsen")
    assert found.word == "proved"
    assert found.cases[0].under == ((Assumption.DT,),)
    assert [one.function for one in found.cases[0].taking] == ["softmax"]
    wrong = last(text + r"$$\frac{\partial C}{\partial z^L_j} = a^L_j + y_j$$", "nielsen")
    assert wrong.word == "refuted"
    near = last(text + r"$$\frac{\partial C}{\partial z^L_j} = y_j - a^L_j$$", "nielsen")
    assert near.word == "refuted"
    assert near.cases[0].nearest is not None


def test_a_function_of_units_at_their_times_is_that_of_these_units() -> None:
    """Two functions in one text, each of some units by name, refute nothing."""
    text = r"""Let $v_j = \sum_i w_{ji} y_i$ and $y_j = \varphi(v_j)$.

The activation function of the neurons $j = h_1[1], h_2[1], \dots, h_2[3]$ is tanh:

$$\varphi(v) = \tanh(v)$$

The activation function of neuron $j = o[3]$ is the identity:

$$\varphi(v) = v$$
"""
    words = [one.word for one in judge(read_document(text, open_profile("haykin"))).lines]
    assert "refuted" not in words
    assert words == ["definition"] * 4


HAYKIN = open_profile("haykin")
WEIGHTS = r"""For the output units
$$\delta_k = e_k \varphi_k'(v_k)$$
The weights change by
$$\Delta w_{ji} = \eta \delta_j y_i$$
"""


def test_a_line_with_a_capital_behind_a_formula_begins_a_sentence() -> None:
    lines = judge(read_document(f"\n\n{WEIGHTS}", HAYKIN)).lines
    assert [len(one.claim.roles) for one in lines] == [1, 0]
    text = f"\n\n{WEIGHTS}".replace("The weights change by", "then the weights change by")
    assert [len(one.claim.roles) for one in judge(read_document(text, HAYKIN)).lines] == [1, 1]


def test_words_that_lead_up_to_a_formula_are_no_heading() -> None:
    text = f"{WEIGHTS}\nFor the output units\n\n" + r"$$\delta_k = e_k \varphi_k'(v_k)$$" + "\n\n"
    hidden = text + "Further on\n\n" + r"$$\delta_j = \varphi_j'(v_j) \sum_k \delta_k w_{kj}$$"
    assert not read_document(hidden, HAYKIN).claims[-1].roles
    heading = hidden.replace("\nFor the output units\n\n", "\nOutput units.\n\n")
    assert [role.role for role in read_document(heading, HAYKIN).claims[-1].roles] == ["output"]


def test_momentum_is_named_in_few_words() -> None:
    rule = r"$$\Delta w_{ji}(n) = \alpha \Delta w_{ji}(n-1) + \eta \delta_j(n) y_i(n)$$"
    for words in (r"With momentum $\alpha$,", r"With a momentum of $\alpha$,"):
        reading = read_document(f"{words} {rule}", HAYKIN)
        assert [one.kind.value for one in reading.claims] == ["definition"]


def test_inputs_have_a_letter_of_their_own() -> None:
    right = r"$$\frac{\partial E_n}{\partial w_{ji}} = \delta_j x_i$$"
    lines = judge(read_document(right, open_profile("bishop"))).lines
    assert [one.word for one in lines] == ["proved"]
    wrong = right.replace("x_i", "x_j")
    assert judge(read_document(wrong, open_profile("bishop"))).lines[0].word != "proved"
