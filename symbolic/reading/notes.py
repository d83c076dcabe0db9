r"""What our own LaTeX pages set around and beside a formula: \boxed{…} and \derivationnote{…}{…}.

Both are taken out, and every character that stays keeps its place.
"""

from __future__ import annotations

import re

from symbolic.reading.macros import closing

_BESIDE = re.compile(r"\\derivationnote\s*(?=\{)")
_AROUND = re.compile(r"\\boxed\s*(?=\{)")


def without_notes(text: str) -> tuple[str, tuple[tuple[int, str], ...]]:
    r"""The formula alone, and each note with the character where it stood.

    >>> without_notes(r"a = b \derivationnote{since $c$}{(1)}")
    ('a = b                                ', ((6, 'since $c$'),))
    >>> without_notes(r"\boxed{a = b}")[0]
    '       a = b '
    """
    notes: list[tuple[int, str]] = []
    position = 0
    while match := _BESIDE.search(text, position):
        first = closing(text, match.end())
        if first < 0:
            break
        second = closing(text, first) if text.startswith("{", first) else first
        notes.append((match.start(), text[match.end() + 1 : first - 1]))
        end = second if second > 0 else first
        text = text[: match.start()] + " " * (end - match.start()) + text[end:]
        position = end
    while match := _AROUND.search(text):
        end = closing(text, match.end())
        if end < 0:
            break
        inside = text[match.end() + 1 : end - 1]
        text = (
            text[: match.start()]
            + " " * (match.end() + 1 - match.start())
            + inside
            + " "
            + text[end:]
        )
    return text, tuple(notes)
