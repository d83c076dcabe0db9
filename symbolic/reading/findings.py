"""What is said of the lines of a document: verdicts, arguments, where it first goes wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from symbolic.reading.argument import Argument
from symbolic.reading.claims import Claim, FunctionName, Kind
from symbolic.reading.nearest import Nearest
from symbolic.reading.pairs import Pair, without
from symbolic.reading.refuter import Counterexample
from symbolic.reading.repairs import Repair
from symbolic.reading.theory import Sets

RANK = ("proved", "open", "unjustified", "refuted")


@dataclass(frozen=True)
class Reached:
    """What is said of one case of a claim.

    `word` is proved, refuted or open, and unjustified where a type or index error leaves nothing to
    be proved; `under` are the least sets of assumptions, the empty set alone where none is needed;
    `against` is an exact network, for a proof under assumptions one that lacks them; a proof holds
    `partly` where it has denominators or logarithms: wherever these have a value; it holds `here`
    where it is one about the given network.  `taking` are functions that words name and the proof
    takes.  `nearest` is a right form near a wrong line, or one
    that needs less than this.
    """

    word: str
    roles: str = ""
    span: str = ""
    under: Sets = ()
    against: Counterexample | None = None
    why: str = ""
    nearest: Nearest | None = None
    partly: bool = False
    here: bool = False
    taking: tuple[FunctionName, ...] = ()

    @property
    def general(self) -> bool:
        """Whether it is proved under assumptions, and of every network alike."""
        return self.word == "proved" and bool(self.under[0]) and not self.taking

    def said_of(self, pairs: Sequence[Pair]) -> Reached:
        """What is said of letters that are one neuron, or two: of both, where one was put in."""
        if not pairs:
            return self
        roles = ", ".join(filter(None, (*(pair.words for pair in pairs), self.roles)))
        against = self.against and self.against.said_of(pairs)
        nearest = self.nearest
        if nearest is not None:
            nearest = replace(nearest, right=without(pairs)(nearest.right))
        return replace(self, roles=roles, against=against, nearest=nearest)


@dataclass(frozen=True)
class Judged:
    """A claim with what is said of each of its cases; a definition has none.

    `argument` is the second verdict; `inherits` is the number of the broken line or definition
    that this line has its error from.  `elsewhere` it fails: for neurons of which the text does
    not say that they are meant, where the line is proved for the others.
    """

    claim: Claim
    cases: tuple[Reached, ...] = ()
    argument: Argument | None = None
    inherits: int | None = None
    elsewhere: tuple[Reached, ...] = ()

    @property
    def told(self) -> tuple[Reached, ...]:
        """The cases that make the verdict: where one range of a sum is right, not the others."""
        best = self._best()
        return tuple(case for case in self.cases if RANK.index(case.word) == best[case.roles])

    @property
    def word(self) -> str:
        """The worst of its cases, where of several readings of a range the best counts."""
        if not self.cases:
            return "definition" if self.claim.kind is Kind.DEFINITION else "assumption"
        return RANK[max(self._best().values())]

    def _best(self) -> dict[str, int]:
        """The best rank for each kind of neurons."""
        best: dict[str, int] = {}
        for case in self.cases:
            rank = RANK.index(case.word)
            best[case.roles] = min(rank, best.get(case.roles, rank))
        return best


@dataclass(frozen=True)
class Judgement:
    """The verdicts of a document: `broken` is the number of the line where it first goes wrong."""

    lines: tuple[Judged, ...]
    broken: int | None = None
    repair: Repair | None = None
