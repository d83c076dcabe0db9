r"""The range of an index in mathematics: l = L-1, …, 1, or t \in \{1, \dots, T-1\}, or 1 < l < L.

A range is counted from the first number and from the last one, L or T; what it means for a line is
left to those who read layers or times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

_DOTS = r"\\ldots|\\dots[cb]?|\\cdots|\.\.\.|…"
_LESS = {"<": 1, r"\lt": 1, r"\le": 0, r"\leq": 0, r"\leqslant": 0, "≤": 0}
_MORE = {">": 1, r"\gt": 1, r"\ge": 0, r"\geq": 0, r"\geqslant": 0, "≥": 0}
_END = r"L(?:-(?P<late>\d))?"
_LISTED = re.compile(r"l(?:=|\\in\\\{)(?P<items>[^=\\]*(?:" + _DOTS + r")[^=\\]*?)(?:\\\})?")
_BELOW = re.compile(
    r"(?:(?P<low>\d)(?P<from><|\\lt|\\leq?(?:slant)?|≤))?l(?P<to><|\\lt|\\leq?(?:slant)?|≤)" + _END
)
_ABOVE = re.compile(r"l(?P<from>>|\\gt|\\geq?(?:slant)?|≥)(?P<low>\d)")
_ALONE = re.compile(rf"l={_END}")
_NUMBER = re.compile(r"l=(?P<low>\d)")
_ITEM = re.compile(rf"(?P<number>\d)|{_END}")
CONDITION = re.compile(r"\b(?:for|if|when|where|let)(?: all| each| every| any)?\s*$", re.IGNORECASE)
"""The end of words that ask for the range behind them."""
_ALL = r"(?: all| any| each| every)?"
_ENDING = re.compile(
    r"(?P<all>(?:\\q?quad|\\[,; ]|[\s,;])*"
    rf"(?:\\(?:text|mbox|textrm)\s*\{{,?\s*(?:for|if|when|where|with){_ALL}\s*\}}"
    r"|\\forall|\\q?quad|\\ |[,;])\s*(?P<range>(?:[^{}&]|\\[{}]|[_^]\{[^{}]*\})*?))"
    r"(?:[\s.,;]|\\tag\*?\{[^{}]*\})*$"
)
_STARTS = re.compile(r"\\q?quad|\\(?:text|mbox|textrm|forall)\b|[,;]")
LONGEST = 160
"""How many characters at the end of a display may be a range."""
_COUNTED = {None: "", True: "z", False: "o"}
WRITTEN = re.compile(r"(?P<low>\d*):(?P<late>\d?)(?P<alone>!?)(?P<counted>[zo]?)")


@dataclass(frozen=True, slots=True)
class Span:
    """letter = low, …, L-late; None where an end is not said.

    It is one number `alone`; `counted` says of a document whether it counts from 0 what is 1 here,
    None where that is not known.
    """

    letter: str
    low: int | None
    late: int | None
    alone: bool = False
    counted: bool | None = None
    last: str = field(default="", compare=False)
    """The sign of the last number."""

    def __str__(self) -> str:
        low = "" if self.low is None else self.low
        late = "" if self.late is None else self.late
        return f"{low}:{late}{'!' * self.alone}{_COUNTED[self.counted]}"

    @property
    def first(self) -> int | None:
        """The first number as the document counts."""
        return None if self.low is None else self.low - (self.counted is True)


def span_from(letter: str, text: str) -> Span:
    """The range that was written with `str`."""
    match = WRITTEN.fullmatch(text)
    assert match is not None
    low, late = (int(end) if end else None for end in (match["low"], match["late"]))
    counted = next(known for known, sign in _COUNTED.items() if sign == match["counted"])
    return Span(letter, low, late, bool(match["alone"]), counted)


def span_of(text: str, letters: frozenset[str], last: frozenset[str]) -> Span | None:
    r"""The range of one of these letters that a formula is; None where it is none.

    >>> layers = frozenset("l"), frozenset("L")
    >>> str(span_of(r"l = L-1, L-2, \dots, 2", *layers)), str(span_of("1 < l < L", *layers))
    ('2:1', '2:1')
    >>> str(span_of(r"l = n_l - 1, n_l - 2, \dots, 2", *layers))
    '2:1'
    >>> span_of(r"l = 2, 4, \dots, L", *layers)
    """
    letter, bare = _bare(text, letters, last) if last else ("", "")
    found = _read(letter, bare) if letter else None
    return None if found is None else replace(found, last=min(last))


def _read(letter: str, bare: str) -> Span | None:
    found = _LISTED.fullmatch(bare)
    if found is not None:
        return _listed(letter, found["items"])
    found = _BELOW.fullmatch(bare)
    if found is not None:
        low = int(found["low"]) + _LESS[found["from"]] if found["low"] else None
        return Span(letter, low, int(found["late"] or 0) + _LESS[found["to"]])
    found = _ABOVE.fullmatch(bare)
    if found is not None:
        return Span(letter, int(found["low"]) + _MORE[found["from"]], None)
    found = _NUMBER.fullmatch(bare)
    if found is not None:
        return Span(letter, int(found["low"]), None, alone=True)
    found = _ALONE.fullmatch(bare)
    return None if found is None else Span(letter, None, int(found["late"] or 0), alone=True)


def last_parts(text: str) -> Iterator[tuple[int, int, str]]:
    """What may be a range at the end of a display: where it begins and ends, and the text of it."""
    for found in _STARTS.finditer(text, max(0, len(text) - LONGEST)):
        match = _ENDING.match(text, found.start())
        if match is not None:
            yield found.start(), match.end("all"), match["range"]


def _listed(letter: str, items: str) -> Span | None:
    """A list with dots, which counts up or down by one from one end to the other."""
    before, after = re.split(_DOTS, items, maxsplit=1)
    shown = [_ITEM.fullmatch(item) for item in before.rstrip(",").split(",")]
    end = _ITEM.fullmatch(after.lstrip(","))
    if end is None or not before.endswith(",") or not after.startswith(","):
        return None
    counted = [
        ("", int(item["number"])) if item["number"] else ("L", -int(item["late"] or 0))
        for item in shown
        if item is not None
    ]
    kinds = {kind for kind, _ in counted}
    step = 1 if kinds == {""} else -1
    steps = {b - a for (_, a), (_, b) in pairwise(counted)}
    if len(counted) < len(shown) or len(kinds) != 1 or not steps <= {step}:
        return None
    first = counted[0][1]
    if step > 0:
        return None if end["number"] else Span(letter, first, int(end["late"] or 0))
    return Span(letter, int(end["number"]), -first) if end["number"] else None


def _bare(text: str, letters: frozenset[str], last: frozenset[str]) -> tuple[str, str]:
    """The letter, and the text with l and L for it and the last number, without blanks."""
    for letter in map(re.escape, letters):  # n_l is the number of layers where l runs over them
        text = re.sub(rf"\b[A-Za-z]_(?:{letter}\b|\{{{letter}\}})", lambda _: min(last), text)
    signs = re.findall(r"\\[A-Za-z]+|\\.|\S", text.strip().removesuffix("."))
    while signs[:1] in (["("], ["\\forall"]):
        closed = signs[0] == "(" and signs[-1] == ")"
        if signs[0] == "(" and not closed:
            break
        signs = signs[1:-1] if closed else signs[1:]
    used = {*signs} & letters
    if len(used) != 1 or used & last:
        return "", ""
    [letter] = used
    blanks = dict.fromkeys(("\\,", "\\;", "\\ ", "{", "}"), "")
    names = {**blanks, **dict.fromkeys(last, "L"), letter: "l"}
    return letter, "".join(names.get(sign, sign) for sign in signs)
