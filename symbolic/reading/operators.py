r"""Derivatives as fractions, on tokens, before the grammar: (∂/∂w) C and ∂C/∂w on one line.

\frac{\partial}{\partial w} C is \frac{\partial C}{\partial w} only where one sign follows and
nothing after it that the operator may take too; where formulas are differentiated, it takes the
whole term, if that begins with a bracket, a function or a number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symbolic.reading.tokens import Tok, closing_brace, sign_end

_OPERATOR = ("FRAC", "LB", "PARTIAL", "RB", "LB", "PARTIAL")
_ENDS = ("PLUS", "MINUS", "RP", "RSQ", "RB", "RSET")
"""What may stand behind the sign."""
_OPENS = ("LP", "LSQ", "LB", "LSET")
_CLOSES = ("RP", "RSQ", "RB", "RSET")
_BEGINS = ("LP", "LSQ", "FUNC", "FRAC", "NUM", "ROOT")
_ENDS_TERM = ("PLUS", "MINUS", "REL", "COMMA")


def applied(tokens: Sequence[Tok]) -> tuple[Tok, ...]:
    r"""The tokens with the sign that follows an operator put above it.

    >>> from symbolic.reading.tokens import tokens
    >>> " ".join(t.text for t in applied(tokens(r"\frac{\partial}{\partial w} C_0 + 1")))
    '\\frac { \\partial C _ 0 } { \\partial w } + 1'
    """
    return _put_above(tokens, _lone_sign)


def with_terms(tokens: Sequence[Tok]) -> tuple[Tok, ...]:
    r"""The tokens with the term that follows an operator put above it.

    >>> from symbolic.reading.tokens import tokens
    >>> " ".join(t.text for t in with_terms(tokens(r"\frac{\partial}{\partial w} (w x) + 1")))
    '\\frac { \\partial ( w x ) } { \\partial w } + 1'
    """
    return _put_above(tokens, _term)


def _put_above(
    tokens: Sequence[Tok], operand: Callable[[Sequence[Tok], int], int]
) -> tuple[Tok, ...]:
    """The tokens with what an operator takes above it; `operand` says where that ends."""
    found: list[Tok] = []
    n = 0
    while n < len(tokens):
        if tuple(t.kind for t in tokens[n : n + 6]) == _OPERATOR:
            below = closing_brace(tokens, n + 4)
            end = operand(tokens, below + 1)
            if end > below + 1:
                found += tokens[n : n + 3]
                found += tokens[below + 1 : end]
                found += tokens[n + 3 : below + 1]
                n = end
                continue
        found.append(tokens[n])
        n += 1
    return tuple(found)


def _lone_sign(tokens: Sequence[Tok], start: int) -> int:
    """Behind the one sign that begins here, where nothing after it is taken too; else start."""
    end = sign_end(tokens, start)
    return end if end == len(tokens) or tokens[end].kind in _ENDS else start


def stroked(tokens: Sequence[Tok]) -> tuple[Tok, ...]:
    r"""The tokens with \partial C / \partial w as a fraction: one sign stands on each side.

    >>> from symbolic.reading.tokens import tokens
    >>> " ".join(t.text for t in stroked(tokens(r"\partial L/\partial y_i + 1")))
    '\\frac { \\partial L } { \\partial y _ i } + 1'
    """
    found: list[Tok] = []
    n = 0
    while n < len(tokens):
        stroke = sign_end(tokens, n + 1) if tokens[n].kind == "PARTIAL" else n
        kinds = [token.kind for token in tokens[stroke : stroke + 2]]
        below = sign_end(tokens, stroke + 2) if kinds == ["SLASH", "PARTIAL"] else 0
        if stroke == n or below <= stroke + 2:
            found.append(tokens[n])
            n += 1
            continue
        for start, end in ((n, stroke), (stroke + 1, below)):
            first, last = tokens[start], tokens[end - 1]
            found += [Tok("FRAC", "\\frac", first.at, first.at)] * (start == n)
            found += [Tok("LB", "{", first.at, first.at), *tokens[start:end]]
            found.append(Tok("RB", "}", last.end, last.end))
        n = below
    return tuple(found)


def _term(tokens: Sequence[Tok], start: int) -> int:
    """Behind the term that begins here, where it is no product of signs; else start."""
    if start >= len(tokens) or not (
        tokens[start].kind in _BEGINS
        or [t.kind for t in tokens[start : start + 2]] == ["SYM", "LP"]
    ):
        return start
    depth = 0
    for n in range(start, len(tokens)):
        depth += (tokens[n].kind in _OPENS) - (tokens[n].kind in _CLOSES)
        if depth < 0 or (depth == 0 and tokens[n].kind in _ENDS_TERM):
            return n
    return len(tokens)
