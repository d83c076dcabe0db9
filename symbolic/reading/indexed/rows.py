"""The rows of a display before the grammar, and the 0/1 condition that words beside it say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from symbolic.reading.grammar import parse
from symbolic.reading.indexed.letters import NEURON, WHERE
from symbolic.reading.pairs import Pair
from symbolic.reading.source import NotUnderstood
from symbolic.reading.spans import Span, span_of
from symbolic.reading.tokens import Tok, tokens
from symbolic.reading.tree import Node, Product

ANY = "any differentiable function of"
"""The words of a definition that says no more than that."""


_LARGE = re.compile(r"(?<![A-Za-z\\])[A-Z](?![A-Za-z])")


def groups(toks: Sequence[Tok]) -> list[tuple[Tok, ...]]:
    """The rows that say any differentiable function, each alone, and what stands between them."""
    if not is_unknown(toks):
        return [tuple(toks)]
    rows: list[list[Tok]] = [[]]
    depth = 0
    for token in toks:
        depth += (token.kind in ("LB", "LP", "LSQ")) - (token.kind in ("RB", "RP", "RSQ"))
        if token.kind == "ROW" and depth == 0:
            rows.append([])
        elif token.kind not in ("AMP", "BEGIN", "END"):
            rows[-1].append(token)
    found: list[list[Tok]] = []
    for row in rows:
        if not row:
            continue
        alone = is_unknown(row)
        if found and not alone and not is_unknown(found[-1]):
            found[-1] += [Tok("ROW", "\\\\", row[0].at, row[0].at), *row]
        else:
            found.append(row)
    return [tuple(sides(row)) for row in found]


def is_unknown(toks: Sequence[Tok]) -> bool:
    return any(t.kind == "TEXT" and " ".join(t.text.split()) == ANY for t in toks)


def sides(toks: Sequence[Tok]) -> tuple[Tok, ...]:
    """The tokens without alignment, and without a comma or full stop at their end."""
    kept = [t for t in toks if t.kind not in ("AMP", "QUAD")]
    while kept and kept[-1].kind in ("COMMA", "STOP", "SEMI", "ROW"):
        kept.pop()
    return tuple(kept)


def span_in(text: str) -> Span | None:
    """The range of one letter up to a size, which other words declare: t = 1, …, T-1.

    >>> str(span_in(r"t = T-1, \\dots, 1"))
    '1:1'
    """
    small = frozenset(re.findall(r"(?<![A-Za-z\\])[a-z](?![A-Za-z])", text))
    large = frozenset(_LARGE.findall(text))
    span = span_of(text, small, large) if len(small) == len(large) == 1 else None
    return None if span is None or span.alone else span


def bracket_of(span: Span) -> Node | None:
    """The range as a product of brackets, None where it is all of 1 … T."""
    parts = [f"[{span.letter} >= {span.low}]"] if (span.low or 1) > 1 else []
    parts += [f"[{span.letter} <= {span.last} - {span.late}]"] if span.late else []
    return parse(tokens(" ".join(parts))) if parts else None


def conditioned(within: Node | str | None, pairs: Sequence[Pair], at: int) -> Node | str | None:
    """What a line is said under: a range, and pairs of letters that are one index or two."""
    brackets = [f"[{p.one} = {p.other}]" if p.equal else f"(1 - [{p.one} = {p.other}])"
                for p in dict.fromkeys(pairs)]  # fmt: skip
    if not brackets:
        return within
    found = parse(tokens(" ".join(brackets)))
    if isinstance(within, str):
        raise NotUnderstood("Two conditions at once are not read here.", "Split the line.", at)
    return found if within is None else Product((within, found), ("", ""), at)


def where(within: str, following: str) -> tuple[Node | str | None, str]:
    """The 0/1 condition that words beside a formula say, and the words after that.

    Words within the display are read whole or not at all.
    """
    inside, rest = _condition(within)
    if inside is not None and not rest.strip(" .,;"):
        return inside, following
    return (None, following) if within.strip() else _condition(following)


def _condition(text: str) -> tuple[Node | str | None, str]:
    neuron = NEURON.match(text)
    if neuron is not None:
        return neuron["kind"], text[neuron.end() :]
    bracket = WHERE.match(text)
    if bracket is not None:
        return parse(tokens(bracket["bracket"].strip("$"))), text[bracket.end() :]
    return None, text
