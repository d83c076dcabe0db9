"""Of which neurons the words around a formula for φ speak: σ(z) = z in the output layer."""

from __future__ import annotations

import re

from symbolic.reading.markup import first_sentence
from symbolic.reading.roles_said import plainly_said

_KIND = re.compile(
    r"\b(hidden|output|last|final)(?:[- ]layer)?[- ]"
    r"(?:neuron|unit|node|layer|activation|nonlinearit)(?:s|y|ies)?\b",
    re.IGNORECASE,
)
_OUTER = frozenset({"output", "last", "final"})
_EVERY = re.compile(
    r"\b(?:hidden|output)(?:[- ]\w+)?,? (?:and|or|as well as)(?: for| in| of)?(?: the| all)? "
    r"(?:hidden|output)\b",
    re.IGNORECASE,
)
"""Hidden and output units: these are all that have a function."""
_BREAK = re.compile(r"[,;]|\b(?:and|but|while|whereas)\b", re.IGNORECASE)
_CAPITAL = re.compile(r"[\s,;:.]*[A-Z#]|[\s,;:]*\.|\s*\n\s*\n")
"""What follows begins a sentence of its own."""
_NEXT = re.compile(r"\$[^$]*=[^$]*\$")
_END = re.compile(r"[.!?:](?:\s|$)|\n\s*\n")


def kinds_said(before: str, following: str, between: bool) -> frozenset[str]:
    """The kinds of neurons, output and hidden, that words around a formula name.

    `before` and `following` are the words beside it; `between` says whether another formula of
    its sentence stands before these, whose words go up to the last comma or "and".

    >>> sorted(kinds_said("Here", " for hidden units and $f(z) = z$ for output units.", False))
    ['hidden']
    >>> sorted(kinds_said(" in the hidden layers and", " in the output layer.", True))
    ['output']
    """
    before, following = plainly_said(before), plainly_said(following)
    own = _END.split(before)[-1]
    if between:
        breaks = [match.end() for match in _BREAK.finditer(own)]
        own = own[breaks[-1] :] if breaks else ""
    after = "" if _CAPITAL.match(following) else first_sentence(following)
    other = _NEXT.search(after)
    if other is not None:
        after = after[: other.start()]
        breaks = [match.start() for match in _BREAK.finditer(after)]
        after = after[: breaks[-1]] if breaks else after
    if _KIND.search(own) and _BREAK.match(after.lstrip()):
        after = ""  # what follows is about others: for hidden units f(z) = tanh(z), while …
    near = f"{own} · {after}"
    if _EVERY.search(near):
        return frozenset()
    return frozenset(
        "output" if kind.lower() in _OUTER else "hidden" for kind in _KIND.findall(near)
    )
