r"""J(W,b; x^{(i)}, y^{(i)}): the cost of one example of many, where another is the total.

    J(W,b) = \frac1m \sum_{i=1}^m J(W,b; x^{(i)}, y^{(i)})    is J = \frac1m \sum_s J_s

A document that writes so means the cost of one example by J(W,b; x, y) as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from symbolic.reading.arguments import closed
from symbolic.reading.documents import Document, Mathematics
from symbolic.reading.profile import Profile, Symbol
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok, tokens

EXAMPLE = ("x", "y")
"""What an example is made of."""


def with_totals(document: Document, profile: Profile) -> Profile:
    """The profile, which knows whether the document has a cost of each example and a total."""
    if "sample" not in profile.letters.values():
        return profile
    for piece in document.pieces:
        if not isinstance(piece, Mathematics) or "^" not in piece.text:
            continue
        try:
            found = tokens(piece.text)
        except NotUnderstood:
            continue
        if any(_of_example(found, n, profile) for n in range(len(found))):
            return replace(profile, each_example=True, symbols=_of_one(profile))
    return profile


def _of_one(profile: Profile) -> dict[str, Symbol]:
    """The symbols with δ as the derivative of the cost of its example."""
    letter = next(sign for sign, sort in profile.letters.items() if sort == "sample")
    found = dict(profile.symbols)
    for sign, symbol in found.items():
        if symbol.kind == "local gradient":
            cost = re.escape(profile.of_array("E").sign)
            own = rf"(\\partial\s*{cost})(?![A-Za-z_])"
            definition = re.sub(own, rf"\1_{letter}", symbol.definition)
            found[sign] = replace(symbol, definition=definition)
    return found


def with_examples(found: Sequence[Tok], profile: Profile) -> list[Tok]:
    """The tokens in which the cost of one example has the letter of its sample."""
    if not profile.each_example:
        return list(found)
    letter = next(sign for sign, sort in profile.letters.items() if sort == "sample")
    made: list[Tok] = []
    n = 0
    while n < len(found):
        token = found[n]
        made.append(token)
        n += 1
        own = _of_example(found, n - 1, profile)
        if own or _of_any(found, n - 1, profile):
            _sum_over(made, own, letter)
            made += [Tok("SUB", "_", token.at, token.end), Tok("SYM", letter, token.at, token.end)]
            n = closed(found, n)
    return made


def _sum_over(made: list[Tok], own: str, letter: str) -> None:
    r"""The last \sum_{i=1}^m before a cost of example i with the letter of samples."""
    for n in range(len(made) - 1, -1, -1):
        kinds = [one.kind for one in made[n : n + 4]]
        at = n + (3 if kinds == ["SUM", "SUB", "LB", "SYM"] else 2)
        if kinds[:2] == ["SUM", "SUB"] and at < len(made) and made[at].text == own:
            made[at] = replace(made[at], text=letter)
            return


def _arguments(found: Sequence[Tok], n: int, profile: Profile) -> list[list[Tok]]:
    """What a cost that stands here is written as a function of."""
    symbol = profile.symbol(found[n].text) if found[n].kind == "SYM" else None
    if symbol is None or symbol.kind != "cost":
        return []
    end = closed(found, n + 1) if n + 1 < len(found) and found[n + 1].kind == "LP" else 0
    parts: list[list[Tok]] = [[]]
    for token in found[n + 2 : end - 1] if end else ():
        if token.kind in ("COMMA", "SEMI"):
            parts.append([])
        else:
            parts[-1].append(token)
    known = {*profile.arguments, *profile.symbols}
    plain = all(part and part[0].kind == "SYM" and part[0].text in known for part in parts)
    return parts if plain else []


def _of_example(found: Sequence[Tok], n: int, profile: Profile) -> str:
    """The i of J(W,b; x^{(i)}, y^{(i)}), empty for anything else."""
    letters = set()
    for part in _arguments(found, n, profile):
        kinds = [token.kind for token in part]
        if kinds == ["SYM", "SUP", "LB", "LP", "SYM", "RP", "RB"] and part[0].text in EXAMPLE:
            letters.add(part[4].text)
        elif kinds != ["SYM"]:
            return ""
    return letters.pop() if len(letters) == 1 else ""


def _of_any(found: Sequence[Tok], n: int, profile: Profile) -> bool:
    """Whether it is J(W,b; x, y), of any example."""
    parts = _arguments(found, n, profile)
    texts = [part[0].text for part in parts if len(part) == 1]
    return len(texts) == len(parts) and {*EXAMPLE} <= {*texts}
