"""The command line of `proofprop draw`."""

from __future__ import annotations

import argparse

from reports.options import Command, Option
from reports.train_options import NETWORK

VIEWS = (
    *("overview", "backward", "layers", "blocks", "matrix", "time", "rolled"),
    *("neuron", "neighbourhood"),
)


def _draw(options: argparse.Namespace) -> int:
    from reports.draw_command import draw_command  # figures load only to be drawn

    return draw_command(options)


_VIEW: Option = (
    ("--view",),
    {"metavar": "V", "help": f"{', '.join(VIEWS)} (overview)"},
)
_NEURON: Option = (("--neuron",), {"metavar": "J", "help": "of which neuron (view neuron)"})
_OUTPUT: Option = (
    ("-o", "--output"),
    {"metavar": "FILE", "help": "write a .svg or .tex file, else SVG goes to stdout"},
)

DRAW = Command(
    _draw,
    "draw a network as SVG or TikZ",
    "Draw a network in the style of signal-flow graphs: all of it, the backward flow of\n"
    "the error, one neuron, the blocks or the matrix of a large network, or the steps in\n"
    "time of a recurrent one, or its loops with their delays (rolled).\n"
    "An .svg holds its fonts and needs no network; a .tex compiles with pdflatex.",
    "  proofprop draw 2-3-1 -o network.svg\n"
    "  proofprop draw 2-3-1 --view backward -o backward.tex\n"
    "  proofprop draw examples/skip.toml --neuron h -o h.svg\n"
    "  proofprop draw examples/lstm.toml --view time -o lstm.svg\n"
    "  proofprop draw examples/elman.toml --view rolled -o elman.svg\n"
    "  proofprop draw 64-32-10 --view matrix -o matrix.svg",
    (NETWORK, _VIEW, _NEURON, _OUTPUT),
)
