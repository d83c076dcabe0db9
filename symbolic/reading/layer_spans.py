"""A range of layers that is said of a line, held against the layers that the line speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from symbolic.indexed import Var
from symbolic.reading.claims import Claim
from symbolic.reading.context import Fail, Role
from symbolic.reading.documents import Document, Mathematics
from symbolic.reading.formulas import NEURON, Formula
from symbolic.reading.layers import (
    LAST,
    extent,
    is_layered,
    layer,
    level,
    level_of,
    levels,
    own_layer,
    relocated,
    spelled,
)
from symbolic.reading.source import BeyondError, Fault
from symbolic.reading.spans import span_from

_ZERO = re.compile(r"\^\s*\{?\s*[(\[]?\s*0\s*[)\]]?\s*\}?|(?:layer|[a-z]\s*=)\s*\$?0\b")
_INPUT = r"(?:\\[a-z]+\s*\{?)*x\b\}?"
_ONE = re.compile(
    rf"\^\s*\{{?\s*[(\[]?\s*1\s*[)\]]?\s*\}}?(?:_\w)?\s*:?=\s*{_INPUT}"
    rf"|(?:^|[^\w\\{{]){_INPUT}(?:_\w)?\s*=\s*(?:\\[a-z]+\s*\{{?)*[a-z]\}}?\^\s*\{{?\s*[(\[]?\s*1\b"
)


def counted_from_zero(document: Document) -> bool | None:
    """Whether the inputs are layer 0, as in a^0 = x, or layer 1, as in a^1 = x; None if unsaid.

    >>> from symbolic.reading.documents import cut
    >>> texts = ("with $a^{(0)} = x$", "with $a^1 = x$", "with $a^l$")
    >>> [counted_from_zero(cut(text, "markdown")) for text in texts]
    [True, False, None]
    """
    shown = [piece.text for piece in document.pieces if isinstance(piece, Mathematics)]
    if any(_is_first(match) for text in shown for match in _ONE.finditer(text)):
        return False
    return True if any(map(_ZERO.search, shown)) else None


def _is_first(match: re.Match[str]) -> bool:
    """Whether it says what a layer is, and not a derivative: \\partial w^1} = x …"""
    return "\\partial" not in match.string[max(match.start() - 12, 0) : match.start()]


def beyond(members: Sequence[Formula | None], roles: Mapping[str, Role], at: int) -> Iterator[Fail]:
    """That a range leads to layers which there are not: l = L where δ^{l+1} is spoken of.

    Where it is not said how layers are counted, a range may begin with 1 for the first layer after
    the inputs.
    """
    sides = [member for member in members if member is not None]
    if not is_layered(*sides):
        return
    try:
        lowest, highest = extent(sides)
    except BeyondError:
        return
    for role in roles.values():
        if role.role == "width" and role.of:
            yield from _of_another(sides, role, at)
        if role.role != "within" or role.letter not in lowest:
            continue
        span = span_from(role.letter, role.of)
        reach, least = highest[role.letter], lowest[role.letter]
        if span.late is not None and span.late < reach:
            what = f"For {role.letter} = {spelled((LAST, -span.late))} it speaks of layer "
            what += f"{spelled((LAST, reach - span.late))}, and the last one is {LAST}."
            step = f"Let the range end at {role.letter} = {spelled((LAST, -reach))}."
            yield Fail(Fault.INDEX, what, step, at)
        if span.low is not None and span.low < least - (span.counted is None):
            what = f"For {role.letter} = {span.first} it speaks of what the inputs do not have."
            step = f"Let the range begin with {role.letter} = {least - (span.counted is True)}."
            yield Fail(Fault.INDEX, what, step, at)


def of_hidden(
    members: Sequence[Formula | None], roles: Mapping[str, Role]
) -> tuple[dict[str, Role], bool]:
    """The roles, where all layers but the last are said to be hidden, and whether layers are left.

    Left out is what else the line could speak of.  So is the last layer where a^l is spoken of and
    l = 2, …, L-1, and none where a^{l+1} is.
    """
    found, left = dict(roles), False
    try:
        lowest, highest = extent([member for member in members if member is not None])
    except BeyondError:
        return found, any(role.role == "within" for role in roles.values())
    for name, role in roles.items():
        if role.role != "within" or name not in lowest:
            continue
        span, reach = span_from(name, role.of), highest[name]
        from_first = not span.alone and (span.low or 1) <= lowest[name]
        if from_first and (span.late is None or span.late <= reach):
            continue
        if from_first and span.late == 1 and reach == 0 and lowest[name] == 2:
            found[name] = Role(name, "hidden", role.at, role.of)
        else:
            left = True
    return found, left


def at_own_layer(claim: Claim) -> Claim | None:
    """A line about a^{l+1} as one about a^l, where it is said of all layers; None for any other."""
    own = own_layer(claim.left)
    if own is None or claim.doubt:
        return None
    try:
        name, step = level(own)
        if not step or name == LAST or claim.role(name) not in ("", "any", "within"):
            return None
        sides = (relocated(side, {name: layer(name, -step)}) for side in (claim.left, claim.right))
        left, right = sides
    except BeyondError:
        return None
    roles = tuple(role for role in claim.roles if role.letter != name)
    return replace(claim, left=left, right=right, roles=roles)


def _of_another(sides: Sequence[Formula], role: Role, at: int) -> Iterator[Fail]:
    """That a letter runs over the units of another layer than its own: j = 1, …, n_{l+1}."""
    own = set[tuple[str, int]]().union(*(levels(side, Var(role.letter, NEURON)) for side in sides))
    if own and level_of(role.of) not in own:
        where = " and ".join(map(spelled, sorted(own)))
        what = f"{role.letter} lies in layer {where}, and its range is that of layer {role.of}."
        yield Fail(Fault.INDEX, what, f"Let it run over the units of layer {where}.", at)
