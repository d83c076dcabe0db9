"""What our own pages print is read back: no line of a proved derivation is ever called wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reports.cli import main
from symbolic.reading.cases import is_numbered
from symbolic.reading.claims import Kind, Outcome
from symbolic.reading.given import given
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document
from symbolic.reading.rendering import render
from symbolic.spec import open_network

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[1] / "examples"
JUDGED = ("proved", "definition", "assumption")
ENDINGS = ("md", "tex", "ipynb")
NUMBERED = re.compile(r"[_,{]\s*\d|_\{?\d")


SLOW = [
    pytest.param("2-2-1", marks=pytest.mark.slow),
    *(pytest.param(network, marks=pytest.mark.whole) for network in ("2-3-1:tanh", "3-2-2-1")),
]


@pytest.mark.parametrize("network", ["1-2-2", *SLOW])
def test_a_derivation_in_markdown_is_read_and_proved(network: str, tmp_path: Path) -> None:
    """Its lines for every neuron are proved; those about a numbered neuron want the network."""
    page = tmp_path / "page.md"
    assert main(["derive", network, "-o", str(page)]) == 0
    reading = read_document(page.read_text("utf-8"), open_profile("haykin"))
    judgement = judge(reading)
    words = [one.word for one in judgement.lines if one.claim.kind is Kind.CLAIM]
    assert "refuted" not in words
    assert words.count("proved") >= 12
    for one in judgement.lines:
        if one.word == "open":
            assert NUMBERED.search(one.claim.latex(reading.profile)), one.claim.place
    proved = [one.claim.latex(reading.profile) for one in judgement.lines if one.word == "proved"]
    assert any("\\frac{1}{N} e_{j} \\varphi'_{j}(v_{j})" in line for line in proved)
    assert any("\\sum_{k \\in \\text{neurons fed by $j$}} \\delta_{k} w_{kj}" in p for p in proved)
    assert any(line.startswith("\\Delta w_{ji} = \\eta") for line in proved)
    unread = [e for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD and e.display]
    for entry in unread:
        assert NUMBERED.search(entry.text) or "\\varphi" in entry.text, entry.text


@pytest.mark.parametrize(
    ("command", "network"),
    [
        pytest.param("derive", "1-2-2", marks=pytest.mark.slow),  # `prove` of it below, as LaTeX
        ("prove", "1-2:elu-1"),
        pytest.param("derive", "1-2:arctan-1", marks=pytest.mark.slow),
        *(pytest.param(c, "2-2-1", marks=pytest.mark.slow) for c in ("derive", "prove")),
        *(
            pytest.param(command, network, marks=pytest.mark.whole)
            for command in ("derive", "prove")
            for network in ("2-3-1:tanh", "3-2-2-1")
        ),
    ],
)
def test_with_its_network_every_line_of_a_page_is_proved(
    command: str, network: str, tmp_path: Path
) -> None:
    """Also those that write a neuron out by its number, and the literal derivatives."""
    page = tmp_path / "page.md"
    assert main([command, network, "-o", str(page)]) == 0
    reading = read_document(page.read_text("utf-8"), open_profile("haykin"))
    lines = judge(reading, network=given(open_network(network), network)).lines
    open_ = [one.claim.latex(reading.profile) for one in lines if one.word not in JUDGED]
    assert open_ == []
    numbered = [one for one in lines if is_numbered(one.claim.left, one.claim.right)]
    assert len(numbered) >= 8
    assert all(one.word in ("proved", "assumption") for one in numbered)  # y_0 = 1 is assumed
    assert not [one.claim.place for one in lines if one.argument and one.argument.word != "follows"]
    assert not [e.text for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD]


def said(path: Path, kind: str) -> list[tuple[object, ...]]:
    """Every relation of a page but for how its right side is laid out; nothing is left unread."""
    profile = open_profile("haykin")
    reading = read_document(path.read_text("utf-8"), profile, kind)
    assert not [e.text for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD]
    return [
        (c.kind, render(c.left, profile), c.under, sorted((r.letter, r.role) for r in c.roles))
        for c in reading.claims
    ]


@pytest.mark.parametrize("command", ["derive", "prove"])
@pytest.mark.parametrize("network", ["2-2-1", "2-3-1:tanh", "1-2-2", "3-2-2-1"])
def test_the_latex_page_says_what_the_markdown_page_says(
    command: str, network: str, tmp_path: Path
) -> None:
    """Boxes, notes in the margin and broken lines change nothing."""
    pages = [tmp_path / "page.md", tmp_path / "page.tex"]
    for page in pages:
        assert main([command, network, "-o", str(page)]) == 0
    assert said(pages[1], "latex") == said(pages[0], "markdown")


@pytest.mark.parametrize(
    ("command", "network"),
    [
        ("prove", "1-2-2"),
        *(
            pytest.param(command, network, marks=pytest.mark.whole)
            for command in ("derive", "prove")
            for network in ("2-2-1", "2-3-1:tanh", "3-2-2-1")
        ),
    ],
)
def test_with_its_network_every_line_of_a_latex_page_is_proved(
    command: str, network: str, tmp_path: Path
) -> None:
    page = tmp_path / "page.tex"
    assert main([command, network, "-o", str(page)]) == 0
    reading = read_document(page.read_text("utf-8"), open_profile("haykin"), "latex")
    lines = judge(reading, network=given(open_network(network), network)).lines
    open_ = [one.claim.latex(reading.profile) for one in lines if one.word not in JUDGED]
    assert open_ == []


def test_a_slip_in_the_box_of_a_latex_page_is_refuted(tmp_path: Path) -> None:
    page = tmp_path / "page.tex"
    assert main(["prove", "2-2-1", "-o", str(page)]) == 0
    text = page.read_text("utf-8")
    at = text.index("\\boxed{")
    wrong = text[:at] + text[at:].replace(r"\sum_{k} \delta_k(n)", r"\sum_{k} \delta_j(n)", 1)
    assert wrong != text
    reading = read_document(wrong, open_profile("haykin"), "latex")
    lines = judge(reading, network=given(open_network("2-2-1"), "2-2-1")).lines
    [bad] = [one for one in lines if one.word == "refuted"]
    assert bad.claim.place.line == text[:at].count("\n") + 1


WRONG = [  # a line of the page of 2-2-1, and a slip in it
    (r"w_{31}(n)\, y_1(n)", r"w_{32}(n)\, y_1(n)"),
    (r"\delta_5(n)\, w_{53}(n)", r"\delta_5(n)\, w_{54}(n)"),
    (r"\varphi_4'\bigl(v_4(n)\bigr)\, \delta_5(n)", r"\varphi_4'\bigl(v_3(n)\bigr)\, \delta_5(n)"),
    (r"\frac{1}{N}\, e_5(n)", r"\frac{2}{N}\, e_5(n)"),
    (r"\bigl(d_5^{\xi}(n) - y_5^{\xi}(n)\bigr)", r"\bigl(d_5^{\xi}(n) + y_5^{\xi}(n)\bigr)"),
    (r"\varphi'(v) = y (1 - y)", r"\varphi'(v) = y (1 + y)"),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("right", "wrong"),
    [WRONG[0], *(pytest.param(*slip, marks=pytest.mark.slow) for slip in WRONG[1:])],
)
def test_a_slip_in_a_written_out_line_is_refuted(right: str, wrong: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    assert main(["derive", "2-2-1", "-o", str(page)]) == 0
    text = page.read_text("utf-8")
    assert right in text
    changed = read_document(text.replace(right, wrong, 1), open_profile("haykin"))
    lines = judge(changed, network=given(open_network("2-2-1"), "2-2-1")).lines
    assert [one.word for one in lines].count("refuted") == 1
    [bad] = [one for one in lines if one.word == "refuted"]
    assert bad.cases[0].against is not None


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (r"\delta_9 = 0", "no neuron 9"),
        (r"e_3 = d_3 - y_3", "no output neuron"),
        (r"v_1 = 0", "is an input"),
        (r"y_3 w_{51} = 0", "no connection"),
    ],
)
def test_what_the_network_does_not_have_is_an_error(line: str, what: str) -> None:
    reading = read_document(f"Then $${line}$$", open_profile("haykin"))
    [one] = judge(reading, network=given(open_network("2-2-1"), "2-2-1")).lines
    assert one.word == "unjustified"
    assert what in one.cases[0].why


def test_what_a_network_has_need_not_be_assumed() -> None:
    text = r"Let $j$ be an output neuron. Then $$\delta_j = \frac{1}{N} e_j \varphi_j'(v_j)$$"
    cost = r"Let $\mathcal{E} = \frac{1}{N} \sum_{\xi=1}^{N} \frac12 \sum_j (e_j^{\xi})^2$. "
    reading = read_document(cost + text, open_profile("haykin"))
    for network, needed in ((None, True), ("2-2-1", False)):
        net = given(open_network(network), network) if network else None
        last = judge(reading, network=net).lines[-1]
        assert last.word == "proved"
        assert bool(last.cases[0].under[0]) is needed


@pytest.mark.parametrize(
    "file", [pytest.param("generalizing.md", marks=pytest.mark.slow), "delta_rule.md"]
)
def test_a_checked_document_with_its_notes_is_read_as_before(file: str, tmp_path: Path) -> None:
    profile = {"delta_rule.md": "rumelhart"}.get(file, "haykin")
    source = Path(__file__).with_name("documents") / file
    noted = tmp_path / "noted.md"
    code = main(["check", str(source), "--profile", profile, "-o", str(noted)])
    notation = open_profile(profile)
    before, after = (
        [
            (one.word, one.claim.latex(notation))
            for one in judge(read_document(path.read_text("utf-8"), notation)).lines
        ]
        for path in (source, noted)
    )
    assert set(before) <= set(after)
    assert code == (1 if file == "generalizing.md" else 0)


@pytest.mark.parametrize(
    ("network", "whole"),
    [("2-2-1:relu", True), pytest.param("2-2-2:softmax", False, marks=pytest.mark.slow)],
)
def test_pages_with_kinks_or_a_softmax_are_read_and_nothing_in_them_is_refuted(
    network: str, whole: bool, tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    assert main(["derive", network, "-o", str(page)]) == 0
    reading = read_document(page.read_text("utf-8"), open_profile("haykin"))
    lines = judge(reading, network=given(open_network(network.split(":")[0]), network)).lines
    words = [one.word for one in lines]
    assert "refuted" not in words
    assert words.count("proved") >= 25
    if whole:
        assert set(words) <= set(JUDGED)


@pytest.mark.parametrize("ending", ["md", "tex"])
def test_of_the_page_of_a_wrong_rule_its_wrong_line_alone_is_refuted(
    ending: str, tmp_path: Path
) -> None:
    """The numbers that show it are no claims, and the nearest right form is proved."""
    page = tmp_path / f"page.{ending}"
    wrong = EXAMPLES / "wrong.rule"
    assert main(["prove", "2-2-1", "--rule", str(wrong), "-o", str(page)]) == 1
    kind = {"md": "markdown", "tex": "latex"}[ending]
    reading = read_document(page.read_text("utf-8"), open_profile("haykin"), kind)
    lines = judge(reading, network=given(open_network("2-2-1"), "2-2-1")).lines
    [bad] = [one for one in lines if one.word not in JUDGED]
    assert bad.word == "refuted"
    [near] = [one for one in lines if one.claim.number == bad.claim.number + 1]
    assert near.claim.left == bad.claim.left
    assert not [e.text for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD]


@pytest.mark.parametrize("notation", ["bishop", "nielsen"])
def test_parameters_of_a_function_are_no_signs_of_a_notation(notation: str, tmp_path: Path) -> None:
    """Haykin's a tanh(b v), where a is a field or a signal in other books."""
    net, page = tmp_path / "net.toml", tmp_path / "page.md"
    net.write_text(
        'inputs = ["1"]\noutputs = ["3"]\nactivation = "logistic"\n'
        '[neurons.2]\nfrom = ["1"]\nactivation = { name = "tanh", a = "1.7159", b = "2/3" }\n'
        '[neurons.3]\nfrom = ["2"]\n'
    )
    assert main(["report", str(net), "--notation", notation, "-o", str(page)]) == 0
    profile = f"{notation}_letters"
    assert main(["check", str(page), "--profile", profile, "--network", str(net)]) == 0


