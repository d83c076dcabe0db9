"""The notation of this name or file: about neurons of a graph, whole arrays, or entries."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from symbolic.errors import InputError, did_you_mean
from symbolic.reading.arrays.profile import (
    ArrayProfile,
    array_profile,
    known_array_profiles,
    parse_array_profile,
)
from symbolic.reading.indexed.profile import (
    IndexProfile,
    index_profile,
    known_index_profiles,
)
from symbolic.reading.profile import MOST_BYTES, Profile, known_profiles, open_profile

Notation = Profile | ArrayProfile | IndexProfile
_DECLARED = re.compile(r"\bin the notation\s+(?:`|\\{1,2}texttt\{)([a-z0-9_\\]{1,40})[`}]")


def declared_notation(text: str) -> str:
    """The notation that a document itself says it is written in, empty where it says none.

    >>> declared_notation("This page is written in the notation `indices`.")
    'indices'
    """
    match = _DECLARED.search(text)
    return match[1].replace("\\", "") if match else ""


def open_notation(argument: str) -> Notation:
    """The profile of this name, else of this file; a file about arrays says so by `calculus`.

    >>> open_notation("lstm").title, open_notation("haykin").name
    ('Recurrent networks (RNN, LSTM, GRU): columns, gate by gate', 'haykin')
    """
    if argument in known_array_profiles():
        return array_profile(argument)
    if argument in known_index_profiles():
        return index_profile(argument)
    path = Path(argument)
    if path.suffix != ".toml":
        if argument not in known_profiles():
            names = (*known_profiles(), *known_array_profiles(), *known_index_profiles())
            raise InputError(
                f"There is no profile {argument!r}. {did_you_mean(argument, names)} "
                "One of your own is a .toml file."
            )
        return open_profile(argument)
    try:
        if path.stat().st_size <= MOST_BYTES:
            text = path.read_text(encoding="utf-8-sig")
            if "calculus" in tomllib.loads(text):
                return parse_array_profile(text, argument)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        pass  # said better by the other reader
    return open_profile(argument)
