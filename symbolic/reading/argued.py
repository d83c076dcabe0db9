"""What the lines of a document show of the next one, and where a wrong line has its error from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from symbolic.indexed import Var
from symbolic.labelling import TooLargeError
from symbolic.reading.argument import OWN, Argument, numbered
from symbolic.reading.base import Base, name_of
from symbolic.reading.cases import BeyondError, Settled, settled
from symbolic.reading.claims import Claim, Kind, Reading
from symbolic.reading.equations import Line, OfAll, Quantities
from symbolic.reading.findings import Reached
from symbolic.reading.formulas import Formula, Range, with_range
from symbolic.reading.inference import Inference, Shown, with_given
from symbolic.reading.nearest import cases_with
from symbolic.reading.premises import Citations
from symbolic.reading.theory import Assumption, Sets
from symbolic.reading.updates import is_typed

NO_ALGEBRA = "is not seen to give it by algebra; it holds by the definitions and the chain rule"
OF_SOME = "it holds of some neurons, or with a function that words name, and cites others"


@dataclass(frozen=True)
class Case:
    """A claim with one reading: what its open sums run over, and what is said of it."""

    settled: Settled
    span: str
    reached: Reached


Found = list[tuple[Case, tuple[Shown, ...]]]


class Argued:
    """The lines of a document so far; `inherits` is the source of a wrong line that has one.

    It speaks of all networks; `here.py` of a given one.
    """

    look = staticmethod(Inference.follows)
    """How a case is looked for among the lines."""

    def __init__(self, base: Base, reading: Reading) -> None:
        self.base = base
        self.inference = Inference(self._quantities(reading), base.layered)
        self.citations = Citations(reading.claims, reading.marks)
        self.pieces = {claim.number: claim.piece for claim in reading.claims}
        self.words: dict[int, str] = {}  # the verdicts of the lines so far
        self.wrong: set[int] = set()
        self.mended: list[Line] = []  # the right forms of wrong lines
        self.inherits: dict[int, int] = {}
        self._chain: dict[tuple[object, ...], Line] = {}

    def _quantities(self, reading: Reading) -> Quantities:
        return OfAll(self.base, _said(self.base, reading))

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
            outer = self.base.outer if self.base.of_outputs is None else None
            if name == "y" and outer is not None and isinstance(letter, Var):
                body = outer if claim.outer else body
                roles = ((letter, "output" if claim.outer else "hidden"),)
            case = Settled(head, with_range(body, limits), roles)
            self.inference.lines.append(Line(number, case, ((),), given=True))

    def argument(self, claim: Claim, found: Sequence[Case]) -> Argument | None:
        """What the lines before it, or those that the text cites, show of a line that is true.

        Where they do not lead to it, the line is taken as a step of its own: an application of
        the chain rule to the definitions.
        """
        premises = self.citations.premises(claim)
        cited = self.inference.among(premises.numbers)
        shown = self._shown(self.inference, claim, found)
        argument = self._all(shown) or self._alone(claim, found)
        self._learn(claim, shown)
        if premises.instead is not None:
            return premises.instead
        if not premises.numbers:
            return argument
        if not shown:
            return Argument("open", why=OF_SOME)
        return self._by_all(self._shown(cited, claim, found)) or self._lacking(
            claim, found, premises.numbers, argument
        )

    def _shown(self, inference: Inference, claim: Claim, found: Sequence[Case]) -> Found:
        """How the lines of the inference show each case of a line that is true of all networks."""
        shown: Found = []
        for one in found:
            if one.reached.word == "proved" and not one.reached.taking and claim.some is None:
                shown.append((one, self._follows(inference, one.settled, one.reached.under)))
        return shown

    def _learn(self, claim: Claim, shown: Found) -> None:
        """The line may be used from now on: under what it was shown, else under what it needs."""
        known = []
        for one, ways in shown:
            needs = with_given(one.settled, one.reached.under)
            known.append(Line(claim.number, one.settled, tuple(way.under for way in ways) or needs))
        self.inference.lines += known
        self.inference.lines += [joined for line in known if (joined := self._joined(line))]

    def _all(self, shown: Found) -> Argument | None:
        """What is shown of a line by any of its cases, None where nothing is."""
        found = [argument for one, ways in shown if (argument := _argued(one, ways)) is not None]
        wide = [argument for argument in found if argument.word == "follows"]
        return next(iter((*wide, *found)), None)

    def _alone(self, claim: Claim, found: Sequence[Case]) -> Argument:
        """A line that no lines show: drawn from a wrong one, or else a step of its own.

        It is drawn from a wrong line where it follows with the right form of that in its place.
        """
        heads = {one.settled.left for one in found}
        right = [line for line in self.mended if line.claim.left not in heads]
        if right:
            by = self._by_all(self._shown(self.inference.beside(right), claim, found))
            wrong = [n for n in by.uses if n in self.wrong] if by and by.word == "follows" else []
            if wrong:
                return Argument("unjustified", (), tuple(wrong), _are_wrong(wrong))
        return Argument("follows", _first(found).under, why=OWN)

    def _by_all(self, shown: Found) -> Argument | None:
        """What is shown of a line of every kind of neurons that it speaks of, or None."""
        kinds: dict[str, list[Argument]] = {}
        for one, ways in shown:
            argument = _argued(one, ways)
            kinds.setdefault(one.reached.roles, []).extend([argument] if argument else [])
        if not kinds or not all(kinds.values()):
            return None
        best = [
            min(of_kind, key=lambda argument: argument.word != "follows")
            for of_kind in kinds.values()
        ]
        worst = max(best, key=lambda argument: argument.word != "follows")
        return replace(worst, uses=tuple(sorted({n for one in best for n in one.uses})))

    def _lacking(
        self, claim: Claim, found: Sequence[Case], cited: Sequence[int], argument: Argument
    ) -> Argument:
        """What is to be said where the cited lines do not show a line; `argument` is by all."""
        claims = [n for n in cited if self.words.get(n) not in ("definition", "assumption")]
        wrong = [n for n in claims if self.words.get(n) == "refuted"]
        if wrong:
            return Argument("unjustified", (), tuple(cited), _are_wrong(wrong))
        undecided = [n for n in claims if self.words.get(n) != "proved"]
        if undecided:
            return Argument("open", why=f"({undecided[0]}) is not decided")
        same = {line.number for line in self.inference.lines if _same(line, found)}
        others = self._by_all(self._shown(self.inference.without(same), claim, found))
        uses = (others or argument).uses
        more = [n for n in uses if n not in cited and self.words[n] != "definition"]
        for one in more if len(more) > 1 else ():
            fewer = [n for n in more if n != one]
            part = self.inference.among((*cited, *fewer))
            if self._by_all(self._shown(part, claim, found)):
                more = fewer
        if more:
            return Argument("unjustified", (), tuple(cited), f"it needs {numbered(more)}")
        if argument.why != OWN or not claims:
            return argument
        return Argument("open", why=f"{numbered(claims)} {NO_ALGEBRA}")

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
        near = self.pieces[before.number] == self.pieces[line.number]  # cited as a whole
        after = before.after if near else before.number
        joined = Line(line.number, replace(case, left=before.claim.left), tuple(known), after=after)
        self._chain[kind] = joined
        return joined

    def mend(self, claim: Claim, found: Sequence[Case], cases: Sequence[Reached]) -> None:
        """Note the right forms of a wrong line: no line follows from them."""
        for one, case in zip(found, cases, strict=True):
            if case.nearest is None or claim.kind is Kind.LABEL:
                continue
            for other in self._with(claim, case.nearest.right, one):
                known = with_given(other, (case.nearest.under,))
                self.mended.append(Line(claim.number, other, known))

    def _with(self, claim: Claim, right: Formula, case: Case) -> Sequence[Settled]:
        """The case of a claim with another right side."""
        found = cases_with(claim, right, case.span)
        return [other for other in found if other.roles == case.settled.roles]

    def source(self, claim: Claim, found: Sequence[Case]) -> int | None:
        """The wrong line that this wrong line follows from, if it is not wrong by itself."""
        sources: set[int] = set()
        lines: list[Line] = []
        for one in found:
            case, reached = one.settled, one.reached
            if reached.word == "refuted":
                shown = self._follows(self.inference, case, ((),), True) if self.wrong else ()
                sources |= {n for way in shown for n in way.uses if n in self.wrong}
                lines.append(Line(claim.number, case, ((),), broken=True))
        self.inference.lines += lines
        self.wrong.add(claim.number)
        source = min((self.inherits.get(n, n) for n in sources), default=None)
        if source is not None:
            self.inherits[claim.number] = source
        return source

    def _follows(
        self, inference: Inference, case: Settled, truth: Sets, broken: bool = False
    ) -> tuple[Shown, ...]:
        try:
            return self.look(inference, case, truth, broken)
        except (BeyondError, TooLargeError):
            return ()


def _argued(one: Case, ways: Sequence[Shown]) -> Argument | None:
    """What is shown of one case: under no more than it needs to be true, or under more."""
    if not ways:
        return None
    case, reached = one.settled, one.reached
    under = tuple(tuple(a for a in way.under if a not in case.given) for way in ways)
    uses = tuple(sorted({n for way in ways for n in way.uses}))
    return Argument("follows" if {*under} & {*reached.under} else "unjustified", under, uses)


def _are_wrong(numbers: Sequence[int]) -> str:
    return f"{numbered(numbers)} {'is' if len(numbers) == 1 else 'are'} wrong"


def _same(line: Line, found: Sequence[Case]) -> bool:
    """Whether a line says what these cases say."""
    sides = {(one.settled.left, one.settled.right) for one in found}
    return not line.given and (line.claim.left, line.claim.right) in sides


def _first(found: Sequence[Case]) -> Reached:
    return next(one.reached for one in found if one.reached.word == "proved")


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
