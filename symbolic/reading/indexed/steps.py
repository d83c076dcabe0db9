"""A step that goes up, w + η ∂E/∂w, in a text that speaks of descent."""

from __future__ import annotations

import re

from symbolic.indexed import Add, Expr, Get, Mul, Num

_DOWN = re.compile(r"\b(?:descen[dt]|minimi[sz])", re.IGNORECASE)
_UP = re.compile(r"\b(?:ascen[dt]|maximi[sz])", re.IGNORECASE)


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
