"""The words of a document without the commands, tags and addresses around them."""

from __future__ import annotations

import re

_HEADING = re.compile(
    r"^(#{1,6} [^\n]*)$|\\(?:sub)*(?:section|paragraph)\*?\{([^}\n]*)\}", re.MULTILINE
)
_TYPED = r"(?:[^{}]|\{[^{}]*\})"
_MARKUP = re.compile(
    rf"\\texttt\{{{_TYPED}*(?:[(*/^+]|circum){_TYPED}*\}}"  # a formula as in `exp(-v^2)`
    r"|\\(?:setlength|renewcommand)\s*\{[^{}]*\}\s*\{[^{}]*\}"
    r"|\\rule\s*(?:\[[^\]]*\])?\{[^{}]*\}\{[^{}]*\}|\\[hv]space\*?\{[^{}]*\}|\\vskip-?[\d.]+[a-z]{2}"
    r"|\\begin\{(?:tabular|longtable)\}\{(?:[^{}]|\{[^{}]*\})*\}"
    r"|\\begin\{tabular\*\}\{[^{}]*\}\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
    r"|\\(?:label|ref|eqref|cite\w*|begin|end|includegraphics)\s*(?:\[[^\]]*\])?\{[^}]*\}"
    r"|\\[A-Za-z]+\*?|<[^<>\n]{1,200}>|!?\[([^\[\]\n]{0,300})\]\([^()\n]{0,500}\)"
)
TRAILING = re.compile(
    r"[\s,(]*(?:(?:where|for|with|if|when|and where|here)\b"
    r"|\s\$\w\$ (?:within \(|in a hidden layer ))"
)


_END = re.compile(r"[.!?;](?:\s|$)|\n\s*\n\s*\S")
"""The end of a sentence or of a paragraph."""
_BEGINS = re.compile(
    r"[ \t]*\n\s*(?:(?:[-*]|\d{1,2}[.)])\s|(?!(?:then|therefore|hence|thus|so|consequently|where"
    r"|with|and|since|because|which)\b)(?-i:[A-Z])[a-z]+\b)",
    re.IGNORECASE,
)
"""A line that begins with a capital, or an item of a list."""


def ends(words: str, claimed: bool) -> list[int]:
    """Where sentences end: a semicolon ends one where something was claimed in it.

    In "If j = 3; then" it stands between a condition and what is claimed under it.

    So does an item of a list, and a line with a capital behind a formula that claimed something,
    but none with "Then".

    >>> ends("; then if j = 3; we get", True), ends("If j = 3; then", False)
    ([1], [])
    >>> ends("\\nThe weights have", True), ends("\\nThen", True), ends("\\nThe", False)
    ([0], [], [])
    """
    found = [0] if claimed and _BEGINS.match(words) else []
    claimed = claimed and not found
    for match in _END.finditer(words):
        if match[0][0] != ";" or claimed:
            found.append(match.start() + 1)
            claimed = False
    return found


def plain(text: str) -> str:
    """Words without commands, tags and addresses; a heading is a paragraph of its own."""
    text = _HEADING.sub(lambda m: f"\n\n# {(m[1] or m[2]).lstrip('# ')}\n\n", text)
    return _MARKUP.sub(lambda m: m[1] or " ", text).replace("~", " ")


def first_sentence(text: str) -> str:
    """The words up to the end of the sentence or paragraph."""
    return re.split(r"(?<=[.!?])\s|\n\s*\n(?=.)", text.strip())[0]
