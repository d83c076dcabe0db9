"""The bars of a norm: which one opens and which one closes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symbolic.reading.tokens import Tok
from symbolic.reading.vocabulary import CLOSES, OPENS


def with_norms(tokens: Sequence[Tok]) -> tuple[Tok, ...]:
    """The tokens with bars told apart: a bar closes the one that is open at its depth.

    >>> from symbolic.reading.tokens import tokens
    >>> [t.kind for t in with_norms(tokens(r"\\\\|a\\\\|^2"))]
    ['LNORM', 'SYM', 'RNORM', 'SUP', 'NUM']
    """
    opened = [False]
    found = []
    for token in tokens:
        if token.kind in OPENS:
            opened.append(False)
        elif token.kind in CLOSES and len(opened) > 1:
            opened.pop()
        if token.kind == "BAR":
            kind = "RNORM" if opened[-1] else "LNORM"
            opened[-1] = not opened[-1]
            token = replace(token, kind=kind)
        found.append(token)
    return tuple(found)
