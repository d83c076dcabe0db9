"""The work of `proofprop check`: what it reads, where its pages go."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from reports.check import WRONG
from reports.check_ways import ENDINGS, Way, arrays, entries, neurons
from reports.files import STDIN, read, writable, write
from reports.formula_text import unicode_of
from reports.jsonout import EXIT_CODES
from reports.papers import Document, Lines, P, Read, json_of_all, not_understood, worst
from reports.pdf import settable
from reports.text import text, wrapped
from reports.wording import counted
from symbolic.errors import InputError
from symbolic.reading.arrays.explaining import explain_arrays
from symbolic.reading.arrays.profile import ArrayProfile, array_profile, known_array_profiles
from symbolic.reading.documents import kind_of
from symbolic.reading.given import given
from symbolic.reading.indexed.profile import (
    IndexProfile,
    explain_indices,
    index_profile,
    known_index_profiles,
)
from symbolic.reading.notation import Notation, declared_notation, open_notation
from symbolic.reading.profile import Profile, explain, known_profiles, open_profile
from symbolic.reading.reading import read_document
from symbolic.reading.source import SUFFIXES
from symbolic.spec import open_network

MEGABYTES = 5
USUAL = "haykin"
"""The notation of a document that says none."""


def check_command(options: argparse.Namespace) -> int:
    """A verdict for every formula of the documents; the exit code is that of the worst."""
    if not options.files and options.explain:
        _explain(open_notation(options.profile or USUAL), options)
        return 0
    _agree(options)
    texts = {name: read(name, "a document", MEGABYTES, encoding="utf-8") for name in options.files}
    options.profile = options.profile or _declared(texts)
    notation = open_notation(options.profile)
    if options.explain:
        _explain(notation, options)
        print(file=sys.stderr if options.json else sys.stdout)
    if isinstance(notation, Profile):
        network = given(open_network(options.network), options.network) if options.network else None
        return _check(options, texts, neurons(options.profile, network))
    if options.network:
        raise InputError(f"--network is of no use in the notation {notation.name}.")
    if isinstance(notation, ArrayProfile):
        return _check(options, texts, arrays(notation))
    return _check(options, texts, entries(notation))


def _declared(texts: Mapping[str, str]) -> str:
    """The notation that the documents say they are written in, the usual one if none says any."""
    said = {name: declared_notation(text) for name, text in texts.items()}
    found = sorted({notation or USUAL for notation in said.values()})
    if len(found) > 1:
        raise InputError(
            f"The documents are written in the notations {' and '.join(found)}. Check each by "
            "itself."
        )
    return found[0]


def _check(options: argparse.Namespace, texts: Mapping[str, str], way: Way[P]) -> int:
    papers = [_checked(name, text, way) for name, text in texts.items()]
    for paper in papers:
        _hint(paper, options.profile)
    if options.fix:
        for paper in papers:
            _fix(paper, options, way)
    elif options.output:
        [paper] = papers
        write(Path(options.output), way.writers[Path(options.output).suffix](paper))
        print(f"Written to {options.output}.", file=sys.stderr)
    if options.json:
        whole = way.as_json(papers[0]) if len(papers) == 1 else json_of_all(papers, way.as_json)
        print(json.dumps(whole, indent=2, ensure_ascii=True))
    elif options.fix or not options.output:
        _print(papers, way)
    return EXIT_CODES[worst(papers)]


_SIGN = re.compile(r"  (\S+(?: \S+)*) {2,}(?=\S)|  (\S*_\{\S+) (?=\S)")
"""A sign, and two blanks or more before what it means; a long sign may have one."""


def _explain(notation: Notation, options: argparse.Namespace) -> None:
    print(explained(notation), end="", file=sys.stderr if options.json else sys.stdout)


def explained(notation: Notation) -> str:
    """The notation in words and Unicode, in lines of at most 80 columns."""
    rows = []
    match notation:
        case ArrayProfile():
            said = explain_arrays(notation)
        case IndexProfile():
            said = explain_indices(notation)
        case _:
            said = explain(notation)
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
        writable(options.output, _copies(names[0]) if options.fix else ENDINGS)
        settable(options.output)
        _spare(options.output, names)
    elif options.fix and STDIN in names:
        raise InputError("the fixed copy of stdin needs a name; add -o FILE.md.")


def _spare(goal: str, names: Sequence[str]) -> None:
    """The user's own file is never written to."""
    there = [name for name in names if name != STDIN and os.path.exists(name)]
    if os.path.exists(goal) and any(os.path.samefile(goal, name) for name in there):
        raise InputError("this is the document itself; write to another file", file=goal)


