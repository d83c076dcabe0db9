"""What a section says, line by line, before its signs are looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from symbolic.reading.indexed.claims import IndexClaim
from symbolic.reading.indexed.entries import Entry, Letters
from symbolic.reading.indexed.letters import (
    letter_of,
)
from symbolic.reading.indexed.survey import Survey
from symbolic.reading.tree import Node


@dataclass(frozen=True, slots=True)
class Unknown:
    """any differentiable function of these entries, with these slopes."""

    of: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A relation as it is written; `head` is the first member of its chain.

    A `step` of a weight w ← w + R is kept as Δw = R.
    """

    claim: IndexClaim
    left: Node
    right: Node | Unknown
    at: int
    head: Node | None = None
    where: Node | str | None = None
    """A bracket, or output or hidden for the neuron on the left."""
    head_text: str = ""
    step: bool = False

    @property
    def from_head(self) -> Line | None:
        """a = c, for the b = c of a chain a = b = c whose b is not understood."""
        if self.head is None or self.head is self.left:
            return None
        claim = replace(self.claim, left_text=self.head_text)
        return replace(self, claim=claim, left=self.head)


@dataclass
class Gathered:
    """What a section says, in the order it is said; `lost` says what may be missing in it."""

    number: int
    words: str = ""
    lines: list[Line] = field(default_factory=list)
    assumed: list[Line] = field(default_factory=list)
    lost: str = ""
    unread: list[tuple[str, str]] = field(default_factory=list)
    """Signs that a formula begins with which is not understood, and where that is."""
    at: int = 0


def trees_of(line: Line) -> Iterator[Node]:
    yield line.left
    if isinstance(line.right, Unknown):
        for of, slope in line.right.of:
            yield of
            yield slope
    else:
        yield line.right


def entries_of(tree: Node, letters: Letters) -> Iterator[Entry]:
    survey = Survey(letters)
    survey.look(tree)
    for key, at in survey.at.items():
        for one in at:
            yield Entry(*key, one, 0)


def same_letters(one: Sequence[Node], other: Sequence[Node]) -> bool:
    return [letter_of(n) for n in one] == [letter_of(n) for n in other]


def is_general(at: Sequence[Node]) -> bool:
    """Whether a head speaks of all entries: different letters."""
    names = [letter_of(node) for node in at]
    return all(names) and len(set(names)) == len(names)
