"""Edits of the cells of a Jupyter notebook: every other byte of its JSON stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from reports.edits import Edits

_BLANK = re.compile(r"\s*")
GAP = "\n\n"
"""What stands between two cells where they are read as one text."""


@dataclass(frozen=True)
class Cell:
    """The source of a cell: where its JSON stands, and whether it is a list of lines there."""

    begin: int
    end: int
    source: str
    listed: bool


def cells(text: str) -> list[Cell]:
    """The cells of a notebook, which is known to be one."""
    found: list[Cell] = []
    for key, at in _members(text, _skip(text, 0)):
        if key == "cells":
            found = [_cell(text, item) for item in _items(text, at)]
    return found


def _cell(text: str, at: int) -> Cell:
    spans = dict(_members(text, at))
    begin = spans["source"]
    value, end = json.JSONDecoder().raw_decode(text, begin)
    return Cell(begin, end, "".join(value), isinstance(value, list))


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _members(text: str, at: int) -> Iterator[tuple[str, int]]:
    """The keys of an object, each with where its value begins."""
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, at = json.JSONDecoder().raw_decode(text, at)
        begin = _skip(text, _skip(text, at) + 1)
        yield key, begin
        at = _next(text, begin)


def _items(text: str, at: int) -> Iterator[int]:
    """Where the items of an array begin."""
    at = _skip(text, at + 1)
    while text[at] != "]":
        yield at
        at = _next(text, at)


def _next(text: str, at: int) -> int:
    """After the value here and its comma."""
    at = _skip(text, json.JSONDecoder().raw_decode(text, at)[1])
    return _skip(text, at + 1) if text[at] == "," else at


class NotebookEdits(Edits):
    """Edits of the text that the cells of a notebook are together.

    >>> edits = NotebookEdits('{"cells": [{"cell_type": "markdown", "source": ["a"]}], "x": 1.0}')
    >>> edits.replace(0, 1, "b")
    True
    >>> edits.result()
    '{"cells": [{"cell_type": "markdown", "source": ["b"]}], "x": 1.0}'
    """

    def __init__(self, notebook: str) -> None:
        self.notebook, self.cells = notebook, cells(notebook)
        super().__init__("".join(cell.source + GAP for cell in self.cells))

    def __post_init__(self) -> None:
        """The text of the cells is edited as it is: their characters are counted, not bytes."""
        self.mark, self.raw, self.newline, self.text = "", self.original, "\n", self.original

    def result(self) -> str:
        """The notebook with all edits."""
        parts, done, at = list[str](), 0, 0
        for cell in self.cells:
            end = at + len(cell.source)
            inside = Edits(cell.source)
            inside.raw = inside.text = cell.source
            inside.mark, inside.newline = "", "\n"
            inside.made = [(a - at, b - at, words) for a, b, words in self.made if at <= a <= end]
            if inside.made:
                parts += [self.notebook[done : cell.begin], self._json(cell, inside.result())]
                done = cell.end
            at = end + len(GAP)
        return "".join((*parts, self.notebook[done:]))

    def line_end(self, at: int) -> int:
        """The end of the line of a character, within its cell."""
        return min(super().line_end(at), self._cell_end(at))

    def _cell_end(self, at: int) -> int:
        end = -len(GAP)
        for cell in self.cells:
            end += len(GAP) + len(cell.source)
            if at <= end:
                break
        return end

    def _json(self, cell: Cell, source: str) -> str:
        """A source as its notebook writes them: text, or one line after the other."""
        plain = self.notebook.isascii()
        if not cell.listed:
            return json.dumps(source, ensure_ascii=plain)
        old = self.notebook[cell.begin : cell.end]
        first, last = re.match(r"\[(\s*)", old), re.search(r"(\s*)\]$", old)
        lead, tail = first[1] if first else "", last[1] if last else ""
        rows = [json.dumps(row, ensure_ascii=plain) for row in source.splitlines(keepends=True)]
        between = "," + (lead or " ")
        return f"[{lead}{between.join(rows)}{tail}]"
