"""Tokens of formulas about arrays before the grammar: bars of norms, letters in bold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from symbolic.reading.arrays.profile import ArrayProfile
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok
from symbolic.reading.vocabulary import CLOSES, OPENS

_SIDED = {"LABS": "LNORM", "RABS": "RNORM"}
"""Of arrays |x| is ‖x‖, also where the bars say which one opens."""
_STYLED = re.compile(r"\\(?:mathbf|mathrm|mathit|mathsf|mathbb)\{([^{}]+)\}")


def prepared(
    tokens: Sequence[Tok], profile: ArrayProfile, styles: dict[str, str] | None = None
) -> tuple[Tok, ...]:
    """The tokens with bars told apart and styled letters as the profile declares them.

    A bar closes the one that is open at its depth.  `styles` remembers how each letter is written:
    W and \\mathbf{W} in one document may be two things, and are refused.

    >>> from symbolic.reading.arrays.profile import array_profile
    >>> from symbolic.reading.tokens import tokens
    >>> toks = prepared(tokens(r"\\|\\mathbf{W}\\|^2"), array_profile("cs231n"))
    >>> [t.kind for t in toks], toks[1].text
    (['LNORM', 'SYM', 'RNORM', 'SUP', 'NUM'], 'W')
    """
    opened = [False]
    found: list[Tok] = []
    depth = 0  # of braces below or above a sign, whose letters are no quantities
    for token in tokens:
        scripted = depth > 0 or (bool(found) and found[-1].kind in ("SUB", "SUP"))
        if scripted and token.kind in ("LB", "RB"):
            depth += 1 if token.kind == "LB" else -1
        if token.kind in OPENS:
            opened.append(False)
        elif token.kind in CLOSES and len(opened) > 1:
            opened.pop()
        if token.kind in _SIDED:
            token = replace(token, kind=_SIDED[token.kind])
        elif token.kind == "BAR":
            kind = "RNORM" if opened[-1] else "LNORM"
            opened[-1] = not opened[-1]
            token = replace(token, kind=kind)
        elif token.text in profile.elementwise and not scripted:
            token = replace(token, kind="ODOT")
        elif token.kind == "SYM":
            token = _plain(token, profile, {} if styles is None or scripted else styles)
        found.append(token)
    return tuple(found)


def _plain(token: Tok, profile: ArrayProfile, styles: dict[str, str]) -> Tok:
    known = {*profile.symbols, *profile.functions, *profile.derivatives}
    plain = token.text if token.text in known else _STYLED.sub(r"\1", token.text)
    if plain not in profile.symbols:
        return token
    before = styles.setdefault(plain, token.text)
    if before != token.text:
        raise NotUnderstood(
            f"{before} and {token.text} are read as one sign.", "Use one of them.", token.at
        )
    return replace(token, text=plain)
