r"""Layers that are counted, z^{[1]} and z^{[2]}, read as layers from the last: L-1 and L.

A document whose layers all have numbers in brackets speaks of a network with as many layers as its
largest number says.  So z^{[1]} of a network of two layers is z^{[L-1]}, and x or a^{[0]} is
a^{[L-2]} (x is a^{[1]} where the text says so): what is proved of these holds in deeper networks as
well.  Where layers have letters too, numbers are read by `numbers`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from symbolic.reading.documents import Document, Mathematics
from symbolic.reading.layer_spans import counted_from_zero
from symbolic.reading.profile import Profile
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok, tokens

MOST_LAYERS = 12
INPUT = "x"
LAST = "@L"
"""What stands for the number of layers, which such a document does not write."""
_BRACKETS = {"LSQ": "RSQ", "LP": "RP"}
_LISTING = ("LP", "RP", "COMMA", "SEMI")
Script = tuple[int, list[Tok]]
"""Where a script ends, and what stands in it."""


def counting(document: Document, profile: Profile) -> Profile:
    """The notation of a document that counts its layers; the letter of their number is free.

    Where the cost has another sign, it may be this letter.
    """
    depth = depth_of(document, profile)
    if not depth:
        return profile
    usual = "".join(symbol.definition for symbol in profile.symbols.values())
    last = {
        name
        for name, sort in profile.sizes.items()
        if sort == "layer" and not re.search(rf"\^\{{?{re.escape(name)}(?![A-Za-z])", usual)
    }
    sizes = {name: sort for name, sort in profile.sizes.items() if name not in last}
    cost = profile.of_array("E")
    also = replace(cost, also=(*cost.also, *sorted(last - {cost.sign, *cost.also})))
    return replace(
        profile,
        depth=depth,
        numbers=_are_bare(document, profile),
        from_zero=counted_from_zero(document),
        sizes={**sizes, LAST: "layer"},
        symbols={**profile.symbols, cost.sign: also},
    )


def _are_bare(document: Document, profile: Profile) -> bool:
    """Whether it writes the numbers of its layers without brackets."""
    pieces = (piece for piece in document.pieces if isinstance(piece, Mathematics))
    signs = [s for s, symbol in profile.symbols.items() if "layer" in symbol.superscript]
    signs += [other for sign in signs for other in profile.symbols[sign].also]
    bracketed = re.compile(
        rf"(?:{'|'.join(map(re.escape, signs))})(?:_\w|_\{{\w+\}})?\^\{{?\s*[(\[]\s*\d"
    )
    return not any(bracketed.search(piece.text) for piece in pieces)


def depth_of(document: Document, profile: Profile) -> int:
    r"""The number of layers of a document that counts them, 0 where it does not.

    >>> from symbolic.reading.documents import cut
    >>> from symbolic.reading.profile import open_profile
    >>> layers = open_profile("layers")
    >>> depth_of(cut(r"$z^{[2]} = W^{[2]} a^{[1]} + b^{[2]}$", "markdown"), layers)
    2
    >>> depth_of(cut(r"$z^{[2]}$ and $a^{[l]}$", "markdown"), layers)
    0
    """
    letters = {name for name, sort in profile.letters.items() if sort == "layer"}
    letters |= {name for name, sort in profile.sizes.items() if sort == "layer"}
    if not letters:
        return 0
    seen: list[tuple[int, bool]] = []
    for piece in document.pieces:
        if not isinstance(piece, Mathematics) or "^" not in piece.text:
            continue
        try:
            found = tokens(piece.text)
        except NotUnderstood:
            continue
        for n, token in enumerate(found):
            if token.kind != "SUP":
                continue
            _, inside = script_at(found, n)
            if any(one.text in letters for one in inside):
                return 0
            number = _number(inside, bare=True)
            if number is not None and _is_layered(found, n, profile):
                seen.append((number, len(inside) == 1))
    counted = max((number for number, bare in seen if not bare or _shows_layers(seen)), default=0)
    return counted if 1 < counted <= MOST_LAYERS else 0


def _shows_layers(seen: Sequence[tuple[int, bool]]) -> bool:
    """Whether numbers without brackets are layers: one is 0 or 1, and all stand so."""
    return all(bare for _, bare in seen) and any(number < 2 for number, _ in seen)


def from_last(found: Sequence[Tok], profile: Profile) -> list[Tok]:
    r"""The tokens with layers counted from the last one, where the profile has a `depth`.

    >>> from dataclasses import replace
    >>> from symbolic.reading.profile import open_profile
    >>> two = replace(open_profile("layers"), depth=2)
    >>> "".join(token.text for token in from_last(tokens(r"W^{[2]T} z^{(1)} + x_i"), two))
    '(W^{[@L]})^{T}z^{(@L-1)}+a^{[@L-2]}_i'
    """
    if not profile.depth:
        return list(found)
    made: list[Tok] = []
    n = 0
    while n < len(found):
        token = found[n]
        if token.kind == "SUP" and _is_layered(found, n, profile):
            end, inside = script_at(found, n)
            number = _number(inside, profile.numbers)
            if number is not None and number <= profile.depth:
                made = _counted(made, token, inside, profile)
                n = end
                continue
        n += 1
        made.append(token)
        if is_input(found, n - 1, profile):
            turned = n < len(found) and found[n].kind == "SUP"
            made[-1:] = _input(token, profile, turned)
    return made


def is_input(found: Sequence[Tok], n: int, profile: Profile) -> bool:
    """Whether x stands here as the inputs, and not as an index or as what something depends on."""
    if found[n].text != INPUT or found[n].kind != "SYM" or profile.symbol(INPUT) is not None:
        return False
    before = found[n - 1].kind if n else ""
    after = found[n + 1].kind if n + 1 < len(found) else ""
    depth = 0
    for at in range(n - 1, -1, -1):  # within the braces of a script
        depth += (found[at].kind == "RB") - (found[at].kind == "LB")
        if depth < 0:
            if at and found[at - 1].kind in ("SUB", "SUP"):
                return False
            depth = 0
    if after == "SUP":
        _, above = script_at(found, n + 1)
        return len(above) == 1 and (above[0].kind == "TOP" or above[0].text == "T")
    return before not in ("SUB", "SUP") and not (before in _LISTING and after in _LISTING)


def in_numbers(error: NotUnderstood, profile: Profile) -> NotUnderstood:
    """What is said of layers from the last, said by their numbers: of layer 1 for layer L-1.

    >>> from dataclasses import replace
    >>> from symbolic.reading.profile import open_profile
    >>> two = replace(open_profile("layers"), depth=2)
    >>> in_numbers(NotUnderstood("a column of layer L-1, not L", "", 0), two).what
    'a column of layer 1, not 2'
    """
    if not profile.depth:
        return error

    def number(match: re.Match[str]) -> str:
        return str(profile.depth + int(match[1] or 0))

    what = re.sub(r"(?<![\w{@\\])@?L([+-]\d+)?(?![\w}])", number, error.what)
    return NotUnderstood(what, error.next_step, error.at, error.fault)


def _counted(before: list[Tok], sup: Tok, inside: list[Tok], profile: Profile) -> list[Tok]:
    """The tokens with the layer behind its sign; one that is transposed as well gets brackets."""
    if len(inside) == 1:
        inside = [_at("LP", "(", sup), *inside, _at("RP", ")", sup)]
    opening, number, closing, *rest = inside
    steps = int(number.text) - profile.depth
    layer = [opening, *_layer(steps, number), closing]
    if not rest:
        return [*before, sup, _at("LB", "{", sup), *layer, _at("RB", "}", sup)]
    start = sign_before(before)
    whole = [*before[start:], sup, _at("LB", "{", sup), *layer, _at("RB", "}", sup)]
    bracketed = [_at("LP", "(", whole[0]), *whole, _at("RP", ")", sup)]
    return [*before[:start], *bracketed, sup, _at("LB", "{", sup), *rest, _at("RB", "}", sup)]


def sign_before(before: Sequence[Tok]) -> int:
    """Where the sign stands that a script is about to follow; what is below it is passed over."""
    n = len(before) - 1
    if n >= 0 and before[n].kind == "RB":
        depth = 1
        while n > 0 and depth:
            n -= 1
            depth += (before[n].kind == "RB") - (before[n].kind == "LB")
    return n - 2 if n > 1 and before[n - 1].kind == "SUB" else max(n, 0)


def _input(token: Tok, profile: Profile, turned: bool) -> list[Tok]:
    """x as the signal of the layer before the first, in brackets where it is transposed."""
    sign = Tok("SYM", profile.of_array("y").sign, token.at, token.end)
    layer = _layer((profile.from_zero is False) - profile.depth, token)
    found = [
        sign,
        _at("SUP", "^", token), _at("LB", "{", token), _at("LSQ", "[", token),
        *layer,
        _at("RSQ", "]", token), _at("RB", "}", token),
    ]  # fmt: skip
    return [_at("LP", "(", token), *found, _at("RP", ")", token)] if turned else found


def _layer(steps: int, at: Tok) -> list[Tok]:
    """L, or L-1."""
    found = [Tok("SYM", LAST, at.at, at.end)]
    if steps:
        found += [_at("MINUS", "-", at), Tok("NUM", str(-steps), at.at, at.end)]
    return found


def _at(kind: str, text: str, other: Tok) -> Tok:
    return Tok(kind, text, other.at, other.end)


def script_at(found: Sequence[Tok], sup: int) -> Script:
    """The tokens above, without their braces."""
    n = sup + 1
    if n >= len(found) or found[n].kind != "LB":
        return n + 1, [*found[n : n + 1]]
    depth, start = 1, n + 1
    n += 1
    while n < len(found) and depth:
        depth += (found[n].kind == "LB") - (found[n].kind == "RB")
        n += 1
    return n, [*found[start : n - 1]]


def _number(inside: Sequence[Tok], bare: bool = False) -> int | None:
    """The number in brackets that a script is, alone or before a transposition; or a `bare` one."""
    if bare and len(inside) == 1:
        text = inside[0].text
        return int(text) if inside[0].kind == "NUM" and text.isdigit() and len(text) < 3 else None
    if len(inside) not in (3, 4) or _BRACKETS.get(inside[0].kind) != inside[2].kind:
        return None
    turned = len(inside) == 4 and not (inside[3].kind == "TOP" or inside[3].text == "T")
    digits = inside[1].kind == "NUM" and inside[1].text.isdigit() and len(inside[1].text) < 3
    return int(inside[1].text) if digits and not turned else None


def _is_layered(found: Sequence[Tok], sup: int, profile: Profile) -> bool:
    """Whether the sign that the script belongs to has layers."""
    before = sign_before(found[:sup])
    symbol = profile.symbol(found[before].text) if found[:sup] else None
    return symbol is not None and "layer" in symbol.superscript
