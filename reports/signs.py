"""How a sign is named and indexed on a page: what the LaTeX and the terminal printer share.

Names are never parsed as mathematics: a weight called w_h_x1 is w with two indices because our own
spec writes it so, and any other name stays one upright word.
"""

from __future__ import annotations

import re

from symbolic.notation import LETTERS, Letter
from symbolic.terms import Index, Sign, Var

TAKEN = frozenset(("E", "N", *"vydexnijm", "xi", "eta", "delta", "phi"))
"""Heads that a reader would take for a letter of the notation."""


def letter_of(sign: Sign) -> Letter:
    """The letter of a sign; one that the notation does not know is written as it is."""
    code = sign.letter
    return LETTERS.get(code) or Letter(code, code, code, "", (0,), timed=False)


def is_input_name(index: Index) -> bool:
    """Whether a unit is named as input signals are, x or x1: its signal is written x_1."""
    return isinstance(index, str) and re.fullmatch(r"x_?\d*", index) is not None


def weight_name(name: str) -> tuple[str, tuple[Index, ...]]:
    """A weight's own name as head and indices; one that looks like another letter hangs on a w.

    >>> weight_name("w_h_x1"), weight_name("bias"), weight_name("k_2"), weight_name("y_1")
    (('w', ('h', 'x1')), ('bias', ()), ('k', ('2',)), ('w', ('y_1',)))
    """
    parts = name.split("_")
    if len(parts) in (2, 3) and parts[0] == "w" and all(parts):
        return "w", tuple(parts[1:])
    own = re.fullmatch(r"([A-Za-z]+)_?(\d*)", name)
    head, number = own.groups() if own else (name, "")
    if head == "w":
        return "w", (number or "w",)
    if head in TAKEN:
        return "w", (name,)
    return (head, (number,)) if len(head) == 1 and number else (name, ())


def written_sign(sign: Sign) -> tuple[str, tuple[Index, ...]]:
    """The head of a sign that has a name of its own ("" where the letter is the head), indices.

    >>> written_sign(Sign("y", ("x1",))), written_sign(Sign("w", ("j", "i")))
    (('x', ('1',)), ('', ('j', 'i')))
    """
    if sign.letter == "y" and len(sign.at) == 1 and is_input_name(sign.at[0]):
        number = str(sign.at[0])[1:].lstrip("_")
        return "x", (number,) if number else ()
    if sign.letter in ("w", "dw") and len(sign.at) == 1:
        return ("", ()) if isinstance(sign.at[0], Var) else weight_name(sign.at[0])
    return "", sign.at


_AT_STEP = re.compile(r"(.+)_t([1-9]\d*)")


def at_step_of(name: str) -> tuple[str, str] | None:
    """The unit and the step of a unit of an unrolled network, by its name.

    >>> at_step_of("h1_t3"), at_step_of("h1")
    (('h1', '3'), None)
    """
    found = _AT_STEP.fullmatch(name) if "_t" in name else None
    return (found[1], found[2]) if found else None


def unit_name(name: str) -> str:
    """The name of a unit as a page writes it; its step in time stands in brackets.

    >>> unit_name("h1_t3"), unit_name("h1")
    ('h1[3]', 'h1')
    """
    found = at_step_of(name)
    return f"{found[0]}[{found[1]}]" if found else name


def raw(index: Index) -> str:
    """The letter or name of an index."""
    return index.name if isinstance(index, Var) else unit_name(index)


def is_bias(sign: Sign) -> bool:
    """Whether the sign is y_0 = +1, the signal of the bias unit."""
    return sign.letter == "y" and sign.at == ("0",)
