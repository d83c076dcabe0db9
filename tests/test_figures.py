"""Figures: every synapse once, no label on another or on a node, whole SVG and TikZ, any name."""

from __future__ import annotations

import random
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from reports import draw_command, figures
from reports.cli import main
from reports.draw_options import VIEWS
from reports.figures import labels
from reports.figures.colours import KINDS
from reports.figures.drawing import Drawing
from reports.figures.layout import Columns, spread
from reports.figures.ordering import crossings, ordered
from reports.figures.routing import met
from reports.figures.scene import Point, Rect, Scene, Text, clashes
from reports.figures.tikz_writer import document
from reports.notations import NOTATIONS
from reports.typst_figures import drawing
from symbolic.activations import activation
from symbolic.costs import cost
from symbolic.errors import InputError
from symbolic.network import BIAS, Network, Neuron, Synapse
from symbolic.spec import load
from symbolic.topologies import chain, random_dag, shorthand

ROOT = Path(__file__).parent.parent
FILES = ("skip", "tied", "partial", "experts", "rbf", "elman", "jordan", "lstm")


def skipping_232() -> Network:
    net = shorthand("2-3-2")
    return replace(net, synapses=(*net.synapses, Synapse("7", "2", "w_7_2")), layers=())


def long_names() -> Network:
    phi = activation("tanh")
    names = [f"a_very_long_name_of_a_unit_{n}" for n in range(3)]
    return Network(
        ("an_input_with_a_long_name",),
        tuple(Neuron(name, phi) for name in names),
        (names[2],),
        (
            Synapse(names[0], "an_input_with_a_long_name", "a_weight_with_a_name_of_its_own"),
            Synapse(names[1], names[0], "w"),
            Synapse(names[2], names[0], "w"),
            Synapse(names[2], names[1], "another_weight"),
        ),
        cost("squared_error"),
        'a_b% <x> \\input{y} </script> & "q" 🐈 \u202eabc \u05d0\u05d1',
    )


def random_graph(seed: int) -> Network:
    """Neurons that read any units before them, with ties; the same seed gives the same graph."""
    draw = random.Random(seed)
    units = ["x1", "x2", "x3"]
    synapses: list[Synapse] = []
    for n in range(6 + 2 * seed):
        name = f"n{n}"
        read = draw.sample(units, min(len(units), draw.randint(1, 3)))
        for source in ([BIAS] if draw.random() < 0.5 else []) + read:
            tied = synapses and draw.random() < 0.1
            weight = draw.choice(synapses).weight if tied else f"w_{name}_{source}"
            synapses.append(Synapse(name, source, weight))
        units.append(name)
    fed = {synapse.source for synapse in synapses}
    ends = tuple(name for name in units[3:] if name not in fed)
    inputs = tuple(name for name in units[:3] if name in fed)
    neurons = tuple(Neuron(name, activation("tanh")) for name in units[3:])
    return Network(inputs, neurons, ends, tuple(synapses), cost("squared_error"), f"graph {seed}")


NETWORKS: dict[str, Callable[[], Network]] = {
    "2-2-1": lambda: shorthand("2-2-1"),
    "2-3-2 with a skip": skipping_232,
    "8-16-8": lambda: shorthand("8-16-8"),
    "3-4:softmax-2": lambda: shorthand("3-4:softmax-2:tanh"),
    "64-32-10": lambda: shorthand("64-32:relu-10:softmax"),
    "deep": lambda: shorthand("-".join("3" * 20)),
    "chain": lambda: chain(300),
    "long names": long_names,
    **{name: lambda name=name: load(ROOT / "examples" / f"{name}.toml") for name in FILES},
    "random chain": lambda: random_dag(9, 30, 1, ties=0.1),
    **{f"random {seed}": lambda seed=seed: random_graph(seed) for seed in range(6)},
}
WHOLE = {
    "overview": figures.overview,
    "backward": figures.backward,
    "blocks": figures.blocks,
    "matrix": figures.matrix,
}


