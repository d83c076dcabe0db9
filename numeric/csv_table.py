"""Chosen columns of a CSV file, read line by line; where a cell is bad, its line and column."""

from __future__ import annotations

import csv
import math
import os
from array import array
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from numeric.columns import Columns, is_number
from numeric.samples import Array
from symbolic.errors import InputError

LARGEST_FILE = 256 << 20
"""Bytes of the largest CSV file that is read."""

_FORMATS = {
    b"%PDF": "a PDF file",
    b"PK\x03\x04": "a zip archive, as spreadsheets are",
    b"\x1f\x8b": "a gzip archive",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"\x93NUMPY": "a NumPy array",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"PAR1": "a Parquet file",
    b"\x89HDF": "an HDF5 file",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
}
"""What a file begins with that is often taken for a table."""
_ADVICE = "save the table as comma-separated text in UTF-8"

Row = tuple[int, list[str]]


def read_csv_columns(
    path: str | os.PathLike[str],
    choose: Callable[[Sequence[str] | None, Sequence[str]], Columns],
) -> tuple[Columns, Array, Array | None, tuple[str, ...]]:
    """What was chosen, the numbers, and for a column of words the place of each in them.

    A first row with a cell that is no number is a header.  Raises `InputError` with file, line
    and column (counted in cells) of what cannot be used.
    """
    shown = os.fspath(path)
    try:
        if os.path.getsize(path) > LARGEST_FILE:
            raise InputError(
                f"The file has more than {LARGEST_FILE >> 20} MiB; save a table of numbers as "
                ".npy, which is read batch by batch.",
                file=shown,
            )
        _check_text(path, shown)
        with open(path, newline="", encoding="utf-8-sig") as file:
            return _table(_rows(file, shown), choose, shown)
    except UnicodeDecodeError:
        raise InputError(f"This is no text in UTF-8; {_ADVICE}.", file=shown) from None


def _check_text(path: str | os.PathLike[str], shown: str) -> None:
    """Refuse what is plainly another kind of file."""
    with open(path, "rb") as file:
        begin = file.read(4096)
    for mark, what in _FORMATS.items():
        if begin.startswith(mark):
            raise InputError(f"This is {what}, not a CSV file; {_ADVICE}.", file=shown)
    if b"\0" in begin:
        raise InputError(f"This is a binary file, not a CSV file; {_ADVICE}.", file=shown)


def _rows(lines: Iterator[str], shown: str) -> Iterator[Row]:
    """The rows that are not blank, each with the line it ends on."""
    reader = csv.reader(lines, strict=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as error:
        raise InputError(f"This is no CSV: {error}.", file=shown, line=reader.line_num) from None


def _table(
    rows: Iterator[Row],
    choose: Callable[[Sequence[str] | None, Sequence[str]], Columns],
    shown: str,
) -> tuple[Columns, Array, Array | None, tuple[str, ...]]:
    first = next(rows, None)
    header = None
    if first is not None and not all(is_number(cell) for cell in first[1]):
        header, first = first, next(rows, None)
    if header is not None:
        _check_names(header, shown)
    if first is None:
        raise InputError("There is no sample in this file.", file=shown)
    width = len(header[1] if header else first[1])
    try:
        columns = choose(header and header[1], first[1] if header is None else _fit(first, width))
    except InputError as error:
        if header is not None:
            _check_separator(header, shown)
        line = header[0] if header else first[0]
        raise InputError(error.what, file=shown, line=line) from None
    numbers, codes = array("d"), array("q")
    words: dict[str, int] = {}
    row: Row | None = first
    while row is not None:
        values = _numbers(row, width, columns.numbers, shown)
        if columns.classes:
            at = len(columns.inputs)
            _check_class(values[at], columns.classes, row[0], columns.targets[0], shown)
        numbers.extend(values)
        if columns.words:
            codes.append(_word(row, columns, words, shown))
        row = next(rows, None)
    table = np.frombuffer(numbers).reshape(-1, len(columns.numbers))
    return columns, table, np.frombuffer(codes, np.int64) if codes else None, tuple(words)


def _fit(row: Row, width: int) -> list[str]:
    """The cells of the first row as wide as the header; its own width is checked later."""
    return (row[1] + [""] * width)[:width]


def _word(row: Row, columns: Columns, words: dict[str, int], shown: str) -> int:
    """The place of the word in the target column; refused where there is none or one too many."""
    place = columns.targets[0]
    word = row[1][place]
    if not word:
        raise InputError("The class is missing.", file=shown, line=row[0], column=place + 1)
    if word not in words and len(words) == columns.words:
        raise InputError(
            f"{_short(word)!r} is one class more than the {columns.words} that the outputs can "
            "tell apart.",
            file=shown,
            line=row[0],
            column=place + 1,
        )
    return words.setdefault(word, len(words))


def _check_names(header: Row, shown: str) -> None:
    for n, name in enumerate(header[1]):
        if name and name in header[1][:n]:
            what = f"The column {_short(name)!r} is there twice."
            raise InputError(what, file=shown, line=header[0], column=n + 1)


def _check_separator(header: Row, shown: str) -> None:
    """Say so where a header of one cell is prose, or a table with another separator."""
    line, cells = header
    if len(cells) > 1:
        return
    for sign, name in ((";", "semicolons"), ("\t", "tabs")):
        if sign in cells[0]:
            raise InputError(
                f"The columns are separated by {name}; {_ADVICE}.", file=shown, line=line
            )
    raise InputError(
        f"This is no table of numbers separated by commas: {_short(cells[0])!r}.",
        file=shown,
        line=line,
    )


def _numbers(row: Row, width: int, columns: Sequence[int], shown: str) -> list[float]:
    line, cells = row
    if len(cells) != width:
        raise InputError(
            f"This row has {len(cells)} cells; the first one has {width}.", file=shown, line=line
        )
    values = []
    for n in columns:
        value = float(cells[n]) if is_number(cells[n]) else math.nan
        if not math.isfinite(value):
            raise InputError(
                f"{_short(cells[n])!r} is no finite number.", file=shown, line=line, column=n + 1
            )
        values.append(value)
    return values


def _check_class(label: float, classes: int, line: int, column: int, shown: str) -> None:
    if label != int(label) or not 0 <= label < classes:
        raise InputError(
            f"{label:g} is no class; with {classes} outputs and one target column it must be an "
            f"integer from 0 to {classes - 1}.",
            file=shown,
            line=line,
            column=column + 1,
        )


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
