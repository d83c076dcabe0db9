"""The one kind of error a user sees: what is wrong, where, and what to do next."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

LONGEST_WORD = 120
_QUOTED = re.compile(rf"(?<!\w)'(?=\S)[^'\n]{{{LONGEST_WORD + 1},}}'")
_LONG = re.compile(rf"[^\s/]{{{LONGEST_WORD + 1},}}")


class InputError(ValueError):
    """Something the user gave is wrong.  The command prints it on one line and exits with 2.

    `about` names the part of a network it is about, such as ("unit", "h") or ("synapse", "o", "h"),
    for the reader of a file to find its place.  A name or formula of many characters is
    shown cut.

    >>> str(InputError("There is no neuron 'z'.", file="net.toml", line=3, column=8))
    "net.toml:3:8: There is no neuron 'z'."
    """

    def __init__(
        self,
        what: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        about: tuple[str, ...] = (),
    ) -> None:
        what = _QUOTED.sub(lambda text: f"{text[0][: LONGEST_WORD + 1]}…'", what)
        what = _LONG.sub(lambda word: f"{word[0][:LONGEST_WORD]}…", what)
        self.about = about
        self.what, self.file, self.line, self.column = what, file, line, column
        place = ":".join(str(part) for part in (file, line, column) if part is not None)
        super().__init__(f"{place}: {what}" if place else what)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint that ends an error: the nearest known name, else the known names.

    >>> did_you_mean("tahn", ["tanh", "relu"])
    "Did you mean 'tanh'?"
    """
    names = list(known)
    name = name[:LONGEST_WORD]
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {near[0]!r}?"
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"Known are {shown}." if names else "None is known."
