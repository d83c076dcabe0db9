"""Identities between elementary functions of real variables: proved, refuted at a point, or open.

A difference whose normal form is zero is an identity wherever both sides have a value; one that
an enclosure keeps away from zero at some rational point is not.  Functions in pieces are decided
piece by piece, and nothing is said about the points where the pieces meet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from symbolic import ranges
from symbolic.enclosure import Undecided, Undefined, enclose, satisfied
from symbolic.forms import Nowhere
from symbolic.ranges import Interval, TooHard
from symbolic.terms import Call, Cases, Sign, Term, children, height, num, replaced, walk
from symbolic.tower import Requirement, Restart, Tower, Units
from symbolic.verdicts import Open, Value

MOST_RESTARTS = 40
MOST_PIECES = 400
DEEPEST = 120
SIZES = (16, 64)
Region = dict[Sign, Interval]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Identity:
    """The two sides are equal wherever `requires` holds, off the listed points of each variable."""

    requires: tuple[Requirement, ...] = ()
    off: tuple[tuple[Sign, Fraction], ...] = ()


@dataclass(frozen=True)
class Counterexample:
    """Numbers for the signs at which the two sides have different values."""

    at: dict[Sign, Fraction]
    left: Value
    right: Value


Decision = Identity | Counterexample | Open


@dataclass(frozen=True)
class Piece:
    """Terms with the Cases and abs resolved that hold on an open region."""

    terms: tuple[Term, ...]
    region: Region


@dataclass(frozen=True)
class Pieces:
    """The pieces in order, the points where they meet, and what the conditions themselves need."""

    pieces: tuple[Piece, ...]
    off: tuple[tuple[Sign, Fraction], ...]
    requires: tuple[Requirement, ...]


def decide(
    left: Term,
    right: Term,
    positive: frozenset[Sign] = frozenset(),
    within: Mapping[Sign, Interval] | None = None,
) -> Decision:
    """Whether left = right for all real values of the signs, those in `positive` above zero.

    `within` gives a sign an open interval of its own.

    >>> v = Sign("v")
    >>> tanh = Call("tanh", v)
    >>> decide(1 - tanh**2, 4 * Call("exp", 2 * v) / (Call("exp", 2 * v) + 1)**2)
    Identity(requires=(), off=())
    >>> decide(Call("sqrt", v**2), v).at
    {Sign(letter='v', at=()): Fraction(-2, 5)}
    >>> decide((v**2 - 1) / (v - 1), v + 1).requires == (Requirement(v - 1, "≠"),)
    True
    """
    if max(height(left), height(right)) > DEEPEST:
        return Open("the expression is nested too deeply")
    region = _region((left, right), positive, within or {})
    try:
        split = pieces((left, right), region)
    except TooHard as reason:
        return _first_counterexample((left, right), region) or Open(str(reason))
    requires = dict.fromkeys(split.requires)
    reasons: list[str] = []
    for piece in split.pieces:
        match _on_piece(piece):
            case Counterexample() as found:
                return found
            case Open(why):
                reasons.append(why)
            case Identity(needed):
                requires.update(dict.fromkeys(needed))
    return Open(reasons[0]) if reasons else Identity(tuple(requires), split.off)


def pieces(terms: tuple[Term, ...], region: Region) -> Pieces:
    """Resolve the Cases and abs of the terms, innermost first, splitting the region as needed.

    >>> v = Sign("v")
    >>> found = pieces((Call("abs", v),), {v: Interval()})
    >>> [piece.terms[0] for piece in found.pieces] == [-v, v], found.off == ((v, Fraction(0)),)
    (True, True)
    """
    waiting, done = [Piece(terms, region)], list[Piece]()
    off: set[tuple[Sign, Fraction]] = set()
    requires: dict[Requirement, None] = {}
    while waiting:
        if len(waiting) + len(done) > MOST_PIECES:
            raise TooHard("there are too many pieces")
        piece = waiting.pop()
        node = next(_innermost(piece.terms), None)
        if node is None:
            done.append(piece)
            continue
        cut = _cut(node, piece.region, requires)
        if isinstance(cut, tuple):
            sign, points = cut
            off.update((sign, point) for point in points)
            parts = piece.region[sign].split(points)
            waiting += [Piece(piece.terms, {**piece.region, sign: p}) for p in reversed(parts)]
        else:
            table = {node: cut}
            resolved = tuple(replaced(term, table) for term in piece.terms)
            waiting.append(Piece(resolved, piece.region))
    ordered = sorted(off, key=lambda entry: (entry[0].letter, str(entry[0].at), entry[1]))
    return Pieces(tuple(done), tuple(ordered), tuple(requires))


def _region(
    terms: tuple[Term, ...], positive: frozenset[Sign], within: Mapping[Sign, Interval]
) -> Region:
    """The interval of every sign of the terms, in the order in which they first occur."""
    region: Region = {}
    for term in terms:
        for part in walk(term):
            if isinstance(part, Sign) and part not in region:
                default = Interval(Fraction(0)) if part in positive else Interval()
                region[part] = within.get(part, default)
    return region


def _innermost(terms: tuple[Term, ...]) -> Iterator[Term]:
    """The Cases and abs that contain no other in what decides between their pieces."""
    for term in terms:
        for part in walk(term):
            if isinstance(part, Cases):
                guards = (side for g, _ in part.pieces for side in (g.left, g.right))
                if not any(_in_pieces(inner) for side in guards for inner in walk(side)):
                    yield part
            elif _in_pieces(part) and not any(
                _in_pieces(inner) for child in children(part) for inner in walk(child)
            ):
                yield part


def _in_pieces(term: Term) -> bool:
    return isinstance(term, Cases) or (isinstance(term, Call) and term.function == "abs")


def _cut(
    node: Term, region: Region, requires: dict[Requirement, None]
) -> Term | tuple[Sign, list[Fraction]]:
    """The formula that holds on the whole region, or where to split it to find out."""
    if isinstance(node, Call):
        found = _sign_or_split(node.argument, region, requires)
        if isinstance(found, tuple):
            return found
        return node.argument if found > 0 else -node.argument if found else num(0)
    assert isinstance(node, Cases)
    for guard, piece in node.pieces:
        found = _sign_or_split(guard.left - guard.right, region, requires)
        if isinstance(found, tuple):
            return found
        if satisfied(guard.relation, found):
            return piece
    return node.otherwise


def _sign_or_split(
    gap: Term, region: Region, requires: dict[Requirement, None]
) -> int | tuple[Sign, list[Fraction]]:
    """The sign that the term has on the whole region, or a variable and points to split it at."""

    def look(tower: Tower) -> int | tuple[Sign, list[Fraction]]:
        form = tower.form(gap)
        whole = form.up * form.down
        requires.update(tower.requires)
        found = ranges.sign(whole, tower.scope)
        if found is not None:
            return found
        cut = ranges.breakpoints(whole, tower.scope)
        assert cut is not None
        names = {number: key[1] for key, number in tower.known.items() if key[0] == "sign"}
        return names[cut[0]], cut[1]

    return _in_tower(region, look)


def _in_tower(region: Region, look: Callable[[Tower], T]) -> T:
    """What `look` sees in a tower that is large and fine enough for it."""
    units: Units = {}
    sizes = list(SIZES)
    for _ in range(MOST_RESTARTS):
        try:
            return look(Tower(region, units, sizes[0]))
        except Restart:
            continue
        except TooHard as reason:
            if str(reason) != "too many different functions" or len(sizes) == 1:
                raise
            sizes.pop(0)
    raise TooHard("the exponents find no common measure")


def _on_piece(piece: Piece) -> Decision:
    """The decision between two sides that have one formula each on the whole region."""
    left, right = piece.terms
    try:
        equal, requires = _in_tower(piece.region, lambda tower: _compared(tower, left, right))
    except Nowhere as reason:
        return Open(str(reason))
    except TooHard as reason:
        return _first_counterexample(piece.terms, piece.region) or Open(str(reason))
    if not equal:
        why = "the normal forms differ, but no point was found where the values do"
        return _first_counterexample(piece.terms, piece.region) or Open(why)
    for at in _points(piece.region):
        if _values(piece.terms, at) is not None:
            return Identity(requires)
    return Open("no point was found where both sides have a value")


def _compared(tower: Tower, left: Term, right: Term) -> tuple[bool, tuple[Requirement, ...]]:
    one, other = tower.form(left), tower.form(right)
    return tower.minus(one, other).up.is_zero(), tuple(tower.requires)


def _first_counterexample(terms: tuple[Term, ...], region: Region) -> Counterexample | None:
    """The first point of the region where the enclosures of the two sides are disjoint."""
    for bits in (128, 1024):
        for at in _points(region):
            values = _values(terms, at, bits)
            if values is not None:
                left, right = values
                apart = left.high < right.low or right.high < left.low
                if apart and not any(_meets(term, at) for term in terms):
                    return Counterexample(at, left, right)
    return None


def _meets(term: Term, at: dict[Sign, Fraction]) -> bool:
    """Whether two pieces of the term may meet at the point, where nothing is claimed."""
    for part in walk(term):
        if isinstance(part, Cases):
            gaps: list[Term] = [guard.left - guard.right for guard, _ in part.pieces]
        elif isinstance(part, Call) and part.function == "abs":
            gaps = [part.argument]
        else:
            continue
        for gap in gaps:
            try:
                value = enclose(gap, at)
            except Undefined:
                continue
            except Undecided:
                return True
            if value.low <= 0 <= value.high:
                return True
    return False


def _values(
    terms: tuple[Term, ...], at: dict[Sign, Fraction], bits: int = 128
) -> tuple[Value, Value] | None:
    left, right = terms
    try:
        return enclose(left, at, bits), enclose(right, at, bits)
    except (Undefined, Undecided):
        return None


def _points(region: Region) -> Iterator[dict[Sign, Fraction]]:
    """Rational points inside the region; each variable walks its own way through its interval."""
    choices = {sign: interval.points() for sign, interval in region.items()}
    for n in range(12 if region else 1):
        yield {
            sign: numbers[(n * STRIDES[k % len(STRIDES)] + k) % len(numbers)]
            for k, (sign, numbers) in enumerate(choices.items())
        }


STRIDES = (1, 5, 7, 11)  # coprime to the 12 points of an interval
