"""Edits of a user's text: what is replaced and put in; every other character stays as it is."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

BYTE_ORDER_MARK = "\ufeff"
_INDENT = re.compile(r"[ \t]*(?:>[ \t]?)*")


@dataclass
class Edits:
    """Edits of a text, at characters of the text as it is read: without mark and with \\n alone.

    >>> edits = Edits("a\\r\\nb")
    >>> edits.replace(2, 3, "c")
    True
    >>> edits.result()
    'a\\r\\nc'
    """

    original: str
    made: list[tuple[int, int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        marked = self.original.startswith(BYTE_ORDER_MARK)
        self.mark = BYTE_ORDER_MARK if marked else ""
        self.raw = self.original.removeprefix(BYTE_ORDER_MARK)
        self.newline = "\r\n" if "\r\n" in self.raw else "\n"
        self.text = self.raw.replace("\r\n", "\n")

    def replace(self, start: int, end: int, words: str) -> bool:
        """Put words in the place of others; False where something was replaced there before."""
        if any(start < b and a < end for a, b, _ in self.made):
            return False
        self.made.append((start, end, words))
        return True

    def insert(self, at: int, words: str, *, first: bool = False) -> None:
        """Put words in; at one place in the order of the calls, or before all others."""
        self.made.insert(0 if first else len(self.made), (at, at, words))

    def line_end(self, at: int) -> int:
        """The end of the line of a character."""
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end

    def paragraph_end(self, at: int) -> int:
        """The end of the last line before the next empty one."""
        empty = re.compile(r"\n[ \t]*(?=\n|\Z)").search(self.text, at)
        return len(self.text.rstrip("\n")) if empty is None else empty.start()

    def margin(self, at: int) -> str:
        """The blanks and > signs that the line of a character begins with."""
        start = self.text.rfind("\n", 0, at) + 1
        match = _INDENT.match(self.text, start)
        return match[0] if match else ""

    def result(self) -> str:
        """The text with all edits."""
        raw = self._raw()
        parts, done = [self.mark], 0
        for start, end, words in sorted(self.made, key=lambda edit: edit[:2]):
            parts.append(self.raw[done : raw(start)])
            parts.append(words.replace("\n", self.newline))
            done = max(done, raw(end))
        return "".join((*parts, self.raw[done:]))

    def _raw(self) -> Callable[[int], int]:
        """From a character of the text as read to that of the original without its mark."""
        if self.newline == "\n":
            return lambda at: at
        starts, n = list[int](), 0
        for row in self.raw.split("\r\n"):
            starts.append(n)
            n += len(row) + 1
        return lambda at: at + bisect_right(starts, at) - 1
