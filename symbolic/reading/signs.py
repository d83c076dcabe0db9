r"""The tokens of a formula as a notation sees them: names, costs with a label, patterns, layers.

A cost with a word below it, \mathcal{E}_{av} or E_{\text{reg}}, is a sign of its own, which the
document defines.  Where a text sums over its iterations n, n is the pattern: e_j(n) is e_j^n.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from symbolic.reading.arguments import with_outputs
from symbolic.reading.counted import from_last
from symbolic.reading.documents import Document, Mathematics
from symbolic.reading.each_example import with_examples
from symbolic.reading.first_example import from_one
from symbolic.reading.layer_numbers import with_numbers
from symbolic.reading.profile import Profile
from symbolic.reading.tokens import Tok, script_end, tokens
from symbolic.reading.two_layers import in_two_layers
from symbolic.reading.typed_words import with_words
from symbolic.reading.units import with_names

LABELS = frozenset(
    ("av", "avg", "ave", "mean", "tot", "total", "reg", "train", "data", "new",
     "batch", "all", "mse", "ce", "aug", "pen", "wd", "sum", "full")
)  # fmt: skip
"""What stands below a cost as a word, though it is typed as letters."""
_WORD = re.compile(r"\\(?:text|mathrm|textrm|rm)\{([A-Za-z-]{2,12})\}|([A-Za-z]{2,12})")


def signs(text: str, profile: Profile, offsets: Sequence[int] | None = None) -> list[Tok]:
    r"""The tokens of a formula; `offsets` are the characters of the document it was taken from.

    >>> from symbolic.reading.profile import open_profile
    >>> haykin = open_profile("haykin")
    >>> [token.text for token in signs(r"\mathcal{E}_{av} = e_j(n)", haykin)]
    ['\\mathcal{E}_{av}', '=', 'e', '_', 'j', '(', 'n', ')']
    >>> patterns = with_patterns([r"\sum_{n=1}^N e_j^2(n)"], haykin)
    >>> "".join(token.text for token in signs("e_j^2(n)", patterns))
    '(e_j^{n})^2'
    """
    typed = in_two_layers(with_words(tokens(text, offsets), profile), profile)
    found = labelled(with_names(typed, profile.units), profile)
    found = from_one(of_patterns(found, profile), profile)
    found = with_outputs(with_examples(found, profile), profile)
    return with_numbers(from_last(found, profile), profile)


def formulas_of(document: Document) -> list[str]:
    """The formulas of a document as they are typed."""
    return [piece.text for piece in document.pieces if isinstance(piece, Mathematics)]


def with_patterns(formulas: Iterable[str], profile: Profile) -> Profile:
    """The notation in which the argument n of a signal is its sample, where a text sums over n."""
    written = [*formulas]
    for n in profile.arguments if profile.sizes and len(profile.arguments) == 1 else ():
        summed = re.compile(rf"\\sum\s*(?:\\limits\s*)?_\s*(?:\{{\s*)?{re.escape(n)}\b(?!\s*-)")
        stepped = re.compile(rf"\(\s*{re.escape(n)}\s*[-+]")
        powers = re.compile(rf"\^\s*\{{\s*{re.escape(n)}\s*-")
        if n in profile.letters or any(
            stepped.search(one) or powers.search(one) for one in written
        ):
            continue
        if any(summed.search(one) for one in written):
            return replace(profile, letters={**profile.letters, n: "sample"})
    return profile


def labelled(found: Sequence[Tok], profile: Profile) -> list[Tok]:
    """The tokens in which a cost and the word below it are one sign."""
    made: list[Tok] = []
    n = 0
    while n < len(found):
        token = found[n]
        n += 1
        symbol = profile.symbol(token.text) if token.kind == "SYM" else None
        if symbol is not None and symbol.kind == "cost" and n < len(found):
            end = script_end(found, n + 1) if found[n].kind == "SUB" else n
            inside = [one for one in found[n + 1 : end] if one.kind not in ("LB", "RB")]
            word = _WORD.fullmatch("".join(one.text for one in inside))
            if word is not None and (word[1] or word[2].lower() in LABELS):
                below = f"{{{word[2]}}}" if word[2] else f"{{\\mathrm{{{word[1]}}}}}"
                token = Tok("SYM", f"{token.text}_{below}", token.at, found[end - 1].end)
                n = end
        made.append(token)
    return made


def of_patterns(found: Sequence[Tok], profile: Profile) -> list[Tok]:
    """The tokens in which the argument n of a signal is its sample: (e_j^{n})^2 for e_j^2(n)."""
    patterns = {n for n in profile.arguments if profile.letters.get(n) == "sample"}
    made: list[Tok] = []
    n = 0
    while n < len(found):
        token = found[n]
        n += 1
        symbol = profile.symbol(token.text) if token.kind == "SYM" and patterns else None
        if symbol is None or "sample" not in symbol.superscript:
            made.append(token)
            continue
        below = above = (n, n)
        while n < len(found) and found[n].kind in ("SUB", "SUP"):
            end = script_end(found, n + 1)
            below, above = ((n, end), above) if found[n].kind == "SUB" else (below, (n, end))
            n = end
        sign = [token, *found[below[0] : below[1]]]
        power = [*found[above[0] : above[1]]]
        inside = [one.text for one in found[n : n + 3]]
        if len(inside) == 3 and inside[0] == "(" and inside[1] in patterns and inside[2] == ")":
            at, end = found[n].at, found[n + 2].end
            sample = [Tok("SUP", "^", at, at), Tok("LB", "{", at, at), found[n + 1]]
            sign += [*sample, Tok("RB", "}", end, end)]
            n += 3
            if power:
                first, last = token, sign[-1]
                sign = [
                    Tok("LP", "(", first.at, first.at),
                    *sign,
                    Tok("RP", ")", last.end, last.end),
                ]
        made += [*sign, *power]
    return made
