"""Ranges of times or layers that stand beside a formula: at the end of a display, or behind it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from symbolic.reading.documents import Mathematics, Prose
from symbolic.reading.markup import plain
from symbolic.reading.spans import Span, last_parts

Reads = Callable[[str], Span | None]
"""The range that a formula is, None where it is none."""
_LEADS = re.compile(r"[\s,(]*(?:for(?: all| any| each| every)?)?\s*", re.IGNORECASE)


def without_range(piece: Mathematics, reads: Reads) -> tuple[str, Span | None]:
    """The text without the range that ends a display; every character keeps its place."""
    text = piece.text
    for start, end, said in last_parts(text) if piece.display else ():
        span = reads(said)
        if span is not None:
            return text[:start] + " " * (end - start) + text[end:], span
    return text, None


def behind(pieces: Sequence[object], number: int, reads: Reads) -> Span | None:
    """The range that the words right behind a formula begin with: … for t = 1, …, T-1."""
    pair = pieces[number + 1 : number + 3]
    if len(pair) < 2 or not (isinstance(pair[0], Prose) and isinstance(pair[1], Mathematics)):
        return None
    if pair[1].display or not _LEADS.fullmatch(plain(pair[0].text)):
        return None
    return reads(pair[1].text)
