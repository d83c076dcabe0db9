"""The ledger of a document: what became of each of its pieces, and what was not understood."""

from __future__ import annotations

from symbolic.reading.claims import Entry, Outcome
from symbolic.reading.documents import Document
from symbolic.reading.outside import plain_pieces
from symbolic.reading.source import Fault, NotUnderstood, Problem

LONGEST = 400
"""How many characters of a piece are kept."""


class Ledger:
    """What a reader enters, whatever its notation."""

    def __init__(self, document: Document) -> None:
        self.document, self.source = document, document.source
        self._entries: list[tuple[int, Entry]] = []
        self._problems: list[Problem] = []

    @property
    def entries(self) -> tuple[Entry, ...]:
        """In the order of the document."""
        return tuple(entry for _, entry in sorted(self._entries, key=lambda pair: pair[0]))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """In the order of the document."""
        return tuple(sorted(self._problems, key=lambda one: (one.place.cell, one.place)))

    def enter(
        self,
        at: int,
        end: int,
        display: bool,
        outcome: Outcome,
        why: str = "",
        claims: tuple[int, ...] = (),
        fault: Fault = Fault.NOT_UNDERSTOOD,
    ) -> None:
        """What became of the piece between two characters."""
        text = " ".join(self.source.text[at : min(end, at + 13 * LONGEST)].split())
        shown = text if len(text) <= LONGEST else text[:LONGEST] + "…"
        entry = Entry(self.source.place(at), shown, display, outcome, why, claims, fault)
        self._entries.append((at, entry))

    def trouble(self, error: NotUnderstood) -> None:
        """What was not understood within a piece."""
        self._problems.append(self.source.problem(error))

    def refuse(
        self,
        error: NotUnderstood,
        at: int,
        end: int,
        display: bool,
        fault: Fault = Fault.NOT_UNDERSTOOD,
    ) -> None:
        """A whole piece that was not understood."""
        self.trouble(error)
        why = f"{error.what} {error.next_step}"
        self.enter(at, end, display, Outcome.NOT_UNDERSTOOD, why, fault=fault)

    def outside(self) -> tuple[tuple[int, int], ...]:
        """Refuse what looks like a formula and stands outside of mathematics, and say where."""
        places = tuple(plain_pieces(self.document))
        for at, end in places:
            error = NotUnderstood(
                "This looks like a formula outside of mathematics.",
                "Put it between $ signs; it was not checked.",
                at,
            )
            self.refuse(error, at, end, False)
        return places
