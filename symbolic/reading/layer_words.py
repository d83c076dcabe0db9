"""What is said of a layer letter in mathematics, as in "for l = L-1, …, 2", put into words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from symbolic.reading.formulas import LAYER
from symbolic.reading.profile import Profile
from symbolic.reading.spans import CONDITION, Span, last_parts, span_of

_COUNTING = (":0", "0:0", "1:0")
"""Ranges that only count the layers, where no condition begins with them."""
_WORDS = {
    "hidden": " ${}$ in a hidden layer ",
    "output": " ${}$ in the output layer ",
    "any": " every unit ${}$ ",
}
_WITHIN = " ${}$ within ({}) "
_ROLES = {":1": "hidden", "2:1": "hidden", ":0!": "output", "2:": "any"}
"""Layers after the first, which has no weights: all, all but the last, or the last."""

MOST = 3
"""How many ranges may end a display."""


@dataclass(frozen=True)
class Ending:
    """A range of a layer letter that ends a display: where it stands, and what it says."""

    start: int
    end: int
    letter: str
    role: str
    of: str = ""


def in_words(text: str, profile: Profile) -> str:
    r"""The words for a range of a layer letter, empty for anything else.

    >>> from symbolic.reading.profile import open_profile
    >>> in_words("l = L-1, L-2, \\ldots, 2", open_profile("nielsen"))
    ' $l$ in a hidden layer '
    >>> in_words(r"l = 1, \dots, L-2", open_profile("nielsen"))
    ' $l$ within (1:2) '
    """
    letter, role, of = _said(text, profile)
    words = _WITHIN if of else _WORDS.get(role, "")
    return words.format(letter, of) if letter else ""


def endings(text: str, profile: Profile) -> tuple[Ending, ...]:
    """What the end of a display says of a layer letter and of the units of a layer, the last first.

    >>> from symbolic.reading.profile import open_profile
    >>> endings("a^l_j = 1 \\\\quad \\\\text{for } l < L.", open_profile("nielsen"))
    (Ending(start=10, end=33, letter='l', role='hidden', of=''),)
    """
    found: list[Ending] = []
    while len(found) < MOST:
        shown = text[: found[-1].start] if found else text
        one = _ending(shown, profile)
        if one is None:
            break
        found.append(one)
    return tuple(found)


def _ending(text: str, profile: Profile) -> Ending | None:
    for start, end, said in last_parts(text):
        letter, role, of = _said(said, profile)
        if not role:
            letter, of = _units(said, profile)
            role = "width" if letter else ""
        if role:
            return Ending(start, end, letter, role, of)
    return None


def counts_layers(text: str, words: str, profile: Profile) -> bool:
    r"""Whether it only counts the layers of the network, as words before it do not ask for some.

    >>> from symbolic.reading.profile import open_profile
    >>> counts_layers(r"l = 1, \dots, L", "a network with layers ", open_profile("nielsen"))
    True
    >>> counts_layers(r"l = 1, \dots, L", "For ", open_profile("nielsen"))
    False
    """
    span = _span(text, profile)
    return span is not None and _ends(span) in _COUNTING and CONDITION.search(words[-40:]) is None


NUMBERED = " numbered $"
_DOTS = r"\\(?:ldots|dots[cb]?|cdots)|\.\.\.|…"
_MEMBER = re.compile(r"(?P<letter>[A-Za-z])\s*\\in\s*(?P<set>.+)")
_MEMBERS = {"output": "an output", "hidden": "a hidden"}
_UNITS = re.compile(
    rf"(?P<letter>[A-Za-z])=1,(?:2,)?(?:{_DOTS}),(?P<size>[A-Za-z]|\\[a-z]+)"
    r"(?:[_^]\{?[\[(]?(?P<layer>[A-Za-z](?:[+-]1)?)[\])]?\}?)?"
)


def units_in_words(text: str, profile: Profile) -> str:
    r"""The words for a range of neurons, j = 1, …, n_l; empty for anything else.

    Without layers it is not known which neurons these are.

    >>> from symbolic.reading.profile import open_profile
    >>> units_in_words(r"j = 1, \dots, n_{l+1}", open_profile("nielsen"))
    ' all $j$ as wide as (l+1) '
    """
    letter, width = _units(text, profile)
    if letter and "layer" not in profile.letters.values():
        return f"{NUMBERED}{letter}$ "
    return f" all ${letter}$ " + (f"as wide as ({width}) " if width else "") if letter else ""


def member_in_words(text: str, profile: Profile, sets: Mapping[str, str]) -> str:
    r"""The words for a neuron of a set that is known, k \in C; empty for anything else.

    >>> from symbolic.reading.profile import open_profile
    >>> member_in_words(r"k \in C", open_profile("haykin"), {"C": "output"})
    ' $k$ is an output neuron '
    """
    found = _MEMBER.fullmatch(re.sub(r"\\[,; ]|\s+(?![A-Za-z])", "", text.strip()))
    kind = sets.get(found["set"].strip(), "") if found else ""
    if found is None or kind not in _MEMBERS or profile.letters.get(found["letter"]) != "neuron":
        return ""
    return f" ${found['letter']}$ is {_MEMBERS[kind]} neuron "


def _units(text: str, profile: Profile) -> tuple[str, str]:
    """The letter of neurons and the layer whose number it runs up to, if that is said."""
    found = _UNITS.fullmatch(re.sub(r"\s|\\[,; ]|^\s*\(|\)\s*$", "", text))
    if found is None or profile.letters.get(found["letter"]) != "neuron":
        return "", ""
    known = profile.letters.get(found["size"], "neuron") == "neuron"
    if not known or found["size"] == found["letter"]:
        return "", ""
    return found["letter"], found["layer"] or ""


_FROM_TO = re.compile(
    r"\$([^$=]{1,12})\$ (?:(?:running |ranging |going )?from|=) \$([^$]{1,12})\$,? "
    r"(?:(?:and )?(?:down |up |back(?:wards)? )?to) \$([^$]{1,12})\$"
)


_DOWN_TO = re.compile(
    r"\$(\w)\$ within \(:(\d)!\)\s+(?:and )?(?:down |back(?:wards)? )?to \$(\d)\$"
)
"""What words that begin "for $l = L-1$" have become, where they go on "down to $2$"."""


def with_ends(words: str, profile: Profile) -> str:
    r"""Words that say a range by its two ends, "$l$ from $L-1$ down to $2$", say it as others do.

    >>> from symbolic.reading.profile import open_profile
    >>> with_ends("For $l$ from $L-1$ down to $1$,", open_profile("nielsen"))
    'For  $l$ within (1:1) ,'
    """
    return _FROM_TO.sub(
        lambda match: in_words(rf"{match[1]}={match[2]},\dots,{match[3]}", profile) or match[0],
        _DOWN_TO.sub(rf"$\1$ from ${_last(profile)}-\2$ to $\3$", words),
    )


def _last(profile: Profile) -> str:
    """The sign of the last layer."""
    return next((sign for sign, sort in profile.sizes.items() if sort == LAYER.name), "")


def _said(text: str, profile: Profile) -> tuple[str, str, str]:
    """The layer letter, its role and its range; empty where the text is no range of one."""
    span = _span(text, profile)
    if span is None:
        return "", "", ""
    role = _ROLES.get(_ends(span), "within")
    return span.letter, role, str(span) if role == "within" else ""


def _span(text: str, profile: Profile) -> Span | None:
    letters, last = (
        frozenset(sign for sign, sort in table.items() if sort == LAYER.name)
        for table in (profile.letters, profile.sizes)
    )
    span = span_of(text, letters, last)
    if span is None or span.low is None:
        return span
    return replace(span, low=span.low + (profile.from_zero is True), counted=profile.from_zero)


def _ends(span: Span) -> str:
    """Its ends alone, as they are written."""
    return str(replace(span, counted=None))
