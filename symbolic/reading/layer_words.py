"""What is said of a layer letter in mathematics, as in "for l = L-1, …, 2", put into words."""

from __future__ import annotations

import re

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
_WORDS = {
    "hidden": " ${}$ in a hidden layer ",
    "output": " ${}$ in the output layer ",
    "any": " every unit ${}$ ",
}


def in_words(text: str, profile: Profile) -> str:
    """The words for a range of a layer letter, empty for anything else.

    >>> from symbolic.reading.profile import open_profile
    >>> in_words("l = L-1, L-2, \\\\ldots, 2", open_profile("nielsen"))
    ' $l$ in a hidden layer '
    """
    letters = [sign for sign, sort in profile.letters.items() if sort == LAYER.name]
    last = [sign for sign, sort in profile.sizes.items() if sort == LAYER.name]
    signs = re.findall(r"\\[A-Za-z]+|\\.|\S", text)
    used = [sign for sign in letters if sign in signs]
    if len(used) != 1 or not last:
        return ""
    names = {used[0]: "l", last[0]: "L", "\\,": "", "\\;": "", "\\ ": ""}
    bare = "".join(names.get(sign, sign) for sign in signs)
    role = next((role for pattern, role in _RANGES if re.fullmatch(pattern, bare)), "")
    return _WORDS[role].format(used[0]) if role else ""
