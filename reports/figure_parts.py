"""Which figures a page shows, with their captions and what is seen in them in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.document import Drawn, Figure, Math, Runs, runs
from reports.latex_printer import index_latex
from reports.wording import counted, listed, prose
from symbolic.network import BIAS, Network
from symbolic.unit_signs import unit_name

DRAWN = 40
"""Neurons up to which a network is drawn neuron by neuron; a larger one by its blocks."""
SKETCHED = 400
"""Neurons up to which a layered network is sketched, with dots for most of each layer."""
BLOCKS = "Layers of neurons with the number of weights between them."
TOLD = 12
"""Neurons up to which each is told of in words."""


def overview_figures(network: Network) -> Iterator[Figure]:
    """The whole network: neuron by neuron, unrolled in time, or as blocks and as a matrix."""
    from reports import figures  # only a page with figures loads them

    told = _told(network)
    if network.recurrent is not None:
        caption = "The network unrolled in time, one column for each step"
        biased = any(s.source == BIAS for s in network.synapses)
        caption += "; a short arrow from nowhere is a bias." if biased else "."
        yield Figure("network", figures.unrolled(network), prose(caption), told)
        if figures.is_rolled(network):
            caption = "The same network as it is built: a box holds a signal for one step."
            yield Figure("rolled", figures.rolled(network), prose(caption))
    elif len(network.neurons) <= DRAWN:
        caption = "Signals flow from left to right; the bias is a signal that is always +1."
        if not any(s.source == BIAS for s in network.synapses):
            caption = "Signals flow from left to right."
        yield Figure("network", figures.overview(network), prose(caption), told)
    else:
        layered = bool(network.layers) and len(network.neurons) <= SKETCHED
        words = "Each layer by its first neurons and its last." if layered else BLOCKS
        draw = figures.ellipsis if layered else figures.blocks
        yield Figure("network", draw(network), prose(words), told)
        words = (
            "Every weight as a point, to the neuron of its row from the unit of its column. All"
            " points lie below the diagonal, so that the recursion ends."
        )
        yield Figure("matrix", figures.matrix(network), prose(words))


def role_figure(network: Network, role: str, j: str) -> Figure:
    """The signals at one output or hidden neuron."""
    from reports import figures  # likewise

    feeds = listed(list(map(unit_name, network.successors[j])))
    reads = listed([unit_name(unit) for unit in network.sources[j] if unit != BIAS])
    seen = (
        runs(f"neuron {unit_name(j)} reads {reads or 'the bias alone'}"),
        runs(f"it feeds {feeds}" if feeds else "its signal is compared with the target"),
    )
    if role == "output":
        caption = runs("Signal flow at output neuron ", _named(j), ".")
        return Figure(f"output-{j}", figures.output_neuron(network, j), caption, seen)
    caption = runs("Signal flow from hidden neuron ", _named(j), " to the neurons that it feeds.")
    return Figure(f"hidden-{j}", figures.hidden_neuron(network, j), caption, seen)


def neighbourhood_figures(network: Network, chosen: Sequence[str]) -> Iterator[Figure]:
    """The neurons that the reader asked for, each with what it reads and feeds."""
    from reports import figures  # likewise

    for j in chosen:
        caption = runs("Neuron ", _named(j), " with what it reads and what it feeds.")
        yield Figure(f"neuron-{j}", figures.neighbourhood(network, j), caption)


def backward_figure(network: Network) -> Figure:
    """The error signals on their way back."""
    from reports import figures  # likewise

    words: list[str | Math] = [
        "The same network for the errors: every branch is reversed, every φ_j is replaced by its"
        " slope, and the δ_j stand where the v_j stood."
    ]
    if any(figures.bundled(network, j) for j in network.peers):
        error = Math(Drawn(r"-\partial\mathcal{E}/\partial y_k", "−∂𝓔/∂y_k"))
        factor = Math(Drawn(r"\partial y_k/\partial v_j", "∂y_k/∂v_j"))
        words += [" In the softmax group, the branch to δ_j from ", error, " has the factor "]
        words += [factor, "."]
    caption = prose(*words)
    seen = tuple(
        runs(
            f"neuron {unit_name(j)} gets errors from "
            + listed(list(map(unit_name, network.successors[j])))
        )
        for j in network.order
        if network.successors[j] and len(network.neurons) <= TOLD
    )
    return Figure("backward", figures.backward(network), caption, seen)


def _told(network: Network) -> tuple[Runs, ...]:
    """What reads what, neuron by neuron or layer by layer."""
    if len(network.neurons) <= TOLD:
        return tuple(
            runs(
                f"neuron {unit_name(j)} reads {listed([_unit(i) for i in network.sources[j]])}"
                + (
                    f" and feeds {listed(list(map(unit_name, k)))}"
                    if (k := network.successors[j])
                    else ""
                )
            )
            for j in network.order
        )
    depth: dict[int, int] = {}
    for j in network.order:
        depth[network.depth[j]] = depth.get(network.depth[j], 0) + 1
    return tuple(
        runs(f"level {level}: {counted(many, 'neuron')}") for level, many in sorted(depth.items())
    )[:TOLD]


def _named(j: str) -> Math:
    return Math(Drawn(index_latex(j), unit_name(j)))


def _unit(name: str) -> str:
    return "the bias" if name == BIAS else unit_name(name)
