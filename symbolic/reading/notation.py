"""The notation of this name or file: about neurons of a graph, or about whole arrays."""

from __future__ import annotations

import tomllib
from pathlib import Path

from symbolic.errors import InputError, did_you_mean
from symbolic.reading.arrays.profile import (
    ArrayProfile,
    array_profile,
    known_array_profiles,
    parse_array_profile,
)
from symbolic.reading.profile import MOST_BYTES, Profile, known_profiles, open_profile


def open_notation(argument: str) -> Profile | ArrayProfile:
    """The profile of this name, else of this file; a file about arrays says so by `calculus`.

    >>> open_notation("lstm").title, open_notation("haykin").name
    ('Recurrent networks (RNN, LSTM, GRU): columns, gate by gate', 'haykin')
    """
    if argument in known_array_profiles():
        return array_profile(argument)
    path = Path(argument)
    if path.suffix != ".toml":
        if argument not in known_profiles():
            names = (*known_profiles(), *known_array_profiles())
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
