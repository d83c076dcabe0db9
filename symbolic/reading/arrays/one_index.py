"""One index at a matrix whose rows are samples, dS_i: its row.

The letter i may run over columns too.  Where the line fails as it is read, or its shapes do not
fit, and it is not wrong of columns, it is asked which one is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from symbolic.errors import InputError
from symbolic.labelling import TooLargeError
from symbolic.reading.arrays.claims import ArrayClaim
from symbolic.reading.arrays.formulas import Gradient, Quantity, walk
from symbolic.reading.arrays.meaning import WHICH
from symbolic.reading.arrays.profile import OPEN, ArrayProfile
from symbolic.reading.source import NotUnderstood

if TYPE_CHECKING:
    from symbolic.reading.arrays.rules import Case, Rules


def asked(claim: ArrayClaim, rules: Rules, holds: Callable[[Case], bool]) -> str:
    """What is asked of a line that is not right as one about rows, empty where it is clear.

    `holds` says whether it may be one about columns.
    """
    meaning = rules.base.meaning
    if not meaning.lonely:
        return ""
    meaning.of_columns = True
    try:
        known = holds(rules.case(claim))
    except (NotUnderstood, InputError, TooLargeError):
        known = False
    finally:
        meaning.of_columns = False
    return f"{WHICH} Of rows it is wrong, of columns it may be right. Write both." if known else ""


def row_remarks(claims: Iterable[ArrayClaim], profile: ArrayProfile) -> Iterator[str]:
    """How one index at a matrix is read, where a document has one."""
    if profile.vectors != "rows" or not profile.sizes:
        return
    for claim in claims:
        for part in (*walk(claim.left), *walk(claim.right)):
            one = part.of if isinstance(part, Gradient) else part
            if isinstance(one, Quantity) and _is_lonely(one, profile):
                letter, sign = one.at[0], one.sign
                yield f"{sign}_{letter} is the row {letter} of {sign}: rows are samples"
                return


def _is_lonely(one: Quantity, profile: ArrayProfile) -> bool:
    shape = profile.symbols[one.sign].shape
    return (
        len(one.at) == 1
        and len(shape) == 2
        and shape[0] == profile.examples_size
        and profile.letters.get(one.at[0]) == OPEN
    )
