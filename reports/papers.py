"""A user's document with its verdicts, in whatever notation: its worst verdict, several as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from reports.jsonout import Json
from symbolic.reading.argument import Argument
from symbolic.reading.claims import Entry, Outcome
from symbolic.reading.source import DEFINITE, Place

WORST_LAST = ("proved", "open", "unjustified", "refuted")


class Line(Protocol):
    """A relation with its verdict."""

    @property
    def word(self) -> str: ...

    @property
    def argument(self) -> Argument | None: ...


class Lines(Protocol):
    """The verdicts of a document."""

    @property
    def lines(self) -> Sequence[Line]: ...


class Read(Protocol):
    """A document as read."""

    @property
    def ledger(self) -> Sequence[Entry]: ...


R_co = TypeVar("R_co", bound=Read, covariant=True)
J_co = TypeVar("J_co", bound=Lines, covariant=True)


@dataclass(frozen=True)
class Document(Generic[R_co, J_co]):
    """A document of a user: its name, its text and kind, how it was read, what was found."""

    name: str
    text: str
    kind: str
    reading: R_co
    judgement: J_co

    @property
    def verdict(self) -> str:
        """The worst of all, of a true document the second verdict.

        A formula that is not understood leaves the document open; one with a type or index error is
        no open question.
        """
        words = {one.word for one in self.judgement.lines}
        if "refuted" in words:
            return "refuted"
        if "unjustified" in words or any(entry.fault in DEFINITE for entry in self.unread):
            return "unjustified"
        if self.unread or "open" in words or "proved" not in words:
            return "open"
        shown = [one.argument.word for one in self.judgement.lines if one.argument is not None]
        return "unjustified" if "unjustified" in shown else "proved"

    @property
    def unread(self) -> tuple[Entry, ...]:
        """The pieces that were not understood."""
        return not_understood(self.reading)


P = TypeVar("P", bound=Document[Read, Lines])


def not_understood(reading: Read) -> tuple[Entry, ...]:
    """The pieces of a document that were not understood."""
    return tuple(e for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD)


def worst(papers: Sequence[Document[Read, Lines]]) -> str:
    """The worst verdict of one or more documents."""
    return max((paper.verdict for paper in papers), key=WORST_LAST.index)


def json_of_all(papers: Sequence[P], as_json: Callable[[P], Json]) -> Json:
    """Of several documents: the worst verdict, all items with their file, each document."""
    items: list[object] = []
    files: list[object] = []
    for paper in papers:
        one = as_json(paper)
        rows = one["items"]
        assert isinstance(rows, list)
        items += [{**row, "file": paper.name} for row in rows]
        files.append({"file": paper.name, **one})
    return {"verdict": worst(papers), "items": items, "files": files}


def argument_row(argument: Argument) -> Json:
    """The second verdict of a line, for JSON."""
    return {
        "verdict": argument.word,
        "under": [[str(name) for name in under] for under in argument.under],
        "uses": [str(number) for number in argument.uses],
        "why": argument.why,
        **({"fault": str(argument.fault)} if argument.fault else {}),
    }


def source(place: Place) -> dict[str, int]:
    """Where a line stands, for JSON."""
    cell = {"cell": place.cell} if place.cell else {}
    return {**cell, "line": place.line, "column": place.column}


def unread_rows(entries: Sequence[Entry]) -> list[Json]:
    """The pieces that were not understood, for JSON."""
    return [
        {**source(e.place), "text": e.text, "kind": str(e.fault), "why": e.why} for e in entries
    ]
