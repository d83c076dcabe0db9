r"""Steps of a weight: w \leftarrow w - η ∂E/∂w is Δw = (w - η ∂E/∂w) - w.

A step that goes up, w + η ∂E/∂w, is told in a text that speaks of descent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from symbolic.indexed import Add, Expr, Get, Mul, Num
from symbolic.reading.chains import Chain
from symbolic.reading.steps import ARROWS
from symbolic.reading.tokens import Tok

_DOWN = re.compile(r"\b(?:descen[dt]|minimi[sz])", re.IGNORECASE)
_UP = re.compile(r"\b(?:ascen[dt]|maximi[sz])", re.IGNORECASE)


RATES = ("eta", "alpha", "epsilon")
"""What a step is multiplied by."""
STEP = "\\leftarrow"
"""The relation of a step, whichever arrow the text writes."""


def as_change(chain: Chain) -> tuple[Chain, ...]:
    r"""A step as the change of its weight, then what stands behind its right side.

    w \leftarrow w - η g = 1.4 is Δw = - η g, and w - η g = 1.4.
    """
    if chain.cases or len(chain.members) < 2 or chain.relations[0].text not in ARROWS:
        return (chain,)
    head, right = chain.members[:2]
    spelled = [token.text for token in head]
    behind = right[len(head) :]
    same = bool(head) and [token.text for token in right[: len(head)]] == spelled
    if not same or not behind or behind[0].kind not in ("PLUS", "MINUS"):
        return (chain,)
    change = (Tok("SYM", "\\Delta", head[0].at, head[0].at), *head)
    added = behind if behind[0].kind == "MINUS" else behind[1:]
    arrow = replace(chain.relations[0], kind="REL", text=STEP)
    first = replace(chain, members=(change, added), relations=(arrow,))
    if len(chain.members) == 2:
        return (first,)
    rest = replace(chain, members=chain.members[1:], relations=chain.relations[1:], before="")
    return replace(first, after="", stopped=False), rest


def is_change(member: Sequence[Tok]) -> bool:
    """Whether it is the Δ w that `as_change` made."""
    return len(member) > 1 and member[0].text == "\\Delta" and member[0].at == member[0].end


def speaks_of_descent(words: str) -> bool:
    """Whether a text goes down and nowhere up.

    >>> speaks_of_descent("One step of gradient descent"), speaks_of_descent("We maximise")
    (True, False)
    """
    return _DOWN.search(words) is not None and _UP.search(words) is None


def goes_up(right: Expr | None, slopes: dict[str, str]) -> bool:
    """Whether it is w plus something positive times ∂E/∂w; `slopes` are the names of these.

    >>> w, slope, rate = Get("w"), Get("∂w"), Get("eta")
    >>> goes_up(w + rate * slope, {"∂w": "w"}), goes_up(w - rate * slope, {"∂w": "w"})
    (True, False)
    """
    if not isinstance(right, Add) or len(right.terms) != 2:
        return False
    for old, step in (right.terms, right.terms[::-1]):
        factors = step.factors if isinstance(step, Mul) else (step,)
        numbers = [one.value for one in factors if isinstance(one, Num)]
        signs = [one for one in factors if isinstance(one, Get) and one.array in slopes]
        plain = all(isinstance(one, Num | Get) for one in factors) and len(signs) == 1
        own = isinstance(old, Get) and bool(signs) and slopes[signs[0].array] == old.array
        if own and plain and sum(number < 0 for number in numbers) % 2 == 0:
            return True
    return False
