"""Where each key and each value of a TOML or JSON text stands, for the errors about it.

The text need not be whole: what a parser refused is placed up to where it goes wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
Place = tuple[int, int]
"""Line and column, counted from 1."""

_TOKEN = re.compile(
    r'(?P<skip>[ \t\r]+|\#[^\n]*)|(?P<newline>\n)|(?P<long>"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\')'
    r'|(?P<string>"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\')|(?P<mark>[\[\]{},=:.])'
    r"|(?P<word>[^\s\[\]{},=:.\"'#]+)|(?P<other>.)",
    re.DOTALL,
)


@dataclass
class Places:
    """The place of every key and value of a text, by the path of keys and numbers to it.

    >>> found = Places('[neurons.h]\\nfrom = ["x1"]')
    >>> found.keys["neurons", "h"], found.values["neurons", "h", "from", 0]
    ((1, 10), (2, 9))
    """

    text: str
    json: bool = False
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    repeated: list[tuple[Path, Place]] = field(default_factory=list)
    words: list[tuple[str, Place]] = field(default_factory=list)
    """The values that are neither strings nor containers, such as 1, true and NaN."""

    def __post_init__(self) -> None:
        self._read()

    def _read(self) -> None:
        base: Path = ()  # of the [table] that we are in
        open_: list[Path] = []  # the arrays and objects that are not closed yet
        inside: Path = ()  # of the container whose keys are read
        key: Path = ()  # the dotted key read so far
        value: Path | None = () if self.json else None  # whose value comes next; None: a key
        header, tables, last_key = False, set[Path](), (1, 1)
        for kind, token, place in self._tokens():
            if kind == "newline":
                if not open_ and not self.json:
                    inside, key, value, header = base, (), None, False
            elif token in ("]", "}") and not header:
                value, key = (open_.pop() if open_ else ()), ()
            elif value is not None and token != ",":
                if token in ("[", "{"):
                    open_.append(value)
                self._value(value, kind, token, place)
                inside, key = value, ()
                value = {"[": (*value, 0), "{": None}.get(token, value)
            elif token == ",":
                key, inside = (), open_[-1] if open_ else base
                last = value[-1] if value else ""
                value = (*inside, last + 1) if isinstance(last, int) else None
            elif token == "[":
                header, inside = True, ()
            elif token == "]":
                base = inside = key
                header = False
                if key in tables:
                    self.repeated.append((key, last_key))
                tables.add(key)
            elif token in ("=", ":"):
                value = key
            elif kind in ("word", "string"):
                key, last_key = (*(key or inside), _plain(token)), place
                if key in self.keys and not header:
                    self.repeated.append((key, place))
                self.keys.setdefault(key, place)

    def _value(self, path: Path, kind: str, token: str, place: Place) -> None:
        self.values.setdefault(path, place)
        if kind == "word":
            self.words.append((token, place))

    def _tokens(self) -> Iterator[tuple[str, str, Place]]:
        """Kind, text and place of every token but blanks and comments."""
        line, start = 1, 0
        for match in _TOKEN.finditer(self.text):
            kind, token = match.lastgroup or "other", match.group()
            if kind != "skip":
                yield "string" if kind == "long" else kind, token, (line, match.start() - start + 1)
            if "\n" in token:
                line += token.count("\n")
                start = match.start() + token.rindex("\n") + 1


def _plain(token: str) -> str:
    """A key without its quotes."""
    if token.startswith('"'):
        try:
            return str(json.loads(token))
        except ValueError:
            return token[1:-1]
    return token[1:-1] if token.startswith("'") else token
