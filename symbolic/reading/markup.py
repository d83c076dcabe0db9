"""The words of a document without the commands, tags and addresses around them."""

from __future__ import annotations

import re

_HEADING = re.compile(
    r"^(#{1,6} [^\n]*)$|\\(?:sub)*(?:section|paragraph)\*?\{([^}\n]*)\}", re.MULTILINE
)
_MARKUP = re.compile(
    r"\\texttt\{[^{}]*[(*/^+][^{}]*\}"  # a formula as it was typed, as in `exp(-v)`
    r"|\\(?:setlength|renewcommand)\s*\{[^{}]*\}\s*\{[^{}]*\}"
    r"|\\rule\s*(?:\[[^\]]*\])?\{[^{}]*\}\{[^{}]*\}|\\[hv]space\*?\{[^{}]*\}|\\vskip-?[\d.]+[a-z]{2}"
    r"|\\begin\{(?:tabular|longtable)\}\{(?:[^{}]|\{[^{}]*\})*\}"
    r"|\\begin\{tabular\*\}\{[^{}]*\}\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
    r"|\\(?:label|ref|eqref|cite\w*|begin|end|includegraphics)\s*(?:\[[^\]]*\])?\{[^}]*\}"
    r"|\\[A-Za-z]+\*?|<[^<>\n]{1,200}>|!?\[([^\[\]\n]{0,300})\]\([^()\n]{0,500}\)"
)
TRAILING = re.compile(r"[\s,(]*(?:where|for|with|if|when|and where|here)\b")


def plain(text: str) -> str:
    """Words without commands, tags and addresses; a heading is a paragraph of its own."""
    text = _HEADING.sub(lambda m: f"\n\n# {(m[1] or m[2]).lstrip('# ')}\n\n", text)
    return _MARKUP.sub(lambda m: m[1] or " ", text).replace("~", " ")


def first_sentence(text: str) -> str:
    """The words up to the end of the sentence or paragraph."""
    return re.split(r"(?<=[.!?])\s|\n\s*\n(?=.)", text.strip())[0]
