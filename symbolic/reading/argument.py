"""The second verdict of a line: whether it follows from the lines before it."""

from __future__ import annotations

from dataclasses import dataclass

OWN = "by the definitions and the chain rule"
"""Why a line that rests on no other line holds."""


@dataclass(frozen=True)
class Argument:
    """Whether a line follows from the lines before it, which is not whether it is true.

    `word` is follows, unjustified or open; `under` are the least sets of assumptions that the step
    or the lines it rests on need; `uses` are the numbers of those lines.
    """

    word: str
    under: tuple[tuple[str, ...], ...] = ()
    uses: tuple[int, ...] = ()
    why: str = ""
