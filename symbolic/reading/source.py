"""Where a piece of a document stands, and what is said about a piece that is not read."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import StrEnum

SUFFIXES = {".md": "markdown", ".markdown": "markdown", ".tex": "latex", ".ipynb": "notebook"}
"""How the names of documents end, and what they are."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Line and column, counted from 1; in a notebook also the cell, counted from 1."""

    line: int
    column: int
    cell: int = 0

    def __str__(self) -> str:
        cell = f"cell {self.cell}, " if self.cell else ""
        return f"{cell}line {self.line}, column {self.column}"


class Fault(StrEnum):
    """What is wrong with a piece that is no sound claim."""

    NOT_UNDERSTOOD = "not understood"
    TYPE = "type error"
    INDEX = "index error"
    DEFINITION = "definition error"


DEFINITE = (Fault.TYPE, Fault.INDEX)
"""The faults of what was understood: whatever is meant, it is not what is written."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault of a piece of the document: what, what to do next, and where."""

    fault: Fault
    what: str
    next_step: str
    place: Place

    def __str__(self) -> str:
        return f"{self.place}: {self.fault}: {self.what} {self.next_step}".rstrip()


class NotUnderstood(Exception):  # noqa: N818  (it is an answer, not an accident)
    """A piece that cannot be read, from the character `at` of the document on.

    It never leaves `read_document`, which turns it into a `Problem`.
    """

    def __init__(
        self, what: str, next_step: str, at: int, fault: Fault = Fault.NOT_UNDERSTOOD
    ) -> None:
        super().__init__(what)
        self.what, self.next_step, self.at, self.fault = what, next_step, at, fault


class BeyondError(Exception):
    """The claim speaks of something that the prover does not reach."""


@dataclass(frozen=True)
class Source:
    """A text and the places of its characters.

    `cells` are the characters where the cells of a notebook begin, with their numbers.

    >>> Source("ab\\ncd").place(4)
    Place(line=2, column=2, cell=0)
    """

    text: str
    cells: tuple[tuple[int, int], ...] = ((0, 0),)
    _lines: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = [0]
        starts += [n + 1 for n, character in enumerate(self.text) if character == "\n"]
        object.__setattr__(self, "_lines", tuple(starts))

    def place(self, at: int) -> Place:
        """The place of a character."""
        at = max(0, min(at, len(self.text)))
        start, cell = self.cells[max(0, bisect_right(self.cells, (at, 1 << 60)) - 1)]
        line = bisect_right(self._lines, at)
        first = bisect_right(self._lines, start)
        return Place(line - first + 1, at - self._lines[line - 1] + 1, cell)

    def problem(self, error: NotUnderstood) -> Problem:
        """The error as data."""
        return Problem(error.fault, error.what, error.next_step, self.place(error.at))
