"""What is said of the relations of a document in index notation, as data."""

from __future__ import annotations

from dataclasses import dataclass

from symbolic.reading.argument import Argument
from symbolic.reading.arrays.findings import ArrayReached, word_of
from symbolic.reading.indexed.claims import IndexClaim
from symbolic.reading.indexed.repairs import IndexRepair


@dataclass(frozen=True)
class IndexJudged:
    """A relation with its verdict; a definition has none.  `read_as` is how it was understood.

    `argument` is the second verdict; `inherits` is the number of the broken line or definition that
    it has its error from.
    """

    claim: IndexClaim
    cases: tuple[ArrayReached, ...] = ()
    read_as: str = ""
    argument: Argument | None = None
    inherits: int | None = None

    @property
    def word(self) -> str:
        """proved, refuted, open, definition or assumption."""
        return word_of(self.claim.kind, self.cases)


@dataclass(frozen=True)
class IndexJudgement:
    """The verdicts of a document; `repair` is one edit of a definition that mends most."""

    lines: tuple[IndexJudged, ...]
    repair: IndexRepair | None = None

    @property
    def broken(self) -> int | None:
        """The number of the line where it first goes wrong, or of the definition."""
        own = (o.claim.number for o in self.lines if o.word == "refuted" and o.inherits is None)
        return next(own, None) if self.repair is None else self.repair.definition
