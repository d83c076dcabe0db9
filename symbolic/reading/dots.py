r"""Sums with dots, written out: δ_3 w_31 + δ_4 w_41 + ⋯ + δ_9 w_91.

What the dots stand for is read off the two terms before them and the one behind, where these
differ in one number alone, which goes up by 1; any other dots stay as they are and are refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok
from symbolic.reading.vocabulary import CLOSES, OPENS

MOST_TERMS = 200
"""So many terms are written out."""
_ENDS = ("PLUS", "MINUS", "REL", "COMMA")


def written_out(tokens: Sequence[Tok]) -> Sequence[Tok]:
    r"""The tokens with every term of a sum with dots.

    >>> from symbolic.reading.tokens import tokens
    >>> "".join(t.text for t in written_out(tokens(r"2 (y_3 + y_4 + \cdots + y_6)")))
    '2(y_3+y_4+y_{5}+y_6)'
    """
    found = list(tokens)
    n = 0
    while n < len(found):
        kinds = [token.kind for token in found[max(0, n - 1) : n + 2]]
        if found[n].kind == "DOTS" and kinds == ["PLUS", "DOTS", "PLUS"]:
            begin, end = _begin(found, n - 1), _end(found, n + 2)
            second, last = found[begin : n - 1], found[n + 2 : end]
            start = _begin(found, begin - 1) if begin else 0
            first, before = found[start : begin - 1], found[start - 1].kind if start else ""
            if begin and found[begin - 1].kind == "PLUS" and before != "MINUS":
                between = _between(first, second, last, found[n - 1])
                if between is not None:
                    found[n : n + 2] = between
                    n += len(between)
                    continue
        n += 1
    return found


def _between(
    first: Sequence[Tok], second: Sequence[Tok], last: Sequence[Tok], plus: Tok
) -> list[Tok] | None:
    """The terms between the second and the last, each with the + behind it."""
    terms = [_parts(term) for term in (first, second, last)]
    if len({tuple(part.text for part in term) for term in terms}) != 1:
        return None
    if not all(map(_same_argument, *terms)):
        return None
    scripts = [_alike([part.numbers for part in same]) for same in zip(*terms, strict=True)]
    found = {
        triple for alike in scripts for triple in zip(*alike, strict=True) if len({*triple}) > 1
    }
    if len(found) != 1 or any(len({*map(len, alike)}) > 1 for alike in scripts):
        return None
    [(begin, then, end)] = found
    if then != begin + 1 or end <= then:
        return None
    if end - begin > MOST_TERMS:
        raise NotUnderstood(
            f"These dots stand for more than {MOST_TERMS} terms.", "Write \\sum.", plus.at
        )
    made: list[Tok] = []
    for number in range(then + 1, end):
        for part, (one, other, _) in zip(terms[1], scripts, strict=True):
            numbers = [number if a != b else b for a, b in zip(one, other, strict=True)]
            made += _script(part.tokens, numbers) if numbers else part.tokens
        made.append(plus)
    return made


@dataclass(frozen=True)
class _Part:
    """A token, or a script of numbers; `text` is what has to be alike, (n) the `argument`."""

    text: str
    tokens: tuple[Tok, ...]
    numbers: tuple[int, ...] = ()
    argument: str = ""


def _same_argument(first: _Part, second: _Part, last: _Part) -> bool:
    """Whether all have it, but for the fixed signal y_0 that may begin a sum of y_1(n), y_2(n)."""
    fixed = first.numbers[-1:] == (0,) and not first.argument
    return second.argument == last.argument and (fixed or first.argument == second.argument)


def _parts(term: Sequence[Tok]) -> list[_Part]:
    """A term in parts; the n of y(n) belongs to the part before it."""
    parts: list[_Part] = []
    n = 0
    while n < len(term):
        rest = term[n:]
        kinds = "".join(_SHORT.get(token.kind, "?") for token in rest)
        script, argument = _NUMBERS.match(kinds), _ARGUMENT.match(kinds)
        if script is not None:
            whole = tuple(rest[: script.end()])
            numbers = tuple(int(t.text) for t in whole if t.kind == "NUM" and t.text.isdigit())
            parts.append(_Part(whole[0].text, whole, numbers))
            n += script.end()
        elif argument is not None and parts:
            last = parts[-1]
            tokens = tuple(rest[: argument.end()])
            parts[-1] = replace(
                last, tokens=(*last.tokens, *tokens), argument=last.argument + tokens[1].text
            )
            n += argument.end()
        else:
            parts.append(_Part(rest[0].text, (rest[0],)))
            n += 1
    return parts


_SHORT = {"SUB": "_", "NUM": "1", "LB": "{", "RB": "}", "COMMA": ",", "LP": "(", "RP": ")",
          "SYM": "x"}  # fmt: skip
_NUMBERS = re.compile(r"_(?:1|\{1(?:,1)*\})")
_ARGUMENT = re.compile(r"\(x\)")


def _alike(numbers: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Scripts with equally many numbers: 42 is 4,2 where another is 15,2."""
    most = max(map(len, numbers))
    return [
        (one[0] // 10, one[0] % 10) if len(one) == 1 and most == 2 and 9 < one[0] < 100 else one
        for one in numbers
    ]


def _script(tokens: Sequence[Tok], numbers: Sequence[int]) -> list[Tok]:
    """The script with these numbers, and the argument behind it."""
    sign = tokens[0]
    made = [sign, Tok("LB", "{", sign.at, sign.end)]
    for number in numbers:
        made += [Tok("NUM", str(number), sign.at, sign.end), Tok("COMMA", ",", sign.at, sign.end)]
    made[-1] = Tok("RB", "}", sign.at, sign.end)
    end = next((n for n, token in enumerate(tokens) if token.kind == "LP"), len(tokens))
    return [*made, *tokens[end:]]


def _begin(tokens: Sequence[Tok], end: int) -> int:
    """Where the term begins that ends before this place."""
    depth = 0
    for n in range(end - 1, -1, -1):
        depth += (tokens[n].kind in CLOSES) - (tokens[n].kind in OPENS)
        if depth < 0 or (depth == 0 and tokens[n].kind in _ENDS):
            return n + 1
    return 0


def _end(tokens: Sequence[Tok], begin: int) -> int:
    """Where the term ends that begins at this place."""
    depth = 0
    for n in range(begin, len(tokens)):
        depth += (tokens[n].kind in OPENS) - (tokens[n].kind in CLOSES)
        if depth < 0 or (depth == 0 and tokens[n].kind in _ENDS):
            return n
    return len(tokens)
