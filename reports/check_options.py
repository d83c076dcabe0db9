"""The command line of `proofprop check`."""

from __future__ import annotations

import argparse

from reports.options import Command
from symbolic.reading.source import SUFFIXES


def _run(options: argparse.Namespace) -> int:
    from reports.check_command import check_command  # the reading loads only for this command

    return check_command(options)


CHECK = Command(
    _run,
    "a verdict for every formula of a written derivation",
    "Read a derivation in Markdown, LaTeX or a notebook and say of every line: proved,\n"
    "proved under assumptions it does not name, refuted with numbers, or not decided.\n"
    "Everything is read in the notation of a textbook, the profile, and shown as it was\n"
    "understood.  A formula that is not understood is listed; none is passed over.",
    "  proofprop check notes.md                       verdicts in the terminal\n"
    "  proofprop check notes.md -o page.html          the page to read, with the numbers\n"
    "  proofprop check notes.md --fix                 notes.fixed.md with right forms\n"
    "  proofprop check paper.tex --profile rumelhart --json\n"
    "  echo '\\delta_j = e_j \\varphi_j(v_j)' | proofprop check -",
    (
        (
            ("files",),
            {
                "metavar": "FILE",
                "nargs": "*",
                "help": f"a {', '.join(SUFFIXES)} file, or - for stdin",
            },
        ),
        (
            ("--profile",),
            {
                "metavar": "P",
                "help": "the notation: haykin, bishop, nielsen, layers, ufldl, rumelhart, "
                "wikipedia, plain, cs231n, cs224n, vectors, ng, lstm, bptt, regression, indices, "
                "scalars or a .toml (what the document says, else haykin)",
            },
        ),
        (
            ("--network",),
            {"metavar": "NET", "help": "what numbered neurons are: 2-3-1 or a network file"},
        ),
        (("--explain",), {"action": "store_true", "help": "print what the notation means"}),
        (
            ("--fix",),
            {
                "action": "store_true",
                "help": "write a copy with the nearest right forms, FILE.fixed.md or -o FILE",
            },
        ),
        (("--json",), {"action": "store_true", "help": "print one JSON object"}),
        (
            ("-o", "--output"),
            {"metavar": "FILE", "help": "write a .html, .pdf, .md, .tex, .txt or .json file"},
        ),
    ),
)
