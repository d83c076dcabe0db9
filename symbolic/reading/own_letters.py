r"""Letters that a text has for φ, the learning rate and biases, where its notation has others.

    o_j = s(\mathrm{net}_j)        s is the activation function
    \Delta w_{ji} = -\gamma \frac{\partial E}{\partial w_{ji}}        γ is the learning rate
    \mathrm{net}_j = \sum_i w_{ji} o_i + \theta_j        θ_j is the bias

Only where the letter of the notation is written nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from symbolic.reading.profile import Profile, Symbol
from symbolic.reading.signs import signs
from symbolic.reading.source import NotUnderstood
from symbolic.reading.steps import ARROWS
from symbolic.reading.tokens import Tok, script_end


def with_own_letters(formulas: Iterable[str], profile: Profile) -> Profile:
    r"""The notation with the letters that a text has for φ and η.

    >>> from symbolic.reading.profile import open_profile
    >>> made = with_own_letters([r"o_j = s(\mathrm{net}_j)"], open_profile("rumelhart"))
    >>> made.symbol("s").meaning
    'activation function'
    """
    if "layer" in profile.letters.values() or profile.units is not None:
        return profile
    written: list[list[Tok]] = []
    for text in formulas:
        try:
            written.append(signs(text, profile))
        except NotUnderstood:
            continue
    used = {token.text for found in written for token in found}
    for array, letters in (("phi", _functions), ("eta", _rates)):
        known = next((one for one in profile.symbols.values() if one.array == array), None)
        if known is None or used & {known.sign, *known.also}:
            continue
        candidates = {letter for found in written for letter in letters(found, profile)}
        if len(candidates) == 1:
            profile = _spelled(profile, known, candidates.pop())
    applied = {one for found in written for one in _applied(found, profile)}
    outer = {sign for kind, sign in applied if kind == "output"}
    inner = {sign for kind, sign in applied if kind != "output"}
    if len(outer) == 1 and inner and not outer & (inner | {""}):
        profile = replace(profile, outer_sign=outer.pop())
    biases = {letter for found in written for letter in _biases(found, profile)}
    if len(biases) != 1 or any(one.kind == "bias" for one in profile.symbols.values()):
        return profile
    bias = Symbol(biases.pop(), "bias", "bias", ("neuron",))
    return replace(profile, symbols={**profile.symbols, bias.sign: bias})


def _spelled(profile: Profile, known: Symbol, sign: str) -> Profile:
    """The notation in which the sign is a spelling of a known one, and nothing else."""
    symbols = {name: one for name, one in profile.symbols.items() if name != sign}
    symbols[known.sign] = replace(known, also=(*known.also, sign))
    return replace(profile, symbols=symbols)


def _applied(found: Sequence[Tok], profile: Profile) -> Iterable[tuple[str, str]]:
    r"""Whose signals equations say to be φ of their fields: the kind of neuron, and the sign of φ.

    The sign is empty where another function is written, h_j = \max(0, z_j).
    """
    for n, token in enumerate(found[:-3]):
        head = profile.symbol(token.text) if token.kind == "SYM" else None
        if head is None or head.kind != "signal" or found[n + 1].kind != "SUB":
            continue
        equals = script_end(found, n + 2)
        rest = found[equals + 1 : equals + 6]
        if equals >= len(found) or found[equals].text not in ("=", ":=") or not rest:
            continue
        symbol = profile.symbol(rest[0].text) if rest[0].kind == "SYM" else None
        if symbol is not None and symbol.kind == "activation" and rest[1:2]:
            yield head.only, rest[0].text
        elif rest[0].kind == "FUNC":
            yield head.only, ""


def _functions(found: Sequence[Tok], profile: Profile) -> Iterable[str]:
    """The unknown letter before the field of a neuron, behind its signal and an equals sign."""
    for n, token in enumerate(found[:-3]):
        head = profile.symbol(token.text) if token.kind == "SYM" else None
        if head is None or head.array != "y" or found[n + 1].kind != "SUB":
            continue
        equals = script_end(found, n + 2)
        letter, *rest = found[equals + 1 : equals + 4] or [token]
        if equals >= len(found) or found[equals].text not in ("=", ":="):
            continue
        taken = letter.text in {*profile.letters, *profile.sizes, *profile.sets}
        if letter.kind != "SYM" or taken or profile.symbol(letter.text) is not None:
            continue
        argument = profile.symbol(rest[1].text) if len(rest) == 2 else None
        if rest[0].kind == "LP" and argument is not None and argument.kind == "field":
            yield letter.text


def _biases(found: Sequence[Tok], profile: Profile) -> Iterable[str]:
    """The unknown letter of the neuron itself that is added to the sum in its field."""
    head = profile.symbol(found[0].text) if found else None
    if head is None or head.kind != "field" or not any(one.kind == "SUM" for one in found):
        return
    own = [one.text for one in found[2 : script_end(found, 2)] if one.text in profile.letters]
    for n, token in enumerate(found[:-3]):
        letter, below = found[n + 1], found[n + 2]
        if (token.kind, letter.kind, below.kind) != ("PLUS", "SYM", "SUB"):
            continue
        inside = [one.text for one in found[n + 3 : script_end(found, n + 3)]]
        index = [one for one in inside if one in profile.letters]
        unknown = profile.symbol(letter.text) is None and letter.text not in profile.letters
        if unknown and letter.text[:1] == "\\" and index and index == own[-1:]:
            yield letter.text


def _rates(found: Sequence[Tok], profile: Profile) -> Iterable[str]:
    """The constant or unknown letter that what is added to a weight begins with."""
    relations = [n for n, token in enumerate(found) if token.kind == "REL"]
    head = profile.symbol(found[0].text) if found else None
    if head is None or not relations or relations[0] + 2 >= len(found):
        return
    start = relations[0] + 1
    if head.kind == "change":
        places = [start + (found[start].kind == "MINUS")]
    elif head.kind in ("weight", "bias") and found[start - 1].text in ARROWS:
        ends = relations[1] if len(relations) > 1 else len(found)
        places = [n + 1 for n in range(start + 1, ends) if found[n].kind in ("MINUS", "PLUS")][:1]
    else:
        return
    for token in (found[n] for n in places if n < len(found)):
        symbol = profile.symbol(token.text)
        free = token.text not in {*profile.letters, *profile.sizes, *profile.sets}
        unknown = symbol is None and free and token.text[:1] == "\\"
        if token.kind == "SYM" and (unknown or (symbol and symbol.kind == "constant")):
            yield token.text
