"""A function in two pieces, one for arguments above 0 and one below: φ(v) = v if v > 0, else 0."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from symbolic.indexed import Num
from symbolic.reading.chains import Case
from symbolic.reading.formulas import ONE, Call, Formula, plus, times
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok, tokens

_SIDE = re.compile(
    r"\s*,?\s*(?:if|for|when|where)?\s*\$([^$=<>\\]*(?:\\[a-z]+)?[^$=<>\\]*?)\s*"
    r"(>|<|\\g(?:e|eq|eqslant)\b|\\l(?:e|eq|eqslant)\b|≥|≤|>=|<=)\s*0\s*\$\s*[.,;]?\s*"
)
_ELSE = re.compile(r"\s*,?\s*(?:otherwise|else)\s*[.,;]?\s*")
NEGATIVE, NOTHING = Num(Fraction(-1)), Num(Fraction(0))


class Pieces:
    """The two rows of such a function, and what its conditions speak of; at 0 nothing is said."""

    def __init__(self, above: Sequence[Tok], below: Sequence[Tok], of: Sequence[Tok]) -> None:
        self.above, self.below, self.of = above, below, of


def pieces(cases: Sequence[Case], at: int) -> Pieces | None:
    """The pieces of a function with these cases; None where the cases are of another kind."""
    if len(cases) != 2:
        return None
    found: dict[bool, Sequence[Tok]] = {}
    names: list[str] = []
    for case in cases:
        said = _SIDE.fullmatch(case.condition)
        if said is not None:
            names.append(said[1].strip())
            found[said[2][0] in ">≥" or said[2].startswith("\\g")] = case.tokens
        elif _ELSE.fullmatch(case.condition) and len(found) == 1:
            found[not next(iter(found))] = case.tokens
        else:
            return None
    if len(found) != 2 or not names or len(set(names)) != 1:
        return None
    try:
        of = tokens(names[0], range(at, at + len(names[0])))
    except NotUnderstood:
        return None
    return Pieces(found[True], found[False], of)


def pieced(above: Formula, below: Formula, of: Formula) -> Formula:
    """The function that is `above` where `of` > 0, and `below` where it is < 0.

    >>> from symbolic.reading.formulas import Read
    >>> v = Read("v", (), "v")
    >>> pieced(v, NOTHING, v) == Call("relu", v), pieced(ONE, NOTHING, v) == Call("step", v)
    (True, True)
    """
    if (above, below) == (of, NOTHING):
        return Call("relu", of)
    step = Call("step", of)
    parts = [(above, step), (below, plus(ONE, times(NEGATIVE, step)))]
    terms = [times(one, side) for one, side in parts if one != NOTHING]
    return plus(*terms) if terms else NOTHING
