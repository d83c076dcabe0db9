r"""C_0 and \sum_{j=0}^{n_L-1}: an example and neurons that are counted from 0.

In layer notation a document that writes the cost as C_0 alone means the cost of one example, which
other texts call C.  A sum over neurons from 0 to n_L - 1 is one over all n_L of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symbolic.reading.documents import Document, Mathematics
from symbolic.reading.profile import Profile
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok, tokens


def numbering(document: Document, profile: Profile) -> Profile:
    """The profile, which knows whether the document speaks of the cost of example 0 alone."""
    if "layer" not in profile.letters.values():
        return profile
    seen: set[bool] = set()
    for piece in document.pieces:
        if not isinstance(piece, Mathematics):
            continue
        try:
            found = tokens(piece.text)
        except NotUnderstood:
            continue
        for n, token in enumerate(found):
            if _is_cost(token, profile):
                seen.add(_zero(found, n + 1) > 0)
    return replace(profile, first_example=seen == {True})


def from_one(found: Sequence[Tok], profile: Profile) -> list[Tok]:
    r"""The tokens with C for C_0 where that is all there is, and sums that begin with 1.

    >>> from symbolic.reading.profile import open_profile
    >>> layers = replace(open_profile("layers"), first_example=True)
    >>> "".join(t.text for t in from_one(tokens(r"C_0 = \sum_{j=0}^{n_L-1} y_j"), layers))
    'C=\\sum_{j=1}^{n_L}y_j'
    """
    if "layer" not in profile.letters.values():
        return list(found)
    made: list[Tok] = []
    n = 0
    while n < len(found):
        token = found[n]
        made.append(token)
        n += 1
        if profile.first_example and _is_cost(token, profile):
            n += _zero(found, n)
        elif token.kind == "SUM":
            rest, taken = _sum(found, n, profile)
            made += rest
            n += taken
    return made


def _is_cost(token: Tok, profile: Profile) -> bool:
    symbol = profile.symbol(token.text) if token.kind == "SYM" else None
    return symbol is not None and symbol.kind == "cost"


def _zero(found: Sequence[Tok], n: int) -> int:
    """How many tokens the script _0 here has."""
    kinds = [(token.kind, token.text) for token in found[n : n + 4]]
    if kinds[:2] == [("SUB", "_"), ("NUM", "0")]:
        return 2
    braced = [kind for kind, _ in kinds] == ["SUB", "LB", "NUM", "RB"]
    return 4 if braced and kinds[2][1] == "0" else 0


def _sum(found: Sequence[Tok], n: int, profile: Profile) -> tuple[list[Tok], int]:
    """The bounds from 1 to n_L for those from 0 to n_L - 1, and how many tokens they take."""
    head = list(found[n : n + 6])
    kinds = [token.kind for token in head]
    if kinds != ["SUB", "LB", "SYM", "REL", "NUM", "RB"] or head[4].text != "0":
        return [], 0
    if profile.letters.get(head[2].text) != "neuron" or head[3].text != "=":
        return [], 0
    end, depth = n + 6, 0
    if end + 1 >= len(found) or found[end].kind != "SUP" or found[end + 1].kind != "LB":
        return [], 0
    for place in range(end + 1, len(found)):
        depth += (found[place].kind == "LB") - (found[place].kind == "RB")
        if depth == 0:
            last = [(token.kind, token.text) for token in found[place - 2 : place]]
            if last != [("MINUS", "-"), ("NUM", "1")]:
                return [], 0
            head[4] = replace(head[4], text="1")
            return [*head, *found[end : place - 2], found[place]], place + 1 - n
    return [], 0
