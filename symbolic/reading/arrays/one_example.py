r"""How texts about regression write one example: h_\theta(x^{(i)}), x_i, and x alone for any.

    h_\theta(x^{(i)})    h^{(i)}, the prediction for example i
    h_\theta(x) = …      says it of every example: x, y and h get the letter i
    L(a, y) = …          the loss of every example, where elsewhere stands L(a^{(i)}, y^{(i)})
    ∂L/∂a                ∂L_i/∂a_i of that loss
    J(w, b), J           one and the same cost

On tokens, before the grammar.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from symbolic.reading.arrays.profile import ArrayProfile
from symbolic.reading.tokens import Tok


def counted(profile: ArrayProfile, text: str) -> ArrayProfile:
    """The profile with the letter that a document writes for the number of examples.

    >>> from symbolic.reading.arrays.profile import array_profile
    >>> counted(array_profile("regression"), r"$\\frac{1}{m} \\sum_{i=1}^m$").sizes
    ('m',)
    """
    if not profile.counts:
        return profile
    usual = profile.examples_size
    ends = re.findall(r"\\sum_\{\s*[a-z]\s*=\s*1\s*\}\s*\^\s*\{?\s*([A-Za-z])", text)
    under = re.findall(r"\\[dt]?frac\s*\{[^{}]*\}\s*\{\s*2?\s*([A-Za-z])\s*\}", text)
    below = re.findall(r"\d\s*/\s*\(?\s*2?\s*([A-Za-z])\b", text)
    if profile.rate not in text and "\\alpha" in text and "\\alpha" in profile.symbols:
        profile = replace(profile, rate="\\alpha")
    profile = _of_one_feature(profile, text)
    letters = [letter for letter in (*under, *below, *ends) if letter in profile.counts]
    if not letters or letters[0] == usual:
        return profile
    one = letters[0]
    symbols = {
        sign: replace(symbol, shape=tuple(one if size == usual else size for size in symbol.shape))
        for sign, symbol in profile.symbols.items()
    }
    indices = {letter: one if size == usual else size for letter, size in profile.letters.items()}
    return replace(profile, symbols=symbols, letters=indices, sizes=(one, *profile.sizes[1:]))


_SEVERAL = re.compile(
    r"(?<![A-Za-z\\])(?:\\(?:math(?:bf|rm|it)|boldsymbol)\{)?X(?![A-Za-z])"
    r"|\^\s*\{?\s*(?:T\b|\\top|\\intercal|\\mathsf)|\\nabla|\\in\s*\\math"
    r"|(?:w|\\theta|\\beta)_\{?\s*[0-9jk]|x_\{?\s*(?:j|i\s*,?\s*j)"
)
"""Signs that an input has several features: X, w^T, a gradient, w_j."""


def _of_one_feature(profile: ArrayProfile, text: str) -> ArrayProfile:
    """The profile without the axis of features where a text says nothing of several."""
    if not profile.features or _SEVERAL.search(text):
        return profile
    symbols = {
        sign: replace(symbol, shape=tuple(s for s in symbol.shape if s != profile.features))
        for sign, symbol in profile.symbols.items()
    }
    return replace(profile, symbols=symbols)


def of_each_example(
    members: Sequence[Sequence[Tok]], profile: ArrayProfile
) -> tuple[tuple[Tok, ...], ...]:
    """The members of a chain with the letter of the examples where they leave it out."""
    found = tuple(_unapplied(member, profile) for member in members)
    if not profile.counts:
        return found
    bare = any(_is_bare(member, n, profile) for member in found for n in range(len(member)))
    if not bare and not any(_speaks_of_one(member, profile) for member in found):
        return found
    letter = next(name for name, size in profile.letters.items() if size == profile.examples_size)
    return tuple(_lettered(member, letter, profile) for member in found)


def _speaks_of_one(member: Sequence[Tok], profile: ArrayProfile) -> bool:
    """Whether the loss of one example is differentiated or applied there, without its letter."""
    for n, token in enumerate(member):
        if token.text not in profile.costs.each:
            continue
        following = member[n + 1].kind if n + 1 < len(member) else ""
        if following == "LP":
            inside = member[n + 2 : _closing(member, n + 1)]
            if inside and all(t.kind in ("SYM", "COMMA") for t in inside):
                return True
        elif following not in ("SUB", "SUP"):
            return True
    return False


def _unapplied(member: Sequence[Tok], profile: ArrayProfile) -> tuple[Tok, ...]:
    r"""h_\theta(x^{(i)}) is h^{(i)}, and J(\theta) is J."""
    found: list[Tok] = []
    n = 0
    while n < len(member):
        token = member[n]
        found.append(token)
        n += 1
        if token.kind != "SYM":
            continue
        start = n
        if token.text in profile.applied:
            start = _script(member, n, profile)
        if start >= len(member) or member[start].kind != "LP":
            continue
        end = _closing(member, start)
        inside = member[start + 1 : end]
        symbol = profile.symbols.get(token.text)
        if token.text in profile.applied and inside and inside[0].text in profile.examples:
            if len(inside) == 1 or inside[1].kind in ("SUB", "SUP"):
                rest = inside[1:]
                found += rest or [Tok("SUP", "?", token.at, token.end)]
                n = end + 1
        elif profile.counts and symbol is not None and symbol.kind == "loss":
            kinds = {t.text if t.kind == "SYM" else "" for t in inside if t.kind != "COMMA"}
            weights = (profile.symbols.get(text) for text in kinds)
            if kinds and all(one is not None and one.kind == "weight" for one in weights):
                if len(inside) == 1 and [t.kind for t in found[-2:-1]] == ["NABLA"]:
                    found[-1:-1] = [Tok("SUB", "_", token.at, token.at), inside[0]]  # ∇J(w)
                n = end + 1
    return tuple(found)


def _script(member: Sequence[Tok], n: int, profile: ArrayProfile) -> int:
    r"""Behind the _\theta, _{w,b} of a sign that names what it is a function of."""
    if n + 1 >= len(member) or member[n].kind != "SUB":
        return n
    end = n + 2 if member[n + 1].kind != "LB" else _closing(member, n + 1) + 1
    inside = [t for t in member[n + 1 : end] if t.kind == "SYM"]
    weights = [profile.symbols.get(t.text) for t in inside]
    known = all(one is not None and one.kind == "weight" for one in weights)
    return end if inside and known else n


def _closing(member: Sequence[Tok], start: int) -> int:
    depth, n = 0, start
    pairs = {"LP": "RP", "LB": "RB"}
    opens, closes = member[start].kind, pairs[member[start].kind]
    while n < len(member):
        depth += (member[n].kind == opens) - (member[n].kind == closes)
        if depth == 0:
            return n
        n += 1
    return len(member)


def _is_bare(member: Sequence[Tok], n: int, profile: ArrayProfile) -> bool:
    """Whether an example stands here without its letter."""
    if member[n].text == "?":
        return True
    following = member[n + 1].kind if n + 1 < len(member) else ""
    below = n > 0 and member[n - 1].kind in ("SUB", "SUP")
    return (
        member[n].kind == "SYM"
        and member[n].text in profile.examples
        and not below
        and following != "SUB"
        and not (following == "SUP" and member[n + 2 : n + 3] and member[n + 2].kind == "LB")
    )


def _lettered(member: Sequence[Tok], letter: str, profile: ArrayProfile) -> tuple[Tok, ...]:
    """The letter behind every sign that has a value for each example, and none yet."""
    found: list[Tok] = []
    for n, token in enumerate(member):
        if token.text == "?":
            continue
        found.append(token)
        symbol = profile.symbols.get(token.text) if token.kind == "SYM" else None
        following = member[n + 1] if n + 1 < len(member) else None
        each = token.text in profile.costs.each
        if each and (following is None or following.kind not in ("LP", "SUB", "SUP")):
            found += _letter(letter, token)
        if symbol is None or profile.examples_size not in symbol.shape:
            continue
        if n > 0 and member[n - 1].kind in ("SUB", "SUP"):
            continue
        scripted = following is not None and following.kind == "SUB"
        scripted = scripted or [t.kind for t in member[n + 1 : n + 4]] == ["SUP", "LB", "LP"]
        if not scripted and (token.text in profile.examples or len(symbol.shape) == 1):
            found += _letter(letter, token)
    return tuple(found)


def _letter(letter: str, behind: Tok) -> tuple[Tok, Tok]:
    end = behind.end
    return Tok("SUB", "_", end, end), Tok("SYM", letter, end, end)
