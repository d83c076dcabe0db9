r"""Which lines a text cites for a formula: "from (3)", "substituting (2) into \eqref{eq:dh}".

A line is known by its \tag, by a number in brackets at its end, or by its \label.  Only what is
said to lead to the formula is a citation; words that compare ("as in (3)") or that also point at
something without a number ("putting this into (3)") limit the argument to no set of lines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from symbolic.reading.documents import Document, Mathematics

_MARK = re.compile(
    r"\\tag\*?\s*\{\s*\(?(?P<tag>[^{}()]{1,20}?)\)?\s*\}|\\label\s*\{(?P<label>[^{}]{1,80})\}"
    r"|(?:\\q?quad|\\hfill|~|\\[ ,;:])\s*(?:\\text\s*\{)?\((?P<bare>\d{1,3}[a-z]?)\)\}?"
    r"(?=\s*[.,;]?\s*(?:\\\\|\\end\b|\\label\b|$))"
)
_REFERENCE = re.compile(r"\\(?:eq|auto|c|C)?ref\*?\s*\{([^{}]{1,80})\}")
_NUMBER = r"\(\s*(@?\d{1,3}(?:\.\d{1,3})*[a-z]?)\s*\)"
_NUMBERED = re.compile(_NUMBER)
_NOUN = r"(?:(?:the|eqs?\.?|equations?|formulas?|lines?|rules?|relations?|results?|both)[\s~]+)*"
_LEADING = re.compile(
    r"\b(?:by|from|using|use|via|with|into|since|because\s+of|combin\w+|substitut\w+|insert\w*"
    rf"|plug\w*|apply\w*|given|due\s+to|in\s+view\s+of|thanks\s+to)\s+{_NOUN}{_NUMBER}"
    rf"|{_NUMBER}\s+(?:\w+\s+)?(?:gives?|yields?|impl(?:y|ies)|shows?|leads?\s+to|becomes?)\b",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"[\s,;(]*(?:(?:which|this|it)\s+(?:follows|comes)\s+)?(?:by|from|using|via|because\s+of"
    rf"|since|due\s+to|in\s+view\s+of|thanks\s+to)\s+{_NOUN}{_NUMBER}"
)
_LOOSE = re.compile(
    r"\b(?:as\s+in|like|likewise|similar\w*|analog\w*|same|compare|cf|see\s+\(|this|these|those"
    r"|(?:insert|putt?|plugg?|substitut|us)(?:e|ing)?\s+(?:it|that)|above|latter|former|last"
    r"|previous|again|rest|others?)\b|\$",
    re.IGNORECASE,
)
_PREMISE = re.compile(r"\b(?:and|with|into|in|from|by|using|since|because|where|of)\s*$")
_RANGE = re.compile(r"\((\d{1,3})\)?\s*(?:-+|–|—)\s*\(?(\d{1,3})\)")
_SENTENCE = re.compile(r"(?<=[.!?])[\s)\"”]+(?=[A-Z$(])")


class Numbered(Protocol):
    """A claim, and where it is written."""

    @property
    def number(self) -> int: ...

    @property
    def piece(self) -> int: ...

    @property
    def at(self) -> int: ...


class Marks:
    """The names that the formulas of one document have in its text."""

    def __init__(self, document: Document) -> None:
        self.places: list[tuple[str, int, int]] = []  # name, piece, character
        self.labels: dict[str, str] = {}
        for number, piece in enumerate(document.pieces):
            if isinstance(piece, Mathematics):
                self._read(piece, number)

    def _read(self, piece: Mathematics, number: int) -> None:
        """A row has the name that is printed beside it, or else one for its label."""
        rows: dict[int, list[re.Match[str]]] = {}
        for match in _MARK.finditer(piece.text):
            rows.setdefault(piece.text.count(r"\\", 0, match.start()), []).append(match)
        for row in rows.values():
            labels = [match["label"] for match in row if match["label"]]
            printed = [name for match in row if (name := match["tag"] or match["bare"])]
            name = printed[0] if printed else f"@{len(self.labels) + 1}"
            self.places.append((name, number, piece.at + row[-1].start()))
            self.labels |= dict.fromkeys(labels, name)

    def written(self, words: str) -> str:
        r"""The words with \eqref{…} as the number in brackets that it stands for."""
        return _REFERENCE.sub(
            lambda m: f"({self.labels[m[1]]})" if m[1] in self.labels else m[0], words
        )

    def lines(self, claims: Sequence[Numbered]) -> Mapping[str, tuple[int, ...]]:
        """The numbers of the claims that each name stands for: all from the name before it on."""
        found: dict[str, tuple[int, ...]] = {}
        done: dict[int, int] = {}
        for name, piece, at in self.places:
            start = done.get(piece, -1)
            meant = (c.number for c in claims if c.piece == piece and start < c.at < at)
            found[name] = (*found.get(name, ()), *meant)
            done[piece] = at
        return found


def cited(before: str, after: str = "") -> tuple[str, ...]:
    r"""The lines that words before and after a formula name as what it follows from.

    >>> cited("Now $z$ is known. Substituting (2) into (4), we get"), cited("as in (2), by (3)")
    (('2', '4'), ())
    >>> cited("From (2)-(4) it follows that"), cited("By (2) and")
    (('2', '3', '4'), ())
    >>> cited("Hence", ", by (7) and (8). By (9) the rest")
    ('7', '8')
    """
    paragraphs = [part for part in re.split(r"\n\s*\n", before) if part.strip()]
    lead = _SENTENCE.split(paragraphs[-1])[-1].strip() if paragraphs else ""
    tail = re.split(r"(?<=[.!?;])(?:\s|$)|\n\s*\n", after)[0]
    if lead.endswith((".", "!", "?")) or _PREMISE.search(lead):  # what comes is no conclusion
        lead = ""
    lead, tail = _RANGE.sub(_each, lead), _RANGE.sub(_each, tail)
    said = [lead] if _LEADING.search(lead) else []
    said += [tail] if _TRAILING.match(tail) else []
    found = (match[1] for words in said if not _LOOSE.search(words)
             for match in _NUMBERED.finditer(words))  # fmt: skip
    return tuple(dict.fromkeys(found))


def _each(match: re.Match[str]) -> str:
    """(2)-(4) as (2) (3) (4)."""
    first, last = int(match[1]), int(match[2])
    return " ".join(f"({n})" for n in range(first, min(last, first + 99) + 1)) or match[0]
