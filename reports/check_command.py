"""The work of `proofprop check`: what it reads, where its pages go."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from reports.check import Paper, as_json, as_json_of_all, checked, worst
from reports.check_fix import fixed
from reports.check_markdown import check_markdown
from reports.check_page import check_page
from reports.document import Document
from reports.files import STDIN, read, writable, write
from reports.formula_text import unicode_of
from reports.html import page_html
from reports.jsonout import EXIT_CODES
from reports.latex import latex
from reports.markdown import page_markdown
from reports.text import text, wrapped
from reports.wording import counted
from symbolic.errors import InputError
from symbolic.reading.arrays.explaining import explain_arrays
from symbolic.reading.arrays.profile import ArrayProfile
from symbolic.reading.documents import kind_of
from symbolic.reading.notation import open_notation
from symbolic.reading.profile import Profile, explain, known_profiles, open_profile
from symbolic.reading.reading import read_document

MEGABYTES = 5
WRITERS: Mapping[str, Callable[[Paper], str]] = {
    ".md": lambda paper: check_markdown(paper),
    ".html": lambda paper: page_html(check_page(paper)),
    ".tex": lambda paper: latex(check_page(paper)),
    ".txt": lambda paper: text(check_page(paper)),
    ".json": lambda paper: json.dumps(as_json(paper), indent=2, ensure_ascii=False) + "\n",
}
"""What draws a file, by its ending."""
ARRAY_WRITERS: Mapping[str, Callable[[Document], str]] = {
    ".md": page_markdown,
    ".html": page_html,
    ".tex": latex,
    ".txt": text,
}


def check_command(options: argparse.Namespace) -> int:
    """A verdict for every formula of the documents; the exit code is that of the worst."""
    notation = open_notation(options.profile)
    if options.explain:
        out = sys.stderr if options.json else sys.stdout
        print(explained(notation), end="", file=out)
        if not options.files:
            return 0
        print(file=out)
    if isinstance(notation, ArrayProfile):
        return _check_arrays(options, notation)
    _agree(options)
    papers = [_checked(name, options.profile) for name in options.files]
    for paper in papers:
        _hint(paper)
    if options.fix:
        for paper in papers:
            _fix(paper, options)
    elif options.output:
        [paper] = papers
        write(Path(options.output), WRITERS[Path(options.output).suffix](paper))
        print(f"Written to {options.output}.", file=sys.stderr)
    if options.json:
        whole = as_json(papers[0]) if len(papers) == 1 else as_json_of_all(papers)
        print(json.dumps(whole, indent=2, ensure_ascii=True))
    elif options.fix or not options.output:
        _print(papers)
    return EXIT_CODES[worst(papers)]


def _check_arrays(options: argparse.Namespace, profile: ArrayProfile) -> int:
    """The same for documents about whole arrays."""
    from reports import array_check  # the judge of arrays loads only for such documents
    from reports.array_page import array_page

    if options.fix:
        raise InputError(
            f"--fix is not written for the notation {profile.name} yet; "
            "without it every line gets its verdict."
        )
    _agree(options)
    if len(options.files) > 1:
        raise InputError(f"In the notation {profile.name} give one FILE at a time.")
    [name] = options.files
    document = read(name, "a document", MEGABYTES, encoding="utf-8")
    kind = "markdown" if name == STDIN else kind_of(name)
    reading, judgement = array_check.checked(name, document, kind, profile)
    result = array_check.as_json(reading, judgement)
    page = array_page(name, reading, judgement)
    if options.output:
        draw = ARRAY_WRITERS.get(Path(options.output).suffix)
        whole = json.dumps(result, indent=2, ensure_ascii=False) + "\n"
        write(Path(options.output), whole if draw is None else draw(page))
        print(f"Written to {options.output}.", file=sys.stderr)
    if options.json:
        print(json.dumps(result, indent=2, ensure_ascii=True))
    elif not options.output:
        color = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        width = min(shutil.get_terminal_size().columns, 100) if sys.stdout.isatty() else 80
        print(text(page, width, color), end="")
    return EXIT_CODES[str(result["verdict"])]


_SIGN = re.compile(r"  (\S+(?: \S+)*) {2,}(?=\S)|  (\S*_\{\S+) (?=\S)")
"""A sign, and two blanks or more before what it means; a long sign may have one."""


def explained(notation: Profile | ArrayProfile) -> str:
    """The notation in words and Unicode, in lines of at most 80 columns."""
    rows = []
    said = explain_arrays(notation) if isinstance(notation, ArrayProfile) else explain(notation)
    for row in said.splitlines():
        sign = _SIGN.match(row)
        if row.startswith(" " * 4) or sign:
            head = unicode_of(sign[1] or sign[2]) if sign else ""
            rest = unicode_of(row[sign.end() :] if sign else row.strip())
            rows.append(wrapped(rest, 80, " " * 24, f"  {head:<20}  "))
        else:
            rows.append(wrapped(unicode_of(row.strip()), 80, " " * 4, row[: 2 * (row[:1] == " ")]))
    return "\n".join(rows) + "\n"


def _agree(options: argparse.Namespace) -> None:
    """Refuse options that cannot be followed before the work begins."""
    names = options.files
    if not names:
        raise InputError("check needs a FILE, as in `proofprop check notes.md`, or - for stdin.")
    if names.count(STDIN) > 1:
        raise InputError("stdin (-) can be read only once.")
    if options.output:
        if len(names) > 1:
            raise InputError("-o writes the page of one document; give one FILE.")
        writable(options.output, (".md", ".tex") if options.fix else tuple(WRITERS))
        _spare(options.output, names)
    elif options.fix and STDIN in names:
        raise InputError("the fixed copy of stdin needs a name; add -o FILE.md.")


def _spare(goal: str, names: Sequence[str]) -> None:
    """The user's own file is never written to."""
    there = [name for name in names if name != STDIN and os.path.exists(name)]
    if os.path.exists(goal) and any(os.path.samefile(goal, name) for name in there):
        raise InputError("this is the document itself; write to another file", file=goal)


