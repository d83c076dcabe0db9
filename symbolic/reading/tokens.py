"""The tokens of a LaTeX formula: a whitelist, so that no unknown command can hide anything.

Every token knows the character of the document where it begins.  What the tokens mean is left to
the grammar and to the elaboration.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from symbolic.reading.source import NotUnderstood
from symbolic.reading.vocabulary import (
    ACCENTS,
    ALPHABETS,
    APPLIED,
    CLOSES,
    COMMANDS,
    ENVIRONMENTS,
    GREEK,
    LEFT,
    MARKS,
    OPENS,
    RELATIONS,
    RIGHT,
    SILENT,
    SKIPPED,
    TEXTS,
    UNSUPPORTED,
)

MOST_CHARACTERS = 5_000
MOST_NESTED = 60
MOST_DIGITS = 30
_SWITCH = re.compile(r"\{\s*\\(rm|bf|it|sf|cal)(?![A-Za-z])")
"""An alphabet for the rest of a group, as old texts write it: {\\rm th}."""
_WORD = re.compile(r"(?=.*[A-Za-z])(?:[A-Za-z0-9]|\\_){1,140}")
"""The name of a unit or a weight: \\mathrm{hidden\\_1}."""
_REASON = re.compile(
    r"\(?(?:[0-9ivx*]{1,4}|[a-z]|[A-Z]{1,4}\d{1,3}[a-z]?|\d{1,3}(?:\.\d{1,3})*[a-z]?)\)?"
    r"|\(?\\(?:eq)?ref\s*\{[^{}]{1,80}\}\)?"
)
"""What may stand over an equals sign: the name of the line that it follows from, or a mark."""
_OPENS = re.compile(r"\s*(?:\\(?:left|[bB]igl?)\s*)?\(")
_BAR = re.compile(r"\s*(?:\||\\vert(?![A-Za-z]))")
"""The bar that follows \\left or \\right."""
GAP = re.compile(r"\s*\{\s*\\hspace\*?\{[\d.]+[a-z]{2}\}\s*\}")
"""What follows \\underline where an exercise leaves a gap."""


@dataclass(frozen=True, slots=True)
class Tok:
    """A token: its kind (a terminal of the grammar), its text, and where it begins and ends."""

    kind: str
    text: str
    at: int
    end: int


def tokens(text: str, offsets: Sequence[int] | None = None) -> tuple[Tok, ...]:
    """The tokens of a formula; `offsets` are the characters of the document it was taken from.

    Raises `NotUnderstood` at the first character that is not on the whitelist.

    >>> [token.kind for token in tokens(r"\\delta_j = e_j")]
    ['SYM', 'SUB', 'SYM', 'REL', 'SYM', 'SUB', 'SYM']
    """
    return _Tokenizer(text, range(len(text)) if offsets is None else offsets).all()


def closing_brace(found: Sequence[Tok], opening: int) -> int:
    """Where the brace is that closes the one here."""
    depth = 0
    for n in range(opening, len(found)):
        depth += (found[n].kind == "LB") - (found[n].kind == "RB")
        if depth == 0:
            return n
    return len(found)


def script_end(found: Sequence[Tok], n: int) -> int:
    """Behind the script, a token or braces, that begins here."""
    return closing_brace(found, n) + 1 if n < len(found) and found[n].kind == "LB" else n + 1


def sign_end(found: Sequence[Tok], start: int) -> int:
    """Behind the sign with its scripts that begins here; where it begins if there is none."""
    if start >= len(found) or found[start].kind != "SYM":
        return start
    n = start + 1
    while n + 1 < len(found) and found[n].kind in ("SUB", "SUP"):
        n = script_end(found, n + 1)
    return n


class _Tokenizer:
    def __init__(self, text: str, offsets: Sequence[int]) -> None:
        self.text, self.offsets, self.n = text, offsets, 0
        self.found: list[Tok] = []
        if len(text) > MOST_CHARACTERS:
            raise NotUnderstood(
                f"This formula has {len(text):,} characters; at most {MOST_CHARACTERS:,} are read.",
                "Split it.",
                self._at(0),
            )

    def all(self) -> tuple[Tok, ...]:
        while self.n < len(self.text):
            self._one()
        self._balanced()
        return tuple(self.found)

    # -- characters

    def _at(self, n: int) -> int:
        if n < len(self.text):
            return self.offsets[n]
        return self.offsets[len(self.text) - 1] + 1 if self.text else 0

    def _refuse(self, what: str, next_step: str, n: int) -> NotUnderstood:
        return NotUnderstood(what, next_step, self._at(n))

    def _emit(self, kind: str, text: str, start: int) -> None:
        self.found.append(Tok(kind, text, self._at(start), self._at(self.n - 1) + 1))

    def _one(self) -> None:
        start, character = self.n, self.text[self.n]
        if character in " \t\r\n~":
            self.n += 1
        elif character == "\\":
            self._command()
        elif character.isascii() and character.isdigit():
            self._number()
        elif character.isascii() and character.isalpha():
            self.n += 1
            self._emit("SYM", character, start)
        elif self.text.startswith((":=", "<=", ">="), start):
            self.n += 2
            self._emit("REL", self.text[start : self.n], start)
        elif character in "=<>":
            self.n += 1
            self._emit("REL", character, start)
        elif switch := _SWITCH.match(self.text, start):
            inside = self._group(start, switch[1])[switch.end() - start - 1 :]
            self._letters(f"math{switch[1]}", inside.strip(), start)
        elif character in MARKS:
            self.n += 1
            kind = "COMMA" if character == ";" and self._in_brackets() else MARKS[character]
            self._emit(kind, character, start)
        elif character == "%":
            end = self.text.find("\n", start)
            self.n = len(self.text) if end < 0 else end
        else:
            raise self._refuse(
                f"The character {character!r} (U+{ord(character):04X}) is not read in a formula.",
                "Write the LaTeX command for it.",
                start,
            )

    def _in_brackets(self) -> bool:
        """Whether a round bracket is open: a semicolon in J(W; x) separates arguments."""
        kinds = [token.kind for token in self.found]
        return kinds.count("LP") > kinds.count("RP")

    def _number(self) -> None:
        start = self.n
        most = 1 if self._argument_of_frac() else len(self.text)
        while self.n < len(self.text) and self.n - start < most and self._digit(start):
            self.n += 1
        text = self.text[start : self.n]
        if len(text) > MOST_DIGITS:
            raise self._refuse(
                f"A number has {len(text)} digits; at most {MOST_DIGITS} are read.", "", start
            )
        if len(text) > 1 and self.found and self.found[-1].kind in ("SUB", "SUP"):
            raise self._refuse(
                f"TeX takes only the first digit of {text} as the script.",
                f"Write {{{text}}} in braces.",
                start,
            )
        self._emit("NUM", text, start)

    def _digit(self, start: int) -> bool:
        character = self.text[self.n]
        if character == "." and "." not in self.text[start : self.n]:
            following = self.text[self.n + 1 : self.n + 2]
            return following.isascii() and following.isdigit()
        return character.isascii() and character.isdigit()

    def _argument_of_frac(self) -> bool:
        """Whether a digit here is an argument without braces, as in \\frac12."""
        last = self.found[-1].kind if self.found else ""
        before = self.found[-2].kind if len(self.found) > 1 else ""
        return last == "FRAC" or (before == "FRAC" and last in ("NUM", "SYM"))

    # -- commands

    def _command(self) -> None:
        start = self.n
        self.n += 1
        first = self.text[self.n : self.n + 1]
        if not (first.isascii() and first.isalpha()):
            self.n += 1
            name = first
        else:
            while self.n < len(self.text) and _letter(self.text[self.n]):
                self.n += 1
            name = self.text[start + 1 : self.n]
        if name == "\\":
            self._row(start)
        elif name in LEFT | RIGHT and (bar := _BAR.match(self.text, self.n)):
            self.n = bar.end()
            self._emit("LABS" if name in LEFT else "RABS", "|", start)
        elif name in SILENT:
            self._silent(name)
        elif name in SKIPPED:
            self.n += self.text.startswith("*", self.n)
            self._group(start, name)
        elif name in TEXTS:
            inside = self._group(start, name)
            behind = self.text[self.n :].lstrip()[:1]
            applied = inside.strip() in APPLIED and _OPENS.match(self.text, self.n)
            scripted = behind == "_" and re.fullmatch(r"\s*[A-Za-z]{1,20}\s*", inside)
            if applied or scripted:
                self._emit("SYM", f"\\mathrm{{{inside.strip()}}}", start)
            else:
                self._emit("TEXT", inside.replace("~", " "), start)
        elif name in ALPHABETS or name in ACCENTS:
            self._styled(name, start)
        elif name in ("underset", "overset", "stackrel"):
            self._decorated(name, start)
        elif name == "substack":
            self._stacked(start)
        elif name in ("begin", "end"):
            self._environment(name, start)
        elif name == "underline" and (gap := GAP.match(self.text, self.n)):
            self.n = gap.end()
            self._emit("GAP", "\\underline", start)
        elif name in COMMANDS:
            kind = COMMANDS[name]
            self._emit(kind, RELATIONS.get(name, "\\" + name), start)
        elif name in UNSUPPORTED:
            raise self._refuse(f"\\{name} is not read.", UNSUPPORTED[name], start)
        else:
            raise self._refuse(
                f"The command \\{name} is not known here.",
                "Only mathematics on the whitelist is read, so that nothing is hidden.",
                start,
            )

    def _row(self, start: int) -> None:
        if self.text.startswith("[", self.n):
            end = self.text.find("]", self.n)
            if 0 < end - self.n < 12:
                self.n = end + 1
        self._emit("ROW", "\\\\", start)

    def _silent(self, name: str) -> None:
        """\\left and its like: the bracket that follows is read by itself; \\left. is none."""
        if name in ("left", "right") and self.text[self.n :].lstrip().startswith("."):
            raise self._refuse(
                f"\\{name}. leaves a bracket out.", "Write both brackets.", self.n - len(name) - 1
            )

    def _group(self, start: int, name: str) -> str:
        """The characters of the braces that follow."""
        while self.text[self.n : self.n + 1].isspace():
            self.n += 1
        if not self.text.startswith("{", self.n):
            raise self._refuse(f"\\{name} needs braces.", f"Write \\{name}{{…}}.", start)
        depth, begin = 0, self.n
        while self.n < len(self.text):
            character = self.text[self.n]
            if character == "\\":
                self.n += 1
            elif character == "{":
                depth += 1
            elif character == "}":
                depth -= 1
            self.n += 1
            if depth == 0:
                return self.text[begin + 1 : self.n - 1]
        raise self._refuse(f"The braces of \\{name} are not closed.", "Add the brace.", start)

    def _styled(self, name: str, start: int) -> None:
        """\\mathcal{E}, \\mathcal E and \\hat{y} are one letter."""
        while self.text[self.n : self.n + 1].isspace():
            self.n += 1
        if self.text.startswith("{", self.n):
            inside = self._group(start, name).strip()
        else:
            inside = self.text[self.n : self.n + 1]
            self.n += 1
        self._letters(name, inside, start)

    def _letters(self, name: str, inside: str, start: int) -> None:
        """The letter or word that a command of an alphabet or an accent stands around."""
        bare = inside[1:] if inside[1:] in GREEK and inside.startswith("\\") else inside
        bold = re.fullmatch(r"\\(?:mathbf|boldsymbol|bm)\s*\{([A-Za-z])\}", inside)
        if bold and name in ACCENTS:
            self._emit("SYM", f"\\{name}{{\\mathbf{{{bold[1]}}}}}", start)
            return
        if inside == "\\times" and name in ("boldsymbol", "bm"):  # the mark of a wrong line
            self._emit("DOTS", f"\\{name}{{{inside}}}", start)
            return
        script = re.fullmatch(r"\\(?:mathcal|mathrm|hat|tilde|bar)\s*\{([A-Za-z]{1,20})\}", inside)
        if script and name in ACCENTS:
            self._emit("SYM", f"\\{name}{{{inside}}}", start)
            return
        ones = bare == "1" and name in ("mathbf", "mathbb", "boldsymbol", "bm")
        word = name == "mathrm" and _WORD.fullmatch(inside) is not None
        if not (ones or word) and (not bare or len(bare) > 20 or not all(map(_letter, bare))):
            raise self._refuse(
                f"\\{name}{{{inside}}} is not one letter or word.",
                f"Write \\{name} around a single symbol.",
                start,
            )
        if name == "mathrm" and inside == "d":
            self._emit("PARTIAL", "\\mathrm{d}", start)
            return
        same = {"boldsymbol": "mathbf", "bm": "mathbf", "operatorname": "mathrm"}
        self._emit("SYM", f"\\{same.get(name, name)}{{{inside}}}", start)

    def _decorated(self, name: str, start: int) -> None:
        """What \\underset sets below or above is decoration, but for a word over a relation."""
        decoration = self._group(start, name)
        after = self.n
        inside = self._group(start, name).strip()
        if inside == "=":
            defines = re.fullmatch(r"(?:\\(?:text|mathrm)\{)?\s*def\.?\s*\}?", decoration.strip())
            if not (defines or _REASON.fullmatch(decoration.strip())):
                raise self._refuse(
                    "The sign over the relation is not understood.", "Write a plain =.", start
                )
            self._emit("REL", ":=" if defines else "=", start)
            return
        self.n = after
        self._emit("UNDERSET", decoration, start)

    def _stacked(self, start: int) -> None:
        """Words below each other; a stack of anything else is not read."""
        rows = re.split(r"\\\\", self._group(start, "substack"))
        words = [re.fullmatch(r"\s*\\(?:text|mathrm)\{([^{}\\$]*)\}\s*", row) for row in rows]
        if not all(words):
            raise self._refuse("\\substack is read of words only.", "Write one line.", start)
        self._emit("TEXT", " ".join(found[1] for found in words if found), start)

    def _environment(self, name: str, start: int) -> None:
        environment = self._group(start, name)
        if environment not in ENVIRONMENTS:
            raise self._refuse(
                f"The environment {environment!r} is not read inside a formula.",
                "aligned, split, gathered and cases are.",
                start,
            )
        if environment == "alignedat" and name == "begin":
            self._group(start, environment)
        self._emit(name.upper(), environment, start)

    # -- brackets

    def _balanced(self) -> None:
        """Every bracket is closed by its own kind, and not too many are open at once."""
        opened: list[Tok] = []
        for token in self.found:
            if token.kind in OPENS:
                opened.append(token)
                if len(opened) > MOST_NESTED:
                    raise NotUnderstood(
                        f"More than {MOST_NESTED} brackets are nested.",
                        "Write it flatter.",
                        token.at,
                    )
            elif token.kind in CLOSES:
                if not opened or opened[-1].kind != CLOSES[token.kind]:
                    raise NotUnderstood(
                        f"{_shown(token)} closes nothing that is open.",
                        "Check the brackets before it.",
                        token.at,
                    )
                begun = opened.pop()
                if token.kind == "END" and begun.text != token.text:
                    raise NotUnderstood(
                        f"\\end{{{token.text}}} closes \\begin{{{begun.text}}}.", "", token.at
                    )
        if opened:
            raise NotUnderstood(
                f"{_shown(opened[-1])} is not closed.", "Add what closes it.", opened[-1].at
            )


def _letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _shown(token: Tok) -> str:
    return f"\\{token.kind.lower()}{{{token.text}}}" if len(token.text) > 2 else repr(token.text)
