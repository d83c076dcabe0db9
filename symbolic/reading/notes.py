r"""What our own LaTeX pages set around and beside a formula, taken apart.

    \\boxed{…}                       the formula alone
    \\left\\{\\begin{array}{…} …      cases
    \\derivationnote{…}{…}           words behind the row

Every character that stays keeps its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from symbolic.reading.macros import closing

_NOTE = re.compile(r"\\derivationnote\s*(?=\{)")
_ROW = re.compile(r"\s*\\\\(?:\[[^\]]{0,12}\])?")
_AROUND = re.compile(r"\\boxed\s*(?=\{)")
_CASES = re.compile(
    r"(?P<begin>\\left(?:\\\{|\.)\\begin\{array\}\{(?:[^{}]|\{[^{}]*\})*\})(?P<rows>.*?)"
    r"\\end\{array\}\\right\.",
    re.DOTALL,
)
_CONDITION = re.compile(r"\\\\\[(?:6|15)pt\]\s*\\quad\s*(?=\\text)")
_WRAPPED = re.compile(r"\\parbox\[t\]\{[^{}]*\}\{\\raggedright ")
_CONTINUED = re.compile(r"\\\\\[6pt\]\s*\\displaystyle\s*\\quad")


def unframed(text: str) -> str:
    r"""The formula without a box, and cases that are set as an array as cases.

    >>> unframed(r"\boxed{a = b}")
    '       a = b '
    """
    while match := _AROUND.search(text):
        end = closing(text, match.end())
        if end < 0:
            break
        before = " " * (match.end() + 1 - match.start())
        text = f"{text[: match.start()]}{before}{text[match.end() + 1 : end - 1]} {text[end:]}"
    return _CASES.sub(_as_cases, text)


def _as_cases(match: re.Match[str]) -> str:
    inside = _WRAPPED.sub(lambda m: "\\text{".rjust(len(m[0])), match["rows"])
    inside = _CONDITION.sub(lambda m: "&".ljust(len(m[0])), inside)
    inside = _CONTINUED.sub(lambda m: " " * len(m[0]), inside)
    begin = "\\begin{cases}".ljust(match.end("begin") - match.start())
    return begin + inside + "\\end{cases}".ljust(match.end() - match.end("rows"))


def apart(text: str) -> Iterator[tuple[str, int, int]]:
    r"""The rows of a display and the notes behind them, in turn: which it is, from where to where.

    >>> [(kind, r"a &= b \derivationnote{since $c$}{(1)} \\ d &= e"[m:n])
    ...  for kind, m, n in apart(r"a &= b \derivationnote{since $c$}{(1)} \\ d &= e")]
    [('row', 'a &= b '), ('note', 'since $c$'), ('row', ' d &= e')]
    """
    position = 0
    while match := _NOTE.search(text, position):
        first = closing(text, match.end())
        second = closing(text, first) if first > 0 and text.startswith("{", first) else first
        if first < 0 or second < 0:
            break
        yield "row", position, match.start()
        yield "note", match.end() + 1, first - 1
        row = _ROW.match(text, second)
        position = row.end() if row is not None else second
    if text[position:].strip():
        yield "row", position, len(text)
