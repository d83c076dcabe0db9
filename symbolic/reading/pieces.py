r"""A function in pieces: φ(v) = v if v > 0, else 0.  Where two pieces meet nothing is said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from symbolic.indexed import Num
from symbolic.reading.formulas import ONE, Call, Formula, Plus, plus, times
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok, tokens
from symbolic.reading.vocabulary import CLOSES, OPENS

_COMPARED = r"(?:<|>|\\(?:[lg](?:t|e|eq|eqslant))(?![A-Za-z]))"
_IF = re.compile(r"\s*,?\s*(?:if|for|when|where)?\s*")
_SIDES = re.compile(rf"\s*,?\s*(?:if|for|when|where)?\s*\$([^$]*{_COMPARED}[^$]*)\$\s*[.,;]?\s*")
_ELSE = re.compile(r"\s*,?\s*(?:otherwise|else)\s*[.,;]?\s*")
_LOOSE = ("COMMA", "SEMI", "STOP", "QUAD")
NEGATIVE, NOTHING = Num(Fraction(-1)), Num(Fraction(0))
Piece = tuple[Formula, Formula | None]
"""A value, and what is above 0 where it is the value: None for all the rest."""


def compares(conditions: Sequence[Sequence[Tok]]) -> bool:
    r"""Whether cases have these conditions because a quantity is compared with another.

    >>> compares([tokens(r"\text{if } v > 1"), tokens(r"\text{otherwise}")])
    True
    >>> compares([tokens(r"\text{if $j$ is an output}"), tokens(r"\text{otherwise}")])
    False
    """
    said = [_is_compared(one) for one in conditions]
    return any(said) and all(
        one or (len(row) == 1 and _ELSE.fullmatch(row[0].text))
        for one, row in zip(said, conditions, strict=True)
    )


def _is_compared(condition: Sequence[Tok]) -> bool:
    """Whether it is one comparison, behind if or without it."""
    if not condition:
        return False
    if condition[0].kind == "TEXT":
        if len(condition) == 1:
            return _SIDES.fullmatch(condition[0].text) is not None
        return _IF.fullmatch(condition[0].text) is not None and _is_compared(condition[1:])
    depth, found = 0, list[str]()
    for token in condition:
        depth += (token.kind in OPENS) - (token.kind in CLOSES)
        if depth == 0 and token.kind in ("REL", "TEXT", "IN"):
            found.append(token.text)
    return len(found) == 1 and found[0] in ("<", ">", "<=", ">=")


def marked(found: Sequence[Tok]) -> list[Tok]:
    """The tokens of rows `value & if left > right` with IF and ELSE for their words."""
    result: list[Tok] = []
    around: list[str] = []  # of each bracket that is open: its text, "cases" among them
    behind = False  # right behind the & of a row of cases
    for token in found:
        inside = bool(around) and around[-1] == "cases"
        if token.kind in OPENS:
            around.append(token.text)
        elif token.kind in CLOSES and around:
            around.pop()
        if not inside and not behind:
            result.append(token)
            continue
        if inside and token.kind in ("AMP", "ROW", "END"):
            while result and result[-1].kind in (*_LOOSE, "ROW"):
                result.pop()
        if behind and token.kind == "TEXT":
            words = _condition(token)
            result += words
            behind = words == [token]
            continue
        if behind and token.kind not in _LOOSE:
            result.append(Tok("IF", "if", token.at, token.at))
        behind = (behind and token.kind in _LOOSE) or (inside and token.kind == "AMP")
        result.append(token)
    return result


def _condition(words: Tok) -> list[Tok]:
    """The words before a condition, or all of it: if, if $v > 0$, otherwise."""
    if _IF.fullmatch(words.text):
        return [replace(words, kind="IF")]
    if _ELSE.fullmatch(words.text):
        return [replace(words, kind="ELSE")]
    said = _SIDES.fullmatch(words.text)
    if said is None:
        return [words]
    inner = tokens(said[1], [words.at] * len(said[1]))
    return [replace(words, kind="IF"), *inner]


def above(left: Formula, relation: str, right: Formula, at: int) -> Formula:
    """What is above 0 where the condition holds: left − right of left > right."""
    if relation in ("<", "<="):
        left, right = right, left
    elif relation not in (">", ">="):
        raise NotUnderstood("A condition of a piece is read with < or >.", "", at)
    if right == NOTHING:
        return left
    if left == NOTHING:
        return times(NEGATIVE, right)
    return plus(left, *(times(NEGATIVE, term) for term in _terms(right)))


def pieced(rows: Sequence[Piece], at: int) -> Formula:
    """The function that has the value of the first row whose condition holds.

    >>> from symbolic.reading.formulas import Read
    >>> v = Read("v", (), "v")
    >>> pieced([(v, v), (NOTHING, None)], 0) == Call("relu", v)
    True
    >>> pieced([(ONE, v), (NOTHING, None)], 0) == Call("step", v)
    True
    """
    *given, (last, of) = rows
    conditions = [one for _, one in given if one is not None]
    if len(conditions) < len(given) or not given:
        raise NotUnderstood("Rows stand behind the last of the cases.", "Leave them out.", at)
    if of is not None and not (len(given) == 1 and _opposite(conditions[0], of)):
        raise NotUnderstood(
            "The cases do not say what holds elsewhere.", "End with \\text{otherwise}.", at
        )
    if len(given) == 1 and given[0] == (conditions[0], conditions[0]) and last == NOTHING:
        return Call("relu", conditions[0])
    terms: list[Formula] = []
    others: list[Formula] = []  # 1 where no condition so far holds
    for (value, _), condition in zip(given, conditions, strict=True):
        step = Call("step", condition)
        terms += [times(value, *others, step)] * (value != NOTHING)
        others.append(plus(ONE, times(NEGATIVE, step)))
    terms += [times(last, *others)] * (last != NOTHING)
    return plus(*terms) if terms else NOTHING


def _terms(formula: Formula) -> tuple[Formula, ...]:
    return formula.terms if isinstance(formula, Plus) else (formula,)


def _opposite(one: Formula, other: Formula) -> bool:
    """Whether the terms of one are those of the other with the other sign."""
    turned = [times(NEGATIVE, term) for term in _terms(one)]
    return sorted(map(repr, turned)) == sorted(map(repr, _terms(other)))
