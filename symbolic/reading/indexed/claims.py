"""What a document in index notation says, as data: relations with their kinds, by section.

The properties that a report reads have the names that they have in `symbolic.reading.claims`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from symbolic.arrays import Program
from symbolic.indexed import Expr, Var
from symbolic.indices import Hypothesis
from symbolic.reading.citations import Cited
from symbolic.reading.claims import Entry, Kind, Lint
from symbolic.reading.indexed.profile import IndexProfile
from symbolic.reading.indexed.slopes import Slopes
from symbolic.reading.source import Fault, Place, Problem


@dataclass(frozen=True, slots=True)
class IndexClaim:
    """One relation left … right, as it is written and as it was understood.

    `at` are its free letters, `of` the array by which it differentiates, "" where it claims no
    derivative, `moved` the array whose movement it claims; `where` its 0/1 condition, None
    without one; `section` the number of the section whose program it is about; `begins` the
    character where it begins; `cites` are the lines that the text says it follows from; `typed` its
    sides with decimals as they are printed and no derivative worked out (`figures`); `said` are the
    pairs of letters that are one index or two in it, in words.
    """

    number: int
    kind: Kind
    left_text: str
    relation: str
    right_text: str
    place: Place
    cue: str = ""
    piece: int = 0
    section: int = 0
    left: Expr | None = None
    right: Expr | None = None
    at: tuple[Var, ...] = ()
    of: str = ""
    moved: str | None = None
    where: Expr | None = None
    problems: tuple[Problem, ...] = ()
    begins: int = 0
    cites: tuple[Cited, ...] = ()
    typed: tuple[Expr, Expr] | None = None
    said: str = ""

    def latex(self, profile: IndexProfile) -> str:
        """How it is written."""
        return f"{self.left_text} {self.relation} {self.right_text}"

    @property
    def fault(self) -> Problem | None:
        """Why it cannot be meant as it stands."""
        return next((one for one in self.problems if one.fault is not Fault.NOT_UNDERSTOOD), None)


@dataclass(frozen=True)
class Spelling:
    """How an array is written: its sign, what belongs to its name, where its indices stand.

    Of its indices the last `beside` stand in brackets, `above` ones before these stand above.
    """

    sign: str
    label: str = ""
    above: int = 0
    beside: int = 0


@dataclass(frozen=True)
class Hand:
    """How a section writes: arrays and functions by the name that they have in the program.

    `letters` are its index letters, each with its name in the program and its set.
    """

    cost: str
    arrays: Mapping[str, Spelling]
    functions: Mapping[str, str]
    letters: tuple[tuple[str, Var], ...]


@dataclass(frozen=True)
class Section:
    """The program of one section and what it offers; `trouble` says why there is none.

    `unsaid` says what a cost is taken for that the document does not define, `supplied` over what
    its letters are taken to run.  `values` are the numbers that the text gives, `slopes` the
    derivatives among numbers.
    """

    program: Program | None = None
    offered: tuple[Hypothesis, ...] = ()
    moved: tuple[str, ...] = ()
    trouble: str = ""
    hand: Hand | None = None
    unsaid: str = ""
    supplied: str = ""
    values: Mapping[str, Fraction] = field(default_factory=dict)
    slopes: Slopes | None = None


@dataclass(frozen=True)
class IndexReading:
    """A document as read; `marks` are the numbers of the claims that a name like (3) stands for.

    `remarks` say what was taken for what.
    """

    profile: IndexProfile
    claims: tuple[IndexClaim, ...]
    ledger: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    sections: tuple[Section, ...] = ()
    lints: tuple[Lint, ...] = field(default=())
    marks: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def definitions(self) -> tuple[IndexClaim, ...]:
        """What the document itself defines."""
        return tuple(c for c in self.claims if c.kind is Kind.DEFINITION)