@pytest.fixture(scope="module", params=list(NETWORKS))
def network(request: pytest.FixtureRequest) -> Network:
    return NETWORKS[request.param]()


@pytest.fixture(scope="module")
def drawn(network: Network) -> dict[str, Scene]:
    return dict(scenes(network))


def scenes(network: Network, most: int = 3) -> Iterator[tuple[str, Scene]]:
    """Every figure of a network, of the first, the middle and the last neuron."""
    for name, draw in WHOLE.items():
        yield name, draw(network)
    if network.recurrent is not None:
        yield "time", figures.unrolled(network)
        yield "rolled", figures.rolled(network)
    names = [neuron.name for neuron in network.neurons]
    for name in dict.fromkeys((names[0], names[len(names) // 2], names[-1])):
        yield f"around {name}", figures.neighbourhood(network, name)
        if name in network.output_set:
            yield f"output {name}", figures.output_neuron(network, name)
        if network.successors[name]:
            yield f"hidden {name}", figures.hidden_neuron(network, name)


def test_no_label_lies_on_another_label_or_on_a_node(drawn: dict[str, Scene]) -> None:
    seen = 0
    for name, scene in drawn.items():
        assert list(clashes(scene)) == [], name
        seen += len(scene.texts)
    assert seen > 20


def test_everything_lies_within_the_figure(drawn: dict[str, Scene]) -> None:
    for name, scene in drawn.items():
        page = Rect(0, 0, scene.width, scene.height)
        boxes = [node.box for node in scene.nodes] + [text.box for text in scene.texts]
        boxes += [box for cells in scene.cells for box in cells.boxes]
        points = [point for edge in scene.edges for point in (edge.path[0], edge.path[-1])]
        boxes += [Rect(p.x, p.y, p.x, p.y) for p in points]
        for box in boxes:
            assert page.left <= box.left <= box.right <= page.right, name
            assert page.top <= box.top <= box.bottom <= page.bottom, name


def reads(network: Network) -> set[tuple[str, str]]:
    """Every synapse, and what the formulas read."""
    return set(network.weight_of) | {(j, i) for j in network.formulas for i in network.sources[j]}


def test_the_overview_draws_every_synapse_once(network: Network, drawn: dict[str, Scene]) -> None:
    found = Counter(pair for e in drawn["overview"].edges for pair in e.synapses)
    assert set(found) <= reads(network)
    assert set(found.values()) <= {1}
    small = len(network.inputs) + len(network.neurons) <= 40
    if small and len(network.synapses) <= 400 and max(network.depth.values()) < 12:
        assert set(found) == reads(network)


def test_the_backward_flow_turns_around_every_synapse_between_neurons(network: Network) -> None:
    size = len(network.inputs) + len(network.neurons)
    if network.recurrent is not None or max(network.depth.values()) > 10 or size > 40:
        return  # in columns of time, or in blocks
    drawn = Counter(pair for e in figures.backward(network).edges for pair in e.synapses)
    assert set(drawn) == {(j, i) for j, i in reads(network) if i in network.neuron}
    assert set(drawn.values()) <= {1}


def test_svg_is_well_formed_and_the_same_twice(network: Network, drawn: dict[str, Scene]) -> None:
    for name, scene in drawn.items():
        text = figures.svg(scene)
        root = ET.fromstring(text)
        assert root.tag.endswith("svg"), name
        assert root[0].tag.endswith("title")
        assert scene.title
        assert "<script" not in text
        assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
        assert figures.tikz(scene) == figures.tikz(scene)
    for name in ("overview", "backward", "matrix"):
        assert figures.svg(WHOLE[name](network)) == figures.svg(drawn[name])


def test_every_neuron_of_a_small_network_has_a_mark() -> None:
    net = load(ROOT / "examples" / "experts.toml")
    for scene in (figures.overview(net), figures.backward(net)):
        root = ET.fromstring(figures.svg(scene))
        marks = {word for part in root.iter() for word in part.get("class", "").split()}
        assert {figures.mark("n", neuron.name) for neuron in net.neurons} <= marks


def test_matrix_is_strictly_lower_triangular(network: Network) -> None:
    scene = figures.matrix(network)
    side = max(box.right for cells in scene.cells for box in cells.boxes)
    corner = max(edge.path[1] for edge in scene.edges)
    origin = min(edge.path[0] for edge in scene.edges)
    assert side <= corner.x
    for cells in scene.cells:
        for box in cells.boxes:
            assert box.left - origin.x <= box.top - origin.y + 1e-6


def test_blocks_count_every_synapse(network: Network) -> None:
    from reports.figures.block_view import Blocks

    found = Blocks(network)
    inside = sum(block.inside for block in found.blocks)
    assert inside + sum(found.between.values()) + found.biases == len(reads(network))
    assert sum(len(b.units) for b in found.blocks) == len(network.inputs) + len(network.neurons)
    assert all(a < b for a, b in found.between)


def test_a_crowded_scene_fails_the_overlap_test() -> None:
    scene = figures.overview(shorthand("2-2-1"))
    assert list(clashes(scene)) == []
    first, second = [text for text in scene.texts if not text.free][:2]
    moved = replace(first, at=second.at, anchor=second.anchor)
    assert list(clashes(replace(scene, texts=(moved, second))))
    on_a_node = replace(first, at=scene.nodes[0].at)
    assert list(clashes(replace(scene, texts=(on_a_node,))))
    assert list(clashes(replace(scene, texts=(), nodes=(scene.nodes[0], scene.nodes[0]))))


NAMES = (
    "a_b%",
    "<x>",
    "\\input{/etc/passwd}",
    "</script><script>alert(1)</script>",
    "🐈 cat",
    "\u202eright to left \u05d0\u05d1\u05d2",
    "&amp; ]]> --> <!--",
    "$x^2$ # ~ { } \\",
    "\x00\x0b\ud800 control",
    "quote \" and '",
    "\\end{tikzpicture}",
)


@pytest.mark.parametrize("name", NAMES)
def test_no_name_breaks_a_target(name: str) -> None:
    drawing = Drawing()
    node = drawing.dot(Point(0, 0), labels.words(name), "right", neuron=name)
    other = drawing.dot(Point(200, 0), labels.name(name, 50), "right", neuron=name)
    drawing.branch((node.at, other.at), node, other, label=labels.words(name), weight=name,
                   said=name)  # fmt: skip
    scene = drawing.scene(name, name)
    root = ET.fromstring(figures.svg(scene))
    tags = {part.tag.rpartition("}")[2] for part in root.iter()}
    assert tags <= {"svg", "title", "desc", "style", "g", "path", "rect", "text", "tspan"}
    tex = document(scene)
    assert tex.count(r"\begin{tikzpicture}") == tex.count(r"\end{tikzpicture}") == 1
    assert r"\input" not in tex
    assert tex.isascii()


def test_a_neuron_that_is_not_there_is_an_error_with_its_names() -> None:
    net = shorthand("2-2-1")
    for draw in (figures.output_neuron, figures.hidden_neuron, figures.neighbourhood):
        with pytest.raises(InputError, match="no neuron 'h'"):
            draw(net, "h")
    with pytest.raises(InputError, match="is an input"):
        figures.neighbourhood(net, "1")
    with pytest.raises(InputError, match="no output neuron"):
        figures.output_neuron(net, "3")
    with pytest.raises(InputError, match="feeds no neuron"):
        figures.hidden_neuron(net, "5")
    with pytest.raises(InputError, match="nothing to unroll"):
        figures.unrolled(net)


def test_every_late_signal_runs_back_through_one_delay() -> None:
    net = load(ROOT / "examples" / "jordan.toml")
    scene = figures.rolled(net)
    assert sorted(n.said for n in scene.nodes if n.said.startswith("delay")) == [
        "delay of 1",
        "delay of 2",
    ]
    read = [edge.said for edge in scene.edges if edge.said.startswith("weight")]
    assert len(read) == 5  # each synapse of one step once, x to h and the late ones too
    assert sum(edge.said.endswith("late") for edge in scene.edges) == 2
    assert figures.is_rolled(net)
    with pytest.raises(InputError, match="does not run in time"):
        figures.rolled(shorthand("2-2-1"))


def test_layers_have_the_least_crossings_that_the_sweeps_find() -> None:
    layers, after = [[0, 1, 2], [3, 4, 5]], {0: [5], 1: [4], 2: [3]}
    assert crossings(layers, after) == 3
    assert crossings(ordered(layers, after, {}), after) == 0


def test_places_keep_their_gaps_and_their_mean() -> None:
    places = spread([5.0, 1.0, 1.0], [1.0, 1.0, 2.0], [0.0, 3.0, 6.0])
    assert all(b - a >= 3.0 - 1e-9 for a, b in pairwise(places))
    weights = (1.0, 1.0, 2.0)
    mean = sum(w * p for w, p in zip(weights, places, strict=True))
    assert mean == pytest.approx(5.0 + 1.0 + 2.0)


def test_a_long_link_passes_between_the_vertices_of_a_column() -> None:
    placed = Columns([["a"], ["b", "c"], ["d"]], [("a", "b"), ("a", "c"), ("b", "d"), ("a", "d")],
                     40.0).placed()  # fmt: skip
    ((column, height),) = placed.passes[("a", "d")]
    assert column == 1
    assert min(abs(height - placed.y[name]) for name in "bc") >= 30.0


def test_a_label_measures_what_it_prints() -> None:
    label = labels.sign(labels.Sign("w", ("10", "3")))
    assert label.latex == "$w_{10,3}$"
    assert "".join(run.letters for run in label.runs) == "w10,3"
    text = Text(Point(0, 0), label, anchor="start")
    assert text.box.right == pytest.approx(16 * label.width)


def test_the_command_knows_every_view() -> None:
    assert set(draw_command.WHOLE) | set(draw_command.OF_ONE) == set(VIEWS)


def test_every_kind_can_be_read_on_its_paper_and_on_its_tint() -> None:
    for name, shade in KINDS.items():
        for ink, papers in (
            (shade.light, ("ffffff", "fdfdfb", shade.light_tint)),
            (shade.dark, ("16171a", shade.dark_tint)),
        ):
            assert all(contrast(ink, paper) >= 4.5 for paper in papers if paper), name


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 defines it."""

    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (0, 2, 4)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_a_frame_holds_its_softmax_group_and_no_other_unit() -> None:
    for name, groups in (("experts", 2), ("2-3:softmax-2", 1)):
        net = load(ROOT / "examples" / f"{name}.toml") if groups == 2 else shorthand(name)
        scene = figures.overview(net)
        held = [
            {node.neuron for node in scene.nodes if frame.box.overlap(node.box)}
            for frame in scene.frames
        ]
        assert len(held) == groups
        assert held == [set(members) for members in net.groups.values()]


def test_no_branch_of_an_overview_runs_through_a_unit(drawn: dict[str, Scene]) -> None:
    scene = drawn["overview"]
    units = [
        replace(node, width=node.width - 3, height=node.height - 3, radius=node.radius - 1.5)
        for node in scene.nodes
    ]
    for edge in scene.edges:
        assert not met(edge.path, units), edge.said


def test_a_name_reads_the_same_in_the_drawing() -> None:
    for name in ("a_b%", "<x>", 'say "x"', "δ_1 & λ", "{a}^2~\\b|"):
        letters = "".join(run.letters for run in labels.name(name, 50).runs)
        assert letters == name


def test_draw_writes_svg_and_tex_and_says_what_is_wrong(tmp_path: Path, capsys) -> None:
    goal = tmp_path / "net.svg"
    assert main(["draw", "2-2-1", "-o", str(goal)]) == 0
    assert "two inputs" in capsys.readouterr().err
    ET.fromstring(goal.read_text(encoding="utf-8"))
    first = goal.read_bytes()
    assert main(["draw", "2-2-1", "-o", str(goal)]) == 0
    assert goal.read_bytes() == first
    assert main(["draw", "2-2-1", "--neuron", "3", "-o", str(tmp_path / "n.tex")]) == 0
    assert r"\end{document}" in (tmp_path / "n.tex").read_text(encoding="utf-8")
    capsys.readouterr()
    assert main(["draw", "2-2-1"]) == 0
    assert capsys.readouterr().out.startswith("<svg ")
    for wrong, said in (
        (["--neuron", "9"], "There is no neuron '9'"),
        (["--view", "matrx"], "Did you mean 'matrix'?"),
        (["--view", "neuron"], "Say which neuron"),
        (["--view", "blocks", "--neuron", "3"], "shows the whole network"),
        (["-o", "x.png"], ".svg, .tex"),
    ):
        assert main(["draw", "2-2-1", *wrong]) == 2
        assert said in capsys.readouterr().err
    assert main(["draw", f"{ROOT}/examples/network.model"]) == 2
    assert "no neurons to draw" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs TeX")
def test_every_figure_compiles(tmp_path: Path) -> None:
    pictures = [
        figures.tikz(scene)
        for name in ("2-2-1", "long names", "experts", "lstm", "64-32-10", "random 5")
        for _, scene in scenes(NETWORKS[name]())
    ]
    for name in NAMES:
        drawing = Drawing()
        drawing.dot(Point(0, 0), labels.words(name), "right")
        drawing.dot(Point(0, 40), labels.name(name, 50), "right")
        pictures.append(figures.tikz(drawing.scene(name)))
    start, _ = document(figures.overview(shorthand("2-2-1"))).split(r"\begin{document}")
    text = (
        f"{start}\\begin{{document}}\n"
        + "\n\n\\noindent ".join(["", *pictures])
        + "\n\\end{document}\n"
    )
    (tmp_path / "all.tex").write_text(text, encoding="utf-8")
    run = subprocess.run(
        ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "all.tex"],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-2000:]
    assert "Overfull" not in run.stdout


def test_the_slopes_of_a_softmax_group_of_three_are_named_by_one_label() -> None:
    scene = figures.backward(shorthand("2-2:tanh-3:softmax"))
    named = [text.label.plain for text in scene.texts if "/∂v_" in text.label.plain]
    assert named == ["∂y_k/∂v_j"]
    said = [edge.said for edge in scene.edges if "/∂v_" in edge.said]
    assert len(said) == 9
    assert "∂y_7/∂v_5, from the error of 7 to δ of 5" in said
    pair = figures.backward(shorthand("2-2:tanh-2:softmax"))
    assert sum("/∂v_" in text.label.plain for text in pair.texts) == 4


def test_every_letter_of_another_notation_is_drawn_as_one_sign() -> None:
    for notation in filter(None, NOTATIONS.values()):
        for letter in notation.latex.values():
            drawn = labels.formula(letter, "").runs
            shown = "".join(run.letters for run in drawn)
            assert shown == {r"\sigma": "σ"}.get(letter, letter)


def test_a_figure_for_typst_has_no_variables_and_its_texts_begin_where_they_stand() -> None:
    scene = figures.output_neuron(shorthand("2-2-1"), "5")
    drawn = drawing(scene)
    assert "var(" not in drawn
    assert "text-anchor" not in drawn
    assert "𝜑" in drawn
    label = next(text for text in scene.texts if text.label.plain == "y_0 = +1")
    start = round(label.at.x - label.label.width * label.size, 2)
    assert label.anchor == "end"
    assert f'x="{start:g}"' in drawn
