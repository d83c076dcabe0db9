"""Figures of networks in the style of Haykin's signal-flow graphs, as SVG and as TikZ.

Each function takes a network and returns a `Scene`, which `svg` and `tikz` draw alike.
"""

from reports.figures.adjacency import matrix
from reports.figures.block_view import blocks
from reports.figures.error_flow import backward, bundled
from reports.figures.layer_ends import ellipsis
from reports.figures.scene import Scene
from reports.figures.signal_flow import hidden_neuron, output_neuron
from reports.figures.surroundings import neighbourhood
from reports.figures.svg_writer import mark, svg
from reports.figures.tikz_writer import TIKZ_PREAMBLE, tikz
from reports.figures.time_columns import unrolled
from reports.figures.time_rolled import is_rolled, rolled
from reports.figures.whole_network import overview

__all__ = [
    "TIKZ_PREAMBLE",
    "Scene",
    "backward",
    "blocks",
    "bundled",
    "ellipsis",
    "hidden_neuron",
    "is_rolled",
    "mark",
    "matrix",
    "neighbourhood",
    "output_neuron",
    "overview",
    "rolled",
    "svg",
    "tikz",
    "unrolled",
]
