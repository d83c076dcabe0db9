"""The one definition that many wrong lines have their error from, and the edit that mends them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice

from symbolic.array_edits import flattened
from symbolic.array_refutation import sizes_of, survey
from symbolic.array_slips import EDITS, Scene
from symbolic.arrays import Abstract, Definition, Program, Rule
from symbolic.errors import InputError
from symbolic.indexed import Count, Expr, Get, Num, Var, arrays_read, free_letters, walk
from symbolic.indices import Hypothesis
from symbolic.labelling import TooLargeError
from symbolic.reading.arrays.rules import Case
from symbolic.reading.claims import Kind
from symbolic.reading.indexed.claims import IndexClaim, Section

MOST_EDITS = 300
"""How many edits of definitions are tried."""
MOST_JUDGED = 4
"""How many edits are judged whole that no instance breaks at two of the wrong lines."""
FEW = 3
"""How many of the wrong lines an edit is tried at first."""
COST = "cost"
"""The name that the cost of a program has among what is defined."""
ZERO = Num(Fraction(0))


@dataclass(frozen=True)
class IndexRepair:
    """A single edit of a definition that makes these lines true."""

    definition: int
    at: tuple[Var, ...]
    right: Expr
    edit: str
    mends: tuple[int, ...]


def repair(
    section: Section,
    claims: Sequence[IndexClaim],
    own: Mapping[int, Case],
    wrong: Sequence[int],
    proved: frozenset[int],
    proves: Callable[[Program], frozenset[int]],
) -> IndexRepair | None:
    """The edit of a definition that mends most of the wrong lines, and more than half.

    `own` are the rules of those that follow from no other wrong line.  `proves` judges a section
    with another program anew: a repair is reported only where the lines that it mends are proved
    then, at least two, and those that were `proved` still are.
    """
    program = section.program
    if len(own) < 2 or program is None:
        return None
    rules = [*own.values()][:FEW]
    sizes = dict.fromkeys(size for case in rules for size in sizes_of(case.program, case.rule))
    edited = islice(_edited(program, claims, tuple(sizes)), MOST_EDITS)
    likely = (one for one in edited if _holding(one[0], section.offered, rules) > 1)
    best: IndexRepair | None = None
    for other, claim, right, edit in islice(likely, MOST_JUDGED):
        now = proves(other)
        mends = tuple(number for number in wrong if number in now)
        if len(own.keys() & {*mends}) < 2 or 2 * len(mends) <= len(wrong) or not proved <= now:
            continue
        if best is None or len(mends) > len(best.mends):
            best = IndexRepair(claim.number, claim.at, right, edit, mends)
        if best is not None and len(best.mends) == len(wrong):
            break
    return best


def _edited(
    program: Program, claims: Sequence[IndexClaim], sizes: tuple[str, ...]
) -> Iterator[tuple[Program, IndexClaim, Expr, str]]:
    """Every program in which one definition has a usual slip less; those of the cost come first."""
    made = [c for c in claims if c.kind is Kind.DEFINITION and isinstance(c.left, Get) and c.right]
    for claim in sorted(made, key=lambda c: isinstance(c.left, Get) and c.left.array != COST):
        assert isinstance(claim.left, Get)
        array, body = claim.left.array, _body(program, claim.left.array)
        if body is None:
            continue
        rule = Rule(array, claim.at, body)
        scene = Scene(program, rule, body, ZERO, sizes if array == COST else ())
        seen = {flattened(body)}
        for slip in EDITS:
            for words, new in slip(scene):
                right = flattened(new)
                if right in seen or not _plausible(array, claim, body, right):
                    continue
                seen.add(right)
                try:
                    yield _with(program, array, right), claim, right, words
                except InputError:  # it reads what is defined by it
                    continue


def _body(program: Program, array: str) -> Expr | None:
    """The right side of a definition, None where it is any function."""
    if array == COST:
        return None if isinstance(program.cost, Abstract) else program.cost
    made = (d for d in program.definitions if d.array == array)
    return next((d.body for d in made if isinstance(d, Definition)), None)


def _with(program: Program, array: str, body: Expr) -> Program:
    if array == COST:
        return replace(program, cost=body)
    return replace(
        program,
        definitions=tuple(
            replace(d, body=body) if isinstance(d, Definition) and d.array == array else d
            for d in program.definitions
        ),
    )


def _plausible(array: str, claim: IndexClaim, old: Expr, new: Expr) -> bool:
    """No array is lost, none is defined by itself, and a factor 1/N is one of a cost."""
    counted = [sum(isinstance(part, Count) for part in walk(one)) for one in (old, new)]
    return (
        free_letters(new) <= {*claim.at}
        and arrays_read(old) <= arrays_read(new)
        and (array not in arrays_read(new) or array in arrays_read(old))
        and (array == COST or counted[0] == counted[1])
    )


def _holding(program: Program, offered: Sequence[Hypothesis], rules: Sequence[Case]) -> int:
    """How many of the rules no small instance breaks, with the definitions of this program."""
    held = 0
    for n, case in enumerate(rules):
        held += _holds(program, offered, case)
        if held + len(rules) - n - 1 < 2:
            break
    return held


def _holds(program: Program, offered: Sequence[Hypothesis], case: Case) -> bool:
    """Whether no small instance breaks the rule, and its derivative has not become 0."""
    extra = tuple(g for g in case.program.given if g not in program.given)
    probed = replace(program, given=(*program.given, *extra))
    try:
        seen = survey(probed, case.rule, offered, 2)
        if seen.apart is not None or not seen.told:
            return False
        zero = replace(case.rule, body=ZERO)
        return case.sides is not None or bool(survey(probed, zero, offered, 2).apart)
    except (InputError, TooLargeError):
        return False
