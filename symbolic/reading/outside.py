"""What looks like a formula and stands outside of recognised mathematics."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symbolic.reading.documents import Document, Prose

_LOOKS = re.compile(
    r"[=≤≥≠≈∂∑Σ√∇∈$]|\\(?:begin|end)\s*\{(?:equation|align|gather|multline|math|cases|split)"
    r"|\\(?:frac|sum|partial|delta|prod|mathcal)\b|\\\[|\\\(|\\\]|\\\)|[A-Za-z]_\{|\^\{"
)
_NONE = re.compile(r"={2,}|-+>?|=>|<=>|\$?\d[\d.,]{0,30}\$?[.,;:!?)]{0,3}")
_TAG = re.compile(
    r"\w\[\d+\\?\]|<[A-Za-z/!][^<>\n]{0,300}>|\]\([^()\n]{0,500}\)|https?://\S{1,500}|\\\$"
)
LONGEST_WORD = 80


def plain_pieces(document: Document) -> Iterator[tuple[int, int]]:
    """Where such pieces begin and end: a relation sign, a command, a dollar without its partner.

    HTML tags, units such as h[3], addresses, amounts of money and rules of = signs are no
    formulas.
    """
    for piece in document.pieces:
        if not isinstance(piece, Prose):
            continue
        text = _TAG.sub(lambda match: " " * len(match[0]), piece.text)
        position = 0
        while match := _LOOKS.search(text, position):
            begin, end = _word(text, match.start(), match.end())
            position = max(end, match.end())
            if not _NONE.fullmatch(text, begin, end):
                start, position = _clause(text, match.start(), match.end())
                yield piece.at + start, piece.at + position


def _word(text: str, start: int, end: int) -> tuple[int, int]:
    """The word around it, as far as that may be one."""
    first, last = start, end
    while first > 0 and start - first < LONGEST_WORD and not text[first - 1].isspace():
        first -= 1
    while last < len(text) and last - end < LONGEST_WORD and not text[last].isspace():
        last += 1
    return first, last


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The rest of the line around it."""
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop
    while begin < start and text[begin].isspace():
        begin += 1
    return begin, stop
