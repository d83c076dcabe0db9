"""What stands in brackets after a cost and says only what it depends on: J(W, b; x, y)."""

from __future__ import annotations

from collections.abc import Sequence

from symbolic.reading.profile import Profile
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok


def without_arguments(found: Sequence[Tok], profile: Profile) -> list[Tok]:
    """The tokens without the lists of letters after a cost; raises `NotUnderstood` at E[…].

    >>> from symbolic.reading.profile import open_profile
    >>> from symbolic.reading.tokens import tokens
    >>> left = without_arguments(tokens("J(W, b; x, y) = J"), open_profile("ufldl"))
    >>> [token.text for token in left]
    ['J', '=', 'J']
    """
    known = {*profile.arguments, *profile.symbols}
    left: list[Tok] = []
    n = 0
    while n < len(found):
        left.append(found[n])
        n += 1
        symbol = profile.symbol(left[-1].text) if left[-1].kind == "SYM" else None
        if symbol is not None and symbol.kind == "cost":
            if n < len(found) and found[n].kind == "LSQ":
                what = f"{symbol.sign}[…] may be an expectation, which is not read."
                raise NotUnderstood(what, "Write the sum over the samples.", found[n - 1].at)
            n += _listed(found[n:], known)
    return left


def _listed(found: Sequence[Tok], known: set[str]) -> int:
    """How many tokens a list of at least two known letters has, 0 where none begins here."""
    if not found or found[0].kind != "LP":
        return 0
    end = next((n for n, token in enumerate(found) if token.kind == "RP"), 0)
    inside = found[1:end]
    letters, commas = inside[::2], inside[1::2]
    plain = all(one.kind == "SYM" and one.text in known for one in letters)
    separated = len(inside) % 2 == 1 and all(one.kind == "COMMA" for one in commas)
    return end + 1 if commas and plain and separated else 0
