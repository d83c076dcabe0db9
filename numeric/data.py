"""Samples from a CSV file, for one network: which column is which unit, and where a cell is bad."""

from __future__ import annotations

import csv
import math
import os
from array import array
from collections.abc import Iterator

import numpy as np

from numeric.samples import Array, one_hot
from symbolic.errors import InputError
from symbolic.network import Network

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


def read_csv(path: str | os.PathLike[str], network: Network) -> tuple[Array, Array]:
    """X and D of a comma-separated file, with or without a header.

    A first row with a cell that is no number is a header.  Where it names every input and every
    output, the columns are found by name, in any order and among others; else the first columns
    are the inputs and the rest the targets, in the order of the network.  Where the network has
    several outputs and there is one target column, it holds the class 0, 1, … of each sample.

    The numbers are read line by line into one table; X and D are parts of it.  Raises
    `InputError` with file, line and column (counted in cells) of what cannot be used.
    """
    shown = os.fspath(path)
    try:
        if os.path.getsize(path) > LARGEST_FILE:
            raise InputError(f"The file has more than {LARGEST_FILE >> 20} MiB.", file=shown)
        _check_text(path, shown)
        with open(path, newline="", encoding="utf-8-sig") as file:
            return _table(_rows(file, shown), network, shown)
    except OSError as error:
        raise InputError(f"Cannot read it: {error.strerror}.", file=shown) from None
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


def _table(rows: Iterator[Row], network: Network, shown: str) -> tuple[Array, Array]:
    first = next(rows, None)
    header = None
    if first is not None and not all(_is_number(cell) for cell in first[1]):
        header, first = first, next(rows, None)
    if header is not None:
        _check_separator(header, network, shown)
    if first is None:
        raise InputError("There is no sample in this file.", file=shown)
    width = len(header[1] if header else first[1])
    columns = _columns(network, header, width, shown, first[0])
    count, outputs = len(network.inputs), len(network.outputs)
    classes = outputs if len(columns) == count + 1 and outputs > 1 else 0
    numbers = array("d")
    row: Row | None = first
    while row is not None:
        values = _numbers(row, width, columns, shown)
        if classes:
            _check_class(values[-1], classes, row[0], columns[-1], shown)
        numbers.extend(values)
        row = next(rows, None)
    table = np.frombuffer(numbers).reshape(-1, len(columns))
    if classes:
        return table[:, :count], one_hot(table[:, count].astype(np.int64), classes)
    return table[:, :count], table[:, count:]


def _check_separator(header: Row, network: Network, shown: str) -> None:
    """Refuse prose, and a table with another separator, before its width is complained about."""
    line, cells = header
    if len(cells) > 1 or len(network.inputs) + len(network.outputs) < 2:
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


def _columns(network: Network, header: Row | None, width: int, shown: str, line: int) -> list[int]:
    """The numbers of the columns: the inputs, then the outputs or the one class column."""
    inputs, outputs = len(network.inputs), len(network.outputs)
    if header is not None:
        names = header[1]
        for n, name in enumerate(names):
            if name and name in names[:n]:
                raise InputError(
                    f"The column {_short(name)!r} is there twice.",
                    file=shown,
                    line=header[0],
                    column=n + 1,
                )
        wanted = (*network.inputs, *network.outputs)
        if set(wanted) <= set(names):
            return [names.index(name) for name in wanted]
    if width == inputs + outputs or (width == inputs + 1 and outputs > 1):
        return list(range(width))
    one = " or 1 class" if outputs > 1 else ""
    raise InputError(
        f"There are {width} columns; the network needs {inputs} inputs and {outputs} targets{one}, "
        "or a header that names them.",
        file=shown,
        line=header[0] if header else line,
    )


def _numbers(row: Row, width: int, columns: list[int], shown: str) -> list[float]:
    line, cells = row
    if len(cells) != width:
        raise InputError(
            f"This row has {len(cells)} cells; the first one has {width}.", file=shown, line=line
        )
    values = []
    for n in columns:
        value = float(cells[n]) if _is_number(cells[n]) else math.nan
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


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
