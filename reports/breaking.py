"""A long formula → lines: broken before the outermost sign that still fills the line well.

And the widths of columns in which such lines stand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reports.printer import Piece

MOST_LINES = 6
LEAST_FILL = 0.3
"""A line is not broken before it holds this share of its room, so that no scrap stands alone."""


def lines(
    pieces: Sequence[Piece],
    room: float,
    measure: Callable[[str], float],
    dots: str,
    indent: float = 0.0,
    most: int | None = MOST_LINES,
) -> list[str]:
    """The pieces in lines of at most `room`, later ones `indent` shorter.

    More than `most` become the first two, dots and the last.  A piece that is wider than the
    room stands alone.

    >>> lines([Piece("aaaa", 0), Piece("+ bb", 0), Piece("cc", 1), Piece("+ dd", 0)], 11, len, "…")
    ['aaaa', '+ bb cc', '+ dd']
    """
    widths = [measure(piece.text) + 0.6 * bool(piece.joint) for piece in pieces]
    starts = [0]
    at = 0
    while at < len(pieces):
        start = starts[-1]
        limit = room - (indent if len(starts) > 1 else 0)
        taken = 0.0
        while at < len(pieces) and (at == start or taken + widths[at] <= limit):
            taken += widths[at]
            at += 1
        if at < len(pieces):
            at = _best(pieces, widths, start, at, limit)
            starts.append(at)
    ends = [*starts[1:], len(pieces)]
    rows = [_joined(pieces[a:b], n > 0) for n, (a, b) in enumerate(zip(starts, ends, strict=True))]
    if most is None or len(rows) <= most:
        return rows
    plus = "+ " if rows[2].startswith(("+", "-", "−")) else ""
    return [*rows[:2], plus + dots, rows[-1]]


def held(
    pieces: Sequence[Piece], longest: float, measure: Callable[[str], float]
) -> list[Sequence[Piece]]:
    """The pieces in groups that stay on one line; a group wider than `longest` is parted.

    >>> row = [Piece("a", 0), Piece("bb", 1), Piece("+ cc", 0), Piece("d", 1)]
    >>> ["".join(piece.text for piece in group) for group in held(row, 9, len)]
    ['abb', '+ ccd']
    >>> ["".join(piece.text for piece in group) for group in held(row, 5, len)]
    ['abb', '+ cc', 'd']
    """
    outer = min((piece.depth for piece in pieces[1:]), default=0)
    starts = [0, *(n for n, piece in enumerate(pieces) if n and piece.depth == outer)]
    found: list[Sequence[Piece]] = []
    for a, b in zip(starts, [*starts[1:], len(pieces)], strict=True):
        group = pieces[a:b]
        wide = len(group) > 1 and measure(" ".join(piece.text for piece in group)) > longest
        found += held(group, longest, measure) if wide else [group]
    return found


def fitted(widths: Sequence[float], least: Sequence[float], room: float) -> list[float]:
    """The widths of columns within the room: the widest are narrowed to one width, down to `least`.

    >>> fitted([2, 10, 30], [2, 4, 6], 24)
    [2, 10, 12.0]
    >>> fitted([10, 10], [2, 4], 20)
    [10.0, 10.0]
    """
    low, high = 0.0, max(widths)
    if sum(widths) <= room:
        return [width * min(1.12, room / sum(widths)) for width in widths]
    for _ in range(40):
        cap = (low + high) / 2
        total = sum(max(some, min(w, cap)) for w, some in zip(widths, least, strict=True))
        low, high = (cap, high) if total <= room else (low, cap)
    return [max(some, min(w, round(low, 3))) for w, some in zip(widths, least, strict=True)]


def _best(pieces: Sequence[Piece], widths: list[float], start: int, end: int, limit: float) -> int:
    """Where the line that begins at `start` and is full before `end` should end."""
    best, filled = end, sum(widths[start:end])
    for place in range(end - 1, start, -1):
        filled -= widths[place]
        if filled < LEAST_FILL * limit:
            break
        if pieces[place].depth < pieces[best].depth and _saves(pieces, widths, place, end, limit):
            best = place
    return best


def _saves(
    pieces: Sequence[Piece], widths: list[float], place: int, end: int, limit: float
) -> bool:
    """Whether a break here keeps together what a break at `end` would part.

    A factor that begins here and is wider than a line is parted in any case; then a sign in it is
    as good, but not a factor in it.
    """
    if not pieces[place].lead or pieces[end].lead:
        return True
    depth = pieces[place].depth
    later = range(place + 1, len(pieces))
    after = next((n for n in later if pieces[n].depth <= depth), len(pieces))
    return after <= end or sum(widths[place:after]) <= limit


def _joined(pieces: Sequence[Piece], later: bool) -> str:
    first = pieces[0].lead if later else ""
    return first + pieces[0].text + "".join(piece.joint + piece.text for piece in pieces[1:])
