r"""Letters that a sentence says are one neuron or two: "for $i = j$", "if $i \neq j$".

A line said for i = j is the line with one letter for both; one said for i ≠ j is the line with both
sides times 1 − [i = j], which is 0 where they are one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from symbolic.indexed import Num, Var
from symbolic.reading.formulas import NEURON, ONE, Formula, Read, Times, plus, put, times

_PAIR = r"\$?\s*(?P<one>[A-Za-z])\s*(?P<sign>=|!=|\\neq?|\\not\s*=|≠)\s*(?P<other>[A-Za-z])\s*\$?"
LETTERS = dict.fromkeys("abcdefghijklmnopqrstuvwxyz", "neuron")
"""Every letter as an index, for a notation that does not say which letters are."""
ALONE = re.compile(_PAIR)
_SAID = re.compile(
    r"\b(?:for|if|when|whenever|where|with|case|that|suppose|assume|assuming|consider|considering"
    rf"|let|take|taking)\s+(?:that\s+|the case\s+)?{_PAIR}",
    re.IGNORECASE,
)
_BEHIND = re.compile(rf"^[\s,(]*(?:for|if|when|whenever|where|with)\s+{_PAIR}[\s)]*")
_SENTENCE = re.compile(r"[.!?](?:\s|$)|\n\s*\n\s*(?=\S)")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two letters of neurons, and whether they are one."""

    one: str
    other: str
    equal: bool

    @property
    def words(self) -> str:
        """As it is said.

        >>> Pair("i", "j", False).words
        'i ≠ j'
        """
        return f"{self.one} {'=' if self.equal else '≠'} {self.other}"


def is_pair(text: str, letters: Mapping[str, str]) -> bool:
    """Whether a formula says only that two neurons are one, or are not."""
    match = ALONE.fullmatch(text)
    return match is not None and _pair(match, letters) is not None


def said_before(words: str, letters: Mapping[str, str]) -> tuple[Pair, ...]:
    """What the last sentence of some words says of pairs of letters.

    >>> said_before("It is so. For $i = j$:", {"i": "neuron", "j": "neuron"})
    (Pair(one='i', other='j', equal=True),)
    """
    return _all(_SAID, _SENTENCE.split(words)[-1], letters)


def unread(words: str, letters: Mapping[str, str]) -> bool:
    """Whether the last sentence shows a pair in words that are not understood."""
    sentence = _SENTENCE.split(words)[-1]
    shown = _all(re.compile(rf"(?<=\$){_PAIR}(?=\$)"), sentence, letters)
    return len(shown) > len(said_before(words, letters))


def without_said(words: str, letters: Mapping[str, str]) -> str:
    """The words without what is said of pairs.

    >>> without_said("Then if $i = j$,", {"i": "neuron", "j": "neuron"})
    'Then  ,'
    """
    return _SAID.sub(lambda match: " " if _pair(match, letters) else match[0], words)


def said_behind(words: str, letters: Mapping[str, str]) -> tuple[Pair | None, str]:
    """A pair that the words behind a formula begin with, and the words without it."""
    match = _BEHIND.match(words)
    found = _pair(match, letters) if match else None
    return (found, words[match.end() :]) if match and found else (None, words)


def of_row(condition: str, before: Pair | None, letters: Mapping[str, str]) -> Pair | None:
    """The pair that the condition of a row of cases says; "otherwise" is the opposite.

    >>> of_row("i = j", None, {"i": "neuron", "j": "neuron"}).words
    'i = j'
    """
    bare = re.sub(r"^\s*(?:if|for|when|where)\b", "", condition.strip(" .,;:"))
    match = ALONE.fullmatch(bare.strip())
    if match:
        return _pair(match, letters)
    otherwise = bare.strip().lower() in ("otherwise", "else")
    return replace(before, equal=not before.equal) if before and otherwise else None


def under(pairs: Collection[Pair]) -> Callable[[Formula], Formula]:
    """What the pairs make of each side of a line."""

    def step(side: Formula) -> Formula:
        for pair in pairs:
            one, other = Var(pair.one, NEURON), Var(pair.other, NEURON)
            side = put(side, {one: other}) if pair.equal else times(differ(one, other), side)
        return side

    return step


def without(pairs: Collection[Pair]) -> Callable[[Formula], Formula]:
    """Takes the factor 1 − [i = j] out again, where a product has it."""

    def step(side: Formula) -> Formula:
        if not isinstance(side, Times):
            return side
        apart = [differ(Var(p.one, NEURON), Var(p.other, NEURON)) for p in pairs if not p.equal]
        return times(*(factor for factor in side.factors if factor not in apart))

    return step


def differ(one: Var, other: Var | int) -> Formula:
    """1 − [one = other]."""
    return plus(ONE, times(Num(Fraction(-1)), Read("same", (one, other))))


def _all(pattern: re.Pattern[str], text: str, letters: Mapping[str, str]) -> tuple[Pair, ...]:
    found = (_pair(match, letters) for match in pattern.finditer(text))
    return tuple(pair for pair in found if pair is not None)


def _pair(match: re.Match[str], letters: Mapping[str, str]) -> Pair | None:
    one, other = match["one"], match["other"]
    neurons = letters.get(one) == letters.get(other) == "neuron"
    return Pair(one, other, match["sign"] == "=") if neurons and one != other else None
