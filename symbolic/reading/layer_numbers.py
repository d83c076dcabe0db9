r"""Layers by their numbers beside letters: a^0 = x, w^1_{jk}, and "for l = 2".

    \partial C / \partial w^1_{jk} = \delta^1_j x_k      where a^0 = x

The inputs are layer 0 or layer 1 of a document.  A layer of a number is counted from them: the
letter of the inputs is @0 or @1, and it has one value in every network, that of the first layer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from symbolic.reading.chains import Chain
from symbolic.reading.context import Role
from symbolic.reading.counted import is_input, script_at, sign_before
from symbolic.reading.documents import Document, Mathematics
from symbolic.reading.layer_spans import counted_from_zero
from symbolic.reading.layers import INPUTS
from symbolic.reading.profile import Profile, Symbol
from symbolic.reading.source import NotUnderstood
from symbolic.reading.spans import span_from
from symbolic.reading.tokens import Tok, tokens

_BRACKETS = {"LSQ": "RSQ", "LP": "RP"}
_ROUND = {"[": "(", "]": ")"}
_OF_OWN_FIELD = ("field", "local gradient", "bias", "weight")
"""What the inputs have none of."""


def numbered(document: Document, profile: Profile) -> Profile:
    """The notation of a document whose layers have letters, with one for that of the inputs.

    Numbers above are layers where one is 0 or 1, which is no power, or stands in brackets.
    """
    if profile.depth or "layer" not in profile.letters.values():
        return profile
    found = _layer_numbers(document, profile)
    written = any(bracketed or number < 2 for _, number, bracketed in found)
    zero = counted_from_zero(document)
    if zero is None and written:
        zero = any(_is_first(symbol, number) for symbol, number, _ in found)
    name = f"{INPUTS}{0 if zero else 1}"
    letters = {**profile.letters, name: "layer"}
    return replace(profile, inputs=name, numbers=written, from_zero=zero, letters=letters)


def _is_first(symbol: Symbol, number: int) -> bool:
    """Whether the layer of this number shows that the inputs are layer 0."""
    steps = symbol.layers or (0,)
    own = number + steps[0]
    return number + min(steps) == 0 or (symbol.kind in _OF_OWN_FIELD and own == 1)


def _layer_numbers(document: Document, profile: Profile) -> list[tuple[Symbol, int, bool]]:
    """The signs of layers with numbers above: which sign, which number, whether in brackets."""
    seen: list[tuple[Symbol, int, bool]] = []
    for piece in document.pieces:
        if not isinstance(piece, Mathematics) or "^" not in piece.text:
            continue
        try:
            found = tokens(piece.text)
        except NotUnderstood:
            continue
        for n, token in enumerate(found):
            symbol = _layered(found, n, profile) if token.kind == "SUP" else None
            number = _number(script_at(found, n)[1]) if symbol is not None else None
            if symbol is not None and number is not None:
                seen.append((symbol, number, script_at(found, n)[1][0].kind in _BRACKETS))
    return seen


def _layered(found: Sequence[Tok], sup: int, profile: Profile) -> Symbol | None:
    symbol = profile.symbol(found[sign_before(found[:sup])].text) if sup else None
    return symbol if symbol is not None and "layer" in symbol.superscript else None


def _number(inside: Sequence[Tok]) -> int | None:
    """The number that a script is, bare or in brackets."""
    if len(inside) == 3 and _BRACKETS.get(inside[0].kind) == inside[2].kind:
        inside = inside[1:2]
    if len(inside) != 1 or inside[0].kind != "NUM":
        return None
    text = inside[0].text
    return int(text) if text.isdigit() and len(text) < 3 else None


def with_numbers(found: Sequence[Tok], profile: Profile) -> list[Tok]:
    r"""The tokens with layers of numbers counted from the inputs, and x as the signal of these.

    >>> from symbolic.reading.documents import cut
    >>> from symbolic.reading.profile import open_profile
    >>> document = cut(r"$a^0 = x$ and $z^l = w^l a^{l-1}$", "markdown")
    >>> profile = numbered(document, open_profile("nielsen"))
    >>> "".join(t.text for t in with_numbers(tokens(r"\delta^1_j x_k + C_x"), profile))
    '\\delta^{@0+1}_ja^{@0}_k+C_x'
    """
    if not (profile.numbers and profile.inputs):
        return list(found)
    made: list[Tok] = []
    base = int(profile.inputs.removeprefix(INPUTS))
    n = 0
    while n < len(found):
        token = found[n]
        if token.kind == "SUP" and _layered(found, n, profile):
            end, inside = script_at(found, n)
            number = _number(inside)
            if number is not None and number >= base:
                made += [token, *_layer(number - base, inside[0], profile.inputs)]
                n = end
                continue
        n += 1
        if is_input(found, n - 1, profile):
            turned = n < len(found) and found[n].kind == "SUP"
            made += _input(token, profile, turned)
        else:
            made.append(token)
    return made


def _layer(steps: int, at: Tok, name: str) -> list[Tok]:
    """{@0+1}"""
    found = [_at("LB", "{", at), _at("SYM", name, at)]
    if steps:
        sign = ("PLUS", "+") if steps > 0 else ("MINUS", "-")
        found += [_at(*sign, at), _at("NUM", str(abs(steps)), at)]
    return [*found, _at("RB", "}", at)]


def _input(token: Tok, profile: Profile, turned: bool) -> list[Tok]:
    sign = Tok("SYM", profile.of_array("y").sign, token.at, token.end)
    found = [sign, _at("SUP", "^", token), *_layer(0, token, profile.inputs)]
    return [_at("LP", "(", token), *found, _at("RP", ")", token)] if turned else found


def _at(kind: str, text: str, other: Tok) -> Tok:
    return Tok(kind, text, other.at, other.end)


def without_names(chain: Chain, text: str) -> Chain | None:
    """The chain without what only names the inputs or the outputs; None where nothing is left.

    The sides of a^0 = x are one by now, and were typed in two ways; `text` is the document.
    """
    if chain.cases:
        return chain
    members, relations = [chain.members[0]], []
    for relation, member in zip(chain.relations, chain.members[1:], strict=True):
        before = members[-1]
        equal = relation.text in ("=", ":=") and _texts(member) == _texts(before) != ()
        if equal and text[before[0].at : before[-1].end] != text[member[0].at : member[-1].end]:
            continue
        members.append(member)
        relations.append(relation)
    if len(members) == len(chain.members):
        return chain
    made = replace(chain, members=tuple(members), relations=tuple(relations))
    return made if relations else None


def _texts(member: Sequence[Tok]) -> tuple[str, ...]:
    return tuple(_ROUND.get(token.text, token.text) for token in member)


def at_numbers(
    chain: Chain, roles: Mapping[str, Role], profile: Profile
) -> tuple[Chain, dict[str, Role]]:
    """A line that is said "for l = 2" as one about layer 2."""
    told = [role for role in roles.values() if role.role == "within"]
    spans = {role.letter: span_from(role.letter, role.of) for role in told}
    numbers = {n: span for n, span in spans.items() if span.alone and span.low is not None}
    if not numbers:
        return chain, dict(roles)
    steps = {n: (span.low or 1) - 1 for n, span in numbers.items()}
    members = tuple(tuple(_at_number(member, steps, profile.inputs)) for member in chain.members)
    rest = {n: role for n, role in roles.items() if n not in numbers}
    return replace(chain, members=members), rest


def _at_number(member: Sequence[Tok], steps: Mapping[str, int], name: str) -> list[Tok]:
    """The tokens with the layer of a number for a letter, @0+3 for l+1 where l = 2."""
    made: list[Tok] = []
    n = 0
    while n < len(member):
        token = member[n]
        n += 1
        if token.text not in steps:
            made.append(token)
            continue
        step = steps[token.text]
        signs = [one.kind for one in member[n : n + 2]]
        if signs in (["PLUS", "NUM"], ["MINUS", "NUM"]) and member[n + 1].text.isdigit():
            step += int(member[n + 1].text) * (1 if signs[0] == "PLUS" else -1)
            n += 2
        made += _layer(step, token, name)
    return made


_THE_INPUTS = re.compile(
    r"\s*,?\s*(?:(?:for|at|in|of|as|is|are|being|denotes?|denoting)\s+)*(?:(?:the|each|every|all)\s+)?"
    r"inputs?(?:\s+(?:layer|units?|neurons?|nodes?|vector))?\b"
)


def without_inputs(words: str) -> str:
    """Words behind a^1_j = x_j without what only says again that these are the inputs.

    >>> without_inputs(" for the input layer, and then")
    ', and then'
    """
    return _THE_INPUTS.sub("", words, count=1) if _THE_INPUTS.match(words) else words