def _fix(paper: P, options: argparse.Namespace, way: Way[P]) -> None:
    """Write the copy with the nearest right forms, and say how it stands when checked again."""
    copy = way.fixed(paper)
    if not copy.replaced:
        print(f"{paper.name}: {_nothing(paper, copy.left)}", file=sys.stderr)
        return
    goal = options.output or _copy_of(paper.name)
    again = way.checked(goal, copy.text, "markdown" if paper.kind == "formula" else paper.kind)
    write(Path(goal), copy.text)
    wrong = sum(one.word in WRONG for one in again.judgement.lines)
    lines = counted(len(copy.replaced), "place")
    still = "no line is wrong" if not wrong else f"{counted(wrong, 'line')} still wrong"
    if again.unread:
        still += f", {counted(len(again.unread), 'formula')} not understood"
    print(
        f"Written to {goal}: {lines} changed and marked; checked again, {still}.", file=sys.stderr
    )


def _nothing(paper: Document[Read, Lines], left: Sequence[int]) -> str:
    if left:
        return "the right forms could not be put in place by a program; see the page."
    if any(one.word in WRONG for one in paper.judgement.lines):
        return "no right form was found near the wrong lines; nothing was written."
    return "no line is wrong; nothing was written."


def _copies(name: str) -> tuple[str, ...]:
    """How the name of the copy may end: it is a document of the same kind."""
    if name == STDIN:
        return (".md", ".tex")
    same = kind_of(name)
    return tuple(suffix for suffix, kind in SUFFIXES.items() if kind == same)


def _copy_of(name: str) -> str:
    """notes.fixed.md for notes.md."""
    path = Path(name)
    return str(path.with_suffix(f".fixed{path.suffix}"))


def _checked(name: str, document: str, way: Way[P]) -> P:
    if name == STDIN:
        kind = "latex" if "\\begin{document}" in document else "formula"
        return way.checked("standard input", document, kind)
    return way.checked(name, document, kind_of(name))


def _hint(paper: Document[Read, Lines], profile: str) -> None:
    """Where most formulas are not understood, the notation in which more of them are."""
    unread = len(paper.unread)
    if 2 * unread <= len(paper.judgement.lines):
        return
    from symbolic.reading.arrays.program import is_program
    from symbolic.reading.arrays.reading import read_arrays  # the usual document needs none
    from symbolic.reading.indexed.reading import read_indices

    left = {
        name: len(not_understood(read_document(paper.text, open_profile(name), paper.kind)))
        for name in known_profiles()
    }
    ill: set[str] = set()  # those in which the shapes of its definitions do not fit
    for name in known_array_profiles():
        reading = read_arrays(paper.text, array_profile(name), paper.kind, letters=False)
        left[name] = len(not_understood(reading))
        ill |= set() if is_program(reading) else {name}
    for name in known_index_profiles():
        left[name] = len(not_understood(read_indices(paper.text, index_profile(name), paper.kind)))
    best = min(left, key=lambda name: (left[name], name in ill))
    if left[best] < unread:
        print(
            f"{paper.name}: {unread} formulas are not understood in the notation "
            f"{profile}, {left[best]} with --profile {best}.",
            file=sys.stderr,
        )


def _print(papers: Sequence[P], way: Way[P]) -> None:
    color = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    width = min(shutil.get_terminal_size().columns, 100) if sys.stdout.isatty() else 80
    for n, paper in enumerate(papers):
        print("\n" * bool(n) + text(way.rows(paper), width, color), end="")
    if len(papers) > 1:
        print(f"\nAll {len(papers)} documents together: {worst(papers)}.")
