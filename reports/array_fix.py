"""A copy of a document about whole arrays with the nearest right forms, each marked."""

from __future__ import annotations

from collections.abc import Iterator

from reports.array_check import ArrayPaper
from reports.check_fix import Fixed
from reports.check_places import writer_of
from symbolic.reading.arrays.claims import ArrayClaim
from symbolic.reading.arrays.formulas import Formula
from symbolic.reading.arrays.nearest import ArrayNearest
from symbolic.reading.arrays.rendering import render


def fixed_arrays(paper: ArrayPaper) -> Fixed:
    """The document with its nearest right forms, also where shapes or indices do not fit."""
    writer = writer_of(paper, paper.reading.claims)
    done, left = list[int](), list[int]()
    for claim, right, edit in _changes(paper):
        words = "" if right is None else render(right, paper.profile)
        changed = right is not None and writer.change(claim, words, edit)
        (done if changed else left).append(claim.number)
    return Fixed(writer.edits.result(), tuple(done), tuple(left))


def _changes(paper: ArrayPaper) -> Iterator[tuple[ArrayClaim, Formula | None, str]]:
    """The definition that mends other lines, then every wrong line that it does not mend."""
    repair = paper.judgement.repair
    if repair is not None:
        yield paper.line(repair.definition).claim, repair.right, repair.edit
    for one in paper.judgement.lines:
        nearest = one.cases[0].nearest if one.cases else None
        if nearest is not None and (repair is None or one.claim.number not in repair.mends):
            whole = isinstance(nearest, ArrayNearest) and not one.claim.block
            right = nearest.right if isinstance(nearest, ArrayNearest) and whole else None
            yield one.claim, right, nearest.edit
