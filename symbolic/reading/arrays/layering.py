"""Layers that a document numbers, or writes with a letter: z^{[1]} and z^{[2]}, or z^{[l]}.

A letter of a layer is one of time: l = 1 … L, and each layer is as wide as every other, which the
page says.  Where no letter stands, z^{[1]} and z^{[2]} are arrays of their own, each as wide as its
definition makes it.

Equal widths let no wrong line pass.  Weights are any square matrices there, so that a transposed
one has other values and is refuted, where else its shape would not fit.  What is proved is an
identity of normal forms, whose letters are matched by the entries that they stand in: where the
shapes of a line fit for all widths it holds for all widths.  Only a sum of 1 over units, which is
their number, stands in no entry, and a number of units has no sign where layers have letters.
"""

from __future__ import annotations

import re
from dataclasses import replace

from symbolic.reading.arrays.formulas import Time
from symbolic.reading.arrays.profile import OPEN, ArrayProfile, ArraySymbol
from symbolic.reading.spans import Span, span_of

_ABOVE = re.compile(r"\^\s*\{*\s*[\[(]?\s*([A-Za-z])(?![A-Za-z])")

_ONE = re.compile(r"([A-Za-z]|\\[a-z]+)\s*=\s*(\d{1,3})")


def fitted(profile: ArrayProfile, text: str) -> ArrayProfile:
    """The profile with the layers of a document: numbered, or with the letters that it writes.

    >>> from symbolic.reading.arrays.profile import array_profile
    >>> ng = array_profile("ng")
    >>> fitted(ng, "$Z^{[1]} = W^{[1]} X$").time, fitted(ng, "$Z^{[l]} = W^{[l]} A^{[l-1]}$").time
    ((), ('l',))
    """
    if not profile.layers:
        return profile
    used = {*_ABOVE.findall(text)} & {*profile.layers, profile.last}
    if not used:
        return _numbered(profile)
    last = profile.last
    if last not in used and len(used) > 1:  # k = 1 … l
        last = profile.layers[-1]
    time = tuple(letter for letter in profile.layers if letter in used and letter != last)
    time = time or tuple(letter for letter in profile.layers if letter != last)[:1]
    letters = {name: size for name, size in profile.letters.items() if name not in time}
    return replace(profile, time=time, last=last, letters=letters)


def some_times(text: str, profile: ArrayProfile) -> Span | None:
    """The range of times or layers that a mention is: t = 1, …, T-1, or back.

    >>> from symbolic.reading.arrays.profile import array_profile
    >>> str(some_times(r"l = L, \\dots, 1", fitted(array_profile("ng"), "$A^{[l]}$")))
    '1:0'
    """
    if not profile.time or not profile.last:
        return None
    span = span_of(text, frozenset(profile.time), frozenset((profile.last,)))
    return None if span is None or span.alone else span


def is_all(span: Span) -> bool:
    """Whether it is every time that there is."""
    return span.low == 1 and span.late == 0


def one_time(text: str, profile: ArrayProfile) -> tuple[str, Time] | None:
    """The letter of time and the one time that a mention says it is: t = T, t = 1.

    >>> from symbolic.reading.arrays.profile import array_profile
    >>> one_time("t = T", array_profile("lstm")), one_time("t = k", array_profile("lstm"))
    (('t', Time(letter='T', shift=0)), None)
    """
    match = _ONE.fullmatch(text.strip())
    if match is not None and match[1] in profile.time:
        return match[1], Time("", int(match[2]))
    span = span_of(text, frozenset(profile.time), frozenset({profile.last} - {""}))
    alone = span is not None and span.alone
    return (span.letter, Time(profile.last, -(span.late or 0))) if span and alone else None


def _numbered(profile: ArrayProfile) -> ArrayProfile:
    """Without a letter of layers: the number is a part of the name, each width its own."""
    symbols = {sign: _alone(symbol, profile) for sign, symbol in profile.symbols.items()}
    letters = dict.fromkeys(profile.layers, OPEN)
    return replace(
        profile, time=(), last="", symbols=symbols, letters={**profile.letters, **letters}
    )


def _alone(symbol: ArraySymbol, profile: ArrayProfile) -> ArraySymbol:
    width = profile.widths[0]
    shape = tuple(OPEN if size == width else size for size in symbol.shape)
    return replace(symbol, time=False, shape=shape, definition="")
