r"""Which signs of a document have a time, and what its last time is called.

    L = \tfrac12 \|h_T - y\|^2         y has no time
    i_t = \sigma(… + p_i \odot c_{t-1})   p_i has none: a weight
    \hat{y} = \mathrm{softmax}(V h_T)    \hat{y} has none: it is defined so

What a notation gives a value for each time, and a document never writes with a time while it writes
others with theirs, has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from symbolic.reading.arrays.profile import ArrayProfile, ArraySymbol
from symbolic.reading.documents import Document, Mathematics, Prose
from symbolic.reading.markup import plain

_STYLED = re.compile(r"\\(?:mathbf|mathrm|mathit|mathsf|boldsymbol|bm)\s*\{([^{}]+)\}")
_SIGN = re.compile(
    r"\\(?P<accent>hat|tilde|bar|dot|vec)\s*\{?\s*(?P<letter>[A-Za-z])\s*\}?"
    r"|(?P<text>\\(?:text|mbox|textrm|mathrm|begin|end|label|tag|operatorname)\s*\{[^{}]*\})"
    r"|(?P<sign>\\[A-Za-z]+|[A-Za-z])"
)
_SCRIPT = re.compile(r"\s*([_^])\s*")
_GROUP = re.compile(r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}|\\[A-Za-z]+|.", re.DOTALL)
_BY = re.compile(r"(?:\\frac\s*\{[^{}]*\}\s*\{\s*\\partial|\\nabla\s*_\s*\{?)\s*$")
_EQUALS = re.compile(r"\s*&?\s*(?:=|:=|\\leftarrow|\\gets)")
_AT_THE_END = re.compile(
    r"\b(?:loss|cost|error)\b[^.!?]{0,80}\b(?:only|alone|solely)\b[^.!?]{0,40}\b(?:last|final|end)\b"
    r"|\b(?:only|solely)\b[^.!?]{0,60}\b(?:last|final)\b[^.!?]{0,80}\b(?:loss|cost)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Occurrence:
    """A sign with its scripts as they are typed.

    `defined` says that an equals sign follows, `by` that it is differentiated by it.
    """

    sign: str
    scripts: tuple[tuple[str, str], ...]
    defined: bool
    by: bool


def occurrences(text: str) -> Iterator[Occurrence]:
    """The signs of a formula, those within scripts left out.

    >>> [(one.sign, one.scripts) for one in occurrences(r"\\\\hat y^{(t)} = p_i")]
    [('\\\\hat{y}', (('^', '{(t)}'),)), ('p', (('_', 'i'),))]
    """
    text = _STYLED.sub(r"\1", text)
    at = 0
    while (match := _SIGN.search(text, at)) is not None:
        at = match.end()
        scripts = []
        while (script := _SCRIPT.match(text, at)) is not None:
            group = _GROUP.match(text, script.end())
            if group is None:
                break
            scripts.append((script[1], group[0]))
            at = group.end()
        sign = match["sign"]
        if match["accent"]:
            sign = f"\\{match['accent']}{{{match['letter']}}}"
        if sign:
            defined = _EQUALS.match(text, at) is not None
            by = _BY.search(text, 0, match.start()) is not None
            yield Occurrence(sign, tuple(scripts), defined, by)


def with_times(profile: ArrayProfile, document: Document) -> ArrayProfile:
    """The profile with the last time of a document, and without times that it leaves out."""
    if not profile.time or not profile.last or profile.layers:
        return profile
    texts = [piece.text for piece in document.pieces if isinstance(piece, Mathematics)]
    found = [one for text in texts for one in occurrences(text)]
    profile = _with_last(profile, found)
    return _without_times(profile, found)


def _with_last(profile: ArrayProfile, found: list[Occurrence]) -> ArrayProfile:
    """The profile with another sign of the last time, where the document does not use its own."""
    for other in profile.last_also:
        own, alike = (_ends(sign, found) for sign in (profile.last, other))
        if alike and not own:
            sizes = tuple(other if size == profile.last else size for size in profile.sizes)
            return replace(profile, last=other, sizes=sizes)
    return profile


def _ends(sign: str, found: list[Occurrence]) -> bool:
    """Whether a sign stands above a sum, in the brackets of a time, or alone below a sign."""
    for one in found:
        for where, text in one.scripts:
            bare = re.sub(r"[\s{}]", "", text)
            time = bare.startswith("(") and _holds(text, (sign,))
            alone = bare == sign and (where == "_" or one.sign == "\\sum")
            below = one.sign == "\\nabla" and bare.endswith(f"_{sign}")  # \\nabla_{h_T}
            if time or alone or below:
                return True
    return False


def _holds(script: str, signs: tuple[str, ...]) -> bool:
    return any(match[0] in signs for match in re.finditer(r"\\[A-Za-z]+|[A-Za-z]", script))


def _without_times(profile: ArrayProfile, found: list[Occurrence]) -> ArrayProfile:
    timed = {one.sign for one in found if _is_timed(one, profile)}
    if not timed & profile.symbols.keys():
        return profile
    symbols = dict(profile.symbols)
    for sign in {one.sign for one in found} - timed:
        symbol = symbols.get(sign)
        if symbol is not None and symbol.time and symbol.kind in ("data", "value"):
            own = [one for one in found if one.sign == sign]
            symbols[sign] = _timeless(symbol, own)
    lost = {sign for sign, symbol in symbols.items() if symbol != profile.symbols[sign]}
    for sign, symbol in symbols.items():
        if lost & {one.sign for one in occurrences(symbol.definition)}:
            symbols[sign] = replace(symbol, definition="")
    return replace(profile, symbols=symbols)


def _is_timed(one: Occurrence, profile: ArrayProfile) -> bool:
    for where, script in one.scripts:
        bare = script.strip("{} ")
        transposes = where == "^" and bare in ("T", "\\top")
        if not transposes and (_holds(script, (*profile.time, profile.last)) or bare.isdigit()):
            return True
    return False


def _timeless(symbol: ArraySymbol, own: list[Occurrence]) -> ArraySymbol:
    """The symbol without time: a value that is defined, data, or else a weight.

    A weight has a label wherever it stands, or the loss is differentiated by it.
    """
    if symbol.kind == "value" and not any(one.defined for one in own):
        labelled = all(any(where == "_" for where, _ in one.scripts) for one in own)
        if not labelled and not any(one.by for one in own):
            return symbol
        symbol = replace(symbol, kind="weight")
    return replace(symbol, time=False, definition="", through=False)


def lost_at_the_end(document: Document) -> bool:
    """Whether words say that there is a loss at the last time alone."""
    words = "".join(
        plain(piece.text) if isinstance(piece, Prose) else f"${piece.text}$"
        for piece in document.pieces
        if isinstance(piece, Prose | Mathematics)
    )
    return _AT_THE_END.search(words) is not None
