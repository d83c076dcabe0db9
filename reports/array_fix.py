"""A copy of a document about whole arrays with the nearest right forms, each marked."""

from __future__ import annotations

from reports.array_check import ArrayPaper
from reports.check_fix import Fixed, writer_of
from symbolic.reading.arrays.nearest import ArrayNearest
from symbolic.reading.arrays.rendering import render


def fixed_arrays(paper: ArrayPaper) -> Fixed:
    """The document with its nearest right forms, also where shapes or indices do not fit."""
    writer = writer_of(paper, paper.reading.claims)
    done, left = list[int](), list[int]()
    for one in paper.judgement.lines:
        nearest = one.cases[0].nearest if one.cases else None
        if nearest is not None:
            right = nearest.right if isinstance(nearest, ArrayNearest) else None
            words = "" if right is None else render(right, paper.profile)
            changed = right is not None and writer.change(one.claim, words, nearest.edit)
            (done if changed else left).append(one.claim.number)
    return Fixed(writer.edits.result(), tuple(done), tuple(left))
