"""The command `proofprop report`: a network's derivation as a page to be handed out."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from reports.files import read, writable
from reports.jsonout import EXIT_CODES
from reports.options import Command, Option
from reports.progress import clock
from reports.train_options import NETWORK
from symbolic.errors import InputError

if TYPE_CHECKING:
    from reports.reporting import Report

PAGES = (".html", ".pdf", ".tex", ".md", ".ipynb", ".svg", ".txt", ".json")
MODEL = ".model"


def report_command(options: argparse.Namespace) -> int:
    """Derive, check, write the report; the exit code follows from the worst verdict."""
    from reports.report_page import Choice, Detail  # the pages load only for this command
    from reports.reporting import report as made

    writable(options.output, PAGES)
    if options.network.endswith(MODEL):
        raise InputError(
            "A report is of a network of neurons; for arrays use `proofprop derive`.",
            file=options.network,
        )
    if options.static is not None and not str(options.output).endswith(".html"):
        flag = "--static" if options.static else "--no-static"
        raise InputError(f"{flag} is about an .html page: give it with -o FILE.html.")
    rule = None if options.rule is None else read(options.rule)
    if options.static is not False and str(options.output).endswith(".html"):
        _set_beside()
    choice = Choice(
        Detail(options.detail),
        tuple(options.neuron or ()),
        options.sample or "",
        notation=options.notation,
        blank=options.blank,
    )
    with clock(f"Deriving {options.network}"):
        report = made(options.network, rule=rule, file=options.rule, choice=choice)
        if options.output:
            written = [options.output]
            _write(report, Path(options.output), options.static)
            if options.blank:
                path = Path(options.output)
                written.append(str(path.with_name(f"{path.stem}-answers{path.suffix}")))
                _write(report.answers, Path(written[-1]), options.static)
            print(f"Written to {' and '.join(written)}.", file=sys.stderr)
    result = report.json()
    if options.json:
        print(json.dumps(result, indent=2, ensure_ascii=False))
    elif not options.output:
        wide = sys.stdout.isatty()
        print(report.text(width=min(shutil.get_terminal_size().columns, 100) if wide else 80))
    return EXIT_CODES[str(result["verdict"])]


def _set_beside() -> None:
    """Load what sets formulas while the network is derived, where it is installed."""
    from reports.static import quickjs_is_here, ready

    if quickjs_is_here():
        ready()


def _write(report: Report, path: Path, static: bool | None) -> None:
    """In the format of the file's ending."""
    if path.suffix == ".html":
        report.html(path, static=static)
        return
    writers: dict[str, Callable[[Path], object]] = {
        ".pdf": report.pdf,
        ".tex": report.latex,
        ".md": report.markdown,
        ".ipynb": report.notebook,
        ".svg": report.svg,
        ".txt": report.text,
        ".json": report.json_text,
    }
    writers[path.suffix](path)


def _word(flag: str, letter: str, what: str, **more: object) -> Option:
    return (flag,), {"metavar": letter, "help": what, **more}


REPORT = Command(
    report_command,
    "write a page to hand out: derivation, figures, worked example",
    "Write the derivation of a network with figures, every line checked, a worked example\n"
    "in numbers that multiply out, and the training step.",
    "  proofprop report 2-2-1 -o report.html\n"
    '  proofprop report 2-2-1 --sample "0.5, -1, 1" -o report.tex\n'
    "  proofprop report 2-2-1 --blank -o exercise.pdf\n"
    "  proofprop report 64-32-10 --neuron 65 --detail summary",
    (
        NETWORK,
        (
            ("-o", "--output"),
            {"metavar": "FILE", "help": f"write a {', '.join(PAGES[:-1])} or {PAGES[-1]} file"},
        ),
        (
            ("--detail",),
            {
                "choices": ["rule", "summary", "full"],
                "default": "full",
                "help": "the rule alone, without the derivation, or all of it (full)",
            },
        ),
        (
            ("--neuron",),
            {"metavar": "J", "action": "append", "help": "write this neuron out; may be repeated"},
        ),
        _word("--sample", "NUMBERS", "inputs, then targets; or x1=0.5,d=1,w_3_1=0.4,eta=0.1"),
        (
            ("--notation",),
            {
                "choices": ["haykin", "nielsen", "bishop", "plain"],
                "default": "haykin",
                "help": "the letters of a textbook (haykin)",
            },
        ),
        _word("--rule", "FILE", "a claimed rule to be judged"),
        (
            ("--blank",),
            {
                "action": "store_true",
                "help": "an exercise sheet with gaps, and FILE-answers beside it",
            },
        ),
        (
            ("--static",),
            {
                "action": argparse.BooleanOptionalAction,
                "default": None,
                "help": "an .html page whose formulas are set already, for readers without scripts "
                "(where quickjs is installed)",
            },
        ),
        (("--json",), {"action": "store_true", "help": "print one JSON object"}),
    ),
)
