"""The command `proofprop`: derive, prove and train from a terminal.

Results go to stdout, progress and remarks to stderr.  Exit codes: 0 proved or done, 1 refuted or
unjustified, 2 bad input, 3 open.
"""

from __future__ import annotations

import argparse
import gc
import io
import os
import sys
from collections.abc import Sequence

from reports.check_options import CHECK
from reports.draw_options import DRAW
from reports.options import Command, Option, parser
from reports.report_command import REPORT
from reports.train_options import EXPORT, NETWORK, PREDICT, TRAIN
from symbolic.errors import InputError
from symbolic.spec import ENDING

DESCRIPTION = "Derive, prove and train the back-propagation rule of a network."

SELDOM = (50_000, 20, 20)
"""How seldom circles of objects are looked for: a command makes few and is soon over."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code says how it went."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() != "utf-8":
            stream.reconfigure(encoding="utf-8")
    gc.set_threshold(*SELDOM)
    reader = parser(DESCRIPTION, COMMANDS)
    options = reader.parse_args(arguments)
    if not hasattr(options, "run"):
        reader.print_help()
        return 0
    try:
        code = int(options.run(options))
        sys.stdout.flush()
        return code
    except InputError as error:
        print(f"proofprop: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        goal = getattr(options, "output", None)
        lost = f"{goal} was not written" if goal else "nothing was written"
        print(f"\nproofprop: stopped; {lost}.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _derive(options: argparse.Namespace) -> int:
    from reports.prove_command import derive_command  # a page and a proof load only where asked for

    return derive_command(options)


def _prove(options: argparse.Namespace) -> int:
    from reports.prove_command import prove_command  # likewise

    return prove_command(options)


def _demo(options: argparse.Namespace) -> int:
    from reports.prove_command import demo_command  # likewise

    return demo_command(options)


_JSON: Option = (("--json",), {"action": "store_true", "help": "print one JSON object"})
_OUTPUT: Option = (
    ("-o", "--output"),
    {"metavar": "FILE", "help": f"write a .html, .pdf, .tex, .md, .txt, .json or {ENDING} file"},
)
_BODY: Option = (
    ("--body",),
    {"action": "store_true", "help": "with -o FILE.tex: no preamble, for \\input"},
)
_RULE: Option = (("--rule",), {"metavar": "FILE", "help": "a claimed rule to be judged"})
_ANY_NETWORK: Option = (NETWORK[0], {**NETWORK[1], "nargs": "?"})
_GENERAL: Option = (
    ("--general",),
    {"action": "store_true", "help": "the theorems for all networks, without NET"},
)
_ALL: Option = (
    ("--all",),
    {"action": "store_true", "help": "the general theorems and published layers"},
)
_AUDIT: Option = (
    ("--audit",),
    {"action": "store_true", "help": "try what is proved at random numbers as well (no proof)"},
)


COMMANDS = {
    "demo": Command(
        _demo,
        "the whole chain on XOR: derive, prove, train",
        "Derive and prove the rule of a 2-3-1 network, then train it on XOR.",
        "  proofprop demo",
    ),
    "derive": Command(
        _derive,
        "write the derivation of a network",
        "Write 𝓔(n), δ of every neuron and Δw of every weight, derived line by line with\n"
        "the chain rule; every line is checked.",
        "  proofprop derive 2-3-1\n"
        "  proofprop derive examples/lstm.model           every derivative, for all sizes\n"
        "  proofprop derive 2-3-1 -o derivation.tex       LaTeX, with amsmath alone",
        (NETWORK, _JSON, _OUTPUT, _BODY),
    ),
    "prove": Command(
        _prove,
        "prove the recursive rule, or judge a claimed one; --general: for all networks",
        "Prove that the recursive rule gives the derivative of the cost for every neuron\n"
        "and weight.  With --rule the rule in a file is judged instead: proved, or\n"
        "refuted with numbers, the neuron where it breaks and what is wrong.  --general\n"
        "proves the theorems for networks of every shape and size, with the argument.",
        "  proofprop prove examples/skip.toml\n"
        "  proofprop prove 2-3-1 --rule my.rule           is my rule right?\n"
        "  proofprop prove --general -o theorems.tex      the theorems for all networks\n"
        "  proofprop prove examples/lstm.model            the claims in a model file",
        (_ANY_NETWORK, _RULE, _GENERAL, _ALL, _AUDIT, _JSON, _OUTPUT, _BODY),
    ),
    "report": REPORT,
    "check": CHECK,
    "draw": DRAW,
    "train": TRAIN,
    "predict": PREDICT,
    "export": EXPORT,
}
