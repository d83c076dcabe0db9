"""The second verdict of a line: whether it follows from the lines before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

OWN = "by the definitions and the chain rule"
"""Why a line that rests on no other line holds."""


@dataclass(frozen=True)
class Argument:
    """Whether a line follows from the lines before it, which is not whether it is true.

    `word` is follows, unjustified or open; `under` are the least sets of assumptions that the step
    or the lines it rests on need; `uses` are the numbers of those lines.  A `fault` is one of what
    the text cites: an index error, or a circle.
    """

    word: str
    under: tuple[tuple[str, ...], ...] = ()
    uses: tuple[int, ...] = ()
    why: str = ""
    fault: str = ""


def numbered(numbers: Sequence[int]) -> str:
    """Lines by their numbers.

    >>> numbered((8,)), numbered((1, 4, 9))
    ('(8)', '(1), (4) and (9)')
    """
    shown = [f"({number})" for number in numbers]
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
