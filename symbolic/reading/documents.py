"""Document → words, formulas and what is left alone, with the place of every character.

Markdown, LaTeX files, Jupyter notebooks and single formulas.  Nothing is dropped: a piece is words,
a formula, left alone for a reason, or not understood.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from symbolic.errors import InputError
from symbolic.reading.macros import Macro, closing, definition
from symbolic.reading.notes import apart
from symbolic.reading.source import SUFFIXES, Source

_WORDS = re.compile(r"\\(?:text|mbox|parbox\[t\]\{[^{}]*\})(?=\{)")
"""Words within a formula; they may have formulas of their own."""
MOST_BYTES = 4_000_000
KINDS = ("markdown", "latex", "notebook", "formula")


@dataclass(frozen=True, slots=True)
class Prose:
    """Words between formulas."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Mathematics:
    """A formula: from `begin` to `end` with its delimiters, its text from `at` on."""

    text: str
    at: int
    begin: int
    end: int
    display: bool


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A piece that is no mathematics to be read, and why."""

    why: str
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Unread:
    """A piece that should have been read and cannot be."""

    what: str
    next_step: str
    at: int
    end: int


Piece = Prose | Mathematics | LeftAlone | Unread


@dataclass(frozen=True)
class Document:
    """A source cut into pieces, and the macros it defines."""

    source: Source
    kind: str
    pieces: tuple[Piece, ...]
    macros: Mapping[str, Macro] = field(default_factory=dict)


CHECKED = "<!-- proofprop check -->"
"""What stands before the end that `check` adds to a document."""
NO_CLAIMS, CLAIMS = "proofprop: no claims", "proofprop: claims"
"""Comments between which a document claims nothing: the numbers of an example, a program."""
_ASIDE = {False: f"<!-- {NO_CLAIMS} -->", True: f"% {NO_CLAIMS}\n"}
_DISPLAYS = "equation|align|gather|multline|eqnarray|displaymath|flalign|alignat"
_BARE = "aligned|split|gathered|cases"
_VERBATIM = "verbatim|lstlisting|minted|comment|tikzpicture|filecontents"
_OPENING = re.compile(
    rf"(?P<escape>\\[$\\%&_#{{}}])|(?P<dollars>\$\$)|(?P<dollar>\$)|(?P<inline>\\\()|(?P<display>\\\[)"
    rf"|\\begin\s*\{{(?P<env>(?:{_DISPLAYS}|math)\*?)\}}|(?P<bare>\\begin\s*\{{(?:{_BARE})\}})"
    rf"|\\begin\s*\{{(?P<verbatim>(?:{_VERBATIM})\*?)\}}"
    r"|(?P<fence>^[ \t]{0,3}(?:`{3,}|~{3,}))|(?P<tick>`+)|(?P<comment><!--)"
    r"|(?P<note>^[ \t]*> \*\*[✓✗?!·] )"
    r"|(?P<percent>%)|(?P<macro>\\(?:(?:re)?newcommand|providecommand|DeclareMathOperator|def)(?![a-zA-Z]))"
    r"|(?P<input>\\(?:input|include|import|subfile)\s*\{[^}\n]*\})"
    r"|(?P<verb>\\verb\*?([^a-zA-Z\s*])[^\n]*?\2)",
    re.MULTILINE,
)


_SET = re.compile(rf"\$|\\\[|\\\(|\\begin\s*\{{(?:{_DISPLAYS})")


def kind_of(name: str) -> str:
    """The kind of document that a file name says; raises `InputError` where it says none.

    >>> kind_of("notes.md"), kind_of("notes.ipynb")
    ('markdown', 'notebook')
    """
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    if suffix not in SUFFIXES:
        raise InputError(
            f"{name!r} is no document that is read here; {', '.join(SUFFIXES)} are.", file=name
        )
    return SUFFIXES[suffix]


def cut(text: str, kind: str) -> Document:
    """The pieces of a document; `kind` is markdown, latex, notebook or formula.

    >>> [type(p).__name__ for p in cut("let $j$ be `x`", "markdown").pieces]
    ['Prose', 'Mathematics', 'Prose', 'LeftAlone']
    """
    if len(text) > MOST_BYTES:
        raise InputError(f"A document may have up to {MOST_BYTES // 1_000_000} MB.")
    if kind == "notebook":
        return _notebook(text)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if kind == "formula" and not _SET.search(text):
        whole = Mathematics(text.strip(), len(text) - len(text.lstrip()), 0, len(text), True)
        return Document(Source(text), kind, (whole,))
    if kind not in ("markdown", "latex", "formula"):
        raise InputError(f"{kind!r} is no kind of document; known are {', '.join(KINDS)}.")
    macros: dict[str, Macro] = {}
    pieces = tuple(_Scanner(text, kind == "latex", macros).pieces())
    return Document(Source(text), kind, pieces, macros)


def _notebook(text: str) -> Document:
    """The markdown cells one after the other; code cells are left alone."""
    try:
        data = json.loads(text)
        cells = data["cells"]
        sources = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError("This is no Jupyter notebook (JSON with cells).") from None
    joined, starts, spans = "", [], []
    for number, (cell_type, source) in enumerate(sources, start=1):
        starts.append((len(joined), number))
        spans.append((cell_type, len(joined), len(joined) + len(source)))
        joined += source + "\n\n"
    macros: dict[str, Macro] = {}
    pieces: list[Piece] = []
    for cell_type, start, end in spans:
        if cell_type == "markdown":
            pieces += _Scanner(joined, False, macros, start, end).pieces()
            pieces.append(Prose("\n\n", end))
        else:
            pieces.append(LeftAlone(f"a {cell_type} cell", start, end))
    return Document(Source(joined, tuple(starts) or ((0, 0),)), "notebook", tuple(pieces), macros)


class _Scanner:
    def __init__(
        self, text: str, latex: bool, macros: dict[str, Macro], start: int = 0, end: int = -1
    ) -> None:
        self.text, self.latex, self.macros = text, latex, macros
        self.n, self.end = start, len(text) if end < 0 else end

    def pieces(self) -> Iterator[Piece]:
        """The pieces from the start to the end, in order."""
        yield from self._preamble()
        begun = self.n
        while True:
            match = _OPENING.search(self.text, self.n, self.end)
            piece = self._one(match) if match else None
            if match is None:
                if begun < self.end:
                    yield Prose(self.text[begun : self.end], begun)
                return
            if piece is None:
                self.n = max(match.end(), self.n)
                continue
            if begun < match.start():
                yield Prose(self.text[begun : match.start()], begun)
            yield from self._apart(piece)
            self.n = begun = max(_end(piece), match.start() + 1)

    def _apart(self, piece: Piece) -> Iterator[Piece]:
        """A display of our own LaTeX pages as its rows, each with the words of its note behind."""
        if not (self.latex and isinstance(piece, Mathematics) and "\\derivationnote" in piece.text):
            yield piece
            return
        for kind, start, end in apart(piece.text):
            at, stop = piece.at + start, piece.at + end
            if kind == "row":
                yield Mathematics(self.text[at:stop], at, at, stop, True)
            else:
                yield Prose("\n\n", at)
                yield from _Scanner(self.text, True, self.macros, at, stop).pieces()
                yield Prose("\n\n", stop)

    def _preamble(self) -> Iterator[Piece]:
        if self.latex and self.n == 0:
            begin = self.text.find("\\begin{document}")
            if begin >= 0:
                for match in re.finditer(r"\\(?:re)?(?:newcommand|def|providecommand|Declare)",
                                         self.text[:begin]):  # fmt: skip
                    found = definition(self.text, match.start())
                    if found:
                        self.macros[found[0]] = found[1]
                yield LeftAlone("the preamble", 0, begin)
                self.n = begin + len("\\begin{document}")
        elif self.n == 0 and self.text.startswith("---\n"):
            end = self.text.find("\n---", 3)
            if end > 0:
                yield LeftAlone("the front matter", 0, end + 4)
                self.n = end + 4

    def _one(self, match: re.Match[str]) -> Piece | None:
        """The piece that begins here, None where nothing does."""
        at, kind = match.start(), match.lastgroup or ""
        aside = self._aside(at) if match["comment"] or match["percent"] else None
        if aside is not None:
            return aside
        if match["fence"] or match["tick"] or match["comment"]:
            return None if self.latex else self._code(match)
        if match["note"]:
            return None if self.latex else self._note(at)
        if match["percent"]:
            return self._until("\n", at, "a comment", missing=self.end) if self.latex else None
        if match["escape"]:
            return None
        if match["macro"]:
            return self._macro(at)
        if match["input"]:
            return Unread("Other files are not opened.", "Paste its text here.", at, match.end())
        if match["verb"]:
            return LeftAlone("verbatim", at, match.end())
        if match["verbatim"]:
            return self._until(f"\\end{{{match['verbatim']}}}", at, "verbatim", missing=self.end)
        if match["dollar"]:
            return self._dollar(at)
        closer = {"dollars": "$$", "inline": "\\)", "display": "\\]"}.get(kind)
        if closer:
            return self._between(match.end(), closer, at, kind != "inline")
        if match["env"]:
            return self._environment(match, match["env"])
        return self._bare(match)

    def _until(self, closer: str, at: int, why: str, missing: int) -> Piece:
        end = self.text.find(closer, at + 1, self.end)
        return LeftAlone(why, at, end + len(closer) if end >= 0 else missing)

    def _note(self, at: int) -> Piece:
        """A quote that `check` wrote below a formula, to its last line."""
        end = re.compile(r"(?:[ \t]*>.*(?:\n|\Z))+").match(self.text, at, self.end)
        assert end is not None
        return LeftAlone("a note of an earlier check", at, end.end())

    def _aside(self, at: int) -> Piece | None:
        """What the document itself says claims nothing."""
        opening = _ASIDE[self.latex]
        if not self.text.startswith(opening, at):
            return None
        closer = opening.replace(NO_CLAIMS, CLAIMS)
        why = "an aside, of which the document says that it claims nothing"
        return self._until(closer, at, why, missing=self.end)

    def _code(self, match: re.Match[str]) -> Piece | None:
        at = match.start()
        if match["comment"]:
            if self.text.startswith(CHECKED, at):
                return LeftAlone("the end of an earlier check", at, self.end)
            return self._until("-->", at, "a comment", missing=self.end)
        if match["tick"]:
            closer = re.compile(rf"(?<!`){match['tick']}(?!`)")
            end = closer.search(self.text, match.end(), self.end)
            return LeftAlone("code", at, end.end()) if end else None
        fence = match["fence"].strip()
        end = re.compile(rf"^[ \t]{{0,3}}{fence[0]}{{{len(fence)},}}[ \t]*$", re.M).search(
            self.text, match.end(), self.end
        )
        return LeftAlone("a code block", at, end.end() if end else self.end)

    def _macro(self, at: int) -> Piece:
        found = definition(self.text, at)
        if found is None or found[2] > self.end:
            what = "This definition of a command is not read."
            return Unread(what, "Use \\newcommand{\\name}[n]{…}.", at, at + 4)
        self.macros[found[0]] = found[1]
        return LeftAlone("the definition of a command", at, found[2])

    def _dollar(self, at: int) -> Piece | None:
        """$…$ within one paragraph; `$5 and $6` is money."""
        n = at + 1
        while n < self.end:
            character = self.text[n]
            words = _WORDS.match(self.text, n)
            if words is not None:
                n = max(n + 1, closing(self.text, words.end()) - 1)
            elif character == "\\":
                n += 1
            elif character == "$":
                if self.text.startswith("$$", n):
                    return None
                break
            elif character == "\n" and not self.text[n + 1 : self.text.find("\n", n + 1)].strip():
                n = self.end
            n += 1
        inside = self.text[at + 1 : n]
        money = self.text[n + 1 : n + 2].isdigit() or (
            inside[-1:].isspace() and not inside[:1].isspace()
        )
        if n >= self.end or money or not inside.strip():
            return None
        return Mathematics(inside, at + 1, at, n + 1, False)

    def _between(self, start: int, closer: str, at: int, display: bool) -> Piece:
        n = self.text.find(closer, start, self.end)
        while n > 0 and self.text[n - 1] == "\\" and self.text[n - 2 : n] != "\\\\":
            n = self.text.find(closer, n + 1, self.end)
        if n < 0:
            opened = self.text[at:start]
            what = f"{opened} is not closed."
            return Unread(what, f"Add {closer}.", at, self._paragraph(start))
        return Mathematics(self.text[start:n], start, at, n + len(closer), display)

    def _environment(self, match: re.Match[str], name: str) -> Piece:
        closer = f"\\end{{{name}}}"
        start = match.end()
        if name.startswith("alignat") and self.text.startswith("{", start):
            start = max(start, closing(self.text, start))
        n = self.text.find(closer, start, self.end)
        if n < 0:
            what = f"\\begin{{{name}}} is not closed."
            return Unread(what, f"Add {closer}.", match.start(), self._paragraph(start))
        return Mathematics(
            self.text[start:n], start, match.start(), n + len(closer), name != "math"
        )

    def _bare(self, match: re.Match[str]) -> Piece:
        """An environment such as aligned outside of mathematics is read as a display."""
        name = match["bare"].split("{")[1].rstrip("}")
        closer = f"\\end{{{name}}}"
        n = self.text.find(closer, match.end(), self.end)
        if n < 0:
            what = f"\\begin{{{name}}} is not closed."
            return Unread(what, f"Add {closer}.", match.start(), self._paragraph(match.end()))
        end = n + len(closer)
        at = match.start()
        return Mathematics(self.text[at:end], at, at, end, True)

    def _paragraph(self, at: int) -> int:
        """Where the paragraph ends."""
        match = re.compile(r"\n\s*\n").search(self.text, at, self.end)
        return match.start() if match else self.end


def _end(piece: Piece) -> int:
    return piece.at + len(piece.text) if isinstance(piece, Prose) else piece.end
