r"""Which lines a text cites for a formula: "from (3)", "by (BP1)", "putting (2) into \eqref{eq:z}".

A line is known by its \tag, by a number in brackets at its end, or by its \label.  Only what is
said to lead to the formula is a citation; words that compare ("as in (3)", "agrees with (3)") or
that also point at something without a number ("putting this into (3)") limit the argument to no
set of lines.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from symbolic.reading.chains import Chain
from symbolic.reading.documents import Document, Mathematics
from symbolic.reading.source import Place
from symbolic.reading.tokens import Tok

_MARK = re.compile(
    r"\\tag\*?\s*\{\s*\(?(?P<tag>[^{}()]{1,20}?)\)?\s*\}|\\label\s*\{(?P<label>[^{}]{1,80})\}"
    r"|(?:\\q?quad|\\hfill|~|\\[ ,;:])\s*(?:\\text\s*\{)?\((?P<bare>\d{1,3}[a-z]?)\)\}?"
    r"(?=\s*[.,;]?\s*(?:\\\\|\\end\b|\\label\b|$))"
)
_REFERENCE = re.compile(r"\\(eq|auto|c|C)?ref\*?\s*\{([^{}]{1,80})\}")
_NUMBER = r"\(\s*(@\d{1,7}|\d{1,3}(?:\.\d{1,3})*[a-z]?)\s*\)"
_NUMBERED = re.compile(_NUMBER)
_BRACKETED = re.compile(r"\(([^()\n]{1,20})\)")
_OTHER = re.compile(
    r"\b(?:steps?|parts?|items?|cases?|fig(?:ure|s?\.)|tables?|(?:sub)?sections?|chapters?|lemmas?"
    r"|theorems?|assumptions?|propert(?:y|ies)|remarks?|examples?|exercises?)[\s~]*\(\d+\w?\)",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"\b(?:eqs?\.|eqs?\b|equations?\b|formulas?\b)[\s~]*\d{1,3}[a-z]?(?![\w.]*\d)\b"
    r"(?:(?:[\s~]*,[\s~]*|[\s~]*[-–—]+[\s~]*|[\s~]+(?:and|to)[\s~]+)\d{1,3}[a-z]?\b)*",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"\\(?:overset|underset|stackrel)\s*\{\s*((?:\(?\\\w+\s*\{[^{}]*\}|[^{}])+?)\s*\}"
)
_COUNTED = re.compile(r"([A-Za-z]+)\d+[a-z]?")
_NOUN = r"(?:(?:the|eqs?\.?|equations?|formulas?|lines?|rules?|relations?|results?|both)[\s~]+)*"
_LEADING = re.compile(
    r"\b(?:by|from|using|use|via|with|into|since|because\s+of|combin\w+|substitut\w+|insert\w*"
    rf"|plug\w*|putt?\w*|apply\w*|given|due\s+to|in\s+view\s+of|thanks\s+to)\s+{_NOUN}{_NUMBER}"
    rf"|{_NUMBER}\s+(?:\w+\s+)?(?:gives?|yields?|impl(?:y|ies)|shows?|leads?\s+to|becomes?)\b",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"[\s,;(]*(?:(?:which|this|it)\s+(?:follows|comes)\s+)?(?:by|from|using|via|because\s+of"
    rf"|since|due\s+to|in\s+view\s+of|thanks\s+to)\s+{_NOUN}{_NUMBER}"
)
_REASON = re.compile(r"\A\s*(?:by|from|using|via|since|because of)\b[^.:\n]*\n\s*\n")
"""A paragraph of its own below a formula that is the reason of this formula."""
_LOOSE = re.compile(
    r"\b(?:as\s+in|like|unlike|likewise|similar\w*|analog\w*|same|compar\w*|cf|see\s+\(|this|these"
    r"|those|(?:insert|putt?|plugg?|substitut|us)(?:e|ing)?\s+(?:it|that)|above|latter|former|last"
    r"|previous|again|rest|others?|consistent|agree\w*|identical|equivalent|contrast\w*|differs?"
    r"|different|apart|aside|confus\w*|distinguish\w*|instead|rather|than|without|not|cannot|never"
    r"|nor|neither|independent\w*|generali[sz]\w*|special\s+case|checks?|verif\w*|match\w*"
    r"|(?:of|in)\s+\[)\b|\(\d{1,2}\)\s+(?:the|an?)\b|\$",
    re.IGNORECASE,
)
_PREMISE = re.compile(r"\b(?:and|with|into|in|from|by|using|since|because|where|of)\s*$")
_RANGE = re.compile(r"\((\d{1,3})\)?\s*(?:-+|–|—|to|through)\s*\(?(\d{1,3})\)")
_SENTENCE = re.compile(r"(?<=[.!?])(?<!\b[Ee]q\.)(?<!\b[Ee]qs\.)[\s)\"”]+(?=[A-Z$(])")
FARTHEST = 600
"""How many characters from a formula the words that cite are looked for."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A line that a text names for another: its name, how that is shown, and where it stands."""

    name: str
    shown: str
    place: Place