def _fix(paper: Paper, options: argparse.Namespace) -> None:
    """Write the copy with the nearest right forms, and say how it stands when checked again."""
    copy = fixed(paper)
    if not copy.replaced:
        print(f"{paper.name}: {_nothing(paper, copy.left)}", file=sys.stderr)
        return
    goal = options.output or _copy_of(paper.name)
    kind = "latex" if paper.kind == "latex" else "markdown"
    again = checked(goal, copy.text, kind, options.profile)
    write(Path(goal), copy.text)
    wrong = sum(one.word == "refuted" for one in again.judgement.lines)
    lines = counted(len(copy.replaced), "place")
    still = "no line is wrong" if not wrong else f"{counted(wrong, 'line')} still wrong"
    print(
        f"Written to {goal}: {lines} changed and marked; checked again, {still}.", file=sys.stderr
    )


def _nothing(paper: Paper, left: Sequence[int]) -> str:
    if left:
        return "the right forms could not be put in place by a program; see the page."
    if paper.verdict == "refuted":
        return "no right form was found near the wrong lines; nothing was written."
    return "no line is wrong; nothing was written."


def _copy_of(name: str) -> str:
    """notes.fixed.md for notes.md; the copy of a notebook is Markdown."""
    path = Path(name)
    return str(path.with_suffix(".fixed.tex" if path.suffix == ".tex" else ".fixed.md"))


def _checked(name: str, profile: str) -> Paper:
    if name == STDIN:
        document = read(STDIN, "a document", MEGABYTES, encoding="utf-8")
        kind = "latex" if "\\begin{document}" in document else "formula"
        return checked("standard input", document, kind, profile)
    kind = kind_of(name)
    return checked(name, read(name, "a document", MEGABYTES, encoding="utf-8"), kind, profile)


def _hint(paper: Paper) -> None:
    """Where most formulas are not understood, the notation in which more of them are."""
    unread = len(paper.unread)
    if 2 * unread <= len(paper.judgement.lines):
        return
    left = {}
    for name in known_profiles():
        reading = read_document(paper.text, open_profile(name), paper.kind)
        left[name] = len(replace(paper, reading=reading).unread)
    best = min(left, key=lambda name: left[name])
    if left[best] < unread:
        print(
            f"{paper.name}: {unread} formulas are not understood in the notation "
            f"{paper.profile.name}, {left[best]} with --profile {best}.",
            file=sys.stderr,
        )


def _print(papers: Sequence[Paper]) -> None:
    color = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    width = min(shutil.get_terminal_size().columns, 100) if sys.stdout.isatty() else 80
    for n, paper in enumerate(papers):
        print("\n" * bool(n) + text(check_page(paper, whole=False), width, color), end="")
    if len(papers) > 1:
        print(f"\nAll {len(papers)} documents together: {worst(papers)}.")
