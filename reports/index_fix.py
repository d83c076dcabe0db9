"""A copy of a document in index notation with the nearest right forms, each marked.

A right form is written with the signs and letters of the document.  It stays in the copy only where
the copy is read back and this line is proved there.
"""

from __future__ import annotations

from reports.check_fix import Fixed
from reports.check_places import writer_of
from reports.index_check import IndexPaper, checked
from reports.index_signs import mended_right, right_form
from symbolic.reading.arrays.findings import Derived
from symbolic.reading.indexed.findings import IndexJudged


def fixed_entries(paper: IndexPaper) -> Fixed:
    """The document with its nearest right forms, or with the definition that mends most."""
    wanted: dict[int, tuple[IndexJudged, str, str]] = {}
    left = list[int]()
    repair = paper.judgement.repair
    mends = () if repair is None else repair.mends
    if repair is not None:
        right, edit = mended_right(paper.reading, repair), repair.edit.rstrip(".")
        wanted[repair.definition] = paper.line(repair.definition), right, edit
    for one in paper.judgement.lines:
        nearest = one.cases[0].nearest if one.cases else None
        if isinstance(nearest, Derived) and one.claim.number not in mends:
            words = right_form(paper.reading, one)
            if words is None:
                left.append(one.claim.number)
            else:
                wanted[one.claim.number] = one, words, nearest.edit.rstrip(".")
    while wanted:
        writer = writer_of(paper, paper.reading.claims)
        put = {n: writer.change(one.claim, *words) for n, (one, *words) in wanted.items()}
        text = writer.edits.result()
        again = checked(paper.name, text, paper.kind, paper.profile).judgement.lines
        words_ = {one.claim.number: one.word for one in again}
        whole = len(again) == len(paper.judgement.lines)
        proved = {n for n, word in words_.items() if word == "proved"}
        told = {n: {n} if one.cases else {*mends} for n, (one, *_) in wanted.items()}
        lost = [n for n in wanted if not put[n] or not whole or not told[n] <= proved]
        if not lost:
            return Fixed(text, tuple(wanted), tuple(sorted(left)))
        for n in lost if whole else lost[:1]:
            left.append(n)
            del wanted[n]
    return Fixed(paper.text, (), tuple(sorted(left)))
