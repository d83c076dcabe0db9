"""What is said of a layer letter in mathematics, as in "for l = L-1, …, 2", put into words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from symbolic.reading.formulas import LAYER
from symbolic.reading.profile import Profile

_DOTS = r"(?:\\ldots|\\dots|\\cdots|\.\.\.)"
_UP_TO = r"(?:\\le|\\leq|\\leqslant)"
_RANGES = (  # l and L stand for the letters of the notation; blanks are taken out
    (rf"l=L-1,(?:L-2,)?{_DOTS},2", "hidden"),
    (rf"l=2,(?:3,)?{_DOTS},L-1", "hidden"),
    (rf"(?:2{_UP_TO})?l(?:<|\\lt)L", "hidden"),
    (rf"(?:2{_UP_TO})?l{_UP_TO}L-1", "hidden"),
    (r"l=L", "output"),
    (rf"l=L,(?:L-1,)?{_DOTS},2", "any"),
    (rf"l=2,(?:3,)?{_DOTS},L", "any"),
    (rf"2{_UP_TO}l{_UP_TO}L", "any"),
    (r"l(?:>|\\gt)1", "any"),
    (r"l(?:\\ge|\\geq|\\geqslant)2", "any"),
)
"""Layers after the first, which has no weights: all, all but the last, or the last."""
_COUNTED = re.compile(rf"l=[01],(?:[12],)?{_DOTS},L")
_CONDITION = re.compile(
    r"\b(?:for|if|when|where|let)(?: all| each| every| any)?\s*$", re.IGNORECASE
)
_WORDS = {
    "hidden": " ${}$ in a hidden layer ",
    "output": " ${}$ in the output layer ",
    "any": " every unit ${}$ ",
}


_ENDING = re.compile(
    r"(?P<all>(?:\\q?quad|\\[,;]|[\s,])*"
    r"(?:\\(?:text|mbox|textrm)\s*\{,?\s*(?:for|if|when|where|with)(?: all| any| each| every)?\s*\}"
    r"|\\q?quad|,)\s*(?P<range>[^{}&]*?))"
    r"(?:[\s.,;]|\\tag\*?\{[^{}]*\})*$"
)
_STARTS = re.compile(r"\\q?quad|\\(?:text|mbox|textrm)\b|,")
LONGEST = 160
"""How many characters at the end of a display may be such a range."""


@dataclass(frozen=True)
class Ending:
    """A range of a layer letter that ends a display: where it stands, and what it says."""

    start: int
    end: int
    letter: str
    role: str


def in_words(text: str, profile: Profile) -> str:
    """The words for a range of a layer letter, empty for anything else.

    >>> from symbolic.reading.profile import open_profile
    >>> in_words("l = L-1, L-2, \\\\ldots, 2", open_profile("nielsen"))
    ' $l$ in a hidden layer '
    """
    letter, role = _said(text, profile)
    return _WORDS[role].format(letter) if role else ""


def ending(text: str, profile: Profile) -> Ending | None:
    """What the end of a display says of a layer letter.

    >>> from symbolic.reading.profile import open_profile
    >>> ending("a^l_j = 1 \\\\quad \\\\text{for } l < L.", open_profile("nielsen"))
    Ending(start=10, end=33, letter='l', role='hidden')
    """
    for found in _STARTS.finditer(text, max(0, len(text) - LONGEST)):
        match = _ENDING.match(text, found.start())
        letter, role = _said(match["range"], profile) if match else ("", "")
        if match and role:
            return Ending(found.start(), match.end("all"), letter, role)
    return None


def counts_layers(text: str, words: str, profile: Profile) -> bool:
    r"""Whether it only counts the layers of the network, as words before it do not ask for some.

    >>> from symbolic.reading.profile import open_profile
    >>> counts_layers(r"l = 1, \dots, L", "a network with layers ", open_profile("nielsen"))
    True
    >>> counts_layers(r"l = 1, \dots, L", "For ", open_profile("nielsen"))
    False
    """
    _, bare = _bare(text, profile)
    return _COUNTED.fullmatch(bare) is not None and _CONDITION.search(words[-40:]) is None


def _said(text: str, profile: Profile) -> tuple[str, str]:
    """The layer letter and its role; empty where the text is no range of one."""
    letter, bare = _bare(text, profile)
    role = next((role for pattern, role in _RANGES if re.fullmatch(pattern, bare)), "")
    return (letter, role) if letter else ("", "")


def _bare(text: str, profile: Profile) -> tuple[str, str]:
    """The letter of layers, and the text with l and L for this and the last, without blanks."""
    letters = [sign for sign, sort in profile.letters.items() if sort == LAYER.name]
    last = [sign for sign, sort in profile.sizes.items() if sort == LAYER.name]
    signs = re.findall(r"\\[A-Za-z]+|\\.|\S", text)
    used = [sign for sign in letters if sign in signs]
    if len(used) != 1 or not last:
        return "", ""
    names = {used[0]: "l", last[0]: "L", "\\,": "", "\\;": "", "\\ ": ""}
    return used[0], "".join(names.get(sign, sign) for sign in signs)