@dataclass(frozen=True, slots=True)
class Cites:
    """What words before a chain cite for all of it, and words after it for its last relation.

    `over` are the lines that stand over one relation, \\overset{(3)}{=}, with its character.
    """

    lead: tuple[Cited, ...] = ()
    tail: tuple[Cited, ...] = ()
    over: tuple[tuple[int, Cited], ...] = ()

    def of(self, relation: Tok, last: bool) -> tuple[Cited, ...]:
        """What is cited for a relation of the chain."""
        own = tuple(cited for at, cited in self.over if at == relation.at)
        return (*self.lead, *own, *self.tail) if last else (*self.lead, *own)


NOTHING = Cites()


class Marks:
    """The names that the formulas of one document have in its text.

    A name that is no number, such as BP1 or a label, is @ and a number in the words that are read.
    """

    def __init__(self, document: Document) -> None:
        self.source = document.source
        self.places: list[tuple[str, int, int]] = []  # name, piece, character
        self.labels: dict[str, str] = {}
        self.shown: dict[str, str] = {}  # of the names with @
        self._names: dict[str, str] = {}  # by what is shown
        for number, piece in enumerate(document.pieces):
            if isinstance(piece, Mathematics):
                self._read(piece, number)
        self.names = frozenset(name for name, _, _ in self.places)
        printed = {shown for shown in self._names if shown not in self.labels}
        self._printed = frozenset(printed)
        self._stems = frozenset(m[1] for shown in printed if (m := _COUNTED.fullmatch(shown)))

    def _read(self, piece: Mathematics, number: int) -> None:
        """A row has the name that is printed beside it, or else one for its label."""
        rows: dict[int, list[re.Match[str]]] = {}
        for match in _MARK.finditer(piece.text):
            rows.setdefault(piece.text.count(r"\\", 0, match.start()), []).append(match)
        for row in rows.values():
            labels = [match["label"] for match in row if match["label"]]
            printed = [name for match in row if (name := match["tag"] or match["bare"])]
            name = " ".join((*printed, *labels)[0].split())
            if not printed or name[0] == "@" or not _NUMBERED.fullmatch(f"({name})"):
                name = self._named(name)
            self.places.append((name, number, piece.at + row[-1].start()))
            self.labels |= dict.fromkeys(labels, name)

    def _named(self, shown: str) -> str:
        """The name with @ of what is shown so."""
        if shown not in self._names:
            self._names[shown] = f"@{len(self._names) + 1}"
            self.shown[self._names[shown]] = shown
        return self._names[shown]

    def written(self, words: str) -> str:
        r"""The words in which every name of a line is a number in brackets, \eqref{…} as well.

        A label that stands nowhere gets a name where it is one of a formula.
        """

        def referred(match: re.Match[str]) -> str:
            labels = [label.strip() for label in match[2].split(",")]
            known = any(label in self.labels for label in labels)
            if not known and match[1] != "eq" and not match[2].startswith("eq"):
                return match[0]
            named = (self.labels.get(label) or self._named(label) for label in labels)
            return " and ".join(f"({name})" for name in named)

        def printed(match: re.Match[str]) -> str:
            counted = _COUNTED.fullmatch(match[1])
            likely = counted is not None and counted[1] in self._stems
            return f"({self._named(match[1])})" if match[1] in self._printed or likely else match[0]

        words = _BRACKETED.sub(printed, _REFERENCE.sub(referred, words))
        return _BARE.sub(lambda m: re.sub(r"(?<![\w.])\d+[a-z]?", r"(\g<0>)", m[0]), words)

    def cites(self, chain: Chain, words: str, following: str, before: Cites) -> Cites:
        """What is cited for a chain by words before it, or in its piece `before` it, and after."""
        found: tuple[list[Cited], list[Cited]] = ([*before.lead], [])
        words = _REASON.sub("", words)
        said = cited(f"{words} {chain.before}", chain.after or following, self.names)
        for name, follows in said:
            shown = self.shown.get(name, name)
            at = self._place(shown, chain.at, chain.end, follows)
            found[follows].append(Cited(name, f"({shown})", self.source.place(at)))
        lead, tail = found
        over = tuple((one.at, what) for one in chain.relations for what in self._over(one))
        return Cites(tuple(lead), tuple(tail), over)

    def _over(self, relation: Tok) -> Iterable[Cited]:
        """The line whose name stands over a relation; a mark that names none says nothing."""
        match = _OVER.match(self.source.text[relation.at : relation.end])
        named = self.written(match[1] if match[1][0] in "(\\" else f"({match[1]})") if match else ""
        for name in _NUMBERED.findall(named):
            counted = name[0].isdigit() and any(one[0].isdigit() for one in self.names)
            if counted or name in self.names or (match is not None and "\\" in match[1]):
                place = self.source.place(relation.at)
                yield Cited(name, f"({self.shown.get(name, name)})", place)

    def _place(self, shown: str, begin: int, end: int, follows: bool) -> int:
        """Where the words name a line: last before the formula ends, or first after it begins."""
        text, named = self.source.text, re.compile(rf"(?<![\w.]){re.escape(shown)}(?![\w.]\w)")
        low, high = (begin, end + FARTHEST) if follows else (max(0, begin - FARTHEST), end)
        found = [match.start() for match in named.finditer(text, low, high)]
        outer = [at for at in found if not begin <= at < end] or found
        return outer[0 if follows else -1] if outer else begin

    def lines(self, claims: Iterable[tuple[int, int, int]]) -> Mapping[str, tuple[int, ...]]:
        """The numbers of the claims that each name stands for: all from the name before it on.

        Each claim has its number, its piece and the character where it begins.
        """
        placed = tuple(claims)
        found: dict[str, tuple[int, ...]] = {}
        done: dict[int, int] = {}
        for name, piece, at in self.places:
            start = done.get(piece, -1)
            meant = (n for n, inside, begins in placed if inside == piece and start < begins < at)
            found[name] = (*found.get(name, ()), *meant)
            done[piece] = at
        return found


