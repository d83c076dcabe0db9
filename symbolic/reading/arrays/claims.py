"""What a document about arrays says, as data: relations with their kinds, and what became of them.

The properties that a report reads have the names that they have in `symbolic.reading.claims`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symbolic.reading.arrays.formulas import Formula, Key
from symbolic.reading.arrays.profile import ArrayProfile
from symbolic.reading.arrays.rendering import render
from symbolic.reading.citations import Cited
from symbolic.reading.claims import Entry, Kind, Lint
from symbolic.reading.source import Place, Problem
from symbolic.reading.spans import Span


@dataclass(frozen=True, slots=True)
class ArrayClaim:
    """One relation left … right.

    `first` is the head of its chain where it does not open it; `at` the character where it
    begins; `of` the number of the definition that it repeats; `update` says that it is written
    W ← W - η dW, `block` that it is one block of a relation between stacks; `cites` are the lines
    that the text says it follows from; `within` is the range of its times or layers that the words
    say; `hedged` that a condition on a derivative before it was not understood.
    """

    number: int
    kind: Kind
    left: Formula
    relation: str
    right: Formula
    place: Place
    at: int
    cue: str = ""
    piece: int = 0
    first: Formula | None = None
    explicit: bool = False
    of: int | None = None
    problems: tuple[Problem, ...] = ()
    update: bool = False
    block: bool = False
    cites: tuple[Cited, ...] = ()
    within: Span | None = None
    hedged: bool = False

    def latex(self, profile: ArrayProfile) -> str:
        """How it was understood."""
        return f"{render(self.left, profile)} {self.relation} {render(self.right, profile)}"


@dataclass(frozen=True)
class ArrayReading:
    """A document as read.

    `spoiled` are the arrays, `spoiled_signs` the signs, whose definition may stand in what was not
    understood; `shapes` the names of the axes of an array, where the document states them; `marks`
    the numbers of the relations that a name such as (3) in the text stands for; `unknown` the
    signs of functions that it defines by a formula which is not known; `at_the_end` that words say
    that there is a loss at the last time alone.
    """

    profile: ArrayProfile
    claims: tuple[ArrayClaim, ...]
    ledger: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    lints: tuple[Lint, ...]
    standard: tuple[ArrayClaim, ...] = ()
    spoiled: frozenset[Key] = frozenset()
    spoiled_signs: frozenset[str] = frozenset()
    shapes: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)
    marks: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    at_the_end: bool = False

    @property
    def definitions(self) -> tuple[ArrayClaim, ...]:
        """What the document itself defines."""
        return tuple(c for c in self.claims if c.kind is Kind.DEFINITION)

    @property
    def rendered(self) -> str:
        """Every relation as it was understood, one a line, then what was not understood."""
        lines = []
        for claim in self.claims:
            lines.append(
                f"{claim.number}. {claim.place}: {claim.kind}: {claim.latex(self.profile)}"
            )
            lines += [f"    {problem}" for problem in claim.problems]
        lines += [str(problem) for problem in self.problems]
        lines += [f"{lint.place}: slip: {lint.what}" for lint in self.lints]
        return "\n".join(lines) + "\n" if lines else ""
