r"""A notation in the letters of another book: v_j becomes z_j or a_j, \varphi becomes \sigma.

Only signs change; what they stand for, their scripts and the sign of δ stay those of the profile
that is renamed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symbolic.reading.profile import Profile, Symbol

SIGN = re.compile(r"(?:\\[A-Za-z]+(?:\{[A-Za-z]\})?|[A-Za-z])\Z")
"""A letter, a command, or a command with a letter, such as \\mathcal{E}."""
_SIGNS = re.compile(r"\\(?:mathcal|hat|bar|tilde)\{[A-Za-z]\}|\\[A-Za-z]+|[A-Za-z]")


def renamed(profile: Profile, letters: Mapping[str, str]) -> Profile:
    """The profile with new signs for old ones; an index letter that becomes a sign is no index.

    Raises `ValueError` where a sign is unknown, is none, or would stand for two things.
    """
    for old, new in letters.items():
        if old not in profile.symbols:
            known = ", ".join(profile.symbols)
            raise ValueError(f"{old} is no symbol of the profile {profile.name}; it has {known}")
        if not SIGN.match(new):
            raise ValueError(f"{new!r} is no letter and no command such as \\sigma")
        if new in profile.sizes:
            raise ValueError(f"{new} is a size in the profile {profile.name}")
    taken = set(letters.values())
    symbols: dict[str, Symbol] = {}
    for sign, symbol in profile.symbols.items():
        if symbol.kind == "constant" and sign in taken:
            continue
        new = letters.get(sign, sign)
        if new in symbols or (sign not in letters and sign in taken):
            raise ValueError(f"{new} would stand for two symbols")
        symbols[new] = replace(
            symbol,
            sign=new,
            also=() if sign in letters else tuple(s for s in symbol.also if s not in taken),
            definition=_in_letters(symbol.definition, letters),
        )
    return replace(
        profile,
        letters={s: sort for s, sort in profile.letters.items() if s not in taken},
        sets={s: kind for s, kind in profile.sets.items() if s not in taken},
        symbols=symbols,
    )


def _in_letters(latex: str, letters: Mapping[str, str]) -> str:
    """LaTeX with new signs, all at once."""
    return _SIGNS.sub(lambda found: letters.get(found[0], found[0]), latex)
