"""What the lines of a document show of the next one, and where a wrong line has its error from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from symbolic.indexed import Var
from symbolic.labelling import TooLargeError
from symbolic.reading.argument import OWN, Argument
from symbolic.reading.base import Base, name_of
from symbolic.reading.cases import BeyondError, Settled, settled
from symbolic.reading.claims import Claim, Reading
from symbolic.reading.equations import Line
from symbolic.reading.findings import Reached
from symbolic.reading.formulas import Formula, Range, with_range
from symbolic.reading.inference import Inference, Shown, with_given
from symbolic.reading.theory import Assumption, Sets
from symbolic.reading.updates import is_typed


@dataclass(frozen=True)
class Case:
    """A claim with one reading: what its open sums run over, and what is said of it."""

    settled: Settled
    span: str
    reached: Reached


class Argued:
    """The lines of a document so far; `inherits` is the source of a wrong line that has one."""

    def __init__(self, base: Base, reading: Reading) -> None:
        self.base = base
        self.inference = Inference(base, _said(base, reading))
        self.wrong: set[int] = set()
        self.inherits: dict[int, int] = {}
        self._chain: dict[tuple[object, ...], Line] = {}

    def define(self, claim: Claim, number: int) -> None:
        """A definition holds for every neuron, wherever it stands."""
        if claim.head is None or claim.problems:
            return
        name = name_of(claim.head)
        if name in self.base.definitions:
            head, body = self.base.definitions[name]
            limits = Range("output" if name.startswith("E") else "interval")
            letter = head.at[0] if head.at else None
            roles: tuple[tuple[Var, str], ...] = ()
            if name == "y" and self.base.outer is not None and isinstance(letter, Var):
                body = self.base.outer if claim.outer else body
                roles = ((letter, "output" if claim.outer else "hidden"),)
            case = Settled(head, with_range(body, limits), roles)
            self.inference.lines.append(Line(number, case, ((),)))

    def argument(self, claim: Claim, found: Sequence[Case]) -> Argument:
        """What the lines before it show of a line that is true.

        Where they do not lead to it, the line is taken as a step of its own: an application of
        the chain rule to the definitions.
        """
        known: list[Line] = []
        narrow: list[Argument] = []
        wide: list[Argument] = []
        for one in found:
            case, reached = one.settled, one.reached
            if reached.word != "proved" or reached.taking or claim.some is not None:
                continue  # it holds with a function that others may not have
            shown = self._follows(case, reached.under)
            if not shown:
                known.append(Line(claim.number, case, with_given(case, reached.under)))
                continue
            known.append(Line(claim.number, case, tuple(way.under for way in shown)))
            under = tuple(tuple(a for a in way.under if a not in case.given) for way in shown)
            uses = tuple(sorted({n for way in shown for n in way.uses}))
            if set(under) & set(reached.under):
                wide.append(Argument("follows", under, uses))
            else:
                narrow.append(Argument("unjustified", under, uses))
        self.inference.lines += known
        self.inference.lines += [joined for line in known if (joined := self._joined(line))]
        if wide:
            return wide[0]
        if narrow:
            return narrow[0]
        first = next(one.reached for one in found if one.reached.word == "proved")
        return Argument("follows", first.under, why=OWN)

    def _joined(self, line: Line) -> Line | None:
        """a = c, where this line says b = c and the one before it a = b."""
        case = line.claim
        kind = case.roles, case.edges, case.given, case.layers and case.layers.ends
        before = self._chain.get(kind)
        if before is None or before.claim.right != case.left:
            self._chain[kind] = line
            return None
        known = dict.fromkeys(
            tuple(a for a in Assumption if a in {*one, *other})
            for one in before.known
            for other in line.known
        )
        joined = Line(line.number, replace(case, left=before.claim.left), tuple(known))
        self._chain[kind] = joined
        return joined

    def source(self, claim: Claim, found: Sequence[Case]) -> int | None:
        """The wrong line that this wrong line follows from, if it is not wrong by itself."""
        sources: set[int] = set()
        lines: list[Line] = []
        for one in found:
            case, reached = one.settled, one.reached
            if reached.word == "refuted":
                shown = self._follows(case, ((),), broken=True) if self.wrong else ()
                sources |= {n for way in shown for n in way.uses if n in self.wrong}
                lines.append(Line(claim.number, case, ((),), broken=True))
        self.inference.lines += lines
        self.wrong.add(claim.number)
        source = min((self.inherits.get(n, n) for n in sources), default=None)
        if source is not None:
            self.inherits[claim.number] = source
        return source

    def _follows(self, case: Settled, truth: Sets, broken: bool = False) -> tuple[Shown, ...]:
        try:
            return self.inference.follows(case, truth, broken)
        except (BeyondError, TooLargeError):
            return ()


def _said(base: Base, reading: Reading) -> Iterator[Formula]:
    """All that the document speaks of, in terms of neurons."""
    for head, body in base.definitions.values():
        yield from (head, body)
    for claim in reading.claims:
        if is_typed(claim):
            continue
        try:
            cases = settled(claim)
        except BeyondError:
            continue
        for case in cases:
            yield from (case.left, case.right)
