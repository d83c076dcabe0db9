r"""Which bar of |v| opens and which one closes.

\lvert, \rvert, \left| and \right| say so themselves.  A plain bar does not: it opens where nothing
stands before it that could end a value, it closes where nothing stands behind it that could begin
one, and else only where no other pairing is left.  What could be paired in two ways, or not at all,
as the bar of a condition, is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok
from symbolic.reading.vocabulary import CLOSES, OPENS

SINGLE = ("|", "\\vert")
ENDS = frozenset(
    (
        *("NUM", "SYM", "PRIME", "TOP", "TEXT", "DOTS"),
        *("RP", "RSQ", "RSET", "RB", "RABS", "RNORM", "RANG"),
    )
)
"""What may be the last token of a value."""
AFTER = frozenset(
    ("TIMES", "ODOT", "SLASH", "SUB", "SUP", "PRIME", "REL", "IN", "COMMA", "COLON", "AMP")
)
"""What begins no value."""
_WRITE = "Write \\lvert x \\rvert for |x|."


def paired(tokens: Sequence[Tok]) -> Sequence[Tok]:
    r"""The tokens with plain bars told apart, as LABS and RABS.

    >>> from symbolic.reading.tokens import tokens
    >>> [one.kind for one in paired(tokens("2|v| + |y|")) if "ABS" in one.kind]
    ['LABS', 'RABS', 'LABS', 'RABS']
    >>> paired(tokens("|a| b |c|"))
    Traceback (most recent call last):
    symbolic.reading.source.NotUnderstood: The bars pair in two ways.
    """
    if not any(_is_plain(token) for token in tokens):
        return tokens
    found = list(tokens)
    for places in _levels(tokens):
        for place, kind in zip(places, _kinds(tokens, places), strict=True):
            found[place] = replace(tokens[place], kind=kind)
    return found


def _is_plain(token: Tok) -> bool:
    return token.kind == "BAR" and token.text in SINGLE


def _levels(tokens: Sequence[Tok]) -> list[list[int]]:
    """The places of the plain bars, those within one pair of brackets together."""
    done: list[list[int]] = []
    opened: list[list[int]] = [[]]
    for n, token in enumerate(tokens):
        if token.kind in OPENS:
            opened.append([])
        elif token.kind in CLOSES and len(opened) > 1:
            done.append(opened.pop())
        elif _is_plain(token):
            opened[-1].append(n)
    return [places for places in (*done, *opened) if places]


def _kinds(tokens: Sequence[Tok], places: Sequence[int]) -> tuple[str, ...]:
    """The one way to pair these bars; raises `NotUnderstood` where there is none, or another."""
    beside = [a for a, b in pairwise(places) if b == a + 1]
    if beside:
        raise NotUnderstood(
            "Two bars may be those of a norm or of two values.", _WRITE, tokens[beside[0]].at
        )
    ways: dict[int, list[tuple[str, ...]]] = {0: [()]}  # by how many bars are open
    for place in places:
        longer: dict[int, list[tuple[str, ...]]] = {}
        for depth, begun in ways.items():
            for step, kind in _offered(tokens, place):
                if depth + step >= 0:
                    kept = longer.setdefault(depth + step, [])
                    kept += [(*one, kind) for one in begun]
                    del kept[2:]  # two ways are one too many, however they go on
        ways = longer
    whole = ways.get(0, [])
    if len(whole) == 1:
        return whole[0]
    what = (
        "The bars pair in two ways."
        if whole
        else "A bar stands alone; the bar of a condition is not read."
    )
    raise NotUnderstood(what, _WRITE, tokens[places[0]].at)


def _offered(tokens: Sequence[Tok], place: int) -> list[tuple[int, str]]:
    """What a bar may be by the tokens beside it."""
    before = tokens[place - 1].kind if place else ""
    behind = tokens[place + 1].kind if place + 1 < len(tokens) else ""
    offered: list[tuple[int, str]] = []
    if behind and behind not in AFTER and behind not in CLOSES:
        offered.append((1, "LABS"))
    if before in ENDS:
        offered.append((-1, "RABS"))
    return offered
