r"""Words → what letters run over, which signs are functions, what is known of given arrays.

    Here $j, k$ run over the neurons; $t$ runs over the times 1 … $T$; $\varphi$ is any
    differentiable function.

Words are text with $…$ around mentions; a range ends at the next ; : or full stop.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symbolic.indexed import Affine, Size, affine
from symbolic.reading.grammar import parse
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok, tokens
from symbolic.reading.tree import Addition, Letter, Node, Number, Scripted

_M = r"\$[^$]{1,60}\$"
RUNS = re.compile(rf"(?P<letters>{_M}) runs? over (?P<over>(?:{_M}|[^$;:.])*)")
_OTHER_VERB = re.compile(rf"({_M}) (?:ranges?|ranging|running|goes|go|varies|vary) over ")
_ALSO = re.compile(
    rf"(runs? over (?:{_M}|[^$;:.])*?),? (?:and |while )?({_M}) (?:runs? )?over (?!{_M} is)"
)
_COUNTED = re.compile(rf"(?:(?:the|all) )?(?P<size>{_M}) (?P<words>[^$]+)")
FUNCTIONS = re.compile(
    rf"(?P<signs>{_M}(?:(?:, | and ){_M})*) (?:is any differentiable function"
    r"|are any differentiable functions)"
)
_RANGE = re.compile(r"(?P<words>.*?)\s*(?P<first>-?\d{1,4}) (?:…|\.\.\.) (?P<last>\$[^$]+\$)\s*")
NO_CYCLES = re.compile(rf"no cycles in (?P<arrays>{_M}(?:(?:, | and ){_M})*)")
NO_CYCLES_AT_ALL = re.compile(r"\bUnder: [^.]*\bno cycles\b")
ZERO_ONE = re.compile(rf"(?P<array>{_M}) is 0 or 1\b")
WHEREVER = re.compile(rf"(?P<bracket>{_M}) is 1 wherever (?P<array>{_M}) is not 0\b")
NO_READER = "output neurons feed no neuron"
WHERE = re.compile(r"\s*[✓✗?!·]?\s*where (?P<bracket>\$[^$]{1,400}\$) is 1\b;?")
NEURON = re.compile(r"\s*[✓✗?!·]?\s*for an? (?P<kind>output|hidden) neuron (?P<letter>\$[^$]+\$)")


@dataclass(frozen=True, slots=True)
class Range:
    """The set that letters run over: its words, and first and last where it has numbers."""

    words: str
    first: int = 1
    last: Affine | None = None


def declared(text: str) -> Iterator[tuple[str, Range]]:
    r"""The letters that a text declares, each with its set.

    >>> [(letter, over.words) for letter, over in declared(r"$j, \xi$ run over the neurons:")]
    [('j', 'the neurons'), ('\\xi', 'the neurons')]
    """
    for match in RUNS.finditer(spelled_out(text)):
        over = _range(" ".join(match["over"].split()))
        for letter in _letters(match["letters"][1:-1]):
            yield letter, over


def spelled_out(text: str) -> str:
    """Declarations each with its own verb.

    >>> spelled_out("$i, j$ range over positions, $c$ over channels and $k$ runs over words.")
    '$i, j$ run over positions; $c$ run over channels; $k$ run over words.'
    """
    text = _OTHER_VERB.sub(r"\1 run over ", text)
    while (changed := _ALSO.sub(r"\1; \2 run over ", text, count=1)) != text:
        text = changed
    return text


def functions(text: str) -> Iterator[str]:
    """The signs that a text says are functions."""
    for match in FUNCTIONS.finditer(text):
        for sign in re.findall(_M, match["signs"]):
            yield from _letters(sign[1:-1])


def without_declarations(text: str) -> str:
    """The words without what is understood here."""
    text = spelled_out(text)
    for known in (RUNS, FUNCTIONS, NO_CYCLES, ZERO_ONE, WHEREVER):
        text = known.sub(" ", text)
    return text


def letter_of(node: Node) -> str:
    r"""The name of a letter: j, \xi, or j_{2}; empty where it is none."""
    match node:
        case Letter(name):
            return name
        case Scripted(Letter(name), Number(digits), None, 0) if digits.isdigit():
            return f"{name}_{digits}"
    return ""


def stem_of(letter: str) -> str:
    """The letter without its number."""
    return letter.partition("_")[0]


def _letters(text: str) -> list[str]:
    found: list[str] = []
    group: list[Tok] = []
    try:
        for token in (*tokens(text), None):
            if token is not None and token.kind != "COMMA":
                group.append(token)
                continue
            name = letter_of(parse(group))
            if name:
                found.append(name)
            group = []
    except NotUnderstood:
        return []
    return found


def _range(text: str) -> Range:
    match = _RANGE.fullmatch(text)
    if match is None:
        return _counted(text)
    try:
        last = size_of(parse(tokens(match["last"][1:-1])))
    except NotUnderstood:
        last = None
    if last is None:
        return Range(text)
    words = match["words"] or f"{match['first']} … {match['last']}"
    return Range(words, int(match["first"]), last)


def _counted(text: str) -> Range:
    """The $m$ samples: a set of words that has m elements."""
    match = _COUNTED.fullmatch(text.strip())
    if match is None:
        return Range(text)
    try:
        size = size_of(parse(tokens(match["size"][1:-1])))
    except NotUnderstood:
        size = None
    return Range(text) if size is None else Range(match["words"], 1, size)


def size_of(node: Node) -> Affine | None:
    """An index made of sizes and numbers, None where it is none."""
    match node:
        case Number(digits) if digits.isdigit() and len(digits) <= 6:
            return affine(int(digits))
        case Letter() | Scripted() if size_sign(node):
            return affine(Size(size_sign(node)))
        case Addition(terms, signs):
            whole = affine(0)
            for term, sign in zip(terms, signs, strict=True):
                part = size_of(term)
                if part is None:
                    return None
                whole = _sum(whole, part, -1 if sign == "-" else 1)
            return whole
    return None


def _sum(left: Affine, right: Affine, times: int) -> Affine:
    coefficients = dict(left.terms)
    for part, c in right.terms:
        coefficients[part] = coefficients.get(part, 0) + times * c
    terms = tuple((part, c) for part, c in coefficients.items() if c)
    return Affine(left.const + times * right.const, terms)


def size_name(sign: str) -> str:
    r"""The name of a size: KW of \mathrm{KW}."""
    styled = re.fullmatch(r"\\[a-z]+\{(.*)\}", sign)
    return styled[1] if styled else sign.removeprefix("\\")


def size_sign(node: Node) -> str:
    """The name of the size that a sign would be: D1 of D_{1}; empty where it is none."""
    match node:
        case Letter(name):
            return size_name(name)
        case Scripted(Letter(name), Number(digits), None, 0) if digits.isdigit():
            return size_name(name) + digits
    return ""


def sizes_of(ranges: Sequence[Range]) -> dict[str, str]:
    """The sizes that ranges speak of."""
    return {
        part.name: part.name
        for one in ranges
        if one.last is not None
        for part, _ in one.last.terms
        if isinstance(part, Size)
    }
