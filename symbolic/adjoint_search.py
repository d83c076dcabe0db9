"""What makes a difference zero where a derivative leads to others a time later.

h_t is read by the gates of the next time, whose fields are defined before h: the equation of one
derivative then speaks of earlier ones, and one pass through the program does not end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symbolic.labelling import TooLargeError
from symbolic.monomials import Monomial, Normal

if TYPE_CHECKING:
    from symbolic.adjoints import Adjoints

MOST_GONE = 60
"""How many derivatives are eliminated before the search ends."""
MOST_TERMS = 300
"""How many terms there may be before another definition is put in."""


def through_time(
    adjoints: Adjoints, first: Normal, spoken: set[str]
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The definitions and the derivatives that make a difference zero, None where none are found.

    Names are eliminated in several passes, but those that the claim has `spoken` of: first all of
    these, then those that depend on themselves.
    """
    recursive = adjoints.recursive_multipliers()
    try:
        for kept in dict.fromkeys((frozenset(spoken), frozenset(spoken & recursive))):
            gap, gone, known = first, list[str](), -1
            while known < len(gone) <= MOST_GONE:
                known = len(gone)
                gap = adjoints.eliminated(gap, {*kept}, gone)
                small, opened = adjoints.opened_until_zero(gap, simple(adjoints), MOST_TERMS)
                if not small:
                    return opened, tuple(gone)
    except TooLargeError:
        pass
    return None


def simple(adjoints: Adjoints) -> tuple[str, ...]:
    """Arrays that are one function, then those that are others at another index.

    f[t] = logistic(net[t]); h_before[t] = h[t-1], and h_0 where t = 1.
    """
    copies, functions = list[str](), list[str]()
    for name, body in adjoints.bodies.items():
        kinds = {_kind(monomial) for monomial in body}
        copies += [name] if kinds == {"x"} else []
        functions += [name] if len(body) == 1 and kinds <= {"F", "c"} else []
    return (*functions, *copies)


def _kind(monomial: Monomial) -> str:
    """x where it is one entry of an array, F or c where it is one function, else nothing."""
    atoms = monomial[2]
    return str(atoms[0][0][0]) if len(atoms) == 1 and atoms[0][1] == 1 else ""
