r"""Words that a notation has as one sign, typed as letters: net_j for \mathrm{net}_j."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from symbolic.reading.profile import Profile
from symbolic.reading.tokens import Tok

_WORD = re.compile(r"\\mathrm\{([A-Za-z]{2,20})\}")
_OTHER = re.compile(r"\\math(?:it|sf|tt|bf)\{([A-Za-z]{2,20})\}")


def with_words(found: Sequence[Tok], profile: Profile) -> tuple[Tok, ...]:
    r"""The tokens with the words of the notation as one sign each.

    Letters are a word where they stand close together and not all of them are signs themselves.

    >>> from symbolic.reading.profile import open_profile
    >>> from symbolic.reading.tokens import tokens
    >>> [one.text for one in with_words(tokens("net_j o_i"), open_profile("rumelhart"))]
    ['\\mathrm{net}', '_', 'j', 'o', '_', 'i']
    """
    words = _words(profile)
    if not words:
        return tuple(found)
    made: list[Tok] = []
    n = 0
    while n < len(found):
        end = _run(found, n)
        typed = "".join(token.text for token in found[n:end])
        styled = _OTHER.fullmatch(found[n].text)
        if typed in words and not all(profile.symbol(one) for one in typed):
            made.append(Tok("SYM", words[typed], found[n].at, found[end - 1].end))
        elif styled and styled[1] in words:
            made.append(Tok("SYM", words[styled[1]], found[n].at, found[n].end))
        else:
            made += found[n:end]
        n = end
    return tuple(made)


def _words(profile: Profile) -> Mapping[str, str]:
    """The words of a notation, each with its sign."""
    signs = (sign for one in profile.symbols.values() for sign in (one.sign, *one.also))
    return {word[1]: sign for sign in signs if (word := _WORD.fullmatch(sign))}


def _run(found: Sequence[Tok], n: int) -> int:
    """Behind the letters that stand close together from here; a token at least."""
    end = n + 1
    while (
        end < len(found)
        and all(one.kind == "SYM" and len(one.text) == 1 for one in found[end - 1 : end + 1])
        and found[end - 1].end == found[end].at
    ):
        end += 1
    return end
