"""The work of `proofprop draw`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from reports import figures
from reports.figures.scene import Scene
from reports.figures.svg_writer import svg
from reports.figures.tikz_writer import document
from reports.files import writable, write
from reports.progress import clock
from symbolic.errors import InputError, did_you_mean
from symbolic.network import Network
from symbolic.spec import open_network


def one_neuron(network: Network, name: str) -> Scene:
    """The signal flow of an output neuron, or of one with the neurons that it feeds."""
    if name in network.output_set:
        return figures.output_neuron(network, name)
    return figures.hidden_neuron(network, name)


WHOLE: dict[str, Callable[[Network], Scene]] = {
    "overview": figures.overview,
    "backward": figures.backward,
    "layers": figures.ellipsis,
    "blocks": figures.blocks,
    "matrix": figures.matrix,
    "time": figures.unrolled,
    "rolled": figures.rolled,
}
OF_ONE: dict[str, Callable[[Network, str], Scene]] = {
    "neuron": one_neuron,
    "neighbourhood": figures.neighbourhood,
}


def draw_command(options: argparse.Namespace) -> int:
    """Draw a network as SVG or TikZ."""
    if options.network.endswith(".model"):
        raise InputError(
            "A model file has arrays of any size, so no neurons to draw; give a shorthand such as "
            "2-3-1 or a network file.",
            file=options.network,
        )
    writable(options.output, (".svg", ".tex"))
    scene = _scene(options)
    if options.output is None:
        print(svg(scene, alone=True), end="")
        return 0
    path = Path(options.output)
    write(path, document(scene) if path.suffix == ".tex" else svg(scene, alone=True))
    print(f"{scene.title}\nWritten to {options.output}.", file=sys.stderr)
    return 0


def _scene(options: argparse.Namespace) -> Scene:
    view = options.view or ("overview" if options.neuron is None else "neuron")
    if view not in WHOLE and view not in OF_ONE:
        raise InputError(f"There is no view {view!r}. {did_you_mean(view, [*WHOLE, *OF_ONE])}")
    if view in WHOLE and options.neuron is not None:
        known = " and ".join(f"--view {name}" for name in OF_ONE)
        raise InputError(f"--neuron goes with {known}; {view} shows the whole network.")
    network = open_network(options.network)
    with clock(f"Drawing {network.name or 'the network'}"):
        if view in WHOLE:
            return WHOLE[view](network)
        name = options.neuron
        if name is None:
            neurons = ", ".join(neuron.name for neuron in network.neurons[:6])
            more = ", …" if len(network.neurons) > 6 else ""
            raise InputError(f"Say which neuron: --neuron J, with J one of {neurons}{more}.")
        return OF_ONE[view](network, name)
