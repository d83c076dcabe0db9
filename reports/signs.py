"""How a sign is named and indexed on a page: what the LaTeX and the terminal printer share."""

from __future__ import annotations

from symbolic.notation import LETTERS, Letter
from symbolic.terms import Index, Sign, Var
from symbolic.unit_signs import is_input_name, unit_name, weight_name


def letter_of(sign: Sign) -> Letter:
    """The letter of a sign; one that the notation does not know is written as it is."""
    code = sign.letter
    return LETTERS.get(code) or Letter(code, code, code, "", (0,), timed=False)


def written_sign(sign: Sign) -> tuple[str, tuple[Index, ...]]:
    """The head of a sign that has a name of its own ("" where the letter is the head), indices.

    >>> written_sign(Sign("y", ("x1",))), written_sign(Sign("w", ("j", "i")))
    (('x', ('1',)), ('', ('j', 'i')))
    """
    if sign.letter == "y" and len(sign.at) == 1 and _is_input(sign.at[0]):
        number = raw(sign.at[0])[1:].lstrip("_")
        return "x", (number,) if number else ()
    if sign.letter in ("w", "dw") and len(sign.at) == 1:
        return ("", ()) if isinstance(sign.at[0], Var) else weight_name(sign.at[0])
    return "", sign.at


def _is_input(index: Index) -> bool:
    return isinstance(index, str) and is_input_name(index)


def raw(index: Index) -> str:
    """The letter or name of an index."""
    return index.name if isinstance(index, Var) else unit_name(index)


def is_bias(sign: Sign) -> bool:
    """Whether the sign is y_0 = +1, the signal of the bias unit."""
    return sign.letter == "y" and sign.at == ("0",)