@pytest.mark.parametrize(
    ("network", "rule"),
    [
        ("1-2:relu-1", "delta[j] = sum(k, delta[k] * w[k,j]) for hidden j"),
        ("1-2:relu-1", "delta[j] = (1/N) * e[j] for output j"),
        pytest.param(
            "1-2:relu-2:elu-1:tanh",
            "delta[j] = sum(k, delta[k] * w[k,j]) for hidden j",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_wrong_rule_is_refuted_where_the_page_says_phi_neuron_by_neuron(
    network: str, rule: str, tmp_path: Path
) -> None:
    """What is said of some neurons each is used where that is the whole network."""
    page, file = tmp_path / "page.md", tmp_path / "wrong.rule"
    file.write_text(f"{rule}\n")
    assert main(["prove", network, "--rule", str(file), "-o", str(page)]) == 1
    text = page.read_text("utf-8")
    net = given(open_network(network), network)
    lines = judge(read_document(text, open_profile("haykin")), network=net).lines
    [bad] = [one for one in lines if one.word not in JUDGED]
    assert bad.word == "refuted"
    assert bad.cases[0].against is not None
    [near] = [one for one in lines if one.claim.number == bad.claim.number + 1]
    assert near.claim.left == bad.claim.left
    lost = text.replace(r"\frac{1}{1 + \mathrm{e}^{-v}}", r"\text{as usual}")
    lost = lost.replace(r"\tanh(v)", r"\text{as usual}")
    lines = judge(read_document(lost, open_profile("haykin")), network=net).lines
    assert "refuted" not in [one.word for one in lines]  # then not all neurons have a known φ


NOTED = [(name, ending) for name in ("haykin", "nielsen", "bishop", "plain") for ending in ENDINGS]


@pytest.mark.parametrize(
    ("notation", "ending"),
    [
        pytest.param(*one, marks=() if n == 5 else pytest.mark.whole if n % 3 else pytest.mark.slow)
        for n, one in enumerate(NOTED)
    ],
)
@pytest.mark.parametrize("network", ["1-2:relu-1"])
def test_a_report_is_read_and_proved_in_every_notation_and_format(
    network: str, notation: str, ending: str, tmp_path: Path
) -> None:
    """The page says itself in which notation it is read, with the examples in numbers left out."""
    page = tmp_path / f"page.{ending}"
    assert main(["report", network, "--notation", notation, "-o", str(page)]) == 0
    assert main(["check", str(page), "--network", network]) == 0
