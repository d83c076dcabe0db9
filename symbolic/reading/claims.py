"""What a document says, as data: claims, and what became of each of its pieces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from symbolic.indexed import Var
from symbolic.reading.citations import Cited
from symbolic.reading.context import Named, Role
from symbolic.reading.formulas import TYPED, Formula, Range, Read
from symbolic.reading.pairs import Pair
from symbolic.reading.profile import Profile
from symbolic.reading.rendering import render
from symbolic.reading.source import DEFINITE, Fault, Place, Problem


class Kind(StrEnum):
    """What a relation is in the argument."""

    DEFINITION = "definition"
    RESTATEMENT = "restatement"
    CLAIM = "claim"
    LABEL = "label"
    ASSUMPTION = "assumption"


class Outcome(StrEnum):
    """What became of a formula-like piece of the document."""

    MENTION = "mention"
    DEFINITION = "definition"
    CLAIM = "claim"
    ASSUMPTION = "assumption"
    NOT_UNDERSTOOD = "not understood"
    LEFT_ALONE = "left alone"


OF_SOME_LAYERS = "its range leaves layers out"
"""The doubt about a line said of some layers: it may define nothing, and is judged for these."""
MAY_LEAVE_OUT = "its range may leave neurons out"
"""The doubt about a line said of neurons 1, …, m: it is wrong for these where it is for all."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One atomic relation left … right.

    `roles` are those of its letters where it stands; `scope` binds the letters that a brace stands
    under; `others` are other extents of the brace; `under` are the numbers of the
    assumptions in force; `explicit` says that the document itself
    marks a definition (let, :=); `of` is the number of the definition that a restatement or a
    second definition repeats; `one_sample` says that N = 1 is given here; `problems` are type,
    index and definition errors; `doubt` says which words beside it may be a condition, which are
    `narrow` where they say at most that it is meant of fewer networks; an `outer` definition is
    that of the signals of output neurons alone, such as y_k = v_k;
    `shares` says that Σ_k d_k = 1 is given here; `some` are the neurons that its sentence speaks
    of by name; `pairs` are the letters that are said to be one neuron here, or two; `at` is the
    character where it begins, `cites` are the lines that the text says it follows from;
    `alone` says that there is a single output neuron here.
    """

    number: int
    kind: Kind
    left: Formula
    relation: str
    right: Formula
    place: Place
    cue: str = ""
    piece: int = 0
    roles: tuple[Role, ...] = ()
    scope: tuple[tuple[Var, Range], ...] = ()
    others: tuple[Formula, ...] = ()
    layers: tuple[tuple[str, str], ...] = ()
    under: tuple[int, ...] = ()
    explicit: bool = False
    of: int | None = None
    one_sample: bool = False
    problems: tuple[Problem, ...] = ()
    doubt: str = ""
    narrow: bool = False
    outer: bool = False
    shares: bool = False
    some: Named | None = None
    pairs: tuple[Pair, ...] = ()
    at: int = 0
    cites: tuple[Cited, ...] = ()
    alone: bool = False

    @property
    def head(self) -> Read | None:
        """What a definition defines."""
        left = self.left
        return left if isinstance(left, Read) and left.array != TYPED else None

    @property
    def fault(self) -> Problem | None:
        """Why it cannot be meant as it stands, where that is sure."""
        return next((one for one in self.problems if one.fault in DEFINITE), None)

    def role(self, letter: str) -> str:
        """What the document says of a letter here; empty where it says nothing."""
        return next((r.role for r in self.roles if r.letter == letter), "")

    def latex(self, profile: Profile) -> str:
        """How it was understood."""
        sign = {">=": "\\geq", "<=": "\\leq", "!=": "\\neq", ":=": ":="}.get(
            self.relation, self.relation
        )
        return f"{render(self.left, profile)} {sign} {render(self.right, profile)}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A formula-like piece and what became of it; `claims` are the numbers of what it says.

    `fault` says more of one that is not understood.
    """

    place: Place
    text: str
    display: bool
    outcome: Outcome
    why: str = ""
    claims: tuple[int, ...] = ()
    fault: Fault = Fault.NOT_UNDERSTOOD


@dataclass(frozen=True, slots=True)
class Lint:
    """A slip of the writing that makes no claim wrong by itself."""

    name: str
    what: str
    place: Place


@dataclass(frozen=True, slots=True)
class FunctionName:
    """A function that words give to an array, and where; `function` is empty if none is known.

    One that is `assumed` is given by no words; its place is where it is taken.
    """

    array: str
    function: str
    place: Place
    assumed: bool = False


@dataclass(frozen=True)
class Reading:
    """A document as read: claims in order, the ledger of all pieces, problems and slips.

    `standard` are the usual definitions of the profile, which the document may leave unsaid.
    `named` are the functions that words name, as in "the logistic function"; `marks` the numbers of
    the claims that a name such as (3) in the text stands for.
    """

    profile: Profile
    claims: tuple[Claim, ...]
    ledger: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    lints: tuple[Lint, ...]
    standard: tuple[Claim, ...] = ()
    named: tuple[FunctionName, ...] = ()
    marks: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def definitions(self) -> tuple[Claim, ...]:
        """What the document itself defines: the base that all its claims rest on."""
        return tuple(c for c in self.claims if c.kind is Kind.DEFINITION)

    @property
    def rendered(self) -> str:
        """Every claim as it was understood, one a line, then slips and what was not understood."""
        lines = []
        for claim in self.claims:
            roles = ", ".join(f"{r.letter}: {r.role}" for r in claim.roles)
            said = f"  [{roles}]" if roles else ""
            text = claim.latex(self.profile)
            lines.append(f"{claim.number}. {claim.place}: {claim.kind}: {text}{said}")
            lines += [f"    {problem}" for problem in claim.problems]
        lines += [str(problem) for problem in self.problems]
        lines += [f"{lint.place}: slip: {lint.what}" for lint in self.lints]
        return "\n".join(lines) + "\n" if lines else ""