def cited(
    before: str, after: str = "", named: Collection[str] | None = None
) -> tuple[tuple[str, bool], ...]:
    r"""The lines that words before and after a formula name as what it follows from.

    Each with whether the words after the formula name it.  Of a range those within it count that
    are `named`, all of them where that is not given.

    >>> [name for name, _ in cited("Now $z$ is known. Substituting (2) into (4), we get")]
    ['2', '4']
    >>> cited("as in (2), by (3)"), cited("By (2) and"), cited("This agrees with (3):")
    ((), (), ())
    >>> [name for name, _ in cited("From (2)-(4) it follows that")]
    ['2', '3', '4']
    >>> cited("Hence", ", by (7) and (8). By (9) the rest")
    (('7', True), ('8', True))
    """
    paragraphs = [part for part in re.split(r"\n\s*\n", before) if part.strip()]
    lead = _SENTENCE.split(paragraphs[-1])[-1].strip() if paragraphs else ""
    tail = re.split(r"(?<=[.!?;])(?<!\b[Ee]q\.)(?<!\b[Ee]qs\.)(?:\s|$)|\n\s*\n", after)[0]
    if lead.endswith((".", "!", "?")) or _PREMISE.search(lead):  # what comes is no conclusion
        lead = ""

    def each(match: re.Match[str]) -> str:
        """(2)-(4) as (2) (3) (4)."""
        first, last = int(match[1]), int(match[2])
        inner = range(first + 1, min(last, first + 99))
        some = (n for n in inner if named is None or str(n) in named)
        return " ".join(f"({n})" for n in (first, *some, last)) if first < last else match[0]

    lead, tail = (_RANGE.sub(each, _OTHER.sub(" ", words)) for words in (lead, tail))
    found: dict[str, bool] = {}
    for words, follows in ((lead, False), (tail, True)):
        said = _TRAILING.match(words) if follows else _LEADING.search(words)
        for match in _NUMBERED.finditer(words) if said and not _LOOSE.search(words) else ():
            found.setdefault(match[1], follows)
    return tuple(found.items())
