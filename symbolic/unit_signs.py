r"""How units and weights are written: the unit h1 as h_1, the weight w_h_x1 as w_{h,x_1}.

Names are never parsed as mathematics: a weight called w_h_x1 is w with two indices because our own
spec writes it so, and any other name stays one upright word.
"""

from __future__ import annotations

import re
from collections.abc import Callable

GENERAL = frozenset("ijkmnwN")
"""Letters that stand for any unit or count; a unit of that name is set upright."""
TAKEN = frozenset(("E", "N", *"vydexnijm", "xi", "eta", "delta", "phi"))
"""Heads that a reader would take for a letter of the notation."""
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


def is_input_name(name: str) -> bool:
    """Whether a unit is named as input signals are, x or x1: its signal is written x_1."""
    return re.fullmatch(r"x_?\d*", name) is not None


def weight_name(name: str) -> tuple[str, tuple[str, ...]]:
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


def _plain(name: str) -> str:
    return name.replace("_", r"\_")


def unit_latex(name: str, escape: Callable[[str], str] = _plain) -> str:
    r"""The name of a unit as LaTeX; one that is a general letter is upright.

    >>> unit_latex("x1"), unit_latex("hid"), unit_latex("j"), unit_latex("a_b"), unit_latex("h1_t3")
    ('x_1', '\\mathrm{hid}', '\\mathrm{j}', '\\mathrm{a\\_b}', 'h_1[3]')
    """
    if name.isdigit() or (len(name) == 1 and name not in GENERAL and name.isalpha()):
        return name
    if parts := re.fullmatch(r"([A-Za-z])_?(\d+)", name):
        number = parts[2] if len(parts[2]) == 1 else f"{{{parts[2]}}}"
        return f"{parts[1]}_{number}"
    if parts := re.fullmatch(r"([A-Za-z])(\d+)_(\d+)", name):
        return f"{parts[1]}_{{{parts[2]},{parts[3]}}}"
    if found := at_step_of(name):
        return f"{unit_latex(found[0], escape)}[{found[1]}]"
    return rf"\mathrm{{{escape(name)}}}"


def input_latex(name: str) -> str:
    """The signal of an input unit that has a sign of its own, x_1; empty where it is y of it.

    >>> input_latex("x1"), input_latex("in")
    ('x_1', '')
    """
    if not is_input_name(name):
        return ""
    number = name[1:].lstrip("_")
    return f"x_{number}" if len(number) == 1 else f"x_{{{number}}}" if number else "x"


def weight_latex(name: str) -> str:
    r"""The sign of a weight by its own name.

    >>> weight_latex("w_h_x1"), weight_latex("k0"), weight_latex("gain"), weight_latex("w_11")
    ('w_{h,x_1}', 'k_0', '\\mathrm{gain}', 'w_{11}')
    """
    head, indices = weight_name(name)
    sign = head if len(head) == 1 else unit_latex(head)
    apart = "" if all(len(unit_name(one)) == 1 for one in indices) else ","
    below = apart.join(map(unit_latex, indices))
    if not below:
        return sign
    return f"{sign}_{below}" if len(below) == 1 else f"{sign}_{{{below}}}"
