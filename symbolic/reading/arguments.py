"""Tokens put in order: no arguments after a cost, J(W, b; x, y), a sign behind Σ a factor, and
brackets that are 1 where something is true, [z > 0], without the 1 in front of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symbolic.reading.profile import Profile
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok, script_end


def without_arguments(found: Sequence[Tok], profile: Profile) -> list[Tok]:
    """The tokens without the lists of letters after a cost; raises `NotUnderstood` at E[…].

    >>> from symbolic.reading.profile import open_profile
    >>> from symbolic.reading.tokens import tokens
    >>> left = without_arguments(tokens("J(W, b; x, y) = J"), open_profile("ufldl"))
    >>> [token.text for token in left]
    ['J', '=', 'J']
    """
    known = {*profile.arguments, *profile.symbols}
    left: list[Tok] = []
    n = 0
    while n < len(found):
        left.append(found[n])
        n += 1
        symbol = profile.symbol(left[-1].text) if left[-1].kind == "SYM" else None
        if symbol is not None and symbol.kind == "cost":
            if n < len(found) and found[n].kind == "LSQ":
                what = f"{symbol.sign}[…] may be an expectation, which is not read."
                raise NotUnderstood(what, "Write the sum over the samples.", found[n - 1].at)
            n += _listed(found[n:], known) or _signals(found[n:], profile)
    return left


def with_outputs(found: Sequence[Tok], profile: Profile) -> list[Tok]:
    r"""The tokens in which h_{W,b}(x), what the network computes, is the signal of its last layer.

    >>> from symbolic.reading.profile import open_profile
    >>> from symbolic.reading.tokens import tokens
    >>> typed = tokens(r"h_{W,b}(x) - (h_\Theta(x))_k + h(x^{(i)})")
    >>> "".join(token.text for token in with_outputs(typed, open_profile("ufldl")))
    'a^{(L)}-a^{(L)}_k+h(x^{(i)})'
    """
    last = next((sign for sign, sort in profile.sizes.items() if sort == "layer"), "")
    left: list[Tok] = []
    n = 0
    while n < len(found):
        token = found[n]
        bracketed = token.kind == "LP" and n + 1 < len(found)
        start = n + 1 if bracketed else n
        end = _computed(found, start, profile) if last else 0
        if end and bracketed:
            closed = end < len(found) and found[end].kind == "RP"
            scripted = closed and end + 1 < len(found) and found[end + 1].kind == "SUB"
            end = end + 1 if scripted else 0
        if not end:
            left.append(token)
            n += 1
            continue
        sign = profile.of_array("y").sign
        made = (("SYM", sign), ("SUP", "^"), ("LB", "{"), ("LP", "("), ("SYM", last), ("RP", ")"),
                ("RB", "}"))  # fmt: skip
        left += [Tok(kind, text, token.at, token.end) for kind, text in made]
        n = end
    return left


def _computed(found: Sequence[Tok], n: int, profile: Profile) -> int:
    """Where h_{W,b}(x) ends, of an input without a number, that begins here; 0 where none does."""
    token = found[n]
    if token.kind != "SYM" or token.text not in profile.network or profile.symbol(token.text):
        return 0
    known = {*profile.arguments, *profile.symbols}
    known |= {sign for symbol in profile.symbols.values() for sign in symbol.also}
    end = n + 1
    if end < len(found) and found[end].kind == "SUB":
        close = script_end(found, end + 1)
        inside = [one for one in found[end + 1 : close] if one.kind == "SYM"]
        if not inside or any(one.text not in known for one in inside):
            return 0
        end = close
    if end < len(found) and found[end].kind == "LP":
        close = closed(found, end)
        plain = [one for one in found[end + 1 : close - 1] if one.kind not in ("COMMA", "SEMI")]
        fits = plain and all(one.kind == "SYM" and one.text in known for one in plain)
        return close if fits else 0
    return 0


def with_signs(found: Sequence[Tok]) -> list[Tok]:
    """The tokens in which the sign behind Σ is a factor: Σ_k -a_k is Σ_k (-1) a_k.

    So is a function behind a Σ below a stroke, e^{s_i} / Σ_l exp(s_l).

    >>> from symbolic.reading.tokens import tokens
    >>> "".join(token.text for token in with_signs(tokens(r"\\sum_k -a_k")))
    '\\\\sum_k(-1)a_k'
    """
    left: list[Tok] = []
    n = 0
    while n < len(found):
        token, start = found[n], n
        left.append(token)
        n += 1
        if token.kind != "SUM":
            continue
        while n < len(found) and found[n].kind in ("SUB", "SUP"):
            end = script_end(found, n + 1)
            left += found[n:end]
            n = end
        below = start > 0 and found[start - 1].kind == "SLASH"
        end = closed(found, n + 1) if below and n < len(found) and found[n].kind == "FUNC" else 0
        if end:  # below a stroke a sum has one factor
            first, last = found[n], found[end - 1]
            left += [Tok("LP", "(", first.at, first.at), *found[n:end]]
            left.append(Tok("RP", ")", last.end, last.end))
            n = end
        if n < len(found) and found[n].kind == "MINUS":
            sign = found[n]
            one = (("LP", "("), ("MINUS", "-"), ("NUM", "1"), ("RP", ")"))
            left += [Tok(kind, text, sign.at, sign.end) for kind, text in one]
            n += 1
    return left


_ONES = ("\\mathbb{1}", "\\mathbf{1}", "\\mathbb{I}", "\\mathbf{I}", "1")
_AROUND = {"LSQ": "RSQ", "LP": "RP", "LB": "RB"}


def with_indicators(found: Sequence[Tok]) -> list[Tok]:
    r"""The tokens in which 1[z > 0], 1(z > 0) and 1_{z > 0} are [z > 0].

    >>> from symbolic.reading.tokens import tokens
    >>> typed = r"\mathbb{1}_{z_j > 0} + \mathbf{1}(z_j > 0)"
    >>> "".join(token.text for token in with_indicators(tokens(typed)))
    '[z_j>0]+[z_j>0]'
    """
    left: list[Tok] = []
    n = 0
    while n < len(found):
        start = n + 1 + (n + 1 < len(found) and found[n + 1].kind == "SUB")
        end = closed(found, start) if found[n].text in _ONES else 0
        if end and any(token.kind == "REL" for token in found[start:end]):
            opening, closing = found[start], found[end - 1]
            inside = found[start + 1 : end - 1]
            left.append(Tok("LSQ", "[", opening.at, opening.end))
            left += [*inside, Tok("RSQ", "]", closing.at, closing.end)]
            n = end
        else:
            left.append(found[n])
            n += 1
    return left


def with_argument(found: Sequence[Tok], profile: Profile) -> list[Tok]:
    r"""The tokens in which ∂σ/∂w is ∂σ(z)/∂w, where z is all that σ is applied to there.

    >>> from symbolic.reading.profile import open_profile
    >>> from symbolic.reading.tokens import tokens
    >>> typed = tokens(r"\sigma(z^l_j) \frac{\partial \sigma}{\partial w^l_{jk}}")
    >>> "".join(t.text for t in with_argument(typed, open_profile("nielsen")))
    '\\sigma(z^l_j)\\frac{\\partial\\sigma(z^l_j)}{\\partialw^l_{jk}}'
    """
    left: list[Tok] = []
    for n, token in enumerate(found):
        left.append(token)
        kinds = [one.kind for one in found[max(n - 3, 0) : n + 2]]
        symbol = profile.symbol(token.text) if token.kind == "SYM" else None
        bare = kinds == ["FRAC", "LB", "PARTIAL", "SYM", "RB"]
        if not bare or symbol is None or symbol.kind != "activation":
            continue
        calls = {
            tuple(one.text for one in found[at + 1 : end]): found[at + 1 : end]
            for at, one in enumerate(found[:-1])
            if one.text == token.text and found[at + 1].kind == "LP"
            if (end := closed(found, at + 1))
        }
        if len(calls) == 1:
            [argument] = calls.values()
            left += [replace(one, at=token.at, end=token.end) for one in argument]
    return left


def closed(found: Sequence[Tok], start: int) -> int:
    """Where the bracket that opens here ends, 0 where none does."""
    closing = _AROUND.get(found[start].kind) if start < len(found) else None
    depth = 0
    for n in range(start, len(found) if closing else 0):
        depth += (found[n].kind == found[start].kind) - (found[n].kind == closing)
        if not depth:
            return n + 1
    return 0


def _signals(found: Sequence[Tok], profile: Profile) -> int:
    """How many tokens a list of signals or fields has, E(net_u, net_v, …, net_w); 0 if none is."""
    end = closed(found, 0) if found and found[0].kind == "LP" else 0
    items: list[list[Tok]] = [[]]
    depth = 0
    for token in found[1 : end - 1]:
        depth += (token.kind in _AROUND) - (token.kind in _AROUND.values())
        if token.kind == "COMMA" and not depth:
            items.append([])
        else:
            items[-1].append(token)
    written = [one for one in items if [token.kind for token in one] != ["DOTS"]]
    return end if end and written and all(_is_signal(one, profile) for one in written) else 0


def _is_signal(item: Sequence[Tok], profile: Profile) -> bool:
    """Whether it is the signal or the field of one neuron."""
    if len(item) < 3 or item[0].kind != "SYM" or item[1].kind != "SUB":
        return False
    symbol = profile.symbol(item[0].text)
    return script_end(item, 2) == len(item) and symbol is not None and symbol.array in ("v", "y")


def _listed(found: Sequence[Tok], known: set[str]) -> int:
    """How many tokens a list of at least two known letters has, 0 where none begins here."""
    if not found or found[0].kind != "LP":
        return 0
    end = next((n for n, token in enumerate(found) if token.kind == "RP"), 0)
    inside = found[1:end]
    letters, commas = inside[::2], inside[1::2]
    plain = all(one.kind == "SYM" and one.text in known for one in letters)
    separated = len(inside) % 2 == 1 and all(one.kind == "COMMA" for one in commas)
    return end + 1 if commas and plain and separated else 0
