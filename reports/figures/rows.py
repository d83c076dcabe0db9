"""Long rows of units cut with dots."""

from __future__ import annotations

from collections.abc import Sequence

from reports.figures import labels

DOTS = labels.formula(r"\vdots", "⋮")


def shortened(names: Sequence[str], most: int) -> tuple[list[str], int | None]:
    """The first names and the last where they are many, and after which of them dots stand.

    >>> shortened("abcdefgh", 5)
    (['a', 'b', 'c', 'h'], 3)
    >>> shortened("abc", 5)
    (['a', 'b', 'c'], None)
    """
    if len(names) <= most:
        return list(names), None
    return [*names[: most - 2], names[-1]], most - 2


def rows(count: int, dots: int | None, down: float) -> tuple[list[float], float | None]:
    """The heights of so many rows around 0, and the height of the dots among them."""
    places = [down * (n + (0.75 if dots is not None and n >= dots else 0.0)) for n in range(count)]
    middle = (places[0] + places[-1]) / 2
    heights = [place - middle for place in places]
    return heights, None if dots is None else (heights[dots - 1] + heights[dots]) / 2
