r"""A sum that reaches over a + although no bracket says so: the cross-entropy of two classes.

    -\frac1m \sum_i y_i \log a_i + (1 - y_i) \log(1 - a_i)

Its letter stands in the second logarithm too, where it would be free, and the left side does not
have it.  So the sum takes both terms.  On tokens; nothing else is changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symbolic.reading.chains import Chain
from symbolic.reading.tokens import Tok, script_end

LOGARITHMS = ("\\ln", "\\log")
_OPENS, _CLOSES = ("LP", "LSQ", "LB", "LSET"), ("RP", "RSQ", "RB", "RSET")


def far_reaching(chain: Chain) -> Chain:
    """The chain with brackets around what its sums take.

    >>> from symbolic.reading.chains import chains
    >>> from symbolic.reading.tokens import tokens
    >>> [one] = chains(tokens(r"L = - \\sum_i y_i \\ln a_i + (1 - y_i) \\ln (1 - a_i)"))
    >>> "".join(token.text for token in far_reaching(one).members[1])
    '-\\\\sum_i(y_i\\\\lna_i+(1-y_i)\\\\ln(1-a_i))'
    """
    if chain.cases or not chain.members[0]:
        return chain
    head = _letters(chain.members[0])
    first, *rest = chain.members
    return replace(chain, members=(first, *(_bracketed(member, head) for member in rest)))


def _bracketed(member: tuple[Tok, ...], head: set[str]) -> tuple[Tok, ...]:
    sums = [n for n, token in enumerate(member) if token.kind == "SUM"]
    if len(sums) != 1 or _depth(member[: sums[0]]):
        return member
    begin = sums[0] + 1
    while begin < len(member) and member[begin].kind in ("SUB", "SUP"):
        begin = script_end(member, begin + 1)
    below = member[sums[0] + 2 : script_end(member, sums[0] + 2)]
    letters = [token.text for token in below if token.kind == "SYM"][:1]
    ends = [
        n
        for n in range(begin, len(member))
        if member[n].kind in ("PLUS", "MINUS") and not _depth(member[begin:n])
    ]
    if not letters or letters[0] in head or not ends or ends[0] == begin:
        return member
    terms = member[begin : ends[0]], member[ends[0] : (*ends, len(member))[1]]
    if not all(_is_logarithm(term, letters[0]) for term in terms):
        return member
    end = begin + len(terms[0]) + len(terms[1])
    opens = Tok("LP", "(", member[begin].at, member[begin].at)
    closes = Tok("RP", ")", member[end - 1].end, member[end - 1].end)
    return (*member[:begin], opens, *member[begin:end], closes, *member[end:])


def _depth(tokens: Sequence[Tok]) -> int:
    return sum((t.kind in _OPENS) - (t.kind in _CLOSES) for t in tokens)


def _is_logarithm(term: Sequence[Tok], letter: str) -> bool:
    """Whether a logarithm stands in the term, and the letter below or above a sign."""
    return any(token.text in LOGARITHMS for token in term) and letter in _letters(term)


def _letters(side: Sequence[Tok]) -> set[str]:
    """The signs in scripts."""
    return {
        inside.text
        for n, token in enumerate(side)
        if token.kind in ("SUB", "SUP")
        for inside in side[n + 1 : script_end(side, n + 1)]
        if inside.kind == "SYM"
    }
