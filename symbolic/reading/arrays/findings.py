"""What is said of the relations of a document about arrays, as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symbolic.array_instances import ArrayWitness
from symbolic.arrays import Program, Rule
from symbolic.model_notation import statement
from symbolic.reading.argument import Argument
from symbolic.reading.arrays.claims import ArrayClaim
from symbolic.reading.arrays.nearest import ArrayNearest
from symbolic.reading.arrays.repairs import ArrayRepair
from symbolic.reading.claims import Kind


@dataclass(frozen=True)
class ArrayCounterexample:
    """Numbers at which the two sides differ; `letters` are the indices, `world` says the rest."""

    letters: tuple[tuple[str, int], ...]
    left: str
    right: str
    world: str
    witness: ArrayWitness


@dataclass(frozen=True)
class Derived:
    """A right form of the line, proved, as a rule of the program; `edit` says what was wrong."""

    program: Program
    rule: Rule
    edit: str

    @property
    def text(self) -> str:
        """The rule in index notation."""
        return statement(self.program, self.rule)


@dataclass(frozen=True)
class ArrayReached:
    """What is said of a relation: proved, refuted or open, in the fields of `Reached`."""

    word: str
    roles: str = ""
    span: str = ""
    under: tuple[tuple[str, ...], ...] = ()
    against: ArrayCounterexample | None = None
    why: str = ""
    nearest: ArrayNearest | Derived | None = None


def word_of(kind: Kind, cases: Sequence[ArrayReached]) -> str:
    """What is said of a relation in one word: a definition and an assumption have no verdict."""
    if not cases:
        return "definition" if kind is Kind.DEFINITION else "assumption"
    return cases[0].word


@dataclass(frozen=True)
class ArrayJudged:
    """A relation with its verdict; a definition has none.

    `argument` is the second verdict; `inherits` is the number of the broken line or definition that
    it has its error from.
    """

    claim: ArrayClaim
    cases: tuple[ArrayReached, ...] = ()
    argument: Argument | None = None
    inherits: int | None = None

    @property
    def word(self) -> str:
        """proved, refuted, open, definition or assumption."""
        return word_of(self.claim.kind, self.cases)


@dataclass(frozen=True)
class ArrayJudgement:
    """The verdicts of a document; `remarks` say what it leaves unsaid and how that was read.

    `repair` is one edit of a definition that mends most of what is wrong.
    """

    lines: tuple[ArrayJudged, ...]
    remarks: tuple[str, ...] = ()
    repair: ArrayRepair | None = None

    @property
    def broken(self) -> int | None:
        """The number of the line where it first goes wrong, or of the definition."""
        own = (o.claim.number for o in self.lines if o.word == "refuted" and o.inherits is None)
        return next(own, None) if self.repair is None else self.repair.definition
