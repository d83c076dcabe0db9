r"""np.sum(…, axis=1, keepdims=True) within a formula → \mathrm{sum1}(…), before it is cut up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

_CALL = re.compile(
    r"(?:\\(?:mathrm|text|texttt|mathtt|operatorname)\s*\{\s*(?:np\.)?sum\s*\}|np\.sum)"
    r"\s*(?:\\left)?\("
)
_STYLE = re.compile(r"\\(?:mathrm|text|texttt|mathtt|mathit|operatorname)\s*\{\s*(\w+)\s*\}")
_AXIS = re.compile(r"axis=([01])")
_SIGN = {"": r"\mathrm{sum}", "1": r"\mathrm{sum1}", "0": r"\mathrm{sum0}"}


def plain_sums(text: str, offsets: Sequence[int]) -> tuple[str, Sequence[int]]:
    r"""The formula with NumPy's sums as functions; what is not understood of one stays as it is.

    >>> plain_sums(r"np.sum(dZ, axis=1, keepdims=True)", range(33))[0]
    '\\mathrm{sum1}(dZ)'
    """
    position, places = 0, list(offsets)
    while (call := _CALL.search(text, position)) is not None:
        position = call.end()
        parts = _arguments(text, call.end())
        if parts is None:
            continue
        ends, close = parts
        first = text[call.end() : ends[0]].removesuffix("\\right")
        axis = _axis([text[a + 1 : b] for a, b in pairwise(ends)])
        if axis is None:
            continue
        head = f"{_SIGN[axis]}("
        inner = places[call.end() : call.end() + len(first)]
        begin, end = places[call.start()], places[close]
        places[call.start() : close + 1] = [begin] * len(head) + inner + [end]
        text = f"{text[: call.start()]}{head}{first}){text[close + 1 :]}"
        position = call.start() + len(head)
    return text, places


def _arguments(text: str, at: int) -> tuple[list[int], int] | None:
    """Where the arguments of a call end, and where its bracket closes; None where it does not."""
    ends, depth = list[int](), 0
    for n in range(at, len(text)):
        if text[n] in "([{":
            depth += 1
        elif text[n] in ")]}" and depth:
            depth -= 1
        elif text[n] == ")":
            return [*ends, n], n
        elif text[n] == "," and not depth:
            ends.append(n)
    return None


def _axis(options: Sequence[str]) -> str | None:
    """The axis that options such as axis=1 and keepdims=True name, None for others."""
    axis = ""
    for option in options:
        said = re.sub(r"[\s~]|\\[,;: ]|\\right$", "", _STYLE.sub(r"\1", option))
        match = _AXIS.fullmatch(said)
        if match is not None and not axis:
            axis = match[1]
        elif said.lower() not in ("keepdims=true", "keepdims=false"):
            return None
    return axis
