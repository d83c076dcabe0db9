"""The backward flow of the error: every branch of the network reversed, φ replaced by its slope.

At its dot every signal is −∂𝓔/∂y_j or, behind the branch φ_j', the local gradient δ_j.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from reports.figures import labels
from reports.figures.block_view import blocks
from reports.figures.curves import smooth
from reports.figures.drawing import Drawing, clear
from reports.figures.labels import Label
from reports.figures.layer_ends import ellipsis, is_layered
from reports.figures.layout import Columns
from reports.figures.scene import Node, Point, Scene
from reports.figures.time_columns import unrolled
from reports.figures.units import called, columns, drawn_whole, entering, weight_label
from symbolic.network import Network
from symbolic.notation import J, K, delta, v, y

LABELLED = 18
"""Up to so many branches each has its factor beside it."""
ACROSS, DOWN = 108.0, 58.0
PLAIN_ACROSS, PLAIN_DOWN = 84.0, 34.0
EASY, CROWD = 5, 0.16
"""More branches than EASY between two columns need room: so much more for each."""
BUNDLE = 3
"""Neurons of a softmax group from which all its slopes are named by one label."""
DENSE = 90
"""From so many branches on they are thin and without arrowheads."""
KIND = "backward"

Vertex = tuple[str, str]
"""δ of a neuron ("d"), the sum before it ("s"), the end at which the error enters ("e")."""


@dataclass(frozen=True)
class Flow:
    """The reversed graph: its vertices in columns, and the factor of each branch."""

    columns: list[list[Vertex]]
    branches: dict[tuple[Vertex, Vertex], tuple[Label, tuple[tuple[str, str], ...], bool]] = field(
        default_factory=dict
    )
    """(reader, signal): the factor, the synapses behind it, whether it is no weight."""


def reversed_flow(network: Network) -> Flow:
    """Every branch of the neurons turned around; the inputs and biases send nothing back."""
    rows = columns(network)
    flow = Flow([[] for _ in range(2 * (len(rows) - 1) + 1)])
    at = {name: n - 1 for n, row in enumerate(rows) for name in row}
    for n, row in enumerate(rows[1:]):
        for name in row:
            flow.columns[2 * n].append(("d", name))
            if network.successors[name]:
                flow.columns[2 * n + 1].append(("s", name))
            elif name not in network.output_set:  # no way leads from it to an output
                flow.columns[2 * n + 1].append(("e", name))
    for name in network.outputs:
        flow.columns[-1].append(("e", name))
    for name in network.neuron:
        ends = _ends(network, name)
        for peer in network.peers.get(name, ()):
            for end in _ends(network, peer):
                factor = labels.ratio(y(peer), v(name))
                if bundled(network, name):
                    factor = labels.formula("", factor.plain)
                flow.branches[(("d", name), end)] = (factor, (), True)
        if name not in network.peers:
            for end in ends:
                flow.branches[(("d", name), end)] = (labels.slope(name), (), True)
        if ("s", name) in ends and name in network.output_set:
            flow.branches[(("s", name), ("e", name))] = (labels.formula("", ""), (), True)
    for synapse in network.synapses:
        if synapse.source in at and synapse.source in network.neuron:
            label = weight_label(network, synapse.to, synapse.source)
            pair = ((synapse.to, synapse.source),)
            flow.branches[(("s", synapse.source), ("d", synapse.to))] = (label, pair, False)
    for to in network.formulas:
        for source in network.sources[to]:
            if source in network.neuron:
                label = labels.ratio(v(to), y(source))
                pair = ((to, source),)
                flow.branches[(("s", source), ("d", to))] = (label, pair, True)
    return flow


def bundled(network: Network, name: str) -> bool:
    """Whether a neuron is of a softmax group with too many branches for a label on each."""
    return len(network.peers.get(name, ())) >= BUNDLE


def _ends(network: Network, name: str) -> list[Vertex]:
    """Where −∂𝓔/∂y of a neuron comes together: its sum, or the end where the error enters."""
    return [("s", name)] if network.successors[name] else [("e", name)]


def backward(network: Network) -> Scene:
    """How the error signals flow back to every neuron of a network.

    In small networks every neuron has its sum, its slope φ' and its δ; in larger ones the factors
    are left out; beyond 40 units the layers or blocks are drawn with their arrows turned.  A
    recurrent network is drawn in columns of time.
    """
    if network.recurrent is not None:
        return unrolled(network, backward=True)
    if not drawn_whole(network):
        whole = ellipsis if is_layered(network) else blocks
        return whole(network, backward=True)
    flow = reversed_flow(network)
    return clear(lambda room: _whole(network, flow, room))


def _whole(network: Network, flow: Flow, room: float) -> Scene:
    """Every branch of the reversed flow."""
    roomy = len(flow.branches) <= LABELLED
    across, down = (ACROSS, DOWN * room) if roomy else (PLAIN_ACROSS, PLAIN_DOWN * room)
    if roomy:
        widest = max(label.width for label, _, _ in flow.branches.values())
        across = max(across, 14 * widest + 44) * room
    names = {vertex: f"{vertex[0]}:{vertex[1]}" for row in flow.columns for vertex in row}
    kept = [row for row in flow.columns if row]
    crowds = _crowds(kept, flow)
    if roomy:
        down *= 1 + CROWD * max(crowds)
    group = {f"d:{name}": network.neuron[name].group for name in network.peers}
    heights = dict.fromkeys(group, 26.0 if roomy else 0.0)
    links = [(names[reader], names[source]) for reader, source in flow.branches]
    slopes = frozenset(link for link in links if link[0][0] == "d" and link[1][0] != "d")
    rows = [[names[vertex] for vertex in row] for row in kept]
    placed = Columns(rows, links, down, heights, group, stiff=slopes).placed()
    drawing = Drawing()
    nodes: dict[Vertex, Node] = {}
    x = [0.0]
    for crowd in crowds[:-1]:
        x.append(x[-1] + across * (1 + CROWD * crowd * roomy))
    for n, row in enumerate(kept):
        for vertex in row:
            what, name = vertex
            at = Point(x[n], placed.y[names[vertex]])
            if what == "d":
                nodes[vertex] = drawing.dot(at, labels.sign(delta(name)), "any", name)
            elif what == "e":
                nodes[vertex] = drawing.dot(at, entering(network, name), "right", name)
            else:
                nodes[vertex] = drawing.dot(at, labels.formula("", ""), "none", name)
    for (reader, source), (label, synapses, other) in flow.branches.items():
        passed = placed.passes.get((names[reader], names[source]), ())
        way = [nodes[reader].at, *(Point(x[n], h) for n, h in passed), nodes[source].at]
        weight = network.weight_of.get(synapses[0], "") if synapses else ""
        drawing.branch(
            smooth(way[::-1]),
            nodes[source],
            nodes[reader],
            KIND,
            label if roomy and label.runs else None,
            tip=0.55 if len(flow.branches) < DENSE else None,
            thin=len(flow.branches) >= DENSE,
            size=14,
            weight=weight,
            synapses=synapses,
            said=f"{label.plain}, from {_said(source)} to {_said(reader)}",
            dashed=other and bool(synapses),
            side=-1,
        )
    for name in network.peers if roomy else ():
        if bundled(network, name) and name == network.peers[name][0]:
            ends = [end for peer in network.peers[name] for end in _ends(network, peer)]
            around = [nodes[one].at for one in (*(("d", p) for p in network.peers[name]), *ends)]
            middle = (around[0].x + around[-1].x) / 2
            above = Point(middle, min(p.y for p in around) - 16)
            drawing.write(above, labels.ratio(y(K), v(J)), KIND, size=14)
    batch = "; N is the size of the batch" if network.cost.name == "squared_error" else ""
    return drawing.scene(
        f"Backward flow of the error in {called(network)}, from the outputs to δ of every neuron.",
        "Every branch of the forward flow is reversed and φ replaced by its slope φ'; where "
        f"branches meet, their signals are added{batch}.",
    )


def _crowds(kept: list[list[Vertex]], flow: Flow) -> list[int]:
    """How many branches more than EASY each column receives from the next: their labels cross."""
    column = {vertex: n for n, row in enumerate(kept) for vertex in row}
    received = [
        column[reader]
        for (reader, _), (label, _, _) in flow.branches.items()
        if label.runs or not label.plain
    ]
    return [max(0, received.count(n) - EASY) for n in range(len(kept))]


def _said(vertex: Vertex) -> str:
    what, name = vertex
    return {"d": f"δ of {name}", "s": f"the sum for {name}", "e": f"the error of {name}"}[what]
