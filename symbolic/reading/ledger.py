"""What looks like a formula and stands outside of recognised mathematics."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symbolic.reading.documents import Document, Prose

_LOOKS = re.compile(
    r"[^\s]*(?:[=≤≥≠≈∂∑Σ√∇∈]|\\(?:begin|end)\s*\{(?:equation|align|gather|multline|math|cases|split)"
    r"|\\(?:frac|sum|partial|delta|prod|mathcal)\b|\\\[|\\\(|\\\]|\\\)|[A-Za-z]_\{|\^\{|\$)[^\s]*"
)
_NONE = re.compile(r"^(?:={2,}|-+>?|=>|<=>|\$?\d[\d.,]*\$?[.,;:!?)]*|[^=]*https?://.*|.*\]\(.*)$")
_TAG = re.compile(r"<[A-Za-z/!][^<>\n]{0,300}>|\]\([^)\n]*\)|https?://\S+|\\\$")


def plain_pieces(document: Document) -> Iterator[tuple[int, int]]:
    """Where such pieces begin and end: a relation sign, a command, a dollar without its partner.

    HTML tags, addresses, amounts of money and rules of = signs are no formulas.
    """
    for piece in document.pieces:
        if not isinstance(piece, Prose):
            continue
        text = _TAG.sub(lambda match: " " * len(match[0]), piece.text)
        last = -1
        for match in _LOOKS.finditer(text):
            if _NONE.match(match[0]):
                continue
            start, end = _clause(text, match.start(), match.end())
            if start >= last:
                yield piece.at + start, piece.at + end
                last = end


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The rest of the line around it."""
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop
    while begin < start and text[begin].isspace():
        begin += 1
    return begin, stop
